//! The command line: arguments in, an exit code out.
//!
//! [`args`] declares the flags, [`commands`] has one file per verb, [`console`] chooses who reports,
//! [`exit`] turns outcomes into codes.
//! Invariant: nothing outside this room ends the process or knows an exit code.

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::error::ErrorKind;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::host::secrets::{Mask, STARS};
use crate::host::{self, Host, RealHost};
use crate::pipeline::World;
use crate::project::{FlagOverrides, Peeked};
use crate::report::gate::Gated;
use crate::report::{Console, Style, output};
use crate::source::SourceMap;

mod args;
mod commands;
mod console;
mod declared;
mod exit;
mod ignored;
mod log;
mod program;

use args::{Cli, Global};
use exit::Outcome;
use program::Program;

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
    let program = Program::of(arguments);
    match declared::parse(program, arguments) {
        Ok(cli) => execute(&cli, program, command_line(program, arguments)),
        // clap puts the name before the version; dbt does not.
        Err(usage) if program == Program::Dbt && usage.kind() == ErrorKind::DisplayVersion => {
            output::stdout(&output::line(&program.long_version()));
            ExitCode::SUCCESS
        }
        Err(usage) => exit::usage(&usage),
    }
}

fn execute(cli: &Cli, program: Program, command_line: String) -> ExitCode {
    let start = Instant::now();
    let host: Arc<dyn Host> = Arc::new(RealHost::new());
    let sources = Arc::new(SourceMap::new());
    let mut flags = cli.overrides(command_line);
    flags.invocation_id = Some(host.uuid());
    let choice = console::Choice::new(&flags, &*host);
    // The choice has read `.env`, so that its secrets are known too.
    output::hide(Mask::of(&*host));
    let console = choice.console(host.clone(), sources.clone());
    let console = match cli.command.has_log() {
        true => log::beside(console, &host, &sources, choice.peeked(), program),
        false => console,
    };
    let console = match cli.command.has_log() {
        true => gated(console, cli, (&host, &sources), choice.peeked()),
        false => console,
    };
    let context = Context {
        world: World { host: host.clone(), sources, sink: console.clone(), stop: Arc::default() },
        flags,
        style: choice.style,
        console,
    };
    exit::on_interrupt(context.console.clone(), context.world.stop.clone());
    if cli.command.has_log() {
        context.console.emit(log::started(&context.flags, choice.peeked()));
    }
    note_ignored(&context);
    let checked = clock(&*host).and_then(|()| webhook(&cli.global));
    let result = checked.and_then(|()| cli.command.run(&context));
    finish(&context, result, start)
}

/// The console with reports for the gate beside it.
fn gated(
    console: Arc<dyn Console>,
    cli: &Cli,
    (host, sources): (&Arc<dyn Host>, &Arc<SourceMap>),
    peeked: &Peeked,
) -> Arc<dyn Console> {
    let folders = peeked.folders.as_ref();
    let project = folders.map(|[project, _]| project.as_path());
    let logs = folders.map_or_else(|| host.cwd().join("logs"), |[_, logs]| logs.clone());
    let wanted = cli.global.gate(&logs);
    Arc::new(Gated::new(console, host.clone(), sources.clone(), wanted, project))
}

fn finish(context: &Context, result: Result<Outcome, Diagnostics>, start: Instant) -> ExitCode {
    context.console.close();
    let code = exit::code(&result, &context.world.stop);
    let success = matches!(result, Ok(Outcome::Fine));
    if let Err(diagnostics) = result {
        context.console.diagnostics(diagnostics);
    }
    let command = context.flags.command_line.clone();
    context.console.emit(Event::CommandFinished { command, success, elapsed: start.elapsed() });
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

/// A webhook must be an address. What is wrong is said without it: it is a secret.
fn webhook(global: &Global) -> Result<(), Diagnostics> {
    if global.has_good_webhook() {
        return Ok(());
    }
    let message = "the value of `--notify` (or FORGE_NOTIFY) is no address";
    Err(Diagnostic::error(codes::BAD_CONFIG, message).hint("it begins with `https://`").into())
}

/// One line for each flag that was given in vain.
fn note_ignored(context: &Context) {
    for note in &context.flags.without_effect {
        context.say(Level::Info, note.as_str());
    }
}

impl Context {
    /// The name by which the program was called.
    fn program(&self) -> OsString {
        self.flags.command_line.split(' ').next().unwrap_or_default().into()
    }

    /// Says something on standard error.
    fn say(&self, level: Level, text: impl Into<String>) {
        self.console.emit(Event::Message { level, text: text.into() });
    }
}

/// The arguments as a shell would take them, without the secret one.
fn command_line(program: Program, arguments: &[OsString]) -> String {
    let mut words = vec![program.name().to_owned()];
    let mut is_secret = false;
    for word in arguments.iter().skip(1).map(|word| word.to_string_lossy()) {
        words.push(match word.split_once('=') {
            _ if is_secret => quoted(STARS),
            Some((NOTIFY, _)) => format!("{NOTIFY}={STARS}"),
            _ => quoted(&word),
        });
        is_secret = word == NOTIFY;
    }
    words.join(" ")
}

/// The flag whose value is a secret.
const NOTIFY: &str = "--notify";

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
        assert_eq!(
            command_line(Program::Forge, &arguments),
            r"forge run -s a+ --vars '{a: '\''b'\''}'"
        );
        for arguments in
            [&["f", "run", "--notify", "https://x/y"][..], &["f", "run", "--notify=https://x/y"]]
        {
            let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
            let line = command_line(Program::Forge, &arguments);
            assert!(line.ends_with("*****") || line.ends_with("'*****'"), "{line}");
        }
    }
}
