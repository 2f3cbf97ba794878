//! `adapter.behavior`: switches by which a project asks for a newer meaning of a macro.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};

use crate::jinja::contexts::Globals;

/// The value of `adapter.behavior`: every switch is there, off unless `flags:` of the project turns it on.
pub(super) fn behavior(globals: &Arc<Globals>) -> Value {
    Value::from_object(Behavior(globals.clone()))
}

struct Behavior(Arc<Globals>);

impl fmt::Debug for Behavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<behavior>")
    }
}

impl Object for Behavior {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let of_project =
            |name: &str| self.0.flags.get_attr(name).ok().filter(|v| !v.is_undefined());
        let set = of_project(name).or_else(|| of_project(&name.to_uppercase()));
        Some(Value::from_object(Switch(set.is_some_and(|value| value.is_true()))))
    }
}

/// A switch; `no_warn` and `setting` are its value without dbt's warning, which forge does not have.
#[derive(Debug)]
struct Switch(bool);

impl Object for Switch {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        matches!(key.as_str()?, "no_warn" | "setting").then(|| Value::from(self.0))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0 { "True" } else { "False" })
    }
}
