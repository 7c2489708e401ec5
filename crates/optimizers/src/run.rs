//! A run: an iterator over the points of a trajectory, and why it ended.

use std::fmt;

use autodiff::Elementary;
use nalgebra::DVector;

use crate::error::{Error, Failure};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State};
use crate::problem::{Entry, Objective};

/// Why a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// All iterations that were asked for are made.
    MaxIterations,
    /// A test of the method says that it has arrived: which one.
    Converged(&'static str),
    /// A quantity is NaN or infinite: which one, and where first. The point is the last of the trajectory.
    NotFinite {
        /// "x", "y", "loss", "gradient", "Hessian".
        quantity: &'static str,
        /// The iteration.
        iteration: usize,
    },
    /// The method could not make its next step.
    Failed(Failure),
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFinite { quantity, iteration } => Status::NotFinite { quantity, iteration },
            failure => Status::Failed(failure),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Status::MaxIterations => f.write_str("all iterations are made"),
            Status::Converged(test) => f.write_str(test),
            Status::NotFinite { quantity, iteration } => write!(f, "{quantity} is not finite at iteration {iteration}"),
            Status::Failed(failure) => failure.fmt(f),
        }
    }
}

/// A run of an optimizer on a problem: an iterator over its [`Iterate`]s, the start first.
///
/// It keeps one state, so its memory does not grow; [`finish`](Run::finish) collects the trajectory.
/// It ends by itself when the method has arrived, cannot go on, or met NaN or infinity, and after
/// [`iterations`](Run::iterations) steps if that was said. Then [`status`](Run::status) tells why.
pub struct Run<'a, T: Entry, P: ?Sized, O: Optimizer<T, P>> {
    problem: &'a P,
    optimizer: &'a O,
    state: Option<State<T, O::Memory>>,
    start: DVector<T>,
    iterations: Option<usize>,
    status: Option<Status>,
    warnings: Warnings,
    evaluations: Evaluations,
}

/// The first few warnings, and how many there were: a run may be long.
#[derive(Clone, Debug, Default)]
struct Warnings {
    first: Vec<String>,
    count: usize,
}

impl Warnings {
    const KEPT: usize = 3;

    fn take(&mut self, warning: Option<String>) {
        let Some(warning) = warning else { return };
        self.count += 1;
        if self.first.len() < Self::KEPT {
            self.first.push(warning);
        }
    }

    fn summary(mut self) -> Vec<String> {
        let more = self.count - self.first.len();
        if more > 0 {
            self.first.push(format!("and {more} more such warnings"));
        }
        self.first
    }
}

impl<T: Entry + fmt::Debug, P: ?Sized, O: Optimizer<T, P>> fmt::Debug for Run<'_, T, P, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("iterate", &self.state.as_ref().map(|state| &state.iterate))
            .field("iterations", &self.iterations)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl<'a, T: Entry, P: Objective<T> + ?Sized, O: Optimizer<T, P>> Run<'a, T, P, O> {
    /// A run from `start`. Nothing is evaluated yet.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`], [`Error::StartLength`] if the start does not fit the problem, and
    /// [`Error::NotFiniteComponent`] for the first of its components that is NaN or infinite.
    pub fn new(problem: &'a P, optimizer: &'a O, start: &[T]) -> Result<Self, Error> {
        let expected = problem.dimension();
        if start.is_empty() {
            return Err(Error::Empty);
        }
        if start.len() != expected {
            return Err(Error::StartLength { given: start.len(), expected });
        }
        finite("start", start)?;
        let start = DVector::from_column_slice(start);
        Ok(Run {
            problem,
            optimizer,
            state: None,
            start,
            iterations: None,
            status: None,
            warnings: Warnings::default(),
            evaluations: Evaluations::default(),
        })
    }
}

/// That no component is NaN or infinite.
pub(crate) fn finite<T: Entry>(name: &'static str, v: &[T]) -> Result<(), Error> {
    match v.iter().position(|v| !v.all_finite()) {
        Some(index) => Err(Error::NotFiniteComponent { name, index, value: v[index].value().to_f64() }),
        None => Ok(()),
    }
}

impl<T: Entry, P: ?Sized, O: Optimizer<T, P>> Run<'_, T, P, O> {
    /// Stops after `n` steps: `n` + 1 points in all. 0 gives the start alone.
    #[must_use]
    pub fn iterations(mut self, n: usize) -> Self {
        self.iterations = Some(n);
        self
    }

    /// What the run has evaluated so far, steps that failed included.
    pub fn evaluations(&self) -> Evaluations {
        self.evaluations
    }

    /// Why the run ended; `None` while it can go on.
    pub fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// Runs to the end and collects the trajectory.
    pub fn finish(mut self) -> Report<T> {
        let trajectory: Vec<_> = self.by_ref().collect();
        let finite_loss = |iterate: &&Iterate<T>| iterate.not_finite().is_none();
        let less = |a: &&Iterate<T>, b: &&Iterate<T>| {
            a.loss.value().partial_cmp(&b.loss.value()).unwrap_or(std::cmp::Ordering::Equal)
        };
        let best = trajectory.iter().filter(finite_loss).min_by(less).map(|iterate| iterate.iteration);
        let status = self.status.unwrap_or(Status::MaxIterations);
        Report { trajectory, status, evaluations: self.evaluations, best, warnings: self.warnings.summary() }
    }

    /// Takes over a state, or the failure in its place; the iterate is what the iterator gives.
    fn arrive(&mut self, result: Result<State<T, O::Memory>, Failure>) -> Option<Iterate<T>> {
        let state = match result {
            Ok(state) => state,
            Err(failure) => {
                self.status = Some(failure.into());
                return None;
            }
        };
        self.evaluations = state.iterate.evaluations;
        if let Some(failure) = state.failure {
            self.status = Some(failure.into());
            return None;
        }
        let iterate = state.iterate.clone();
        self.warnings.take(state.warning.clone());
        if let Some(quantity) = iterate.not_finite() {
            self.status = Some(Status::NotFinite { quantity, iteration: iterate.iteration });
        } else if let Some(test) = state.converged {
            self.status = Some(Status::Converged(test));
        } else if self.iterations.is_some_and(|n| iterate.iteration >= n) {
            self.status = Some(Status::MaxIterations);
        }
        self.state = Some(state);
        Some(iterate)
    }
}

impl<T: Entry, P: ?Sized, O: Optimizer<T, P>> Iterator for Run<'_, T, P, O> {
    type Item = Iterate<T>;

    fn next(&mut self) -> Option<Iterate<T>> {
        if self.status.is_some() {
            return None;
        }
        let result = match &self.state {
            None => self.optimizer.init(self.problem, self.start.clone()),
            Some(state) => self.optimizer.step(self.problem, state),
        };
        self.arrive(result)
    }
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct Report<T> {
    /// All points, the start first. The last is not finite if the status says so.
    pub trajectory: Vec<Iterate<T>>,
    /// Why it ended.
    pub status: Status,
    /// What it evaluated in all.
    pub evaluations: Evaluations,
    /// The iteration with the smallest loss; `None` if there is no finite one.
    pub best: Option<usize>,
    /// What the user should know of the steps: the first few warnings, and how many more there were.
    pub warnings: Vec<String>,
}
