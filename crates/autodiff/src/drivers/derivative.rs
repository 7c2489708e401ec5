use super::ScalarOutput;
use crate::perturbation::Tag;
use crate::{Dual, Number};

/// The derivative f'(x) of a function of one variable. One call of f.
///
/// ```
/// use autodiff::derivative;
///
/// assert_eq!(derivative(|x| x.powi(3) - 2.0 * x, 2.0), 10.0);
/// assert_eq!(derivative(|x| x.sqrt(), 0.0), f64::INFINITY);
/// ```
#[inline]
pub fn derivative<T: Number, R: ScalarOutput<Dual<T, 1>>>(f: impl FnOnce(Dual<T, 1>) -> R, x: T) -> T {
    value_and_derivative(f, x).1
}

/// The value f(x) and the derivative f'(x). One call of f.
///
/// ```
/// use autodiff::value_and_derivative;
///
/// assert_eq!(value_and_derivative(|x| x.powi(3) - 2.0 * x, 2.0), (4.0, 10.0));
/// ```
#[inline]
pub fn value_and_derivative<T: Number, R: ScalarOutput<Dual<T, 1>>>(f: impl FnOnce(Dual<T, 1>) -> R, x: T) -> (T, T) {
    let tag = Tag::fresh();
    let y = f(Dual::variable(x, 0).tagged(tag)).number().result_of(tag);
    (y.re, y.slopes()[0])
}
