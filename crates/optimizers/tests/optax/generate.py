"""Runs of optax in double precision, for tests/first_order.rs.

    python generate.py SEED RUNS > runs.json

RUNS random runs an optimizer, 60 steps each: problem, start, hyper-parameters, and now and then a schedule or clipping,
are random. Runs that amplify the rounding of gradients a hundredfold, or leave the finite numbers, are left out; how many is said
at the end. The losses, by their names:

    mixed       sum_i a_i (x_i - b_i)^2 + c_i x_i^4 + d_i cos(x_i)  +  sum_i e_i x_i x_{i+1}
    quadratic   (x - b)' m (x - b) / 2, m symmetric and positive definite
    rosenbrock  sum_i 100 (x_{i+1} - x_i^2)^2 + (1 - x_i)^2
    notebook    x0^2 + x1^4

and the starts: within 3 of zero; zero; a hundred to a million times as far; 1e-2 to 1e-12 times as far; the notebook's (3, 3).

Numbers are hexadecimal, so that nothing is lost. `runs.json` was made with seed 3 and 8 runs, and of it the iterates in KEPT
are checked in; with more than 10 runs an optimizer all iterates are printed. optax 0.2.8, jax 0.10.2.
`notebook.json`: ten steps of each optimizer on x0^2 + x1^4 from (3, 3), made with the same versions.
"""

import json
import sys

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import optax

STEPS = 60
KEPT = [0, 1, 2, 5, 20, 60]
PHASES = [0.0, 1.0, 2.0, 3.0]

seed, runs = int(sys.argv[1]), int(sys.argv[2])
random = np.random.default_rng(seed)


def between(low, high):
    return float(random.uniform(low, high))


def log_between(low, high):
    return float(10 ** random.uniform(np.log10(low), np.log10(high)))


def maybe(value, share=0.7):
    """A hyper-parameter that is left at its default now and then."""
    return value if random.uniform() < share else None


def betas():
    return {"beta1": maybe(between(0.0, 0.97)), "beta2": maybe(between(0.5, 0.9995))}


def adam():
    return betas() | {"eps": maybe(log_between(1e-10, 1e-2)), "eps_root": maybe(log_between(1e-16, 1e-4), 0.3)}


OPTAX_NAMES = {"beta1": "b1", "beta2": "b2", "initial_accumulator": "initial_accumulator_value"}

# name: (optax's function, step size, options)
OPTIMIZERS = {
    "gd": (optax.sgd, lambda: log_between(1e-3, 0.03), dict),
    "momentum": (
        lambda step, decay=0.9: optax.sgd(step, momentum=decay),
        lambda: log_between(3e-4, 0.01),
        lambda: {"decay": maybe(between(0.0, 0.95))},
    ),
    "nesterov": (
        lambda step, decay=0.9: optax.sgd(step, momentum=decay, nesterov=True),
        lambda: log_between(3e-4, 0.01),
        lambda: {"decay": maybe(between(0.0, 0.95))},
    ),
    "adagrad": (
        optax.adagrad,
        lambda: log_between(0.01, 1.0),
        lambda: {"initial_accumulator": maybe(between(0.0, 1.0)), "eps": maybe(log_between(1e-10, 1e-2))},
    ),
    "rmsprop": (
        optax.rmsprop,
        lambda: log_between(0.003, 0.1),
        lambda: {
            "decay": maybe(between(0.3, 0.99)),
            "eps": maybe(log_between(1e-10, 1e-2)),
            "initial_scale": maybe(between(0.0, 1.0), 0.3),
        },
    ),
    "adam": (optax.adam, lambda: log_between(0.003, 0.3), adam),
    "adamw": (
        optax.adamw,
        lambda: log_between(0.003, 0.3),
        lambda: adam() | {"weight_decay": maybe(log_between(1e-5, 0.3))},
    ),
    "amsgrad": (optax.amsgrad, lambda: log_between(0.003, 0.3), adam),
    "nadam": (optax.nadam, lambda: log_between(0.003, 0.3), adam),
    "adamax": (
        optax.adamax,
        lambda: log_between(0.003, 0.3),
        lambda: betas() | {"eps": maybe(log_between(1e-10, 1e-2))},
    ),
    "adadelta": (
        optax.adadelta,
        lambda: log_between(0.1, 3.0),
        lambda: {
            "rho": maybe(between(0.3, 0.99)),
            "eps": maybe(log_between(1e-8, 1e-3)),
            "weight_decay": maybe(log_between(1e-5, 0.3), 0.3),
        },
    ),
    "lion": (
        optax.lion,
        lambda: log_between(0.003, 0.1),
        lambda: betas() | {"weight_decay": maybe(log_between(1e-5, 0.3))},
    ),
}


def schedule(step):
    """A schedule around a step size, and how it is described.

    XLA divides by multiplying with the reciprocal, so its 1 - n/n may be 1e-16; powers below 1 would make that visible.
    """
    n, kind = int(random.integers(3, 50)), int(random.integers(0, 6))
    low, factor = step * between(0.0, 0.5), between(0.3, 0.95)
    if kind == 0:
        return optax.exponential_decay(step, n, factor), ["exponential", n, factor]
    if kind == 1:
        # the steps are where k/n is whole, which XLA's k * (1/n) is not for every n
        while any(np.floor(k * n * (1 / n)) != k for k in range(STEPS)):
            n += 1
        end = step * between(0.1, 0.9)
        value = optax.exponential_decay(step, n, factor, staircase=True, end_value=end)
        return value, ["staircase", n, factor, end]
    if kind == 2:
        alpha, exponent = between(0.0, 0.3), between(1.0, 2.0)
        return optax.cosine_decay_schedule(step, n, alpha, exponent), ["cosine", n, alpha, exponent]
    if kind == 3:
        alpha, decay = between(0.0, 0.3), n + int(random.integers(2, 40))
        value = optax.warmup_cosine_decay_schedule(low, step, n, decay, end_value=alpha * step)
        return value, ["warm_up_cosine", n, low, decay - n, alpha * step / step]  # as optax has it: end_value / peak_value
    if kind == 4:
        power = between(1.0, 3.0)
        return optax.polynomial_schedule(step, low, power, n), ["polynomial", n, low, power]
    second = n + int(random.integers(1, 20))
    value = optax.piecewise_constant_schedule(step, {n: factor, second: 0.5})
    return value, ["piecewise", n, factor, second, 0.5]


def uniform(low, high, *shape):
    return random.uniform(low, high, shape)


def mixed(n):
    a, b, c = uniform(0.1, 5, n), uniform(-3, 3, n), uniform(0, 1, n)
    d, e = uniform(-1, 1, n), uniform(-0.3, 0.3, n)

    def gradient(x):
        coupled = jnp.concatenate([e[:-1] * x[1:], jnp.zeros(1)]) + jnp.concatenate([jnp.zeros(1), e[:-1] * x[:-1]])
        return 2 * a * (x - b) + 4 * c * x * x * x - d * jnp.sin(x) + coupled

    return gradient, dict(a=a, b=b, c=c, d=d, e=e)


def quadratic(n):
    root = uniform(-1, 1, n, n)
    m, b = root @ root.T + np.diag(uniform(0.01, 3, n)), uniform(-3, 3, n)
    return lambda x: m @ (x - b), dict(m=m.ravel(), b=b)


def rosenbrock(n):
    def gradient(x):
        bend = x[1:] - x[:-1] * x[:-1]
        below = -400 * bend * x[:-1] - 2 * (1 - x[:-1])
        return jnp.concatenate([below, jnp.zeros(1)]) + jnp.concatenate([jnp.zeros(1), 200 * bend])

    return gradient, {}


def notebook(n):
    return lambda x: jnp.stack([2 * x[0], 4 * x[1] * x[1] * x[1]]), {}


def problem():
    """The gradient of a loss, its description, and a start."""
    n, kind = int(random.integers(1, 7)), random.choice(["mixed", "quadratic", "rosenbrock", "notebook"], p=[0.3, 0.3, 0.25, 0.15])
    n = {"rosenbrock": max(n, 2), "notebook": 2}.get(kind, n)
    gradient, numbers = {"mixed": mixed, "quadratic": quadratic, "rosenbrock": rosenbrock, "notebook": notebook}[kind](n)
    start = uniform(-3, 3, n)
    far = random.uniform()
    if kind == "notebook" and far < 0.3:
        start = np.array([3.0, 3.0])
    elif far < 0.15:
        start = np.zeros(n)
    elif far < 0.3:
        start = start * log_between(1e2, 1e6)
    elif far < 0.45:
        start = start * log_between(1e-12, 1e-2)
    return gradient, {"kind": str(kind)} | numbers, start


dropped = dict.fromkeys(OPTIMIZERS, 0)


def run(name):
    function, draw_step, draw_options = OPTIMIZERS[name]
    gradient, described_problem, start = problem()
    step = draw_step()
    options = {key: value for key, value in draw_options().items() if value is not None}
    described = None
    size = step
    if random.uniform() < 0.4:
        exact, described = schedule(step)
        # optax computes schedules in the precision of the count: with its own int32 in single, even where x is double
        size = lambda count: exact(jnp.asarray(count, jnp.float64))
    method = function(size, **{OPTAX_NAMES.get(key, key): value for key, value in options.items()})
    clip = None
    if random.uniform() < 0.25:
        most = between(0.5, 5.0)
        clip = ["value" if random.uniform() < 0.5 else "norm", most]
        clipping = optax.clip(most) if clip[0] == "value" else optax.clip_by_global_norm(most)
        method = optax.chain(clipping, method)

    @jax.jit
    def advance(x, state, noise, phase):
        # what rounding may do to the gradient, a thousandfold
        g = gradient(x)
        g = g + noise * jnp.max(jnp.abs(g)) * jnp.cos(1e6 * x + phase * jnp.arange(1.0, len(x) + 1))
        updates, state = method.update(g, state, x)
        return optax.apply_updates(x, updates), state

    def trajectory(noise, phase=0.0):
        x = jnp.array(start)
        state = method.init(x)
        history = [x]
        for _ in range(STEPS):
            x, state = advance(x, state, noise, phase)
            history.append(x)
        return np.array(history)

    with np.errstate(all="ignore"):
        history = trajectory(0.0)
        # a run that amplifies rounding says nothing to 1e-12
        size = np.maximum.accumulate(np.abs(history).max(axis=1))
        off = [np.abs(trajectory(1e-13, phase) - history).max(axis=1) / np.where(size > 0, size, 1) for phase in PHASES]
    if not np.max(off) < 1e-11:
        dropped[name] += 1
        return run(name)
    hexadecimal = lambda v: [float(v).hex() for v in np.asarray(v)]
    kept = KEPT if runs <= 10 else range(STEPS + 1)
    return {
        "optimizer": name,
        "problem": {key: value if key == "kind" else hexadecimal(value) for key, value in described_problem.items()},
        "step": step.hex(),
        "options": {key: value.hex() for key, value in options.items()},
        "schedule": described and [described[0]] + [float(v).hex() for v in described[1:]],
        "clip": clip and [clip[0], clip[1].hex()],
        "history": {str(k): hexadecimal(history[k]) for k in kept},
    }


rows = [run(name) for name in OPTIMIZERS for _ in range(runs)]
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
print(f"left out: {dropped}", file=sys.stderr)
