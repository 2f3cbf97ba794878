//! What the stages of a run cost, one by one, on the generated project of `gen_project.sh`.
//!
//! ```console
//! $ cargo bench                 # all of them
//! $ cargo bench -- manifest     # those with this word in their name
//! ```
//! The whole program is measured by `compare.sh`.

use std::hint::black_box;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use forge::artifacts::manifest::write_manifest;
use forge::events::Silent;
use forge::graph::Dag;
use forge::host::RealHost;
use forge::jinja::Engine;
use forge::jinja::macros::Session;
use forge::jinja::rewrite::rewrite;
use forge::manifest::Quoting;
use forge::pipeline::{self, Prepared, World};
use forge::project::FlagOverrides;
use forge::select::{self, Criteria};
use forge::source::{SourceMap, yaml};

/// Models of the project that is measured.
const MODELS: usize = 1000;

const TEMPLATE: &str = "\
{{ config(materialized='table', tags=['a', 'b']) }}
{%- set columns = ['id', 'name'] -%}
{%- do columns.append('amount') -%}
select {% for column in columns %}{{ column | upper }}{{ ', ' if not loop.last }}{% endfor %}
from {{ ref('stg_orders') }}
";

fn templates(c: &mut Criterion) {
    let mut group = c.benchmark_group("template");
    group.throughput(Throughput::Bytes(TEMPLATE.len() as u64));
    group.bench_function("pre-pass", |b| b.iter(|| rewrite(black_box(TEMPLATE))));
    let engine = Engine::new(Vec::new());
    let (names, session) = (minijinja::Value::UNDEFINED, Session::parse());
    group.bench_function("render", |b| {
        b.iter(|| engine.render("model", black_box(TEMPLATE), names.clone(), &session))
    });
    group.finish();
}

fn property_file(c: &mut Criterion) {
    let mut text = String::from("models:\n");
    for at in 0..100 {
        text += &format!(
            "  - name: model_{at}\n    description: \"{{{{ doc('x') }}}}\"\n    columns:\n      - name: id\n        \
             data_tests: [unique, not_null]\n      - name: state\n        data_tests:\n          \
             - accepted_values: {{arguments: {{values: [a, b]}}}}\n"
        );
    }
    let file = SourceMap::new().add("m.yml", Path::new("m.yml"), text.as_str());
    let mut group = c.benchmark_group("yaml");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("100 models", |b| {
        b.iter(|| yaml::parse(file, black_box(&text)))
    });
    group.finish();
}

/// Writes the project below the build folder, once.
fn project_dir() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{MODELS}"));
    if !dir.exists() {
        let mut generator = Command::new("bash");
        generator.arg(root.join("benches/gen_project.sh"));
        let status = generator.arg(MODELS.to_string()).arg(&dir).status();
        assert!(
            status.is_ok_and(|s| s.success()),
            "gen_project.sh needs bash"
        );
    }
    dir
}

fn prepare(dir: &Path) -> Prepared {
    let world = World {
        host: Arc::new(RealHost::new()),
        sources: Arc::new(SourceMap::new()),
        sink: Arc::new(Silent),
    };
    let flags = FlagOverrides {
        which: "parse".to_owned(),
        project_dir: Some(dir.to_string_lossy().into_owned()),
        ..FlagOverrides::default()
    };
    pipeline::prepare(&world, &flags).unwrap_or_else(|problems| {
        let messages: Vec<_> = problems.iter().map(|d| d.message.clone()).collect();
        panic!("the generated project is broken: {messages:?}")
    })
}

fn whole_project(c: &mut Criterion) {
    let dir = project_dir();
    let prepared = prepare(&dir);
    let manifest = &prepared.manifest;
    let mut group = c.benchmark_group("project");
    group.sample_size(20);
    group.bench_function("load, parse, resolve", |b| b.iter(|| prepare(&dir)));
    group.bench_function("graph", |b| {
        b.iter(|| {
            let vertices = manifest
                .resources()
                .map(|(id, r)| (id.clone(), r.depends_on()));
            Dag::build(vertices).expect("no cycle")
        })
    });
    let criteria = Criteria {
        select: vec![
            "tag:marts,config.materialized:table".to_owned(),
            "+dim_d0001_8+".to_owned(),
        ],
        ..Criteria::default()
    };
    group.bench_function("select", |b| {
        b.iter(|| select::select(manifest, &prepared.dag, black_box(&criteria)))
    });
    group.bench_function("manifest", |b| {
        b.iter(|| {
            let mut text = Vec::new();
            let none = |_: &str| None;
            let written = write_manifest(manifest, Quoting::default(), &none, &mut text);
            written
                .and_then(|()| text.flush())
                .expect("memory takes it all");
            text
        })
    });
    group.finish();
}

criterion_group!(benches, templates, property_file, whole_project);
criterion_main!(benches);
