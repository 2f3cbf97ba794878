//! What changed since an earlier state, resource by resource.

use std::collections::HashMap;

use crate::names::UniqueId;

/// What of a resource changed; the words behind `state:modified.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// The text of its template, or the rows of a seed.
    Body,
    /// Its configuration.
    Configs,
    /// Where its relation is configured to be.
    Relation,
    /// Descriptions that are written to the database.
    PersistedDescriptions,
    /// A macro that it reaches.
    Macros,
    /// Its contract.
    Contract,
    /// A variable that it reads.
    Vars,
    /// Anything else that its readers depend on.
    Properties,
}

impl Aspect {
    /// Every aspect that can be selected by itself.
    pub const SELECTABLE: [Aspect; 7] = [
        Aspect::Body,
        Aspect::Configs,
        Aspect::Relation,
        Aspect::PersistedDescriptions,
        Aspect::Macros,
        Aspect::Contract,
        Aspect::Vars,
    ];

    /// The word in selectors.
    pub fn as_str(self) -> &'static str {
        match self {
            Aspect::Body => "body",
            Aspect::Configs => "configs",
            Aspect::Relation => "relation",
            Aspect::PersistedDescriptions => "persisted_descriptions",
            Aspect::Macros => "macros",
            Aspect::Contract => "contract",
            Aspect::Vars => "vars",
            Aspect::Properties => "properties",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// What changed.
    pub aspect: Aspect,
    /// The details, for people: `materialized: view → table`.
    pub text: String,
}

impl Reason {
    /// A reason.
    pub fn new(aspect: Aspect, text: impl Into<String>) -> Self {
        Reason { aspect, text: text.into() }
    }
}

/// How one resource differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// It was not there.
    pub is_new: bool,
    /// What is different; of a new one, only the macros that changed.
    pub reasons: Vec<Reason>,
}

/// All differences. A resource that is not in it is as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The differences by resource.
    pub changed: HashMap<UniqueId, Change>,
    /// Ids that were there and are not any more, sorted.
    pub removed: Vec<String>,
}

impl Changes {
    /// Why a resource counts as changed, for people; nothing when it does not.
    pub fn why(&self, id: &str) -> Vec<String> {
        let Some(change) = self.changed.get(id) else {
            return Vec::new();
        };
        let new = change.is_new.then(|| "new".to_owned());
        let reasons = change
            .reasons
            .iter()
            .map(|reason| format!("{}: {}", reason.aspect.as_str(), reason.text));
        new.into_iter().chain(reasons).collect()
    }
}
