//! The files below `target/compiled` and `target/run`: SQL for people to look at, secrets masked.
//!
//! A file that cannot be written stops nothing; the first one is a warning.

use std::path::PathBuf;
use std::sync::atomic::Ordering;

use super::{CompiledNode, Compiler};
use crate::artifacts::manifest::CompiledInfo;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::manifest::{Batch, Node, ResourceType};

const COMPILED: &str = "compiled";
const RUN: &str = "run";

impl Compiler {
    /// Writes the compiled SQL of a node; says what is published about it. Seeds have none.
    pub fn write_compiled(&self, node: &Node, compiled: &CompiledNode) -> CompiledInfo {
        let has_code = node.resource_type != ResourceType::Seed;
        // dbt: what comes to nothing, such as a hook behind a condition, has no file.
        if has_code && !compiled.code.is_empty() {
            self.write(COMPILED, node, &compiled.code);
        }
        CompiledInfo {
            compiled_code: has_code.then(|| compiled.code.clone()),
            extra_ctes: compiled.ctes.clone(),
            compiled_path: has_code.then(|| self.shown_path(COMPILED, node)),
            build_path: None,
            relation_name: None,
        }
    }

    /// Writes the statements that ran for a node.
    pub fn write_statements(&self, node: &Node, statements: &[String]) {
        let text: Vec<&str> =
            statements.iter().map(|s| s.trim()).filter(|s| !s.is_empty()).collect();
        if !text.is_empty() {
            self.write(RUN, node, &format!("{};\n", text.join(";\n\n")));
        }
    }

    /// Where the statements of a node go, as artifacts say it.
    pub fn statements_path(&self, node: &Node) -> String {
        self.shown_path(RUN, node)
    }

    /// The file of a node's compiled SQL.
    pub fn compiled_file(&self, node: &Node) -> PathBuf {
        self.project.target_dir().join(COMPILED).join(path_of(node, self.batch))
    }

    fn shown_path(&self, kind: &str, node: &Node) -> String {
        let project = &self.project;
        let target = project.flags.target_path.as_deref();
        let target = target.unwrap_or(&project.root().config.target_path);
        format!("{target}/{kind}/{}", path_of(node, self.batch))
    }

    fn write(&self, kind: &str, node: &Node, text: &str) {
        let host = &self.globals.host;
        let path = self.project.target_dir().join(kind).join(path_of(node, self.batch));
        let Err(error) = host.write_output(&path, &self.mask.apply(text)) else { return };
        if !self.has_complained.swap(true, Ordering::Relaxed) {
            let message = format!("cannot write `{}`: {error}", path.display());
            let warning = Diagnostic::warning(codes::NOT_WRITTEN, message);
            self.globals.sink.emit(Event::Diagnostic(warning));
        }
    }
}

/// Where the SQL of a node goes below `compiled/` or `run/`: package, then the path of its file; a generic test
/// below the property file that has it. A file from outside of the project (`../models`) stays below its package.
/// Each batch has a file of its own, in a folder named for the model.
fn path_of(node: &Node, batch: Option<Batch>) -> String {
    let file = |path: &str| path.rsplit('/').next().unwrap_or(path).to_owned();
    let parts = node.original_file_path.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let original = &parts.collect::<Vec<_>>().join("/");
    if let Some(batch) = batch {
        let stem = original.strip_suffix(".sql").unwrap_or(original);
        let name = format!("{}_{}.sql", file(stem), batch.name());
        return format!("{}/{stem}/{name}", node.package_name);
    }
    match file(&node.path) == file(original) {
        // Several snapshots can be in one file.
        _ if node.resource_type == ResourceType::Snapshot => {
            format!("{}/{original}/{}.sql", node.package_name, node.name)
        }
        true => format!("{}/{original}", node.package_name),
        false => format!("{}/{original}/{}", node.package_name, node.path),
    }
}
