"""Reads the lines of `accuracy -- points` and prints the worst error of each derivative in units of the last place.

Needs mpmath; with gmpy2 beside it, it is several times faster. The derivatives are written out independently of the rules.
"""

import math
import struct
import sys
from collections import defaultdict

from mpmath import mp, mpf

mp.prec = 250
HUGE = mpf(2) ** 1100  # stands for infinity


def exponential(x):
    return mp.exp(x) if abs(x) < 3000 else (HUGE if x > 0 else mpf(0))


def power(c):
    """The derivatives of x^c; of a negative x where c is an integer."""

    def derivatives(x):
        if x < 0 and c != int(c) or x == 0:
            return None
        sign = -1 if x < 0 and int(c) % 2 else 1
        f = mp.exp(mpf(c) * mp.log(abs(x))) * sign
        d1 = c * f / x
        d2 = (mpf(c) - 1) * d1 / x
        return d1, d2, (mpf(c) - 2) * d2 / x

    return derivatives


def logarithm(base):
    def derivatives(x):
        if x <= 0:
            return None
        k = 1 / mp.log(base)
        return k / x, -k / x**2, 2 * k / x**3

    return derivatives


def cbrt(x):
    f = mp.cbrt(abs(x)) * mp.sign(x)
    return f / x / 3, -2 * f / x**2 / 9, 10 * f / x**3 / 27


def tan(x):
    t = mp.tan(x)
    g = 1 + t * t
    return g, 2 * t * g, 2 * g * (1 + 3 * t * t)



def asin(x):
    q = 1 - x * x
    if q <= 0:
        return None
    r = mp.sqrt(q)
    return 1 / r, x / (q * r), (1 + 2 * x * x) / (q * q * r)


def acos(x):
    d = asin(x)
    return d and tuple(-v for v in d)


def atan(x):
    w = 1 / (1 + x * x)
    return w, -2 * x * w * w, [6 * x * x * w**3, -2 * w**3]


def tanh(x):
    if abs(x) > 3000:
        return mpf(0), mpf(0), mpf(0)
    t, g = mp.tanh(x), mp.sech(x) ** 2
    return g, -2 * t * g, [4 * t * t * g, -2 * g * g]


def asinh(x):
    q = 1 + x * x
    r = mp.sqrt(q)
    return 1 / r, -x / (q * r), [2 * x * x / (q * q * r), -1 / (q * q * r)]


def acosh(x):
    q = x * x - 1
    if x <= 1:
        return None
    r = mp.sqrt(q)
    return 1 / r, -x / (q * r), (1 + 2 * x * x) / (q * q * r)


def atanh(x):
    q = 1 - x * x
    if q <= 0:
        return None
    return 1 / q, 2 * x / q**2, 2 * (1 + 3 * x * x) / q**3


def sinh_cosh(x):
    e, g = exponential(x), exponential(-x)
    return (mp.sinh(x) if abs(x) < 1 else (e - g) / 2), (e + g) / 2


LN2 = mp.log(2)
FUNCTIONS = {
    "recip": power(-1),
    "sqrt": power(mpf(0.5)),
    "cbrt": cbrt,
    "exp": lambda x: (exponential(x),) * 3,
    "exp2": lambda x: tuple(exponential(x * LN2) * LN2**k for k in (1, 2, 3)),
    "exp_m1": lambda x: (exponential(x),) * 3,
    "ln": logarithm(mp.e),
    "log2": logarithm(2),
    "log10": logarithm(10),
    "log(3)": logarithm(3),
    "ln_1p": lambda x: None if x <= -1 else (1 / (1 + x), -1 / (1 + x) ** 2, 2 / (1 + x) ** 3),
    "sin": lambda x: (mp.cos(x), -mp.sin(x), -mp.cos(x)),
    "cos": lambda x: (-mp.sin(x), -mp.cos(x), mp.sin(x)),
    "tan": tan,
    "asin": asin,
    "acos": acos,
    "atan": atan,
    "sinh": lambda x: (lambda s, c: (c, s, c))(*sinh_cosh(x)),
    "cosh": lambda x: (lambda s, c: (s, c, s))(*sinh_cosh(x)),
    "tanh": tanh,
    "asinh": asinh,
    "acosh": acosh,
    "atanh": atanh,
    "division(3,x)": lambda x: (-3 / x**2, 6 / x**3, -18 / x**4),
}


def pow_partials(x, y):
    """x, y, xx, xy, yy, xxx, xxy, xyy, yyy of x^y; a list holds terms that may cancel."""
    if x <= 0:
        return None
    log = mp.log(x)
    f = mp.exp(y * log)
    g, h = f / x, f / x / x
    return (
        y * g,
        f * log,
        y * (y - 1) * h,
        [g, g * y * log],
        f * log**2,
        y * (y - 1) * (y - 2) * h / x,
        [2 * y * h, -h, y * (y - 1) * h * log],
        [2 * g * log, g * y * log**2],
        f * log**3,
    )


def hypot_partials(x, y):
    q = x * x + y * y
    h = mp.sqrt(q)
    c, d = h * q, h * q * q
    return (
        x / h,
        y / h,
        y * y / c,
        -x * y / c,
        x * x / c,
        -3 * x * y * y / d,
        [2 * x * x * y / d, -(y**3) / d],
        [2 * y * y * x / d, -(x**3) / d],
        -3 * x * x * y / d,
    )


def atan2_partials(y, x):
    q = x * x + y * y
    twice, difference = 2 * x * y / q**2, [y * y / q**2, -x * x / q**2]
    cosine, sine = [2 * x**3 / q**3, -6 * x * y * y / q**3], [6 * x * x * y / q**3, -2 * y**3 / q**3]

    def minus(terms):
        return [-v for v in terms]

    return x / q, -y / q, -twice, difference, twice, minus(cosine), sine, cosine, minus(sine)


PAIRS = {"pow": pow_partials, "hypot": hypot_partials, "atan2": atan2_partials}


def exact(name):
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    if name.startswith("powf"):
        return power(mpf(eval(name[5:-1], {})))
    return power(int(name[5:-1]))


def double(bits):
    return struct.unpack("<d", struct.pack("<Q", int(bits, 16)))[0]


LARGEST = mpf(sys.float_info.max)


def error_of(got, want):
    """In units of the last place of the largest term; None beyond the normal numbers, if the kind is right."""
    terms = want if isinstance(want, list) else [want]
    want = sum(terms)
    if sys.float_info.min <= abs(want) <= LARGEST:
        if not math.isfinite(got):
            return mp.inf
        # terms beyond the range leave nothing to compare with
        term = max(map(abs, terms))
        return abs(mpf(got) - want) / mpf(math.ulp(float(term))) if term <= LARGEST else None
    near_zero = abs(want) < 1 and abs(got - want) < 64 * 5e-324
    beyond = abs(want) > 1 and math.isinf(got)
    at_the_edge = abs(abs(want) / LARGEST - 1) < 1e-14
    return None if near_zero or beyond or at_the_edge or len(terms) > 1 else mp.inf


worst = defaultdict(dict)
counts = defaultdict(int)
for line in sys.stdin:
    name, *numbers = line.split()
    numbers = list(map(double, numbers))
    variables = 2 if name in PAIRS else 1
    x, found = numbers[:variables], numbers[variables:]
    if not all(v and math.isfinite(v) for v in x):
        continue
    # the quotient of a subnormal number and a length has few digits, and so have the partials it is a factor of
    if variables == 2 and min(map(abs, x)) < sys.float_info.min:
        continue
    derivatives = (PAIRS[name] if name in PAIRS else exact(name))(*map(mpf, x))
    if derivatives is None:
        continue
    counts[name] += 1
    for i, (got, want) in enumerate(zip(found, derivatives)):
        error = error_of(got, want)
        if error is not None and error > worst[name].get(i, (mpf(-1),))[0]:
            worst[name][i] = (error, x)

print("f64: the worst error of each derivative in ulp, and where")
print("(the first three of one variable; x, y, xx, xy, yy, xxx, xxy, xyy, yyy of two)")
for name, errors in worst.items():
    columns = "".join(f"{float(error):8.2f} at {', '.join(map(str, x)):<24}" for _, (error, x) in sorted(errors.items()))
    print(f"{name:26}{columns} of {counts[name]} points")
