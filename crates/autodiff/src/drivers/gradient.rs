use super::{Point, ScalarOutput, Takes};

/// The gradient ∂f/∂xᵢ of a function of several variables. One call of f; for slices, one a [chunk](crate::Chunks).
///
/// ```
/// use autodiff::gradient;
///
/// assert_eq!(gradient(|[x, y]| x * x + y.powi(4), [3.0, 3.0]), [6.0, 108.0]);
/// let x = vec![3.0; 50];
/// assert_eq!(gradient(|x| x[0] * x[0] + x[49].powi(4), &x)[49], 108.0);
/// ```
#[inline]
pub fn gradient<P: Point, R: ScalarOutput<P::First>>(mut f: impl Takes<P, P::First, R>, x: P) -> P::Gradient {
    x.gradient(|x| f(x).number()).1
}

/// The value f(x) and the gradient ∂f/∂xᵢ. One call of f; for slices, one a [chunk](crate::Chunks).
///
/// ```
/// use autodiff::value_and_gradient;
///
/// let (value, gradient) = value_and_gradient(|[x, y]| x * x + y.powi(4), [3.0, 3.0]);
/// assert_eq!((value, gradient), (90.0, [6.0, 108.0]));
/// ```
#[inline]
pub fn value_and_gradient<P: Point, R: ScalarOutput<P::First>>(
    mut f: impl Takes<P, P::First, R>,
    x: P,
) -> (P::Base, P::Gradient) {
    x.gradient(|x| f(x).number())
}
