//! `args` of `run_results.json` beside those that dbt 1.12.6 wrote for the same commands.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::scratch::Scratch;

/// One entry a command; `PROJECT` stands for the folder of the project.
const RECORDED: &str = include_str!("../testdata/dbt_args.json");

const PROJECT: &str = "
//- dbt_project.yml
name: shop
profile: shop
flags: {send_anonymous_usage_stats: false}
//- profiles.yml
shop:
  target: dev
  outputs: {dev: {type: sqlite, path: shop.db, threads: 1}}
//- selectors.yml
selectors: [{name: sel, definition: a}]
//- models/a.sql
select 1 as a
//- models/a.yml
models: [{name: a, columns: [{name: a, data_tests: [not_null]}]}]
//- seeds/s.csv
x
1
";

#[test]
fn arguments_of_a_run_are_those_of_dbt() {
    let recorded: Vec<Json> = serde_json::from_str(RECORDED).unwrap();
    let scratch = Scratch::new(PROJECT);
    scratch.forge(&["build", "--target-path", "st"]);
    for entry in &recorded {
        let command: Vec<String> = serde_json::from_value(entry["command"].clone()).unwrap();
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        scratch.forge_with(&words, &[("DBT_USE_COLORS", "true")]);
        let text = scratch.read("target/run_results.json");
        let folder = scratch.path("").to_string_lossy().trim_end_matches('/').to_owned();
        let results: Json = serde_json::from_str(&text.replace(&folder, "PROJECT")).unwrap();
        let mut args = results["args"].clone();
        args.as_object_mut().unwrap().shift_remove("invocation_command");
        assert_same(&command, &args, &entry["args"]);
    }
}

fn assert_same(command: &[String], args: &Json, expected: &Json) {
    let both = [args, expected].into_iter().filter_map(Json::as_object);
    let names: BTreeSet<&String> = both.flat_map(|map| map.keys()).collect();
    let differs = |name: &&String| args.get(name.as_str()) != expected.get(name.as_str());
    let lines: Vec<String> = names
        .into_iter()
        .filter(differs)
        .map(|name| format!("{name}: {:?}, in dbt {:?}", args.get(name), expected.get(name)))
        .collect();
    assert_eq!(lines, [""; 0], "{command:?}");
}
