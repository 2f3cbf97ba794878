//! Which files count, and dbt's checksums (recorded from dbt 1.12.6).

use std::sync::Arc;

use crate::diagnostics::{Diagnostics, codes};
use crate::project::testing::MemoryHost;
use crate::project::{File, FlagOverrides, Project, load};
use crate::source::SourceMap;

fn loaded(host: &MemoryHost) -> Result<(Project, Diagnostics), Diagnostics> {
    load(host, Arc::new(SourceMap::new()), &FlagOverrides::default())
}

fn names(files: &[File]) -> Vec<&str> {
    files.iter().map(|f| f.original_file_path.as_str()).collect()
}

#[test]
fn every_role_has_its_files_in_order() {
    let host = MemoryHost::new(&[
        ("dbt_project.yml", "name: shop\nmodel-paths: [models/, more]\n"),
        (".dbtignore", "ign/\n*skip.sql\n"),
        ("models/b.sql", "select 2"),
        ("models/C.SQL", "select 3"),
        ("models/.hid/h.sql", "select 4"),
        ("models/.h.sql", ""),
        ("models/~k.sql", ""),
        ("models/#l.sql", ""),
        ("models/.sql", ""),
        ("models/ign/i.sql", ""),
        ("models/a_skip.sql", ""),
        ("models/note.txt", ""),
        ("models/s.yml", ""),
        ("models/p.py", ""),
        ("more/a.sql", "select 1"),
        ("more/docs.md", ""),
        ("seeds/s.csv", " a\n1\n"),
        ("seeds/s.yaml", ""),
        ("tests/t.sql", ""),
        ("tests/generic/g.sql", ""),
        ("tests/fixtures/f.csv", "a\n1"),
        ("tests/deep/generic/u.sql", ""),
        ("macros/m.sql", ""),
        ("analyses/an.sql", ""),
        ("snapshots/sn.sql", ""),
    ]);
    let (project, warnings) = loaded(&host).unwrap();
    let files = &project.root().files;
    assert_eq!(
        names(&files.models),
        ["models/.hid/h.sql", "models/C.SQL", "models/b.sql", "more/a.sql"]
    );
    assert_eq!(names(&files.seeds), ["seeds/s.csv"]);
    assert_eq!(names(&files.singular_tests), ["tests/deep/generic/u.sql", "tests/t.sql"]);
    assert_eq!(names(&files.generic_tests), ["tests/generic/g.sql"]);
    assert_eq!(names(&files.fixtures), ["tests/fixtures/f.csv"]);
    assert_eq!(names(&files.macros), ["macros/m.sql"]);
    assert_eq!(names(&files.analyses), ["analyses/an.sql"]);
    assert_eq!(names(&files.snapshots), ["snapshots/sn.sql"]);
    assert_eq!(names(&files.properties), ["models/s.yml", "seeds/s.yaml"]);
    assert_eq!(names(&files.docs), ["more/docs.md"]);
    assert_eq!(warnings.iter().count(), 0);
    let model = &files.models[3];
    assert_eq!((model.resource_path.as_str(), model.path.as_str()), ("more", "a.sql"));
    let text = |file: &File| project.sources.file(file.id).text.to_string();
    assert_eq!(text(model), "select 1");
    assert_eq!(text(&files.seeds[0]), "");
    assert_eq!(text(&files.fixtures[0]), "a\n1");
}

#[test]
fn checksums_are_dbts() {
    let big = "a\n".repeat(600_000);
    let host = MemoryHost::new(&[
        ("dbt_project.yml", "name: shop\n"),
        ("models/a.sql", "select 1 as a"),
        ("models/d.sql", "  select   1\n\n  as a  \n"),
        ("models/e.sql", ""),
        ("seeds/s.csv", " a\n1\n"),
        ("seeds/w.csv", " a\r\n1\r\n"),
        ("seeds/big.csv", &big),
    ]);
    let (project, _) = loaded(&host).unwrap();
    let files = &project.root().files;
    let sums: Vec<_> = files.models.iter().map(|f| &f.checksum[..8]).collect();
    assert_eq!(sums, ["1ffb038d", "1ffb038d", "e3b0c442"]);
    let sums: Vec<_> = files.seeds.iter().map(|f| &f.checksum[..8]).collect();
    assert_eq!(sums, ["seeds/bi", "4f395a2e", "4f395a2e"]);
}

#[test]
fn a_file_that_is_not_utf_8_is_an_error_that_names_it() {
    let host = MemoryHost::new(&[("dbt_project.yml", "name: shop\n")])
        .with_bytes("models/a.sql", b"select '\xff'");
    let errors = loaded(&host).unwrap_err();
    let error = errors.iter().next().unwrap();
    assert_eq!(error.code, codes::UNREADABLE_FILE);
    assert_eq!(error.message, "models/a.sql cannot be read: it is not UTF-8 text");
}

#[test]
fn real_folders_are_read_too() {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [("dbt_project.yml", "name: shop\n"), ("models/x/a.sql", "select 1\n")] {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let overrides = FlagOverrides {
        project_dir: Some(dir.path().to_string_lossy().into_owned()),
        profiles_dir: Some(dir.path().to_string_lossy().into_owned()),
        ..FlagOverrides::default()
    };
    let host = crate::host::RealHost::new();
    let (project, _) = load(&host, Arc::new(SourceMap::new()), &overrides).unwrap();
    assert_eq!(names(&project.root().files.models), ["models/x/a.sql"]);
}
