//! Batches that never succeeded, as a table and as JSON.

use serde_json::{Value as Json, json};

use super::Style;
use super::table;
use crate::events::Sample;
use crate::execute::microbatch::Gaps;
use crate::manifest::Batch;
use crate::manifest::batch::plain_text;
use crate::names::UniqueId;

/// A line about every model.
pub fn headings(all: &[(UniqueId, Gaps)]) -> Vec<String> {
    let line = |(id, gaps): &(UniqueId, Gaps)| {
        let name = name(id);
        let Some((from, until)) = gaps.from.zip(gaps.until) else {
            return format!("{name}: the ledger knows no batches");
        };
        let many = match gaps.batches.len() {
            0 => "no gaps".to_owned(),
            1 => "1 batch never succeeded".to_owned(),
            many => format!("{many} batches never succeeded"),
        };
        let [from, until] = [from, until].map(plain_text);
        format!("{name}: {many} between {from} and {until} (UTC)")
    };
    match all.is_empty() {
        true => vec!["there are no microbatch models".to_owned()],
        false => all.iter().map(line).collect(),
    }
}

/// The gaps, a line each; nothing when there are none.
pub fn text(all: &[(UniqueId, Gaps)], style: Style) -> Option<String> {
    let models: Vec<(&UniqueId, &[Batch])> =
        all.iter().map(|(id, gaps)| (id, gaps.batches.as_slice())).collect();
    let is_empty = models.iter().all(|(_, batches)| batches.is_empty());
    (!is_empty).then(|| batches(&models, style))
}

/// Batches of models, a line each.
pub fn batches(models: &[(&UniqueId, &[Batch])], style: Style) -> String {
    let columns = ["model", "batch", "start", "end"].map(str::to_owned).to_vec();
    let row = |id: &UniqueId, batch: &Batch| {
        let [start, end] = [batch.start, batch.end].map(plain_text);
        [name(id).to_owned(), batch.id(), start, end].map(Some).to_vec()
    };
    let rows = models.iter().flat_map(|(id, all)| all.iter().map(|batch| row(id, batch)));
    table::render(&Sample { columns, rows: rows.collect() }, style, 0)
}

/// For programs.
pub fn json(all: &[(UniqueId, Gaps)]) -> Json {
    let model = |(id, gaps): &(UniqueId, Gaps)| {
        let known = |at: Option<jiff::Timestamp>| at.map(|at| at.to_string());
        let batches: Vec<Json> = gaps.batches.iter().map(batch).collect();
        json!({
            "unique_id": id, "from": known(gaps.from), "until": known(gaps.until), "gaps": batches,
        })
    };
    all.iter().map(model).collect()
}

/// A batch for programs.
pub fn batch(batch: &Batch) -> Json {
    let [start, end] = [batch.start, batch.end].map(|at| at.to_string());
    json!({"id": batch.id(), "start": start, "end": end})
}

/// What people call a model.
pub fn name(id: &UniqueId) -> &str {
    id.as_str().splitn(3, '.').nth(2).unwrap_or_default()
}
