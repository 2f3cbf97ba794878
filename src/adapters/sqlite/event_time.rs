//! Event time on an engine that has no type for it: what is a time, and which times a window has.
//!
//! dbt compares with text such as `2026-03-01 00:00:00+00:00`. Text compares as time only when it has that form: a
//! bare date, or midnight without an offset, sorts before the start of its own day. [`probe`] tells whether rows have
//! another form, [`window`] compares what is meant instead of how it is written.

/// A moment as the engine writes it, in UTC; NULL for what it cannot read.
fn moment(field: &str) -> String {
    format!("datetime({field}, 'auto')")
}

/// The condition that a time is in a window, whatever its form: ISO text with or without time and offset, seconds since
/// 1970, Julian days. The bounds are in UTC: `2026-03-01 00:00:00`.
pub(super) fn window(field: &str, start: &str, end: &str) -> String {
    let moment = moment(field);
    format!("{moment} >= '{start}' and {moment} < '{end}'")
}

/// One row about all times of a relation: how many are in no window, one of them, and how many have a form that does
/// not compare as text.
///
/// `edges` are patterns of the bounds that will be compared with: a time without an offset sorts before an equal bound.
pub(super) fn probe(relation: &str, field: &str, edges: &[String]) -> String {
    let day = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]";
    let clock = "[0-9][0-9]:[0-9][0-9]:[0-9][0-9]";
    let unreadable = format!(
        "({moment} is null or typeof({field}) = 'text' and {field} not glob '{day}*')",
        moment = moment(field)
    );
    // Behind the seconds: nothing (but on an edge this sorts before the bound), `Z`, `+00:00`, or a fraction.
    let rest = format!("substr({field}, 20)");
    let edges: Vec<String> =
        edges.iter().map(|edge| format!(" and {field} not glob '{edge}'")).collect();
    let edges = edges.concat();
    let plain = format!(
        "(typeof({field}) = 'text' and {field} glob '{day} {clock}*' and (\
         {rest} = ''{edges} or {rest} in ('Z', '+00:00') \
         or {rest} glob '.[0-9]*' and {rest} not glob '*[^.0-9]*'))"
    );
    format!(
        "select count(*) filter (where {unreadable}), max({field}) filter (where {unreadable}), \
         count(*) filter (where not {plain}) from {relation}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::sqlite::SqliteAdapter;
    use crate::adapters::{Adapter, Datum};

    fn count(times: &[&str], query: &str) -> Vec<Datum> {
        let mut session = SqliteAdapter::in_memory().writer().expect("in memory");
        session.execute("create table t (at)").expect("a table");
        for time in times {
            session.execute(&format!("insert into t values ({time})")).expect("a row");
        }
        session.query(query, &[]).expect("a query").rows.remove(0)
    }

    fn inside(time: &str) -> bool {
        let window = window("at", "2026-03-01 00:00:00", "2026-03-02 00:00:00");
        let found = count(&[time], &format!("select count(*) from t where {window}"));
        found[0] == Datum::Integer(1)
    }

    #[test]
    fn every_form_of_a_moment_is_in_its_own_day() {
        let in_it = [
            "'2026-03-01'",
            "'2026-03-01 00:00:00'",
            "'2026-03-01T00:00:00'",
            "'2026-03-01T23:59:59.999Z'",
            "'2026-03-01 00:00'",
            "'2026-03-01 00:00:00 +00:00'",
            "'2026-03-02 01:00:00+02:00'",
            "1772323200",
            "2461100.5",
        ];
        for time in in_it {
            assert!(inside(time), "{time}");
        }
        for time in ["'2026-03-02'", "'2026-02-28T23:59:59Z'", "'2026-03-01 01:00:00+02:00'"] {
            assert!(!inside(time), "{time}");
        }
    }

    #[test]
    fn the_probe_tells_what_text_would_get_wrong() {
        let edges = ["* ??:00:00".to_owned()];
        let of = |time: &str| count(&[time], &probe("t", "at", &edges));
        let plain = ["'2026-03-01 00:00:01'", "'2026-03-01 00:00:00.5'", "'2026-03-01 00:00:00Z'"];
        for time in plain {
            assert_eq!(of(time)[0], Datum::Integer(0), "{time}");
            assert_eq!(of(time)[2], Datum::Integer(0), "{time}");
        }
        let other =
            ["'2026-03-01'", "'2026-03-01 06:00:00'", "'2026-03-01T06:30:00'", "1772323200"];
        for time in other {
            assert_eq!(of(time)[0], Datum::Integer(0), "{time}");
            assert_eq!(of(time)[2], Datum::Integer(1), "{time}");
        }
        for time in ["null", "'01.03.2026'", "'20260301'", "'soon'", "''"] {
            assert_eq!(of(time)[0], Datum::Integer(1), "{time}");
        }
    }
}
