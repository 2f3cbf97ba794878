//! Dict keys and set members: hashed and compared as in Python, where `1`, `1.0` and `True` are one key.

use std::hash::{Hash, Hasher};

use indexmap::Equivalent;
use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use super::types::{Number, number};
use super::{Dict, List, Set, equal, type_error, type_name};

/// A hashable value.
#[derive(Debug, Clone)]
pub struct Key(Value);

impl Key {
    /// Fails for lists, dicts and sets, which Python cannot hash.
    pub fn new(value: Value) -> Result<Self, Error> {
        let unhashable = value.downcast_object_ref::<List>().is_some()
            || value.downcast_object_ref::<Dict>().is_some()
            || value.downcast_object_ref::<Set>().is_some();
        if unhashable {
            return Err(type_error(format!("unhashable type: '{}'", type_name(&value))));
        }
        Ok(Self(value))
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.0
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (self.0.as_str(), other.0.as_str()) {
            (Some(a), Some(b)) => a == b,
            (None, None) => equal(&self.0, &other.0),
            _ => false,
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_value(&self.0, state);
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    if let Some(text) = value.as_str() {
        return StrKey(text).hash(state);
    }
    match (number(value), value.kind()) {
        (Some(Number::Int(value)), _) => (1u8, value).hash(state),
        (Some(Number::Float(value)), _) if value.fract() == 0.0 && value.abs() < 1e37 => {
            (1u8, value as i128).hash(state);
        }
        (Some(Number::Float(value)), _) => (2u8, value.to_bits()).hash(state),
        (None, ValueKind::None | ValueKind::Undefined) => 3u8.hash(state),
        _ if value.is_tuple() => {
            4u8.hash(state);
            for item in value.try_iter().into_iter().flatten() {
                hash_value(&item, state);
            }
        }
        _ => 5u8.hash(state),
    }
}

/// Looks up a string without making a value of it.
pub(super) struct StrKey<'a>(pub(super) &'a str);

impl Hash for StrKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (0u8, self.0).hash(state);
    }
}

impl Equivalent<Key> for StrKey<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        key.0.as_str() == Some(self.0)
    }
}
