//! Which files a package has: finds them by role, reads them in parallel, takes their checksums.
//!
//! The rules are dbt 1.12's: every folder below a resource path counts, hidden ones too; a file whose name
//! begins with `.`, `#` or `~` does not; extensions match in any case.
//! Invariant: files enter the source map sorted by package and path, so that ids are the same in every run.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::diagnostics::Diagnostics;
use crate::host::Host;
use crate::source::{FileId, SourceMap};

use super::find::{clean, shown};
use super::ignore::Ignore;
use super::yaml_file::unreadable;
use super::{File, Files, Package, ProjectConfig};

/// dbt: seeds above this size have their path for a checksum.
const MAX_HASHED_SEED: usize = 1024 * 1024;
const IGNORE_FILE: &str = ".dbtignore";

/// One kind of file: where it is, what it is called, where it goes.
struct Role {
    paths: fn(&ProjectConfig) -> Vec<String>,
    extensions: &'static [&'static str],
    /// Folders directly below the path that belong to other roles.
    except: &'static [&'static str],
    keep: Keep,
    list: fn(&mut Files) -> &mut Vec<File>,
}

const SQL: &[&str] = &[".sql"];

const ROLES: &[Role] = &[
    Role {
        paths: |config| config.model_paths.clone(),
        extensions: SQL,
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.models,
    },
    Role {
        paths: |config| config.model_paths.clone(),
        extensions: &[".py"],
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.python_models,
    },
    Role {
        paths: |config| config.seed_paths.clone(),
        extensions: &[".csv"],
        except: &[],
        keep: Keep::Checksum,
        list: |files| &mut files.seeds,
    },
    Role {
        paths: |config| config.test_paths.clone(),
        extensions: SQL,
        except: &["generic", "fixtures"],
        keep: Keep::Text,
        list: |files| &mut files.singular_tests,
    },
    Role {
        paths: |config| below(&config.test_paths, "generic"),
        extensions: SQL,
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.generic_tests,
    },
    Role {
        paths: |config| below(&config.test_paths, "fixtures"),
        extensions: &[".csv", ".sql"],
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.fixtures,
    },
    Role {
        paths: |config| config.macro_paths.clone(),
        extensions: SQL,
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.macros,
    },
    Role {
        paths: |config| config.analysis_paths.clone(),
        extensions: SQL,
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.analyses,
    },
    Role {
        paths: |config| config.snapshot_paths.clone(),
        extensions: SQL,
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.snapshots,
    },
    Role {
        paths: resource_paths,
        extensions: &[".yml", ".yaml"],
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.properties,
    },
    Role {
        paths: docs_paths,
        extensions: &[".md"],
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.docs,
    },
];

fn below(paths: &[String], folder: &str) -> Vec<String> {
    paths.iter().map(|path| format!("{path}/{folder}")).collect()
}

fn resource_paths(config: &ProjectConfig) -> Vec<String> {
    [
        &config.model_paths,
        &config.seed_paths,
        &config.snapshot_paths,
        &config.analysis_paths,
        &config.macro_paths,
        &config.test_paths,
    ]
    .into_iter()
    .flatten()
    .cloned()
    .collect()
}

fn docs_paths(config: &ProjectConfig) -> Vec<String> {
    match config.docs_paths.is_empty() {
        true => resource_paths(config),
        false => config.docs_paths.clone(),
    }
}

/// A file that was found and not yet read.
struct Found {
    resource_path: String,
    path: String,
    original_file_path: String,
    absolute: PathBuf,
}

/// Whether the text of a file is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    /// It is.
    Text,
    /// Only its checksum: seeds are read when they are loaded.
    Checksum,
}

/// Finds and reads the files of all packages. `root` is the folder of the root package.
pub(super) fn discover(
    host: &dyn Host,
    sources: &SourceMap,
    root: &Path,
    packages: &mut [Package],
    diagnostics: &mut Diagnostics,
) {
    let mut read = HashMap::new();
    for package in packages {
        let found = find(host, package);
        read_all(host, sources, root, &found, &mut read, diagnostics);
        for (role, found) in ROLES.iter().zip(found) {
            let files = found.into_iter().filter_map(|file| {
                let (id, checksum) = read.get(&file.absolute)?;
                Some(file.read_as(*id, checksum))
            });
            *(role.list)(&mut package.files) = files.collect();
        }
    }
}

impl Found {
    fn read_as(self, id: FileId, checksum: &str) -> File {
        File {
            id,
            checksum: match checksum {
                "" => self.original_file_path.clone(),
                checksum => checksum.to_owned(),
            },
            resource_path: self.resource_path,
            path: self.path,
            original_file_path: self.original_file_path,
            absolute: self.absolute,
        }
    }
}

/// The files of a package, a list for each role.
fn find(host: &dyn Host, package: &Package) -> Vec<Vec<Found>> {
    let mut walks = Walks {
        host,
        package,
        ignore: Ignore::parse(&host.read(&package.root.join(IGNORE_FILE)).unwrap_or_default()),
        installed: package.root.join(&package.config.packages_install_path),
        known: HashMap::new(),
    };
    let of_role = |role: &Role| {
        // Sorted, and a file that two paths reach is there once.
        let paths = (role.paths)(&package.config);
        let found = paths.iter().flat_map(|path| walks.files(path, role));
        let found: BTreeMap<_, _> =
            found.map(|file| (file.original_file_path.clone(), file)).collect();
        found.into_values().collect()
    };
    ROLES.iter().map(of_role).collect()
}

/// Reads what was not read yet; a file without a checksum is a big seed.
fn read_all(
    host: &dyn Host,
    sources: &SourceMap,
    root: &Path,
    found: &[Vec<Found>],
    read: &mut HashMap<PathBuf, (FileId, String)>,
    diagnostics: &mut Diagnostics,
) {
    let mut paths: BTreeMap<&Path, Keep> = BTreeMap::new();
    for (role, found) in ROLES.iter().zip(found) {
        for file in found.iter().filter(|file| !read.contains_key(&file.absolute)) {
            let keep = paths.entry(&file.absolute).or_insert(role.keep);
            if role.keep == Keep::Text {
                *keep = Keep::Text;
            }
        }
    }
    let paths: Vec<_> = paths.into_iter().collect();
    let contents: Vec<_> =
        (paths.par_iter()).map(|(path, keep)| content(host, path, *keep)).collect();
    for ((path, _), content) in paths.into_iter().zip(contents) {
        let shown = shown(root, path);
        match content {
            Ok((text, checksum)) => {
                let id = sources.add(&shown, path, text);
                read.insert(path.to_owned(), (id, checksum));
            }
            Err(error) => diagnostics.push(unreadable(&shown, &error)),
        }
    }
}

/// The text that is kept, and the checksum.
fn content(host: &dyn Host, path: &Path, keep: Keep) -> std::io::Result<(String, String)> {
    if keep == Keep::Checksum {
        let bytes = host.read_bytes(path)?;
        return Ok((String::new(), seed_checksum(&bytes)));
    }
    let text = host.read(path)?;
    let checksum = text_checksum(&text);
    Ok((text, checksum))
}

struct Walks<'w> {
    host: &'w dyn Host,
    package: &'w Package,
    ignore: Ignore,
    installed: PathBuf,
    known: HashMap<String, Vec<PathBuf>>,
}

impl Walks<'_> {
    fn files(&mut self, resource_path: &str, role: &Role) -> Vec<Found> {
        let dir = clean(&self.package.root.join(resource_path));
        let walk = || self.host.walk(&dir);
        let paths = (self.known).entry(resource_path.to_owned()).or_insert_with(walk);
        let found = |absolute: &PathBuf| {
            let path = absolute.strip_prefix(&dir).ok()?;
            let first = path.components().next()?.as_os_str().to_str()?;
            if role.except.contains(&first) || !has_name(path, role.extensions) {
                return None;
            }
            let path = path.to_str()?.replace('\\', "/");
            let original_file_path = format!("{resource_path}/{path}");
            let hidden =
                self.ignore.matches(&original_file_path) || absolute.starts_with(&self.installed);
            (!hidden).then(|| Found {
                resource_path: resource_path.to_owned(),
                path,
                original_file_path,
                absolute: absolute.clone(),
            })
        };
        paths.iter().filter_map(found).collect()
    }
}

fn has_name(path: &Path, extensions: &[&str]) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return false;
    };
    let lower = name.to_ascii_lowercase();
    let stem = |extension: &&str| lower.strip_suffix(*extension).is_some_and(|s| !s.is_empty());
    !name.starts_with(['.', '#', '~']) && extensions.iter().any(stem)
}

/// dbt 1.12: of the text with every run of white space as one blank.
pub(crate) fn text_checksum(text: &str) -> String {
    let mut hasher = Sha256::new();
    for (at, word) in text.split_whitespace().enumerate() {
        if at > 0 {
            hasher.update(b" ");
        }
        hasher.update(word);
    }
    hex(&hasher.finalize())
}

/// dbt 1.12: of the text with `\n` line ends and nothing white around it; empty for a big seed, which has its
/// path for a checksum.
fn seed_checksum(bytes: &[u8]) -> String {
    if bytes.len() > MAX_HASHED_SEED {
        return String::new();
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    hex(&Sha256::digest(text.trim()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("invariant: writing to a string works");
        hex
    })
}

#[cfg(test)]
mod tests;
