//! Saved queries, with their exports.

use serde_json::{Value as Json, json};

use super::{Draft, filter, items};
use crate::diagnostics::Diagnostic;
use crate::manifest::{Config, Definition};
use crate::parse::properties::tags_of;
use crate::parse::relation_names;
use crate::source::Spanned;

/// The saved query of an entry.
pub(super) fn made(draft: &Draft<'_>) -> Result<Definition, Box<Diagnostic>> {
    let mut query = draft.definition(&draft.raw.name.value, draft.own_config());
    query.description = draft.text("description");
    let mut tags = tags_of(draft.get("tags"));
    tags.append(&mut query.tags);
    tags.sort();
    tags.dedup();
    query.tags = tags;
    let params = draft.required("query_params")?;
    let list = |key: &str| json!(items(params.get(key)));
    let exports: Result<Vec<Json>, _> = items(draft.raw.entry.get("exports"))
        .iter()
        .map(|export| export_of(draft, &query.config, export))
        .collect();
    query.body = [
        ("label", draft.get("label").clone()),
        (
            "query_params",
            json!({
                "metrics": list("metrics"),
                "group_by": list("group_by"),
                "where": filter(params.get("where")),
                "order_by": list("order_by"),
                "limit": params.get("limit"),
            }),
        ),
        ("exports", Json::Array(exports?)),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value))
    .collect();
    Ok(query)
}

/// dbt: an export takes what the query configures, and is named like a model.
fn export_of(draft: &Draft<'_>, outer: &Config, export: &Json) -> Result<Json, Box<Diagnostic>> {
    let name = export.get("name").and_then(Json::as_str).unwrap_or_default();
    let own = export.get("config").cloned().unwrap_or_else(|| json!({}));
    let of = |key: &str| {
        let own = own.get(key).filter(|value| !value.is_null());
        own.or_else(|| outer.get(key)).and_then(Json::as_str).map(str::to_owned)
    };
    let schema = of("schema");
    let place = Spanned { value: name, span: draft.raw.name.span };
    let relation = relation_names::of_export(draft.cx, draft.package, &place, schema.as_deref());
    let (database, generated) = relation.map_err(Box::new)?;
    Ok(json!({
        "name": name,
        "config": {
            "export_as": of("export_as"),
            "schema_name": of("schema_name").or(schema).unwrap_or(generated),
            "alias": of("alias").unwrap_or_else(|| name.to_owned()),
            "database": database,
        },
        "unrendered_config": own,
    }))
}
