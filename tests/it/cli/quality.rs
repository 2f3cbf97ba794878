//! The quality report of a run, and the message to a webhook.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use serde_json::{Value as Json, json};

use crate::scratch::{Outcome, Scratch};

const PROJECT: &str = "
//- models/orders.sql
select column1 as id, column2 as status, column3 as note
from (values (1, 'new', 'private-1'), (2, 'odd', 'private-2'), (3, null, 'private-3'), (3, 'new', 'private-4'))
//- models/schema.yml
models:
  - name: orders
    columns:
      - {name: id, data_tests: [unique, not_null]}
      - name: status
        data_tests:
          - not_null
          - accepted_values: {arguments: {values: [new]}}
//- tests/none.sql
select id, note from {{ ref('orders') }} where id = 2
";

fn report(scratch: &Scratch) -> Json {
    serde_json::from_str(&scratch.read("target/quality_report.json")).unwrap()
}

#[test]
fn failing_rows_are_named_by_their_keys_only() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["build"]).expect(1, &[]);
    let told = report(&scratch);
    assert_eq!(told["success"], false);
    assert_eq!((&told["tests"]["total"], &told["tests"]["failed"]), (&json!(5), &json!(4)));
    assert_eq!(told["tests"]["pass_rate"], 0.2);
    assert_eq!(
        told["nodes"],
        json!({"total": 1, "succeeded": 1, "warned": 0, "failed": 0, "skipped": 0})
    );
    let keys = |name: &str| {
        let failures = told["failures"].as_array().unwrap();
        let failure = failures.iter().find(|one| one["name"] == name).unwrap();
        assert_eq!(failure["keys"]["columns"], json!(["id"]));
        let file = if name == "none" { "tests/none.sql" } else { "models/schema.yml" };
        assert_eq!(failure["file"], file);
        failure["keys"]["rows"].clone()
    };
    assert_eq!(keys("unique_orders_id"), json!([["3"]]));
    assert_eq!(keys("not_null_orders_status"), json!([["3"]]));
    assert_eq!(keys("accepted_values_orders_status__new"), json!([["2"]]));
    assert_eq!(keys("none"), json!([["2"]]));
    let text = scratch.read("target/quality_report.json");
    assert!(!text.contains("private") && !text.contains("odd"), "{text}");

    scratch.forge(&["test", "--report-rows"]).expect(1, &[]);
    assert!(scratch.read("target/quality_report.json").contains("private-2"));
}

#[test]
fn what_runs_nothing_writes_no_report() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["ls"]).expect(0, &[]);
    scratch.forge(&["build", "--no-write-json"]).expect(1, &[]);
    assert!(!scratch.path("target/quality_report.json").exists());
}

/// A webhook that answers every message with the next of these statuses, and tells what came.
fn webhook(statuses: &'static [u16]) -> (String, mpsc::Receiver<Json>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/services/hidden-path", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for (stream, status) in listener.incoming().flatten().zip(statuses) {
            let mut reader = BufReader::new(&stream);
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                let told = line.to_lowercase().strip_prefix("content-length:").map(str::to_owned);
                length = told.map_or(length, |told| told.trim().parse().unwrap());
                line.clear();
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let _ = sender.send(serde_json::from_slice(&body).unwrap());
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            (&stream).write_all(answer.as_bytes()).unwrap();
        }
    });
    (url, receiver)
}

fn notified(scratch: &Scratch, arguments: &[&str], url: &str) -> Outcome {
    scratch.forge_with(arguments, &[("FORGE_NOTIFY", url), ("NO_PROXY", "127.0.0.1")])
}

#[test]
fn a_message_waits_until_the_webhook_takes_it() {
    let scratch = Scratch::new(PROJECT);
    let (url, came) = webhook(&[503, 200, 200]);
    let outcome = notified(&scratch, &["build"], &url);
    outcome.expect(1, &["warning[E0809]", "HTTP status 503", "is kept"]);
    let first = came.recv().unwrap();
    assert!(
        first["text"]
            .as_str()
            .unwrap()
            .starts_with(":x: `forge build` of shop on dev: 2 ok, 4 failed")
    );
    assert_eq!(first["report"]["tests"]["failed"], 4);
    let waiting = || fs::read_dir(scratch.path("logs/outbox")).unwrap().count();
    assert_eq!(waiting(), 1);

    // What went well is no occasion; what waits goes out with what is one.
    notified(&scratch, &["run", "--notify-on", "failure"], &url).expect(0, &[]);
    assert_eq!(waiting(), 1);
    notified(&scratch, &["run"], &url).expect(0, &[]);
    assert_eq!(came.recv().unwrap(), first);
    let last = came.recv().unwrap();
    assert!(last["text"].as_str().unwrap().starts_with(":white_check_mark: `forge run`"), "{last}");
    assert_eq!(waiting(), 0);
}

#[test]
fn what_is_no_address_is_not_repeated() {
    let scratch = Scratch::new(PROJECT);
    let outcome = notified(&scratch, &["ls"], "hooks/hidden").expect(2, &["E0501", "`https://`"]);
    assert!(!outcome.stderr.contains("hidden"), "{}", outcome.stderr);
    notified(&scratch, &["ls"], "").expect(0, &[]);
}

#[test]
fn mistakes_of_the_project_are_told_and_the_address_is_not() {
    let scratch = Scratch::new("//- models/a.sql\nselect * from {{ ref('b<c') }}\n");
    let (url, came) = webhook(&[500]);
    let arguments = ["build", "--notify", &url, "--log-format", "json", "--log-level", "debug"];
    let outcome = scratch.forge_with(&arguments, &[("NO_PROXY", "127.0.0.1")]).expect(2, &[]);
    let message = came.recv().unwrap();
    let text = message["text"].as_str().unwrap();
    assert!(
        text.contains("nothing ran") && text.contains("E0301") && text.contains("b&lt;c"),
        "{text}"
    );
    assert_eq!(message["report"]["mistakes"][0]["line"], 1);
    let written =
        scratch.read("logs/forge.log") + &outcome.stdout + &outcome.stderr + &message.to_string();
    assert!(!written.contains("hidden-path"), "{written}");
}
