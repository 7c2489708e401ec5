//! `demo run`: one optimizer on one problem.

use std::fmt::Write;
use std::process::ExitCode;

use clap::Args;
use serde::Serialize;

use super::{Refusal, counted, deliver, finite, numbers, plot, point, progress, real, say, whole};
use crate::cli::{Names, Precision, Shared};
use crate::json::{Real, to_text};
use crate::output::Prepared;
use crate::registry::{OPTIMIZERS, OptimizerRow, find, optimizer_names};
use crate::solve::{Method, Outcome, Point, ProblemArguments, Setup, Subject, Until};

/// A trajectory is kept whole, so its length is bounded,
const MOST_ITERATIONS: usize = 500_000;
/// and so is what it is made of, iterations times variables.
const MOST_NUMBERS: usize = 10_000_000;
/// Some methods keep matrices.
const MOST_VARIABLES: usize = 5_000;

/// What `demo run` takes.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  demo run --problem notebook --optimizer pg --start 3,3 --step 0.3\n  \
                        demo run --problem notebook --optimizer lbfgsb --start -2,1.25 --set lower=-inf,0.5 --json -\n  \
                        demo run --loss \"(1-x0)^2 + 100*(x1-x0^2)^2\" --optimizer newton --start -1,1 --step 1 --plot run.svg")]
pub struct Arguments {
    /// What is minimized.
    #[command(flatten)]
    pub(super) of: ProblemArguments,
    /// The optimizer, by name (`demo list` tells what each is)
    #[arg(long, value_name = "NAME", value_parser = Names(optimizer_names))]
    pub(super) optimizer: String,
    /// The start, a number a variable
    #[arg(long, value_name = "A,B[,…]", allow_hyphen_values = true)]
    pub(super) start: String,
    /// The step size; each optimizer that has one has its own default (`demo list`)
    #[arg(long, value_name = "H", allow_hyphen_values = true, value_parser = real)]
    pub(super) step: Option<f64>,
    /// How many steps at most
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = whole::<usize>)]
    pub(super) iterations: Option<usize>,
    /// An option of the optimizer (`demo list` has them, with ranges and defaults); may be given for several options
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
    let row = find("optimizer", &arguments.optimizer, OPTIMIZERS, |row| row.name)?;
    let start = finite("start", numbers("start", &arguments.start)?, shared.precision)?;
    let step = step(row, arguments.step)?;
    let iterations = arguments.iterations.unwrap_or(row.iterations);
    if iterations > MOST_ITERATIONS {
        return Err(format!("iterations is {iterations}: at most {MOST_ITERATIONS}, as the trajectory is kept").into());
    }
    if start.len() > MOST_VARIABLES {
        return Err(format!("the start has {} numbers: at most {MOST_VARIABLES}", start.len()).into());
    }
    if iterations.saturating_mul(start.len()) > MOST_NUMBERS {
        let most = MOST_NUMBERS / start.len();
        let variables = counted(start.len(), "variable");
        return Err(
            format!("iterations is {iterations}: at most {most} of {variables}, as the trajectory is kept").into()
        );
    }
    let method = Method::new(row, &arguments.set)?;
    let subject = Subject::new(&arguments.of, start.len())?;
    let bar = progress::of_run(row.name, iterations, shared);
    let setup = Setup {
        subject: &subject,
        method: &method,
        precision: shared.precision,
        start: &start,
        step: step.unwrap_or(1.0),
        iterations,
        until: Until::default(),
        last_only: false,
        progress: bar.as_ref(),
    };
    let outcome = setup.solve();
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let document = Document::new(&setup, step, outcome?);
    Ok((document, subject))
}

/// The step size of an optimizer, if it has one.
pub(super) fn step(row: &OptimizerRow, given: Option<f64>) -> Result<Option<f64>, Refusal> {
    match (given, row.step) {
        (Some(_), None) => Err(format!("--step: {} has no fixed step", row.name).into()),
        (given, default) => Ok(given.or(default)),
    }
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
    pub(super) iterations: Vec<Point>,
}

#[derive(Serialize)]
pub(super) struct Evaluations {
    pub(super) value: usize,
    pub(super) gradient: usize,
    pub(super) hessian: usize,
}

impl Document {
    fn new(setup: &Setup<'_>, step: Option<f64>, outcome: Outcome) -> Self {
        let typed = |x: f64| match setup.precision {
            Precision::F32 => Real::Single(x as f32),
            Precision::F64 => Real::Double(x),
        };
        let status = outcome.word();
        let mut message = outcome.status.to_string();
        // the status says this already
        if let Some(test) = message.strip_prefix("converged: ") {
            message = test.to_owned();
        }
        if let Some(best) = outcome.best.filter(|_| matches!(status, "not_finite" | "failed")) {
            let _ = write!(message, "; the best point is that of iteration {best}");
        }
        for warning in &outcome.warnings {
            let _ = write!(message, "; {warning}");
        }
        let e = outcome.evaluations;
        Document {
            problem: setup.subject.name.clone(),
            optimizer: setup.method.row.name,
            precision: setup.precision.name(),
            step: step.map(typed),
            start: setup.start.iter().map(|&x| typed(x)).collect(),
            status,
            message,
            evaluations: Evaluations { value: e.value, gradient: e.gradient, hessian: e.hessian },
            iterations: outcome.points,
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
        let count = |list: fn(&Point) -> usize| self.iterations.iter().map(list).max().unwrap_or(0);
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
