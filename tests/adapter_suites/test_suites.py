"""What dbt asks of every adapter beyond the macros: materializations, seeds, tests, hooks, aliases, constraints …"""
import importlib
import pkgutil

import dbt.tests.adapter as adapter
import pytest

FOLDERS = ["aliases", "basic", "caching", "column_types", "concurrency", "constraints", "dbt_show", "empty", "ephemeral",
           "hooks", "incremental", "persist_docs", "query_comment", "relations", "simple_copy", "simple_seed",
           "store_test_failures_tests", "unit_testing"]

# What forge does on purpose in another way, or not yet, and what only another engine can: by name of the test.
LEFT_OUT = {
    "ContractSqlHeader": "the header sets PostgreSQL's time zone",
    "Postgres": "PostgreSQL's types and casts",
    "MaterializedView": "SQLite has none",
    "materialized_views": "SQLite has none",
    "DifferentDatabases": "a connection has one database",
    "persist_docs": "SQLite has no comments",
    "ShowDoesNotHandleDoubleLimit": "forge takes a query with its own limit",
    "EphemeralMulti": "the expected DDL is PostgreSQL's",
    "EphemeralNested": "the expected DDL is PostgreSQL's",
    "caching": "looks into dbt's cache object",
    "hooks_PrePost": "the log table's DDL is PostgreSQL's",
    "HookRefs": "the log table's DDL is PostgreSQL's",
    "AfterRunHooks": "wants the exception of another adapter",
    "DocsGen": "no docs yet",
    "Snapshot": "no snapshots yet",
    "query_comment_QueryComments": "reads dbt's debug log",
    "query_comment_MacroQueryComments": "reads dbt's debug log",
    "query_comment_MacroArgs": "reads dbt's debug log",
    "IncrementalOnSchemaChange": "wants dbt's words",
}


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
    return {name: pytest.fixture(scope=scope)(lambda self: value)}


def answered(title):
    """The fixtures of an adapter on SQLite."""
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
    return {}


def collect():
    found = {}
    for folder in FOLDERS:
        package = importlib.import_module(f"dbt.tests.adapter.{folder}")
        for module in pkgutil.iter_modules(package.__path__):
            if not module.name.startswith("test_"):
                continue
            suite = importlib.import_module(f"{package.__name__}.{module.name}")
            for name, one in vars(suite).items():
                if isinstance(one, type) and one.__module__ == suite.__name__ and name.startswith("Test"):
                    title = f"Test_{folder}_{name[4:]}"
                    if any(part in title for part in LEFT_OUT):
                        continue
                    found[title] = type(name, (one,), {"__module__": __name__, **answered(title)})
    return found


globals().update(collect())
