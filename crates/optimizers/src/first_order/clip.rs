//! Clipping of gradients.

use autodiff::Elementary;

use crate::error::Error;
use crate::problem::Entry;
use crate::range::positive;

/// How gradients are clipped before a rule sees them (optax's `clip` and `clip_by_global_norm`).
///
/// ```
/// use optimizers::{Clip, GradientDescent, Loss, Run};
///
/// autodiff::function! { fn plane([x0, x1]) { x0 * 3.0 + x1 * 4.0 } }
///
/// let method = GradientDescent::new(1.0)?.clip(Clip::norm(2.5)?);
/// let problem = Loss::new(plane);
/// let report = Run::new(&problem, &method, &[0.0, 0.0])?.iterations(1).finish();
/// assert_eq!(report.trajectory[1].x.as_slice(), [-1.5, -2.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Clip<T> {
    most: T,
    by: By,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Value,
    Norm,
}

impl<T: Entry> Clip<T> {
    /// Each component to [−`most`, `most`].
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless `most` is positive, finite and not subnormal.
    pub fn value(most: T) -> Result<Self, Error> {
        Ok(Clip { most: positive("clip", most)?, by: By::Value })
    }

    /// The gradient as a whole to the Euclidean norm `most`: g ← g / ‖g‖ · `most` unless ‖g‖ < `most`.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless `most` is positive, finite and not subnormal.
    pub fn norm(most: T) -> Result<Self, Error> {
        Ok(Clip { most: positive("clip norm", most)?, by: By::Norm })
    }

    /// Clips a gradient in place. NaN stays NaN; a norm whose square overflows or underflows is had by scaling first.
    pub fn apply(&self, gradient: &mut [T]) {
        let most = self.most;
        match self.by {
            By::Value => {
                for g in gradient {
                    if g.value() > most.value() {
                        *g = most;
                    } else if g.value() < -most.value() {
                        *g = -most;
                    }
                }
            }
            By::Norm => {
                let norm_in = |unit: T| gradient.iter().fold(T::zero(), |sum, &g| sum + (g / unit) * (g / unit)).sqrt();
                let (mut unit, mut norm) = (T::one(), gradient.iter().fold(T::zero(), |sum, &g| sum + g * g).sqrt());
                // squares overflow, or lose digits among the subnormal numbers
                let roomy =
                    norm.value() < T::Precision::ROOMY && norm.value() * T::Precision::ROOMY > T::Precision::ONE;
                if !roomy && gradient.iter().all(|g| g.all_finite()) {
                    let larger = |a: T, b: T| if b.abs().value() > a.value() { b.abs() } else { a };
                    unit = gradient.iter().fold(T::zero(), |a, &b| larger(a, b));
                    if unit.value() == T::Precision::ZERO {
                        return;
                    }
                    norm = norm_in(unit);
                }
                let below = norm.value() < (most / unit).value();
                if !below {
                    for g in gradient {
                        *g = *g / unit / norm * most;
                    }
                }
            }
        }
    }
}
