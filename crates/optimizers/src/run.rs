//! A run: an iterator over the points of a trajectory, and why it ended.

use std::fmt;
use std::time::Instant;

use autodiff::Elementary;
use nalgebra::DVector;

use crate::error::{Error, Failure};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State};
use crate::problem::{Entry, Objective};
use crate::stop::{Stop, Test};

/// Why a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Status {
    /// All iterations that were asked for are made.
    MaxIterations,
    /// A test of the method says that it has arrived: which one.
    Converged(&'static str),
    /// A test that was asked for holds: which one.
    Stopped(Test),
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
            Status::Stopped(test) => test.fmt(f),
            Status::NotFinite { quantity, iteration } => write!(f, "{quantity} is not finite at iteration {iteration}"),
            Status::Failed(failure) => failure.fmt(f),
        }
    }
}

/// A run of an optimizer on a problem: an iterator over its [`Iterate`]s, the start first.
///
/// It keeps one state, so its memory does not grow; [`finish`](Run::finish) collects the trajectory.
/// It ends by itself when the method has arrived, cannot go on, or met NaN or infinity, after
/// [`iterations`](Run::iterations) steps if that was said, and when a test of [`stop`](Run::stop) holds. Then
/// [`status`](Run::status) tells why. The [best](Run::best) point so far is kept.
///
/// First-order methods, [`Newton`](crate::Newton), [`GaussNewton`](crate::GaussNewton), [`HalfInverse`](crate::HalfInverse),
/// [`ScaleInvariant`](crate::ScaleInvariant) and the inverse simulators have no test of their own, nor has a
/// [`LatentOptimizer`](crate::LatentOptimizer) over one of them: without `iterations` or a `stop` their runs need not end.
pub struct Run<'a, T: Entry, P: ?Sized, O: Optimizer<T, P>> {
    problem: &'a P,
    optimizer: &'a O,
    state: Option<State<T, O::Memory>>,
    /// What the iterator begins with.
    begin: Begin<T, O::Memory>,
    stops: Vec<Stop<'a, T>>,
    observers: Vec<Observer<'a, T>>,
    best: Option<Best<T>>,
    /// When the first point was asked for.
    started: Option<Instant>,
    iterations: Option<usize>,
    status: Option<Status>,
    warnings: Warnings,
    evaluations: Evaluations,
}

type Observer<'a, T> = Box<dyn FnMut(&Iterate<T>) + 'a>;

/// How a run begins, until it has.
enum Begin<T, M> {
    Start(DVector<T>),
    Resumed(Box<State<T, M>>),
    Begun,
}

/// The best point of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Best<T> {
    /// Its iteration.
    pub iteration: usize,
    /// The point.
    pub x: DVector<T>,
    /// L(x).
    pub loss: T,
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
        check(problem, start)?;
        Ok(Self::begin(problem, optimizer, Begin::Start(DVector::from_column_slice(start))))
    }

    /// A run that goes on from a [`state`](Run::state) of another, as if that had not been interrupted. Its first point
    /// is that of the state, and its last one too if the state says that it has arrived or cannot go on: to go on all the same, with
    /// a smaller tolerance, take `converged` or `failure` from the state.
    ///
    /// The iterations and evaluations of the state count; the best point is the best from here on.
    ///
    /// # Errors
    ///
    /// As [`new`](Run::new), for the point of the state; the same for its gradient, if it has one, and its loss.
    /// [`Error::TooMany`] for counts that cannot grow, and what the method [says](Optimizer::check) of a memory that does not
    /// fit the point.
    pub fn resume(problem: &'a P, optimizer: &'a O, state: State<T, O::Memory>) -> Result<Self, Error> {
        state.iterate.check(problem.dimension())?;
        optimizer.check(problem, &state)?;
        Ok(Self::begin(problem, optimizer, Begin::Resumed(Box::new(state))))
    }

    fn begin(problem: &'a P, optimizer: &'a O, begin: Begin<T, O::Memory>) -> Self {
        Run {
            problem,
            optimizer,
            state: None,
            begin,
            stops: Vec::new(),
            observers: Vec::new(),
            best: None,
            started: None,
            iterations: None,
            status: None,
            warnings: Warnings::default(),
            evaluations: Evaluations::default(),
        }
    }
}

/// That a point fits the problem.
fn check<T: Entry, P: Objective<T> + ?Sized>(problem: &P, start: &[T]) -> Result<(), Error> {
    let expected = problem.dimension();
    if start.is_empty() {
        return Err(Error::Empty);
    }
    if start.len() != expected {
        return Err(Error::StartLength { given: start.len(), expected });
    }
    finite("start", start)
}

/// That no component is NaN or infinite.
pub(crate) fn finite<T: Entry>(name: &'static str, v: &[T]) -> Result<(), Error> {
    match v.iter().position(|v| !v.all_finite()) {
        Some(index) => Err(Error::NotFiniteComponent { name, index, value: v[index].value().to_f64() }),
        None => Ok(()),
    }
}

impl<'a, T: Entry, P: ?Sized, O: Optimizer<T, P>> Run<'a, T, P, O> {
    /// Stops where a test holds, at the start too. Of several, the first that holds is named in the status.
    #[must_use]
    pub fn stop(mut self, stop: Stop<'a, T>) -> Self {
        self.stops.push(stop);
        self
    }

    /// Shows each point to an observer, the start first.
    #[must_use]
    pub fn observe(mut self, observer: impl FnMut(&Iterate<T>) + 'a) -> Self {
        self.observers.push(Box::new(observer));
        self
    }

    /// Where the run stands, to [resume](Run::resume) from; `None` before the first point.
    pub fn state(&self) -> Option<&State<T, O::Memory>> {
        self.state.as_ref()
    }

    /// The point with the smallest loss so far; `None` if there is no finite one.
    pub fn best(&self) -> Option<&Best<T>> {
        self.best.as_ref()
    }

    /// Runs to the end and keeps no more than the best point: for runs whose trajectory would not fit.
    pub fn minimize(mut self) -> (Option<Best<T>>, Status) {
        while self.advance() {}
        (self.best, self.status.unwrap_or(Status::MaxIterations))
    }

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

    /// Runs to the end and collects the trajectory; of a method without a test of its own after `iterations` or a `stop` alone.
    pub fn finish(mut self) -> Report<T> {
        let trajectory: Vec<_> = self.by_ref().collect();
        let best = self.best.map(|best| best.iteration);
        let status = self.status.unwrap_or(Status::MaxIterations);
        Report { trajectory, status, evaluations: self.evaluations, best, warnings: self.warnings.summary() }
    }

    /// Makes the next point the state; false at the end. Nothing is copied but a new best point.
    fn advance(&mut self) -> bool {
        if self.status.is_some() {
            return false;
        }
        let started = *self.started.get_or_insert_with(Instant::now);
        let shown = self.state.as_ref().map(|state| state.iterate.iteration);
        let result = match (std::mem::replace(&mut self.begin, Begin::Begun), self.state.take()) {
            (Begin::Start(start), _) => self.optimizer.init(self.problem, start),
            (Begin::Resumed(state), _) => Ok(*state),
            (Begin::Begun, Some(mut state)) => match self.optimizer.advance(self.problem, &mut state) {
                Ok(()) => Ok(state),
                Err(failure) => {
                    state.failure = Some(failure.clone());
                    self.state = Some(state);
                    Err(failure)
                }
            },
            // the start had failed, and the status said so
            (Begin::Begun, None) => return false,
        };
        let state = match result {
            Ok(state) => self.state.insert(state),
            Err(failure) => {
                self.status = Some(failure.into());
                return false;
            }
        };
        self.evaluations = state.iterate.evaluations;
        let failed = state.failure.clone().map(Status::from);
        let ended = failed.or(state.converged.map(Status::Converged));
        if ended.is_some() && shown == Some(state.iterate.iteration) {
            // the point is the old one
            self.status = ended;
            return false;
        }
        self.warnings.take(state.warning.clone());
        let iterate = &state.iterate;
        self.observers.iter_mut().for_each(|observer| observer(iterate));
        let elapsed = started.elapsed();
        // all see the point, whichever holds
        let stopped = self.stops.iter_mut().filter_map(|stop| stop.test(iterate, elapsed)).reduce(|first, _| first);
        if let Some(quantity) = iterate.not_finite() {
            self.status = Some(Status::NotFinite { quantity, iteration: iterate.iteration });
            return true;
        }
        keep(&mut self.best, iterate);
        if ended.is_some() {
            self.status = ended;
        } else if let Some(test) = stopped {
            self.status = Some(Status::Stopped(test));
        } else if self.iterations.is_some_and(|n| iterate.iteration >= n) {
            self.status = Some(Status::MaxIterations);
        }
        true
    }
}

/// Keeps a point that is better than the best so far.
fn keep<T: Entry>(best: &mut Option<Best<T>>, iterate: &Iterate<T>) {
    match best {
        Some(best) if iterate.loss.value() < best.loss.value() && best.x.len() == iterate.x.len() => {
            best.iteration = iterate.iteration;
            best.loss = iterate.loss;
            best.x.copy_from(&iterate.x);
        }
        Some(_) => {}
        None => *best = Some(Best { iteration: iterate.iteration, x: iterate.x.clone(), loss: iterate.loss }),
    }
}

impl<T: Entry, P: ?Sized, O: Optimizer<T, P>> Iterator for Run<'_, T, P, O> {
    type Item = Iterate<T>;

    fn next(&mut self) -> Option<Iterate<T>> {
        if self.advance() { self.state.as_ref().map(|state| state.iterate.clone()) } else { None }
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
