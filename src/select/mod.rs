//! Room `select`.
