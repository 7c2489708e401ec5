//! Derivatives at slices: the variables are taken in chunks, each at the price of one call of f.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::{FilledAt, Point, Seeded, Takes, VectorOutput};
use crate::error::LengthError;
use crate::perturbation::Tag;
use crate::{Dual, Number};

/// How many variables of a slice move in one call of f: in a wider chunk a short slice pays for partials of no variable
/// (n = 10: 12 and 16 cost up to 1.6 times 8); for a long one it saves calls (n = 1000: 16 is 1.1 to 1.5 times as quick).
pub(crate) const CHUNK: usize = 8;
/// The same for second derivatives, on either side of a block.
pub(crate) const BLOCK: usize = 4;

/// A slice as a point whose variables move in chunks of `W`: f is called ⌈n/W⌉ times for a gradient of n variables, on
/// numbers of `W` partial derivatives, and once for each two chunks for a Hessian.
///
/// A plain slice goes in chunks of 8, and in blocks of 4 × 4 for second derivatives. The results have the same bits for all widths.
/// A function that is written for every number type picks its width by itself, see [`SliceFn`](crate::SliceFn).
///
/// ```
/// use autodiff::{Chunks, gradient};
///
/// let x = vec![1.0, 2.0, 3.0];
/// assert_eq!(gradient(|x| x[0] * x[1] * x[2], Chunks::<_, 3>(&x)), [6.0, 3.0, 2.0]);
/// assert_eq!(gradient(|x| x[0] * x[1] * x[2], &x), [6.0, 3.0, 2.0]);
/// ```
///
/// Chunks of no variable do not compile:
///
/// ```compile_fail,E0080
/// autodiff::gradient(|x: &[_]| x[0] * x[1], autodiff::Chunks::<_, 0>(&[1.0, 2.0]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Chunks<'x, T, const W: usize>(pub &'x [T]);

/// The chunks of n variables; of none, one that is empty, for f is called once at least.
pub(crate) fn chunks<const W: usize>(n: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    const { assert!(W > 0, "in chunks of 0 variables no variable moves: take `Chunks::<_, 8>(&x)`, or the slice itself") };
    (0..n.div_ceil(W).max(1)).map(move |k| k * W..((k + 1) * W).min(n))
}

/// Calls `visit` for each chunk, with the point's numbers, of which those of the chunk move.
pub(crate) fn each_chunk<T: Number, D: Number, const W: usize>(
    x: &[T],
    numbers: &mut Vec<D>,
    still: impl Fn(usize) -> D,
    moving: impl Fn(usize, usize, Tag) -> D,
    mut visit: impl FnMut(Range<usize>, &[D], Tag),
) {
    numbers.clear();
    numbers.extend((0..x.len()).map(&still));
    for chunk in chunks::<W>(x.len()) {
        let tag = Tag::fresh();
        for i in chunk.clone() {
            numbers[i] = moving(i, i - chunk.start, tag);
        }
        visit(chunk.clone(), numbers, tag);
        for i in chunk {
            numbers[i] = still(i);
        }
    }
}

/// The value, and the gradient in place.
pub(crate) fn gradient<T: Number, const W: usize>(
    x: &[T],
    numbers: &mut Vec<Dual<T, W>>,
    gradient: &mut [T],
    mut f: impl FnMut(&[Dual<T, W>]) -> Dual<T, W>,
) -> T {
    let mut value = T::zero();
    let still = |i: usize| Dual::constant(x[i]);
    let moving = |i: usize, k: usize, tag| Dual::variable(x[i], k).tagged(tag);
    each_chunk::<T, _, W>(x, numbers, still, moving, |chunk, x, tag| {
        let y = f(x).result_of(tag);
        value = y.re;
        gradient[chunk.clone()].copy_from_slice(&y.slopes()[..chunk.len()]);
    });
    value
}

/// The value, and in place the gradient and, by `set`, each second derivative of the lower triangle.
pub(crate) fn hessian<T: Number, const W: usize>(
    x: &[T],
    numbers: &mut Vec<Dual<Dual<T, W>, W>>,
    gradient: &mut [T],
    mut set: impl FnMut(usize, usize, T),
    mut f: impl FnMut(&[Dual<Dual<T, W>, W>]) -> Dual<Dual<T, W>, W>,
) -> T {
    let mut value = T::zero();
    let n = x.len();
    let still = |i: usize| Dual::constant(Dual::constant(x[i]));
    numbers.clear();
    numbers.extend((0..n).map(still));
    for rows in chunks::<W>(n) {
        for columns in chunks::<W>(rows.end) {
            let (tag, inner_tag) = (Tag::fresh(), Tag::fresh());
            // a variable may move in both ways: in a block on the diagonal
            let seed = |i: usize| {
                let inner = if columns.contains(&i) {
                    Dual::variable(x[i], i - columns.start).tagged(inner_tag)
                } else {
                    Dual::constant(x[i])
                };
                if rows.contains(&i) {
                    Dual::variable(inner, i - rows.start).tagged(tag)
                } else {
                    Dual::constant(inner)
                }
            };
            for i in rows.clone().chain(columns.clone()) {
                numbers[i] = seed(i);
            }
            let y = f(numbers).result_of(tag);
            value = y.re.re;
            for i in rows.clone() {
                gradient[i] = y.eps[i - rows.start].re + T::zero();
                for j in columns.clone().filter(|j| *j <= i) {
                    set(i, j, y.eps[i - rows.start].eps[j - columns.start]);
                }
            }
            for i in rows.clone().chain(columns) {
                numbers[i] = still(i);
            }
        }
    }
    value
}

/// The trace of the Hessian: the blocks on its diagonal.
pub(crate) fn laplacian<T: Number, const W: usize>(
    x: &[T],
    mut f: impl FnMut(&[Dual<Dual<T, W>, W>]) -> Dual<Dual<T, W>, W>,
) -> T {
    let mut second = vec![T::zero(); x.len()];
    let still = |i: usize| Dual::constant(Dual::constant(x[i]));
    let moving = |i: usize, k: usize, tag| Dual::variable(Dual::variable(x[i], k).tagged(tag), k).tagged(tag);
    each_chunk::<T, _, W>(x, &mut Vec::new(), still, moving, |chunk, x, tag| {
        let y = f(x).result_of(tag);
        for (k, i) in chunk.enumerate() {
            second[i] = y.eps[k].eps[k];
        }
    });
    second.into_iter().sum()
}

/// The gradient of the slope along v, in place.
pub(crate) fn hessian_times<T: Number, const W: usize>(
    x: &[T],
    v: &[T],
    numbers: &mut Vec<Dual<Dual<T, 1>, W>>,
    product: &mut [T],
    mut f: impl FnMut(&[Dual<Dual<T, 1>, W>]) -> Dual<Dual<T, 1>, W>,
) {
    let slope = Tag::fresh();
    let along = |i: usize| Dual::new(x[i], [v[i]]).tagged(slope);
    let still = |i: usize| Dual::constant(along(i));
    let moving = |i: usize, k: usize, tag| Dual::variable(along(i), k).tagged(tag);
    each_chunk::<T, _, W>(x, numbers, still, moving, |chunk, x, tag| {
        let slopes = f(x).result_of(tag).slopes();
        for (k, i) in chunk.enumerate() {
            product[i] = slopes[k].eps[0];
        }
    });
}

/// The values, and the rows of the Jacobian: as many as the longest result has elements. What a shorter one leaves unknown is
/// NaN.
pub(crate) fn jacobian<T: Number, R: VectorOutput<Dual<T, W>>, const W: usize>(
    x: &[T],
    mut f: impl FnMut(&[Dual<T, W>]) -> R,
) -> (R::Of<T>, R::LongRows<T>) {
    let mut rows: Vec<Vec<T>> = Vec::new();
    let mut values = None;
    // NaN in every derivative of it that moves
    let unknown = x.iter().copied().sum::<T>().compose(&[]);
    let still = |i: usize| Dual::constant(x[i]);
    let moving = |i: usize, k: usize, tag| Dual::variable(x[i], k).tagged(tag);
    each_chunk::<T, _, W>(x, &mut Vec::new(), still, moving, |chunk, point, tag| {
        let (mut row, longest) = (0, rows.len());
        let of_chunk = f(point).each(|y| {
            if row == rows.len() {
                rows.push(vec![unknown; x.len()]);
            }
            rows[row][chunk.clone()].copy_from_slice(&y.result_of(tag).slopes()[..chunk.len()]);
            row += 1;
            y.re
        });
        if values.is_none() || row > longest {
            values = Some(of_chunk);
        }
    });
    (values.unwrap_or_else(|| f(&[]).each(|y| y.re)), R::long_rows(rows, x.len()))
}

/// The symmetric matrix as rows, from what sets its lower triangle.
pub(crate) fn symmetric<T: Number, X>(
    n: usize,
    lower: impl FnOnce(&mut dyn FnMut(usize, usize, T)) -> X,
) -> (X, Vec<Vec<T>>) {
    let mut h = vec![vec![T::zero(); n]; n];
    let x = lower(&mut |i, j, value| {
        h[i][j] = value;
        h[j][i] = value;
    });
    (x, h)
}

macro_rules! slice_is_a_point {
    ($(($($generics:tt)*) $point:ty, $chunk:expr, $block:expr, |$p:ident| $slice:expr;)*) => {
        $(
            impl<'a, D, $($generics)*> FilledAt<'a, D> for $point {
                type Of = &'a [D];
            }
            impl<D, R, F: FnMut(&[D]) -> R, $($generics)*> Takes<$point, D, R> for F {}
            impl<D: Number, $($generics)*> Seeded<D> for $point {
                fn seeded<R>(self, seed: impl Fn(T, usize) -> D, f: impl FnOnce(&[D]) -> R) -> R {
                    let $p = self;
                    let numbers: Vec<D> = $slice.iter().enumerate().map(|(i, x)| seed(*x, i)).collect();
                    f(&numbers)
                }
            }
            impl<$($generics)*> Point for $point {
                type Base = T;
                type First = Dual<T, { $chunk }>;
                type Second = Dual<Dual<T, { $block }>, { $block }>;
                type Slope = Dual<Dual<T, 1>, { $chunk }>;
                type Gradient = Vec<T>;
                type Hessian = Vec<Vec<T>>;
                type Jacobian<R: VectorOutput<Self::First>> = R::LongRows<T>;
                type Checked<X> = Result<X, LengthError>;

                fn gradient(self, f: impl FnMut(&[Self::First]) -> Self::First) -> (T, Vec<T>) {
                    let $p = self;
                    let mut slopes = vec![T::zero(); $slice.len()];
                    let value = gradient($slice, &mut Vec::new(), &mut slopes, f);
                    (value, slopes)
                }
                fn hessian(self, f: impl FnMut(&[Self::Second]) -> Self::Second) -> (T, Vec<T>, Vec<Vec<T>>) {
                    let $p = self;
                    let mut slopes = vec![T::zero(); $slice.len()];
                    let (value, h) =
                        symmetric($slice.len(), |set| hessian($slice, &mut Vec::new(), &mut slopes, set, f));
                    (value, slopes, h)
                }
                fn jacobian<R: VectorOutput<Self::First>>(
                    self,
                    f: impl FnMut(&[Self::First]) -> R,
                ) -> (R::Of<T>, R::LongRows<T>) {
                    let $p = self;
                    jacobian($slice, f)
                }
                fn laplacian(self, f: impl FnMut(&[Self::Second]) -> Self::Second) -> T {
                    let $p = self;
                    laplacian($slice, f)
                }
                fn hessian_times(
                    self,
                    v: Self,
                    f: impl FnMut(&[Self::Slope]) -> Self::Slope,
                ) -> Result<Vec<T>, LengthError> {
                    let [x, v] = [self, v].map(|$p| $slice);
                    LengthError::check("the direction v", v.len(), x.len())?;
                    let mut product = vec![T::zero(); x.len()];
                    hessian_times(x, v, &mut Vec::new(), &mut product, f);
                    Ok(product)
                }
                fn count(&self) -> usize {
                    let $p = self;
                    $slice.len()
                }
                fn variable(&self, i: usize) -> T {
                    let $p = self;
                    $slice[i]
                }
                fn beside<X>(self, v: Self, both: impl FnOnce(Self, Self) -> X) -> Result<X, LengthError> {
                    LengthError::check("the direction v", v.count(), self.count())?;
                    Ok(both(self, v))
                }
            }
        )*
    };
}

slice_is_a_point! {
    (T: Number) &[T], CHUNK, BLOCK, |x| x;
    (T: Number) &Vec<T>, CHUNK, BLOCK, |x| x.as_slice();
    (T: Number, const M: usize) &[T; M], CHUNK, BLOCK, |x| x.as_slice();
    (T: Number, const W: usize) Chunks<'_, T, W>, W, W, |x| x.0;
}
