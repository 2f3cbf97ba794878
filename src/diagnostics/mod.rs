//! Room `diagnostics`.
