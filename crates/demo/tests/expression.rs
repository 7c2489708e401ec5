//! Formulas: what they mean.

use autodiff::{Dual, HyperDual, Number};
use demo::expression::{BINARY, Binary, UNARY, Unary, Variables, parse};

fn value(text: &str, x: &[f64]) -> f64 {
    parse(text, Variables::x(x.len())).unwrap_or_else(|error| panic!("{error}"))[0].evaluate(x)
}

#[test]
fn precedence_and_associativity() {
    let x = [3.0, 2.0];
    for (text, expected) in [
        ("-x0^2", -9.0),
        ("(-x0)^2", 9.0),
        ("-x0**2", -9.0),
        ("2^x1^x0", 256.0),
        ("(2^x1)^x0", 64.0),
        ("2^-x1", 0.25),
        ("-2^-2", -0.25),
        ("2^-3*x1", 0.25),
        ("2^--x1", 4.0),
        ("2^-x1^x0", 1.0 / 256.0),
        ("-x0^-x1^x0", -(3f64.powf(-8.0))),
        ("x0 - x1 - 1", 0.0),
        ("x0 / x1 / 2", 0.75),
        ("x0 / x1 * 2", 3.0),
        ("x0 - (x1 - 1)", 2.0),
        ("x0 - -x1", 5.0),
        ("--x0", 3.0),
        ("1 + x0 * x1 ^ 2", 13.0),
        ("-x0 * x1", -6.0),
        ("x0 * -x1", -6.0),
        ("x0 + -x1 * 2 ^ x1", -5.0),
        ("10 - x0", 7.0),
        ("12 / x0", 4.0),
        ("2 * (x0 + x1)", 10.0),
        ("x1 * (x0 - 1)", 4.0),
        ("(x0 + 1) * (x1 + 1) - (x0 - 1) / (x1 - 1)", 10.0),
        ("max(x0, min(x1, 9))", 3.0),
        ("atan2(x0, x1)", 3f64.atan2(2.0)),
    ] {
        assert_eq!(value(text, &x), expected, "{text}");
    }
}

#[test]
fn numbers_constants_variables_and_blanks() {
    for (text, expected) in [
        ("1e-3", 1e-3),
        ("1E+2", 100.0),
        (".5", 0.5),
        ("2.", 2.0),
        ("2.e1", 20.0),
        ("1_000.000_1", 1_000.000_1),
        ("0.1", 0.1),
        ("1e-400", 0.0),
        ("pi", std::f64::consts::PI),
        ("e", std::f64::consts::E),
        ("1e0*e", std::f64::consts::E),
        ("\tx0 \n", 7.0),
        ("x", 7.0),
    ] {
        assert_eq!(value(text, &[7.0]), expected, "{text}");
    }
    assert_eq!(parse("y1 - y0", Variables::y(2)).unwrap()[0].evaluate(&[3.0, 4.0]), 1.0);
    assert_eq!(parse("y", Variables::y(1)).unwrap()[0].evaluate(&[3.0]), 3.0);
    let several = parse(" x0, max(x0, x1) ,7", Variables::x(2)).unwrap();
    let texts: Vec<_> = several.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["x0", "max(x0, x1)", "7"]);
    // a number is rounded to the precision at hand
    assert_eq!(parse("0.1", Variables::x(1)).unwrap()[0].evaluate(&[0.0_f32]), 0.1_f32);
}

#[test]
fn a_constant_exponent_is_powi_or_powf_and_a_moving_one_pow() {
    // powi and powf differ in their last bits
    for x in [1.1_f64, -1.3, 0.7, 17.3] {
        for (text, rust) in [
            ("x^5", x.powi(5)),
            ("x^(2+3)", x.powi(5)),
            ("x^sqrt(25)", x.powi(5)),
            ("pow(x, 5)", x.powi(5)),
            ("x^-3", x.powi(-3)),
            ("x^0", 1.0),
            ("x^2.5", x.powf(2.5)),
            ("x^(1/3)", x.powf(1.0 / 3.0)),
            ("x^pi", x.powf(std::f64::consts::PI)),
            ("x^4294967296", x.powf(4294967296.0)),
            ("x^x", x.powf(x)),
            ("x^(x-x+2)", x.powf(2.0)),
        ] {
            assert!(same(value(text, &[x]), rust), "{text} at {x}");
        }
    }
    // a base that is negative has a derivative if the exponent does not move, in one precision or the other
    let cube = &parse("x^(1+2)", Variables::x(1)).unwrap()[0];
    assert_eq!(cube.evaluate(&Dual::variables([-2.0])).eps, [12.0]);
    assert_eq!(cube.evaluate(&Dual::variables([-2.0_f32])).eps, [12.0]);
    let moving = &parse("x^(x+5)", Variables::x(1)).unwrap()[0];
    assert!(moving.evaluate(&Dual::variables([-2.0_f64])).eps[0].is_nan());
}

#[test]
fn constants_are_computed_in_the_precision_at_hand() {
    let same_as = |text: &str, single: f32, double: f64| {
        let formula = &parse(text, Variables::x(1)).unwrap()[0];
        assert_eq!(formula.evaluate(&[0.5_f32]).to_bits(), single.to_bits(), "{text}");
        assert_eq!(formula.evaluate(&[0.5_f64]).to_bits(), double.to_bits(), "{text}");
        assert_eq!(formula.evaluate(&Dual::variables([0.5_f32])).value().to_bits(), single.to_bits(), "{text}");
    };
    for (a, b) in [(0.1, 0.2), (1.0, 3.0), (1e30, 1e30), (16777216.0, 1.0), (1e-30, 1e-30), (0.7, 0.1)] {
        let (c, d) = (a as f32, b as f32);
        same_as(&format!("{a:?} + {b:?}"), c + d, a + b);
        same_as(&format!("x * ({a:?} * {b:?})"), 0.5 * (c * d), 0.5 * (a * b));
        same_as(&format!("{a:?} / {b:?} - x"), c / d - 0.5, a / b - 0.5);
        same_as(&format!("0.7 ^ ({a:?} - {b:?} - 0.05)"), 0.7_f32.powf(c - d - 0.05), 0.7_f64.powf(a - b - 0.05));
        same_as(&format!("sin({a:?}) - cos({b:?})"), c.sin() - d.cos(), a.sin() - b.cos());
    }
}

/// Bit for bit, NaN being NaN.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Rust's own functions, in both precisions; the library's of plain floats for those that Rust lacks.
macro_rules! functions {
    ($($of_rust:ident)*; $($of_library:ident)*) => {
        fn unary(function: Unary, x: f64) -> (f64, f32) {
            match function {
                $(Unary::$of_rust => (x.$of_rust(), (x as f32).$of_rust()),)*
                $(Unary::$of_library => (Number::$of_library(x), Number::$of_library(x as f32)),)*
            }
        }
    };
}
functions! {
    recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
    to_degrees to_radians abs signum floor ceil round trunc fract;
    logistic softplus sinc erf erfc gamma ln_gamma digamma trigamma bessel_j0 bessel_j1 bessel_y0 bessel_y1
}

fn binary(function: Binary, x: f64, y: f64) -> (f64, f32) {
    let (a, b) = (x as f32, y as f32);
    match function {
        Binary::min => (x.min(y), a.min(b)),
        Binary::max => (x.max(y), a.max(b)),
        Binary::hypot => (x.hypot(y), a.hypot(b)),
        Binary::atan2 => (x.atan2(y), a.atan2(b)),
        Binary::pow => (x.powf(y), a.powf(b)),
        Binary::xlogy => (Number::xlogy(x, y), Number::xlogy(a, b)),
    }
}

#[test]
fn every_function_is_rusts_bit_for_bit() {
    let points = [-1e300, -2.5, -1.0, -0.3, -0.0, 0.0, 1e-20, 0.4, 0.5, 1.0, 1.5, 7.5, 88.0, 1e10, f64::INFINITY];
    let check = |text: &str, x: &[f64], (double, single): (f64, f32)| {
        let formula = &parse(text, Variables::x(x.len())).unwrap()[0];
        let narrow: Vec<f32> = x.iter().map(|x| *x as f32).collect();
        let dual: Vec<_> = x.iter().map(|x| Dual::<f64, 2>::variable(*x, 0)).collect();
        let hyper: Vec<_> = x.iter().map(|x| HyperDual::<f64, 2>::variable(*x, 0)).collect();
        for ours in [formula.evaluate(x), formula.evaluate(&dual).value(), formula.evaluate(&hyper).value()] {
            assert!(same(ours, double), "{text} at {x:?}: {ours}, not {double}");
        }
        let ours = formula.evaluate(&narrow);
        assert!(ours.to_bits() == single.to_bits() || ours.is_nan() && single.is_nan(), "{text} at {x:?} in f32");
    };
    for x in points {
        for &(name, function) in UNARY {
            check(&format!("{name}(x)"), &[x], unary(function, x));
        }
        for y in points {
            for &(name, function) in BINARY {
                check(&format!("{name}(x0, x1)"), &[x, y], binary(function, x, y));
            }
        }
    }
    assert_eq!(UNARY.iter().filter(|(name, function)| format!("{function:?}") == *name).count(), 44);
    assert_eq!(BINARY.iter().filter(|(name, function)| format!("{function:?}") == *name).count(), 6);
}

#[test]
fn a_missing_variable_gives_nan_and_no_panic() {
    let formula = &demo::expression::parse("x0 + x1^2", demo::expression::Variables::x(2)).unwrap()[0];
    assert!(formula.evaluate(&[1.0_f64]).is_nan());
    assert!(formula.first_not_finite(&[1.0_f64]).is_some() || formula.evaluate::<f64, f64>(&[]).is_nan());
}
