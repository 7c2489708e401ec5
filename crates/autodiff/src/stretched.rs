//! The chain rule where f', f'', … leave the range of floats and what they are multiplied with brings them back, as in the
//! logarithm of a likelihood of 10⁻²⁰⁰.

use core::array;

use crate::elementary::Elementary;
use crate::number::Number;
use crate::pairs::Partials;
use crate::recurrences::{Law, Law2};
use crate::rules::{Everything, MAX_ORDER};
use crate::wide::Wide;

/// [`Number::compose`]; where an f⁽ⁿ⁾ does not fit, all that moves is stretched by s = 1/|x|, rounded to a power of two, and
/// f⁽ⁿ⁾ divided by sⁿ, which is the same. It rounds nothing: what fits without it has the same bits with it.
#[inline]
pub(crate) fn compose<T: Number>(
    x: T,
    d: &[T::Precision],
    law: Option<Law<T::Precision>>,
    all: impl Fn() -> Everything<T::Precision>,
) -> T {
    let roomy = |law: Law<T::Precision>| {
        let gentle = law.is_gentle(T::ORDER);
        law.is_bounded() || (2..=T::ORDER).all(|n| d.get(n).is_none_or(|f| has_room(*f, gentle)))
    };
    if in_range(x, d, law) && law.is_none_or(roomy) { x.compose(d) } else { compose_stretched(&x, law, &all) }
}

/// Whether a derivative that fits still does when it is multiplied with one partial, of 2⁻²⁴ to 2²⁴, before it is with another. Of gentle functions,
/// which are as small where theirs are, only large ones are asked.
#[inline]
fn has_room<P: Elementary>(derivative: P, gentle: bool) -> bool {
    let room = P::of((1_u64 << 24) as f64);
    let least = if gentle { P::ZERO } else { P::MIN_POSITIVE * room };
    derivative.is_between(least, P::MAX / room) || !derivative.is_normal()
}

/// Whether the derivatives that `T` asks for have all their digits. What has no law (special functions) is taken as it is.
#[inline]
pub(crate) fn in_range<T: Number>(x: T, d: &[T::Precision], law: Option<Law<T::Precision>>) -> bool {
    in_range_to(T::ORDER, Elementary::abs(x.value()), d, law)
}

/// The same of derivatives up to an order.
#[inline]
fn in_range_to<P: Elementary>(order: usize, size: P, d: &[P], law: Option<Law<P>>) -> bool {
    law.is_none_or(|law| law.is_gentle(order))
        || (1..=order).all(|n| d.get(n).is_none_or(|f| fits_by(law, n, *f, size)))
}

/// Whether a number leaves room for factors: it is neither very small nor very large, or it is zero.
#[inline]
pub(crate) fn leaves_room<T: Number>(x: T) -> bool {
    is_middling(x) || x.value() == T::Precision::ZERO
}

/// Whether it leaves room for divisors too.
#[inline]
pub(crate) fn is_middling<T: Number>(x: T) -> bool {
    let room = T::Precision::ROOMY;
    x.value().is_between(Elementary::recip(room), room)
}

/// Whether divisor and quotient are such that the derivatives of the quotient follow on numbers without a range: values, neither infinite nor the
/// divisor zero.
pub(crate) fn is_quotient<T: Number>(divisor: T, q: T) -> bool {
    let (v, q) = (divisor.value(), q.value());
    v != T::Precision::ZERO && Elementary::is_finite(v) && Elementary::is_finite(q)
}

/// Whether a product of two numbers has lost digits, by its value.
pub(crate) fn lost<T: Number>(product: T, x: T, y: T) -> bool {
    let moves = |x: T| x.value() != T::Precision::ZERO && Elementary::is_finite(x.value());
    moves(x) && moves(y) && !Elementary::is_normal(product.value())
}

/// (x − y q) / divisor, by parts where y q has lost digits.
pub(crate) fn slope_of_quotient<T: Number>(x: T, y: T, divisor: T, q: T) -> T {
    let product = y.times_slope(q);
    if lost(product, y, q) {
        x.over_divisor(divisor) - y.over_divisor(divisor).times_slope(q)
    } else {
        (x - product).over_divisor(divisor)
    }
}

/// Whether the n-th derivative has all its digits: what obeys an equation without a polynomial is nowhere zero but at 0.
#[inline]
pub(crate) fn fits_by<P: Elementary>(law: Option<Law<P>>, n: usize, derivative: P, size: P) -> bool {
    match law {
        Some(Law::Power(_) | Law::Slope(..)) => derivative.is_normal() || size == P::ZERO,
        Some(Law::Polynomial(p)) => derivative.is_normal() || size == P::ZERO || P::count(n) > p,
        _ => fits(derivative, size),
    }
}

/// Whether a derivative has all its digits. One that is zero has, unless x is so small or large that one of its first
/// [`MAX_ORDER`] powers may have become zero.
#[inline]
pub(crate) fn fits<P: Elementary>(derivative: P, size: P) -> bool {
    let far = P::of((1_u64 << 40) as f64);
    derivative.is_normal() || derivative == P::ZERO && (size == P::ZERO || size <= far && size >= far.recip())
}

/// A derivative on numbers of unbounded exponent, or as a float where its exponent leaves those too.
fn known<P: Elementary>(wide: Wide<P>, float: P) -> Wide<P> {
    if wide.is_nan() { Wide::new(float) } else { wide }
}

/// Whether a derivative that was divided by a power of two has all its digits as a float.
fn whole<P: Elementary>(scaled: P, derivative: Wide<P>) -> bool {
    scaled.is_normal() || derivative == Wide::ZERO
}

// It takes a reference, for which the caller need not copy the number, and copies it here, where it is rare.
#[cold]
#[inline(never)]
fn compose_stretched<T: Number>(
    x: &T,
    law: Option<Law<T::Precision>>,
    all: &dyn Fn() -> Everything<T::Precision>,
) -> T {
    let x = *x;
    let Everything { floats: d, wide } = all();
    let plain = x.compose(&d[..=T::ORDER]);
    let size = Elementary::abs(x.value());
    let slope_fits = in_range_to(1, size, &d, law);
    let composed = || {
        let wide = wide.filter(|_| Elementary::is_finite(d[0]))?;
        // a derivative that fits keeps its bits, and so does a slope that numbers of first order take as it is
        let kept = |n: usize| if n == 1 { slope_fits } else { fits_by(law, n, d[n], size) };
        let exact: [_; MAX_ORDER + 1] =
            array::from_fn(|n| if kept(n) { Wide::new(d[n]) } else { known(wide[n], d[n]) });
        // the slope of what is not a normal number may not fit, though numbers of first order take it
        let slope = if Elementary::is_finite(d[1]) { exact[1] } else { known(wide[1], d[1]) };
        let alone = [exact[0], slope, exact[2]].map(|d| [d, Wide::ZERO, Wide::ZERO]);
        if let Some(z) = x.compose2_wide(T::zero(), d[0], &alone) {
            return Some(z);
        }
        let scale = (Wide::ONE / Wide::new(size)).power_of_two_nearby()?;
        let floats = |f: &dyn Fn(usize) -> Wide<T::Precision>| -> [_; MAX_ORDER + 1] {
            array::from_fn(|n| if n == 0 { d[0] } else { f(n).narrow() })
        };
        let scaled = floats(&|n| (0..n).fold(exact[n], |f, _| f / Wide::new(scale)));
        if (1..=T::ORDER).any(|n| !whole(scaled[n], exact[n])) {
            return Some(x.compose(&floats(&|n| exact[n])[..=T::ORDER]));
        }
        // what moves very fast may not fit when it is stretched, and what moves very slowly may lose digits
        Some(x.stretched(scale).compose(&scaled[..=T::ORDER]).where_it_fits(plain))
    };
    match composed() {
        Some(z) if slope_fits => z.with_slopes_of(plain),
        Some(z) => z,
        None => plain,
    }
}

/// [`Number::compose2`] in the same way, up to the third order; a length and an angle are stretched in both directions alike.
#[inline]
pub(crate) fn compose2<T: Number>(x: T, y: T, partials: &Partials<T::Precision>) -> T {
    let gentle = is_gentle2(T::ORDER, partials);
    let roomy = || orders(T::ORDER).all(|(i, j)| i + j < 2 || has_room(partials.at(i, j), gentle));
    if in_range2(T::ORDER, x, y, partials) && roomy() {
        x.compose2(y, partials, 0, 0)
    } else {
        compose2_stretched(x, y, partials)
    }
}

/// The second derivatives of a length are no larger than its reciprocal.
#[inline]
fn is_gentle2<P: Elementary>(order: usize, partials: &Partials<P>) -> bool {
    order <= 2 && matches!(partials.law, Some(Law2::Hypot))
}

/// Whether the partial derivatives up to an order have all their digits.
#[inline]
fn in_range2<T: Number>(order: usize, x: T, y: T, partials: &Partials<T::Precision>) -> bool {
    let sizes = [x, y].map(|x| Elementary::abs(x.value()));
    let fit = |i: usize, j: usize| sizes.into_iter().all(|size| fits(partials.at(i, j), size));
    is_gentle2(order, partials) || orders(order).all(|(i, j)| fit(i, j))
}

/// The same of those that `T` asks for, for a tape, on which what lost digits is not brought back: a derivative that is zero by its formula, at any size, has lost none.
#[inline]
pub(crate) fn fits_on_tape<T: Number>(x: T, y: T, partials: &Partials<T::Precision>) -> bool {
    let (zero, one) = (T::Precision::ZERO, T::Precision::ONE);
    let (u, v) = (x.value(), y.value());
    let is_zero = |i: usize| match partials.law {
        Some(Law2::Pow) => v == zero && i > 0 || v == one && i > 1,
        Some(Law2::Xlogy) => u == zero || i > 1,
        Some(Law2::Hypot | Law2::Atan2) => u == zero || v == zero,
        None => false,
    };
    in_range2(T::ORDER, x, y, partials)
        || orders(T::ORDER).all(|(i, j)| {
            let found = partials.at(i, j);
            found.is_normal() || found == zero && is_zero(i)
        })
}

/// The orders (i, j) of the partial derivatives up to the third.
fn orders(highest: usize) -> impl Iterator<Item = (usize, usize)> {
    (1..=highest.min(3)).flat_map(|n| (0..=n).map(move |j| (n - j, j)))
}

#[cold]
#[inline(never)]
fn compose2_stretched<T: Number>(x: T, y: T, partials: &Partials<T::Precision>) -> T {
    let plain = x.compose2(y, partials, 0, 0);
    let composed = || {
        if !(1..=3).contains(&T::ORDER) || !Elementary::is_finite(partials.at(0, 0)) {
            return None;
        }
        let [u, v] = [x, y].map(|x| Elementary::abs(x.value()));
        let mut exact = [[Wide::ZERO; 4]; 4];
        for (i, j) in orders(T::ORDER) {
            let found = partials.at(i, j);
            let kept = [u, v].into_iter().all(|size| fits(found, size));
            exact[i][j] = if kept { Wide::new(found) } else { known(partials.wide_at(i, j)?, found) };
        }
        let to_second = array::from_fn(|i| array::from_fn(|j| exact[i][j]));
        if let Some(z) = x.compose2_wide(y, partials.at(0, 0), &to_second) {
            return Some(z);
        }
        let inverse = |size: T::Precision| (Wide::ONE / Wide::new(size)).power_of_two_nearby();
        let one = T::Precision::ONE;
        let scales = match partials.law? {
            Law2::Pow => [inverse(u)?, one],
            Law2::Xlogy => [one, inverse(v)?],
            Law2::Hypot | Law2::Atan2 => [inverse(Elementary::max(u, v))?; 2],
        };
        let mut scaled = partials.narrow();
        for (i, j) in orders(T::ORDER) {
            let per = |f: Wide<T::Precision>, n: usize, scale| (0..n).fold(f, |f, _| f / Wide::new(scale));
            let per_both = per(per(exact[i][j], i, scales[0]), j, scales[1]).narrow();
            if !whole(per_both, exact[i][j]) {
                return None;
            }
            scaled.set(i, j, per_both);
        }
        Some(x.stretched(scales[0]).compose2(y.stretched(scales[1]), &scaled, 0, 0).where_it_fits(plain))
    };
    match composed() {
        Some(z) if in_range2(1, x, y, partials) => z.with_slopes_of(plain),
        Some(z) => z,
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dual::Dual;

    const INF: f64 = f64::INFINITY;

    /// Between 2⁻¹²⁸ and 2¹²⁸, or of single precision between 2⁻³² and 2³².
    #[test]
    fn room_for_factors() {
        let power = |n| 2.0_f64.powi(n);
        for (x, wanted) in [
            (0.0, true),
            (1.0, true),
            (power(128), true),
            (power(129), false),
            (power(-128), true),
            (power(-129), false),
            (1e-310, false),
            (INF, false),
            (f64::NAN, false),
        ] {
            assert_eq!([leaves_room(x), leaves_room(-x)], [wanted; 2], "{x:e}");
            // the value counts
            assert_eq!(leaves_room(Dual::<f64, 1>::new(x, [1e300])), wanted, "{x:e}");
        }
        let single = [-33, -32, 0, 32, 33].map(|n| leaves_room(2.0_f32.powi(n)));
        assert_eq!(single, [false, true, true, true, false]);
    }

    #[test]
    fn products_that_lose_digits() {
        for (x, y, wanted) in [
            (2.0, 3.0, false),
            (0.0, 3.0, false),
            (2.0, 0.0, false),
            (1e-200, 1e-200, true),
            (1e-155, 1e-155, true),
            (1e-150, 1e-150, false),
            (1e200, 1e200, true),
            // nothing is lost that was not infinite before
            (INF, 2.0, false),
            (2.0, -INF, false),
            (f64::NAN, 2.0, false),
        ] {
            assert_eq!(lost(x * y, x, y), wanted, "{x:e} · {y:e}");
        }
    }

    /// A derivative that is zero has all its digits unless powers of the argument may have underflowed.
    #[test]
    fn derivatives_with_all_their_digits() {
        let power = |n| 2.0_f64.powi(n);
        for (derivative, size, wanted) in [
            (3.0, 1e300, true),
            (-3.0, 0.0, true),
            (1e-310, 1.0, false),
            (INF, 1.0, false),
            (f64::NAN, 1.0, false),
            (0.0, 0.0, true),
            (0.0, 1.0, true),
            (0.0, power(40), true),
            (0.0, power(41), false),
            (0.0, power(-40), true),
            (0.0, power(-41), false),
            (1e-310, 0.0, false),
        ] {
            assert_eq!(fits(derivative, size), wanted, "{derivative:e} at {size:e}");
            assert_eq!(fits_by(None, 1, derivative, size), wanted, "{derivative:e} at {size:e}");
            assert_eq!(fits_by(Some(Law::Wave(-1.0)), 1, derivative, size), wanted, "{derivative:e} at {size:e}");
        }
        // u³ has derivatives that are zero beyond the third, u^½ has none
        for (law, n, derivative, size, wanted) in [
            (Law::Polynomial(3.0), 1, 3.0, 1.0, true),
            (Law::Polynomial(3.0), 2, 0.0, 0.0, true),
            (Law::Polynomial(3.0), 2, 0.0, 1e-200, false),
            (Law::Polynomial(3.0), 3, 0.0, 1.0, false),
            (Law::Polynomial(3.0), 4, 0.0, 1e-200, true),
            (Law::Power(0.5), 4, -0.9375, 1.0, true),
            (Law::Power(0.5), 4, 0.0, 1e200, false),
            (Law::Power(0.5), 4, 0.0, 1.0, false),
            (Law::Power(0.5), 4, -INF, 0.0, true),
        ] {
            assert_eq!(fits_by(Some(law), n, derivative, size), wanted, "{law:?}, {n}: {derivative:e} at {size:e}");
        }
    }
}
