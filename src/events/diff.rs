//! What a unit test found: rows that differ, cell by cell, and how they look as text.
//!
//! The text has no colour; `report/` paints its lines by their marks.

use std::fmt;

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowMark {
    /// It is there with other values.
    Changed,
    /// It was expected and is not there.
    Missing,
    /// It is there and was not expected.
    Extra,
}

impl RowMark {
    /// The sign in front of the row.
    pub fn sign(self) -> char {
        match self {
            RowMark::Changed => '~',
            RowMark::Missing => '-',
            RowMark::Extra => '+',
        }
    }
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffCell {
    /// The value; of a changed cell, the expected one.
    pub text: String,
    /// The value that is there instead.
    pub actual: Option<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiffRow {
    /// How it differs.
    pub mark: RowMark,
    /// One cell for each column.
    pub cells: Vec<DiffCell>,
}

/// All rows that differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowDiff {
    /// Names of the compared columns.
    pub columns: Vec<String>,
    /// Columns that tell rows apart: shown even where a wide table is shortened.
    pub key: Vec<usize>,
    /// The rows, expected ones in their order, then those that nobody expected.
    pub rows: Vec<DiffRow>,
    /// How many rows are as expected.
    pub equal: usize,
}

/// How wide a cell may be.
const MAX_CELL: usize = 40;
/// How many rows are shown.
const MAX_ROWS: usize = 30;

impl RowDiff {
    /// What is wrong in words: `1 row differs, 2 are missing`.
    pub fn summary(&self) -> String {
        let count = |mark: RowMark| self.rows.iter().filter(|row| row.mark == mark).count();
        let kinds = [
            (RowMark::Changed, "differs", "differ"),
            (RowMark::Missing, "is missing", "are missing"),
            (RowMark::Extra, "was not expected", "were not expected"),
        ];
        let mut parts = Vec::new();
        for (mark, one, many) in kinds {
            let noun = if parts.is_empty() { " row" } else { "" };
            match count(mark) {
                0 => {}
                1 => parts.push(format!("1{noun} {one}")),
                n if noun.is_empty() => parts.push(format!("{n} {many}")),
                n => parts.push(format!("{n} rows {many}")),
            }
        }
        parts.join(", ")
    }

    /// The lines of the table that fit into `width` columns, the header first; rows have their marks. A table that
    /// is too wide keeps its key and the columns that differ.
    pub fn lines(&self, width: usize, arrow: &str) -> Vec<(Option<RowMark>, String)> {
        let all: Vec<usize> = (0..self.columns.len()).collect();
        let lines = self.table(&all, arrow);
        let is_too_wide = lines.iter().any(|(_, line)| line.chars().count() > width);
        let kept: Vec<usize> = all.iter().copied().filter(|at| self.is_telling(*at)).collect();
        let mut lines = match is_too_wide && !kept.is_empty() {
            true => self.table(&kept, arrow),
            false => lines,
        };
        let more = self.rows.len().saturating_sub(MAX_ROWS);
        if more > 0 {
            lines.push((None, format!("  and {more} more")));
        }
        lines
    }

    fn is_telling(&self, at: usize) -> bool {
        let differs = |row: &DiffRow| row.cells.get(at).is_some_and(|cell| cell.actual.is_some());
        self.key.contains(&at) || self.rows.iter().any(differs)
    }

    fn table(&self, kept: &[usize], arrow: &str) -> Vec<(Option<RowMark>, String)> {
        let header: Vec<String> = kept.iter().map(|at| shortened(&self.columns[*at])).collect();
        let rows: Vec<(RowMark, Vec<String>)> = (self.rows.iter().take(MAX_ROWS))
            .map(|row| (row.mark, kept.iter().map(|at| shown(row.cells.get(*at), arrow)).collect()))
            .collect();
        let width = |at: usize| {
            let cells = rows.iter().map(|(_, cells)| &cells[at]).chain([&header[at]]);
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..kept.len()).map(width).collect();
        let line = |sign: char, cells: &[String]| {
            let cells = cells.iter().zip(&widths);
            let cells: Vec<String> =
                cells.map(|(cell, width)| format!("{cell:<width$}", width = *width)).collect();
            format!("{sign} {}", cells.join("  ")).trim_end().to_owned()
        };
        let mut lines = vec![(None, line(' ', &header))];
        lines.extend(rows.iter().map(|(mark, cells)| (Some(*mark), line(mark.sign(), cells))));
        lines
    }
}

fn shown(cell: Option<&DiffCell>, arrow: &str) -> String {
    let Some(cell) = cell else { return String::new() };
    match &cell.actual {
        Some(actual) => {
            let (expected, actual) = apart(&cell.text, actual);
            format!("{expected} {arrow} {actual}")
        }
        None => shortened(&cell.text),
    }
}

/// Both values, shortened so that the first difference can be seen.
fn apart(expected: &str, actual: &str) -> (String, String) {
    let same = expected.chars().zip(actual.chars()).take_while(|(a, b)| a == b).count();
    let skip = match same > MAX_CELL / 2
        && expected.chars().count().max(actual.chars().count()) > MAX_CELL
    {
        true => same - MAX_CELL / 4,
        false => 0,
    };
    let part = |text: &str| {
        let rest: String = text.chars().skip(skip).collect();
        let lead = if skip > 0 { "…" } else { "" };
        format!("{lead}{}", shortened(&rest))
    };
    (part(expected), part(actual))
}

fn shortened(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match text.chars().count() > MAX_CELL {
        true => text.chars().take(MAX_CELL - 1).chain(['…']).collect(),
        false => text,
    }
}

impl fmt::Display for RowDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (_, line) in self.lines(120, "→") {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str, actual: Option<&str>) -> DiffCell {
        DiffCell { text: text.to_owned(), actual: actual.map(str::to_owned) }
    }

    fn diff() -> RowDiff {
        let row = |mark, cells| DiffRow { mark, cells };
        RowDiff {
            columns: ["id", "name", "amt"].map(str::to_owned).to_vec(),
            key: vec![0],
            rows: vec![
                row(RowMark::Changed, vec![cell("1", None), cell("A", None), cell("4", Some("3"))]),
                row(RowMark::Missing, vec![cell("2", None), cell("B", None), cell("NULL", None)]),
                row(RowMark::Extra, vec![cell("3", None), cell("C", None), cell("9", None)]),
            ],
            equal: 2,
        }
    }

    #[test]
    fn rows_are_aligned_behind_their_signs() {
        assert_eq!(
            diff().to_string(),
            "  id  name  amt\n~ 1   A     4 → 3\n- 2   B     NULL\n+ 3   C     9\n"
        );
        assert_eq!(diff().summary(), "1 row differs, 1 is missing, 1 was not expected");
    }

    #[test]
    fn a_table_that_is_too_wide_keeps_the_key_and_what_differs() {
        let lines: Vec<String> = diff().lines(10, "->").into_iter().map(|(_, line)| line).collect();
        assert_eq!(lines, ["  id  amt", "~ 1   4 -> 3", "- 2   NULL", "+ 3   9"]);
    }

    #[test]
    fn long_values_are_cut_to_where_they_differ() {
        let long = "x".repeat(60);
        let (expected, actual) = apart(&format!("{long}a"), &format!("{long}b"));
        assert_eq!((&*expected, &*actual), ("…xxxxxxxxxxa", "…xxxxxxxxxxb"));
    }
}
