//! Breadth-first walks up and down, to any depth or to a given one.

use super::{Dag, Indices};

impl<K> Dag<K> {
    /// Everything that `start` depends on, up to `depth` edges away.
    ///
    /// A vertex of `start` is in the result only when another one depends on it.
    pub fn ancestors(&self, start: &Indices, depth: Option<usize>) -> Indices {
        reach(start, depth, |at| self.parents(at))
    }

    /// Everything that depends on `start`, up to `depth` edges away.
    ///
    /// A vertex of `start` is in the result only when it depends on another one.
    pub fn descendants(&self, start: &Indices, depth: Option<usize>) -> Indices {
        reach(start, depth, |at| self.children(at))
    }
}

fn reach<'d>(
    start: &Indices,
    depth: Option<usize>,
    next: impl Fn(usize) -> &'d [usize],
) -> Indices {
    let mut reached = start.clone();
    reached.remove(start);
    let mut layer: Vec<usize> = start.iter().collect();
    let mut left = depth.unwrap_or(usize::MAX);
    while left > 0 && !layer.is_empty() {
        let mut further = Vec::new();
        for &to in layer.iter().flat_map(|&at| next(at)) {
            // What was in `start` has been walked from at depth 0 already.
            if reached.insert(to) && !start.contains(to) {
                further.push(to);
            }
        }
        layer = further;
        left -= 1;
    }
    reached
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::tests::{dags, graph};

    fn one<K>(dag: &Dag<K>, at: usize) -> Indices {
        let mut set = dag.none();
        set.insert(at);
        set
    }

    #[test]
    fn depth_counts_edges() {
        let dag = graph(5, &[(0, 1), (1, 2), (2, 3), (0, 3)]).unwrap();
        let from = |depth| dag.descendants(&one(&dag, 0), depth).iter().collect::<Vec<_>>();
        assert!(from(Some(0)).is_empty());
        assert_eq!(from(Some(1)), [1, 3]);
        assert_eq!(from(Some(2)), [1, 2, 3]);
        assert_eq!(from(None), [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn ancestors_and_descendants_are_dual(dag in dags(), depth in prop::option::of(0usize..5)) {
            for a in 0..dag.len() {
                let below = dag.descendants(&one(&dag, a), depth);
                prop_assert!(!below.contains(a));
                for b in 0..dag.len() {
                    let above = dag.ancestors(&one(&dag, b), depth);
                    prop_assert_eq!(below.contains(b), above.contains(a));
                }
            }
        }

        #[test]
        fn a_walk_from_many_is_the_union_of_walks_from_each(
            dag in dags(),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
            depth in prop::option::of(0usize..5),
        ) {
            let (mut start, mut union) = (dag.none(), dag.none());
            for pick in picks {
                let at = pick.index(dag.len());
                start.insert(at);
                union.add(&dag.descendants(&one(&dag, at), depth));
            }
            prop_assert_eq!(dag.descendants(&start, depth), union);
        }
    }
}
