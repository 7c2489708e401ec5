//! num-dual as a second opinion on random inputs, and what it is known to get wrong.

use autodiff::{Dual, HyperDual, value_gradient_hessian};
use num_dual::{Dual2_64, Dual3_64, Dual32, Dual64, DualNum, HyperDual64};
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

/// Each function of one variable that num-dual has, to the third order, and its domain.
macro_rules! third_order {
    ($($name:ident(|$x:ident| $body:expr) in $xs:expr;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
            $(
                #[test]
                fn $name(a in $xs) {
                    let y = { let $x = Dual::<HyperDual<f64, 1>, 1>::variable(HyperDual::variable(a, 0), 0); $body };
                    let ours = [y.re.re, y.re.eps[0], y.re.hessian()[0][0], y.eps[0].hessian()[0][0]];
                    let theirs = num_dual::third_derivative(|$x: Dual3_64| $body, a);
                    let theirs = [theirs.0, theirs.1, theirs.2, theirs.3];
                    for order in 0..4 {
                        // where terms cancel, the orders around tell how large they are
                        let size = ours[order.max(1) - 1..(order + 2).min(4)].iter().fold(0.0, |size: f64, d| size.max(d.abs()));
                        prop_assert!((ours[order] - theirs[order]).abs() <= 1e-12 * size, "order {order} at {a}: {ours:?} and {theirs:?}");
                    }
                }
            )*
        }
    };
}

/// Functions of one variable.
mod one {
    use super::*;
    use num_traits::Signed;

    third_order! {
        recip(|x| x.recip()) in 0.01..100.0;
        recip_of_negative(|x| x.recip()) in -100.0..-0.01;
        sqrt(|x| x.sqrt()) in 0.01..100.0;
        cbrt(|x| x.cbrt()) in 0.01..100.0;
        exp(|x| x.exp()) in -10.0..10.0;
        exp2(|x| x.exp2()) in -10.0..10.0;
        exp_m1(|x| x.exp_m1()) in -10.0..10.0;
        ln(|x| x.ln()) in 0.01..100.0;
        log(|x| x.log(3.0)) in 0.01..100.0;
        log2(|x| x.log2()) in 0.01..100.0;
        log10(|x| x.log10()) in 0.01..100.0;
        ln_1p(|x| x.ln_1p()) in -0.99..100.0;
        sin(|x| x.sin()) in -10.0..10.0;
        cos(|x| x.cos()) in -10.0..10.0;
        tan(|x| x.tan()) in -1.5..1.5;
        sin_cos(|x| { let (s, c) = x.sin_cos(); s * c }) in -10.0..10.0;
        asin(|x| x.asin()) in -0.99..0.99;
        acos(|x| x.acos()) in -0.99..0.99;
        atan(|x| x.atan()) in -10.0..10.0;
        sinh(|x| x.sinh()) in -10.0..10.0;
        cosh(|x| x.cosh()) in -10.0..10.0;
        tanh(|x| x.tanh()) in -2.0..2.0;
        asinh(|x| x.asinh()) in -5.0..5.0;
        acosh(|x| x.acosh()) in 1.05..100.0;
        atanh(|x| x.atanh()) in -0.99..0.99;
        powi_3(|x| x.powi(3)) in -10.0..10.0;
        powi_minus_4(|x| x.powi(-4)) in 0.1..10.0;
        powi_11(|x| x.powi(11)) in -3.0..3.0;
        powf(|x| x.powf(2.7)) in 0.01..100.0;
        powf_of_minus_half(|x| x.powf(-0.5)) in 0.01..100.0;
        quotient(|x| (x * x + 1.0) / (x * x * x + 3.0)) in -1.0..5.0;
        operators(|x| -(x * 2.0 - 1.0) / 3.0 + x * x * x) in -10.0..10.0;
        abs(|x| x.abs() * x) in -5.0..5.0;
        mul_add(|x| x.mul_add(x, x * x * x)) in -10.0..10.0;
    }

    /// The one function of theirs with another name: sin x / x is their spherical Bessel function j₀; and xʸ, their `powd`.
    macro_rules! by_other_names {
        ($($name:ident(|$x:ident| $ours:expr, $theirs:expr) in $xs:expr;)*) => {
            proptest! {
                #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]
                $(
                    #[test]
                    fn $name(a in $xs) {
                        let (value, [first], [[second]]) = value_gradient_hessian(|[$x]| $ours, [a]);
                        let theirs = num_dual::second_derivative(|$x: Dual2_64| $theirs, a);
                        let size = first.abs().max(second.abs()).max(value.abs());
                        for (ours, theirs) in [(value, theirs.0), (first, theirs.1), (second, theirs.2)] {
                            prop_assert!((ours - theirs).abs() <= 1e-12 * size, "{ours} and {theirs} at {a}");
                        }
                    }
                )*
            }
        };
    }
    by_other_names! {
        sinc(|x| x.sinc(), x.sph_j0()) in 0.5..10.0;
        x_to_the_x(|x| x.pow(x), x.powd(x)) in 0.1..5.0;
        hypot(|x| x.hypot(x * x), (x.powi(2) + x.powi(4)).sqrt()) in 0.1..10.0;
        logistic(|x| x.logistic(), ((-x).exp() + 1.0).recip()) in -5.0..5.0;
        softplus(|x| x.softplus(), (x.exp() + 1.0).ln()) in -5.0..5.0;
    }
}

/// Random expressions of two variables.
#[derive(Clone, Debug)]
enum Tree {
    X,
    Y,
    Constant(f64),
    One(usize, Box<Tree>),
    Two(usize, Box<Tree>, Box<Tree>),
}

fn trees() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![3 => Just(Tree::X), 3 => Just(Tree::Y), 1 => (-2.0..2.0).prop_map(Tree::Constant)];
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            (0..10usize, inner.clone()).prop_map(|(f, a)| Tree::One(f, Box::new(a))),
            (0..5usize, inner.clone(), inner).prop_map(|(f, a, b)| Tree::Two(f, Box::new(a), Box::new(b))),
        ]
    })
}

/// One evaluation a library; the functions stand once. `$seen` looks at the result of each node and at what it was made of.
macro_rules! evaluators {
    ($($name:ident($T:ty, $constant:expr);)*) => {
        $(
            fn $name(tree: &Tree, x: $T, y: $T, seen: &mut impl FnMut(&[$T], $T)) -> $T {
                let (arguments, result) = match tree {
                    Tree::X => return x,
                    Tree::Y => return y,
                    Tree::Constant(c) => return $constant(*c),
                    Tree::One(f, a) => {
                        let a = $name(a, x, y, seen);
                        let result = match f {
                            0 => a.sin(),
                            1 => a.cos(),
                            2 => a.tanh(),
                            3 => a.atan(),
                            4 => a.asinh(),
                            5 => (a * a + 1.0).ln(),
                            6 => (a * a + 0.5).sqrt(),
                            7 => a.sin().exp(),
                            8 => (a * a + 1.0).recip(),
                            _ => a.powi(2),
                        };
                        (vec![a], result)
                    }
                    Tree::Two(f, a, b) => {
                        let (a, b) = ($name(a, x, y, seen), $name(b, x, y, seen));
                        let result = match f {
                            0 => a + b,
                            1 => a - b,
                            2 => a * b,
                            3 => a / (b * b + 1.0),
                            _ => a.atan2(b * b + 0.5),
                        };
                        (vec![a, b], result)
                    }
                };
                seen(&arguments, result);
                result
            }
        )*
    };
}
evaluators! {
    by_ours(HyperDual<f64, 2>, HyperDual::constant);
    by_theirs(HyperDual64, HyperDual64::from_re);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_global_rejects: 40_000, ..ProptestConfig::with_cases(4000) })]
    #[test]
    fn random_expressions(tree in trees(), a in -1.5..1.5, b in -1.5..1.5) {
        let size = |z: &HyperDual<f64, 2>| {
            let parts = [[z.re, z.eps[0], z.eps[1]], [z.hessian()[0][0], z.hessian()[1][0], z.hessian()[1][1]]];
            parts.as_flattened().iter().fold(1.0, |size: f64, part| size.max(part.abs()))
        };
        // the largest terms that a node may have added, on from which their roundings go with the slopes of the others
        let mut terms = 1.0;
        let [x, y] = HyperDual::variables([a, b]);
        let ours = by_ours(&tree, x, y, &mut |arguments, result| {
            let of_arguments = arguments.iter().map(size).fold(1.0, |product, size| product * size * size);
            terms = f64::max(terms * of_arguments, size(&result));
        });
        prop_assume!(terms < 1e4 && ours.re.is_finite());
        let theirs = num_dual::second_partial_derivative(|(x, y): (HyperDual64, HyperDual64)| by_theirs(&tree, x, y, &mut |_, _| ()), (a, b));
        let pairs = [(ours.re, theirs.0), (ours.eps[0], theirs.1), (ours.eps[1], theirs.2), (ours.hessian()[1][0], theirs.3)];
        for (ours, theirs) in pairs {
            prop_assert!((ours - theirs).abs() <= 1e-12 * ours.abs().max(terms), "{pairs:?} of {tree:?}");
        }
    }
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
        ("powi(-1) at 1e-120", both!(|x| x.powi(-1), 1e-120)),
        ("powf(½) at 0", both!(|x| x.powf(0.5), 0.0)),
        ("powf(1.5) at 1e220", both!(|x| x.powf(1.5), 1e220)),
        ("tanh at 20", both!(|x| x.tanh(), 20.0)),
        ("tanh at 400", both!(|x| x.tanh(), 400.0)),
        ("tanh at 720", both!(|x| x.tanh(), 720.0)),
        ("asinh at 1e200", both!(|x| x.asinh(), 1e200)),
    ];
    for (name, (ours, theirs)) in defects {
        let agree = ours.into_iter().zip(theirs).all(|(a, b)| same(a, b));
        assert!(!agree, "{name} is mended in num-dual: {theirs:?}");
    }
    let atan2 = num_dual::first_derivative(|y: Dual64| y.atan2(Dual64::from_re(0.0)), 1.0);
    assert!(atan2.1.is_nan(), "atan2 at (1, 0) is mended in num-dual: {atan2:?}");
    let single = num_dual::first_derivative(|x: Dual32| x.powf(0.5), 1e-40f32).1;
    let right = autodiff::derivative(|x| x.powf(0.5), 1e-40f32);
    assert!(right.is_finite() && !single.is_finite(), "powf(½) at 1e-40 in f32 is mended in num-dual: {single}");
    let power = num_dual::first_derivative(|x: Dual64| x.powd(Dual64::from_re(3.0)), -2.0);
    assert!(power.0.is_nan() && power.1.is_nan(), "(−2)³ by powd is mended in num-dual: {power:?}");
    let nested = num_dual::first_derivative(|x: Dual64| x * num_dual::first_derivative(|y: Dual64| x + y, 1.0).1, 1.0);
    assert_eq!(nested.1, 2.0, "perturbation confusion is mended in num-dual");
}

/// num-dual counts the exponent down past the least integer.
#[cfg(debug_assertions)]
#[test]
fn known_overflow_of_num_dual() {
    let power = std::panic::catch_unwind(|| num_dual::second_derivative(|x: Dual2_64| x.powi(i32::MIN), 1.0001));
    assert!(power.is_err(), "powi(i32::MIN) is mended in num-dual: {power:?}");
    assert_eq!(autodiff::derivative(|x| x.powi(i32::MIN), 1.0001), 0.0);
}
