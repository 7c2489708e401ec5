//! The numbers in the traits of other crates, each behind a feature of its name.
//!
//! Everywhere the conventions of [`Number`](crate::Number) hold: values are those of plain floats, comparisons look at
//! values, slopes at kinks are those of the table.

/// Functions with this signature, handed on to [`Number`](crate::Number).
#[cfg(feature = "num-traits")]
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

/// The functions that num_traits and simba both ask of a float, under the same names.
#[cfg(feature = "num-traits")]
macro_rules! functions_of_floats {
    () => {
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
            fn hypot(self, other);
            fn mul_add(self, a, b);
        }
    };
}

#[cfg(feature = "approx")]
mod approx;
#[cfg(any(feature = "nalgebra", feature = "num-dual"))]
mod cardinal;
#[cfg(feature = "nalgebra")]
mod decompositions;
#[cfg(feature = "nalgebra")]
mod nalgebra;
#[cfg(feature = "num-dual")]
mod num_dual;
#[cfg(feature = "num-traits")]
mod num_traits;
#[cfg(feature = "serde")]
mod serde;

#[cfg(feature = "nalgebra")]
pub use decompositions::{determinant, svd, symmetric_eigen};
#[cfg(feature = "nalgebra")]
pub use nalgebra::Mixed;

/// `x` held between two numbers that may move: on an edge, `x` and the edge move half each.
#[cfg(feature = "num-traits")]
fn clamp<T: crate::Number + PartialOrd>(x: T, low: T, high: T) -> T {
    if x < low {
        low
    } else if x > high {
        high
    } else if x == low {
        x.max(low)
    } else if x == high {
        x.min(high)
    } else {
        x
    }
}
