//! Scale-invariant physics updates within a first-order method.

use nalgebra::{DMatrix, DVector, RealField};

use crate::chain::{Rest, reach, transposed_times};
use crate::error::{Error, Failure, check_shape, fits};
use crate::first_order::{FirstOrder, UpdateRule};
use crate::inverse::{Aim, Inverse};
use crate::inverse_simulator::Latent;
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, refused};
use crate::problem::{Entry, Map, Staged};
use crate::range::positive;

/// Scale-invariant physics training, SIP (Holl, Koltun, Thuerey, "Scale-invariant Learning by Physics Inversion",
/// 2022): where parameters θ lead to x = N(θ), as through a network, and x through a process P to L(y), the update of x
/// is that of the inverse simulator, which does not depend on how x and y are scaled, and the update of θ is a
/// first-order method's towards it:
///
/// 1. x = N(θ), y = P(x), y* = y − η H⁻¹ g with g and H those of L at y, and x* = P⁻¹(y*) near x;
/// 2. one step of the first-order method on the proxy loss ½ |N(θ) − x*|² with x* held: its gradient is (∂N/∂θ)ᵀ (x −
///    x*).
///
/// So the gradient of the process is replaced by its inverse, and that of N is kept. The problem's process is a
/// [`Chain`](crate::Chain) whose first stage is N; the inverse is that of the other stages, a
/// [`ChainInverse`](crate::ChainInverse) if there are several. Of a process of one stage N is the identity: gradient
/// descent with step size 1 is then the inverse simulator itself.
///
/// One call of each stage, one Jacobian of N, one value, gradient and Hessian of L by y, and one inversion a step. The
/// update in the trajectory is the first-order method's u; its [`latents`](Iterate::latents) have the x* that a step
/// aimed at beside the x it reached, and y_target has y*.
///
/// ```
/// use optimizers::{AnalyticInverse, Chain, GradientDescent, Loss, Physics, Pipeline, Run, ScaleInvariant};
///
/// autodiff::function! {
///     fn network([t]) -> [1] { [t * 0.5] }
///     fn cube([x]) -> [1] { [x.powi(3)] }
///     fn cube_root([y]) -> [1] { [y.cbrt()] }
///     fn square([y]) { y * y }
/// }
/// let chain = Chain::new(Physics::<_, 1, 1>::new(network)).then(Physics::<_, 1, 1>::new(cube))?;
/// let problem = Pipeline::new(chain, Loss::new(square))?;
/// let method = ScaleInvariant::new(0.875, AnalyticInverse::<_, 1, 1>::new(cube_root), GradientDescent::new(1.0)?)?;
/// let report = Run::new(&problem, &method, &[16.0])?.iterations(1).finish();
/// let step = &report.trajectory[1];
/// assert_eq!(step.latents[0].aimed.as_ref().unwrap()[0], 4.0); // x = 8, y = 512, y* = 64
/// assert_eq!(step.x[0], 16.0 - 0.5 * (8.0 - 4.0));
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ScaleInvariant<T, I, R> {
    step: T,
    inverse: I,
    descent: FirstOrder<T, R>,
}

impl<T: Entry, I, R> ScaleInvariant<T, I, R> {
    /// With the step size η > 0 in y space, the way back to x, and the first-order method for θ.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T, inverse: I, descent: FirstOrder<T, R>) -> Result<Self, Error> {
        Ok(ScaleInvariant { step: positive("step", step)?, inverse, descent })
    }
}

/// What [`ScaleInvariant`] keeps between steps: where y stands, and what the first-order method keeps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "T: Entry + serde::Serialize, S: serde::Serialize",
        deserialize = "T: Entry + serde::de::DeserializeOwned, S: serde::de::DeserializeOwned"
    ))
)]
pub struct ScaleInvariantMemory<T, S> {
    latent: Latent<T>,
    slots: Vec<S>,
}

/// The first stage at θ: x and ∂x/∂θ.
fn parameterize<T: Entry>(
    network: Option<&dyn Map<T>>,
    theta: &DVector<T>,
    iteration: usize,
) -> Result<(DVector<T>, DMatrix<T>), Failure> {
    let Some(network) = network else {
        let one = |i, j| if i == j { T::one() } else { T::zero() };
        return Ok((theta.clone(), DMatrix::from_fn(theta.len(), theta.len(), one)));
    };
    let (x, jacobian) = network.value_and_jacobian(theta);
    check_shape("a column of the first stage's Jacobian", jacobian.nrows(), x.len(), iteration)?;
    check_shape("a row of the first stage's Jacobian", jacobian.ncols(), theta.len(), iteration)?;
    Ok((x, jacobian))
}

impl<T, I, R, P> Optimizer<T, P> for ScaleInvariant<T, I, R>
where
    T: Entry + RealField,
    I: Inverse<T>,
    R: UpdateRule<T>,
    P: Staged<T> + ?Sized,
{
    type Memory = ScaleInvariantMemory<T, R::Slot>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        let slots = self.descent.memory(start.len());
        self.arrive(problem, start, 0, Vec::new(), slots, Evaluations::default())
    }

    fn check(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let ScaleInvariantMemory { latent, slots } = &state.memory;
        latent.check(problem.loss().dimension())?;
        fits("memory", slots.len(), state.iterate.x.len())
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let (now, ScaleInvariantMemory { latent, slots }) = (&state.iterate, &state.memory);
        self.check(problem, state).map_err(refused(now.iteration))?;
        let (whole, iteration) = (problem.physics(), now.iteration + 1);
        let target = latent.target(self.step, now.iteration)?;
        let stages = Rest::split(whole.stages());
        let (network, process) = match &stages {
            Some((first, rest)) => (Some(*first), rest as &dyn Map<T>),
            None => (None, whole),
        };
        let (x, jacobian) = parameterize(network, &now.x, now.iteration)?;
        let found = self.inverse.invert(process, &target, &x, iteration)?;
        check_shape("x", found.x.len(), x.len(), iteration)?;
        let mut gradient = transposed_times(&jacobian, &(x - &found.x));
        let (mut theta, mut slots) = (now.x.clone(), slots.clone());
        self.descent
            .update(now.iteration, theta.as_mut_slice(), gradient.as_mut_slice(), &mut slots)
            .map_err(|error| Failure::Refused { error, iteration: now.iteration })?;
        let aims = match network {
            Some(_) => aims(found.x, found.stages, &target, found.inversion.clone()),
            None => found.stages,
        };
        let mut next = self.arrive(problem, theta, iteration, aims, slots, now.evaluations)?;
        next.iterate.update = Some(gradient);
        next.warning = latent.warning(&target, found.inversion.as_ref(), iteration);
        next.iterate.y_target = Some(target);
        next.iterate.inversion = found.inversion;
        Ok(next)
    }
}

/// What was aimed at behind each stage: x* behind the first, then what the inverse of the others aimed at.
fn aims<T: Entry>(
    x: DVector<T>,
    stages: Vec<Aim<T>>,
    target: &DVector<T>,
    inversion: Option<crate::inverse::Inversion>,
) -> Vec<Aim<T>> {
    let mut aims = vec![Aim { point: x, inversion: None }];
    if stages.is_empty() {
        aims.push(Aim { point: target.clone(), inversion });
    } else {
        aims.extend(stages);
    }
    aims
}

impl<T: Entry + RealField, I, R: UpdateRule<T>> ScaleInvariant<T, I, R> {
    /// The state at θ.
    fn arrive<P: Staged<T> + ?Sized>(
        &self,
        problem: &P,
        theta: DVector<T>,
        iteration: usize,
        aims: Vec<Aim<T>>,
        slots: Vec<R::Slot>,
        before: Evaluations,
    ) -> Result<State<T, ScaleInvariantMemory<T, R::Slot>>, Failure> {
        let (y, latents) = reach(problem.physics(), &theta, aims);
        let latent = Latent::new(problem, y, iteration)?;
        let evaluations = before.one_of_each_more();
        let y = Some(latent.y().clone());
        let iterate = Iterate { y, latents, evaluations, ..Iterate::new(iteration, theta, latent.loss()) };
        Ok(State::new(iterate, ScaleInvariantMemory { latent, slots }))
    }
}
