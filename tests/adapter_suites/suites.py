"""Finds every suite of dbt-tests-adapter: the classes with tests that no other suite refines."""
import importlib
import pathlib

import dbt.tests.adapter as adapter


def classes():
    """All classes of the package, by module."""
    root = pathlib.Path(list(adapter.__path__)[0])
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[-1] == "__init__":
            continue
        module = importlib.import_module(".".join([adapter.__name__, *parts]))
        for one in list(vars(module).values()):
            if isinstance(one, type) and one.__module__ == module.__name__:
                yield one


def tests(one):
    return [name for name in dir(one) if name.startswith("test_") and callable(getattr(one, name))]


def folder(one):
    return one.__module__.removeprefix(adapter.__name__ + ".").split(".")[0]


def title(one):
    """`hooks: PrePostRunHooks`, as one word that pytest takes for a class of tests."""
    name = one.__name__.removeprefix("Test").removeprefix("Base")
    return f"Test_{folder(one)}_{name}"


def leaves():
    """By title: a `Test…` class, or one that has no subclass."""
    found = [one for one in classes() if tests(one)]
    is_refined = lambda one: any(other is not one and issubclass(other, one) for other in found)
    kept = [one for one in found if one.__name__.startswith("Test") or not is_refined(one)]
    by_title = {}
    for one in kept:
        name = title(one)
        by_title[name if name not in by_title else name + "_" + one.__module__.split(".")[-1]] = one
    return by_title
