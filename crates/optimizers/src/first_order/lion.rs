//! Lion.

use autodiff::Elementary;

use super::{AdamRule, Betas, Decay, FirstOrder, UpdateRule, WeightDecay};
use crate::problem::Entry;
use crate::range::plain;

/// Lion: u = sign(β₁ m + (1 − β₁) g) + λ x, m ← β₂ m + (1 − β₂) g, with sign(0) = 0
/// (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, Algorithm 2; optax's `lion`).
///
/// β₁ = 0.9, β₂ = 0.99, λ = 1e−3, optax's defaults.
///
/// ```
/// use optimizers::{Lion, Loss, Run};
///
/// autodiff::function! { fn slope([x]) { x * 3.0 } }
///
/// let method = Lion::new(0.5)?.weight_decay(0.25)?;
/// let problem = Loss::new(slope);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(1).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [2.0, 1.25]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub type Lion<T> = FirstOrder<T, LionRule<T>>;

/// The equations of [`Lion`].
#[derive(Clone, Copy, Debug)]
pub struct LionRule<T> {
    beta1: Decay<T>,
    beta2: Decay<T>,
    weight_decay: T,
}

impl LionRule<f64> {
    /// β₁ by default.
    pub const BETA1: f64 = AdamRule::BETA1;
    /// β₂ by default.
    pub const BETA2: f64 = 0.99;
    /// λ by default.
    pub const WEIGHT_DECAY: f64 = 1e-3;
}

impl<T: Entry> Default for LionRule<T> {
    fn default() -> Self {
        LionRule {
            beta1: Decay::default_of(LionRule::BETA1),
            beta2: Decay::default_of(LionRule::BETA2),
            weight_decay: plain(LionRule::WEIGHT_DECAY),
        }
    }
}

impl<T> Betas<T> for LionRule<T> {
    fn betas(&mut self) -> [&mut Decay<T>; 2] {
        [&mut self.beta1, &mut self.beta2]
    }
}

impl<T> WeightDecay<T> for LionRule<T> {
    fn weight_decay(&mut self) -> &mut T {
        &mut self.weight_decay
    }
}

impl<T: Entry> UpdateRule<T> for LionRule<T> {
    /// m.
    type Slot = T;

    fn slot(&self) -> T {
        T::zero()
    }

    fn component(&self, _t: usize) -> impl Fn(&mut T, T, T) -> T {
        let LionRule { beta1, beta2, weight_decay } = *self;
        move |m, g, x| {
            let direction = sign(beta1.mean(*m, g));
            *m = beta2.mean(*m, g);
            direction + weight_decay * x
        }
    }
}

/// −1, 0 or 1; NaN of NaN.
#[inline]
fn sign<T: Entry>(x: T) -> T {
    let value = x.value();
    T::constant(if value > T::Precision::ZERO {
        T::Precision::ONE
    } else if value < T::Precision::ZERO {
        -T::Precision::ONE
    } else {
        value
    })
}
