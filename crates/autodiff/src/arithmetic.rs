//! The operators that follow from the four of a number type: assignment, references, floats on either side, remainder,
//! sums, comparison, text; and the functions of [`Number`] as inherent methods, so that no trait need be imported.

use core::cmp::Ordering;
use core::fmt::{self, Display};
use core::iter::{Product, Sum};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Rem, RemAssign, Sub, SubAssign};

use crate::bounded::Bounded;
use crate::elementary::Elementary;
use crate::number::{Float, MixesWithIntegers, Number, Scalar};
use crate::pairs;
use crate::reverse::Reverse;
use crate::rules::unary_rules;
use crate::sparse::Tracer;
#[cfg(feature = "special")]
use crate::special::special_functions;
use crate::{Dual, HyperDual, Taylor};

/// What follows from one binary operator of a number type, given as its generics before `T` and its name.
macro_rules! derived_operator {
    ([$($generics:tt)*] $number:ty: $operator:ident $method:ident, $assign:ident $assign_method:ident) => {
        impl<$($generics)* T: Number> $assign for $number {
            #[inline]
            fn $assign_method(&mut self, other: Self) {
                *self = $operator::$method(*self, other);
            }
        }
        impl<$($generics)* T: Number> $assign<&$number> for $number {
            #[inline]
            fn $assign_method(&mut self, other: &$number) {
                *self = $operator::$method(*self, *other);
            }
        }
        impl<$($generics)* F: Float, T: Scalar<F>> $assign<F> for $number {
            #[inline]
            fn $assign_method(&mut self, c: F) {
                *self = $operator::$method(*self, c);
            }
        }
        impl<$($generics)* T: Number> $operator<&$number> for &$number {
            type Output = $number;
            #[inline]
            fn $method(self, other: &$number) -> $number {
                $operator::$method(*self, *other)
            }
        }
        impl<$($generics)* T: Number> $operator<$number> for &$number {
            type Output = $number;
            #[inline]
            fn $method(self, other: $number) -> $number {
                $operator::$method(*self, other)
            }
        }
        impl<$($generics)* T: Number> $operator<&$number> for $number {
            type Output = $number;
            #[inline]
            fn $method(self, other: &$number) -> $number {
                $operator::$method(self, *other)
            }
        }
        impl<$($generics)* F: Float, T: Scalar<F>> $operator<F> for &$number {
            type Output = $number;
            #[inline]
            fn $method(self, c: F) -> $number {
                $operator::$method(*self, c)
            }
        }
    };
}

macro_rules! float_on_the_left {
    ([$($generics:tt)*] $number:ty: $float:ident) => {
        impl<$($generics)* T: Scalar<$float>> Add<$number> for $float {
            type Output = $number;
            #[inline]
            fn add(self, x: $number) -> $number {
                // c + x rounds as x + c
                x + self
            }
        }
        impl<$($generics)* T: Scalar<$float>> Sub<$number> for $float {
            type Output = $number;
            #[inline]
            fn sub(self, x: $number) -> $number {
                // c − x is exactly rounded on the value, and −x on the derivatives
                (-x).with_inner(T::constant(self) - x.re)
            }
        }
        impl<$($generics)* T: Scalar<$float>> Mul<$number> for $float {
            type Output = $number;
            #[inline]
            fn mul(self, x: $number) -> $number {
                // c x rounds as x c
                x * self
            }
        }
        impl<$($generics)* T: Scalar<$float>> Div<$number> for $float {
            type Output = $number;
            #[inline]
            fn div(self, x: $number) -> $number {
                <$number>::constant(T::constant(self)) / x
            }
        }
        impl<$($generics)* T: Scalar<$float>> Rem<$number> for $float {
            type Output = $number;
            #[inline]
            fn rem(self, x: $number) -> $number {
                <$number>::constant(T::constant(self)) % x
            }
        }
        impl<$($generics)* T: Scalar<$float>> PartialEq<$number> for $float {
            #[inline]
            fn eq(&self, x: &$number) -> bool {
                *self == x.value()
            }
        }
        impl<$($generics)* T: Scalar<$float>> PartialOrd<$number> for $float {
            #[inline]
            fn partial_cmp(&self, x: &$number) -> Option<Ordering> {
                self.partial_cmp(&x.value())
            }
        }
    };
}

/// No operator: it is there for the compiler's message.
macro_rules! integer_on_the_left {
    ([$($generics:tt)*] $number:ty: $operator:ident $method:ident) => {
        #[doc(hidden)]
        impl<$($generics)* T: Number> $operator<$number> for i32
        where
            $number: MixesWithIntegers,
        {
            type Output = $number;
            fn $method(self, x: $number) -> $number {
                x
            }
        }
    };
}

/// The operators of a number type, given as its generics before `T` and its name.
macro_rules! operators {
    ([$($generics:tt)*] $number:ty) => {
        derived_operator! { [$($generics)*] $number: Add add, AddAssign add_assign }
        derived_operator! { [$($generics)*] $number: Sub sub, SubAssign sub_assign }
        derived_operator! { [$($generics)*] $number: Mul mul, MulAssign mul_assign }
        derived_operator! { [$($generics)*] $number: Div div, DivAssign div_assign }
        derived_operator! { [$($generics)*] $number: Rem rem, RemAssign rem_assign }
        float_on_the_left! { [$($generics)*] $number: f32 }
        float_on_the_left! { [$($generics)*] $number: f64 }
        integer_on_the_left! { [$($generics)*] $number: Add add }
        integer_on_the_left! { [$($generics)*] $number: Sub sub }
        integer_on_the_left! { [$($generics)*] $number: Mul mul }
        integer_on_the_left! { [$($generics)*] $number: Div div }

        impl<$($generics)* T: Number> Rem for $number {
            type Output = Self;
            /// x % y = x − trunc(x / y) y
            #[inline]
            fn rem(self, other: Self) -> Self {
                pairs::remainder(self, other, self.value() % other.value())
            }
        }
        impl<$($generics)* F: Float, T: Scalar<F>> Rem<F> for $number {
            type Output = Self;
            #[inline]
            fn rem(self, c: F) -> Self {
                self.with_value(self.value() % c)
            }
        }
        impl<$($generics)* T: Number> Sum for $number {
            #[inline]
            fn sum<I: Iterator<Item = Self>>(terms: I) -> Self {
                // −0 is what floats start from: it leaves the first term as it is
                terms.fold(<$number>::constant(-T::zero()), Add::add)
            }
        }
        impl<'a, $($generics)* T: Number + 'a> Sum<&'a $number> for $number {
            #[inline]
            fn sum<I: Iterator<Item = &'a Self>>(terms: I) -> Self {
                terms.copied().sum()
            }
        }
        impl<$($generics)* T: Number> Product for $number {
            #[inline]
            fn product<I: Iterator<Item = Self>>(factors: I) -> Self {
                factors.fold(<$number>::constant(T::one()), Mul::mul)
            }
        }
        impl<'a, $($generics)* T: Number + 'a> Product<&'a $number> for $number {
            #[inline]
            fn product<I: Iterator<Item = &'a Self>>(factors: I) -> Self {
                factors.copied().product()
            }
        }

        // Comparisons look at the value, whatever the derivatives.
        impl<$($generics)* T: Number> PartialEq for $number {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.value() == other.value()
            }
        }
        impl<$($generics)* T: Number> PartialOrd for $number {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                self.value().partial_cmp(&other.value())
            }
        }
        impl<$($generics)* F: Float, T: Number<Precision = F>> PartialEq<F> for $number {
            #[inline]
            fn eq(&self, c: &F) -> bool {
                self.value() == *c
            }
        }
        impl<$($generics)* F: Float, T: Number<Precision = F>> PartialOrd<F> for $number {
            #[inline]
            fn partial_cmp(&self, c: &F) -> Option<Ordering> {
                self.value().partial_cmp(c)
            }
        }

        impl<$($generics)* T: Number> $number {
            /// The same derivatives beside another value of the type below.
            #[inline]
            fn with_inner(mut self, re: T) -> Self {
                self.re = re;
                self
            }
        }
    };
}

/// What stands beside a number `D` in a function of two: a number of its type, or a plain float, which does not move.
///
/// ```
/// use autodiff::{derivative, gradient};
///
/// assert_eq!(derivative(|x| x.max(0.0), 3.0), 1.0);
/// assert_eq!(gradient(|[x, y]| x.hypot(y) + x.hypot(4.0), [3.0, 4.0]), [1.2, 0.8]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not stand beside `{D}`",
    label = "neither a number of that type nor a plain float of its precision",
    note = "a number of an outer derivative is lifted by `Dual::constant`"
)]
pub trait Operand<D> {
    /// As a number.
    fn number(self) -> D;
}

impl<T: Number> Operand<T> for T {
    #[inline]
    fn number(self) -> T {
        self
    }
}

/// All that follows for a number type, given as its generics before `T` and its name.
macro_rules! number_type {
    ([$($generics:tt)*] $number:ty) => {
        operators! { [$($generics)*] $number }

        impl<$($generics)* F: Float, T: Scalar<F>> Operand<$number> for F {
            #[inline]
            fn number(self) -> $number {
                <$number>::constant(T::constant(self))
            }
        }

        impl<$($generics)* T: Number> $number {
            /// The value without derivatives, a plain float.
            #[inline]
            pub fn value(self) -> T::Precision {
                Number::value(self)
            }
            /// The chain rule: f(self), given f, f', f'', … at [`value`](Self::value); see [`Number::compose`].
            #[inline]
            pub fn compose(self, derivatives: &[T::Precision]) -> Self {
                Number::compose(self, derivatives)
            }
            /// `selfⁿ` for an integer; `powi(0)` is 1 and does not move, at 0 too.
            #[inline]
            pub fn powi(self, n: i32) -> Self {
                Number::powi(self, n)
            }
            /// `self` to a constant power; for an exponent that moves, see [`pow`](Self::pow).
            #[inline]
            pub fn powf(self, exponent: T::Precision) -> Self {
                Number::powf(self, exponent)
            }
            /// `self` to the power `exponent`, where both may move.
            #[inline]
            pub fn pow(self, exponent: impl Operand<Self>) -> Self {
                Number::pow(self, exponent.number())
            }
            /// The logarithm to a constant base.
            #[inline]
            pub fn log(self, base: T::Precision) -> Self {
                Number::log(self, base)
            }
            /// The sine and the cosine.
            #[inline]
            pub fn sin_cos(self) -> (Self, Self) {
                Number::sin_cos(self)
            }
            /// `self · a + b`; the value is rounded once, as `std` has it.
            #[inline]
            pub fn mul_add(self, a: impl Operand<Self>, b: impl Operand<Self>) -> Self {
                Number::mul_add(self, a.number(), b.number())
            }
            /// `self` held between two constants; see [`Number::clamp`].
            #[inline]
            pub fn clamp(self, low: T::Precision, high: T::Precision) -> Self {
                Number::clamp(self, low, high)
            }
            /// Whether the value is NaN.
            #[inline]
            pub fn is_nan(self) -> bool {
                Elementary::is_nan(self.value())
            }
            /// Whether the value is finite.
            #[inline]
            pub fn is_finite(self) -> bool {
                Elementary::is_finite(self.value())
            }
            inherent_pairs! { hypot xlogy atan2 max min copysign rem_euclid }
            inherent_singles! { abs signum floor ceil round trunc fract to_degrees to_radians }
            unary_rules!(inherent_rules);
            #[cfg(feature = "special")]
            special_functions!(inherent_special);
        }
    };
}

macro_rules! inherent_pairs {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("See [`Number::", stringify!($name), "`].")]
            #[inline]
            pub fn $name(self, other: impl Operand<Self>) -> Self {
                Number::$name(self, other.number())
            }
        )*
    };
}

macro_rules! inherent_singles {
    ($($name:ident)*) => {
        $(
            #[doc = concat!("See [`Number::", stringify!($name), "`].")]
            #[inline]
            pub fn $name(self) -> Self {
                Number::$name(self)
            }
        )*
    };
}

macro_rules! inherent_rules {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub fn $name(self) -> Self {
                Number::$name(self)
            }
        )*
    };
}

#[cfg(feature = "special")]
macro_rules! inherent_special {
    ($($(#[$doc:meta])* $name:ident($x:ident, $order:ident $(, $n:ident: $type:ty)?) $body:block)*) => {
        $(
            $(#[$doc])*
            pub fn $name(self $(, $n: $type)?) -> Self {
                Number::$name(self $(, $n)?)
            }
        )*
    };
}

number_type! { [const N: usize,] Dual<T, N> }
number_type! { [const N: usize,] HyperDual<T, N> }
number_type! { [const K: usize,] Taylor<T, K> }
number_type! { ['t,] Reverse<'t, T> }
number_type! { ['t,] Tracer<'t, T> }
operators! { [] Bounded<T> }

/// `25 [8, 24]ε`: the value, then the partial derivatives; a precision applies to each number.
impl<T: Number + Display, const N: usize> Display for Dual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.re, f)?;
        f.write_str(" ")?;
        list(f, &self.slopes())?;
        f.write_str("ε")
    }
}

/// The value and the partial derivatives, a zero without a sign.
impl<T: Number, const N: usize> fmt::Debug for Dual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dual").field("re", &self.re).field("eps", &self.slopes()).finish()
    }
}

/// The value, the first and the second partial derivatives (the whole Hessian).
impl<T: Number, const N: usize> fmt::Debug for HyperDual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (eps, hessian) = (self.slopes(), self.hessian().map(|row| row.map(|x| x + T::zero())));
        f.debug_struct("HyperDual").field("re", &self.re).field("eps", &eps).field("hessian", &hessian).finish()
    }
}

/// `12 [4, 12]ε [[0], [4, 6]]ε²`: the value, the first and the second partial derivatives (lower triangle).
impl<T: Number + Display, const N: usize> Display for HyperDual<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.re, f)?;
        f.write_str(" ")?;
        list(f, &self.slopes())?;
        f.write_str("ε [")?;
        for (i, row) in self.hessian().iter().enumerate() {
            if i > 0 {
                f.write_str(", ")?;
            }
            list(f, &row[..=i])?;
        }
        f.write_str("]ε²")
    }
}

/// The value and the coefficients.
impl<T: Number, const K: usize> fmt::Debug for Taylor<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taylor").field("re", &self.re).field("coefficients", &self.coefficients).finish()
    }
}

/// `1 [1, 0.5]t`: the value, then the coefficients.
impl<T: Number + Display, const K: usize> Display for Taylor<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&self.re, f)?;
        f.write_str(" ")?;
        list(f, &self.coefficients)?;
        f.write_str("t")
    }
}

fn list<T: Display>(f: &mut fmt::Formatter<'_>, items: &[T]) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        Display::fmt(item, f)?;
    }
    f.write_str("]")
}
