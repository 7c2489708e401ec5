//! Derivatives by reverse sweeps of functions over slices.

use alloc::vec;
use alloc::vec::Vec;

use super::Reverse;
use super::tape::{Tape, TapeError};
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
    let value = Tape::new().gradient_into(f, x, &mut gradient)?;
    Ok((value, gradient))
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
    let mut tape = Tape::new();
    let (values, indices) = tape.record(x, |x| outputs(f(x)))?;
    LengthError::check("the vector w", w.len(), values.len())?;
    // a result of no weight takes no part, even if its slope is infinite
    tape.sweep(indices.into_iter().zip(w.iter().copied()).filter(|(_, w)| !is_zero(*w)));
    Ok((values, (0..x.len()).map(|i| tape.adjoint(i)).collect()))
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
    let mut tape = Tape::new();
    let (values, indices) = tape.record(x, |x| outputs(f(x)))?;
    let rows = indices.into_iter().map(|index| {
        tape.sweep([(index, T::one())].into_iter());
        (0..x.len()).map(|i| tape.adjoint(i)).collect()
    });
    Ok((values, rows.collect()))
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
    LengthError::check("the direction v", v.len(), x.len())?;
    let tag = Tag::fresh();
    let along: Vec<_> = x.iter().zip(v).map(|(x, v)| Dual::new(*x, [*v]).tagged(tag)).collect();
    let (value, gradient) = value_and_gradient(f, &along)?;
    let gradient = gradient.into_iter().map(|g| g.result_of(tag));
    Ok((value.result_of(tag).re, gradient.clone().map(|g| g.re).collect(), gradient.map(|g| g.eps[0]).collect()))
}

/// How many columns of a Hessian one sweep gives.
const COLUMNS: usize = 8;

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
    mut f: impl for<'t> FnMut(&[Reverse<'t, Dual<T, COLUMNS>>]) -> Reverse<'t, Dual<T, COLUMNS>>,
    x: &[T],
) -> Result<Vec<Vec<T>>, TapeError> {
    let n = x.len();
    let mut h = vec![vec![T::zero(); n]; n];
    let mut tape = Tape::new();
    let mut point: Vec<Dual<T, COLUMNS>> = x.iter().map(|x| Dual::constant(*x)).collect();
    let mut gradient = point.clone();
    for first in (0..n).step_by(COLUMNS) {
        let tag = Tag::fresh();
        let columns = first..(first + COLUMNS).min(n);
        for j in columns.clone() {
            point[j] = Dual::variable(x[j], j - first).tagged(tag);
        }
        tape.gradient_into(&mut f, &point, &mut gradient)?.result_of(tag);
        for j in columns {
            point[j] = Dual::constant(x[j]);
            for i in j..n {
                h[i][j] = gradient[i].result_of(tag).eps[j - first];
                h[j][i] = h[i][j];
            }
        }
    }
    Ok(h)
}

fn outputs<T: Number>(y: Vec<Reverse<'_, T>>) -> (Vec<T>, Vec<u32>) {
    y.into_iter().map(|y| (y.re, y.index)).unzip()
}
