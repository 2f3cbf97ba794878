//! `graph_summary.json`: who reads whom, in numbers, as dbt 1.12 writes it for diagnosis.
//!
//! Shape: `_invocation_id`, and `linked` by number (as text): `name` (the unique id), `type`, and `succ`, the numbers of
//! its readers, where there are some. dbt's `with_test_edges` is left out: forge lets tests gate without new edges.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::names::UniqueId;

#[derive(Serialize)]
struct Summary<'a> {
    _invocation_id: &'a str,
    linked: BTreeMap<usize, Vertex<'a>>,
}

#[derive(Serialize)]
struct Vertex<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(skip_serializing_if = "<[usize]>::is_empty")]
    succ: &'a [usize],
}

/// The text of the file: vertices in the order of their numbers, each with its readers.
pub fn graph_summary<'a>(
    invocation_id: &str,
    vertices: impl Iterator<Item = (&'a UniqueId, &'a [usize])>,
) -> String {
    let vertex = |(name, succ): (&'a UniqueId, &'a [usize])| Vertex {
        name: name.as_str(),
        kind: name.resource_type(),
        succ,
    };
    let linked = vertices.map(vertex).enumerate().collect();
    let summary = Summary { _invocation_id: invocation_id, linked };
    serde_json::to_string(&summary).expect("invariant: keys are numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_numbers_and_left_out_where_there_are_none() {
        let (a, b) = (UniqueId::from("seed.x.a"), UniqueId::from("model.x.b"));
        let vertices = [(&a, &[1][..]), (&b, &[][..])];
        assert_eq!(
            graph_summary("id", vertices.into_iter()),
            r#"{"_invocation_id":"id","linked":{"0":{"name":"seed.x.a","type":"seed","succ":[1]},"1":{"name":"model.x.b","type":"model"}}}"#
        );
    }
}
