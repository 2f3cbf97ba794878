"""Renders a template as dbt does: the outcome that forge must match.

Needs dbt-core in the Python that runs it. `outcome` gives a pair: "ok" and the text (in the native environment the
`repr` of the value), or the class of the error and nothing. Outcomes that no other program can repeat, such as
memory addresses, give none.
"""

import datetime
import itertools
import re
import resource
import signal

import jinja2
import pytz
from dbt_common.clients.jinja import (
    CallableMacroGenerator,
    extract_toplevel_blocks,
    get_template,
)
from dbt_common.exceptions.macros import MacroReturn

SECONDS = 3
# A template that wants more memory than this is not compared.
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))


class Macro:
    def __init__(self, name, source):
        self.name = name
        self.macro_sql = source
        self.unique_id = "macro.shop." + name


class Slow(Exception):
    pass


def give_up(*_):
    raise Slow()


signal.signal(signal.SIGALRM, give_up)


def give_back(data=None):
    raise MacroReturn(data)


def exports(module, names):
    return {name: getattr(module, name) for name in names}


def set_or(value, default=None):
    try:
        return set(value)
    except TypeError:
        return default


def zip_or(*values, default=None):
    try:
        return zip(*values)
    except TypeError:
        return default


MODULES = {
    "datetime": exports(datetime, ["date", "datetime", "time", "timedelta", "tzinfo"]),
    "re": {name: getattr(re, name) for name in re.__all__},
    "pytz": {name: getattr(pytz, name) for name in pytz.__all__},
    "itertools": {
        name: getattr(itertools, name)
        for name in (
            "count cycle repeat accumulate chain compress islice starmap tee zip_longest "
            "product permutations combinations combinations_with_replacement"
        ).split()
    },
}


def context(macros):
    names = {"return": give_back, "modules": MODULES, "set": set_or, "zip": zip_or}
    names["context"] = names
    for block in extract_toplevel_blocks(macros, {"macro"}, False) if macros else []:
        macro = Macro(block.block_name, block.full_block)
        names[block.block_name] = CallableMacroGenerator(macro, names)
    return names


def error_class(error):
    cause = error
    while cause is not None:
        if isinstance(cause, Slow):
            return None
        # Jinja2 writes infinity into the code it makes as a name that is not there.
        infinite = isinstance(cause, NameError) and cause.name in ("inf", "nan")
        if infinite or isinstance(cause, (RecursionError, MemoryError)):
            return None
        if isinstance(cause, jinja2.UndefinedError):
            return "undefined"
        if isinstance(cause, jinja2.TemplateSyntaxError):
            return "syntax"
        cause = cause.__cause__ or cause.__context__
    return "error"


UNREPEATABLE = re.compile(r" at 0x[0-9a-f]{6}|<function |<bound method|<built-in|<class '|&lt;class |&lt;function |\dj\)|Markup\(")


def outcome(template, macros="", native=False):
    signal.alarm(SECONDS)
    try:
        names = context(macros)
        value = get_template(template, names, None, native=native).render(names)
        value = repr(value) if native else value
        signal.alarm(0)
    except BaseException as error:  # noqa: B902  what a template raises can be anything
        signal.alarm(0)
        if isinstance(error, KeyboardInterrupt):
            raise
        name = error_class(error)
        return name and (name, None)
    if UNREPEATABLE.search(value) or len(value) > 4000:
        return None
    try:
        value.encode()
    except UnicodeEncodeError:
        return None
    return ("ok", value)
