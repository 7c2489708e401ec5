//! Gradient descent.

use super::{FirstOrder, UpdateRule};
use crate::problem::Entry;

/// Gradient descent: u = g, so x ← x − η ∂L/∂x (optax's `sgd` without momentum).
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
pub type GradientDescent<T> = FirstOrder<T, GradientRule>;

/// The equation of [`GradientDescent`].
#[derive(Clone, Copy, Debug, Default)]
pub struct GradientRule;

impl<T: Entry> UpdateRule<T> for GradientRule {
    type Slot = ();

    fn slot(&self) {}

    fn component(&self, _t: usize) -> impl Fn(&mut (), T, T) -> T {
        |_, g, _x| g
    }
}
