"""Random templates over the grammar of dbt's Jinja.

`Template(seed).whole()` gives the macros a template may call and the template. Expressions carry a type, so that most
of them make sense; now and then the type is wrong on purpose, because mistakes have to be mistakes in forge too.
"""

import random

STRINGS = [
    "''", "'a'", "'abc'", "'Hello World'", "'it\\'s'", '"quo\\"te"', "'a,b,,c'", "'  pad '", "'line\\nbreak'",
    "'tab\\tx'", "'Äöü ß'", "'x' 'y'", "'{}-{}'", "'%s and %s'", "'100%'", "'<b>&amp;</b>'", "'1'", "'-2'", "'3.5'",
    "'0x1f'", "'TRUE'", "'snake_case_name'", "'camelCase'", "'a.b.c'", "'\\\\d+'", "'é\\u00e9\\x41'", "'😀'",
    "'select * from t'", "'aaa'", "'ab' ", "'AB'", "'z'", "'one two  three'", "'2024-01-31'", "'%d%%'", "'{x}'",
]
INTS = ["0", "1", "2", "3", "5", "7", "10", "-1", "42", "100", "255", "1000", "1_000", "0x1F", "0b101", "0o17",
        "123456789", "9007199254740993", "-7"]
FLOATS = ["0.0", "1.0", "1.5", "2.5", "0.1", "-0.5", "3.14159", "1e3", "1e16", "1e-7", "1.5e300", "100.0", "2.675",
          "123456.789"]
NAMES = ["a", "b", "c", "x", "y", "z", "item", "total", "col"]
TYPES = ["int", "float", "str", "bool", "list", "dict", "tuple", "none"]
STR_TO_STR = ["upper", "lower", "title", "capitalize", "trim", "string", "striptags",
              "urlencode", "reverse", "indent", "wordwrap", "as_text", "as_native", "center"]
# Their results are marked as safe in Python, which other operators then treat in their own way.
MARKED = ["e", "escape", "forceescape", "safe", "urlize", "tojson", "tojson(2)", "pprint"]
ATTRIBUTES = ["a", "b", "name", "id", "x"]


class Template:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.scopes = [{}]
        self.loops = 0
        self.budget = 60
        self.macros = []
        self.writing = False

    # Choice ----------------------------------------------------------------------------------------------------

    def pick(self, items):
        return self.rng.choice(items)

    def chance(self, share):
        return self.rng.random() < share

    def variable(self, kind):
        found = [n for scope in self.scopes for n, k in scope.items() if k == kind or kind == "any"]
        return self.pick(found) if found else None

    def declare(self, kind):
        name = self.pick(NAMES)
        for scope in self.scopes[:-1]:
            scope.pop(name, None)
        self.scopes[-1][name] = kind
        return name

    # Expressions -----------------------------------------------------------------------------------------------

    def expr(self, kind="any", depth=0):
        self.budget -= 1
        if kind == "any":
            kind = self.pick(TYPES)
        if self.chance(0.012):
            kind = self.pick(TYPES)
        if self.chance(0.006):
            return self.pick(["nope", "nope.x", "nope[0]", "nope()", "{}.missing", "none.x", "'s'.nope", "[1][5]"])
        if self.chance(0.25):
            name = self.variable(kind)
            if name:
                return name
        deep = depth > 3 or self.budget < 0
        if not deep and self.chance(0.05):
            return f"({self.expr(kind, depth + 1)} if {self.expr('bool', depth + 1)} else {self.expr(kind, depth + 1)})"
        if not deep and self.chance(0.02):
            return f"{self.expr('any', depth + 1)} | default({self.expr(kind, depth + 1)})"
        if not deep and self.chance(0.03):
            op = self.pick(["and", "or"])
            return f"({self.expr(kind, depth + 1)} {op} {self.expr(kind, depth + 1)})"
        return getattr(self, "of_" + kind)(depth + 1, deep)

    def of_none(self, depth, deep):
        return self.pick(["none", "None"])

    def of_int(self, depth, deep):
        if deep or self.chance(0.3):
            return self.pick(INTS)
        e = lambda kind="int": self.expr(kind, depth)
        return self.pick([
            lambda: f"({e()} {self.pick(['+', '-', '*', '+', '-'])} {e()})",
            lambda: f"{e()} + {e()} * {e()}",
            lambda: f"({e()} {self.pick(['//', '%'])} {e()})",
            lambda: f"{self.pick(['2', '3', '(-2)', '10'])} ** {self.pick(['0', '1', '2', '3', '10', '20'])}",
            lambda: f"-{self.atom('int', depth)}",
            lambda: f"({e('str')} | length)",
            lambda: f"({e('list')} | {self.pick(['length', 'count'])})",
            lambda: f"({e('dict')} | length)",
            lambda: f"({e('str')} | int)",
            lambda: f"({e('float')} | int)",
            lambda: f"({e('str')} | int({self.pick(INTS)}))",
            lambda: f"({e('str')} | int(default={self.pick(INTS)}, base={self.pick(['2', '8', '16', '10', '36'])}))",
            lambda: f"({e()} | abs)",
            lambda: f"({self.ints(depth)} | {self.pick(['sum', 'max', 'min', 'first', 'last'])})",
            lambda: f"{self.atom('str', depth)}.{self.pick(['find', 'rfind', 'count', 'index', 'rindex'])}({e('str')})",
            lambda: f"{self.atom('str', depth)}.{self.pick(['find', 'rfind', 'count'])}({e('str')}, {e()})",
            lambda: f"{self.atom('list', depth)}.{self.pick(['index', 'count'])}({e('any')})",
            lambda: f"{self.ints(depth)}[{self.pick(['0', '-1', '1', '2'])}]",
            lambda: f"({e('str')} | wordcount)",
            lambda: f"{e('bool')} + {e()}" if self.chance(0.5) else e(),
        ])()

    def of_float(self, depth, deep):
        if deep or self.chance(0.3):
            return self.pick(FLOATS)
        e = lambda kind="float": self.expr(kind, depth)
        return self.pick([
            lambda: f"({e()} {self.pick(['+', '-', '*', '/', '//', '%'])} {e()})",
            lambda: f"({e('int')} / {e('int')})",
            lambda: f"({e('int')} {self.pick(['+', '-', '*'])} {e()})",
            lambda: f"({e('str')} | float)",
            lambda: f"({e('int')} | float)",
            lambda: f"({e('str')} | float({self.pick(FLOATS)}))",
            lambda: f"({e()} | round)",
            lambda: f"({e()} | round({self.pick(['0', '1', '2', '3', '-1'])}))",
            lambda: f"({e()} | round({self.pick(['0', '1', '2'])}, '{self.pick(['common', 'ceil', 'floor'])}'))",
            lambda: f"({e()} | round(method='{self.pick(['common', 'ceil', 'floor'])}'))",
            lambda: f"({e('int')} | round({self.pick(['0', '1', '-1', '-2'])}))",
            lambda: f"({e()} | abs)",
            lambda: f"-{self.atom('float', depth)}",
            lambda: f"{self.pick(['2', '0.5', '4', '10'])} ** {self.pick(['-1', '0.5', '-2', '1.5'])}",
        ])()

    def of_bool(self, depth, deep):
        if deep or self.chance(0.2):
            return self.pick(["true", "false", "True", "False"])
        e = lambda kind="any": self.expr(kind, depth)
        compare = ["==", "!=", "<", "<=", ">", ">="]
        return self.pick([
            lambda: f"{e('int')} {self.pick(compare)} {e('int')}",
            lambda: f"{e('int')} {self.pick(compare)} {e('float')}",
            lambda: f"{e('str')} {self.pick(compare)} {e('str')}",
            lambda: f"{e()} {self.pick(['==', '!='])} {e()}",
            lambda: f"{e('list')} {self.pick(compare)} {e('list')}",
            lambda: f"{e('int')} {self.pick(compare)} {e('int')} {self.pick(compare)} {e('int')}",
            lambda: f"{e('str')} {self.pick(['in', 'not in'])} {e('str')}",
            lambda: f"{e()} {self.pick(['in', 'not in'])} {e('list')}",
            lambda: f"{e('str')} {self.pick(['in', 'not in'])} {e('dict')}",
            lambda: f"{e('int')} {self.pick(['in', 'not in'])} {e('tuple')}",
            lambda: f"(not {e('bool')})",
            lambda: f"not {e('any')}",
            lambda: f"({e('bool')} {self.pick(['and', 'or'])} {e('bool')})",
            lambda: self.test(depth),
            lambda: self.test(depth),
            lambda: f"{self.atom('str', depth)}.{self.pick(['startswith', 'endswith'])}({e('str')})",
            lambda: f"{self.atom('str', depth)}.{self.pick(['isdigit', 'isalpha', 'isalnum', 'isspace', 'isupper', 'islower', 'istitle', 'isnumeric', 'isdecimal', 'isidentifier', 'isascii', 'isprintable'])}()",
            lambda: f"({self.bools(depth)} | {self.pick(['first', 'last', 'max', 'min'])})",
        ])()

    def test(self, depth):
        e = lambda kind="any": self.expr(kind, depth)
        no = self.pick(["", "", "not "])
        return self.pick([
            lambda: f"({self.atom('any', depth)} is {no}{self.pick(['defined', 'undefined', 'none', 'boolean', 'true', 'false', 'integer', 'float', 'number', 'string', 'mapping', 'iterable', 'sequence', 'callable', 'escaped'])})",
            lambda: f"({self.atom('int', depth)} is {no}{self.pick(['odd', 'even'])})",
            lambda: f"({self.atom('int', depth)} is {no}divisibleby {self.pick(['2', '3', '7'])})",
            lambda: f"({self.atom('int', depth)} is {no}divisibleby({self.pick(['2', '3', '7'])}))",
            lambda: f"({self.atom('str', depth)} is {no}{self.pick(['lower', 'upper'])})",
            lambda: f"({self.atom('any', depth)} is {no}{self.pick(['eq', 'equalto', 'ne', 'sameas'])}({e()}))"
            if self.chance(0.8) else f"({self.atom('int', depth)} is {no}eq {self.pick(INTS[:8])})",
            lambda: f"({self.atom('int', depth)} is {no}{self.pick(['gt', 'ge', 'lt', 'le', 'greaterthan', 'lessthan'])}({e('int')}))",
            lambda: f"({self.atom('any', depth)} is {no}in({e('list')}))",
            lambda: f"({self.atom('any', depth)} is {no}in {self.atom('list', depth)})",
            lambda: f"({self.pick(['nope', 'nope.x', '{}.a', 'loop', 'range', 'a', 'b'])} is {no}defined)",
            lambda: f"('{self.pick(['upper', 'map', 'nope', 'random', 'xmlattr', 'as_bool'])}' is {no}filter)",
            lambda: f"('{self.pick(['odd', 'defined', 'nope', 'filter', 'sameas'])}' is {no}test)",
        ])()

    def of_str(self, depth, deep):
        if deep or self.chance(0.3):
            return self.pick(STRINGS)
        e = lambda kind="str": self.expr(kind, depth)
        s = lambda: self.atom("str", depth)
        return self.pick([
            lambda: f"({e()} ~ {e('any')})",
            lambda: f"({e('any')} ~ '-' ~ {e('any')})",
            lambda: f"({e()} + {e()})",
            lambda: f"{s()} * {self.pick(['0', '1', '2', '3', '-1'])}",
            lambda: f"({e()} | {self.pick(STR_TO_STR)})",
            lambda: f"({e()} | {self.pick(STR_TO_STR)} | {self.pick(STR_TO_STR)})",
            lambda: f"({e('any')} | string)",
            lambda: f"({e()} | replace({e()}, {e()}))",
            lambda: f"({e()} | replace({self.pick(STRINGS)}, {e()}, {self.pick(['0', '1', '2'])}))",
            lambda: f"({e()} | truncate({self.pick(['3', '5', '8', '10', '20'])}{self.pick(['', ', true', ', false', ', true, ' + repr('…'), ', true, ' + repr('') + ', 0', ', leeway=0'])}))",
            lambda: f"({e()} | indent({self.pick(['2', '4', repr('> ')])}{self.pick(['', ', true', ', first=true', ', blank=true', ', true, true'])}))",
            lambda: f"({e()} | wordwrap({self.pick(['3', '5', '10'])}{self.pick(['', ', false', ', true, ' + repr('|'), ', break_on_hyphens=false'])}))",
            lambda: f"({e()} | center({self.pick(['5', '10', '11', '20'])}))",
            lambda: f"({e()} | trim({e()}))",
            lambda: f"({e('list')} | join({e()}))",
            lambda: f"({e('list')} | join)",
            lambda: f"({self.dicts(depth)} | join({e()}, attribute='{self.pick(ATTRIBUTES)}'))",
            lambda: f"{s()}.{self.pick(['upper', 'lower', 'title', 'capitalize', 'swapcase', 'strip', 'lstrip', 'rstrip', 'casefold', 'expandtabs'])}()",
            lambda: f"{s()}.{self.pick(['strip', 'lstrip', 'rstrip', 'removeprefix', 'removesuffix'])}({e()})",
            lambda: f"{s()}.replace({e()}, {e()})",
            lambda: f"{s()}.replace({e()}, {e()}, {self.pick(['1', '2', '0', '-1'])})",
            lambda: f"{s()}.{self.pick(['ljust', 'rjust', 'center'])}({self.pick(['5', '10', '12'])}{self.pick(['', ', ' + repr('*')])})",
            lambda: f"{s()}.zfill({self.pick(['3', '5', '8'])})",
            lambda: f"{self.pick(STRINGS)}.join({self.strs(depth)})",
            lambda: self.format_call(depth),
            lambda: self.percent(depth),
            lambda: f"{s()}[{self.slice()}]",
            lambda: f"{s()}[{self.pick(['0', '-1', '1'])}]",
            lambda: f"({e('int')} | filesizeformat)",
            lambda: f"({e('float')} | filesizeformat({self.pick(['true', 'false'])}))",
            lambda: f"({e()} | {self.pick(['first', 'last'])})",
            lambda: f"({self.strs(depth)} | {self.pick(['first', 'last', 'max', 'min'])})",
            lambda: f"({e()} | default({e()}, true))",
            lambda: f"('%s|%s' | format({e('any')}, {e('any')}))",
            lambda: f"({e('dict')} | urlencode)",
        ])()

    def format_call(self, depth):
        e = lambda kind="any": self.expr(kind, depth)
        return self.pick([
            lambda: f"'{{}} {{}}'.format({e()}, {e()})",
            lambda: f"'{{1}} {{0}}'.format({e()}, {e()})",
            lambda: f"'{{x}}={{y!r}}'.format(x={e()}, y={e()})",
            lambda: f"'{{:{self.pick(['>5', '<5', '^7', '*^9', '05', '+', ',', 'x', 'b', '#x', '_', 'd', '>+6', '08,'])}}}'.format({e('int')})",
            lambda: f"'{{:{self.pick(['.2f', '8.3f', '.0f', 'e', '.3g', '%', '.1%', ',.2f', '+.1f', '010.2f', 'g', '.10g', ''])}}}'.format({e('float')})",
            lambda: f"'{{:{self.pick(['>10', '<10', '^10', '.2', '-^12', '10.3', 's', '*<8s'])}}}'.format({e('str')})",
            lambda: f"'{{0[0]}} {{0[1]}}'.format({self.ints(depth)})",
            lambda: f"'{{a[x]}}'.format(a={{'x': {e()}}})",
            lambda: f"'{{{{}}}}{{}}'.format({e()})",
            lambda: f"'{{:{{}}}}'.format({e('str')}, {self.pick(['5', '10'])})",
        ])()

    def percent(self, depth):
        e = lambda kind="any": self.expr(kind, depth)
        return self.pick([
            lambda: f"('%s' % {self.atom('any', depth)})",
            lambda: f"('%s-%s' % ({e()}, {e()}))",
            lambda: f"('%{self.pick(['d', '5d', '05d', '-5d', '+d', 'x', 'X', 'o', '#x', ' d', 'i'])}|' % {self.atom('int', depth)})",
            lambda: f"('%{self.pick(['.2f', 'f', '8.3f', 'e', '.3e', 'g', '.3g', '+.1f', '08.2f', '-8.1f', 'd'])}|' % {self.atom('float', depth)})",
            lambda: f"('%{self.pick(['10s', '-10s', '.2s', 'r', '5.1s', 'a'])}|' % {self.atom('str', depth)})",
            lambda: f"('%(a)s %(b)s' % {{'a': {e()}, 'b': {e()}}})",
            lambda: f"('%d%%' % {self.atom('int', depth)})",
        ])()

    def of_list(self, depth, deep):
        if deep:
            return self.pick(["[]", "[1, 2, 3]", "['a', 'b']", "[3, 1, 2]", "[none, true]"])
        e = lambda kind="any": self.expr(kind, depth)
        generators = [
            lambda: f"({e('list')} | {self.pick(['unique', 'reverse'])} | list)",
            lambda: f"({self.strs(depth)} | {self.pick(['sort', 'sort(true)', 'sort(case_sensitive=true)', 'sort(reverse=true)', 'unique|list', 'unique(true)|list'])})",
            lambda: f"({self.ints(depth)} | {self.pick(['sort', 'sort(true)', 'sort(reverse=true)', 'unique|list'])})",
            lambda: f"({self.dicts(depth)} | {self.pick(['sort(attribute=' + repr('a') + ')', 'map(attribute=' + repr('a') + ')|list', 'map(attribute=' + repr('zz') + ', default=0)|list', 'selectattr(' + repr('a') + ')|list', 'rejectattr(' + repr('b') + ')|list', 'groupby(' + repr('a') + ')', 'sort(attribute=' + repr('b,a') + ')', 'map(attribute=' + repr('b') + ')|sort', 'unique(attribute=' + repr('b') + ')|list', 'selectattr(' + repr('a') + ', ' + repr('gt') + ', 1)|list', 'selectattr(' + repr('zz') + ', ' + repr('defined') + ')|list', 'sum(attribute=' + repr('a') + ')', 'max(attribute=' + repr('a') + ')', 'groupby(' + repr('zz') + ', default=0)', 'map(' + repr('attr') + ', ' + repr('x') + ')|list'])})",
            lambda: f"({self.strs(depth)} | map('{self.pick(['upper', 'lower', 'length', 'trim', 'title', 'first', 'list', 'int', 'reverse'])}') | list)",
            lambda: f"({self.strs(depth)} | map('replace', {e('str')}, {e('str')}) | list)",
            lambda: f"({self.ints(depth)} | {self.pick(['select', 'reject'])}('{self.pick(['odd', 'even'])}') | list)",
            lambda: f"({self.ints(depth)} | {self.pick(['select', 'reject'])}('{self.pick(['gt', 'lt', 'eq', 'ne', 'divisibleby'])}', {self.pick(INTS[1:6])}) | list)",
            lambda: f"({e('list')} | {self.pick(['select', 'reject'])} | list)",
            lambda: f"({e('list')} | {self.pick(['batch', 'slice'])}({self.pick(['1', '2', '3'])}{self.pick(['', ', ' + repr('x'), ', none'])}) | list)",
            lambda: f"({e('dict')} | {self.pick(['dictsort', 'list', 'items|list', 'dictsort(true)', 'dictsort(by=' + repr('value') + ')', 'dictsort(reverse=true)'])})",
            lambda: f"({e('str')} | list)",
            lambda: f"{self.atom('list', depth)}[{self.slice()}]",
            lambda: f"({e('list')} + {e('list')})",
            lambda: f"{self.atom('list', depth)} * {self.pick(['0', '1', '2'])}",
            lambda: f"{self.atom('str', depth)}.{self.pick(['split', 'rsplit', 'splitlines'])}()",
            lambda: f"{self.atom('str', depth)}.{self.pick(['split', 'rsplit'])}({self.pick(STRINGS[1:])})",
            lambda: f"{self.atom('str', depth)}.{self.pick(['split', 'rsplit'])}({self.pick(STRINGS[1:])}, {self.pick(['0', '1', '2', '-1'])})",
            lambda: f"{self.atom('str', depth)}.{self.pick(['split', 'rsplit'])}(maxsplit={self.pick(['0', '1', '2'])})",
            lambda: f"({self.range()} | list)",
            lambda: f"({self.atom('dict', depth)}.{self.pick(['keys', 'values', 'items'])}() | list)",
            lambda: self.ints(depth),
            lambda: self.strs(depth),
            lambda: self.dicts(depth),
            lambda: f"({e('tuple')} | list)",
        ]
        if self.chance(0.4):
            return "[" + ", ".join(e() for _ in range(self.rng.randrange(4))) + self.pick(["", "", ""]) + "]"
        return self.pick(generators)()

    def many(self, kind, depth):
        count = self.rng.randrange(1, 5)
        return "[" + ", ".join(self.expr(kind, depth + 2) for _ in range(count)) + "]"

    def ints(self, depth):
        return self.many("int", depth)

    def bools(self, depth):
        return self.many("bool", depth)

    def strs(self, depth):
        return self.many("str", depth)

    def dicts(self, depth):
        one = lambda: f"{{'a': {self.expr('int', depth + 2)}, 'b': {self.expr('str', depth + 2)}}}"
        return "[" + ", ".join(one() for _ in range(self.rng.randrange(1, 4))) + "]"

    def range(self):
        return self.pick(["range(3)", "range(1, 5)", "range(0, 10, 3)", "range(5, 0, -2)", "range(0)", "range(2, 2)"])

    def slice(self):
        bound = lambda: self.pick(["", "0", "1", "2", "-1", "-2", "10"])
        return self.pick([f"{bound()}:{bound()}", f"{bound()}:{bound()}", f"{bound()}:{bound()}:{self.pick(['1', '2', '-1', '-2'])}", "::"])

    def of_tuple(self, depth, deep):
        if deep or self.chance(0.4):
            return self.pick(["()", "(1,)", "(1, 2)", "('a', 1)"])
        e = lambda kind="any": self.expr(kind, depth)
        return self.pick([
            lambda: f"({e()}, {e()})",
            lambda: f"({e()},)",
            lambda: f"({e('tuple')} + {e('tuple')})",
            lambda: f"{self.atom('tuple', depth)}[{self.slice()}]",
            lambda: f"({e('dict')} | dictsort | first)",
            lambda: f"{self.atom('str', depth)}.{self.pick(['partition', 'rpartition'])}({self.pick(STRINGS[1:])})",
        ])()

    def of_dict(self, depth, deep):
        if deep:
            return self.pick(["{}", "{'a': 1}", "{'a': 1, 'b': 'x'}", "{'B': 2, 'a': 1}"])
        e = lambda kind="any": self.expr(kind, depth)
        key = lambda: self.pick(["'a'", "'b'", "'c'", "'name'", "1", "none", "(1, 2)", "true", "1.5"] if self.chance(0.3) else ["'a'", "'b'", "'c'", "'x'"])
        return self.pick([
            lambda: "{" + ", ".join(f"{key()}: {e()}" for _ in range(self.rng.randrange(4))) + "}",
            lambda: "{" + ", ".join(f"{key()}: {e()}" for _ in range(self.rng.randrange(4))) + "}",
            lambda: f"dict(a={e()}, b={e()})",
            lambda: f"dict({e('dict')}, z={e()})",
            lambda: f"dict([('k', {e()}), ({e('str')}, 1)])",
            lambda: f"{self.atom('dict', depth)}.copy()",
        ])()

    def atom(self, kind, depth):
        """Something that a postfix may follow."""
        return f"({self.expr(kind, depth)})" if self.chance(0.8) else self.variable(kind) or f"({self.expr(kind, depth)})"

    # Statements ------------------------------------------------------------------------------------------------

    def tag(self, inside):
        if self.writing:
            return self.pick(["{% ", "{%- "]) + inside + self.pick([" %}", " -%}"])
        left = self.pick(["{% "] * 7 + ["{%- ", "{%-", "{%+ ", "{%"])
        right = self.pick([" %}"] * 7 + [" -%}", "-%}", " +%}", "%}"])
        return left + inside + right

    def show(self, inside):
        return self.pick(["{{ "] * 6 + ["{{- ", "{{", "{{+ "]) + inside + self.pick([" }}"] * 6 + [" -}}", "}}"])

    def data(self):
        return self.pick(["", " ", "\n", "  \n  ", "text", " a b ", "\n\n", "select 1\n", "\t", "x\n", ",", "{ ", "} ", "'q'",
                          "-- c\n", "\r\n", "% ", "# ", "\n    "])

    def body(self, depth):
        count = self.rng.randrange(1, 4 if depth < 3 else 2)
        return "".join(self.data() + self.statement(depth + 1) for _ in range(count)) + self.data()

    def block(self, depth, declared=()):
        self.scopes.append({})
        for name, kind in declared:
            self.scopes[-1][name] = kind
        text = self.body(depth)
        self.scopes.pop()
        return text

    def statement(self, depth=0):
        self.budget -= 1
        if depth > 4 or self.budget < 0:
            return self.show(self.expr(depth=2))
        choices = [self.output] * 9 + [self.assign] * 5 + [self.condition] * 3 + [self.loop] * 4 + [
            self.set_block, self.filter_block, self.with_block, self.raw, self.comment, self.do, self.do, self.name_space,
            self.macro_call, self.macro_call, self.macro_call, self.call_block, self.method, self.loop_name, self.loop_name,
            self.cycler, self.oddity, self.return_value]
        return self.pick(choices)(depth)

    def output(self, depth):
        if self.chance(0.05):
            return self.show(f"{self.expr()}, {self.expr()}")
        if self.chance(0.05):
            return self.show(f"{self.expr(self.pick(['str', 'any']))} | {self.pick(MARKED)}")
        if self.chance(0.02):
            return self.show(f"{self.expr('dict')} | xmlattr")
        if self.chance(0.05):
            return self.show(f"{self.expr()} if {self.expr('bool')}")
        return self.show(self.expr())

    def assign(self, depth):
        kind = self.pick(TYPES)
        if self.chance(0.1):
            value = f"{self.expr('int')}, {self.expr('str')}"
            first, second = self.declare("int"), self.declare("str")
            return self.tag(f"set {first}, {second} = {value}")
        value = self.expr(kind)
        return self.tag(f"set {self.declare(kind)} = {value}")

    def condition(self, depth):
        text = self.tag(f"if {self.expr('bool')}") + self.block(depth)
        while self.chance(0.3):
            text += self.tag(f"elif {self.expr(self.pick(['bool', 'any']))}") + self.block(depth)
        if self.chance(0.5):
            text += self.tag("else") + self.block(depth)
        return text + self.tag("endif")

    def loop(self, depth):
        if depth > 2:
            return self.output(depth)
        form = self.rng.randrange(8)
        if form == 0:
            target, names, source = "k, v", [("k", "str"), ("v", "any")], self.pick([f"{self.atom('dict', 2)}.items()", f"{self.expr('dict')}|dictsort", f"{self.expr('dict')}|items"])
        elif form == 1:
            target, names, source = "i, j", [("i", "int"), ("j", "str")], f"[(1, {self.expr('str')}), ({self.expr('int')}, 'q')]"
        elif form == 2:
            target, names, source = "i", [("i", "int")], self.range()
        elif form == 3:
            target, names, source = "i", [("i", "str")], self.expr("dict")
        elif form == 4:
            return self.recursive(depth)
        elif form == 5:
            target, names, source = "i", [("i", "str")], self.strs(1)
        elif form == 6:
            target, names, source = "i, (j, k)", [("i", "any")], "[(1, (2, 3)), (4, (5, 'ab'))]"
        else:
            target, names, source = "i", [("i", "int")], self.ints(1)
        names = [(n, k) for n, k in names if k != "any"]
        condition = ""
        if self.chance(0.2):
            condition = " if " + self.pick(["true", "loop is defined", f"{target.split(',')[0]} != {self.expr()}", self.expr("bool")])
        self.loops += 1
        inner = self.block(depth, names)
        if self.chance(0.15):
            word = self.pick(["break", "continue"])
            inner += self.tag(f"if {self.pick(['loop.index == 2', 'loop.first', 'loop.last', self.expr('bool')])}") + self.tag(word) + self.tag("endif") + self.data()
        self.loops -= 1
        # Python runs the `else` of a loop that left every turn early.
        jumps = any(word in inner for word in ("break", "continue"))
        other = self.tag("else") + self.block(depth) if self.chance(0.2) and not jumps else ""
        return self.tag(f"for {target} in {source}{condition}") + inner + other + self.tag("endfor")

    def recursive(self, depth):
        shown = self.pick(["loop.depth", "loop.depth0", "loop.index", "n.v", "loop.length", "loop.last"])
        return ("{% set tree = [{'v': 1, 'kids': [{'v': 2, 'kids': []}, {'v': 3, 'kids': [{'v': 4}]}]}, {'v': 5}] %}"
                + self.tag("for n in tree recursive") + self.data() + self.show("n.v") + self.show(shown)
                + self.tag("if n.kids") + self.data() + self.show("loop(n.kids)") + self.tag("endif")
                + self.data() + self.tag("endfor"))

    def loop_name(self, depth):
        if not self.loops:
            return self.output(depth)
        return self.show(self.pick([
            "loop.index", "loop.index0", "loop.revindex", "loop.revindex0", "loop.first", "loop.last", "loop.length",
            "loop.depth", "loop.depth0", "loop.previtem", "loop.nextitem", "loop.previtem|default('none')",
            "loop.nextitem is defined", "loop.cycle('odd', 'even')", "loop.cycle(1, 2, 3)", "loop.changed(i)",
            "loop.changed(1)", "',' if not loop.last", "'' if loop.first else ', '", "loop.index % 2", "loop is defined",
            "loop.nope", "loop.changed(loop.index // 2)",
        ]))

    def set_block(self, depth):
        filters = self.pick(["", "", " | upper", " | trim", " | trim | length", " | replace('a', 'b')", " | indent(2, true)"])
        body = self.block(depth)
        return self.tag(f"set {self.declare('str')}{filters}") + body + self.tag("endset")

    def filter_block(self, depth):
        name = self.pick(["upper", "trim", "replace('a', 'X')", "indent(2)", "e", "title", "trim | upper", "truncate(5)", "center(20)"])
        return self.tag(f"filter {name}") + self.block(depth) + self.tag("endfilter")

    def with_block(self, depth):
        kind = self.pick(TYPES)
        value = self.expr(kind)
        name = self.pick(NAMES)
        if self.chance(0.3):
            return self.tag(f"with {name} = {value}, w = {self.expr('int')}") + self.block(depth, [(name, kind), ("w", "int")]) + self.tag("endwith")
        return self.tag(f"with {name} = {value}") + self.block(depth, [(name, kind)]) + self.tag("endwith")

    def raw(self, depth):
        inner = self.pick(["{{ x }}", "{% if %}", "{# c #}", "  {{ ", "%}", "\n{{ a }}\n", " "])
        if self.writing or self.chance(0.9):
            inner = self.pick(["raw", " ", "\n a\n", "' it"])
        if not self.writing and self.chance(0.1):
            return self.tag("raw") + inner + self.tag("endraw")
        return self.pick(["{% raw %}", "{%- raw -%}", "{% raw -%}"]) + inner + self.pick(["{% endraw %}", "{%- endraw -%}", "{% endraw -%}"])

    def comment(self, depth):
        if self.writing:
            return "{# c #}"
        inner = self.pick([" c ", "{{ x }}", "{% if %}", "", "\nmany\nlines\n", " ' \" ", "-", " {# "])
        return self.pick(["{#", "{#-", "{#+"]) + inner + self.pick(["#}", "-#}", "+#}"])

    def do(self, depth):
        setup = self.variable("list")
        if setup and self.chance(0.5):
            return self.tag("do " + self.pick([
                f"{setup}.append({self.expr()})", f"{setup}.extend({self.expr('list')})", f"{setup}.insert({self.pick(['0', '1', '-1', '99'])}, {self.expr()})",
                f"{setup}.pop()", f"{setup}.reverse()", f"{setup}.sort()", f"{setup}.clear()", f"{setup}.remove({self.expr()})", f"{setup}.sort(reverse=true)",
                f"{setup}.append({setup})" if self.chance(0.1) else f"{setup}.append(1)"]))
        setup = self.variable("dict")
        if setup:
            return self.tag("do " + self.pick([
                f"{setup}.update({self.expr('dict')})", f"{setup}.update(q={self.expr()})", f"{setup}.pop({self.pick(['`a`', '`zz`, 1', '`b`']).replace('`', chr(39))})",
                f"{setup}.setdefault('s', {self.expr()})", f"{setup}.clear()", f"{setup}.update([('k', {self.expr()})])", f"{setup}.popitem()"]))
        return self.tag(f"do {self.expr()}")

    def method(self, depth):
        name = self.variable("list")
        if name and self.chance(0.6):
            return self.show(self.pick([f"{name}.append({self.expr()})", f"{name}.pop({self.pick(['', '0', '-1', '9'])})", f"{name}.copy()", f"{name}.sort()", f"{name}.index({self.expr()})", f"{name}.count({self.expr()})"]))
        name = self.variable("dict")
        if name:
            return self.show(self.pick([f"{name}.get({self.expr('str')})", f"{name}.get('zz', {self.expr()})", f"{name}.keys()", f"{name}.values()", f"{name}.items()", f"{name}.a", f"{name}['b']", f"{name}.pop('a', none)", f"{name}.zz", f"{name}.setdefault('n', [])", f"{name} | length", f"{name} | list"]))
        return self.output(depth)

    def name_space(self, depth):
        value = self.expr("int")
        text = self.tag(f"set ns = namespace(v={value}, l=[])") + self.data()
        source = self.ints(2)
        text += self.tag(f"for q in {source}") + self.tag(self.pick(["set ns.v = ns.v + q", "set ns.v = q", "set ns.w = q", "do ns.l.append(q)"])) + self.tag("endfor")
        return text + self.show(self.pick(["ns.v", "ns.l", "ns.w", "ns['v']", "ns.v ~ ns.l"]))

    def cycler(self, depth):
        if self.chance(0.5):
            return self.tag("set cy = cycler('a', 'b', 'c')") + self.show("cy.next()") + self.show("cy.current") + self.tag("do cy.reset()") + self.show("cy.next() ~ cy.next()")
        return self.tag("set jn = joiner('|')") + "".join(self.show("jn()") + self.data() for _ in range(2))

    def oddity(self, depth):
        return self.pick([
            lambda: self.show("[1, 2, 3,]"), lambda: self.show("{'a': 1,}"), lambda: self.show("(1, 2,)"), 
            lambda: self.show("'a' 'b' \"c\""), lambda: self.show("[[1, 2], [3]][0][1]"), lambda: self.show("{'a': {'b': [1]}}.a.b.0"),
            lambda: self.show("-2 ** 2"), lambda: self.show("2 ** 3 ** 2"), lambda: self.show("not 1 == 2"), lambda: self.show("1 if 0"),
            lambda: self.show("'x' if false"), lambda: self.show("-1 | abs"), lambda: self.show("'%s' % 'a' ~ 'b'"), lambda: self.show("1 + 2 ~ 3"),
            lambda: self.show("1 ~ 2 * 3"), lambda: self.show("5 // 2 * 2 + 5 % 2"), lambda: self.show("1 < 2 == true"), lambda: self.show("1 in [1] == true"),
            lambda: self.show("'a' < 'b' < 'c'"), lambda: self.show("[] or {} or 'last'"), lambda: self.show("1 and 0 and 2"), lambda: self.show("none or 5"),
            lambda: self.show("not not 1"), lambda: self.show("1 is odd and 2 is even"), lambda: self.show("1 is odd == true"), lambda: self.show("3 is not even"),
            lambda: self.show("'a' is in ['a']"), lambda: self.show("x is defined and x"), lambda: self.show("range(3)"), lambda: self.show("range(1, 10, 2)"),
             lambda: self.show("true + true"), lambda: self.show("+5"), lambda: self.show("- 5"),
            lambda: self.show("1 - -1"), lambda: self.show("2 * -3"), lambda: self.show("7 // -2"), lambda: self.show("-7 % 3"), lambda: self.show("7.5 // 2"),
            lambda: self.show("1e400"), lambda: self.show("1 / 3"), lambda: self.show("10 / 5"), lambda: self.show("0.1 + 0.2"), lambda: self.show("1 / 0"),
            lambda: self.show("varargs"), lambda: self.show("'a'.b"), lambda: self.show("none ~ none"), lambda: self.show("[nope]"),
            lambda: self.show("nope ~ 'x'"), lambda: self.show("nope | upper"), lambda: self.show("nope | length"), lambda: self.show("nope == none"),
            lambda: self.show("nope | list"), lambda: self.show("not nope"), lambda: self.show("nope in ['a']"), lambda: self.show("nope | int"),
            lambda: self.show("nope | join(',')"), lambda: self.show("nope is none"), lambda: self.show("nope | tojson"), lambda: self.show("nope < 1"),
            lambda: self.show("{}['a'] is defined"), lambda: self.show("{'items': 5}.items"), lambda: self.show("{'items': 5}['items']"),
            lambda: self.show("{'a': 1}['a']"), lambda: self.show("'abc'[5]"), lambda: self.show("[1,2][-3]"), lambda: self.show("'abc'|attr('upper')"),
            lambda: self.show("[1, [2, 3]]|map('string')|join('/')"), lambda: self.show("dict(a=1) == {'a': 1}"), lambda: self.show("(1, 2) == [1, 2]"),
            lambda: self.show("'a,b'.split(',')[1]"), lambda: self.show("[3,1,2]|sort|first"), lambda: self.show("foo.bar is defined"),
        ])()

    # Macros ----------------------------------------------------------------------------------------------------

    def macro(self):
        """Writes a macro that later macros and the template can call."""
        number = len(self.macros)
        kept = self.scopes, self.budget, self.loops
        self.writing = True
        self.scopes, self.budget, self.loops = [{}], 18, 0
        params = self.rng.randrange(4)
        names = self.rng.sample(NAMES, params)
        header, kinds, plain = [], [], 0
        for index, name in enumerate(names):
            kind = self.pick(TYPES)
            if self.chance(0.4) or (header and "=" in header[-1]):
                default = names[0] if index and self.chance(0.2) else self.expr(kind, 3)
                header.append(f"{name}={default}")
            else:
                header.append(name)
                plain += 1
            kinds.append(kind)
        features = {word for word in ["varargs", "kwargs", "caller"] if self.chance(0.25)}
        self.scopes = [dict(zip(names, kinds))]
        body = self.body(2)
        if "varargs" in features:
            body += self.pick(["{{ varargs }}", "{{ varargs|join('-') }}", "{% for v in varargs %}{{ v }};{% endfor %}", "{{ varargs|length }}"])
        if "kwargs" in features:
            body += self.pick(["{{ kwargs }}", "{% for k, v in kwargs.items() %}{{ k }}={{ v }};{% endfor %}", "{{ kwargs.get('q') }}", "{{ kwargs|length }}", "{{ kwargs.q }}"])
        if "caller" in features:
            body += self.pick(["[{{ caller() }}]", "{{ caller() | upper }}", "{% if caller %}{{ caller() }}{% endif %}", "{{ caller(1) }}", "{{ caller('p', 2) }}", "{% for i in [1, 2] %}{{ caller(i) }}{% endfor %}"])
        if self.chance(0.25) and "caller" not in features:
            body += f"{{{{ return({self.expr()}) }}}}" + self.data()
        if self.chance(0.15) and names and kinds[0] == "int":
            body += f"{{% if {names[0]} is number and 0 < {names[0]} < 5 %}}{{{{ m{number}({names[0]} - 1) }}}}{{% endif %}}"
        self.scopes, self.budget, self.loops = kept
        name = f"m{number}"
        text = self.tag(f"macro {name}({', '.join(header)})") + body + self.tag(self.pick(["endmacro", "endmacro"]))
        self.writing = False
        self.macros.append((name, names, kinds, plain, features, text))

    def call(self, depth):
        name, names, kinds, plain, features, _ = self.pick(self.macros)
        args = []
        upto = self.rng.randrange(plain, len(names) + 1) if len(names) >= plain else plain
        if self.chance(0.05):
            upto = self.rng.randrange(0, 5)
        by_name = False
        for index in range(upto):
            kind = kinds[index] if index < len(kinds) else "any"
            by_name = by_name or self.chance(0.2)
            if by_name and index < len(names):
                args.append(f"{names[index]}={self.expr(kind, 3)}")
            elif not by_name:
                args.append(self.expr(kind, 3))
        if "varargs" in features and not by_name and len(args) >= len(names) and self.chance(0.7):
            args += [self.expr("any", 3) for _ in range(self.rng.randrange(3))]
        if self.chance(0.5 if "kwargs" in features else 0.03):
            args.append(f"q={self.expr('any', 3)}")
        if self.chance(0.04):
            args.append(self.pick(["*[1, 2]", "**{'q': 1}", "*range(2)"]))
        return f"{name}({', '.join(args)})", features

    def macro_call(self, depth):
        if not self.macros:
            return self.output(depth)
        call, features = self.call(depth)
        if "caller" in features and self.chance(0.8):
            return self.call_block(depth)
        return self.show(call + self.pick(["", "", "", " | upper", " | trim", " | length", " ~ 'x'"]))

    def call_block(self, depth):
        found = [m for m in self.macros if "caller" in m[4]]
        if not found:
            return self.output(depth)
        kept, self.macros = self.macros, found
        call, _ = self.call(depth)
        self.macros = kept
        signature = self.pick(["", "(p)", "(p, r='d')", "(p=1)", "(*p)" if self.chance(0.05) else ""])
        names = [("p", "int")] if "p" in signature else []
        return self.tag(f"call{signature} {call}") + self.block(depth, names) + self.tag("endcall")

    def return_value(self, depth):
        if self.chance(0.1):
            return self.show("return(1)")
        return self.output(depth)

    def whole(self):
        for _ in range(self.rng.randrange(4) if self.chance(0.5) else 0):
            self.macro()
        text = "".join(self.data() + self.statement() for _ in range(self.rng.randrange(1, 5))) + self.data()
        return "\n".join(m[5] for m in self.macros), text
