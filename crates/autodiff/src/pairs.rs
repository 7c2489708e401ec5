//! The elementary functions of two variables: their partial derivatives, and what they do at their special points.
//!
//! Up to the third order the partials are explicit, so that none cancels; beyond it they follow from a sum.

use crate::elementary::Elementary;
use crate::number::Number;
use crate::recurrences::Law2;
use crate::rules::{MAX_ORDER, Powf, Rule, times_lowered_power};
use crate::wide::Wide;

/// ∂ⁱ⁺ʲf/∂xⁱ∂yʲ at a point.
type WidePartial<P> = fn([P; 2], usize, usize) -> Wide<P>;

/// The partial derivatives ∂ⁱ⁺ʲf/∂xⁱ∂yʲ of a function of two variables at a point.
#[derive(Clone, Copy, Debug)]
pub struct Partials<P> {
    /// `table[i][j]` for i + j ≤ 3.
    table: [[P; 4]; 4],
    point: [P; 2],
    higher: fn([P; 2], usize, usize) -> P,
    /// The same where they leave the range of `P`, if the rule is one over all floats.
    wide: Option<WidePartial<P>>,
    /// The differential equation, if power series are to follow from it.
    pub(crate) law: Option<Law2>,
}

impl<P: Elementary> Partials<P> {
    /// From f, its two first, three second and four third partials; within an order, fewer y-derivatives come first.
    /// Those of higher order, which only deep nests of numbers ask for, are NaN without [`with_higher`](Self::with_higher).
    #[inline]
    pub fn new(f: P, [x, y]: [P; 2], [xx, xy, yy]: [P; 3], [xxx, xxy, xyy, yyy]: [P; 4]) -> Self {
        let o = P::ZERO;
        let table = [[f, y, yy, yyy], [x, xy, xyy, o], [xx, xxy, o, o], [xxx, o, o, o]];
        Partials { table, point: [o; 2], higher: |_, _, _| P::NAN, wide: None, law: None }
    }

    /// With a formula for ∂ⁱ⁺ʲf/∂xⁱ∂yʲ at a point, i + j > 3.
    #[inline]
    pub fn with_higher(self, point: [P; 2], higher: fn([P; 2], usize, usize) -> P) -> Self {
        Partials { point, higher, ..self }
    }

    /// With the partials on numbers of unbounded exponent, and the differential equation.
    #[inline]
    fn of_a_rule(self, law: Law2, wide: WidePartial<P>) -> Self {
        Partials { wide: Some(wide), law: Some(law), ..self }
    }

    /// ∂ⁱ⁺ʲf/∂xⁱ∂yʲ where it leaves the range of `P`, if it is known.
    pub(crate) fn wide_at(&self, i: usize, j: usize) -> Option<Wide<P>> {
        self.wide.map(|wide| wide(self.point, i, j))
    }

    /// Without those out of the range of `P`.
    pub(crate) fn narrow(self) -> Self {
        Partials { wide: None, ..self }
    }

    /// Replaces ∂ⁱ⁺ʲf/∂xⁱ∂yʲ, i + j ≤ 3.
    pub(crate) fn set(&mut self, i: usize, j: usize, value: P) {
        self.table[i][j] = value;
    }

    /// ∂ⁱ⁺ʲf/∂xⁱ∂yʲ.
    #[inline]
    pub fn at(&self, i: usize, j: usize) -> P {
        if i <= 3 && j <= 3 - i { self.table[i][j] } else { (self.higher)(self.point, i, j) }
    }
}

/// `xʸ`, where both may move.
#[inline]
pub(crate) fn pow<T: Number>(x: T, y: T) -> T {
    let (a, b) = (x.value(), y.value());
    x.compose2_by(y, &pow_of([a, b]).of_a_rule(Law2::Pow, |p, i, j| pow_of(p.map(Wide::new)).at(i, j)))
}

#[inline]
fn pow_of<P: Elementary>([x, y]: [P; 2]) -> Partials<P> {
    pow_partials(x, y).with_higher([x, y], pow_partial)
}

#[inline]
fn pow_partials<P: Elementary>(x: P, y: P) -> Partials<P> {
    let [f, x1, x2, x3] = Powf(y).jet(x);
    // xʸ⁻¹ and xʸ⁻², as long as nothing leaves the normal numbers
    let (p1, p2) = (f / x, f / x / x);
    if !(f.is_normal() && p1.is_normal() && p2.is_normal()) {
        let at = |i, j| pow_partial([x, y], i, j);
        return Partials::new(f, [x1, at(0, 1)], [x2, at(1, 1), at(0, 2)], [x3, at(2, 1), at(1, 2), at(0, 3)]);
    }
    let log = x.ln();
    let (one, two) = (P::ONE, P::of(2.0));
    Partials::new(
        f,
        [x1, f * log],
        [x2, p1 * (one + y * log), f * log * log],
        [x3, p2 * ((two * y - one) + y * (y - one) * log), p1 * ((two + y * log) * log), f * log * log * log],
    )
}

/// ∂ⁱ⁺ʲ xʸ/∂xⁱ∂yʲ = xʸ⁻ⁱ Σ C(j, l) aₗ Lʲ⁻ˡ, where L = ln x and aₗ is the l-th derivative of y (y − 1) … (y − i + 1).
/// A negative x has no derivative by y: NaN. At 0, a power that is 0 wins over L = −∞.
#[cold]
fn pow_partial<P: Elementary>([x, y]: [P; 2], i: usize, j: usize) -> P {
    if j > 0 && (x < P::ZERO || x.is_nan()) {
        return P::NAN;
    }
    // the derivatives of the falling factorial, factor by factor: (a (y − k))⁽ˡ⁾ = a⁽ˡ⁾ (y − k) + l a⁽ˡ⁻¹⁾
    let derivative_of_product = |l: usize| {
        let mut a = [P::ZERO; MAX_ORDER + 1];
        a[0] = P::ONE;
        for k in 0..i {
            for l in (0..=l).rev() {
                a[l] = a[l] * (y - P::count(k)) + if l > 0 { P::count(l) * a[l - 1] } else { P::ZERO };
            }
        }
        a[l]
    };
    let log = x.abs().ln();
    // Horner's rule, because at 0 the highest power of L decides
    let mut polynomial = P::ZERO;
    let mut binomial = P::ONE;
    for l in 0..=j {
        let carried = if polynomial == P::ZERO { P::ZERO } else { polynomial * log };
        polynomial = carried + binomial * derivative_of_product(l);
        binomial = binomial * P::count(j - l) / P::count(l + 1);
    }
    times_lowered_power(polynomial, x, y, i)
}

/// `x ln y`, where a zero x wins over an infinite logarithm.
#[inline]
pub(crate) fn xlogy<T: Number>(x: T, y: T) -> T {
    let (u, v) = (x.value(), y.value());
    x.compose2_by(y, &xlogy_of([u, v]).of_a_rule(Law2::Xlogy, |p, i, j| xlogy_of(p.map(Wide::new)).at(i, j)))
}

#[inline]
fn xlogy_of<P: Elementary>([x, y]: [P; 2]) -> Partials<P> {
    xlogy_partials(x, y).with_higher([x, y], xlogy_partial)
}

#[inline]
fn xlogy_partials<P: Elementary>(x: P, y: P) -> Partials<P> {
    let (o, log) = (P::ZERO, y.ln());
    // of 0 ln y, only a y that is NaN makes a NaN
    let f = if x == o && !y.is_nan() { o } else { x * log };
    let at = |i, j| xlogy_partial([x, y], i, j);
    Partials::new(f, [log, at(0, 1)], [o, at(1, 1), at(0, 2)], [o, o, at(1, 2), at(0, 3)])
}

/// ∂ʲ/∂yʲ x ln y = (−1)ʲ⁻¹ (j − 1)! x/yʲ, j ≥ 1; by x once, the same without x; by x twice, 0.
#[inline]
fn xlogy_partial<P: Elementary>([x, y]: [P; 2], i: usize, j: usize) -> P {
    let factor = [x, P::ONE, P::ZERO][i.min(2)];
    if factor == P::ZERO {
        return P::ZERO;
    }
    let a = if y >= P::ZERO { y.abs() } else { P::NAN };
    let divided = |numerator: P| (1..j).fold(numerator / a, |v, k| v / a * -P::count(k));
    // a subnormal quotient on the way would have lost digits: in its place, 2⁶⁰ of it
    let scale = P::of(2.0).powi(60);
    if (factor / a).is_normal() { divided(factor) } else { divided(factor * scale) / scale }
}

/// `√(x² + y²)`, with h its value, a = x/h, b = y/h.
#[inline]
pub(crate) fn hypot<T: Number>(x: T, y: T) -> T {
    let (u, v) = (x.value(), y.value());
    x.compose2_by(y, &hypot_of([u, v]).of_a_rule(Law2::Hypot, |p, i, j| hypot_of(p.map(Wide::new)).at(i, j)))
}

#[inline]
fn hypot_of<P: Elementary>([x, y]: [P; 2]) -> Partials<P> {
    hypot_partials(x, y).with_higher([x, y], hypot_partial)
}

#[inline]
fn hypot_partials<P: Elementary>(x: P, y: P) -> Partials<P> {
    let (o, two, minus_three) = (P::ZERO, P::of(2.0), P::of(-3.0));
    let h = x.hypot(y);
    if h == o {
        return Partials::new(h, [o; 2], [o; 3], [o; 4]);
    }
    let direction = Direction::new(x, y, h);
    let per_h = |v| direction.per_length(v);
    let Direction { a, b, .. } = direction;
    let (p, q) = (per_h(a), per_h(b));
    // p and q overflow where h is subnormal: there the square comes first, and zero wins
    let square = |v: P, per_v: P| if per_v.is_finite() { v * per_v } else { per_h(v * v) };
    let times = |v: P, w: P| if v == o || w == o { o } else { v * w };
    Partials::new(
        h,
        [a, b],
        [square(b, q), -per_h(a * b), square(a, p)],
        [
            times(minus_three * per_h(a * b), q),
            times(per_h(two * a * a - b * b), q),
            times(per_h(two * b * b - a * a), p),
            times(minus_three * per_h(a * b), p),
        ],
    )
}

/// ∂ⁱ⁺ʲh/∂xⁱ∂yʲ of the length h of z = x + iy, for i + j ≥ 2. With ∂/∂x = ∂ + ∂̄, ∂/∂y = i (∂ − ∂̄) and h = (z z̄)^½, it is
/// h¹⁻ⁿ Σ K_p c_p c_{n−p} Re(iʲ u²ᵖ⁻ⁿ): u the direction of z, K_p the coefficients of (1 + t)ⁱ (1 − t)ʲ, c_p = ½ (½ − 1) … .
fn hypot_partial<P: Elementary>([x, y]: [P; 2], i: usize, j: usize) -> P {
    let n = i + j;
    if x == P::ZERO && y == P::ZERO {
        return P::ZERO;
    }
    let direction = Direction::new(x, y, x.hypot(y));
    if j == 0 {
        return straight_hypot_partial(&direction, [direction.a, direction.b], n);
    }
    if i == 0 {
        return straight_hypot_partial(&direction, [direction.b, direction.a], n);
    }
    let falling = |p: usize| (0..p).fold(P::ONE, |c, k| c * (P::of(0.5) - P::count(k)));
    let mut coefficients = [P::ZERO; MAX_ORDER + 1];
    coefficients[0] = P::ONE;
    for sign in (0..i).map(|_| P::ONE).chain((0..j).map(|_| -P::ONE)) {
        for p in (1..=n).rev() {
            coefficients[p] = coefficients[p] + sign * coefficients[p - 1];
        }
    }
    let mut sum = P::ZERO;
    for p in 0..=n {
        let (cosine, sine) = direction.power(n.abs_diff(2 * p));
        let sine = if 2 * p < n { -sine } else { sine };
        let real_part = [cosine, -sine, -cosine, sine][j % 4];
        sum = sum + coefficients[p] * falling(p) * falling(n - p) * real_part;
    }
    (1..n).fold(sum, |v, _| direction.per_length(v))
}

/// ∂ⁿh/∂xⁿ = (−1)ⁿ (n − 2)! C_{n−2}(a) b² h¹⁻ⁿ with the direction (a, b), n ≥ 2, and Gegenbauer's polynomials C of index 3/2: the
/// sum above would cancel where b is small. m C_m = (2m + 1) a C_{m−1} − (m + 1) C_{m−2}
fn straight_hypot_partial<P: Elementary>(direction: &Direction<P>, [a, b]: [P; 2], n: usize) -> P {
    let (mut before, mut c) = (P::ZERO, P::ONE);
    let mut factorial = P::ONE;
    for m in 1..=n - 2 {
        (before, c) = (c, (P::count(2 * m + 1) * a * c - P::count(m + 1) * before) / P::count(m));
        factorial = factorial * -P::count(m);
    }
    (2..n).fold(b * direction.per_length(b) * (c * factorial), |v, _| direction.per_length(v))
}

/// The angle of (x, y): with h = hypot(x, y), a = x/h, b = y/h, the derivatives are the imaginary parts of those of ln z.
#[inline]
pub(crate) fn atan2<T: Number>(y: T, x: T) -> T {
    let (v, u) = (y.value(), x.value());
    y.compose2_by(x, &atan2_of([v, u]).of_a_rule(Law2::Atan2, |p, i, j| atan2_of(p.map(Wide::new)).at(i, j)))
}

#[inline]
fn atan2_of<P: Elementary>([y, x]: [P; 2]) -> Partials<P> {
    atan2_partials(y, x).with_higher([y, x], atan2_partial)
}

#[inline]
fn atan2_partials<P: Elementary>(y: P, x: P) -> Partials<P> {
    let direction = Direction::new(x, y, x.hypot(y));
    let per_h = |v| direction.per_length(v);
    let per_h2 = |v| per_h(per_h(v));
    let Direction { a, b, .. } = direction;
    let two = P::of(2.0);
    let (double_sine, double_cosine) = (per_h2(two * a * b), per_h2((b - a) * (b + a)));
    let sine = two * per_h(per_h2(b * (P::of(3.0) * a * a - b * b)));
    let cosine = two * per_h(per_h2(a * (a * a - P::of(3.0) * b * b)));
    Partials::new(
        y.atan2(x),
        [per_h(a), -per_h(b)],
        [-double_sine, double_cosine, double_sine],
        [-cosine, sine, cosine, -sine],
    )
}

/// ∂ⁱ⁺ʲ/∂yⁱ∂xʲ Im ln z = Im (iⁱ (−1)ⁿ⁻¹ (n − 1)! z⁻ⁿ), n = i + j ≥ 1.
fn atan2_partial<P: Elementary>([y, x]: [P; 2], i: usize, j: usize) -> P {
    let n = i + j;
    let direction = Direction::new(x, y, x.hypot(y));
    let (cosine, sine) = direction.power(n);
    let imaginary_part = [-sine, cosine, sine, -cosine][i % 4];
    let signed = if n.is_multiple_of(2) { -imaginary_part } else { imaginary_part };
    (1..n).fold(direction.per_length(signed), |v, k| P::count(k) * direction.per_length(v))
}

/// The direction of (x, y) as cosine and sine, and the reciprocal r s of its length, which alone may overflow.
/// Beside a much larger x, a subnormal y gives a sine with few digits: the one place where partials of normal size lose some.
struct Direction<P> {
    a: P,
    b: P,
    r: P,
    s: P,
}

impl<P: Elementary> Direction<P> {
    /// At (0, 0) there is none: NaN.
    #[inline]
    fn new(x: P, y: P, h: P) -> Self {
        if h.is_normal() && h < P::MAX / P::of(4.0) {
            return Direction { a: x / h, b: y / h, r: h.recip(), s: P::ONE };
        }
        Self::at_the_ends(x, y)
    }

    /// Where the length overflows, is subnormal or infinite, the point is scaled first.
    #[cold]
    fn at_the_ends(x: P, y: P) -> Self {
        let (o, one) = (P::ZERO, P::ONE);
        if x.abs() == P::INFINITY || y.abs() == P::INFINITY {
            let one_if_infinite = |v: P| if v.is_finite() { o.copysign(v) } else { v.signum() };
            let (a, b) = (one_if_infinite(x), one_if_infinite(y));
            return Direction { a: a / a.hypot(b), b: b / a.hypot(b), r: o, s: one };
        }
        let s = if x.abs().max(y.abs()) < one { P::MIN_POSITIVE.recip() } else { P::MIN_POSITIVE * P::of(4.0) };
        let h = (x * s).hypot(y * s);
        Direction { a: x * s / h, b: y * s / h, r: h.recip(), s }
    }

    /// v / h
    #[inline]
    fn per_length(&self, v: P) -> P {
        v * self.r * self.s
    }

    /// Cosine and sine of n times the angle.
    fn power(&self, n: usize) -> (P, P) {
        let Direction { a, b, .. } = *self;
        (0..n).fold((P::ONE, P::ZERO), |(cosine, sine), _| (cosine * a - sine * b, cosine * b + sine * a))
    }
}

/// The one of the two that `wins` over the other; in a tie, the mean of both moves.
#[inline]
pub(crate) fn select<T: Number>(
    x: T,
    y: T,
    wins: impl Fn(T::Precision, T::Precision) -> bool,
    value: T::Precision,
) -> T {
    let (a, b) = (x.value(), y.value());
    if wins(a, b) || b.is_nan() {
        x
    } else if wins(b, a) || a.is_nan() {
        y
    } else {
        let half = T::constant(T::Precision::of(0.5));
        (x * half + y * half).with_value(value)
    }
}

/// `x − q y` with the integer q that gives `value`: the slopes are 1 and −q.
#[inline]
pub(crate) fn remainder<T: Number>(x: T, y: T, value: T::Precision) -> T {
    let (a, b) = (x.value(), y.value());
    // the difference may overflow where the quotient is small
    let quotient = if (a - value).all_finite() { (a - value) / b } else { a / b - value / b };
    let quotient = Elementary::round(quotient);
    (x - y * T::constant(quotient)).with_value(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The floats themselves are right at the ends of their range, where numbers would take those of unbounded exponent.
    #[test]
    fn partials_at_the_ends_of_the_range() {
        let power = |n| 2.0_f64.powi(n);
        for (x, y, j, wanted) in [
            (power(1000), power(30), 1, power(970)),
            (power(1000), power(-30), 1, f64::INFINITY),
            (power(1000), power(10), 3, 2.0 * power(970)),
            (power(-1020), power(4), 1, power(-1000) * power(-24)),
            (3.0 * power(-1022), power(-3), 2, -3.0 * power(-1016)),
            (3.0 * power(-1022), power(3), 1, 3.0 * power(-1000) * power(-25)),
        ] {
            assert_eq!(xlogy_partial([x, y], 0, j), wanted, "{x:e}, {y:e}, {j}");
        }
        // beside a subnormal length, zeros win over infinities
        let hypot = |x, y| {
            let partials = hypot_partials(x, y);
            [(3, 0), (2, 1), (1, 2), (0, 3)].map(|(i, j)| partials.at(i, j))
        };
        let inf = f64::INFINITY;
        assert_eq!([hypot(0.0, 1e-309), hypot(-1e-309, 0.0)], [[0.0, -inf, 0.0, 0.0], [0.0, 0.0, inf, 0.0]]);
    }
}
