//! `str()` and `repr()` of Python.

use std::cell::RefCell;
use std::fmt::Write;

use minijinja::value::{Value, ValueKind};

use super::{Dict, Lax, List, Set};

/// What `{{ value }}` prints.
pub fn python_str(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None if super::is_undefined(value) => String::new(),
        None => match scalar(value) {
            Some(text) => text,
            None if is_container(value) => python_repr(value),
            None => value.to_string(),
        },
    }
}

/// What a value prints as inside of a list: strings quoted.
pub fn python_repr(value: &Value) -> String {
    let mut out = String::new();
    write_repr(&mut out, value);
    out
}

fn is_container(value: &Value) -> bool {
    value.is_tuple()
        || value.downcast_object_ref::<List>().is_some()
        || value.downcast_object_ref::<Dict>().is_some()
        || value.downcast_object_ref::<Set>().is_some()
        || value.downcast_object_ref::<Vec<Value>>().is_some()
        || value.is_kwargs()
}

fn scalar(value: &Value) -> Option<String> {
    match value.kind() {
        ValueKind::None => Some("None".to_owned()),
        ValueKind::Bool => Some(if value.is_true() { "True" } else { "False" }.to_owned()),
        ValueKind::Number if value.is_integer() => Some(value.to_string()),
        ValueKind::Number => f64::try_from(value.clone()).ok().map(float),
        ValueKind::Undefined => Some("Undefined".to_owned()),
        ValueKind::Bytes => value.as_bytes().map(bytes),
        _ => None,
    }
}

/// `b'…'`
fn bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for byte in bytes {
        let _ = match byte {
            b'\n' => write!(out, "\\n"),
            b'\r' => write!(out, "\\r"),
            b'\t' => write!(out, "\\t"),
            b'\\' => write!(out, "\\\\"),
            byte if char::from(*byte) == quote => write!(out, "\\{quote}"),
            b' '..=b'~' => write!(out, "{}", char::from(*byte)),
            byte => write!(out, "\\x{byte:02x}"),
        };
    }
    out.push(quote);
    out
}

fn write_repr(out: &mut String, value: &Value) {
    if let Some(text) = value.as_str() {
        return push_repr(out, text);
    }
    if let Some(text) = scalar(value) {
        return out.push_str(&text);
    }
    if value.downcast_object_ref::<Lax>().is_some() {
        return out.push_str("Undefined");
    }
    if !is_container(value) {
        return write_foreign(out, value);
    }
    let address = address(value);
    if !enter(address) {
        let dots = if value.downcast_object_ref::<Dict>().is_some() { "{...}" } else { "[...]" };
        return out.push_str(dots);
    }
    write_container(out, value);
    leave();
}

/// An object of another room prints itself; it may give Python's `repr` as its item `__repr__`.
fn write_foreign(out: &mut String, value: &Value) {
    match value.get_attr("__repr__") {
        Ok(repr) if repr.as_str().is_some() => out.push_str(repr.as_str().unwrap_or_default()),
        _ => {
            let _ = write!(out, "{value}");
        }
    }
}

fn write_container(out: &mut String, value: &Value) {
    if let Some(dict) = value.downcast_object_ref::<Dict>() {
        write_pairs(out, dict.pairs());
    } else if value.is_kwargs() {
        let keys: Vec<Value> = value.try_iter().into_iter().flatten().collect();
        let pairs =
            keys.into_iter().map(|key| (key.clone(), value.get_item(&key).unwrap_or_default()));
        write_pairs(out, pairs.collect());
    } else if let Some(set) = value.downcast_object_ref::<Set>() {
        match set.snapshot() {
            items if items.is_empty() => out.push_str("set()"),
            items => write_items(out, "{", &items, "}"),
        }
    } else {
        let items: Vec<Value> = value.try_iter().into_iter().flatten().collect();
        match (value.is_tuple(), items.len()) {
            (true, 1) => write_items(out, "(", &items, ",)"),
            (true, _) => write_items(out, "(", &items, ")"),
            (false, _) => write_items(out, "[", &items, "]"),
        }
    }
}

fn write_items(out: &mut String, open: &str, items: &[Value], close: &str) {
    out.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_repr(out, item);
    }
    out.push_str(close);
}

fn write_pairs(out: &mut String, pairs: Vec<(Value, Value)>) {
    out.push('{');
    for (index, (key, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        write_repr(out, key);
        out.push_str(": ");
        write_repr(out, value);
    }
    out.push('}');
}

/// Python prefers single quotes and escapes what is not printable.
/// Adds `repr()` of a text.
pub(crate) fn push_repr(out: &mut String, text: &str) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    // Most texts need no escape at all.
    if text.bytes().all(|b| matches!(b, b' '..=b'~') && b != b'\\' && b != quote as u8) {
        out.push_str(text);
        out.push(quote);
        return;
    }
    for c in text.chars() {
        let _ = match c {
            '\\' => write!(out, "\\\\"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            c if c == quote => write!(out, "\\{c}"),
            c if printable(c) => {
                out.push(c);
                Ok(())
            }
            c if (c as u32) < 0x100 => write!(out, "\\x{:02x}", c as u32),
            c if (c as u32) < 0x10000 => write!(out, "\\u{:04x}", c as u32),
            c => write!(out, "\\U{:08x}", c as u32),
        };
    }
    out.push(quote);
}

pub(crate) fn printable(c: char) -> bool {
    let invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}');
    c == ' ' || !(c.is_control() || c.is_whitespace() || invisible)
}

/// The shortest text that reads back as the same float, in Python's form.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let scientific = nearest(value);
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if value != 0.0 && !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = scientific_to_plain(digits, exponent);
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

/// The shortest digits that read back as `value`; of several the nearest, and of two that are as near the even one.
fn nearest(value: f64) -> String {
    let shortest = format!("{value:e}");
    let digits = shortest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
    let exact = format!("{value:.*e}", digits.saturating_sub(1));
    if exact.parse() == Ok(value) { exact } else { shortest }
}

/// `1.25`, 3 is `1250`.
fn scientific_to_plain(digits: &str, exponent: i32) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let digits = digits.replace('.', "");
    let point = exponent + 1;
    match usize::try_from(point) {
        Ok(point) if point > 0 && digits.len() > point => {
            format!("{sign}{}.{}", &digits[..point], &digits[point..])
        }
        Ok(point) if point > 0 => format!("{sign}{digits}{}", "0".repeat(point - digits.len())),
        _ => format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
    }
}

/// Where a container lives; two values that share it are the same container.
fn address(value: &Value) -> usize {
    let list = value.downcast_object_ref::<List>().map(|list| std::ptr::from_ref(list).addr());
    let dict = || value.downcast_object_ref::<Dict>().map(|dict| std::ptr::from_ref(dict).addr());
    // Anything else cannot contain itself but through one of these.
    list.or_else(dict).unwrap_or_else(|| std::ptr::from_ref(value).addr())
}

thread_local! {
    /// Containers that are being printed on this thread, outermost first.
    static PRINTING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

fn enter(address: usize) -> bool {
    PRINTING.with_borrow_mut(|stack| {
        let new = !stack.contains(&address);
        if new {
            stack.push(address);
        }
        new
    })
}

fn leave() {
    PRINTING.with_borrow_mut(|stack| stack.pop());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jinja::values::{dict, list, none, set, tuple};

    #[test]
    fn floats_print_as_in_python() {
        let shown =
            [1.0, 1e16, 1.5e-7, 1e15, 0.0001, 0.00001, -0.0, 123_456_789.123_456_79].map(float);
        let expected = [
            "1.0",
            "1e+16",
            "1.5e-07",
            "1000000000000000.0",
            "0.0001",
            "1e-05",
            "-0.0",
            "123456789.12345679",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn containers_nest() {
        let inner = dict([("a", list(vec![Value::from("it's"), none(), Value::from(1.0)]))]);
        let value = tuple(vec![inner]);
        assert_eq!(python_str(&value), "({'a': [\"it's\", None, 1.0]},)");
        assert_eq!(python_str(&set(vec![]).expect("set")), "set()");
        assert_eq!(python_str(&Value::from("a'b\"")), "a'b\"");
        assert_eq!(python_repr(&Value::from("a'b\"\u{1}")), "'a\\'b\"\\x01'");
    }

    #[test]
    fn a_list_may_contain_itself() {
        let value = list(vec![Value::from(1)]);
        value.downcast_object_ref::<List>().expect("list").push(value.clone());
        assert_eq!(python_str(&value), "[1, [...]]");
    }
}
