//! Expressions, by Jinja2's grammar and precedences (its `parser.py`, in the same order).

use super::calls::{MacroCall, string_arguments};
use super::lexer::{Kind, Token};
use super::{RewriteError, Rewriter, literals};

type Parsed = Result<(), RewriteError>;

/// Deeper nesting than this would overflow the engine's own parser.
const MAX_DEPTH: usize = 60;

/// Operators that become a filter each.
const SUM: [(&str, &str); 2] = [("+", "add"), ("-", "sub")];
const PRODUCT: [(&str, &str); 4] = [("*", "mul"), ("/", "div"), ("//", "floordiv"), ("%", "mod")];
const POWER: [(&str, &str); 1] = [("**", "pow")];
const COMPARE: [(&str, &str); 6] =
    [("==", "eq"), ("!=", "ne"), ("<", "lt"), ("<=", "le"), (">", "gt"), (">=", "ge")];

impl<'s> Rewriter<'s> {
    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.pos).copied()
    }

    pub(super) fn next(&mut self) -> Option<Token> {
        self.pos += 1;
        self.tokens.get(self.pos - 1).copied()
    }

    /// Where the token under the cursor starts.
    pub(super) fn start(&self) -> usize {
        self.peek().map_or(self.source.len(), |token| token.start)
    }

    /// Where the token before the cursor ended.
    pub(super) fn end(&self) -> usize {
        self.pos.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.end)
    }

    pub(super) fn text(&self, token: Token) -> &'s str {
        &self.source[token.start..token.end]
    }

    pub(super) fn at_op(&self, op: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Op(found), .. }) if found == op)
    }

    pub(super) fn at_name(&self, name: &str) -> bool {
        matches!(self.peek(), Some(token) if token.kind == Kind::Name && self.text(token) == name)
    }

    pub(super) fn skip_op(&mut self, op: &str) -> bool {
        let found = self.at_op(op);
        self.pos += found as usize;
        found
    }

    pub(super) fn skip_name(&mut self, name: &str) -> bool {
        let found = self.at_name(name);
        self.pos += found as usize;
        found
    }

    pub(super) fn expect_op(&mut self, op: &str) -> Parsed {
        if self.skip_op(op) { Ok(()) } else { Err(self.unexpected(&format!("`{op}`"))) }
    }

    pub(super) fn expect_name(&mut self) -> Result<Token, RewriteError> {
        match self.peek() {
            Some(token) if token.kind == Kind::Name => {
                self.pos += 1;
                Ok(token)
            }
            _ => Err(self.unexpected("a name")),
        }
    }

    /// The error for a token that cannot stand under the cursor.
    pub(super) fn unexpected(&self, expected: &str) -> RewriteError {
        let Some(token) = self.peek() else {
            let at = self.source.len();
            return RewriteError::new(
                format!("unexpected end of template, expected {expected}"),
                at..at,
            );
        };
        let found = match token.kind {
            Kind::BlockEnd | Kind::VariableEnd => "end of tag".to_owned(),
            Kind::Data => "text".to_owned(),
            _ => format!("`{}`", self.text(token)),
        };
        let message = format!("unexpected {found}, expected {expected}");
        RewriteError::new(message, token.start..token.end)
    }

    /// An expression that may be a tuple without parentheses.
    pub(super) fn tuple(&mut self, conditional: bool) -> Parsed {
        let start = self.start();
        self.tuple_item(conditional)?;
        if !self.at_op(",") {
            return Ok(());
        }
        while self.skip_op(",") {
            if self.at_tuple_end() {
                break;
            }
            self.tuple_item(conditional)?;
        }
        self.edits.open(start, "(");
        self.edits.close(self.end(), ")");
        Ok(())
    }

    fn tuple_item(&mut self, conditional: bool) -> Parsed {
        if conditional { self.expression() } else { self.or() }
    }

    fn at_tuple_end(&self) -> bool {
        match self.peek() {
            None => true,
            Some(token) => {
                matches!(token.kind, Kind::BlockEnd | Kind::VariableEnd | Kind::Op(")" | "]"))
                    || self.at_name("recursive")
                    || self.at_name("if")
            }
        }
    }

    /// An expression, with a conditional.
    pub(super) fn expression(&mut self) -> Parsed {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let at = self.start();
            return Err(RewriteError::new("this expression is nested too deeply", at..at));
        }
        self.or()?;
        while self.skip_name("if") {
            self.or()?;
            if self.skip_name("else") {
                self.expression()?;
                break;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn or(&mut self) -> Parsed {
        self.and()?;
        while self.skip_name("or") {
            self.and()?;
        }
        Ok(())
    }

    fn and(&mut self) -> Parsed {
        self.not()?;
        while self.skip_name("and") {
            self.not()?;
        }
        Ok(())
    }

    fn not(&mut self) -> Parsed {
        while self.skip_name("not") {}
        self.compare()
    }

    /// Every comparison becomes a filter. In a chain such as `1 < x <= 3` the middle is computed once and kept for
    /// the next comparison, which happens only if the one before holds.
    fn compare(&mut self) -> Parsed {
        let start = self.start();
        self.sum()?;
        let mut found = false;
        while let Some((span, filter)) = self.comparison() {
            let left = if found { " and (0|_py_kept)" } else { ")" };
            let handle = self.edits.replace(span, format!("{left}|_py_{filter}("));
            found = true;
            self.sum()?;
            if self.comparison_ahead() {
                self.edits.amend(handle, format!("{left}|_py_{filter}(("));
                self.edits.close(self.end(), ")|_py_keep)");
            } else {
                self.edits.close(self.end(), ")");
            }
        }
        if found {
            self.edits.open(start, "((");
            self.edits.close(self.end(), ")");
        }
        Ok(())
    }

    fn comparison_ahead(&mut self) -> bool {
        let before = self.pos;
        let found = self.comparison().is_some();
        self.pos = before;
        found
    }

    fn comparison(&mut self) -> Option<(std::ops::Range<usize>, &'static str)> {
        let token = self.peek()?;
        if let Kind::Op(found) = token.kind {
            let (_, filter) = COMPARE.into_iter().find(|(op, _)| *op == found)?;
            self.pos += 1;
            return Some((token.start..token.end, filter));
        }
        if self.skip_name("in") {
            return Some((token.start..token.end, "in"));
        }
        if self.at_name("not") {
            self.pos += 1;
            if self.skip_name("in") {
                return Some((token.start..self.end(), "notin"));
            }
            self.pos -= 1;
        }
        None
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&SUM, Self::concat)
    }

    fn concat(&mut self) -> Parsed {
        let start = self.start();
        self.product()?;
        let mut joined = false;
        while self.at_op("~") {
            let token = self.next().unwrap_or(Token { kind: Kind::Data, start, end: start });
            let text = if joined { "," } else { ")|_py_concat(" };
            self.edits.replace(token.start..token.end, text);
            joined = true;
            self.product()?;
        }
        if joined {
            self.edits.open(start, "((");
            self.edits.close(self.end(), "))");
        }
        Ok(())
    }

    fn product(&mut self) -> Parsed {
        self.chain(&PRODUCT, Self::power)
    }

    fn power(&mut self) -> Parsed {
        self.chain(&POWER, |this| this.unary(Filters::Yes))
    }

    /// `a + b - c` becomes `((a)|_py_add(b)|_py_sub(c))`: flat, so long chains do not nest.
    fn chain(&mut self, operators: &[(&str, &str)], operand: fn(&mut Self) -> Parsed) -> Parsed {
        let start = self.start();
        operand(self)?;
        let mut found = false;
        while let Some(token) = self.peek()
            && let Kind::Op(op) = token.kind
            && let Some((_, filter)) = operators.iter().find(|(known, _)| *known == op)
        {
            self.pos += 1;
            self.edits.replace(token.start..token.end, format!(")|_py_{filter}("));
            found = true;
            operand(self)?;
        }
        if found {
            self.edits.open(start, "((");
            self.edits.close(self.end(), "))");
        }
        Ok(())
    }

    fn unary(&mut self, filters: Filters) -> Parsed {
        let start = self.start();
        let mut path = None;
        if let Some(token) = self.peek()
            && let Kind::Op(op @ ("-" | "+")) = token.kind
        {
            self.pos += 1;
            let filter = if op == "-" { "neg" } else { "pos" };
            self.edits.replace(token.start..token.end, "(");
            self.unary(Filters::No)?;
            self.edits.close(self.end(), format!("|_py_{filter})"));
        } else {
            path = self.primary()?;
        }
        self.postfix(start, path)?;
        match filters {
            Filters::Yes => self.filters(start),
            Filters::No => Ok(()),
        }
    }

    /// A literal, name or bracketed expression; returns the name, which may begin a dotted path.
    fn primary(&mut self) -> Result<Option<Vec<&'s str>>, RewriteError> {
        let Some(token) = self.peek() else {
            return Err(self.unexpected("an expression"));
        };
        match token.kind {
            Kind::Name => {
                let name = self.text(token);
                if matches!(name, "if" | "else" | "in" | "is" | "and" | "or" | "not") {
                    return Err(self.unexpected("an expression"));
                }
                self.pos += 1;
                self.note_name(name);
                return Ok(Some(vec![name]));
            }
            Kind::Int | Kind::Float => self.number(token)?,
            Kind::Str => self.strings(token),
            Kind::Op("(") => self.parenthesised()?,
            Kind::Op("[") => self.list()?,
            Kind::Op("{") => self.dict()?,
            _ => return Err(self.unexpected("an expression")),
        }
        Ok(None)
    }

    fn number(&mut self, token: Token) -> Parsed {
        self.pos += 1;
        let literal = self.text(token);
        let span = token.start..token.end;
        match literals::number(literal) {
            Ok(number) if number == literal => {}
            Ok(number) => {
                self.edits.replace(span, number);
            }
            Err(message) => return Err(RewriteError::new(message, span)),
        }
        Ok(())
    }

    /// One string, or several next to each other, which are one.
    fn strings(&mut self, first: Token) {
        self.pos += 1;
        let mut text = literals::decode(self.text(first));
        let mut last = first;
        while let Some(token) = self.peek()
            && token.kind == Kind::Str
        {
            text.push_str(&literals::decode(self.text(token)));
            last = token;
            self.pos += 1;
        }
        if last.start != first.start || self.text(first).contains('\\') {
            self.edits.replace(first.start..last.end, literals::quote(&text));
        }
    }

    fn parenthesised(&mut self) -> Parsed {
        self.pos += 1;
        if self.skip_op(")") {
            return Ok(());
        }
        self.expression()?;
        while self.skip_op(",") {
            if self.at_op(")") {
                break;
            }
            self.expression()?;
        }
        self.expect_op(")")
    }

    fn list(&mut self) -> Parsed {
        let start = self.start();
        self.pos += 1;
        while !self.at_op("]") {
            self.expression()?;
            if !self.skip_op(",") {
                break;
            }
        }
        self.expect_op("]")?;
        self.wrap(start, "list");
        Ok(())
    }

    fn dict(&mut self) -> Parsed {
        let start = self.start();
        self.pos += 1;
        while !self.at_op("}") {
            self.expression()?;
            self.expect_op(":")?;
            self.expression()?;
            if !self.skip_op(",") {
                break;
            }
        }
        self.expect_op("}")?;
        self.wrap(start, "dict");
        Ok(())
    }

    fn wrap(&mut self, start: usize, filter: &str) {
        self.edits.open(start, "(");
        self.edits.close(self.end(), format!("|_py_{filter})"));
    }

    /// Attributes, subscripts and calls.
    fn postfix(&mut self, start: usize, mut path: Option<Vec<&'s str>>) -> Parsed {
        loop {
            if self.skip_op(".") {
                path = self.attribute(start, path)?;
            } else if self.at_op("[") {
                self.subscript(start)?;
                path = None;
            } else if self.at_op("(") {
                self.call(start, path.take())?;
            } else {
                return Ok(());
            }
        }
    }

    fn attribute(
        &mut self,
        start: usize,
        path: Option<Vec<&'s str>>,
    ) -> Result<Option<Vec<&'s str>>, RewriteError> {
        match self.peek() {
            Some(token) if token.kind == Kind::Name => {
                self.pos += 1;
                let name = self.text(token);
                Ok(path.map(|mut path| {
                    path.push(name);
                    path
                }))
            }
            Some(token) if token.kind == Kind::Int => {
                // Jinja2 reads `x.0` as `x[0]`.
                self.pos += 1;
                let dot = token.start - 1;
                self.edits.replace(dot..token.end, format!("[{}]", self.text(token)));
                let _ = start;
                Ok(None)
            }
            _ => Err(self.unexpected("an attribute name")),
        }
    }

    /// `x[i]` stays; `x[a:b:c]` becomes `((x)|_py_slice(a, b, c))`.
    fn subscript(&mut self, start: usize) -> Parsed {
        let open = self.start();
        self.pos += 1;
        if self.at_op("]") {
            return Err(self.unexpected("an index"));
        }
        if !self.at_op(":") {
            self.tuple(true)?;
            if self.skip_op("]") {
                return Ok(());
            }
            if !self.at_op(":") {
                return Err(self.unexpected("`]`"));
            }
        } else {
            self.edits.open(self.start(), "none");
        }
        while let Some(token) = self.peek()
            && self.skip_op(":")
        {
            let empty = self.at_op(":") || self.at_op("]");
            self.edits.replace(token.start..token.end, if empty { ",none" } else { "," });
            if !empty {
                self.expression()?;
            }
        }
        let close = self.start();
        self.expect_op("]")?;
        self.edits.replace(open..open + 1, ")|_py_slice(");
        self.edits.replace(close..close + 1, ")");
        self.edits.open(start, "((");
        self.edits.close(close + 1, ")");
        Ok(())
    }

    fn call(&mut self, start: usize, path: Option<Vec<&'s str>>) -> Parsed {
        let first = self.pos;
        self.arguments()?;
        if let Some(path) = path {
            self.calls.push(MacroCall {
                path: path.iter().map(|name| (*name).to_owned()).collect(),
                span: start..self.end(),
                arguments: string_arguments(self.source, &self.tokens[first..self.pos]),
            });
        }
        Ok(())
    }

    /// `(a, *b, c=d, **e)`; a trailing comma is dropped.
    pub(super) fn arguments(&mut self) -> Parsed {
        self.expect_op("(")?;
        while !self.at_op(")") {
            if !self.skip_op("*") && !self.skip_op("**") {
                let keyword = self.peek().is_some_and(|token| token.kind == Kind::Name)
                    && matches!(self.tokens.get(self.pos + 1), Some(t) if t.kind == Kind::Op("="));
                self.pos += 2 * keyword as usize;
            }
            self.expression()?;
            let comma = self.start();
            if !self.skip_op(",") {
                break;
            }
            if self.at_op(")") {
                self.edits.replace(comma..comma + 1, "");
            }
        }
        self.expect_op(")")
    }

    /// Filters, tests and calls behind an operand.
    fn filters(&mut self, start: usize) -> Parsed {
        loop {
            if self.skip_op("|") {
                self.filter_name()?;
            } else if self.skip_name("is") {
                self.test(start)?;
            } else if self.at_op("(") {
                self.edits.open(start, "(");
                self.edits.close(self.end(), ")");
                self.arguments()?;
            } else {
                return Ok(());
            }
        }
    }

    /// `name(arguments)` behind a `|` or in a filter tag.
    pub(super) fn filter_name(&mut self) -> Parsed {
        self.expect_name()?;
        while self.skip_op(".") {
            self.expect_name()?;
        }
        if self.at_op("(") { self.arguments() } else { Ok(()) }
    }

    /// Tests bind tighter than every operator, so the whole becomes a parenthesis.
    fn test(&mut self, start: usize) -> Parsed {
        self.edits.close(self.tokens[self.pos - 2].end, ")");
        self.skip_name("not");
        let name = self.expect_name()?;
        if self.at_op("(") {
            self.arguments()?;
        } else if self.test_argument_ahead() {
            let argument = self.start();
            let _ = name;
            let path = self.primary()?;
            self.postfix(argument, path)?;
            self.edits.open(argument, "(");
            self.edits.close(self.end(), ")");
        }
        self.edits.open(start, "((");
        self.edits.close(self.end(), ")");
        Ok(())
    }

    fn test_argument_ahead(&self) -> bool {
        let Some(token) = self.peek() else {
            return false;
        };
        match token.kind {
            Kind::Str | Kind::Int | Kind::Float | Kind::Op("[" | "{") => true,
            Kind::Name => {
                let name = self.text(token);
                !matches!(name, "else" | "or" | "and" | "if" | "is" | "in" | "not" | "recursive")
            }
            _ => false,
        }
    }

    /// Remembers that the macro around the cursor reads one of the names Jinja2 fills in.
    fn note_name(&mut self, name: &str) {
        for open in &mut self.open {
            match name {
                "varargs" => open.reads.varargs = true,
                "kwargs" => open.reads.kwargs = true,
                "caller" => open.reads.caller = true,
                _ => return,
            }
        }
    }
}

/// Whether filters may follow an operand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filters {
    Yes,
    No,
}
