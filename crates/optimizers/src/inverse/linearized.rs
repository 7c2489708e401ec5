//! The inverse by linearization.

use nalgebra::{DVector, RealField};

use super::{Inverse, Inverted};
use crate::error::{Failure, check_jacobian, check_shape};
use crate::problem::{Entry, Map};
use crate::singular::solve;

/// The inverse of the linearized process: x = x₀ + J⁻¹ Δy with Δy = target − y(x₀) and J = ∂y/∂x at x₀, the point
/// nearby (the first-order inverse of Holl, Koltun and Thuerey, "Scale-invariant Learning by Physics Inversion", 2022).
///
/// It needs no inverse and no search, and is as good as y is linear over Δy: y reaches the target but for terms of
/// second order. If x and y have different lengths, J⁻¹ is the pseudo-inverse. One y(x) with its Jacobian an inversion.
/// A singular square Jacobian ends the run.
///
/// ```
/// use optimizers::{Composite, InverseSimulator, LinearizedInverse, Run};
///
/// autodiff::function! {
///     fn parabola([x0, x1]) -> [2] { [x0, x1 * x1] }
///     fn square([y0, y1]) { y0 * y0 + y1 * y1 }
/// }
/// let method = InverseSimulator::new(0.25, LinearizedInverse)?;
/// let report = Run::new(&Composite::new(parabola, square), &method, &[4.0, 4.0])?.iterations(1).finish();
/// assert_eq!(report.trajectory[1].x.as_slice(), [3.0, 3.5]); // Δy = [−1, −4], J = diag(1, 8)
/// assert_eq!(report.trajectory[1].y_target.as_ref().unwrap()[1], 12.0);
/// assert_eq!(report.trajectory[1].y.as_ref().unwrap()[1], 12.25);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct LinearizedInverse;

impl<T> Inverse<T> for LinearizedInverse
where
    T: Entry + RealField,
    T::Precision: RealField,
{
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        let (y, jacobian) = physics.value_and_jacobian(near);
        check_shape("y(x)", y.len(), target.len(), iteration)?;
        check_jacobian(&jacobian, y.len(), near.len(), iteration)?;
        if !jacobian.iter().all(|d| d.all_finite()) {
            return Err(Failure::NotFinite { quantity: "Jacobian", iteration });
        }
        let step = solve(&jacobian, &(target - y)).ok_or(Failure::SingularJacobian { iteration })?;
        Ok(Inverted::new(near + step))
    }
}
