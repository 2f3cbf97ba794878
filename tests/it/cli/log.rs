//! The log: the file beside every command, the events for programs, and the name by which forge was called.

use std::process::Command;

use serde_json::Value as Json;

use crate::scratch::{Outcome, Scratch};

const PROJECT: &str = "//- models/a.sql\nselect 1 as id{{ log('said', info=true) }}\n\
     //- models/bad.sql\nselect nope\n//- models/below.sql\nselect * from {{ ref('bad') }}\n\
     //- seeds/s.csv\nid\n1\n\
     //- models/a.yml\nmodels:\n  - name: a\n    columns:\n      - name: id\n        data_tests:\n          - not_null\n          \
     - accepted_values: {arguments: {values: [2]}}\n";

fn events(outcome: &Outcome) -> Vec<Json> {
    let parsed = outcome.stdout.lines().map(serde_json::from_str::<Json>);
    parsed.collect::<Result<_, _>>().unwrap_or_else(|error| panic!("{error}: {outcome}"))
}

fn names(events: &[Json]) -> Vec<&str> {
    events.iter().map(|event| event["info"]["name"].as_str().unwrap()).collect()
}

#[test]
fn events_come_on_standard_output_in_dbts_shape() {
    let scratch = Scratch::new(PROJECT);
    let outcome = scratch.forge(&["build", "--log-format", "json", "--log-level", "debug"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(1), ""), "{outcome}");
    let events = events(&outcome);
    let names = names(&events);
    for name in [
        "MainReportVersion",
        "MainReportArgs",
        "FoundStats",
        "ConcurrencyLine",
        "NodeStart",
        "LogStartLine",
        "JinjaLogInfo",
        "SQLQuery",
        "LogModelResult",
        "LogSeedResult",
        "LogTestResult",
        "SkippingDetails",
        "NodeFinished",
        "FinishedRunningStats",
        "EndOfRunSummary",
        "RunResultFailure",
        "RunResultError",
        "StatsLine",
    ] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    assert_eq!(names.last(), Some(&"CommandCompleted"));
    let id = &events[0]["info"]["invocation_id"];
    assert!(events.iter().all(|event| event["info"]["invocation_id"] == *id));
    let manifest: Json = serde_json::from_str(&scratch.read("target/manifest.json")).unwrap();
    assert_eq!(manifest["metadata"]["invocation_id"], *id);
}

#[test]
fn the_end_of_a_node_has_what_orchestrators_read() {
    let scratch = Scratch::new(PROJECT);
    let outcome = scratch.forge(&["build", "--log-format", "json"]);
    let events = events(&outcome);
    let of = |id: &str| {
        let is_end = |event: &&Json| {
            let name = event["info"]["name"].as_str().unwrap();
            event["data"]["node_info"]["unique_id"] == id && name.ends_with("Result")
        };
        events.iter().find(is_end).unwrap_or_else(|| panic!("no end of {id}: {outcome}"))
    };
    let model = of("model.shop.a");
    assert_eq!(model["info"]["code"], "Q012");
    assert_eq!(model["data"]["status"], "OK");
    let info = &model["data"]["node_info"];
    assert_eq!(info["node_status"], "success");
    assert_eq!(info["node_relation"]["alias"], "a");
    assert_eq!(info["node_path"], "a.sql");
    assert_eq!(info["node_started_at"], "2026-03-01T12:00:00.000000");
    assert_eq!(of("model.shop.bad")["data"]["node_info"]["node_status"], "error");
    let test = events.iter().find(|event| event["data"]["num_failures"] == 1).unwrap();
    assert_eq!(test["info"]["level"], "error");
    assert_eq!(test["data"]["attached_node"], "model.shop.a");
}

#[test]
fn listed_resources_are_events_too() {
    let scratch = Scratch::new(PROJECT);
    let outcome = scratch.forge(&["ls", "-q", "--log-format", "json", "--resource-type", "model"]);
    let events = events(&outcome);
    assert_eq!(names(&events), ["PrintEvent"; 3]);
    assert_eq!(events[0]["data"]["msg"], "shop.a");
}

#[test]
fn a_command_that_cannot_be_done_says_so_as_an_event() {
    let scratch = Scratch::new("//- models/a.sql\nselect * from {{ ref('none') }}\n");
    let outcome = scratch.forge(&["run", "--log-format", "json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(2), ""), "{outcome}");
    let events = events(&outcome);
    assert_eq!(names(&events), ["MainReportVersion", "MainEncounteredError"]);
    assert_eq!(events[1]["data"]["code"], "E0301");
}

#[test]
fn the_log_file_has_what_the_terminal_does_not() {
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["--quiet", "run", "--select", "a"]).expect(0, &[]);
    let log = scratch.read("logs/forge.log");
    for text in [
        "====",
        "running with arguments",
        "OK created sql view model main.a",
        "[debug]",
        "create view",
        "said",
    ] {
        assert!(log.contains(text), "{text} is not in {log}");
    }
    scratch.forge(&["--log-format-file", "json", "ls", "--log-path", "other"]).expect(0, &[]);
    let log = scratch.read("other/forge.log");
    assert!(log.lines().all(|line| line.starts_with('{')), "{log}");
    scratch.forge(&["ls", "--log-level-file", "none", "--log-path", "none"]).expect(0, &[]);
    assert!(!scratch.path("none").exists());
}

#[test]
fn a_full_log_is_put_aside() {
    let scratch = Scratch::new(PROJECT);
    for _ in 0..2 {
        scratch.forge(&["ls", "--log-file-max-bytes", "100"]).expect(0, &[]);
    }
    assert!(scratch.path("logs/forge.log.1").exists());
    let wrong = scratch.forge_with(&["ls"], &[("DBT_LOG_FILE_MAX_BYTES", "much")]);
    wrong.expect(2, &["`DBT_LOG_FILE_MAX_BYTES` is `much`"]);
}

#[test]
fn a_log_that_cannot_be_written_is_one_warning() {
    let scratch = Scratch::new(PROJECT);
    scratch.write("logs", "a file in the way");
    scratch.forge(&["run", "--select", "a"]).expect(0, &["E0802", "--log-path", "view main.a"]);
}

#[test]
fn a_secret_is_not_in_the_log() {
    let scratch = Scratch::new("//- models/a.sql\nselect '{{ var(\"key\") }}' as key\n");
    let secret = [("DBT_ENV_SECRET_KEY", "hunter2")];
    scratch.forge_with(&["run", "--vars", "{key: hunter2}"], &secret).expect(0, &[]);
    let log = scratch.read("logs/forge.log");
    assert!(log.contains("*****") && !log.contains("hunter2"), "{log}");
}

#[test]
fn a_flag_without_effect_says_why_in_one_line() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    let outcome = scratch.forge(&["ls", "--partial-parse", "--no-populate-cache"]).expect(0, &[]);
    assert_eq!(outcome.stdout, "shop.a\n");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    assert!(outcome.stderr.starts_with("`--partial-parse` has no effect: "), "{outcome}");
}

#[test]
fn variables_of_the_environment_narrow_the_types() {
    let scratch = Scratch::new(PROJECT);
    let listed = |arguments: &[&str]| {
        scratch.forge_with(arguments, &[("DBT_RESOURCE_TYPES", "seed")]).expect(0, &[]).stdout
    };
    assert_eq!(listed(&["ls"]), "shop.s\n");
    assert_eq!(listed(&["ls", "--resource-type", "model"]).lines().count(), 3);
}

#[cfg(unix)]
#[test]
fn in_the_place_of_dbt_it_answers_to_that_name() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    let dbt = scratch.path("dbt");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_forge"), &dbt).unwrap();
    let run = |arguments: &[&str]| {
        let output =
            Command::new(&dbt).args(arguments).current_dir(scratch.path("")).output().unwrap();
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    let [version, _] = run(&["--version"]);
    assert!(version.starts_with("Core:\n  - installed: 1.12."), "{version}");
    assert!(version.contains("forge"), "{version}");
    assert!(run(&["rnu"])[1].contains("Usage: dbt"));
    run(&["parse"]);
    assert!(scratch.read("logs/dbt.log").contains("Command `dbt parse` succeeded"));
    assert!(!scratch.path("logs/forge.log").exists());
}

#[test]
fn shells_and_manuals_are_served() {
    let scratch = Scratch::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        scratch.forge(&["completion", shell]).expect(0, &["run-operation", "full-refresh"]);
    }
    scratch.forge(&["man"]).expect(0, &[".TH forge 1"]);
    scratch.forge(&["man", "build"]).expect(0, &["forge-build", "full\\-refresh"]);
    scratch.forge(&["man", "biuld"]).expect(2, &["`build`"]);
    assert!(!scratch.path("logs").exists());
}
