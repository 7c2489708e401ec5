//! First-order methods: x ← x − η u, with an update u made of the gradient, one component at a time.
//!
//! A method is an [`UpdateRule`]: what it keeps of a variable, and its equations for one. The rest is here, once.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod amsgrad;
mod clip;
mod gradient_descent;
mod lion;
mod momentum;
mod nadam;
mod nesterov;
mod parameters;
mod rmsprop;
mod schedule;

use nalgebra::DVector;

pub use self::adadelta::{AdaDelta, AdaDeltaRule};
pub use self::adagrad::{AdaGrad, AdaGradRule};
pub use self::adam::{Adam, AdamRule};
pub use self::adamax::{AdaMax, AdaMaxRule};
pub use self::adamw::{AdamW, AdamWRule};
pub use self::amsgrad::{AmsGrad, AmsGradRule};
pub use self::clip::Clip;
pub use self::gradient_descent::{GradientDescent, GradientRule};
pub use self::lion::{Lion, LionRule};
pub use self::momentum::{Momentum, MomentumRule};
pub use self::nadam::{NAdam, NAdamRule};
pub use self::nesterov::{Nesterov, NesterovRule};
pub use self::parameters::{Betas, Decay, DecayRate, Epsilon, EpsilonInRoot, WeightDecay};
pub use self::rmsprop::{RmsProp, RmsPropRule};
pub use self::schedule::Schedule;

use crate::error::{Error, Failure, check_shape, fits};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, with_gradient};
use crate::problem::{Entry, Objective};

/// The equations of a first-order method, for one variable: the update u in x ← x − η u.
///
/// A rule of one's own is a method, with schedules, clipping and runs:
///
/// ```
/// use optimizers::{Entry, FirstOrder, Loss, Run, UpdateRule};
///
/// /// u = sign(g)
/// #[derive(Clone, Debug, Default)]
/// struct SignRule;
///
/// impl<T: Entry> UpdateRule<T> for SignRule {
///     type Slot = ();
///     fn slot(&self) {}
///     fn component(&self, _t: usize) -> impl Fn(&mut (), T, T) -> T {
///         |_, g, _x| g.signum()
///     }
/// }
///
/// autodiff::function! { fn square([x]) { x * x } }
///
/// let method = FirstOrder::<_, SignRule>::new(0.5)?;
/// let problem = Loss::new(square);
/// let x: Vec<f64> = Run::new(&problem, &method, &[2.0])?.iterations(2).map(|iterate| iterate.x[0]).collect();
/// assert_eq!(x, [2.0, 1.5, 1.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
pub trait UpdateRule<T: Entry> {
    /// What is kept of each variable between steps: a momentum, a mean of squares, …
    type Slot: Clone;
    /// A slot before the first step.
    fn slot(&self) -> Self::Slot;
    /// The t-th step, t = 1, 2, …: from a variable's slot, which it brings up to date, gradient and value to its update.
    fn component(&self, t: usize) -> impl Fn(&mut Self::Slot, T, T) -> T;
}

/// A first-order method: x ← x − η_t u_t, with the update u of a rule `R` and the step size η of a [`Schedule`].
///
/// One value and one gradient a step. The update in the trajectory is u. The methods of this crate are named types:
/// [`GradientDescent`], [`Momentum`], [`Nesterov`], [`AdaGrad`], [`RmsProp`], [`Adam`], [`AdamW`], [`AmsGrad`], [`NAdam`],
/// [`AdaMax`], [`AdaDelta`], [`Lion`]; formulas and defaults are those of optax 0.2.8.
///
/// Where the gradients come from elsewhere, [`update`](FirstOrder::update) makes a step on slices, without allocating:
///
/// ```
/// use optimizers::Adam;
///
/// let adam = Adam::new(0.1)?;
/// let mut x = [1.0_f64, -2.0];
/// let mut memory = adam.memory(x.len());
/// for iteration in 0..2 {
///     let mut gradient = x.map(|x| 2.0 * x);
///     adam.update(iteration, &mut x, &mut gradient, &mut memory)?;
/// }
/// assert!((x[0] - 0.8).abs() < 1e-3 && (x[1] + 1.8).abs() < 1e-3);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FirstOrder<T, R> {
    rule: R,
    step: Schedule<T>,
    clip: Option<Clip<T>>,
}

impl<T: Entry, R: UpdateRule<T> + Default> FirstOrder<T, R> {
    /// With the step size η > 0 and the rule's defaults.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless η is positive, finite and not subnormal.
    pub fn new(step: T) -> Result<Self, Error> {
        Ok(Self::scheduled(Schedule::constant(step)?))
    }

    /// With a step size that changes from step to step, and the rule's defaults.
    pub fn scheduled(step: Schedule<T>) -> Self {
        Self::from_rule(R::default(), step)
    }
}

impl<T: Entry, R: UpdateRule<T>> FirstOrder<T, R> {
    /// With a rule that is given.
    pub fn from_rule(rule: R, step: Schedule<T>) -> Self {
        FirstOrder { rule, step, clip: None }
    }

    /// Clips the gradients before the rule sees them.
    #[must_use]
    pub fn clip(mut self, clip: Clip<T>) -> Self {
        self.clip = Some(clip);
        self
    }

    /// What the method keeps of `n` variables before its first step.
    pub fn memory(&self, n: usize) -> Vec<R::Slot> {
        vec![self.rule.slot(); n]
    }

    /// One step on slices, the one behind the point of the given iteration, 0 at the start. The gradient becomes the update u.
    ///
    /// # Errors
    ///
    /// [`Error::Length`] if the slices differ in length, [`Error::Negative`] if the schedule gives a step that is negative or not
    /// finite; then nothing has changed.
    pub fn update(
        &self,
        iteration: usize,
        x: &mut [T],
        gradient: &mut [T],
        memory: &mut [R::Slot],
    ) -> Result<(), Error> {
        fits("gradient", gradient.len(), x.len())?;
        fits("memory", memory.len(), x.len())?;
        let step = self.step.step(iteration)?;
        if let Some(clip) = &self.clip {
            clip.apply(gradient);
        }
        walk(self.rule.component(iteration.saturating_add(1)), step, x, gradient, memory);
        Ok(())
    }
}

/// x ← x − η u for all components. A function of its own, so that the compiler knows that the slices do not overlap.
#[inline(never)]
fn walk<T: Entry, S>(u: impl Fn(&mut S, T, T) -> T, step: T, x: &mut [T], gradient: &mut [T], memory: &mut [S]) {
    for ((x, g), slot) in x.iter_mut().zip(gradient).zip(memory) {
        let update = u(slot, *g, *x);
        *x -= step * update;
        *g = update;
    }
}

impl<T: Entry, R: UpdateRule<T>, P: Objective<T> + ?Sized> Optimizer<T, P> for FirstOrder<T, R> {
    type Memory = Vec<R::Slot>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        let memory = self.memory(start.len());
        Ok(State::new(with_gradient(problem, start, 0, Evaluations::default())?, memory))
    }

    fn check(&self, _: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        fits("memory", state.memory.len(), state.iterate.x.len())
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let mut next = state.clone();
        self.advance(problem, &mut next)?;
        Ok(next)
    }

    fn relocate(
        &self,
        problem: &P,
        state: State<T, Self::Memory>,
        x: DVector<T>,
    ) -> Result<State<T, Self::Memory>, Failure> {
        let Iterate { iteration, evaluations, .. } = state.iterate;
        Ok(State::new(with_gradient(problem, x, iteration, evaluations)?, state.memory))
    }

    fn advance(&self, problem: &P, state: &mut State<T, Self::Memory>) -> Result<(), Failure> {
        let now = &mut state.iterate;
        let n = now.x.len();
        if now.gradient.is_none() {
            *now = with_gradient(problem, now.x.clone(), now.iteration, now.evaluations)?;
        }
        let mut gradient = now.gradient.take().unwrap_or_else(|| DVector::from_element(n, T::zero()));
        if let Err(error) = self.update(now.iteration, now.x.as_mut_slice(), gradient.as_mut_slice(), &mut state.memory)
        {
            // nothing has changed
            now.gradient = Some(gradient);
            return Err(Failure::Refused { error, iteration: now.iteration });
        }
        now.iteration += 1;
        // the gradient has become the update, and the room of the last update takes the next gradient
        let room = now.update.replace(gradient).filter(|room| room.len() == n);
        let mut gradient = room.unwrap_or_else(|| DVector::from_element(n, T::zero()));
        now.loss = problem.value_and_gradient_into(&now.x, &mut gradient);
        now.evaluations.value += 1;
        now.evaluations.gradient += 1;
        now.y = problem.observe(&now.x);
        check_shape("the gradient", gradient.len(), n, now.iteration)?;
        now.gradient = Some(gradient);
        (state.converged, state.failure, state.warning) = (None, None, None);
        Ok(())
    }
}
