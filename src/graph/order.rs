//! Topological order, and the cycle that stands in its way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

/// A cycle: every key is read by the next one, the last by the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Cycle<K> {
    path: Vec<K>,
}

impl<K> Cycle<K> {
    pub(super) fn new(path: Vec<K>) -> Self {
        Cycle { path }
    }

    /// The keys on the cycle, each once, in the direction of the data.
    pub fn path(&self) -> &[K] {
        &self.path
    }
}

impl<K: fmt::Display> fmt::Display for Cycle<K> {
    /// `a --> b --> a`, as dbt 1.12 prints it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for key in &self.path {
            write!(f, "{key} --> ")?;
        }
        self.path.first().map_or(Ok(()), |first| write!(f, "{first}"))
    }
}

/// Parents before children; of those that could come next, the smallest index.
///
/// Kahn's algorithm. The error is the path of a cycle, without repetition.
pub(super) fn topological(
    parents: &[Vec<usize>],
    children: &[Vec<usize>],
) -> Result<Vec<usize>, Vec<usize>> {
    let mut waiting: Vec<usize> = parents.iter().map(Vec::len).collect();
    let mut ready: BinaryHeap<_> =
        (0..parents.len()).filter(|&at| waiting[at] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(parents.len());
    while let Some(Reverse(at)) = ready.pop() {
        order.push(at);
        for &child in &children[at] {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                ready.push(Reverse(child));
            }
        }
    }
    match waiting.iter().position(|&left| left > 0) {
        None => Ok(order),
        Some(stuck) => Err(cycle_above(stuck, parents, &waiting)),
    }
}

/// Climbs from a stuck vertex to stuck parents until one comes again.
fn cycle_above(start: usize, parents: &[Vec<usize>], waiting: &[usize]) -> Vec<usize> {
    let mut place = vec![None; parents.len()];
    let mut path = Vec::new();
    let mut at = start;
    while place[at].is_none() {
        place[at] = Some(path.len());
        path.push(at);
        at = *parents[at]
            .iter()
            .find(|&&parent| waiting[parent] > 0)
            .expect("invariant: a stuck vertex has a stuck parent");
    }
    path.drain(..place[at].unwrap_or_default());
    path.reverse();
    path
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::graph::tests::{dags, graph};

    #[test]
    fn of_several_next_ones_the_first_inserted_comes_first() {
        let dag = graph(5, &[(4, 0), (4, 2), (2, 1)]).unwrap();
        assert_eq!(dag.order(), [3, 4, 0, 2, 1]);
    }

    #[test]
    fn a_cycle_is_returned_whole_and_in_reading_order() {
        let cycle = graph(6, &[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4), (5, 2)]).unwrap_err();
        let path = cycle.path();
        assert_eq!(path.len(), 3);
        for (at, key) in path.iter().enumerate() {
            let next = path[(at + 1) % path.len()];
            assert!([(1, 2), (2, 3), (3, 1)].contains(&(*key, next)), "{cycle}");
        }
    }

    #[test]
    fn what_reads_itself_is_a_cycle_of_one() {
        let cycle = graph(2, &[(1, 1)]).unwrap_err();
        assert_eq!(cycle.to_string(), "1 --> 1");
    }

    proptest! {
        #[test]
        fn order_respects_edges_and_has_every_vertex_once(dag in dags()) {
            let mut rank = vec![usize::MAX; dag.len()];
            for (place, &at) in dag.order().iter().enumerate() {
                prop_assert_eq!(rank[at], usize::MAX);
                rank[at] = place;
            }
            for child in 0..dag.len() {
                prop_assert!(rank[child] < dag.len());
                for &parent in dag.parents(child) {
                    prop_assert!(rank[parent] < rank[child]);
                }
            }
        }

        #[test]
        fn every_edge_of_a_reported_cycle_exists(
            edges in prop::collection::vec((0usize..8, 0usize..8), 0..24),
        ) {
            if let Err(cycle) = graph(8, &edges) {
                let path = cycle.path();
                for (at, &key) in path.iter().enumerate() {
                    prop_assert!(edges.contains(&(key, path[(at + 1) % path.len()])));
                }
            }
        }
    }
}
