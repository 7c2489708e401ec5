//! Each solver on the problems of Moré, Garbow and Hillstrom beside its counterpart of scipy's.

use std::cell::RefCell;

use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::test_functions::{Problem, TestFunction, find};
use optimizers::{
    Bfgs, ConjugateGradient, DampedNewton, Descent, HessianProduct, Lbfgsb, LeastSquares, LevenbergMarquardt,
    Objective, Optimizer, Run, Status, StepRule, TrustRegion, TwiceDifferentiable,
};
use serde_json::Value;

/// As many iterations as scipy's side has; trials, for the methods whose counterparts count those.
const MOST: usize = 1000;

/// How a run went: the least L, the evaluations, and a letter for its end.
pub(crate) struct Outcome {
    pub(crate) loss: f64,
    pub(crate) values: usize,
    pub(crate) gradients: usize,
    pub(crate) end: &'static str,
    pub(crate) solved: bool,
}

/// A problem from a start, here and in scipy.
pub(crate) struct Row {
    pub(crate) problem: &'static str,
    pub(crate) scale: f64,
    pub(crate) ours: Outcome,
    pub(crate) theirs: Outcome,
}

/// A solver by its name, with the name of its counterpart.
pub(crate) struct Solver {
    pub(crate) name: &'static str,
    pub(crate) peer: &'static str,
    run: fn(&Problem, &[f64]) -> Outcome,
}

/// What is counted against [`MOST`].
#[derive(Clone, Copy)]
enum Counted {
    Iterations,
    Trials,
}

fn run<P: Objective<f64> + ?Sized, O: Optimizer<f64, P>>(
    problem: &P,
    method: &O,
    start: &[f64],
    counted: Counted,
) -> Outcome {
    let mut run = Run::new(problem, method, start).unwrap().iterations(MOST);
    let mut loss = f64::INFINITY;
    for iterate in run.by_ref() {
        if matches!(counted, Counted::Trials) && iterate.evaluations.value > MOST {
            break;
        }
        loss = loss.min(iterate.loss);
    }
    let end = match run.status() {
        Some(Status::Converged(_)) => "c",
        Some(Status::NotFinite { .. }) => "n",
        Some(Status::Failed(_)) => "f",
        _ => "m",
    };
    let evaluations = run.evaluations();
    Outcome { loss, values: evaluations.value, gradients: evaluations.gradient, end, solved: false }
}

fn smooth(problem: &Problem) -> &dyn TwiceDifferentiable<f64> {
    match problem {
        Problem::LeastSquares(problem) => &**problem,
        Problem::Plain(problem) => &**problem,
    }
}

/// Products with the Hessian, from the Hessian at the last point.
struct Products<'a>(&'a dyn TwiceDifferentiable<f64>, RefCell<Option<(DVector<f64>, DMatrix<f64>)>>);

impl Objective<f64> for Products<'_> {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        self.0.value(x)
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        self.0.value_and_gradient(x)
    }
}

impl HessianProduct<f64> for Products<'_> {
    fn hessian_times(&self, x: &DVector<f64>, v: &DVector<f64>) -> DVector<f64> {
        let mut last = self.1.borrow_mut();
        match &*last {
            Some((at, hessian)) if at == x => hessian * v,
            _ => {
                let hessian = self.0.value_gradient_hessian(x).2;
                let product = &hessian * v;
                *last = Some((x.clone(), hessian));
                product
            }
        }
    }
}

fn descent<D>(problem: &Problem, start: &[f64], direction: Descent<D>) -> Outcome
where
    Descent<D>: for<'a> Optimizer<f64, dyn TwiceDifferentiable<f64> + 'a>,
{
    run(smooth(problem), &direction, start, Counted::Iterations)
}

pub(crate) const SOLVERS: &[Solver] = &[
    Solver {
        name: "Levenberg–Marquardt",
        peer: "lm",
        run: |problem, start| {
            let Problem::LeastSquares(problem) = problem else { unreachable!("these problems are sums of squares") };
            let problem: &dyn LeastSquares<f64> = &**problem;
            run(problem, &LevenbergMarquardt::new(), start, Counted::Trials)
        },
    },
    Solver {
        name: "trust region",
        peer: "trust-exact",
        run: |problem, start| run(smooth(problem), &TrustRegion::exact(), start, Counted::Trials),
    },
    Solver {
        name: "trust region (Steihaug)",
        peer: "trust-ncg",
        run: |problem, start| {
            run(&Products(smooth(problem), RefCell::default()), &TrustRegion::steihaug(), start, Counted::Trials)
        },
    },
    Solver {
        name: "damped Newton",
        peer: "trust-exact",
        run: |problem, start| descent(problem, start, Descent::new(DampedNewton)),
    },
    Solver { name: "BFGS", peer: "BFGS", run: |problem, start| descent(problem, start, Descent::new(Bfgs)) },
    Solver {
        name: "L-BFGS-B",
        peer: "L-BFGS-B",
        run: |problem, start| run(smooth(problem), &Lbfgsb::new(), start, Counted::Iterations),
    },
    Solver {
        name: "CG (Polak–Ribière+)",
        peer: "CG",
        run: |problem, start| descent(problem, start, Descent::new(ConjugateGradient::polak_ribiere())),
    },
    Solver {
        name: "CG (Hager–Zhang)",
        peer: "CG",
        run: |problem, start| descent(problem, start, Descent::new(ConjugateGradient::hager_zhang())),
    },
    Solver {
        name: "CG (Hager–Zhang, Moré–Thuente's search)",
        peer: "CG",
        run: |problem, start| {
            let rule = StepRule::MoreThuente { curvature: 0.4 };
            descent(problem, start, Descent::new(ConjugateGradient::hager_zhang()).step_rule(rule))
        },
    },
];

pub(crate) fn real(v: &Value) -> f64 {
    v.as_f64().or_else(|| v.as_str().and_then(|v| v.parse().ok())).unwrap_or(f64::NAN)
}

/// scipy's side: the generator's file.
pub(crate) fn file() -> Value {
    serde_json::from_str(include_str!("../mgh/cases.json")).unwrap()
}

/// Whether L is a known minimum, to 1e-4 of it, or to 1e-7 where it is 0.
fn is_minimum(row: &TestFunction, loss: f64) -> bool {
    row.minima.iter().any(|minimum| (loss - minimum.value).abs() <= 1e-4 * minimum.value + 1e-7)
}

/// A problem of the file with its start.
pub(crate) fn start(case: &Value) -> (&'static TestFunction, Problem, Vec<f64>) {
    let row = find(case["problem"].as_str().unwrap()).unwrap();
    let (n, scale) = (row.usual_dimension(), real(&case["scale"]));
    (row, row.problem(n).unwrap(), (row.start)(n).iter().map(|x| x * scale).collect())
}

impl Solver {
    /// All cases.
    pub(crate) fn compare(&self, file: &Value) -> Vec<Row> {
        let row = |case: &Value| {
            let (row, problem, start) = start(case);
            let mut ours = (self.run)(&problem, &start);
            ours.solved = is_minimum(row, ours.loss);
            let scipy = &case["runs"][self.peer];
            let loss = real(&scipy["f"]);
            let theirs = Outcome {
                loss,
                values: real(&scipy["nfev"]) as usize,
                gradients: real(&scipy["njev"]) as usize,
                end: if scipy["success"] == true { "c" } else { "f" },
                solved: is_minimum(row, loss),
            };
            Row { problem: row.name, scale: real(&case["scale"]), ours, theirs }
        };
        file["cases"].as_array().unwrap().iter().map(row).collect()
    }
}

/// Solved here, solved there.
pub(crate) fn solved(rows: &[Row]) -> [usize; 2] {
    [rows.iter().filter(|row| row.ours.solved).count(), rows.iter().filter(|row| row.theirs.solved).count()]
}

/// The median of our evaluations over scipy's, where both solve.
pub(crate) fn median<'a>(rows: impl Iterator<Item = &'a Row>, count: fn(&Outcome) -> usize) -> f64 {
    let both = rows.filter(|row| row.ours.solved && row.theirs.solved);
    let mut ratios: Vec<f64> = both.map(|row| count(&row.ours) as f64 / count(&row.theirs) as f64).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = ratios.len() / 2;
    if ratios.len().is_multiple_of(2) { (ratios[middle - 1] + ratios[middle]) / 2.0 } else { ratios[middle] }
}
