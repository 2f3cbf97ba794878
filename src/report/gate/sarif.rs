//! SARIF 2.1.0: every finding as a result, its code as the rule.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{Finding, Told};
use crate::diagnostics::{Severity, codes};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// The whole file.
pub(super) fn text(told: &Told<'_>) -> String {
    let mut rules: IndexMap<&str, Json> = IndexMap::new();
    for finding in &told.findings {
        rules.entry(finding.code).or_insert_with(|| rule(finding));
    }
    let result = |finding: &Finding| result(finding, rules.get_index_of(finding.code));
    let results: Vec<Json> = told.findings.iter().map(result).collect();
    let driver = json!({
        "name": "forge",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules.values().collect::<Vec<_>>(),
    });
    let run = json!({
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": told.success, "commandLine": told.command}],
        "results": results,
    });
    let sarif = json!({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]});
    format!("{sarif:#}\n")
}

fn rule(finding: &Finding) -> Json {
    let page = codes::ALL.iter().find(|code| code.id() == finding.code).map_or("", |c| c.page());
    let first = page.split("\n\n").nth(1).unwrap_or(finding.name).replace('\n', " ");
    json!({
        "id": finding.code,
        "name": finding.name,
        "shortDescription": {"text": first},
        "help": {"text": page, "markdown": page},
    })
}

fn result(finding: &Finding, rule: Option<usize>) -> Json {
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let text = match &finding.hint {
        Some(hint) => format!("{}\nhint: {hint}", finding.message),
        None => finding.message.clone(),
    };
    let location = finding.place.as_ref().map(|place| {
        json!({"physicalLocation": {
            "artifactLocation": {"uri": uri(&place.file)},
            "region": {
                "startLine": place.line, "startColumn": place.column,
                "endLine": place.end_line, "endColumn": place.end_column,
            },
        }})
    });
    json!({
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": level,
        "message": {"text": text},
        "locations": location.into_iter().collect::<Vec<_>>(),
        "partialFingerprints": {"forge/v1": fingerprint(finding)},
    })
}

/// The same finding has the same one, wherever in its file it moves, and however many rows a test finds.
fn fingerprint(finding: &Finding) -> String {
    let file = finding.place.as_ref().map_or("", |place| place.file.as_str());
    let what = finding.node.as_ref().unwrap_or(&finding.message);
    let digest = Sha256::digest(format!("{}\n{file}\n{what}", finding.code));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
    path.bytes().fold(String::new(), |mut uri, byte| {
        match is_plain(byte) {
            true => uri.push(char::from(byte)),
            false => uri += &format!("%{byte:02X}"),
        }
        uri
    })
}
