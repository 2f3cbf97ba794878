//! `metadata` of the manifest: which run made it, of which project.

use indexmap::IndexMap;
use md5::{Digest, Md5};
use serde::Serialize;

use super::SCHEMA;
use crate::artifacts::DBT_VERSION;
use crate::manifest::{Metadata, Quoting};

/// The metadata in dbt's order of keys.
#[derive(Serialize)]
pub(super) struct MetadataView<'a> {
    dbt_schema_version: &'static str,
    dbt_version: &'static str,
    generated_at: &'a str,
    invocation_id: &'a str,
    invocation_started_at: &'a str,
    env: &'a IndexMap<String, String>,
    project_name: &'a str,
    project_id: String,
    user_id: Option<&'static str>,
    send_anonymous_usage_stats: bool,
    adapter_type: &'a str,
    quoting: QuotingView,
    run_started_at: String,
}

impl<'a> MetadataView<'a> {
    pub(super) fn new(metadata: &'a Metadata, quoting: Quoting) -> Self {
        MetadataView {
            dbt_schema_version: SCHEMA,
            dbt_version: DBT_VERSION,
            generated_at: &metadata.generated_at,
            invocation_id: &metadata.invocation_id,
            invocation_started_at: &metadata.invocation_started_at,
            env: &metadata.env,
            project_name: &metadata.project_name,
            project_id: project_id(&metadata.project_name),
            user_id: None,
            send_anonymous_usage_stats: false,
            adapter_type: &metadata.adapter_type,
            quoting: quoting.into(),
            run_started_at: metadata.invocation_started_at.replace('Z', "+00:00"),
        }
    }
}

/// dbt's id of a project: the MD5 of its name.
fn project_id(name: &str) -> String {
    let digest = Md5::digest(name.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `quoting` in dbt's order of keys; `column` is never set.
#[derive(Serialize)]
pub(super) struct QuotingView {
    database: Option<bool>,
    schema: Option<bool>,
    identifier: Option<bool>,
    column: Option<bool>,
}

impl From<Quoting> for QuotingView {
    fn from(quoting: Quoting) -> Self {
        QuotingView {
            database: quoting.database,
            schema: quoting.schema,
            identifier: quoting.identifier,
            column: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_id_is_the_md5_of_the_name() {
        assert_eq!(project_id("shop"), "fb54f3c5992b96d001bb16e8e92d968d");
    }
}
