//! Prints a table the way `dbt show` does: markdown, text to the left, everything else to the right.
//!
//! Layout and limits follow agate's `print_table`, which dbt 1.12 calls.

use super::datum::Datum;
use super::decimal::Decimal;
use super::table::{ColumnKind, Table};

/// How much of a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrintOptions {
    /// Rows beyond are replaced by one line of dots.
    pub max_rows: Option<usize>,
    /// Columns beyond are replaced by one column of dots.
    pub max_columns: Option<usize>,
    /// Longer values are cut and end in dots.
    pub max_column_width: Option<usize>,
    /// Digits behind the point of floats.
    pub max_precision: usize,
}

impl Default for PrintOptions {
    /// All rows, six columns, twenty characters: what `dbt show` prints.
    fn default() -> Self {
        Self { max_rows: None, max_columns: Some(6), max_column_width: Some(20), max_precision: 3 }
    }
}

const DOTS: &str = "...";

/// Significant digits at which agate stops counting places.
const DIGITS: i64 = 28;

/// The table as text; every line ends in a newline.
pub fn print_table(table: &Table, options: PrintOptions) -> String {
    let columns: Vec<TextColumn> = table
        .column_names
        .iter()
        .enumerate()
        .take(options.max_columns.unwrap_or(usize::MAX))
        .map(|(index, name)| TextColumn::new(table, index, name, options))
        .chain(dots_column(table, options))
        .collect();
    let shown = table.rows.len().min(options.max_rows.unwrap_or(usize::MAX));
    let mut text = line(columns.iter().map(|column| column.pad(&column.name)));
    text += &line(columns.iter().map(|column| "-".repeat(column.width)));
    for row in 0..shown {
        text += &line(columns.iter().map(|column| column.pad(&column.cells[row])));
    }
    if shown < table.rows.len() {
        text += &line(columns.iter().map(|column| column.pad(DOTS)));
    }
    text
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}

/// One column, ready to print.
struct TextColumn {
    name: String,
    cells: Vec<String>,
    width: usize,
    left: bool,
}

impl TextColumn {
    fn new(table: &Table, index: usize, name: &str, options: PrintOptions) -> Self {
        let kind = table.column_kind(index);
        let shown: Vec<&Datum> =
            table.column(index).take(options.max_rows.unwrap_or(usize::MAX)).collect();
        let format = NumberFormat::of(kind, &shown, options.max_precision);
        let cells = shown.iter().map(|datum| format.print(datum));
        let cells: Vec<String> = cells.map(|cell| cut(&cell, options)).collect();
        Self::sized(cut(name, options), cells, kind == ColumnKind::Text)
    }

    fn sized(name: String, cells: Vec<String>, left: bool) -> Self {
        let widths = cells.iter().chain([&name]).map(|text| text.chars().count());
        let width = widths.max().unwrap_or(0);
        Self { name, cells, width, left }
    }

    fn pad(&self, text: &str) -> String {
        let width = self.width;
        if self.left { format!("{text:<width$}") } else { format!("{text:>width$}") }
    }
}

fn dots_column(table: &Table, options: PrintOptions) -> Option<TextColumn> {
    let hidden = options.max_columns.filter(|max| *max < table.column_names.len())?;
    let left = table.column_kind(hidden) == ColumnKind::Text;
    let cells = vec![DOTS.to_owned(); table.rows.len()];
    Some(TextColumn::sized(DOTS.to_owned(), cells, left))
}

fn cut(text: &str, options: PrintOptions) -> String {
    match options.max_column_width {
        Some(max) if text.chars().count() > max => {
            let kept: String = text.chars().take(max.saturating_sub(DOTS.len())).collect();
            kept + DOTS
        }
        _ => text.to_owned(),
    }
}

/// Digits behind the point for all floats of a column.
enum NumberFormat {
    Plain,
    Places { places: usize, ellipsis: bool },
}

impl NumberFormat {
    fn of(kind: ColumnKind, shown: &[&Datum], max_precision: usize) -> Self {
        if kind != ColumnKind::Number {
            return Self::Plain;
        }
        let (mut whole, mut decimal) = (1, 0);
        for number in shown.iter().filter_map(|datum| decimal_of(datum)) {
            let Some((before, behind)) = number.places() else {
                continue;
            };
            whole = whole.max(before);
            decimal = decimal.max(behind);
        }
        let decimal = decimal.min(DIGITS - whole).max(0) as usize;
        Self::Places { places: decimal.min(max_precision), ellipsis: decimal > max_precision }
    }

    fn print(&self, datum: &Datum) -> String {
        match (self, decimal_of(datum)) {
            (Self::Places { places, ellipsis }, Some(number @ Decimal::Finite { .. })) => {
                let dots = if *ellipsis { "…" } else { "" };
                number.grouped(*places) + dots
            }
            (Self::Places { .. }, Some(number)) => number.to_string(),
            _ => datum.to_string(),
        }
    }
}

fn decimal_of(datum: &Datum) -> Option<Decimal> {
    match datum {
        Datum::Integer(value) => Decimal::parse(&value.to_string()),
        Datum::Real(value) => Some(Decimal::from_f64(*value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(names: &[&str], rows: Vec<Vec<Datum>>) -> String {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        print_table(&Table::new(names, rows), PrintOptions::default())
    }

    #[test]
    fn numbers_right_text_left() {
        let rows = vec![
            vec![1.into(), 1.5.into(), "x".into(), Datum::Null],
            vec![Datum::Integer(-22), 1234567.123456.into(), "yy".into(), Datum::Null],
        ];
        let expected = "\
|  id |            num | txt | nul |
| --- | -------------- | --- | --- |
|   1 |         1.500… | x   |     |
| -22 | 1,234,567.123… | yy  |     |
";
        assert_eq!(printed(&["id", "num", "txt", "nul"], rows), expected);
    }

    #[test]
    fn mixed_numbers_share_their_places() {
        let rows = vec![vec![1.into()], vec![2.5.into()], vec![1000.into()]];
        let expected = "\
|   mixed |
| ------- |
|     1.0 |
|     2.5 |
| 1,000.0 |
";
        assert_eq!(printed(&["mixed"], rows), expected);
        let rows = vec![vec![0.1.into()], vec![0.25.into()], vec![Datum::Null]];
        assert!(printed(&["x"], rows).contains("| 0.10 |\n| 0.25 |\n|      |\n"));
        let rows = vec![vec![1e20.into()], vec![1.5.into()]];
        assert!(printed(&["x"], rows).contains("| 100,000,000,000,0... |"));
        let rows = vec![vec![f64::INFINITY.into()], vec![1.5.into()]];
        assert!(printed(&["x"], rows).contains("| Infinity |\n|      1.5 |"));
    }

    #[test]
    fn long_names_and_many_columns_are_cut() {
        let rows = vec![vec![12345678.into()]];
        let text = printed(&["a_very_long_column_name_here"], rows);
        assert!(text.starts_with("| a_very_long_colum... |\n"));
        let rows = vec![(1..=8).map(Datum::from).collect()];
        let text = printed(&["a", "b", "c", "d", "e", "f", "g", "h"], rows);
        assert_eq!(text.lines().last(), Some("| 1 | 2 | 3 | 4 | 5 | 6 | ... |"));
    }

    #[test]
    fn an_empty_table_has_a_header() {
        assert_eq!(printed(&["a", "b"], vec![]), "| a | b |\n| - | - |\n");
    }
}
