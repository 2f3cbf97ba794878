//! What a template asks for while it is parsed, read from its text: most templates of a project only call `ref`,
//! `source` and `config` with literals. dbt has a static parser for them, too.
//!
//! Invariant: what is captured is what rendering would have captured.

use serde_json::Value as Json;

use crate::jinja::contexts::{Capture, Globals};
use crate::jinja::rewrite::{PlainCall, plain_calls};
use crate::manifest::RefCall;

/// The names whose calls are understood here.
const UNDERSTOOD: [&str; 3] = ["config", "ref", "source"];

/// What a template of a package asks for; `None` where rendering must tell.
pub(crate) fn captured(globals: &Globals, package: &str, template: &str) -> Option<Capture> {
    let is_redefined = |name: &str| globals.macros.resolve_user(package, name).is_some();
    if UNDERSTOOD.into_iter().any(is_redefined) {
        return None;
    }
    let mut capture = Capture::default();
    for call in plain_calls(template)? {
        add(&mut capture, call)?;
    }
    Some(capture)
}

fn add(capture: &mut Capture, call: PlainCall<'_>) -> Option<()> {
    if call.name == "config" && call.positional.is_empty() {
        for (name, value) in call.named {
            capture.config.merge(name, value);
        }
        return Some(());
    }
    let texts: Option<Vec<&str>> = call.positional.iter().map(Json::as_str).collect();
    let owned = str::to_owned;
    match (call.name, texts?.as_slice()) {
        _ if !call.named.is_empty() => return None,
        ("ref", &[name]) => {
            capture.refs.push(RefCall { package: None, name: owned(name), version: None });
        }
        ("ref", &[package, name]) => {
            let package = Some(owned(package));
            capture.refs.push(RefCall { package, name: owned(name), version: None });
        }
        ("source", &[source, table]) => capture.sources.push([source, table].map(owned)),
        _ => return None,
    }
    Some(())
}
