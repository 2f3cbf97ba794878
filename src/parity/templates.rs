//! Differences that the names in templates tell.
//!
//! Only the packages of the project are looked at: the built-in macros are forge's own.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use minijinja::value::Value;

use super::{Occurrence, Subject};
use crate::jinja::contexts::{Phase, Scope};
use crate::jinja::rewrite::{Use, uses};
use crate::manifest::Node;
use crate::parse::macros::internal_packages;
use crate::source::Span;

/// The objects whose attributes are known, and how deep.
const KNOWN: [(&str, usize); 4] = [("adapter", 2), ("api", 2), ("exceptions", 2), ("modules", 3)];

/// Attributes of built-in objects that forge does not have.
pub(super) fn unknown_attributes(subject: &Subject<'_>) -> Vec<Occurrence> {
    let package = &subject.globals.root_package;
    let scope = Arc::new(Scope::new(subject.globals, Phase::Parse, package));
    let mut seen: HashMap<Vec<String>, bool> = HashMap::new();
    found(subject, |path| {
        let Some((_, depth)) = KNOWN.iter().find(|(name, _)| *name == path[0]) else {
            return false;
        };
        let path = &path[..path.len().min(*depth)];
        *seen.entry(path.to_vec()).or_insert_with(|| !exists(&scope, path))
    })
}

fn exists(scope: &Arc<Scope>, path: &[String]) -> bool {
    let first = scope.lookup(&path[0]).unwrap_or_default();
    let step = |value: Value, part: &String| value.get_attr(part).unwrap_or_default();
    !path[1..].iter().fold(first, step).is_undefined()
}

pub(super) fn python_jobs(subject: &Subject<'_>) -> Vec<Occurrence> {
    found(subject, |path| path[0] == "submit_python_job")
}

pub(super) fn commits(subject: &Subject<'_>) -> Vec<Occurrence> {
    found(subject, |path| path == ["adapter", "commit"])
}

/// Models and tests that cast to dates, where the session gives text.
pub(super) fn iso_casts(subject: &Subject<'_>) -> Vec<Occurrence> {
    let adapter = &subject.globals.adapter;
    (subject.manifest.nodes.values())
        .filter(|node| adapter.reads_casts_as_iso(&node.raw_code))
        .map(|node| Occurrence {
            construct: node.unique_id.to_string(),
            span: Some(node.span_start()),
        })
        .collect()
}

/// Calls of cross-database macros that have an implementation for the engine.
pub(super) fn portable_macros(subject: &Subject<'_>) -> Vec<Occurrence> {
    let engine = &subject.project.target.adapter_type;
    let [own, _] = internal_packages(engine);
    let names: HashSet<&str> = (subject.manifest.macros.values())
        .filter(|m| *m.package_name == *own && m.original_file_path.contains("/cross_db/"))
        .filter_map(|m| m.name.strip_prefix(engine.as_str())?.strip_prefix("__"))
        .collect();
    found(subject, |path| match path {
        [name] => names.contains(name.as_str()),
        [package, name] => package == "dbt" && names.contains(name.as_str()),
        _ => false,
    })
}

/// Where the project's templates read a name that `is_meant` accepts.
fn found(subject: &Subject<'_>, mut is_meant: impl FnMut(&[String]) -> bool) -> Vec<Occurrence> {
    let internal = internal_packages(&subject.project.target.adapter_type);
    // A generic test has no template of its own; its macro is looked at.
    let is_generic = |node: &Node| node.test().is_some_and(|test| test.metadata.is_some());
    let nodes = subject.manifest.nodes.values().filter(|node| !is_generic(node));
    let macros = subject.manifest.macros.values();
    let texts = (nodes.map(|node| (&node.raw_code, node.span))).chain(
        (macros.filter(|m| !internal.iter().any(|name| **name == *m.package_name)))
            .map(|m| (&m.macro_sql, m.span)),
    );
    let mut occurrences = Vec::new();
    for (text, span) in texts {
        // What is no template was reported when it was parsed.
        let uses = uses(text).unwrap_or_default();
        for Use { path, span: at } in uses.into_iter().filter(|found| is_meant(&found.path)) {
            let start = span.start as usize;
            let span = Span::new(span.file, start + at.start, start + at.end);
            occurrences.push(Occurrence { construct: path.join("."), span: Some(span) });
        }
    }
    occurrences
}
