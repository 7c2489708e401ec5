//! argmin's solvers on our problems.

use argmin::core::{CostFunction, Executor, Gradient, Hessian, IterState, Jacobian, Operator, Problem, Solver, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::newton::NewtonCG;
use argmin::solver::quasinewton::LBFGS;
use argmin::solver::trustregion::{Steihaug, TrustRegion};
use autodiff::function;
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::*;

function! {
    fn valley([x0, x1]) { (x1 - x0 * x0).powi(2) * 100.0 + (x0 - 1.0).powi(2) }
    fn himmelblau([x0, x1]) { (x0 * x0 + x1 - 11.0).powi(2) + (x1 * x1 + x0 - 7.0).powi(2) }
    fn wood([x0, x1, x2, x3]) {
        (x1 - x0 * x0).powi(2) * 100.0 + (x0 - 1.0).powi(2) + (x3 - x2 * x2).powi(2) * 90.0 + (x2 - 1.0).powi(2)
            + (x1 + x3 - 2.0).powi(2) * 10.0 + (x1 - x3).powi(2) * 0.1
    }
    fn residuals([x0, x1]) -> [3] { [x1 - x0 * x0, x0 * 2.0 - 1.0, x0 * x1] }
}

type Vector = Vec<f64>;

/// The best point that a solver of first or second order reaches.
macro_rules! best {
    ($problem:expr, $solver:expr, $start:expr) => {
        Executor::new($problem, $solver)
            .configure(|state| state.param($start).max_iters(200))
            .run()
            .unwrap()
            .state()
            .clone()
    };
}

fn reaches(name: &str, best: &[f64], minima: &[&[f64]], tolerance: f64) {
    let near = |minimum: &&[f64]| best.iter().zip(*minimum).all(|(x, m)| (x - m).abs() < tolerance);
    assert!(minima.iter().any(near), "{name}: {best:?}");
}

#[test]
fn three_solvers_reach_the_minima() {
    let himmelblaus: [&[f64]; 4] = [
        &[3.0, 2.0],
        &[-2.805118086952745, 3.131312518250573],
        &[-3.779310253377747, -3.28318599128617],
        &[3.584428340330492, -1.848126526964404],
    ];
    macro_rules! problems {
        ($name:literal, $tolerance:expr, $solver:expr) => {
            let state = best!(Argmin::new(Loss::new(valley)), $solver, vec![-1.2, 1.0]);
            reaches($name, state.get_best_param().unwrap(), &[&[1.0, 1.0]], $tolerance);
            let state = best!(Argmin::new(Loss::new(himmelblau)), $solver, vec![0.5, 4.0]);
            reaches($name, state.get_best_param().unwrap(), &himmelblaus, $tolerance);
        };
    }
    problems!("L-BFGS", 1e-6, LBFGS::<_, Vector, Vector, f64>::new(MoreThuenteLineSearch::new(), 7));
    problems!("trust region", 1e-5, TrustRegion::<_, f64>::new(Steihaug::<Vector, f64>::new().with_max_iters(20)));
    let line_search = || MoreThuenteLineSearch::<Vector, Vector, f64>::new();
    let state = best!(Argmin::new(Loss::new(wood)), NewtonCG::new(line_search()), vec![0.5, 0.6, 1.4, 1.9]);
    reaches("Newton-CG", state.get_best_param().unwrap(), &[&[1.0; 4]], 1e-4);
}

/// What argmin sees are our derivatives, bit for bit, in both precisions.
#[test]
fn derivatives_are_ours() {
    let (x, problem) = (DVector::from_vec(vec![0.7, -0.3]), Loss::new(valley));
    let (value, gradient, hessian) = problem.value_gradient_hessian(&x);
    let theirs = Argmin::<f64, _>::new(problem);
    let at = vec![0.7, -0.3];
    assert_eq!(theirs.cost(&at).unwrap(), value);
    assert_eq!(theirs.gradient(&at).unwrap(), gradient.as_slice());
    let rows = theirs.hessian(&at).unwrap();
    assert_eq!(DMatrix::from_fn(2, 2, |i, j| rows[i][j]), hessian);
    let single = Argmin::<f32, _>::new(problem);
    assert_eq!(single.gradient(&vec![0.7, -0.3]).unwrap(), {
        let (_, gradient) = problem.value_and_gradient(&DVector::from_vec(vec![0.7_f32, -0.3]));
        gradient.as_slice().to_vec()
    });

    let process = Physics::<_, 2, 3>::new(residuals);
    let (y, jacobian) = process.value_and_jacobian(&x);
    let theirs = Argmin::<f64, _>::new(process);
    assert_eq!(theirs.apply(&at).unwrap(), y.as_slice());
    let rows = theirs.jacobian(&at).unwrap();
    assert_eq!((rows.len(), rows[0].len()), (3, 2));
    assert_eq!(DMatrix::from_fn(3, 2, |i, j| rows[i][j]), jacobian);
    // and counts them as it counts its own
    let mut counted = Problem::new(Argmin::<f64, _>::new(process));
    counted.jacobian(&at).unwrap();
    assert_eq!(counted.counts["jacobian_count"], 1);
}

#[test]
fn points_of_another_length_are_errors() {
    let problem = Argmin::<f64, _>::new(Loss::new(valley));
    for x in [vec![], vec![1.0], vec![1.0; 3]] {
        let components = if x.len() == 1 { "component" } else { "components" };
        let message = format!("x has {} {components}, but 2 are needed", x.len());
        assert_eq!(problem.cost(&x).unwrap_err().to_string(), message);
        assert_eq!(problem.gradient(&x).unwrap_err().to_string(), message);
        assert_eq!(problem.hessian(&x).unwrap_err().to_string(), message);
        let process = Argmin::<f64, _>::new(Physics::<_, 2, 3>::new(residuals));
        assert_eq!(process.apply(&x).unwrap_err().to_string(), message);
        assert_eq!(process.jacobian(&x).unwrap_err().to_string(), message);
        // and end argmin's run
        fn ends<S: Solver<Argmin<f64, Loss<valley, 2>>, IterState<Vector, Vector, (), (), (), f64>>>(
            solver: S,
            x: Vector,
        ) {
            let problem = Argmin::new(Loss::new(valley));
            assert!(Executor::new(problem, solver).configure(|state| state.param(x)).run().is_err());
        }
        ends(LBFGS::new(MoreThuenteLineSearch::new(), 5), x);
    }
}

/// A problem of one's own whose parts are of wrong lengths.
struct Misshapen;

impl Objective<f64> for Misshapen {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        (Objective::value(self, x), DVector::from_element(3, 1.0))
    }
}

impl TwiceDifferentiable<f64> for Misshapen {
    fn value_gradient_hessian(&self, x: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let (value, gradient) = self.value_and_gradient(x);
        (value, gradient, DMatrix::identity(2, 1))
    }
}

impl Map<f64> for Misshapen {
    fn inputs(&self) -> usize {
        2
    }
    fn outputs(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        DVector::from_element(1, x[0])
    }
    fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        (Map::value(self, x), DMatrix::identity(1, 2))
    }
}

#[test]
fn results_of_wrong_lengths_are_errors() {
    let (problem, x) = (Argmin::<f64, _>::new(Misshapen), vec![1.0, 2.0]);
    let wrong = |name: &'static str, given| Error::Length { name, given, expected: 2 }.to_string();
    assert_eq!(problem.cost(&x).unwrap(), 5.0);
    assert_eq!(problem.gradient(&x).unwrap_err().to_string(), wrong("the gradient", 3));
    assert_eq!(problem.hessian(&x).unwrap_err().to_string(), wrong("a row of the Hessian", 1));
    assert_eq!(problem.apply(&x).unwrap_err().to_string(), wrong("y(x)", 1));
    assert_eq!(problem.jacobian(&x).unwrap_err().to_string(), wrong("a column of the Jacobian", 1));
    // and end argmin's run, as the error they are
    let solver = LBFGS::<_, Vector, Vector, f64>::new(MoreThuenteLineSearch::new(), 5);
    let run = Executor::new(Argmin::new(Misshapen), solver).configure(|state| state.param(x)).run();
    let error = run.map(|_| ()).unwrap_err();
    assert_eq!(error.downcast_ref::<Error>(), Some(&Error::Length { name: "the gradient", given: 3, expected: 2 }));
}
