//! Configuration that the engine cannot follow is named once.

use crate::scratch::Scratch;

#[test]
fn grants_and_persist_docs_are_named_once() {
    let scratch = Scratch::new(
        "//- models/a.sql\n{{ config(grants={'select': ['ann']}) }} select 1 as a\n\
         //- models/b.sql\n{{ config(grants={'select': ['bob']}, persist_docs={'relation': true}) }} select 1 as b\n\
         //- models/c.sql\n{{ config(persist_docs={'relation': false}, grants={}) }} select 1 as c\n",
    );
    let outcome = scratch.forge(&["run"]).expect(
        0,
        &[
            "`grants` of 2 nodes change nothing: sqlite has no privileges",
            "`persist_docs` of 1 node changes nothing: sqlite has no comments",
        ],
    );
    assert_eq!(outcome.text().matches("no privileges").count(), 1);
    scratch.forge(&["run", "--select", "c"]).expect(0, &[]).without(&["change nothing"]);
}
