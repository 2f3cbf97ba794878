//! Nodes with their SQL, read by the parser.

use std::sync::Arc;

use super::sql::Sql;
use crate::check::rules::places;
use crate::compile::{Compiler, Variant};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Hook, Language, Node, ResourceType};
use crate::source::Span;

/// A node that was read.
pub(super) struct Read {
    pub(super) node: Arc<Node>,
    /// Its SQL: of an incremental model first as a full refresh, then as an incremental run.
    pub(super) variants: Vec<Sql>,
    /// What stood in the way.
    pub(super) problem: Option<Diagnostic>,
    /// Where it was written, when it is a hook in a configuration.
    pub(super) hook: Option<Span>,
}

impl Read {
    /// Compiles a node and reads its SQL. None of what is not written in SQL by the user: seeds, and generic tests but
    /// those of the project's own.
    pub(super) fn of(
        compiler: &Compiler,
        connection: &Arc<Connection>,
        node: &Arc<Node>,
    ) -> Option<Self> {
        let is_sql = node.language() == Language::Sql && node.resource_type != ResourceType::Seed;
        if is_foreign(compiler, node) || !is_sql {
            return None;
        }
        let syntax = compiler.globals.adapter.syntax();
        let mut read = Read { node: node.clone(), variants: Vec::new(), problem: None, hook: None };
        for variant in variants(node) {
            let code = match compiler.compile(node, connection, *variant) {
                Ok(compiled) => compiled.rendered,
                Err(mistake) => {
                    let reason = format!("it cannot be compiled here: {}", mistake.message);
                    read.problem = Some(unread(node, &reason));
                    break;
                }
            };
            match Sql::read(code, *variant, syntax) {
                Some(sql) => read.variants.push(sql),
                None => {
                    read.problem = Some(unread(node, "the parser of lint cannot read its SQL"));
                }
            }
        }
        Some(read)
    }

    /// The hooks in the configuration of a node, each as a node of its own. What cannot be read is none: hooks may be
    /// statements that the parser does not know.
    pub(super) fn hooks(
        compiler: &Compiler,
        connection: &Arc<Connection>,
        node: &Arc<Node>,
    ) -> Vec<Self> {
        let hooks = ["pre-hook", "post-hook"]
            .into_iter()
            .flat_map(|key| node.config.hooks(key).into_iter().map(move |hook| (key, hook)));
        let read = |(key, hook): (&str, Hook)| {
            let place = places::of_hook(&compiler.project, node, key, &hook.sql);
            let made = Node {
                raw_code: hook.sql.as_str().into(),
                resource_type: ResourceType::Operation,
                span: place,
                ..Node::clone(node)
            };
            let read = Read::of(compiler, connection, &Arc::new(made))?;
            (!read.variants.is_empty()).then_some(Read { problem: None, hook: Some(place), ..read })
        };
        hooks.filter_map(read).collect()
    }
}

/// Whether it is a generic test that the project has not written itself.
fn is_foreign(compiler: &Compiler, node: &Node) -> bool {
    let Some(metadata) = node.test().and_then(|test| test.metadata.as_ref()) else { return false };
    let own = format!("macro.{}.test_{}", compiler.globals.root_package, metadata.name);
    !node.depends_on.macros.iter().any(|id| id.as_str() == own)
}

fn variants(node: &Node) -> &'static [Variant] {
    let is_model = node.resource_type == ResourceType::Model;
    match is_model && node.materialized() == "incremental" {
        true => &[Variant::FullRefresh, Variant::Incremental],
        false => &[Variant::Auto],
    }
}

/// What is wrong with a template, `compile` and `check` tell; here it is a note.
fn unread(node: &Node, reason: &str) -> Diagnostic {
    let message = format!("{} `{}` was not looked at: {reason}", node.resource_type, node.name);
    let note = Diagnostic::error(codes::NOT_LINTED, message).at(node.span_start(), "");
    Diagnostic { severity: Severity::Note, ..note }
}
