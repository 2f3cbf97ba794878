//! The pre-pass: turns a template as dbt reads it (Python's Jinja2) into one that the engine renders to the
//! same bytes.
//!
//! The template is parsed by Jinja2's grammar; nothing is rebuilt, text is only inserted and replaced at byte
//! offsets, so that every offset of the result leads back to what the user wrote. Operators and literals whose
//! meaning differs become filters whose names start with `_py_` (see [`crate::jinja::values`]).

mod blocks;
mod calls;
mod edits;
mod expressions;
mod headers;
mod lexer;
mod literals;
mod plain;
mod python;
mod statements;
mod uses;

use std::fmt;
use std::ops::Range;

pub use blocks::{Argument, Block, BlockKind, blocks};
pub use calls::{MacroCall, macro_calls};
pub use uses::{Use, uses};

pub(crate) use lexer::tag_spans;
pub(crate) use plain::{PlainCall, plain_calls};
pub(crate) use python::literal_value;

use edits::OffsetMap;

/// The prefix a macro's name gets inside its own template, as in dbt: calls by the plain name leave the template.
pub(crate) const MACRO_PREFIX: &str = "dbt_macro__";

/// A template the engine can compile, and the way back to the source.
#[derive(Debug, Clone)]
pub struct Rewritten {
    /// What to compile.
    pub text: String,
    /// The first macro defined in the template.
    pub(crate) signature: Option<Signature>,
    /// Calls by name, in order.
    pub(crate) calls: Vec<MacroCall>,
    map: OffsetMap,
}

impl Rewritten {
    /// The offset in the source that an offset in [`Rewritten::text`] stands for.
    pub fn original_offset(&self, rewritten_offset: usize) -> usize {
        self.map.original(rewritten_offset)
    }

    /// The range in the source that a range in [`Rewritten::text`] stands for.
    pub fn original_range(&self, range: Range<usize>) -> Range<usize> {
        let start = self.original_offset(range.start);
        let end = match range.end {
            end if end > range.start => self.map.original(end),
            _ => start,
        };
        start..end.max(start)
    }
}

/// How a macro is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Signature {
    /// The macro's name in the rewritten template, with its prefix.
    pub(crate) symbol: String,
    /// Declared arguments in order.
    pub(crate) arguments: Vec<String>,
    /// The body reads `varargs`, so extra positional arguments are allowed.
    pub(crate) varargs: bool,
    /// The body reads `kwargs`, so unknown keyword arguments are allowed.
    pub(crate) kwargs: bool,
    /// The body reads `caller`, so it may be used in a call block.
    pub(crate) caller: bool,
}

/// A template that is not valid Jinja.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RewriteError {
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// Where, in bytes of the source.
    pub span: Range<usize>,
}

impl RewriteError {
    pub(crate) fn new(message: impl Into<String>, span: Range<usize>) -> Self {
        Self { message: message.into(), span }
    }
}

impl fmt::Display for RewriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RewriteError {}

/// Rewrites one template.
pub fn rewrite(source: &str) -> Result<Rewritten, RewriteError> {
    let tokens = lexer::lex(source)?;
    let mut rewriter = Rewriter {
        source,
        tokens,
        pos: 0,
        edits: edits::Edits::default(),
        calls: Vec::new(),
        open: Vec::new(),
        signature: None,
        late: Vec::new(),
        depth: 0,
    };
    rewriter.template()?;
    let Rewriter { edits, calls, signature, .. } = rewriter;
    let (text, map) = edits.apply(source);
    Ok(Rewritten { text, signature, calls, map })
}

/// Whether a template is one `{{ … }}` and nothing around it.
pub(crate) fn is_single_expression(source: &str) -> bool {
    use lexer::Kind;
    let Ok(tokens) = lexer::lex(source) else {
        return false;
    };
    let begins = tokens.iter().filter(|token| token.kind == Kind::VariableBegin).count();
    let ends = [tokens.first(), tokens.last()].map(|token| token.map(|token| token.kind));
    begins == 1 && ends == [Some(Kind::VariableBegin), Some(Kind::VariableEnd)]
}

/// The state of one rewrite: a cursor over the tokens, and what was found so far.
struct Rewriter<'s> {
    source: &'s str,
    tokens: Vec<lexer::Token>,
    pos: usize,
    edits: edits::Edits,
    calls: Vec<MacroCall>,
    open: Vec<statements::Open>,
    signature: Option<Signature>,
    /// Defaults that move from a macro's header into its body.
    late: Vec<(String, String)>,
    depth: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> String {
        rewrite(source).expect("rewrites").text
    }

    #[test]
    fn text_without_tags_is_left_alone() {
        assert_eq!(text("select '{' || '}'\r\n"), "select '{' || '}'\n");
    }

    #[test]
    fn literals_become_mutable_objects() {
        assert_eq!(text("{{ [1, {'a': 2}] }}"), "{{ ([1, ({'a': 2}|_py_dict)]|_py_list) }}");
    }

    #[test]
    fn operator_chains_become_filters() {
        assert_eq!(text("{{ a + b - c }}"), "{{ ((a )|_py_add( b )|_py_sub( c)) }}");
        assert_eq!(text("{{ '%s' % x }}"), "{{ (('%s' )|_py_mod( x)) }}");
    }

    #[test]
    fn chained_comparison_keeps_its_middle() {
        assert_eq!(
            text("{{ 1 < 2 < 3 }}"),
            "{{ ((1 )|_py_lt(( 2)|_py_keep)  and (0|_py_kept)|_py_lt( 3)) }}"
        );
    }

    #[test]
    fn offsets_lead_back() {
        let rewritten = rewrite("{{ [1] + nope }}").expect("rewrites");
        let at = rewritten.text.find("nope").expect("is there");
        assert_eq!(rewritten.original_offset(at), 9);
    }

    #[test]
    fn errors_name_what_is_open() {
        let error = rewrite("{% if x %}{% for y in z %}{% endif %}").expect_err("error");
        assert_eq!(error.message, "unexpected `endif`, `for` is still open");
        assert_eq!(error.span, 29..34);
        let error = rewrite("a {% if x %}").expect_err("error");
        assert_eq!(error.message, "`if` is never closed with `{% endif %}`");
        assert_eq!(error.span, 5..7);
    }

    #[test]
    fn macro_headers_get_their_template_name() {
        let rewritten =
            rewrite("{% test t(model, x=1) %}{{ varargs }}{% endtest %}").expect("rewrites");
        assert!(
            rewritten.text.starts_with("{% macro dbt_macro__test_t(model, x=1, varargs=none) %}")
        );
        let signature = rewritten.signature.expect("has one");
        assert_eq!(signature.arguments, ["model", "x"]);
        assert!(signature.varargs && !signature.kwargs);
    }
}
