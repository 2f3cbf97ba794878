//! The smallest place that a diagnostic is about, read from the file when it has to be shown.
//!
//! What a stage knows is often the entry that has the mistake, or where reading stopped; its message quotes the word
//! that is wrong. Where that word stands in the entry once, it is the place. Nothing is paid while nothing is wrong.
//! Invariant: a place moves within its file only, and only to what the message quotes or to what was left open.

use super::{Code, Diagnostic, codes};
use crate::source::yaml::{self, Node as YamlNode, Yaml};
use crate::source::{SourceMap, Span};

/// Codes whose place in a template is a whole call of which one argument is meant.
const OF_ARGUMENTS: &[Code] =
    &[codes::WRONG_TYPE, codes::BAD_MICROBATCH, codes::MACRO_ARGUMENTS, codes::DUPLICATE_RELATION];

/// Codes whose place in a property file is an entry of which one word is meant.
const OF_ENTRIES: &[Code] = &[
    codes::WRONG_TYPE,
    codes::MISSING_PACKAGE,
    codes::UNKNOWN_REF,
    codes::UNKNOWN_SOURCE,
    codes::UNKNOWN_DOC,
    codes::MACRO_ARGUMENTS,
    codes::BAD_CONFIG,
    codes::BAD_SNAPSHOT,
    codes::BAD_EXPECTATION,
    codes::BAD_UNIT_TEST,
    codes::BAD_MICROBATCH,
    codes::BAD_FRESHNESS,
    codes::CONTRACT,
    codes::UNKNOWN_KEY_COLUMN,
];

/// Codes of templates; in a YAML file their place is the whole value.
const OF_TEMPLATES: &[Code] = &[codes::MISSING_ENV_VAR, codes::MISSING_VAR, codes::UNKNOWN_NAME];

/// The diagnostic at the smallest place that its message tells.
#[must_use]
pub fn sharpened(sources: &SourceMap, diagnostic: Diagnostic) -> Diagnostic {
    let Some(label) = &diagnostic.primary else { return diagnostic };
    let file = sources.file(label.span.file);
    let is_yaml = [".yml", ".yaml"].iter().any(|ending| file.path.ends_with(ending));
    let (span, text) = (label.span, &*file.text);
    let found = match is_yaml {
        true if diagnostic.code == codes::BAD_YAML => return left_open(text, span, diagnostic),
        false if diagnostic.code == codes::REF_ARGUMENTS => {
            return unquoted(text, span, diagnostic);
        }
        true if OF_TEMPLATES.contains(&diagnostic.code) => name_in_value(text, span, &diagnostic),
        true if OF_ENTRIES.contains(&diagnostic.code) => word_of_entry(text, span, &diagnostic),
        false if OF_ARGUMENTS.contains(&diagnostic.code) => {
            let rest = text.get(span.start as usize..).unwrap_or_default();
            let end = rest.find("}}").or_else(|| rest.find('\n')).unwrap_or(rest.len());
            only_word(&rest[..end], &diagnostic).map(|(at, len)| {
                let start = span.start as usize + at;
                Span::new(span.file, start, start + len)
            })
        }
        _ => None,
    };
    match (found, diagnostic.primary.as_ref().map(|label| label.text.clone())) {
        (Some(span), Some(text)) => diagnostic.at(span, text),
        _ => diagnostic,
    }
}

/// The name of `ref(orders)`, which has to be `ref('orders')`.
fn unquoted(text: &str, span: Span, diagnostic: Diagnostic) -> Diagnostic {
    let call = text.get(span.start as usize..).unwrap_or_default();
    let call = call.split("}}").next().unwrap_or_default();
    let open = call.find("ref").and_then(|at| Some(at + call[at..].find('(')?));
    let Some(open) = open.filter(|_| diagnostic.message.contains("without a value")) else {
        return diagnostic;
    };
    let mut start = open + 1;
    let arguments = call[start..].split(')').next().unwrap_or_default();
    for argument in arguments.split(',') {
        let name = argument.trim();
        let at = span.start as usize + start + argument.len() - argument.trim_start().len();
        let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_name {
            let place = Span::new(span.file, at, at + name.len());
            return diagnostic.at(place, "").hint(format!("put the name in quotes: `'{name}'`"));
        }
        start += argument.len() + 1;
    }
    diagnostic
}

/// The word that the message quotes, in the entry whose name stands at `span`, or behind it in its line.
fn word_of_entry(text: &str, span: Span, diagnostic: &Diagnostic) -> Option<Span> {
    let named = yaml::parse(span.file, text).ok().and_then(|document| entry(&document.root, span));
    let start = named.map_or(span.start, |entry| entry.start) as usize;
    let end = named.map_or(span.end, |entry| entry.end) as usize;
    let end = end + text.get(end..)?.find('\n').unwrap_or(text.len() - end);
    let region = text.get(start..end)?;
    let own = text.get(span.start as usize..span.end as usize)?;
    if diagnostic.message.contains(" has no `") {
        return None;
    }
    let (at, len) = only_word(region, diagnostic)
        .filter(|(at, len)| region[*at..*at + *len] != *own.trim_matches(['"', '\'']))?;
    // `ref('x')`, `owner/package`: the whole value.
    let before = region[..at].rfind(|c: char| c.is_whitespace() || "[{,".contains(c));
    let from = before.map_or(0, |before| before + 1);
    let from = from + region[from..at].starts_with(['"', '\'']) as usize;
    Some(Span::new(span.file, start + from, start + at + len))
}

/// The name that the message quotes in a template of a value; of `var('x')` and `env_var('x')` the call.
fn name_in_value(text: &str, span: Span, diagnostic: &Diagnostic) -> Option<Span> {
    let value = text.get(span.start as usize..span.end as usize)?;
    let (at, len) = only_word(value, diagnostic).filter(|(at, _)| value[..*at].contains("{{"))?;
    let before = value[..at].trim_end_matches(['\'', '"', ' ']);
    let call = ["env_var(", "var("].iter().find_map(|call| before.strip_suffix(call));
    let start = span.start as usize;
    Some(Span::new(span.file, start + call.map_or(at, str::len), start + at + len))
}

/// The last text that the message quotes and that stands in the region as a word once.
fn only_word(region: &str, diagnostic: &Diagnostic) -> Option<(usize, usize)> {
    let quotes = match diagnostic.code == codes::DUPLICATE_RELATION {
        true => ['"', '"'],
        false => ['`', '\''],
    };
    let quoted = quotes.iter().find_map(|quote| {
        let parts: Vec<&str> = diagnostic.message.split(*quote).skip(1).step_by(2).collect();
        (!parts.is_empty()).then_some(parts)
    })?;
    let with_stems = quoted.iter().rev().flat_map(|word| {
        let stem = word.strip_suffix(".csv").or_else(|| word.strip_suffix(".sql"));
        [Some(*word), stem].into_iter().flatten()
    });
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let once = |word: &str| {
        let mut found = region.match_indices(word).filter(|(at, _)| {
            !region[..*at].ends_with(is_part) && !region[at + word.len()..].starts_with(is_part)
        });
        let (at, _) = found.next().filter(|_| !word.is_empty())?;
        found.next().is_none().then_some((at, word.len()))
    };
    with_stems.map(once).find(Option::is_some)?
}

/// The mapping whose `name` stands at a place.
fn entry(yaml: &Yaml, name: Span) -> Option<Span> {
    match &yaml.node {
        YamlNode::Map(map) => {
            let is_it = yaml.get("name").is_some_and(|own| own.span == name);
            match is_it {
                true => Some(yaml.span),
                false => map.iter().find_map(|(_, value)| entry(value, name)),
            }
        }
        YamlNode::Seq(items) => items.iter().find_map(|item| entry(item, name)),
        _ => None,
    }
}

/// YAML that stops somewhere because of what was left open before.
fn left_open(text: &str, span: Span, diagnostic: Diagnostic) -> Diagnostic {
    let at = (span.start as usize).min(text.len());
    let line = text[..at].rfind('\n').map_or(0, |at| at + 1);
    if diagnostic.message.contains("tab")
        && let Some(tab) = tab_indent(&text[line..])
    {
        let place = Span::new(span.file, line + tab, line + tab + 1);
        return diagnostic.at(place, "a tab; YAML is indented with blanks");
    }
    let before = at.saturating_sub(1);
    let braces =
        [before, at].into_iter().find(|at| text.get(*at..).is_some_and(|t| t.starts_with("{{")));
    if let Some(at) = braces {
        let end = at + text[at..].find("}}").map_or(2, |end| end + 2);
        let place = Span::new(span.file, at, end);
        return diagnostic.at(place, "").hint("put the template in quotes");
    }
    match open_before(text, at) {
        Some(open) => {
            let place = Span::new(span.file, open, open + 1);
            diagnostic.and_at(span, "reading stopped here").at(place, "this is not closed")
        }
        None => diagnostic,
    }
}

fn tab_indent(text: &str) -> Option<usize> {
    let mut start = 0;
    text.split_inclusive('\n').find_map(|line| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let found = indent.find('\t').filter(|_| !line.trim().is_empty()).map(|tab| start + tab);
        start += line.len();
        found
    })
}

/// The bracket or quote that is open at a place.
fn open_before(text: &str, end: usize) -> Option<usize> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut last = '\n';
    let mut chars = text[..end].char_indices();
    while let Some((at, c)) = chars.next() {
        let begins = matches!(last, '\n' | ':' | '-' | '[' | '{' | ',');
        match open.last().map(|(_, open)| *open) {
            Some(quote @ ('\'' | '"')) => {
                if c == quote {
                    open.pop();
                }
                last = if c.is_whitespace() { last } else { c };
                continue;
            }
            inside => match c {
                '#' if text[..at].ends_with(char::is_whitespace) => {
                    let _ = chars.by_ref().find(|(_, c)| *c == '\n');
                    last = '\n';
                    continue;
                }
                '[' | '{' | '\'' | '"' if begins => open.push((at, c)),
                ']' if inside == Some('[') => drop(open.pop()),
                '}' if inside == Some('{') => drop(open.pop()),
                _ => {}
            },
        }
        last = match c {
            '\n' => '\n',
            c if c.is_whitespace() => last,
            c => c,
        };
    }
    open.first().map(|(at, _)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn place(text: &str, mark: &str, code: Code, message: &str) -> String {
        let sources = SourceMap::new();
        let file = sources.add("a.yml", Path::new("/a.yml"), text);
        let at = text.find(mark).unwrap();
        let diagnostic =
            Diagnostic::error(code, message).at(Span::new(file, at, at + mark.len()), "");
        sources.place(sharpened(&sources, diagnostic).primary.unwrap().span)
    }

    #[test]
    fn the_quoted_word_of_the_entry_is_the_place() {
        let text = "exposures:\n  - name: weekly\n    depends_on:\n      - ref('orderz')\n";
        let message = "exposure `weekly` references `orderz`, which does not exist";
        assert_eq!(place(text, "weekly", codes::UNKNOWN_REF, message), "a.yml:4:9");
        let twice = "a:\n  - name: n\n    x: [y, y]\n";
        let unclear = place(twice, "n\n", codes::UNKNOWN_REF, "`n` has `y`");
        assert_eq!(unclear, "a.yml:2:11");
    }

    #[test]
    fn a_name_in_a_template_of_a_value_is_the_place() {
        let text = "on-run-end:\n  - \"{{ grant_al() }}\"\npath: '{{ env_var(\"DB\") }}'\n";
        let hook =
            place(text, "\"{{ grant_al() }}\"", codes::UNKNOWN_NAME, "'grant_al' is undefined");
        assert_eq!(hook, "a.yml:2:9");
        let path = "'{{ env_var(\"DB\") }}'";
        let missing = "the environment variable `DB` is required here and is not set";
        assert_eq!(place(text, path, codes::MISSING_ENV_VAR, missing), "a.yml:3:11");
    }

    #[test]
    fn what_was_left_open_is_the_place() {
        let bracket = "models:\n  - name: a # [\n    tags: [x, y\n    description: z\n";
        assert_eq!(place(bracket, ": z", codes::BAD_YAML, "not YAML"), "a.yml:3:11");
        let tab = "models:\n  - name: a\n\tdescription: b\n";
        assert_eq!(place(tab, "a\n", codes::BAD_YAML, "found a tab"), "a.yml:3:1");
    }
}
