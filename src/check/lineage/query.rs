//! Queries: common table expressions, unions and their like, `values`.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;

use sqlparser::ast::{Query, SetExpr, SetOperator, SetQuantifier, Values, With};

use super::Unknown;
use super::analysis::Analysis;
use super::flow::{Flow, Kind};
use super::scope::{Field, Frame, Rows, Scope, Slot, State};
use super::select::Tail;

/// How an arm of a compound query meets what is before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    /// The rows of both.
    All,
    /// The rows of both, each once.
    Distinct,
    /// The rows before it that are, or are not, among its own.
    Compared,
}

impl<'a> Analysis<'a> {
    /// The rows of a query. `outer` is the query whose rows it may name.
    pub(super) fn query(
        &self,
        query: &'a Query,
        around: Option<&Frame<'_, 'a>>,
        outer: Option<&Scope<'_, 'a>>,
    ) -> Result<Rows, Unknown> {
        self.body(query, around, outer, &|_| {})
    }

    /// The same; `first` is told the rows of the first arm before the others are read.
    fn body(
        &self,
        query: &'a Query,
        around: Option<&Frame<'_, 'a>>,
        outer: Option<&Scope<'_, 'a>>,
        first: &dyn Fn(&Rows),
    ) -> Result<Rows, Unknown> {
        let own = query.with.as_ref().map(|with| frame(with, around, outer));
        let frame = own.as_ref().or(around);
        let tail = Tail::of(query);
        match &*query.body {
            SetExpr::Select(select) => self.select(select, tail, frame, outer),
            body => {
                let mut rows = self.compound(body, frame, outer, first)?;
                self.tail_of_compound(&mut rows, tail, outer)?;
                Ok(rows)
            }
        }
    }

    /// The rows of a common table expression; `None` when no `with` around has the name.
    pub(super) fn cte(
        &self,
        name: &str,
        frame: Option<&Frame<'_, 'a>>,
    ) -> Result<Option<Rc<Rows>>, Unknown> {
        let mut next = frame;
        while let Some(frame) = next {
            let named = |slot: &&Slot| slot.cte.alias.name.value.eq_ignore_ascii_case(name);
            if let Some(slot) = frame.ctes.iter().find(named)
                && let Some(rows) = self.slot(slot, frame)?
            {
                return Ok(Some(rows));
            }
            next = frame.around;
        }
        Ok(None)
    }

    /// What a common table expression gives; `None` inside of itself before anything is known of it.
    fn slot(&self, slot: &Slot<'a>, frame: &Frame<'_, 'a>) -> Result<Option<Rc<Rows>>, Unknown> {
        let state = slot.state.borrow().clone();
        match state {
            State::Done(rows) => Ok(Some(rows)),
            State::Running(rows, _) => {
                *slot.state.borrow_mut() = State::Running(rows.clone(), true);
                Ok(rows)
            }
            State::Untouched => {
                *slot.state.borrow_mut() = State::Running(None, false);
                let rows = Rc::new(self.settled(slot, frame)?);
                *slot.state.borrow_mut() = State::Done(rows.clone());
                Ok(Some(rows))
            }
        }
    }

    /// Reads a common table expression; one that names itself again and again, until nothing new flows.
    fn settled(&self, slot: &Slot<'a>, frame: &Frame<'_, 'a>) -> Result<Rows, Unknown> {
        let query: &'a Query = &slot.cte.query;
        let columns: Vec<Arc<str>> =
            slot.cte.alias.columns.iter().map(|c| Arc::from(c.name.value.as_str())).collect();
        let know = |rows: &Rows| {
            let mut state = slot.state.borrow_mut();
            if let State::Running(known @ None, _) = &mut *state {
                *known = Some(Rc::new(renamed(rows.clone(), &columns)));
            }
        };
        loop {
            let rows = renamed(self.body(query, Some(frame), frame.scope, &know)?, &columns);
            let state = slot.state.borrow().clone();
            match state {
                State::Running(Some(known), true) if *known != rows => {
                    *slot.state.borrow_mut() = State::Running(Some(Rc::new(rows)), true);
                }
                _ => return Ok(rows),
            }
        }
    }

    /// The rows of all arms. The engine takes the operators from left to right, whichever they are.
    fn compound(
        &self,
        body: &'a SetExpr,
        frame: Option<&Frame<'_, 'a>>,
        outer: Option<&Scope<'_, 'a>>,
        first: &dyn Fn(&Rows),
    ) -> Result<Rows, Unknown> {
        let mut arms = arms(body)?.into_iter();
        let (_, arm) = arms.next().expect("invariant: a query has an arm");
        let mut rows = self.arm(arm, frame, outer)?;
        first(&rows);
        for (meeting, arm) in arms {
            let other = self.arm(arm, frame, outer)?;
            meet(&mut rows, &other, meeting);
        }
        Ok(rows)
    }

    fn arm(
        &self,
        arm: &'a SetExpr,
        frame: Option<&Frame<'_, 'a>>,
        outer: Option<&Scope<'_, 'a>>,
    ) -> Result<Rows, Unknown> {
        match arm {
            SetExpr::Select(select) => self.select(select, Tail::default(), frame, outer),
            SetExpr::Query(query) => self.query(query, frame, outer),
            SetExpr::Values(values) => self.values(values, frame, outer),
            other => Err(Unknown::Construct(other.to_string())),
        }
    }

    fn values(
        &self,
        values: &'a Values,
        frame: Option<&Frame<'_, 'a>>,
        outer: Option<&Scope<'_, 'a>>,
    ) -> Result<Rows, Unknown> {
        let scope = Scope::empty(frame, outer);
        let mut flows: Vec<Flow> = Vec::new();
        for row in &values.rows {
            for (at, expression) in row.content.iter().enumerate() {
                if flows.len() <= at {
                    flows.push(Flow::default());
                }
                flows[at].add(&self.flow(expression, &scope)?, Kind::PassThrough);
            }
        }
        let field = |(at, flow): (usize, Flow)| Field {
            name: Arc::from(format!("column{}", at + 1)),
            flow: Rc::new(flow),
        };
        let fields = flows.into_iter().enumerate().map(field).collect();
        Ok(Rows { fields, filters: Flow::default() })
    }
}

fn frame<'f, 'a>(
    with: &'a With,
    around: Option<&'f Frame<'f, 'a>>,
    scope: Option<&'f Scope<'f, 'a>>,
) -> Frame<'f, 'a> {
    let slot = |cte| Slot { cte, state: RefCell::new(State::Untouched) };
    Frame { ctes: with.cte_tables.iter().map(slot).collect(), around, scope }
}

/// The arms of a compound query in written order, each with how it meets those before it.
fn arms(body: &SetExpr) -> Result<Vec<(Meeting, &SetExpr)>, Unknown> {
    let mut found = Vec::new();
    let mut open = vec![(Meeting::All, body)];
    while let Some((meeting, body)) = open.pop() {
        match body {
            SetExpr::SetOperation { left, op, set_quantifier, right } => {
                let of_right = match (op, set_quantifier) {
                    (SetOperator::Union, SetQuantifier::All) => Meeting::All,
                    (SetOperator::Union, SetQuantifier::None) => Meeting::Distinct,
                    (SetOperator::Intersect | SetOperator::Except, SetQuantifier::None) => {
                        Meeting::Compared
                    }
                    _ => return Err(Unknown::Construct(format!("{op} {set_quantifier}"))),
                };
                open.extend([(of_right, &**right), (meeting, &**left)]);
            }
            arm => found.push((meeting, arm)),
        }
    }
    Ok(found)
}

fn meet(rows: &mut Rows, other: &Rows, meeting: Meeting) {
    rows.filters.add(&other.filters, Kind::Filter);
    for (field, other) in rows.fields.iter_mut().zip(&other.fields) {
        if meeting != Meeting::All {
            rows.filters.add(&field.flow, Kind::Filter);
            rows.filters.add(&other.flow, Kind::Filter);
        }
        if meeting != Meeting::Compared {
            Rc::make_mut(&mut field.flow).add(&other.flow, Kind::PassThrough);
        }
    }
}

/// Rows as a table: with the names of a column list, and no name twice, as the engine counts them up.
pub(super) fn renamed(mut rows: Rows, columns: &[Arc<str>]) -> Rows {
    for (field, name) in rows.fields.iter_mut().zip(columns) {
        field.name = name.clone();
    }
    let mut taken = HashSet::new();
    for field in &mut rows.fields {
        let numbered = (1..).map(|number| Arc::from(format!("{}:{number}", field.name)));
        let mut names = std::iter::once(field.name.clone()).chain(numbered);
        let free = names.find(|name| taken.insert(name.to_ascii_lowercase()));
        field.name = free.expect("invariant: numbers do not end");
    }
    rows
}
