use super::{Point, Takes, VectorOutput};

/// The Jacobian matrix `J[i][j]` = ∂fᵢ/∂xⱼ of a function of several variables: a row an output. One call of f; for
/// slices, one a [chunk](crate::Chunks).
///
/// At an array of `N` numbers f returns `[T; M]`, and the result is `[[T; N]; M]`, or `Vec<T>`, and it is `Vec<[T; N]>`; other points
/// and results: [`Point`].
///
/// At a slice, f must return as many numbers for each chunk. What a shorter result leaves unknown is NaN.
///
/// ```
/// use autodiff::jacobian;
///
/// assert_eq!(jacobian(|[x0, x1]| [x0, x1 * x1], [3.0, 3.0]), [[1.0, 0.0], [0.0, 6.0]]);
/// ```
#[inline]
pub fn jacobian<P: Point, R: VectorOutput<P::First>>(f: impl Takes<P, P::First, R>, x: P) -> P::Jacobian<R> {
    x.jacobian(f).1
}

/// The values fᵢ(x) and the Jacobian matrix ∂fᵢ/∂xⱼ. One call of f; for slices, one a [chunk](crate::Chunks).
///
/// ```
/// use autodiff::value_and_jacobian;
///
/// let (y, j) = value_and_jacobian(|[x0, x1]| [x0, x1 * x1], [3.0, 3.0]);
/// assert_eq!((y, j), ([3.0, 9.0], [[1.0, 0.0], [0.0, 6.0]]));
/// ```
#[inline]
pub fn value_and_jacobian<P: Point, R: VectorOutput<P::First>>(
    f: impl Takes<P, P::First, R>,
    x: P,
) -> (R::Of<P::Base>, P::Jacobian<R>) {
    x.jacobian(f)
}
