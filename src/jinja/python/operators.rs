//! Arithmetic and order of dates, moments and durations.
//!
//! The engine computes with numbers and strings only. Whatever carries out `a + b` for templates calls the method
//! `__add__` of `a`, then `__radd__` of `b`; or it calls [`add`] here. `None` means that the operands are not for
//! this module, or that Python does not define the operation for them.

use std::cmp::Ordering;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::datetime::{Date, DateTime, Delta, Time, Zone};
use super::object::{Type, get, value};
use super::re::{Match, Pattern};

/// The outcome of an operation: `None` if it does not concern this module.
pub type Outcome = Option<Result<Value, Error>>;

/// `a + b`.
pub fn add(a: &Value, b: &Value) -> Outcome {
    match (Operand::of(a)?, Operand::of(b)?) {
        (Operand::Delta(a), Operand::Delta(b)) => Some(delta(a.micros().checked_add(b.micros()))),
        (Operand::Date(date), Operand::Delta(delta))
        | (Operand::Delta(delta), Operand::Date(date)) => {
            Some(in_range(date.plus_days(delta.days()).map(value)))
        }
        (Operand::Moment(moment), Operand::Delta(delta))
        | (Operand::Delta(delta), Operand::Moment(moment)) => {
            Some(in_range(moment.plus(delta).map(value)))
        }
        _ => None,
    }
}

/// `a - b`.
pub fn sub(a: &Value, b: &Value) -> Outcome {
    match (Operand::of(a)?, Operand::of(b)?) {
        (Operand::Delta(a), Operand::Delta(b)) => Some(delta(a.micros().checked_sub(b.micros()))),
        (Operand::Date(date), Operand::Delta(delta)) => {
            Some(in_range(date.plus_days(-delta.days()).map(value)))
        }
        (Operand::Date(a), Operand::Date(b)) => Some(Ok(value(a.since(b)))),
        (Operand::Moment(moment), Operand::Delta(delta)) => {
            Some(in_range(moment.plus(Delta::from_micros(-delta.micros())).map(value)))
        }
        (Operand::Moment(a), Operand::Moment(b)) => Some(match a.since(b) {
            Some(delta) => Ok(value(delta)),
            None => Err(mistake("can't subtract offset-naive and offset-aware datetimes")),
        }),
        _ => None,
    }
}

/// `a * b`.
pub fn mul(a: &Value, b: &Value) -> Outcome {
    match (Operand::of(a)?, Operand::of(b)?) {
        (Operand::Delta(span), Operand::Int(times))
        | (Operand::Int(times), Operand::Delta(span)) => {
            Some(delta(span.micros().checked_mul(times)))
        }
        (Operand::Delta(span), Operand::Float(times))
        | (Operand::Float(times), Operand::Delta(span)) => Some(scaled(span, times, false)),
        _ => None,
    }
}

/// `a / b`.
pub fn div(a: &Value, b: &Value) -> Outcome {
    let (Operand::Delta(a), b) = (Operand::of(a)?, Operand::of(b)?) else {
        return None;
    };
    match b {
        Operand::Delta(b) if b.micros() == 0 => Some(Err(zero())),
        Operand::Delta(b) => Some(Ok(Value::from(a.micros() as f64 / b.micros() as f64))),
        Operand::Int(0) => Some(Err(zero())),
        Operand::Int(by) => Some(delta(Some(divide_to_even(a.micros(), by)))),
        Operand::Float(0.0) => Some(Err(zero())),
        Operand::Float(by) => Some(scaled(a, by, true)),
        _ => None,
    }
}

/// `a // b`.
pub fn floordiv(a: &Value, b: &Value) -> Outcome {
    let (Operand::Delta(a), b) = (Operand::of(a)?, Operand::of(b)?) else {
        return None;
    };
    match b {
        Operand::Delta(b) if b.micros() == 0 => Some(Err(zero())),
        Operand::Delta(b) => {
            let quotient = floor_div(a.micros(), b.micros());
            Some(Ok(i64::try_from(quotient).map_or_else(|_| Value::from(quotient), Value::from)))
        }
        Operand::Int(0) => Some(Err(zero())),
        Operand::Int(by) => Some(delta(Some(floor_div(a.micros(), by)))),
        _ => None,
    }
}

/// `a % b`.
pub fn rem(a: &Value, b: &Value) -> Outcome {
    let (Operand::Delta(a), Operand::Delta(b)) = (Operand::of(a)?, Operand::of(b)?) else {
        return None;
    };
    if b.micros() == 0 {
        return Some(Err(zero()));
    }
    Some(delta(Some(a.micros() - floor_div(a.micros(), b.micros()) * b.micros())))
}

/// `-value`.
pub fn neg(value: &Value) -> Outcome {
    let span = get::<Delta>(value)?;
    Some(delta(Some(-span.micros())))
}

/// The order of two values as Python sees it: an error where it refuses to compare them, as a date with a moment
/// or a naive moment with an aware one.
pub fn order(a: &Value, b: &Value) -> Option<Result<Ordering, Error>> {
    let (left, right) = (class_name(a), class_name(b));
    if left.is_none() && right.is_none() {
        return None;
    }
    let naive = "can't compare offset-naive and offset-aware";
    if let (Some(a), Some(b)) = (get::<DateTime>(a), get::<DateTime>(b))
        && a.zone().is_some() != b.zone().is_some()
    {
        return Some(Err(mistake(&format!("{naive} datetimes"))));
    }
    if let (Some(a), Some(b)) = (get::<Time>(a), get::<Time>(b))
        && a.is_aware() != b.is_aware()
    {
        return Some(Err(mistake(&format!("{naive} times"))));
    }
    let ordering = ordered::<Date>(a, b)
        .or_else(|| ordered::<DateTime>(a, b))
        .or_else(|| ordered::<Time>(a, b))
        .or_else(|| ordered::<Delta>(a, b));
    let name = |value, class: Option<_>| class.unwrap_or_else(|| super::object::type_name(value));
    Some(
        ordering.ok_or_else(|| {
            mistake(&format!("can't compare {} to {}", name(a, left), name(b, right)))
        }),
    )
}

fn ordered<T: Type>(a: &Value, b: &Value) -> Option<Ordering> {
    get::<T>(a)?.order(get::<T>(b)?)
}

/// An operator by the name of its method. `None` if the object does not have it.
pub(super) fn by_method(method: &str, this: &Value, args: &[Value]) -> Outcome {
    type Unary = fn(&Value) -> Outcome;
    type Binary = fn(&Value, &Value) -> Outcome;
    const UNARY: &[(&str, Unary)] = &[
        ("__neg__", neg),
        ("__pos__", |value| get::<Delta>(value).map(|_| Ok(value.clone()))),
        ("__abs__", |value| Some(delta(Some(get::<Delta>(value)?.micros().abs())))),
        ("__str__", |value| Some(Ok(Value::from(value.to_string())))),
        ("__repr__", |value| Some(value.get_attr("__repr__"))),
    ];
    const BINARY: &[(&str, Binary)] = &[
        ("__add__", add),
        ("__radd__", |this, other| add(other, this)),
        ("__sub__", sub),
        ("__rsub__", |this, other| sub(other, this)),
        ("__mul__", mul),
        ("__rmul__", |this, other| mul(other, this)),
        ("__truediv__", div),
        ("__rtruediv__", |this, other| div(other, this)),
        ("__floordiv__", floordiv),
        ("__rfloordiv__", |this, other| floordiv(other, this)),
        ("__mod__", rem),
        ("__rmod__", |this, other| rem(other, this)),
        ("__lt__", |a, b| Some(order(a, b)?.map(|ordering| Value::from(ordering.is_lt())))),
        ("__le__", |a, b| Some(order(a, b)?.map(|ordering| Value::from(ordering.is_le())))),
        ("__gt__", |a, b| Some(order(a, b)?.map(|ordering| Value::from(ordering.is_gt())))),
        ("__ge__", |a, b| Some(order(a, b)?.map(|ordering| Value::from(ordering.is_ge())))),
        ("__eq__", |a, b| Some(Ok(Value::from(a == b)))),
        ("__ne__", |a, b| Some(Ok(Value::from(a != b)))),
    ];
    match args {
        [] => UNARY.iter().find(|(name, _)| *name == method)?.1(this),
        [other] => BINARY.iter().find(|(name, _)| *name == method)?.1(this, other),
        _ => None,
    }
}

/// The class of an object of this module, as Python names it.
pub(super) fn class_name(value: &Value) -> Option<&'static str> {
    fn name<T: Type>(value: &Value) -> Option<&'static str> {
        get::<T>(value).map(|_| T::NAME)
    }
    const CLASSES: &[fn(&Value) -> Option<&'static str>] = &[
        name::<Date>,
        name::<DateTime>,
        name::<Time>,
        name::<Delta>,
        name::<Zone>,
        name::<Pattern>,
        name::<Match>,
    ];
    if value.kind() != ValueKind::Plain {
        return None;
    }
    CLASSES.iter().find_map(|class| class(value))
}

enum Operand<'a> {
    Delta(Delta),
    Date(Date),
    Moment(&'a DateTime),
    Int(i128),
    Float(f64),
}

impl<'a> Operand<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        if value.is_integer() {
            return i128::try_from(value.clone()).ok().map(Self::Int);
        }
        match value.kind() {
            ValueKind::Number => f64::try_from(value.clone()).ok().map(Self::Float),
            ValueKind::Bool => Some(Self::Int(i128::from(value.is_true()))),
            _ => get::<Delta>(value)
                .map(|delta| Self::Delta(*delta))
                .or_else(|| get::<Date>(value).map(|date| Self::Date(*date)))
                .or_else(|| get::<DateTime>(value).map(Self::Moment)),
        }
    }
}

fn delta(micros: Option<i128>) -> Result<Value, Error> {
    let delta = Delta::checked(micros).ok_or_else(|| mistake("the timedelta is out of range"))?;
    Ok(value(delta))
}

fn in_range(result: Option<Value>) -> Result<Value, Error> {
    result.ok_or_else(|| mistake("date value out of range"))
}

fn mistake(message: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.to_owned())
}

fn zero() -> Error {
    mistake("integer division or modulo by zero")
}

fn floor_div(a: i128, b: i128) -> i128 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// The nearest integer to `a / b`, the even one of two.
fn divide_to_even(a: i128, b: i128) -> i128 {
    let quotient = floor_div(a, b);
    let rest = (a - quotient * b).unsigned_abs();
    match (rest * 2).cmp(&b.unsigned_abs()) {
        Ordering::Greater => quotient + 1,
        Ordering::Equal => quotient + (quotient & 1),
        Ordering::Less => quotient,
    }
}

/// A duration times or divided by a float, whose exact value counts.
fn scaled(span: Delta, by: f64, divide: bool) -> Result<Value, Error> {
    if by.is_nan() || (by.is_infinite() && !divide) {
        return Err(mistake("cannot scale a timedelta by infinity or nan"));
    }
    if by.is_infinite() {
        return delta(Some(0));
    }
    let ratio = ratio(by).and_then(|(numerator, denominator)| {
        let (over, under) =
            if divide { (denominator, numerator) } else { (numerator, denominator) };
        Some(divide_to_even(span.micros().checked_mul(over)?, under))
    });
    match ratio {
        Some(micros) => delta(Some(micros)),
        // Out of 128 bits: the plain product is as good as the result can be.
        None if divide => delta(Some((span.micros() as f64 / by).round_ties_even() as i128)),
        None => delta(Some((span.micros() as f64 * by).round_ties_even() as i128)),
    }
}

/// Numerator and denominator of a finite float, if they fit.
fn ratio(float: f64) -> Option<(i128, i128)> {
    let bits = float.to_bits();
    let exponent = ((bits >> 52) & 0x7ff) as i32;
    let fraction = i128::from(bits & ((1 << 52) - 1));
    let (mantissa, power) =
        if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
    if mantissa == 0 {
        return Some((0, 1));
    }
    let shift = (mantissa.trailing_zeros() as i32).min((-power).max(0));
    let (mantissa, power) = (mantissa >> shift, power + shift);
    let signed = if float < 0.0 { -mantissa } else { mantissa };
    match u32::try_from(power.abs()).ok()? {
        bits if power <= 0 && bits < 126 => Some((signed, 1_i128 << bits)),
        bits if power > 0 && bits < 70 => Some((signed << bits, 1)),
        _ => None,
    }
}
