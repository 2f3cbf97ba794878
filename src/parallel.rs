//! The same for many things on all cores; for a few on this one, as waking the others takes longer than the work.
//!
//! Invariant: a project of a few files starts no threads.

use rayon::prelude::*;

/// Fewer than these are a few.
const MANY: usize = 8;

/// Whether so many things are worth all cores.
pub fn is_worth(count: usize) -> bool {
    count >= MANY
}

/// What `one` makes of each, in their order.
pub fn map<T: Send, R: Send>(things: Vec<T>, one: impl Fn(T) -> R + Send + Sync) -> Vec<R> {
    map_when(is_worth(things.len()), things, one)
}

/// The same where the number of the things does not tell how much work they are.
pub fn map_when<T: Send, R: Send>(
    is_much: bool,
    things: Vec<T>,
    one: impl Fn(T) -> R + Send + Sync,
) -> Vec<R> {
    match is_much {
        true => things.into_par_iter().map(one).collect(),
        false => things.into_iter().map(one).collect(),
    }
}

/// Both, at a time where it `is_much`.
pub fn both<A: Send, B: Send>(
    is_much: bool,
    first: impl FnOnce() -> A + Send,
    second: impl FnOnce() -> B + Send,
) -> (A, B) {
    match is_much {
        true => rayon::join(first, second),
        false => (first(), second()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_keep_their_order() {
        for count in [0, 3, 1000] {
            let expected: Vec<usize> = (0..count).map(|n| n * 2).collect();
            assert_eq!(map((0..count).collect(), |n: usize| n * 2), expected);
        }
        assert_eq!(both(false, || 1, || 2), both(true, || 1, || 2));
    }
}
