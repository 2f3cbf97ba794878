//! Filters of metrics: templates in which `Dimension('order__status')` and the like stand for a name.
//!
//! Source: metricflow 0.213, `filter_utils.py`. Nothing else can be called in these templates.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Rest, Value};
use minijinja::{Environment, Error, ErrorKind, State, UndefinedBehavior};
use serde_json::Value as Json;

use super::{OsiError, list};

/// How many steps a template may take.
const STEPS: u64 = 10_000;

/// All filters of these intersections as one condition; none when there is none.
pub(super) fn of(metric: &str, filters: &[&Json]) -> Result<Option<String>, OsiError> {
    let templates = filters.iter().flat_map(|filter| list(&filter["where_filters"]));
    let mut parts = Vec::new();
    for template in templates.filter_map(|one| one["where_sql_template"].as_str()) {
        let rendered = rendered(template).map_err(|error| OsiError::Filter {
            metric: metric.to_owned(),
            filter: template.to_owned(),
            reason: error.to_string(),
        })?;
        if !rendered.trim().is_empty() {
            parts.push(rendered.trim().to_owned());
        }
    }
    Ok(joined(parts))
}

/// Both conditions as one.
pub(super) fn both(outer: Option<String>, own: Option<String>) -> Option<String> {
    joined(outer.into_iter().chain(own).collect())
}

fn joined(mut parts: Vec<String>) -> Option<String> {
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => {
            let parts: Vec<String> = parts.iter().map(|part| format!("({part})")).collect();
            Some(parts.join(" AND "))
        }
    }
}

fn rendered(template: &str) -> Result<String, Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(STEPS));
    environment.add_function("Dimension", |name: &str, rest: Rest<Value>, named: Kwargs| {
        let path = rest.first().cloned();
        element(name, None, path, &named)
    });
    environment.add_function("TimeDimension", |name: &str, rest: Rest<Value>, named: Kwargs| {
        let given = named.get::<Option<String>>("time_granularity_name")?;
        let first = rest.first().and_then(|value| value.as_str().map(str::to_owned));
        element(name, first.or(given), rest.get(1).cloned(), &named)
    });
    environment.add_function("Entity", |name: &str, rest: Rest<Value>, named: Kwargs| {
        element(name, None, rest.first().cloned(), &named)
    });
    environment.add_function("Metric", |name: &str, _: Rest<Value>, _: Kwargs| {
        Value::from_object(Element { name: name.to_owned(), grain: None })
    });
    environment.render_str(template, ())
}

fn element(
    name: &str,
    grain: Option<String>,
    path: Option<Value>,
    named: &Kwargs,
) -> Result<Value, Error> {
    let path = path.or(named.get::<Option<Value>>("entity_path")?);
    let mut parts: Vec<String> = match path.filter(|path| !path.is_none()) {
        Some(path) => path.try_iter()?.map(|part| part.to_string()).collect(),
        None => Vec::new(),
    };
    parts.push(name.to_owned());
    Ok(Value::from_object(Element { name: parts.join("__"), grain }))
}

/// What a call in a filter stands for.
#[derive(Debug)]
struct Element {
    name: String,
    grain: Option<String>,
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.grain {
            Some(grain) => write!(f, "{}__{}", self.name, grain.to_lowercase()),
            None => f.write_str(&self.name),
        }
    }
}

impl Object for Element {
    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        let grain = match method {
            "grain" | "date_part" => args.first().map(ToString::to_string),
            "descending" => self.grain.clone(),
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        };
        Ok(Value::from_object(Element { name: self.name.clone(), grain }))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn calls_stand_for_names() {
        for (template, wanted) in [
            ("{{ Dimension('order__big') }} = true", "order__big = true"),
            ("{{ Dimension('a__b', entity_path=['c', 'd']) }}", "c__d__a__b"),
            ("{{ Dimension('a__b').grain('DAY') }} > 1", "a__b__day > 1"),
            ("{{ TimeDimension('a__b', 'Week') }}", "a__b__week"),
            ("{{ TimeDimension('a__b').date_part('year').descending(true) }}", "a__b__year"),
            ("{{ Entity('user') }} is not null", "user is not null"),
            ("{{ Metric('m', group_by=['a']) }} > 5", "m > 5"),
            ("1 = 1", "1 = 1"),
        ] {
            assert_eq!(rendered(template).as_deref().ok(), Some(wanted), "{template}");
        }
    }

    #[test]
    fn nothing_else_can_be_called() {
        for template in [
            "{{ env_var('X') }}",
            "{{ Dimension() }}",
            "{{ Dimension('a').secret() }}",
            "{{",
            "{% for i in range(9) %}x{% endfor %}",
        ] {
            let filter = json!({"where_filters": [{"where_sql_template": template}]});
            assert!(of("m", &[&filter]).is_err(), "{template}");
        }
    }
}
