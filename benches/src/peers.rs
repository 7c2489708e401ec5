//! The peers' numbers, under one small trait, so that one body serves all of them. Everything is inlined: a peer is timed as
//! if the body were written for its numbers.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// What the bodies ask of a number.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// xⁿ
    fn powi(self, n: i32) -> Self;
    /// √x
    fn sqrt(self) -> Self;
    /// eˣ
    fn exp(self) -> Self;
    /// sin x
    fn sin(self) -> Self;
    /// cos x
    fn cos(self) -> Self;
}

macro_rules! real {
    ($([$($generics:tt)*] $number:ty;)*) => {
        $(
            impl<$($generics)*> Real for $number {
                #[inline(always)]
                fn powi(self, n: i32) -> Self {
                    num_traits::Float::powi(self, n)
                }
                #[inline(always)]
                fn sqrt(self) -> Self {
                    num_traits::Float::sqrt(self)
                }
                #[inline(always)]
                fn exp(self) -> Self {
                    num_traits::Float::exp(self)
                }
                #[inline(always)]
                fn sin(self) -> Self {
                    num_traits::Float::sin(self)
                }
                #[inline(always)]
                fn cos(self) -> Self {
                    num_traits::Float::cos(self)
                }
            }
        )*
    };
}

real! {
    [] f64;
    [const N: usize] echidna::DualVec<f64, N>;
    [] echidna::Reverse<f64>;
    [] echidna::BReverse<f64>;
    [] autodiff_peer::F1;
    [const N: usize] hyperdual::Hyperdual<f64, N>;
}

/// A number of ad_trait's, which mixes with floats only as `F64`.
#[cfg(feature = "ad_trait")]
#[derive(Clone, Copy, Debug)]
pub struct Ad<T>(pub T);

#[cfg(feature = "ad_trait")]
mod ad {
    use super::{Ad, Real};
    use ad_trait::{AD, F64};
    use std::ops::{Add, Div, Mul, Neg, Sub};

    macro_rules! operators {
        ($($operator:ident $method:ident)*) => {
            $(
                impl<T: AD> $operator for Ad<T> {
                    type Output = Self;
                    #[inline(always)]
                    fn $method(self, other: Self) -> Self {
                        Ad($operator::<T>::$method(self.0, other.0))
                    }
                }
                impl<T: AD> $operator<f64> for Ad<T> {
                    type Output = Self;
                    #[inline(always)]
                    fn $method(self, c: f64) -> Self {
                        Ad($operator::<F64>::$method(self.0, F64(c)))
                    }
                }
            )*
        };
    }
    operators! { Add add Sub sub Mul mul Div div }

    impl<T: AD> Neg for Ad<T> {
        type Output = Self;
        #[inline(always)]
        fn neg(self) -> Self {
            Ad(-self.0)
        }
    }

    impl<T: AD> Real for Ad<T> {
        #[inline(always)]
        fn powi(self, n: i32) -> Self {
            Ad(self.0.powi(n))
        }
        #[inline(always)]
        fn sqrt(self) -> Self {
            Ad(self.0.sqrt())
        }
        #[inline(always)]
        fn exp(self) -> Self {
            Ad(self.0.exp())
        }
        #[inline(always)]
        fn sin(self) -> Self {
            Ad(self.0.sin())
        }
        #[inline(always)]
        fn cos(self) -> Self {
            Ad(self.0.cos())
        }
    }
}
