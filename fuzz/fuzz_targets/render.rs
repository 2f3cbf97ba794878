//! Rendering: any template ends, with a text or with an error.
#![no_main]

use forge::jinja::Engine;
use forge::jinja::macros::Session;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|source: &str| {
    let engine = Engine::new(Vec::new());
    let empty = || forge::jinja::values::dict::<&str, &str>([]);
    let _ = engine.render("fuzz", source, empty(), &Session::compile());
    let _ = engine.render("fuzz", source, empty(), &Session::parse());
    let _ = engine.render_native("fuzz", source, empty(), &Session::compile());
});
