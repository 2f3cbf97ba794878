//! How a node differs from what it was.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::changes::{Aspect, Reason};
use super::compare::is_same;
use super::snapshot::{OldNode, Snapshot};
use super::vars;
use crate::artifacts::manifest::{config_text, overloads_json};
use crate::manifest::{Language, Node, NodeKind, ResourceType};

/// Keys of the configuration that say where a relation lies.
const RELATION: [&str; 3] = ["database", "schema", "alias"];

/// Keys that dbt does not compare either.
const PASSED_OVER: [&str; 2] = ["tags", "group"];

/// Everything that differs but for the macros.
pub(super) fn differences(node: &Node, old: &OldNode<'_>, earlier: &Snapshot<'_>) -> Vec<Reason> {
    let mut reasons = Vec::new();
    reasons.extend(body(node, old));
    configs(node, old, &mut reasons);
    descriptions(node, old, &mut reasons);
    contract(node, old, &mut reasons);
    properties(node, old, &mut reasons);
    signature(node, old, &mut reasons);
    variables(node, earlier, &mut reasons);
    reasons
}

fn body(node: &Node, old: &OldNode<'_>) -> Option<Reason> {
    let changed = |text: String| Some(Reason::new(Aspect::Body, text));
    if node.resource_type == ResourceType::Seed {
        return match (&*old.checksum.name, old.checksum.checksum == node.checksum) {
            (_, true) => None,
            // dbt: of a large seed only the path is kept.
            ("path", false) => changed("the earlier run kept no checksum of the file".to_owned()),
            _ => changed("the file has other rows".to_owned()),
        };
    }
    // dbt: a generic test is its name and its configuration; its text follows from them.
    if node.test().is_some_and(|test| test.metadata.is_some()) {
        return None;
    }
    let then = old.raw_code.as_deref().unwrap_or_default();
    let same = match node.language() {
        Language::Sql => is_same(then, &node.raw_code),
        _ => then.trim_end() == node.raw_code.trim_end(),
    };
    if same { None } else { changed(format!("line {}", first_other_line(then, &node.raw_code))) }
}

/// The first line of `new` that is not in its place in `old`, from 1.
fn first_other_line(old: &str, new: &str) -> usize {
    let pairs = old.lines().map(Some).chain(std::iter::repeat(None)).zip(new.lines());
    let same =
        pairs.take_while(|(old, new)| old.is_some_and(|old| old.trim() == new.trim())).count();
    (same + 1).min(new.lines().count().max(1))
}

/// dbt: what a function takes and gives is part of it.
fn signature(node: &Node, old: &OldNode<'_>, reasons: &mut Vec<Reason>) {
    let Some(function) = node.function() else { return };
    let parse = |raw: Option<&RawValue>| {
        raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or(Json::Null)
    };
    let pairs = [
        ("arguments", parse(old.arguments), function.arguments.clone().into()),
        ("returns", parse(old.returns), function.returns.clone()),
        ("overloads", parse(old.overloads), overloads_json(function)),
    ];
    for (key, then, now) in pairs.iter().filter(|(_, then, now)| !is_alike(then, now)) {
        reasons.push(Reason::new(Aspect::Body, format!("{key}: {} → {}", shown(then), shown(now))));
    }
}

fn configs(node: &Node, old: &OldNode<'_>, reasons: &mut Vec<Reason>) {
    let then = old.config.map_or("{}", |raw| raw.get());
    let now = config_text(&node.config, node.resource_type);
    if then == now {
        return;
    }
    let parse = |text: &str| serde_json::from_str::<Map<String, Json>>(text).unwrap_or_default();
    let written = old.unrendered_config.map(|raw| parse(raw.get())).unwrap_or_default();
    let (then, now) = (parse(then), parse(&now));
    for (key, aspect, old, new) in different(&then, &now) {
        // What is written the same differs by the environment only.
        let as_written = node.unrendered.iter().find(|(name, _)| name == key);
        if as_written.is_some_and(|(_, template)| written.get(key) == Some(template)) {
            continue;
        }
        reasons.push(Reason::new(aspect, format!("{key}: {} → {}", shown(old), shown(new))));
    }
}

/// The keys whose values differ, with both values.
pub(super) fn different<'a>(
    then: &'a Map<String, Json>,
    now: &'a Map<String, Json>,
) -> Vec<(&'a str, Aspect, &'a Json, &'a Json)> {
    let gone = then.keys().filter(|key| !now.contains_key(*key));
    let keys = now.keys().chain(gone).map(String::as_str);
    keys.filter(|key| !PASSED_OVER.contains(key))
        .filter_map(|key| {
            let value = |map: &'a Map<String, Json>| map.get(key).unwrap_or(&Json::Null);
            let (old, new) = (value(then), value(now));
            let aspect = if RELATION.contains(&key) { Aspect::Relation } else { Aspect::Configs };
            (!is_alike(old, new)).then_some((key, aspect, old, new))
        })
        .collect()
}

/// Whether two values mean the same: what is empty is like what is not there.
fn is_alike(a: &Json, b: &Json) -> bool {
    let is_empty = |value: &Json| match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.values().all(Json::is_null),
        _ => false,
    };
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => a == b || is_empty(a) && is_empty(b),
    }
}

/// A value for a reason, cut where it is long.
pub(super) fn shown(value: &Json) -> Cow<'_, str> {
    const MOST: usize = 40;
    let text = match value {
        Json::Null => return Cow::Borrowed("not set"),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    };
    match text.char_indices().nth(MOST) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Owned(text),
    }
}

fn columns_of(old: &OldNode<'_>) -> Map<String, Json> {
    old.columns.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

fn descriptions(node: &Node, old: &OldNode<'_>, reasons: &mut Vec<Reason>) {
    let persists = |what: &str| {
        let on = node.config.get("persist_docs").and_then(|docs| docs.get(what)?.as_bool());
        on.unwrap_or(false)
    };
    let mut changed = |text: String| reasons.push(Reason::new(Aspect::PersistedDescriptions, text));
    if persists("relation") && old.description.as_deref().unwrap_or_default() != node.description {
        changed("of the relation".to_owned());
    }
    if persists("columns") {
        let then = columns_of(old);
        for (name, column) in &node.columns {
            let text = then.get(name).and_then(|old| old.get("description")?.as_str());
            if text != Some(&column.description) {
                changed(format!("of the column {name}"));
            }
        }
        for name in then.keys().filter(|name| !node.columns.contains_key(*name)) {
            changed(format!("of the column {name}, which is gone"));
        }
    }
}

fn contract(node: &Node, old: &OldNode<'_>, reasons: &mut Vec<Reason>) {
    let NodeKind::Model(model) = &node.kind else { return };
    let mut changed = |text: String| reasons.push(Reason::new(Aspect::Contract, text));
    match (old.contract.enforced, node.config.contract_enforced()) {
        (false, false) => return,
        (false, true) => return changed("is enforced now".to_owned()),
        (true, false) => return changed("is not enforced any more".to_owned()),
        (true, true) if old.contract.checksum == model.contract_checksum => return,
        (true, true) => {}
    }
    let then = columns_of(old);
    let mut found = Vec::new();
    for (name, column) in &node.columns {
        let kind = then.get(name).map(|old| old.get("data_type").and_then(Json::as_str));
        match kind {
            None => found.push(format!("column {name} is new")),
            Some(kind) if kind != column.data_type.as_deref() => found.push(format!(
                "column {name}: {} → {}",
                kind.unwrap_or("no type"),
                column.data_type.as_deref().unwrap_or("no type")
            )),
            Some(_) => {}
        }
    }
    let gone = then.keys().filter(|name| !node.columns.contains_key(*name));
    found.extend(gone.map(|name| format!("column {name} is gone")));
    if found.is_empty() {
        found.push("constraints changed".to_owned());
    }
    found.into_iter().for_each(changed);
}

/// What makes readers of a model fail: dbt's `same_ref_representation`.
fn properties(node: &Node, old: &OldNode<'_>, reasons: &mut Vec<Reason>) {
    let NodeKind::Model(model) = &node.kind else { return };
    let access = |word: &str| if word.is_empty() { "protected" } else { word }.to_owned();
    let mut differ = |what: &str, then: String, now: String| {
        if then != now {
            reasons.push(Reason::new(Aspect::Properties, format!("{what}: {then} → {now}")));
        }
    };
    differ("access", access(old.access.as_deref().unwrap_or_default()), access(&model.access));
    let version =
        |version: &Option<Json>| shown(version.as_ref().unwrap_or(&Json::Null)).into_owned();
    differ("latest version", version(&old.latest_version), version(&model.latest_version));
    let date = |date: &Option<String>| date.clone().unwrap_or_else(|| "not set".to_owned());
    differ("deprecation date", date(&old.deprecation_date), date(&model.deprecation_date));
}

/// Variables that the node reads, and that have another value now. A variable that it did not read then was not
/// there to change: the text did.
fn variables(node: &Node, earlier: &Snapshot<'_>, reasons: &mut Vec<Reason>) {
    let Some(then) = earlier.vars.as_ref().and_then(|all| all.vars.get(node.unique_id.as_str()))
    else {
        return;
    };
    for (name, value) in vars::of(node) {
        if then.get(&name).is_some_and(|old| *old != value) {
            reasons.push(Reason::new(Aspect::Vars, format!("{name} has another value")));
        }
    }
}
