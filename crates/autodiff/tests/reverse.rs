//! The reverse sweep against the forward drivers, and what a tape must not do.

use autodiff::reverse::{self, Reverse, Tape, TapeError};
use autodiff::{Dual, Number, Ordered, gradient, hessian, jacobian};
use proptest::prelude::*;

/// A function with every kind of operation, branches and a loop.
fn tangle<T: Ordered>(x: &[T]) -> T {
    let mut sum = T::zero();
    for (i, pair) in x.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        let term = match i % 4 {
            0 => (a * b).sin() / (b * b + 1.5) - a,
            1 if a > b => a.hypot(b).exp_m1(),
            1 => (b - a * 2.0).tanh(),
            2 => a.max(b) * (a % (b * b + 2.0)) + (-a).atan2(b * b + 0.5),
            _ => (a * a + 1.0).pow(b * 0.5) + b.abs().sqrt(),
        };
        sum += term * 0.7;
    }
    sum - x.iter().map(|x| x.powi(2)).product::<T>().ln_1p()
}

fn close(found: f64, want: f64, size: f64) -> bool {
    (found - want).abs() <= 1e-13 * size.max(1.0) || found.to_bits() == want.to_bits()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn forward_and_reverse_agree(x in prop::array::uniform9(-2.0_f64..2.0), v in prop::array::uniform9(-1.0_f64..1.0)) {
        let forward = gradient(|x| tangle(&x), x);
        let (value, slopes) = reverse::value_and_gradient(|x| tangle(x), &x).unwrap();
        prop_assert_eq!(value.to_bits(), tangle(&x).to_bits());
        let size = forward.iter().fold(0.0, |size: f64, g| size.max(g.abs()));
        for (found, want) in slopes.iter().zip(forward) {
            prop_assert!(close(*found, want, size), "{slopes:?}, {forward:?}");
        }
        let h = hessian(|x| tangle(&x), x);
        let size = h.as_flattened().iter().fold(0.0, |size: f64, h| size.max(h.abs()));
        let rows = reverse::hessian(|x| tangle(x), &x).unwrap();
        let (_, _, product) = reverse::hvp(|x| tangle(x), &x, &v).unwrap();
        for i in 0..9 {
            for j in 0..9 {
                prop_assert!(close(rows[i][j], h[i][j], size), "{rows:?}, {h:?}");
            }
            let want: f64 = (0..9).map(|j| h[i][j] * v[j]).sum();
            prop_assert!(close(product[i], want, 9.0 * size), "{product:?}, {want}");
        }
    }
}

fn spherical<T: Ordered>([r, theta, phi]: [T; 3]) -> [T; 3] {
    let (s, c) = theta.sin_cos();
    [r * s * phi.cos(), r * s * phi.sin(), r * c]
}

#[test]
fn jacobian_and_products_with_it() {
    let x = [2.0, 0.7, -1.1];
    let want = jacobian(spherical, x);
    let (values, rows) = reverse::jacobian(|x| spherical([x[0], x[1], x[2]]).to_vec(), &x).unwrap();
    assert_eq!(values, spherical(x));
    let w = [0.5, -2.0, 3.0];
    let (_, product) = reverse::vjp(|x| spherical([x[0], x[1], x[2]]).to_vec(), &x, &w).unwrap();
    for j in 0..3 {
        for i in 0..3 {
            assert!(close(rows[i][j], want[i][j], 2.0));
        }
        assert!(close(product[j], (0..3).map(|i| w[i] * want[i][j]).sum(), 6.0));
    }
}

#[test]
fn constants_and_variables_as_results() {
    assert_eq!(reverse::value_and_gradient(|_| Reverse::constant(3.0), &[1.0, 2.0]).unwrap(), (3.0, vec![0.0; 2]));
    assert_eq!(reverse::gradient(|x| x[1], &[1.0, 2.0]).unwrap(), [0.0, 1.0]);
    assert_eq!(reverse::gradient(|_| Reverse::constant(1.0), &[0.0; 0]).unwrap(), [0.0; 0]);
    assert_eq!(reverse::gradient(|x| x[0] + 1.0 - x[0], &[5.0]).unwrap(), [0.0]);
    let (values, product) =
        reverse::vjp(|x| vec![x[0], Reverse::constant(7.0), x[0]], &[5.0], &[1.0, 1.0, 2.0]).unwrap();
    assert_eq!((values, product), (vec![5.0, 7.0, 5.0], vec![3.0]));
}

#[test]
fn what_the_result_does_not_depend_on_does_no_harm() {
    // infinite slopes on ways that lead nowhere
    let slopes = reverse::gradient(
        |x| {
            let _unused = x[0].sqrt() / x[1];
            x[0] * 2.0 + x[1].floor() + x[1].ln().signum()
        },
        &[0.0, 0.0],
    );
    assert_eq!(slopes.unwrap(), [2.0, 0.0]);
    // a result of no weight
    let (_, product) = reverse::vjp(|x| vec![x[0].sqrt(), x[0] * 3.0], &[0.0], &[0.0, 1.0]).unwrap();
    assert_eq!(product, [3.0]);
    // an infinite slope beside a finite one, and zero slopes before and after it
    assert_eq!(reverse::gradient(|x| x[0].sqrt() + x[1], &[0.0, 0.0]).unwrap(), [f64::INFINITY, 1.0]);
    assert_eq!(reverse::gradient(|x| (x[0] * x[0]).sqrt(), &[0.0]).unwrap(), [0.0]);
    assert!(reverse::gradient(|x| x[0].sqrt() * 0.0, &[0.0_f64]).unwrap()[0].is_nan());
    assert!(gradient(|[x]| x.sqrt() * 0.0, [0.0_f64])[0].is_nan());
}

#[test]
fn wrong_lengths_are_errors() {
    let mut tape = Tape::new();
    let error = tape.gradient_into(|x| x[0], &[1.0, 2.0], &mut [0.0]).unwrap_err();
    assert_eq!(error, TapeError::Length { what: "the gradient", expected: 2, found: 1 });
    assert_eq!(error.to_string(), "the gradient has 1 elements and must have 2");
    let error = reverse::vjp(|x| vec![x[0]], &[1.0], &[]).unwrap_err();
    assert_eq!(error, TapeError::Length { what: "the vector w", expected: 1, found: 0 });
    let error = reverse::hvp(|x| x[0], &[1.0], &[]).unwrap_err();
    assert_eq!(error, TapeError::Length { what: "the direction v", expected: 1, found: 0 });
}

#[test]
fn a_computation_that_does_not_fit_is_an_error_and_the_tape_can_be_used_again() {
    let mut tape = Tape::with_limit(100);
    let mut slopes = [0.0; 2];
    let error = tape.gradient_into(|x| (0..100).fold(x[0], |y, _| y * x[1]), &[1.0, 1.0], &mut slopes).unwrap_err();
    assert_eq!(error, TapeError::Full { limit: 100 });
    assert!(error.to_string().contains("100 operations"), "{error}");
    let value = tape.gradient_into(|x| (0..98).fold(x[0], |y, _| y * x[1]), &[2.0, 1.0], &mut slopes).unwrap();
    assert_eq!((value, slopes, tape.operations()), (2.0, [1.0, 196.0], 100));
    let short = tape.gradient_into(|x| x[0] * x[1], &[2.0, 3.0], &mut slopes).unwrap();
    assert_eq!((short, slopes, tape.operations()), (6.0, [3.0, 2.0], 3));
    // as many variables as there is room for, and one more
    assert!(tape.gradient_into(|x| x[0], &[0.0; 100], &mut [0.0; 100]).is_ok());
    let many = vec![0.0; 101];
    assert!(tape.gradient_into(|x| x[0], &many, &mut vec![0.0; 101]).is_err());
}

/// 24 bytes an operation and 8 of the sweep; where the record grows, the old one is there beside one of twice its size.
#[test]
fn a_long_computation_takes_the_memory_that_is_stated() {
    let n = 1_000_000;
    let mut slopes = [0.0; 2];
    let counted = allocation_counter::measure(|| {
        let mut tape = Tape::new();
        let value = tape.gradient_into(|x| (1..n - 1).fold(x[0], |y, _| y * x[1]), &[2.0, 1.0], &mut slopes).unwrap();
        assert_eq!((value, tape.operations()), (2.0, n));
    });
    assert_eq!(slopes, [1.0, 2.0 * (n - 2) as f64]);
    assert!(counted.bytes_max >= 32 * n as u64, "{counted:?}");
    assert!(counted.bytes_max <= (3 * 24 + 8) * n as u64 + 4096, "{counted:?}");
    // and no more than there is room for
    let counted = allocation_counter::measure(|| {
        let mut tape = Tape::with_limit(n / 10);
        let error = tape.gradient_into(|x| (0..n).fold(x[0], |y, _| y * x[1]), &[2.0, 1.0], &mut slopes).unwrap_err();
        assert_eq!(error, TapeError::Full { limit: n / 10 });
    });
    assert!(counted.bytes_max <= 3 * 24 * n as u64 / 10 + 4096, "{counted:?}");
}

#[test]
fn nests_with_forward_numbers_on_either_side() {
    // d/dx of a sweep's result: the sweep's numbers hold the outer ones
    let outer = autodiff::derivative(
        |x| {
            let slopes = reverse::gradient(|y| y[0] * y[0] * Reverse::constant(x), &[x]).unwrap();
            slopes[0]
        },
        3.0,
    );
    // d/dy (y² x) at y = x is 2 x², and its derivative 4 x
    assert_eq!(outer, 12.0);
    // a forward number over the tape's: d/dx (d/dy x y² at y = 2) = 2 y
    let slopes = reverse::gradient(
        |x| {
            let y = Dual::new(Reverse::constant(2.0), [Reverse::constant(1.0)]);
            (Dual::constant(x[0]) * y * y).eps[0]
        },
        &[5.0],
    );
    assert_eq!(slopes.unwrap(), [4.0]);
}

/// d/dt t/(t + a) at t = b is a/(a + b)²: its gradient by a sweep of an inner derivative, and its pattern.
#[test]
fn quotients_of_an_inner_derivative() {
    fn inner<T: Number>([a, b]: [T; 2]) -> T {
        autodiff::derivative(|t: Dual<T, 1>| t / (t + Dual::constant(a)), b)
    }
    let [a, b] = [3.0, 2.0];
    let found = reverse::gradient(|x| inner([x[0], x[1]]), &[a, b]).unwrap();
    let cube = (a + b) * (a + b) * (a + b);
    assert!(close(found[0], (b - a) / cube, 1.0) && close(found[1], -2.0 * a / cube, 1.0), "{found:?}");
    let pattern =
        autodiff::sparse::jacobian_pattern(|x| vec![inner([x[0], x[1]]), inner([x[1], x[1]])], &[a, b]).unwrap();
    assert_eq!(pattern.iter().collect::<Vec<_>>(), [(0, 0), (0, 1), (1, 1)]);
}

/// Second derivatives beyond the floats, of numbers that are as slow: (10⁻¹²⁰ t)⁻¹ has f″ = 2·10³⁶⁰ and d²f/dt² = 2·10¹²⁰.
#[test]
fn second_derivatives_beyond_the_floats() {
    let found = reverse::hessian(|t| (t[0] * 1e-120).recip(), &[1.0]).unwrap()[0][0];
    assert!((found / 2e120 - 1.0).abs() < 1e-14, "{found:e}");
    // and below them: f = x^−0.5
    let found = reverse::hessian(|t| (t[0] * 1e150).powf(-0.5), &[1.0]).unwrap()[0][0];
    assert!((found / 0.75e-75 - 1.0).abs() < 1e-14, "{found:e}");
}

/// x = A⁻¹ b, whose derivatives come from corrections, one an order: as many as a tape's numbers have.
#[test]
fn solutions_of_systems() {
    fn solution<T: Ordered>([a, b]: [T; 2]) -> T {
        autodiff::linear_solve([[a + 2.0, b], [b, a * b]], [a, b]).unwrap()[1]
    }
    let at = [0.7, 1.3];
    let (found, want) = (reverse::gradient(|x| solution([x[0], x[1]]), &at).unwrap(), gradient(solution, at));
    assert!((0..2).all(|i| close(found[i], want[i], 10.0)), "{found:?}, {want:?}");
    let (found, want) = (reverse::hessian(|x| solution([x[0], x[1]]), &at).unwrap(), hessian(solution, at));
    assert!((0..4).all(|k| close(found[k / 2][k % 2], want[k / 2][k % 2], 100.0)), "{found:?}, {want:?}");
}

#[test]
fn single_precision_stays_single() {
    let slopes: Vec<f32> = reverse::gradient(|x| x[0] * x[0] + x[1].powi(4), &[3.0_f32, 3.0]).unwrap();
    assert_eq!(slopes, [6.0, 108.0]);
}

#[test]
fn later_calls_allocate_nothing() {
    let mut tape = Tape::new();
    let mut slopes = [0.0; 9];
    let mut sum = 0.0;
    let mut call = |k: usize| {
        let x: [f64; 9] = std::array::from_fn(|i| 0.1 * (i * k % 7) as f64);
        sum += tape.gradient_into(|x| tangle(x), &x, &mut slopes).unwrap();
    };
    call(1);
    let counted = allocation_counter::measure(|| (2..6).for_each(&mut call));
    assert_eq!(counted.count_total, 0);
    assert!(sum.is_finite());
}

/// A zero adjoint is one, of either sign: an infinite slope on the way back makes NaN of it, as it does forwards.
#[test]
fn zero_adjoints_of_either_sign() {
    for zero in [0.0, -0.0] {
        assert!(autodiff::derivative(|x| x.sqrt() * zero, 0.0_f64).is_nan());
        assert!(reverse::gradient(|x| x[0].sqrt() * zero, &[0.0]).unwrap()[0].is_nan());
        // one that moves counts
        let weight = Dual::<f64, 1>::new(zero, [1.0]);
        let (_, along) = reverse::vjp(|x| vec![x[0] * 3.0], &[Dual::constant(2.0)], &[weight]).unwrap();
        assert_eq!((along[0].re, along[0].eps), (0.0, [3.0]));
    }
    let slopes = reverse::gradient(|x| x[0] * 2.0, &[1.0_f64, 1.0]).unwrap();
    assert_eq!(slopes[1].to_bits(), 0);
}

/// A number shows where it stands on the tape, if it does.
#[test]
fn a_number_shows_its_place() {
    let mut shown = vec![];
    let show = |x: Reverse<'_, f64>| format!("{x:?}");
    reverse::gradient(
        |x| {
            shown = vec![show(Reverse::constant(0.5)), show(x[1]), show(x[0] * x[1])];
            x[0]
        },
        &[3.0, 2.0],
    )
    .unwrap();
    assert_eq!(
        shown,
        ["Reverse { re: 0.5, .. }", "Reverse { re: 2.0, index: 1, .. }", "Reverse { re: 6.0, index: 2, .. }"]
    );
}

#[test]
fn a_tape_says_how_long_it_is() {
    let mut tape = reverse::Tape::with_limit(100);
    tape.gradient_into(|x| x[0] * x[1] + x[0], &[1.0, 2.0], &mut [0.0; 2]).unwrap();
    assert_eq!(format!("{tape:?}"), "Tape { operations: 4, limit: 100, .. }");
}
