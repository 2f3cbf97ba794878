//! Room `adapters`.
