//! Functions of a scaled variable whose derivatives do not depend on the scale, at scales where f' or f'' leaves the floats.

mod common;

use autodiff::{Chunks, Dual, HyperDual, Scalar, Taylor, derivative, gradient, hessian, mixed_partial};

/// Functions of x and y that are the same for every scale s.
fn scale_free<T: Scalar>(name: &str, [x, y]: [T; 2], s: f64) -> T {
    match name {
        "ln" => (x * s).ln() + (x * x * y * s).ln() * 0.5,
        "log2" => (x * s).log2() - (y * s).log10() + (x * s).log(3.0),
        "product of logarithms" => {
            (x * s).ln() * (y * s).ln() - ((x * s).ln() + (y * s).ln()) * s.ln() + s.ln() * s.ln()
        }
        "recip" => (x * s).recip() * s + (y * s).powi(-1) * s,
        "powers" => (x * s).powf(-0.3) * s.powf(0.3) + (x * y * s).powf(1.3) / s.powf(1.3),
        "roots" => (x * s).sqrt() / s.sqrt() + (y * s).cbrt() / s.cbrt(),
        "angle" => (x * s).atan2(y * s),
        "length" => (x * s).hypot(y * s) / s,
        "xlogy" => x.xlogy(y * s) - x * s.ln(),
        // beyond 2⁵³ the arctangent of 1/z is π/2 − z
        "atan" => (x / s).atan() * s,
        "asinh" => (x * s).asinh() - (y * s).acosh(),
        other => panic!("'{other}' has no function here"),
    }
}

fn second_order(name: &str, s: f64) -> [f64; 5] {
    let point = [1.5, 2.5];
    let [a, b] = gradient(|x| scale_free(name, x, s), point);
    let [[c, d], [_, e]] = hessian(|x| scale_free(name, x, s), point);
    [a, b, c, d, e]
}

fn near(name: &str, s: f64, ours: f64, expected: f64) {
    assert!((ours - expected).abs() <= 2e-12 * expected.abs().max(1e-3), "{name} at {s:e}: {ours} and {expected}");
}

#[test]
fn derivatives_that_fit_do_so_at_every_scale() {
    for name in
        ["ln", "log2", "product of logarithms", "recip", "powers", "roots", "angle", "length", "xlogy", "asinh", "atan"]
    {
        let (near_one, scales): (f64, &[i32]) = match name {
            "asinh" => (1e30, &[500, 600, 1000]),
            "atan" => (1e30, &[500, 520]),
            "powers" => (1.0, &[-700, -560, -340, 340, 560, 700]),
            _ => (1.0, &[-1000, -700, -560, -340, 340, 560, 700, 1000]),
        };
        let expected = second_order(name, near_one);
        for k in scales {
            let s = 2.0_f64.powi(*k);
            let ours = second_order(name, s);
            for (ours, expected) in ours.into_iter().zip(expected) {
                near(name, s, ours, expected);
            }
            // third and fourth order, by nests of other shapes
            let third = |s: f64| mixed_partial(|x| scale_free(name, x, s), [1.5, 2.5], [0, 1, 1]).unwrap();
            near(name, s, third(s), third(near_one));
            if !["angle", "length", "xlogy"].contains(&name) {
                let fourth = |s: f64| mixed_partial(|x| scale_free(name, x, s), [1.5, 2.5], [0, 0, 0, 0]).unwrap();
                near(name, s, fourth(s), fourth(near_one));
            }
        }
    }
}

#[test]
fn all_routes_have_the_same_bits_there() {
    type Nested = Dual<Dual<f64, 2>, 2>;
    for name in ["ln", "recip", "powers", "angle", "length", "xlogy"] {
        for k in [-700, -560, -340, 340, 560, 700] {
            let s = 2.0_f64.powi(k);
            let hyper = scale_free(name, [HyperDual::variable(1.5, 0), HyperDual::variable(2.5, 1)], s);
            let nested: Nested = scale_free(
                name,
                Dual::<f64, 2>::variables([1.5, 2.5]).map(Dual::constant).map({
                    let mut i = 0;
                    move |mut x: Nested| {
                        x.eps[i] = Dual::constant(1.0);
                        i += 1;
                        x
                    }
                }),
                s,
            );
            let slopes = gradient(|x| scale_free(name, x, s), [1.5, 2.5]);
            assert_eq!(hyper.eps, slopes, "{name} at {s:e}");
            assert_eq!(gradient(|x| scale_free(name, [x[0], x[1]], s), Chunks::<_, 1>(&[1.5, 2.5])), slopes);
            for i in 0..2 {
                assert_eq!(nested.eps[i].re, slopes[i], "{name} at {s:e}");
                for j in 0..=i {
                    assert_eq!(nested.eps[i].eps[j], hyper.hessian()[i][j], "{name} at {s:e}, {i}, {j}");
                }
            }
            let along = scale_free(name, [Taylor::<f64, 2>::variable(1.5), Taylor::constant(2.5)], s);
            near(name, s, along.derivative(2), hyper.hessian()[0][0]);
        }
    }
}

#[test]
fn single_precision_too() {
    for k in [-100, -60, 60, 100] {
        let s = 2.0_f32.powi(k);
        let slope = derivative(|x| (x * s).recip() * s, 2.0_f32);
        assert_eq!(slope, -0.25, "at {s:e}");
        assert_eq!(hessian(|[x]| (x * s).ln(), [2.0_f32]), [[-0.25]], "at {s:e}");
    }
}

/// The logarithm of a likelihood of many factors: 10⁻²⁷⁰ and so.
#[test]
fn the_logarithm_of_a_likelihood_bends() {
    let samples = [0.3, -1.2, 2.2, 0.7, -0.4, 1.9, -2.8, 0.1, 30.0, -20.0];
    let log_of_product = |[m, w]: [HyperDual<f64, 2>; 2]| {
        samples.iter().map(|x| (-((m - *x) * (m - *x)) * w).exp()).product::<HyperDual<f64, 2>>().ln()
    };
    let sum_of_logs =
        |[m, w]: [HyperDual<f64, 2>; 2]| samples.iter().map(|x| -((m - *x) * (m - *x)) * w).sum::<HyperDual<f64, 2>>();
    let (product, sum) = (hessian(log_of_product, [0.2, 0.5]), hessian(sum_of_logs, [0.2, 0.5]));
    for i in 0..2 {
        for j in 0..2 {
            assert!((product[i][j] - sum[i][j]).abs() < 1e-10, "{product:?} and {sum:?}");
        }
    }
}

/// A step of the chain rule whose slope leaves the floats, beside a step that brings it back.
#[test]
fn slopes_that_leave_the_floats_on_the_way() {
    fn near(what: &str, ours: f64, expected: f64) {
        assert!((ours / expected - 1.0).abs() < 1e-13, "{what}: {ours:e} and {expected:e}");
    }
    near("1/e^x", derivative(|x| x.exp().recip(), 400.0), -(-400_f64).exp());
    near("logistic", derivative(|x| ((-x).exp() + 1.0).recip(), -400.0), (-400_f64).exp());
    near("x^-2, small", derivative(|x| (x * x).recip(), 1e-100), -2e300);
    near("x^-2, large", derivative(|x| (x * x).recip(), 1e100), -2e-300);
    near("e^x to a power", derivative(|x| x.exp().powi(-3), 130.0), -3.0 * (-390_f64).exp());
    near("by pow", derivative(|x| x.exp().pow(x * 0.0 - 2.0), 300.0), -2.0 * (-600_f64).exp());
    near("an angle", derivative(|x| x.exp().atan2(x * 0.0 + 1.0), 400.0), (-400_f64).exp());
    let single = derivative(|x| x.exp().powf(-0.5), 68.0_f32) / (-0.5 * (-34_f32).exp());
    assert!((single - 1.0).abs() < 1e-6, "{single}");
    near("a large quotient", derivative(|x| 1e300 / (x * 1e20), 1e-10), -1e300);
    near("a small quotient", derivative(|x| 1e-300 / (x * 1e-125 + 1e-100), 0.0), -1e-225);
    near("a small quotient of subnormal partials", derivative(|x| 1e-300 / (x * 1e-115 + 1e-100), 0.0), -1e-215);
    // the series of such quotients and powers
    let series = (Taylor::<f64, 3>::variable(0.0) * 1e-125 + 1e-100).recip() * 1e-300;
    near("a series", series.coefficients[0], -1e-225);
    let series = 1e300 / (Taylor::<f64, 3>::variable(1e-10) * 1e20);
    near("a series of large terms", series.coefficients[0], -1e300);
}

#[test]
fn power_series_whose_first_slope_is_below_the_floats() {
    // of the first order, where no power of e^400 overflows
    type Series = Taylor<f64, 1>;
    let grown = Series::variable(400.0).exp();
    let fades = (-400.0_f64).exp();
    for (name, y, expected) in [
        ("recip", grown.recip(), -fades),
        ("pow", grown.pow(Series::constant(-1.0)), -fades),
        ("atan2", Series::constant(1.0).atan2(grown), -fades),
        ("atan2", grown.atan2(Series::constant(1.0)), fades),
    ] {
        let ours = y.coefficients[0];
        assert!((ours / expected - 1.0).abs() < 1e-14, "{name}: {ours:e} and {expected:e}");
    }
}

/// A slope that is subnormal, as −sin x beside 0, is not stretched to zero.
#[test]
fn subnormal_slopes_are_kept() {
    let x = 1.127778685184375e-308_f64;
    assert_eq!(autodiff::derivative(|x| x.cos(), x), -x);
    assert_eq!(autodiff::gradient(|[x, y]| x.hypot(y), [x, 1.0])[0], x);
}

/// Partials of very different size: what the plain chain rule has right is not lost to the detour.
#[test]
fn small_partials_beside_large_values_are_kept() {
    fn check(name: &str, f: impl Fn([HyperDual<f64, 1>; 1]) -> HyperDual<f64, 1>, slope: f64) {
        let found = f([HyperDual::variable(0.0, 0)]).eps[0];
        assert!((found / slope - 1.0).abs() < 1e-12, "{name}: {found:e} and {slope:e}");
    }
    check("sqrt", |[x]| (x * 1e-150 + 1e200).sqrt(), 5e-251);
    check("hypot", |[x]| (x * 1e-90 + 1e260).hypot(1.0), 1e-90);
    check("powi", |[x]| (x * 1e-230 + 1e100).powi(3), 3e-30);
    // zeros that underflow has made, at moderate arguments too
    let second = hessian(|[x]| (x * 2.0_f64.powi(39)).powi(-26), [1.0])[0][0];
    assert!((second / (702.0 * 2.0_f64.powi(-39 * 26)) - 1.0).abs() < 1e-13, "{second:e}");
    let single = derivative(|x| x.exp().powi(-3), 27.0_f32) / (-3.0 * (-81_f32).exp());
    assert!((single - 1.0).abs() < 1e-4, "{single}");
    assert_eq!(hessian(|[x]| (x * 1e9).powi(-4) * 1e30, [1.0_f32])[0][0], 20.0 * 1e-6);
}
