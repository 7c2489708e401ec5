//! The plain floats' functions from libm, where `std` is off: loosely those of the standard library, with the same rules.
#![cfg(not(feature = "std"))]

use autodiff::{Dual, Elementary, Number, value_gradient_hessian};

/// Of each function, the distance to the standard library's in units of the last place.
macro_rules! distances {
    ($float:ident, $x:expr; $($name:ident $(($($argument:expr),*))?)*) => {
        [$((stringify!($name), Elementary::$name($x $($(, $argument)*)?), $float::$name($x $($(, $argument)*)?))),*]
    };
}

#[test]
fn plain_functions_are_near_those_of_std() {
    for i in 0..400 {
        let x = f64::from(i) * 0.037 - 7.0;
        let y = 1.5 - x * 0.3;
        let wide = distances! { f64, x;
            abs signum floor ceil round trunc fract recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
            sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians
            powf(y) log(3.0) atan2(y) hypot(y) max(y) min(y) copysign(y) rem_euclid(y) powi(5) powi(-7) mul_add(y, x)
        };
        for (name, ours, std) in wide {
            let same =
                ours == std || ours.is_nan() && std.is_nan() || (ours - std).abs() <= 8.0 * f64::EPSILON * std.abs();
            assert!(same, "{name}({x}): {ours} and {std}");
        }
        let (x, y) = (x as f32, y as f32);
        let narrow = distances! { f32, x;
            floor round fract sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh
            acosh atanh powf(y) log(3.0) atan2(y) hypot(y) rem_euclid(y) powi(5) powi(-7) mul_add(y, x)
        };
        for (name, ours, std) in narrow {
            let same =
                ours == std || ours.is_nan() && std.is_nan() || (ours - std).abs() <= 8.0 * f32::EPSILON * std.abs();
            assert!(same, "{name}({x}) in single precision: {ours} and {std}");
        }
    }
    assert_eq!(Elementary::powi(1.0001_f64, i32::MIN), 0.0);
    assert!(Elementary::powi(2.0_f64, 0) == 1.0 && Elementary::powi(-0.0_f64, -1) == f64::NEG_INFINITY);
}

#[test]
fn derivatives_follow() {
    let (value, [dx, dy], [[xx, xy], [_, yy]]) = value_gradient_hessian(|[x, y]| (x * y).sin() * x.exp(), [0.3, 1.7]);
    let (x, y) = (0.3_f64, 1.7_f64);
    let (s, c, e) = ((x * y).sin(), (x * y).cos(), x.exp());
    let expected = [
        s * e,
        e * (s + y * c),
        e * x * c,
        e * (s + 2.0 * y * c - y * y * s),
        e * (x * c + c - x * y * s),
        -e * x * x * s,
    ];
    for (ours, expected) in [value, dx, dy, xx, xy, yy].into_iter().zip(expected) {
        assert!((ours - expected).abs() < 1e-14, "{ours} and {expected}");
    }
    assert_eq!(Dual::<f32, 1>::variable(0.0, 0).sqrt().eps, [f32::INFINITY]);
    assert_eq!(Number::value(Dual::<f64, 1>::variable(4.0, 0).sqrt()), 2.0);
}
