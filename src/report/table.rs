//! An aligned table of text: `show`, and the failing rows of a test.
//!
//! Numbers are aligned right, NULL is dimmed, wide cells and surplus columns are cut to fit.

use super::style::{Paint, Style, columns, pad, pad_left};
use crate::events::Sample;

/// The widest that a cell may be.
const MAX_CELL: usize = 40;
/// The narrowest that a cell is made, to fit more of them.
const MIN_CELL: usize = 8;

/// The table, every line behind `indent` blanks.
pub fn render(sample: &Sample, style: Style, indent: usize) -> String {
    let widths = widths(sample, style.width.saturating_sub(indent));
    let numeric: Vec<bool> = (0..widths.len()).map(|at| is_numeric(sample, at)).collect();
    let mut lines = vec![header(sample, &widths, &numeric, style)];
    lines.push(row(widths.iter().map(|width| "-".repeat(*width))));
    for cells in &sample.rows {
        lines.push(row(widths.iter().enumerate().map(|(at, width)| {
            let cell = cells.get(at).and_then(Option::as_deref);
            aligned(cell, *width, numeric[at], style)
        })));
    }
    let margin = " ".repeat(indent);
    lines.iter().map(|line| format!("{margin}{}\n", line.trim_end())).collect()
}

fn header(sample: &Sample, widths: &[usize], numeric: &[bool], style: Style) -> String {
    row(sample.columns.iter().enumerate().map(|(at, name)| {
        let name = cut(name, widths[at], style);
        if numeric[at] { pad_left(&name, widths[at]) } else { pad(&name, widths[at]) }
    }))
}

fn row(cells: impl Iterator<Item = String>) -> String {
    cells.collect::<Vec<_>>().join("  ")
}

fn aligned(cell: Option<&str>, width: usize, right: bool, style: Style) -> String {
    let text = cut(cell.unwrap_or("NULL"), width, style);
    let padded = if right { pad_left(&text, width) } else { pad(&text, width) };
    match cell {
        Some(_) => padded,
        None => style.paint(Paint::Dim, &padded).into_owned(),
    }
}

/// The widths of the columns: as wide as needed, cut to [`MAX_CELL`], then the widest ones narrowed
/// until the table fits.
fn widths(sample: &Sample, available: usize) -> Vec<usize> {
    let mut widths: Vec<usize> =
        (0..sample.columns.len()).map(|at| natural_width(sample, at).clamp(1, MAX_CELL)).collect();
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > available {
        let Some(widest) = widths.iter_mut().max() else {
            break;
        };
        if *widest <= MIN_CELL {
            break;
        }
        *widest -= 1;
    }
    widths
}

fn natural_width(sample: &Sample, at: usize) -> usize {
    let cell = |row: &Vec<Option<String>>| {
        let text = row.get(at).and_then(Option::as_deref);
        columns(&one_line(text.unwrap_or("NULL")))
    };
    let widest = sample.rows.iter().map(cell).max().unwrap_or(0);
    widest.max(columns(&one_line(&sample.columns[at])))
}

fn is_numeric(sample: &Sample, at: usize) -> bool {
    let mut cells = sample.rows.iter().filter_map(|row| row.get(at)?.as_deref()).peekable();
    cells.peek().is_some() && cells.all(|cell| cell.parse::<f64>().is_ok_and(f64::is_finite))
}

/// The text on one line, no wider than `width`.
fn cut(text: &str, width: usize, style: Style) -> String {
    let text = one_line(text);
    if columns(&text) <= width {
        return text;
    }
    let room = width.saturating_sub(columns(style.ellipsis()));
    let mut kept = String::new();
    for character in text.chars() {
        if columns(&kept) + columns(character.encode_utf8(&mut [0; 4])) > room {
            break;
        }
        kept.push(character);
    }
    kept + style.ellipsis()
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(columns: &[&str], rows: &[&[Option<&str>]]) -> Sample {
        Sample {
            columns: columns.iter().map(ToString::to_string).collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(|cell| cell.map(str::to_owned)).collect())
                .collect(),
        }
    }

    #[test]
    fn numbers_are_right_text_is_left_null_is_a_word() {
        let sample = sample(
            &["id", "name"],
            &[&[Some("1"), Some("Ann")], &[Some("12.5"), None], &[None, Some("日本\nx")]],
        );
        assert_eq!(
            render(&sample, Style::PLAIN, 2),
            "    id  name\n  ----  ------\n     1  Ann\n  12.5  NULL\n  NULL  日本 x\n"
        );
    }

    #[test]
    fn wide_tables_are_cut_to_the_width() {
        let long = "x".repeat(100);
        let sample = sample(&["a", "b"], &[&[Some(&long), Some(&long)]]);
        let style = Style { width: 40, ..Style::PLAIN };
        let text = render(&sample, style, 0);
        assert!(text.lines().all(|line| columns(line) <= 40), "{text}");
        assert!(text.contains("xxx..."), "{text}");
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        assert_eq!(render(&sample(&["id"], &[]), Style::PLAIN, 0), "id\n--\n");
    }
}
