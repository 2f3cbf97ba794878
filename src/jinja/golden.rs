//! Templates beside what Python's Jinja2 makes of them, and what a few of dbt's built-in names add.
//!
//! Whole projects beside what dbt 1.12 compiled are in `tests/golden`.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use minijinja::value::{Object, Rest, Value};
use minijinja::{Error, ErrorKind};

use super::macros::{CallRecorder, MacroDef, MacroTable, Session};
use super::rewrite::blocks;
use super::values::{self, to_json, to_mutable};
use super::{Engine, JinjaError, JinjaErrorKind, Keys, dumps};

/// A context with the few built-in functions the cases use.
#[derive(Debug)]
pub(crate) struct TestContext {
    table: MacroTable,
}

impl Object for TestContext {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "context" => Some(Value::from_dyn_object(self.clone())),
            "exceptions" => {
                Some(values::dict([("raise_compiler_error", Value::from_function(raise))]))
            }
            "tojson" => Some(Value::from_function(|value: Value, _: Rest<Value>| {
                to_json(&value).map(|json| dumps(&json, Keys::Inserted, None))
            })),
            "fromjson" => Some(Value::from_function(|text: String, default: Option<Value>| {
                serde_json::from_str(&text)
                    .map_or(default.unwrap_or_default(), |json| to_mutable(&json))
            })),
            name => self.table.lookup("shop", name),
        }
    }
}

#[derive(Debug)]
struct Raised(String);

impl std::fmt::Display for Raised {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Raised {}

fn raise(message: String) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message.clone()).with_source(Raised(message)))
}

/// An engine with the macros of a file.
pub(crate) fn engine(package: &str, source: &str) -> Engine {
    let defs = blocks(source).expect("macros parse").into_iter().map(|block| MacroDef {
        unique_id: format!("macro.{package}.{}", block.internal_name()),
        package: package.to_owned(),
        name: block.internal_name(),
        source: source[block.span.clone()].into(),
        arguments: block.arguments,
        path: "macros/m.sql".to_owned(),
        offset: block.span.start,
    });
    Engine::new(defs.collect())
}

fn context(engine: &Engine) -> Value {
    Value::from_object(TestContext { table: engine.table("shop", &["dbt"]) })
}

fn render(macros: &str, source: &str) -> Result<String, JinjaError> {
    let engine = engine("shop", macros);
    engine.render("model", source, context(&engine), &Session::compile())
}

fn show(source: &str) -> String {
    render("", source).unwrap_or_else(|error| format!("error: {error}"))
}

/// `testdata/python.json` holds pairs of a template and what Python's Jinja2 3.1.6 rendered; `ERR` is any error.
#[test]
fn templates_render_as_in_python() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/jinja/testdata/python.json");
    let pairs: Vec<(String, String)> =
        serde_json::from_str(&fs::read_to_string(file).expect("reads")).expect("parses");
    let mut wrong = Vec::new();
    for (source, expected) in &pairs {
        let macros = if source.contains("{% macro") { source.as_str() } else { "" };
        let macros = if blocks(macros).is_ok() { macros } else { "" };
        let actual = render(macros, source).unwrap_or_else(|error| match expected.as_str() {
            "ERR" => "ERR".to_owned(),
            _ => format!("{error}"),
        });
        if &actual != expected {
            wrong.push(format!("{source}\n  python: {expected}\n  engine: {actual}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), pairs.len(), wrong.join("\n"));
    assert!(pairs.len() > 50);
}

#[test]
fn undefined_names_print_nothing_but_cannot_be_used() {
    assert_eq!(show("[{{ nope }}]"), "[]");
    assert_eq!(show("{{ nope.x }}"), "error: 'nope' is undefined");
    assert_eq!(show("{{ nope() }}"), "error: 'nope' is undefined");
    assert_eq!(show("{{ nope + 1 }}"), "error: 'nope' is undefined");
    assert_eq!(show("{{ 1 < nope }}"), "error: 'nope' is undefined");
    assert_eq!(show("{{ {}.a.b }}"), "error: 'a' is undefined");
}

#[test]
fn undefined_names_are_harmless_while_parsing() {
    let engine = engine("shop", "");
    let source = "[{{ a.b.c('x')[1] }}{{ a + 1 }}{{ a ~ 'y' }}{% for x in a %}x{% endfor %}\
        {{ a is defined }}{{ a is none }}{{ a|default('d') }}{{ {}.b.c.d() }}{{ a < 2 }}{{ range(2) }}]";
    let text = engine.render("m", source, context(&engine), &Session::parse()).expect("renders");
    assert_eq!(text, "[yFalseFalsedFalserange(0, 2)]");
}

#[test]
fn errors_carry_the_macro_stack_in_source_offsets() {
    let macros = "{% macro outer() %}{{ inner([1]) }}{% endmacro %}\
        {% macro inner(x) %}{{ x + [2] }}{{ exceptions.raise_compiler_error('no') }}{% endmacro %}";
    let source = "select {{ [1] + [2] }} {{ outer() }}";
    let error = render(macros, source).expect_err("fails");
    assert_eq!((error.message.as_str(), error.kind), ("no", JinjaErrorKind::Raised));
    assert_eq!(error.downcast::<Raised>().expect("payload").0, "no");
    let places: Vec<_> = error.frames.iter().map(|frame| frame.template.as_str()).collect();
    assert_eq!(places, ["macro.shop.inner", "macro.shop.outer", "model"]);
    let texts = [&macros[macros.find("{% macro inner").expect("inner")..], macros, source];
    let ranges = error
        .frames
        .iter()
        .zip(texts)
        .map(|(frame, text)| text[frame.range.clone().expect("range")].to_owned());
    let ranges: Vec<_> = ranges.collect();
    assert_eq!(ranges, ["exceptions.raise_compiler_error('no')", "inner([1])", "outer()"]);
}

#[test]
fn recursion_works_and_ends_with_an_error_on_a_small_stack() {
    let macros = "{% macro down(n) %}{{ n }}{% if n > 0 %}{{ down(n - 1) }}{% endif %}{% endmacro %}\
        {% macro forever() %}{{ forever() }}{% endmacro %}";
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
        assert_eq!(render(macros, "{{ down(9) }}").expect("renders"), "9876543210");
        let error = render(macros, "{{ forever() }}").expect_err("fails");
        assert_eq!(error.kind, JinjaErrorKind::Recursion);
        error.frames.len()
    });
    let depth = thread.expect("spawns").join().expect("does not overflow");
    assert!(depth > 60, "only {depth} calls deep");
}

#[test]
fn hostile_templates_end_with_an_error() {
    let macros = "{% macro both(n) %}{{ both(n) }}{{ both(n) }}{% endmacro %}\
        {% macro fan(n) %}{% if n %}{{ fan(n - 1) }}{{ fan(n - 1) }}{% endif %}{% endmacro %}";
    for source in [
        "{{ range(10 ** 12) }}",
        "{{ 'x' * 10 ** 10 }}",
        "{{ [0] * 10 ** 10 }}",
        "{{ 2 ** (10 ** 9) }}",
        "{{ 'x'.ljust(10 ** 12) }}",
        "{{ '%1000000000000d' % 1 }}{{ '{:1000000000000}'.format(1) }}",
        "{{ ('x' * 10 ** 7).replace('x', 'y' * 10 ** 7) }}",
        "{{ range(100000)|join('x' * 10 ** 7) }}",
        "{% set ns = namespace(s='x') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ '' }}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}some text{% endfor %}{% endfor %}",
        "{{ both(1) }}",
        "{{ fan(99) }}",
        "{% for x in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
    ] {
        assert!(render(macros, source).is_err(), "{source}");
    }
}

#[derive(Default)]
struct Calls(Mutex<Vec<String>>);

impl CallRecorder for Calls {
    fn record(&self, unique_id: &str) {
        self.0.lock().expect("lock").push(unique_id.to_owned());
    }
}

#[test]
fn only_direct_calls_are_recorded() {
    let macros = "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}x{% endmacro %}\
        {% macro c() %}{{ caller() }}{% endmacro %}";
    let engine = engine("shop", macros);
    let calls = Arc::new(Calls::default());
    let session = Session::compile().recording(calls.clone());
    let source = "{{ a() }}{{ shop.a() }}{% call c() %}{{ b() }}{% endcall %}";
    assert_eq!(engine.render("m", source, context(&engine), &session).expect("renders"), "xxx");
    let recorded = calls.0.lock().expect("lock").clone();
    assert_eq!(recorded, ["macro.shop.a", "macro.shop.a", "macro.shop.c"]);
}

#[test]
fn macro_arguments_are_checked() {
    let macros = "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}";
    let text = |source: &str| render(macros, source).unwrap_or_else(|error| error.message);
    assert_eq!(text("{{ m(1) }}{{ m(b=2) }}"), "112");
    assert_eq!(text("{{ m(1, 2, 3) }}"), "macro 'm' takes not more than 2 argument(s)");
    assert_eq!(text("{{ m(1, z=3) }}"), "macro 'm' takes no keyword argument 'z'");
}

#[test]
fn values_come_out_typed() {
    let engine = engine("shop", "{% macro m(a, b) %}{{ return([a, b]) }}{% endmacro %}");
    let session = Session::compile();
    let ctx = || context(&engine);
    let keyword = [("b".to_owned(), Value::from(2))];
    let value = engine.call_macro("macro.shop.m", &[Value::from(1)], &keyword, ctx(), &session);
    assert_eq!(values::python_str(&value.expect("calls")), "[1, 2]");
    let value = engine.eval_expr("m(1, 2)[1] + 1", ctx(), &session).expect("evaluates");
    assert_eq!(value, Value::from(3));
    let native = |source: &str| {
        engine
            .render_native("yml", source, ctx(), &session)
            .map(|value| values::python_repr(&value))
    };
    assert_eq!(native("{{ 1 + 1 }}").expect("renders"), "2");
    assert_eq!(native("{{ '1' }}").expect("renders"), "'1'");
    assert_eq!(native("{{ '1'|as_number }}").expect("renders"), "1");
    assert_eq!(native("{{- '[1]'|as_native -}}").expect("renders"), "[1]");
    assert_eq!(native("{{ 1 }}{{ 2 }}").expect("renders"), "'12'");
    assert_eq!(native("plain").expect("renders"), "'plain'");
    assert!(native("{{ 'x'|as_bool }}").is_err());
    let error = engine.eval_expr("1 + nope", ctx(), &session).expect_err("fails");
    assert_eq!(error.frames[0].range, Some(0..8));
}

#[test]
fn dbt_blocks_are_callable_by_their_internal_names() {
    let source = "{% materialization t, default %}{{ return({'relations': [ref_name]}) }}{% endmaterialization %}\
        {% test positive(model, column_name) %}select {{ column_name }} from {{ model }}{% endtest %}";
    let engine = engine("shop", source);
    let call = |id: &str, args: &[Value]| {
        let value = engine.call_macro(id, args, &[], context(&engine), &Session::compile());
        values::python_str(&value.expect("calls"))
    };
    assert_eq!(call("macro.shop.materialization_t_default", &[]), "{'relations': [Undefined]}");
    let args = [Value::from("m"), Value::from("c")];
    assert_eq!(call("macro.shop.test_positive", &args), "select c from m");
}

#[test]
fn names_mean_the_own_then_the_root_then_a_built_in_macro() {
    let def = |package: &str, name: &str| MacroDef {
        unique_id: format!("macro.{package}.{name}"),
        package: package.to_owned(),
        name: name.to_owned(),
        source: format!("{{% macro {name}() %}}{package}{{% endmacro %}}").into(),
        ..MacroDef::default()
    };
    let engine = Engine::new(vec![
        def("shop", "a"),
        def("utils", "a"),
        def("dbt", "a"),
        def("dbt", "b"),
        def("dbt_sqlite", "b"),
    ]);
    let table = engine.table("shop", &["dbt_sqlite", "dbt"]);
    let found =
        |package: &str, name: &str| table.resolve(package, name).map(|m| m.unique_id().to_owned());
    assert_eq!(found("utils", "a").as_deref(), Some("macro.utils.a"));
    assert_eq!(found("other", "a").as_deref(), Some("macro.shop.a"));
    assert_eq!(found("shop", "b").as_deref(), Some("macro.dbt_sqlite.b"));
    assert_eq!(table.get("dbt", "a").expect("found").unique_id(), "macro.dbt.a");
    assert!(table.namespace("nope").is_none());
}

#[test]
fn one_engine_serves_many_threads() {
    let engine = engine("shop", "{% macro m(x) %}{{ return(x * 2) }}{% endmacro %}");
    let run = |n: i64| {
        let source = format!("{{{{ m({n}) }}}}");
        engine.render("m", &source, context(&engine), &Session::compile()).expect("renders")
    };
    std::thread::scope(|scope| {
        let run = &run;
        let threads: Vec<_> = (0..4).map(|n| scope.spawn(move || run(n))).collect();
        let texts: Vec<_> =
            threads.into_iter().map(|thread| thread.join().expect("joins")).collect();
        assert_eq!(texts, ["0", "2", "4", "6"]);
    });
}
