//! What changed between an earlier manifest and this one.
//!
//! dbt 1.12's `state:modified` is the model, with fewer false alarms: texts are compared in their normal form, and a
//! place in a folder is no property. Where dbt looks at configuration as it was written, forge looks at it as it came
//! out, except for where relations lie: that differs between environments.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::changes::{Aspect, Change, Changes, Reason};
use super::normal::normal;
use super::snapshot::Snapshot;
use super::{nodes, others};
use crate::manifest::{Macro, Manifest, Resource};
use crate::names::UniqueId;

/// Compares a manifest with an earlier one. `internal` are the packages that come with forge, whose macros are not
/// compared: they are as good as the program.
pub fn compare(manifest: &Manifest, internal: &[String], earlier: &Snapshot<'_>) -> Changes {
    let macros = Macros::new(manifest, internal, earlier);
    let resources: Vec<(&UniqueId, Resource<'_>)> = manifest.resources().collect();
    let changed = resources.into_par_iter().filter_map(|(id, resource)| {
        let change = of_resource(id, &resource, earlier, &macros);
        (change.is_new || !change.reasons.is_empty()).then(|| (id.clone(), change))
    });
    let changed = changed.collect();
    let is_gone = |id: &&str| manifest.resource(id).is_none();
    let mut removed: Vec<String> = ids(earlier).filter(is_gone).map(str::to_owned).collect();
    removed.sort_unstable();
    Changes { changed, removed }
}

fn of_resource(
    id: &UniqueId,
    resource: &Resource<'_>,
    earlier: &Snapshot<'_>,
    macros: &Macros<'_>,
) -> Change {
    let differences = match resource {
        Resource::Node(node) => {
            let old = earlier.nodes.get(id.as_str());
            let own = old.map(|old| nodes::differences(node, old, earlier));
            let is_new = own.is_none();
            let reasons = own.into_iter().flatten().chain(macros.of(node, old)).collect();
            return Change { is_new, reasons };
        }
        other => others::before(id, other, earlier).map(|old| others::differences(other, old)),
    };
    Change { is_new: differences.is_none(), reasons: differences.unwrap_or_default() }
}

fn ids<'s>(earlier: &'s Snapshot<'_>) -> impl Iterator<Item = &'s str> {
    let nodes = earlier.nodes.keys().map(|id| &**id).filter(|id| !id.starts_with("operation."));
    let others = [
        &earlier.sources,
        &earlier.exposures,
        &earlier.metrics,
        &earlier.semantic_models,
        &earlier.saved_queries,
        &earlier.unit_tests,
    ];
    nodes.chain(others.into_iter().flat_map(|map| map.keys().map(|id| &**id)))
}

/// Which macros changed, and who reaches them.
struct Macros<'m> {
    manifest: &'m Manifest,
    /// Macros that changed or are new, with the word for it.
    changed: HashMap<&'m str, &'static str>,
    /// Macros that are gone.
    removed: HashSet<String>,
    /// Materializations by the name that nodes use.
    materializations: HashMap<&'m str, Vec<&'m str>>,
}

impl<'m> Macros<'m> {
    fn new(manifest: &'m Manifest, internal: &[String], earlier: &Snapshot<'_>) -> Self {
        let is_own = |package: &str| !internal.iter().any(|own| own == package);
        let own = || manifest.macros.values().filter(|one| is_own(&one.package_name));
        let changed = own().filter_map(|one| {
            let id = one.unique_id.as_str();
            match earlier.macros.get(id) {
                None => Some((id, "is new")),
                Some(old) if is_same(&old.macro_sql, &one.macro_sql) => None,
                Some(_) => Some((id, "changed")),
            }
        });
        let gone = earlier.macros.iter().filter(|(id, old)| {
            is_own(&old.package_name)
                && !manifest.macros.contains_key(&***id)
                && !old.name.is_empty()
        });
        let mut materializations: HashMap<&str, Vec<&str>> = HashMap::new();
        for one in own() {
            if let Some(name) = materialization(one) {
                materializations.entry(name).or_default().push(one.unique_id.as_str());
            }
        }
        Macros {
            manifest,
            changed: changed.collect(),
            removed: gone.map(|(id, _)| id.to_string()).collect(),
            materializations,
        }
    }

    /// The changed macros that a node reaches.
    fn of(
        &self,
        node: &crate::manifest::Node,
        old: Option<&super::snapshot::OldNode<'_>>,
    ) -> Vec<Reason> {
        if self.changed.is_empty() && self.removed.is_empty() {
            return Vec::new();
        }
        let direct = node.depends_on.macros.iter().map(UniqueId::as_str);
        let by_kind = self.materializations.get(node.materialized()).into_iter().flatten().copied();
        let mut waiting: Vec<&str> = direct.chain(by_kind).collect();
        let mut seen: HashSet<&str> = waiting.iter().copied().collect();
        let mut reasons = Vec::new();
        while let Some(id) = waiting.pop() {
            let found = self.manifest.macros.get(id);
            if let Some(what) = self.changed.get(id) {
                let path = found.map_or("", |one| one.original_file_path.as_str());
                reasons.push(Reason::new(Aspect::Macros, format!("{} {what} ({path})", short(id))));
            }
            let calls = found.into_iter().flat_map(|one| &one.depends_on.macros);
            waiting.extend(calls.map(UniqueId::as_str).filter(|call| seen.insert(call)));
        }
        let called = old.into_iter().flat_map(|old| &old.depends_on.macros).flatten();
        let gone = called.filter(|id| self.removed.contains(&***id));
        reasons
            .extend(gone.map(|id| Reason::new(Aspect::Macros, format!("{} is gone", short(id)))));
        reasons.sort_by(|a, b| a.text.cmp(&b.text));
        reasons
    }
}

/// The materialization that a macro is: `table` of `materialization_table_default`.
fn materialization(one: &Macro) -> Option<&str> {
    let name = one.name.strip_prefix("materialization_")?;
    name.rsplit_once('_').map(|(name, _)| name)
}

/// `money.cents` of `macro.money.cents`.
fn short(id: &str) -> &str {
    id.strip_prefix("macro.").unwrap_or(id)
}

/// Whether two templates mean the same.
pub(super) fn is_same(old: &str, new: &str) -> bool {
    old == new || normal(old) == normal(new)
}
