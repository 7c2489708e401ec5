//! The special functions: against exact values, at special points, and by the equations that they satisfy.

mod common;

use autodiff::{
    Dual, Filled, Float, Function, HyperDual, Number, Operators, Ordered, ScalarFn, Single, Taylor, function, gradient,
    hessian, reverse,
};
use common::{Curve, Grid, Real, Visit, every_way, hex, hexes, paths, ulps_of_term};
use proptest::prelude::*;
use serde_json::Value;

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

macro_rules! curves {
    ($($name:ident($($n:ident: $type:ty)?))*) => {
        /// The functions of the table as a user writes them, each with its parameter if it has one.
        mod curves {
            use super::*;
            $(
                #[derive(Clone, Copy, Debug)]
                #[allow(non_camel_case_types, reason = "named as the function")]
                pub(crate) struct $name {
                    $(pub(crate) $n: $type,)?
                }
                impl Operators for $name {}
                impl<F: Float> Function<1, F> for $name {
                    type Output = Single;
                    fn call<T: Ordered<F>>(&self, [x]: [T; 1]) -> Filled<Single, T> {
                        Number::$name(x $(, self.$n)?)
                    }
                }
                impl Curve for $name {}
            )*
        }
        const NAMES: &[&str] = &[$(stringify!($name)),*];
        /// Visits the function `name`, or `name(parameter)`.
        fn visit(function: &str, visitor: &mut impl Visit) {
            let (name, parameter) = function.trim_end_matches(')').split_once('(').unwrap_or((function, "0"));
            match name {
                $(stringify!($name) => visitor.visit(function, curves::$name { $($n: parameter.parse::<$type>().unwrap())? }),)*
                _ => panic!("there is no function {name}"),
            }
        }
    };
}
autodiff::special_names!(curves);

struct Row {
    function: String,
    x: f64,
    derivatives: Vec<f64>,
}

fn rows() -> Vec<Row> {
    let rows: Value = serde_json::from_str(include_str!("special/special_functions.json")).unwrap();
    let row = |row: &Value| Row {
        function: row["function"].as_str().unwrap().to_owned(),
        x: hex(&row["x"]),
        derivatives: hexes(&row["derivatives"]),
    };
    rows.as_array().unwrap().iter().map(row).collect()
}

/// How large the terms of the k-th derivative are: where they cancel, the derivatives around it tell; where the value is that
/// of an oscillation, its slope does.
fn term(function: &str, d: &[f64], k: usize) -> f64 {
    let around = match k {
        0 if function.starts_with("bessel_j") => d[1].abs().min(1.0),
        0 => 0.0,
        _ => (d[k - 1].abs() * d[k + 1].abs()).sqrt(),
    };
    if around.is_finite() { around } else { 0.0 }
}

/// In units of the last place: the value, then the derivatives.
const BARS: [f64; 6] = [8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

#[test]
fn every_function_at_the_reference_points() {
    struct AtARow<'a>(&'a Row);
    impl Visit for AtARow<'_> {
        fn visit<C: Curve>(&mut self, name: &str, curve: C) {
            let Row { x, derivatives: want, .. } = self.0;
            // near x = n a derivative is a small sum of the functions of neighbouring orders, if n is large
            let slack = if name.ends_with("n(1100)") {
                32.0
            } else if name.ends_with("n(30)") || name.ends_with("n(100)") {
                8.0
            } else {
                1.0
            };
            let near = |way: &str, found: &[f64]| {
                for (k, bar) in BARS.map(|bar| bar * slack).into_iter().enumerate().take(found.len()) {
                    let error = ulps_of_term(found[k], want[k], term(name, want, k));
                    assert!(
                        error <= bar,
                        "{name}({x:e}) by {way}, order {k}: {error} ulp, {} for {}",
                        found[k],
                        want[k]
                    );
                }
            };
            for (way, found) in every_way(curve, *x) {
                assert_eq!(found[0].to_bits(), curve.at([*x]).to_bits(), "{name}({x:e}) by {way}");
                near(way, &found);
            }
            near("five duals", &common::by::<f64, Dual<HyperDual<HyperDual<f64, 1>, 1>, 1>>(curve, *x));
            let single = *x as f32;
            if f64::from(single) == *x {
                for (way, found) in every_way(curve, single) {
                    for (k, got) in found.into_iter().enumerate() {
                        let error = ulps_of_term(got, want[k] as f32, term(name, want, k) as f32);
                        // rounded once, then scaled by 3! in a series
                        assert!(
                            error <= if k == 3 { 4.0 } else { 1.0 },
                            "{name}({x:e}) in f32 by {way}, order {k}: {error}"
                        );
                    }
                }
            }
        }
    }
    let rows = rows();
    for name in NAMES {
        let points = rows.iter().filter(|row| row.function.split('(').next() == Some(name)).count();
        assert!(points >= 20, "{name} has {points} points");
    }
    for row in rows {
        visit(&row.function, &mut AtARow(&row));
    }
}

#[test]
fn derivatives_of_every_order() {
    struct High<'a>(&'a Row);
    impl Visit for High<'_> {
        fn visit<C: Curve>(&mut self, name: &str, curve: C) {
            let Row { x, derivatives: want, .. } = self.0;
            let series = curve.call([Taylor::<f64, 24>::variable(*x)]);
            for k in 1..24 {
                let got = series.derivative(k);
                let size = want[k].abs().max(term(name, want, k));
                // the range ends before the orders do
                let agree = got == want[k] || (got - want[k]).abs() <= 1e-12 * size || size < 1e-280;
                assert!(agree, "{name}({x:e}), order {k}: {got:e} for {:e}", want[k]);
            }
            let nested = curve.call([Taylor::<Taylor<f64, 12>, 12>::variable(Taylor::variable(*x))]);
            let (got, want) = (nested.derivative(12).derivative(11), series.derivative(23));
            assert!(got == want || (got - want).abs() <= 1e-12 * want.abs(), "{name}({x:e}): {got:e} for {want:e}");
        }
    }
    let mut seen = 0;
    for row in rows().iter().filter(|row| row.derivatives.len() == 25) {
        seen += 1;
        visit(&row.function, &mut High(row));
    }
    assert!(seen >= 40);
}

// ---------------------------------------------------------------- special points

/// A row: f at `x` is `value`, and then the derivatives `want`, by every number type; a zero partial stays zero.
fn check_row<P: Real + Grid<3>>(
    curve: impl ScalarFn<1, P> + Operators + Copy,
    name: &str,
    x: f64,
    value: f64,
    want: [f64; 3],
) {
    let at = P::of(x);
    let same = |got: P, want: f64| if want.is_nan() { got.is_nan() } else { got == P::of(want) };
    for (way, found) in every_way(curve, at) {
        for (got, want) in found.iter().zip([&[value], &want[..]].concat()) {
            assert!(same(*got, want), "{name}({x:?}) in {} by {way}: {found:?}, not {value}, {want:?}", P::NAME);
        }
    }
    with_every_grid!(P, 3, check_zeros(curve, name, at));
    for constant in [curve.call([Taylor::<P, 3>::constant(at)]), curve.call([Taylor::<P, 3>::line(at, P::ZERO)])] {
        assert_eq!(constant.coefficients, [P::ZERO; 3], "{name}({x:?})");
    }
}

/// Where only one of three directions moves, all partials along the others are zero.
fn check_zeros<P: Real, T: Grid<3, Precision = P> + Ordered<P>>(curve: impl ScalarFn<1, P>, name: &str, x: P) {
    let (still, moving) = (curve.call([T::constant(x)]), curve.call([T::along(x, 1)]));
    for path in paths::<3>(T::ORDER).into_iter().filter(|path| !path.is_empty()) {
        assert_eq!(still.partial(&path), Some(P::ZERO), "{name}({x:?}) of a constant along {path:?}");
        if path.iter().any(|i| *i != 1) {
            assert_eq!(moving.partial(&path), Some(P::ZERO), "{name}({x:?}) along {path:?}");
        }
    }
}

macro_rules! rows {
    ($($function:literal { $($($x:expr),+ => $value:expr, $want:expr;)* })*) => {
        #[test]
        fn special_points() {
            struct At(f64, f64, [f64; 3]);
            impl Visit for At {
                fn visit<C: Curve>(&mut self, name: &str, curve: C) {
                    check_row::<f64>(curve, name, self.0, self.1, self.2);
                    check_row::<f32>(curve, name, self.0, self.1, self.2);
                }
            }
            let mut seen = Vec::new();
            $($($(
                seen.push($function.split('(').next().unwrap());
                visit($function, &mut At($x, $value, $want));
            )+)*)*
            assert!(NAMES.iter().all(|name| seen.contains(name)), "a function has no row");
        }
    };
}

rows! {
    "gamma" {
        0.0 => INF, [-INF, INF, -INF];
        -0.0 => -INF, [-INF, -INF, -INF];
        -1.0, -3.0, -171.0, -1001.0 => NAN, [INF, NAN, INF];
        -2.0, -4.0, -200.0, -1e30 => NAN, [-INF, NAN, -INF];
        172.0, 1e10, INF => INF, [INF; 3];
        -500.5, -1000.25 => 0.0, [0.0; 3];
        -INF, NAN => NAN, [NAN; 3];
    }
    "ln_gamma" {
        0.0 => INF, [-INF, INF, -INF];
        -0.0 => INF, [INF, INF, INF];
        -1.0, -2.0, -171.0, -1e30 => INF, [NAN, INF, NAN];
        INF => INF, [INF, 0.0, 0.0];
        -INF => INF, [NAN; 3];
        NAN => NAN, [NAN; 3];
    }
    "digamma" {
        0.0 => -INF, [INF, -INF, INF];
        -0.0 => INF, [INF, INF, INF];
        -1.0, -2.0, -171.0, -1e30 => NAN, [INF, NAN, INF];
        INF => INF, [0.0; 3];
        -INF, NAN => NAN, [NAN; 3];
    }
    "trigamma" {
        0.0 => INF, [-INF, INF, -INF];
        -0.0 => INF, [INF, INF, INF];
        -1.0, -2.0, -171.0, -1e30 => INF, [NAN, INF, NAN];
        INF => 0.0, [0.0; 3];
        -INF, NAN => NAN, [NAN; 3];
    }
    "erf" {
        INF, 50.0, 1e30 => 1.0, [0.0; 3];
        -INF, -50.0 => -1.0, [0.0; 3];
        NAN => NAN, [NAN; 3];
    }
    "erfc" {
        INF, 50.0, 1e30 => 0.0, [0.0; 3];
        -INF, -50.0 => 2.0, [0.0; 3];
        NAN => NAN, [NAN; 3];
    }
    "bessel_j0" { 0.0, -0.0 => 1.0, [0.0, -0.5, 0.0]; INF, -INF => 0.0, [0.0; 3]; NAN => NAN, [NAN; 3]; }
    "bessel_j1" { 0.0, -0.0 => 0.0, [0.5, 0.0, -0.375]; INF, -INF => 0.0, [0.0; 3]; NAN => NAN, [NAN; 3]; }
    "bessel_jn(2)" { 0.0, -0.0 => 0.0, [0.0, 0.25, 0.0]; INF, -INF => 0.0, [0.0; 3]; NAN => NAN, [NAN; 3]; }
    "bessel_jn(-3)" { 0.0, -0.0 => 0.0, [0.0, 0.0, -0.125]; INF, -INF => 0.0, [0.0; 3]; NAN => NAN, [NAN; 3]; }
    "bessel_jn(40)" { 0.0, -0.0, 1e-20 => 0.0, [0.0; 3]; INF, -INF => 0.0, [0.0; 3]; NAN => NAN, [NAN; 3]; }
    "bessel_y0" { 0.0, -0.0 => -INF, [INF, -INF, INF]; -1.0, -INF, NAN => NAN, [NAN; 3]; INF => 0.0, [0.0; 3]; }
    "bessel_y1" { 0.0, -0.0 => -INF, [INF, -INF, INF]; -1.0, -INF, NAN => NAN, [NAN; 3]; INF => 0.0, [0.0; 3]; }
    "bessel_yn(2)" { 0.0, -0.0 => -INF, [INF, -INF, INF]; -1.0, -INF, NAN => NAN, [NAN; 3]; INF => 0.0, [0.0; 3]; }
    "bessel_yn(-2)" { 0.0, -0.0 => -INF, [INF, -INF, INF]; -1.0, NAN => NAN, [NAN; 3]; INF => 0.0, [0.0; 3]; }
    "bessel_yn(-3)" { 0.0, -0.0 => INF, [-INF, INF, -INF]; -1.0, NAN => NAN, [NAN; 3]; INF => 0.0, [0.0; 3]; }
    "bessel_jn(2147483647)" { 0.0, 3.0, -1e6 => 0.0, [0.0; 3]; INF => 0.0, [0.0; 3]; NAN => NAN, [NAN; 3]; }
    "bessel_jn(-2147483648)" { 0.0, 3.0, -1e6 => 0.0, [0.0; 3]; }
    "bessel_yn(2147483647)" { 0.0, 3.0, 100.0 => -INF, [INF, -INF, INF]; }
    "bessel_yn(300)" { 0.0, 1e-20, 0.5 => -INF, [INF, -INF, INF]; INF => 0.0, [0.0; 3]; }
}

// ---------------------------------------------------------------- what they are to one another

type Series = Taylor<f64, 6>;
type Moving = Taylor<Dual<f64, 1>, 3>;

/// Value and derivatives, by a series and by a series of duals.
fn all(y: Series) -> Vec<f64> {
    (0..=6).map(|k| y.derivative(k)).collect()
}
fn all_of_moving(y: Moving) -> Vec<f64> {
    (0..=3).flat_map(|k| [y.derivative(k).re, y.derivative(k).eps[0]]).collect()
}

/// The terms of each derivative sum to zero, within `units` of the last place of the sum of their sizes, or of what the
/// derivatives before and after it both have, where this one is near a zero: so the last ones are not looked at.
fn cancel(terms: &[Vec<f64>], units: f64) -> Result<(), TestCaseError> {
    let size = |k: usize| terms.iter().map(|term| term[k].abs()).sum::<f64>();
    for k in 0..terms[0].len() - 2 {
        let before = if k == 0 { 0.0 } else { size(k - 1).max(size(k.saturating_sub(2))) };
        let size = size(k).max(before.min(size(k + 1).max(size(k + 2))));
        let sum: f64 = terms.iter().map(|term| term[k]).sum();
        prop_assert!(sum.abs() <= units * f64::EPSILON * size, "derivative {k}: {sum:e} is left of {terms:?}");
    }
    Ok(())
}

/// Equations, each as the terms of a sum that is zero for every x of a range, and the units that it may be off.
macro_rules! equations {
    ($($name:ident(|$x:ident| [$($term:expr),*]) in $range:expr, within $units:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]
            $(
                #[test]
                fn $name(at in $range) {
                    let $x = Series::variable(at);
                    cancel(&[$(all($term)),*], $units)?;
                    let $x = Moving::variable(Dual::variable(at, 0));
                    cancel(&[$(all_of_moving($term)),*], $units)?;
                }
            )*
        }
    };
}

const PI: f64 = std::f64::consts::PI;

equations! {
    gamma_recurs(|x| [(x + 1.0).gamma(), -(x * x.gamma())]) in 0.8..30.0, within 1e4;
    gamma_recurs_on_the_left(|x| [x.gamma(), -((x + 1.0).gamma() / x)]) in -9.9..-9.1, within 1e3;
    gamma_reflects(|x| [x.gamma() * (1.0 - x).gamma(), (x * PI).sin().recip() * -PI]) in 0.05..0.95, within 1e4;
    gamma_doubles(|x| [x.gamma() * (x + 0.5).gamma(), -((1.0 - x * 2.0).exp2() * (x * 2.0).gamma() * PI.sqrt())]) in 0.1..20.0, within 1e3;
    the_logarithm_is_that_of_gamma(|x| [x.ln_gamma().exp(), -x.gamma()]) in 3.0..60.0, within 1e4;
    digamma_recurs(|x| [(x + 1.0).digamma(), -x.digamma(), -x.recip()]) in -8.1..20.0, within 300.0;
    trigamma_recurs(|x| [(x + 1.0).trigamma(), -x.trigamma(), x.powi(-2)]) in -8.0..20.0, within 300.0;
    the_error_functions_sum_to_one(|x| [x.erf(), x.erfc(), x * 0.0 - 1.0]) in -6.0..6.0, within 2.0;
    the_error_function_is_odd(|x| [x.erf(), (-x).erf()]) in -6.0..6.0, within 2.0;
    bessel_functions_recur(|x| [x * x.bessel_j1(), x * x.bessel_jn(3), x.bessel_jn(2) * -4.0]) in 0.5..30.0, within 1e4;
    of_the_second_kind_too(|x| [x * x.bessel_yn(4), x * x.bessel_yn(6), x.bessel_yn(5) * -10.0]) in 0.5..30.0, within 1e4;
    wronskian_of_the_lowest(|x| [x.bessel_j1() * x.bessel_y0(), -(x.bessel_j0() * x.bessel_y1()), -(x * (PI / 2.0)).recip()]) in 0.1..30.0, within 1e4;
    wronskian_of_order_five(|x| [x.bessel_jn(5) * x.bessel_yn(4), -(x.bessel_jn(4) * x.bessel_yn(5)), -(x * (PI / 2.0)).recip()]) in 0.5..30.0, within 1e4;
    negative_orders(|x| [x.bessel_jn(-3), x.bessel_jn(3)]) in -30.0..30.0, within 0.0;
}

/// The n-th derivative of one function is the (n − 1)-th of its slope, bit for bit where the table has both.
#[test]
fn slopes_that_are_functions_of_the_table() {
    for x in [-3.3, -0.5, 0.2, 1.0, 1.4616, 2.0, 7.5, 33.0, 1e6, 1e100] {
        type Fifth = HyperDual<HyperDual<Dual<f64, 1>, 1>, 1>;
        let [ln_gamma, digamma, trigamma] = [
            common::by::<f64, Fifth>(curves::ln_gamma {}, x),
            common::by::<f64, Fifth>(curves::digamma {}, x),
            common::by::<f64, Fifth>(curves::trigamma {}, x),
        ];
        assert_eq!(ln_gamma[1..], digamma[..5], "{x}");
        assert_eq!(digamma[1..], trigamma[..5], "{x}");
    }
}

function! { fn of_each([x, y]) {
    (x * y).gamma().ln_1p() + x.ln_gamma() * y.erf() + y.erfc() * x.digamma() - x.trigamma() * y.bessel_j0()
        + x.bessel_j1() * y.bessel_y0() + (x + y).bessel_jn(3) * x.bessel_y1() - y.bessel_yn(2)
} }

/// The functions in bodies for every number type, forward, nested and by a reverse sweep.
#[test]
fn every_route_takes_them() {
    let at = [1.3, 0.7];
    let g = of_each.gradient().at(at);
    let h = of_each.hessian().at(at);
    assert_eq!(of_each.gradient().jacobian().at(at), h);
    assert_eq!(gradient(|x| of_each.call(x), at), g);
    assert_eq!(hessian(|x| of_each.call(x), at), h);
    let swept = reverse::gradient(|x| of_each.call([x[0], x[1]]), &at).unwrap();
    let swept_twice = reverse::hessian(|x| of_each.call([x[0], x[1]]), &at).unwrap();
    for i in 0..2 {
        assert!((swept[i] - g[i]).abs() <= 1e-14 * g[i].abs(), "{swept:?} and {g:?}");
        for j in 0..2 {
            assert!((swept_twice[i][j] - h[i][j]).abs() <= 1e-13 * h[i][j].abs(), "{swept_twice:?} and {h:?}");
        }
    }
    let step = 1e-5;
    for i in 0..2 {
        let beside = |sign: f64| of_each.at(std::array::from_fn(|k| at[k] + if k == i { sign * step } else { 0.0 }));
        assert!((g[i] - (beside(1.0) - beside(-1.0)) / (2.0 * step)).abs() < 1e-7 * g[i].abs());
    }
    let single = of_each.gradient().at([1.3_f32, 0.7]);
    assert!((0..2).all(|i| (f64::from(single[i]) - g[i]).abs() < 1e-5 * g[i].abs()), "{single:?}");
}

#[cfg(feature = "std")]
#[test]
fn a_pole_is_found_by_its_name_and_line() {
    let (found, line) = (autodiff::diagnose(|[x]| (x - 3.0).digamma().exp() * 0.0, [2.0]), line!());
    let first = found.first.as_ref().expect("a finding");
    assert_eq!((first.operation, first.file, first.line), ("digamma", file!(), line), "{found}");
    let found = autodiff::diagnose(|x| of_each.call(x), [1.3, 0.7]);
    assert!(found.is_healthy(), "{found}");
}

#[test]
fn the_values_are_those_of_libm() {
    for i in -400..400 {
        let x = f64::from(i) * 0.0371 + 1e-3;
        let same = |ours: f64, theirs: f64| {
            assert!(ours.to_bits() == theirs.to_bits() || theirs.is_nan(), "at {x}: {ours} and {theirs}")
        };
        same(Number::gamma(x), libm::tgamma(x));
        same(Number::ln_gamma(x), libm::lgamma(x));
        same(Number::erf(x), libm::erf(x));
        same(Number::erfc(x), libm::erfc(x));
        same(x.bessel_j0(), libm::j0(x));
        same(x.bessel_j1(), libm::j1(x));
        same(x.bessel_y0(), libm::y0(x));
        same(x.bessel_y1(), libm::y1(x));
        for n in [-7, -2, 0, 1, 2, 3, 12] {
            same(x.bessel_yn(n), libm::yn(n, x));
            let (ours, theirs) = (x.bessel_jn(n), libm::jn(n, x));
            let size = theirs.abs().max(libm::jn(n + 1, x).abs().min(libm::jn(n - 1, x).abs()));
            let units = if n.abs() < 2 { 0.0 } else { 64.0 };
            assert!((ours - theirs).abs() <= units * f64::EPSILON * size, "J{n}({x}): {ours} and {theirs}");
        }
        let single = x as f32;
        assert_eq!(single.bessel_j0(), libm::j0(f64::from(single)) as f32);
    }
}

/// Beside a pole a coefficient fits although its derivative, 20! times it, may not: near 0, Γ(x) is 1/x.
#[test]
fn coefficients_beside_a_pole() {
    let single = autodiff::Taylor::<f32, 20>::variable(0.1).gamma();
    assert!((single.coefficients[19] / 1e21 - 1.0).abs() < 1e-4, "{}", single.coefficients[19]);
    let digamma = autodiff::Taylor::<f32, 20>::variable(0.1).digamma();
    assert!((digamma.coefficients[19] / -1e21 - 1.0).abs() < 1e-4, "{}", digamma.coefficients[19]);
    let tiny = autodiff::Taylor::<f64, 12>::line(1e-20, 1e-20).gamma();
    for (k, c) in (1..).zip(tiny.coefficients) {
        let want = if k % 2 == 0 { 1e20 } else { -1e20 };
        assert!((c / want - 1.0).abs() < 1e-12, "{k}: {c:e}");
    }
}

/// So far out that 2 n/x is nothing, Jₙ₊₁ = −Jₙ₋₁ and so Jₙ' = Jₙ₋₁; and where the order is far above x, Bessel's equation
/// x² J'' + x J' + (x² − n²) J = 0 holds of numbers as small as they are.
#[test]
fn bessel_functions_far_out_and_of_high_orders() {
    for x in [1e20, -1e20, 1e200] {
        let (j0, j1) = (x.bessel_j0(), x.bessel_j1());
        let by = |n| autodiff::value_and_derivative(|x| x.bessel_jn(n), x);
        assert_eq!([by(2), by(3), by(4)], [(-j0, j1), (-j1, -j0), (j0, -j1)]);
        let (y0, y1) = (f64::abs(x).bessel_y0(), f64::abs(x).bessel_y1());
        let by = |n| autodiff::value_and_derivative(|x| x.bessel_yn(n), f64::abs(x));
        assert_eq!([by(2).1, by(3).1], [y1, -y0]);
    }
    for (n, x) in [(250, 20.0), (180, 3.0), (60, 25.0)] {
        let (j, [d], [[d2]]) = autodiff::value_gradient_hessian(|[x]| x.bessel_jn(n), [x]);
        let large = f64::from(n).powi(2) * j;
        let rest = x * x * d2 + x * d + x * x * j - large;
        assert!(j != 0.0 && (rest / large).abs() < 1e-12, "J_{n}({x}) = {j:e}: {rest:e} of {large:e}");
    }
}

/// Left of 0, ψ keeps the digits that 1 − x loses: beside its zero there, the nearest doubles and what mpmath 1.3 finds at them.
#[test]
fn digamma_beside_its_zero_on_the_left() {
    for (x, want) in [
        (-0.5040830082644554, 7.289763902976895e-17),
        (-0.5040830082644553, 1.0654146585779509e-15),
        (-0.5040830082644555, -9.19619380518413e-16),
        (-0.5040830082644552, 2.0579316781261327e-15),
        (-0.5040830082644556, -1.912136400066595e-15),
        (-0.5040830082644551, 3.0504486976743145e-15),
        (-0.5040830082644557, -2.904653419614777e-15),
        (-0.5040830082644548, 5.035482736770678e-15),
        (-0.504083008264456, -4.8896874587111406e-15),
        (-0.504083008264451, 3.977357842095703e-14),
        (-0.5040830082644598, -3.962778314289752e-14),
        (-0.5040830082644508, 4.076609544050521e-14),
    ] {
        let found = Number::digamma(x);
        assert!((found - want).abs() <= 2e-17, "ψ({x}) = {found:e}, not {want:e}");
    }
}
