//! Adam.

use super::{Betas, Decay, Epsilon, EpsilonInRoot, FirstOrder, UpdateRule};
use crate::problem::Entry;
use crate::range::plain;

/// Adam: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), u = m̂ / (√(v̂ + ε̄) + ε)
/// (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, Algorithm 1; optax's `adam`).
///
/// β₁ = 0.9, β₂ = 0.999, ε = 1e−8, ε̄ = 0, optax's defaults.
///
/// ```
/// use optimizers::{Adam, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = Adam::new(0.5)?.beta1(0.75)?.eps(0.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [2.0, 1.5]); // the first step has the length of the step size
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type Adam<T> = FirstOrder<T, AdamRule<T>>;

/// The equations of [`Adam`].
#[derive(Clone, Copy, Debug)]
pub struct AdamRule<T> {
    pub(super) beta1: Decay<T>,
    pub(super) beta2: Decay<T>,
    pub(super) eps: T,
    pub(super) eps_root: T,
}

impl AdamRule<f64> {
    /// β₁ by default.
    pub const BETA1: f64 = 0.9;
    /// β₂ by default.
    pub const BETA2: f64 = 0.999;
    /// ε by default.
    pub const EPS: f64 = 1e-8;
    /// ε̄ by default.
    pub const EPS_ROOT: f64 = 0.0;
}

impl<T: Entry> Default for AdamRule<T> {
    fn default() -> Self {
        AdamRule {
            beta1: Decay::default_of(AdamRule::BETA1),
            beta2: Decay::default_of(AdamRule::BETA2),
            eps: plain(AdamRule::EPS),
            eps_root: plain(AdamRule::EPS_ROOT),
        }
    }
}

impl<T> Betas<T> for AdamRule<T> {
    fn betas(&mut self) -> [&mut Decay<T>; 2] {
        [&mut self.beta1, &mut self.beta2]
    }
}

impl<T> Epsilon<T> for AdamRule<T> {
    fn epsilon(&mut self) -> &mut T {
        &mut self.eps
    }
}

impl<T> EpsilonInRoot<T> for AdamRule<T> {
    fn epsilon_in_root(&mut self) -> &mut T {
        &mut self.eps_root
    }
}

impl<T: Entry> UpdateRule<T> for AdamRule<T> {
    /// m and v.
    type Slot = [T; 2];

    fn slot(&self) -> [T; 2] {
        [T::zero(); 2]
    }

    fn component(&self, t: usize) -> impl Fn(&mut [T; 2], T, T) -> T {
        let AdamRule { beta1, beta2, eps, eps_root } = *self;
        let corrections = [beta1.correction(t), beta2.correction(t)];
        move |[m, v], g, _x| {
            *m = beta1.mean(*m, g);
            *v = beta2.mean(*v, g * g);
            *m / corrections[0] / ((*v / corrections[1] + eps_root).sqrt() + eps)
        }
    }
}
