//! What the parsers of this stage share: the project, its macros, its docs blocks.

use std::sync::Arc;

use serde_json::Value as Json;

use super::docs::Docs;
use crate::adapters::{Policy, Relation};
use crate::diagnostics::Diagnostic;
use crate::jinja::contexts::{Globals, Phase, Scope};
use crate::manifest::{Quoting, ResourceType};
use crate::project::{Package, Project};
use crate::source::Span;
use crate::source::yaml::Yaml;

/// Shared by all parsers of a run.
pub(crate) struct Context<'p> {
    pub(crate) project: &'p Project,
    pub(crate) globals: Arc<Globals>,
    pub(crate) docs: Docs,
}

impl<'p> Context<'p> {
    /// A scope of the parse phase for a package.
    pub(crate) fn scope(&self, package: &Arc<str>) -> Scope {
        Scope::new(&self.globals, Phase::Parse, package)
    }

    /// The section of a package's project file that configures a resource type.
    pub(crate) fn section(
        &self,
        package: &'p Package,
        resource_type: ResourceType,
    ) -> Option<&'p Yaml> {
        package.config.sections.get(Self::section_key(resource_type))
    }

    /// The name of the section that configures a resource type.
    pub(crate) fn section_key(resource_type: ResourceType) -> &'static str {
        match resource_type {
            ResourceType::Seed => "seeds",
            ResourceType::Snapshot => "snapshots",
            ResourceType::Test => "data_tests",
            ResourceType::Source => "sources",
            ResourceType::Exposure => "exposures",
            ResourceType::UnitTest => "unit_tests",
            ResourceType::SemanticModel => "semantic-models",
            ResourceType::Metric => "metrics",
            ResourceType::SavedQuery => "saved-queries",
            ResourceType::Function => "functions",
            // dbt: analyses and hooks take the configuration of models.
            _ => "models",
        }
    }

    /// The relation of a node, with the project's quoting.
    pub(crate) fn relation(
        &self,
        database: Option<&str>,
        schema: &str,
        identifier: &str,
    ) -> Relation {
        let naming = self.globals.adapter.naming();
        let mut relation = Relation::new(naming, database, Some(schema), Some(identifier));
        relation.quote_policy = self.globals.quoting;
        relation.dbt_created = true;
        relation
    }

    /// Renders a configuration value of a property file: typed when it is one expression.
    pub(crate) fn render_value(
        &self,
        package: &Arc<str>,
        text: &str,
        span: Span,
    ) -> Result<Json, Box<Diagnostic>> {
        super::render::yaml_value(self, package, text, span).map_err(Box::new)
    }
}

/// The project's quoting over the engine's.
pub(crate) fn quoting(engine: Policy, project: Quoting) -> Policy {
    Policy {
        database: project.database.unwrap_or(engine.database),
        schema: project.schema.unwrap_or(engine.schema),
        identifier: project.identifier.unwrap_or(engine.identifier),
    }
}
