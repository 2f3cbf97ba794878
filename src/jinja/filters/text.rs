//! Filters about text.

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::methods;
use crate::jinja::values::{
    Args, dict, pairs_of, printf, python_str, tuple, type_error, type_name, undefined,
};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("string", |_, value, _| text(python_str(value))),
    ("upper", |_, value, _| text(python_str(value).to_uppercase())),
    ("lower", |_, value, _| text(python_str(value).to_lowercase())),
    ("capitalize", |_, value, _| text(methods::capitalize(&python_str(value)))),
    ("title", |_, value, _| {
        text(methods::title(&python_str(value), |c| c.is_whitespace() || "-([{<".contains(c)))
    }),
    ("trim", trim),
    ("replace", replace),
    ("format", format),
    ("center", center),
    ("indent", indent),
    ("wordcount", |_, value, _| Ok(Value::from(words(&python_str(value))))),
    ("truncate", truncate),
    ("urlencode", urlencode),
];

fn text(text: String) -> Result<Value, Error> {
    Ok(Value::from(text))
}

fn trim(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let chars = Args::new("trim", args)?.get(0, "chars").filter(|chars| !chars.is_none());
    let source = python_str(value);
    match chars {
        Some(chars) => {
            let Some(chars) = chars.as_str() else {
                return Err(type_error("strip arg must be None or str"));
            };
            text(source.trim_matches(|c| chars.contains(c)).to_owned())
        }
        None => text(source.trim().to_owned()),
    }
}

fn replace(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("replace", args)?;
    let (old, new) = (python_str(&args.required(0, "old")?), python_str(&args.required(1, "new")?));
    let source = python_str(value);
    methods::checked_replacement(&source, &old, &new)?;
    text(match args.int(2, "count")? {
        Some(count) if count >= 0 => source.replacen(&old, &new, count as usize),
        _ => source.replace(&old, &new),
    })
}

fn format(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("format", args)?;
    let keywords = args.take_keywords();
    let arguments =
        if keywords.is_empty() { tuple(args.positional().to_vec()) } else { dict(keywords) };
    printf(&python_str(value), &arguments)
}

fn center(state: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let width = Args::new("center", args)?.int(0, "width")?.unwrap_or(80);
    Value::from(python_str(value)).call_method(state, "center", &[Value::from(width)])
}

/// Lines but the first are indented; `first` and `blank` include the first and empty ones.
fn indent(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("indent", args)?;
    let width = args.get(0, "width").unwrap_or_else(|| Value::from(4));
    let prefix = match (width.as_str(), width.as_usize()) {
        (Some(text), _) => text.to_owned(),
        (None, spaces) => " ".repeat(spaces.unwrap_or(4)),
    };
    let (first, blank) = (args.flag(1, "first", false), args.flag(2, "blank", false));
    args.finish(3)?;
    if prefix.len() > methods::MAX_WIDTH {
        return Err(type_error("the indentation is too wide"));
    }
    let Some(source) = value.as_str() else {
        return Err(match value.is_undefined() {
            true => undefined(),
            false => type_error(format!("cannot indent '{}' object", type_name(value))),
        });
    };
    let mut out = String::new();
    for (index, line) in source.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let indented = if index == 0 { first } else { blank || !line.is_empty() };
        if indented {
            out.push_str(&prefix);
        }
        out.push_str(line);
    }
    text(out)
}

fn words(source: &str) -> usize {
    source.split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|word| !word.is_empty()).count()
}

fn truncate(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("truncate", args)?;
    let length = args.int(0, "length")?.unwrap_or(255).max(0) as usize;
    let kill_words = args.flag(1, "killwords", false);
    let end = args.get(2, "end").map_or_else(|| "...".to_owned(), |end| python_str(&end));
    let leeway = args.int(3, "leeway")?.unwrap_or(5);
    args.finish(4)?;
    let long_enough = length >= end.chars().count();
    let leeway = usize::try_from(leeway).ok().filter(|_| long_enough);
    let leeway = leeway.ok_or_else(|| type_error("expected a length of at least the end's"))?;
    let Some(source) = value.as_str() else {
        return match super::sequences::len(value)? {
            len if len <= length + leeway => Ok(value.clone()),
            _ => Err(type_error(format!("can only cut strings, not {}", type_name(value)))),
        };
    };
    if source.chars().count() <= length + leeway {
        return text(source.to_owned());
    }
    let kept: String = source.chars().take(length.saturating_sub(end.chars().count())).collect();
    let kept = match kept.rfind(' ') {
        Some(space) if !kill_words => &kept[..space],
        _ => &kept,
    };
    text(format!("{kept}{end}"))
}

fn urlencode(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    let quote = |text: &str, keep: &str| -> String {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' | b'~' => {
                    out.push(byte as char)
                }
                byte if keep.as_bytes().contains(&byte) => out.push(byte as char),
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    };
    let pairs = match value.kind() {
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable => pairs_of(value)?,
        _ => return text(quote(&python_str(value), "/")),
    };
    let plus = |value: &Value| quote(&python_str(value), "").replace("%20", "+");
    let parts: Vec<String> =
        pairs.iter().map(|(key, item)| format!("{}={}", plus(key), plus(item))).collect();
    text(parts.join("&"))
}
