//! `run_results.json`, schema v6: how every node of a run ended.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::DBT_VERSION;

/// The schema that the text declares.
pub const SCHEMA: &str = "https://schemas.getdbt.com/dbt/run-results/v6.json";

/// The whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunResults {
    /// Which run it was.
    pub metadata: Metadata,
    /// The nodes in the order in which they ended.
    pub results: Vec<RunResult>,
    /// Seconds of wall time.
    pub elapsed_time: f64,
    /// The flags of the run, `which` and `invocation_command` among them.
    pub args: Map<String, Json>,
}

/// Which run it was. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// [`SCHEMA`].
    pub dbt_schema_version: String,
    /// The dbt version whose shape this is.
    pub dbt_version: String,
    /// When the file was made.
    pub generated_at: String,
    /// The run.
    pub invocation_id: String,
    /// When the run began.
    pub invocation_started_at: String,
    /// `DBT_ENV_CUSTOM_ENV_*` variables, without the prefix.
    pub env: IndexMap<String, String>,
}

impl Default for Metadata {
    fn default() -> Self {
        Metadata {
            dbt_schema_version: SCHEMA.to_owned(),
            dbt_version: DBT_VERSION.to_owned(),
            generated_at: String::new(),
            invocation_id: String::new(),
            invocation_started_at: String::new(),
            env: IndexMap::new(),
        }
    }
}

/// How one node ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// `success`, `error`, `partial success`, `skipped`, `pass`, `fail`, `warn`.
    pub status: String,
    /// `compile` and `execute`; none for a skipped node.
    pub timing: Vec<Timing>,
    /// Who ran it: `Thread-1 (worker)`.
    pub thread_id: String,
    /// Seconds of wall time.
    pub execution_time: f64,
    /// What the engine answered: `_message`, `rows_affected` …
    pub adapter_response: Map<String, Json>,
    /// One line: `OK`, `Got 1 result, configured to fail if != 0`, the error.
    pub message: Option<String>,
    /// Failures of a test.
    pub failures: Option<i64>,
    /// The node.
    pub unique_id: String,
    /// Whether it was compiled; none for what has no SQL (seeds).
    pub compiled: Option<bool>,
    /// The compiled SQL.
    pub compiled_code: Option<String>,
    /// Its rendered relation.
    pub relation_name: Option<String>,
    /// Batches of a microbatch model.
    pub batch_results: Option<Json>,
}

/// One phase of a node. Times are RFC 3339 in UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// `compile` or `execute`.
    pub name: String,
    /// When it began.
    pub started_at: Option<String>,
    /// When it ended.
    pub completed_at: Option<String>,
}

impl RunResult {
    /// Whether the node ended with `error`, `fail` or `partial success`.
    pub fn has_failed(&self) -> bool {
        matches!(self.status.as_str(), "error" | "fail" | "partial success")
    }
}

impl RunResults {
    /// The text of `run_results.json`.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("invariant: run results have string keys")
    }

    /// Whether a node ended with `error`, `fail` or `partial success`.
    pub fn has_failures(&self) -> bool {
        self.results.iter().any(RunResult::has_failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_dbts_keys_in_dbts_order() {
        let results = RunResults {
            results: vec![RunResult { status: "success".into(), ..RunResult::default() }],
            ..RunResults::default()
        };
        assert_eq!(
            results.to_json(),
            concat!(
                r#"{"metadata":{"dbt_schema_version":"https://schemas.getdbt.com/dbt/"#,
                r#"run-results/v6.json","dbt_version":"1.12.6","generated_at":"","#,
                r#""invocation_id":"","invocation_started_at":"","env":{}},"results":[{"#,
                r#""status":"success","timing":[],"thread_id":"","execution_time":0.0,"#,
                r#""adapter_response":{},"message":null,"failures":null,"unique_id":"","#,
                r#""compiled":null,"compiled_code":null,"relation_name":null,"#,
                r#""batch_results":null}],"elapsed_time":0.0,"args":{}}"#,
            )
        );
        assert_eq!(serde_json::from_str::<RunResults>(&results.to_json()).ok(), Some(results));
    }

    #[test]
    fn errors_and_failed_tests_are_failures() {
        let with = |status: &str| RunResults {
            results: vec![RunResult { status: status.into(), ..RunResult::default() }],
            ..RunResults::default()
        };
        assert!(with("error").has_failures() && with("fail").has_failures());
        assert!(!with("warn").has_failures() && !with("skipped").has_failures());
    }
}
