//! The test functions: their derivatives against JAX's, their minima against their sources, and the least-squares methods on them.

use autodiff::function;
use optimizers::nalgebra::DVector;
use optimizers::test_functions::{Problem, TEST_FUNCTIONS, find};
use optimizers::{
    Bfgs, ConjugateGradient, DampedNewton, Descent, Error, Failure, GaussNewton, HessianProduct, Lbfgsb, LeastSquares,
    LevenbergMarquardt, Loss, Optimizer, Physics, Run, Status, StepRule, SumOfSquares, TrustRegion,
    TwiceDifferentiable,
};
use serde_json::Value;

fn objective(problem: &Problem) -> &dyn TwiceDifferentiable<f64> {
    match problem {
        Problem::LeastSquares(problem) => &**problem,
        Problem::Plain(problem) => &**problem,
    }
}

#[test]
fn minima_are_where_the_sources_say() {
    for row in TEST_FUNCTIONS {
        let problem = row.problem(row.usual_dimension()).unwrap();
        let problem = objective(&problem);
        assert!(!row.minima.is_empty(), "{}", row.name);
        for minimum in row.minima {
            let Some(at) = minimum.at else { continue };
            let (value, gradient, hessian) = problem.value_gradient_hessian(&DVector::from_column_slice(at));
            let size = 1.0 + minimum.value.abs();
            assert!((value - minimum.value).abs() < 1e-9 * size, "{}: {value} is not {}", row.name, minimum.value);
            if row.name == "ackley" {
                // a cone's tip
                continue;
            }
            let scale = 1.0 + hessian.amax() * (1.0 + DVector::from_column_slice(at).amax());
            assert!(gradient.amax() < 1e-8 * scale, "{}: gradient {gradient} at {at:?}", row.name);
        }
    }
}

fn real(v: &Value) -> f64 {
    v.as_f64().unwrap_or_else(|| v.as_str().unwrap().parse().unwrap())
}

fn cases() -> Vec<Value> {
    let text = include_str!("mgh/cases.json");
    serde_json::from_str::<Value>(text).unwrap()["cases"].as_array().unwrap().clone()
}

fn start(case: &Value) -> (Problem, Vec<f64>) {
    let row = find(case["problem"].as_str().unwrap()).unwrap();
    let n = row.usual_dimension();
    let scale = case["scale"].as_f64().unwrap();
    (row.problem(n).unwrap(), (row.start)(n).iter().map(|x| x * scale).collect())
}

#[test]
fn values_and_derivatives_are_those_of_jax() {
    let mut finite = 0;
    for case in cases() {
        let name = format!("{} at {}", case["problem"], case["scale"]);
        let (problem, x) = start(&case);
        let (value, gradient, hessian) = objective(&problem).value_gradient_hessian(&x.into());
        let list = |key: &str| case[key].as_array().unwrap().iter().map(real).collect::<Vec<_>>();
        let (expected, slopes, diagonal) = (real(&case["value"]), list("gradient"), list("hessian_diagonal"));
        let near = |a: f64, b: f64, scale: f64| (a - b).abs() <= 1e-9 * scale || a == b;
        if !expected.is_finite() || slopes.iter().chain(&diagonal).any(|v| !v.is_finite()) {
            // where JAX has no number there is no oracle
            continue;
        }
        finite += 1;
        assert!(near(value, expected, expected.abs().max(1e-12)), "{name}: {value} is not {expected}");
        let largest = |v: &[f64]| v.iter().fold(1e-6, |m: f64, v| m.max(v.abs()));
        for i in 0..slopes.len() {
            assert!(
                near(gradient[i], slopes[i], largest(&slopes)),
                "{name}: ∂{i} is {}, not {}",
                gradient[i],
                slopes[i]
            );
            let second = hessian[(i, i)];
            assert!(near(second, diagonal[i], largest(&diagonal)), "{name}: ∂²{i} is {second}, not {}", diagonal[i]);
        }
        let same = hessian.iter().zip(hessian.transpose().iter()).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{name}: the Hessian is not symmetric");
    }
    assert!(finite > 85, "{finite}");
}

#[test]
fn levenberg_marquardt_ends_where_scipys_does_with_as_many_evaluations() {
    let (mut ratios, mut ours, mut theirs) = (Vec::new(), 0, 0);
    for case in cases() {
        let (problem, x) = start(&case);
        let Problem::LeastSquares(problem) = problem else { panic!("{}", case["problem"]) };
        let problem: &dyn LeastSquares<f64> = &*problem;
        let method = LevenbergMarquardt::new();
        let mut run = Run::new(problem, &method, &x).unwrap().iterations(1000);
        let mut best = f64::INFINITY;
        for iterate in run.by_ref() {
            best = best.min(iterate.loss);
            if iterate.evaluations.value >= 1000 {
                break;
            }
        }
        let scipy = &case["runs"]["lm"];
        let reached = real(&scipy["f"]);
        let row = find(case["problem"].as_str().unwrap()).unwrap();
        let solves = |loss: f64| row.minima.iter().any(|m| (loss - m.value).abs() <= 1e-4 * m.value + 1e-9);
        let evaluations = (run.evaluations().value as f64, scipy["nfev"].as_f64().unwrap());
        let (solved, solved_there) = (solves(best), solves(reached));
        println!(
            "{} {} ours {best:e} scipy {reached:e} {evaluations:?} {:?}",
            case["problem"],
            case["scale"],
            run.status()
        );
        ours += usize::from(solved);
        theirs += usize::from(solved_there);
        if solved && solved_there {
            ratios.push(evaluations.0 / evaluations.1);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!("solved {ours}, scipy {theirs}, ratios {ratios:?}");
    assert!(ours >= theirs, "{ours} solved, scipy's lm solves {theirs}");
    assert!(ratios[ratios.len() / 2] <= 1.0, "{ratios:?}");
}

#[test]
fn a_dimension_that_does_not_exist_is_refused() {
    let rosenbrock = find("rosenbrock").unwrap();
    assert_eq!(rosenbrock.problem(3).unwrap_err(), Error::Dimension { given: 3, expected: 2 });
    let powell = find("extended-powell").unwrap();
    assert_eq!(powell.problem(6).unwrap_err(), Error::DimensionMultiple { given: 6, multiple_of: 4 });
    assert_eq!(powell.problem(0).unwrap_err(), Error::DimensionMultiple { given: 0, multiple_of: 4 });
    assert!(find("rosenbrok").is_none());
}

/// How a method does beside one of scipy's: solved here and there, and the median ratio of evaluations where both solve.
fn beside<O>(method: &O, scipy: &str) -> (usize, usize, f64)
where
    O: for<'a> Optimizer<f64, dyn TwiceDifferentiable<f64> + 'a>,
{
    let (mut ratios, mut ours, mut theirs) = (Vec::new(), 0, 0);
    for case in cases() {
        let (problem, x) = start(&case);
        let mut run = Run::new(objective(&problem), method, &x).unwrap().iterations(1000);
        let best = run.by_ref().fold(f64::INFINITY, |best, iterate| best.min(iterate.loss));
        let evaluations = run.evaluations();
        let peer = &case["runs"][scipy];
        let row = find(case["problem"].as_str().unwrap()).unwrap();
        // to 1e-4 of the value, or of what the tolerances of these methods leave where it is 0
        let solves = |loss: f64| row.minima.iter().any(|m| (loss - m.value).abs() <= 1e-4 * m.value + 1e-7);
        let (solved, solved_there) = (solves(best), solves(real(&peer["f"])));
        ours += usize::from(solved);
        theirs += usize::from(solved_there);
        if solved && solved_there {
            ratios.push(evaluations.value as f64 / peer["nfev"].as_f64().unwrap());
        }
        println!(
            "{scipy} {} {} {best:e} {} {evaluations:?} {} {:?}",
            case["problem"],
            case["scale"],
            peer["f"],
            peer["nfev"],
            run.status()
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("{scipy}: solved {ours}, there {theirs}, ratios {ratios:?}");
    (ours, theirs, ratios[ratios.len() / 2])
}

/// That a method solves as many as scipy's, but for `short`, in the median at no more evaluations than `most` times scipy's.
fn solves_as_many<O>(method: &O, scipy: &str, short: usize, most: f64)
where
    O: for<'a> Optimizer<f64, dyn TwiceDifferentiable<f64> + 'a>,
{
    let (ours, theirs, ratio) = beside(method, scipy);
    println!("{scipy}: {ours} solved, there {theirs}, evaluations in the median {ratio} times");
    assert!(ours + short >= theirs, "{ours} solved, scipy's {scipy} solves {theirs}");
    assert!(ratio <= most, "{ratio} times the evaluations of scipy's {scipy}");
}

#[test]
fn trust_region_beside_scipys_trust_exact() {
    // on Biggs' and on Brown's almost linear function the paths part, and scipy's arrives in one case more
    solves_as_many(&TrustRegion::exact(), "trust-exact", 1, 1.0);
}

#[test]
fn damped_newton_beside_scipys_trust_exact() {
    solves_as_many(&Descent::new(DampedNewton), "trust-exact", 0, 1.0);
}

#[test]
fn bfgs_beside_scipys() {
    solves_as_many(&Descent::new(Bfgs), "BFGS", 0, 1.0);
}

#[test]
fn conjugate_gradients_beside_scipys() {
    solves_as_many(&Descent::new(ConjugateGradient::polak_ribiere()), "CG", 0, 1.0);
    // more of its runs arrive, at more evaluations
    solves_as_many(&Descent::new(ConjugateGradient::hager_zhang()), "CG", 0, 1.5);
}

#[test]
fn lbfgsb_beside_scipys() {
    solves_as_many(&Lbfgsb::new(), "L-BFGS-B", 0, 1.0);
}

#[test]
fn steihaug_arrives_without_a_hessian_and_agrees_with_the_exact_model() {
    function! {
        fn valleys(x: [6]) {
            let valley = |a: T, b: T| (b - a * a).powi(2) * 100.0 + (-a + 1.0).powi(2);
            valley(x[0], x[1]) + valley(x[2], x[3]) + valley(x[4], x[5]) + (x[1] - x[4]).powi(4)
        }
    }
    let problem = Loss::new(valleys);
    let start = [-1.2, 1.0, 3.0, -2.0, 0.5, 4.0];
    let report = Run::new(&problem, &TrustRegion::steihaug(), &start).unwrap().iterations(200).finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert_eq!(report.evaluations.hessian, 0);
    assert!(report.trajectory.last().unwrap().x.iter().all(|x: &f64| (x - 1.0).abs() < 1e-3));
    let falls = report.trajectory.windows(2).all(|pair| pair[1].loss < pair[0].loss);
    assert!(falls);
    // the product is the Hessian's
    let (x, v) = (DVector::from_column_slice(&start), DVector::from_fn(6, |i, _| 1.0 / (i + 1) as f64));
    let product = problem.hessian_times(&x, &v);
    let expected = problem.value_gradient_hessian(&x).2 * v;
    assert!((product - &expected).amax() <= 1e-13 * expected.amax());
}

#[test]
fn each_method_works_in_single_precision_and_ends_with_its_reason() {
    function! {
        fn valley([a, b]) { (b - a * a).powi(2) * 100.0 + (-a + 1.0).powi(2) }
        fn saddle([a, b]) { a * a - b * b + b.powi(4) }
        fn pole([a]) { a.ln() }
        fn flat([a, b]) -> [2] { [a + b, (a + b) * 2.0] }
    }
    fn single<O: Optimizer<f32, Loss<valley, 2>>>(method: &O) {
        let problem = Loss::new(valley);
        let report = Run::new(&problem, method, &[-1.2_f32, 1.0]).unwrap().iterations(500).finish();
        let best = &report.trajectory[report.best.unwrap()];
        assert!(best.x.iter().all(|x| (x - 1.0).abs() < 0.03), "{}: {best:?}", report.status);
    }
    single(&Descent::new(Bfgs));
    single(&Descent::new(ConjugateGradient::polak_ribiere()));
    single(&Descent::new(ConjugateGradient::hager_zhang()));
    single(&Descent::new(DampedNewton));
    single(&Descent::new(DampedNewton).step_rule(StepRule::Backtracking));
    single(&TrustRegion::exact());
    single(&TrustRegion::steihaug());

    // where Newton's own step climbs, the damped one and the trust region descend to a minimum, b² = 1/2
    fn descends<O: Optimizer<f64, Loss<saddle, 2>>>(method: &O) {
        let problem = Loss::new(saddle);
        let report = Run::new(&problem, method, &[1.0, 0.1]).unwrap().iterations(100).finish();
        assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
        assert!((report.trajectory.last().unwrap().loss + 0.25).abs() < 1e-8);
    }
    descends(&Descent::new(DampedNewton));
    descends(&Descent::new(DampedNewton).step_rule(StepRule::Backtracking));
    descends(&Descent::new(DampedNewton).step_rule(StepRule::HagerZhang));
    descends(&TrustRegion::exact());
    descends(&TrustRegion::steihaug());

    // a loss without a lower bound, whose logarithm is NaN beyond 0: no panic, no hang, and a reason
    let problem = Loss::new(pole);
    for report in [
        Run::new(&problem, &Descent::new(Bfgs), &[1.0_f64]).unwrap().iterations(200).finish(),
        Run::new(&problem, &TrustRegion::exact(), &[1.0_f64]).unwrap().iterations(200).finish(),
    ] {
        assert!(report.trajectory.iter().all(|iterate| iterate.loss.is_finite()), "{}", report.status);
    }
    let nowhere = Run::new(&problem, &Descent::new(Bfgs), &[-1.0]).unwrap().iterations(5).finish();
    assert_eq!(nowhere.status, Status::NotFinite { quantity: "loss", iteration: 0 });

    // a singular Jacobian stops Gauss–Newton, not Levenberg–Marquardt
    let parallel = SumOfSquares::new(Physics::new(flat));
    let plain = Run::new(&parallel, &GaussNewton::new(1.0).unwrap(), &[1.0, 2.0]).unwrap().iterations(5).finish();
    assert_eq!(plain.status, Status::Failed(Failure::SingularJacobian { iteration: 0 }));
    let report = Run::new(&parallel, &LevenbergMarquardt::new(), &[1.0, 2.0]).unwrap().iterations(50).finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert!(report.trajectory.last().unwrap().loss < 1e-20);

    // parameters out of their range
    assert!(matches!(LevenbergMarquardt::<f64>::new().ftol(-1.0), Err(Error::Negative { name: "ftol", .. })));
    assert!(matches!(LevenbergMarquardt::<f64>::new().factor(0.0), Err(Error::NotPositive { name: "factor", .. })));
    assert!(matches!(TrustRegion::exact().radii(f64::NAN, 1.0), Err(Error::NotPositive { name: "radius", .. })));
    assert!(matches!(Descent::new(Bfgs).gtol(f64::INFINITY), Err(Error::Negative { name: "gtol", .. })));
}
