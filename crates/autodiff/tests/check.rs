//! The checks of derivatives: right verdicts on healthy functions of all scales, on wrong rules and at kinks.

use proptest::prelude::*;

use autodiff::{
    CustomRule, Function, Ordered, Report, Rule, Single, Verdict, check_closure, check_derivatives, check_rule,
    check_rule_against, custom_rule, function,
};

function! {
    fn rosenbrock([x, y]) { (x * -1.0 + 1.0).powi(2) + (y - x * x).powi(2) * 100.0 }
    fn scales([x, y]) { (x * 1e6).exp() * 1e-30 + (y * 1e-8).sin() * 1e20 }
    fn wave { rate }([x]) { (x * rate).sin() }
    fn small_argument([x]) { x.cos() }
    fn constant([x, y]) { x * 0.0 + y * 0.0 + 3.0 }
    fn linear([x, y]) { x * 3.0 - y * 1e-7 }
    fn rational([x, y]) { (x * y + 1.0) / (x * x + y * y) }
    fn logarithms([x]) { x.ln() * x }
    fn several([x, y, z]) -> [3] { [x * y * z, (x - z).tanh(), y.exp() / z] }
    fn absolute([x]) { x.abs() }
    fn ramp([x]) { x.max(x * 0.0) }
    fn tie([x, y]) { x.max(y) }
    fn square_root([x]) { x.sqrt() }
    fn step([x]) { x.floor() }
    fn smooth_join([x]) { x * x.abs() }
    fn cusp([x]) { x.abs().sqrt() }
    fn noisy([x]) { (x + 1e16) - 1e16 }
}

#[track_caller]
fn ok(report: &Report) {
    assert!(report.is_ok() && !report.entries.is_empty(), "{report}");
}

#[test]
fn healthy_functions_of_all_scales() {
    ok(&check_derivatives(&rosenbrock, [-1.2, 1.0]));
    ok(&check_derivatives(&rosenbrock, [1.0, 1.0]));
    ok(&check_derivatives(&scales, [3e-6, 2e8]));
    ok(&check_derivatives(&scales, [0.0, 1.0]));
    ok(&check_derivatives(&wave { rate: 1e80 }, [0.3e-80]));
    // a point that tells nothing of the size of the steps
    ok(&check_derivatives(&wave { rate: 1e40 }, [0.0]));
    ok(&check_derivatives(&constant, [1.0, 0.0]));
    ok(&check_derivatives(&linear, [1.0, 0.0]));
    ok(&check_derivatives(&rational, [0.3, -2.0]));
    ok(&check_derivatives(&rational, [300.0, 1e-3]));
    for x in [1e-90, 1e-8, 0.5, 1.0, 1e5, 1e90] {
        ok(&check_derivatives(&logarithms, [x]));
    }
    ok(&check_derivatives(&several, [0.3, 2.0, 1.5]));
    ok(&check_derivatives(&small_argument, [0.0]));
}

#[test]
fn all_table_functions_agree() {
    macro_rules! each {
        ($($name:ident)*) => {$({
            let x = if stringify!($name) == "acosh" { 1.7 } else { 0.6 };
            ok(&check_closure(|[x]| x.$name(), [x]));
        })*};
    }
    autodiff::rule_names!(each);
    ok(&check_closure(|[x, y]| [x.pow(y), x.hypot(y), x.atan2(y)], [0.7, 1.3]));
    ok(&check_closure(|x: [autodiff::Nested<f64>; 2]| vec![x[0] * x[1], x[0] / x[1]], [0.7, 1.3]));
}

#[test]
fn a_second_derivative_lost_to_underflow_is_not_vouched_for() {
    // ln″ is −1e−400, which is 0: so what is left of (x ln x)″ is 2/x, and the bound on its rounding says so
    let report = check_derivatives(&logarithms, [1e200]);
    let wrong = report.failures().next().unwrap();
    assert_eq!((&wrong.variables[..], wrong.verdict), (&[0, 0][..], Verdict::Inconclusive), "{report}");
}

#[test]
fn entries_are_all_derivatives() {
    let report = check_derivatives(&several, [0.3, 2.0, 1.5]);
    assert_eq!(report.entries.len(), 3 * (3 + 6 + 10));
    let entry = report.entries.iter().find(|e| e.output == 0 && e.variables == [0, 1, 2]).unwrap();
    assert_eq!((entry.found, entry.other), (1.0, 1.0));
    assert!((entry.expected - 1.0).abs() < 1e-9 && entry.error < 1e-9);
    let entry = report.entries.iter().find(|e| e.output == 2 && e.variables == [1, 2]).unwrap();
    assert!((entry.found + 2.0_f64.exp() / 2.25).abs() < 1e-14, "{report}");
}

#[test]
fn single_precision() {
    let report = check_derivatives(&rosenbrock, [-1.2_f32, 1.0]);
    assert!(report.failures().all(|e| e.verdict == Verdict::Inconclusive), "{report}");
    assert!(report.entries[0].verdict == Verdict::Agrees, "{report}");
}

/// The verdicts to each order.
fn verdicts(report: &Report) -> Vec<Verdict> {
    report.entries.iter().map(|e| e.verdict).collect()
}

#[test]
fn kinks_are_called_so() {
    use Verdict::*;
    for report in
        [check_derivatives(&absolute, [0.0]), check_derivatives(&ramp, [0.0]), check_derivatives(&cusp, [0.0])]
    {
        assert_eq!(report.entries[0].verdict, NotDifferentiable, "{report}");
        assert!(!report.is_ok());
    }
    assert_eq!(check_derivatives(&tie, [1.0, 1.0]).entries[0].verdict, NotDifferentiable);
    assert_eq!(check_derivatives(&step, [2.0]).entries[0].verdict, NotDifferentiable);
    assert_eq!(check_derivatives(&square_root, [0.0]).entries[0].verdict, NotDifferentiable);
    let join = check_derivatives(&smooth_join, [0.0]);
    assert_eq!(verdicts(&join)[..2], [Agrees, NotDifferentiable], "{join}");
    // beside the kink all is well
    ok(&check_derivatives(&absolute, [1e-3]));
    ok(&check_derivatives(&tie, [1.0, 1.001]));
    ok(&check_derivatives(&step, [2.5]));
    // rounding alone is no fault of the derivative
    let noise = check_derivatives(&noisy, [1.0]);
    assert_ne!(noise.entries[0].verdict, Differs, "{noise}");
}

/// Floats near by whose values are rounded alike, and large steps over which the slope wanders, are no kinks.
#[test]
fn rounding_is_no_kink() {
    function! {
        fn half_at_zero([x]) { (x.cos() * -1.0 + 1.0) / (x * x) }
        fn one_at_zero([x]) { (x.exp() - 1.0) / x }
        fn sixth_at_zero([x]) { (x - x.sin()) / (x * x * x) }
        fn half_at_one([x]) { (x.ln() - x + 1.0) / ((x - 1.0) * (x - 1.0)) }
        fn third_at_zero([x]) { (x.tanh() - x) / (x * x * x) }
    }
    // where bounds of the rounding are not known
    for i in 1..200 {
        let report = check_closure(|[x]| (x.exp() - 1.0) / x, [1e-5 * f64::from(i)]);
        assert!(report.entries.iter().all(|e| e.verdict != Verdict::NotDifferentiable), "{report}");
    }
    fn no_kinks<F: Function<1, f32, Output = Single> + Function<1, f64, Output = Single>>(f: F, points: &[f64]) {
        for x in points {
            for report in [check_derivatives(&f, [*x]), check_derivatives(&f, [*x as f32])] {
                assert!(report.entries.iter().all(|e| e.verdict != Verdict::NotDifferentiable), "{report}");
            }
        }
    }
    let grid: Vec<f64> = (1..60).map(|i| 0.004 * f64::from(i) - 0.001).collect();
    no_kinks(half_at_zero, &grid);
    no_kinks(one_at_zero, &grid);
    no_kinks(one_at_zero, &[1.560620699623726e-2]);
    no_kinks(sixth_at_zero, &grid);
    no_kinks(third_at_zero, &grid);
    no_kinks(half_at_one, &grid.iter().map(|x| 1.0 + x).collect::<Vec<_>>());
}

/// Rules of x⁴ that are wrong in one order.
struct Table([f64; 3]);
impl Rule<f64> for Table {
    fn jet(&self, x: f64) -> [f64; 4] {
        let [a, b, c] = self.0;
        [x.powi(4), a * x.powi(3), b * x.powi(2), c * x]
    }
    fn next(&self, _: f64, n: usize, _: &[f64]) -> f64 {
        if n == 4 { 24.0 } else { 0.0 }
    }
}

custom_rule! {
    fn right_rule([x, y]) { x * x * y } gradient { [x * y * 2.0, x * x] }
    fn wrong_slope([x, y]) { x * x * y } gradient { [x * y * 2.0, x * x * 1.001] }
    fn slightly_wrong([x]) { x.exp() } gradient { [x.exp() * (1.0 + 1e-7)] }
}
function! {
    fn plain([x, y]) { x * x * y }
    fn inside([x, y]) { (wrong_slope.apply([x.sin(), y]) + x).exp() }
}

/// A gradient of which one part leaves the numbers.
struct Detached;
impl CustomRule<2> for Detached {
    fn value(&self, [x, y]: [f64; 2]) -> f64 {
        x * y
    }
    fn gradient<T: Ordered>(&self, [x, y]: [T; 2]) -> [T; 2] {
        [y, T::constant(x.value())]
    }
}

#[test]
fn wrong_rules_are_caught_at_their_order() {
    use Verdict::*;
    let points = [[0.5], [1.5], [-2.0]];
    let right = check_rule(&Table([4.0, 12.0, 24.0]), &points);
    ok(&right);
    assert_eq!(right.entries.len(), 9);
    for (order, table) in [[4.1, 12.0, 24.0], [4.0, 12.1, 24.0], [4.0, 12.0, 25.0]].into_iter().enumerate() {
        let report = check_rule(&Table(table), &points);
        let first = report.failures().next().unwrap();
        assert_eq!((first.variables.len(), first.verdict), (order + 1, Differs), "{report}");
        assert!((first.expected - right.entries[order].found).abs() <= 10.0 * first.error, "{report}");
    }

    ok(&check_rule(&right_rule, &[[1.0, 2.0], [0.0, -3.0]]));
    ok(&check_rule_against(&right_rule, &plain, &[[1.0, 2.0]]));
    let report = check_rule(&wrong_slope, &[[1.0, 2.0]]);
    assert_eq!(report.failures().next().unwrap().variables, [1], "{report}");
    assert!(!check_rule_against(&wrong_slope, &plain, &[[1.0, 2.0]]).is_ok());
    let report = check_rule(&slightly_wrong, &[[1.0]]);
    assert_eq!(report.entries[0].verdict, Differs, "{report}");
    let report = check_rule(&Detached, &[[1.0, 2.0]]);
    assert!(report.failures().any(|e| e.variables == [0, 1] && e.verdict == Differs), "{report}");
    // and inside a function
    let report = check_derivatives(&inside, [0.4, 1.1]);
    assert!(report.failures().any(|e| e.variables == [1] && e.verdict == Differs), "{report}");
    assert!(report.entries.iter().all(|e| e.variables != [0] || e.verdict == Agrees), "{report}");
}

#[test]
fn rules_in_single_precision() {
    custom_rule! {
        fn affine([x, y]) { x * 2.0 - y * 3.0 + 1.0 } gradient { [T::constant(2.0), T::constant(-3.0)] }
        fn quadratic([x, y]) { x * x + x * y * 3.0 - y * y } gradient { [x * 2.0 + y * 3.0, x * 3.0 - y * 2.0] }
        fn product([x, y, z]) { x * y * z } gradient { [y * z, x * z, x * y] }
        fn apart([x, y]) { x.exp() + y.powi(3) } gradient { [x.exp(), y * y * 3.0] }
        fn branch([x]) { if x > 1.0 { x * x } else { x } } gradient { [if x > 1.0 { x * 2.0 } else { T::constant(1.0) }] }
        fn wrong_first([x, y]) { x * y } gradient { [y + 1e-3, x] }
        fn wrong_mixed([x, y]) { x * y } gradient { [y, x + (x - x.value()) * 1e-3] }
        fn wrong_third([x]) { x * x } gradient { let d = x - x.value(); [x * 2.0 + d * d * 1e-2] }
    }
    for i in 0..6 {
        // from −2 to 2
        let [x, y, z] = [0.618, 0.755, 0.383].map(|rate: f32| (rate * (i as f32 + 0.5)).fract() * 4.0 - 2.0);
        ok(&check_rule(&affine, &[[x, y]]));
        ok(&check_rule(&quadratic, &[[x, y]]));
        ok(&check_rule(&product, &[[x, y, z]]));
        ok(&check_rule(&apart, &[[x, y]]));
        let differs = |report: &Report, order| {
            let first = report.entries.iter().find(|e| e.verdict == Verdict::Differs);
            assert!(first.is_some_and(|e| e.variables.len() == order), "{report}");
        };
        differs(&check_rule(&wrong_first, &[[x, y]]), 1);
        differs(&check_rule(&wrong_mixed, &[[x, y]]), 2);
        differs(&check_rule(&wrong_third, &[[x]]), 3);
    }
    // zero, with larger steps beyond the switch
    ok(&check_rule(&branch, &[[0.5_f64], [2.0]]));
}

#[test]
fn the_table_is_aligned() {
    let report = check_derivatives(&plain, [3.0, 0.5]);
    let lines: Vec<String> = report.to_string().lines().map(str::to_string).collect();
    assert_eq!(lines[0], "at [3.0, 0.5]");
    assert_eq!(lines.len(), 2 + 2 + 3 + 4);
    assert!(lines[2].starts_with("[0] "), "{report}");
    // an output is named where there are several
    let report = check_closure(|[x]| [x * x, x.sin()], [0.5]).to_string();
    let names: Vec<&str> = report.lines().skip(2).map(|line| &line[..7]).collect();
    assert_eq!(names[..2], ["f0: [0]", "f1: [0]"], "{report}");
    assert!(check_derivatives(&several, [0.3, 2.0, 1.5]).to_string().contains("f2: [2] "));
    let verdict = lines[1].find("verdict").unwrap();
    let others = [Verdict::NotDifferentiable, Verdict::Inconclusive].map(|verdict| format!("{verdict:>24}"));
    assert_eq!(others, [" not differentiable here", "            inconclusive"]);
    for line in &lines[2..] {
        assert_eq!(line.chars().count(), lines[1].chars().count() - 1, "{report}");
        assert!(line.ends_with("agrees") && line.chars().count() > verdict - 8, "{report}");
    }
}

/// Compositions with constants of all sizes, where every intermediate is smooth and of moderate size.
#[derive(Clone, Copy, Debug)]
struct Composition {
    rates: [f64; 3],
    shape: u8,
    size: f64,
}
impl autodiff::Function<2> for Composition {
    type Output = autodiff::Single;
    fn call<T: Ordered>(&self, [x, y]: [T; 2]) -> T {
        let [a, b, c] = self.rates;
        let (u, v) = (x * a, y * b);
        let f = match self.shape {
            0 => (u + v * c).sin() * (u * 0.3).exp(),
            1 => (u * v + c).tanh() + u.powi(3),
            2 => (u * u + v * v + 0.1).sqrt() * v.cos(),
            3 => (u * 0.5).exp() / (v * v + 1.0),
            _ => (u * u + 0.5).ln() * (v - u * c).atan(),
        };
        f * self.size
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn right_derivatives_are_not_called_wrong(
        u in -2.0..2.0f64, v in -2.0..2.0f64, c in -2.0..2.0f64, shape in 0..5u8,
        exponents in prop::array::uniform3(-12..12i32),
    ) {
        let [a, b, size] = exponents.map(|e| 10f64.powi(e));
        let f = Composition { rates: [a, b, c], shape, size };
        let report = check_derivatives(&f, [u / a, v / b]);
        let wrong = |e: &&autodiff::Entry| matches!(e.verdict, Verdict::Differs | Verdict::NotDifferentiable);
        prop_assert!(!report.entries.iter().any(|e| wrong(&e)), "{f:?}\n{report}");
        let firsts = &report.entries[..2];
        prop_assert!(firsts.iter().all(|e| e.verdict == Verdict::Agrees), "{f:?}\n{report}");
    }

    #[test]
    fn wrong_derivatives_are_called_wrong(x in -2.0..2.0f64, size in -20..20i32, off in 1e-6..1.0f64) {
        let scale = 10f64.powi(size);
        let off = if x > 0.0 { off } else { -off };
        let report = check_closure(
            |[x]| {
                let v = x.value();
                let s = v / scale;
                x.compose(&[s.exp(), s.exp() / scale * (1.0 + off), s.exp() / scale / scale, s.exp() / scale / scale / scale])
            },
            [x * scale],
        );
        prop_assert_eq!(report.entries[0].verdict, Verdict::Differs, "{}", report);
    }
}

/// Rounding, coarse values and waves that no step resolves accuse no function.
#[test]
fn right_functions_are_not_accused() {
    use autodiff::check_closure;
    for k in 0..40 {
        let x = 0.03 * 1.2_f64.powi(k);
        for report in [check_closure(|[x]| (x * x).sqrt(), [x]), check_closure(|[x]| x - x.sin(), [x * 1e-6])] {
            assert!(report.failures().all(|e| e.verdict != Verdict::Differs), "{x}: {report}");
        }
        let single = x as f32;
        for report in [
            check_closure(|[x]| (x * x).sqrt(), [single]),
            check_closure(|[x]| x.hypot(x + 1e-3), [single]),
            check_closure(|[x]| x - x.sin(), [single * 1e-2]),
            check_closure(|[x]| x.recip().sin(), [single * 1e-4]),
        ] {
            assert!(report.failures().all(|e| e.verdict != Verdict::Differs), "{single}: {report}");
        }
    }
    let wave = check_closure(|[x]| (x * 1e62).sin(), [0.0_f64]);
    assert!(wave.failures().all(|e| e.verdict != Verdict::Differs), "{wave}");
}

/// A gradient that is right at the point alone.
#[test]
fn a_gradient_that_touches_the_right_one_is_found() {
    use autodiff::{check_rule, custom_rule};
    custom_rule! {
        fn zero_gradient([x]) { x * x } gradient { [x * 0.0] }
        fn touching([x]) { x.sin() } gradient { let d = x - 1.0; [x.cos() + d * d * 1e-3] }
        fn right([x]) { x.sin() } gradient { [x.cos()] }
    }
    assert!(!check_rule(&zero_gradient, &[[0.0_f64]]).is_ok());
    assert!(!check_rule(&touching, &[[1.0_f64]]).is_ok());
    assert!(check_rule(&right, &[[1.0_f64], [0.0], [-3.0]]).is_ok());
}

/// Where the gradient is wrong beside the point, the finding has the point beside: a sixteenth away.
#[test]
fn a_finding_beside_has_its_point() {
    custom_rule! {
        fn touching([x]) { x.sin() } gradient { let d = x - 1.0; [x.cos() + d * d * 1e-3] }
        fn touching_zero([x, y]) { x * x + y } gradient { [x * 0.0, T::constant(1.0)] }
    }
    let points = |report: &Report| -> Vec<Vec<f64>> {
        report
            .entries
            .iter()
            .filter(|e| e.verdict == Verdict::Differs && e.variables == [0])
            .map(|e| e.point.clone())
            .collect()
    };
    let report = check_rule(&touching, &[[1.0_f64]]);
    assert_eq!(points(&report), [[0.9375], [1.0625]], "{report}");
    let report = check_rule(&touching_zero, &[[0.0_f64, 2.0]]);
    assert_eq!(points(&report), [[-0.0625, 2.0], [0.0625, 2.0]], "{report}");
}

/// eˣ⁺²ʸ, which is larger on one number type.
struct Larger {
    on: &'static str,
    by: f64,
}
impl Function<2> for Larger {
    type Output = Single;
    fn call<T: Ordered>(&self, [x, y]: [T; 2]) -> T {
        let larger = std::any::type_name::<T>().contains(self.on);
        (x + y * 2.0).exp() * if larger { 1e-5 * (1.0 + self.by) } else { 1e-5 }
    }
}

/// Each derivative is compared with hyper-dual numbers, and with power series where all variables are one.
#[test]
fn a_number_type_that_disagrees_is_noticed() {
    for (on, mixed) in [("HyperDual", true), ("Taylor", false)] {
        let report = check_derivatives(&Larger { on, by: 1e-6 }, [0.3, 0.4]);
        for entry in &report.entries {
            let compared = mixed || entry.variables.iter().all(|i| *i == entry.variables[0]);
            let (by, verdict) = if compared { (1e-6, Verdict::Differs) } else { (0.0, Verdict::Agrees) };
            assert_eq!(entry.verdict, verdict, "{on}: {report}");
            assert!((entry.other / entry.found - 1.0 - by).abs() < 1e-12, "{on}: {entry:?}");
        }
    }
}

/// A slope that differs from one float to the next by more than it is off is not called wrong.
#[test]
fn a_slope_that_scatters_is_not_accused() {
    let slope = |of: fn(u64) -> f64| {
        let f = |[x]: [autodiff::Nested<f64>; 1]| {
            let x_bits = x.value().to_bits();
            x.compose(&[x.value(), of(x_bits), 0.0, 0.0])
        };
        let report = check_closure(f, [0.7]);
        (report.entries[0].verdict, report)
    };
    let (scattering, report) = slope(|bits| if bits % 2 == 0 { 1.0 + 1e-6 } else { 1.0 - 1e-6 });
    assert_eq!(scattering, Verdict::Inconclusive, "{report}");
    let (wrong, report) = slope(|_| 1.0 + 1e-6);
    assert_eq!(wrong, Verdict::Differs, "{report}");
}

/// So too if only one of the three floats to either side has another slope.
#[test]
fn a_slope_is_compared_with_that_of_the_next_floats() {
    for (k, verdict) in
        (-5..=5).map(|k: i32| (k, if k != 0 && k.abs() <= 3 { Verdict::Inconclusive } else { Verdict::Differs }))
    {
        // a unit in the last place of ½
        let other = 0.5 + f64::from(k) * 0.5 * f64::EPSILON;
        let f = |[x]: [autodiff::Nested<f64>; 1]| {
            let off = if k != 0 && x.value() == other { -1e-6 } else { 1e-6 };
            x.compose(&[x.value(), 1.0 + off, 0.0, 0.0])
        };
        let report = check_closure(f, [0.5]);
        assert_eq!(report.entries[0].verdict, verdict, "{k}: {report}");
    }
}
