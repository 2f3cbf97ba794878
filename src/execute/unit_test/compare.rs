//! Expected rows beside those that came out: order does not count, doubles do.
//!
//! Rows that are left over on both sides belong together when they have the same key or are alike in half of their
//! cells; what belongs together is shown as one changed row.

use super::values::{Expected, Kind, shown};
use crate::adapters::Datum;
use crate::events::{DiffCell, DiffRow, RowDiff, RowMark};

/// A compared column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Compared {
    /// Its name.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: Kind,
    /// It tells rows apart.
    pub(super) is_key: bool,
    /// Its place in the rows that came out.
    pub(super) at: usize,
}

/// More pairs than this are not looked at one by one.
const MAX_PAIRS: usize = 250_000;

/// What differs; `None` when nothing does.
pub(super) fn compare(
    columns: &[Compared],
    expected: &[Vec<Expected>],
    actual: &[Vec<Datum>],
) -> Option<RowDiff> {
    let same = |one: &[Expected], other: &[Datum]| likeness(columns, one, other) == columns.len();
    let mut left: Vec<usize> = (0..actual.len()).collect();
    let mut missing: Vec<usize> = Vec::new();
    for (at, row) in expected.iter().enumerate() {
        match left.iter().position(|other| same(row, &actual[*other])) {
            Some(place) => drop(left.remove(place)),
            None => missing.push(at),
        }
    }
    if missing.is_empty() && left.is_empty() {
        return None;
    }
    let pairs = pairs(columns, expected, actual, (&missing, &left));
    let mut rows: Vec<DiffRow> = Vec::new();
    for at in &missing {
        rows.push(match pairs.iter().find(|(one, _)| one == at) {
            Some((_, other)) => changed(columns, &expected[*at], &actual[*other]),
            None => alone(RowMark::Missing, expected[*at].iter().map(|cell| &cell.datum)),
        });
    }
    for at in left.iter().filter(|at| !pairs.iter().any(|(_, other)| other == *at)) {
        rows.push(alone(RowMark::Extra, actual[*at].iter()));
    }
    Some(RowDiff {
        columns: columns.iter().map(|column| column.name.clone()).collect(),
        key: (0..columns.len()).filter(|at| columns[*at].is_key).collect(),
        rows,
        equal: expected.len() - missing.len(),
    })
}

/// How many cells are equal.
fn likeness(columns: &[Compared], expected: &[Expected], actual: &[Datum]) -> usize {
    let cells = columns.iter().zip(expected).zip(actual);
    cells.filter(|((column, one), other)| one.is(other, column.kind)).count()
}

/// Rows that belong together, the most alike first.
fn pairs(
    columns: &[Compared],
    expected: &[Vec<Expected>],
    actual: &[Vec<Datum>],
    (missing, extra): (&[usize], &[usize]),
) -> Vec<(usize, usize)> {
    let keys: Vec<usize> = (0..columns.len()).filter(|at| columns[*at].is_key).collect();
    let has_same_key = |one: usize, other: usize| {
        let is_same = |at: &usize| expected[one][*at].is(&actual[other][*at], columns[*at].kind);
        !keys.is_empty() && keys.iter().all(is_same)
    };
    let mut scored: Vec<(usize, usize, usize)> = Vec::new();
    for (count, one) in missing.iter().enumerate() {
        if count.saturating_mul(extra.len()) > MAX_PAIRS {
            break;
        }
        for other in extra {
            let alike = likeness(columns, &expected[*one], &actual[*other]);
            let score = match has_same_key(*one, *other) {
                true => columns.len() + alike,
                false => alike,
            };
            // With a key, rows of other keys are other rows.
            let is_pair = if keys.is_empty() { alike * 2 >= columns.len() } else { score > alike };
            if is_pair && alike > 0 {
                scored.push((score, *one, *other));
            }
        }
    }
    scored.sort_by_key(|(score, one, other)| (std::cmp::Reverse(*score), *one, *other));
    let mut taken: Vec<(usize, usize)> = Vec::new();
    for (_, one, other) in scored {
        if !taken.iter().any(|(a, b)| *a == one || *b == other) {
            taken.push((one, other));
        }
    }
    taken
}

fn changed(columns: &[Compared], expected: &[Expected], actual: &[Datum]) -> DiffRow {
    let cells = columns.iter().zip(expected).zip(actual).map(|((column, one), other)| {
        let (text, found) = (shown(&one.datum), shown(other));
        match one.is(other, column.kind) {
            true => DiffCell { text, actual: None },
            // A number and its text look the same, so the text gets its quotes.
            false if text == found => {
                DiffCell { text: quoted(&one.datum, text), actual: Some(quoted(other, found)) }
            }
            false => DiffCell { text, actual: Some(found) },
        }
    });
    DiffRow { mark: RowMark::Changed, cells: cells.collect() }
}

fn quoted(datum: &Datum, text: String) -> String {
    match datum {
        Datum::Text(_) => format!("'{text}'"),
        _ => text,
    }
}

fn alone<'d>(mark: RowMark, cells: impl Iterator<Item = &'d Datum>) -> DiffRow {
    let cells = cells.map(|datum| DiffCell { text: shown(datum), actual: None });
    DiffRow { mark, cells: cells.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(key: bool) -> Vec<Compared> {
        let column = |name: &str, is_key| Compared {
            name: name.to_owned(),
            kind: Kind::Unknown,
            is_key,
            at: 0,
        };
        vec![column("id", key), column("name", false), column("amt", false)]
    }

    fn expected(rows: &[(i64, &str, i64)]) -> Vec<Vec<Expected>> {
        let cell = |datum| Expected { datum, is_bare: false };
        rows.iter()
            .map(|(a, b, c)| vec![cell((*a).into()), cell((*b).into()), cell((*c).into())])
            .collect()
    }

    fn actual(rows: &[(i64, &str, i64)]) -> Vec<Vec<Datum>> {
        rows.iter().map(|(a, b, c)| vec![(*a).into(), (*b).into(), (*c).into()]).collect()
    }

    fn text(key: bool, want: &[(i64, &str, i64)], have: &[(i64, &str, i64)]) -> String {
        compare(&columns(key), &expected(want), &actual(have))
            .map_or_else(String::new, |d| d.to_string())
    }

    #[test]
    fn order_does_not_count_and_doubles_do() {
        assert_eq!(text(false, &[(1, "a", 1), (2, "b", 2)], &[(2, "b", 2), (1, "a", 1)]), "");
        assert_eq!(
            text(false, &[(1, "a", 1), (1, "a", 1)], &[(1, "a", 1)]),
            "  id  name  amt\n- 1   a     1\n"
        );
    }

    #[test]
    fn alike_rows_are_one_changed_row() {
        assert_eq!(
            text(false, &[(1, "a", 1), (2, "b", 2)], &[(2, "b", 9), (3, "c", 3)]),
            "  id  name  amt\n- 1   a     1\n~ 2   b     2 → 9\n+ 3   c     3\n"
        );
    }

    #[test]
    fn a_key_decides_what_belongs_together() {
        assert_eq!(
            text(true, &[(1, "a", 1)], &[(2, "a", 1), (1, "x", 7)]),
            "  id  name   amt\n~ 1   a → x  1 → 7\n+ 2   a      1\n"
        );
    }
}
