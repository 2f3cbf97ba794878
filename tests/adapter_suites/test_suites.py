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
    "Postgres": "PostgreSQL's types and casts",
    "MaterializedView": "SQLite has none",
    "materialized_views": "SQLite has none",
    "DifferentDatabases": "a connection has one database",
    "persist_docs": "SQLite has no comments",
    "ShowDoesNotHandleDoubleLimit": "forge takes a query with its own limit",
    "constraints": "the expected DDL is PostgreSQL's",
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
                    found[title] = type(name, (one,), {"__module__": __name__})
    return found


globals().update(collect())
