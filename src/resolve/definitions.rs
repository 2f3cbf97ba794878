//! What unit tests, semantic models, metrics and saved queries read.
//!
//! Source: dbt 1.12, `process_models_for_unit_test`, `_process_metric_node`, `_process_metrics_for_node`. A metric takes
//! the measures of the metrics that it is made of.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::{Found, Lookup};
use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::manifest::{Definition, Disabled, Manifest, Node, RefCall, ResourceType};
use crate::names::{UniqueId, did_you_mean};
use crate::source::Span;

/// The deepest chain of metrics that are made of metrics.
const MAX_DEPTH: usize = 100;

/// Fills in what the definitions of the manifest depend on.
pub(super) fn settle(manifest: &mut Manifest, lookup: &Lookup, diagnostics: &mut Diagnostics) {
    unit_tests(manifest, lookup, diagnostics);
    semantic_models(manifest);
    let mut metrics = Metrics::of(manifest);
    let ids: Vec<UniqueId> = metrics.all.keys().cloned().collect();
    for id in &ids {
        metrics.settle(id, 0, diagnostics);
    }
    let mut queries = Vec::new();
    for (id, query) in of_kind(manifest, ResourceType::SavedQuery) {
        let names = query.body.get("query_params").and_then(|params| params.get("metrics"));
        let names = names.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let found: Vec<UniqueId> =
            names.filter_map(|name| metrics.find(query, name, diagnostics)).collect();
        queries.push((id.clone(), found));
    }
    exposures(manifest, &metrics, diagnostics);
    for (id, metric) in metrics.all {
        manifest.definitions.insert(id, metric);
    }
    for (id, found) in queries {
        if let Some(query) = manifest.definitions.get_mut(&id) {
            Arc::make_mut(query).depends_on.nodes = once(found);
        }
    }
}

fn of_kind(
    manifest: &Manifest,
    kind: ResourceType,
) -> impl Iterator<Item = (&UniqueId, &Arc<Definition>)> {
    manifest.definitions.iter().filter(move |(_, one)| one.resource_type == kind)
}

fn once(ids: Vec<UniqueId>) -> Vec<UniqueId> {
    let mut out: Vec<UniqueId> = Vec::with_capacity(ids.len());
    for id in ids {
        if !out.contains(&id) {
            out.push(id);
        }
    }
    out
}

/// The metrics that exposures name.
fn exposures(manifest: &mut Manifest, metrics: &Metrics, diagnostics: &mut Diagnostics) {
    for exposure in manifest.exposures.values_mut().filter(|one| !one.metrics.is_empty()) {
        let exposure = Arc::make_mut(exposure);
        for names in &exposure.metrics {
            let (package, name) = match names.as_slice() {
                [package, name] => (Some(package.as_str()), name.as_str()),
                [name] => (None, name.as_str()),
                _ => continue,
            };
            match metrics.named(&exposure.package_name, package, name) {
                Some(id) if !exposure.depends_on.nodes.contains(id) => {
                    exposure.depends_on.nodes.push(id.clone());
                }
                Some(_) => {}
                None => {
                    let subject = format!("exposure `{}`", exposure.name);
                    diagnostics.push(metrics.unknown(&subject, name, exposure.span));
                }
            }
        }
    }
}

/// The relation of what a semantic model reads.
fn semantic_models(manifest: &mut Manifest) {
    let nodes = &manifest.nodes;
    for one in manifest.definitions.values_mut() {
        let read = one.depends_on.nodes.first().and_then(|id| nodes.get(id));
        let Some(node) = read.filter(|_| one.resource_type == ResourceType::SemanticModel) else {
            continue;
        };
        let relation = json!({
            "alias": node.alias, "schema_name": node.schema, "database": node.database,
            "relation_name": node.relation_name,
        });
        Arc::make_mut(one).body.insert("node_relation".to_owned(), relation);
    }
}

/// Unit tests find their model; one of a versioned model becomes one for each version.
fn unit_tests(manifest: &mut Manifest, lookup: &Lookup, diagnostics: &mut Diagnostics) {
    let all: Vec<Arc<Definition>> =
        of_kind(manifest, ResourceType::UnitTest).map(|(_, test)| test.clone()).collect();
    for test in all {
        match tested(manifest, lookup, &test) {
            Ok(Tested::One(model)) => {
                let made = instances(manifest, &test, &model);
                match made {
                    Ok(made) => {
                        manifest.definitions.shift_remove(&test.unique_id);
                        for one in made {
                            manifest.definitions.insert(one.unique_id.clone(), Arc::new(one));
                        }
                    }
                    Err(problem) => diagnostics.push(*problem),
                }
            }
            Ok(Tested::Disabled) => {
                let mut off = test.clone();
                Arc::make_mut(&mut off).config.set("enabled", json!(false));
                manifest.definitions.shift_remove(&test.unique_id);
                let list = manifest.disabled.entry(test.unique_id.clone()).or_default();
                list.push(Disabled::Definition(off));
            }
            Err(problem) => diagnostics.push(*problem),
        }
    }
}

enum Tested {
    One(Arc<Node>),
    Disabled,
}

fn tested(
    manifest: &Manifest,
    lookup: &Lookup,
    test: &Definition,
) -> Result<Tested, Box<Diagnostic>> {
    let written = test.body.get("model").and_then(Json::as_str).unwrap_or_default();
    let mut words = written.split_whitespace();
    let call = RefCall {
        package: Some(test.package_name.to_string()),
        name: words.next().unwrap_or_default().to_owned(),
        version: words.next().map(|version| json!(version)),
    };
    let node = match lookup.reference(&test.package_name, &call) {
        Found::One(id) => manifest.nodes.get(id).filter(|node| node.model().is_some()),
        Found::Disabled => return Ok(Tested::Disabled),
        _ => None,
    };
    node.cloned().map(Tested::One).ok_or_else(|| {
        let models = manifest.nodes.values().filter(|node| node.model().is_some());
        let near = did_you_mean(&call.name, models.map(|node| node.name.as_str()));
        let message = format!("unit test `{}` is of `{written}`, which does not exist", test.name);
        let problem = Diagnostic::error(codes::UNKNOWN_REF, message);
        Box::new(problem.at(test.span, "no model has this name").suggest(near))
    })
}

fn instances(
    manifest: &Manifest,
    test: &Definition,
    model: &Node,
) -> Result<Vec<Definition>, Box<Diagnostic>> {
    check_incremental(test, model)?;
    let list = |key: &str| test.body.get("versions").and_then(|v| v.get(key)?.as_array().cloned());
    let (include, exclude) = (list("include"), list("exclude"));
    let problem = |message: String| {
        Box::new(Diagnostic::error(codes::BAD_VERSION, message).at(test.span, ""))
    };
    let of = |node: &Node| {
        let mut made = test.clone();
        made.depends_on.nodes = vec![node.unique_id.clone()];
        made.body.insert("schema".to_owned(), json!(model.schema));
        made
    };
    if model.model().is_none_or(|model| model.version.is_none()) {
        return match include.or(exclude).is_some_and(|versions| !versions.is_empty()) {
            true => Err(problem(format!(
                "unit test `{}` lists versions, but model `{}` has none",
                test.name, model.name
            ))),
            false => Ok(vec![of(model)]),
        };
    }
    let is_wanted = |version: &Json| match (&exclude, &include) {
        (Some(exclude), _) if !exclude.is_empty() => !exclude.contains(version),
        (_, Some(include)) => include.contains(version),
        _ => true,
    };
    let versions = manifest
        .nodes
        .values()
        .filter(|node| node.name == model.name && node.package_name == model.package_name);
    let made: Vec<Definition> = versions
        .filter_map(|node| Some((node, node.model()?.version.clone()?)))
        .filter(|(_, version)| is_wanted(version))
        .map(|(node, version)| {
            let mut made = of(node);
            let suffix = version.as_str().map_or_else(|| version.to_string(), str::to_owned);
            let id = format!(
                "unit_test.{}.{}.{}_v{suffix}",
                test.package_name,
                test.body["model"].as_str().unwrap_or_default(),
                test.name
            );
            made.unique_id = UniqueId::from(id);
            made.body.insert("version".to_owned(), version);
            made
        })
        .collect();
    match made.is_empty() {
        true => Err(problem(format!("unit test `{}` is of no version of its model", test.name))),
        false => Ok(made),
    }
}

/// dbt 1.12: whether a model is built anew must be said, and then what is there already.
fn check_incremental(test: &Definition, model: &Node) -> Result<(), Box<Diagnostic>> {
    let asks = |id: &UniqueId| id.as_str() == "macro.dbt.is_incremental";
    if !model.depends_on.macros.iter().any(asks) {
        return Ok(());
    }
    let overrides = test.body.get("overrides").and_then(|o| o.get("macros")?.get("is_incremental"));
    let problem = |message: String, hint: &str| {
        Err(Box::new(Diagnostic::error(codes::BAD_CONFIG, message).at(test.span, "").hint(hint)))
    };
    match overrides.and_then(Json::as_bool) {
        // The final table tells by itself: it is there when rows of `this` are given.
        None if test.body.contains_key("expect_final") && !expects(test) => Ok(()),
        None => problem(
            format!("unit test `{}` does not say whether the model is incremental", test.name),
            "add `overrides: {macros: {is_incremental: true}}`, or false",
        ),
        Some(true) if !has_this(test) => problem(
            format!("unit test `{}` of an incremental model has no input `this`", test.name),
            "add an input `this` to `given`",
        ),
        Some(_) => Ok(()),
    }
}

fn expects(test: &Definition) -> bool {
    let rows = test.body.get("expect").and_then(|expect| expect.get("rows"));
    rows.is_some_and(|rows| !rows.is_null())
}

fn has_this(test: &Definition) -> bool {
    let given = test.body.get("given").and_then(Json::as_array);
    given.is_some_and(|given| given.iter().any(|one| one.get("input") == Some(&json!("this"))))
}

/// The metrics of a manifest while they are settled.
struct Metrics {
    all: IndexMap<UniqueId, Arc<Definition>>,
    root: String,
    by_name: HashMap<String, Vec<UniqueId>>,
    /// Semantic models by the measures that they have: package and id.
    measures: HashMap<String, Vec<(Arc<str>, UniqueId)>>,
}

impl Metrics {
    fn of(manifest: &Manifest) -> Self {
        let all: IndexMap<UniqueId, Arc<Definition>> = of_kind(manifest, ResourceType::Metric)
            .map(|(id, metric)| (id.clone(), metric.clone()))
            .collect();
        let mut by_name: HashMap<String, Vec<UniqueId>> = HashMap::new();
        for (id, metric) in &all {
            by_name.entry(metric.name.clone()).or_default().push(id.clone());
        }
        let mut measures: HashMap<String, Vec<(Arc<str>, UniqueId)>> = HashMap::new();
        for (id, model) in of_kind(manifest, ResourceType::SemanticModel) {
            let listed = model.body.get("measures").and_then(Json::as_array);
            for name in listed.into_iter().flatten().filter_map(|m| m.get("name")?.as_str()) {
                let models = measures.entry(name.to_owned()).or_default();
                models.push((model.package_name.clone(), id.clone()));
            }
        }
        Metrics { all, root: manifest.metadata.project_name.clone(), by_name, measures }
    }

    /// The metric of a name: of the root package, of the own one, of any.
    fn find(
        &self,
        asking: &Definition,
        name: &str,
        diagnostics: &mut Diagnostics,
    ) -> Option<UniqueId> {
        let found = self.named(&asking.package_name, None, name);
        if found.is_none() {
            let subject = format!("{} `{}`", asking.resource_type, asking.name);
            diagnostics.push(self.unknown(&subject, name, asking.span));
        }
        found.cloned()
    }

    fn unknown(&self, subject: &str, name: &str, span: Span) -> Diagnostic {
        let message = format!("{subject} is made of the metric `{name}`, which does not exist");
        let near = did_you_mean(name, self.by_name.keys().map(String::as_str));
        Diagnostic::error(codes::UNKNOWN_REF, message).at(span, "").suggest(near)
    }

    fn named(&self, own: &str, package: Option<&str>, name: &str) -> Option<&UniqueId> {
        let candidates = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let of = |package: &str| {
            candidates.iter().find(|id| *self.all[id.as_str()].package_name == *package)
        };
        match package {
            Some(package) => of(package),
            None => of(&self.root).or_else(|| of(own)).or_else(|| candidates.first()),
        }
    }

    /// Settles a metric, and those that it is made of first.
    fn settle(&mut self, id: &UniqueId, depth: usize, diagnostics: &mut Diagnostics) {
        let metric = self.all[id.as_str()].clone();
        let params = &metric.body["type_params"];
        let is_done = params["input_measures"].as_array().is_some_and(|m| !m.is_empty());
        if is_done || depth > MAX_DEPTH {
            return;
        }
        let conversion = &params["conversion_type_params"];
        let written: Vec<Json> = match metric.body["type"].as_str() {
            Some("simple" | "cumulative") => vec![params["measure"].clone()],
            Some("conversion") => {
                vec![conversion["base_measure"].clone(), conversion["conversion_measure"].clone()]
            }
            _ => Vec::new(),
        };
        let mut measures: Vec<Json> = Vec::new();
        let mut reads = Vec::new();
        for measure in written.into_iter().filter(|measure| !measure.is_null()) {
            reads.extend(self.model_of(&metric, &measure, diagnostics));
            add(&mut measures, measure);
        }
        for name in inputs(&metric) {
            let Some(input) = self.find(&metric, &name, diagnostics) else { continue };
            self.settle(&input, depth + 1, diagnostics);
            let of_input = self.all[input.as_str()].body["type_params"]["input_measures"].clone();
            for measure in of_input.as_array().into_iter().flatten() {
                add(&mut measures, measure.clone());
            }
            reads.push(input);
        }
        if let Some(metric) = self.all.get_mut(id) {
            let metric = Arc::make_mut(metric);
            metric.depends_on.nodes = once(reads);
            metric.body["type_params"]["input_measures"] = Json::Array(measures);
        }
    }

    /// The semantic model that has a measure.
    fn model_of(
        &self,
        metric: &Definition,
        measure: &Json,
        diagnostics: &mut Diagnostics,
    ) -> Option<UniqueId> {
        let name = measure.get("name").and_then(Json::as_str).unwrap_or_default();
        let models = self.measures.get(name).map_or(&[][..], Vec::as_slice);
        let of = |package: &str| models.iter().find(|(p, _)| **p == *package);
        let found = of(&self.root).or_else(|| of(&metric.package_name)).or_else(|| models.first());
        if found.is_none() {
            let message = format!(
                "metric `{}` is made of the measure `{name}`, which no semantic model has",
                metric.name
            );
            let near = did_you_mean(name, self.measures.keys().map(String::as_str));
            let problem = Diagnostic::error(codes::UNKNOWN_REF, message).at(metric.span, "");
            diagnostics.push(problem.suggest(near));
        }
        found.map(|(_, id)| id.clone())
    }
}

fn add(measures: &mut Vec<Json>, measure: Json) {
    if !measures.contains(&measure) {
        measures.push(measure);
    }
}

/// The metrics that a metric is made of.
fn inputs(metric: &Definition) -> Vec<String> {
    let params = &metric.body["type_params"];
    let of: Vec<&Json> = match metric.body["type"].as_str() {
        Some("ratio") => vec![&params["numerator"], &params["denominator"]],
        Some("derived") => params["metrics"].as_array().into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    of.into_iter().filter_map(|input| Some(input.get("name")?.as_str()?.to_owned())).collect()
}
