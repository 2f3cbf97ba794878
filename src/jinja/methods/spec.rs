//! Python's format specification: `[[fill]align][sign][#][0][width][,][.precision][type]`.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use super::strings::MAX_WIDTH;
use crate::jinja::values::{Number, number, python_str, type_error, type_name};

/// Formats the magnitude of a float by the conversions `f`, `e` and `g`.
pub(crate) fn float_text(value: f64, conversion: char, precision: Option<usize>) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "nan" } else { "inf" }.to_owned();
    }
    let precision = precision.unwrap_or(6).min(1000);
    let text = match conversion.to_ascii_lowercase() {
        'e' => scientific(value, precision),
        'g' => general(value, precision.max(1), false),
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

/// Formats by the conversion `g`; `keep_zeros` is its alternate form.
pub(crate) fn general(value: f64, precision: usize, keep_zeros: bool) -> String {
    let rounded = format!("{value:.*e}", precision - 1);
    let exponent: i32 = rounded.split_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
    let strip = |text: &str| match text.contains('.') && !keep_zeros {
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
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn parse(text: &str) -> Result<Self, Error> {
        let invalid = || type_error(format!("Invalid format specifier '{text}'"));
        let chars: Vec<char> = text.chars().collect();
        let is_align = |index: usize| chars.get(index).is_some_and(|c| "<>=^".contains(*c));
        let mut at = 0;
        let mut take = |wanted: &str| {
            let found = chars.get(at).copied().filter(|c| wanted.contains(*c));
            at += usize::from(found.is_some());
            found
        };
        let (mut fill, mut align) = (' ', None);
        if is_align(1) {
            fill = chars[0];
            take(&fill.to_string());
            align = take("<>=^");
        } else if is_align(0) {
            align = take("<>=^");
        }
        let sign = take("+- ");
        let no_negative_zero = take("z").is_some();
        let alternate = take("#").is_some();
        if take("0").is_some() {
            // An explicit fill stays, and so does an explicit alignment.
            fill = if is_align(1) { fill } else { '0' };
            align = align.or(Some('='));
        }
        let digits = |take: &mut dyn FnMut(&str) -> Option<char>| {
            let text: String = std::iter::from_fn(|| take("0123456789")).collect();
            match text.parse::<usize>() {
                Ok(number) if number > MAX_WIDTH => {
                    Err(type_error("Too many decimal digits in format string"))
                }
                Ok(number) => Ok(Some(number)),
                Err(_) => Ok(None),
            }
        };
        let width = digits(&mut take)?.unwrap_or(0);
        let grouping = take(",_");
        let precision = match take(".") {
            Some(_) => Some(
                digits(&mut take)?
                    .ok_or_else(|| type_error("Format specifier missing precision"))?,
            ),
            None => None,
        };
        let kind = chars.get(at).copied();
        if chars.len() > at + 1 {
            return Err(invalid());
        }
        let spec = Spec {
            fill,
            align,
            sign,
            no_negative_zero,
            alternate,
            width,
            grouping,
            precision,
            kind,
        };
        Ok(spec)
    }

    fn number(&self, value: Number) -> Result<String, Error> {
        let text = self.magnitude(value)?;
        let zero = text.bytes().all(|b| matches!(b, b'0' | b'.'));
        let negative = match value {
            Number::Int(value) => value < 0,
            Number::Float(value) => {
                value.is_sign_negative() && !value.is_nan() && !(self.no_negative_zero && zero)
            }
        };
        let sign = match (negative, self.sign) {
            (true, _) => "-",
            (false, Some('+')) => "+",
            (false, Some(' ')) => " ",
            _ => "",
        };
        let prefix = match (self.alternate, self.kind) {
            (true, Some('x')) => "0x",
            (true, Some('X')) => "0X",
            (true, Some('o')) => "0o",
            (true, Some('b')) => "0b",
            _ => "",
        };
        let room = self.width.saturating_sub(sign.len() + prefix.len());
        if self.align == Some('=') && self.fill == '0' && self.grouping.is_some() {
            return Ok(format!("{sign}{prefix}{}", self.group(&text, room)));
        }
        let text = self.group(&text, 0);
        if self.align == Some('=') {
            let missing = room.saturating_sub(text.chars().count());
            let fill: String = std::iter::repeat_n(self.fill, missing).collect();
            return Ok(format!("{sign}{prefix}{fill}{text}"));
        }
        Ok(self.pad(&format!("{sign}{prefix}{text}"), '>'))
    }

    fn magnitude(&self, value: Number) -> Result<String, Error> {
        match value {
            Number::Int(value) if self.is_integer_kind() => self.integer(value),
            value => self.float(value),
        }
    }

    fn is_integer_kind(&self) -> bool {
        matches!(self.kind, None | Some('d' | 'n' | 'x' | 'X' | 'o' | 'b' | 'c'))
    }

    fn integer(&self, value: i128) -> Result<String, Error> {
        if self.precision.is_some() {
            return Err(type_error("Precision not allowed in integer format specifier"));
        }
        if self.no_negative_zero {
            let message = "Negative zero coercion (z) not allowed in integer format specifier";
            return Err(type_error(message));
        }
        let wrong = match (self.grouping, self.kind) {
            (Some(','), Some('x' | 'X' | 'o' | 'b')) | (Some(_), Some('n' | 'c')) => true,
            _ => self.kind == Some('c') && (self.sign.is_some() || self.alternate),
        };
        if wrong {
            return Err(type_error("this flag is not allowed with this format code"));
        }
        let digits = value.unsigned_abs();
        Ok(match self.kind {
            Some('x') => format!("{digits:x}"),
            Some('X') => format!("{digits:X}"),
            Some('o') => format!("{digits:o}"),
            Some('b') => format!("{digits:b}"),
            Some('c') => {
                let code = u32::try_from(value).ok().and_then(char::from_u32);
                code.ok_or_else(|| type_error("%c arg not in range(0x110000)"))?.to_string()
            }
            _ => digits.to_string(),
        })
    }

    fn float(&self, number: Number) -> Result<String, Error> {
        let value = number.float().abs();
        if self.grouping.is_some() && self.kind == Some('n') {
            return Err(type_error("Cannot specify ',' with 'n'."));
        }
        Ok(match (self.kind, self.precision) {
            (Some('%'), precision) => {
                format!("{}%", self.float_text(value * 100.0, 'f', precision))
            }
            (Some(kind @ ('f' | 'F' | 'e' | 'E' | 'g' | 'G')), precision) => {
                self.float_text(value, kind, precision)
            }
            (Some('n'), precision) => self.float_text(value, 'g', precision),
            (None, Some(precision)) => short(value, precision.max(1)),
            (None, None) => python_str(&Value::from(value)),
            (Some(kind), _) => {
                let name = type_name(&number.value());
                let message = format!("Unknown format code '{kind}' for object of type '{name}'");
                return Err(type_error(message));
            }
        })
    }

    fn float_text(&self, value: f64, kind: char, precision: Option<usize>) -> String {
        let text = match (self.alternate, kind) {
            (true, 'g' | 'G') if value.is_finite() => {
                general(value, precision.unwrap_or(6).max(1), true)
            }
            _ => return float_text(value, kind, precision),
        };
        if kind == 'G' { text.to_uppercase() } else { text }
    }

    /// Puts marks between the digits before the point, and zeros in front until there are `width` characters.
    fn group(&self, digits: &str, width: usize) -> String {
        let Some(mark) = self.grouping else {
            return digits.to_owned();
        };
        let radix = matches!(self.kind, Some('x' | 'X' | 'o' | 'b'));
        let size = if radix { 4 } else { 3 };
        let is_digit = |c: char| if radix { c.is_ascii_hexdigit() } else { c.is_ascii_digit() };
        let end = digits.find(|c| !is_digit(c)).unwrap_or(digits.len());
        let (whole, rest) = digits.split_at(end);
        let mut whole = whole.to_owned();
        let grouped = |len: usize| len + len.saturating_sub(1) / size;
        while grouped(whole.len()) + rest.chars().count() < width {
            whole.insert(0, '0');
        }
        let mut out = String::new();
        for (index, c) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(size) {
                out.push(mark);
            }
            out.push(c);
        }
        out + rest
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

    fn text(&self, text: &str) -> Result<String, Error> {
        if let Some(kind) = self.kind.filter(|kind| *kind != 's') {
            let message = format!("Unknown format code '{kind}' for object of type 'str'");
            return Err(type_error(message));
        }
        let zeros = self.align == Some('=') && self.fill != '0';
        let wrong = self.sign.is_some() || self.alternate || self.grouping.is_some();
        if wrong || zeros || self.no_negative_zero {
            return Err(type_error("this flag is not allowed in string format specifier"));
        }
        let cut = self.precision.unwrap_or(usize::MAX);
        let text: String = text.chars().take(cut).collect();
        let left = if self.align == Some('=') {
            Spec { align: Some('<'), ..*self }
        } else {
            Spec { ..*self }
        };
        Ok(left.pad(&text, '<'))
    }
}

/// A float with a precision but no conversion: as short as `g` has it, but always recognisable as a float.
fn short(value: f64, precision: usize) -> String {
    if !value.is_finite() {
        return float_text(value, 'g', None);
    }
    let text = general(value, precision, false);
    if text.contains(['.', 'e']) {
        return text;
    }
    if text.len() >= precision && value != 0.0 {
        let text = scientific(value, precision - 1);
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "+00"));
        let digits = match digits.contains('.') {
            true => digits.trim_end_matches('0').trim_end_matches('.'),
            false => digits,
        };
        return format!("{digits}e{exponent}");
    }
    text + ".0"
}

/// `format(value, spec)` of Python.
pub(super) fn format_value(value: &Value, text: &str) -> Result<String, Error> {
    if text.is_empty() {
        return Ok(python_str(value));
    }
    let spec = Spec::parse(text)?;
    let numeric = matches!(value.kind(), ValueKind::Number | ValueKind::Bool);
    if let Some(number) = number(value).filter(|_| numeric) {
        return spec.number(number);
    }
    match value.as_str() {
        Some(text) => spec.text(text),
        None => {
            let name = type_name(value);
            Err(type_error(format!("unsupported format string passed to {name}.__format__")))
        }
    }
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
