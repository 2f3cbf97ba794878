def model(dbt, session):
    return helper([dbt.ref("py_first")], {"k": dbt.ref("a")}, x + dbt.ref("b"))
