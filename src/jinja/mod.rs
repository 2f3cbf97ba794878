//! Room `jinja`.

pub mod python;
