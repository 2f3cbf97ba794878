//! Python's `str.format`.

use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::spec::format_value;
use crate::jinja::values::{python_repr, python_str, type_error};

/// Fills the fields `{}`, `{0}`, `{name.attr[key]!r:spec}` of a text.
pub(crate) fn format_str(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (positional, keywords) = match args.split_last() {
        Some((last, rest)) if last.is_kwargs() => (rest, Some(Kwargs::try_from(last.clone())?)),
        _ => (args, None),
    };
    let mut fields = Fields { positional, keywords, automatic: 0 };
    fields.fill(text).map(Value::from)
}

struct Fields<'a> {
    positional: &'a [Value],
    keywords: Option<Kwargs>,
    automatic: usize,
}

impl Fields<'_> {
    fn fill(&mut self, text: &str) -> Result<String, Error> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            out.push_str(&rest[..at]);
            let brace = &rest[at..at + 1];
            let after = &rest[at + 1..];
            if let Some(escaped) = after.strip_prefix(brace) {
                out.push_str(brace);
                rest = escaped;
                continue;
            }
            if brace == "}" {
                return Err(type_error("Single '}' encountered in format string"));
            }
            let end =
                field_end(after).ok_or_else(|| type_error("expected '}' before end of string"))?;
            out.push_str(&self.field(&after[..end])?);
            rest = &after[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn field(&mut self, field: &str) -> Result<String, Error> {
        let (reference, spec) = field.split_once(':').unwrap_or((field, ""));
        let (reference, conversion) = reference.split_once('!').unwrap_or((reference, ""));
        let value = self.lookup(reference)?;
        let spec = if spec.contains('{') { self.fill(spec)? } else { spec.to_owned() };
        match conversion {
            "r" => format_value(&Value::from(python_repr(&value)), &spec),
            "s" => format_value(&Value::from(python_str(&value)), &spec),
            _ => format_value(&value, &spec),
        }
    }

    fn lookup(&mut self, reference: &str) -> Result<Value, Error> {
        let end = reference.find(['.', '[']).unwrap_or(reference.len());
        let mut value = self.argument(&reference[..end])?;
        let mut rest = &reference[end..];
        while !rest.is_empty() {
            let key;
            if let Some(attribute) = rest.strip_prefix('.') {
                let end = attribute.find(['.', '[']).unwrap_or(attribute.len());
                (key, rest) = (Value::from(&attribute[..end]), &attribute[end..]);
            } else {
                let close =
                    rest.find(']').ok_or_else(|| type_error("missing ']' in format string"))?;
                let index = &rest[1..close];
                key = index.parse::<i64>().map_or_else(|_| Value::from(index), Value::from);
                rest = &rest[close + 1..];
            }
            value = value.get_item(&key)?;
        }
        Ok(value)
    }

    fn argument(&mut self, name: &str) -> Result<Value, Error> {
        let index = if name.is_empty() {
            self.automatic += 1;
            Some(self.automatic - 1)
        } else {
            name.parse().ok()
        };
        match (index, &self.keywords) {
            (Some(index), _) => self.positional.get(index).cloned().ok_or_else(|| {
                type_error(format!(
                    "Replacement index {index} out of range for positional args tuple"
                ))
            }),
            (None, Some(keywords)) if keywords.has(name) => keywords.peek(name),
            _ => Err(type_error(format!("key '{name}' is missing"))),
        }
    }
}

/// Where a field ends; a specification may hold fields of its own.
fn field_end(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_positional_nested_and_escaped_fields() {
        let args = [Value::from("a"), Value::from(vec![1, 2]), Value::from(5)];
        let text = format_str("{} {1[1]} {{x}} {2:>{2}}", &args).expect("formats");
        assert_eq!(text.to_string(), "a 2 {x}     5");
    }
}
