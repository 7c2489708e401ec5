//! First derivatives: value and partial derivatives in N directions at once.

use core::array;
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::beyond::{self, WidePartials};
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar, either_zero, finite, from};
use crate::pairs::Partials;
use crate::perturbation::Tag;
use crate::recurrences::Law;
use crate::rules::Everything;
use crate::stretched::{self, is_middling, is_quotient, leaves_room};

/// A value with its partial derivatives in `N` directions: x + Σ xᵢ εᵢ, where εᵢ εⱼ = 0.
///
/// `T` is a plain float, or another number with derivatives: `Dual<Dual<f64, 2>, 2>` carries mixed second derivatives.
/// Comparisons look at the value.
///
/// ```
/// use autodiff::Dual;
///
/// let x = Dual::<f64, 2>::variable(3.0, 0);
/// let y = Dual::variable(2.0, 1);
/// let z = 2.0 * x * y.powi(2) + 1.0;
/// assert_eq!((z.re, z.eps), (25.0, [8.0, 24.0]));
/// ```
// Aligned, so that in an array there is a gap behind most numbers, of floats in double precision behind those of an even length: without it
// the compiler makes vectors that reach over two of them (three bodies' gradient took a seventh to a third more time with AVX).
#[derive(Clone, Copy)]
#[repr(align(16))]
pub struct Dual<T, const N: usize> {
    // The partials come first: behind a short value they would straddle the vector registers' alignment (up to 1.9 times slower).
    /// The partial derivatives.
    pub eps: [T; N],
    /// The value.
    pub re: T,
    tag: Tag,
}

impl<T: Number, const N: usize> Dual<T, N> {
    /// A number from its value and its partial derivatives.
    #[inline]
    pub fn new(re: T, eps: [T; N]) -> Self {
        Dual { eps, re, tag: Tag::NONE }
    }

    /// A number that does not move.
    #[inline]
    pub fn constant(re: T) -> Self {
        Dual::new(re, [T::zero(); N])
    }

    /// The variable that moves in direction `i` with slope 1; a constant if there is no such direction.
    #[inline]
    pub fn variable(re: T, i: usize) -> Self {
        Dual::new(re, array::from_fn(|k| if k == i { T::one() } else { T::zero() }))
    }

    /// One variable in each direction: the seed of a gradient.
    #[inline]
    pub fn variables(x: [T; N]) -> [Self; N] {
        array::from_fn(|i| Self::variable(x[i], i))
    }

    /// One variable in each direction, of one driver call: they do not mix with another's. Where one does not move its partial is −0, for
    /// x + −0 is x, whatever x is: the compiler leaves such sums out, as it may not those with +0, for −0 + 0 is +0.
    #[inline]
    pub(crate) fn seeds(x: [T; N], tag: Tag) -> [Self; N] {
        let still = -T::zero();
        // (each made once: variables that are copied to be tagged cost Ackley's gradient, n = 10, a fifteenth)
        array::from_fn(|i| Dual { eps: array::from_fn(|k| if k == i { T::one() } else { still }), re: x[i], tag })
    }

    /// The partial derivatives as drivers give them: a zero is +0, for within their functions what does not move has −0.
    ///
    /// ```
    /// use autodiff::Dual;
    ///
    /// let x = Dual::<f64, 2>::variable(3.0, 0) * -2.0;
    /// assert!(x.eps[1].is_sign_negative());
    /// assert_eq!(x.slopes()[1].to_bits(), 0);
    /// ```
    #[inline]
    pub fn slopes(self) -> [T; N] {
        self.eps.map(|x| x + T::zero())
    }

    /// The number as one of a driver call.
    #[inline]
    pub(crate) fn tagged(self, tag: Tag) -> Self {
        Dual { tag, ..self }
    }

    /// The number as the result of a driver call: a number of an outer derivative that its closure returns is none.
    #[inline]
    pub(crate) fn result_of(self, tag: Tag) -> Self {
        Dual { tag: self.tag.and(tag), ..self }
    }

    /// f(x) = f + f' xᵢ εᵢ
    #[inline]
    fn chain(self, f: T, df: T) -> Self {
        let x = self.eps;
        let eps =
            if plain(df) { array::from_fn(|i| x[i] * df) } else { array::from_fn(|i| x[i].times_slope_signed(df)) };
        Dual { eps, re: f, ..self }
    }

    /// f(x, y) = f + (fₓ xᵢ + f_y yᵢ) εᵢ
    #[inline]
    fn chain2(self, other: Self, f: T, dx: T, dy: T) -> Self {
        let (x, y) = (self.eps, other.eps);
        let eps = if plain(dx) && plain(dy) {
            array::from_fn(|i| x[i] * dx + y[i] * dy)
        } else {
            array::from_fn(|i| x[i].times_slope_signed(dx) + y[i].times_slope_signed(dy))
        };
        Dual { eps, re: f, tag: self.tag.and(other.tag) }
    }

    /// The quotient q where the divisor or q is no number of middling size.
    #[cold]
    #[inline(never)]
    fn special_quotient(&self, other: &Self, q: T) -> Self {
        let divides =
            if T::ORDER <= 1 { is_quotient(other.re, q) } else { other.re.divides_safely() && q.all_finite() };
        if divides { self.far_quotient(*other, q) } else { self.careful_quotient(*other, q, T::times_slope) }
    }

    /// The quotient q where yᵢ q may leave the range of floats on the way.
    fn far_quotient(self, other: Self, q: T) -> Self {
        let eps = array::from_fn(|i| self.eps[i].slope_of_quotient(other.eps[i], [self.re, other.re], q));
        Dual { eps, re: q, tag: self.tag.and(other.tag) }
    }

    /// The quotient where the divisor is zero, tiny, huge or not finite: no reciprocal is formed, and zero partials stay zero.
    /// `times` multiplies a partial with q, which may be one itself.
    #[cold]
    fn careful_quotient(self, other: Self, q: T, times: impl Fn(T, T) -> T) -> Self {
        let (x, y) = (self.eps, other.eps);
        Dual {
            eps: array::from_fn(|i| (x[i] - times(y[i], q)).over_divisor(other.re)),
            re: q,
            tag: self.tag.and(other.tag),
        }
    }
}

/// Whether partials are multiplied as they are, because the slope is finite. Of floats none is: `times_slope` costs them
/// two instructions, and a branch would keep the compiler from vectorizing (measured: up to eight times slower).
#[inline]
fn plain<T: Number>(slope: T) -> bool {
    T::ORDER > 0 && slope.all_finite()
}

impl<T: Number, const N: usize> Number for Dual<T, N> {
    type Precision = T::Precision;
    const ORDER: usize = T::ORDER + 1;

    #[inline]
    fn constant(value: T::Precision) -> Self {
        Dual::constant(T::constant(value))
    }
    #[inline]
    fn value(self) -> T::Precision {
        self.re.value()
    }
    #[inline]
    fn with_value(self, value: T::Precision) -> Self {
        Dual { re: self.re.with_value(value), ..self }
    }
    #[inline]
    fn compose(self, derivatives: &[T::Precision]) -> Self {
        self.chain(self.re.compose(derivatives), self.re.compose(from(derivatives, 1)))
    }
    #[inline]
    fn compose_by(
        self,
        d: &[T::Precision],
        law: Option<Law<T::Precision>>,
        all: impl Fn() -> Everything<T::Precision>,
    ) -> Self {
        stretched::compose(self, d, law, all)
    }
    #[inline]
    fn compose2_by(self, other: Self, partials: &Partials<T::Precision>) -> Self {
        stretched::compose2(self, other, partials)
    }
    fn compose2_wide(self, other: Self, f: T::Precision, d: &WidePartials<T::Precision>) -> Option<Self> {
        let at = [self.re, other.re];
        let mut z = Dual::constant(self.re.compose2_wide(other.re, f, d)?).tagged(self.tag.and(other.tag));
        for i in 0..N {
            z.eps[i] = self.eps[i].slope2_wide(other.eps[i], at, d)?;
        }
        Some(z)
    }
    fn slope2_wide(self, other: Self, [x, y]: [Self; 2], d: &WidePartials<T::Precision>) -> Option<Self> {
        if T::ORDER > 0 {
            return None;
        }
        let (slopes, values) = ([self, other], [self.re, other.re]);
        let part = |i: usize| beyond::second(slopes.map(|x| x.eps[i]), values, [x.eps[i], y.eps[i]], d);
        Some(Dual { eps: array::from_fn(part), re: beyond::slope(values, d), tag: self.tag.and(other.tag) })
    }
    fn slope_of_quotient(self, other: Self, [x, y]: [Self; 2], q: Self) -> Self {
        if T::ORDER > 0 {
            return stretched::slope_of_quotient(self, other, y, q);
        }
        let re = self.re.slope_of_quotient(other.re, [x.re, y.re], q.re);
        let slope = [self.re, other.re, re];
        let part = |i: usize| {
            beyond::quotient_second([self.eps[i], other.eps[i]], slope, [x.eps[i], y.eps[i], q.eps[i]], q.re, y.re)
        };
        Dual { eps: array::from_fn(part), re, tag: self.tag.and(other.tag).and(q.tag) }
    }
    fn where_it_fits(self, other: Self) -> Self {
        let eps = array::from_fn(|i| self.eps[i].where_it_fits(other.eps[i]));
        Dual { eps, re: self.re.where_it_fits(other.re), ..self }
    }
    fn with_slopes_of(self, other: Self) -> Self {
        let eps = array::from_fn(|i| self.eps[i].with_value(other.eps[i].value()));
        Dual { eps, re: self.re.with_slopes_of(other.re), ..self }
    }
    fn stretched(self, s: T::Precision) -> Self {
        Dual { eps: self.eps.map(|x| x * T::constant(s)), re: self.re.stretched(s), ..self }
    }
    #[inline]
    fn compose2(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        let at = |i, j| self.re.compose2(other.re, partials, i, j);
        self.chain2(other, at(i, j), at(i + 1, j), at(i, j + 1))
    }
    #[inline]
    fn all_finite(self) -> bool {
        self.re.all_finite() && self.eps.into_iter().all(T::all_finite)
    }
    #[inline]
    fn divides_safely(self) -> bool {
        self.re.divides_safely()
    }
    #[inline]
    fn times_slope(self, slope: Self) -> Self {
        // self is a partial: its zeros win; so do those of the slope's own partials
        let (x, y) = (self.eps, slope.eps);
        let eps = if finite(y) {
            array::from_fn(|i| x[i].times_slope(slope.re) + y[i].times_slope(self.re))
        } else {
            array::from_fn(|i| x[i].times_slope(slope.re) + either_zero(self.re, y[i]))
        };
        Dual { eps, re: self.re.times_slope(slope.re), tag: self.tag.and(slope.tag) }
    }
    fn over_divisor(self, divisor: Self) -> Self {
        let q = self.re.over_divisor(divisor.re);
        self.careful_quotient(divisor, q, either_zero)
    }
    #[inline]
    fn over(self, divisor: Self, r: T::Precision) -> Self {
        let q = self.re.over(divisor.re, r);
        if !q.all_finite() {
            return self.careful_quotient(divisor, q, either_zero);
        }
        Dual {
            eps: array::from_fn(|i| (self.eps[i] - divisor.eps[i] * q).over(divisor.re, r)),
            re: q,
            tag: self.tag.and(divisor.tag),
        }
    }
}

impl<T: Number, const N: usize> Add for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Dual {
            eps: array::from_fn(|i| self.eps[i] + other.eps[i]),
            re: self.re + other.re,
            tag: self.tag.and(other.tag),
        }
    }
}

impl<T: Number, const N: usize> Sub for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Dual {
            eps: array::from_fn(|i| self.eps[i] - other.eps[i]),
            re: self.re - other.re,
            tag: self.tag.and(other.tag),
        }
    }
}

impl<T: Number, const N: usize> Neg for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Dual { eps: self.eps.map(T::neg), re: -self.re, ..self }
    }
}

impl<T: Number, const N: usize> Mul for Dual<T, N> {
    type Output = Self;
    /// x y = f + (xᵢ y + yᵢ x) εᵢ
    #[inline]
    fn mul(self, other: Self) -> Self {
        self.chain2(other, self.re * other.re, other.re, self.re)
    }
}

impl<T: Number, const N: usize> Div for Dual<T, N> {
    type Output = Self;
    /// x / y = q + (xᵢ − q yᵢ) / y εᵢ
    #[inline]
    fn div(self, other: Self) -> Self {
        if N <= INLINED { self.quotient(&other) } else { self.long_quotient(&other) }
    }
}

/// Up to so many directions a quotient is inlined. Beyond, its code would keep the functions around it from being inlined, which costs
/// more than a call.
const INLINED: usize = 8;

impl<T: Number, const N: usize> Dual<T, N> {
    #[inline(never)]
    fn long_quotient(&self, other: &Self) -> Self {
        self.quotient(other)
    }

    #[inline(always)]
    fn quotient(&self, other: &Self) -> Self {
        let q = self.re / other.re;
        if !(is_middling(other.re) && leaves_room(q) && (T::ORDER == 0 || q.all_finite())) {
            return self.special_quotient(other, q);
        }
        let r = T::Precision::ONE / other.value();
        Dual {
            eps: array::from_fn(|i| (self.eps[i] - other.eps[i] * q).over(other.re, r)),
            re: q,
            tag: self.tag.and(other.tag),
        }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Mul<F> for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn mul(self, c: F) -> Self {
        let slope = T::constant(c);
        let x = self.eps;
        // a literal is known to be finite when this is compiled
        let eps =
            if c.all_finite() { array::from_fn(|i| x[i] * c) } else { array::from_fn(|i| x[i].times_slope(slope)) };
        Dual { eps, re: self.re * c, ..self }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Div<F> for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn div(self, c: F) -> Self {
        let divisor = T::constant(c);
        let r = F::ONE / c;
        let eps = if c.divides_safely() { self.eps.map(|x| x * r) } else { self.eps.map(|x| x.over_divisor(divisor)) };
        Dual { eps, re: self.re / c, ..self }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Add<F> for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn add(self, c: F) -> Self {
        Dual { re: self.re + c, ..self }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Sub<F> for Dual<T, N> {
    type Output = Self;
    #[inline]
    fn sub(self, c: F) -> Self {
        Dual { re: self.re - c, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of nested numbers, slopes that are finite in all their parts; of floats none.
    #[test]
    fn slopes_that_multiply_as_they_are() {
        let (inf, slope) = (f64::INFINITY, Dual::<f64, 2>::new);
        assert_eq!([1.0, 0.0, inf, f64::NAN].map(plain), [false; 4]);
        let nested =
            [(3.0, [0.0, -1.0]), (inf, [0.0; 2]), (3.0, [0.0, -inf]), (f64::NAN, [0.0; 2]), (0.0, [f64::NAN, 0.0])];
        assert_eq!(nested.map(|(re, eps)| plain(slope(re, eps))), [true, false, false, false, false]);
    }
}
