//! What a driver cannot take.

use core::fmt;

/// A slice has not as many elements as it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LengthError {
    /// Which slice.
    pub what: &'static str,
    /// How many elements it must have.
    pub expected: usize,
    /// How many it has.
    pub found: usize,
}

impl LengthError {
    /// That a slice has as many elements as it must have.
    pub(crate) fn check(what: &'static str, found: usize, expected: usize) -> Result<(), LengthError> {
        if found == expected { Ok(()) } else { Err(LengthError { what, expected, found }) }
    }
}

impl fmt::Display for LengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has {} elements and must have {}", self.what, self.found, self.expected)
    }
}

impl core::error::Error for LengthError {}

/// There is no variable of that index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndexError {
    /// The index that was asked for.
    pub index: usize,
    /// How many variables there are.
    pub variables: usize,
}

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no variable {}: the point has {} variables, counted from 0", self.index, self.variables)
    }
}

impl core::error::Error for IndexError {}
