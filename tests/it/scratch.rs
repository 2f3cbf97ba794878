//! Scratch projects: a few files in a temporary folder, and `forge` run in them with nothing of the user's around it.
//!
//! Invariant: the clock stands still (`FORGE_NOW`), the home folder is empty, no variable of the caller counts.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// The time that a scratch project lives in.
pub(crate) const NOW: &str = "2026-03-01T12:00:00Z";
/// A command that takes longer hangs.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A project named `shop` in a temporary folder, built into `shop.db`.
pub(crate) struct Scratch {
    root: TempDir,
}

/// What a command left behind.
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    command: String,
}

/// A relation's rows as text, sorted; by relation.
pub(crate) type Rows = BTreeMap<String, Vec<String>>;

impl Scratch {
    /// An empty folder.
    pub(crate) fn empty() -> Self {
        let root = tempfile::Builder::new().prefix("forge_cli_").tempdir().unwrap();
        fs::create_dir(root.path().join("home")).unwrap();
        fs::create_dir(root.path().join("shop")).unwrap();
        Scratch { root }
    }

    /// A project from one text: each file starts with a line `//- path`. `dbt_project.yml` may be left out.
    pub(crate) fn new(files: &str) -> Self {
        let scratch = Scratch::empty();
        scratch.write("dbt_project.yml", "name: shop\nversion: '1.0'\n");
        for part in files.split("//- ").skip(1) {
            let (path, text) = part.split_once('\n').unwrap_or((part, ""));
            scratch.write(path.trim(), text);
        }
        scratch
    }

    /// A project that already lies somewhere, copied.
    pub(crate) fn copy_of(project: &Path) -> Self {
        let scratch = Scratch::empty();
        copy(project, &scratch.path(""));
        scratch
    }

    /// A path below the project.
    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.root.path().join("shop").join(below)
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    /// Writes a file that may be no text.
    pub(crate) fn write_bytes(&self, path: &str, content: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Reads a file of the project.
    pub(crate) fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// `forge` in the project's folder, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forge"));
        command.args(arguments).current_dir(self.path("")).env_clear();
        command
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "SYSTEMROOT"));
        command.env("HOME", self.root.path().join("home")).env("FORGE_NOW", NOW);
        command.envs([("NO_COLOR", "1"), ("TZ", "UTC"), ("LC_ALL", "C.UTF-8"), ("COLUMNS", "400")]);
        command
    }

    /// Runs `forge`.
    pub(crate) fn forge(&self, arguments: &[&str]) -> Outcome {
        self.forge_with(arguments, &[])
    }

    /// Runs `forge` with further variables.
    pub(crate) fn forge_with(&self, arguments: &[&str], envs: &[(&str, &str)]) -> Outcome {
        let mut command = self.command(arguments);
        command.envs(envs.iter().copied());
        let output = assert_cmd::Command::from_std(command).timeout(TIMEOUT).output().unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            command: arguments.join(" "),
        }
    }

    /// A connection of the test's own to the project's database.
    pub(crate) fn db(&self) -> Connection {
        open(&self.path("shop.db"))
    }

    /// The first value of a query.
    pub(crate) fn value(&self, sql: &str) -> Value {
        self.db()
            .query_row(sql, [], |row| row.get(0))
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// All rows of all relations but forge's own, of one database file.
    pub(crate) fn rows(&self, file: &str) -> Rows {
        let db = open(&self.path(file));
        let sql = "select name from sqlite_master where type in ('table', 'view') \
                   and name not glob 'sqlite_*' and name not glob '_forge*'";
        let mut statement = db.prepare(sql).unwrap();
        let names = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .collect::<Result<Vec<String>, _>>()
            .unwrap();
        names.into_iter().map(|name| (name.clone(), relation_rows(&db, &name))).collect()
    }
}

/// Opens a database that has to be there already.
fn open(path: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(path, flags)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn relation_rows(db: &Connection, name: &str) -> Vec<String> {
    let mut statement = db.prepare(&format!("select * from \"{name}\"")).unwrap();
    let count = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..count).map(|at| row.get::<_, Value>(at)).collect::<Result<Vec<_>, _>>()?;
        Ok(format!("{cells:?}"))
    });
    let mut rows = rows.unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    rows.sort_unstable();
    rows
}

impl Outcome {
    /// Both streams, with line breaks and frames of messages as single spaces, so that wrapped text can be searched.
    pub(crate) fn text(&self) -> String {
        let streams = format!("{}\n{}", self.stdout, self.stderr);
        let framed = |c: char| "│|╭╰─┬·×".contains(c);
        streams
            .split_whitespace()
            .filter(|word| !word.chars().all(framed))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Asserts the exit code and that the output has all these texts.
    #[track_caller]
    pub(crate) fn expect(self, code: i32, texts: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "exit code of {self}");
        self.mentions(texts)
    }

    /// Asserts that the command failed, with 1 or 2, and that the output has all these texts.
    #[track_caller]
    pub(crate) fn expect_failure(self, texts: &[&str]) -> Self {
        assert!(matches!(self.code, Some(1 | 2)), "exit code of {self}");
        self.mentions(texts)
    }

    /// Asserts that the output has all these texts, and that nothing panicked.
    #[track_caller]
    pub(crate) fn mentions(self, texts: &[&str]) -> Self {
        let text = self.text();
        for wanted in texts {
            assert!(text.contains(wanted), "`{wanted}` is missing in the output of {self}");
        }
        self.without(&["panicked at", "RUST_BACKTRACE"])
    }

    /// Asserts that the output has none of these texts.
    #[track_caller]
    pub(crate) fn without(self, texts: &[&str]) -> Self {
        let text = self.text();
        for unwanted in texts {
            assert!(!text.contains(unwanted), "`{unwanted}` is in the output of {self}");
        }
        self
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Outcome { command, code, stdout, stderr } = self;
        write!(f, "`forge {command}` ({code:?})\n── stdout\n{stdout}\n── stderr\n{stderr}\n──")
    }
}

/// Copies a file, or a folder with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let below = entry.path().strip_prefix(from).unwrap();
        let target = if below.as_os_str().is_empty() { to.to_owned() } else { to.join(below) };
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Says on the terminal that a test could not run here; it counts as passed.
pub(crate) fn skip(reason: &str) {
    let line = format!("SKIPPED: {reason}\n");
    // Not `eprintln!`, which the test runner keeps to itself when a test passes.
    std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
}
