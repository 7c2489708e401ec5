//! The number that knows which variables it depends on.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Add, Div, Mul, Neg, Sub};

use super::record::{EMPTY, Record};
use crate::HyperDual;
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar, is_zero};
use crate::pairs::Partials;

/// A number that carries, beside its value, the set of variables that it depends on, and the set of pairs of variables by
/// which it has a second derivative.
///
/// The drivers of this module make the variables; the lifetime is that of one driver call. In a pattern for every input, a
/// set grows whatever the values are; in a pattern at a point, what is multiplied by a slope that is zero there is left out.
#[derive(Clone, Copy)]
pub struct Tracer<'t, T> {
    /// The value.
    pub re: T,
    pub(super) first: u32,
    pub(super) second: u32,
    record: Option<&'t Record>,
    /// Makes the lifetime invariant: those of two calls are never taken for one.
    call: PhantomData<fn(&'t ()) -> &'t ()>,
}

impl<T: fmt::Debug> fmt::Debug for Tracer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tracer").field("re", &self.re).finish_non_exhaustive()
    }
}

/// The value.
impl<T: fmt::Display> fmt::Display for Tracer<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.re.fmt(f)
    }
}

impl<'t, T: Number> Tracer<'t, T> {
    /// A number that does not move.
    #[inline]
    pub fn constant(re: T) -> Self {
        Tracer { re, first: EMPTY, second: EMPTY, record: None, call: PhantomData }
    }

    pub(super) fn variable(re: T, i: u32, record: &'t Record) -> Self {
        Tracer {
            re,
            first: record.sets.borrow_mut().variable(i),
            second: EMPTY,
            record: Some(record),
            call: PhantomData,
        }
    }

    /// The result of a function of one number; whether each of its derivatives is zero at the point. A `None` is zero at
    /// every point.
    fn unary(self, re: T, flat: [Option<bool>; 2]) -> Self {
        let Some(record) = self.record else { return Self::constant(re) };
        let [first, second] = flat.map(|zero| zero.is_some_and(|zero| !(zero && record.at_the_point)));
        let sets = &mut *record.sets.borrow_mut();
        let curved = if second { sets.product(self.first, self.first) } else { EMPTY };
        if !first {
            return Tracer { re, first: EMPTY, second: curved, ..self };
        }
        Tracer { re, second: sets.union_of_pairs(self.second, curved), ..self }
    }

    /// The result of a function of two numbers; whether each of its derivatives, by x, by y, by x twice, by both and by y
    /// twice, is zero at the point. A `None` is zero at every point.
    fn binary(self, other: Self, re: T, flat: [Option<bool>; 5]) -> Self {
        let Some(record) = self.record.or(other.record) else { return Self::constant(re) };
        let [x, y, xx, xy, yy] = flat.map(|zero| zero.is_some_and(|zero| !(zero && record.at_the_point)));
        let sets = &mut *record.sets.borrow_mut();
        let (mut first, mut second) = (EMPTY, EMPTY);
        for (moves, number) in [(x, self), (y, other)] {
            if moves {
                first = sets.union(first, number.first);
                second = sets.union_of_pairs(second, number.second);
            }
        }
        for (curved, a, b) in [(xx, self, self), (xy, self, other), (yy, other, other)] {
            if curved {
                let product = sets.product(a.first, b.first);
                second = sets.union_of_pairs(second, product);
            }
        }
        Tracer { re, first, second, record: Some(record), call: PhantomData }
    }

    /// Whether each derivative of a function of two numbers is zero at the point, as `binary` takes them.
    fn slopes<P: Float>(
        self,
        other: Self,
        f: fn(HyperDual<P, 2>, HyperDual<P, 2>) -> HyperDual<P, 2>,
    ) -> [Option<bool>; 5]
    where
        T: Number<Precision = P>,
    {
        let [x, y] = HyperDual::variables([self.re.value(), other.re.value()]);
        let z = f(x, y);
        let h = z.hessian();
        [z.eps[0], z.eps[1], h[0][0], h[0][1], h[1][1]].map(|d| Some(d == P::ZERO))
    }

    /// The one of two that `wins`; in a tie, both move.
    fn one_of(self, other: Self, re: T, wins: impl Fn(T::Precision, T::Precision) -> bool) -> Self {
        let (x, y) = (self.re.value(), other.re.value());
        let loses = |x: T::Precision, y: T::Precision| Some((wins(y, x) && !y.is_nan()) || x.is_nan());
        self.binary(other, re, [loses(x, y), loses(y, x), None, None, None])
    }

    /// A function that is linear between the points where it jumps or bends.
    fn bent(self, re: T) -> Self {
        Tracer { re, ..self }
    }
}

/// Whether a plain derivative, given at the point, is zero; one that is missing is not.
fn flat<P: Float>(derivatives: &[P], order: usize) -> Option<bool> {
    Some(derivatives.get(order).is_some_and(|d| *d == P::ZERO))
}

/// The derivatives of a product, x y, at the point.
fn of_product<T: Number>(x: T, y: T) -> [Option<bool>; 5] {
    [Some(is_zero(y)), Some(is_zero(x)), None, Some(false), None]
}

/// The derivatives of a quotient q = x / y at the point.
fn of_quotient<T: Number>(q: T) -> [Option<bool>; 5] {
    let zero = Some(is_zero(q));
    [Some(false), zero, None, Some(false), zero]
}

/// The derivatives of a sum.
const OF_SUM: [Option<bool>; 5] = [Some(false), Some(false), None, None, None];

impl<T: Number> Number for Tracer<'_, T> {
    type Precision = T::Precision;
    const ORDER: usize = T::ORDER + 2;

    #[inline]
    fn constant(value: T::Precision) -> Self {
        Tracer::constant(T::constant(value))
    }
    /// A function that asks for it may branch on it, so it is noted.
    #[inline]
    fn value(self) -> T::Precision {
        if let Some(record) = self.record {
            record.looked.set(true);
        }
        self.re.value()
    }
    #[inline]
    fn with_value(self, value: T::Precision) -> Self {
        self.bent(self.re.with_value(value))
    }
    fn compose(self, d: &[T::Precision]) -> Self {
        self.unary(self.re.compose(d), [flat(d, 1), flat(d, 2)])
    }
    fn compose2(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        let zero = |k, l| Some(partials.at(i + k, j + l) == T::Precision::ZERO);
        let re = self.re.compose2(other.re, partials, i, j);
        self.binary(other, re, [zero(1, 0), zero(0, 1), zero(2, 0), zero(1, 1), zero(0, 2)])
    }
    #[inline]
    fn all_finite(self) -> bool {
        self.re.all_finite()
    }
    #[inline]
    fn divides_safely(self) -> bool {
        self.re.divides_safely()
    }
    fn times_slope(self, slope: Self) -> Self {
        self.binary(slope, self.re.times_slope(slope.re), of_product(self.re, slope.re))
    }
    fn over_divisor(self, divisor: Self) -> Self {
        let q = self.re.over_divisor(divisor.re);
        self.binary(divisor, q, of_quotient(q))
    }

    // What `Number` has looks at the value; these look at the one below, so that it is not noted.

    fn apply<R: crate::Rule<T::Precision>>(self, rule: R) -> Self {
        let d = rule.jet(self.re.value());
        self.unary(self.re.apply(rule), [flat(&d, 1), flat(&d, 2)])
    }
    fn powi(self, n: i32) -> Self {
        match n {
            0 => Self::constant(T::one()),
            1 => self,
            _ => self.apply(crate::rules::Powi(n)),
        }
    }
    fn powf(self, exponent: T::Precision) -> Self {
        if exponent == T::Precision::ZERO || exponent == T::Precision::ONE {
            return self.powi(exponent.to_integer() as i32);
        }
        self.apply(crate::rules::Powf(exponent))
    }
    fn pow(self, exponent: Self) -> Self {
        self.binary(exponent, self.re.pow(exponent.re), self.slopes(exponent, Number::pow))
    }
    fn hypot(self, other: Self) -> Self {
        self.binary(other, self.re.hypot(other.re), self.slopes(other, Number::hypot))
    }
    fn atan2(self, x: Self) -> Self {
        self.binary(x, self.re.atan2(x.re), self.slopes(x, Number::atan2))
    }
    fn xlogy(self, y: Self) -> Self {
        // x ln y is linear in x
        let [by_x, by_y, _, by_both, by_y_twice] = self.slopes(y, Number::xlogy);
        self.binary(y, self.re.xlogy(y.re), [by_x, by_y, None, by_both, by_y_twice])
    }
    fn abs(self) -> Self {
        self.bent(self.re.abs())
    }
    fn copysign(self, sign: Self) -> Self {
        self.bent(self.re.copysign(sign.re))
    }
    fn max(self, other: Self) -> Self {
        self.one_of(other, self.re.max(other.re), |x, y| x > y)
    }
    fn min(self, other: Self) -> Self {
        self.one_of(other, self.re.min(other.re), |x, y| x < y)
    }
    fn clamp(self, low: T::Precision, high: T::Precision) -> Self {
        let x = self.re.value();
        let still = x < low || x > high;
        let y = self.re.clamp(low, high);
        match self.record {
            Some(record) if still && record.at_the_point => Tracer::constant(y),
            _ => self.bent(y),
        }
    }
    fn signum(self) -> Self {
        Tracer::constant(self.re.signum())
    }
    fn floor(self) -> Self {
        Tracer::constant(self.re.floor())
    }
    fn ceil(self) -> Self {
        Tracer::constant(self.re.ceil())
    }
    fn round(self) -> Self {
        Tracer::constant(self.re.round())
    }
    fn trunc(self) -> Self {
        Tracer::constant(self.re.trunc())
    }
    fn fract(self) -> Self {
        self.bent(self.re.fract())
    }
    fn to_degrees(self) -> Self {
        self.bent(self.re.to_degrees())
    }
    fn to_radians(self) -> Self {
        self.bent(self.re.to_radians())
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        (self * a + b).bent(self.re.mul_add(a.re, b.re))
    }
    fn rem_euclid(self, modulus: Self) -> Self {
        self.binary(modulus, self.re.rem_euclid(modulus.re), OF_SUM)
    }
}

impl<T: Number> Add for Tracer<'_, T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.binary(other, self.re + other.re, OF_SUM)
    }
}

impl<T: Number> Sub for Tracer<'_, T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.binary(other, self.re - other.re, OF_SUM)
    }
}

impl<T: Number> Neg for Tracer<'_, T> {
    type Output = Self;
    fn neg(self) -> Self {
        self.bent(-self.re)
    }
}

impl<T: Number> Mul for Tracer<'_, T> {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        self.binary(other, self.re * other.re, of_product(self.re, other.re))
    }
}

impl<T: Number> Div for Tracer<'_, T> {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let q = self.re / other.re;
        self.binary(other, q, of_quotient(q))
    }
}

impl<F: Float, T: Scalar<F>> Mul<F> for Tracer<'_, T> {
    type Output = Self;
    fn mul(self, c: F) -> Self {
        self.unary(self.re * c, [Some(c == F::ZERO), None])
    }
}

impl<F: Float, T: Scalar<F>> Div<F> for Tracer<'_, T> {
    type Output = Self;
    fn div(self, c: F) -> Self {
        self.bent(self.re / c)
    }
}

impl<F: Float, T: Scalar<F>> Add<F> for Tracer<'_, T> {
    type Output = Self;
    fn add(self, c: F) -> Self {
        self.bent(self.re + c)
    }
}

impl<F: Float, T: Scalar<F>> Sub<F> for Tracer<'_, T> {
    type Output = Self;
    fn sub(self, c: F) -> Self {
        self.bent(self.re - c)
    }
}
