//! Macros and docs blocks as the manifest knows them; `jinja/` runs them.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::DependsOn;
use crate::names::UniqueId;
use crate::source::Span;

/// A macro, generic test or materialization.
#[derive(Clone, Debug)]
pub struct Macro {
    /// `macro.<package>.<name>`.
    pub unique_id: UniqueId,
    /// The package it is in.
    pub package_name: Arc<str>,
    /// Its name (`test_unique`, `materialization_table_default`).
    pub name: String,
    /// The path below the project.
    pub original_file_path: String,
    /// The text of the block.
    pub macro_sql: Arc<str>,
    /// Where the block was written.
    pub span: Span,
    /// Macros that its text calls.
    pub depends_on: DependsOn,
    /// Its description, rendered.
    pub description: String,
    /// Free-form data.
    pub meta: Map<String, Json>,
    /// `docs` of its property file: whether it is shown, and in which colour.
    pub docs: Map<String, Json>,
    /// The languages that a materialization takes.
    pub languages: Vec<String>,
    /// Its arguments: those in the text, described by the property file.
    pub arguments: Vec<MacroArgument>,
    /// `<package>://<path>` of its property file.
    pub patch_path: Option<String>,
    /// Seconds since 1970 when it was parsed.
    pub created_at: f64,
}

/// An argument of a macro.
#[derive(Clone, Debug, Default)]
pub struct MacroArgument {
    /// Its name.
    pub name: String,
    /// Its declared type.
    pub arg_type: Option<String>,
    /// Its description.
    pub description: String,
}

/// A `{% docs %}` block.
#[derive(Clone, Debug)]
pub struct Doc {
    /// `doc.<package>.<name>`.
    pub unique_id: UniqueId,
    /// The package it is in.
    pub package_name: Arc<str>,
    /// Its name.
    pub name: String,
    /// The path below the project.
    pub original_file_path: String,
    /// The path below the resource folder.
    pub path: String,
    /// Its rendered text.
    pub block_contents: String,
}
