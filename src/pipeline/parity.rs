//! What `forge debug --parity` reports: all of the project that forge treats differently from dbt.

use std::sync::{Arc, Mutex};

use super::World;
use super::prepare::prepare;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, EventSink};
use crate::parity::{self, Finding, Subject};
use crate::project::FlagOverrides;

/// What differs.
#[derive(Debug, Default)]
pub struct ParityReport {
    /// What parsing said to be unsupported.
    pub unsupported: Vec<Diagnostic>,
    /// Known differences that the project meets.
    pub findings: Vec<Finding>,
}

/// Parses the project and looks for differences; its mistakes come back as they do from every command.
pub fn parity(world: &World, flags: &FlagOverrides) -> Result<ParityReport, Diagnostics> {
    let listener = Arc::new(Listener::default());
    let quiet = World {
        host: world.host.clone(),
        sources: world.sources.clone(),
        sink: listener.clone(),
        stop: world.stop.clone(),
    };
    let prepared = prepare(&quiet, flags)?;
    let subject = Subject {
        project: &prepared.project,
        manifest: &prepared.manifest,
        globals: &prepared.compiler.globals,
    };
    let findings = parity::find(&subject);
    let mut heard = listener.0.lock().expect("invariant: no panic under lock");
    Ok(ParityReport { unsupported: std::mem::take(&mut *heard), findings })
}

/// Keeps what is said to be unsupported.
#[derive(Default)]
struct Listener(Mutex<Vec<Diagnostic>>);

impl EventSink for Listener {
    fn emit(&self, event: Event) {
        if let Event::Diagnostic(diagnostic) = event
            && diagnostic.code == codes::UNSUPPORTED
        {
            self.0.lock().expect("invariant: no panic under lock").push(diagnostic);
        }
    }
}
