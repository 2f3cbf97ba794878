//! A directed acyclic graph over any key: order, ancestors, descendants, what is ready to run.
//!
//! Vertices have an index, their place in the order of insertion; sets of them are [`Indices`].
//! It knows nothing of dbt: what is a vertex, and what an edge means, is the caller's.
//! Invariant: a [`Dag`] has no cycle, since [`Dag::build`] returns the cycle instead.

use std::hash::Hash;

use indexmap::IndexSet;

use crate::parallel;

mod indices;
mod longest;
mod order;
mod ready;
mod subgraph;
mod walk;

pub use indices::Indices;
pub use order::Cycle;
pub use ready::Ready;

/// Keys are long texts, and there are many: a fast hash is worth its line. It is seeded, so that nobody can choose keys
/// that collide.
type Keys<K> = IndexSet<K, foldhash::fast::RandomState>;

/// An acyclic graph; an edge goes from what is read (parent) to the reader (child).
#[derive(Clone, Debug)]
pub struct Dag<K> {
    keys: Keys<K>,
    parents: Vec<Vec<usize>>,
    children: Vec<Vec<usize>>,
    order: Vec<usize>,
}

impl<K: Clone + Eq + Hash + Sync> Dag<K> {
    /// Builds the graph from keys and what each depends on, in any order.
    ///
    /// A dependency that is no key is left out, and so is one that is named twice.
    ///
    /// # Errors
    /// One whole cycle, when there is one.
    pub fn build<'a>(vertices: impl IntoIterator<Item = (K, &'a [K])>) -> Result<Dag<K>, Cycle<K>>
    where
        K: 'a,
    {
        let mut keys = Keys::default();
        let mut depends_on: Vec<&[K]> = Vec::new();
        for (key, dependencies) in vertices {
            if keys.insert(key) {
                depends_on.push(dependencies);
            }
        }
        let parents = parallel::map(depends_on, |dependencies| {
            let known = dependencies.iter().filter_map(|key| keys.get_index_of(key));
            sorted(known.collect())
        });
        Dag::from_parents(keys, parents)
    }
}

impl<K: Clone + Eq + Hash> Dag<K> {
    /// Builds the graph from the sorted parents of each key.
    fn from_parents(keys: Keys<K>, parents: Vec<Vec<usize>>) -> Result<Dag<K>, Cycle<K>> {
        let mut children = vec![Vec::new(); keys.len()];
        for (child, parents) in parents.iter().enumerate() {
            for &parent in parents {
                children[parent].push(child);
            }
        }
        let order = order::topological(&parents, &children)
            .map_err(|path| Cycle::new(path.into_iter().map(|at| keys[at].clone()).collect()))?;
        Ok(Dag { keys, parents, children, order })
    }
}

impl<K: Eq + Hash> Dag<K> {
    /// The index of a key.
    pub fn index_of<Q>(&self, key: &Q) -> Option<usize>
    where
        Q: ?Sized + Hash + indexmap::Equivalent<K>,
    {
        self.keys.get_index_of(key)
    }

    /// The indices of those keys that are vertices.
    pub fn indices_of<'a, Q>(&self, keys: impl IntoIterator<Item = &'a Q>) -> Indices
    where
        Q: ?Sized + Hash + indexmap::Equivalent<K> + 'a,
    {
        let mut found = self.none();
        for at in keys.into_iter().filter_map(|key| self.index_of(key)) {
            found.insert(at);
        }
        found
    }
}

impl<K> Dag<K> {
    /// How many vertices there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no vertex.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of a vertex.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Dag::len).
    pub fn key(&self, index: usize) -> &K {
        &self.keys[index]
    }

    /// The keys, in order of insertion.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> {
        self.keys.iter()
    }

    /// What a vertex depends on directly, ascending.
    pub fn parents(&self, index: usize) -> &[usize] {
        &self.parents[index]
    }

    /// What depends on a vertex directly, ascending.
    pub fn children(&self, index: usize) -> &[usize] {
        &self.children[index]
    }

    /// Every vertex after all that it depends on; of those that could come next, the one inserted
    /// first.
    pub fn order(&self) -> &[usize] {
        &self.order
    }

    /// The empty set.
    pub fn none(&self) -> Indices {
        Indices::none(self.len())
    }

    /// The set of all vertices.
    pub fn all(&self) -> Indices {
        Indices::all(self.len())
    }
}

fn sorted(mut indices: Vec<usize>) -> Vec<usize> {
    indices.sort_unstable();
    indices.dedup();
    indices
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A graph over numbers from edges (parent, child).
    pub(crate) fn graph(len: usize, edges: &[(usize, usize)]) -> Result<Dag<usize>, Cycle<usize>> {
        let mut depends_on = vec![Vec::new(); len];
        for &(parent, child) in edges {
            depends_on[child].push(parent);
        }
        Dag::build(depends_on.iter().enumerate().map(|(k, d)| (k, d.as_slice())))
    }

    /// Acyclic graphs whose indices are in no particular order.
    pub(crate) fn dags() -> impl Strategy<Value = Dag<usize>> {
        (1usize..24)
            .prop_flat_map(|len| {
                let names = Just((0..len).collect::<Vec<_>>()).prop_shuffle();
                let edges = prop::collection::vec((0..len, 0..len), 0..len * 2);
                (names, edges)
            })
            .prop_map(|(names, edges)| {
                let downhill: Vec<_> = edges
                    .into_iter()
                    .filter(|(a, b)| a != b)
                    .map(|(a, b)| (names[a.min(b)], names[a.max(b)]))
                    .collect();
                graph(names.len(), &downhill).unwrap()
            })
    }

    #[test]
    fn unknown_and_repeated_dependencies_are_left_out() {
        let dag = Dag::build([("b", &["a", "x", "a"][..]), ("a", &[][..])]).unwrap();
        assert_eq!(dag.parents(0), [1]);
        assert_eq!(dag.children(1), [0]);
        assert_eq!(dag.order(), [1, 0]);
        assert_eq!(dag.indices_of(["a", "x"]).iter().collect::<Vec<_>>(), [1]);
    }
}
