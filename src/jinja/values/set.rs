//! Python's set.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexSet;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::{Args, Key, elements, none, python_repr, type_error};

/// A set that changes in place. It keeps insertion order, where Python has none that one could rely on.
#[derive(Default)]
pub struct Set {
    items: Mutex<IndexSet<Key>>,
}

impl Set {
    /// A set of these items.
    pub fn collect(items: Vec<Value>) -> Result<Self, Error> {
        let items = items.into_iter().map(Key::new).collect::<Result<_, Error>>()?;
        Ok(Self { items: Mutex::new(items) })
    }

    /// The items now.
    pub fn snapshot(&self) -> Vec<Value> {
        self.lock().iter().map(|key| key.value().clone()).collect()
    }

    /// Whether an item is in the set.
    pub fn contains(&self, item: &Value) -> bool {
        Key::new(item.clone()).is_ok_and(|key| self.lock().contains(&key))
    }

    fn lock(&self) -> MutexGuard<'_, IndexSet<Key>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn filtered(&self, keep: impl Fn(&Key) -> bool) -> IndexSet<Key> {
        self.lock().clone().into_iter().filter(keep).collect()
    }

    fn method(&self, name: &str, args: &[Value]) -> Result<Value, Error> {
        let args = Args::new(name, args)?;
        let mut others = Vec::new();
        if !matches!(name, "add" | "discard" | "remove") {
            for other in args.positional() {
                others.push(Set::collect(elements(other)?)?.lock().clone());
            }
        }
        match name {
            "add" | "discard" | "remove" => return self.change(name, args),
            "update" => self.lock().extend(others.into_iter().flatten()),
            "difference_update" | "intersection_update" | "symmetric_difference_update" => {
                let name = name.strip_suffix("_update").unwrap_or(name);
                let combined = self.combine(name, &others)?;
                let items = Set::collect(elements(&combined)?)?.lock().clone();
                *self.lock() = items;
            }
            "clear" => self.lock().clear(),
            "pop" => {
                let first = self.lock().shift_remove_index(0);
                return first
                    .map(|key| key.value().clone())
                    .ok_or_else(|| type_error("pop from an empty set"));
            }
            _ => return self.combine(name, &others),
        }
        Ok(none())
    }

    fn change(&self, name: &str, mut args: Args<'_>) -> Result<Value, Error> {
        let key = Key::new(args.required(0, "item")?)?;
        if name == "add" {
            self.lock().insert(key);
        } else if !self.lock().shift_remove(&key) && name == "remove" {
            return Err(type_error(format!("{} is not in the set", python_repr(key.value()))));
        }
        Ok(none())
    }

    fn combine(&self, name: &str, others: &[IndexSet<Key>]) -> Result<Value, Error> {
        let mine = self.lock().clone();
        let other = others.first().cloned().unwrap_or_default();
        let items = match name {
            "copy" => mine,
            "union" => mine.into_iter().chain(others.iter().flatten().cloned()).collect(),
            "difference" => self.filtered(|key| !others.iter().any(|other| other.contains(key))),
            "intersection" => self.filtered(|key| others.iter().all(|other| other.contains(key))),
            "symmetric_difference" => {
                let only_other = other.iter().filter(|key| !mine.contains(*key)).cloned();
                mine.iter().filter(|key| !other.contains(*key)).cloned().chain(only_other).collect()
            }
            "issubset" => return Ok(Value::from(mine.iter().all(|key| other.contains(key)))),
            "issuperset" => return Ok(Value::from(other.iter().all(|key| mine.contains(key)))),
            "isdisjoint" => return Ok(Value::from(!mine.iter().any(|key| other.contains(key)))),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        Ok(Value::from_object(Set { items: Mutex::new(items) }))
    }
}

impl fmt::Debug for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Set").finish_non_exhaustive()
    }
}

impl Object for Set {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.snapshot())
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "__sub__" => self.method("difference", args),
            "__or__" => self.method("union", args),
            _ => self.method(method, args),
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python_repr(&Value::from_dyn_object(self.clone())))
    }
}
