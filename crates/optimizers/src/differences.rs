//! Gradients by differences: for functions whose derivatives cannot be had, and to reproduce programs that use them.

use nalgebra::{DVector, RealField};

use crate::bounds::{Bounds, constant};

/// Forward differences: gᵢ = (f(x + h eᵢ) − f(x)) / ((xᵢ + h) − xᵢ).
///
/// By default h = 1e−8 in double precision, whatever x is: the rule of scipy's `fmin_l_bfgs_b` with `approx_grad`. In a
/// coarser precision f would not see that step, and where xᵢ + h is xᵢ no function would: there h is that of
/// [`relative`](ForwardDifferences::relative) differences, √ε sign(xᵢ) max(1, |xᵢ|).
///
/// A slope is off by about ½ h |∂²f/∂xᵢ²| + ε |f| / h, so the default loses digits where |xᵢ| is large: of a square six are
/// left at xᵢ = 100. Where forward would leave the bounds, or the range of floats, the step turns back; a variable
/// whose bounds leave it one value cannot move, and its slope counts as 0. `n` evaluations of f beside f(x) itself.
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
    /// The same step everywhere; otherwise it is relative.
    step: Option<T>,
}

impl<T: RealField + Copy> Default for ForwardDifferences<T> {
    fn default() -> Self {
        let double = T::default_epsilon() <= constant(f64::EPSILON);
        ForwardDifferences { step: double.then(|| constant(1e-8)) }
    }
}

impl<T: RealField + Copy> ForwardDifferences<T> {
    /// With the step h = √ε sign(xᵢ) max(1, |xᵢ|), which f sees at any xᵢ (scipy's `approx_derivative` without a step).
    ///
    /// ```
    /// use optimizers::ForwardDifferences;
    /// use optimizers::nalgebra::DVector;
    ///
    /// let square = |x: &DVector<f64>| x[0] * x[0];
    /// let slope = ForwardDifferences::relative().gradient(square, &DVector::from_element(1, 1e9), 1e18, None)[0];
    /// assert!((slope / 2e9 - 1.0).abs() < 1e-7);
    /// ```
    pub const fn relative() -> Self {
        ForwardDifferences { step: None }
    }

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
            let (rise, run) = (f(&shifted) - value, shifted[i] - x[i]);
            shifted[i] = x[i];
            // no step at all: the bounds hold the variable
            if run == T::zero() { T::zero() } else { rise / run }
        })
    }

    fn step_at(&self, i: usize, x: T, bounds: Option<&Bounds<T>>) -> T {
        let size = T::default_epsilon().sqrt() * T::one().max(x.abs());
        let relative = if x >= T::zero() { size } else { -size };
        let mut h = self.step.filter(|&h| x + h != x).unwrap_or(relative);
        if !(x + h).is_finite() {
            h = -h;
        }
        let Some(bounds) = bounds else { return h };
        let leaves = bounds.clamp(i, x + h) != x + h;
        if !leaves {
            return h;
        }
        let below = bounds.lower(i).map_or(h.abs(), |l| x - l);
        let above = bounds.upper(i).map_or(h.abs(), |u| u - x);
        if h.abs() <= below.max(above) && x - h != x {
            -h
        } else if above >= below {
            above.min(size)
        } else {
            -below.min(size)
        }
    }
}
