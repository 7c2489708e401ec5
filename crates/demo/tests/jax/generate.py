"""What JAX computes for gradient descent, Newton and the inverse simulator on the notebook's problem, in f32.

Made with JAX 0.10.2 on Python 3.11, each operation on its own (no jit):

    pip install jax==0.10.2
    python generate.py 1 60 > runs.json

Arguments: the seed and the number of runs. Points are the bits of f32 as integers.
"""
import json
import sys

import jax
import jax.numpy as jnp
import numpy as np


def physics(x):
    return jnp.array([x[0], x[1] * x[1]])


def loss(y):
    return jnp.sum(jnp.square(y))


def loss_x(x):
    return loss(physics(x))


def inverse(y):
    return jnp.array([y[0], jnp.power(y[1], 0.5)])


gradient, hessian = jax.grad(loss_x), jax.jacobian(jax.jacobian(loss_x))
gradient_y, hessian_y = jax.grad(loss), jax.jacobian(jax.jacobian(loss))


def gd(x, step):
    return x + -step * gradient(x)


def newton(x, step):
    return x + -step * jnp.matmul(jnp.linalg.inv(hessian(x)), gradient(x))


def pg(x, step):
    y = physics(x)
    return inverse(y + -step * jnp.matmul(jnp.linalg.inv(hessian_y(y)), gradient_y(y)))


METHODS = {"gd": (gd, [0.01, 0.003, 0.02]), "newton": (newton, [1 / 3, 1.0, 0.5, 0.05]), "pg": (pg, [0.3, 1.0, 0.1, 0.9])}


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(seed)
    runs = []
    while len(runs) < count:
        name = list(METHODS)[len(runs) % 3]
        method, steps = METHODS[name]
        start = [float(v) for v in np.round(rng.uniform(-4.0, 4.0, 2) * 10.0 ** rng.integers(-1, 2), 3)]
        step, iterations = float(rng.choice(steps)), int(rng.integers(1, 13))
        x = jnp.array(np.asarray(start, dtype=np.float32))
        points = [x]
        for _ in range(iterations):
            points.append(x := method(x, step))
        points = np.array(points, dtype=np.float32)
        # what diverges has an ending of its own, which another test looks at
        if np.isfinite(points).all() and np.isfinite(points.astype(np.float32) ** 4).all():
            runs.append({"optimizer": name, "start": start, "step": step, "x": points.view(np.uint32).tolist()})
    json.dump({"made with": f"jax {jax.__version__}", "seed": seed, "runs": runs}, sys.stdout)


main()
