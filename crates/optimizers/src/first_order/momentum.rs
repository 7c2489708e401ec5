//! Gradient descent with momentum.

use super::{Decay, FirstOrder, UpdateRule};
use crate::error::Error;
use crate::problem::Entry;

/// The heavy ball: m ← g + μ m, u = m (Polyak 1964; optax's `sgd` with `momentum`).
///
/// μ = 0.9, the usual value; optax has no default.
///
/// ```
/// use optimizers::{Loss, Momentum, Run};
///
/// autodiff::function! { fn slope([x]) { x * 1.0 } }
///
/// let method = Momentum::new(1.0)?.decay(0.5)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[0.0])?.iterations(3).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [0.0, -1.0, -2.5, -4.25]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type Momentum<T> = FirstOrder<T, MomentumRule<T>>;

/// The equations of [`Momentum`].
#[derive(Clone, Copy, Debug)]
pub struct MomentumRule<T> {
    decay: Decay<T>,
}

impl MomentumRule<f64> {
    /// μ by default.
    pub const DECAY: f64 = 0.9;
}

impl<T: Entry> Default for MomentumRule<T> {
    fn default() -> Self {
        MomentumRule { decay: Decay::default_of(MomentumRule::DECAY) }
    }
}

impl<T: Entry> FirstOrder<T, MomentumRule<T>> {
    /// μ.
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ μ < 1.
    pub fn decay(mut self, decay: T) -> Result<Self, Error> {
        self.rule.decay = Decay::new("decay", decay)?;
        Ok(self)
    }
}

impl<T: Entry> UpdateRule<T> for MomentumRule<T> {
    type Slot = T;

    fn slot(&self) -> T {
        T::zero()
    }

    fn component(&self, _t: usize) -> impl Fn(&mut T, T, T) -> T {
        let mu = self.decay.rate();
        move |m, g, _x| {
            *m = g + mu * *m;
            *m
        }
    }
}
