//! Python's values for the engine: lists, dicts and sets that change in place, and what the operators and
//! `str()` do with them.
//!
//! Invariant: no lock is held while a value is compared, hashed or printed, so a list may contain itself.

mod args;
mod compare;
mod convert;
mod decimal;
mod dict;
mod generator;
mod key;
mod lax;
mod list;
mod operators;
mod print;
mod printf;
mod range;
mod set;
mod slice;
mod types;

use std::sync::Arc;

use minijinja::value::{DynObject, Tuple, Value};

pub use args::Args;
pub use compare::{contains, equal, order};
pub use convert::{to_json, to_mutable, value_to_mutable};
pub use dict::Dict;
pub use generator::Generator;
pub use key::Key;
pub use lax::{Lax, is_undefined};
pub use list::List;
pub use print::{python_repr, python_str};
pub use range::Range;
pub use set::Set;
pub use types::{elements, type_error, type_name, undefined};

pub(crate) use args::joined;
pub(crate) use compare::Comparison;
pub(crate) use compare::sort_values;
pub(crate) use decimal::{Decimal, decimal};
pub(crate) use dict::pairs_of;
pub(crate) use operators::{Operator, apply, negate, positive};
pub(crate) use print::{float, printable, push_repr};
pub(crate) use printf::printf;
pub(crate) use slice::slice;
pub(crate) use types::{Number, checked_len, int, number};

/// A new mutable list.
pub fn list(items: Vec<Value>) -> Value {
    Value::from_dyn_object(DynObject::from(Arc::new(List::new(items))))
}

/// A new mutable dict; later pairs win. Keys that Python could not hash are dropped.
pub fn dict<K: Into<Value>, V: Into<Value>>(pairs: impl IntoIterator<Item = (K, V)>) -> Value {
    let dict = Dict::default();
    for (key, value) in pairs {
        if let Ok(key) = Key::new(key.into()) {
            dict.insert(key, value.into());
        }
    }
    Value::from_object(dict)
}

/// A tuple.
pub fn tuple(items: Vec<Value>) -> Value {
    Value::from(Tuple::from(items))
}

/// A new set; equal items are kept once.
pub fn set(items: Vec<Value>) -> Result<Value, minijinja::Error> {
    Ok(Value::from_object(Set::collect(items)?))
}

/// The value of "nothing", as Python's `None`.
pub fn none() -> Value {
    Value::from(())
}
