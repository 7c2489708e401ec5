//! Code written for num-dual on these numbers: the functions of its README and documentation, against its own numbers.
#![cfg(feature = "num-dual")]

use autodiff::{Dual, HyperDual, Taylor, derivative, gradient, hessian, value_and_derivative, value_gradient_hessian};
use num_dual::{
    BesselDual, Dual2_64, DualNum, DualStruct, HyperDual64, ImplicitDerivative, ImplicitFunction, Mappable,
    first_derivative, implicit_derivative, partial, second_derivative, second_partial_derivative, third_derivative,
    zeroth_derivative,
};
use num_traits::FromPrimitive;
use proptest::prelude::*;

// README
fn readme<D: DualNum>(x: D, y: D) -> D {
    x.powi(3) * y.powi(2)
}

// the crate's page
fn foo<D: DualNum>(x: D) -> D {
    x.powi(3)
}

fn bar<D: DualNum + Copy, const N: usize>(x: [D; N]) -> D {
    x.iter().map(|&x| x * x).sum::<D>().sqrt()
}

/// eˣ / √(sin³ x + cos³ x), its Python example.
fn python<D: DualNum + Copy>(x: D) -> D {
    x.exp() / (x.sin().powi(3) + x.cos().powi(3)).sqrt()
}

fn fallible<D: DualNum + Copy>(x: D) -> Result<D, &'static str> {
    if x.is_positive() { Ok(x.ln()) } else { Err("not positive") }
}

fn implicit_sqrt<D: DualNum<Primitive = f64> + Copy>(x: D) -> D {
    implicit_derivative(|s, x| s * s - x, x.re().sqrt(), &x)
}

struct ImplicitSqrt;
impl ImplicitFunction for ImplicitSqrt {
    type Parameters<D> = D;
    type Variable<D> = D;
    fn residual<D: DualNum + Copy>(x: D, square: &D) -> D {
        *square - x * x
    }
}

fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0), "{ours} and {theirs}");
}

#[test]
fn the_readme() {
    assert_eq!(derivative(|x| readme(x, 4.0.into()), 5.0), 1200.0);
    assert_eq!(
        value_gradient_hessian(|[x, y]| readme(x, y), [5.0, 4.0]),
        (2000.0, [1200.0, 1000.0], [[480.0, 600.0], [600.0, 250.0]])
    );
    let third = |t: Taylor<f64, 3>| readme(t.cos(), t.sin()).derivative(3);
    near(third(Taylor::variable(1.0)), 7.358639755305733);
    near(third(Taylor::variable(1.0)), third_derivative(|t| readme(t.cos(), t.sin()), 1.0).3);
    let text = readme(Dual::<f64, 1>::variable(5.0, 0), Dual::constant(4.0)).to_string();
    assert_eq!(text, "2000 [1200]ε");
}

#[test]
fn the_crate_s_page() {
    assert_eq!(value_and_derivative(foo, 5.0), (125.0, 75.0));
    let (value, slopes, bends) = value_gradient_hessian(bar, [4.0, 3.0]);
    assert_eq!((value, slopes[0]), (5.0, 0.8));
    near(slopes[1], 0.6);
    for (ours, theirs) in bends.as_flattened().iter().zip([0.072, -0.096, -0.096, 0.128]) {
        near(*ours, theirs);
    }
    near(foo(Taylor::<f64, 3>::variable(1.0).cos()).derivative(3), 1.5836632930100278);
    let (value, [first], [[second]]) = value_gradient_hessian(|[x]| python(x), [1.5]);
    let theirs = second_derivative(python, 1.5);
    near(value, theirs.0);
    near(first, theirs.1);
    near(second, theirs.2);
    assert_eq!(fallible(Dual::<f64, 1>::variable(2.0, 0)).unwrap().eps, [0.5]);
    assert!(fallible(Dual::<f64, 1>::variable(-2.0, 0)).is_err());
    // its drivers take our numbers as inner ones: x³ with an outer derivative of ours
    let outer = derivative(|x: Dual<f64, 1>| first_derivative(foo, x).1, 5.0);
    assert_eq!(outer, 30.0);
    assert_eq!(zeroth_derivative(foo, Dual::<f64, 1>::variable(5.0, 0)).eps, [75.0]);
    let with_arguments = |x: Dual<f64, 1>, (a, b): &(Dual<f64, 1>, Dual<f64, 1>)| *a * x * x + *b;
    let slope = first_derivative(
        partial(|x: num_dual::Dual<Dual<f64, 1>>, a: &num_dual::Dual<Dual<f64, 1>>| x * x * a, &Dual::variable(3.0, 0)),
        Dual::constant(5.0),
    );
    assert_eq!((slope.1.re, slope.1.eps), (30.0, [10.0]));
    assert_eq!(derivative(|x| with_arguments(x, &(Dual::constant(3.0), Dual::constant(4.0))), 5.0), 30.0);
}

#[test]
fn implicit_functions() {
    let (value, slopes, bends) = value_gradient_hessian(|[x]| implicit_sqrt(x), [25.0]);
    near(value, 5.0);
    near(slopes[0], 0.1);
    near(bends[0][0], -0.002);
    assert_eq!(derivative(implicit_sqrt, 25.0), 0.1);
    let x = Dual::<f64, 1>::variable(25.0, 0);
    let function = ImplicitDerivative::new(ImplicitSqrt, x);
    assert_eq!(function.residual(5.0), 0.0);
    assert_eq!(function.implicit_derivative(5.0).eps, x.sqrt().eps);
}

/// A function of two variables that uses the whole trait, where both libraries are right.
fn everything<D: DualNum + Copy>(x: D, y: D) -> D {
    let one = D::one();
    let (s, c) = (x * y).sin_cos();
    let trigonometric =
        s + c * x.tan() + (x * y / (one + x * x + y * y)).asin() - (y.tanh() / (one + x)).acos() + x.atan2(y);
    let exponential = x.exp() + y.exp2() - (x - y).exp_m1()
        + x.ln() * y.log2()
        + (x + y).log10()
        + y.ln_1p()
        + y.log(FromPrimitive::from_f64(2.5).unwrap());
    let hyperbolic = x.sinh() + y.cosh() + x.asinh() - (one + x).acosh() + (x / (one + x + y)).atanh();
    let powers = x.powi(-2)
        + y.powf(FromPrimitive::from_f64(1.5).unwrap())
        + x.powd(y)
        + x.recip() * y.sqrt()
        + x.cbrt()
        + y.inv();
    let bessel = x.sph_j0() + y.sph_j1() * x.sph_j2();
    trigonometric + exponential + hyperbolic * powers + bessel.mul_add(x, y) + (x - y).abs() * x.signum()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    #[test]
    fn everything_agrees_with_num_dual(a in 0.2..3.0, b in 0.2..3.0) {
        prop_assume!(f64::abs(a - b) > 1e-3);
        let (value, [gx, gy], [[xx, xy], [_, yy]]) = value_gradient_hessian(|[x, y]| everything(x, y), [a, b]);
        let theirs = second_partial_derivative(|(x, y): (HyperDual64, HyperDual64)| everything(x, y), (a, b));
        let their_xx = second_derivative(|x: Dual2_64| everything(x, b.into()), a).2;
        let their_yy = second_derivative(|y: Dual2_64| everything(a.into(), y), b).2;
        let size = [gx, gy, xx, xy, yy].into_iter().fold(1.0, |size: f64, x| size.max(x.abs()));
        prop_assert!((value - theirs.0).abs() <= 1e-12 * value.abs().max(1.0));
        for (ours, theirs) in [(gx, theirs.1), (gy, theirs.2), (xy, theirs.3), (xx, their_xx), (yy, their_yy)] {
            prop_assert!((ours - theirs).abs() <= 1e-12 * size, "{ours} and {theirs}");
        }
        prop_assert_eq!(value, everything(a, b));
        let [dx, dy] = [gx, gy];
        let nested = gradient(|[x, y]| everything(x, y), [Dual::<f64, 1>::variable(a, 0), Dual::constant(b)]);
        prop_assert_eq!([nested[0].re, nested[1].re], [dx, dy]);
        let series = Taylor::<f64, 2>::variable(a);
        prop_assert!((everything(series, Taylor::constant(b)).derivative(2) - xx).abs() <= 1e-12 * size);
        let single = gradient(|[x, y]| everything(x, y), [a as f32, b as f32]);
        prop_assert!((f64::from(single[0]) - gx).abs() <= 1e-3 * size);
    }

    #[test]
    fn bessel_functions_agree(x in 0.1..12.0_f64) {
        fn bessel<D: BesselDual>(x: D) -> D {
            x.bessel_j0() + x.bessel_j1() * x.bessel_j2()
        }
        let (value, [first], [[second]]) = value_gradient_hessian(|[x]| bessel(x), [x]);
        let theirs = second_derivative(bessel, x);
        for (ours, theirs) in [(value, theirs.0), (first, theirs.1), (second, theirs.2)] {
            prop_assert!((ours - theirs).abs() <= 1e-12 * theirs.abs().max(1.0), "{ours} and {theirs}");
        }
    }
}

/// Where num-dual's own numbers lose the derivatives of spherical Bessel functions: at 0 and beside it.
#[test]
fn spherical_bessel_functions_near_zero() {
    // jₙ'' at 0 and jₙ' beside it, from the series x⁰(1 − x²/6 + x⁴/120), x/3 (1 − x²/10), x²/15 (1 − x²/14)
    type H = HyperDual<f64, 1>;
    type Case = (fn(&H) -> H, fn(f64) -> f64, f64);
    let cases: [Case; 3] = [
        (H::sph_j0, |x| -x / 3.0 + x.powi(3) / 30.0, -1.0 / 3.0),
        (H::sph_j1, |x| 1.0 / 3.0 - x * x / 10.0, 0.0),
        (H::sph_j2, |x| 2.0 * x / 15.0 - 4.0 * x.powi(3) / 210.0, 2.0 / 15.0),
    ];
    for (bessel, first, second) in cases {
        let at_zero = bessel(&H::variable(0.0, 0));
        assert_eq!(at_zero.eps[0], first(0.0));
        assert!((at_zero.hessian()[0][0] - second).abs() < 1e-16);
        for x in [1e-20, 1e-9, 1e-5, 1e-3] {
            let ours = bessel(&H::variable(x, 0)).eps[0];
            assert!((ours - first(x)).abs() <= 1e-11 * first(x).abs(), "at {x}: {ours} and {}", first(x));
        }
    }
}

#[test]
fn the_trait_s_own_items() {
    type D = Dual<Dual<f64, 2>, 1>;
    assert_eq!((D::NDERIV, HyperDual::<f32, 2>::NDERIV, Taylor::<f64, 5>::NDERIV), (2, 2, 5));
    let x = D::from_re(Dual::variable(3.0, 1));
    assert_eq!((x.re(), x.re.eps), (3.0, [0.0, 1.0]));
    assert_eq!(D::from_inner(&Dual::constant(2.0)).value(), 2.0);
    let y = HyperDual::new(2.0, [3.0], [[4.0]]).scale(&0.5);
    assert_eq!((y.re, y.eps, y.hessian()), (1.0, [1.5], [[2.0]]));
    assert_eq!(Dual::<f64, 1>::constant(2.0).map_dual(|x| x.re), 2.0);
    assert_eq!(hessian(|[x]| DualNum::powd(&x, x), [1.0]), [[2.0]]);
}
