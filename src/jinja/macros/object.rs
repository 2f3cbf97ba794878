//! A macro as a value that templates call.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::bind::bind;
use super::registry::{Entry, MacroDef};
use super::running::Running;
use crate::jinja::error::{BrokenMacro, CALL_DETAIL, RECURSION};
use crate::jinja::rewrite::Rewritten;

/// More macros than this inside of each other are taken for a recursion without end.
const MAX_CALLS: usize = 200;

/// One macro, callable from every template.
#[derive(Debug)]
pub struct MacroObject {
    entry: Arc<Entry>,
}

impl MacroObject {
    /// The object of a macro.
    pub(super) fn new(entry: Arc<Entry>) -> Self {
        Self { entry }
    }

    /// What it was made from.
    pub fn def(&self) -> &MacroDef {
        &self.entry.def
    }

    /// Its unique id.
    pub fn unique_id(&self) -> &str {
        &self.entry.def.unique_id
    }

    fn rewritten(&self) -> Result<&Rewritten, Error> {
        self.entry.rewritten().map_err(|error| {
            let broken =
                BrokenMacro { unique_id: self.unique_id().to_owned(), error: error.clone() };
            Error::new(ErrorKind::SyntaxError, error.message.clone()).with_source(broken)
        })
    }

    /// Counts the call in; a template's own calls are reported.
    fn enter(&self, state: &mut State<'_, '_>) -> Result<(), Error> {
        let running = running(state)?;
        if running.stack.is_empty()
            && let Some(recorder) = &running.session.recorder
        {
            recorder.record(self.unique_id());
        }
        if running.stack.len() >= MAX_CALLS {
            return Err(Error::new(ErrorKind::InvalidOperation, RECURSION));
        }
        running.stack.push(self.entry.clone());
        Ok(())
    }

    /// The macro inside of its template, loaded into the running render once.
    fn load(&self, state: &mut State<'_, '_>, symbol: &str) -> Result<Value, Error> {
        let running = running(state)?;
        if let Some(found) = running.loaded.get(self.unique_id()) {
            return Ok(found.clone());
        }
        let loader = running.loader.clone();
        loader.call(state, &[Value::from(self.unique_id())])?;
        let running = self::running(state)?;
        let module = running.stored.take().unwrap_or_default();
        let found = module.get_attr(symbol)?;
        if found.is_undefined() {
            let message =
                format!("the source of macro '{}' does not define it", self.entry.def.name);
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
        running.loaded.insert(self.unique_id().to_owned(), found.clone());
        Ok(found)
    }

    fn run(&self, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let rewritten = self.rewritten()?;
        let Some(signature) = &rewritten.signature else {
            let message = format!("the source of macro '{}' is not a macro", self.entry.def.name);
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        };
        let args = bind(&self.entry.def.name, signature, args)?;
        let body = self.load(state, &signature.symbol)?;
        body.call(state, &args)
    }
}

fn running<'s>(state: &'s mut State<'_, '_>) -> Result<&'s mut Running, Error> {
    let missing = || Error::new(ErrorKind::InvalidOperation, "macros cannot be called from here");
    state.get_extension_mut::<Running>().ok_or_else(missing)
}

impl Object for MacroObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.enter(state)?;
        let result = self.run(state, args);
        let running = running(state)?;
        running.stack.pop();
        match (result, running.returning.take()) {
            (Ok(value), _) => Ok(value),
            (Err(_), Some(value)) => Ok(value),
            (Err(error), None) => Err(Error::new(error.kind(), CALL_DETAIL).with_source(error)),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<macro {}>", self.unique_id())
    }
}
