//! Hooks: their templates, and whether what they make is SQL. What they read and write may be anything.
//!
//! Invariant: hooks are rendered without the user's database, which is theirs to write to.

use std::sync::Arc;

use super::places;
use crate::adapters::AdapterError;
use crate::check::failure;
use crate::check::shadow::{Shadow, undone};
use crate::compile::Variant;
use crate::diagnostics::Diagnostic;
use crate::manifest::{Node, ResourceType};

/// Looks at the hooks of a node.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>) {
    for key in ["pre-hook", "post-hook"] {
        for hook in node.config.hooks(key) {
            let (made, asked) = undone(&shadow.connection, |connection| {
                Arc::new(shadow.compiler.scope(node, connection)).render(key, &hook.sql)
            });
            // What it made is not what a run makes.
            if asked {
                continue;
            }
            let what = format!("the {key} of {} `{}`", node.resource_type, node.name);
            let mistake = match made {
                Ok(sql) => rejected(shadow, &sql).map(|error| {
                    let code = crate::jinja::diagnose::adapter_code(&error);
                    let message = format!("{what}: {}", failure::reason(&error));
                    Diagnostic::error(code, message)
                        .note(format!("the engine read: {}", sql.trim()))
                }),
                Err(error) => {
                    let mistake = *shadow.compiler.diagnostic(&error, node);
                    Some(Diagnostic { message: format!("{what}: {}", mistake.message), ..mistake })
                }
            };
            if let Some(mistake) = mistake {
                let place = places::of_hook(&shadow.compiler.project, node, key, &hook.sql);
                shadow.tell(mistake.at(place, ""));
            }
        }
    }
}

/// Looks at the hooks of the project itself.
pub(in crate::check) fn of_project(shadow: &mut Shadow<'_>) {
    let manifest = shadow.compiler.manifest.clone();
    let hooks = manifest.nodes.values();
    for node in hooks.filter(|node| node.resource_type == ResourceType::Operation) {
        let (compiled, asked) = undone(&shadow.connection, |connection| {
            shadow.compiler.compile(node, connection, Variant::Auto)
        });
        if asked {
            continue;
        }
        match compiled {
            Err(mistake) => shadow.tell(*mistake),
            Ok(compiled) => {
                if let Some(error) = rejected(shadow, &compiled.code) {
                    let mistake = shadow.mistake(node, (Variant::Auto, &compiled.code), &error);
                    shadow.tell(mistake);
                }
            }
        }
    }
}

/// What the engine says of the form of one statement; hooks of several are left alone.
fn rejected(shadow: &Shadow<'_>, sql: &str) -> Option<AdapterError> {
    let text = sql.trim().trim_end_matches(';');
    if text.is_empty() || text.contains(';') {
        return None;
    }
    let error = shadow.connection.with(|session| session.describe(text)).err()?;
    let message = error.to_string();
    let is_form = message.contains("syntax error") || message.contains("incomplete input");
    is_form.then_some(error)
}
