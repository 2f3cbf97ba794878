//! `product`, `permutations`, `combinations`, `combinations_with_replacement`, in Python's order.

use minijinja::Error;
use minijinja::value::Value;

use super::iterator::finite;
use super::{check, pool};
use crate::jinja::python::args::Args;
use crate::jinja::python::{Runtime, tuple};

/// `product(*iterables, repeat=1)`.
pub(super) fn product(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let pools =
        args.rest().iter().map(|value| pool(args, value)).collect::<Result<Vec<_>, Error>>()?;
    let repeat = args.keyword("repeat").map_or(Ok(1), |value| args.as_int("repeat", &value))?;
    args.finish()?;
    let repeat =
        usize::try_from(repeat).map_err(|_| args.error("'repeat' must not be negative"))?;
    check(args, pools.len().checked_mul(repeat))?;
    let pools: Vec<&Vec<Value>> = std::iter::repeat_n(&pools, repeat).flatten().collect();
    let empty = pools.iter().any(|pool| pool.is_empty());
    let count = pools.iter().try_fold(1_usize, |count, pool| count.checked_mul(pool.len()));
    check(args, if empty { Some(0) } else { count })?;
    let mut rows = vec![Vec::new()];
    for pool in if empty { &[] } else { pools.as_slice() } {
        let longer = |row: &Vec<Value>| {
            let with = |item: &Value| [row.as_slice(), std::slice::from_ref(item)].concat();
            pool.iter().map(with).collect::<Vec<_>>()
        };
        rows = rows.iter().flat_map(longer).collect();
    }
    let rows = if empty { Vec::new() } else { rows };
    Ok(finite("itertools.product", rows.into_iter().map(tuple).collect()))
}

/// `permutations(iterable, r=None)`.
pub(super) fn permutations(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let iterable = args.required("iterable")?;
    let items = pool(args, &iterable)?;
    let length = match args.optional("r") {
        Some(length) => length_argument(args, &length)?,
        None => items.len(),
    };
    selections(args, Kind::Permutation, &items, length)
}

/// `combinations(iterable, r)`.
pub(super) fn combinations(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let (items, length) = items_and_length(args)?;
    selections(args, Kind::Combination, &items, length)
}

/// `combinations_with_replacement(iterable, r)`.
pub(super) fn with_replacement(_: &Runtime, args: &mut Args<'_>) -> Result<Value, Error> {
    let (items, length) = items_and_length(args)?;
    selections(args, Kind::WithReplacement, &items, length)
}

fn items_and_length(args: &mut Args<'_>) -> Result<(Vec<Value>, usize), Error> {
    let iterable = args.required("iterable")?;
    let items = pool(args, &iterable)?;
    let length = args.required("r")?;
    Ok((items, length_argument(args, &length)?))
}

fn length_argument(args: &Args<'_>, value: &Value) -> Result<usize, Error> {
    let length = args.as_int("r", value)?;
    usize::try_from(length).map_err(|_| args.error("'r' must not be negative"))
}

/// Which indexes may follow the ones chosen.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Permutation,
    Combination,
    WithReplacement,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Permutation => "itertools.permutations",
            Self::Combination => "itertools.combinations",
            Self::WithReplacement => "itertools.combinations_with_replacement",
        }
    }

    /// The first index from `next` on that may be chosen, with enough left for `missing` choices in all.
    fn choose(self, chosen: &[usize], next: usize, count: usize, missing: usize) -> Option<usize> {
        let last = chosen.last().copied();
        match self {
            Self::Permutation if missing + chosen.len() > count => None,
            Self::Permutation => (next..count).find(|index| !chosen.contains(index)),
            Self::Combination => {
                let index = next.max(last.map_or(0, |last| last + 1));
                (index + missing <= count).then_some(index)
            }
            Self::WithReplacement => {
                Some(next.max(last.unwrap_or(0))).filter(|index| *index < count)
            }
        }
    }
}

/// All selections of `length` items, in the order of their indexes.
fn selections(args: &Args<'_>, kind: Kind, items: &[Value], length: usize) -> Result<Value, Error> {
    args.finish()?;
    check(args, Some(length))?;
    let mut rows = Vec::new();
    let mut chosen: Vec<usize> = Vec::new();
    let mut next = 0;
    loop {
        let missing = length - chosen.len();
        if missing == 0 {
            rows.push(tuple(chosen.iter().map(|index| items[*index].clone()).collect()));
            check(args, Some(rows.len().saturating_mul(length.max(1))))?;
        }
        let choice =
            if missing == 0 { None } else { kind.choose(&chosen, next, items.len(), missing) };
        match choice {
            Some(index) => {
                chosen.push(index);
                next = 0;
            }
            None => match chosen.pop() {
                Some(index) => next = index + 1,
                None => break,
            },
        }
    }
    Ok(finite(kind.name(), rows))
}
