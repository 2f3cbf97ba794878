//! Lines of `ls`.

use crate::manifest::Manifest;
use crate::names::UniqueId;

/// How a resource is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// What `--select` takes.
    #[default]
    Selector,
    /// Its name.
    Name,
    /// Its file.
    Path,
    /// One JSON object a line.
    Json,
}

/// One line for every resource; `keys` are the keys of `--output json`, empty means dbt's.
pub fn lines(
    _manifest: &Manifest,
    ids: &[UniqueId],
    _format: Format,
    _keys: &[String],
) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}
