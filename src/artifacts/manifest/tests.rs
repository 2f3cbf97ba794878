//! The shapes of the manifest, compared with what dbt 1.12 writes.

use std::path::Path;

use super::*;
use crate::manifest::{
    Column, Config, DependsOn, Metadata, NodeKind, RefCall, ResourceType, Seed, Test, TestMetadata,
};
use crate::source::{SourceMap, Span};

fn span() -> Span {
    Span::start_of(SourceMap::new().add("a", Path::new("/a"), ""))
}

fn node(id: &str, resource_type: ResourceType, kind: NodeKind) -> Node {
    let name = id.split('.').nth(2).unwrap_or_default().to_owned();
    Node {
        unique_id: id.into(),
        resource_type,
        package_name: "shop".into(),
        fqn: vec!["shop".into(), name.clone()],
        path: format!("{name}.sql"),
        original_file_path: format!("models/{name}.sql"),
        raw_code: "select 1".into(),
        span: span(),
        checksum: "ab".into(),
        database: Some("db".into()),
        schema: "main".into(),
        alias: name.clone(),
        relation_name: Some(format!("main.\"{name}\"")),
        description: String::new(),
        doc_blocks: vec![],
        columns: IndexMap::new(),
        config: Config::new(),
        unrendered: Vec::new(),
        vars: Vec::new(),
        tags: vec![],
        meta: Map::new(),
        group: None,
        refs: vec![],
        sources: vec![],
        functions: vec![],
        depends_on: DependsOn::default(),
        patch_path: None,
        patch_span: None,
        created_at: 1.5,
        name,
        kind,
    }
}

fn project() -> Manifest {
    let mut orders =
        node("model.shop.orders", ResourceType::Model, NodeKind::Model(Box::default()));
    orders.depends_on.nodes = vec!["seed.shop.raw".into()];
    orders.refs = vec![RefCall { package: None, name: "raw".into(), version: None }];
    orders.columns.insert("id".into(), column("id"));
    orders.group = Some("finance".into());
    let seed = node("seed.shop.raw", ResourceType::Seed, NodeKind::Seed(Seed::default()));
    let mut unique = node("test.shop.unique_orders_id.0123456789", ResourceType::Test, test());
    unique.depends_on.nodes = vec!["model.shop.orders".into()];
    let singular = NodeKind::Test(Test::default());
    let singular = node("test.shop.positive", ResourceType::Test, singular);
    let operation = node("operation.shop.hook-0", ResourceType::Operation, NodeKind::Operation(0));
    let mut manifest = Manifest {
        metadata: Metadata {
            project_name: "shop".into(),
            adapter_type: "engine".into(),
            generated_at: "2026-01-02T03:04:05.000006Z".into(),
            invocation_started_at: "2026-01-02T03:04:05.000001Z".into(),
            ..Metadata::default()
        },
        ..Manifest::default()
    };
    for node in [orders, seed, unique, singular, operation] {
        manifest.nodes.insert(node.unique_id.clone(), Arc::new(node));
    }
    manifest
}

fn column(name: &str) -> Column {
    Column {
        name: name.into(),
        description: String::new(),
        doc_blocks: vec![],
        data_type: Some("integer".into()),
        meta: Map::new(),
        tags: vec![],
        constraints: vec![],
        quote: None,
        granularity: None,
        span: span(),
    }
}

fn test() -> NodeKind {
    let mut kwargs = Map::new();
    kwargs.insert("column_name".into(), "id".into());
    NodeKind::Test(Test {
        metadata: Some(TestMetadata { name: "unique".into(), namespace: None, kwargs }),
        column_name: Some("id".into()),
        file_key_name: Some("models.orders".into()),
        attached_node: Some("model.shop.orders".into()),
    })
}

fn keys(value: &Json) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn written(manifest: &Manifest) -> Json {
    let compiled = CompiledInfo {
        compiled_code: Some("select 1".into()),
        compiled_path: Some("target/compiled/shop/models/orders.sql".into()),
        ..CompiledInfo::default()
    };
    let lookup = |id: &str| (id == "model.shop.orders").then_some(&compiled);
    let mut text = Vec::new();
    write_manifest(manifest, Quoting::default(), &lookup, &mut text).expect("memory");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn sections_and_keys_are_dbts() {
    let json = written(&project());
    assert_eq!(
        keys(&json).join(" "),
        "metadata nodes sources macros docs exposures metrics groups selectors disabled parent_map \
         child_map group_map saved_queries semantic_models unit_tests functions"
    );
    assert_eq!(
        keys(&json["nodes"]["model.shop.orders"]).join(" "),
        "database schema name resource_type package_name path original_file_path unique_id fqn \
         alias checksum config tags description columns meta group docs patch_path build_path \
         unrendered_config created_at relation_name raw_code doc_blocks language refs sources \
         metrics functions depends_on compiled_path compiled compiled_code extra_ctes_injected \
         extra_ctes contract defer_relation access constraints version latest_version deprecation_date \
         primary_key time_spine"
    );
}

#[test]
fn only_compiled_nodes_have_compiled_fields_and_seeds_have_no_code() {
    let json = written(&project());
    let test = keys(&json["nodes"]["test.shop.unique_orders_id.0123456789"]).join(" ");
    assert!(
        test.ends_with(
            "depends_on compiled_path contract column_name file_key_name attached_node test_metadata"
        ),
        "{test}"
    );
    let seed = keys(&json["nodes"]["seed.shop.raw"]).join(" ");
    assert!(seed.ends_with("raw_code doc_blocks root_path depends_on defer_relation"), "{seed}");
    let singular = keys(&json["nodes"]["test.shop.positive"]).join(" ");
    assert!(singular.ends_with("compiled_path contract"), "{singular}");
}

#[test]
fn maps_name_parents_children_and_group_members() {
    let mut manifest = project();
    let group = Group {
        unique_id: "group.shop.finance".into(),
        package_name: "shop".into(),
        name: "finance".into(),
        original_file_path: "models/s.yml".into(),
        path: "s.yml".into(),
        description: None,
        owner: Map::new(),
        config: Config::new(),
        span: span(),
    };
    manifest.groups.insert(group.unique_id.clone(), Arc::new(group));
    let json = written(&manifest);
    assert_eq!(json["parent_map"]["model.shop.orders"], serde_json::json!(["seed.shop.raw"]));
    assert_eq!(
        json["child_map"]["model.shop.orders"],
        serde_json::json!(["test.shop.unique_orders_id.0123456789"])
    );
    assert_eq!(json["group_map"]["finance"], serde_json::json!(["model.shop.orders"]));
    assert_eq!(json["nodes"]["model.shop.orders"]["primary_key"], serde_json::json!(["id"]));
}

#[test]
fn one_node_looks_the_same_alone_and_in_the_file() {
    let manifest = project();
    let json = written(&manifest);
    let id = "seed.shop.raw";
    let alone = Json::Object(node_json(&manifest.nodes[id]));
    assert_eq!(alone, json["nodes"][id]);
}
