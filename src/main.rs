//! The `forge` binary: hands over to [`forge::cli::main`] and does nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    forge::cli::main()
}
