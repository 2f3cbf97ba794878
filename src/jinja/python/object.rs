//! How Python objects live in the engine: [`Instance`] for values of a class, [`Namespace`] for modules and the
//! classes themselves. Both are tables; nothing here knows a concrete class.
//!
//! Protocol with the operators and the printing of templates: the item `__repr__` is what the object prints inside
//! a list, and the methods `__add__`, `__radd__`, `__neg__` … compute.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::args::Args;
use super::{Runtime, operators};

/// A method of a class.
pub(super) type Method<T> = fn(&T, &mut Args<'_>) -> Result<Value, Error>;

/// A class of Python whose values templates hold.
pub(super) trait Type: fmt::Debug + Send + Sync + Sized + 'static {
    /// As errors write it: `datetime.date`.
    const NAME: &'static str;
    /// Methods by name.
    const METHODS: &'static [(&'static str, Method<Self>)];

    /// What `repr()` gives.
    fn repr(&self) -> String;

    /// What `str()` gives.
    fn text(&self) -> String {
        self.repr()
    }

    /// An attribute that is not a method.
    fn attribute(&self, _name: &str) -> Option<Value> {
        None
    }

    /// What `value[key]` gives.
    fn item(&self, _key: &Value) -> Option<Value> {
        None
    }

    /// What `bool()` gives.
    fn is_true(&self) -> bool {
        true
    }

    /// A total order that agrees with equality, if the class defines one.
    fn order(&self, _other: &Self) -> Option<Ordering> {
        None
    }
}

/// A value of a class.
#[derive(Debug)]
pub(super) struct Instance<T>(T);

impl<T: Type> Object for Instance<T> {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let Some(name) = key.as_str() else {
            return self.0.item(key);
        };
        if name == "__repr__" {
            return Some(Value::from(self.0.repr()));
        }
        let found = self.0.attribute(name).or_else(|| self.0.item(key));
        found.or_else(|| {
            let (name, _) = T::METHODS.iter().find(|(method, _)| *method == name)?;
            let target = Value::from_dyn_object(self.clone());
            Some(Value::from_object(Bound { target, name }))
        })
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.0.is_true()
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if method.starts_with("__") {
            let this = Value::from_dyn_object(self.clone());
            let result = operators::by_method(method, &this, args);
            return result.unwrap_or_else(|| Err(unknown(T::NAME, method)));
        }
        let Some((name, function)) = T::METHODS.iter().find(|(name, _)| *name == method) else {
            return Err(unknown(T::NAME, method));
        };
        Args::bind((T::NAME, name), state, args, |args| function(&self.0, args))
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        self.0.order(&other.downcast_ref::<Self>()?.0)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text())
    }
}

/// Makes a value of an object.
pub(super) fn value<T: Type>(object: T) -> Value {
    Value::from_object(Instance(object))
}

/// The object behind a value.
pub(super) fn get<T: Type>(value: &Value) -> Option<&T> {
    value.downcast_object_ref::<Instance<T>>().map(|instance| &instance.0)
}

fn unknown(owner: &str, name: &str) -> Error {
    Error::new(ErrorKind::UnknownMethod, format!("{owner} has no attribute '{name}'"))
}

/// A method taken from its object without calling it.
#[derive(Debug)]
struct Bound {
    target: Value,
    name: &'static str,
}

impl Object for Bound {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        self.target.call_method(state, self.name, args)
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<method '{}'>", self.name)
    }
}

/// A function of a module or a class.
pub(super) type Function = fn(&Runtime, &mut Args<'_>) -> Result<Value, Error>;

/// What a namespace holds under a name.
pub(super) enum Entry {
    /// Something to call.
    Function(Function),
    /// A value.
    Value(fn() -> Value),
    /// A class or a module.
    Namespace(&'static Namespace),
}

/// A module, a class, or a function that has attributes.
pub(super) struct Namespace {
    /// As errors write it.
    pub(super) name: &'static str,
    /// What calling it does.
    pub(super) constructor: Option<Function>,
    /// What is in it.
    pub(super) entries: &'static [(&'static str, Entry)],
}

impl Namespace {
    /// The namespace as a value of one run.
    pub(super) fn value(&'static self, runtime: &Arc<Runtime>) -> Value {
        Value::from_object(NamespaceObject { namespace: self, runtime: runtime.clone() })
    }

    fn find(&self, name: &str) -> Option<&'static (&'static str, Entry)> {
        self.entries.iter().find(|(entry, _)| *entry == name)
    }
}

struct NamespaceObject {
    namespace: &'static Namespace,
    runtime: Arc<Runtime>,
}

impl fmt::Debug for NamespaceObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.namespace.constructor.is_some() { "class" } else { "module" };
        write!(f, "<{kind} '{}'>", self.namespace.name)
    }
}

impl Object for NamespaceObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let (name, entry) = self.namespace.find(key.as_str()?)?;
        Some(match entry {
            Entry::Value(make) => make(),
            Entry::Namespace(namespace) => namespace.value(&self.runtime),
            Entry::Function(_) => {
                let target = Value::from_dyn_object(self.clone());
                Value::from_object(Bound { target, name })
            }
        })
    }

    fn call(self: &Arc<Self>, state: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let name = self.namespace.name;
        let Some(constructor) = self.namespace.constructor else {
            return Err(Error::new(ErrorKind::InvalidOperation, format!("{name} is not callable")));
        };
        Args::bind((name, ""), state, args, |args| constructor(&self.runtime, args))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let owner = self.namespace.name;
        match self.namespace.find(method) {
            Some((name, Entry::Function(function))) => {
                Args::bind((owner, name), state, args, |args| function(&self.runtime, args))
            }
            Some((_, Entry::Namespace(namespace))) => {
                namespace.value(&self.runtime).call(state, args)
            }
            // `datetime.strftime(moment, format)` is `moment.strftime(format)`.
            _ => match args.split_first() {
                Some((this, args)) if operators::class_name(this).is_some() => {
                    this.call_method(state, method, args)
                }
                _ => Err(unknown(owner, method)),
            },
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The name Python gives the type of a value, for errors.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Undefined => "undefined",
        ValueKind::None => "none",
        ValueKind::Bool => "bool",
        ValueKind::Number if value.is_integer() => "int",
        ValueKind::Number => "float",
        ValueKind::String => "str",
        ValueKind::Bytes => "bytes",
        _ if value.is_tuple() => "tuple",
        ValueKind::Seq => "list",
        ValueKind::Map => "dict",
        _ => operators::class_name(value).unwrap_or("object"),
    }
}
