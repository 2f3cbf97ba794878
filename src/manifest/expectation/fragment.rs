//! Whether a text can stand between parentheses in a query without changing what is around it.
//!
//! Reads quotes, comments and parentheses, nothing else: whether the condition means something is for the engine.

/// Checks that `text` is closed in itself: no semicolon, no open quote, comment or parenthesis.
///
/// # Errors
/// What is wrong, to be put behind the subject: `has a semicolon`.
pub fn check_fragment(text: &str) -> Result<(), &'static str> {
    let mut depth = 0usize;
    let mut is_empty = true;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let behind = &rest[first.len_utf8()..];
        rest = match first {
            '\'' | '"' | '`' => {
                is_empty = false;
                behind.split_once(first).ok_or("has a quote that is not closed")?.1
            }
            '[' => {
                is_empty = false;
                behind.split_once(']').ok_or("has a `[` that is not closed")?.1
            }
            '-' if behind.starts_with('-') => behind.split_once('\n').map_or("", |(_, next)| next),
            '/' if behind.starts_with('*') => {
                behind[1..].split_once("*/").ok_or("has a comment that is not closed")?.1
            }
            ';' => return Err("has a semicolon"),
            '\0' => return Err("has a zero byte"),
            other => {
                match other {
                    '(' => depth += 1,
                    ')' => {
                        depth =
                            depth.checked_sub(1).ok_or("closes a parenthesis that is not open")?;
                    }
                    _ => is_empty &= other.is_whitespace(),
                }
                behind
            }
        };
    }
    match (depth, is_empty) {
        (0, false) => Ok(()),
        (0, true) => Err("is empty"),
        _ => Err("has a parenthesis that is not closed"),
    }
}

#[cfg(test)]
mod tests {
    use super::check_fragment;

    #[test]
    fn conditions_are_accepted() {
        for fine in [
            "a > 0",
            "(a > 0 or b is null) and c in ('x;', 'it''s', \"--\")",
            "a > 0 -- because ; of )",
            "a /* ( */ > 0",
            "a like '%)%'",
            "[odd ) name] > 0",
        ] {
            assert_eq!(check_fragment(fine), Ok(()), "{fine}");
        }
    }

    #[test]
    fn what_reaches_beyond_its_place_is_refused() {
        for (wrong, reason) in [
            ("", "is empty"),
            (" -- a > 0", "is empty"),
            ("a > 0; drop table t", "has a semicolon"),
            ("a > 0) or (1 = 1", "closes a parenthesis that is not open"),
            ("(a > 0", "has a parenthesis that is not closed"),
            ("a = 'x", "has a quote that is not closed"),
            ("a > 0 /* ", "has a comment that is not closed"),
            ("[a", "has a `[` that is not closed"),
        ] {
            assert_eq!(check_fragment(wrong), Err(reason), "{wrong}");
        }
    }
}
