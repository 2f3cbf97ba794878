//! Constraints of a contract as they stand in `create table`.
//!
//! Source: dbt 1.12, `BaseAdapter.render_column_constraint` and `render_model_constraint`. What differs: names of
//! constraints on columns are written, a key is never NULL, and what a foreign key points to is named as the engine
//! stores it.
//! Invariant: a key that the engine would number by itself is written so that it does not.

use std::sync::Arc;

use serde_json::Value as Json;

use super::relation;
use crate::adapters::{Adapter, Relation};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::contexts::Scope;
use crate::manifest::constraint::bare;
use crate::manifest::{Constraint, ConstraintKind, Node};

/// A name as it can stand in SQL: quoted when it has to be, left alone when it is already.
pub(super) fn written(adapter: &dyn Adapter, name: &str) -> String {
    match bare(name) != name || adapter.types().is_plain_name(name) {
        true => name.to_owned(),
        false => adapter.quote(name),
    }
}

/// `name type` of one column of the YAML.
pub(super) fn typed(scope: &Scope, column: &Json) -> String {
    let adapter = &*scope.globals.adapter;
    let name = column["name"].as_str().unwrap_or_default();
    let name = match column["quote"].as_bool() {
        Some(true) => adapter.quote(name),
        _ => written(adapter, name),
    };
    let data_type = column["data_type"].as_str().unwrap_or_default();
    format!("{name} {}", adapter.types().in_ddl(data_type)).trim_end().to_owned()
}

/// `name type constraint …` of one column of the YAML.
pub(super) fn column(scope: &Arc<Scope>, column: &Json) -> String {
    let name = column["name"].as_str().unwrap_or_default();
    let own = column["constraints"].as_array().map_or(&[][..], Vec::as_slice);
    let mut all: Vec<Constraint> =
        own.iter().filter_map(|one| Constraint::of(one, Some(name))).collect();
    all.extend(of_model(scope).into_iter().filter(|one| one.forbids_null(name)));
    let mut parts = vec![typed(scope, column)];
    let is_told = |one: &Constraint| one.on_column && one.kind == ConstraintKind::NotNull;
    if !all.iter().any(is_told) && all.iter().any(|one| one.forbids_null(name)) {
        parts.push("not null".to_owned());
    }
    all.retain(|one| one.on_column || moves(scope, one));
    let data_type = column["data_type"].as_str().unwrap_or_default();
    parts.extend(all.iter().filter_map(|one| on_column(scope, one, data_type)));
    parts.join(" ")
}

/// The constraints that are written on the model of the scope.
fn of_model(scope: &Scope) -> Vec<Constraint> {
    let all = scope.node.as_ref().map_or_else(Vec::new, |facts| facts.node.constraints());
    all.into_iter().filter(|one| !one.on_column).collect()
}

/// Whether a key of the model is written on its only column, where the engine can be kept from numbering it.
fn moves(scope: &Scope, key: &Constraint) -> bool {
    if key.kind != ConstraintKind::PrimaryKey {
        return false;
    }
    let columns = key.bare_columns();
    let [column] = columns.as_slice() else { return false };
    let node = scope.node.as_ref().map(|facts| &facts.node);
    let declared = node.and_then(|node| {
        let mut columns = node.columns.values();
        columns.find(|own| own.name.eq_ignore_ascii_case(column))?.data_type.as_deref()
    });
    declared.is_some_and(|declared| scope.globals.adapter.types().numbers_null_keys(declared))
}

fn on_column(scope: &Arc<Scope>, constraint: &Constraint, data_type: &str) -> Option<String> {
    let expression = constraint.expression.as_deref().unwrap_or_default();
    let with = |words: &str| format!("{words} {expression}").trim_end().to_owned();
    let body = match constraint.kind {
        ConstraintKind::Check => format!("check ({})", constraint.expression.as_ref()?),
        ConstraintKind::NotNull => with("not null"),
        ConstraintKind::Unique => with("unique"),
        // In descending order it is a key like any other; without it NULL becomes the next number.
        ConstraintKind::PrimaryKey
            if expression.is_empty()
                && scope.globals.adapter.types().numbers_null_keys(data_type) =>
        {
            "primary key desc".to_owned()
        }
        ConstraintKind::PrimaryKey => with("primary key"),
        ConstraintKind::ForeignKey => format!("references {}", target(scope, constraint)?.1),
        ConstraintKind::Custom => constraint.expression.clone()?,
    };
    Some(named(scope, constraint, body))
}

/// A constraint of the whole table.
pub(super) fn on_model(scope: &Arc<Scope>, constraint: &Json) -> Option<String> {
    let constraint = Constraint::of(constraint, None).filter(|one| one.lack().is_none())?;
    let adapter = &*scope.globals.adapter;
    let columns: Vec<String> =
        constraint.columns.iter().map(|name| written(adapter, name)).collect();
    let columns = columns.join(", ");
    let before =
        constraint.expression.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
    let body = match constraint.kind {
        ConstraintKind::Check => format!("check ({})", constraint.expression.as_ref()?),
        ConstraintKind::Unique => format!("unique{before} ({columns})"),
        _ if moves(scope, &constraint) => return None,
        ConstraintKind::PrimaryKey => format!("primary key{before} ({columns})"),
        ConstraintKind::ForeignKey => {
            format!("foreign key ({columns}) references {}", target(scope, &constraint)?.1)
        }
        ConstraintKind::Custom => constraint.expression.clone()?,
        // On a model it says which columns must not be NULL; those columns say it themselves.
        ConstraintKind::NotNull => return None,
    };
    Some(named(scope, &constraint, body))
}

fn named(scope: &Scope, constraint: &Constraint, body: String) -> String {
    match &constraint.name {
        Some(name) => format!("constraint {} {body}", written(&*scope.globals.adapter, name)),
        None => body,
    }
}

/// What a foreign key points to: the relation, and the words behind `references`. None, with a warning, when the
/// engine cannot point there.
pub(crate) fn target(scope: &Arc<Scope>, constraint: &Constraint) -> Option<(Relation, String)> {
    let (relation, rest) = pointed(scope, constraint)?;
    let own = scope.node.as_ref().and_then(|facts| facts.this.clone());
    let physical = relation.physical();
    if own.is_some_and(|own| own.physical().schema != physical.schema) {
        if constraint.warn_unsupported {
            let node = scope.node.as_ref().map(|facts| facts.node.clone());
            scope.globals.sink.emit(Event::Diagnostic(out_of_reach(node.as_deref(), constraint)));
        }
        return None;
    }
    // The engine takes no schema in front of the table that a key points to.
    let table = scope.globals.adapter.quote(&physical.name);
    Some((relation, format!("{table} {rest}").trim_end().to_owned()))
}

fn out_of_reach(node: Option<&Node>, constraint: &Constraint) -> Diagnostic {
    let name = node.map_or("", |node| &node.name);
    let warning = Diagnostic::warning(
        codes::UNENFORCED_CONSTRAINT,
        format!("model `{name}`: {constraint} points to a table in another file, so the table goes without it"),
    )
    .hint("`warn_unsupported: false` on the constraint silences this");
    match node {
        Some(node) => warning.at(node.patch_span.unwrap_or_else(|| node.span_start()), ""),
        None => warning,
    }
}

/// The relation that a foreign key points to, and what is written behind it.
pub(crate) fn pointed(scope: &Arc<Scope>, constraint: &Constraint) -> Option<(Relation, String)> {
    let adapter = &*scope.globals.adapter;
    let columns = || {
        let names: Vec<String> =
            constraint.to_columns.iter().map(|n| written(adapter, n)).collect();
        if names.is_empty() { String::new() } else { format!("({})", names.join(", ")) }
    };
    let Some(to) =
        constraint.to.as_deref().map(str::trim).filter(|_| !constraint.to_columns.is_empty())
    else {
        let text = constraint.expression.as_deref()?.trim();
        let end = text.find(|c: char| c == '(' || c.is_whitespace()).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return Some((by_name(adapter, name)?, rest.trim().to_owned()));
    };
    if to.starts_with("ref(") || to.starts_with("source(") {
        let value = scope.render_native("constraint", &format!("{{{{ {to} }}}}")).ok()?;
        return Some((relation::as_relation(&value)?, columns()));
    }
    Some((by_name(adapter, to)?, columns()))
}

/// The relation of a name such as `schema.table`.
fn by_name(adapter: &dyn Adapter, name: &str) -> Option<Relation> {
    let mut parts = name.rsplit('.').map(bare);
    let identifier = parts.next().filter(|name| !name.is_empty())?;
    Some(adapter.relation(parts.next(), identifier))
}
