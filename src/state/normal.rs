//! The normal form of a template: its text without what only formats it.
//!
//! Left out are comments of Jinja and of SQL, and white space that separates nothing. What stands in quotes stays as it
//! is; tags inside of SQL comments stay too, as they are executed, and so do the marks of white space control, which can
//! join what stands around them.

/// The normal form. Two templates with the same one mean the same.
pub(super) fn normal(text: &str) -> String {
    let mut walk = Walk { out: String::with_capacity(text.len()), gap: false };
    let mut rest = text;
    let mut inside = Inside::Code;
    while let Some(c) = rest.chars().next() {
        if let Some(end) = tag(rest) {
            let (tag, after) = rest.split_at(end);
            if !tag.starts_with("{#") {
                walk.tag(tag, inside == Inside::Quotes('\'') || inside == Inside::Quotes('"'));
            } else if matches!(inside, Inside::Quotes(_)) {
                // A comment leaves nothing behind, and in a text nothing may be added.
            } else {
                walk.gap = true;
            }
            rest = after;
            continue;
        }
        let step = match inside {
            Inside::Quotes(quote) => {
                walk.out.push(c);
                if c == quote {
                    inside = Inside::Code;
                }
                c.len_utf8()
            }
            Inside::LineComment => {
                if c == '\n' {
                    inside = Inside::Code;
                }
                c.len_utf8()
            }
            Inside::BlockComment if rest.starts_with("*/") => {
                inside = Inside::Code;
                2
            }
            Inside::BlockComment => c.len_utf8(),
            Inside::Code => {
                let (step, next) = walk.code(rest, c);
                inside = next;
                step
            }
        };
        rest = &rest[step..];
    }
    walk.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Code,
    Quotes(char),
    LineComment,
    BlockComment,
}

struct Walk {
    out: String,
    /// White space or a comment was passed over.
    gap: bool,
}

impl Walk {
    /// One step in SQL: how many bytes it takes, and where it leads.
    fn code(&mut self, rest: &str, c: char) -> (usize, Inside) {
        if rest.starts_with("--") {
            self.gap = true;
            return (2, Inside::LineComment);
        }
        if rest.starts_with("/*") {
            self.gap = true;
            return (2, Inside::BlockComment);
        }
        if c.is_whitespace() {
            self.gap = true;
            return (c.len_utf8(), Inside::Code);
        }
        self.push(c);
        let next = if matches!(c, '\'' | '"' | '`') { Inside::Quotes(c) } else { Inside::Code };
        (c.len_utf8(), next)
    }

    /// A tag, marks of white space control included; texts in it stay as they are.
    fn tag(&mut self, tag: &str, verbatim: bool) {
        let (open, close) = (&tag[..2], &tag[tag.len() - 2..]);
        let inner = &tag[2..tag.len() - 2];
        let is_mark = |c: &char| matches!(c, '-' | '+');
        let first = inner.chars().next().filter(is_mark);
        let last = inner.chars().next_back().filter(is_mark).filter(|_| inner.len() > 1);
        let inner = inner.get(first.map_or(0, char::len_utf8)..).unwrap_or_default();
        let inner = &inner[..inner.len() - last.map_or(0, char::len_utf8)];
        if verbatim {
            self.out.push_str(open);
        } else {
            open.chars().for_each(|c| self.push(c));
        }
        self.out.extend(first);
        self.gap = false;
        let mut quote = None;
        for c in inner.chars() {
            match quote {
                Some(open) => {
                    self.out.push(c);
                    if c == open {
                        quote = None;
                    }
                }
                None if c.is_whitespace() => self.gap = true,
                None => {
                    self.push(c);
                    if matches!(c, '\'' | '"') {
                        quote = Some(c);
                    }
                }
            }
        }
        self.gap = false;
        self.out.extend(last);
        self.out.push_str(close);
    }

    /// Adds a character, with a blank before it where one was and separates something.
    fn push(&mut self, c: char) {
        if std::mem::take(&mut self.gap)
            && self.out.chars().next_back().is_some_and(|before| separates(before, c))
        {
            self.out.push(' ');
        }
        self.out.push(c);
    }
}

/// Whether white space between two characters means something.
fn separates(before: char, after: char) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.' | '\'' | '"' | '`');
    let is_bracket = |c: char| matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | ',' | ';');
    match (is_word(before), is_word(after)) {
        (true, true) => true,
        (false, false) => !is_bracket(before) && !is_bracket(after),
        // A brace ends a tag, which may give a word.
        (true, false) => after == '{',
        (false, true) => before == '}',
    }
}

/// How long the tag at the start of a text is; `None` when there is none, or it has no end.
fn tag(text: &str) -> Option<usize> {
    let close = match text.get(..2)? {
        "{{" => "}}",
        "{%" => "%}",
        "{#" => return text.find("#}").map(|at| at + 2),
        _ => return None,
    };
    let mut quote = None;
    for (at, c) in text.char_indices().skip(2) {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if text[at..].starts_with(close) => return Some(at + 2),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) {
        assert_eq!(normal(a), normal(b), "{a:?} and {b:?}");
    }

    fn differ(a: &str, b: &str) {
        assert_ne!(normal(a), normal(b), "{a:?} and {b:?}");
    }

    #[test]
    fn formatting_and_comments_do_not_count() {
        same("select a , b\nfrom t\n", "select a,b from t");
        same("select 1 -- one\n", "select 1");
        same("select /* x */ 1", "select 1");
        same("select 1{# note #}", "select 1");
        same(
            "{{ config( materialized = 'table' ) }}\nselect 1",
            "{{config(materialized='table')}} select 1",
        );
        same("{%- if x -%} a {%- endif %}", "{%-if x-%}\n  a\n{%-  endif %}");
        same("select {{ x }}", "select {{x}}");
    }

    #[test]
    fn what_means_something_counts() {
        differ("select 'a b'", "select 'a  b'");
        differ("select \"a b\"", "select \"a  b\"");
        differ("select a b", "select ab");
        differ("select 1 - -1", "select 1 --1");
        differ("-- {{ config(materialized='table') }}\nselect 1", "select 1");
        differ("{{ f('a  b') }}", "{{ f('a b') }}");
        differ("select '-- x'", "select '-- y'");
        differ("select 'a' /* ' */, 'b'", "select 'a', 'c'");
        differ("select a {{ x }}", "select a{{ x }}");
        differ("select {%- if x -%} a {%- endif %}", "select {% if x %} a {% endif %}");
    }

    #[test]
    fn anything_has_a_normal_form() {
        for text in ["{{", "{% 'x", "'", "/*", "--", "{# ", "ä{{ 'ö' }}ü", "{{}}", "{%-%}", "{{-}}"]
        {
            normal(text);
        }
    }
}
