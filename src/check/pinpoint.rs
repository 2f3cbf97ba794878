//! Where a mistake in SQL really is.
//!
//! The engine says where it stopped reading, and of some mistakes only what is wrong. What a user has to change often
//! stands before that: the comma in front of `from`, the parenthesis that is never closed, one branch of a union.
//! Invariant: a place is told only where the text bears the message out; else the engine's own place counts.

use super::tokens::{Kind, Token, tokens};
use crate::names::did_you_mean;

/// A place in the SQL, and what to do there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) offset: usize,
    pub(super) hint: Option<String>,
}

/// Words that begin a clause; what stands before them must be complete.
const CLAUSES: &[&str] = &[
    "select",
    "from",
    "where",
    "group",
    "order",
    "having",
    "limit",
    "union",
    "except",
    "intersect",
    "join",
    "inner",
    "left",
    "window",
];

/// Prepares a text: what the engine says against it.
pub(super) type Prepare<'p> = &'p dyn Fn(&str) -> Option<String>;

/// A better place for the engine's message than `offset`.
pub(super) fn of(
    code: &str,
    message: &str,
    offset: Option<usize>,
    prepare: Prepare<'_>,
) -> Option<Point> {
    let text = Text { code, tokens: tokens(code) };
    let after = |start: &str| message.split_once(start).map(|(_, rest)| rest.trim());
    if message.contains("syntax error") || message.contains("incomplete input") {
        return text.syntax(offset);
    }
    if let Some(column) = after("no such column: ").filter(|_| offset.is_none()) {
        return point(text.name(column)?);
    }
    if let Some(rest) = after("cannot join using column ") {
        return point(text.in_using(rest.split(" - ").next()?)?);
    }
    if let Some(name) = after("circular reference: ") {
        let hint = "it hides the table of the same name, so it reads itself: call it otherwise";
        return hinted(text.ctes(name).next()?, hint);
    }
    if let Some(name) = after("duplicate WITH table name: ") {
        return point(text.ctes(name).nth(1)?);
    }
    if let Some((name, _)) = after("table ").and_then(|rest| rest.split_once(" has ")) {
        return point(text.ctes(name).next()?);
    }
    if message.contains("same number of result columns") {
        return point(text.branch(message, prepare)?);
    }
    of_message(&text, message)
}

fn of_message(text: &Text<'_>, message: &str) -> Option<Point> {
    let says = |part: &str| message.contains(part);
    let offset = match () {
        () if says("term out of range") => text.term(message),
        () if says("HAVING clause") => text.word("having"),
        () if says("sub-select returns") => text.subquery(message),
        () if says("clause should come after") => text.early_clause(message),
        () if says("all VALUES must have") => text.odd_row(),
        () if says("only one statement") => text.word(";"),
        () => None,
    };
    point(offset?)
}

fn point(offset: usize) -> Option<Point> {
    Some(Point { offset, hint: None })
}

fn hinted(offset: usize, hint: &str) -> Option<Point> {
    Some(Point { offset, hint: Some(hint.to_owned()) })
}

struct Text<'c> {
    code: &'c str,
    tokens: Vec<Token<'c>>,
}

impl Text<'_> {
    /// Where reading went astray before it stopped at `offset`, or at the end of the text.
    fn syntax(&self, offset: Option<usize>) -> Option<Point> {
        let end = self.code.trim_end().len();
        let offset = offset.unwrap_or(end);
        let here = self.tokens.iter().position(|token| token.end() > offset);
        let here = here.unwrap_or(self.tokens.len());
        let (before, rest) = self.tokens.split_at(here);
        if let Some(open) = before.iter().find(|t| t.kind == Kind::Name && t.text.contains('\n')) {
            return hinted(open.start, "the quote is not closed in its line");
        }
        let last = before.last()?;
        let ends = |token: &Token<'_>| token.text == ")" || CLAUSES.iter().any(|c| token.is(c));
        // `group` without `by` is a column that is called so.
        let is_half = |at: usize| rest[at].is("group") || rest[at].is("order");
        let is_name = !rest.is_empty() && is_half(0) && !rest.get(1).is_some_and(|t| t.is("by"));
        let is_end = !is_name && rest.first().is_none_or(ends);
        if is_end && last.text == "," {
            return hinted(last.start, "take the comma out, or write what comes after it");
        }
        if let Some(keyword) = misspelt(before) {
            return hinted(last.start, &format!("did you mean `{keyword}`?"));
        }
        let is_open = rest.first().is_none_or(|t| t.is("as") || (ends(t) && t.text != ")"));
        let open = before.iter().rev().find(|t| t.text == "(" && !self.is_closed(t.start, here));
        if let Some(open) = open.filter(|_| is_open && !ends(last)) {
            return hinted(open.start, "this parenthesis is not closed");
        }
        let next = rest.first()?;
        let is_double = next.depth() == 0
            && next.kind == Kind::Sign
            && last.text == next.text
            && last.end() == next.start;
        is_double.then(|| point(last.start))?
    }

    /// Whether the parenthesis that opens at `start` is closed before the token `end`.
    fn is_closed(&self, start: usize, end: usize) -> bool {
        let inside = self.tokens[..end].iter().skip_while(|token| token.start < start);
        let mut depth = 0;
        for token in inside {
            depth += token.depth();
            if depth == 0 {
                return true;
            }
        }
        false
    }

    /// The first place of a name, dots and all.
    fn name(&self, name: &str) -> Option<usize> {
        let wanted: Vec<_> = tokens(name);
        let fits = |found: &&[Token<'_>]| {
            found.iter().zip(&wanted).all(|(found, wanted)| found.is(wanted.bare()))
        };
        let is_none = wanted.is_empty();
        (!is_none)
            .then(|| self.tokens.windows(wanted.len()).find(fits))?
            .map(|found| found[0].start)
    }

    fn word(&self, word: &str) -> Option<usize> {
        self.tokens.iter().find(|token| token.is(word)).map(|token| token.start)
    }

    fn in_using(&self, column: &str) -> Option<usize> {
        let using = self.tokens.iter().enumerate().filter(|(_, token)| token.is("using"));
        let mut lists =
            using.map(|(at, _)| self.tokens[at..].iter().take_while(|token| token.text != ")"));
        lists.find_map(|mut list| list.find(|token| token.is(column))).map(|token| token.start)
    }

    /// Where common table expressions of a name are defined.
    fn ctes(&self, name: &str) -> impl Iterator<Item = usize> {
        let defines = |at: usize| {
            let is_behind = at > 0 && {
                let before = &self.tokens[at - 1];
                before.is("with") || before.is("recursive") || before.text == ","
            };
            let next = self.tokens.get(at + 1);
            is_behind && next.is_some_and(|next| next.is("as") || next.text == "(")
        };
        let found =
            self.tokens.iter().enumerate().filter(move |(at, t)| t.is(name) && defines(*at));
        found.map(|(_, token)| token.start).collect::<Vec<_>>().into_iter()
    }

    /// The `select` or `values` of the first branch of a union that has another width than those before it.
    fn branch(&self, message: &str, prepare: Prepare<'_>) -> Option<usize> {
        let is_operator = |t: &Token<'_>| ["union", "except", "intersect"].iter().any(|w| t.is(w));
        let operators = self.tokens.iter().enumerate().filter(|(_, token)| is_operator(token));
        for (at, _) in operators {
            let mut depth = 0;
            let behind = self.tokens[at + 1..].iter().find(|token| {
                depth += token.depth();
                depth < 0 || (depth == 0 && is_operator(token))
            });
            // Without the branches behind this one: does the engine still mind?
            let from = behind.map_or(self.code.len(), |token| token.start);
            let mut rest = self.tokens[at + 1..].iter().filter(|token| token.start >= from);
            let mut depth = 0;
            let close = rest.find(|token| {
                depth += token.depth();
                depth < 0
            });
            let to = close.map_or(self.code.len(), |token| token.start);
            let shorter = format!("{}{}", &self.code[..from], &self.code[to..]);
            if prepare(&shorter).is_some_and(|said| said == message) {
                let branch = self.tokens[at + 1..].iter().find(|token| !token.is("all"))?;
                return Some(branch.start);
            }
        }
        None
    }

    /// A term of `order by` or `group by` that counts further than there are columns.
    fn term(&self, message: &str) -> Option<usize> {
        let nth: usize = message
            .trim_start_matches(|c: char| !c.is_ascii_digit())
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse()
            .ok()?;
        let most: usize = message.rsplit(' ').next()?.parse().ok()?;
        let word = if message.contains("GROUP BY") { "group" } else { "order" };
        let pairs = self.tokens.windows(2).enumerate();
        let mut lists = pairs.filter(|(_, pair)| pair[0].is(word) && pair[1].is("by"));
        lists.find_map(|(at, _)| {
            let term =
                self.list(at + 2, |token| CLAUSES.iter().any(|c| token.is(c))).nth(nth - 1)?;
            let is_beyond =
                term.text.parse::<usize>().is_ok_and(|number| number == 0 || number > most);
            is_beyond.then_some(term.start)
        })
    }

    /// A subquery in parentheses with this many columns, where one value is wanted.
    fn subquery(&self, message: &str) -> Option<usize> {
        let width = message.split(' ').find_map(|word| word.parse::<usize>().ok())?;
        let pairs = self.tokens.windows(2).enumerate();
        let mut opens = pairs.filter(|(at, pair)| {
            let before = at.checked_sub(1).map(|before| &self.tokens[before]);
            let is_table = |t: &Token<'_>| ["from", "join", "as", "exists"].iter().any(|w| t.is(w));
            pair[0].text == "(" && pair[1].is("select") && !before.is_some_and(is_table)
        });
        opens.find_map(|(at, pair)| {
            let items: Vec<_> = self.list(at + 2, |token| token.is("from")).collect();
            let fits = items.len() == width || items.iter().any(|item| item.text == "*");
            fits.then_some(pair[0].start)
        })
    }

    /// A `limit` or `order by` in a branch of a union.
    fn early_clause(&self, message: &str) -> Option<usize> {
        let word = if message.contains("LIMIT") { "limit" } else { "order" };
        let is_operator = |t: &Token<'_>| ["union", "except", "intersect"].iter().any(|w| t.is(w));
        let mut clauses = self.tokens.iter().enumerate().filter(|(_, token)| token.is(word));
        clauses.find_map(|(at, clause)| {
            let mut depth = 0;
            let stop = self.tokens[at..].iter().find(|token| {
                depth += token.depth();
                depth < 0 || (depth == 0 && is_operator(token))
            });
            stop.filter(|token| is_operator(token)).map(|_| clause.start)
        })
    }

    /// A row of `values` that is longer or shorter than the first.
    fn odd_row(&self) -> Option<usize> {
        let mut lists = self.tokens.iter().enumerate().filter(|(_, token)| token.is("values"));
        lists.find_map(|(at, _)| {
            let rows: Vec<_> = self.list(at + 1, |_| false).filter(|row| row.text == "(").collect();
            let width = |row: &Token<'_>| {
                let open = self.tokens.iter().position(|token| token.start == row.start);
                self.list(open.unwrap_or(0) + 1, |_| false).count()
            };
            let first = rows.first().map(|row| width(row))?;
            rows.iter().find(|row| width(row) != first).map(|row| row.start)
        })
    }

    /// The first tokens of the items of a list that begins at a token: until its parenthesis closes, or at a word.
    fn list(
        &self,
        from: usize,
        ends: impl Fn(&Token<'_>) -> bool,
    ) -> impl Iterator<Item = &Token<'_>> {
        let mut depth = 0;
        let mut is_first = true;
        let mut items = Vec::new();
        for token in self.tokens.get(from..).unwrap_or_default() {
            if depth == 0 && (token.text == ")" || token.text == ";" || ends(token)) {
                break;
            }
            if is_first {
                items.push(token);
            }
            is_first = depth == 0 && token.text == ",";
            depth += token.depth();
        }
        items.into_iter()
    }
}

/// The keyword that the last word was meant to be, where it stands as an alias.
fn misspelt(before: &[Token<'_>]) -> Option<&'static str> {
    let [.., subject, last] = before else { return None };
    let is_alias = last.kind == Kind::Word && !subject.is("as") && subject.text != ",";
    let follows = matches!(subject.kind, Kind::Word | Kind::Name) || subject.text == ")";
    let word = last.text.to_lowercase();
    if !is_alias || !follows || word.len() < 4 || CLAUSES.contains(&word.as_str()) {
        return None;
    }
    let near = did_you_mean(&word, CLAUSES.iter().copied())?;
    let keyword = CLAUSES.iter().find(|clause| **clause == near)?;
    (word != format!("{keyword}s")).then_some(*keyword)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, message: &str, offset: Option<usize>) -> Option<usize> {
        of(code, message, offset, &|_| None).map(|point| point.offset)
    }

    #[test]
    fn what_is_before_the_place_counts_where_it_explains_it() {
        let near = |code: &str, word: &str| {
            told(code, "near: syntax error", Some(code.rfind(word).unwrap()))
        };
        assert_eq!(near("select a, from t", "from"), Some(8));
        assert_eq!(near("select f(a, 0 as b from t", "as"), Some(8));
        assert_eq!(near("select a from t wehre b", "b"), Some(16));
        assert_eq!(near("select a from t where b && c", "& c"), Some(24));
        assert_eq!(near("select a as orders b from t", "b"), None);
        assert_eq!(near("select f(a) b c from t", "c"), None);
        assert_eq!(told("select (a", "incomplete input", None), Some(7));
        assert_eq!(told("select a as \"b\nfrom \"t\"", "near: syntax error", Some(21)), Some(12));
    }

    #[test]
    fn a_message_without_a_place_gets_one() {
        let term = "2nd ORDER BY term out of range - should be between 1 and 2";
        assert_eq!(told("select a, b from t order by f(1, 9), 3", term, None), Some(37));
        let wide = "sub-select returns 2 columns - expected 1";
        assert_eq!(told("select (select 1), (select a, b from t)", wide, None), Some(19));
        assert_eq!(told("values (1, 2), (3)", "all VALUES must have", None), Some(15));
        assert_eq!(told("select 'a.b', A.b", "no such column: a.b", None), Some(14));
    }

    #[test]
    fn the_branch_of_another_width_is_found_by_leaving_out_those_behind_it() {
        let code =
            "with u as (select 1 union select 2 union all select 3, 4 union select 5) select 1";
        let message = "same number of result columns";
        let minds = |text: &str| text.contains("3, 4").then(|| message.to_owned());
        let found = of(code, message, None, &minds).map(|point| point.offset);
        assert_eq!(found, code.find("select 3"));
    }
}
