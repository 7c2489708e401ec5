"""Derivatives to third order of random formulas, in high precision: what `demo derive` is tested against.

Made with mpmath 1.3 and sympy 1.14 on Python 3.11:

    pip install mpmath sympy
    python generate.py 1 60 > references.json

Arguments: the seed and the number of formulas. A formula is a random tree with every function of the demo, of one to
three variables at a random point; then come fixed formulas at special points, whose derivatives are known.

Each derivative is computed by truncated power series in 300 bits and, where the functions are smooth, again by sympy,
which must agree. Beside it stands its *noise*: by how much it moves if every term of every operation of the series is off by
one unit of 2^-53 with a random sign, the largest of 16 trials. A result cannot be expected nearer than a few times that:
the formula's own roundings are in it.
"""
import itertools
import json
import math
import random
import sys

import mpmath
import sympy
from mpmath import mp, mpf

mp.prec = 300
TINY = mpf(2) ** -120  # the size of a trial's errors; so small that it acts linearly
ORDER = 3


class Noise:
    """Multiplies terms by 1 ± TINY while a trial is on."""

    on = False
    rng = random.Random(0)

    @classmethod
    def of(cls, x):
        return x * (1 + cls.rng.choice((-1, 1)) * TINY) if cls.on else x


class Series:
    """A power series to third order in n variables: coefficients by tuples of sorted variable indices."""

    def __init__(self, n, c):
        self.n, self.c = n, c

    @staticmethod
    def constant(n, value):
        return Series(n, {(): mpf(value)})

    def map(self, f):
        return Series(self.n, {k: f(v) for k, v in self.c.items()})

    def __add__(self, o):
        keys = set(self.c) | set(o.c)
        return Series(self.n, {k: Noise.of(self.c.get(k, mpf(0))) + Noise.of(o.c.get(k, mpf(0))) for k in keys})

    def __neg__(self):
        return self.map(lambda v: -v)

    def __sub__(self, o):
        return self + (-o)

    def __mul__(self, o):
        out = {}
        for (a, x), (b, y) in itertools.product(self.c.items(), o.c.items()):
            if len(a) + len(b) <= ORDER:
                k = tuple(sorted(a + b))
                out[k] = out.get(k, mpf(0)) + Noise.of(x * y)
        return Series(self.n, out)

    def compose(self, derivatives):
        """Σ f⁽ⁿ⁾/n! uⁿ, where a derivative is a number or the list of its terms."""
        value = self.c[()]
        u = Series(self.n, {k: v for k, v in self.c.items() if k})
        power, out = Series.constant(self.n, 1), Series(self.n, {})
        for order, derivative in enumerate(derivatives(value)):
            term = mpf(Noise.of(derivative)) / math.factorial(order)
            out = out + power.map(lambda v: Noise.of(v * term))
            power = power * u
        return out

    def partial(self, indices):
        k = tuple(sorted(indices))
        count = math.prod(math.factorial(k.count(i)) for i in set(k))
        return self.c.get(k, mpf(0)) * count


def power(p):
    def derivatives(x):
        out, factor = [], mpf(1)
        for n in range(ORDER + 1):
            out.append(factor * (x ** (p - n) if factor else 0))
            factor *= p - n
        return out
    return derivatives


def rational(name, symbol_function):
    """Derivatives by sympy of a function of one variable, evaluated by mpmath."""
    x = sympy.Symbol("x", real=True)
    parts = [sympy.lambdify(x, sympy.diff(symbol_function(x), x, n), "mpmath") for n in range(ORDER + 1)]
    return lambda value: [mpf(part(value)) for part in parts]


LN2, LN10 = sympy.log(2), sympy.log(10)
# name: (derivatives, sympy's function, the interval of arguments)
ONE = {
    "recip": (lambda x: 1 / x, (0.2, 5)), "sqrt": (sympy.sqrt, (0.05, 9)),
    "cbrt": (lambda x: x ** sympy.Rational(1, 3), (0.05, 9)), "exp": (sympy.exp, (-4, 4)),
    "exp2": (lambda x: 2**x, (-4, 4)), "exp_m1": (lambda x: sympy.exp(x) - 1, (-2, 2)),
    "ln": (sympy.log, (0.05, 9)), "log2": (lambda x: sympy.log(x) / LN2, (0.05, 9)),
    "log10": (lambda x: sympy.log(x) / LN10, (0.05, 9)), "ln_1p": (lambda x: sympy.log(1 + x), (-0.7, 4)),
    "sin": (sympy.sin, (-6, 6)), "cos": (sympy.cos, (-6, 6)), "tan": (sympy.tan, (-1.4, 1.4)),
    "asin": (sympy.asin, (-0.95, 0.95)), "acos": (sympy.acos, (-0.95, 0.95)), "atan": (sympy.atan, (-5, 5)),
    "sinh": (sympy.sinh, (-3, 3)), "cosh": (sympy.cosh, (-3, 3)), "tanh": (sympy.tanh, (-3, 3)),
    "asinh": (sympy.asinh, (-5, 5)), "acosh": (sympy.acosh, (1.1, 9)), "atanh": (sympy.atanh, (-0.9, 0.9)),
    "to_degrees": (lambda x: x * 180 / sympy.pi, (-3, 3)), "to_radians": (lambda x: x * sympy.pi / 180, (-90, 90)),
}
DERIVATIVES = {name: rational(name, row[0]) for name, row in ONE.items()}
STEPS = {"floor": mp.floor, "ceil": mp.ceil, "trunc": lambda x: mp.floor(x) if x > 0 else mp.ceil(x), "signum": mp.sign,
         "round": lambda x: mp.sign(x) * mp.floor(abs(x) + mpf(0.5))}


class Rejected(Exception):
    pass


class Node:
    """text, precedence, series over n variables, sympy's expression (None where there is none)."""

    def __init__(self, text, tight, evaluate, symbolic):
        self.text, self.tight, self.evaluate, self.symbolic = text, tight, evaluate, symbolic

    def wrapped(self, least):
        return self.text if self.tight >= least else f"({self.text})"


def leaf(rng, n):
    if rng.random() < 0.8:
        i = rng.randrange(n)
        return Node(f"x{i}", 5, lambda x: x[i], sympy.Symbol(f"x{i}", real=True))
    c = rng.choice([0.5, 2.0, 3.0, 1.25, 10.0, 0.0625])
    return Node(repr(c), 5, lambda x: Series.constant(x[0].n, c), sympy.Rational(c))


def combine(rng, a, b):
    symbols = a.symbolic is not None and b.symbolic is not None
    kind = rng.choice(["+", "-", "*", "/", "+", "*", "min", "max", "hypot", "atan2", "pow"])
    s = (a.symbolic, b.symbolic)
    if kind in "+-*/":
        tight = 1 if kind in "+-" else 2
        text = f"{a.wrapped(tight)} {kind} {b.wrapped(tight + 1)}"
        run = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q, "/": quotient}[kind]
        symbolic = {"+": lambda p, q: p + q, "-": lambda p, q: p - q, "*": lambda p, q: p * q, "/": lambda p, q: p / q}
        symbolic = symbolic[kind](*s) if symbols else None
        return Node(text, tight, lambda x: run(a.evaluate(x), b.evaluate(x)), symbolic)
    text = f"{kind}({a.text}, {b.text})"
    if kind in ("min", "max"):
        def run(p, q):
            if abs(p.c[()] - q.c[()]) < 1e-3:
                raise Rejected
            return p if (p.c[()] < q.c[()]) == (kind == "min") else q
        return Node(text, 5, lambda x: run(a.evaluate(x), b.evaluate(x)), None)
    run = {"hypot": hypotenuse, "atan2": angle, "pow": lambda p, q: between(p, 0.05, 9) and exponential(q * logarithm(p))}[kind]
    symbolic = {"hypot": lambda p, q: sympy.sqrt(p * p + q * q), "atan2": sympy.atan2, "pow": lambda p, q: p**q}
    symbolic = symbolic[kind](*s) if symbols else None
    return Node(text, 5, lambda x: run(a.evaluate(x), b.evaluate(x)), symbolic)


def between(p, low, high):
    if not low <= p.c[()] <= high:
        raise Rejected
    return p


def quotient(p, q):
    if abs(q.c[()]) < 0.05:
        raise Rejected
    return p * q.compose(power(-1))


def exponential(p):
    return p.compose(lambda x: [mp.exp(x)] * (ORDER + 1))


def logarithm(p):
    return p.compose(lambda x: [mp.log(x)] + power(-1)(x)[:ORDER])


def hypotenuse(p, q):
    return between(p * p + q * q, 0.01, 1e4).compose(power(mpf(1) / 2))


def angle(y, x):
    between(x * x + y * y, 0.01, 1e4)
    a, b = y.c[()], x.c[()]
    # atan2 by the nearer axis, up to a constant
    if abs(b) > abs(a):
        out = (y * x.compose(power(-1))).compose(DERIVATIVES["atan"])
    else:
        out = -(x * y.compose(power(-1))).compose(DERIVATIVES["atan"])
    out.c[()] = mp.atan2(a, b)
    return out


def apply(rng, a):
    name = rng.choice(list(ONE) * 2 + list(STEPS) + ["abs", "fract", "negate", "powi", "powi", "powf", "base"])
    s = a.symbolic
    if name in ONE:
        f, (low, high) = ONE[name]
        return Node(f"{name}({a.text})", 5, lambda x: between(a.evaluate(x), low, high).compose(DERIVATIVES[name]),
                    f(s) if s is not None else None)
    if name in STEPS:
        def step(x):
            value = a.evaluate(x).c[()]
            if abs(2 * value - mp.nint(2 * value)) < 1e-3:
                raise Rejected
            return Series.constant(x[0].n, STEPS[name](value))
        return Node(f"{name}({a.text})", 5, step, None)
    if name == "abs":
        return Node(f"abs({a.text})", 5, lambda x: (lambda p: -p if p.c[()] < 0 else p)(a.evaluate(x)), None)
    if name == "fract":
        def fract(x):
            p = a.evaluate(x)
            if abs(p.c[()] - mp.nint(p.c[()])) < 1e-3:
                raise Rejected
            return p - Series.constant(x[0].n, STEPS["trunc"](p.c[()]))
        return Node(f"fract({a.text})", 5, fract, None)
    if name == "negate":
        return Node(f"-{a.wrapped(3)}", 3, lambda x: -a.evaluate(x), -s if s is not None else None)
    if name == "base":
        return Node(f"2^{a.wrapped(5)}", 4, lambda x: between(a.evaluate(x), -5, 5).compose(DERIVATIVES["exp2"]),
                    2**s if s is not None else None)
    p = rng.choice([-3, -2, -1, 2, 3, 4, 7]) if name == "powi" else rng.choice([0.5, 1.5, -0.25, 2.75])
    low = 0.1 if name == "powf" else (-4 if p > 0 else None)
    def run(x):
        q = a.evaluate(x)
        if low is None:
            return between(q if abs(q.c[()]) > 0.2 else Series.constant(1, 99), -9, 9).compose(power(p))
        return between(q, low, 5).compose(power(mpf(p)))
    return Node(f"{a.wrapped(5)}^{p}", 4, run, s ** sympy.Rational(p) if s is not None else None)


def grow(rng, n, size):
    if size <= 1:
        return leaf(rng, n)
    if rng.random() < 0.45:
        return apply(rng, grow(rng, n, size - 1))
    left = rng.randint(1, max(1, size - 2))
    return combine(rng, grow(rng, n, left), grow(rng, n, size - 1 - left))


def all_indices(n):
    return [i for order in range(ORDER + 1) for i in itertools.combinations_with_replacement(range(n), order)]


def evaluate(tree, n, at):
    x = [Series(n, {(): mpf(v), (i,): mpf(1)}) for i, v in enumerate(at)]
    return tree.evaluate(x)


def row(tree, n, at, seed):
    exact = evaluate(tree, n, at)
    indices = all_indices(n)
    want = [exact.partial(i) for i in indices]
    noise = [mpf(0)] * len(indices)
    Noise.rng = random.Random(seed)
    for _ in range(16):
        Noise.on = True
        try:
            off = evaluate(tree, n, at)
        finally:
            Noise.on = False
        noise = [max(m, abs(off.partial(i) - w) / TINY) for m, i, w in zip(noise, indices, want)]
    if any(abs(w) > 1e12 or (w and abs(w) < 1e-12) for w in want):
        raise Rejected
    if tree.symbolic is not None:
        check(tree, n, at, indices, want)
    return {"function": tree.text, "at": list(at), "smooth": tree.symbolic is not None,
            "entries": [{"by": list(i), "value": float(w), "rest": float(w - mpf(float(w))), "noise": float(m * mpf(2) ** -53)}
                        for i, w, m in zip(indices, want, noise)]}


def check(tree, n, at, indices, want):
    symbols = [sympy.Symbol(f"x{i}", real=True) for i in range(n)]
    for i, w in zip(indices, want):
        derivative = sympy.diff(tree.symbolic, *[symbols[k] for k in i]) if i else tree.symbolic
        # sympy writes √x² as |x|, whose second derivative is a delta function that is 0 here
        got = sympy.lambdify(symbols, derivative, [{"DiracDelta": lambda *_: 0}, "mpmath"])(*[mpf(v) for v in at])
        if abs(got - w) > mpf(10) ** -40 * (1 + abs(w)):
            raise SystemExit(f"{tree.text} at {at}: {i} is {mp.nstr(w, 20)}, but sympy has {mp.nstr(got, 20)}")


# Formulas at special points: value, first, second, third derivative of a function of one variable.
INF, NAN = "Infinity", "NaN"
SPECIAL = [
    ("abs(x)", 0, [0, 1, 0, 0]), ("abs(-x^2)", 0, [0, 0, 2, 0]), ("sqrt(x)", 0, [0, INF, "-" + INF, INF]),
    ("cbrt(x)", 0, [0, INF, "-" + INF, INF]), ("ln(x)", 0, ["-" + INF, INF, "-" + INF, INF]),
    ("ln(x)", -1, [NAN] * 4), ("x^0.5", -1, [NAN] * 4), ("1/x", 0, [INF, "-" + INF, INF, "-" + INF]),
    ("x^0", 0, [1, 0, 0, 0]), ("x^1", 0, [0, 1, 0, 0]), ("x^2", 0, [0, 0, 2, 0]), ("x^3", 0, [0, 0, 0, 6]),
    ("x^4", 0, [0, 0, 0, 0]), ("x^1.5", 0, [0, 0, INF, "-" + INF]), ("x^2.5", 0, [0, 0, 0, INF]),
    ("x^3.0", -2, [-8, 12, -12, 6]), ("x^x", 1, [1, 1, 2, 3]), ("hypot(x, 0)", 3, [3, 1, 0, 0]),
    ("sqrt(0*x) + x", 1, [1, 1, 0, 0]), ("max(x, 2)", 1, [2, 0, 0, 0]), ("max(x, 1)", 1, [1, 0.5, 0, 0]),
    ("tanh(x)", 1000, [1, 0, 0, 0]), ("floor(x)", 2, [2, 0, 0, 0]), ("fract(x)", 2.5, [0.5, 1, 0, 0]),
    ("atan2(x, -1)", 0, [math.pi, -1, 0, 2]), ("asin(x)", 1, [math.pi / 2, INF, INF, INF]),
    ("atanh(x)", 1, [INF, INF, INF, INF]), ("x/x", 1e-200, [1, 0, 0, 0]), ("exp_m1(x)", 1e-20, [1e-20, 1, 1, 1]),
]


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng, rows, used = random.Random(seed), [], set()
    while len(rows) < count:
        n = 1 + len(rows) % 3
        tree = grow(rng, n, rng.randint(5, 14))
        at = [rng.choice([-1, 1]) * round(rng.uniform(0.1, 3), rng.randint(1, 12)) for _ in range(n)]
        try:
            if any(f"x{i}" not in tree.text for i in range(n)):
                raise Rejected
            new = row(tree, n, at, seed)
            if not any(e["value"] for e in new["entries"] if len(e["by"]) == 2):
                raise Rejected
        except (Rejected, ZeroDivisionError):
            continue
        rows.append(new)
        used |= {name for name in list(ONE) + list(STEPS) + ["abs", "fract", "min", "max", "hypot", "atan2", "pow"]
                 if name + "(" in tree.text}
    print("functions that no formula has:", sorted((set(ONE) | set(STEPS)) - used) or "none", file=sys.stderr)
    special = [{"function": f, "at": [x], "derivatives": d} for f, x, d in SPECIAL]
    lines = lambda rows: ",\n".join(json.dumps(row) for row in rows)
    print(f'{{"formulas": [\n{lines(rows)}\n],\n"special": [\n{lines(special)}\n]}}')


main()
