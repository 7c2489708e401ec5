//! A run by names: what is minimized, an optimizer with its options, and what comes of it.

mod method;
mod reach;
mod subject;

use std::cell::RefCell;
use std::rc::Rc;

use autodiff::{Elementary, Float};
use indicatif::ProgressBar;
use optimizers::nalgebra::{DVector, RealField};
use optimizers::test_functions::SquaresProblem;
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AdamW, AmsGrad, Best, Bfgs, ConjugateGradient, DampedNewton, Descent, Entry,
    Evaluations, GaussNewton, GradientDescent, HalfInverse, Inverse, InverseSimulator, Inversion, Iterate, Lbfgsb,
    LeastSquares, LevenbergMarquardt, LinearizedInverse, Lion, MixedInverseSimulator, Momentum, NAdam, Nesterov,
    Newton, NewtonInverse, Objective, Optimizer, Report, RmsProp, Run, ScaleInvariant, Staged, Status, Stop,
    TrustRegion, TwiceDifferentiable,
};
use serde::Serialize;

pub use self::method::Method;
pub use self::reach::Reaching;
pub use self::subject::{ProblemArguments, Subject};
use crate::cli::Precision;
use crate::commands::Refusal;
use crate::json::Real;

/// A run that is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'a> {
    /// What is minimized.
    pub subject: &'a Subject,
    /// By which optimizer.
    pub method: &'a Method,
    /// The floats to compute with.
    pub precision: Precision,
    /// A number a variable.
    pub start: &'a [f64],
    /// The step size, for an optimizer that has one.
    pub step: f64,
    /// How many steps at most.
    pub iterations: usize,
    /// What else ends it.
    pub until: Until,
    /// Whether the last point is all that is wanted. Then memory does not grow with the iterations, but for one number each.
    pub last_only: bool,
    /// Shows how far it is, if all points are wanted.
    pub progress: Option<&'a ProgressBar>,
}

/// Tests that end a run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Until {
    /// No component of the gradient is larger.
    pub gradient: Option<f64>,
    /// L is not larger.
    pub loss: Option<f64>,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Why it ended.
    pub status: Status,
    /// What it evaluated in all.
    pub evaluations: Evaluations,
    /// The iteration with the smallest loss.
    pub best: Option<usize>,
    /// What the user should know of the steps.
    pub warnings: Vec<String>,
    /// The points, the start first; or the last one.
    pub points: Vec<Point>,
    /// The iteration from which on the loss is within a thousandth of its whole way from where it ended; `None` if an end of
    /// the way is not finite, or all points are kept.
    pub settled: Option<usize>,
}

impl Outcome {
    /// The status in one word.
    pub fn word(&self) -> &'static str {
        match self.status {
            Status::MaxIterations => "max_iterations",
            Status::Converged(_) | Status::Stopped(_) => "converged",
            Status::NotFinite { .. } => "not_finite",
            Status::Failed(_) => "failed",
        }
    }
}

/// The words for how a run can end.
pub const WORDS: [&str; 4] = ["converged", "max_iterations", "not_finite", "failed"];

/// Where a number comes from: what a search in f64 found is f64 in an f32 run too.
#[derive(Clone, Copy)]
enum Place {
    /// A component of x that a numeric inversion found.
    Searched,
    /// Any other number.
    Computed,
}

/// What the library knows of a run: all points, or the last one.
struct Ended<T: Entry> {
    status: Status,
    evaluations: Evaluations,
    best: Option<usize>,
    warnings: Vec<String>,
    points: Vec<Iterate<T>>,
    settled: Option<usize>,
}

/// A run that is ready to go: all that depends on its method, of which there are many.
trait Ready<T: Entry> {
    fn finish(self: Box<Self>) -> Report<T>;
    fn minimize(self: Box<Self>) -> (Option<Best<T>>, Status);
    /// What it evaluates to its end.
    fn count(self: Box<Self>) -> Evaluations;
}

impl<T: Entry, P: ?Sized, O: Optimizer<T, P>> Ready<T> for Run<'_, T, P, O> {
    fn finish(self: Box<Self>) -> Report<T> {
        Run::finish(*self)
    }
    fn minimize(self: Box<Self>) -> (Option<Best<T>>, Status) {
        Run::minimize(*self)
    }
    fn count(mut self: Box<Self>) -> Evaluations {
        self.by_ref().for_each(drop);
        self.evaluations()
    }
}

/// Begins a run with tests that end it, and what is shown its points.
type Begin<'b, 'a, T> = &'b dyn Fn(Vec<Stop<'a, T>>, Observer<'a, T>) -> Result<Box<dyn Ready<T> + 'a>, Refusal>;
type Observer<'a, T> = Box<dyn FnMut(&Iterate<T>) + 'a>;

impl Setup<'_> {
    /// Makes the run.
    ///
    /// # Errors
    ///
    /// [`Refusal`] of a start, step or option that is not in its range, or an optimizer that cannot have this problem.
    pub fn solve(&self) -> Result<Outcome, Refusal> {
        match self.precision {
            Precision::F32 => self.single(),
            Precision::F64 => self.double(),
        }
    }

    fn name(&self) -> &'static str {
        self.method.row.name
    }

    /// In place of an inverse that is known as a formula. `pg` goes where that would go, or fails as it would.
    fn search(&self) -> Reaching {
        Reaching::new(self.method.inverse()).or_fail(self.name() == "pg" || self.method.stops_unconverged())
    }

    fn looks_at_residuals(&self) -> bool {
        matches!(self.name(), "gauss-newton" | "levenberg-marquardt")
    }

    fn knows_the_process(&self) -> bool {
        matches!(self.name(), "pg-linearized" | "hig" | "sip")
    }

    fn single(&self) -> Result<Outcome, Refusal> {
        let written = |_, x: f32| x.into();
        if self.knows_the_process() {
            let (problem, inverse) = self.subject.staged(self.name())?;
            return Ok(self.by_stages::<f32, _, _>(problem, inverse)?.outcome(written));
        }
        if let "pg" | "pg-numeric" = self.name() {
            let (problem, inverse) = self.subject.staged(self.name())?;
            if let (Some(inverse), "pg") = (inverse, self.name()) {
                let method = InverseSimulator::new(self.step as f32, inverse)?;
                return Ok(self.go(problem, &method)?.outcome(written));
            }
            let method = MixedInverseSimulator::new(self.step as f32, self.search())?;
            let start: Vec<f64> = self.start.iter().map(|&x| f64::from(x as f32)).collect();
            return Ok(self.from(&start, problem, &method)?.outcome(|place, x: f64| match place {
                Place::Searched => Real::Double(x),
                Place::Computed => Real::Single(x as f32),
            }));
        }
        let ended = match self.looks_at_residuals() {
            true => self.residuals::<f32>(self.subject.squares(self.name())?)?,
            false => self.by_name(self.subject.single(self.last_only))?,
        };
        Ok(ended.outcome(written))
    }

    fn double(&self) -> Result<Outcome, Refusal> {
        let ended = match self.name() {
            "pg" | "pg-numeric" => {
                let (problem, inverse) = self.subject.staged(self.name())?;
                match (inverse, self.name()) {
                    (Some(inverse), "pg") => self.go(problem, &InverseSimulator::new(self.step, inverse)?)?,
                    _ => self.go(problem, &InverseSimulator::new(self.step, self.search())?)?,
                }
            }
            _ if self.knows_the_process() => {
                let (problem, inverse) = self.subject.staged(self.name())?;
                self.by_stages::<f64, _, _>(problem, inverse)?
            }
            _ if self.looks_at_residuals() => self.residuals::<f64>(self.subject.squares(self.name())?)?,
            _ => self.by_name(self.subject.double(self.last_only))?,
        };
        Ok(ended.outcome(|_, x: f64| x.into()))
    }

    /// A run of a method from the start.
    fn go<T, P, O>(&self, problem: &P, method: &O) -> Result<Ended<T>, Refusal>
    where
        T: Float + Entry<Precision = T>,
        P: Objective<T> + ?Sized,
        O: Optimizer<T, P>,
    {
        let start: Vec<T> = self.start.iter().map(|&x| T::of(x)).collect();
        self.from(&start, problem, method)
    }

    fn from<T, P, O>(&self, start: &[T], problem: &P, method: &O) -> Result<Ended<T>, Refusal>
    where
        T: Float + Entry<Precision = T>,
        P: Objective<T> + ?Sized,
        O: Optimizer<T, P>,
    {
        self.end(&|stops, observer| {
            let run = Run::new(problem, method, start)?.iterations(self.iterations).observe(observer);
            Ok(Box::new(stops.into_iter().fold(run, Run::stop)))
        })
    }

    /// What comes of a run, whatever its method.
    fn end<T>(&self, begin: Begin<'_, '_, T>) -> Result<Ended<T>, Refusal>
    where
        T: Float + Entry<Precision = T>,
    {
        let stops = || -> Result<Vec<_>, Refusal> {
            let gradient = self.until.gradient.map(|most| Stop::gradient(T::of(most))).transpose()?;
            let loss = self.until.loss.map(|most| Stop::target(T::of(most))).transpose()?;
            Ok(gradient.into_iter().chain(loss).collect())
        };
        if !self.last_only {
            let report = begin(stops()?, self.shown())?.finish();
            return Ok(Ended {
                status: report.status,
                evaluations: report.evaluations,
                best: report.best,
                warnings: report.warnings,
                points: report.trajectory,
                settled: None,
            });
        }
        let seen = Rc::new(RefCell::new((None::<Iterate<T>>, Vec::with_capacity(self.iterations.min(1000) + 1))));
        let shown = Rc::clone(&seen);
        let observer = move |iterate: &Iterate<T>| {
            let (last, losses) = &mut *shown.borrow_mut();
            losses.push(iterate.loss);
            keep(last, iterate);
        };
        let (best, status) = begin(stops()?, Box::new(observer))?.minimize();
        let (last, losses) = seen.take();
        let mut evaluations = last.as_ref().map(|last| last.evaluations).unwrap_or_default();
        if matches!(status, Status::NotFinite { .. } | Status::Failed(_)) {
            // the step that failed has evaluated too, but shows no point: only the run itself can tell
            evaluations = begin(stops()?, Box::new(|_| ()))?.count();
        }
        Ok(Ended {
            status,
            evaluations,
            best: best.map(|best| best.iteration),
            warnings: Vec::new(),
            settled: settled(&losses),
            points: last.into_iter().collect(),
        })
    }

    /// Shows each point on the progress bar.
    fn shown<'o, T: Entry>(&self) -> Observer<'o, T> {
        let Some(bar) = self.progress.cloned() else { return Box::new(|_| ()) };
        Box::new(move |iterate| {
            bar.set_position(iterate.iteration as u64);
            bar.set_message(format!("loss {:.6e}, ", iterate.loss.value().to_f64()));
        })
    }

    fn residuals<T>(&self, problem: &(dyn SquaresProblem + 'static)) -> Result<Ended<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
        dyn SquaresProblem: LeastSquares<T>,
    {
        match self.name() {
            "gauss-newton" => self.go(problem, &GaussNewton::new(T::of(self.step))?),
            _ => self.go(problem, &LevenbergMarquardt::new()),
        }
    }

    /// A run of a method that looks at the process, with the inverse of it if that is known as a formula.
    fn by_stages<T, P, I>(&self, problem: &P, inverse: Option<&I>) -> Result<Ended<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
        P: Staged<T> + ?Sized,
        I: Inverse<T> + ?Sized,
    {
        let step = T::of(self.step);
        let number = |name| self.method.number(name);
        match self.name() {
            "pg-linearized" => self.go(problem, &InverseSimulator::new(step, LinearizedInverse)?),
            "hig" => {
                let method = HalfInverse::new(step)?.exponent(number("exponent").unwrap_or(-0.5))?;
                let method = number("truncation").map_or(Ok(method), |truncation| method.truncation(truncation))?;
                self.go(problem, &method)
            }
            _ => {
                let (in_y, descent) = (T::of(number("physics_step").unwrap_or(1.0)), Adam::new(step)?);
                match inverse {
                    Some(inverse) => self.go(problem, &ScaleInvariant::new(in_y, inverse, descent)?),
                    None => self.go(problem, &ScaleInvariant::new(in_y, NewtonInverse::new(), descent)?),
                }
            }
        }
    }

    /// A run of a method that looks at x alone. One kind of problem, so that each method is compiled once a precision.
    fn by_name<T>(&self, problem: &dyn TwiceDifferentiable<T>) -> Result<Ended<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
    {
        let step = T::of(self.step);
        /// A first-order method with the options that were given.
        macro_rules! first_order {
            ($kind:ident $(, $option:ident)*) => {{
                let method = $kind::new(step)?;
                $(let method = match self.method.number(stringify!($option)) {
                    Some(value) => method.$option(T::of(value))?,
                    None => method,
                };)*
                self.go(problem, &method)
            }};
        }
        match self.name() {
            "gd" => first_order!(GradientDescent),
            "momentum" => first_order!(Momentum, decay),
            "nesterov" => first_order!(Nesterov, decay),
            "adagrad" => first_order!(AdaGrad, initial_accumulator, eps),
            "rmsprop" => first_order!(RmsProp, decay, eps, initial_scale),
            "adam" => first_order!(Adam, beta1, beta2, eps, eps_root),
            "adamw" => first_order!(AdamW, beta1, beta2, eps, eps_root, weight_decay),
            "amsgrad" => first_order!(AmsGrad, beta1, beta2, eps, eps_root),
            "nadam" => first_order!(NAdam, beta1, beta2, eps, eps_root),
            "adamax" => first_order!(AdaMax, beta1, beta2, eps),
            "adadelta" => first_order!(AdaDelta, rho, eps, weight_decay),
            "lion" => first_order!(Lion, beta1, beta2, weight_decay),
            "newton" => self.go(problem, &Newton::new(step)?),
            "newton-damped" => self.go(problem, &Descent::new(DampedNewton)),
            "trust-region" => self.go(problem, &TrustRegion::exact()),
            "bfgs" => self.go(problem, &Descent::new(Bfgs)),
            "cg" => self.go(problem, &Descent::new(ConjugateGradient::polak_ribiere())),
            "cg-hager-zhang" => self.go(problem, &Descent::new(ConjugateGradient::hager_zhang())),
            "lbfgs" => self.go(problem, &Lbfgsb::new()),
            "lbfgsb" => self.go(problem, &self.method.lbfgsb::<T>(self.start.len())?),
            // the registry has no others
            other => Err(format!("optimizer '{other}' is not known").into()),
        }
    }
}

/// Puts the point in place of the last one, without allocating.
fn keep<T: Entry>(last: &mut Option<Iterate<T>>, now: &Iterate<T>) {
    let last = last.get_or_insert_with(|| Iterate::new(now.iteration, now.x.clone(), now.loss));
    last.x.copy_from(&now.x);
    (last.iteration, last.loss, last.evaluations) = (now.iteration, now.loss, now.evaluations);
    if now.inversion.is_some() && last.inversion.is_none() {
        last.inversion.clone_from(&now.inversion);
    }
}

/// From which iteration on the loss is within a thousandth of its whole way from where it ended.
fn settled<T: Float>(losses: &[T]) -> Option<usize> {
    const SHARE: f64 = 1e-3;
    let (first, last) = (losses.first()?.to_f64(), losses.last()?.to_f64());
    let most = (first - last).abs() * SHARE;
    let outside = |loss: &T| (loss.to_f64() - last).abs() > most;
    most.is_finite().then(|| losses.iter().rposition(outside).map_or(0, |i| i + 1))
}

impl<T: Entry> Ended<T> {
    fn outcome(self, real: impl Fn(Place, T) -> Real) -> Outcome {
        let Ended { status, evaluations, best, warnings, points, settled } = self;
        let points = points.iter().map(|iterate| Point::new(iterate, &real)).collect();
        Outcome { status, evaluations, best, warnings, points, settled }
    }
}

/// A point of a trajectory.
#[derive(Clone, Debug, Serialize)]
pub struct Point {
    /// 0 at the start.
    pub iteration: usize,
    /// The point.
    pub x: Vec<Real>,
    /// y(x), where the problem has stages.
    pub y: Option<Vec<Real>>,
    /// L(x).
    pub loss: Real,
    /// ∂L/∂x, where the optimizer computes it.
    pub gradient: Option<Vec<Real>>,
    /// The y that the step aimed at.
    pub y_target: Option<Vec<Real>>,
    /// How the search for x went.
    pub inversion: Option<Search>,
}

/// How a search for x went.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Search {
    pub iterations: usize,
    pub evaluations: usize,
    pub status: &'static str,
}

impl Point {
    fn new<T: Entry>(iterate: &Iterate<T>, real: &impl Fn(Place, T) -> Real) -> Self {
        let list = |v: &DVector<T>| v.iter().map(|&v| real(Place::Computed, v)).collect::<Vec<_>>();
        let place = if iterate.inversion.is_some() { Place::Searched } else { Place::Computed };
        Point {
            iteration: iterate.iteration,
            x: iterate.x.iter().map(|&x| real(place, x)).collect(),
            y: iterate.y.as_ref().map(list),
            loss: real(Place::Computed, iterate.loss),
            gradient: iterate.gradient.as_ref().map(list),
            y_target: iterate.y_target.as_ref().map(list),
            inversion: iterate.inversion.as_ref().map(|inversion: &Inversion| Search {
                iterations: inversion.iterations,
                evaluations: inversion.evaluations,
                status: if inversion.converged { "converged" } else { "not_converged" },
            }),
        }
    }
}
