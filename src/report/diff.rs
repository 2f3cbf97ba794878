//! What differs between the two variants of a model: a unified diff, or both side by side.

use similar::{Algorithm, TextDiff, capture_diff_slices};

use super::style::{Paint, Style, columns, pad};

/// A unified diff with three lines of context; empty when the texts are equal.
pub fn unified(old: (&str, &str), new: (&str, &str), style: Style) -> String {
    let diff = TextDiff::from_lines(old.1, new.1);
    let text = diff.unified_diff().context_radius(3).header(old.0, new.0).to_string();
    let paint = |line: &str| style.paint(paint_of(line), line).into_owned() + "\n";
    if style.color { text.lines().map(paint).collect() } else { text }
}

fn paint_of(line: &str) -> Paint {
    match line.as_bytes().first() {
        Some(b'+') => Paint::Good,
        Some(b'-') => Paint::Error,
        Some(b'@') => Paint::Accent,
        _ => Paint::Dim,
    }
}

/// Both texts beside each other; `<`, `>` and `|` mark lines that only the left, only the right, or
/// both sides have differently.
pub fn side_by_side(old: (&str, &str), new: (&str, &str), style: Style) -> String {
    let rows = pairs(old.1, new.1);
    let widest = rows.iter().map(|(left, _)| columns(left.unwrap_or_default())).max();
    let width = widest.unwrap_or(0).max(columns(old.0)).min(style.width.max(40) / 2 - 2);
    let mut text = format!("{}   {}\n", pad(old.0, width), new.0);
    text += &format!("{}   {}\n", "-".repeat(width), "-".repeat(columns(new.0).max(width)));
    for (left, right) in rows {
        let mark = match (left, right) {
            (Some(left), Some(right)) if left == right => " ",
            (Some(_), Some(_)) => "|",
            (Some(_), None) => "<",
            (None, _) => ">",
        };
        let left = pad(left.unwrap_or_default(), width);
        let line = format!("{left} {mark} {}", right.unwrap_or_default());
        text += &format!("{}\n", line.trim_end());
    }
    text
}

type Pair<'t> = (Option<&'t str>, Option<&'t str>);

/// Lines of both texts that belong together.
fn pairs<'t>(old: &'t str, new: &'t str) -> Vec<Pair<'t>> {
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let mut rows = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (left, right) = (&old[op.old_range()], &new[op.new_range()]);
        for at in 0..left.len().max(right.len()) {
            rows.push((left.get(at).copied(), right.get(at).copied()));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "select *\nfrom a\n";
    const NEW: &str = "select *\nfrom a\nwhere id > 1\n";

    #[test]
    fn a_unified_diff_names_both_variants() {
        assert_eq!(
            unified(("full-refresh", OLD), ("incremental", NEW), Style::PLAIN),
            "--- full-refresh\n+++ incremental\n@@ -1,2 +1,3 @@\n select *\n from a\n+where id > 1\n"
        );
        assert_eq!(unified(("a", OLD), ("b", OLD), Style::PLAIN), "");
    }

    #[test]
    fn side_by_side_marks_what_differs() {
        assert_eq!(
            side_by_side(("full-refresh", OLD), ("incremental", NEW), Style::PLAIN),
            "full-refresh   incremental\n------------   ------------\n\
             select *       select *\nfrom a         from a\n             > where id > 1\n"
        );
    }
}
