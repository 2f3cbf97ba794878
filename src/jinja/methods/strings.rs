//! Methods of Python's `str`.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind, State};

use super::format::format_str;
use crate::jinja::values::{
    Args, checked_len, elements, is_undefined, list, printable, tuple, type_error, type_name,
};

pub(super) fn call(
    state: &mut State<'_, '_>,
    text: &str,
    method: &str,
    raw: &[Value],
) -> Result<Value, Error> {
    if method == "format" {
        return format_str(text, raw);
    }
    let mut args = Args::new(method, raw)?;
    if let Some(changed) = change_case(text, method) {
        return args.finish(0).map(|()| Value::from(changed));
    }
    if let Some(holds) = question(text, method) {
        return args.finish(0).map(|()| Value::from(holds));
    }
    let _ = state;
    match method {
        "format_map" => format_map(text, &args.required(0, "mapping")?),
        "translate" => translate(text, &args.required(0, "table")?),
        "strip" | "lstrip" | "rstrip" => strip(text, method, &mut args),
        "split" | "rsplit" | "splitlines" | "partition" | "rpartition" => {
            split(text, method, &mut args)
        }
        "startswith" | "endswith" => affix(text, method, &mut args),
        "find" | "rfind" | "index" | "rindex" | "count" => search(text, method, &mut args),
        "replace" => {
            let (old, new) = (string(&mut args, 0, "old")?, string(&mut args, 1, "new")?);
            checked_replacement(text, &old, &new)?;
            Ok(Value::from(match args.int(2, "count")? {
                Some(count) if count >= 0 => text.replacen(&old, &new, count as usize),
                _ => text.replace(&old, &new),
            }))
        }
        "encode" => Ok(Value::from_bytes(text.as_bytes().to_vec())),
        "join" => join(text, &args.required(0, "iterable")?),
        "zfill" | "center" | "ljust" | "rjust" => pad(text, method, &mut args),
        "removeprefix" => {
            let prefix = string(&mut args, 0, "prefix")?;
            Ok(Value::from(text.strip_prefix(prefix.as_str()).unwrap_or(text)))
        }
        "removesuffix" => {
            let suffix = string(&mut args, 0, "suffix")?;
            Ok(Value::from(text.strip_suffix(suffix.as_str()).unwrap_or(text)))
        }
        "expandtabs" => Ok(Value::from(expand_tabs(text, args.int(0, "tabsize")?.unwrap_or(8)))),
        _ => Err(Error::from(ErrorKind::UnknownMethod)),
    }
}

/// Refuses a replacement that would make a text too long.
pub(crate) fn checked_replacement(text: &str, old: &str, new: &str) -> Result<(), Error> {
    if new.len() > old.len() {
        let growth = text.matches(old).count().saturating_mul(new.len() - old.len());
        checked_len(text.len().saturating_add(growth))?;
    }
    Ok(())
}

fn change_case(text: &str, method: &str) -> Option<String> {
    Some(match method {
        "upper" => text.to_uppercase(),
        "lower" | "casefold" => text.to_lowercase(),
        "title" => title(text, |c| !is_cased(c)),
        "capitalize" => capitalize(text),
        "swapcase" => text
            .chars()
            .flat_map(|c| match c.is_uppercase() {
                true => c.to_lowercase().collect::<Vec<_>>(),
                false => c.to_uppercase().collect(),
            })
            .collect(),
        _ => return None,
    })
}

/// First letter upper case, the rest lower case.
pub(crate) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => title_case(first).chain(chars.flat_map(char::to_lowercase)).collect(),
        None => String::new(),
    }
}

/// The letter behind every separator upper case, the others lower case.
pub(crate) fn title(text: &str, separates: impl Fn(char) -> bool) -> String {
    let mut start = true;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match start {
            true => out.extend(title_case(c)),
            false => out.extend(c.to_lowercase()),
        }
        start = separates(c);
    }
    out
}

/// One letter as it begins a word: of several it turns into, only the first is upper case.
fn title_case(c: char) -> impl Iterator<Item = char> {
    let first = match c {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        c => c.to_uppercase().next().unwrap_or(c),
    };
    let rest: Vec<char> = c.to_uppercase().skip(1).flat_map(char::to_lowercase).collect();
    std::iter::once(first).chain(rest)
}

fn superscript(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰' | '⁴'..='⁹' | '₀'..='₉')
}

/// Fractions, Roman numerals and the like have a value, but are no digits.
fn no_decimal(c: char) -> bool {
    superscript(c) || matches!(c, '¼'..='¾' | '⅐'..='↉' | '①'..='⓿' | '㈠'..='㊿' | '〇')
}

fn is_cased(c: char) -> bool {
    c.is_uppercase() || c.is_lowercase() || matches!(c, 'ǅ' | 'ǈ' | 'ǋ' | 'ǲ')
}

/// The fields of a text, filled from a mapping.
fn format_map(text: &str, mapping: &Value) -> Result<Value, Error> {
    let names = elements(mapping)?;
    let pairs =
        names.iter().filter_map(|name| Some((name.as_str()?, mapping.get_item(name).ok()?)));
    format_str(text, &[Value::from(Kwargs::from_iter(pairs))])
}

/// Replaces single characters, by their code.
fn translate(text: &str, table: &Value) -> Result<Value, Error> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let found = table.get_item(&Value::from(u32::from(c))).unwrap_or_default();
        match found.as_str() {
            Some(replacement) => out.push_str(replacement),
            None if found.is_none() => {}
            None => out.push(
                found
                    .as_i64()
                    .and_then(|code| u32::try_from(code).ok())
                    .and_then(char::from_u32)
                    .unwrap_or(c),
            ),
        }
    }
    Ok(Value::from(out))
}

fn question(text: &str, method: &str) -> Option<bool> {
    let all = |test: fn(char) -> bool| !text.is_empty() && text.chars().all(test);
    Some(match method {
        "isdecimal" => all(|c| c.is_numeric() && !no_decimal(c)),
        "isdigit" => all(|c| c.is_numeric() && (superscript(c) || !no_decimal(c))),
        "isnumeric" => all(char::is_numeric),
        "isalpha" => all(char::is_alphabetic),
        "isalnum" => all(char::is_alphanumeric),
        "isprintable" => text.chars().all(printable),
        "isspace" => all(char::is_whitespace),
        "isascii" => text.is_ascii(),
        "isupper" => text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase),
        "islower" => text.chars().any(char::is_lowercase) && !text.chars().any(char::is_uppercase),
        "istitle" => text.chars().any(is_cased) && title(text, |c| !is_cased(c)) == text,
        "isidentifier" => {
            text.chars().all(|c| c == '_' || c.is_alphanumeric())
                && text.starts_with(|c: char| !c.is_numeric())
        }
        _ => return None,
    })
}

fn string(args: &mut Args<'_>, index: usize, name: &str) -> Result<String, Error> {
    let value = args.required(index, name)?;
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None if is_undefined(&value) && !value.is_undefined() => Ok(String::new()),
        None => Err(type_error(format!("{name} must be str, not {}", type_name(&value)))),
    }
}

fn optional(args: &mut Args<'_>, index: usize, name: &str) -> Result<Option<String>, Error> {
    match args.get(index, name) {
        Some(value) if !value.is_none() => match value.as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => {
                Err(type_error(format!("{name} must be str or None, not {}", type_name(&value))))
            }
        },
        _ => Ok(None),
    }
}

fn strip(text: &str, method: &str, args: &mut Args<'_>) -> Result<Value, Error> {
    let chars = optional(args, 0, "chars")?;
    let drop = |c: char| match &chars {
        Some(chars) => chars.contains(c),
        None => c.is_whitespace(),
    };
    Ok(Value::from(match method {
        "lstrip" => text.trim_start_matches(drop),
        "rstrip" => text.trim_end_matches(drop),
        _ => text.trim_matches(drop),
    }))
}

fn split(text: &str, method: &str, args: &mut Args<'_>) -> Result<Value, Error> {
    let values = |parts: Vec<&str>| parts.into_iter().map(Value::from).collect::<Vec<_>>();
    match method {
        "splitlines" => {
            let keep = args.flag(0, "keepends", false);
            return Ok(list(values(lines(text, keep))));
        }
        "partition" | "rpartition" => {
            let separator = string(args, 0, "sep")?;
            if separator.is_empty() {
                return Err(type_error("empty separator"));
            }
            let forward = method == "partition";
            let found =
                if forward { text.split_once(&*separator) } else { text.rsplit_once(&*separator) };
            return Ok(tuple(values(match found {
                Some((before, after)) => vec![before, &separator, after],
                None if forward => vec![text, "", ""],
                None => vec!["", "", text],
            })));
        }
        _ => {}
    }
    let separator = optional(args, 0, "sep")?;
    let max = args.int(1, "maxsplit")?.filter(|max| *max >= 0).map(|max| max as usize);
    let forward = method == "split";
    let parts = match separator.as_deref() {
        Some("") => return Err(type_error("empty separator")),
        Some(separator) => match (max, forward) {
            (None, _) => text.split(separator).collect(),
            (Some(max), true) => text.splitn(max + 1, separator).collect(),
            (Some(max), false) => {
                let mut parts: Vec<&str> = text.rsplitn(max + 1, separator).collect();
                parts.reverse();
                parts
            }
        },
        None => words(text, max, forward),
    };
    Ok(list(values(parts)))
}

/// Splits at runs of whitespace, at most `max` times.
fn words(text: &str, max: Option<usize>, forward: bool) -> Vec<&str> {
    let Some(max) = max else {
        return text.split_whitespace().collect();
    };
    let mut parts = Vec::new();
    let mut rest = if forward { text.trim_start() } else { text.trim_end() };
    while !rest.is_empty() {
        let at =
            if forward { rest.find(char::is_whitespace) } else { rest.rfind(char::is_whitespace) };
        match at.filter(|_| parts.len() < max) {
            Some(at) if forward => {
                parts.push(&rest[..at]);
                rest = rest[at..].trim_start();
            }
            Some(at) => {
                parts.push(rest[at..].trim_start());
                rest = rest[..at].trim_end();
            }
            None => {
                parts.push(rest);
                break;
            }
        }
    }
    if !forward {
        parts.reverse();
    }
    parts
}

fn lines(text: &str, keep: bool) -> Vec<&str> {
    let mut parts: Vec<&str> = text.split_inclusive('\n').collect();
    if !keep {
        for part in &mut parts {
            *part = part.strip_suffix('\n').unwrap_or(part);
            *part = part.strip_suffix('\r').unwrap_or(part);
        }
    }
    parts
}

fn affix(text: &str, method: &str, args: &mut Args<'_>) -> Result<Value, Error> {
    let wanted = args.required(0, "prefix")?;
    let start = args.int(1, "start")?.unwrap_or(0).max(0) as usize;
    let text: String = text.chars().skip(start).collect();
    let candidates = if wanted.is_tuple() { elements(&wanted)? } else { vec![wanted] };
    for candidate in candidates {
        let Some(affix) = candidate.as_str() else {
            let name = type_name(&candidate);
            return Err(type_error(format!(
                "{method} first arg must be str or a tuple of str, not {name}"
            )));
        };
        if if method == "startswith" { text.starts_with(affix) } else { text.ends_with(affix) } {
            return Ok(Value::from(true));
        }
    }
    Ok(Value::from(false))
}

/// Positions count characters, not bytes.
fn search(text: &str, method: &str, args: &mut Args<'_>) -> Result<Value, Error> {
    let part = string(args, 0, "sub")?;
    let chars: Vec<char> = text.chars().collect();
    let len = chars.len() as i64;
    let clamp = |value: i64| (if value < 0 { value + len } else { value }).clamp(0, len) as usize;
    let start = args.int(1, "start")?;
    if start.is_some_and(|start| start > len) {
        return match method {
            "count" => Ok(Value::from(0)),
            _ if method.ends_with("index") => Err(type_error("substring not found")),
            _ => Ok(Value::from(-1)),
        };
    }
    let start = start.map_or(0, clamp);
    let stop = args.int(2, "end")?.map_or(chars.len(), clamp).max(start);
    let window: String = chars[start..stop].iter().collect();
    if method == "count" {
        let count = if part.is_empty() { stop - start + 1 } else { window.matches(&*part).count() };
        return Ok(Value::from(count));
    }
    let at = if method.starts_with('r') { window.rfind(&*part) } else { window.find(&*part) };
    match at {
        Some(at) => Ok(Value::from(window[..at].chars().count() + start)),
        None if method.ends_with("index") => Err(type_error("substring not found")),
        None => Ok(Value::from(-1)),
    }
}

fn join(separator: &str, items: &Value) -> Result<Value, Error> {
    let mut out = String::new();
    for (index, item) in elements(items)?.iter().enumerate() {
        let Some(text) = item.as_str() else {
            let name = type_name(item);
            return Err(type_error(format!(
                "sequence item {index}: expected str instance, {name} found"
            )));
        };
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(text);
        checked_len(out.len())?;
    }
    Ok(Value::from(out))
}

/// Wider fields are a mistake, not a wish.
pub(crate) const MAX_WIDTH: usize = 10_000_000;

fn pad(text: &str, method: &str, args: &mut Args<'_>) -> Result<Value, Error> {
    let width = args.required(0, "width")?;
    let width = i64::try_from(width.clone()).ok().filter(|_| width.is_integer());
    let width = width.ok_or_else(|| type_error("the width must be an integer"))?.max(0) as usize;
    if width > MAX_WIDTH {
        return Err(type_error("the width is too large"));
    }
    let space = width.saturating_sub(text.chars().count());
    if method == "zfill" {
        let (sign, digits) = match text.strip_prefix(['-', '+']) {
            Some(digits) => (&text[..1], digits),
            None => ("", text),
        };
        return Ok(Value::from(format!("{sign}{}{digits}", "0".repeat(space))));
    }
    let fill = optional(args, 1, "fillchar")?.unwrap_or_else(|| " ".to_owned());
    if fill.chars().count() != 1 {
        return Err(type_error("The fill character must be exactly one character long"));
    }
    let left = match method {
        "ljust" => 0,
        "rjust" => space,
        // CPython puts the odd one to the left when the width is odd.
        _ => space / 2 + (space & width & 1),
    };
    Ok(Value::from(format!("{}{text}{}", fill.repeat(left), fill.repeat(space - left))))
}

fn expand_tabs(text: &str, size: i64) -> String {
    let size = size.clamp(0, 1000) as usize;
    let mut out = String::new();
    let mut column = 0;
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let spaces = size - column % size;
                out.push_str(&" ".repeat(spaces));
                column += spaces;
            }
            '\t' => {}
            c => {
                out.push(c);
                column = if c == '\n' { 0 } else { column + 1 };
            }
        }
    }
    out
}
