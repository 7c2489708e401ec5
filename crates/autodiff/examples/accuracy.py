"""How exact the derivatives are: their worst errors in units of the last place, with MPFR as the oracle.

Runs the example `accuracy`, which computes the derivatives, for each function and precision, and prints a table. The formulas
here are written out independently of the rules in Rust. Exit code 1 if an error is over its bar, a derivative is NaN or infinite
where the truth is not, or the other way round, or the number types differ. Needs Python 3.9 with gmpy2.

    python3 accuracy.py [--count 1000000] [--seed 1] [--only NAME] [--write FILE]
"""

import argparse
import array
import datetime
import math
import multiprocessing
import os
import platform
import subprocess
import sys

import gmpy2
from gmpy2 import mpfr

from sweep import build, end, table

PRECISION = 240
INF = float("inf")

# ---------------------------------------------------------------- the truth
#
# Each function gives its derivatives at the point; a tuple in place of a number holds the terms of a sum that may cancel.


def exponential(x, _):
    return (gmpy2.exp(x),) * 3


def exp2(x, _):
    f = gmpy2.exp2(x)
    return f * LN2, f * LN2 * LN2, f * LN2 * LN2 * LN2


def logarithm(base):
    def derivatives(x, _):
        r = 1 / abs(x)
        k = r / gmpy2.log(base) if base else r
        return k, -k * r, 2 * k * r * r

    return derivatives


def log_to_base(x, base):
    return logarithm(base)(x, base)


def ln_1p(x, _):
    r = 1 / (1 + x)
    return r, -r * r, 2 * r * r * r


def sine(x, _):
    s, c = gmpy2.sin_cos(x)
    return c, -s, -c


def cosine(x, _):
    s, c = gmpy2.sin_cos(x)
    return -s, -c, s


def tan(x, _):
    t = gmpy2.tan(x)
    g = 1 + t * t
    return g, 2 * t * g, 2 * g * (1 + 3 * t * t)


def asin(x, _):
    q = 1 - x * x
    r = 1 / gmpy2.sqrt(q)
    return r, x * r / q, (1 + 2 * x * x) * r / (q * q)


def acos(x, _):
    return tuple(-d for d in asin(x, _))


def atan(x, _):
    w = 1 / (1 + x * x)
    return w, -2 * x * w * w, (6 * x * x * w * w * w, -2 * w * w * w)


def sinh(x, _):
    s, c = gmpy2.sinh_cosh(x)
    return c, s, c


def cosh(x, _):
    s, c = gmpy2.sinh_cosh(x)
    return s, c, s


def tanh(x, _):
    t, h = gmpy2.tanh(x), gmpy2.sech(x)
    g = h * h
    return g, -2 * t * g, (4 * t * t * g, -2 * g * g)


def asinh(x, _):
    w = 1 / (1 + x * x)
    r = gmpy2.sqrt(w)
    return r, -x * r * w, (2 * x * x * r * w * w, -r * w * w)


def acosh(x, _):
    w = 1 / (x * x - 1)
    r = gmpy2.sqrt(w)
    return r, -x * r * w, (1 + 2 * x * x) * r * w * w


def atanh(x, _):
    r = 1 / (1 - x * x)
    return r, 2 * x * r * r, 2 * (1 + 3 * x * x) * r * r * r


def power(x, c):
    """c xᶜ⁻¹ and so on; of a negative x where c is an integer, and at 0 where the power or its factor decides."""
    derivatives, factor, e = [], mpfr(1), mpfr(c)
    for _ in range(3):
        factor *= e
        e -= 1
        if factor == 0:
            derivatives.append(factor)
            continue
        if x > 0:
            f = gmpy2.exp(e * gmpy2.log(x))
        elif x < 0 or e == int(e):
            f = x ** int(e)
        else:
            f = mpfr(0) if e > 0 else mpfr("inf")
        derivatives.append(factor * f)
    return derivatives


def cbrt(x, _):
    f = gmpy2.cbrt(x)
    return 1 / (3 * f * f), -2 / (9 * f * f * x), 10 / (27 * f * f * x * x)


def sqrt(x, _):
    f = gmpy2.sqrt(abs(x))
    x = abs(x)
    return 1 / (2 * f), -1 / (4 * f * x), 3 / (8 * f * x * x)


def reciprocal(x, c):
    r = 1 / x
    return -c * r * r, 2 * c * r * r * r, -6 * c * r * r * r * r


def power_of_itself(x, _):
    """xˣ, by xˣ (1 + ln x) and so on."""
    if x <= 0:
        return None
    log, f = gmpy2.log(x), gmpy2.exp(x * gmpy2.log(x))
    g, h = f / x, f / (x * x)
    # the terms are those of the partial derivatives
    return (
        (f, f * log),
        (f, -g, 2 * g, 2 * f * log, f * log * log),
        (f, -3 * g, 2 * h, 6 * g, -3 * h, 3 * f * log, -3 * g * log, 6 * g * log, 3 * f * log * log, f * log * log * log),
    )


def logistic(x, _):
    e = gmpy2.exp(-abs(x))
    f = e / ((1 + e) * (1 + e))
    t = -gmpy2.expm1(-abs(x)) / (1 + e)
    t = t if x > 0 else -t
    return f, -f * t, (f * t * t, -2 * f * f)


def softplus(x, _):
    e = gmpy2.exp(-abs(x))
    return (1 if x > 0 else e) / (1 + e), *logistic(x, None)[:2]


def sinc(x, _):
    if abs(x) < 1e-20:
        return -x / 3 + x * x * x / 30, -ONE / 3 + x * x / 10, x / 5 - x * x * x / 42
    # near 0 the closed form cancels by x⁻⁴
    with gmpy2.context(gmpy2.get_context(), precision=2 * PRECISION):
        s, c = gmpy2.sin_cos(x)
        r = 1 / x
        derivatives = (
            (c * r, -s * r * r),
            (-s * r, -2 * c * r * r, 2 * s * r * r * r),
            (-c * r, 3 * s * r * r, 6 * c * r * r * r, -6 * s * r * r * r * r),
        )
        return derivatives if abs(x) > 1 else tuple(map(sum, derivatives))


def constant(*derivatives):
    return lambda x, c: derivatives


def pow_partials(x, y):
    if x <= 0:
        return None
    log = gmpy2.log(x)
    f = gmpy2.exp(y * log)
    g = f / x
    h = g / x
    return (
        y * g,
        f * log,
        y * (y - 1) * h,
        (g, g * y * log),
        f * log * log,
        y * (y - 1) * (y - 2) * h / x,
        (2 * y * h, -h, y * (y - 1) * h * log),
        (2 * g * log, g * y * log * log),
        f * log * log * log,
    )


def hypot_partials(x, y):
    q = x * x + y * y
    r = 1 / gmpy2.sqrt(q)
    a, b = x * r, y * r
    rr = r * r
    return (
        a,
        b,
        b * b * r,
        -a * b * r,
        a * a * r,
        -3 * a * b * b * rr,
        (2 * a * a * b * rr, -b * b * b * rr),
        (2 * a * b * b * rr, -a * a * a * rr),
        -3 * a * a * b * rr,
    )


def atan2_partials(y, x):
    r = 1 / (x * x + y * y)
    u, v = x * r, y * r
    cosine, sine = (2 * u * u * u, -6 * u * v * v), (6 * u * u * v, -2 * v * v * v)
    minus_cosine, minus_sine = (-cosine[0], -cosine[1]), (-sine[0], -sine[1])
    return u, -v, -2 * u * v, (v * v, -u * u), 2 * u * v, minus_cosine, sine, cosine, minus_sine


def xlogy_partials(x, y):
    if y <= 0:
        return None
    r = 1 / y
    return gmpy2.log(y), x * r, ZERO, r, -x * r * r, ZERO, ZERO, -r * r, 2 * x * r * r * r


def quotient_partials(x, y):
    r = 1 / y
    return r, -x * r * r, ZERO, -r * r, 2 * x * r * r * r, ZERO, ZERO, 2 * r * r * r, -6 * x * r * r * r * r


def remainder_partials(x, y):
    # fmod is exact
    return ONE, -(x - mpfr(math.fmod(float(x), float(y)))) / y, *(ZERO,) * 7


def euclid_partials(x, y):
    rest = mpfr(math.fmod(float(x), float(y)))
    with gmpy2.context(gmpy2.get_context(), precision=2200):
        rest = rest + abs(y) if rest < 0 else rest
        quotient = (x - rest) / y
    return ONE, -quotient, *(ZERO,) * 7


def prepare():
    """In each process: the precision, and the constants in it."""
    global LN2, ZERO, ONE, TRUTH
    gmpy2.get_context().precision = PRECISION
    LN2, ZERO, ONE = gmpy2.const_log2(), mpfr(0), mpfr(1)
    degree = gmpy2.const_pi() / 180
    TRUTH = {
        "recip": lambda x, _: reciprocal(x, ONE),
        "sqrt": sqrt,
        "cbrt": cbrt,
        "exp": exponential,
        "exp2": exp2,
        "exp_m1": exponential,
        "ln": logarithm(None),
        "log2": logarithm(mpfr(2)),
        "log10": logarithm(mpfr(10)),
        "ln_1p": ln_1p,
        "sin": sine,
        "cos": cosine,
        "tan": tan,
        "asin": asin,
        "acos": acos,
        "atan": atan,
        "sinh": sinh,
        "cosh": cosh,
        "tanh": tanh,
        "asinh": asinh,
        "acosh": acosh,
        "atanh": atanh,
        "logistic": logistic,
        "softplus": softplus,
        "sinc": sinc,
        "xlogy": xlogy_partials,
        "powi(n)": power,
        "powf(c)": power,
        "log(b)": log_to_base,
        "to_degrees": constant(1 / degree, ZERO, ZERO),
        "to_radians": constant(degree, ZERO, ZERO),
        "c/x": reciprocal,
        "x/c": lambda x, c: (1 / c, ZERO, ZERO),
        "x/x": constant(ZERO, ZERO, ZERO),
        "x^x": power_of_itself,
        "x^y": pow_partials,
        "hypot": hypot_partials,
        "atan2": atan2_partials,
        "x/y": quotient_partials,
        "x%y": remainder_partials,
        "rem_euclid": euclid_partials,
    }


# ---------------------------------------------------------------- the comparison

# The order of each derivative that the example writes, by how many there are, and whether a series computed it.
ORDERS = {6: (1, 2, 3, 1, 2, 3), 15: (1, 1, 2, 2, 2, 3, 3, 3, 3, 1, 2, 3, 1, 2, 3)}
SERIES = {6: (0, 1, 2), 15: (0, 2, 5, 1, 4, 8)}
BARS = (None, 4, 8, 16)
# A quotient that is subnormal has few digits, and so have the derivatives that it is a factor of, which may be of normal size.
QUOTIENTS = ("c/x", "x/y", "hypot", "atan2")
# A division sums up to three terms before it divides: so near to the largest number its derivative may overflow.
HEADROOM = {"c/x": 8, "x/y": 8}
# A composition adds products of partial derivatives, each within the bars: twice the bar.
COMPOSITIONS = {"x^x": 2}


class Format:
    """The largest and the smallest normal number of a precision, and its unit in the last place."""

    def __init__(self, name):
        self.name = name
        self.digits, lowest, highest = {"f64": (53, -1022, 1024), "f32": (24, -126, 128)}[name]
        self.tiny, self.least = math.ldexp(1.0, lowest), math.ldexp(1.0, lowest - self.digits + 1)
        self.largest = math.ldexp(2.0 - math.ldexp(1.0, 1 - self.digits), highest - 1)
        self.scale = math.ldexp(1.0, 53 - self.digits)
        with gmpy2.context(gmpy2.get_context(), precision=PRECISION):
            self.overflow = mpfr(self.largest) * (1 + mpfr(2) ** -self.digits)

    def ulp(self, size):
        return max(math.ulp(size) * self.scale, self.least)


class Tally:
    """What was found of the derivatives of one order: the worst error and where, the worst below the normal numbers in units of
    the smallest number, the worst of quotients of a subnormal number, and how many are of another kind than the truth: NaN,
    infinite or finite."""

    def __init__(self):
        self.worst, self.where = 0.0, None
        self.tiny, self.tiny_where = 0.0, None
        self.beside, self.beside_where = 0.0, None
        self.kind, self.kind_where = 0, None

    def add(self, got, truth, at, order, form, quotient, headroom):
        """A derivative that may be worse than the worst."""
        terms = truth if isinstance(truth, tuple) else (truth,)
        want = sum(terms)
        size = abs(want)
        error = float(abs(want - got)) if math.isfinite(got) else INF
        term = float(max(map(abs, terms)))
        if math.isfinite(term) and term >= form.tiny:
            unit = form.ulp(min(term, form.largest))
        else:
            unit = form.least
        if gmpy2.is_nan(want):
            # infinite terms that cancel: nothing to compare with
            wrong = len(terms) == 1 and not math.isnan(got)
        elif max(terms) > form.largest and min(terms) < -form.largest:
            # terms of both signs beyond the range: nothing is left of their sum
            wrong = False
        elif size > form.overflow / headroom - BARS[order] * unit:
            # at the edge, rounding decides between the largest number and infinity
            right = math.isinf(got) and (got > 0) == (want > 0)
            wrong = not right and error > BARS[order] * form.ulp(form.largest)
        elif term > form.largest:
            wrong = False
        elif not math.isfinite(got):
            wrong = True
        else:
            wrong = False
            if quotient and min(map(abs, at)) < form.tiny:
                if error / unit > self.beside:
                    self.beside, self.beside_where = error / unit, (at, got)
            elif size >= form.tiny or term >= form.tiny:
                if error / unit > self.worst:
                    self.worst, self.where = error / unit, (at, got)
            elif error / form.least > self.tiny:
                self.tiny, self.tiny_where = error / form.least, (at, got)
        if wrong:
            self.kind += 1
            self.kind_where = self.kind_where or (at, got)


def sweep(job):
    program, name, orders, precision, count, seed = job
    prepare()
    form = Format(precision)
    process = subprocess.Popen([program, name, precision, str(count), str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    exact = TRUTH[name]
    stride = 2 + orders
    order_of, copies = ORDERS[orders], SERIES[orders]
    tallies = [Tally() for _ in range(orders)]
    single = orders - len(copies)
    scale, least, ulp = form.scale, form.least, math.ulp
    points = 0
    while True:
        block = process.stdout.read(8 * stride * 4096)
        if not block:
            break
        numbers = array.array("d")
        numbers.frombytes(block)
        for start in range(0, len(numbers), stride):
            x, y = numbers[start], numbers[start + 1]
            truth = exact(mpfr(x), mpfr(y))
            if truth is None:
                continue
            points += 1
            for i in range(orders):
                got = numbers[start + 2 + i]
                if i < single:
                    want = truth[i]
                else:
                    twin = copies[i - single]
                    # the series has the digits of the dual number mostly
                    if got == numbers[start + 2 + twin]:
                        continue
                    want = truth[twin]
                tally = tallies[i]
                if type(want) is not tuple:
                    unit = ulp(float(want)) * scale
                    if abs(float(want - got)) <= tally.worst * (unit if unit > least else least):
                        continue
                tally.add(got, want, (x, y), order_of[i], form, name in QUOTIENTS, HEADROOM.get(name, 1))
    notes = process.stderr.read().decode()
    # a series whose digits are those of the others has their errors
    for i, twin in enumerate(copies):
        copy, original = tallies[single + i], tallies[twin]
        if copy.worst < original.worst:
            copy.worst, copy.where = original.worst, original.where
    by_order = []
    for which in (range(single), range(single, orders)):
        for order in (1, 2, 3):
            by_order.append([vars(tallies[i]) for i in which if order_of[i] == order])
    return name, precision, points, by_order, notes, process.wait()


# ---------------------------------------------------------------- the report

HEADER = ("function", "points", "f′", "f″", "f‴", "Taylor f′", "Taylor f″", "Taylor f‴", "subnormal", "beside", "other kind")


def row_of(result):
    """The cells of a row, and what is wrong with it."""
    name, precision, points, by_order, notes, code = result
    faults = []
    cells = [f"`{name}`", str(points)]
    for column, tallies in enumerate(by_order):
        bar = BARS[column % 3 + 1] * COMPOSITIONS.get(name, 1)
        worst = max(tallies, key=lambda t: t["worst"])
        cells.append(f"{worst['worst']:.2f}")
        if worst["worst"] > bar:
            faults.append(f"{HEADER[column + 2]}: {worst['worst']:.2f} ulp at {worst['where']}")
    every = [t for tallies in by_order for t in tallies]
    tiny = max(every, key=lambda t: t["tiny"])
    kind = sum(t["kind"] for t in every)
    beside = max(t["beside"] for t in every)
    cells += [f"{tiny['tiny']:.1f}", f"{beside:.0f}" if name in QUOTIENTS else "", str(kind)]
    if tiny["tiny"] > BARS[3]:
        faults.append(f"subnormal: {tiny['tiny']:.1f} at {tiny['tiny_where']}")
    faults += [f"of another kind than the truth at {t['kind_where']}" for t in every if t["kind"]]
    if code or notes:
        faults.append(f"the number types differ:\n{notes}")
    return cells, [f"{name} in {precision}: {fault}" for fault in faults]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1_000_000, help="points a function and precision, at least")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="one function")
    parser.add_argument("--write", metavar="FILE", help="a document whose part between `<!-- table -->` and `<!-- end -->` becomes the table")
    options = parser.parse_args()
    program = build("accuracy")
    names = [line.split(maxsplit=1) for line in subprocess.run([program, "list"], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()]
    prepare()
    unknown = [name for _, name in names if name not in TRUTH]
    if unknown:
        sys.exit(f"no formula for {', '.join(unknown)}")
    jobs = [
        (program, name, int(orders), precision, options.count, options.seed)
        for orders, name in names
        for precision in ("f64", "f32")
        if options.only in (None, name)
    ]
    # the long ones first
    by_length = sorted(jobs, key=lambda job: -job[2])
    results = {}
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for done, result in enumerate(pool.imap_unordered(sweep, by_length), 1):
            results[result[:2]] = row_of(result)
            cells, faults = results[result[:2]]
            print(f"{done}/{len(jobs)} {result[1]}", *cells[:], *faults, sep="  ", file=sys.stderr, flush=True)
    rustc = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    text = [
        f"Seed {options.seed}, at least {options.count} points a function and precision, on {datetime.date.today()}, by {rustc}, "
        f"{' '.join(platform.libc_ver())} ({platform.machine()}), gmpy2 {gmpy2.version()} with {gmpy2.mpfr_version()} at {PRECISION} bits.",
    ]
    for precision, title in (("f64", "## Double precision"), ("f32", "## Single precision")):
        rows = [results[name, precision][0] for _, name in names if (name, precision) in results]
        text += [title, table(HEADER, rows)]
    text = "\n\n".join(text)
    end(text, [fault for _, faults in results.values() for fault in faults], options.write)


if __name__ == "__main__":
    main()
