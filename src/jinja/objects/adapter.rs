//! `adapter`: what templates ask of the engine.
//!
//! While a project is parsed nothing is asked: relations are absent and lists empty, as in dbt.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::{behavior, column, constraints, relation, results};
use crate::adapters::{self, Datum, Relation, Session};
use crate::jinja::args::{Args, invalid, unknown_method};
use crate::jinja::contexts::Scope;
use crate::jinja::values;

/// The value of `adapter`.
pub(crate) fn adapter(scope: &Arc<Scope>) -> Value {
    Value::from_object(AdapterObject(scope.clone()))
}

struct AdapterObject(Arc<Scope>);

impl fmt::Debug for AdapterObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<adapter>")
    }
}

type Method = fn(&Arc<Scope>, &Args) -> Result<Value, Error>;

/// Every method and what it does; sorted by name.
const METHODS: &[(&str, Method)] = &[
    ("add_query", add_query),
    ("assert_valid_snapshot_target_given_strategy", nothing),
    ("cache_added", empty_text),
    ("cache_dropped", empty_text),
    ("cache_renamed", empty_text),
    ("check_schema_exists", check_schema_exists),
    ("commit", empty_text),
    ("convert_type", convert_type),
    ("create_schema", create_schema),
    ("dispatch", dispatch),
    ("drop_relation", drop_relation),
    ("drop_schema", drop_schema),
    ("execute", execute),
    ("expand_target_column_types", nothing),
    ("get_column_schema_from_query", get_column_schema_from_query),
    ("get_columns_in_relation", get_columns_in_relation),
    ("get_incremental_strategy_macro", get_incremental_strategy_macro),
    ("get_missing_columns", get_missing_columns),
    ("get_relation", get_relation),
    ("list_relations", list_relations),
    ("list_relations_without_caching", list_relations),
    ("list_schemas", list_schemas),
    ("load_rows", load_rows),
    ("nice_connection_name", nice_connection_name),
    ("quote", quote),
    ("quote_as_configured", quote_as_configured),
    ("quote_seed_column", quote_seed_column),
    ("rename_relation", rename_relation),
    ("render_raw_columns_constraints", render_raw_columns_constraints),
    ("render_raw_model_constraints", render_raw_model_constraints),
    ("run_sql_for_tests", execute_for_tests),
    ("standardize_grants_dict", standardize_grants_dict),
    ("supports", supports),
    ("truncate_relation", truncate_relation),
    ("type", type_name),
    ("valid_snapshot_target", nothing),
    ("verify_database", nothing),
];

/// The names of all methods.
pub fn method_names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|(name, _)| *name)
}

impl Object for AdapterObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if name == "Relation" || name == "Column" {
            return super::api::api(&self.0.globals.adapter).get_attr(name).ok();
        }
        if name == "behavior" {
            return Some(behavior::behavior(&self.0.globals));
        }
        let (name, method) = METHODS[METHODS.binary_search_by(|m| m.0.cmp(name)).ok()?];
        let scope = self.0.clone();
        Some(super::function::function(name, move |_, args| {
            method(&scope, &Args::new(name, args)?)
        }))
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match METHODS.binary_search_by(|m| m.0.cmp(method)) {
            Ok(at) => METHODS[at].1(&self.0, &Args::new(METHODS[at].0, args)?),
            Err(_) => match self.get_value(&Value::from(method)) {
                Some(class) => class.call(state, args),
                None => Err(unknown_method("adapter", method)),
            },
        }
    }
}

fn none() -> Value {
    Value::from(())
}

fn nothing(_: &Arc<Scope>, _: &Args) -> Result<Value, Error> {
    Ok(none())
}

/// Rows of `privilege_type` and `grantee` as a mapping from privilege to grantees.
fn standardize_grants_dict(_: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let mut grants: IndexMap<String, Vec<Value>> = IndexMap::new();
    if let Some(table) = results::as_table(&args.required(0, "grants_table")?) {
        for row in 0..table.rows.len() {
            let cell = |name: &str| table.cell(row, name).map(results::datum).unwrap_or_default();
            grants.entry(cell("privilege_type").to_string()).or_default().push(cell("grantee"));
        }
    }
    Ok(values::dict(grants.into_iter().map(|(privilege, to)| (privilege, values::list(to)))))
}

fn empty_text(_: &Arc<Scope>, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(""))
}

/// Runs `work` on the session of the scope; `absent` when there is none.
fn with_session<T>(
    scope: &Arc<Scope>,
    absent: T,
    work: impl FnOnce(&mut dyn Session) -> adapters::Result<T>,
) -> Result<T, Error> {
    if !scope.executes() {
        return Ok(absent);
    }
    match &scope.connection {
        None => Ok(absent),
        Some(connection) => Ok(connection.with(work).map_err(database_error)?.unwrap_or(absent)),
    }
}

/// An engine's error on its way through templates; the original is its source.
pub(crate) fn database_error(error: adapters::AdapterError) -> Error {
    Error::new(minijinja::ErrorKind::InvalidOperation, error.to_string()).with_source(error)
}

fn relation_argument(args: &Args, at: usize, name: &str) -> Result<Relation, Error> {
    let value = args.required(at, name)?;
    relation::as_relation(&value)
        .ok_or_else(|| invalid(format!("`{name}` must be a relation, got `{value}`")))
}

fn schema_argument(args: &Args) -> Result<String, Error> {
    let value = args.required(0, "relation")?;
    match relation::as_relation(&value) {
        Some(relation) => Ok(relation.schema.unwrap_or_default()),
        None => Ok(value.to_string()),
    }
}

fn get_relation(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let schema = args.optional_text(1, "schema").unwrap_or_default();
    let Some(identifier) = args.optional_text(2, "identifier") else {
        return Ok(none());
    };
    let found = with_session(scope, None, |session| session.get_relation(&schema, &identifier))?;
    Ok(found.map_or_else(none, relation::relation))
}

fn list_relations(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let first = args.optional(0, "schema_relation");
    let schema = match first.as_ref().and_then(relation::as_relation) {
        Some(relation) => relation.schema.unwrap_or_default(),
        None => args.optional_text(1, "schema").unwrap_or_default(),
    };
    let found = with_session(scope, Vec::new(), |session| session.list_relations(&schema))?;
    Ok(values::list(found.into_iter().map(relation::relation).collect()))
}

fn list_schemas(scope: &Arc<Scope>, _: &Args) -> Result<Value, Error> {
    let found = with_session(scope, Vec::new(), |session| session.schemas())?;
    Ok(values::list(found.into_iter().map(Value::from).collect()))
}

fn check_schema_exists(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let schema = args.text(1, "schema")?;
    let found = with_session(scope, Vec::new(), |session| session.schemas())?;
    Ok(Value::from(found.iter().any(|name| name.eq_ignore_ascii_case(&schema))))
}

fn create_schema(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let schema = schema_argument(args)?;
    with_session(scope, (), |session| session.create_schema(&schema))?;
    Ok(none())
}

fn drop_schema(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let schema = schema_argument(args)?;
    with_session(scope, (), |session| session.drop_schema(&schema))?;
    Ok(none())
}

fn drop_relation(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let relation = relation_argument(args, 0, "relation")?;
    with_session(scope, (), |session| session.drop_relation(&relation))?;
    Ok(none())
}

fn truncate_relation(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let relation = relation_argument(args, 0, "relation")?;
    with_session(scope, (), |session| session.truncate_relation(&relation))?;
    Ok(none())
}

fn rename_relation(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let from = relation_argument(args, 0, "from_relation")?;
    let to = relation_argument(args, 1, "to_relation")?;
    with_session(scope, (), |session| session.rename_relation(&from, &to))?;
    Ok(none())
}

fn columns_of(scope: &Arc<Scope>, relation: &Relation) -> Result<Vec<adapters::Column>, Error> {
    with_session(scope, Vec::new(), |session| session.columns(relation))
}

fn get_columns_in_relation(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    if !scope.executes() {
        return Ok(values::list(Vec::new()));
    }
    let relation = relation_argument(args, 0, "relation")?;
    let columns = columns_of(scope, &relation)?;
    Ok(values::list(columns.into_iter().map(column::column).collect()))
}

fn get_missing_columns(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    if !scope.executes() {
        return Ok(values::list(Vec::new()));
    }
    let from = columns_of(scope, &relation_argument(args, 0, "from_relation")?)?;
    let to = columns_of(scope, &relation_argument(args, 1, "to_relation")?)?;
    let missing = from.into_iter().filter(|c| !to.iter().any(|t| t.name == c.name));
    Ok(values::list(missing.map(column::column).collect()))
}

fn get_column_schema_from_query(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let sql = args.text(0, "sql")?;
    let columns = with_session(scope, Vec::new(), |session| Ok(session.describe(&sql)?.columns))?;
    Ok(values::list(columns.into_iter().map(column::column).collect()))
}

/// `execute(sql, auto_begin=False, fetch=False, limit=None)`: the response and the rows.
fn execute(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let sql = args.text(0, "sql")?;
    let (response, table) = run(scope, &sql, args.truth(2, "fetch").unwrap_or(false))?;
    Ok(values::tuple(vec![response, table]))
}

/// `add_query(sql, auto_begin=True, bindings=None, …)`: runs one statement, with values bound to its marks.
fn add_query(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let sql = args.text(0, "sql")?;
    match args.optional(2, "bindings").filter(|values| !values.is_none()) {
        None => {
            run(scope, &sql, false)?;
        }
        Some(bindings) => {
            let bindings: Vec<Datum> =
                bindings.try_iter()?.map(|value| results::to_datum(&value)).collect();
            with_session(scope, (), |session| session.query(&sql, &bindings).map(|_| ()))?;
        }
    }
    Ok(none())
}

/// The columns of a contract as DDL, one text each.
fn render_raw_columns_constraints(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let columns = args.required(0, "raw_columns")?;
    let mut parts = Vec::new();
    for name in columns.try_iter()? {
        let column = resolved(scope, &columns.get_item(&name)?, "constraints")?;
        parts.push(Value::from(constraints::column(&column, |name| {
            scope.globals.adapter.quote(name)
        })));
    }
    Ok(values::list(parts))
}

/// The constraints of a contract that belong to the whole table.
fn render_raw_model_constraints(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let given = args.required(0, "raw_constraints")?;
    if given.is_none() {
        return Ok(values::list(Vec::new()));
    }
    let holder = resolved(scope, &values::dict([("constraints", given)]), "constraints")?;
    let parts =
        holder.get_attr("constraints")?.try_iter()?.filter_map(|one| constraints::on_model(&one));
    Ok(values::list(parts.map(Value::from).collect()))
}

/// `holder` with the `ref(…)` and `source(…)` in the `to` of its foreign keys made into relations.
fn resolved(scope: &Arc<Scope>, holder: &Value, key: &str) -> Result<Value, Error> {
    let Ok(mut json) = values::to_json(holder) else {
        return Ok(holder.clone());
    };
    let list = json.get_mut(key).and_then(serde_json::Value::as_array_mut);
    for to in list.into_iter().flatten().filter_map(|constraint| constraint.get_mut("to")) {
        let Some(text) = to.as_str().map(str::trim) else {
            continue;
        };
        if text.starts_with("ref(") || text.starts_with("source(") {
            // The engine takes no schema in front of the table that a key points to.
            let template = format!("{{{{ {text}.include(database=false, schema=false) }}}}");
            let rendered =
                scope.render("constraint", &template).map_err(|error| invalid(error.message))?;
            *to = serde_json::Value::String(rendered);
        }
    }
    Ok(values::to_mutable(&json))
}

fn execute_for_tests(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let (_, table) = run(scope, &args.text(0, "sql")?, true)?;
    Ok(table)
}

fn run(scope: &Arc<Scope>, sql: &str, fetch: bool) -> Result<(Value, Value), Error> {
    let Some(connection) = scope.connection.as_ref().filter(|_| scope.executes()) else {
        return Ok((response(-1), results::table(Arc::default())));
    };
    let outcome = connection.execute(sql, &scope.query_comment).map_err(database_error)?;
    let Some(outcome) = outcome else {
        return Err(invalid("there is no database to run this statement on"));
    };
    let table = if fetch { outcome.table.unwrap_or_default() } else { adapters::Table::default() };
    Ok((response(outcome.rows_affected), results::table(Arc::new(table))))
}

fn response(rows: i64) -> Value {
    values::dict([
        ("_message", Value::from("OK")),
        ("rows_affected", Value::from(rows)),
        ("code", Value::from("OK")),
    ])
}

/// Inserts the rows of a seed with bound values: `load_rows(relation, table, columns)`.
fn load_rows(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let target = relation_argument(args, 0, "relation")?;
    let table = results::as_table(&args.required(1, "agate_table")?)
        .ok_or_else(|| invalid("load_rows() needs a table"))?;
    let columns = table.column_names.clone();
    let rows = with_session(scope, 0, |session| {
        session.insert_rows(&target, &columns, &mut table.rows.iter().cloned())
    })?;
    scope.count_rows(i64::try_from(rows).unwrap_or(i64::MAX));
    Ok(Value::from(rows))
}

fn convert_type(_: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let table = results::as_table(&args.required(0, "agate_table")?)
        .ok_or_else(|| invalid("convert_type() needs a table"))?;
    let at = args.required(1, "col_idx")?.as_usize().unwrap_or_default();
    let declared = table.declared_types.get(at).cloned().flatten();
    Ok(Value::from(declared.unwrap_or_else(|| "TEXT".to_owned())))
}

fn quote(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    Ok(Value::from(scope.globals.adapter.quote(&args.text(0, "identifier")?)))
}

fn quote_as_configured(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let identifier = args.text(0, "identifier")?;
    let key = args.optional_text(1, "quote_key").unwrap_or_else(|| "identifier".to_owned());
    let policy = scope.globals.quoting;
    let quoted = match key.as_str() {
        "database" => policy.database,
        "schema" => policy.schema,
        _ => policy.identifier,
    };
    Ok(Value::from(if quoted { scope.globals.adapter.quote(&identifier) } else { identifier }))
}

fn quote_seed_column(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let name = args.text(0, "column")?;
    // dbt: quotes unless `quote_columns` is false.
    let quoted =
        args.optional(1, "quote_config").filter(|v| !v.is_none()).is_none_or(|v| v.is_true());
    Ok(Value::from(if quoted { scope.globals.adapter.quote(&name) } else { name }))
}

fn type_name(scope: &Arc<Scope>, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(scope.globals.adapter.type_name()))
}

fn nice_connection_name(scope: &Arc<Scope>, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(scope.node.as_ref().map_or("master", |node| node.unique_id.as_str())))
}

fn supports(_: &Arc<Scope>, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(false))
}

/// `dispatch(name, macro_namespace)`: the macro for this engine, else the default one. For a package's own macro,
/// forge's implementation for this engine comes between the package's for the engine and its default.
fn dispatch(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let name = args.text(0, "macro_name")?;
    if name.contains('.') {
        return Err(invalid(format!(
            "dispatch() takes the package in `macro_namespace`, not in the name `{name}`"
        )));
    }
    let namespace = args.optional_text(1, "macro_namespace");
    let packages: Vec<Option<String>> = match &namespace {
        None => vec![None],
        Some(namespace) => scope.globals.search_order(namespace),
    };
    let engine = scope.globals.adapter.type_name();
    let mut tried = Vec::new();
    for package in &packages {
        for prefix in [engine, "default"] {
            let full = format!("{prefix}__{name}");
            if prefix == "default"
                && let (Some(package), true) = (package, *package == namespace)
                && let Some(own) = scope.macro_in_package("dbt", &stand_in(engine, package, &name))
            {
                return Ok(own);
            }
            let found = match package {
                None => scope.macro_named(&full),
                Some(package) => scope.macro_in_package(package, &full),
            };
            if let Some(found) = found {
                return Ok(found);
            }
            tried.push(match package {
                None => format!("`{full}`"),
                Some(package) => format!("`{package}.{full}`"),
            });
        }
    }
    Err(invalid(format!("dispatch() found no macro for `{name}`; looked for {}", tried.join(", "))))
}

/// The name of forge's own implementation of a package's macro for an engine.
fn stand_in(engine: &str, package: &str, name: &str) -> String {
    format!("{engine}__{package}__{name}")
}

fn get_incremental_strategy_macro(scope: &Arc<Scope>, args: &Args) -> Result<Value, Error> {
    let strategy = args.text(1, "strategy")?;
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    scope.macro_named(&name).ok_or_else(|| {
        invalid(format!(
            "`{strategy}` is not an incremental strategy: there is no macro `{name}`; \
             the built-in ones are append, delete+insert and merge"
        ))
    })
}
