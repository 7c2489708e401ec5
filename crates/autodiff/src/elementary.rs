//! What the standard library computes on plain floats: the ground the rules stand on.

use core::fmt::{Debug, Display, LowerExp};
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

/// The functions and constants of `std` for `f32` and `f64`, under their own names.
///
/// The derivative rules are written over this trait, so that each stands once for both precisions.
/// Numbers that carry derivatives implement [`Number`](crate::Number) instead.
pub trait Elementary:
    Copy
    + Debug
    + Display
    + LowerExp
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Rem<Output = Self>
    + Neg<Output = Self>
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// The largest finite number.
    const MAX: Self;
    /// +∞
    const INFINITY: Self;
    /// Not a number.
    const NAN: Self;
    /// ln 2
    const LN_2: Self;
    /// log₂ e
    const LOG2_E: Self;
    /// log₁₀ e
    const LOG10_E: Self;
    /// 2^(-1022/2) or 2^(-126/2): below its reciprocal, squares do not overflow.
    const SQRT_MIN_POSITIVE: Self;
    /// 2¹²⁸ or 2³²: between it and its reciprocal, a number leaves room for factors.
    const ROOMY: Self;

    /// The nearest number to a double: exact for the small constants of the rules.
    fn of(value: f64) -> Self;
    /// The nearest number to a count.
    fn count(n: usize) -> Self;
    /// The nearest number to an integer.
    fn of_integer(value: i64) -> Self;
    /// This number as a double, exactly.
    fn to_f64(self) -> f64;
    /// This number as an integer, saturating.
    fn to_integer(self) -> i64;

    /// As `std`.
    fn powi(self, n: i32) -> Self;
    /// As `std`.
    fn powf(self, exponent: Self) -> Self;
    /// As `std`.
    fn log(self, base: Self) -> Self;
    /// As `std`.
    fn atan2(self, x: Self) -> Self;
    /// As `std`.
    fn hypot(self, other: Self) -> Self;
    /// As `std`.
    fn max(self, other: Self) -> Self;
    /// As `std`.
    fn min(self, other: Self) -> Self;
    /// As `std`.
    fn copysign(self, sign: Self) -> Self;
    /// As `std`.
    fn rem_euclid(self, other: Self) -> Self;
    /// As `std`: rounded once.
    fn mul_add(self, a: Self, b: Self) -> Self;
    /// As `std`.
    fn is_finite(self) -> bool;
    /// As `std`.
    fn is_nan(self) -> bool;
    /// As `std`: neither zero, subnormal, infinite nor NaN.
    fn is_normal(self) -> bool;
    /// As `std`.
    fn is_sign_negative(self) -> bool;

    /// As `std`.
    fn abs(self) -> Self;
    /// As `std`.
    fn signum(self) -> Self;
    /// As `std`.
    fn floor(self) -> Self;
    /// As `std`.
    fn ceil(self) -> Self;
    /// As `std`.
    fn round(self) -> Self;
    /// As `std`.
    fn trunc(self) -> Self;
    /// As `std`.
    fn fract(self) -> Self;
    /// As `std`.
    fn recip(self) -> Self;
    /// As `std`.
    fn sqrt(self) -> Self;
    /// As `std`.
    fn cbrt(self) -> Self;
    /// As `std`.
    fn exp(self) -> Self;
    /// As `std`.
    fn exp2(self) -> Self;
    /// As `std`.
    fn exp_m1(self) -> Self;
    /// As `std`.
    fn ln(self) -> Self;
    /// As `std`.
    fn log2(self) -> Self;
    /// As `std`.
    fn log10(self) -> Self;
    /// As `std`.
    fn ln_1p(self) -> Self;
    /// As `std`.
    fn sin(self) -> Self;
    /// As `std`.
    fn cos(self) -> Self;
    /// As `std`.
    fn tan(self) -> Self;
    /// As `std`.
    fn asin(self) -> Self;
    /// As `std`.
    fn acos(self) -> Self;
    /// As `std`.
    fn atan(self) -> Self;
    /// As `std`.
    fn sinh(self) -> Self;
    /// As `std`.
    fn cosh(self) -> Self;
    /// As `std`.
    fn tanh(self) -> Self;
    /// As `std`.
    fn asinh(self) -> Self;
    /// As `std`.
    fn acosh(self) -> Self;
    /// As `std`.
    fn atanh(self) -> Self;
    /// least ≤ |x| ≤ most, which are positive.
    fn is_between(self, least: Self, most: Self) -> bool {
        let size = self.abs();
        least <= size && size <= most
    }
    /// Whether it is −0.
    #[inline]
    fn is_negative_zero(self) -> bool {
        self == Self::ZERO && self.is_sign_negative()
    }
    /// As `std`.
    fn to_degrees(self) -> Self;
    /// As `std`.
    fn to_radians(self) -> Self;
}

// Where the functions are: the methods of the floats themselves, or those of libm under the same names.
#[cfg(not(feature = "std"))]
use crate::without_std::{Double, Single};
#[cfg(feature = "std")]
type Single = f32;
#[cfg(feature = "std")]
type Double = f64;

macro_rules! elementary {
    ($float:ident by $functions:ident, sqrt_min_positive: $tiny:expr, roomy: $roomy:expr, one: $($one:ident)*, two: $($two:ident)*, test: $($test:ident)*) => {
        impl Elementary for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const MIN_POSITIVE: Self = $float::MIN_POSITIVE;
            const MAX: Self = $float::MAX;
            const INFINITY: Self = $float::INFINITY;
            const NAN: Self = $float::NAN;
            const LN_2: Self = core::$float::consts::LN_2;
            const LOG2_E: Self = core::$float::consts::LOG2_E;
            const LOG10_E: Self = core::$float::consts::LOG10_E;
            const SQRT_MIN_POSITIVE: Self = $tiny;
            const ROOMY: Self = $roomy;

            #[inline]
            fn of(value: f64) -> Self {
                value as $float
            }
            #[inline]
            fn count(n: usize) -> Self {
                n as $float
            }
            // positive floats are ordered as their bits: one comparison
            #[inline]
            fn is_between(self, least: Self, most: Self) -> bool {
                let (size, least, most) = ($float::abs(self).to_bits(), least.to_bits(), most.to_bits());
                size.wrapping_sub(least) <= most - least
            }
            #[inline]
            fn is_negative_zero(self) -> bool {
                self.to_bits() == (-0.0 as $float).to_bits()
            }
            #[inline]
            fn of_integer(value: i64) -> Self {
                value as $float
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline]
            fn to_integer(self) -> i64 {
                self as i64
            }
            #[inline]
            fn powi(self, n: i32) -> Self {
                $functions::powi(self, n)
            }
            #[inline]
            fn mul_add(self, a: Self, b: Self) -> Self {
                $functions::mul_add(self, a, b)
            }
            $(
                #[inline]
                fn $one(self) -> Self {
                    $functions::$one(self)
                }
            )*
            $(
                #[inline]
                fn $two(self, other: Self) -> Self {
                    $functions::$two(self, other)
                }
            )*
            $(
                #[inline]
                fn $test(self) -> bool {
                    $functions::$test(self)
                }
            )*
        }
    };
    ($($float:ident by $functions:ident: $tiny:expr, $roomy:expr;)*) => {
        $(elementary! {
            $float by $functions,
            sqrt_min_positive: $tiny,
            roomy: $roomy,
            one: abs signum floor ceil round trunc fract recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh to_degrees to_radians,
            two: powf log atan2 hypot max min copysign rem_euclid,
            test: is_finite is_nan is_normal is_sign_negative
        })*
    };
}

elementary! {
    f32 by Single: 1.0842022e-19, (1_u64 << 32) as f32;
    f64 by Double: 1.4916681462400413e-154, (1_u128 << 127) as f64 * 2.0;
}
