//! The functions of a whole slice, against their closed formulas written so that nothing cancels.

mod common;

use autodiff::{Dual, HyperDual, gradient, log_sum_exp, norm, value_gradient_hessian};
use common::{Grid, paths, ulps_of_term};
use proptest::prelude::*;

const N: usize = 4;

/// Value, gradient and Hessian are those of the formulas, within a few roundings for each element.
fn check(
    f: impl Fn(&[HyperDual<f64, N>]) -> HyperDual<f64, N>,
    x: [f64; N],
    value: f64,
    first: impl Fn(usize) -> f64,
    second: impl Fn(usize, usize) -> f64,
) {
    let (got, g, h) = value_gradient_hessian(|x: [_; N]| f(&x), x);
    let close = |got: f64, want: f64| ulps_of_term(got, want, f64::MIN_POSITIVE) <= 16.0;
    assert!(ulps_of_term(got, value, 1.0_f64.min(x[0].abs())) <= 16.0, "{got}, not {value} at {x:?}");
    for i in 0..N {
        assert!(close(g[i], first(i)), "{i}: {} instead of {} at {x:?}", g[i], first(i));
        for j in 0..N {
            assert!(close(h[i][j], second(i, j)), "{i}, {j}: {} instead of {} at {x:?}", h[i][j], second(i, j));
        }
    }
}

/// Elements of very different sizes, so that one may outweigh the others by far, or not.
fn elements(spread: f64) -> impl Strategy<Value = [f64; N]> {
    [(); N].map(|()| prop_oneof![-1.0..1.0, -spread..spread])
}

proptest! {
    #[test]
    fn softmax(x in elements(200.0)) {
        let x = x.map(|x| (x * 64.0).round() / 64.0); // so that differences are exact
        let peak = x.into_iter().fold(f64::NEG_INFINITY, f64::max);
        let e = x.map(|x| (x - peak).exp());
        let total: f64 = e.iter().sum();
        let p = e.map(|e| e / total);
        let others = |i: usize| (0..N).filter(|j| *j != i).map(|j| p[j]).sum::<f64>();
        let k = x.iter().position(|x| *x == peak).unwrap();
        let rest: f64 = (0..N).filter(|i| *i != k).map(|i| e[i]).sum();
        check(log_sum_exp, x, peak + rest.ln_1p(), |i| p[i], |i, j| if i == j { p[i] * others(i) } else { -p[i] * p[j] });
    }

    #[test]
    fn direction(x in elements(40.0), scale in -300i32..300) {
        // lengths of every size, of which no formula without scaling has a square
        let x = x.map(|x| if x.abs() < 1.0 { x } else { x.signum() * (x.abs() - 20.0).exp2() });
        let factor = 2f64.powi(scale);
        let length = |left_out: Option<usize>| {
            (0..N).filter(|i| Some(*i) != left_out).map(|i| x[i]).fold(0.0, f64::hypot)
        };
        let h = length(None);
        let second = |i: usize, j: usize| if i == j { (length(Some(i)) / h).powi(2) } else { -(x[i] / h) * (x[j] / h) };
        check(norm, x.map(|x| x * factor), h * factor, |i| x[i] / h, |i, j| second(i, j) / h / factor);
    }

    /// Deep nests take another way; what they share with the shallow ones is as exact.
    #[test]
    fn orders_agree(x in elements(5.0)) {
        type Third = Dual<HyperDual<f64, N>, N>;
        type Fourth = HyperDual<HyperDual<f64, N>, N>;
        fn at<T: Grid<N, Precision = f64>>(f: fn(&[T]) -> T, x: [f64; N]) -> T {
            f(&[0, 1, 2, 3].map(|i| T::along(x[i], i)))
        }
        for (third, fourth) in [(at::<Third>(norm, x), at::<Fourth>(norm, x)), (at(log_sum_exp, x), at(log_sum_exp, x))] {
            prop_assert_eq!(third.value().to_bits(), fourth.value().to_bits());
            for path in paths::<N>(3) {
                let (a, b) = (third.partial(&path).unwrap(), fourth.partial(&path).unwrap());
                let size = if path.len() == 3 { third.value().abs().powi(-2).max(1.0) } else { a.abs() };
                prop_assert!((a - b).abs() <= 1e-13 * size.max(a.abs()), "{path:?} at {x:?}: {a} and {b}");
            }
        }
    }
}

/// Σ exp(xᵢ − L) = 1 holds for every direction: differentiated three times, against the derivatives themselves.
#[test]
fn third_derivatives_of_log_sum_exp() {
    type Third = Dual<HyperDual<f64, 2>, 2>;
    for x in [[0.0, 0.0], [0.3, -1.7], [5.0, 4.0], [0.0, -30.0], [-30.0, 0.0], [700.0, 0.0]] {
        let z = log_sum_exp(&[Third::along(x[0], 0), Third::along(x[1], 1)]);
        // of two terms it is x₀ + softplus(x₁ − x₀)
        let exact = HyperDual::<Dual<f64, 1>, 1>::variable(Dual::variable(x[1] - x[0], 0), 0).softplus();
        let third = exact.hessian()[0][0].eps[0];
        for path in paths::<2>(3).into_iter().filter(|path| path.len() == 3) {
            let sign = if path.iter().sum::<usize>() % 2 == 0 { -1.0 } else { 1.0 };
            let (got, want) = (z.partial(&path).unwrap(), sign * third);
            // the terms are p and p²
            let size = exact.hessian()[0][0].re.abs();
            assert!((got - want).abs() <= 16.0 * f64::EPSILON * size, "{path:?} at {x:?}: {got}, not {want}");
        }
    }
}

#[test]
fn of_nothing_and_of_long_slices() {
    assert_eq!(log_sum_exp::<f64>(&[]), f64::NEG_INFINITY);
    assert_eq!(norm::<f64>(&[]).to_bits(), 0);
    assert_eq!(norm::<Dual<f64, 2>>(&[]).eps, [0.0; 2]);
    assert_eq!(log_sum_exp::<Dual<f64, 2>>(&[]).eps, [0.0; 2]);
    assert_eq!(norm(&[f64::INFINITY, f64::NAN]), f64::INFINITY);
    assert!(norm(&[1.0, f64::NAN]).is_nan());
    assert_eq!(norm(&[1e308_f64; 3]).to_bits(), (1e308 * 3f64.sqrt()).to_bits());
    assert_eq!(norm(&[5e-324; 4]), 1e-323);
    assert_eq!(log_sum_exp(&[f64::INFINITY, f64::INFINITY]), f64::INFINITY);
    assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
    assert!(log_sum_exp(&[f64::NAN, f64::INFINITY]).is_nan());

    // one moves among a thousand: its slope is not what is left of 1
    let among = |f: fn(&[Dual<f64, 1>]) -> Dual<f64, 1>, others: f64| {
        gradient(
            |[x]: [Dual<f64, 1>; 1]| {
                let mut all = vec![Dual::constant(others); 1000];
                all[500] = x;
                f(&all)
            },
            [others],
        )[0]
    };
    assert!((among(log_sum_exp, 2.0) - 1e-3).abs() < 1e-17);
    assert!((among(norm, 3.0) - 1e-3f64.sqrt()).abs() < 1e-15);
}

/// The slopes of long slices keep their digits: sums are rounded once, not once a term.
#[test]
fn long_slices_keep_their_digits() {
    let n = 100_000;
    let x: Vec<f32> = (0..n).map(|i| 1e-3 * (i as f32 * 0.7).sin() + 1.0).collect();
    // in double precision, whose roundings do not count here
    let wide: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
    let length = wide.iter().map(|x| x * x).sum::<f64>().sqrt();
    let total: f64 = wide.iter().map(|x| x.exp()).sum();
    let check = |f: fn(&[Dual<f32, 1>]) -> Dual<f32, 1>, slope: &dyn Fn(f64) -> f64, value: f64| {
        let last_peak = (0..n).max_by(|i, j| x[*i].total_cmp(&x[*j])).unwrap();
        let peak = x.iter().position(|value| *value == x[last_peak]).unwrap();
        for moving in [0, n / 2, n - 1, peak, last_peak] {
            let numbers: Vec<_> =
                x.iter().enumerate().map(|(i, x)| Dual::new(*x, [f32::from(u8::from(i == moving))])).collect();
            let y = f(&numbers);
            let want = slope(wide[moving]);
            let ulps = (f64::from(y.eps[0]) - want).abs() / (want * f64::from(f32::EPSILON));
            assert!(ulps <= 4.0, "{moving}: {ulps} ulp");
            assert!((f64::from(y.re) - value).abs() <= 2.0 * f64::from(f32::EPSILON) * value, "{} of {value}", y.re);
        }
    };
    check(norm, &|x| x / length, length);
    check(log_sum_exp, &|x| x.exp() / total, total.ln());
}

/// An infinite slope wins, wherever the moving term stands.
#[test]
fn the_largest_may_have_an_infinite_slope() {
    for swapped in [false, true] {
        let ordered = |x: [Dual<f64, 1>; 2]| if swapped { [x[1], x[0]] } else { x };
        assert_eq!(gradient(|[x]| log_sum_exp(&ordered([x.sqrt(), x * 0.0])), [0.0]), [f64::INFINITY]);
        assert_eq!(gradient(|[x]| log_sum_exp(&ordered([x.asin(), x * 0.0 + 0.5])), [1.0]), [f64::INFINITY]);
    }
}

/// The difference to the largest has the digits that rounding takes from it: exp(0.1 − 700.3) of doubles, and that of floats.
#[test]
fn differences_are_exact() {
    let slope = |x: [f64; 2]| gradient(|x: [_; 2]| log_sum_exp(&x), x);
    for (small, large, want) in [
        (0.1, 700.3, 8.072420401778118e-305),
        (-0.7, 300.1, 2.3132354730043874e-131),
        (1e-09, 33.3, 3.451387747825592e-15),
        (-512.3, 0.7, 1.6103889564441473e-223),
    ] {
        let found = [slope([small, large])[0], slope([large, small])[1]];
        assert!(
            found.iter().all(|found| (found / want - 1.0).abs() < 4e-16),
            "{small} − {large}: {found:?} and {want}"
        );
    }
}

/// Lengths at the ends of the range, of one that is infinite or NaN, and of the largest among equals.
#[test]
fn lengths_at_the_ends() {
    for k in [-1074, -1060, -1022, -600, -511, -1, 0, 511, 600, 1020] {
        let unit = 2.0_f64.powi(k / 2) * 2.0_f64.powi(k - k / 2);
        assert_eq!(norm(&[2.0 * unit, -3.0 * unit, 6.0 * unit]), 7.0 * unit, "2^{k}");
        let slopes = gradient(|x: [_; 3]| norm(&x), [2.0 * unit, -3.0 * unit, 6.0 * unit]);
        for (slope, want) in slopes.into_iter().zip([2.0 / 7.0, -3.0 / 7.0, 6.0 / 7.0]) {
            // the lengths on the way are rounded to subnormal numbers
            assert!((slope - want).abs() < if k < -1022 { 0.1 } else { 4e-16 }, "2^{k}: {slopes:?}");
        }
    }
    // of subnormal sides, the length is rounded once: √2 times an integer
    let unit = f64::from_bits(1);
    for side in (0..100).map(|i| (1_u64 << 34) as f64 + f64::from(i) * 12_345_677.0) {
        let want = (side * std::f64::consts::SQRT_2).round() * unit;
        assert_eq!(norm(&[side * unit, -side * unit]), want, "{side} · 2^-1074");
    }
    assert!(norm(&[f64::NAN, 0.0]).is_nan() && norm(&[0.0, f64::NAN]).is_nan() && norm(&[f64::NAN; 2]).is_nan());
    assert_eq!([norm(&[f64::NAN, -f64::INFINITY]), norm(&[-f64::INFINITY; 2])], [f64::INFINITY; 2]);
    assert_eq!([norm(&[0.0, -0.0]), norm(&[-3.0_f64])], [0.0, 3.0]);
}
