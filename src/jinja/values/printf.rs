//! Python's `format % args`.

use minijinja::Error;
use minijinja::value::{Value, ValueKind};

use super::types::{Number, number};
use super::{elements, python_repr, python_str, type_error, type_name};
use crate::jinja::methods;

/// Formats as the `%` operator of Python's strings does.
pub(crate) fn printf(format: &str, args: &Value) -> Result<Value, Error> {
    let mut out = String::new();
    let mut rest = format;
    let mut arguments =
        if args.is_tuple() { elements(args)? } else { vec![args.clone()] }.into_iter();
    let mut by_name = false;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let (spec, after) = Spec::parse(&rest[at + 1..])?;
        rest = after;
        if spec.conversion == '%' {
            out.push('%');
            continue;
        }
        let spec = spec.resolve_stars(&mut arguments)?;
        let value = match &spec.key {
            Some(key) => {
                by_name = true;
                let value = args.get_item(&Value::from(key.as_str()))?;
                if value.is_undefined() {
                    return Err(type_error(format!("key '{key}' is not in the dict")));
                }
                value
            }
            None => next(&mut arguments)?,
        };
        out.push_str(&spec.format(&value)?);
    }
    out.push_str(rest);
    let subscripted = matches!(args.kind(), ValueKind::Map | ValueKind::Seq | ValueKind::Undefined);
    let unused = arguments.next().is_some() && !by_name && (args.is_tuple() || !subscripted);
    if unused {
        return Err(type_error("not all arguments converted during string formatting"));
    }
    Ok(Value::from(out))
}

fn next(arguments: &mut impl Iterator<Item = Value>) -> Result<Value, Error> {
    arguments.next().ok_or_else(|| type_error("not enough arguments for format string"))
}

/// One `%(key)-05.2f`.
#[derive(Debug, Default)]
struct Spec {
    key: Option<String>,
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    alternate: bool,
    width: Option<usize>,
    width_star: bool,
    precision: Option<usize>,
    precision_star: bool,
    conversion: char,
}

impl Spec {
    fn parse(text: &str) -> Result<(Self, &str), Error> {
        let mut spec = Spec::default();
        let mut rest = text;
        if let Some(keyed) = rest.strip_prefix('(') {
            let end = keyed.find(')').ok_or_else(|| type_error("incomplete format key"))?;
            spec.key = Some(keyed[..end].to_owned());
            rest = &keyed[end + 1..];
        }
        while let Some(flag) = rest.chars().next().filter(|c| "-+ 0#".contains(*c)) {
            match flag {
                '-' => spec.minus = true,
                '+' => spec.plus = true,
                ' ' => spec.space = true,
                '0' => spec.zero = true,
                _ => spec.alternate = true,
            }
            rest = &rest[1..];
        }
        (spec.width, spec.width_star, rest) = count(rest)?;
        if let Some(precise) = rest.strip_prefix('.') {
            (spec.precision, spec.precision_star, rest) = count(precise)?;
            spec.precision = spec.precision.or(Some(0));
        }
        rest = rest.trim_start_matches(['l', 'h', 'L']);
        let conversion = rest.chars().next().ok_or_else(|| type_error("incomplete format"))?;
        spec.conversion = conversion;
        Ok((spec, &rest[conversion.len_utf8()..]))
    }

    fn resolve_stars(mut self, arguments: &mut impl Iterator<Item = Value>) -> Result<Self, Error> {
        if self.width_star {
            let width = i64::try_from(next(arguments)?)?;
            self.minus |= width < 0;
            self.width = Some(checked(width.unsigned_abs() as usize)?);
        }
        if self.precision_star {
            self.precision = Some(checked(i64::try_from(next(arguments)?)?.max(0) as usize)?);
        }
        Ok(self)
    }

    fn format(&self, value: &Value) -> Result<String, Error> {
        let cut = |text: String| match self.precision {
            Some(precision) => text.chars().take(precision).collect(),
            None => text,
        };
        match self.conversion {
            's' => Ok(self.pad(cut(python_str(value)), false)),
            'r' | 'a' => Ok(self.pad(cut(python_repr(value)), false)),
            'c' => self.character(value).map(|c| self.pad(c.to_string(), false)),
            'd' | 'i' | 'u' => {
                let number = self.number(value)?;
                let whole = match number {
                    Number::Int(value) => value,
                    Number::Float(value) => value.trunc() as i128,
                };
                let digits = whole.unsigned_abs().to_string();
                Ok(self.signed(whole < 0, self.lengthened(digits)))
            }
            'x' | 'X' | 'o' => self.radix(value),
            'f' | 'F' | 'e' | 'E' | 'g' | 'G' => {
                let value = self.number(value)?.float();
                let precision = self.precision.unwrap_or(6).clamp(1, 1000);
                let text = match self.conversion {
                    'g' if self.alternate => methods::general(value.abs(), precision, true),
                    other => methods::float_text(value.abs(), other, self.precision),
                };
                Ok(self.signed(value.is_sign_negative(), text))
            }
            other => Err(type_error(format!("unsupported format character '{other}'"))),
        }
    }

    fn number(&self, value: &Value) -> Result<Number, Error> {
        number(value).ok_or_else(|| {
            let (conversion, name) = (self.conversion, type_name(value));
            type_error(format!("%{conversion} format: a real number is required, not {name}"))
        })
    }

    fn radix(&self, value: &Value) -> Result<String, Error> {
        let Number::Int(whole) = self.number(value)? else {
            let (conversion, name) = (self.conversion, type_name(value));
            return Err(type_error(format!(
                "%{conversion} format: an integer is required, not {name}"
            )));
        };
        let digits = whole.unsigned_abs();
        let (prefix, text) = match self.conversion {
            'x' => ("0x", format!("{digits:x}")),
            'X' => ("0X", format!("{digits:X}")),
            _ => ("0o", format!("{digits:o}")),
        };
        let prefix = if self.alternate { prefix } else { "" };
        let text = self.lengthened(text);
        Ok(self.signed(whole < 0, format!("{prefix}{text}")))
    }

    /// The precision of an integer is its least number of digits.
    fn lengthened(&self, digits: String) -> String {
        let missing = self.precision.unwrap_or(0).saturating_sub(digits.len());
        format!("{}{digits}", "0".repeat(missing))
    }

    fn character(&self, value: &Value) -> Result<char, Error> {
        if let Some(text) = value.as_str() {
            let mut chars = text.chars();
            if let (Some(c), None) = (chars.next(), chars.next()) {
                return Ok(c);
            }
        } else if let Some(Number::Int(code)) = number(value) {
            let code = u32::try_from(code).ok().and_then(char::from_u32);
            return code.ok_or_else(|| type_error("%c arg not in range(0x110000)"));
        }
        Err(type_error("%c requires int or char"))
    }

    fn signed(&self, negative: bool, digits: String) -> String {
        let sign = match (negative, self.plus, self.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        match self.width {
            Some(width) if self.zero && !self.minus => {
                let fill = width.saturating_sub(sign.len() + digits.len());
                format!("{sign}{}{digits}", "0".repeat(fill))
            }
            _ => self.pad(format!("{sign}{digits}"), true),
        }
    }

    fn pad(&self, text: String, _number: bool) -> String {
        let fill = " ".repeat(self.width.unwrap_or(0).saturating_sub(text.chars().count()));
        if self.minus { format!("{text}{fill}") } else { format!("{fill}{text}") }
    }
}

/// Reads digits or a star.
fn count(text: &str) -> Result<(Option<usize>, bool, &str), Error> {
    if let Some(rest) = text.strip_prefix('*') {
        return Ok((None, true, rest));
    }
    let len = text.bytes().take_while(u8::is_ascii_digit).count();
    if len == 0 {
        return Ok((None, false, text));
    }
    let number = checked(text[..len].parse().unwrap_or(usize::MAX))?;
    Ok((Some(number), false, &text[len..]))
}

/// Refuses fields that no text needs.
fn checked(width: usize) -> Result<usize, Error> {
    match width {
        0..=methods::MAX_WIDTH => Ok(width),
        _ => Err(type_error("width too big")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jinja::values::{dict, tuple};

    fn show(format: &str, args: Value) -> String {
        printf(format, &args).map_or_else(|error| error.to_string(), |value| value.to_string())
    }

    #[test]
    fn formats_as_python_does() {
        let args = tuple(vec![Value::from(5), Value::from("x"), Value::from(2.5)]);
        assert_eq!(show("%03d|%-3s|%6.2f|100%%", args), "005|x  |  2.50|100%");
        assert_eq!(show("%(a)s-%(a)r", dict([("a", "b")])), "b-'b'");
        assert_eq!(show("%s", Value::from(())), "None");
        assert_eq!(show("%x %o", tuple(vec![Value::from(255), Value::from(8)])), "ff 10");
    }

    #[test]
    fn wrong_counts_are_errors() {
        assert!(show("%s %s", Value::from(1)).contains("not enough arguments"));
        assert!(show("x", Value::from(1)).contains("not all arguments"));
    }
}
