//! What the user asks about: `orders.amount`, `+orders.amount`, `orders+`, `2+raw.orders.id`.

use super::graph::{Graph, Vertex};
use crate::manifest::{Manifest, Resource, ResourceType};
use crate::names::{UniqueId, did_you_mean};

/// How far a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Not at all.
    Nowhere,
    /// So many steps.
    Steps(usize),
    /// To the end.
    Everywhere,
}

impl Reach {
    /// The steps of a walk, none for all; `None` when there is no walk.
    pub fn depth(self) -> Option<Option<usize>> {
        match self {
            Reach::Nowhere => None,
            Reach::Steps(steps) => Some(Some(steps)),
            Reach::Everywhere => Some(None),
        }
    }
}

/// A name with walks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// A node, a source, an exposure, or one of their columns.
    pub name: String,
    /// To what it is made of.
    pub up: Reach,
    /// To what is made of it.
    pub down: Reach,
}

impl Spec {
    /// Reads a text; without a `+`, both ways are meant.
    pub fn parse(text: &str) -> Spec {
        let (up, rest) = match text.split_once('+') {
            Some((steps, rest)) if steps.bytes().all(|byte| byte.is_ascii_digit()) => {
                (reach(steps), rest)
            }
            _ => (Reach::Nowhere, text),
        };
        let (down, name) = match rest.rsplit_once('+') {
            Some((name, steps)) if steps.bytes().all(|byte| byte.is_ascii_digit()) => {
                (reach(steps), name)
            }
            _ => (Reach::Nowhere, rest),
        };
        let is_bare = (up, down) == (Reach::Nowhere, Reach::Nowhere);
        let or_all = |reach| if is_bare { Reach::Everywhere } else { reach };
        Spec { name: name.to_owned(), up: or_all(up), down: or_all(down) }
    }
}

fn reach(steps: &str) -> Reach {
    steps.parse().map_or(Reach::Everywhere, Reach::Steps)
}

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The node, source or exposure.
    pub id: UniqueId,
    /// The column, as it is written.
    pub column: Option<String>,
}

/// A name that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchName {
    /// The nearest name that there is.
    pub near: Option<String>,
}

/// What a name means in a project: the longest name of a resource that it starts with, then a column.
pub fn target(name: &str, manifest: &Manifest) -> Result<Target, NoSuchName> {
    let called = manifest.resources().filter_map(|(id, resource)| {
        let names = names(id, &resource)?;
        let fits = names.into_iter().filter_map(|own| Some((own.len(), rest(name, &own)?)));
        let (length, column) = fits.max_by_key(|(length, _)| *length)?;
        Some((length, preference(&resource, manifest), id, column))
    });
    match called.max_by_key(|(length, preference, ..)| (*length, *preference)) {
        Some((_, _, id, column)) => Ok(Target { id: id.clone(), column }),
        None => {
            let all: Vec<String> = manifest
                .resources()
                .filter_map(|(id, resource)| names(id, &resource)?.into_iter().next())
                .collect();
            let all = || all.iter().map(String::as_str);
            let before_dot = name.rsplit_once('.').map_or(name, |(before, _)| before);
            let near = did_you_mean(name, all()).or_else(|| did_you_mean(before_dot, all()));
            Err(NoSuchName { near: near.map(str::to_owned) })
        }
    }
}

/// The places of what is meant: a column, or all of a relation, or an exposure. The error is the nearest column.
pub fn places(target: &Target, graph: &Graph) -> Result<Vec<usize>, Option<String>> {
    let id: std::sync::Arc<str> = std::sync::Arc::from(target.id.as_str());
    let columns = graph.columns(&id);
    let Some(wanted) = &target.column else {
        let columns = columns.iter().map(|name| Vertex::Column(id.clone(), name.clone()));
        let whole = [Vertex::Rows(id.clone()), Vertex::Exposure(id.clone())];
        return Ok(columns.chain(whole).filter_map(|vertex| graph.place(&vertex)).collect());
    };
    match columns.iter().find(|name| name.eq_ignore_ascii_case(wanted)) {
        Some(name) => {
            let place = graph.place(&Vertex::Column(id, name.clone()));
            Ok(place.into_iter().collect())
        }
        None => {
            let near = did_you_mean(wanted, columns.iter().map(|name| &**name));
            Err(near.map(str::to_owned))
        }
    }
}

/// The names of a resource that has columns or shows them; the usual one first.
fn names(id: &UniqueId, resource: &Resource<'_>) -> Option<Vec<String>> {
    let own = match resource {
        Resource::Source(source) => {
            let name = format!("{}.{}", source.source_name, source.name);
            vec![name.clone(), format!("source:{name}")]
        }
        Resource::Exposure(exposure) => {
            vec![format!("exposure:{}", exposure.name), exposure.name.clone()]
        }
        Resource::Node(node) if node.resource_type.is_refable() => {
            let version = node.model().and_then(|model| model.version.as_ref());
            let text = |version: &serde_json::Value| {
                version.as_str().map_or_else(|| version.to_string(), str::to_owned)
            };
            let versioned = version.map(|version| format!("{}.v{}", node.name, text(version)));
            let qualified = format!("{}.{}", node.package_name, node.name);
            [Some(node.name.clone()), versioned, Some(qualified)].into_iter().flatten().collect()
        }
        Resource::Node(_) | Resource::Definition(_) => return None,
    };
    Some(own.into_iter().chain([id.as_str().to_owned()]).collect())
}

/// Of several resources with one name: nodes, then those of the root package, then the latest version.
fn preference(resource: &Resource<'_>, manifest: &Manifest) -> (bool, bool, bool) {
    let is_root = resource.package_name() == manifest.metadata.project_name;
    let is_latest = match resource {
        Resource::Node(node) => {
            node.model().is_none_or(|model| model.version == model.latest_version)
        }
        _ => true,
    };
    (resource.resource_type() != ResourceType::Exposure, is_root, is_latest)
}

/// What is behind a name: nothing, or a column, with quotes or without.
fn rest(text: &str, name: &str) -> Option<Option<String>> {
    let behind = text.strip_prefix(name)?;
    if behind.is_empty() {
        return Some(None);
    }
    let column = behind.strip_prefix('.').filter(|column| !column.is_empty())?;
    let quoted = column.strip_prefix('"').and_then(|column| column.strip_suffix('"'));
    Some(Some(quoted.map_or_else(|| column.to_owned(), |column| column.replace("\"\"", "\""))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plus_signs_are_walks() {
        use Reach::{Everywhere, Nowhere, Steps};
        let parsed = |text| {
            let Spec { name, up, down } = Spec::parse(text);
            (name, up, down)
        };
        assert_eq!(parsed("a.b"), ("a.b".to_owned(), Everywhere, Everywhere));
        assert_eq!(parsed("+a.b"), ("a.b".to_owned(), Everywhere, Nowhere));
        assert_eq!(parsed("a+"), ("a".to_owned(), Nowhere, Everywhere));
        assert_eq!(parsed("2+a.b+1"), ("a.b".to_owned(), Steps(2), Steps(1)));
        assert_eq!(parsed("a.\"x+y\""), ("a.\"x+y\"".to_owned(), Everywhere, Everywhere));
    }

    #[test]
    fn a_column_is_what_is_behind_a_name() {
        assert_eq!(rest("orders", "orders"), Some(None));
        assert_eq!(rest("orders.id", "orders"), Some(Some("id".to_owned())));
        assert_eq!(rest("orders.\"a.\"\"b\"", "orders"), Some(Some("a.\"b".to_owned())));
        assert_eq!(rest("orders_new", "orders"), None);
        assert_eq!(rest("orders.", "orders"), None);
    }
}
