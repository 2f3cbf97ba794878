//! A set of vertices as bits: the unit of selector algebra.
//!
//! Invariant: sets that meet in one operation belong to the same graph, so their lengths are equal.

/// A set of vertex indices of one graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices {
    words: Vec<u64>,
}

const BITS: usize = u64::BITS as usize;

impl Indices {
    /// No vertex of `len`.
    pub fn none(len: usize) -> Self {
        Indices { words: vec![0; len.div_ceil(BITS)] }
    }

    /// All vertices of `len`.
    pub fn all(len: usize) -> Self {
        let mut all = Indices { words: vec![u64::MAX; len.div_ceil(BITS)] };
        if let Some(last) = all.words.last_mut() {
            *last >>= (BITS - len % BITS) % BITS;
        }
        all
    }

    /// Adds a vertex; true when it was not there.
    pub fn insert(&mut self, index: usize) -> bool {
        let (word, bit) = (&mut self.words[index / BITS], 1 << (index % BITS));
        let new = *word & bit == 0;
        *word |= bit;
        new
    }

    /// Whether a vertex is in the set.
    pub fn contains(&self, index: usize) -> bool {
        self.words[index / BITS] & (1 << (index % BITS)) != 0
    }

    /// How many vertices are in the set.
    pub fn len(&self) -> usize {
        self.words.iter().map(|w| w.count_ones() as usize).sum()
    }

    /// Whether no vertex is in the set.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|w| *w == 0)
    }

    /// Adds all of another set.
    pub fn add(&mut self, other: &Indices) {
        self.zip(other, |a, b| a | b);
    }

    /// Keeps what is also in another set.
    pub fn retain(&mut self, other: &Indices) {
        self.zip(other, |a, b| a & b);
    }

    /// Takes away what is in another set.
    pub fn remove(&mut self, other: &Indices) {
        self.zip(other, |a, b| a & !b);
    }

    /// The vertices, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(at, &word)| {
            std::iter::successors((word != 0).then_some(word), |w| {
                let rest = w & (w - 1);
                (rest != 0).then_some(rest)
            })
            .map(move |w| at * BITS + w.trailing_zeros() as usize)
        })
    }

    fn zip(&mut self, other: &Indices, combine: impl Fn(u64, u64) -> u64) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a = combine(*a, *b);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const LEN: usize = 200;

    fn bits(set: &BTreeSet<usize>) -> Indices {
        let mut bits = Indices::none(LEN);
        for &index in set {
            assert!(bits.insert(index));
            assert!(!bits.insert(index));
        }
        bits
    }

    proptest! {
        #[test]
        fn it_is_a_set(
            a in prop::collection::btree_set(0..LEN, 0..80),
            b in prop::collection::btree_set(0..LEN, 0..80),
        ) {
            let (mut sum, mut both, mut rest) = (bits(&a), bits(&a), bits(&a));
            sum.add(&bits(&b));
            both.retain(&bits(&b));
            rest.remove(&bits(&b));
            prop_assert_eq!(sum.iter().collect::<BTreeSet<_>>(), &a | &b);
            prop_assert_eq!(both.iter().collect::<BTreeSet<_>>(), &a & &b);
            prop_assert_eq!(rest.iter().collect::<BTreeSet<_>>(), &a - &b);
            prop_assert_eq!(sum.len(), (&a | &b).len());
            prop_assert_eq!(both.is_empty(), a.is_disjoint(&b));
            prop_assert!(a.iter().all(|&i| sum.contains(i)));
        }

        #[test]
        fn all_has_exactly_its_length(len in 0usize..300) {
            prop_assert_eq!(Indices::all(len).iter().collect::<Vec<_>>(), (0..len).collect::<Vec<_>>());
        }
    }
}
