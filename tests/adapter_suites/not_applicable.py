"""Suites that say nothing about this engine, or nothing about a program: beginnings of titles (and of tests), and why."""

NOT_APPLICABLE = {
    "Test_materialized_view_": "the engine has no materialized views",
    "Test_python_model_": "the engine runs no Python",
    "Test_functions_": "the engine keeps no functions",
    "Test_grants_": "the engine has no privileges",
    "Test_persist_docs_": "the engine keeps no comments; a run says so",
    "Test_caching_": "looks into the memory of dbt's own process",
    "Test_basic_GetCatalogForSingleRelation": "calls a Python class of the adapter",
    "Test_utils_CalculateFreshnessMethod": "calls a Python class of the adapter",
    "Test_utils_ValidateSqlMethod": "calls a Python class of the adapter",
    "Test_basic_ValidateConnection": "calls a Python class of the adapter",
    "Test_utils_EscapeSingleQuotesBackslash": "for engines that escape with a backslash; the other form runs",
    "Test_utils_CurrentTimestamp::": "for engines with time zones; the naive form runs",
    "Test_simple_copy_SimpleCopyBase::test_simple_copy_with_materialized_views": "the engine has no materialized views",
    "Test_catalog_CatalogRelationTypes::test_relation_types_populate_correctly[model.test.my_materialized_view":
        "the engine has no materialized views",
    "Test_dbt_clone_ClonePossible::test_can_clone_true": "forge clones by views; the other form runs",
    "Test_constraints_TableContractSqlHeader": "sets PostgreSQL's time zone",
    "Test_constraints_IncrementalContractSqlHeader": "sets PostgreSQL's time zone",
    "Test_aliases_SameAliasDifferentDatabases": "a connection has one database",
}


def reason(name):
    """Of `Test_folder_Suite::test`."""
    return next((why for part, why in NOT_APPLICABLE.items() if (name + "::").startswith(part)), None)
