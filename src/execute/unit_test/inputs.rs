//! The inputs of a unit test: what each `given` stands for, and `ref` and `source` that lead to them and nowhere else.

use std::fmt;
use std::sync::{Arc, Mutex};

use minijinja::Error;
use minijinja::value::Value;
use serde_json::{Map, Value as Json};

use crate::adapters::{Adapter, PolicyUpdate, Relation, RelationKind};
use crate::compile::Compiler;
use crate::diagnostics::{Diagnostic, codes};
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Phase, Resolver, Scope};
use crate::jinja::objects::relation::relation;
use crate::manifest::{Node, RefCall};
use crate::names::{UniqueId, did_you_mean};
use crate::resolve::Found;

/// One `given`.
#[derive(Clone, Debug)]
pub(super) struct Input {
    /// Its place in the list.
    pub(super) at: usize,
    /// As it was written: `ref('orders')`.
    pub(super) written: String,
    /// The node or source that it stands for.
    pub(super) id: UniqueId,
    /// It stands for the tested model itself.
    pub(super) is_this: bool,
    /// The name of what it stands for.
    pub(super) name: String,
    /// Its table in the database of the test.
    pub(super) relation: Relation,
    /// Its rows: a list of mappings, or SQL.
    pub(super) rows: Json,
    /// The rows are text without types.
    pub(super) is_csv: bool,
}

/// The inputs of a test.
pub(super) struct Inputs {
    pub(super) list: Vec<Input>,
    base: Compiler,
    test: String,
    model: String,
    used: Mutex<Vec<usize>>,
}

impl fmt::Debug for Inputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.list).finish()
    }
}

impl Inputs {
    /// Finds out what every `given` of the test stands for.
    pub(super) fn of(
        base: &Compiler,
        test: &Node,
        model: &Node,
        given: &[Json],
    ) -> Result<Self, Problem> {
        let mut list: Vec<Input> = Vec::new();
        for (at, written) in given.iter().enumerate() {
            let empty = Map::new();
            let input = input(base, test, model, (at, written.as_object().unwrap_or(&empty)))?;
            if list.iter().any(|known| known.id == input.id) {
                let message = format!("`given` lists `{}` twice", input.written);
                return Err(Problem { at, message, hint: None });
            }
            list.push(input);
        }
        let (test, model) = (test.name.clone(), model.name.clone());
        Ok(Inputs { list, base: base.clone(), test, model, used: Mutex::default() })
    }

    /// The rows of the tested model's own table.
    pub(super) fn this(&self) -> Option<&Input> {
        self.list.iter().find(|input| input.is_this)
    }

    /// Inputs that were read since the last call, in order, each once.
    pub(super) fn take_used(&self) -> Vec<usize> {
        std::mem::take(&mut *self.used.lock().expect("invariant: no panic under lock"))
    }

    fn given(&self, id: &UniqueId, call: &str) -> Result<Value, Error> {
        let Some(at) = self.list.iter().position(|input| input.id == *id) else {
            let Inputs { test, model, .. } = self;
            return Err(coded(
                codes::BAD_UNIT_TEST,
                format!(
                    "unit test `{test}`: model `{model}` reads `{call}`, which `given` does not list"
                ),
                Some(format!("add `- input: {call}` with its rows; `rows: []` for none")),
            ));
        };
        let mut used = self.used.lock().expect("invariant: no panic under lock");
        if !used.contains(&at) {
            used.push(at);
        }
        Ok(relation(self.list[at].relation.clone()))
    }
}

impl Resolver for Inputs {
    fn reference(&self, scope: &Arc<Scope>, call: &RefCall) -> Result<Value, Error> {
        match self.base.lookup().reference(&scope.package, call) {
            Found::One(id) => self.given(id, &written(call)),
            _ => self.base.resolver().reference(scope, call),
        }
    }

    fn source(&self, scope: &Arc<Scope>, source: &str, table: &str) -> Result<Value, Error> {
        match self.base.lookup().source(&scope.package, source, table) {
            Found::One(id) => self.given(id, &format!("source('{source}', '{table}')")),
            _ => self.base.resolver().source(scope, source, table),
        }
    }

    fn function(&self, scope: &Arc<Scope>, call: &RefCall) -> Result<Value, Error> {
        self.base.resolver().function(scope, call)
    }

    fn graph(&self) -> Value {
        self.base.resolver().graph()
    }
}

/// Why a `given` cannot be used.
pub(super) struct Problem {
    /// Which one.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) message: String,
    /// What to do.
    pub(super) hint: Option<String>,
}

fn written(call: &RefCall) -> String {
    let mut arguments: Vec<String> =
        call.package.iter().chain([&call.name]).map(|name| format!("'{name}'")).collect();
    if let Some(version) = &call.version {
        arguments.push(format!("v={version}"));
    }
    format!("ref({})", arguments.join(", "))
}

fn input(
    base: &Compiler,
    test: &Node,
    model: &Node,
    (at, given): (usize, &Map<String, Json>),
) -> Result<Input, Problem> {
    let written = given.get("input").and_then(Json::as_str).unwrap_or_default().trim().to_owned();
    let is_this = written == "this";
    let id = match is_this {
        true => model.unique_id.clone(),
        false => target(base, test, &written).map_err(|mut problem| {
            problem.at = at;
            problem
        })?,
    };
    let manifest = &base.manifest;
    let node = manifest.nodes.get(&id);
    let source = manifest.sources.get(&id);
    let (name, identifier) = match (node, source) {
        (Some(node), _) => (node.name.clone(), node.alias.clone()),
        // dbt: tables of two sources can have the same name.
        (None, Some(source)) => {
            (source.name.clone(), format!("{}__{}", source.source_name, source.name))
        }
        (None, None) => (written.clone(), written.clone()),
    };
    Ok(Input {
        at,
        id,
        is_this,
        name,
        relation: table(&*base.globals.adapter, &identifier),
        rows: given.get("rows").cloned().unwrap_or_default(),
        is_csv: given.get("format").and_then(Json::as_str) == Some("csv"),
        written,
    })
}

/// The table of an input, under the name that dbt gives to the CTE of a fixture.
fn table(adapter: &dyn Adapter, identifier: &str) -> Relation {
    let name = Relation::ephemeral_name(identifier);
    let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    Relation::new(adapter.naming(), None, None, Some(&name))
        .with_kind(RelationKind::Table)
        .quote(PolicyUpdate { identifier: Some(!is_plain), ..PolicyUpdate::default() })
}

/// What an expression of `input` names.
fn target(base: &Compiler, test: &Node, written: &str) -> Result<UniqueId, Problem> {
    let problem = |message: String, hint: Option<String>| Problem { at: 0, message, hint };
    let scope = Arc::new(Scope::new(&base.globals, Phase::Parse, &test.package_name));
    scope
        .render("input", &format!("{{{{ {written} }}}}"))
        .map_err(|error| problem(format!("`input: {written}`: {}", error.message), None))?;
    let capture = scope.take_capture();
    let (found, name) = match (&capture.refs[..], &capture.sources[..]) {
        ([call], []) => (base.lookup().reference(&test.package_name, call), call.name.clone()),
        ([], [[source, table]]) => {
            (base.lookup().source(&test.package_name, source, table), table.clone())
        }
        _ => {
            let hint = "write `ref('…')`, `source('…', '…')` or `this`".to_owned();
            return Err(problem(format!("`input: {written}` names no input"), Some(hint)));
        }
    };
    match found {
        Found::One(id) => Ok(id.clone()),
        Found::Disabled => Err(problem(format!("the input `{written}` is disabled"), None)),
        _ => {
            let nodes = base.manifest.nodes.values().filter(|n| n.resource_type.is_refable());
            let sources = base.manifest.sources.values().map(|source| source.name.as_str());
            let known = nodes.map(|node| node.name.as_str()).chain(sources);
            let near = did_you_mean(&name, known).map(|near| format!("did you mean `{near}`?"));
            Err(problem(format!("the input `{written}` does not exist"), near))
        }
    }
}

impl Problem {
    /// The problem as a diagnostic without a place.
    pub(super) fn diagnostic(self, test: &Node) -> Diagnostic {
        let message = format!("unit test `{}`: {}", test.name, self.message);
        let diagnostic = Diagnostic::error(codes::BAD_UNIT_TEST, message);
        match self.hint {
            Some(hint) => diagnostic.hint(hint),
            None => diagnostic,
        }
    }
}
