//! `--warn-error` and `--warn-error-options`: which warnings are errors, and which are not said.
//!
//! Source: dbt 1.12, `WarnErrorOptionsV2`: a warning that is named counts before `Deprecations`, that before `all`; of
//! equals `silence` counts before `warn`, that before `error`.

use serde_json::{Map, Value as Json};

use crate::diagnostics::codes;
use crate::names::did_you_mean;

/// What is done with a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ruling {
    Error,
    Warn,
    Silence,
}

/// dbt's word for all deprecations.
const DEPRECATIONS: &str = "Deprecations";

/// dbt's words for everything.
const ALL: [&str; 2] = ["all", "*"];

/// What options say of a warning, known by dbt's names of events and by the number and the name of its code.
pub(super) fn ruling(options: &Json, names: &[&str]) -> Option<Ruling> {
    let lists = [("silence", Ruling::Silence), ("warn", Ruling::Warn), ("error", Ruling::Error)];
    let has = |list: &str, wanted: &dyn Fn(&str) -> bool| match options.get(list) {
        Some(Json::String(word)) => wanted(word),
        Some(Json::Array(words)) => words.iter().filter_map(Json::as_str).any(wanted),
        _ => false,
    };
    let first = |wanted: &dyn Fn(&str) -> bool| {
        lists.iter().find(|(list, _)| has(list, wanted)).map(|(_, ruling)| *ruling)
    };
    let is_deprecation = names.iter().any(|name| {
        // dbt: the deprecation of a model is none of dbt's own.
        name.ends_with("Deprecation") && *name != "UpcomingReferenceDeprecation"
    });
    first(&|word| names.iter().any(|name| word.eq_ignore_ascii_case(name)))
        .or_else(|| first(&|word| is_deprecation && word == DEPRECATIONS))
        .or_else(|| has("error", &|word| ALL.contains(&word)).then_some(Ruling::Error))
}

/// What is wrong with options.
pub(super) fn mistake(options: &Map<String, Json>) -> Option<(String, Option<String>)> {
    const LISTS: [&str; 3] = ["error", "warn", "silence"];
    if let Some(key) = options.keys().find(|key| !LISTS.contains(&key.as_str())) {
        return Some((
            format!("`warn_error_options` has no key `{key}`"),
            Some(did_you_mean(key, LISTS).map_or_else(
                || format!("its keys are `{}`", LISTS.join("`, `")),
                |near| format!("did you mean `{near}`?"),
            )),
        ));
    }
    for (key, value) in options {
        match value {
            Json::Array(words) => {
                for word in words {
                    let word = word.as_str().unwrap_or_default();
                    if !(is_known(word) || key == "error" && ALL.contains(&word)) {
                        let known = events().chain(own_names());
                        let hint = did_you_mean(word, known);
                        return Some((
                            format!("`{word}` in `warn_error_options` is the name of no warning"),
                            hint.map(|near| format!("did you mean `{near}`?")),
                        ));
                    }
                }
            }
            Json::String(word) if key == "error" && ALL.contains(&word.as_str()) => {}
            _ => {
                let all = if key == "error" { ", or `all`" } else { "" };
                return Some((
                    format!("`{key}` in `warn_error_options` must be a list of names{all}"),
                    None,
                ));
            }
        }
    }
    lonely_exceptions(options)
}

/// dbt: what only warns is an exception from something, and a mistake without it.
fn lonely_exceptions(options: &Map<String, Json>) -> Option<(String, Option<String>)> {
    let list = |key: &str| options.get(key).and_then(Json::as_array);
    let has_group = |key| list(key).is_some_and(|words| words.iter().any(|w| w == DEPRECATIONS));
    let is_all = |word: &Json| word.as_str().is_some_and(|word| ALL.contains(&word));
    let has_all = options.get("error").is_some_and(|error| {
        is_all(error) || error.as_array().is_some_and(|words| words.iter().any(is_all))
    });
    let is_fine = list("warn").is_none_or(Vec::is_empty) || has_all;
    if is_fine || has_group("error") || has_group("silence") {
        return None;
    }
    let message = "`warn` in `warn_error_options` makes exceptions from `error: all` or from `Deprecations`, and \
                   neither is there";
    Some((message.to_owned(), None))
}

fn own_names() -> impl Iterator<Item = &'static str> {
    codes::ALL.iter().flat_map(|code| [code.id(), code.name()])
}

fn is_known(word: &str) -> bool {
    word == DEPRECATIONS
        || events().any(|name| name == word)
        || own_names().any(|name| name.eq_ignore_ascii_case(word))
}

/// The events of dbt 1.12, forge's counterparts or not: dbt takes the name of any.
fn events() -> impl Iterator<Item = &'static str> {
    include_str!("events.txt").lines()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_named_counts_before_groups() {
        let rule = |options: Json, names: &[&str]| ruling(&options, names);
        let deprecation = ["E0320", "ResourceNamesWithSpacesDeprecation"];
        let error = Some(Ruling::Error);
        assert_eq!(rule(json!({"error": ["Deprecations"]}), &deprecation), error);
        assert_eq!(rule(json!({"error": ["Deprecations"]}), &["E0602", "no-match"]), None);
        let named = json!({"error": ["e0320"], "silence": ["Deprecations"]});
        assert_eq!(rule(named, &deprecation), error);
        let group = json!({"error": "all", "silence": ["Deprecations"]});
        assert_eq!(rule(group, &deprecation), Some(Ruling::Silence));
        let both = json!({"error": ["E0320"], "warn": ["E0320"]});
        assert_eq!(rule(both, &deprecation), Some(Ruling::Warn));
    }

    #[test]
    fn unknown_names_are_mistakes() {
        let wrong = |options: Json| mistake(options.as_object().unwrap());
        assert!(wrong(json!({"error": "all", "warn": ["NoNodesForSelectionCriteria"]})).is_none());
        assert!(wrong(json!({"error": ["no-match", "E0307"]})).is_none());
        let (message, hint) = wrong(json!({"error": ["UnusedResourceConfgPath"]})).unwrap();
        assert!(message.contains("`UnusedResourceConfgPath`"));
        assert_eq!(hint.as_deref(), Some("did you mean `UnusedResourceConfigPath`?"));
        assert!(wrong(json!({"eror": []})).is_some());
        assert!(wrong(json!({"silence": "all"})).is_some());
    }
}
