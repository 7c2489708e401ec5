//! num-dual's `DualNum`: code written for num-dual runs on these numbers.
//!
//! The functions are those of [`Number`], so they are right where num-dual's are known not to be. `Real` is the plain float
//! and `Inner` the number below.

use ::num_dual::{DualNum, DualNumFloat, DualStruct, Mappable};

use super::cardinal::{Cardinal, LENGTH};
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar};
use crate::rules::Rule;
use crate::{Dual, HyperDual, Taylor};

/// Functions with this signature, handed on to [`Number`].
macro_rules! by_number {
    ($($name:ident)*) => {
        $(
            #[inline]
            fn $name(&self) -> Self {
                Number::$name(*self)
            }
        )*
    };
}

/// A spherical Bessel function of the first kind as derivatives of j₀ = sin x / x: j₁ = −j₀', j₂ = 3/2 j₀'' + 1/2 j₀.
/// The value is what num-dual computes on plain floats.
#[derive(Clone, Copy, Debug)]
struct SphericalBessel<P> {
    value: P,
    order: usize,
}

impl<P: Elementary> SphericalBessel<P> {
    fn derivative(&self, j0: &[P], n: usize) -> P {
        match self.order {
            0 => j0[n],
            1 => -j0[n + 1],
            _ => P::of(1.5) * j0[n + 2] + P::of(0.5) * j0[n],
        }
    }
    fn of_j0(x: P) -> [P; LENGTH] {
        Cardinal { value: x, hyperbolic: false }.derivatives(x)
    }
}

impl<P: Elementary> Rule<P> for SphericalBessel<P> {
    fn jet(&self, x: P) -> [P; 4] {
        let j0 = Self::of_j0(x);
        [self.value, self.derivative(&j0, 1), self.derivative(&j0, 2), self.derivative(&j0, 3)]
    }
    fn next(&self, x: P, n: usize, _: &[P]) -> P {
        self.derivative(&Self::of_j0(x), n)
    }
}

macro_rules! number_type {
    ($($number:ident)*) => {
        $(
            impl<F: Float, T: Number<Precision = F>, const N: usize> DualStruct for $number<T, N>
            where
                T: DualStruct,
            {
                type Real = F;
                type Inner = T;
                #[inline]
                fn re(&self) -> F {
                    self.value()
                }
                #[inline]
                fn from_inner(inner: &T) -> Self {
                    Self::constant(*inner)
                }
            }

            impl<T, const N: usize> Mappable<Self> for $number<T, N> {
                type Output<O> = O;
                #[inline]
                fn map_dual<M: Fn(Self) -> O, O>(self, f: M) -> O {
                    f(self)
                }
            }

            impl<F, T, const N: usize> DualNum for $number<T, N>
            where
                F: Float + DualNumFloat + DualNum<Primitive = F>,
                T: Scalar<F> + DualNum<Primitive = F>,
            {
                type Primitive = F;
                const NDERIV: usize = Self::ORDER;
                type InnerDual = T;

                #[inline]
                fn from_re(inner: T) -> Self {
                    Self::constant(inner)
                }
                #[inline]
                fn scale(self, factor: &T) -> Self {
                    self * Self::constant(*factor)
                }
                by_number! {
                    recip sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p
                    sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh
                }
                #[inline]
                fn powi(&self, n: i32) -> Self {
                    Number::powi(*self, n)
                }
                #[inline]
                fn powf(&self, exponent: F) -> Self {
                    Number::powf(*self, exponent)
                }
                #[inline]
                fn powd(&self, exponent: Self) -> Self {
                    Number::pow(*self, exponent)
                }
                #[inline]
                fn log(&self, base: F) -> Self {
                    Number::log(*self, base)
                }
                #[inline]
                fn sin_cos(&self) -> (Self, Self) {
                    Number::sin_cos(*self)
                }
                #[inline]
                fn atan2(&self, x: Self) -> Self {
                    Number::atan2(*self, x)
                }
                #[inline]
                fn mul_add(&self, a: Self, b: Self) -> Self {
                    Number::mul_add(*self, a, b)
                }
                #[inline]
                fn sph_j0(&self) -> Self {
                    self.apply(SphericalBessel { value: DualNum::sph_j0(&self.value()), order: 0 })
                }
                #[inline]
                fn sph_j1(&self) -> Self {
                    self.apply(SphericalBessel { value: DualNum::sph_j1(&self.value()), order: 1 })
                }
                #[inline]
                fn sph_j2(&self) -> Self {
                    self.apply(SphericalBessel { value: DualNum::sph_j2(&self.value()), order: 2 })
                }
            }
        )*
    };
}

number_type! { Dual HyperDual Taylor }
