//! Losses of any number of variables, by reverse sweeps.

use autodiff::reverse;
use autodiff::{Dual, Float, Ordered, SliceFn};
use nalgebra::{DMatrix, DVector};

use crate::problem::{Entry, HessianProduct, Objective, TwiceDifferentiable};

/// An [`Objective`] from a function of slices of any length that is written once for every number type: for many variables, or a
/// number of them that is known at run time only.
///
/// Derivatives are exact: value and gradient by one call of the function and one reverse sweep, a product with the Hessian by one
/// of each on numbers that move along the vector, the Hessian by ⌈n/8⌉ of them. So a step of
/// [`TrustRegion::steihaug`](crate::TrustRegion::steihaug) costs a few times the function, however long x is. A sweep needs memory
/// for each operation ([`Tape`](reverse::Tape)); a computation of more than 2³² operations falls back on forward passes. For few
/// variables, and their number known at compile time, [`Loss`](crate::Loss) is quicker.
///
/// ```
/// use optimizers::{HessianProduct, LongLoss, Objective, nalgebra::DVector};
///
/// autodiff::function! { fn chain(x: []) { x.windows(2).map(|x| x[0] * x[0] * x[1]).sum() } }
///
/// let problem = LongLoss::new(3, chain);
/// let at = DVector::from_vec(vec![1.0, 2.0, 3.0]);
/// let (value, gradient) = problem.value_and_gradient(&at);
/// assert_eq!((value, gradient.as_slice()), (14.0, &[4.0, 13.0, 4.0][..]));
/// // H = [[4, 2, 0], [2, 6, 4], [0, 4, 0]]
/// assert_eq!(problem.hessian_times(&at, &DVector::from_vec(vec![1.0, 0.0, 1.0])).as_slice(), [4.0, 6.0, 0.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LongLoss<L> {
    dimension: usize,
    function: L,
}

impl<L> LongLoss<L> {
    /// The objective L(x) = `function`(x) of `dimension` variables.
    pub const fn new(dimension: usize, function: L) -> Self {
        LongLoss { dimension, function }
    }
}

impl<F, T, L> Objective<T> for LongLoss<L>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: SliceFn<F>,
{
    fn dimension(&self) -> usize {
        self.dimension
    }
    fn value(&self, x: &DVector<T>) -> T {
        if x.len() == self.dimension { self.function.call(x.as_slice()) } else { T::constant(F::NAN) }
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let mut gradient = DVector::from_element(self.dimension, T::zero());
        let value = self.value_and_gradient_into(x, &mut gradient);
        (value, gradient)
    }
    fn value_and_gradient_into(&self, x: &DVector<T>, gradient: &mut DVector<T>) -> T {
        if gradient.len() != self.dimension || x.len() != self.dimension {
            *gradient = DVector::from_element(self.dimension, T::constant(F::NAN));
        }
        if x.len() != self.dimension {
            return T::constant(F::NAN);
        }
        let (x, gradient) = (x.as_slice(), gradient.as_mut_slice());
        reverse::gradient_into(|x| self.function.call(x), x, gradient).unwrap_or_else(|_| {
            let (value, forward) = autodiff::value_and_gradient(|x: &[_]| self.function.call(x), x);
            gradient.copy_from_slice(&forward);
            value
        })
    }
}

impl<F, T, L> TwiceDifferentiable<T> for LongLoss<L>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: SliceFn<F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        let n = self.dimension;
        let (value, gradient) = self.value_and_gradient(x);
        if x.len() != n {
            return (value, gradient, DMatrix::from_element(n, n, value));
        }
        let rows = reverse::hessian(|x| self.function.call(x), x.as_slice())
            .unwrap_or_else(|_| autodiff::hessian(|x: &[_]| self.function.call(x), x.as_slice()));
        (value, gradient, DMatrix::from_fn(n, n, |i, j| rows[i][j]))
    }
}

impl<F, T, L> HessianProduct<T> for LongLoss<L>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    L: SliceFn<F>,
{
    fn hessian_times(&self, x: &DVector<T>, v: &DVector<T>) -> DVector<T> {
        let not_a_number = || DVector::from_element(self.dimension, T::constant(F::NAN));
        if x.len() != self.dimension {
            return not_a_number();
        }
        // (for a v of another length there is no product)
        let (x, v) = (x.as_slice(), v.as_slice());
        if let Ok((_, _, product)) = reverse::hvp(|x| self.function.call(x), x, v) {
            return DVector::from_vec(product);
        }
        autodiff::hvp(|x: &[Dual<Dual<T, 1>, _>]| self.function.call(x), x, v)
            .map_or_else(|_| not_a_number(), DVector::from_vec)
    }
}
