//! Jinja2's filters, with Python's results: lists can be changed, floats and strings print as Python's.

mod html;
mod json;
mod numbers;
mod select;
mod sequences;
mod text;
mod wrap;

use minijinja::value::{Kwargs, Rest, Value};
use minijinja::{Environment, Error, State};

use super::native::{self, Target};
use super::values::joined;

pub use json::{Keys, dumps};

type Filter = fn(&mut State<'_, '_>, &Value, &[Value]) -> Result<Value, Error>;

/// Every filter of Jinja2 that is offered.
pub(crate) const NAMES: [&str; 59] = [
    "abs",
    "attr",
    "batch",
    "capitalize",
    "center",
    "count",
    "d",
    "default",
    "dictsort",
    "e",
    "escape",
    "filesizeformat",
    "first",
    "float",
    "forceescape",
    "format",
    "groupby",
    "indent",
    "int",
    "is_list",
    "items",
    "join",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "random",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "safe",
    "select",
    "selectattr",
    "slice",
    "sort",
    "string",
    "striptags",
    "sum",
    "title",
    "tojson",
    "trim",
    "truncate",
    "unique",
    "upper",
    "urlencode",
    "urlize",
    "wordcount",
    "wordwrap",
    "xmlattr",
    "as_text",
    "as_bool",
    "as_native",
    "as_number",
];

/// Registers them.
pub(super) fn register(env: &mut Environment<'static>) {
    for name in ["builtins", "split", "lines", "bool", "chain", "zip"] {
        env.remove_filter(name);
    }
    let groups: [&[(&'static str, Filter)]; 7] = [
        sequences::FILTERS,
        select::FILTERS,
        text::FILTERS,
        wrap::FILTERS,
        html::FILTERS,
        numbers::FILTERS,
        json::FILTERS,
    ];
    for (name, filter) in groups.into_iter().flatten() {
        let filter = *filter;
        env.add_filter(
            *name,
            move |state: &mut State, value: Value, args: Rest<Value>, kwargs: Kwargs| {
                filter(state, &value, &joined(args.0, kwargs))
            },
        );
    }
    for (name, target) in
        [("as_native", Target::Native), ("as_bool", Target::Bool), ("as_number", Target::Number)]
    {
        env.add_filter(name, move |state: &mut State, value: Value| {
            native::mark(state, value, target)
        });
    }
    env.add_filter("as_text", |state: &mut State, value: Value| native::mark_text(state, value));
}
