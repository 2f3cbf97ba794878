//! The pre-pass: any text is either refused or rewritten, and offsets lead into the source.
#![no_main]

use forge::jinja::rewrite;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    if let Ok(rewritten) = rewrite::rewrite(source) {
        for offset in 0..=rewritten.text.len() {
            assert!(rewritten.original_offset(offset) <= source.len());
        }
    }
    let _ = rewrite::blocks(source);
    let _ = rewrite::macro_calls(source);
});
