//! Names that are passed around, as types of their own, and the search for what a user meant.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// dbt's key of a resource: `model.shop.orders`, `test.shop.unique_orders_id.0123456789`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UniqueId(Arc<str>);

impl UniqueId {
    /// Takes the whole id.
    pub fn new(id: impl Into<Arc<str>>) -> Self {
        UniqueId(id.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the first dot: `model`, `test`, `source` …
    pub fn resource_type(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

impl fmt::Display for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for UniqueId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for UniqueId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<String> for UniqueId {
    fn from(id: String) -> Self {
        UniqueId(id.into())
    }
}

impl From<&str> for UniqueId {
    fn from(id: &str) -> Self {
        UniqueId(id.into())
    }
}

impl Serialize for UniqueId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The candidate nearest to `wanted`, when it is near enough to be a slip of the keyboard.
///
/// Damerau-Levenshtein distance (optimal string alignment) up to a third of the longer name.
pub fn did_you_mean<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted = wanted.to_lowercase();
    candidates
        .into_iter()
        .filter_map(|candidate| {
            let limit = (wanted.chars().count().max(candidate.chars().count()) / 3).max(1);
            let distance = distance(&wanted, &candidate.to_lowercase());
            (distance <= limit).then_some((distance, candidate))
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// Whether one name is so near to another that both can hardly be meant: one edit apart, and not in a digit.
pub fn is_slip(wanted: &str, known: &str) -> bool {
    let (wanted, known) = (wanted.to_lowercase(), known.to_lowercase());
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let shorter = wanted.chars().count().min(known.chars().count());
    shorter >= 4 && digits(&wanted) == digits(&known) && distance(&wanted, &known) == 1
}

fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > 8 {
        return usize::MAX;
    }
    let mut two_ago = vec![0; b.len() + 1];
    let mut before: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (before[j] + 1).min(row[j - 1] + 1).min(before[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(two_ago[j - 2] + 1);
            }
        }
        two_ago = std::mem::replace(&mut before, row);
    }
    before[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_the_nearest_name_and_nothing_far_away() {
        assert_eq!(did_you_mean("stg_order", ["stg_orders", "orders"]), Some("stg_orders"));
        assert_eq!(did_you_mean("custmoers", ["customers", "orders"]), Some("customers"));
        assert_eq!(did_you_mean("zzz", ["customers", "orders"]), None);
    }

    #[test]
    fn names_that_can_both_be_meant_are_no_slip() {
        assert!(is_slip("nmae", "name") && is_slip("amont", "Amount"));
        for [wanted, known] in
            [["updated_at", "created_at"], ["line1", "line2"], ["a", "b"], ["name", "name"]]
        {
            assert!(!is_slip(wanted, known), "{wanted} {known}");
        }
    }
}
