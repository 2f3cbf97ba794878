//! Two states of a project side by side: nodes, their columns, and what these mean.
//!
//! [`compare`] is a function of two values; where they come from (a git revision, artifacts, another target) is decided
//! in `pipeline/`. Invariant: formatting, comments and the names of schemas are no difference of meaning.

use indexmap::IndexMap;

use crate::names::UniqueId;

pub mod meaning;
pub mod reach;

use meaning::Meaning;
use reach::Reader;

/// One state.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Its models, seeds, snapshots and sources.
    pub nodes: IndexMap<UniqueId, SideNode>,
    /// Who reads what.
    pub readers: Vec<Reader>,
    /// Exposures by name, with what they show.
    pub exposures: Vec<(String, Vec<UniqueId>)>,
}

/// A node of one state.
#[derive(Clone, Debug, Default)]
pub struct SideNode {
    /// Its name.
    pub name: String,
    /// Its kind (`model`).
    pub kind: String,
    /// Its file, below the project.
    pub file: String,
    /// How it is materialized; empty for sources.
    pub materialized: String,
    /// Its text, as written.
    pub text: String,
    /// Whether its contract is enforced.
    pub has_contract: bool,
    /// Its columns, in order; `None` when nobody knows them.
    pub columns: Option<Vec<SideColumn>>,
    /// What its query means; of an incremental model, one for each variant; `None` when that cannot be told.
    pub meaning: Option<Vec<Meaning>>,
}

/// A column of one state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SideColumn {
    /// Its name.
    pub name: String,
    /// Its type; empty when nobody knows it.
    pub data_type: String,
}

/// What became of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another one.
    Changed,
    /// Its text is another one, and means the same.
    Formatted,
}

/// A node that differs.
#[derive(Clone, Debug)]
pub struct NodeDiff {
    /// The node.
    pub id: UniqueId,
    /// As it is now; as it was, when it is gone.
    pub node: SideNode,
    /// What became of it.
    pub fate: Fate,
    /// Its columns that differ.
    pub columns: Vec<ColumnDiff>,
    /// Other rows come out: filters, joins or groups are others.
    pub has_other_rows: bool,
    /// `materialized: view → table`
    pub notes: Vec<String>,
}

/// A column that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnDiff {
    /// Its name.
    pub name: String,
    /// How.
    pub change: ColumnChange,
}

/// How a column differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Its type is another one.
    Retyped {
        /// The old type.
        from: String,
        /// The new type.
        to: String,
    },
    /// It is made in another way.
    Meaning {
        /// The old expression, down to columns of relations.
        from: String,
        /// The new one.
        to: String,
    },
}

impl ColumnChange {
    /// Whether it can make a reader fail.
    pub fn is_breaking(&self) -> bool {
        matches!(self, ColumnChange::Removed | ColumnChange::Retyped { .. })
    }
}

impl NodeDiff {
    /// Whether it can make a reader fail.
    pub fn is_breaking(&self) -> bool {
        self.fate == Fate::Removed || self.columns.iter().any(|one| one.change.is_breaking())
    }

    /// Whether readers get other values or other rows.
    pub fn changes_meaning(&self) -> bool {
        let is_meaning = |one: &ColumnDiff| matches!(one.change, ColumnChange::Meaning { .. });
        self.has_other_rows || self.columns.iter().any(is_meaning)
    }
}

/// The nodes that differ: those of now in their order, then those that are gone.
pub fn compare(old: &Side, new: &Side) -> Vec<NodeDiff> {
    let mut found = Vec::new();
    for (id, node) in &new.nodes {
        match old.nodes.get(id) {
            None => found.push(whole(id, node, Fate::Added)),
            Some(before) => found.extend(of_node(id, before, node)),
        }
    }
    let gone = old.nodes.iter().filter(|(id, _)| !new.nodes.contains_key(*id));
    found.extend(gone.map(|(id, node)| whole(id, node, Fate::Removed)));
    found
}

fn whole(id: &UniqueId, node: &SideNode, fate: Fate) -> NodeDiff {
    NodeDiff {
        id: id.clone(),
        node: node.clone(),
        fate,
        columns: Vec::new(),
        has_other_rows: false,
        notes: Vec::new(),
    }
}

fn of_node(id: &UniqueId, old: &SideNode, new: &SideNode) -> Option<NodeDiff> {
    let mut diff = whole(id, new, Fate::Changed);
    diff.columns = columns(old, new);
    if let (Some(before), Some(after)) = (&old.meaning, &new.meaning) {
        let rows =
            |meanings: &[Meaning]| meanings.iter().map(|m| m.rows.clone()).collect::<Vec<_>>();
        diff.has_other_rows = rows(before) != rows(after);
    }
    if old.materialized != new.materialized {
        diff.notes.push(format!("materialized: {} → {}", old.materialized, new.materialized));
    }
    if old.has_contract != new.has_contract {
        let word = if new.has_contract { "is enforced now" } else { "is no longer enforced" };
        diff.notes.push(format!("its contract {word}"));
    }
    let is_text = old.text != new.text;
    let is_known = old.meaning.is_some() && new.meaning.is_some();
    if is_text && !is_known && !new.text.is_empty() && !old.text.is_empty() {
        diff.notes.push("its text is another one; what it means cannot be told".to_owned());
    }
    let differs = !diff.columns.is_empty() || diff.has_other_rows || !diff.notes.is_empty();
    match (differs, is_text) {
        (true, _) => Some(diff),
        (false, true) => Some(NodeDiff { fate: Fate::Formatted, ..diff }),
        (false, false) => None,
    }
}

fn columns(old: &SideNode, new: &SideNode) -> Vec<ColumnDiff> {
    let (Some(before), Some(after)) = (&old.columns, &new.columns) else { return Vec::new() };
    let find = |columns: &'_ [SideColumn], name: &str| {
        columns.iter().find(|column| column.name.eq_ignore_ascii_case(name)).cloned()
    };
    let mut found = Vec::new();
    for column in after {
        let name = column.name.clone();
        let Some(known) = find(before, &name) else {
            found.push(ColumnDiff { name, change: ColumnChange::Added });
            continue;
        };
        let types = (&known.data_type, &column.data_type);
        if !types.0.eq_ignore_ascii_case(types.1) && !types.0.is_empty() && !types.1.is_empty() {
            let change = ColumnChange::Retyped { from: types.0.clone(), to: types.1.clone() };
            found.push(ColumnDiff { name: name.clone(), change });
        }
        if let Some((from, to)) = meanings(old, new, &name) {
            found.push(ColumnDiff { name, change: ColumnChange::Meaning { from, to } });
        }
    }
    let gone = before.iter().filter(|column| find(after, &column.name).is_none());
    let gone =
        gone.map(|column| ColumnDiff { name: column.name.clone(), change: ColumnChange::Removed });
    gone.chain(found).collect()
}

/// The meanings of a column, when they are known and differ.
fn meanings(old: &SideNode, new: &SideNode, name: &str) -> Option<(String, String)> {
    let name = name.to_lowercase();
    let (before, after) = (old.meaning.as_ref()?, new.meaning.as_ref()?);
    before.iter().zip(after).find_map(|(before, after)| {
        let (from, to) = (before.columns.get(&name)?, after.columns.get(&name)?);
        (from != to).then(|| (from.clone(), to.clone()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(
        text: &str,
        columns: &[(&str, &str)],
        meanings: &[(&str, &str)],
        rows: &str,
    ) -> SideNode {
        let column = |(name, data_type): &(&str, &str)| SideColumn {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
        };
        let meaning = Meaning {
            columns: meanings.iter().map(|(n, m)| ((*n).to_owned(), (*m).to_owned())).collect(),
            rows: rows.to_owned(),
        };
        SideNode {
            text: text.to_owned(),
            columns: Some(columns.iter().map(column).collect()),
            meaning: Some(vec![meaning]),
            ..SideNode::default()
        }
    }

    fn side(nodes: Vec<(&str, SideNode)>) -> Side {
        let nodes = nodes.into_iter().map(|(id, node)| (UniqueId::from(id), node)).collect();
        Side { nodes, ..Side::default() }
    }

    #[test]
    fn what_differs_is_told_by_kind() {
        let old = side(vec![
            (
                "a",
                node(
                    "x",
                    &[("id", "int"), ("n", "int"), ("gone", "")],
                    &[("id", "t.id"), ("n", "t.n")],
                    "r",
                ),
            ),
            ("b", node("x", &[("id", "int")], &[("id", "t.id")], "r")),
            ("c", node("x", &[], &[], "r")),
        ]);
        let new = side(vec![
            (
                "a",
                node(
                    "y",
                    &[("ID", "text"), ("n", "int"), ("new", "")],
                    &[("id", "t.id"), ("n", "t.n + 1")],
                    "s",
                ),
            ),
            ("b", node("y", &[("id", "int")], &[("id", "t.id")], "r")),
            ("d", node("x", &[], &[], "r")),
        ]);
        let found = compare(&old, &new);
        let fates: Vec<(&str, Fate)> =
            found.iter().map(|one| (one.id.as_str(), one.fate)).collect();
        let expected = [
            ("a", Fate::Changed),
            ("b", Fate::Formatted),
            ("d", Fate::Added),
            ("c", Fate::Removed),
        ];
        assert_eq!(fates, expected);
        let changes: Vec<(&str, &ColumnChange)> =
            found[0].columns.iter().map(|one| (one.name.as_str(), &one.change)).collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            changes,
            [
                ("gone", &ColumnChange::Removed),
                ("ID", &ColumnChange::Retyped { from: text("int"), to: text("text") }),
                ("n", &ColumnChange::Meaning { from: text("t.n"), to: text("t.n + 1") }),
                ("new", &ColumnChange::Added),
            ]
        );
        assert!(found[0].has_other_rows && found[0].is_breaking() && found[0].changes_meaning());
        assert!(!found[1].is_breaking() && !found[2].is_breaking() && found[3].is_breaking());
    }
}
