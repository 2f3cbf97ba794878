//! `results` of `on-run-end`: how every node ended, with the node itself.

use std::sync::{Arc, OnceLock};

use minijinja::value::Value;
use serde_json::{Value as Json, json};

use super::class::{self, Attribute, Class, Method};
use crate::artifacts::run_results::{RunResult, Timing};
use crate::jinja::contexts::ModelValue;
use crate::jinja::{python, values};

/// The value of one result; `node` is made when it is asked for.
pub(crate) fn run_result(result: RunResult, node: Option<ModelValue>) -> Value {
    let node = node.map(|json| Arc::new(NodeObject { json, made: OnceLock::new() }));
    class::value(ResultObject { result, node })
}

struct ResultObject {
    result: RunResult,
    node: Option<Arc<NodeObject>>,
}

fn text(value: Option<&String>) -> Value {
    value.map_or(Value::from(()), |text| Value::from(text.as_str()))
}

impl Class for ResultObject {
    const NAME: &'static str = "a result";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("node", |of| {
            of.node.as_ref().map_or(Value::from(()), |node| class::value(NodeValue(node.clone())))
        }),
        ("unique_id", |of| Value::from(of.result.unique_id.as_str())),
        ("status", |of| Value::from(of.result.status.as_str())),
        ("execution_time", |of| Value::from(of.result.execution_time)),
        ("message", |of| text(of.result.message.as_ref())),
        ("failures", |of| of.result.failures.map_or(Value::from(()), Value::from)),
        ("thread_id", |of| Value::from(of.result.thread_id.as_str())),
        ("adapter_response", |of| {
            values::to_mutable(&Json::Object(of.result.adapter_response.clone()))
        }),
        ("timing", |of| {
            values::list(of.result.timing.iter().map(|t| class::value(Phase(t.clone()))).collect())
        }),
        ("batch_results", |_| Value::from(())),
        ("relation_name", |of| text(of.result.relation_name.as_ref())),
        ("compiled_code", |of| text(of.result.compiled_code.as_ref())),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] =
        &[("to_dict", |of, _| Ok(values::to_mutable(&of.dict())))];

    fn text(&self) -> String {
        let name = values::python_repr(&Value::from(self.result.status.as_str()));
        format!("RunResult(status={name}, node={})", self.result.unique_id)
    }
}

impl ResultObject {
    fn dict(&self) -> Json {
        let result = &self.result;
        json!({
            "status": result.status,
            "timing": result.timing,
            "thread_id": result.thread_id,
            "execution_time": result.execution_time,
            "adapter_response": result.adapter_response,
            "message": result.message,
            "failures": result.failures,
            "node": self.node.as_ref().map(|node| (node.json.0)()),
            "batch_results": Json::Null,
        })
    }
}

/// A node behind a result.
struct NodeObject {
    json: ModelValue,
    made: OnceLock<Value>,
}

struct NodeValue(Arc<NodeObject>);

impl NodeValue {
    fn made(&self) -> &Value {
        self.0.made.get_or_init(|| values::to_mutable(&(self.0.json.0)()))
    }
}

impl Class for NodeValue {
    const NAME: &'static str = "a node";

    const METHODS: &'static [(&'static str, Method<Self>)] = &[
        ("to_dict", |of, _| Ok(values::to_mutable(&(of.0.json.0)()))),
        ("get", |of, args| {
            let found = of.made().get_item(&args.required(0, "key")?)?;
            let default = || args.optional(1, "default").unwrap_or(Value::from(()));
            Ok(if found.is_undefined() { default() } else { found })
        }),
    ];

    fn item(&self, key: &Value) -> Option<Value> {
        self.made().get_item(key).ok().filter(|found| !found.is_undefined())
    }

    fn text(&self) -> String {
        values::python_str(self.made())
    }
}

/// `compile` or `execute`, with the moments when it began and ended.
struct Phase(Timing);

fn moment(at: Option<&String>) -> Value {
    let parsed = at.and_then(|at| at.parse::<jiff::Timestamp>().ok());
    parsed.map_or(Value::from(()), |at| {
        python::datetime_naive(at.to_zoned(jiff::tz::TimeZone::UTC).datetime())
    })
}

impl Class for Phase {
    const NAME: &'static str = "a timing";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("name", |of| Value::from(of.0.name.as_str())),
        ("started_at", |of| moment(of.0.started_at.as_ref())),
        ("completed_at", |of| moment(of.0.completed_at.as_ref())),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] = &[("to_dict", |of, _| {
        Ok(values::to_mutable(&json!({
            "name": of.0.name,
            "started_at": of.0.started_at,
            "completed_at": of.0.completed_at,
        })))
    })];

    fn text(&self) -> String {
        format!("TimingInfo(name={})", values::python_repr(&Value::from(self.0.name.as_str())))
    }
}
