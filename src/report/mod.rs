//! Room `report`.
pub mod list;
