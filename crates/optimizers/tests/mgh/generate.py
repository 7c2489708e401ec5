"""The problems of Moré, Garbow and Hillstrom in JAX: values and derivatives at 1, 10 and 100 times the standard start,
and what scipy's solvers make of them with exact derivatives. Writes cases.json beside itself.

Made with Python 3, jax 0.10.2 and scipy 1.17.1:  python generate.py
"""
import json, pathlib, warnings
import jax, jax.numpy as jnp, numpy as np, scipy
from scipy.optimize import minimize, least_squares

jax.config.update("jax_enable_x64", True)
jax.config.update("jax_platforms", "cpu")
warnings.simplefilter("ignore")
A = jnp.array
S = jnp.stack
LIMIT = 1000


def rosen(x):
    a, b = x[0::2], x[1::2]
    return jnp.ravel(S([10 * (b - a**2), 1 - a], 1))

def powell(x):
    a, b, c, d = x[0::4], x[1::4], x[2::4], x[3::4]
    return jnp.ravel(S([a + 10 * b, 5**.5 * (c - d), (b - 2 * c)**2, 10**.5 * (a - d)**2], 1))

def helical(x):
    t = jnp.where(x[0] == 0, jnp.arctan2(x[1], x[0]), jnp.arctan(x[1] / jnp.where(x[0] == 0, 1.0, x[0]))) / (2 * jnp.pi)
    t = t + jnp.where(x[0] < 0, 0.5, 0.0)
    return S([10 * (x[2] - 10 * t), 10 * (jnp.sqrt(x[0]**2 + x[1]**2) - 1), x[2]])

def bard(x):
    y = A([.14,.18,.22,.25,.29,.32,.35,.39,.37,.58,.73,.96,1.34,2.1,4.39]); u = jnp.arange(1., 16); v = 16 - u
    return y - (x[0] + u / (v * x[1] + jnp.minimum(u, v) * x[2]))

def gaussian(x):
    y = A([.0009,.0044,.0175,.054,.1295,.242,.3521,.3989,.3521,.242,.1295,.054,.0175,.0044,.0009])
    t = (8 - jnp.arange(1., 16)) / 2
    return x[0] * jnp.exp(-x[1] * (t - x[2])**2 / 2) - y

def meyer(x):
    y = A([34780.,28610,23650,19630,16370,13720,11540,9744,8261,7030,6005,5147,4427,3820,3307,2872])
    return x[0] * jnp.exp(x[1] / (45 + 5 * jnp.arange(1., 17) + x[2])) - y

def gulf(x):
    t = jnp.arange(1., 11) / 100; y = 25 + (-50 * jnp.log(t))**(2 / 3)
    return jnp.exp(-jnp.abs(y - x[1])**x[2] / x[0]) - t

def box(x):
    t = .1 * jnp.arange(1., 11)
    return jnp.exp(-t * x[0]) - jnp.exp(-t * x[1]) - x[2] * (jnp.exp(-t) - jnp.exp(-10 * t))

def wood(x):
    a, b, c, d = x
    return S([10*(b-a**2), 1-a, 90**.5*(d-c**2), 1-c, 10**.5*(b+d-2), (b-d)/10**.5])

def kowalik(x):
    y = A([.1957,.1947,.1735,.16,.0844,.0627,.0456,.0342,.0323,.0235,.0246])
    u = A([4,2,1,.5,.25,.167,.125,.1,.0833,.0714,.0625])
    return y - x[0] * (u**2 + u * x[1]) / (u**2 + u * x[2] + x[3])

def brown_dennis(x):
    t = jnp.arange(1., 21) / 5
    return (x[0] + t * x[1] - jnp.exp(t))**2 + (x[2] + x[3] * jnp.sin(t) - jnp.cos(t))**2

Y1 = A([.844,.908,.932,.936,.925,.908,.881,.85,.818,.784,.751,.718,.685,.658,.628,.603,.58,.558,.538,.522,.506,.49,.478,
        .467,.457,.448,.438,.431,.424,.42,.414,.411,.406])
Y2 = A([1.366,1.191,1.112,1.013,.991,.885,.831,.847,.786,.725,.746,.679,.608,.655,.616,.606,.602,.626,.651,.724,.649,.649,
        .694,.644,.624,.661,.612,.558,.533,.495,.5,.423,.395,.375,.372,.391,.396,.405,.428,.429,.523,.562,.607,.653,.672,
        .708,.633,.668,.645,.632,.591,.559,.597,.625,.739,.71,.729,.72,.636,.581,.428,.292,.162,.098,.054])

def osborne1(x):
    t = 10 * jnp.arange(33.)
    return Y1 - (x[0] + x[1] * jnp.exp(-t * x[3]) + x[2] * jnp.exp(-t * x[4]))

def biggs(x):
    t = .1 * jnp.arange(1., 14); y = jnp.exp(-t) - 5 * jnp.exp(-10 * t) + 3 * jnp.exp(-4 * t)
    return x[2] * jnp.exp(-t * x[0]) - x[3] * jnp.exp(-t * x[1]) + x[5] * jnp.exp(-t * x[4]) - y

def osborne2(x):
    t = jnp.arange(65.) / 10
    return Y2 - (x[0] * jnp.exp(-t * x[4]) + sum(x[i] * jnp.exp(-(t - x[i + 7])**2 * x[i + 4]) for i in (1, 2, 3)))

def watson(x):
    n = len(x); t = (jnp.arange(1., 30) / 29)[:, None]
    j = np.arange(n)
    powers = t ** j
    slopes = jnp.where(j > 0, j * t ** np.maximum(j - 1, 0), 0.)
    return jnp.concatenate([slopes @ x - (powers @ x)**2 - 1, S([x[0], x[1] - x[0]**2 - 1])])

def penalty1(x): return jnp.concatenate([1e-5**.5 * (x - 1), A([x @ x - .25])])

def penalty2(x):
    n = len(x); i = np.arange(2., n + 1); e = jnp.exp(x / 10)
    return jnp.concatenate([A([x[0] - .2]), 1e-5**.5 * (e[1:] + e[:-1] - np.exp(i / 10) - np.exp((i - 1) / 10)),
                            1e-5**.5 * (e[1:] - np.exp(-.1)), A([(n - np.arange(n)) @ x**2 - 1])])

def vardim(x):
    s = np.arange(1., len(x) + 1) @ (x - 1)
    return jnp.concatenate([x - 1, S([s, s**2])])

def trig(x):
    n = len(x)
    return n - jnp.sum(jnp.cos(x)) + np.arange(1., n + 1) * (1 - jnp.cos(x)) - jnp.sin(x)

def brown_al(x): return jnp.concatenate([x[:-1] + jnp.sum(x) - (len(x) + 1), A([jnp.prod(x) - 1])])

def grid(n): return np.arange(1., n + 1) / (n + 1)

def dbv(x):
    n = len(x); z = jnp.pad(x, 1); t = grid(n)
    return 2 * x - z[:-2] - z[2:] + (x + t + 1)**3 / (2 * (n + 1)**2)

def die(x):
    n = len(x); t = grid(n); c = (x + t + 1)**3
    k = np.where(np.arange(n)[:, None] >= np.arange(n), (1 - t)[:, None] * t, t[:, None] * (1 - t))
    return x + k @ c / (2 * (n + 1))

def btri(x):
    z = jnp.pad(x, 1)
    return (3 - 2 * x) * x - z[:-2] - 2 * z[2:] + 1

def bband(x):
    n = len(x); i = np.arange(n)
    band = ((i[:, None] - i <= 5) & (i - i[:, None] <= 1) & (i[:, None] != i)).astype(float)
    return x * (2 + 5 * x**2) + 1 - band @ (x * (1 + x))

def lfull(x):
    n = len(x); m = 2 * n
    return jnp.pad(x, (0, n)) - 2 / m * jnp.sum(x) - 1

def lone(x):
    n = len(x)
    return np.arange(1., 2 * n + 1) * (np.arange(1., n + 1) @ x) - 1

def lzero(x):
    n = len(x); w = np.arange(1., n + 1); w[[0, -1]] = 0; r = np.arange(0., 2 * n); r[-1] = 0
    return r * (w @ x) - 1

def cheb(x):
    n = len(x); u = 2 * x - 1; a, b = jnp.ones(n), u; out = []
    for i in range(1, n + 1):
        out.append(jnp.mean(b) - (-1 / (i * i - 1) if i % 2 == 0 else 0))
        a, b = b, 2 * u * b - a
    return S(out)

t10 = grid(10)
PROBLEMS = {
    "rosenbrock": (rosen, [-1.2, 1]),
    "freudenstein-roth": (lambda x: S([x[0]-13+((5-x[1])*x[1]-2)*x[1], x[0]-29+((x[1]+1)*x[1]-14)*x[1]]), [.5, -2]),
    "powell-badly-scaled": (lambda x: S([1e4*x[0]*x[1]-1, jnp.exp(-x[0])+jnp.exp(-x[1])-1.0001]), [0, 1]),
    "brown-badly-scaled": (lambda x: S([x[0]-1e6, x[1]-2e-6, x[0]*x[1]-2]), [1, 1]),
    "beale": (lambda x: S([y - x[0]*(1-x[1]**i) for i, y in ((1, 1.5), (2, 2.25), (3, 2.625))]), [1, 1]),
    "jennrich-sampson": (lambda x: 2+2*np.arange(1., 11)-jnp.exp(np.arange(1., 11)*x[0])-jnp.exp(np.arange(1., 11)*x[1]), [.3, .4]),
    "helical-valley": (helical, [-1, 0, 0]), "bard": (bard, [1, 1, 1]), "gaussian": (gaussian, [.4, 1, 0]),
    "meyer": (meyer, [.02, 4000, 250]), "gulf": (gulf, [5, 2.5, .15]), "box-three-dimensional": (box, [0, 10, 20]),
    "powell-singular": (powell, [3, -1, 0, 1]), "wood": (wood, [-3, -1, -3, -1]),
    "kowalik-osborne": (kowalik, [.25, .39, .415, .39]), "brown-dennis": (brown_dennis, [25, 5, -5, -1]),
    "osborne-1": (osborne1, [.5, 1.5, -1, .01, .02]), "biggs-exp6": (biggs, [1, 2, 1, 1, 1, 1]),
    "osborne-2": (osborne2, [1.3, .65, .65, .7, .6, 3, 5, 7, 2, 4.5, 5.5]), "watson": (watson, [0] * 6),
    "extended-rosenbrock": (rosen, [-1.2, 1] * 5), "extended-powell": (powell, [3, -1, 0, 1] * 3),
    "penalty-1": (penalty1, list(range(1, 11))), "penalty-2": (penalty2, [.5] * 10),
    "variably-dimensioned": (vardim, [1 - j / 10 for j in range(1, 11)]), "trigonometric": (trig, [.1] * 10),
    "brown-almost-linear": (brown_al, [.5] * 10), "discrete-boundary-value": (dbv, list(t10 * (t10 - 1))),
    "discrete-integral-equation": (die, list(t10 * (t10 - 1))), "broyden-tridiagonal": (btri, [-1] * 10),
    "broyden-banded": (bband, [-1] * 10), "linear-full-rank": (lfull, [1] * 10), "linear-rank-1": (lone, [1] * 10),
    "linear-rank-1-zeros": (lzero, [1] * 10), "chebyquad": (cheb, [j / 9 for j in range(1, 9)]),
}


def plain(v):
    v = float(v)
    return v if np.isfinite(v) else str(v)


def main():
    cases = []
    for name, (r, start) in PROBLEMS.items():
        f = jax.jit(lambda x: jnp.sum(r(x)**2)); g = jax.jit(jax.grad(f)); h = jax.jit(jax.hessian(f))
        res, jac = jax.jit(r), jax.jit(jax.jacfwd(r))
        F, G, H = (lambda x: float(f(x))), (lambda x: np.array(g(x))), (lambda x: np.array(h(x)))
        for scale in (1, 10, 100):
            if scale > 1 and not any(start):
                continue
            x = np.array(start, float) * scale
            case = dict(problem=name, scale=scale, value=plain(F(x)), gradient=[plain(v) for v in G(x)],
                        hessian_diagonal=[plain(v) for v in np.diag(H(x))], runs={})
            for method in ("lm", "trust-exact", "trust-ncg", "BFGS", "CG", "L-BFGS-B"):
                try:
                    if method == "lm":
                        pad = max(0, len(x) - len(res(x)))
                        o = least_squares(lambda x: np.array(res(x)), x, jac=lambda x: np.array(jac(x)), method="lm", max_nfev=LIMIT)
                        run = dict(f=plain(2 * o.cost), nfev=int(o.nfev), njev=int(o.njev), success=bool(o.success), message=o.message)
                    else:
                        hess = {"hess": H} if method.startswith("trust") else {}
                        o = minimize(F, x, jac=G, method=method, options={"maxiter": LIMIT}, **hess)
                        run = dict(f=plain(o.fun), nfev=int(o.nfev), njev=int(o.njev), success=bool(o.success), message=str(o.message))
                except Exception as e:
                    run = dict(f="nan", nfev=0, njev=0, success=False, message=f"{type(e).__name__}: {e}")
                case["runs"][method] = run
            cases.append(case)
            print(name, scale, flush=True)
    made = dict(made_by="generate.py", scipy=scipy.__version__, jax=jax.__version__, cases=cases)
    pathlib.Path(__file__).with_name("cases.json").write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
