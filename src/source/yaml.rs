//! YAML as a tree with spans, typed as PyYAML types it (dbt reads YAML 1.1 with PyYAML's safe loader).
//!
//! `yes`, `on` are booleans, `0o`-less octals and `1_000` are integers, dates keep how they were written. Anchors, aliases and
//! `<<` merges are resolved. Leaves the meaning of keys to `project/` and `parse/`.
//! Invariant: a tree has at most [`MAX_NODES`] nodes, whatever the aliases expand to.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Number, Value as Json};
use serde_yaml::granit_parser::{Event, Parser, ScalarStyle};

use super::{FileId, Span, Spanned};

/// The most nodes that one document may expand to; a guard against alias bombs.
pub const MAX_NODES: usize = 2_000_000;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 200;

/// A node of a YAML document.
#[derive(Clone, Debug, PartialEq)]
pub struct Yaml {
    /// What it is.
    pub node: Node,
    /// Where it was written.
    pub span: Span,
}

/// The kinds of nodes.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// Text.
    Str(String),
    /// A date or a timestamp as it was written; for whoever asks for text it is text.
    Time(String),
    /// A sequence.
    Seq(Vec<Yaml>),
    /// A mapping in written order.
    Map(Mapping),
}

/// A mapping whose keys are text (other scalars are printed as Python prints them).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// The entries in written order; of duplicates the last one counts.
    pub entries: Vec<(Spanned<String>, Yaml)>,
}

/// Why a text is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The reason, lower case.
    pub message: String,
    /// Where reading stopped.
    pub span: Span,
}

/// A document and the keys that it gives twice.
#[derive(Clone, Debug)]
pub struct Document {
    /// The root; `Null` for an empty text.
    pub root: Yaml,
    /// Keys that were already there in the same mapping.
    pub duplicates: Vec<Spanned<String>>,
}

impl Mapping {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.entries.iter().rev().find(|(k, _)| k.value == key).map(|(_, v)| v)
    }

    /// The entry of a key, with the key's span.
    pub fn entry(&self, key: &str) -> Option<&(Spanned<String>, Yaml)> {
        self.entries.iter().rev().find(|(k, _)| k.value == key)
    }

    /// Key and value pairs in written order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Yaml)> {
        self.entries.iter().map(|(k, v)| (k.value.as_str(), v))
    }

    /// Whether it has no entry.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Yaml {
    /// The text of a string node.
    pub fn as_str(&self) -> Option<&str> {
        match &self.node {
            Node::Str(text) | Node::Time(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a mapping node.
    pub fn as_map(&self) -> Option<&Mapping> {
        match &self.node {
            Node::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a sequence node.
    pub fn as_seq(&self) -> Option<&[Yaml]> {
        match &self.node {
            Node::Seq(items) => Some(items),
            _ => None,
        }
    }

    /// The value of a boolean node.
    pub fn as_bool(&self) -> Option<bool> {
        match self.node {
            Node::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        self.node == Node::Null
    }

    /// The value of a key, when this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Yaml> {
        self.as_map()?.get(key)
    }

    /// Text of a scalar: strings as they are, others as Python's `str` prints them.
    pub fn scalar_text(&self) -> Option<Cow<'_, str>> {
        Some(match &self.node {
            Node::Str(text) | Node::Time(text) => Cow::Borrowed(text),
            Node::Bool(true) => Cow::Borrowed("True"),
            Node::Bool(false) => Cow::Borrowed("False"),
            Node::Int(n) => Cow::Owned(n.to_string()),
            Node::Float(n) => Cow::Owned(format!("{n:?}")),
            Node::Null | Node::Seq(_) | Node::Map(_) => return None,
        })
    }

    /// The word for its type in messages.
    pub fn kind(&self) -> &'static str {
        match self.node {
            Node::Null => "nothing",
            Node::Bool(_) => "a boolean",
            Node::Int(_) | Node::Float(_) => "a number",
            Node::Str(_) => "a string",
            Node::Time(_) => "a date",
            Node::Seq(_) => "a list",
            Node::Map(_) => "a mapping",
        }
    }

    /// The same value without places.
    pub fn to_json(&self) -> Json {
        match &self.node {
            Node::Null => Json::Null,
            Node::Bool(value) => Json::Bool(*value),
            Node::Int(n) => Json::Number((*n).into()),
            Node::Float(n) => Number::from_f64(*n).map_or(Json::Null, Json::Number),
            Node::Str(text) | Node::Time(text) => Json::String(text.clone()),
            Node::Seq(items) => Json::Array(items.iter().map(Yaml::to_json).collect()),
            Node::Map(map) => Json::Object(
                map.iter().map(|(k, v)| (k.to_owned(), v.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }
}

/// Reads one document. Further documents in the same text are an error.
pub fn parse(file: FileId, text: &str) -> Result<Document, Error> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        file,
        text,
        anchors: HashMap::new(),
        duplicates: Vec::new(),
        budget: MAX_NODES,
    };
    let root = reader.document()?;
    Ok(Document { root, duplicates: reader.duplicates })
}

struct Reader<'s> {
    parser: Parser<'s, serde_yaml::granit_parser::StrInput<'s>>,
    file: FileId,
    text: &'s str,
    anchors: HashMap<usize, Yaml>,
    duplicates: Vec<Spanned<String>>,
    budget: usize,
}

/// The parser's words, and what they mostly mean.
fn explained(words: &str) -> String {
    match words.contains("did not find expected '-' indicator") {
        true => format!("the indentation is probably off at this line ({words})"),
        false => words.to_owned(),
    }
}

impl<'s> Reader<'s> {
    fn document(&mut self) -> Result<Yaml, Error> {
        let mut root = Yaml { node: Node::Null, span: Span::start_of(self.file) };
        let mut documents = 0;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        return Err(self.error(span, "a second document starts here; one is read"));
                    }
                }
                Event::StreamStart | Event::DocumentEnd => {}
                other => root = self.node(other, span, 0)?,
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'s>, Span), Error> {
        loop {
            match self.parser.next() {
                Some(Ok((Event::Comment(..), _))) => {}
                Some(Ok((event, span))) => {
                    let start = span.start.byte_offset().unwrap_or(0);
                    let end = span.end.byte_offset().unwrap_or(start);
                    return Ok((event, Span::new(self.file, start, end)));
                }
                Some(Err(error)) => {
                    let at = error.marker().byte_offset().unwrap_or(0);
                    let span = Span::new(self.file, at, (at + 1).min(self.text.len()));
                    return Err(Error { message: explained(&error.info().to_string()), span });
                }
                None => return Ok((Event::StreamEnd, Span::start_of(self.file))),
            }
        }
    }

    fn node(&mut self, event: Event<'s>, span: Span, depth: usize) -> Result<Yaml, Error> {
        self.spend(1, span)?;
        if depth > MAX_DEPTH {
            return Err(self.error(span, "nested too deeply"));
        }
        let (node, anchor, span) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| tag.suffix().to_string());
                let text = self.without_added_break(&text, style, span);
                (scalar(text, style, tag.as_deref()), anchor, span)
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                let end = loop {
                    match self.next()? {
                        (Event::SequenceEnd, end) => break end,
                        (event, at) => items.push(self.node(event, at, depth + 1)?),
                    }
                };
                (Node::Seq(items), anchor, Span { end: end.end, ..span })
            }
            Event::MappingStart(_, anchor, _) => {
                let (map, end) = self.mapping(depth)?;
                (Node::Map(map), anchor, Span { end: end.end.max(span.end), ..span })
            }
            Event::Alias(id) => {
                let Some(target) = self.anchors.get(&id).cloned() else {
                    return Err(self.error(span, "an alias to an anchor that is not defined yet"));
                };
                self.spend(size(&target), span)?;
                return Ok(Yaml { node: target.node, span });
            }
            _ => return Err(self.error(span, "unexpected end of the document")),
        };
        let yaml = Yaml { node, span };
        if anchor != 0 {
            self.anchors.insert(anchor, yaml.clone());
        }
        Ok(yaml)
    }

    /// A block that ends the text has the line break that is there; the parser adds one where there is none.
    fn without_added_break<'t>(&self, text: &'t str, style: ScalarStyle, span: Span) -> &'t str {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        let rest = || self.text.get(span.end as usize..).unwrap_or_default();
        let ends_text = || rest().trim().is_empty();
        match is_block && !self.text.ends_with('\n') && ends_text() {
            true => text.trim_end_matches('\n'),
            false => text,
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<(Mapping, Span), Error> {
        let mut map = Mapping::default();
        let mut merged: Vec<(Spanned<String>, Yaml)> = Vec::new();
        let end = loop {
            let (event, at) = self.next()?;
            if event == Event::MappingEnd {
                break at;
            }
            let key = self.node(event, at, depth + 1)?;
            let Some(text) = key_text(&key) else {
                return Err(self.error(key.span, "a key must be a scalar"));
            };
            let (event, at) = self.next()?;
            let value = self.node(event, at, depth + 1)?;
            if text == "<<" {
                self.merge(&value, &mut merged)?;
                continue;
            }
            let key = Spanned { value: text, span: key.span };
            if let Some(old) = map.entries.iter_mut().find(|(k, _)| k.value == key.value) {
                self.duplicates.push(key.clone());
                *old = (key, value);
            } else {
                map.entries.push((key, value));
            }
        };
        if !merged.is_empty() {
            merged.retain(|(key, _)| map.get(&key.value).is_none());
            merged.append(&mut map.entries);
            map.entries = merged;
        }
        Ok((map, end))
    }

    fn merge(
        &mut self,
        value: &Yaml,
        into: &mut Vec<(Spanned<String>, Yaml)>,
    ) -> Result<(), Error> {
        match &value.node {
            Node::Map(map) => {
                for (key, value) in &map.entries {
                    if !into.iter().any(|(k, _)| k.value == key.value) {
                        into.push((key.clone(), value.clone()));
                    }
                }
                Ok(())
            }
            Node::Seq(items) => items.iter().try_for_each(|item| self.merge(item, into)),
            _ => Err(self.error(value.span, "`<<` merges a mapping or a list of mappings")),
        }
    }

    fn spend(&mut self, nodes: usize, span: Span) -> Result<(), Error> {
        self.budget = self
            .budget
            .checked_sub(nodes)
            .ok_or_else(|| self.error(span, "the document expands to too many nodes"))?;
        Ok(())
    }

    fn error(&self, span: Span, message: &str) -> Error {
        Error { message: message.to_owned(), span }
    }
}

fn size(yaml: &Yaml) -> usize {
    1 + match &yaml.node {
        Node::Seq(items) => items.iter().map(size).sum(),
        Node::Map(map) => map.entries.iter().map(|(_, v)| 1 + size(v)).sum(),
        _ => 0,
    }
}

fn key_text(key: &Yaml) -> Option<String> {
    match key.node {
        Node::Null => Some("None".to_owned()),
        _ => key.scalar_text().map(Cow::into_owned),
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&str>) -> Node {
    match tag {
        Some("str") => return Node::Str(text.to_owned()),
        _ if style != ScalarStyle::Plain => return Node::Str(text.to_owned()),
        _ => {}
    }
    plain(text)
}

/// Types a plain scalar with PyYAML's implicit resolvers (YAML 1.1).
pub fn plain(text: &str) -> Node {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Node::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Node::Bool(true);
        }
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Node::Bool(false);
        }
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return Node::Float(f64::INFINITY);
        }
        "-.inf" | "-.Inf" | "-.INF" => return Node::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Node::Float(f64::NAN),
        _ => {}
    }
    let starts_as_number =
        text.as_bytes()[0].is_ascii_digit() || matches!(text.as_bytes()[0], b'+' | b'-' | b'.');
    if !starts_as_number {
        return Node::Str(text.to_owned());
    }
    integer(text).map(Node::Int).or_else(|| float(text).map(Node::Float)).unwrap_or_else(|| {
        match is_time(text) {
            true => Node::Time(text.to_owned()),
            false => Node::Str(text.to_owned()),
        }
    })
}

/// PyYAML's timestamp: `2024-01-02`, or the same with a time that may have a fraction and an offset.
fn is_time(text: &str) -> bool {
    let Some((date, time)) = text.split_at_checked(10) else {
        return false;
    };
    let shape = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit(),
                _ => byte == wanted,
            })
    };
    if !shape(date, "0000-00-00") || date.parse::<jiff::civil::Date>().is_err() {
        return false;
    }
    let clock = time.trim_start_matches(['T', 't', ' ', '\t']);
    time.is_empty()
        || (clock.len() < time.len()
            && clock.get(..8).is_some_and(|clock| shape(clock, "00:00:00"))
            && clock[8..].bytes().all(|byte| byte.is_ascii_digit() || b".:+-Zz \t".contains(&byte)))
}

fn integer(text: &str) -> Option<i64> {
    let (sign, digits) = match text.as_bytes()[0] {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let radix = |digits: &str, radix| {
        let digits = digits.replace('_', "");
        let is_plain = digits.bytes().all(|b| b.is_ascii_alphanumeric());
        i64::from_str_radix(&digits, radix).ok().filter(|_| is_plain)
    };
    let value = if let Some(binary) = digits.strip_prefix("0b") {
        radix(binary, 2)?
    } else if let Some(hex) = digits.strip_prefix("0x") {
        radix(hex, 16)?
    } else if digits == "0" {
        0
    } else if let Some(octal) = digits.strip_prefix('0') {
        radix(octal, 8)?
    } else if digits.contains(':') {
        sexagesimal(digits)?
    } else {
        radix(digits, 10)?
    };
    Some(sign * value)
}

/// YAML 1.1's base 60: `1:30` is 90. Only with minutes and seconds below 60, as PyYAML has it.
fn sexagesimal(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let first = parts.next()?;
    let mut total: i64 = first.replace('_', "").parse().ok()?;
    for part in parts {
        if !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let digit: i64 = part.parse().ok().filter(|n| (0..60).contains(n))?;
        if part.len() > 2 {
            return None;
        }
        total = total.checked_mul(60)?.checked_add(digit)?;
    }
    Some(total)
}

/// PyYAML's float: a dot is required, a sign in the exponent, and a digit before the dot of a signed number.
fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.')?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let starts = |s: &str| s.starts_with(|c: char| c.is_ascii_digit());
    let is_signed = unsigned.len() < text.len();
    let starts_well = starts(whole) || (whole.is_empty() && !is_signed && starts(fraction));
    if !digits(whole) || !digits(fraction) || !starts_well {
        return None;
    }
    if let Some(exponent) = exponent {
        let signed = exponent.strip_prefix(['+', '-'])?;
        if signed.is_empty() || !signed.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
    }
    text.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;
    use std::path::Path;

    fn read(text: &str) -> Result<Document, Error> {
        let file = SourceMap::new().add("a.yml", Path::new("a.yml"), text);
        parse(file, text)
    }

    fn json(text: &str) -> String {
        read(text).map(|d| d.root.to_json().to_string()).unwrap_or_else(|e| e.message)
    }

    /// As PyYAML 6.0.3 reads them.
    #[test]
    fn a_block_at_the_end_has_the_line_break_that_is_there() {
        for (text, value) in [
            ("a: |\n  text", "text"),
            ("a: |\n  text\n", "text\n"),
            ("a: >\n  text\n  more", "text more"),
            ("a: |+\n  text", "text"),
            ("a: |\n  text\n\n\n", "text\n"),
            ("a: |+\n  text\n\n\n", "text\n\n\n"),
            ("- |\n  text\n- b", "text\n"),
            ("a: |\n  text\n# c", "text\n"),
        ] {
            let root = read(text).expect("is YAML").root.to_json();
            let found = root.get("a").or_else(|| root.get(0)).and_then(|v| v.as_str());
            assert_eq!(found, Some(value), "{text:?}");
        }
    }

    #[test]
    fn scalars_are_typed_as_pyyaml_types_them() {
        assert_eq!(
            json(
                "[yes, off, ~, 012, 0x1F, 1_000, 1e3, 1.5e+3, .5, 1:30, 2024-01-02, 'yes', 1.0, -3, 08, -.5, 0x-5]"
            ),
            "[true,false,null,10,31,1000,\"1e3\",1500.0,0.5,90,\"2024-01-02\",\"yes\",1.0,-3,\"08\",\"-.5\",\"0x-5\"]"
        );
    }

    #[test]
    fn aliases_and_merges_are_resolved_and_own_keys_win() {
        assert_eq!(
            json("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n"),
            r#"{"a":{"k":1,"l":2},"b":{"k":1,"l":3}}"#
        );
    }

    #[test]
    fn the_last_of_duplicate_keys_counts_and_is_reported() {
        let document = read("a: 1\na: 2\n").unwrap();
        assert_eq!(document.root.to_json().to_string(), r#"{"a":2}"#);
        assert_eq!(document.duplicates[0].value, "a");
    }

    #[test]
    fn an_alias_bomb_is_an_error() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let row = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{row}]\n"));
        }
        assert_eq!(json(&text), "the document expands to too many nodes");
    }

    #[test]
    fn errors_have_a_place() {
        let error = read("a: [1, 2\nb: 3\n").unwrap_err();
        assert!(error.span.start > 0);
    }

    #[test]
    fn spans_cover_what_was_written() {
        let text = "models:\n  - name: orders\n";
        let root = read(text).unwrap().root;
        let name = root.get("models").unwrap().as_seq().unwrap()[0].get("name").unwrap();
        assert_eq!(&text[name.span.start as usize..name.span.end as usize], "orders");
    }
}
