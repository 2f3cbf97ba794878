//! Functions that SQLite has under another name, and small ones that ask where a text lies in another.

use rusqlite::types::Value;
use rusqlite::{Connection, Result};

use super::{ANY, PURE, failure, integer_of, strict, text_of};

pub(super) fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("nvl", 2, PURE, |context| {
        let first: Value = context.get(0)?;
        if first == Value::Null { context.get(1) } else { Ok(first) }
    })?;
    strict(connection, "strpos", 2, |context| {
        let (text, part) = (text_of(context, 0), text_of(context, 1));
        let found = text.find(&part).map(|byte| text[..byte].chars().count() as i64 + 1);
        Ok(Some(found.unwrap_or(0)))
    })?;
    let asks = |name: &str, holds: fn(&str, &str) -> bool| {
        strict(connection, name, 2, move |context| {
            Ok(Some(holds(&text_of(context, 0), &text_of(context, 1))))
        })
    };
    asks("contains", |text, part| text.contains(part))?;
    asks("startswith", |text, part| text.starts_with(part))?;
    asks("endswith", |text, part| text.ends_with(part))?;
    strict(connection, "chr", 1, |context| {
        let code = u32::try_from(integer_of(context, 0, "chr")?).ok().and_then(char::from_u32);
        Ok(code.map(String::from))
    })?;
    strict(connection, "ascii", 1, |context| {
        Ok(Some(text_of(context, 0).chars().next().map_or(0, |char| i64::from(u32::from(char)))))
    })?;
    strict(connection, "btrim", ANY, |context| {
        let text = text_of(context, 0);
        match context.len() {
            1 => Ok(Some(text.trim_matches(' ').to_owned())),
            2 => {
                let cut = text_of(context, 1);
                Ok(Some(text.trim_matches(|char| cut.contains(char)).to_owned()))
            }
            count => Err(failure(format!("btrim() takes 1 or 2 arguments, not {count}"))),
        }
    })?;
    strict(connection, "translate", 3, |context| {
        let (from, to) = (text_of(context, 1), text_of(context, 2));
        let to: Vec<char> = to.chars().collect();
        let mapped = text_of(context, 0)
            .chars()
            .filter_map(|char| {
                let place = from.chars().position(|old| old == char);
                place.map_or(Some(char), |place| to.get(place).copied())
            })
            .collect::<String>();
        Ok(Some(mapped))
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::check;

    #[test]
    fn other_names_mean_the_same() {
        check(&[
            ("nvl(null, 2)", "2"),
            ("nvl('a', 2)", "a"),
            ("nvl(null, null)", "NULL"),
            ("strpos('häuser', 'u')", "3"),
            ("strpos('abc', 'x')", "0"),
            ("contains('abc', 'b')", "1"),
            ("startswith('abc', 'b')", "0"),
            ("endswith('abc', 'bc')", "1"),
            ("endswith(null, 'bc')", "NULL"),
            ("chr(228)", "ä"),
            ("chr(-1)", "NULL"),
            ("ascii('ä')", "228"),
            ("ascii('')", "0"),
            ("btrim('  a ')", "a"),
            ("btrim('xxaxyx', 'xy')", "a"),
            ("translate('12345', '143', 'ax')", "a2x5"),
        ]);
    }
}
