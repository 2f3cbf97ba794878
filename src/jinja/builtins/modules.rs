//! `modules`: the Python modules that templates may use.

use std::sync::Arc;

use minijinja::value::Value;

use crate::jinja::contexts::Scope;

/// The value of `modules`.
pub(super) fn modules(_: &Arc<Scope>) -> Option<Value> {
    None
}

/// A moment as an aware UTC datetime.
pub(super) fn datetime_utc(moment: jiff::Timestamp) -> Value {
    Value::from(moment.strftime("%Y-%m-%d %H:%M:%S%.6f+00:00").to_string())
}
