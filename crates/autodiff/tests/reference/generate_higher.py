"""Writes higher_derivatives.json and higher_partials.json: derivatives of high order, each correctly rounded to a double.

Run with mpmath 1.3: python generate_higher.py
"""

import json
from pathlib import Path

from mpmath import mp, mpf

mp.dps = 120
ORDER = 9  # of one variable; the tests go to 8 and look at the neighbours
PAIR_ORDER = 5

EVERYWHERE = [-10.0, -3.0, -1.5, -0.7, -0.1, -1e-3, 1e-3, 0.1, 0.7, 1.5, 3.0, 10.0]
NOT_ZERO = EVERYWHERE + [-1e6, 1e-6, 1e6]
POSITIVE = [1e-6, 1e-3, 0.1, 0.7, 1.0, 1.5, 3.0, 10.0, 1e6]
INSIDE = [-0.999, -0.7, -0.1, -1e-3, 1e-3, 0.1, 0.5, 0.7, 0.999]
ABOVE_ONE = [1.001, 1.1, 1.5, 3.0, 10.0, 1e6]
ABOVE_MINUS_ONE = [-0.999, -0.7, -0.1, 1e-3, 0.7, 3.0, 1e6]


def real(f):
    """The real function, where mpmath would go into the complex plane."""
    return lambda x: mp.sign(x) * f(abs(x))


UNARY = {
    "recip": (lambda x: 1 / x, NOT_ZERO),
    "sqrt": (mp.sqrt, POSITIVE),
    "cbrt": (real(mp.cbrt), NOT_ZERO),
    "exp": (mp.exp, EVERYWHERE),
    "exp2": (lambda x: mpf(2) ** x, EVERYWHERE),
    "exp_m1": (mp.expm1, EVERYWHERE),
    "ln": (mp.log, POSITIVE),
    "log2": (lambda x: mp.log(x, 2), POSITIVE),
    "log10": (mp.log10, POSITIVE),
    "ln_1p": (lambda x: mp.log(1 + x), ABOVE_MINUS_ONE),
    "sin": (mp.sin, EVERYWHERE),
    "cos": (mp.cos, EVERYWHERE),
    "tan": (mp.tan, EVERYWHERE),
    "asin": (mp.asin, INSIDE),
    "acos": (mp.acos, INSIDE),
    "atan": (mp.atan, EVERYWHERE + [1e6]),
    "sinh": (mp.sinh, EVERYWHERE),
    "cosh": (mp.cosh, EVERYWHERE),
    "tanh": (mp.tanh, EVERYWHERE + [20.0]),
    "asinh": (mp.asinh, EVERYWHERE + [1e6]),
    "acosh": (mp.acosh, ABOVE_ONE),
    "atanh": (mp.atanh, INSIDE),
    "logistic": (lambda x: 1 / (1 + mp.exp(-x)), EVERYWHERE + [-100.0, -40.0, 40.0, 100.0]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), EVERYWHERE + [-100.0, -40.0, 40.0, 100.0]),
    "sinc": (lambda x: mp.sin(x) / x, EVERYWHERE + [-5.0, -2.0, 1e-9, 1.9, 2.1, 4.5, 7.5, 8.5, 25.0, 1e6]),
    "powi(3)": (lambda x: x**3, EVERYWHERE),
    "powi(-2)": (lambda x: x**-2, NOT_ZERO),
    "powi(20)": (lambda x: x**20, EVERYWHERE),
    "powf(0.5)": (mp.sqrt, POSITIVE),
    "powf(2.5)": (lambda x: x ** mpf(2.5), POSITIVE),
    "powf(-1.3)": (lambda x: x ** mpf(-1.3), POSITIVE),
    "log(3)": (lambda x: mp.log(x, 3), POSITIVE),
}

PAIRS = {
    "pow": (lambda x, y: x**y, [(0.3, 0.7), (1.0, 3.0), (2.5, -1.3), (10.0, 2.0), (1e-3, 1.5), (3.0, 0.0)]),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), [(3.0, 4.0), (-1.0, 2.0), (0.1, -0.1), (5.0, 0.0), (0.0, 2.0), (1e-3, 7.0)]),
    "atan2": (lambda y, x: mp.im(mp.log(mp.mpc(x, y))), [(3.0, 4.0), (-1.0, 2.0), (0.1, 0.1), (0.5, -2.0), (1.0, 0.0), (1e-3, 7.0)]),
    "xlogy": (lambda x, y: x * mp.log(y), [(3.0, 4.0), (-1.0, 0.3), (0.0, 2.0), (1e3, 1.0), (1e-3, 1e-3), (-7.0, 1e3)]),
    "div": (lambda x, y: x / y, [(3.0, 4.0), (-1.0, 0.3), (0.0, 2.0), (1e3, -7.0)]),
}


def atan2_partial(y, x, i, j):
    """By the formula: the branch cut would disturb differences on the negative axis."""
    if i + j == 0:
        return mp.atan2(y, x)
    n = i + j
    return mp.im(mp.mpc(0, 1) ** i * (-1) ** (n - 1) * mp.factorial(n - 1) * mp.mpc(x, y) ** (-n))


def derivatives(f, x):
    return [f(mpf(x))] + [mp.diff(f, mpf(x), n) for n in range(1, ORDER + 1)]


def double(x):
    """Correctly rounded; what differences leave of a zero is far below any true value here."""
    return float(0 if abs(x) < mpf(10) ** -80 else x).hex()


def partials(name, f, point):
    x, y = map(mpf, point)

    def at(i, j):
        if name == "atan2":
            return atan2_partial(x, y, i, j)
        return mp.diff(f, (x, y), (i, j)) if i + j else f(x, y)

    return [[double(at(i, j)) for j in range(PAIR_ORDER + 1 - i)] for i in range(PAIR_ORDER + 1)]


here = Path(__file__).parent
rows = [
    {"function": name, "x": x.hex(), "derivatives": [double(mp.re(d)) for d in derivatives(f, x)]}
    for name, (f, points) in UNARY.items()
    for x in points
]
pairs = [
    {"function": name, "x": [v.hex() for v in point], "partials": partials(name, f, point)}
    for name, (f, points) in PAIRS.items()
    for point in points
]


def write(name, rows):
    (here / name).write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


write("higher_derivatives.json", rows)
write("higher_partials.json", pairs)
