//! What one render knows while it runs: loaded macros, the call stack, a value on its way out of a macro.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use foldhash::fast::RandomState;
use minijinja::value::{Object, Value};
use minijinja::{Error, ErrorKind, State};

use super::registry::Entry;
use crate::jinja::values::{Args, none};

/// Which of dbt's passes renders; they treat undefined names differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Undefined names are harmless.
    Parse,
    /// Undefined names print nothing, but using them is an error.
    #[default]
    Compile,
}

/// Told about every macro that a template calls itself, not through another macro.
pub trait CallRecorder: Send + Sync {
    /// The template called this macro.
    fn record(&self, unique_id: &str);
}

/// How to render.
#[derive(Clone, Default)]
pub struct Session {
    /// The pass.
    pub phase: Phase,
    /// Who wants to know about macro calls.
    pub recorder: Option<Arc<dyn CallRecorder>>,
    /// Whether `as_bool`, `as_number`, `as_native` convert: they do in YAML, not in SQL.
    pub(crate) native: bool,
}

impl Session {
    /// A render of the parse phase.
    pub fn parse() -> Self {
        Self { phase: Phase::Parse, ..Self::default() }
    }

    /// A render of the compile phase.
    pub fn compile() -> Self {
        Self::default()
    }

    /// Reports directly called macros.
    pub fn recording(mut self, recorder: Arc<dyn CallRecorder>) -> Self {
        self.recorder = Some(recorder);
        self
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("phase", &self.phase).finish_non_exhaustive()
    }
}

impl Object for Session {}

/// The name under which a render finds its session in the context.
pub(crate) const SESSION: &str = "_py_session";

/// The state of one render.
pub(crate) struct Running {
    pub(crate) session: Arc<Session>,
    pub(crate) loader: Value,
    pub(crate) loaded: HashMap<String, Value, RandomState>,
    pub(crate) stack: Vec<Arc<Entry>>,
    pub(crate) returning: Option<Value>,
    pub(crate) stored: Option<Value>,
    /// The middle of a chained comparison.
    kept: Option<Value>,
    /// Bytes that loops and joined texts may have made.
    written: u64,
}

/// More than this is not a file but a mistake.
const MAX_WRITTEN: u64 = 2 << 30;

/// Counts bytes that are about to be made; too many are an error before they fill the memory.
pub(crate) fn charge(state: &mut State<'_, '_>, bytes: u64) -> Result<(), Error> {
    let Some(running) = state.get_extension_mut::<Running>() else {
        return Ok(());
    };
    running.written = running.written.saturating_add(bytes);
    match running.written {
        0..=MAX_WRITTEN => Ok(()),
        _ => Err(Error::new(ErrorKind::InvalidOperation, "the template writes too much")),
    }
}

/// Filter at the start of every template: keeps the macro that loads other templates into this render.
pub(crate) fn begin(state: &mut State<'_, '_>, loader: Value) -> String {
    let session = state.lookup(SESSION).and_then(|value| value.downcast_object::<Session>());
    state.get_or_insert_extension_with(|| Running {
        session: session.unwrap_or_default(),
        loader,
        loaded: HashMap::default(),
        stack: Vec::new(),
        returning: None,
        stored: None,
        kept: None,
        written: 0,
    });
    String::new()
}

/// Filter that hands a value from a template to Rust.
pub(crate) fn loaded(state: &mut State<'_, '_>, value: Value) -> String {
    if let Some(running) = state.get_extension_mut::<Running>() {
        running.stored = Some(value);
    }
    String::new()
}

/// Filter that keeps the middle of a chained comparison for [`kept`].
pub(crate) fn keep(state: &mut State<'_, '_>, value: Value) -> Value {
    if let Some(running) = state.get_extension_mut::<Running>() {
        running.kept = Some(value.clone());
    }
    value
}

/// What [`keep`] kept.
pub(crate) fn kept(state: &mut State<'_, '_>) -> Value {
    let running = state.get_extension_mut::<Running>();
    running.and_then(|running| running.kept.take()).unwrap_or_default()
}

/// `return(value)`: ends the innermost macro with a typed value.
pub(crate) fn return_value(state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
    let value = Args::new("return", args)?.get(0, "data").unwrap_or_else(none);
    match state.get_extension_mut::<Running>() {
        Some(running) if !running.stack.is_empty() => {
            running.returning = Some(value);
            Err(Error::new(ErrorKind::InvalidOperation, "return"))
        }
        _ => Err(Error::new(
            ErrorKind::InvalidOperation,
            "return() can only be used inside of a macro",
        )),
    }
}

/// The phase of the running render.
pub fn phase(state: &State<'_, '_>) -> Phase {
    state.get_extension::<Running>().map_or(Phase::Compile, |running| running.session.phase)
}

/// Unique ids of the macros that are running, outermost first.
pub fn macro_stack(state: &State<'_, '_>) -> Vec<String> {
    let running = state.get_extension::<Running>();
    running.map_or_else(Vec::new, |running| {
        running.stack.iter().map(|entry| entry.def.unique_id.clone()).collect()
    })
}

/// The innermost running macro: its package and its name.
pub fn current_macro(state: &State<'_, '_>) -> Option<(String, String)> {
    let def = &state.get_extension::<Running>()?.stack.last()?.def;
    Some((def.package.clone(), def.name.clone()))
}
