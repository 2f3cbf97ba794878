//! `.env` files: variables that count where the process has none of that name.
//!
//! dbt 1.12 takes the nearest `.env` at or above the working directory; forge adds the project's own.
//! Invariant: a variable of the process always wins.

use std::path::Path;

use crate::host::Host;

/// Loads the nearest `.env` at or above the working directory.
pub(super) fn load_nearest(host: &dyn Host) {
    let cwd = host.cwd();
    let nearest = cwd.ancestors().find(|dir| host.exists(&dir.join(".env")));
    if let Some(dir) = nearest {
        load(host, dir);
    }
}

/// Loads the `.env` of a folder, when it has one.
pub(super) fn load(host: &dyn Host, dir: &Path) {
    let Ok(text) = host.read(&dir.join(".env")) else {
        return;
    };
    for (name, value) in entries(&text) {
        host.set_env_default(name, &value);
    }
}

/// Names and values; lines that are no assignment are passed over, as python-dotenv does.
fn entries(text: &str) -> impl Iterator<Item = (&str, String)> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty() && !name.starts_with('#') && !name.contains(' ');
        is_name.then(|| (name, unquoted(value.trim())))
    })
}

fn unquoted(value: &str) -> String {
    for quote in ['"', '\''] {
        let Some(rest) = value.strip_prefix(quote) else {
            continue;
        };
        let Some(end) = closing(rest, quote) else {
            continue;
        };
        return match quote {
            '"' => unescaped(&rest[..end]),
            _ => rest[..end].to_owned(),
        };
    }
    let comment = value.find(" #").unwrap_or(value.len());
    value[..comment].trim_end().to_owned()
}

fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let ends = c == quote && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at)
    })
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, false) => out.push(c),
            (_, true) => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quotes_comments_and_export() {
        let text =
            "# c\nA=1\nexport B = \"x \\\"y\\\" # z\" # c\nC='a#b'\nD=v # c\nE=\nbad line\n#F=1\n";
        let read: Vec<_> = entries(text).collect();
        let want = [("A", "1"), ("B", "x \"y\" # z"), ("C", "a#b"), ("D", "v"), ("E", "")];
        assert_eq!(read, want.map(|(k, v)| (k, v.to_owned())));
    }
}
