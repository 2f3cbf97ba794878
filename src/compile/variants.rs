//! The two variants of an incremental model, whatever the database says.

use minijinja::value::Value;

use crate::jinja::contexts::Scope;
use crate::jinja::objects::function::function;
use crate::manifest::Node;

/// Which SQL of an incremental model is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// What the database and the flags say.
    #[default]
    Auto,
    /// As if the table were built anew.
    FullRefresh,
    /// As if the table were there.
    Incremental,
}

/// Makes `is_incremental()` answer for the variant, unless a project overrides the macro.
pub(super) fn apply(scope: &mut Scope, node: &Node, variant: Variant) {
    const NAME: &str = "is_incremental";
    let is_overridden = scope.globals.macros.resolve_user(&node.package_name, NAME).is_some();
    if variant == Variant::Auto || node.materialized() != "incremental" || is_overridden {
        return;
    }
    let answer = variant == Variant::Incremental;
    scope.extra.insert(NAME.to_owned(), function(NAME, move |_, _| Ok(Value::from(answer))));
}
