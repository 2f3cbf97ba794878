//! Data tests: generic ones from property files, and what all tests share.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::context::Context;
use super::generic_tests::{TestDefinition, Tested};
use super::nodes::{self, Draft};
use super::properties::{RawColumn, tags_of};
use super::render;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::builtins;
use crate::jinja::contexts::{Capture, Scope};
use crate::jinja::error::JinjaError;
use crate::jinja::values;
use crate::manifest::{Config, Node, NodeKind, RefCall, ResourceType, Test, TestMetadata};
use crate::names::{UniqueId, did_you_mean};
use crate::project::{File, Package};
use crate::source::yaml::Yaml;

/// The name under which a generic test finds its arguments.
pub(crate) const KWARGS: &str = "_dbt_generic_test_kwargs";

/// Everything on which tests can be written, in one property entry.
pub(crate) struct Subject<'a> {
    pub(crate) package: &'a Package,
    pub(crate) file: &'a File,
    pub(crate) on: Tested<'a>,
    /// `models.orders`.
    pub(crate) file_key_name: String,
    pub(crate) columns: &'a [RawColumn],
    pub(crate) tests: &'a [Yaml],
    pub(crate) quote_columns: bool,
    /// Tags of the source and its table; tests of nodes have none from there.
    pub(crate) tags: Vec<String>,
    pub(crate) attached_node: Option<UniqueId>,
    pub(crate) group: Option<String>,
}

/// All tests of one property entry: those of its columns, then its own.
pub(crate) fn of_subject(
    cx: &Context<'_>,
    subject: &Subject<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<Arc<Node>> {
    let mut made = Vec::new();
    for column in subject.columns {
        for entry in &column.tests {
            made.extend(generic(cx, subject, Some(column), entry, diagnostics));
        }
    }
    for entry in subject.tests {
        made.extend(generic(cx, subject, None, entry, diagnostics));
    }
    made
}

fn generic(
    cx: &Context<'_>,
    subject: &Subject<'_>,
    column: Option<&RawColumn>,
    entry: &Yaml,
    diagnostics: &mut Diagnostics,
) -> Option<Arc<Node>> {
    let package = &subject.package.name;
    let column_name = column.map(|column| {
        let quoted = column.quote.unwrap_or(subject.quote_columns);
        if quoted { cx.globals.adapter.quote(&column.name) } else { column.name.clone() }
    });
    let render_value = |text: &str, span| cx.render_value(package, text, span).map_err(|d| *d);
    let definition =
        match TestDefinition::read(entry, &subject.on, column_name.as_deref(), &render_value) {
            Ok(definition) => definition,
            Err(problem) => {
                diagnostics.push(problem);
                return None;
            }
        };
    match node_of(cx, subject, column, column_name, definition) {
        Ok(node) => Some(Arc::new(node)),
        Err(problem) => {
            diagnostics.push(problem);
            None
        }
    }
}

/// The file of a test's SQL. Its name is the user's: it must not lead out of the folder.
fn file_name(name: &str) -> String {
    format!("{}.sql", name.replace(['/', '\\'], "_"))
}

fn node_of(
    cx: &Context<'_>,
    subject: &Subject<'_>,
    column: Option<&RawColumn>,
    column_name: Option<String>,
    mut definition: TestDefinition,
) -> Result<Node, Diagnostic> {
    let package = &subject.package.name;
    let mut tags = subject.tags.clone();
    tags.extend(column.map_or_else(Vec::new, |c| c.tags.clone()));
    tags.extend(definition.config.get("tags").map_or_else(Vec::new, tags_of));
    tags.sort();
    tags.dedup();
    let unique_id =
        UniqueId::from(format!("test.{package}.{}.{}", definition.full_name, definition.hash()));
    let draft = Draft {
        resource_type: ResourceType::Test,
        name: definition.full_name.clone(),
        unique_id,
        fqn: nodes::fqn(package, &subject.file.path, &definition.full_name),
        path: file_name(&definition.short_name),
        original_file_path: subject.file.original_file_path.clone(),
        raw_code: definition.raw_code().into(),
        span: definition.span,
        checksum: String::new(),
        kind: NodeKind::Test(Test {
            metadata: Some(TestMetadata {
                name: definition.name.clone(),
                namespace: definition.namespace.clone(),
                kwargs: definition.kwargs.clone(),
            }),
            column_name,
            file_key_name: Some(subject.file_key_name.clone()),
            attached_node: subject.attached_node.clone(),
        }),
        tags,
    };
    let mut node = nodes::blank(cx, subject.package, draft);
    node.description = std::mem::take(&mut definition.description);
    node.group.clone_from(&subject.group);
    let (mut node, called) = reference(cx, subject, &definition, node)?;
    node.config = merged(cx, subject, &node, definition.config, called);
    nodes::settle(cx, &mut node)?;
    Ok(node)
}

fn merged(
    cx: &Context<'_>,
    subject: &Subject<'_>,
    node: &Node,
    entry: Map<String, Json>,
    called: Option<Config>,
) -> Config {
    let mut config = Config::new();
    config.merge_all(super::configs::layer(
        cx.section(subject.package, ResourceType::Test),
        &node.fqn,
    ));
    // dbt: the entry is a `config()` call before those of the test's macro, and again after them.
    let mut calls = Config::new();
    calls.merge_all(entry.clone());
    if let Some(called) = called {
        for (key, value) in called.iter() {
            calls.merge(key, value.clone());
        }
        calls.merge_all(entry);
    }
    for (key, value) in calls.iter() {
        config.merge(key, value.clone());
    }
    let root = cx.project.root();
    if subject.package.name != root.name {
        config.merge_all(super::configs::layer(cx.section(root, ResourceType::Test), &node.fqn));
    }
    config
}

/// Collects what the test reads and calls, and the `config()` calls of its macro; none where dbt does not look.
fn reference(
    cx: &Context<'_>,
    subject: &Subject<'_>,
    definition: &TestDefinition,
    mut node: Node,
) -> Result<(Node, Option<Config>), Diagnostic> {
    let name = definition.macro_name();
    let found = match &definition.namespace {
        Some(namespace) => cx.globals.macros.get(namespace, &name),
        None => cx.globals.macros.resolve(&subject.package.name, &name),
    };
    let Some(found) = found else {
        // dbt: an unknown test parses, and fails when it is compiled.
        let node = Arc::new(node);
        let mut scope = cx.scope(&subject.package.name);
        scope.node = Some(nodes::facts(cx, &node));
        let scope = Arc::new(scope);
        rendered_kwargs(&scope, &definition.kwargs)
            .map_err(|error| render::diagnostic_at(cx, &error, definition.span))?;
        let capture = scope.take_capture();
        drop(scope);
        let mut node = Arc::unwrap_or_clone(node);
        nodes::take_references(&mut node, capture);
        return Ok((node, Some(Config::new())));
    };
    let id = found.unique_id();
    node.depends_on.macros.push(UniqueId::from(id));
    if matches!(id, "macro.dbt.test_not_null" | "macro.dbt.test_unique") {
        // dbt: these two are known to ask for nothing but their target.
        add_target(subject, &mut node);
        return Ok((node, None));
    }
    let node = Arc::new(node);
    let (mut of_arguments, mut of_macro) = captured(cx, subject, definition, &node)
        .map_err(|error| render::diagnostic_at(cx, &error, definition.span))?;
    let mut node = Arc::unwrap_or_clone(node);
    let called = std::mem::take(&mut of_macro.config);
    // dbt: macros in the arguments of a test are not noted, only what the tested relation goes through (1.12).
    of_arguments.macros.retain(|id| id.as_str().ends_with(".get_where_subquery"));
    nodes::take_references(&mut node, of_arguments);
    nodes::take_references(&mut node, of_macro);
    Ok((node, Some(called)))
}

/// What the arguments of a test ask for, and what its macro does.
fn captured(
    cx: &Context<'_>,
    subject: &Subject<'_>,
    definition: &TestDefinition,
    node: &Arc<Node>,
) -> Result<(Capture, Capture), JinjaError> {
    let mut scope = cx.scope(&subject.package.name);
    scope.node = Some(nodes::facts(cx, node));
    let arguments = Arc::new(scope);
    let kwargs = rendered_kwargs(&arguments, &definition.kwargs)?;
    if is_quiet(&arguments, definition) {
        return Ok((arguments.take_capture(), Capture::default()));
    }
    let mut scope = cx.scope(&subject.package.name);
    scope.node.clone_from(&arguments.node);
    scope.extra.insert(KWARGS.to_owned(), kwargs);
    let scope = Arc::new(scope);
    // The entry's own configuration is merged by the caller; only the macro's calls are wanted here.
    let called = prefixed(definition, &definition.macro_name());
    let code = format!("{{{{ {called}(**{KWARGS}) }}}}");
    scope.render(node.unique_id.as_str(), &code)?;
    Ok((arguments.take_capture(), scope.take_capture()))
}

/// Built-in tests whose macros read and configure nothing beyond their arguments, and these arguments.
const QUIET: [(&str, [&str; 4]); 2] = [
    ("test_accepted_values", ["model", "column_name", "values", "quote"]),
    ("test_relationships", ["model", "column_name", "to", "field"]),
];

/// Whether calling the macro of a test can be left out: it is a built-in one, called as it wants to be.
fn is_quiet(scope: &Scope, definition: &TestDefinition) -> bool {
    let name = definition.macro_name();
    let known = QUIET.iter().find(|(quiet, _)| *quiet == name);
    definition.namespace.is_none()
        && known.is_some_and(|(_, arguments)| {
            definition.kwargs.keys().all(|key| arguments.contains(&key.as_str()))
        })
        && builtins::is_builtin(scope, &name)
}

fn prefixed(definition: &TestDefinition, name: &str) -> String {
    match &definition.namespace {
        Some(namespace) => format!("{namespace}.{name}"),
        None => name.to_owned(),
    }
}

fn add_target(subject: &Subject<'_>, node: &mut Node) {
    match &subject.on {
        Tested::Node { name, version } => node.refs.push(RefCall {
            package: None,
            name: (*name).to_owned(),
            version: version.cloned(),
        }),
        Tested::Source { source, table } => {
            node.sources.push([(*source).to_owned(), (*table).to_owned()]);
        }
    }
}

/// Renders the arguments of a generic test to typed values; what looks like a call of `ref`, `source`, `var`,
/// `env_var` or `doc` is rendered without braces too.
pub(crate) fn rendered_kwargs(
    scope: &Arc<Scope>,
    kwargs: &Map<String, Json>,
) -> Result<minijinja::value::Value, JinjaError> {
    let mut rendered = Vec::with_capacity(kwargs.len());
    for (key, value) in kwargs {
        let value = match value {
            // dbt: a column name is never typed.
            Json::String(text) if key == "column_name" => {
                minijinja::value::Value::from(text.as_str())
            }
            Json::String(text) if key == "model" => match builtins::tested_relation(scope, text) {
                Some(relation) => relation,
                None => rendered_argument(scope, value)?,
            },
            other => rendered_argument(scope, other)?,
        };
        rendered.push((key.clone(), value));
    }
    Ok(values::dict(rendered))
}

fn rendered_argument(
    scope: &Arc<Scope>,
    value: &Json,
) -> Result<minijinja::value::Value, JinjaError> {
    Ok(match value {
        Json::String(text) => {
            if let Some(value) = builtins::plain_argument(scope, text) {
                value
            } else if looks_like_call(text) {
                scope.render_native("argument", &format!("{{{{ {text} }}}}"))?
            } else {
                scope.render_native("argument", text)?
            }
        }
        Json::Array(items) => values::list(
            items.iter().map(|item| rendered_argument(scope, item)).collect::<Result<_, _>>()?,
        ),
        Json::Object(map) => {
            let mut pairs = Vec::new();
            for (key, item) in map {
                pairs.push((key.clone(), rendered_argument(scope, item)?));
            }
            values::dict(pairs)
        }
        other => values::to_mutable(other),
    })
}

fn looks_like_call(text: &str) -> bool {
    let text = text.trim();
    let Some(open) = text.find('(') else {
        return false;
    };
    text.ends_with(')')
        && text.len() > open + 2
        && matches!(text[..open].trim_end(), "env_var" | "ref" | "var" | "source" | "doc")
}

/// Settles where failing rows are kept: `store_failures_as` wins over `store_failures` and the flag.
pub(crate) fn settle_storing(cx: &Context<'_>, node: &mut Node) {
    let asked = node.config.get_bool("store_failures");
    let kept = match node.config.get_str("store_failures_as") {
        Some(kind) => Some(kind.to_owned()),
        None => match asked.or(cx.project.flags.store_failures.then_some(true)) {
            Some(true) => Some("table".to_owned()),
            Some(false) if asked.is_some() => Some("ephemeral".to_owned()),
            _ => None,
        },
    };
    if let Some(kind) = kept {
        if node.config.get_str("store_failures_as").is_some() {
            node.config.set("store_failures", json!(kind != "ephemeral"));
        }
        node.config.set("store_failures_as", json!(kind));
    }
}

/// The diagnostic of a generic test that no package has.
pub(crate) fn unknown_test(cx_names: impl Iterator<Item = String>, node: &Node) -> Diagnostic {
    let name = node.test().and_then(|t| t.metadata.as_ref()).map_or("", |m| m.name.as_str());
    let known: Vec<String> =
        cx_names.filter_map(|n| n.strip_prefix("test_").map(str::to_owned)).collect();
    Diagnostic::error(codes::UNKNOWN_TEST, format!("there is no generic test `{name}`"))
        .at(node.span, "used here")
        .suggest(did_you_mean(name, known.iter().map(String::as_str)))
}
