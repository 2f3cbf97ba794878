//! Renders thousands of generated templates and compares with what Python's Jinja2 made of them.
//!
//! `tests/jinja/` has the cases and the scripts that write them. `JINJA_CASES` names other files of cases.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::value::{Object, Rest, Value};
use rayon::prelude::*;
use serde_json::Value as Json;

use super::golden::engine;
use super::macros::{MacroTable, Session};
use super::rewrite::blocks;
use super::{Engine, JinjaError, JinjaErrorKind, python, values};

/// The names the scripts offer to a template.
#[derive(Debug)]
struct Names {
    table: MacroTable,
    modules: Value,
}

impl Object for Names {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "modules" => Some(self.modules.clone()),
            "context" => Some(Value::from_dyn_object(self.clone())),
            "set" => Some(Value::from_function(set)),
            "zip" => Some(Value::from_function(zip)),
            name => self.table.lookup("shop", name),
        }
    }
}

fn set(value: Value, default: Option<Value>) -> Value {
    let items = values::elements(&value).ok();
    items.and_then(|items| values::set(items).ok()).or(default).unwrap_or_else(values::none)
}

fn zip(lists: Rest<Value>, named: minijinja::value::Kwargs) -> Result<Value, minijinja::Error> {
    let default = named.get::<Option<Value>>("default")?;
    let Ok(lists) = lists.iter().map(values::elements).collect::<Result<Vec<_>, _>>() else {
        return Ok(default.unwrap_or_else(values::none));
    };
    let len = lists.iter().map(Vec::len).min().unwrap_or(0);
    let row = |at: usize| values::tuple(lists.iter().map(|list| list[at].clone()).collect());
    Ok(values::list((0..len).map(row).collect()))
}

/// One line of a file: the template, the outcome, macros, `native`.
struct Case {
    template: String,
    expected: Result<String, String>,
    macros: String,
    native: bool,
}

fn parse(line: &str) -> Case {
    let row: Vec<Json> = serde_json::from_str(line).expect("a case is a list");
    let text = |at: usize| row.get(at).and_then(Json::as_str).unwrap_or_default().to_owned();
    let expected = match &row[1] {
        Json::String(text) => Ok(text.clone()),
        class => Err(class[0].as_str().expect("a class").to_owned()),
    };
    Case { template: text(0), expected, macros: text(2), native: text(3) == "native" }
}

fn class(error: &JinjaError) -> String {
    match error.kind {
        JinjaErrorKind::Syntax => "syntax",
        JinjaErrorKind::Undefined => "undefined",
        _ => "error",
    }
    .to_owned()
}

fn render(plain: &Engine, case: &Case) -> Result<String, (String, String)> {
    let own;
    let engine = match case.macros.is_empty() {
        true => plain,
        false => match blocks(&case.macros) {
            Ok(_) => {
                own = engine("shop", &case.macros);
                &own
            }
            Err(error) => return Err(("error".to_owned(), error.message)),
        },
    };
    let clock = || "2024-02-29T12:30:45.123456Z".parse().expect("a timestamp");
    let names = Names { table: engine.table("shop", &["dbt"]), modules: python::modules(clock) };
    let (ctx, session) = (Value::from_object(names), Session::compile());
    let rendered = match case.native {
        true => engine
            .render_native("t", &case.template, ctx, &session)
            .map(|value| values::python_repr(&value)),
        false => engine.render("t", &case.template, ctx, &session),
    };
    rendered.map_err(|error| (class(&error), error.message))
}

fn difference(plain: &Engine, case: &Case) -> Option<String> {
    let outcome = render(plain, case);
    let same = match (&case.expected, &outcome) {
        (Ok(expected), Ok(text)) => expected == text,
        (Err(_), Err(_)) => true,
        _ => false,
    };
    if same {
        return None;
    }
    let mut out = String::new();
    if !case.macros.is_empty() {
        let _ = writeln!(out, "  macros: {:?}", case.macros);
    }
    let _ = writeln!(out, "  template: {}", case.template);
    let _ = writeln!(out, "    python: {:?}", case.expected);
    let _ = writeln!(out, "    forge:  {outcome:?}");
    Some(out)
}

fn files() -> Vec<PathBuf> {
    if let Ok(names) = std::env::var("JINJA_CASES") {
        return names.split(':').map(PathBuf::from).collect();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/jinja/cases");
    let entries = fs::read_dir(folder).expect("there are cases");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn generated_templates_render_as_in_python() {
    let text: String = files().iter().map(|f| fs::read_to_string(f).expect("reads")).collect();
    let cases: Vec<Case> = text.lines().map(parse).collect();
    let plain = engine("shop", "");
    let wrong: Vec<String> = cases.par_iter().filter_map(|case| difference(&plain, case)).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    assert!(cases.len() >= 10_000 || std::env::var_os("JINJA_CASES").is_some());
}
