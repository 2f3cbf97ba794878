//! Constraints of models and columns, and contracts, as dbt 1.12 checks them while parsing.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::context::Context;
use super::properties::has_jinja;
use super::{configs, entry, nodes, render};
use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::jinja::values;
use crate::manifest::{Column, Language, Node, NodeKind};
use crate::source::Span;

/// The kinds of constraints.
const KINDS: &[&str] = &["check", "not_null", "unique", "primary_key", "foreign_key", "custom"];

/// Where a constraint is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// On a column.
    Column,
    /// On the model: it names its columns.
    Model,
}

/// A constraint with all its keys, as dbt publishes it.
pub(crate) fn complete(written: &Json, on: On) -> Json {
    let get = |key: &str| written.get(key).cloned().unwrap_or(Json::Null);
    let list = |key: &str| written.get(key).filter(|v| v.is_array()).cloned().unwrap_or(json!([]));
    let flag = |key: &str| written.get(key).and_then(Json::as_bool).unwrap_or(true);
    let mut made = json!({
        "type": get("type"),
        "name": get("name"),
        "expression": get("expression"),
        "warn_unenforced": flag("warn_unenforced"),
        "warn_unsupported": flag("warn_unsupported"),
        "to": get("to"),
        "to_columns": list("to_columns"),
    });
    if on == On::Model {
        made["columns"] = list("columns");
    }
    made
}

/// Checks the constraints of a model and notes what foreign keys point to.
pub(crate) fn settle(cx: &Context<'_>, node: &mut Node, diagnostics: &mut Diagnostics) {
    let Some(model) = node.model() else { return };
    let of_columns = node.columns.values().flat_map(|column| &column.constraints);
    let all: Vec<Json> = of_columns.chain(&model.constraints).cloned().collect();
    let place = node.patch_span.unwrap_or_else(|| node.span_start());
    let problem = |message: String| Diagnostic::error(codes::BAD_CONFIG, message).at(place, "");
    let contract = node.config.get("contract").filter(|contract| !contract.is_null());
    let enforced = contract.map(|contract| contract.get("enforced").unwrap_or(&Json::Null));
    if enforced.is_some_and(|enforced| !enforced.is_boolean() && !enforced.is_null())
        || contract.is_some_and(|contract| !contract.is_object())
    {
        let message = format!("`contract` of model `{}` is no contract", node.name);
        diagnostics.push(problem(message).hint("write `contract: {enforced: true}`"));
    }
    for constraint in &all {
        let kind = constraint["type"].as_str().unwrap_or_default();
        if !KINDS.contains(&kind) {
            let message = format!("model `{}`: `{kind}` is not a constraint", node.name);
            diagnostics.push(problem(message).note(format!("constraints: {}", KINDS.join(", "))));
        }
    }
    if node.config.contract_enforced() {
        let checksum = contract_checksum(node);
        if let NodeKind::Model(model) = &mut node.kind {
            model.contract_checksum = Some(checksum);
        }
        if node.columns.is_empty() {
            diagnostics.push(
                problem(format!("the contract of model `{}` has no columns", node.name))
                    .at(place_of_contract(cx, node), "")
                    .hint("list `columns` with their `data_type` in a property file"),
            );
        }
        of_contract(cx, node, &problem, diagnostics);
        if node.language() != Language::Sql {
            let message =
                format!("model `{}` has a contract, which only SQL models can have", node.name);
            diagnostics.push(problem(message));
        }
    }
    let is_key = |constraint: &Json| constraint["type"] == "primary_key";
    let on_model = node.model().is_some_and(|model| model.constraints.iter().any(is_key));
    let keys = node.columns.values().filter(|column| column.constraints.iter().any(is_key)).count();
    if keys > 1 || keys == 1 && on_model {
        diagnostics.push(
            problem(format!("model `{}` has more than one primary key", node.name))
                .hint("a key of several columns is a constraint of the model"),
        );
    }
    for constraint in &all {
        if let (Some("foreign_key"), Some(to)) =
            (constraint["type"].as_str(), constraint["to"].as_str())
        {
            foreign(cx, node, (to, place), diagnostics);
        }
    }
}

/// Where a contract is asked for.
fn place_of_contract(cx: &Context<'_>, node: &Node) -> Span {
    entry::config_key(&cx.project.sources, node, &["contract", "enforced"])
        .unwrap_or_else(|| configs::config_call(node, "contract"))
}

/// What dbt 1.12 says of contracts: incremental models cannot ignore new columns, and only tables have constraints.
fn of_contract(
    cx: &Context<'_>,
    node: &Node,
    problem: &dyn Fn(String) -> Diagnostic,
    diagnostics: &mut Diagnostics,
) {
    let on_change = node.config.get_str("on_schema_change").unwrap_or("ignore");
    if node.materialized() == "incremental" && !["append_new_columns", "fail"].contains(&on_change)
    {
        let message = format!(
            "incremental model `{}` has an enforced contract and `on_schema_change: {on_change}`",
            node.name
        );
        let hint = "set `on_schema_change` to `append_new_columns` or `fail`";
        diagnostics.push(problem(message).hint(hint));
    }
    let all = node.constraints();
    let warning = |message: String| Diagnostic {
        severity: Severity::Warning,
        code: codes::UNENFORCED_CONSTRAINT,
        ..problem(message)
    };
    if !node.makes_constraints() && all.iter().any(|one| one.warn_unsupported) {
        let message = format!(
            "the constraints of model `{}` are not made: it is materialized as `{}`",
            node.name,
            node.materialized()
        );
        let first = entry::first_constraint(&cx.project.sources, node);
        let warning = first.into_iter().fold(warning(message), |one, at| one.at(at, ""));
        diagnostics.push(warning.hint(
            "only `table` and `incremental` make them; `warn_unsupported: false` on a constraint \
             silences this",
        ));
        return;
    }
    for constraint in all.iter().filter(|one| one.warn_unsupported) {
        if let Some(lack) = constraint.lack() {
            let message =
                format!("model `{}`: {constraint} has no {lack}, so nothing is checked", node.name);
            diagnostics.push(warning(message));
        }
    }
}

/// Notes the `ref` or `source` of a foreign key.
fn foreign(
    cx: &Context<'_>,
    node: &mut Node,
    (to, place): (&str, Span),
    diagnostics: &mut Diagnostics,
) {
    let wrong = || {
        let message =
            format!("`to: {to}` of a foreign key of `{}` is no `ref` or `source`", node.name);
        Diagnostic::error(codes::BAD_CONFIG, message).at(place, "")
    };
    if has_jinja(to) {
        diagnostics.push(wrong());
        return;
    }
    let scope = Arc::new(cx.scope(&node.package_name));
    if let Err(error) = scope.render("to", &format!("{{{{ {to} }}}}")) {
        diagnostics.push(render::diagnostic_at(cx, &error, place));
        return;
    }
    let mut capture = scope.take_capture();
    capture.macros.clear();
    match capture.refs.len() + capture.sources.len() {
        0 => diagnostics.push(wrong()),
        _ => nodes::take_references(node, capture),
    }
}

/// SHA-256 of the declared columns, by name, in Python's words.
pub(crate) fn contract_checksum(node: &Node) -> String {
    let mut columns: Vec<&Column> = node.columns.values().collect();
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    let mut state = String::new();
    for column in columns {
        let data_type = column.data_type.as_deref().unwrap_or("None");
        let constraints = constraints_repr("ColumnLevelConstraint", &column.constraints);
        state += &format!("|{}{data_type}{constraints}", column.name);
    }
    if matches!(node.materialized(), "table" | "incremental") {
        let constraints = node.model().map_or(&[][..], |model| &model.constraints);
        state += node.materialized();
        state += &constraints_repr("ModelLevelConstraint", constraints);
    }
    Sha256::digest(state.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Python's `repr()` of a list of constraints.
fn constraints_repr(class: &str, constraints: &[Json]) -> String {
    let field = |(key, value): (&String, &Json)| match (key.as_str(), value.as_str()) {
        ("type", Some(kind)) => format!("type=<ConstraintType.{kind}: '{kind}'>"),
        _ => format!("{key}={}", values::python_repr(&values::to_mutable(value))),
    };
    let one = |constraint: &Json| {
        let fields = constraint.as_object().into_iter().flatten().map(field);
        format!("{class}({})", fields.collect::<Vec<_>>().join(", "))
    };
    format!("[{}]", constraints.iter().map(one).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contract_is_hashed_in_pythons_words() {
        let column = complete(&json!({"type": "not_null"}), On::Column);
        assert_eq!(
            constraints_repr("ColumnLevelConstraint", &[column]),
            "[ColumnLevelConstraint(type=<ConstraintType.not_null: 'not_null'>, name=None, \
             expression=None, warn_unenforced=True, warn_unsupported=True, to=None, to_columns=[])]"
        );
        let model = json!({"type": "check", "columns": ["a"], "warn_unenforced": false});
        assert_eq!(
            constraints_repr("ModelLevelConstraint", &[complete(&model, On::Model)]),
            "[ModelLevelConstraint(type=<ConstraintType.check: 'check'>, name=None, \
             expression=None, warn_unenforced=False, warn_unsupported=True, to=None, to_columns=[], \
             columns=['a'])]"
        );
    }
}
