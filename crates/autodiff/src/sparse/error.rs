//! Why there is no sparse derivative.

use core::fmt;

use crate::error::{IndexError, LengthError};
use crate::reverse::TapeError;

/// Why there is no sparse derivative.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SparseError {
    /// The pattern would have more entries than it may, or than there is memory for.
    NotSparse {
        /// How many entries it may have.
        limit: usize,
    },
    /// The pattern of a Hessian must be symmetric; this place is there, but not the transposed one.
    NotSymmetric {
        /// The row.
        row: usize,
        /// The column.
        column: usize,
    },
    /// A slice, or a row or column of the pattern, has not as many elements as it must have.
    Length(LengthError),
    /// There is no variable of that index.
    Index(IndexError),
    /// The computation does not fit on a tape.
    Tape(TapeError),
    /// A random probe showed that the pattern does not hold at the point: some entry of this row differs from zero and is
    /// not in the pattern.
    WrongPattern {
        /// The row.
        row: usize,
        /// What the matrix of this pattern gives for the random direction.
        of_pattern: f64,
        /// What the function gives.
        of_function: f64,
    },
}

impl fmt::Display for SparseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SparseError::NotSparse { limit } => {
                write!(f, "the pattern has more than {limit} entries: use a dense driver")
            }
            SparseError::NotSymmetric { row, column } => write!(
                f,
                "the pattern of a Hessian is symmetric, but this one has ({row}, {column}) and not ({column}, {row})"
            ),
            SparseError::Length(error) => error.fmt(f),
            SparseError::Index(error) => error.fmt(f),
            SparseError::Tape(error) => error.fmt(f),
            SparseError::WrongPattern { row, of_pattern, of_function } => write!(
                f,
                "the pattern does not hold at this point: row {row} times a random direction is {of_function}, and \
                 {of_pattern} by the pattern; take the pattern for every input, or at this point"
            ),
        }
    }
}

impl core::error::Error for SparseError {}

impl From<LengthError> for SparseError {
    fn from(error: LengthError) -> Self {
        SparseError::Length(error)
    }
}

impl From<IndexError> for SparseError {
    fn from(error: IndexError) -> Self {
        SparseError::Index(error)
    }
}

impl From<TapeError> for SparseError {
    fn from(error: TapeError) -> Self {
        match error {
            TapeError::Length { what, expected, found } => LengthError { what, expected, found }.into(),
            TapeError::Full { .. } => SparseError::Tape(error),
        }
    }
}
