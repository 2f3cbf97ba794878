//! Reads a YAML file into a tree and says what is wrong with it.
//!
//! Leaves the meaning of keys to the caller.
//! Invariant: when there is no tree, there is an error that says why.

use std::path::Path;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::host::Host;
use crate::source::yaml::{self, Yaml};
use crate::source::{FileId, SourceMap};

/// Reads a file that is there into the source map and parses it.
pub fn read_yaml(
    host: &dyn Host,
    sources: &SourceMap,
    shown: &str,
    path: &Path,
    diagnostics: &mut Diagnostics,
) -> Option<Yaml> {
    match host.read(path) {
        Ok(text) => parse_yaml(sources, sources.add(shown, path, text), diagnostics),
        Err(error) => {
            diagnostics.push(unreadable(shown, &error));
            None
        }
    }
}

/// Parses a file of the source map. Keys that are given twice are warnings, as in dbt.
pub fn parse_yaml(
    sources: &SourceMap,
    file: FileId,
    diagnostics: &mut Diagnostics,
) -> Option<Yaml> {
    let file = sources.file(file);
    match yaml::parse(file.id, stripped(&file.text)) {
        Ok(document) => {
            for key in &document.duplicates {
                diagnostics.push(
                    Diagnostic::warning(
                        codes::DUPLICATE_KEY,
                        format!("the key `{}` is given twice in {}", key.value, file.path),
                    )
                    .at(key.span, "this one counts"),
                );
            }
            Some(document.root)
        }
        Err(error) => {
            diagnostics.push(
                Diagnostic::error(
                    codes::BAD_YAML,
                    format!("{} is not valid YAML: {}", file.path, error.message),
                )
                .at(error.span, "reading stopped here"),
            );
            None
        }
    }
}

/// dbt 1.12 strips a file before it reads YAML, so that a block at its end has no line break. What was in front of
/// the first key stays: offsets have to fit.
pub fn stripped(text: &str) -> &str {
    text.trim_end()
}

/// The diagnostic of a file that could not be read.
pub(crate) fn unreadable(shown: &str, error: &std::io::Error) -> Diagnostic {
    let reason = match error.kind() {
        std::io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    };
    let diagnostic =
        Diagnostic::error(codes::UNREADABLE_FILE, format!("{shown} cannot be read: {reason}"));
    match error.kind() {
        std::io::ErrorKind::InvalidData => diagnostic.hint("save the file as UTF-8"),
        _ => diagnostic,
    }
}
