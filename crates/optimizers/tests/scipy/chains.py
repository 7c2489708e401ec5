"""What the notebook's ten inverse-simulator steps give with scipy's L-BFGS-B from other starts, for tests/lbfgsb.rs.

Made as generate.py says, with its kernel:

    python chains.py 1 40 > chains.json          # the chains that are checked in
    python chains.py 2 2000 > more.json          # more: SCIPY_CHAINS=more.json cargo test -p optimizers --test lbfgsb

Arguments: the seed, the number of chains, the kernel. y = [x0, x1²] and L = y0² + y1²; y and the step's target are in
f32, x is f32 at the start and f64 after the first inversion.
"""
import json
import os
import sys

KERNEL = sys.argv[3] if len(sys.argv) > 3 else "Sandybridge"
os.environ["OPENBLAS_CORETYPE"] = KERNEL

import numpy as np
import scipy
from scipy.optimize import fmin_l_bfgs_b

STEPS = 10


def fun_y(x):
    return np.array([x[0], x[1] * x[1]])


def chain(x, eta):
    steps = []
    for _ in range(STEPS):
        y = fun_y(x).astype(np.float32)
        target = y + -eta * (np.float32(0.5) * (np.float32(2.0) * y))
        x, _, d = fmin_l_bfgs_b(lambda x: np.sum(np.square(fun_y(x) - target)), x, approx_grad=True)
        steps.append({"target": [float(t).hex() for t in target], "x": [float(v).hex() for v in x],
                      "iterations": d["nit"], "evaluations": d["funcalls"], "task": d["task"]})
    return steps


def main():
    seed, chains = (int(a) for a in sys.argv[1:3])
    rng = np.random.default_rng(seed)
    lines = []
    for k in range(chains):
        scale = [1.0, 4.0, 4.0, 30.0][k % 4]
        start = rng.uniform(-scale, scale, 2).astype(np.float32)
        eta = np.float32(1.0 if k % 10 == 9 else rng.uniform(0.05, 1.0))
        lines.append(json.dumps({"start": [float(v).hex() for v in start], "eta": float(eta).hex(), "steps": chain(start, eta)}))
    document = {"made with": f"scipy {scipy.__version__}, numpy {np.__version__}", "kernel": KERNEL, "seed": seed}
    print(json.dumps(document)[:-1] + ', "chains": [\n' + ",\n".join(lines) + "\n]}")


main()
