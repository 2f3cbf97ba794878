//! `+ - * / // % **` as in Python.
//!
//! An object of another room takes part by answering Python's method names: `__add__`, `__radd__`, `__sub__` …

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind, State};

use super::decimal;
use super::types::{Number, checked_len, int, number};
use super::{Lax, elements, list, printf, tuple, type_error, type_name};

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
}

impl Operator {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::FloorDiv => "//",
            Self::Mod => "%",
            Self::Pow => "** or pow()",
        }
    }

    fn methods(self) -> (&'static str, &'static str) {
        match self {
            Self::Add => ("__add__", "__radd__"),
            Self::Sub => ("__sub__", "__rsub__"),
            Self::Mul => ("__mul__", "__rmul__"),
            Self::Div => ("__truediv__", "__rtruediv__"),
            Self::FloorDiv => ("__floordiv__", "__rfloordiv__"),
            Self::Mod => ("__mod__", "__rmod__"),
            Self::Pow => ("__pow__", "__rpow__"),
        }
    }
}

/// Computes `left op right`.
pub(crate) fn apply(
    state: &mut State<'_, '_>,
    op: Operator,
    left: &Value,
    right: &Value,
) -> Result<Value, Error> {
    if let Some(done) = decimal::apply(op, left, right).filter(|_| left.as_str().is_none()) {
        return done;
    }
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return arithmetic(op, a, b);
    }
    if op == Operator::Mod
        && let Some(format) = left.as_str()
    {
        return printf(format, right);
    }
    let lax = |value: &Value| value.downcast_object_ref::<Lax>().is_some();
    if lax(left) || lax(right) {
        return Ok(Lax::value());
    }
    if left.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "left operand"));
    }
    if right.is_undefined() {
        return Err(Error::new(ErrorKind::UndefinedError, "right operand"));
    }
    match sequence(op, left, right)? {
        Some(value) => Ok(value),
        None => by_method(state, op, left, right),
    }
}

fn sequence(op: Operator, left: &Value, right: &Value) -> Result<Option<Value>, Error> {
    match op {
        Operator::Add => match (left.as_str(), right.as_str()) {
            (Some(a), Some(b)) => {
                checked_len(a.len() + b.len())?;
                Ok(Some(Value::from([a, b].concat())))
            }
            (None, None)
                if is_list(left) && is_list(right) && left.is_tuple() == right.is_tuple() =>
            {
                let mut items = elements(left)?;
                items.extend(elements(right)?);
                checked_len(items.len() * ITEM)?;
                Ok(Some(if left.is_tuple() { tuple(items) } else { list(items) }))
            }
            _ => Ok(None),
        },
        Operator::Mul => match (number(left), number(right)) {
            (None, Some(Number::Int(times))) => repeat(left, times),
            (Some(Number::Int(times)), None) => repeat(right, times),
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

fn is_list(value: &Value) -> bool {
    value.kind() == ValueKind::Seq && type_name(value) != "range"
}

/// What an item of a list counts for, next to a byte of a text.
const ITEM: usize = 16;

fn repeat(value: &Value, times: i128) -> Result<Option<Value>, Error> {
    let times = isize::try_from(times.max(0)).map(isize::cast_unsigned);
    let times = times.map_err(|_| type_error("cannot fit 'int' into an index-sized integer"))?;
    let len = value.len().unwrap_or(0);
    let times = if len == 0 { 0 } else { times };
    let size = if value.as_str().is_some() { 1 } else { ITEM };
    checked_len(len.saturating_mul(times).saturating_mul(size))?;
    if let Some(text) = value.as_str() {
        return Ok(Some(Value::from(text.repeat(times))));
    }
    if !is_list(value) {
        return Ok(None);
    }
    let items = elements(value)?;
    let repeated: Vec<Value> = std::iter::repeat_n(items, times).flatten().collect();
    Ok(Some(if value.is_tuple() { tuple(repeated) } else { list(repeated) }))
}

fn by_method(
    state: &mut State<'_, '_>,
    op: Operator,
    left: &Value,
    right: &Value,
) -> Result<Value, Error> {
    let (method, reflected) = op.methods();
    for (object, method, argument) in [(left, method, right), (right, reflected, left)] {
        if object.as_object().is_none() {
            continue;
        }
        match object.call_method(state, method, std::slice::from_ref(argument)) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod => {}
            result => return result,
        }
    }
    let (symbol, left_name, right_name) = (op.symbol(), type_name(left), type_name(right));
    let message = match (op, left.as_str()) {
        (Operator::Add, Some(_)) => {
            format!("can only concatenate str (not \"{right_name}\") to str")
        }
        _ => format!("unsupported operand type(s) for {symbol}: '{left_name}' and '{right_name}'"),
    };
    Err(type_error(message))
}

fn arithmetic(op: Operator, left: Number, right: Number) -> Result<Value, Error> {
    let zero = right.float() == 0.0;
    match (op, left, right) {
        (Operator::Div, ..) if zero => Err(type_error("division by zero")),
        (Operator::FloorDiv | Operator::Mod, Number::Int(_), Number::Int(_)) if zero => {
            Err(type_error("integer division or modulo by zero"))
        }
        (Operator::FloorDiv | Operator::Mod, ..) if zero => {
            Err(type_error("float floor division by zero"))
        }
        (Operator::Pow, ..) if left.float() == 0.0 && right.float() < 0.0 => {
            Err(type_error("0.0 cannot be raised to a negative power"))
        }
        (Operator::Pow, a, b) if a.float() < 0.0 && b.float().fract() != 0.0 => {
            Err(type_error("the result is a complex number"))
        }
        (Operator::Div, Number::Int(a), Number::Int(b)) => Ok(Value::from(quotient(a, b))),
        (Operator::Div, a, b) => Ok(Value::from(a.float() / b.float())),
        (_, Number::Int(a), Number::Int(b)) => integers(op, a, b),
        (_, a, b) => {
            let result = floats(op, a.float(), b.float());
            let finite = a.float().is_finite() && b.float().is_finite();
            match op {
                Operator::Pow if finite && !result.is_finite() => {
                    Err(type_error("(34, 'Numerical result out of range')"))
                }
                _ => Ok(Value::from(result)),
            }
        }
    }
}

/// `a / b`, rounded once: integers of more than 53 bits are not made floats first.
fn quotient(a: i128, b: i128) -> f64 {
    const EXACT: u128 = 1 << 53;
    let (top, bottom) = (a.unsigned_abs(), b.unsigned_abs());
    if top <= EXACT && bottom <= EXACT {
        return a as f64 / b as f64;
    }
    let (mut digits, mut rest, mut exponent) = (top / bottom, top % bottom, 0);
    while digits.leading_zeros() > 64 {
        (digits, rest, exponent) = (digits << 1, rest << 1, exponent - 1);
        if rest >= bottom {
            (digits, rest) = (digits | 1, rest - bottom);
        }
        if digits == 0 && rest == 0 {
            return 0.0;
        }
    }
    let sticky = u128::from(rest != 0);
    let value = if digits.leading_zeros() > 0 {
        ((digits << 1 | sticky) as f64) * 2f64.powi(exponent - 1)
    } else {
        digits as f64
    };
    if (a < 0) == (b < 0) { value } else { -value }
}

fn integers(op: Operator, a: i128, b: i128) -> Result<Value, Error> {
    let result = match op {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mul => a.checked_mul(b),
        Operator::FloorDiv => a.checked_div_euclid(b).map(|_| floor_div(a, b)),
        Operator::Mod => a.checked_rem_euclid(b).map(|_| a - floor_div(a, b) * b),
        Operator::Pow if b < 0 => return Ok(Value::from((a as f64).powf(b as f64))),
        Operator::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        Operator::Div => None,
    };
    result.map(int).ok_or_else(|| type_error("the result is an integer of more than 128 bits"))
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

fn floats(op: Operator, a: f64, b: f64) -> f64 {
    let modulo = || {
        let rest = a % b;
        match rest {
            0.0 => 0.0_f64.copysign(b),
            rest if (rest < 0.0) != (b < 0.0) => rest + b,
            rest => rest,
        }
    };
    match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mul => a * b,
        Operator::Div => a / b,
        Operator::FloorDiv => {
            // The order of operations is that of CPython's `float_floor_div`.
            let rest = a % b;
            let lower = rest != 0.0 && (rest < 0.0) != (b < 0.0);
            match ((a - rest) / b - if lower { 1.0 } else { 0.0 }, a / b) {
                (0.0, exact) => 0.0_f64.copysign(exact),
                (div, _) if div - div.floor() > 0.5 => div.floor() + 1.0,
                (div, _) => div.floor(),
            }
        }
        Operator::Mod => modulo(),
        Operator::Pow => a.powf(b),
    }
}

/// `+value`.
pub(crate) fn positive(value: &Value) -> Result<Value, Error> {
    match number(value) {
        Some(number) => Ok(number.value()),
        None if value.downcast_object_ref::<Lax>().is_some() => Ok(value.clone()),
        None if value.is_undefined() => Err(Error::new(ErrorKind::UndefinedError, "right operand")),
        None => Err(type_error(format!("bad operand type for unary +: '{}'", type_name(value)))),
    }
}

/// `-value`.
pub(crate) fn negate(state: &mut State<'_, '_>, value: &Value) -> Result<Value, Error> {
    if let Some(decimal) = super::decimal(value) {
        return Ok(Value::from_object(decimal.negated()));
    }
    match number(value) {
        Some(Number::Int(value)) => value
            .checked_neg()
            .map(int)
            .ok_or_else(|| type_error("the result is an integer of more than 128 bits")),
        Some(Number::Float(value)) => Ok(Value::from(-value)),
        None if value.downcast_object_ref::<Lax>().is_some() => Ok(value.clone()),
        None if value.is_undefined() => Err(Error::new(ErrorKind::UndefinedError, "right operand")),
        None => match value.call_method(state, "__neg__", &[]) {
            Err(error) if error.kind() == ErrorKind::UnknownMethod => {
                Err(type_error(format!("bad operand type for unary -: '{}'", type_name(value))))
            }
            result => result,
        },
    }
}
