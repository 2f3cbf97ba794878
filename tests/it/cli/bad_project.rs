//! Mistakes in the project: files, YAML, names. Nothing is executed, the exit code is 2.

use crate::scratch::Scratch;

/// dbt 1.12: the behaviour flag `require_resource_names_without_spaces`.
#[test]
fn a_name_with_a_blank_is_refused_unless_the_project_allows_it() {
    let scratch = Scratch::new("//- models/daily orders.sql\nselect 1 as id\n");
    scratch.forge(&["parse"]).expect(2, &["E0320", "daily orders", "`daily_orders`"]);
    scratch.write(
        "dbt_project.yml",
        "name: shop\nversion: '1.0'\nflags: {require_resource_names_without_spaces: false}\n",
    );
    scratch.forge(&["build"]).expect(0, &["warning[E0320]"]);
}

#[test]
fn a_missing_project_file_is_named() {
    let scratch = Scratch::empty();
    scratch.forge(&["build"]).expect(2, &["E0101", "dbt_project.yml"]);
    assert!(!scratch.path("target").exists());
}

#[test]
fn yaml_that_does_not_parse_is_shown_with_line_and_column() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/schema.yml\nmodels:\n  - name: a\n   description: bad indent\n",
    );
    let outcome = scratch.forge(&["parse"]).expect(2, &["E0202", "models/schema.yml:3:"]);
    let text = outcome.text();
    let after = text.split("models/schema.yml:3:").nth(1).unwrap();
    assert!(after.starts_with(|c: char| c.is_ascii_digit()), "no column in {outcome}");
}

#[test]
fn a_project_file_that_does_not_parse_is_shown_with_its_line() {
    let scratch = Scratch::new("//- dbt_project.yml\nname: shop\nmodels: {a: 1\n");
    scratch.forge(&["parse"]).expect(2, &["E0202", "dbt_project.yml:"]);
}

#[test]
fn an_unknown_key_is_a_warning_with_a_suggestion_and_an_error_when_strict() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/schema.yml\nmodels:\n  - name: a\n    desciption: misspelt\n",
    );
    let texts = ["E0204", "desciption", "`description`", "models/schema.yml:3:5"];
    scratch.forge(&["parse"]).expect(0, &texts).mentions(&["warning"]);
    scratch.forge(&["parse", "--strict"]).expect(2, &texts).mentions(&["error"]);
}

#[test]
fn an_unknown_configuration_key_gets_a_suggestion() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/schema.yml\nmodels:\n  - name: a\n    config:\n      materialised: table\n",
    );
    let texts = ["E0204", "materialised", "`materialized`", "models/schema.yml:4:7"];
    scratch.forge(&["parse"]).expect(0, &texts);
    scratch.forge(&["parse", "--strict"]).expect(2, &texts);
}

#[test]
fn slips_in_the_configuration_by_folder_get_a_suggestion() {
    let scratch = Scratch::new(
        "//- models/marts/a.sql\nselect 1 as id\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nmodels:\n  shop:\n    +materialised: table\n    mart:\n      +enabled: true\n",
    );
    let texts = [
        "E0204",
        "dbt_project.yml:5:5",
        "`materialized`",
        "E0502",
        "dbt_project.yml:6:5",
        "`marts`",
    ];
    scratch.forge(&["parse"]).expect(0, &texts);
    scratch.forge(&["parse", "--strict"]).expect(2, &texts);
}

#[test]
fn meta_may_hold_any_key() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- models/schema.yml\nmodels:\n  - name: a\n    config:\n      meta: {desciption: x, owner: {nmae: y}}\n",
    );
    scratch.forge(&["parse", "--strict"]).expect(0, &[]).without(&["E0204"]);
    assert!(scratch.read("target/manifest.json").contains("\"nmae\""));
}

#[test]
fn two_models_of_one_name_are_shown_with_both_files() {
    let scratch = Scratch::new(
        "//- models/x/orders.sql\nselect 1 as id\n//- models/y/orders.sql\nselect 2 as id\n",
    );
    scratch
        .forge(&["parse"])
        .expect(2, &["E0303", "orders", "models/x/orders.sql", "models/y/orders.sql"]);
}

#[test]
fn an_unknown_ref_points_at_its_place_and_suggests_a_name() {
    let scratch = Scratch::new(
        "//- models/stg_orders.sql\nselect 1 as id\n\
         //- models/orders.sql\nselect *\nfrom {{ ref('stg_order') }}\n",
    );
    let texts = ["E0301", "stg_order", "`stg_orders`", "models/orders.sql:2:"];
    scratch.forge(&["build"]).expect(2, &texts);
    assert!(!scratch.path("shop.db").exists(), "nothing may be executed");
}

#[test]
fn an_unknown_source_points_at_its_place_and_suggests_a_name() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect * from {{ source('bank', 'acounts') }}\n\
         //- models/sources.yml\nsources:\n  - name: bank\n    tables: [{name: accounts}]\n",
    );
    scratch.forge(&["parse"]).expect(2, &["E0302", "acounts", "accounts", "models/a.sql:1:"]);
}

#[test]
fn all_mistakes_are_shown_at_once() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect * from {{ ref('ghost_one') }}\n\
         //- models/b.sql\nselect * from {{ ref('ghost_two') }} {{ source('no', 'table') }}\n\
         //- models/schema.yml\nmodels: [oops\n",
    );
    scratch.forge(&["parse"]).expect(2, &["ghost_one", "ghost_two", "E0302", "models/schema.yml:"]);
}

#[test]
fn a_cycle_is_shown_all_the_way_round() {
    let scratch = Scratch::new(
        "//- models/one.sql\nselect * from {{ ref('two') }}\n\
         //- models/two.sql\nselect * from {{ ref('three') }}\n\
         //- models/three.sql\nselect * from {{ ref('one') }}\n\
         //- models/aside.sql\nselect * from {{ ref('one') }}\n",
    );
    let outcome = scratch.forge(&["run"]).expect(2, &["E0306", "model.shop.one"]);
    let text = outcome.text();
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let way = words.filter(|word| matches!(*word, "one" | "two" | "three")).collect::<Vec<_>>();
    let rounds = [["one", "two", "three"], ["three", "two", "one"]];
    let closes = |four: &[&str]| {
        rounds.iter().any(|round| {
            let start = round.iter().position(|name| *name == four[0]).unwrap();
            (0..4).all(|at| four[at] == round[(start + at) % 3])
        })
    };
    assert!(way.windows(4).any(closes), "no full circle in {outcome}");
    outcome.without(&["model.shop.aside"]);
}

#[test]
fn variables_of_the_command_line_must_be_a_mapping() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    scratch.forge(&["parse", "--vars", "day=1"]).expect(2, &["E0107", "--vars"]);
    scratch.forge(&["parse", "--vars", "{day: 1}"]).expect(0, &[]);
}

#[test]
fn a_project_that_asks_for_another_dbt_says_so() {
    let scratch = Scratch::new(
        "//- dbt_project.yml\nname: shop\nversion: '1.0'\nrequire-dbt-version: '>=2.0.0'\n",
    );
    scratch.forge(&["parse"]).expect(2, &["E0103", "2.0.0", "1.12"]);
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
    scratch.forge(&["parse", "--profile", "nowhere"]).expect(2, &["E0104", "nowhere"]);
}

#[test]
fn an_unversioned_model_has_no_version_to_reference() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n//- models/b.sql\nselect * from {{ ref('a', v=3) }}\n",
    );
    scratch.forge(&["parse"]).expect(2, &["E0301", "models/b.sql:1:18", "which has no versions"]);
}

#[test]
fn the_version_of_a_project_is_no_whole_number() {
    for (version, code) in [("1", 2), ("abc", 2), ("1.5", 0), ("'1.0'", 0), ("1.0.0-rc1", 0)] {
        let scratch = Scratch::new("//- models/a.sql\nselect 1 as id\n");
        scratch.write("dbt_project.yml", &format!("name: shop\nversion: {version}\n"));
        scratch.forge(&["parse"]).expect(code, &[]);
    }
}

#[test]
fn enabled_must_be_a_boolean() {
    let scratch = Scratch::new("//- models/a.sql\n{{ config(enabled='maybe') }}\nselect 1 as id\n");
    scratch.forge(&["parse"]).expect(2, &["E0205", "models/a.sql:1:20", "`maybe`"]);
}

#[test]
fn a_misspelt_configuration_of_an_empty_folder_gets_a_suggestion() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect 1 as id\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nmodels: {er: {materialised: table}}\n",
    );
    scratch.forge(&["parse"]).expect(0, &["E0204", "did you mean `materialized`"]);
}

#[test]
fn a_cycle_is_told_beside_other_mistakes() {
    let scratch = Scratch::new(
        "//- models/a.sql\nselect * from {{ ref('b') }}\n//- models/b.sql\nselect * from {{ ref('a') }}\n\
         //- models/c.sql\nselect * from {{ ref('nope') }}\n",
    );
    for verb in ["compile", "run", "check"] {
        let told = scratch.forge(&[verb]).expect_failure(&["E0301", "E0306"]);
        assert_eq!(told.stderr.matches("depend on each other").count(), 1, "{told}");
    }
}
