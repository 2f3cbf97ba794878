//! The header of a materialization block, which has its own grammar.

use std::ops::Range;

use super::lexer::Kind;
use super::{RewriteError, Rewriter, literals};

/// What a `{% materialization … %}` tag declares.
#[derive(Debug, Clone)]
pub(super) struct Materialization {
    pub(super) name: String,
    pub(super) name_span: Range<usize>,
    pub(super) adapter: Option<String>,
    pub(super) languages: Vec<String>,
}

impl Materialization {
    /// `materialization_<name>_<adapter or default>`, as dbt names the macro.
    pub(super) fn internal_name(&self) -> String {
        format!("materialization_{}_{}", self.name, self.adapter.as_deref().unwrap_or("default"))
    }
}

/// Parses what follows the keyword, up to the end of the tag.
pub(super) fn materialization(cursor: &mut Rewriter<'_>) -> Result<Materialization, RewriteError> {
    let token = cursor.expect_name()?;
    let mut header = Materialization {
        name: cursor.text(token).to_owned(),
        name_span: token.start..token.end,
        adapter: None,
        languages: Vec::new(),
    };
    while cursor.skip_op(",") {
        let option = cursor.expect_name()?;
        match cursor.text(option) {
            "default" => {}
            "adapter" => {
                cursor.expect_op("=")?;
                header.adapter = Some(string(cursor)?);
            }
            "supported_languages" => {
                cursor.expect_op("=")?;
                header.languages = strings(cursor)?;
            }
            other => {
                let message =
                    format!("materialization `{}` has an unknown option `{other}`", header.name);
                return Err(RewriteError::new(message, option.start..option.end));
            }
        }
    }
    Ok(header)
}

fn string(cursor: &mut Rewriter<'_>) -> Result<String, RewriteError> {
    match cursor.peek() {
        Some(token) if token.kind == Kind::Str => {
            cursor.pos += 1;
            Ok(literals::decode(cursor.text(token)))
        }
        _ => Err(cursor.unexpected("a string")),
    }
}

fn strings(cursor: &mut Rewriter<'_>) -> Result<Vec<String>, RewriteError> {
    let close = if cursor.skip_op("(") { ")" } else { "]" };
    if close == "]" {
        cursor.expect_op("[")?;
    }
    let mut all = Vec::new();
    while !cursor.at_op(close) {
        all.push(string(cursor)?);
        if !cursor.skip_op(",") {
            break;
        }
    }
    cursor.expect_op(close)?;
    Ok(all)
}
