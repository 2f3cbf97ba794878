//! `case.yml` and `expected/`: what a golden case asks for and what dbt made of it.
//!
//! Invariant: reading a case never changes it; a case that cannot be read panics with its path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use forge::source::{SourceMap, yaml};
use serde_json::Value as Json;

/// What a step looks at, by verb, unless it says `record`.
const FACETS: &[(&str, &[&str])] = &[
    ("ls", &["ls"]),
    ("list", &["ls"]),
    ("parse", &["manifest"]),
    ("compile", &["compiled"]),
    ("run", &["results", "tables", "compiled"]),
    ("build", &["results", "tables", "compiled"]),
    ("test", &["results", "compiled"]),
    ("seed", &["results", "tables"]),
    ("snapshot", &["results", "tables", "compiled"]),
    ("retry", &["results", "tables"]),
    ("clone", &["results", "tables"]),
    ("run-operation", &["tables"]),
    ("source", &["sources"]),
    ("show", &[]),
    ("docs", &[]),
    ("deps", &[]),
    ("debug", &[]),
    ("clean", &[]),
];

/// A golden case.
pub(super) struct Case {
    pub(super) folder: PathBuf,
    pub(super) steps: Vec<Step>,
    /// Globs of columns, `column` or `schema.table.column`, whose values change from run to run.
    pub(super) volatile_columns: Vec<String>,
}

/// One command of a case.
pub(super) struct Step {
    pub(super) command: Vec<String>,
    /// What to record: `ls`, `manifest`, `compiled`, `results`, `tables`, `sources`, `status_counts`,
    /// `semantic_manifest`, `osi_document`.
    pub(super) facets: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    /// Changes of the project and the database before the command.
    pub(super) mutate: Json,
    /// Texts that the output has to contain, and not to contain.
    pub(super) mentions: Vec<String>,
    pub(super) absent: Vec<String>,
    pub(super) stdout_json: bool,
    pub(super) stdout_lines: bool,
    pub(super) keep_artifacts: bool,
}

impl Case {
    /// Reads `case.yml`.
    pub(super) fn load(folder: &Path) -> Self {
        let path = folder.join("case.yml");
        let text = std::fs::read_to_string(&path).unwrap();
        let file = SourceMap::new().add("case.yml", &path, text.as_str());
        let document = yaml::parse(file, &text)
            .unwrap_or_else(|error| panic!("{}: {}", path.display(), error.message));
        let case = document.root.to_json();
        let steps =
            case["steps"].as_array().unwrap_or_else(|| panic!("{}: no steps", path.display()));
        Case {
            folder: folder.to_owned(),
            steps: steps.iter().map(Step::new).collect(),
            volatile_columns: texts(&case["volatile_columns"]),
        }
    }

    /// The facts recorded for a step, counted from 1: facet to value.
    pub(super) fn expected(&self, step: usize) -> BTreeMap<String, Json> {
        let folder = self.folder.join(format!("expected/step_{step}"));
        let entries = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("no expectations: {}: {error}", folder.display()));
        let mut facts = BTreeMap::new();
        for path in entries.map(|entry| entry.unwrap().path()) {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap().to_owned();
            if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                let value = serde_json::from_str(&text)
                    .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                facts.insert(stem, value);
            }
        }
        if facts.contains_key("compiled_files") {
            facts.insert("compiled".to_owned(), compiled(&folder.join("compiled")));
        }
        facts
    }
}

/// `<unique id>.sql` files as a mapping; Git does not keep an empty folder, so a missing one is empty.
fn compiled(folder: &Path) -> Json {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let files = entries.map(|entry| entry.unwrap().path()).map(|path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        let id = name.strip_suffix(".sql").unwrap_or(name).to_owned();
        (id, Json::String(std::fs::read_to_string(&path).unwrap()))
    });
    Json::Object(files.collect())
}

impl Step {
    fn new(step: &Json) -> Self {
        let command = texts(&step["cmd"]);
        let facets = match step.get("record") {
            Some(record) => texts(record),
            None => {
                let mut facets = default_facets(verb(&command));
                facets.extend(texts(&step["extra"]));
                facets
            }
        };
        let env = step["env"].as_object().into_iter().flatten();
        Step {
            facets,
            env: env.map(|(name, value)| (name.clone(), text(value))).collect(),
            mutate: step["mutate"].clone(),
            mentions: texts(&step["mentions"]),
            absent: texts(&step["absent"]),
            stdout_json: step["stdout_json"] == true,
            stdout_lines: step["stdout_lines"] == true,
            keep_artifacts: step["keep_artifacts"] == true,
            command,
        }
    }

    /// Whether the step records a facet.
    pub(super) fn records(&self, facet: &str) -> bool {
        self.facets.iter().any(|name| name == facet)
    }

    /// `check` of what a `run` or a `build` works on; none when it works on a state or on less than the whole.
    pub(super) fn as_check(&self) -> Option<Vec<String>> {
        let types: &[&str] = match self.verb() {
            "run" => &["--resource-type", "model"],
            "build" => &[],
            _ => return None,
        };
        let is_known = |word: &String| {
            !word.starts_with('-')
                || ["--vars", "--target", "--profile", "--select", "-s", "--exclude", "--selector"]
                    .contains(&word.as_str())
        };
        let verb = self.verb();
        let as_check = |word: &String| if word == verb { "check".to_owned() } else { word.clone() };
        let rest = types.iter().copied().chain(["--sarif", "check.sarif"]).map(str::to_owned);
        let is_whole = self.command.iter().all(is_known);
        is_whole.then(|| self.command.iter().map(as_check).chain(rest).collect())
    }

    /// The verb of the command, empty when there is none that dbt has.
    pub(super) fn verb(&self) -> &str {
        verb(&self.command)
    }
}

fn verb(command: &[String]) -> &str {
    let known = |word: &&String| FACETS.iter().any(|(verb, _)| verb == word);
    command.iter().find(known).map_or("", String::as_str)
}

fn default_facets(verb: &str) -> Vec<String> {
    let facets =
        FACETS.iter().find(|(name, _)| *name == verb).map_or(&[][..], |(_, facets)| facets);
    facets.iter().map(|&facet| facet.to_owned()).collect()
}

/// The items of a list as text; nothing for null.
pub(super) fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().map(text).collect()
}

/// A scalar as Python's `str` prints it.
fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        other => other.to_string(),
    }
}
