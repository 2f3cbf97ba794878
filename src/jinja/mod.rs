//! The template language: dbt's Jinja on the engine, to the byte.
//!
//! [`rewrite`] turns what users write into what the engine reads, [`values`] are Python's lists, dicts and
//! tuples, [`macros`] calls macros across templates, and [`environment`] ties them together in an engine that
//! renders. What names mean in a project (`ref`, `config`, `adapter` …) is the caller's context.

mod methods;
pub mod rewrite;
pub mod values;
