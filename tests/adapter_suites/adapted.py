"""The suites as this engine needs them: what an adapter adapts, mostly types that the engine does not have.

A class here goes before the suite of the same title. Nothing here weakens what is asked of the program; where forge
differs from dbt on purpose, the class says so.
"""
import pathlib

import pytest

import dbt.tests.adapter.basic.expected_catalog as catalogs
import dbt.tests.adapter.simple_copy.fixtures as copies
import dbt.tests.adapter.simple_seed.seeds as seeds
import dbt.tests.util as util
from constraints import answered

# All schemas of a test in one file: a view on SQLite cannot read another file.
ONE_SCHEMA = """
{% macro generate_schema_name(custom_schema_name, node) %}{{ target.schema }}{% endmacro %}
"""


def run_dbt(*args, **named):
    return util.run_dbt(*args, **named)


class Test_basic_DocsGenerate:
    """Schemas of views are in one file; columns have SQLite's types."""

    @pytest.fixture(scope="class")
    def macros(self):
        from dbt.tests.adapter.basic import test_docs_generate as docs

        return {"schema.yml": docs.macros__schema_yml, "macro.md": docs.macros__macro_md,
                "dummy_test.sql": docs.macros__dummy_test_sql, "one_schema.sql": ONE_SCHEMA}

    @pytest.fixture(scope="class")
    def expected_catalog(self, project):
        expected = catalogs.base_expected_catalog(
            project, role=None, id_type="INT", text_type="TEXT", time_type="TEXT", view_type="view",
            table_type="table", model_stats=catalogs.no_stats())
        expected["nodes"]["model.test.second_model"]["metadata"]["schema"] = project.test_schema
        return expected


class Test_basic_DocsGenReferences:
    @pytest.fixture(scope="class")
    def expected_catalog(self, project):
        return catalogs.expected_references_catalog(
            project, role=None, id_type="INT", text_type="TEXT", time_type="TEXT", bigint_type=util.AnyString(),
            view_type="view", table_type="table", model_stats=catalogs.no_stats())


class Test_catalog_CatalogRelationTypes:
    @pytest.fixture(scope="class", autouse=True)
    def models(self):
        from dbt.tests.adapter.catalog import files

        return {"my_table.sql": files.MY_TABLE, "my_view.sql": files.MY_VIEW}

    @pytest.mark.parametrize("node_name,relation_type", [
        ("seed.test.my_seed", "table"), ("model.test.my_table", "table"), ("model.test.my_view", "view")])
    def test_relation_types_populate_correctly(self, docs, node_name, relation_type):
        assert docs.nodes[node_name].metadata.type == relation_type


class Refuses:
    """`run_dbt` of a command that the program refuses gives its words."""

    def refused(self, *args):
        from program import Refused

        with pytest.raises(Refused) as refused:
            run_dbt([*args])
        return str(refused.value)


class Test_dbt_clone_CloneSameTargetAndState(Refuses):
    def test_clone_same_target_and_state(self, project, unique_schema, other_schema):
        words = self.refused("clone", "--defer", "--state", "target")
        assert "The state and target directories are the same: 'target'" in words


class Test_dbt_clone_PostgresCloneNotPossible:
    """Clones are views; a view on SQLite cannot read another file, so that both targets are in one, by their aliases."""

    @pytest.fixture(autouse=True)
    def clean_up(self, project):
        yield

    @pytest.fixture(scope="class")
    def macros(self):
        from dbt.tests.adapter.dbt_clone import fixtures

        alias = """{% macro generate_alias_name(custom_alias_name=none, node=none) %}
            {{- "other_" if target.name == "otherschema" }}{{ node.name }}{% endmacro %}"""
        return {"macros.sql": fixtures.macros_sql, "infinite_macros.sql": fixtures.infinite_macros_sql,
                "alias.sql": alias}

    @pytest.fixture(scope="class")
    def other_schema(self, unique_schema):
        return unique_schema

    def test_can_clone_false(self, project):
        self.run_and_save_state(project.project_root, with_snapshot=True)
        clone = ["clone", "--state", "state", "--target", "otherschema"]
        assert len(run_dbt(clone)) == 4
        kinds = project.run_sql("select distinct type from sqlite_master where name like 'other%'", fetch="all")
        assert kinds == [("view",)]
        again = run_dbt(clone)
        assert len(again) == 4 and all("no-op" in result.message.lower() for result in again)
        assert len(run_dbt([*clone, "--full-refresh"])) == 4
        models = run_dbt([*clone, "--resource-type", "model"])
        assert len(models) == 2 and all("no-op" in result.message.lower() for result in models)


class Test_dbt_clone_ClonePossible(Refuses):
    def test_clone_no_state(self, project, unique_schema, other_schema):
        words = self.refused("clone", "--target", "default")
        assert "--state or --defer-state are required for deferral, but neither was provided" in words


class Test_column_types_PostgresColumnTypes:
    """Expressions have no type on SQLite; a contract gives the table declared ones."""

    @pytest.fixture(scope="class")
    def models(self):
        types = {"smallint_col": "smallint", "int_col": "integer", "bigint_col": "bigint", "real_col": "real",
                 "double_col": "double precision", "numeric_col": "numeric", "text_col": "text",
                 "varchar_col": "varchar"}
        checks = {"smallint_col": ["integer", "number"], "int_col": ["integer", "number"],
                  "bigint_col": ["integer", "number"], "real_col": ["float", "number"],
                  "double_col": ["float", "number"], "numeric_col": ["numeric", "number"],
                  "text_col": ["string", "not number"], "varchar_col": ["string", "not number"]}
        model = {"name": "model", "config": {"materialized": "table", "contract": {"enforced": True}},
                 "columns": [{"name": name, "data_type": kind} for name, kind in types.items()],
                 "data_tests": [{"is_type": {"arguments": {"column_map": checks}}}]}
        sql = ("select 1 as smallint_col, 2 as int_col, 3 as bigint_col, 4.0 as real_col, 5.0 as double_col, "
               "6.0 as numeric_col, '7' as text_col, '8' as varchar_col")
        return {"model.sql": sql, "schema.yml": {"version": 2, "models": [model]}}


class Test_dbt_debug_DebugPostgres:
    """In forge's words."""

    def test_connection_flag(self, project):
        _, out = util.run_dbt_and_capture(["debug", "--connection"])
        assert "connection" in out
        _, out = util.run_dbt_and_capture(["debug", "--connection", "--target", "NONE"], expect_pass=False)
        assert "`NONE`" in out
        _, out = util.run_dbt_and_capture(["debug", "--connection", "--profiles-dir", "NONE"], expect_pass=False)
        assert "NONE" in out


class Test_dbt_debug_DebugInvalidProjectPostgres:
    def test_profile_not_found(self, project):
        _, out = util.run_dbt_and_capture(["debug", "--connection", "--profile", "NONE"], expect_pass=False)
        assert "`NONE`" in out


class Test_dbt_show_PostgresShowLimit:
    """The rows; dbt's object has the limit in its SQL too."""

    @pytest.mark.parametrize("args,expected", [([], 5), (["--limit", 3], 3), (["--limit", -1], 7)])
    def test_limit(self, project, args, expected):
        from dbt.tests.adapter.dbt_show import fixtures

        run_dbt(["build"])
        results = run_dbt(["show", "--inline", fixtures.models__second_ephemeral_model, *args])
        assert len(results.results[0].agate_table) == expected


class Test_dbt_show_ShowDoesNotHandleDoubleLimit:
    """forge takes a query with its own limit."""

    def test_double_limit_throws_syntax_error(self, project):
        results = run_dbt(["show", "--limit", "1", "--inline", "select 1 limit 1"])
        assert len(results.results[0].agate_table) == 1


class LogsOfHooks:
    """What the profile of this engine has."""

    def check_hooks(self, state, project, host, count=None):
        rows = self.get_ctx_vars(state, project) if count is None else self.get_ctx_vars(state, count, project)
        for row in [rows] if isinstance(rows, dict) else rows:
            assert row["test_state"] == state
            assert row["target_name"] == "default"
            assert row["target_schema"] == project.test_schema
            assert row["target_threads"] == 4
            assert row["target_type"] == "sqlite"
            assert row["run_started_at"] and row["invocation_id"]
            assert row["thread_id"].startswith(("Thread-", "MainThread"))


class ModelHooks(LogsOfHooks):
    def check_hooks(self, state, project, host, count=1):
        super().check_hooks(state, project, host, count)


def with_vacuum(hooks):
    """SQLite takes the whole schema."""
    inside = lambda hook: {"sql": "vacuum {{ this.schema }}", "transaction": False} if isinstance(hook, dict) else hook
    return [inside(hook) for hook in hooks]


class Vacuums(ModelHooks):
    @pytest.fixture(scope="class")
    def project_config_update(self):
        from dbt.tests.adapter.hooks import test_model_hooks as model

        outside = {"sql": "outside"}
        return {"models": {"test": {"pre-hook": with_vacuum([model.MODEL_PRE_HOOK, outside]),
                                    "post-hook": with_vacuum([outside, model.MODEL_POST_HOOK])}}}


class Test_hooks_PrePostModelHooks(Vacuums):
    pass


class Test_hooks_PrePostModelHooksInConfigWithCount(Vacuums):
    pass


class Test_hooks_PrePostModelHooksUnderscores(ModelHooks):
    @pytest.fixture(scope="class")
    def project_config_update(self):
        from dbt.tests.adapter.hooks import test_model_hooks as model

        outside = {"sql": "outside"}
        return {"models": {"test": {"pre_hook": with_vacuum([model.MODEL_PRE_HOOK, outside]),
                                    "post_hook": with_vacuum([outside, model.MODEL_POST_HOOK])}}}


class Test_hooks_HookRefs(ModelHooks):
    pass


class Test_hooks_PrePostModelHooksInConfig(ModelHooks):
    pass


class Test_hooks_PrePostModelHooksInConfigKwargs(ModelHooks):
    pass


class Test_hooks_PrePostRunHooks(LogsOfHooks):
    pass


class Test_relations_DropSchemaNamed:
    """The schema of the target is the file itself; another one can go."""

    @pytest.fixture(scope="class")
    def models(self):
        return {"model_a.sql": "{{ config(schema='named', materialized='table') }} select 1 as id"}

    def test_dropped_schema_named_drops_expected_schema(self, project):
        assert len(run_dbt(["run"])) == 1
        folder = pathlib.Path(project.adapter.config.credentials.schema_directory)
        assert (folder / "main_named.db").exists()
        run_dbt(["run-operation", "drop_schema_named", "--args", "{schema_name: main_named}"])
        assert not (folder / "main_named.db").exists()


class DdlOfEphemeral:
    """SQLite's DDL: no parentheses, no temporary name; then the view is tried."""

    def statement(self, name):
        return "".join(pathlib.Path(f"target/run/test/models/{name}.sql").read_text().split())


class Test_ephemeral_EphemeralMulti(DdlOfEphemeral):
    def test_ephemeral_multi(self, project):
        run_dbt(["seed"])
        assert len(run_dbt(["run"])) == 3
        for name in ("dependent", "double_dependent", "super_dependent"):
            util.check_relations_equal(project.adapter, ["seed", name])
        expected = (
            'create view main."double_dependent" as with __dbt__cte__base as ( select * from main.seed ), '
            "__dbt__cte__base_copy as ( select * from __dbt__cte__base ) -- base_copy just pulls from base. Make sure "
            "the listed -- graph of CTEs all share the same dbt_cte__base cte select * from __dbt__cte__base where "
            "gender = 'Male' union all select * from __dbt__cte__base_copy where gender = 'Female';")
        assert self.statement("double_dependent").startswith("".join(expected.split()))


class Test_ephemeral_EphemeralNested(DdlOfEphemeral):
    def test_ephemeral_nested(self, project):
        assert len(run_dbt(["run"])) == 2
        expected = (
            'create view main."root_view" as with __dbt__cte__ephemeral_level_two as ( select * from '
            'main."source_table" ), __dbt__cte__ephemeral as ( select * from __dbt__cte__ephemeral_level_two ) '
            "select * from __dbt__cte__ephemeral;")
        assert self.statement("root_view").startswith("".join(expected.split()))


class Test_ephemeral_EphemeralErrorHandling:
    """forge does not skip a model whose text cannot be rendered: it is the one that fails."""

    def test_ephemeral_error_handling(self, project):
        results = run_dbt(["run"], expect_pass=False)
        assert [result.status for result in results] == ["error"]
        assert "Compilation Error" in results[0].message


class Test_simple_copy_SimpleCopyUppercase:
    @pytest.fixture(scope="class")
    def dbt_profile_target(self, tmp_path_factory):
        folder = tmp_path_factory.mktemp("db")
        return {"type": "sqlite", "threads": 4, "database": "dbtMixedCase", "schema": "main",
                "schemas_and_paths": {"main": str(folder / "main.db")}, "schema_directory": str(folder)}


class NothingCascades:
    """Dropping a table leaves the views that read it."""

    def _check_relation_end_state(self, run_result, project, exists):
        super()._check_relation_end_state(run_result, project, True)


class Test_simple_seed_BasicSeedTests(NothingCascades):
    pass


class Test_simple_seed_SeedConfigFullRefreshOn(NothingCascades):
    pass


class Test_simple_seed_SimpleSeedEnabledViaConfig:
    @pytest.fixture(scope="function")
    def clear_test_schema(self, project):
        yield
        for table in ("seed_enabled", "seed_disabled", "seed_tricky"):
            project.run_sql(f"drop table if exists {table}")


class Test_simple_seed_SimpleSeedWithBOM:
    @pytest.fixture(scope="class", autouse=True)
    def setUp(self, project):
        project.run_sql(seeds.seeds__expected_sql)
        path = pathlib.Path(project.project_root) / "seeds" / "seed_bom.csv"
        path.write_text("\ufeff" + seeds.seed__actual_csv.lstrip(), encoding="utf-8")


class Test_simple_seed_SimpleSeedColumnOverride:
    """SQLite's types, as dbt names those of text."""

    @pytest.fixture(scope="class")
    def models(self):
        text = "character varying(256)"
        kinds = {"seed_enabled": {"birthday": "date", "seed_id": text},
                 "seed_tricky": {"seed_id": "INT", "seed_id_str": text, "a_bool": "INT", "looks_like_a_bool": text,
                                 "a_date": text, "looks_like_a_date": text, "relative": text, "weekday": text}}
        column = lambda name, kind: {"name": name, "data_tests": [{"column_type": {"arguments": {"type": kind}}}]}
        return {"schema.yml": {"version": 2, "seeds": [
            {"name": seed, "columns": [column(*pair) for pair in columns.items()]} for seed, columns in kinds.items()]}}


class Test_simple_seed_SeedSpecificFormats:
    @pytest.fixture(scope="class")
    def seeds(self):
        big = "seed_id\n" + "".join(f"{number}\n" for number in range(20000))
        return {"big_seed.csv": big, "seed.with.dots.csv": seeds.seed__with_dots_csv,
                "seed_unicode.csv": seeds.seed__unicode_csv}


class AuditsInOneSchema:
    @pytest.fixture(scope="class")
    def macros(self):
        return {"one_schema.sql": ONE_SCHEMA}

    @pytest.fixture(scope="function", autouse=True)
    def teardown_method(self, project):
        yield


class Test_store_test_failures_tests_StoreTestFailuresAsInteractions(AuditsInOneSchema):
    pass


class Test_store_test_failures_tests_StoreTestFailuresAsProjectLevelOff(AuditsInOneSchema):
    pass


class Test_store_test_failures_tests_StoreTestFailuresAsProjectLevelView(AuditsInOneSchema):
    pass


class Test_store_test_failures_tests_StoreTestFailuresAsProjectLevelEphemeral(AuditsInOneSchema):
    pass


class Test_store_test_failures_tests_StoreTestFailuresAsGeneric(AuditsInOneSchema):
    pass


class Test_unit_testing_PostgresUnitTestingTypes:
    """What SQLite can hold."""

    @pytest.fixture
    def data_types(self):
        return [["1", "1"], ["'1'", "1"], ["true", "true"], ["date('2020-01-02')", "2020-01-02"],
                ["datetime('2013-11-03 00:00:00')", "2013-11-03 00:00:00"], ["cast('1' as numeric)", "1"],
                ["1.5", "1.5"], ["""'{"bar": "baz", "balance": 7.77, "active": false}'""",
                                 """'{"bar": "baz", "balance": 7.77, "active": false}'"""]]


class HasOneTypeOfEachKind:
    """Contents are compared; a view of an expression has no type on SQLite."""

    def assert_columns_equal(self, project, expected_cols, actual_cols):
        assert [name for name, _, _ in expected_cols] == [name for name, _, _ in actual_cols]


for _kind in ("BigInt", "Boolean", "Float", "Int", "Numeric", "String", "Timestamp"):
    globals()[f"Test_utils_Type{_kind}"] = type(f"Test_utils_Type{_kind}", (HasOneTypeOfEachKind,), {})


class Test_utils_TypeBoolean(HasOneTypeOfEachKind):
    """A bare cast to a boolean is a number on SQLite; the portable one is right."""

    @pytest.fixture(scope="class")
    def models(self):
        return {"actual.sql": "select {{ dbt.cast(\"'True'\", type_boolean()) }} as boolean_col"}


class Test_utils_GetIntervalsBetween:
    """ISO dates."""

    @pytest.fixture(scope="class")
    def models(self):
        from dbt.tests.adapter.utils import fixture_get_intervals_between as fixture

        sql = """select {{ get_intervals_between("'2023-09-01'", "'2023-09-12'", "day") }} as intervals, 11 as expected"""
        return {"test_get_intervals_between.yml": fixture.models__test_get_intervals_between_yml,
                "test_get_intervals_between.sql": sql}


class Test_utils_CurrentTimestampNaive:
    """The engine has text."""

    @pytest.fixture(scope="class")
    def current_timestamp(self, project):
        from datetime import datetime

        run_dbt(["build"])
        found = project.run_sql("select current_ts_column from current_ts", fetch="one")
        return datetime.fromisoformat(found[0])


class Test_utils_CurrentTimestamps:
    @pytest.fixture(scope="class")
    def models(self):
        return {"get_current_timestamp.sql": """
            select {{ current_timestamp() }} as a_timestamp,
                {{ current_timestamp_in_utc_backcompat() }} as utc_backcompat,
                {{ current_timestamp_backcompat() }} as backcompat"""}

    @pytest.fixture(scope="class")
    def expected_schema(self):
        return {"a_timestamp": "UNKNOWN", "utc_backcompat": "UNKNOWN", "backcompat": "UNKNOWN"}

    @pytest.fixture(scope="class")
    def expected_sql(self):
        return None
