//! Hashes as dbt 1.12 computes them, and the file as it writes it.

use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::diagnostics::Diagnostics;
use crate::host::RealHost;
use crate::project::{FlagOverrides, load_packages_root};
use crate::source::{SourceMap, Span};

/// What is wanted, and the hash that dbt writes.
const HASHES: &[(&str, &str)] = &[
    (r##"[{local: ../x}]"##, "2eb88687c82ae2cd966a476e338919651d83079e"),
    (r##"[{local: ../x, name: foo}]"##, "cfebe428ce75727c6215c74da7b5f942924dea43"),
    (r##"[{package: a/b, version: 1.0.0}]"##, "fbe59819b389dd3c16eebc554e4ec5b3ce2924bc"),
    (r##"[{package: a/b, version: 1.0}]"##, "bbcacd8a45bfe08b1b0e318c1c09cccb5c12fe57"),
    (r##"[{package: a/b, version: [">=1.0.0", 2]}]"##, "aabc78ea7380a3db5fe66433a7d854c10c065db2"),
    (
        r##"[{package: a/b, version: 1.0.0, install_prerelease: true}]"##,
        "c3abe22411807d7e886d361b3a1ce2cce9664ba6",
    ),
    (r##"[{git: "https://x/y.git"}]"##, "f48a339deec875966716571e6eca5cf96910edd3"),
    (
        r##"[{git: "https://x/y.git", revision: 123456, subdirectory: a/b, warn-unpinned: false}]"##,
        "58ff6653a6b7ff55cbefca314254179ff8cda086",
    ),
    (
        r##"[{git: "{{ 'https://x' }}/y.git", revision: "é😀\t\""}]"##,
        "1760cc30742da43ce712351c2176c0ee7487c2ac",
    ),
    (r##"[{tarball: "https://x/y.tgz", name: foo}]"##, "538f23c4e90e4994f29ea126a750ed0e1ada84fb"),
    (r##"[{git: x, revision: 1.5e-7}]"##, "0f7c251d41b60214d10f5244dcf3bca0c380cf3a"),
    (r##"[{git: x, subdirectory: null}]"##, "1f9affabbce2bae538cbf57d5f6fbe2ca0a3cbaa"),
    (
        r##"[{package: a/b, version: 1.0.0}, {local: ../z}, {git: "https://x/y.git", revision: main}]"##,
        "a722ba9e2eac6a677147ed867c318cdceef84b1d",
    ),
    (r##"[]"##, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
];

fn specs(packages: &str) -> Vec<PackageSpec> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("dbt_project.yml"), "name: shop\n").unwrap();
    std::fs::write(folder.path().join("packages.yml"), format!("packages: {packages}\n")).unwrap();
    let host = RealHost::new();
    let flags = FlagOverrides {
        project_dir: Some(folder.path().display().to_string()),
        ..FlagOverrides::default()
    };
    let (root, _) = load_packages_root(&host, Arc::new(SourceMap::new()), &flags).unwrap();
    let mut diagnostics = Diagnostics::new();
    let specs = root.declared(&host, &mut diagnostics).specs;
    assert!(!diagnostics.has_errors(), "{packages}: {diagnostics:?}");
    specs
}

#[test]
fn wants_have_dbts_hash() {
    for (packages, want) in HASHES {
        assert_eq!(hash(&specs(packages)), *want, "{packages}");
    }
}

#[test]
fn the_lock_file_is_dbts() {
    let file = SourceMap::new().add("packages.yml", &PathBuf::new(), "");
    let resolved = |name: &str, pin: Pin| Resolved {
        pin,
        name: name.to_owned(),
        span: Span::start_of(file),
        commit: Some("f".repeat(40)),
    };
    let git = GitSource { subdirectory: Some("sub".to_owned()), ..GitSource::default() };
    let all = [
        resolved(
            "b",
            Pin::Hub {
                package: "a/b".to_owned(),
                version: "1.0.0".to_owned(),
                latest: "1.0.0".to_owned(),
            },
        ),
        resolved(
            "c",
            Pin::Git {
                git,
                unrendered: "{{ env_var('DBT_ENV_SECRET_X') }}".to_owned(),
                revision: "main".to_owned(),
            },
        ),
    ];
    assert_eq!(
        text(&all, "12", &Mask::default()),
        "packages:\n  - name: b\n    package: a/b\n    version: 1.0.0\n  \
         - git: '{{ env_var(''DBT_ENV_SECRET_X'') }}'\n    name: c\n    \
         revision: ffffffffffffffffffffffffffffffffffffffff\n    subdirectory: sub\nsha1_hash: '12'\n"
    );
}
