//! `external` of a table of a source: where other programs find it. Published and not used.
//!
//! Source: dbt 1.12, `ExternalTable` and `ExternalPartition`.

use serde_json::{Map, Value as Json, json};

use super::Reader;
use crate::diagnostics::{Diagnostic, codes};
use crate::parse::generic_tests::python_str;
use crate::source::yaml::Yaml;

/// Keys that are texts.
const TEXTS: [&str; 4] = ["location", "file_format", "row_format", "tbl_properties"];

impl Reader<'_> {
    /// The value with all of dbt's keys first, null when nothing was said.
    pub(super) fn external(&self, entry: &Yaml) -> Json {
        let Some(value) = entry.get("external").filter(|value| !value.is_null()) else {
            return Json::Null;
        };
        let Json::Object(mut written) = self.rendered(value) else {
            self.wrong_type(value, "`external`", "a mapping");
            return Json::Null;
        };
        let mut made = Map::new();
        for key in TEXTS {
            let text = written.shift_remove(key).unwrap_or_default();
            if !text.is_null() && !text.is_string() {
                self.wrong_external(value, key, "a string");
            }
            made.insert(key.to_owned(), text);
        }
        let partitions = match written.shift_remove("partitions") {
            None | Some(Json::Null) => Json::Null,
            Some(Json::Array(partitions)) => partitions.into_iter().map(partition).collect(),
            Some(_) => {
                self.wrong_external(value, "partitions", "a list");
                Json::Null
            }
        };
        made.insert("partitions".to_owned(), partitions);
        made.extend(written);
        Json::Object(made)
    }

    fn wrong_external(&self, external: &Yaml, key: &str, wanted: &str) {
        let found = external.get(key).unwrap_or(external);
        let message = format!("`{key}` of `external` must be {wanted}, this is {}", found.kind());
        self.push(
            Diagnostic::error(codes::WRONG_TYPE, message)
                .at(found.span, format!("{wanted} is expected here")),
        );
    }
}

/// dbt: what is no whole partition is taken as a text.
fn partition(written: Json) -> Json {
    match written {
        Json::Object(mut map) if map.contains_key("name") && map.contains_key("data_type") => {
            let mut made = Map::new();
            for (key, default) in [
                ("name", json!("")),
                ("description", json!("")),
                ("data_type", json!("")),
                ("meta", json!({})),
            ] {
                made.insert(key.to_owned(), map.shift_remove(key).unwrap_or(default));
            }
            made.extend(map);
            Json::Object(made)
        }
        other => Json::String(python_str(&other)),
    }
}
