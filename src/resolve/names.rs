//! Names that dbt refuses.

use crate::diagnostics::{Diagnostic, Diagnostics, Severity, codes};
use crate::manifest::Manifest;

/// dbt 1.12: the name of a node has no blank in it.
pub(super) fn check(manifest: &Manifest, severity: Severity, diagnostics: &mut Diagnostics) {
    for node in manifest.nodes.values().filter(|node| node.name.contains(' ')) {
        let message =
            format!("the name of {} `{}` has a blank in it", node.resource_type, node.name);
        let diagnostic = Diagnostic::error(codes::NAME_WITH_SPACES, message)
            .at(node.span_start(), "")
            .hint(format!("call it `{}`", node.name.replace(' ', "_")));
        diagnostics.push(Diagnostic { severity, ..diagnostic });
    }
}
