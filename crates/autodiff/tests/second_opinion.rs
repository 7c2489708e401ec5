//! num-dual as a second opinion on random inputs, and what it is known to get wrong.

use autodiff::value_gradient_hessian;
use num_dual::{Dual2_64, Dual64, DualNum, HyperDual64};
use proptest::prelude::*;

/// Functions of two variables, each written once for both libraries, with the box of its arguments.
macro_rules! functions {
    ($($name:ident(|$x:ident, $y:ident| $body:expr) in $xs:expr, $ys:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
            $(
                #[test]
                fn $name(a in $xs, b in $ys) {
                    let (value, [gx, gy], [[xx, xy], [yx, yy]]) = value_gradient_hessian(|[$x, $y]| $body, [a, b]);
                    let (nd_value, nd_gx, nd_gy, nd_xy) = num_dual::second_partial_derivative(|($x, $y): (HyperDual64, HyperDual64)| $body, (a, b));
                    let (_, _, nd_xx) = num_dual::second_derivative(|$x: Dual2_64| { let $y = Dual2_64::from_re(b); $body }, a);
                    let (_, _, nd_yy) = num_dual::second_derivative(|$y: Dual2_64| { let $x = Dual2_64::from_re(a); $body }, b);
                    let size = [xx, xy, yy].into_iter().fold(gx.abs().max(gy.abs()), |size, h| size.max(h.abs()));
                    let pairs = [(gx, nd_gx), (gy, nd_gy), (xx, nd_xx), (xy, nd_xy), (yx, nd_xy), (yy, nd_yy)];
                    prop_assert!((value - nd_value).abs() <= 1e-12 * value.abs().max(1.0));
                    for (ours, theirs) in pairs {
                        prop_assert!((ours - theirs).abs() <= 1e-12 * size, "{ours} and {theirs} of {pairs:?}");
                    }
                }
            )*
        }
    };
}

functions! {
    rosenbrock(|x, y| (y - x.powi(2)).powi(2) * 100.0 + (x - 1.0).powi(2)) in -2.0..2.0, -2.0..2.0;
    waves(|x, y| (x * y).sin() * (x + y).cos().exp()) in -3.0..3.0, -3.0..3.0;
    quotients(|x, y| x.tanh() / (y * y + 1.0) + (y / (x * x + 0.5)).atan()) in -3.0..3.0, -3.0..3.0;
    logarithms(|x, y| x.ln() * y.sqrt() + (x / y).ln_1p() + y.log2() * x.cbrt()) in 0.1..10.0, 0.1..10.0;
    angles(|x, y| x.atan2(y) + (x * 0.3).asin() - (y * 0.3).acos()) in 0.2..3.0, -3.0..-0.2;
    hyperbolic(|x, y| (x * y).sinh() + x.cosh() * y.asinh() + (x * x + y * y + 1.1).acosh() + (x * 0.4).atanh()) in -2.0..2.0, -2.0..2.0;
    powers(|x, y| x.powf(1.7) * y.powf(-0.3) + x.powi(-3) * y.powi(5) + (x * 0.5).exp2() + y.exp_m1()) in 0.2..4.0, 0.2..4.0;
    mixed(|x, y| x.recip() + (y.tan() - 2.0) * 3.0 + x.log10() * y.log(3.0)) in 0.5..3.0, 0.1..1.4;
}

/// The first and second derivative of one function by both libraries.
macro_rules! both {
    (|$x:ident| $body:expr, $at:expr) => {{
        let (value, [first], [[second]]) = value_gradient_hessian(|[$x]| $body, [$at]);
        let theirs = num_dual::second_derivative(|$x: Dual2_64| $body, $at);
        ([value, first, second], [theirs.0, theirs.1, theirs.2])
    }};
}

fn same(a: f64, b: f64) -> bool {
    a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-12 * a.abs()
}

/// num-dual 0.15.1 at points where the derivatives exist. When one of these fails, num-dual is mended there: move the point
/// into a property above.
#[test]
fn known_defects_of_num_dual() {
    let defects = [
        ("sqrt at 0", both!(|x| x.sqrt(), 0.0)),
        ("1/x at 1e-200", both!(|x| x.recip(), 1e-200)),
        ("x/x at 1e-200", both!(|x| x / x, 1e-200)),
        ("powi(-1) at 0", both!(|x| x.powi(-1), 0.0)),
        ("powf(½) at 0", both!(|x| x.powf(0.5), 0.0)),
        ("powf(1.5) at 1e220", both!(|x| x.powf(1.5), 1e220)),
        ("tanh at 20", both!(|x| x.tanh(), 20.0)),
        ("tanh at 720", both!(|x| x.tanh(), 720.0)),
        ("asinh at 1e200", both!(|x| x.asinh(), 1e200)),
    ];
    for (name, (ours, theirs)) in defects {
        let agree = ours.into_iter().zip(theirs).all(|(a, b)| same(a, b));
        assert!(!agree, "{name} is mended in num-dual: {theirs:?}");
    }
    let atan2 = num_dual::first_derivative(|y: Dual64| y.atan2(Dual64::from_re(0.0)), 1.0);
    assert!(atan2.1.is_nan(), "atan2 at (1, 0) is mended in num-dual: {atan2:?}");
}
