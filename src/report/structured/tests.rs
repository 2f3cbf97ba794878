//! The entries of events, and their shape.

use super::*;
use crate::events::Status;
use crate::report::outcome::tests::outcome;

fn journal() -> Journal {
    let mut journal = Journal::new(Arc::new(SourceMap::new()));
    let event = Event::CommandStarted { invocation_id: "run-1".to_owned(), args: Vec::new() };
    journal.entries(&event, Timestamp::UNIX_EPOCH);
    journal.begin("dev", &Arc::default());
    journal
}

fn names(entries: &[Entry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.name).collect()
}

#[test]
fn nodes_are_told_in_dbts_shape() {
    let mut journal = journal();
    let now = Timestamp::UNIX_EPOCH;
    let id = UniqueId::from("model.shop.view main.a");
    let started = Event::NodeStarted { id, index: 1, title: "view main.a".into() };
    let started = journal.entries(&started, now);
    assert_eq!(names(&started), ["NodeStart", "LogStartLine"]);
    let line = journal.json(&started[1], now);
    assert_eq!(line["data"]["node_info"]["node_status"], "started");
    assert_eq!(line["info"]["code"], "Q011");
    let outcome = outcome(Status::Success, "view main.a");
    let ended = journal.entries(&Event::NodeFinished { index: 1, outcome }, now);
    assert_eq!(names(&ended), ["LogModelResult", "NodeFinished"]);
    let line = journal.json(&ended[0], now);
    assert_eq!(line["info"]["invocation_id"], "run-1");
    assert_eq!(line["info"]["ts"], "1970-01-01T00:00:00.000000Z");
    assert_eq!(line["data"]["node_info"]["node_started_at"], "1970-01-01T00:00:00.000000");
}

#[test]
fn a_skipped_node_has_no_line_about_its_start() {
    let mut journal = journal();
    let outcome = outcome(Status::Skipped, "view main.a");
    let event = Event::NodeFinished { index: 1, outcome };
    let entries = journal.entries(&event, Timestamp::UNIX_EPOCH);
    assert_eq!(names(&entries), ["NodeStart", "SkippingDetails", "NodeFinished"]);
    assert_eq!(entries[2].data["node_info"]["node_status"], "skipped");
}

#[test]
fn lines_are_filled_as_dbt_fills_them() {
    assert_eq!(
        fancy("START sql view model main.m", (1, 10), "RUN", None),
        "1 of 10 START sql view model main.m ............................................ [RUN]"
    );
    let long = "x".repeat(90);
    assert!(fancy(&long, (1, 1), "OK", Some(0.5)).ends_with("x  [OK in 0.50s]"));
}

#[test]
fn without_data_people_read_the_same() {
    let id = UniqueId::from("model.shop.view main.a");
    let events = [
        Event::NodeStarted { id, index: 1, title: "view main.a".into() },
        Event::Statement { sql: "select 1".to_owned() },
        Event::NodeFinished { index: 1, outcome: outcome(Status::Success, "view main.a") },
        Event::NodeFinished { index: 2, outcome: outcome(Status::Skipped, "view main.b") },
    ];
    let told = |mut journal: Journal| -> Vec<Entry> {
        events.iter().flat_map(|event| journal.entries(event, Timestamp::UNIX_EPOCH)).collect()
    };
    let (with, without) = (told(journal()), told(journal().without_data()));
    let read = |all: &[Entry]| all.iter().map(|e| (e.name, e.message.clone())).collect::<Vec<_>>();
    assert_eq!(read(&with), read(&without));
    assert!(with.iter().all(|entry| !entry.data.is_null()));
    assert!(without.iter().all(|entry| entry.data.is_null()));
}
