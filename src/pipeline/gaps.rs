//! `history --gaps`: batches that never succeeded.

use super::Prepared;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::execute::failure_of_adapter;
use crate::execute::ledger::LedgerReader;
use crate::execute::microbatch::{self, Gaps};
use crate::manifest::{Microbatch, Node};
use crate::names::{UniqueId, did_you_mean};

/// Finds the gaps of all microbatch models, or of one by its name or id.
pub fn gaps(prepared: &Prepared, name: Option<&str>) -> Result<Vec<(UniqueId, Gaps)>, Diagnostics> {
    let models = models(prepared, name)?;
    let adapter = &prepared.compiler.globals.adapter;
    if !adapter.exists() {
        return Ok(models.iter().map(|(node, _)| empty(node)).collect());
    }
    let failed = |error| Diagnostics::from(*failure_of_adapter(&error));
    let mut session = adapter.reader().map_err(failed)?;
    let mut found = Vec::new();
    for (node, config) in models {
        let relation = node.relation_name.as_deref().unwrap_or_default();
        let known = LedgerReader(&mut *session).batches_of_model(node.unique_id.as_str(), relation);
        let gaps = microbatch::gaps(&known.map_err(failed)?, config.size, None);
        found.push((node.unique_id.clone(), gaps));
    }
    Ok(found)
}

fn empty(node: &Node) -> (UniqueId, Gaps) {
    (node.unique_id.clone(), Gaps::default())
}

fn models<'p>(
    prepared: &'p Prepared,
    name: Option<&str>,
) -> Result<Vec<(&'p Node, Microbatch)>, Diagnostics> {
    let all = prepared.manifest.nodes.values().filter(|node| node.config.enabled());
    let all: Vec<(&Node, Microbatch)> =
        all.filter_map(|node| Some((&**node, Microbatch::of(node)?))).collect();
    let Some(name) = name else { return Ok(all) };
    let is_meant = |node: &Node| node.name == name || node.unique_id.as_str() == name;
    let names: Vec<&str> = all.iter().map(|(node, _)| node.name.as_str()).collect();
    let near = did_you_mean(name, names.iter().copied());
    let found: Vec<_> = all.iter().filter(|(node, _)| is_meant(node)).cloned().collect();
    if found.is_empty() {
        let message = format!("there is no microbatch model `{name}`");
        return Err(Diagnostic::error(codes::NOT_MICROBATCH, message).suggest(near).into());
    }
    Ok(found)
}
