//! Losses of many variables: their derivatives beside formulas by hand and beside those of [`Loss`], and solvers on them.

use autodiff::{Dual, derivative, function};
use optimizers::nalgebra::DVector;
use optimizers::*;
use proptest::prelude::*;

function! {
    /// Σ 100 (x₂ᵢ₊₁ − x₂ᵢ²)² + (1 − x₂ᵢ)²
    fn rosenbrock(x: []) { x.chunks(2).map(|x| (x[1] - x[0] * x[0]).powi(2) * 100.0 + (x[0] - 1.0).powi(2)).sum() }
    /// Σ (xᵢ₊₁ − sin xᵢ)² + xᵢ⁴/4
    fn chain(x: []) {
        x.windows(2).map(|x| (x[1] - x[0].sin()).powi(2)).sum::<T>() + x.iter().map(|x| x.powi(4) * 0.25).sum::<T>()
    }
    fn chain_of_seven(x: [7]) {
        x.windows(2).map(|x| (x[1] - x[0].sin()).powi(2)).sum::<T>() + x.iter().map(|x| x.powi(4) * 0.25).sum::<T>()
    }
}

/// The gradient of `chain` and its Hessian, tridiagonal, times v: with rᵢ = xᵢ₊₁ − sin xᵢ,
/// gᵢ = xᵢ³ + 2 rᵢ₋₁ − 2 rᵢ cos xᵢ, Hᵢᵢ = 3 xᵢ² + 2 + 2 cos² xᵢ + 2 rᵢ sin xᵢ (each where there is such an r), Hᵢ,ᵢ₊₁ = −2 cos xᵢ.
fn by_hand(x: &[f64], v: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = x.len();
    let (mut g, mut hv) = (vec![0.0; n], vec![0.0; n]);
    for i in 0..n {
        g[i] += x[i].powi(3);
        hv[i] += 3.0 * x[i] * x[i] * v[i];
        if i + 1 < n {
            let ((sin, cos), r) = (x[i].sin_cos(), x[i + 1] - x[i].sin());
            g[i] -= 2.0 * r * cos;
            g[i + 1] += 2.0 * r;
            hv[i] += (2.0 * cos * cos + 2.0 * r * sin) * v[i] - 2.0 * cos * v[i + 1];
            hv[i + 1] += 2.0 * v[i + 1] - 2.0 * cos * v[i];
        }
    }
    (g, hv)
}

fn close(ours: &DVector<f64>, theirs: &[f64]) -> bool {
    ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(a, b)| (a - b).abs() <= 1e-13 * (1.0 + b.abs()))
}

#[test]
fn ten_thousand_variables_have_exact_derivatives() {
    let n = 10_000;
    let x = DVector::from_fn(n, |i, _| (i as f64 * 0.37).sin() * 2.0);
    let v = DVector::from_fn(n, |i, _| (i as f64 * 0.11).cos());
    let (g, hv) = by_hand(x.as_slice(), v.as_slice());
    let problem = LongLoss::new(n, chain);
    let (value, gradient) = problem.value_and_gradient(&x);
    assert_eq!(value, problem.value(&x));
    assert!(close(&gradient, &g) && close(&problem.hessian_times(&x, &v), &hv));
    for length in [n, 3, n + 1] {
        let mut in_place = DVector::from_element(length, 7.0);
        assert_eq!((problem.value_and_gradient_into(&x, &mut in_place), &in_place), (value, &gradient));
    }
}

/// Steihaug's method needs no Hessian, which would have 10⁸ numbers here.
#[test]
fn steihaug_minimizes_over_ten_thousand_variables() {
    let n = 10_000;
    let problem = LongLoss::new(n, rosenbrock);
    let start: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { -1.2 } else { 1.0 + (i % 100) as f64 * 1e-3 }).collect();
    let report = Run::new(&problem, &TrustRegion::steihaug(), &start).unwrap().iterations(200).finish();
    let last = report.trajectory.last().unwrap();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert!(last.x.iter().all(|x| (x - 1.0).abs() < 1e-4), "{}", last.x.amax());
    let Evaluations { value, gradient, hessian } = report.evaluations;
    assert!(value < 100 && gradient < 300 && hessian == 0, "{:?}", report.evaluations);
}

/// A run carries derivatives through reverse sweeps too.
#[test]
fn numbers_with_derivatives_go_through() {
    let last = |step: Dual<f64, 1>| {
        let problem = LongLoss::new(7, chain);
        let start = [0.9, -0.4, 0.3, 1.2, -1.0, 0.1, 0.6].map(Dual::constant);
        Run::new(&problem, &Momentum::new(step).unwrap(), &start).unwrap().iterations(20).last().unwrap().loss
    };
    let fixed = |step: Dual<f64, 1>| {
        let problem = Loss::new(chain_of_seven);
        let start = [0.9, -0.4, 0.3, 1.2, -1.0, 0.1, 0.6].map(Dual::constant);
        Run::new(&problem, &Momentum::new(step).unwrap(), &start).unwrap().iterations(20).last().unwrap().loss
    };
    let (ours, theirs): (f64, f64) = (derivative(last, 0.05), derivative(fixed, 0.05));
    assert!((ours - theirs).abs() <= 1e-12 * theirs.abs() && theirs != 0.0, "{ours} {theirs}");
}

#[test]
fn vectors_of_another_length_give_nan() {
    let problem = LongLoss::new(3, rosenbrock);
    for n in [0, 2, 4] {
        let (x, at) = (DVector::from_element(n, 1.0_f64), DVector::from_element(3, 1.0));
        assert!(problem.value(&x).is_nan());
        let (value, gradient, hessian) = problem.value_gradient_hessian(&x);
        assert!(value.is_nan() && gradient.iter().chain(hessian.iter()).all(|d| d.is_nan()));
        assert_eq!((gradient.len(), hessian.shape()), (3, (3, 3)));
        for product in [problem.hessian_times(&x, &at), problem.hessian_times(&at, &x)] {
            assert!(product.len() == 3 && product.iter().all(|d| d.is_nan()));
        }
    }
    assert_eq!(Run::new(&LongLoss::new(0, chain), &Lbfgsb::<f64>::new(), &[]).map(|_| ()).unwrap_err(), Error::Empty);
}

proptest! {
    /// Value, gradient, Hessian and its product are those of the same loss with a number of variables known by type.
    #[test]
    fn derivatives_are_those_of_a_loss(x in prop::array::uniform7(-3.0f64..3.0), v in prop::array::uniform7(-1.0f64..1.0)) {
        let (long, short) = (LongLoss::new(7, chain), Loss::new(chain_of_seven));
        let (x, v) = (DVector::from_column_slice(&x), DVector::from_column_slice(&v));
        let ((value, gradient, hessian), (other, g, h)) =
            (long.value_gradient_hessian(&x), short.value_gradient_hessian(&x));
        prop_assert_eq!(value, other);
        prop_assert!(close(&gradient, g.as_slice()));
        prop_assert!((&hessian - &h).amax() <= 1e-13 * (1.0 + h.amax()));
        prop_assert!(close(&long.hessian_times(&x, &v), short.hessian_times(&x, &v).as_slice()));

    }
}
