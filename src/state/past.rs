//! What selectors may ask of the past. Each answer is read when it is first asked for.

use std::sync::Arc;

use super::{Changes, Fresher, Statuses};
use crate::diagnostics::{Diagnostic, codes};

/// Answers about earlier runs and revisions.
pub trait Past {
    /// What changed since the state of `--state`.
    ///
    /// # Errors
    /// There is no state, or it cannot be read.
    fn changes(&self) -> Result<Arc<Changes>, Box<Diagnostic>>;

    /// What changed since a git revision.
    ///
    /// # Errors
    /// There is no such revision, or the project cannot be read as it was then.
    fn since(&self, revision: &str) -> Result<Arc<Changes>, Box<Diagnostic>>;

    /// How nodes ended in the run of the state.
    ///
    /// # Errors
    /// There is no state, or it has no results.
    fn statuses(&self) -> Result<Arc<Statuses>, Box<Diagnostic>>;

    /// How the freshness of sources was then and is now.
    ///
    /// # Errors
    /// There is no state, or `source freshness` was not run then or now.
    fn fresher(&self) -> Result<Arc<Fresher>, Box<Diagnostic>>;
}

/// Knows nothing: every question is answered with what has to be given for an answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPast;

impl NoPast {
    /// The answer without a state.
    pub fn refusal() -> Box<Diagnostic> {
        let message = "a selector compares with an earlier state, but there is no `--state`";
        Box::new(Diagnostic::error(codes::BAD_STATE, message).hint(
            "name the folder with the artifacts of an earlier run: `--state DIR`, or the variable `DBT_STATE`",
        ))
    }
}

impl Past for NoPast {
    fn changes(&self) -> Result<Arc<Changes>, Box<Diagnostic>> {
        Err(Self::refusal())
    }

    fn since(&self, _revision: &str) -> Result<Arc<Changes>, Box<Diagnostic>> {
        Err(Self::refusal())
    }

    fn statuses(&self) -> Result<Arc<Statuses>, Box<Diagnostic>> {
        Err(Self::refusal())
    }

    fn fresher(&self) -> Result<Arc<Fresher>, Box<Diagnostic>> {
        Err(Self::refusal())
    }
}
