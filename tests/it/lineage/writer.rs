//! Writes random queries over the small database: valid most of the time, and without chance in their results.
//!
//! Ties are never broken by the engine's mood: limits come with an order by all outputs, subqueries as values are
//! aggregates, windows treat peers alike. Literals and counts are above all data, so that values tell where they are
//! from.

use super::database::{LITERALS, TABLES};

/// Bytes that decide; when they are used up, the simplest is written, so a short list is a short query.
pub(super) struct Writer<'b> {
    bytes: &'b [u8],
    names: usize,
}

/// A relation that can be named: how, and its columns.
#[derive(Clone)]
struct Named {
    name: String,
    columns: Vec<String>,
}

/// What can be named at a place.
#[derive(Clone, Default)]
struct Context {
    /// Tables of `from`, and those of the queries around.
    tables: Vec<Named>,
    ctes: Vec<Named>,
    depth: usize,
}

const DEEPEST: usize = 3;

pub(super) fn query(bytes: &[u8]) -> String {
    let mut writer = Writer { bytes, names: 0 };
    writer.query(&Context::default(), None).0
}

impl Writer<'_> {
    /// A number below `below`; 0 at the end of the bytes.
    fn roll(&mut self, below: usize) -> usize {
        let Some((byte, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*byte) % below
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// A query and the names of its columns; `width` when their number is given.
    fn query(&mut self, around: &Context, width: Option<usize>) -> (String, Vec<String>) {
        let mut context = around.clone();
        context.depth += 1;
        let mut with = Vec::new();
        if context.depth <= DEEPEST && self.roll(3) == 1 {
            for _ in 0..=self.roll(2) {
                let written = self.cte(&mut context);
                with.push(written);
            }
        }
        let (body, columns) = self.body(&context, width);
        match with.is_empty() {
            true => (body, columns),
            false => (format!("with {} {body}", with.join(", ")), columns),
        }
    }

    fn cte(&mut self, context: &mut Context) -> String {
        let name = if self.roll(4) == 1 { "u".to_owned() } else { self.name("q") };
        let (sql, mut columns) = match self.roll(4) {
            1 => return self.recursive(context),
            // A name that is a table's inside of itself would be a circle.
            _ if name == "u" => {
                let (sql, columns) =
                    (String::from("select d as a, e, b as d from t, main.u"), ["a", "e", "d"]);
                (sql, columns.map(str::to_owned).to_vec())
            }
            _ => self.query(context, None),
        };
        let mut list = String::new();
        if self.roll(3) == 1 {
            columns = columns.iter().map(|_| self.name("k")).collect();
            list = format!(" ({})", columns.join(", "));
        }
        context.ctes.retain(|cte| cte.name != name);
        context.ctes.push(Named { name: name.clone(), columns });
        format!("{name}{list} as ({sql})")
    }

    fn recursive(&mut self, context: &mut Context) -> String {
        let (name, columns) = (self.name("r"), vec!["n".to_owned(), "m".to_owned()]);
        let (anchor, _) = self.select(context, Some(2));
        let step = ["m + 1, n", "m, n + 1", "n + 1, m", "n + 1, b"][self.roll(4)];
        let from = if step.ends_with('b') {
            format!("{name}, t where n < c")
        } else {
            format!("{name} where n < 12 and m < 12")
        };
        context.ctes.push(Named { name: name.clone(), columns: columns.clone() });
        format!("{name} (n, m) as ({anchor} union select {step} from {from})")
    }

    fn body(&mut self, context: &Context, width: Option<usize>) -> (String, Vec<String>) {
        let (mut sql, columns) = self.select(context, width);
        if self.roll(4) == 1 {
            let op = ["union all", "union", "except", "intersect"][self.roll(4)];
            let (right, _) = self.select(context, Some(columns.len()));
            sql = format!("{sql} {op} {right}");
        }
        if self.roll(5) == 1 {
            let all: Vec<String> = (1..=columns.len()).map(|at| at.to_string()).collect();
            sql = format!("{sql} order by {} limit {}", all.join(", "), 1 + self.roll(5));
        }
        (sql, columns)
    }

    fn select(&mut self, around: &Context, width: Option<usize>) -> (String, Vec<String>) {
        let mut context = around.clone();
        let (from, own) = self.from(&mut context);
        if width.is_none() && self.roll(5) == 1 {
            return self.star(&context, &from, own);
        }
        let is_grouped = self.roll(4) == 1;
        let count = width.unwrap_or_else(|| 1 + self.roll(3));
        let (mut outputs, mut columns, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for at in 0..count {
            let name = self.name("c");
            let expression = match is_grouped {
                true if at == 0 => {
                    let key = self.expression(&context, 1);
                    keys.push(key.clone());
                    key
                }
                true => self.aggregate(&context),
                false if self.roll(6) == 1 => self.window(&context),
                false => self.expression(&context, 0),
            };
            outputs.push(format!("{expression} as {name}"));
            columns.push(name);
        }
        let distinct = if self.roll(6) == 1 { "distinct " } else { "" };
        let mut sql = format!("select {distinct}{} from {from}", outputs.join(", "));
        if self.roll(2) == 1 {
            sql += &format!(" where {}", self.condition(&context));
        }
        if let Some(key) = keys.first() {
            sql += &format!(" group by {}", if self.roll(2) == 1 { "1" } else { key });
            if self.roll(3) == 1 {
                sql += &format!(" having {} > {}", self.aggregate(&context), self.roll(9));
            }
        }
        (sql, columns)
    }

    fn star(&mut self, context: &Context, from: &str, own: Vec<Named>) -> (String, Vec<String>) {
        let table = &own[self.roll(own.len())];
        let condition = self.condition(context);
        (format!("select {}.* from {from} where {condition}", table.name), table.columns.clone())
    }

    /// A `from`; its tables become the first that can be named.
    fn from(&mut self, context: &mut Context) -> (String, Vec<Named>) {
        let (mut sql, first) = self.table(context);
        let mut own = vec![first];
        for _ in 0..self.roll(3) {
            let (right, named) = self.table(context);
            let mut visible = context.clone();
            visible.tables.splice(0..0, own.iter().chain([&named]).cloned());
            let common = own[0].columns.iter().find(|c| named.columns.contains(c));
            let common = common.filter(|_| own.len() == 1).cloned();
            sql = match (self.roll(6), common) {
                (0, _) => format!("{sql}, {right}"),
                (1, Some(column)) => {
                    let join = ["join", "left join", "right join", "full join"][self.roll(4)];
                    format!("{sql} {join} {right} using ({column})")
                }
                (2, _) => format!("{sql} natural join {right}"),
                (kind, _) => {
                    let join = ["join", "left join", "full join"][kind % 3];
                    format!("{sql} {join} {right} on {}", self.condition(&visible))
                }
            };
            own.push(named);
        }
        context.tables.splice(0..0, own.iter().cloned());
        (sql, own)
    }

    fn table(&mut self, context: &Context) -> (String, Named) {
        let alias = self.name("s");
        let known = context.ctes.len();
        if known > 0 && self.roll(2) == 1 {
            let cte = context.ctes[self.roll(known)].clone();
            return (format!("{} {alias}", cte.name), Named { name: alias, ..cte });
        }
        if context.depth < DEEPEST && self.roll(4) == 1 {
            let inner = Context { tables: Vec::new(), ..context.clone() };
            let (sql, columns) = self.query(&inner, None);
            return (format!("({sql}) as {alias}"), Named { name: alias, columns });
        }
        let (table, columns) = TABLES[self.roll(TABLES.len())];
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        (format!("main.{table} {alias}"), Named { name: alias, columns })
    }

    fn column(&mut self, context: &Context) -> String {
        let tables = context.tables.len();
        // The nearest tables most of the time; those around now and then.
        let table = &context.tables
            [if self.roll(3) == 1 { self.roll(tables) } else { self.roll(tables.min(2)) }];
        let column = &table.columns[self.roll(table.columns.len())];
        let is_unique = context.tables.iter().filter(|t| t.columns.contains(column)).count() == 1;
        match is_unique && self.roll(2) == 1 {
            true => column.to_ascii_uppercase(),
            false => format!("{}.{column}", table.name),
        }
    }

    fn expression(&mut self, context: &Context, depth: usize) -> String {
        if depth > 2 {
            return self.column(context);
        }
        let of = |writer: &mut Self| writer.expression(context, depth + 1);
        match self.roll(12) {
            0..=3 => self.column(context),
            4 => (LITERALS as usize + self.roll(50)).to_string(),
            5 => format!("({} + {})", of(self), of(self)),
            6 => format!("coalesce({}, {})", of(self), of(self)),
            7 => {
                let condition = self.condition(context);
                format!("case when {condition} then {} else {} end", of(self), of(self))
            }
            8 => format!("abs({})", of(self)),
            9 => format!("({})", of(self)),
            10 if context.depth < DEEPEST => self.value(context),
            _ => format!("cast({} as text)", of(self)),
        }
    }

    fn aggregate(&mut self, context: &Context) -> String {
        let of = self.expression(context, 2);
        match self.roll(5) {
            0 => format!("max({of})"),
            1 => format!("sum({of}) filter (where {})", self.condition(context)),
            2 => format!("{LITERALS} + count(distinct {of})"),
            3 => format!("{LITERALS} + count(*)"),
            _ => format!("min({of})"),
        }
    }

    fn window(&mut self, context: &Context) -> String {
        let [of, part, order] = [0; 3].map(|_| self.column(context));
        match self.roll(3) {
            0 => format!("sum({of}) over (partition by {part})"),
            1 => format!("{LITERALS} + rank() over (partition by {part} order by {order} desc)"),
            _ => format!("max({of}) over (order by {order})"),
        }
    }

    /// A subquery that is one value, and that may name what is around.
    fn value(&mut self, context: &Context) -> String {
        let mut inner = context.clone();
        inner.depth += 1;
        let (from, own) = self.from(&mut inner);
        // Of columns from outside alone, it would be an aggregate of the query around.
        let (name, column) = (&own[0].name, &own[0].columns[0]);
        let with = self.expression(&inner, 1);
        let aggregate = ["max", "sum", "min"][self.roll(3)];
        let condition = self.condition(&inner);
        format!(
            "(select {aggregate}(coalesce({name}.{column}, {with})) from {from} where {condition})"
        )
    }

    fn condition(&mut self, context: &Context) -> String {
        let one = self.column(context);
        match self.roll(8) {
            0 | 1 => format!("{one} < {}", 1 + self.roll(6)),
            2 => format!("{one} = {}", self.column(context)),
            3 => format!("{one} is not {}", self.column(context)),
            4 => format!("({one} > 1 or {})", self.condition(context)),
            5 if context.depth < DEEPEST => {
                let (sql, _) = self.query(context, Some(1));
                format!("{one} in ({sql})")
            }
            6 if context.depth < DEEPEST => {
                let (sql, _) = self.query(context, None);
                format!("exists ({sql})")
            }
            _ => format!("{one} between {} and {}", self.column(context), 3 + self.roll(4)),
        }
    }
}
