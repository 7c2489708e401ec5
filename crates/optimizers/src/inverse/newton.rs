//! The inverse by Newton's method on the residual.

use autodiff::Elementary;
use nalgebra::{DMatrix, DVector, RealField};

use super::{Inverse, Inversion, Inverted, check, settle};
use crate::error::{Error, Failure, JACOBIAN, fits, fits_matrix};
use crate::problem::{Entry, Map};
use crate::singular::solve;

/// The inverse of y by Newton's method on the residual: x ← x − J⁻¹ (y(x) − target), from a point nearby.
///
/// A step is halved until |y(x) − target| falls (Dennis, Schnabel, "Numerical Methods for Unconstrained Optimization
/// and Nonlinear Equations", 1983, chapter 6). If x and y have different lengths, J⁻¹ is the pseudo-inverse
/// (Gauss–Newton). The search ends where no step makes the residual smaller, or after 100 steps; it has arrived if then
/// no component of the residual is above 1000 ε max(1, |target|). One y(x) a trial, one Jacobian a step.
///
/// The derivatives of x by whatever target and process depend on are those of the implicit function theorem: as many
/// corrections x ← x − J⁻¹ (y(x) − target) as the numbers have orders end a search that has arrived.
///
/// ```
/// use optimizers::{NewtonInverse, Physics, nalgebra::DVector};
///
/// autodiff::function! { fn cube([x]) -> [1] { [x.powi(3)] } }
///
/// let process = Physics::<_, 1, 1>::new(cube);
/// let found = NewtonInverse::new().find(&process, &DVector::from_element(1, 27.0), &DVector::from_element(1, 1.0))?;
/// assert_eq!(found.x[0], 3.0);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct NewtonInverse {
    stop_unconverged: bool,
}

const MOST_STEPS: usize = 100;
/// The residual of a search that has arrived, in units of the precision.
const ARRIVED: f64 = 1000.0;

/// A point of the search.
struct Point<T> {
    x: DVector<T>,
    residual: DVector<T>,
    jacobian: DMatrix<T>,
}

impl<T: Entry> Point<T> {
    fn at(physics: &dyn Map<T>, target: &DVector<T>, x: DVector<T>) -> Result<Self, Error> {
        let (y, jacobian) = physics.value_and_jacobian(&x);
        fits("y(x)", y.len(), target.len())?;
        fits_matrix(JACOBIAN, &jacobian, y.len(), x.len())?;
        Ok(Point { residual: y.zip_map(target, |y, t| y - t), jacobian, x })
    }
}

/// √Σ vᵢ² of the values, without overflow on the way.
fn norm<T: Entry>(v: &DVector<T>) -> f64 {
    v.iter().fold(0.0, |norm, v| f64::hypot(norm, v.value().to_f64()))
}

/// The largest size of the values.
fn largest<T: Entry>(v: &DVector<T>) -> f64 {
    v.iter().fold(0.0, |most, v| f64::max(most, v.value().to_f64().abs()))
}

impl NewtonInverse {
    /// Newton's method.
    pub fn new() -> Self {
        NewtonInverse::default()
    }

    /// Ends the run with [`Failure::NotInverted`] where a search does not arrive; otherwise the run goes on from the
    /// best point it has.
    #[must_use]
    pub fn stop_unconverged(self) -> Self {
        NewtonInverse { stop_unconverged: true }
    }

    /// An x near `near` with y(x) = `target`.
    ///
    /// # Errors
    ///
    /// [`Error`] if the lengths do not fit the process, or a component is NaN or infinite.
    pub fn find<T>(&self, physics: &dyn Map<T>, target: &DVector<T>, near: &DVector<T>) -> Result<Inverted<T>, Error>
    where
        T: Entry + RealField,
        T::Precision: RealField,
    {
        check(physics, target, near)?;
        let mut now = Point::at(physics, target, near.clone())?;
        let (mut iterations, mut evaluations) = (0, 1);
        let mut stuck = "no step makes the residual smaller";
        while iterations < MOST_STEPS && norm(&now.residual) > 0.0 {
            let Some(step) = solve(&now.jacobian, &now.residual) else {
                stuck = "the Jacobian is singular or not finite";
                break;
            };
            let Some(next) = shorter(physics, target, &now, step, &mut evaluations)? else { break };
            now = next;
            iterations += 1;
        }
        let precision = T::default_epsilon().value().to_f64();
        let converged = largest(&now.residual) <= ARRIVED * precision * largest(target).max(1.0);
        if converged {
            for _ in 0..T::ORDER {
                let Some(step) = solve(&now.jacobian, &now.residual) else { break };
                now = Point::at(physics, target, now.x - step)?;
                evaluations += 1;
            }
        }
        let message = match (converged, iterations < MOST_STEPS) {
            (true, _) => "the target is reached",
            (false, true) => stuck,
            (false, false) => "all iterations are made",
        };
        let residual = norm(&now.residual).powi(2);
        let inversion =
            Inversion { iterations, evaluations, converged, message: message.to_owned(), residual, missed: None };
        Ok(Inverted { inversion: Some(inversion), ..Inverted::new(now.x) })
    }
}

/// The point of a step, which is halved until the residual is smaller; none where no such step changes x.
fn shorter<T: Entry + RealField>(
    physics: &dyn Map<T>,
    target: &DVector<T>,
    now: &Point<T>,
    mut step: DVector<T>,
    evaluations: &mut usize,
) -> Result<Option<Point<T>>, Error> {
    let half = T::constant(T::Precision::of(0.5));
    let before = norm(&now.residual);
    loop {
        let x = &now.x - &step;
        let moves = x.iter().zip(now.x.iter()).any(|(a, b)| a.value() != b.value());
        if !moves || !x.iter().all(|x| Elementary::is_finite(x.value())) {
            return Ok(None);
        }
        let next = Point::at(physics, target, x)?;
        *evaluations += 1;
        if norm(&next.residual) < before {
            return Ok(Some(next));
        }
        step.iter_mut().for_each(|s| *s *= half);
    }
}

impl<T> Inverse<T> for NewtonInverse
where
    T: Entry + RealField,
    T::Precision: RealField,
{
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
