//! What the engine answered to a statement: dbt's `AdapterResponse`.

use minijinja::value::Value;

use crate::jinja::objects::class::{self, Attribute, Class, Method};
use crate::jinja::values;

/// An answer; printed it is its message.
pub(crate) struct Response {
    /// `OK`.
    pub(crate) message: Value,
    /// The engine's code, if it has one.
    pub(crate) code: Value,
    /// Rows written, -1 when none were counted.
    pub(crate) rows_affected: Value,
}

/// The answer to a statement that worked.
pub(crate) fn response(rows: i64) -> Value {
    let (message, code) = (Value::from("OK"), Value::from(()));
    Response { message, code, rows_affected: Value::from(rows) }.value()
}

impl Response {
    pub(crate) fn value(self) -> Value {
        class::value(self)
    }

    fn parts(&self) -> [(&'static str, Value); 4] {
        [
            ("_message", self.message.clone()),
            ("code", self.code.clone()),
            ("rows_affected", self.rows_affected.clone()),
            ("query_id", Value::from(())),
        ]
    }
}

impl Class for Response {
    const NAME: &'static str = "a response";

    const ATTRIBUTES: &'static [(&'static str, Attribute<Self>)] = &[
        ("_message", |of| of.message.clone()),
        ("code", |of| of.code.clone()),
        ("rows_affected", |of| of.rows_affected.clone()),
        ("query_id", |_| Value::from(())),
    ];

    const METHODS: &'static [(&'static str, Method<Self>)] =
        &[("to_dict", |of, _| Ok(values::dict(of.parts())))];

    fn text(&self) -> String {
        values::python_str(&self.message)
    }

    fn quoted(&self) -> String {
        let parts = self.parts();
        let shown: Vec<String> = parts
            .iter()
            .map(|(name, value)| format!("{name}={}", values::python_repr(value)))
            .collect();
        format!("AdapterResponse({})", shown.join(", "))
    }
}
