//! Functions of a scaled variable whose derivatives do not depend on the scale, at scales where f' or f'' leaves the floats.

mod common;

use autodiff::{
    Chunks, Dual, HyperDual, Ordered, Scalar, Taylor, derivative, directional_derivatives, gradient, hessian,
    mixed_partial, value_gradient_hessian,
};
use common::{Grid, Jet, Real, paths};

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
        "quotient" => (x * s) / (y * s + x) + (x / s) / (y * y / s),
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
    const POINTS: [[f64; 2]; 3] = [[1.5, 2.5], [1.1, 2.7], [1.234567, 1.0987654]];
    for name in ["ln", "recip", "powers", "angle", "length", "xlogy", "asinh", "atan", "quotient"] {
        for (k, [x, y]) in [-700, -560, -340, 340, 560, 700].into_iter().flat_map(|k| POINTS.map(|point| (k, point))) {
            if ["asinh", "atan"].contains(&name) && k < 0 {
                continue;
            }
            let s = 2.0_f64.powi(k);
            let hyper = scale_free(name, [HyperDual::variable(x, 0), HyperDual::variable(y, 1)], s);
            let nested: Nested = scale_free(
                name,
                Dual::<f64, 2>::variables([x, y]).map(Dual::constant).map({
                    let mut i = 0;
                    move |mut x: Nested| {
                        x.eps[i] = Dual::constant(1.0);
                        i += 1;
                        x
                    }
                }),
                s,
            );
            let slopes = gradient(|x| scale_free(name, x, s), [x, y]);
            assert_eq!(hyper.eps, slopes, "{name} at {s:e}");
            assert_eq!(gradient(|x| scale_free(name, [x[0], x[1]], s), Chunks::<_, 1>(&[x, y])), slopes);
            for i in 0..2 {
                assert_eq!(nested.eps[i].re, slopes[i], "{name} at {s:e}");
                for j in 0..=i {
                    assert_eq!(nested.eps[i].eps[j], hyper.hessian()[i][j], "{name} at {s:e}, {i}, {j}");
                }
            }
            let along = scale_free(name, [Taylor::<f64, 2>::variable(x), Taylor::constant(y)], s);
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

/// The other way round: what moves so fast that stretching it would leave the range of floats, in every copy of a derivative.
#[test]
fn fast_partials_beside_small_values_are_kept() {
    fn check<T: Jet<Precision = f64> + Ordered>() {
        let found = ((T::seed(0.0) * 1e150 + 1e-250).sqrt()).derivatives();
        let name = std::any::type_name::<T>();
        assert!((found[1] / 5e274 - 1.0).abs() < 1e-12, "{name}: {found:?}");
        assert!(found[2] == f64::NEG_INFINITY, "{name}: {found:?}");
    }
    check::<HyperDual<f64, 1>>();
    check::<Dual<Dual<f64, 1>, 1>>();
    check::<Dual<HyperDual<f64, 1>, 1>>();
    check::<HyperDual<Dual<f64, 1>, 1>>();
    check::<Dual<Dual<Dual<f64, 1>, 1>, 1>>();
}

/// The functions without a unit of x = 2ˢ (u + 2ᵖ ε): a partial of order k is 2^(p k) times that of u + ε, times a power of 2ˢ,
/// wherever that is a normal number; by every number type of two directions.
#[test]
fn partials_at_every_size_and_pace() {
    const NAMES: [(&str, f64); 17] = [
        ("recip", -1.0),
        ("sqrt", 0.5),
        ("cbrt", 1.0 / 3.0),
        ("ln", 0.0),
        ("log2", 0.0),
        ("log10", 0.0),
        ("log", 0.0),
        ("powf 2.5", 2.5),
        ("powf -0.5", -0.5),
        ("powi -2", -2.0),
        ("powi 3", 3.0),
        ("powi 5", 5.0),
        ("pow", 1.5),
        ("hypot", 1.0),
        ("atan2", 0.0),
        ("xlogy", 1.0),
        ("quotient", 0.0),
    ];
    fn at<P: Real, T: Grid<2, Precision = P> + Ordered<P>>(name: &str, size: i32, pace: i32) -> T {
        let power = |n: i32| P::of(2.0_f64.powi(n));
        let point = |u: f64, i: usize| T::along(P::ZERO, i) * power(size + pace) + P::of(u) * power(size);
        let (x, y) = (point(1.5, 0), point(2.5, 1));
        match name {
            "recip" => x.recip() * (y / power(size)).sqrt(),
            "sqrt" => x.sqrt(),
            "cbrt" => x.cbrt(),
            "ln" => x.ln() + y.ln() * P::of(2.0),
            "log2" => x.log2() - y.log2(),
            "log10" => x.log10(),
            "log" => x.log(P::of(3.0)),
            "powf 2.5" => x.powf(P::of(2.5)),
            "powf -0.5" => x.powf(P::of(-0.5)),
            "powi -2" => x.powi(-2),
            "powi 3" => x.powi(3),
            "powi 5" => x.powi(5),
            "pow" => x.pow(y / power(size) * P::ZERO + P::of(1.5)),
            "hypot" => x.hypot(y),
            "atan2" => x.atan2(y),
            "xlogy" => x.xlogy(y),
            "quotient" => x / y,
            other => panic!("'{other}' has no function here"),
        }
    }
    fn check<P: Real, T: Grid<2, Precision = P> + Ordered<P>>(sizes: &[i32], paces: &[i32], digits: f64) {
        let far = if P::NAME == "f64" { 1000 } else { 115 };
        for (name, power) in NAMES {
            let base: T = at::<P, T>(name, 0, 0);
            for (size, pace) in sizes.iter().flat_map(|size| paces.iter().map(move |pace| (*size, *pace))) {
                let of_value = (power * f64::from(size)).round() as i32;
                // a quotient's terms are of the size of its numerator
                let highest = if name == "quotient" { T::ORDER as i32 } else { 1 };
                if of_value.abs() > far || (size + highest * pace).abs() > far {
                    continue;
                }
                let found: T = at::<P, T>(name, size, pace);
                for path in paths::<2>(T::ORDER).into_iter().skip(1) {
                    let exponent = of_value + pace * path.len() as i32;
                    // of x ln y, what has x alone keeps ln s
                    if exponent.abs() > far || name == "xlogy" && path == [0] {
                        continue;
                    }
                    let want = base.partial(&path).unwrap().wide();
                    let got = found.partial(&path).unwrap().wide()
                        * 2.0_f64.powi(-exponent / 2)
                        * 2.0_f64.powi(-exponent + exponent / 2);
                    let type_name = std::any::type_name::<T>();
                    assert!(
                        (got - want).abs() <= digits * want.abs().max(0.01),
                        "{name} at 2^{size} and {pace}, {path:?} by {type_name}: {got:e} and {want:e}"
                    );
                }
            }
        }
    }
    let (sizes, paces) = ([-996, -690, -342, -120, 0, 120, 342, 690, 996], [-500, -300, -90, 0, 90, 300]);
    with_every_grid!(f64, 2, check(&sizes, &paces, 1e-13));
    with_every_grid!(f32, 2, check(&[-120, -84, -42, 0, 42, 84, 120], &[-60, -20, 0, 20], 1e-5));
}

#[test]
fn partials_of_pairs_at_the_ends() {
    fn near(what: &str, ours: f64, exact: f64, digits: f64) {
        assert!(ours == exact || (ours / exact - 1.0).abs() < digits, "{what}: {ours:e} and {exact:e}");
    }
    // x^y is subnormal, (x^y)/x is not: x^(y-1) (1 + y ln x)
    let x = 2.0_f64.powi(-340);
    let mixed = hessian(|[x, y]| x.pow(y), [x, 3.125])[0][1];
    near("pow", mixed, 2.0_f64.powi(-722) * 0.5_f64.sqrt() * (1.0 + 3.125 * x.ln()), 1e-14);
    // a power of 0 ends where that of other numbers does
    for y in [0.0, 1.0, 2.0, 3.0] {
        assert_eq!(mixed_partial(|[x, y]| x.pow(y), [0.0, y], [0; 4]).unwrap(), 0.0, "{y}");
    }
    // far out beside 0, h⁗ = −3/x³ is not that of other units
    let fourth = mixed_partial(|[x, y]| x.hypot(y), [2.0_f64.powi(45), 0.0], [1; 4]).unwrap();
    assert_eq!(fourth, -3.0 * 2.0_f64.powi(-135));
    // a negative number has no power beside an integer
    for y in [0.0_f64, 1.0, 2.0] {
        let (_, [_, slope], [[_, mixed], [_, second]]) = value_gradient_hessian(|[x, y]| x.pow(y), [-2.0, y]);
        assert!(slope.is_nan() && mixed.is_nan() && second.is_nan(), "{y}: {slope}, {mixed}, {second}");
        let fourth = |path: [usize; 4]| mixed_partial(|[x, y]| x.pow(y), [-2.0, y], path).unwrap();
        assert!(fourth([1, 1, 1, 1]).is_nan() && fourth([0, 1, 0, 0]).is_nan() && fourth([0; 4]) == 0.0, "{y}");
    }
    // x ln y where x/y, or 2⁶⁰ x, is out of range
    let third = mixed_partial(|[x, y]| x.xlogy(y), [1e-320, 1e-5], [1, 1, 1]).unwrap();
    near("xlogy", third, 1e-320 * 2.0_f64.powi(80) / 1e-5 / 1e-5 / 1e-5 * 2.0 / 2.0_f64.powi(80), 1e-14);
    near("xlogy", gradient(|[x, y]| x.xlogy(y), [2.0_f64.powi(1000), 1024.0])[1], 2.0_f64.powi(990), 1e-15);
    let slow =
        |t: Dual<f64, 1>| Dual::<f64, 1>::constant(2.0_f64.powi(-996)).xlogy(t * 2.0_f64.powi(90) + 2.0_f64.powi(33));
    near("xlogy", derivative(slow, 0.0), 2.0_f64.powi(-996 - 33 + 90), 1e-15);
    // lengths of subnormal sides, in other units
    let (x, y, unit) = (1e-311, 1e-310, 2.0_f64.powi(900));
    let [small, usual] = [[x, y], [x * unit, y * unit]].map(|at| hessian(|[x, y]| x.hypot(y), at));
    near("hypot", small[1][1], usual[1][1] * unit, 1e-14);
    let third = |i, j, k| mixed_partial(|[x, y]| x.hypot(y), [0.0, 1e-309], [i, j, k]).unwrap();
    assert_eq!([third(0, 0, 0), third(0, 0, 1), third(0, 1, 1), third(1, 1, 1)], [0.0, f64::NEG_INFINITY, 0.0, 0.0]);
    let h = std::f64::consts::FRAC_1_SQRT_2;
    for (a, b) in [(1.0, 1.0), (-1.0, 1.0), (1.0, -1.0)] {
        let [along, across] = gradient(|[x, y]| x.hypot(y), [a / 0.0, b / 0.0]);
        near("hypot", along, a * h, 4e-16);
        near("hypot", across, b * h, 4e-16);
    }
    // −1.7e308 = −2e308 + 0.3e308
    assert_eq!(gradient(|[x, y]| x.rem_euclid(y), [-1.7e308, 1e308]), [1.0, 2.0]);
    assert_eq!(gradient(|[x, y]| x.rem_euclid(y), [-1.7e308, -1e308]), [1.0, -2.0]);
    // a second partial that no float holds, in steps that bring only it back
    type Moving = Dual<Taylor<f64, 2>, 1>;
    let side = |size: f64| Moving::constant(Taylor::line(size * 2.0_f64.powi(-664), 2.0_f64.powi(-664 - 515)));
    assert_eq!(side(3.0).hypot(side(4.0)).re.coefficients[1], 0.0);
    // and steps whose squares underflow: x ln y moves by (ln y + x/y) times the step
    let side = |size: f64| Moving::constant(Taylor::line(size * 2.0_f64.powi(-664), 2.0_f64.powi(-964)));
    let slope = side(3.0).xlogy(side(4.0)).re.coefficients[0];
    near("xlogy", slope, ((4.0 * 2.0_f64.powi(-664)).ln() + 0.75) * 2.0_f64.powi(-964), 1e-14);
}

/// xᶜ of a power of two x has exact quotients by it: to all orders, the digits are those of the power itself.
#[test]
fn high_derivatives_of_real_powers() {
    type Series = Taylor<f64, 8>;
    for c in [0.1, 0.3, -0.7, 1.7, 5.3, 9.1] {
        for k in [-100, -90, -7, 7, 90, 100] {
            let x = 2.0_f64.powi(k);
            let y = Series::variable(x).powf(c);
            let mut falling = 1.0;
            for n in 1..=8 {
                falling *= (c - (n - 1) as f64) / n as f64;
                let want = x.powf(c) * falling * 2.0_f64.powi(-k * n);
                let got = y.coefficients[n as usize - 1];
                assert!((got / want - 1.0).abs() < 3e-15, "2^{k} to the {c}, order {n}: {got:e} and {want:e}");
            }
        }
        // at 0 a lowered power is 0 or infinite, of the sign of c (c − 1) …
        let (y, mut falling) = (Series::variable(0.0).powf(c), 1.0);
        for n in 1..=8 {
            falling *= c - (n - 1) as f64;
            let want = if c > n as f64 { 0.0 } else { falling * f64::INFINITY };
            assert_eq!(y.coefficients[n - 1], want, "0 to the {c}, order {n}");
        }
    }
    // exponents beyond all odd integers: 2⁶³ and larger
    for c in [2.0_f64.powi(63), 2.0_f64.powi(64), 1e30] {
        let y = Series::variable(-1.0).powf(c).coefficients;
        let mut want = 1.0;
        for n in 1..=8 {
            want *= -c / n as f64;
            assert!((y[n - 1] / want - 1.0).abs() < 1e-14, "{c:e}, order {n}: {:e}", y[n - 1]);
        }
        assert_eq!(derivative(|x| x.powf(c), -2.0), f64::NEG_INFINITY);
        assert_eq!(hessian(|[x]| x.powf(c), [-2.0])[0][0], f64::INFINITY);
    }
}

/// In nests, parts that are infinite leave the zeros beside them alone.
#[test]
fn infinite_parts_of_nests() {
    let inf = f64::INFINITY;
    let x = Dual::<Dual<f64, 1>, 1>::new(Dual::new(1.0, [1.0]), [Dual::new(1e300, [1.0])]);
    let q = x / Dual::constant(Dual::constant(1e-100));
    assert_eq!((q.eps[0].re, q.eps[0].eps[0]), (inf, 1e100));
    // where the value and the quotient are of middling size, too
    let x = Dual::<Dual<f64, 1>, 1>::new(Dual::new(1.0, [1.0]), [Dual::new(1e300, [1.0])]);
    let q = x / Dual::constant(Dual::constant(1e-20));
    assert_eq!((q.eps[0].re, q.eps[0].eps[0]), (inf, 1e20));
    let x = HyperDual::<f64, 2>::new(1.0, [inf, 0.0], [[0.0; 2]; 2]);
    let q = x / HyperDual::variable(2.0, 1);
    assert_eq!((q.eps, q.hessian()), ([inf, -0.25], [[0.0, -inf], [-inf, 0.25]]));
    let x = HyperDual::<f64, 2>::variable(2.0, 0) * inf;
    assert_eq!((x.re, x.eps, x.hessian()), (inf, [inf, 0.0], [[0.0; 2]; 2]));
}

/// Functions of slices whose slopes do not fit on a tape, or meet an infinity there: of few variables and of many they are as forward.
#[test]
fn functions_of_slices_are_right_where_a_sweep_is_not() {
    use autodiff::{SliceFn, function, hvp};

    macro_rules! check {
        ($P:ty, $scales:expr, $($f:ident)*) => { $(
            for scale in $scales {
                for n in [8, 9, 13, 25, 33, 96] {
                    let mut x: Vec<$P> = vec![1.5; n];
                    (x[0], x[1], x[3]) = (scale * 1.25, scale, scale * scale);
                    let v: Vec<$P> = (0..n).map(|i| if i == 0 { 1.0 } else { 0.0 }).collect();
                    let name = format!("{} at {scale:e}, {n} variables", stringify!($f));
                    let near = |found: &[$P], want: &[$P]| {
                        for (a, b) in found.iter().zip(want) {
                            let good =
                                a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 16.0 * <$P>::EPSILON * b.abs();
                            assert!(good, "{name}: {a:e}, not {b:e}");
                        }
                    };
                    near(&$f.gradient(&x), &gradient(|x: &[_]| $f.call(x), &x[..]));
                    near(&$f.hvp(&x, &v).unwrap(), &hvp(|x: &[_]| $f.call(x), &x[..], &v[..]).unwrap());
                    if n < 33 {
                        near(&$f.hessian(&x).concat(), &hessian(|x: &[_]| $f.call(x), &x[..]).concat());
                    }
                }
            }
        )* };
    }
    function! {
        fn logarithm(x: []) { (x[0] * x[0]).ln() + x[2] }
        fn reciprocal(x: []) { (x[0] * x[0]).recip() + x[2] }
        fn quotient(x: []) { x[2] / (x[0] * x[0]) }
        fn length(x: []) { (x[0] * x[0] + x[1] * x[1]).sqrt() * x[2] }
        fn mean(x: []) { (x[0] * x[1]).sqrt() }
        fn power(x: []) { (x[0] * x[0]).pow(x[2] * 0.0 - 0.5) }
        fn angle(x: []) { (x[0] * x[0]).atan2(x[1] * x[1]) }
        fn still(x: []) { (x[0] - x[0]).sqrt() + x[1] * x[1] + x[2] }
        fn even_quotient(x: []) { x[3] / (x[0] * x[0]) }
        fn quotient_of_sums(x: []) { (x[0] * x[0] + 1e240) / (x[0] * x[0]) + x[3] / (x[3] + 1e240) }
        fn still_beside_a_pole(x: []) { (x[0] - x[0]).sqrt() + (x[1] - x[1]).ln() + x[2] }
    }
    let double = [1e-160, 1e-110, 1e-80, 1e-3, 1.0, 1e80, 1e110, 1e150];
    check!(f64, double, logarithm reciprocal quotient length mean power angle still even_quotient);
    check!(f64, [1e100, 1e110, 1e120], quotient_of_sums);
    check!(f64, [1.0], still_beside_a_pole);
    let single = [1e-17_f32, 1e-12, 1.0, 1e10, 1e12, 1e18];
    check!(f32, single, logarithm reciprocal quotient mean);
}

/// Where a second derivative does not fit and the first does, what moves very slowly keeps its slope.
#[test]
fn slow_slopes_beside_second_derivatives_that_do_not_fit() {
    fn check<T: Ordered>([x, y]: [T; 2]) -> [T; 3] {
        let far = x * 1e-30 + 1e300;
        [far.sqrt(), far.pow(y * 0.0 + 0.5), (x * 1e-30).sqrt() * (y + 1.0)]
    }
    let (at, wanted) = ([1.0, 2.0], [5e-181, 5e-181, 1.5e-15]);
    let rows = autodiff::jacobian(check, at);
    for (i, wanted) in wanted.into_iter().enumerate() {
        let (_, slopes, _) = value_gradient_hessian(|x| check(x)[i], at);
        assert_eq!(slopes.map(f64::to_bits), rows[i].map(f64::to_bits), "{i}: {slopes:?}, {:?}", rows[i]);
        assert!((slopes[0] / wanted - 1.0).abs() < 1e-15, "{i}: {:e}", slopes[0]);
        let nested = mixed_partial(|x| check(x)[i], at, [0]).unwrap();
        assert_eq!(nested.to_bits(), slopes[0].to_bits());
        let series = directional_derivatives::<2, _, _>(|x| check(x)[i], at, [1.0, 0.0]).1;
        assert!((series[0] / wanted - 1.0).abs() < 1e-15, "{i}, a series: {:e}", series[0]);
    }
    let slope = value_gradient_hessian(|[x]| (x * 1e-16 + 1e30).sqrt(), [1.0_f32]).1[0];
    assert_eq!(slope, derivative(|x| (x * 1e-16 + 1e30).sqrt(), 1.0_f32));
    assert!((slope / 5e-32 - 1.0).abs() < 1e-6, "{slope:e}");
}

/// Where both terms of a second derivative are infinite, the larger one's sign: that of 6/x⁴ = 8/x⁴ − 2/x⁴ for 1/x².
#[test]
fn infinite_second_derivatives_have_a_sign() {
    for x in [1e-100, -1e-100, 1e-150] {
        assert_eq!(hessian(|[x]| (x * x).recip(), [x]), [[f64::INFINITY]], "reciprocal at {x:e}");
        assert_eq!(hessian(|[x]| 1.0 / (x * x), [x]), [[f64::INFINITY]], "quotient at {x:e}");
        assert_eq!(hessian(|[x]| (x * x).powi(-1) * -1.0, [x]), [[f64::NEG_INFINITY]], "power at {x:e}");
        assert_eq!(
            hessian(|[x]| (x * x).pow(x * 0.0 - 1.0), [x]),
            [[f64::INFINITY]],
            "power that does not move at {x:e}"
        );
    }
}

/// What fits is not lost beside what does not: at the ends of the floats, and where slopes are zero.
#[test]
fn second_derivatives_at_the_ends() {
    use autodiff::gradient;

    let near = |found: f64, want: f64| assert!((found / want - 1.0).abs() < 1e-14, "{found:e}, not {want:e}");
    // an angle whose length overflows
    let angle = |[x, y]: [HyperDual<f64, 2>; 2]| (x * 1.6e308).atan2(y * 1e308);
    let [[xx, xy], [_, yy]] = hessian(angle, [1.0, 1.0]);
    for (found, want) in [(xx, -8.192), (xy, 2.496), (yy, 3.2)] {
        near(found, want / (3.56 * 3.56));
    }
    near(gradient(|[x, y]| (x * 1.6e308).atan2(y * 1e308), [1.0, 1.0])[0], 1.6 / 3.56);
    assert!(gradient(|[x, y]| x.atan2(y), [3e38_f32, 3e38])[0] > 1.6e-39);
    // a quotient without slopes, 1/c² uv
    for c in [1e10, 1e38, 1e39, 1e60, 1e100] {
        near(hessian(|[u, v]| (u + u * v + c) / (u + v + u * v + c), [0.0, 0.0])[1][0], 1.0 / c / c);
    }
    // −e⁷⁰⁹, the difference of 9 and 10 times as much, and −∞ where e⁷⁰⁰ meets 10¹²
    near(hessian(|[u]| (u * 3.0 - u * u * 5.0 + 709.0).exp(), [0.0])[0][0], -709_f64.exp());
    assert_eq!(hessian(|[u]| (u * 1e3 - u * u * 1e6 + 700.0).exp(), [0.0]), [[f64::NEG_INFINITY]]);
    let single = hessian(|[u]| (u * 3.0 - u * u * 5.0 + 88.0).exp(), [0.0_f32])[0][0];
    assert!((single / -88_f32.exp() - 1.0).abs() < 1e-6, "{single:e}");
    // zeros have no sign that they had not before
    assert!(hessian(|[x]| x / x, [1e40_f64])[0][0].is_sign_positive());
}
