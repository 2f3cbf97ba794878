//! A wrong project: one text file, and what has to be found in it.
//!
//! The first line says what is wrong. Files follow, each after a line `//- path`; `dbt_project.yml` may be left out.
//! `//- setup.sql` is run on the project's database before. `//- commands` has lines with arguments of `forge`; what
//! the last one tells is judged (default `check`). The last part, `//- expect`, has lines `CODE file:line:column`,
//! counted from 1, columns in characters, or only `CODE` for what has no place; `*` stands for any code. `␍` is a
//! carriage return, `�` a byte that is no UTF-8.

use std::fmt;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

/// A file of the catalogue.
pub(super) struct Case {
    /// `sql/unknown_column`.
    pub(super) name: String,
    /// Paths and contents.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) setup: Option<String>,
    /// Arguments of `forge`, a command each.
    pub(super) commands: Vec<String>,
    pub(super) expected: Vec<Expected>,
}

/// A mistake that has to be told.
pub(super) struct Expected {
    code: String,
    pub(super) place: Place,
}

/// A finding of a report.
pub(super) struct Found {
    code: String,
    pub(super) level: String,
    pub(super) place: Place,
    message: String,
}

/// File, line, column.
#[derive(PartialEq, Eq)]
pub(super) struct Place {
    file: String,
    line: u64,
    column: u64,
}

impl Case {
    pub(super) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap().replace('␍', "\r");
        let folder = path.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        let name = format!("{folder}/{}", path.file_stem().unwrap().to_string_lossy());
        assert!(text.starts_with("# "), "{name}: the first line has to say what is wrong");
        let commands = vec!["check".to_owned()];
        let mut case =
            Case { name, files: Vec::new(), setup: None, commands, expected: Vec::new() };
        for part in text.split("\n//- ").skip(1) {
            let (path, text) = part.split_once('\n').unwrap_or((part, ""));
            // The break before the next part belongs to the file.
            let text = if text.is_empty() {
                String::new()
            } else {
                text.trim_end_matches('\n').to_owned() + "\n"
            };
            match path.trim() {
                "setup.sql" => case.setup = Some(text),
                "expect" => {
                    case.expected = text.lines().map(|line| case.expectation(line)).collect()
                }
                "commands" => case.commands = text.lines().map(str::to_owned).collect(),
                path => case.files.push((path.to_owned(), bytes(&text))),
            }
        }
        assert!(!case.expected.is_empty(), "{}: nothing is expected", case.name);
        case
    }

    fn expectation(&self, line: &str) -> Expected {
        let parts = || {
            if !line.contains(' ') {
                let place = Place { file: String::new(), line: 0, column: 0 };
                return Some(Expected { code: line.to_owned(), place });
            }
            let (code, place) = line.split_once(' ')?;
            let (place, column) = place.rsplit_once(':')?;
            let (file, line) = place.rsplit_once(':')?;
            let (line, column) = (line.parse().ok()?, column.parse().ok()?);
            Some(Expected {
                code: code.to_owned(),
                place: Place { file: file.to_owned(), line, column },
            })
        };
        parts().unwrap_or_else(|| panic!("{}: `{line}` is not `CODE file:line:column`", self.name))
    }
}

/// The content of a file, with its bytes that are no text.
fn bytes(text: &str) -> Vec<u8> {
    text.split('\u{fffd}').map(str::as_bytes).collect::<Vec<_>>().join(&0xff)
}

impl Expected {
    /// Whether a finding is about this mistake, wherever in its file.
    pub(super) fn is_told_by(&self, found: &Found) -> bool {
        (self.code == "*" || self.code == found.code) && self.place.file == found.place.file
    }
}

impl Found {
    /// A result of a SARIF file.
    pub(super) fn new(result: &Json) -> Self {
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let place = &result["locations"][0]["physicalLocation"];
        let number = |key: &str| place["region"][key].as_u64().unwrap_or(0);
        Found {
            code: text(&result["ruleId"]),
            level: text(&result["level"]),
            place: Place {
                file: text(&place["artifactLocation"]["uri"]).replace("%20", " "),
                line: number("startLine"),
                column: number("startColumn"),
            },
            message: text(&result["message"]["text"]).replace('\n', " "),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.place)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.code, self.place, self.message)
    }
}
