//! Solutions of equations: their derivatives to third order against closed forms, elimination on the numbers and
//! differentiation through the iterations.

mod common;

use autodiff::{
    Dual, HyperDual, Ordered, SolveError, Taylor, fixed_point, gradient, hessian, implicit, jacobian, linear_solve,
    linear_solve_slice, system, taylor,
};
use common::{Grid, paths};
use proptest::prelude::*;

type Third<const N: usize> = Dual<HyperDual<f64, N>, N>;

fn assert_close(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got - want).abs() <= tolerance * (1.0 + want.abs()), "{what}: {got:e} instead of {want:e}");
}

fn assert_same<const N: usize, T: Grid<N, Precision = f64>>(got: T, want: T, tolerance: f64) {
    for path in paths::<N>(T::ORDER) {
        assert_close(got.partial(&path).unwrap(), want.partial(&path).unwrap(), tolerance, &format!("{path:?}"));
    }
}

system! {
    fn kepler([anomaly], [mean, eccentricity]) { [anomaly - eccentricity * anomaly.sin() - mean] }
    fn circle_and_line([x, y], [r, s]) { [x * x + y * y - r * r, y - s * x] }
    fn babylonian([x], [p]) { [(x + p / x) * 0.5] }
    fn slow([x], [p]) { [x * 0.999 + p * 0.001] }
    fn coupled([x, y], [a, b]) { [(y * a).cos() * 0.5, (x * b).sin() * 0.5] }
    fn expanding([x], [p]) { [x * x + p] }
    fn no_root([x], [p]) { [x * x + p * p + 1.0] }
    fn double_root([x], [p]) { let d = x - p; [d * d] }
    fn needs_positive([x], [p]) { [x.ln() - p] }
    fn without_parameters([x], []) { [x * x - 2.0] }
    fn apart([x, y], [p, q]) { [x - p, y - q] }
    fn wave([x], [p]) { [x + x.sin() * 10.0 - p] }
    fn square([x], [p]) { [x * x - p] }
    fn squared([x], [p]) { [x * x * p] }
    fn shrinking([x], [p]) { [x * p] }
    fn near_one([x], [p]) { [x.exp() - 1.0 - p] }
    fn of_two_sizes([x, y], [p, q]) { [x * x - p * p + y * p, y * y - q * q + x * q * q * 3e-13] }
    fn exponential([x], [p]) { [x.exp() - p] }
    fn sigmoid([x], [p]) { [x.logistic() - p] }
    fn saturated([x], [p]) { [x.tanh() - p] }
    fn root_of([x], [p]) { [x.sqrt() - p] }
    fn halves([x], [p]) { [x * 0.5 + x * p * 0.0] }
}

/// Roots are taken where the residual is rounding, wherever the iterations start; where they find none they say so.
#[test]
fn what_is_given_is_a_root() {
    let mut found = 0;
    for k in 0..2000 {
        let mean = 0.001 + f64::from(k) * 0.003;
        let [x] = implicit(&kepler, [0.0], [mean, 0.999]).unwrap_or_else(|e| panic!("M = {mean}: {e}"));
        assert!((x - 0.999 * x.sin() - mean).abs() < 1e-14, "M = {mean}: {x}");
        // a guess beside an extremum of F
        let (guess, p) = (
            std::f64::consts::PI - 0.1_f64.acos() + 10.0_f64.powf(-4.0 - f64::from(k % 400) * 0.025),
            f64::from(k / 400) * 0.37,
        );
        if let Ok([x]) = implicit(&wave, [guess], [p]) {
            assert!((x + 10.0 * x.sin() - p).abs() < 1e-13 * (1.0 + x.abs()), "guess {guess}: {x}");
            found += 1;
        }
    }
    assert!(found > 1000, "{found}");
    let single = implicit(&kepler, [0.0], [0.058_f32, 0.999]).unwrap()[0];
    assert_close(
        f64::from(single),
        implicit(&kepler, [0.0], [f64::from(0.058_f32), f64::from(0.999_f32)]).unwrap()[0],
        1e-4,
        "f32",
    );
}

#[test]
fn simple_roots_of_any_size_are_regular() {
    for exponent in [-300, -200, -40, -3, 0, 3, 40, 200, 300] {
        let root = 10.0_f64.powi(exponent / 2);
        let x = implicit(&square, [1.0], [Dual::<f64, 1>::variable(root * root, 0)]).unwrap()[0];
        assert_close(x.re / root, 1.0, 1e-15, &format!("1e{exponent}"));
        assert_close(x.eps[0] * root, 0.5, 1e-15, &format!("slope at 1e{exponent}"));
    }
    // the residual never falls below the rounding of eˣ − 1
    let x = implicit(&near_one, [0.5], [Dual::<f64, 1>::variable(1e-17, 0)]).unwrap()[0];
    assert!(x.re.abs() < 1e-15 && (x.eps[0] - 1.0).abs() < 1e-14, "{x}");
    // one unknown 10²⁰ times the other
    let [x, y] = implicit(&of_two_sizes, [1.0_f64, 1.0], [1e12, 1e-8]).unwrap();
    let residuals = autodiff::System::call(&of_two_sizes, [x, y], [1e12, 1e-8]);
    assert!(residuals[0].abs() < 1e10 && residuals[1].abs() < 1e-30, "{x} {y}: {residuals:?}");
}

/// Where the slope is subnormal the step is beyond the floats; it is shortened, or the search ends.
#[test]
fn steps_beyond_the_floats_end() {
    fn check<F: autodiff::Float>(found: Result<[F; 1], SolveError>, want: f64) {
        match found {
            Ok([x]) => assert!((x.to_f64() - want).abs() <= 1e-5 * want.abs().max(0.1), "{x} instead of {want}"),
            Err(error) => assert!(matches!(error, SolveError::NotConverged { .. }), "{error}"),
        }
    }
    assert!(implicit(&exponential, [-720.0_f64], [1.0]).unwrap()[0].abs() < 1e-15);
    check(implicit(&exponential, [-700.0], [1e300]), 300.0 * std::f64::consts::LN_10);
    check(implicit(&exponential, [-100.0_f32], [1.0]), 0.0);
    check(implicit(&exponential, [-80.0_f32], [1e6]), 6.0 * std::f64::consts::LN_10);
    check(implicit(&sigmoid, [-90.0_f32], [0.5]), 0.0);
    check(implicit(&sigmoid, [-720.0], [0.5]), 0.0);
    check(implicit(&saturated, [360.0], [0.5]), 0.5_f64.atanh());
    check(implicit(&square, [5e-324], [4.0]), 2.0);
    // simple roots where the slope is steep, and steps that would end where there is none
    for p in [-46.0_f32, -40.0] {
        check(implicit(&needs_positive, [1.0_f32], [p]), f64::from(p).exp());
    }
    for p in [-400.0_f64, -700.0] {
        let x = implicit(&needs_positive, [1.0], [p]).unwrap()[0];
        assert_close(x / p.exp(), 1.0, 1e-12, "e^p");
    }
    assert_close(implicit(&root_of, [1.0], [1e-100]).unwrap()[0] / 1e-200, 1.0, 1e-12, "p²");
    assert!(!matches!(implicit(&root_of, [1.0_f64], [1e-160]), Err(SolveError::NotFinite { quantity: "matrix", .. })));
}

/// The limit of the iterations, not any fixed point near them.
#[test]
fn fixed_points_are_those_that_attract() {
    let zero = |found: Result<[f64; 1], SolveError>| found.unwrap()[0].abs() < f64::MIN_POSITIVE;
    assert!(zero(fixed_point(&squared, [1.0 - 1e-7], [1.0])));
    assert!(fixed_point(&squared, [1.0 + 1e-7], [1.0]).is_err());
    // the start is one already
    assert_eq!(fixed_point(&squared, [1.0], [1.0]), Ok([1.0]));
    assert!(zero(fixed_point(&shrinking, [1.0], [0.999])));
    assert!(zero(fixed_point(&halves, [3.0], [1.0])));
    assert!(matches!(fixed_point(&shrinking, [1.0], [0.99999]), Err(SolveError::NotConverged { .. })));
    let error = fixed_point(&shrinking, [1.0], [-1.0]).unwrap_err();
    assert!(matches!(error, SolveError::NotConverged { .. }));
    assert!(error.to_string().starts_with("not converged in "), "{error}");
}

/// Cramer's rule, on the numbers.
fn cramer<T: Ordered>([[a, b], [c, d]]: [[T; 2]; 2], [e, f]: [T; 2]) -> [T; 2] {
    let det = a * d - b * c;
    [(e * d - b * f) / det, (a * f - e * c) / det]
}

fn system_of<T: Ordered>([x, y]: [T; 2]) -> ([[T; 2]; 2], [T; 2]) {
    ([[x * y, y.exp()], [x.sin() + 3.0, y * y]], [x + y, x * x * y])
}

#[test]
fn linear_solutions_are_right_at_every_order() {
    fn check<T: Grid<2, Precision = f64> + Ordered<f64>>() {
        for at in [[0.3, 1.2], [2.0, -0.7]] {
            let (a, b) = system_of([T::along(at[0], 0), T::along(at[1], 1)]);
            let (got, want) = (linear_solve(a, b).unwrap(), cramer(a, b));
            for i in 0..2 {
                assert_same(got[i], want[i], 1e-12);
            }
            let plain = linear_solve(a.map(|row| row.map(T::value)), b.map(T::value)).unwrap();
            assert_eq!(got.map(|x| x.value().to_bits()), plain.map(f64::to_bits));
        }
    }
    check::<f64>();
    check::<Dual<f64, 2>>();
    check::<HyperDual<f64, 2>>();
    check::<Third<2>>();
    check::<HyperDual<HyperDual<f64, 2>, 2>>();
    let (a, b) = system_of([Taylor::<f64, 12>::variable(0.3), Taylor::line(1.2, -2.0)]);
    let (got, want) = (linear_solve(a, b).unwrap(), cramer(a, b));
    for k in 0..12 {
        let size = want[0].coefficients[k].abs();
        assert_close(got[0].coefficients[k] / size, want[0].coefficients[k] / size, 1e-9, &format!("coefficient {k}"));
    }
}

#[test]
fn linear_solve_in_single_precision_and_with_exchanged_rows() {
    assert_eq!(linear_solve([[0.0_f32, 2.0], [4.0, 0.0]], [6.0, 8.0]), Ok([2.0, 3.0]));
    let h = [[1e-20, 1.0], [1.0, 1.0]];
    assert_eq!(linear_solve(h, [1.0, 2.0]), Ok([1.0, 1.0]));
    // badly scaled, but not singular
    assert_eq!(linear_solve([[1.0, 1e20], [0.0, 1.0]], [1e20, 1.0]), Ok([0.0, 1.0]));
    assert_eq!(linear_solve([[1e-200, 0.0], [0.0, 1e200]], [1e-200, 1e200]), Ok([1.0, 1.0]));
    assert_eq!(linear_solve_slice::<f64, f64>(&[], &[]), Ok(vec![]));
}

#[test]
fn linear_solve_names_what_is_wrong() {
    let singular = linear_solve([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]], [1.0, 2.0, 4.0]);
    assert!(matches!(singular, Err(SolveError::Singular { pivot: 2, .. })), "{singular:?}");
    let zero = linear_solve([[0.0, 1.0], [0.0, 2.0]], [1.0, 2.0]).unwrap_err();
    assert_eq!(zero, SolveError::Singular { pivot: 0, value: 0.0 });
    assert_eq!(zero.to_string(), "the matrix is singular to working precision: pivot 0 is 0e0");
    let infinite = linear_solve([[1.0, f64::INFINITY], [0.0, 1.0]], [1.0, 1.0]).unwrap_err();
    assert_eq!(infinite.to_string(), "entry 1 of the matrix is inf, which is not finite");
    let nan = linear_solve([[1.0, 0.0], [0.0, 1.0]], [1.0, f64::NAN]).unwrap_err();
    assert_eq!(nan.to_string(), "entry 1 of the right-hand side is NaN, which is not finite");
    let huge = linear_solve([[1e-300]], [1e300]).unwrap_err();
    assert_eq!(huge.to_string(), "entry 0 of the solution is inf, which is not finite");
    let short = linear_solve_slice(&[1.0, 2.0, 3.0], &[1.0, 2.0]).unwrap_err();
    assert_eq!(short.to_string(), "the matrix has 3 entries instead of 4");
    let short = linear_solve_slice(&[1.0; 8], &[1.0; 3]).unwrap_err();
    assert_eq!(short, SolveError::Length { quantity: "matrix", expected: 9, found: 8 });
}

#[test]
fn an_infinite_partial_stays_in_its_place() {
    let g = jacobian(
        |[p, q]| linear_solve([[2.0 + 0.0 * p, 0.0 * p], [0.0 * p, 4.0 + 0.0 * p]], [p.sqrt(), q]).unwrap(),
        [0.0, 1.0],
    );
    assert_eq!(g, [[f64::INFINITY, 0.0], [0.0, 0.25]]);
    let g = jacobian(|[p, q]| implicit(&apart, [1.0, 1.0], [p.sqrt(), q]).unwrap(), [0.0, 1.0]);
    assert_eq!(g, [[f64::INFINITY, 0.0], [0.0, 1.0]]);
}

#[test]
fn roots_agree_with_closed_forms() {
    // x = r/√(1 + s²), y = s x
    let at = [5.0, 0.75];
    let p = [Third::<2>::along(at[0], 0), Third::along(at[1], 1)];
    let [x, y] = implicit(&circle_and_line, [1.0, 1.0], p).unwrap();
    let want = p[0] / (p[1] * p[1] + 1.0).sqrt();
    assert_same(x, want, 1e-13);
    assert_same(y, want * p[1], 1e-13);

    // √p to the twelfth order
    let (value, coefficients) = taylor::<_, _, 12>(|p| fixed_point(&babylonian, [1.0], [p]).unwrap()[0], 2.0);
    let (root, want) = taylor::<_, _, 12>(|p| p.sqrt(), 2.0);
    assert_close(value, root, 1e-15, "√2");
    for k in 0..12 {
        assert_close(coefficients[k] / want[k], 1.0, 1e-12, &format!("coefficient {k}"));
    }
    let single = taylor::<_, _, 3>(|p| implicit(&kepler, [1.0_f32], [p, Taylor::constant(0.5)]).unwrap()[0], 1.0_f32);
    let double = taylor::<_, _, 3>(|p| implicit(&kepler, [1.0], [p, Taylor::constant(0.5)]).unwrap()[0], 1.0);
    for k in 0..3 {
        assert_close(f64::from(single.1[k]), double.1[k], 1e-5, &format!("coefficient {k}"));
    }
    let [root] = implicit(&without_parameters, [1.0], [0.0_f64; 0]).unwrap();
    assert_close(root, 2.0_f64.sqrt(), 2e-16, "√2 without parameters");
}

#[test]
fn fixed_points_agree_with_differentiation_through_the_iterations() {
    let p = [Third::<2>::along(0.9, 0), Third::along(1.3, 1)];
    let got = fixed_point(&coupled, [0.1, 0.1], p).unwrap();
    let mut x = [Third::constant(HyperDual::constant(0.1)); 2];
    for _ in 0..200 {
        x = autodiff::System::call(&coupled, x, p);
    }
    for i in 0..2 {
        assert_same(got[i], x[i], 1e-14);
    }
    // where 6,908 iterations would be needed, Newton's finish it
    let [x] = fixed_point(&slow, [0.0], [HyperDual::<f64, 1>::variable(3.0, 0)]).unwrap();
    assert_close(x.re, 3.0, 1e-12, "slow value");
    assert_close(x.eps[0], 1.0, 1e-12, "slow slope");
    assert_close(x.hessian()[0][0], 0.0, 1e-12, "slow curvature");
}

#[test]
fn values_are_those_of_plain_floats() {
    let plain: f64 = implicit(&kepler, [1.0], [1.1, 0.4]).unwrap()[0];
    let g = gradient(|p| implicit(&kepler, [1.0], p).unwrap()[0], [1.1, 0.4]);
    let dual = implicit(&kepler, [1.0], Third::<2>::variables([HyperDual::constant(1.1), HyperDual::constant(0.4)]))
        .unwrap()[0];
    assert_eq!(autodiff::Number::value(dual).to_bits(), plain.to_bits());
    assert_close(g[1], plain.sin() / (1.0 - 0.4 * plain.cos()), 1e-15, "dE/de");
}

#[test]
fn failures_say_what_failed() {
    assert!(matches!(
        implicit(&no_root, [1.0], [1.0]),
        Err(SolveError::NotConverged { .. } | SolveError::Singular { .. })
    ));
    assert!(matches!(implicit(&double_root, [0.0], [1.0]), Err(SolveError::Singular { pivot: 0, .. })));
    assert!(matches!(implicit(&double_root, [1.0], [1.0]), Err(SolveError::Singular { pivot: 0, .. })));
    assert!(matches!(implicit(&double_root, [0.5], [0.0]), Err(SolveError::Singular { pivot: 0, .. })));
    let error = fixed_point(&expanding, [3.0], [1.0]).unwrap_err();
    assert!(matches!(error, SolveError::NotFinite { quantity: "iterate", index: 0, .. }), "{error}");
    let error = implicit(&needs_positive, [-1.0], [1.0]).unwrap_err();
    assert!(matches!(error, SolveError::NotFinite { quantity: "functions", index: 0, .. }), "{error}");
    let error = implicit(&kepler, [1.0], [f64::NAN, 0.1]).unwrap_err();
    assert!(matches!(error, SolveError::NotFinite { quantity: "parameters", index: 0, .. }), "{error}");
    let error = implicit(&kepler, [f64::INFINITY], [1.0, 0.1]).unwrap_err();
    assert!(matches!(error, SolveError::NotFinite { quantity: "guess", index: 0, .. }), "{error}");
}

/// Elimination on the numbers.
fn eliminated<T: Ordered, const N: usize>(mut a: [[T; N]; N], mut b: [T; N]) -> [T; N] {
    for k in 0..N {
        for i in k + 1..N {
            let l = a[i][k] / a[k][k];
            for j in k..N {
                let product = l * a[k][j];
                a[i][j] -= product;
            }
            let product = l * b[k];
            b[i] -= product;
        }
    }
    for i in (0..N).rev() {
        for j in i + 1..N {
            let product = a[i][j] * b[j];
            b[i] -= product;
        }
        b[i] /= a[i][i];
    }
    b
}

proptest! {
    #[test]
    fn random_systems_agree_with_elimination(entries in prop::collection::vec(-1.0..1.0f64, 12)) {
        // dominated by the diagonal, so that no rows need be exchanged
        type H = HyperDual<f64, 12>;
        fn parts(p: [H; 12]) -> ([[H; 3]; 3], [H; 3]) {
            (std::array::from_fn(|i| std::array::from_fn(|j| if i == j { p[4 * i] + 4.0 } else { p[3 * i + j] })), [p[9], p[10], p[11]])
        }
        let at: [f64; 12] = entries.try_into().unwrap();
        let got = hessian(|p| { let (a, b) = parts(p); linear_solve(a, b).unwrap()[1] }, at);
        let want = hessian(|p| { let (a, b) = parts(p); eliminated(a, b)[1] }, at);
        for i in 0..12 {
            for j in 0..12 {
                prop_assert!((got[i][j] - want[i][j]).abs() < 1e-13, "{i} {j}: {} {}", got[i][j], want[i][j]);
            }
        }
    }
}

/// A literal that is beyond single precision stands for infinity there, and is no error.
#[test]
fn literals_beyond_single_precision_are_allowed() {
    system! { fn scaled([x], [p]) { [x * 1e150 - p] } }
    assert_eq!(implicit(&scaled, [1.0_f64], [2e150]), Ok([2.0]));
}

/// A root as near as the steps bring it, also from a guess where F vanishes within its rounding errors already.
#[test]
fn a_root_is_refined_beyond_the_first_that_is_taken() {
    for k in 1..200 {
        let p = 0.37 * f64::from(k);
        for ulps in [-3.0, -2.0, 2.0, 3.0] {
            let [x] = implicit(&square, [p.sqrt() * (1.0 + ulps * f64::EPSILON)], [p]).unwrap();
            assert!((x / p.sqrt() - 1.0).abs() <= f64::EPSILON, "√{p} from {ulps} units beside: {x:e}");
        }
    }
}

/// Where rounding hides the root, the steps wander about and no longer shrink: then they end.
#[test]
fn steps_that_no_longer_shrink_end() {
    system! { fn expanded([x], [p]) { [x.powi(3) - x.powi(2) * 6.0 + x * 11.0 - 6.0 - p] } }
    for k in 0..300 {
        let p = 1e-3 * f64::from(k);
        for guess in [0.9, 2.1, 3.1] {
            let [x] = implicit(&expanded, [guess], [p]).unwrap_or_else(|e| panic!("{p} from {guess}: {e}"));
            let y = (x - 1.0) * (x - 2.0) * (x - 3.0);
            assert!((y - p).abs() < 1e-13, "{p} from {guess}: {x}");
        }
    }
}

/// How many iterations there were, and how far the last went.
#[test]
fn the_error_tells_the_iterations_and_the_last_change() {
    system! { fn eighth_power([x], [_p]) { [x.powi(8)] } }
    // x ← ⅞ x, which is far from zero after 1200 steps
    let error = implicit(&eighth_power, [1e38], [0.0]).unwrap_err();
    let SolveError::NotConverged { iterations: 1200, change } = error else { panic!("{error:?}") };
    assert_close(change / (1e38 * 0.875_f64.powi(1199) / 8.0), 1.0, 1e-10, "the last of Newton's steps");
    // x ← p x
    let error = fixed_point(&shrinking, [1.0], [0.99999]).unwrap_err();
    let SolveError::NotConverged { iterations: 16384, change } = error else { panic!("{error:?}") };
    assert_close(change / (0.99999_f64.powi(16384) * 1e-5), 1.0, 1e-9, "the last of the iterations");
}

/// A slope that is 1 at the root, and large within its rounding errors to one side.
#[test]
fn a_slope_that_changes_within_rounding_is_singular() {
    system! {
        fn bent_above([x], [p]) { [x - p + (x - p).max(p * 0.0).powi(2) * 1e16] }
        fn bent_below([x], [p]) { [x - p + (x - p).min(p * 0.0).powi(2) * 1e16] }
        fn second_double([x, y], [p]) { [(x - p) * 5.0, (x - p) * 2.0 + y * y] }
        fn second_bent([x, y], [p]) { [x * 5.0 + y * 7.0 - p * 12.0, (y - p) * 3.0 + (y - p).max(p * 0.0).powi(2) * 1e16] }
    }
    // large terms hide where the root is, but no slope
    system! {
        fn near_above([x], [p]) { let d = x - p; [(d + (d - 1e-7).max(p * 0.0).powi(2) * 1e7 + 1e10) - 1e10] }
        fn near_below([x], [p]) { let d = x - p; [(d + (d + 1e-7).min(p * 0.0).powi(2) * 1e7 + 1e10) - 1e10] }
        fn near_nothing([x], [p]) { let d = x - p; [(d + 1e10) - 1e10] }
    }
    let singular = |pivot, value| Err(SolveError::Singular { pivot, value });
    assert_eq!(implicit(&near_above, [1.0], [1.0]).map(|_| ()), singular(0, 1.0));
    assert_eq!(implicit(&near_below, [1.0], [1.0]).map(|_| ()), singular(0, 1.0));
    assert_eq!(implicit(&near_nothing, [1.0], [1.0]), Ok([1.0]));
    assert_eq!(implicit(&bent_above, [1.0], [1.0]).map(|_| ()), singular(0, 1.0));
    assert_eq!(implicit(&bent_below, [1.0], [1.0]).map(|_| ()), singular(0, 1.0));
    // 2 y, where y² is within the rounding
    let found = implicit(&second_double, [1.0, 0.5], [1.0]);
    let small = |value: f64| value > 0.0 && value < 1e-6;
    assert!(matches!(found, Err(SolveError::Singular { pivot: 1, value }) if small(value)), "{found:?}");
    let found = implicit(&second_bent, [1.0, 1.0], [1.0]);
    assert!(
        matches!(
            found,
            Err(SolveError::Singular { pivot: 0, value: 5.0 } | SolveError::Singular { pivot: 1, value: 3.0 })
        ),
        "{found:?}"
    );
}
