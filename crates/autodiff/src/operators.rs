//! Derivatives of functions as functions, which compose to any depth.

use crate::function::{Filled, Function, OneNumber, Several, SeveralNumbers, Shape};
use crate::number::{Float, Ordered};
use crate::perturbation::Tag;
use crate::{Dual, HyperDual};

/// Differential operators on a [`Function`]: each gives a function again.
///
/// Each level of nesting computes with a number type of its own, so perturbations cannot be confused.
///
/// ```
/// use autodiff::{Operators, function};
///
/// function! { fn loss([x0, x1]) { x0 * x0 + x1.powi(4) } }
///
/// assert_eq!(loss.hessian().at([3.0, 3.0]), [[2.0, 0.0], [0.0, 108.0]]);
/// assert_eq!(loss.gradient().jacobian().at([3.0, 3.0]), [[2.0, 0.0], [0.0, 108.0]]);
/// assert_eq!(loss.gradient().jacobian().jacobian().at([3.0, 3.0])[1][1][1], 72.0);
/// ```
pub trait Operators: Sized {
    /// The value at a point of plain floats. One call of the function.
    #[inline]
    fn at<const N: usize, F: Float>(&self, x: [F; N]) -> Filled<Self::Output, F>
    where
        Self: Function<N, F>,
    {
        self.call(x)
    }

    /// The gradient ∂f/∂xᵢ of a function that returns one number.
    fn gradient(self) -> Gradient<Self> {
        Gradient(self)
    }

    /// The Jacobian ∂fᵢ/∂xⱼ of a function that returns several; of a matrix of functions, the array with one axis more, and so on.
    fn jacobian(self) -> Jacobian<Self> {
        Jacobian(self)
    }

    /// The Hessian ∂²f/∂xᵢ∂xⱼ of a function that returns one number, by hyper-dual numbers: `gradient().jacobian()` has the same values at more work.
    fn hessian(self) -> Hessian<Self> {
        Hessian(self)
    }
}

impl<Fun: Operators> Operators for &Fun {}

/// The gradient of a function, as a function. One call of the function a call.
#[derive(Clone, Copy, Debug)]
pub struct Gradient<Fun>(Fun);

/// The Jacobian of a function, as a function. One call of the function a call.
#[derive(Clone, Copy, Debug)]
pub struct Jacobian<Fun>(Fun);

/// The Hessian of a function, as a function. One call of the function a call.
#[derive(Clone, Copy, Debug)]
pub struct Hessian<Fun>(Fun);

impl<Fun> Operators for Gradient<Fun> {}
impl<Fun> Operators for Jacobian<Fun> {}
impl<Fun> Operators for Hessian<Fun> {}

impl<const N: usize, F: Float, Fun: Function<N, F>> Function<N, F> for Gradient<Fun>
where
    Fun::Output: OneNumber,
{
    type Output = Several<N>;
    #[inline]
    fn call<T: Ordered<F>>(&self, x: [T; N]) -> [T; N] {
        Fun::Output::number(self.0.call(Dual::seeds(x, Tag::NONE))).slopes()
    }
}

impl<const N: usize, F: Float, Fun: Function<N, F>> Function<N, F> for Jacobian<Fun>
where
    Fun::Output: SeveralNumbers,
{
    type Output = <Fun::Output as Shape>::Append<N>;
    #[inline]
    fn call<T: Ordered<F>>(&self, x: [T; N]) -> Filled<Self::Output, T> {
        Fun::Output::append(self.0.call(Dual::seeds(x, Tag::NONE)), &mut |y: Dual<T, N>| y.slopes())
    }
}

impl<const N: usize, F: Float, Fun: Function<N, F>> Function<N, F> for Hessian<Fun>
where
    Fun::Output: OneNumber,
{
    type Output = Several<N, Several<N>>;
    #[inline]
    fn call<T: Ordered<F>>(&self, x: [T; N]) -> [[T; N]; N] {
        Fun::Output::number(self.0.call(HyperDual::variables(x))).hessian()
    }
}
