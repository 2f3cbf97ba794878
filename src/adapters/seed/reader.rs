//! Splits a CSV file into a header and records.
//!
//! Quoting follows RFC 4180 as Python's `csv` reads it. A blank line is a record without values, which dbt
//! (1.12) loads as a row of nulls. Line ends become `\n`, also inside of quotes.

use std::borrow::Cow;
use std::collections::HashSet;

use csv::{ReaderBuilder, StringRecord};

use super::super::error::{AdapterError, Result};

/// One value as it stands in the file; a record that is too short has none.
pub type Field = Option<String>;

/// A column that could not keep its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenamedHeader {
    /// Position of the column, from 0.
    pub index: usize,
    /// What the header says; empty when it says nothing.
    pub header: String,
    /// What the column is called instead.
    pub name: String,
}

/// A CSV file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFile {
    /// Names from the header, made unique.
    pub column_names: Vec<String>,
    /// Values, each row as long as `column_names`.
    pub rows: Vec<Vec<Field>>,
    /// Line of each row in the file, from 1.
    pub lines: Vec<u64>,
    /// Records with fewer values than the header: line, and number of values.
    pub short: Vec<(u64, usize)>,
    /// Columns whose name is not the one in the header.
    pub renamed: Vec<RenamedHeader>,
}

/// A record and the line that it starts on.
type Line = (u64, Vec<String>);

/// Reads a whole file. Fails on an empty file and on a record with more values than the header has.
pub fn read(text: &str, delimiter: u8) -> Result<CsvFile> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut records = records(&unix_line_ends(text), delimiter)?.into_iter();
    let Some((_, header)) = records.next() else {
        return Err(AdapterError::Seed {
            message: "the file is empty: a seed needs at least a header".to_owned(),
            line: 1,
        });
    };
    let records: Vec<Line> = records.collect();
    let (column_names, renamed) = unique_names(&header, &records);
    let width = column_names.len();
    let mut file = CsvFile {
        column_names,
        rows: Vec::with_capacity(records.len()),
        lines: Vec::with_capacity(records.len()),
        short: Vec::new(),
        renamed,
    };
    for (index, (line, record)) in records.into_iter().enumerate() {
        if record.len() > width {
            return Err(too_many_values(index + 1, line, record.len(), width));
        }
        if record.len() < width {
            file.short.push((line, record.len()));
        }
        let mut row: Vec<Field> = record.into_iter().map(Some).collect();
        row.resize(width, None);
        file.rows.push(row);
        file.lines.push(line);
    }
    Ok(file)
}

fn too_many_values(row: usize, line: u64, values: usize, columns: usize) -> AdapterError {
    let plural = |count: usize, noun: &str| match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    };
    AdapterError::Seed {
        message: format!(
            "row {row} has {}, but the header has {}",
            plural(values, "value"),
            plural(columns, "column")
        ),
        line,
    }
}

fn unix_line_ends(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        false => Cow::Borrowed(text),
    }
}

/// All records with their lines, blank ones included: the reader skips those, but tells where it stands.
fn records(text: &str, delimiter: u8) -> Result<Vec<Line>> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut line = 1;
    let mut record = StringRecord::new();
    loop {
        let start = reader.position().byte() as usize;
        let more = reader.read_record(&mut record).map_err(|error| AdapterError::Seed {
            message: format!("the file cannot be read as CSV: {error}"),
            line,
        })?;
        let blank = text[start..].bytes().take_while(|byte| *byte == b'\n').count();
        records.extend((0..blank as u64).map(|offset| (line + offset, Vec::new())));
        if !more {
            return Ok(records);
        }
        let fields = record.iter().map(str::to_owned).collect();
        records.push((line + blank as u64, fields));
        let end = reader.position().byte() as usize;
        line += text[start..end].bytes().filter(|byte| *byte == b'\n').count() as u64;
    }
}

/// Names as agate makes them: letters where the header is empty, `_2` and so on where it repeats itself.
fn unique_names(header: &[String], records: &[Line]) -> (Vec<String>, Vec<RenamedHeader>) {
    let width = match header.len() {
        0 => records.iter().map(|(_, record)| record.len()).max().unwrap_or(0),
        width => width,
    };
    let mut taken = HashSet::new();
    let (mut names, mut renamed) = (Vec::with_capacity(width), Vec::new());
    for index in 0..width {
        let header = header.get(index).map_or("", String::as_str);
        let wanted = match header {
            "" => letter_name(index),
            header => header.to_owned(),
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        let name =
            std::iter::once(wanted.clone()).chain(numbered).find(|name| !taken.contains(name));
        let name = name.expect("invariant: there are more numbers than columns");
        if name != header {
            renamed.push(RenamedHeader { index, header: header.to_owned(), name: name.clone() });
        }
        taken.insert(name.clone());
        names.push(name);
    }
    (names, renamed)
}

/// `a` to `z`, then `aa` to `zz`, then `aaa`.
fn letter_name(index: usize) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    letter.to_string().repeat(index / 26 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<Field>> {
        read(text, b',').unwrap().rows
    }

    fn row(values: &[&str]) -> Vec<Field> {
        values.iter().map(|value| Some((*value).to_owned())).collect()
    }

    #[test]
    fn blank_lines_are_rows_without_values() {
        let file = read("a,b\n1,2\n\n3,4\n\n", b',').unwrap();
        let nothing = vec![None, None];
        assert_eq!(file.rows, [row(&["1", "2"]), nothing.clone(), row(&["3", "4"]), nothing]);
        assert_eq!(file.lines, [2, 3, 4, 5]);
        assert_eq!(fields("a\n\n1\n"), [vec![None], row(&["1"])]);
        assert!(fields("a,b").is_empty());
    }

    #[test]
    fn quotes_marks_and_line_ends_are_read_like_python_does() {
        let file = read("\u{feff}a;b\r\n1;\"x\r\ny\"\r\n2;z", b';').unwrap();
        assert_eq!(file.column_names, ["a", "b"]);
        assert_eq!(file.rows, [row(&["1", "x\ny"]), row(&["2", "z"])]);
        assert_eq!(file.lines, [2, 4]);
        assert_eq!(fields("a,b\n\"x\"y,z\"q\n"), [row(&["xy", "z\"q"])]);
        assert_eq!(fields("a,b\n1, \"x\"\n"), [row(&["1", " \"x\""])]);
    }

    #[test]
    fn ragged_rows() {
        assert_eq!(fields("a,b\n1\n"), [vec![Some("1".to_owned()), None]]);
        let error = read("a,b\n1,\"x\n\"\n1,2,3\n", b',').unwrap_err().to_string();
        assert_eq!(error, "row 2 has 3 values, but the header has 2 columns");
        assert!(read("", b',').is_err());
    }

    #[test]
    fn names_are_unique() {
        let file = read("a,,a,b,b_2,b,\n", b',').unwrap();
        assert_eq!(file.column_names, ["a", "b", "a_2", "b_2", "b_2_2", "b_3", "g"]);
        assert_eq!(file.renamed.len(), 6);
        assert_eq!(read("\n1,2\n", b',').unwrap().column_names, ["a", "b"]);
        assert_eq!(letter_name(27), "bb");
    }
}
