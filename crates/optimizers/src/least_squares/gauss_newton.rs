//! The Gauss–Newton method.

use nalgebra::{DMatrix, DVector, RealField};

use super::pivoted_qr::PivotedQr;
use super::{LeastSquares, Told, linearize};
use crate::error::{Error, Failure, JACOBIAN, fits, fits_matrix};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, refused};
use crate::problem::Entry;
use crate::range::positive;

/// The Gauss–Newton method with a fixed step: x ← x − η p, where p minimizes |J p − r|, for L = Σ rᵢ².
///
/// p comes from a QR factorization with column pivoting, so the conditioning is that of J, not of JᵀJ; a Jacobian without
/// full rank ends the run. One value and one Jacobian a step. The update in the trajectory is p.
///
/// ```
/// use optimizers::{GaussNewton, Physics, Run, SumOfSquares};
///
/// autodiff::function! { fn line([x0, x1]) -> [3] { [x0 - 1.0, x0 + x1 - 3.0, x0 + x1 * 2.0 - 5.0] } }
///
/// let problem = SumOfSquares::new(Physics::new(line));
/// let report = Run::new(&problem, &GaussNewton::new(1.0)?, &[7.0, -7.0])?.iterations(1).finish();
/// let x: &[f64] = report.trajectory[1].x.as_slice();
/// assert!((x[0] - 1.0).abs() < 1e-14 && (x[1] - 2.0).abs() < 1e-14);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GaussNewton<T> {
    step: T,
}

/// Residuals and Jacobian.
type Linear<T> = (DVector<T>, DMatrix<T>);

impl<T: Entry> GaussNewton<T> {
    /// With the step size η > 0; 1 is the full step.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T) -> Result<Self, Error> {
        Ok(GaussNewton { step: positive("step", step)? })
    }

    fn at<P: LeastSquares<T> + ?Sized>(
        problem: &P,
        x: DVector<T>,
        iteration: usize,
        before: Evaluations,
    ) -> Result<State<T, Linear<T>>, Failure> {
        let (r, jacobian) = linearize(problem.residuals(), &x, iteration)?;
        let evaluations = Evaluations { value: before.value + 1, gradient: before.gradient + 1, ..before };
        let y = problem.observe(&x);
        let Told { loss, gradient, warning } = Told::of(&r, Some(&jacobian), iteration);
        let iterate = Iterate { y, gradient, evaluations, ..Iterate::new(iteration, x, loss) };
        Ok(State { warning, ..State::new(iterate, (r, jacobian)) })
    }
}

impl<T: Entry + RealField, P: LeastSquares<T> + ?Sized> Optimizer<T, P> for GaussNewton<T> {
    /// The residuals and the Jacobian at the point.
    type Memory = Linear<T>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        Self::at(problem, start, 0, Evaluations::default())
    }

    fn check(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let (r, jacobian) = &state.memory;
        let outputs = problem.residuals().outputs();
        fits("residuals", r.len(), outputs)?;
        fits_matrix(JACOBIAN, jacobian, outputs, state.iterate.x.len())
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let now = &state.iterate;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let (r, jacobian) = &state.memory;
        let qr = PivotedQr::new(jacobian.clone(), r);
        if qr.is_singular() {
            return Err(Failure::SingularJacobian { iteration: now.iteration });
        }
        let update = qr.gauss_newton();
        let x = now.x.zip_map(&update, |x, p| x - self.step * p);
        let mut next = Self::at(problem, x, now.iteration + 1, now.evaluations)?;
        next.iterate.update = Some(update);
        Ok(next)
    }
}
