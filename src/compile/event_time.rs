//! What a reference reads of its relation: all of it, nothing (`--empty`), or a window of event time.
//!
//! Source: dbt 1.12, `resolve_limit` and `resolve_event_time_filter`. The SQL is dbt's as long as it is right. Where an
//! engine has no type for time, the times of a relation are looked at once per run: those that do not compare as text
//! are compared as moments, and those that are none are told.

use std::collections::HashMap;
use std::sync::Mutex;

use minijinja::Error;

use crate::adapters::{Datum, EventTimeFilter, Relation};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::coded::coded;
use crate::jinja::contexts::Scope;
use crate::manifest::batch::{Window, engine_text, sql_text};
use crate::manifest::{BatchSize, Column, Config, ResourceType};
use crate::names::UniqueId;
use crate::project::Project;

/// How the times of a relation are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As dbt does: the column with the bounds.
    Plain,
    /// As moments, whatever their form.
    Moments,
}

/// What is known of the relations that are read by event time.
#[derive(Default)]
pub(super) struct EventTimes {
    forms: Mutex<HashMap<(UniqueId, Vec<String>), Form>>,
}

/// A model, seed, snapshot or source that is read.
pub(super) struct Target<'t> {
    pub(super) id: &'t UniqueId,
    pub(super) config: &'t Config,
    pub(super) columns: &'t indexmap::IndexMap<String, Column>,
}

/// Where to look for times, and patterns of the bounds that they will be compared with.
struct Look<'l> {
    relation: &'l Relation,
    field: &'l str,
    edges: Vec<String>,
}

impl EventTimes {
    /// The relation with what is read of it.
    pub(super) fn narrow(
        &self,
        project: &Project,
        scope: &Scope,
        target: &Target<'_>,
        mut relation: Relation,
    ) -> Result<Relation, Error> {
        relation.limit = project.flags.empty.then_some(0);
        let field = target.config.get_str("event_time").filter(|field| !field.is_empty());
        let Some((field, window)) = field.zip(window(project, scope)) else {
            return Ok(relation);
        };
        let field = written(target, field, &relation);
        let look = Look { relation: &relation, field: &field, edges: edges(project, scope) };
        let form = self.form(scope, target, look)?;
        let condition = match form {
            Form::Plain => None,
            Form::Moments => {
                let [start, end] = [window.start, window.end].map(engine_text);
                scope.globals.adapter.event_time_window(&field, [&start, &end])
            }
        };
        relation.event_time_filter = Some(EventTimeFilter {
            field_name: field,
            start: Some(sql_text(window.start)),
            end: Some(sql_text(window.end)),
            condition,
        });
        Ok(relation)
    }

    fn form(&self, scope: &Scope, target: &Target<'_>, look: Look<'_>) -> Result<Form, Error> {
        // The lock is held while the engine looks, so that no relation is looked at twice.
        let mut forms = self.forms.lock().expect("invariant: no panic under lock");
        let key = (target.id.clone(), look.edges.clone());
        if let Some(known) = forms.get(&key) {
            return Ok(*known);
        }
        let form = probe(scope, target, &look)?;
        forms.insert(key, form);
        Ok(form)
    }
}

/// The window that the node of a rendering reads. dbt: only models and snapshots are cut.
fn window(project: &Project, scope: &Scope) -> Option<Window> {
    let kind = scope.node.as_ref()?.node.resource_type;
    if !matches!(kind, ResourceType::Model | ResourceType::Snapshot) {
        return None;
    }
    match (scope.batch, project.flags.sample) {
        (Some(batch), Some(sample)) => Some(batch.window().and(sample)),
        (Some(batch), None) => Some(batch.window()),
        (None, sample) => sample,
    }
}

/// Patterns of the bounds of all windows that the node of a rendering reads in this run.
fn edges(project: &Project, scope: &Scope) -> Vec<String> {
    let of_batches = scope.batch.map(|batch| match batch.size {
        BatchSize::Hour => "* ??:00:00".to_owned(),
        _ => "* 00:00:00".to_owned(),
    });
    let of_sample = project.flags.sample.map(|window| [window.start, window.end].map(engine_text));
    of_batches.into_iter().chain(of_sample.into_iter().flatten()).collect()
}

/// The column as SQL: in quotes when its property file says so.
fn written(target: &Target<'_>, field: &str, relation: &Relation) -> String {
    match target.columns.get(field).and_then(|column| column.quote) {
        Some(true) => relation.naming.quoted(field),
        _ => field.to_owned(),
    }
}

fn probe(scope: &Scope, target: &Target<'_>, look: &Look<'_>) -> Result<Form, Error> {
    let Look { relation, field, edges } = look;
    let query = scope.globals.adapter.event_time_probe(&relation.render(), field, edges);
    let Some((query, connection)) = query.zip(scope.connection.as_ref()) else {
        return Ok(Form::Plain);
    };
    if relation.is_cte() {
        // There is no relation to look at yet, and moments are right whatever is in it.
        return Ok(Form::Moments);
    }
    // A relation or a column that is missing is told by the query that reads it.
    let Ok(Some(found)) = connection.with(|session| session.query(&query, &[])) else {
        return Ok(Form::Plain);
    };
    let row = found.rows.first().map_or(&[][..], Vec::as_slice);
    if let [Datum::Integer(unreadable @ 1..), example, ..] = row {
        tell(scope, target, field, *unreadable, example)?;
    }
    Ok(match row {
        [_, _, Datum::Integer(0)] => Form::Plain,
        _ => Form::Moments,
    })
}

/// Rows without a time are in no window: dbt leaves them out without a word.
fn tell(
    scope: &Scope,
    target: &Target<'_>,
    field: &str,
    rows: i64,
    example: &Datum,
) -> Result<(), Error> {
    let rows = if rows == 1 { "1 row has".to_owned() } else { format!("{rows} rows have") };
    let name = target.id.as_str().rsplit_once('.').map_or("", |(_, name)| name);
    let message = match example {
        Datum::Null => format!("`{name}`: {rows} no `{field}`, so no batch or sample has them"),
        example => format!(
            "`{name}`: {rows} no time in `{field}`, such as `{example}`, so no batch or sample has them"
        ),
    };
    let hint = "make it ISO text in a staging model, and configure `event_time` there";
    let code = codes::EVENT_TIME;
    if (scope.globals.promotes)(&[code.id(), code.name()]) {
        return Err(coded(code, message, Some(hint.to_owned())));
    }
    let mut warning = Diagnostic::warning(code, message).hint(hint);
    if let Some(node) = &scope.node {
        warning = warning.at(node.node.span_start(), "read here");
    }
    scope.globals.sink.emit(Event::Diagnostic(warning));
    Ok(())
}
