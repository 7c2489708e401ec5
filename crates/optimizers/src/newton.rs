//! Newton's method.

use autodiff::Number;
use nalgebra::{DMatrix, DVector, RealField};

use crate::error::{Error, Failure, HESSIAN, check_hessian, check_shape, fits_matrix};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, gradient_at, refused};
use crate::problem::{Entry, TwiceDifferentiable};
use crate::range::positive;
use crate::singular::is_singular;

/// Newton's method with a fixed step: x ← x − η H⁻¹ g, with g and H the gradient and the Hessian of L at x.
///
/// H⁻¹ is formed by elimination with partial pivoting and then multiplied. One value, gradient and Hessian a step. A
/// Hessian that is singular to its rounding, in whatever units the variables are, ends the run.
/// The update in the trajectory is H⁻¹ g. Where H is not positive definite the method goes where Newton's formula
/// goes, which need not be downhill; the run then carries a warning.
///
/// ```
/// use optimizers::{Loss, Newton, Run};
///
/// autodiff::function! { fn quartic([x]) { x.powi(4) } }
///
/// let newton = Newton::new(1.0)?;
/// let problem = Loss::new(quartic);
/// let x: Vec<f64> = Run::new(&problem, &newton, &[9.0])?.iterations(2).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [9.0, 6.0, 4.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Newton<T> {
    step: T,
}

impl<T: Entry> Newton<T> {
    /// With the step size η > 0; 1 is the full step.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T) -> Result<Self, Error> {
        Ok(Newton { step: positive("step", step)? })
    }
}

/// H⁻¹ g: the inverse by elimination, then the product.
///
/// The closed forms for small matrices, which divide by the determinant, lose a digit; `lu` eliminates whatever the size.
pub(crate) fn newton_direction<T: Entry + RealField>(
    gradient: &DVector<T>,
    hessian: DMatrix<T>,
    iteration: usize,
) -> Result<DVector<T>, Failure> {
    if !hessian.iter().all(|h| h.all_finite()) {
        return Err(Failure::NotFinite { quantity: "Hessian", iteration });
    }
    if is_singular(&hessian) {
        return Err(Failure::SingularHessian { iteration });
    }
    let inverse = hessian.lu().try_inverse().ok_or(Failure::SingularHessian { iteration })?;
    Ok(inverse * gradient)
}

impl<T: Entry + RealField, P: TwiceDifferentiable<T> + ?Sized> Optimizer<T, P> for Newton<T> {
    /// The Hessian at the point.
    type Memory = DMatrix<T>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, DMatrix<T>>, Failure> {
        with_hessian(problem, start, 0, Evaluations::default())
    }

    fn check(&self, _: &P, state: &State<T, DMatrix<T>>) -> Result<(), Error> {
        let n = state.iterate.x.len();
        fits_matrix(HESSIAN, &state.memory, n, n)
    }

    fn step(&self, problem: &P, state: &State<T, DMatrix<T>>) -> Result<State<T, DMatrix<T>>, Failure> {
        let now = &state.iterate;
        let iteration = now.iteration + 1;
        let gradient = gradient_at(problem, now)?;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let update = newton_direction(&gradient, state.memory.clone(), now.iteration)?;
        // of both only the direction counts, so that small ones do not underflow
        let (height, length) = (gradient.amax(), update.amax());
        let descent = update.iter().zip(gradient.iter()).map(|(&u, &g)| (u / length) * (g / height)).sum::<T>();
        let x = now.x.zip_map(&update, |x, u| x - self.step * u);
        let mut next = with_hessian(problem, x, iteration, now.evaluations)?;
        if descent <= <T as Number>::zero() {
            next.warning = Some(format!("the Newton step of iteration {iteration} is not a descent direction"));
        }
        next.iterate.update = Some(update);
        Ok(next)
    }
}

fn with_hessian<T: Entry, P: TwiceDifferentiable<T> + ?Sized>(
    problem: &P,
    x: DVector<T>,
    iteration: usize,
    before: Evaluations,
) -> Result<State<T, DMatrix<T>>, Failure> {
    let (loss, gradient, hessian) = problem.value_gradient_hessian(&x);
    check_shape("the gradient", gradient.len(), x.len(), iteration)?;
    check_hessian(&hessian, x.len(), iteration)?;
    let evaluations = before.one_of_each_more();
    let y = problem.observe(&x);
    let iterate = Iterate { y, gradient: Some(gradient), evaluations, ..Iterate::new(iteration, x, loss) };
    Ok(State::new(iterate, hessian))
}
