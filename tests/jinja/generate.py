"""Writes JSON lines: what Python's Jinja2 makes of templates.

    generate.py random FIRST COUNT     random templates, one for each seed
    generate.py native FIRST COUNT     random expressions in the native environment
    generate.py table [SHARE]          every operator, filter, test and method with every kind of value
    generate.py modules                calls of `modules.*`
    generate.py regressions            small templates that were wrong once

A line is `[template, outcome]`, with the macros and the environment behind where there are any. The outcome is the
text, or for a mistake a list with its class.
"""

import json
import random
import sys

from grammar import Template
from oracle import outcome


def line(template, macros="", native=False):
    result = outcome(template, macros, native)
    if result is None:
        return None
    kind, text = result
    row = [template, text if kind == "ok" else [kind]]
    if macros or native:
        row.append(macros)
    if native:
        row.append("native")
    return json.dumps(row, ensure_ascii=False)


def random_templates(first, count):
    for seed in range(first, first + count):
        macros, template = Template(seed).whole()
        yield template, macros, False


def native_templates(first, count):
    marks = ["", "", "", " | as_text", " | as_bool", " | as_native", " | as_number"]
    for seed in range(first, first + count):
        template = Template(seed)
        if template.chance(0.8):
            text = "{{ " + template.expr() + template.pick(marks) + " }}"
        else:
            text = template.whole()[1]
        yield text, "", True


def table(rows, share):
    rng = random.Random(1)
    for template in rows:
        if rng.random() < share:
            yield template, "", False


def cases(arguments):
    mode, *rest = arguments
    if mode == "random":
        return random_templates(*map(int, rest))
    if mode == "native":
        return native_templates(*map(int, rest))
    if mode == "regressions":
        import regressions

        return regressions.everything()
    if mode == "modules":
        import modules

        return ((template, "", False) for template in modules.everything())
    share = float(rest[0]) if rest else 1.0
    import tables

    return table(tables.everything(), share)


if __name__ == "__main__":
    for case in cases(sys.argv[1:]):
        text = line(*case)
        if text is not None:
            print(text)
