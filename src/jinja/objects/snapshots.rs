//! What snapshots ask of the adapter: whether their table is one, whether their query has what the configuration names,
//! and what becomes of deleted rows.

use minijinja::Error;
use minijinja::value::Value;

use super::adapter::{AdapterObject, columns_of, database_error, relation_argument};
use crate::adapters::{AdapterError, Column};
use crate::diagnostics::codes;
use crate::jinja::args::{Args, invalid};
use crate::jinja::coded::coded;
use crate::jinja::values;
use crate::names::did_you_mean;

/// The columns that every snapshot has.
const COLUMNS: [&str; 3] = ["dbt_scd_id", "dbt_valid_from", "dbt_valid_to"];
/// What the built-in strategies also need.
const UPDATED: &str = "dbt_updated_at";

/// `valid_snapshot_target(relation, column_names=None)`: an error unless it has the columns of a snapshot.
pub(super) fn valid_snapshot_target(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    check(of, args, &COLUMNS)
}

/// `assert_valid_snapshot_target_given_strategy(relation, column_names, strategy)`: the same, and the column that
/// marks deleted rows where the strategy keeps them.
pub(super) fn valid_snapshot_target_of_strategy(
    of: &AdapterObject,
    args: &Args,
) -> Result<Value, Error> {
    let strategy = args.required(2, "strategy")?;
    let mut wanted = COLUMNS.to_vec();
    wanted.push(UPDATED);
    if strategy.get_attr("hard_deletes").ok().as_ref().and_then(Value::as_str) == Some("new_record")
    {
        wanted.push("dbt_is_deleted");
    }
    check(of, args, &wanted)
}

fn check(of: &AdapterObject, args: &Args, wanted: &[&str]) -> Result<Value, Error> {
    if !of.executes() {
        return Ok(Value::from(()));
    }
    let relation = relation_argument(args, 0, "relation")?;
    let names = args.optional(1, "column_names").filter(|names| !names.is_none());
    let renamed = |column: &str| {
        let given = names.as_ref().and_then(|names| names.get_attr(column).ok());
        given.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_else(|| column.to_owned())
    };
    let there = columns_of(of, &relation)?;
    let missing: Vec<String> = wanted
        .iter()
        .map(|column| renamed(column))
        .filter(|name| !there.iter().any(|column| column.name.eq_ignore_ascii_case(name)))
        .map(|name| format!("`{name}`"))
        .collect();
    match missing.is_empty() {
        true => Ok(Value::from(())),
        false => Err(coded(
            codes::SNAPSHOT_TABLE,
            format!(
                "`{}` is not the table of such a snapshot: it has no {}",
                relation.to_string().replace('"', ""),
                missing.join(", ")
            ),
            Some(hint(&missing)),
        )),
    }
}

fn hint(missing: &[String]) -> String {
    let change = match missing {
        [one] if one.ends_with("deleted`") => "`hard_deletes`",
        _ => "`snapshot_meta_column_names`",
    };
    format!(
        "was {change} changed? undo that, or add the columns to the table; a snapshot is never rebuilt"
    )
}

/// `check_snapshot_settings(source)`: the query gives the columns that the configuration names.
pub(super) fn settings(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let (Some(facts), Some(connection)) = (&of.node, &of.connection) else {
        return Ok(Value::from(()));
    };
    let source = relation_argument(args, 0, "source")?;
    let config = &facts.node.config;
    for key in ["unique_key", "updated_at", "check_cols"] {
        for expression in config.get(key).map_or_else(Vec::new, texts) {
            if key == "check_cols" && expression == "all" {
                continue;
            }
            let sql = format!("select ({expression}) from {} limit 0", source.render());
            match connection.with(|session| session.query(&sql, &[])) {
                Ok(_) => {}
                Err(AdapterError::Sql { message, .. }) => {
                    let known = columns_of(of, &source)?;
                    return Err(coded(
                        codes::BAD_SNAPSHOT,
                        format!(
                            "snapshot `{}`: `{key}: {expression}` cannot be read from its query: {message}",
                            facts.name
                        ),
                        Some(nearest(&expression, &known)),
                    ));
                }
                Err(error) => return Err(database_error(error)),
            }
        }
    }
    Ok(Value::from(()))
}

fn nearest(wanted: &str, known: &[Column]) -> String {
    const SHOWN: usize = 8;
    let names = known.iter().map(|column| column.name.as_str());
    if let Some(near) = did_you_mean(wanted, names.clone()) {
        return format!("did you mean `{near}`?");
    }
    let shown: Vec<String> = names.take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if known.len() > SHOWN { ", …" } else { "" };
    format!("the query gives {}{more}", shown.join(", "))
}

fn texts(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Array(items) => items.iter().flat_map(texts).collect(),
        other => other.as_str().map(str::to_owned).into_iter().collect(),
    }
}

/// `get_hard_deletes_behavior(config)`: `ignore`, `invalidate` or `new_record`.
pub(super) fn hard_deletes(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    if !of.executes() {
        return Ok(Value::from(()));
    }
    let config = args.required(0, "config")?;
    let setting = |name: &str| {
        let given = config.get_item(&Value::from(name)).ok().filter(is_set);
        // The template's `config` has methods only; the node knows what it says.
        given.or_else(|| of_node(of, name).filter(is_set))
    };
    let (old, new) = (setting("invalidate_hard_deletes"), setting("hard_deletes"));
    let word = new.as_ref().and_then(Value::as_str);
    Ok(Value::from(match (&old, word) {
        (Some(_), Some(_)) => {
            return Err(invalid(
                "a snapshot takes `hard_deletes` or `invalidate_hard_deletes`, not both",
            ));
        }
        (Some(old), None) if old.is_true() => "invalidate",
        (_, Some("invalidate")) => "invalidate",
        (_, Some("new_record")) => "new_record",
        (_, None | Some("ignore")) => "ignore",
        (_, Some(other)) => {
            return Err(invalid(format!(
                "`hard_deletes: {other}` is not known: it is `ignore`, `invalidate` or `new_record`"
            )));
        }
    }))
}

fn is_set(value: &Value) -> bool {
    !value.is_undefined() && !value.is_none()
}

fn of_node(of: &AdapterObject, name: &str) -> Option<Value> {
    let node = &of.node.as_ref()?.node;
    Some(values::to_mutable(&node.config.effective(name, node.resource_type)))
}
