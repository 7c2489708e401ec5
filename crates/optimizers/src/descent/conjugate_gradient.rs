//! Nonlinear conjugate gradients.

use nalgebra::{DVector, RealField};

use super::{Direction, Step, StepRule};
use crate::bounds::constant;
use crate::error::{Error, Failure, fits};
use crate::optimizer::Evaluations;
use crate::problem::{Entry, Objective};

/// The direction d ← −g + β d of nonlinear conjugate gradients; −g at the start.
///
/// It is −g again where the sum does not lead downhill by a hundredth of |g|².
#[derive(Clone, Copy, Debug)]
pub struct ConjugateGradient {
    formula: Formula,
}

#[derive(Clone, Copy, Debug)]
enum Formula {
    PolakRibiere,
    HagerZhang,
}

impl ConjugateGradient {
    /// β = max(0, g₊ᵀy / gᵀg), y = g₊ − g: Polak and Ribière's, restarted where it is negative (Gilbert, Nocedal, "Global
    /// convergence properties of conjugate gradient methods for optimization", 1992); strong Wolfe steps.
    pub const fn polak_ribiere() -> Self {
        ConjugateGradient { formula: Formula::PolakRibiere }
    }

    /// β = max(b, −1/(|d| min(0.01, |g|))), b = (y − 2 d yᵀy/dᵀy)ᵀ g₊ / dᵀy (CG_DESCENT: Hager, Zhang, "A new conjugate gradient
    /// method with guaranteed descent and an efficient line search", 2005, 1.3 and 1.5); their line search.
    pub const fn hager_zhang() -> Self {
        ConjugateGradient { formula: Formula::HagerZhang }
    }
}

impl<T: Entry + RealField, P: Objective<T> + ?Sized> Direction<T, P> for ConjugateGradient {
    /// β d of the last step.
    type Memory = Option<DVector<T>>;

    fn start(&self, _: &P, _: &DVector<T>, _: &mut Evaluations) -> Result<Self::Memory, Failure> {
        Ok(None)
    }

    fn check(&self, memory: &Self::Memory, n: usize) -> Result<(), Error> {
        memory.as_ref().map_or(Ok(()), |past| fits("the last direction", past.len(), n))
    }

    fn direction(&self, memory: &Self::Memory, gradient: &DVector<T>) -> DVector<T> {
        let steepest = -gradient;
        let Some(past) = memory else { return steepest };
        let d = &steepest + past;
        if gradient.dot(&d) <= -constant::<T>(0.01) * gradient.dot(gradient) { d } else { steepest }
    }

    fn learn(&self, _: &P, _: Self::Memory, step: &Step<'_, T>, _: &mut Evaluations) -> Result<Self::Memory, Failure> {
        let (g, d) = (step.after, step.direction);
        let y = g - step.before;
        let beta = match self.formula {
            Formula::PolakRibiere => RealField::max(g.dot(&y) / step.before.dot(step.before), nalgebra::zero()),
            Formula::HagerZhang => {
                let dy = d.dot(&y);
                let b = (y.dot(g) - constant::<T>(2.0) * (y.dot(&y) / dy) * d.dot(g)) / dy;
                let least = RealField::min(constant(0.01), step.before.norm());
                RealField::max(b, -nalgebra::one::<T>() / (d.norm() * least))
            }
        };
        Ok(beta.all_finite().then(|| d * beta))
    }

    fn forget(&self, memory: &Self::Memory) -> Option<Self::Memory> {
        memory.is_some().then_some(None)
    }

    fn is_scaled(&self, _: &Self::Memory) -> bool {
        false
    }

    fn step_rule(&self) -> StepRule {
        match self.formula {
            Formula::PolakRibiere => StepRule::MoreThuente { curvature: 0.4 },
            Formula::HagerZhang => StepRule::HagerZhang,
        }
    }
}
