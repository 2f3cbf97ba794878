//! What a difference reaches: columns, tests, contracts and exposures below it.
//!
//! A column goes on into the columns whose meaning names it; a reader whose meaning is not known is reached as a whole.

use indexmap::IndexSet;

use super::{ColumnChange, NodeDiff, Side};
use crate::names::UniqueId;

/// Who reads what, in one state.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The node.
    pub id: UniqueId,
    /// Its name.
    pub name: String,
    /// Its kind (`test`).
    pub kind: String,
    /// Node or source and column of all that the engine reads for it.
    pub reads: Vec<(UniqueId, String)>,
}

/// Something that a difference reaches.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Reached {
    /// A column of a node; none for the node as a whole.
    Node {
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
        /// The column.
        column: Option<String>,
        /// Its contract is enforced.
        has_contract: bool,
    },
    /// A test.
    Test(String),
    /// An exposure.
    Exposure(String),
}

/// What the differences of a node reach, nearest first, in the state where it is read.
pub fn of(diff: &NodeDiff, side: &Side) -> Vec<Reached> {
    let mut walk = Walk { side, seen: IndexSet::new(), found: IndexSet::new() };
    let changed = diff.columns.iter().filter(|one| one.change != ColumnChange::Added);
    for column in changed {
        walk.seen.insert((diff.id.clone(), Some(column.name.to_lowercase())));
    }
    if diff.has_other_rows || diff.fate == super::Fate::Removed {
        walk.seen.insert((diff.id.clone(), None));
    }
    walk.go();
    walk.found.into_iter().collect()
}

struct Walk<'s> {
    side: &'s Side,
    /// Nodes with columns, in the order in which they are looked at; without a column, all of them.
    seen: IndexSet<(UniqueId, Option<String>)>,
    found: IndexSet<Reached>,
}

impl Walk<'_> {
    fn go(&mut self) {
        let mut at = 0;
        while let Some((id, column)) = self.seen.get_index(at).cloned() {
            at += 1;
            for (name, shown) in &self.side.exposures {
                if shown.contains(&id) {
                    self.found.insert(Reached::Exposure(name.clone()));
                }
            }
            let readers = self.side.readers.iter().filter(|reader| {
                reader.reads.iter().any(|(read, name)| {
                    *read == id && column.as_ref().is_none_or(|c| c.eq_ignore_ascii_case(name))
                })
            });
            for reader in readers.collect::<Vec<_>>() {
                self.reach(reader, (&id, column.as_deref()));
            }
        }
    }

    fn reach(&mut self, reader: &Reader, from: (&UniqueId, Option<&str>)) {
        if matches!(reader.kind.as_str(), "test" | "unit_test") {
            self.found.insert(Reached::Test(reader.name.clone()));
            return;
        }
        let node = self.side.nodes.get(&reader.id);
        let has_contract = node.is_some_and(|node| node.has_contract);
        for column in self.columns(reader, from) {
            self.found.insert(Reached::Node {
                kind: reader.kind.clone(),
                name: reader.name.clone(),
                column: column.clone(),
                has_contract,
            });
            self.seen.insert((reader.id.clone(), column));
        }
    }

    /// The columns of a reader that are made of a column; none for all of them, or for rows.
    fn columns(
        &self,
        reader: &Reader,
        (id, column): (&UniqueId, Option<&str>),
    ) -> Vec<Option<String>> {
        let meanings = self.side.nodes.get(&reader.id).and_then(|node| node.meaning.as_ref());
        let (Some(meanings), Some(column)) = (meanings, column) else { return vec![None] };
        let wanted = format!("{id}.{}", column.to_lowercase());
        let mut found: IndexSet<Option<String>> = IndexSet::new();
        for meaning in meanings {
            let made = meaning.columns.iter().filter(|(_, text)| names(text, &wanted));
            found.extend(made.map(|(name, _)| Some(name.clone())));
        }
        // What makes no column decides about rows.
        if found.is_empty() { vec![None] } else { found.into_iter().collect() }
    }
}

/// Whether a meaning names a column of a relation, as a whole word.
fn names(text: &str, wanted: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(wanted).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + wanted.len()..].starts_with(is_part)
    })
}
