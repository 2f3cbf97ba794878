//! What can run next: counts of unfinished parents, for a scheduler that runs a part of the graph.
//!
//! A vertex that is not to run passes readiness on: of `a → b → c` with `a` and `c` to run, `c` waits
//! for `a`. That keeps the work linear in the graph, where drawing the missing edges would not.

use super::{Dag, Indices};

/// The state of a run over some vertices of a graph.
#[derive(Clone, Debug)]
pub struct Ready {
    wanted: Indices,
    waiting: Vec<usize>,
    left: usize,
}

impl<K> Dag<K> {
    /// Starts a run over `wanted`; returns its state and what can run at once, ascending.
    pub fn ready(&self, wanted: Indices) -> (Ready, Vec<usize>) {
        let mut ready = Ready {
            left: wanted.len(),
            waiting: (0..self.len()).map(|at| self.parents(at).len()).collect(),
            wanted,
        };
        let roots = (0..self.len()).filter(|&at| self.parents(at).is_empty());
        let first = ready.pass(self, roots.collect());
        (ready, first)
    }
}

impl Ready {
    /// Marks a vertex as finished, once; returns what can run because of that, ascending.
    pub fn finish<K>(&mut self, dag: &Dag<K>, index: usize) -> Vec<usize> {
        self.left -= 1;
        let freed = self.free(dag, index);
        self.pass(dag, freed)
    }

    /// How many vertices have not finished.
    pub fn left(&self) -> usize {
        self.left
    }

    /// How many parents of a vertex have not finished or passed.
    pub fn waiting(&self, index: usize) -> usize {
        self.waiting[index]
    }

    /// Of vertices without unfinished parents, those to run, and those to run behind the others.
    fn pass<K>(&mut self, dag: &Dag<K>, mut open: Vec<usize>) -> Vec<usize> {
        let mut ready = Vec::new();
        while let Some(at) = open.pop() {
            if self.wanted.contains(at) {
                ready.push(at);
            } else {
                open.extend(self.free(dag, at));
            }
        }
        ready.sort_unstable();
        ready
    }

    fn free<K>(&mut self, dag: &Dag<K>, index: usize) -> Vec<usize> {
        let waiting = &mut self.waiting;
        dag.children(index)
            .iter()
            .copied()
            .filter(|&child| {
                waiting[child] -= 1;
                waiting[child] == 0
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::graph::tests::{dags, graph};

    #[test]
    fn what_does_not_run_passes_readiness_on() {
        let dag = graph(4, &[(0, 1), (1, 2), (3, 2)]).unwrap();
        let mut wanted = dag.none();
        wanted.insert(0);
        wanted.insert(2);
        let (mut ready, first) = dag.ready(wanted);
        assert_eq!(first, [0]);
        assert_eq!(ready.waiting(2), 1);
        assert_eq!(ready.finish(&dag, 0), [2]);
        assert_eq!(ready.left(), 1);
        assert!(ready.finish(&dag, 2).is_empty());
        assert_eq!(ready.left(), 0);
    }

    proptest! {
        #[test]
        fn everything_runs_once_and_after_its_ancestors(
            dag in dags(),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..16),
        ) {
            let mut wanted = dag.none();
            for pick in picks {
                wanted.insert(pick.index(dag.len()));
            }
            let (mut ready, mut open) = dag.ready(wanted.clone());
            let mut done = dag.none();
            while let Some(at) = open.pop() {
                let mut one = dag.none();
                one.insert(at);
                let mut before = dag.ancestors(&one, None);
                before.retain(&wanted);
                before.remove(&done);
                prop_assert!(before.is_empty());
                prop_assert!(done.insert(at));
                open.extend(ready.finish(&dag, at));
            }
            prop_assert_eq!(ready.left(), 0);
            prop_assert_eq!(done, wanted);
        }
    }
}
