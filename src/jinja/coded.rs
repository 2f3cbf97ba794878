//! Errors that a built-in raises with a diagnostic code of their own.

use minijinja::{Error, ErrorKind};

use crate::diagnostics::Code;

/// An error with a code and a hint; it travels as the source of a template error.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Coded {
    /// The code.
    pub code: Code,
    /// The message, enough on its own.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// A template error with a code.
pub fn coded(code: Code, message: impl Into<String>, hint: Option<String>) -> Error {
    let coded = Coded { code, message: message.into(), hint };
    Error::new(ErrorKind::InvalidOperation, coded.message.clone()).with_source(coded)
}
