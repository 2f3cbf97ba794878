//! SQLite's SQL for the parser: its stock dialect, and the operators that it lacks.

use std::any::TypeId;

use sqlparser::ast::{BinaryOperator, Expr, Statement};
use sqlparser::dialect::{Dialect, Precedence, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::super::syntax::Syntax;
use super::ROW_NUMBERS;
use tokens::is_word;

mod tokens;

/// Brackets and subqueries may be nested as deep as the engine allows them, and a bit deeper.
const DEEPEST: usize = 400;

/// How SQLite is read.
pub(super) const SYNTAX: Syntax = Syntax {
    statements,
    table_functions: &[
        ("json_each", JSON_ROW),
        ("json_tree", JSON_ROW),
        ("generate_series", &["value"]),
    ],
    row_numbers: ROW_NUMBERS,
};

const JSON_ROW: &[&str] = &["key", "value", "type", "atom", "id", "parent", "fullkey", "path"];

fn statements(sql: &str) -> Option<Vec<Statement>> {
    let mut tokens = Tokenizer::new(&Sqlite, sql).tokenize_with_location().ok()?;
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    let tokens = tokens::with_queries_of_tables(tokens::without_advice(tokens));
    let parse = |tokens| {
        let parser = Parser::new(&Sqlite).with_recursion_limit(DEEPEST);
        parser.with_tokens_with_locations(tokens).parse_statements().ok()
    };
    // A type can be any words here; those that the parser does not know are given up for the rest of the text.
    parse(tokens.clone()).or_else(|| parse(tokens::with_plain_types(tokens)))
}

/// The stock dialect with `is` and `is not` between any two expressions, and `isnull`.
#[derive(Debug)]
struct Sqlite;

const STOCK: SQLiteDialect = SQLiteDialect {};

impl Dialect for Sqlite {
    fn dialect(&self) -> TypeId {
        STOCK.dialect()
    }

    fn is_delimited_identifier_start(&self, ch: char) -> bool {
        STOCK.is_delimited_identifier_start(ch)
    }

    fn is_identifier_start(&self, ch: char) -> bool {
        STOCK.is_identifier_start(ch) || ch > '\u{ffff}'
    }

    fn is_identifier_part(&self, ch: char) -> bool {
        STOCK.is_identifier_part(ch) || ch > '\u{ffff}' || ch == '$'
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_in_empty_list(&self) -> bool {
        true
    }

    fn supports_limit_comma(&self) -> bool {
        true
    }

    fn supports_notnull_operator(&self) -> bool {
        true
    }

    fn supports_comma_separated_trim(&self) -> bool {
        true
    }

    fn supports_numeric_literal_underscores(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn get_next_precedence(&self, parser: &Parser) -> Option<Result<u8, ParserError>> {
        let is_null_test = is_word(&parser.peek_token_ref().token, "ISNULL");
        is_null_test.then(|| Ok(self.prec_value(Precedence::Is)))
    }

    fn parse_infix(
        &self,
        parser: &mut Parser,
        left: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        if is_word(&parser.peek_token_ref().token, "ISNULL") {
            parser.next_token();
            return Some(Ok(Expr::IsNull(Box::new(left.clone()))));
        }
        if let Some(equal) = is_between_expressions(parser) {
            let op = if equal { BinaryOperator::Eq } else { BinaryOperator::NotEq };
            return Some(binary(parser, left, (op, if equal { 1 } else { 2 }), precedence));
        }
        if let Some(op) = negated_match(parser) {
            return Some(binary(parser, left, (op, 2), precedence));
        }
        STOCK.parse_infix(parser, left, precedence)
    }
}

/// `left op right`, where the operator is so many words; what it says of the values does not matter here.
fn binary(
    parser: &mut Parser,
    left: &Expr,
    (op, words): (BinaryOperator, usize),
    precedence: u8,
) -> Result<Expr, ParserError> {
    for _ in 0..words {
        parser.next_token();
    }
    let right = Box::new(parser.parse_subexpr(precedence)?);
    Ok(Expr::BinaryOp { left: Box::new(left.clone()), op, right })
}

/// The operator of `not glob`, `not match` and `not regexp`.
fn negated_match(parser: &Parser) -> Option<BinaryOperator> {
    let [first, second] = [0, 1].map(|at| &parser.peek_nth_token_ref(at).token);
    if !is_word(first, "NOT") {
        return None;
    }
    let known = [
        ("GLOB", BinaryOperator::Glob),
        ("MATCH", BinaryOperator::Match),
        ("REGEXP", BinaryOperator::Regexp),
    ];
    known.into_iter().find(|(word, _)| is_word(second, word)).map(|(_, op)| op)
}

/// Whether the next tokens are an `is` that compares with an expression, and whether it is `is`, not `is not`.
fn is_between_expressions(parser: &Parser) -> Option<bool> {
    let [first, second, third] = [0, 1, 2].map(|at| &parser.peek_nth_token_ref(at).token);
    let is = |token: &Token, keyword: Keyword| matches!(token, Token::Word(word) if word.keyword == keyword);
    if !is(first, Keyword::IS) {
        return None;
    }
    let negated = is(second, Keyword::NOT);
    let operand = if negated { third } else { second };
    // What the parser knows itself: `is null`, `is true`, `is distinct from` and their like.
    let own = [
        Keyword::NULL,
        Keyword::TRUE,
        Keyword::FALSE,
        Keyword::UNKNOWN,
        Keyword::DISTINCT,
        Keyword::NORMALIZED,
        Keyword::JSON,
    ];
    (!own.into_iter().any(|keyword| is(operand, keyword))).then_some(!negated)
}
