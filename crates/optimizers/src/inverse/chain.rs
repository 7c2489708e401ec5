//! The inverse of a process of several stages, from an inverse of each.

use std::fmt;

use nalgebra::DVector;

use super::{Aim, Inverse, Inversion, Inverted};
use crate::chain::latents;
use crate::error::{Failure, check_shape};
use crate::problem::{Entry, Map};

/// The inverse of a [`Chain`](crate::Chain) z₁ = f₁(x), …, y = f_K(z_{K−1}): from the target y* back through each
/// stage, z*_{k−1} = f_k⁻¹(z*_k) near z_{k−1}, the stage's own latent point, down to x.
///
/// Each stage has an inverse of its own: a formula here, a search there. One value of each stage an inversion, and what
/// the inverses need. What was aimed at in each latent space is in the trajectory.
///
/// ```
/// use optimizers::{AnalyticInverse, Chain, ChainInverse, InverseSimulator, Loss, NewtonInverse, Physics, Pipeline, Run};
///
/// autodiff::function! {
///     fn square([x]) -> [1] { [x * x] }
///     fn root([z]) -> [1] { [z.sqrt()] }
///     fn shear([z]) -> [1] { [z * 2.0 + 1.0] }
///     fn loss([y]) { y * y }
/// }
/// let stages = Chain::new(Physics::<_, 1, 1>::new(square)).then(Physics::<_, 1, 1>::new(shear))?;
/// let inverses = ChainInverse::new(AnalyticInverse::<_, 1, 1>::new(root)).then(NewtonInverse::new());
/// let problem = Pipeline::new(stages, Loss::new(loss))?;
/// let method = InverseSimulator::new(0.5, inverses)?;
/// let report = Run::new(&problem, &method, &[2.0])?.iterations(1).finish();
/// let step = &report.trajectory[1];
/// assert_eq!(step.y_target.as_ref().unwrap()[0], 4.5); // half of y = 9
/// assert_eq!(step.latents[0].aimed.as_ref().unwrap()[0], 1.75); // z with 2 z + 1 = 4.5
/// assert_eq!(step.x[0], 1.75f64.sqrt());
/// # Ok::<(), optimizers::Error>(())
/// ```
pub struct ChainInverse<T> {
    inverses: Vec<Box<dyn Inverse<T>>>,
}

impl<T> fmt::Debug for ChainInverse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainInverse").field("stages", &self.inverses.len()).finish()
    }
}

impl<T: Entry> ChainInverse<T> {
    /// With the inverse of the first stage, the one that takes x.
    pub fn new(first: impl Inverse<T> + 'static) -> Self {
        ChainInverse { inverses: vec![Box::new(first)] }
    }

    /// And with that of the next stage.
    #[must_use]
    pub fn then(mut self, next: impl Inverse<T> + 'static) -> Self {
        self.inverses.push(Box::new(next));
        self
    }
}

impl<T: Entry> Inverse<T> for ChainInverse<T> {
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        let stages = physics.stages();
        if stages.is_empty() && self.inverses.len() == 1 {
            return self.inverses[0].invert(physics, target, near, iteration);
        }
        check_shape("the chain's list of inverses", self.inverses.len(), stages.len(), iteration)?;
        let reached = latents(physics, near);
        let mut point = target.clone();
        let mut aims = Vec::with_capacity(stages.len());
        for (k, (stage, inverse)) in stages.iter().zip(&self.inverses).enumerate().rev() {
            let near = if k == 0 { near } else { &reached[k - 1] };
            let found = inverse.invert(&**stage, &point, near, iteration)?;
            aims.push(Aim { point, inversion: found.inversion });
            point = found.x;
        }
        aims.reverse();
        Ok(Inverted { x: point, inversion: together(&aims), stages: aims })
    }
}

/// The searches of all stages as one: what they cost in all, and the message of the first that did not arrive.
fn together<T>(aims: &[Aim<T>]) -> Option<Inversion> {
    let mut searches = aims.iter().rev().filter_map(|aim| aim.inversion.as_ref());
    let first = searches.next()?.clone();
    Some(searches.fold(first, |all, next| Inversion {
        iterations: all.iterations + next.iterations,
        evaluations: all.evaluations + next.evaluations,
        converged: all.converged && next.converged,
        message: if all.converged { next.message.clone() } else { all.message },
        residual: all.residual + next.residual,
        missed: all.missed.or(next.missed),
    }))
}
