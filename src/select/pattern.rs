//! Python's `fnmatch`: `*`, `?`, `[abc]`, `[!a-z]`, over the whole text, case-sensitive.
//!
//! Globs of other libraries differ from it: in `fnmatch` a `*` crosses `/`, a `\` and a `{` are
//! themselves, and an unclosed `[` is a bracket.

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Literal(char),
    Any,
    Many,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

/// Whether a text has a character that means something in a pattern.
pub(super) fn has_wildcard(text: &str) -> bool {
    text.contains(['*', '?', '[', ']'])
}

impl Pattern {
    /// Compiles; every text is a pattern.
    pub(super) fn new(text: &str) -> Self {
        let text: Vec<char> = text.chars().collect();
        let mut tokens = Vec::with_capacity(text.len());
        let mut at = 0;
        while at < text.len() {
            let (token, width) = match text[at] {
                '*' => (Token::Many, 1),
                '?' => (Token::Any, 1),
                '[' => class(&text[at..]).unwrap_or((Token::Literal('['), 1)),
                other => (Token::Literal(other), 1),
            };
            at += width;
            if token != Token::Many || tokens.last() != Some(&Token::Many) {
                tokens.push(token);
            }
        }
        Pattern { tokens }
    }

    /// Whether the whole text matches.
    ///
    /// On a mismatch only the latest `*` has to take one more character, so the cost is at most
    /// the product of both lengths.
    pub(super) fn matches(&self, text: &str) -> bool {
        let (mut at, mut rest) = (0, text.chars());
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            if self.tokens.get(at) == Some(&Token::Many) {
                retry = Some((at + 1, rest.clone()));
                at += 1;
                continue;
            }
            match (self.tokens.get(at), rest.next()) {
                (None, None) => return true,
                (Some(_), None) => return false,
                (Some(token), Some(c)) if token.matches(c) => at += 1,
                _ => {
                    let Some((star, from)) = &mut retry else {
                        return false;
                    };
                    if from.next().is_none() {
                        return false;
                    }
                    (at, rest) = (*star, from.clone());
                }
            }
        }
    }
}

impl Token {
    fn matches(&self, c: char) -> bool {
        match self {
            Token::Literal(literal) => *literal == c,
            Token::Any | Token::Many => true,
            Token::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&c)) != *negated
            }
        }
    }
}

/// The class at the start of `text`, and its width; `None` when it is not closed.
fn class(text: &[char]) -> Option<(Token, usize)> {
    let negated = text.get(1) == Some(&'!');
    let start = 1 + usize::from(negated);
    // A `]` in first place is a member.
    let end = start + 1 + text.get(start + 1..)?.iter().position(|c| *c == ']')?;
    let members = &text[start..end];
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < members.len() {
        let last =
            if members.get(at + 1) == Some(&'-') && at + 2 < members.len() { at + 2 } else { at };
        ranges.push((members[at], members[last]));
        at = last + 1;
    }
    Some((Token::Class { negated, ranges }, end + 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(text)
    }

    #[test]
    fn it_is_fnmatch() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("**", "a/b"),
            ("a*c", "abbc"),
            ("*.v1", "shop.dim.v1"),
            ("?b", "äb"),
            ("[a-c]x", "bx"),
            ("[!a-c]x", "dx"),
            ("[]]", "]"),
            ("[!]]", "a"),
            ("[a-]", "-"),
            ("a[b", "a[b"),
            ("{a,b}", "{a,b}"),
            ("a\\*", "a\\x"),
            ("[^a]", "^"),
            ("*a*b", "xaxbxb"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("", "a"),
            ("a", ""),
            ("a*c", "abcd"),
            ("?", ""),
            ("[a-c]", "d"),
            ("[!a]", "a"),
            ("[c-a]", "b"),
            ("A", "a"),
            ("*a", "ab"),
        ] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    /// The definition, slowly.
    fn slow(tokens: &[Token], text: &[char]) -> bool {
        match tokens.split_first() {
            None => text.is_empty(),
            Some((Token::Many, rest)) => (0..=text.len()).any(|n| slow(rest, &text[n..])),
            Some((token, rest)) => {
                text.split_first().is_some_and(|(c, left)| token.matches(*c) && slow(rest, left))
            }
        }
    }

    proptest! {
        #[test]
        fn backtracking_finds_what_the_definition_finds(pattern in "[ab*?]{0,8}", text in "[ab]{0,10}") {
            let chars: Vec<char> = text.chars().collect();
            let pattern = Pattern::new(&pattern);
            prop_assert_eq!(pattern.matches(&text), slow(&pattern.tokens, &chars));
        }

        #[test]
        fn every_text_is_a_pattern(pattern in ".{0,12}", text in ".{0,12}") {
            Pattern::new(&pattern).matches(&text);
        }
    }
}
