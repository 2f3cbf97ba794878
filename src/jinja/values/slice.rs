//! `value[start:stop:step]` as in Python.

use minijinja::Error;
use minijinja::value::Value;

use super::{Lax, elements, list, tuple, type_error, type_name};

/// A slice is a new list, tuple or string.
pub(crate) fn slice(
    value: &Value,
    start: &Value,
    stop: &Value,
    step: &Value,
) -> Result<Value, Error> {
    if value.downcast_object_ref::<Lax>().is_some() {
        return Ok(value.clone());
    }
    let bound = |value: &Value| match value.is_none() || super::is_undefined(value) {
        true => Ok(None),
        false => i64::try_from(value.clone()).map(Some).map_err(|_| {
            type_error("slice indices must be integers or None or have an __index__ method")
        }),
    };
    let step = bound(step)?.unwrap_or(1);
    if step == 0 {
        return Err(type_error("slice step cannot be zero"));
    }
    if value.is_undefined() {
        return Err(super::undefined());
    }
    if !matches!(type_name(value), "str" | "list" | "tuple" | "range") {
        return Err(type_error(format!("'{}' object is not subscriptable", type_name(value))));
    }
    let items = elements(value)?;
    let picked =
        indexes(items.len() as i64, bound(start)?, bound(stop)?, step).map(|at| items[at].clone());
    Ok(match value.as_str() {
        Some(_) => Value::from(picked.map(|c| c.to_string()).collect::<String>()),
        None if value.is_tuple() => tuple(picked.collect()),
        None => list(picked.collect()),
    })
}

/// The indexes a slice picks, by the rules of Python's `slice.indices`.
fn indexes(
    len: i64,
    start: Option<i64>,
    stop: Option<i64>,
    step: i64,
) -> impl Iterator<Item = usize> {
    let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
    let clamp = |value: i64| (if value < 0 { value + len } else { value }).clamp(low, high);
    let start = start.map_or(if step > 0 { low } else { high }, clamp);
    let stop = stop.map_or(if step > 0 { high } else { low }, clamp);
    let mut at = start;
    std::iter::from_fn(move || {
        let inside = if step > 0 { at < stop } else { at > stop };
        let current = inside.then_some(at as usize);
        at = at.saturating_add(step);
        current
    })
}

#[cfg(test)]
mod tests {
    use super::indexes;

    #[test]
    fn picks_what_python_picks() {
        let pick = |start, stop, step| indexes(4, start, stop, step).collect::<Vec<_>>();
        assert_eq!(pick(None, None, -1), [3, 2, 1, 0]);
        assert_eq!(pick(Some(1), Some(-1), 1), [1, 2]);
        assert_eq!(pick(Some(-10), Some(10), 2), [0, 2]);
        assert_eq!(pick(Some(2), Some(0), -1), [2, 1]);
        assert_eq!(pick(Some(3), Some(1), 1), [0; 0]);
    }
}
