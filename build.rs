//! Hands the facts of the build to the program, for `forge --version`. Works without git.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for (name, variable) in [("FORGE_TARGET", "TARGET"), ("FORGE_PROFILE", "PROFILE")] {
        tell(name, &std::env::var(variable).unwrap_or_default());
    }
    let compiler = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let version = said(&compiler, &["--version"]).unwrap_or_default();
    tell("FORGE_RUSTC", version.trim_start_matches("rustc "));
    // Looking at every commit would build again and again while working.
    if std::env::var("PROFILE").as_deref() == Ok("release") {
        commit();
    }
}

fn commit() {
    let Some(revision) = said("git", &["log", "-1", "--format=%h of %cs"]) else {
        return;
    };
    tell("FORGE_COMMIT", &revision);
    if let Some(log) = said("git", &["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
}

fn tell(name: &str, value: &str) {
    println!("cargo::rustc-env={name}={value}");
}

/// What a program prints, when it can be run and likes to.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let text = text.trim();
    (output.status.success() && !text.is_empty()).then(|| text.to_owned())
}
