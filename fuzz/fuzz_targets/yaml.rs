//! The YAML reader: any text is either refused or a tree.
#![no_main]

use std::path::Path;

use forge::source::{SourceMap, yaml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let file = SourceMap::new().add("fuzz", Path::new(""), text);
    if let Ok(document) = yaml::parse(file, text) {
        let _ = document.root.to_json();
    }
});
