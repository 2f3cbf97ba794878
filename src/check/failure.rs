//! What the engine says of a node's SQL, as diagnostics that point into the user's template.

use std::ops::Range;
use std::sync::Arc;

use super::{caret, pinpoint};
use crate::adapters::AdapterError;
use crate::compile::{Compiler, Variant, origin};
use crate::diagnostics::Diagnostic;
use crate::jinja::contexts::Connection;
use crate::jinja::diagnose::adapter_code;
use crate::manifest::{Node, ResourceType};
use crate::names::did_you_mean;
use crate::source::Span;

/// The diagnostic of an engine's error that belongs to no node.
pub fn of_adapter(error: &AdapterError) -> Box<Diagnostic> {
    Box::new(hinted(Diagnostic::error(adapter_code(error), error.to_string()), error))
}

/// The diagnostic of an engine's error on a node's SQL.
pub(crate) fn of_sql(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    code: &str,
    cause: &AdapterError,
) -> Box<Diagnostic> {
    of_variant(compiler, node, connection, (code, Variant::Auto), cause)
}

/// The same on the SQL of one variant.
pub(crate) fn of_variant(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    (code, variant): (&str, Variant),
    cause: &AdapterError,
) -> Box<Diagnostic> {
    let subject = subject(node);
    let reason = reason(cause);
    let mut diagnostic = Diagnostic::error(adapter_code(cause), format!("{subject}: {reason}"));
    let offset = offset_in(code, cause).or_else(|| offset_of_probe(connection, code, cause));
    let point = pinpoint::of(code, &reason, offset, &|text| said_against(connection, text));
    let (offset, advice) = match point {
        Some(point) => (Some(point.offset), point.hint),
        None => (offset, None),
    };
    let asked = Asked { compiler, node, connection, variant, code };
    diagnostic = asked.at(offset, diagnostic, "the engine rejected this");
    if let Some(line) = offset.and_then(|at| sql_line(code, at)) {
        diagnostic = diagnostic.note(format!("the engine read: {line}"));
    }
    if cause.missing_relation().is_some() && node.resource_type != ResourceType::Operation {
        diagnostic =
            diagnostic.hint("build what it reads first, or reference it with `ref` or `source`");
    }
    if let Some(column) = cause.to_string().strip_prefix("no such column: ") {
        let known = columns_read(compiler, node, connection);
        let wanted = column.rsplit('.').next().unwrap_or(column);
        diagnostic = match known.iter().any(|name| name.eq_ignore_ascii_case(wanted)) {
            true => diagnostic.hint(format!(
                "`{wanted}` is a column of what is referenced, but not of what is read here"
            )),
            false => diagnostic.suggest(did_you_mean(wanted, known.iter().map(String::as_str))),
        };
    }
    diagnostic.hint = advice.or(diagnostic.hint);
    if ends_early(code, cause) {
        diagnostic = diagnostic.hint("end the SQL without a semicolon");
    }
    Box::new(hinted(diagnostic, cause))
}

/// A diagnostic at the place of a table that a variant of the node reads.
pub(crate) fn at_table(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    (variant, code): (Variant, &str),
    table: &str,
    diagnostic: Diagnostic,
) -> Diagnostic {
    let name = table.rsplit('.').next().unwrap_or(table);
    let offset = caret::of_table(code, table).or_else(|| caret::of_table(code, name));
    let offset = offset.map(|at| caret::qualified(code, at));
    Asked { compiler, node, connection, variant, code }.at(offset, diagnostic, "")
}

/// The template's place where a variant of the node reads a table, by its name or alias.
pub(crate) fn place_of_table(
    compiler: &Compiler,
    node: &Arc<Node>,
    connection: &Arc<Connection>,
    (variant, code): (Variant, &str),
    table: &str,
) -> Option<Span> {
    let offset = caret::of_table(code, table)?;
    origin(compiler, node, connection, variant, code, offset).map(|origin| origin.span)
}

/// Whether SQL reads the table `name` under the name `alias`.
pub(crate) fn is_alias(code: &str, name: &str, alias: &str) -> bool {
    caret::aliases(code, name).any(|word| word.eq_ignore_ascii_case(alias))
}

/// Whose SQL is looked at.
struct Asked<'a> {
    compiler: &'a Compiler,
    node: &'a Arc<Node>,
    connection: &'a Arc<Connection>,
    variant: Variant,
    code: &'a str,
}

impl Asked<'_> {
    /// The diagnostic at the template's place of an offset in the compiled SQL, with the macro that it is in.
    fn at(&self, offset: Option<usize>, diagnostic: Diagnostic, label: &str) -> Diagnostic {
        let Asked { compiler, node, connection, variant, code } = *self;
        let place = offset.and_then(|at| origin(compiler, node, connection, variant, code, at));
        let Some((place, at)) = place.zip(offset) else {
            return diagnostic.at(node.span_start(), "");
        };
        let (token, is_exact) = narrowed(compiler, place.span, code, at, caret::in_template);
        let Some((name, call)) = place.called else { return diagnostic.at(token, label) };
        let sources = &compiler.globals.places.sources;
        if !is_exact && let (argument, true) = narrowed(compiler, call, code, at, caret::in_call) {
            let inside = sources.place(token);
            return diagnostic.at(argument, label).note(format!("in macro `{name}`, at {inside}"));
        }
        let called = sources.place(call);
        diagnostic.at(token, label).note(format!("in macro `{name}`, called at {called}"))
    }
}

/// With the way out of what is wrong with the database itself.
pub(crate) fn hinted(diagnostic: Diagnostic, error: &AdapterError) -> Diagnostic {
    match error {
        AdapterError::Locked { .. } => {
            diagnostic.hint("another program is writing to it; close it or wait, then run again")
        }
        AdapterError::ReadOnly { .. } => {
            diagnostic.hint("give this user the right to write the file and its folder")
        }
        AdapterError::NotADatabase { .. } => {
            diagnostic.hint("check the path in the profile; forge never overwrites such a file")
        }
        _ => diagnostic,
    }
}

/// The node in words.
pub(crate) fn subject(node: &Node) -> String {
    match node.resource_type {
        ResourceType::SqlOperation => "the inline SQL".to_owned(),
        ResourceType::Operation => format!("hook `{}`", node.name),
        kind => format!("{kind} `{}`", node.name),
    }
}

/// What the engine says.
pub(crate) fn reason(cause: &AdapterError) -> String {
    match cause.missing_relation() {
        Some(missing) => format!("there is no table or view `{missing}`"),
        None => cause.to_string(),
    }
}

/// Whether the engine stumbled over the semicolon that ends the user's SQL.
fn ends_early(code: &str, cause: &AdapterError) -> bool {
    let AdapterError::Sql { message, .. } = cause else {
        return false;
    };
    code.trim_end().ends_with(';') && message.contains("near \";\"")
}

/// The columns of everything that the node reads.
fn columns_read(compiler: &Compiler, node: &Node, connection: &Arc<Connection>) -> Vec<String> {
    let relations = node.depends_on.nodes.iter().filter_map(|id| compiler.relation(id));
    relations
        .filter_map(|relation| connection.with(|session| session.columns(&relation)).ok().flatten())
        .flatten()
        .map(|column| column.name)
        .collect()
}

/// The token at an offset of the compiled SQL inside of the template's line, and whether the line has it as written.
fn narrowed(
    compiler: &Compiler,
    line: Span,
    code: &str,
    offset: usize,
    find: fn(&str, &str, usize) -> Option<Range<usize>>,
) -> (Span, bool) {
    let file = compiler.project.sources.file(line.file);
    let text = file.text.get(line.start as usize..line.end as usize).unwrap_or_default();
    match find(text, code, offset) {
        Some(token) => {
            let start = line.start as usize;
            (Span::new(line.file, start + token.start, start + token.end), true)
        }
        None => (line, false),
    }
}

/// Where in the compiled SQL the engine saw the mistake.
fn offset_in(code: &str, cause: &AdapterError) -> Option<usize> {
    if let Some(missing) = cause.missing_relation() {
        let name = missing.rsplit('.').next().unwrap_or(missing);
        return caret::of_table(code, missing).or_else(|| caret::of_table(code, name));
    }
    let AdapterError::Sql { offset, sql, .. } = cause else {
        return None;
    };
    let trimmed = code.trim();
    let lead = code.find(trimmed).unwrap_or(0);
    let start = sql.find(trimmed)?;
    let offset = (*offset)?.checked_sub(start)?;
    (offset <= trimmed.len()).then_some(offset + lead)
}

/// Where in the compiled SQL the mistake is when the engine told nothing, as it does when a view is read.
fn offset_of_probe(connection: &Connection, code: &str, cause: &AdapterError) -> Option<usize> {
    let AdapterError::Sql { message, offset: None, .. } = cause else {
        return None;
    };
    let mut found = None;
    let _ = connection.with(|session| {
        found = session.describe(code).err();
        Ok(())
    });
    found.filter(|found| found.to_string() == *message)?.offset()
}

/// What the engine says against a text.
fn said_against(connection: &Connection, text: &str) -> Option<String> {
    let mut said = None;
    let _ = connection.with(|session| {
        said = session.describe(text).err().map(|error| reason(&error));
        Ok(())
    });
    said
}

fn sql_line(code: &str, offset: usize) -> Option<&str> {
    let line = code[caret::line_at(code, offset)].trim();
    (!line.is_empty()).then_some(line)
}
