//! The calls of dbt's functions in a Python file, in the order in which dbt 1.12 finds them.
//!
//! Outside of calls everything is looked at. Among the arguments of a call only those that are calls themselves count,
//! and calls that are items of a list, a tuple, a mapping or an f-string there; then what the call hangs on.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::Problem;
use super::literal::{parts, value};
use super::tokens::Token;

/// A call with literal arguments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// `ref`, `source`, `config`, `get` (of `dbt.config`), `meta_get`.
    pub(super) function: &'static str,
    pub(super) positional: Vec<Json>,
    pub(super) named: Map<String, Json>,
    at: Range<usize>,
}

impl Call {
    pub(super) fn problem(&self, message: &str) -> Problem {
        Problem::new(self.at.clone(), message)
    }
}

const FUNCTIONS: &[(&[&str], &str)] = &[
    (&["dbt", "ref"], "ref"),
    (&["dbt", "source"], "source"),
    (&["dbt", "config"], "config"),
    (&["dbt", "config", "get"], "get"),
    (&["dbt", "config", "meta_get"], "meta_get"),
];

/// Names after which a bracket is no call.
const KEYWORDS: &[&str] = &[
    "and", "as", "assert", "async", "await", "class", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "match", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// All calls of dbt's functions.
pub(super) fn calls(tokens: &[Token]) -> Result<Vec<Call>, Problem> {
    let mut visitor = Visitor { found: Vec::new() };
    visitor.all(tokens)?;
    Ok(visitor.found)
}

struct Visitor {
    found: Vec<Call>,
}

impl Visitor {
    /// Every chain of a list of tokens.
    fn all(&mut self, tokens: &[Token]) -> Result<(), Problem> {
        let mut at = 0;
        while at < tokens.len() {
            match chain(&tokens[at..]) {
                0 => at += 1,
                len => {
                    self.chain(&tokens[at..at + len])?;
                    at += len;
                }
            }
        }
        Ok(())
    }

    /// A chain such as `a.b(c)[d]`, from its end.
    fn chain(&mut self, chain: &[Token]) -> Result<(), Problem> {
        match chain {
            [head @ .., Token::Group { open: '(', inside, .. }] if !head.is_empty() => {
                self.call(head, inside)
            }
            [head @ .., Token::Group { inside, .. }] => {
                self.chain(head)?;
                self.all(inside)
            }
            [head @ .., Token::Sign { .. }, Token::Name { .. }] => self.chain(head),
            [Token::Text { inside: Some(expressions), .. }] => {
                expressions.iter().try_for_each(|expression| self.all(expression))
            }
            _ => Ok(()),
        }
    }

    fn call(&mut self, callee: &[Token], arguments: &[Token]) -> Result<(), Problem> {
        self.dbt_call(callee, arguments)?;
        for argument in parts(arguments) {
            let (_, argument) = named(argument);
            self.argument(argument)?;
        }
        let mut base = callee;
        while let [head @ .., Token::Sign { .. }, Token::Name { .. }] = base {
            base = head;
        }
        match base {
            [head @ .., Token::Group { open: '(', inside, .. }]
                if base.len() < callee.len() && !head.is_empty() =>
            {
                self.call(head, inside)
            }
            _ => Ok(()),
        }
    }

    fn argument(&mut self, argument: &[Token]) -> Result<(), Problem> {
        match argument {
            [Token::Group { open: '(', inside, .. }]
                if !inside.iter().any(|token| token.is_sign(',')) =>
            {
                // Brackets around one value mean nothing.
                self.argument(inside)
            }
            [Token::Group { open: '{', inside, .. }] => {
                let mut values = parts(inside).filter_map(|part| {
                    let colon = part.iter().position(|token| token.is_sign(':'))?;
                    Some(&part[colon + 1..])
                });
                values.try_for_each(|value| self.only_call(value))
            }
            [Token::Group { inside, .. }] => {
                parts(inside).try_for_each(|item| self.only_call(item))
            }
            [Token::Text { inside: Some(expressions), .. }] => {
                expressions.iter().try_for_each(|expression| self.only_call(expression))
            }
            other => self.only_call(other),
        }
    }

    /// The tokens when they are one call and nothing else.
    fn only_call(&mut self, tokens: &[Token]) -> Result<(), Problem> {
        match tokens {
            [head @ .., Token::Group { open: '(', inside, .. }]
                if !head.is_empty() && chain(tokens) == tokens.len() =>
            {
                self.call(head, inside)
            }
            _ => Ok(()),
        }
    }

    fn dbt_call(&mut self, callee: &[Token], arguments: &[Token]) -> Result<(), Problem> {
        let names: Vec<&str> = callee.iter().filter_map(name).collect();
        let is_path = callee.len() == names.len() * 2 - usize::from(!names.is_empty());
        let known = FUNCTIONS.iter().find(|(path, _)| is_path && *path == names.as_slice());
        let Some((_, function)) = known else { return Ok(()) };
        let mut call = Call {
            function,
            positional: Vec::new(),
            named: Map::new(),
            at: callee[0].at().start..callee[callee.len() - 1].at().end,
        };
        for argument in parts(arguments) {
            match named(argument) {
                (Some(name), argument) => {
                    call.named.insert(name.to_owned(), value(argument)?);
                }
                (None, argument) => call.positional.push(value(argument)?),
            }
        }
        self.found.push(call);
        Ok(())
    }
}

fn name(token: &Token) -> Option<&str> {
    match token {
        Token::Name { text, .. } => Some(text),
        _ => None,
    }
}

/// Name and value of `name=value`.
fn named(argument: &[Token]) -> (Option<&str>, &[Token]) {
    match argument {
        [Token::Name { text, .. }, Token::Sign { sign: '=', .. }, value @ ..]
            if !value.first().is_some_and(|token| token.is_sign('=')) =>
        {
            (Some(text), value)
        }
        other => (None, other),
    }
}

/// How many tokens the chain has that begins here; 0 when none does.
fn chain(tokens: &[Token]) -> usize {
    let mut len = match tokens.first() {
        Some(Token::Name { text, .. }) if KEYWORDS.contains(&text.as_str()) => return 0,
        Some(Token::Name { .. } | Token::Group { .. }) => 1,
        // Texts beside each other are one text.
        Some(Token::Text { inside, .. }) => match tokens.get(1) {
            Some(Token::Text { .. }) if inside.is_none() => return 0,
            _ => 1,
        },
        _ => return 0,
    };
    loop {
        match &tokens[len..] {
            [Token::Sign { sign: '.', .. }, Token::Name { .. }, ..] => len += 2,
            [Token::Group { open: '(' | '[', .. }, ..] => len += 1,
            _ => return len,
        }
    }
}
