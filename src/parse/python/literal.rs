//! Python literals as JSON: what `ast.literal_eval` takes.

use serde_json::{Map, Number, Value as Json};

use super::Problem;
use super::tokens::Token;
use crate::parse::generic_tests::python_str;

/// The value of the tokens between two commas.
pub(super) fn value(tokens: &[Token]) -> Result<Json, Problem> {
    let problem = || {
        let (start, end) = (tokens.first(), tokens.last());
        let at = start.map_or(0, |t| t.at().start)..end.map_or(0, |t| t.at().end);
        Problem::new(at, "an argument of a dbt function must be a literal")
    };
    match tokens {
        [Token::Text { .. }, ..] => texts(tokens).ok_or_else(problem),
        [Token::Name { text, .. }] => match text.as_str() {
            "True" => Ok(Json::Bool(true)),
            "False" => Ok(Json::Bool(false)),
            "None" => Ok(Json::Null),
            _ => Err(problem()),
        },
        [Token::Number { text, .. }] => number(text, 1).ok_or_else(problem),
        [Token::Sign { sign: sign @ ('-' | '+'), .. }, Token::Number { text, .. }] => {
            number(text, if *sign == '-' { -1 } else { 1 }).ok_or_else(problem)
        }
        [Token::Group { open: '(', inside, .. }] if !is_tuple(inside) => value(inside),
        [Token::Group { open: '(' | '[', inside, .. }] => items(inside),
        [Token::Group { inside, .. }] if inside.is_empty() => Ok(Json::Object(Map::new())),
        [Token::Group { inside, .. }] if inside.iter().any(|token| token.is_sign(':')) => {
            mapping(inside)
        }
        [Token::Group { inside, .. }] => items(inside),
        _ => Err(problem()),
    }
}

/// The parts of a list of tokens between commas; nothing after the last comma is no part.
pub(super) fn parts(tokens: &[Token]) -> impl Iterator<Item = &[Token]> {
    tokens.split(|token| token.is_sign(',')).filter(|part| !part.is_empty())
}

fn is_tuple(inside: &[Token]) -> bool {
    inside.is_empty() || inside.iter().any(|token| token.is_sign(','))
}

fn items(inside: &[Token]) -> Result<Json, Problem> {
    parts(inside).map(value).collect::<Result<_, _>>().map(Json::Array)
}

fn mapping(inside: &[Token]) -> Result<Json, Problem> {
    let mut map = Map::new();
    for part in parts(inside) {
        let colon = part.iter().position(|token| token.is_sign(':')).unwrap_or(part.len());
        let key = value(&part[..colon])?;
        map.insert(python_str(&key), value(part.get(colon + 1..).unwrap_or_default())?);
    }
    Ok(Json::Object(map))
}

/// Texts beside each other are one text.
fn texts(tokens: &[Token]) -> Option<Json> {
    let mut all = String::new();
    for token in tokens {
        match token {
            Token::Text { value, inside: None, .. } => all += value,
            _ => return None,
        }
    }
    Some(Json::String(all))
}

fn number(text: &str, sign: i64) -> Option<Json> {
    let plain = text.replace('_', "");
    let based = |prefix: &str, radix| {
        let digits = plain.to_ascii_lowercase();
        i64::from_str_radix(digits.strip_prefix(prefix)?, radix).ok()
    };
    let whole = based("0x", 16).or_else(|| based("0o", 8)).or_else(|| based("0b", 2));
    if let Some(whole) = whole.or_else(|| plain.parse().ok()) {
        return Some(Json::Number((sign * whole).into()));
    }
    let float: f64 = plain.parse().ok()?;
    Number::from_f64(sign as f64 * float).map(Json::Number)
}
