//! From y back to x: what an inverse simulator does after its step in y.

use autodiff::{Elementary, Float, Ordered, VectorFn};
use nalgebra::DVector;

use crate::error::Failure;
use crate::problem::{Entry, Map, array};

/// A way to find x such that y(x) is a given target.
pub trait Inverse<T: Entry> {
    /// An x near `near` with y(x) = `target`, as far as there is one. `iteration` is named in failures.
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure>;
}

/// What an [`Inverse`] found.
#[derive(Clone, Debug)]
pub struct Inverted<T> {
    /// The point.
    pub x: DVector<T>,
    /// How it was searched for, if it was.
    pub inversion: Option<Inversion>,
}

/// How a numeric inversion went.
#[derive(Clone, Debug, PartialEq)]
pub struct Inversion {
    /// The iterations of the search.
    pub iterations: usize,
    /// The evaluations of its objective, those for differences included.
    pub evaluations: usize,
    /// Whether a test of the search said that it arrived.
    pub converged: bool,
    /// Which test ended the search, in words.
    pub message: String,
    /// Σ (yᵢ(x) − targetᵢ)² where it ended.
    pub residual: f64,
}

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
        _near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        let x = self.function.call(array::<T, M>(target));
        // a step into NaN is the step's affair, an inverse that makes one of finite numbers is the inverse's
        if target.iter().all(|t| t.all_finite()) {
            if let Some(component) = x.iter().position(|x| !Elementary::is_finite(x.value())) {
                let target = target.iter().map(|t| t.value().to_f64()).collect();
                let value = x[component].value().to_f64();
                return Err(Failure::NoPreimage { target, component, value, iteration });
            }
        }
        Ok(Inverted { x: DVector::from_column_slice(&x), inversion: None })
    }
}
