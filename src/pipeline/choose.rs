//! Which resources a command is about.

use indexmap::{IndexMap, IndexSet};

use super::past::Earlier;
use super::prepare::settle;
use super::{Prepared, Selection, World};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::ResourceType;
use crate::names::UniqueId;
use crate::report::list;
use crate::select::{self, Because, Criteria, Indirect, Inputs};

pub(super) fn criteria(
    prepared: &Prepared,
    selection: &Selection,
) -> Result<Criteria, Diagnostics> {
    let types = |words: &[String]| -> Result<Vec<ResourceType>, Diagnostics> {
        let mut types = Vec::new();
        for word in words {
            match word.as_str() {
                "all" => types.extend_from_slice(list::ALL_TYPES),
                "default" => types.extend_from_slice(list::DEFAULT_TYPES),
                other => match ResourceType::parse(other) {
                    Some(found) => types.push(found),
                    None => {
                        let message = format!("`{other}` is not a resource type");
                        return Err(Diagnostic::error(codes::BAD_SELECTOR, message).into());
                    }
                },
            }
        }
        Ok(types)
    };
    let flags = &prepared.project.flags;
    let asked =
        |given: &[String], told: &[String]| types(if given.is_empty() { told } else { given });
    Ok(Criteria {
        select: selection.select.clone(),
        exclude: selection.exclude.clone(),
        selector: selection.selector.clone(),
        resource_types: asked(&selection.resource_types, &flags.resource_types)?,
        exclude_resource_types: asked(
            &selection.exclude_resource_types,
            &flags.exclude_resource_types,
        )?,
        indirect: Indirect::parse(&flags.indirect_selection).unwrap_or_default(),
    })
}

pub(super) fn selected(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    of: &[ResourceType],
) -> Result<IndexSet<UniqueId>, Diagnostics> {
    let criteria = criteria(prepared, selection)?;
    let past = Earlier::new(world, prepared);
    let inputs = Inputs { selectors: &prepared.selectors, past: &past };
    let found = select::select(&prepared.manifest, &prepared.dag, &criteria, &inputs)?;
    settle(world, &prepared.project.flags, found.warnings)?;
    let is_wanted = |id: &UniqueId| {
        let resource = prepared.manifest.resource(id.as_str());
        resource.is_some_and(|r| of.contains(&r.resource_type()))
    };
    let ids: IndexSet<UniqueId> = found.ids.into_iter().filter(is_wanted).collect();
    // A command selects once; whoever selects again keeps the first answer.
    let _ = prepared.compiler.globals.selected.set(ids.iter().cloned().collect());
    Ok(ids)
}

/// Why these resources are selected.
pub(super) fn explained(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    ids: &[UniqueId],
) -> Result<IndexMap<UniqueId, Vec<Because>>, Diagnostics> {
    let criteria = criteria(prepared, selection)?;
    let past = Earlier::new(world, prepared);
    let inputs = Inputs { selectors: &prepared.selectors, past: &past };
    let ids = ids.iter().cloned().collect();
    select::explain(&prepared.manifest, &prepared.dag, &criteria, &inputs, &ids)
}
