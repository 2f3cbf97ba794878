//! What is wrong with the freshness of a source, before anything is looked at.
//!
//! Source: dbt 1.12, `parser/sources.py` and `FreshnessThreshold`; both refuse the project.

use serde_json::Value as Json;

use super::properties::SourceProperties;
use crate::diagnostics::{Diagnostic, codes};
use crate::names::did_you_mean;
use crate::source::Span;

const PERIODS: [&str; 3] = ["minute", "hour", "day"];

/// The mistakes in what a source, or one of its tables, says about freshness.
pub(super) fn mistakes(of: &SourceProperties, what: &str, span: Span) -> Vec<Diagnostic> {
    let error = |message: String| Diagnostic::error(codes::BAD_FRESHNESS, message).at(span, "");
    let mut found = Vec::new();
    let says = |beside: &Option<String>, key: &str| {
        beside.is_some() || of.config.get(key).is_some_and(|value| !value.is_null())
    };
    if says(&of.loaded_at_field, "loaded_at_field") && says(&of.loaded_at_query, "loaded_at_query")
    {
        let message = format!("{what} has both `loaded_at_field` and `loaded_at_query`");
        found.push(error(message).hint("remove one of them"));
    }
    let freshness = of.freshness.as_ref().or_else(|| of.config.get("freshness"));
    for key in ["warn_after", "error_after"] {
        let Some(threshold) = freshness.and_then(|f| f.get(key)).filter(|t| !t.is_null()) else {
            continue;
        };
        if let Some((reason, near)) = unreadable(threshold) {
            let message = format!("{what}: `{key}` of `freshness` {reason}");
            let mistake = error(message).suggest(near);
            let has_hint = mistake.hint.is_some();
            let hint = "write it as `{count: 12, period: hour}`; the period is minute, hour or day";
            found.push(if has_hint { mistake } else { mistake.hint(hint) });
        }
    }
    found
}

/// Why a threshold cannot be read, and the period that may have been meant.
fn unreadable(threshold: &Json) -> Option<(String, Option<&'static str>)> {
    let Some(map) = threshold.as_object() else {
        return Some((format!("is `{}`", shown(threshold)), None));
    };
    match map.get("count") {
        Some(count) if !count.is_null() && count.as_i64().is_none() => {
            return Some((format!("has the count `{}`", shown(count)), None));
        }
        _ => {}
    }
    match map.get("period") {
        Some(period)
            if !period.is_null() && !period.as_str().is_some_and(|p| PERIODS.contains(&p)) =>
        {
            let word = shown(period);
            let near = did_you_mean(word.trim_end_matches('s'), PERIODS);
            Some((format!("has the period `{word}`"), near))
        }
        _ => None,
    }
}

fn shown(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn thresholds_are_a_count_and_a_period() {
        let fine = [json!({"count": 1, "period": "day"}), json!({}), json!({"count": null})];
        assert!(fine.iter().all(|threshold| unreadable(threshold).is_none()));
        let (reason, near) = unreadable(&json!({"count": 1, "period": "hours"})).expect("a reason");
        assert_eq!((reason.as_str(), near), ("has the period `hours`", Some("hour")));
        for wrong in [json!("1 day"), json!({"count": "x"}), json!([1])] {
            assert!(unreadable(&wrong).is_some(), "{wrong}");
        }
    }
}
