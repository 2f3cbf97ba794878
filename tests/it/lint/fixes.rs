//! `--fix`: what is written, what is left, and what is refused.

use super::{expect, project};

const MODEL: &str = "//- models/changed.sql
{% set table = ref('customers') %}
SELECT new.customer_id
FROM {{ table }} AS new
INNER JOIN {{ ref('old_customers') }} AS old ON old.customer_id = new.customer_id
LEFT JOIN {{ ref('history') }} AS h ON h.customer_id = new.customer_id
    AND new.city BETWEEN h.valid_from
        AND h.valid_to -- as of then
WHERE new.city<>old.city AND h.city = NULL
";

#[test]
fn what_stands_in_the_template_is_mended_and_nothing_else() {
    let scratch = project(MODEL);
    let outcome = scratch.forge(&["lint", "--fix"]);
    let expected = MODEL
        .replace(
            "new.city BETWEEN h.valid_from\n        AND h.valid_to",
            "(new.city >= h.valid_from AND new.city < h.valid_to)",
        )
        .replace("new.city<>old.city", "new.city IS DISTINCT FROM old.city")
        .replace("h.city = NULL", "h.city IS NULL");
    let expected = expected.split_once('\n').unwrap().1;
    assert_eq!(scratch.read("models/changed.sql"), expected, "{outcome}");
    outcome.expect(
        0,
        &[
            "--- models/changed.sql",
            "-WHERE new.city<>old.city AND h.city = NULL",
            "+WHERE new.city IS DISTINCT FROM old.city AND h.city IS NULL",
            "nothing found; mended 3 in 1 file",
        ],
    );
    scratch.forge(&["lint", "--fix"]).expect(0, &["nothing found"]).without(&["mended", "+++"]);
    assert_eq!(scratch.read("models/changed.sql"), expected);
}

#[test]
fn nothing_is_written_without_being_asked() {
    let scratch = project(MODEL);
    scratch.forge(&["lint"]).expect(0, &["3 warnings; `--fix` mends 3 of them"]);
    assert_eq!(scratch.read("models/changed.sql"), MODEL.split_once('\n').unwrap().1);
}

#[test]
fn what_a_template_makes_is_told_and_left() {
    let files = "//- models/made.sql
{% set sign = '!=' %}
select new.customer_id from {{ ref('customers') }} as new
inner join {{ ref('old_customers') }} as old on old.customer_id = new.customer_id
where new.city {{ sign }} old.city
";
    let scratch = project(files);
    let outcome = expect(&scratch, &["--fix"], &["E1003 models/made.sql:4:1"]);
    outcome.expect(0, &["1 warning"]).without(&["mended"]);
    assert_eq!(scratch.read("models/made.sql"), files.split_once('\n').unwrap().1);
}

#[test]
fn a_macro_is_mended_for_all_who_call_it_and_allowed_findings_stay() {
    let scratch = project(
        "
//- macros/paid.sql
{% macro unpaid() %}status = null{% endmacro %}
//- models/a.sql
select order_id from {{ ref('orders') }} where {{ unpaid() }}
//- models/b.sql
select order_id from {{ ref('orders') }} where {{ unpaid() }}
//- models/c.sql
select order_id from {{ ref('orders') }} where status = null -- forge: allow E1014 on purpose
",
    );
    scratch.forge(&["lint", "--fix"]).expect(0, &["mended 1 in 1 file"]);
    assert_eq!(
        scratch.read("macros/paid.sql"),
        "{% macro unpaid() %}status is null{% endmacro %}\n"
    );
    assert!(scratch.read("models/c.sql").contains("status = null"));
}

#[test]
fn a_fix_that_breaks_another_node_is_refused() {
    let files = "
//- macros/paid.sql
{% macro unpaid() %}status = null{% endmacro %}
//- models/a.sql
select order_id from {{ ref('orders') }} where {{ unpaid() }}
//- models/b.sql
select order_id, {{ unpaid().split(' = ')[1] }} as x from {{ ref('orders') }}
";
    let scratch = project(files);
    let outcome = scratch.forge(&["lint", "--fix"]);
    outcome.expect(
        0,
        &["fix-refused", "no file was changed", "would be wrong then: model `b`", "1 warning"],
    );
    assert!(scratch.read("macros/paid.sql").contains("status = null"));
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let scratch = project("");
    let text = "\u{feff}select order_id\r\nfrom {{ ref('orders') }}\r\nwhere status = null\r\n";
    scratch.write("models/a.sql", text);
    scratch.forge(&["lint", "--fix"]).expect(0, &["mended 1 in 1 file"]);
    assert_eq!(scratch.read("models/a.sql"), text.replace("= null", "is null"));
}

#[test]
fn brackets_around_a_value_are_told_and_left() {
    let files = "//- models/a.sql
select 1 as a from {{ ref('orders') }} as o
inner join {{ ref('history') }} as h on (o.ordered_at) between h.valid_from and h.valid_to and (status) = (null)
";
    let scratch = project(files);
    let places = ["E1004 models/a.sql:2:56", "E1014 models/a.sql:2:97"];
    expect(&scratch, &["--fix"], &places).without(&["mended", "fix-refused"]);
    assert_eq!(scratch.read("models/a.sql"), files.split_once('\n').unwrap().1);
}

#[test]
fn comments_and_texts_that_look_alike_stay() {
    let files = "//- models/a.sql
select o.status from {{ ref('orders') }} as o
inner join {{ ref('history') }} as h on o.ordered_at between h.valid_from -- begins
    and h.valid_to
where o.status /* one */ = null
    and o.status = -- two
    null
    and o.status /* three */ is not null
//- models/b.sql
{% for column in ['status', 'amount'] %}
select order_id from {{ ref('orders') }} where {{ column }} = null or 'status = null' != status or status = null {# status = null #}
{% if not loop.last %}union all{% endif %}
{% endfor %}
";
    let scratch = project(files);
    scratch.forge(&["lint", "--fix"]).expect(0, &["E1004", "E1014"]).without(&["fix-refused"]);
    let (a, b) = files.split_once("//- models/b.sql\n").unwrap();
    assert_eq!(scratch.read("models/a.sql"), a.split_once('\n').unwrap().1);
    let mended = b.replace("or status = null {#", "or status is null {#");
    assert!([b, &mended].contains(&scratch.read("models/b.sql").as_str()));
}

#[test]
fn the_sign_behind_a_call_is_mended_where_it_stands() {
    let files = "//- models/a.sql
select case when lag(city) over (order by customer_id) <> city /* moved */ then 1 end as moved
from {{ ref('customers') }}
";
    let scratch = project(files);
    scratch.forge(&["lint", "--fix"]).expect(0, &["mended 1 in 1 file"]);
    let mended = files.replace(") <> city", ") is distinct from city");
    assert_eq!(scratch.read("models/a.sql"), mended.split_once('\n').unwrap().1);
}
