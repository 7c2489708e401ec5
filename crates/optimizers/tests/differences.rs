//! Gradients by differences, at any size of x and in both precisions.

use optimizers::nalgebra::DVector;
use optimizers::*;

/// (x₀ − ½)² + 3 x₁ and its slope by x₀.
fn parabola<T: autodiff::Float>(x: &[T]) -> (T, T) {
    let off = x[0] - T::of(0.5);
    (off * off + x[1] * T::of(3.0), off + off)
}

/// A step that f does not see gives no slope of 0, and no run that says it converged at its start.
#[test]
fn slopes_are_right_wherever_x_is() {
    macro_rules! at {
        ($t:ident, $tolerance:expr, $points:expr) => {
            let problem = GradientByDifferences::new(2, |x: &[$t]| parabola(x).0);
            for x0 in $points {
                let (_, slope) = parabola(&[x0, 1.0]);
                let gradient = problem.value_and_gradient(&DVector::from_vec(vec![x0, 1.0])).1;
                let error = (gradient[0] - slope).abs() / (1.0 + slope.abs());
                assert!(error < $tolerance, "{x0}: {gradient} {slope}");
            }
        };
    }
    at!(f32, 2e-3, [0.0, 1e-30, -1e-4, 1e-3, 0.01, 0.1, 0.2, -0.3, 1.0, -7.0, 100.0, -1e4, 1e8, 1e15]);
    at!(f64, 1e-6, [0.0, 1e-300, -1e-9, 1e-3, 0.1, 7.0, -1e4, 1e7, 134217728.0, -134217728.0, 1e10, -1e15, 1e100]);

    let single = GradientByDifferences::new(2, |x: &[f32]| parabola(x).0 + x[1] * x[1]);
    for start in [[0.01, 0.01], [0.2, -0.1], [0.0, 0.0]] {
        for method in [Lbfgsb::new(), Lbfgsb::new().differences(ForwardDifferences::default())] {
            let (best, status) = Run::new(&single, &method, &start).unwrap().iterations(50).minimize();
            let x = best.unwrap().x;
            assert!((x[0] - 0.5).abs() < 1e-2 && (x[1] + 1.5).abs() < 1e-2, "{start:?}: {x} {status}");
        }
    }
}

/// In double precision the default is scipy's rule, bit for bit: 1e−8 wherever that moves x.
#[test]
fn the_default_is_scipys_in_double_precision() {
    let f = |x: &DVector<f64>| parabola(x.as_slice()).0;
    for x0 in [0.0, 0.3, -2.0, 1e4, -1e7, 134217728.0, 1e10, -1e12] {
        let x = DVector::from_vec(vec![x0, 1.0]);
        let h = if x0 + 1e-8 == x0 { f64::EPSILON.sqrt() * x0 } else { 1e-8 };
        let above = DVector::from_vec(vec![x0 + h, 1.0]);
        let expected = (f(&above) - f(&x)) / (above[0] - x0);
        assert_eq!(ForwardDifferences::default().gradient(f, &x, f(&x), None)[0], expected, "{x0}");
    }
    // at the end of the range there is only the way back
    let largest = DVector::from_vec(vec![f64::MAX]);
    for differences in [ForwardDifferences::default(), ForwardDifferences::relative()] {
        let slope = differences.gradient(|x| x[0] * 1e-300, &largest, f64::MAX * 1e-300, None)[0];
        assert!((slope * 1e300 - 1.0).abs() < 1e-6, "{slope}");
    }
}

#[test]
fn bounds_turn_the_step_and_hold_what_cannot_move() {
    // √(1 − x²) exists for |x| ≤ 1 only
    let f = |x: &DVector<f64>| x[0] * x[0] + x[1] * 2.0 + (1.0 - x[0] * x[0]).sqrt();
    let unit = Bounds::new(vec![-1.0, 4.0], vec![1.0, 4.0]).unwrap();
    for differences in [ForwardDifferences::default(), ForwardDifferences::relative()] {
        let x = DVector::from_vec(vec![1.0, 4.0]);
        let gradient = differences.gradient(f, &x, f(&x), Some(&unit));
        assert!(gradient[0].is_finite() && gradient[1] == 0.0, "{gradient}");
        let method = Lbfgsb::new().bounds(unit.clone()).differences(differences);
        let problem = GradientByDifferences::new(2, |x: &[f64]| (x[0] + 3.0) * (x[0] + 3.0) + x[1]);
        let report = Run::new(&problem, &method, &[0.5, 4.0]).unwrap().iterations(20).finish();
        assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
        assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [-1.0, 4.0]);
    }
    // the step back from −2²⁷ is lost where the step on is not
    let x = DVector::from_vec(vec![-134217728.0]);
    let bounds = Bounds::new(vec![-2e8], vec![-134217728.0]).unwrap();
    let slope = ForwardDifferences::default().gradient(|x| x[0] * 0.5, &x, -67108864.0, Some(&bounds))[0];
    assert_eq!(slope, 0.5);
}

/// The step goes on from x unless it would leave the bounds or the range of floats, and never beyond the bounds.
#[test]
fn the_points_of_differences() {
    let seen = |x: f64, bounds: Option<[f64; 2]>| {
        let bounds = bounds.map(|[lower, upper]| Bounds::new(vec![lower], vec![upper]).unwrap());
        let mut seen = f64::NAN;
        let f = |x: &DVector<f64>| {
            seen = x[0];
            x[0] * 0.5
        };
        let slope = ForwardDifferences::default().gradient(f, &DVector::from_element(1, x), x * 0.5, bounds.as_ref());
        assert!((slope[0] - 0.5).abs() < 1e-6, "{slope}");
        seen
    };
    let relative = f64::EPSILON.sqrt();
    for (x, bounds, expected) in [
        (1.0, None, 1.0 + 1e-8),
        (1e200, None, 1e200 * (1.0 + relative)),
        (-1e300, None, -1e300 * (1.0 + relative)),
        (1.0, Some([0.0, 1.0]), 1.0 - 1e-8),
        // the bounds are nearer than the step on both sides: the farther one is gone to
        (1.0, Some([1.0 - 5e-9, 1.0 + 1e-9]), 1.0 - 5e-9),
        (1.0, Some([1.0 - 1e-9, 1.0 + 5e-9]), 1.0 + 5e-9),
        (1.0, Some([1.0, 1.0 + 5e-9]), 1.0 + 5e-9),
        (1.0, Some([1.0 - 5e-9, 1.0]), 1.0 - 5e-9),
    ] {
        assert_eq!(seen(x, bounds), expected, "{x} {bounds:?}");
    }
}
