//! What property files say of functions: what they take and what they give.
//!
//! Source: dbt 1.12, `FunctionArgument`, `FunctionReturns`, `FunctionOverload`.

use serde_json::{Value as Json, json};

use super::Reader;
use super::keys::{ARGUMENT_KEYS, OVERLOAD_KEYS};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::{Function, Language, Overload};
use crate::source::yaml::Yaml;
use crate::source::{Span, Spanned};

impl Reader<'_> {
    pub(super) fn function(&self, entry: &Yaml, name: &Spanned<String>) -> Box<Function> {
        let returns = self.returns(entry);
        if returns.is_null() {
            let message = format!("function `{}` does not say what it `returns`", name.value);
            self.push(
                Diagnostic::error(codes::MISSING_KEY, message)
                    .at(name.span, "`returns` is missing here")
                    .hint("write `returns: {data_type: integer}`"),
            );
        }
        let arguments = self.arguments(entry);
        self.check_order(&name.value, &arguments, name.span);
        let overloads = entry.as_map().map(|map| self.entries(map, "overloads"));
        let overloads = overloads.into_iter().flatten().filter_map(|one| self.overload(one));
        Box::new(Function {
            language: Language::Sql,
            arguments,
            returns,
            overloads: overloads.collect(),
        })
    }

    fn arguments(&self, entry: &Yaml) -> Vec<Json> {
        let Some(map) = entry.as_map() else { return Vec::new() };
        let argument = |one: &Yaml| {
            let name = self.name(one, "an argument of a function")?;
            self.check_keys(one.as_map()?, ARGUMENT_KEYS, "an argument of a function");
            let data_type =
                self.data_type(one, &format!("argument `{}`", name.value), name.span)?;
            let default = one.get("default_value").map_or(Json::Null, |value| self.rendered(value));
            Some(json!({
                "name": name.value, "data_type": data_type,
                "description": self.text(one, "description"), "default_value": default,
            }))
        };
        self.entries(map, "arguments").filter_map(argument).collect()
    }

    fn returns(&self, entry: &Yaml) -> Json {
        let Some(value) = entry.get("returns").filter(|value| !value.is_null()) else {
            return Json::Null;
        };
        if value.as_map().is_none() {
            self.wrong_type(value, "`returns`", "a mapping");
            return json!({"data_type": "", "description": null});
        }
        let data_type = self.data_type(value, "`returns`", value.span).unwrap_or_default();
        json!({"data_type": data_type, "description": self.text(value, "description")})
    }

    fn data_type(&self, entry: &Yaml, what: &str, span: Span) -> Option<String> {
        let found = self.text(entry, "data_type");
        if found.is_none() {
            let message = format!("{what} of a function has no `data_type`");
            self.push(Diagnostic::error(codes::MISSING_KEY, message).at(span, "missing here"));
        }
        found
    }

    fn overload(&self, entry: &Yaml) -> Option<Overload> {
        self.check_keys(entry.as_map()?, OVERLOAD_KEYS, "an entry of `overloads`");
        let Some(defined_in) = self.text(entry, "defined_in") else {
            let message = "an entry of `overloads` has no `defined_in`";
            self.push(
                Diagnostic::error(codes::MISSING_KEY, message)
                    .at(Span { end: entry.span.start + 1, ..entry.span }, "missing here")
                    .hint("name the file of its body, without folder and `.sql`"),
            );
            return None;
        };
        Some(Overload {
            defined_in,
            arguments: self.arguments(entry),
            returns: self.returns(entry),
            description: self.text(entry, "description"),
            body: "".into(),
        })
    }

    /// dbt: what has a default comes last.
    fn check_order(&self, name: &str, arguments: &[Json], span: Span) {
        let has_default = |one: &Json| !one["default_value"].is_null();
        let wrong = arguments
            .iter()
            .enumerate()
            .find(|(at, one)| !has_default(one) && arguments[..*at].iter().any(has_default));
        if let Some((_, one)) = wrong {
            let message = format!(
                "argument `{}` of function `{name}` has no default, but one before it has",
                one["name"].as_str().unwrap_or_default(),
            );
            self.push(
                Diagnostic::error(codes::BAD_CONFIG, message)
                    .at(span, "")
                    .hint("put arguments with a `default_value` last"),
            );
        }
    }
}
