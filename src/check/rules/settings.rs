//! Configuration that is only looked at when a node runs: how it is materialized.

use std::sync::Arc;

use super::places;
use crate::check::shadow::Shadow;
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{Node, ResourceType, config};
use crate::names::did_you_mean;

/// What an incremental model can do when its columns change.
const ON_SCHEMA_CHANGE: &[&str] = &["ignore", "append_new_columns", "sync_all_columns", "fail"];

/// Looks at the configuration of a model.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>) {
    if node.resource_type != ResourceType::Model {
        return;
    }
    keys(shadow, node);
    materialization(shadow, node);
    if node.materialized() == "incremental" {
        on_schema_change(shadow, node);
        strategy(shadow, node);
    }
}

/// dbt takes any key; what is nearly the name of one that it knows is a slip.
fn keys(shadow: &mut Shadow<'_>, node: &Node) {
    let unknown = node.config.iter().map(|(key, _)| key).filter(|key| config::key(key).is_none());
    let mut slips = Vec::new();
    for key in unknown {
        let near = did_you_mean(key, config::KEYS.iter().map(|key| key.name));
        if let (Some(_), Some(place)) = (near, places::of_key(node, key)) {
            let message = format!("`{key}` is not a configuration that dbt knows");
            let label = "has no effect unless a macro asks for it";
            slips.push(
                Diagnostic::warning(codes::UNKNOWN_KEY, message).at(place, label).suggest(near),
            );
        }
    }
    slips.into_iter().for_each(|slip| shadow.tell(slip));
}

/// The names of macros between a start and an end.
fn macros<'s>(
    shadow: &'s Shadow<'_>,
    start: &'s str,
    end: &'s str,
) -> impl Iterator<Item = &'s str> {
    let names = &shadow.compiler.globals.places.names;
    names.iter().filter_map(move |name| name.strip_prefix(start)?.strip_suffix(end))
}

fn materialization(shadow: &mut Shadow<'_>, node: &Node) {
    let kind = node.materialized();
    let engine = format!("_{}", shadow.compiler.globals.adapter.type_name());
    let of_all = macros(shadow, "materialization_", "_default");
    let known: Vec<&str> = of_all.chain(macros(shadow, "materialization_", &engine)).collect();
    if kind == "ephemeral" || known.contains(&kind) {
        return;
    }
    let message = format!("model `{}`: there is no materialization `{kind}`", node.name);
    let mistake = Diagnostic::error(codes::UNKNOWN_MATERIALIZATION, message)
        .at(places::of_config(shadow, node, "materialized", kind), "")
        .suggest(did_you_mean(kind, known));
    shadow.tell(mistake);
}

/// dbt: a word that it does not know is taken as `ignore`, and a line of the log says so (1.12).
fn on_schema_change(shadow: &mut Shadow<'_>, node: &Node) {
    let Some(value) = node.config.get_str("on_schema_change") else { return };
    if ON_SCHEMA_CHANGE.contains(&value) {
        return;
    }
    let message =
        format!("`on_schema_change` of model `{}` is `{value}`, which means `ignore`", node.name);
    let near = did_you_mean(value, ON_SCHEMA_CHANGE.iter().copied());
    let warning = Diagnostic::warning(codes::BAD_CONFIG, message)
        .at(places::of_config(shadow, node, "on_schema_change", value), "")
        .hint(format!("one of {}", ON_SCHEMA_CHANGE.join(", ")));
    shadow.tell(if near.is_some() { warning.suggest(near) } else { warning });
}

fn strategy(shadow: &mut Shadow<'_>, node: &Node) {
    let Some(value) = node.config.get_str("incremental_strategy") else { return };
    let known: Vec<&str> = macros(shadow, "get_incremental_", "_sql").collect();
    let wanted = value.replace('+', "_");
    if known.contains(&wanted.as_str()) {
        return;
    }
    let message = format!("model `{}`: there is no incremental strategy `{value}`", node.name);
    let near = did_you_mean(&wanted, known);
    let mistake = Diagnostic::error(codes::BAD_CONFIG, message)
        .at(places::of_config(shadow, node, "incremental_strategy", value), "");
    let hint = format!("a strategy of your own is a macro `get_incremental_{wanted}_sql`");
    shadow.tell(if near.is_some() { mistake.suggest(near) } else { mistake.hint(hint) });
}
