//! `approx`: equality within a tolerance, of the value and of every derivative.
//!
//! `==` looks at the value alone; what is compared approximately is mostly a result in a test, so here all parts count. The
//! tolerances are numbers of the same type, because `nalgebra::RealField` asks for it; their values count.

use ::approx::{AbsDiffEq, RelativeEq, UlpsEq};

use crate::{Dual, HyperDual, Number, Taylor};

macro_rules! compare {
    ($($number:ident: |$x:ident, $y:ident, $same:ident| $derivatives:expr;)*) => {
        $(
            /// All parts, the value and each derivative, are within `epsilon` (its value) of each other.
            impl<T: Number + AbsDiffEq<Epsilon = T>, const N: usize> AbsDiffEq for $number<T, N> {
                type Epsilon = Self;
                fn default_epsilon() -> Self {
                    Self::constant(T::default_epsilon())
                }
                fn abs_diff_eq(&self, other: &Self, epsilon: Self) -> bool {
                    let $same = |x: &T, y: &T| x.abs_diff_eq(y, epsilon.re);
                    let ($x, $y) = (self, other);
                    $same(&$x.re, &$y.re) && $derivatives
                }
            }
            /// All parts, the value and each derivative, are within `epsilon` or a fraction `max_relative` of each other.
            impl<T: Number + RelativeEq<Epsilon = T>, const N: usize> RelativeEq for $number<T, N> {
                fn default_max_relative() -> Self {
                    Self::constant(T::default_max_relative())
                }
                fn relative_eq(&self, other: &Self, epsilon: Self, max_relative: Self) -> bool {
                    let $same = |x: &T, y: &T| x.relative_eq(y, epsilon.re, max_relative.re);
                    let ($x, $y) = (self, other);
                    $same(&$x.re, &$y.re) && $derivatives
                }
            }
            /// All parts, the value and each derivative, are within `epsilon` or `max_ulps` units in the last place of each other.
            impl<T: Number + UlpsEq<Epsilon = T>, const N: usize> UlpsEq for $number<T, N> {
                fn default_max_ulps() -> u32 {
                    T::default_max_ulps()
                }
                fn ulps_eq(&self, other: &Self, epsilon: Self, max_ulps: u32) -> bool {
                    let $same = |x: &T, y: &T| x.ulps_eq(y, epsilon.re, max_ulps);
                    let ($x, $y) = (self, other);
                    $same(&$x.re, &$y.re) && $derivatives
                }
            }
        )*
    };
}

compare! {
    Dual: |x, y, same| all(&x.eps, &y.eps, same);
    Taylor: |x, y, same| all(&x.coefficients, &y.coefficients, same);
    HyperDual: |x, y, same| all(&x.eps, &y.eps, same)
        && all(x.hessian().as_flattened(), y.hessian().as_flattened(), same);
}

fn all<T>(x: &[T], y: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    x.iter().zip(y).all(|(x, y)| same(x, y))
}
