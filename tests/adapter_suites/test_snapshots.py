"""Snapshots in every variant: the bases of dbt's suites with PostgreSQL's SQL said in SQLite's words.

Changed is only what the suites say to the database themselves (casts with `::`, intervals, `md5`), and that the engine's
times are text where the suite wants a Python datetime.
"""
import hashlib
import inspect
import re
import sqlite3

import dbt.tests.adapter.basic.test_snapshot_check_cols as check_cols
import dbt.tests.adapter.basic.test_snapshot_timestamp as timestamp
import dbt.tests.adapter.simple_snapshot.new_record_check_mode as new_check
import dbt.tests.adapter.simple_snapshot.new_record_dbt_valid_to_current as new_current
import dbt.tests.adapter.simple_snapshot.new_record_timestamp_mode as new_timestamp
import dbt.tests.adapter.simple_snapshot.test_ephemeral_snapshot_hard_deletes as ephemeral
import dbt.tests.adapter.simple_snapshot.test_snapshot as simple
import dbt.tests.adapter.simple_snapshot.test_various_configs as various
import dbt.tests.fixtures.project as fixtures
import pytest
from dbt.tests.fixtures.project import TestProjInfo

WORDS = [
    (r"(\w+) \+ interval '(\d+ \w+)'", r"datetime(\1, '+\2')"),
    (r"null::timestamp", "null"),
    (r"(\w+)::text", r"cast(\1 as text)"),
    (r"(\{\{ ?target\.database ?\}\}|\{database\}|\bignored)\.", ""),
    (r"\bleft\(", "left_of("),
]


def in_sqlites_words(sql):
    for pattern, words in WORDS:
        sql = re.sub(pattern, words, sql)
    return sql


@pytest.fixture(scope="class", autouse=True)
def _speaks_sqlite():
    run_sql, connect, write = TestProjInfo.run_sql, sqlite3.connect, fixtures.write_file

    def with_functions(*args, **kwargs):
        handle = connect(*args, **kwargs)
        handle.create_function("md5", 1, lambda text: hashlib.md5(str(text).encode()).hexdigest())
        handle.create_function("left_of", 2, lambda text, n: text and text[:n])
        return handle

    def translated(self, sql, fetch=None):
        # A semicolon in a comment is none, and a comment behind the last one is no statement.
        sql = re.sub(r"--[^\n]*", "", in_sqlites_words(sql))
        return run_sql(self, sql, fetch=fetch)

    def written(contents, *path):
        return write(in_sqlites_words(contents) if isinstance(contents, str) else contents, *path)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fixtures, "write_file", written)
        patch.setattr(sqlite3, "connect", with_functions)
        patch.setattr(TestProjInfo, "run_sql", translated)
        yield


LEFT_OUT = {"BaseSimpleSnapshotBase": "has no test", "BaseSnapshotInvalidColumnNames": "wants dbt's words"}
MODULES = [check_cols, timestamp, new_check, new_current, new_timestamp, ephemeral, simple, various]

for _module in MODULES:
    for _name, _base in inspect.getmembers(_module, inspect.isclass):
        if _name.startswith("Base") and _base.__module__ == _module.__name__ and _name not in LEFT_OUT:
            globals()[f"Test{_name[4:]}"] = type(f"Test{_name[4:]}", (_base,), {"__module__": __name__})


class TestSnapshotDbtValidToCurrent(various.BaseSnapshotDbtValidToCurrent):
    """As dbt's, but the engine's times are text, and an update behind a query leaves rows in another order."""

    def test_valid_to_current(self, project):
        for sql in [various.create_seed_sql, various.create_snapshot_expected_sql, various.seed_insert_sql,
                    various.populate_snapshot_expected_valid_to_current_sql]:
            project.run_sql(sql)
        assert len(various.run_dbt(["snapshot"])) == 1
        ends = "select distinct test_valid_to from {schema}.snapshot_actual order by 1"
        assert project.run_sql(ends, fetch="all") == [("2099-12-31",)]
        project.run_sql(various.invalidate_sql)
        project.run_sql(various.update_with_current_sql)
        assert len(various.run_dbt(["snapshot"])) == 1
        of_ten = "select test_valid_to from {schema}.snapshot_actual where id = 10 order by 1"
        assert project.run_sql(of_ten, fetch="all") == [("2016-08-20 16:44:49",), ("2099-12-31",)]
        various.check_relations_equal(project.adapter, ["snapshot_actual", "snapshot_expected"])


class TestSnapshotInvalidColumnNames(various.BaseSnapshotInvalidColumnNames):
    """As dbt's, in forge's words."""

    def test_snapshot_invalid_column_names(self, project):
        for sql in [various.create_seed_sql, various.seed_insert_sql]:
            project.run_sql(sql)
        assert len(various.run_dbt(["snapshot"])) == 1
        names = {"dbt_valid_to": "test_valid_to", "dbt_updated_at": "test_updated_at"}
        different = {"snapshots": {"test": {"+snapshot_meta_column_names": names}}}
        various.update_config_file(different, "dbt_project.yml")
        results, output = various.run_dbt_and_capture(["snapshot"], expect_pass=False)
        assert len(results) == 1
        assert "`dbt_scd_id`, `dbt_valid_from`" in output
