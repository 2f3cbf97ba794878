//! Seeds: a CSV file becomes typed rows, exactly as dbt 1.12 with dbt-sqlite reads it.
//!
//! `reader` splits the text into records, `infer` finds a type for each column, `convert` makes the values
//! that are stored. Declared types can be overridden by whoever creates the table; values follow the
//! column's affinity then. Invariant: reading the same text gives the same types and values on every machine.

mod convert;
mod declared;
mod infer;
mod iso;
mod reader;

use super::datum::Datum;
use super::error::Result;
pub use declared::misfit;
pub use infer::{InferredType, infer};
pub use reader::{Field, RenamedHeader, read};

/// A seed, ready to load.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// Names from the header, made unique.
    pub column_names: Vec<String>,
    /// What the values of each column look like.
    pub types: Vec<InferredType>,
    /// Values in file order, each as long as `column_names`.
    pub rows: Vec<Vec<Datum>>,
    /// Line of each row in the file, from 1.
    pub lines: Vec<u64>,
    /// Records with fewer values than the header: line, and number of values. The others are null, as with dbt.
    pub short: Vec<(u64, usize)>,
    /// Columns whose name is not the one in the header.
    pub renamed: Vec<RenamedHeader>,
}

impl Seed {
    /// Reads a seed. Columns in `text_columns` are taken as text; dbt does that for those whose type the
    /// project declares.
    pub fn from_csv(text: &str, delimiter: u8, text_columns: &[String]) -> Result<Self> {
        let file = reader::read(text, delimiter)?;
        let mut types = infer::infer(&file.rows, file.column_names.len());
        for (name, kind) in file.column_names.iter().zip(&mut types) {
            if text_columns.contains(name) {
                *kind = InferredType::Text;
            }
        }
        let rows = file.rows.into_iter().map(|row| convert::row(&row, &types)).collect();
        Ok(Self {
            column_names: file.column_names,
            types,
            rows,
            lines: file.lines,
            short: file.short,
            renamed: file.renamed,
        })
    }

    /// The declared type of each column in SQLite, as dbt-sqlite chooses it.
    pub fn declared_types(&self) -> Vec<&'static str> {
        self.types.iter().map(InferredType::declared).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sqlite::SqliteAdapter;
    use super::super::table::Table;
    use super::super::{Adapter, Session};
    use super::*;

    const TYPES: &str = "\
id,amount,flag,day,ts,code,mixed,blank,name
1,1.50,true,2024-01-31,2024-01-31 10:00:00,007,1,,\"Smith, J\"
2,2,false,2024-02-01,2024-02-01 11:30:00,012,x,,\"say \"\"hi\"\"\"
3,,TRUE,,,,,,\" padded \"
";

    fn load(csv: &str) -> (Vec<&'static str>, Table) {
        let seed = Seed::from_csv(csv, b',', &[]).unwrap();
        let types = seed.declared_types();
        let columns = seed.column_names.iter().zip(&types);
        let columns: Vec<String> = columns.map(|(name, kind)| format!("{name} {kind}")).collect();
        let adapter = SqliteAdapter::in_memory();
        let mut session: Box<dyn Session> = adapter.writer().unwrap();
        session.execute(&format!("create table s ({})", columns.join(", "))).unwrap();
        let relation = adapter.relation(None, "s");
        let mut rows = seed.rows.iter().cloned();
        session.insert_rows(&relation, &seed.column_names, &mut rows).unwrap();
        (types, session.query("select * from s", &[]).unwrap())
    }

    // What dbt 1.12 with dbt-sqlite stored, recorded in the golden case `47_seeds_basic`.
    #[test]
    fn the_recorded_types_and_values_come_out() {
        let (types, table) = load(TYPES);
        assert_eq!(types, ["INT", "REAL", "INT", "TEXT", "TEXT", "INT", "TEXT", "INT", "TEXT"]);
        let expected = "[[1,1.5,1,\"2024-01-31\",\"2024-01-31 10:00:00\",7,\"1\",null,\"Smith, J\"],\
            [2,2.0,0,\"2024-02-01\",\"2024-02-01 11:30:00\",12,\"x\",null,\"say \\\"hi\\\"\"],\
            [3,null,1,null,null,null,null,null,\" padded \"]]";
        assert_eq!(json(&table), expected);
    }

    #[test]
    fn numbers_and_nulls_come_out_as_recorded() {
        let (types, table) = load("i,f,big,neg\n1,0.1,12345678901,-5\n2,1e3,3,+7");
        assert_eq!(types, ["INT", "REAL", "INT", "INT"]);
        assert_eq!(json(&table), "[[1,0.1,12345678901,-5],[2,1000.0,3,7]]");
        let (types, table) =
            load("k,v\na,\"line1\nline2\"\nb,null\nc,NULL\nd,\"\"\ne,None\nf,n/a\n");
        assert_eq!(types, ["TEXT", "TEXT"]);
        let expected = "[[\"a\",\"line1\\nline2\"],[\"b\",null],[\"c\",null],[\"d\",null],\
            [\"e\",\"None\"],[\"f\",\"n/a\"]]";
        assert_eq!(json(&table), expected);
    }

    #[test]
    fn a_declared_column_is_text() {
        let seed = Seed::from_csv("a,b\n1,null\n007,null\n", b',', &["a".to_owned()]).unwrap();
        assert_eq!(seed.rows[1], [Datum::from("007"), Datum::Null]);
    }

    fn json(table: &Table) -> String {
        let rows = table.rows.iter();
        let rows = rows.map(|row| row.iter().map(Datum::to_json).collect());
        serde_json::Value::Array(rows.map(serde_json::Value::Array).collect()).to_string()
    }
}
