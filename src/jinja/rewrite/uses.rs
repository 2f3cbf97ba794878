//! Which names a template reads, with their attributes: `adapter.get_relation`, `modules.re.match`.

use std::ops::Range;

use super::RewriteError;
use super::lexer::{self, Kind, Token};

/// A name and the attributes that follow it directly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The parts, the name first.
    pub path: Vec<String>,
    /// All of them in the source.
    pub span: Range<usize>,
}

/// Every dotted name in the tags of a template, in order. Filters, tests, keyword arguments' names and the words of
/// the language are not told apart further than their place in the text allows.
pub fn uses(source: &str) -> Result<Vec<Use>, RewriteError> {
    let tokens = lexer::lex(source)?;
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let end = path_end(&tokens, at);
        if end > at && starts_path(&tokens, at) && !is_keyword_argument(&tokens, at) {
            let parts = tokens[at..end].iter().filter(|token| token.kind == Kind::Name);
            found.push(Use {
                path: parts.map(|token| source[token.start..token.end].to_owned()).collect(),
                span: tokens[at].start..tokens[end - 1].end,
            });
        }
        at = end.max(at + 1);
    }
    Ok(found)
}

/// The index behind the path that begins at a token; the token's own when it is no name.
fn path_end(tokens: &[Token], from: usize) -> usize {
    let is = |at: usize, kind: Kind| tokens.get(at).is_some_and(|token| token.kind == kind);
    if !is(from, Kind::Name) {
        return from;
    }
    let mut end = from + 1;
    while is(end, Kind::Op(".")) && is(end + 1, Kind::Name) {
        end += 2;
    }
    end
}

/// Neither an attribute of an expression nor a filter.
fn starts_path(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).map(|at| tokens[at].kind);
    !matches!(before, Some(Kind::Op("." | "|")))
}

fn is_keyword_argument(tokens: &[Token], at: usize) -> bool {
    let after = tokens.get(at + 1).map(|token| token.kind);
    let before = at.checked_sub(1).map(|at| tokens[at].kind);
    after == Some(Kind::Op("=")) && matches!(before, Some(Kind::Op("(" | ",")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(source: &str) -> Vec<String> {
        uses(source).expect("is a template").iter().map(|found| found.path.join(".")).collect()
    }

    #[test]
    fn names_come_with_their_attributes() {
        assert_eq!(
            paths("{{ modules.re.match('a', x.y) }} adapter.z {% raw %}{{ a }}{% endraw %}"),
            ["modules.re.match", "x.y"]
        );
    }

    #[test]
    fn filters_and_keyword_arguments_are_none() {
        assert_eq!(
            paths("{{ f(adapter=1, b=c.d) | adapter.e }}{{ (g).adapter }}"),
            ["f", "c.d", "g"]
        );
    }

    #[test]
    fn spans_cover_the_whole_path() {
        let found = uses("a {{ adapter . commit() }}").expect("is a template");
        assert_eq!(found[0].span, 5..21);
    }
}
