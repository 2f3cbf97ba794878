//! The template language: dbt's Jinja on the engine, to the byte.
//!
//! [`rewrite`] turns what users write into what the engine reads, [`values`] are Python's lists, dicts and
//! tuples, [`macros`] calls macros across templates, and [`Engine`] ties them together and renders. What names
//! mean in a project (`ref`, `config`, `adapter` …) is the caller's context.

pub(crate) mod args;
pub mod builtins;
pub mod coded;
pub mod contexts;
pub mod diagnose;
mod environment;
pub mod error;
mod filters;
mod functions;
pub mod macros;
mod methods;
mod native;
pub mod objects;
mod operators;
pub mod python;
pub mod rewrite;
mod tests;
pub mod values;

pub use environment::Engine;
pub use error::{Frame, JinjaError, JinjaErrorKind};
pub use filters::{Keys, dumps};

#[cfg(test)]
mod differential;
#[cfg(test)]
mod golden;
