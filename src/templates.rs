//! Room `templates`.
