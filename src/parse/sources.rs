//! Source tables of property files.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::configs;
use super::context::Context;
use super::generic_tests::Tested;
use super::properties::{RawSource, RawTable, SourceProperties, tags_of};
use super::tests::{self, Subject};
use super::{docs, freshness, nodes};
use crate::adapters::{Policy, Relation};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Config, Node, Quoting, ResourceType, SourceTable};
use crate::names::UniqueId;
use crate::project::Package;

/// All tables of a source, and the tests on them.
pub(crate) fn of_source(
    cx: &Context<'_>,
    package: &Package,
    source: &RawSource,
    diagnostics: &mut Diagnostics,
) -> (Vec<SourceTable>, Vec<Arc<Node>>) {
    let what = format!("source `{}`", source.name.value);
    for mistake in freshness::mistakes(&source.properties, &what, source.name.span) {
        diagnostics.push(mistake);
    }
    let mut made = Vec::new();
    let mut tested = Vec::new();
    for table in &source.tables {
        made.push(table_of(cx, package, source, table, diagnostics));
        let mut tags = source.properties.tags.clone();
        tags.extend(table.properties.tags.iter().cloned());
        let subject = Subject {
            package,
            file: &source.file,
            on: Tested::Source { source: &source.name.value, table: &table.name.value },
            file_key_name: format!("sources.{}", source.name.value),
            columns: &table.columns,
            tests: &table.tests,
            quote_columns: table.quote_columns,
            tags,
            attached_node: None,
            group: None,
        };
        tested.extend(tests::of_subject(cx, &subject, diagnostics));
    }
    (made, tested)
}

/// Tables that are declared twice.
///
/// dbt: two sources of one id are an error, also when they say the same (1.12).
pub(crate) fn refuse_duplicates(sources: &[SourceTable], diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<&UniqueId, &SourceTable> = HashMap::new();
    for source in sources.iter().filter(|source| source.config.enabled()) {
        if let Some(first) = seen.insert(&source.unique_id, source) {
            diagnostics.push(twice(first, source));
        }
    }
}

fn twice(first: &SourceTable, second: &SourceTable) -> Diagnostic {
    let (one, other) = (&first.original_file_path, &second.original_file_path);
    let files = match one == other {
        true => format!("in {one}"),
        false => format!("in {one} and in {other}"),
    };
    let message =
        format!("source `{}.{}` is declared twice: {files}", first.source_name, first.name);
    Diagnostic::error(codes::DUPLICATE_NAME, message)
        .at(second.span, "this one")
        .and_at(first.span, "and this one")
        .hint("merge the two entries")
}

fn table_of(
    cx: &Context<'_>,
    package: &Package,
    source: &RawSource,
    table: &RawTable,
    diagnostics: &mut Diagnostics,
) -> SourceTable {
    let what = format!("source `{}.{}`", source.name.value, table.name.value);
    for mistake in freshness::mistakes(&table.properties, &what, table.name.span) {
        diagnostics.push(mistake);
    }
    let mut fqn = vec![package.name.to_string()];
    fqn.extend(nodes::folders(&source.file.path).map(str::to_owned));
    fqn.extend([source.name.value.clone(), table.name.value.clone()]);
    let config = config_of(cx, package, source, table, &fqn);
    let schema = source.schema.clone().unwrap_or_else(|| source.name.value.clone());
    let identifier = table.identifier.clone().unwrap_or_else(|| table.name.value.clone());
    let database = source.database.clone().unwrap_or_else(|| cx.project.target.database.clone());
    let quoting = quoting_of(&table.quoting).or(quoting_of(&source.quoting));
    let mut relation = Relation::new(
        cx.globals.adapter.naming(),
        Some(&database),
        Some(&schema),
        Some(&identifier),
    );
    relation.quote_policy = quoted(cx.globals.quoting, quoting);
    let own = &package.name;
    SourceTable {
        unique_id: UniqueId::from(format!(
            "source.{own}.{}.{}",
            source.name.value, table.name.value
        )),
        package_name: own.clone(),
        source_name: source.name.value.clone(),
        name: table.name.value.clone(),
        fqn,
        original_file_path: source.file.original_file_path.clone(),
        path: source.file.original_file_path.clone(),
        relation_name: relation.render(),
        database: Some(database),
        schema,
        unrendered_database: source.unrendered_database.clone(),
        unrendered_schema: source.unrendered_schema.clone(),
        identifier,
        quoting,
        description: docs::description(cx, own, &table.description, table.name.span, diagnostics),
        source_description: docs::description(
            cx,
            own,
            &source.description,
            source.name.span,
            diagnostics,
        ),
        doc_blocks: docs::quoted_blocks(cx, own, &table.description),
        loader: source.loader.clone(),
        loaded_at_field: config.get_str("loaded_at_field").map(str::to_owned),
        loaded_at_query: config.get_str("loaded_at_query").map(str::to_owned),
        freshness: config.effective("freshness", ResourceType::Source),
        external: table.external.clone(),
        columns: nodes::columns(cx, own, &table.columns, diagnostics),
        tags: config.get("tags").map_or_else(Vec::new, tags_of),
        meta: object(config.get("meta")),
        source_meta: source_meta(&source.properties),
        config,
        span: table.name.span,
        created_at: cx.project.started_at.as_millisecond() as f64 / 1000.0,
    }
}

/// The relation's quoting over the project's.
fn quoted(project: Policy, own: Quoting) -> Policy {
    super::context::quoting(project, own)
}

fn quoting_of(map: &Map<String, Json>) -> Quoting {
    let part = |name: &str| map.get(name).and_then(Json::as_bool);
    Quoting { database: part("database"), schema: part("schema"), identifier: part("identifier") }
}

fn object(value: Option<&Json>) -> Map<String, Json> {
    value.and_then(Json::as_object).cloned().unwrap_or_default()
}

fn source_meta(properties: &SourceProperties) -> Map<String, Json> {
    let mut meta = properties.meta.clone();
    meta.extend(object(properties.config.get("meta")));
    meta
}

/// dbt 1.12: the project's folders, then source and table, table over source; `meta` merges, `tags` add up.
fn config_of(
    cx: &Context<'_>,
    package: &Package,
    source: &RawSource,
    table: &RawTable,
    fqn: &[String],
) -> Config {
    let (outer, inner) = (&source.properties, &table.properties);
    let mut own = outer.config.clone();
    own.extend(inner.config.clone());
    let mut meta = source_meta(outer);
    meta.extend(source_meta(inner));
    let mut tags: Vec<String> = Vec::new();
    for properties in [outer, inner] {
        let configured = properties.config.get("tags").map_or_else(Vec::new, tags_of);
        for tag in properties.tags.iter().cloned().chain(configured) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
    }
    own.insert("meta".to_owned(), Json::Object(meta));
    own.insert("tags".to_owned(), json!(tags));
    match freshness_of(outer, inner) {
        Some(freshness) => own.insert("freshness".to_owned(), freshness),
        None => own.remove("freshness"),
    };
    for key in ["loaded_at_field", "loaded_at_query"] {
        let of = |p: &SourceProperties| {
            let beside =
                if key == "loaded_at_field" { &p.loaded_at_field } else { &p.loaded_at_query };
            beside.clone().map(Json::String).or_else(|| p.config.get(key).cloned())
        };
        let outer = of(outer).filter(|_| !inner.says_loaded_at_field);
        match of(inner).or(outer) {
            Some(value) => own.insert(key.to_owned(), value),
            None => own.remove(key),
        };
    }
    let mut config = Config::new();
    config.merge_all(configs::layer(cx.section(package, ResourceType::Source), fqn));
    // dbt: the property file's tags take the place of the folders', even when it has none.
    let tags = own.remove("tags").unwrap_or_else(|| json!([]));
    config.merge_all(own);
    config.set("tags", tags);
    let root = cx.project.root();
    if package.name != root.name {
        config.merge_all(configs::layer(cx.section(root, ResourceType::Source), fqn));
    }
    config
}

/// The table's freshness over the source's; null at the table switches it off.
fn freshness_of(outer: &SourceProperties, inner: &SourceProperties) -> Option<Json> {
    let of =
        |p: &SourceProperties| p.freshness.clone().or_else(|| p.config.get("freshness").cloned());
    let written = match (of(outer), of(inner)) {
        (_, Some(Json::Null)) => return Some(Json::Null),
        (Some(Json::Object(mut outer)), Some(Json::Object(inner))) => {
            outer.extend(inner);
            Json::Object(outer)
        }
        (_, Some(inner)) => inner,
        (outer, None) => outer?,
    };
    let empty = json!({"count": null, "period": null});
    let part = |name: &str| {
        written.get(name).filter(|v| !v.is_null()).cloned().unwrap_or_else(|| empty.clone())
    };
    Some(match written {
        Json::Object(_) => json!({
            "warn_after": part("warn_after"),
            "error_after": part("error_after"),
            "filter": written.get("filter").cloned().unwrap_or(Json::Null),
        }),
        other => other,
    })
}
