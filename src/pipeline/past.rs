//! What selectors ask of the past: artifacts of the state, and the project as it was at a git revision.
//!
//! Everything is read when it is first asked for, once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::{Prepared, World};
use crate::diagnostics::Diagnostic;
use crate::state::{self, Changes, Fresher, NoPast, Past, Statuses, Texts};

/// Earlier runs of a project.
pub(super) struct Earlier<'w> {
    world: &'w World,
    prepared: &'w Prepared,
    changes: RefCell<Option<Arc<Changes>>>,
    revisions: RefCell<HashMap<String, Arc<Changes>>>,
}

impl<'w> Earlier<'w> {
    pub(super) fn new(world: &'w World, prepared: &'w Prepared) -> Self {
        Earlier { world, prepared, changes: RefCell::default(), revisions: RefCell::default() }
    }

    /// The folder of the state.
    fn folder(&self) -> Result<PathBuf, Box<Diagnostic>> {
        let asked = self.prepared.project.flags.state.as_deref();
        let asked = asked.ok_or_else(NoPast::refusal)?;
        Ok(state::folder(&*self.world.host, asked))
    }

    fn compare(
        &self,
        texts: &Texts,
        folder: &std::path::Path,
    ) -> Result<Arc<Changes>, Box<Diagnostic>> {
        let Prepared { manifest, compiler, .. } = self.prepared;
        let internal = &compiler.globals.places.internal;
        let snapshot = texts.snapshot(folder)?;
        Ok(Arc::new(state::compare(manifest, internal, &snapshot)))
    }
}

impl Past for Earlier<'_> {
    fn changes(&self) -> Result<Arc<Changes>, Box<Diagnostic>> {
        if let Some(known) = &*self.changes.borrow() {
            return Ok(known.clone());
        }
        let folder = self.folder()?;
        let texts = Texts::read(&*self.world.host, &folder)?;
        let changes = self.compare(&texts, &folder)?;
        *self.changes.borrow_mut() = Some(changes.clone());
        Ok(changes)
    }

    fn since(&self, revision: &str) -> Result<Arc<Changes>, Box<Diagnostic>> {
        if let Some(known) = self.revisions.borrow().get(revision) {
            return Ok(known.clone());
        }
        let texts = super::revision::texts(self.world, self.prepared, revision)?;
        let changes = self.compare(&texts, std::path::Path::new(revision))?;
        self.revisions.borrow_mut().insert(revision.to_owned(), changes.clone());
        Ok(changes)
    }

    fn statuses(&self) -> Result<Arc<Statuses>, Box<Diagnostic>> {
        state::results(&*self.world.host, &self.folder()?).map(Arc::new)
    }

    fn fresher(&self) -> Result<Arc<Fresher>, Box<Diagnostic>> {
        let now = self.prepared.project.target_dir();
        state::fresher(&*self.world.host, &self.folder()?, &now).map(Arc::new)
    }
}
