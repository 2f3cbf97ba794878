//! `osi_document.json`: the semantic manifest in the words of Open Semantic Interchange 0.1.1, for other tools.
//!
//! Source: dbt 1.12 and its metricflow 0.213 (`MSIToOSIConverter`), which first bring measures and metrics into one
//! form. What the format cannot say is left out: conversion metrics, private metrics, natural entities; of cumulative
//! metrics the window.

use serde_json::{Map, Value as Json, json};

mod filters;
mod metrics;

use metrics::Metrics;

/// Why there is no document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OsiError {
    /// A filter is no template of the semantic layer.
    #[error("the filter `{filter}` of metric `{metric}` cannot be read: {reason}")]
    Filter {
        /// The metric.
        metric: String,
        /// The template.
        filter: String,
        /// What is wrong.
        reason: String,
    },
    /// A metric is made of something that is not there.
    #[error("metric `{0}` is made of `{1}`, which is not there")]
    Missing(String, String),
    /// Written out, a metric is longer than anybody can use.
    #[error("metric `{0}` is too long when it is written out")]
    TooLong(String),
}

/// The text of the file, of the text of `semantic_manifest.json`.
///
/// # Errors
/// A metric cannot be written out.
pub fn osi_document(semantic_manifest: &Json) -> Result<String, OsiError> {
    let models: Vec<SemanticModel<'_>> =
        list(&semantic_manifest["semantic_models"]).iter().map(SemanticModel::of).collect();
    let mut made = Map::new();
    made.insert("name".to_owned(), json!("semantic_model"));
    made.insert("datasets".to_owned(), models.iter().map(SemanticModel::dataset).collect());
    put_list(&mut made, "relationships", relationships(&models));
    put_list(&mut made, "metrics", metrics(list(&semantic_manifest["metrics"]), &models)?);
    let document =
        json!({"version": "0.1.1", "dialects": [DIALECT], "semantic_model": [Json::Object(made)]});
    Ok(document.to_string())
}

const DIALECT: &str = "ANSI_SQL";

fn list(value: &Json) -> &[Json] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// dbt: what is not said is left out.
fn put(map: &mut Map<String, Json>, key: &str, value: &Json) {
    if !value.is_null() {
        map.insert(key.to_owned(), value.clone());
    }
}

fn put_list(map: &mut Map<String, Json>, key: &str, values: Vec<Json>) {
    if !values.is_empty() {
        map.insert(key.to_owned(), Json::Array(values));
    }
}

fn expression(sql: &str) -> Json {
    json!({"dialects": [{"dialect": DIALECT, "expression": sql}]})
}

/// dbt: names of semantic models and their elements are in lower case.
fn name_of(one: &Json) -> String {
    one["name"].as_str().unwrap_or_default().to_lowercase()
}

/// `expr`, or the name that stands for it.
fn column_of(one: &Json) -> String {
    one["expr"].as_str().map_or_else(|| name_of(one), str::to_owned)
}

/// A type in OSI's words.
fn datatype(one: &Json) -> Json {
    let known = match one["datatype"].as_str() {
        Some("datetime") => "DateTime",
        Some("datetime_tz") => "DateTimeTz",
        Some("string") => "String",
        Some("integer") => "Integer",
        Some("decimal") => "Decimal",
        Some("float") => "Float",
        Some("boolean") => "Boolean",
        Some("date") => "Date",
        Some("time") => "Time",
        Some("opaque") => "Opaque",
        _ => return Json::Null,
    };
    json!(known)
}

/// A semantic model, its measures brought into sums and percentiles.
pub(super) struct SemanticModel<'m> {
    name: String,
    written: &'m Json,
    measures: Vec<Measure<'m>>,
}

/// A measure: `agg` is never `count`, `median` or `sum_boolean`.
pub(super) struct Measure<'m> {
    name: String,
    agg: Aggregation,
    column: String,
    written: &'m Json,
}

/// How values become one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Aggregation {
    function: String,
    percentile: Option<f64>,
    is_discrete: bool,
}

impl Aggregation {
    /// The aggregation and the column, with what is a sum of something else as a sum.
    fn of(agg: &Json, params: &Json, column: String) -> (Self, String) {
        let is_discrete = params["use_discrete_percentile"].as_bool().unwrap_or(false);
        let function = agg.as_str().unwrap_or_default().to_lowercase();
        let mut made =
            Aggregation { function, percentile: params["percentile"].as_f64(), is_discrete };
        let sum = |made: Self| Aggregation { function: "sum".to_owned(), ..made };
        match made.function.as_str() {
            "count" if column == "1" => (sum(made), column),
            "count" => (sum(made), format!("CASE WHEN {column} IS NOT NULL THEN 1 ELSE 0 END")),
            "sum_boolean" => (sum(made), format!("CASE WHEN {column} THEN 1 ELSE 0 END")),
            "median" => {
                made.percentile = Some(0.5);
                (Aggregation { function: "percentile".to_owned(), ..made }, column)
            }
            _ => (made, column),
        }
    }
}

impl<'m> SemanticModel<'m> {
    fn of(written: &'m Json) -> Self {
        let measure = |one: &'m Json| {
            let (agg, column) = Aggregation::of(&one["agg"], &one["agg_params"], column_of(one));
            Measure { name: name_of(one), agg, column, written: one }
        };
        let measures = list(&written["measures"]).iter().map(measure).collect();
        SemanticModel { name: name_of(written), written, measures }
    }

    fn dataset(&self) -> Json {
        let mut made = Map::new();
        made.insert("name".to_owned(), json!(self.name));
        put(&mut made, "source", &self.written["node_relation"]["relation_name"]);
        let keys = |kind: &str| {
            let entities = list(&self.written["entities"]).iter();
            let of_kind = entities.filter(|one| one["type"].as_str() == Some(kind));
            of_kind.map(|one| json!([column_of(one)])).collect::<Vec<Json>>()
        };
        if let Some(primary) = keys("primary").pop() {
            made.insert("primary_key".to_owned(), primary);
        }
        put_list(&mut made, "unique_keys", keys("unique"));
        put(&mut made, "description", &self.written["description"]);
        put_list(&mut made, "fields", self.fields());
        Json::Object(made)
    }

    fn fields(&self) -> Vec<Json> {
        let entities = list(&self.written["entities"]).iter();
        let entities = entities.map(|one| field(&name_of(one), &column_of(one), one, None));
        let dimensions = list(&self.written["dimensions"]).iter().map(|one| {
            let is_time = one["type"].as_str() == Some("time");
            field(&name_of(one), &column_of(one), one, Some(is_time))
        });
        let measures = self.measures.iter();
        let measures = measures.map(|one| field(&one.name, &one.column, one.written, None));
        entities.chain(dimensions).chain(measures).collect()
    }
}

/// An entity, a dimension (`is_time` tells which kind) or a measure.
fn field(name: &str, column: &str, written: &Json, is_time: Option<bool>) -> Json {
    let mut made = Map::new();
    made.insert("name".to_owned(), json!(name));
    made.insert("expression".to_owned(), expression(column));
    if let Some(is_time) = is_time {
        made.insert("dimension".to_owned(), json!({"is_time": is_time}));
        put(&mut made, "datatype", &datatype(written));
    }
    put(&mut made, "label", &written["label"]);
    put(&mut made, "description", &written["description"]);
    Json::Object(made)
}

/// One end of a join: a semantic model and its column for an entity.
struct End<'m> {
    model: &'m str,
    column: String,
    is_one: bool,
}

/// Two semantic models with one entity can be joined: from many to one, else in the order of their names.
fn relationships(models: &[SemanticModel<'_>]) -> Vec<Json> {
    let mut entities: indexmap::IndexMap<String, Vec<End<'_>>> = indexmap::IndexMap::new();
    for model in models {
        for one in list(&model.written["entities"]) {
            let kind = one["type"].as_str().unwrap_or_default();
            if kind == "natural" {
                continue;
            }
            let is_one = ["primary", "unique"].contains(&kind);
            let end = End { model: &model.name, column: column_of(one), is_one };
            entities.entry(name_of(one)).or_default().push(end);
        }
    }
    let mut made = Vec::new();
    for (entity, ends) in &entities {
        for (at, a) in ends.iter().enumerate() {
            for b in ends[at + 1..].iter().filter(|b| b.model != a.model) {
                let (from, to) = match (a.is_one, b.is_one) {
                    (true, false) => (b, a),
                    (false, true) => (a, b),
                    _ if a.model <= b.model => (a, b),
                    _ => (b, a),
                };
                made.push(json!({
                    "name": format!("{}__{}__{entity}", from.model, to.model),
                    "from": from.model, "to": to.model,
                    "from_columns": [from.column], "to_columns": [to.column],
                }));
            }
        }
    }
    made
}

fn metrics(all: &[Json], models: &[SemanticModel<'_>]) -> Result<Vec<Json>, OsiError> {
    let mut known = Metrics::new(all, models);
    let is_written = |one: &&Json| {
        one["type"].as_str() != Some("conversion")
            && one["type_params"]["is_private"].as_bool() != Some(true)
    };
    let metric = |one: &Json| {
        let mut made = Map::new();
        put(&mut made, "name", &one["name"]);
        made.insert("expression".to_owned(), expression(&known.written_out(one)?));
        put(&mut made, "datatype", &datatype(one));
        put(&mut made, "description", &one["description"]);
        Ok(Json::Object(made))
    };
    all.iter().filter(is_written).map(metric).collect()
}
