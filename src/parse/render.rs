//! Templates of this stage and their errors as diagnostics.

use std::sync::Arc;

use serde_json::Value as Json;

use super::context::Context;
use super::properties::has_jinja;
use crate::diagnostics::Diagnostic;
use crate::jinja::diagnose::Root;
use crate::jinja::error::JinjaError;
use crate::jinja::values;
use crate::project::is_constant;
use crate::source::Span;

/// A value of a property file: text that is rendered when it holds a template.
pub(crate) fn yaml_value(
    cx: &Context<'_>,
    package: &Arc<str>,
    text: &str,
    span: Span,
) -> Result<Json, Diagnostic> {
    if !has_jinja(text) {
        return Ok(Json::String(text.to_owned()));
    }
    let scope = Arc::new(cx.scope(package));
    let value = scope.render_native("yaml", text).map_err(|error| {
        let file = cx.globals.places.sources.file(span.file);
        let written = file.text.get(span.start as usize..span.end as usize).unwrap_or_default();
        match written.trim_matches(['"', '\'']) == text {
            true => diagnostic(cx, &error, span),
            false => diagnostic_at(cx, &error, span),
        }
    })?;
    if is_constant(text) {
        return Ok(Json::String(values::python_str(&value)));
    }
    values::to_json(&value).or_else(|_| Ok(Json::String(value.to_string())))
}

/// The diagnostic of an error in a text whose offsets say nothing; it points at the whole value.
pub(crate) fn diagnostic_at(cx: &Context<'_>, error: &JinjaError, span: Span) -> Diagnostic {
    placed(cx, error, span, Offsets::Unknown)
}

/// The diagnostic of an error in a template that stands at `span`.
pub(crate) fn diagnostic(cx: &Context<'_>, error: &JinjaError, span: Span) -> Diagnostic {
    placed(cx, error, span, Offsets::InSpan)
}

/// Whether offsets of an error count from the start of the span.
#[derive(PartialEq)]
enum Offsets {
    InSpan,
    Unknown,
}

fn placed(cx: &Context<'_>, error: &JinjaError, span: Span, offsets: Offsets) -> Diagnostic {
    let template = error.frames.last().map_or("", |frame| frame.template.as_str());
    let root = Root { template, span: Some(span), is_opaque: offsets == Offsets::Unknown };
    cx.globals.places.diagnostic(error, &root)
}
