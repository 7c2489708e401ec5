//! The inverse by a search with Levenberg–Marquardt.

use nalgebra::{DMatrix, DVector, RealField};

use super::{Inverse, Inverted, check, missed, search, settle};
use crate::error::{Error, Failure, fits};
use crate::least_squares::{LevenbergMarquardt, SumOfSquares};
use crate::problem::{Entry, Map};
use crate::range::positive;

/// The inverse of y by a search: Levenberg–Marquardt minimizes Σ (yᵢ(x) − targetᵢ)² from a point nearby (Moré 1977).
///
/// Its tolerances are the number's precision, so where the target is reached, it is to rounding. x and y may be of
/// different lengths: of several x the search goes to one nearby, and of none to the one whose y is nearest. The search
/// ends by its own tests, or after 1000 iterations or evaluations; the [`Inversion`](crate::Inversion) says how.
///
/// It has converged if y is at the target too: |yᵢ − tᵢ| ≤ τ (Σⱼ |∂yᵢ/∂xⱼ xⱼ| + |tᵢ|) for each component, with the
/// [`tolerance`](Self::tolerance) τ. Otherwise y comes no nearer to it from x, and the [`Inversion`](crate::Inversion) names the
/// component that is farthest off. One y(x) and Jacobian for this.
///
/// Of numbers with derivatives, those of x are what the iterations leave, which need not be exact; a
/// [`NewtonInverse`](crate::NewtonInverse) gives those of the implicit function theorem.
///
/// ```
/// use optimizers::{LeastSquaresInverse, Physics, nalgebra::DVector};
///
/// autodiff::function! { fn parabola([x0, x1]) -> [2] { [x0, x1 * x1] } }
///
/// let process = Physics::<_, 2, 2>::new(parabola);
/// let (target, near): (DVector<f64>, DVector<f64>) = (vec![2.0, 2.0].into(), vec![3.0, 3.0].into());
/// let found = LeastSquaresInverse::new().find(&process, &target, &near)?;
/// assert!((found.x[1] - 2f64.sqrt()).abs() < 1e-15);
///
/// let nowhere = LeastSquaresInverse::new().find(&process, &vec![2.0, -1.0].into(), &near)?.inversion.unwrap();
/// assert!(!nowhere.converged && (nowhere.residual - 1.0).abs() < 1e-12); // no square is −1, the nearest is 0
/// assert_eq!(nowhere.missed.unwrap().component, 1);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LeastSquaresInverse {
    tolerance: Option<f64>,
    stop_unconverged: bool,
}

const MOST_ITERATIONS: usize = 1000;

impl LeastSquaresInverse {
    /// With tolerances of the number's precision.
    pub fn new() -> Self {
        LeastSquaresInverse::default()
    }

    /// Ends the run with [`Failure::NotInverted`] where a search does not arrive; otherwise the run goes on from the
    /// best point it has.
    #[must_use]
    pub fn stop_unconverged(self) -> Self {
        LeastSquaresInverse { stop_unconverged: true, ..self }
    }

    /// How near y is to come to its target to be reached, in units of its size; 1e−6 if not given, 100 ε of coarser numbers.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless it is positive, finite and not subnormal.
    pub fn tolerance(self, tolerance: f64) -> Result<Self, Error> {
        Ok(LeastSquaresInverse { tolerance: Some(positive("tolerance", tolerance)?), ..self })
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
        fits("y(x)", physics.value(near).len(), target.len())?;
        let mut found = nearest(physics, target, near, LevenbergMarquardt::new())?;
        let missed = missed(physics, target, &found.x, self.tolerance);
        if let (Some(missed), Some(inversion)) = (missed, &mut found.inversion) {
            inversion.miss(missed);
        }
        Ok(found)
    }
}

/// The x nearby whose y is nearest to the target, to the number's precision.
pub(super) fn nearest<T: Entry + RealField>(
    physics: &dyn Map<T>,
    target: &DVector<T>,
    near: &DVector<T>,
    method: LevenbergMarquardt<T>,
) -> Result<Inverted<T>, Error> {
    let precision = T::default_epsilon();
    let method = method.ftol(precision)?.xtol(precision)?.gtol(nalgebra::zero())?;
    search(&SumOfSquares::new(Residuals { physics, target }), &method, near, MOST_ITERATIONS)
}

/// y(x) − target
struct Residuals<'a, T: Entry> {
    physics: &'a dyn Map<T>,
    target: &'a DVector<T>,
}

impl<T: Entry> Residuals<'_, T> {
    /// The differences; y itself where its length is wrong, which the method refuses.
    fn of(&self, y: DVector<T>) -> DVector<T> {
        if y.len() == self.target.len() { y.zip_map(self.target, |y, t| y - t) } else { y }
    }
}

impl<T: Entry> Map<T> for Residuals<'_, T> {
    fn inputs(&self) -> usize {
        self.physics.inputs()
    }
    fn outputs(&self) -> usize {
        self.target.len()
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        self.of(self.physics.value(x))
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        let (y, jacobian) = self.physics.value_and_jacobian(x);
        (self.of(y), jacobian)
    }
}

impl<T: Entry + RealField> Inverse<T> for LeastSquaresInverse {
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
