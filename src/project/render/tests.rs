//! What YAML values become; the expectations were recorded from dbt 1.12.6.

use serde_json::json;

use super::*;
use crate::project::flags::parse_vars;
use crate::project::testing::MemoryHost;

fn context(vars: Json) -> YamlContext {
    let host = MemoryHost::new(&[]).with_env(&[("FOO", "5"), ("EMPTY", "")]);
    let vars = parse_vars(&vars.to_string()).unwrap();
    let target = json!({"name": "dev", "schema": "main", "threads": 2});
    YamlContext::new(
        &YamlFacts::new(&host, json!({"WHICH": "run"})),
        vars,
        Some(&target),
        Secrets::Refused,
    )
}

fn render(text: &str) -> Result<Json, RenderError> {
    let vars =
        json!({"n": 1, "s": "{{ 1 + 1 }}", "five": "5", "b": "true", "self": "{{ var('self') }}"});
    let mut context = context(vars);
    Arc::make_mut(&mut context.vars).entries.extend(parse_vars("d: 2020-01-02").unwrap().entries);
    render_text(text, &context)
}

#[test]
fn one_expression_keeps_its_type() {
    for (text, want) in [
        ("{{ env_var('FOO') }}", json!("5")),
        ("{{ env_var('EMPTY', 'd') }}", json!("")),
        ("{{ env_var('NOPE', default='d') }}", json!("d")),
        ("{{ env_var('FOO') | as_number }}", json!(5)),
        ("{{ env_var('FOO') | as_text }}", json!("5")),
        ("{{ var('m', 3) }}", json!(3)),
        ("{{ var('m', none) }}", json!(null)),
        ("{{ var('q', [1, 'a']) }}", json!([1, "a"])),
        ("{{ var('n') }}", json!(1)),
        ("{{ var('s') }}", json!("2")),
        ("{{ var('five') }}", json!("5")),
        ("{{ var('b') }}", json!("true")),
        ("{{ target.threads + 1 }}", json!(3)),
        ("{{ target.name == 'dev' }}", json!(true)),
        ("{{ target['schema'] }}", json!("main")),
        ("{{ '5' | as_number }}", json!(5)),
        ("{{ 'True' | as_bool }}", json!(true)),
        ("{{ '007' | as_native }}", json!("007")),
        ("{{ \"[1, 'x']\" | as_native }}", json!([1, "x"])),
        ("{{ env_var('FOO').lower() }}\n", json!("5")),
        ("{{ target.name.startswith('d') }}", json!(true)),
        ("{{ target.get('nope', 'x') }}", json!("x")),
        ("{{ flags.WHICH }}", json!("run")),
        ("{{ fromjson('[1, 2]') }}", json!([1, 2])),
        ("{{ modules.re.sub('[0-9]+', '#', env_var('FOO')) }}", json!("#")),
        ("{{ var('d') }}", json!("2020-01-02")),
        ("{{ var('d').year }}", json!(2020)),
        ("{{ local_md5(target.name) | length }}", json!(32)),
        ("{{ context.env_var('FOO') }}", json!("5")),
    ] {
        assert_eq!(render(text), Ok(want), "{text}");
    }
}

#[test]
fn constants_and_longer_texts_are_text() {
    for (text, want) in [
        ("{{ 1 }}", "1"),
        ("{{ [1,2] }}", "[1, 2]"),
        ("{{ none }}", "None"),
        ("{{ true }}", "True"),
        ("{{ none ~ '' }}", "None"),
        ("x{{ true }}", "xTrue"),
        ("{{ target.name }} ", "dev "),
        ("{{ target.name }}{{ target.schema }}", "devmain"),
        ("{# c #}", ""),
        ("x{{ nope }}", "x"),
        ("{% if target.name == 'dev' %}{{ 1 }}{% endif %}", "1"),
        ("a\n", "a"),
        ("a\n\n", "a\n"),
    ] {
        assert_eq!(render(text), Ok(json!(want)), "{text}");
    }
}

#[test]
fn errors_say_what_is_missing() {
    for (text, code) in [
        ("{{ env_var('NOPE') }}", codes::MISSING_ENV_VAR),
        ("a {{ env_var('NOPE', none) }}", codes::MISSING_ENV_VAR),
        ("{{ var('NOPE') }}", codes::MISSING_VAR),
        ("{{ nope }}", codes::UNKNOWN_NAME),
        ("{{ nope.x }}", codes::RENDER_ERROR),
        ("{{ var( }}", codes::JINJA_SYNTAX),
        ("{{ 'x' | as_number }}", codes::RENDER_ERROR),
        ("{{ 'true' | as_bool }}", codes::RENDER_ERROR),
        ("{{ env_var('DBT_ENV_SECRET_X', 'd') }}", codes::RENDER_ERROR),
        ("{{ var('self') }}", codes::RENDER_ERROR),
    ] {
        assert_eq!(render(text).map_err(|e| e.code()), Err(code), "{text}");
    }
}
