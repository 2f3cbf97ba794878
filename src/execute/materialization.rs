//! Which macro builds a node: dbt's precedence among the materializations of one name.
//!
//! An implementation for the engine comes before one for all engines, and only then the root project before packages
//! before the built-in ones. Invariant: a package does not replace a built-in materialization behind the project's
//! back; that takes a macro of the root project, or the flag [`EXPLICIT`] set to false.

use std::sync::Arc;

use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::contexts::Globals;
use crate::jinja::macros::{GLOBAL, MacroObject};
use crate::manifest::Node;
use crate::names::did_you_mean;

/// The flag that keeps packages from replacing built-in materializations; on in dbt since 1.8.
const EXPLICIT: &str = "REQUIRE_EXPLICIT_PACKAGE_OVERRIDES_FOR_BUILTIN_MATERIALIZATIONS";

/// The unique id of the macro that builds the node.
pub(super) fn of_node(globals: &Globals, node: &Node) -> Result<String, Box<Diagnostic>> {
    let kind = node.config.effective("materialized", node.resource_type);
    let kind = kind.as_str().unwrap_or("view").to_owned();
    if let Some(found) = find(globals, &kind) {
        return Ok(found.unique_id().to_owned());
    }
    let known = (globals.places.names.iter())
        .filter_map(|name| name.strip_prefix("materialization_")?.strip_suffix("_default"));
    Err(Box::new(
        Diagnostic::error(
            codes::UNKNOWN_MATERIALIZATION,
            format!("{} `{}`: there is no materialization `{kind}`", node.resource_type, node.name),
        )
        .at(node.span_start(), "")
        .suggest(did_you_mean(&kind, known)),
    ))
}

/// Where a materialization comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Root,
    Package,
    BuiltIn,
}

/// The materialization `kind`, whichever package defines it.
pub(super) fn find(globals: &Globals, kind: &str) -> Option<Arc<MacroObject>> {
    let found = candidates(globals, kind);
    let has_built_in = found.iter().any(|(origin, _)| *origin == Origin::BuiltIn);
    let refuses_packages = has_built_in && is_explicit(globals);
    found
        .into_iter()
        .find(|(origin, _)| !refuses_packages || *origin != Origin::Package)
        .map(|(_, found)| found)
}

/// All implementations, the one that wins first.
fn candidates(globals: &Globals, kind: &str) -> Vec<(Origin, Arc<MacroObject>)> {
    let root = &*globals.root_package;
    let packages = globals.packages.iter().map(|name| &**name).filter(|name| *name != root);
    let places: Vec<(Origin, &str)> = std::iter::once((Origin::Root, root))
        .chain(packages.map(|name| (Origin::Package, name)))
        .chain([(Origin::BuiltIn, GLOBAL)])
        .collect();
    let names = [globals.adapter.type_name(), "default"]
        .map(|engine| format!("materialization_{kind}_{engine}"));
    let in_places = |name: &String| {
        let found = |(origin, package): &(Origin, &str)| {
            Some((*origin, globals.macros.get(package, name)?))
        };
        places.iter().filter_map(found).collect::<Vec<_>>()
    };
    names.iter().flat_map(in_places).collect()
}

fn is_explicit(globals: &Globals) -> bool {
    let set = globals.flags.get_attr(EXPLICIT).ok().filter(|set| !set.is_undefined());
    set.is_none_or(|set| set.is_true())
}
