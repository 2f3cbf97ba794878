//! The artifacts against dbt's published JSON schemas, and SARIF against its own; they lie in `tests/schemas/`.

use std::path::Path;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::Value as Json;

use crate::rust_text::root;
use crate::scratch::Scratch;

/// The artifacts and their schemas.
static SCHEMAS: LazyLock<[(&str, Validator); 4]> = LazyLock::new(|| {
    [
        ("manifest.json", validator(include_str!("../schemas/manifest_v12.json"))),
        ("run_results.json", validator(include_str!("../schemas/run_results_v6.json"))),
        ("catalog.json", validator(include_str!("../schemas/catalog_v1.json"))),
        ("sources.json", validator(include_str!("../schemas/sources_v3.json"))),
    ]
});

fn validator(schema: &str) -> Validator {
    jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap()
}

/// What the artifacts of a folder have that their schemas do not allow; artifacts that are missing are fine.
pub(crate) fn violations(target: &Path) -> Vec<String> {
    let of = |(name, validator): &(&str, Validator)| -> Vec<String> {
        let Ok(text) = std::fs::read_to_string(target.join(name)) else {
            return Vec::new();
        };
        let artifact: Json = serde_json::from_str(&text).unwrap();
        let errors = validator.iter_errors(&artifact);
        errors.map(|error| format!("{name}{}: {error}", error.instance_path())).collect()
    };
    SCHEMAS.iter().flat_map(of).collect()
}

#[test]
fn artifacts_of_the_example_are_what_the_schemas_say() {
    let scratch = Scratch::copy_of(&root().join("example_project"));
    for command in [&["build"][..], &["source", "freshness"], &["docs", "generate"]] {
        scratch.forge(command);
        assert_eq!(violations(&scratch.path("target")), [""; 0], "after {command:?}");
    }
    for (name, _) in SCHEMAS.iter() {
        assert!(scratch.path("target").join(name).exists(), "{name}");
    }
}

#[test]
fn a_violation_is_found() {
    let scratch = tempfile::tempdir().unwrap();
    std::fs::write(scratch.path().join("sources.json"), r#"{"metadata": {}, "results": 1}"#)
        .unwrap();
    let found = violations(scratch.path());
    assert!(found.iter().any(|text| text.starts_with("sources.json/results: ")), "{found:?}");
}

#[test]
fn sarif_is_what_its_schema_says() {
    // The standard has a bracket too many in a pattern, which strict engines refuse.
    let text = include_str!("../schemas/sarif_2.1.0.json").replace("{2}]?$", r"{2}\\]?$");
    let schema = validator(&text);
    let scratch = Scratch::new(
        "
//- models/good.sql
select 1 as id
//- models/broken.sql
select nme from {{ ref('good') }}
//- models/good.yml
models: [{name: good, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}}}]}]}]
",
    );
    let check = |what: &str, is_empty: bool| {
        scratch.forge(&["build", "--sarif", "out.sarif"]);
        let sarif: Json = serde_json::from_str(&scratch.read("out.sarif")).unwrap();
        let found: Vec<_> = schema.iter_errors(&sarif).map(|error| error.to_string()).collect();
        assert_eq!(found, [""; 0], "{what}: {sarif:#}");
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.is_empty(), is_empty, "{what}: {sarif:#}");
    };
    check("failures", false);
    scratch.write("models/odd.sql", "select {% if");
    check("mistakes of the project", false);
    scratch.write("models/odd.sql", "select 1 as id");
    scratch.write("models/broken.sql", "select id from {{ ref('good') }}");
    scratch.write("models/good.yml", "models: [{name: good}]");
    check("nothing wrong", true);
}
