//! Installs the packages of a project. Invariant: no database is touched and no profile is read.

use super::World;
use super::prepare::settle;
use crate::deps::{self, Options};
use crate::diagnostics::Diagnostics;
use crate::events::{Event, Level};
use crate::project::{self, FlagOverrides};

/// Installs packages; progress and warnings go to the sink.
pub fn deps(world: &World, flags: &FlagOverrides, options: &Options) -> Result<(), Diagnostics> {
    let host = &*world.host;
    let (root, warnings) = project::load_packages_root(host, world.sources.clone(), flags)?;
    settle(world, &root.flags, warnings)?;
    let say = |level: Level, text: String| world.sink.emit(Event::Message { level, text });
    let warnings = deps::deps(host, &root, options, &say)?;
    settle(world, &root.flags, warnings)
}
