//! `==`, `<`, `in` and sorting as in Python.

use std::cmp::Ordering;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::types::{Number, number};
use super::{
    Dict, Generator, Key, List, Range, Set, elements, is_undefined, type_error, type_name,
};

/// A comparison operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
}

impl Comparison {
    fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }

    /// Sets are ordered by inclusion.
    fn holds_for_sets(self, left: &Set, right: &Set) -> bool {
        let (left, right) = match self {
            Self::Lt | Self::Le => (left, right),
            _ => (right, left),
        };
        let (small, large) = (left.snapshot(), right.snapshot().len());
        let proper = matches!(self, Self::Lt | Self::Gt);
        small.iter().all(|item| right.contains(item)) && (!proper || small.len() < large)
    }

    /// Compares two values.
    pub(crate) fn holds(self, left: &Value, right: &Value) -> Result<bool, Error> {
        match self {
            Self::Eq => return Ok(equal(left, right)),
            Self::Ne => return Ok(!equal(left, right)),
            Self::In => return contains(right, left),
            Self::NotIn => return contains(right, left).map(|found| !found),
            _ => {}
        }
        if super::lax::is_undefined(left) || is_undefined(right) {
            return undefined_order(left, right);
        }
        if let (Some(left), Some(right)) = (set_items(left), set_items(right)) {
            return Ok(self.holds_for_sets(&left, &right));
        }
        let Some(ordering) = order(left, right) else {
            let (left, right, symbol) = (type_name(left), type_name(right), self.symbol());
            let message =
                format!("'{symbol}' not supported between instances of '{left}' and '{right}'");
            return Err(type_error(message));
        };
        Ok(match self {
            Self::Lt => ordering.is_lt(),
            Self::Le => ordering.is_le(),
            Self::Gt => ordering.is_gt(),
            _ => ordering.is_ge(),
        })
    }
}

/// The members of a set, or of a view of a dict that behaves like one.
fn set_items(value: &Value) -> Option<Set> {
    let items = match value.downcast_object_ref::<Set>() {
        Some(set) => set.snapshot(),
        None => super::dict::set_like(value)?,
    };
    Set::collect(items).ok()
}

fn undefined_order(left: &Value, right: &Value) -> Result<bool, Error> {
    if left.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "left operand"));
    }
    if right.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "right operand"));
    }
    Ok(false)
}

/// Whether two values are equal: `1 == 1.0 == True`, but a list is not a tuple.
pub fn equal(left: &Value, right: &Value) -> bool {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return match (left, right) {
            (Number::Int(left), Number::Int(right)) => left == right,
            (left, right) => left.float() == right.float(),
        };
    }
    if is_undefined(left) || is_undefined(right) {
        return is_undefined(left) && is_undefined(right);
    }
    if let (Some(left), Some(right)) =
        (left.downcast_object_ref::<Dict>(), right.downcast_object_ref::<Dict>())
    {
        return left.len() == right.len()
            && left
                .pairs()
                .iter()
                .all(|(key, value)| right.get(key).is_some_and(|other| equal(value, &other)));
    }
    if let (Some(left), Some(right)) = (set_items(left), set_items(right)) {
        let (left, items) = (left.snapshot(), right);
        return left.len() == items.snapshot().len()
            && left.iter().all(|item| items.contains(item));
    }
    if left.kind() == ValueKind::Seq && right.kind() == ValueKind::Seq {
        return type_name(left) == type_name(right)
            && match (elements(left), elements(right)) {
                (Ok(left), Ok(right)) => {
                    left.len() == right.len() && left.iter().zip(&right).all(|(a, b)| equal(a, b))
                }
                _ => false,
            };
    }
    left == right
}

/// The order of two values, if Python defines one.
pub fn order(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return match (left, right) {
            (Number::Int(left), Number::Int(right)) => Some(left.cmp(&right)),
            (left, right) => left.float().partial_cmp(&right.float()),
        };
    }
    if let (Some(left), Some(right)) = (left.as_str(), right.as_str()) {
        return Some(left.cmp(right));
    }
    let same_sequence = left.kind() == ValueKind::Seq && type_name(left) == type_name(right);
    if same_sequence && left.downcast_object_ref::<Range>().is_none() {
        let (left, right) = (elements(left).ok()?, elements(right).ok()?);
        for (a, b) in left.iter().zip(&right) {
            if !equal(a, b) {
                return order(a, b);
            }
        }
        return Some(left.len().cmp(&right.len()));
    }
    let plain = |value: &Value| {
        value.as_object().is_some() && value.downcast_object_ref::<List>().is_none()
    };
    let ordered = plain(left)
        && plain(right)
        && left.kind() == ValueKind::Plain
        && right.kind() == ValueKind::Plain;
    ordered.then(|| left.cmp(right))
}

/// `item in container`.
pub fn contains(container: &Value, item: &Value) -> Result<bool, Error> {
    if is_undefined(container) {
        return Ok(false);
    }
    if let Some(text) = container.as_str() {
        return match item.as_str() {
            Some(part) => Ok(text.contains(part)),
            None if is_undefined(item) && !item.is_undefined() => Ok(false),
            None => {
                let name = type_name(item);
                Err(type_error(format!(
                    "'in <string>' requires string as left operand, not {name}"
                )))
            }
        };
    }
    if let Some(dict) = container.downcast_object_ref::<Dict>() {
        return Ok(dict.get(Key::new(item.clone())?.value()).is_some());
    }
    if let Some(set) = container.downcast_object_ref::<Set>() {
        return Ok(set.contains(Key::new(item.clone())?.value()));
    }
    if container.kind() == ValueKind::Map {
        return Ok(container.get_item(item).is_ok_and(|found| !found.is_undefined()));
    }
    if container.downcast_object_ref::<Generator>().is_some() {
        return Ok(elements(container)?.iter().any(|found| equal(found, item)));
    }
    match container.try_iter() {
        Ok(items) if !container.is_none() => Ok(items.into_iter().any(|found| equal(&found, item))),
        _ => {
            Err(type_error(format!("argument of type '{}' is not iterable", type_name(container))))
        }
    }
}

/// Sorts items by their keys, stably; fails when two keys have no order.
pub(crate) fn sort_values(
    mut keyed: Vec<(Value, Value)>,
    reverse: bool,
) -> Result<Vec<Value>, Error> {
    let mut failed = None;
    keyed.sort_by(|(a, _), (b, _)| {
        let ordering = order(a, b).unwrap_or_else(|| {
            failed.get_or_insert_with(|| (type_name(b), type_name(a)));
            Ordering::Equal
        });
        if reverse { ordering.reverse() } else { ordering }
    });
    match failed {
        Some((left, right)) => Err(type_error(format!(
            "'<' not supported between instances of '{left}' and '{right}'"
        ))),
        None => Ok(keyed.into_iter().map(|(_, item)| item).collect()),
    }
}
