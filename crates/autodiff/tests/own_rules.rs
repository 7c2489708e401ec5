//! Rules with a gradient of their own against the same functions differentiated through, on every number type.

mod common;

use autodiff::{
    CustomRule, Dual, Function, HyperDual, Operators, Ordered, Rule, Taylor, custom_rule, derivative,
    directional_derivatives, function, gradient, hessian, taylor,
};
use common::{Grid, by, paths};
use proptest::prelude::*;

custom_rule! {
    fn exponential([x]) { x.exp() } gradient { [exponential.apply([x])] }
    fn tangent([x]) { x.tan() } gradient { let t = tangent.apply([x]); [t * t + 1.0] }
    fn distance([x, y]) { x.hypot(y) } gradient { let r = distance.apply([x, y]); [x / r, y / r] }
    fn product([x, y, z]) { x * y.sin() * z.exp() } gradient { [y.sin() * z.exp(), x * y.cos() * z.exp(), x * y.sin() * z.exp()] }
    fn root([x]) { x.sqrt() } gradient { [root.apply([x]).recip() * 0.5] }
    fn mean([x, y]) { (x * y).sqrt() } gradient { let m = mean.apply([x, y]); [y / m * 0.5, x / m * 0.5] }
}

function! {
    fn plain_exponential([x]) { x.exp() }
    fn plain_tangent([x]) { x.tan() }
    fn plain_distance([x, y]) { (x * x + y * y).sqrt() }
    fn plain_product([x, y, z]) { x * y.sin() * z.exp() }
    fn through([x, y, z]) { product.call([x * y, y - z, z / x]).sin() + distance.call([x * z, y]) }
    fn plain_through([x, y, z]) { plain_product.call([x * y, y - z, z / x]).sin() + plain_distance.call([x * z, y]) }
}

fn close(got: f64, want: f64, tolerance: f64) -> bool {
    (got - want).abs() <= tolerance * (1.0 + want.abs()) || (got.is_nan() && want.is_nan())
}

fn assert_close(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!(close(got, want, tolerance), "{what}: {got:e} instead of {want:e}");
}

#[test]
fn one_variable_is_right_at_every_order() {
    for x in [-0.9_f64, 0.0, 0.3, 1.2] {
        for (rule, plain) in [
            (taylor::<_, _, 24>(|x| exponential.call([x]), x), taylor::<_, _, 24>(|x| plain_exponential.call([x]), x)),
            (taylor::<_, _, 24>(|x| tangent.call([x]), x), taylor::<_, _, 24>(|x| plain_tangent.call([x]), x)),
        ] {
            assert_eq!(f64::to_bits(rule.0), f64::to_bits(plain.0));
            for k in 0..24 {
                assert_close(rule.1[k], plain.1[k], 1e-11, &format!("order {} at {x}", k + 1));
            }
        }
    }
}

#[test]
fn one_variable_is_right_on_every_number_type() {
    fn check<T: common::Jet<Precision = f64> + Ordered<f64>>(x: f64) {
        let (rule, plain) = (by::<f64, T>(tangent, x), by::<f64, T>(plain_tangent, x));
        for (order, (got, want)) in rule.into_iter().zip(plain).enumerate() {
            assert_close(got, want, 1e-14, &format!("order {order} at {x}"));
        }
    }
    for x in [-1.2, 0.0, 0.4, 1.5] {
        check::<f64>(x);
        check::<Dual<f64, 1>>(x);
        check::<HyperDual<f64, 1>>(x);
        check::<Dual<HyperDual<f64, 1>, 1>>(x);
        check::<HyperDual<Dual<f64, 1>, 1>>(x);
        check::<HyperDual<HyperDual<f64, 1>, 1>>(x);
        check::<Dual<Dual<Dual<Dual<Dual<f64, 1>, 1>, 1>, 1>, 1>>(x);
    }
    assert_eq!(derivative(|x| exponential.call([x]), 1.0_f32), 1.0_f32.exp());
}

#[test]
fn several_variables_are_right_to_the_sixth_order() {
    fn check<const N: usize, T: Grid<N, Precision = f64> + Ordered<f64>>(x: [f64; N]) {
        let at: [T; N] = std::array::from_fn(|i| T::along(x[i], i));
        // the third argument of the nests of two directions does not move
        let at = [at[0], at[1], if N > 2 { at[2] } else { T::constant(-0.4) }];
        for (got, want) in [(product.call(at), plain_product.call(at)), (through.call(at), plain_through.call(at))] {
            assert_eq!(product.call(at).value().to_bits(), product.call(at.map(T::value)).to_bits());
            for path in paths::<N>(T::ORDER) {
                let (got, want) = (got.partial(&path).unwrap(), want.partial(&path).unwrap());
                assert_close(got, want, 1e-10, &format!("{path:?} at {x:?}"));
            }
        }
    }
    check::<3, f64>([2.0, 0.3, 0.5]);
    check::<3, Dual<f64, 3>>([2.0, 0.3, 0.5]);
    check::<3, HyperDual<f64, 3>>([2.0, 0.3, 0.5]);
    check::<3, Dual<Dual<f64, 3>, 3>>([0.7, 1.1, -0.4]);
    check::<3, Dual<HyperDual<f64, 3>, 3>>([0.7, 1.1, -0.4]);
    check::<2, HyperDual<HyperDual<f64, 2>, 2>>([0.7, 1.1]);
    check::<2, Dual<HyperDual<HyperDual<f64, 2>, 2>, 2>>([0.7, 1.1]);
    check::<2, HyperDual<HyperDual<HyperDual<f64, 2>, 2>, 2>>([0.7, 1.1]);
}

#[test]
fn several_variables_are_right_along_curves_and_nan_beyond() {
    let (x, v) = ([0.7, 1.1, -0.4], [1.0, -0.5, 2.0]);
    let rule = directional_derivatives::<8, _, _>(|x| through.call(x), x, v);
    let plain = directional_derivatives::<8, _, _>(|x| plain_through.call(x), x, v);
    for k in 0..6 {
        assert_close(rule.1[k], plain.1[k], 1e-9, &format!("order {}", k + 1));
    }
    assert!(rule.1[6].is_nan() && rule.1[7].is_nan());
    // along a variable that the rule does not see, there is nothing beyond
    assert_eq!(
        directional_derivatives::<8, _, _>(|[x, y, _]| distance.call([x, y]), [3.0, 4.0, 1.0], [0.0, 0.0, 1.0]).1,
        [0.0; 8]
    );
}

#[test]
fn operators_take_rules() {
    assert_eq!(distance.gradient().at([3.0_f64, 4.0]), [0.6, 0.8]);
    let third = distance.hessian().jacobian().at([3.0_f64, 4.0]);
    let want = plain_distance.hessian().jacobian().at([3.0_f64, 4.0]);
    for (i, j, k) in [(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 0, 1)] {
        assert_close(third[i][j][k], want[i][j][k], 1e-15, &format!("{i} {j} {k}"));
    }
}

#[test]
fn zeros_stay_zero_and_infinities_stay_visible() {
    // the slope of the root is infinite at 0
    assert_eq!(derivative(|x| root.call([x]), 0.0), f64::INFINITY);
    assert_eq!(derivative(|x| root.call([x * 0.0]), 1.0), 0.0);
    assert_eq!(gradient(|[x, y]| root.call([x]) + y, [0.0, 1.0]), [f64::INFINITY, 1.0]);
    // of two arguments, one infinite slope leaves the other's alone
    let m = gradient(|[x, y, z]| mean.call([x, Dual::constant(2.0)]) + y * z, [0.0, 1.0, 3.0]);
    assert_eq!(m, [f64::INFINITY, 3.0, 1.0]);
    // −0 keeps its sign
    assert!(product.call([-0.0_f64, 0.5, 0.5]).is_sign_negative());
    assert!(product.call(Dual::<f64, 3>::variables([-0.0, 0.5, 0.5])).re.is_sign_negative());
}

/// x⁴ with a slope that forgets its derivatives, and one by a table with a wrong second derivative.
struct Detached;
impl CustomRule<1> for Detached {
    fn value(&self, [x]: [f64; 1]) -> f64 {
        x.powi(4)
    }
    fn gradient<T: Ordered>(&self, [x]: [T; 1]) -> [T; 1] {
        [T::constant(4.0 * x.value().powi(3))]
    }
}
struct Table {
    second: f64,
}
impl Rule<f64> for Table {
    fn jet(&self, x: f64) -> [f64; 4] {
        [x.powi(4), 4.0 * x.powi(3), self.second * x * x, 24.0 * x]
    }
    fn next(&self, _: f64, n: usize, _: &[f64]) -> f64 {
        if n == 4 { 24.0 } else { 0.0 }
    }
}

#[test]
fn a_table_is_a_rule() {
    let table = Table { second: 12.0 };
    assert_eq!(taylor::<_, _, 6>(|x| table.apply([x]), 1.0), (1.0, [4.0, 6.0, 4.0, 1.0, 0.0, 0.0]));
    let [slope] = table.gradient([Taylor::<f64, 4>::variable(1.0)]);
    assert_eq!((slope.re, slope.coefficients), (4.0, [12.0, 12.0, 4.0, 0.0]));
    assert_eq!(hessian(|x| Detached.apply(x), [1.0]), [[0.0]]);
}

proptest! {
    #[test]
    fn random_compositions_agree(x in -2.0..2.0f64, y in 0.2..2.0f64, a in -1.0..1.0f64) {
        let own = hessian(|[x, y]| exponential.call([product.call([x * a, y, y - x])]) * distance.call([x, y]), [x, y]);
        let want = hessian(|[x, y]| plain_exponential.call([plain_product.call([x * a, y, y - x])]) * plain_distance.call([x, y]), [x, y]);
        for i in 0..2 {
            for j in 0..2 {
                prop_assert!(close(own[i][j], want[i][j], 1e-11), "{own:?} {want:?}");
            }
        }
    }
}

/// The gradient of a rule on a number carries the second derivative and the third.
#[test]
fn the_gradient_of_a_rule_is_differentiated_too() {
    struct FourthPower;
    impl Rule<f64> for FourthPower {
        fn jet(&self, x: f64) -> [f64; 4] {
            [x.powi(4), 4.0 * x.powi(3), 12.0 * x * x, 24.0 * x]
        }
        fn next(&self, _: f64, n: usize, _: &[f64]) -> f64 {
            if n == 4 { 24.0 } else { 0.0 }
        }
    }
    let at = |x: f64| CustomRule::<1>::gradient(&FourthPower, [x])[0];
    assert_eq!(at(3.0), 108.0);
    let [slope] = CustomRule::<1>::gradient(&FourthPower, [Dual::<f64, 1>::variable(3.0, 0)]);
    assert_eq!((slope.re, slope.eps), (108.0, [108.0]));
    let (value, series) = taylor::<_, _, 3>(|x| CustomRule::<1>::gradient(&FourthPower, [x])[0], 3.0);
    assert_eq!((value, series), (108.0, [108.0, 36.0, 4.0]));
}
