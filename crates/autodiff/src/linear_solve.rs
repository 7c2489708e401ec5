//! A linear system whose matrix and right-hand side carry derivatives.

use alloc::vec::Vec;
use core::array;
use core::fmt::{self, Display};

use crate::elementary::Elementary;
use crate::number::{Float, Scalar};

/// Why a system has no solution with derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SolveError {
    /// The matrix is singular to working precision: what elimination leaves for this pivot (counted from 0) is zero, or
    /// no more than the rounding of what was subtracted to get it. The derivatives are infinite or do not exist.
    Singular {
        /// Which pivot, counted from 0.
        pivot: usize,
        /// Its value.
        value: f64,
    },
    /// Something that must be finite is not.
    NotFinite {
        /// What it is.
        quantity: &'static str,
        /// Which of its entries, counted from 0, row by row.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// The iterations for the value did not come to rest.
    NotConverged {
        /// How many were done.
        iterations: usize,
        /// The largest change of an unknown in the last.
        change: f64,
    },
    /// A slice has the wrong length.
    Length {
        /// Of what.
        quantity: &'static str,
        /// The length that fits.
        expected: usize,
        /// The length that it has.
        found: usize,
    },
}

impl Display for SolveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            SolveError::Singular { pivot, value } => {
                write!(f, "the matrix is singular to working precision: pivot {pivot} is {value:e}")
            }
            SolveError::NotFinite { quantity, index, value } => {
                write!(f, "entry {index} of the {quantity} is {value}, which is not finite")
            }
            SolveError::NotConverged { iterations, change } => {
                write!(f, "not converged in {iterations} iterations: the last changed an unknown by {change:e}")
            }
            SolveError::Length { quantity, expected, found } => {
                write!(f, "the {quantity} has {found} entries instead of {expected}")
            }
        }
    }
}

impl core::error::Error for SolveError {}

/// The solution x of A x = b, where A and b carry derivatives.
///
/// The matrix of plain values is factored once. The derivatives follow from A x = b, order by order: with A = A₀ + A′ + …,
/// each correction x ← x + A₀⁻¹ (b − A x) makes one order more exact, because A − A₀ has no value. So n × n systems cost
/// n³/3 operations on plain floats and some n² on numbers an order.
///
/// # Errors
///
/// [`SolveError::Singular`] names the pivot, [`SolveError::NotFinite`] the entry of the matrix, the right-hand side or the
/// solution whose value is not finite.
///
/// ```
/// use autodiff::{Dual, SolveError, jacobian, linear_solve};
///
/// // 4 x + y = p, 2 y = p²: x = p/4 − p²/8
/// let solution = |[p]: [Dual<f64, 1>; 1]| {
///     let [four, one, zero, two] = [4.0, 1.0, 0.0, 2.0].map(Dual::constant);
///     linear_solve([[four, one], [zero, two]], [p, p * p]).unwrap()
/// };
/// assert_eq!(jacobian(solution, [3.0]), [[-0.5], [3.0]]);
///
/// assert_eq!(linear_solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 1.0]), Err(SolveError::Singular { pivot: 1, value: 0.0 }));
/// ```
pub fn linear_solve<F: Float, T: Scalar<F>, const N: usize>(a: [[T; N]; N], b: [T; N]) -> Result<[T; N], SolveError> {
    let x = linear_solve_slice(a.as_flattened(), &b)?;
    Ok(array::from_fn(|i| x[i]))
}

/// [`linear_solve`] for any number of unknowns: `a` holds the rows of the matrix one after the other.
///
/// # Errors
///
/// As [`linear_solve`], and [`SolveError::Length`] if `a` has not `b.len()²` entries.
///
/// ```
/// use autodiff::linear_solve_slice;
///
/// assert_eq!(linear_solve_slice(&[0.0, 2.0, 4.0, 0.0], &[6.0, 8.0]), Ok(vec![2.0, 3.0]));
/// ```
pub fn linear_solve_slice<F: Float, T: Scalar<F>>(a: &[T], b: &[T]) -> Result<Vec<T>, SolveError> {
    let n = b.len();
    if a.len() != n * n {
        return Err(SolveError::Length { quantity: "matrix", expected: n * n, found: a.len() });
    }
    let lu = Lu::new(a.iter().map(|a| a.value()).collect(), n)?;
    let right: Vec<F> = b.iter().map(|b| b.value()).collect();
    all_finite("right-hand side", &right)?;
    let values = lu.solve(&right);
    all_finite("solution", &values)?;
    let residual = |x: &[T]| {
        (0..n).map(|i| a[i * n..][..n].iter().zip(x).fold(b[i], |rest, (a, x)| rest - *a * *x)).collect::<Vec<T>>()
    };
    Ok(corrected(&lu, &values, residual))
}

/// The numbers with the given values that make the residual zero in all derivatives, where `lu` is the residual's matrix
/// with the sign of `residual` turned: one correction an order.
pub(crate) fn corrected<F: Float, T: Scalar<F>>(lu: &Lu<F>, values: &[F], residual: impl Fn(&[T]) -> Vec<T>) -> Vec<T> {
    let mut x: Vec<T> = values.iter().map(|v| T::constant(*v)).collect();
    for _ in 0..T::ORDER {
        let moving: Vec<T> = residual(&x).into_iter().map(|r| r.with_value(F::ZERO)).collect();
        for ((x, step), value) in x.iter_mut().zip(lu.solve(&moving)).zip(values) {
            *x = (*x + step).with_value(*value);
        }
    }
    x
}

pub(crate) fn all_finite<F: Float>(quantity: &'static str, x: &[F]) -> Result<(), SolveError> {
    match x.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(SolveError::NotFinite { quantity, index, value: x[index].to_f64() }),
        None => Ok(()),
    }
}

/// P A = L U by elimination with row exchanges.
#[derive(Clone, Debug)]
pub(crate) struct Lu<F> {
    /// L below the diagonal (its diagonal is 1), U above and on it.
    factors: Vec<F>,
    /// The row of A that stands in each row of P A.
    rows: Vec<usize>,
}

impl<F: Float> Lu<F> {
    pub(crate) fn new(a: Vec<F>, n: usize) -> Result<Self, SolveError> {
        all_finite("matrix", &a)?;
        let mut lu = Lu { factors: a, rows: (0..n).collect() };
        // the sum of the sizes of what each entry was made of: a pivot below its rounding is zero
        let mut sizes: Vec<F> = lu.factors.iter().map(|a| Elementary::abs(*a)).collect();
        for k in 0..n {
            let largest = (k..n).fold(k, |best, i| {
                if Elementary::abs(lu.at(n, i, k)) > Elementary::abs(lu.at(n, best, k)) { i } else { best }
            });
            let pivot = lu.at(n, largest, k);
            if pivot == F::ZERO || Elementary::abs(pivot) < rounding::<F>() * sizes[largest * n + k] {
                return Err(SolveError::Singular { pivot: k, value: pivot.to_f64() });
            }
            if largest != k {
                lu.rows.swap(k, largest);
                for j in 0..n {
                    lu.factors.swap(k * n + j, largest * n + j);
                    sizes.swap(k * n + j, largest * n + j);
                }
            }
            for i in k + 1..n {
                let l = lu.at(n, i, k) / pivot;
                lu.factors[i * n + k] = l;
                if l == F::ZERO {
                    continue;
                }
                for j in k + 1..n {
                    let product = l * lu.at(n, k, j);
                    lu.factors[i * n + j] -= product;
                    sizes[i * n + j] += Elementary::abs(product);
                }
            }
        }
        all_finite("factored matrix", &lu.factors)?;
        Ok(lu)
    }

    fn at(&self, n: usize, i: usize, j: usize) -> F {
        self.factors[i * n + j]
    }

    /// A⁻¹ b. What is multiplied by zero does not count, even if it is infinite.
    pub(crate) fn solve<T: Scalar<F>>(&self, b: &[T]) -> Vec<T> {
        let n = self.rows.len();
        let mut x: Vec<T> = self.rows.iter().map(|i| b[*i]).collect();
        let without = |x: &[T], i: usize, columns: core::ops::Range<usize>| {
            columns
                .map(|j| (self.at(n, i, j), x[j]))
                .filter(|(c, _)| *c != F::ZERO)
                .fold(x[i], |rest, (c, x)| rest - x * c)
        };
        for i in 0..n {
            x[i] = without(&x, i, 0..i);
        }
        for i in (0..n).rev() {
            x[i] = without(&x, i, i + 1..n) / self.at(n, i, i);
        }
        x
    }
}

/// The distance from 1 to the next number.
pub(crate) fn rounding<F: Float>() -> F {
    // all that is left of 3 (4/3 − 1) − 1 is how 4/3 was rounded
    Elementary::abs(F::of(3.0) * (F::of(4.0) / F::of(3.0) - F::ONE) - F::ONE)
}
