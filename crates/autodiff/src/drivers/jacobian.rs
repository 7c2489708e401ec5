use super::VectorOutput;
use crate::{Dual, Number};

/// The Jacobian matrix `J[i][j]` = ∂fᵢ/∂xⱼ of a function of `N` variables: a row an output. One call of f.
///
/// f returns `[T; M]`, and the result is `[[T; N]; M]`; or `Vec<T>`, and it is `Vec<[T; N]>`.
///
/// ```
/// use autodiff::jacobian;
///
/// assert_eq!(jacobian(|[x0, x1]| [x0, x1 * x1], [3.0, 3.0]), [[1.0, 0.0], [0.0, 6.0]]);
/// ```
#[inline]
pub fn jacobian<T: Number, R: VectorOutput<Dual<T, N>>, const N: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> R,
    x: [T; N],
) -> R::Of<[T; N]> {
    f(Dual::seeds(Dual::variables(x))).each(|y| y.eps)
}

/// The values fᵢ(x) and the Jacobian matrix ∂fᵢ/∂xⱼ. One call of f.
///
/// ```
/// use autodiff::value_and_jacobian;
///
/// let (y, j) = value_and_jacobian(|[x0, x1]| [x0, x1 * x1], [3.0, 3.0]);
/// assert_eq!((y, j), ([3.0, 9.0], [[1.0, 0.0], [0.0, 6.0]]));
/// ```
#[inline]
pub fn value_and_jacobian<T: Number, R: VectorOutput<Dual<T, N>>, const N: usize>(
    f: impl FnOnce([Dual<T, N>; N]) -> R,
    x: [T; N],
) -> (R::Of<T>, R::Of<[T; N]>) {
    f(Dual::seeds(Dual::variables(x))).each_two(|y| (y.re, y.eps))
}
