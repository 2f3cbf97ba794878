//! The query comment of a node.
//!
//! Invariant: what is remembered of one node's comment and used for another's is what rendering would give.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use minijinja::value::Value;

use super::Compiler;
use crate::jinja::contexts::{Phase, QueryComment, Scope};
use crate::jinja::error::JinjaError;
use crate::jinja::values;
use crate::manifest::Node;
use crate::parse::macros::QUERY_COMMENT;
use crate::project::DEFAULT_QUERY_COMMENT;

/// What stands around the id of a node in dbt's own comment, by the package of the node; `None` where a project changed
/// what the comment is made with.
#[derive(Default)]
pub(super) struct Known(Mutex<HashMap<Arc<str>, Option<[String; 2]>>>);

/// Names that [`DEFAULT_QUERY_COMMENT`] uses: a macro that has one changes the comment.
const NAMES: [&str; 3] = ["dbt_version", "target", "tojson"];
/// Stands for the id of a node.
const STAND_IN: &str = "node_of_the_comment";

impl Compiler {
    /// The query comment of a node, or of what runs for none, rendered; empty when there is none.
    pub fn query_comment(&self, node: Option<&Arc<Node>>) -> QueryComment {
        let listener = Some(self.globals.sink.clone());
        let Some(comment) = &self.project.root().config.query_comment else {
            return QueryComment { listener, ..QueryComment::default() };
        };
        let append = comment.append;
        let known = node.filter(|_| comment.comment == DEFAULT_QUERY_COMMENT);
        if let Some(text) = known.and_then(|node| self.known_comment(node)) {
            return QueryComment { text, append, problem: None, listener };
        }
        let (text, problem) = match self.rendered_comment(node) {
            Ok(text) if text.contains("*/") => {
                (String::new(), Some("it has `*/` in it, which ends a comment".to_owned()))
            }
            Ok(text) => (text, None),
            Err(error) => (String::new(), Some(error.message)),
        };
        QueryComment { text, append, problem, listener }
    }

    fn rendered_comment(&self, node: Option<&Arc<Node>>) -> Result<String, JinjaError> {
        let package = node.map_or(&self.globals.root_package, |node| &node.package_name);
        let mut scope = Scope::new(&self.globals, Phase::Runtime, package);
        // dbt: without a node the connection is called `master`.
        let (mut name, mut known) = ("master".to_owned(), Value::from(()));
        if let Some(node) = node {
            let facts = self.facts(node, None);
            let make = facts.model.clone();
            known = values::Dict::lazy(move || values::to_mutable(&(make.0)()));
            scope.node = Some(facts);
            name = node.unique_id.to_string();
        }
        called(scope, &name, known)
    }

    /// dbt's own comment, which differs between nodes in their id only: one is rendered for each node that runs a
    /// statement, and rendering it costs more than a small test.
    fn known_comment(&self, node: &Node) -> Option<String> {
        let id = node.unique_id.as_str();
        // Others are escaped.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if !id.bytes().all(is_plain) {
            return None;
        }
        let mut known = self.comments.0.lock().expect("invariant: no panic under lock");
        let package = &node.package_name;
        if !known.contains_key(package) {
            known.insert(package.clone(), self.around_id(package));
        }
        let [before, after] = known.get(package)?.as_ref()?;
        Some(format!("{before}{id}{after}"))
    }

    fn around_id(&self, package: &Arc<str>) -> Option<[String; 2]> {
        let macros = &self.globals.macros;
        if NAMES.iter().any(|name| macros.resolve_user(package, name).is_some()) {
            return None;
        }
        let scope = Scope::new(&self.globals, Phase::Runtime, package);
        let node = values::dict([("unique_id", Value::from(STAND_IN))]);
        let text = called(scope, STAND_IN, node).ok().filter(|text| !text.contains("*/"))?;
        let (before, after) = text.split_once(STAND_IN)?;
        (!after.contains(STAND_IN)).then(|| [before.to_owned(), after.to_owned()])
    }
}

fn called(scope: Scope, name: &str, node: Value) -> Result<String, JinjaError> {
    let text = Arc::new(scope).call_macro(QUERY_COMMENT, &[name.into(), node], &[])?;
    Ok(text.to_string().trim().to_owned())
}
