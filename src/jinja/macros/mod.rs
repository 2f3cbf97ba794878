//! Macros: one template each, called through one object, whichever template calls.
//!
//! A macro sees its arguments and the context of the render, nothing of the template that calls it. Its value is
//! the text it renders, unless it calls `return`.

mod bind;
mod object;
mod registry;
mod running;
mod table;

pub use object::MacroObject;
pub use registry::{MacroDef, Registry};
pub use running::{CallRecorder, Phase, Session, current_macro, macro_stack, phase};
pub use table::MacroTable;

pub(crate) use running::{Running, SESSION, begin, charge, keep, kept, loaded, return_value};
pub(crate) use table::GLOBAL;

use std::sync::Arc;

/// The callable object of a macro.
pub(crate) fn object(registry: &Registry, unique_id: &str) -> Option<Arc<MacroObject>> {
    registry.get(unique_id).map(|entry| Arc::new(MacroObject::new(entry.clone())))
}
