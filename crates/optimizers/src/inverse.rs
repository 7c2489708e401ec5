//! From y back to x: what an inverse simulator does after its step in y.

use std::cell::Cell;

use autodiff::{Elementary, Float, Ordered, VectorFn};
use nalgebra::{DVector, RealField};

use crate::differences::ForwardDifferences;
use crate::error::{Error, Failure, check_shape};
use crate::lbfgsb::Lbfgsb;
use crate::optimizer::Iterate;
use crate::problem::{Entry, Map, Objective, array};
use crate::run::{Run, Status, finite};

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
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
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
        Ok(Inverted { x: DVector::from_column_slice(&x), inversion: None })
    }
}

/// The inverse of y by a search: L-BFGS-B minimizes Σ (yᵢ(x) − targetᵢ)² from a point nearby.
///
/// The gradient is exact, 2 Jᵀ(y − target), unless differences are asked for. The search ends by its own tests, or after
/// 15 000 iterations or evaluations (scipy's limits); where it has not arrived, the [`Inversion`] says so and x is the best it has.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumericInverse {
    differences: bool,
    stop_unconverged: bool,
}

const MOST_ITERATIONS: usize = 15_000;

impl NumericInverse {
    /// With exact gradients.
    pub fn new() -> Self {
        NumericInverse::default()
    }

    /// With gradients by [`ForwardDifferences`], as scipy takes them when it is given none.
    pub fn with_differences() -> Self {
        NumericInverse { differences: true, ..NumericInverse::default() }
    }

    /// Ends the run with [`Failure::NotInverted`] where a search does not arrive; otherwise the run goes on from the best point it has.
    #[must_use]
    pub fn stop_unconverged(self) -> Self {
        NumericInverse { stop_unconverged: true, ..self }
    }

    /// An x near `near` with y(x) = `target`.
    ///
    /// # Errors
    ///
    /// [`Error`] if the lengths do not fit the process, or a component is NaN or infinite.
    pub fn find<T: Entry + RealField>(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
    ) -> Result<Inverted<T>, Error> {
        if target.len() != physics.outputs() {
            return Err(Error::Length { name: "target", given: target.len(), expected: physics.outputs() });
        }
        finite("target", target.as_slice())?;
        let residual = Residual { physics, target, wrong_length: Cell::new(None) };
        let method = Lbfgsb::new();
        let method = if self.differences { method.differences(ForwardDifferences::default()) } else { method };
        let mut run = Run::new(&residual, &method, near.as_slice())?.iterations(MOST_ITERATIONS);
        let mut best: Option<Iterate<T>> = None;
        let mut out_of_evaluations = false;
        for iterate in run.by_ref() {
            out_of_evaluations = iterate.evaluations.value > MOST_ITERATIONS;
            if best.as_ref().is_none_or(|best| iterate.loss.value() <= best.loss.value()) {
                best = Some(iterate);
            }
            if out_of_evaluations {
                break;
            }
        }
        let evaluations = run.evaluations().value;
        if let Some(given) = residual.wrong_length.get() {
            return Err(Error::Length { name: "y(x)", given, expected: target.len() });
        }
        let (converged, message) = match run.status() {
            Some(Status::Converged(test)) => (true, (*test).to_owned()),
            Some(status) => (false, status.to_string()),
            None if out_of_evaluations => (false, "too many evaluations".to_owned()),
            None => (false, "not ended".to_owned()),
        };
        Ok(match best {
            Some(best) => Inverted {
                inversion: Some(Inversion {
                    iterations: best.iteration,
                    evaluations,
                    converged,
                    message,
                    residual: best.loss.value().to_f64(),
                }),
                x: best.x,
            },
            // not even the start could be evaluated
            None => Inverted {
                x: near.clone(),
                inversion: Some(Inversion { iterations: 0, evaluations, converged, message, residual: f64::NAN }),
            },
        })
    }
}

/// Σ (yᵢ(x) − targetᵢ)²
struct Residual<'a, T: Entry> {
    physics: &'a dyn Map<T>,
    target: &'a DVector<T>,
    /// The length of a y(x) that had another than the target: the residual is NaN then.
    wrong_length: Cell<Option<usize>>,
}

impl<T: Entry> Objective<T> for Residual<'_, T> {
    fn dimension(&self) -> usize {
        self.physics.inputs()
    }
    fn value(&self, x: &DVector<T>) -> T {
        square(&self.differences(&self.physics.value(x)))
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let (y, jacobian) = self.physics.value_and_jacobian(x);
        let r = self.differences(&y);
        if self.wrong_length.get().is_some() || jacobian.shape() != (y.len(), x.len()) {
            self.wrong_length.set(self.wrong_length.get().or(Some(jacobian.nrows())));
            return (T::constant(T::Precision::NAN), DVector::from_element(x.len(), T::zero()));
        }
        let slope = |j: usize| {
            let terms = (0..r.len()).map(|i| (r[i] + r[i]) * jacobian[(i, j)]);
            terms.reduce(|a, b| a + b).unwrap_or_else(T::zero)
        };
        (square(&r), DVector::from_fn(x.len(), |j, _| slope(j)))
    }
}

impl<T: Entry> Residual<'_, T> {
    fn differences(&self, y: &DVector<T>) -> DVector<T> {
        if y.len() != self.target.len() {
            self.wrong_length.set(Some(y.len()));
            return DVector::from_element(1, T::constant(T::Precision::NAN));
        }
        y.zip_map(self.target, |y, t| y - t)
    }
}

fn square<T: Entry>(r: &DVector<T>) -> T {
    r.iter().map(|&r| r * r).reduce(|a, b| a + b).unwrap_or_else(T::zero)
}

impl<T: Entry + RealField> Inverse<T> for NumericInverse {
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        let found = self.find(physics, target, near).map_err(|error| Failure::Refused { error, iteration })?;
        match &found.inversion {
            Some(inversion) if self.stop_unconverged && !inversion.converged => {
                Err(Failure::NotInverted { iteration, message: inversion.message.clone() })
            }
            _ => Ok(found),
        }
    }
}

impl<T: Entry, I: Inverse<T> + ?Sized> Inverse<T> for &I {
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        (**self).invert(physics, target, near, iteration)
    }
}
