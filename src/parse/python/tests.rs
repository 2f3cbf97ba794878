//! Python models as dbt 1.12 reads them.

use super::*;

fn refs(text: &str) -> Vec<String> {
    let capture = read(text).unwrap();
    capture.refs.into_iter().map(|call| call.name).collect()
}

fn message(text: &str) -> String {
    read(text).unwrap_err().message
}

fn model(body: &str) -> String {
    format!("import pandas as pd\n\ndef model(dbt, session):\n    {body}\n    return df\n")
}

#[test]
fn calls_are_found_in_dbts_order() {
    let text =
        "df = dbt.ref('a').join(dbt.ref('b')).union([dbt.ref('c'), x], k={'d': dbt.ref('d')})";
    assert_eq!(refs(&model(text)), ["c", "d", "b", "a"]);
    let text = "df = f\"{dbt.ref('e')!r}\" + session.sql(f'select {dbt.ref(\"f\")} {{x}}')";
    // A template's braces are refused before anything else.
    assert_eq!(message(&model(text)), "templates are not allowed in Python");
    let text = "df = f\"{dbt.ref('e')!r:>3}\" + session.sql(f'select {dbt.ref(\"f\")}')";
    assert_eq!(refs(&model(text)), ["e", "f"]);
}

#[test]
fn what_is_deep_in_an_argument_is_not_looked_at() {
    assert_eq!(refs(&model("df = run(x + dbt.ref('a'), (dbt.ref('b')), -dbt.ref('c'))")), ["b"]);
    assert_eq!(refs(&model("df = [dbt.ref('a') for _ in rows if dbt.ref('b')]")), ["a", "b"]);
    assert_eq!(refs(&model("# dbt.ref('a')\n    s = '''dbt.ref('b')'''\n    df = s")), [""; 0]);
}

#[test]
fn arguments_are_literals() {
    let text = "dbt.config(materialized='incremental', tags=['a', \"b\"], n=-1, f=1.5, d={'k': (1, None)}, t=True)\n    df = dbt.source('s', 't')\n    dbt.config.get('k', 'd')\n    x = dbt.ref('p', 'm', v=2)";
    let capture = read(&model(text)).unwrap();
    assert_eq!(capture.sources, [["s".to_owned(), "t".to_owned()]]);
    assert_eq!(capture.refs[0].package.as_deref(), Some("p"));
    assert_eq!(capture.refs[0].version, Some(json!(2)));
    assert_eq!(capture.config.get("d"), Some(&json!({"k": [1, null]})));
    assert_eq!(capture.config.get("n"), Some(&json!(-1)));
    assert_eq!(capture.config.get("config_keys_used"), Some(&json!(["k"])));
    assert_eq!(capture.config.get("config_keys_defaults"), Some(&json!(["d"])));
    assert_eq!(
        message(&model("df = dbt.ref(name)")),
        "an argument of a dbt function must be a literal"
    );
}

#[test]
fn the_function_must_be_as_dbt_wants_it() {
    assert!(message("x = 1\n").contains("this one defines 0"));
    assert!(message("def model(session, dbt):\n  return 1").contains("first argument"));
    assert!(message("def model(dbt):\n  return 1").contains("two arguments"));
    assert!(message("def model(dbt, session):\n  x = 1\n").contains("returning one"));
    assert!(message("def model(dbt, session):\n  return a, b\n").contains("returning one"));
    assert!(message("def model(dbt, s):\n  return f(\n").contains("missing"));
    assert!(read("# nothing\n").is_ok());
    assert!(read("def model(dbt, session): return dbt.ref('a')").is_ok());
    let nested = "def model(dbt, session):\n    def model(x):\n        pass\n    return (\n  1)\n";
    assert!(read(nested).is_ok());
}

#[test]
fn any_text_is_read_without_a_panic() {
    for text in [
        "'",
        "\\",
        "f'{'",
        "f'}'",
        "(",
        "é(ü)",
        "0x",
        "1e+",
        "def",
        "def model",
        "\"\\",
        "def model(,): return",
    ] {
        let _ = read(text);
    }
}
