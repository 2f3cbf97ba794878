//! The ledger on an in-memory database.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::*;
use crate::adapters::sqlite::SqliteAdapter;
use crate::adapters::{Adapter, Datum, Session};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_second(1_772_323_200 + minute * 60).unwrap()
}

fn start<'a>(id: &'a str, planned: &'a [String]) -> Start<'a> {
    Start {
        invocation_id: id,
        project: "p",
        target: "dev",
        command: "build",
        command_line: "forge build",
        process: "process 1",
        started_at: at(0),
        planned,
        batches: &[],
        flags: Json::Null,
    }
}

fn node(name: &str, status: &str) -> NodeRow {
    NodeRow {
        unique_id: format!("model.p.{name}"),
        resource_type: "model".to_owned(),
        materialized: Some("incremental".to_owned()),
        relation: Some(format!("\"{name}\"")),
        status: status.to_owned(),
        message: None,
        started_at: at(1),
        ended_at: at(2),
        seconds: 60.0,
        rows_in: Some(3),
        rows_out: Some(2),
        quarantined: Some(1),
        dropped: None,
        failures: None,
        cost: None,
    }
}

fn batch(hour: i64, status: &str) -> BatchRow {
    BatchRow {
        unique_id: "model.p.a".to_owned(),
        relation: Some("\"a\"".to_owned()),
        start: at(hour * 60),
        end: at(hour * 60 + 60),
        size: "hour".to_owned(),
        status: status.to_owned(),
        message: None,
        started_at: at(1),
        ended_at: at(2),
        rows_in: None,
        rows_out: Some(5),
    }
}

fn count(session: &mut dyn Session, table: &str) -> i64 {
    let counted = session.query(&format!("select count(*) from {table}"), &[]).unwrap();
    counted.scalar().and_then(Datum::as_i64).unwrap()
}

fn database() -> Box<dyn Session> {
    SqliteAdapter::in_memory().writer().unwrap()
}

#[test]
fn a_run_is_read_as_it_was_written() {
    let mut session = database();
    let session = &mut *session;
    assert_eq!(LedgerReader(session).runs(9).unwrap(), []);
    let ledger = Ledger::default();
    let planned = ["model.p.a".to_owned(), "model.p.b".to_owned()];
    ledger.open(session, &start("x", &planned)).unwrap();
    ledger.wait(node("b", "skipped"));
    session.begin().unwrap();
    ledger.record_node(session, &node("a", "success")).unwrap();
    ledger.record_batch(session, &batch(1, "success")).unwrap();
    session.commit().unwrap();
    ledger.close(session, "error", at(5)).unwrap();
    let runs = LedgerReader(session).runs(9).unwrap();
    assert_eq!((runs.len(), runs[0].number, runs[0].status.as_str()), (1, 1, "error"));
    assert_eq!(runs[0].planned.as_deref(), Some(&planned[..]));
    let nodes = LedgerReader(session).nodes_of_run("x").unwrap();
    let ended: Vec<_> =
        nodes.iter().map(|node| (node.unique_id.as_str(), node.status.as_str())).collect();
    assert_eq!(ended, [("model.p.a", "success"), ("model.p.b", "skipped")]);
    assert_eq!(
        (nodes[0].rows_in, nodes[0].rows_out, nodes[0].quarantined),
        (Some(3), Some(2), Some(1))
    );
    assert!(LedgerReader(session).has_built("model.p.a", "\"a\"").unwrap());
    assert!(!LedgerReader(session).has_built("model.p.b", "\"b\"").unwrap());
    let batches = LedgerReader(session).batches_of_model("model.p.a", "\"a\"").unwrap();
    assert_eq!(batches[0].start, "2026-03-01T01:00:00Z");
}

#[test]
fn what_waits_waits_on_when_the_transaction_is_undone() {
    let mut session = database();
    let ledger = Ledger::default();
    ledger.open(&mut *session, &start("x", &[])).unwrap();
    ledger.wait(node("a", "fail"));
    session.begin().unwrap();
    assert_eq!(ledger.record_waiting(&mut *session).unwrap(), 1);
    session.rollback().unwrap();
    assert_eq!(count(&mut *session, "_forge_node_runs"), 0);
    ledger.close(&mut *session, "error", at(1)).unwrap();
    assert_eq!(count(&mut *session, "_forge_node_runs"), 1);
}

#[test]
fn equal_invocations_are_two_runs() {
    let mut session = database();
    for _ in 0..2 {
        Ledger::default().open(&mut *session, &start("x", &[])).unwrap();
    }
    let runs = LedgerReader(&mut *session).runs(9).unwrap();
    let ids: Vec<_> = runs.iter().map(|run| run.run_id.as_str()).collect();
    assert_eq!(ids, ["x-2", "x"]);
    assert!(runs[1].planned.is_none(), "only the last run can be repeated");
}

#[test]
fn old_runs_leave_but_for_the_last_success_of_each_node_and_batch() {
    let mut session = database();
    let session = &mut *session;
    for number in 1..=230 {
        let ledger = Ledger::default();
        ledger.open(session, &start(&format!("r{number}"), &[])).unwrap();
        if number <= 2 {
            ledger.record_node(session, &node("old", "success")).unwrap();
            ledger.record_batch(session, &batch(number, "success")).unwrap();
            ledger.record_batch(session, &batch(9, "success")).unwrap();
        }
        if number == 3 {
            // The same node under another name in the database is another history.
            let relation = Some("\"elsewhere\"".to_owned());
            let row = NodeRow { relation, ..node("old", "success") };
            ledger.record_node(session, &row).unwrap();
        }
        ledger.record_node(session, &node("new", "success")).unwrap();
        ledger.close(session, "success", at(1)).unwrap();
    }
    let old = LedgerReader(session).runs_of_node("model.p.old", 9).unwrap();
    assert_eq!(old.iter().map(|node| node.number).collect::<Vec<_>>(), [3, 2]);
    let batches = LedgerReader(session).batches_of_model("model.p.a", "\"a\"").unwrap();
    let kept: Vec<_> = batches.iter().map(|batch| (batch.number, &batch.start[11..13])).collect();
    assert_eq!(kept, [(1, "01"), (2, "02"), (2, "09")]);
    let runs = count(session, "_forge_runs");
    assert!((201..=204).contains(&runs), "{runs}");
    assert!(count(session, "_forge_node_runs") <= 203);
}

#[test]
fn the_last_success_in_the_relation_of_another_target_stays() {
    let mut session = database();
    let session = &mut *session;
    for number in 1..=230 {
        let ledger = Ledger::default();
        ledger.open(session, &start(&format!("r{number}"), &[])).unwrap();
        let relation = Some(if number == 1 { "\"prod\"" } else { "\"dev\"" }.to_owned());
        let row = NodeRow { relation: relation.clone(), ..node("a", "success") };
        ledger.record_node(session, &row).unwrap();
        let row = BatchRow { relation, ..batch(1, "success") };
        ledger.record_batch(session, &row).unwrap();
        ledger.close(session, "success", at(1)).unwrap();
    }
    let mut reader = LedgerReader(session);
    assert_eq!(reader.runs_of_node("model.p.a", 999).unwrap().last().unwrap().number, 1);
    assert_eq!(reader.batches_of_model("model.p.a", "\"prod\"").unwrap().len(), 1);
}

#[test]
fn a_ledger_of_another_version_is_left_alone() {
    let mut session = database();
    session
        .execute(
            "create table _forge_ledger (version integer); insert into _forge_ledger values (99)",
        )
        .unwrap();
    let error = Ledger::default().open(&mut *session, &start("x", &[])).unwrap_err();
    assert!(error.to_string().contains("version 99"), "{error}");
    assert_eq!(LedgerReader(&mut *session).runs(9).unwrap(), []);
}
