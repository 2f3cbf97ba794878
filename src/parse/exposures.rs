//! Exposures and groups of property files.

use std::sync::{Arc, Mutex};

use minijinja::value::Value;

use super::configs;
use super::context::Context;
use super::properties::{RawExposure, RawGroup, tags_of};
use super::{docs, nodes, render};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::args::Args;
use crate::jinja::objects::function::function;
use crate::manifest::{Config, DependsOn, Exposure, Group, ResourceType};
use crate::names::UniqueId;
use crate::project::Package;

/// The exposure of an entry.
pub(crate) fn exposure(
    cx: &Context<'_>,
    package: &Package,
    raw: &RawExposure,
    diagnostics: &mut Diagnostics,
) -> Exposure {
    let name = &raw.name.value;
    let fqn = nodes::fqn(&package.name, &raw.file.path, name);
    let mut config = Config::new();
    config.merge_all(configs::layer(cx.section(package, ResourceType::Exposure), &fqn));
    config.merge_all(raw.config.clone());
    let mut scope = cx.scope(&package.name);
    let metrics = Arc::new(Mutex::new(Vec::new()));
    scope.extra.insert("metric".to_owned(), metric_function(&metrics));
    let scope = Arc::new(scope);
    let mut is_broken = false;
    for dependency in &raw.depends_on {
        // dbt: `ref(…)` and `source(…)` stand here without braces.
        let rendered = scope.render("depends_on", &format!("{{{{ {} }}}}", dependency.value));
        if let Err(error) = rendered {
            is_broken = true;
            diagnostics.push(render::diagnostic_at(cx, &error, dependency.span));
        }
    }
    let capture = scope.take_capture();
    let metrics = std::mem::take(&mut *metrics.lock().expect("invariant: no panic under lock"));
    if !is_broken
        && raw.depends_on.len() > capture.refs.len() + capture.sources.len() + metrics.len()
    {
        diagnostics.push(
            Diagnostic::warning(
                codes::UNKNOWN_REF,
                format!(
                    "exposure `{name}` depends on something that is no `ref`, `source` or `metric`"
                ),
            )
            .at(raw.name.span, ""),
        );
    }
    Exposure {
        unique_id: UniqueId::from(format!("exposure.{}.{name}", package.name)),
        package_name: package.name.clone(),
        name: name.clone(),
        fqn,
        original_file_path: raw.file.original_file_path.clone(),
        path: raw.file.path.clone(),
        exposure_type: raw.exposure_type.clone(),
        maturity: raw.maturity.clone(),
        url: raw.url.clone(),
        label: raw.label.clone(),
        description: docs::description(
            cx,
            &package.name,
            &raw.description,
            raw.name.span,
            diagnostics,
        ),
        owner: raw.owner.clone(),
        refs: capture.refs,
        sources: capture.sources,
        metrics,
        depends_on: DependsOn::default(),
        tags: config.get("tags").map_or_else(Vec::new, tags_of),
        meta: config.get("meta").and_then(|m| m.as_object()).cloned().unwrap_or_default(),
        config,
        span: raw.name.span,
        created_at: cx.project.started_at.as_millisecond() as f64 / 1000.0,
    }
}

/// `metric(name)`: noted, like `ref`.
fn metric_function(noted: &Arc<Mutex<Vec<Vec<String>>>>) -> Value {
    let noted = noted.clone();
    function("metric", move |_, args| {
        let args = Args::new("metric", args)?;
        let names = (0..args.len().min(2)).map(|at| args.text(at, "name"));
        let names = names.collect::<Result<Vec<String>, _>>()?;
        noted.lock().expect("invariant: no panic under lock").push(names);
        Ok(Value::from(""))
    })
}

/// The group of an entry.
pub(crate) fn group(package: &Package, raw: &RawGroup) -> Group {
    let mut config = Config::new();
    config.merge_all(raw.config.clone());
    Group {
        unique_id: UniqueId::from(format!("group.{}.{}", package.name, raw.name.value)),
        package_name: package.name.clone(),
        name: raw.name.value.clone(),
        original_file_path: raw.file.original_file_path.clone(),
        path: raw.file.path.clone(),
        description: raw.description.clone(),
        owner: raw.owner.clone(),
        config,
        span: raw.name.span,
    }
}

/// Adds a group; two of one name are an error.
pub(super) fn add_group(group: Group, groups: &mut Vec<Group>, diagnostics: &mut Diagnostics) {
    match groups.iter().find(|known| known.unique_id == group.unique_id) {
        None => groups.push(group),
        Some(first) => diagnostics.push(
            Diagnostic::error(
                codes::DUPLICATE_NAME,
                format!(
                    "two groups have the name `{}`: {} and {}",
                    group.name, first.original_file_path, group.original_file_path
                ),
            )
            .at(group.span, "this one")
            .and_at(first.span, "and this one"),
        ),
    }
}
