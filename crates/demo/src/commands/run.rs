//! `demo run`: one optimizer on one problem.

use std::fmt::Write;
use std::process::ExitCode;

use autodiff::Float;
use clap::Args;
use optimizers::nalgebra::{DVector, RealField};
use optimizers::test_functions::{SquaresProblem, TEST_FUNCTIONS};
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AdamW, AmsGrad, Bfgs, Bounds, ConjugateGradient, DampedNewton, Descent, Entry,
    ForwardDifferences, GaussNewton, GradientDescent, InverseSimulator, Inversion, Iterate, Lbfgsb, LeastSquares,
    LevenbergMarquardt, Lion, MixedInverseSimulator, Momentum, NAdam, Nesterov, Newton, NumericInverse, Objective,
    Optimizer, Report, RmsProp, Run, Status, TrustRegion, TwiceDifferentiable, test_functions,
};
use serde::Serialize;

use super::{Refusal, deliver, numbers, plot, point, say, settings};
use crate::cli::{Precision, Shared};
use crate::expression::{FormulaLoss, FormulaProblem, Variables};
use crate::json::{Real, to_text};
use crate::output::Prepared;
use crate::registry::{BothInverse, DefaultValue, OPTIMIZERS, OptimizerRow, PROBLEMS, Problem, find};

/// A trajectory is kept whole, so its length is bounded.
const MOST_ITERATIONS: usize = 500_000;

/// What `demo run` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  demo run --problem notebook --optimizer pg --start 3,3 --step 0.3\n  \
                        demo run --problem notebook --optimizer lbfgsb --start -2,1.25 --set lower=-inf,0.5 --json -\n  \
                        demo run --loss \"(1-x0)^2 + 100*(x1-x0^2)^2\" --optimizer newton --start -1,1 --step 1 --plot run.svg")]
pub struct Arguments {
    /// The problem, by name
    #[arg(long, value_name = "NAME", conflicts_with_all = ["physics", "loss"], required_unless_present = "loss")]
    pub(super) problem: Option<String>,
    /// In place of a named problem: the process y(x), formulas of x0, x1, … separated by commas
    #[arg(long, value_name = "FORMULAS", requires = "loss", allow_hyphen_values = true)]
    pub(super) physics: Option<String>,
    /// In place of a named problem: the loss, a formula of y0, y1, … if there is a process, of x0, x1, … if not
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub(super) loss: Option<String>,
    /// The optimizer, by name
    #[arg(long, value_name = "NAME")]
    pub(super) optimizer: String,
    /// The start, a number a variable
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    pub(super) start: String,
    /// The step size
    #[arg(long, value_name = "H", allow_hyphen_values = true)]
    pub(super) step: Option<f64>,
    /// How many steps at most
    #[arg(long, value_name = "N")]
    pub(super) iterations: Option<usize>,
    /// An option of the optimizer; may be given for several options
    #[arg(long = "set", value_name = "OPTION=VALUE", allow_hyphen_values = true)]
    pub(super) set: Vec<String>,
    /// Draw the trajectory over level sets, if there are two variables, and the loss: FILE.svg or FILE.png
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Option<String>,
}

/// Runs it. Exit status 1 if the run fails numerically.
///
/// # Errors
///
/// [`Refusal`] if an argument is not right or the output cannot be written.
pub fn execute(arguments: &Arguments, shared: &Shared) -> Result<ExitCode, Refusal> {
    let plot = arguments.plot.as_deref().map(|path| plot::Target::new(path, shared)).transpose()?;
    let (document, subject) = solve(arguments, shared)?;
    let picture = plot.map(|plot| plot.draw(std::slice::from_ref(&document), &subject)).transpose()?;
    deliver(shared, || document.text(), || to_text(&document), || document.csv())?;
    picture.map(Prepared::commit).transpose()?;
    say(shared, &format!("{}: {}", document.status, document.message));
    Ok(if document.fails() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Runs an optimizer on a problem.
pub(super) fn solve(arguments: &Arguments, shared: &Shared) -> Result<(Document, Subject), Refusal> {
    let optimizer = find("optimizer", &arguments.optimizer, OPTIMIZERS, |row| row.name)?;
    let plan = Plan::new(arguments, optimizer)?;
    let subject = Subject::new(arguments, plan.start.len())?;
    let header = Header { problem: &subject.name, optimizer: optimizer.name, precision: shared.precision.name() };
    let document = match shared.precision {
        Precision::F32 => header.single(&plan, &subject)?,
        Precision::F64 => header.double(&plan, &subject)?,
    };
    Ok((document, subject))
}

/// What is minimized.
pub(super) struct Subject {
    pub(super) name: String,
    kind: Kind,
}

enum Kind {
    /// A loss behind a process, with the inverse of the process if it is known as a formula, and the same as a sum of
    /// squares if it is one.
    Staged(Box<dyn Problem>, Option<Box<dyn BothInverse>>, Option<Box<dyn SquaresProblem>>),
    /// A loss alone.
    Plain(FormulaLoss),
    /// A test function.
    Function(test_functions::Problem),
}

impl Subject {
    fn new(arguments: &Arguments, variables: usize) -> Result<Self, Refusal> {
        let Arguments { problem, physics, loss, .. } = arguments;
        Ok(match (problem, physics, loss) {
            (Some(name), ..) => {
                let names: Vec<&str> =
                    PROBLEMS.iter().map(|row| row.name).chain(TEST_FUNCTIONS.iter().map(|row| row.name)).collect();
                let name = *find("problem", name, &names, |name| name)?;
                let kind = match test_functions::find(name) {
                    Some(row) => Kind::Function(row.problem(variables)?),
                    None => {
                        let row = find("problem", name, PROBLEMS, |row| row.name)?;
                        Kind::Staged((row.problem)(), Some((row.inverse)()), Some((row.squares)()))
                    }
                };
                Subject { name: name.to_owned(), kind }
            }
            (None, Some(physics), Some(loss)) => {
                let problem = FormulaProblem::new(physics, loss, variables)?;
                Subject { name: format!("{loss} of y = {physics}"), kind: Kind::Staged(Box::new(problem), None, None) }
            }
            (None, _, Some(loss)) => {
                let problem = FormulaLoss::new(loss, Variables::x(variables))?;
                Subject { name: loss.clone(), kind: Kind::Plain(problem) }
            }
            // the command-line reader asks for one of them
            (None, _, None) => return Err("--problem or --loss is needed".to_owned().into()),
        })
    }

    /// L(x) in double precision.
    pub(super) fn loss(&self, x: &[f64]) -> f64 {
        let x = DVector::from_column_slice(x);
        match &self.kind {
            Kind::Staged(problem, ..) => Objective::<f64>::value(&**problem, &x),
            Kind::Plain(loss) => Objective::<f64>::value(loss, &x),
            Kind::Function(test_functions::Problem::LeastSquares(f)) => Objective::<f64>::value(&**f, &x),
            Kind::Function(test_functions::Problem::Plain(f)) => Objective::<f64>::value(&**f, &x),
        }
    }

    /// The staged problem, for an optimizer that needs one.
    fn staged(&self, optimizer: &str) -> Result<(&dyn Problem, Option<&dyn BothInverse>), Refusal> {
        match &self.kind {
            Kind::Staged(problem, inverse, _) => Ok((&**problem, inverse.as_deref())),
            Kind::Plain(_) => Err(format!("{optimizer} steps in y: it needs --physics beside --loss").into()),
            Kind::Function(_) => {
                Err(format!("{optimizer} steps in y: it needs a problem of two stages, and {} has one", self.name)
                    .into())
            }
        }
    }

    /// The problem as a sum of squares, for an optimizer that looks at residuals.
    fn squares(&self, optimizer: &str) -> Result<&dyn SquaresProblem, Refusal> {
        match &self.kind {
            Kind::Staged(_, _, Some(problem)) | Kind::Function(test_functions::Problem::LeastSquares(problem)) => {
                Ok(&**problem)
            }
            _ => {
                Err(format!("{optimizer} needs a problem that is named and a sum of squares; {} is not", self.name)
                    .into())
            }
        }
    }
}

impl Header<'_> {
    fn looks_at_residuals(&self) -> bool {
        matches!(self.optimizer, "gauss-newton" | "levenberg-marquardt")
    }

    fn single(self, plan: &Plan, subject: &Subject) -> Result<Document, Refusal> {
        let written = |_, x: f32| x.into();
        if let "pg" | "pg-numeric" = self.optimizer {
            let (problem, inverse) = subject.staged(self.optimizer)?;
            if let (Some(inverse), "pg") = (inverse, self.optimizer) {
                let method = InverseSimulator::new(plan.step as f32, inverse)?;
                return Ok(self.document(plan, &plan.go::<f32, _, _>(problem, &method)?, written));
            }
            let method = MixedInverseSimulator::new(plan.step as f32, plan.inverse())?;
            let start: Vec<f64> = plan.start.iter().map(|&x| f64::from(x as f32)).collect();
            let report = Run::new(problem, &method, &start)?.iterations(plan.iterations).finish();
            return Ok(self.document(plan, &report, |place, x: f64| match place {
                Place::Searched => Real::Double(x),
                Place::Computed => Real::Single(x as f32),
            }));
        }
        let report = match &subject.kind {
            _ if self.looks_at_residuals() => {
                plan.squares::<f32, _>(subject.squares(self.optimizer)?, self.optimizer)?
            }
            Kind::Staged(problem, ..) => plan.run::<f32, _>(&**problem, self.optimizer)?,
            Kind::Plain(loss) => plan.run::<f32, _>(loss, self.optimizer)?,
            Kind::Function(test_functions::Problem::LeastSquares(f)) => plan.run::<f32, _>(&**f, self.optimizer)?,
            Kind::Function(test_functions::Problem::Plain(f)) => plan.run::<f32, _>(&**f, self.optimizer)?,
        };
        Ok(self.document(plan, &report, written))
    }

    fn double(self, plan: &Plan, subject: &Subject) -> Result<Document, Refusal> {
        let report = match (&subject.kind, self.optimizer) {
            (_, "pg" | "pg-numeric") => {
                let (problem, inverse) = subject.staged(self.optimizer)?;
                match (inverse, self.optimizer) {
                    (Some(inverse), "pg") => plan.go(problem, &InverseSimulator::new(plan.step, inverse)?)?,
                    _ => plan.go(problem, &InverseSimulator::new(plan.step, plan.inverse())?)?,
                }
            }
            _ if self.looks_at_residuals() => {
                plan.squares::<f64, _>(subject.squares(self.optimizer)?, self.optimizer)?
            }
            (Kind::Staged(problem, ..), _) => plan.run::<f64, _>(&**problem, self.optimizer)?,
            (Kind::Plain(loss), _) => plan.run::<f64, _>(loss, self.optimizer)?,
            (Kind::Function(test_functions::Problem::LeastSquares(f)), _) => {
                plan.run::<f64, _>(&**f, self.optimizer)?
            }
            (Kind::Function(test_functions::Problem::Plain(f)), _) => plan.run::<f64, _>(&**f, self.optimizer)?,
        };
        Ok(self.document(plan, &report, |_, x: f64| x.into()))
    }
}

/// What is to be run, as numbers.
struct Plan {
    start: Vec<f64>,
    step: f64,
    has_step: bool,
    iterations: usize,
    /// Of `--set`.
    differences: bool,
    stop_unconverged: bool,
    lbfgsb: LbfgsbOptions,
    /// Of first-order methods, each a number.
    numbers: Vec<(&'static str, f64)>,
}

/// The options of `lbfgsb` that were given.
#[derive(Default)]
struct LbfgsbOptions {
    memory: Option<usize>,
    factr: Option<f64>,
    pgtol: Option<f64>,
    lower: Option<Vec<f64>>,
    upper: Option<Vec<f64>>,
}

impl Plan {
    fn new(arguments: &Arguments, optimizer: &OptimizerRow) -> Result<Self, Refusal> {
        let start = numbers("start", &arguments.start)?;
        let step = match (arguments.step, optimizer.step) {
            (Some(_), None) => return Err(format!("--step: {} has no fixed step", optimizer.name).into()),
            (given, default) => given.or(default).unwrap_or(1.0),
        };
        let iterations = arguments.iterations.unwrap_or(optimizer.iterations);
        if iterations > MOST_ITERATIONS {
            return Err(
                format!("iterations is {iterations}: at most {MOST_ITERATIONS}, as the trajectory is kept").into()
            );
        }
        let mut plan = Plan {
            start,
            step,
            has_step: optimizer.step.is_some(),
            iterations,
            differences: false,
            stop_unconverged: false,
            lbfgsb: LbfgsbOptions::default(),
            numbers: Vec::new(),
        };
        for (name, value) in settings(optimizer.name, optimizer.options, &arguments.set)? {
            let row = find("option", name, optimizer.options, |row| row.name)?;
            match row.default {
                DefaultValue::Number(_) => plan.numbers.push((row.name, number(name, value)?)),
                DefaultValue::Text(_) => plan.set(name, value)?,
            }
        }
        Ok(plan)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        match name {
            "gradient" => self.differences = super::differences(value)?,
            "unconverged" => {
                self.stop_unconverged = match value {
                    "continue" => false,
                    "stop" => true,
                    other => return Err(format!("unconverged is '{other}': continue or stop is needed").into()),
                }
            }
            "memory" => match value.parse() {
                Ok(memory @ 1..=1000) => self.lbfgsb.memory = Some(memory),
                _ => return Err(format!("memory is '{value}': a whole number from 1 to 1000 is needed").into()),
            },
            "factr" => self.lbfgsb.factr = Some(tolerance("factr", value)?),
            "pgtol" => self.lbfgsb.pgtol = Some(tolerance("pgtol", value)?),
            "lower" => self.lbfgsb.lower = Some(numbers("lower", value)?),
            "upper" => self.lbfgsb.upper = Some(numbers("upper", value)?),
            // `settings` lets only the names of the registry through
            other => return Err(format!("option '{other}' is not known").into()),
        }
        Ok(())
    }

    /// The number that was given for an option.
    fn number(&self, name: &str) -> Option<f64> {
        self.numbers.iter().find(|(other, _)| *other == name).map(|&(_, value)| value)
    }

    fn inverse(&self) -> NumericInverse {
        let inverse = if self.differences { NumericInverse::with_differences() } else { NumericInverse::new() };
        if self.stop_unconverged { inverse.stop_unconverged() } else { inverse }
    }

    /// A run of a method from the start.
    fn go<T, P, O>(&self, problem: &P, method: &O) -> Result<Report<T>, Refusal>
    where
        T: Float + Entry<Precision = T>,
        P: Objective<T> + ?Sized,
        O: Optimizer<T, P>,
    {
        let start: Vec<T> = self.start.iter().map(|&x| T::of(x)).collect();
        Ok(Run::new(problem, method, &start)?.iterations(self.iterations).finish())
    }

    /// A run of a method that looks at the residuals.
    fn squares<T, P>(&self, problem: &P, optimizer: &str) -> Result<Report<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
        P: LeastSquares<T> + ?Sized,
    {
        match optimizer {
            "gauss-newton" => self.go(problem, &GaussNewton::new(T::of(self.step))?),
            _ => self.go(problem, &LevenbergMarquardt::new()),
        }
    }

    /// A run of a method that looks at x alone.
    fn run<T, P>(&self, problem: &P, optimizer: &str) -> Result<Report<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
        P: TwiceDifferentiable<T> + ?Sized,
    {
        let step = T::of(self.step);
        /// A first-order method with the options that were given.
        macro_rules! first_order {
            ($method:ident $(, $option:ident)*) => {{
                let method = $method::new(step)?;
                $(let method = match self.number(stringify!($option)) {
                    Some(value) => method.$option(T::of(value))?,
                    None => method,
                };)*
                self.go(problem, &method)
            }};
        }
        match optimizer {
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
            "lbfgsb" => self.go(problem, &self.lbfgsb::<T>()?),
            // the registry has no others
            _ => Err(format!("optimizer '{optimizer}' is not known").into()),
        }
    }
}

impl Plan {
    fn lbfgsb<T>(&self) -> Result<Lbfgsb<T>, Refusal>
    where
        T: Float + Entry<Precision = T> + RealField,
    {
        let options = &self.lbfgsb;
        let mut method = Lbfgsb::new();
        if let Some(memory) = options.memory {
            method = method.memory(memory)?;
        }
        if let Some(factr) = options.factr {
            method = method.factr(T::of(factr))?;
        }
        if let Some(pgtol) = options.pgtol {
            method = method.pgtol(T::of(pgtol))?;
        }
        if options.lower.is_some() || options.upper.is_some() {
            let side = |name, typed: &Option<Vec<f64>>, none: f64| {
                let n = self.start.len();
                let bounds = typed.clone().unwrap_or_else(|| vec![none; n]);
                if bounds.len() != n {
                    return Err(optimizers::Error::Length { name, given: bounds.len(), expected: n });
                }
                Ok(bounds.into_iter().map(T::of).collect())
            };
            let lower = side("lower", &options.lower, f64::NEG_INFINITY)?;
            let upper = side("upper", &options.upper, f64::INFINITY)?;
            method = method.bounds(Bounds::new(lower, upper)?);
        }
        if self.differences {
            method = method.differences(ForwardDifferences::default());
        }
        Ok(method)
    }
}

/// A number as it is typed; its range is the library's affair.
fn number(name: &str, value: &str) -> Result<f64, Refusal> {
    value.parse().map_err(|_| format!("{name} is '{value}': a number is needed").into())
}

/// A tolerance as it is typed.
fn tolerance(name: &str, value: &str) -> Result<f64, Refusal> {
    match value.parse::<f64>() {
        Ok(number) if number >= 0.0 && number.is_finite() => Ok(number),
        _ => Err(format!("{name} is '{value}': a finite number that is not negative is needed").into()),
    }
}

/// Where a number comes from: what a search in f64 found is f64 in an f32 run too.
#[derive(Clone, Copy)]
enum Place {
    /// A component of x that a numeric inversion found.
    Searched,
    /// Any other number.
    Computed,
}

struct Header<'a> {
    problem: &'a str,
    optimizer: &'static str,
    precision: &'static str,
}

#[derive(Serialize)]
pub(super) struct Document {
    problem: String,
    pub(super) optimizer: &'static str,
    precision: &'static str,
    step: Option<Real>,
    start: Vec<Real>,
    pub(super) status: &'static str,
    pub(super) message: String,
    pub(super) evaluations: Evaluations,
    pub(super) iterations: Vec<Row>,
}

#[derive(Serialize)]
pub(super) struct Evaluations {
    pub(super) value: usize,
    pub(super) gradient: usize,
    pub(super) hessian: usize,
}

#[derive(Serialize)]
pub(super) struct Row {
    pub(super) iteration: usize,
    pub(super) x: Vec<Real>,
    y: Option<Vec<Real>>,
    pub(super) loss: Real,
    gradient: Option<Vec<Real>>,
    y_target: Option<Vec<Real>>,
    inversion: Option<Search>,
}

#[derive(Serialize)]
struct Search {
    iterations: usize,
    evaluations: usize,
    status: &'static str,
}

impl Row {
    fn new<T: Entry>(iterate: &Iterate<T>, real: &impl Fn(Place, T) -> Real) -> Self {
        let list = |v: &DVector<T>| v.iter().map(|&v| real(Place::Computed, v)).collect::<Vec<_>>();
        let place = if iterate.inversion.is_some() { Place::Searched } else { Place::Computed };
        Row {
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

impl Header<'_> {
    fn document<T: Entry>(self, plan: &Plan, report: &Report<T>, real: impl Fn(Place, T) -> Real) -> Document {
        let single = self.precision == "f32";
        let typed = |x: f64| if single { Real::Single(x as f32) } else { Real::Double(x) };
        let status = match report.status {
            Status::MaxIterations => "max_iterations",
            Status::Converged(_) | Status::Stopped(_) => "converged",
            Status::NotFinite { .. } => "not_finite",
            Status::Failed(_) => "failed",
        };
        let mut message = report.status.to_string();
        if let Some(best) = report.best.filter(|_| matches!(status, "not_finite" | "failed")) {
            let _ = write!(message, "; the best point is that of iteration {best}");
        }
        for warning in &report.warnings {
            let _ = write!(message, "; {warning}");
        }
        let e = report.evaluations;
        Document {
            problem: self.problem.to_owned(),
            optimizer: self.optimizer,
            precision: self.precision,
            step: plan.has_step.then(|| typed(plan.step)),
            start: plan.start.iter().map(|&x| typed(x)).collect(),
            status,
            message,
            evaluations: Evaluations { value: e.value, gradient: e.gradient, hessian: e.hessian },
            iterations: report.trajectory.iter().map(|iterate| Row::new(iterate, &real)).collect(),
        }
    }
}

impl Document {
    /// Whether the run failed numerically.
    pub(super) fn fails(&self) -> bool {
        matches!(self.status, "not_finite" | "failed")
    }

    fn text(&self) -> String {
        let mut out = format!("{} on {} ({})\n", self.optimizer, self.problem, self.precision);
        for row in &self.iterations {
            let x = point(&row.x);
            let _ = writeln!(out, "{:>4}  x {x}  loss {}", row.iteration, row.loss);
        }
        out
    }

    fn csv(&self) -> String {
        let count = |list: fn(&Row) -> usize| self.iterations.iter().map(list).max().unwrap_or(0);
        let (n, m) = (count(|row| row.x.len()), count(|row| row.y.as_ref().map_or(0, Vec::len)));
        let g = count(|row| row.gradient.as_ref().map_or(0, Vec::len));
        let columns = |letter: &str, n: usize| (0..n).map(|i| format!(",{letter}{i}")).collect::<String>();
        let mut out = format!("iteration{}{},loss{}\n", columns("x", n), columns("y", m), columns("g", g));
        for row in &self.iterations {
            let cells = |list: Option<&Vec<Real>>, n: usize| {
                (0..n)
                    .map(|i| list.and_then(|l| l.get(i)).map_or(",".to_owned(), |v| format!(",{v}")))
                    .collect::<String>()
            };
            let (x, y) = (cells(Some(&row.x), n), cells(row.y.as_ref(), m));
            let _ = writeln!(out, "{}{x}{y},{}{}", row.iteration, row.loss, cells(row.gradient.as_ref(), g));
        }
        out
    }
}
