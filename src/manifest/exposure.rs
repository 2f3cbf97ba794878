//! Exposures (uses of the data) and groups (their owners).

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::{Config, DependsOn, Fqn, RefCall};
use crate::names::UniqueId;
use crate::source::Span;

/// A use of the data: dashboard, notebook, analysis, ml, application.
#[derive(Clone, Debug)]
pub struct Exposure {
    /// `exposure.<package>.<name>`.
    pub unique_id: UniqueId,
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
    /// Its kind.
    pub exposure_type: String,
    /// `high`, `medium` or `low`.
    pub maturity: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Its title.
    pub label: Option<String>,
    /// Its description, rendered.
    pub description: String,
    /// Who answers for it.
    pub owner: Owner,
    /// Every `ref()` of `depends_on`.
    pub refs: Vec<RefCall>,
    /// Every `source()` of `depends_on`.
    pub sources: Vec<[String; 2]>,
    /// Every `metric()` of `depends_on`: the name, or package and name.
    pub metrics: Vec<Vec<String>>,
    /// What it reads.
    pub depends_on: DependsOn,
    /// Configuration, merged.
    pub config: Config,
    /// Tags.
    pub tags: Vec<String>,
    /// Free-form data.
    pub meta: Map<String, Json>,
    /// Its place.
    pub span: Span,
    /// Seconds since 1970 when it was parsed.
    pub created_at: f64,
}

/// Who answers for something: `name`, `email` and whatever else was written.
pub type Owner = Map<String, Json>;

/// A group of nodes with an owner.
#[derive(Clone, Debug)]
pub struct Group {
    /// `group.<package>.<name>`.
    pub unique_id: UniqueId,
    /// The package it is declared in.
    pub package_name: Arc<str>,
    /// Its name.
    pub name: String,
    /// The path below the project.
    pub original_file_path: String,
    /// The path below the resource folder.
    pub path: String,
    /// Its description.
    pub description: Option<String>,
    /// Who answers for it.
    pub owner: Owner,
    /// Configuration.
    pub config: Config,
    /// Its place.
    pub span: Span,
}
