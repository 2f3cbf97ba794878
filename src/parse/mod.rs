//! 2 PARSE: SQL and YAML to nodes, names still unresolved.

pub(crate) mod configs;
pub(crate) mod context;
pub(crate) mod docs;
pub(crate) mod generic_tests;
pub(crate) mod macros;
pub(crate) mod nodes;
pub(crate) mod properties;
pub(crate) mod relation_names;
pub(crate) mod render;
pub(crate) mod tests;
