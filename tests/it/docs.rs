//! Keeps the manual complete: what the program knows, `docs/` says.
//!
//! `UPDATE_DOCS=1 cargo test --test it docs` rewrites `docs/diagnostics.md` from the pages of the codes.
//! Invariant: the lists come from the program and its tables, never from this file.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use forge::diagnostics::codes::{self, Code};
use forge::manifest::config::KEYS;
use forge::parity::RULES;

use crate::rust_text::root;

/// The longest line of a page that `forge explain` prints.
const PAGE_WIDTH: usize = 120;

#[test]
fn every_config_key_is_documented() {
    let manual = manual();
    let missing =
        KEYS.iter().map(|key| key.name).filter(|name| !manual.contains(&format!("`{name}`")));
    expect_none("config keys that no page of docs/ names as `key`", missing);
}

#[test]
fn every_parity_rule_is_documented() {
    let page = page("parity.md");
    let missing = RULES.iter().filter(|rule| {
        !page.contains(&format!("| `{}` |", rule.name)) || !page.contains(rule.summary)
    });
    expect_none("rules that docs/parity.md does not list", missing.map(|rule| rule.name));
    let summaries = page.lines().filter_map(|line| line.split(" | ").nth(2)?.strip_suffix(" |"));
    let is_rule = |summary: &&str| RULES.iter().any(|rule| rule.summary == *summary);
    let stray = summaries.filter(|summary| *summary != "what happens" && !is_rule(summary));
    expect_none("lines of docs/parity.md that no rule says", stray);
}

#[test]
fn every_lint_rule_is_documented() {
    let page = page("lint.md");
    let missing = forge::check::lint::rules::RULES
        .iter()
        .filter(|rule| !page.contains(&format!("| {} | `{}` |", rule.code.id(), rule.code.name())));
    expect_none("rules that docs/lint.md does not list", missing.map(|rule| rule.code.id()));
}

#[test]
fn every_selector_method_is_documented() {
    let methods = selector_methods();
    assert!(methods.len() >= 8, "selector methods not found: {methods:?}");
    let page = page("selection.md");
    let is_told = |method: &str| {
        page.contains(&format!("`{method}:")) || page.contains(&format!("`{method}."))
    };
    let missing = methods.iter().map(String::as_str).filter(|method| !is_told(method));
    expect_none("selector methods that docs/selection.md does not name as `method:`", missing);
}

#[test]
fn every_verb_is_documented() {
    let verbs = verbs();
    assert!(verbs.len() >= 12, "verbs not found in `forge --help`: {verbs:?}");
    let page = page("commands.md");
    let is_told = |verb: &str| {
        let after = ["`", " "].map(|end| format!("`{verb}{end}"));
        after.iter().any(|text| page.contains(text))
    };
    let missing = verbs.iter().map(String::as_str).filter(|verb| !is_told(verb));
    expect_none("verbs that docs/commands.md does not name", missing);
}

#[test]
fn the_list_of_diagnostics_is_up_to_date() {
    let path = root().join("docs/diagnostics.md");
    let wanted = diagnostics_page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(&found, &wanted);
    let diff = diff
        .unified_diff()
        .context_radius(1)
        .header("docs/diagnostics.md", "the codes")
        .to_string();
    assert!(diff.is_empty(), "run UPDATE_DOCS=1 cargo test --test it docs\n{diff}");
}

#[test]
fn every_code_has_a_page_that_explains_it() {
    let mut findings = Vec::new();
    for code in codes::ALL {
        let page = code.page();
        let lines = page.lines().count();
        let mut complain = |what: &str| findings.push(format!("{}: {what}", code.id()));
        if !(8..=20).contains(&lines) {
            complain(&format!("{lines} lines; a page has 8 to 20"));
        }
        if page.lines().any(|line| line.chars().count() > PAGE_WIDTH) {
            complain(&format!("a line of more than {PAGE_WIDTH} characters"));
        }
        if page.matches("```").count() < 2 || page.matches("```").count() % 2 != 0 {
            complain("no example in a fence");
        }
        let meaning = meaning(*code);
        if !meaning.ends_with('.') || meaning.contains(". ") {
            complain("the first paragraph is not one sentence");
        }
    }
    expect_none("pages of codes", findings.iter().map(String::as_str));
}

#[test]
fn every_code_is_named_in_a_test_or_a_case() {
    let mut texts = String::new();
    for folder in ["tests", "src"] {
        for entry in walkdir::WalkDir::new(root().join(folder)) {
            let path = entry.unwrap().into_path();
            let is_code = folder == "tests" || path.extension().is_some_and(|kind| kind == "rs");
            if path.is_file() && is_code {
                let text = std::fs::read(path).unwrap();
                let text = String::from_utf8_lossy(&text);
                let tests = if folder == "tests" {
                    0
                } else {
                    text.find("#[cfg(test)]").unwrap_or(text.len())
                };
                texts += &text[tests..];
            }
        }
    }
    let unnamed = codes::ALL.iter().map(|code| code.id()).filter(|id| !texts.contains(*id));
    expect_none("codes that no test and no case is about", unnamed);
}

#[test]
fn every_page_file_belongs_to_a_code() {
    let names = stems(&root().join("src/diagnostics/codes"), "md");
    let stray = names.iter().map(String::as_str).filter(|name| Code::find(name).is_none());
    expect_none("pages in src/diagnostics/codes without a code", stray);
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut findings = Vec::new();
    let readme = root().join("README.md");
    for path in pages().into_iter().chain(readme.is_file().then_some(readme)) {
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap_or_default();
            let file = target.split('#').next().unwrap_or_default();
            let is_local = !file.is_empty()
                && !target.contains("://")
                && !target.contains(char::is_whitespace);
            if is_local && !path.parent().unwrap().join(file).exists() {
                findings
                    .push(format!("{}: {target}", path.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    expect_none("links to files that are not there", findings.iter().map(String::as_str));
}

fn diagnostics_page() -> String {
    let mut text = String::from(
        "# Diagnostics\n\n\
         What forge says when something is wrong. Every message has a code that never changes its meaning;\n\
         `forge explain E0301` (or `forge explain unknown-ref`) prints the page that the table links to.\n",
    );
    let mut group = "";
    for code in codes::ALL {
        let prefix = &code.id()[..3];
        if prefix != group {
            group = prefix;
            write!(
                text,
                "\n## {group}xx: {}\n\n| code | name | meaning |\n|---|---|---|\n",
                group_title(group)
            )
            .unwrap();
        }
        let (id, name) = (code.id(), code.name());
        let meaning = meaning(*code).replace('|', "\\|");
        writeln!(text, "| [{id}](../src/diagnostics/codes/{id}.md) | `{name}` | {meaning} |")
            .unwrap();
    }
    text
}

fn group_title(group: &str) -> &'static str {
    match group {
        "E01" => "project and profile",
        "E02" => "files and YAML",
        "E03" => "references and graph",
        "E04" => "templates",
        "E05" => "configuration",
        "E06" => "selection",
        "E07" => "the database",
        "E08" => "tests and runs",
        "E09" => "forge itself",
        "E10" => "what `forge lint` finds",
        "E11" => "what `forge check` finds",
        "E13" => "the lineage of columns",
        other => panic!("give the codes {other}xx a title"),
    }
}

/// The first paragraph of a code's page, on one line.
fn meaning(code: Code) -> String {
    let paragraph = code.page().split("\n\n").nth(1).unwrap_or_default();
    paragraph.trim().replace('\n', " ")
}

/// The names of the files in `src/select/methods/`: there is one for each method.
fn selector_methods() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("src/select/methods/mod.rs")).unwrap();
    let table = text.split("static METHODS").nth(1).unwrap();
    let table = table.split("];").next().unwrap();
    let entries = table.lines().filter_map(|line| line.trim().split_once("::"));
    entries.map(|(room, entry)| entry.split('"').nth(1).unwrap_or(room).to_owned()).collect()
}

/// The verbs that `forge --help` lists.
fn verbs() -> BTreeSet<String> {
    let output =
        assert_cmd::Command::new(env!("CARGO_BIN_EXE_forge")).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let commands = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    let entries = commands.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let verbs = entries.filter_map(|line| line.split_whitespace().next());
    verbs.filter(|verb| *verb != "help").map(str::to_owned).collect()
}

fn stems(folder: &Path, extension: &str) -> BTreeSet<String> {
    let entries =
        std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|found| found == extension));
    files.map(|path| path.file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

fn pages() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("docs")).into_iter().flatten();
    let mut pages = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect::<Vec<_>>();
    pages.sort();
    pages
}

/// All pages of the manual as one text.
fn manual() -> String {
    pages().iter().map(|page| std::fs::read_to_string(page).unwrap()).collect()
}

fn page(name: &str) -> String {
    std::fs::read_to_string(root().join("docs").join(name)).unwrap_or_default()
}

fn expect_none<'t>(rule: &str, findings: impl Iterator<Item = &'t str>) {
    let findings = findings.collect::<Vec<_>>();
    assert!(findings.is_empty(), "{} × {rule}:\n  {}", findings.len(), findings.join("\n  "));
}
