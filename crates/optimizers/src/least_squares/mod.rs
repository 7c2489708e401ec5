//! Sums of squares L(x) = Σ rᵢ(x)², and the methods that look at the residuals rᵢ.

mod gauss_newton;
mod levenberg_marquardt;
mod pivoted_qr;

use autodiff::{Elementary, Float, HyperDual, Ordered, VectorFn};
use nalgebra::{DMatrix, DVector};

pub use self::gauss_newton::GaussNewton;
pub use self::levenberg_marquardt::{LevenbergMarquardt, LevenbergMarquardtMemory};
pub(crate) use self::pivoted_qr::length;
use crate::error::{Failure, check_jacobian, check_shape};
use crate::problem::{Entry, Map, Objective, Physics, TwiceDifferentiable, array, hessian_parts};

/// An objective L(x) = Σ rᵢ(x)² that shows its residuals.
pub trait LeastSquares<T: Entry>: Objective<T> {
    /// The residuals r(x) with their Jacobian.
    fn residuals(&self) -> &dyn Map<T>;
}

/// The sum of squares L(x) = Σ rᵢ(x)² of a [`Map`], with the gradient 2 Jᵀr.
///
/// ```
/// use optimizers::{LeastSquares, Objective, Physics, SumOfSquares, nalgebra::DVector};
///
/// autodiff::function! { fn valley([x0, x1]) -> [2] { [(x1 - x0 * x0) * 10.0, -x0 + 1.0] } }
///
/// let problem = SumOfSquares::new(Physics::new(valley));
/// let x: DVector<f64> = vec![2.0, 5.0].into();
/// assert_eq!(problem.residuals().value(&x).as_slice(), [10.0, -1.0]);
/// assert_eq!(problem.value_and_gradient(&x), (101.0, vec![-798.0, 200.0].into()));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SumOfSquares<M> {
    map: M,
}

impl<M> SumOfSquares<M> {
    /// With the residuals r(x) = `map`(x).
    pub const fn new(map: M) -> Self {
        SumOfSquares { map }
    }

    pub(crate) const fn map(&self) -> &M {
        &self.map
    }
}

impl<T: Entry, M: Map<T>> Objective<T> for SumOfSquares<M> {
    fn dimension(&self) -> usize {
        self.map.inputs()
    }
    fn value(&self, x: &DVector<T>) -> T {
        squares(&self.map.value(x))
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        let (r, jacobian) = self.map.value_and_jacobian(x);
        (squares(&r), gradient(&r, &jacobian))
    }
}

impl<T: Entry, M: Map<T>> LeastSquares<T> for SumOfSquares<M> {
    fn residuals(&self) -> &dyn Map<T> {
        &self.map
    }
}

impl<F, T, P, const N: usize, const M: usize> TwiceDifferentiable<T> for SumOfSquares<Physics<P, N, M>>
where
    F: Float,
    T: Entry<Precision = F> + Ordered<F>,
    P: VectorFn<N, M, F>,
{
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        let r = self.map.function().call(HyperDual::variables(array::<T, N>(x)));
        hessian_parts(r.into_iter().map(|r| r * r).sum())
    }
}

/// Σ rᵢ²
pub(crate) fn squares<T: Entry>(r: &DVector<T>) -> T {
    r.iter().map(|&r| r * r).sum()
}

/// What is said of a point: L = Σ rᵢ² and ∂L/∂x, and a warning where they overflow though r does not. A method that looks
/// at r alone goes on from there; the largest number stands for L then, and the gradient is left out.
struct Told<T> {
    loss: T,
    gradient: Option<DVector<T>>,
    warning: Option<String>,
}

impl<T: Entry> Told<T> {
    fn of(r: &DVector<T>, jacobian: Option<&DMatrix<T>>, iteration: usize) -> Self {
        let (loss, gradient) = (squares(r), jacobian.map(|jacobian| gradient(r, jacobian)));
        let finite = |v: &DVector<T>| v.iter().all(|v| v.all_finite());
        if loss.all_finite() && gradient.as_ref().is_none_or(finite) || !finite(r) {
            return Told { loss, gradient, warning: None };
        }
        let loss = if loss.all_finite() { loss } else { T::constant(T::Precision::MAX) };
        let warning = Some(format!("the sum of squares of iteration {iteration}, or its gradient, overflows"));
        Told { loss, gradient: gradient.filter(finite), warning }
    }
}

/// 2 Jᵀ r
fn gradient<T: Entry>(r: &DVector<T>, jacobian: &DMatrix<T>) -> DVector<T> {
    let slope = |j: usize| r.iter().zip(jacobian.column(j).iter()).map(|(&r, &d)| (r + r) * d).sum();
    DVector::from_fn(jacobian.ncols(), |j, _| slope(j))
}

/// Residuals and Jacobian, of the shapes that they should have, and the Jacobian finite where the residuals are.
fn linearize<T: Entry>(
    residuals: &dyn Map<T>,
    x: &DVector<T>,
    iteration: usize,
) -> Result<(DVector<T>, DMatrix<T>), Failure> {
    let (r, jacobian) = residuals.value_and_jacobian(x);
    check_shape("r(x)", r.len(), residuals.outputs(), iteration)?;
    check_jacobian(&jacobian, r.len(), x.len(), iteration)?;
    if r.iter().all(|r| r.all_finite()) && !jacobian.iter().all(|d| d.all_finite()) {
        return Err(Failure::NotFinite { quantity: "Jacobian", iteration });
    }
    Ok((r, jacobian))
}
