//! What a run left undone of a microbatch model.

use super::super::ledger::LedgerReader;
use super::Request;
use crate::adapters::{Result, Session};
use crate::manifest::{Batch, BatchSize};

/// The batches of a run that failed or were skipped; `None` when the run has no batches of the model.
///
/// dbt: as long as no batch of the run succeeded, its `--full-refresh` still counts.
pub fn unfinished(
    session: &mut dyn Session,
    run_id: &str,
    unique_id: &str,
) -> Result<Option<Request>> {
    let logged = LedgerReader(session).batches_of_run(run_id)?;
    let of_model = || logged.iter().filter(|batch| batch.unique_id == unique_id);
    let is_undone = |status: &str| matches!(status, "error" | "skipped");
    let batches = of_model().filter(|batch| is_undone(&batch.status)).filter_map(|batch| {
        Some(Batch {
            size: BatchSize::parse(&batch.size)?,
            start: batch.start.parse().ok()?,
            end: batch.end.parse().ok()?,
        })
    });
    let may_rebuild = of_model().all(|batch| is_undone(&batch.status));
    let request = Request { batches: batches.collect(), may_rebuild };
    Ok(of_model().next().is_some().then_some(request))
}
