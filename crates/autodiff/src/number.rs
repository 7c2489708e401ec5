//! What a number must do to be differentiated through.

use core::fmt::Debug;
use core::iter::{Product, Sum};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Rem, RemAssign, Sub, SubAssign};

use crate::beyond::{self, WidePartials};
use crate::elementary::Elementary;
use crate::pairs::{self, Partials};
use crate::recurrences::Law;
use crate::rules::{self, Everything, Log, Powf, Powi, Rule, unary_rules};
#[cfg(feature = "special")]
use crate::special::{self, special_functions};
use crate::stretched;
#[cfg(feature = "special")]
use crate::wide::Wide;

/// A plain float, `f32` or `f64`: a number without derivatives, and the precision of those that have some.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a float that numbers with derivatives mix with",
    label = "a number with derivatives mixes with plain floats of its own precision",
    note = "write a constant as a float, `2.0` instead of `2`; convert an integer by `f64::from(n)` or `n as f64`",
    note = "where derivatives nest, lift what the inner function captures: `Dual::constant(x) + y`, at the point `Dual::constant(1.0)` or `x`"
)]
pub trait Float: Scalar<Self> + Ordered<Self> + Elementary + 'static {}

impl Float for f32 {}
impl Float for f64 {}

/// A number with derivatives of some order (0 for plain floats), in some precision.
///
/// A type needs the arithmetic, its chain rules [`compose`](Number::compose) and [`compose2`](Number::compose2), and
/// three small questions; every elementary function follows from the one table of rules.
/// `f32`, `f64`, [`Dual`](crate::Dual) and [`HyperDual`](crate::HyperDual) are numbers, and the last two over any number,
/// so they nest.
///
/// To write a function for all of them, take [`Scalar`], which adds the mixed operators with plain floats:
///
/// ```
/// use autodiff::{Number, Scalar, derivative};
///
/// fn damped<T: Scalar>(t: T) -> T {
///     (t * -0.5).exp() * (t * 2.0).cos()
/// }
/// assert_eq!(damped(0.0), 1.0);
/// assert_eq!(derivative(damped, 0.0), -0.5);
/// ```
#[diagnostic::on_unimplemented(
    message = "nothing is differentiated in `{Self}`",
    label = "neither a float nor a number with derivatives",
    note = "the coordinates of a point are floats: `1.0` instead of `1`"
)]
pub trait Number:
    Copy
    + Debug
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + RemAssign
    + Sum
    + Product
{
    /// The plain float at the bottom.
    type Precision: Float;

    /// The highest order of derivative that the type carries: 0 for floats, one more for each `Dual`, two for each `HyperDual`.
    const ORDER: usize;

    /// A number that does not move: all its derivatives are 0.
    fn constant(value: Self::Precision) -> Self;

    /// The value without derivatives. It is bit-equal to what the same operations give on plain floats.
    fn value(self) -> Self::Precision;

    /// The same derivatives beside another value.
    fn with_value(self, value: Self::Precision) -> Self;

    /// The chain rule: f(self), given f and its derivatives f', f'', … at [`value`](Number::value).
    ///
    /// `derivatives` holds [`ORDER`](Number::ORDER)` + 1` numbers; one that is missing counts as NaN. A partial of `self` that is exactly zero is zero in the result, whatever the slope.
    ///
    /// ```
    /// use autodiff::{Number, derivative};
    /// // a function of one's own with a known derivative
    /// let cube = |x: autodiff::Dual<f64, 1>| { let v = x.value(); x.compose(&[v * v * v, 3.0 * v * v]) };
    /// assert_eq!(derivative(cube, 2.0), 12.0);
    /// ```
    fn compose(self, derivatives: &[Self::Precision]) -> Self;

    /// [`compose`](Number::compose), with the derivatives on numbers of unbounded exponent where they leave the range of
    /// floats, and the differential equation of f where a power series is to follow from it.
    #[doc(hidden)]
    #[inline]
    fn compose_by(
        self,
        derivatives: &[Self::Precision],
        law: Option<Law<Self::Precision>>,
        all: impl Fn() -> Everything<Self::Precision>,
    ) -> Self {
        let _ = (law, all);
        self.compose(derivatives)
    }

    /// [`compose2`](Number::compose2) of order (0, 0), where partials that leave the range of floats are brought back.
    #[doc(hidden)]
    #[inline]
    fn compose2_by(self, other: Self, partials: &Partials<Self::Precision>) -> Self {
        self.compose2(other, partials, 0, 0)
    }

    /// [`compose2`](Number::compose2) with derivatives of unbounded exponent beside the value f, for numbers of up to the second order.
    #[doc(hidden)]
    fn compose2_wide(
        self,
        _other: Self,
        _f: Self::Precision,
        _partials: &WidePartials<Self::Precision>,
    ) -> Option<Self> {
        None
    }

    /// self fₓ(x, y) + other f_y(x, y) in the same way, for numbers of up to the first order.
    #[doc(hidden)]
    fn slope2_wide(self, _other: Self, _at: [Self; 2], _partials: &WidePartials<Self::Precision>) -> Option<Self> {
        None
    }

    /// (self − other q) / y, the derivative of q = x / y by what moves x by `self` and y by `other`, where a product may leave the
    /// range of floats.
    #[doc(hidden)]
    fn slope_of_quotient(self, other: Self, [_x, y]: [Self; 2], q: Self) -> Self {
        stretched::slope_of_quotient(self, other, y, q)
    }

    /// Part by part, this number's where it is finite, else the other's.
    #[doc(hidden)]
    fn where_it_fits(self, other: Self) -> Self {
        if self.all_finite() { self } else { other }
    }

    /// The same number with the first derivatives of another.
    #[doc(hidden)]
    fn with_slopes_of(self, _other: Self) -> Self {
        self
    }

    /// The same value, where all that moves is `s` times as large, for a power of two s.
    #[doc(hidden)]
    fn stretched(self, s: Self::Precision) -> Self {
        (self * Self::constant(s)).with_value(self.value())
    }

    /// The chain rule of two variables: f(self, other), given the partial derivatives of f at the values, where `at(i, j)` of `partials` is ∂ⁱ⁺ʲf/∂xⁱ∂yʲ.
    ///
    /// The result is the derivative of order (i, j) of f: numbers call it with (0, 0), themselves with the next ones.
    fn compose2(self, other: Self, partials: &Partials<Self::Precision>, i: usize, j: usize) -> Self;

    /// Whether the value and all derivatives are finite.
    fn all_finite(self) -> bool;

    /// Whether `1 / self` keeps its digits: neither zero, tiny nor huge.
    fn divides_safely(self) -> bool;

    /// `self · slope`, where a zero of `self` stays zero even if the slope is infinite or NaN.
    fn times_slope(self, slope: Self) -> Self;

    /// The same, but a zero of a float keeps its sign: so −0 stays what adds nothing, which the compiler knows of the seeds' zeros.
    #[doc(hidden)]
    #[inline]
    fn times_slope_signed(self, slope: Self) -> Self {
        self.times_slope(slope)
    }

    /// `self / divisor`, where a zero of `self` stays zero even if the divisor is zero or NaN.
    fn over_divisor(self, divisor: Self) -> Self;

    /// `self / divisor` by the reciprocal of the divisor's value, where that keeps its digits: how partials are divided.
    #[inline]
    fn over(self, divisor: Self, _reciprocal: Self::Precision) -> Self {
        self / divisor
    }

    /// 0, as a constant.
    #[inline]
    fn zero() -> Self {
        Self::constant(Self::Precision::ZERO)
    }

    /// 1, as a constant.
    #[inline]
    fn one() -> Self {
        Self::constant(Self::Precision::ONE)
    }

    /// A rule of the table applied to this number.
    #[inline]
    fn apply<R: Rule<Self::Precision>>(self, rule: R) -> Self {
        const { rules::within_max_order(Self::ORDER) };
        // The closure holds the value alone: of a number that a closure refers to, the compiler keeps a copy.
        let value = self.value();
        let all = || Everything::of(&rule, value, Self::ORDER);
        if Self::ORDER < 4 {
            self.compose_by(&rule.jet(value), rule.law(), all)
        } else {
            self.compose_by(&rules::derivatives(&rule, value, Self::ORDER), rule.law(), all)
        }
    }

    /// `selfⁿ` for an integer; `powi(0)` is 1 and does not move, at 0 too.
    #[inline]
    fn powi(self, n: i32) -> Self {
        self.apply(Powi(n))
    }

    /// `self` to a constant power; for an exponent that moves, see [`pow`](Number::pow).
    #[inline]
    fn powf(self, exponent: Self::Precision) -> Self {
        self.apply(Powf(exponent))
    }

    /// `self` to the power `exponent`, where both may move.
    #[inline]
    fn pow(self, exponent: Self) -> Self {
        pairs::pow(self, exponent)
    }

    /// The logarithm to a constant base.
    #[inline]
    fn log(self, base: Self::Precision) -> Self {
        self.apply(Log(base))
    }

    /// The sine and the cosine.
    #[inline]
    fn sin_cos(self) -> (Self, Self) {
        (self.sin(), self.cos())
    }

    /// √(self² + other²), neither overflowing nor losing digits; at (0, 0) its slopes are 0.
    #[inline]
    fn hypot(self, other: Self) -> Self {
        pairs::hypot(self, other)
    }

    /// `self · ln y`, 0 where `self` is 0 (as in entropies, `x.xlogy(x)`); JAX's name.
    ///
    /// ```
    /// use autodiff::value_and_derivative;
    /// assert_eq!(value_and_derivative(|x| x.xlogy(x), 0.0), (0.0, f64::NEG_INFINITY));
    /// assert_eq!(value_and_derivative(|x| x.xlogy(x), 1.0), (0.0, 1.0));
    /// ```
    #[inline]
    fn xlogy(self, y: Self) -> Self {
        pairs::xlogy(self, y)
    }

    /// The angle of the point (`x`, `self`), in radians.
    #[inline]
    fn atan2(self, x: Self) -> Self {
        pairs::atan2(self, x)
    }

    /// The absolute value; its slope is +1 or −1 by the sign bit.
    #[inline]
    fn abs(self) -> Self {
        if self.value().is_sign_negative() { -self } else { self }
    }

    /// The sign, as `std` has it; it does not move.
    #[inline]
    fn signum(self) -> Self {
        Self::constant(Elementary::signum(self.value()))
    }

    /// The magnitude of `self` with the sign bit of `sign`.
    #[inline]
    fn copysign(self, sign: Self) -> Self {
        if self.value().is_sign_negative() == sign.value().is_sign_negative() { self } else { -self }
    }

    /// The larger; a tie moves as the mean of both; of a NaN and a number, the number.
    #[inline]
    fn max(self, other: Self) -> Self {
        pairs::select(self, other, |x, y| x > y, Elementary::max(self.value(), other.value()))
    }

    /// The smaller; a tie moves as the mean of both; of a NaN and a number, the number.
    #[inline]
    fn min(self, other: Self) -> Self {
        pairs::select(self, other, |x, y| x < y, Elementary::min(self.value(), other.value()))
    }

    /// `self` held between two constants; on an edge it moves half as fast. Unlike `std`'s it does not panic:
    /// if `low > high`, or one is NaN, the comparisons that hold decide, the lower edge first.
    #[inline]
    fn clamp(self, low: Self::Precision, high: Self::Precision) -> Self {
        let x = self.value();
        if x < low {
            Self::constant(low)
        } else if x > high {
            Self::constant(high)
        } else if x == low || x == high {
            (self * Self::constant(Self::Precision::of(0.5))).with_value(x)
        } else {
            self
        }
    }

    /// The largest integer not above; it does not move.
    #[inline]
    fn floor(self) -> Self {
        Self::constant(Elementary::floor(self.value()))
    }

    /// The smallest integer not below; it does not move.
    #[inline]
    fn ceil(self) -> Self {
        Self::constant(Elementary::ceil(self.value()))
    }

    /// The nearest integer, halves away from zero; it does not move.
    #[inline]
    fn round(self) -> Self {
        Self::constant(Elementary::round(self.value()))
    }

    /// The integer part; it does not move.
    #[inline]
    fn trunc(self) -> Self {
        Self::constant(Elementary::trunc(self.value()))
    }

    /// The fractional part; it moves as `self`.
    #[inline]
    fn fract(self) -> Self {
        self.with_value(Elementary::fract(self.value()))
    }

    /// Radians as degrees.
    #[inline]
    fn to_degrees(self) -> Self {
        let slope = Self::constant(Elementary::to_degrees(Self::Precision::ONE));
        (self * slope).with_value(Elementary::to_degrees(self.value()))
    }

    /// Degrees as radians.
    #[inline]
    fn to_radians(self) -> Self {
        let slope = Self::constant(Elementary::to_radians(Self::Precision::ONE));
        (self * slope).with_value(Elementary::to_radians(self.value()))
    }

    /// The remainder that is not negative.
    #[inline]
    fn rem_euclid(self, modulus: Self) -> Self {
        pairs::remainder(self, modulus, Elementary::rem_euclid(self.value(), modulus.value()))
    }

    /// `self · a + b`; the value is rounded once, as `std` has it.
    #[inline]
    fn mul_add(self, a: Self, b: Self) -> Self {
        (self * a + b).with_value(Elementary::mul_add(self.value(), a.value(), b.value()))
    }

    unary_rules!(methods);
    #[cfg(feature = "special")]
    special_functions!(special_methods);
}

macro_rules! methods {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        $(
            $(#[$doc])*
            #[inline]
            fn $name(self) -> Self {
                self.apply(rules::$name)
            }
        )*
    };
}
use methods;

#[cfg(feature = "special")]
macro_rules! special_methods {
    ($($(#[$doc:meta])* $name:ident($x:ident, $order:ident $(, $n:ident: $type:ty)?) $body:block)*) => {
        $(
            $(#[$doc])*
            fn $name(self $(, $n: $type)?) -> Self {
                const { rules::within_max_order(Self::ORDER) };
                let d = special::$name(self.value(), Self::ORDER $(, $n)?);
                let all = || Everything { floats: d.map(Elementary::of), wide: Some(d.map(Wide::of_double)) };
                self.compose_by(&d.map(Elementary::of)[..=Self::ORDER], None, all)
            }
        )*
    };
}
#[cfg(feature = "special")]
use special_methods;

/// Whether all are finite: a product with an infinite one takes care of the zeros beside it. Of floats, whether Σ xᵢ is, summed two by two,
/// in whole vectors, quicker than comparisons. It may overflow by itself: then care is taken that was not needed, to the same digits.
#[inline]
pub(crate) fn finite<T: Number, const N: usize>(partials: [T; N]) -> bool {
    if T::ORDER > 0 {
        return partials.into_iter().fold(true, |all, x| all & x.all_finite());
    }
    // to add to −0 is the other number, which the compiler knows
    let mut sums = [-T::Precision::ZERO; 2];
    for (i, x) in partials.into_iter().enumerate() {
        sums[i % 2] += x.value();
    }
    (sums[0] + sums[1]).all_finite()
}

/// The product of two partials: zero if one is.
#[inline]
pub(crate) fn either_zero<T: Number>(x: T, y: T) -> T {
    if y.all_finite() { y.times_slope(x) } else { x.times_slope(y) }
}

/// Whether all parts of a number are zero: a zero is the only one that stays finite through a slope that is NaN.
pub(crate) fn is_zero<T: Number>(x: T) -> bool {
    x.times_slope(T::constant(T::Precision::NAN)).all_finite()
}

/// A [`Number`] in precision `F` that mixes with plain floats on its right: what a function that is generic over numbers takes.
///
/// `T: Scalar` is in f64; `T: Scalar<f32>` in f32. A function that branches takes [`Ordered`].
/// It holds for every number that has the operators.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not mix with `{F}`",
    label = "not a number in precision `{F}`",
    note = "constants are floats of the number's own precision: `2.0` instead of `2`, and `f32` with `f32`, `f64` with `f64`"
)]
pub trait Scalar<F: Float = f64>:
    Number<Precision = F>
    + Add<F, Output = Self>
    + Sub<F, Output = Self>
    + Mul<F, Output = Self>
    + Div<F, Output = Self>
    + Rem<F, Output = Self>
{
}

#[diagnostic::do_not_recommend]
impl<F: Float, T> Scalar<F> for T where
    T: Number<Precision = F>
        + Add<F, Output = T>
        + Sub<F, Output = T>
        + Mul<F, Output = T>
        + Div<F, Output = T>
        + Rem<F, Output = T>
{
}

/// What no number does: it makes the compiler say what to write where an integer stands on the left of one.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "an integer does not mix with numbers that carry derivatives",
    label = "a number with derivatives mixes with plain floats of its own precision",
    note = "write a constant as a float, `2.0` instead of `2`; convert an integer by `f64::from(n)` or `n as f64`"
)]
pub trait MixesWithIntegers {}

/// A [`Scalar`] that can be compared, with its like and with plain floats: what a function that branches takes.
///
/// Comparisons look at the values alone, so the derivative is that of the branch taken.
pub trait Ordered<F: Float = f64>: Scalar<F> + PartialOrd + PartialOrd<F> {}

impl<F: Float, T> Ordered<F> for T where T: Scalar<F> + PartialOrd + PartialOrd<F> {}

/// The derivatives of the n-th derivative, as far as there are any.
#[inline]
pub(crate) fn from<P>(derivatives: &[P], n: usize) -> &[P] {
    derivatives.get(n..).unwrap_or_default()
}

macro_rules! float_is_a_number {
    ($($float:ident($bits:ident): $smallest:expr),*) => {
        $(
            impl Number for $float {
                type Precision = $float;
                const ORDER: usize = 0;

                #[inline]
                fn constant(value: $float) -> Self {
                    value
                }
                #[inline]
                fn value(self) -> $float {
                    self
                }
                #[inline]
                fn with_value(self, value: $float) -> Self {
                    value
                }
                #[inline]
                fn compose(self, derivatives: &[$float]) -> Self {
                    derivatives.first().copied().unwrap_or($float::NAN)
                }
                fn compose2_wide(self, _: Self, f: $float, _: &WidePartials<$float>) -> Option<Self> {
                    Some(f)
                }
                fn slope2_wide(self, other: Self, _: [Self; 2], partials: &WidePartials<$float>) -> Option<Self> {
                    Some(beyond::slope([self, other], partials))
                }
                fn slope_of_quotient(self, other: Self, [_, y]: [Self; 2], q: Self) -> Self {
                    beyond::quotient_slope([self, other], q, y)
                }
                #[inline]
                fn stretched(self, _: $float) -> Self {
                    self
                }
                #[inline]
                fn compose2(self, _: Self, partials: &Partials<$float>, i: usize, j: usize) -> Self {
                    partials.at(i, j)
                }
                #[inline]
                fn all_finite(self) -> bool {
                    self.is_finite()
                }
                #[inline]
                fn divides_safely(self) -> bool {
                    self.is_between($smallest, 1.0 / $smallest)
                }
                #[inline]
                fn times_slope(self, slope: Self) -> Self {
                    // the product's bits are cleared where the partial is zero: no branch, so loops over partials vectorize
                    let kept = (0 as $bits).wrapping_sub((self != 0.0) as $bits);
                    $float::from_bits((self * slope).to_bits() & kept)
                }
                #[inline]
                fn times_slope_signed(self, slope: Self) -> Self {
                    // no branch either: the slope's bits are cleared; by the masks of AVX-512 the product is left out
                    if cfg!(target_feature = "avx512f") {
                        if self != 0.0 { self * slope } else { self }
                    } else {
                        self * if self != 0.0 { slope } else { 0.0 }
                    }
                }
                #[inline]
                fn over_divisor(self, divisor: Self) -> Self {
                    // by the reciprocal where `over` takes it, so that the digits are the same
                    if self == 0.0 {
                        0.0
                    } else if divisor.divides_safely() {
                        self * (1.0 / divisor)
                    } else {
                        self / divisor
                    }
                }
                #[inline]
                fn over(self, _: Self, reciprocal: $float) -> Self {
                    self * reciprocal
                }
                // Of the functions that are not rows of the table, those of `std` are nearer at hand.
                #[inline]
                fn powf(self, exponent: $float) -> Self {
                    Elementary::powf(self, exponent)
                }
                #[inline]
                fn pow(self, exponent: $float) -> Self {
                    Elementary::powf(self, exponent)
                }
                #[inline]
                fn abs(self) -> Self {
                    Elementary::abs(self)
                }
                #[inline]
                fn copysign(self, sign: Self) -> Self {
                    Elementary::copysign(self, sign)
                }
                #[inline]
                fn mul_add(self, a: Self, b: Self) -> Self {
                    Elementary::mul_add(self, a, b)
                }
            }
        )*
    };
}

float_is_a_number! { f32(u32): f32::MIN_POSITIVE * 4.0, f64(u64): f64::MIN_POSITIVE * 4.0 }
