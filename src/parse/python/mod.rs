//! Python models: what `dbt.ref`, `dbt.source`, `dbt.config` and `dbt.config.get` say, without running the file.
//!
//! The rules are those of dbt 1.12's visitors: which calls are looked at, and in which order. Only what they need of
//! Python's grammar is read: tokens, brackets, chains of names and calls, literals.
//! Invariant: a file that dbt accepts is never refused for its syntax alone.

use serde_json::{Map, Value as Json, json};

use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Capture;
use crate::manifest::{Node, RefCall};
use crate::source::Span;

mod calls;
mod literal;
mod model;
mod tokens;

use calls::Call;
use tokens::Token;

/// A mistake in a Python model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    message: String,
    /// Where, in bytes of the text.
    at: std::ops::Range<usize>,
}

impl Problem {
    fn new(at: std::ops::Range<usize>, message: impl Into<String>) -> Self {
        Problem { message: message.into(), at }
    }

    /// The diagnostic of a node with this mistake.
    pub(crate) fn diagnostic(&self, node: &Node) -> Diagnostic {
        let start = node.span.start as usize;
        let span = Span::new(node.span.file, start + self.at.start, start + self.at.end);
        let message = format!("Python model `{}`: {}", node.name, self.message);
        let problem = Diagnostic::error(codes::BAD_PYTHON, message).at(span, "");
        match self.message.contains("literal") {
            true => problem
                .hint("the file is read without running it: write the name itself, in quotes"),
            false => problem,
        }
    }
}

/// What a Python model asks for.
pub(crate) fn read(text: &str) -> Result<Capture, Problem> {
    if let Some(at) = ["{{", "{%", "{#"].iter().find_map(|sign| text.find(sign)) {
        return Err(Problem::new(at..at + 2, "templates are not allowed in Python"));
    }
    let tokens = tokens::tokens(text)?;
    let mut capture = Capture::default();
    if tokens.iter().all(|token| matches!(token, Token::Line { .. })) {
        return Ok(capture);
    }
    model::check(&tokens)?;
    let mut used = Used::default();
    for call in calls::calls(&tokens)? {
        note(&call, &mut capture, &mut used)?;
    }
    used.note(&mut capture);
    Ok(capture)
}

/// Keys that the model asks the configuration for, and their defaults.
#[derive(Default)]
struct Used {
    config: Vec<(Json, Json)>,
    meta: Vec<(Json, Json)>,
}

impl Used {
    fn note(self, capture: &mut Capture) {
        if self.config.is_empty() && self.meta.is_empty() {
            return;
        }
        for (name, pairs) in [("config", self.config), ("meta", self.meta)] {
            let (keys, defaults): (Vec<Json>, Vec<Json>) = pairs.into_iter().unzip();
            capture.config.set(&format!("{name}_keys_used"), json!(keys));
            capture.config.set(&format!("{name}_keys_defaults"), json!(defaults));
        }
    }
}

fn note(call: &Call, capture: &mut Capture, used: &mut Used) -> Result<(), Problem> {
    match call.function {
        "ref" => capture.refs.push(reference(call)?),
        "source" => capture.sources.push(source(call)?),
        "config" => configure(call, capture)?,
        "get" => used.config.push(asked(call)?),
        _ => used.meta.push(asked(call)?),
    }
    Ok(())
}

fn reference(call: &Call) -> Result<RefCall, Problem> {
    let names: Option<Vec<&str>> = call.positional.iter().map(Json::as_str).collect();
    let version = call.named.get("version").or_else(|| call.named.get("v")).cloned();
    let version = version.filter(|version| !version.is_null());
    match names.as_deref() {
        Some([name]) => Ok(RefCall { package: None, name: (*name).to_owned(), version }),
        Some([package, name]) => {
            Ok(RefCall { package: Some((*package).to_owned()), name: (*name).to_owned(), version })
        }
        _ => Err(call.problem("`dbt.ref` takes a name, or a package and a name")),
    }
}

fn source(call: &Call) -> Result<[String; 2], Problem> {
    let named = ["source_name", "table_name"].iter().filter_map(|key| call.named.get(*key));
    let names: Option<Vec<&str>> = call.positional.iter().chain(named).map(Json::as_str).collect();
    match names.as_deref() {
        Some([source, table]) => Ok([(*source).to_owned(), (*table).to_owned()]),
        _ => Err(call.problem("`dbt.source` takes a source and a table")),
    }
}

fn configure(call: &Call, capture: &mut Capture) -> Result<(), Problem> {
    let named: Map<String, Json> = match (call.positional.as_slice(), call.named.is_empty()) {
        ([], _) => call.named.clone(),
        ([Json::Object(all)], true) => all.clone(),
        _ => return Err(call.problem("`dbt.config` takes named arguments, or one mapping")),
    };
    capture.config.merge_all(named);
    Ok(())
}

fn asked(call: &Call) -> Result<(Json, Json), Problem> {
    match call.positional.as_slice() {
        [key] => Ok((key.clone(), Json::Null)),
        [key, default] => Ok((key.clone(), default.clone())),
        [] => Err(call.problem("`dbt.config.get` takes a key")),
        _ => Err(call.problem("`dbt.config.get` takes a key and a default, and no more")),
    }
}

#[cfg(test)]
mod tests;
