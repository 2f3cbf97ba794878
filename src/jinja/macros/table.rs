//! Which macro a name means, depending on the package that uses it.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use minijinja::value::{DynObject, Enumerator, Object, Value};
use minijinja::{Error, ErrorKind, State};

use super::object::MacroObject;
use super::registry::Registry;

type Names = HashMap<String, Arc<MacroObject>, RandomState>;

/// The name under which all built-in macros are found together.
pub(crate) const GLOBAL: &str = "dbt";

/// Macros by package and name.
#[derive(Debug, Clone)]
pub struct MacroTable {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    root: String,
    packages: HashMap<String, Arc<Names>, RandomState>,
    internal: Arc<Names>,
    /// Built-in packages other than [`GLOBAL`].
    engines: Vec<String>,
}

impl MacroTable {
    /// `internal` lists the built-in packages, the most specific first: the adapter's, then `dbt`.
    pub fn new(registry: &Registry, root_package: &str, internal: &[&str]) -> Self {
        let mut packages: HashMap<String, Names> = HashMap::new();
        for entry in registry.iter() {
            let object = Arc::new(MacroObject::new(entry.clone()));
            let names = packages.entry(entry.def.package.clone()).or_default();
            names.insert(entry.def.name.clone(), object);
        }
        let mut merged = Names::default();
        for package in internal.iter().rev() {
            let names = packages.get(*package).into_iter().flatten();
            merged.extend(names.map(|(name, object)| (name.clone(), object.clone())));
        }
        let packages = packages.into_iter().map(|(name, names)| (name, Arc::new(names))).collect();
        let engines =
            internal.iter().filter(|name| **name != GLOBAL).map(|name| (*name).to_owned());
        let engines = engines.collect();
        let root = root_package.to_owned();
        Self { inner: Arc::new(Inner { root, packages, internal: Arc::new(merged), engines }) }
    }

    /// What a bare name means in a package: its own macro, the root project's, a built-in one.
    pub fn resolve(&self, from_package: &str, name: &str) -> Option<Arc<MacroObject>> {
        self.of_user(from_package, name).or_else(|| self.inner.internal.get(name)).cloned()
    }

    /// What a bare name means in a package when the built-in macros do not count.
    pub fn resolve_user(&self, from_package: &str, name: &str) -> Option<Arc<MacroObject>> {
        self.of_user(from_package, name).cloned()
    }

    /// Every template asks for every name that it mentions.
    fn of_user(&self, from_package: &str, name: &str) -> Option<&Arc<MacroObject>> {
        let inner = &self.inner;
        let in_package = |package: &str| inner.packages.get(package)?.get(name);
        let is_root = from_package == inner.root;
        in_package(from_package).or_else(|| if is_root { None } else { in_package(&inner.root) })
    }

    /// The names of all macros and packages that a template of a package can use.
    pub fn visible(&self, from_package: &str) -> impl Iterator<Item = String> {
        let inner = &self.inner;
        let own = inner.packages.get(from_package).into_iter();
        let root = inner.packages.get(&inner.root).into_iter();
        let macros = own.chain(root).chain([&inner.internal]).flat_map(|names| names.keys());
        macros.chain(inner.packages.keys()).cloned()
    }

    /// A macro of one package; `dbt` means all built-in ones.
    pub fn get(&self, package: &str, name: &str) -> Option<Arc<MacroObject>> {
        self.names(package)?.get(name).cloned()
    }

    /// The value of a package's name in a template: its attributes are its macros. The engine's built-in package
    /// has no name there.
    pub fn namespace(&self, package: &str) -> Option<Value> {
        if self.inner.engines.iter().any(|engine| engine == package) {
            return None;
        }
        let names = self.names(package)?.clone();
        Some(Value::from_object(Namespace { package: package.to_owned(), names }))
    }

    /// What a name means in a template of a package: a macro or a package.
    pub fn lookup(&self, from_package: &str, name: &str) -> Option<Value> {
        match self.resolve(from_package, name) {
            Some(object) => Some(value(object)),
            None => self.namespace(name),
        }
    }

    fn names(&self, package: &str) -> Option<&Arc<Names>> {
        match package {
            GLOBAL => Some(&self.inner.internal),
            _ => self.inner.packages.get(package),
        }
    }
}

fn value(object: Arc<MacroObject>) -> Value {
    Value::from_dyn_object(DynObject::from(object))
}

/// A package in a template.
#[derive(Debug)]
struct Namespace {
    package: String,
    names: Arc<Names>,
}

impl Object for Namespace {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.names.get(key.as_str()?).cloned().map(value)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let mut names: Vec<Value> =
            self.names.keys().map(|name| Value::from(name.as_str())).collect();
        names.sort();
        Enumerator::Values(names)
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match self.names.get(method) {
            Some(object) => object.call(state, args),
            None if super::phase(state) == super::Phase::Parse => {
                Ok(crate::jinja::values::Lax::value())
            }
            None => {
                let message = format!("'{}' has no macro '{method}'", self.package);
                Err(Error::new(ErrorKind::UnknownFunction, message))
            }
        }
    }
}
