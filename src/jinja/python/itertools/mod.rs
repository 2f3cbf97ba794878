//! `modules.itertools`: the functions dbt exports, and `chain.from_iterable`.
//!
//! Results are iterators as in Python: gone once read. All but `count`, `cycle` and `repeat` are computed at once, so
//! that a loop knows their length, and none gives more than [`LIMIT`] items.

mod combinatorics;
mod functions;
mod iterator;

use minijinja::value::Value;

use super::args::Args;
use super::object::{Entry, Namespace};

/// The most items a result may have; beyond that a template is a mistake.
const LIMIT: usize = 1_000_000;

/// The module.
pub(super) static MODULE: Namespace = Namespace {
    name: "itertools",
    constructor: None,
    entries: &[
        ("accumulate", Entry::Function(functions::accumulate)),
        ("chain", Entry::Namespace(&functions::CHAIN)),
        ("combinations", Entry::Function(combinatorics::combinations)),
        ("combinations_with_replacement", Entry::Function(combinatorics::with_replacement)),
        ("compress", Entry::Function(functions::compress)),
        ("count", Entry::Function(functions::count)),
        ("cycle", Entry::Function(functions::cycle)),
        ("islice", Entry::Function(functions::islice)),
        ("permutations", Entry::Function(combinatorics::permutations)),
        ("product", Entry::Function(combinatorics::product)),
        ("repeat", Entry::Function(functions::repeat)),
        ("starmap", Entry::Function(functions::starmap)),
        ("tee", Entry::Function(functions::tee)),
        ("zip_longest", Entry::Function(functions::zip_longest)),
    ],
};

/// The items of an argument, if they are not too many.
fn pool(args: &Args<'_>, value: &Value) -> Result<Vec<Value>, minijinja::Error> {
    let mut items = Vec::new();
    for item in args.items(value)?.checked() {
        items.push(item?);
        check(args, Some(items.len()))?;
    }
    Ok(items)
}

/// Refuses a result of more than [`LIMIT`] items.
fn check(args: &Args<'_>, count: Option<usize>) -> Result<(), minijinja::Error> {
    match count {
        Some(count) if count <= LIMIT => Ok(()),
        _ => Err(args.error(format_args!("more than {LIMIT} items"))),
    }
}
