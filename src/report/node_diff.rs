//! What is different between two states of a project: for people, for a pull request, for programs.

use serde_json::{Value as Json, json};

use crate::check::diff::reach::Reached;
use crate::check::diff::{ColumnChange, Fate, NodeDiff};

use super::style::{Paint, Style};

/// A node that differs, with what that reaches.
pub type Entry = (NodeDiff, Vec<Reached>);

/// Things that are listed in one place; the rest is counted.
const MOST: usize = 8;

/// The longest expression that is shown.
const WIDEST: usize = 100;

/// The text for a terminal.
pub fn text(base: &str, entries: &[Entry], style: Style) -> String {
    if entries.is_empty() {
        return format!("no difference from {base}\n");
    }
    let mut out = format!("compared with {base}: {}\n", summary(entries));
    for (diff, reached) in entries.iter().filter(|(diff, _)| diff.fate != Fate::Formatted) {
        let (sign, paint) = sign(diff.fate);
        let word = if diff.is_breaking() { "  breaking" } else { "" };
        let title = format!("{sign} {} {}", diff.node.kind, diff.node.name);
        let file = style.paint(Paint::Dim, &diff.node.file);
        out += &format!(
            "\n{} {file}{}\n",
            style.paint(paint, &title),
            style.paint(Paint::Error, word)
        );
        for line in lines(diff) {
            out += &format!("    {line}\n");
        }
        if !reached.is_empty() {
            out += &format!("    reaches {}\n", listed(reached));
        }
    }
    let formatted = formatted(entries);
    if !formatted.is_empty() {
        out += &format!("\nonly written differently: {}\n", formatted.join(", "));
    }
    out
}

/// The text for a pull request.
pub fn markdown(base: &str, entries: &[Entry]) -> String {
    let mut out = format!("### Compared with `{}`\n\n", code(base));
    if entries.is_empty() {
        return out + "No difference.\n";
    }
    out += &format!("{}\n\n| | node | what | reaches |\n|---|---|---|---|\n", summary(entries));
    for (diff, reached) in entries.iter().filter(|(diff, _)| diff.fate != Fate::Formatted) {
        let mark = if diff.is_breaking() { "⚠️" } else { sign(diff.fate).0 };
        let what: Vec<String> =
            lines(diff).iter().map(|line| format!("`{}`", code(line))).collect();
        let what = if what.is_empty() { fate(diff.fate).to_owned() } else { what.join("<br>") };
        let reached = if reached.is_empty() {
            String::new()
        } else {
            format!("`{}`", code(&listed(reached)))
        };
        out += &format!(
            "| {mark} | {} `{}` | {what} | {reached} |\n",
            diff.node.kind,
            code(&diff.node.name)
        );
    }
    let formatted: Vec<String> =
        formatted(entries).iter().map(|name| format!("`{}`", code(name))).collect();
    if !formatted.is_empty() {
        out += &format!("\nOnly written differently: {}\n", formatted.join(", "));
    }
    out
}

/// The value for programs.
pub fn json(base: &str, notes: &[String], entries: &[Entry]) -> Json {
    let nodes = entries.iter().map(|(diff, reached)| {
        json!({
            "unique_id": diff.id.as_str(),
            "name": diff.node.name,
            "resource_type": diff.node.kind,
            "file": diff.node.file,
            "change": fate(diff.fate),
            "breaking": diff.is_breaking(),
            "other_rows": diff.has_other_rows,
            "columns": diff.columns.iter().map(column_json).collect::<Vec<Json>>(),
            "notes": diff.notes,
            "reaches": reached.iter().map(reached_json).collect::<Vec<Json>>(),
        })
    });
    json!({
        "base": base,
        "breaking": entries.iter().any(|(diff, _)| diff.is_breaking()),
        "notes": notes,
        "nodes": nodes.collect::<Vec<Json>>(),
    })
}

fn column_json(column: &crate::check::diff::ColumnDiff) -> Json {
    let (change, from, to) = match &column.change {
        ColumnChange::Added => ("added", None, None),
        ColumnChange::Removed => ("removed", None, None),
        ColumnChange::Retyped { from, to } => ("retyped", Some(from), Some(to)),
        ColumnChange::Meaning { from, to } => ("meaning", Some(from), Some(to)),
    };
    json!({
        "name": column.name,
        "change": change,
        "from": from,
        "to": to,
        "breaking": column.change.is_breaking(),
    })
}

fn reached_json(reached: &Reached) -> Json {
    match reached {
        Reached::Node { kind, name, column, has_contract } => {
            json!({"kind": kind, "name": name, "column": column, "contract": has_contract})
        }
        Reached::Test(name) => json!({"kind": "test", "name": name}),
        Reached::Exposure(name) => json!({"kind": "exposure", "name": name}),
    }
}

fn formatted(entries: &[Entry]) -> Vec<&str> {
    let only = entries.iter().filter(|(diff, _)| diff.fate == Fate::Formatted);
    only.map(|(diff, _)| diff.node.name.as_str()).collect()
}

/// `2 added, 1 removed, 3 changed; 1 breaking`
fn summary(entries: &[Entry]) -> String {
    let of = |wanted: Fate| entries.iter().filter(|(diff, _)| diff.fate == wanted).count();
    let kinds = [
        (of(Fate::Added), "added"),
        (of(Fate::Removed), "removed"),
        (of(Fate::Changed), "changed"),
        (of(Fate::Formatted), "only written differently"),
    ];
    let shown: Vec<String> =
        kinds.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    let breaking = entries.iter().filter(|(diff, _)| diff.is_breaking()).count();
    let breaking = if breaking > 0 { format!("; {breaking} breaking") } else { String::new() };
    format!("{}{breaking}", shown.join(", "))
}

fn sign(fate: Fate) -> (&'static str, Paint) {
    match fate {
        Fate::Added => ("+", Paint::Good),
        Fate::Removed => ("-", Paint::Error),
        Fate::Changed | Fate::Formatted => ("~", Paint::Accent),
    }
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Added => "added",
        Fate::Removed => "removed",
        Fate::Changed => "changed",
        Fate::Formatted => "formatted",
    }
}

fn lines(diff: &NodeDiff) -> Vec<String> {
    let column = |one: &crate::check::diff::ColumnDiff| match &one.change {
        ColumnChange::Added => format!("+ column {}", one.name),
        ColumnChange::Removed => format!("- column {}", one.name),
        ColumnChange::Retyped { from, to } => format!("~ column {}: {from} → {to}", one.name),
        ColumnChange::Meaning { from, to } => {
            let (to, from) = apart(to, from);
            format!("~ column {} means {to} instead of {from}", one.name)
        }
    };
    let mut lines: Vec<String> = diff.columns.iter().map(column).collect();
    if diff.has_other_rows {
        lines.push("~ rows: filters, joins or groups are others".to_owned());
    }
    lines.extend(diff.notes.iter().map(|note| format!("~ {note}")));
    lines
}

/// Both expressions, cut so that the first difference can be seen.
fn apart(one: &str, other: &str) -> (String, String) {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    let is_long = one.chars().count().max(other.chars().count()) > WIDEST;
    let skip = if is_long { same.saturating_sub(WIDEST / 4) } else { 0 };
    let part = |text: &str| {
        let lead = if skip > 0 { "…" } else { "" };
        format!("{lead}{}", cut(&text.chars().skip(skip).collect::<String>()))
    };
    (part(one), part(other))
}

fn cut(text: &str) -> String {
    match text.chars().count() > WIDEST {
        true => text.chars().take(WIDEST - 1).chain(['…']).collect(),
        false => text.to_owned(),
    }
}

fn listed(reached: &[Reached]) -> String {
    let name = |one: &Reached| match one {
        Reached::Node { name, column, has_contract, .. } => {
            let column = column.as_ref().map_or_else(String::new, |column| format!(".{column}"));
            let contract = if *has_contract { " (contract)" } else { "" };
            format!("{name}{column}{contract}")
        }
        Reached::Test(name) => format!("test {name}"),
        Reached::Exposure(name) => format!("exposure {name}"),
    };
    let shown: Vec<String> = reached.iter().take(MOST).map(name).collect();
    match reached.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A text inside of backticks, in a cell of a table.
fn code(text: &str) -> String {
    text.replace('`', "'").replace('|', "\\|")
}
