//! What runs must do whatever the problem.

use autodiff::function;
use optimizers::{
    AnalyticInverse, Composite, Evaluations, GradientDescent, InverseSimulator, Loss, MixedInverseSimulator, Newton,
    NumericInverse, Objective, Physics, Run, Status, SumOfSquares, TwiceDifferentiable,
};
use proptest::prelude::*;

function! {
    fn physics([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1 * x1 * x1] }
    fn inverse([y0, y1]) -> [2] { let x1 = y1.cbrt(); [(y0 - x1) * 0.5, x1] }
    fn loss([y0, y1]) { (y0 - 1.0).powi(2) * 3.0 + (y1 + 2.0).powi(2) }
    fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + x0 * x1 + (x1 + 2.0).powi(2) * 2.0 }
}

#[test]
fn a_run_is_an_iterator_of_points() {
    let (problem, method) = (Loss::new(bowl), GradientDescent::new(0.1).unwrap());
    let run = || Run::new(&problem, &method, &[3.0, 3.0]).unwrap();
    let first_below = run().find(|iterate| iterate.loss < 1.0).unwrap();
    let report = run().iterations(first_below.iteration).finish();
    assert_eq!(report.trajectory.last().unwrap().x, first_below.x);
    assert_eq!(report.trajectory.len(), first_below.iteration + 1);
    let n = report.trajectory.len();
    assert_eq!(report.evaluations, Evaluations { value: n, gradient: n, hessian: 0 });
    assert_eq!(report.best, Some(n - 1));
    // the updates are the gradients at the points before
    for pair in report.trajectory.windows(2) {
        assert_eq!(pair[1].update, pair[0].gradient);
    }
}

/// Σ rᵢ² by its residuals has the derivatives of the same sum written as a loss, whatever stood where the gradient goes.
#[test]
fn a_sum_of_squares_has_the_derivatives_of_its_sum() {
    function! {
        fn residuals([x0, x1]) -> [3] { [x0 * x1 - 1.0, x1.exp() - x0, x0.sin() * 3.0] }
        fn sum([x0, x1]) { (x0 * x1 - 1.0).powi(2) + (x1.exp() - x0).powi(2) + (x0.sin() * 3.0).powi(2) }
    }
    let (by_residuals, by_sum) = (SumOfSquares::new(Physics::<_, 2, 3>::new(residuals)), Loss::new(sum));
    for x in [[0.3, -0.7], [2.0, 0.5], [0.0, 0.0]] {
        let x = nalgebra::DVector::from_column_slice(&x);
        let (value, gradient, hessian) = by_residuals.value_gradient_hessian(&x);
        let (other, g, h) = by_sum.value_gradient_hessian(&x);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-14 * (1.0 + b.abs());
        assert!(near(value, other) && gradient.iter().zip(&g).all(|(a, b)| near(*a, *b)), "{gradient} {g}");
        assert!(hessian.iter().zip(&h).all(|(a, b)| near(*a, *b)), "{hessian} {h}");
        let mut place = nalgebra::DVector::from_element(5, 1.0);
        assert_eq!((by_sum.value_and_gradient_into(&x, &mut place), &place), (other, &g));
    }
}

#[test]
fn newton_solves_a_quadratic_in_one_step() {
    let report = Run::new(&Loss::new(bowl), &Newton::new(1.0).unwrap(), &[7.0, -9.0]).unwrap().iterations(1).finish();
    let (_, gradient) = Loss::new(bowl).value_and_gradient(&report.trajectory[1].x);
    assert!(gradient.norm() < 1e-12, "{gradient}");
    assert_eq!(report.evaluations.hessian, 2);
}

proptest! {
    /// With an exact inverse, y_k = y* + (1 − η)^k (y_0 − y*), where y* minimizes the quadratic loss.
    #[test]
    fn the_inverse_simulator_shrinks_the_distance_in_y_evenly(
        a in -3.0f64..3.0, b in -3.0f64..3.0, step in 0.05f64..1.5,
    ) {
        let problem = Composite::new(physics, loss);
        let method = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
        let report = Run::new(&problem, &method, &[a, b]).unwrap().iterations(6).finish();
        prop_assert_eq!(report.status, Status::MaxIterations);
        let start = report.trajectory[0].y.clone().unwrap();
        for iterate in &report.trajectory {
            let y = iterate.y.as_ref().unwrap();
            for (i, minimum) in [1.0, -2.0].into_iter().enumerate() {
                let expected = minimum + (1.0 - step).powi(iterate.iteration as i32) * (start[i] - minimum);
                prop_assert!((y[i] - expected).abs() <= 1e-12 * (1.0 + start[i].abs()), "{} {}", y[i], expected);
            }
        }
    }

    /// The numeric inverse follows the analytic one as far as its tolerance goes.
    #[test]
    fn a_numeric_inverse_follows_the_analytic_one(a in 0.5f64..3.0, b in 1.5f64..3.0) {
        let problem = Composite::new(physics, loss);
        let analytic = InverseSimulator::new(0.1, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
        let numeric = InverseSimulator::new(0.1, NumericInverse::new()).unwrap();
        let run = |report: optimizers::Report<f64>| report.trajectory.last().unwrap().x.clone();
        let exact = run(Run::new(&problem, &analytic, &[a, b]).unwrap().iterations(3).finish());
        let searched = run(Run::new(&problem, &numeric, &[a, b]).unwrap().iterations(3).finish());
        prop_assert!((exact - searched).norm() < 1e-4);
    }
}

#[test]
fn the_mixed_simulator_stays_single_in_y() {
    let problem = Composite::new(physics, loss);
    let method = MixedInverseSimulator::new(0.3, NumericInverse::new()).unwrap();
    let report = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(3).finish();
    for iterate in &report.trajectory[1..] {
        let single = |v: &f64| f64::from(*v as f32) == *v;
        assert!(
            iterate.y.as_ref().unwrap().iter().all(single) && iterate.y_target.as_ref().unwrap().iter().all(single)
        );
        assert!(iterate.x.iter().any(|x| !single(x)), "the search is in double precision");
    }
}
