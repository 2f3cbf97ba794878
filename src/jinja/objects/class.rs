//! How objects live in the engine: a [`Class`] is two tables, attributes and methods, and how its values print.
//!
//! Invariant: a method is also an attribute, so that `{% set f = relation.include %}` and `column.is_string`
//! without a call mean what they mean in Python.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::function::function;
use crate::jinja::args::{Args, unknown_method};

/// An attribute: computed when it is asked for.
pub(crate) type Attribute<T> = fn(&T) -> Value;

/// A method.
pub(crate) type Method<T> = fn(&T, &Args) -> Result<Value, Error>;

/// A type whose values templates hold.
pub(crate) trait Class: Send + Sync + Sized + 'static {
    /// As errors write it: `a relation`.
    const NAME: &'static str;
    /// Attributes by name.
    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[];
    /// Methods by name.
    const METHODS: &'static [(&'static str, Method<Self>)] = &[];
    /// `Seq` for what is counted by [`Class::len`] and [`Class::at`].
    const SHAPE: ObjectRepr = ObjectRepr::Plain;

    /// What `str()` gives.
    fn text(&self) -> String;

    /// What it prints inside of a list.
    fn quoted(&self) -> String {
        self.text()
    }

    /// What `value(…)` does.
    fn call(&self, _args: &Args) -> Option<Result<Value, Error>> {
        None
    }

    /// What a name means that is in no table, and `value[key]` for keys that are no position.
    fn item(&self, _key: &Value) -> Option<Value> {
        None
    }

    /// How many items there are.
    fn len(&self) -> usize {
        0
    }

    /// The item at a position.
    fn at(&self, _position: usize) -> Option<Value> {
        None
    }

    /// What `bool()` gives.
    fn is_true(&self) -> bool {
        !matches!(Self::SHAPE, ObjectRepr::Seq | ObjectRepr::Iterable) || self.len() > 0
    }

    /// An order that agrees with equality, where values of the class can be equal.
    fn order(&self, _other: &Self) -> Option<Ordering> {
        None
    }
}

/// A value of a class.
pub(crate) struct Instance<T>(pub(crate) T);

impl<T> Deref for Instance<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Class> fmt::Debug for Instance<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::NAME)
    }
}

fn find<E: Copy>(table: &[(&'static str, E)], name: &str) -> Option<(&'static str, E)> {
    table.iter().find(|(known, _)| *known == name).copied()
}

/// A position in Python's counting, where -1 is the last.
pub(crate) fn position(at: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let at = if at < 0 { at + len } else { at };
    usize::try_from(at).ok().filter(|_| at < len)
}

impl<T: Class> Object for Instance<T> {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        T::SHAPE
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let Some(name) = key.as_str() else {
            return match key.as_i64() {
                Some(at) if T::SHAPE != ObjectRepr::Plain => self.at(position(at, self.len())?),
                _ => self.item(key),
            };
        };
        if let Some((_, attribute)) = find(T::ATTRIBUTES, name) {
            return Some(attribute(self));
        }
        if let Some(found) = self.item(key) {
            return Some(found);
        }
        if name == "__repr__" {
            return Some(Value::from(self.quoted()));
        }
        let (name, method) = find(T::METHODS, name)?;
        let this = self.clone();
        Some(function(name, move |_, args| method(&this, &Args::new(name, args)?)))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match T::SHAPE {
            ObjectRepr::Seq => Enumerator::Seq(self.len()),
            ObjectRepr::Iterable => {
                let this = self.clone();
                Enumerator::Iter(Box::new((0..self.len()).map_while(move |at| this.at(at))))
            }
            _ => Enumerator::NonEnumerable,
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        (T::SHAPE != ObjectRepr::Plain).then(|| self.len())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        Class::is_true(&self.0)
    }

    fn call(self: &Arc<Self>, _state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let called = Class::call(&self.0, &Args::new(T::NAME, args)?);
        called.unwrap_or_else(|| {
            Err(crate::jinja::args::invalid(format!("{} cannot be called", T::NAME)))
        })
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if let Some((name, method)) = find(T::METHODS, method) {
            return method(self, &Args::new(name, args)?);
        }
        match self.get_value(&Value::from(method)) {
            Some(found) if !method.starts_with("__") => found.call(state, args),
            _ => Err(unknown_method(T::NAME, method)),
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        self.order(&other.downcast_ref::<Self>()?.0)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// The value of an object.
pub(crate) fn value<T: Class>(object: T) -> Value {
    Value::from_object(Instance(object))
}

/// The object behind a value.
pub(crate) fn get<T: Class>(value: &Value) -> Option<&T> {
    value.downcast_object_ref::<Instance<T>>().map(|instance| &instance.0)
}
