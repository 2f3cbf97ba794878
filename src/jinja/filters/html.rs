//! Filters about HTML: escaping, attributes, links.

use std::sync::LazyLock;

use fancy_regex::Regex;
use minijinja::value::{Value, ValueKind};
use minijinja::{Error, State};

use super::Filter;
use crate::jinja::values::{Args, elements, is_undefined, python_str, type_error, type_name};

pub(super) const FILTERS: &[(&str, Filter)] = &[
    ("safe", |_, value, _| Ok(value.clone())),
    ("escape", |_, value, _| Ok(Value::from(escaped(&python_str(value))))),
    ("e", |_, value, _| Ok(Value::from(escaped(&python_str(value))))),
    ("forceescape", |_, value, _| Ok(Value::from(escaped(&python_str(value))))),
    ("striptags", |_, value, _| Ok(Value::from(without_tags(&python_str(value))))),
    ("xmlattr", xml_attributes),
    ("urlize", urlize),
];

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("&#39;"),
            '"' => out.push_str("&#34;"),
            c => out.push(c),
        }
    }
    out
}

/// Drops tags and comments, joins runs of whitespace, decodes entities.
fn without_tags(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
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
    entities.iter().fold(plain, |text, (entity, c)| text.replace(entity, c))
}

/// ` a="1" b="2"` of a mapping; what is none or undefined is left out.
fn xml_attributes(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("xmlattr", args)?;
    let space = args.flag(0, "autospace", true);
    args.finish(1)?;
    if value.kind() != ValueKind::Map {
        let message = format!("'{}' object has no attribute 'items'", type_name(value));
        return Err(type_error(message));
    }
    let mut attributes = Vec::new();
    for key in elements(value)? {
        let item = value.get_item(&key)?;
        if item.is_none() || is_undefined(&item) {
            continue;
        }
        let Some(name) = key.as_str() else {
            return Err(type_error("expected string or bytes-like object"));
        };
        if name.contains(|c: char| c.is_whitespace() || "/>=".contains(c)) {
            return Err(type_error(format!("Invalid character in attribute name: '{name}'")));
        }
        attributes.push(format!("{}=\"{}\"", escaped(name), escaped(&python_str(&item))));
    }
    let text = attributes.join(" ");
    Ok(Value::from(if space && !text.is_empty() { format!(" {text}") } else { text }))
}

/// What Jinja2 takes for the address of a page.
static PAGE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)^(
            (https?://|www\.)(([\w%-]+\.)+)?([a-z]{2,63}|xn--[\w%]{2,59})
            | ([\w%-]{2,63}\.)+(com|net|int|edu|gov|org|info|mil)
            | (https?://)(([\d]{1,3})(\.[\d]{1,3}){3}|(\[([\da-f]{0,4}:){2}([\da-f]{0,4}:?){1,6}\]))
        )(?::[\d]{1,5})?(?:[/?\#]\S*)?$",
    )
});
static MAIL: LazyLock<Regex> = LazyLock::new(|| regex(r"^\S+@\w[\w.-]*\.\w+$"));
static HEAD: LazyLock<Regex> = LazyLock::new(|| regex(r"^([(<]|&lt;)+"));
static TAIL: LazyLock<Regex> = LazyLock::new(|| regex(r"([)>.,\n]|&gt;)+$"));

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("invariant: the pattern is valid")
}

/// How links look.
struct Links {
    limit: Option<usize>,
    attributes: String,
    schemes: Vec<String>,
}

fn urlize(_: &mut State<'_, '_>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let mut args = Args::new("urlize", args)?;
    let limit = args.int(0, "trim_url_limit")?.map(|limit| limit.max(0) as usize);
    let nofollow = args.flag(1, "nofollow", false);
    let mut text = |index: usize, name: &str| {
        args.get(index, name).filter(Value::is_true).map(|value| python_str(&value))
    };
    let (target, rel) = (text(2, "target"), text(3, "rel").unwrap_or_default());
    let schemes = args.get(4, "extra_schemes").map_or(Ok(Vec::new()), |list| elements(&list))?;
    args.finish(5)?;
    let mut relations: Vec<&str> = rel.split_whitespace().collect();
    relations.extend(nofollow.then_some("nofollow").into_iter().chain(["noopener"]));
    relations.sort_unstable();
    relations.dedup();
    let mut attributes = format!(" rel=\"{}\"", escaped(&relations.join(" ")));
    if let Some(target) = target {
        attributes += &format!(" target=\"{}\"", escaped(&target));
    }
    let links = Links { limit, attributes, schemes: schemes.iter().map(python_str).collect() };
    let source = escaped(&python_str(value));
    let words = source.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word.trim_end_matches(char::is_whitespace);
        links.word(bare) + &word[bare.len()..]
    });
    Ok(Value::from(words.collect::<String>()))
}

impl Links {
    /// One word, made a link if it is one; punctuation around it stays outside.
    fn word(&self, word: &str) -> String {
        let found = |regex: &Regex, text: &str| regex.find(text).ok().flatten().map(|m| m.range());
        let (head, rest) = word.split_at(found(&HEAD, word).map_or(0, |range| range.end));
        let (middle, tail) =
            rest.split_at(found(&TAIL, rest).map_or(rest.len(), |range| range.start));
        let (mut middle, mut tail) = (middle.to_owned(), tail);
        for (open, close) in [("(", ")"), ("<", ">"), ("&lt;", "&gt;")] {
            let opened = middle.matches(open).count();
            if opened <= middle.matches(close).count() {
                continue;
            }
            for _ in 0..opened.min(tail.matches(close).count()) {
                let end = tail.find(close).map_or(0, |at| at + close.len());
                middle.push_str(&tail[..end]);
                tail = &tail[end..];
            }
        }
        format!("{head}{}{tail}", self.link(&middle).unwrap_or(middle))
    }

    fn link(&self, text: &str) -> Option<String> {
        let is = |regex: &Regex, text: &str| regex.is_match(text).unwrap_or(false);
        let anchor = |address: &str, attributes: &str, shown: &str| {
            Some(format!("<a href=\"{address}\"{attributes}>{shown}</a>"))
        };
        if is(&PAGE, text) {
            let scheme = text.starts_with("https://") || text.starts_with("http://");
            let address = if scheme { text.to_owned() } else { format!("https://{text}") };
            return anchor(&address, &self.attributes, &self.cut(text));
        }
        if let Some(mail) = text.strip_prefix("mailto:").filter(|mail| is(&MAIL, mail)) {
            return anchor(text, "", mail);
        }
        let mail = text.contains('@') && !text.starts_with("www.") && !text.starts_with('@');
        if mail && !text.contains(':') && is(&MAIL, text) {
            return anchor(&format!("mailto:{text}"), "", text);
        }
        let scheme = self.schemes.iter().any(|scheme| text != scheme && text.starts_with(scheme));
        if scheme { anchor(text, &self.attributes, text) } else { None }
    }

    fn cut(&self, text: &str) -> String {
        match self.limit {
            Some(limit) if text.chars().count() > limit => {
                text.chars().take(limit).collect::<String>() + "..."
            }
            _ => text.to_owned(),
        }
    }
}
