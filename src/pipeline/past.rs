//! What selectors ask of the past: artifacts of the state, and the project as it was at a git revision.
//!
//! Everything is read when it is first asked for; what changed is found once for a command.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::{Prepared, World};
use crate::diagnostics::{Diagnostic, codes};
use crate::names::UniqueId;
use crate::state::{self, Changes, Fresher, NoPast, Origin, Past, Statuses, Texts};

/// What was compared already, by the revision; none is the state.
#[derive(Debug, Default)]
pub(super) struct Compared(Mutex<HashMap<Option<String>, Arc<Changes>>>);

/// Earlier runs of a project.
pub(super) struct Earlier<'w> {
    world: &'w World,
    prepared: &'w Prepared,
}

impl<'w> Earlier<'w> {
    pub(super) fn new(world: &'w World, prepared: &'w Prepared) -> Self {
        Earlier { world, prepared }
    }

    /// The folder of the state.
    fn folder(&self) -> Result<PathBuf, Box<Diagnostic>> {
        let asked = self.prepared.project.flags.state.as_deref();
        let asked = asked.ok_or_else(NoPast::refusal)?;
        Ok(state::folder(&*self.world.host, asked))
    }

    /// What changed since `revision`, or since the state; `read` gives the texts and where they are from.
    fn compared(
        &self,
        revision: Option<&str>,
        read: impl FnOnce() -> Result<(Texts, PathBuf), Box<Diagnostic>>,
    ) -> Result<Arc<Changes>, Box<Diagnostic>> {
        let Prepared { manifest, compiler, compared, .. } = self.prepared;
        let mut known = compared.0.lock().expect("invariant: no panic under lock");
        let revision = revision.map(str::to_owned);
        if let Some(changes) = known.get(&revision) {
            return Ok(changes.clone());
        }
        let (texts, folder) = read()?;
        let internal = &compiler.globals.places.internal;
        let changes = Arc::new(state::compare(manifest, internal, &texts.snapshot(&folder)?));
        known.insert(revision, changes.clone());
        Ok(changes)
    }
}

impl Past for Earlier<'_> {
    fn changes(&self) -> Result<Arc<Changes>, Box<Diagnostic>> {
        self.compared(None, || {
            let folder = self.folder()?;
            Ok((Texts::read(&*self.world.host, &folder)?, folder))
        })
    }

    fn since(&self, revision: &str) -> Result<Arc<Changes>, Box<Diagnostic>> {
        self.compared(Some(revision), || {
            let texts = super::revision::texts(self.world, self.prepared, revision)?;
            Ok((texts, PathBuf::from(revision)))
        })
    }

    fn statuses(&self) -> Result<Arc<Statuses>, Box<Diagnostic>> {
        state::results(&*self.world.host, &self.folder()?).map(Arc::new)
    }

    fn fresher(&self) -> Result<Arc<Fresher>, Box<Diagnostic>> {
        let now = self.prepared.project.target_dir();
        state::fresher(&*self.world.host, &self.folder()?, &now).map(Arc::new)
    }
}

/// Where the nodes of the state to defer to have their relations.
pub(super) fn origins(
    world: &World,
    prepared: &Prepared,
) -> Result<HashMap<UniqueId, Origin>, Box<Diagnostic>> {
    let flags = &prepared.project.flags;
    let error = |message: String| Diagnostic::error(codes::BAD_STATE, message);
    let Some(asked) = flags.defer_state.as_deref().or(flags.state.as_deref()) else {
        let message =
            "--state or --defer-state are required for deferral, but neither was provided";
        return Err(Box::new(
            error(message.to_owned())
                .hint("name a folder with the manifest.json of another run: `--state DIR`"),
        ));
    };
    let host = &*world.host;
    let folder = state::folder(host, asked);
    if host.canonical(&folder) == host.canonical(&prepared.project.target_dir()) {
        let message = format!("The state and target directories are the same: '{asked}'");
        return Err(Box::new(error(message).hint(
            "copy the manifest.json of the other run to a folder of its own: each command writes a new one here",
        )));
    }
    Ok(Texts::read(host, &folder)?.snapshot(&folder)?.origins())
}
