//! Derivatives at slices, in place and without allocation.

use alloc::vec::Vec;

use super::chunks::{self, BLOCK, CHUNK, each_chunk};
use crate::error::LengthError;
use crate::perturbation::Tag;
use crate::{Dual, Number};

/// Keeps the numbers of a computation between calls: derivatives go into slices that are there already, and after the first
/// call of its kind and size nothing is allocated.
///
/// The variables move in chunks of `W`, in blocks of 4 × 4 for second derivatives, as with [`Chunks`](crate::Chunks), and
/// the results have the same bits as the drivers'. Matrices are filled row by row.
///
/// ```
/// use autodiff::Workspace;
///
/// let mut workspace = Workspace::<f64>::new();
/// let mut gradient = [0.0; 2];
/// let value = workspace.gradient(|x| x[0] * x[0] * x[1], &[3.0, 2.0], &mut gradient)?;
/// assert_eq!((value, gradient), (18.0, [12.0, 9.0]));
/// # Ok::<(), autodiff::LengthError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Workspace<T: Number, const W: usize = CHUNK> {
    first: Vec<Dual<T, W>>,
    second: Vec<Dual<Dual<T, BLOCK>, BLOCK>>,
    slope: Vec<Dual<Dual<T, 1>, W>>,
    line: Vec<Dual<T, 1>>,
    results: Vec<Dual<T, W>>,
    line_results: Vec<Dual<T, 1>>,
}

impl<T: Number, const W: usize> Default for Workspace<T, W> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Number, const W: usize> Workspace<T, W> {
    /// Nothing is allocated yet.
    pub const fn new() -> Self {
        Workspace {
            first: Vec::new(),
            second: Vec::new(),
            slope: Vec::new(),
            line: Vec::new(),
            results: Vec::new(),
            line_results: Vec::new(),
        }
    }

    /// The value f(x), and the gradient ∂f/∂xᵢ in place. ⌈n/W⌉ calls of f for n variables.
    ///
    /// # Errors
    /// If the gradient has another length than x.
    pub fn gradient(
        &mut self,
        f: impl FnMut(&[Dual<T, W>]) -> Dual<T, W>,
        x: &[T],
        gradient: &mut [T],
    ) -> Result<T, LengthError> {
        LengthError::check("the gradient", gradient.len(), x.len())?;
        Ok(chunks::gradient(x, &mut self.first, gradient, f))
    }

    /// The values fᵢ(x) and the Jacobian ∂fᵢ/∂xⱼ in place; f puts its results into the slice that it is given. ⌈n/W⌉ calls
    /// of f for n variables.
    ///
    /// ```
    /// let mut workspace = autodiff::Workspace::<f64>::new();
    /// let (mut values, mut jacobian) = ([0.0; 2], [0.0; 4]);
    /// let f = |x: &[autodiff::Dual<f64, 8>], y: &mut [_]| (y[0], y[1]) = (x[0] * x[1], x[0] + x[1]);
    /// workspace.jacobian(f, &[3.0, 2.0], &mut values, &mut jacobian)?;
    /// assert_eq!((values, jacobian), ([6.0, 5.0], [2.0, 3.0, 1.0, 1.0]));
    /// # Ok::<(), autodiff::LengthError>(())
    /// ```
    ///
    /// # Errors
    /// If the Jacobian has not as many elements as there are values times variables.
    pub fn jacobian(
        &mut self,
        mut f: impl FnMut(&[Dual<T, W>], &mut [Dual<T, W>]),
        x: &[T],
        values: &mut [T],
        jacobian: &mut [T],
    ) -> Result<(), LengthError> {
        let n = x.len();
        LengthError::check("the Jacobian", jacobian.len(), values.len() * n)?;
        let results = &mut self.results;
        results.clear();
        results.resize(values.len(), Dual::constant(T::zero()));
        let still = |i: usize| Dual::constant(x[i]);
        let moving = |i: usize, k: usize, tag| Dual::variable(x[i], k).tagged(tag);
        each_chunk::<T, _, W>(x, &mut self.first, still, moving, |chunk, x, tag| {
            f(x, results);
            for (i, y) in results.iter_mut().enumerate() {
                values[i] = y.re;
                jacobian[i * n..][chunk.clone()].copy_from_slice(&y.result_of(tag).slopes()[..chunk.len()]);
                *y = Dual::constant(T::zero());
            }
        });
        Ok(())
    }

    /// The value f(x), and the gradient and the Hessian ∂²f/∂xᵢ∂xⱼ in place. One call of f for each two chunks of 4 variables.
    ///
    /// # Errors
    /// If the gradient has another length than x, or the Hessian not its square.
    pub fn hessian(
        &mut self,
        f: impl FnMut(&[Dual<Dual<T, BLOCK>, BLOCK>]) -> Dual<Dual<T, BLOCK>, BLOCK>,
        x: &[T],
        gradient: &mut [T],
        hessian: &mut [T],
    ) -> Result<T, LengthError> {
        let n = x.len();
        LengthError::check("the gradient", gradient.len(), n)?;
        LengthError::check("the Hessian", hessian.len(), n * n)?;
        let set = |i: usize, j: usize, value: T| {
            hessian[i * n + j] = value;
            hessian[j * n + i] = value;
        };
        Ok(chunks::hessian(x, &mut self.second, gradient, set, f))
    }

    /// The values fᵢ(x) and the Jacobian times v in place. One call of f.
    ///
    /// # Errors
    /// If v has another length than x, or the product another than the values.
    pub fn jvp(
        &mut self,
        f: impl FnOnce(&[Dual<T, 1>], &mut [Dual<T, 1>]),
        x: &[T],
        v: &[T],
        values: &mut [T],
        product: &mut [T],
    ) -> Result<(), LengthError> {
        LengthError::check("the direction v", v.len(), x.len())?;
        LengthError::check("the product", product.len(), values.len())?;
        let tag = Tag::fresh();
        self.line.clear();
        self.line.extend(x.iter().zip(v).map(|(x, v)| Dual::new(*x, [*v]).tagged(tag)));
        self.line_results.clear();
        self.line_results.resize(values.len(), Dual::constant(T::zero()));
        f(&self.line, &mut self.line_results);
        for (i, y) in self.line_results.iter().enumerate() {
            (values[i], product[i]) = (y.re, y.result_of(tag).slopes()[0]);
        }
        Ok(())
    }

    /// The Hessian times v in place. ⌈n/W⌉ calls of f for n variables.
    ///
    /// # Errors
    /// If v or the product has another length than x.
    pub fn hvp(
        &mut self,
        f: impl FnMut(&[Dual<Dual<T, 1>, W>]) -> Dual<Dual<T, 1>, W>,
        x: &[T],
        v: &[T],
        product: &mut [T],
    ) -> Result<(), LengthError> {
        LengthError::check("the direction v", v.len(), x.len())?;
        LengthError::check("the product", product.len(), x.len())?;
        chunks::hessian_times(x, v, &mut self.slope, product, f);
        Ok(())
    }
}
