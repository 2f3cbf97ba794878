//! Where the time of a run went, as a table and as JSON.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::Style;
use super::history::{render, short};
use crate::execute::NodeTime;

/// How many nodes are told; the file has all of them.
const TOLD: usize = 10;

/// Where the time of a run went.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    /// From reading the project to the last artifact.
    pub wall: Duration,
    /// How many nodes ran at a time.
    pub threads: usize,
    /// What was done before the first node, in this order, and writing artifacts behind the last one.
    pub stages: Vec<(&'static str, Duration)>,
    /// The nodes, in the order in which they ended.
    pub nodes: Vec<NodeTime>,
}

/// The name of what writes files, artifacts and those of nodes.
pub const WRITE: &str = "write";

impl Profile {
    /// Time by kind of work, added up over all threads. Tests are one kind, whatever they do.
    fn work(&self) -> Vec<(&'static str, Duration)> {
        let is_test = |node: &&NodeTime| matches!(node.id.resource_type(), "test" | "unit_test");
        let sum = |of: &dyn Fn(&NodeTime) -> Duration| -> Duration {
            self.nodes.iter().filter(|node| !is_test(node)).map(of).sum()
        };
        let (artifacts, before): (Vec<_>, Vec<_>) =
            self.stages.iter().copied().partition(|(name, _)| *name == WRITE);
        let artifacts: Duration = artifacts.iter().map(|(_, time)| *time).sum();
        let mut work = before;
        work.push(("render", sum(&NodeTime::render)));
        work.push(("engine", sum(&|node| node.engine)));
        work.push(("tests", self.nodes.iter().filter(is_test).map(|node| node.total).sum()));
        work.push((WRITE, artifacts + sum(&|node| node.write)));
        // With several threads nobody knows what a thread that waits would have done.
        if self.threads == 1 {
            let known = work.iter().map(|(_, time)| *time).sum();
            work.push(("other", self.wall.saturating_sub(known)));
        }
        work
    }

    /// The nodes that took longest, equal ones by name.
    fn slowest(&self) -> Vec<&NodeTime> {
        let mut nodes: Vec<&NodeTime> = self.nodes.iter().collect();
        nodes.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.id.cmp(&b.id)));
        nodes
    }
}

/// The table: kinds of work, then the slowest nodes.
pub fn text(profile: &Profile, style: Style) -> String {
    let work = profile.work();
    let all: Duration = work.iter().map(|(_, time)| *time).sum();
    let share = |time: Duration| 100.0 * time.as_secs_f64() / all.as_secs_f64().max(f64::EPSILON);
    let rows = work.iter().map(|(name, time)| {
        vec![Some((*name).to_owned()), Some(seconds(*time)), Some(format!("{:.1}", share(*time)))]
    });
    let mut text = format!(
        "where the time went: {} s on {}\n\n",
        seconds(profile.wall),
        super::style::count(profile.threads as i64, "thread")
    );
    text.push_str(&render(&["work", "seconds", "%"], rows.collect(), style));
    let slowest = profile.slowest();
    if !slowest.is_empty() {
        let rows = slowest.iter().take(TOLD).map(|node| line(node)).collect();
        let columns = ["node", "seconds", "render", "engine", WRITE];
        text.push('\n');
        text.push_str(&render(&columns, rows, style));
    }
    text
}

fn line(node: &NodeTime) -> Vec<Option<String>> {
    let times =
        [node.total, node.render(), node.engine, node.write].map(|time| Some(seconds(time)));
    std::iter::once(Some(short(node.id.as_str()))).chain(times).collect()
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}

/// The same for programs, with all nodes, the slowest first.
pub fn json(profile: &Profile) -> Json {
    let work: Map<String, Json> = (profile.work().into_iter())
        .map(|(name, time)| (name.to_owned(), json!(time.as_secs_f64())))
        .collect();
    let node = |node: &&NodeTime| {
        json!({
            "unique_id": node.id, "seconds": node.total.as_secs_f64(), "render": node.render().as_secs_f64(),
            "engine": node.engine.as_secs_f64(), "write": node.write.as_secs_f64(),
        })
    };
    let nodes: Vec<Json> = profile.slowest().iter().map(node).collect();
    let (wall, threads) = (profile.wall.as_secs_f64(), profile.threads);
    json!({"wall_seconds": wall, "threads": threads, "seconds": work, "nodes": nodes})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::UniqueId;

    fn profile(threads: usize) -> Profile {
        let ms = Duration::from_millis;
        let node = |id, total, engine, write| NodeTime {
            id: UniqueId::new(id),
            total: ms(total),
            engine: ms(engine),
            write: ms(write),
        };
        Profile {
            wall: ms(100),
            threads,
            stages: vec![("read", ms(10)), ("parse", ms(20)), (WRITE, ms(5))],
            nodes: vec![node("model.p.a", 20, 12, 1), node("test.p.b.1f", 30, 25, 1)],
        }
    }

    #[test]
    fn times_add_up_to_those_of_the_run() {
        let told = text(&profile(1), Style { width: 80, ..Style::PLAIN });
        assert_eq!(
            told,
            "where the time went: 0.100 s on 1 thread\n\n\
             work    seconds     %\n------  -------  ----\nread      0.010  10.0\nparse     0.020  20.0\n\
             render    0.007   7.0\nengine    0.012  12.0\ntests     0.030  30.0\nwrite     0.006   6.0\n\
             other     0.015  15.0\n\n\
             node     seconds  render  engine  write\n-------  -------  ------  ------  -----\n\
             test b     0.030   0.004   0.025  0.001\nmodel a    0.020   0.007   0.012  0.001\n"
        );
    }

    #[test]
    fn with_several_threads_nothing_is_left_over() {
        let json = json(&profile(2));
        assert_eq!(json["seconds"]["tests"], 0.03);
        assert_eq!(json["seconds"].get("other"), None);
        assert_eq!(json["nodes"][0]["unique_id"], "test.p.b.1f");
    }
}
