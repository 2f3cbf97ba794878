//! The lines of `ls`: selectors, names, paths or JSON, one resource each.
//!
//! What is listed is `select/`'s business, where it is printed the caller's. Forms and keys are those of
//! dbt 1.12; lines are in the order of the ids.

use crate::manifest::{Manifest, Resource, ResourceType};
use crate::names::UniqueId;

mod explained;
mod properties;
mod python_json;

pub use explained::explained;

/// What `ls` lists without `--resource-type`: everything but analyses and hooks.
pub const DEFAULT_TYPES: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Snapshot,
    ResourceType::Seed,
    ResourceType::Test,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SavedQuery,
    ResourceType::SemanticModel,
    ResourceType::UnitTest,
    ResourceType::Function,
];

/// What `ls` lists when `--resource-type` says which.
pub const ALL_TYPES: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Snapshot,
    ResourceType::Seed,
    ResourceType::Test,
    ResourceType::Source,
    ResourceType::Exposure,
    ResourceType::Metric,
    ResourceType::SavedQuery,
    ResourceType::SemanticModel,
    ResourceType::UnitTest,
    ResourceType::Function,
    ResourceType::Analysis,
];

/// The form of a line (`--output`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Output {
    /// What selects just this resource: `shop.marts.orders`, `source:shop.raw.orders`.
    #[default]
    Selector,
    /// The name: `orders`, `dim.v2`, `raw.orders`.
    Name,
    /// The file below the project: `models/marts/orders.sql`.
    Path,
    /// A JSON object with these keys in this order, with dbt's default ones when there is none.
    /// `config.materialized` looks inside.
    Json(Vec<String>),
}

impl Output {
    /// The form of a word, with the arguments of `--output-keys`, each of one or more keys.
    pub fn parse(word: &str, keys: &[String]) -> Option<Output> {
        match word.to_ascii_lowercase().as_str() {
            "selector" => Some(Output::Selector),
            "name" => Some(Output::Name),
            "path" => Some(Output::Path),
            "json" => {
                let keys = keys.iter().flat_map(|keys| keys.split_whitespace());
                Some(Output::Json(keys.map(str::to_owned).collect()))
            }
            _ => None,
        }
    }
}

/// The lines for some resources, sorted by id.
pub fn lines<'a>(
    manifest: &Manifest,
    ids: impl IntoIterator<Item = &'a UniqueId>,
    output: &Output,
) -> Vec<String> {
    let mut ids: Vec<&UniqueId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.into_iter()
        .filter_map(|id| manifest.resource(id.as_str()))
        .map(|resource| line(&resource, output))
        .collect()
}

fn line(resource: &Resource<'_>, output: &Output) -> String {
    match output {
        Output::Selector => selector(resource),
        Output::Name => name(resource),
        Output::Path => resource.original_file_path().to_owned(),
        Output::Json(keys) => python_json::line(&properties::object(resource, keys)),
    }
}

fn selector(resource: &Resource<'_>) -> String {
    match resource {
        Resource::Node(node) => node.fqn.join("."),
        Resource::Source(source) => {
            format!("source:{}.{}.{}", source.package_name, source.source_name, source.name)
        }
        Resource::Exposure(exposure) => {
            format!("exposure:{}.{}", exposure.package_name, exposure.name)
        }
        Resource::Definition(one) => {
            format!("{}:{}.{}", one.resource_type, one.package_name, one.versioned_name())
        }
    }
}

fn name(resource: &Resource<'_>) -> String {
    match resource {
        Resource::Source(source) => format!("{}.{}", source.source_name, source.name),
        Resource::Node(node) => match node.model().and_then(|model| model.version.as_ref()) {
            Some(serde_json::Value::String(version)) => format!("{}.v{version}", node.name),
            Some(version) => format!("{}.v{version}", node.name),
            None => node.name.clone(),
        },
        Resource::Exposure(exposure) => exposure.name.clone(),
        Resource::Definition(one) => one.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::select::fixture::Fixture;
    use crate::select::{Criteria, Indirect, Inputs, select};

    fn listed(fixture: &Fixture, text: &str, output: &Output) -> Vec<String> {
        let criteria = Criteria {
            select: vec![text.to_owned()],
            indirect: Indirect::Empty,
            ..Criteria::default()
        };
        let selected =
            select(&fixture.manifest, &fixture.dag, &criteria, &Inputs::default()).unwrap();
        lines(&fixture.manifest, &selected.ids, output)
    }

    #[test]
    fn lines_are_those_of_dbt() {
        for text in [
            include_str!("../select/testdata/methods.json"),
            include_str!("../select/testdata/operators.json"),
        ] {
            let fixture = Fixture::load(text);
            for step in fixture.steps.iter().filter(|step| !step.error) {
                let output = Output::parse(step.output.as_deref().unwrap_or("selector"), &[]);
                let selected =
                    select(&fixture.manifest, &fixture.dag, &step.criteria(), &Inputs::default())
                        .unwrap();
                let mut found = lines(&fixture.manifest, &selected.ids, &output.unwrap());
                found.sort();
                assert_eq!(Some(&found), step.lines.as_ref(), "{:?}", step.select);
            }
        }
    }

    #[test]
    fn names_carry_versions_and_sources() {
        let fixture = Fixture::load(include_str!("../select/testdata/corners.json"));
        let found = listed(&fixture, "dim source:raw.t2", &Output::Name);
        assert_eq!(found, ["dim.v1", "dim.v2", "dim.v3", "raw.t2"]);
    }

    #[test]
    fn json_has_the_default_keys_of_dbt() {
        let fixture = Fixture::load(include_str!("../select/testdata/methods.json"));
        let keys = |text: &str| -> Vec<String> {
            let json = Output::parse("JSON", &[]).unwrap();
            let line = &listed(&fixture, text, &json)[0];
            let object: serde_json::Map<_, _> = serde_json::from_str(line).unwrap();
            object.into_iter().map(|(key, _)| key).collect()
        };
        let node = [
            "name",
            "resource_type",
            "package_name",
            "original_file_path",
            "unique_id",
            "alias",
            "config",
            "tags",
            "depends_on",
        ];
        assert_eq!(keys("sd"), node);
        assert_eq!(keys("sing"), node);
        assert_eq!(keys("mart_2"), [&node[..], &["direct_parents"]].concat());
        assert_eq!(
            keys("source:raw.t2"),
            [&node[..5], &["source_name", "tags", "config"]].concat()
        );
        assert_eq!(keys("board"), [&node[..5], &["tags", "config", "depends_on"]].concat());
    }

    #[test]
    fn json_takes_keys_and_looks_inside() {
        let fixture = Fixture::load(include_str!("../select/testdata/methods.json"));
        let keys = ["name config.meta.owner".into(), "version nope tags".into()];
        let json = Output::parse("json", &keys).unwrap();
        assert_eq!(
            listed(&fixture, "stg_b sd", &json),
            [
                r#"{"name": "stg_b", "config.meta.owner": "bob", "version": null, "tags": ["nightly2"]}"#,
                r#"{"name": "sd", "tags": []}"#,
            ]
        );
    }
}
