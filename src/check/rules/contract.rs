//! An enforced contract beside the columns of the query, each difference at the column's line of the property file.

use std::sync::Arc;

use crate::check::shadow::{CheckedNode, Shadow};
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::objects::contract::{Difference, Sides, declared};
use crate::manifest::{ConstraintKind, Node};
use crate::names::did_you_mean;
use crate::source::Span;

/// Tells every column that differs.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    if !node.config.contract_enforced() {
        return;
    }
    undeclared(shadow, node);
    for variant in &known.variants {
        let code = &variant.compiled.code;
        let query = shadow.connection.with(|session| session.result_columns(code));
        let Ok(Some(query)) = query else { continue };
        let contract = node.columns.values().map(declared).collect();
        let sides = Sides { contract, query, table: None, grows: false };
        let differences = sides.differences(shadow.compiler.globals.adapter.types());
        for difference in &differences {
            let mistake = mistake(node, difference, &sides);
            shadow.tell(mistake);
        }
        if !differences.is_empty() {
            break;
        }
    }
}

/// Columns without a type, and constraints over columns that the contract does not have.
fn undeclared(shadow: &mut Shadow<'_>, node: &Node) {
    let mut mistakes = Vec::new();
    for column in node.columns.values().filter(|column| column.data_type.is_none()) {
        let message =
            format!("model `{}`: the contract says no type for `{}`", node.name, column.name);
        let mistake = Diagnostic::error(codes::CONTRACT, message).at(column.span, "");
        mistakes.push(mistake.hint("add a `data_type`"));
    }
    let place = node.patch_span.unwrap_or_else(|| node.span_start());
    let names = || node.columns.values().map(|column| column.name.as_str());
    let is_known = |name: &str| names().any(|known| known.eq_ignore_ascii_case(name));
    for constraint in node.constraints() {
        for name in constraint.bare_columns().iter().filter(|name| !is_known(name)) {
            let message = format!(
                "model `{}`: a constraint names `{name}`, which the contract does not have",
                node.name
            );
            let mistake = Diagnostic::error(codes::CONTRACT, message).at(place, "");
            mistakes.push(mistake.suggest(did_you_mean(name, names())));
        }
        if let (Some(condition), Some(relation)) =
            (&constraint.expression, shadow.compiler.relation(&node.unique_id))
            && constraint.kind == ConstraintKind::Check
        {
            let sql = format!("select 1 from {} where ({condition}\n)", relation.render());
            let said = shadow.connection.with(|session| session.describe(&sql));
            let said = said.err().map(|error| error.to_string()).unwrap_or_default();
            if let Some(name) = said.strip_prefix("no such column: ") {
                let message = format!(
                    "model `{}`: a constraint names `{name}`, which the contract does not have",
                    node.name
                );
                let mistake = Diagnostic::error(codes::CONTRACT, message).at(place, "");
                mistakes.push(mistake.suggest(did_you_mean(name, names())));
            }
        }
    }
    mistakes.into_iter().for_each(|mistake| shadow.tell(mistake));
}

fn mistake(node: &Node, difference: &Difference, sides: &Sides) -> Diagnostic {
    let name = &difference.name;
    let model = format!("model `{}`: the contract", node.name);
    let given = difference.query.as_deref().unwrap_or_default();
    let (message, near) = match (&difference.contract, &difference.query) {
        (Some(_), None) => {
            let names = sides.query.iter().map(|column| column.name.as_str());
            (
                format!("{model} has `{name}`, which the query does not give"),
                did_you_mean(name, names),
            )
        }
        (Some(declared), Some(_)) => {
            (format!("{model} says that `{name}` is `{declared}`, the query gives `{given}`"), None)
        }
        (None, _) if difference.reason.contains("twice") => {
            (format!("model `{}`: the query gives `{name}` twice", node.name), None)
        }
        (None, _) => {
            let names = sides.contract.iter().map(|column| column.name.as_str());
            (format!("{model} lacks `{name}`, which the query gives"), did_you_mean(name, names))
        }
    };
    let place = place(node, name);
    Diagnostic::error(codes::CONTRACT, message).at(place, "").suggest(near)
}

/// The column's entry of the property file, else the model's.
fn place(node: &Node, name: &str) -> Span {
    let column = node.columns.values().find(|column| column.name.eq_ignore_ascii_case(name));
    column.map(|column| column.span).or(node.patch_span).unwrap_or_else(|| node.span_start())
}
