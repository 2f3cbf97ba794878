"""Constraints on this engine: its types, its DDL and its words."""
import pytest

# What the suites leave to the adapter: SQLite's types, its DDL and its words. An integer key is in descending order,
# since SQLite would put a number in place of NULL otherwise.
TYPES = [["1", "INT", "INT"], ["'1'", "text", "TEXT"], ["1.5", "numeric", "REAL"],
         ["cast('2026-01-31' as text)", "timestamp", "TEXT"]]
INSERTED = """
insert into <model_identifier>
select "id", "color", "date_day"
from (
    -- depends_on: <foreign_key_model_identifier>
    select 'blue' as color, 1 as id, '2019-01-01' as date_day
) as model_subq;
"""
COLUMN_DDL = """
create table <model_identifier> (
    id integer not null primary key desc check ((id > 0)) check (id >= 1)
        references <foreign_key_model_identifier> (id) unique,
    color text,
    date_day text
);
""" + INSERTED
MODEL_DDL = """
create table <model_identifier> (
    id integer not null primary key desc,
    color text,
    date_day text,
    check ((id > 0)),
    check (id >= 1),
    constraint strange_uniqueness_requirement unique (color, date_day),
    foreign key (id) references <foreign_key_model_identifier> (id)
);
""" + INSERTED
QUOTED_DDL = """
create table <model_identifier> (
    id integer not null,
    "from" text not null,
    date_day text,
    check (("from" = 'blue'))
);
insert into <model_identifier>
select "id", "from", "date_day"
from (
    select 'blue' as "from", 1 as id, '2019-01-01' as date_day
) as model_subq;
"""


def answers(name, value, scope="class"):
    """A class with one fixture."""
    return type("Answers", (), {name: pytest.fixture(scope=scope)(lambda self: value)})


def answered(title):
    """What an adapter on SQLite says to a suite of constraints."""
    if "ColumnsEqual" in title:
        return answers("data_types", TYPES, "function")
    if "ConstraintsRollback" in title:
        return answers("expected_error_messages", ["NOT NULL constraint failed: my_model.id"])
    if "ModelConstraintsRuntime" in title:
        return answers("expected_sql", MODEL_DDL)
    if "ConstraintsRuntimeDdl" in title:
        return answers("expected_sql", COLUMN_DDL)
    if "ConstraintQuotedColumn" in title:
        return answers("expected_sql", QUOTED_DDL)
    return None
