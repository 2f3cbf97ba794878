//! Under which name the program was called. As `dbt` it answers to that name, and its log is dbt's.

use std::ffi::OsString;
use std::path::Path;

use crate::adapters;
use crate::project::DBT_VERSION;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The name of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Program {
    /// By its own name, or any other.
    Forge,
    /// In the place of dbt.
    Dbt,
}

impl Program {
    /// What the first argument says.
    pub(super) fn of(arguments: &[OsString]) -> Self {
        let stem = arguments.first().and_then(|path| Path::new(path).file_stem());
        match stem.is_some_and(|stem| stem == "dbt") {
            true => Program::Dbt,
            false => Program::Forge,
        }
    }

    /// How messages name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Program::Forge => "forge",
            Program::Dbt => "dbt",
        }
    }

    /// The name of its log file.
    pub(super) fn log_file(self) -> &'static str {
        match self {
            Program::Forge => "forge.log",
            Program::Dbt => "dbt.log",
        }
    }

    /// `-V`: one line, without the name; `dbt` knows only the long answer.
    pub(super) fn version(self) -> String {
        match self {
            Program::Forge => format!("{VERSION} (reads projects as dbt 1.12 does)"),
            Program::Dbt => self.long_version(),
        }
    }

    /// `--version`. In the place of dbt, in its layout: clients look for `installed:` or the first number.
    pub(super) fn long_version(self) -> String {
        match self {
            Program::Forge => format!("{}\n{}", self.version(), facts()),
            Program::Dbt => format!(
                "Core:\n  - installed: {DBT_VERSION}\n  - provided by forge {VERSION}, which reads projects as dbt 1.12 does\n\n\
                 Plugins:\n  - {}: {VERSION} - part of forge",
                adapters::connect::TYPES[0]
            ),
        }
    }
}

/// How this program was built; `build.rs` finds it out.
fn facts() -> String {
    let commit = option_env!("FORGE_COMMIT").unwrap_or("unknown");
    let [target, profile, rustc] =
        [env!("FORGE_TARGET"), env!("FORGE_PROFILE"), env!("FORGE_RUSTC")];
    let engine = adapters::connect::engine_version();
    format!("commit  {commit}\ntarget  {target} ({profile})\nrustc   {rustc}\nengine  {engine}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_argument_says_which_program_it_is() {
        let of = |name: &str| Program::of(&[OsString::from(name)]);
        assert_eq!(of("/usr/local/bin/dbt"), Program::Dbt);
        assert_eq!(of("dbt.exe"), Program::Dbt);
        assert_eq!(of("target/debug/forge"), Program::Forge);
        assert_eq!(Program::of(&[]), Program::Forge);
    }
}
