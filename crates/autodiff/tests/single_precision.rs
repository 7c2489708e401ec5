//! First and second derivatives in single precision, over its whole range, against the same in double precision, whose range holds all that
//! leaves that of single precision on the way.

mod common;

use autodiff::{
    Dual, HyperDual, Ordered, ScalarFn, Taylor, function, gradient, hessian, taylor, value_gradient_hessian,
};
use common::Real;
use proptest::prelude::*;

function! {
    fn quotient([x, y]) { x / y }
    fn product([x, y]) { x * y }
    fn length([x, y]) { x.hypot(y) }
    fn angle([x, y]) { x.atan2(y) }
    fn entropy([x, y]) { x.xlogy(y.abs()) }
    fn reciprocal([x, _y]) { x.recip() }
    fn root([x, _y]) { x.abs().sqrt() }
    fn cube_root([x, _y]) { x.cbrt() }
    fn logarithm([x, _y]) { x.abs().ln() }
    fn inverse_cube([x, _y]) { x.powi(-3) }
    fn arc([x, _y]) { x.atan() }
    fn power([x, z]) { x.abs().pow(z) }
    fn exponential([_x, z]) { z.exp() }
    fn hyperbolic([_x, z]) { z.sinh() }
}

/// The value of a coordinate that moves with u and v: x, and x_u, x_v, x_uu, x_uv, x_vv.
type Parts = [f32; 6];

/// Decades of the normal numbers.
const FLOATS: std::ops::Range<f64> = -37.9..38.5;

fn coordinate(decades: std::ops::Range<f64>) -> impl Strategy<Value = Parts> {
    let signed = |decades: std::ops::Range<f64>| {
        (decades, any::<bool>()).prop_map(|(d, minus)| 10_f64.powf(d) as f32 * if minus { -1.0 } else { 1.0 })
    };
    let part = prop_oneof![1 => Just(0.0), 3 => signed(-1.0..1.0)];
    (signed(decades), prop::array::uniform5(part)).prop_map(|(x, [a, b, c, d, e])| [x, a, b, c, d, e])
}

/// x + x_u u + x_v v + x_uu u²/2 + x_uv u v + x_vv v²/2
fn moved<P: Real, T: Ordered<P>>(parts: Parts, [u, v]: [T; 2]) -> T {
    let [x, a, b, c, d, e] = parts.map(|x| P::of(x.into()));
    let half = P::of(0.5);
    u * a + v * b + u * u * (c * half) + u * v * d + v * v * (e * half) + x
}

/// f, f_u, f_v, f_uu, f_uv, f_vv
fn along<P: Real>(f: &impl ScalarFn<2, P>, x: Parts, y: Parts) -> [f64; 6] {
    let still = [P::ZERO; 2];
    let (value, slopes, bent) =
        value_gradient_hessian(|uv: [HyperDual<P, 2>; 2]| f.call([moved(x, uv), moved(y, uv)]), still);
    let first = gradient(|uv: [Dual<P, 2>; 2]| f.call([moved(x, uv), moved(y, uv)]), still);
    assert_eq!(slopes.map(Real::bits), first.map(Real::bits), "slopes beside second derivatives, and alone");
    let nested = hessian(|uv: &[_]| f.call([moved(x, [uv[0], uv[1]]), moved(y, [uv[0], uv[1]])]), &still[..]);
    for (entry, other) in bent.as_flattened().iter().zip(nested.concat()) {
        assert!(
            *entry == other || entry.bits() == other.bits(),
            "{entry} by a triangle, {other} by blocks of nested numbers"
        );
    }
    [value, slopes[0], slopes[1], bent[0][0], bent[1][0], bent[1][1]].map(Real::wide)
}

/// The largest term of each.
fn terms(f: &impl ScalarFn<2, f64>, x: Parts, y: Parts) -> [f64; 6] {
    let (value, [fx, fy], [[fxx, fxy], [_, fyy]]) =
        value_gradient_hessian(|xy: [HyperDual<f64, 2>; 2]| f.call(xy), [x[0].into(), y[0].into()]);
    // the mixed derivative of an angle is zero on the diagonal, a difference of terms as large as this
    let fxy = f64::max(fxy.abs(), (fxx * fyy).abs().sqrt());
    let (x, y) = (x.map(f64::from), y.map(f64::from));
    let largest = |terms: &[f64]| terms.iter().fold(0.0, |most, term| f64::max(most, term.abs()));
    let slope = |i: usize| largest(&[fx * x[i], fy * y[i]]);
    let second = |k: usize, i: usize, j: usize| {
        largest(&[fx * x[k], fy * y[k], fxx * x[i] * x[j], fxy * x[i] * y[j], fxy * y[i] * x[j], fyy * y[i] * y[j]])
    };
    [value.abs(), slope(1), slope(2), second(3, 1, 1), second(4, 1, 2), second(5, 2, 2)]
}

fn check(name: &str, f: &(impl ScalarFn<2, f32> + ScalarFn<2, f64>), x: Parts, y: Parts) {
    let max = f64::from(f32::MAX);
    let want = along::<f64>(f, x, y);
    if !(want[0] as f32).is_normal() {
        return;
    }
    let found = along::<f32>(f, x, y);
    let terms = terms(f, x, y);
    for (k, part) in ["f", "f_u", "f_v", "f_uu", "f_uv", "f_vv"].into_iter().enumerate() {
        let (found, want) = (found[k], want[k]);
        let right = if want.abs() > max * 1.0001 {
            found.is_infinite() && found.signum() == want.signum()
        } else {
            // a term may overflow a little before the sum
            let near_the_end = terms[k] > max / 4.0 && found.is_infinite() && found.signum() == want.signum();
            // below the normal numbers a factor has lost digits
            let unit = f64::from(f32::from_bits(1));
            near_the_end || (found - want).abs() <= 3e-6 * terms[k] + 256.0 * unit
        };
        assert!(right, "{part} of {name} is {found:e}, not {want:e}, at x {x:?}, y {y:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn derivatives_are_those_in_double_precision(x in coordinate(FLOATS), y in coordinate(FLOATS), z in coordinate(-2.0..1.95)) {
        macro_rules! check_each {
            ($y:ident: $($f:ident)*) => { $(check(stringify!($f), &$f, x, $y);)* };
        }
        check_each! { y: quotient product length angle entropy reciprocal root cube_root logarithm inverse_cube arc }
        check_each! { z: power exponential hyperbolic }
    }

    /// Of power series to the third order, which part is infinite; and that none is no number.
    #[test]
    fn series_of_quotients_too(x in coordinate(FLOATS), y in coordinate(FLOATS)) {
        fn series<P: Real>(x: Parts, y: Parts) -> [f64; 3] {
            let (_, coefficients) = taylor(|u: Taylor<P, 3>| moved::<P, _>(x, [u, u]) / moved::<P, _>(y, [u, u]), P::ZERO);
            coefficients.map(Real::wide)
        }
        let want = series::<f64>(x, y);
        if !(x[0] / y[0]).is_normal() {
            return Ok(());
        }
        for (found, want) in series::<f32>(x, y).into_iter().zip(want) {
            let infinite = want.abs() > f64::from(f32::MAX) * 1.0001;
            let right = if infinite { found.is_infinite() && found.signum() == want.signum() } else { !found.is_nan() };
            prop_assert!(right, "{found:e}, not {want:e}, at x {x:?}, y {y:?}");
        }
    }
}
