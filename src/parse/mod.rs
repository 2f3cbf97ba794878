//! 2 PARSE: SQL and YAML to nodes, names still unresolved.

pub(crate) mod configs;
pub(crate) mod generic_tests;
pub(crate) mod properties;
