//! What a profile says about a SQLite target.
//!
//! Reading the profile is left to others; this is the checked shape. Paths are resolved against `base_dir`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::super::error::{AdapterError, Result};
use super::super::naming::Placement;
use super::{MAIN, Pragmas, TEMP};

/// SQLite's name for a database without file.
const IN_MEMORY: &str = ":memory:";

/// Where a database lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A file.
    File(PathBuf),
    /// Nowhere: it ends with the process.
    Memory,
}

impl Location {
    /// Reads a profile's `path`.
    pub fn parse(path: &str) -> Self {
        if path == IN_MEMORY { Self::Memory } else { Self::File(PathBuf::from(path)) }
    }
}

/// How schemas map to files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// One file holds all schemas; names of other schemas carry a prefix.
    SingleFile {
        /// The file.
        location: Location,
        /// The schema whose relations carry no prefix; the target's schema when it is not given.
        unprefixed: Option<String>,
    },
    /// dbt-sqlite's layout: every schema is a file, attached under its name.
    Attached {
        /// Schema to file; `main` must be there.
        schemas_and_paths: IndexMap<String, PathBuf>,
        /// Folder whose `*.db` files are attached under their stems, and where new schemas go.
        schema_directory: PathBuf,
    },
}

/// The settings of a SQLite target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqliteSettings {
    /// How schemas map to files.
    pub layout: Layout,
    /// The target's `database`; only a label.
    pub database: String,
    /// The target's `schema`.
    pub schema: String,
    /// Folder that relative paths start from.
    pub base_dir: PathBuf,
    /// How long to wait for another connection's lock.
    pub busy_timeout: Duration,
    /// How often a transaction is tried again after that.
    pub lock_retries: u32,
    /// Whether `"typo"` may mean the text `typo`.
    pub double_quoted_strings: bool,
    /// Whether foreign keys are checked. They make it impossible to drop and rebuild a parent table.
    pub foreign_keys: bool,
    /// Whether casts to dates and timestamps give ISO text instead of the engine's numbers.
    pub iso_casts: bool,
    /// Whether files use write-ahead logging, so that readers and the writer do not block each other.
    pub write_ahead_log: bool,
    /// Speed and safety.
    pub pragmas: Pragmas,
    /// What `forge_now()` returns; the clock when it is not given.
    pub now: Option<Timestamp>,
    /// Whether all files are left alone: everything is in memory and ends with the process.
    pub is_scratch: bool,
    /// Whether the engine's own functions for dates take `now` for now, too.
    pub freezes_engine: bool,
}

impl SqliteSettings {
    /// A single file with the defaults of forge.
    pub fn single_file(location: Location, schema: &str, base_dir: &Path) -> Self {
        let layout = Layout::SingleFile { location, unprefixed: None };
        Self::with_layout(layout, schema, base_dir)
    }

    /// Attached files, as dbt-sqlite has them.
    pub fn attached(
        schemas_and_paths: IndexMap<String, PathBuf>,
        schema_directory: PathBuf,
        schema: &str,
        base_dir: &Path,
    ) -> Self {
        let layout = Layout::Attached { schemas_and_paths, schema_directory };
        Self::with_layout(layout, schema, base_dir)
    }

    /// A database without file, schema `main`.
    pub fn in_memory() -> Self {
        Self::single_file(Location::Memory, MAIN, Path::new(""))
    }

    fn with_layout(layout: Layout, schema: &str, base_dir: &Path) -> Self {
        Self {
            layout,
            database: "database".to_owned(),
            schema: schema.to_owned(),
            base_dir: base_dir.to_owned(),
            busy_timeout: Duration::from_secs(10),
            lock_retries: 3,
            double_quoted_strings: false,
            foreign_keys: false,
            iso_casts: true,
            write_ahead_log: true,
            pragmas: Pragmas::default(),
            now: None,
            is_scratch: false,
            freezes_engine: false,
        }
    }

    /// Relations of `schema` carry no prefix, those of the target's own schema do.
    pub(super) fn leave_plain_names_to(&mut self, schema: &str) {
        if let Layout::SingleFile { unprefixed: unprefixed @ None, .. } = &mut self.layout {
            *unprefixed = Some(schema.to_owned());
        }
    }

    /// Whether the database ends with the process.
    pub fn is_memory(&self) -> bool {
        self.main_file().is_none()
    }

    /// The file that is opened first.
    pub fn main_file(&self) -> Option<PathBuf> {
        match &self.layout {
            _ if self.is_scratch => None,
            Layout::SingleFile { location, .. } => match location {
                Location::File(path) => Some(self.resolve(path)),
                Location::Memory => None,
            },
            Layout::Attached { schemas_and_paths, .. } => {
                schemas_and_paths.get(MAIN).map(|path| self.resolve(path))
            }
        }
    }

    /// The file of an attached schema, whether it exists or not; of one in memory, SQLite's name for that.
    pub fn schema_file(&self, schema: &str) -> Option<PathBuf> {
        match &self.layout {
            Layout::SingleFile { .. } => None,
            Layout::Attached { .. } if self.is_scratch => Some(PathBuf::from(IN_MEMORY)),
            Layout::Attached { schemas_and_paths, schema_directory } => {
                Some(match schemas_and_paths.get(schema) {
                    Some(path) => self.resolve(path),
                    None => self.resolve(schema_directory).join(format!("{schema}.db")),
                })
            }
        }
    }

    /// Refuses a schema whose file would not lie directly in `schema_directory`, unless the profile names the file.
    pub(super) fn check_schema(&self, schema: &str) -> Result<()> {
        let is_given = match &self.layout {
            Layout::SingleFile { .. } => true,
            Layout::Attached { schemas_and_paths, .. } => schemas_and_paths.contains_key(schema),
        };
        let is_name = !schema.is_empty()
            && !schema.starts_with('.')
            && !schema.contains(['/', '\\', ':', '\0']);
        if is_given || is_name {
            return Ok(());
        }
        Err(AdapterError::BadSchema { schema: schema.to_owned() })
    }

    /// `path`, relative to the base folder.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.base_dir.join(path)
    }

    pub(super) fn check(&self) -> Result<()> {
        let message = match &self.layout {
            Layout::Attached { schemas_and_paths, .. } if !schemas_and_paths.contains_key(MAIN) => {
                "`schemas_and_paths` needs an entry named `main`"
            }
            _ if self.schema.is_empty() => "`schema` is empty",
            _ => return Ok(()),
        };
        Err(AdapterError::Settings { message: message.to_owned() })
    }

    pub(super) fn placement(&self) -> Placement {
        match &self.layout {
            Layout::Attached { .. } => Placement::Qualified,
            Layout::SingleFile { unprefixed, .. } => Placement::Prefixed {
                bare: unprefixed.as_ref().unwrap_or(&self.schema).clone(),
                home: MAIN,
                is_home_written: false,
                qualified: vec![TEMP.to_owned()],
            },
        }
    }
}
