//! The functions that a node calls.

use super::{Dependencies, Reader};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::RefCall;
use crate::names::did_you_mean;
use crate::resolve::Found;

/// Adds the functions that these calls name; says which there are not.
pub(super) fn read(
    reader: &Reader<'_>,
    calls: &[RefCall],
    dependencies: &mut Dependencies,
    diagnostics: &mut Diagnostics,
) {
    let package = reader.resource.package_name();
    for call in calls {
        let problem = match reader.lookup.function(package, call) {
            Found::One(id) | Found::Ambiguous(id, _) => {
                dependencies.add(id);
                continue;
            }
            Found::Nothing if (reader.is_lost)(&call.name) => continue,
            Found::Disabled => disabled(reader, call),
            Found::Nothing => unknown(reader, call),
        };
        dependencies.is_incomplete = true;
        diagnostics.push(reader.severity(problem));
    }
}

fn unknown(reader: &Reader<'_>, call: &RefCall) -> Diagnostic {
    let message =
        format!("{} calls the function `{}`, which does not exist", reader.subject(), call.name);
    let nodes = reader.manifest.nodes.values();
    let names = nodes.filter(|node| node.function().is_some()).map(|node| node.name.as_str());
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_REF, message).suggest(did_you_mean(&call.name, names));
    reader.place(diagnostic, "function", &call.name, "no file below `functions` has this name")
}

fn disabled(reader: &Reader<'_>, call: &RefCall) -> Diagnostic {
    let message =
        format!("{} calls the function `{}`, which is disabled", reader.subject(), call.name);
    let diagnostic = Diagnostic::error(codes::DISABLED_REF, message);
    reader.place(diagnostic, "function", &call.name, "this one is disabled")
}
