//! Gradients by differences: for functions whose derivatives cannot be had, and to reproduce programs that use them.

use nalgebra::{DVector, RealField};

use crate::bounds::{Bounds, constant};

/// Forward differences with the absolute step h: gᵢ = (f(x + h eᵢ) − f(x)) / ((xᵢ + h) − xᵢ).
///
/// Where x + h is x, h is √ε sign(xᵢ) max(1, |xᵢ|). Within bounds the step turns back where forward would leave them.
/// `n` evaluations of f beside f(x) itself. The rule and the default h = 1e−8 are scipy's (`fmin_l_bfgs_b`, `approx_grad`).
///
/// ```
/// use optimizers::ForwardDifferences;
/// use optimizers::nalgebra::DVector;
///
/// let x = DVector::from_vec(vec![3.0, 1.0]);
/// let f = |x: &DVector<f64>| x[0] * x[0] + x[1];
/// let gradient = ForwardDifferences::default().gradient(f, &x, 10.0, None);
/// assert!((gradient[0] - 6.0).abs() < 1e-6 && (gradient[1] - 1.0).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ForwardDifferences<T> {
    step: T,
}

impl<T: RealField + Copy> Default for ForwardDifferences<T> {
    fn default() -> Self {
        ForwardDifferences { step: constant(1e-8) }
    }
}

impl<T: RealField + Copy> ForwardDifferences<T> {
    /// The gradient at x, where `value` is f(x).
    pub fn gradient(
        &self,
        mut f: impl FnMut(&DVector<T>) -> T,
        x: &DVector<T>,
        value: T,
        bounds: Option<&Bounds<T>>,
    ) -> DVector<T> {
        let mut shifted = x.clone();
        DVector::from_fn(x.len(), |i, _| {
            shifted[i] = x[i] + self.step_at(i, x[i], bounds);
            let slope = (f(&shifted) - value) / (shifted[i] - x[i]);
            shifted[i] = x[i];
            slope
        })
    }

    fn step_at(&self, i: usize, x: T, bounds: Option<&Bounds<T>>) -> T {
        let mut h = self.step;
        if (x + h) - x == T::zero() {
            let sign = if x >= T::zero() { T::one() } else { -T::one() };
            h = T::default_epsilon().sqrt() * sign * T::one().max(x.abs());
        }
        let Some(bounds) = bounds else { return h };
        let leaves = bounds.clamp(i, x + h) != x + h;
        if !leaves {
            return h;
        }
        let below = bounds.lower(i).map_or(h.abs(), |l| x - l);
        let above = bounds.upper(i).map_or(h.abs(), |u| u - x);
        if h.abs() <= below.max(above) {
            -h
        } else if above >= below {
            above
        } else {
            -below
        }
    }
}
