//! Embeds `templates/`.

/// The files of the starter project: path and text.
pub fn starter() -> Vec<(&'static str, &'static str)> {
    Vec::new()
}
