//! `config.<key>[.<key>…]:`: nodes and sources by what is configured, defaults included.

use serde_json::Value as Json;

use crate::diagnostics::Diagnostic;
use crate::graph::Indices;
use crate::manifest::Resource;
use crate::manifest::config::default;
use crate::select::grammar::Query;
use crate::select::scope::Scope;

use super::Method;

pub(super) const METHOD: Method = Method { name: "config", find, names: |_| Vec::new() };

fn find(query: &Query, scope: &Scope<'_>) -> Result<Indices, Diagnostic> {
    let Some((key, inner)) = query.arguments.split_first() else {
        return Ok(scope.dag.none());
    };
    let test = Test {
        value: &query.value,
        typed: query.typed.as_ref(),
        // dbt: severities are compared in any case (1.12).
        any_case: query.arguments == ["severity"],
    };
    Ok(scope.matching(|resource| {
        if matches!(resource, Resource::Exposure(_)) {
            return false;
        }
        if resource.config().is_set(key) {
            return test.finds(resource.config().get(key), inner);
        }
        test.finds(Some(default(key, resource.resource_type())), inner)
    }))
}

/// The value that is looked for.
struct Test<'q> {
    value: &'q str,
    /// A number or truth value of a definition.
    typed: Option<&'q Json>,
    any_case: bool,
}

impl Test<'_> {
    /// Whether the value is at the end of the keys, or in the list there.
    fn finds(&self, start: Option<&Json>, keys: &[String]) -> bool {
        let end = keys.iter().try_fold(start.unwrap_or(&Json::Null), |at, key| at.get(key));
        match end {
            Some(Json::Array(items)) => items.iter().any(|item| self.is(item)),
            Some(value) => self.is(value),
            None => false,
        }
    }

    /// Text equals text, `true` and `false` in any case equal booleans. A number equals only a number of a
    /// definition.
    fn is(&self, value: &Json) -> bool {
        match value {
            Json::Number(number) => self
                .typed
                .is_some_and(|typed| typed.is_number() && typed.as_f64() == number.as_f64()),
            Json::String(_) if self.typed.is_some() => false,
            Json::String(text) if self.any_case => text.eq_ignore_ascii_case(self.value),
            Json::String(text) => text == self.value,
            Json::Bool(true) => self.value.eq_ignore_ascii_case("true"),
            Json::Bool(false) => self.value.eq_ignore_ascii_case("false"),
            _ => false,
        }
    }
}
