//! The test functions: their derivatives against JAX's, their minima against their sources, and the least-squares methods on them.

use optimizers::nalgebra::DVector;
use optimizers::test_functions::{Problem, TEST_FUNCTIONS, find};
use optimizers::{Error, LeastSquares, LevenbergMarquardt, Run, TwiceDifferentiable};
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
