//! Generic tests of property files: which macro, which arguments, which configuration, which name.
//!
//! Names and hashes follow dbt 1.12 to the byte, because selectors, artifacts and stored failures use them.
//! Leaves rendering of the test to `nodes.rs`.

use std::fmt::Write as _;

use md5::{Digest, Md5};
use serde_json::{Map, Value as Json};

use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::values;
use crate::source::Span;
use crate::source::yaml::{Node as YamlNode, Yaml};

/// Entries of a test that configure it, wherever they are written.
const CONFIG_KEYS: &[&str] = &[
    "severity",
    "tags",
    "enabled",
    "where",
    "limit",
    "warn_if",
    "error_if",
    "fail_calc",
    "store_failures",
    "store_failures_as",
    "sql_header",
    "meta",
    "database",
    "schema",
    "alias",
];

/// What a test is written on.
#[derive(Clone, Debug)]
pub(crate) enum Tested<'a> {
    /// A model, seed, snapshot or analysis, with its version.
    Node {
        /// Its name.
        name: &'a str,
        /// Its version, when it has one.
        version: Option<&'a Json>,
    },
    /// A table of a source.
    Source {
        /// The source.
        source: &'a str,
        /// The table.
        table: &'a str,
    },
}

/// A test as written, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct TestDefinition {
    /// The test's name (`unique`).
    pub(crate) name: String,
    /// The package in front of it.
    pub(crate) namespace: Option<String>,
    /// Arguments, `model` included.
    pub(crate) kwargs: Map<String, Json>,
    /// Configuration of the entry, rendered.
    pub(crate) config: Map<String, Json>,
    /// The description of the entry.
    pub(crate) description: String,
    /// The node's name, whole: part of the unique id.
    pub(crate) full_name: String,
    /// The node's name, below 64 characters: part of the compiled path.
    pub(crate) short_name: String,
    /// Where the entry was written.
    pub(crate) span: Span,
}

/// Renders a configuration value, or says why it cannot.
pub(crate) type Render<'a> = &'a (dyn Fn(&str, Span) -> Result<Json, Diagnostic> + Sync);

impl TestDefinition {
    /// Takes one entry of `data_tests:` apart.
    pub(crate) fn read(
        entry: &Yaml,
        on: &Tested<'_>,
        column: Option<&str>,
        render: Render<'_>,
    ) -> Result<Self, Diagnostic> {
        let (written_name, mut arguments) = name_and_arguments(entry)?;
        if let Some(column) = column {
            arguments.insert("column_name".to_owned(), Json::String(column.to_owned()));
        }
        if let Some(nested) = arguments.remove("arguments") {
            match nested {
                Json::Object(nested) => arguments.extend(nested),
                Json::Null => {}
                _ => return Err(bad(entry.span, "`arguments` of a test must be a mapping")),
            }
        }
        if arguments.contains_key("model") {
            return Err(bad(entry.span, "a test entry must not set `model`; forge sets it"));
        }
        let config = take_config(&mut arguments, entry.span, render)?;
        let (namespace, name) = split_name(&written_name)
            .ok_or_else(|| bad(entry.span, format!("`{written_name}` is not a test's name")))?;
        let description = match arguments.remove("description") {
            Some(Json::String(text)) => text,
            _ => String::new(),
        };
        let custom = arguments.remove("name");
        let mut definition = TestDefinition {
            name: name.to_owned(),
            namespace: namespace.map(str::to_owned),
            kwargs: arguments,
            config,
            description,
            full_name: String::new(),
            short_name: String::new(),
            span: entry.span,
        };
        definition.set_names(custom, on, entry.span)?;
        // dbt: `model` is set after the other arguments but is not part of the name.
        definition.kwargs.insert("model".to_owned(), Json::String(model_argument(on)));
        Ok(definition)
    }

    fn set_names(
        &mut self,
        custom: Option<Json>,
        on: &Tested<'_>,
        span: Span,
    ) -> Result<(), Diagnostic> {
        match custom {
            Some(Json::String(name)) => {
                self.full_name.clone_from(&name);
                self.short_name = name;
            }
            Some(_) => return Err(bad(span, "`name` of a test must be a string")),
            None => {
                (self.short_name, self.full_name) = synthesized_names(self, on);
                if self.short_name != self.full_name && !self.config.contains_key("alias") {
                    self.config.insert("alias".to_owned(), Json::String(self.short_name.clone()));
                }
            }
        }
        Ok(())
    }

    /// The macro that implements it: `test_unique`, `dbt_utils.test_…`.
    pub(crate) fn macro_name(&self) -> String {
        format!("test_{}", self.name)
    }

    /// The template of the node, as dbt writes it into the manifest.
    pub(crate) fn raw_code(&self) -> String {
        let mut code = String::from("{{ ");
        if let Some(namespace) = &self.namespace {
            let _ = write!(code, "{namespace}.");
        }
        let _ = write!(code, "{}(**_dbt_generic_test_kwargs) }}}}", self.macro_name());
        if !self.config.is_empty() {
            let pairs: Vec<String> =
                self.config.iter().map(|(k, v)| format!("{k}={}", literal(v))).collect();
            let _ = write!(code, "{{{{ config({}) }}}}", pairs.join(","));
        }
        code
    }

    /// The last ten hex digits of the MD5 of name and metadata: the end of the unique id.
    pub(crate) fn hash(&self) -> String {
        let mut text = self.full_name.clone();
        text.push_str("{'kwargs': ");
        hashable_mapping(&self.kwargs, &mut text);
        text.push_str(", 'name': ");
        values::push_repr(&mut text, &self.name);
        text.push_str(", 'namespace': ");
        values::push_repr(&mut text, self.namespace.as_deref().unwrap_or("None"));
        text.push('}');
        let digest = md5_hex(&text);
        digest[digest.len() - 10..].to_owned()
    }
}

/// The lower-case hex MD5 of a text.
pub(crate) fn md5_hex(text: &str) -> String {
    let halves = |byte: u8| [byte >> 4, byte & 15];
    let digits = Md5::digest(text.as_bytes()).into_iter().flat_map(halves);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}

fn bad(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(codes::BAD_TEST, message).at(span, "")
}

fn name_and_arguments(entry: &Yaml) -> Result<(String, Map<String, Json>), Diagnostic> {
    let map = match &entry.node {
        YamlNode::Str(name) => return Ok((name.clone(), Map::new())),
        YamlNode::Map(map) => map,
        _ => {
            return Err(bad(
                entry.span,
                format!("a test is a name or a mapping, this is {}", entry.kind()),
            ));
        }
    };
    let arguments = |yaml: &Yaml| match yaml.to_json() {
        Json::Object(arguments) => Ok(arguments),
        Json::Null => Ok(Map::new()),
        _ => Err(bad(yaml.span, "the arguments of a test must be a mapping")),
    };
    if let Some(name) = map.get("test_name") {
        let Some(name) = name.as_str() else {
            return Err(bad(name.span, "`test_name` must be a string"));
        };
        let mut all = arguments(entry)?;
        all.remove("test_name");
        return Ok((name.to_owned(), all));
    }
    match map.entries.as_slice() {
        [(name, value)] => Ok((name.value.clone(), arguments(value)?)),
        entries => Err(bad(
            entry.span,
            format!("a test entry has one key, the test's name; this one has {}", entries.len()),
        )
        .hint("indent the arguments below the test's name")),
    }
}

/// Moves configuration out of the arguments: dbt takes it beside the arguments and below `config:`.
fn take_config(
    arguments: &mut Map<String, Json>,
    span: Span,
    render: Render<'_>,
) -> Result<Map<String, Json>, Diagnostic> {
    let has_config = arguments.contains_key("config");
    let mut nested = match arguments.remove("config") {
        Some(Json::Object(map)) => map,
        None | Some(Json::Null) => Map::new(),
        Some(_) => return Err(bad(span, "`config` of a test must be a mapping")),
    };
    let mut config = Map::new();
    for key in CONFIG_KEYS {
        let beside = arguments.shift_remove(*key);
        let is_said = beside.as_ref().is_some_and(|value| !is_empty(value));
        if is_said && nested.contains_key(*key) {
            return Err(bad(span, format!("`{key}` is given beside `config` and inside of it")));
        }
        // dbt: what is false beside `config` counts when there is no `config`.
        let value = match has_config && !is_said {
            true => nested.shift_remove(*key),
            false => beside,
        };
        if let Some(value) = value {
            set_rendered(&mut config, key, value, span, render)?;
        }
    }
    for (key, value) in nested {
        set_rendered(&mut config, &key, value, span, render)?;
    }
    Ok(config)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(items) => items.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::Bool(true) => false,
    }
}

fn set_rendered(
    config: &mut Map<String, Json>,
    key: &str,
    value: Json,
    span: Span,
    render: Render<'_>,
) -> Result<(), Diagnostic> {
    let value = match value {
        Json::String(text) => render(&text, span)?,
        other => other,
    };
    if !value.is_null() {
        config.insert(key.to_owned(), value);
    }
    Ok(())
}

/// `package.test` or `test`; what follows is ignored, as in dbt's pattern.
fn split_name(written: &str) -> Option<(Option<&str>, &str)> {
    let word = |text: &str| -> usize {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        if !starts {
            return 0;
        }
        text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(text.len())
    };
    let first = word(written);
    if first == 0 {
        return None;
    }
    if let Some(rest) = written[first..].strip_prefix('.') {
        let second = word(rest);
        if second > 0 {
            return Some((Some(&written[..first]), &rest[..second]));
        }
    }
    Some((None, &written[..first]))
}

fn model_argument(on: &Tested<'_>) -> String {
    let target = match on {
        Tested::Node { name, version: Some(version) } => {
            format!("ref('{name}', version='{}')", python_str(version))
        }
        Tested::Node { name, version: None } => format!("ref('{name}')"),
        Tested::Source { source, table } => format!("source('{source}', '{table}')"),
    };
    format!("{{{{ get_where_subquery({target}) }}}}")
}

fn synthesized_names(definition: &TestDefinition, on: &Tested<'_>) -> (String, String) {
    let mut test_type = definition.name.clone();
    let target = match on {
        Tested::Node { name, version: Some(version) } => {
            format!("{name}_v{}", python_str(version))
        }
        Tested::Node { name, version: None } => (*name).to_owned(),
        Tested::Source { source, table } => {
            test_type.insert_str(0, "source_");
            format!("{source}_{table}")
        }
    };
    if let Some(namespace) = &definition.namespace {
        test_type = format!("{namespace}_{test_type}");
    }
    let mut keys: Vec<&String> = definition.kwargs.keys().collect();
    keys.sort();
    let parts: Vec<String> = keys
        .into_iter()
        .flat_map(|key| match &definition.kwargs[key] {
            Json::Object(map) => map.values().map(python_str).collect(),
            Json::Array(items) => items.iter().map(python_str).collect(),
            other => vec![python_str(other)],
        })
        .map(|part| squeeze(&part))
        .collect();
    let identifier = format!("{test_type}_{target}");
    let full = format!("{identifier}_{}", parts.join("__"));
    // dbt counts characters.
    if full.chars().count() < 64 {
        return (full.clone(), full);
    }
    let start: String = identifier.chars().take(30).collect();
    (format!("{start}_{}", md5_hex(&full)), full)
}

/// Every run of characters other than ASCII letters, digits and `_` becomes one `_`.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_run = false;
    for c in text.chars() {
        let keep = c.is_ascii_alphanumeric() || c == '_';
        if keep {
            out.push(c);
        } else if !in_run {
            out.push('_');
        }
        in_run = !keep;
    }
    out
}

/// `repr` of dbt's hashable form: mappings sorted, scalars as text.
fn hashable(value: &Json, out: &mut String) {
    match value {
        Json::Object(map) => hashable_mapping(map, out),
        Json::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                hashable(item, out);
            }
            out.push(']');
        }
        Json::String(text) => values::push_repr(out, text),
        scalar => values::push_repr(out, &python_str(scalar)),
    }
}

fn hashable_mapping(map: &Map<String, Json>, out: &mut String) {
    let mut entries: Vec<(&String, &Json)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    out.push('{');
    for (at, (key, value)) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        values::push_repr(out, key);
        out.push_str(": ");
        hashable(value, out);
    }
    out.push('}');
}

/// Python's `str()` of a JSON value.
pub(crate) fn python_str(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => values::python_str(&values::to_mutable(other)),
    }
}

fn literal(value: &Json) -> String {
    match value {
        Json::String(text) => format!("\"{}\"", text.replace('"', "\\\"")),
        other => python_str(other),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::{SourceMap, yaml};
    use std::path::Path;

    fn read(text: &str, on: &Tested<'_>, column: Option<&str>) -> TestDefinition {
        let file = SourceMap::new().add("s.yml", Path::new("s.yml"), text);
        let entry = yaml::parse(file, text).unwrap().root;
        TestDefinition::read(&entry, on, column, &|t, _| Ok(Json::String(t.to_owned()))).unwrap()
    }

    const A: Tested<'static> = Tested::Node { name: "a", version: None };

    #[test]
    fn names_and_hashes_equal_those_recorded_from_dbt() {
        let cases = [
            ("is_even", Some("id"), "is_even_a_id", "127388275e"),
            ("not_null", Some("id"), "not_null_a_id", "c1cebc1440"),
            (
                "{between: {arguments: {lo: 1, hi: 5}}}",
                Some("id"),
                "between_a_id__5__1",
                "43e771986c",
            ),
            (
                "{relationships: {arguments: {to: \"ref('a')\", field: other_id}}}",
                Some("other_id"),
                "relationships_a_other_id__other_id__ref_a_",
                "ef70c58d3c",
            ),
            (
                "{accepted_values: {arguments: {values: ['a', 'b c', \"d'e\"]}}}",
                Some("\"status\""),
                "accepted_values_a__status___a__b_c__d_e",
                "dc11ebb3cc",
            ),
            (
                "{unique: {name: custom_named, description: d, arguments: {column_name: (id || status)}}}",
                None,
                "custom_named",
                "85cd2913e1",
            ),
        ];
        for (text, column, name, hash) in cases {
            let definition = read(text, &A, column);
            assert_eq!((definition.full_name.as_str(), definition.hash().as_str()), (name, hash));
        }
    }

    #[test]
    fn long_names_get_a_hashed_short_form_as_alias() {
        let note = "a very long note that makes the generated test name exceed the sixty four character limit";
        let text = format!("{{between: {{arguments: {{lo: 1, hi: 5, note: {note}}}}}}}");
        let definition = read(&text, &A, Some("id"));
        assert_eq!(definition.short_name, "between_a_c2e61981c25d22a19fba82cbfc2efeea");
        assert_eq!(definition.config["alias"], json!(definition.short_name));
        assert_eq!(definition.hash(), "dd539628e6");
    }

    #[test]
    fn source_tests_are_named_for_the_source() {
        let on = Tested::Source { source: "src2", table: "t" };
        let definition = read("not_null", &on, Some("id"));
        assert_eq!(definition.full_name, "source_not_null_src2_t_id");
        assert_eq!(definition.hash(), "c90863e9e1");
    }

    #[test]
    fn configuration_is_taken_beside_and_below_config() {
        let definition =
            read("{not_null: {severity: warn, config: {where: 'x > 1'}}}", &A, Some("id"));
        assert_eq!(definition.config["severity"], json!("warn"));
        assert_eq!(
            definition.raw_code(),
            r#"{{ test_not_null(**_dbt_generic_test_kwargs) }}{{ config(severity="warn",where="x > 1") }}"#
        );
    }
}
