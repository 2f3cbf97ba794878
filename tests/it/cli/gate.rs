//! Files for the gate before a merge: JUnit, SARIF, Markdown, annotations.

use std::fs;

use serde_json::Value as Json;

use crate::scratch::Scratch;

const PROJECT: &str = "
//- models/good.sql
select 1 as id, 'secret-cell' as name
//- models/broken.sql
select id,
       nme
from {{ ref('base') }}
//- models/base.sql
select 1 as id
//- models/below.sql
select * from {{ ref('broken') }}
//- models/schema.yml
models:
  - name: good
    columns:
      - name: name
        data_tests:
          - accepted_values: {arguments: {values: ['x']}}
";

fn text(scratch: &Scratch, name: &str) -> String {
    fs::read_to_string(scratch.path(name)).unwrap()
}

#[test]
fn a_run_is_written_in_every_form() {
    let scratch = Scratch::new(PROJECT);
    fs::create_dir(scratch.path("../.git")).unwrap();
    let gate =
        ["--junit", "out/j.xml", "--sarif", "out/s.sarif", "--summary", "out/s.md", "--github"];
    let outcome = scratch.forge(&[&["build"][..], &gate].concat());
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);

    let junit = text(&scratch, "out/j.xml");
    for part in [
        r#"tests="5" skipped="1" failures="1" errors="1""#,
        r#"classname="model.shop.broken""#,
        r#"file="shop/models/broken.sql" line="2""#,
        r#"file="shop/models/schema.yml" line="6""#,
    ] {
        assert!(junit.contains(part), "{part}\n{junit}");
    }

    let sarif: Json = serde_json::from_str(&text(&scratch, "out/s.sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2, "{results:#?}");
    let region = |rule: &str| {
        let result = results.iter().find(|one| one["ruleId"] == rule).unwrap();
        let place = &result["locations"][0]["physicalLocation"];
        (place["artifactLocation"]["uri"].clone(), place["region"]["startLine"].clone())
    };
    assert_eq!(region("E0705"), ("shop/models/broken.sql".into(), 2.into()));
    assert_eq!(region("E0801"), ("shop/models/schema.yml".into(), 6.into()));

    let markdown = text(&scratch, "out/s.md");
    assert!(markdown.contains("| 2 | 0 | 2 | 1 | 5 |"), "{markdown}");
    assert!(markdown.contains("`shop/models/broken.sql:2`"), "{markdown}");
    let annotation = "::error title=E0705 sql-error,file=shop/models/broken.sql,line=2,";
    assert!(outcome.stderr.contains(annotation), "{}", outcome.stderr);
    for written in [&junit, &markdown, &text(&scratch, "out/s.sarif")] {
        assert!(!written.contains("secret-cell"), "{written}");
    }
}

#[test]
fn secrets_and_rows_of_unit_tests_are_in_none_of_them() {
    let scratch = Scratch::new(
        "
//- models/a.sql
select 1 as id, 'made-cell' as name
//- models/raises.sql
select {{ exceptions.raise_compiler_error('x ' ~ var('t')) if execute else 1 }} as id
//- models/schema.yml
unit_tests:
  - name: cells
    model: a
    given: []
    expect: {rows: [{id: 1, name: expected-cell}]}
",
    );
    let secret = r#"a&b"c<d%e|f"#;
    let vars = format!("{{t: '{secret}'}}");
    let arguments = ["build", "--vars", &vars, "--junit", "j.xml", "--sarif", "s.sarif"];
    let more = ["--summary", "s.md", "--github"];
    let outcome =
        scratch.forge_with(&[&arguments[..], &more].concat(), &[("DBT_ENV_SECRET_T", secret)]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let annotations: String =
        outcome.stderr.lines().filter(|line| line.starts_with("::")).collect();
    assert!(annotations.contains("*****"), "{annotations}");
    for written in
        [text(&scratch, "j.xml"), text(&scratch, "s.sarif"), text(&scratch, "s.md"), annotations]
    {
        for hidden in ["a&", "c<d", "c&lt;d", "d%", "expected-cell", "made-cell"] {
            assert!(!written.contains(hidden), "{hidden} in\n{written}");
        }
    }
}

#[test]
fn mistakes_of_the_project_are_written_too() {
    let scratch = Scratch::new("//- models/a.sql\nselect * from {{ ref('b') }}\n");
    scratch.forge(&["parse", "--junit", "j.xml", "--sarif", "s.sarif"]).expect(2, &[]);
    let junit = text(&scratch, "j.xml");
    assert!(
        junit.contains(r#"<testcase name="models/a.sql:1" classname="unknown-ref">"#),
        "{junit}"
    );
    let sarif: Json = serde_json::from_str(&text(&scratch, "s.sarif")).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "E0301");
    assert_eq!(sarif["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn a_file_that_cannot_be_written_is_a_warning() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    scratch.write("taken", "");
    let outcome = scratch.forge(&["build", "--junit", "taken/j.xml"]);
    outcome.expect(0, &["E0802"]);
}
