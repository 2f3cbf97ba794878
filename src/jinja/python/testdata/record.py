"""Records what dbt prints for expressions.txt: python record.py expressions.txt"""

import sys

import jinja2
from dbt.context.base import get_context_modules
import dbt.deprecations

dbt.deprecations.warn = lambda *args, **kwargs: None

env = jinja2.Environment(extensions=["jinja2.ext.do"])
path = sys.argv[1]
out = []
for line in open(path, encoding="utf-8").read().split("\n"):
    if line.startswith("= "):
        continue
    out.append(line)
    if line and not line.startswith("#"):
        try:
            text = env.from_string("{{ " + line + " }}").render(modules=get_context_modules())
        except Exception as error:
            sys.exit(f"{line}\n{error!r}")
        out.append("= " + text.replace("\\", "\\\\").replace("\n", "\\n"))
open(path, "w", encoding="utf-8").write("\n".join(out))
