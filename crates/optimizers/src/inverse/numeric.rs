//! The inverse by a search with L-BFGS-B.

use std::cell::Cell;

use autodiff::Elementary;
use nalgebra::{DVector, RealField};

use super::least_squares::nearest;
use super::{Inverse, Inverted, Missed, check, missed, search, settle};
use crate::bounds::constant;
use crate::differences::ForwardDifferences;
use crate::error::{Error, Failure, JACOBIAN, fits, fits_matrix};
use crate::lbfgsb::Lbfgsb;
use crate::least_squares::LevenbergMarquardt;
use crate::problem::{Entry, Map, Objective, nan};
use crate::range::positive;

/// The inverse of y by a search: L-BFGS-B minimizes Σ (yᵢ(x) − targetᵢ)² from a point nearby.
///
/// The gradient is exact, 2 Jᵀ(y − target), unless differences are asked for. The search ends by its own tests, or
/// after 15 000 iterations or evaluations (scipy's limits); where it has not arrived, the
/// [`Inversion`](crate::Inversion) says so and x is the best it has.
///
/// Those tests also hold where y is nearest to a target that no x has. So where a component of y is not at the target to
/// a millionth of its size (the [`tolerance`](Self::tolerance)), Levenberg–Marquardt goes on from there; if it does not
/// come a thousand times as near, or if the component is off by a thousandth of its size and of its distance at the start, the search has not converged, and the
/// [`Inversion`](crate::Inversion) names the component that is farthest off. One y(x) and Jacobian for this where the target is reached.
///
/// ```
/// use optimizers::{NumericInverse, Physics, nalgebra::DVector};
///
/// autodiff::function! { fn parabola([x0, x1]) -> [2] { [x0, x1 * x1] } }
///
/// let process = Physics::<_, 2, 2>::new(parabola);
/// let near = DVector::from_vec(vec![3.0, 3.0]);
/// let found = NumericInverse::new().find(&process, &vec![2.0, -1.0].into(), &near)?;
/// let inversion = found.inversion.unwrap(); // no square is −1, the nearest is 0
/// assert!(!inversion.converged && inversion.missed.unwrap().target == -1.0);
/// # Ok::<(), optimizers::Error>(())
/// ```
///
/// Of numbers with derivatives, those of x are what
/// the iterations leave, which need not be exact; a [`NewtonInverse`](crate::NewtonInverse) gives those of the implicit
/// function theorem.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumericInverse {
    differences: bool,
    tolerance: Option<f64>,
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

    /// Ends the run with [`Failure::NotInverted`] where a search does not arrive; otherwise the run goes on from the
    /// best point it has.
    #[must_use]
    pub fn stop_unconverged(self) -> Self {
        NumericInverse { stop_unconverged: true, ..self }
    }

    /// How near y is to come to its target to be reached, in units of its size: |yᵢ − tᵢ| ≤ τ (Σⱼ |∂yᵢ/∂xⱼ xⱼ| + |tᵢ|).
    /// A search whose own tests end it before has not converged, even if the target could be reached.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless it is positive, finite and not subnormal.
    pub fn tolerance(self, tolerance: f64) -> Result<Self, Error> {
        Ok(NumericInverse { tolerance: Some(positive("tolerance", tolerance)?), ..self })
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
        check(physics, target, near)?;
        let residual = Residual { physics, target, misfit: Cell::new(None) };
        let method = Lbfgsb::new();
        let method = if self.differences { method.differences(ForwardDifferences::default()) } else { method };
        let mut found = search(&residual, &method, near, MOST_ITERATIONS)?;
        if let Some(error) = residual.misfit.take() {
            return Err(error);
        }
        let missed = missed(physics, target, &found.x, self.tolerance);
        if let (Some(missed), Some(inversion)) = (missed, &mut found.inversion)
            && (self.tolerance.is_some()
                || missed_by_far(physics, target, &found.x, near)
                || is_nearest(physics, target, &found.x, inversion.residual)?)
        {
            inversion.miss(missed);
        }
        Ok(found)
    }
}

/// Whether the component that is farthest off is so by a thousandth of its size, and of its distance at the start: that is no
/// want of digits.
fn missed_by_far<T: Entry + RealField>(
    physics: &dyn Map<T>,
    target: &DVector<T>,
    x: &DVector<T>,
    near: &DVector<T>,
) -> bool {
    missed(physics, target, x, Some(1e-3)).is_some_and(|Missed { component, reached, target }| {
        let start = physics.value(near)[component].value().to_f64();
        (reached - target).abs() > 1e-3 * (start - target).abs()
    })
}

/// Whether Levenberg–Marquardt does not come from x to the target, nor a thousand times as near.
fn is_nearest<T: Entry + RealField>(
    physics: &dyn Map<T>,
    target: &DVector<T>,
    x: &DVector<T>,
    residual: f64,
) -> Result<bool, Error> {
    // short first steps, so as not to leap to another valley
    let further = nearest(physics, target, x, LevenbergMarquardt::new().factor(constant(0.1))?)?;
    let nearer = further.inversion.is_some_and(|inversion| inversion.residual <= residual * 1e-6);
    Ok(!nearer && missed(physics, target, &further.x, None).is_some())
}

/// Σ (yᵢ(x) − targetᵢ)²
struct Residual<'a, T: Entry> {
    physics: &'a dyn Map<T>,
    target: &'a DVector<T>,
    /// What of the process did not fit: the residual is NaN then.
    misfit: Cell<Option<Error>>,
}

impl<T: Entry> Objective<T> for Residual<'_, T> {
    fn dimension(&self) -> usize {
        self.physics.inputs()
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.differences(&self.physics.value(x)).map_or_else(nan, |r| square(&r))
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let (y, jacobian) = self.physics.value_and_jacobian(x);
        let Some(r) = self.differences(&y).filter(|_| self.fits(fits_matrix(JACOBIAN, &jacobian, y.len(), x.len())))
        else {
            return (nan(), DVector::from_element(x.len(), T::zero()));
        };
        let slope = |j: usize| {
            let terms = (0..r.len()).map(|i| (r[i] + r[i]) * jacobian[(i, j)]);
            terms.reduce(|a, b| a + b).unwrap_or_else(T::zero)
        };
        (square(&r), DVector::from_fn(x.len(), |j, _| slope(j)))
    }
}

impl<T: Entry> Residual<'_, T> {
    fn differences(&self, y: &DVector<T>) -> Option<DVector<T>> {
        self.fits(fits("y(x)", y.len(), self.target.len())).then(|| y.zip_map(self.target, |y, t| y - t))
    }

    /// Whether something fits; what does not is kept.
    fn fits(&self, check: Result<(), Error>) -> bool {
        check.map_err(|error| self.misfit.set(Some(error))).is_ok()
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
        settle(self.find(physics, target, near), self.stop_unconverged, iteration)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Physics;

    autodiff::function! { fn same([x]) -> [1] { [x] } }

    /// |x| + |t| is the size of y = x, so 1.01 is off from 1 by more than a thousandth of it, and the start decides.
    #[test]
    fn far_is_a_thousandth_of_the_size_and_of_the_way() {
        let process = Physics::<_, 1, 1>::new(same);
        for (target, x, near, far) in [
            (1.0, 1.01, -7.0, true),
            (1.0, 1.01, -11.0, false),
            (-1.0, -1.01, 11.0, false),
            (1.0, 1.25, 251.0, false), // exactly a thousandth of the way
            (1.0, 1.25, 249.0, true),
            (1.0, 1.0 + 1e-3, 1.0, false),
            (1.0, 1.0, 1.0, false),
        ] {
            let [target, x, near] = [target, x, near].map(|v: f64| DVector::from_element(1, v));
            assert_eq!(missed_by_far(&process, &target, &x, &near), far, "{target} {x} {near}");
        }
    }
}
