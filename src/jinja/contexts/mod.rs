//! What names mean in a template: one [`Scope`] per rendering, shared [`Globals`] per run.
//!
//! dbt's order: macros of the node's package, of the root project, then dbt's own names, then the built-in
//! macros; while parsing, a name that nobody knows is harmless (it is an error later).
//! Invariant: a scope is used for one node at a time.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use minijinja::value::{Enumerator, Object, ObjectRepr, Value};
use minijinja::{Error, State};
use serde_json::Value as Json;

use crate::adapters::{Adapter, NamingPolicy, Policy, Relation};
use crate::events::{Event, EventSink, Level};
use crate::host::Host;
use crate::jinja::args::{Args, unknown_method};
use crate::jinja::builtins;
use crate::jinja::diagnose::Places;
use crate::jinja::environment::Engine;
use crate::jinja::error::JinjaError;
use crate::jinja::macros::{CallRecorder, GLOBAL, MacroTable, Session as RenderSession};
use crate::jinja::values;
use crate::manifest::{Batch, Config, Node, RefCall};
use crate::names::UniqueId;

mod connection;

pub use connection::{Connection, Open, QueryComment};

/// The value of a variable in a package.
pub type Vars = dyn Fn(&str, &str) -> Option<Value> + Send + Sync;

/// Whether a warning that has these names is an error.
pub type Promotes = dyn Fn(&[&str]) -> bool + Send + Sync;

/// What all templates of a run share.
#[derive(Clone)]
pub struct Globals {
    /// The template engine with all macros.
    pub engine: Arc<Engine>,
    /// Macros by package.
    pub macros: MacroTable,
    /// Where templates were written.
    pub places: Places,
    /// The root package.
    pub root_package: Arc<str>,
    /// All installed packages, the root included.
    pub packages: Vec<Arc<str>>,
    /// `dispatch:` of the project file.
    pub dispatch: IndexMap<String, Vec<String>>,
    /// The value of `target`.
    pub target: Value,
    /// The value of `flags`.
    pub flags: Value,
    /// Which parts of names the project quotes.
    pub quoting: Policy,
    /// The engine.
    pub adapter: Arc<dyn Adapter>,
    /// Variables: package and name to value.
    pub vars: Arc<Vars>,
    /// The outside world, for `env_var` and the clock.
    pub host: Arc<dyn Host>,
    /// Where `log` and `print` go.
    pub sink: Arc<dyn EventSink>,
    /// The run.
    pub invocation_id: String,
    /// When the run began.
    pub started_at: jiff::Timestamp,
    /// `invocation_args_dict`.
    pub invocation_args: Json,
    /// `selected_resources`, once the command has selected.
    pub selected: Arc<OnceLock<Vec<UniqueId>>>,
    /// `print()` is shown.
    pub print: bool,
    /// Whether a warning, by any of its names, is an error.
    pub promotes: Arc<Promotes>,
}

impl fmt::Debug for Globals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Globals({})", self.root_package)
    }
}

impl Globals {
    /// The packages that `dispatch` searches for a macro namespace; `None` is the scope of the node.
    pub(crate) fn search_order(&self, namespace: &str) -> Vec<Option<String>> {
        if let Some(order) = self.dispatch.get(namespace) {
            return order.iter().cloned().map(Some).collect();
        }
        // dbt: the built-in macros are a package like any other, so a node's own package does not come first.
        if namespace == GLOBAL || self.packages.iter().any(|p| &**p == namespace) {
            return vec![Some(self.root_package.to_string()), Some(namespace.to_owned())];
        }
        vec![None]
    }
}

/// In which stage a template is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// References and configuration are collected; `execute` is false.
    Parse,
    /// Code is compiled or run; `execute` is true.
    Runtime,
}

/// What a template knows of its node.
#[derive(Clone, Debug)]
pub struct NodeFacts {
    /// dbt's key.
    pub unique_id: UniqueId,
    /// The package it is in.
    pub package_name: Arc<str>,
    /// Its name.
    pub name: String,
    /// Its relation: the value of `this`.
    pub this: Option<Relation>,
    /// Its relation in the run that is deferred to.
    pub defer_relation: Option<Relation>,
    /// The node as far as it is known: its configuration is read from here.
    pub node: Arc<Node>,
    /// The value of `model`, made when asked for.
    pub model: ModelValue,
}

/// The value of `model`: dbt's JSON of the node.
#[derive(Clone)]
pub struct ModelValue(pub Arc<dyn Fn() -> Json + Send + Sync>);

impl fmt::Debug for ModelValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ModelValue")
    }
}

/// What a template asked for while it was parsed.
#[derive(Clone, Debug, Default)]
pub struct Capture {
    /// `config(…)` calls merged in order.
    pub config: Config,
    /// `ref(…)` calls.
    pub refs: Vec<RefCall>,
    /// `source(…)` calls.
    pub sources: Vec<[String; 2]>,
    /// `function(…)` calls.
    pub functions: Vec<RefCall>,
    /// Variables that were read, with their values.
    pub vars: Vec<(String, serde_json::Value)>,
    /// Macros that were called directly, each once.
    pub macros: Vec<UniqueId>,
    /// Ephemeral models that were read, each once, in order; when code is compiled.
    pub ctes: Vec<UniqueId>,
}

/// Resolves `ref` and `source` when code is compiled.
pub trait Resolver: Send + Sync {
    /// The relation of a `ref`; an error names what is missing.
    fn reference(&self, scope: &Arc<Scope>, call: &RefCall) -> Result<Value, Error>;
    /// The relation of a `source`.
    fn source(&self, scope: &Arc<Scope>, source: &str, table: &str) -> Result<Value, Error>;
    /// The name of a `function`.
    fn function(&self, scope: &Arc<Scope>, call: &RefCall) -> Result<Value, Error>;
    /// The value of `graph`.
    fn graph(&self) -> Value;
}

/// A query comment that is rendered when it is needed: most scopes run no statement.
pub type LazyComment = LazyLock<QueryComment, Box<dyn FnOnce() -> QueryComment + Send + Sync>>;

/// The names of one rendering.
pub struct Scope {
    /// What all scopes share.
    pub globals: Arc<Globals>,
    /// The stage.
    pub phase: Phase,
    /// The package whose macros come first.
    pub package: Arc<str>,
    /// The node, when there is one.
    pub node: Option<NodeFacts>,
    /// How relations are written, where not as the target has it.
    pub naming: Option<Arc<NamingPolicy>>,
    /// The batch of a microbatch model that is built.
    pub batch: Option<Batch>,
    /// Resolves `ref` and `source`; absent while parsing.
    pub resolver: Option<Arc<dyn Resolver>>,
    /// The database; absent while parsing.
    pub connection: Option<Arc<Connection>>,
    /// The query comment of the node; rendered before the first statement only.
    pub query_comment: LazyComment,
    /// Names that only this rendering has (`pre_hooks`, `sql`, `results` …); they win over all others.
    pub extra: HashMap<String, Value, RandomState>,
    /// What was asked for while parsing.
    pub capture: Mutex<Capture>,
    /// The value of `model`, the same for every template of the rendering.
    pub(crate) model: OnceLock<Value>,
    /// Results of statements by name.
    pub results: Mutex<HashMap<String, Value>>,
    /// Whether the rows of the node were held against its contract.
    pub(crate) contract_rows_checked: AtomicBool,
    rows: AtomicI64,
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({:?}, {:?})", self.phase, self.node.as_ref().map(|n| &n.unique_id))
    }
}

impl Scope {
    /// A scope without a node.
    pub fn new(globals: &Arc<Globals>, phase: Phase, package: &Arc<str>) -> Self {
        Scope {
            globals: globals.clone(),
            phase,
            package: package.clone(),
            node: None,
            naming: None,
            batch: None,
            resolver: None,
            connection: None,
            query_comment: LazyComment::new(Box::new(QueryComment::default)),
            extra: HashMap::default(),
            capture: Mutex::default(),
            model: OnceLock::new(),
            results: Mutex::default(),
            contract_rows_checked: AtomicBool::new(false),
            rows: AtomicI64::new(-1),
        }
    }

    /// A relation as it is written in this rendering.
    pub fn written(&self, relation: Relation) -> Relation {
        match &self.naming {
            Some(naming) => Relation { naming: naming.clone(), ..relation },
            None => relation,
        }
    }

    /// Whether `execute` is true.
    pub fn executes(&self) -> bool {
        self.phase == Phase::Runtime
    }

    /// Adds rows that were written beside statements.
    pub(crate) fn count_rows(&self, rows: i64) {
        let before = self.rows.load(Ordering::Relaxed).max(0);
        self.rows.store(before + rows, Ordering::Relaxed);
    }

    /// Rows written beside statements, -1 when none were counted.
    pub fn counted_rows(&self) -> i64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// The macro that a bare name means here.
    pub(crate) fn macro_named(&self, name: &str) -> Option<Value> {
        self.globals.macros.resolve(&self.package, name).map(Value::from_dyn_object)
    }

    /// The macro of a package.
    pub(crate) fn macro_in_package(&self, package: &str, name: &str) -> Option<Value> {
        self.globals.macros.get(package, name).map(Value::from_dyn_object)
    }

    /// Sends a line to the user.
    pub(crate) fn message(&self, level: Level, text: String) {
        let node = self.node.as_ref().map(|node| node.unique_id.clone());
        self.globals.sink.emit(Event::TemplateLog { level, text, node });
    }

    /// What was captured while parsing.
    pub fn take_capture(&self) -> Capture {
        std::mem::take(&mut *self.capture.lock().expect("invariant: no panic under lock"))
    }

    fn session(self: &Arc<Self>) -> RenderSession {
        let session = match self.phase {
            Phase::Parse => RenderSession::parse(),
            Phase::Runtime => RenderSession::compile(),
        };
        session.recording(self.clone())
    }

    /// Renders a template to text. dbt 1.12: a text without tags is not rendered at all, so it keeps its newlines.
    pub fn render(self: &Arc<Self>, name: &str, source: &str) -> Result<String, JinjaError> {
        const BRACES: [&str; 6] = ["{{", "{%", "{#", "}}", "%}", "#}"];
        if !BRACES.iter().any(|brace| source.contains(brace)) {
            return Ok(source.to_owned());
        }
        let names = Value::from_dyn_object(self.clone());
        self.globals.engine.render(name, source, names, &self.session())
    }

    /// Renders a template to a value: typed when it is one expression.
    pub fn render_native(self: &Arc<Self>, name: &str, source: &str) -> Result<Value, JinjaError> {
        let names = Value::from_dyn_object(self.clone());
        self.globals.engine.render_native(name, source, names, &self.session())
    }

    /// Calls a macro by its unique id.
    pub fn call_macro(
        self: &Arc<Self>,
        unique_id: &str,
        args: &[Value],
        kwargs: &[(String, Value)],
    ) -> Result<Value, JinjaError> {
        let names = Value::from_dyn_object(self.clone());
        self.globals.engine.call_macro(unique_id, args, kwargs, names, &self.session())
    }

    /// Every name that means something here, sorted.
    fn names(self: &Arc<Self>) -> Vec<String> {
        let known = builtins::names().filter(|name| builtins::lookup(self, name).is_some());
        let mut names: Vec<String> = known.map(str::to_owned).collect();
        names.extend(self.extra.keys().cloned());
        names.extend(self.globals.macros.visible(&self.package));
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn lookup(self: &Arc<Self>, name: &str) -> Option<Value> {
        if let Some(value) = self.extra.get(name) {
            return Some(value.clone());
        }
        if let Some(found) = self.globals.macros.resolve_user(&self.package, name) {
            return Some(Value::from_dyn_object(found));
        }
        builtins::lookup(self, name)
            .or_else(|| self.globals.macros.namespace(name))
            .or_else(|| self.macro_named(name))
    }
}

impl Object for Scope {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        self.get_value_by_str(name)
    }

    fn get_value_by_str(self: &Arc<Self>, name: &str) -> Option<Value> {
        self.lookup(name)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let names = || self.names().into_iter();
        let pair =
            |name: String| (Value::from(name.as_str()), self.lookup(&name).unwrap_or_default());
        Ok(match method {
            "get" => {
                let args = Args::new("get", args)?;
                let found = self.lookup(&args.text(0, "key")?);
                found.or_else(|| args.optional(1, "default")).unwrap_or(Value::from(()))
            }
            "keys" => values::list(names().map(Value::from).collect()),
            "values" => values::list(names().map(pair).map(|(_, value)| value).collect()),
            "items" => {
                let pairs = names().map(pair);
                values::list(pairs.map(|(name, value)| values::tuple(vec![name, value])).collect())
            }
            _ => return self.call_named(state, method, args),
        })
    }
}

impl Scope {
    fn call_named(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match self.lookup(method) {
            Some(callable) => callable.call(state, args),
            None => Err(unknown_method("context", method)),
        }
    }
}

impl CallRecorder for Scope {
    fn record(&self, unique_id: &str) {
        let mut capture = self.capture.lock().expect("invariant: no panic under lock");
        if !capture.macros.iter().any(|id| id.as_str() == unique_id) {
            capture.macros.push(UniqueId::from(unique_id));
        }
    }
}
