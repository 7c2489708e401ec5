//! BFGS.

use nalgebra::{DMatrix, DVector, RealField};

use super::{Direction, Step, StepRule};
use crate::error::{Error, Failure, fits_matrix};
use crate::optimizer::Evaluations;
use crate::problem::{Entry, Objective};

/// The direction d = −B g of Broyden, Fletcher, Goldfarb and Shanno, with the inverse Hessian's estimate
/// B ← (I − ρ s yᵀ) B (I − ρ y sᵀ) + ρ s sᵀ, ρ = 1/sᵀy (Nocedal, Wright, "Numerical Optimization", 2006, 6.17).
///
/// B is the identity at the start. A step without positive curvature, sᵀy ≤ 0, is not taken in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bfgs;

impl<T: Entry + RealField, P: Objective<T> + ?Sized> Direction<T, P> for Bfgs {
    /// B, once there is more to it than the identity.
    type Memory = Option<DMatrix<T>>;

    fn start(&self, _: &P, _: &DVector<T>, _: &mut Evaluations) -> Result<Self::Memory, Failure> {
        Ok(None)
    }

    fn check(&self, memory: &Self::Memory, n: usize) -> Result<(), Error> {
        memory.as_ref().map_or(Ok(()), |b| fits_matrix(["a column of B", "a row of B"], b, n, n))
    }

    fn direction(&self, memory: &Self::Memory, gradient: &DVector<T>) -> DVector<T> {
        match memory {
            Some(b) => -(b * gradient),
            None => -gradient,
        }
    }

    fn learn(
        &self,
        _: &P,
        memory: Self::Memory,
        step: &Step<'_, T>,
        _: &mut Evaluations,
    ) -> Result<Self::Memory, Failure> {
        let (s, y) = (&step.s, step.after - step.before);
        let curvature = s.dot(&y);
        if curvature <= nalgebra::zero() || !curvature.all_finite() {
            return Ok(memory);
        }
        let n = s.len();
        let mut b = memory.unwrap_or_else(|| DMatrix::identity(n, n));
        let rho = nalgebra::one::<T>() / curvature;
        let by = &b * &y;
        let weight = rho * (nalgebra::one::<T>() + rho * y.dot(&by));
        if !weight.all_finite() {
            return Ok(Some(b));
        }
        for i in 0..n {
            for j in 0..n {
                b[(i, j)] += weight * s[i] * s[j] - rho * (s[i] * by[j] + by[i] * s[j]);
            }
        }
        Ok(Some(b))
    }

    fn forget(&self, memory: &Self::Memory) -> Option<Self::Memory> {
        memory.is_some().then_some(None)
    }

    fn is_scaled(&self, memory: &Self::Memory) -> bool {
        memory.is_some()
    }

    fn step_rule(&self) -> StepRule {
        StepRule::MoreThuente { curvature: 0.9 }
    }
}
