//! Trying again when another program holds the database: whole transactions, with waits that grow and are drawn by lot.
//!
//! Source of the formula: "full jitter", M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog 2015.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use super::Run;
use crate::adapters::AdapterError;
use crate::diagnostics::{Diagnostic, codes};
use crate::events::{Event, Level};

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// Does `work`, and again as long as it fails because another connection holds the database, as often as the profile
/// allows. `work` leaves nothing behind when it fails; no other failure is tried again.
pub(super) fn retried<T, E: Failure>(
    run: &Run<'_>,
    what: &str,
    mut work: impl FnMut() -> Result<T, E>,
) -> Result<T, E> {
    let mut backoff = Backoff::new(run.compiler.globals.adapter.lock_retries());
    loop {
        let error = match work() {
            Err(error) if error.is_locked() && !run.stop.is_requested() => error,
            other => return other,
        };
        let Some(wait) = backoff.next() else {
            return Err(error);
        };
        let text = format!(
            "{what}: another program holds the database; trying again in {:.1} s",
            wait.as_secs_f64()
        );
        run.emit(Event::Message { level: Level::Warn, text });
        run.stop.pause(wait);
    }
}

/// What can go wrong with a transaction.
pub(super) trait Failure {
    /// Whether another connection holds the database, so that another try may do.
    fn is_locked(&self) -> bool;
}

impl Failure for AdapterError {
    fn is_locked(&self) -> bool {
        self.is_transient()
    }
}

impl Failure for Box<Diagnostic> {
    fn is_locked(&self) -> bool {
        self.code == codes::DATABASE_LOCKED
    }
}

/// The waits of one piece of work.
#[derive(Debug)]
struct Backoff {
    left: u32,
    tried: u32,
}

impl Backoff {
    /// At most `retries` waits.
    fn new(retries: u32) -> Self {
        Backoff { left: retries, tried: 0 }
    }

    /// The next wait; `None` when it is time to give up.
    fn next(&mut self) -> Option<Duration> {
        self.left = self.left.checked_sub(1)?;
        let longest = FIRST.saturating_mul(2u32.saturating_pow(self.tried)).min(LONGEST);
        self.tried += 1;
        // Each hasher has keys of its own, which is all the chance that is needed here.
        let chance = RandomState::new().hash_one(self.tried) as f64 / u64::MAX as f64;
        Some(longest.mul_f64(chance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_capped_and_end() {
        let mut backoff = Backoff::new(40);
        for n in 0..40u32 {
            let wait = backoff.next().unwrap();
            assert!(wait <= LONGEST && wait <= FIRST.saturating_mul(2u32.saturating_pow(n)));
        }
        assert_eq!(backoff.next(), None);
    }
}
