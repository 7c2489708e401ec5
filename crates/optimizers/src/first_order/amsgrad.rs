//! AMSGrad.

use super::{AdamRule, Betas, Decay, Epsilon, EpsilonInRoot, FirstOrder, UpdateRule};
use crate::problem::Entry;

/// AMSGrad: m, v, m̂ and v̂ as [`Adam`](super::Adam), w ← max(w, v̂), u = m̂ / (√(w + ε̄) + ε)
/// (Reddi, Kale, Kumar, "On the Convergence of Adam and Beyond", 2018; optax's `amsgrad`).
///
/// Adam's defaults, as in optax. As there, the largest is taken of the corrected v̂; the paper has no corrections.
///
/// ```
/// use optimizers::{AmsGrad, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = AmsGrad::new(0.5)?.beta1(0.75)?.eps(0.0)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [2.0, 1.5]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type AmsGrad<T> = FirstOrder<T, AmsGradRule<T>>;

/// The equations of [`AmsGrad`].
#[derive(Clone, Copy, Debug)]
pub struct AmsGradRule<T> {
    adam: AdamRule<T>,
}

impl<T: Entry> Default for AmsGradRule<T> {
    fn default() -> Self {
        AmsGradRule { adam: AdamRule::default() }
    }
}

impl<T> Betas<T> for AmsGradRule<T> {
    fn betas(&mut self) -> [&mut Decay<T>; 2] {
        self.adam.betas()
    }
}

impl<T> Epsilon<T> for AmsGradRule<T> {
    fn epsilon(&mut self) -> &mut T {
        self.adam.epsilon()
    }
}

impl<T> EpsilonInRoot<T> for AmsGradRule<T> {
    fn epsilon_in_root(&mut self) -> &mut T {
        self.adam.epsilon_in_root()
    }
}

impl<T: Entry> UpdateRule<T> for AmsGradRule<T> {
    /// m, v and w.
    type Slot = [T; 3];

    fn slot(&self) -> [T; 3] {
        [T::zero(); 3]
    }

    fn component(&self, t: usize) -> impl Fn(&mut [T; 3], T, T) -> T {
        let AdamRule { beta1, beta2, eps, eps_root } = self.adam;
        let corrections = [beta1.correction(t), beta2.correction(t)];
        move |[m, v, w], g, _x| {
            *m = beta1.mean(*m, g);
            *v = beta2.mean(*v, g * g);
            *w = larger(*w, *v / corrections[1]);
            *m / corrections[0] / ((*w + eps_root).sqrt() + eps)
        }
    }
}

/// The larger; a NaN that comes new is not hidden behind an old number.
#[inline]
pub(super) fn larger<T: Entry>(old: T, new: T) -> T {
    if old.value() > new.value() { old } else { new }
}
