//! `fqn:` and bare names: a node's name, or a prefix of its package, folders and name, with wildcards.

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::{Resource, ResourceType};
use crate::select::grammar::Query;
use crate::select::pattern::{Pattern, has_wildcard};
use crate::select::scope::Scope;

use super::{Method, distinct};

pub(super) const METHOD: Method = Method { name: "fqn", find, names };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let wanted = Wanted::new(&query.value);
    Ok(scope.matching(|resource| {
        let fqn = resource.fqn();
        let versioned = is_versioned(resource);
        resource.resource_type() != ResourceType::Source
            && (wanted.matches(fqn, versioned)
                // The package may be left out.
                || fqn.get(1..).is_some_and(|fqn| wanted.matches(fqn, versioned)))
    }))
}

fn names(scope: &Scope<'_>) -> Vec<String> {
    let named = scope.resources().filter(|resource| {
        !matches!(resource.resource_type(), ResourceType::Source | ResourceType::Test)
    });
    distinct(named.flat_map(|resource| resource.fqn().iter().map(String::as_str)))
}

fn is_versioned(resource: &Resource<'_>) -> bool {
    match resource {
        Resource::Node(node) => node.model().is_some_and(|model| model.version.is_some()),
        _ => false,
    }
}

/// A compiled value; the rules are those of dbt 1.12.
struct Wanted<'q> {
    text: &'q str,
    /// The last two parts with `_` between: how `dim_v2` and `dim.v2` are the same.
    last_two: String,
    /// How many parts there are.
    len: usize,
    /// The parts before the first wildcard.
    prefix: Vec<&'q str>,
    /// The first part with a wildcard and all after it, as one pattern.
    tail: Option<Pattern>,
}

impl<'q> Wanted<'q> {
    fn new(text: &'q str) -> Self {
        let parts: Vec<&str> = text.split('.').collect();
        let plain = parts.iter().take_while(|part| !has_wildcard(part)).count();
        Wanted {
            text,
            last_two: parts[parts.len().saturating_sub(2)..].join("_"),
            len: parts.len(),
            prefix: parts[..plain].to_vec(),
            tail: (plain < parts.len()).then(|| Pattern::new(&parts[plain..].join("."))),
        }
    }

    fn matches(&self, fqn: &[String], versioned: bool) -> bool {
        // Of a versioned model, the last part is the version.
        let name = match (versioned, fqn) {
            (true, [.., name, _]) | (false, [.., name]) => name,
            _ => return false,
        };
        if name == self.text || (versioned && self.is_name_and_version(fqn)) {
            return true;
        }
        let mut parts = fqn.iter().flat_map(|part| part.split('.'));
        if !self.prefix.iter().all(|part| parts.next() == Some(*part)) {
            return false;
        }
        let Some(tail) = &self.tail else { return true };
        let is_long_enough = parts.clone().count() >= self.len - self.prefix.len();
        is_long_enough
            && ((self.len == 1 && tail.matches(name))
                || tail.matches(&parts.collect::<Vec<_>>().join(".")))
    }

    fn is_name_and_version(&self, fqn: &[String]) -> bool {
        let [.., name, version] = fqn else {
            return false;
        };
        let rest = self.last_two.strip_prefix(name.as_str());
        rest.and_then(|rest| rest.strip_prefix('_')) == Some(version)
    }
}
