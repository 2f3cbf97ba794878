//! From SQLite's result codes to [`AdapterError`].

use std::path::Path;

use rusqlite::{Error, ErrorCode};

use super::super::error::AdapterError;

/// The failure of a statement; `sql` is everything that was handed in.
pub(super) fn of_statement(error: Error, path: &Path, sql: &str) -> AdapterError {
    if let Error::SqlInputError { msg, offset, sql: rest, .. } = &error {
        // The driver counts from the statement that it rejected and carries the text from there on.
        let start = sql.len().saturating_sub(rest.len());
        let offset = usize::try_from(*offset).ok();
        return AdapterError::Sql {
            message: explained(msg),
            offset: offset.map(|offset| (start + offset).min(sql.len())),
            sql: sql.to_owned(),
        };
    }
    match (error.sqlite_error_code(), message(&error)) {
        (Some(ErrorCode::ConstraintViolation), message) => {
            AdapterError::Constraint { message, sql: sql.to_owned() }
        }
        (Some(code), message) => {
            of_code(code, path, message).unwrap_or_else(|message| AdapterError::Sql {
                // What is missing is missing at the end.
                offset: (message == "incomplete input").then(|| sql.trim_end().len()),
                message: explained(&message),
                sql: sql.to_owned(),
            })
        }
        (None, message) => {
            AdapterError::Sql { message: explained(&message), offset: None, sql: sql.to_owned() }
        }
    }
}

/// SQLite's words, with the way out where they name a limit that only attached files have.
fn explained(message: &str) -> String {
    match message.contains("cannot reference objects in database") {
        true => format!(
            "{message}: a view cannot read another attached file; make it a table, \
             or use a profile with a single `path`"
        ),
        false => message.to_owned(),
    }
}

/// The failure of something that is not the user's SQL.
pub(super) fn of_connection(error: Error, path: &Path) -> AdapterError {
    let text = message(&error);
    match error.sqlite_error_code() {
        Some(code) => {
            of_code(code, path, text).unwrap_or_else(|message| AdapterError::Other { message })
        }
        None => AdapterError::Other { message: text },
    }
}

/// The errors that a code alone decides; otherwise the message back.
fn of_code(code: ErrorCode, path: &Path, message: String) -> Result<AdapterError, String> {
    let path = path.to_owned();
    Ok(match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => AdapterError::Locked { path },
        ErrorCode::ReadOnly => AdapterError::ReadOnly { path },
        ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt => {
            AdapterError::NotADatabase { path, reason: message }
        }
        ErrorCode::CannotOpen => AdapterError::CannotOpen { reason: why_not_open(&path), path },
        ErrorCode::OperationInterrupted => AdapterError::Interrupted,
        _ => return Err(message),
    })
}

fn why_not_open(path: &Path) -> String {
    let folder = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    match folder {
        _ if path.is_dir() => "it is a folder".to_owned(),
        Some(dir) if !dir.is_dir() => format!("the folder `{}` does not exist", dir.display()),
        _ if !path.exists() => "the file does not exist and cannot be created".to_owned(),
        _ => "the file or its folder is not accessible".to_owned(),
    }
}

/// SQLite's words, without the wrapping of the driver.
fn message(error: &Error) -> String {
    match error {
        Error::SqliteFailure(_, Some(message)) => message.clone(),
        Error::SqliteFailure(code, None) => code.to_string(),
        Error::InvalidParameterCount(given, wanted) => {
            format!("the statement has {wanted} parameters, but {given} values were given")
        }
        Error::MultipleStatement => "only one statement can be run here".to_owned(),
        other => other.to_string(),
    }
}
