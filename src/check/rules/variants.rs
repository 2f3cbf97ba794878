//! An incremental model whose two variants give different columns: which of them the table has depends on how it was
//! built last.

use std::sync::Arc;

use super::columns::{has, listed};
use super::places;
use crate::adapters::Column;
use crate::check::shadow::{CheckedNode, Shadow};
use crate::diagnostics::{Diagnostic, codes};
use crate::manifest::Node;

/// Compares the columns of the full refresh with those of the incremental run.
pub(super) fn check(shadow: &mut Shadow<'_>, node: &Arc<Node>, known: &CheckedNode) {
    let [full, incremental] = &known.variants[..] else { return };
    let missing = only_in(&full.columns, &incremental.columns);
    let added = only_in(&incremental.columns, &full.columns);
    let Some(first) = missing.first().or(added.first()) else { return };
    let message =
        format!("the two variants of incremental model `{}` give different columns", node.name);
    let place = places::of_word(node, first).unwrap_or_else(|| node.span_start());
    let mut mistake = Diagnostic::error(codes::VARIANTS_DIFFER, message).at(place, "");
    for (names, which) in [(missing, "full refresh"), (added, "incremental run")] {
        if !names.is_empty() {
            mistake = mistake.note(format!("only in the {which}: {}", listed(names.into_iter())));
        }
    }
    let hint =
        "both must give the same columns: `forge compile --variant both` shows them side by side";
    shadow.tell(mistake.hint(hint));
}

fn only_in<'c>(these: &'c [Column], those: &[Column]) -> Vec<&'c str> {
    these.iter().map(|column| column.name.as_str()).filter(|name| !has(those, name)).collect()
}
