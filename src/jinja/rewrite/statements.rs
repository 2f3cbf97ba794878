//! Statement tags: checks that they nest, and rewrites dbt's own ones into macros.

use super::lexer::{Kind, Token};
use super::{MACRO_PREFIX, RewriteError, Rewriter, Signature};

type Parsed = Result<(), RewriteError>;

/// Which of the names that Jinja2 fills in a block reads.
#[derive(Debug, Default)]
pub(super) struct Reads {
    pub(super) varargs: bool,
    pub(super) kwargs: bool,
    pub(super) caller: bool,
}

/// A block whose end tag has not been met yet.
#[derive(Debug)]
pub(super) struct Open {
    keyword: &'static str,
    at: std::ops::Range<usize>,
    pub(super) reads: Reads,
    /// For macros: where the header's argument list closes, and what was declared.
    header: Option<(usize, Signature)>,
    /// For loops: the edit behind what they iterate over, and its filter.
    iterated: Option<(usize, &'static str)>,
}

/// Blocks that need an end tag.
const BLOCKS: [&str; 13] = [
    "if",
    "for",
    "set",
    "call",
    "filter",
    "with",
    "autoescape",
    "block",
    "macro",
    "test",
    "data_test",
    "materialization",
    "snapshot",
];

impl<'s> Rewriter<'s> {
    /// The whole template.
    pub(super) fn template(&mut self) -> Parsed {
        while let Some(token) = self.next() {
            match token.kind {
                Kind::VariableBegin => {
                    self.tuple(true)?;
                    self.end_of(Kind::VariableEnd)?;
                }
                Kind::BlockBegin => {
                    self.statement()?;
                    // Jinja2 allows Python's colon at the end of a tag that opens a body.
                    if self.at_op(":") {
                        self.drop_token();
                    }
                    self.end_of(Kind::BlockEnd)?;
                }
                _ => {}
            }
        }
        match self.open.last() {
            None => Ok(()),
            Some(open) => {
                let keyword = open.keyword;
                let message = format!("`{keyword}` is never closed with `{{% end{keyword} %}}`");
                Err(RewriteError::new(message, open.at.clone()))
            }
        }
    }

    fn end_of(&mut self, kind: Kind) -> Parsed {
        match self.peek() {
            Some(token) if token.kind == kind => {
                self.pos += 1;
                Ok(())
            }
            _ => Err(self.unexpected("end of tag")),
        }
    }

    fn statement(&mut self) -> Parsed {
        let token = match self.peek() {
            Some(token) if token.kind == Kind::Name => token,
            _ => return Err(self.unexpected("a tag name")),
        };
        self.pos += 1;
        match self.text(token) {
            "if" => self.open("if", token).and_then(|()| self.tuple(false)),
            "elif" => self.inside(token, &["if"]).and_then(|()| self.tuple(false)),
            "else" => self.inside(token, &["if", "for"]),
            "for" => self.open("for", token).and_then(|()| self.for_loop()),
            "set" => self.set(token),
            "do" => self.do_expression(token),
            "call" => self.open("call", token).and_then(|()| self.call_block()),
            "filter" => self.open("filter", token).and_then(|()| self.filter_block()),
            "with" => self.open("with", token).and_then(|()| self.with()),
            "autoescape" => self.open("autoescape", token).and_then(|()| self.expression()),
            "block" => self.open("block", token).and_then(|()| self.block()),
            "break" | "continue" => Ok(()),
            "macro" => self.macro_header(token, "macro", ""),
            "test" => self.macro_header(token, "test", "test_"),
            "data_test" => self.macro_header(token, "data_test", "test_"),
            "materialization" => self.materialization(token),
            "snapshot" => self.named_block(token, "snapshot", "snapshot_"),
            "docs" => self.named_block(token, "docs", "dbt_docs__"),
            name @ ("include" | "import" | "from" | "extends") => {
                let message = format!("`{name}` is not available in dbt projects");
                Err(RewriteError::new(message, token.start..token.end))
            }
            name => match name.strip_prefix("end") {
                Some(keyword) if keyword == "docs" || BLOCKS.contains(&keyword) => {
                    self.close(token, keyword)
                }
                _ => {
                    Err(RewriteError::new(format!("unknown tag `{name}`"), token.start..token.end))
                }
            },
        }
    }

    fn open(&mut self, keyword: &'static str, token: Token) -> Parsed {
        let at = token.start..token.end;
        let reads = Reads::default();
        self.open.push(Open { keyword, at, reads, header: None, iterated: None });
        Ok(())
    }

    fn inside(&self, token: Token, keywords: &[&str]) -> Parsed {
        match self.open.last() {
            Some(open) if keywords.contains(&open.keyword) => Ok(()),
            _ => Err(self.misplaced(token)),
        }
    }

    fn misplaced(&self, token: Token) -> RewriteError {
        let name = self.text(token);
        let message = match self.open.last() {
            Some(open) => format!("unexpected `{name}`, `{}` is still open", open.keyword),
            None => format!("unexpected `{name}`, no block is open"),
        };
        RewriteError::new(message, token.start..token.end)
    }

    fn close(&mut self, token: Token, keyword: &str) -> Parsed {
        match self.open.last() {
            Some(open) if open.keyword == keyword => {}
            _ => return Err(self.misplaced(token)),
        }
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        if let Some((handle, filter)) = open.iterated {
            // The engine counts what a loop may write before it runs.
            let body = token.start - open.at.start;
            self.edits.amend(handle, format!(")|{filter}({body}))"));
        }
        if let Some((end, signature)) = open.header {
            self.edits.replace(token.start..token.end, "endmacro");
            self.finish_macro(end, signature, open.reads);
        }
        let named = matches!(self.peek(), Some(token) if token.kind == Kind::Name);
        if named && matches!(keyword, "block" | "macro") {
            self.drop_token();
        }
        Ok(())
    }

    fn drop_token(&mut self) {
        if let Some(token) = self.next() {
            self.edits.replace(token.start..token.end, "");
        }
    }

    /// Declares `varargs` and `kwargs` where the body reads them.
    fn finish_macro(&mut self, end: usize, mut signature: Signature, reads: Reads) {
        let declared = |name: &str| signature.arguments.iter().any(|argument| argument == name);
        let (varargs, kwargs) =
            (reads.varargs && !declared("varargs"), reads.kwargs && !declared("kwargs"));
        let mut extra = String::new();
        for name in [varargs.then_some("varargs"), kwargs.then_some("kwargs")].into_iter().flatten()
        {
            let comma = if signature.arguments.is_empty() && extra.is_empty() { "" } else { ", " };
            extra += &format!("{comma}{name}=none");
        }
        if !extra.is_empty() && end != usize::MAX {
            self.edits.close(end, extra);
        }
        signature.varargs = varargs;
        signature.kwargs = kwargs;
        signature.caller = reads.caller && !declared("caller");
        if self.open.is_empty() && self.signature.is_none() {
            self.signature = Some(signature);
        }
    }

    fn for_loop(&mut self) -> Parsed {
        let commas = self.target()?;
        if !self.skip_name("in") {
            return Err(self.unexpected("`in`"));
        }
        let start = self.start();
        self.tuple(false)?;
        self.edits.open(start, "((");
        let filter = if commas > 0 { "_py_rows" } else { "_py_iter" };
        let handle = self.edits.close(self.end(), format!(")|{filter})"));
        if let Some(open) = self.open.last_mut() {
            open.iterated = Some((handle, filter));
        }
        if self.skip_name("if") {
            self.expression()?;
        }
        self.skip_name("recursive");
        Ok(())
    }

    /// Names to assign to: `a`, `a, b`, `(a, b)`, `ns.a`. Returns how many commas it had.
    fn target(&mut self) -> Result<usize, RewriteError> {
        let mut commas = 0;
        loop {
            if self.skip_op("(") {
                commas += self.target()?;
                self.expect_op(")")?;
            } else {
                let name = self.expect_name()?;
                if matches!(self.text(name), "true" | "false" | "none" | "True" | "False" | "None")
                {
                    let message = format!("cannot assign to `{}`", self.text(name));
                    return Err(RewriteError::new(message, name.start..name.end));
                }
                while self.skip_op(".") {
                    self.expect_name()?;
                }
            }
            if !self.skip_op(",") {
                return Ok(commas);
            }
            commas += 1;
        }
    }

    fn set(&mut self, token: Token) -> Parsed {
        let commas = self.target()?;
        if self.skip_op("=") {
            let start = self.start();
            self.tuple(true)?;
            if commas > 0 {
                self.edits.open(start, "((");
                self.edits.close(self.end(), ")|_py_iter)");
            }
            return Ok(());
        }
        self.open("set", token)?;
        while self.skip_op("|") {
            self.filter_name()?;
        }
        Ok(())
    }

    fn do_expression(&mut self, token: Token) -> Parsed {
        self.edits.replace(token.start..token.end, "set _do =");
        let start = self.start();
        self.tuple(true)?;
        self.edits.open(start, "(");
        self.edits.close(self.end(), ")");
        Ok(())
    }

    fn call_block(&mut self) -> Parsed {
        if self.at_op("(") {
            self.signature()?;
        }
        let start = self.start();
        self.expression()?;
        let end = self.pos;
        if !matches!(self.tokens[end - 1].kind, Kind::Op(")")) {
            return Err(RewriteError::new("expected a call", start..self.end()));
        }
        Ok(())
    }

    fn filter_block(&mut self) -> Parsed {
        self.filter_name()?;
        while self.skip_op("|") {
            self.filter_name()?;
        }
        self.edits.close(self.end(), "|_py_text");
        Ok(())
    }

    /// All values are computed before the first name gets one, so several names are assigned at once.
    fn with(&mut self) -> Parsed {
        let (mut names, mut heads) = (Vec::new(), Vec::new());
        let mut simple = true;
        while !matches!(self.peek(), Some(Token { kind: Kind::BlockEnd, .. }) | None) {
            let start = self.start();
            simple &= self.target()? == 0;
            names.push(&self.source[start..self.end()]);
            self.expect_op("=")?;
            heads.push(start..self.end());
            self.expression()?;
            if !self.skip_op(",") {
                break;
            }
        }
        if simple && names.len() > 1 {
            for (at, head) in heads.into_iter().enumerate() {
                let text =
                    if at == 0 { format!("({}) = (", names.join(", ")) } else { String::new() };
                self.edits.replace(head, text);
            }
            self.edits.close(self.end(), ")");
        }
        Ok(())
    }

    fn block(&mut self) -> Parsed {
        self.expect_name()?;
        while self.skip_name("scoped") || self.skip_name("required") {
            self.tokens_dropped();
        }
        Ok(())
    }

    fn tokens_dropped(&mut self) {
        let token = self.tokens[self.pos - 1];
        self.edits.replace(token.start..token.end, "");
    }

    fn macro_header(&mut self, token: Token, keyword: &'static str, prefix: &str) -> Parsed {
        let name = self.expect_name()?;
        let symbol = format!("{MACRO_PREFIX}{prefix}{}", self.text(name));
        self.edits.replace(token.start..token.end, "macro");
        self.edits.replace(name.start..name.end, symbol.as_str());
        if !self.at_op("(") {
            return Err(self.unexpected("`(`"));
        }
        let arguments = self.signature()?;
        let end = self.end() - 1;
        self.late_defaults()?;
        self.push_macro(
            keyword,
            token,
            end,
            Signature { symbol, arguments, ..Signature::default() },
        );
        Ok(())
    }

    fn push_macro(
        &mut self,
        keyword: &'static str,
        token: Token,
        end: usize,
        signature: Signature,
    ) {
        self.open.push(Open {
            keyword,
            at: token.start..token.end,
            reads: Reads::default(),
            header: Some((end, signature)),
            iterated: None,
        });
    }

    /// `(a, b: string, c='x')`: the declared names; type annotations are dropped.
    fn signature(&mut self) -> Result<Vec<String>, RewriteError> {
        let mut names = Vec::new();
        self.expect_op("(")?;
        while !self.at_op(")") {
            if !names.is_empty() {
                self.expect_op(",")?;
            }
            let name = self.expect_name()?;
            names.push(self.text(name).to_owned());
            if self.at_op(":") {
                let start = self.start();
                self.pos += 1;
                self.type_name()?;
                self.edits.replace(start..self.end(), "");
            }
            if self.at_op("=") {
                self.default(&names)?;
            }
        }
        self.expect_op(")")?;
        Ok(names)
    }

    /// The engine computes defaults from the last to the first, Jinja2 the other way round; a default that reads
    /// an earlier argument therefore moves into the body.
    fn default(&mut self, names: &[String]) -> Parsed {
        let (start, edits) = (self.start(), self.edits.len());
        self.pos += 1;
        let first = self.pos;
        self.expression()?;
        let Some((name, earlier)) = names.split_last() else {
            return Ok(());
        };
        let reads = self.tokens[first..self.pos].iter().any(|token| {
            token.kind == Kind::Name && earlier.iter().any(|name| name == self.text(*token))
        });
        if reads {
            let value = self.source[start + 1..self.end()].to_owned();
            self.edits.truncate(edits);
            // What follows may have a default, so this one needs one too.
            self.edits.replace(start..self.end(), "=_py_undefined");
            self.late.push((name.clone(), value));
        }
        Ok(())
    }

    /// Sets the moved defaults behind the header, which keeps its whitespace mark.
    fn late_defaults(&mut self) -> Parsed {
        let late = std::mem::take(&mut self.late);
        let Some(token) =
            self.peek().filter(|token| token.kind == Kind::BlockEnd && !late.is_empty())
        else {
            return Ok(());
        };
        let mark = if self.text(token).starts_with('-') { "-" } else { "" };
        let mut text = String::new();
        for (name, value) in late {
            let value = super::rewrite(&format!("{{% set {name} = {value} %}}"))?.text;
            text += &format!("{{% if {name} is undefined %}}{value}{{% endif {mark}%}}");
        }
        self.edits.close(token.end, text);
        Ok(())
    }

    fn type_name(&mut self) -> Parsed {
        self.expect_name()?;
        if self.skip_op("[") {
            self.type_name()?;
            while self.skip_op(",") {
                self.type_name()?;
            }
            self.expect_op("]")?;
        }
        Ok(())
    }

    /// `name, adapter='x'|default, supported_languages=[…]`, in one piece.
    fn materialization(&mut self, token: Token) -> Parsed {
        let header = super::headers::materialization(self)?;
        let symbol = format!("{MACRO_PREFIX}{}", header.internal_name());
        self.edits.replace(token.start..token.end, "macro");
        let text = format!("{symbol}(supported_languages=(['sql']|_py_list))");
        self.edits.replace(header.name_span.start..self.end(), text);
        let arguments = vec!["supported_languages".to_owned()];
        let signature = Signature { symbol, arguments, ..Signature::default() };
        self.push_macro("materialization", token, usize::MAX, signature);
        Ok(())
    }

    fn named_block(&mut self, token: Token, keyword: &'static str, prefix: &str) -> Parsed {
        let name = self.expect_name()?;
        let symbol = format!("{MACRO_PREFIX}{prefix}{}", self.text(name));
        self.edits.replace(token.start..token.end, "macro");
        self.edits.replace(name.start..name.end, format!("{symbol}()"));
        self.push_macro(keyword, token, usize::MAX, Signature { symbol, ..Signature::default() });
        Ok(())
    }
}
