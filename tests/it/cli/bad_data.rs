//! Trouble with data and databases: broken seeds, locked or foreign files, tables that went away, failing tests.

use rusqlite::Connection;

use crate::scratch::{Outcome, Scratch, skip};

const TABLE: &str = "//- models/a.sql\n{{ config(materialized='table') }}\nselect 1 as id\n";

/// Asserts that the message of a seed leads to the third line of its file.
#[track_caller]
fn names_row_3(outcome: Outcome) {
    let text = outcome.text();
    let places = ["row 3", "line 3", "seeds/people.csv:3"];
    assert!(places.iter().any(|place| text.contains(place)), "no row number in {outcome}");
    outcome.mentions(&["E0207", "seeds/people.csv"]);
}

#[test]
fn a_row_of_a_seed_with_too_many_fields_is_named() {
    let scratch = Scratch::new("//- seeds/people.csv\nid,name\n1,Ada\n2,Grace,Hopper\n3,Joan\n");
    names_row_3(scratch.forge(&["seed"]).expect(1, &[]));
}

/// dbt fills such a row up with nulls; whether that is a warning or an error, the row has to be named.
#[test]
fn a_row_of_a_seed_with_too_few_fields_is_named() {
    let scratch = Scratch::new("//- seeds/people.csv\nid,name\n1,Ada\n2\n3,Joan\n");
    names_row_3(scratch.forge(&["seed"]));
}

#[test]
fn a_value_that_does_not_fit_its_declared_type_is_named_with_its_row() {
    let scratch = Scratch::new(
        "//- seeds/people.csv\nid,age\n1,36\n2,old\n\
         //- seeds/schema.yml\nseeds:\n  - name: people\n    config: {column_types: {age: integer}}\n",
    );
    names_row_3(scratch.forge(&["seed"]).expect(1, &["old", "age"]));
}

#[test]
fn a_broken_seed_leaves_its_table_as_it_was() {
    let scratch = Scratch::new("//- seeds/people.csv\nid,name\n1,Ada\n");
    scratch.forge(&["seed"]).expect(0, &[]);
    let before = scratch.rows("shop.db");
    scratch.write("seeds/people.csv", "id,name\n7,Joan\n8,Ada,Byron\n");
    scratch.forge(&["seed"]).expect(1, &["E0207"]);
    assert_eq!(scratch.rows("shop.db"), before);
}

#[test]
fn a_locked_database_is_reported_and_not_changed() {
    let scratch = Scratch::new(TABLE);
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.write("models/a.sql", "{{ config(materialized='table') }}\nselect 2 as id\n");
    let other = scratch.db();
    other.execute_batch("begin immediate").unwrap();
    scratch.forge(&["run"]).expect_failure(&["E0702", "shop.db", "locked"]);
    other.execute_batch("rollback").unwrap();
    assert_eq!(scratch.value("select id from a"), 1.into());
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(scratch.value("select id from a"), 2.into());
}

#[test]
fn a_database_that_refuses_writers_is_reported() {
    let scratch = Scratch::new(TABLE);
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.db().pragma_update(None, "journal_mode", "delete").unwrap();
    // The "file format write version" in the header: beyond 2, SQLite opens the file read-only, for root too.
    let mut bytes = std::fs::read(scratch.path("shop.db")).unwrap();
    bytes[18] = 3;
    std::fs::write(scratch.path("shop.db"), &bytes).unwrap();
    scratch.forge(&["run"]).expect_failure(&["E0703", "shop.db"]);
    assert_eq!(std::fs::read(scratch.path("shop.db")).unwrap(), bytes, "the file was changed");
}

#[cfg(unix)]
#[test]
fn a_file_without_write_permission_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new(TABLE);
    scratch.forge(&["run"]).expect(0, &[]);
    let permit = |path: &str, mode| {
        std::fs::set_permissions(scratch.path(path), std::fs::Permissions::from_mode(mode))
            .unwrap();
    };
    permit("shop.db", 0o444);
    if std::fs::OpenOptions::new().write(true).open(scratch.path("shop.db")).is_ok() {
        return skip("this user may write read-only files (root), so permissions cannot be tested");
    }
    scratch.forge(&["run"]).expect_failure(&["E0703", "shop.db"]);
    permit("shop.db", 0o644);
    assert_eq!(scratch.value("select id from a"), 1.into());
}

#[test]
fn a_file_that_is_not_a_database_is_reported_and_not_overwritten() {
    let scratch = Scratch::new(TABLE);
    let letter = "Dear reader, this is a letter and not a database. ".repeat(100);
    scratch.write("shop.db", &letter);
    scratch.forge(&["run"]).expect_failure(&["E0704", "shop.db"]);
    assert_eq!(scratch.read("shop.db"), letter);
}

#[test]
fn a_database_in_a_folder_that_is_not_there_is_reported() {
    let scratch = Scratch::new(&format!(
        "{TABLE}//- profiles.yml\nshop:\n  target: dev\n  outputs:\n    dev: {{type: sqlite, path: no/such/blocked/x.db}}\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\n"
    ));
    // A file where the folder should be: it cannot be made either.
    scratch.write("no", "");
    scratch.forge(&["run"]).expect_failure(&["E0701", "x.db"]);
}

#[test]
fn a_table_that_vanished_is_named() {
    let scratch = Scratch::new(&format!(
        "{TABLE}//- models/b.sql\n{{{{ config(materialized='table') }}}}\nselect id\nfrom {{{{ ref('a') }}}}\n"
    ));
    scratch.forge(&["run"]).expect(0, &[]);
    let before = scratch.rows("shop.db")["b"].clone();
    scratch.db().execute_batch("drop table a").unwrap();
    scratch.forge(&["run", "--select", "b"]).expect(1, &["E0706", "`a`", "models/b.sql:3:"]);
    assert_eq!(scratch.rows("shop.db")["b"], before);
}

#[test]
fn a_failed_test_shows_its_count_five_rows_and_where_the_rest_is() {
    let scratch = Scratch::new(
        "//- seeds/people.csv\nid,name\n9001,\n9002,\n9003,\n9004,\n9005,\n9006,\n9007,\n9008,Ada\n\
         //- tests/nameless.sql\nselect id, name from {{ ref('people') }} where name is null\n",
    );
    let outcome = scratch.forge(&["build"]).expect(1, &["E0801", "nameless", "7", "forge show"]);
    let text = outcome.text();
    let shown = (9001..=9007).filter(|id| text.contains(&id.to_string())).count();
    assert_eq!(shown, 5, "rows shown by {outcome}");
}

#[test]
fn a_selection_without_a_node_says_so_and_is_fine() {
    let scratch = Scratch::new(TABLE);
    scratch.forge(&["run", "--select", "aa_nothing_aa"]).expect(0, &["E0602", "aa_nothing_aa"]);
    scratch.forge(&["ls", "--select", "no_method_is:this"]).expect(2, &["E0601", "no_method_is"]);
    let other = Connection::open(scratch.path("shop.db")).unwrap();
    let tables: i64 = other
        .query_row("select count(*) from sqlite_master where name = 'a'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 0);
}

#[test]
fn the_caret_marks_what_the_engine_stumbled_over() {
    let scratch = Scratch::new(
        "//- models/a.sql\n{{ config(materialized='table') }}\nselect 'ab' as x from ab\n\
         //- models/b.sql\n{{ config(materialized='table') }}\nselect 1 qualify 1\n",
    );
    scratch.forge(&["run"]).expect(1, &["models/a.sql:2:23", "models/b.sql:2:18"]);
}

#[test]
fn a_failing_hook_of_a_model_is_named() {
    let scratch = Scratch::new(
        "//- models/a.sql\n{{ config(post_hook='insert into {{ this.name }}_log values (1)', materialized='table') }}\nselect 1 as id\n\
         //- models/b.sql\n{{ config(pre_hook={'sql': 'nope', 'transaction': false}, materialized='table') }}\nselect 1 as id\n",
    );
    scratch
        .forge(&["run"])
        .expect(1, &["the post-hook of model `a`", "`a_log`", "the pre-hook of model `b`"])
        .without(&["build what it reads first"]);
}
