//! Nesterov's accelerated gradient.

use super::{Decay, FirstOrder, MomentumRule, UpdateRule};
use crate::error::Error;
use crate::problem::Entry;

/// Nesterov's momentum: m ← g + μ m, u = g + μ m (Sutskever, Martens, Dahl, Hinton 2013; optax's `sgd` with `nesterov`).
///
/// μ = 0.9, the usual value; optax has no default.
///
/// ```
/// use optimizers::{Loss, Nesterov, Run};
///
/// autodiff::function! { fn slope([x]) { x * 1.0 } }
///
/// let method = Nesterov::new(1.0)?.decay(0.5)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[0.0])?.iterations(2).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [0.0, -1.5, -3.25]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type Nesterov<T> = FirstOrder<T, NesterovRule<T>>;

/// The equations of [`Nesterov`].
#[derive(Clone, Copy, Debug)]
pub struct NesterovRule<T> {
    decay: Decay<T>,
}

impl<T: Entry> Default for NesterovRule<T> {
    fn default() -> Self {
        NesterovRule { decay: Decay::default_of(MomentumRule::DECAY) }
    }
}

impl<T: Entry> FirstOrder<T, NesterovRule<T>> {
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

impl<T: Entry> UpdateRule<T> for NesterovRule<T> {
    type Slot = T;

    fn slot(&self) -> T {
        T::zero()
    }

    fn component(&self, _t: usize) -> impl Fn(&mut T, T, T) -> T {
        let mu = self.decay.rate();
        move |m, g, _x| {
            *m = g + mu * *m;
            g + mu * *m
        }
    }
}
