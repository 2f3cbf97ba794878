//! Room `jinja`.
