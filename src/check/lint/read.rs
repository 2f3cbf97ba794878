//! Nodes with their SQL, read by the parser.

use std::sync::Arc;

use super::sql::Sql;
use crate::compile::{Compiler, Variant};
use crate::diagnostics::{Diagnostic, Severity, codes};
use crate::jinja::contexts::Connection;
use crate::manifest::{Language, Node, ResourceType};

/// A node that was read.
pub(super) struct Read {
    pub(super) node: Arc<Node>,
    /// Its SQL: of an incremental model first as a full refresh, then as an incremental run.
    pub(super) variants: Vec<Sql>,
    /// What stood in the way.
    pub(super) problem: Option<Diagnostic>,
}

impl Read {
    /// Compiles a node and reads its SQL. None of what is not written in SQL by the user: seeds, generic tests.
    pub(super) fn of(
        compiler: &Compiler,
        connection: &Arc<Connection>,
        node: &Arc<Node>,
    ) -> Option<Self> {
        let is_generic = node.test().is_some_and(|test| test.metadata.is_some());
        let is_sql = node.language() == Language::Sql && node.resource_type != ResourceType::Seed;
        if is_generic || !is_sql {
            return None;
        }
        let syntax = compiler.globals.adapter.syntax();
        let mut read = Read { node: node.clone(), variants: Vec::new(), problem: None };
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
