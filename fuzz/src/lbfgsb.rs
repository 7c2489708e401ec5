//! L-BFGS-B on random functions within random bounds.

use autodiff::{Float, Ordered, gradient};
use optimizers::nalgebra::DVector;
use optimizers::{Bounds, Lbfgsb, Objective, OwnGradient, Run, Status};

use crate::input::Input;
use crate::program::Program;

const MOST_ITERATIONS: usize = 40;

/// What is minimized.
#[derive(Debug)]
enum Function {
    /// Σ wᵢ (xᵢ − cᵢ)² + k (Σ xᵢ)²
    Quadratic { weights: Vec<f64>, centre: Vec<f64>, coupling: f64 },
    /// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)²
    Valley,
    /// A program of the first and the last variable.
    Program(Program),
}

impl Function {
    fn read(input: &mut Input<'_>, n: usize) -> Self {
        match input.below(4) {
            0 => Function::Quadratic {
                weights: (0..n).map(|_| input.finite()).collect(),
                centre: (0..n).map(|_| input.decimal()).collect(),
                coupling: input.decimal(),
            },
            1 => Function::Valley,
            _ => Function::Program(Program::read(input)),
        }
    }

    fn call<F: Float, T: Ordered<F>>(&self, x: &[T]) -> T {
        let c = |c: f64| F::of(c);
        match self {
            Function::Quadratic { weights, centre, coupling } => {
                let sum: T = x.iter().copied().sum();
                let terms = x.iter().zip(weights).zip(centre).map(|((&x, &w), &m)| (x - c(m)).powi(2) * c(w));
                terms.sum::<T>() + sum * sum * c(*coupling)
            }
            Function::Valley => {
                let term = |x: &[T]| (x[1] - x[0] * x[0]).powi(2) * c(100.0) + (x[0] - c(1.0)).powi(2);
                x.windows(2).map(term).sum::<T>() + x[0] * x[0]
            }
            Function::Program(program) => program.call([x[0], x[x.len() - 1]]),
        }
    }
}

/// A bound on one side or both, a point, or none.
fn bound(input: &mut Input<'_>) -> (f64, f64) {
    let (a, b) = (input.finite(), input.finite());
    match input.below(6) {
        0 => (f64::NEG_INFINITY, f64::INFINITY),
        1 => (a, f64::INFINITY),
        2 => (f64::NEG_INFINITY, a),
        3 => (a, a),
        _ => (a.min(b), a.max(b)),
    }
}

/// A run never panics and never leaves its bounds; f does not rise; the values are those of f where they are said to be; what has
/// converged satisfies the test that is named; a run goes on from a state as if it had not been interrupted.
pub fn lbfgsb(data: &[u8]) {
    let mut input = Input::new(data);
    let n = 1 + input.below(5);
    let (lower, upper): (Vec<f64>, Vec<f64>) = (0..n).map(|_| bound(&mut input)).unzip();
    let start: Vec<f64> = (0..n).map(|_| input.finite()).collect();
    let (pairs, factr, pgtol) =
        (1 + input.below(12), [1e7, 0.0, 10.0][input.below(3)], [1e-5, 0.0, 1e-10][input.below(3)]);
    let function = Function::read(&mut input, n);
    let bounds = Bounds::new(lower.clone(), upper.clone()).expect("bounds that do not cross");
    let method =
        Lbfgsb::new().memory(pairs).and_then(|method| method.factr(factr)).and_then(|method| method.pgtol(pgtol));
    let method = method.expect("tolerances in their range").bounds(bounds);
    let problem = OwnGradient::new(n, |x: &[f64], g: &mut [f64]| {
        g.copy_from_slice(&gradient(|x: &[autodiff::Dual<f64, 8>]| function.call(x), x));
        function.call(x)
    });
    let mut run = Run::new(&problem, &method, &start).expect("a finite start").iterations(MOST_ITERATIONS);
    let mut states = Vec::new();
    let mut points = Vec::new();
    while let Some(point) = run.next() {
        points.push(point);
        states.push(run.state().expect("a state at a point").clone());
    }
    let status = run.status().expect("a run that has ended").clone();
    let context = || format!("{function:?} from {start:?} in {lower:?} to {upper:?}: {status}");
    for point in &points {
        for i in 0..n {
            assert!(
                (lower[i]..=upper[i]).contains(&point.x[i]),
                "x{i} leaves its bounds: {:?}, {}",
                point.x,
                context()
            );
        }
        let value = problem.value(&point.x);
        assert!(value.to_bits() == point.loss.to_bits() || value.is_nan(), "{}", context());
    }
    // where the bracket of a search is as small as rounding allows, its last trial is taken: across a jump, whatever it is
    let jumps = matches!(&function, Function::Program(program) if program.jumps());
    for pair in points.windows(2).filter(|_| !jumps) {
        assert!(pair[1].loss <= pair[0].loss, "f rises from {:?} to {:?}: {}", pair[0].loss, pair[1].loss, context());
    }
    if let (Status::Converged(test), Some(last)) = (&status, points.last())
        && test.contains("PROJECTED_GRADIENT")
    {
        let g = problem.value_and_gradient(&last.x).1;
        // the way to the bound in the numbers of the gradient: x − g would round in those of x
        let projected = |i: usize| g[i].clamp(last.x[i] - upper[i], last.x[i] - lower[i]);
        assert!((0..n).all(|i| projected(i).abs() <= pgtol), "{g:?} at {:?}: {}", last.x, context());
    }
    // from the middle on
    if points.len() > 2 {
        let middle = points.len() / 2;
        let resumed = Run::resume(&problem, &method, states[middle].clone());
        let again = resumed.expect("a sound state").iterations(MOST_ITERATIONS).finish();
        let bits = |x: &DVector<f64>| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(again.trajectory.len(), points.len() - middle, "{}", context());
        for (one, other) in again.trajectory.iter().zip(&points[middle..]) {
            assert_eq!(bits(&one.x), bits(&other.x), "{}", context());
        }
        assert_eq!(again.status, status);
    }
}
