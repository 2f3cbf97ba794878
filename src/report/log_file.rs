//! The log file: all that a command tells, at level debug unless asked otherwise, beside what the console shows.
//!
//! Invariant: a log that cannot be written costs one warning and never a run. What was written before the process
//! dies is there up to the last event above the level debug; secrets are hidden as on the console.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

use jiff::Timestamp;

use super::json_lines::Form;
use super::output;
use super::structured::{self, Entry, Journal, thread, word};
use super::{Begun, Console};
use crate::diagnostics::Diagnostics;
use crate::events::{Event, EventSink, Level};
use crate::host::Host;
use crate::source::SourceMap;

/// A console with a log file beside it.
pub struct Logged {
    console: Arc<dyn Console>,
    host: Arc<dyn Host>,
    sources: Arc<SourceMap>,
    form: Form,
    least: Level,
    log: Mutex<Log>,
}

struct Log {
    journal: Journal,
    out: Box<dyn Write + Send>,
}

/// How the file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Text or JSON.
    pub form: Form,
    /// The least level.
    pub least: Level,
}

impl Logged {
    /// Writes to `out` what `console` hears.
    pub fn new(
        console: Arc<dyn Console>,
        host: Arc<dyn Host>,
        sources: Arc<SourceMap>,
        out: Box<dyn Write + Send>,
        settings: Settings,
    ) -> Self {
        let Settings { form, least } = settings;
        let journal = Journal::new(sources.clone());
        let journal = match form {
            Form::Json => journal,
            Form::Text => journal.without_data(),
        };
        let log = Mutex::new(Log { journal, out });
        Logged { console, host, sources, form, least, log }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn note(&self, event: &Event) {
        // A frequent event that nobody wants to read.
        if matches!(event, Event::Statement { .. }) && self.least > Level::Debug {
            return;
        }
        let now = self.host.now();
        let mut log = self.log();
        let entries = log.journal.entries(event, now);
        if self.form == Form::Text && matches!(event, Event::CommandStarted { .. }) {
            let title = format!("{now:.6} | {}", log.journal.invocation_id());
            let _ = writeln!(log.out, "\n{0} {title} {0}", "=".repeat(30));
        }
        self.write(&mut log, &entries, now);
    }

    /// A disk that is full in the middle of a run is no reason to stop it.
    fn write(&self, log: &mut Log, entries: &[Entry], now: Timestamp) {
        let mut is_urgent = false;
        for entry in entries.iter().filter(|entry| entry.level >= self.least) {
            is_urgent |= entry.level > Level::Debug;
            let line = match self.form {
                Form::Json => format!("{}\n", log.journal.json(entry, now)),
                Form::Text if entry.name == "Formatting" => continue,
                Form::Text => text(entry, now),
            };
            let _ = log.out.write_all(output::masked(&line).as_bytes());
        }
        if is_urgent {
            let _ = log.out.flush();
        }
    }

    fn flush(&self) {
        let _ = self.log().out.flush();
    }
}

const MICROS_OF_DAY: i64 = 86_400_000_000;

/// dbt's line: time, level, thread, message.
pub fn text(entry: &Entry, now: Timestamp) -> String {
    let micros = now.as_microsecond().rem_euclid(MICROS_OF_DAY);
    let (seconds, micros) = (micros / 1_000_000, micros % 1_000_000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let message = entry.message.trim_end_matches('\n');
    let (word, thread) = (word(entry.level), thread());
    format!("{hour:02}:{minute:02}:{second:02}.{micros:06} [{word:<5}] [{thread}]: {message}\n")
}

impl EventSink for Logged {
    fn emit(&self, event: Event) {
        self.note(&event);
        let is_last = matches!(event, Event::CommandFinished { .. });
        self.console.emit(event);
        if is_last {
            self.flush();
        }
    }
}

impl Console for Logged {
    fn begin(&self, begun: &Begun) {
        self.log().journal.begin(&begun.target, &begun.manifest);
        self.console.begin(begun);
    }

    fn data(&self, text: &str) {
        self.console.data(text);
    }

    fn lines(&self, lines: &[String]) {
        self.console.lines(lines);
    }

    fn diagnostics(&self, diagnostics: Diagnostics) {
        let found = diagnostics.clone().into_sorted();
        let entries: Vec<Entry> =
            found.iter().map(|d| structured::encountered(d, &self.sources)).collect();
        let now = self.host.now();
        self.write(&mut self.log(), &entries, now);
        self.console.diagnostics(diagnostics);
    }

    fn close(&self) {
        self.flush();
        self.console.close();
    }

    fn interrupted(&self) {
        self.flush();
        self.console.interrupted();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::RealHost;
    use crate::report::plain::Plain;
    use crate::report::style::Style;
    use crate::report::transcript::{Transcript, Verbosity};

    /// A disk that is full, and one that remembers.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<Vec<u8>>>, bool);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.1 {
                return Err(std::io::ErrorKind::StorageFull.into());
            }
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(disk: Disk, form: Form, least: Level) -> Logged {
        let sources = Arc::new(SourceMap::new());
        let silent = Verbosity { least: None, print: false };
        let console = Plain::new(Transcript::new(sources.clone(), Style::PLAIN, silent));
        let settings = Settings { form, least };
        Logged::new(Arc::new(console), Arc::new(RealHost::new()), sources, Box::new(disk), settings)
    }

    #[test]
    fn the_file_has_what_the_console_keeps_to_itself() {
        let disk = Disk::default();
        let log = logged(disk.clone(), Form::Text, Level::Debug);
        log.emit(Event::CommandStarted { invocation_id: "run-1".to_owned(), args: Vec::new() });
        log.emit(Event::Statement { sql: "select 1".to_owned() });
        let text = String::from_utf8(disk.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains(" | run-1 ====="), "{text}");
        assert!(text.contains(" [debug] [") && text.contains("]: On : select 1\n"), "{text}");
    }

    #[test]
    fn a_line_begins_with_the_time_of_the_day() {
        for (now, told) in [
            ("2026-11-28T03:04:05.000006Z", "03:04:05.000006 [info ] ["),
            ("1969-12-31T23:59:59.5Z", "23:59:59.500000 [info ] ["),
        ] {
            let line = text(&structured::printed("x"), now.parse().unwrap());
            assert!(line.starts_with(told) && line.ends_with("]: x\n"), "{line}");
        }
    }

    #[test]
    fn levels_below_the_wanted_one_are_left_out() {
        let disk = Disk::default();
        let log = logged(disk.clone(), Form::Json, Level::Warn);
        log.emit(Event::Statement { sql: "select 1".to_owned() });
        log.emit(Event::Message { level: Level::Info, text: "info".to_owned() });
        log.emit(Event::Message { level: Level::Warn, text: "look".to_owned() });
        let text = String::from_utf8(disk.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.contains(r#""msg":"look""#), "{text}");
    }

    #[test]
    fn a_full_disk_stops_nothing() {
        let log = logged(Disk(Arc::default(), true), Form::Text, Level::Debug);
        log.emit(Event::Message { level: Level::Warn, text: "look".to_owned() });
        log.close();
    }
}
