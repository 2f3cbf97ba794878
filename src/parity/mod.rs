//! What forge treats differently from dbt, found in a project: the report of `forge debug --parity`.
//!
//! One table of rules, each with its finder; what a rule means stands in `docs/parity.md`. The finders only read
//! what earlier stages made. Mistakes are not reported here: they are diagnostics of their stages.
//! Invariant: a difference that forge knows of is a rule, so that none is silent.

mod nodes;
mod rules;
mod settings;
mod templates;

use std::sync::Arc;

use crate::jinja::contexts::Globals;
use crate::manifest::Manifest;
use crate::project::Project;
use crate::source::Span;

pub use rules::RULES;

/// How forge and dbt differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// forge cannot do it yet, or not on this engine.
    Missing,
    /// forge does it, and not as dbt does.
    Differs,
    /// It is accepted and changes nothing.
    NoEffect,
}

impl Verdict {
    /// The word in the JSON report.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Missing => "missing",
            Verdict::Differs => "differs",
            Verdict::NoEffect => "no_effect",
        }
    }
}

/// What the finders look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The project with its packages.
    pub project: &'a Project,
    /// Everything in it.
    pub manifest: &'a Manifest,
    /// What its templates share.
    pub globals: &'a Arc<Globals>,
}

/// One occurrence of a construct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// What was found, such as `model.shop.orders` or `adapter.commit`.
    pub construct: String,
    /// Where it was written.
    pub span: Option<Span>,
}

type Finder = fn(&Subject<'_>) -> Vec<Occurrence>;

/// One known difference.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its stable name.
    pub name: &'static str,
    /// How forge and dbt differ.
    pub verdict: Verdict,
    /// What happens, in one line.
    pub summary: &'static str,
    /// What to do about it, in one line.
    pub advice: &'static str,
    find: Finder,
}

/// A rule that applies to a project, and where.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The difference.
    pub rule: &'static Rule,
    /// Its places, at least one.
    pub occurrences: Vec<Occurrence>,
}

/// All differences that apply: what is missing first, then in the order of the table.
pub fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = (RULES.iter())
        .map(|rule| Finding { rule, occurrences: (rule.find)(subject) })
        .filter(|finding| !finding.occurrences.is_empty())
        .collect();
    findings.sort_by_key(|finding| finding.rule.verdict);
    findings
}
