//! Runs the rules over nodes, and turns what they find into diagnostics in the user's files.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use rayon::prelude::*;

use super::allow::Allowances;
use super::facts::Facts;
use super::fix::Edit;
use super::place::{Locator, Place};
use super::read::Read;
use super::rules::{RULES, Rule};
use super::settings::{Level, Settings};
use super::verify::{Proposal, Renderer};
use super::{At, Finding, Subject};
use crate::adapters::Column;
use crate::compile::{Compiler, Marker};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::events::Silent;
use crate::jinja::contexts::{Connection, Globals};
use crate::names::UniqueId;
use crate::source::{FileId, SourceMap, Span};

/// The stack of the threads that read SQL: syntax trees are walked and freed by recursion.
const STACK: usize = 64 << 20;

/// Whether all of the project is looked at: only then is it certain that an allowance in a macro allows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Every node.
    Whole,
    /// Nodes that were selected.
    Selected,
}

/// What is asked.
pub struct Question<'q> {
    /// The project.
    pub compiler: &'q Compiler,
    /// Answers what templates ask of the database.
    pub connection: &'q Arc<Connection>,
    /// What the project states itself.
    pub settings: &'q Settings,
    /// The nodes to look at.
    pub wanted: &'q IndexSet<UniqueId>,
    /// The nodes that they read, so that columns can be followed.
    pub above: &'q [UniqueId],
    /// The columns of nodes and sources, where they are known.
    pub columns: &'q HashMap<UniqueId, Vec<Column>>,
    /// Whether the wanted nodes are all.
    pub coverage: Coverage,
}

/// What was found.
#[derive(Default)]
pub struct Linted {
    /// Findings, and nodes that could not be compiled or read.
    pub diagnostics: Diagnostics,
    /// Edits that would mend findings.
    pub edits: Vec<Edit>,
    /// How many nodes were looked at.
    pub looked_at: usize,
}

/// Looks at the wanted nodes.
pub fn lint(question: &Question<'_>) -> Linted {
    match rayon::ThreadPoolBuilder::new().stack_size(STACK).build() {
        Ok(pool) => pool.install(|| looked_at(question)),
        // Without threads of its own, those of the program have to do.
        Err(_) => looked_at(question),
    }
}

/// A finding with its place.
struct Placed {
    rule: &'static Rule,
    finding: Finding,
    place: Place,
    edit: Option<Edit>,
    /// The file of the node that it was found in.
    path: String,
}

fn looked_at(question: &Question<'_>) -> Linted {
    let compiler = silent(question.compiler);
    let nodes = &compiler.manifest.nodes;
    let ids: IndexSet<&UniqueId> = question.wanted.iter().chain(question.above).collect();
    let ids: Vec<&UniqueId> = ids.into_iter().collect();
    let read: Vec<Read> = (ids.par_iter())
        .filter_map(|id| nodes.get(*id))
        .flat_map_iter(|node| {
            let hooks = match question.wanted.contains(&node.unique_id) {
                true => Read::hooks(&compiler, question.connection, node),
                false => Vec::new(),
            };
            Read::of(&compiler, question.connection, node).into_iter().chain(hooks)
        })
        .collect();
    let queries = read.iter().filter(|one| one.hook.is_none()).filter_map(|one| {
        let query = one.variants.first()?.query.clone()?;
        Some((one.node.unique_id.clone(), query))
    });
    let queries: HashMap<_, _> = queries.collect();
    let facts = Facts::new(&compiler, question.settings, question.columns, queries);
    let marker = Marker::new(&compiler);
    let is_own = |one: &&Read| {
        question.wanted.contains(&one.node.unique_id)
            && *one.node.package_name == *compiler.globals.root_package
    };
    let own: Vec<&Read> = read.iter().filter(is_own).collect();
    let found: Vec<Vec<Placed>> =
        own.par_iter().map(|one| of_node(question, &facts, &marker, one)).collect();
    let mut linted = told(question, found.into_iter().flatten(), &own);
    own.iter().filter_map(|one| one.problem.clone()).for_each(|one| linted.diagnostics.push(one));
    linted.looked_at = own.iter().filter(|one| one.hook.is_none()).count();
    linted
}

/// Nobody wants to read what templates log while they are only looked at.
fn silent(compiler: &Compiler) -> Compiler {
    let globals = Globals { sink: Arc::new(Silent), ..Globals::clone(&compiler.globals) };
    compiler.adjusted(globals, Arc::new(|_| {}))
}

/// What all rules find in a node, each at its place.
fn of_node(
    question: &Question<'_>,
    facts: &Facts<'_>,
    marker: &Marker,
    read: &Read,
) -> Vec<Placed> {
    let Read { node, variants, .. } = read;
    let subject = Subject { facts, node, variants };
    let locator = Locator::new(&facts.compiler.project.sources, marker, question.connection, read);
    let rules = RULES.iter().filter(|rule| {
        rule.kinds.contains(&node.resource_type)
            && question.settings.level(rule, &node.original_file_path) != Level::Off
    });
    let mut placed = Vec::new();
    for rule in rules {
        for finding in (rule.look)(&subject) {
            let place = locator.place(&finding.at);
            let edit = finding.fix.as_ref().and_then(|fix| {
                let span = locator.literal(&finding.at, &fix.range)?;
                Some(Edit { code: rule.code, span, text: fix.text.clone() })
            });
            let path = node.original_file_path.clone();
            placed.push(Placed { rule, finding, place, edit, path });
        }
    }
    without_wrong_edits(question, facts.compiler, read, &mut placed);
    placed
}

/// Takes out edits of the node's template that would not do what they mean to.
fn without_wrong_edits(
    question: &Question<'_>,
    compiler: &Compiler,
    read: &Read,
    placed: &mut [Placed],
) {
    let is_own = |edit: &Edit| edit.span.file == read.node.span.file;
    let proposals = placed.iter().filter_map(|one| {
        let At::Sql(variant, _) = one.finding.at else { return None };
        let edit = one.edit.as_ref().filter(|edit| is_own(edit))?;
        Some(Proposal { variant, fix: one.finding.fix.as_ref()?, edit })
    });
    let proposals: Vec<Proposal<'_>> = proposals.collect();
    let renderer = Renderer { compiler, connection: question.connection };
    let verified = renderer.verified(read, &proposals);
    for one in placed {
        one.edit = one.edit.take().filter(|edit| !is_own(edit) || verified.contains(&edit.span));
    }
}

/// The findings that nobody allows, each place once, and the allowances that allow nothing.
fn told(question: &Question<'_>, found: impl Iterator<Item = Placed>, own: &[&Read]) -> Linted {
    let sources = &question.compiler.project.sources;
    let mut allowances = allowances(question, own);
    let mut seen = HashSet::new();
    let mut linted = Linted::default();
    for one in found {
        let shown = sources.file(one.place.span.file);
        let own_level = question.settings.level(one.rule, &one.path);
        let level = match *shown.path == *one.path {
            true => own_level,
            // A macro has a folder of its own.
            false => question.settings.level_of_file(one.rule, &shown.path).unwrap_or(own_level),
        };
        let is_allowed = is_allowed(sources, &mut allowances, &one);
        // Of one place a rule says one thing, whoever led there; of a whole node it may say more.
        let said = one.place.is_whole.then(|| one.finding.message.clone());
        let is_news = seen.insert((one.rule.code.id(), one.place.span, said));
        if is_allowed || level == Level::Off || !is_news {
            continue;
        }
        linted.edits.extend(one.edit.clone());
        linted.diagnostics.push(diagnostic(sources, &one, level));
    }
    let judged = own.iter().filter(|one| one.problem.is_some()).map(|one| one.node.span.file);
    let unjudged: HashSet<FileId> = judged.collect();
    for (file, allowances) in &allowances {
        if !unjudged.contains(file) {
            allowances.unused().for_each(|one| linted.diagnostics.push(one));
        }
    }
    linted
}

/// The allowances of the files that were looked at.
fn allowances(question: &Question<'_>, own: &[&Read]) -> IndexMap<FileId, Allowances> {
    let sources = &question.compiler.project.sources;
    let mut files: IndexSet<FileId> = own.iter().map(|one| one.node.span.file).collect();
    if question.coverage == Coverage::Whole {
        let files_of_root = &question.compiler.project.root().files;
        let macros = files_of_root.macros.iter().chain(&files_of_root.generic_tests);
        files.extend(macros.map(|file| file.id));
    }
    files.into_iter().map(|id| (id, Allowances::of(&sources.file(id)))).collect()
}

/// Whether a finding is allowed where it is, or where the macro is called that it is in.
fn is_allowed(
    sources: &SourceMap,
    allowances: &mut IndexMap<FileId, Allowances>,
    one: &Placed,
) -> bool {
    let called = one.place.called.as_ref().map(|(_, span)| *span);
    let mut allow = |span: Span| {
        let (line, _) = sources.file(span.file).position(span.start as usize);
        let line = (!one.place.is_whole).then_some(line - 1);
        let known = allowances
            .entry(span.file)
            .or_insert_with(|| Allowances::of(&sources.file(span.file)).that_may_be_unused());
        known.allow(one.rule.code, line)
    };
    std::iter::once(one.place.span).chain(called).any(&mut allow)
}

fn diagnostic(sources: &SourceMap, one: &Placed, level: Level) -> Diagnostic {
    let message = one.finding.message.as_str();
    let diagnostic = match level {
        Level::Error => Diagnostic::error(one.rule.code, message),
        _ => Diagnostic::warning(one.rule.code, message),
    };
    let diagnostic = diagnostic.at(one.place.span, "");
    let diagnostic = match &one.place.called {
        Some((name, at)) => {
            diagnostic.note(format!("in macro `{name}`, called at {}", sources.place(*at)))
        }
        None => diagnostic,
    };
    match one.finding.hint {
        "" => diagnostic,
        hint => diagnostic.hint(hint),
    }
}
