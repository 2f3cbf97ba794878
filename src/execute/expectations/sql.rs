//! The database as expectations use it: statements that are remembered, counts, names in quotes.

use std::sync::Arc;

use minijinja::value::Value;

use super::failure;
use crate::adapters::{AdapterError, Datum, Relation, Table};
use crate::compile::CompiledNode;
use crate::diagnostics::{Diagnostic, codes};
use crate::execute::Run;
use crate::jinja::contexts::{Connection, Scope};
use crate::manifest::Node;
use crate::parse::expectations::place;
use crate::source::Span;

/// One node on its connection.
pub(super) struct Db<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) node: &'a Arc<Node>,
    pub(super) connection: &'a Arc<Connection>,
    pub(super) scope: Arc<Scope>,
    /// The node's relation.
    pub(super) this: Relation,
    /// The name under which the engine numbers the rows of a table.
    row_numbers: &'static [&'static str],
}

impl<'a> Db<'a> {
    pub(super) fn new(
        run: &'a Run<'a>,
        node: &'a Arc<Node>,
        connection: &'a Arc<Connection>,
    ) -> Self {
        let compiler = run.compiler;
        let this = compiler.facts(node, None).this.expect("invariant: a model has a relation");
        let row_numbers = compiler.globals.adapter.capabilities().row_numbers;
        let scope = Arc::new(compiler.scope(node, connection));
        Db { run, node, connection, scope, this, row_numbers }
    }

    /// Where the expectation at `entry` of the list says what must hold.
    pub(super) fn place(&self, entry: usize) -> Span {
        let project = &self.run.compiler.project;
        let of = |key| place(project, self.node, Some(entry), Some(key));
        of("expression")
    }

    /// Runs statements of forge's own.
    pub(super) fn execute(&self, sql: &str) -> Result<(), Box<Diagnostic>> {
        let done = self.connection.execute(sql, &self.scope.query_comment);
        done.map(drop).map_err(|error| self.failed("", &error))
    }

    /// Runs statements around the code of the user, so that a mistake in it is shown where it was written.
    pub(super) fn execute_around(
        &self,
        sql: &str,
        compiled: &CompiledNode,
    ) -> Result<(), Box<Diagnostic>> {
        let done = self.connection.execute(sql, &self.scope.query_comment);
        done.map(drop).map_err(|error| self.failed(&compiled.code, &error))
    }

    /// The rows of a query.
    pub(super) fn query(&self, sql: &str) -> Result<Table, Box<Diagnostic>> {
        self.try_query(sql).map_err(|error| self.failed("", &error))
    }

    /// The rows of a query, or why the engine refuses it.
    pub(super) fn try_query(&self, sql: &str) -> Result<Table, AdapterError> {
        let rows = self.connection.with(|session| session.query(sql, &[]))?;
        Ok(rows.unwrap_or_default())
    }

    /// The number that a query gives.
    pub(super) fn count(&self, sql: &str) -> Result<i64, Box<Diagnostic>> {
        let table = self.query(sql)?;
        Ok(table.scalar().and_then(Datum::as_i64).unwrap_or(0))
    }

    pub(super) fn failed(&self, code: &str, error: &AdapterError) -> Box<Diagnostic> {
        failure::of_sql(self.run.compiler, self.node, self.connection, code, error)
    }

    /// The relation in the database, with what it is.
    pub(super) fn existing(
        &self,
        relation: &Relation,
    ) -> Result<Option<Relation>, Box<Diagnostic>> {
        let schema = relation.schema.as_deref().unwrap_or_default();
        let identifier = relation.identifier.as_deref().unwrap_or_default();
        let found = self.connection.with(|session| session.get_relation(schema, identifier));
        found.map(Option::flatten).map_err(|error| self.failed("", &error))
    }

    /// The names of the columns of a relation.
    pub(super) fn columns(&self, relation: &Relation) -> Result<Vec<String>, Box<Diagnostic>> {
        let found = self.connection.with(|session| session.columns(relation));
        let found = found.map_err(|error| self.failed("", &error))?.unwrap_or_default();
        Ok(found.into_iter().map(|column| column.name).collect())
    }

    /// Whether the materialization will add to a table that is there, by the macro that templates ask.
    pub(super) fn is_incremental(&self) -> Result<bool, Box<Diagnostic>> {
        self.ask("is_incremental")
    }

    fn ask(&self, name: &str) -> Result<bool, Box<Diagnostic>> {
        let compiler = self.run.compiler;
        let found = compiler.globals.macros.resolve(&self.node.package_name, name);
        let Some(found) = found else { return Ok(false) };
        let answer = self.scope.call_macro(found.unique_id(), &[], &[]);
        let answer = answer.map_err(|error| compiler.diagnostic(&error, self.node))?;
        Ok(answer.is_true())
    }

    /// Calls a built-in macro.
    pub(super) fn call(&self, name: &str, args: &[Value]) -> Result<Value, Box<Diagnostic>> {
        let compiler = self.run.compiler;
        let found = compiler.globals.macros.resolve(&self.node.package_name, name);
        let found = found.expect("invariant: built-in macros are there");
        let done = self.scope.call_macro(found.unique_id(), args, &[]);
        done.map_err(|error| failure::of_node(compiler, self.node, self.connection, "", &error))
    }

    /// The engine's number of a row, under a name that no column hides.
    pub(super) fn row_number(&self, columns: &[String]) -> Result<&'static str, Box<Diagnostic>> {
        let is_free =
            |name: &&&str| !columns.iter().any(|column| column.eq_ignore_ascii_case(name));
        self.row_numbers.iter().find(is_free).copied().ok_or_else(|| {
            let message = format!(
                "model `{}` has expectations, and its columns hide the numbers of its rows",
                self.node.name
            );
            let columns = self.row_numbers.join("`, `");
            let hint = format!("rename one of the columns `{columns}`");
            Box::new(
                Diagnostic::error(codes::BAD_EXPECTATION, message)
                    .at(self.node.span_start(), "")
                    .hint(hint),
            )
        })
    }

    /// A name in the engine's quotes.
    pub(super) fn quoted(&self, name: &str) -> String {
        self.this.naming.quoted(name)
    }

    /// Names in quotes, with a prefix, separated by commas.
    pub(super) fn list(&self, prefix: &str, names: &[String]) -> String {
        let all: Vec<String> =
            names.iter().map(|name| format!("{prefix}{}", self.quoted(name))).collect();
        all.join(", ")
    }
}

/// A text in the quotes of standard SQL.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
