//! From Python's pattern syntax to that of the engine.
//!
//! Both are of Perl's family. What differs: `$` and `\Z`, the brackets, dashes and ampersands inside a class, braces
//! that are not a quantifier, which escapes exist, comments, and whitespace under `VERBOSE`, which is removed here.

/// Python's flags by their numbers.
pub(super) type Flags = u32;

pub(super) const IGNORECASE: Flags = 2;
pub(super) const MULTILINE: Flags = 8;
pub(super) const DOTALL: Flags = 16;
pub(super) const UNICODE: Flags = 32;
pub(super) const VERBOSE: Flags = 64;
pub(super) const ASCII: Flags = 256;

/// Flags by their letter in `(?…)`.
const LETTERS: &[(char, Flags)] = &[
    ('i', IGNORECASE),
    ('m', MULTILINE),
    ('s', DOTALL),
    ('x', VERBOSE),
    ('u', UNICODE),
    ('a', ASCII),
];

/// A pattern for the engine and the flags in force, with those at the start of the pattern.
pub(super) fn translate(source: &str, flags: Flags) -> Result<(String, Flags), String> {
    let mut translator =
        Translator { rest: source, source, out: String::new(), scopes: vec![flags] };
    translator.leading_flags()?;
    while let Some(c) = translator.take() {
        translator.item(c)?;
    }
    if translator.scopes.len() > 1 {
        return Err("missing ), unterminated subpattern".to_owned());
    }
    let flags = translator.flags();
    let letters: String = LETTERS
        .iter()
        .filter(|(letter, flag)| "ims".contains(*letter) && flags & flag != 0)
        .map(|(letter, _)| letter)
        .collect();
    let prefix = if letters.is_empty() { String::new() } else { format!("(?{letters})") };
    Ok((prefix + &translator.out, flags))
}

struct Translator<'a> {
    rest: &'a str,
    source: &'a str,
    out: String,
    /// The flags of every open group, innermost last.
    scopes: Vec<Flags>,
}

impl<'a> Translator<'a> {
    fn take(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next()?;
        self.rest = chars.as_str();
        Some(c)
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let stripped = self.rest.strip_prefix(prefix);
        self.rest = stripped.unwrap_or(self.rest);
        stripped.is_some()
    }

    /// What is before `end`, which is taken too.
    fn until(&mut self, end: char) -> Option<&'a str> {
        let (before, after) = self.rest.split_once(end)?;
        self.rest = after;
        Some(before)
    }

    fn flags(&self) -> Flags {
        self.scopes.last().copied().unwrap_or(0)
    }

    fn error(&self, message: &str) -> String {
        let position = self.source.chars().count() - self.rest.chars().count();
        format!("{message} at position {}", position.saturating_sub(1))
    }

    /// `(?im)` at the start holds for the whole pattern.
    fn leading_flags(&mut self) -> Result<(), String> {
        while let Some(inner) = self.rest.strip_prefix("(?") {
            let Some((letters, after)) = inner.split_once(')') else {
                return Ok(());
            };
            if letters.is_empty()
                || !letters.chars().all(|c| LETTERS.iter().any(|(letter, _)| *letter == c))
            {
                return Ok(());
            }
            let added = self.letters(letters)?;
            self.scopes[0] |= added;
            self.rest = after;
        }
        Ok(())
    }

    fn letters(&self, letters: &str) -> Result<Flags, String> {
        letters.chars().try_fold(0, |flags, c| {
            let found = LETTERS.iter().find(|(letter, _)| *letter == c);
            Ok(flags | found.ok_or_else(|| self.error("unknown flag"))?.1)
        })
    }

    fn item(&mut self, c: char) -> Result<(), String> {
        let verbose = self.flags() & VERBOSE != 0;
        match c {
            '\\' => self.escape(),
            '[' => self.class(),
            '(' => self.group(),
            ')' if self.scopes.len() == 1 => Err(self.error("unbalanced parenthesis")),
            ')' => {
                self.scopes.pop();
                self.out.push(')');
                Ok(())
            }
            '{' => {
                self.brace();
                Ok(())
            }
            // Without MULTILINE, Python's `$` also matches before a newline at the very end.
            '$' if self.flags() & MULTILINE == 0 => {
                self.out.push_str(r"(?=\n?\z)");
                Ok(())
            }
            '#' if verbose => {
                self.rest = self.rest.find('\n').map_or("", |at| &self.rest[at..]);
                Ok(())
            }
            c if verbose && c.is_ascii_whitespace() => Ok(()),
            '}' | ']' => {
                self.out.push('\\');
                self.out.push(c);
                Ok(())
            }
            c => {
                self.out.push(c);
                Ok(())
            }
        }
    }

    /// A quantifier, or a brace that means itself.
    fn brace(&mut self) {
        if let Some((bounds, after)) = self.rest.split_once('}') {
            let number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
            let quantifier = match bounds.split_once(',') {
                Some(("", max)) if number(max) => Some(format!("{{0,{max}}}")),
                Some((min, max)) if number(min) && number(max) => Some(format!("{{{min},{max}}}")),
                None if number(bounds) && !bounds.is_empty() => Some(format!("{{{bounds}}}")),
                _ => None,
            };
            if let Some(quantifier) = quantifier {
                self.out.push_str(&quantifier);
                self.rest = after;
                return;
            }
        }
        self.out.push_str(r"\{");
    }

    fn group(&mut self) -> Result<(), String> {
        let flags = self.flags();
        if !self.skip("?") {
            self.open("(", flags);
            return Ok(());
        }
        if self.skip("#") {
            let comment = self.until(')');
            return comment.map(|_| ()).ok_or_else(|| "missing ), unterminated comment".to_owned());
        }
        for header in [":", "=", "!", "<=", "<!", ">"] {
            if self.skip(header) {
                self.open(&format!("(?{header}"), flags);
                return Ok(());
            }
        }
        if self.skip("P<") {
            let name = self.until('>').ok_or_else(|| self.error("missing >, unterminated name"))?;
            self.open(&format!("(?P<{name}>"), flags);
            return Ok(());
        }
        if self.skip("P=") {
            let name = self.until(')').ok_or_else(|| self.error("missing ), unterminated name"))?;
            self.out.push_str(&format!("(?P={name})"));
            return Ok(());
        }
        if self.skip("(") {
            let group =
                self.until(')').ok_or_else(|| self.error("missing ), unterminated name"))?;
            let number = group.chars().all(|c| c.is_ascii_digit());
            self.open(
                &if number { format!("(?({group})") } else { format!("(?(<{group}>)") },
                flags,
            );
            return Ok(());
        }
        self.scoped_flags(flags)
    }

    fn open(&mut self, header: &str, flags: Flags) {
        self.scopes.push(flags);
        self.out.push_str(header);
    }

    /// `(?i:…)` and `(?-i:…)`.
    fn scoped_flags(&mut self, flags: Flags) -> Result<(), String> {
        let Some((letters, after)) = self.rest.split_once(':') else {
            return Err(self.error("unknown extension"));
        };
        if !letters.chars().all(|c| c == '-' || c.is_ascii_lowercase()) {
            return Err(self.error("unknown extension"));
        }
        let (on, off) = letters.split_once('-').unwrap_or((letters, ""));
        let inner = (flags | self.letters(on)?) & !self.letters(off)?;
        let known =
            |letters: &str| letters.chars().filter(|c| "ims".contains(*c)).collect::<String>();
        let (on, off) = (known(on), known(off));
        let dash = if off.is_empty() { "" } else { "-" };
        self.rest = after;
        self.open(&format!("(?{on}{dash}{off}:"), inner);
        Ok(())
    }

    fn escape(&mut self) -> Result<(), String> {
        let Some(c) = self.take() else {
            return Err("bad escape (end of pattern)".to_owned());
        };
        match c {
            'A' | 'b' | 'B' => {
                self.out.push('\\');
                self.out.push(c);
                Ok(())
            }
            'Z' => {
                self.out.push_str(r"\z");
                Ok(())
            }
            '1'..='9' => {
                let more = self.rest.chars().next().filter(char::is_ascii_digit);
                let octal: String = std::iter::once(c).chain(self.rest.chars().take(2)).collect();
                if octal.len() == 3 && c < '4' && octal.chars().all(|c| c.is_digit(8)) {
                    self.rest = &self.rest[2..];
                    self.code(u32::from_str_radix(&octal, 8).unwrap_or(0));
                    return Ok(());
                }
                self.rest = &self.rest[usize::from(more.is_some())..];
                self.out
                    .push_str(&format!("(?:\\{c}{})", more.map(String::from).unwrap_or_default()));
                Ok(())
            }
            c => self.character(c),
        }
    }

    /// An escape that also has its meaning inside of a class.
    fn character(&mut self, c: char) -> Result<(), String> {
        let ascii = self.flags() & ASCII != 0;
        match c {
            'd' if ascii => self.out.push_str("[0-9]"),
            'D' if ascii => self.out.push_str("[^0-9]"),
            's' if ascii => self.out.push_str(r"[\t-\r\x20]"),
            'S' if ascii => self.out.push_str(r"[^\t-\r\x20]"),
            'w' if ascii => self.out.push_str("[0-9A-Za-z_]"),
            'W' if ascii => self.out.push_str("[^0-9A-Za-z_]"),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'a' | 'f' | 'n' | 'r' | 't' | 'v' => {
                self.out.push('\\');
                self.out.push(c);
            }
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'U' => self.hex(8)?,
            '0' => {
                let digits = self.rest.chars().take(2).take_while(|c| c.is_digit(8)).count();
                let (octal, rest) = self.rest.split_at(digits);
                self.rest = rest;
                self.code(u32::from_str_radix(octal, 8).unwrap_or(0));
            }
            c if c.is_ascii_alphanumeric() => return Err(self.error(&format!("bad escape \\{c}"))),
            c => self.code(c.into()),
        }
        Ok(())
    }

    fn hex(&mut self, len: usize) -> Result<(), String> {
        let digits =
            self.rest.get(..len).filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.filter(|code| char::from_u32(*code).is_some());
        let code = code.ok_or_else(|| self.error("incomplete or invalid escape"))?;
        self.rest = &self.rest[len..];
        self.code(code);
        Ok(())
    }

    /// A character that means itself.
    fn code(&mut self, code: u32) {
        match char::from_u32(code) {
            Some(c) if c.is_alphanumeric() => self.out.push(c),
            _ => self.out.push_str(&format!(r"\x{{{code:x}}}")),
        }
    }

    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.skip("^") {
            self.out.push('^');
        }
        let mut previous = '[';
        loop {
            let Some(c) = self.take() else {
                return Err("unterminated character set".to_owned());
            };
            let first = previous == '[';
            match c {
                ']' if !first => break,
                '\\' => match self.take() {
                    Some('b') => self.code(8),
                    Some(c @ '1'..='7') => self.character_octal(c),
                    Some(c) => self.character(c)?,
                    None => return Err("unterminated character set".to_owned()),
                },
                '[' | ']' | '&' | '~' | '^' => self.code(c.into()),
                // A dash that cannot be a range: the engine would read two of them as a difference.
                '-' if first || previous == '-' || self.rest.starts_with(']') => {
                    self.code(c.into())
                }
                c => self.out.push(c),
            }
            previous = if c == '[' { '\\' } else { c };
        }
        self.out.push(']');
        Ok(())
    }

    fn character_octal(&mut self, first: char) {
        let digits = self.rest.chars().take(2).take_while(|c| c.is_digit(8)).count();
        let octal = format!("{first}{}", &self.rest[..digits]);
        self.rest = &self.rest[digits..];
        self.code(u32::from_str_radix(&octal, 8).unwrap_or(0));
    }
}
