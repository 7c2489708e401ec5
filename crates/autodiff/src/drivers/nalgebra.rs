//! nalgebra's vectors as points and results.

use alloc::vec;
use alloc::vec::Vec;
use core::array;

use nalgebra::{ArrayStorage, Const, DMatrix, DVector, Dyn, Matrix, SMatrix, SVector, U1, VecStorage};

use super::chunks::{self, BLOCK, CHUNK};
use super::{FilledAt, Point, Seeded, Takes, VectorOutput};
use crate::error::LengthError;
use crate::{Dual, HyperDual, Number};

// Built from their storage, vectors take any number: nalgebra's own constructors ask for numbers that can be compared.

#[inline]
fn fixed<D, const N: usize>(x: [D; N]) -> SVector<D, N> {
    SVector::from_array_storage(ArrayStorage([x]))
}

#[inline]
fn components<D, const N: usize>(x: SVector<D, N>) -> [D; N] {
    let [x] = x.data.0;
    x
}

fn dynamic<D>(x: Vec<D>) -> DVector<D> {
    DVector::from_data(VecStorage::new(Dyn(x.len()), U1, x))
}

impl<'a, T: Number, D, const N: usize> FilledAt<'a, D> for SVector<T, N> {
    type Of = SVector<D, N>;
}

impl<'a, T: Number, D, const N: usize> FilledAt<'a, D> for &SVector<T, N> {
    type Of = SVector<D, N>;
}

impl<'a, T: Number, D> FilledAt<'a, D> for &DVector<T> {
    type Of = &'a DVector<D>;
}

impl<T: Number, D, R, F: FnMut(SVector<D, N>) -> R, const N: usize> Takes<SVector<T, N>, D, R> for F {}
impl<T: Number, D, R, F: FnMut(SVector<D, N>) -> R, const N: usize> Takes<&SVector<T, N>, D, R> for F {}
impl<T: Number, D, R, F: FnMut(&DVector<D>) -> R> Takes<&DVector<T>, D, R> for F {}

impl<T: Number, const N: usize> Point for SVector<T, N> {
    type Base = T;
    type First = Dual<T, N>;
    type Second = HyperDual<T, N>;
    type Slope = Dual<Dual<T, 1>, N>;
    type Gradient = SVector<T, N>;
    type Hessian = SMatrix<T, N, N>;
    type Jacobian<R: VectorOutput<Dual<T, N>>> = R::Rows<T, N>;
    type Checked<X> = X;

    #[inline]
    fn gradient(self, mut f: impl FnMut(SVector<Dual<T, N>, N>) -> Dual<T, N>) -> (T, SVector<T, N>) {
        let (value, slopes) = Point::gradient(components(self), |x| f(fixed(x)));
        (value, fixed(slopes))
    }
    #[inline]
    fn hessian(
        self,
        mut f: impl FnMut(SVector<HyperDual<T, N>, N>) -> HyperDual<T, N>,
    ) -> (T, SVector<T, N>, SMatrix<T, N, N>) {
        let (value, slopes, h) = Point::hessian(components(self), |x| f(fixed(x)));
        // symmetric: rows are columns
        (value, fixed(slopes), SMatrix::from_array_storage(ArrayStorage(h)))
    }
    #[inline]
    fn jacobian<R: VectorOutput<Dual<T, N>>>(
        self,
        mut f: impl FnMut(SVector<Dual<T, N>, N>) -> R,
    ) -> (R::Of<T>, R::Rows<T, N>) {
        Point::jacobian(components(self), |x| f(fixed(x)))
    }
    #[inline]
    fn laplacian(self, mut f: impl FnMut(SVector<HyperDual<T, N>, N>) -> HyperDual<T, N>) -> T {
        Point::laplacian(components(self), |x| f(fixed(x)))
    }
    #[inline]
    fn hessian_times(self, v: Self, mut f: impl FnMut(SVector<Self::Slope, N>) -> Self::Slope) -> SVector<T, N> {
        fixed(Point::hessian_times(components(self), components(v), |x| f(fixed(x))))
    }
    #[inline]
    fn count(&self) -> usize {
        N
    }
    #[inline]
    fn variable(&self, i: usize) -> T {
        self.data.0[0][i]
    }
    #[inline]
    fn beside<X>(self, v: Self, both: impl FnOnce(Self, Self) -> X) -> X {
        both(self, v)
    }
}

impl<T: Number, const N: usize> Point for &SVector<T, N> {
    type Base = T;
    type First = Dual<T, N>;
    type Second = HyperDual<T, N>;
    type Slope = Dual<Dual<T, 1>, N>;
    type Gradient = SVector<T, N>;
    type Hessian = SMatrix<T, N, N>;
    type Jacobian<R: VectorOutput<Dual<T, N>>> = R::Rows<T, N>;
    type Checked<X> = X;

    #[inline]
    fn gradient(self, f: impl FnMut(SVector<Dual<T, N>, N>) -> Dual<T, N>) -> (T, SVector<T, N>) {
        Point::gradient(fixed(self.data.0[0]), f)
    }
    #[inline]
    fn hessian(
        self,
        f: impl FnMut(SVector<HyperDual<T, N>, N>) -> HyperDual<T, N>,
    ) -> (T, SVector<T, N>, SMatrix<T, N, N>) {
        Point::hessian(fixed(self.data.0[0]), f)
    }
    #[inline]
    fn jacobian<R: VectorOutput<Dual<T, N>>>(
        self,
        f: impl FnMut(SVector<Dual<T, N>, N>) -> R,
    ) -> (R::Of<T>, R::Rows<T, N>) {
        Point::jacobian(fixed(self.data.0[0]), f)
    }
    #[inline]
    fn laplacian(self, f: impl FnMut(SVector<HyperDual<T, N>, N>) -> HyperDual<T, N>) -> T {
        Point::laplacian(fixed(self.data.0[0]), f)
    }
    #[inline]
    fn hessian_times(self, v: Self, f: impl FnMut(SVector<Self::Slope, N>) -> Self::Slope) -> SVector<T, N> {
        Point::hessian_times(fixed(self.data.0[0]), fixed(v.data.0[0]), f)
    }
    #[inline]
    fn count(&self) -> usize {
        N
    }
    #[inline]
    fn variable(&self, i: usize) -> T {
        self.data.0[0][i]
    }
    #[inline]
    fn beside<X>(self, v: Self, both: impl FnOnce(Self, Self) -> X) -> X {
        both(self, v)
    }
}

impl<T: Number> Point for &DVector<T> {
    type Base = T;
    type First = Dual<T, CHUNK>;
    type Second = Dual<Dual<T, BLOCK>, BLOCK>;
    type Slope = Dual<Dual<T, 1>, CHUNK>;
    type Gradient = DVector<T>;
    type Hessian = DMatrix<T>;
    type Jacobian<R: VectorOutput<Self::First>> = R::LongRows<T>;
    type Checked<X> = Result<X, LengthError>;

    fn gradient(self, mut f: impl FnMut(&DVector<Self::First>) -> Self::First) -> (T, DVector<T>) {
        let (value, slopes) = Point::gradient(self.data.as_slice(), |x| f(&dynamic(x.to_vec())));
        (value, dynamic(slopes))
    }
    fn hessian(self, mut f: impl FnMut(&DVector<Self::Second>) -> Self::Second) -> (T, DVector<T>, DMatrix<T>) {
        let n = self.data.as_slice().len();
        let (value, slopes, h) = Point::hessian(self.data.as_slice(), |x| f(&dynamic(x.to_vec())));
        // symmetric: rows are columns
        (value, dynamic(slopes), DMatrix::from_data(VecStorage::new(Dyn(n), Dyn(n), h.concat())))
    }
    fn jacobian<R: VectorOutput<Self::First>>(
        self,
        mut f: impl FnMut(&DVector<Self::First>) -> R,
    ) -> (R::Of<T>, R::LongRows<T>) {
        Point::jacobian(self.data.as_slice(), |x| f(&dynamic(x.to_vec())))
    }
    fn laplacian(self, mut f: impl FnMut(&DVector<Self::Second>) -> Self::Second) -> T {
        chunks::laplacian(self.data.as_slice(), |x| f(&dynamic(x.to_vec())))
    }
    fn hessian_times(
        self,
        v: Self,
        mut f: impl FnMut(&DVector<Self::Slope>) -> Self::Slope,
    ) -> Result<DVector<T>, LengthError> {
        let (x, v) = (self.data.as_slice(), v.data.as_slice());
        Point::hessian_times(x, v, |x| f(&dynamic(x.to_vec()))).map(dynamic)
    }
    fn count(&self) -> usize {
        self.data.as_slice().len()
    }
    fn variable(&self, i: usize) -> T {
        self.data.as_slice()[i]
    }
    fn beside<X>(self, v: Self, both: impl FnOnce(Self, Self) -> X) -> Result<X, LengthError> {
        LengthError::check("the direction v", v.count(), self.count())?;
        Ok(both(self, v))
    }
}

impl<T: Number, D: Number, const N: usize> Seeded<D> for SVector<T, N> {
    #[inline]
    fn seeded<R>(self, seed: impl Fn(T, usize) -> D, f: impl FnOnce(SVector<D, N>) -> R) -> R {
        (&self).seeded(seed, f)
    }
}

impl<T: Number, D: Number, const N: usize> Seeded<D> for &SVector<T, N> {
    #[inline]
    fn seeded<R>(self, seed: impl Fn(T, usize) -> D, f: impl FnOnce(SVector<D, N>) -> R) -> R {
        let [x] = self.data.0;
        f(fixed(array::from_fn(|i| seed(x[i], i))))
    }
}

impl<T: Number, D: Number> Seeded<D> for &DVector<T> {
    fn seeded<R>(self, seed: impl Fn(T, usize) -> D, f: impl FnOnce(&DVector<D>) -> R) -> R {
        f(&dynamic(self.data.as_slice().iter().enumerate().map(|(i, x)| seed(*x, i)).collect()))
    }
}

impl<D: Copy, const M: usize> VectorOutput<D> for SVector<D, M> {
    type Of<U> = SVector<U, M>;
    type Rows<T, const N: usize> = SMatrix<T, M, N>;
    type LongRows<T> = Matrix<T, Const<M>, Dyn, VecStorage<T, Const<M>, Dyn>>;
    #[inline]
    fn each<U>(self, f: impl FnMut(D) -> U) -> SVector<U, M> {
        fixed(components(self).map(f))
    }
    #[inline]
    fn each_two<U, V>(self, f: impl FnMut(D) -> (U, V)) -> (SVector<U, M>, SVector<V, M>) {
        let (u, v) = components(self).each_two(f);
        (fixed(u), fixed(v))
    }
    #[inline]
    fn rows<T: Copy, const N: usize>(self, f: impl FnMut(D) -> (T, [T; N])) -> (SVector<T, M>, SMatrix<T, M, N>) {
        let (values, rows) = components(self).each_two(f);
        let columns = array::from_fn(|j| array::from_fn(|i| rows[i][j]));
        (fixed(values), SMatrix::from_array_storage(ArrayStorage(columns)))
    }
    fn long_rows<T: Copy>(rows: Vec<Vec<T>>, length: usize) -> Self::LongRows<T> {
        Matrix::from_data(VecStorage::new(Const::<M>, Dyn(length), columns(&rows, length)))
    }
}

impl<D> VectorOutput<D> for DVector<D> {
    type Of<U> = DVector<U>;
    type Rows<T, const N: usize> = Matrix<T, Dyn, Const<N>, VecStorage<T, Dyn, Const<N>>>;
    type LongRows<T> = DMatrix<T>;
    fn each<U>(self, f: impl FnMut(D) -> U) -> DVector<U> {
        dynamic(Vec::from(self.data).each(f))
    }
    fn each_two<U, V>(self, f: impl FnMut(D) -> (U, V)) -> (DVector<U>, DVector<V>) {
        let (u, v) = Vec::from(self.data).each_two(f);
        (dynamic(u), dynamic(v))
    }
    fn rows<T: Copy, const N: usize>(self, f: impl FnMut(D) -> (T, [T; N])) -> (DVector<T>, Self::Rows<T, N>) {
        let (values, rows) = Vec::from(self.data).each_two(f);
        let m = rows.len();
        let columns = (0..N).flat_map(|j| rows.iter().map(move |row| row[j])).collect();
        (dynamic(values), Matrix::from_data(VecStorage::new(Dyn(m), Const::<N>, columns)))
    }
    fn long_rows<T: Copy>(rows: Vec<Vec<T>>, length: usize) -> DMatrix<T> {
        DMatrix::from_data(VecStorage::new(Dyn(rows.len()), Dyn(length), columns(&rows, length)))
    }
}

/// The components of a matrix of rows, column by column.
fn columns<T: Copy>(rows: &[Vec<T>], length: usize) -> Vec<T> {
    let mut all = vec![];
    for j in 0..length {
        all.extend(rows.iter().map(|row| row[j]));
    }
    all
}
