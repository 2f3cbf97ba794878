//! The rows that a unit test found different, painted by their signs.

use super::style::{Paint, Style, count};
use crate::events::{RowDiff, RowMark};

/// The table, every line behind four blanks, and what its signs mean.
pub fn render(diff: &RowDiff, style: Style) -> String {
    const MARGIN: usize = 4;
    let arrow = if style.unicode { "→" } else { "->" };
    let mut text = String::new();
    for (mark, line) in diff.lines(style.width.saturating_sub(MARGIN), arrow) {
        let line = match mark {
            Some(mark) => style.paint(paint(mark), &line).into_owned(),
            None => line,
        };
        text += &format!("{:MARGIN$}{line}\n", "");
    }
    let legend = [
        (RowMark::Changed, format!("~ expected {arrow} actual")),
        (RowMark::Missing, "- expected, not there".to_owned()),
        (RowMark::Extra, "+ there, not expected".to_owned()),
    ];
    let mut parts: Vec<String> = legend
        .into_iter()
        .filter(|(mark, _)| diff.rows.iter().any(|row| row.mark == *mark))
        .map(|(_, meaning)| meaning)
        .collect();
    if diff.equal > 0 {
        parts.push(format!("{} as expected", count(diff.equal as i64, "row")));
    }
    text + &format!("{:MARGIN$}{}\n", "", style.paint(Paint::Dim, &parts.join("; ")))
}

fn paint(mark: RowMark) -> Paint {
    match mark {
        RowMark::Changed => Paint::Warning,
        RowMark::Missing => Paint::Error,
        RowMark::Extra => Paint::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{DiffCell, DiffRow};

    #[test]
    fn signs_are_explained_as_far_as_they_are_there() {
        let cell = |text: &str, actual: Option<&str>| DiffCell {
            text: text.to_owned(),
            actual: actual.map(str::to_owned),
        };
        let diff = RowDiff {
            columns: vec!["id".to_owned(), "total".to_owned()],
            key: vec![0],
            rows: vec![DiffRow {
                mark: RowMark::Changed,
                cells: vec![cell("1", None), cell("5", Some("6"))],
            }],
            equal: 3,
        };
        assert_eq!(
            render(&diff, Style::PLAIN),
            "      id  total\n    ~ 1   5 -> 6\n    ~ expected -> actual; 3 rows as expected\n"
        );
    }
}
