//! What `forge` says and does on its own command line, where dbt is no reference or a golden case cannot look.
//!
//! Invariant: every test names the exit code, and the words without which a message would not help.

mod arguments;
mod bad_data;
mod bad_project;
mod bad_template;
mod changes;
mod check;
mod diff;
mod docs;
mod explain;
mod gate;
mod gen_yaml;
mod hermetic;
mod lineage;
mod quality;
mod log;
mod defer;
mod macros;
mod microbatch;
mod parity;
mod safety;
mod state_of_data;
mod unit_tests;
mod values;
mod verbs;
mod warnings;
