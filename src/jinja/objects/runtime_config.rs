//! `adapter.config`: the project and the profile as some macros look them up.

use std::sync::Arc;

use minijinja::value::Value;

use super::class::{self, Attribute, Class};
use crate::jinja::contexts::Globals;
use crate::jinja::values;

/// The value of `adapter.config`.
pub(super) fn value(globals: &Arc<Globals>) -> Value {
    class::value(RuntimeConfig(globals.clone()))
}

struct RuntimeConfig(Arc<Globals>);

impl RuntimeConfig {
    fn of_target(&self, name: &str) -> Value {
        self.0.target.get_attr(name).unwrap_or_default()
    }
}

impl Class for RuntimeConfig {
    const NAME: &'static str = "adapter.config";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("project_name", |of| Value::from(&*of.0.root_package)),
        ("target_name", |of| of.of_target("name")),
        ("profile_name", |of| of.of_target("profile_name")),
        ("threads", |of| of.of_target("threads")),
        ("credentials", |of| of.0.target.clone()),
        ("quoting", |of| {
            let quoting = of.0.quoting;
            values::dict([
                ("database", quoting.database),
                ("schema", quoting.schema),
                ("identifier", quoting.identifier),
            ])
        }),
    ];

    fn text(&self) -> String {
        "<adapter.config>".to_owned()
    }
}
