//! Unpacks archives (`.tar.gz`) of packages.
//!
//! Invariant: everything that is written is inside of the folder that was given; links are made last and lead
//! nowhere else, so that nothing is written through one.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use flate2::read::MultiGzDecoder;
use tar::{Archive, EntryType};

use crate::host::workshop::{EntryKind, Workshop};

/// How much an archive may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Bytes, unpacked; packages have a few MiB.
    bytes: u64,
    /// Entries.
    entries: usize,
}

/// The limits of packages.
pub(super) const LIMITS: Limits = Limits { bytes: 512 << 20, entries: 100_000 };

/// The deepest folder.
const DEEPEST: usize = 64;

/// Why an archive is not unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    /// It wants to reach outside, or is too big.
    #[error("{0}")]
    Unsafe(String),
    /// It is not an archive, or not one of a package.
    #[error("{0}")]
    Malformed(String),
    /// The disk.
    #[error("cannot unpack: {0}")]
    Io(#[from] io::Error),
}

/// What is made after all files are there.
enum Late {
    Symbolic { at: PathBuf, target: PathBuf },
    Hard { at: PathBuf, of: PathBuf },
}

/// Unpacks into an empty folder; returns the one folder that the archive has at its top.
pub(super) fn unpack(
    workshop: &dyn Workshop,
    bytes: &[u8],
    into: &Path,
    limits: Limits,
) -> Result<PathBuf, ArchiveError> {
    let mut archive =
        Archive::new(Limited { inner: MultiGzDecoder::new(bytes), left: limits.bytes });
    let mut late = Vec::new();
    for (count, entry) in archive.entries().map_err(malformed)?.enumerate() {
        if count == limits.entries {
            let message = format!("it has more than {} entries", limits.entries);
            return Err(ArchiveError::Unsafe(message));
        }
        unpack_entry(workshop, entry.map_err(malformed)?, into, &mut late)?;
    }
    let top = only_folder(workshop, into)?;
    let mut made = HashSet::new();
    for link in late {
        make_link(workshop, into, link, &mut made)?;
    }
    Ok(top)
}

fn unpack_entry(
    workshop: &dyn Workshop,
    mut entry: tar::Entry<'_, impl Read>,
    into: &Path,
    late: &mut Vec<Late>,
) -> Result<(), ArchiveError> {
    let kind = entry.header().entry_type();
    if matches!(kind, EntryType::XGlobalHeader | EntryType::XHeader) {
        return Ok(());
    }
    let path = inside(&entry.path().map_err(malformed)?)?;
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    match kind {
        EntryType::Directory => workshop.make_folder(&into.join(path))?,
        EntryType::Regular | EntryType::Continuous => {
            workshop.write_from(&into.join(path), &mut entry).map_err(malformed)?;
        }
        EntryType::Symlink | EntryType::Link => {
            let target = entry.link_name().map_err(malformed)?.unwrap_or_default().into_owned();
            late.push(link(path, target, kind)?);
        }
        other => {
            let message = format!("it holds `{}`, which is no file ({other:?})", path.display());
            return Err(ArchiveError::Unsafe(message));
        }
    }
    Ok(())
}

/// A path of an entry, without `.`.
fn inside(path: &Path) -> Result<PathBuf, ArchiveError> {
    let outside = || {
        let message = format!("it holds `{}`, which is outside of the package", path.display());
        ArchiveError::Unsafe(message)
    };
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => clean.push(part),
            Component::CurDir => {}
            _ => return Err(outside()),
        }
    }
    // On every system, whatever is a separator on one of them.
    if clean.to_string_lossy().contains(['\\', '\0']) {
        return Err(outside());
    }
    if clean.components().count() > DEEPEST {
        return Err(ArchiveError::Unsafe(format!("it has more than {DEEPEST} nested folders")));
    }
    Ok(clean)
}

fn link(at: PathBuf, target: PathBuf, kind: EntryType) -> Result<Late, ArchiveError> {
    let leaves = |target: &Path| {
        let message = format!(
            "it holds the link `{}` to `{}`, which is outside of the package",
            at.display(),
            target.display()
        );
        ArchiveError::Unsafe(message)
    };
    if kind == EntryType::Link {
        let of = inside(&target).map_err(|_| leaves(&target))?;
        return Ok(Late::Hard { at, of });
    }
    match stays(&at, &target) {
        true => Ok(Late::Symbolic { at, target }),
        false => Err(leaves(&target)),
    }
}

/// Whether a symbolic link at `at` leads to something below the first folder of `at`. A `..` after a name is
/// refused, because the name may be a link.
pub(super) fn stays(at: &Path, target: &Path) -> bool {
    let Some(mut depth) = at.components().count().checked_sub(2) else {
        return false;
    };
    let mut named = false;
    for component in target.components() {
        match component {
            Component::Normal(_) => named = true,
            Component::CurDir => {}
            Component::ParentDir if depth > 0 && !named => depth -= 1,
            _ => return false,
        }
    }
    !target.to_string_lossy().contains('\\')
}

fn make_link(
    workshop: &dyn Workshop,
    into: &Path,
    link: Late,
    made: &mut HashSet<PathBuf>,
) -> Result<(), ArchiveError> {
    let (Late::Symbolic { at, .. } | Late::Hard { at, .. }) = &link;
    if at.ancestors().skip(1).any(|folder| made.contains(folder)) {
        let message = format!("it holds `{}`, whose folder is a link", at.display());
        return Err(ArchiveError::Unsafe(message));
    }
    match link {
        Late::Symbolic { at, target } => {
            made.insert(at.clone());
            let at = into.join(at);
            workshop.make_folder(at.parent().unwrap_or(into))?;
            workshop.link(&target, &at)?;
        }
        // A copy does what a hard link would.
        Late::Hard { at, of } => workshop.copy_file(&into.join(of), &into.join(at))?,
    }
    Ok(())
}

fn only_folder(workshop: &dyn Workshop, into: &Path) -> Result<PathBuf, ArchiveError> {
    let mut entries = workshop.entries(into)?;
    // What `git archive` puts beside the folder.
    entries.retain(|entry| entry.path.file_name().is_none_or(|name| name != "pax_global_header"));
    match entries.as_slice() {
        [only] if only.kind == EntryKind::Folder => Ok(only.path.clone()),
        _ => Err(ArchiveError::Malformed(
            "it must have exactly one folder at its top, and all files in that".to_owned(),
        )),
    }
}

/// A reader that fails when there is too much, so that nothing is unpacked without end.
struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(read)
    }
}

fn malformed(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::FileTooLarge => {
            ArchiveError::Unsafe("it is too big when unpacked".to_owned())
        }
        io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other => {
            ArchiveError::Malformed(format!("it is not a whole `.tar.gz` archive ({error})"))
        }
        _ => ArchiveError::Io(error),
    }
}

#[cfg(test)]
mod tests;
