//! The parity report as text and as JSON.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::style::{Paint, Style};
use crate::diagnostics::Diagnostic;
use crate::parity::{Finding, Occurrence, Verdict};
use crate::source::SourceMap;

/// So many places of one difference are listed in the text; the JSON has all.
const SHOWN: usize = 20;

/// Headings of the verdicts, in order.
const HEADINGS: [(Verdict, &str, Paint); 3] = [
    (Verdict::Missing, "not supported", Paint::Error),
    (Verdict::Differs, "works, and not as in dbt", Paint::Warning),
    (Verdict::NoEffect, "accepted without effect", Paint::Dim),
];

/// The report for people.
pub fn text(
    unsupported: &[Diagnostic],
    findings: &[Finding],
    sources: &SourceMap,
    style: Style,
) -> String {
    if unsupported.is_empty() && findings.is_empty() {
        return "no known difference from dbt\n".to_owned();
    }
    let mut out = String::new();
    for (verdict, heading, paint) in HEADINGS {
        let of_verdict = findings.iter().filter(|finding| finding.rule.verdict == verdict);
        let mut entries: Vec<String> = of_verdict.map(|f| entry(f, sources)).collect();
        if verdict == Verdict::Missing {
            entries.splice(0..0, unsupported.iter().map(|d| of_diagnostic(d, sources)));
        }
        if !entries.is_empty() {
            let _ = write!(out, "{}\n{}\n", style.paint(paint, heading), entries.concat());
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn entry(finding: &Finding, sources: &SourceMap) -> String {
    let rule = finding.rule;
    let mut out = format!("  {}: {}\n", rule.name, rule.summary);
    for occurrence in finding.occurrences.iter().take(SHOWN) {
        let place = occurrence.span.map(|span| format!(" ({})", sources.place(span)));
        let _ = writeln!(out, "    - {}{}", occurrence.construct, place.unwrap_or_default());
    }
    if let Some(more) = finding.occurrences.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let _ = writeln!(out, "    - and {more} more; `--output json` lists all");
    }
    let _ = writeln!(out, "    advice: {}", rule.advice);
    out
}

fn of_diagnostic(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let label = diagnostic.primary.as_ref();
    let place = label.map(|label| format!(" ({})", sources.place(label.span))).unwrap_or_default();
    let mut out = format!("  {}: {}{place}\n", diagnostic.code.id(), diagnostic.message);
    if let Some(hint) = &diagnostic.hint {
        let _ = writeln!(out, "    advice: {hint}");
    }
    out
}

/// The report for programs: a list of differences, each with all of its places.
pub fn json(unsupported: &[Diagnostic], findings: &[Finding], sources: &SourceMap) -> Json {
    let said = unsupported.iter().map(|diagnostic| {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        let occurrence = Occurrence { construct: diagnostic.message.clone(), span };
        json!({
            "rule": diagnostic.code.id(),
            "verdict": Verdict::Missing.as_str(),
            "summary": diagnostic.message,
            "advice": diagnostic.hint,
            "places": [place(&occurrence, sources)],
        })
    });
    let found = findings.iter().map(|finding| {
        json!({
            "rule": finding.rule.name,
            "verdict": finding.rule.verdict.as_str(),
            "summary": finding.rule.summary,
            "advice": finding.rule.advice,
            "places": finding.occurrences.iter().map(|o| place(o, sources)).collect::<Vec<_>>(),
        })
    });
    said.chain(found).collect()
}

fn place(occurrence: &Occurrence, sources: &SourceMap) -> Json {
    let Some(span) = occurrence.span else {
        return json!({"construct": occurrence.construct});
    };
    let file = sources.file(span.file);
    let (line, column) = file.position(span.start as usize);
    json!({"construct": occurrence.construct, "path": &*file.path, "line": line, "column": column})
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::parity::RULES;
    use crate::source::Span;

    fn finding(name: &str, occurrences: Vec<Occurrence>) -> Finding {
        let rule = RULES.iter().find(|rule| rule.name == name).expect("is a rule");
        Finding { rule, occurrences }
    }

    #[test]
    fn every_difference_has_its_places_and_advice() {
        let sources = SourceMap::new();
        let file = sources.add("models/a.sql", Path::new("/a.sql"), "x\nadapter.commit()");
        let span = Some(Span::new(file, 2, 16));
        let found = [
            finding("grants", vec![Occurrence { construct: "model.shop.a".into(), span: None }]),
            finding("commit", vec![Occurrence { construct: "adapter.commit".into(), span }]),
        ];
        let text = text(&[], &found, &sources, Style::PLAIN);
        let [differs, none] = ["works, and not as in dbt", "accepted without effect"]
            .map(|heading| text.find(heading).expect("is there"));
        assert!(differs < none, "{text}");
        assert!(text.contains("    - adapter.commit (models/a.sql:2:1)\n"), "{text}");
        assert!(text.ends_with("    advice: nothing to do\n"), "{text}");
        let json = json(&[], &found, &sources);
        assert_eq!(json[1]["places"][0]["line"], 2);
        assert_eq!(json[1]["verdict"], "differs");
    }

    #[test]
    fn many_places_are_counted() {
        let one = Occurrence { construct: "model.shop.a".into(), span: None };
        let found = [finding("grants", vec![one; SHOWN + 3])];
        let text = text(&[], &found, &SourceMap::new(), Style::PLAIN);
        assert!(text.contains("    - and 3 more;"), "{text}");
    }

    #[test]
    fn a_project_without_differences_says_so() {
        assert_eq!(
            text(&[], &[], &SourceMap::new(), Style::PLAIN),
            "no known difference from dbt\n"
        );
    }
}
