//! Filters about text.

use minijinja::value::Value;
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::methods;
use crate::jinja::values::{Args, dict, elements, printf, python_str, tuple};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("string", |_, value, _| text(python_str(value))),
    ("safe", |_, value, _| Ok(value.clone())),
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
    ("wordwrap", wordwrap),
    ("striptags", striptags),
    ("urlencode", urlencode),
    ("escape", escape),
    ("e", escape),
    ("forceescape", escape),
];

fn text(text: String) -> Result<Value, Error> {
    Ok(Value::from(text))
}

fn trim(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let chars = Args::new("trim", args)?.get(0, "chars").filter(|chars| !chars.is_none());
    let source = python_str(value);
    match chars {
        Some(chars) => {
            let chars = python_str(&chars);
            text(source.trim_matches(|c| chars.contains(c)).to_owned())
        }
        None => text(source.trim().to_owned()),
    }
}

fn replace(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("replace", args)?;
    let (old, new) = (python_str(&args.required(0, "old")?), python_str(&args.required(1, "new")?));
    let source = python_str(value);
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
    let source = python_str(value);
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
    let leeway = args.int(3, "leeway")?.unwrap_or(5).max(0) as usize;
    let source = python_str(value);
    if source.chars().count() <= length + leeway {
        return text(source);
    }
    let kept: String = source.chars().take(length.saturating_sub(end.chars().count())).collect();
    let kept = match kept.rfind(' ') {
        Some(space) if !kill_words => &kept[..space],
        _ => &kept,
    };
    text(format!("{kept}{end}"))
}

/// Breaks lines at spaces; words longer than a line are cut.
fn wordwrap(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("wordwrap", args)?;
    let width = args.int(0, "width")?.unwrap_or(79).max(1) as usize;
    let cut = args.flag(1, "break_long_words", true);
    let newline = args.get(2, "wrapstring").filter(|value| !value.is_none());
    let newline = newline.map_or_else(|| "\n".to_owned(), |newline| python_str(&newline));
    let source = python_str(value);
    let wrapped: Vec<String> =
        source.lines().map(|line| wrap_line(line, width, cut).join(&newline)).collect();
    text(wrapped.join(&newline))
}

fn wrap_line(line: &str, width: usize, cut: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut current = String::new();
    for word in line.split(' ') {
        let mut word = word.to_owned();
        let room = |current: &str| {
            width.saturating_sub(current.chars().count() + usize::from(!current.is_empty()))
        };
        if word.chars().count() > room(&current) && !current.is_empty() {
            lines.push(std::mem::take(&mut current));
        }
        while cut && word.chars().count() > width {
            lines.push(word.chars().take(width).collect());
            word = word.chars().skip(width).collect();
        }
        if !current.is_empty() {
            current.push(' ');
        }
        current.push_str(&word);
    }
    lines.push(current);
    lines
}

fn striptags(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    let source = python_str(value);
    let mut out = String::new();
    let mut rest = source.as_str();
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        let (after, close) = match rest[open..].strip_prefix("<!--") {
            Some(comment) => (comment, "-->"),
            None => (&rest[open + 1..], ">"),
        };
        match after.find(close) {
            Some(at) => rest = &after[at + close.len()..],
            None => {
                out.push_str(&rest[open..]);
                rest = "";
            }
        }
    }
    out.push_str(rest);
    let plain = out.split_whitespace().collect::<Vec<_>>().join(" ");
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    text(entities.iter().fold(plain, |text, (entity, c)| text.replace(entity, c)))
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
    if value.kind() != minijinja::value::ValueKind::Map {
        return text(quote(&python_str(value), "/"));
    }
    let mut parts = Vec::new();
    for key in elements(value)? {
        let item = python_str(&value.get_item(&key)?);
        let plus = |text: &str| quote(text, "").replace("%20", "+");
        parts.push(format!("{}={}", plus(&python_str(&key)), plus(&item)));
    }
    text(parts.join("&"))
}

fn escape(_: &mut State<'_, '_>, value: &Value, _: &[Value]) -> Result<Value, Error> {
    let source = python_str(value);
    let mut out = String::new();
    for c in source.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    text(out)
}
