//! Where a function may be differentiated.

use core::array;

use super::VectorOutput;
use crate::perturbation::Tag;
use crate::{Dual, HyperDual, Number};

/// A point: an array, a slice, or one of nalgebra's vectors (feature `nalgebra`).
///
/// It decides what the closure takes and what the derivatives look like:
///
/// | point | the closure takes | gradient | Hessian | Jacobian of `[_; M]`, of `Vec<_>` | calls of f |
/// | --- | --- | --- | --- | --- | --- |
/// | `[T; N]` | `[_; N]` | `[T; N]` | `[[T; N]; N]` | `[[T; N]; M]`, `Vec<[T; N]>` | one |
/// | `&[T]`, `&Vec<T>`, `&[T; N]`, [`Chunks`](crate::Chunks) | `&[_]` | `Vec<T>` | `Vec<Vec<T>>` | `[Vec<T>; M]`, `Vec<Vec<T>>` | one a chunk of variables |
/// | `SVector<T, N>`, `&SVector<T, N>` | `SVector<_, N>` | `SVector<T, N>` | `SMatrix<T, N, N>` | as arrays; of `SVector<_, M>` `SMatrix<T, M, N>` | one |
/// | `&DVector<T>` | `&DVector<_>` | `DVector<T>` | `DMatrix<T>` | as slices; of `DVector<_>` `DMatrix<T>` | as slices |
///
/// A `Vec` must be as long for each chunk: what a shorter one leaves unknown of a Jacobian is NaN.
///
/// The drivers in three moves are here, one for each kind of derivative: seed the variables, call the function, take the derivatives.
#[diagnostic::on_unimplemented(
    message = "a function cannot be differentiated at `{Self}`",
    label = "not a point: an array `[x, y]`, a slice `&x[..]`, `&vec`, or one of nalgebra's vectors",
    note = "for a function of one variable, use `derivative`, whose point is a number"
)]
pub trait Point:
    Sized + for<'a> FilledAt<'a, Self::First> + for<'a> FilledAt<'a, Self::Second> + for<'a> FilledAt<'a, Self::Slope>
{
    /// The number in each place of the point.
    type Base: Number;
    /// The number that carries first derivatives.
    type First: Number;
    /// The number that carries second derivatives.
    type Second: Number;
    /// The number that carries the derivatives of the slope in a direction.
    type Slope: Number;
    /// The first derivatives of one number.
    type Gradient;
    /// The second derivatives of one number.
    type Hessian;
    /// The first derivatives of several numbers.
    type Jacobian<R: VectorOutput<Self::First>>;
    /// What two points give together: `X` where their lengths are equal by type, else a `Result` of it.
    type Checked<X>;

    /// The value and the gradient.
    fn gradient(self, f: impl for<'a> FnMut(Of<'a, Self, Self::First>) -> Self::First) -> (Self::Base, Self::Gradient);

    /// The value, the gradient and the Hessian.
    fn hessian(
        self,
        f: impl for<'a> FnMut(Of<'a, Self, Self::Second>) -> Self::Second,
    ) -> (Self::Base, Self::Gradient, Self::Hessian);

    /// The values and the Jacobian.
    fn jacobian<R: VectorOutput<Self::First>>(
        self,
        f: impl for<'a> FnMut(Of<'a, Self, Self::First>) -> R,
    ) -> (R::Of<Self::Base>, Self::Jacobian<R>);

    /// The trace of the Hessian.
    fn laplacian(self, f: impl for<'a> FnMut(Of<'a, Self, Self::Second>) -> Self::Second) -> Self::Base;

    /// The gradient of the slope along v.
    fn hessian_times(
        self,
        v: Self,
        f: impl for<'a> FnMut(Of<'a, Self, Self::Slope>) -> Self::Slope,
    ) -> Self::Checked<Self::Gradient>;

    /// How many variables there are.
    fn count(&self) -> usize;

    /// The i-th variable.
    fn variable(&self, i: usize) -> Self::Base;

    /// What `both` gives, if this point and v are of one length.
    fn beside<X>(self, v: Self, both: impl FnOnce(Self, Self) -> X) -> Self::Checked<X>;
}

/// What a closure takes at a point: the point with numbers `D` in its places, for a lifetime `'a` of which nothing is known
/// but that the numbers live as long; that is what `Bound` says.
pub trait FilledAt<'a, D, Bound = &'a D> {
    /// The argument.
    type Of;
}

/// What a closure takes at a point `P`, filled with numbers `D`.
pub type Of<'a, P, D> = <P as FilledAt<'a, D>>::Of;

/// A function that takes what the point `P` is when filled with numbers `D`: any closure or function of that argument.
///
/// It is a trait of its own, with one implementation a kind of point, so that the compiler looks at the point before it
/// looks at the function.
#[diagnostic::on_unimplemented(
    message = "the function does not take what it is given at a point `{P}`",
    label = "must take the point, filled with numbers `{D}`",
    note = "a function written by `function!` has its own methods: `f.gradient().at(x)`, `f.jacobian().at(x)`, `f.hessian().at(x)`; a driver takes it as `|x| f.call(x)`"
)]
pub trait Takes<P: for<'a> FilledAt<'a, D>, D, R>: for<'a> FnMut(Of<'a, P, D>) -> R {}

impl<T: Number, D, R, F: FnMut([D; N]) -> R, const N: usize> Takes<[T; N], D, R> for F {}

/// A point where a function can be called on numbers `D` of any seed.
pub trait Seeded<D: Number>: Point + for<'a> FilledAt<'a, D> {
    /// f at numbers that `seed` makes of each variable and its index.
    fn seeded<R>(self, seed: impl Fn(Self::Base, usize) -> D, f: impl for<'a> FnOnce(Of<'a, Self, D>) -> R) -> R;
}

impl<'a, T: Number, D, const N: usize> FilledAt<'a, D> for [T; N] {
    type Of = [D; N];
}

impl<T: Number, const N: usize> Point for [T; N] {
    type Base = T;
    type First = Dual<T, N>;
    type Second = HyperDual<T, N>;
    type Slope = Dual<Dual<T, 1>, N>;
    type Gradient = [T; N];
    type Hessian = [[T; N]; N];
    type Jacobian<R: VectorOutput<Dual<T, N>>> = R::Rows<T, N>;
    type Checked<X> = X;

    #[inline]
    fn gradient(self, mut f: impl FnMut([Dual<T, N>; N]) -> Dual<T, N>) -> (T, [T; N]) {
        let tag = Tag::fresh();
        let y = f(Dual::seeds(self, tag)).result_of(tag);
        (y.re, y.slopes())
    }
    #[inline]
    fn hessian(self, mut f: impl FnMut([HyperDual<T, N>; N]) -> HyperDual<T, N>) -> (T, [T; N], [[T; N]; N]) {
        let tag = Tag::fresh();
        let y = f(HyperDual::seeds(self, tag)).result_of(tag);
        (y.re, y.slopes(), y.hessian())
    }
    #[inline]
    fn jacobian<R: VectorOutput<Dual<T, N>>>(
        self,
        mut f: impl FnMut([Dual<T, N>; N]) -> R,
    ) -> (R::Of<T>, R::Rows<T, N>) {
        let tag = Tag::fresh();
        f(Dual::seeds(self, tag)).rows(|y| (y.re, y.result_of(tag).slopes()))
    }
    #[inline]
    fn laplacian(self, f: impl FnMut([HyperDual<T, N>; N]) -> HyperDual<T, N>) -> T {
        let (_, _, h) = Point::hessian(self, f);
        (0..N).map(|i| h[i][i]).sum()
    }
    #[inline]
    fn hessian_times(self, v: Self, mut f: impl FnMut([Self::Slope; N]) -> Self::Slope) -> [T; N] {
        let (tag, slope) = (Tag::fresh(), Tag::fresh());
        let x = array::from_fn(|i| Dual::new(self[i], [v[i]]).tagged(slope));
        f(Dual::seeds(x, tag)).result_of(tag).slopes().map(|slope| slope.eps[0])
    }
    #[inline]
    fn count(&self) -> usize {
        N
    }
    #[inline]
    fn variable(&self, i: usize) -> T {
        self[i]
    }
    #[inline]
    fn beside<X>(self, v: Self, both: impl FnOnce(Self, Self) -> X) -> X {
        both(self, v)
    }
}

impl<T: Number, D: Number, const N: usize> Seeded<D> for [T; N] {
    #[inline]
    fn seeded<R>(self, seed: impl Fn(T, usize) -> D, f: impl FnOnce([D; N]) -> R) -> R {
        f(array::from_fn(|i| seed(self[i], i)))
    }
}
