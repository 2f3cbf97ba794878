//! Speed of single stages, on texts and graphs of a size that real projects have.
//!
//! `cargo bench` runs them all; `benches/compare.sh` measures whole commands.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use forge::artifacts::manifest::write_manifest;
use forge::events::Silent;
use forge::graph::Dag;
use forge::host::RealHost;
use forge::jinja::macros::Session;
use forge::jinja::{Engine, rewrite, values};
use forge::manifest::{Config, Quoting, ResourceType};
use forge::names::UniqueId;
use forge::pipeline::{self, Prepared, World};
use forge::project::FlagOverrides;
use forge::select::{self, Criteria, Inputs};
use forge::source::{SourceMap, yaml};
use minijinja::value::Value;
use serde_json::json;

const MODEL: &str = "\
with source as (

    select * from {{ x }}

),

renamed as (

    select
        id,
        {% for column in ['a', 'b', 'c'] -%}
        case when {{ column }} = '' then null else {{ column }} end as {{ column }}{{ ',' if not loop.last }}
        {% endfor -%}
        {% set names = [] -%}
        {%- for name in ['x', 'y'] %}{% do names.append(name ~ '_id') %}{% endfor -%}
        , {{ names | join(', ') }}
    from source

)

select * from renamed
";

fn templates(c: &mut Criterion) {
    c.bench_function("pre-pass of a model", |b| b.iter(|| rewrite::rewrite(black_box(MODEL))));
    let engine = Engine::new(Vec::new());
    let session = Session::compile();
    c.bench_function("render of a model", |b| {
        b.iter(|| {
            let names = values::dict([("x", Value::from("\"t\""))]);
            engine.render("model", black_box(MODEL), names, &session)
        });
    });
}

fn property_files(c: &mut Criterion) {
    let entry = "  - name: orders\n    description: One row per order.\n    columns:\n      - name: id\n        \
                 data_tests: [unique, not_null]\n      - name: status\n        data_tests:\n          - \
                 accepted_values:\n              arguments:\n                values: [new, paid]\n";
    let text = format!("version: 2\nmodels:\n{}", entry.repeat(50));
    let file = SourceMap::new().add("s.yml", Path::new("s.yml"), text.as_str());
    c.bench_function("property file of 50 models", |b| {
        b.iter(|| yaml::parse(file, black_box(&text)))
    });
}

fn configuration(c: &mut Criterion) {
    c.bench_function("four layers of configuration, published", |b| {
        b.iter(|| {
            let mut config = Config::new();
            for layer in 0..4 {
                config.merge("materialized", json!("table"));
                config.merge("tags", json!([format!("t{layer}")]));
                config.merge("meta", json!({"owner": "x", "n": layer}));
            }
            config.published(ResourceType::Model)
        });
    });
}

/// Five layers of 2,000 nodes, each of which reads three of the layer before.
fn graph(c: &mut Criterion) {
    let id = |layer: usize, at: usize| UniqueId::from(format!("model.p.l{layer}_{at}"));
    let nodes: Vec<(UniqueId, Vec<UniqueId>)> = (0..5)
        .flat_map(|layer| (0..2000).map(move |at| (layer, at)))
        .map(|(layer, at)| {
            let parents =
                (0..3).filter(|_| layer > 0).map(|k| id(layer - 1, (at * 7 + k * 13) % 2000));
            (id(layer, at), parents.collect())
        })
        .collect();
    let build = || Dag::build(nodes.iter().map(|(id, parents)| (id.clone(), parents.as_slice())));
    c.bench_function("graph of 10,000 nodes", |b| b.iter(build));
    let dag = build().expect("layers have no cycle");
    let start = dag.indices_of(["model.p.l0_0", "model.p.l0_1"]);
    c.bench_function("everything below two nodes", |b| {
        b.iter(|| dag.descendants(black_box(&start), None))
    });
}

/// Models of the generated project.
const MODELS: usize = 1000;

/// Writes the project below the build folder, once.
fn project_dir() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{MODELS}"));
    if !dir.exists() {
        let mut generator = Command::new("bash");
        generator.arg(root.join("benches/gen_project.sh"));
        let status = generator.arg(MODELS.to_string()).arg(&dir).status();
        assert!(status.is_ok_and(|s| s.success()), "gen_project.sh needs bash");
    }
    dir
}

fn prepare(dir: &Path) -> Prepared {
    let world = World {
        host: Arc::new(RealHost::new()),
        sources: Arc::new(SourceMap::new()),
        sink: Arc::new(Silent),
        stop: Arc::default(),
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
    let criteria = Criteria {
        select: vec!["tag:marts,config.materialized:table".to_owned(), "+dim_d0001_8+".to_owned()],
        ..Criteria::default()
    };
    group.bench_function("select", |b| {
        b.iter(|| select::select(manifest, &prepared.dag, black_box(&criteria), &Inputs::default()))
    });
    group.bench_function("manifest", |b| {
        b.iter(|| {
            let mut text = Vec::new();
            let none = |_: &str| None;
            write_manifest(manifest, Quoting::default(), &none, &mut text)
                .expect("memory takes it all");
            text
        })
    });
    group.finish();
}

criterion_group!(stages, templates, property_files, configuration, graph, whole_project);
criterion_main!(stages);
