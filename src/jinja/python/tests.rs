//! What the modules print, against recordings of dbt 1.12.

use jiff::Timestamp;
use minijinja::{Environment, context};

use super::modules;

fn clock() -> Timestamp {
    "2024-02-29T12:34:56.789012345Z".parse().expect("a timestamp")
}

fn render(template: &str) -> Result<String, minijinja::Error> {
    let started = super::datetime_utc(clock());
    Environment::new().render_str(template, context! { modules => modules(clock), started })
}

fn expression(source: &str) -> String {
    match render(&format!("{{{{ {source} }}}}")) {
        Ok(text) => text,
        Err(error) => error.detail().unwrap_or("no detail").to_owned(),
    }
}

#[test]
fn prints_what_python_prints() {
    let recorded = include_str!("testdata/expressions.txt");
    let lines: Vec<&str> = recorded.lines().collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for pair in lines.windows(2) {
        let Some(expected) = pair[1].strip_prefix("= ") else {
            continue;
        };
        count += 1;
        let printed = expression(pair[0]).replace('\\', "\\\\").replace('\n', "\\n");
        if printed != expected {
            wrong.push(format!("{}\n  expected {expected}\n  printed  {printed}", pair[0]));
        }
    }
    assert!(count > 200, "only {count} expressions");
    assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn renders_the_golden_model() {
    // The engine alone has no operators for objects: the pre-pass of templates calls these methods.
    let template = include_str!("testdata/modules.sql")
        .replace("d + dt.timedelta(days=2)", "d.__add__(dt.timedelta(days=2))")
        .replace("(dt.date(2024, 3, 1) - d)", "dt.date(2024, 3, 1).__sub__(d)")
        .replace("ts + dt.timedelta(seconds=55)", "ts.__add__(dt.timedelta(seconds=55))")
        .replace("(ts - dt.datetime(2024, 1, 30))", "ts.__sub__(dt.datetime(2024, 1, 30))");
    let expected = include_str!("testdata/modules.expected.sql");
    assert_eq!(render(&template).unwrap().trim(), expected.trim());
}

#[test]
fn the_clock_is_the_one_given() {
    assert_eq!(expression("modules.datetime.datetime.utcnow()"), "2024-02-29 12:34:56.789012");
    assert_eq!(expression("started"), "2024-02-29 12:34:56.789012+00:00");
    assert_eq!(
        expression("started.__repr__()"),
        "datetime.datetime(2024, 2, 29, 12, 34, 56, 789012, tzinfo=<UTC>)"
    );
    let berlin = "modules.datetime.datetime.now(modules.pytz.timezone('Europe/Berlin'))";
    assert_eq!(expression(berlin), "2024-02-29 13:34:56.789012+01:00");
    let moment = super::datetime_utc(clock());
    assert_eq!(super::timestamp(&moment).unwrap().to_string(), "2024-02-29T12:34:56.789012Z");
}

#[test]
fn mistakes_name_the_function() {
    let cases = [
        ("modules.datetime.date(2023, 2, 29)", "datetime.date: day is out of range for month"),
        ("modules.datetime.date(2023)", "datetime.date: missing argument 'month'"),
        ("modules.datetime.date(2023, 1, '1')", "datetime.date: 'day' must be an integer, not str"),
        ("modules.datetime.date(2023, 1, 1).foo()", "datetime.date has no attribute 'foo'"),
        ("modules.datetime.datetime(2023, 1, 1, 24)", "datetime.datetime: hour must be in 0..23"),
        (
            "modules.datetime.timedelta(hour=1)",
            "datetime.timedelta: unexpected keyword argument 'hour'",
        ),
        (
            "modules.datetime.datetime.strptime('x', '%Y')",
            "datetime.datetime.strptime: time data 'x' does not match format '%Y'",
        ),
        ("modules.pytz.timezone('Mars/Base')", "pytz.timezone: unknown time zone 'Mars/Base'"),
        (
            "modules.pytz.utc.localize(started)",
            "tzinfo.localize: not naive datetime (tzinfo is already set)",
        ),
        ("modules.re.match('(', 'a')", "re.match: missing ), unterminated subpattern"),
        ("modules.re.match('\\\\q', 'a')", "re.match: bad escape \\q at position 1"),
        ("modules.re.match('a', 1)", "re.match: 'string' must be a string, not int"),
        ("modules.re.sub('a', '\\\\1', 'a')", "re.sub: invalid group reference 1"),
        (
            "modules.re.search('(a*)*\\\\1c', 'a' * 40)",
            "re.search: the pattern backtracks too much on this text",
        ),
        ("modules.itertools.product(1)", "itertools.product: 'int' object is not iterable"),
        (
            "modules.itertools.product(range(1000), repeat=9)",
            "itertools.product: more than 1000000 items",
        ),
        (
            "modules.itertools.permutations(range(50))",
            "itertools.permutations: more than 1000000 items",
        ),
        ("modules.itertools.count() | list", "itertools.count: more than 1000000 items"),
        (
            "modules.datetime.date(2024, 1, 1).__lt__(started)",
            "can't compare datetime.date to datetime.datetime",
        ),
    ];
    for (source, expected) in cases {
        assert_eq!(expression(source), expected, "{source}");
    }
}

#[test]
fn functions_of_templates_are_called() {
    let template = "{% macro twice(x) %}{{ x.group() * 2 }}{% endmacro %}{{ modules.re.sub('[ab]', twice, 'abc') }}";
    assert_eq!(render(template).unwrap(), "aabbc");
    let template =
        "{% for a in modules.itertools.chain([1], [2]) %}{{ a }}/{{ loop.length }} {% endfor %}";
    assert_eq!(render(template).unwrap(), "1/2 2/2 ");
    let template = "{{ modules.itertools.chain.from_iterable([[1, 2], 'a']) | list }}";
    assert_eq!(render(template).unwrap(), "[1, 2, 'a']");
    let template = "{% set it = modules.itertools.chain([1]) %}{{ it | list }}{{ it | list }}";
    assert_eq!(render(template).unwrap(), "[1][]");
    let template = "{% set f = modules.datetime.date(2024, 1, 1).strftime %}{{ f('%Y') }}";
    assert_eq!(render(template).unwrap(), "2024");
}

proptest::proptest! {
    #[test]
    fn no_text_brings_it_down(
        pattern in r"[\[\](){}?*+|^$\\a-cdsbxZé0-3<>P=!:#&~, -]{0,14}",
        format in r"([%a-zA-Z0é_^#-]| |%[a-zA-Z]){0,8}",
        moment in r"[0-9WTZ:.+é -]{0,20}|[0-9]{4}-?[0-9]{2}-?[0-9]{2}T[0-9:.+-]{0,12}",
    ) {
        let quoted = |text: &str| format!("{:?}", minijinja::Value::from(text));
        let (pattern, format, moment) = (quoted(&pattern), quoted(&format), quoted(&moment));
        expression(&format!("modules.re.findall({pattern}, 'ab cé1 aa')"));
        expression(&format!("modules.re.sub('(a)', {pattern}, 'ab')"));
        expression(&format!("started.strftime({format})"));
        expression(&format!("modules.datetime.datetime.strptime({moment}, {format})"));
        expression(&format!("modules.datetime.datetime.fromisoformat({moment})"));
        expression(&format!("modules.datetime.time.fromisoformat({moment})"));
    }
}
