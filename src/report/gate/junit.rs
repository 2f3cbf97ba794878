//! JUnit XML: a suite for each kind of node, a case for each node; mistakes of the project are a suite of their own.

use indexmap::IndexMap;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::{Ended, Finding, Told};
use crate::diagnostics::Severity;
use crate::events::Status;

/// The whole file.
pub(super) fn text(told: &Told<'_>) -> String {
    let mut report = Report::new("forge");
    report.set_time(told.elapsed);
    let mut suites: IndexMap<&str, TestSuite> = IndexMap::new();
    for node in &told.nodes {
        let kind = node.outcome.id.resource_type();
        let suite = suites.entry(kind).or_insert_with(|| TestSuite::new(kind));
        suite.add_test_case(case(node));
    }
    let mistakes = told.findings.iter().filter(|finding| finding.node.is_none());
    for finding in mistakes.filter(|finding| finding.severity == Severity::Error) {
        let suite = suites.entry("project").or_insert_with(|| TestSuite::new("project"));
        suite.add_test_case(mistake(finding));
    }
    report.add_test_suites(suites.into_values());
    report.to_string().unwrap_or_default()
}

fn case(node: &Ended<'_>) -> TestCase {
    let outcome = node.outcome;
    let message = node.message.as_str();
    let status = match outcome.status {
        Status::Success | Status::Pass | Status::Warn => TestCaseStatus::success(),
        Status::Skipped => TestCaseStatus::skipped(),
        Status::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Status::Error | Status::PartialSuccess => {
            TestCaseStatus::non_success(NonSuccessKind::Error)
        }
    };
    let mut case = TestCase::new(node.name.clone(), with_message(status, message));
    case.set_classname(outcome.id.as_str()).set_time(outcome.elapsed);
    if let Some(place) = &node.place {
        case.extra.insert("file".into(), place.file.as_str().into());
        case.extra.insert("line".into(), place.line.to_string().into());
    }
    if outcome.status == Status::Warn {
        case.set_system_out(message);
    }
    case
}

fn with_message(mut status: TestCaseStatus, message: &str) -> TestCaseStatus {
    if !message.is_empty() && !matches!(status, TestCaseStatus::Success { .. }) {
        status.set_message(message);
    }
    status
}

fn mistake(finding: &Finding) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(finding.message.clone()).set_type(finding.code);
    let at = finding.place.as_ref().map(|place| format!("{}:{}", place.file, place.line));
    let mut case = TestCase::new(at.unwrap_or_else(|| finding.code.to_owned()), status);
    case.set_classname(finding.name);
    case
}
