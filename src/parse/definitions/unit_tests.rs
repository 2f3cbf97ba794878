//! Unit tests.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::fixtures::{self, Rows};
use super::{Draft, items, with_keys};
use crate::diagnostics::Diagnostic;
use crate::jinja::values;
use crate::manifest::Definition;
use crate::names::UniqueId;
use crate::parse::generic_tests::python_str;

/// The unit test of an entry.
pub(super) fn made(draft: &Draft<'_>) -> Result<Definition, Box<Diagnostic>> {
    let name = &draft.raw.name.value;
    let model = draft.required("model")?.as_str().unwrap_or_default().to_owned();
    draft.required("given")?;
    let expect = draft.required("expect")?;
    let mut test = draft.definition(name, draft.own_config());
    test.unique_id = UniqueId::from(format!(
        "{}.{}.{model}.{name}",
        draft.raw.resource_type, draft.package.name
    ));
    test.fqn.insert(test.fqn.len() - 1, model.clone());
    test.config = draft.config(&test.fqn, draft.own_config());
    test.description = Some(draft.text("description").unwrap_or_default());
    let given: Result<Vec<Map<String, Json>>, _> =
        items(draft.raw.entry.get("given")).iter().map(|one| given(draft, one)).collect();
    let given = given?;
    let expect = fixture(draft, expect, &["rows", "format", "fixture"], Rows::Required)?;
    let versions = match draft.get("versions") {
        Json::Null => Json::Null,
        some => Json::Object(with_keys(some, &["include", "exclude"])),
    };
    let overrides = match draft.get("overrides") {
        Json::Null => Json::Null,
        some => json!({
            "macros": some.get("macros").unwrap_or(&json!({})),
            "vars": some.get("vars").unwrap_or(&json!({})),
            "env_vars": some.get("env_vars").unwrap_or(&json!({})),
        }),
    };
    let checksum = checksum(&model, &versions, &given, &expect, &overrides);
    test.body = [
        ("model", json!(model)),
        ("given", json!(given)),
        ("expect", json!(expect)),
        ("overrides", overrides),
        ("checksum", json!(checksum)),
        ("schema", Json::Null),
        ("versions", versions),
        ("version", Json::Null),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    Ok(test)
}

fn given(draft: &Draft<'_>, written: &Json) -> Result<Map<String, Json>, Box<Diagnostic>> {
    if written.get("input").and_then(Json::as_str).is_none() {
        return Err(draft.problem("an entry of `given` has no `input`"));
    }
    fixture(draft, written, &["input", "rows", "format", "fixture"], Rows::OfSeed)
}

fn fixture(
    draft: &Draft<'_>,
    written: &Json,
    keys: &[&str],
    missing: Rows,
) -> Result<Map<String, Json>, Box<Diagnostic>> {
    let mut made = with_keys(written, keys);
    if made["format"].is_null() {
        made["format"] = json!("dict");
    }
    made["rows"] = fixtures::rows(draft, &made, missing)?;
    Ok(made)
}

/// SHA-256 over Python's text of the definition, as dbt 1.12 takes it.
fn checksum(
    model: &str,
    versions: &Json,
    given: &[Map<String, Json>],
    expect: &Map<String, Json>,
    overrides: &Json,
) -> String {
    let inputs: Vec<String> =
        given.iter().map(|one| repr_of("UnitTestInputFixture", one)).collect();
    let versions = versions.as_object().map(|map| repr_of("UnitTestNodeVersions", map));
    let overrides = overrides.as_object().map(|map| repr_of("UnitTestOverrides", map));
    let none = || "None".to_owned();
    let mut text = format!(
        "{model}-{}-[{}]-{}-{}",
        versions.unwrap_or_else(none),
        inputs.join(", "),
        repr_of("UnitTestOutputFixture", expect),
        overrides.unwrap_or_else(none),
    );
    for one in given.iter().filter(|one| !one["fixture"].is_null()) {
        text += &format!("-{}", python_str(&one["rows"]));
    }
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Python's `repr()` of a data class.
fn repr_of(class: &str, fields: &Map<String, Json>) -> String {
    let field = |(key, value): (&String, &Json)| match (key.as_str(), value.as_str()) {
        ("format", Some(word)) => {
            let member = match word {
                "csv" => "CSV",
                "sql" => "SQL",
                _ => "Dict",
            };
            format!("format=<UnitTestFormat.{member}: '{word}'>")
        }
        _ => format!("{key}={}", values::python_repr(&values::to_mutable(value))),
    };
    format!("{class}({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
}
