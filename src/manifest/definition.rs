//! Resources that property files define and no template makes: unit tests, semantic models, metrics, saved queries.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Config, DependsOn, Fqn, RefCall, ResourceType};
use crate::names::UniqueId;
use crate::source::Span;

/// One such resource. What only its kind has is in `body`, in the form in which it is published.
#[derive(Clone, Debug)]
pub struct Definition {
    /// dbt's key.
    pub unique_id: UniqueId,
    /// Its kind.
    pub resource_type: ResourceType,
    /// The package it is declared in.
    pub package_name: Arc<str>,
    /// Its name.
    pub name: String,
    /// Package, folders, name.
    pub fqn: Fqn,
    /// The path below the project.
    pub original_file_path: String,
    /// The path below the resource folder.
    pub path: String,
    /// Its description, rendered; some kinds have none.
    pub description: Option<String>,
    /// Configuration, merged.
    pub config: Config,
    /// Tags.
    pub tags: Vec<String>,
    /// Free-form data.
    pub meta: Map<String, Json>,
    /// The group it is in.
    pub group: Option<String>,
    /// Every `ref()` of it.
    pub refs: Vec<RefCall>,
    /// What it reads.
    pub depends_on: DependsOn,
    /// What only its kind has.
    pub body: Map<String, Json>,
    /// Its place.
    pub span: Span,
    /// Seconds since 1970 when it was parsed.
    pub created_at: f64,
}

impl Definition {
    /// Its name, with the version that a unit test is for.
    pub fn versioned_name(&self) -> String {
        match self.body.get("version").filter(|version| !version.is_null()) {
            Some(Json::String(version)) => format!("{}_v{version}", self.name),
            Some(version) => format!("{}_v{version}", self.name),
            None => self.name.clone(),
        }
    }
}
