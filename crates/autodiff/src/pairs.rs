//! The elementary functions of two variables: their partial derivatives, and what they do at their special points.
//!
//! Up to the third order the partials are explicit, so that none cancels; deeper nests (fourth order and more) fall
//! back on an expression in functions of one variable.

use crate::elementary::Elementary;
use crate::number::Number;
use crate::rules::{Powf, Rule};

/// The partial derivatives ∂ⁱ⁺ʲf/∂xⁱ∂yʲ of a function of two variables, i + j ≤ 3.
#[derive(Clone, Copy, Debug)]
pub struct Partials<P> {
    /// `table[i][j]`, zero below the antidiagonal.
    table: [[P; 4]; 4],
}

impl<P: Elementary> Partials<P> {
    /// From f, its two first, three second and four third partials; within an order, fewer y-derivatives come first.
    #[inline]
    pub fn new(f: P, [x, y]: [P; 2], [xx, xy, yy]: [P; 3], [xxx, xxy, xyy, yyy]: [P; 4]) -> Self {
        let o = P::ZERO;
        Partials { table: [[f, y, yy, yyy], [x, xy, xyy, o], [xx, xxy, o, o], [xxx, o, o, o]] }
    }

    /// ∂ⁱ⁺ʲf/∂xⁱ∂yʲ.
    #[inline]
    pub fn at(&self, i: usize, j: usize) -> P {
        self.table[i][j]
    }
}

/// Above this order the functions below take their second form.
const EXPLICIT: usize = 3;

/// `xʸ`. With L = ln x: ∂ᵢ∂ⱼ xʸ = xʸ⁻ⁱ Σ C(j, l) (y)ᵢ⁽ˡ⁾ Lʲ⁻ˡ, where (y)ᵢ = y (y − 1) … (y − i + 1).
#[inline]
pub(crate) fn pow<T: Number>(x: T, y: T) -> T {
    let (a, b) = (x.value(), y.value());
    let value = Elementary::powf(a, b);
    if T::ORDER <= EXPLICIT {
        return x.compose2(y, &pow_partials(a, b), 0, 0);
    }
    // |x|ʸ with the sign of xʸ. A negative base has no derivative by y: NaN, where y moves.
    let magnitude = (x.abs().ln() * y).exp();
    let unmoved = y - T::constant(b);
    let slope = if a < T::Precision::ZERO { T::Precision::NAN } else { T::Precision::ZERO };
    let signed = if value < T::Precision::ZERO { -magnitude } else { magnitude };
    (signed + unmoved * T::constant(slope)).with_value(value)
}

fn pow_partials<P: Elementary>(x: P, y: P) -> Partials<P> {
    let [f, x1, x2, x3] = Powf(y).jet(x);
    let log = if x >= P::ZERO { x.abs().ln() } else { P::NAN };
    // xʸ⁻ⁱ times a polynomial of L, where xʸ⁻ⁱ = 0 wins over L = −∞ and a zero coefficient as well
    let term = |power: P, constant: P, linear: P, square: P| {
        if power == P::ZERO {
            return P::ZERO;
        }
        let times_log = |coefficient: P, log: P| if coefficient == P::ZERO { P::ZERO } else { coefficient * log };
        power * (constant + times_log(linear, log) + times_log(square, log * log))
    };
    let (o, one, two) = (P::ZERO, P::ONE, P::of(2.0));
    let p1 = x.powf(y - one);
    let p2 = x.powf(y - two);
    let y_partial = term(f, o, one, o);
    Partials::new(
        f,
        [x1, y_partial],
        [x2, term(p1, one, y, o), term(f, o, o, one)],
        [
            x3,
            term(p2, two * y - one, y * (y - one), o),
            term(p1, o, two, y),
            if f == o { o } else { f * log * log * log },
        ],
    )
}

/// `√(x² + y²)`, with h its value, a = x/h, b = y/h.
#[inline]
pub(crate) fn hypot<T: Number>(x: T, y: T) -> T {
    let (u, v) = (x.value(), y.value());
    let h = Elementary::hypot(u, v);
    if T::ORDER <= EXPLICIT {
        return x.compose2(y, &hypot_partials(u, v, h), 0, 0);
    }
    let (large, small) = if Elementary::abs(u) >= Elementary::abs(v) { (x.abs(), y) } else { (y.abs(), x) };
    if h == T::Precision::ZERO {
        return T::constant(h);
    }
    let ratio = small / large;
    (large * (T::one() + ratio * ratio).sqrt()).with_value(h)
}

fn hypot_partials<P: Elementary>(x: P, y: P, h: P) -> Partials<P> {
    let o = P::ZERO;
    if h == o {
        return Partials::new(h, [o; 2], [o; 3], [o; 4]);
    }
    let Direction { a, b, r } = Direction::new(x, y, h);
    Partials::new(
        h,
        [a, b],
        [b * b * r, -(a * b) * r, a * a * r],
        [
            P::of(-3.0) * a * b * b * r * r,
            b * (P::of(2.0) * a * a - b * b) * r * r,
            a * (P::of(2.0) * b * b - a * a) * r * r,
            P::of(-3.0) * a * a * b * r * r,
        ],
    )
}

/// The angle of (x, y), with h = hypot(x, y), a = x/h, b = y/h: the derivatives are the imaginary parts of those of ln z.
#[inline]
pub(crate) fn atan2<T: Number>(y: T, x: T) -> T {
    let (v, u) = (y.value(), x.value());
    let value = Elementary::atan2(v, u);
    if T::ORDER <= EXPLICIT {
        return y.compose2(x, &atan2_partials(v, u, value), 0, 0);
    }
    let angle = if Elementary::abs(u) >= Elementary::abs(v) { (y / x).atan() } else { -(x / y).atan() };
    angle.with_value(value)
}

fn atan2_partials<P: Elementary>(y: P, x: P, value: P) -> Partials<P> {
    let Direction { a, b, r } = Direction::new(x, y, x.hypot(y));
    let (double_sine, double_cosine) = (P::of(2.0) * a * b, (b - a) * (b + a));
    let (sine, cosine) = (b * (P::of(3.0) * a * a - b * b), a * (a * a - P::of(3.0) * b * b));
    let cube = P::of(2.0) * r * r * r;
    Partials::new(
        value,
        [a * r, -b * r],
        [-double_sine * r * r, double_cosine * r * r, double_sine * r * r],
        [-cosine * cube, sine * cube, cosine * cube, -sine * cube],
    )
}

/// The direction of (x, y) and the reciprocal of its length.
struct Direction<P> {
    a: P,
    b: P,
    r: P,
}

impl<P: Elementary> Direction<P> {
    /// At (0, 0) there is none: NaN.
    #[inline]
    fn new(x: P, y: P, h: P) -> Self {
        if h.is_normal() && h < P::MAX / P::of(4.0) {
            return Direction { a: x / h, b: y / h, r: h.recip() };
        }
        Self::at_the_ends(x, y)
    }

    /// Where the length overflows, is subnormal or infinite, the point is scaled first.
    #[cold]
    fn at_the_ends(x: P, y: P) -> Self {
        let one_if_infinite = |v: P| if v.is_finite() { P::ZERO.copysign(v) } else { P::ONE.copysign(v) };
        if !x.is_nan() && !y.is_nan() && !(x.is_finite() && y.is_finite()) {
            let (a, b) = (one_if_infinite(x), one_if_infinite(y));
            return Direction { a: a / a.hypot(b), b: b / a.hypot(b), r: P::ZERO };
        }
        let scale = if x.abs().max(y.abs()) < P::ONE { P::MIN_POSITIVE.recip() } else { P::MIN_POSITIVE * P::of(4.0) };
        let h = (x * scale).hypot(y * scale);
        Direction { a: x * scale / h, b: y * scale / h, r: scale / h }
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
    let quotient = Elementary::round((x.value() - value) / y.value());
    (x - y * T::constant(quotient)).with_value(value)
}
