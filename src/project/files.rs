//! Which files a package has: finds them by role, reads them in parallel, takes their checksums.
//!
//! The rules are dbt 1.12's: every folder below a resource path counts, hidden ones too; a file whose name
//! begins with `.`, `#` or `~` does not; extensions match in any case.
//! Invariant: files enter the source map sorted by package and path, so that ids are the same in every run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::diagnostics::Diagnostics;
use crate::host::Host;
use crate::parallel;
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
        paths: |config| config.function_paths.clone(),
        extensions: &[".sql", ".py", ".js"],
        except: &[],
        keep: Keep::Text,
        list: |files| &mut files.functions,
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
        &config.function_paths,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Keep {
    /// It is.
    Text,
    /// Only its checksum: seeds are read when they are loaded.
    Checksum,
}

/// The id and the checksum of every file that was read.
type Read = HashMap<PathBuf, (FileId, String), foldhash::fast::RandomState>;

/// Finds and reads the files of all packages. `root` is the folder of the root package.
pub(super) fn discover(
    host: &dyn Host,
    sources: &SourceMap,
    root: &Path,
    packages: &mut [Package],
    diagnostics: &mut Diagnostics,
) {
    let mut read = Read::default();
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
    let walks = Walks::of(host, package);
    let of_role = |role: &Role| {
        // Sorted, and a file that two paths reach is there once.
        let paths = (role.paths)(&package.config);
        let found = paths.iter().flat_map(|path| walks.files(path, role));
        let found: BTreeMap<_, _> =
            found.map(|file| (file.original_file_path.clone(), file)).collect();
        found.into_values().collect()
    };
    let found = walks.files.values().map(Vec::len).sum();
    parallel::map_when(parallel::is_worth(found), ROLES.iter().collect(), of_role)
}

/// Reads what was not read yet; a file without a checksum is a big seed.
fn read_all(
    host: &dyn Host,
    sources: &SourceMap,
    root: &Path,
    found: &[Vec<Found>],
    read: &mut Read,
    diagnostics: &mut Diagnostics,
) {
    let mut paths: Vec<(&Path, Keep)> = Vec::new();
    for (role, found) in ROLES.iter().zip(found) {
        let unread = found.iter().filter(|file| !read.contains_key(&file.absolute));
        paths.extend(unread.map(|file| (&*file.absolute, role.keep)));
    }
    // Every role comes sorted, which a stable sort makes use of. Of a file in two roles the text is kept if one asks.
    paths.sort();
    paths.dedup_by_key(|(path, _)| *path);
    // A seed can be large.
    let is_much =
        parallel::is_worth(paths.len()) || paths.iter().any(|(_, keep)| *keep == Keep::Checksum);
    let contents =
        parallel::map_when(is_much, paths.clone(), |(path, keep)| content(host, path, keep));
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
fn content(host: &dyn Host, path: &Path, keep: Keep) -> std::io::Result<(Arc<str>, String)> {
    if keep == Keep::Checksum {
        let bytes = host.read_bytes(path)?;
        return Ok(("".into(), seed_checksum(&bytes)));
    }
    let text = host.read(path)?;
    let checksum = text_checksum(&text);
    Ok((text.into(), checksum))
}

/// What is below the resource paths of a package.
struct Walks {
    ignore: Ignore,
    installed: PathBuf,
    files: HashMap<String, Vec<Walked>>,
}

/// A file below a resource path, of whatever role.
struct Walked {
    /// Below the resource path, with `/`.
    path: String,
    absolute: PathBuf,
}

impl Walks {
    fn of(host: &dyn Host, package: &Package) -> Self {
        let (root, config) = (&package.root, &package.config);
        let paths: BTreeSet<String> = ROLES.iter().flat_map(|role| (role.paths)(config)).collect();
        let walk = |path: String| {
            let files = walked(host, &clean(&root.join(&path)));
            (path, files)
        };
        Walks {
            ignore: Ignore::parse(&host.read(&root.join(IGNORE_FILE)).unwrap_or_default()),
            installed: root.join(&config.packages_install_path),
            files: paths.into_iter().map(walk).collect(),
        }
    }

    /// The files of a role below one of its paths.
    fn files(&self, resource_path: &str, role: &Role) -> Vec<Found> {
        let files = self.files.get(resource_path).into_iter().flatten();
        let found = files.filter(|file| role.has(&file.path)).map(|file| Found {
            resource_path: resource_path.to_owned(),
            path: file.path.clone(),
            original_file_path: format!("{resource_path}/{}", file.path),
            absolute: file.absolute.clone(),
        });
        let is_hidden = |file: &Found| {
            self.ignore.matches(&file.original_file_path)
                || file.absolute.starts_with(&self.installed)
        };
        found.filter(|file| !is_hidden(file)).collect()
    }
}

/// The files below a folder whose paths are text.
fn walked(host: &dyn Host, dir: &Path) -> Vec<Walked> {
    let below = |absolute: PathBuf| {
        let path = absolute.strip_prefix(dir).ok()?.to_str()?.replace('\\', "/");
        Some(Walked { path, absolute })
    };
    host.walk(dir).into_iter().filter_map(below).collect()
}

impl Role {
    /// Whether a file at this path below a resource path plays the role.
    fn has(&self, path: &str) -> bool {
        let first = path.split('/').next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default();
        let stem = |extension: &&str| {
            let at = name.len().checked_sub(extension.len()).filter(|at| *at > 0);
            at.is_some_and(|at| name.as_bytes()[at..].eq_ignore_ascii_case(extension.as_bytes()))
        };
        !self.except.contains(&first)
            && !name.starts_with(['.', '#', '~'])
            && self.extensions.iter().any(stem)
    }
}

/// dbt 1.12: of the text with every run of white space as one blank.
pub(crate) fn text_checksum(text: &str) -> String {
    let mut words = Vec::with_capacity(text.len());
    let mut add = |word: &[u8]| {
        if !words.is_empty() {
            words.push(b' ');
        }
        words.extend_from_slice(word);
    };
    match text.is_ascii() {
        // Most texts are, and need no decoding.
        true => text
            .as_bytes()
            .split(|byte| char::from(*byte).is_whitespace())
            .filter(|word| !word.is_empty())
            .for_each(add),
        false => text.split_whitespace().for_each(|word| add(word.as_bytes())),
    }
    hex(&Sha256::digest(words))
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
    let halves = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    halves.map(|half| char::from(b"0123456789abcdef"[usize::from(half)])).collect()
}

#[cfg(test)]
mod tests;
