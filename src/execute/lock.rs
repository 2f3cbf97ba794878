//! One run at a time on a database: the second waits, and says for whom.

use std::time::{Duration, Instant};

use super::Run;
use crate::adapters::{RunLock, TryLock};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Level};

/// How often a run that waits looks whether it may begin.
const INTERVAL: Duration = Duration::from_millis(100);

/// Waits until no other run holds the database. A run that changes no relation needs no lock.
pub(super) fn acquire(run: &Run<'_>) -> Result<RunLock, Box<Diagnostic>> {
    if !is_needed(run) {
        return Ok(RunLock::none());
    }
    let globals = &run.compiler.globals;
    let flags = &run.compiler.project.flags;
    let holder = format!(
        "`forge {}`, process {}, since {}",
        flags.which,
        std::process::id(),
        globals.started_at.strftime("%Y-%m-%d %H:%M:%S UTC")
    );
    let (start, limit) = (Instant::now(), Duration::from_secs(flags.lock_timeout));
    let mut has_said = false;
    loop {
        let holder = match globals.adapter.try_lock(&holder) {
            TryLock::Held(lock) => return Ok(lock),
            TryLock::Taken { holder } => holder,
        };
        if start.elapsed() >= limit {
            return Err(Box::new(taken(&holder, flags.lock_timeout)));
        }
        if !std::mem::replace(&mut has_said, true) {
            let text = format!("waiting for another run on this database: {holder}");
            run.emit(Event::Message { level: Level::Warn, text });
        }
        std::thread::sleep(INTERVAL);
    }
}

/// Whether a node of the run changes a relation.
pub(super) fn is_needed(run: &Run<'_>) -> bool {
    let mut nodes = run.wanted.iter().filter_map(|id| run.node(id));
    nodes.any(|node| node.relation_name.is_some())
}

fn taken(holder: &str, waited: u64) -> Diagnostic {
    let message =
        format!("another run holds the database: {holder}; it did not end within {waited} s");
    Diagnostic::error(codes::ANOTHER_RUN, message)
        .hint("wait until it has ended, or wait longer with `--lock-timeout SECONDS`")
}
