"""Two of scipy's runs in cases.json hang on the last digit of the start: where they end from starts beside it.

Made with Python 3, jax 0.10.2 and scipy 1.17.1:  python nearby.py [SEED]
"""
import collections, sys
import jax, jax.numpy as jnp, numpy as np
from scipy.optimize import least_squares, minimize

from generate import LIMIT, PROBLEMS


def lm(r):
    res, jac = jax.jit(r), jax.jit(jax.jacfwd(r))
    run = lambda x: least_squares(lambda x: np.array(res(x)), x, jac=lambda x: np.array(jac(x)), method="lm", max_nfev=LIMIT)
    return lambda x: 2 * run(x).cost


def trust_ncg(r):
    f = lambda x: jnp.sum(r(x)**2)
    F, G, H = jax.jit(f), jax.jit(jax.grad(f)), jax.jit(jax.hessian(f))
    run = lambda x: minimize(lambda x: float(F(x)), x, jac=lambda x: np.array(G(x)), hess=lambda x: np.array(H(x)),
                             method="trust-ncg", options={"maxiter": LIMIT})
    return lambda x: run(x).fun


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    for problem, scale, method, count in (("biggs-exp6", 100, lm, 60), ("meyer", 1, trust_ncg, 30)):
        residuals, start = PROBLEMS[problem]
        end = method(residuals)
        changes = np.random.default_rng(seed).uniform(-4e-16, 4e-16, (count, len(start)))
        found = collections.Counter(f"{end(np.array(start) * scale * (1 + change)):.5g}" for change in changes)
        print(f"{problem} ×{scale} by {method.__name__}, {count} starts:", ", ".join(f"{n} at {l}" for l, n in found.most_common()))


if __name__ == "__main__":
    main()
