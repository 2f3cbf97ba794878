//! What flows into a value: columns of relations, and what becomes of them.

use std::collections::BTreeMap;

/// What a column is read for. The order is that of their strength: of two uses the stronger one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// It decides which rows or which value, and is no part of the value.
    Filter,
    /// The value is taken as it is.
    PassThrough,
    /// The value is made of it.
    Transformed,
}

impl Kind {
    /// The word for people and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Filter => "filter",
            Kind::PassThrough => "pass-through",
            Kind::Transformed => "transformed",
        }
    }

    /// The kind of a use of a use.
    #[must_use]
    pub fn through(self, other: Kind) -> Kind {
        match (self, other) {
            (Kind::Filter, _) | (_, Kind::Filter) => Kind::Filter,
            (one, other) => one.max(other),
        }
    }
}

/// A column of a relation, as a place in the list of all that were met.
pub(super) type Origin = u32;

/// The columns that flow into a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Flow(BTreeMap<Origin, Kind>);

impl Flow {
    /// A column as it is.
    pub(super) fn of(origin: Origin) -> Self {
        Flow(BTreeMap::from([(origin, Kind::PassThrough)]))
    }

    /// Adds what flows through a use of this kind.
    pub(super) fn add(&mut self, other: &Flow, kind: Kind) {
        for (origin, inner) in &other.0 {
            let kind = kind.through(*inner);
            let known = self.0.entry(*origin).or_insert(kind);
            *known = kind.max(*known);
        }
    }

    /// The same, used like this.
    pub(super) fn used_as(&self, kind: Kind) -> Flow {
        let mut flow = Flow::default();
        flow.add(self, kind);
        flow
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Origin, Kind)> {
        self.0.iter().map(|(origin, kind)| (*origin, *kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_of_a_use_is_as_far_from_the_value_as_the_farther_one() {
        use Kind::{Filter, PassThrough, Transformed};
        assert_eq!(PassThrough.through(PassThrough), PassThrough);
        assert_eq!(PassThrough.through(Transformed), Transformed);
        assert_eq!(Transformed.through(Filter), Filter);
        let mut flow = Flow::of(1);
        flow.add(&Flow::of(1), Transformed);
        flow.add(&Flow::of(1), Filter);
        assert_eq!(flow.iter().collect::<Vec<_>>(), [(1, Transformed)]);
    }
}
