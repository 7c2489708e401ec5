"""Writes special_functions.json beside it: the special functions with their derivatives, each correctly rounded to a double.

    python3 generate.py        # Python with mpmath 1.3

The derivatives of ln Γ and ψ are mpmath's polygamma functions, those of the Bessel functions its own derivatives of them, those
of erf its Hermite polynomials; those of Γ follow from Γ' = Γ ψ. The formulas are compared with mpmath's numeric differentiation.
"""

import json
import os

from mpmath import besselj, bessely, binomial, diff, erf, erfc, exp, gamma, hermite, loggamma, mp, mpf, pi, psi, re, sqrt

mp.dps = 80
LOW, HIGH = 6, 24


def gammas(x, order):
    d = [gamma(x)]
    slopes = [psi(k, x) for k in range(order)]
    for n in range(1, order + 1):
        d.append(sum(binomial(n - 1, k) * d[k] * slopes[n - 1 - k] for k in range(n)))
    return d


def polygammas(m):
    return lambda x, order: [psi(m + k, x) for k in range(order + 1)]


def ln_gammas(x, order):
    return [re(loggamma(x))] + polygammas(0)(x, order - 1)


def errors(function, sign):
    def derivatives(x, order):
        factor = sign * 2 / sqrt(pi) * exp(-x * x)
        return [function(x)] + [factor * (-1) ** n * hermite(n, x) for n in range(order)]

    return derivatives


def bessels(function, n):
    return lambda x, order: [function(n, x, derivative=k) if k else function(n, x) for k in range(order + 1)]


POLES = [-1 + 1e-9, -2 - 2.0**-30, -5.0000001, -30 + 2.0**-40, 1e-5, -1e-5, 2.0**-200, -(2.0**-70)]
MIDDLES = [0.5, -0.5, -1.5, -7.5, -20.5, -3.4990234375]
RIGHT = [0.125, 0.75, 1.0, 1.4616321449683622, 1.5, 2.0, 2.75, 4.5, 9.9375, 10.0, 12.25, 40.5, 100.125]
LEFT = [-0.25, -0.75, -2.3125, -10.6875, -33.25, -100.375]
EACH = [1e-30, 1e-3, 0.0625, 0.5, 0.9375, 1.0, 1.0625, 1.5, 2.0, 2.75, 4.0, 5.25, 7.5, 11.0, 15.5, 23.0, 25.5, 30.125, 100.25, 1000.5, 12345.625, 1e10]
POSITIVE = [*EACH, 1e-12, 1e-9, 1e-5]
SIGNED = [x for x in EACH for x in (x, -x)]
GAUSS = [0.0, 1e-300, 1e-10, 0.0625, 0.25, 0.5, 0.75, 0.84375, 1.0, 1.25, 2.0, 3.5, 6.0, 10.5, 20.25, 24.5, 26.0, 26.3, 26.8, 27.0625]

# each function, its points, and those of high order
FUNCTIONS = {
    "gamma": (gammas, POLES[:-2] + MIDDLES + RIGHT + LEFT + [140.25, 170.5, -140.5, -152.25, -160.0625, -168 + 2.0**-30, -151.3, -155.7, -163.4, -180 + 2.0**-43, -181 - 2.0**-43], [0.75, -2.3125, 20.5]),
    "ln_gamma": (ln_gammas, POLES + MIDDLES + RIGHT + LEFT + [1e5, 1e20, 1e80], [0.75, -2.3125, 20.5, 1e5]),
    "digamma": (polygammas(0), POLES[:-1] + MIDDLES + RIGHT + LEFT + [1e5, 1e20, 1e60], [0.75, -2.3125, 20.5, 1e5]),
    "trigamma": (polygammas(1), POLES[:-2] + MIDDLES + RIGHT + LEFT + [1e5, 1e20, 1e50], [0.75, -2.3125, 20.5, 1e5]),
    "erf": (errors(erf, 1), GAUSS + [-x for x in GAUSS[1:]], [0.75, -3.5, 20.25]),
    "erfc": (errors(erfc, -1), GAUSS + [-x for x in GAUSS[1:]], [0.75, -3.5, 20.25]),
}
for n in (0, 1):
    FUNCTIONS[f"bessel_j{n}"] = (bessels(besselj, n), SIGNED, [0.0, 0.75, -5.25, 40.5, 1e10])
    FUNCTIONS[f"bessel_y{n}"] = (bessels(bessely, n), POSITIVE, [0.75, 5.25, 40.5, 1e10])
for n in (2, 3, 7, -3):
    FUNCTIONS[f"bessel_jn({n})"] = (bessels(besselj, n), SIGNED, [0.0, 0.75, -5.25, 40.5])
    FUNCTIONS[f"bessel_yn({n})"] = (bessels(bessely, n), POSITIVE, [0.75, 5.25, 40.5])
for n in (30, 100):
    FUNCTIONS[f"bessel_jn({n})"] = (bessels(besselj, n), [0.5, 12.25, 30.0, 99.5, 130.0, 1000.5], [])
    FUNCTIONS[f"bessel_yn({n})"] = (bessels(bessely, n), [0.5, 12.25, 30.0, 99.5, 130.0, 1000.5], [])
# high orders far from x, and arguments beside which the order fades
for n, points in ((2, [1e17, -1e20]), (7, [1e17, 1e20]), (120, [2.0, 3.5]), (1000, [1e20]), (1100, [900.5, 1000.0, 1080.25])):
    points = (*FUNCTIONS.get(f"bessel_jn({n})", (0, [], []))[1], *points)
    FUNCTIONS[f"bessel_jn({n})"] = (bessels(besselj, n), points, FUNCTIONS.get(f"bessel_jn({n})", (0, [], []))[2])
for n, points in ((2, [1e17]), (7, [1e20]), (1000, [1e20])):
    points = (*FUNCTIONS.get(f"bessel_yn({n})", (0, [], []))[1], *points)
    FUNCTIONS[f"bessel_yn({n})"] = (bessels(bessely, n), points, FUNCTIONS.get(f"bessel_yn({n})", (0, [], []))[2])


def check(name, derivatives, x):
    """The formulas beside differences: a mistake is much larger than the error of these."""
    with mp.workdps(120):
        value = lambda t: derivatives(t, 1)[0]
        for k in range(1, 4):
            ours, theirs = derivatives(x, k)[k], diff(value, x, k)
            assert abs(ours - theirs) <= mpf(10) ** -25 * abs(theirs), (name, x, k, ours, theirs)


def main():
    rows = []
    for name, (derivatives, points, high) in FUNCTIONS.items():
        check(name, derivatives, mpf(0.8125))
        for points, order in ((points, LOW), (high, HIGH)):
            for x in points:
                # a point of high order may be 0, where mpmath's derivatives have no limit
                at = mpf(x) if x or "bessel" not in name else mpf(10) ** -60
                found = [float(d) if abs(d) > mpf(10) ** -50 or x else 0.0 for d in derivatives(at, order)]
                rows.append({"function": name, "x": x.hex(), "derivatives": [d.hex() for d in found]})
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "special_functions.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    print(len(rows), "rows")


if __name__ == "__main__":
    main()
