//! Random rows through random expectations, run after run, against a model of a few lines: each row is where it should
//! be, and none is lost or doubled. The numbers come from fixed seeds.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::rows;
use crate::scratch::Scratch;

/// Rows as text with their number.
type Bag = BTreeMap<String, usize>;

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: u64) -> u64 {
        // Knuth's MMIX constants; the upper bits are the random ones.
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % n
    }
}

#[derive(Clone, Debug)]
struct Row {
    id: Option<u64>,
    amount: Option<i64>,
    kind: Option<&'static str>,
}

impl Row {
    fn random(chance: &mut Chance, id: Option<u64>) -> Row {
        let amount = (chance.below(5) > 0).then(|| chance.below(9) as i64 - 4);
        let kind = [Some("x"), Some("y"), Some("z"), None][chance.below(4) as usize];
        Row { id, amount, kind }
    }

    fn csv(&self) -> String {
        let text = |part: Option<String>| part.unwrap_or_default();
        format!(
            "{},{},{}",
            text(self.id.map(|id| id.to_string())),
            text(self.amount.map(|n| n.to_string())),
            self.kind.unwrap_or_default()
        )
    }

    fn shown(&self) -> String {
        let parts = self.csv();
        parts
            .split(',')
            .map(|part| if part.is_empty() { "~" } else { part })
            .collect::<Vec<_>>()
            .join("|")
    }
}

#[derive(Debug)]
enum Condition {
    Above(i64),
    BelowOrNull(i64),
    HasKind,
    KindIsXOrY,
}

#[derive(Debug)]
struct Expectation {
    condition: Condition,
    action: &'static str,
}

impl Expectation {
    fn random(chance: &mut Chance) -> Self {
        let condition = match chance.below(4) {
            0 => Condition::Above(chance.below(4) as i64 - 3),
            1 => Condition::BelowOrNull(chance.below(4) as i64),
            2 => Condition::HasKind,
            _ => Condition::KindIsXOrY,
        };
        let action = ["warn", "drop", "quarantine", "quarantine"][chance.below(4) as usize];
        Expectation { condition, action }
    }

    fn yaml(&self, name: &str) -> String {
        let what = match self.condition {
            Condition::Above(n) => format!("expression: 'amount > {n}'"),
            Condition::BelowOrNull(n) => format!("expression: 'amount is null or amount < {n}'"),
            Condition::HasKind => "not_null: kind".to_owned(),
            Condition::KindIsXOrY => "accepted_values: {column: kind, values: [x, y]}".to_owned(),
        };
        format!("      - {{name: {name}, {what}, on_violation: {}}}\n", self.action)
    }

    fn holds(&self, row: &Row) -> bool {
        match self.condition {
            Condition::Above(n) => row.amount.is_some_and(|amount| amount > n),
            Condition::BelowOrNull(n) => row.amount.is_none_or(|amount| amount < n),
            Condition::HasKind => row.kind.is_some(),
            Condition::KindIsXOrY => row.kind.is_some_and(|kind| kind != "z"),
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Strategy {
    Table,
    Append,
    Keyed(&'static str),
}

impl Strategy {
    fn config(self) -> String {
        match self {
            Strategy::Table => "materialized='table'".to_owned(),
            Strategy::Append => {
                "materialized='incremental', incremental_strategy='append'".to_owned()
            }
            Strategy::Keyed(name) => {
                format!(
                    "materialized='incremental', unique_key='id', incremental_strategy='{name}'"
                )
            }
        }
    }
}

struct Model {
    name: String,
    strategy: Strategy,
    expectations: Vec<Expectation>,
    kept: Bag,
    held: Bag,
}

impl Model {
    /// Where the row goes, and its reason.
    fn judge(&self, row: &Row) -> (&'static str, String) {
        let violated: Vec<(usize, &Expectation)> =
            self.expectations.iter().enumerate().filter(|(_, one)| !one.holds(row)).collect();
        let strength =
            |action: &str| ["warn", "drop", "quarantine"].iter().position(|a| *a == action);
        let action = violated.iter().map(|(_, one)| one.action).max_by_key(|one| strength(one));
        let reason: Vec<String> = violated.iter().map(|(at, _)| format!("e{at}")).collect();
        (action.unwrap_or("warn"), reason.join(", "))
    }

    /// What the tables hold after a run over these rows, and how many rows went where.
    fn run(&mut self, rows: &[Row]) -> [usize; 3] {
        let (mut counts, mut kept, mut held) = ([rows.len(), 0, 0], Bag::new(), Bag::new());
        for row in rows {
            match self.judge(row) {
                ("quarantine", reason) => {
                    counts[1] += 1;
                    *held.entry(format!("{}|{reason}", row.shown())).or_default() += 1;
                }
                ("drop", _) => counts[2] += 1,
                _ => *kept.entry(row.shown()).or_default() += 1,
            }
        }
        let of_key = |key: &str, bag: &Bag| {
            bag.keys()
                .any(|row| !key.starts_with('~') && row.split('|').next() == key.split('|').next())
        };
        match self.strategy {
            Strategy::Table => (self.kept, self.held) = (kept, held),
            strategy => {
                if let Strategy::Keyed(_) = strategy {
                    self.kept.retain(|row, _| !of_key(row, &kept));
                    let given: Bag = rows.iter().map(|row| (row.shown(), 1)).collect();
                    self.held.retain(|row, _| !of_key(row, &given));
                }
                for (row, count) in kept {
                    *self.kept.entry(row).or_default() += count;
                }
                for (row, count) in held {
                    let before = self.held.entry(row).or_default();
                    *before = count.max(*before);
                }
            }
        }
        counts
    }
}

fn bag(rows: Vec<String>) -> Bag {
    let mut bag = Bag::new();
    for row in rows {
        *bag.entry(row).or_default() += 1;
    }
    bag
}

#[test]
fn random_rows_are_all_accounted_for() {
    for seed in [1, 7, 42] {
        let mut chance = Chance(seed);
        let strategies = [
            Strategy::Table,
            Strategy::Append,
            Strategy::Keyed("delete+insert"),
            Strategy::Keyed("merge"),
        ];
        let (scratch, mut models) = project(&mut chance, &strategies);
        for run in 0..3 {
            let keyed = random_rows(&mut chance);
            feed(&scratch, &keyed);
            scratch.forge(&["run"]).expect(0, &[]);
            for model in &mut models {
                let counts = model.run(&keyed);
                let what = format!("seed {seed}, run {run}, {}", model.name);
                compare(&scratch, model, counts, &what);
            }
        }
    }
}

fn project(chance: &mut Chance, strategies: &[Strategy]) -> (Scratch, Vec<Model>) {
    let scratch = Scratch::new("//- seeds/raw.csv\nid,amount,kind\n");
    let mut yaml = "seeds:\n  - name: raw\n    config: {column_types: {id: integer, amount: integer, kind: text}}\nmodels:\n".to_owned();
    let mut models = Vec::new();
    for (at, strategy) in strategies.iter().enumerate() {
        let name = format!("m{at}");
        let mut expectations: Vec<Expectation> =
            (0..chance.below(4) + 1).map(|_| Expectation::random(chance)).collect();
        expectations.push(Expectation { condition: Condition::Above(-4), action: "quarantine" });
        write!(yaml, "  - name: {name}\n    expectations:\n").unwrap();
        for (at, one) in expectations.iter().enumerate() {
            yaml += &one.yaml(&format!("e{at}"));
        }
        let sql = super::model(&strategy.config(), "select * from {{ ref('raw') }}");
        scratch.write(&format!("models/{name}.sql"), &sql);
        let strategy = *strategy;
        models.push(Model { name, strategy, expectations, kept: Bag::new(), held: Bag::new() });
    }
    scratch.write("models/all.yml", &yaml);
    (scratch, models)
}

/// Rows with each key once, as `merge` asks for; some without a key.
fn random_rows(chance: &mut Chance) -> Vec<Row> {
    let mut rows = Vec::new();
    for id in 1..=30 {
        if chance.below(3) > 0 {
            rows.push(Row::random(chance, Some(id)));
        }
    }
    for _ in 0..chance.below(5) {
        let row = Row::random(chance, None);
        rows.extend(std::iter::repeat_n(row, 1 + chance.below(2) as usize));
    }
    rows
}

fn feed(scratch: &Scratch, rows: &[Row]) {
    let lines: Vec<String> = rows.iter().map(Row::csv).collect();
    scratch.write("seeds/raw.csv", &format!("id,amount,kind\n{}\n", lines.join("\n")));
    scratch.forge(&["seed", "--full-refresh"]).expect(0, &[]);
}

fn compare(scratch: &Scratch, model: &Model, counts: [usize; 3], what: &str) {
    let Model { name, kept, held, .. } = model;
    let found = bag(rows(scratch, &format!("select id, amount, kind from {name}")));
    assert_eq!(&found, kept, "{what}: the table, {:?}", model.expectations);
    let sql = format!("select id, amount, kind, _forge_reason from {name}__quarantine");
    assert_eq!(&bag(rows(scratch, &sql)), held, "{what}: the quarantine, {:?}", model.expectations);
    let ledger = format!(
        "select rows_in, quarantined, dropped from _forge_node_runs join _forge_runs using (run_id) \
         where unique_id = 'model.shop.{name}' order by number desc limit 1"
    );
    let [all, quarantined, dropped] = counts;
    let last = rows(scratch, &ledger);
    assert_eq!(last, [format!("{all}|{quarantined}|{dropped}")], "{what}: the ledger");
}
