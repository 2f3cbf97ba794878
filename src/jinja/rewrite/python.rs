//! `ast.literal_eval` of Python: text that spells a literal becomes its value.

use minijinja::value::Value;

use super::lexer::{self, Kind, Token};
use super::literals;
use crate::jinja::values::{dict, list, none, set, tuple};

/// The value a text spells, if it is a Python literal.
pub(crate) fn literal_value(text: &str) -> Option<Value> {
    let mut tokens = Vec::new();
    let mut pos = text.len() - text.trim_start().len();
    while pos < text.trim_end().len() {
        let token = lexer::lex_token(text, pos).ok()?;
        pos = token.end + text[token.end..].len() - text[token.end..].trim_start().len();
        tokens.push(token);
    }
    let mut reader = Reader { text, tokens, pos: 0, depth: 0 };
    let value = reader.tuple(None)?;
    (reader.pos == reader.tokens.len()).then_some(value)
}

struct Reader<'s> {
    text: &'s str,
    tokens: Vec<Token>,
    pos: usize,
    depth: usize,
}

impl Reader<'_> {
    fn skip(&mut self, op: &str) -> bool {
        let found =
            self.tokens.get(self.pos).is_some_and(|t| matches!(t.kind, Kind::Op(o) if o == op));
        self.pos += found as usize;
        found
    }

    /// Items up to a closing bracket or the end; one item without a comma is itself.
    fn tuple(&mut self, close: Option<&str>) -> Option<Value> {
        let mut items = Vec::new();
        let mut comma = false;
        while self.pos < self.tokens.len() && !close.is_some_and(|close| self.skip(close)) {
            if !items.is_empty() && !comma {
                return None;
            }
            items.push(self.value()?);
            comma = self.skip(",");
        }
        match items.len() {
            0 if close.is_none() => None,
            1 if !comma => items.pop(),
            _ => Some(tuple(items)),
        }
    }

    fn items(&mut self, close: &str) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        while !self.skip(close) {
            items.push(self.value()?);
            if !self.skip(",") {
                return self.skip(close).then_some(items);
            }
        }
        Some(items)
    }

    fn value(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        let token = *self.tokens.get(self.pos)?;
        self.pos += 1;
        let text = &self.text[token.start..token.end];
        let value = match token.kind {
            Kind::Int
                if text.len() > 1
                    && text.starts_with('0')
                    && text.bytes().any(|b| b != b'0' && b != b'_')
                    && text.bytes().all(|b| b.is_ascii_digit()) =>
            {
                None
            }
            Kind::Int => {
                literals::number(text).ok()?.parse::<i128>().ok().map(crate::jinja::values::int)
            }
            Kind::Float => text.replace('_', "").parse::<f64>().ok().map(Value::from),
            Kind::Str => self.string(text),
            Kind::Name => match text {
                "True" => Some(Value::from(true)),
                "False" => Some(Value::from(false)),
                "None" => Some(none()),
                _ => None,
            },
            Kind::Op("-") => self.value().and_then(negated),
            Kind::Op("+") => self.value().filter(Value::is_number),
            Kind::Op("(") => self.tuple(Some(")")),
            Kind::Op("[") => self.items("]").map(list),
            Kind::Op("{") => self.braces(),
            _ => None,
        };
        self.depth -= 1;
        value
    }

    fn string(&mut self, first: &str) -> Option<Value> {
        let mut text = literals::decode(first);
        while let Some(token) = self.tokens.get(self.pos).filter(|token| token.kind == Kind::Str) {
            text.push_str(&literals::decode(&self.text[token.start..token.end]));
            self.pos += 1;
        }
        Some(Value::from(text))
    }

    fn braces(&mut self) -> Option<Value> {
        let mut pairs = Vec::new();
        let mut items = Vec::new();
        while !self.skip("}") {
            let key = self.value()?;
            if self.skip(":") {
                pairs.push((key, self.value()?));
            } else {
                items.push(key);
            }
            if !self.skip(",") {
                if self.skip("}") {
                    break;
                }
                return None;
            }
        }
        match (pairs.is_empty(), items.is_empty()) {
            (_, true) => Some(dict(pairs)),
            (true, false) => set(items).ok(),
            _ => None,
        }
    }
}

fn negated(value: Value) -> Option<Value> {
    match i128::try_from(value.clone()) {
        Ok(whole) if value.is_integer() => Some(crate::jinja::values::int(-whole)),
        _ if value.is_number() => f64::try_from(value).ok().map(|value| Value::from(-value)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_literals_have_a_value() {
        let show =
            |text| literal_value(text).map(|value| crate::jinja::values::python_repr(&value));
        assert_eq!(
            show("[1, 'a', (2,), {'k': -1.5}]").as_deref(),
            Some("[1, 'a', (2,), {'k': -1.5}]")
        );
        assert_eq!(show("1, 2").as_deref(), Some("(1, 2)"));
        assert_eq!(show("0042"), None);
        assert_eq!(show("true"), None);
        assert_eq!(show("a b"), None);
    }
}
