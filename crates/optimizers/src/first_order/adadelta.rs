//! AdaDelta.

use super::{Decay, Epsilon, FirstOrder, UpdateRule, WeightDecay};
use crate::error::Error;
use crate::problem::Entry;
use crate::range::plain;

/// AdaDelta: v ← ρ v + (1 − ρ) g², u = √(d + ε) / √(v + ε) · g, d ← ρ d + (1 − ρ) u²
/// (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, Algorithm 1; optax's `adadelta`).
///
/// ρ = 0.9, ε = 1e−6, optax's defaults; the paper's method is that with the step size 1. Weight decay, 0 by default,
/// adds λ x to the gradient.
///
/// ```
/// use optimizers::{AdaDelta, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = AdaDelta::new(1.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[0.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert!((x[1] + 3.0 * (1e-6_f64 / 0.900_001).sqrt()).abs() < 1e-15);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type AdaDelta<T> = FirstOrder<T, AdaDeltaRule<T>>;

/// The equations of [`AdaDelta`].
#[derive(Clone, Copy, Debug)]
pub struct AdaDeltaRule<T> {
    rho: Decay<T>,
    eps: T,
    weight_decay: T,
}

impl AdaDeltaRule<f64> {
    /// ρ by default.
    pub const RHO: f64 = 0.9;
    /// ε by default.
    pub const EPS: f64 = 1e-6;
    /// λ by default.
    pub const WEIGHT_DECAY: f64 = 0.0;
}

impl<T: Entry> Default for AdaDeltaRule<T> {
    fn default() -> Self {
        AdaDeltaRule {
            rho: Decay::default_of(AdaDeltaRule::RHO),
            eps: plain(AdaDeltaRule::EPS),
            weight_decay: plain(AdaDeltaRule::WEIGHT_DECAY),
        }
    }
}

impl<T> Epsilon<T> for AdaDeltaRule<T> {
    fn epsilon(&mut self) -> &mut T {
        &mut self.eps
    }
}

impl<T> WeightDecay<T> for AdaDeltaRule<T> {
    fn weight_decay(&mut self) -> &mut T {
        &mut self.weight_decay
    }
}

impl<T: Entry> FirstOrder<T, AdaDeltaRule<T>> {
    /// ρ.
    ///
    /// # Errors
    ///
    /// [`Error::NotFraction`] unless 0 ≤ ρ < 1.
    pub fn rho(mut self, rho: T) -> Result<Self, Error> {
        self.rule.rho = Decay::new("rho", rho)?;
        Ok(self)
    }
}

impl<T: Entry> UpdateRule<T> for AdaDeltaRule<T> {
    /// v and d.
    type Slot = [T; 2];

    fn slot(&self) -> [T; 2] {
        [T::zero(); 2]
    }

    fn component(&self, _t: usize) -> impl Fn(&mut [T; 2], T, T) -> T {
        let AdaDeltaRule { rho, eps, weight_decay } = *self;
        move |[v, d], g, x| {
            let g = g + weight_decay * x;
            *v = rho.mean(*v, g * g);
            let u = (*d + eps).sqrt() / (*v + eps).sqrt() * g;
            *d = rho.mean(*d, u * u);
            u
        }
    }
}
