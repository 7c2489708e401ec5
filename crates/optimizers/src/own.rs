//! Problems from a user's functions of slices: with a gradient of their own, or with differences for one.

use nalgebra::{DVector, RealField};

use crate::differences::ForwardDifferences;
use crate::problem::{Entry, Objective, nan};

/// An [`Objective`] from a function that puts the gradient in place and returns the value, for any number of variables.
///
/// ```
/// use optimizers::{Adam, OwnGradient, Run};
///
/// let problem = OwnGradient::new(2, |x: &[f64], gradient: &mut [f64]| {
///     gradient.copy_from_slice(&[2.0 * x[0], 8.0 * x[1]]);
///     x[0] * x[0] + 4.0 * x[1] * x[1]
/// });
/// let report = Run::new(&problem, &Adam::new(0.1)?, &[1.0, 1.0])?.iterations(100).finish();
/// assert!(report.trajectory[100].loss < 1e-3);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OwnGradient<G> {
    dimension: usize,
    function: G,
}

impl<G> OwnGradient<G> {
    /// The objective of `dimension` variables whose value and gradient `function` gives. The gradient comes to it filled with zeros or an old gradient.
    pub const fn new(dimension: usize, function: G) -> Self {
        OwnGradient { dimension, function }
    }
}

impl<T: Entry, G: Fn(&[T], &mut [T]) -> T> Objective<T> for OwnGradient<G> {
    fn dimension(&self) -> usize {
        self.dimension
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.value_and_gradient(x).0
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let mut gradient = DVector::from_element(x.len(), T::zero());
        let value = self.value_and_gradient_into(x, &mut gradient);
        (value, gradient)
    }
    fn value_and_gradient_into(&self, x: &DVector<T>, gradient: &mut DVector<T>) -> T {
        if x.len() != self.dimension {
            *gradient = DVector::from_element(x.len(), nan());
            return nan();
        }
        if gradient.len() != x.len() {
            *gradient = DVector::from_element(x.len(), T::zero());
        }
        (self.function)(x.as_slice(), gradient.as_mut_slice())
    }
}

/// An [`Objective`] from a value alone, with gradients by [relative](ForwardDifferences::relative) differences: n further
/// calls of the function a gradient.
///
/// ```
/// use optimizers::{GradientByDifferences, GradientDescent, Run};
///
/// let problem = GradientByDifferences::new(1, |x: &[f64]| (x[0] - 1.0).powi(2));
/// let report = Run::new(&problem, &GradientDescent::new(0.25)?, &[3.0])?.iterations(1).finish();
/// assert!((report.trajectory[1].x[0] - 2.0).abs() < 1e-6);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradientByDifferences<V> {
    dimension: usize,
    function: V,
}

impl<V> GradientByDifferences<V> {
    /// The objective of `dimension` variables whose value `function` gives.
    pub const fn new(dimension: usize, function: V) -> Self {
        GradientByDifferences { dimension, function }
    }
}

impl<T: Entry + RealField, V: Fn(&[T]) -> T> Objective<T> for GradientByDifferences<V> {
    fn dimension(&self) -> usize {
        self.dimension
    }
    fn value(&self, x: &DVector<T>) -> T {
        if x.len() == self.dimension { (self.function)(x.as_slice()) } else { nan() }
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let value = self.value(x);
        (value, ForwardDifferences::relative().gradient(|x| self.value(x), x, value, None))
    }
}
