//! `metric:`, `semantic_model:`, `saved_query:`, `unit_test:`: dbt has them, a project here has none.

use super::Method;

/// A method that matches nothing.
pub(super) const fn method(name: &'static str) -> Method {
    Method { name, find: |_, scope| Ok(scope.dag.none()), names: |_| Vec::new() }
}
