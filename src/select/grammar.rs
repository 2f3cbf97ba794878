//! From `--select` text to a tree of sets: `[@][n+][method:]value[+n]`, `,` intersects, space unites.
//!
//! It checks shape and method names; what a value means is the method's business.

use serde_json::Value as Json;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::names::did_you_mean;
use crate::source::Span;

use super::methods::{self, Method};
use super::{Criteria, Indirect};

/// A set of nodes, described.
pub(super) enum Spec {
    /// The whole graph.
    Everything,
    /// One method and its operators.
    Atom(Atom),
    /// Several sets made one.
    Group(Group),
}

/// Several sets made one.
pub(super) struct Group {
    /// How.
    pub(super) operator: Operator,
    /// Of what.
    pub(super) parts: Vec<Spec>,
    /// How tests that were left aside get another chance.
    pub(super) indirect: Indirect,
    /// The text to warn about when nothing is selected.
    pub(super) criterion: Option<String>,
}

/// A set operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    /// In any part.
    Union,
    /// In all parts.
    Intersection,
    /// In the first part and in no other.
    Difference,
}

/// One method with what widens its result.
pub(super) struct Atom {
    /// As it was written.
    pub(super) text: String,
    /// Where it stands in `selectors.yml`.
    pub(super) place: Option<Span>,
    /// The method.
    pub(super) method: &'static Method,
    /// Whether the method was written.
    pub(super) explicit: bool,
    /// What it is asked.
    pub(super) query: Query,
    /// `@`: descendants and all that they depend on.
    pub(super) childrens_parents: bool,
    /// `+` or `n+` before it.
    pub(super) parents: Reach,
    /// `+` or `+n` after it.
    pub(super) children: Reach,
    /// Which tests come along.
    pub(super) indirect: Indirect,
}

/// What a method is asked.
pub(super) struct Query {
    /// The method's name.
    pub(super) method: &'static str,
    /// The words after the method's name: `meta`, `owner` of `config.meta.owner`.
    pub(super) arguments: Vec<String>,
    /// The text after the colon.
    pub(super) value: String,
    /// The value of a definition that is no text: a number or a truth value.
    pub(super) typed: Option<Json>,
}

/// How far an operator reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// The operator is not there.
    No,
    /// Any number of edges.
    Any,
    /// So many edges.
    Depth(usize),
}

/// Reads all of `--select` and `--exclude`.
///
/// # Errors
/// Every selector that cannot be read.
pub(super) fn parse(criteria: &Criteria) -> Result<Spec, Diagnostics> {
    let mut mistakes = Diagnostics::new();
    let select = match criteria.select.is_empty() {
        true => Spec::Everything,
        false => union(&criteria.select, criteria.indirect, &mut mistakes),
    };
    let exclude = union(&criteria.exclude, criteria.indirect, &mut mistakes);
    if mistakes.has_errors() {
        return Err(mistakes);
    }
    Ok(Spec::Group(Group {
        operator: Operator::Difference,
        parts: vec![select, exclude],
        // dbt: a difference gives tests no second chance (1.12).
        indirect: Indirect::Eager,
        criterion: None,
    }))
}

/// Several arguments, each of several words.
fn union(arguments: &[String], indirect: Indirect, mistakes: &mut Diagnostics) -> Spec {
    let words = arguments.iter().flat_map(|a| a.split_ascii_whitespace());
    Spec::Group(Group {
        operator: Operator::Union,
        parts: words.map(|w| intersection(w, indirect, mistakes)).collect(),
        indirect,
        criterion: None,
    })
}

fn intersection(word: &str, indirect: Indirect, mistakes: &mut Diagnostics) -> Spec {
    let mut parts = Vec::new();
    for text in word.split(',') {
        match atom(text, indirect) {
            Ok(atom) => parts.push(Spec::Atom(atom)),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    Spec::Group(Group {
        operator: Operator::Intersection,
        parts,
        indirect,
        criterion: Some(word.to_owned()),
    })
}

/// Reads one method with its operators.
pub(super) fn atom(text: &str, indirect: Indirect) -> Result<Atom, Diagnostic> {
    let (childrens_parents, rest) = match text.strip_prefix('@') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (parents, rest) = leading_reach(rest);
    let (value, children) = trailing_reach(rest);
    if childrens_parents && children != Reach::No {
        return Err(Diagnostic::error(
            codes::BAD_SELECTOR,
            format!("selector `{text}` has both `@` before and `+` after its value"),
        )
        .hint("`@` includes all descendants already; leave out the `+`"));
    }
    let (name, arguments, value) = split_method(value);
    let method = match name {
        Some(name) => methods::find(name).ok_or_else(|| unknown_method(name, text))?,
        None => methods::of_bare_value(value),
    };
    Ok(Atom {
        text: text.to_owned(),
        place: None,
        method,
        explicit: name.is_some(),
        query: Query { method: method.name, arguments, value: value.to_owned(), typed: None },
        childrens_parents,
        parents,
        children,
        indirect,
    })
}

/// `2+rest`, `+rest`.
fn leading_reach(text: &str) -> (Reach, &str) {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    match text[digits..].strip_prefix('+') {
        Some(rest) => (reach(&text[..digits]), rest),
        None => (Reach::No, text),
    }
}

/// `rest+2`, `rest+`.
fn trailing_reach(text: &str) -> (&str, Reach) {
    match text.rsplit_once('+') {
        Some((rest, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => (rest, reach(digits)),
        _ => (text, Reach::No),
    }
}

fn reach(digits: &str) -> Reach {
    match digits.parse() {
        Ok(depth) => Reach::Depth(depth),
        // No number, or one that no depth can exceed.
        Err(_) => Reach::Any,
    }
}

/// `config.meta.owner:bob` into `config`, its arguments and `bob`.
fn split_method(text: &str) -> (Option<&str>, Vec<String>, &str) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    match text.split_once(':') {
        Some((method, value)) if !method.is_empty() && method.chars().all(is_word) => {
            let mut words = method.split('.');
            let name = words.next();
            (name, words.map(str::to_owned).collect(), value)
        }
        _ => (None, Vec::new(), text),
    }
}

/// The error for a method that does not exist.
pub(super) fn unknown_method(name: &str, text: &str) -> Diagnostic {
    let known: Vec<_> = methods::names().collect();
    Diagnostic::error(
        codes::BAD_SELECTOR,
        format!("selector `{text}` uses the method `{name}`, which does not exist"),
    )
    .note(format!("methods: {}", known.join(", ")))
    .suggest(did_you_mean(name, known.iter().copied()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (bool, Reach, String, Vec<String>, String, Reach) {
        let atom = atom(text, Indirect::Eager).unwrap();
        (
            atom.childrens_parents,
            atom.parents,
            atom.method.name.to_owned(),
            atom.query.arguments,
            atom.query.value,
            atom.children,
        )
    }

    #[test]
    fn operators_stand_around_method_and_value() {
        let (at, up, method, arguments, value, down) = read("2+config.meta.owner:bob+3");
        assert_eq!((at, up, down), (false, Reach::Depth(2), Reach::Depth(3)));
        assert_eq!((method.as_str(), value.as_str()), ("config", "bob"));
        assert_eq!(arguments, ["meta", "owner"]);
        let (at, up, method, _, value, down) = read("@+x");
        assert_eq!((at, up, down), (true, Reach::Any, Reach::No));
        assert_eq!((method.as_str(), value.as_str()), ("fqn", "x"));
    }

    #[test]
    fn only_the_last_plus_with_nothing_but_digits_is_an_operator() {
        assert_eq!(read("a+1+2").4, "a+1");
        assert_eq!(read("a++").4, "a+");
        assert_eq!(read("a+b").4, "a+b");
        assert_eq!(read("+").4, "");
        assert_eq!(read("3+").1, Reach::Depth(3));
    }

    #[test]
    fn a_bare_value_is_a_path_a_file_or_a_name() {
        assert_eq!(read("models/a.sql").2, "path");
        assert_eq!(read("A.SQL").2, "file");
        assert_eq!(read("a.csv+").2, "file");
        assert_eq!(read("a.yml").2, "fqn");
    }

    #[test]
    fn every_unknown_method_is_reported_with_a_suggestion() {
        let criteria = Criteria {
            select: vec!["tagg:x bogus:y".into(), "a,@b+".into()],
            exclude: vec!["sorce:z".into()],
            ..Criteria::default()
        };
        let mistakes: Vec<_> = match parse(&criteria) {
            Err(mistakes) => mistakes.into_iter().collect(),
            Ok(_) => panic!("these selectors cannot be read"),
        };
        let hints: Vec<_> = mistakes.iter().map(|m| m.hint.as_deref()).collect();
        assert_eq!(mistakes.len(), 4);
        assert_eq!(hints[0], Some("did you mean `tag`?"));
        assert_eq!(hints[1], None);
        assert!(mistakes[1].message.contains("`bogus`"));
        assert_eq!(hints[3], Some("did you mean `source`?"));
    }
}
