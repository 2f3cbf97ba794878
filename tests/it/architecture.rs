//! Holds the crate to its own rules: layers, where the outside world is touched, where an engine is named.
//!
//! The layer order is the order of `pub mod` in `src/lib.rs`. Every rule lists all places that break it.
//! Invariant: an exception is a line in a table below, with its reason.

use std::fmt::Write as _;
use std::path::Path;

use crate::rust_text::{RustFile, files_below, line_of, root, words};

/// A file of Rust longer than this is two rooms.
const LONGEST_FILE: usize = 800;

/// Names of engines, in any case, as parts of words.
const ENGINES: &[&str] = &[
    "sqlite",
    "duckdb",
    "postgres",
    "mysql",
    "mariadb",
    "snowflake",
    "bigquery",
    "redshift",
    "databricks",
    "clickhouse",
    "trino",
    "mssql",
    "sqlserver",
];

/// Where an engine may be named: start of the path, the text that is left out, the reason.
const ENGINE_EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/adapters/", "", "the room of engines"),
    ("src/templates.rs", "", "embeds the folders of `templates/`, one per engine"),
    ("src/", "dbt_sqlite", "the package whose macros dbt-sqlite projects name"),
    ("src/", "dbt-sqlite", "profiles of that adapter are read as they are"),
    ("src/cli/", "snowflake-projects-otel", "a flag of dbt's, accepted without effect"),
    (
        "src/project/",
        "snowflake_projects_otel",
        "a flag of dbt's, known so that it is not called a slip",
    ),
    (
        "src/project/",
        "snowflake_ignore_case",
        "a key of dbt's `quoting`, known so that it is not called a slip",
    ),
    ("src/manifest/config.rs", "\"snowflake\"", "a key of functions that dbt publishes"),
];

/// The one door to the machine, and what besides it may come through: start of the path, text, reason.
const HOST_EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/host.rs", "", "the door"),
    ("src/host/", "", "the door's other half"),
    ("src/http.rs", "ureq", "the one door to the network"),
    ("src/http/", "std::net", "the same door, from the other side"),
    ("src/adapters/", "std::fs", "opens databases and makes their folders"),
];

#[test]
fn modules_import_only_from_modules_above_them() {
    let layers = layers();
    assert!(layers.len() >= 15, "layers not found in src/lib.rs: {layers:?}");
    let findings = source_files().iter().flat_map(|file| upward_imports(file, &layers)).collect();
    report("upward imports; the order is that of `pub mod` in src/lib.rs", findings);
}

#[test]
fn engines_are_named_in_their_folders_only() {
    let mut findings = Vec::new();
    for file in source_files() {
        let mut text = file.shipped.to_lowercase();
        for (_, allowed, _) in exceptions(ENGINE_EXCEPTIONS, &file.path) {
            text = if allowed.is_empty() { String::new() } else { text.replace(allowed, "") };
        }
        for engine in ENGINES {
            findings.extend(places(
                &file,
                &text,
                text.match_indices(engine).map(|(at, _)| at),
                engine,
            ));
        }
    }
    report(
        "an engine is named outside src/adapters/ and templates/; ask its capabilities",
        findings,
    );
}

#[test]
fn only_the_command_line_and_the_reports_print() {
    let mut findings = Vec::new();
    for file in source_files() {
        let may_print = ["src/cli/", "src/cli.rs", "src/report/", "src/report.rs"];
        if may_print.iter().any(|start| file.path.starts_with(start)) {
            continue;
        }
        for name in ["println!", "eprintln!", "print!", "eprint!", "dbg!"] {
            findings.extend(places(
                &file,
                &file.shipped_bare,
                words(&file.shipped_bare, name),
                name,
            ));
        }
    }
    report("printing outside cli/ and report/; emit an event or a diagnostic", findings);
}

#[test]
fn files_environment_and_clock_are_reached_through_the_host() {
    let mut findings = Vec::new();
    for file in source_files() {
        let allowed =
            exceptions(HOST_EXCEPTIONS, &file.path).map(|(_, text, _)| *text).collect::<Vec<_>>();
        if allowed.contains(&"") {
            continue;
        }
        for name in [
            "std::fs",
            "std::env",
            "std::process::Command",
            "std::net",
            "ureq",
            "SystemTime::now",
            "Timestamp::now",
            "Zoned::now",
        ] {
            if !allowed.contains(&name) {
                findings.extend(places(
                    &file,
                    &file.shipped_bare,
                    words(&file.shipped_bare, name),
                    name,
                ));
            }
        }
        for (at, group) in groups(&file.shipped_bare, "std::{") {
            for name in ["fs", "env"] {
                let full = format!("std::{name}");
                if heads(group).any(|head| head == name) && !allowed.contains(&full.as_str()) {
                    findings.extend(places(&file, &file.shipped_bare, std::iter::once(at), &full));
                }
            }
        }
    }
    report("the machine is touched outside src/host.rs; ask the `Host`", findings);
}

#[test]
fn nothing_unwraps_outside_tests() {
    let mut findings = Vec::new();
    for file in source_files() {
        let offsets = file.shipped_bare.match_indices(".unwrap()").map(|(at, _)| at);
        findings.extend(places(&file, &file.shipped_bare, offsets, "unwrap()"));
    }
    report("`unwrap()`; return the error, or `expect(\"invariant: …\")`", findings);
}

#[test]
fn every_file_says_what_it_is_for() {
    let files = all_files();
    let silent = files.iter().filter(|file| !file.text.starts_with("//! "));
    report("no `//!` at the top", silent.map(|file| format!("{}:1", file.path)).collect());
}

#[test]
fn no_file_is_longer_than_a_room() {
    let files = all_files();
    let long = files
        .iter()
        .map(|file| (file, file.text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST_FILE);
    let findings = long.map(|(file, lines)| format!("{}: {lines} lines", file.path)).collect();
    report(&format!("files of more than {LONGEST_FILE} lines; find the second room"), findings);
}

#[test]
fn the_rules_see_what_breaks_them() {
    let layers = ["low", "high"].map(str::to_owned);
    let found = |path: &str, text: &str| {
        upward_imports(&RustFile::new(path, text.to_owned()), &layers).len()
    };
    assert_eq!(found("src/low/mod.rs", "use crate::high::X;"), 1);
    assert_eq!(found("src/low/a.rs", "use crate::{low::b, high::{c, d}};"), 1);
    assert_eq!(found("src/low/a.rs", "fn f() { super::super::high::g() }"), 1);
    assert_eq!(found("src/low.rs", "use super::high;"), 1);
    assert_eq!(found("src/low/a.rs", "use super::high; // crate::high\n use crate::low::b;"), 0);
    assert_eq!(found("src/high/a.rs", "use crate::{high::b, low}; let s = \"crate::none\";"), 0);
}

fn source_files() -> Vec<RustFile> {
    files_below("src")
}

fn all_files() -> Vec<RustFile> {
    ["src", "tests", "benches"]
        .iter()
        .filter(|dir| root().join(dir).is_dir())
        .flat_map(|dir| files_below(dir))
        .collect()
}

/// The rooms in layer order.
fn layers() -> Vec<String> {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let lines = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    lines.map(str::to_owned).collect()
}

/// The places where a file names a room below its own.
fn upward_imports(file: &RustFile, layers: &[String]) -> Vec<String> {
    let below_src = Path::new(&file.path).strip_prefix("src").unwrap().with_extension("");
    let mut module =
        below_src.iter().map(|part| part.to_string_lossy().into_owned()).collect::<Vec<_>>();
    module.pop_if(|last| last == "mod");
    let rank = |name: &str| layers.iter().position(|layer| layer == name);
    let Some(own) = rank(&module[0]) else {
        return Vec::new();
    };
    let supers = "super::".repeat(module.len());
    let mut named = Vec::new();
    for prefix in ["crate::", supers.as_str()] {
        let rooms = words(&file.bare, prefix.trim_end_matches(':')).filter(|&at| {
            file.bare[at..].starts_with(prefix) && !file.bare[..at].ends_with("super::")
        });
        for at in rooms {
            let rest = &file.bare[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(group) => {
                    named.extend(heads(until_close(group)).map(|head| (at, head.to_owned())))
                }
                None => named.push((at, first_name(rest).to_owned())),
            }
        }
    }
    let upward = named.into_iter().filter(|(_, name)| rank(name).is_some_and(|rank| rank > own));
    upward
        .map(|(at, name)| {
            format!("{}:{}: `{}` uses `{name}`", file.path, line_of(&file.bare, at), module[0])
        })
        .collect()
}

/// The brace groups that `opening` (with its brace) starts: offset and inside.
fn groups<'t>(text: &'t str, opening: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    text.match_indices(opening).map(move |(at, _)| (at, until_close(&text[at + opening.len()..])))
}

/// The text up to the brace that closes one opened before it.
fn until_close(text: &str) -> &str {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth == 0 {
            return &text[..at];
        }
    }
    text
}

/// The first names of the paths in a `use` group.
fn heads(group: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let paths = group.split(move |c| {
        depth += match c {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        c == ',' && depth == 0
    });
    paths.map(|path| first_name(path.trim_start()))
}

fn first_name(path: &str) -> &str {
    path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

fn exceptions<'t>(
    table: &'t [(&'t str, &'t str, &'t str)],
    path: &str,
) -> impl Iterator<Item = &'t (&'t str, &'t str, &'t str)> {
    table.iter().filter(move |(start, _, reason)| {
        assert!(!reason.is_empty(), "an exception without a reason");
        path.starts_with(start)
    })
}

/// `path:line: what` and the line itself for each offset.
fn places(
    file: &RustFile,
    text: &str,
    offsets: impl Iterator<Item = usize>,
    what: &str,
) -> Vec<String> {
    offsets
        .map(|at| {
            let line = line_of(text, at);
            let source = file.text.lines().nth(line - 1).unwrap_or_default().trim();
            format!("{}:{line}: `{what}` in: {source}", file.path)
        })
        .collect()
}

fn report(rule: &str, findings: Vec<String>) {
    let mut text = String::new();
    for finding in &findings {
        writeln!(text, "  {finding}").unwrap();
    }
    assert!(findings.is_empty(), "{} × {rule}\n{text}", findings.len());
}
