//! `versions:` of a model: what the entry says about each of them.
//!
//! dbt 1.12: a version takes the entry's columns that `include` and `exclude` leave, and its own; its configuration
//! merges into the entry's; tests, constraints and access are its own or the entry's.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json, json};

use super::raw::RawVersion;
use super::{NodePatch, RawColumn, Reader};
use crate::diagnostics::{Diagnostic, codes};
use crate::parse::generic_tests::python_str;
use crate::source::Spanned;
use crate::source::yaml::{Mapping, Node as YamlNode, Yaml};

/// Keys of a version.
const VERSION_KEYS: &[&str] = &[
    "v",
    "defined_in",
    "description",
    "access",
    "config",
    "constraints",
    "docs",
    "tests",
    "data_tests",
    "columns",
    "deprecation_date",
];

impl Reader<'_> {
    /// The entry for each version, in written order.
    pub(super) fn versions(&self, entry: &Yaml, base: &NodePatch) -> Vec<NodePatch> {
        let Some(map) = entry.as_map() else { return Vec::new() };
        let written: Vec<(Spanned<Json>, &Yaml)> = self
            .entries(map, "versions")
            .filter_map(|version| Some((self.version_of(version)?, version)))
            .collect();
        self.refuse_twice(&written, base);
        let asked = entry.get("latest_version").map(|v| (self.rendered(v), v.span));
        let latest = match asked.filter(|(value, _)| !value.is_null()) {
            Some((value, span)) => {
                if !written.iter().any(|(v, _)| v.value == value) {
                    self.push(
                        Diagnostic::error(
                            codes::BAD_VERSION,
                            format!(
                                "`latest_version: {}` is not one of the versions of model `{}`",
                                python_str(&value),
                                base.name.value
                            ),
                        )
                        .at(span, "no such version below `versions`"),
                    );
                }
                value
            }
            None => {
                let newest = written.iter().map(|(v, _)| &v.value).max_by(|a, b| order(a, b));
                newest.cloned().unwrap_or(Json::Null)
            }
        };
        let of = |(v, entry): &(Spanned<Json>, &Yaml)| self.version(v, entry, &latest, base);
        written.iter().map(of).collect()
    }

    fn version_of(&self, entry: &Yaml) -> Option<Spanned<Json>> {
        if let Some(map) = entry.as_map() {
            self.check_keys(map, VERSION_KEYS, "a version");
        }
        let Some(v) = entry.get("v") else {
            self.push(
                Diagnostic::error(codes::MISSING_KEY, "a version has no `v`")
                    .at(entry.span, "`v` is missing here"),
            );
            return None;
        };
        match self.rendered(v) {
            value @ (Json::String(_) | Json::Number(_)) => Some(Spanned { value, span: v.span }),
            _ => {
                self.wrong_type(v, "`v`", "a string or a number");
                None
            }
        }
    }

    fn refuse_twice(&self, written: &[(Spanned<Json>, &Yaml)], base: &NodePatch) {
        for (at, (v, _)) in written.iter().enumerate() {
            let text = python_str(&v.value);
            if written[..at].iter().any(|(other, _)| python_str(&other.value) == text) {
                let message = format!("model `{}` has two versions `{text}`", base.name.value);
                self.push(Diagnostic::error(codes::BAD_VERSION, message).at(v.span, "this one"));
            }
        }
    }

    fn version(
        &self,
        v: &Spanned<Json>,
        entry: &Yaml,
        latest: &Json,
        base: &NodePatch,
    ) -> NodePatch {
        let mut config = base.config.clone();
        let mut own = self.config(entry);
        if entry.get("docs").is_some() {
            self.move_to_config(entry, "docs", &mut own);
        }
        deep_merge(&mut config, own);
        if let Some(access) = self.text(entry, "access") {
            config.insert("access".to_owned(), json!(access));
        }
        let own = |key: &str| {
            let value = entry.get(key)?;
            value.as_seq().filter(|items| key != "tests" || !items.is_empty())
        };
        let tests = own("data_tests").or_else(|| own("tests"));
        let constraints = self.list(entry, "constraints");
        let description = self.description(entry);
        NodePatch {
            name: Spanned { value: base.name.value.clone(), span: v.span },
            description: match description.is_empty() {
                true => base.description.clone(),
                false => description,
            },
            columns: self.columns_of_version(entry, base),
            tests: tests.map_or_else(|| base.tests.clone(), <[Yaml]>::to_vec),
            config,
            constraints: match constraints.is_empty() {
                true => base.constraints.clone(),
                false => constraints,
            },
            deprecation_date: self.date(entry, "deprecation_date"),
            version: Some(RawVersion {
                v: v.value.clone(),
                latest: latest.clone(),
                defined_in: self.text(entry, "defined_in"),
            }),
            versions: Vec::new(),
            time_spine: None,
            ..base.clone()
        }
    }

    fn columns_of_version(&self, entry: &Yaml, base: &NodePatch) -> Vec<RawColumn> {
        let listed = entry.as_map().map_or_else(Vec::new, |map| {
            self.entries(map, "columns").filter_map(Yaml::as_map).collect::<Vec<&Mapping>>()
        });
        let mut rules = listed.into_iter().filter(|map| map.get("include").is_some());
        let rule = rules.next();
        if let Some(rule) = rule {
            self.check_rule(rule, base);
        }
        if let Some(second) = rules.next().and_then(|map| map.get("include")) {
            let message = format!("a version of model `{}` has two `include`s", base.name.value);
            self.push(Diagnostic::error(codes::BAD_VERSION, message).at(second.span, "this one"));
        }
        let is_included = |name: &str| {
            let Some(rule) = rule else { return true };
            let all = rule.get("include").and_then(Yaml::as_str);
            let included =
                matches!(all, Some("all" | "*")) || names(rule, "include").contains(&name);
            included && !names(rule, "exclude").contains(&name)
        };
        let mut columns: Vec<RawColumn> =
            base.columns.iter().filter(|column| is_included(&column.name)).cloned().collect();
        columns.extend(self.columns(entry));
        columns
    }
}

impl Reader<'_> {
    /// dbt 1.12: `include` is `all`, `*` or a list of names; only with all of them there is something to `exclude`.
    fn check_rule(&self, rule: &Mapping, base: &NodePatch) {
        let Some(include) = rule.get("include") else { return };
        let is_all = matches!(include.as_str(), Some("all" | "*"));
        if !is_all && include.as_seq().is_none() {
            self.wrong_type(include, "`include`", "`all`, `*` or a list of columns");
        } else if let Some(exclude) = rule.get("exclude").filter(|_| !is_all) {
            let message = format!(
                "a version of model `{}` has `exclude` and does not include all columns",
                base.name.value
            );
            self.push(
                Diagnostic::error(codes::BAD_VERSION, message)
                    .at(exclude.span, "")
                    .hint("`exclude` goes with `include: all`"),
            );
        }
    }
}

fn names<'y>(rule: &'y Mapping, key: &str) -> Vec<&'y str> {
    let items = rule.get(key).and_then(Yaml::as_seq).unwrap_or_default();
    items.iter().filter_map(Yaml::as_str).collect()
}

/// As numbers when both are, as text otherwise.
fn order(a: &Json, b: &Json) -> Ordering {
    let (a, b) = (python_str(a), python_str(b));
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => a.total_cmp(&b),
        _ => a.cmp(&b),
    }
}

/// Mappings merge at every level, lists add up, other values are replaced.
fn deep_merge(into: &mut Map<String, Json>, from: Map<String, Json>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Json::Object(old)), Json::Object(new)) => deep_merge(old, new),
            // dbt: of lists the new items come first, and the old ones stay.
            (Some(Json::Array(old)), Json::Array(mut new)) => {
                new.append(old);
                *old = new;
            }
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

impl Reader<'_> {
    /// A date: what is written without quotes is a date for YAML already.
    pub(super) fn date(&self, entry: &Yaml, key: &str) -> Option<String> {
        let text = self.text(entry, key)?;
        if entry.get(key).is_some_and(|value| self.rendered(value).is_number()) {
            self.wrong_type(entry.get(key)?, &format!("`{key}`"), "a date such as 2026-06-01");
            return None;
        }
        if text.parse::<jiff::Timestamp>().is_ok() {
            return Some(text);
        }
        match text.parse::<jiff::civil::DateTime>() {
            // dbt: a date without a zone is one of the machine's zone; here of UTC.
            Ok(moment) => Some(moment.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string()),
            Err(_) => {
                let value = entry.get(key)?;
                self.wrong_type(value, &format!("`{key}`"), "a date such as 2026-06-01");
                None
            }
        }
    }

    /// `time_spine:` with all its keys.
    pub(super) fn time_spine(&self, spine: &Yaml) -> Json {
        let custom = match spine.get("custom_granularities").map(|list| &list.node) {
            Some(YamlNode::Seq(items)) => items
                .iter()
                .map(|item| {
                    json!({"name": self.text(item, "name"), "column_name": self.text(item, "column_name")})
                })
                .collect(),
            _ => Vec::new(),
        };
        json!({
            "standard_granularity_column": self.text(spine, "standard_granularity_column"),
            "custom_granularities": custom,
        })
    }
}
