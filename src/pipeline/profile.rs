//! `--profile-run`: where the time of a run went.

use std::time::{Duration, Instant};

use super::write::write_one;
use super::{Prepared, World};
use crate::events::{Event, Level};
use crate::execute::NodeTime;
use crate::report::Style;
use crate::report::profile::{Profile, WRITE, json, text};

/// The file below `target/`.
const FILE: &str = "run_profile.json";
/// As wide as what is told may be; a log has no width of its own.
const WIDTH: usize = 120;

/// How long the stages took, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Stages {
    start: Instant,
    last: Instant,
    done: Vec<(&'static str, Duration)>,
}

impl Stages {
    /// The first one begins.
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Stages { start: now, last: now, done: Vec::new() }
    }

    /// One of them is done, the next one begins.
    pub(super) fn end(&mut self, name: &'static str) {
        let now = Instant::now();
        self.done.push((name, now - self.last));
        self.last = now;
    }

    /// What comes now is none of the stages.
    pub(super) fn skip(&mut self) {
        self.last = Instant::now();
    }
}

/// Tells and writes where the time went, when that was asked for; the last stage was writing artifacts.
pub(super) fn tell(
    world: &World,
    prepared: &Prepared,
    mut stages: Stages,
    (threads, nodes): (usize, Vec<NodeTime>),
) {
    let project = &prepared.project;
    if !project.flags.profile_run {
        return;
    }
    stages.end(WRITE);
    let wall = stages.last - stages.start;
    let profile = Profile { wall, threads, stages: stages.done, nodes };
    if project.flags.write_json {
        let mut told = json(&profile);
        told["invocation_id"] = project.invocation_id.as_str().into();
        let told = format!("{told:#}\n");
        let path = project.target_dir().join(FILE);
        write_one(world, &path, &mut |out| out.write_all(told.as_bytes()));
    }
    let text = format!("\n{}", text(&profile, Style { width: WIDTH, ..Style::PLAIN }).trim_end());
    world.sink.emit(Event::Message { level: Level::Info, text });
}
