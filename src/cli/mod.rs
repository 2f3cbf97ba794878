//! The command line: arguments in, an exit code out.
//!
//! [`args`] declares the flags, [`commands`] has one file per verb, [`console`] chooses who reports,
//! [`exit`] turns outcomes into codes.
//! Invariant: nothing outside this room ends the process or knows an exit code.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::host::secrets::Mask;
use crate::host::{self, Host, RealHost};
use crate::pipeline::World;
use crate::project::FlagOverrides;
use crate::report::{Console, Style, output};
use crate::source::SourceMap;

mod args;
mod commands;
mod console;
mod exit;
mod ignored;

use args::Cli;
use exit::Outcome;

/// What a command works with.
struct Context {
    world: World,
    console: Arc<dyn Console>,
    flags: FlagOverrides,
    style: Style,
}

/// Runs forge on the arguments of the process.
pub fn main() -> ExitCode {
    exit::guard(|| run(&host::arguments()))
}

fn run(arguments: &[OsString]) -> ExitCode {
    match Cli::try_parse_from(arguments) {
        Ok(cli) => execute(&cli, command_line(arguments)),
        Err(usage) => exit::usage(&usage),
    }
}

fn execute(cli: &Cli, command_line: String) -> ExitCode {
    let host: Arc<dyn Host> = Arc::new(RealHost::new());
    let sources = Arc::new(SourceMap::new());
    let flags = cli.overrides(command_line);
    let choice = console::Choice::new(&flags, &*host);
    // The choice has read `.env`, so that its secrets are known too.
    output::hide(Mask::of(&*host));
    let console = choice.console(host.clone(), sources.clone());
    let context = Context {
        world: World { host: host.clone(), sources, sink: console.clone(), stop: Arc::default() },
        flags,
        style: choice.style,
        console,
    };
    exit::on_interrupt(context.console.clone(), context.world.stop.clone());
    note_ignored(&context);
    let result = clock(&*host).and_then(|()| cli.command.run(&context));
    finish(&context, result)
}

fn finish(context: &Context, result: Result<Outcome, Diagnostics>) -> ExitCode {
    context.console.close();
    let code = exit::code(&result, &context.world.stop);
    if let Err(diagnostics) = result {
        context.console.diagnostics(diagnostics);
    }
    code
}

/// A frozen clock must show a time.
fn clock(host: &dyn Host) -> Result<(), Diagnostics> {
    let told = host.env(host::CLOCK).unwrap_or_default();
    if told.is_empty() || told.trim().parse::<jiff::Timestamp>().is_ok() {
        return Ok(());
    }
    let message = format!("`{}` is `{told}`, but must be an RFC 3339 instant", host::CLOCK);
    Err(Diagnostic::error(codes::BAD_CONFIG, message)
        .hint("write it as in `2026-03-01T12:00:00Z`, or unset it")
        .into())
}

fn note_ignored(context: &Context) {
    if !context.flags.without_effect.is_empty() {
        let flags = context.flags.without_effect.join(", ");
        context.say(Level::Debug, format!("without effect here: {flags}"));
    }
}

impl Context {
    /// Says something on standard error.
    fn say(&self, level: Level, text: impl Into<String>) {
        self.console.emit(Event::Message { level, text: text.into() });
    }
}

/// The arguments as a shell would take them.
fn command_line(arguments: &[OsString]) -> String {
    let mut words = vec!["forge".to_owned()];
    words.extend(arguments.iter().skip(1).map(|word| quoted(&word.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=+@,%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_can_be_typed_again() {
        let arguments = ["/bin/forge", "run", "-s", "a+", "--vars", "{a: 'b'}"];
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        assert_eq!(command_line(&arguments), r"forge run -s a+ --vars '{a: '\''b'\''}'");
    }
}
