//! How long to wait before a transaction is tried again: capped, exponential, with jitter.
//!
//! Source of the formula: "full jitter", M. Brooker, Exponential Backoff And Jitter, AWS Architecture Blog 2015.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// The waits of one node.
#[derive(Debug)]
pub(super) struct Backoff {
    left: u32,
    tried: u32,
}

impl Backoff {
    /// At most `retries` waits.
    pub(super) fn new(retries: u32) -> Self {
        Backoff { left: retries, tried: 0 }
    }

    /// The next wait; `None` when it is time to give up.
    pub(super) fn next(&mut self) -> Option<Duration> {
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
