//! A number that knows how far rounding may have moved it.

use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::elementary::Elementary;
use crate::linear_solve::rounding;
use crate::number::{Float, Number, Scalar, from};
use crate::pairs::Partials;

/// A value with a bound on its rounding errors, to first order in them: each operation adds what its operands bring along,
/// |∂f/∂x| times theirs, and its own (Wilkinson, "Error analysis revisited", 1986; Higham, "Accuracy and stability of
/// numerical algorithms", 2002, section 3.3).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounded<T: Number> {
    pub(crate) re: T,
    pub(crate) error: T::Precision,
}

impl<T: Number> Bounded<T> {
    /// Without an error.
    #[inline]
    pub(crate) fn constant(re: T) -> Self {
        Bounded { re, error: T::Precision::ZERO }
    }

    /// As far off as the nearest float may be from what was meant.
    #[inline]
    pub(crate) fn rounded(re: T) -> Self {
        Bounded { re, error: own_error(re) }
    }

    /// The result of an operation that is rounded, beside the errors that the operands brought.
    #[inline]
    fn of(re: T, error: T::Precision) -> Self {
        Bounded { re, error: error + own_error(re) }
    }
}

/// Of an operation with this result: a unit in the last place, and what a subnormal one has lost.
#[inline]
fn own_error<T: Number>(re: T) -> T::Precision {
    let u = rounding::<T::Precision>();
    let size = size(re);
    let subnormal = size != T::Precision::ZERO && size < T::Precision::MIN_POSITIVE;
    u * size + if subnormal { u * T::Precision::MIN_POSITIVE } else { T::Precision::ZERO }
}

/// Of a product or power that is zero although no operand is: what has underflowed.
#[inline]
fn underflow<T: Number>(re: T, operands: &[T]) -> T::Precision {
    let zero = |x: &T| x.value() == T::Precision::ZERO;
    let lost = zero(&re) && !operands.iter().any(zero);
    if lost { rounding::<T::Precision>() * T::Precision::MIN_POSITIVE } else { T::Precision::ZERO }
}

#[inline]
fn size<T: Number>(x: T) -> T::Precision {
    Elementary::abs(x.value())
}

/// An error times a slope, where no error stays none.
#[inline]
fn carried<T: Number>(error: T::Precision, slope: T) -> T::Precision {
    error.times_slope(size(slope))
}

impl<T: Number> Number for Bounded<T> {
    type Precision = T::Precision;
    // the slope beside the value tells what an error becomes
    const ORDER: usize = T::ORDER + 1;

    #[inline]
    fn constant(value: T::Precision) -> Self {
        Bounded::constant(T::constant(value))
    }
    #[inline]
    fn value(self) -> T::Precision {
        self.re.value()
    }
    #[inline]
    fn with_value(self, value: T::Precision) -> Self {
        Bounded::of(self.re.with_value(value), self.error)
    }
    #[inline]
    fn compose(self, d: &[T::Precision]) -> Self {
        let re = self.re.compose(d);
        Bounded::of(re, carried(self.error, self.re.compose(from(d, 1))) + underflow(re, &[self.re]))
    }
    fn stretched(self, s: T::Precision) -> Self {
        Bounded { re: self.re.stretched(s), error: self.error * s }
    }
    #[inline]
    fn compose2(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        let at = |i, j| self.re.compose2(other.re, partials, i, j);
        Bounded::of(at(i, j), carried(self.error, at(i + 1, j)) + carried(other.error, at(i, j + 1)))
    }
    #[inline]
    fn all_finite(self) -> bool {
        self.re.all_finite()
    }
    #[inline]
    fn divides_safely(self) -> bool {
        self.re.divides_safely()
    }
    #[inline]
    fn times_slope(self, slope: Self) -> Self {
        let re = self.re.times_slope(slope.re);
        let error = carried(self.error, slope.re) + carried(slope.error, self.re);
        Bounded::of(re, error + underflow(re, &[self.re, slope.re]))
    }
    #[inline]
    fn over_divisor(self, divisor: Self) -> Self {
        let q = self.re.over_divisor(divisor.re);
        Bounded::of(q, (self.error + carried(divisor.error, q)).over_divisor(size(divisor)))
    }
}

impl<T: Number> Add for Bounded<T> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Bounded::of(self.re + other.re, self.error + other.error)
    }
}

impl<T: Number> Sub for Bounded<T> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Bounded::of(self.re - other.re, self.error + other.error)
    }
}

impl<T: Number> Neg for Bounded<T> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Bounded { re: -self.re, ..self }
    }
}

impl<T: Number> Mul for Bounded<T> {
    type Output = Self;
    #[inline]
    fn mul(self, other: Self) -> Self {
        let re = self.re * other.re;
        let error = carried(self.error, other.re) + carried(other.error, self.re);
        Bounded::of(re, error + underflow(re, &[self.re, other.re]))
    }
}

impl<T: Number> Div for Bounded<T> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let q = self.re / other.re;
        Bounded::of(q, (self.error + carried(other.error, q)).over_divisor(size(other)))
    }
}

impl<F: Float, T: Scalar<F>> Mul<F> for Bounded<T> {
    type Output = Self;
    #[inline]
    fn mul(self, c: F) -> Self {
        self * Bounded::constant(T::constant(c))
    }
}

impl<F: Float, T: Scalar<F>> Div<F> for Bounded<T> {
    type Output = Self;
    #[inline]
    fn div(self, c: F) -> Self {
        self / Bounded::constant(T::constant(c))
    }
}

impl<F: Float, T: Scalar<F>> Add<F> for Bounded<T> {
    type Output = Self;
    #[inline]
    fn add(self, c: F) -> Self {
        self + Bounded::constant(T::constant(c))
    }
}

impl<F: Float, T: Scalar<F>> Sub<F> for Bounded<T> {
    type Output = Self;
    #[inline]
    fn sub(self, c: F) -> Self {
        self - Bounded::constant(T::constant(c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Ordered;
    use crate::rules::Powi;
    use alloc::{vec, vec::Vec};

    /// Operations whose constants are floats of either precision.
    fn all<F: Float, T: Ordered<F>>(x: T, y: T) -> Vec<(&'static str, T)> {
        let c = F::of(0.375);
        vec![
            ("sum", x + y),
            ("difference", x - y),
            ("product", x * y),
            ("quotient", x / y),
            ("negative", -x * x),
            ("with floats", ((x + c) * c - c) / c),
            ("series", (0..20).fold(x, |sum, _| sum * y + x)),
            ("times_slope", x.times_slope(y)),
            ("over_divisor", x.over_divisor(y)),
            ("pow", x.pow(y)),
            ("hypot", x.hypot(y)),
            ("power", x.apply(Powi(7))),
            ("functions", (x.ln() * y.exp()).sin()),
            ("cancelled", (x * x + y) - y),
            ("root", (x * y).sqrt().cbrt()),
        ]
    }

    /// In single precision, nothing is farther from the double than its bound, and no bound is far from a rounding.
    #[test]
    fn the_bound_holds() {
        for i in 1..200 {
            let [x, y] = [0.618_034, 0.754_878].map(|rate: f64| (rate * f64::from(i)).fract() * 3.0 + 0.1);
            let [a, b] = [x, y].map(|x| Bounded::rounded(x as f32));
            for ((name, found), (_, exact)) in all(a, b).into_iter().zip(all(x, y)) {
                let (off, bound) = ((f64::from(found.re) - exact).abs(), f64::from(found.error));
                assert!(off <= bound, "{name} at {x}, {y}: {off:e} of {bound:e}");
                assert!(bound <= 1e-4 * (1.0 + exact.abs()), "{name} at {x}, {y}: {bound:e} of {exact}");
            }
        }
    }

    const U: f64 = f64::EPSILON;

    fn of(re: f64, error: f64) -> Bounded<f64> {
        Bounded { re, error }
    }

    /// |∂f/∂x| e + |∂f/∂y| d + u |f|, on values where each term is a float.
    #[test]
    fn an_operation_adds_its_own_error_to_those_that_its_operands_bring() {
        let (x, y, z) = (of(3.0, 0.25), of(2.0, 0.5), of(6.0, 0.25));
        let partials = Partials::new(10.0, [2.0, -4.0], [8.0, -1.0, 0.5], [0.0; 4]);
        let mixed = |i, j| x.compose2(y, &partials, i, j);
        for (found, re, brought) in [
            (x + y, 5.0, 0.75),
            (x - y, 1.0, 0.75),
            (x * y, 6.0, 0.25 * 2.0 + 0.5 * 3.0),
            (z / y, 3.0, (0.25 + 0.5 * 3.0) / 2.0),
            (x + 4.0, 7.0, 0.25),
            (x - 4.0, -1.0, 0.25),
            (x * 4.0, 12.0, 1.0),
            (x / 4.0, 0.75, 0.0625),
            (x.times_slope(y), 6.0, 0.25 * 2.0 + 0.5 * 3.0),
            (z.over_divisor(y), 3.0, (0.25 + 0.5 * 3.0) / 2.0),
            (x.compose(&[9.0, -6.0]), 9.0, 0.25 * 6.0),
            (mixed(0, 0), 10.0, 0.25 * 2.0 + 0.5 * 4.0),
            (mixed(1, 0), 2.0, 0.25 * 8.0 + 0.5 * 1.0),
            (mixed(0, 1), -4.0, 0.25 * 1.0 + 0.5 * 0.5),
        ] {
            assert_eq!((found.re, found.error), (re, brought + U * size(re)));
        }
        // neither rounds
        assert_eq!(((-x).re, (-x).error), (-3.0, 0.25));
        assert_eq!((x.stretched(4.0).re, x.stretched(4.0).error), (3.0, 1.0));
    }

    #[test]
    fn what_underflows_has_lost_the_last_digit_of_the_normal_numbers() {
        let (tiny, least) = (of(1e-200, 0.0), f64::MIN_POSITIVE);
        let powers = [tiny.compose(&[0.0, 0.0]), tiny.apply(Powi(2))];
        for lost in [tiny * tiny, tiny.times_slope(tiny), tiny * 1e-200].into_iter().chain(powers) {
            assert_eq!((lost.re, lost.error), (0.0, U * least));
        }
        assert_eq!((of(0.0, 0.0) * tiny).error, 0.0);
        assert_eq!(Bounded::rounded(least).error, U * least);
        assert_eq!(Bounded::rounded(0.25 * least).error, U * least);
        assert_eq!(Bounded::rounded(0.0).error, 0.0);
    }

    #[test]
    fn a_bound_does_not_change_what_is_finite_or_divides() {
        for x in [1.0, 0.0, 5e-324, f64::MAX, f64::INFINITY, f64::NAN] {
            let bounded = of(x, 0.25);
            assert_eq!((bounded.all_finite(), bounded.divides_safely()), (x.is_finite(), x.divides_safely()), "{x}");
        }
    }
}
