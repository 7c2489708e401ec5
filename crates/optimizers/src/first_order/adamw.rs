//! AdamW.

use super::{AdamRule, Betas, Decay, Epsilon, EpsilonInRoot, FirstOrder, UpdateRule, WeightDecay};
use crate::problem::Entry;
use crate::range::plain;

/// AdamW, Adam with decoupled weight decay: u = (Adam's u) + λ x (Loshchilov and Hutter 2019; optax's `adamw`).
///
/// λ = 1e−4 and Adam's β₁ = 0.9, β₂ = 0.999, ε = 1e−8, ε̄ = 0, optax's defaults. The decay is multiplied by the step
/// size, which the paper's is not.
///
/// ```
/// use optimizers::{AdamW, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = AdamW::new(0.5)?.beta1(0.75)?.eps(0.0)?.weight_decay(0.25)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [2.0, 1.25]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type AdamW<T> = FirstOrder<T, AdamWRule<T>>;

/// The equations of [`AdamW`].
#[derive(Clone, Copy, Debug)]
pub struct AdamWRule<T> {
    adam: AdamRule<T>,
    weight_decay: T,
}

impl AdamWRule<f64> {
    /// λ by default.
    pub const WEIGHT_DECAY: f64 = 1e-4;
}

impl<T: Entry> Default for AdamWRule<T> {
    fn default() -> Self {
        AdamWRule { adam: AdamRule::default(), weight_decay: plain(AdamWRule::WEIGHT_DECAY) }
    }
}

impl<T> Betas<T> for AdamWRule<T> {
    fn betas(&mut self) -> [&mut Decay<T>; 2] {
        self.adam.betas()
    }
}

impl<T> Epsilon<T> for AdamWRule<T> {
    fn epsilon(&mut self) -> &mut T {
        self.adam.epsilon()
    }
}

impl<T> EpsilonInRoot<T> for AdamWRule<T> {
    fn epsilon_in_root(&mut self) -> &mut T {
        self.adam.epsilon_in_root()
    }
}

impl<T> WeightDecay<T> for AdamWRule<T> {
    fn weight_decay(&mut self) -> &mut T {
        &mut self.weight_decay
    }
}

impl<T: Entry> UpdateRule<T> for AdamWRule<T> {
    /// Adam's m and v.
    type Slot = [T; 2];

    fn slot(&self) -> [T; 2] {
        self.adam.slot()
    }

    fn component(&self, t: usize) -> impl Fn(&mut [T; 2], T, T) -> T {
        let (adam, lambda) = (self.adam.component(t), self.weight_decay);
        move |slot, g, x| adam(slot, g, x) + lambda * x
    }
}
