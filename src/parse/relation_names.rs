//! Database, schema and alias of a node: dbt's three `generate_*_name` macros.
//!
//! A project that does not override them gets the same answers without a template call.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::context::Context;
use crate::artifacts;
use crate::diagnostics::Diagnostic;
use crate::jinja::values;
use crate::manifest::{Node, NodeKind, ResourceType};
use crate::project::Package;
use crate::source::Spanned;

/// Sets database, schema, alias and relation name from the configuration of the node.
pub(crate) fn set(cx: &Context<'_>, node: &mut Node) -> Result<(), Diagnostic> {
    let custom = |node: &Node, key: &str| {
        let value = node.config.effective(key, node.resource_type);
        value.as_str().map(str::to_owned)
    };
    let database = custom(node, "database");
    node.database = Some(match overridden(cx, node, "generate_database_name", &database)? {
        Some(name) => name,
        None => {
            database.map_or_else(|| cx.project.target.database.clone(), |d| d.trim().to_owned())
        }
    });
    let schema = custom(node, "schema");
    node.schema = match overridden(cx, node, "generate_schema_name", &schema)? {
        Some(name) => name,
        None => default_schema(&cx.project.target.schema, schema.as_deref()),
    };
    let alias = custom(node, "alias");
    node.alias = match overridden(cx, node, "generate_alias_name", &alias)? {
        Some(name) => name,
        None => default_alias(node, alias.as_deref()),
    };
    if node.resource_type == ResourceType::Snapshot {
        if let Some(database) = custom(node, "target_database") {
            node.database = Some(database);
        }
        if let Some(schema) = custom(node, "target_schema") {
            node.schema = schema;
        }
    }
    node.relation_name = is_relational(node)
        .then(|| cx.relation(node.database.as_deref(), &node.schema, &node.alias).render());
    Ok(())
}

fn default_schema(target: &str, custom: Option<&str>) -> String {
    match custom {
        Some(custom) => format!("{target}_{}", custom.trim()),
        None => target.to_owned(),
    }
}

fn default_alias(node: &Node, custom: Option<&str>) -> String {
    if let Some(custom) = custom {
        return custom.trim().to_owned();
    }
    match &node.kind {
        NodeKind::Model(model) if model.version.is_some() => {
            let version =
                super::generic_tests::python_str(model.version.as_ref().unwrap_or(&Json::Null));
            format!("{}_v{}", node.name, version.replace('.', "_"))
        }
        _ => node.name.clone(),
    }
}

/// The answer of a user's macro, when there is one.
fn overridden(
    cx: &Context<'_>,
    node: &Node,
    name: &str,
    custom: &Option<String>,
) -> Result<Option<String>, Diagnostic> {
    let Some(found) = cx.globals.macros.resolve_user(&node.package_name, name) else {
        return Ok(None);
    };
    let argument = custom.as_deref().map_or(Value::from(()), Value::from);
    let model = values::to_mutable(&Json::Object(artifacts::manifest::node_json(node)));
    let scope = Arc::new(cx.scope(&node.package_name));
    match scope.call_macro(found.unique_id(), &[argument, model], &[]) {
        Ok(value) => Ok(Some(value.to_string().trim().to_owned())),
        Err(error) => Err(super::render::diagnostic(cx, &error, node.span)),
    }
}

/// Database and schema of an export of a saved query. dbt: named like a node of the package that is none.
pub(crate) fn of_export(
    cx: &Context<'_>,
    package: &Package,
    name: &Spanned<&str>,
    schema: Option<&str>,
) -> Result<(Option<String>, String), Diagnostic> {
    let draft = super::nodes::Draft {
        resource_type: ResourceType::SqlOperation,
        name: name.value.to_owned(),
        unique_id: format!("export.{}.{}", package.name, name.value).as_str().into(),
        fqn: Vec::new(),
        path: String::new(),
        original_file_path: String::new(),
        raw_code: "".into(),
        span: name.span,
        checksum: String::new(),
        kind: NodeKind::Inline,
        tags: Vec::new(),
    };
    let mut node = super::nodes::blank(cx, package, draft);
    if let Some(schema) = schema {
        node.config.set("schema", Json::String(schema.to_owned()));
    }
    set(cx, &mut node)?;
    Ok((node.database, node.schema))
}

/// Whether the node makes a relation of its own.
pub(crate) fn is_relational(node: &Node) -> bool {
    match node.resource_type {
        ResourceType::Model => !node.is_ephemeral(),
        ResourceType::Seed | ResourceType::Snapshot | ResourceType::Function => true,
        ResourceType::Test => {
            matches!(node.config.get_str("store_failures_as"), Some("table" | "view"))
        }
        _ => false,
    }
}
