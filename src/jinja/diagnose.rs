//! Template errors as diagnostics: the place in a file that the user can edit, the macro stack, one hint.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::coded::Coded;
use super::error::{JinjaError, JinjaErrorKind};
use crate::adapters::AdapterError;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::names::did_you_mean;
use crate::source::{SourceMap, Span};

/// Built-in macros that refuse something which has a code, and what to do then.
const REFUSALS: &[(&str, Code, &str)] = &[
    ("default__process_schema_changes", codes::SCHEMA_CHANGE, FOLLOW),
    ("refuse_missing_columns", codes::SCHEMA_CHANGE, FOLLOW),
];

const FOLLOW: &str = "set `on_schema_change` to `append_new_columns` or `sync_all_columns`, or rebuild with \
                      `--full-refresh`";

/// Where templates were written.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The texts.
    pub sources: Arc<SourceMap>,
    /// The block of every macro, by unique id.
    pub macros: HashMap<String, Span>,
    /// Names of all macros, for suggestions.
    pub names: Vec<String>,
    /// The packages that forge brings; nobody can open their files.
    pub internal: Vec<String>,
}

impl Places {
    fn is_internal(&self, template: &str) -> bool {
        let package = template.strip_prefix("macro.").and_then(|rest| rest.split('.').next());
        package.is_some_and(|package| self.internal.iter().any(|own| own == package))
    }

    /// Where a template's range is in its file.
    fn span(&self, template: &str, range: Option<&Range<usize>>, root: &Root<'_>) -> Option<Span> {
        let base = match template == root.template {
            true => root.span?,
            false => *self.macros.get(template)?,
        };
        Some(match range {
            Some(range) if !root.is_opaque || template != root.template => {
                // A template in a property file may stand in quotes.
                let file = self.sources.file(base.file);
                let text = file.text.get(base.start as usize..).unwrap_or_default();
                let quote = text.starts_with(['"', '\'']) as usize;
                let start = base.start as usize + quote;
                Span::new(base.file, start + range.start, start + range.end)
            }
            _ => base,
        })
    }

    /// The diagnostic of a template error.
    pub fn diagnostic(&self, error: &JinjaError, root: &Root<'_>) -> Diagnostic {
        let (code, message, hint) = self.facts(error);
        let (code, hint) = match self.refusal(error) {
            Some((code, hint)) => (code, Some(hint.to_owned())),
            None => (code, hint),
        };
        let mut diagnostic = Diagnostic::error(code, message);
        diagnostic.hint = hint;
        let shown = error.frames.iter().position(|f| {
            !self.is_internal(&f.template)
                && self.span(&f.template, f.range.as_ref(), root).is_some()
        });
        match shown {
            Some(at) => {
                let frame = &error.frames[at];
                if let Some(span) = self.span(&frame.template, frame.range.as_ref(), root) {
                    diagnostic = diagnostic.at(span, "");
                }
            }
            None => {
                if let Some(span) = root.span {
                    diagnostic = diagnostic.at(span, "");
                }
            }
        }
        // How a contract is enforced is nothing that a user has called.
        let is_own = [codes::CONTRACT, codes::CONSTRAINT, codes::SCHEMA_CHANGE].contains(&code);
        for pair in error.frames.windows(2) {
            let [inner, outer] = pair else { continue };
            if is_own && self.is_internal(&inner.template) {
                continue;
            }
            let Some(name) = inner.template.strip_prefix("macro.") else {
                continue;
            };
            let name = name.split_once('.').map_or(name, |(_, name)| name);
            let place = self.span(&outer.template, outer.range.as_ref(), root);
            diagnostic = diagnostic.note(match place {
                Some(place) if !self.is_internal(&outer.template) => {
                    format!("in macro `{name}`, called at {}", self.sources.place(place))
                }
                _ => format!("in macro `{name}`"),
            });
        }
        diagnostic
    }

    /// The code of what a built-in macro refuses, and its hint.
    fn refusal(&self, error: &JinjaError) -> Option<(Code, &'static str)> {
        let raised = error.downcast::<Coded>().is_some_and(|coded| coded.code == codes::RAISED);
        let inner = error.frames.first().filter(|_| raised)?.template.as_str();
        let name = inner.rsplit('.').next()?;
        let (_, code, hint) = REFUSALS.iter().find(|(refusing, ..)| *refusing == name)?;
        self.is_internal(inner).then_some((*code, *hint))
    }

    fn unknown(&self, message: String) -> (Code, String, Option<String>) {
        let name = message.split(['\'', '`']).nth(1).unwrap_or_default();
        let near = did_you_mean(name, self.names.iter().map(String::as_str));
        let hint = near.map(|near| format!("did you mean `{near}`?"));
        (codes::UNKNOWN_NAME, message, hint)
    }

    fn facts(&self, error: &JinjaError) -> (Code, String, Option<String>) {
        if let Some(coded) = error.downcast::<Coded>() {
            return (coded.code, coded.message.clone(), coded.hint.clone());
        }
        if let Some(error) = error.downcast::<AdapterError>() {
            return (adapter_code(error), error.to_string(), None);
        }
        let message = error.message.clone();
        let is_undefined = message.ends_with("' is undefined");
        match error.kind {
            JinjaErrorKind::Operation if is_undefined => self.unknown(message),
            JinjaErrorKind::Syntax => (codes::JINJA_SYNTAX, message, None),
            JinjaErrorKind::Undefined => self.unknown(message),
            JinjaErrorKind::Arguments => (codes::MACRO_ARGUMENTS, message, None),
            _ => (codes::RENDER_ERROR, message, None),
        }
    }
}

/// The template that was rendered.
#[derive(Clone, Copy, Debug)]
pub struct Root<'a> {
    /// The name it was rendered with.
    pub template: &'a str,
    /// Where it was written.
    pub span: Option<Span>,
    /// Its text is not what stands at `span` (a generic test's, a YAML value's), so that offsets say nothing.
    pub is_opaque: bool,
}

/// The code of an engine's error.
pub fn adapter_code(error: &AdapterError) -> Code {
    if error.missing_relation().is_some() {
        return codes::MISSING_RELATION;
    }
    match error {
        AdapterError::Locked { .. } => codes::DATABASE_LOCKED,
        AdapterError::ReadOnly { .. } => codes::READ_ONLY,
        AdapterError::NotADatabase { .. } => codes::NOT_A_DATABASE,
        AdapterError::Sql { .. } => codes::SQL_ERROR,
        AdapterError::Constraint { .. } => codes::CONSTRAINT,
        AdapterError::Seed { .. } => codes::BAD_SEED,
        AdapterError::Settings { .. } => codes::BAD_PROFILE,
        AdapterError::CannotOpen { .. }
        | AdapterError::TooManySchemas { .. }
        | AdapterError::BadSchema { .. }
        | AdapterError::SchemaConflict { .. } => codes::CANNOT_CONNECT,
        _ => codes::SQL_ERROR,
    }
}
