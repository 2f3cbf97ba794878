//! Tokens that the parser cannot do anything with, taken out or written otherwise before it sees them.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

pub(super) fn is_word(token: &Token, wanted: &str) -> bool {
    matches!(token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(wanted))
}

/// Leaves out what says nothing of columns and what the parser does not know: `as [not] materialized (`,
/// `indexed by i`, `not indexed`, and the `exclude` of a window's frame.
pub(super) fn without_advice(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut kept: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is = |word| is_word(&token.token, word);
        let follows = |at, word| {
            let before = kept.iter().rev().nth(at);
            before.is_some_and(|before: &TokenWithSpan| is_word(&before.token, word))
        };
        let is_named = tokens.peek().is_some_and(|next| is_word(&next.token, "BY"));
        let is_negated =
            follows(0, "NOT") && (is("INDEXED") || is("MATERIALIZED") && follows(1, "AS"));
        let ends_frame = ["ROW", "PRECEDING", "FOLLOWING"].into_iter().any(|end| follows(0, end));
        if is_negated {
            kept.pop();
        } else if is("INDEXED") && is_named {
            tokens.nth(1);
        } else if is("EXCLUDE") && ends_frame {
            while tokens.peek().is_some_and(|next| matches!(next.token, Token::Word(_))) {
                tokens.next();
            }
        } else if !(is("MATERIALIZED") && follows(0, "AS")) {
            kept.push(token);
        }
    }
    kept
}

/// `in t`, `in main.t` and `in f(x)` as `in (select * from t)`. What is put in has the place of the table's name.
pub(super) fn with_queries_of_tables(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut kept: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let is_in = is_word(&token.token, "IN");
        kept.push(token);
        let Some(name) = tokens.next_if(|next| is_in && matches!(next.token, Token::Word(_)))
        else {
            continue;
        };
        let span = name.span;
        let put_in = |token| TokenWithSpan { token, span };
        kept.push(put_in(Token::LParen));
        kept.extend([Token::make_keyword("SELECT"), Token::Mul].map(put_in));
        kept.extend([put_in(Token::make_keyword("FROM")), name]);
        while let Some(dot) = tokens.next_if(|next| next.token == Token::Period) {
            kept.push(dot);
            kept.extend(tokens.next());
        }
        let mut depth = 0_usize;
        while let Some(argument) = tokens.next_if(|next| depth > 0 || next.token == Token::LParen) {
            match argument.token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            kept.push(argument);
        }
        kept.push(put_in(Token::RParen));
    }
    kept
}

/// Every `cast(… as type)` as one to `text`.
pub(super) fn with_plain_types(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut kept: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    // Whether each open parenthesis is that of a cast.
    let mut open: Vec<bool> = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match &token.token {
            Token::LParen => {
                open.push(kept.last().is_some_and(|before| is_word(&before.token, "CAST")));
            }
            Token::RParen => {
                open.pop();
            }
            word if is_word(word, "AS") && open.last() == Some(&true) => {
                let text = TokenWithSpan { token: plain_type(), span: token.span };
                kept.extend([token, text]);
                skip_type(&mut tokens);
                continue;
            }
            _ => {}
        }
        kept.push(token);
    }
    kept
}

fn plain_type() -> Token {
    Token::Word(Word { value: "text".to_owned(), quote_style: None, keyword: Keyword::TEXT })
}

/// Goes to the parenthesis that closes the cast.
fn skip_type(tokens: &mut std::iter::Peekable<std::vec::IntoIter<TokenWithSpan>>) {
    let mut depth = 0_usize;
    while let Some(next) = tokens.peek() {
        match next.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => return,
            Token::RParen => depth -= 1,
            _ => {}
        }
        tokens.next();
    }
}
