//! Seeds: files that are no tables, types, sizes, configs.

use std::time::{Duration, Instant};

use super::rows;
use crate::scratch::Scratch;

fn seed(csv: &str, config: &str) -> Scratch {
    let scratch = Scratch::new("");
    scratch.write("seeds/s.csv", csv);
    if !config.is_empty() {
        scratch.write("seeds/s.yml", &format!("seeds:\n  - name: s\n    config: {{{config}}}\n"));
    }
    scratch
}

#[test]
fn a_file_that_is_no_table_is_an_error_with_its_place() {
    for (csv, words) in [
        ("", &["E0207", "seeds/s.csv", "empty"][..]),
        ("id,v\n1,a\n2,b,c\n", &["E0207", "seeds/s.csv:3", "3 values", "2 columns"]),
    ] {
        seed(csv, "").forge(&["seed"]).expect(1, words);
    }
    let scratch = seed("", "");
    std::fs::write(scratch.path("seeds/s.csv"), b"id,v\n1,caf\xe9\n").unwrap();
    scratch.forge(&["seed"]).expect_failure(&["seeds/s.csv", "UTF-8"]);
}

#[test]
fn bytes_that_are_allowed_survive() {
    let scratch = seed(
        "\u{feff}id,v\r\n1,\"a\nb\"\r\n2,\"say \"\"hi\"\"\"\r\n3,h\u{e9}\u{1f600}\r\n4,'; drop table s; --\r\n",
        "",
    );
    scratch.forge(&["seed"]).expect(0, &["4 rows"]);
    assert_eq!(
        rows(&scratch, "select id, v from s"),
        ["1|a\nb", "2|say \"hi\"", "3|h\u{e9}\u{1f600}", "4|'; drop table s; --"]
    );
    let scratch = seed("id,v\n1,a\0b\n", "");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select length(cast(v as blob)), hex(v) from s"), ["3|610062"]);
}

#[test]
fn repeated_and_odd_headers_get_names_of_their_own() {
    let scratch = seed("id,id,,a b,\"q\"\"q\",select\n1,2,3,4,5,6\n", "");
    let outcome = scratch.forge(&["seed"]);
    outcome.expect(0, &[]);
    assert_eq!(
        rows(&scratch, "select id, id_2, c, \"a b\", \"q\"\"q\", \"select\" from s"),
        ["1|2|3|4|5|6"]
    );
}

#[test]
fn names_that_differ_only_in_case_are_refused() {
    seed("id,v,ID\n1,2,3\n", "").forge(&["seed"]).expect(1, &["E0207", "`id` and `ID`"]);
}

#[test]
fn a_row_that_is_too_short_is_filled_up_with_a_warning() {
    let scratch = seed("id,v\n1,a\n2\n\n4,d\n", "");
    scratch
        .forge(&["seed"])
        .expect(0, &["E0207", "seeds/s.csv:3", "1 of 2 values", "also on line 4"]);
    assert_eq!(rows(&scratch, "select * from s"), ["1|a", "2|~", "~|~", "4|d"]);
}

#[test]
fn a_value_that_does_not_fit_is_named_and_the_table_stays() {
    let scratch = seed("id,v\n1,a\n", "column_types: {id: integer}");
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.write("seeds/s.csv", "id,v\n2,b\nthree,c\n");
    scratch.forge(&["seed"]).expect(1, &["E0207", "seeds/s.csv:3", "`three`", "is no integer"]);
    assert_eq!(rows(&scratch, "select * from s"), ["1|a"]);
}

#[test]
fn a_header_alone_makes_an_empty_table() {
    let scratch = seed("id,v\n", "");
    scratch.forge(&["seed"]).expect(0, &["0 rows"]);
    assert!(rows(&scratch, "select id, v from s").is_empty());
}

#[test]
fn configs_of_a_seed_count() {
    let scratch = seed("id;v\n1;a,b\n", "delimiter: ';'");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select id, v from s"), ["1|a,b"]);
    let scratch = seed("id\tv\n1\ta,b\n", "delimiter: \"\\t\"");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select id, v from s"), ["1|a,b"]);
    seed("id;;v\n", "delimiter: ';;'").forge(&["seed"]).expect_failure(&["delimiter"]);
    let scratch = seed("Id,V\n1,a\n", "quote_columns: false");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select id, v from s"), ["1|a"]);
    let scratch = seed("a b,order\n1,2\n", "quote_columns: true");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select \"a b\", \"order\" from s"), ["1|2"]);
    seed("id\n1\n", "enabled: false").forge(&["seed"]).expect(0, &[]);
}

#[test]
fn declared_types_recreate_the_table_and_keep_the_text() {
    let scratch = seed("code,n\n007,1\n012,2\n", "");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select code, n from s"), ["7|1", "12|2"]);
    scratch.write("models/v.sql", "select code from {{ ref('s') }}\n");
    scratch.forge(&["run"]).expect(0, &[]);
    scratch.write(
        "seeds/s.yml",
        "seeds:\n  - name: s\n    config: {column_types: {code: varchar(3), N: real}}\n",
    );
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select code from v"), ["007", "012"]);
    assert_eq!(rows(&scratch, "select type from pragma_table_info('s') limit 1"), ["varchar(3)"]);
}

#[test]
fn numbers_that_do_not_fit_are_not_silently_cut() {
    let scratch = seed("n,x\n9223372036854775807,1e308\n-9223372036854775808,-1e-300\n", "");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select n from s"), ["9223372036854775807", "-9223372036854775808"]);
    let scratch = seed("n\n99999999999999999999999999\n1\n", "column_types: {n: text}");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select n from s"), ["99999999999999999999999999", "1"]);
}

#[test]
fn changed_rows_replace_the_old_ones_and_a_changed_header_the_table() {
    let scratch = seed("id,v\n1,a\n", "");
    scratch.forge(&["seed"]).expect(0, &[]);
    scratch.write("seeds/s.csv", "id,v\n2,b\n3,c\n");
    scratch.forge(&["seed"]).expect(0, &["2 rows"]);
    assert_eq!(rows(&scratch, "select * from s"), ["2|b", "3|c"]);
    scratch.write("seeds/s.csv", "v,w\nb,9\n");
    scratch.forge(&["seed"]).expect(0, &[]);
    assert_eq!(rows(&scratch, "select * from s"), ["b|9"]);
}

#[test]
fn a_view_in_the_place_of_a_seed_is_named() {
    let scratch = seed("id\n1\n", "");
    rusqlite::Connection::open(scratch.path("shop.db"))
        .unwrap()
        .execute_batch("create view s as select 5 as id")
        .unwrap();
    scratch.forge(&["seed"]).expect(1, &["view"]);
    assert_eq!(rows(&scratch, "select id from s"), ["5"]);
}

#[test]
fn a_hundred_thousand_rows_are_no_trouble() {
    let mut csv = String::from("id,name,amount,day\n");
    for id in 0..100_000 {
        csv.push_str(&format!("{id},name {id},{}.25,2026-01-{:02}\n", id % 977, id % 28 + 1));
    }
    let scratch = seed(&csv, "");
    let start = Instant::now();
    scratch.forge(&["seed"]).expect(0, &["100,000 rows"]);
    // Half a second in a release build; without optimization, and on a busy machine, it may take longer.
    assert!(start.elapsed() < Duration::from_secs(60), "{:?}", start.elapsed());
    assert_eq!(
        rows(&scratch, "select count(*), sum(amount) > 0, max(day) from s"),
        ["100000|1|2026-01-28"]
    );
}
