"""How exact the special functions' derivatives are: their worst errors in units of the last place, with MPFR as the oracle.

Runs the example `special_accuracy`, which computes f, f', f'', f''', for each function and precision, and prints a table. The
formulas here are written out independently of those in Rust: MPFR's functions, and sums for the polygamma functions, which are
compared with mpmath's before. Exit code 1 if an error is over its bar, a derivative is NaN or infinite where the truth is not, or
the number types differ. Needs Python 3.9 with gmpy2 and mpmath.

    python3 special_accuracy.py [--count 100000] [--seed 1] [--only NAME] [--write FILE]
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
from math import comb

import gmpy2
import mpmath
from gmpy2 import mpfr

from sweep import build, end, table

PRECISION = 220
INF = float("inf")

# ---------------------------------------------------------------- the truth
#
# Each function gives itself and three derivatives; a tuple in place of a number holds a sum and the size of its largest term.


def polygamma_of_positive(k, x):
    """ψ⁽ᵏ⁾(x) for k ≥ 1 and x > 0: terms up to 64, and Euler and Maclaurin's sum from there on."""
    steps = max(0, math.ceil(64 - x)) if x < 64 else 0
    total = mpfr(0)
    for i in range(steps):
        total += 1 / (x + i) ** (k + 1)
    total *= math.factorial(k)
    last = x + steps
    total += math.factorial(k - 1) / last**k + math.factorial(k) / (2 * last ** (k + 1))
    for j, b in enumerate(BERNOULLI, 1):
        total += b * (math.factorial(2 * j + k - 1) // math.factorial(2 * j)) / last ** (2 * j + k)
    return -total if k % 2 == 0 else total


def cotangent(k, x):
    """(π cot πx)⁽ᵏ⁾ for x not an integer."""
    r = x - gmpy2.rint(x)
    # beyond ¼ from ½, where the cotangent has a zero
    t = 1 / gmpy2.tan(PI * abs(r)) if abs(r) < 0.25 else gmpy2.tan(PI * (mpfr(0.5) - abs(r)))
    t = -t if r < 0 else t
    q = 1 + t * t
    return PI ** (k + 1) * (t, -q, 2 * t * q, -2 * q * (1 + 3 * t * t), 8 * t * q * (2 + 3 * t * t))[k]


def digammas(x, orders):
    """ψ⁽ᵏ⁾(x) for each of the orders, with the size of the larger of two terms."""
    if x > 0:
        return [in_size([gmpy2.digamma(x) if k == 0 else polygamma_of_positive(k, x)]) for k in orders]
    y = 1 - x
    ofy = [gmpy2.digamma(y) if k == 0 else polygamma_of_positive(k, y) for k in orders]
    return [in_size([(-1) ** k * p, -cotangent(k, x)]) for k, p in zip(orders, ofy)]


def is_pole(x):
    return x <= 0 and x == gmpy2.rint(x)


def in_size(terms):
    """A sum of terms, and the size of the largest or of itself."""
    total = sum(terms)
    return total, max(*map(abs, terms), abs(total))


def gamma(x):
    if is_pole(x):
        return None
    if x > 200:
        return (mpfr("inf"),) * 4
    if x < -700:
        return (ZERO,) * 4
    f = gmpy2.gamma(x)
    a, b, c = digammas(x, range(3))
    (p, P), (q, Q), (r, R) = a, b, c
    return (
        f,
        (f * p, abs(f) * P),
        (f * (p * p + q), abs(f) * max(P * P, Q, p * p + q)),
        (f * (p**3 + 3 * p * q + r), abs(f) * max(P**3, 3 * P * Q, R, abs(p**3 + 3 * p * q + r))),
    )


def ln_gamma(x):
    if is_pole(x):
        return None
    logarithm = lambda x: gmpy2.lgamma(x)[0]
    # left of 0 by reflection, as π/(sin πx Γ(1 − x))
    f = logarithm(x) if x > 0 else in_size([-logarithm(1 - x), logarithm(x) + logarithm(1 - x)])
    return (f, *digammas(x, range(3)))


def digamma(x):
    return None if is_pole(x) else digammas(x, range(4))


def trigamma(x):
    return None if is_pole(x) else digammas(x, range(1, 5))


def gaussian(x, sign):
    e = 2 / gmpy2.sqrt(PI) * gmpy2.exp(-x * x) * sign
    return e, -2 * x * e, in_size([4 * x * x * e, -2 * e])


def erf(x):
    return gmpy2.erf(x), *gaussian(x, 1)


def erfc(x):
    return gmpy2.erfc(x), *gaussian(x, -1)


def bessel(function, n):
    m = abs(n)
    sign = (-1) ** m if n < 0 else 1

    def derivatives(x):
        if function is gmpy2.yn and x == 0:
            return None
        c = {l: function(l, x) for l in range(max(0, m - 4), m + 5)}
        at = lambda l: c[l] if l >= 0 else (-1) ** l * c[-l]

        # near a zero the unit is that of the amplitude, which both neighbours have there; near 0 a neighbour is of another size
        def size(l):
            return max(abs(at(l)), min(abs(at(l - 1)), abs(at(l + 1))) if l or abs(x) > 0.5 else ZERO)

        found = [(sign * at(m), size(m))]
        for k in range(1, 4):
            # where the function is known at the neighbouring orders, terms of the same order are one
            terms, sizes = {}, {}
            for j in range(k + 1):
                l = m - k + 2 * j
                terms[abs(l)] = terms.get(abs(l), ZERO) + (-1) ** j * comb(k, j) * at(l)
                sizes[abs(l)] = sizes.get(abs(l), 0) + comb(k, j) * size(l)
            total = sum(terms.values())
            found.append((sign * total / 2**k, max(*sizes.values(), abs(total)) / 2**k))
        return found

    return derivatives


def prepare():
    """In each process: the precision, and the constants in it."""
    global PI, ZERO, BERNOULLI, TRUTH
    gmpy2.get_context().precision = PRECISION
    PI, ZERO = gmpy2.const_pi(), mpfr(0)
    BERNOULLI = [mpfr(gmpy2.mpq(*map(int, mpmath.bernfrac(2 * j)))) for j in range(1, 26)]
    TRUTH = {"gamma": gamma, "ln_gamma": ln_gamma, "digamma": digamma, "trigamma": trigamma, "erf": erf, "erfc": erfc}
    for letter, function in (("j", gmpy2.jn), ("y", gmpy2.yn)):
        TRUTH |= {f"bessel_{letter}{n}": bessel(function, n) for n in (0, 1)}
        TRUTH |= {f"bessel_{letter}n({n})": bessel(function, n) for n in (2, 5, -10)}


def check_polygamma():
    """The sums here beside mpmath's function."""
    mpmath.mp.prec = PRECISION
    for k in range(1, 5):
        for x in (1e-5, 0.3, 1.0, 7.7, 63.9, 64.5, 1e5, 1e20):
            ours, theirs = polygamma_of_positive(k, mpfr(x)), mpmath.psi(k, mpmath.mpf(x))
            error = abs(mpmath.mpf(str(ours)) / theirs - 1)
            assert error < mpmath.mpf(2) ** -150, (k, x, error)


# ---------------------------------------------------------------- the comparison

BARS = (None, 16, 32, 64)


class Format:
    """The largest and the smallest normal number of a precision, and its unit in the last place."""

    def __init__(self, name):
        self.digits, lowest, highest = {"f64": (53, -1022, 1024), "f32": (24, -126, 128)}[name]
        self.tiny, self.least = math.ldexp(1.0, lowest), math.ldexp(1.0, lowest - self.digits + 1)
        self.largest = math.ldexp(2.0 - math.ldexp(1.0, 1 - self.digits), highest - 1)
        self.scale = math.ldexp(1.0, 53 - self.digits)
        self.overflow = mpfr(self.largest) * (1 + mpfr(2) ** -self.digits)

    def ulp(self, size):
        return max(math.ulp(min(size, self.largest)) * self.scale, self.least)


def sweep(job):
    """The worst error of each order and where, and the points at which a derivative is of another kind than the truth."""
    program, name, precision, count, seed = job
    prepare()
    form, exact = Format(precision), TRUTH[name]
    process = subprocess.Popen([program, name, precision, str(count), str(seed)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    worst, kind, points = [(0.0, None)] * 4, [], 0
    while block := process.stdout.read(8 * 5 * 4096):
        numbers = array.array("d")
        numbers.frombytes(block)
        for start in range(0, len(numbers), 5):
            x = numbers[start]
            truth = exact(mpfr(x))
            if truth is None:
                continue
            points += 1
            for order, want in enumerate(truth):
                got = numbers[start + 1 + order]
                want, term = want if isinstance(want, tuple) else (want, abs(want))
                unit = form.ulp(float(term))
                if abs(want) > form.overflow - (BARS[order] or 8) * unit:
                    # at the edge, rounding decides between the largest number and infinity
                    if not (math.isinf(got) and (got > 0) == (want > 0)) and not abs(want - got) <= (BARS[order] or 8) * unit:
                        kind.append((order, x, got))
                elif not math.isfinite(got):
                    if order or "digamma" in name or "trigamma" in name:
                        kind.append((order, x, got))
                elif (error := float(abs(want - got)) / unit) > worst[order][0]:
                    worst[order] = (error, (x, got, float(want)))
    notes = process.stderr.read().decode()
    return name, precision, points, worst, kind, notes, process.wait()


# ---------------------------------------------------------------- the report

HEADER = ("function", "points", "f", "f′", "f″", "f‴", "other kind")


def row_of(result):
    """The cells of a row, and what is wrong with it."""
    name, precision, points, worst, kind, notes, code = result
    faults = []
    for order, (error, where) in enumerate(worst):
        if BARS[order] and error > BARS[order]:
            faults.append(f"order {order}: {error:.2f} ulp at {where}")
    faults += [f"of another kind than the truth: order, point, value {k}" for k in kind[:3]]
    if code or notes:
        faults.append(f"the number types differ:\n{notes}")
    return [f"`{name}`", str(points), *(f"{error:.2f}" for error, _ in worst), str(len(kind))], [
        f"{name} in {precision}: {fault}" for fault in faults
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000, help="points a function and precision, at most: poles do not count")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="functions whose name begins so")
    parser.add_argument("--verbose", action="store_true", help="print where the worst errors are")
    parser.add_argument("--write", metavar="FILE", help="a document whose part between `<!-- table -->` and `<!-- end -->` becomes the table")
    options = parser.parse_args()
    program = build("special_accuracy", "--features", "special")
    prepare()
    check_polygamma()
    names = subprocess.run([program, "list"], check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    jobs = [
        (program, name, precision, options.count, options.seed)
        for name in names
        for precision in ("f64", "f32")
        if name.startswith(options.only or "")
    ]
    results = {}
    with multiprocessing.Pool(os.cpu_count()) as pool:
        for done, result in enumerate(pool.imap_unordered(sweep, jobs), 1):
            results[result[:2]] = row_of(result)
            cells, faults = results[result[:2]]
            print(f"{done}/{len(jobs)} {result[1]}", *cells, *faults, sep="  ", file=sys.stderr, flush=True)
            if options.verbose:
                print(*result[3], sep="\n", file=sys.stderr, flush=True)
    rustc = subprocess.run(["rustc", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    text = [
        f"Seed {options.seed}, at most {options.count} points a function and precision (poles do not count), on {datetime.date.today()}, by {rustc} "
        f"({platform.machine()}), gmpy2 {gmpy2.version()} with {gmpy2.mpfr_version()} at {PRECISION} bits.",
    ]
    for precision, title in (("f64", "## Double precision"), ("f32", "## Single precision")):
        text += [title, table(HEADER, [results[name, precision][0] for name in names if (name, precision) in results])]
    text = "\n\n".join(text)
    end(text, [fault for _, faults in results.values() for fault in faults], options.write)


if __name__ == "__main__":
    main()
