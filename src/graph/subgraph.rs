//! A part of a graph that keeps who is above whom.

use std::hash::Hash;

use super::{Dag, Indices, sorted};

impl<K: Clone + Eq + Hash> Dag<K> {
    /// The graph of the vertices in `keep`; a path through vertices left out becomes an edge.
    ///
    /// Keys keep their order and get new indices. Many vertices above and below one that is left out
    /// make many edges: to run a part of a graph, use [`Dag::ready`].
    pub fn subgraph(&self, keep: &Indices) -> Dag<K> {
        let kept: Vec<usize> = keep.iter().collect();
        let mut renumbered = vec![0; self.len()];
        for (new, &old) in kept.iter().enumerate() {
            renumbered[old] = new;
        }
        let mut above: Vec<Vec<usize>> = vec![Vec::new(); self.len()];
        for &at in self.order() {
            let parents = self.parents(at).iter().flat_map(|&parent| {
                if keep.contains(parent) {
                    std::slice::from_ref(&renumbered[parent])
                } else {
                    above[parent].as_slice()
                }
            });
            above[at] = sorted(parents.copied().collect());
        }
        let parents = kept.iter().map(|&at| std::mem::take(&mut above[at]));
        Dag::from_parents(kept.iter().map(|&at| self.key(at).clone()).collect(), parents.collect())
            .unwrap_or_else(|_| {
                unreachable!("invariant: a part of a graph without cycles has none")
            })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::graph::tests::dags;

    proptest! {
        #[test]
        fn a_part_has_the_same_ancestors(
            dag in dags(),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 1..16),
        ) {
            let mut keep = dag.none();
            for pick in picks {
                keep.insert(pick.index(dag.len()));
            }
            let part = dag.subgraph(&keep);
            prop_assert_eq!(part.len(), keep.len());
            for (new, old) in keep.iter().enumerate() {
                prop_assert_eq!(part.key(new), dag.key(old));
                let (mut small, mut large) = (part.none(), dag.none());
                small.insert(new);
                large.insert(old);
                let mut expected = dag.ancestors(&large, None);
                expected.retain(&keep);
                let expected: Vec<_> = expected.iter().map(|at| *dag.key(at)).collect();
                let found: Vec<_> = part.ancestors(&small, None).iter().map(|at| *part.key(at)).collect();
                prop_assert_eq!(found, expected);
            }
        }
    }
}
