//! What a run left undone of a microbatch model.

use serde_json::Value as Json;

use super::super::ledger::LedgerReader;
use super::Request;
use crate::adapters::{Result, Session};
use crate::manifest::batch::parse_moment;
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

/// The failed batches in `batch_results` of a node; `None` when none succeeded, which is a run from the start.
pub fn failed_of_results(batch_results: &Json) -> Option<Request> {
    let pairs = |key: &str| batch_results.get(key).and_then(Json::as_array);
    if pairs("successful")?.is_empty() {
        return None;
    }
    let batches: Vec<Batch> = pairs("failed")?.iter().filter_map(batch).collect();
    (!batches.is_empty()).then_some(Request { batches, may_rebuild: false })
}

/// A batch by its ends; only one size fits.
fn batch(pair: &Json) -> Option<Batch> {
    let moment = |at: usize| parse_moment(pair.get(at)?.as_str()?);
    let (start, end) = moment(0).zip(moment(1))?;
    let size = BatchSize::ALL.into_iter().find(|size| size.offset(start, 1) == Some(end))?;
    Some(Batch { size, start, end })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn failed_batches_of_an_artifact_are_known_by_their_ends() {
        let day = ["2024-02-01T00:00:00+00:00", "2024-02-02T00:00:00+00:00"];
        let month = ["2024-02-01T00:00:00+00:00", "2024-03-01T00:00:00+00:00"];
        let request = failed_of_results(&json!({"successful": [day], "failed": [day, month]}));
        let names: Vec<String> =
            request.expect("some failed").batches.iter().map(Batch::name).collect();
        assert_eq!(names, ["2024-02-01", "2024-02"]);
        assert_eq!(failed_of_results(&json!({"successful": [], "failed": [day]})), None);
        assert_eq!(failed_of_results(&json!(null)), None);
    }
}
