//! Slips in the configuration by folder of `dbt_project.yml`: keys that dbt does not know, paths that fit nothing.
//!
//! dbt accepts both; it warns about the paths (1.12, `UnusedResourceConfigPath`).

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::config;
use crate::names::did_you_mean;
use crate::source::Spanned;
use crate::source::yaml::{Mapping, Yaml};

/// Checks one section. `fqns` are those of the resources that it configures, disabled ones included.
pub(super) fn check(name: &str, section: &Yaml, fqns: &[&[String]], diagnostics: &mut Diagnostics) {
    if let Some(map) = section.as_map() {
        level(&[name], map, fqns, diagnostics);
    }
}

fn level(path: &[&str], map: &Mapping, fqns: &[&[String]], diagnostics: &mut Diagnostics) {
    for (key, value) in &map.entries {
        let below = value.as_map();
        match (key.value.strip_prefix('+'), below) {
            (Some(name), _) => unknown_key(key, name.trim(), diagnostics),
            (None, None) if value.is_null() => {}
            (None, None) => unknown_key(key, &key.value, diagnostics),
            (None, Some(below)) => folder(path, key, below, fqns, diagnostics),
        }
    }
}

fn folder(
    path: &[&str],
    key: &Spanned<String>,
    below: &Mapping,
    fqns: &[&[String]],
    diagnostics: &mut Diagnostics,
) {
    let depth = path.len() - 1;
    let inside: Vec<&[String]> = fqns
        .iter()
        .copied()
        .filter(|fqn| fqn.get(depth) == Some(&key.value))
        .collect();
    let path = [path, &[key.value.as_str()]].concat();
    if inside.is_empty() {
        diagnostics.push(unused(&path, key, fqns));
    } else {
        level(&path, below, &inside, diagnostics);
    }
}

fn unused(path: &[&str], key: &Spanned<String>, fqns: &[&[String]]) -> Diagnostic {
    let shown = path.join(".");
    let diagnostic = Diagnostic::warning(
        codes::UNUSED_CONFIG,
        format!("the configuration path `{shown}` fits no resource"),
    )
    .at(key.span, "has no effect");
    if config::key(&key.value).is_some() {
        return diagnostic.hint(format!("as a configuration it is written `+{}`", key.value));
    }
    let near = fqns.iter().filter_map(|fqn| fqn.get(path.len() - 2));
    diagnostic.suggest(did_you_mean(&key.value, near.map(String::as_str)))
}

fn unknown_key(key: &Spanned<String>, name: &str, diagnostics: &mut Diagnostics) {
    if config::key(name).is_none() {
        diagnostics.push(
            Diagnostic::warning(
                codes::UNKNOWN_KEY,
                format!("`{name}` is not a configuration that dbt knows"),
            )
            .at(key.span, "has no effect unless a macro asks for it")
            .suggest(did_you_mean(name, config::KEYS.iter().map(|key| key.name))),
        );
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::{SourceMap, yaml};

    #[test]
    fn slips_are_named_with_what_was_meant() {
        let text = "+materialised: view\nshop:\n  +tags: a\n  enabled: true\n  mart: {+enabled: false}\n  marts:\n    meta: {x: 1}\n\
                    lib:\n  +enabled: false\n";
        let file = SourceMap::new().add("dbt_project.yml", Path::new(""), text);
        let root = yaml::parse(file, text).unwrap().root;
        let fqn = ["shop", "marts", "orders"].map(str::to_owned);
        let mut diagnostics = Diagnostics::new();
        check("models", &root, &[&fqn], &mut diagnostics);
        let found: Vec<String> = diagnostics
            .iter()
            .map(|d| format!("{}; {}", d.message, d.hint.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(
            found,
            [
                "`materialised` is not a configuration that dbt knows; did you mean `materialized`?",
                "the configuration path `models.shop.mart` fits no resource; did you mean `marts`?",
                "the configuration path `models.shop.marts.meta` fits no resource; as a configuration it is written `+meta`",
                "the configuration path `models.lib` fits no resource; ",
            ]
        );
    }
}
