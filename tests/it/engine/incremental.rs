//! Incremental models: strategies, keys, changing columns, changing kinds.

use super::{model, rows};
use crate::scratch::Scratch;

/// A project whose seed `raw` feeds the incremental model `inc`; `raw` is replaced between runs.
fn project(config: &str) -> Scratch {
    let scratch = Scratch::new("//- seeds/raw.csv\nid,part,v,w\n1,a,x,1\n2,a,y,2\n3,b,z,3\n");
    let config = format!("materialized='incremental', {config}");
    scratch.write("models/inc.sql", &model(&config, "select * from {{ ref('raw') }}"));
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|y|2", "3|b|z|3"]);
    scratch
}

fn feed(scratch: &Scratch, csv: &str) {
    scratch.write("seeds/raw.csv", csv);
    scratch.forge(&["seed"]).expect(0, &[]);
}

fn table(scratch: &Scratch) -> Vec<String> {
    rows(scratch, "select * from inc order by 1, 2, 3, 4")
}

const NEXT: &str = "id,part,v,w\n2,a,new,20\n4,b,more,40\n";

#[test]
fn append_adds_and_a_full_refresh_starts_over() {
    let scratch = project("incremental_strategy='append'");
    feed(&scratch, NEXT);
    scratch.forge(&["run"]).expect(0, &["2 rows"]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|new|20", "2|a|y|2", "3|b|z|3", "4|b|more|40"]);
    scratch.forge(&["run", "--full-refresh"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["2|a|new|20", "4|b|more|40"]);
}

#[test]
fn the_full_refresh_config_wins_over_the_flag() {
    let scratch = project("unique_key='id', full_refresh=false");
    feed(&scratch, NEXT);
    scratch.forge(&["run", "--full-refresh"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|new|20", "3|b|z|3", "4|b|more|40"]);
    let scratch = project("unique_key='id', full_refresh=true");
    feed(&scratch, NEXT);
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["2|a|new|20", "4|b|more|40"]);
}

#[test]
fn rows_are_replaced_by_key_whatever_the_key_looks_like() {
    for config in [
        "unique_key='id'",
        "unique_key=['id']",
        "unique_key=['id', 'part']",
        "unique_key='id', incremental_strategy='delete+insert'",
        "unique_key=['id', 'part'], incremental_strategy='delete+insert'",
        "unique_key=\"id || part\", incremental_strategy='delete+insert'",
        "unique_key='id', incremental_strategy='merge'",
        "unique_key=['id', 'part'], incremental_strategy='merge'",
    ] {
        let scratch = project(config);
        feed(&scratch, NEXT);
        for _ in 0..2 {
            scratch.forge(&["run"]).expect(0, &[]);
            assert_eq!(
                table(&scratch),
                ["1|a|x|1", "2|a|new|20", "3|b|z|3", "4|b|more|40"],
                "{config}"
            );
        }
    }
}

#[test]
fn a_composite_key_compares_all_of_its_columns() {
    for strategy in ["merge", "delete+insert"] {
        let scratch =
            project(&format!("unique_key=['id', 'part'], incremental_strategy='{strategy}'"));
        feed(&scratch, "id,part,v,w\n1,b,other,9\n");
        scratch.forge(&["run"]).expect(0, &[]);
        assert_eq!(table(&scratch), ["1|a|x|1", "1|b|other|9", "2|a|y|2", "3|b|z|3"], "{strategy}");
    }
}

#[test]
fn merge_updates_only_the_columns_it_was_told_to() {
    let scratch =
        project("unique_key='id', incremental_strategy='merge', merge_update_columns=['v']");
    feed(&scratch, NEXT);
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|new|2", "3|b|z|3", "4|b|more|40"]);
    let scratch =
        project("unique_key='id', incremental_strategy='merge', merge_exclude_columns=['v']");
    feed(&scratch, NEXT);
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|y|20", "3|b|z|3", "4|b|more|40"]);
}

#[test]
fn a_null_key_matches_nothing() {
    for strategy in ["merge", "delete+insert"] {
        let scratch = project(&format!("unique_key='id', incremental_strategy='{strategy}'"));
        feed(&scratch, "id,part,v,w\n,a,nil,0\n1,a,one,1\n");
        scratch.forge(&["run"]).expect(0, &[]);
        assert_eq!(table(&scratch), ["~|a|nil|0", "1|a|one|1", "2|a|y|2", "3|b|z|3"], "{strategy}");
        scratch.forge(&["run"]).expect(0, &[]);
        assert_eq!(table(&scratch).len(), 5, "{strategy}");
    }
}

#[test]
fn merge_refuses_two_new_rows_for_one_old_row() {
    let scratch = project("unique_key='id', incremental_strategy='merge'");
    feed(&scratch, "id,part,v,w\n2,a,one,1\n2,a,two,2\n");
    scratch.forge(&["run"]).expect(1, &["inc", "id = 2", "more than once"]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|y|2", "3|b|z|3"]);
}

#[test]
fn predicates_narrow_what_is_replaced() {
    let scratch = project(
        "unique_key='id', incremental_strategy='delete+insert', incremental_predicates=[\"DBT_INTERNAL_DEST.part = 'b'\"]",
    );
    feed(&scratch, "id,part,v,w\n2,a,again,20\n3,b,new,30\n");
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|again|20", "2|a|y|2", "3|b|new|30"]);
    let scratch = project(
        "unique_key='id', incremental_strategy='merge', incremental_predicates=[\"DBT_INTERNAL_DEST.part = 'b'\"]",
    );
    feed(&scratch, "id,part,v,w\n2,a,again,20\n3,b,new,30\n");
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["1|a|x|1", "2|a|again|20", "2|a|y|2", "3|b|new|30"]);
}

#[test]
fn an_unknown_strategy_is_an_error_and_a_project_can_add_one() {
    let scratch = project("incremental_strategy='append'");
    let config = "materialized='incremental', incremental_strategy='mine'";
    scratch.write("models/inc.sql", &model(config, "select * from {{ ref('raw') }}"));
    scratch.forge(&["run"]).expect(1, &["mine", "models/inc.sql"]);
    scratch.write(
        "macros/mine.sql",
        "{% macro get_incremental_mine_sql(arg_dict) %}delete from {{ arg_dict['target_relation'] }} where id < 3{% endmacro %}\n",
    );
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(table(&scratch), ["3|b|z|3"]);
}

#[test]
fn new_and_missing_columns_follow_on_schema_change() {
    let changed = "id,v,part,extra\n4,more,b,e\n";
    let shape = |scratch: &Scratch| {
        rows(scratch, "select name from pragma_table_info('inc') order by cid").join(",")
    };
    let run = |value: &str| {
        let scratch = project(&format!("unique_key='id', on_schema_change='{value}'"));
        feed(&scratch, changed);
        let outcome = scratch.forge(&["run"]);
        (scratch, outcome)
    };
    let (scratch, outcome) = run("append_new_columns");
    outcome.expect(0, &[]);
    assert_eq!(shape(&scratch), "id,part,v,w,extra");
    assert_eq!(rows(&scratch, "select * from inc where id > 2"), ["3|b|z|3|~", "4|b|more|~|e"]);
    let (scratch, outcome) = run("sync_all_columns");
    outcome.expect(0, &[]);
    assert_eq!(shape(&scratch), "id,part,v,extra");
    assert_eq!(rows(&scratch, "select * from inc where id > 2"), ["3|b|z|~", "4|b|more|e"]);
    let (scratch, outcome) = run("fail");
    outcome.expect(
        1,
        &["E0708", "on_schema_change", "only in the query: `extra`", "only in the table: `w`"],
    );
    assert_eq!(table(&scratch).len(), 3);
}

#[test]
fn columns_are_matched_by_name_and_not_by_place() {
    for value in ["ignore", "append_new_columns", "sync_all_columns", "fail"] {
        let scratch = project(&format!("unique_key='id', on_schema_change='{value}'"));
        feed(&scratch, "w,v,part,id\n40,more,b,4\n");
        scratch.forge(&["run"]).expect(0, &[]);
        assert_eq!(rows(&scratch, "select * from inc where id = 4"), ["4|b|more|40"], "{value}");
    }
}

#[test]
fn a_missing_column_is_an_error_unless_the_schema_may_change() {
    let scratch = project("unique_key='id'");
    feed(&scratch, "id,part,v\n4,b,more\n");
    scratch.forge(&["run"]).expect(1, &["`w`", "on_schema_change"]);
    assert_eq!(table(&scratch).len(), 3);
}

#[test]
fn sync_survives_a_view_that_reads_the_table() {
    let scratch = project("unique_key='id', on_schema_change='sync_all_columns'");
    scratch.write("models/above.sql", "select id, v from {{ ref('inc') }}\n");
    scratch.forge(&["run"]).expect(0, &[]);
    feed(&scratch, "id,part,v,extra\n4,b,more,e\n");
    scratch.forge(&["run"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select * from above where id = 4"), ["4|more"]);
}

#[test]
fn a_relation_changes_its_kind_while_a_view_reads_it() {
    let scratch = Scratch::new("//- models/above.sql\nselect * from {{ ref('a') }}\n");
    for (at, kind) in
        ["view", "table", "incremental", "view", "incremental", "table", "view"].iter().enumerate()
    {
        scratch.write(
            "models/a.sql",
            &model(&format!("materialized='{kind}'"), &format!("select {at} as id")),
        );
        scratch.forge(&["run", "--select", "a"]).expect(0, &[]);
        if at == 0 {
            scratch.forge(&["run"]).expect(0, &[]);
        }
        let expected = if *kind == "incremental" && at == 2 { vec!["1", "2"] } else { vec![] };
        let found = rows(&scratch, "select id from above order by 1");
        match expected.is_empty() {
            true => assert_eq!(found, [at.to_string()], "{kind}"),
            false => assert_eq!(found, expected, "{kind}"),
        }
    }
}

#[test]
fn nothing_new_changes_nothing() {
    for strategy in ["append", "delete+insert", "merge"] {
        let scratch = Scratch::new("//- seeds/raw.csv\nid,v\n1,x\n2,y\n");
        let config = format!(
            "materialized='incremental', unique_key='id', incremental_strategy='{strategy}'"
        );
        let sql = "select * from {{ ref('raw') }}\n{% if is_incremental() %}where id > (select max(id) from {{ this }}){% endif %}";
        scratch.write("models/inc.sql", &model(&config, sql));
        scratch.forge(&["build"]).expect(0, &[]);
        let before = rows(&scratch, "select rowid, * from inc");
        scratch.forge(&["run"]).expect(0, &["0 rows"]);
        assert_eq!(rows(&scratch, "select rowid, * from inc"), before, "{strategy}");
        assert!(
            rows(&scratch, "select name from sqlite_master where name like '%tmp%'").is_empty()
        );
    }
}

#[test]
fn a_key_that_the_query_lacks_is_an_error_and_deletes_nothing() {
    for strategy in ["delete+insert", "merge"] {
        let scratch = project(&format!("unique_key='id', incremental_strategy='{strategy}'"));
        let config = format!(
            "materialized='incremental', unique_key='id', incremental_strategy='{strategy}'"
        );
        scratch.write("models/inc.sql", &model(&config, "select part, v, w from {{ ref('raw') }}"));
        scratch.forge(&["run"]).expect(1, &["id"]);
        assert_eq!(table(&scratch).len(), 3, "{strategy}");
    }
}

#[test]
fn odd_column_names_survive_every_strategy() {
    for strategy in ["append", "delete+insert", "merge"] {
        let scratch = Scratch::new("");
        let config = format!(
            "materialized='incremental', unique_key='id', incremental_strategy='{strategy}'"
        );
        let sql = "select 1 as id, 2 as \"order\", 3 as \"a b\", 4 as \"it's\", 5 as \"q\"\"q\"";
        scratch.write("models/inc.sql", &model(&config, sql));
        scratch.forge(&["run"]).expect(0, &[]);
        scratch.forge(&["run"]).expect(0, &[]);
        let expected = if strategy == "append" { 2 } else { 1 };
        assert_eq!(rows(&scratch, "select * from inc"), vec!["1|2|3|4|5"; expected], "{strategy}");
    }
}

#[test]
fn a_model_may_read_the_rows_that_it_replaces() {
    for kind in ["table", "incremental"] {
        let scratch = Scratch::new("");
        let config = format!("materialized='{kind}', full_refresh=true");
        let sql = "{% if load_relation(this) %}select id + 1 as id from {{ this }}{% else %}select 1 as id{% endif %}";
        scratch.write("models/a.sql", &model(&config, sql));
        scratch.write("models/above.sql", "select id from {{ ref('a') }}\n");
        for expected in ["1", "2", "3"] {
            scratch.forge(&["run"]).expect(0, &["1 row"]);
            assert_eq!(rows(&scratch, "select id from above"), [expected], "{kind}");
        }
        let failing = sql.replace("id + 1", "abs(-9223372036854775807 - id / id)");
        scratch.write("models/a.sql", &model(&config, &failing));
        scratch.forge(&["run"]).expect(1, &["overflow"]);
        assert_eq!(rows(&scratch, "select id from above"), ["3"], "{kind}");
    }
}
