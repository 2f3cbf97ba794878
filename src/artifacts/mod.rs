//! Room `artifacts`.
