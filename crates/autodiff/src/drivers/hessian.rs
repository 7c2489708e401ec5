use super::{Point, ScalarOutput, Takes};

/// The Hessian matrix `H[i][j]` = ∂²f/∂xᵢ∂xⱼ of a function of several variables, symmetric. One call of f; for slices,
/// one for each two [chunks](crate::Chunks).
///
/// ```
/// use autodiff::hessian;
///
/// assert_eq!(hessian(|[x, y]| x * x + y.powi(4), [3.0, 3.0]), [[2.0, 0.0], [0.0, 108.0]]);
/// ```
#[inline]
pub fn hessian<P: Point, R: ScalarOutput<P::Second>>(mut f: impl Takes<P, P::Second, R>, x: P) -> P::Hessian {
    x.hessian(|x| f(x).number()).2
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
pub fn value_and_hessian<P: Point, R: ScalarOutput<P::Second>>(
    f: impl Takes<P, P::Second, R>,
    x: P,
) -> (P::Base, P::Hessian) {
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
pub fn value_gradient_hessian<P: Point, R: ScalarOutput<P::Second>>(
    mut f: impl Takes<P, P::Second, R>,
    x: P,
) -> (P::Base, P::Gradient, P::Hessian) {
    x.hessian(|x| f(x).number())
}
