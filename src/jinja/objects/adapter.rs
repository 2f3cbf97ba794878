//! `adapter`: what templates ask of the engine.
//!
//! While a project is parsed nothing is asked: relations are absent and lists empty, as in dbt.

use std::ops::Deref;
use std::sync::Arc;

use indexmap::IndexMap;
use minijinja::Error;
use minijinja::value::Value;

use super::class::{self, Attribute, Class, Method};
use super::{
    api, behavior, column, constraints, contract, relation, results, runtime_config,
    snapshot_checks, snapshots,
};
use crate::adapters::{self, ColumnKind, Datum, Relation, Session};
use crate::jinja::args::{Args, invalid};
use crate::jinja::contexts::Scope;
use crate::jinja::values;

/// The value of `adapter`.
pub(crate) fn adapter(scope: &Arc<Scope>) -> Value {
    class::value(AdapterObject(scope.clone()))
}

/// The adapter of one scope.
pub(crate) struct AdapterObject(Arc<Scope>);

impl Deref for AdapterObject {
    type Target = Arc<Scope>;

    fn deref(&self) -> &Arc<Scope> {
        &self.0
    }
}

/// Every method and what it does.
const METHODS: &[(&str, Method<AdapterObject>)] = &[
    ("add_query", add_query),
    ("already_exists", already_exists),
    ("assert_valid_snapshot_target_given_strategy", snapshots::valid_snapshot_target_of_strategy),
    ("build_catalog_relation", nothing),
    ("cache_added", empty_text),
    ("cache_dropped", empty_text),
    ("cache_renamed", empty_text),
    ("check_contract", contract::check),
    ("check_contract_rows", contract::check_rows),
    ("check_schema_exists", check_schema_exists),
    ("check_snapshot_settings", snapshots::settings),
    ("check_snapshot_source", snapshot_checks::source),
    ("check_snapshot_table", snapshot_checks::table),
    ("commit", commit),
    ("convert_type", convert_type),
    ("create_schema", create_schema),
    ("dispatch", dispatch),
    ("drop_relation", drop_relation),
    ("drop_schema", drop_schema),
    ("execute", execute),
    ("expand_target_column_types", nothing),
    ("get_column_schema_from_query", get_column_schema_from_query),
    ("get_columns_in_relation", get_columns_in_relation),
    ("get_columns_in_table", get_columns_in_table),
    ("get_hard_deletes_behavior", snapshots::hard_deletes),
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
    ("render_contract_types", contract::types),
    ("render_raw_columns_constraints", render_raw_columns_constraints),
    ("render_raw_model_constraints", render_raw_model_constraints),
    ("run_sql_for_tests", execute_for_tests),
    ("standardize_grants_dict", standardize_grants_dict),
    ("supports", supports),
    ("transform_seed_row", transform_seed_row),
    ("truncate_relation", truncate_relation),
    ("type", type_name),
    ("valid_snapshot_target", snapshots::valid_snapshot_target),
    ("verify_database", nothing),
];

/// The names of all methods.
pub fn method_names() -> impl Iterator<Item = &'static str> {
    METHODS.iter().map(|(name, _)| *name)
}

impl Class for AdapterObject {
    const NAME: &'static str = "adapter";
    const METHODS: &'static [(&'static str, Method<Self>)] = METHODS;

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("Relation", |of| api::relation_class(&of.globals)),
        ("Column", |of| api::api(&of.globals).get_attr("Column").unwrap_or_default()),
        ("behavior", |of| behavior::behavior(&of.globals)),
        ("config", |of| runtime_config::value(&of.globals)),
    ];

    fn text(&self) -> String {
        "<adapter>".to_owned()
    }
}

fn none() -> Value {
    Value::from(())
}

fn nothing(_: &AdapterObject, _: &Args) -> Result<Value, Error> {
    Ok(none())
}

/// Rows of `privilege_type` and `grantee` as a mapping from privilege to grantees.
fn standardize_grants_dict(_: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let mut grants: IndexMap<String, Vec<Value>> = IndexMap::new();
    if let Some(table) = results::as_table(&args.required(0, "grants_table")?) {
        for row in 0..table.rows.len() {
            let cell = |name: &str| table.cell(row, name).map(results::datum).unwrap_or_default();
            grants.entry(cell("privilege_type").to_string()).or_default().push(cell("grantee"));
        }
    }
    Ok(values::dict(grants.into_iter().map(|(privilege, to)| (privilege, values::list(to)))))
}

fn empty_text(_: &AdapterObject, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(""))
}

/// Makes permanent what an operation did so far; of a node, the whole is one transaction.
fn commit(scope: &AdapterObject, _: &Args) -> Result<Value, Error> {
    if let Some(connection) = scope.connection.as_ref().filter(|_| scope.executes()) {
        connection.renew().map_err(database_error)?;
    }
    Ok(none())
}

/// Runs `work` on the session of the scope; `absent` when there is none.
pub(super) fn with_session<T>(
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

pub(super) fn relation_argument(args: &Args, at: usize, name: &str) -> Result<Relation, Error> {
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

fn get_relation(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let schema = args.optional_text(1, "schema").unwrap_or_default();
    let Some(identifier) = args.optional_text(2, "identifier") else {
        return Ok(none());
    };
    let found = with_session(scope, None, |session| session.get_relation(&schema, &identifier))?;
    let Some(found) = found else {
        return Ok(none());
    };
    let matches = found.matches(None, None, Some(&identifier));
    matches.map_err(|error| invalid(error.to_string()))?;
    Ok(relation::relation(found))
}

fn list_relations(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let first = args.optional(0, "schema_relation");
    let schema = match first.as_ref().and_then(relation::as_relation) {
        Some(relation) => relation.schema.unwrap_or_default(),
        None => args.optional_text(1, "schema").unwrap_or_default(),
    };
    let found = with_session(scope, Vec::new(), |session| session.list_relations(&schema))?;
    Ok(values::list(found.into_iter().map(relation::relation).collect()))
}

fn list_schemas(scope: &AdapterObject, _: &Args) -> Result<Value, Error> {
    let found = with_session(scope, Vec::new(), |session| session.schemas())?;
    Ok(values::list(found.into_iter().map(Value::from).collect()))
}

fn check_schema_exists(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let schema = args.text(1, "schema")?;
    let found = with_session(scope, Vec::new(), |session| session.schemas())?;
    Ok(Value::from(found.iter().any(|name| name.eq_ignore_ascii_case(&schema))))
}

fn create_schema(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let schema = schema_argument(args)?;
    with_session(scope, (), |session| session.create_schema(&schema))?;
    Ok(none())
}

fn drop_schema(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let schema = schema_argument(args)?;
    if let Some(connection) = scope.connection.as_ref().filter(|_| scope.executes()) {
        let done = connection.between_transactions(|session| session.drop_schema(&schema));
        done.map_err(database_error)?;
    }
    Ok(none())
}

fn drop_relation(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let relation = relation_argument(args, 0, "relation")?;
    with_session(scope, (), |session| session.drop_relation(&relation))?;
    Ok(none())
}

fn truncate_relation(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let relation = relation_argument(args, 0, "relation")?;
    with_session(scope, (), |session| session.truncate_relation(&relation))?;
    Ok(none())
}

fn rename_relation(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let from = relation_argument(args, 0, "from_relation")?;
    let to = relation_argument(args, 1, "to_relation")?;
    with_session(scope, (), |session| session.rename_relation(&from, &to))?;
    Ok(none())
}

pub(super) fn columns_of(
    scope: &Arc<Scope>,
    relation: &Relation,
) -> Result<Vec<adapters::Column>, Error> {
    with_session(scope, Vec::new(), |session| session.columns(relation))
}

fn get_columns_in_relation(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    if !scope.executes() {
        return Ok(values::list(Vec::new()));
    }
    let relation = relation_argument(args, 0, "relation")?;
    let columns = columns_of(scope, &relation)?;
    Ok(values::list(columns.into_iter().map(column::column).collect()))
}

/// `get_columns_in_table(schema, identifier)`: dbt's older spelling.
fn get_columns_in_table(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    if !scope.executes() {
        return Ok(values::list(Vec::new()));
    }
    let adapter = &scope.globals.adapter;
    let relation = adapter.relation(Some(&args.text(0, "schema")?), &args.text(1, "identifier")?);
    let columns = columns_of(scope, &relation)?;
    Ok(values::list(columns.into_iter().map(column::column).collect()))
}

/// `already_exists(schema, name)`: dbt's older spelling of `get_relation(…) is not none`.
fn already_exists(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let (schema, name) = (args.text(0, "schema")?, args.text(1, "name")?);
    let found = with_session(scope, None, |session| session.get_relation(&schema, &name))?;
    Ok(Value::from(found.is_some()))
}

/// Decimals become text, which the engine can bind.
fn transform_seed_row(_: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let row = args.required(0, "row")?;
    let bound = |cell: Value| match values::decimal(&cell) {
        Some(decimal) => Value::from(decimal.to_string()),
        None => cell,
    };
    Ok(values::list(row.try_iter()?.map(bound).collect()))
}

fn get_missing_columns(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    if !scope.executes() {
        return Ok(values::list(Vec::new()));
    }
    let from = columns_of(scope, &relation_argument(args, 0, "from_relation")?)?;
    let to = columns_of(scope, &relation_argument(args, 1, "to_relation")?)?;
    let missing = from.into_iter().filter(|c| !to.iter().any(|t| t.name == c.name));
    Ok(values::list(missing.map(column::column).collect()))
}

fn get_column_schema_from_query(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let sql = args.text(0, "sql")?;
    let columns = with_session(scope, Vec::new(), |session| Ok(session.describe(&sql)?.columns))?;
    Ok(values::list(columns.into_iter().map(column::column).collect()))
}

/// `execute(sql, auto_begin=False, fetch=False, limit=None)`: the response and the rows.
fn execute(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let sql = args.text(0, "sql")?;
    let (response, table) = run(scope, &sql, args.truth(2, "fetch").unwrap_or(false))?;
    let limit = args.optional(3, "limit").and_then(|limit| limit.as_usize());
    let table = match (limit, results::as_table(&table)) {
        (Some(limit), Some(all)) if limit < all.rows.len() => {
            let rows = all.rows[..limit].to_vec();
            results::table(Arc::new(adapters::Table { rows, ..all.clone_header() }))
        }
        _ => table,
    };
    Ok(values::tuple(vec![response, table]))
}

/// `add_query(sql, auto_begin=True, bindings=None, …)`: runs one statement, with values bound to its marks.
fn add_query(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
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
fn render_raw_columns_constraints(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let columns = args.required(0, "raw_columns")?;
    let mut parts = Vec::new();
    for name in columns.try_iter()? {
        let column = values::to_json(&columns.get_item(&name)?)?;
        parts.push(Value::from(constraints::column(scope, &column)));
    }
    Ok(values::list(parts))
}

/// The constraints of a contract that belong to the whole table.
fn render_raw_model_constraints(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let given = args.required(0, "raw_constraints")?;
    if given.is_none() || given.is_undefined() {
        return Ok(values::list(Vec::new()));
    }
    let given = values::to_json(&given)?;
    let all = given.as_array().into_iter().flatten();
    let parts = all.filter_map(|one| constraints::on_model(scope, one));
    Ok(values::list(parts.map(Value::from).collect()))
}

fn execute_for_tests(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let (_, table) = run(scope, &args.text(0, "sql")?, true)?;
    Ok(table)
}

fn run(scope: &Arc<Scope>, sql: &str, fetch: bool) -> Result<(Value, Value), Error> {
    let Some(connection) = scope.connection.as_ref().filter(|_| scope.executes()) else {
        return Ok((results::response(-1), results::table(Arc::default())));
    };
    let outcome = connection.execute(sql, &scope.query_comment).map_err(database_error)?;
    let Some(outcome) = outcome else {
        return Err(invalid("there is no database to run this statement on"));
    };
    let table = if fetch { outcome.table.unwrap_or_default() } else { adapters::Table::default() };
    let sink = Some(scope.globals.sink.clone());
    let table = results::printing_table(Arc::new(table), sink);
    Ok((results::response(outcome.rows_affected), table))
}

/// Inserts the rows of a seed with bound values: `load_rows(relation, table, columns)`.
fn load_rows(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
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

fn convert_type(_: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let table = results::as_table(&args.required(0, "agate_table")?)
        .ok_or_else(|| invalid("convert_type() needs a table"))?;
    let at = args.required(1, "col_idx")?.as_usize().unwrap_or_default();
    let declared = table.declared_types.get(at).cloned().flatten();
    let by_values = || match table.column_kind(at) {
        ColumnKind::Integer => "integer".to_owned(),
        ColumnKind::Number => "REAL".to_owned(),
        ColumnKind::Text => "TEXT".to_owned(),
    };
    Ok(Value::from(declared.unwrap_or_else(by_values)))
}

fn quote(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    Ok(Value::from(scope.globals.adapter.quote(&args.text(0, "identifier")?)))
}

fn quote_as_configured(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
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

fn quote_seed_column(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let name = args.text(0, "column")?;
    // dbt: quotes unless `quote_columns` is false.
    let quoted =
        args.optional(1, "quote_config").filter(|v| !v.is_none()).is_none_or(|v| v.is_true());
    Ok(Value::from(if quoted { scope.globals.adapter.quote(&name) } else { name }))
}

fn type_name(scope: &AdapterObject, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(scope.globals.adapter.type_name()))
}

fn nice_connection_name(scope: &AdapterObject, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(scope.node.as_ref().map_or("master", |node| node.unique_id.as_str())))
}

fn supports(_: &AdapterObject, _: &Args) -> Result<Value, Error> {
    Ok(Value::from(false))
}

/// `dispatch(name, macro_namespace)`: the macro for this engine, else the default one. For a package's own macro,
/// forge's implementation for this engine comes between the package's for the engine and its default.
fn dispatch(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let name = args.text(0, "macro_name")?;
    if name.contains('.') {
        return Err(invalid(format!(
            "dispatch() takes the package in `macro_namespace`, not in the name `{name}`"
        )));
    }
    if args.optional(2, "packages").is_some_and(|packages| !packages.is_none()) {
        return Err(invalid(format!(
            "dispatch() of `{name}`: the argument `packages` is gone; name one package in `macro_namespace`"
        )));
    }
    let namespace = args.optional(1, "macro_namespace").filter(|namespace| !namespace.is_none());
    if let Some(other) = namespace.as_ref().filter(|namespace| namespace.as_str().is_none()) {
        return Err(invalid(format!(
            "dispatch() takes text or nothing as `macro_namespace`, got {other}"
        )));
    }
    let namespace = namespace.map(|namespace| namespace.to_string());
    let packages: Vec<Option<String>> = match &namespace {
        None => vec![None],
        Some(namespace) => scope.globals.search_order(namespace),
    };
    let engine = scope.globals.adapter.type_name();
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
        }
    }
    let tried = packages.iter().flat_map(|package| {
        let package = package.as_deref().map(|package| format!("{package}.")).unwrap_or_default();
        [engine, "default"].map(|prefix| format!("`{package}{prefix}__{name}`"))
    });
    let tried: Vec<String> = tried.collect();
    Err(invalid(format!("dispatch() found no macro for `{name}`; looked for {}", tried.join(", "))))
}

/// The name of forge's own implementation of a package's macro for an engine.
fn stand_in(engine: &str, package: &str, name: &str) -> String {
    format!("{engine}__{package}__{name}")
}

fn get_incremental_strategy_macro(scope: &AdapterObject, args: &Args) -> Result<Value, Error> {
    let strategy = args.text(1, "strategy")?;
    let name = format!("get_incremental_{}_sql", strategy.replace('+', "_"));
    scope.macro_named(&name).ok_or_else(|| {
        invalid(format!(
            "`{strategy}` is not an incremental strategy: dbt could not find an incremental strategy macro with the \
             name \"{name}\"; the built-in ones are append, delete+insert and merge"
        ))
    })
}
