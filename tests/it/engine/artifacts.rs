//! Artifacts of runs that were interrupted or killed: whole, of the run before or of this one, and true.

use serde_json::Value as Json;

use crate::scratch::Scratch;

/// When the second run happens; its id follows from it.
const LATER: [(&str, &str); 1] = [("FORGE_NOW", "2026-03-02T12:00:00Z")];

/// The files that a run replaces.
const FILES: [&str; 6] = [
    "forge_state.json",
    "manifest.json",
    "semantic_manifest.json",
    "osi_document.json",
    "graph_summary.json",
    "run_results.json",
];

/// Asserts that each artifact is whole; one that no run has written yet may be missing.
pub(super) fn are_whole(scratch: &Scratch) {
    for file in FILES {
        let path = scratch.path(&format!("target/{file}"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            assert!(!path.exists(), "{file} cannot be read");
            continue;
        };
        if let Err(error) = serde_json::from_str::<Json>(&text) {
            panic!("{file} is not whole: {error}; it ends with {:?}", text.get(text.len() - 40..));
        }
    }
}

fn artifact(scratch: &Scratch, file: &str) -> Json {
    let text = std::fs::read_to_string(scratch.path(&format!("target/{file}"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn invocation(artifact: &Json) -> String {
    artifact["metadata"]["invocation_id"].as_str().unwrap().to_owned()
}

/// The status of each node of the last run.
fn statuses(scratch: &Scratch) -> Vec<(String, String)> {
    let results = artifact(scratch, "run_results.json");
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    let all = results["results"].as_array().unwrap();
    let mut all: Vec<_> =
        all.iter().map(|one| (text(&one["unique_id"]), text(&one["status"]))).collect();
    all.sort();
    all
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, status)| ((*id).to_owned(), (*status).to_owned())).collect()
}

const MODELS: &str = "//- models/a_done.sql
{{ config(materialized='table') }}
select 1 as id
//- models/b_running.sql
{{ config(materialized='table') }}
select id from {{ ref('a_done') }}
//- models/c_waiting.sql
select id from {{ ref('b_running') }}
";

/// A second run that has built the first model and is busy with the next one, which has no end.
#[cfg(unix)]
fn busy(scratch: &Scratch, arguments: &[&str]) -> std::process::Child {
    use std::process::Stdio;

    scratch.forge(&["build"]).expect(0, &["PASS=3"]);
    let endless = "with recursive n(i) as (select id from {{ ref('a_done') }} union all select i + 1 from n) \
                   select max(i) as id from n";
    scratch.write(
        "models/b_running.sql",
        &format!("{{{{ config(materialized='table') }}}}\n{endless}\n"),
    );
    let mut forge = scratch.command(&[&["build"], arguments].concat());
    let forge = forge.envs(LATER).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let done = "select count(*) from _forge_node_runs join _forge_runs using (run_id) \
                where number = 2 and unique_id = 'model.shop.a_done'";
    while super::rows(scratch, done) != ["1"] {
        std::thread::yield_now();
    }
    forge
}

#[cfg(unix)]
#[test]
fn who_follows_the_log_has_the_manifest_of_the_run_meanwhile() {
    let scratch = Scratch::new(MODELS);
    let mut forge = busy(&scratch, &["--log-format-file", "json"]);
    are_whole(&scratch);
    let ids =
        ["manifest.json", "run_results.json"].map(|file| invocation(&artifact(&scratch, file)));
    forge.kill().unwrap();
    forge.wait().unwrap();
    assert_ne!(ids[0], ids[1], "the results are still those of the run before");
    are_whole(&scratch);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_says_in_its_artifacts_what_finished() {
    let scratch = Scratch::new(MODELS);
    let mut forge = busy(&scratch, &[]);
    let before = invocation(&artifact(&scratch, "manifest.json"));
    // While it runs, the artifacts are those of the run before.
    are_whole(&scratch);
    assert_eq!(invocation(&artifact(&scratch, "run_results.json")), before);
    let id = forge.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(forge.wait().unwrap().code(), Some(130));

    are_whole(&scratch);
    let ended = artifact(&scratch, "run_results.json");
    assert_ne!(invocation(&ended), before);
    assert_eq!(invocation(&artifact(&scratch, "manifest.json")), invocation(&ended));
    let found = statuses(&scratch);
    let of = |name: &str| found.iter().find(|(id, _)| id.ends_with(name)).unwrap().1.as_str();
    assert_eq!((found.len(), of("a_done")), (3, "success"));
    // It may be that the second model had not begun yet.
    assert!(["error", "skipped"].contains(&of("b_running")), "{found:?}");
    assert_eq!(of("c_waiting"), "skipped");
    // What is retried is what the artifacts say.
    scratch.write("models/b_running.sql", "select 2 as id\n");
    scratch.forge_with(&["retry"], &LATER).expect(0, &["TOTAL=2"]);
}

#[test]
fn a_run_that_fails_writes_all_artifacts() {
    let scratch = Scratch::new(MODELS);
    scratch.write("models/b_running.sql", "select nope from {{ ref('a_done') }}\n");
    scratch.forge(&["build"]).expect(1, &["ERROR=1"]);
    are_whole(&scratch);
    let expected = [
        ("model.shop.a_done", "success"),
        ("model.shop.b_running", "error"),
        ("model.shop.c_waiting", "skipped"),
    ];
    assert_eq!(statuses(&scratch), pairs(&expected));
    let manifest = artifact(&scratch, "manifest.json");
    assert_eq!(invocation(&manifest), invocation(&artifact(&scratch, "run_results.json")));
    let code = |id: &str| manifest["nodes"][id]["compiled_code"].as_str().map(str::len);
    assert!(code("model.shop.b_running").is_some() && code("model.shop.c_waiting").is_none());
}

#[test]
fn a_project_that_cannot_be_read_leaves_the_artifacts_of_the_run_before() {
    let scratch = Scratch::new(MODELS);
    scratch.forge(&["build"]).expect(0, &[]);
    let read = || FILES.map(|file| std::fs::read(scratch.path(&format!("target/{file}"))).unwrap());
    let before = read();
    scratch.write("models/c_waiting.sql", "select * from {{ ref('gone') }}\n");
    scratch.forge(&["build"]).expect(2, &["gone"]);
    assert_eq!(read(), before);
}
