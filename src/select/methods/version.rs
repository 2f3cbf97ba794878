//! `version:`: models by how their version stands to the latest one.

use std::cmp::Ordering;

use serde_json::Value as Json;

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::{Model, Resource};
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::{Method, not_one_of};

pub(super) const METHOD: Method = Method { name: "version", find, names: |_| Vec::new() };

type Stands = fn(&Model) -> bool;

const STANDINGS: &[(&str, Stands)] = &[
    ("latest", |model| standing(model) == Some(Ordering::Equal)),
    ("prerelease", |model| standing(model) == Some(Ordering::Greater)),
    ("old", |model| standing(model) == Some(Ordering::Less)),
    ("none", |model| model.version.is_none()),
];

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let Some((_, stands)) = STANDINGS.iter().find(|(name, _)| *name == query.value) else {
        let known: Vec<&str> = STANDINGS.iter().map(|(name, _)| *name).collect();
        return Err(not_one_of(METHOD.name, &query.value, &known));
    };
    Ok(scope.matching(|resource| match resource {
        Resource::Node(node) => node.model().is_some_and(stands),
        _ => false,
    }))
}

/// The version against the latest one: as numbers when both are, as text otherwise (dbt 1.12).
fn standing(model: &Model) -> Option<Ordering> {
    let (version, latest) = (model.version.as_ref()?, model.latest_version.as_ref()?);
    let (version, latest) = (text(version), text(latest));
    match (version.parse::<f64>(), latest.parse::<f64>()) {
        (Ok(version), Ok(latest)) => version.partial_cmp(&latest),
        _ => Some(version.cmp(&latest)),
    }
}

fn text(version: &Json) -> String {
    match version {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
