//! `completion`: what a shell needs to complete verbs and flags.

use clap::Args;
use clap_complete::Shell;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::cli::program::Program;
use crate::diagnostics::Diagnostics;

/// Print a script that completes verbs and flags in a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  forge completion bash > ~/.local/share/bash-completion/completions/forge
  forge completion zsh > ~/.zfunc/_forge
  forge completion fish > ~/.config/fish/completions/forge.fish")]
pub(in crate::cli) struct Completion {
    /// The shell
    shell: Shell,
}

impl Completion {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let program = Program::of(&[context.program()]);
        let mut script = Vec::new();
        let mut declared = crate::cli::declared::declared(program);
        clap_complete::generate(self.shell, &mut declared, program.name(), &mut script);
        context.console.data(&String::from_utf8_lossy(&script));
        Ok(Outcome::Fine)
    }
}
