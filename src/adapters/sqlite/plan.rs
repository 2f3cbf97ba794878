//! Query plans, from the words of `EXPLAIN QUERY PLAN`.
//!
//! Source: <https://www.sqlite.org/eqp.html>. The words are no interface of SQLite's; what is not understood is shown
//! as it is.

use super::super::session::{Access, PlanStep};

/// A step from its words; `depth` steps are around it.
pub(super) fn step(depth: usize, detail: &str) -> PlanStep {
    let access = access(detail);
    let table = match access {
        Access::Other | Access::Sort => None,
        _ => detail.split_whitespace().nth(1).map(str::to_owned),
    };
    PlanStep { depth, text: detail.to_owned(), table, access }
}

fn access(detail: &str) -> Access {
    let is_subquery = ["(subquery", "CONSTANT", "SUBQUERY"]
        .iter()
        .any(|word| detail.split_once(' ').is_some_and(|(_, rest)| rest.starts_with(word)));
    if detail.starts_with("USE TEMP B-TREE") {
        return Access::Sort;
    }
    if is_subquery {
        return Access::Other;
    }
    if let Some((_, columns)) = detail.split_once("USING AUTOMATIC ") {
        return Access::TemporaryIndex { columns: compared(columns) };
    }
    match detail.split_once(' ').map_or(detail, |(verb, _)| verb) {
        "SCAN" => match index(detail) {
            Some(name) => Access::ScanIndex { index: name },
            None => Access::Scan,
        },
        "SEARCH" => Access::Search { index: index(detail) },
        _ => Access::Other,
    }
}

/// The name behind `USING … INDEX`.
fn index(detail: &str) -> Option<String> {
    let (_, rest) = detail.split_once(" INDEX ")?;
    rest.split_whitespace().next().map(str::to_owned)
}

/// The columns in `(a=? AND b>?)`.
fn compared(detail: &str) -> Vec<String> {
    let inside = detail.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')'));
    let parts = inside.map_or("", |(inside, _)| inside).split(" AND ");
    let name =
        |part: &str| part.split(['=', '<', '>']).next().unwrap_or_default().trim().to_owned();
    parts.map(name).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_the_engine_are_understood() {
        for (detail, table, access) in [
            ("SCAN o", Some("o"), Access::Scan),
            (
                "SCAN o USING COVERING INDEX i_o",
                Some("o"),
                Access::ScanIndex { index: "i_o".into() },
            ),
            (
                "SEARCH c USING AUTOMATIC COVERING INDEX (id=? AND d=?)",
                Some("c"),
                Access::TemporaryIndex { columns: vec!["id".into(), "d".into()] },
            ),
            (
                "SEARCH c USING INDEX i_c (id=?)",
                Some("c"),
                Access::Search { index: Some("i_c".into()) },
            ),
            (
                "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)",
                Some("c"),
                Access::Search { index: None },
            ),
            ("USE TEMP B-TREE FOR ORDER BY", None, Access::Sort),
            ("SCAN CONSTANT ROW", None, Access::Other),
            ("SCAN (subquery-1)", None, Access::Other),
            ("MATERIALIZE x", None, Access::Other),
        ] {
            let step = step(0, detail);
            assert_eq!((step.table.as_deref(), &step.access), (table, &access), "{detail}");
        }
    }
}
