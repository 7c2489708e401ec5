//! AdaMax.

use super::amsgrad::larger;
use super::{AdamRule, Betas, Decay, Epsilon, FirstOrder, UpdateRule};
use crate::problem::Entry;
use crate::range::plain;

/// AdaMax: m ← β₁ m + (1 − β₁) g, w ← max(β₂ w, |g| + ε), u = m / (1 − β₁ᵗ) / w
/// (Kingma and Ba 2015, Algorithm 2; optax's `adamax`).
///
/// β₁ = 0.9, β₂ = 0.999, ε = 1e−8, optax's defaults. As there, ε is added to |g|; the paper has none.
///
/// ```
/// use optimizers::{AdaMax, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = AdaMax::new(0.5)?.beta1(0.75)?.eps(0.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [2.0, 1.5]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type AdaMax<T> = FirstOrder<T, AdaMaxRule<T>>;

/// The equations of [`AdaMax`].
#[derive(Clone, Copy, Debug)]
pub struct AdaMaxRule<T> {
    beta1: Decay<T>,
    beta2: Decay<T>,
    eps: T,
}

impl<T: Entry> Default for AdaMaxRule<T> {
    fn default() -> Self {
        AdaMaxRule {
            beta1: Decay::default_of(AdamRule::BETA1),
            beta2: Decay::default_of(AdamRule::BETA2),
            eps: plain(AdamRule::EPS),
        }
    }
}

impl<T> Betas<T> for AdaMaxRule<T> {
    fn betas(&mut self) -> [&mut Decay<T>; 2] {
        [&mut self.beta1, &mut self.beta2]
    }
}

impl<T> Epsilon<T> for AdaMaxRule<T> {
    fn epsilon(&mut self) -> &mut T {
        &mut self.eps
    }
}

impl<T: Entry> UpdateRule<T> for AdaMaxRule<T> {
    /// m and w.
    type Slot = [T; 2];

    fn slot(&self) -> [T; 2] {
        [T::zero(); 2]
    }

    fn component(&self, t: usize) -> impl Fn(&mut [T; 2], T, T) -> T {
        let AdaMaxRule { beta1, beta2, eps } = *self;
        let correction = beta1.correction(t);
        move |[m, w], g, _x| {
            *m = beta1.mean(*m, g);
            *w = larger(beta2.rate() * *w, g.abs() + eps);
            *m / correction / *w
        }
    }
}
