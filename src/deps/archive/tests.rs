//! Archives that are fine, and those that want out.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};

use super::*;
use crate::host::{Host, RealHost};

/// An entry: type, path, contents or target.
type Entry = (EntryType, &'static str, &'static str);

const SMALL: Limits = Limits { bytes: 1 << 20, entries: 100 };
const FILE: EntryType = EntryType::Regular;

fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut builder = Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (kind, path, text) in entries {
        let mut header = Header::new_gnu();
        // Written by hand: the library itself refuses paths that want out.
        header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(0o644);
        let is_link = matches!(kind, EntryType::Symlink | EntryType::Link);
        if is_link {
            header.as_gnu_mut().unwrap().linkname[..text.len()].copy_from_slice(text.as_bytes());
        }
        let contents = if is_link { "" } else { text };
        header.set_size(contents.len() as u64);
        header.set_cksum();
        builder.append(&header, contents.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn unpacked(bytes: &[u8]) -> (tempfile::TempDir, Result<PathBuf, String>) {
    let folder = tempfile::tempdir().unwrap();
    let host = RealHost::new();
    let into = folder.path().join("into");
    std::fs::create_dir(&into).unwrap();
    let done =
        unpack(host.workshop().unwrap(), bytes, &into, SMALL).map_err(|error| error.to_string());
    (folder, done)
}

#[test]
fn files_folders_and_inner_links_are_unpacked() {
    let bytes = archive(&[
        (EntryType::XGlobalHeader, "pax_global_header", ""),
        (EntryType::Directory, "dates-1.0/", ""),
        (FILE, "./dates-1.0/dbt_project.yml", "name: dates\n"),
        (FILE, "dates-1.0/models/m.sql", "select 1"),
        (EntryType::Symlink, "dates-1.0/models/l.sql", "m.sql"),
        (EntryType::Symlink, "dates-1.0/more", "models"),
        (EntryType::Link, "dates-1.0/h.sql", "dates-1.0/models/m.sql"),
    ]);
    let (folder, done) = unpacked(&bytes);
    let top = folder.path().join("into/dates-1.0");
    assert_eq!(done, Ok(top.clone()));
    for path in ["models/m.sql", "models/l.sql", "h.sql", "more/m.sql"] {
        assert_eq!(std::fs::read_to_string(top.join(path)).unwrap(), "select 1", "{path}");
    }
}

#[test]
fn what_leaves_the_package_is_refused_and_nothing_is_outside() {
    const PROJECT: Entry = (FILE, "p/dbt_project.yml", "name: p\n");
    let cases: &[(&[Entry], &str)] = &[
        (&[PROJECT, (FILE, "../evil", "x")], "it holds `../evil`, which is outside of the package"),
        (&[PROJECT, (FILE, "p/../../evil", "x")], "which is outside of the package"),
        (&[PROJECT, (FILE, "/tmp/forge_evil", "x")], "which is outside of the package"),
        (&[PROJECT, (FILE, "p/a\\..\\..\\evil", "x")], "which is outside of the package"),
        (
            &[PROJECT, (EntryType::Symlink, "p/l", "../../evil")],
            "it holds the link `p/l` to `../../evil`, which is outside of the package",
        ),
        (&[PROJECT, (EntryType::Symlink, "p/l", "/etc")], "which is outside of the package"),
        (&[PROJECT, (EntryType::Symlink, "p/l", "..")], "which is outside of the package"),
        (&[PROJECT, (EntryType::Symlink, "p/l", "x/..")], "which is outside of the package"),
        (&[PROJECT, (EntryType::Link, "p/l", "../evil")], "which is outside of the package"),
        (
            &[PROJECT, (EntryType::Symlink, "p/l", "x"), (EntryType::Symlink, "p/l/m", "y")],
            "it holds `p/l/m`, whose folder is a link",
        ),
        (&[PROJECT, (EntryType::Fifo, "p/f", "")], "it holds `p/f`, which is no file"),
        (&[PROJECT, (FILE, "q/x", "")], "it must have exactly one folder at its top"),
        (&[(FILE, "x", "")], "it must have exactly one folder at its top"),
    ];
    for (entries, want) in cases {
        let (folder, done) = unpacked(&archive(entries));
        let error = done.unwrap_err();
        assert!(error.contains(want), "{error} is not {want}");
        let beside: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(beside.len(), 1, "{want}");
    }
}

#[test]
fn bombs_and_torn_archives_are_refused() {
    let mut header = Header::new_gnu();
    header.set_path("p/zeros").unwrap();
    header.set_size(2 << 20);
    header.set_cksum();
    let mut bomb = GzEncoder::new(Vec::new(), Compression::fast());
    bomb.write_all(header.as_bytes()).unwrap();
    bomb.write_all(&vec![0; 2 << 20]).unwrap();
    let (_, done) = unpacked(&bomb.finish().unwrap());
    assert_eq!(done, Err("it is too big when unpacked".to_owned()));
    let (_, done) = unpacked(&archive(&[(FILE, "p/x", ""); 101]));
    assert_eq!(done, Err("it has more than 100 entries".to_owned()));

    let fine = archive(&[(FILE, "p/dbt_project.yml", "name: p\n")]);
    for torn in [&fine[..fine.len() / 2], b"what", b""] {
        let (_, done) = unpacked(torn);
        let error = done.unwrap_err();
        assert!(error.starts_with("it is not a whole `.tar.gz` archive"), "{error}");
    }
}
