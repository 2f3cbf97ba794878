//! The definitions as `manifest.json` has them: short forms written out, as dbt 1.12 does.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::Indirect;
use super::grammar::{self, Reach};
use crate::source::yaml::Yaml;

/// The definitions of the list of `selectors.yml`, by name.
pub fn published(items: &[Yaml]) -> IndexMap<String, Json> {
    let named = items.iter().filter_map(|item| {
        let mut selector = item.to_json();
        let name = selector.get("name")?.as_str()?.to_owned();
        let definition = written_out(selector.get("definition")?);
        selector.as_object_mut()?.insert("definition".to_owned(), definition);
        Some((name, selector))
    });
    named.collect()
}

fn written_out(definition: &Json) -> Json {
    match definition {
        Json::String(text) => of_text(text),
        Json::Object(map) => {
            let group =
                ["union", "intersection"].into_iter().find_map(|key| map.get_key_value(key));
            match (group, map.iter().next()) {
                (Some((key, items)), _) => json!({ key: each(items) }),
                (None, Some((key, items))) if key == "exclude" => json!({ key: each(items) }),
                (None, Some((key, value))) if map.len() == 1 => {
                    json!({"method": key, "value": each(value)})
                }
                _ => definition.clone(),
            }
        }
        _ => definition.clone(),
    }
}

fn each(items: &Json) -> Json {
    match items {
        Json::Array(items) => items.iter().map(written_out).collect(),
        other => other.clone(),
    }
}

fn of_text(text: &str) -> Json {
    let Ok(atom) = grammar::atom(text, Indirect::default()) else {
        return json!({"error": "Invalid selector spec"});
    };
    let mut map = Map::new();
    let mut put = |key: &str, value: Json| map.insert(key.to_owned(), value);
    if atom.childrens_parents {
        put("childrens_parents", json!(true));
    }
    if let Some(depth) = depth(atom.parents) {
        put("parents", json!(true));
        depth.and_then(|depth| put("parents_depth", json!(depth)));
    }
    let words =
        std::iter::once(atom.query.method).chain(atom.query.arguments.iter().map(String::as_str));
    put("method", json!(words.collect::<Vec<_>>().join(".")));
    if !atom.query.value.is_empty() {
        put("value", json!(atom.query.value));
    }
    if let Some(depth) = depth(atom.children) {
        put("children", json!(true));
        depth.and_then(|depth| put("children_depth", json!(depth)));
    }
    Json::Object(map)
}

/// The depth of an operator that is there, as text.
fn depth(reach: Reach) -> Option<Option<String>> {
    Some(reach.depth()?.map(|depth| depth.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceMap, yaml};

    #[test]
    fn short_forms_are_written_out_as_dbt_does() {
        let text = "- {name: a, description: d, definition: '2+e+1'}\n\
             - name: b\n  definition:\n    union:\n      - '@x'\n      - {tag: t}\n      \
             - exclude: ['config.meta.k:v', {method: fqn, value: z, exclude: [{tag: t}]}]\n";
        let file = SourceMap::new().add("s.yml", std::path::Path::new("/s.yml"), text);
        let root = yaml::parse(file, text).unwrap().root;
        let found = json!(published(root.as_seq().unwrap()));
        let expected = json!({
            "a": {"name": "a", "description": "d", "definition": {
                "parents": true, "parents_depth": "2", "method": "fqn", "value": "e",
                "children": true, "children_depth": "1",
            }},
            "b": {"name": "b", "definition": {"union": [
                {"childrens_parents": true, "method": "fqn", "value": "x"},
                {"method": "tag", "value": "t"},
                {"exclude": [
                    {"method": "config.meta.k", "value": "v"},
                    {"method": "fqn", "value": "z", "exclude": [{"tag": "t"}]},
                ]},
            ]}},
        });
        assert_eq!(found, expected);
    }
}
