//! The test functions: their derivatives against JAX's, their minima against their sources, and what ends the methods.

#[path = "support/mgh.rs"]
#[allow(dead_code, reason = "the example writes more of it than is tested here")]
mod mgh;

use autodiff::{Float, function};
use optimizers::nalgebra::DVector;
use optimizers::test_functions::{Dimension, Problem, TEST_FUNCTIONS, find};
use optimizers::{
    Bfgs, ConjugateGradient, DampedNewton, Descent, Entry, Error, Failure, GaussNewton, HessianProduct,
    LevenbergMarquardt, Loss, Optimizer, Physics, Run, Status, StepRule, SumOfSquares, TrustRegion,
    TwiceDifferentiable,
};

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

#[test]
fn values_and_derivatives_are_those_of_jax() {
    let mut finite = 0;
    for case in mgh::file()["cases"].as_array().unwrap() {
        let name = format!("{} at {}", case["problem"], case["scale"]);
        let (_, problem, x) = mgh::start(case);
        let (value, gradient, hessian) = objective(&problem).value_gradient_hessian(&x.into());
        let list = |key: &str| case[key].as_array().unwrap().iter().map(mgh::real).collect::<Vec<_>>();
        let (expected, slopes, diagonal) = (mgh::real(&case["value"]), list("gradient"), list("hessian_diagonal"));
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
fn a_dimension_that_does_not_exist_is_refused() {
    let rosenbrock = find("rosenbrock").unwrap();
    assert_eq!(rosenbrock.problem(3).unwrap_err(), Error::Dimension { given: 3, expected: 2 });
    let powell = find("extended-powell").unwrap();
    assert_eq!(powell.problem(6).unwrap_err(), Error::DimensionMultiple { given: 6, multiple_of: 4 });
    assert_eq!(powell.problem(0).unwrap_err(), Error::DimensionMultiple { given: 0, multiple_of: 4 });
    let watson = find("watson").unwrap();
    assert_eq!(watson.problem(1).unwrap_err(), Error::DimensionRange { given: 1, least: 2, most: 31 });
    assert_eq!(watson.problem(32).unwrap_err(), Error::DimensionRange { given: 32, least: 2, most: 31 });
    assert!(find("rosenbrok").is_none());
}

/// Every function either refuses a number of variables or has value, gradient and Hessian for it, in both precisions.
#[test]
fn every_dimension_is_refused_or_evaluated() {
    fn evaluated<T: Float + Entry<Precision = T>>(problem: &dyn TwiceDifferentiable<T>, start: &[f64]) -> bool {
        let n = start.len();
        let x = DVector::from_iterator(n, start.iter().map(|&x| T::of(x)));
        let (value, slopes) = problem.value_and_gradient(&x);
        // NaN is not equal to itself
        let same = (problem.dimension(), slopes.len()) == (n, n) && value == problem.value(&x);
        // the pairs of chunks are all met with 13; more take long
        if n > 13 && n != 31 && n != 40 {
            return same;
        }
        let (again, gradient, hessian) = problem.value_gradient_hessian(&x);
        same && value == again && (gradient.len(), hessian.shape()) == (n, (n, n))
    }
    for row in TEST_FUNCTIONS {
        let exists = |n: usize| match row.dimension {
            Dimension::Fixed(fixed) => n == fixed,
            Dimension::Free { multiple_of, .. } => n > 0 && n.is_multiple_of(multiple_of),
            Dimension::Between { least, most, .. } => (least..=most).contains(&n),
        };
        for n in 0..=40 {
            let Ok(problem) = row.problem(n) else {
                assert!(!exists(n), "{} of {n}", row.name);
                continue;
            };
            let start = (row.start)(n);
            let [single, double] = match &problem {
                Problem::LeastSquares(p) => [evaluated::<f32>(&**p, &start), evaluated::<f64>(&**p, &start)],
                Problem::Plain(p) => [evaluated::<f32>(&**p, &start), evaluated::<f64>(&**p, &start)],
            };
            assert!(exists(n) && start.len() == n && single && double, "{} of {n}", row.name);
        }
    }
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
