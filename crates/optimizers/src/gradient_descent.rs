//! Gradient descent.

use autodiff::Elementary;
use nalgebra::DVector;

use crate::error::{Error, Failure};
use crate::optimizer::{Evaluations, Optimizer, State, with_gradient};
use crate::problem::{Entry, Objective};

/// Gradient descent with a fixed step: x ← x − η ∂L/∂x.
///
/// One value and one gradient a step. The update in the trajectory is the gradient.
///
/// ```
/// use optimizers::{GradientDescent, Loss, Run};
///
/// autodiff::function! { fn square([x]) { x * x } }
///
/// let descent = GradientDescent::new(0.25)?;
/// let problem = Loss::new(square);
/// let x: Vec<f64> = Run::new(&problem, &descent, &[8.0])?.iterations(3).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [8.0, 4.0, 2.0, 1.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradientDescent<T> {
    step: T,
}

impl<T: Entry> GradientDescent<T> {
    /// With the step size η > 0.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T) -> Result<Self, Error> {
        Ok(GradientDescent { step: positive("step", step)? })
    }
}

/// A number that is positive, finite and not subnormal.
pub(crate) fn positive<T: Entry>(name: &'static str, number: T) -> Result<T, Error> {
    let value = number.value();
    if value > T::Precision::ZERO && Elementary::is_normal(value) {
        Ok(number)
    } else {
        Err(Error::NotPositive { name, value: value.to_f64() })
    }
}

impl<T: Entry, P: Objective<T> + ?Sized> Optimizer<T, P> for GradientDescent<T> {
    type Memory = ();

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T>, Failure> {
        Ok(State::new(with_gradient(problem, start, 0, Evaluations::default())?, ()))
    }

    fn step(&self, problem: &P, state: &State<T>) -> Result<State<T>, Failure> {
        let now = &state.iterate;
        let gradient = match &now.gradient {
            Some(gradient) => gradient.clone(),
            None => problem.value_and_gradient(&now.x).1,
        };
        let x = now.x.zip_map(&gradient, |x, g| x - self.step * g);
        let mut next = with_gradient(problem, x, now.iteration + 1, now.evaluations)?;
        next.update = Some(gradient);
        Ok(State::new(next, ()))
    }
}
