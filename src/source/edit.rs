//! Additions to YAML texts that leave everything else as it was written: comments, order, quotes, line ends.
//!
//! Invariant: an edit only inserts; what a tree of the old text has, the tree of the new one has too.

use serde_json::{Map, Value as Json};

use super::Span;
use super::yaml::{Node, Yaml};

/// A text to put in at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insertion {
    /// Byte offset in the old text.
    pub at: usize,
    /// What is put there.
    pub text: String,
}

/// A column to write down.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewColumn {
    /// Its name.
    pub name: String,
    /// Its type, when it is known.
    pub data_type: Option<String>,
    /// What it is.
    pub description: Option<String>,
    /// Entries of its `meta`.
    pub meta: Map<String, Json>,
}

/// The mapping anywhere in a tree whose `name` stands at `name`.
pub fn entry_at(tree: &Yaml, name: Span) -> Option<&Yaml> {
    match &tree.node {
        Node::Map(_) if tree.get("name").is_some_and(|found| found.span == name) => Some(tree),
        Node::Map(map) => map.iter().find_map(|(_, value)| entry_at(value, name)),
        Node::Seq(items) => items.iter().find_map(|item| entry_at(item, name)),
        _ => None,
    }
}

/// Adds columns to an entry (a model, a table of a source). `None` when there is nothing to add.
pub fn add_columns(text: &str, entry: &Yaml, columns: &[NewColumn]) -> Option<Insertion> {
    if columns.is_empty() {
        return None;
    }
    let written = entry.as_map()?.entry("columns");
    let items = written.and_then(|(_, list)| list.as_seq()).filter(|items| !items.is_empty());
    if let (Some((_, list)), Some(items)) = (written, items) {
        return add_items(text, list, items, columns);
    }
    if is_flow(text, entry) {
        let at = closing(text, entry.span)?;
        return Some(Insertion { at, text: format!(", columns: [{}]", flow(columns)) });
    }
    if let Some((key, value)) = written {
        // `columns:` with nothing, or with an empty list behind it.
        let from = key.span.end as usize;
        let is_list = value.as_seq().is_some();
        let at =
            if is_list { closing(text, value.span)? } else { from + text[from..].find(':')? + 1 };
        let body = if is_list { flow(columns) } else { format!(" [{}]", flow(columns)) };
        return Some(Insertion { at, text: body });
    }
    let first = entry.as_map()?.entries.first()?;
    let indent = column_of(text, first.0.span.start as usize);
    let pad = " ".repeat(indent);
    let at = line_end(text, last_end(text, entry));
    let body = format!("\n{pad}columns:{}", block(columns, indent + 2));
    Some(Insertion { at, text: with_line_ends(text, &body) })
}

/// Adds what is said of a column to its entry, but for keys that it has. `None` when there is nothing to add.
pub fn add_facts(text: &str, entry: &Yaml, column: &NewColumn) -> Option<Insertion> {
    let is_new = |(key, _): &(&str, String)| entry.get(key).is_none();
    let facts: Vec<(&str, String)> = facts(column).into_iter().filter(is_new).collect();
    if facts.is_empty() {
        return None;
    }
    if is_flow(text, entry) {
        let facts = facts.iter().map(|(key, value)| format!(", {key}: {value}"));
        return Some(Insertion { at: closing(text, entry.span)?, text: facts.collect() });
    }
    let first = entry.as_map()?.entries.first()?;
    let pad = " ".repeat(column_of(text, first.0.span.start as usize));
    let at = line_end(text, last_end(text, entry));
    let facts: String = facts.iter().map(|(key, value)| format!("\n{pad}{key}: {value}")).collect();
    Some(Insertion { at, text: with_line_ends(text, &facts) })
}

/// Adds an entry with its columns to a list of entries (`models:` of a property file).
pub fn add_entry(text: &str, list: &Yaml, name: &str, columns: &[NewColumn]) -> Option<Insertion> {
    let items = list.as_seq()?;
    let last = items.last()?;
    if is_flow(text, list) {
        let at = closing(text, list.span)?;
        let body = format!(", {{name: {}, columns: [{}]}}", quoted(name), flow(columns));
        return Some(Insertion { at, text: body });
    }
    let indent = dash_of(text, last)?;
    let at = line_end(text, last_end(text, last));
    Some(Insertion {
        at,
        text: with_line_ends(text, &format!("\n{}", new_entry(name, columns, indent))),
    })
}

/// The text of an entry at an indentation, without a line end behind it.
pub fn new_entry(name: &str, columns: &[NewColumn], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let list = block(columns, indent + 4);
    let list = if columns.is_empty() { String::new() } else { format!("\n{pad}  columns:{list}") };
    format!("{pad}- name: {}{list}", quoted(name))
}

/// The text with the insertions.
pub fn apply(text: &str, mut insertions: Vec<Insertion>) -> String {
    insertions.sort_by_key(|one| one.at);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for insertion in insertions {
        out.push_str(&text[done..insertion.at]);
        out.push_str(&insertion.text);
        done = insertion.at;
    }
    out.push_str(&text[done..]);
    out
}

fn add_items(text: &str, list: &Yaml, items: &[Yaml], columns: &[NewColumn]) -> Option<Insertion> {
    if is_flow(text, list) {
        let at = closing(text, list.span)?;
        let comma = if text[..at].trim_end().ends_with(',') { "" } else { "," };
        return Some(Insertion { at, text: format!("{comma} {}", flow(columns)) });
    }
    let last = items.last()?;
    let indent = dash_of(text, last)?;
    let at = line_end(text, last_end(text, last));
    Some(Insertion { at, text: with_line_ends(text, &block(columns, indent)) })
}

/// Columns as items of a block sequence, each on lines of its own; begins with a line end.
fn block(columns: &[NewColumn], indent: usize) -> String {
    let pad = " ".repeat(indent);
    let mut out = String::new();
    for column in columns {
        out.push_str(&format!("\n{pad}- name: {}", quoted(&column.name)));
        for (key, value) in facts(column) {
            out.push_str(&format!("\n{pad}  {key}: {value}"));
        }
    }
    out
}

/// Columns as items of a flow sequence.
fn flow(columns: &[NewColumn]) -> String {
    let one = |column: &NewColumn| {
        let facts = facts(column);
        let facts = facts.iter().map(|(key, value)| format!(", {key}: {value}"));
        format!("{{name: {}{}}}", quoted(&column.name), facts.collect::<String>())
    };
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What is said of a column, as YAML.
fn facts(column: &NewColumn) -> Vec<(&'static str, String)> {
    let texts = [("data_type", &column.data_type), ("description", &column.description)];
    let texts = texts.into_iter().filter_map(|(key, text)| Some((key, quoted(text.as_deref()?))));
    // JSON is YAML; dbt wants `meta` below `config`.
    let meta = Some(&column.meta).filter(|meta| !meta.is_empty());
    let meta = meta.map(|meta| ("config", serde_json::json!({"meta": meta}).to_string()));
    texts.chain(meta).collect()
}

/// A text as a YAML scalar that is read as text again.
pub fn quoted(text: &str) -> String {
    const WORDS: &[&str] = &["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"];
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(is_plain)
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    match is_word {
        true => text.to_owned(),
        // YAML's double-quoted scalars read JSON's escapes.
        false => serde_json::Value::from(text).to_string(),
    }
}

fn is_flow(text: &str, yaml: &Yaml) -> bool {
    text[yaml.span.start as usize..].starts_with(['[', '{'])
}

/// Where a flow collection closes.
fn closing(text: &str, span: Span) -> Option<usize> {
    let inside = text.get(span.start as usize..span.end as usize)?.trim_end();
    inside.ends_with([']', '}']).then(|| span.start as usize + inside.len() - 1)
}

/// The column of the `-` in front of an item of a block sequence.
fn dash_of(text: &str, item: &Yaml) -> Option<usize> {
    let start = item.span.start as usize;
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let dash = text[line..start].rfind('-')?;
    Some(text[line..line + dash].chars().count())
}

fn column_of(text: &str, at: usize) -> usize {
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    text[line..at].chars().count()
}

/// The end of the last thing that is written in a node; the span of a block reaches to the next one.
fn last_end(text: &str, yaml: &Yaml) -> usize {
    let own = || {
        let (start, end) = (yaml.span.start as usize, yaml.span.end as usize);
        start + text.get(start..end).map_or(0, |text| text.trim_end().len())
    };
    if is_flow(text, yaml) {
        return own();
    }
    match &yaml.node {
        Node::Map(map) => match map.entries.last() {
            Some((key, value)) => last_end(text, value).max(key.span.end as usize),
            None => own(),
        },
        Node::Seq(items) => items.last().map_or_else(own, |item| last_end(text, item)),
        _ => own(),
    }
}

fn line_end(text: &str, at: usize) -> usize {
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    if text[..end].ends_with('\r') { end - 1 } else { end }
}

/// With the line ends that the text has.
fn with_line_ends(text: &str, body: &str) -> String {
    if text.contains("\r\n") { body.replace('\n', "\r\n") } else { body.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{SourceMap, yaml};
    use super::*;

    fn columns() -> Vec<NewColumn> {
        let typed =
            NewColumn { name: "b".into(), data_type: Some("text".into()), ..NewColumn::default() };
        vec![typed, NewColumn { name: "on".into(), ..NewColumn::default() }]
    }

    fn tree(text: &str) -> Yaml {
        let file = SourceMap::new().add("a.yml", Path::new("a.yml"), text);
        yaml::parse(file, text).unwrap().root
    }

    /// Adds to the first model, and reads the result again.
    fn added(text: &str) -> String {
        let root = tree(text);
        let entry = &root.get("models").unwrap().as_seq().unwrap()[0];
        let new = apply(text, vec![add_columns(text, entry, &columns()).unwrap()]);
        let root = tree(&new);
        let entry = &root.get("models").unwrap().as_seq().unwrap()[0];
        let list = entry.get("columns").unwrap().as_seq().unwrap();
        let names: Vec<_> = list.iter().map(|c| c.get("name").unwrap().as_str().unwrap()).collect();
        assert!(names.ends_with(&["b", "on"]), "{new}");
        new
    }

    #[test]
    fn columns_go_behind_the_last_one_and_comments_stay() {
        let text = "models:\n  - name: m  # the model\n    columns:\n      - name: a\n        data_tests: [unique]  # key\n      # nothing more\n\n  - name: n\n";
        let expected = "models:\n  - name: m  # the model\n    columns:\n      - name: a\n        data_tests: [unique]  # key\n      - name: b\n        data_type: text\n      - name: \"on\"\n      # nothing more\n\n  - name: n\n";
        assert_eq!(added(text), expected);
    }

    #[test]
    fn every_way_of_writing_is_kept() {
        for (text, expected) in [
            (
                "models:\n- name: m\n  description: |\n    long\n    text\n",
                "models:\n- name: m\n  description: |\n    long\n    text\n  columns:\n    - name: b\n      data_type: text\n    - name: \"on\"\n",
            ),
            (
                "models: [{name: m, columns: [{name: a}]}]",
                "models: [{name: m, columns: [{name: a}, {name: b, data_type: text}, {name: \"on\"}]}]",
            ),
            (
                "models: [{name: m}]\n",
                "models: [{name: m, columns: [{name: b, data_type: text}, {name: \"on\"}]}]\n",
            ),
            (
                "models:\n  - name: m\n    columns: []\n    tests: []\n",
                "models:\n  - name: m\n    columns: [{name: b, data_type: text}, {name: \"on\"}]\n    tests: []\n",
            ),
            (
                "models:\n  - name: m\n    columns:\n",
                "models:\n  - name: m\n    columns: [{name: b, data_type: text}, {name: \"on\"}]\n",
            ),
            (
                "models:\r\n  - name: m\r\n    columns:\r\n    - name: a\r\n",
                "models:\r\n  - name: m\r\n    columns:\r\n    - name: a\r\n    - name: b\r\n      data_type: text\r\n    - name: \"on\"\r\n",
            ),
        ] {
            assert_eq!(added(text), expected);
        }
    }

    #[test]
    fn what_is_said_of_a_column_goes_behind_what_was_written() {
        let column = NewColumn {
            name: "a".into(),
            data_type: Some("text".into()),
            description: Some("what: it is".into()),
            meta: [("pii".to_owned(), true.into())].into_iter().collect(),
        };
        for (text, expected) in [
            (
                "columns:\n  - name: a  # key\n    data_type: int\n  - name: b\n",
                "columns:\n  - name: a  # key\n    data_type: int\n    description: \"what: it is\"\n    config: {\"meta\":{\"pii\":true}}\n  - name: b\n",
            ),
            (
                "columns: [{name: a, data_type: int, config: {}}]\n",
                "columns: [{name: a, data_type: int, config: {}, description: \"what: it is\"}]\n",
            ),
        ] {
            let root = tree(text);
            let entry = &root.get("columns").unwrap().as_seq().unwrap()[0];
            let new = apply(text, vec![add_facts(text, entry, &column).unwrap()]);
            assert_eq!(new, expected);
            let root = tree(&new);
            let entry = &root.get("columns").unwrap().as_seq().unwrap()[0];
            assert_eq!(add_facts(&new, entry, &column), None);
        }
    }

    #[test]
    fn an_entry_goes_behind_the_last_one() {
        let text = "models:\n  - name: m\n    columns:\n      - name: a\nseeds: []\n";
        let root = tree(text);
        let insertion =
            add_entry(text, root.get("models").unwrap(), "new", &columns()[..1]).unwrap();
        let expected = "models:\n  - name: m\n    columns:\n      - name: a\n  - name: new\n    columns:\n      - name: b\n        data_type: text\nseeds: []\n";
        assert_eq!(apply(text, vec![insertion]), expected);
    }
}
