//! What runs first: the head of the path that takes longest.
//!
//! How long nodes take is known from earlier runs. One that is not known counts as short, so that where nothing is known
//! the deepest path comes first.

use super::Run;
use super::ledger::Recent;
use super::plan::Plan;

/// The least that a node takes, in milliseconds. Shorter times are noise, and with equal ones the order stays the same
/// from run to run.
const LEAST: u64 = 1;

/// The time from each vertex to the end of the run, in milliseconds.
///
/// With one thread no order is faster than another: everything runs in the order of the plan.
pub(super) fn paths(run: &Run<'_>, plan: &Plan, recent: &Recent) -> Vec<u64> {
    if run.threads <= 1 {
        return vec![0; plan.dag.len()];
    }
    let length = |at| recent.seconds(plan.dag.key(at).as_str()).map_or(LEAST, millis);
    plan.dag.longest(&plan.wanted, length)
}

fn millis(seconds: f64) -> u64 {
    // A float becomes an integer by saturating; what is no number becomes zero.
    ((seconds * 1000.0).round() as u64).max(LEAST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_whole_milliseconds_of_which_there_is_at_least_one() {
        assert_eq!([0.0, 0.0004, 0.0026, f64::NAN, -1.0].map(millis), [1, 1, 3, 1, 1]);
    }
}
