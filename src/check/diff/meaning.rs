//! What a query means, column by column, in a form that formatting does not change.
//!
//! A column's meaning is the expression that makes it, followed through common table expressions and subqueries down to
//! columns of relations; the meaning of the rows is the query without what it selects. Relations are named by their
//! ids, so that another schema is no change. What cannot be followed is the text of its part of the query: a false
//! alarm is possible then, silence is not.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use indexmap::IndexMap;
use sqlparser::ast::{
    Expr, Ident, ObjectName, ObjectNamePart, Query, Select, SelectItem, SetExpr, Statement,
    TableFactor, TableWithJoins, Visit, VisitMut, Visitor, VisitorMut,
};

use crate::adapters::Syntax;

/// Steps through subqueries that are followed; a query that is deeper is compared as text.
const DEEPEST: usize = 64;

/// A relation as queries can name it.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Its id.
    pub id: Arc<str>,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// Relations by the names of their tables, in lower case.
pub type Relations = HashMap<String, Known>;

/// The meaning of a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Of each column; by name in lower case.
    pub columns: IndexMap<String, String>,
    /// Of which rows there are.
    pub rows: String,
}

/// Reads a query; `None` when the parser cannot.
pub fn of_sql(syntax: Syntax, sql: &str, relations: &Relations) -> Option<Meaning> {
    let mut statements = (syntax.statements)(sql)?;
    let [statement] = &mut statements[..] else { return None };
    let _ = VisitMut::visit(statement, &mut Named { relations });
    let Statement::Query(query) = statement else { return None };
    let scope = Scope { query, relations, outer: None, depth: 0 };
    let names = scope.names(&query.body)?;
    let columns = names.iter().enumerate().map(|(at, name)| {
        let text = scope.at(&query.body, at).unwrap_or_else(|| scope.text());
        (name.to_lowercase(), text)
    });
    Some(Meaning { columns: columns.collect(), rows: rows(query) })
}

/// Writes relations as their ids and names without quotes in lower case.
struct Named<'r> {
    relations: &'r Relations,
}

impl VisitorMut for Named<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, name: &mut ObjectName) -> ControlFlow<()> {
        let table = name.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone());
        let known = table.and_then(|table| self.relations.get(&table.to_lowercase()));
        if let Some(known) = known {
            *name = ObjectName::from(vec![Ident::with_quote('"', &*known.id)]);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { alias: Some(alias), .. }
        | TableFactor::Derived { alias: Some(alias), .. } = factor
        {
            alias.explicit = true;
            lower(&mut alias.name);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        match expr {
            Expr::Identifier(ident) => lower(ident),
            Expr::CompoundIdentifier(parts) => parts.iter_mut().for_each(lower),
            Expr::Function(function) => {
                for part in &mut function.name.0 {
                    if let Some(ident) = part.as_ident() {
                        let mut ident = ident.clone();
                        lower(&mut ident);
                        *part = ObjectNamePart::Identifier(ident);
                    }
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

fn lower(ident: &mut Ident) {
    ident.value = ident.value.to_lowercase();
    ident.quote_style = None;
}

/// The query without what it selects: rows do not depend on it, but where doubles are left out.
fn rows(query: &Query) -> String {
    struct Bare;
    impl VisitorMut for Bare {
        type Break = ();
        fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
            strip(&mut query.body);
            ControlFlow::Continue(())
        }
    }
    let mut bare = query.clone();
    let _ = VisitMut::visit(&mut bare, &mut Bare);
    bare.to_string()
}

fn strip(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) if select.distinct.is_none() => select.projection.clear(),
        SetExpr::SetOperation { left, right, .. } => {
            strip(left);
            strip(right);
        }
        _ => {}
    }
}

/// A query with those around it, whose common table expressions it can read.
struct Scope<'q> {
    query: &'q Query,
    relations: &'q Relations,
    outer: Option<&'q Scope<'q>>,
    depth: usize,
}

impl<'q> Scope<'q> {
    fn inner(&'q self, query: &'q Query) -> Scope<'q> {
        Scope { query, relations: self.relations, outer: Some(self), depth: self.depth + 1 }
    }

    /// The whole query, where a column cannot be followed.
    fn text(&self) -> String {
        self.query.to_string()
    }

    /// The common table expression of a name.
    fn cte(&self, name: &str) -> Option<&Query> {
        let own = self.query.with.iter().flat_map(|with| &with.cte_tables);
        let found = own.into_iter().find(|cte| cte.alias.name.value.eq_ignore_ascii_case(name));
        // Columns that are named in front of the query are followed as text.
        let found = found.filter(|cte| cte.alias.columns.is_empty());
        found.map(|cte| &*cte.query).or_else(|| self.outer?.cte(name))
    }

    /// The names of the columns; `None` when they cannot be told.
    fn names(&self, body: &SetExpr) -> Option<Vec<String>> {
        if self.depth > DEEPEST {
            return None;
        }
        match body {
            SetExpr::Select(select) => {
                let mut names = Vec::new();
                for item in &select.projection {
                    names.extend(self.names_of(select, item)?);
                }
                Some(names)
            }
            SetExpr::SetOperation { left, .. } => self.names(left),
            SetExpr::Query(query) => self.inner(query).names(&query.body),
            _ => None,
        }
    }

    fn names_of(&self, select: &Select, item: &SelectItem) -> Option<Vec<String>> {
        match item {
            SelectItem::ExprWithAlias { alias, .. } => Some(vec![alias.value.clone()]),
            SelectItem::UnnamedExpr(Expr::Identifier(name)) => Some(vec![name.value.clone()]),
            SelectItem::UnnamedExpr(Expr::CompoundIdentifier(parts)) => {
                Some(vec![parts.last()?.value.clone()])
            }
            SelectItem::UnnamedExpr(expr) => Some(vec![expr.to_string()]),
            SelectItem::Wildcard(_) => {
                let mut names = Vec::new();
                for factor in factors(&select.from) {
                    names.extend(self.columns_of(factor)?);
                }
                Some(names)
            }
            SelectItem::QualifiedWildcard(..) => {
                let text = item.to_string();
                let table = text.trim_end_matches(".*").trim_matches('"').to_owned();
                let mut all = factors(&select.from);
                self.columns_of(all.find(|factor| is_named(factor, &table))?)
            }
            _ => None,
        }
    }

    /// The columns of what stands behind `from`.
    fn columns_of(&self, factor: &TableFactor) -> Option<Vec<String>> {
        match factor {
            TableFactor::Table { name, .. } => {
                let name = table_name(name)?;
                match self.cte(&name) {
                    Some(query) => self.inner(query).names(&query.body),
                    None => self.relation(&name).map(|known| known.columns.clone()),
                }
            }
            TableFactor::Derived { subquery, .. } => self.inner(subquery).names(&subquery.body),
            TableFactor::NestedJoin { .. } => None,
            _ => None,
        }
    }

    fn relation(&self, name: &str) -> Option<&Known> {
        self.relations.values().find(|known| *known.id == *name)
    }

    /// The meaning of the column at a place.
    fn at(&self, body: &SetExpr, place: usize) -> Option<String> {
        match body {
            SetExpr::Select(select) => {
                let mut before = 0;
                for item in &select.projection {
                    let names = self.names_of(select, item)?;
                    if place < before + names.len() {
                        return self.of_item(select, item, &names[place - before]);
                    }
                    before += names.len();
                }
                None
            }
            SetExpr::SetOperation { op, set_quantifier, left, right } => {
                let (left, right) = (self.at(left, place)?, self.at(right, place)?);
                Some(format!("({left} {op} {set_quantifier} {right})"))
            }
            SetExpr::Query(query) => self.inner(query).at(&query.body, place),
            _ => None,
        }
    }

    fn of_item(&self, select: &Select, item: &SelectItem, name: &str) -> Option<String> {
        match item {
            SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) => {
                Some(self.followed(select, expr))
            }
            SelectItem::Wildcard(_) => self.column(select, None, name),
            SelectItem::QualifiedWildcard(..) => {
                let text = item.to_string();
                self.column(select, Some(text.trim_end_matches(".*").trim_matches('"')), name)
            }
            _ => None,
        }
    }

    /// An expression with its columns followed to where they come from.
    fn followed(&self, select: &Select, expr: &Expr) -> String {
        struct Follow<'a, 'q> {
            scope: &'a Scope<'q>,
            select: &'a Select,
            /// Queries inside of the expression: their names are their own.
            queries: usize,
        }
        impl VisitorMut for Follow<'_, '_> {
            type Break = ();
            fn pre_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
                self.queries += 1;
                ControlFlow::Continue(())
            }
            fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<()> {
                self.queries -= 1;
                ControlFlow::Continue(())
            }
            fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
                let (table, name) = match &*expr {
                    _ if self.queries > 0 => return ControlFlow::Continue(()),
                    Expr::Identifier(name) => (None, &name.value),
                    Expr::CompoundIdentifier(parts) if parts.len() == 2 => {
                        (Some(parts[0].value.as_str()), &parts[1].value)
                    }
                    _ => return ControlFlow::Continue(()),
                };
                if let Some(text) = self.scope.column(self.select, table, name) {
                    *expr = Expr::Identifier(Ident::new(text));
                }
                ControlFlow::Continue(())
            }
        }
        let mut copy = expr.clone();
        let _ = VisitMut::visit(&mut copy, &mut Follow { scope: self, select, queries: 0 });
        let grouped = format!("{copy}");
        // What a subquery reads is not followed; the tables that it can see are part of its meaning.
        if has_query(expr) { format!("{grouped} in {}", self.text()) } else { grouped }
    }

    /// The meaning of a column that a select reads.
    fn column(&self, select: &Select, table: Option<&str>, name: &str) -> Option<String> {
        let mut all = factors(&select.from);
        let factor = match table {
            Some(table) => all.find(|factor| is_named(factor, table))?,
            None => all.find(|factor| {
                let columns = self.columns_of(factor).unwrap_or_default();
                columns.iter().any(|column| column.eq_ignore_ascii_case(name))
            })?,
        };
        match factor {
            TableFactor::Table { name: relation, .. } => {
                let relation = table_name(relation)?;
                match self.cte(&relation) {
                    Some(query) => self.inner(query).of_name(query, name),
                    None => Some(format!("{relation}.{}", name.to_lowercase())),
                }
            }
            TableFactor::Derived { subquery, .. } => self.inner(subquery).of_name(subquery, name),
            _ => None,
        }
    }

    fn of_name(&self, query: &Query, name: &str) -> Option<String> {
        let names = self.names(&query.body)?;
        let place = names.iter().position(|column| column.eq_ignore_ascii_case(name))?;
        self.at(&query.body, place)
    }
}

fn has_query(expr: &Expr) -> bool {
    struct Find;
    impl Visitor for Find {
        type Break = ();
        fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
            ControlFlow::Break(())
        }
    }
    Visit::visit(expr, &mut Find).is_break()
}

fn table_name(name: &ObjectName) -> Option<String> {
    Some(name.0.last()?.as_ident()?.value.clone())
}

/// What stands behind `from`, joins included.
fn factors(from: &[TableWithJoins]) -> impl Iterator<Item = &TableFactor> {
    from.iter().flat_map(|one| {
        std::iter::once(&one.relation).chain(one.joins.iter().map(|join| &join.relation))
    })
}

/// Whether columns are qualified by this name.
fn is_named(factor: &TableFactor, wanted: &str) -> bool {
    let (alias, name) = match factor {
        TableFactor::Table { alias, name, .. } => (alias, table_name(name)),
        TableFactor::Derived { alias, .. } => (alias, None),
        _ => return false,
    };
    let name = alias.as_ref().map(|alias| alias.name.value.clone()).or(name);
    name.is_some_and(|name| name.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::Adapter;
    use crate::adapters::sqlite::SqliteAdapter;

    fn relations(prefix: &str) -> Relations {
        let known = |id: &str, columns: &[&str]| Known {
            id: Arc::from(id),
            columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        };
        HashMap::from([
            (format!("{prefix}orders"), known("model.orders", &["id", "amount", "at"])),
            (format!("{prefix}people"), known("model.people", &["id", "name"])),
        ])
    }

    fn meaning(sql: &str) -> Meaning {
        let syntax = SqliteAdapter::in_memory().syntax();
        of_sql(syntax, sql, &relations("")).unwrap_or_else(|| panic!("{sql}"))
    }

    #[test]
    fn formatting_names_and_detours_change_nothing() {
        let plain = meaning("select o.id, amount * 2 as twice from orders o where at > 1");
        let other = "SELECT o.ID,\n  Amount*2 AS twice -- x\nFROM \"orders\" AS o WHERE at > 1";
        assert_eq!(meaning(other), plain);
        let through = meaning(
            "with src as (select * from orders), renamed as (select id, amount * 2 as t from src) \
             select id, t as twice from renamed",
        );
        assert_eq!(through.columns, plain.columns);
        assert_ne!(through.rows, plain.rows);
    }

    #[test]
    fn another_schema_is_no_change() {
        let syntax = SqliteAdapter::in_memory().syntax();
        let other = of_sql(syntax, "select id, name from dev__people", &relations("dev__"));
        assert_eq!(other, Some(meaning("select id, name from people")));
    }

    #[test]
    fn only_the_column_that_means_something_else_differs() {
        let old = meaning("with a as (select id, amount + 1 as n, at from orders) select * from a");
        let new = meaning("with a as (select id, amount + 2 as n, at from orders) select * from a");
        assert_eq!(old.rows, new.rows);
        let differs = |name: &str| old.columns[name] != new.columns[name];
        assert!(differs("n") && !differs("id") && !differs("at"));
    }

    #[test]
    fn what_cannot_be_followed_is_compared_as_text() {
        let old =
            meaning("select (select max(name) from people p where p.id = o.id) as n from orders o");
        let new =
            meaning("select (select min(name) from people p where p.id = o.id) as n from orders o");
        assert_ne!(old.columns["n"], new.columns["n"]);
        let union = |right: &str| {
            meaning(&format!("select id from orders union all select {right} from people"))
        };
        assert_ne!(union("id").columns["id"], union("id + 1").columns["id"]);
    }
}
