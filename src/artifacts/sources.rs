//! `sources.json`, schema v3: how old the newest row of every source was.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::run_results::{Metadata, Timing};

/// The schema that the text declares.
pub const SCHEMA: &str = "https://schemas.getdbt.com/dbt/sources/v3.json";

/// The status of a source whose age could not be found out.
pub const RUNTIME_ERROR: &str = "runtime error";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// Which run it was.
    pub metadata: Metadata,
    /// The sources in the order of their names.
    pub results: Vec<SourceResult>,
    /// Seconds of wall time.
    pub elapsed_time: f64,
}

/// One source table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SourceResult {
    /// Its age is known.
    Checked(Box<Checked>),
    /// Its age could not be found out.
    Failed(Failed),
}

/// A source table whose age is known. Times are ISO 8601 in UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The source table.
    pub unique_id: String,
    /// When its newest row came; the year 1 when it has none.
    pub max_loaded_at: String,
    /// When it was looked at.
    pub snapshotted_at: String,
    /// The seconds between the two.
    pub max_loaded_at_time_ago_in_s: f64,
    /// `pass`, `warn` or `error`.
    pub status: String,
    /// `warn_after`, `error_after`, `filter`.
    pub criteria: Json,
    /// What the engine answered.
    pub adapter_response: Map<String, Json>,
    /// `compile` and `execute`.
    pub timing: Vec<Timing>,
    /// Who looked.
    pub thread_id: String,
    /// Seconds of wall time.
    pub execution_time: f64,
}

/// A source table whose age could not be found out.
///
/// dbt 1.12 leaves these out of the file although its schema has them; without them nobody sees that they are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// The source table.
    pub unique_id: String,
    /// Why.
    pub error: Option<String>,
    /// [`RUNTIME_ERROR`].
    pub status: String,
}

impl SourceResult {
    /// The source table.
    pub fn unique_id(&self) -> &str {
        match self {
            SourceResult::Checked(checked) => &checked.unique_id,
            SourceResult::Failed(failed) => &failed.unique_id,
        }
    }

    /// `pass`, `warn`, `error` or [`RUNTIME_ERROR`].
    pub fn status(&self) -> &str {
        match self {
            SourceResult::Checked(checked) => &checked.status,
            SourceResult::Failed(failed) => &failed.status,
        }
    }
}

impl Sources {
    /// The text of `sources.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: source results have string keys")
    }

    /// Whether a source is too old or could not be looked at.
    pub fn has_failures(&self) -> bool {
        self.results.iter().any(|r| matches!(r.status(), "error" | RUNTIME_ERROR))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_a_result_are_read_back() {
        let failed = SourceResult::Failed(Failed {
            unique_id: "source.shop.raw.a".into(),
            error: Some("no such table".into()),
            status: RUNTIME_ERROR.into(),
        });
        let checked = SourceResult::Checked(Box::new(Checked {
            unique_id: "source.shop.raw.b".into(),
            status: "warn".into(),
            ..Checked::default()
        }));
        let sources = Sources { results: vec![failed, checked], ..Sources::default() };
        assert!(sources.has_failures());
        let text = sources.to_json();
        assert!(
            text.contains(
                r#"{"unique_id":"source.shop.raw.a","error":"no such table","status":"runtime error"}"#
            ),
            "{text}"
        );
        assert_eq!(serde_json::from_str::<Sources>(&text).ok(), Some(sources));
    }
}
