//! Contracts while nodes run: rows that were written are held against them before they are permanent, and what the
//! engine rejected is told in the contract's words, with the first rows that broke it.
//!
//! Invariant: everything here happens inside of the node's transaction.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::adapters::{self, AdapterError, Relation, Session, Table};
use crate::compile::Compiler;
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::{Connection, Scope};
use crate::jinja::objects::constraints;
use crate::jinja::objects::contract::{SHOWN, broken_rows, sample};
use crate::manifest::constraint::bare;
use crate::manifest::{Constraint, ConstraintKind, Node};

use super::failure;

/// Holds the node's table against its contract.
pub(super) fn check(
    node: &Arc<Node>,
    scope: &Arc<Scope>,
    connection: &Arc<Connection>,
) -> Result<(), Box<Diagnostic>> {
    let this = scope.node.as_ref().and_then(|facts| facts.this.clone());
    let Some(this) = this.filter(|_| node.makes_constraints()) else {
        return Ok(());
    };
    let found = connection.with(|session| {
        let is_checked = scope.contract_rows_checked.load(Ordering::Relaxed);
        if is_checked || session.columns(&this)?.is_empty() {
            return Ok(None);
        }
        broken_rows(session, scope, node, &this)
    });
    if let Some(broken) = found.map_err(|error| failure::of_transaction(node, &error))?.flatten() {
        return Err(Box::new(Diagnostic::error(broken.code, broken.message).at(place(node), "")));
    }
    let keys = node.constraints().into_iter().filter(|one| one.kind == ConstraintKind::ForeignKey);
    for key in keys {
        references(node, scope, connection, (&this, &key))?;
    }
    Ok(())
}

fn place(node: &Node) -> crate::source::Span {
    node.patch_span.unwrap_or_else(|| node.span_start())
}

/// Every value of a foreign key is in the table that it points to. Looked at here, because the engine does it only
/// when the profile asks for it.
fn references(
    node: &Node,
    scope: &Arc<Scope>,
    connection: &Arc<Connection>,
    (this, key): (&Relation, &Constraint),
) -> Result<(), Box<Diagnostic>> {
    let Some((parent, rest)) = constraints::pointed(scope, key) else { return Ok(()) };
    let there = to_columns(key, &rest);
    let adapter = &*scope.globals.adapter;
    let own: Vec<String> = key.bare_columns().iter().map(|name| adapter.quote(name)).collect();
    if there.is_empty() || there.len() != own.len() {
        return Ok(());
    }
    let there: Vec<String> = there.iter().map(|name| adapter.quote(name)).collect();
    let pairs = own.iter().zip(&there);
    let on: Vec<String> = pairs.map(|(own, to)| format!("parent.{to} = child.{own}")).collect();
    let mut given: Vec<String> = own.iter().map(|own| format!("child.{own} is not null")).collect();
    given.push(format!("parent.{} is null", there[0]));
    let from = format!(
        "from {} as child left join {} as parent on {} where {}",
        this.render(),
        parent.render(),
        on.join(" and "),
        given.join(" and ")
    );
    let found = connection.with(|session| counted(session, &from, "child.*"));
    let Some((count, rows)) =
        found.map_err(|error| failure::of_transaction(node, &error))?.flatten()
    else {
        return Ok(());
    };
    let points = if count == 1 { "row points" } else { "rows point" };
    let message = format!(
        "model `{}`: FOREIGN KEY constraint failed: {count} {points} with `{}` to nothing in `{}` ({key})\n{}",
        node.name,
        key.bare_columns().join("`, `"),
        parent.identifier.as_deref().unwrap_or_default(),
        sample(&rows)
    );
    Err(Box::new(Diagnostic::error(codes::CONSTRAINT, message).at(place(node), "")))
}

/// The columns that a foreign key points to: those of `to_columns`, or those in parentheses.
fn to_columns(key: &Constraint, rest: &str) -> Vec<String> {
    let named = match key.to_columns.is_empty() {
        false => key.to_columns.clone(),
        true => {
            let inside = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
            let names = inside.map_or("", |(inside, _)| inside).split(',');
            names.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
        }
    };
    named.iter().map(|name| bare(name).to_owned()).collect()
}

/// The number of rows and the first of them; none when there are none.
fn counted(
    session: &mut dyn Session,
    from: &str,
    columns: &str,
) -> adapters::Result<Option<(i64, Table)>> {
    let count = session.query(&format!("select count(*) {from}"), &[])?;
    let count = count.scalar().and_then(adapters::Datum::as_i64).unwrap_or(0);
    if count == 0 {
        return Ok(None);
    }
    let rows = session.query(&format!("select {columns} {from} limit {SHOWN}"), &[])?;
    Ok(Some((count, rows)))
}

/// What the engine says of a constraint: which one, and the first rows that broke it.
pub(super) fn violation(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    code: &str,
    cause: &AdapterError,
) -> Option<Box<Diagnostic>> {
    let AdapterError::Constraint { message: words, .. } = cause else { return None };
    let this = compiler.relation(&node.unique_id)?;
    let broken = Broken::of(compiler, node, words);
    let mut message = format!("{} `{}`: {words}", node.resource_type, node.name);
    let constraint = broken.constraint.as_ref().filter(|_| node.makes_constraints());
    let rows = connection.with(|session| {
        let new = new_rows(session, &this, code)?;
        broken.rows(session, &new, &this)
    });
    if let Some((count, rows)) = rows.ok().flatten().flatten() {
        let breaks = if count == 1 { "row breaks" } else { "rows break" };
        let what = constraint.map_or_else(|| "it".to_owned(), ToString::to_string);
        message += &format!(": {count} {breaks} {what}\n{}", sample(&rows));
    } else if let Some(constraint) = constraint {
        message += &format!(" ({constraint})");
    }
    let hint = match words.split(" constraint").next() {
        Some("UNIQUE") => "let the query give each key once, and none that the table has already",
        Some("NOT NULL") => "fill or filter these rows in the query",
        _ => "repair or filter these rows in the query",
    };
    let problem = Diagnostic::error(codes::CONSTRAINT, message).at(node.span_start(), "");
    Some(Box::new(problem.hint(hint)))
}

/// The rows on their way into the table, as something to select from: a temporary table, else the query.
fn new_rows(session: &mut dyn Session, this: &Relation, code: &str) -> adapters::Result<String> {
    let start = format!("{}__dbt_tmp", this.identifier.as_deref().unwrap_or_default());
    let staged = session.list_relations("temp")?.into_iter().find(|relation| {
        let name = relation.identifier.as_deref().unwrap_or_default();
        name == start || name.strip_prefix(&start).is_some_and(|rest| rest.starts_with('_'))
    });
    let query = code.trim().trim_end_matches(';');
    Ok(staged.map_or_else(|| format!("(\n{query}\n)"), |staged| staged.render()))
}

/// What was broken, from the engine's words.
struct Broken {
    constraint: Option<Constraint>,
    /// Columns, in quotes.
    columns: Vec<String>,
}

impl Broken {
    fn of(compiler: &Compiler, node: &Node, words: &str) -> Self {
        let (kind, what) = words.split_once(" constraint failed").unwrap_or((words, ""));
        let what = what.trim_start_matches(':').trim();
        let named: Vec<String> = what
            .split(", ")
            .filter_map(|name| name.rsplit_once('.'))
            .map(|(_, column)| column.to_owned())
            .collect();
        let quoted = named.iter().map(|name| compiler.globals.adapter.quote(name)).collect();
        let same = |one: &Constraint| {
            let mut own = one.bare_columns();
            own.len() == named.len()
                && named.iter().all(|name| {
                    let at = own.iter().position(|column| column.eq_ignore_ascii_case(name));
                    at.map(|at| own.swap_remove(at)).is_some()
                })
        };
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        let is_it = |one: &Constraint| match kind {
            "NOT NULL" => named.iter().any(|name| one.forbids_null(name)),
            "UNIQUE" => {
                matches!(one.kind, ConstraintKind::Unique | ConstraintKind::PrimaryKey) && same(one)
            }
            "CHECK" => {
                let expression = one.expression.as_deref().unwrap_or_default();
                one.kind == ConstraintKind::Check
                    && (one.name.as_deref().map(bare) == Some(what)
                        || one.name.is_none() && squeezed(expression) == squeezed(what))
            }
            _ => false,
        };
        let constraint = node.constraints().into_iter().find(is_it);
        let columns = if kind == "NOT NULL" || kind == "UNIQUE" { quoted } else { Vec::new() };
        Broken { constraint, columns }
    }

    /// How many of the new rows break it, and the first of them.
    fn rows(
        &self,
        session: &mut dyn Session,
        new: &str,
        this: &Relation,
    ) -> adapters::Result<Option<(i64, Table)>> {
        let list = self.columns.join(", ");
        let kind = self.constraint.as_ref().map(|one| one.kind);
        let condition = match (kind, self.columns.as_slice()) {
            (Some(ConstraintKind::Check), _) => {
                let expression = self.constraint.as_ref().and_then(|one| one.expression.clone());
                format!("not ({})", expression.unwrap_or_default())
            }
            (Some(ConstraintKind::NotNull), [column]) => format!("{column} is null"),
            (_, []) => return Ok(None),
            // A key that is NULL is told as NOT NULL, one that is there twice as UNIQUE.
            (Some(ConstraintKind::PrimaryKey), [column]) => {
                let null = counted(session, &format!("from {new} where {column} is null"), "*")?;
                if null.is_some() {
                    return Ok(null);
                }
                self.twice(new, this, &list)
            }
            _ => self.twice(new, this, &list),
        };
        counted(session, &format!("from {new} where {condition}"), "*")
    }

    fn twice(&self, new: &str, this: &Relation, list: &str) -> String {
        format!(
            "({list}) in (select {list} from {new} group by {list} having count(*) > 1) \
             or ({list}) in (select {list} from {})",
            this.render()
        )
    }
}

/// What a commit failed on: rows of other tables that point to rows that are gone.
pub(super) fn of_commit(
    node: &Node,
    connection: &Arc<Connection>,
    error: &AdapterError,
) -> Box<Diagnostic> {
    let AdapterError::Constraint { message, .. } = error else {
        return failure::of_transaction(node, error);
    };
    let mut message = format!("{} `{}`: {message}", node.resource_type, node.name);
    if let Ok(Some(mut rows)) = connection.with(|session| session.dangling_references()) {
        let count = rows.rows.len();
        rows.rows.truncate(SHOWN);
        message += &format!(
            ": {count} {} to a row that does not exist\n{}",
            if count == 1 { "row refers" } else { "rows refer" },
            sample(&rows)
        );
    }
    Box::new(Diagnostic::error(codes::CONSTRAINT, message).at(node.span_start(), ""))
}
