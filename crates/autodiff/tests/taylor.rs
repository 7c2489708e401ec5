//! Taylor coefficients of every function against exact ones, and against the other routes to the same derivatives.

mod common;

use autodiff::{
    Dual, Elementary, Float, HyperDual, Scalar, Taylor, derivative, directional_derivatives, gradient, hessian, hvp,
    jvp, laplacian, mixed_partial,
};
use common::hexes;
use serde_json::Value;

fn apply<T: Scalar<F>, F: Float>(name: &str, x: T) -> T {
    match name {
        "recip" => x.recip(),
        "sqrt" => x.sqrt(),
        "cbrt" => x.cbrt(),
        "exp" => x.exp(),
        "exp2" => x.exp2(),
        "exp_m1" => x.exp_m1(),
        "ln" => x.ln(),
        "log2" => x.log2(),
        "log10" => x.log10(),
        "ln_1p" => x.ln_1p(),
        "sin" => x.sin(),
        "cos" => x.cos(),
        "tan" => x.tan(),
        "asin" => x.asin(),
        "acos" => x.acos(),
        "atan" => x.atan(),
        "sinh" => x.sinh(),
        "cosh" => x.cosh(),
        "tanh" => x.tanh(),
        "asinh" => x.asinh(),
        "acosh" => x.acosh(),
        "atanh" => x.atanh(),
        "logistic" => x.logistic(),
        "softplus" => x.softplus(),
        "sinc" => x.sinc(),
        "xlogy" => x.xlogy(x),
        "to_degrees" => x.to_degrees(),
        "to_radians" => x.to_radians(),
        "powi7" => x.powi(7),
        "powi_minus_3" => x.powi(-3),
        "powf_2_5" => x.powf(F::of(2.5)),
        "sin_exp_ln_1p" => x.ln_1p().exp().sin() * x.sin().exp(),
        "quotient" => (x * x + F::of(1.0)) / (x.sin() + F::of(2.0)),
        other => panic!("'{other}' has no function here"),
    }
}

/// The tolerance is relative to the largest coefficient nearby: 10⁻¹⁴ for high orders, a few ulp for the first three.
#[test]
fn twenty_coefficients_of_every_function() {
    let rows: Value = serde_json::from_str(include_str!("taylor/coefficients.json")).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() >= 75);
    for row in rows.iter().filter(|row| row["kind"].is_null()) {
        let (name, x) = (row["function"].as_str().unwrap(), row["x"].as_f64().unwrap());
        let y = apply(name, Taylor::<f64, 20>::variable(x));
        assert_eq!(y.re.to_bits(), apply(name, x).to_bits(), "{name}({x})");
        near(row, &y, 1e-14);
    }
}

fn near(row: &Value, y: &Taylor<f64, 20>, digits: f64) {
    let expected = hexes(&row["coefficients"]);
    let size =
        |k: usize| expected[k.saturating_sub(2)..expected.len().min(k + 3)].iter().fold(0.0_f64, |m, c| m.max(c.abs()));
    for k in 1..=20 {
        let (ours, exact) = (y.coefficients[k - 1], expected[k]);
        let tolerance = if k <= 3 { 4e-15 } else { digits };
        let name = (&row["function"], &row["kind"], &row["x"]);
        assert!((ours - exact).abs() <= tolerance * size(k), "{name:?}, order {k}: {ours} {exact}");
    }
}

/// Along curved lines the chain rule is a sum, which cancels where a singularity is near: the coefficients keep their digits.
#[test]
fn twenty_coefficients_along_curved_lines() {
    fn line<const N: usize>(x: f64, coefficients: [f64; N]) -> Taylor<f64, 20> {
        let t = Taylor::variable(0.0);
        coefficients.into_iter().rev().fold(Taylor::constant(0.0), |sum, c| (sum + c) * t) + x
    }
    // as in generate.py
    let (first, second) = ([0.75, -0.5, 0.25, 0.0, 1.0], [-0.5, 0.0, 1.5]);
    let rows: Value = serde_json::from_str(include_str!("taylor/coefficients.json")).unwrap();
    let mut seen = 0;
    for row in rows.as_array().unwrap() {
        let (name, x) = (row["function"].as_str().unwrap(), &row["x"]);
        match row["kind"].as_str() {
            Some("along") => near(row, &apply(name, line(x.as_f64().unwrap(), first)), 3e-14),
            Some("pair") => {
                let (x, y) = (line(x[0].as_f64().unwrap(), first), line(x[1].as_f64().unwrap(), second));
                let z = match name {
                    "pow" => x.pow(y),
                    "xlogy2" => x.xlogy(y),
                    "hypot" => x.hypot(y),
                    "atan2" => x.atan2(y),
                    other => panic!("'{other}' has no function here"),
                };
                near(row, &z, 3e-14);
            }
            _ => continue,
        }
        seen += 1;
    }
    assert_eq!(seen, 111);
}

fn mixture<T: Scalar>(x: T, y: T) -> T {
    (x * y).sin() / (x.exp() + y * y) + (x + 2.0).pow(y) * x.atan2(y) - x.hypot(y).sqrt() * (x % y)
}

#[test]
fn routes_agree_to_third_order() {
    for (x, y) in [(0.3, 1.7), (1.1, 0.9), (2.5, 3.25), (0.01, 4.0)] {
        for (v, w) in [(1.0, 0.0), (0.0, 1.0), (0.6, -1.3)] {
            let (value, d) = directional_derivatives::<3, _, _>(|[x, y]| mixture(x, y), [x, y], [v, w]);
            type Nested = Dual<Dual<Dual<f64, 1>, 1>, 1>;
            let seed = |x: f64, v: f64| -> Nested {
                let one = |re| Dual::new(re, [v]);
                Dual::new(Dual::new(one(x), [Dual::constant(v)]), [Dual::constant(Dual::constant(v))])
            };
            let nested = mixture(seed(x, v), seed(y, w));
            let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "({x}, {y}): {a} {b}");
            assert_eq!(value.to_bits(), mixture(x, y).to_bits());
            near(d[0], nested.eps[0].re.re);
            near(d[1], nested.eps[0].eps[0].re);
            near(d[2], nested.eps[0].eps[0].eps[0]);
            let g = gradient(|[x, y]| mixture(x, y), [x, y]);
            near(d[0], g[0] * v + g[1] * w);
            let h = hessian(|[x, y]| mixture(x, y), [x, y]);
            let product = [h[0][0] * v + h[0][1] * w, h[1][0] * v + h[1][1] * w];
            near(d[1], product[0] * v + product[1] * w);
            let hv = hvp(|[x, y]| mixture(x, y), [x, y], [v, w]);
            near(hv[0], product[0]);
            near(hv[1], product[1]);
            near(jvp(|[x, y]| [mixture(x, y)], [x, y], [v, w])[0], d[0]);
            near(laplacian(|[x, y]| mixture(x, y), [x, y]), h[0][0] + h[1][1]);
        }
    }
}

/// A series of duals: the derivative of each coefficient.
#[test]
fn series_nest_with_duals() {
    let x = Taylor::<Dual<f64, 1>, 4>::variable(Dual::variable(0.7, 0));
    let y = (x * x).sin();
    let plain = (Taylor::<f64, 5>::variable(0.7) * Taylor::variable(0.7)).sin();
    for k in 0..4 {
        // d/dx of the k-th coefficient is (k + 1) times the next one
        let expected = plain.coefficients[k] * (k + 1) as f64;
        let moved = if k == 0 { y.re.eps[0] } else { y.coefficients[k - 1].eps[0] };
        assert!((moved - expected).abs() < 1e-13, "{k}: {moved} {expected}");
    }
}

#[test]
fn special_points_are_those_of_the_other_numbers() {
    type Series = Taylor<f64, 3>;
    let at = |f: fn(Series) -> Series, x: f64| f(Series::variable(x)).coefficients;
    assert_eq!(at(|x| x.sqrt(), 0.0)[0], f64::INFINITY);
    assert_eq!(at(|x| x.powi(0), 0.0), [0.0; 3]);
    assert_eq!(at(|x| x / x, 1e-200), [0.0; 3]);
    assert_eq!(at(|x| x.recip(), 1e-200)[0], f64::NEG_INFINITY);
    // what does not move stays so through an infinite slope
    let still = Series::constant(0.0).sqrt() * Series::constant(f64::INFINITY);
    assert_eq!(still.coefficients, [0.0; 3]);
    let (moving, still) = (Taylor::<f64, 2>::line(2.0, 1.0), Taylor::<f64, 2>::constant(0.0));
    assert_eq!((moving + still.sqrt()).coefficients, [1.0, 0.0]);
    assert_eq!(derivative(|x| x.abs(), -0.0), -1.0);
    let hyper = HyperDual::<f64, 1>::variable(0.0, 0).sqrt();
    assert_eq!(hyper.hessian()[0][0], Series::variable(0.0).sqrt().derivative(2));
}

/// Coefficients that fit do so although factorials, derivatives or powers on the way to them do not.
#[test]
fn no_coefficient_overflows_on_the_way() {
    fn check<F: Float, const K: usize>(what: &str, y: Taylor<F, K>, want: impl Fn(usize) -> f64, digits: f64) {
        for k in 1..=K {
            let (got, want) = (y.coefficients[k - 1].to_f64(), want(k));
            assert!((got / want - 1.0).abs() <= digits, "{what}: coefficient {k} is {got:e} instead of {want:e}");
        }
    }
    let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
    let binomial = |c: f64, k: usize| (0..k).fold(1.0, |b, i| b * (c - i as f64) / (i + 1) as f64);
    let small = f64::from(1e-4_f32);
    check("1/x", Taylor::<f32, 8>::variable(1e-4).recip(), |k| sign(k) * small.powi(-1 - k as i32), 1e-5);
    check("1/x", Taylor::<f64, 20>::variable(1e-14).recip(), |k| sign(k) * 1e-14_f64.powi(-1 - k as i32), 1e-12);
    check(
        "ln",
        Taylor::<f32, 12>::variable(1e-3).ln(),
        |k| -sign(k) / (k as f64 * f64::from(1e-3_f32).powi(k as i32)),
        1e-5,
    );
    let gap: f64 = 1.0 - (1.0 - 1e-15);
    check("atanh", Taylor::<f64, 20>::variable(1.0 - 1e-15).atanh(), |k| 0.5 / (k as f64 * gap.powi(k as i32)), 1e-12);
    for size in [1e200, 1e160, 1e-170, 1e-290] {
        // size (1 + t)
        let x = Taylor::<f64, 6>::line(size, size);
        check("sqrt", x.sqrt(), |k| size.sqrt() * binomial(0.5, k), 1e-13);
        check("cbrt", x.cbrt(), |k| size.cbrt() * binomial(1.0 / 3.0, k), 1e-12);
        check("powf", x.powf(0.75), |k| size.powf(0.75) * binomial(0.75, k), 1e-13);
        check("recip", x.recip(), |k| size.recip() * binomial(-1.0, k), 1e-13);
        check("powi", x.powi(-1), |k| size.recip() * binomial(-1.0, k), 1e-13);
        check("ln", x.ln(), |k| -sign(k) / k as f64, 1e-13);
        check("log2", x.log2(), |k| -sign(k) / k as f64 / std::f64::consts::LN_2, 1e-13);
        check("log", x.log(3.0), |k| -sign(k) / k as f64 / 3.0_f64.ln(), 1e-13);
    }
    // what underflows is zero
    assert_eq!(Taylor::<f64, 3>::line(1e-170, 1e-170).sin().coefficients, [1e-170, 0.0, 0.0]);
    // 40! is beyond single precision, and no number without a coefficient has a 40th derivative that is not 0
    let x = Taylor::<f32, 40>::variable(2.0);
    assert_eq!((x * x).derivative(40), 0.0);
    assert_eq!(x.derivative(40), 0.0);
    let mut y = x;
    y.coefficients = [1e-30; 40];
    // 35! · 1e−30
    assert!((y.derivative(35) / 1.033_314_8e10 - 1.0).abs() < 1e-5, "{}", y.derivative(35));
}

/// The functions of two variables, too: their scaled coefficients do not depend on the size of the point.
#[test]
fn functions_of_two_variables_scale() {
    fn check<F: Float, const K: usize>(size: f64, digits: f64)
    where
        Taylor<F, K>: autodiff::Ordered<F>,
    {
        type Pair<F, const K: usize> = fn(Taylor<F, K>, F) -> Taylor<F, K>;
        let constant = |x: F| x;
        let functions: [(&str, Pair<F, K>, f64, usize); 4] = [
            ("hypot", |x, s| autodiff::Number::hypot(x, Taylor::constant(s)), 1.0, 1),
            ("atan2", |x, s| autodiff::Number::atan2(x, Taylor::constant(s)), 0.0, 1),
            ("pow", |x, _| autodiff::Number::pow(x, Taylor::constant(F::of(0.5))), 0.5, 1),
            ("xlogy", |x, _| autodiff::Number::xlogy(x, x), 1.0, 2),
        ];
        for (name, f, power, from) in functions {
            let s = F::of(size);
            let found = f(Taylor::line(s, s), constant(s)).coefficients;
            let want = f(Taylor::line(F::ONE, F::ONE), F::ONE).coefficients;
            for k in from..=K {
                let (got, want) = (found[k - 1].to_f64() / s.to_f64().powf(power), want[k - 1].to_f64());
                assert!(
                    (got - want).abs() <= digits * want.abs().max(0.01),
                    "{name} at {size:e}, {k}: {got:e} instead of {want:e}"
                );
            }
        }
    }
    for size in [1e-110, 1e-105, 1e-40, 1e110, 3e200] {
        check::<f64, 3>(size, 1e-13);
        check::<f64, 8>(size, 1e-12);
    }
    check::<f64, 20>(1e-17, 1e-9);
    for size in [1e-6, 1e-14, 1e-15, 1e14] {
        check::<f32, 3>(size, 1e-5);
        check::<f32, 8>(size, 1e-4);
    }
    // hypot(3 + 3t, 4) · 1e−6
    let (_, found) = directional_derivatives::<8, _, _>(|[x, y]| x.hypot(y), [3e-6_f32, 4e-6], [3e-6, 0.0]);
    let (_, want) = directional_derivatives::<8, _, _>(|[x, y]| x.hypot(y), [3.0_f64, 4.0], [3.0, 0.0]);
    assert!((f64::from(found[7]) / (want[7] * 1e-6) - 1.0).abs() < 1e-3, "{} {}", found[7], want[7]);
}

/// Where a quotient's value is zero because the divisor is infinite, every number type says the same: the zero does not win.
#[test]
fn a_zero_quotient_does_not_win() {
    let y = Taylor::<f64, 2>::variable(800.0).exp();
    assert!((Taylor::constant(1.0) / y).coefficients[0].is_nan());
    assert!(derivative(|x| 1.0 / x.exp(), 800.0_f64).is_nan());
}

/// Where the coefficients of the polynomial in a law, or of its slope, would cancel at small arguments.
#[test]
fn curved_lines_through_small_values() {
    fn near(what: &str, ours: f64, exact: f64) {
        assert!((ours / exact - 1.0).abs() < 1e-12, "{what}: {ours:e} and {exact:e}");
    }
    let t = Taylor::<f64, 4>::variable(0.0);
    // u³/6 has the coefficients a³/6 and a²/2
    let u = t * 1e-9 + t * t;
    near("asin", u.asin().coefficients[3], 0.5e-18);
    near("asin, order 3", u.asin().coefficients[2], 1e-27 / 6.0);
    near("atanh", u.atanh().coefficients[3], 1e-18);
    near("acos", u.acos().coefficients[3], -0.5e-18);
    near("logistic", (t * t + 1e-12).logistic().coefficients[3], -1.5e-12 / 24.0);
    let power = (t + 1e-15).pow(t + 2.0).coefficients[3];
    let fourth = power * 24.0;
    assert!((fourth / 8e15 - 1.0).abs() < 1e-10, "{fourth:e}");
}

/// Where a power of the argument's coefficients leaves the range of floats, the differential equation goes on: the digits are
/// those that its recurrence keeps, and depend neither on the highest order nor on units.
#[test]
fn high_orders_where_powers_overflow() {
    type Series = Taylor<f64, 20>;
    fn near(what: &str, ours: f64, exact: f64, tolerance: f64) {
        assert!((ours / exact - 1.0).abs() < tolerance, "{what}: {ours:e} and {exact:e}");
    }
    let factorial = |k: i32| (1..=k).fold(1.0, |f, i| f * f64::from(i));
    for x in [30.0_f64, 37.0, 50.0, 300.0] {
        let (root, inverse) = (Series::variable(x).exp().sqrt(), Series::variable(x).exp().recip());
        for k in 1..=20_i32 {
            let tolerance = 1e-15 * 4.0_f64.powi(k);
            let of_root = (x / 2.0).exp() * 0.5_f64.powi(k) / factorial(k);
            near("sqrt", root.coefficients[k as usize - 1], of_root, tolerance);
            let of_inverse = (-x).exp() * (-1.0_f64).powi(k) / factorial(k);
            near("recip", inverse.coefficients[k as usize - 1], of_inverse, tolerance);
        }
    }
    let single = Taylor::<f32, 10>::variable(9.0).exp().sqrt().coefficients[9];
    near("f32", single.into(), 4.5_f64.exp() * 0.5_f64.powi(10) / factorial(10), 0.05);

    let root = |x: f64| (Series::variable(x).powi(9) + Series::variable(x).powi(8)).sqrt();
    let shorter = Taylor::<f64, 10>::variable(100.0);
    let shorter = (shorter.powi(9) + shorter.powi(8)).sqrt();
    assert_eq!(root(100.0).coefficients[..10], shorter.coefficients);

    // gravity in units of 1 and 2⁴⁰, and of 2⁻⁶⁰
    let force = |unit: f64| {
        let t = Series::variable(0.25);
        let (x, y) = ((t * 0.2 + 1.0) * unit, (t * -0.07 + 1.3) * unit);
        let (square, length) = (x * x + y * y, x.hypot(y));
        [square.powf(-1.5) * unit.powi(3), square.ln(), square.recip() * unit.powi(2), y.atan2(x), length / unit]
    };
    let expected = force(1.0);
    for unit in [2.0_f64.powi(40), 2.0_f64.powi(-60)] {
        for (ours, expected) in force(unit).into_iter().zip(expected) {
            assert_eq!(ours.coefficients[3..], expected.coefficients[3..], "{unit:e}");
        }
    }
}

/// A coefficient that overflows takes nothing from the lower ones.
#[test]
fn orders_below_an_infinite_one() {
    let y = Taylor::<f64, 20>::variable(1e-15);
    assert!(y.recip().coefficients[19].is_infinite());
    let y = y.recip().ln();
    for k in 1..=19 {
        let exact = (-1e15_f64).powi(k) / f64::from(k);
        assert!((y.coefficients[k as usize - 1] / exact - 1.0).abs() < 1e-13, "order {k}");
    }
    let y = Taylor::<f32, 3>::variable(1e-10).recip();
    assert!(y.coefficients[2].is_infinite());
    for z in [y.ln(), y.hypot(1.0).ln(), (y * y * 0.5 + 1.0).ln() * 0.5] {
        assert!((z.coefficients[0] / -1e10 - 1.0).abs() < 1e-6, "{z:?}");
    }
    assert!((y.ln().coefficients[1] / 5e19 - 1.0).abs() < 1e-6);
}

/// In functions of two variables neither, at every size of the point.
#[test]
fn orders_of_pairs_below_an_infinite_one() {
    type Series = Taylor<f64, 6>;
    type Pair = fn(Series, Series) -> Series;
    let pairs: [(&str, Pair); 4] = [
        ("pow", |x, y| x.pow(y / y.re)),
        ("xlogy", |x, y| x.xlogy(y)),
        ("hypot", |x, y| x.hypot(y)),
        ("atan2", |x, y| x.atan2(y)),
    ];
    for (name, f) in pairs {
        for size in [-600, -342, 0, 342, 600] {
            let (x, y): (Series, Series) = (curve(LINE, size, 0), curve(OTHER, size, 0));
            let whole = f(x, y);
            for first in 2..=6 {
                let (mut lost_x, mut lost_y) = (x, y);
                lost_x.coefficients[first - 1] = f64::INFINITY;
                lost_y.coefficients[first - 1] = f64::INFINITY;
                for found in [f(lost_x, y), f(x, lost_y)] {
                    let what = format!("{name} at 2^{size}, order {first}: {found:?}");
                    assert_eq!(found.coefficients[..first - 1], whole.coefficients[..first - 1], "{what}");
                    // far out, its powers meet derivatives that are zero
                    assert!(size > 0 || found.coefficients[first - 1].is_infinite(), "{what}");
                }
            }
        }
    }
    // nor is an infinite one lost where 0 · ln y does not move with y
    let mut y = Series::variable(2.0);
    y.coefficients[4] = f64::INFINITY;
    let found = Series::constant(0.0).xlogy(y).coefficients;
    assert!(found[..4] == [0.0; 4] && found[4].is_nan(), "{found:?}");
    assert!(Dual::constant(0.0).xlogy(Dual::<f64, 1>::new(2.0, [f64::INFINITY])).eps[0].is_nan());
}

/// The first three coefficients are those of the chain rule, however long the series is.
#[test]
fn the_first_orders_do_not_depend_on_the_highest() {
    fn all<const K: usize>() -> Vec<[f64; 3]> {
        let (x, y): (Taylor<f64, K>, Taylor<f64, K>) = (curve(LINE, 0, 0), curve(OTHER, 0, 0));
        let results =
            [x.pow(y), x.xlogy(y), x.hypot(y), x.atan2(y), x / y, x.sqrt(), x.asinh(), x.tanh(), x.softplus(), x.cos()];
        results.iter().map(|z| std::array::from_fn(|i| z.coefficients[i])).collect()
    }
    assert_eq!(all::<3>(), all::<8>());
    assert_eq!(all::<3>(), all::<20>());
}

/// In nests, steps whose powers underflow, and quotients that are far from 1, keep the derivatives that they carry.
#[test]
fn series_in_nests_where_powers_underflow() {
    fn near(what: &str, got: f64, want: f64) {
        assert!((got / want - 1.0).abs() < 1e-14, "{what}: {got:e} and {want:e}");
    }
    // the slope of a length by one side, 3/5, has the slope 4²/5³
    let inner = Dual::<Taylor<f64, 4>, 1>::variable(Taylor::line(3.0, 1e-160), 0);
    let found = inner.hypot(4.0);
    near("series in a dual", found.re.coefficients[0], 0.6e-160);
    near("series in a dual", found.eps[0].coefficients[0], 0.128e-160);
    let outer = Taylor::<Dual<f64, 1>, 4>::line(Dual::variable(3.0, 0), Dual::constant(1e-160));
    let found = outer.hypot(4.0);
    near("duals in a series", found.coefficients[0].re, 0.6e-160);
    near("duals in a series", found.coefficients[0].eps[0], 0.128e-160);
    let divisor = Dual::<f64, 1>::new(1e-50, [1e-52]);
    let found = Taylor::<Dual<f64, 1>, 2>::variable(Dual::constant(1e50)) / Taylor::constant(divisor);
    near("quotient", found.coefficients[0].re, 1e50);
    near("quotient", found.coefficients[0].eps[0], -1e48);
}

/// A series of series has the mixed derivatives that the longer series has, to the highest order of all.
#[test]
fn series_nest_with_series() {
    type Nest = Taylor<Taylor<f64, 12>, 12>;
    fn check(name: &str, nested: Nest, series: Taylor<f64, 24>) {
        for k in 1..=12 {
            for l in 1..=12 {
                let choices = (1..=l).fold(1.0, |product, i| product * (k + i) as f64 / i as f64);
                let (got, want) = (nested.coefficients[k - 1].coefficients[l - 1], series.coefficients[k + l - 1]);
                let near = (got / choices - want).abs() <= 1e-9 * want.abs();
                assert!(near, "{name}, orders {k} and {l}: {:e} and {want:e}", got / choices);
            }
        }
    }
    let (x, at) = (Nest::variable(Taylor::variable(0.75)), Taylor::variable(0.75));
    check("hypot", x.hypot(1.0), at.hypot(1.0));
    check("atan2", x.atan2(1.0), at.atan2(1.0));
    check("hypot of two", x.hypot(x * 0.5 + 1.0), at.hypot(at * 0.5 + 1.0));
    check("atan2 of two", x.atan2(x * x + 1.0), at.atan2(at * at + 1.0));
    check("pow", x.pow(x + 1.0), at.pow(at + 1.0));
    check("xlogy", x.xlogy(x + 1.0), at.xlogy(at + 1.0));
    check("quotient", 2.0 / (x + 1.0), 2.0 / (at + 1.0));
}

/// The smaller side of a length, and of an angle, counts at high orders too, along a line and in nested numbers.
#[test]
fn lengths_beside_a_much_longer_side() {
    // x + c²/(2 x), up to (c/x)²
    for c in [1e-3, 1e-6, 1e-9] {
        let y = Taylor::<f64, 6>::variable(1000.0).hypot(c).coefficients;
        for (k, exact) in [(2, 5e-10), (3, -5e-13), (4, 5e-16), (5, -5e-19), (6, 5e-22)] {
            let exact = exact * c * c;
            assert!((y[k - 1] / exact - 1.0).abs() < 1e-10, "{c}, order {k}: {:e} and {exact:e}", y[k - 1]);
        }
        let nested = mixed_partial(|[x, y]| x.hypot(y), [1000.0, c], [0, 0, 0, 0]).unwrap();
        assert!((nested / (24.0 * 5e-16 * c * c) - 1.0).abs() < 1e-10, "{c}: {nested:e}");
        let nested = mixed_partial(|[x, y]| x.hypot(y), [c, -1000.0], [1, 1, 1, 1, 1]).unwrap();
        assert!((nested / (120.0 * 5e-19 * c * c) - 1.0).abs() < 1e-10, "{c}: {nested:e}");
    }
}

/// Σ cₖ sᵏ tᵏ times a size, where s and the size are powers of two.
fn curve<F: Float, const K: usize>(c: [f64; 6], size: i32, pace: i32) -> Taylor<F, K> {
    let at = |k: usize| F::of(c.get(k).map_or(0.0, |c| c * 2.0_f64.powi(size + pace * k as i32)));
    let mut x = Taylor::constant(at(0));
    x.coefficients = std::array::from_fn(|i| at(i + 1));
    x
}

/// That the coefficients of `found` are those of `base` times 2^(size + pace k) where they are normal numbers.
fn are_scaled<F: Float, const K: usize>(
    what: &str,
    base: &Taylor<F, K>,
    found: &Taylor<F, K>,
    (size, pace): (i32, i32),
    digits: f64,
) {
    let (least, most) = if F::MAX.to_f64() > 1e300 { (-1000, 1000) } else { (-115, 115) };
    let of = |y: &Taylor<F, K>, k: usize| y.coefficients[k - 1].to_f64();
    for k in 1..=K {
        let exponent = size + pace * k as i32;
        if !(least..=most).contains(&exponent) {
            continue;
        }
        let want = of(base, k);
        let nearby = (k.saturating_sub(1).max(1)..=K.min(k + 1)).fold(0.0_f64, |m, k| m.max(of(base, k).abs()));
        let got = of(found, k) * 2.0_f64.powi(-exponent / 2) * 2.0_f64.powi(-exponent + exponent / 2);
        assert!((got - want).abs() <= digits * nearby, "{what}, order {k}: {got:e} and {want:e}, times 2^{exponent}");
    }
}

const LINE: [f64; 6] = [1.5, 0.75, -0.5, 0.25, -0.375, 1.0];
const OTHER: [f64; 6] = [2.5, -0.5, 0.125, 1.5, 0.5, -0.25];

/// In units of time of every size: where powers of them overflow or underflow, too.
#[test]
fn coefficients_at_every_pace() {
    const NAMES: &str = "recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh \
        acosh atanh logistic softplus sinc xlogy powi7 powi_minus_3 powf_2_5";
    fn check<F: Float, const K: usize>(paces: &[i32], digits: f64)
    where
        Taylor<F, K>: Scalar<F>,
    {
        for pace in paces {
            for name in NAMES.split_whitespace() {
                let line = |pace| {
                    let mut line = LINE;
                    line[0] = if name == "acosh" { 1.75 } else { 0.375 };
                    apply::<Taylor<F, K>, F>(name, curve(line, 0, pace))
                };
                are_scaled(&format!("{name} at {pace}"), &line(0), &line(*pace), (0, *pace), digits);
            }
        }
    }
    check::<f64, 3>(&[-330, -150, -40, 40, 150, 330], 1e-13);
    check::<f64, 6>(&[-190, -150, -40, 40, 150, 190], 1e-12);
    check::<f32, 3>(&[-38, -20, -7, 7, 20, 38], 1e-5);
    check::<f32, 6>(&[-20, -7, 7, 20], 1e-4);
}

/// The functions without a unit, at arguments of every size: s x has the coefficients of x times a power of s.
#[test]
fn coefficients_at_every_size() {
    type Law<F, const K: usize> = (&'static str, fn(Taylor<F, K>, Taylor<F, K>) -> Taylor<F, K>, f64);
    fn check<F: Float, const K: usize>(sizes: &[i32], paces: &[i32], digits: f64)
    where
        Taylor<F, K>: Scalar<F>,
    {
        let laws: [Law<F, K>; 19] = [
            ("recip", |x, _| x.recip(), -1.0),
            ("sqrt", |x, _| x.sqrt(), 0.5),
            ("cbrt", |x, _| x.cbrt(), 1.0 / 3.0),
            ("ln", |x, _| x.ln(), 0.0),
            ("log2", |x, _| x.log2(), 0.0),
            ("log10", |x, _| x.log10(), 0.0),
            ("log 3", |x, _| x.log(F::of(3.0)), 0.0),
            ("powf 2.5", |x, _| x.powf(F::of(2.5)), 2.5),
            ("powf -0.5", |x, _| x.powf(F::of(-0.5)), -0.5),
            ("powf 24", |x, _| x.powf(F::of(24.0)), 24.0),
            ("powf 5.5", |x, _| x.powf(F::of(5.5)), 5.5),
            ("powi -3", |x, _| x.powi(-3), -3.0),
            ("powi 3", |x, _| x.powi(3), 3.0),
            ("powi 7", |x, _| x.powi(7), 7.0),
            ("pow 0.5", |x, _| autodiff::Number::pow(x, Taylor::constant(F::of(0.5))), 0.5),
            ("hypot", |x, y| autodiff::Number::hypot(x, y), 1.0),
            ("atan2", |x, y| autodiff::Number::atan2(x, y), 0.0),
            ("quotient", |x, y| x / y, 0.0),
            ("xlogy", |x, y| autodiff::Number::xlogy(x, y) - x * Elementary::ln(y.re), 1.0),
        ];
        let far = if F::MAX.to_f64() > 1e300 { 1000 } else { 120 };
        for (name, f, power) in laws {
            let at = |size, pace| f(curve(LINE, size, pace), curve(OTHER, size, pace));
            for size in sizes {
                for pace in paces {
                    let of_result = (power * f64::from(*size)).round() as i32;
                    // a quotient's terms are of the size of its numerator
                    let highest = if name == "quotient" { K as i32 } else { 5 };
                    if of_result.abs() <= far && (size + highest * pace).abs() <= far {
                        let what = format!("{name} at 2^{size} and {pace}");
                        // of x ln s + x ln y only the second is left
                        let digits = if name == "xlogy" { 1e3 * digits } else { digits };
                        are_scaled(&what, &at(0, 0), &at(*size, *pace), (of_result, *pace), digits);
                    }
                }
            }
        }
    }
    let sizes = [-996, -600, -342, -198, -36, 36, 198, 342, 600, 996];
    check::<f64, 3>(&sizes, &[-190, -40, 0, 40, 190], 1e-13);
    check::<f64, 7>(&sizes, &[-150, -40, 0, 40, 150], 1e-12);
    check::<f32, 3>(&[-120, -60, -24, 24, 60, 120], &[-20, -5, 0, 5, 20], 1e-5);
    check::<f32, 7>(&[-120, -60, -24, 24, 60, 120], &[-15, -5, 0, 5, 15], 1e-4);
}

/// Far out, atan x = π/2 − 1/x and asinh x = ln 2x = acosh x, to all digits.
#[test]
fn coefficients_of_inverse_functions_far_out() {
    type Series = Taylor<f64, 6>;
    for (size, pace) in [(60, 0), (400, 0), (550, 0), (550, 60), (550, -60), (700, 10), (900, -20)] {
        let x: Series = curve(LINE, size, pace);
        let (recip, ln) = ((-x).recip(), x.ln());
        for k in 1..=6 {
            let near = |what: &str, got: f64, want: f64, tolerance: f64| {
                assert!(
                    (got - want).abs() <= tolerance * want.abs().max(1e-305),
                    "{what} at 2^{size}, {pace}, order {k}: {got:e} and {want:e}"
                );
            };
            near("atan", x.atan().coefficients[k - 1], recip.coefficients[k - 1], 1e-12);
            near("asinh", x.asinh().coefficients[k - 1], ln.coefficients[k - 1], 1e-11);
            near("acosh", x.acosh().coefficients[k - 1], ln.coefficients[k - 1], 1e-11);
        }
    }
}

/// Near a singularity the chain rule's terms cancel; the functions of two variables keep the digits of their parts.
#[test]
fn pairs_near_a_singularity() {
    type Series = Taylor<f64, 20>;
    let (mut u, mut v) = (Series::constant(0.0625), Series::constant(0.03125));
    for k in 0..20 {
        let k_plus_two = (k + 2) as f64;
        u.coefficients[k] = (1.3 * k_plus_two).sin();
        v.coefficients[k] = (2.1 * k_plus_two).cos() - 0.25;
    }
    for (name, found, want) in [
        ("xlogy", u.xlogy(v), u * v.ln()),
        ("hypot", u.hypot(v), (u * u + v * v).sqrt()),
        ("hypot", v.hypot(u), (u * u + v * v).sqrt()),
        ("atan2", v.atan2(u), (v / u).atan()),
        ("atan2", (-u).atan2(v), (v / u).atan()),
        ("log", u.log(3.0), u.ln() * 3.0_f64.ln().recip()),
    ] {
        for k in 0..20 {
            let (got, want) = (found.coefficients[k], want.coefficients[k]);
            assert!((got - want).abs() <= 1e-11 * want.abs(), "{name}, order {}: {got:e} and {want:e}", k + 1);
        }
    }
    // at order 20 the chain rule has half of the digits of ln(1 + eᵗ)
    let (t, grown) = (Series::variable(1.0), Series::variable(1.0).exp() + 1.0);
    let (found, want) = (t.xlogy(grown).coefficients, (t * grown.ln()).coefficients);
    for k in 0..20 {
        assert!(
            (found[k] - want[k]).abs() <= 1e-13 * want[k].abs(),
            "order {}: {:e} and {:e}",
            k + 1,
            found[k],
            want[k]
        );
    }
    // and none of those of a length, or an angle, that grows as eᵗ: 3, 4 and 5 times that, and turned by t/8
    let (t, grown) = (Series::variable(0.0), Series::variable(0.0).exp());
    let (length, turn) = ((grown * 3.0).hypot(grown * 4.0), t / 8.0 + 0.5);
    let angle = (grown * turn.sin()).atan2(grown * turn.cos());
    let mut factorial = 1.0;
    for k in 1..=20 {
        factorial *= k as f64;
        let (got, slope) = (length.coefficients[k - 1], if k == 1 { 0.125 } else { 0.0 });
        assert!((got * factorial / 5.0 - 1.0).abs() < 1e-13, "order {k}: {got:e}");
        let got = angle.coefficients[k - 1] - slope;
        assert!(got.abs() * factorial < 1e-10, "order {k}: {got:e}");
    }
    // a low power of a polynomial ends where it does
    let cube = curve::<f64, 20>([1.5, 0.7, -0.3, 0.0, 0.0, 0.0], 0, 0).powi(3);
    assert!(cube.coefficients[5] != 0.0 && cube.coefficients[6..] == [0.0; 14]);
}

#[test]
fn small_derivatives_and_large_powers() {
    // f⁽ᵏ⁾/k! is subnormal from the second on
    let y = Taylor::<f64, 8>::line(-708.0, 1e10).exp();
    let mut want = (-708.0_f64).exp();
    for k in 1..=8 {
        want *= 1e10 / k as f64;
        assert!((y.coefficients[k - 1] / want - 1.0).abs() < 1e-14, "order {k}: {:e}", y.coefficients[k - 1]);
    }
    // where f is infinite, so are its derivatives, in numbers of every kind
    let y = Taylor::<f64, 2>::line(1e200, 1e-200).powf(3.5);
    assert_eq!(y.coefficients[0], Dual::<f64, 1>::new(1e200, [1e-200]).powf(3.5).eps[0]);
}

/// What is infinite or NaN stays in its place: zero coefficients win over it, and lower orders know nothing of it.
#[test]
fn products_and_quotients_with_infinite_parts() {
    type Series = Taylor<f64, 3>;
    let inf = f64::INFINITY;
    let series = |re, coefficients| {
        let mut y = Series::constant(re);
        y.coefficients = coefficients;
        y
    };
    let product = series(2.0, [3.0, -5.0, inf]) * series(7.0, [11.0, 13.0, 17.0]);
    assert_eq!((product.re, product.coefficients), (14.0, [43.0, 24.0, inf]));
    for y in [Series::line(2.0, 3.0) * inf, Series::line(2.0, 3.0) * Series::constant(inf)] {
        assert_eq!((y.re, y.coefficients), (inf, [inf, 0.0, 0.0]));
    }
    assert_eq!((Series::line(-2.0, 3.0) * inf).re, -inf);
    let zero = Series::line(2.0, 3.0) * f64::NAN;
    assert!(zero.re.is_nan() && zero.coefficients[0].is_nan() && zero.coefficients[1..] == [0.0; 2]);
    for y in [Series::line(1e300, 1.0) / Series::constant(1e-100), Series::line(1e300, 1.0) / 1e-100] {
        assert_eq!(y.re, inf);
        assert!((y.coefficients[0] / 1e100 - 1.0).abs() < 1e-15 && y.coefficients[1..] == [0.0; 2], "{y:?}");
    }
    // a series of first order is a dual, within a dual as well
    type Nested = Dual<Dual<f64, 1>, 2>;
    type OfSeries = Dual<Taylor<f64, 1>, 2>;
    let values = [0.0, -0.0, 1.0, -3.0, 1e-310, 1e-300, 1e300, 1.7e308, inf, f64::NAN];
    for x in values {
        for y in values {
            let nested = Nested::variable(Dual::new(x, [2.0]), 0) / Nested::variable(Dual::new(y, [5.0]), 1);
            let series = OfSeries::variable(Taylor::line(x, 2.0), 0) / OfSeries::variable(Taylor::line(y, 5.0), 1);
            let same = |a: f64, b: f64| a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 4e-16 * a.abs();
            for i in 0..2 {
                let (a, b) = (nested.eps[i], series.eps[i]);
                assert!(
                    same(a.re, b.re) && same(a.eps[0], b.coefficients[0]),
                    "{x:e}/{y:e}: {nested:?} and {series:?}"
                );
            }
        }
    }
}
