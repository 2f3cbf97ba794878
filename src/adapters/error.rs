//! What can go wrong between forge and a database.
//!
//! Every message stands alone: it names the file or the relation that it is about.

use std::path::PathBuf;

/// The result of everything that talks to a database.
pub type Result<T> = std::result::Result<T, AdapterError>;

/// A failure of the engine, of a statement or of the file below.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdapterError {
    /// Another connection holds the lock for longer than the busy timeout.
    #[error("the database `{}` is locked by another connection", path.display())]
    Locked {
        /// The locked file, or the main file when several are attached.
        path: PathBuf,
    },
    /// The file or its folder cannot be written.
    #[error("the database `{}` is read-only", path.display())]
    ReadOnly {
        /// The file that cannot be written.
        path: PathBuf,
    },
    /// The file is something else, is encrypted, or is damaged.
    #[error("the file `{}` is not a database: {reason}", path.display())]
    NotADatabase {
        /// The file that was opened.
        path: PathBuf,
        /// The engine's words.
        reason: String,
    },
    /// The file cannot be opened or created.
    #[error("cannot open the database `{}`: {reason}", path.display())]
    CannotOpen {
        /// The file that was asked for.
        path: PathBuf,
        /// Why, in words that need no further context.
        reason: String,
    },
    /// More schemas than the engine can attach.
    #[error(
        "cannot attach the schema `{schema}`: at most {limit} files can be attached besides `main`; \
         a profile with a single `path` has no such limit"
    )]
    TooManySchemas {
        /// The schema that did not fit.
        schema: String,
        /// The number of files that fit.
        limit: usize,
    },
    /// Two files claim the same schema name.
    #[error(
        "cannot attach `{}` as `{schema}`: `schemas_and_paths` gives this name to `{}`",
        found.display(), known.display()
    )]
    SchemaConflict {
        /// The name that is taken.
        schema: String,
        /// The file found in `schema_directory`.
        found: PathBuf,
        /// The file given in `schemas_and_paths`.
        known: PathBuf,
    },
    /// A schema whose name would make its file lie elsewhere.
    #[error(
        "the schema `{schema}` cannot be a file of `schema_directory`: its name is empty, starts with a dot \
         or has a slash, a backslash or a colon in it"
    )]
    BadSchema {
        /// The name.
        schema: String,
    },
    /// The settings do not describe a database.
    #[error("{message}")]
    Settings {
        /// What is wrong and with which key.
        message: String,
    },
    /// The engine rejected a statement.
    #[error("{message}")]
    Sql {
        /// The engine's words.
        message: String,
        /// Byte offset of the offending token in `sql`, when the engine tells.
        offset: Option<usize>,
        /// All the SQL that was handed in, not only the failing statement.
        sql: String,
    },
    /// A constraint of a table rejected a row.
    #[error("{message}")]
    Constraint {
        /// The engine's words; they name the table and the column.
        message: String,
        /// The SQL that was handed in.
        sql: String,
    },
    /// A relation that has to exist does not.
    #[error("the relation `{relation}` does not exist")]
    MissingRelation {
        /// The rendered relation.
        relation: String,
    },
    /// A statement was stopped through an [`Interrupt`](super::Interrupt).
    #[error("the statement was interrupted")]
    Interrupted,
    /// A seed file is not a table.
    #[error("{message}")]
    Seed {
        /// What is wrong, with counts.
        message: String,
        /// Line of the record in the file, from 1.
        line: u64,
    },
    /// Anything else, in the engine's words.
    #[error("{message}")]
    Other {
        /// The engine's words.
        message: String,
    },
}

impl AdapterError {
    /// The relation that the engine did not find, when that is what a statement failed on.
    pub fn missing_relation(&self) -> Option<&str> {
        match self {
            Self::MissingRelation { relation } => Some(relation),
            Self::Sql { message, .. } => {
                message.split_once("no such table: ").map(|(_, name)| name)
            }
            _ => None,
        }
    }

    /// Whether the same work can succeed when it is tried again.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }

    /// Where in the SQL the engine saw the mistake, in bytes.
    pub fn offset(&self) -> Option<usize> {
        match self {
            Self::Sql { offset, .. } => *offset,
            _ => None,
        }
    }
}
