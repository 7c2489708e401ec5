use super::{Point, ScalarOutput, Seeded, Takes, VectorOutput};
use crate::perturbation::Tag;
use crate::{Dual, Number, Taylor};

/// The Jacobian times a vector, J v: how f(x) moves when x moves along v. One call of f, at the cost of one direction.
///
/// # Errors
/// Of slices and dynamic vectors of different lengths: a [`LengthError`](crate::LengthError).
///
/// ```
/// use autodiff::jvp;
///
/// assert_eq!(jvp(|[x, y]| [x * y, x + y], [3.0, 2.0], [1.0, -1.0]), [-1.0, 0.0]);
/// ```
#[inline]
pub fn jvp<P, R: VectorOutput<Dual<P::Base, 1>>>(
    mut f: impl Takes<P, Dual<P::Base, 1>, R>,
    x: P,
    v: P,
) -> P::Checked<R::Of<P::Base>>
where
    P: Point + Seeded<Dual<<P as Point>::Base, 1>>,
{
    let tag = Tag::fresh();
    x.beside(v, |x, v| {
        x.seeded(|x, i| Dual::new(x, [v.variable(i)]).tagged(tag), |x| f(x).each(|y| y.result_of(tag).slopes()[0]))
    })
}

/// The values f(x) and the Jacobian times a vector. One call of f.
///
/// # Errors
/// As [`jvp`].
#[allow(clippy::type_complexity, reason = "values and product, as the documentation says")]
#[inline]
pub fn value_and_jvp<P, R: VectorOutput<Dual<P::Base, 1>>>(
    mut f: impl Takes<P, Dual<P::Base, 1>, R>,
    x: P,
    v: P,
) -> P::Checked<(R::Of<P::Base>, R::Of<P::Base>)>
where
    P: Point + Seeded<Dual<<P as Point>::Base, 1>>,
{
    let tag = Tag::fresh();
    x.beside(v, |x, v| {
        x.seeded(
            |x, i| Dual::new(x, [v.variable(i)]).tagged(tag),
            |x| f(x).each_two(|y| (y.re, y.result_of(tag).slopes()[0])),
        )
    })
}

/// The Hessian times a vector, H v, without forming H: the gradient of the slope along v. One call of f; for slices,
/// one a [chunk](crate::Chunks).
///
/// # Errors
/// Of slices and dynamic vectors of different lengths: a [`LengthError`](crate::LengthError).
///
/// ```
/// use autodiff::hvp;
///
/// // H = [[2y, 2x], [2x, 0]]
/// assert_eq!(hvp(|[x, y]| x * x * y, [3.0, 2.0], [1.0, 10.0]), [64.0, 6.0]);
/// ```
#[inline]
pub fn hvp<P: Point, R: ScalarOutput<P::Slope>>(
    mut f: impl Takes<P, P::Slope, R>,
    x: P,
    v: P,
) -> P::Checked<P::Gradient> {
    x.hessian_times(v, |x| f(x).number())
}

/// The derivatives d^k/dt^k f(x + t v) at t = 0 for k = 0 to `K`: the value, and `K` directional derivatives. One call of f.
///
/// # Errors
/// Of slices and dynamic vectors of different lengths: a [`LengthError`](crate::LengthError).
///
/// ```
/// use autodiff::directional_derivatives;
///
/// // (1 + t)³ and its derivatives
/// let (value, derivatives) = directional_derivatives::<4, _, _>(|[x]| x.powi(3), [1.0], [1.0]);
/// assert_eq!((value, derivatives), (1.0, [3.0, 6.0, 6.0, 0.0]));
/// ```
#[inline]
pub fn directional_derivatives<const K: usize, P, R: ScalarOutput<Taylor<P::Base, K>>>(
    mut f: impl Takes<P, Taylor<P::Base, K>, R>,
    x: P,
    v: P,
) -> P::Checked<(P::Base, [P::Base; K])>
where
    P: Point + Seeded<Taylor<<P as Point>::Base, K>>,
{
    let tag = Tag::fresh();
    x.beside(v, |x, v| {
        let y = x.seeded(|x, i| Taylor::line(x, v.variable(i)).tagged(tag), |x| f(x).number().result_of(tag));
        (y.re, core::array::from_fn(|k| y.derivative(k + 1) + P::Base::zero()))
    })
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
    let tag = Tag::fresh();
    let y = f(Taylor::variable(x).tagged(tag)).number().result_of(tag);
    (y.re, y.coefficients)
}

/// The Laplacian Σ ∂²f/∂xᵢ², the trace of the Hessian. One call of f; for slices, one a [chunk](crate::Chunks).
///
/// ```
/// use autodiff::laplacian;
///
/// assert_eq!(laplacian(|[x, y]| x * x + 3.0 * y * y + x * y, [1.0, 1.0]), 8.0);
/// ```
#[inline]
pub fn laplacian<P: Point, R: ScalarOutput<P::Second>>(mut f: impl Takes<P, P::Second, R>, x: P) -> P::Base {
    x.laplacian(|x| f(x).number())
}
