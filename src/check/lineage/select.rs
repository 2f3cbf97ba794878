//! One `select`: its outputs, and the clauses that decide about its rows.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, LimitClause, NamedWindowExpr, ObjectName, OrderBy, OrderByKind,
    Query, Select, SelectItem, SelectItemQualifiedWildcardKind, Value, WindowSpec,
};

use super::Unknown;
use super::analysis::Analysis;
use super::bare;
use super::flow::{Flow, Kind};
use super::scope::{Field, Frame, Others, Rows, Scope, Source, Table};

/// What is behind a query's body.
#[derive(Clone, Copy, Default)]
pub(super) struct Tail<'a> {
    order_by: Option<&'a OrderBy>,
    limit: Option<&'a LimitClause>,
}

impl<'a> Tail<'a> {
    pub(super) fn of(query: &'a Query) -> Self {
        Tail { order_by: query.order_by.as_ref(), limit: query.limit_clause.as_ref() }
    }

    fn order(self) -> Result<impl Iterator<Item = &'a Expr>, Unknown> {
        let terms = match self.order_by.map(|order| &order.kind) {
            None => [].as_slice(),
            Some(OrderByKind::Expressions(terms)) => terms.as_slice(),
            Some(OrderByKind::All(_)) => return Err(Unknown::Construct("order by all".into())),
        };
        Ok(terms.iter().map(|term| &term.expr))
    }

    fn limits(self) -> Vec<&'a Expr> {
        match self.limit {
            None => Vec::new(),
            Some(LimitClause::OffsetCommaLimit { offset, limit }) => vec![offset, limit],
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                let offset = offset.iter().map(|offset| &offset.value);
                limit.iter().chain(offset).chain(limit_by).collect()
            }
        }
    }
}

impl<'a> Analysis<'a> {
    pub(super) fn select(
        &self,
        select: &'a Select,
        tail: Tail<'a>,
        frame: Option<&Frame<'_, 'a>>,
        outer: Option<&Scope<'_, 'a>>,
    ) -> Result<Rows, Unknown> {
        let (mut scope, mut filters) = self.from(&select.from, frame, outer)?;
        scope.windows = windows(select);
        let fields = self.outputs(select, &scope)?;
        *scope.aliases.borrow_mut() = fields.clone();
        let mut add = |flow: &Flow| filters.add(flow, Kind::Filter);
        for condition in select.selection.iter().chain(&select.having) {
            add(&self.flow(condition, &scope)?);
        }
        for term in grouped(&select.group_by)? {
            add(&*self.term(term, &fields, &scope)?);
        }
        match &select.distinct {
            None | Some(Distinct::All) => {}
            Some(Distinct::Distinct) => fields.iter().for_each(|field| add(&field.flow)),
            Some(Distinct::On(_)) => return Err(Unknown::Construct("distinct on".into())),
        }
        for term in tail.order()? {
            // Here an output's name comes before a column's.
            let named = match term {
                Expr::Identifier(name) => fields.iter().find(|field| field.is_called(&name.value)),
                _ => None,
            };
            match named {
                Some(field) => add(&field.flow),
                None => add(&*self.term(term, &fields, &scope)?),
            }
        }
        for limit in tail.limits() {
            add(&self.flow(limit, &scope)?);
        }
        Ok(Rows { fields, filters })
    }

    /// Order and limit of a compound query. Its order names outputs, of whichever arm, or their expressions.
    pub(super) fn tail_of_compound(
        &self,
        rows: &mut Rows,
        tail: Tail<'a>,
        outer: Option<&Scope<'_, 'a>>,
    ) -> Result<(), Unknown> {
        let mut scope = Scope::empty(None, outer);
        let table = Table { fields: rows.fields.clone(), others: Others::Nothing };
        scope.sources.push(Source::plain(None, Rc::new(table)));
        for term in tail.order()? {
            match self.term(term, &rows.fields, &scope) {
                Ok(flow) => rows.filters.add(&flow, Kind::Filter),
                Err(_) => {
                    rows.fields
                        .iter()
                        .for_each(|field| rows.filters.add(&field.flow, Kind::Filter));
                }
            }
        }
        for limit in tail.limits() {
            rows.filters.add(&self.flow(limit, &scope)?, Kind::Filter);
        }
        Ok(())
    }

    /// A term of `group by` or `order by`: an expression, or the number of an output.
    fn term(
        &self,
        term: &'a Expr,
        fields: &[Field],
        scope: &Scope<'_, 'a>,
    ) -> Result<Rc<Flow>, Unknown> {
        if let Expr::Value(value) = term
            && let Value::Number(number, _) = &value.value
        {
            let place = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
            let field = place.and_then(|place| fields.get(place));
            return Ok(field.map(|field| field.flow.clone()).unwrap_or_default());
        }
        self.flow(term, scope).map(Rc::new)
    }

    fn outputs(&self, select: &'a Select, scope: &Scope<'_, 'a>) -> Result<Vec<Field>, Unknown> {
        let mut choosing = Flow::default();
        for expression in bare::choosing(select) {
            choosing.add(&self.flow(expression, scope)?, Kind::Filter);
        }
        let mut fields = Vec::with_capacity(select.projection.len());
        for item in &select.projection {
            let first = fields.len();
            self.output(item, scope, &mut fields)?;
            if choosing != Flow::default() && bare::is_bare(item, select) {
                for field in &mut fields[first..] {
                    Rc::make_mut(&mut field.flow).add(&choosing, Kind::Filter);
                }
            }
        }
        Ok(fields)
    }

    fn output(
        &self,
        item: &'a SelectItem,
        scope: &Scope<'_, 'a>,
        fields: &mut Vec<Field>,
    ) -> Result<(), Unknown> {
        match item {
            SelectItem::UnnamedExpr(expression) => {
                let flow = Rc::new(self.flow(expression, scope)?);
                fields.push(Field { name: implicit_name(expression), flow });
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let flow = Rc::new(self.flow(expr, scope)?);
                fields.push(Field { name: Arc::from(alias.value.as_str()), flow });
            }
            SelectItem::Wildcard(_) => {
                for source in &scope.sources {
                    self.star(source, scope, fields)?;
                }
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) => {
                let (schema, name) = parts(name)?;
                let called = scope.sources.iter().filter(|s| s.is_called(schema, name));
                for source in called {
                    self.all_of(source, fields)?;
                }
            }
            other => return Err(Unknown::Construct(other.to_string())),
        }
        Ok(())
    }

    /// What `*` means of one table: without the columns that a table to its left has for both.
    fn star(
        &self,
        source: &Source,
        scope: &Scope<'_, 'a>,
        fields: &mut Vec<Field>,
    ) -> Result<(), Unknown> {
        let mut own = Vec::new();
        self.all_of(source, &mut own)?;
        for mut field in own {
            if source.has_merged(&field.name) {
                continue;
            }
            if let Some(merged) = scope.merged.get(&field.name.to_ascii_lowercase()) {
                field.flow = Rc::new(merged.clone());
            }
            fields.push(field);
        }
        Ok(())
    }

    /// What `t.*` means.
    fn all_of(&self, source: &Source, fields: &mut Vec<Field>) -> Result<(), Unknown> {
        if let Others::Any(relation) = &source.table.others {
            return Err(Unknown::Star(relation.to_string()));
        }
        for field in &source.table.fields {
            let flow = source.flow_of(field);
            self.read(&flow);
            fields.push(Field { name: field.name.clone(), flow });
        }
        Ok(())
    }
}

/// The `window` clause.
fn windows(select: &Select) -> HashMap<String, &WindowSpec> {
    let specified = select.named_window.iter().filter_map(|window| match &window.1 {
        NamedWindowExpr::WindowSpec(spec) => Some((window.0.value.to_ascii_lowercase(), spec)),
        NamedWindowExpr::NamedWindow(_) => None,
    });
    specified.collect()
}

fn grouped(group_by: &GroupByExpr) -> Result<&[Expr], Unknown> {
    match group_by {
        GroupByExpr::Expressions(terms, modifiers) if modifiers.is_empty() => Ok(terms),
        other => Err(Unknown::Construct(other.to_string())),
    }
}

/// How the engine names an output that has no alias.
fn implicit_name(expression: &Expr) -> Arc<str> {
    match expression {
        Expr::Identifier(name) => Arc::from(name.value.as_str()),
        Expr::CompoundIdentifier(parts) => {
            Arc::from(parts.last().map(|part| part.value.as_str()).unwrap_or_default())
        }
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => implicit_name(inner),
        other => Arc::from(other.to_string()),
    }
}

/// Schema and name of a relation; a database in front of them is left out.
pub(super) fn parts(name: &ObjectName) -> Result<(Option<&str>, &str), Unknown> {
    let idents: Option<Vec<&str>> =
        name.0.iter().map(|part| Some(part.as_ident()?.value.as_str())).collect();
    match idents.as_deref() {
        Some([name]) => Ok((None, name)),
        Some([.., schema, name]) => Ok((Some(schema), name)),
        _ => Err(Unknown::Construct(name.to_string())),
    }
}
