//! What a closure may return to a driver.

use alloc::vec::Vec;

/// One number: what [`gradient`](crate::gradient), [`derivative`](crate::derivative) and [`hessian`](crate::hessian) take from a closure.
#[diagnostic::on_unimplemented(
    message = "this driver differentiates a function that returns one number, but the function returns `{Self}`",
    label = "returns `{Self}`, not one number",
    note = "for a function that returns several numbers (`[T; M]` or `Vec<T>`), use `jacobian` or `value_and_jacobian`",
    note = "for a function that returns a plain float, the derivative is zero: compute with the argument's number type, or lift with `Dual::constant`"
)]
pub trait ScalarOutput<D> {
    /// The number.
    fn number(self) -> D;
}

impl<D> ScalarOutput<D> for D {
    #[inline]
    fn number(self) -> D {
        self
    }
}

/// Several numbers, `[T; M]`, `Vec<T>`, or one of nalgebra's vectors: what [`jacobian`](crate::jacobian) takes from a closure.
#[diagnostic::on_unimplemented(
    message = "this driver differentiates a function that returns several numbers, but the function returns `{Self}`",
    label = "returns `{Self}`, neither `[T; M]` nor `Vec<T>` of the argument's numbers",
    note = "for a function that returns one number, use `gradient` (several variables) or `derivative` (one variable), or return `[y]`"
)]
pub trait VectorOutput<D> {
    /// The same container with something else in each place.
    type Of<U>;
    /// A row of `N` numbers in each place: `[[T; N]; M]`, `Vec<[T; N]>`, or a matrix.
    type Rows<T, const N: usize>;
    /// A row of any length in each place: `[Vec<T>; M]`, `Vec<Vec<T>>`, or a matrix.
    type LongRows<T>;
    /// Each number replaced.
    fn each<U>(self, f: impl FnMut(D) -> U) -> Self::Of<U>;
    /// Each number replaced by two things.
    fn each_two<U, V>(self, f: impl FnMut(D) -> (U, V)) -> (Self::Of<U>, Self::Of<V>);
    /// Each number replaced by a value and a row of `N` numbers.
    fn rows<T: Copy, const N: usize>(self, f: impl FnMut(D) -> (T, [T; N])) -> (Self::Of<T>, Self::Rows<T, N>);
    /// The rows, as many as there are places, each of `length` numbers.
    fn long_rows<T: Copy>(rows: Vec<Vec<T>>, length: usize) -> Self::LongRows<T>;
}

impl<D: Copy, const M: usize> VectorOutput<D> for [D; M] {
    type Of<U> = [U; M];
    type Rows<T, const N: usize> = [[T; N]; M];
    type LongRows<T> = [Vec<T>; M];
    #[inline]
    fn each<U>(self, f: impl FnMut(D) -> U) -> [U; M] {
        self.map(f)
    }
    #[inline]
    fn each_two<U, V>(self, mut f: impl FnMut(D) -> (U, V)) -> ([U; M], [V; M]) {
        (self.map(|x| f(x).0), self.map(|x| f(x).1))
    }
    #[inline]
    fn rows<T: Copy, const N: usize>(self, f: impl FnMut(D) -> (T, [T; N])) -> ([T; M], [[T; N]; M]) {
        self.each_two(f)
    }
    fn long_rows<T: Copy>(rows: Vec<Vec<T>>, _: usize) -> [Vec<T>; M] {
        let mut rows = rows.into_iter();
        core::array::from_fn(|_| rows.next().unwrap_or_default())
    }
}

impl<D> VectorOutput<D> for Vec<D> {
    type Of<U> = Vec<U>;
    type Rows<T, const N: usize> = Vec<[T; N]>;
    type LongRows<T> = Vec<Vec<T>>;
    #[inline]
    fn each<U>(self, f: impl FnMut(D) -> U) -> Vec<U> {
        self.into_iter().map(f).collect()
    }
    #[inline]
    fn each_two<U, V>(self, f: impl FnMut(D) -> (U, V)) -> (Vec<U>, Vec<V>) {
        self.into_iter().map(f).unzip()
    }
    #[inline]
    fn rows<T: Copy, const N: usize>(self, f: impl FnMut(D) -> (T, [T; N])) -> (Vec<T>, Vec<[T; N]>) {
        self.each_two(f)
    }
    fn long_rows<T: Copy>(rows: Vec<Vec<T>>, _: usize) -> Vec<Vec<T>> {
        rows
    }
}
