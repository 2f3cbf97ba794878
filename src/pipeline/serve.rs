//! `docs serve`: the page of the project, for a browser on this machine.
//!
//! Invariant: three names are answered, and nothing that is asked for becomes a path.

use std::path::PathBuf;
use std::sync::Arc;

use super::World;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::{Event, Level};
use crate::host::Host;
use crate::host::workshop::Program;
use crate::http::serve::{Page, Server};
use crate::project::Project;
use crate::report::docs_page;

/// Where the page is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeOptions {
    /// The address.
    pub host: String,
    /// The port; 0 is any that is free.
    pub port: u16,
    /// Show the page in a browser.
    pub browser: bool,
}

/// Serves the page until the user ends it.
///
/// # Errors
/// There is nothing to serve, or the address cannot be had (`cannot-serve`).
pub fn serve_docs(
    world: &World,
    project: &Project,
    options: &ServeOptions,
) -> Result<(), Diagnostics> {
    let target = project.target_dir();
    if !world.host.exists(&target.join("manifest.json")) {
        let message = format!("there is no documentation in `{}`", target.display());
        return Err(Diagnostic::error(codes::CANNOT_SERVE, message)
            .hint("run `forge docs generate` first")
            .into());
    }
    let server = Server::bind(&options.host, options.port).map_err(|error| {
        let message = format!("cannot serve at `{}:{}`: {error}", options.host, options.port);
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "another program is there; choose one with `--port`",
            _ => "choose an address of this machine with `--host`, and a port with `--port`",
        };
        Diagnostics::from(Diagnostic::error(codes::CANNOT_SERVE, message).hint(hint))
    })?;
    let address = format!("http://{}", server.address());
    tell(world, Level::Info, format!("the documentation is at {address}; Ctrl-C ends this"));
    if !server.is_local() {
        let text = "everyone who reaches this machine can read it, and the SQL of the project";
        tell(world, Level::Warn, text.to_owned());
    }
    if options.browser {
        open(world, address);
    }
    let host = world.host.clone();
    std::thread::spawn(move || server.run(Arc::new(move |path| found(&*host, &target, path))));
    world.stop.wait();
    Ok(())
}

fn tell(world: &World, level: Level, text: String) {
    world.sink.emit(Event::Message { level, text });
}

/// What a name stands for; files are read anew for each request, so that a later `docs generate` is seen.
fn found(host: &dyn Host, target: &std::path::Path, path: &str) -> Option<Page> {
    let json = |name: &str| {
        let body = host.read_bytes(&target.join(name)).ok()?;
        Some(Page { kind: "application/json", body })
    };
    match path {
        "/" | "/index.html" => {
            Some(Page { kind: "text/html; charset=utf-8", body: docs_page::page().into_bytes() })
        }
        "/manifest.json" => json("manifest.json"),
        "/catalog.json" => json("catalog.json"),
        _ => None,
    }
}

/// Asks the system to show the page; without a browser nothing happens, and the address was told.
fn open(world: &World, address: String) {
    let host = world.host.clone();
    std::thread::spawn(move || {
        let folder: PathBuf = host.cwd();
        let (name, first): (&str, &[&str]) = match () {
            () if cfg!(target_os = "macos") => ("open", &[]),
            () if cfg!(target_os = "windows") => ("cmd", &["/C", "start", ""]),
            () => ("xdg-open", &[]),
        };
        let mut arguments: Vec<String> = first.iter().map(|word| (*word).to_owned()).collect();
        arguments.push(address);
        let program = Program { name, arguments, folder: &folder, env: &[], without_env: &[] };
        let _ = host.workshop().and_then(|workshop| workshop.run(&program));
    });
}
