//! `modules`: the Python modules that templates may use.

use std::sync::Arc;

use minijinja::value::Value;

use crate::jinja::contexts::Scope;
use crate::jinja::python;

/// The value of `modules`; its clock is the host's.
pub(super) fn modules(scope: &Arc<Scope>) -> Option<Value> {
    let host = scope.globals.host.clone();
    Some(python::modules(move || host.now()))
}

/// The same with a clock that stands still.
pub fn modules_at(now: jiff::Timestamp) -> Value {
    python::modules(move || now)
}

/// A moment as an aware UTC datetime.
pub fn datetime_utc(moment: jiff::Timestamp) -> Value {
    python::datetime_utc(moment)
}
