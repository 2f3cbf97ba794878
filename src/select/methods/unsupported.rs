//! `state:`, `result:`, `source_status:`, `selector:`: methods that need more than the project.

use crate::diagnostics::{Diagnostic, codes};
use crate::select::grammar::Query;

use super::Method;

/// A method that is refused, whatever its value.
pub(super) const fn method(name: &'static str) -> Method {
    Method { name, find: |query, _| Err(refusal(query)), names: |_| Vec::new() }
}

fn refusal(query: &Query) -> Diagnostic {
    let Query { method, value, .. } = query;
    Diagnostic::error(
        codes::UNSUPPORTED,
        format!(
            "selector `{method}:{value}` uses the method `{method}`, which is not supported yet"
        ),
    )
}
