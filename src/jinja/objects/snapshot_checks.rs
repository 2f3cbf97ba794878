//! What must hold before a snapshot writes: one row for each key in its query, one current version in its table.
//!
//! Source of the shape: dbt 1.12, `macros/materializations/snapshots`; dbt does not look, and duplicates then toggle
//! for ever. Invariant: nothing here writes.

use minijinja::Error;
use minijinja::value::Value;

use super::adapter::{AdapterObject, columns_of, database_error, relation_argument, with_session};
use crate::adapters::{AdapterError, Datum, Relation, Table};
use crate::diagnostics::{Diagnostic, codes};
use crate::events::Event;
use crate::jinja::args::Args;
use crate::jinja::coded::coded;
use crate::manifest::Node;
use crate::manifest::config::SNAPSHOT_COLUMNS;

/// Columns of the staging table.
const STAGING: [&str; 2] = ["dbt_change_type", "dbt_unique_key"];
/// An end that is more years ahead is a word for none.
const FAR: u32 = 10;

/// `check_snapshot_source(source, column_names, strategy)`: the rows of the query have keys, each its own.
pub(super) fn source(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    if !of.executes() {
        return Ok(Value::from(()));
    }
    let checks = Checks::new(of, args, "source")?;
    checks.refuse_own_columns()?;
    checks.refuse_bad_keys()?;
    checks.warn_about_missing_times()?;
    Ok(Value::from(()))
}

/// `check_snapshot_table(relation, column_names, strategy, is_current, now)`: its current versions have keys, each its
/// own. `is_current` is the condition, `now` the expression of the time.
pub(super) fn table(of: &AdapterObject, args: &Args) -> Result<Value, Error> {
    if !of.executes() {
        return Ok(Value::from(()));
    }
    let checks = Checks::new(of, args, "relation")?;
    let (is_current, now) = (args.text(3, "is_current")?, args.text(4, "now")?);
    checks.refuse_unreadable_keys()?;
    checks.refuse_two_current_versions(&is_current)?;
    checks.refuse_no_current_version(&is_current, &now)?;
    Ok(Value::from(()))
}

struct Checks<'a> {
    of: &'a AdapterObject,
    relation: Relation,
    /// The names of the columns that the snapshot adds.
    columns: Value,
    /// The expressions of the key.
    keys: Vec<String>,
    strategy: Value,
}

impl<'a> Checks<'a> {
    fn new(of: &'a AdapterObject, args: &Args, relation: &str) -> Result<Self, Error> {
        let strategy = args.required(2, "strategy")?;
        let key = strategy.get_attr("unique_key")?;
        let keys = match key.as_str() {
            Some(key) => vec![key.to_owned()],
            None => key.try_iter()?.map(|key| key.to_string()).collect(),
        };
        let relation = relation_argument(args, 0, relation)?;
        Ok(Checks { of, relation, columns: args.required(1, "column_names")?, keys, strategy })
    }

    fn refuse_own_columns(&self) -> Result<(), Error> {
        let keeps_deletes = self.text("hard_deletes").as_deref() == Some("new_record");
        let added: Vec<String> = SNAPSHOT_COLUMNS
            .iter()
            .filter(|usual| **usual != "dbt_is_deleted" || keeps_deletes)
            .map(|usual| self.column(usual))
            .chain(STAGING.map(str::to_owned))
            .collect();
        let given = columns_of(self.of, &self.relation)?;
        let clash = |name: &str| added.iter().any(|added| added.eq_ignore_ascii_case(name));
        match given.iter().find(|column| clash(&column.name)) {
            None => Ok(()),
            Some(column) => Err(coded(
                codes::SNAPSHOT_TABLE,
                format!("{}: its query gives a column `{}`, which the snapshot adds itself", self.subject(), column.name),
                Some("leave it out of the query, rename it there, or name the snapshot's own columns with `snapshot_meta_column_names`".to_owned()),
            )),
        }
    }

    fn refuse_bad_keys(&self) -> Result<(), Error> {
        let counted = self.counted("");
        let is_null = self.key_names().map(|key| format!("{key} is null")).collect::<Vec<_>>();
        let is_null = is_null.join(" or ");
        let sql = format!(
            "{counted} select sum(case when {is_null} then lines else 0 end), \
             sum(case when lines > 1 and not ({is_null}) then 1 else 0 end) from counted"
        );
        let totals = self.query(&sql)?;
        let total = |at| number(&totals, at);
        if total(0) > 0 {
            let rows = crowd(total(0), "row");
            return Err(coded(
                codes::SNAPSHOT_KEY,
                format!(
                    "{}: the key {} is null in {rows} of its query",
                    self.subject(),
                    self.key()
                ),
                Some("leave rows without a key out of the query".to_owned()),
            ));
        }
        if total(1) == 0 {
            return Ok(());
        }
        let example = self.query(&format!(
            "{counted} select * from counted where lines > 1 and not ({is_null}) order by {} limit 1",
            self.key_names().collect::<Vec<_>>().join(", ")
        ))?;
        let others = match total(1) - 1 {
            0 => String::new(),
            1 => "; so is 1 other key".to_owned(),
            others => format!("; so are {others} other keys"),
        };
        let rows = number(&example, self.keys.len());
        Err(coded(
            codes::SNAPSHOT_KEY,
            format!(
                "{}: {} is in {rows} rows of its query{others}",
                self.subject(),
                self.value(&example)
            ),
            Some(
                "let the query give one row for each key, or add a column to `unique_key`"
                    .to_owned(),
            ),
        ))
    }

    fn warn_about_missing_times(&self) -> Result<(), Error> {
        let node = self.of.node.as_ref().map(|facts| facts.node.clone());
        let is_timestamp = |node: &Node| node.config.get_str("strategy") == Some("timestamp");
        let Some(updated_at) =
            self.text("updated_at").filter(|_| node.as_deref().is_some_and(is_timestamp))
        else {
            return Ok(());
        };
        let sql =
            format!("select count(*) from {} where ({updated_at}) is null", self.relation.render());
        let missing = number(&self.query(&sql)?, 0);
        if missing == 0 {
            return Ok(());
        }
        let code = codes::SNAPSHOT_TIME;
        let text = format!(
            "{}: `{updated_at}` is null in {} of its query; their changes are not noticed",
            self.subject(),
            crowd(missing, "row")
        );
        if (self.of.globals.promotes)(&[code.id(), code.name()]) {
            return Err(coded(code, text, None));
        }
        let warning = Diagnostic::warning(code, text)
            .hint("give every row a time, for example `coalesce(changed_at, created_at)`");
        let warning = match &node {
            Some(node) => warning.at(node.span_start(), ""),
            None => warning,
        };
        self.of.globals.sink.emit(Event::Diagnostic(warning));
        Ok(())
    }

    fn refuse_unreadable_keys(&self) -> Result<(), Error> {
        let sql = format!("{} select * from counted limit 0", self.counted(""));
        let Some(connection) = &self.of.connection else {
            return Ok(());
        };
        match connection.with(|session| session.query(&sql, &[])) {
            Err(AdapterError::Sql { message, .. }) => Err(coded(
                codes::SNAPSHOT_TABLE,
                format!(
                    "{}: the key {} cannot be read from its table {}: {message}",
                    self.subject(),
                    self.key(),
                    self.table()
                ),
                Some("undo the change of `unique_key`, or begin a new history in another table (`alias`)".to_owned()),
            )),
            Err(error) => Err(database_error(error)),
            Ok(_) => Ok(()),
        }
    }

    fn refuse_two_current_versions(&self, is_current: &str) -> Result<(), Error> {
        let counted = self.counted(&format!("where {is_current}"));
        let order = self.key_names().collect::<Vec<_>>().join(", ");
        let found = self.query(&format!(
            "{counted} select * from counted where lines > 1 order by {order} limit 1"
        ))?;
        if found.rows.is_empty() {
            return Ok(());
        }
        Err(coded(
            codes::SNAPSHOT_TABLE,
            format!(
                "{}: its table {} has {} current versions with {}",
                self.subject(),
                self.table(),
                number(&found, self.keys.len()),
                self.value(&found)
            ),
            Some("was `unique_key` changed, or the table edited? undo that, or begin a new history in another table (`alias`)".to_owned()),
        ))
    }

    /// After a change of `dbt_valid_to_current` no version would be current, and every row would be new again. A clock that
    /// went back makes ends in the future too, but not that far.
    fn refuse_no_current_version(&self, is_current: &str, now: &str) -> Result<(), Error> {
        let valid_to = self.column("dbt_valid_to");
        let found = self.query(&format!(
            "select max({valid_to}), {now} from {} having sum(case when {is_current} then 1 else 0 end) = 0",
            self.relation.render()
        ))?;
        let year =
            |at: usize| found.rows.first()?.get(at)?.to_string().get(..4)?.parse::<u32>().ok();
        let is_far = matches!((year(0), year(1)), (Some(end), Some(now)) if end > now + FAR);
        if !is_far {
            return Ok(());
        }
        Err(coded(
            codes::SNAPSHOT_TABLE,
            format!(
                "{}: no version in its table {} is current, and the last one ends on {}",
                self.subject(),
                self.table(),
                found.rows.first().and_then(|row| row.first()).map(Datum::to_string).unwrap_or_default()
            ),
            Some("was `dbt_valid_to_current` changed? undo that, or set the ends of the current versions to the new value".to_owned()),
        ))
    }

    /// A query's beginning: the keys of the relation, and how many rows each has in `lines`.
    fn counted(&self, condition: &str) -> String {
        let keys = self.keys.iter().zip(self.key_names());
        let fields: Vec<String> = keys.map(|(key, name)| format!("({key}) as {name}")).collect();
        let names: Vec<String> = self.key_names().collect();
        format!(
            "with keyed as (select {} from {} {condition}), \
             counted as (select {names}, count(*) as lines from keyed group by {names})",
            fields.join(", "),
            self.relation.render(),
            names = names.join(", ")
        )
    }

    fn key_names(&self) -> impl Iterator<Item = String> {
        (1..=self.keys.len()).map(|at| format!("key_{at}"))
    }

    fn query(&self, sql: &str) -> Result<Table, Error> {
        with_session(self.of, Table::default(), |session| session.query(sql, &[]))
    }

    fn column(&self, usual: &str) -> String {
        let name = self.columns.get_attr(usual).ok();
        name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_else(|| usual.to_owned())
    }

    fn text(&self, of_strategy: &str) -> Option<String> {
        self.strategy.get_attr(of_strategy).ok()?.as_str().map(str::to_owned)
    }

    fn subject(&self) -> String {
        let node = self.of.node.as_ref();
        node.map_or_else(|| "the snapshot".to_owned(), |facts| format!("snapshot `{}`", facts.name))
    }

    /// The name of the table, as people write it.
    fn table(&self) -> String {
        format!("`{}`", self.relation.to_string().replace('"', ""))
    }

    /// `` `id`, `region` ``
    fn key(&self) -> String {
        let keys: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        keys.join(", ")
    }

    /// `` `id = 7, region = 'EU'` `` of the first row.
    fn value(&self, found: &Table) -> String {
        let row = found.rows.first().map(Vec::as_slice).unwrap_or_default();
        let parts: Vec<String> = (self.keys.iter().zip(row))
            .map(|(key, value)| match value {
                Datum::Text(text) => format!("{key} = '{text}'"),
                other => format!("{key} = {other}"),
            })
            .collect();
        format!("`{}`", parts.join(", "))
    }
}

fn number(table: &Table, at: usize) -> i64 {
    let cell = table.rows.first().and_then(|row| row.get(at));
    cell.and_then(Datum::as_i64).unwrap_or(0)
}

fn crowd(count: i64, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        _ => format!("{count} {word}s"),
    }
}
