//! Rows of one statement, for `show`.

use std::sync::Arc;

use super::failure;
use crate::adapters::Table;
use crate::compile::{Compiler, Variant};
use crate::diagnostics::Diagnostic;
use crate::jinja::contexts::Connection;
use crate::manifest::Node;

/// A statement and what it gave.
#[derive(Debug)]
pub struct Rows {
    /// The SQL of the node.
    pub sql: String,
    /// The rows.
    pub table: Table,
}

/// Compiles a node and reads its first rows; all of them without a limit.
pub fn query(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    limit: Option<usize>,
) -> Result<Rows, Box<Diagnostic>> {
    let compiled = compiler.compile(node, connection, Variant::Auto)?;
    let code = compiled.code.trim().trim_end_matches(';');
    let sql = match limit {
        Some(limit) => format!("select * from (\n{code}\n) limit {limit}"),
        None => code.to_owned(),
    };
    // What a header declares holds for the query around the node's own, too.
    let sql = match node.config.get_str("sql_header").map(str::trim) {
        Some(header) if !header.is_empty() => format!("{header}\n{sql}"),
        _ => sql,
    };
    let table = connection
        .with(|session| session.query(&sql, &[]))
        .map_err(|error| failure::of_sql(compiler, node, connection, &compiled.code, &error))?
        .unwrap_or_default();
    Ok(Rows { sql: compiled.code, table })
}
