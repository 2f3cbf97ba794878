//! Python's tokens, with brackets as trees.

use std::ops::Range;

use super::Problem;

/// The deepest nesting of brackets.
const MAX_DEPTH: usize = 200;

/// A token, or all tokens between two brackets.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A new statement begins here, this far from the margin.
    Line { indent: usize },
    /// A name or a keyword.
    Name { text: String, at: Range<usize> },
    /// A number as written.
    Number { text: String, at: Range<usize> },
    /// A text, escapes resolved; of an f-string the expressions in it, and no text.
    Text { value: String, inside: Option<Vec<Vec<Token>>>, at: Range<usize> },
    /// `(…)`, `[…]`, `{…}`
    Group { open: char, inside: Vec<Token>, at: Range<usize> },
    /// Anything else, one character.
    Sign { sign: char, at: usize },
}

impl Token {
    pub(super) fn is_sign(&self, wanted: char) -> bool {
        matches!(self, Token::Sign { sign, .. } if *sign == wanted)
    }

    pub(super) fn at(&self) -> Range<usize> {
        match self {
            Token::Line { .. } => 0..0,
            Token::Name { at, .. }
            | Token::Number { at, .. }
            | Token::Text { at, .. }
            | Token::Group { at, .. } => at.clone(),
            Token::Sign { at, sign } => *at..*at + sign.len_utf8(),
        }
    }
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut lexer = Lexer { text, at: 0, depth: 0 };
    let mut out = Vec::new();
    lexer.line(&mut out);
    lexer.until(None, &mut out)?;
    Ok(out)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Notes where the next statement begins; empty lines and comments are none.
    fn line(&mut self, out: &mut Vec<Token>) {
        loop {
            let blank =
                self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\u{c}']).len();
            self.at += blank;
            if self.rest().starts_with('#') {
                self.comment();
            }
            match self.peek() {
                Some('\n' | '\r') => self.at += 1,
                Some(_) => {
                    out.push(Token::Line { indent: blank });
                    return;
                }
                None => return,
            }
        }
    }

    fn comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    /// Reads up to the closing bracket, or the end of the text.
    fn until(&mut self, close: Option<char>, out: &mut Vec<Token>) -> Result<(), Problem> {
        while let Some(c) = self.peek() {
            match c {
                '\n' if close.is_none() => {
                    self.at += 1;
                    self.line(out);
                }
                c if c.is_whitespace() => self.at += c.len_utf8(),
                '#' => self.comment(),
                // A line goes on after a backslash.
                '\\' => self.at += 1 + usize::from(self.rest()[1..].starts_with('\n')),
                '(' | '[' | '{' => out.push(self.group(c)?),
                ')' | ']' | '}' if Some(c) == close => {
                    self.at += 1;
                    return Ok(());
                }
                ')' | ']' | '}' => {
                    return Err(Problem::new(self.at..self.at + 1, format!("unexpected `{c}`")));
                }
                c => out.push(self.plain(c)?),
            }
        }
        match close {
            Some(close) => {
                let end = self.text.len();
                let message = format!("a `{close}` is missing");
                Err(Problem::new(end.saturating_sub(1)..end, message))
            }
            None => Ok(()),
        }
    }

    fn group(&mut self, open: char) -> Result<Token, Problem> {
        let start = self.at;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Problem::new(start..start + 1, "brackets are nested too deeply"));
        }
        self.at += 1;
        let close = match open {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        let mut inside = Vec::new();
        self.until(Some(close), &mut inside)?;
        self.depth -= 1;
        Ok(Token::Group { open, inside, at: start..self.at })
    }

    fn plain(&mut self, c: char) -> Result<Token, Problem> {
        let start = self.at;
        if let Some((prefix, quote)) = self.text_start() {
            return self.string(prefix, quote);
        }
        let starts_number = |c: char| c.is_ascii_digit();
        let dotted = c == '.' && self.rest()[1..].starts_with(starts_number);
        if c.is_alphabetic() || c == '_' {
            let text = self.take(|c| c.is_alphanumeric() || c == '_');
            return Ok(Token::Name { text, at: start..self.at });
        }
        if starts_number(c) || dotted {
            let mut text = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
            if text.ends_with(['e', 'E'])
                && !text.starts_with("0x")
                && self.rest().starts_with(['+', '-'])
            {
                let sign = self.rest().chars().next().unwrap_or('+');
                self.at += 1;
                text.push(sign);
                text += &self.take(|c| c.is_ascii_digit() || c == '_');
            }
            return Ok(Token::Number { text, at: start..self.at });
        }
        self.at += c.len_utf8();
        Ok(Token::Sign { sign: c, at: start })
    }

    fn take(&mut self, keep: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let len = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        let taken = rest[..len].to_owned();
        self.at += len;
        taken
    }

    /// The letters before a quote and the quote, when a text begins here.
    fn text_start(&self) -> Option<(String, &'static str)> {
        let rest = self.rest();
        let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let prefix = rest[..letters].to_ascii_lowercase();
        if !matches!(
            prefix.as_str(),
            "" | "r" | "b" | "u" | "f" | "t" | "rb" | "br" | "rf" | "fr" | "rt" | "tr"
        ) {
            return None;
        }
        let quotes = ["\"\"\"", "'''", "\"", "'"];
        let quote = quotes.into_iter().find(|quote| rest[letters..].starts_with(quote))?;
        Some((prefix, quote))
    }

    fn string(&mut self, prefix: String, quote: &str) -> Result<Token, Problem> {
        let start = self.at;
        self.at += prefix.len() + quote.len();
        let (body_start, is_raw) = (self.at, prefix.contains('r'));
        loop {
            let rest = self.rest();
            if rest.starts_with(quote) {
                break;
            }
            match rest.chars().next() {
                Some('\\') => {
                    let escaped = rest[1..].chars().next().map_or(0, char::len_utf8);
                    self.at += 1 + escaped;
                }
                Some('\n') if quote.len() == 1 => {
                    return Err(Problem::new(start..self.at, "this text has no end"));
                }
                Some(c) => self.at += c.len_utf8(),
                None => return Err(Problem::new(start..self.at, "this text has no end")),
            }
        }
        let body = &self.text[body_start..self.at];
        self.at += quote.len();
        let at = start..self.at;
        let inside = match prefix.contains(['f', 't']) {
            true => Some(expressions(body, self.depth)?),
            false => None,
        };
        let value = if is_raw { body.to_owned() } else { unescaped(body) };
        Ok(Token::Text { value, inside, at })
    }
}

/// The expressions of an f-string.
fn expressions(body: &str, depth: usize) -> Result<Vec<Vec<Token>>, Problem> {
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(open) = rest.find(['{', '}']) {
        let after = &rest[open + 1..];
        // A double brace is a brace.
        let is_double = after.starts_with(rest[open..].chars().next().unwrap_or('{'));
        if is_double || rest[open..].starts_with('}') {
            rest = &after[usize::from(is_double)..];
            continue;
        }
        let mut lexer = Lexer { text: after, at: 0, depth: depth + 1 };
        let mut inside = Vec::new();
        lexer.until(Some('}'), &mut inside)?;
        rest = &after[lexer.at..];
        // A format or a conversion is not part of the expression.
        let end = inside.iter().position(|token| token.is_sign(':') || token.is_sign('!'));
        inside.truncate(end.unwrap_or(inside.len()));
        found.push(inside);
    }
    Ok(found)
}

fn unescaped(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        let digits = |chars: &mut std::str::Chars<'_>, count: usize| -> Option<char> {
            let text: String = chars.clone().take(count).collect();
            let code = u32::from_str_radix(&text, 16).ok()?;
            chars.nth(count - 1);
            char::from_u32(code)
        };
        match chars.next() {
            Some('\n') | None => {}
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('0') => out.push('\0'),
            Some('x') => out.extend(digits(&mut chars, 2)),
            Some('u') => out.extend(digits(&mut chars, 4)),
            Some('U') => out.extend(digits(&mut chars, 8)),
            Some(c @ ('\\' | '\'' | '"')) => out.push(c),
            Some(other) => out.extend(['\\', other]),
        }
    }
    out
}
