//! `gen yaml` and `source schema`: property files completed in place.

use crate::scratch::Scratch;

const PROJECT: &str = "
//- seeds/raw.csv
id,name,amount
1,a,2.5
//- models/a.sql
select id, name, amount * 2 as twice, 'x' as \"on\" from {{ ref('raw') }}
//- models/b.sql
select id from {{ ref('a') }}
//- models/deep/c.sql
select name from {{ ref('a') }}
//- models/_models.yml
# what we promise
models:
  - name: a   # the first
    columns:
      - name: id
        data_tests: [unique]  # the key
    # the end of a
  - {name: z_unused, columns: []}
";

#[test]
fn columns_are_added_and_all_else_stays() {
    let scratch = Scratch::new(PROJECT);
    let before = scratch.read("models/_models.yml");
    let shown = scratch.forge(&["gen", "yaml", "a"]).expect(0, &["would add 3 columns of `a`"]);
    assert!(shown.stdout.contains("+      - name: twice"), "{}", shown.stdout);
    assert_eq!(scratch.read("models/_models.yml"), before);

    scratch
        .forge(&["gen", "yaml", "a", "b", "c", "--write"])
        .expect(0, &["added 3 columns of `a`, `b` with 1 column"]);
    let expected = "# what we promise
models:
  - name: a   # the first
    columns:
      - name: id
        data_tests: [unique]  # the key
      - name: name
        data_type: text
      - name: twice
      - name: \"on\"
        data_type: text
    # the end of a
  - {name: z_unused, columns: []}
  - name: b
    columns:
      - name: id
        data_type: int
";
    assert_eq!(scratch.read("models/_models.yml"), expected);
    let new = "models:\n  - name: c\n    columns:\n      - name: name\n        data_type: text\n";
    assert_eq!(scratch.read("models/deep/_deep.yml"), new);

    scratch.forge(&["gen", "yaml", "a", "b", "c", "--write"]).expect(0, &["nothing to add"]);
    scratch.forge(&["check"]).expect(0, &["no mistakes"]);
}

#[test]
fn the_columns_of_sources_come_from_the_database() {
    let scratch = Scratch::new(
        "
//- models/a.sql
select id from {{ source('s', 't') }}
//- models/s.yml
sources:
  - name: s
    schema: main
    tables:
      - name: t
      - name: u
        description: kept
",
    );
    scratch
        .forge(&["source", "schema", "--write"])
        .expect(2, &["E0706", "`s.t` is not in the database"]);
    let db = rusqlite::Connection::open(scratch.path("shop.db")).unwrap();
    db.execute_batch("create table t (id integer, n varchar(3)); create table u (x)").unwrap();
    scratch
        .forge(&["source", "schema", "--write"])
        .expect(0, &["2 columns of `s.t`, 1 column of `s.u`"]);
    let expected = "
sources:
  - name: s
    schema: main
    tables:
      - name: t
        columns:
          - name: id
            data_type: integer
          - name: \"n\"
            data_type: \"varchar(3)\"
      - name: u
        description: kept
        columns:
          - name: x
";
    assert_eq!(format!("\n{}", scratch.read("models/s.yml")), expected);
    std::fs::remove_file(scratch.path("shop.db")).unwrap();
    scratch.forge(&["check"]).expect(0, &["no mistakes"]);
}

#[test]
fn a_node_whose_columns_nobody_knows_is_refused() {
    let scratch = Scratch::new("//- models/a.sql\nselect * from nowhere\n");
    scratch
        .forge(&["gen", "yaml", "a"])
        .expect(2, &["columns that are not known", "forge check --select a"]);
}

#[test]
fn columns_inherit_what_is_said_of_those_whose_values_they_take() {
    let scratch = Scratch::new(
        "
//- seeds/people.csv
id,email,name
1,a@b.c,a
//- seeds/_seeds.yml
seeds:
  - name: people
    columns:
      - {name: email, description: 'where we write: mail', config: {meta: {pii: true}}}
      - {name: name, description: a name}
//- models/stg.sql
select id, email, name from {{ ref('people') }}
//- models/contacts.sql
with s as (select * from {{ ref('stg') }})
select email as mail, lower(email) as small, name, email from s union all select email, name, email, name from s
//- models/_models.yml
models:
  - name: contacts
    columns:
      - name: mail  # ours
      - {name: small, description: kept}
",
    );
    let plain = scratch.forge(&["gen", "yaml", "contacts"]).expect(0, &["2 columns of `contacts`"]);
    assert!(!plain.stdout.contains("where we write"), "{plain}");
    scratch
        .forge(&["gen", "yaml", "--select", "contacts", "--inherit", "--write"])
        .expect(0, &["what is said of 1 column of `contacts`, 2 columns of `contacts`"]);
    let expected = "\
models:
  - name: contacts
    columns:
      - name: mail  # ours
        description: \"where we write: mail\"
        config: {\"meta\":{\"pii\":true}}
      - {name: small, description: kept}
      - name: name
        data_type: text
      - name: email
        data_type: text
";
    assert_eq!(scratch.read("models/_models.yml"), expected);
    scratch.forge(&["check"]).expect(0, &["no mistakes"]);
    scratch
        .forge(&["gen", "yaml", "contacts", "--inherit", "--write"])
        .expect(0, &["nothing to add"]);
}
