//! Functions of a whole slice whose plain formulas overflow or cancel.

use alloc::vec::Vec;

use crate::elementary::Elementary;
use crate::number::Number;
use crate::pairs::Partials;
use crate::rules::Rule;

/// `ln Σ exp xᵢ`, the smooth maximum; its slopes are the softmax, `exp xᵢ / Σ exp xⱼ`.
///
/// Nothing overflows, and no derivative cancels where one term outweighs the others. A term of −∞ adds nothing; beside
/// one term of +∞ the others do not count. If several are +∞, or all of several are −∞, the value is that and the
/// derivatives are NaN where something moves. Of no term at all, −∞.
///
/// ```
/// use autodiff::{gradient, log_sum_exp};
///
/// assert_eq!(log_sum_exp(&[1000.0, 1000.0]), 1000.0 + std::f64::consts::LN_2);
/// assert_eq!(gradient(|x: [_; 2]| log_sum_exp(&x), [1000.0, 1000.0]), [0.5, 0.5]);
/// assert_eq!(gradient(|x: [_; 2]| log_sum_exp(&x), [0.0, -700.0]), [1.0, (-700f64).exp()]);
/// ```
pub fn log_sum_exp<T: Number>(x: &[T]) -> T {
    let Some(k) = largest(x, |v| v) else { return T::constant(-T::Precision::INFINITY) };
    let (one, top) = (T::Precision::ONE, x[k]);
    let peak = top.value();
    let at_the_peak = x.iter().filter(|x| x.value() == peak).count();
    if Elementary::abs(peak) == T::Precision::INFINITY && at_the_peak > 1 {
        // without slopes: NaN
        return x.iter().copied().sum::<T>().compose(&[peak]);
    }
    let still = T::constant(peak);
    let sum_of_all = || sum(x.iter().map(|x| exp_of_difference(*x, still))).ln() + still;
    if !top.all_finite() && Elementary::is_finite(peak) {
        // an infinite slope would meet itself in the differences
        let values: Vec<_> = x.iter().map(|x| x.value()).collect();
        return sum_of_all().with_value(log_sum_exp(&values));
    }
    let others = || (0..x.len()).filter(|i| *i != k);
    // The exponentials relative to the largest, without it; what matters is whether they exceed it.
    let mut rest = T::Precision::ZERO;
    for i in others() {
        rest += exp_of_difference(x[i].value(), peak);
        if rest > one {
            // no term has more than half of the sum, so that no 1 − pᵢ cancels
            return sum_of_all();
        }
    }
    // xₖ + ln(1 + Σ exp(xᵢ − xₖ)): pₖ (1 − pₖ) is a sum of small terms
    top + sum(others().map(|i| exp_of_difference(x[i], top))).ln_1p()
}

/// The sum with a value that is rounded once (Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher
/// Summen", 1974): however many terms there are, the slopes that are divided by it keep their digits.
fn sum<T: Number>(terms: impl Iterator<Item = T>) -> T {
    let mut lost = T::Precision::ZERO;
    let sum = terms.fold(T::zero(), |sum, term| {
        let next = sum + term;
        lost += lost_in_sum(sum.value(), term.value(), next.value());
        next
    });
    sum.with_value(sum.value() + lost)
}

/// exp(x − y), with the digits that the difference has before it is rounded.
#[inline]
fn exp_of_difference<T: Number>(x: T, y: T) -> T {
    let difference = x - y;
    difference.apply(Exp { lost: lost_in_sum(x.value(), -y.value(), difference.value()) })
}

/// exp(x + lost), where x is what rounding left of a number.
struct Exp<P> {
    lost: P,
}

impl<P: Elementary> Rule<P> for Exp<P> {
    #[inline]
    fn jet(&self, x: P) -> [P; 4] {
        let y = x.exp();
        [y + y * self.lost; 4]
    }
    fn next(&self, _: P, n: usize, d: &[P]) -> P {
        d[n - 1]
    }
}

/// What rounding took from `sum` = a + b (Knuth's two-sum), 0 where they are not finite.
#[inline]
fn lost_in_sum<P: Elementary>(a: P, b: P, sum: P) -> P {
    let added = sum - a;
    let lost = (a - (sum - added)) + (b - added);
    if lost.is_finite() { lost } else { P::ZERO }
}

/// The Euclidean length, `√Σ xᵢ²`; its slopes are `xᵢ / √Σ xⱼ²`, and 0 at the zero vector, as those of `hypot`.
///
/// Nothing overflows or underflows on the way, and no derivative cancels where one element outweighs the others. If one
/// is infinite, so is the length. Of no element at all, 0. Up to the third order, and as long as squares are normal numbers,
/// the digits do not depend on how many elements there are; else an element costs up to a unit in the last place.
///
/// ```
/// use autodiff::{gradient, norm};
///
/// assert_eq!(norm(&[2e200, 3e200, 6e200]), 7e200);
/// assert_eq!(gradient(|x: [_; 4]| norm(&x), [1.0; 4]), [0.5; 4]);
/// assert_eq!(gradient(|x: [_; 2]| norm(&x), [0.0, 0.0]), [0.0, 0.0]);
/// ```
pub fn norm<T: Number>(x: &[T]) -> T {
    let Some(k) = largest(x, Elementary::abs) else { return T::zero() };
    let others = || (0..x.len()).filter(move |i| *i != k).map(|i| x[i]);
    let (a, squares) = (x[k].value(), sum(others().map(|x| x.value() * x.value())));
    let h = Elementary::sqrt(a * a + squares);
    let r = Elementary::recip(h);
    let powers = [r * r * r, r * r * r * r * r];
    let kept = Elementary::is_normal(squares) || others().all(|x| x.value() == T::Precision::ZERO);
    // where h⁻⁵ is a normal number, the lower powers and a² are
    let safe = kept && Elementary::is_normal(powers[1]);
    if safe && T::ORDER <= 3 {
        let squares = sum(others().map(|x| x * x));
        return x[k].compose2(squares, &length_partials(a, squares.value(), h, powers), 0, 0);
    }
    let value = if safe { h } else { scaled_norm(x) };
    // from the largest down, so that the mixed derivatives of the large ones do not cancel when small ones are added
    let mut sorted = x.to_vec();
    sorted.sort_by(|x, y| y.value().to_f64().abs().total_cmp(&x.value().to_f64().abs()));
    sorted.into_iter().fold(T::zero(), T::hypot).with_value(value)
}

/// h = √(a² + q): by one element and the sum of the squares of the others, given h⁻³ and h⁻⁵.
fn length_partials<P: Elementary>(a: P, q: P, h: P, [r3, r5]: [P; 2]) -> Partials<P> {
    let c = P::of;
    Partials::new(
        h,
        [a / h, c(0.5) / h],
        [q * r3, c(-0.5) * a * r3, c(-0.25) * r3],
        [c(-3.0) * a * q * r5, (a * a - c(0.5) * q) * r5, c(0.75) * a * r5, c(0.375) * r5],
    )
}

/// The length where squares leave the normal numbers: everything is divided by a power of two first.
#[cold]
fn scaled_norm<T: Number>(x: &[T]) -> T::Precision {
    let largest = x.iter().map(|x| Elementary::abs(x.value())).fold(T::Precision::ZERO, Elementary::max);
    if largest.is_nan() || largest <= T::Precision::ZERO || largest == T::Precision::INFINITY {
        let zero_or_nan = x.iter().map(|x| Elementary::abs(x.value())).sum();
        return if largest == T::Precision::INFINITY { largest } else { zero_or_nan };
    }
    // in two halves, of which neither is out of range
    let exponent = -Elementary::log2(largest).to_integer() as i32;
    let halves = [exponent / 2, exponent - exponent / 2].map(|n| Elementary::powi(T::Precision::of(2.0), n));
    let squares = x.iter().map(|x| x.value() * halves[0] * halves[1]).map(|y| y * y);
    Elementary::sqrt(sum(squares)) / halves[0] / halves[1]
}

/// The index of the largest by `size`; NaN counts only if there is nothing else.
fn largest<T: Number>(x: &[T], size: impl Fn(T::Precision) -> T::Precision) -> Option<usize> {
    let larger = |best: usize, i: usize| {
        let (old, new) = (size(x[best].value()), size(x[i].value()));
        if new > old || old.is_nan() { i } else { best }
    };
    (0..x.len()).reduce(larger)
}
