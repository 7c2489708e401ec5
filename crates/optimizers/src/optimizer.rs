//! One step of a method: state in, state out.

use nalgebra::DVector;

use crate::error::{Error, Failure, at_most, check_shape, fits};
use crate::inverse::Inversion;
use crate::problem::{Entry, Objective};
use crate::run::finite;

/// A method of minimization, as one step after another.
///
/// `P` is what it needs of a problem: [`Objective`] for most, [`TwiceDifferentiable`](crate::TwiceDifferentiable) for
/// Newton's, [`Staged`](crate::Staged) for the inverse simulators. Stopping is not the optimizer's affair but the
/// [`Run`](crate::Run)'s; a method whose own tests say that it has arrived reports that in [`State::converged`].
pub trait Optimizer<T: Entry, P: ?Sized> {
    /// What is kept between steps beside the point: momentum, pairs, …
    type Memory: Clone;
    /// The state at the start.
    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure>;
    /// The state after one more step. The old state stays as it is, so a run can be resumed from it.
    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure>;
    /// The same step in place of the old state: a method whose state is large need not copy it.
    ///
    /// On an error the state is the old one, or the point at which the error was met.
    fn advance(&self, problem: &P, state: &mut State<T, Self::Memory>) -> Result<(), Failure> {
        *state = self.step(problem, state)?;
        Ok(())
    }
    /// That the memory of a state fits its point and the problem: one that was read may be anything.
    ///
    /// [`Run::resume`](crate::Run::resume) asks; so does each step of a method of this crate. Nothing is evaluated.
    ///
    /// # Errors
    ///
    /// [`Error::Length`], [`Error::TooMany`], … with what does not fit. None for a method that takes every memory.
    fn check(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let _ = (problem, state);
        Ok(())
    }
    /// The state with its point moved to x: where something else than the method has corrected what its step led to.
    ///
    /// Iterations and evaluations count on. A method begins anew there, unless its memory is of the way so far rather
    /// than of the point, as that of the first-order methods.
    fn relocate(
        &self,
        problem: &P,
        state: State<T, Self::Memory>,
        x: DVector<T>,
    ) -> Result<State<T, Self::Memory>, Failure> {
        let Iterate { iteration, evaluations, .. } = state.iterate;
        let mut state = self.init(problem, x).map_err(|failure| failure.at(iteration))?;
        state.iterate.iteration = iteration;
        state.iterate.evaluations = state.iterate.evaluations.and(evaluations);
        Ok(state)
    }
}

/// Where a run stands: all that the next step needs.
///
/// With the feature `serde` it can be written and read back, for [`Run::resume`](crate::Run::resume), where its memory
/// can: the point, the memory and what ended the run, bit for bit; a float that is infinite or NaN is a text where the format is one
/// for people to read. A digest is written with it, so that a text which was damaged or changed by hand, or a format that
/// rounds numbers, is an error when it is read, and not another run.
#[derive(Clone, Debug)]
pub struct State<T, M = ()> {
    /// The point and what is known of it.
    pub iterate: Iterate<T>,
    /// What the method keeps between steps.
    pub memory: M,
    /// Why the method itself sees no need to go on, if it does not.
    pub converged: Option<&'static str>,
    /// Why there is no next step, if there is none. Where the iteration has not moved on the point is the old one, and only
    /// the evaluations are new.
    pub failure: Option<Failure>,
    /// What the user should know of the step that led here.
    pub warning: Option<String>,
}

impl<T: Entry, M> State<T, M> {
    /// A state with nothing to report.
    pub fn new(iterate: Iterate<T>, memory: M) -> Self {
        State { iterate, memory, converged: None, failure: None, warning: None }
    }
}

/// A point of a trajectory and what is known of it.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "T: Entry + serde::Serialize", deserialize = "T: Entry + serde::de::DeserializeOwned"))
)]
pub struct Iterate<T> {
    /// 0 at the start.
    pub iteration: usize,
    /// The point.
    pub x: DVector<T>,
    /// y(x), where the problem has stages.
    pub y: Option<DVector<T>>,
    /// L(x).
    pub loss: T,
    /// ∂L/∂x, where the method computes it.
    pub gradient: Option<DVector<T>>,
    /// The update of the step that led here, before the step size: the gradient of gradient descent, H⁻¹g of Newton's
    /// method; of an inverse simulator, the difference of the points.
    pub update: Option<DVector<T>>,
    /// The y that the step aimed at (inverse simulators).
    pub y_target: Option<DVector<T>>,
    /// How the search for x went (inverse simulators with a numeric inverse).
    pub inversion: Option<Inversion>,
    /// Where the process is a [`Chain`](crate::Chain): the point in each latent space, that behind the first stage
    /// first (inverse simulators).
    pub latents: Vec<LatentPoint<T>>,
    /// The evaluations so far.
    pub evaluations: Evaluations,
}

/// A point in the latent space behind a stage of a process.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "T: Entry + serde::Serialize", deserialize = "T: Entry + serde::de::DeserializeOwned"))
)]
pub struct LatentPoint<T> {
    /// What x leads to.
    pub reached: DVector<T>,
    /// What the step aimed at; none at the start.
    pub aimed: Option<DVector<T>>,
    /// How what comes before the stage was searched for, if it was.
    pub inversion: Option<Inversion>,
}

impl<T: Entry> Iterate<T> {
    /// A point with its loss, and nothing else yet.
    pub fn new(iteration: usize, x: DVector<T>, loss: T) -> Self {
        Iterate {
            iteration,
            x,
            y: None,
            loss,
            gradient: None,
            update: None,
            y_target: None,
            inversion: None,
            latents: Vec::new(),
            evaluations: Evaluations::default(),
        }
    }

    /// That a run can go on from here: a finite point of n variables with its loss, and its gradient where it has one, and
    /// counts that can still grow.
    pub(crate) fn check(&self, n: usize) -> Result<(), Error> {
        if self.x.is_empty() {
            return Err(Error::Empty);
        }
        if self.x.len() != n {
            return Err(Error::StartLength { given: self.x.len(), expected: n });
        }
        finite("start", self.x.as_slice())?;
        finite("loss", &[self.loss])?;
        if let Some(gradient) = &self.gradient {
            fits("gradient", gradient.len(), n)?;
            finite("gradient", gradient.as_slice())?;
        }
        let Evaluations { value, gradient, hessian } = self.evaluations;
        let counts = [
            ("iteration", self.iteration),
            ("evaluations of the value", value),
            ("evaluations of the gradient", gradient),
            ("evaluations of the Hessian", hessian),
        ];
        counts.into_iter().try_for_each(|(name, count)| at_most(name, count, usize::MAX / 2))
    }

    /// The first quantity that is NaN or infinite.
    pub(crate) fn not_finite(&self) -> Option<&'static str> {
        let finite = |v: &DVector<T>| v.iter().all(|v| v.all_finite());
        let known_finite = |v: &Option<DVector<T>>| v.as_ref().is_none_or(finite);
        if !finite(&self.x) {
            Some("x")
        } else if !known_finite(&self.y) {
            Some("y")
        } else if !self.loss.all_finite() {
            Some("loss")
        } else if !known_finite(&self.gradient) {
            Some("gradient")
        } else {
            None
        }
    }
}

/// How often a run evaluated what. A value that comes with a gradient counts as one of each, and so on; what comes along at a
/// point where it is known already does not count again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Evaluations {
    /// Evaluations of the function.
    pub value: usize,
    /// Evaluations of its gradient.
    pub gradient: usize,
    /// Evaluations of its Hessian.
    pub hessian: usize,
}

impl Evaluations {
    /// The sums.
    pub(crate) fn and(self, other: Self) -> Self {
        Evaluations {
            value: self.value + other.value,
            gradient: self.gradient + other.gradient,
            hessian: self.hessian + other.hessian,
        }
    }

    /// One value, one gradient and one Hessian more.
    pub(crate) fn one_of_each_more(self) -> Self {
        Evaluations { value: self.value + 1, gradient: self.gradient + 1, hessian: self.hessian + 1 }
    }
}

/// The iterate at `x` of a method that needs the gradient there. One value, one gradient.
pub(crate) fn with_gradient<T: Entry, P: Objective<T> + ?Sized>(
    problem: &P,
    x: DVector<T>,
    iteration: usize,
    before: Evaluations,
) -> Result<Iterate<T>, Failure> {
    let (loss, gradient) = problem.value_and_gradient(&x);
    check_shape("the gradient", gradient.len(), x.len(), iteration)?;
    let y = problem.observe(&x);
    let evaluations = Evaluations { value: before.value + 1, gradient: before.gradient + 1, ..before };
    Ok(Iterate { y, gradient: Some(gradient), evaluations, ..Iterate::new(iteration, x, loss) })
}

/// Why a step cannot be made from a state whose memory does not fit.
pub(crate) fn refused(iteration: usize) -> impl Fn(Error) -> Failure {
    move |error| Failure::Refused { error, iteration }
}

/// What is known at a point that has been reached, or else why the run ends there.
pub(crate) fn known<M>(found: Result<M, Failure>) -> (Option<M>, Option<Failure>) {
    match found {
        Ok(memory) => (Some(memory), None),
        Err(failure) => (None, Some(failure)),
    }
}

/// The gradient at an iterate, one number a variable: what the iterate has, or else one evaluation.
pub(crate) fn gradient_at<T: Entry, P: Objective<T> + ?Sized>(
    problem: &P,
    now: &Iterate<T>,
) -> Result<DVector<T>, Failure> {
    let gradient = match &now.gradient {
        Some(gradient) => gradient.clone(),
        None => problem.value_and_gradient(&now.x).1,
    };
    check_shape("the gradient", gradient.len(), now.x.len(), now.iteration)?;
    Ok(gradient)
}
