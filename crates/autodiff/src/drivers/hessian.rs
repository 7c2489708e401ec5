use super::ScalarOutput;
use crate::{HyperDual, Number};

/// The Hessian matrix `H[i][j]` = ∂²f/∂xᵢ∂xⱼ of a function of `N` variables, symmetric. One call of f.
///
/// ```
/// use autodiff::hessian;
///
/// assert_eq!(hessian(|[x, y]| x * x + y.powi(4), [3.0, 3.0]), [[2.0, 0.0], [0.0, 108.0]]);
/// ```
#[inline]
pub fn hessian<T: Number, R: ScalarOutput<HyperDual<T, N>>, const N: usize>(
    f: impl FnOnce([HyperDual<T, N>; N]) -> R,
    x: [T; N],
) -> [[T; N]; N] {
    f(HyperDual::seeds(HyperDual::variables(x))).number().hessian()
}

/// The value f(x) and the Hessian matrix. One call of f.
///
/// ```
/// use autodiff::value_and_hessian;
///
/// let (value, hessian) = value_and_hessian(|[x, y]| x * y, [3.0, 2.0]);
/// assert_eq!((value, hessian), (6.0, [[0.0, 1.0], [1.0, 0.0]]));
/// ```
#[inline]
pub fn value_and_hessian<T: Number, R: ScalarOutput<HyperDual<T, N>>, const N: usize>(
    f: impl FnOnce([HyperDual<T, N>; N]) -> R,
    x: [T; N],
) -> (T, [[T; N]; N]) {
    let (value, _, hessian) = value_gradient_hessian(f, x);
    (value, hessian)
}

/// The value f(x), the gradient ∂f/∂xᵢ and the Hessian ∂²f/∂xᵢ∂xⱼ. One call of f.
///
/// ```
/// use autodiff::value_gradient_hessian;
///
/// let (value, gradient, hessian) = value_gradient_hessian(|[x, y]| x * x + y.powi(4), [3.0, 3.0]);
/// assert_eq!(value, 90.0);
/// assert_eq!(gradient, [6.0, 108.0]);
/// assert_eq!(hessian, [[2.0, 0.0], [0.0, 108.0]]);
/// ```
#[inline]
pub fn value_gradient_hessian<T: Number, R: ScalarOutput<HyperDual<T, N>>, const N: usize>(
    f: impl FnOnce([HyperDual<T, N>; N]) -> R,
    x: [T; N],
) -> (T, [T; N], [[T; N]; N]) {
    let y = f(HyperDual::seeds(HyperDual::variables(x))).number();
    (y.re, y.eps, y.hessian())
}
