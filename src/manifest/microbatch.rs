//! The configuration of a microbatch model, as `resolve/` has checked it.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::batch::{BatchSize, parse_begin};
use super::{Node, ResourceType};

/// What a microbatch model says about its batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Microbatch {
    /// The column of event time.
    pub event_time: String,
    /// How much event time a batch has.
    pub size: BatchSize,
    /// Where the first batch begins.
    pub begin: Timestamp,
    /// How many batches before the newest one are built again.
    pub lookback: i64,
    /// Batches that never succeeded are built by the next run.
    pub fill_gaps: bool,
}

impl Microbatch {
    /// The configuration of a node; `None` for a node that is no microbatch model, or one with a mistake.
    pub fn of(node: &Node) -> Option<Self> {
        if !node.is_microbatch() {
            return None;
        }
        let config = &node.config;
        let lookback = config.effective("lookback", ResourceType::Model);
        Some(Microbatch {
            event_time: config.get_str("event_time")?.to_owned(),
            size: BatchSize::parse(config.get_str("batch_size")?)?,
            begin: parse_begin(config.get_str("begin")?)?,
            lookback: lookback.as_i64().unwrap_or(0),
            fill_gaps: config.get("fill_gaps").and_then(Json::as_bool).unwrap_or(false),
        })
    }
}

impl Node {
    /// Whether it is built in batches of event time.
    pub fn is_microbatch(&self) -> bool {
        self.resource_type == ResourceType::Model
            && self.materialized() == "incremental"
            && self.config.get_str("incremental_strategy") == Some("microbatch")
    }
}
