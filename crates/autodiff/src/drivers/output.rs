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

/// Several numbers, `[T; M]` or `Vec<T>`: what [`jacobian`](crate::jacobian) takes from a closure.
#[diagnostic::on_unimplemented(
    message = "`jacobian` differentiates a function that returns several numbers, but the function returns `{Self}`",
    label = "returns `{Self}`, neither `[T; M]` nor `Vec<T>` of the argument's numbers",
    note = "for a function that returns one number, use `gradient` (several variables) or `derivative` (one variable)"
)]
pub trait VectorOutput<D> {
    /// The same container with something else in each place.
    type Of<U>;
    /// Each number replaced.
    fn each<U>(self, f: impl FnMut(D) -> U) -> Self::Of<U>;
    /// Each number replaced by two things.
    fn each_two<U, V>(self, f: impl FnMut(D) -> (U, V)) -> (Self::Of<U>, Self::Of<V>);
}

impl<D: Copy, const M: usize> VectorOutput<D> for [D; M] {
    type Of<U> = [U; M];
    #[inline]
    fn each<U>(self, f: impl FnMut(D) -> U) -> [U; M] {
        self.map(f)
    }
    #[inline]
    fn each_two<U, V>(self, mut f: impl FnMut(D) -> (U, V)) -> ([U; M], [V; M]) {
        (self.map(|x| f(x).0), self.map(|x| f(x).1))
    }
}

impl<D> VectorOutput<D> for Vec<D> {
    type Of<U> = Vec<U>;
    #[inline]
    fn each<U>(self, f: impl FnMut(D) -> U) -> Vec<U> {
        self.into_iter().map(f).collect()
    }
    #[inline]
    fn each_two<U, V>(self, f: impl FnMut(D) -> (U, V)) -> (Vec<U>, Vec<V>) {
        self.into_iter().map(f).unzip()
    }
}
