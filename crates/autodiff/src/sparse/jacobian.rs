//! Sparse Jacobians: pattern, colours of columns or of rows, forward passes or reverse sweeps.

use alloc::vec;
use alloc::vec::Vec;

use super::colouring::{self, Colours};
use super::record::Record;
use super::{
    MOST_ENTRIES, Pattern, SparseError, SparseMatrix, Tracer, contradiction, directions, row_times, with_directions,
};
use crate::error::LengthError;
use crate::number::Float;
use crate::reverse::{self, TapeError};
use crate::{Dual, SliceMap};

/// The variables that each result of f depends on, at every point (on the branches taken at x). One call of f.
///
/// ```
/// use autodiff::sparse::jacobian_pattern;
///
/// let pattern = jacobian_pattern(|x| vec![x[0] * x[1], x[2].sin()], &[0.0, 0.0, 0.0])?;
/// assert_eq!(pattern.iter().collect::<Vec<_>>(), [(0, 0), (0, 1), (1, 2)]);
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
///
/// # Errors
/// If the pattern has more than 2²⁷ entries, or does not fit the memory.
pub fn jacobian_pattern<F: Float>(
    f: impl for<'t> FnOnce(&[Tracer<'t, F>]) -> Vec<Tracer<'t, F>>,
    x: &[F],
) -> Result<Pattern, SparseError> {
    pattern(f, x, false)
}

/// The variables that each result of f depends on at x; elsewhere there may be more. One call of f.
///
/// ```
/// use autodiff::sparse::jacobian_pattern_at;
///
/// let pattern = jacobian_pattern_at(|x| vec![x[0] * x[1], x[2].sin()], &[0.0, 1.0, 0.0])?;
/// assert_eq!(pattern.iter().collect::<Vec<_>>(), [(0, 0), (1, 2)]);
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
///
/// # Errors
/// As [`jacobian_pattern`].
pub fn jacobian_pattern_at<F: Float>(
    f: impl for<'t> FnOnce(&[Tracer<'t, F>]) -> Vec<Tracer<'t, F>>,
    x: &[F],
) -> Result<Pattern, SparseError> {
    pattern(f, x, true)
}

fn pattern<F: Float>(
    f: impl for<'t> FnOnce(&[Tracer<'t, F>]) -> Vec<Tracer<'t, F>>,
    x: &[F],
    at_the_point: bool,
) -> Result<Pattern, SparseError> {
    let record = Record::new(at_the_point);
    let variables: Vec<_> = x.iter().enumerate().map(|(i, x)| Tracer::variable(*x, i as u32, &record)).collect();
    let results: Vec<u32> = f(&variables).iter().map(|y| y.first).collect();
    drop(variables);
    let branched = record.looked.get();
    let complete = record.is_complete();
    let rows = record.listed(&results, MOST_ENTRIES).filter(|_| complete);
    let rows = rows.ok_or(SparseError::NotSparse { limit: MOST_ENTRIES })?;
    Ok(Pattern::of_lists(x.len(), &rows).of_branches(branched))
}

/// How the values of a Jacobian are found.
#[derive(Clone, Debug)]
enum Compressed {
    /// Columns of one colour do not meet in a row: one forward direction a colour.
    Columns(Colours),
    /// Rows of one colour do not meet in a column: one reverse sweep a colour.
    Rows(Colours),
}

/// Jacobians of one pattern: it keeps the colours of the columns, or of the rows where these are fewer, so that each
/// Jacobian costs one direction a colour instead of one a variable.
///
/// ```
/// use autodiff::{function, sparse::SparseJacobian};
///
/// function! { fn differences(x: []) -> [] { x.windows(2).map(|x| x[1] - x[0] * x[0]).collect() } }
///
/// let x = vec![3.0; 1000];
/// let jacobian = SparseJacobian::of(&differences, &x)?;
/// assert_eq!((jacobian.pattern().entries(), jacobian.colours()), (1998, 2));
/// let (values, rows) = jacobian.at(&differences, &x)?;
/// assert_eq!((values[998], rows.get(998, 998), rows.get(998, 999)), (-6.0, -6.0, 1.0));
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SparseJacobian {
    pattern: Pattern,
    compressed: Compressed,
}

impl SparseJacobian {
    /// Colours a pattern: its columns, or its rows if a sweep for each of their colours is likely to cost less.
    pub fn new(pattern: Pattern) -> Self {
        let transposed = pattern.transposed();
        // a full row needs as many colours of columns as it has entries, and a full column of rows; the other need not be tried
        let fullest = |pattern: &Pattern| (0..pattern.rows()).map(|i| pattern.row(i).len()).max().unwrap_or(0);
        let (in_row, in_column) = (fullest(&pattern), fullest(&transposed));
        let by_columns = || Compressed::Columns(colouring::of_columns(&pattern, &transposed));
        let by_rows = || colouring::of_columns(&transposed, &pattern);
        let compressed = if in_row <= SWEEP * in_column {
            by_columns()
        } else {
            let rows = by_rows();
            if SWEEP * rows.count < in_row { Compressed::Rows(rows) } else { by_columns() }
        };
        SparseJacobian { pattern, compressed }
    }

    /// The pattern of f for every input, coloured. One call of f.
    ///
    /// # Errors
    /// As [`jacobian_pattern`].
    pub fn of<F: Float>(f: &impl SliceMap<F>, x: &[F]) -> Result<Self, SparseError> {
        Ok(Self::new(jacobian_pattern(|x| f.call(x), x)?))
    }

    /// Where the Jacobian may differ from zero.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// How many colours there are.
    pub fn colours(&self) -> usize {
        match &self.compressed {
            Compressed::Columns(colours) | Compressed::Rows(colours) => colours.count,
        }
    }

    /// Values and Jacobian at x. For c colours of columns ⌈c/8⌉ calls of f, for c colours of rows c calls and sweeps; one call at
    /// least.
    ///
    /// # Errors
    /// If x has not as many elements as the pattern has columns, f not as many results as it has rows, or the computation
    /// does not fit on a tape.
    pub fn at<F: Float>(&self, f: &impl SliceMap<F>, x: &[F]) -> Result<(Vec<F>, SparseMatrix<F>), SparseError> {
        LengthError::check("the point x", x.len(), self.pattern.columns())?;
        match &self.compressed {
            Compressed::Columns(colours) => {
                with_directions!(colours.count, W => self.by_columns::<F, W>(f, x, colours))
            }
            Compressed::Rows(colours) => self.by_rows(f, x, colours),
        }
    }

    fn by_columns<F: Float, const W: usize>(
        &self,
        f: &impl SliceMap<F>,
        x: &[F],
        colours: &Colours,
    ) -> Result<(Vec<F>, SparseMatrix<F>), SparseError> {
        let mut entries = vec![F::ZERO; self.pattern.entries()];
        let mut values = Vec::new();
        for first in (0..colours.count.max(1)).step_by(W) {
            let within = |colour: u32| (colour as usize).checked_sub(first).filter(|k| *k < W);
            let seed = |(x, colour): (&F, &u32)| match within(*colour) {
                Some(k) => Dual::variable(*x, k),
                None => Dual::constant(*x),
            };
            let point: Vec<Dual<F, W>> = x.iter().zip(&colours.of).map(seed).collect();
            let results = f.call(&point);
            LengthError::check("the result of f", results.len(), self.pattern.rows())?;
            for (entry, (i, j)) in entries.iter_mut().zip(self.pattern.iter()) {
                if let Some(k) = within(colours.of[j]) {
                    *entry = results[i].eps[k] + F::ZERO;
                }
            }
            if first == 0 {
                values = results.iter().map(|y| y.re).collect();
            }
        }
        Ok((values, SparseMatrix { pattern: self.pattern.clone(), values: entries }))
    }

    fn by_rows<F: Float>(
        &self,
        f: &impl SliceMap<F>,
        x: &[F],
        colours: &Colours,
    ) -> Result<(Vec<F>, SparseMatrix<F>), SparseError> {
        let mut entries = vec![F::ZERO; self.pattern.entries()];
        let mut values = Vec::new();
        for colour in 0..colours.count.max(1) {
            let of_colour = |of: &u32| if *of as usize == colour { F::ONE } else { F::ZERO };
            let weights: Vec<F> = colours.of.iter().map(of_colour).collect();
            let sums;
            (values, sums) = reverse::vjp(|x| f.call(x), x, &weights).map_err(|error| match error {
                // the weights are as many as the pattern has rows
                TapeError::Length { expected, found, .. } => {
                    LengthError { what: "the result of f", expected: found, found: expected }.into()
                }
                full => SparseError::from(full),
            })?;
            for (entry, (i, j)) in entries.iter_mut().zip(self.pattern.iter()) {
                if colours.of[i] as usize == colour {
                    *entry = sums[j];
                }
            }
        }
        Ok((values, SparseMatrix { pattern: self.pattern.clone(), values: entries }))
    }

    /// As [`at`](SparseJacobian::at), and then compares the Jacobian times a random direction with the function's own, at the
    /// cost of one call of f more: of a pattern that does not hold at x, it tells the row.
    ///
    /// # Errors
    /// As [`at`](SparseJacobian::at), and [`SparseError::WrongPattern`].
    pub fn checked_at<F: Float>(
        &self,
        f: &impl SliceMap<F>,
        x: &[F],
    ) -> Result<(Vec<F>, SparseMatrix<F>), SparseError> {
        let (values, jacobian) = self.at(f, x)?;
        let v: Vec<F> = directions(x.len()).collect();
        let along: Vec<Dual<F, 1>> = x.iter().zip(&v).map(|(x, v)| Dual::new(*x, [*v])).collect();
        let results = f.call(&along);
        LengthError::check("the result of f", results.len(), self.pattern.rows())?;
        let rows = results.iter().enumerate().map(|(i, y)| {
            let (sum, size) = row_times(&jacobian, i, &v);
            (sum, y.eps[0], size)
        });
        match contradiction(rows) {
            Some((row, of_pattern, of_function)) => Err(SparseError::WrongPattern { row, of_pattern, of_function }),
            None => Ok((values, jacobian)),
        }
    }
}

/// How many forward directions cost about as much as a reverse sweep.
const SWEEP: usize = 4;
