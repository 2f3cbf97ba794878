//! SQL as words and signs, as far as places of mistakes need it: no grammar, no keywords.
//!
//! Invariant: strings and quoted names are one token each, comments none, and every token is a slice of the text.

/// A piece of SQL.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'c> {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) text: &'c str,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// A name in quotes.
    Name,
    /// A text.
    Text,
    /// One character of anything else.
    Sign,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// A name without its quotes.
    pub(super) fn bare(&self) -> &str {
        match self.kind {
            Kind::Name => self.text.trim_matches(['"', '`', '[', ']']),
            _ => self.text,
        }
    }

    /// Whether it is this word, in any case and in any quotes.
    pub(super) fn is(&self, word: &str) -> bool {
        self.kind != Kind::Text && self.bare().eq_ignore_ascii_case(word)
    }

    /// By how much it opens or closes parentheses.
    pub(super) fn depth(&self) -> i32 {
        match (self.kind, self.text) {
            (Kind::Sign, "(") => 1,
            (Kind::Sign, ")") => -1,
            _ => 0,
        }
    }
}

/// The tokens of a text.
pub(super) fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        let (kind, length) = match first {
            c if c.is_whitespace() => (None, c.len_utf8()),
            '-' if rest.starts_with("--") => (None, closed(rest, 2, "\n")),
            '/' if rest.starts_with("/*") => (None, closed(rest, 2, "*/")),
            '\'' => (Some(Kind::Text), closed(rest, 1, "'")),
            '"' => (Some(Kind::Name), closed(rest, 1, "\"")),
            '`' => (Some(Kind::Name), closed(rest, 1, "`")),
            '[' => (Some(Kind::Name), closed(rest, 1, "]")),
            c if is_word(c) => (Some(Kind::Word), rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            c => (Some(Kind::Sign), c.len_utf8()),
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, start: at, text: &rest[..length] });
        }
        at += length;
    }
    tokens
}

/// The length of what is open at the start, with its end.
fn closed(rest: &str, open: usize, close: &str) -> usize {
    rest[open..].find(close).map_or(rest.len(), |end| open + end + close.len())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_none_and_quotes_are_one() {
        let texts: Vec<&str> =
            tokens("a1.\"b c\" -- x\n/* y */ 'it''s' ≥ 2").iter().map(|token| token.text).collect();
        assert_eq!(texts, ["a1", ".", "\"b c\"", "'it'", "'s'", "≥", "2"]);
    }
}
