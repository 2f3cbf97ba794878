//! `{% docs %}` blocks and the descriptions that quote them.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::Value;
use serde_json::Value as Json;

use super::context::Context;
use super::properties::has_jinja;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::jinja::args::Args;
use crate::jinja::coded::coded;
use crate::jinja::contexts::{Globals, Phase, Scope};
use crate::jinja::objects::function::function;
use crate::jinja::rewrite::{self, BlockKind};
use crate::manifest::{ById, Doc};
use crate::names::{UniqueId, did_you_mean};
use crate::project::{File, Package, Project};
use crate::source::Span;

/// Docs blocks by package and name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Docs {
    texts: Arc<HashMap<String, HashMap<String, String>>>,
    packages: Vec<Arc<str>>,
    /// The flag `require_ref_searches_node_package_before_root`.
    own_first: bool,
}

impl Docs {
    /// The text of a block: of the named package; else of the root, the node's own, any other. dbt 1.12: the flag
    /// puts the node's own first.
    fn find(&self, package: Option<&str>, own: &str, name: &str) -> Option<&str> {
        let package = self.package_of(package, own, name)?;
        self.texts.get(package)?.get(name).map(String::as_str)
    }

    fn package_of<'s>(
        &'s self,
        package: Option<&'s str>,
        own: &'s str,
        name: &str,
    ) -> Option<&'s str> {
        let has = |package: &&str| self.texts.get(*package).is_some_and(|d| d.contains_key(name));
        match package {
            Some(package) => Some(package).filter(has),
            None => {
                let root = self.packages.first().map_or(own, |root| root);
                let order = if self.own_first { [own, root] } else { [root, own] };
                let all = self.packages.iter().map(|package| &**package);
                order.into_iter().chain(all).find(has)
            }
        }
    }
}

/// Reads all docs blocks of all packages.
pub(crate) fn collect(
    project: &Project,
    globals: &Arc<Globals>,
    diagnostics: &mut Diagnostics,
) -> (ById<Arc<Doc>>, Docs) {
    let mut all = ById::default();
    let mut texts: HashMap<String, HashMap<String, String>> = HashMap::new();
    for package in &project.packages {
        for file in &package.files.docs {
            for doc in blocks(project, globals, package, file, diagnostics) {
                texts
                    .entry(package.name.to_string())
                    .or_default()
                    .insert(doc.name.clone(), doc.block_contents.clone());
                all.insert(doc.unique_id.clone(), Arc::new(doc));
            }
        }
    }
    let packages = project.packages.iter().map(|p| p.name.clone()).collect();
    const OWN_FIRST: &str = "require_ref_searches_node_package_before_root";
    let own_first = project.flags.other.get(OWN_FIRST).and_then(Json::as_bool).unwrap_or(false);
    (all, Docs { texts: Arc::new(texts), packages, own_first })
}

fn blocks(
    project: &Project,
    globals: &Arc<Globals>,
    package: &Package,
    file: &File,
    diagnostics: &mut Diagnostics,
) -> Vec<Doc> {
    let source = project.sources.file(file.id);
    if !source.text.contains("docs") {
        return Vec::new();
    }
    let found = match rewrite::blocks(&source.text) {
        Ok(found) => found,
        Err(error) => {
            let span = Span::new(file.id, error.span.start, error.span.end);
            diagnostics.push(Diagnostic::error(codes::JINJA_SYNTAX, error.message).at(span, ""));
            return Vec::new();
        }
    };
    found
        .into_iter()
        .filter(|block| block.kind == BlockKind::Docs)
        .map(|block| {
            let body = source.text[block.body_span.clone()].trim();
            let contents = match has_jinja(body) {
                // dbt renders the text of a block with next to no names; what is unknown disappears.
                true => {
                    let scope = Arc::new(Scope::new(globals, Phase::Parse, &package.name));
                    scope.render(&block.name, body).unwrap_or_else(|_| body.to_owned())
                }
                false => body.to_owned(),
            };
            Doc {
                unique_id: UniqueId::from(format!("doc.{}.{}", package.name, block.name)),
                package_name: package.name.clone(),
                name: block.name,
                original_file_path: file.original_file_path.clone(),
                path: file.path.clone(),
                block_contents: contents.trim().to_owned(),
            }
        })
        .collect()
}

/// Renders a description: `doc()` and what property files may use.
pub(crate) fn description(
    cx: &Context<'_>,
    package: &Arc<str>,
    text: &str,
    span: Span,
    diagnostics: &mut Diagnostics,
) -> String {
    if !has_jinja(text) {
        return text.to_owned();
    }
    if let Some(text) = quoting(text).and_then(|pieces| joined(&pieces, cx, package)) {
        return text;
    }
    let mut scope = cx.scope(package);
    let (docs, own) = (cx.docs.clone(), package.clone());
    scope.extra.insert("doc".to_owned(), function("doc", move |_, args| doc(&docs, &own, args)));
    match Arc::new(scope).render("description", text) {
        Ok(text) => text,
        Err(error) => {
            diagnostics.push(super::render::diagnostic_at(cx, &error, span));
            text.to_owned()
        }
    }
}

/// The docs blocks that a description quotes by literal names.
pub(crate) fn quoted_blocks(cx: &Context<'_>, package: &Arc<str>, text: &str) -> Vec<UniqueId> {
    if !has_jinja(text) || !text.contains("doc") {
        return Vec::new();
    }
    let id = |of: &str, name: &str| UniqueId::from(format!("doc.{of}.{name}"));
    if let Some(pieces) = quoting(text) {
        let found = pieces.into_iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Block(name) => Some(id(cx.docs.package_of(None, package, name)?, name)),
        });
        return found.collect();
    }
    let calls = rewrite::macro_calls(text).unwrap_or_default();
    let found = calls.into_iter().filter(|call| call.path == ["doc"]).filter_map(|call| {
        let mut names: Vec<String> = call.arguments.into_iter().filter_map(|(_, t)| t).collect();
        let name = names.pop()?;
        let quoted_from = names.pop();
        Some(id(cx.docs.package_of(quoted_from.as_deref(), package, &name)?, &name))
    });
    found.collect()
}

/// A part of a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'t> {
    /// Text as it is.
    Text(&'t str),
    /// `{{ doc('name') }}`: the name.
    Block(&'t str),
}

/// The parts of a description whose only tags are `{{ doc('name') }}`, by far the most frequent template of property
/// files: it needs no rendering.
fn quoting(text: &str) -> Option<Vec<Piece<'_>>> {
    let is_plain = |text: &str| !text.contains(['\r', '{', '}']);
    let mut parts = text.strip_suffix('\n').unwrap_or(text).split("{{");
    let mut pieces: Vec<_> = parts.next().map(Piece::Text).into_iter().collect();
    for part in parts {
        let (call, text) = part.split_once("}}")?;
        pieces.extend([Piece::Block(quoted(call)?), Piece::Text(text)]);
    }
    let texts_are_plain = pieces.iter().all(|piece| match piece {
        Piece::Text(text) => is_plain(text),
        Piece::Block(_) => true,
    });
    texts_are_plain.then_some(pieces)
}

/// The name in `doc('name')`.
fn quoted(call: &str) -> Option<&str> {
    let argument = call.trim().strip_prefix("doc(")?.strip_suffix(')')?.trim();
    let quote = argument.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let name = argument.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!name.is_empty() && name.chars().all(is_plain)).then_some(name)
}

/// The description that the parts make; `None` when there is no such block.
fn joined(pieces: &[Piece<'_>], cx: &Context<'_>, package: &Arc<str>) -> Option<String> {
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => Some(*text),
        Piece::Block(name) => cx.docs.find(None, package, name),
    });
    texts.collect()
}

fn doc(docs: &Docs, own: &str, args: &[Value]) -> Result<Value, minijinja::Error> {
    let args = Args::new("doc", args)?;
    let (package, name) = match args.len() {
        1 => (None, args.text(0, "name")?),
        2 => (Some(args.text(0, "package")?), args.text(1, "name")?),
        n => {
            return Err(coded(
                codes::UNKNOWN_DOC,
                format!("doc() takes a name, or a package and a name; got {n} arguments"),
                None,
            ));
        }
    };
    match docs.find(package.as_deref(), own, &name).map(str::to_owned) {
        Some(text) => Ok(Value::from(text)),
        None => {
            let known = docs.texts.values().flat_map(|blocks| blocks.keys().map(String::as_str));
            let near = did_you_mean(&name, known).map(|near| format!("did you mean `{near}`?"));
            Err(coded(codes::UNKNOWN_DOC, format!("there is no docs block `{name}`"), near))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_that_quote_blocks_are_split() {
        let text = "Rows of {{ doc('orders') }},\nsee {{doc(\"a-b.c\")}}.\n";
        let pieces = [
            Piece::Text("Rows of "),
            Piece::Block("orders"),
            Piece::Text(",\nsee "),
            Piece::Block("a-b.c"),
            Piece::Text("."),
        ];
        assert_eq!(quoting(text), Some(pieces.to_vec()));
    }

    #[test]
    fn other_templates_are_left_to_the_engine() {
        for text in [
            "{{ doc('a', 'b') }}",
            "{{ doc(name) }}",
            "{{- doc('a') }}",
            "{{ doc('a') -}}",
            "{{ doc('a') }} {# {{ doc('b') }} #}",
            "{% if x %}{{ doc('a') }}{% endif %}",
            "{{ doc('a') }}\r\n",
            "{{ doc('a')",
            "{{ doc('a') }} {",
        ] {
            assert_eq!(quoting(text), None, "{text}");
        }
    }
}
