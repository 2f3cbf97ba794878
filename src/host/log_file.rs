//! A file that grows up to a size and is then put aside: `forge.log`, `forge.log.1` … `forge.log.5`, as dbt does.
//!
//! Writes are gathered until they are flushed. Several processes may append to one file; each flush is one write.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many older files are kept. dbt 1.12: five.
const KEPT: u32 = 5;
/// Bytes that are gathered at most.
const GATHERED: usize = 32 * 1024;

/// The file.
pub(super) struct Rotating {
    path: PathBuf,
    file: File,
    size: u64,
    /// The size at which it is put aside; 0 for never.
    most: u64,
    gathered: Vec<u8>,
}

impl Rotating {
    /// Opens the file at its end and makes missing folders.
    pub(super) fn open(path: &Path, most: u64) -> io::Result<Self> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let file = append_to(path)?;
        let size = file.metadata()?.len();
        let path = path.to_owned();
        Ok(Rotating { path, file, size, most, gathered: Vec::new() })
    }

    fn put_aside(&mut self) -> io::Result<()> {
        for number in (1..KEPT).rev() {
            let older = self.numbered(number);
            if older.exists() {
                std::fs::rename(older, self.numbered(number + 1))?;
            }
        }
        std::fs::rename(&self.path, self.numbered(1))?;
        self.file = append_to(&self.path)?;
        self.size = 0;
        Ok(())
    }

    fn numbered(&self, number: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

impl Write for Rotating {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        if self.gathered.len() >= GATHERED {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let gathered = std::mem::take(&mut self.gathered);
        let size = gathered.len() as u64;
        if self.most > 0 && self.size > 0 && self.size + size > self.most {
            self.put_aside()?;
        }
        self.size += size;
        self.file.write_all(&gathered)
    }
}

impl Drop for Rotating {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_is_put_aside_and_five_are_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("logs/forge.log");
        for number in 0..9 {
            let mut log = Rotating::open(&path, 10).unwrap();
            log.write_all(format!("line {number}\n").as_bytes()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(dir.path().join("logs").join(name));
        assert_eq!(read("forge.log").unwrap(), "line 8\n");
        assert_eq!(read("forge.log.1").unwrap(), "line 7\n");
        assert_eq!(read("forge.log.5").unwrap(), "line 3\n");
        assert!(read("forge.log.6").is_err());
    }

    #[test]
    fn without_a_limit_it_grows() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("forge.log");
        for _ in 0..3 {
            let mut log = Rotating::open(&path, 0).unwrap();
            log.write_all(b"0123456789\n").unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3);
    }
}
