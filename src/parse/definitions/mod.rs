//! Unit tests, semantic models, metrics and saved queries of property files.
//!
//! Shapes are those that dbt 1.12 publishes, defaults filled in. Leaves what names mean to `resolve/`.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::configs;
use super::context::Context;
use super::docs;
use super::nodes;
use super::properties::{RawDefinition, tags_of};
use super::render;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Config, Definition, DependsOn, RefCall, ResourceType};
use crate::names::UniqueId;
use crate::project::Package;
use crate::source::Span;

mod fixtures;
mod metrics;
pub mod places;
mod saved_queries;
mod semantic_models;
mod unit_tests;

use places::Part;

/// The resources of an entry: a semantic model brings the metrics that its measures ask for.
pub(super) fn of_entry(
    cx: &Context<'_>,
    package: &Package,
    raw: &RawDefinition,
    diagnostics: &mut Diagnostics,
) -> Vec<Definition> {
    let draft = Draft { cx, package, raw };
    match draft.made() {
        Ok(mut made) => {
            // dbt 1.12 leaves descriptions of unit tests as they are written.
            let is_rendered = |one: &&mut Definition| one.resource_type != ResourceType::UnitTest;
            for one in made.iter_mut().filter(is_rendered) {
                let text = one.description.take();
                one.description = text.map(|text| {
                    docs::description(cx, &package.name, &text, raw.name.span, diagnostics)
                });
            }
            made
        }
        Err(problem) => {
            diagnostics.push(*problem);
            Vec::new()
        }
    }
}

/// Two unit tests of one model need two names.
pub(super) fn refuse_duplicates(definitions: &[Definition], diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<&str, &Definition> = HashMap::new();
    for test in definitions.iter().filter(|one| one.resource_type == ResourceType::UnitTest) {
        if let Some(first) = seen.insert(test.unique_id.as_str(), test) {
            let model = test.body.get("model").and_then(Json::as_str).unwrap_or_default();
            let message =
                format!("two unit tests of model `{model}` have the name `{}`", test.name);
            let problem = Diagnostic::error(codes::DUPLICATE_NAME, message);
            diagnostics.push(problem.at(test.span, "this one").and_at(first.span, "and this one"));
        }
    }
}

/// An entry on its way to a resource.
struct Draft<'a> {
    cx: &'a Context<'a>,
    package: &'a Package,
    raw: &'a RawDefinition,
}

impl Draft<'_> {
    fn made(&self) -> Result<Vec<Definition>, Box<Diagnostic>> {
        match self.raw.resource_type {
            ResourceType::UnitTest => unit_tests::made(self).map(|one| vec![one]),
            ResourceType::Metric => metrics::made(self).map(|one| vec![one]),
            ResourceType::SavedQuery => saved_queries::made(self).map(|one| vec![one]),
            _ => semantic_models::made(self),
        }
    }

    fn get(&self, key: &str) -> &Json {
        self.raw.entry.get(key).unwrap_or(&Json::Null)
    }

    fn text(&self, key: &str) -> Option<String> {
        self.get(key).as_str().map(str::to_owned)
    }

    /// A resource with nothing but its name and its configuration.
    fn definition(&self, name: &str, own: Map<String, Json>) -> Definition {
        let Draft { cx, package, raw } = *self;
        let fqn = nodes::fqn(&package.name, &raw.file.path, name);
        let config = self.config(&fqn, own);
        Definition {
            unique_id: UniqueId::from(format!("{}.{}.{name}", raw.resource_type, package.name)),
            resource_type: raw.resource_type,
            package_name: package.name.clone(),
            name: name.to_owned(),
            fqn,
            original_file_path: raw.file.original_file_path.clone(),
            path: raw.file.path.clone(),
            description: None,
            tags: config.get("tags").map_or_else(Vec::new, tags_of),
            meta: config.get("meta").and_then(Json::as_object).cloned().unwrap_or_default(),
            group: config.get_str("group").map(str::to_owned),
            config,
            refs: Vec::new(),
            depends_on: DependsOn::default(),
            body: Map::new(),
            span: raw.name.span,
            created_at: cx.project.started_at.as_millisecond() as f64 / 1000.0,
        }
    }

    fn config(&self, fqn: &[String], own: Map<String, Json>) -> Config {
        let Draft { cx, package, raw } = *self;
        let mut config = Config::new();
        config.merge_all(configs::layer(cx.section(package, raw.resource_type), fqn));
        config.merge_all(own);
        let root = cx.project.root();
        if package.name != root.name {
            config.merge_all(configs::layer(cx.section(root, raw.resource_type), fqn));
        }
        config
    }

    fn own_config(&self) -> Map<String, Json> {
        self.get("config").as_object().cloned().unwrap_or_default()
    }

    fn problem(&self, message: impl std::fmt::Display) -> Box<Diagnostic> {
        let raw = self.raw;
        let message = format!("{} `{}`: {message}", raw.resource_type, raw.name.value);
        Box::new(Diagnostic::error(codes::BAD_CONFIG, message).at(raw.name.span, ""))
    }

    /// A mistake in a part of a unit test.
    fn problem_in(&self, part: Part, message: impl std::fmt::Display) -> Diagnostic {
        let at = places::of_part(&self.cx.project.sources, self.raw.name.span, part);
        self.problem_at(at, message)
    }

    fn problem_at(&self, at: Span, message: impl std::fmt::Display) -> Diagnostic {
        let message = format!("unit test `{}`: {message}", self.raw.name.value);
        Diagnostic::error(codes::BAD_UNIT_TEST, message).at(at, "")
    }

    fn required(&self, key: &str) -> Result<&Json, Box<Diagnostic>> {
        match self.get(key) {
            Json::Null => Err(self.problem(format!("`{key}` is missing"))),
            value => Ok(value),
        }
    }

    /// The `ref` that an expression is.
    fn reference(&self, expression: &str) -> Result<RefCall, Box<Diagnostic>> {
        let scope = Arc::new(self.cx.scope(&self.package.name));
        let rendered = scope.render("model", &format!("{{{{ {expression} }}}}"));
        rendered.map_err(|e| Box::new(render::diagnostic_at(self.cx, &e, self.raw.name.span)))?;
        let mut refs = scope.take_capture().refs;
        match refs.len() {
            1 => Ok(refs.remove(0)),
            _ => Err(self.problem(format!("`{expression}` is not one `ref`"))),
        }
    }
}

/// An object with all these keys in this order: values of `from`, or null.
fn with_keys(from: &Json, keys: &[&str]) -> Map<String, Json> {
    keys.iter()
        .map(|key| ((*key).to_owned(), from.get(*key).cloned().unwrap_or(Json::Null)))
        .collect()
}

/// `meta` of the `config` of an element, over that of the resource.
fn element_config(element: &Json, outer: &Map<String, Json>) -> Json {
    let mut meta = outer.clone();
    let own = element.get("config").and_then(|config| config.get("meta"));
    meta.extend(own.and_then(Json::as_object).cloned().unwrap_or_default());
    json!({"meta": meta})
}

/// Conditions as dbt publishes them; `Null` for none.
fn filter(value: Option<&Json>) -> Json {
    let template = |text: &Json| json!({"where_sql_template": text});
    match value {
        None | Some(Json::Null) => Json::Null,
        Some(Json::Array(items)) => {
            json!({"where_filters": items.iter().map(template).collect::<Vec<_>>()})
        }
        Some(text) => json!({"where_filters": [template(text)]}),
    }
}

/// The items of a list; of nothing, none.
fn items(value: Option<&Json>) -> &[Json] {
    value.and_then(Json::as_array).map_or(&[], Vec::as_slice)
}
