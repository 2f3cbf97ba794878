//! Room `parse`.
