//! Who reports: chosen from flags, environment and terminal before anything else happens.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use ::console::Term;

use crate::events::Level;
use crate::host::Host;
use crate::project::{self, FlagOverrides, Flags, Peeked};
use crate::report::json_lines::{Form, JsonLines};
use crate::report::plain::Plain;
use crate::report::terminal::Terminal;
use crate::report::transcript::{Transcript, Verbosity};
use crate::report::{Console, Style};
use crate::source::SourceMap;

/// How to report.
pub(super) struct Choice {
    /// Colour, characters, width.
    pub(super) style: Style,
    verbosity: Verbosity,
    kind: Kind,
    peeked: Peeked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Terminal,
    Plain,
    Json,
    Entries,
}

impl Choice {
    /// What the command line, `DBT_*` variables, `flags:` of the project file and the terminal ask for.
    pub(super) fn new(overrides: &FlagOverrides, host: &dyn Host) -> Self {
        let peeked = project::peek(host, overrides);
        let flags = &peeked.flags;
        let dumb = host.env("TERM").is_some_and(|term| term == "dumb");
        let live = io::stderr().is_terminal() && !dumb;
        let kind = match flags.log_format.as_str() {
            "json" => Kind::Json,
            "debug" => Kind::Entries,
            _ if live => Kind::Terminal,
            _ => Kind::Plain,
        };
        let style = Style {
            color: wants_color(overrides, flags, host).unwrap_or(live),
            unicode: speaks_unicode(host),
            width: width(live, host),
            cut: kind == Kind::Terminal,
        };
        Choice { style, verbosity: verbosity(flags), kind, peeked }
    }

    /// What was seen of the project.
    pub(super) fn peeked(&self) -> &Peeked {
        &self.peeked
    }

    /// The console.
    pub(super) fn console(&self, host: Arc<dyn Host>, sources: Arc<SourceMap>) -> Arc<dyn Console> {
        let transcript = Transcript::new(sources.clone(), self.style, self.verbosity);
        match self.kind {
            Kind::Terminal => Arc::new(Terminal::new(transcript, self.style)),
            Kind::Plain => Arc::new(Plain::new(transcript)),
            Kind::Json => Arc::new(JsonLines::new(host, sources, self.verbosity, Form::Json)),
            Kind::Entries => Arc::new(JsonLines::new(host, sources, self.verbosity, Form::Text)),
        }
    }
}

fn verbosity(flags: &Flags) -> Verbosity {
    let least = match flags.log_level.as_str() {
        "none" => None,
        _ if flags.quiet => Some(Level::Error),
        _ if flags.debug => Some(Level::Debug),
        "debug" => Some(Level::Debug),
        "warn" => Some(Level::Warn),
        "error" => Some(Level::Error),
        _ => Some(Level::Info),
    };
    Verbosity { least, print: flags.print }
}

/// `NO_COLOR` gives way to the command line only.
fn wants_color(overrides: &FlagOverrides, flags: &Flags, host: &dyn Host) -> Option<bool> {
    let no_color = host.env("NO_COLOR").filter(|value| !value.is_empty());
    (overrides.use_colors).or(no_color.map(|_| false)).or(flags.use_colors)
}

fn speaks_unicode(host: &dyn Host) -> bool {
    let set = |name: &&str| host.env(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default();
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn width(live: bool, host: &dyn Host) -> usize {
    let measured = || live.then(|| Term::stderr().size_checked())?.map(|(_, width)| width.into());
    let told = || host.env("COLUMNS")?.trim().parse().ok();
    measured().or_else(told).filter(|width| *width >= 20).unwrap_or(if live { 80 } else { 110 })
}
