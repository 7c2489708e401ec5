//! RMSProp.

use super::{Decay, Epsilon, FirstOrder, UpdateRule};
use crate::error::Error;
use crate::problem::Entry;
use crate::range::{not_negative, plain};

/// RMSProp: v ← ρ v + (1 − ρ) g², u = g / √(v + ε) (Tieleman and Hinton 2012; optax's `rmsprop`).
///
/// ρ = 0.9, ε = 1e−8 and v begins at 0, optax's defaults. As there, ε is within the root; most other libraries add it
/// to the root.
///
/// ```
/// use optimizers::{Loss, RmsProp, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = RmsProp::new(1.0)?.decay(0.75)?.eps(0.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[0.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [0.0, -2.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type RmsProp<T> = FirstOrder<T, RmsPropRule<T>>;

/// The equations of [`RmsProp`].
#[derive(Clone, Copy, Debug)]
pub struct RmsPropRule<T> {
    decay: Decay<T>,
    eps: T,
    initial_scale: T,
}

impl RmsPropRule<f64> {
    /// ρ by default.
    pub const DECAY: f64 = 0.9;
    /// ε by default.
    pub const EPS: f64 = 1e-8;
    /// v at the start.
    pub const INITIAL_SCALE: f64 = 0.0;
}

impl<T: Entry> Default for RmsPropRule<T> {
    fn default() -> Self {
        RmsPropRule {
            decay: Decay::default_of(RmsPropRule::DECAY),
            eps: plain(RmsPropRule::EPS),
            initial_scale: plain(RmsPropRule::INITIAL_SCALE),
        }
    }
}

impl<T> Epsilon<T> for RmsPropRule<T> {
    fn epsilon(&mut self) -> &mut T {
        &mut self.eps
    }
}

impl<T: Entry> FirstOrder<T, RmsPropRule<T>> {
    /// ρ.
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ ρ < 1.
    pub fn decay(mut self, decay: T) -> Result<Self, Error> {
        self.rule.decay = Decay::new("decay", decay)?;
        Ok(self)
    }

    /// v at the start.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn initial_scale(mut self, initial: T) -> Result<Self, Error> {
        self.rule.initial_scale = not_negative("initial_scale", initial)?;
        Ok(self)
    }
}

impl<T: Entry> UpdateRule<T> for RmsPropRule<T> {
    type Slot = T;

    fn slot(&self) -> T {
        self.initial_scale
    }

    fn component(&self, _t: usize) -> impl Fn(&mut T, T, T) -> T {
        let RmsPropRule { decay, eps, .. } = *self;
        move |v, g, _x| {
            *v = decay.mean(*v, g * g);
            g / (*v + eps).sqrt()
        }
    }
}
