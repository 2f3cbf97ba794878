//! Python's format specification: `[[fill]align][sign][#][0][width][,][.precision][type]`.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use crate::jinja::values::{Number, number, python_str, type_error, type_name};

/// Formats the magnitude of a float by the conversions `f`, `e` and `g`.
pub(crate) fn float_text(value: f64, conversion: char, precision: Option<usize>) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "nan" } else { "inf" }.to_owned();
    }
    let precision = precision.unwrap_or(6);
    let text = match conversion.to_ascii_lowercase() {
        'e' => scientific(value, precision),
        'g' => general(value, precision.max(1)),
        _ => format!("{value:.precision$}"),
    };
    if conversion.is_ascii_uppercase() { text.to_uppercase() } else { text }
}

fn scientific(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

fn general(value: f64, precision: usize) -> String {
    let rounded = format!("{value:.*e}", precision - 1);
    let exponent: i32 = rounded.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let strip = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-4..precision as i32).contains(&exponent) {
        let decimals = (precision as i32 - 1 - exponent).max(0) as usize;
        return strip(&format!("{value:.decimals$}"));
    }
    let text = scientific(value, precision - 1);
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
    format!("{}e{exponent}", strip(digits))
}

/// A parsed format specification.
#[derive(Debug)]
struct Spec {
    fill: char,
    align: Option<char>,
    sign: char,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(text: &str) -> Result<Self, Error> {
        let chars: Vec<char> = text.chars().collect();
        let mut spec = Spec {
            fill: ' ',
            align: None,
            sign: '-',
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        };
        let mut at = 0;
        let is_align = |index: usize| chars.get(index).is_some_and(|c| "<>=^".contains(*c));
        if is_align(1) {
            (spec.fill, spec.align, at) = (chars[0], Some(chars[1]), 2);
        } else if is_align(0) {
            (spec.align, at) = (Some(chars[0]), 1);
        }
        if let Some(sign) = chars.get(at).filter(|c| "+- ".contains(**c)) {
            (spec.sign, at) = (*sign, at + 1);
        }
        if chars.get(at) == Some(&'#') {
            (spec.alternate, at) = (true, at + 1);
        }
        if chars.get(at) == Some(&'0') && spec.align.is_none() {
            (spec.fill, spec.align, at) = ('0', Some('='), at + 1);
        }
        let digits = |at: &mut usize| {
            let start = *at;
            while chars.get(*at).is_some_and(char::is_ascii_digit) {
                *at += 1;
            }
            chars[start..*at].iter().collect::<String>().parse::<usize>().ok()
        };
        spec.width = digits(&mut at).unwrap_or(0);
        if let Some(mark) = chars.get(at).filter(|c| ",_".contains(**c)) {
            (spec.grouping, at) = (Some(*mark), at + 1);
        }
        if chars.get(at) == Some(&'.') {
            at += 1;
            spec.precision = digits(&mut at);
        }
        spec.kind = chars.get(at).copied();
        if chars.len() > at + 1 {
            return Err(type_error(format!("invalid format specifier '{text}'")));
        }
        Ok(spec)
    }

    fn number(&self, value: Number) -> Result<String, Error> {
        let negative = match value {
            Number::Int(value) => value < 0,
            Number::Float(value) => value.is_sign_negative(),
        };
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            _ => "",
        };
        let text = self.group(&self.magnitude(value)?);
        let length = sign.len() + text.chars().count();
        if self.align == Some('=') {
            let fill: String =
                std::iter::repeat_n(self.fill, self.width.saturating_sub(length)).collect();
            return Ok(format!("{sign}{fill}{text}"));
        }
        Ok(self.pad(&format!("{sign}{text}"), '>'))
    }

    fn magnitude(&self, value: Number) -> Result<String, Error> {
        let prefixed = |prefix: &str, digits: String| match self.alternate {
            true => format!("{prefix}{digits}"),
            false => digits,
        };
        Ok(match (self.kind, value) {
            (None | Some('d' | 'n'), Number::Int(value)) if self.precision.is_none() => {
                value.unsigned_abs().to_string()
            }
            (Some('x'), Number::Int(value)) => {
                prefixed("0x", format!("{:x}", value.unsigned_abs()))
            }
            (Some('X'), Number::Int(value)) => {
                prefixed("0X", format!("{:X}", value.unsigned_abs()))
            }
            (Some('o'), Number::Int(value)) => {
                prefixed("0o", format!("{:o}", value.unsigned_abs()))
            }
            (Some('b'), Number::Int(value)) => {
                prefixed("0b", format!("{:b}", value.unsigned_abs()))
            }
            (Some('%'), value) => {
                format!("{}%", float_text(value.float().abs() * 100.0, 'f', self.precision))
            }
            (Some(kind @ ('f' | 'F' | 'e' | 'E' | 'g' | 'G')), value) => {
                float_text(value.float().abs(), kind, self.precision)
            }
            (None | Some('n'), Number::Float(value)) => match self.precision {
                Some(precision) => float_text(value.abs(), 'g', Some(precision)),
                None => python_str(&Value::from(value.abs())),
            },
            (kind, value) => {
                let (kind, name) = (kind.unwrap_or(' '), type_name(&value.value()));
                let message = format!("Unknown format code '{kind}' for object of type '{name}'");
                return Err(type_error(message));
            }
        })
    }

    fn group(&self, digits: &str) -> String {
        let Some(mark) = self.grouping else {
            return digits.to_owned();
        };
        let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let mut out = String::new();
        for (index, c) in digits[..end].chars().enumerate() {
            if index > 0 && (end - index).is_multiple_of(3) {
                out.push(mark);
            }
            out.push(c);
        }
        out + &digits[end..]
    }

    fn pad(&self, text: &str, default: char) -> String {
        let space = self.width.saturating_sub(text.chars().count());
        let left = match self.align.unwrap_or(default) {
            '>' | '=' => space,
            '^' => space / 2,
            _ => 0,
        };
        let fill = |count| std::iter::repeat_n(self.fill, count).collect::<String>();
        format!("{}{text}{}", fill(left), fill(space - left))
    }
}

/// `format(value, spec)` of Python.
pub(super) fn format_value(value: &Value, text: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Ok(python_str(value));
    }
    let spec = Spec::parse(text)?;
    let numeric = value.kind() == ValueKind::Number
        || (value.kind() == ValueKind::Bool && spec.kind.is_some());
    if let Some(number) = number(value).filter(|_| numeric) {
        return spec.number(number);
    }
    if !matches!(spec.kind, None | Some('s')) {
        let kind = spec.kind.unwrap_or('s');
        let message =
            format!("Unknown format code '{kind}' for object of type '{}'", type_name(value));
        return Err(type_error(message));
    }
    let text: String = match spec.precision {
        Some(precision) => python_str(value).chars().take(precision).collect(),
        None => python_str(value),
    };
    Ok(spec.pad(&text, '<'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_text_are_formatted_as_in_python() {
        let show = |value: Value, spec: &str| format_value(&value, spec).expect("formats");
        assert_eq!(show(Value::from(1_234_567), ","), "1,234,567");
        assert_eq!(show(Value::from(2.5), "08.3f"), "0002.500");
        assert_eq!(show(Value::from("x"), "*^5"), "**x**");
        assert_eq!(show(Value::from(0.256), ".1%"), "25.6%");
        assert_eq!(show(Value::from(5), "+03d"), "+05");
        assert_eq!(show(Value::from(1e-7), "g"), "1e-07");
    }
}
