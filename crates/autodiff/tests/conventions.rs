//! What happens at special points: the rows of the table of conventions, each by every number type in f32 and f64.

mod common;

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, LN_2, SQRT_2};
use std::hint::black_box;

use autodiff::{
    Dual, HyperDual, Number, Operators, Ordered, ScalarFn, Taylor, directional_derivatives, function, gradient,
    hessian, reverse, reverse::Reverse, value_gradient_hessian,
};
use common::{Grid, Real, every_way, paths, ulps};

const INF: f64 = f64::INFINITY;
const NAN: f64 = f64::NAN;

/// How far each derivative may be off, in units of the last place.
const BARS: [f64; 4] = [0.0, 4.0, 8.0, 16.0];

/// Zeros, infinities and NaN are exact, the rest is within the bars. A zero may have either sign: the chain rule adds to it.
fn agrees<P: Real>(got: P, want: f64, order: usize) -> bool {
    if want.is_nan() {
        return got.is_nan();
    }
    ulps(got, P::of(want)) <= BARS[order]
}

/// A row of one variable: f at `x` has the value of the plain float, and then the derivatives `want`.
fn check_row<P: Real>(curve: impl ScalarFn<1, P> + Operators + Copy, x: f64, want: &[f64]) {
    // not known to the compiler, which would fold some calls and not others, with other digits: so std's own powi and min
    let x = black_box(P::of(x));
    let plain = curve.call([x]);
    for (way, found) in every_way(curve, x) {
        assert_eq!(found[0].bits(), plain.bits(), "value by {way}: {found:?} instead of {plain}");
        for (order, (got, want)) in (1..).zip(found[1..].iter().zip(want)) {
            let order: usize = order;
            assert!(agrees(*got, *want, order), "at {x:?} in {} by {way}: {found:?}", P::NAME);
        }
    }
}

/// Where only one of three directions moves, the others stay zero whatever the slope, and what moves beside keeps its slope.
fn check_neighbours<P: Real, T: Grid<3, Precision = P> + Ordered<P>>(curve: impl ScalarFn<1, P>, x: f64) {
    let x = black_box(x);
    let alone = common::by::<P, Dual<Dual<Dual<P, 1>, 1>, 1>>(&curve, P::of(x));
    let name = std::any::type_name::<T>();
    let still = curve.call([T::constant(P::of(x))]);
    let moving = curve.call([T::along(P::of(x), 1)]);
    let three = P::of(3.0);
    let beside = moving * T::along(three, 0);
    let added = moving + T::along(three, 0);
    for path in paths::<3>(T::ORDER) {
        let along_curve = path.iter().filter(|i| **i == 1).count();
        let along_neighbour = path.iter().filter(|i| **i == 0).count();
        let only_curve = along_curve == path.len();
        let at = |y: T| y.partial(&path).unwrap();
        let same = |got: P, want: P, what: &str| {
            let equal = got.bits() == want.bits() || got == want;
            assert!(equal, "{what} at {x:?} along {path:?} by {name}: {got:?} instead of {want:?}");
        };
        same(at(still), if path.is_empty() { alone[0] } else { P::ZERO }, "of a constant");
        same(at(moving), if only_curve { alone[path.len()] } else { P::ZERO }, "alone");
        let product = match along_neighbour {
            0 if only_curve => alone[along_curve] * three,
            1 if along_curve + 1 == path.len() => alone[along_curve],
            _ => P::ZERO,
        };
        same(at(beside), product, "times a neighbour");
        if !path.is_empty() {
            same(at(added), if path == [0] { P::ONE } else { at(moving) }, "plus a neighbour");
        }
    }
}

/// The same of a series: a constant's coefficients stay zero, and a constant factor scales those of what moves.
fn check_series<P: Real>(curve: impl ScalarFn<1, P>, x: f64) {
    let x = P::of(black_box(x));
    let alone = curve.call([Taylor::<P, 3>::variable(x)]);
    let three = Taylor::constant(P::of(3.0));
    let still = curve.call([Taylor::<P, 3>::constant(x)]);
    let cases = [
        ("of a constant", still, P::ZERO),
        ("times a constant", alone * three, P::of(3.0)),
        ("over one", alone / Taylor::one(), P::ONE),
    ];
    for (what, found, factor) in cases {
        for (got, coefficient) in found.coefficients.into_iter().zip(alone.coefficients) {
            let want = if factor == P::ZERO { P::ZERO } else { coefficient * factor };
            assert!(got.bits() == want.bits() || got == want, "{what} at {x:?} by Taylor: {found:?} beside {alone:?}");
        }
    }
}

macro_rules! rows {
    ($($(#[$meta:meta])* $name:ident([$x:ident]) $body:block { $($precision:ident: $point:expr => $want:expr;)* })*) => {
        $(
            #[test]
            $(#[$meta])*
            fn $name() {
                function! { fn row([$x]) $body }
                $(rows! { @ $precision row, $point, $want })*
            }
        )*
        /// The rows as the documents show them.
        #[allow(clippy::eq_op, reason = "x / x is a row")]
        fn lines_of_one_variable() -> Vec<Line> {
            let mut lines = Vec::new();
            $({
                function! { fn row([$x]) $body }
                $(lines.push(Line::new(stringify!($body), stringify!($precision), $point.map(|x| ([x], value(row, stringify!($precision), [x]))), vec![$want.to_vec()]));)*
            })*
            lines
        }
    };
    (@ both $row:ident, $point:expr, $want:expr) => {
        rows! { @ f64 $row, $point, $want }
        rows! { @ f32 $row, $point, $want }
    };
    (@ $precision:ident $row:ident, $point:expr, $want:expr) => {
        for x in $point {
            check_row::<$precision>($row, x, &$want);
            with_every_grid!($precision, 3, check_neighbours($row, x));
            check_series::<$precision>($row, x);
        }
    };
}

rows! {
    abs([x]) { x.abs() } {
        both: [0.0, 2.0] => [1.0, 0.0, 0.0];
        both: [-0.0, -2.0] => [-1.0, 0.0, 0.0];
    }
    abs_of_minus_a_square([x]) { (-(x * x)).abs() } { both: [0.0] => [0.0, 2.0, 0.0]; }
    signum([x]) { x.signum() } { both: [0.0, -0.0, 3.0, -3.0, INF, NAN] => [0.0, 0.0, 0.0]; }
    sqrt([x]) { x.sqrt() } { both: [0.0, -0.0] => [INF, -INF, INF]; both: [-1.0, -INF] => [NAN; 3]; both: [INF] => [0.0; 3]; }
    cbrt([x]) { x.cbrt() } {
        both: [0.0] => [INF, -INF, INF];
        both: [-0.0] => [INF, INF, INF];
        both: [-8.0] => [1.0 / 12.0, 1.0 / 144.0, 5.0 / 3456.0];
        both: [INF, -INF] => [0.0; 3];
    }
    ln([x]) { x.ln() } { both: [0.0, -0.0] => [INF, -INF, INF]; both: [-1.0] => [NAN; 3]; both: [INF] => [0.0; 3]; }
    log2([x]) { x.log2() } { both: [0.0, -0.0] => [INF, -INF, INF]; both: [-1.0] => [NAN; 3]; both: [INF] => [0.0; 3]; }
    log10([x]) { x.log10() } { both: [0.0, -0.0] => [INF, -INF, INF]; both: [-1.0] => [NAN; 3]; both: [INF] => [0.0; 3]; }
    log_to_a_base([x]) { x.log(3.0) } { both: [0.0, -0.0] => [INF, -INF, INF]; both: [-1.0] => [NAN; 3]; both: [INF] => [0.0; 3]; }
    recip([x]) { x.recip() } {
        both: [0.0] => [-INF, INF, -INF];
        both: [-0.0] => [-INF, -INF, -INF];
        f64: [1e-200] => [-INF, INF, -INF];
        f32: [1e-25] => [-INF, INF, -INF];
        both: [INF, -INF] => [0.0; 3];
    }
    one_over_x([x]) { T::one() / x } {
        both: [0.0] => [-INF, INF, -INF];
        both: [-0.0] => [-INF, -INF, -INF];
        f64: [1e-200] => [-INF, INF, -INF];
        f32: [1e-25] => [-INF, INF, -INF];
        f64: [-1e-200] => [-INF, -INF, -INF];
        f64: [1e300] => [-0.0, 0.0, -0.0];
        both: [INF, -INF] => [0.0; 3];
    }
    x_over_x([x]) { x / x } {
        f64: [1e-200, -1e-200, 1e200, 1e-300, 1e-310, 5e-324, 1e308] => [0.0; 3];
        f32: [1e-25, 1e25, 1e-40, 1e-45, 3e38] => [0.0; 3];
    }
    x_over_a_constant([x]) { x / 3.0 } { both: [0.0, 1.0] => [1.0 / 3.0, 0.0, 0.0]; }
    x_over_zero([x]) { x / 0.0 } { both: [1.0, -2.0, INF] => [INF, 0.0, 0.0]; }
    powi_0([x]) { x.powi(0) } { both: [0.0, -0.0, 2.0, -3.0, INF, NAN] => [0.0; 3]; }
    powi_1([x]) { x.powi(1) } { both: [0.0, -0.0, 2.0, INF] => [1.0, 0.0, 0.0]; }
    powi_2([x]) { x.powi(2) } { both: [0.0, -0.0] => [0.0, 2.0, 0.0]; both: [INF] => [INF, 2.0, 0.0]; }
    powi_3([x]) { x.powi(3) } { both: [0.0, -0.0] => [0.0, 0.0, 6.0]; both: [INF] => [INF, INF, 6.0]; }
    powi_minus_1([x]) { x.powi(-1) } {
        both: [0.0] => [-INF, INF, -INF];
        both: [-0.0] => [-INF, -INF, -INF];
        f64: [1e-120] => [-1e240, INF, -INF];
        f32: [1e-15] => [-1e30, INF, -INF];
        both: [INF] => [-0.0, 0.0, -0.0];
    }
    powi_of_the_least_integer([x]) { x.powi(i32::MIN) } { both: [1.0001] => [-0.0, 0.0, -0.0]; both: [1.0] => [-2147483648.0, 2147483648.0 * 2147483649.0, -2147483648.0 * 2147483649.0 * 2147483650.0]; }
    powi_of_a_large_integer([x]) { x.powi(50000) } {
        f64: [1.0001] => [50000.0 * 1.0001f64.powf(49999.0), 50000.0 * 49999.0 * 1.0001f64.powf(49998.0), 50000.0 * 49999.0 * 49998.0 * 1.0001f64.powf(49997.0)];
        f32: [1.0001] => { let x = f64::from(1.0001f32); [50000.0 * x.powf(49999.0), 50000.0 * 49999.0 * x.powf(49998.0), 50000.0 * 49999.0 * 49998.0 * x.powf(49997.0)] };
    }
    powi_of_an_odd_integer_beyond_single([x]) { x.powi(16777217) } { both: [-1.0] => [16777217.0, -16777217.0 * 16777216.0, 16777217.0 * 16777216.0 * 16777215.0]; }
    powf_0([x]) { x.powf(0.0) } { both: [0.0, -0.0, 2.0, -3.0, INF, NAN] => [0.0; 3]; }
    powf_1([x]) { x.powf(1.0) } { both: [0.0, -0.0, 2.0, -3.0, INF] => [1.0, 0.0, 0.0]; }
    powf_2([x]) { x.powf(2.0) } { both: [0.0, -0.0] => [0.0, 2.0, 0.0]; both: [-3.0] => [-6.0, 2.0, 0.0]; }
    powf_3([x]) { x.powf(3.0) } { both: [0.0, -0.0] => [0.0, 0.0, 6.0]; both: [-2.0] => [12.0, -12.0, 6.0]; }
    powf_minus_2([x]) { x.powf(-2.0) } { both: [-2.0] => [0.25, 0.375, 0.75]; both: [-0.0] => [INF, INF, INF]; }
    powf_half([x]) { x.powf(0.5) } { both: [0.0, -0.0] => [INF, -INF, INF]; both: [-1.0] => [NAN; 3]; both: [INF] => [0.0, -0.0, 0.0]; }
    powf_three_halves([x]) { x.powf(1.5) } {
        both: [0.0, -0.0] => [0.0, INF, -INF];
        both: [-2.0] => [NAN; 3];
        f64: [1e220] => [1.5e110, 7.5e-111, -0.0];
        f32: [1e26] => [1.5e13, 7.5e-14, -3.75e-40];
        both: [INF] => [INF, 0.0, -0.0];
    }
    powf_five_halves([x]) { x.powf(2.5) } { both: [0.0, -0.0] => [0.0, 0.0, INF]; both: [INF] => [INF, INF, 0.0]; }
    powf_infinity([x]) { x.powf(1.0 / 0.0) } { both: [0.5, 0.0] => [0.0; 3]; both: [2.0] => [INF; 3]; }
    clamp([x]) { x.clamp(-1.0, 0.0) } {
        both: [-1.0, 0.0, -0.0] => [0.5, 0.0, 0.0];
        both: [-0.5] => [1.0, 0.0, 0.0];
        both: [-2.0, 1.0, INF] => [0.0; 3];
    }
    floor([x]) { x.floor() } { both: [0.0, 0.5, 2.0, -1.5, INF, NAN] => [0.0; 3]; }
    ceil([x]) { x.ceil() } { both: [0.0, 0.5, 2.0, -1.5, INF, NAN] => [0.0; 3]; }
    round([x]) { x.round() } { both: [0.0, 0.5, 2.0, -1.5, INF, NAN] => [0.0; 3]; }
    trunc([x]) { x.trunc() } { both: [0.0, 0.5, 2.0, -1.5, INF, NAN] => [0.0; 3]; }
    fract([x]) { x.fract() } { both: [0.0, 0.5, 2.0, -1.5] => [1.0, 0.0, 0.0]; }
    to_degrees([x]) { x.to_degrees() } { both: [0.0, 0.5, INF] => [57.29577951308232, 0.0, 0.0]; }
    to_radians([x]) { x.to_radians() } { both: [0.0, 0.5, INF] => [0.017453292519943295, 0.0, 0.0]; }
    remainder_of_a_constant([x]) { x % 3.0 } { both: [7.0, -7.0, 6.0, 0.5] => [1.0, 0.0, 0.0]; }
    tanh([x]) { x.tanh() } {
        both: [20.0] => { let f1 = 4.0 * (-40f64).exp(); [f1, -2.0 * f1, 4.0 * f1] };
        both: [-20.0] => { let f1 = 4.0 * (-40f64).exp(); [f1, 2.0 * f1, 4.0 * f1] };
        both: [400.0, 1000.0, INF] => [0.0, -0.0, 0.0];
        both: [-400.0, -1000.0, -INF] => [0.0, 0.0, 0.0];
        f64: [354.4] => { let f1 = (-354.4f64).exp() * (-354.4f64).exp() * 4.0; [f1, -2.0 * f1, 4.0 * f1] };
    }
    asinh([x]) { x.asinh() } {
        f64: [1e200] => [1e-200, -0.0, 0.0];
        f64: [-1e200] => [1e-200, 0.0, 0.0];
        f32: [1e30] => [1e-30, -0.0, 0.0];
        both: [INF] => [0.0, -0.0, 0.0];
    }
    asin([x]) { x.asin() } { both: [1.0] => [INF, INF, INF]; both: [-1.0] => [INF, -INF, INF]; both: [1.5, -INF] => [NAN; 3]; }
    acos([x]) { x.acos() } { both: [1.0] => [-INF, -INF, -INF]; both: [-1.0] => [-INF, INF, -INF]; both: [1.5, -INF] => [NAN; 3]; }
    atan([x]) { x.atan() } { both: [INF] => [0.0, -0.0, 0.0]; f64: [1e160] => [1e-320, -0.0, 0.0]; f64: [1e100] => [1e-200, -2e-300, 0.0]; }
    acosh([x]) { x.acosh() } { both: [1.0] => [INF, -INF, INF]; both: [INF] => [0.0, -0.0, 0.0]; both: [0.5, -2.0, -INF] => [NAN; 3]; }
    atanh([x]) { x.atanh() } { both: [1.0] => [INF, INF, INF]; both: [-1.0] => [INF, -INF, INF]; both: [1.5, -INF] => [NAN; 3]; }
    exp([x]) { x.exp() } { both: [-INF, -1e4] => [0.0; 3]; both: [INF, 1e4] => [INF; 3]; both: [0.0] => [1.0; 3]; }
    exp2([x]) { x.exp2() } { f64: [1024.25] => { let f1 = 2.0 * LN_2 * 0.25f64.exp2() * 2f64.powi(1023); [f1, f1 * LN_2, f1 * LN_2 * LN_2] };
        both: [-INF, -1e5] => [0.0; 3]; both: [INF, 1e5] => [INF; 3]; both: [0.0] => [LN_2, LN_2 * LN_2, LN_2 * LN_2 * LN_2]; }
    exp_m1([x]) { x.exp_m1() } { both: [1e-20] => [1.0, 1.0, 1.0]; both: [-INF] => [0.0; 3]; }
    ln_1p([x]) { x.ln_1p() } { both: [1e-20] => [1.0, -1.0, 2.0]; both: [-1.0] => [INF, -INF, INF]; both: [-2.0] => [NAN; 3]; both: [INF] => [0.0, -0.0, 0.0]; }
    logistic([x]) { x.logistic() } {
        both: [0.0, -0.0] => [0.25, 0.0, -0.125];
        both: [-INF, INF, 1e4, -1e4] => [0.0; 3];
        f64: [-700.0] => { let e = (-700f64).exp(); [e, e, e] };
        f64: [700.0] => { let e = (-700f64).exp(); [e, -e, e] };
        f64: [800.0, -800.0] => [0.0; 3];
        f64: [-740.0] => { let e = (-740f64).exp(); [e, e, e] };
        f32: [-80.0] => { let e = (-80f64).exp(); [e, e, e] };
        f32: [80.0] => { let e = (-80f64).exp(); [e, -e, e] };
        both: [NAN] => [NAN; 3];
    }
    softplus([x]) { x.softplus() } {
        both: [0.0, -0.0] => [0.5, 0.25, 0.0];
        both: [800.0, INF, 1e30] => [1.0, 0.0, 0.0];
        both: [-800.0, -INF, -1e30] => [0.0; 3];
        f64: [-700.0] => { let e = (-700f64).exp(); [e, e, e] };
        f64: [700.0] => { let e = (-700f64).exp(); [1.0, e, -e] };
        f32: [-80.0] => { let e = (-80f64).exp(); [e, e, e] };
        both: [NAN] => [NAN; 3];
    }
    sinc([x]) { x.sinc() } {
        both: [0.0, -0.0] => [0.0, -1.0 / 3.0, 0.0];
        both: [1e-20] => [-1e-20 / 3.0, -1.0 / 3.0, 1e-20 / 5.0];
        f64: [1e-300] => [-1e-300 / 3.0, -1.0 / 3.0, 1e-300 / 5.0];
        both: [INF, -INF] => [0.0; 3];
        f64: [1e300] => { let x = 1e300_f64; [x.cos() / x, -x.sin() / x, -x.cos() / x] };
        both: [NAN] => [NAN; 3];
    }
    x_ln_x([x]) { x.xlogy(x) } {
        both: [0.0, -0.0] => [-INF, INF, -INF];
        both: [1.0] => [1.0, 1.0, -1.0];
        both: [-1.0] => [NAN; 3];
        f64: [1e-200] => [1e-200f64.ln() + 1.0, 1e200];
    }
    norm([x]) { autodiff::norm(&[x, T::zero(), x]) } { both: [0.0, -0.0] => [0.0; 3]; both: [2.0] => [SQRT_2]; both: [-2.0] => [-SQRT_2]; }
    norm_of_one([x]) { autodiff::norm(&[x]) } { both: [0.0, -0.0] => [0.0; 3]; both: [2.0, INF] => [1.0, 0.0, 0.0]; both: [-2.0] => [-1.0, 0.0, 0.0]; f64: [5e-324, 1e-310, 1e308] => [1.0, 0.0, 0.0]; }
    log_sum_exp_of_one([x]) { autodiff::log_sum_exp(&[x]) } { both: [0.0, -2.0, 1e30, INF, -INF] => [1.0, 0.0, 0.0]; }
    hypot_with_zero([x]) { x.hypot(T::zero()) } { both: [3.0] => [1.0, 0.0, 0.0]; f64: [1e-310, 1e308] => [1.0, 0.0, 0.0]; f32: [1e-40, 2e38] => [1.0, 0.0, 0.0]; both: [0.0] => [0.0; 3]; }
    branch_by_if([x]) { if x < 0.0 { x * x } else { x * x * x } } { both: [0.0, -0.0] => [0.0, 0.0, 6.0]; both: [-1.0] => [-2.0, 2.0, 0.0]; }
    branch_by_match([x]) { match x.partial_cmp(&0.0) { Some(std::cmp::Ordering::Equal) => x * x, _ => x } } { both: [0.0, -0.0] => [0.0, 2.0, 0.0]; both: [-1.0] => [1.0, 0.0, 0.0]; }
}

/// A row of two variables: the value of the plain float, and then the gradient and xx, xy, yy.
/// Where one of the two is constant, the derivatives by the other are the same, and those by it are zero.
fn check_pair<P: Real, T: Grid<2, Precision = P> + Ordered<P>>(
    f: impl ScalarFn<2, P>,
    [x, y]: [f64; 2],
    (first, second): ([f64; 2], [f64; 3]),
) {
    let (x, y) = (black_box(x), black_box(y));
    let plain = f.call([P::of(x), P::of(y)]);
    let (moving_x, moving_y) = (T::along(P::of(x), 0), T::along(P::of(y), 1));
    let (still_x, still_y) = (T::constant(P::of(x)), T::constant(P::of(y)));
    for (arguments, moves) in [
        ([moving_x, moving_y], [true, true]),
        ([moving_x, still_y], [true, false]),
        ([still_x, moving_y], [false, true]),
        ([still_x, still_y], [false, false]),
    ] {
        let z = f.call(arguments);
        for path in paths::<2>(T::ORDER) {
            let got = z.partial(&path).unwrap();
            let order = path.len();
            let still = path.iter().any(|i| !moves[*i]);
            let want = match path[..] {
                [] => plain.wide(),
                _ if still => 0.0,
                [i] => first[i],
                [i, j] => second[i + j],
                _ => continue,
            };
            let name = std::any::type_name::<T>();
            assert!(
                agrees(got, want, order),
                "at ({x:?}, {y:?}), {moves:?}, {path:?} by {name}: {got:?}, not {want:?}"
            );
            assert!(order > 0 || got.bits() == plain.bits(), "{got:?}, not {plain:?}");
        }
    }
}

/// The same by the drivers and operators.
fn check_pair_by_drivers<P: Real>(
    f: impl ScalarFn<2, P> + Operators + Copy,
    x: [f64; 2],
    (first, [xx, xy, yy]): ([f64; 2], [f64; 3]),
) {
    let x = black_box(x.map(P::of));
    let second = [[xx, xy], [xy, yy]];
    let (value, g, h) = value_gradient_hessian(|x| f.call(x), x);
    assert_eq!(value.bits(), f.call(x).bits());
    assert_eq!(value.bits(), f.at(x).bits());
    for (i, direction) in [[P::ONE, P::ZERO], [P::ZERO, P::ONE]].into_iter().enumerate() {
        let (value_along, d) = directional_derivatives::<2, _, _>(|x| f.call(x), x, direction);
        assert_eq!(value.bits(), value_along.bits());
        let right = agrees(d[0], first[i], 1) && agrees(d[1], second[i][i], 2);
        assert!(right, "Taylor {d:?}, not {:?} and {:?} at {x:?}", first[i], second[i][i]);
    }
    let (swept_value, swept) = reverse::value_and_gradient(|x| f.call([x[0], x[1]]), &x).unwrap();
    assert_eq!(value.bits(), swept_value.bits());
    let twice = reverse::hessian(|x| f.call([x[0], x[1]]), &x).unwrap();
    for i in 0..2 {
        let alone = reverse::gradient(
            |moving| {
                let still = Reverse::constant(x[1 - i]);
                f.call(if i == 0 { [moving[0], still] } else { [still, moving[0]] })
            },
            &x[i..=i],
        );
        let slope = alone.unwrap()[0];
        assert!(agrees(slope, first[i], 1), "slope {i} alone {slope:?}, not {first:?} at {x:?}, by a sweep");
        for got in [g, gradient(|x| f.call(x), x), f.gradient().at(x), [swept[0], swept[1]]] {
            assert!(agrees(got[i], first[i], 1), "gradient {got:?}, not {first:?} at {x:?}");
        }
        for j in 0..2 {
            assert!(agrees(twice[i][j], second[i][j], 2), "Hessian {twice:?}, not {second:?} at {x:?}, by sweeps");
            for got in [h, hessian(|x| f.call(x), x), f.hessian().at(x), f.gradient().jacobian().at(x)] {
                assert!(agrees(got[i][j], second[i][j], 2), "Hessian {got:?}, not {second:?} at {x:?}");
            }
        }
    }
}

macro_rules! pairs {
    ($($name:ident([$x:ident, $y:ident]) $body:block { $($precision:ident: $point:expr => $want:expr;)* })*) => {
        $(
            #[test]
            fn $name() {
                function! { fn row([$x, $y]) $body }
                $(pairs! { @ $precision row, $point, $want })*
            }
        )*
        /// The rows as the documents show them.
        fn lines_of_two_variables() -> Vec<Line> {
            let mut lines = Vec::new();
            $({
                function! { fn row([$x, $y]) $body }
                $({
                    let (first, second) = $want;
                    let at = $point.map(|at| (at, value(row, stringify!($precision), at)));
                    lines.push(Line::new(stringify!($body), stringify!($precision), at, vec![first.to_vec(), second.to_vec()]));
                })*
            })*
            lines
        }
    };
    (@ both $row:ident, $point:expr, $want:expr) => {
        pairs! { @ f64 $row, $point, $want }
        pairs! { @ f32 $row, $point, $want }
    };
    (@ $precision:ident $row:ident, $point:expr, $want:expr) => {
        for point in $point {
            with_every_grid!($precision, 2, check_pair($row, point, $want));
            check_pair_by_drivers::<$precision>($row, point, $want);
        }
    };
}

pairs! {
    power_of_zero([x, y]) { x.pow(y) } {
        both: [[0.0, 0.5], [-0.0, 0.5]] => ([INF, 0.0], [-INF, -INF, 0.0]);
        both: [[0.0, 1.0], [-0.0, 1.0]] => ([1.0, 0.0], [0.0, -INF, 0.0]);
        both: [[0.0, 1.5]] => ([0.0, 0.0], [INF, 0.0, 0.0]);
        both: [[0.0, 2.0], [-0.0, 2.0]] => ([0.0, 0.0], [2.0, 0.0, 0.0]);
        both: [[0.0, 3.0], [0.0, 2.5]] => ([0.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[0.0, 0.0]] => ([0.0, -INF], [0.0, INF, INF]);
    }
    power_of_a_negative_number([x, y]) { x.pow(y) } {
        both: [[-2.0, 3.0]] => ([12.0, NAN], [-12.0, NAN, NAN]);
        both: [[-2.0, 0.5]] => ([NAN, NAN], [NAN, NAN, NAN]);
    }
    power([x, y]) { x.pow(y) } {
        both: [[1.0, 5.0]] => ([5.0, 0.0], [20.0, 1.0, 0.0]);
        both: [[2.0, 3.0]] => ([12.0, 8.0 * LN_2], [12.0, 4.0 * (1.0 + 3.0 * LN_2), 8.0 * LN_2 * LN_2]);
        both: [[2.0, 0.0]] => ([0.0, LN_2], [0.0, 0.5, LN_2 * LN_2]);
        both: [[INF, -1.0]] => ([-0.0, 0.0], [0.0, 0.0, 0.0]);
    }
    hypot([x, y]) { x.hypot(y) } {
        both: [[0.0, 0.0], [-0.0, 0.0]] => ([0.0, 0.0], [0.0, 0.0, 0.0]);
        f64: [[1e200, 1e200]] => ([FRAC_1_SQRT_2, FRAC_1_SQRT_2], [FRAC_1_SQRT_2 * 5e-201, FRAC_1_SQRT_2 * -5e-201, FRAC_1_SQRT_2 * 5e-201]);
        f32: [[1e30, 1e30]] => ([FRAC_1_SQRT_2, FRAC_1_SQRT_2], [FRAC_1_SQRT_2 * 5e-31, FRAC_1_SQRT_2 * -5e-31, FRAC_1_SQRT_2 * 5e-31]);
        f64: [[3e-200, 4e-200]] => ([0.6, 0.8], [0.64 * 2e199, -0.48 * 2e199, 0.36 * 2e199]);
        f64: [[1e308, 1e308]] => ([FRAC_1_SQRT_2, FRAC_1_SQRT_2], [FRAC_1_SQRT_2 * 5e-309, FRAC_1_SQRT_2 * -5e-309, FRAC_1_SQRT_2 * 5e-309]);
        f64: [[0.0, 1e-309]] => ([0.0, 1.0], [INF, 0.0, 0.0]);
        f32: [[0.0, 1e-40]] => ([0.0, 1.0], [INF, 0.0, 0.0]);
        f64: [[1e-260, 1e-100]] => ([1e-160, 1.0], [1e100, -1e-60, 1e-220]);
        both: [[0.0, 2.0]] => ([0.0, 1.0], [0.5, 0.0, 0.0]);
        both: [[INF, 2.0]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
    }
    atan2([y, x]) { y.atan2(x) } {
        both: [[0.0, 0.0], [-0.0, 0.0], [0.0, -0.0]] => ([NAN, NAN], [NAN, NAN, NAN]);
        both: [[1.0, 0.0], [1.0, -0.0]] => ([0.0, -1.0], [0.0, 1.0, 0.0]);
        both: [[-1.0, 0.0]] => ([0.0, 1.0], [0.0, 1.0, 0.0]);
        both: [[0.0, -1.0], [-0.0, -1.0]] => ([-1.0, 0.0], [0.0, -1.0, 0.0]);
        both: [[0.0, 2.0]] => ([0.5, 0.0], [0.0, -0.25, 0.0]);
        f64: [[1e-110, 0.0]] => ([0.0, -1e110], [0.0, 1e220, 0.0]);
        f64: [[1e-309, 0.0]] => ([0.0, -INF], [0.0, INF, 0.0]);
        f64: [[1e200, 1e200]] => ([5e-201, -5e-201], [0.0, 0.0, 0.0]);
        both: [[INF, 2.0], [2.0, INF], [INF, INF]] => ([0.0, 0.0], [0.0, 0.0, 0.0]);
    }
    xlogy([x, y]) { x.xlogy(y) } {
        both: [[0.0, 0.0], [-0.0, 0.0], [0.0, -0.0]] => ([-INF, 0.0], [0.0, INF, 0.0]);
        both: [[0.0, 2.0]] => ([LN_2, 0.0], [0.0, 0.5, 0.0]);
        both: [[0.0, INF]] => ([INF, 0.0], [0.0, 0.0, 0.0]);
        both: [[3.0, 2.0]] => ([LN_2, 1.5], [0.0, 0.5, -0.75]);
        both: [[-3.0, 1.0]] => ([0.0, -3.0], [0.0, 1.0, 3.0]);
        both: [[2.0, 0.0]] => ([-INF, INF], [0.0, INF, -INF]);
        both: [[0.0, -1.0]] => ([NAN, 0.0], [0.0, NAN, 0.0]);
        both: [[2.0, -1.0], [2.0, NAN]] => ([NAN, NAN], [0.0, NAN, NAN]);
        f64: [[2e300, 1e200]] => ([1e200f64.ln(), 2e100], [0.0, 1e-200, -2e-100]);
        f64: [[2e-310, 1e-20]] => ([1e-20f64.ln(), 2e-310 / 1e-20], [0.0, 1e20, -2e-310 / 1e-20 / 1e-20]);
    }
    log_sum_exp([x, y]) { autodiff::log_sum_exp(&[x, y]) } {
        both: [[0.0, 0.0], [3.0, 3.0], [1000.0, 1000.0], [-1e4, -1e4]] => ([0.5, 0.5], [0.25, -0.25, 0.25]);
        f64: [[0.0, -700.0]] => { let e = (-700f64).exp(); ([1.0, e], [e, -e, e]) };
        f64: [[1000.25, 300.25]] => { let e = (-700f64).exp(); ([1.0, e], [e, -e, e]) };
        f32: [[0.0, -80.0]] => { let e = (-80f64).exp(); ([1.0, e], [e, -e, e]) };
        both: [[INF, 3.0], [2.0, -INF], [INF, -INF]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[INF, INF], [-INF, -INF], [NAN, 0.0], [0.0, NAN]] => ([NAN, NAN], [NAN, NAN, NAN]);
    }
    norm_of_two([x, y]) { autodiff::norm(&[x, y]) } {
        both: [[0.0, 0.0], [-0.0, 0.0]] => ([0.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[3.0, 4.0]] => ([0.6, 0.8], [0.64 / 5.0, -0.48 / 5.0, 0.36 / 5.0]);
        f64: [[1e200, 1e200]] => ([FRAC_1_SQRT_2, FRAC_1_SQRT_2], [FRAC_1_SQRT_2 * 5e-201, FRAC_1_SQRT_2 * -5e-201, FRAC_1_SQRT_2 * 5e-201]);
        f64: [[3e-200, 4e-200]] => ([0.6, 0.8], [0.64 * 2e199, -0.48 * 2e199, 0.36 * 2e199]);
        both: [[1.0, 1e-9]] => ([1.0, 1e-9], [1e-18, -1e-9, 1.0]);
        f64: [[1e-260, 1e-100]] => ([1e-160, 1.0], [1e100, -1e-60, 1e-220]);
        f64: [[1e-170, 1e-20]] => ([1e-150, 1.0], [1e20, -1e-130, 1e-280]);
        both: [[INF, 2.0]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[NAN, 2.0]] => ([NAN, NAN], [NAN, NAN, NAN]);
    }
    max_in_a_tie([x, y]) { (x * x).max(y) } { both: [[1.0, 1.0]] => ([1.0, 0.5], [1.0, 0.0, 0.0]); both: [[0.0, -0.0]] => ([0.0, 0.5], [1.0, 0.0, 0.0]); }
    min_in_a_tie([x, y]) { (x * x).min(y) } { both: [[1.0, 1.0]] => ([1.0, 0.5], [1.0, 0.0, 0.0]); both: [[0.0, -0.0]] => ([0.0, 0.5], [1.0, 0.0, 0.0]); }
    max([x, y]) { x.max(y) } {
        both: [[1.0, 2.0], [NAN, 2.0], [-INF, 2.0]] => ([0.0, 1.0], [0.0, 0.0, 0.0]);
        both: [[2.0, 1.0], [2.0, NAN]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[INF, INF]] => ([0.5, 0.5], [0.0, 0.0, 0.0]);
    }
    min([x, y]) { x.min(y) } {
        both: [[1.0, 2.0], [1.0, NAN]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[2.0, 1.0], [NAN, 2.0]] => ([0.0, 1.0], [0.0, 0.0, 0.0]);
    }
    remainder([x, y]) { x % y } {
        both: [[7.0, 3.0]] => ([1.0, -2.0], [0.0, 0.0, 0.0]);
        both: [[-7.0, 3.0], [7.0, -3.0]] => ([1.0, 2.0], [0.0, 0.0, 0.0]);
        both: [[2.0, 3.0], [2.0, INF]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
    }
    remainder_euclid([x, y]) { x.rem_euclid(y) } {
        both: [[7.0, 3.0]] => ([1.0, -2.0], [0.0, 0.0, 0.0]);
        both: [[-7.0, 3.0]] => ([1.0, 3.0], [0.0, 0.0, 0.0]);
        both: [[7.0, -3.0]] => ([1.0, 2.0], [0.0, 0.0, 0.0]);
    }
    copysign([x, y]) { x.copysign(y) } {
        both: [[2.0, -3.0], [-2.0, 3.0], [2.0, -0.0]] => ([-1.0, 0.0], [0.0, 0.0, 0.0]);
        both: [[2.0, 3.0], [-2.0, -3.0]] => ([1.0, 0.0], [0.0, 0.0, 0.0]);
    }
    root_times_neighbour([x, y]) { x.sqrt() * y } {
        both: [[0.0, 3.0]] => ([INF, 0.0], [-INF, INF, 0.0]);
    }
    root_under_a_function([x, y]) { (x.sqrt() + y).exp() } {
        both: [[0.0, 0.0]] => ([INF, 1.0], [NAN, INF, 1.0]);
    }
    quotient_by_a_root([x, y]) { y / (x.sqrt() + 1.0) } {
        both: [[0.0, 2.0]] => ([-INF, 1.0], [INF, -INF, 0.0]);
    }
    quotient_by_zero([x, y]) { x / y } {
        both: [[1.0, 0.0]] => ([INF, -INF], [0.0, -INF, INF]);
        both: [[1.0, -0.0]] => ([-INF, -INF], [0.0, -INF, -INF]);
    }
}

// ---------------------------------------------------------------- the same rows in the documents

/// A row of the documents' table: points that share their derivatives.
struct Line {
    expression: String,
    points: String,
    values: String,
    /// In two variables the first and the second ones together.
    derivatives: Vec<String>,
}

impl Line {
    fn new<const N: usize, const M: usize>(
        body: &str,
        precision: &str,
        at: [([f64; N], f64); M],
        derivatives: Vec<Vec<f64>>,
    ) -> Self {
        let list = |numbers: &[f64]| numbers.iter().map(|x| text(*x)).collect::<Vec<_>>().join(", ");
        let point = |x: &[f64; N]| if N == 1 { list(x) } else { format!("({})", list(x)) };
        let values: Vec<String> = at.iter().map(|(_, value)| text(*value)).collect();
        let all_alike = values.iter().all(|value| *value == values[0]);
        // a zero among derivatives may have either sign
        let unsigned = |d: &f64| if *d == 0.0 { 0.0 } else { *d };
        let derivatives = match &derivatives[..] {
            [single] => (0..3).map(|i| single.get(i).map(|d| text(unsigned(d))).unwrap_or_default()).collect(),
            several => several.iter().map(|d| list(&d.iter().map(unsigned).collect::<Vec<_>>())).collect(),
        };
        let inner = body.trim().strip_prefix('{').and_then(|body| body.strip_suffix('}')).unwrap_or(body);
        Line {
            expression: inner.split_whitespace().collect::<Vec<_>>().join(" "),
            points: at.iter().map(|(x, _)| point(x)).collect::<Vec<_>>().join("; ")
                + if precision == "f32" { " (f32)" } else { "" },
            values: if all_alike { values[0].clone() } else { values.join("; ") },
            derivatives,
        }
    }
}

/// The value on plain floats.
fn value<const N: usize>(row: impl ScalarFn<N, f64> + ScalarFn<N, f32>, precision: &str, x: [f64; N]) -> f64 {
    let x = black_box(x);
    if precision == "f32" { row.call(x.map(|x| x as f32)).into() } else { row.call(x) }
}

/// At most eight digits.
fn text(x: f64) -> String {
    let size = x.abs();
    if x.is_nan() {
        "NaN".into()
    } else if x.is_infinite() {
        if x > 0.0 { "∞" } else { "−∞" }.into()
    } else {
        let rounded: f64 = format!("{x:.7e}").parse().unwrap();
        let digits =
            if size != 0.0 && !(1e-4..1e7).contains(&size) { format!("{rounded:e}") } else { format!("{rounded}") };
        digits.replace('-', "−")
    }
}

/// The table, with an expression written once for the rows below it.
fn table(header: &[&str], lines: &[Line]) -> String {
    let mut table = format!("| {} |\n|{}\n", header.join(" | "), " --- |".repeat(header.len()));
    let mut last = "";
    for line in lines {
        let expression =
            if line.expression == last { String::new() } else { format!("`{}`", line.expression.replace('|', "\\|")) };
        last = &line.expression;
        let cells = [&expression, &line.points, &line.values].into_iter().chain(&line.derivatives);
        table += &format!("| {} |\n", cells.map(String::as_str).collect::<Vec<_>>().join(" | "));
    }
    table
}

/// The documents show these rows. With `UPDATE_DOCUMENTS=1` in the environment the table is written anew.
#[test]
fn the_documents_show_these_rows() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/conventions.md");
    if !std::fs::exists(env!("CARGO_MANIFEST_DIR").to_owned() + "/../../docs").unwrap() {
        return println!("a package carries no documents");
    }
    let document = std::fs::read_to_string(path).unwrap();
    let (before, rest) = document.split_once("<!-- rows -->\n").unwrap();
    let (shown, after) = rest.split_once("<!-- end -->").unwrap();
    let of_one = table(&["expression", "at x", "value", "first", "second", "third"], &lines_of_one_variable());
    let of_two = table(
        &["expression", "at", "value", "first, in the order of the point", "second: xx, xy, yy"],
        &lines_of_two_variables(),
    );
    let rows = format!("\n{of_one}\n{of_two}\n");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(path, format!("{before}<!-- rows -->\n{rows}<!-- end -->{after}")).unwrap();
        return;
    }
    for (shown, row) in shown.lines().zip(rows.lines()) {
        assert_eq!(
            shown, row,
            "docs/conventions.md differs from the rows: UPDATE_DOCUMENTS=1 cargo test -p autodiff --test conventions"
        );
    }
    assert_eq!(shown.lines().count(), rows.lines().count(), "docs/conventions.md has rows too few or too many");
}

// ---------------------------------------------------------------- rule 1: the value is the plain value

const SPECIAL: [f64; 19] =
    [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, 3.0, 1e-20, 0.1, 7.3, 1e10, -1e15, 1e30, 1e-40, 1e200, -1e-200, INF, -INF, NAN];

/// Every operation on these numbers, by its name.
fn operations<P: Real, T: Ordered<P>>(x: T, y: T, z: T, c: P) -> Vec<(String, T)> {
    let mut all = Vec::new();
    let mut add = |name: &str, result: T| all.push((name.to_owned(), result));
    macro_rules! add {
        ($($name:literal $result:expr;)*) => { $(add($name, $result);)* };
    }
    add! {
        "neg" -x; "+" x + y; "-" x - y; "*" x * y; "/" x / y; "%" x % y;
        "+ c" x + c; "- c" x - c; "* c" x * c; "/ c" x / c; "% c" x % c;
        "+=" { let mut s = x; s += y; s -= z; s *= y; s /= z; s %= y; s };
        "sum" [x, y, z].into_iter().sum(); "product" [x, y, z].into_iter().product();
        "mul_add" x.mul_add(y, z); "rem_euclid" x.rem_euclid(y); "pow" x.pow(y); "hypot" x.hypot(y); "atan2" x.atan2(y);
        "xlogy" x.xlogy(y); "norm" autodiff::norm(&[x, y, z]); "log_sum_exp" autodiff::log_sum_exp(&[x, y, z]);
        "max" x.max(y); "min" x.min(y); "copysign" x.copysign(y); "abs" x.abs(); "signum" x.signum();
        "floor" x.floor(); "ceil" x.ceil(); "round" x.round(); "trunc" x.trunc(); "fract" x.fract();
        "to_degrees" x.to_degrees(); "to_radians" x.to_radians();
        "sin_cos.0" x.sin_cos().0; "sin_cos.1" x.sin_cos().1; "log" x.log(c); "powf" x.powf(c);
        "clamp" x.clamp(P::of(-0.5), P::of(3.0)); "clamp at 0" x.clamp(P::ZERO, P::ONE);
        "square" x.powf(P::of(2.0)); "cube" x.powf(P::of(3.0)); "root" x.powf(P::of(0.5)); "to 1" x.powf(P::ONE);
    }
    for n in [0, 1, 2, 3, 5, 17, -1, -2, -7, 50000, i32::MAX, i32::MIN] {
        add(&format!("powi({n})"), x.powi(n));
    }
    macro_rules! rules {
        ($($name:ident)*) => { $(add(stringify!($name), Number::$name(x));)* };
    }
    autodiff::rule_names!(rules);
    all
}

/// The same by `std` itself.
macro_rules! by_std {
    ($f:ident, $x:expr, $y:expr, $z:expr, $c:expr) => {{
        let (x, y, z, c): ($f, $f, $f, $f) = ($x, $y, $z, $c);
        let pairs: Vec<(&str, $f)> = vec![
            ("neg", -x),
            ("+", x + y),
            ("-", x - y),
            ("*", x * y),
            ("/", x / y),
            ("%", x % y),
            ("/ c", x / c),
            ("% c", x % c),
            ("mul_add", x.mul_add(y, z)),
            ("rem_euclid", x.rem_euclid(y)),
            ("pow", x.powf(y)),
            ("hypot", x.hypot(y)),
            ("atan2", x.atan2(y)),
            ("max", x.max(y)),
            ("min", x.min(y)),
            ("copysign", x.copysign(y)),
            ("abs", x.abs()),
            ("signum", x.signum()),
            ("floor", x.floor()),
            ("ceil", x.ceil()),
            ("round", x.round()),
            ("trunc", x.trunc()),
            ("fract", x.fract()),
            ("to_degrees", x.to_degrees()),
            ("to_radians", x.to_radians()),
            ("log", x.log(c)),
            ("powf", x.powf(c)),
            ("clamp", x.clamp(-0.5, 3.0)),
            ("clamp at 0", x.clamp(0.0, 1.0)),
            ("powi(3)", x.powi(3)),
            ("powi(-2147483648)", x.powi(i32::MIN)),
            ("sum", [x, y, z].into_iter().sum()),
            ("product", [x, y, z].into_iter().product()),
            ("recip", x.recip()),
            ("sqrt", x.sqrt()),
            ("cbrt", x.cbrt()),
            ("exp", x.exp()),
            ("exp2", x.exp2()),
            ("exp_m1", x.exp_m1()),
            ("ln", x.ln()),
            ("log2", x.log2()),
            ("log10", x.log10()),
            ("ln_1p", x.ln_1p()),
            ("sin", x.sin()),
            ("cos", x.cos()),
            ("tan", x.tan()),
            ("asin", x.asin()),
            ("acos", x.acos()),
            ("atan", x.atan()),
            ("sinh", x.sinh()),
            ("cosh", x.cosh()),
            ("tanh", x.tanh()),
            ("asinh", x.asinh()),
            ("acosh", x.acosh()),
            ("atanh", x.atanh()),
        ];
        pairs
    }};
}

fn check_values<P: Real, T: Grid<3, Precision = P> + Ordered<P>>(x: P, y: P, z: P, c: P, plain: &[(String, P)]) {
    let found = operations(T::along(x, 0), T::along(y, 1), T::along(z, 2), c);
    for ((name, got), (_, want)) in found.iter().zip(plain) {
        assert_eq!(got.value().bits(), want.bits(), "{name} of {x:?}, {y:?}, {z:?} and {c:?}: {got:?}");
    }
}

macro_rules! value_is_the_plain_value {
    ($($test:ident $f:ident)*) => {
        $(
            #[test]
            fn $test() {
                for x in black_box(SPECIAL) {
                    for (i, y) in black_box(SPECIAL).into_iter().enumerate() {
                        let (x, y, z, c) = (x as $f, y as $f, black_box(SPECIAL)[(i * 7 + 3) % SPECIAL.len()] as $f, black_box(SPECIAL)[(i * 5 + 1) % SPECIAL.len()] as $f);
                        let plain = operations(x, y, z, c);
                        for (name, want) in by_std!($f, x, y, z, c) {
                            let (_, got) = plain.iter().find(|(n, _)| n == name).unwrap();
                            assert_eq!(got.bits(), want.bits(), "{name} of {x:?}, {y:?}, {z:?} and {c:?}");
                        }
                        with_every_grid!($f, 3, check_values(x, y, z, c, &plain));
                        // a float on the left
                        let d = HyperDual::<$f, 2>::variable(y, 0);
                        for (got, want) in [(x + d, x + y), (x - d, x - y), (x * d, x * y), (x / d, x / y), (x % d, x % y)] {
                            assert_eq!(got.re.bits(), want.bits(), "{x:?} on the left of {y:?}");
                        }
                    }
                }
            }
        )*
    };
}
value_is_the_plain_value! { value_is_the_plain_value_in_double f64 value_is_the_plain_value_in_single f32 }

/// A NaN that comes in moving goes out visible; the angle of a quarter turn is exact.
#[test]
fn quarter_turn() {
    assert_eq!(autodiff::value_and_derivative(|y| y.atan2(Dual::constant(0.0)), 1.0), (FRAC_PI_2, 0.0));
}
