//! The `forge` binary: hands over to [`forge::cli::main`] and does nothing else.

use std::process::ExitCode;

/// Parsing makes millions of small values on all cores, where the allocator of the C library is slow.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    forge::cli::main()
}
