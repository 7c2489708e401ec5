"""Taylor coefficients f^(k)(x)/k!, k = 0 to 20, of every function of the table at three points, and of chains;
those of the functions along curved lines, where the chain rule is a sum that may cancel; and those of the functions of two
variables along two such lines.

Made with mpmath 1.3 at 200 digits, rounded to the nearest double:

    pip install mpmath
    python generate.py > coefficients.json
"""
import json
import sys

import mpmath as mp

mp.mp.dps = 200
PI = mp.pi

FUNCTIONS = {
    "recip": lambda x: 1 / x, "sqrt": mp.sqrt, "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)), "exp": mp.exp,
    "exp2": lambda x: mp.mpf(2) ** x, "exp_m1": lambda x: mp.exp(x) - 1, "ln": mp.log, "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10), "ln_1p": lambda x: mp.log(1 + x), "sin": mp.sin, "cos": mp.cos, "tan": mp.tan,
    "asin": mp.asin, "acos": mp.acos, "atan": mp.atan, "sinh": mp.sinh, "cosh": mp.cosh, "tanh": mp.tanh,
    "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh,
    "logistic": lambda x: 1 / (1 + mp.exp(-x)), "softplus": lambda x: mp.log(1 + mp.exp(x)), "sinc": lambda x: mp.sin(x) / x,
    "xlogy": lambda x: x * mp.log(x),
    "to_degrees": lambda x: x * 180 / PI, "to_radians": lambda x: x * PI / 180,
    "powi7": lambda x: x ** 7, "powi_minus_3": lambda x: x ** -3, "powf_2_5": lambda x: x ** mp.mpf("2.5"),
    "sin_exp_ln_1p": lambda x: mp.sin(mp.exp(mp.log(1 + x))) * mp.exp(mp.sin(x)),
    "quotient": lambda x: (1 + x * x) / (2 + mp.sin(x)),
}
POINTS = {"asin": [0.5, -0.25, 0.01], "acos": [0.5, -0.25, 0.01], "atanh": [0.5, -0.25, 0.01], "acosh": [1.5, 2.0, 7.0],
          "tan": [0.5, -0.25, 1.25]}


PAIRS = {"pow": lambda x, y: mp.exp(y * mp.log(x)), "xlogy2": lambda x, y: x * mp.log(y),
         "hypot": lambda x, y: mp.sqrt(x * x + y * y), "atan2": lambda x, y: mp.atan(x / y)}
# the curved lines through a point, from their lowest coefficient on
FIRST, SECOND = [0.75, -0.5, 0.25, 0, 1], [-0.5, 0, 1.5]


def main():
    rows = []
    for name, f in FUNCTIONS.items():
        for x in POINTS.get(name, [0.5, 1.25, 3.0]):
            series = derivatives(f, mp.mpf(x))
            rows.append({"function": name, "x": x, "coefficients": [float(c).hex() if abs(c) > mp.mpf("1e-100") else "0x0.0p+0" for c in series]})
    for name, f in FUNCTIONS.items():
        for x in POINTS.get(name, [0.5, 1.25, 3.0]):
            rows.append(row(name, "along", x, along(f, x)))
    for name, f in PAIRS.items():
        for x, y in [(0.5, 1.25), (3.0, 0.25), (1.75, 2.0)]:
            rows.append(row(name, "pair", [x, y], lambda t, x=x, y=y: f(line(x, FIRST, t), line(y, SECOND, t))))
    json.dump(rows, sys.stdout, indent=0)


def line(x, coefficients, t):
    return x + sum(c * t ** (k + 1) for k, c in enumerate(coefficients))


def along(f, x):
    return lambda t: f_complex(f, line(x, FIRST, t))


def row(name, kind, x, f):
    series = derivatives(f, mp.mpf(0))
    return {"function": name, "kind": kind, "x": x, "coefficients": [float(c).hex() if abs(c) > mp.mpf("1e-100") else "0x0.0p+0" for c in series]}


def derivatives(f, x):
    # Cauchy's formula on a small circle, by the trapezoidal rule: exact up to the terms of order n
    n, radius = 64, mp.mpf("1e-3")
    values = [f_complex(f, x + radius * mp.expjpi(mp.mpf(2 * j) / n)) for j in range(n)]
    return [mp.re(sum(v * mp.expjpi(mp.mpf(-2 * j * k) / n) for j, v in enumerate(values)) / n) / radius ** k for k in range(21)]


def f_complex(f, z):
    if f is FUNCTIONS["cbrt"]:
        return mp.exp(mp.log(z) / 3)
    return f(z)


main()
