//! Metrics as SQL: what they are made of is put into one expression, filters as `case when`.

use std::collections::HashMap;

use regex::Regex;
use serde_json::Value as Json;

use super::{Aggregation, OsiError, SemanticModel, filters, list};

/// The longest expression; metrics of metrics can double with every step.
const LONGEST: usize = 100_000;

/// All metrics by name, and the measures that they read.
pub(super) struct Metrics<'m> {
    all: HashMap<&'m str, &'m Json>,
    measures: HashMap<&'m str, (&'m str, &'m Aggregation, &'m str)>,
    done: HashMap<(String, Option<String>), String>,
}

impl<'m> Metrics<'m> {
    pub(super) fn new(all: &'m [Json], models: &'m [SemanticModel<'_>]) -> Self {
        let measures = models.iter().flat_map(|model| {
            let measures = model.measures.iter();
            measures.map(|one| (&*one.name, (&*model.name, &one.agg, &*one.column)))
        });
        Metrics {
            all: all.iter().map(|one| (name(one), one)).collect(),
            measures: measures.collect(),
            done: HashMap::new(),
        }
    }

    /// The expression of a metric.
    pub(super) fn written_out(&mut self, metric: &Json) -> Result<String, OsiError> {
        self.filtered(metric, None)
    }

    /// The expression of a metric for the rows that also pass a filter from outside.
    fn filtered(&mut self, metric: &Json, outer: Option<String>) -> Result<String, OsiError> {
        let params = &metric["type_params"];
        let kind = metric["type"].as_str().unwrap_or_default();
        let own = match kind {
            "simple" => {
                filters::of(name(metric), &[&params["measure"]["filter"], &metric["filter"]])?
            }
            _ => filters::of(name(metric), &[&metric["filter"]])?,
        };
        let filter = filters::both(outer, own);
        let key = (name(metric).to_owned(), filter.clone());
        if let Some(done) = self.done.get(&key) {
            return Ok(done.clone());
        }
        let made = match kind {
            "simple" => self.simple(metric, filter)?,
            "cumulative" => self.cumulative(metric, filter)?,
            "ratio" => {
                let [above, below] = ["numerator", "denominator"]
                    .map(|part| self.input(metric, &params[part], filter.clone()));
                format!("({}) / ({})", above?.0, below?.0)
            }
            _ => self.derived(metric, filter)?,
        };
        if made.len() > LONGEST {
            return Err(OsiError::TooLong(name(metric).to_owned()));
        }
        self.done.insert(key, made.clone());
        Ok(made)
    }

    fn simple(&self, metric: &Json, filter: Option<String>) -> Result<String, OsiError> {
        let params = &metric["type_params"];
        let told = &params["metric_aggregation_params"];
        if told.is_null() {
            return self.of_measure(metric, &params["measure"], filter);
        }
        let column = params["expr"].as_str().unwrap_or_else(|| name(metric)).to_owned();
        let (agg, column) = Aggregation::of(&told["agg"], &told["agg_params"], column);
        let model = told["semantic_model"].as_str().unwrap_or_default().to_lowercase();
        Ok(aggregated(&agg, &qualified(&column, &model), filter))
    }

    fn of_measure(
        &self,
        metric: &Json,
        input: &Json,
        filter: Option<String>,
    ) -> Result<String, OsiError> {
        let wanted = name(input).to_lowercase();
        let Some((model, agg, column)) = self.measures.get(&*wanted) else {
            return Err(OsiError::Missing(name(metric).to_owned(), wanted));
        };
        Ok(aggregated(agg, &qualified(column, model), filter))
    }

    /// The window cannot be said, so it is what is added up.
    fn cumulative(&mut self, metric: &Json, filter: Option<String>) -> Result<String, OsiError> {
        let params = &metric["type_params"];
        let input = &params["cumulative_type_params"]["metric"];
        if !input.is_null() {
            return Ok(self.input(metric, input, filter)?.0);
        }
        let own = filters::of(name(metric), &[&params["measure"]["filter"]])?;
        self.of_measure(metric, &params["measure"], filters::both(filter, own))
    }

    fn derived(&mut self, metric: &Json, filter: Option<String>) -> Result<String, OsiError> {
        let params = &metric["type_params"];
        let mut made = params["expr"].as_str().unwrap_or_default().to_owned();
        for input in list(&params["metrics"]) {
            let (sql, is_compound) = self.input(metric, input, filter.clone())?;
            let sql = if is_compound { format!("({sql})") } else { sql };
            let word = input["alias"].as_str().unwrap_or_else(|| name(input));
            let word = Regex::new(&format!(r"\b{}\b", regex::escape(word)));
            let word = word.expect("invariant: an escaped name is a pattern");
            // Each replacement may bring the next word along.
            let count = word.find_iter(&made).count();
            if made.len().saturating_add(sql.len().saturating_mul(count)) > LONGEST {
                return Err(OsiError::TooLong(name(metric).to_owned()));
            }
            made = word.replace_all(&made, regex::NoExpand(&sql)).into_owned();
        }
        Ok(made)
    }

    /// The expression of a metric that another one is made of, and whether it needs parentheses in an expression.
    fn input(
        &mut self,
        metric: &Json,
        input: &Json,
        outer: Option<String>,
    ) -> Result<(String, bool), OsiError> {
        let own = filters::of(name(metric), &[&input["filter"]])?;
        let Some(&inner) = self.all.get(name(input)) else {
            return Err(OsiError::Missing(name(metric).to_owned(), name(input).to_owned()));
        };
        let is_compound = matches!(inner["type"].as_str(), Some("derived" | "ratio"));
        Ok((self.filtered(inner, filters::both(outer, own))?, is_compound))
    }
}

fn name(one: &Json) -> &str {
    one["name"].as_str().unwrap_or_default()
}

fn is_word(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A plain column with its dataset; an expression stays as it is.
fn qualified(column: &str, model: &str) -> String {
    const COUNTED: (&str, &str) = ("CASE WHEN ", " IS NOT NULL THEN 1 ELSE 0 END");
    if is_word(column) {
        return format!("{model}.{column}");
    }
    let counted = column.strip_prefix(COUNTED.0).and_then(|rest| rest.strip_suffix(COUNTED.1));
    match counted.filter(|counted| is_word(counted)) {
        Some(counted) => format!("{}{model}.{counted}{}", COUNTED.0, COUNTED.1),
        None => column.to_owned(),
    }
}

fn aggregated(agg: &Aggregation, column: &str, filter: Option<String>) -> String {
    let value = match filter {
        Some(filter) => format!("CASE WHEN {filter} THEN {column} END"),
        None => column.to_owned(),
    };
    match agg.function.as_str() {
        "count_distinct" => format!("COUNT(DISTINCT {value})"),
        "average" => format!("AVG({value})"),
        "percentile" => {
            let function = if agg.is_discrete { "PERCENTILE_DISC" } else { "PERCENTILE_CONT" };
            let share = agg.percentile.unwrap_or(0.5);
            format!("{function}({share:?}) WITHIN GROUP (ORDER BY {value})")
        }
        other => format!("{}({value})", other.to_uppercase()),
    }
}
