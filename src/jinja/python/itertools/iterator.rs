//! What the functions return: an iterator that is gone once read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

use super::LIMIT;

/// An iterator of a name such as `itertools.chain`.
pub(super) struct Iter {
    name: &'static str,
    source: Mutex<Source>,
}

enum Source {
    Items(std::vec::IntoIter<Value>),
    Endless { items: Box<dyn Iterator<Item = Value> + Send>, given: usize },
}

/// An iterator over items.
pub(super) fn finite(name: &'static str, items: Vec<Value>) -> Value {
    Value::from_object(Iter { name, source: Mutex::new(Source::Items(items.into_iter())) })
}

/// An iterator without an end; reading on and on ends in an error.
pub(super) fn endless(
    name: &'static str,
    items: impl Iterator<Item = Value> + Send + 'static,
) -> Value {
    let source = Source::Endless { items: Box::new(items), given: 0 };
    Value::from_object(Iter { name, source: Mutex::new(source) })
}

impl Iter {
    fn take(&self) -> Option<Value> {
        match &mut *self.source.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Items(items) => items.next(),
            Source::Endless { given, .. } if *given > LIMIT => None,
            Source::Endless { given, .. } if *given == LIMIT => {
                *given += 1;
                let message = format!("{}: more than {LIMIT} items", self.name);
                Some(Value::from(Error::new(ErrorKind::InvalidOperation, message)))
            }
            Source::Endless { items, given } => {
                *given += 1;
                items.next()
            }
        }
    }

    fn left(&self) -> Option<usize> {
        match &*self.source.lock().unwrap_or_else(PoisonError::into_inner) {
            Source::Items(items) => Some(items.len()),
            Source::Endless { .. } => None,
        }
    }
}

impl fmt::Debug for Iter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} object>", self.name)
    }
}

impl Object for Iter {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Iter(Box::new(Reader(self.clone())))
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        self.left()
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

struct Reader(Arc<Iter>);

impl Iterator for Reader {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.0.take()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.0.left();
        (left.unwrap_or(0), left)
    }
}
