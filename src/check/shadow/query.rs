//! Preparing the SQL of a node, past its first mistake.
//!
//! The engine stops at the first name that it does not know. That name is put out of the way, by a value of the same
//! length, and the SQL prepared again, so that every mistake of a file is told at once.
//! Invariant: offsets of the changed text are offsets of the compiled one.

use std::sync::Arc;

use super::partial::{Unlisted, without_more};
use super::{Shadow, Unchecked};
use crate::adapters::{AdapterError, Description};
use crate::check::failure;
use crate::check::tokens::tokens;
use crate::compile::Variant;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::Node;
use crate::source::{SourceMap, Span};

/// Mistakes of one text that are told; after a hundred names nobody reads on.
const MOST: usize = 100;

/// What the engine says of a text.
#[derive(Default)]
pub struct Prepared {
    /// Columns and reads, where what was wrong could be put out of the way.
    pub(super) described: Option<Description>,
    /// Whether more columns come out than are known.
    pub(super) is_partial: bool,
    /// What is wrong.
    pub(super) mistakes: Diagnostics,
    /// Why it cannot be judged.
    pub(super) reason: Option<Unchecked>,
}

/// Mistakes whose exact place is looked for, which takes a rendering each.
const MOST_PLACED: usize = 2000;

/// A text on its way.
struct Repair<'c> {
    code: &'c str,
    text: String,
    /// The names that were put out of the way: where, and which.
    removed: Vec<(usize, String)>,
}

impl Shadow<'_> {
    /// Prepares the SQL of a variant.
    pub(super) fn prepare(&mut self, node: &Arc<Node>, variant: Variant, code: &str) -> Prepared {
        let mut prepared = Prepared::default();
        let mut repair = Repair::new(code);
        let mut unlisted = Unlisted::new();
        let mut left = MOST;
        while left > 0 {
            let error = match self.describe(&repair.text) {
                Ok(_) if !unlisted.is_empty() => {
                    // With the columns that were found out to be there, the text is read once more as it is.
                    self.add_unlisted(std::mem::take(&mut unlisted));
                    (prepared, repair) = (Prepared::default(), Repair::new(code));
                    continue;
                }
                Ok(mut described) => {
                    prepared.is_partial = without_more(&mut described);
                    prepared.described = Some(repair.named(described));
                    break;
                }
                Err(error) => error,
            };
            if let Some(missing) = error.missing_relation() {
                left -= 1;
                match self.missing(node, (variant, code), missing) {
                    Ok(()) => continue,
                    Err((mistake, reason)) => {
                        prepared.mistakes.extend(mistake);
                        prepared.reason = Some(reason);
                        break;
                    }
                }
            }
            if is_of_width(&error) && self.is_partial_above(node) {
                prepared.reason = Some(Unchecked::NoColumns);
                break;
            }
            let is_news = !repair.is_known(&error);
            let column = unknown_column(&error).map(bare).filter(|_| is_news);
            let source = column.and_then(|name| self.source_with(node, name, &unlisted));
            let can_go_on = repair.remove(&error);
            match (source, column) {
                (Some(source), Some(name)) => {
                    unlisted.entry(source).or_default().push(name.to_owned());
                    if !can_go_on {
                        self.add_unlisted(std::mem::take(&mut unlisted));
                        (prepared, repair) = (Prepared::default(), Repair::new(code));
                    }
                    continue;
                }
                _ if is_news => {
                    prepared.mistakes.push(self.mistake(node, (variant, code), &error));
                    left -= 1;
                }
                _ => {}
            }
            if !can_go_on {
                break;
            }
        }
        self.add_unlisted(unlisted);
        prepared
    }

    /// The mistake of a text that the engine takes and that gives no columns.
    pub(super) fn no_query(&self, node: &Arc<Node>, at: (Variant, &str)) -> Diagnostic {
        let error = AdapterError::Sql {
            message: "this is no query, it gives no columns".to_owned(),
            offset: Some(tokens(at.1).first().map_or(0, |first| first.start)),
            sql: at.1.to_owned(),
        };
        self.mistake(node, at, &error).hint("a model is one `select`")
    }

    fn describe(&self, text: &str) -> Result<Description, AdapterError> {
        let described = self.connection.with(|session| session.describe(text));
        described.map(Option::unwrap_or_default)
    }

    /// The engine's error as a diagnostic in the template.
    pub(in crate::check) fn mistake(
        &self,
        node: &Arc<Node>,
        (variant, code): (Variant, &str),
        error: &AdapterError,
    ) -> Diagnostic {
        let error = match error {
            AdapterError::Sql { message, offset, .. } => AdapterError::Sql {
                message: message.clone(),
                offset: *offset,
                sql: code.to_owned(),
            },
            other => other.clone(),
        };
        if self.found.diagnostics.len() > MOST_PLACED {
            let message = format!("{}: {error}", failure::subject(node));
            return Diagnostic::error(codes::SQL_ERROR, message).at(node.span_start(), "");
        }
        let (compiler, connection) = (&self.compiler, self.rendering());
        let mistake = *failure::of_variant(compiler, node, connection, (code, variant), &error);
        match unknown_name(&error).filter(|_| node.test().is_some()) {
            Some(name) => narrowed(&compiler.project.sources, mistake, node, bare(name)),
            None => mistake,
        }
    }
}

/// The mistake of a generic test at the word in its entry of the property file, when it is there once.
fn narrowed(sources: &SourceMap, mistake: Diagnostic, node: &Node, word: &str) -> Diagnostic {
    let is_entry = node.test().is_some_and(|test| test.metadata.is_some());
    let file = sources.file(node.span.file);
    let entry = file.text.get(node.span.start as usize..node.span.end as usize);
    let place = entry.filter(|_| is_entry).and_then(|entry| {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let mut places = entry.match_indices(word).filter(|(at, _)| {
            !entry[..*at].ends_with(is_part) && !entry[at + word.len()..].starts_with(is_part)
        });
        let (at, _) = places.next().filter(|_| !word.is_empty())?;
        places.next().is_none().then_some(node.span.start as usize + at)
    });
    match place {
        Some(at) => mistake.at(Span::new(node.span.file, at, at + word.len()), ""),
        None => mistake,
    }
}

impl<'c> Repair<'c> {
    fn new(code: &'c str) -> Self {
        Repair { code, text: code.to_owned(), removed: Vec::new() }
    }

    /// Whether an error is only the echo of a name that was put out of the way.
    fn is_known(&self, error: &AdapterError) -> bool {
        let Some(name) = unknown_name(error) else { return false };
        let bare = bare(name);
        self.removed.iter().any(|(_, known)| known.eq_ignore_ascii_case(bare))
    }

    /// Puts the name of an error out of the way; whether that was possible.
    fn remove(&mut self, error: &AdapterError) -> bool {
        let (Some(name), Some(offset)) = (unknown_name(error), error.offset()) else {
            return false;
        };
        let end = offset + reference(&self.text[offset.min(self.text.len())..]);
        let Some(written) = self.text.get(offset..end).filter(|text| !text.is_empty()) else {
            return false;
        };
        let is_call = error.to_string().contains("function");
        if self.removed.iter().any(|(at, _)| *at == offset) || !names_alike(written, name) {
            return false;
        }
        let value = match (is_call, written.len()) {
            (true, 4..) => "char",
            (true, _) => return false,
            (false, 1) => "0",
            (false, _) => "''",
        };
        let padded = format!("{value:<width$}", width = written.len());
        if padded.len() != written.len() {
            return false;
        }
        self.removed.push((offset, bare(name).to_owned()));
        self.text.replace_range(offset..end, &padded);
        true
    }

    /// What came out, under the names that the text would give it.
    fn named(&self, mut described: Description) -> Description {
        let mut removed = self.removed.clone();
        removed.sort();
        let mut names = removed.into_iter().map(|(_, name)| name);
        for column in &mut described.columns {
            if ["0", "''"].contains(&column.name.trim())
                && let Some(name) = names.next()
            {
                column.name = name;
            }
        }
        debug_assert_eq!(self.code.len(), self.text.len());
        described
    }
}

/// The column that the engine does not find.
fn unknown_column(error: &AdapterError) -> Option<&str> {
    let AdapterError::Sql { message, .. } = error else { return None };
    message.split_once("no such column: ").map(|(_, name)| name)
}

/// Whether an error counts columns, which cannot be done where not all are known.
fn is_of_width(error: &AdapterError) -> bool {
    let AdapterError::Sql { message, .. } = error else { return false };
    let says = |part: &str| message.contains(part);
    says("same number of result columns") || says("sub-select returns") || says("values for")
}

/// The name that an error is about, when it can be put out of the way.
fn unknown_name(error: &AdapterError) -> Option<&str> {
    let AdapterError::Sql { message, .. } = error else { return None };
    let after = |start: &str| message.split_once(start).map(|(_, name)| name);
    let called = || after("wrong number of arguments to function ");
    after("no such column: ")
        .or_else(|| after("ambiguous column name: "))
        .or_else(|| after("no such function: "))
        .or_else(|| called().map(|name| name.trim_end_matches("()")))
}

/// The last part of a qualified name, without quotes.
fn bare(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name).trim_matches('"')
}

fn names_alike(written: &str, name: &str) -> bool {
    let last = written.rsplit('.').next().unwrap_or(written);
    let last = last.trim_matches(['"', '`', '[', ']']);
    last.eq_ignore_ascii_case(bare(name)) || written.contains('"')
}

/// The length of the name at the start of a text: words and quoted names, joined by dots.
fn reference(text: &str) -> usize {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        let part = match rest.chars().next() {
            Some(quote @ ('"' | '`')) => rest[1..].find(quote).map_or(0, |end| end + 2),
            Some('[') => rest.find(']').map_or(0, |end| end + 1),
            _ => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .unwrap_or(rest.len()),
        };
        length += part;
        if part == 0 || !text[length..].starts_with('.') {
            return length;
        }
        length += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_where_it_ends() {
        for (text, name) in [
            ("a.b, c", "a.b"),
            ("\"a b\".\"c\" x", "\"a b\".\"c\""),
            ("naïve)", "naïve"),
            ("[a b] ", "[a b]"),
            (", x", ""),
            ("\"open", ""),
        ] {
            assert_eq!(&text[..reference(text)], name);
        }
    }
}
