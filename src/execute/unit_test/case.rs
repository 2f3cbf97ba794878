//! One unit test on its way: a database of its own with the inputs as tables, and the model compiled against it.
//!
//! Invariant: the real database is only asked for columns.

use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::inputs::{Input, Inputs};
use super::nodes;
use super::overrides::{Constant, Overrides};
use crate::adapters::{AdapterError, Column, Relation};
use crate::check::shapes::Finder;
use crate::compile::{CompiledNode, Compiler, Variant};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::execute::{Run, failure};
use crate::jinja::contexts::{Connection, Scope};
use crate::manifest::{Definition, Language, Node};
use crate::names::{UniqueId, did_you_mean};
use crate::parse::places::{self, Part};
use crate::source::Span;

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// What the query of the model gives.
    Query,
    /// What is in the table of the model afterwards.
    Table,
}

/// A test that is ready to run.
pub(super) struct Case<'c> {
    pub(super) run: &'c Run<'c>,
    pub(super) test: &'c Definition,
    pub(super) node: &'c Arc<Node>,
    pub(super) model: &'c Arc<Node>,
    /// The real database.
    pub(super) real: &'c Arc<Connection>,
    /// The database of the test.
    pub(super) scratch: Arc<Connection>,
    /// Compiles what the test sees.
    pub(super) compiler: Compiler,
    pub(super) inputs: Arc<Inputs>,
}

impl<'c> Case<'c> {
    /// Makes the database and fills the inputs.
    pub(super) fn new(
        run: &'c Run<'c>,
        node: &'c Arc<Node>,
        real: &'c Arc<Connection>,
        mode: Mode,
    ) -> Result<Self, Box<Diagnostic>> {
        let base = &run.compiler;
        let missing =
            || Diagnostic::error(codes::BUG, format!("unit test `{}` is lost", node.name));
        let test = base.manifest.definitions.get(&node.unique_id).ok_or_else(missing)?;
        let model = test.depends_on.nodes.first().and_then(|id| base.manifest.nodes.get(id));
        let model = model.ok_or_else(missing)?;
        let place = |part| places::of_part(&base.project.sources, test.span, part);
        refuse(node, model, mode).map_err(|d| Box::new(d.at(test.span, "")))?;
        let given = test.body.get("given").and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        let inputs = Inputs::of(base, node, model, given).map_err(|problem| {
            let at = place(Part::Given(problem.at));
            Box::new(problem.diagnostic(node).at(at, ""))
        })?;
        let overrides = Overrides::of(test.body.get("overrides").unwrap_or(&Json::Null));
        let overrides = overrides.map_err(|text| {
            let message = format!("unit test `{}`: `clock: {text}` is no moment", node.name);
            let diagnostic = Diagnostic::error(codes::BAD_UNIT_TEST, message);
            Box::new(
                diagnostic
                    .at(place(Part::Overrides), "")
                    .hint("write it like `2026-03-01` or `2026-03-01T08:30:00`; it is in UTC"),
            )
        })?;
        let schemas = [model.schema.as_str()];
        let session = base.globals.adapter.scratch_at(overrides.clock, &schemas);
        let session = session.map_err(|error| failure::of_adapter(&error))?;
        let scratch = Arc::new(Connection::over(session));
        real.take_along(&scratch);
        let inputs = Arc::new(inputs);
        let compiler = adjusted(base, model, &inputs, overrides.clone(), mode);
        let case = Case { run, test, node, model, real, scratch, compiler, inputs };
        case.warn_about(&overrides);
        for input in &case.inputs.list {
            case.load(input, mode)?;
        }
        Ok(case)
    }

    /// What tells columns.
    pub(super) fn finder(&self) -> Finder<'_> {
        Finder {
            shapes: &self.run.units.shapes,
            compiler: self.run.compiler,
            connection: self.real,
        }
    }

    /// The model's SQL over the inputs, and the inputs that it reads.
    pub(super) fn compile(&self) -> Result<(CompiledNode, Vec<usize>), Box<Diagnostic>> {
        self.inputs.take_used();
        let compiled = self.compiler.compile(self.model, &self.scratch, Variant::Auto);
        let compiled = compiled.map_err(|mistake| {
            // What reads an input that is not given is right; the test is not.
            let is_of_test = mistake.code == codes::BAD_UNIT_TEST;
            let reader = mistake.primary.clone().filter(|_| is_of_test);
            Box::new(
                self.named(match reader {
                    Some(reader) => mistake
                        .at(self.place(Part::AllGiven), "")
                        .and_at(reader.span, "it is read here"),
                    None => *mistake,
                }),
            )
        })?;
        Ok((compiled, self.inputs.take_used()))
    }

    /// The diagnostic of an engine's error on the model's SQL.
    pub(super) fn of_sql(&self, code: &str, error: &AdapterError) -> Box<Diagnostic> {
        let mut diagnostic =
            *failure::of_sql(&self.compiler, self.model, &self.scratch, code, error);
        if error.missing_relation().is_some() {
            diagnostic = diagnostic
                .hint("a unit test has the tables of its `given` only; reference them with `ref`, `source` or `this`");
        }
        if let Some(column) = error.to_string().strip_prefix("no such column: ") {
            let known = self.inputs.list.iter().flat_map(|input| self.names(input));
            let known: Vec<String> = known.collect();
            let wanted = column.rsplit('.').next().unwrap_or(column);
            let near = did_you_mean(wanted, known.iter().map(String::as_str));
            diagnostic = diagnostic.suggest(near);
        }
        Box::new(self.named(diagnostic))
    }

    /// The diagnostic of a mistake in a part of the test.
    pub(super) fn problem(&self, at: Span, message: impl std::fmt::Display) -> Box<Diagnostic> {
        let message = format!("unit test `{}`: {message}", self.node.name);
        Box::new(Diagnostic::error(codes::BAD_UNIT_TEST, message).at(at, ""))
    }

    pub(super) fn place(&self, part: Part) -> Span {
        places::of_part(&self.run.compiler.project.sources, self.test.span, part)
    }

    /// A column that a fixture has and its table has not.
    pub(super) fn unknown_column(
        &self,
        (part, column): (Part, &str),
        (what, known): (&str, &[Column]),
    ) -> Box<Diagnostic> {
        let sources = &self.run.compiler.project.sources;
        let at = places::of_column(sources, self.test.span, part, column);
        let names: Vec<&str> = known.iter().map(|column| column.name.as_str()).collect();
        let dbt_name = match part {
            Part::Given(_) => format!("'{what}'"),
            _ => "expected output".to_owned(),
        };
        let problem = self.problem(at, format!("`{what}` has no column `{column}`"));
        let problem = problem.note(format!("it has {}", names.join(", "))).note(format!(
            "dbt: Invalid column name: '{column}' in unit test fixture for {dbt_name}."
        ));
        Box::new(problem.suggest(did_you_mean(column, names.iter().copied())))
    }

    fn named(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let name = &self.node.name;
        if !diagnostic.message.contains(&format!("unit test `{name}`")) {
            diagnostic.message = format!("unit test `{name}`: {}", diagnostic.message);
        }
        diagnostic
    }

    fn warn_about(&self, overrides: &Overrides) {
        let package = &self.model.package_name;
        let globals = &self.run.compiler.globals;
        for name in overrides.unknown_macros(globals, package) {
            let message = format!(
                "unit test `{}` overrides the macro `{name}`, which does not exist",
                self.node.name
            );
            let near = did_you_mean(name, globals.places.names.iter().map(String::as_str));
            let warning = Diagnostic::warning(codes::BAD_UNIT_TEST, message);
            let warning = warning.at(self.place(Part::Overrides), "").suggest(near);
            self.run.emit(Event::Diagnostic(warning));
        }
        for input in self.inputs.list.iter().filter(|input| !input.is_this) {
            if !self.model.depends_on.nodes.contains(&input.id) {
                let message = format!(
                    "unit test `{}`: model `{}` does not read `{}`",
                    self.node.name, self.model.name, input.written
                );
                let warning = Diagnostic::warning(codes::BAD_UNIT_TEST, message);
                let warning = warning.at(self.place(Part::Given(input.at)), "");
                self.run.emit(Event::Diagnostic(warning));
            }
        }
    }

    /// The SQL of a fixture, which is a template.
    pub(super) fn rendered(&self, sql: &str, part: Part) -> Result<String, Box<Diagnostic>> {
        let scope = Arc::new(self.compiler.scope(self.model, &self.scratch));
        let rendered = scope.render("fixture", sql);
        rendered.map_err(|error| self.problem(self.place(part), error.message))
    }

    /// The relation of the model.
    pub(super) fn this(&self) -> Option<Relation> {
        self.run.compiler.relation(&self.model.unique_id)
    }

    /// dbt's text of an input: the rows of its fixture as a query.
    pub(super) fn fixture_sql(&self, input: &Input) -> Result<CompiledNode, Box<Diagnostic>> {
        let node = Arc::new(nodes::of_input(self.node, &input.name));
        let mut scope = self.compiler.scope(&node, &self.scratch);
        if let Some(facts) = &mut scope.node {
            facts.this = Some(input.relation.clone());
        }
        scope.extra.insert("rows".to_owned(), crate::jinja::values::to_mutable(&input.rows));
        let scope = Arc::new(scope);
        let text = match &input.rows {
            Json::String(sql) => sql.trim_end_matches('\n'),
            _ => "{{ get_fixture_sql(rows, none) }}",
        };
        let rendered = scope.render("fixture", text);
        let code = rendered
            .map_err(|error| self.problem(self.place(Part::Given(input.at)), error.message))?;
        let compiled = CompiledNode { rendered: code.clone(), code, ..CompiledNode::default() };
        self.run.compiler.write_compiled(&node, &compiled);
        Ok(compiled)
    }

    /// Whether the table of an input is in the database of the test under the name of a fixture.
    pub(super) fn has_table(&self, input: &Input) -> bool {
        !self.names(input).is_empty()
    }

    fn names(&self, input: &Input) -> Vec<String> {
        let columns = self.scratch.with(|session| session.columns(&input.relation));
        let columns = columns.ok().flatten().unwrap_or_default();
        columns.into_iter().map(|column| column.name).collect()
    }

    /// The id under which an input is published.
    pub(super) fn input_id(&self, input: &Input) -> UniqueId {
        nodes::of_input(self.node, &input.name).unique_id
    }
}

/// What cannot be tested.
fn refuse(node: &Node, model: &Node, mode: Mode) -> Result<(), Diagnostic> {
    let refusal = |message: String| Err(Diagnostic::error(codes::BAD_UNIT_TEST, message));
    let (name, model_name) = (&node.name, &model.name);
    if model.language() != Language::Sql {
        return refusal(format!("unit test `{name}`: model `{model_name}` is not written in SQL"));
    }
    if mode == Mode::Table && model.relation_name.is_none() {
        return refusal(format!(
            "unit test `{name}` has `expect_final`, but model `{model_name}` has no table"
        ));
    }
    if mode == Mode::Table && model.config.get_str("incremental_strategy") == Some("microbatch") {
        return refusal(format!(
            "unit test `{name}`: `expect_final` does not work with the strategy `microbatch`"
        ));
    }
    Ok(())
}

/// The compiler that sees the inputs and the overrides.
fn adjusted(
    base: &Compiler,
    model: &Arc<Node>,
    inputs: &Arc<Inputs>,
    overrides: Overrides,
    mode: Mode,
) -> Compiler {
    let globals = overrides.globals(&base.globals);
    let this = inputs.this().filter(|_| mode == Mode::Query).map(|input| input.relation.clone());
    let (resolver, id) = (inputs.clone(), model.unique_id.clone());
    base.adjusted(
        globals,
        Arc::new(move |scope: &mut Scope| {
            scope.resolver = Some(resolver.clone());
            if mode == Mode::Table {
                // The test decides whether there is a table already, not the command line.
                let never = Value::from_object(Constant(Value::from(false)));
                scope.extra.insert("should_full_refresh".to_owned(), never);
            }
            overrides.apply(scope);
            let facts = scope.node.as_mut().filter(|facts| facts.unique_id == id);
            if let (Some(facts), Some(this)) = (facts, &this) {
                facts.this = Some(this.clone());
            }
        }),
    )
}
