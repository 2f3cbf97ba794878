//! The page of a diagnostic code, from Markdown to a terminal.

use super::style::{Paint, Style};
use crate::diagnostics::Code;
use crate::diagnostics::codes::ALL;

/// The page of one code: headings stand out, fenced code is indented, and what an example shows stands above it.
pub fn render(code: Code, style: Style) -> String {
    let mut text = String::new();
    let mut fenced = false;
    for line in code.page().trim_end().lines() {
        if let Some(head) = line.trim_start().strip_prefix("```") {
            fenced = !fenced;
            let shows: Vec<&str> = head.split_whitespace().skip(1).collect();
            if !shows.is_empty() {
                text += &format!("{}:\n", style.paint(Paint::Dim, &shows.join(" ")));
            }
        } else if fenced {
            text += format!("    {}", style.paint(Paint::Accent, line)).trim_end();
            text.push('\n');
        } else if let Some(title) = line.strip_prefix('#') {
            let title = title.trim_start_matches('#').trim();
            text += &format!("{}\n", style.paint(Paint::Bold, title));
        } else {
            text += &format!("{line}\n");
        }
    }
    text
}

/// Every code with its name.
pub fn index(style: Style) -> String {
    let line = |code: &Code| format!("{}  {}\n", style.paint(Paint::Bold, code.id()), code.name());
    ALL.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::codes;

    #[test]
    fn a_page_begins_with_the_code_and_has_no_markdown_marks() {
        let page = render(codes::UNKNOWN_REF, Style::PLAIN);
        assert!(page.starts_with("E0301 unknown-ref\n"), "{page}");
        assert!(!page.contains("```"), "{page}");
    }

    #[test]
    fn an_example_says_what_it_shows() {
        let page = render(codes::MART_READS_RAW, Style::PLAIN);
        assert!(page.contains("\nfails models/marts/revenue.sql:\n    select sum"), "{page}");
        assert!(page.contains("\npasses models/marts/revenue.sql:\n    select sum"), "{page}");
    }

    #[test]
    fn the_index_lists_every_code() {
        assert_eq!(index(Style::PLAIN).lines().count(), ALL.len());
    }
}
