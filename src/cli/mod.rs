//! Room `cli`.

use std::process::ExitCode;

/// Runs forge on the arguments of the process.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
