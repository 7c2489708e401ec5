"""Runs of the methods that know the process, written out with numpy: no code is shared with what they are compared with.

    python crates/optimizers/tests/physics/generate.py [SEED] > crates/optimizers/tests/physics/runs.json

Half-inverse gradients as in the authors' code (github.com/tum-pbs/half-inverse-gradients, gpinv_source.py): singular values above
rcond times the largest to the power of 1/2, rcond = 10 max(m, n) eps by default. The scale-invariant update as in
Holl, Koltun, Thuerey 2022, with the linearized inverse and gradient descent or Adam on the proxy loss. Made with numpy 1.23.5.
"""

import json
import sys

import numpy as np

rng = np.random.default_rng(int(sys.argv[1]) if len(sys.argv) > 1 else 1)


def process(m, n):
    """y = A x + B tanh(C x + c)"""
    return {
        "a": rng.normal(size=(m, n)) + 2 * np.eye(m, n),
        "b": 0.5 * rng.normal(size=(m, 3)),
        "c": rng.normal(size=(3, n)),
        "d": rng.normal(size=3),
    }


def y_and_jacobian(p, x):
    t = np.tanh(p["c"] @ x + p["d"])
    return p["a"] @ x + p["b"] @ t, p["a"] + p["b"] @ np.diag(1 - t**2) @ p["c"]


def half_inverse(j, kappa, rcond):
    u, s, vt = np.linalg.svd(j, full_matrices=False)
    kept = s > rcond * s.max()
    power = np.where(kept, np.where(kept, s, 1.0) ** kappa, 0.0)
    return (vt.T * power) @ u.T


def inverse_step(j, dy):
    return np.linalg.solve(j, dy) if j.shape[0] == j.shape[1] else np.linalg.pinv(j) @ dy


def run(case):
    p, q, b, x, eta = case["process"], case["q"], case["target"], case["start"], case["step"]
    xs = [x]
    mean, square = np.zeros_like(x), np.zeros_like(x)
    for k in range(1, 11):
        if case["method"] == "hig":
            y, j = y_and_jacobian(p, x)
            rcond = case["truncation"]
            rcond = 10 * max(j.shape) * np.finfo(float).eps if rcond is None else rcond
            x = x - eta * half_inverse(j, -0.5, rcond) @ (q @ (y - b))
        elif case["method"] == "pg":
            y, j = y_and_jacobian(p, x)
            x = x + inverse_step(j, -eta * (y - b))
        else:
            z, jn = y_and_jacobian(case["network"], x)
            y, j = y_and_jacobian(p, z)
            goal = z + inverse_step(j, -eta * (y - b))
            g = jn.T @ (z - goal)
            if case["method"] == "sip-gd":
                x = x - case["rate"] * g
            else:
                mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g**2
                x = x - case["rate"] * (mean / (1 - 0.9**k)) / (np.sqrt(square / (1 - 0.999**k)) + 1e-8)
        xs.append(x)
    return xs


def plain(value):
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


cases = []
for m, n in [(2, 2), (3, 3), (4, 2), (2, 4), (1, 3), (5, 5)]:
    for k, method in enumerate(["hig", "hig", "pg", "sip-gd", "sip-adam"]):
        while True:
            r = rng.normal(size=(m, m))
            case = {
                "method": method,
                "process": process(m, n),
                "network": process(n, 3),
                "q": r @ r.T + np.eye(m),
                "target": rng.normal(size=m),
                "start": rng.normal(size=3 if method.startswith("sip") else n),
                "step": float(rng.uniform(0.02, 0.08)) if method == "hig" else float(rng.uniform(0.1, 0.9)),
                "rate": float(rng.uniform(0.02, 0.1)),
                "truncation": 0.5 if k == 1 else None,
            }
            case["points"] = run(case)
            # a run that magnifies the last digits by more than a hundred compares digits, not methods
            near = run({**case, "start": case["start"] + 1e-8})
            if max(np.abs(a - b).max() for a, b in zip(near, case["points"])) < 1e-6:
                break
        cases.append(plain(case))
print("[")
print(",\n".join(json.dumps(case) for case in cases))
print("]")
