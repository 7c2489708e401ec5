//! NAdam.

use super::{AdamRule, Betas, Decay, Epsilon, EpsilonInRoot, FirstOrder, UpdateRule};
use crate::problem::Entry;

/// NAdam, Adam with Nesterov's momentum: m and v as [`Adam`](super::Adam), m̂ = β₁ m / (1 − β₁ᵗ⁺¹) + (1 − β₁) g / (1 − β₁ᵗ),
/// v̂ = v / (1 − β₂ᵗ), u = m̂ / (√(v̂ + ε̄) + ε) (Dozat 2016, Algorithm 2; optax's `nadam`).
///
/// Adam's defaults, as in optax. As there, v̂ has no further factor β₂, which the paper's has, and β₁ does not change with t.
///
/// ```
/// use optimizers::{Loss, NAdam, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = NAdam::new(0.5)?.beta1(0.5)?.eps(0.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert!((x[1] - (2.0 - 0.5 * (1.0 / 3.0 + 1.0))).abs() < 1e-15);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type NAdam<T> = FirstOrder<T, NAdamRule<T>>;

/// The equations of [`NAdam`].
#[derive(Clone, Copy, Debug)]
pub struct NAdamRule<T> {
    adam: AdamRule<T>,
}

impl<T: Entry> Default for NAdamRule<T> {
    fn default() -> Self {
        NAdamRule { adam: AdamRule::default() }
    }
}

impl<T> Betas<T> for NAdamRule<T> {
    fn betas(&mut self) -> [&mut Decay<T>; 2] {
        self.adam.betas()
    }
}

impl<T> Epsilon<T> for NAdamRule<T> {
    fn epsilon(&mut self) -> &mut T {
        self.adam.epsilon()
    }
}

impl<T> EpsilonInRoot<T> for NAdamRule<T> {
    fn epsilon_in_root(&mut self) -> &mut T {
        self.adam.epsilon_in_root()
    }
}

impl<T: Entry> UpdateRule<T> for NAdamRule<T> {
    /// m and v.
    type Slot = [T; 2];

    fn slot(&self) -> [T; 2] {
        self.adam.slot()
    }

    fn component(&self, t: usize) -> impl Fn(&mut [T; 2], T, T) -> T {
        let AdamRule { beta1, beta2, eps, eps_root } = self.adam;
        let (ahead, now) = (beta1.correction(t.saturating_add(1)), beta1.correction(t));
        let correction = beta2.correction(t);
        move |[m, v], g, _x| {
            *m = beta1.mean(*m, g);
            *v = beta2.mean(*v, g * g);
            beta1.mean(*m / ahead, g / now) / ((*v / correction + eps_root).sqrt() + eps)
        }
    }
}
