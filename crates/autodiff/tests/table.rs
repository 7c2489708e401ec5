//! The table of rules is the list of tests: each row is checked over its whole domain by being there.

mod common;

use autodiff::{Dual, Elementary, HyperDual};
use common::{Curve, Real, Visit, by, log_spaced, ulps_of_term, visit_powers, visit_rules};

type Fourth<P> = HyperDual<HyperDual<P, 1>, 1>;
type Fifth<P> = Dual<Fourth<P>, 1>;

const ORDERS: usize = 5;

/// The derivatives of each of `f`'s results at `x` by central differences of the sixth order, and how far they may be off.
/// Of many step sizes the one is taken that agrees best with its neighbour.
fn differences(f: impl Fn(f64) -> Vec<f64>, x: f64) -> [(f64, f64); ORDERS] {
    let here = f(x);
    let mut best = [(0.0, f64::INFINITY); ORDERS];
    for size in [x.abs(), 1.0] {
        let mut last = [f64::NAN; ORDERS];
        for k in (3..24).step_by(2) {
            let h = size * 2f64.powi(-k);
            let [near, middle, far] = [1.0, 2.0, 3.0].map(|k| (f(x + k * h), f(x - k * h)));
            for i in 0..ORDERS {
                let [near, middle, far] = [&near, &middle, &far].map(|(above, below)| above[i] - below[i]);
                let estimate = (45.0 * near - 9.0 * middle + far) / (60.0 * h);
                let rounding = 8.0 * f64::EPSILON * (here[i].abs() + (x * estimate).abs()) / h;
                let error = (estimate - last[i]).abs() + rounding;
                // relative, because a step over a pole finds a small number that is far off
                if error * f64::abs(best[i].0) < best[i].1 * estimate.abs() {
                    best[i] = (estimate, error);
                }
                last[i] = estimate;
            }
        }
    }
    best
}

/// f⁽ᵏ⁺¹⁾ is the derivative of f⁽ᵏ⁾: from the value up to the fifth order.
struct EachIsTheDerivativeOfTheLast;

impl Visit for EachIsTheDerivativeOfTheLast {
    fn visit<C: Curve>(&mut self, name: &str, curve: C) {
        let mut compared = [0; ORDERS];
        let mut defined = [0; ORDERS];
        for x in log_spaced::<f64>(-9, 6, 1).chain([0.9371, -0.9371, 1.0123, -1.0123]) {
            let derivatives = |x| by::<f64, Fifth<f64>>(curve, x);
            let got = derivatives(x);
            for (i, (want, error)) in differences(derivatives, x).into_iter().enumerate() {
                let got = got[i + 1];
                // a derivative that is zero everywhere has differences of zero, which leave the error infinite
                let zero = got == 0.0 && want == 0.0;
                if !(zero || got.is_finite() && error.is_finite()) {
                    continue;
                }
                assert!(
                    zero || (got - want).abs() <= 10.0 * error + 1e-9 * got.abs(),
                    "{name}: order {} at {x} is {got}, but the difference of the order below is {want} ± {error}",
                    i + 1
                );
                defined[i] += 1;
                compared[i] += u32::from(zero || error <= 1e-4 * got.abs());
            }
        }
        for i in 0..ORDERS {
            let enough = compared[i] * 3 >= defined[i] && compared[i] >= 5;
            assert!(enough, "{name}, order {}: {} of {} points", i + 1, compared[i], defined[i]);
        }
    }
}

#[test]
fn each_derivative_is_that_of_the_order_below() {
    visit_rules(&mut EachIsTheDerivativeOfTheLast);
    visit_powers(&mut EachIsTheDerivativeOfTheLast);
}

/// The single-precision digits, over the whole range of singles, against the same rule in double precision.
struct SingleAgainstDouble;

impl Visit for SingleAgainstDouble {
    fn visit<C: Curve>(&mut self, name: &str, curve: C) {
        const BARS: [f64; 4] = [0.0, 4.0, 8.0, 16.0];
        let specials = [0.0, -0.0, 1.0, -1.0, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::from_bits(1)];
        for x in log_spaced::<f32>(-149, 128, 5).chain(specials) {
            let got = by::<f32, Dual<HyperDual<f32, 1>, 1>>(curve, x);
            let wide = by::<f64, Fourth<f64>>(curve.with_single_constants(), x.into());
            for order in 1..4 {
                // where terms cancel, the orders around tell how large they are
                let term = (wide[order - 1].abs() * wide[order + 1].abs()).sqrt() as f32;
                let term = if term.is_finite() { term } else { 0.0 };
                let want = wide[order] as f32;
                let error = ulps_of_term(got[order], want, term);
                // at the edge of the range, rounding decides between the largest number and infinity
                let edge = (wide[order].abs() / f64::from(f32::MAX) - 1.0).abs() < 4e-6;
                assert!(
                    error <= BARS[order] || edge,
                    "{name}: order {order} at {x:e} is {:e} instead of {want:e}: {error} ulp",
                    got[order]
                );
            }
        }
    }
}

#[test]
fn single_precision_over_the_whole_range() {
    visit_rules(&mut SingleAgainstDouble);
    visit_powers(&mut SingleAgainstDouble);
}

/// Every derivative of every rule is as exact by one number type as by another.
#[test]
fn the_number_types_share_their_digits() {
    struct SharedDigits;
    impl Visit for SharedDigits {
        fn visit<C: Curve>(&mut self, name: &str, curve: C) {
            fn check<P: Real>(name: &str, curve: impl autodiff::ScalarFn<1, P> + autodiff::Operators + Copy, x: P) {
                let ways = common::every_way(curve, x);
                let (_, longest) = ways
                    .iter()
                    .filter(|(way, _)| !way.contains("Taylor") && !way.contains("reverse"))
                    .max_by_key(|(_, d)| d.len())
                    .unwrap();
                for (way, found) in &ways {
                    // a series is scaled: by 3! with a rounding, by 2 without one, unless a bit falls off the smallest numbers
                    let scaled = way.contains("Taylor");
                    // a tape keeps f' as it is, where the others take its digits from beyond the range of floats
                    let kept = way.contains("reverse");
                    let exact = if *way == "Taylor" { 3 } else { found.len() };
                    for (a, b) in found[..exact].iter().zip(longest) {
                        if (scaled || kept) && Elementary::abs(*b) < P::MIN_POSITIVE * P::of(8.0) {
                            continue;
                        }
                        assert!(a.bits() == b.bits() || a == b, "{name} at {x:?} by {way}: {found:?}, not {longest:?}");
                    }
                }
            }
            for x in log_spaced::<f64>(-40, 40, 1) {
                check::<f64>(name, curve, x);
                check::<f32>(name, curve, x as f32);
            }
        }
    }
    visit_rules(&mut SharedDigits);
    visit_powers(&mut SharedDigits);
}
