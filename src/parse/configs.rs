//! Configuration by folder: what `dbt_project.yml` says for a place in the project.
//!
//! Source: dbt 1.12, `context_config.py`: levels along the fqn, outer first; within a level a key with `+`
//! is configuration, and so is a key whose value is not a mapping.

use serde_json::Value as Json;

use crate::source::yaml::Yaml;

/// The configuration of every level along `fqn`, outer first, to be merged in this order.
pub(crate) fn levels<'a>(section: Option<&'a Yaml>, fqn: &'a [String]) -> Vec<(&'a str, &'a Yaml)> {
    let mut out = Vec::new();
    let mut level = section;
    for part in std::iter::once(None).chain(fqn.iter().map(Some)) {
        if let Some(name) = part {
            level = level.and_then(|l| l.get(name));
        }
        let Some(map) = level.and_then(Yaml::as_map) else {
            break;
        };
        for (key, value) in map.iter() {
            if let Some(name) = key.strip_prefix('+') {
                out.push((name.trim(), value));
            } else if value.as_map().is_none() {
                out.push((key, value));
            }
        }
    }
    out
}

/// The same as JSON, ready to merge.
pub(crate) fn layer(section: Option<&Yaml>, fqn: &[String]) -> Vec<(String, Json)> {
    levels(section, fqn)
        .into_iter()
        .map(|(k, v)| (k.to_owned(), v.to_json()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, yaml};
    use std::path::Path;

    #[test]
    fn levels_go_from_outer_to_inner_and_mappings_need_a_plus() {
        let text = "+materialized: view\nshop:\n  +tags: [a]\n  marts:\n    enabled: true\n    +meta: {x: 1}\n    meta: {y: 1}\n";
        let file = SourceMap::new().add("p.yml", Path::new("p.yml"), text);
        let root = yaml::parse(file, text).unwrap().root;
        let fqn = ["shop", "marts", "m"].map(str::to_owned);
        let keys: Vec<&str> = levels(Some(&root), &fqn)
            .into_iter()
            .map(|(k, _)| k)
            .collect();
        assert_eq!(keys, ["materialized", "tags", "enabled", "meta"]);
    }
}
