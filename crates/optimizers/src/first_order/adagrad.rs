//! AdaGrad.

use autodiff::Elementary;

use super::{Epsilon, FirstOrder, UpdateRule};
use crate::error::Error;
use crate::problem::Entry;
use crate::range::{not_negative, plain};

/// AdaGrad: s ← s + g², u = g / √(s + ε) (Duchi, Hazan, Singer 2011; optax's `adagrad`).
///
/// s begins at 0.1 and ε = 1e−7, optax's defaults. As there, ε is within the root, which the paper's is not, and a
/// variable with s = 0 stays.
///
/// ```
/// use optimizers::{AdaGrad, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = AdaGrad::new(1.0)?.initial_accumulator(0.0)?.eps(0.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[0.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [0.0, -1.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type AdaGrad<T> = FirstOrder<T, AdaGradRule<T>>;

/// The equations of [`AdaGrad`].
#[derive(Clone, Copy, Debug)]
pub struct AdaGradRule<T> {
    initial_accumulator: T,
    eps: T,
}

impl AdaGradRule<f64> {
    /// s at the start.
    pub const INITIAL_ACCUMULATOR: f64 = 0.1;
    /// ε by default.
    pub const EPS: f64 = 1e-7;
}

impl<T: Entry> Default for AdaGradRule<T> {
    fn default() -> Self {
        AdaGradRule { initial_accumulator: plain(AdaGradRule::INITIAL_ACCUMULATOR), eps: plain(AdaGradRule::EPS) }
    }
}

impl<T> Epsilon<T> for AdaGradRule<T> {
    fn epsilon(&mut self) -> &mut T {
        &mut self.eps
    }
}

impl<T: Entry> FirstOrder<T, AdaGradRule<T>> {
    /// s at the start.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn initial_accumulator(mut self, initial: T) -> Result<Self, Error> {
        self.rule.initial_accumulator = not_negative("initial_accumulator", initial)?;
        Ok(self)
    }
}

impl<T: Entry> UpdateRule<T> for AdaGradRule<T> {
    type Slot = T;

    fn slot(&self) -> T {
        self.initial_accumulator
    }

    fn component(&self, _t: usize) -> impl Fn(&mut T, T, T) -> T {
        let eps = self.eps;
        move |s, g, _x| {
            *s += g * g;
            if s.value() == T::Precision::ZERO { T::zero() } else { g / (*s + eps).sqrt() }
        }
    }
}
