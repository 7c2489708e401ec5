//! Half-inverse gradients.

use nalgebra::{DMatrix, DVector, RealField};

use crate::chain::{reach, transposed_times};
use crate::error::{Error, Failure, JACOBIAN, check_jacobian, check_shape, fits, fits_matrix};
use crate::matrix_power::{default_truncation, power_times};
use crate::optimizer::{Evaluations, Iterate, LatentPoint, Optimizer, State, refused};
use crate::problem::{Entry, Staged};
use crate::range::{fraction, positive};

/// Half-inverse gradients, HIG: x ← x − η J^(−1/2) ∂L/∂y, with the Jacobian J = ∂y/∂x (Schnell, Holl, Thuerey,
/// "Half-Inverse Gradients for Physical Deep Learning", 2022).
///
/// J = U Σ Vᵀ by singular values, and J^κ = V Σ^κ Uᵀ over those above a truncation τ times the largest; smaller ones
/// count as none, rather than to be divided by. κ = −1/2 is half of an inversion: a direction along which y moves σ
/// times as fast as x is stepped through √σ times as fast in y, where gradient descent, κ = 1, goes σ² times as fast,
/// and the Gauss–Newton method, κ = −1, equally fast whatever σ is.
///
/// κ and τ, relative to the largest singular value, are those of the authors' code: τ = 10 max(m, n) ε for an m × n
/// Jacobian. One y(x) with its Jacobian, one value and one gradient of L by y a step. The update in the trajectory is
/// J^κ ∂L/∂y.
///
/// A run can be differentiated through, to any order, where singular values coincide too. Which values are dropped counts
/// as fixed: the derivatives are those of the truncated J^κ, and there are none where a value crosses the truncation. For
/// numbers of order k they take (m + n)^(k + 1) products a step.
///
/// ```
/// use optimizers::{Composite, HalfInverse, Run};
///
/// autodiff::function! {
///     fn scales([x0, x1]) -> [2] { [x0, x1 * 100.0] }
///     fn square([y0, y1]) { (y0 * y0 + y1 * y1) * 0.5 }
/// }
/// let report = Run::new(&Composite::new(scales, square), &HalfInverse::new(0.05)?, &[1.0_f64, 1.0])?.iterations(1).finish();
/// let step = &report.trajectory[1];
/// // along x1 gradient descent steps 10⁴ times as far as along x0, Newton as far, this 10 times
/// assert!((step.x[0] - 0.95).abs() < 1e-14 && (step.x[1] - 0.5).abs() < 1e-14);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HalfInverse<T> {
    step: T,
    exponent: f64,
    truncation: Option<f64>,
}

impl<T: Entry> HalfInverse<T> {
    /// With the step size η > 0.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T) -> Result<Self, Error> {
        Ok(HalfInverse { step: positive("step", step)?, exponent: -0.5, truncation: None })
    }

    /// The truncation τ, relative to the largest singular value, in [0, 1).
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ τ < 1.
    pub fn truncation(self, truncation: f64) -> Result<Self, Error> {
        Ok(HalfInverse { truncation: Some(fraction("truncation", truncation)?), ..self })
    }

    /// The exponent κ in [−1, 1]: 1 is gradient descent, −1 the Gauss–Newton method for L = ½ |y − y*|².
    ///
    /// # Errors
    ///
    /// [`Error::Exponent`] unless −1 ≤ κ ≤ 1.
    pub fn exponent(self, exponent: f64) -> Result<Self, Error> {
        if (-1.0..=1.0).contains(&exponent) {
            Ok(HalfInverse { exponent, ..self })
        } else {
            Err(Error::Exponent { value: exponent })
        }
    }
}

/// What [`HalfInverse`] keeps between steps: ∂y/∂x and ∂L/∂y at the point.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "T: Entry + serde::Serialize", deserialize = "T: Entry + serde::de::DeserializeOwned"))
)]
pub struct HalfInverseMemory<T> {
    jacobian: DMatrix<T>,
    slope: DVector<T>,
}

fn at<T: Entry, P: Staged<T> + ?Sized>(
    problem: &P,
    x: DVector<T>,
    iteration: usize,
    before: Evaluations,
) -> Result<State<T, HalfInverseMemory<T>>, Failure> {
    let (y, jacobian) = problem.physics().value_and_jacobian(&x);
    check_shape("y", y.len(), problem.loss().dimension(), iteration)?;
    check_jacobian(&jacobian, y.len(), x.len(), iteration)?;
    let (loss, slope) = problem.loss().value_and_gradient(&y);
    check_shape("the gradient by y", slope.len(), y.len(), iteration)?;
    let latents: Vec<LatentPoint<T>> = reach(problem.physics(), &x, Vec::new()).1;
    let gradient = Some(transposed_times(&jacobian, &slope));
    let evaluations = Evaluations { value: before.value + 1, gradient: before.gradient + 1, ..before };
    let iterate = Iterate { y: Some(y), gradient, latents, evaluations, ..Iterate::new(iteration, x, loss) };
    Ok(State::new(iterate, HalfInverseMemory { jacobian, slope }))
}

impl<T, P> Optimizer<T, P> for HalfInverse<T>
where
    T: Entry + RealField,
    T::Precision: RealField,
    P: Staged<T> + ?Sized,
{
    type Memory = HalfInverseMemory<T>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        at(problem, start, 0, Evaluations::default())
    }

    fn check(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let HalfInverseMemory { jacobian, slope } = &state.memory;
        fits("the gradient by y", slope.len(), problem.loss().dimension())?;
        fits_matrix(JACOBIAN, jacobian, slope.len(), state.iterate.x.len())
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let (now, HalfInverseMemory { jacobian, slope }) = (&state.iterate, &state.memory);
        self.check(problem, state).map_err(refused(now.iteration))?;
        let truncation = self.truncation.unwrap_or_else(|| default_truncation(jacobian));
        let update = power_times(jacobian, self.exponent, truncation, slope)
            .ok_or(Failure::NotFinite { quantity: "Jacobian", iteration: now.iteration })?;
        let x = now.x.zip_map(&update, |x, u| x - self.step * u);
        let mut next = at(problem, x, now.iteration + 1, now.evaluations)?;
        next.iterate.update = Some(update);
        Ok(next)
    }
}
