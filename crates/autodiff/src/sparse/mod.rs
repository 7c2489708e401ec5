//! Jacobians and Hessians of which most entries are zero.
//!
//! Three steps, each of which can be had by itself. The *pattern*: the function is computed once on [`Tracer`] numbers,
//! which know the variables they depend on. *Colours*: columns that do not meet in a row share one direction. *Values*: one
//! derivative a colour instead of one a variable. The chain of three terms below has three colours, whatever its length.
//!
//! ```
//! use autodiff::{function, sparse};
//!
//! function! { fn chain(x: []) { x.windows(2).map(|x| (x[1] - x[0] * x[0]).powi(2)).sum() } }
//!
//! let x = vec![1.0; 10_000];
//! let mut hessian = sparse::SparseHessian::new(sparse::hessian_pattern(|x| chain_of(x), &x)?)?;
//! # fn chain_of<T: autodiff::Ordered>(x: &[T]) -> T { autodiff::SliceFn::call(&chain, x) }
//! assert_eq!((hessian.pattern().entries(), hessian.colours()), (29_998, 3));
//! let found = hessian.at(&chain, &x)?;
//! assert_eq!((found.value, found.gradient[0], found.hessian.get(1, 0)), (0.0, 0.0, -4.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A pattern for every input ([`hessian_pattern`], [`jacobian_pattern`]) holds at all points, unless the function branches;
//! then it is that of the branches taken, and says so ([`Pattern::branched`]). A pattern at a point
//! ([`hessian_pattern_at`], [`jacobian_pattern_at`]) may have fewer entries, and be wrong elsewhere. Both
//! [`SparseHessian`] and [`SparseJacobian`] can tell by a random probe whether a pattern holds at a point.
//!
//! A sum of many terms of few variables each needs neither pattern nor colours: [`SumOfTerms`].

mod colouring;
mod error;
mod hessian;
mod jacobian;
mod pattern;
mod record;
mod terms;
mod tracer;

pub use error::SparseError;
pub use hessian::{AtPoint, SparseHessian, Workspace, hessian_pattern, hessian_pattern_at};
pub use jacobian::{SparseJacobian, jacobian_pattern, jacobian_pattern_at};
pub use pattern::{Pattern, SparseMatrix};
pub use terms::SumOfTerms;
pub use tracer::Tracer;

/// The most entries that a pattern may have: more are not sparse, and would fill the memory.
const MOST_ENTRIES: usize = 1 << 27;

/// Runs a body with the constant `W` for the number of directions a pass: one of those listed that holds all colours, or 8.
macro_rules! with_directions {
    ($colours:expr, $W:ident => $body:expr) => {
        match $colours {
            0 | 1 => {
                const $W: usize = 1;
                $body
            }
            2 => {
                const $W: usize = 2;
                $body
            }
            3 => {
                const $W: usize = 3;
                $body
            }
            4 => {
                const $W: usize = 4;
                $body
            }
            _ => {
                const $W: usize = 8;
                $body
            }
        }
    };
}
use with_directions;

/// Pseudorandom numbers between ½ and 1½: directions for a probe, none of them zero.
pub(crate) fn directions<F: crate::Float>(n: usize) -> impl Iterator<Item = F> {
    // Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014
    (1..=n as u64).map(|i| {
        let mut z = i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        F::of(0.5 + (z >> 11) as f64 / (1_u64 << 53) as f64)
    })
}

/// The row of the probe where what the sparse matrix gives is not what the function gives, beyond rounding: in each row the
/// two sums, and the size of the terms.
fn contradiction<F: crate::Float>(rows: impl Iterator<Item = (F, F, F)>) -> Option<(usize, f64, f64)> {
    let tolerance = if F::of(1.0) + F::of(1e-9) == F::of(1.0) { 1e-3 } else { 1e-9 };
    rows.enumerate().find_map(|(row, (from_pattern, found, size))| {
        let (from_pattern, found, size) = (from_pattern.to_f64(), found.to_f64(), size.to_f64());
        // where the derivative itself is not finite nothing is said
        let differ = (from_pattern - found).abs() > tolerance * size.max(found.abs());
        differ.then_some((row, from_pattern, found))
    })
}

/// A row times a vector, and the sum of the sizes of the terms.
fn row_times<F: crate::Float>(matrix: &SparseMatrix<F>, i: usize, v: &[F]) -> (F, F) {
    let terms = matrix.row(i).map(|(j, entry)| entry * v[j]);
    terms.fold((F::ZERO, F::ZERO), |(sum, size), term| (sum + term, size + crate::Number::abs(term)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    /// The first numbers of SplitMix64 from the seed 0, as its authors' code prints them.
    #[test]
    fn directions_are_those_of_the_generator() {
        let first = [0xE220_A839_7B1D_CDAF_u64, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F];
        // 53 bits of each behind the point
        let want = first.map(|z| 0.5 + (z >> 11) as f64 * 2.0_f64.powi(-53));
        assert_eq!(directions::<f64>(3).collect::<Vec<_>>(), want);
    }

    #[test]
    fn the_size_of_a_row_is_that_of_its_terms() {
        let matrix =
            SparseMatrix { pattern: Pattern::new(3, [vec![0, 2], vec![1]]).unwrap(), values: vec![3.0, -2.0, 5.0] };
        assert_eq!(row_times(&matrix, 0, &[2.0, 7.0, 4.0]), (-2.0, 14.0));
        assert_eq!(row_times(&matrix, 1, &[2.0, 7.0, 4.0]), (35.0, 35.0));
    }
}
