//! `run-operation`: a macro or a statement outside of the graph.
//!
//! Invariant: what an operation did is committed when it ends well, and undone when it fails.

use std::sync::Arc;

use minijinja::value::Value;

use super::failure;
use crate::compile::{Compiler, Variant};
use crate::diagnostics::Diagnostic;
use crate::jinja::contexts::{Connection, Scope};
use crate::jinja::diagnose::Root;
use crate::manifest::Node;
use crate::names::UniqueId;

/// Calls a macro and gives what it returned.
pub fn call_macro(
    compiler: &Compiler,
    unique_id: &UniqueId,
    args: &[(String, Value)],
) -> Result<Value, Box<Diagnostic>> {
    committed(compiler, |connection| {
        let scope: Arc<Scope> = Arc::new(compiler.macro_scope(unique_id, connection));
        scope.call_macro(unique_id.as_str(), &[], args).map_err(|error| {
            let root = Root { template: "", span: None, is_opaque: true };
            Box::new(compiler.globals.places.diagnostic(&error, &root))
        })
    })
}

/// Compiles SQL of the command line and runs it.
pub fn run_sql(compiler: &Compiler, node: &Arc<Node>) -> Result<(), Box<Diagnostic>> {
    committed(compiler, |connection| {
        let code = compiler.compile(node, connection, Variant::Auto)?.code;
        let scope = compiler.scope(node, connection);
        let done = connection.execute(code.trim(), &scope.query_comment);
        done.map(drop).map_err(|error| failure::of_sql(compiler, node, connection, &code, &error))
    })
}

fn committed<T>(
    compiler: &Compiler,
    work: impl FnOnce(&Arc<Connection>) -> Result<T, Box<Diagnostic>>,
) -> Result<T, Box<Diagnostic>> {
    let adapter = compiler.globals.adapter.clone();
    let open = move || adapter.writer().map(Some);
    let connection = Arc::new(Connection::new(Box::new(open)).that_stays_in_transaction());
    let done = work(&connection);
    let ended = match done {
        Ok(_) => connection.commit(),
        Err(_) => connection.rollback(),
    };
    match (done, ended) {
        (Ok(_), Err(error)) => Err(failure::of_adapter(&error)),
        (done, _) => done,
    }
}
