//! Unit tests.

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::fixtures::{self, Rows};
use super::places::{self, Part};
use super::{Draft, items, with_keys};
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::values;
use crate::manifest::Definition;
use crate::names::{UniqueId, did_you_mean};
use crate::parse::generic_tests::python_str;

/// The unit test of an entry.
pub(super) fn made(draft: &Draft<'_>) -> Result<Definition, Box<Diagnostic>> {
    let name = &draft.raw.name.value;
    let model = draft.required("model")?.as_str();
    let model = model.ok_or_else(|| draft.problem_in(Part::Test, "`model` must be a name"))?;
    let model = model.to_owned();
    known_keys(draft, Part::Test, draft.raw.entry.keys().map(String::as_str), KEYS)?;
    if !draft.required("given")?.is_array() {
        let at =
            places::of_column(&draft.cx.project.sources, draft.raw.name.span, Part::Test, "given");
        return Err(Box::new(draft.problem_at(at, "`given` must be a list of inputs")));
    }
    let expect_final = draft.get("expect_final");
    let expect = match expect_final {
        Json::Null => draft.required("expect")?,
        _ => draft.get("expect"),
    };
    let mut test = draft.definition(name, draft.own_config());
    test.unique_id = UniqueId::from(format!(
        "{}.{}.{model}.{name}",
        draft.raw.resource_type, draft.package.name
    ));
    test.fqn.insert(test.fqn.len() - 1, model.clone());
    test.config = draft.config(&test.fqn, draft.own_config());
    test.description = Some(draft.text("description").unwrap_or_default());
    let given: Result<Vec<Map<String, Json>>, _> = items(draft.raw.entry.get("given"))
        .iter()
        .enumerate()
        .map(|one| given(draft, one))
        .collect();
    let given = given?;
    let expect = match expect {
        Json::Null => with_keys(&json!({"format": "dict"}), OUTPUT),
        _ => fixture(draft, expect, Part::Expect, Rows::Required)?,
    };
    let expect_final = match expect_final {
        Json::Null => None,
        _ => Some(fixture(draft, expect_final, Part::ExpectFinal, Rows::Required)?),
    };
    let versions = match draft.get("versions") {
        Json::Null => Json::Null,
        some => Json::Object(with_keys(some, &["include", "exclude"])),
    };
    let overrides = match draft.get("overrides") {
        Json::Null => Json::Null,
        some => overrides(draft, some)?,
    };
    let checksum =
        checksum(&model, &versions, &given, (&expect, expect_final.as_ref()), &overrides);
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
    // What dbt does not know is published where it is used only.
    if let Some(expect_final) = expect_final {
        test.body.insert("expect_final".to_owned(), Json::Object(expect_final));
    }
    Ok(test)
}

/// The keys of a unit test; `expect_final` is forge's own.
const KEYS: &[&str] = &[
    "name",
    "model",
    "given",
    "expect",
    "expect_final",
    "overrides",
    "versions",
    "description",
    "config",
];
const INPUT: &[&str] = &["input", "rows", "format", "fixture"];
const OUTPUT: &[&str] = &["rows", "format", "fixture"];

fn overrides(draft: &Draft<'_>, written: &Json) -> Result<Json, Box<Diagnostic>> {
    const KEYS: &[&str] = &["macros", "vars", "env_vars", "clock"];
    let Some(entries) = written.as_object() else {
        return Err(Box::new(draft.problem_in(Part::Overrides, "`overrides` must be a mapping")));
    };
    known_keys(draft, Part::Overrides, entries.keys().map(String::as_str), KEYS)?;
    let is_wrong =
        |(key, value): &(&String, &Json)| *key != "clock" && !value.is_object() && !value.is_null();
    if let Some((key, _)) = entries.iter().find(is_wrong) {
        let message = format!("`{key}` of `overrides` must be a mapping of names to values");
        return Err(Box::new(draft.problem_in(Part::Overrides, message)));
    }
    let part = |key: &str| match written.get(key) {
        None | Some(Json::Null) => json!({}),
        Some(some) => some.clone(),
    };
    let mut made =
        json!({"macros": part("macros"), "vars": part("vars"), "env_vars": part("env_vars")});
    if let Some(clock) = written.get("clock") {
        made["clock"] = clock.clone();
    }
    Ok(made)
}

/// dbt 1.12 takes no other keys either.
fn known_keys<'k>(
    draft: &Draft<'_>,
    part: Part,
    keys: impl Iterator<Item = &'k str>,
    known: &[&str],
) -> Result<(), Box<Diagnostic>> {
    let mut unknown = keys.filter(|key| !known.contains(key));
    let Some(key) = unknown.next() else { return Ok(()) };
    let sources = &draft.cx.project.sources;
    let at = places::of_column(sources, draft.raw.name.span, part, key);
    let message = format!("unit_test `{}`: unknown key `{key}`", draft.raw.name.value);
    let problem = Diagnostic::error(codes::BAD_UNIT_TEST, message).at(at, "");
    Err(Box::new(match did_you_mean(key, known.iter().copied()) {
        Some(near) => problem.suggest(Some(near)),
        None => problem.hint(format!("it can have {}", known.join(", "))),
    }))
}

fn given(
    draft: &Draft<'_>,
    (at, written): (usize, &Json),
) -> Result<Map<String, Json>, Box<Diagnostic>> {
    if written.get("input").and_then(Json::as_str).is_none() {
        let problem = draft.problem_in(Part::Given(at), "an entry of `given` has no `input`");
        return Err(Box::new(
            problem.hint("write `input: ref('…')`, `source('…', '…')` or `this`"),
        ));
    }
    fixture(draft, written, Part::Given(at), Rows::OfSeed)
}

fn fixture(
    draft: &Draft<'_>,
    written: &Json,
    part: Part,
    missing: Rows,
) -> Result<Map<String, Json>, Box<Diagnostic>> {
    let known = if matches!(part, Part::Given(_)) { INPUT } else { OUTPUT };
    let Some(keys) = written.as_object() else {
        let message = "`expect` must be a mapping with `rows`";
        return Err(Box::new(draft.problem_in(part, message)));
    };
    known_keys(draft, part, keys.keys().map(String::as_str), known)?;
    let mut made = with_keys(written, known);
    if made["format"].is_null() {
        made["format"] = json!("dict");
    }
    made["rows"] = fixtures::rows(draft, &made, part, missing)?;
    Ok(made)
}

/// SHA-256 over Python's text of the definition, as dbt 1.12 takes it.
fn checksum(
    model: &str,
    versions: &Json,
    given: &[Map<String, Json>],
    (expect, expect_final): (&Map<String, Json>, Option<&Map<String, Json>>),
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
    if let Some(expect_final) = expect_final {
        text += &format!("-{}", repr_of("UnitTestOutputFixture", expect_final));
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
