//! The console on a terminal: a live line per running node and a progress bar; finished nodes scroll by
//! above them.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;
use super::output;
use super::style::Style;
use super::transcript::{Text, Transcript};
use crate::diagnostics::Diagnostics;
use crate::events::{Event, EventSink, Level};

/// How often live lines move.
const TICK: Duration = Duration::from_millis(100);

/// Prints lines above live ones.
pub struct Terminal {
    style: Style,
    multi: MultiProgress,
    screen: Mutex<Screen>,
}

struct Screen {
    transcript: Transcript,
    bar: Option<ProgressBar>,
    running: HashMap<usize, ProgressBar>,
    idle: Vec<ProgressBar>,
}

impl Terminal {
    /// A console that prints what the transcript says.
    pub fn new(transcript: Transcript, style: Style) -> Self {
        let multi = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let screen = Screen {
            transcript,
            bar: None,
            running: HashMap::new(),
            idle: Vec::new(),
        };
        Terminal {
            style,
            multi,
            screen: Mutex::new(screen),
        }
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn print(&self, text: Text) {
        self.multi.suspend(|| match text {
            Text::Log(text) => output::stderr(&text),
            Text::Data(text) => output::stdout(&text),
        });
    }

    fn update(&self, screen: &mut Screen, event: &Event) {
        if !screen.transcript.verbosity().shows(Level::Info) {
            return;
        }
        match event {
            Event::RunStarted { total, .. } if *total > 0 => {
                screen.bar = Some(self.bar(*total));
            }
            Event::NodeStarted { index, title, .. } => self.show(screen, *index, title),
            Event::NodeFinished { index, .. } => self.hide(screen, *index),
            Event::RunFinished { .. } => clear(screen),
            _ => {}
        }
    }

    fn bar(&self, total: usize) -> ProgressBar {
        let bar = self.multi.add(ProgressBar::new(total as u64));
        let (template, chars) = match (self.style.color, self.style.unicode) {
            (true, true) => ("[{elapsed}] {bar:30.cyan/dim} {pos}/{len}", "━╸─"),
            (_, true) => ("[{elapsed}] {bar:30} {pos}/{len}", "━╸─"),
            _ => ("[{elapsed}] [{bar:30}] {pos}/{len}", "=> "),
        };
        bar.set_style(style_of(template).progress_chars(chars));
        bar.enable_steady_tick(TICK);
        bar
    }

    fn show(&self, screen: &mut Screen, index: usize, title: &str) {
        let Some(bar) = &screen.bar else { return };
        let line = screen.idle.pop().unwrap_or_else(|| self.spinner());
        line.reset_elapsed();
        line.set_message(title.to_owned());
        let line = self.multi.insert_before(bar, line);
        screen.running.insert(index, line);
    }

    fn spinner(&self) -> ProgressBar {
        let line = ProgressBar::new_spinner();
        let frames = if self.style.unicode {
            "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "
        } else {
            "-\\|/ "
        };
        line.set_style(style_of("{spinner} {wide_msg} {elapsed:>4}").tick_chars(frames));
        line.enable_steady_tick(TICK);
        line
    }

    fn hide(&self, screen: &mut Screen, index: usize) {
        if let Some(line) = screen.running.remove(&index) {
            self.multi.remove(&line);
            screen.idle.push(line);
        }
        if let Some(bar) = &screen.bar {
            bar.inc(1);
        }
    }
}

fn style_of(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("invariant: the template is valid")
}

fn clear(screen: &mut Screen) {
    for line in screen
        .running
        .drain()
        .map(|(_, line)| line)
        .chain(screen.idle.drain(..))
    {
        line.finish_and_clear();
    }
    if let Some(bar) = screen.bar.take() {
        bar.finish_and_clear();
    }
}

impl EventSink for Terminal {
    fn emit(&self, event: Event) {
        let mut screen = self.screen();
        self.update(&mut screen, &event);
        if let Some(text) = screen.transcript.text(event) {
            self.print(text);
        }
    }
}

impl Console for Terminal {
    fn data(&self, text: &str) {
        self.print(Text::Data(output::line(text)));
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        let mut screen = self.screen();
        clear(&mut screen);
        if let Some(text) = screen.transcript.diagnostics(diagnostics) {
            self.print(Text::Log(text));
        }
    }

    fn close(&self) {
        clear(&mut self.screen());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::events::Status;
    use crate::report::outcome::tests::outcome;
    use crate::report::transcript::Verbosity;
    use crate::source::SourceMap;

    #[test]
    fn lines_come_and_go_with_their_nodes() {
        for style in [
            Style::PLAIN,
            Style {
                color: true,
                unicode: true,
                width: 80,
                cut: false,
            },
        ] {
            let quiet = Verbosity {
                least: Some(Level::Info),
                print: true,
            };
            let transcript = Transcript::new(Arc::new(SourceMap::new()), style, quiet);
            let terminal = Terminal {
                multi: MultiProgress::with_draw_target(ProgressDrawTarget::hidden()),
                ..Terminal::new(transcript, style)
            };
            let mut screen = terminal.screen();
            let started = Event::RunStarted {
                total: 1,
                summary: String::new(),
                threads: 1,
            };
            terminal.update(&mut screen, &started);
            let title = "view main.a".to_owned();
            let id = "model.shop.a".into();
            terminal.update(
                &mut screen,
                &Event::NodeStarted {
                    id,
                    index: 1,
                    title,
                },
            );
            assert_eq!(screen.running.len(), 1);
            let outcome = outcome(Status::Success, "view main.a");
            terminal.update(&mut screen, &Event::NodeFinished { index: 1, outcome });
            assert_eq!((screen.running.len(), screen.idle.len()), (0, 1));
            assert_eq!(screen.bar.as_ref().map(ProgressBar::position), Some(1));
        }
    }
}
