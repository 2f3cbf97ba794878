//! The function `model(dbt, session)` that a Python model must have.

use super::Problem;
use super::literal::parts;
use super::tokens::Token;

/// A statement: how far from the margin, and its tokens.
struct Statement<'t> {
    indent: usize,
    tokens: &'t [Token],
}

/// Says what is wrong with the functions named `model`.
pub(super) fn check(tokens: &[Token]) -> Result<(), Problem> {
    let statements = statements(tokens);
    let mut found = Vec::new();
    // Functions inside of functions are not looked at.
    let mut inside: Option<usize> = None;
    for (at, statement) in statements.iter().enumerate() {
        if inside.is_some_and(|outer| statement.indent > outer) {
            continue;
        }
        inside = None;
        if let Some(name) = defined(statement) {
            inside = Some(statement.indent);
            if name == "model" {
                found.push(at);
            }
        }
    }
    match found[..] {
        [at] => check_model(&statements, at),
        _ => Err(Problem::new(
            0..0,
            format!("a file must define one function `model`, this one defines {}", found.len()),
        )),
    }
}

fn statements(tokens: &[Token]) -> Vec<Statement<'_>> {
    let mut all = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        if let Token::Line { .. } = token
            && at > start
        {
            all.extend(statement(&tokens[start..at]));
            start = at;
        }
    }
    all.extend(statement(&tokens[start..]));
    all
}

fn statement(tokens: &[Token]) -> Option<Statement<'_>> {
    match tokens {
        [Token::Line { indent }, rest @ ..] if !rest.is_empty() => {
            Some(Statement { indent: *indent, tokens: rest })
        }
        _ => None,
    }
}

fn defined<'t>(statement: &Statement<'t>) -> Option<&'t str> {
    match statement.tokens {
        [Token::Name { text: def, .. }, Token::Name { text, .. }, ..] if def == "def" => Some(text),
        _ => None,
    }
}

fn check_model(statements: &[Statement<'_>], at: usize) -> Result<(), Problem> {
    let head = &statements[at];
    let [_, name, Token::Group { inside, .. }, after @ ..] = head.tokens else {
        return Err(Problem::new(head.tokens[0].at(), "this is not a function"));
    };
    // Only what stands before `*` can be given by position.
    let arguments: Vec<&[Token]> = parts(inside)
        .take_while(|part| !part[0].is_sign('*'))
        .filter(|p| !p[0].is_sign('/'))
        .collect();
    let is_dbt = |part: &&[Token]| matches!(part[0], Token::Name { ref text, .. } if text == "dbt");
    if arguments.first().is_some_and(|first| !is_dbt(first)) {
        return Err(Problem::new(name.at(), "the first argument of `model` must be `dbt`"));
    }
    if arguments.len() != 2 {
        let message = "`model` must take two arguments, `dbt` and a session";
        return Err(Problem::new(name.at(), message));
    }
    let body: Vec<&Statement<'_>> =
        statements[at + 1..].iter().take_while(|s| s.indent > head.indent).collect();
    let level = body.first().map_or(0, |first| first.indent);
    // A body on the line of the head comes after its colon.
    let colon = after.iter().position(|token| token.is_sign(':')).map_or(after.len(), |at| at + 1);
    let last = body.iter().rev().find(|s| s.indent == level).map_or(&after[colon..], |s| s.tokens);
    let last =
        last.rsplit(|token| token.is_sign(';')).find(|part| !part.is_empty()).unwrap_or(last);
    let returns = matches!(last.first(), Some(Token::Name { text, .. }) if text == "return");
    let value = last.get(1..).unwrap_or_default();
    let is_tuple = value.iter().any(|token| token.is_sign(','))
        || matches!(value, [Token::Group { open: '(', inside, .. }]
            if inside.is_empty() || inside.iter().any(|token| token.is_sign(',')));
    match returns && !is_tuple {
        true => Ok(()),
        false => Err(Problem::new(name.at(), "`model` must end by returning one data frame")),
    }
}
