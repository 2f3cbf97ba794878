//! Properties that hold for any input: texts of users never panic, merging obeys its laws.

use std::path::Path;

use forge::jinja::rewrite;
use forge::manifest::Config;
use forge::source::{SourceMap, yaml};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Texts that look like templates more often than chance would have it.
fn template() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("{{ ".to_owned()),
        Just(" }}".to_owned()),
        Just("{% if x %}".to_owned()),
        Just("{% endif %}".to_owned()),
        Just("{%- set a = [1, {'b': 2}] -%}".to_owned()),
        Just("{# c #}".to_owned()),
        Just("{% macro m(a, b=1) %}".to_owned()),
        Just("{% endmacro %}".to_owned()),
        Just("{% raw %}".to_owned()),
        Just("{% endraw %}".to_owned()),
        Just("ref('a')".to_owned()),
        Just("[1, 'x'][0] % 2".to_owned()),
        Just("\r\n".to_owned()),
        "[a-z{}%#\"'\\[\\]()|~ é\n]{0,6}",
    ];
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

fn layer() -> impl Strategy<Value = Vec<(String, Json)>> {
    let entry = prop_oneof![
        prop::collection::vec("[a-c]", 0..3).prop_map(|tags| ("tags".to_owned(), json!(tags))),
        "[a-c]".prop_map(|tag| ("tags".to_owned(), json!(tag))),
        ("[a-c]", 0..3).prop_map(|(key, value)| ("meta".to_owned(), json!({key: value}))),
        "[a-c]".prop_map(|text| ("materialized".to_owned(), json!(text))),
        "[a-c]".prop_map(|sql| ("pre_hook".to_owned(), json!(sql))),
    ];
    prop::collection::vec(entry, 0..4)
}

proptest! {
    #[test]
    fn the_pre_pass_never_panics_and_its_offsets_lead_into_the_source(source in template()) {
        if let Ok(rewritten) = rewrite::rewrite(&source) {
            let mut last = 0;
            for offset in 0..=rewritten.text.len() {
                let original = rewritten.original_offset(offset);
                prop_assert!(original <= source.len());
                prop_assert!(original >= last, "offsets do not go back");
                last = original;
            }
        }
        let _ = rewrite::blocks(&source);
        let _ = rewrite::macro_calls(&source);
    }

    #[test]
    fn text_without_tags_is_left_alone(source in "[a-z ,.;\n]{0,40}") {
        let rewritten = rewrite::rewrite(&source).expect("plain text");
        prop_assert_eq!(rewritten.text, source);
    }

    #[test]
    fn yaml_never_panics(text in "[-a-z:{}\\[\\]&*!|>'\"#, \n\t0-9é]{0,60}") {
        let file = SourceMap::new().add("p.yml", Path::new("p.yml"), text.as_str());
        if let Ok(document) = yaml::parse(file, &text) {
            let _ = document.root.to_json();
        }
    }

    #[test]
    fn an_empty_layer_changes_nothing(entries in layer()) {
        let mut config = Config::new();
        config.merge_all(entries);
        let before = config.clone();
        config.merge_all(Vec::new());
        prop_assert_eq!(before, config);
    }

    #[test]
    fn tags_of_all_layers_add_up_and_the_last_value_wins(first in layer(), second in layer()) {
        let mut config = Config::new();
        config.merge_all(first.clone());
        config.merge_all(second.clone());
        let tags = |entries: &[(String, Json)]| -> usize {
            entries.iter().filter(|(key, _)| key == "tags").map(|(_, v)| v.as_array().map_or(1, Vec::len)).sum()
        };
        let merged = config.get("tags").and_then(Json::as_array).map_or(0, Vec::len);
        prop_assert_eq!(merged, tags(&first) + tags(&second));
        let last = first.iter().chain(&second).rev().find(|(key, _)| key == "materialized");
        prop_assert_eq!(config.get("materialized"), last.map(|(_, value)| value));
    }
}
