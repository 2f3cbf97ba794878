//! The console on a terminal: a live line per running node and a progress bar; finished nodes scroll by
//! above them.
//!
//! One bar draws everything that is live: its first lines come from the list of running nodes. Several bars that
//! come and go leave lines behind (indicatif 0.18).

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::Console;
use super::output;
use super::style::{Style, columns, cut_middle, pad};
use super::transcript::{Text, Transcript};
use crate::diagnostics::Diagnostics;
use crate::events::{Event, EventSink, Level};

/// How often live lines move.
const TICK: Duration = Duration::from_millis(100);
/// More running nodes than this are not shown.
const MOST_LINES: usize = 12;

/// Prints lines above live ones.
pub struct Terminal {
    style: Style,
    screen: Mutex<Screen>,
    running: Running,
}

struct Screen {
    transcript: Transcript,
    bar: Option<ProgressBar>,
}

/// The nodes that run: index, title, since when.
type Running = Arc<Mutex<Vec<(usize, String, Instant)>>>;

impl Terminal {
    /// A console that prints what the transcript says.
    pub fn new(transcript: Transcript, style: Style) -> Self {
        let screen = Screen { transcript, bar: None };
        Terminal { style, screen: Mutex::new(screen), running: Running::default() }
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        unpoisoned(&self.screen)
    }

    fn print(screen: &Screen, text: Text) {
        let print = || match text {
            Text::Log(text) => output::stderr(&text),
            Text::Data(text) => output::stdout(&text),
        };
        match &screen.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn update(&self, screen: &mut Screen, event: &Event) {
        match event {
            Event::NodeStarted { index, title, .. } => {
                let node = (*index, title.clone(), Instant::now());
                unpoisoned(&self.running).push(node);
            }
            Event::NodeFinished { index, .. } => {
                unpoisoned(&self.running).retain(|(running, ..)| running != index);
                if let Some(bar) = &screen.bar {
                    bar.inc(1);
                }
            }
            Event::RunFinished { .. } => self.clear(screen),
            _ => {}
        }
    }

    /// The bar appears when what there is to say about the start was said.
    fn begin(&self, screen: &mut Screen, total: usize) {
        if total > 0 && screen.transcript.verbosity().shows(Level::Info) {
            screen.bar = Some(self.bar(total, ProgressDrawTarget::stderr()));
        }
    }

    fn bar(&self, total: usize, target: ProgressDrawTarget) -> ProgressBar {
        let (template, chars) = match (self.style.color, self.style.unicode) {
            (true, true) => ("{running}[{elapsed}] {bar:30.cyan/dim} {pos}/{len}", "━╸─"),
            (_, true) => ("{running}[{elapsed}] {bar:30} {pos}/{len}", "━╸─"),
            _ => ("{running}[{elapsed}] [{bar:30}] {pos}/{len}", "=> "),
        };
        let frames = match self.style.unicode {
            true => ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"].as_slice(),
            false => ["-", "\\", "|", "/"].as_slice(),
        };
        let (running, style) = (self.running.clone(), self.style);
        let lines = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let frame = state.elapsed().as_millis() / TICK.as_millis();
            let frame = frames[usize::try_from(frame).unwrap_or(0) % frames.len()];
            // A screen that cannot be written to shows nothing, and nothing is lost.
            let lines = live_lines(&unpoisoned(&running), frame, style);
            let _ = out.write_str(&output::masked(&lines));
        };
        let look = ProgressStyle::with_template(template)
            .expect("invariant: the template is valid")
            .progress_chars(chars)
            .with_key("running", lines);
        let bar = ProgressBar::with_draw_target(Some(total as u64), target).with_style(look);
        bar.enable_steady_tick(TICK);
        bar
    }

    fn clear(&self, screen: &mut Screen) {
        unpoisoned(&self.running).clear();
        if let Some(bar) = screen.bar.take() {
            bar.finish_and_clear();
        }
    }
}

fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// `⠙ table main.orders   3s` for every running node.
fn live_lines(running: &[(usize, String, Instant)], frame: &str, style: Style) -> String {
    let mut text = String::new();
    for (_, title, since) in running.iter().take(MOST_LINES) {
        let elapsed = format!("{}s", since.elapsed().as_secs());
        let room = style.width.saturating_sub(columns(frame) + columns(&elapsed) + 3);
        let title = pad(&cut_middle(title, room, style), room);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{frame} {title} {elapsed}");
    }
    text
}

impl EventSink for Terminal {
    fn emit(&self, event: Event) {
        let mut screen = self.screen();
        self.update(&mut screen, &event);
        let total = match &event {
            Event::RunStarted { total, .. } => Some(*total),
            _ => None,
        };
        if let Some(text) = screen.transcript.text(event) {
            Self::print(&screen, text);
        }
        if let Some(total) = total {
            self.begin(&mut screen, total);
        }
    }
}

impl Console for Terminal {
    fn data(&self, text: &str) {
        Self::print(&self.screen(), Text::Data(output::line(text)));
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        let mut screen = self.screen();
        self.clear(&mut screen);
        if let Some(text) = screen.transcript.diagnostics(diagnostics) {
            Self::print(&screen, Text::Log(text));
        }
    }

    fn close(&self) {
        self.clear(&mut self.screen());
    }

    fn interrupted(&self) {
        let mut screen = self.screen();
        if screen.bar.is_some() {
            // The bar fills its line, so the terminal has put its `^C` on the next one.
            output::stderr("\r\u{1b}[2K\u{1b}[1A");
        }
        self.clear(&mut screen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::Status;
    use crate::report::outcome::tests::outcome;
    use crate::report::transcript::Verbosity;
    use crate::source::SourceMap;

    #[test]
    fn lines_come_and_go_with_their_nodes() {
        let colorful = Style { color: true, unicode: true, ..Style::PLAIN };
        for style in [Style::PLAIN, colorful] {
            let transcript = Transcript::new(Arc::new(SourceMap::new()), style, Verbosity::NORMAL);
            let terminal = Terminal::new(transcript, style);
            let mut screen = terminal.screen();
            screen.bar = Some(terminal.bar(1, ProgressDrawTarget::hidden()));
            let started = Event::NodeStarted {
                id: "model.shop.a".into(),
                index: 1,
                title: "view main.a".to_owned(),
            };
            terminal.update(&mut screen, &started);
            assert_eq!(unpoisoned(&terminal.running).len(), 1);
            let outcome = outcome(Status::Success, "view main.a");
            terminal.update(&mut screen, &Event::NodeFinished { index: 1, outcome });
            assert!(unpoisoned(&terminal.running).is_empty());
            assert_eq!(screen.bar.as_ref().map(ProgressBar::position), Some(1));
        }
    }

    #[test]
    fn a_live_line_fits_the_terminal() {
        let style = Style { width: 30, unicode: true, ..Style::PLAIN };
        let title = "test relationships_a_b__c__ref_d_".to_owned();
        let lines = live_lines(&[(1, title, Instant::now())], "⠙", style);
        assert_eq!(lines, "⠙ test relatio…__c__ref_d_ 0s\n");
    }
}
