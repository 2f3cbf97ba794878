//! Workflow commands of GitHub Actions: an annotation for each finding, at its line.

use super::{Finding, Told};
use crate::diagnostics::Severity;

/// One line for each finding.
pub(super) fn text(told: &Told<'_>) -> String {
    told.findings.iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let title = format!("{} {}", finding.code, finding.name);
    let mut properties = vec![format!("title={}", property(&title))];
    if let Some(place) = &finding.place {
        properties.push(format!("file={}", property(&place.file)));
        properties.push(format!("line={},col={}", place.line, place.column));
        // GitHub takes an end column only on the same line.
        if place.end_line == place.line {
            properties.push(format!("endColumn={}", place.end_column));
        } else {
            properties.push(format!("endLine={}", place.end_line));
        }
    }
    let hint = finding.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    let message = data(&format!("{}{hint}", finding.message));
    format!("::{command} {}::{message}\n", properties.join(","))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::gate::Place;

    #[test]
    fn nothing_in_a_message_can_end_it() {
        let place =
            Place { file: "a,b:c.sql".into(), line: 2, column: 3, end_line: 2, end_column: 5 };
        let finding = Finding {
            severity: Severity::Error,
            code: "E0301",
            name: "unknown-ref",
            message: "100 %\n::warning::x".into(),
            hint: Some("y".into()),
            place: Some(place),
            node: None,
        };
        assert_eq!(
            line(&finding),
            "::error title=E0301 unknown-ref,file=a%2Cb%3Ac.sql,line=2,col=3,endColumn=5\
             ::100 %25%0A::warning::x%0Ahint: y\n"
        );
    }
}
