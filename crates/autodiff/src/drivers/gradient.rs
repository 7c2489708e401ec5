use super::ScalarOutput;
use crate::{Dual, Number};

/// The gradient ∂f/∂xᵢ of a function of `N` variables. One call of f.
///
/// ```
/// use autodiff::gradient;
///
/// assert_eq!(gradient(|[x, y]| x * x + y.powi(4), [3.0, 3.0]), [6.0, 108.0]);
/// ```
#[inline]
pub fn gradient<T: Number, R: ScalarOutput<Dual<T, N>>, const N: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> R,
    x: [T; N],
) -> [T; N] {
    f(Dual::seeds(Dual::variables(x))).number().eps
}

/// The value f(x) and the gradient ∂f/∂xᵢ. One call of f.
///
/// ```
/// use autodiff::value_and_gradient;
///
/// let (value, gradient) = value_and_gradient(|[x, y]| x * x + y.powi(4), [3.0, 3.0]);
/// assert_eq!((value, gradient), (90.0, [6.0, 108.0]));
/// ```
#[inline]
pub fn value_and_gradient<T: Number, R: ScalarOutput<Dual<T, N>>, const N: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> R,
    x: [T; N],
) -> (T, [T; N]) {
    let y = f(Dual::seeds(Dual::variables(x))).number();
    (y.re, y.eps)
}
