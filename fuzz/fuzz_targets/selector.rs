//! The selector grammar: any word is either refused or selects something of an empty project, which is nothing.
#![no_main]

use forge::graph::Dag;
use forge::manifest::Manifest;
use forge::names::UniqueId;
use forge::select::{Criteria, select};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let nodes: [(UniqueId, &[UniqueId]); 0] = [];
    let Ok(dag) = Dag::build(nodes) else { return };
    let criteria = Criteria { select: vec![text.to_owned()], ..Criteria::default() };
    if let Ok(selected) = select(&Manifest::default(), &dag, &criteria) {
        assert!(selected.ids.is_empty());
    }
});
