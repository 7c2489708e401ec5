//! The inverse as a formula.

use autodiff::{Elementary, Float, Ordered, VectorFn};
use nalgebra::DVector;

use super::{Inverse, Inverted};
use crate::error::{Failure, check_shape};
use crate::problem::{Entry, Map, array};

/// The inverse of y as a formula: a function of the `M` components of y with `N` results.
///
/// It is called once an inversion. A result that is NaN or infinite means that the target has no preimage:
/// [`Failure::NoPreimage`].
#[derive(Clone, Copy, Debug)]
pub struct AnalyticInverse<G, const M: usize, const N: usize> {
    function: G,
}

impl<G, const M: usize, const N: usize> AnalyticInverse<G, M, N> {
    /// The inverse x = `function`(y).
    pub const fn new(function: G) -> Self {
        AnalyticInverse { function }
    }
}

impl<F, T, G, const M: usize, const N: usize> Inverse<T> for AnalyticInverse<G, M, N>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    G: VectorFn<M, N, F>,
{
    fn invert(
        &self,
        _physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        check_shape("the target y", target.len(), M, iteration)?;
        check_shape("x", near.len(), N, iteration)?;
        let x = self.function.call(array::<T, M>(target));
        // a step into NaN is the step's affair, an inverse that makes one of finite numbers is the inverse's
        if target.iter().all(|t| t.all_finite())
            && let Some(component) = x.iter().position(|x| !Elementary::is_finite(x.value()))
        {
            let target = target.iter().map(|t| t.value().to_f64()).collect();
            let value = x[component].value().to_f64();
            return Err(Failure::NoPreimage { target, component, value, iteration });
        }
        Ok(Inverted::new(DVector::from_column_slice(&x)))
    }
}
