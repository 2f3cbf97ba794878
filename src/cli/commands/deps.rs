//! `deps`: installs packages.

use clap::{Args, ValueEnum};

use crate::cli::Context;
use crate::cli::exit::Outcome;
use crate::deps::{AddedFrom, Addition, Options};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::pipeline;

/// Install the packages of packages.yml, and write package-lock.yml.
#[derive(Debug, Args)]
pub(in crate::cli) struct Deps {
    /// Take the newest versions that are allowed, whatever package-lock.yml says
    #[arg(long)]
    upgrade: bool,

    /// Write package-lock.yml and install nothing
    #[arg(long)]
    lock: bool,

    /// Add a package to packages.yml first
    #[arg(long, value_name = "NAME@VERSION")]
    add_package: Option<String>,

    /// Where the added package comes from
    #[arg(long, value_enum, default_value = "hub", value_name = "SOURCE")]
    source: From,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum From {
    /// The package hub
    Hub,
    /// A repository: ADDRESS@REVISION
    Git,
    /// A folder
    Local,
    /// An archive: ADDRESS@PROJECT_NAME
    Tarball,
}

impl Deps {
    pub(super) fn run(&self, context: &Context) -> Result<Outcome, Diagnostics> {
        let options =
            Options { upgrade: self.upgrade, lock_only: self.lock, add: self.addition()? };
        pipeline::deps(&context.world, &context.flags, &options)?;
        Ok(Outcome::Fine)
    }

    fn addition(&self) -> Result<Option<Addition>, Diagnostics> {
        let Some(text) = &self.add_package else {
            return Ok(None);
        };
        let source = match self.source {
            From::Hub => AddedFrom::Hub,
            From::Git => AddedFrom::Git,
            From::Local => AddedFrom::Local,
            From::Tarball => AddedFrom::Tarball,
        };
        let addition = Addition::parse(text, source);
        if addition.version.is_none() && source != AddedFrom::Local {
            let message = format!("`--add-package {text}` does not say which version");
            let hint = match source {
                AddedFrom::Tarball => format!("add the name of its project: `{text}@project_name`"),
                AddedFrom::Git => format!("add a tag or a commit: `{text}@v1.0.0`"),
                _ => format!("add one: `{text}@1.0.0` or `{text}@>=1.0.0,<2.0.0`"),
            };
            return Err(Diagnostic::error(codes::BAD_PACKAGES_FILE, message).hint(hint).into());
        }
        Ok(Some(addition))
    }
}
