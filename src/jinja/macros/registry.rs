//! All macros of a project, rewritten when first used.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;

use crate::jinja::rewrite::{Argument, RewriteError, Rewritten, rewrite};

/// A macro as found in its file.
#[derive(Debug, Clone, Default)]
pub struct MacroDef {
    /// `macro.<package>.<name>`
    pub unique_id: String,
    /// The package it belongs to.
    pub package: String,
    /// dbt's internal name: the test `x` is `test_x`.
    pub name: String,
    /// The whole block, tags included.
    pub source: Arc<str>,
    /// What it declares.
    pub arguments: Vec<Argument>,
    /// The file, relative to its package.
    pub path: String,
    /// Where the block starts in that file, in bytes.
    pub offset: usize,
}

/// A macro and its rewritten source.
#[derive(Debug)]
pub struct Entry {
    /// The macro.
    pub def: MacroDef,
    rewritten: OnceLock<Result<Rewritten, RewriteError>>,
}

impl Entry {
    /// The source as the engine reads it.
    pub(crate) fn rewritten(&self) -> Result<&Rewritten, &RewriteError> {
        self.rewritten.get_or_init(|| rewrite(&self.def.source)).as_ref()
    }
}

/// Macros by unique id.
#[derive(Default)]
pub struct Registry {
    entries: HashMap<String, Arc<Entry>, RandomState>,
}

impl Registry {
    /// Takes over the macros of a project; of two with the same id the later one stays.
    pub fn new(defs: Vec<MacroDef>) -> Self {
        let entry = |def: MacroDef| {
            let id = def.unique_id.clone();
            (id, Arc::new(Entry { def, rewritten: OnceLock::new() }))
        };
        Self { entries: defs.into_iter().map(entry).collect() }
    }

    /// One macro.
    pub fn get(&self, unique_id: &str) -> Option<&Arc<Entry>> {
        self.entries.get(unique_id)
    }

    /// All macros, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Entry>> {
        self.entries.values()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("macros", &self.entries.len()).finish()
    }
}
