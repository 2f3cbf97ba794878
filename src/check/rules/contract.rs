//! An enforced contract beside the columns of the query, each difference at the column's line of the property file.

use std::sync::Arc;

use crate::check::shadow::{CheckedNode, Shadow};
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::objects::contract::{Difference, Sides, declared};
use crate::manifest::Node;
use crate::names::did_you_mean;
use crate::source::Span;

/// Tells every column that differs.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    if !node.config.contract_enforced() {
        return;
    }
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
