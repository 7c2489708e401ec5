//! Where a matrix may differ from zero, and the matrix itself, row by row.

use alloc::vec;
use alloc::vec::Vec;

/// Where a matrix may differ from zero: for each row the columns, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    columns: usize,
    /// Where each row begins among the indices, and where the last one ends.
    starts: Vec<usize>,
    indices: Vec<usize>,
    branched: bool,
}

impl Pattern {
    /// From the columns of each row, which are sorted here, and counted once if they are there twice.
    ///
    /// # Errors
    /// If a column is not below their number.
    pub fn new(
        columns: usize,
        rows: impl IntoIterator<Item = impl IntoIterator<Item = usize>>,
    ) -> Result<Self, crate::IndexError> {
        let (mut starts, mut indices) = (vec![0], Vec::new());
        for row in rows {
            let mut row: Vec<usize> = row.into_iter().collect();
            row.sort_unstable();
            row.dedup();
            if let Some(&index) = row.last().filter(|last| **last >= columns) {
                return Err(crate::IndexError { index, variables: columns });
            }
            indices.append(&mut row);
            starts.push(indices.len());
        }
        Ok(Pattern { columns, starts, indices, branched: false })
    }

    /// From pairs i · 2³² + j, sorted.
    pub(super) fn of_entries(rows: usize, columns: usize, entries: &[u64]) -> Self {
        let mut starts = vec![0; rows + 1];
        entries.iter().for_each(|entry| starts[(entry >> 32) as usize + 1] += 1);
        for i in 0..rows {
            starts[i + 1] += starts[i];
        }
        let indices = entries.iter().map(|entry| (entry & u64::from(u32::MAX)) as usize).collect();
        Pattern { columns, starts, indices, branched: false }
    }

    /// From the columns of each row, sorted.
    pub(super) fn of_lists(columns: usize, rows: &[Vec<u32>]) -> Self {
        let mut starts = vec![0];
        let mut indices = Vec::with_capacity(rows.iter().map(Vec::len).sum());
        for row in rows {
            indices.extend(row.iter().map(|j| *j as usize));
            starts.push(indices.len());
        }
        Pattern { columns, starts, indices, branched: false }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many columns there are.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many places may differ from zero.
    pub fn entries(&self) -> usize {
        self.indices.len()
    }

    /// The columns of a row, ascending.
    ///
    /// # Panics
    /// As a slice does, if there is no such row.
    pub fn row(&self, i: usize) -> &[usize] {
        &self.indices[self.starts[i]..self.starts[i + 1]]
    }

    /// Whether the function looked at values: compared its numbers, or asked for one. Then the pattern is that of the
    /// branches which it took.
    pub fn branched(&self) -> bool {
        self.branched
    }

    /// The same pattern, of a function that looked at values or did not.
    pub(super) fn of_branches(self, branched: bool) -> Self {
        Pattern { branched, ..self }
    }

    /// Where a row begins among the entries.
    pub(super) fn place_of_row(&self, i: usize) -> usize {
        self.starts[i]
    }

    /// Where the entry (i, j) stands among the entries, if it does.
    pub(super) fn place(&self, i: usize, j: usize) -> Option<usize> {
        self.row(i).binary_search(&j).ok().map(|k| self.starts[i] + k)
    }

    /// The places (i, j), row by row.
    pub fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.rows()).flat_map(|i| self.row(i).iter().map(move |j| (i, *j)))
    }

    /// The pattern of the transposed matrix.
    pub fn transposed(&self) -> Self {
        let mut starts = vec![0; self.columns + 1];
        self.indices.iter().for_each(|j| starts[j + 1] += 1);
        for j in 0..self.columns {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut indices = vec![0; self.indices.len()];
        for (i, j) in self.iter() {
            indices[next[j]] = i;
            next[j] += 1;
        }
        Pattern { columns: self.rows(), starts, indices, branched: self.branched }
    }

    /// The first place of which the transposed one is not there.
    pub(super) fn unpaired(&self) -> Option<(usize, usize)> {
        self.iter().find(|(i, j)| *j >= self.rows() || self.place(*j, *i).is_none())
    }
}

/// A matrix of which only the entries of a [`Pattern`] are kept, row by row (compressed sparse rows).
#[derive(Clone, Debug, PartialEq)]
pub struct SparseMatrix<T> {
    pub(super) pattern: Pattern,
    pub(super) values: Vec<T>,
}

impl<T: Copy> SparseMatrix<T> {
    /// Where it may differ from zero.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The values, in the order of the pattern.
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// The columns of a row beside the values that stand there.
    ///
    /// # Panics
    /// As a slice does, if there is no such row.
    pub fn row(&self, i: usize) -> impl Iterator<Item = (usize, T)> + '_ {
        let from = self.pattern.starts[i];
        self.pattern.row(i).iter().zip(&self.values[from..]).map(|(j, value)| (*j, *value))
    }

    /// Row, column and value of each entry, row by row.
    pub fn triplets(&self) -> impl Iterator<Item = (usize, usize, T)> + '_ {
        self.pattern.iter().zip(&self.values).map(|((i, j), value)| (i, j, *value))
    }

    /// The compressed rows: where each begins among the entries (and where the last ends), the columns, the values.
    pub fn into_compressed_rows(self) -> (Vec<usize>, Vec<usize>, Vec<T>) {
        (self.pattern.starts, self.pattern.indices, self.values)
    }
}

impl<T: crate::Number> SparseMatrix<T> {
    /// An entry; zero if the pattern does not have it.
    pub fn get(&self, i: usize, j: usize) -> T {
        self.pattern.place(i, j).map_or(T::zero(), |place| self.values[place])
    }

    /// All entries, row by row.
    pub fn to_dense(&self) -> Vec<Vec<T>> {
        let mut rows = vec![vec![T::zero(); self.pattern.columns]; self.pattern.rows()];
        self.triplets().for_each(|(i, j, value)| rows[i][j] = value);
        rows
    }
}

/// The compressed rows as nalgebra-sparse has them.
///
/// ```
/// use autodiff::{function, sparse::SparseHessian};
/// use nalgebra_sparse::CsrMatrix;
///
/// function! { fn f(x: []) { x[0] * x[0] * x[1] } }
///
/// let found = SparseHessian::of(&f, &[0.0, 0.0])?.at(&f, &[3.0, 2.0])?;
/// let h: CsrMatrix<f64> = found.hessian.into();
/// assert_eq!((h.nnz(), h.row(1).col_indices(), h.row(1).values()), (3, &[0][..], &[6.0][..]));
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
#[cfg(feature = "nalgebra-sparse")]
impl<T> From<SparseMatrix<T>> for nalgebra_sparse::CsrMatrix<T> {
    fn from(SparseMatrix { pattern, values }: SparseMatrix<T>) -> Self {
        let (rows, columns) = (pattern.rows(), pattern.columns());
        nalgebra_sparse::CsrMatrix::try_from_csr_data(rows, columns, pattern.starts, pattern.indices, values)
            .unwrap_or_else(|error| unreachable!("the rows of a pattern are sorted and within it: {error}"))
    }
}
