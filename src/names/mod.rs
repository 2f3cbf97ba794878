//! Room `names`.
