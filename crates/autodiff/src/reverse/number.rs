//! The number that writes its operations to a tape.

use core::fmt;
use core::marker::PhantomData;
use core::ops::{Add, Div, Mul, Neg, Sub};

use super::tape::{Record, STILL};
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar, from};
use crate::pairs::Partials;
use crate::recurrences::Law;
use crate::rules::Everything;
use crate::stretched;

/// A number of a computation that is recorded: a value, and where on the tape it stands.
///
/// Only the drivers of this module make variables; [`constant`](Reverse::constant)s need no tape. The lifetime is that of
/// one driver call: a number can neither outlive its tape nor meet one of another call, which does not compile.
///
/// ```compile_fail
/// use autodiff::reverse::gradient;
///
/// // the inner function uses the outer's number as if it were its own
/// gradient(|x| gradient(|y| x[0] * y[0], &[1.0]).unwrap()[0], &[1.0]);
/// ```
#[derive(Clone, Copy)]
pub struct Reverse<'t, T> {
    /// The value.
    pub re: T,
    pub(super) index: u32,
    record: Option<&'t Record<T>>,
    /// Makes the lifetime invariant: those of two calls are never taken for one.
    call: PhantomData<fn(&'t ()) -> &'t ()>,
}

impl<T: fmt::Debug> fmt::Debug for Reverse<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Reverse");
        debug.field("re", &self.re);
        if self.index != STILL {
            debug.field("index", &self.index);
        }
        debug.finish_non_exhaustive()
    }
}

/// The value: what it depends on stands on the tape.
impl<T: fmt::Display> fmt::Display for Reverse<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.re.fmt(f)
    }
}

impl<'t, T: Number> Reverse<'t, T> {
    /// A number that does not move.
    #[inline]
    pub fn constant(re: T) -> Self {
        Reverse { re, index: STILL, record: None, call: PhantomData }
    }

    /// A variable of a computation, which stands on the record.
    #[inline]
    pub(super) fn variable(re: T, index: u32, record: &'t Record<T>) -> Self {
        Reverse { re, index, record: Some(record), call: PhantomData }
    }

    /// The result of an operation on one number.
    #[inline]
    fn unary(self, re: T, weight: T) -> Self {
        match self.record {
            Some(record) => Reverse { re, index: record.push([self.index, STILL], [weight, T::zero()]), ..self },
            None => Self::constant(re),
        }
    }

    /// Notes that the slope of an operation on it may have lost digits.
    #[inline]
    fn loses(self) {
        if let Some(record) = self.record {
            record.loses();
        }
    }

    /// The result of an operation on two numbers.
    #[inline]
    fn binary(self, other: Self, re: T, weights: [T; 2]) -> Self {
        match self.record.or(other.record) {
            Some(record) => {
                let index = record.push([self.index, other.index], weights);
                Reverse { re, index, record: Some(record), call: PhantomData }
            }
            None => Self::constant(re),
        }
    }
}

impl<T: Number> Number for Reverse<'_, T> {
    type Precision = T::Precision;
    const ORDER: usize = T::ORDER + 1;

    #[inline]
    fn constant(value: T::Precision) -> Self {
        Reverse::constant(T::constant(value))
    }
    #[inline]
    fn value(self) -> T::Precision {
        self.re.value()
    }
    #[inline]
    fn with_value(self, value: T::Precision) -> Self {
        Reverse { re: self.re.with_value(value), ..self }
    }
    /// z = f(x): ∂z/∂x = f'
    #[inline]
    fn compose(self, d: &[T::Precision]) -> Self {
        self.unary(self.re.compose(d), self.re.compose(from(d, 1)))
    }
    /// The slope is a number of the tape: what it multiplies comes later, so f' must fit, and only f'' and so on are brought back.
    #[inline]
    fn compose_by(
        self,
        d: &[T::Precision],
        law: Option<Law<T::Precision>>,
        all: impl Fn() -> Everything<T::Precision>,
    ) -> Self {
        if stretched::in_range(self, d, law) {
            return self.compose(d);
        }
        self.loses();
        if T::ORDER == 0 {
            return self.compose(d);
        }
        let all = all();
        let slope = self.re.compose_by(from(d, 1), Some(Law::Unknown), || all.of_slope());
        self.unary(self.re.compose_by(d, law, || all), slope)
    }
    #[inline]
    fn compose2_by(self, other: Self, partials: &Partials<T::Precision>) -> Self {
        if !stretched::fits_on_tape(self, other, partials) {
            self.loses();
            other.loses();
        }
        self.compose2(other, partials, 0, 0)
    }
    /// z = f(x, y): ∂z/∂x = fₓ, ∂z/∂y = f_y
    #[inline]
    fn compose2(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        let at = |i, j| self.re.compose2(other.re, partials, i, j);
        self.binary(other, at(i, j), [at(i + 1, j), at(i, j + 1)])
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
        self.binary(slope, self.re.times_slope(slope.re), [slope.re, self.re])
    }
    fn over_divisor(self, divisor: Self) -> Self {
        let q = self.re.over_divisor(divisor.re);
        self.binary(divisor, q, [T::one() / divisor.re, -q.over_divisor(divisor.re)])
    }
}

impl<T: Number> Add for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        self.binary(other, self.re + other.re, [T::one(), T::one()])
    }
}

impl<T: Number> Sub for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        self.binary(other, self.re - other.re, [T::one(), -T::one()])
    }
}

impl<T: Number> Neg for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        self.unary(-self.re, -T::one())
    }
}

impl<T: Number> Mul for Reverse<'_, T> {
    type Output = Self;
    /// z = x y: ∂z/∂x = y, ∂z/∂y = x
    #[inline]
    fn mul(self, other: Self) -> Self {
        self.binary(other, self.re * other.re, [other.re, self.re])
    }
}

/// Whether w = ±x/y has its digits as a slope, and its derivatives, as large as w/y and so on, have theirs. Of what is not finite there is
/// nothing to lose.
#[inline]
fn quotient_fits<T: Number>(x: T, w: T, y: T) -> bool {
    let (x, mut w, y) = (x.value(), w.value(), y.value());
    if x == T::Precision::ZERO || !x.is_finite() {
        return true;
    }
    let mut fits = w.is_normal();
    for _ in 0..T::ORDER {
        w /= y;
        fits &= w.is_normal();
    }
    fits
}

impl<T: Number> Div for Reverse<'_, T> {
    type Output = Self;
    /// z = x / y: ∂z/∂x = 1 / y, ∂z/∂y = −z / y
    #[inline]
    fn div(self, other: Self) -> Self {
        let z = self.re / other.re;
        if self.index == other.index {
            // x / x: of a tiny x the two slopes overflow, their sum does not
            let moved = T::one() - z;
            let slope = moved.over_divisor(other.re);
            if !quotient_fits(moved, slope, other.re) {
                self.loses();
            }
            return self.unary(z, slope);
        }
        let weights = [T::one() / other.re, -z / other.re];
        if !(quotient_fits(T::one(), weights[0], other.re) && quotient_fits(z, weights[1], other.re)) {
            self.loses();
            other.loses();
        }
        self.binary(other, z, weights)
    }
}

impl<F: Float, T: Scalar<F>> Mul<F> for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn mul(self, c: F) -> Self {
        self.unary(self.re * c, T::constant(c))
    }
}

impl<F: Float, T: Scalar<F>> Div<F> for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn div(self, c: F) -> Self {
        if !c.divides_safely() {
            self.loses();
        }
        self.unary(self.re / c, T::constant(F::ONE / c))
    }
}

// An addend moves the value along: what depends on the sum depends on the number, so no operation is recorded.

impl<F: Float, T: Scalar<F>> Add<F> for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn add(self, c: F) -> Self {
        Reverse { re: self.re + c, ..self }
    }
}

impl<F: Float, T: Scalar<F>> Sub<F> for Reverse<'_, T> {
    type Output = Self;
    #[inline]
    fn sub(self, c: F) -> Self {
        Reverse { re: self.re - c, ..self }
    }
}
