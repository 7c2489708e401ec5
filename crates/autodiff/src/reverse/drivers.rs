//! Derivatives by reverse sweeps of functions over slices.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::Reverse;
use super::kept::{Kept, with_kept};
use super::tape::{Tape, TapeError};
use crate::elementary::Elementary;
use crate::error::LengthError;
use crate::number::is_zero;
use crate::perturbation::Tag;
use crate::{Dual, Number};

impl<T: Number + 'static> Tape<T> {
    /// The value f(x), and the gradient ∂f/∂xᵢ in place. One call of f and one sweep; after the first call of its size it
    /// allocates nothing.
    ///
    /// # Errors
    /// If the gradient has another length than x, or the computation does not fit on the tape.
    pub fn gradient_into(
        &mut self,
        f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Reverse<'t, T>,
        x: &[T],
        gradient: &mut [T],
    ) -> Result<T, TapeError> {
        LengthError::check("the gradient", gradient.len(), x.len())?;
        let (value, index) = self.record(x, |x| {
            let y = f(x);
            (y.re, y.index)
        })?;
        self.sweep([(index, T::one())].into_iter());
        for (i, slot) in gradient.iter_mut().enumerate() {
            *slot = self.adjoint(i);
        }
        Ok(value)
    }
}

/// The gradient ∂f/∂xᵢ of a function of any number of variables. One call of f and one sweep.
///
/// ```
/// use autodiff::reverse::gradient;
///
/// assert_eq!(gradient(|x| x[0] * x[0] + x[1].powi(4), &[3.0, 3.0])?, [6.0, 108.0]);
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
///
/// # Errors
/// If the computation does not fit on the tape.
pub fn gradient<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Reverse<'t, T>,
    x: &[T],
) -> Result<Vec<T>, TapeError> {
    Ok(value_and_gradient(f, x)?.1)
}

/// The value f(x) and the gradient ∂f/∂xᵢ. One call of f and one sweep.
///
/// # Errors
/// As [`gradient`].
pub fn value_and_gradient<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Reverse<'t, T>,
    x: &[T],
) -> Result<(T, Vec<T>), TapeError> {
    let mut gradient = vec![T::zero(); x.len()];
    let value = gradient_into(f, x, &mut gradient)?;
    Ok((value, gradient))
}

/// The value f(x), and the gradient ∂f/∂xᵢ in place. One call of f and one sweep.
///
/// Each thread keeps the memory of its last gradient if that is no more than 4 MiB, some 60,000 operations, and likewise that of its last product
/// with a Hessian and of its last Hessian: a later call allocates nothing, unless one in another precision came between, or it is within the function of
/// another. (Without `std` nothing is kept.) A [`Tape`] of one's own keeps what it takes, however much that is.
///
/// ```
/// use autodiff::reverse::gradient_into;
///
/// let mut gradient = [0.0; 2];
/// let value = gradient_into(|x| x[0] * x[0] + x[1].powi(4), &[3.0, 3.0], &mut gradient)?;
/// assert_eq!((value, gradient), (90.0, [6.0, 108.0]));
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
///
/// # Errors
/// If the gradient has another length than x, or the computation does not fit on the tape.
pub fn gradient_into<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Reverse<'t, T>,
    x: &[T],
    gradient: &mut [T],
) -> Result<T, TapeError> {
    with_kept(|kept| kept.tape.gradient_into(f, x, gradient))
}

/// A vector times the Jacobian, wᵀ J with `J[i][j]` = ∂fᵢ/∂xⱼ, beside the values f(x). One call of f and one sweep.
///
/// ```
/// use autodiff::reverse::vjp;
///
/// let (values, product) = vjp(|x| vec![x[0] * x[1], x[0] + x[1]], &[3.0, 2.0], &[1.0, 10.0])?;
/// assert_eq!((values, product), (vec![6.0, 5.0], vec![12.0, 13.0]));
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
///
/// # Errors
/// If w has another length than the result of f, or the computation does not fit on the tape.
pub fn vjp<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Vec<Reverse<'t, T>>,
    x: &[T],
    w: &[T],
) -> Result<(Vec<T>, Vec<T>), TapeError> {
    with_kept(|kept| {
        let tape = &mut kept.tape;
        let (values, indices) = tape.record(x, |x| outputs(f(x)))?;
        LengthError::check("the vector w", w.len(), values.len())?;
        // a result of no weight takes no part, even if its slope is infinite
        tape.sweep(indices.into_iter().zip(w.iter().copied()).filter(|(_, w)| !is_zero(*w)));
        Ok((values, (0..x.len()).map(|i| tape.adjoint(i)).collect()))
    })
}

/// The Jacobian `J[i][j]` = ∂fᵢ/∂xⱼ, a row an output, beside the values f(x). One call of f, and a sweep for each output.
///
/// ```
/// use autodiff::reverse::jacobian;
///
/// let (values, rows) = jacobian(|x| vec![x[0] * x[1], x[0] + x[1]], &[3.0, 2.0])?;
/// assert_eq!((values, rows), (vec![6.0, 5.0], vec![vec![2.0, 3.0], vec![1.0, 1.0]]));
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
///
/// # Errors
/// If the computation does not fit on the tape.
#[allow(clippy::type_complexity, reason = "values and rows, as the documentation says")]
pub fn jacobian<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Vec<Reverse<'t, T>>,
    x: &[T],
) -> Result<(Vec<T>, Vec<Vec<T>>), TapeError> {
    with_kept(|kept| {
        let tape = &mut kept.tape;
        let (values, indices) = tape.record(x, |x| outputs(f(x)))?;
        let rows = indices.into_iter().map(|index| {
            tape.sweep([(index, T::one())].into_iter());
            (0..x.len()).map(|i| tape.adjoint(i)).collect()
        });
        Ok((values, rows.collect()))
    })
}

/// The value f(x), the gradient ∂f/∂xᵢ and the Hessian times a vector, H v: the sweep, differentiated forward along v. One
/// call of f and one sweep, at about twice the cost of a gradient.
///
/// ```
/// use autodiff::reverse::hvp;
///
/// // H = [[2y, 2x], [2x, 0]]
/// let (value, gradient, product) = hvp(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0])?;
/// assert_eq!((value, gradient, product), (18.0, vec![12.0, 9.0], vec![64.0, 6.0]));
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
///
/// # Errors
/// If v has another length than x, or the computation does not fit on the tape.
#[allow(clippy::type_complexity, reason = "value, gradient and product, as the documentation says")]
pub fn hvp<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, Dual<T, 1>>]) -> Reverse<'t, Dual<T, 1>>,
    x: &[T],
    v: &[T],
) -> Result<(T, Vec<T>, Vec<T>), TapeError> {
    let (mut gradient, mut product) = (vec![T::zero(); x.len()], vec![T::zero(); x.len()]);
    let value = with_kept(|kept| kept.workspace.hvp(f, x, v, &mut gradient, &mut product))?;
    Ok((value, gradient, product))
}

// For functions of any number type, which may go forward instead: the same derivatives, and whether they may stay. They may not where a slope
// on the tape may have lost digits, or one is NaN beside a value that is not: forward a zero may have kept it away.

/// The value and whether it is so; the gradient in place.
pub(crate) fn swept_gradient<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, T>]) -> Reverse<'t, T>,
    x: &[T],
    gradient: &mut [T],
) -> Result<(T, bool), TapeError> {
    with_kept(|kept| {
        let value = kept.tape.gradient_into(f, x, gradient)?;
        Ok((value, kept.tape.is_exact() && plausible(value, gradient)))
    })
}

/// The Hessian times v, and whether it is so.
pub(crate) fn swept_product<T: Number + 'static>(
    f: impl for<'t> FnOnce(&[Reverse<'t, Dual<T, 1>>]) -> Reverse<'t, Dual<T, 1>>,
    x: &[T],
    v: &[T],
) -> Result<(Vec<T>, bool), TapeError> {
    let mut product = vec![T::zero(); x.len()];
    with_kept(|kept: &mut Kept<T>| {
        let value = kept.workspace.line.along(f, x, v, |i, slope| product[i] = slope.eps[0])?;
        let exact = kept.workspace.line.tape.is_exact() && plausible(value, &product);
        Ok((product, exact))
    })
}

/// The Hessian, and whether it is so; if it is to give up, not all of one that is not.
pub(crate) fn swept_hessian<T: Number + 'static>(
    mut f: impl for<'t> FnMut(&[Reverse<'t, Dual<T, COLUMNS>>]) -> Reverse<'t, Dual<T, COLUMNS>>,
    x: &[T],
    gives_up: bool,
) -> Result<(Vec<Vec<T>>, bool), TapeError> {
    let n = x.len();
    let (mut h, mut exact) = (vec![vec![T::zero(); n]; n], true);
    with_kept(|kept: &mut Kept<T>| {
        for columns in column_chunks(n) {
            exact &= kept.workspace.columns.columns(&mut f, x, columns, |i, j, second| {
                h[i][j] = second;
                h[j][i] = second;
            })?;
            if gives_up && !exact {
                break;
            }
        }
        Ok((h, exact))
    })
}

fn plausible<T: Number>(value: T, derivatives: &[T]) -> bool {
    value.value().is_nan() || !derivatives.iter().any(|x| x.value().is_nan())
}

/// How many columns of a Hessian one sweep gives.
pub(crate) const COLUMNS: usize = 8;

/// The Hessian `H[i][j]` = ∂²f/∂xᵢ∂xⱼ, eight columns at a time by sweeps that are differentiated forward. ⌈n/8⌉ calls of f
/// and sweeps for n variables.
///
/// The result is symmetric up to rounding: the lower triangle is computed and mirrored.
///
/// ```
/// use autodiff::reverse::hessian;
///
/// assert_eq!(hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0])?, [[4.0, 6.0], [6.0, 0.0]]);
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
///
/// # Errors
/// If the computation does not fit on the tape.
pub fn hessian<T: Number + 'static>(
    f: impl for<'t> FnMut(&[Reverse<'t, Dual<T, COLUMNS>>]) -> Reverse<'t, Dual<T, COLUMNS>>,
    x: &[T],
) -> Result<Vec<Vec<T>>, TapeError> {
    Ok(swept_hessian(f, x, false)?.0)
}

/// The columns of a Hessian that one sweep gives.
pub(crate) fn column_chunks(n: usize) -> impl Iterator<Item = Range<usize>> {
    (0..n).step_by(COLUMNS).map(move |first| first..(first + COLUMNS).min(n))
}

/// The memory of sweeps on numbers `D`.
#[derive(Debug)]
pub(crate) struct Swept<D: Number + 'static> {
    tape: Tape<D>,
    point: Vec<D>,
    slopes: Vec<D>,
}

impl<D: Number + 'static> Swept<D> {
    pub(crate) fn new() -> Self {
        Swept { tape: Tape::new(), point: Vec::new(), slopes: Vec::new() }
    }

    /// How much memory it holds.
    #[cfg(feature = "std")]
    pub(super) fn bytes(&self) -> usize {
        self.tape.bytes() + (self.point.capacity() + self.slopes.capacity()) * size_of::<D>()
    }

    /// The value and the gradient at a point of numbers of an outer derivative.
    pub(crate) fn gradient(
        &mut self,
        f: impl for<'t> FnOnce(&[Reverse<'t, D>]) -> Reverse<'t, D>,
        point: impl Iterator<Item = D>,
    ) -> Result<(D, &[D]), TapeError> {
        self.point.clear();
        self.point.extend(point);
        self.slopes.clear();
        self.slopes.resize(self.point.len(), D::zero());
        let value = self.tape.gradient_into(f, &self.point, &mut self.slopes)?;
        Ok((value, &self.slopes))
    }
}

impl<T: Number + 'static> Swept<Dual<T, COLUMNS>> {
    /// Some columns of the Hessian, from the diagonal down: `set` is given row, column and entry. Whether they may stay.
    pub(crate) fn columns(
        &mut self,
        f: impl for<'t> FnOnce(&[Reverse<'t, Dual<T, COLUMNS>>]) -> Reverse<'t, Dual<T, COLUMNS>>,
        x: &[T],
        columns: Range<usize>,
        mut set: impl FnMut(usize, usize, T),
    ) -> Result<bool, TapeError> {
        let tag = Tag::fresh();
        // those after the columns have no direction
        let seed = |(j, x): (usize, &T)| match j.checked_sub(columns.start) {
            Some(k) => Dual::variable(*x, k).tagged(tag),
            None => Dual::constant(*x),
        };
        let (value, slopes) = self.gradient(f, x.iter().enumerate().map(seed))?;
        let value = value.result_of(tag).re;
        let mut is_nan = false;
        for j in columns.clone() {
            for (i, slope) in slopes.iter().enumerate().skip(j) {
                let second = slope.result_of(tag).eps[j - columns.start];
                is_nan |= second.value().is_nan();
                set(i, j, second);
            }
        }
        Ok(self.tape.is_exact() && (!is_nan || value.value().is_nan()))
    }
}

impl<T: Number + 'static> Swept<Dual<T, 1>> {
    /// The value; `set` is given the index and the derivative by each variable, which moves along v.
    fn along(
        &mut self,
        f: impl for<'t> FnOnce(&[Reverse<'t, Dual<T, 1>>]) -> Reverse<'t, Dual<T, 1>>,
        x: &[T],
        v: &[T],
        mut set: impl FnMut(usize, Dual<T, 1>),
    ) -> Result<T, TapeError> {
        LengthError::check("the direction v", v.len(), x.len())?;
        let tag = Tag::fresh();
        let along = x.iter().zip(v).map(|(x, v)| Dual::new(*x, [*v]).tagged(tag));
        let (value, slopes) = self.gradient(f, along)?;
        for (i, slope) in slopes.iter().enumerate() {
            set(i, slope.result_of(tag));
        }
        Ok(value.result_of(tag).re)
    }
}

/// Keeps the tapes and numbers of second derivatives by sweeps between calls: they go into slices that are there already,
/// and after the first call of its kind and size nothing is allocated.
///
/// ```
/// use autodiff::reverse::Workspace;
///
/// let mut workspace = Workspace::new();
/// let (mut gradient, mut product, mut hessian) = ([0.0; 2], [0.0; 2], [0.0; 4]);
/// let value = workspace.hvp(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &[1.0, 10.0], &mut gradient, &mut product)?;
/// assert_eq!((value, gradient, product), (18.0, [12.0, 9.0], [64.0, 6.0]));
/// workspace.hessian(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &mut hessian)?;
/// assert_eq!(hessian, [4.0, 6.0, 6.0, 0.0]);
/// # Ok::<(), autodiff::reverse::TapeError>(())
/// ```
#[derive(Debug)]
pub struct Workspace<T: Number + 'static> {
    pub(super) line: Swept<Dual<T, 1>>,
    pub(super) columns: Swept<Dual<T, COLUMNS>>,
}

impl<T: Number + 'static> Default for Workspace<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Number + 'static> Workspace<T> {
    /// Nothing is allocated yet.
    pub fn new() -> Self {
        Workspace { line: Swept::new(), columns: Swept::new() }
    }

    /// The value f(x), and in place the gradient ∂f/∂xᵢ and the Hessian times v. One call of f and one sweep.
    ///
    /// # Errors
    /// If v, the gradient or the product has another length than x, or the computation does not fit on the tape.
    pub fn hvp(
        &mut self,
        f: impl for<'t> FnOnce(&[Reverse<'t, Dual<T, 1>>]) -> Reverse<'t, Dual<T, 1>>,
        x: &[T],
        v: &[T],
        gradient: &mut [T],
        product: &mut [T],
    ) -> Result<T, TapeError> {
        LengthError::check("the gradient", gradient.len(), x.len())?;
        LengthError::check("the product", product.len(), x.len())?;
        self.line.along(f, x, v, |i, slope| (gradient[i], product[i]) = (slope.re, slope.eps[0]))
    }

    /// The Hessian ∂²f/∂xᵢ∂xⱼ in place, row by row. ⌈n/8⌉ calls of f and sweeps for n variables, as [`hessian`].
    ///
    /// # Errors
    /// If the Hessian has not n² elements, or the computation does not fit on the tape.
    pub fn hessian(
        &mut self,
        mut f: impl for<'t> FnMut(&[Reverse<'t, Dual<T, COLUMNS>>]) -> Reverse<'t, Dual<T, COLUMNS>>,
        x: &[T],
        hessian: &mut [T],
    ) -> Result<(), TapeError> {
        let n = x.len();
        LengthError::check("the Hessian", hessian.len(), n * n)?;
        for columns in column_chunks(n) {
            self.columns.columns(&mut f, x, columns, |i, j, second| {
                hessian[i * n + j] = second;
                hessian[j * n + i] = second;
            })?;
        }
        Ok(())
    }
}

fn outputs<T: Number>(y: Vec<Reverse<'_, T>>) -> (Vec<T>, Vec<u32>) {
    y.into_iter().map(|y| (y.re, y.index)).unzip()
}
