//! Python's `decimal.Decimal`: what numbers with a fraction are in query results.
//!
//! Results have at most 28 digits, as in Python's default context. A product of more than 38 digits loses the last
//! ones before it is rounded.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr, Value};
use minijinja::{Error, State};

use super::operators::Operator;
use super::types::{Number, number};
use super::{type_error, type_name};

/// Significant digits of a result.
const PRECISION: u32 = 28;

/// `coefficient * 10^exponent`; the sign is the coefficient's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decimal {
    coefficient: i128,
    exponent: i32,
}

impl Decimal {
    /// The number that a float prints as; none for infinities and what is no number.
    pub(crate) fn from_f64(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::parse(&super::float(value))).flatten()
    }

    /// A whole number.
    pub(crate) fn from_int(value: i128) -> Self {
        Decimal { coefficient: value, exponent: 0 }
    }

    fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let coefficient = format!("{whole}{fraction}").parse().ok()?;
        let places = i32::try_from(fraction.len()).ok()?;
        Some(Decimal { coefficient, exponent: exponent - places })
    }

    pub(crate) fn to_f64(self) -> f64 {
        format!("{}e{}", self.coefficient, self.exponent).parse().unwrap_or(f64::NAN)
    }

    fn digits(self) -> u32 {
        self.coefficient.unsigned_abs().checked_ilog10().map_or(1, |log| log + 1)
    }

    /// At most 28 digits, half to even.
    fn rounded(self) -> Self {
        let Some(surplus) = self.digits().checked_sub(PRECISION).filter(|surplus| *surplus > 0)
        else {
            return self;
        };
        let unit = 10i128.pow(surplus);
        let (kept, rest) = (self.coefficient / unit, (self.coefficient % unit).abs());
        let up = match rest.cmp(&(unit / 2)) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => kept % 2 != 0,
        };
        let coefficient = kept + if up { self.coefficient.signum() } else { 0 };
        Decimal { coefficient, exponent: self.exponent + surplus as i32 }.rounded()
    }

    /// The coefficients at a common exponent; the smaller number loses digits that no result can show.
    fn aligned(self, other: Self) -> (i128, i128, i32) {
        let (high, low, swapped) = match self.exponent >= other.exponent {
            true => (self, other, false),
            false => (other, self, true),
        };
        let mut shift = (high.exponent - low.exponent) as u32;
        let (mut a, mut b, mut exponent) = (high.coefficient, low.coefficient, low.exponent);
        while shift > 0 {
            match a.checked_mul(10) {
                Some(more) if a == 0 || more.unsigned_abs().ilog10() < 37 => a = more,
                _ => {
                    b /= 10;
                    exponent += 1;
                }
            }
            shift -= 1;
        }
        if swapped { (b, a, exponent) } else { (a, b, exponent) }
    }

    fn add(self, other: Self) -> Self {
        let (a, b, exponent) = self.aligned(other);
        Decimal { coefficient: a + b, exponent }.rounded()
    }

    fn mul(self, other: Self) -> Self {
        let (mut a, mut b) = (self, other);
        loop {
            if let Some(coefficient) = a.coefficient.checked_mul(b.coefficient) {
                return Decimal { coefficient, exponent: a.exponent + b.exponent }.rounded();
            }
            let longer = if a.digits() >= b.digits() { &mut a } else { &mut b };
            longer.coefficient /= 10;
            longer.exponent += 1;
        }
    }

    fn div(self, other: Self) -> Self {
        let ideal = self.exponent - other.exponent;
        let divisor = other.coefficient.unsigned_abs();
        let mut rest = self.coefficient.unsigned_abs();
        let mut quotient = rest / divisor;
        rest %= divisor;
        let mut exponent = ideal;
        while rest != 0 && quotient < 10u128.pow(PRECISION) {
            rest *= 10;
            quotient = quotient * 10 + rest / divisor;
            rest %= divisor;
            exponent -= 1;
        }
        // A digit that is not zero behind the last one keeps a half from looking even.
        if rest != 0 && quotient.is_multiple_of(5) {
            quotient += 1;
        }
        let sign = self.coefficient.signum() * other.coefficient.signum();
        let mut result = Decimal { coefficient: quotient as i128 * sign, exponent }.rounded();
        while result.exponent < ideal && result.coefficient % 10 == 0 && rest == 0 {
            result.coefficient /= 10;
            result.exponent += 1;
        }
        result
    }

    /// Quotient and rest; the quotient is cut towards zero, as Python has it for decimals.
    fn div_rem(self, other: Self) -> (Self, Self) {
        let (a, b, exponent) = self.aligned(other);
        let rest = Decimal { coefficient: a % b, exponent };
        (Decimal { coefficient: a / b, exponent: 0 }.rounded(), rest.rounded())
    }

    pub(crate) fn negated(self) -> Self {
        Decimal { coefficient: -self.coefficient, ..self }
    }

    pub(crate) fn abs(self) -> Self {
        Decimal { coefficient: self.coefficient.abs(), ..self }
    }
}

/// As Python's `str()`: with an exponent only where plain digits would hide the precision.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.coefficient.unsigned_abs().to_string();
        let sign = if self.coefficient < 0 { "-" } else { "" };
        let adjusted = self.exponent + digits.len() as i32 - 1;
        if self.exponent > 0 || adjusted < -6 {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            return write!(f, "{sign}{first}{point}{rest}E{adjusted:+}");
        }
        let places = self.exponent.unsigned_abs() as usize;
        if places == 0 {
            return write!(f, "{sign}{digits}");
        }
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

impl Object for Decimal {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str()? == "__repr__").then(|| Value::from(format!("Decimal('{self}')")))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.coefficient != 0
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let (a, b, _) = self.aligned(*other.downcast_ref::<Self>()?);
        Some(a.cmp(&b))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        _args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "is_nan" | "is_infinite" => Ok(Value::from(false)),
            "is_zero" => Ok(Value::from(self.coefficient == 0)),
            "is_signed" => Ok(Value::from(self.coefficient < 0)),
            "copy_abs" => Ok(Value::from_object(self.abs())),
            "normalize" => {
                let mut made = **self;
                while made.coefficient != 0 && made.coefficient % 10 == 0 {
                    made =
                        Decimal { coefficient: made.coefficient / 10, exponent: made.exponent + 1 };
                }
                Ok(Value::from_object(made))
            }
            _ => {
                let message = format!("decimal.Decimal has no method named `{method}`");
                Err(Error::new(minijinja::ErrorKind::UnknownMethod, message))
            }
        }
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The decimal behind a value.
pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    value.downcast_object_ref::<Decimal>().copied()
}

/// `left op right` where one of them is a decimal; none where none is.
pub(super) fn apply(op: Operator, left: &Value, right: &Value) -> Option<Result<Value, Error>> {
    let is_one = decimal(left).is_some() || decimal(right).is_some();
    is_one.then(|| match (operand(left), operand(right)) {
        (Some(a), Some(b)) => compute(op, a, b).map(Value::from_object),
        _ => {
            let (symbol, left, right) = (op.symbol(), type_name(left), type_name(right));
            Err(type_error(format!(
                "unsupported operand type(s) for {symbol}: '{left}' and '{right}'"
            )))
        }
    })
}

/// Whole numbers take part; floats do not.
fn operand(value: &Value) -> Option<Decimal> {
    decimal(value).or_else(|| match number(value) {
        Some(Number::Int(value)) => Some(Decimal::from_int(value)),
        _ => None,
    })
}

fn compute(op: Operator, a: Decimal, b: Decimal) -> Result<Decimal, Error> {
    let divides = matches!(op, Operator::Div | Operator::FloorDiv | Operator::Mod);
    if divides && b.coefficient == 0 {
        return Err(type_error("division by zero"));
    }
    Ok(match op {
        Operator::Add => a.add(b),
        Operator::Sub => a.add(b.negated()),
        Operator::Mul => a.mul(b),
        Operator::Div => a.div(b),
        Operator::FloorDiv => a.div_rem(b).0,
        Operator::Mod => a.div_rem(b).1,
        Operator::Pow => power(a, b)?,
    })
}

fn power(a: Decimal, b: Decimal) -> Result<Decimal, Error> {
    let times =
        u32::try_from(b.coefficient).ok().filter(|times| b.exponent == 0 && *times < 10_000);
    let times = times.ok_or_else(|| type_error("decimals take small whole exponents only"))?;
    Ok((0..times).fold(Decimal::from_int(1), |product, _| product.mul(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Decimal {
        Decimal::parse(text).expect("a number")
    }

    #[test]
    fn results_have_the_digits_that_python_gives_them() {
        let done = |op, a: &str, b: &str| compute(op, of(a), of(b)).expect("a result").to_string();
        assert_eq!(done(Operator::Add, "2.5", "1"), "3.5");
        assert_eq!(done(Operator::Mul, "2.50", "2"), "5.00");
        assert_eq!(done(Operator::Div, "2.5", "2"), "1.25");
        assert_eq!(done(Operator::Div, "6", "2"), "3");
        assert_eq!(done(Operator::Div, "1", "3"), "0.3333333333333333333333333333");
        assert_eq!(done(Operator::Div, "2", "3"), "0.6666666666666666666666666667");
        assert_eq!(done(Operator::FloorDiv, "-7.5", "2"), "-3");
        assert_eq!(done(Operator::Mod, "-7.5", "2"), "-1.5");
        assert_eq!(done(Operator::Add, "1e20", "0.1"), "100000000000000000000.1");
    }

    #[test]
    fn exponents_show_as_in_python() {
        let shown = |text: &str| of(text).to_string();
        assert_eq!(shown("1e+20"), "1E+20");
        assert_eq!(shown("1e-07"), "1E-7");
        assert_eq!(shown("0.000001"), "0.000001");
        assert_eq!(shown("1.5e-10"), "1.5E-10");
        assert_eq!(shown("-0.5"), "-0.5");
    }
}
