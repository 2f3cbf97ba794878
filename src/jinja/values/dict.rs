//! Python's dict and its views.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::key::StrKey;
use super::{Args, Key, elements, none, python_repr, tuple, type_error};

/// A dict that keeps insertion order, changes in place and is shared by everyone who holds it.
#[derive(Default)]
pub struct Dict {
    content: Mutex<Content>,
}

type Entries = IndexMap<Key, Value, RandomState>;

/// Makes the entries of a dict when they are first asked for.
type Fill = Box<dyn FnOnce() -> Value + Send>;

#[derive(Default)]
struct Content {
    entries: Entries,
    fill: Option<Fill>,
}

/// The entries of a dict, made if they were not yet.
struct Filled<'d>(MutexGuard<'d, Content>);

impl Deref for Filled<'_> {
    type Target = Entries;

    fn deref(&self) -> &Entries {
        &self.0.entries
    }
}

impl DerefMut for Filled<'_> {
    fn deref_mut(&mut self) -> &mut Entries {
        &mut self.0.entries
    }
}

impl Dict {
    /// A dict that takes over the entries of the one that `fill` makes, once somebody asks for any of them. `fill` must
    /// not ask for them itself.
    pub fn lazy(fill: impl FnOnce() -> Value + Send + 'static) -> Value {
        let content = Content { entries: Entries::default(), fill: Some(Box::new(fill)) };
        Value::from_object(Dict { content: Mutex::new(content) })
    }

    /// The keys now.
    pub fn keys(&self) -> Vec<Value> {
        self.lock().keys().map(|key| key.value().clone()).collect()
    }

    /// The values now.
    pub fn values(&self) -> Vec<Value> {
        self.lock().values().cloned().collect()
    }

    /// Keys and values now.
    pub fn pairs(&self) -> Vec<(Value, Value)> {
        self.lock().iter().map(|(key, value)| (key.value().clone(), value.clone())).collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a key.
    pub fn get(&self, key: &Value) -> Option<Value> {
        match key.as_str() {
            Some(text) => self.lock().get(&StrKey(text)).cloned(),
            None => self.lock().get(&Key::new(key.clone()).ok()?).cloned(),
        }
    }

    /// Sets the value of a key, which keeps its place if it was there.
    pub fn insert(&self, key: Key, value: Value) {
        self.lock().insert(key, value);
    }

    fn lock(&self) -> Filled<'_> {
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(fill) = content.fill.take()
            && let Some(made) = fill().downcast_object_ref::<Dict>()
        {
            content.entries = std::mem::take(&mut *made.lock());
        }
        Filled(content)
    }

    /// Takes over the entries of another mapping or of an iterable of pairs.
    pub(crate) fn update(&self, other: &Value) -> Result<(), Error> {
        if other.is_undefined() {
            return Err(super::undefined());
        }
        for (key, value) in pairs_of(other)? {
            self.insert(Key::new(key)?, value);
        }
        Ok(())
    }

    fn method(self: &Arc<Self>, name: &str, args: &[Value]) -> Result<Value, Error> {
        let mut args = Args::new(name, args)?;
        match name {
            "get" => {
                let key = Key::new(args.required(0, "key")?)?;
                let found = self.get(key.value()).or_else(|| args.get(1, "default"));
                args.finish(2)?;
                Ok(found.unwrap_or_else(none))
            }
            "keys" => Ok(View::of(self, Part::Keys)),
            "values" => Ok(View::of(self, Part::Values)),
            "items" => Ok(View::of(self, Part::Items)),
            "update" => {
                if let Some(other) = args.positional().first() {
                    self.update(other)?;
                }
                for (key, value) in args.take_keywords() {
                    self.insert(Key::new(Value::from(key))?, value);
                }
                Ok(none())
            }
            "setdefault" => {
                let key = args.required(0, "key")?;
                if let Some(found) = self.get(&key) {
                    return Ok(found);
                }
                let value = args.get(1, "default").unwrap_or_else(none);
                self.insert(Key::new(key)?, value.clone());
                Ok(value)
            }
            "pop" => self.pop(&mut args),
            "popitem" => match self.lock().pop() {
                Some((key, value)) => Ok(tuple(vec![key.value().clone(), value])),
                None => Err(type_error("popitem(): dictionary is empty")),
            },
            "clear" => {
                self.lock().clear();
                Ok(none())
            }
            "copy" => Ok(super::dict(self.pairs())),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }

    fn pop(&self, args: &mut Args<'_>) -> Result<Value, Error> {
        let key = args.required(0, "key")?;
        let hashed = Key::new(key.clone())?;
        let found = self.lock().shift_remove(&hashed);
        found
            .or_else(|| args.get(1, "default"))
            .ok_or_else(|| type_error(format!("key {} is not in the dict", python_repr(&key))))
    }
}

/// The entries of a mapping, or the pairs of an iterable of pairs.
pub(crate) fn pairs_of(value: &Value) -> Result<Vec<(Value, Value)>, Error> {
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        return Ok(dict.pairs());
    }
    if value.kind() == ValueKind::Map {
        let keys = elements(value)?;
        return keys.into_iter().map(|key| Ok((key.clone(), value.get_item(&key)?))).collect();
    }
    let pair = |item: Value| match <[Value; 2]>::try_from(elements(&item)?) {
        Ok([key, value]) => Ok((key, value)),
        Err(_) => Err(type_error("dictionary update sequence element is not a pair")),
    };
    elements(value)?.into_iter().map(pair).collect()
}

impl fmt::Debug for Dict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dict").finish_non_exhaustive()
    }
}

impl Object for Dict {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get(key)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        self.lock().get(&StrKey(key)).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.keys())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.len())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match self.method(method, args) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod => {
                match self.get_value_by_str(method) {
                    Some(callable) => callable.call(state, args),
                    None => Err(error),
                }
            }
            result => result,
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&python_repr(&Value::from_dyn_object(self.clone())))
    }
}

/// The items of a view that behaves like a set.
pub(super) fn set_like(value: &Value) -> Option<Vec<Value>> {
    let view = value.downcast_object_ref::<View>()?;
    (view.part != Part::Values).then(|| view.items())
}

/// What a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Keys,
    Values,
    Items,
}

/// `dict.keys()`, `dict.values()` or `dict.items()`: follows the dict.
#[derive(Debug)]
struct View {
    dict: Arc<Dict>,
    part: Part,
}

impl View {
    fn of(dict: &Arc<Dict>, part: Part) -> Value {
        Value::from_object(View { dict: dict.clone(), part })
    }

    fn items(&self) -> Vec<Value> {
        match self.part {
            Part::Keys => self.dict.keys(),
            Part::Values => self.dict.values(),
            Part::Items => {
                self.dict.pairs().into_iter().map(|(key, value)| tuple(vec![key, value])).collect()
            }
        }
    }
}

impl Object for View {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Iterable
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.items())
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.dict.len())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let other = args.first().map(elements).transpose()?.unwrap_or_default();
        let (kept, dropped) = match method {
            "__sub__" if self.part != Part::Values => (self.items(), other),
            "__rsub__" if self.part != Part::Values => (other, self.items()),
            "isdisjoint" if self.part != Part::Values => {
                let mine = super::Set::collect(self.items())?;
                return Ok(Value::from(!other.iter().any(|item| mine.contains(item))));
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        let dropped = super::Set::collect(dropped)?;
        super::set(kept.into_iter().filter(|item| !dropped.contains(item)).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.part {
            Part::Keys => "dict_keys",
            Part::Values => "dict_values",
            Part::Items => "dict_items",
        };
        write!(f, "{name}({})", python_repr(&super::list(self.items())))
    }
}
