"""What scipy's L-BFGS-B does, for tests/lbfgsb.rs.

Made with scipy 1.9.3 and numpy 1.23.5 on Python 3.11:

    pip install scipy==1.9.3 numpy==1.23.5
    python generate.py 1 60 60 > cases.json      # the cases that are checked in
    python generate.py 2 1000 1000 > more.json   # more: SCIPY_CASES=more.json cargo test -p optimizers --test lbfgsb

Arguments: the seed, the number of inversions, the number of minimizations, and OpenBLAS's kernel, on which scipy's last
bits and so the ways of some runs depend. Unless told otherwise it is Sandybridge, for x86-64 with AVX, which rounds
every product (newer ones do not).
"""
import json
import os
import sys

KERNEL = sys.argv[4] if len(sys.argv) > 4 else "Sandybridge"
os.environ["OPENBLAS_CORETYPE"] = KERNEL

import numpy as np
import scipy
from scipy.optimize import fmin_l_bfgs_b


def inversion(target, start):
    def f(x):
        r0, r1 = x[0] - target[0], x[1] * x[1] - target[1]
        return r0 * r0 + r1 * r1

    return fmin_l_bfgs_b(f, start, approx_grad=True)


def rosenbrock(x):
    value, g = 0.0, np.zeros(len(x))
    for i in range(len(x) - 1):
        a, b = x[i + 1] - x[i] * x[i], 1.0 - x[i]
        value += 100.0 * (a * a) + b * b
        g[i] += -400.0 * a * x[i] - 2.0 * b
        g[i + 1] += 200.0 * a
    return value, g


def quartic(x):
    value, g = 0.0, np.zeros(len(x))
    for i in range(len(x)):
        a = x[i] - float(i)
        value += (i + 1.0) * (a * a) + (a * a) * (a * a)
        g[i] = 2.0 * (i + 1.0) * a + 4.0 * (a * a) * a
    return value, g


def coupled(x):
    value, g = 0.0, np.zeros(len(x))
    for i in range(len(x) - 1):
        a = x[i] + 2.0 * x[i + 1] - 3.0
        b = x[i] * x[i + 1] - 1.0
        value += a * a + 0.5 * (b * b)
        g[i] += 2.0 * a + b * x[i + 1]
        g[i + 1] += 4.0 * a + b * x[i]
    return value, g


FUNCTIONS = {"rosenbrock": rosenbrock, "quartic": quartic, "coupled": coupled}


def outcome(result):
    x, _, d = result
    return {"x": [float(v).hex() for v in x], "iterations": d["nit"], "evaluations": d["funcalls"],
            "task": d["task"] if isinstance(d["task"], str) else d["task"].decode()}


def main():
    seed, inversions, minimizations = (int(a) for a in sys.argv[1:4])
    rng = np.random.default_rng(seed)
    cases = []
    for k in range(inversions):
        scale = [1.0, 1.0, 10.0, 1e3, 1e-2][k % 5]
        start = rng.uniform(-3.0, 3.0, 2) * scale
        target = np.array([rng.uniform(-3.0, 3.0), rng.uniform(-1.0 if k % 7 == 0 else 0.0, 9.0)]) * scale
        if k % 11 == 5:
            start[1] = 0.0
        case = outcome(inversion(target, start))
        cases.append({"kind": "inversion", "start": [v.hex() for v in start], "target": [v.hex() for v in target], **case})
    for k in range(minimizations):
        name = list(FUNCTIONS)[k % 3]
        n, m = int(rng.integers(2, 41 if k % 5 == 0 else 11)), int(rng.integers(3, 21))
        start = rng.uniform(-2.0, 2.0, n)
        bounds = None
        lower, upper = [-np.inf] * n, [np.inf] * n
        if k % 2:
            for i in range(n):
                kind = rng.integers(0, 4)
                a, b = np.sort(rng.uniform(-2.0, 2.0, 2))
                lower[i] = float(a) if kind in (1, 2) else -np.inf
                upper[i] = float(b) if kind in (2, 3) else np.inf
            bounds = list(zip(lower, upper))
        case = outcome(fmin_l_bfgs_b(FUNCTIONS[name], start, bounds=bounds, m=m))
        hexed = lambda vs: [float(v).hex() if np.isfinite(v) else None for v in vs]
        cases.append({"kind": name, "start": hexed(start), "lower": hexed(lower), "upper": hexed(upper), "m": m, **case})
    document = {"made with": f"scipy {scipy.__version__}, numpy {np.__version__}", "kernel": KERNEL, "seed": seed}
    lines = ",\n".join(json.dumps(case) for case in cases)
    print(json.dumps(document)[:-1] + ', "cases": [\n' + lines + "\n]}")


main()
