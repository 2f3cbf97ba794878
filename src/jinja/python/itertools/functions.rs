//! The functions that are not about selections.

use minijinja::Error;
use minijinja::value::Value;

use super::iterator::{endless, finite};
use super::{check, pool};
use crate::jinja::python::args::Args;
use crate::jinja::python::object::{Entry, Namespace, type_name};
use crate::jinja::python::{Runtime, list, operators, tuple};

/// `chain` and `chain.from_iterable`.
pub(super) static CHAIN: Namespace = Namespace {
    name: "itertools.chain",
    constructor: Some(|_, args| {
        let iterables = args.rest();
        chained(args, iterables)
    }),
    entries: &[(
        "from_iterable",
        Entry::Function(|_, args| {
            let iterable = args.required("iterable")?;
            let iterables = pool(args, &iterable)?;
            chained(args, &iterables)
        }),
    )],
};

fn chained(args: &Args<'_>, iterables: &[Value]) -> Result<Value, Error> {
    args.finish()?;
    let mut items = Vec::new();
    for iterable in iterables {
        items.extend(pool(args, iterable)?);
        check(args, Some(items.len()))?;
    }
    Ok(finite("itertools.chain", items))
}

/// `accumulate(iterable, func=None, *, initial=None)`; without a function it adds up.
pub(super) fn accumulate(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let iterable = args.required("iterable")?;
    let function = args.optional("func");
    let initial = args.keyword("initial").filter(|initial| !initial.is_none());
    args.finish()?;
    let mut items = Vec::new();
    let mut total = initial.inspect(|initial| items.push(initial.clone()));
    for item in pool(args, &iterable)? {
        let next = match (total, &function) {
            (None, _) => item,
            (Some(total), Some(function)) => args.call(function, &[total, item])?,
            (Some(total), None) => sum(args, &total, &item)?,
        };
        items.push(next.clone());
        total = Some(next);
    }
    Ok(finite("itertools.accumulate", items))
}

/// `a + b` for what people add up: numbers, text, lists, durations.
fn sum(args: &Args<'_>, a: &Value, b: &Value) -> Result<Value, Error> {
    if let Some(result) = operators::add(a, b) {
        return result;
    }
    let int = |value: &Value| match value.kind() {
        minijinja::value::ValueKind::Bool => Some(i128::from(value.is_true())),
        _ => value.is_integer().then(|| i128::try_from(value.clone()).ok()).flatten(),
    };
    let float =
        |value: &Value| value.is_number().then(|| f64::try_from(value.clone()).ok()).flatten();
    if let Some(sum) = int(a).zip(int(b)).and_then(|(a, b)| a.checked_add(b)) {
        return Ok(i64::try_from(sum).map_or_else(|_| Value::from(sum), Value::from));
    }
    if let Some((a, b)) = float(a).zip(float(b)) {
        return Ok(Value::from(a + b));
    }
    if let Some((a, b)) = a.as_str().zip(b.as_str()) {
        return Ok(Value::from(format!("{a}{b}")));
    }
    if a.is_tuple() == b.is_tuple() && a.kind() == b.kind() && a.as_object().is_some() {
        let items = pool(args, a)?.into_iter().chain(pool(args, b)?).collect();
        return Ok(if a.is_tuple() { tuple(items) } else { list(items) });
    }
    let (a, b) = (type_name(a), type_name(b));
    Err(args.error(format_args!("unsupported operand types for +: '{a}' and '{b}'")))
}

/// `compress(data, selectors)`.
pub(super) fn compress(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let (data, selectors) = (args.required("data")?, args.required("selectors")?);
    args.finish()?;
    let pairs = pool(args, &data)?.into_iter().zip(args.items(&selectors)?.checked());
    let mut items = Vec::new();
    for (item, selector) in pairs {
        if selector?.is_true() {
            items.push(item);
        }
    }
    Ok(finite("itertools.compress", items))
}

/// `count(start=0, step=1)`.
pub(super) fn count(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let start = args.next("start").unwrap_or_else(|| Value::from(0));
    let step = args.next("step").unwrap_or_else(|| Value::from(1));
    args.finish()?;
    if start.is_integer() && step.is_integer() {
        let (start, step) = (args.as_int("start", &start)?, args.as_int("step", &step)?);
        let items =
            (0..).map(move |at: i64| Value::from(start.saturating_add(step.saturating_mul(at))));
        return Ok(endless("itertools.count", items));
    }
    let number = |name, value: &Value| {
        let number = value.is_number().then(|| f64::try_from(value.clone()).ok()).flatten();
        number.ok_or_else(|| args.mismatch(name, "a number", value))
    };
    let (start, step) = (number("start", &start)?, number("step", &step)?);
    let items = std::iter::successors(Some(start), move |last| Some(last + step));
    Ok(endless("itertools.count", items.map(Value::from)))
}

/// `cycle(iterable)`.
pub(super) fn cycle(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let iterable = args.required("iterable")?;
    args.finish()?;
    Ok(endless("itertools.cycle", pool(args, &iterable)?.into_iter().cycle()))
}

/// `repeat(object, times=None)`.
pub(super) fn repeat(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let object = args.required("object")?;
    let times = args.int("times")?;
    args.finish()?;
    let Some(times) = times else {
        return Ok(endless("itertools.repeat", std::iter::repeat(object)));
    };
    let times = usize::try_from(times.max(0)).ok();
    check(args, times)?;
    Ok(finite("itertools.repeat", vec![object; times.unwrap_or(0)]))
}

/// `islice(iterable, stop)` and `islice(iterable, start, stop, step=None)`.
pub(super) fn islice(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let iterable = args.required("iterable")?;
    let bounds = args.rest();
    args.finish()?;
    let bound = |name, index: usize, default: usize| match bounds
        .get(index)
        .filter(|value| !value.is_none())
    {
        None => Ok(default),
        Some(value) => usize::try_from(args.as_int(name, value)?)
            .map_err(|_| args.error(format_args!("'{name}' must not be negative"))),
    };
    let (start, stop, step) = match bounds.len() {
        1 => (0, bound("stop", 0, usize::MAX)?, 1),
        2 | 3 => (bound("start", 0, 0)?, bound("stop", 1, usize::MAX)?, bound("step", 2, 1)?),
        _ => return Err(args.error("expected 'stop', or 'start', 'stop' and 'step'")),
    };
    if step == 0 {
        return Err(args.error("'step' must be a positive integer"));
    }
    let mut items = Vec::new();
    let mut source = args.items(&iterable)?.checked();
    for index in 0..stop {
        let Some(item) = source.next() else { break };
        let item = item?;
        if index >= start && (index - start) % step == 0 {
            items.push(item);
            check(args, Some(items.len()))?;
        }
    }
    Ok(finite("itertools.islice", items))
}

/// `starmap(function, iterable)`.
pub(super) fn starmap(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let (function, iterable) = (args.required("function")?, args.required("iterable")?);
    args.finish()?;
    let mut items = Vec::new();
    for row in pool(args, &iterable)? {
        let row = pool(args, &row)?;
        items.push(args.call(&function, &row)?);
    }
    Ok(finite("itertools.starmap", items))
}

/// `tee(iterable, n=2)`.
pub(super) fn tee(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let iterable = args.required("iterable")?;
    let copies = usize::try_from(args.int("n")?.unwrap_or(2));
    let copies = copies.map_err(|_| args.error("'n' must not be negative"))?;
    args.finish()?;
    let items = pool(args, &iterable)?;
    check(args, items.len().max(1).checked_mul(copies))?;
    Ok(tuple((0..copies).map(|_| finite("itertools._tee", items.clone())).collect()))
}

/// `zip_longest(*iterables, fillvalue=None)`.
pub(super) fn zip_longest(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let columns =
        args.rest().iter().map(|value| pool(args, value)).collect::<Result<Vec<_>, Error>>()?;
    let fill = args.keyword("fillvalue").unwrap_or_else(|| Value::from(()));
    args.finish()?;
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    check(args, rows.checked_mul(columns.len()))?;
    let row = |at: usize| {
        let cells = columns.iter().map(|column| column.get(at).unwrap_or(&fill).clone());
        tuple(cells.collect())
    };
    Ok(finite("itertools.zip_longest", (0..rows).map(row).collect()))
}
