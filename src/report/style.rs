//! Colour, characters and width of the output.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How output looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours are wanted.
    pub color: bool,
    /// Characters beyond ASCII can be shown.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Lines about nodes are cut to the width; a log keeps them whole.
    pub cut: bool,
}

impl Style {
    /// No colour, ASCII, 80 columns.
    pub const PLAIN: Style = Style { color: false, unicode: false, width: 80, cut: false };

    /// The text in a colour, when colours are wanted.
    pub fn paint<'t>(&self, paint: Paint, text: &'t str) -> Cow<'t, str> {
        if self.color && !text.is_empty() {
            Cow::Owned(format!("\u{1b}[{}m{text}\u{1b}[0m", paint.code()))
        } else {
            Cow::Borrowed(text)
        }
    }

    /// The mark of text that was cut off.
    pub fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }
}

/// What a text means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// It went well.
    Good,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
    /// A place or a name.
    Accent,
    /// Less important.
    Dim,
    /// More important.
    Bold,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Paint::Good => "32",
            Paint::Warning => "33",
            Paint::Error => "1;31",
            Paint::Accent => "36",
            Paint::Dim => "2",
            Paint::Bold => "1",
        }
    }
}

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The text with blanks after it up to a width.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The text with blanks before it up to a width.
pub fn pad_left(text: &str, width: usize) -> String {
    format!("{}{text}", " ".repeat(width.saturating_sub(columns(text))))
}

/// The text without its middle when it is too wide: names differ at both ends.
pub fn cut_middle(text: &str, width: usize, style: Style) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(style.ellipsis()));
    let tail: String = fitting(text.chars().rev(), room / 2).chars().rev().collect();
    format!("{}{}{tail}", fitting(text.chars(), room - room / 2), style.ellipsis())
}

/// The text without its end when it is too wide.
pub fn cut(text: &str, width: usize, style: Style) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(columns(style.ellipsis()));
    format!("{}{}", fitting(text.chars(), room), style.ellipsis())
}

/// As many characters as fit.
fn fitting(chars: impl Iterator<Item = char>, room: usize) -> String {
    let mut taken = 0;
    chars
        .take_while(|c| {
            taken += c.width().unwrap_or(0);
            taken <= room
        })
        .collect()
}

/// The number with a comma between thousands: `1,204`.
pub fn thousands(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// `1 row`, `2 rows`, `1,204 rows`.
pub fn count(number: i64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_and_nouns_a_plural() {
        assert_eq!(count(0, "row"), "0 rows");
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(count(1_204_000, "row"), "1,204,000 rows");
        assert_eq!(thousands(-123), "-123");
        assert_eq!(thousands(100_000), "100,000");
    }

    #[test]
    fn padding_counts_columns_not_bytes() {
        assert_eq!(pad("日本", 6), "日本  ");
        assert_eq!(pad_left("é", 3), "  é");
    }
}
