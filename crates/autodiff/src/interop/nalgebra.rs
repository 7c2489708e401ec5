//! nalgebra: the numbers are a real field, so that its decompositions and norms can be differentiated through; and plain
//! matrices meet matrices of numbers.

use core::ops::{Add, Mul, Sub};

use ::nalgebra::allocator::Allocator;
use ::nalgebra::constraint::{AreMultipliable, ShapeConstraint};
use ::nalgebra::{
    ComplexField, DefaultAllocator, Dim, Field, Matrix, OMatrix, RawStorage, RealField, Scalar as Entry, SimdValue,
};
use simba::scalar::SubsetOf;
use simba::simd::PrimitiveSimdValue;

use super::cardinal::Cardinal;
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar};
use crate::{Dual, HyperDual, Taylor};

/// Constants of the plain float.
macro_rules! constants {
    ($($name:ident)*) => {
        $(
            #[inline]
            fn $name() -> Self {
                Number::constant(T::Precision::$name())
            }
        )*
    };
}

macro_rules! number_type {
    ($($number:ident)*) => {
        $(
            impl<T: Number, const N: usize> PrimitiveSimdValue for $number<T, N> {}

            /// One lane.
            #[allow(unsafe_code, reason = "the trait has two unsafe methods; these bodies are safe: one lane needs no index")]
            impl<T: Number, const N: usize> SimdValue for $number<T, N> {
                const LANES: usize = 1;
                type Element = Self;
                type SimdBool = bool;

                #[inline]
                fn splat(x: Self) -> Self {
                    x
                }
                #[inline]
                fn extract(&self, _: usize) -> Self {
                    *self
                }
                #[inline]
                unsafe fn extract_unchecked(&self, _: usize) -> Self {
                    *self
                }
                #[inline]
                fn replace(&mut self, _: usize, x: Self) {
                    *self = x;
                }
                #[inline]
                unsafe fn replace_unchecked(&mut self, _: usize, x: Self) {
                    *self = x;
                }
                #[inline]
                fn select(self, condition: bool, other: Self) -> Self {
                    if condition { self } else { other }
                }
            }

            impl<T: Number, const N: usize> Field for $number<T, N> where T::Precision: RealField {}

            impl<T: Number, const N: usize> SubsetOf<Self> for $number<T, N> {
                #[inline]
                fn to_superset(&self) -> Self {
                    *self
                }
                #[inline]
                fn from_superset_unchecked(x: &Self) -> Self {
                    *x
                }
                #[inline]
                fn is_in_subset(_: &Self) -> bool {
                    true
                }
            }
            plain_floats_are_in! { $number: f32 f64 }

            impl<T: Number + RealField, const N: usize> ComplexField for $number<T, N>
            where
                T::Precision: RealField,
            {
                type RealField = Self;

                #[inline]
                fn from_real(x: Self) -> Self {
                    x
                }
                #[inline]
                fn real(self) -> Self {
                    self
                }
                #[inline]
                fn imaginary(self) -> Self {
                    Number::zero()
                }
                #[inline]
                fn conjugate(self) -> Self {
                    self
                }
                #[inline]
                fn modulus(self) -> Self {
                    Number::abs(self)
                }
                #[inline]
                fn modulus_squared(self) -> Self {
                    self * self
                }
                #[inline]
                fn norm1(self) -> Self {
                    Number::abs(self)
                }
                /// 0 or π; it does not move.
                #[inline]
                fn argument(self) -> Self {
                    Number::constant(Number::value(self).argument())
                }
                #[inline]
                fn to_exp(self) -> (Self, Self) {
                    if self.value() >= T::Precision::ZERO { (self, Number::one()) } else { (-self, -<Self as Number>::one()) }
                }
                #[inline]
                fn scale(self, factor: Self) -> Self {
                    self * factor
                }
                #[inline]
                fn unscale(self, factor: Self) -> Self {
                    self / factor
                }
                functions_of_floats! {}
                /// The value at ±∞ is NaN, as that of floats; [`Number::sinc`] has the limit, 0.
                #[inline]
                fn sinc(self) -> Self {
                    Number::sinc(self).with_value(ComplexField::sinc(Number::value(self)))
                }
                #[inline]
                fn sin_cos(self) -> (Self, Self) {
                    Number::sin_cos(self)
                }
                /// sinh x / x with the derivatives of its power series at 0.
                #[inline]
                fn sinhc(self) -> Self {
                    self.apply(Cardinal { value: Number::value(self).sinhc(), hyperbolic: true })
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
                /// `selfʸ`, where both may move.
                #[inline]
                fn powc(self, exponent: Self) -> Self {
                    Number::pow(self, exponent)
                }
                /// `ln self / ln base`, where both may move.
                #[inline]
                fn log(self, base: Self) -> Self {
                    Number::ln(self) / Number::ln(base)
                }
                #[inline]
                fn is_finite(&self) -> bool {
                    Elementary::is_finite(Number::value(*self))
                }
                #[inline]
                fn try_sqrt(self) -> Option<Self> {
                    (self.value() >= T::Precision::ZERO).then(|| Number::sqrt(self))
                }
            }

            impl<T: Number + RealField, const N: usize> RealField for $number<T, N>
            where
                T::Precision: RealField,
            {
                by_number! {
                    fn copysign(self, sign);
                    fn max(self, other);
                    fn min(self, other);
                    fn atan2(self, x);
                }
                constants! {
                    pi two_pi frac_pi_2 frac_pi_3 frac_pi_4 frac_pi_6 frac_pi_8 frac_1_pi frac_2_pi frac_2_sqrt_pi
                    e log2_e log10_e ln_2 ln_10
                }
                #[inline]
                fn is_sign_positive(&self) -> bool {
                    RealField::is_sign_positive(&Number::value(*self))
                }
                #[inline]
                fn is_sign_negative(&self) -> bool {
                    RealField::is_sign_negative(&Number::value(*self))
                }
                #[inline]
                fn clamp(self, low: Self, high: Self) -> Self {
                    super::clamp(self, low, high)
                }
                #[inline]
                fn min_value() -> Option<Self> {
                    T::Precision::min_value().map(Number::constant)
                }
                #[inline]
                fn max_value() -> Option<Self> {
                    T::Precision::max_value().map(Number::constant)
                }
            }

            number_times_matrix! { $number: [Matrix] [&Matrix] }
        )*
    };
}

/// A plain float is a constant, and a number's value is a plain float: what nalgebra converts, it asks how large a number is
/// (how often `Matrix::exp` halves and squares), as comparisons do.
macro_rules! plain_floats_are_in {
    ($number:ident: $($float:ident)*) => {
        $(
            impl<T: Number, const N: usize> SubsetOf<$number<T, N>> for $float {
                #[inline]
                fn to_superset(&self) -> $number<T, N> {
                    Number::constant(T::Precision::of((*self).into()))
                }
                #[inline]
                fn from_superset_unchecked(x: &$number<T, N>) -> $float {
                    Number::value(*x).to_f64() as $float
                }
                #[inline]
                fn is_in_subset(_: &$number<T, N>) -> bool {
                    true
                }
            }
        )*
    };
}

/// A number times a matrix of its like or of plain floats, by value or by reference: what nalgebra itself has for floats.
macro_rules! number_times_matrix {
    ($number:ident: $([$($matrix:tt)*])*) => {
        $(
            impl<T: Number + 'static, R: Dim, C: Dim, S: RawStorage<Self, R, C>, const N: usize>
                Mul<$($matrix)*<Self, R, C, S>> for $number<T, N>
            where
                DefaultAllocator: Allocator<R, C>,
            {
                type Output = OMatrix<Self, R, C>;
                fn mul(self, matrix: $($matrix)*<Self, R, C, S>) -> Self::Output {
                    matrix.map(|entry| self * entry)
                }
            }
            impl<F: Float + Entry, T: Scalar<F> + 'static, R: Dim, C: Dim, S: RawStorage<F, R, C>, const N: usize>
                Mul<$($matrix)*<F, R, C, S>> for $number<T, N>
            where
                DefaultAllocator: Allocator<R, C>,
            {
                type Output = OMatrix<Self, R, C>;
                fn mul(self, matrix: $($matrix)*<F, R, C, S>) -> Self::Output {
                    matrix.map(|entry| self * entry)
                }
            }
        )*
    };
}

number_type! { Dual HyperDual Taylor }

/// Plain matrices beside matrices of numbers with derivatives.
///
/// `plain * dual` and `dual + plain` cannot be operators, because both matrix types are nalgebra's. The methods do what the
/// operators would, without lifting the plain matrix first: a float times a number scales its parts. Either side may be
/// the plain one. `dual_number * matrix` is an operator, for matrices of both kinds.
///
/// ```
/// use autodiff::{Dual, Mixed};
/// use nalgebra::{matrix, vector};
///
/// let plain = matrix![2.0, 1.0; 0.0, 3.0];
/// let x = Dual::<f64, 2>::variables([1.0, 5.0]);
/// let y = plain.times(&vector![x[0], x[1]]);
/// assert_eq!((y[0].re, y[0].eps), (7.0, [2.0, 1.0]));
/// assert_eq!((y[1].re, y[1].eps), (15.0, [0.0, 3.0]));
///
/// let z = vector![x[0], x[1]].plus(&vector![1.0, 1.0]); // dual + plain
/// assert_eq!(z[0].re, 2.0);
/// let w = x[0] * plain; // a dual number times a plain matrix
/// assert_eq!(w[(1, 1)].eps, [3.0, 0.0]);
/// ```
///
/// Where numbers nest, the outer and the inner are not plain to each other: lift the inner matrix by `map`.
///
/// ```
/// use autodiff::Dual;
/// use nalgebra::{Matrix2, matrix};
///
/// type Inner = Dual<f64, 1>;
/// let inner: Matrix2<Inner> = matrix![1.0, 2.0; 3.0, 4.0].map(Dual::constant);
/// let outer: Matrix2<Dual<Inner, 1>> = inner.map(Dual::constant);
/// assert_eq!((outer * outer)[(0, 0)].re.re, 7.0);
/// ```
pub trait Mixed<T, R: Dim, C: Dim> {
    /// The plain matrix as one of constants.
    ///
    /// ```
    /// use autodiff::{HyperDual, Mixed};
    /// use nalgebra::matrix;
    ///
    /// let a = matrix![2.0, 0.0; 0.0, 4.0].lift::<HyperDual<f64, 1>>();
    /// assert_eq!(a.determinant().eps, [0.0]);
    /// ```
    fn lift<D: Number<Precision = T> + Entry>(&self) -> OMatrix<D, R, C>
    where
        DefaultAllocator: Allocator<R, C>;

    /// The product, where one of the two holds plain floats. The terms are added in the order of the columns of `self`, as
    /// nalgebra does for matrices that it does not hand to a blocked product.
    ///
    /// # Panics
    ///
    /// As nalgebra's operator, where the columns of `self` are not as many as the rows of `other`; for static dimensions
    /// that does not compile.
    fn times<B: Entry, D, R2: Dim, C2: Dim, S2: RawStorage<B, R2, C2>>(
        &self,
        other: &Matrix<B, R2, C2, S2>,
    ) -> OMatrix<D, R, C2>
    where
        T: Mul<B, Output = D>,
        D: Number + Entry,
        DefaultAllocator: Allocator<R, C2>,
        ShapeConstraint: AreMultipliable<R, C, R2, C2>;

    /// The sum, where one of the two holds plain floats.
    ///
    /// # Panics
    ///
    /// As nalgebra's operator, where the dimensions differ; for static dimensions that does not compile.
    fn plus<B: Entry, D: Entry, S2: RawStorage<B, R, C>>(&self, other: &Matrix<B, R, C, S2>) -> OMatrix<D, R, C>
    where
        T: Add<B, Output = D>,
        DefaultAllocator: Allocator<R, C>;

    /// The difference, where one of the two holds plain floats.
    ///
    /// # Panics
    ///
    /// As nalgebra's operator, where the dimensions differ; for static dimensions that does not compile.
    fn minus<B: Entry, D: Entry, S2: RawStorage<B, R, C>>(&self, other: &Matrix<B, R, C, S2>) -> OMatrix<D, R, C>
    where
        T: Sub<B, Output = D>,
        DefaultAllocator: Allocator<R, C>;

    /// All entries times one factor, where one of both is plain: `plain.scaled(dual)` or `dual.scaled(0.5)`.
    fn scaled<B: Copy, D: Entry>(&self, factor: B) -> OMatrix<D, R, C>
    where
        T: Mul<B, Output = D>,
        DefaultAllocator: Allocator<R, C>;
}

impl<T: Entry + Copy, R: Dim, C: Dim, S: RawStorage<T, R, C>> Mixed<T, R, C> for Matrix<T, R, C, S> {
    fn lift<D: Number<Precision = T> + Entry>(&self) -> OMatrix<D, R, C>
    where
        DefaultAllocator: Allocator<R, C>,
    {
        self.map(D::constant)
    }

    fn times<B: Entry, D, R2: Dim, C2: Dim, S2: RawStorage<B, R2, C2>>(
        &self,
        other: &Matrix<B, R2, C2, S2>,
    ) -> OMatrix<D, R, C2>
    where
        T: Mul<B, Output = D>,
        D: Number + Entry,
        DefaultAllocator: Allocator<R, C2>,
        ShapeConstraint: AreMultipliable<R, C, R2, C2>,
    {
        let (rows, columns) = (self.shape_generic().0, other.shape_generic().1);
        assert_eq!(
            self.ncols(),
            other.nrows(),
            "the columns of the first matrix are not as many as the rows of the second"
        );
        OMatrix::from_fn_generic(rows, columns, |i, j| {
            let term = |k| self[(i, k)] * other[(k, j)].clone();
            (1..self.ncols()).fold(if self.ncols() == 0 { D::zero() } else { term(0) }, |sum, k| term(k) + sum)
        })
    }

    fn plus<B: Entry, D: Entry, S2: RawStorage<B, R, C>>(&self, other: &Matrix<B, R, C, S2>) -> OMatrix<D, R, C>
    where
        T: Add<B, Output = D>,
        DefaultAllocator: Allocator<R, C>,
    {
        self.zip_map(other, |x, y| x + y)
    }

    fn minus<B: Entry, D: Entry, S2: RawStorage<B, R, C>>(&self, other: &Matrix<B, R, C, S2>) -> OMatrix<D, R, C>
    where
        T: Sub<B, Output = D>,
        DefaultAllocator: Allocator<R, C>,
    {
        self.zip_map(other, |x, y| x - y)
    }

    fn scaled<B: Copy, D: Entry>(&self, factor: B) -> OMatrix<D, R, C>
    where
        T: Mul<B, Output = D>,
        DefaultAllocator: Allocator<R, C>,
    {
        self.map(|x| x * factor)
    }
}
