//! Filters about numbers.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::values::{
    Args, Number, decimal, int, is_undefined, number, type_error, type_name, undefined,
};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("abs", abs),
    ("round", round),
    ("int", to_int),
    ("float", to_float),
    ("filesizeformat", file_size),
];

fn abs(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    if let Some(decimal) = decimal(value) {
        return Ok(Value::from_object(decimal.abs()));
    }
    match number(value) {
        Some(Number::Int(value)) => Ok(int(value.abs())),
        Some(Number::Float(value)) => Ok(Value::from(value.abs())),
        None => Err(type_error(format!("bad operand type for abs(): '{}'", type_name(value)))),
    }
}

/// The result is a float, whatever goes in; `common` rounds half to even as Python does.
fn round(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("round", args)?;
    let precision = args.int(0, "precision")?.unwrap_or(0);
    let method =
        args.get(1, "method").map_or_else(|| "common".to_owned(), |method| method.to_string());
    let Some(number) = number(value) else {
        let name = type_name(value);
        return Err(type_error(format!("type {name} doesn't define __round__ method")));
    };
    let factor = 10f64.powi(precision as i32);
    let float = number.float();
    let rounded = match (method.as_str(), number) {
        ("common", Number::Int(value)) if precision >= 0 => return Ok(int(value)),
        ("common", _) if precision >= 0 => {
            // The decimal text of a float is exact, so its rounding is too.
            format!("{float:.*}", precision as usize).parse().unwrap_or(float)
        }
        ("common", Number::Int(_)) => {
            return Ok(int(((float * factor).round_ties_even() / factor) as i128));
        }
        ("common", _) => (float * factor).round_ties_even() / factor,
        // Python rounds to an integer first, which has no negative zero.
        ("ceil", _) => ((float * factor).ceil() + 0.0) / factor,
        ("floor", _) => ((float * factor).floor() + 0.0) / factor,
        _ => return Err(type_error("method must be common, ceil or floor")),
    };
    Ok(Value::from(rounded))
}

fn to_int(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("int", args)?;
    let default = args.get(0, "default").unwrap_or_else(|| Value::from(0));
    let base = args.int(1, "base")?.unwrap_or(10);
    if value.is_undefined() {
        return Err(undefined());
    }
    if let Some(text) = value.as_str() {
        let text = text.trim().replace('_', "");
        let digits = match base {
            16 => text.trim_start_matches("0x").trim_start_matches("0X"),
            8 => text.trim_start_matches("0o").trim_start_matches("0O"),
            2 => text.trim_start_matches("0b").trim_start_matches("0B"),
            _ => &text,
        };
        if let Ok(whole) = i128::from_str_radix(digits, base.clamp(2, 36) as u32) {
            return Ok(int(whole));
        }
        let whole = parse_float(&text).filter(|value| value.is_finite());
        return whole.map_or(Ok(default), truncated);
    }
    match number(value) {
        Some(Number::Int(value)) => Ok(int(value)),
        Some(Number::Float(value)) if value.is_finite() => truncated(value),
        Some(Number::Float(value)) if value.is_infinite() => {
            Err(type_error("cannot convert float infinity to integer"))
        }
        _ => Ok(default),
    }
}

/// The whole part of a float.
fn truncated(value: f64) -> Result<Value, Error> {
    match value.abs() < i128::MAX as f64 {
        true => Ok(int(value as i128)),
        false => Err(type_error("the result is an integer of more than 128 bits")),
    }
}

fn parse_float(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

fn to_float(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let default = Args::new("float", args)?.get(0, "default").unwrap_or_else(|| Value::from(0.0));
    let parsed = match value.as_str() {
        _ if value.is_undefined() => return Err(undefined()),
        Some(text) => parse_float(text),
        None if is_undefined(value) || value.kind() == ValueKind::None => None,
        None => number(value).map(Number::float),
    };
    Ok(parsed.map_or(default, Value::from))
}

fn file_size(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let binary = Args::new("filesizeformat", args)?.flag(0, "binary", false);
    let bytes = match value.as_str() {
        _ if value.is_undefined() => return Err(undefined()),
        Some(text) => parse_float(text),
        None => number(value).map(Number::float),
    };
    let bytes = bytes.ok_or_else(|| {
        type_error(format!("could not convert '{}' object to float", type_name(value)))
    })?;
    let base: f64 = if binary { 1024.0 } else { 1000.0 };
    if bytes == 1.0 {
        return Ok(Value::from("1 Byte"));
    }
    if bytes < base {
        return Ok(Value::from(format!("{} Bytes", bytes as i64)));
    }
    let units = ["k", "M", "G", "T", "P", "E", "Z", "Y"];
    let power =
        (1..=units.len()).find(|power| bytes < base.powi(*power as i32 + 1)).unwrap_or(units.len());
    let unit = if binary {
        format!("{}iB", units[power - 1].to_uppercase())
    } else {
        format!("{}B", units[power - 1])
    };
    Ok(Value::from(format!("{:.1} {unit}", bytes / base.powi(power as i32))))
}
