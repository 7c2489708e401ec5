use super::{ScalarOutput, VectorOutput};
use crate::perturbation::Tag;
use crate::{Dual, HyperDual, Number, Taylor};

/// The Jacobian times a vector, J v: how f(x) moves when x moves along v. One call of f, at the cost of one direction.
///
/// ```
/// use autodiff::jvp;
///
/// assert_eq!(jvp(|[x, y]| [x * y, x + y], [3.0, 2.0], [1.0, -1.0]), [-1.0, 0.0]);
/// ```
#[inline]
pub fn jvp<T: Number, R: VectorOutput<Dual<T, 1>>, const N: usize>(
    f: impl FnOnce([Dual<T, 1>; N]) -> R,
    x: [T; N],
    v: [T; N],
) -> R::Of<T> {
    value_and_jvp(f, x, v).1
}

/// The values f(x) and the Jacobian times a vector. One call of f.
#[inline]
pub fn value_and_jvp<T: Number, R: VectorOutput<Dual<T, 1>>, const N: usize>(
    f: impl FnOnce([Dual<T, 1>; N]) -> R,
    x: [T; N],
    v: [T; N],
) -> (R::Of<T>, R::Of<T>) {
    f(Dual::seeds(core::array::from_fn(|i| Dual::new(x[i], [v[i]])))).each_two(|y| (y.re, y.eps[0]))
}

/// The Hessian times a vector, H v, without forming H: the gradient of the slope along v. One call of f.
///
/// ```
/// use autodiff::hvp;
///
/// // H = [[2y, 2x], [2x, 0]]
/// assert_eq!(hvp(|[x, y]| x * x * y, [3.0, 2.0], [1.0, 10.0]), [64.0, 6.0]);
/// ```
#[inline]
pub fn hvp<T: Number, R: ScalarOutput<Dual<Dual<T, 1>, N>>, const N: usize>(
    f: impl FnOnce([Dual<Dual<T, 1>, N>; N]) -> R,
    x: [T; N],
    v: [T; N],
) -> [T; N] {
    let x = Dual::seeds(core::array::from_fn(|i| Dual::new(x[i], [v[i]])));
    f(Dual::seeds(Dual::variables(x))).number().eps.map(|slope| slope.eps[0])
}

/// The derivatives d^k/dt^k f(x + t v) at t = 0 for k = 0 to `K`: the value, and `K` directional derivatives. One call of f.
///
/// ```
/// use autodiff::directional_derivatives;
///
/// // (1 + t)³ and its derivatives
/// let (value, derivatives) = directional_derivatives::<_, _, 1, 4>(|[x]| x.powi(3), [1.0], [1.0]);
/// assert_eq!((value, derivatives), (1.0, [3.0, 6.0, 6.0, 0.0]));
/// ```
#[inline]
pub fn directional_derivatives<T: Number, R: ScalarOutput<Taylor<T, K>>, const N: usize, const K: usize>(
    f: impl FnOnce([Taylor<T, K>; N]) -> R,
    x: [T; N],
    v: [T; N],
) -> (T, [T; K]) {
    let tag = Tag::fresh();
    let y = f(core::array::from_fn(|i| Taylor::line(x[i], v[i]).tagged(tag))).number();
    (y.re, core::array::from_fn(|k| y.derivative(k + 1)))
}

/// The value and the first `K` Taylor coefficients f⁽ᵏ⁾(x)/k! of a function of one variable. One call of f.
///
/// ```
/// use autodiff::taylor;
///
/// assert_eq!(taylor::<_, _, 3>(|x| (1.0 - x).recip(), 0.0_f64), (1.0, [1.0, 1.0, 1.0]));
/// ```
#[inline]
pub fn taylor<T: Number, R: ScalarOutput<Taylor<T, K>>, const K: usize>(
    f: impl FnOnce(Taylor<T, K>) -> R,
    x: T,
) -> (T, [T; K]) {
    let y = f(Taylor::variable(x).tagged(Tag::fresh())).number();
    (y.re, y.coefficients)
}

/// The Laplacian Σ ∂²f/∂xᵢ², the trace of the Hessian. One call of f.
///
/// ```
/// use autodiff::laplacian;
///
/// assert_eq!(laplacian(|[x, y]| x * x + 3.0 * y * y + x * y, [1.0, 1.0]), 8.0);
/// ```
#[inline]
pub fn laplacian<T: Number, R: ScalarOutput<HyperDual<T, N>>, const N: usize>(
    f: impl FnOnce([HyperDual<T, N>; N]) -> R,
    x: [T; N],
) -> T {
    let h = f(HyperDual::seeds(HyperDual::variables(x))).number().hessian();
    (0..N).map(|i| h[i][i]).sum()
}
