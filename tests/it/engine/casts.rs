//! Casts to dates: ISO text, or a warning where the profile keeps the engine's numbers.

use super::rows;
use crate::scratch::Scratch;

const CASTS: &str = "//- models/days.sql\n{{ config(materialized='table') }}\n\
    select cast('2026-01-31 12:30:00' as date) as day,\n  cast('2026-01-31T12:30' as timestamp) as at, 'cast(x as date)' as text\n\
    //- models/seen.sql\nselect * from {{ ref('days') }} where day = cast('2026-01-31' as date)\n\
    //- tests/none.sql\nselect * from {{ ref('seen') }} where day <> cast(at as date)\n";

#[test]
fn a_cast_to_a_date_gives_text_and_the_file_keeps_the_cast() {
    let scratch = Scratch::new(CASTS);
    let outcome = scratch.forge(&["build"]).expect(0, &["PASS=3"]);
    outcome.without(&["E0710"]);
    assert_eq!(
        rows(&scratch, "select day, at, text from seen"),
        ["2026-01-31|2026-01-31 12:30:00|cast(x as date)"]
    );
    let compiled = scratch.read("target/compiled/shop/models/seen.sql");
    assert!(compiled.contains("cast('2026-01-31' as date)"), "{compiled}");
}

#[test]
fn a_profile_can_keep_the_numbers_and_gets_a_warning() {
    let scratch = Scratch::new(&format!(
        "{CASTS}//- profiles.yml\nshop:\n  target: dev\n  outputs:\n    dev: {{type: sqlite, schema: main, path: shop.db, iso_casts: false}}\n\
         //- dbt_project.yml\nname: shop\nversion: '1.0'\nprofile: shop\n"
    ));
    scratch
        .forge(&["build"])
        .expect(0, &["E0710", "model `days`", "test `none`", "iso_casts: true"]);
    assert_eq!(rows(&scratch, "select day, at from days"), ["2026|2026"]);
}
