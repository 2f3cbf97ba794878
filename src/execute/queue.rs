//! What is ready and waits for a worker, the longest path first.
//!
//! Invariant: of equal ones the first in the order of the plan comes first, so that the order is always the same.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::aside::Chance;

/// A vertex with what decides when its turn comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Waiting {
    /// The time from here to the end of the run, at least.
    path: Reverse<u64>,
    /// Its place in the plan.
    place: usize,
    /// The vertex.
    pub(super) at: usize,
    /// How much had been written when it became ready.
    pub(super) since: usize,
    /// Whether it may be computed beside the writer.
    pub(super) chance: Chance,
}

impl Waiting {
    pub(super) fn new(at: usize, place: usize, path: u64) -> Self {
        Waiting { path: Reverse(path), place, at, since: 0, chance: Chance::No }
    }

    /// The same, ready since so much was written.
    pub(super) fn since(self, written: usize) -> Self {
        Waiting { since: written, ..self }
    }

    /// The same, with what is known about computing it beside the writer.
    pub(super) fn with(self, chance: Chance) -> Self {
        Waiting { chance, ..self }
    }

    /// Whether more waits for it than for the other.
    pub(super) fn is_more_urgent(&self, other: &Self) -> bool {
        self.path < other.path
    }
}

/// Vertices that are ready.
#[derive(Debug, Default)]
pub(super) struct Queue(BTreeSet<Waiting>);

impl Queue {
    pub(super) fn push(&mut self, waiting: Waiting) {
        self.0.insert(waiting);
    }

    /// Takes the one whose turn it is.
    pub(super) fn pop(&mut self) -> Option<usize> {
        self.0.pop_first().map(|waiting| waiting.at)
    }

    /// The one whose turn it is.
    pub(super) fn first(&self) -> Option<Waiting> {
        self.0.first().copied()
    }

    /// The first one that is meant.
    pub(super) fn find(&self, is_meant: impl Fn(&Waiting) -> bool) -> Option<Waiting> {
        self.0.iter().find(|waiting| is_meant(waiting)).copied()
    }

    /// Takes the first one that is meant.
    pub(super) fn take(&mut self, is_meant: impl Fn(&Waiting) -> bool) -> Option<usize> {
        let found = self.find(is_meant)?;
        self.0.remove(&found);
        Some(found.at)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::graph::tests::{dags, graph};
    use crate::graph::{Dag, Indices};

    /// Runs a graph with so many workers, of which each takes as long for a vertex as `length` says; in which order
    /// the vertices began, and when all had ended.
    fn simulate(
        dag: &Dag<usize>,
        wanted: &Indices,
        length: impl Fn(usize) -> u64,
        workers: usize,
    ) -> (Vec<usize>, u64) {
        let longest = dag.longest(wanted, &length);
        let mut queue = Queue::default();
        let push = |queue: &mut Queue, at| queue.push(Waiting::new(at, at, longest[at]));
        let (mut ready, first) = dag.ready(wanted.clone());
        first.into_iter().for_each(|at| push(&mut queue, at));
        let (mut began, mut running, mut now) = (Vec::new(), BTreeSet::new(), 0);
        loop {
            while running.len() < workers
                && let Some(at) = queue.pop()
            {
                running.insert((now + length(at), at));
                began.push(at);
            }
            let Some((end, at)) = running.pop_first() else {
                return (began, now);
            };
            now = end;
            ready.finish(dag, at).into_iter().for_each(|at| push(&mut queue, at));
        }
    }

    #[test]
    fn the_longest_path_begins_first_and_equal_ones_in_order() {
        // Three short ones, and the head of a chain that was declared last.
        let dag = graph(6, &[(3, 4), (4, 5)]).unwrap();
        let (began, end) = simulate(&dag, &dag.all(), |_| 1, 2);
        assert_eq!(began[..2], [3, 0]);
        assert_eq!(end, 3);
        // What took long is begun first although nothing is behind it.
        let slow = |at| if at == 2 { 9 } else { 1 };
        assert_eq!(simulate(&dag, &dag.all(), slow, 2).0[..3], [2, 3, 4]);
    }

    #[test]
    fn one_that_is_meant_is_taken_before_its_turn() {
        let mut queue = Queue::default();
        (0..3).for_each(|at| queue.push(Waiting::new(at, at, 0)));
        assert_eq!(queue.take(|one| one.at == 1), Some(1));
        assert_eq!(queue.take(|one| one.at == 1), None);
        assert_eq!((queue.pop(), queue.pop(), queue.pop()), (Some(0), Some(2), None));
        assert!(queue.is_empty());
    }

    proptest! {
        /// Everything runs once and after its parents, no level waits for another one, and no worker idles while
        /// something is ready: by Graham's bound the run takes at most the longest path and all work shared out.
        #[test]
        fn the_order_is_valid_and_nobody_idles(
            dag in dags(),
            picks in prop::collection::vec(any::<bool>(), 24),
            lengths in prop::collection::vec(1u64..50, 24),
            workers in 1usize..5,
        ) {
            let mut wanted = dag.none();
            for at in (0..dag.len()).filter(|&at| picks[at]) {
                wanted.insert(at);
            }
            let (began, end) = simulate(&dag, &wanted, |at| lengths[at], workers);
            let place = |at| began.iter().position(|&began| began == at);
            prop_assert_eq!(began.len(), wanted.len());
            for at in wanted.iter() {
                let mut one = dag.none();
                one.insert(at);
                for above in dag.ancestors(&one, None).iter().filter(|&up| up != at && wanted.contains(up)) {
                    prop_assert!(place(above) < place(at));
                }
            }
            let work: u64 = wanted.iter().map(|at| lengths[at]).sum();
            let path = dag.longest(&wanted, |at| lengths[at]).into_iter().max().unwrap_or(0);
            let workers = workers as u64;
            prop_assert!(end >= path && end * workers >= work);
            prop_assert!(end * workers <= work + path * (workers - 1));
        }
    }
}
