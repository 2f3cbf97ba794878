//! Metrics.

use serde_json::{Map, Value as Json, json};

use super::{Draft, filter, items};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::Definition;
use crate::parse::generic_tests::python_str;
use crate::parse::properties::tags_of;

/// The metric of an entry.
pub(super) fn made(draft: &Draft<'_>) -> Result<Definition, Box<Diagnostic>> {
    if draft.get("type_params").is_null() {
        // dbt 1.12 has a second way of writing metrics, beside the model.
        return Err(Box::new(
            Diagnostic::error(
                codes::UNSUPPORTED,
                format!("metric `{}` has no `type_params`", draft.raw.name.value),
            )
            .at(draft.raw.name.span, "metrics without `type_params` are not supported yet"),
        ));
    }
    draft.required("label")?;
    let kind = draft.required("type")?.as_str().unwrap_or_default();
    if !["simple", "ratio", "cumulative", "derived", "conversion"].contains(&kind) {
        return Err(draft.problem(format!("`{kind}` is not a type of metrics")));
    }
    let mut metric = of(draft);
    metric.description = Some(draft.text("description").unwrap_or_default());
    Ok(metric)
}

/// The metric of a checked entry, without a description.
pub(super) fn of(draft: &Draft<'_>) -> Definition {
    let mut metric = draft.definition(&draft.raw.name.value, draft.own_config());
    if metric.meta.is_empty() {
        metric.meta = draft.get("meta").as_object().cloned().unwrap_or_default();
    }
    metric.tags = tags_of(draft.get("tags"));
    let params = draft.get("type_params");
    metric.body = [
        ("label", draft.get("label").clone()),
        ("type", draft.get("type").clone()),
        ("type_params", type_params(params, draft.get("type") == "cumulative")),
        ("filter", filter(draft.raw.entry.get("filter"))),
        ("time_granularity", draft.get("time_granularity").clone()),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    metric
}

fn type_params(params: &Json, is_cumulative: bool) -> Json {
    let expr = params.get("expr").filter(|expr| !expr.is_null()).map(python_str);
    json!({
        "measure": params.get("measure").map_or(Json::Null, measure),
        "input_measures": [],
        "numerator": params.get("numerator").map_or(Json::Null, input),
        "denominator": params.get("denominator").map_or(Json::Null, input),
        "expr": expr,
        "window": window(params.get("window")),
        "grain_to_date": params.get("grain_to_date"),
        "metrics": items(params.get("metrics")).iter().map(input).collect::<Vec<_>>(),
        "conversion_type_params": conversion(params.get("conversion_type_params")),
        "cumulative_type_params": if is_cumulative { cumulative(params) } else { Json::Null },
        "metric_aggregation_params": null,
        "fill_nulls_with": null,
        "join_to_timespine": false,
        "is_private": null,
    })
}

/// A measure that a metric is made of.
fn measure(value: &Json) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    let get = |key: &str| value.get(key).cloned().unwrap_or(Json::Null);
    json!({
        "name": if value.is_string() { value.clone() } else { get("name") },
        "filter": filter(value.get("filter")),
        "alias": get("alias"),
        "join_to_timespine": value.get("join_to_timespine") == Some(&json!(true)),
        "fill_nulls_with": get("fill_nulls_with"),
    })
}

/// A metric that a metric is made of.
fn input(value: &Json) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    let get = |key: &str| value.get(key).cloned().unwrap_or(Json::Null);
    json!({
        "name": if value.is_string() { value.clone() } else { get("name") },
        "filter": filter(value.get("filter")),
        "alias": get("alias"),
        "offset_window": window(value.get("offset_window")),
        "offset_to_grain": get("offset_to_grain"),
    })
}

const GRAINS: &[&str] = &[
    "nanosecond",
    "microsecond",
    "millisecond",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
];

/// `28 days` as a count and a granularity.
fn window(value: Option<&Json>) -> Json {
    let Some(text) = value.and_then(Json::as_str) else { return Json::Null };
    let lower = text.to_lowercase();
    let (count, grain) = lower.split_once(' ').unwrap_or((&lower, ""));
    let singular = grain.strip_suffix('s').filter(|grain| GRAINS.contains(grain));
    json!({"count": count.parse::<i64>().ok(), "granularity": singular.unwrap_or(grain)})
}

fn conversion(value: Option<&Json>) -> Json {
    let Some(Json::Object(params)) = value else { return Json::Null };
    let get = |key: &str| params.get(key).cloned().unwrap_or(Json::Null);
    json!({
        "base_measure": params.get("base_measure").map_or(Json::Null, measure),
        "conversion_measure": params.get("conversion_measure").map_or(Json::Null, measure),
        "base_metric": null,
        "conversion_metric": null,
        "entity": get("entity"),
        "calculation": params.get("calculation").cloned().unwrap_or(json!("conversion_rate")),
        "window": window(params.get("window")),
        "constant_properties": get("constant_properties"),
    })
}

fn cumulative(params: &Json) -> Json {
    let none = Map::new();
    let own = params.get("cumulative_type_params").and_then(Json::as_object).unwrap_or(&none);
    let of = |key: &str| own.get(key).filter(|v| !v.is_null()).or_else(|| params.get(key));
    json!({
        "window": window(of("window")),
        "grain_to_date": of("grain_to_date"),
        "period_agg": own.get("period_agg").cloned().unwrap_or(json!("first")),
        "metric": null,
    })
}
