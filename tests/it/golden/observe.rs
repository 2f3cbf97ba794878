//! Runs the commands of a case and records what came of them: exit code, output, artifacts, tables.
//!
//! Invariant: the case runs in a copy of its project, with an environment in which no variable of the user's counts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use super::again::Twice;
use super::case::{Case, Step, texts};
use super::manifest;
use super::tables::tables;
use crate::schemas::violations;
use crate::scratch::copy;

/// A command that takes longer hangs.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What one step did.
pub(super) struct Observation {
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// Facet to value, as in `expected/`.
    pub(super) facts: BTreeMap<String, Json>,
}

struct Output {
    code: i32,
    stdout: String,
    stderr: String,
}

/// The folders that a case runs in.
struct Place {
    project: PathBuf,
    databases: PathBuf,
}

/// The tables of a case after its last step when its first build is run once more, and twice; none when a run fails.
pub(super) fn again(case: &Case, binary: &Path) -> Option<Twice> {
    let builds = |step: &&Step| ["run", "build", "snapshot"].contains(&step.verb());
    let step = case.steps.iter().find(builds)?;
    let (_scratch, place) = place_of(case);
    for step in &case.steps {
        observe(step, case, &place, binary);
    }
    let once = || {
        let output = execute(binary, &step.command, &step.env, &place);
        (output.code == 0).then(|| tables(&place.databases, &case.volatile_columns))
    };
    Some([once()?, once()?])
}

/// Runs all steps of a case in a temporary folder.
pub(super) fn run(case: &Case, binary: &Path) -> Vec<Observation> {
    let (_scratch, place) = place_of(case);
    let observations = case.steps.iter().map(|step| observe(step, case, &place, binary)).collect();
    let violations = violations(&place.project.join("target"));
    assert!(violations.is_empty(), "artifacts break their schemas:\n{}", violations.join("\n"));
    observations
}

/// What `forge check` finds of severity error after the last step of a case that went well with dbt and ran all that it
/// checks.
pub(super) fn alarms(case: &Case, binary: &Path) -> Vec<String> {
    let went_well = |at: usize| case.expected(at + 1)["exit_code"] == 0;
    let steps = case.steps.iter().enumerate().rev();
    let mut checks = steps.filter_map(|(at, step)| Some((at, step.as_check()?)));
    let Some((last, command)) = checks.find(|(at, _)| went_well(*at)) else { return Vec::new() };
    let (_scratch, place) = place_of(case);
    for step in &case.steps[..=last] {
        observe(step, case, &place, binary);
    }
    execute(binary, &command, &case.steps[last].env, &place);
    let sarif = read_json(&place.project.join("check.sarif"));
    let results = sarif["runs"][0]["results"].as_array().expect("check writes SARIF");
    let errors = results.iter().filter(|result| result["level"] == "error");
    errors.map(|result| result["message"]["text"].to_string()).collect()
}

/// A copy of the case's project in a temporary folder.
fn place_of(case: &Case) -> (TempDir, Place) {
    let scratch = tempfile::Builder::new().prefix("golden_").tempdir().unwrap();
    let place =
        Place { project: scratch.path().join("project"), databases: scratch.path().join("db") };
    fs::create_dir_all(&place.databases).unwrap();
    copy(&case.folder.join("project"), &place.project);
    (scratch, place)
}

fn observe(step: &Step, case: &Case, place: &Place, binary: &Path) -> Observation {
    mutate(&step.mutate, place);
    let mut command = step.command.clone();
    let mut env = step.env.clone();
    if step.records("ls") {
        let reuse = if step.mutate.is_null() { "true" } else { "false" };
        env.insert(0, ("DBT_PARTIAL_PARSE".to_owned(), reuse.to_owned()));
        if !command.iter().any(|word| word == "--quiet") {
            command.insert(0, "--quiet".to_owned());
        }
    }
    remove_stale_artifacts(step, place);
    let output = execute(binary, &command, &env, place);
    let mut facts = BTreeMap::from([("exit_code".to_owned(), json!(output.code))]);
    facts.extend(output_facts(step, &output));
    if step.records("ls") {
        let ids = |command: &[String]| execute(binary, command, &env, place).stdout;
        facts.insert("ls".to_owned(), ls_facts(&command, &output, ids));
    }
    facts.extend(artifact_facts(step, &place.project.join("target")));
    if step.records("tables") {
        facts.insert("tables".to_owned(), tables(&place.databases, &case.volatile_columns));
    }
    Observation { stdout: output.stdout, stderr: output.stderr, facts }
}

fn mutate(mutation: &Json, place: &Place) {
    for copied in mutation["copy"].as_array().into_iter().flatten() {
        let path = |key: &str| place.project.join(copied[key].as_str().unwrap());
        let (from, to) = (path("from"), path("to"));
        if to.is_dir() {
            fs::remove_dir_all(&to).unwrap();
        }
        copy(&from, &to);
    }
    for (file, text) in mutation["write"].as_object().into_iter().flatten() {
        let path = place.project.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text.as_str().unwrap()).unwrap();
    }
    for file in texts(&mutation["delete"]) {
        let path = place.project.join(file);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap()
        } else {
            fs::remove_file(path).unwrap()
        }
    }
    let statements = texts(&mutation["sql"]);
    if !statements.is_empty() {
        let name = mutation["db"].as_str().unwrap_or("main");
        let mut db = Connection::open(place.databases.join(format!("{name}.db"))).unwrap();
        let transaction = db.transaction().unwrap();
        for sql in statements {
            transaction.execute_batch(&sql).unwrap();
        }
        transaction.commit().unwrap();
    }
}

fn remove_stale_artifacts(step: &Step, place: &Place) {
    let target = place.project.join("target");
    let keeps = step.verb() == "retry"
        || step.keep_artifacts
        || step.command.iter().any(|word| word == "target");
    for file in ["run_results.json", "sources.json", "semantic_manifest.json", "osi_document.json"]
    {
        if !keeps && target.join(file).exists() {
            fs::remove_file(target.join(file)).unwrap();
        }
    }
    if step.records("compiled") && target.join("compiled").is_dir() {
        fs::remove_dir_all(target.join("compiled")).unwrap();
    }
}

fn execute(binary: &Path, arguments: &[String], env: &[(String, String)], place: &Place) -> Output {
    let mut command = assert_cmd::Command::new(binary);
    command.args(arguments).current_dir(&place.project).timeout(TIMEOUT);
    for (name, _) in std::env::vars_os() {
        let name_text = name.to_string_lossy();
        if name_text.starts_with("DBT_") || name_text.starts_with("FORGE_") {
            command.env_remove(name);
        }
    }
    command.env("DB_DIR", &place.databases).env("DBT_PROFILES_DIR", &place.project);
    command.envs([
        ("DBT_SEND_ANONYMOUS_USAGE_STATS", "false"),
        ("DO_NOT_TRACK", "1"),
        ("DBT_USE_COLORS", "false"),
        ("NO_COLOR", "1"),
        ("DBT_PARTIAL_PARSE", "false"),
        ("DBT_VERSION_CHECK", "false"),
        ("TZ", "UTC"),
        ("LC_ALL", "C.UTF-8"),
        ("COLUMNS", "400"),
    ]);
    command.envs(env.iter().map(|(name, value)| (name, value)));
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", binary.display()));
    Output {
        code: output
            .status
            .code()
            .unwrap_or_else(|| panic!("{arguments:?} was killed or took over {TIMEOUT:?}")),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Facts from the two output streams.
fn output_facts(step: &Step, output: &Output) -> Vec<(String, Json)> {
    let text = format!("{}\n{}", output.stdout, output.stderr);
    let found = |wanted: &[String]| {
        wanted.iter().filter(|part| text.contains(*part)).cloned().collect::<Vec<_>>()
    };
    let mut facts = vec![
        ("mentions".to_owned(), json!(found(&step.mentions))),
        ("absent".to_owned(), json!(found(&step.absent))),
    ];
    if step.stdout_json {
        facts.push(("stdout_json".to_owned(), first_json(&output.stdout)));
    }
    if step.stdout_lines {
        let lines = filled_lines(&output.stdout).map(str::trim_end).collect::<Vec<_>>();
        facts.push(("stdout_lines".to_owned(), json!(lines)));
    }
    facts
}

fn filled_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim().is_empty())
}

/// The first list or mapping in a text that may have other lines around it.
fn first_json(text: &str) -> Json {
    let starts = text.match_indices(['{', '[']).map(|(at, _)| at);
    starts
        .filter_map(|at| serde_json::Deserializer::from_str(&text[at..]).into_iter().next()?.ok())
        .next()
        .unwrap_or(Json::Null)
}

/// The lines of `ls`, and the ids that a second call in JSON gives.
fn ls_facts(command: &[String], output: &Output, run: impl Fn(&[String]) -> String) -> Json {
    let mut lines = Vec::new();
    if output.code == 0 {
        lines = filled_lines(&output.stdout).collect();
        lines.sort_unstable();
    }
    let mut fact = json!({ "lines": lines });
    if !lines.is_empty() && !command.iter().any(|word| word == "--output") {
        let more = ["--output", "json", "--output-keys", "unique_id"].map(str::to_owned);
        let text = run(&[command, &more].concat());
        let parsed = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
        let mut ids = parsed
            .filter_map(|line| Some(line.get("unique_id")?.as_str()?.to_owned()))
            .collect::<Vec<_>>();
        ids.sort_unstable();
        fact["unique_ids"] = json!(ids);
    }
    fact
}

/// Facts from the files in `target/`.
fn artifact_facts(step: &Step, target: &Path) -> Vec<(String, Json)> {
    let mut facts = Vec::new();
    let manifest = read_json(&target.join("manifest.json"));
    let run_results = read_json(&target.join("run_results.json"));
    let results = run_results["results"].as_array().map_or(&[][..], Vec::as_slice);
    if step.records("manifest") {
        facts.push(("manifest".to_owned(), manifest::extract(&manifest)));
    }
    if step.records("semantic_manifest") {
        let semantic = read_json(&target.join("semantic_manifest.json"));
        facts.push(("semantic_manifest".to_owned(), semantic));
    }
    if step.records("osi_document") {
        facts.push(("osi_document".to_owned(), read_json(&target.join("osi_document.json"))));
    }
    if step.records("compiled") {
        facts.push(("compiled".to_owned(), compiled(&manifest, results)));
        facts.push(("compiled_files".to_owned(), compiled_files(&target.join("compiled"))));
    }
    if step.records("results") {
        let mut list = results.iter().map(result).collect::<Vec<_>>();
        list.sort_by_key(|result| result["unique_id"].to_string());
        facts.push(("results".to_owned(), Json::Array(list)));
    }
    if step.records("status_counts") {
        let mut counts = BTreeMap::<String, u64>::new();
        for result in results {
            *counts.entry(result["status"].as_str().unwrap_or_default().to_owned()).or_default() +=
                1;
        }
        facts.push(("status_counts".to_owned(), json!(counts)));
    }
    if step.records("sources") {
        let sources = read_json(&target.join("sources.json"));
        let list = sources["results"].as_array().into_iter().flatten();
        let picked = list.map(|r| json!({"unique_id": r["unique_id"], "status": r["status"]}));
        let mut picked: Vec<Json> = picked.collect();
        picked.sort_by_key(|r| r["unique_id"].as_str().map(str::to_owned));
        facts.push(("sources".to_owned(), Json::Array(picked)));
    }
    facts
}

fn read_json(path: &Path) -> Json {
    let text = fs::read_to_string(path).ok();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Json::Null)
}

/// Compiled code by unique id; the run's results know it better than the manifest.
fn compiled(manifest: &Json, results: &[Json]) -> Json {
    let mut all = Map::new();
    for (id, node) in manifest["nodes"].as_object().into_iter().flatten() {
        if !node["compiled_code"].is_null() {
            all.insert(id.clone(), node["compiled_code"].clone());
        }
    }
    for result in results {
        if !result["compiled_code"].is_null() {
            all.insert(
                result["unique_id"].as_str().unwrap_or_default().to_owned(),
                result["compiled_code"].clone(),
            );
        }
    }
    Json::Object(all)
}

fn compiled_files(folder: &Path) -> Json {
    let files = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file());
    let mut paths = files
        .map(|entry| {
            entry.path().strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/")
        })
        .collect::<Vec<_>>();
    paths.sort_unstable();
    json!(paths)
}

fn result(result: &Json) -> Json {
    let status = result["status"].as_str().unwrap_or_default();
    let mut picked = json!({"unique_id": result["unique_id"], "status": status});
    if !result["failures"].is_null() {
        picked["failures"] = result["failures"].clone();
    }
    let message = result["message"].as_str().unwrap_or_default();
    if matches!(status, "fail" | "warn") && message.starts_with("Got ") {
        picked["message"] = json!(message);
    }
    if let Some(batches) = result["batch_results"].as_object().filter(|batches| !batches.is_empty())
    {
        let day = |time: &Json| json!(time.as_str().unwrap_or_default().get(..10));
        let days = |name: &str| {
            let list = batches[name].as_array().into_iter().flatten();
            list.map(|batch| json!([day(&batch[0]), day(&batch[1])])).collect::<Vec<_>>()
        };
        picked["batches"] = json!({"successful": days("successful"), "failed": days("failed")});
    }
    picked
}
