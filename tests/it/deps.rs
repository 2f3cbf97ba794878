//! `forge deps` against repositories and a hub of the test's own: what is installed, what is kept, what is refused.
//!
//! The hub is a thread that answers on 127.0.0.1. Tests of git say so when there is no `git`.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::scratch::{Outcome, Scratch};

/// Files by path; what is not there is a 404.
type Pages = Arc<Mutex<HashMap<String, Vec<u8>>>>;

/// A package hub.
struct Hub {
    base: String,
    pages: Pages,
}

impl Hub {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let pages = Pages::default();
        let known = pages.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(&stream, &known);
            }
        });
        Hub { base, pages }
    }

    fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.pages.lock().unwrap().insert(format!("/{path}"), bytes.into());
    }

    /// Puts versions of `acme/<name>`, each with the wants and the further facts given as JSON.
    fn package(&self, name: &str, versions: &[(&str, &str, &str)]) {
        let mut all = Vec::new();
        for (version, wants, facts) in versions {
            let url = format!("{}{name}-{version}.tar.gz", self.base);
            self.put(&format!("{name}-{version}.tar.gz"), archive(name, version));
            all.push(format!(
                r#""{version}": {{"name": "{name}", "packages": {wants}, "downloads": {{"tarball": "{url}"}}{facts}}}"#
            ));
        }
        let body = format!(r#"{{"name": "{name}", "versions": {{{}}}}}"#, all.join(", "));
        self.put(&format!("api/v1/acme/{name}.json"), body);
    }

    fn forge(&self, scratch: &Scratch, arguments: &[&str]) -> Outcome {
        let envs = [("DBT_PACKAGE_HUB_URL", self.base.as_str()), ("NO_PROXY", "127.0.0.1")];
        scratch.forge_with(arguments, &envs)
    }
}

fn answer(mut stream: &TcpStream, pages: &Pages) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    // The head ends in an empty line.
    let _ = lines.find(String::is_empty);
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let page = pages.lock().unwrap().get(&path).cloned();
    let status = if page.is_some() { "200 OK" } else { "404 Not Found" };
    let body = page.unwrap_or_default();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
}

fn archive(name: &str, version: &str) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let files = [
        ("dbt_project.yml", format!("name: {name}\nversion: '{version}'\n")),
        ("models/of.sql", format!("select '{version}' as version")),
    ];
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        let path = format!("{name}-{version}/{path}").replace("of.sql", &format!("{name}.sql"));
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

/// A hub with two packages, one of which wants the other.
fn hub() -> Hub {
    let hub = Hub::start();
    hub.put("api/v1/index.json", r#"["acme/dates", "acme/ledger"]"#);
    hub.package(
        "dates",
        &[
            ("1.0.0", "[]", ""),
            ("1.1.0", "[]", r#", "require_dbt_version": [">=1.0.0", "<2.0.0"]"#),
            ("1.2.0-rc1", "[]", ""),
            ("2.0.0", "[]", r#", "require_dbt_version": ">=9.0.0""#),
        ],
    );
    hub.package(
        "ledger",
        &[("1.0.0", r#"[{"package": "acme/dates", "version": [">=1.0.0", "<1.1.0"]}]"#, "")],
    );
    hub
}

const LEDGER: &str = "//- packages.yml\npackages:\n  - package: acme/ledger\n    version: 1.0.0\n";

#[test]
fn hub_packages_come_with_what_they_want_and_are_locked() {
    let hub = hub();
    let scratch = Scratch::new(LEDGER);
    let lines = [
        "Installing acme/ledger Installed from version 1.0.0 Up to date!",
        "Installing acme/dates Installed from version 1.0.0 Updated version available: 1.1.0",
        "Updates available for packages: acme/dates Update",
    ];
    hub.forge(&scratch, &["deps"]).expect(0, &lines);
    let lock = scratch.read("package-lock.yml");
    assert_eq!(
        lock,
        "packages:\n  - name: ledger\n    package: acme/ledger\n    version: 1.0.0\n  \
         - name: dates\n    package: acme/dates\n    version: 1.0.0\n\
         sha1_hash: b7cbd1980f7f3dc99a93e88ff311e3ce7d0e1771\n"
    );
    scratch.forge(&["build"]).expect(0, &[]);
    assert_eq!(scratch.value("select version from dates"), "1.0.0".to_owned().into());

    // Another version is out; the lock holds.
    hub.package("ledger", &[("1.0.0", "[]", ""), ("1.0.1", "[]", "")]);
    hub.forge(&scratch, &["deps"]).expect(0, &["Updated version available: 1.0.1"]);
    assert_eq!(scratch.read("package-lock.yml"), lock);
    hub.forge(&scratch, &["deps", "--upgrade"]).expect(0, &["Updating lock file"]);
    assert!(!scratch.read("package-lock.yml").contains("dates"));
    assert!(!scratch.path("dbt_packages/dates").exists());
}

#[test]
fn a_failed_installation_changes_nothing() {
    let hub = hub();
    let scratch = Scratch::new(LEDGER);
    hub.forge(&scratch, &["deps"]).expect(0, &[]);
    let before = (scratch.read("package-lock.yml"), scratch.read("packages.yml"));
    hub.put("dates-1.0.0.tar.gz", "torn");
    let add = ["deps", "--add-package", "acme/dates@1.0.0"];
    hub.forge(&scratch, &add).expect(2, &["E0108", "the archive of `acme/dates` is refused"]);
    assert_eq!((scratch.read("package-lock.yml"), scratch.read("packages.yml")), before);
    assert!(scratch.read("dbt_packages/dates/dbt_project.yml").contains("1.0.0"));
    let left = std::fs::read_dir(scratch.path("")).unwrap().flatten();
    let left: Vec<_> = left.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.contains("forge-deps")), "{left:?}");
}

#[test]
fn wants_that_do_not_meet_name_who_wants_what() {
    let hub = hub();
    let scratch = Scratch::new(LEDGER);
    for (more, wants) in [
        (
            "  - package: acme/dates\n    version: \">=1.1.0\"\n",
            vec![
                "E0112",
                "packages.yml wants >=1.1.0",
                "the package `ledger` wants >=1.0.0, <1.1.0",
            ],
        ),
        (
            "  - package: acme/datez\n    version: 1.0.0\n",
            vec!["E0111", "did you mean `acme/dates`?"],
        ),
        ("  - package: acme/dates\n    version: 2.0.0\n", vec!["E0111"]),
    ] {
        scratch.write(
            "packages.yml",
            &format!("packages:\n  - package: acme/ledger\n    version: 1.0.0\n{more}"),
        );
        hub.forge(&scratch, &["deps"]).expect(2, &wants);
    }
    scratch.write("packages.yml", "packages:\n  - package: acme/dates\n    version: 2.0.0\n");
    let absent = ["E0111", "there are `1.1.0`, `1.0.0`", "`--no-version-check` takes them"];
    hub.forge(&scratch, &["deps"]).expect(2, &absent);
    hub.forge(&scratch, &["deps", "--no-version-check"])
        .expect(0, &["Installed from version 2.0.0"]);
    let prerelease = "packages:\n  - package: acme/dates\n    version: \">=1.0.0\"\n    install_prerelease: true\n";
    scratch.write("packages.yml", prerelease);
    hub.forge(&scratch, &["deps"]).expect(0, &["Installed from version 1.2.0-rc1"]);
}

#[test]
fn a_hub_that_is_not_there_is_said() {
    let scratch = Scratch::new(LEDGER);
    let envs = [("DBT_PACKAGE_HUB_URL", "http://127.0.0.1:1"), ("NO_PROXY", "127.0.0.1")];
    let told = [
        "E0113",
        "the hub `127.0.0.1:1` cannot be reached: the connection was refused",
        "HTTPS_PROXY",
    ];
    scratch.forge_with(&["deps"], &envs).expect(2, &told);
    assert!(!scratch.path("package-lock.yml").exists() && !scratch.path("dbt_packages").exists());
}

#[test]
fn tarballs_have_the_name_that_was_given() {
    let hub = Hub::start();
    hub.put("d.tar.gz", archive("dates", "1.0.0"));
    let scratch = Scratch::new("");
    let entry = format!("packages:\n  - tarball: {}d.tar.gz\n    name: dates\n", hub.base);
    scratch.write("packages.yml", &entry);
    hub.forge(&scratch, &["deps"])
        .expect(0, &["Installing dates Installed from tarball (url: http://"]);
    assert!(scratch.path("dbt_packages/dates/dbt_project.yml").exists());
    scratch.write("packages.yml", &entry.replace("name: dates", "name: ../../evil"));
    hub.forge(&scratch, &["deps"]).expect(2, &["E0114"]);
    scratch.write("packages.yml", &entry.replace("d.tar.gz", "e.tar.gz"));
    hub.forge(&scratch, &["deps"]).expect(2, &["E0111", "there is nothing at http://"]);
    assert!(scratch.path("dbt_packages/dates/dbt_project.yml").exists());
}

#[test]
fn comments_of_packages_yml_survive_an_addition() {
    let hub = hub();
    let scratch = Scratch::new(
        "//- packages.yml\n# ours\npackages:\n  - local: lib # beside\n//- lib/dbt_project.yml\nname: lib\n",
    );
    let add = ["deps", "--add-package", "acme/dates@>=1.0.0,<1.1.0"];
    hub.forge(&scratch, &add).expect(0, &["Installing lib", "Installing acme/dates"]);
    let want = "# ours\npackages:\n  - local: lib # beside\n  - package: acme/dates\n    version:\n      - '>=1.0.0'\n      - <1.1.0\n";
    assert_eq!(scratch.read("packages.yml"), want);
    hub.forge(&scratch, &["deps", "--add-package", "acme/dates"])
        .expect(2, &["does not say which version"]);
}

#[test]
fn the_folder_of_packages_is_one_of_its_own() {
    let files = "//- packages.yml\npackages: [{local: lib}]\n//- lib/dbt_project.yml\nname: lib\n//- models/m.sql\nselect 1 as x\n";
    for path in ["models", ".", "..", "models/packages"] {
        let scratch = Scratch::new(files);
        scratch.write("dbt_project.yml", &format!("name: shop\npackages-install-path: {path}\n"));
        scratch.forge(&["deps"]).expect(2, &["E0114", "packages-install-path"]);
        assert!(scratch.path("models/m.sql").exists(), "{path}");
    }
    let scratch = Scratch::new(
        "//- packages.yml\npackages: [{local: dbt_packages/lib}]\n//- dbt_packages/lib/dbt_project.yml\nname: lib\n",
    );
    scratch.forge(&["deps"]).expect(2, &["E0114", "lies in the folder of installed packages"]);
    assert!(scratch.path("dbt_packages/lib/dbt_project.yml").exists());
}

#[test]
fn packages_that_want_each_other_end_and_clean_follows_no_link() {
    let scratch = Scratch::new(
        "//- packages.yml\npackages: [{local: a}]\n//- a/dbt_project.yml\nname: a\n//- a/packages.yml\npackages: [{local: b}]\n\
         //- b/dbt_project.yml\nname: b\n//- b/packages.yml\npackages: [{local: a}]\n",
    );
    scratch.write("dbt_project.yml", "name: shop\nclean-targets: [dbt_packages]\n");
    scratch.forge(&["deps"]).expect(0, &["Installing a Installed", "Installing b Installed"]);
    scratch.forge(&["clean"]).expect(0, &["removed"]);
    assert!(!scratch.path("dbt_packages").exists() && scratch.path("a/dbt_project.yml").exists());
}

#[test]
fn clean_needs_no_packages() {
    let scratch = Scratch::new(LEDGER);
    scratch.write("target/x", "");
    scratch.forge(&["parse"]).expect(2, &["E0110", "run `forge deps`"]);
    scratch.forge(&["clean"]).expect(0, &["removed"]);
}

/// A repository of the package `lib`, with a tag `v1` before the last commit; `None` without `git`.
fn repository(folder: &Path) -> Option<String> {
    std::fs::create_dir_all(folder.join("sub")).unwrap();
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=n", "-c", "user.email=n@example.com"];
        let mut command = Command::new("git");
        let output = command.args(identity).args(arguments).current_dir(folder).output();
        output.ok().map(|output| {
            assert!(output.status.success(), "{arguments:?}: {output:?}");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        })
    };
    if git(&["init", "-q", "-b", "main", "."]).is_none() {
        eprintln!("no `git` here: this test does nothing");
        return None;
    }
    for (name, text) in [("dbt_project.yml", "name: lib\n"), ("sub/dbt_project.yml", "name: sub\n")]
    {
        std::fs::write(folder.join(name), text).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", folder.join("sub/out")).unwrap();
    git(&["add", "-A"]);
    git(&["commit", "-qm", "one"]);
    git(&["tag", "-am", "v1", "v1"]);
    std::fs::write(folder.join("two.md"), "two").unwrap();
    git(&["add", "-A"]);
    git(&["commit", "-qm", "two"]);
    git(&["rev-parse", "HEAD"])
}

#[test]
fn repositories_are_installed_at_tags_branches_and_commits() {
    let scratch = Scratch::empty();
    let folder = scratch.path("repo");
    let Some(head) = repository(&folder) else {
        return;
    };
    let url = format!("file://{}", folder.display());
    scratch.write("dbt_project.yml", "name: shop\n");
    let install = |rest: &str| {
        let entry =
            format!("packages:\n  - git: \"{{{{ env_var('DBT_ENV_SECRET_REPO') }}}}\"\n{rest}");
        scratch.write("packages.yml", &entry);
        scratch.forge_with(&["deps"], &[("DBT_ENV_SECRET_REPO", &url)])
    };
    let two = || scratch.path("dbt_packages/lib/two.md").exists();
    install("    revision: v1\n")
        .expect(0, &["Installing ***** Installed", "Installed from revision "]);
    assert!(!two() && !scratch.path("dbt_packages/lib/.git").exists());
    let lock = scratch.read("package-lock.yml");
    assert!(lock.contains("git: '{{ env_var(''DBT_ENV_SECRET_REPO'') }}'"), "{lock}");
    assert!(!lock.contains(&head) && !lock.contains("file://"), "{lock}");
    let outcome = install("    revision: main\n").expect(0, &["E0115", "follows a branch", &head]);
    assert!(two() && !outcome.stderr.contains(&url), "{}", outcome.stderr);
    install(&format!("    revision: {head}\n")).expect(0, &[]).without(&["E0115"]);
    install("    warn-unpinned: false\n").expect(0, &[&head]).without(&["E0115"]);
    install("    revision: v1\n    subdirectory: sub\n").expect(0, &["and subdirectory sub"]);
    assert!(scratch.path("dbt_packages/sub/dbt_project.yml").exists());
    assert!(std::fs::symlink_metadata(scratch.path("dbt_packages/sub/out")).is_err());
    install("    revision: v2\n").expect(2, &["E0111", "did you mean `v1`?"]).without(&[&url]);
    install("    revision: --help\n").expect(2, &["E0114", "it begins with `-`"]);
    install("    subdirectory: ../home\n").expect(2, &["E0114"]);
    assert!(scratch.path("dbt_packages/sub/dbt_project.yml").exists());
}

#[test]
fn a_lock_keeps_a_branch_where_it_was() {
    let scratch = Scratch::empty();
    let folder = scratch.path("repo");
    let Some(head) = repository(&folder) else {
        return;
    };
    scratch.write("dbt_project.yml", "name: shop\n");
    scratch.write(
        "packages.yml",
        "packages:\n  - git: repo\n    revision: main\n    warn-unpinned: false\n",
    );
    scratch.forge(&["deps"]).expect(0, &[&head]);
    let commit = [
        "-c",
        "user.name=n",
        "-c",
        "user.email=n@example.com",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x",
    ];
    assert!(Command::new("git").args(commit).current_dir(&folder).status().unwrap().success());
    scratch.forge(&["deps"]).expect(0, &[&head]);
    scratch.forge(&["deps", "--upgrade", "--lock"]).expect(0, &[]);
    assert!(!scratch.read("package-lock.yml").contains(&head));
}

#[test]
fn transports_that_run_programs_are_refused() {
    let scratch = Scratch::new("");
    let target = scratch.path("pwned");
    for url in [format!("ext::touch {}", target.display()), "--upload-pack=touch pwned".to_owned()]
    {
        scratch.write("packages.yml", &format!("packages:\n  - git: \"{url}\"\n"));
        scratch.forge(&["deps"]).expect(2, &["E0114"]);
    }
    assert!(!target.exists());
}
