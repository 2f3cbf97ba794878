//! String and number literals: Python's meaning, written in the engine's spelling.

/// Decodes the escapes of a quoted literal as Python's `unicode-escape` does; unknown escapes stay.
pub(crate) fn decode(literal: &str) -> String {
    let body = &literal[1..literal.len() - 1];
    let body = body.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(body.len());
    let mut rest = body.as_str();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = escape(&rest[at + 1..], &mut out);
    }
    out.push_str(rest);
    out
}

/// Decodes one escape whose backslash is already read; returns what follows it.
fn escape<'s>(text: &'s str, out: &mut String) -> &'s str {
    let Some(first) = text.chars().next() else {
        out.push('\\');
        return text;
    };
    let simple = match first {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        '\\' | '\'' | '"' => first,
        '\n' => return &text[1..],
        'x' => return code(text, 2, out),
        'u' => return code(text, 4, out),
        'U' => return code(text, 8, out),
        '0'..='7' => {
            let len = text.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = u32::from_str_radix(&text[..len], 8).unwrap_or(0);
            out.push(char::from_u32(value).unwrap_or('\u{fffd}'));
            return &text[len..];
        }
        _ => {
            out.push('\\');
            out.push(first);
            return &text[first.len_utf8()..];
        }
    };
    out.push(simple);
    &text[1..]
}

/// Decodes `xhh`, `uhhhh` and `Uhhhhhhhh`.
fn code<'s>(text: &'s str, digits: usize, out: &mut String) -> &'s str {
    let hex = text.get(1..1 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    match hex.and_then(char::from_u32) {
        Some(decoded) => {
            out.push(decoded);
            &text[1 + digits..]
        }
        None => {
            out.push('\\');
            out.push_str(&text[..1]);
            &text[1..]
        }
    }
}

/// Quotes a string so that the engine reads exactly this string.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Spells a number literal without separators and in base ten.
pub(crate) fn number(literal: &str) -> Result<String, String> {
    let plain = literal.replace('_', "");
    let radix = match plain.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ if plain.bytes().all(|b| b.is_ascii_digit()) => 10,
        _ => return Ok(plain),
    };
    let digits = if radix == 10 { plain.as_str() } else { &plain[2..] };
    u128::from_str_radix(digits, radix)
        .map(|value| value.to_string())
        .map_err(|_| format!("integer literal `{literal}` is too large or malformed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_pythons() {
        assert_eq!(decode(r"'\d+\.\n\x41\101\u00e9\\'"), "\\d+\\.\nAA\u{e9}\\");
        assert_eq!(decode("'a\\\nb'"), "ab");
    }

    #[test]
    fn numbers_lose_separators_and_bases() {
        assert_eq!(number("1_000").as_deref(), Ok("1000"));
        assert_eq!(number("0xff").as_deref(), Ok("255"));
        assert_eq!(number("1_0.5e1").as_deref(), Ok("10.5e1"));
    }
}
