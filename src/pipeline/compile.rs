//! `compile`: templates to SQL, without a database.

use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::choose::selected;
use super::write::{add_inlined, results_of, write_artifacts};
use super::{CompileOptions, Compiled, Prepared, Selection, Variant, World};
use crate::artifacts::manifest::CompiledInfo;
use crate::artifacts::run_results::RunResult;
use crate::compile;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::jinja::contexts::Connection;
use crate::manifest::{Node, ResourceType};

/// A connection that reads; as long as there is no database, an empty one answers.
pub(super) fn reading(prepared: &Prepared) -> Arc<Connection> {
    let adapter = prepared.compiler.globals.adapter.clone();
    Arc::new(Connection::new(Box::new(move || match adapter.exists() {
        true => adapter.reader().map(Some),
        false => adapter.scratch().map(Some),
    })))
}

pub(super) const COMPILED: &[ResourceType] = &[
    ResourceType::Model,
    ResourceType::Snapshot,
    ResourceType::Test,
    ResourceType::Analysis,
    ResourceType::Seed,
    ResourceType::Function,
];

/// Compiles the selected nodes and writes their files. Needs no database.
pub fn compile(
    world: &World,
    prepared: &Prepared,
    selection: &Selection,
    options: CompileOptions,
) -> Result<Vec<Compiled>, Diagnostics> {
    let connection = reading(prepared);
    if let Some(sql) = &options.inline {
        let node = Arc::new(prepared.compiler.inline_node(sql).map_err(|d| Diagnostics::from(*d))?);
        let (one, _) = compile_one(prepared, &node, &connection, Variant::Auto)
            .map_err(|d| Diagnostics::from(*d))?;
        return Ok(vec![one]);
    }
    let ids = selected(world, prepared, selection, COMPILED)?;
    let nodes: Vec<&Arc<Node>> = ids
        .iter()
        .filter_map(|id| prepared.manifest.nodes.get(id))
        .filter(|node| node.resource_type != ResourceType::Seed)
        .collect();
    let done: Vec<_> = nodes
        .par_iter()
        .map(|node| compile_one(prepared, node, &connection, options.variant))
        .collect();
    let mut compiled = Vec::new();
    let mut infos = HashMap::new();
    let mut problems = Diagnostics::new();
    for (node, result) in nodes.iter().zip(done) {
        match result {
            Ok((one, info)) => {
                infos.insert(node.unique_id.clone(), Arc::new(info));
                compiled.push(one);
            }
            Err(problem) => problems.push(*problem),
        }
    }
    add_inlined(prepared, &mut infos);
    let results = results_of(world, prepared, compiled.iter().map(compiled_result).collect());
    write_artifacts(world, prepared, Some(&results), &infos);
    match problems.is_empty() {
        true => Ok(compiled),
        false => Err(problems),
    }
}

pub(super) fn compiled_result(compiled: &Compiled) -> RunResult {
    RunResult {
        status: "success".to_owned(),
        thread_id: "MainThread".to_owned(),
        unique_id: compiled.id.to_string(),
        compiled: Some(true),
        compiled_code: Some(compiled.code.clone()),
        ..RunResult::default()
    }
}

pub(super) fn compile_one(
    prepared: &Prepared,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    variant: Variant,
) -> Result<(Compiled, CompiledInfo), Box<Diagnostic>> {
    let make = |variant| prepared.compiler.compile(node, connection, variant);
    let has_variants =
        node.resource_type == ResourceType::Model && node.materialized() == "incremental";
    let (main, full_refresh, incremental) = match variant {
        Variant::Both if has_variants => {
            let full = make(compile::Variant::FullRefresh)?;
            let incremental = make(compile::Variant::Incremental)?;
            let texts = (Some(full.code.clone()), Some(incremental.code));
            (full, texts.0, texts.1)
        }
        Variant::FullRefresh => (make(compile::Variant::FullRefresh)?, None, None),
        Variant::Incremental => (make(compile::Variant::Incremental)?, None, None),
        _ => (make(compile::Variant::Auto)?, None, None),
    };
    let is_file = node.resource_type != ResourceType::SqlOperation;
    let info = match is_file {
        true => prepared.compiler.write_compiled(node, &main),
        false => CompiledInfo::default(),
    };
    let path = prepared.compiler.compiled_file(node);
    let compiled = Compiled {
        id: node.unique_id.clone(),
        name: node.name.clone(),
        code: main.code,
        incremental,
        full_refresh,
        path: is_file.then_some(path),
    };
    Ok((compiled, info))
}
