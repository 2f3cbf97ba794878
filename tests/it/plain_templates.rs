//! Templates that are read without rendering them: what is noted of them is what rendering would have noted.
//!
//! Every template is parsed twice, once with an expression behind it that has to be rendered.

use serde_json::Value as Json;

use crate::scratch::Scratch;

const TEMPLATES: &[&str] = &[
    "select 1 as id from {{ ref('a') }}",
    "{{ ref(\"a\") }} {{ref('b')}} {{- ref('shop', 'a') -}} {{+ ref('c') }}",
    "{{\n  config(\n    materialized='table',\n    tags='x'\n  )\n}} select 1",
    "{{ config(tags='x') }}{{ config(tags=\"y z\") }}{{ config(materialized='view') }}",
    "{{ config(enabled=false) }} {{ ref('a') }}",
    "{{ config(alias='é \"x\"', schema='s', database='main') }}",
    "{{ config(pre_hook=\"{{ 'x' }}\", post_hook='select 2') }}",
    "{{ config(pre_hook=\"{{ ref('b') }}\") }}",
    "{{ config(sql_header='a\nb', foo='bar', full_refresh=False) }}",
    "{{ config(config=true, kwargs='x', self='y', name='z') }}",
    "{{ config(alias='a\\\\b', meta={'b': 2}) }}",
    "{{ config(alias='a\r\nb') }}",
    "{{ config() }}{{ source('raw', 't') }}{{ source(\"raw\", 'u v') }}",
    "{{ source(source_name='raw', table_name='t') }}",
    "{# {{ ref('b') }} #}{% raw %}{{ ref('c') }}{% endraw %}{{ ref('a') }}",
    "-- {{ ref('b') }}\n/* {{ ref('c') }} */ ' {{ ref('a') }} '",
    "{ {{ ref('a') }} } }} %} #}",
    "{{ ref('a', v=none) }}{{ ref('b', version=None) }}",
    "{{ ref('a',) }}{{ source('raw', 't',) }}",
    "{{ ref('a' ~ '') }}{{ ref('b' if true else 'c') }}{{ ref(('c')) }}",
    "{{ ref('a').identifier }}{{ ref('b') | upper }}{{ ref('c'), ref('a') }}",
    "{{ this }}{{ config.get('x') }}{{ ref('a') }}",
    "{% set ref = ref('a') %}{{ ref }}",
    "{% set name = 'b' %}{{ ref(name) }}",
    "{% if false %}{{ ref('a') }}{% endif %}",
];

#[test]
fn reading_a_template_notes_what_rendering_notes() {
    compare("");
}

#[test]
fn macros_that_take_the_place_of_ref_and_source_count() {
    let macros = "//- macros/own.sql
{% macro ref() %}{% do (varargs, kwargs) %}{{ return(builtins.ref('b')) }}{% endmacro %}
{% macro source() %}{% do (varargs, kwargs) %}{{ return(builtins.ref('c')) }}{% endmacro %}
";
    let manifest = compare(macros);
    assert_eq!(node(&manifest, 0)["refs"][0]["name"], "b");
}

/// The manifest of the templates, each with something behind it.
fn manifest(files: &str, behind: &str) -> Json {
    let scratch = Scratch::new(files);
    let sources = "sources: [{name: raw, tables: [{name: t}, {name: 'u v'}]}]\n";
    scratch.write("models/sources.yml", sources);
    let config = "{+tags: [t], +meta: {a: 1}, +pre-hook: ['select 1']}";
    scratch.write("dbt_project.yml", &format!("name: shop\nmodels: {{shop: {config}}}\n"));
    for seed in ["a", "b", "c"] {
        scratch.write(&format!("seeds/{seed}.csv"), "id\n1\n");
    }
    for (at, template) in TEMPLATES.iter().enumerate() {
        scratch.write(&format!("models/model_{at}.sql"), &format!("{template}{behind}"));
    }
    scratch.forge(&["parse"]).expect(0, &[]);
    serde_json::from_str(&scratch.read("target/manifest.json")).unwrap()
}

fn compare(files: &str) -> Json {
    let (plain, rendered) = (manifest(files, ""), manifest(files, "\n{{ '' }}"));
    for (at, template) in TEMPLATES.iter().enumerate() {
        for key in ["config", "refs", "sources", "depends_on", "alias", "tags", "meta"] {
            assert_eq!(node(&plain, at)[key], node(&rendered, at)[key], "{key} of {template}");
        }
    }
    plain
}

fn node(manifest: &Json, at: usize) -> &Json {
    let id = format!("model.shop.model_{at}");
    let node = &manifest["nodes"][&id];
    if node.is_null() { &manifest["disabled"][&id][0] } else { node }
}
