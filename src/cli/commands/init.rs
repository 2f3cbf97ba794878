//! `init`: a starter project.

use std::path::Path;

use clap::Args;

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::events::Level;
use crate::host::Host;
use crate::templates;

/// What stands for the project's name in the starter's files.
const NAME: &str = "__PROJECT_NAME__";

/// Write a starter project that builds as it is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Init {
    /// The project's name: letters, digits and underscores
    #[arg(value_parser = name)]
    name: String,

    #[arg(short, long, hide = true)]
    skip_profile_setup: bool,
    #[arg(long, hide = true)]
    skip_debug: bool,
}

impl Init {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let host = &*context.world.host;
        write(host, &host.cwd().join(&self.name), &self.name)?;
        let steps = format!("wrote {0}/\n\nnext:\n  cd {0}\n  forge build", self.name);
        context.say(Level::Info, steps);
        Ok(Outcome::Fine)
    }
}

fn write(host: &dyn Host, folder: &Path, name: &str) -> Result<(), Diagnostics> {
    if host.exists(folder) {
        let message = format!("`{name}` is already there, and nothing is overwritten");
        let hint = "choose another name, or remove the folder";
        return Err(Diagnostic::error(codes::NOT_WRITTEN, message).hint(hint).into());
    }
    for templates::StarterFile { path, contents } in templates::starter() {
        let text = String::from_utf8_lossy(contents);
        let path = folder.join(path.replace(NAME, name));
        host.write(&path, &text.replace(NAME, name)).map_err(|error| {
            let message = format!("cannot write `{}`: {error}", path.display());
            Diagnostic::error(codes::NOT_WRITTEN, message)
        })?;
    }
    Ok(())
}

fn name(text: &str) -> Result<String, String> {
    let first = text.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if first && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Ok(text.to_owned());
    }
    Err("a project's name has letters, digits and underscores, and no digit first".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::RealHost;

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = write(&RealHost::new(), folder.path(), "shop").expect_err("it is there");
        let codes: Vec<_> = refused.iter().map(|d| d.code).collect();
        assert_eq!(codes, [codes::NOT_WRITTEN]);
        assert!(write(&RealHost::new(), &folder.path().join("shop"), "shop").is_ok());
    }

    #[test]
    fn names_are_identifiers() {
        assert!(name("my_shop2").is_ok());
        for wrong in ["", "2shop", "my-shop", "a/b", "é"] {
            assert!(name(wrong).is_err(), "{wrong}");
        }
    }
}
