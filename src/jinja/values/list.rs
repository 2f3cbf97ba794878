//! Python's list.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind, State};

use super::compare::sort_values;
use super::{Args, elements, equal, none, python_repr, type_error};

/// A list that changes in place and is shared by everyone who holds it.
#[derive(Default)]
pub struct List {
    items: Mutex<Vec<Value>>,
}

impl List {
    /// A list of these items.
    pub fn new(items: Vec<Value>) -> Self {
        Self { items: Mutex::new(items) }
    }

    /// The items now.
    pub fn snapshot(&self) -> Vec<Value> {
        self.lock().clone()
    }

    /// Adds an item at the end.
    pub fn push(&self, item: Value) {
        self.lock().push(item);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Value>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn replace(&self, items: Vec<Value>) {
        *self.lock() = items;
    }

    fn position(&self, item: &Value) -> Option<usize> {
        self.snapshot().iter().position(|found| equal(found, item))
    }

    fn method(
        &self,
        state: &mut State<'_, '_>,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let mut args = Args::new(name, args)?;
        match name {
            "append" => {
                let item = args.required(0, "object")?;
                args.finish(1)?;
                self.lock().push(item);
            }
            "extend" => {
                let more = elements(&args.required(0, "iterable")?)?;
                self.lock().extend(more);
            }
            "insert" => self.insert(args.required(0, "index")?, args.required(1, "object")?)?,
            "pop" => return self.pop(args.int(0, "index")?),
            "remove" => {
                let at = self.position(&args.required(0, "value")?);
                let at = at.ok_or_else(|| type_error("list.remove(x): x not in list"))?;
                self.lock().remove(at);
            }
            "index" => return self.index(&mut args),
            "count" => {
                let item = args.required(0, "value")?;
                let count = self.snapshot().iter().filter(|found| equal(found, &item)).count();
                return Ok(Value::from(count));
            }
            "sort" => self.sort(state, &mut args)?,
            "reverse" => self.lock().reverse(),
            "clear" => self.lock().clear(),
            "copy" => return Ok(super::list(self.snapshot())),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        }
        Ok(none())
    }

    fn insert(&self, index: Value, item: Value) -> Result<(), Error> {
        let index = i64::try_from(index)?;
        let mut items = self.lock();
        let len = items.len() as i64;
        let at = if index < 0 { (len + index).max(0) } else { index.min(len) };
        items.insert(at as usize, item);
        Ok(())
    }

    fn pop(&self, index: Option<i64>) -> Result<Value, Error> {
        let mut items = self.lock();
        if items.is_empty() {
            return Err(type_error("pop from empty list"));
        }
        let len = items.len() as i64;
        let index = index.unwrap_or(-1);
        let at = if index < 0 { index + len } else { index };
        if at < 0 || at >= len {
            return Err(type_error("pop index out of range"));
        }
        Ok(items.remove(at as usize))
    }

    fn index(&self, args: &mut Args<'_>) -> Result<Value, Error> {
        let item = args.required(0, "value")?;
        let items = self.snapshot();
        let len = items.len() as i64;
        let bound = |at: i64| (if at < 0 { at + len } else { at }).clamp(0, len) as usize;
        let start = args.int(1, "start")?.map_or(0, bound);
        let stop = args.int(2, "stop")?.map_or(items.len(), bound).max(start);
        let found = items[start..stop].iter().position(|found| equal(found, &item));
        match found {
            Some(at) => Ok(Value::from(at + start)),
            None => Err(type_error(format!("{} is not in list", python_repr(&item)))),
        }
    }

    fn sort(&self, state: &mut State<'_, '_>, args: &mut Args<'_>) -> Result<(), Error> {
        let key = args.get(0, "key").filter(|key| !key.is_none());
        let reverse = args.flag(1, "reverse", false);
        let mut keyed = Vec::new();
        for item in self.snapshot() {
            let by = match &key {
                Some(key) => key.call(state, std::slice::from_ref(&item))?,
                None => item.clone(),
            };
            keyed.push((by, item));
        }
        self.replace(sort_values(keyed, reverse)?);
        Ok(())
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").finish_non_exhaustive()
    }
}

impl Object for List {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let index = key.as_usize().filter(|_| key.is_integer())?;
        self.lock().get(index).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.lock().len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        self.method(state, method, args)
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<std::cmp::Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(self.snapshot().cmp(&other.snapshot()))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python_repr(&Value::from_dyn_object(self.clone())))
    }
}
