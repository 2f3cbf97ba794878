//! Semantic models.

use serde_json::{Map, Value as Json, json};

use super::{Draft, element_config, items, metrics, with_keys};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Definition, ResourceType};
use crate::parse::generic_tests::python_str;

/// The semantic model, and a metric for each measure that asks for one.
pub(super) fn made(draft: &Draft<'_>) -> Result<Vec<Definition>, Box<Diagnostic>> {
    let name = &draft.raw.name.value;
    let mut model = draft.definition(name, draft.own_config());
    let reads = draft.required("model")?.as_str().unwrap_or_default().to_owned();
    model.refs.push(draft.reference(&reads)?);
    model.description = draft.text("description");
    let meta = model.meta.clone();
    let defaults = draft.get("defaults");
    let body = json!({
        "model": reads,
        "node_relation": null,
        "label": draft.get("label"),
        "defaults": match defaults {
            Json::Null => Json::Null,
            some => Json::Object(with_keys(some, &["agg_time_dimension"])),
        },
        "entities": each(draft, "entities", |element| entity(element, &meta)),
        "measures": each(draft, "measures", |element| measure(element, &meta)),
        "dimensions": each(draft, "dimensions", |element| dimension(element, &meta)),
        "primary_entity": draft.get("primary_entity"),
    });
    model.body = into_map(body);
    let asked = items(draft.raw.entry.get("measures")).iter();
    let asked = asked.filter(|m| m.get("create_metric") == Some(&Json::Bool(true)));
    let created: Vec<Definition> = asked.map(|m| metric_of(draft, &model, m)).collect();
    Ok([vec![model], created].concat())
}

fn each(draft: &Draft<'_>, key: &str, of: impl Fn(&Json) -> Json) -> Vec<Json> {
    items(draft.raw.entry.get(key)).iter().map(of).collect()
}

fn into_map(value: Json) -> Map<String, Json> {
    match value {
        Json::Object(map) => map,
        _ => Map::new(),
    }
}

fn entity(element: &Json, meta: &Map<String, Json>) -> Json {
    let keys = ["name", "type", "description", "label", "role", "expr"];
    let mut made = with_keys(element, &keys);
    made.insert("config".to_owned(), element_config(element, meta));
    Json::Object(made)
}

fn dimension(element: &Json, meta: &Map<String, Json>) -> Json {
    let keys = ["name", "type", "description", "label", "is_partition", "type_params", "expr"];
    let mut made = with_keys(element, &keys);
    if made["is_partition"].is_null() {
        made["is_partition"] = json!(false);
    }
    if made["type_params"].is_object() {
        let mut params = with_keys(&made["type_params"], &["time_granularity", "validity_params"]);
        let validity = &mut params["validity_params"];
        if let Json::Object(written) = validity {
            for key in ["is_start", "is_end"] {
                written.entry(key).or_insert(json!(false));
            }
        }
        made["type_params"] = Json::Object(params);
    }
    made.insert("metadata".to_owned(), Json::Null);
    made.insert("datatype".to_owned(), Json::Null);
    made.insert("config".to_owned(), element_config(element, meta));
    Json::Object(made)
}

fn measure(element: &Json, meta: &Map<String, Json>) -> Json {
    let keys = [
        "name",
        "agg",
        "description",
        "label",
        "expr",
        "agg_params",
        "non_additive_dimension",
        "agg_time_dimension",
    ];
    let mut made = with_keys(element, &keys);
    if !made["expr"].is_null() {
        made["expr"] = json!(python_str(&made["expr"]));
    }
    if let Json::Object(params) = &mut made["agg_params"] {
        params.entry("percentile").or_insert(Json::Null);
        for key in ["use_discrete_percentile", "use_approximate_percentile"] {
            params.entry(key).or_insert(json!(false));
        }
    }
    if let Json::Object(dimension) = &mut made["non_additive_dimension"] {
        dimension.entry("window_groupings").or_insert(json!([]));
    }
    // dbt 1.12 does not carry over that a metric was asked for.
    made.insert("create_metric".to_owned(), json!(false));
    made.insert("config".to_owned(), element_config(element, meta));
    Json::Object(made)
}

fn metric_of(draft: &Draft<'_>, model: &Definition, measure: &Json) -> Definition {
    let name = measure.get("name").and_then(Json::as_str).unwrap_or_default();
    let text = |key: &str| measure.get(key).and_then(Json::as_str).filter(|t| !t.is_empty());
    let expr = measure.get("expr").filter(|expr| !expr.is_null()).map(python_str);
    let raw = crate::parse::properties::RawDefinition {
        resource_type: ResourceType::Metric,
        entry: into_map(json!({
            "type": "simple",
            "label": text("label").unwrap_or(name),
            "type_params": {"measure": name, "expr": expr.unwrap_or_else(|| name.to_owned())},
            "config": {"enabled": model.config.enabled(), "meta": model.meta},
        })),
        name: crate::source::Spanned { value: name.to_owned(), span: draft.raw.name.span },
        file: draft.raw.file.clone(),
    };
    let mut made = metrics::of(&Draft { raw: &raw, ..*draft });
    let description = text("description").map(str::to_owned);
    made.description =
        Some(description.unwrap_or_else(|| format!("Metric created from measure {name}")));
    made
}
