//! Text functions of PostgreSQL and Snowflake: positions and lengths count characters, from 1.

use rusqlite::functions::Context;
use rusqlite::{Connection, Result};

use super::{ANY, failure, integer_of, strict, text_of};

/// Longest text that `repeat`, `lpad` and `rpad` make, in bytes: SQLite's own limit on a value.
const MAX_LENGTH: usize = 1_000_000_000;

pub(super) fn register(connection: &Connection) -> Result<()> {
    strict(connection, "split_part", 3, |context| {
        let (text, delimiter) = (text_of(context, 0), text_of(context, 1));
        Ok(Some(split_part(&text, &delimiter, integer_of(context, 2, "split_part")?)))
    })?;
    strict(connection, "initcap", 1, |context| Ok(Some(initcap(&text_of(context, 0)))))?;
    strict(connection, "reverse", 1, |context| {
        Ok(Some(text_of(context, 0).chars().rev().collect::<String>()))
    })?;
    strict(connection, "repeat", 2, |context| {
        let text = text_of(context, 0);
        let count = usize::try_from(integer_of(context, 1, "repeat")?).unwrap_or(0);
        match text.len().checked_mul(count) {
            Some(length) if length <= MAX_LENGTH => Ok(Some(text.repeat(count))),
            _ => Err(failure("repeat() makes a text that is too long".to_owned())),
        }
    })?;
    strict(connection, "left", 2, |context| {
        let text = text_of(context, 0);
        Ok(Some(start(&text, integer_of(context, 1, "left")?)))
    })?;
    strict(connection, "right", 2, |context| {
        let reversed: String = text_of(context, 0).chars().rev().collect();
        let kept = start(&reversed, integer_of(context, 1, "right")?);
        Ok(Some(kept.chars().rev().collect::<String>()))
    })?;
    strict(connection, "position", 2, |context| {
        let (needle, hay) = (text_of(context, 0), text_of(context, 1));
        let found = hay.find(&needle).map(|byte| hay[..byte].chars().count() as i64 + 1);
        Ok(Some(found.unwrap_or(0)))
    })?;
    strict(connection, "lpad", ANY, |context| {
        let (text, fill) = padding(context, "lpad")?;
        Ok(Some(fill + &text))
    })?;
    strict(connection, "rpad", ANY, |context| {
        let (text, fill) = padding(context, "rpad")?;
        Ok(Some(text + &fill))
    })
}

/// Part `index` of a text; negative counts from the end.
fn split_part(text: &str, delimiter: &str, index: i64) -> String {
    let parts: Vec<&str> = match delimiter {
        "" => vec![text],
        _ => text.split(delimiter).collect(),
    };
    let position = match index {
        1.. => usize::try_from(index - 1).ok(),
        0 => None,
        _ => usize::try_from(index.unsigned_abs())
            .ok()
            .and_then(|back| parts.len().checked_sub(back)),
    };
    let part = position.and_then(|position| parts.get(position));
    part.copied().unwrap_or_default().to_owned()
}

fn initcap(text: &str) -> String {
    let mut inside = false;
    let mut capitalized = String::with_capacity(text.len());
    for char in text.chars() {
        match inside {
            true => capitalized.extend(char.to_lowercase()),
            false => capitalized.extend(char.to_uppercase()),
        }
        inside = char.is_alphanumeric();
    }
    capitalized
}

/// The first `count` characters; a negative count leaves as many off the end.
fn start(text: &str, count: i64) -> String {
    let length = text.chars().count() as i64;
    let kept = if count < 0 { (length + count).max(0) } else { count };
    text.chars().take(usize::try_from(kept).unwrap_or(0)).collect()
}

/// The text, cut to the wanted length, and what fills it up.
fn padding(context: &Context<'_>, function: &str) -> Result<(String, String)> {
    if !(2..=3).contains(&context.len()) {
        return Err(failure(format!("{function}() takes 2 or 3 arguments, not {}", context.len())));
    }
    let length = usize::try_from(integer_of(context, 1, function)?).unwrap_or(0);
    if length > MAX_LENGTH {
        return Err(failure(format!("{function}() makes a text that is too long")));
    }
    let fill = if context.len() == 3 { text_of(context, 2) } else { " ".to_owned() };
    let text: String = text_of(context, 0).chars().take(length).collect();
    let missing = length - text.chars().count();
    Ok((text, fill.chars().cycle().take(missing).collect()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, try_value};

    #[test]
    fn text_is_taken_apart() {
        check(&[
            ("split_part('a-b-c', '-', 2)", "b"),
            ("split_part('a-b-c', '-', -1)", "c"),
            ("split_part('a-b-c', '-', 9)", ""),
            ("split_part('abc', '', 1)", "abc"),
            ("left('häuser', 2)", "hä"),
            ("left('abc', -1)", "ab"),
            ("right('häuser', 5)", "äuser"),
            ("right('abc', -1)", "bc"),
            ("position('u', 'häuser')", "3"),
            ("position('z', 'abc')", "0"),
            ("position(null, 'abc')", "NULL"),
        ]);
    }

    #[test]
    fn text_is_put_together() {
        check(&[
            ("initcap('hello wORLD-x')", "Hello World-X"),
            ("lpad('7', 3, '0')", "007"),
            ("lpad('abcd', 2)", "ab"),
            ("rpad('a', 4, 'xy')", "axyx"),
            ("rpad('a', 3, '')", "a"),
            ("reverse('äb')", "bä"),
            ("repeat('ab', 2)", "abab"),
            ("repeat('ab', -1)", ""),
        ]);
        assert!(try_value("repeat('abc', 1000000000)").is_err());
        assert!(try_value("lpad('a')").is_err());
    }
}
