import pandas as pd
from sklearn.linear_model import LinearRegression


def helper(frame):
    return frame.rename(columns={"id": "key"})


def model(dbt, session):
    dbt.config(materialized="incremental", tags=["ml", 'py'], packages=["pandas==2.0"], meta={"n": -1, "f": 1.5, "l": (1, None, True)})
    # dbt.ref("not_read")
    text = """dbt.ref('not read')"""
    left = dbt.ref("a").join(dbt.ref("b"), on="id").union(helper(dbt.source("raw", "t")))
    threshold = dbt.config.get("threshold", 10)
    owner = dbt.config.get("owner")
    flag = dbt.config.meta_get("flag")
    return left.filter(
        left["id"] > threshold
    )
