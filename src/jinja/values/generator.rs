//! What Jinja2's lazy filters give: items that can be walked through once.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Error;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};

type Items = Result<Vec<Value>, Error>;

/// A generator of Python: true, without a length, empty once it was walked through.
#[derive(Debug)]
pub struct Generator {
    name: &'static str,
    items: Mutex<Option<Items>>,
}

impl Generator {
    /// A generator of these items; a mistake shows when somebody wants them.
    pub fn value(name: &'static str, items: Items) -> Value {
        Value::from_object(Self { name, items: Mutex::new(Some(items)) })
    }

    /// The items, or nothing if somebody had them before.
    pub fn take(&self) -> Items {
        let mut items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        items.take().unwrap_or_else(|| Ok(Vec::new()))
    }
}

impl Object for Generator {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.take().unwrap_or_default())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        None
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<generator object {} at {:#x}>", self.name, Arc::as_ptr(self).addr())
    }
}
