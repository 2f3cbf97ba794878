//! Decimal numbers as dbt's seed reader and table printer see them: Python's `decimal` with 28 digits.
//!
//! Only what reading, rounding and printing need; no arithmetic.

/// Significant digits that survive, as in Python's default context.
const PRECISION: usize = 28;

/// A number written in decimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decimal {
    /// `digits * 10^exponent`.
    Finite {
        negative: bool,
        /// Digits 0 to 9, at least one, no leading zero except for zero itself.
        digits: Vec<u8>,
        exponent: i64,
    },
    Infinite {
        negative: bool,
    },
    /// Not a number, with the digits that Python lets stand behind it.
    NotANumber {
        payload: String,
    },
}

impl Decimal {
    /// Reads what Python's `Decimal(text)` reads, and rounds to 28 digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().replace('_', "");
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(&text)),
        };
        let lower = rest.to_ascii_lowercase();
        if lower == "inf" || lower == "infinity" {
            return Some(Self::Infinite { negative });
        }
        if let Some(payload) = lower.strip_prefix("nan") {
            let valid = payload.bytes().all(|byte| byte.is_ascii_digit());
            return valid
                .then(|| Self::NotANumber { payload: payload.trim_start_matches('0').to_owned() });
        }
        Self::parse_finite(negative, &lower)
    }

    fn parse_finite(negative: bool, text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let digits = strip_leading_zeros(digits.iter().map(|digit| digit - b'0').collect());
        let number = Self::Finite { negative, digits, exponent: exponent - fraction.len() as i64 };
        Some(number.rounded())
    }

    /// The shortest decimal that reads back as `value`.
    pub(crate) fn from_f64(value: f64) -> Self {
        if value.is_nan() {
            return Self::NotANumber { payload: String::new() };
        }
        if value.is_infinite() {
            return Self::Infinite { negative: value < 0.0 };
        }
        Self::parse(&format!("{value:e}")).expect("invariant: a finite float prints as a number")
    }

    /// The same number with the other sign.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Finite { negative, digits, exponent } => {
                Self::Finite { negative: !negative, digits, exponent }
            }
            Self::Infinite { negative } => Self::Infinite { negative: !negative },
            Self::NotANumber { .. } => self,
        }
    }

    fn rounded(self) -> Self {
        match self {
            Self::Finite { negative, digits, exponent } if digits.len() > PRECISION => {
                let drop = digits.len() - PRECISION;
                let mut kept = round_half_even(&digits, drop);
                let mut exponent = exponent + drop as i64;
                if kept.len() > PRECISION {
                    kept.pop();
                    exponent += 1;
                }
                Self::Finite { negative, digits: kept, exponent }
            }
            other => other,
        }
    }

    /// Digits before and behind the point that the number needs; `None` for what is not finite as a float.
    pub(crate) fn places(&self) -> Option<(i64, i64)> {
        let Self::Finite { digits, exponent, .. } = self else {
            return None;
        };
        if digits.len() as i64 + exponent > 309 {
            return None;
        }
        if digits == &[0] {
            return Some((1, 0));
        }
        let zeros = digits.iter().rev().take_while(|digit| **digit == 0).count() as i64;
        let decimal = -(exponent + zeros);
        Some((digits.len() as i64 - zeros - decimal, decimal))
    }

    /// The number with `places` digits behind the point and commas between thousands.
    pub(crate) fn grouped(&self, places: usize) -> String {
        let Self::Finite { negative, digits, exponent } = self else {
            return self.to_string();
        };
        let shift = exponent + places as i64;
        let scaled = if shift >= 0 {
            let mut scaled = digits.clone();
            scaled.extend(std::iter::repeat_n(0, shift as usize));
            scaled
        } else {
            round_half_even(digits, shift.unsigned_abs() as usize)
        };
        let text: String = scaled.iter().map(|digit| char::from(digit + b'0')).collect();
        let text = format!("{text:0>width$}", width = places + 1);
        let (whole, fraction) = text.split_at(text.len() - places);
        let whole = with_commas(whole.trim_start_matches('0'));
        let sign = if *negative { "-" } else { "" };
        let point = if places > 0 { "." } else { "" };
        format!("{sign}{whole}{point}{fraction}")
    }
}

/// As Python's `str(Decimal)`.
impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (negative, digits, exponent) = match self {
            Self::NotANumber { payload } => return write!(f, "NaN{payload}"),
            Self::Infinite { negative } => {
                return f.write_str(if *negative { "-Infinity" } else { "Infinity" });
            }
            Self::Finite { negative, digits, exponent } => (*negative, digits, *exponent),
        };
        let text: String = digits.iter().map(|digit| char::from(digit + b'0')).collect();
        let left = exponent + text.len() as i64;
        let point = if exponent <= 0 && left > -6 { left } else { 1 };
        f.write_str(if negative { "-" } else { "" })?;
        if point <= 0 {
            write!(f, "0.{}{text}", "0".repeat(point.unsigned_abs() as usize))?;
        } else if point as usize >= text.len() {
            write!(f, "{text}{}", "0".repeat(point as usize - text.len()))?;
        } else {
            let (whole, fraction) = text.split_at(point as usize);
            write!(f, "{whole}.{fraction}")?;
        }
        if left != point {
            write!(f, "E{:+}", left - point)?;
        }
        Ok(())
    }
}

fn parse_exponent(text: &str) -> Option<i64> {
    let exponent: i64 = text.parse().ok()?;
    (exponent.abs() < 1_000_000).then_some(exponent)
}

fn strip_leading_zeros(digits: Vec<u8>) -> Vec<u8> {
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    digits[zeros.min(digits.len() - 1)..].to_vec()
}

/// `digits` without the last `drop`, rounded half to even.
fn round_half_even(digits: &[u8], drop: usize) -> Vec<u8> {
    if drop > digits.len() {
        return vec![0];
    }
    let (kept, dropped) = digits.split_at(digits.len() - drop);
    let mut kept = if kept.is_empty() { vec![0] } else { kept.to_vec() };
    let odd = kept.last().is_some_and(|digit| digit % 2 == 1);
    let up = match dropped.split_first() {
        Some((5, rest)) => odd || rest.iter().any(|digit| *digit > 0),
        Some((first, _)) => *first > 5,
        None => false,
    };
    if up {
        increment(&mut kept);
    }
    kept
}

fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < 9 {
            *digit += 1;
            return;
        }
        *digit = 0;
    }
    digits.insert(0, 1);
}

fn with_commas(whole: &str) -> String {
    let whole = if whole.is_empty() { "0" } else { whole };
    let mut text = String::with_capacity(whole.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        Decimal::parse(text).unwrap().to_string()
    }

    #[test]
    fn prints_like_python() {
        for (text, expected) in [
            ("1e3", "1E+3"),
            ("1.50", "1.50"),
            ("007", "7"),
            (".5", "0.5"),
            ("1.", "1"),
            ("1e-3", "0.001"),
            ("1e-10", "1E-10"),
            ("0.0", "0.0"),
            ("1_000", "1000"),
            ("inf", "Infinity"),
            ("nan07", "NaN7"),
            ("123456789012345678901234567890", "1.234567890123456789012345679E+29"),
            ("1.23456789012345678901234567890123", "1.234567890123456789012345679"),
        ] {
            assert_eq!(printed(text), expected, "{text}");
        }
        for text in ["", "-", "1 000", "0x10", "sNaN", "e5", "--5", "1e", "."] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn rounds_half_to_even() {
        for (value, expected) in [
            (0.0005, "0.000"),
            (2.0015, "2.002"),
            (2.0025, "2.002"),
            (-1e-5, "-0.000"),
            (1234567.123456, "1,234,567.123"),
            (0.9999, "1.000"),
        ] {
            assert_eq!(Decimal::from_f64(value).grouped(3), expected);
        }
        assert_eq!(Decimal::from_f64(1000.0).grouped(1), "1,000.0");
        assert_eq!(Decimal::from_f64(2.0).grouped(0), "2");
    }
}
