"""The trials of MINPACK's lmder, for the test in src/least_squares/levenberg_marquardt.rs.

Made with scipy 1.17:

    python marquardt.py 7 60 > marquardt.json    # the problems that are checked in
    python marquardt.py 8 3000 > more.json       # more: MARQUARDT_TRIALS=more.json cargo test -p optimizers --lib minpack

Arguments: the seed and the number of problems, rᵢ = bᵢ + Σⱼ aᵢⱼ xⱼ + cᵢ xᵤ xᵥ with u = i mod n, v = (i + 1) mod n, where some variables may
not enter. Those are kept that end by a tolerance, not by rounding, and whose trials are the same, to ten digits, if the sums are
taken the other way round.
"""
import json
import sys

import numpy as np
import scipy
from scipy.optimize import leastsq


def run(problem, order):
    a, b, c = (np.array(problem[name]) for name in "abc")
    (m, n), used = a.shape, np.array(problem["used"])
    trials = []

    def terms(x, i):
        z = x * used
        return [b[i], *(a[i] * z), c[i] * z[i % n] * z[(i + 1) % n]][::order]

    def residuals(x):
        trials.append(x.tolist())
        return np.array([sum(terms(x, i)) for i in range(m)])

    def jacobian(x):
        z, j = x * used, a * used
        for i in range(m):
            u, v = i % n, (i + 1) % n
            j[i, u] += c[i] * z[v] * used[u]
            j[i, v] += c[i] * z[u] * used[v]
        return j

    _, _, info, _, ended = leastsq(residuals, problem["start"], Dfun=jacobian, full_output=True, ftol=problem["ftol"],
                                   xtol=problem["xtol"], gtol=problem["gtol"], factor=problem["factor"], maxfev=60)
    # scipy looks at the shape of the residuals first
    rounding = max(abs(info["fvec"])) < 1e-8 or ended > 4
    return trials[-info["nfev"]:], [info["nfev"], info["njev"], ended], rounding


def draw(rng):
    n = int(rng.integers(1, 5))
    m = n + int(rng.integers(0, 3))
    eighths = lambda *shape: (rng.integers(-24, 25, shape) / 8).tolist()
    pick = lambda *options: float(rng.choice(options))
    used = [0.0 if n > 1 and rng.random() < 0.4 else 1.0 for _ in range(n)]
    start = eighths(n) if rng.random() < 0.8 else [0.0] * n
    tolerance = pick(1e-8, 1e-8, 1e-3)
    return {"a": eighths(m, n), "b": eighths(m), "c": (np.array(eighths(m)) * pick(0.0, 0.25, 1.0)).tolist(), "used": used,
            "start": start, "ftol": tolerance, "xtol": pick(1e-8, tolerance), "gtol": pick(1e-8, 1e-12, 1e-2),
            "factor": pick(100.0, 1.0, 0.125, 0.015625, 0.001)}


def main():
    seed, count = (int(a) for a in sys.argv[1:3])
    rng = np.random.default_rng(seed)
    rows = []
    while len(rows) < count:
        problem = draw(rng)
        (trials, ended, rounding), (again, other, _) = run(problem, 1), run(problem, -1)
        if not rounding and ended == other and len(trials) < 30 and np.allclose(trials, again, rtol=1e-10, atol=1e-10):
            digits = [[float(f"{x:.12g}") for x in trial] for trial in trials]
            rows.append({**problem, "trials": digits, "ended": ended})
    document = {"made with": f"scipy {scipy.__version__}", "seed": seed}
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    print(json.dumps(document)[:-1] + ', "problems": [\n' + lines + "\n]}")


main()
