//! `num_traits`: what generic code asks of a float.
//!
//! `is_zero` and `is_one` look at the value, as `==` does; conversions to plain numbers drop the derivatives, conversions
//! from them give constants.

use core::num::FpCategory;

use ::num_traits as traits;
use traits::{
    AsPrimitive, Bounded, Euclid, Float as PlainFloat, FloatConst, FromPrimitive, Inv, MulAdd, MulAddAssign, Num,
    NumCast, One, Pow, Signed, ToPrimitive, Zero,
};

use crate::elementary::Elementary;
use crate::number::{Float, Number};
use crate::{Dual, HyperDual, Taylor};

/// Functions with this signature, handed on to [`Number`].
macro_rules! by_number {
    ($(fn $name:ident(self $(, $argument:ident)*);)*) => {
        $(
            #[inline]
            fn $name(self $(, $argument: Self)*) -> Self {
                Number::$name(self $(, $argument)*)
            }
        )*
    };
}

/// Constants of the plain float.
macro_rules! constants {
    ($plain:ident: $($name:ident)*) => {
        $(
            #[inline]
            fn $name() -> Self {
                Number::constant(<T::Precision as $plain>::$name())
            }
        )*
    };
}

/// Questions that the value answers.
macro_rules! questions {
    ($plain:ident: $($name:ident -> $answer:ty;)*) => {
        $(
            #[inline]
            fn $name(self) -> $answer {
                <T::Precision as $plain>::$name(Number::value(self))
            }
        )*
    };
}

macro_rules! to_primitive {
    ($($name:ident -> $primitive:ty;)*) => {
        $(
            #[inline]
            fn $name(&self) -> Option<$primitive> {
                ToPrimitive::$name(&Number::value(*self))
            }
        )*
    };
}

macro_rules! from_primitive {
    ($($name:ident($primitive:ty);)*) => {
        $(
            #[inline]
            fn $name(n: $primitive) -> Option<Self> {
                T::Precision::$name(n).map(Number::constant)
            }
        )*
    };
}

macro_rules! as_primitive {
    ($number:ident: $($primitive:ty)*) => {
        $(
            impl<T: Number + 'static, const N: usize> AsPrimitive<$number<T, N>> for $primitive
            where
                $primitive: AsPrimitive<T::Precision>,
            {
                #[inline]
                fn as_(self) -> $number<T, N> {
                    Number::constant(self.as_())
                }
            }
            impl<T: Number + 'static, const N: usize> AsPrimitive<$primitive> for $number<T, N>
            where
                T::Precision: AsPrimitive<$primitive>,
            {
                #[inline]
                fn as_(self) -> $primitive {
                    Number::value(self).as_()
                }
            }
        )*
    };
}

/// Powers, with exponent and base by value and by reference.
macro_rules! powers {
    ($number:ident: $($exponent:ty => |$x:ident, $n:ident| $power:expr;)*) => {
        $(
            impl<T: Number, const N: usize> Pow<$exponent> for $number<T, N> {
                type Output = Self;
                #[inline]
                fn pow(self, $n: $exponent) -> Self {
                    let $x = self;
                    $power
                }
            }
            powers! { @references $exponent, $number }
        )*
    };
    (@references $exponent:ty, $number:ident) => {
        impl<T: Number, const N: usize> Pow<&$exponent> for $number<T, N> {
            type Output = $number<T, N>;
            #[inline]
            fn pow(self, n: &$exponent) -> $number<T, N> {
                Pow::pow(self, *n)
            }
        }
        impl<T: Number, const N: usize> Pow<$exponent> for &$number<T, N> {
            type Output = $number<T, N>;
            #[inline]
            fn pow(self, n: $exponent) -> $number<T, N> {
                Pow::pow(*self, n)
            }
        }
        impl<T: Number, const N: usize> Pow<&$exponent> for &$number<T, N> {
            type Output = $number<T, N>;
            #[inline]
            fn pow(self, n: &$exponent) -> $number<T, N> {
                Pow::pow(*self, *n)
            }
        }
    };
}

macro_rules! number_type {
    ($($number:ident)*) => {
        $(
            impl<F: Float, T: Number<Precision = F>, const N: usize> From<F> for $number<T, N> {
                /// The plain float as a constant.
                #[inline]
                fn from(value: F) -> Self {
                    Number::constant(value)
                }
            }

            impl<T: Number, const N: usize> Zero for $number<T, N> {
                #[inline]
                fn zero() -> Self {
                    Number::zero()
                }
                #[inline]
                fn is_zero(&self) -> bool {
                    self.value() == T::Precision::ZERO
                }
            }

            impl<T: Number, const N: usize> One for $number<T, N> {
                #[inline]
                fn one() -> Self {
                    Number::one()
                }
            }

            impl<T: Number, const N: usize> Num for $number<T, N>
            where
                T::Precision: Num,
            {
                type FromStrRadixErr = <T::Precision as Num>::FromStrRadixErr;
                fn from_str_radix(digits: &str, radix: u32) -> Result<Self, Self::FromStrRadixErr> {
                    T::Precision::from_str_radix(digits, radix).map(Number::constant)
                }
            }

            impl<T: Number, const N: usize> ToPrimitive for $number<T, N>
            where
                T::Precision: ToPrimitive,
            {
                to_primitive! {
                    to_i8 -> i8; to_i16 -> i16; to_i32 -> i32; to_i64 -> i64; to_i128 -> i128; to_isize -> isize;
                    to_u8 -> u8; to_u16 -> u16; to_u32 -> u32; to_u64 -> u64; to_u128 -> u128; to_usize -> usize;
                    to_f32 -> f32; to_f64 -> f64;
                }
            }

            impl<T: Number, const N: usize> FromPrimitive for $number<T, N>
            where
                T::Precision: FromPrimitive,
            {
                from_primitive! {
                    from_i8(i8); from_i16(i16); from_i32(i32); from_i64(i64); from_i128(i128); from_isize(isize);
                    from_u8(u8); from_u16(u16); from_u32(u32); from_u64(u64); from_u128(u128); from_usize(usize);
                    from_f32(f32); from_f64(f64);
                }
            }

            impl<T: Number, const N: usize> NumCast for $number<T, N>
            where
                T::Precision: NumCast,
            {
                #[inline]
                fn from<X: ToPrimitive>(n: X) -> Option<Self> {
                    <T::Precision as NumCast>::from(n).map(Number::constant)
                }
            }

            as_primitive! { $number: i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 }

            impl<T: Number, const N: usize> Bounded for $number<T, N> {
                #[inline]
                fn min_value() -> Self {
                    Number::constant(-T::Precision::MAX)
                }
                #[inline]
                fn max_value() -> Self {
                    Number::constant(T::Precision::MAX)
                }
            }

            impl<T: Number, const N: usize> Signed for $number<T, N>
            where
                T::Precision: Signed,
            {
                #[inline]
                fn abs(&self) -> Self {
                    Number::abs(*self)
                }
                /// The positive difference; in a tie it moves as 0 does.
                #[inline]
                fn abs_sub(&self, other: &Self) -> Self {
                    if self <= other { Number::zero() } else { *self - *other }
                }
                #[inline]
                fn signum(&self) -> Self {
                    Number::signum(*self)
                }
                #[inline]
                fn is_positive(&self) -> bool {
                    Signed::is_positive(&self.value())
                }
                #[inline]
                fn is_negative(&self) -> bool {
                    Signed::is_negative(&self.value())
                }
            }

            impl<T: Number, const N: usize> Inv for $number<T, N> {
                type Output = Self;
                #[inline]
                fn inv(self) -> Self {
                    Number::recip(self)
                }
            }
            impl<T: Number, const N: usize> Inv for &$number<T, N> {
                type Output = $number<T, N>;
                #[inline]
                fn inv(self) -> $number<T, N> {
                    Number::recip(*self)
                }
            }

            powers! { $number:
                i8 => |x, n| Number::powi(x, n.into());
                u8 => |x, n| Number::powi(x, n.into());
                i16 => |x, n| Number::powi(x, n.into());
                u16 => |x, n| Number::powi(x, n.into());
                i32 => |x, n| Number::powi(x, n);
                $number<T, N> => |x, y| Number::pow(x, y);
            }
            impl<F: Float, T: Number<Precision = F>, const N: usize> Pow<F> for $number<T, N> {
                type Output = Self;
                #[inline]
                fn pow(self, exponent: F) -> Self {
                    Number::powf(self, exponent)
                }
            }
            impl<F: Float, T: Number<Precision = F>, const N: usize> Pow<F> for &$number<T, N> {
                type Output = $number<T, N>;
                #[inline]
                fn pow(self, exponent: F) -> $number<T, N> {
                    Number::powf(*self, exponent)
                }
            }

            impl<T: Number, const N: usize> MulAdd for $number<T, N> {
                type Output = Self;
                #[inline]
                fn mul_add(self, a: Self, b: Self) -> Self {
                    Number::mul_add(self, a, b)
                }
            }
            impl<T: Number, const N: usize> MulAddAssign for $number<T, N> {
                #[inline]
                fn mul_add_assign(&mut self, a: Self, b: Self) {
                    *self = Number::mul_add(*self, a, b);
                }
            }

            impl<T: Number, const N: usize> Euclid for $number<T, N>
            where
                T::Precision: Euclid,
            {
                /// An integer, which does not move.
                #[inline]
                fn div_euclid(&self, v: &Self) -> Self {
                    Number::constant(Euclid::div_euclid(&self.value(), &v.value()))
                }
                #[inline]
                fn rem_euclid(&self, v: &Self) -> Self {
                    Number::rem_euclid(*self, *v)
                }
            }

            impl<T: Number, const N: usize> FloatConst for $number<T, N>
            where
                T::Precision: FloatConst,
            {
                constants! { FloatConst:
                    E PI TAU FRAC_1_PI FRAC_2_PI FRAC_2_SQRT_PI FRAC_PI_2 FRAC_PI_3 FRAC_PI_4 FRAC_PI_6 FRAC_PI_8
                    SQRT_2 FRAC_1_SQRT_2 LN_2 LN_10 LOG2_E LOG10_E LOG2_10 LOG10_2
                }
            }

            impl<T: Number, const N: usize> PlainFloat for $number<T, N>
            where
                T::Precision: PlainFloat,
            {
                constants! { PlainFloat:
                    nan infinity neg_infinity neg_zero min_value min_positive_value max_value epsilon
                }
                questions! { PlainFloat:
                    is_nan -> bool; is_infinite -> bool; is_finite -> bool; is_normal -> bool; is_subnormal -> bool;
                    is_sign_positive -> bool; is_sign_negative -> bool;
                    classify -> FpCategory; integer_decode -> (u64, i16, i8);
                }
                by_number! {
                    fn floor(self);
                    fn ceil(self);
                    fn round(self);
                    fn trunc(self);
                    fn fract(self);
                    fn abs(self);
                    fn signum(self);
                    fn recip(self);
                    fn sqrt(self);
                    fn cbrt(self);
                    fn exp(self);
                    fn exp2(self);
                    fn exp_m1(self);
                    fn ln(self);
                    fn log2(self);
                    fn log10(self);
                    fn ln_1p(self);
                    fn sin(self);
                    fn cos(self);
                    fn tan(self);
                    fn asin(self);
                    fn acos(self);
                    fn atan(self);
                    fn sinh(self);
                    fn cosh(self);
                    fn tanh(self);
                    fn asinh(self);
                    fn acosh(self);
                    fn atanh(self);
                    fn to_degrees(self);
                    fn to_radians(self);
                    fn hypot(self, other);
                    fn atan2(self, x);
                    fn max(self, other);
                    fn min(self, other);
                    fn copysign(self, sign);
                    fn mul_add(self, a, b);
                }
                #[inline]
                fn powi(self, n: i32) -> Self {
                    Number::powi(self, n)
                }
                /// `selfʸ`, where both may move.
                #[inline]
                fn powf(self, exponent: Self) -> Self {
                    Number::pow(self, exponent)
                }
                /// `ln self / ln base`, where both may move.
                #[inline]
                fn log(self, base: Self) -> Self {
                    Number::ln(self) / Number::ln(base)
                }
                #[inline]
                fn sin_cos(self) -> (Self, Self) {
                    Number::sin_cos(self)
                }
                /// The positive difference; in a tie it moves as 0 does.
                #[inline]
                fn abs_sub(self, other: Self) -> Self {
                    if self <= other { Number::zero() } else { self - other }
                }
                #[inline]
                fn clamp(self, low: Self, high: Self) -> Self {
                    super::clamp(self, low, high)
                }
            }
        )*
    };
}

number_type! { Dual HyperDual Taylor }
