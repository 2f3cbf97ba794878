//! Random queries before both judges.

use proptest::prelude::*;

use super::database::{is_valid, lineage, objections};
use super::writer;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, max_global_rejects: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_judges_do_not_object(bytes in prop::collection::vec(any::<u8>(), 0..160)) {
        let sql = writer::query(&bytes);
        if let Err(reason) = is_valid(&sql) {
            return Err(TestCaseError::reject(reason));
        }
        let lineage = lineage(&sql).map_err(|unknown| TestCaseError::fail(format!("{unknown}: {sql}")))?;
        let objections = objections(&sql, &lineage);
        prop_assert!(objections.is_empty(), "{objections:#?}\n{sql}\n{lineage:#?}");
    }

    #[test]
    fn no_text_ends_the_process(words in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text: Vec<&str> = words.into_iter().map(|at| PIECES[at]).collect();
        let _ = lineage(&format!("select {}", text.join(" ")));
        let _ = lineage(&text.join(" "));
    }
}

/// Pieces of queries, which make queries now and then.
const PIECES: &[&str] = &[
    "select",
    "from",
    "t",
    "u",
    "a",
    "t.a",
    "*",
    "t.*",
    ",",
    "(",
    ")",
    "with",
    "recursive",
    "q",
    "as",
    "where",
    "join",
    "using",
    "natural",
    "union",
    "all",
    "except",
    "order by",
    "group by",
    "limit",
    "1",
    "over",
    "partition by",
    "window",
    "case",
    "when",
    "then",
    "end",
    "exists",
    "in",
    "not",
    "is",
    "null",
    "values",
    "cast",
    "exclude",
    "materialized",
    "indexed",
    "\"a.b\"",
    "'x'",
    "[",
    "`",
    "--",
    "名",
    "json_each(a)",
    ";",
];
