//! Who reports: chosen from flags, environment and terminal before anything else happens.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use ::console::Term;

use super::args::Global;
use crate::events::Level;
use crate::host::Host;
use crate::report::json_lines::JsonLines;
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
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Terminal,
    Plain,
    Json,
}

impl Choice {
    /// What flags, `DBT_*` variables and the terminal ask for.
    pub(super) fn new(global: &Global, host: &dyn Host) -> Self {
        let dumb = host.env("TERM").is_some_and(|term| term == "dumb");
        let live = io::stderr().is_terminal() && !dumb;
        let asked = global
            .log_format
            .clone()
            .or_else(|| host.env("DBT_LOG_FORMAT"));
        let kind = match asked.as_deref() {
            Some("json") => Kind::Json,
            _ if live => Kind::Terminal,
            _ => Kind::Plain,
        };
        let style = Style {
            color: wants_color(global, host).unwrap_or(live),
            unicode: speaks_unicode(host),
            width: width(live, host),
            cut: kind == Kind::Terminal,
        };
        Choice {
            style,
            verbosity: verbosity(global, host),
            kind,
        }
    }

    /// The console.
    pub(super) fn console(&self, host: Arc<dyn Host>, sources: Arc<SourceMap>) -> Arc<dyn Console> {
        let transcript = Transcript::new(sources.clone(), self.style, self.verbosity);
        match self.kind {
            Kind::Terminal => Arc::new(Terminal::new(transcript, self.style)),
            Kind::Plain => Arc::new(Plain::new(transcript)),
            Kind::Json => Arc::new(JsonLines::new(host, sources, self.verbosity)),
        }
    }
}

fn verbosity(global: &Global, host: &dyn Host) -> Verbosity {
    let level = global
        .log_level
        .clone()
        .or_else(|| host.env("DBT_LOG_LEVEL"));
    let quiet = global
        .quiet()
        .or_else(|| switch(host, "DBT_QUIET"))
        .unwrap_or(false);
    let debug = global
        .debug()
        .or_else(|| switch(host, "DBT_DEBUG"))
        .unwrap_or(false);
    let least = match level.as_deref() {
        Some("none") => None,
        _ if quiet => Some(Level::Error),
        _ if debug => Some(Level::Debug),
        Some("debug") => Some(Level::Debug),
        Some("warn") => Some(Level::Warn),
        Some("error") => Some(Level::Error),
        _ => Some(Level::Info),
    };
    let print = global
        .print()
        .or_else(|| switch(host, "DBT_PRINT"))
        .unwrap_or(true);
    Verbosity { least, print }
}

fn wants_color(global: &Global, host: &dyn Host) -> Option<bool> {
    let no_color = host.env("NO_COLOR").filter(|value| !value.is_empty());
    (global.use_colors())
        .or(no_color.map(|_| false))
        .or_else(|| switch(host, "DBT_USE_COLORS"))
}

/// A variable that switches something on or off.
fn switch(host: &dyn Host, name: &str) -> Option<bool> {
    match host.env(name)?.to_lowercase().as_str() {
        "1" | "true" | "t" | "yes" | "y" | "on" => Some(true),
        "0" | "false" | "f" | "no" | "n" | "off" => Some(false),
        _ => None,
    }
}

fn speaks_unicode(host: &dyn Host) -> bool {
    let set = |name: &&str| host.env(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(set)
        .unwrap_or_default();
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

fn width(live: bool, host: &dyn Host) -> usize {
    let measured = || {
        live.then(|| Term::stderr().size_checked())?
            .map(|(_, width)| width.into())
    };
    let told = || host.env("COLUMNS")?.trim().parse().ok();
    measured()
        .or_else(told)
        .filter(|width| *width >= 20)
        .unwrap_or(if live { 80 } else { 110 })
}
