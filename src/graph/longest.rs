//! How long it takes at least from each vertex to the end: the longest path, every vertex with a length of its own.

use super::{Dag, Indices};

impl<K> Dag<K> {
    /// The longest path that begins with each vertex, its own length included. Vertices that are not `wanted` have
    /// no length and pass on what is behind them.
    pub fn longest(&self, wanted: &Indices, length: impl Fn(usize) -> u64) -> Vec<u64> {
        let mut longest = vec![0; self.len()];
        for &at in self.order().iter().rev() {
            let behind = self.children(at).iter().map(|&child| longest[child]).max().unwrap_or(0);
            let own = if wanted.contains(at) { length(at) } else { 0 };
            longest[at] = own.saturating_add(behind);
        }
        longest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::graph::tests::{dags, graph};

    #[test]
    fn a_long_vertex_outweighs_a_deep_path() {
        let dag = graph(5, &[(0, 1), (1, 2), (3, 4)]).unwrap();
        assert_eq!(dag.longest(&dag.all(), |_| 1), [3, 2, 1, 2, 1]);
        let slow = |at| if at == 4 { 10 } else { 1 };
        assert_eq!(dag.longest(&dag.all(), slow), [3, 2, 1, 11, 10]);
    }

    #[test]
    fn what_does_not_run_takes_no_time_and_passes_on_what_does() {
        let dag = graph(3, &[(0, 1), (1, 2)]).unwrap();
        let mut wanted = dag.none();
        wanted.insert(0);
        wanted.insert(2);
        assert_eq!(dag.longest(&wanted, |_| 4), [8, 4, 4]);
    }

    proptest! {
        #[test]
        fn a_vertex_is_its_length_before_the_longest_of_its_children(
            dag in dags(),
            lengths in prop::collection::vec(1u64..1000, 24),
        ) {
            let longest = dag.longest(&dag.all(), |at| lengths[at]);
            for at in 0..dag.len() {
                let behind = dag.children(at).iter().map(|&child| longest[child]).max();
                prop_assert_eq!(longest[at], lengths[at] + behind.unwrap_or(0));
            }
        }
    }
}
