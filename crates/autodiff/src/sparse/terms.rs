//! Sums of many terms of few variables each, assembled.

use alloc::vec;
use alloc::vec::Vec;

use super::record::{entry, sort};
use super::{AtPoint, Pattern, SparseError, SparseMatrix};
use crate::HyperDual;
use crate::error::{IndexError, LengthError};
use crate::number::Float;

/// f(x) = Σ tₖ(x at the indices of the k-th term), each term of `K` variables: energies of meshes, chains, fits.
///
/// Each term is computed once on [`HyperDual`] numbers of its own `K` variables, and what it gives is added where it belongs
/// (Schmidt and others, "TinyAD: Automatic differentiation in geometry processing made simple", 2022). No tape, no
/// colours: value, gradient and Hessian for one call a term.
///
/// ```
/// use autodiff::sparse::SumOfTerms;
///
/// // springs of length 1 between neighbours on a line: Σ (xₖ₊₁ − xₖ − 1)²
/// let springs = SumOfTerms::new(3, vec![[0, 1], [1, 2]])?;
/// let found = springs.at(|_, [a, b]| (b - a - 1.0).powi(2), &[0.0, 1.5, 2.0])?;
/// assert_eq!((found.value, found.gradient), (0.5, vec![-1.0, 2.0, -1.0]));
/// assert_eq!(found.hessian.to_dense(), [[2.0, -2.0, 0.0], [-2.0, 4.0, -2.0], [0.0, -2.0, 2.0]]);
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SumOfTerms<const K: usize> {
    terms: Vec<[usize; K]>,
    pattern: Pattern,
    /// Where the K × K entries of each term stand among those of the pattern.
    places: Vec<[[u32; K]; K]>,
}

impl<const K: usize> SumOfTerms<K> {
    /// From the number of variables, and the indices of each term's.
    ///
    /// # Errors
    /// If an index is that of no variable.
    pub fn new(variables: usize, terms: Vec<[usize; K]>) -> Result<Self, SparseError> {
        if let Some(&index) = terms.iter().flatten().find(|index| **index >= variables) {
            return Err(IndexError { index, variables }.into());
        }
        if variables > u32::MAX as usize {
            return Err(SparseError::NotSparse { limit: super::MOST_ENTRIES });
        }
        let pairs = terms.iter().flat_map(|term| term.iter().flat_map(move |i| term.iter().map(move |j| (*i, *j))));
        let mut entries: Vec<u64> = pairs.map(|(i, j)| entry(i as u32, j as u32)).collect();
        sort(&mut entries);
        if entries.len() > super::MOST_ENTRIES {
            return Err(SparseError::NotSparse { limit: super::MOST_ENTRIES });
        }
        let pattern = Pattern::of_entries(variables, variables, &entries);
        // each place is there, for the pattern was made of them
        let place = |i: usize, j: usize| pattern.place(i, j).unwrap_or_default() as u32;
        let places = terms.iter().map(|term| term.map(|i| term.map(|j| place(i, j)))).collect();
        Ok(SumOfTerms { terms, pattern, places })
    }

    /// Where the Hessian may differ from zero.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// Value, gradient and Hessian at x; `term` is given the index of the term and the numbers of its variables.
    ///
    /// # Errors
    /// If x has not as many elements as there are variables.
    pub fn at<F: Float>(
        &self,
        mut term: impl FnMut(usize, [HyperDual<F, K>; K]) -> HyperDual<F, K>,
        x: &[F],
    ) -> Result<AtPoint<F>, SparseError> {
        LengthError::check("the point x", x.len(), self.pattern.rows())?;
        let mut value = F::ZERO;
        let mut gradient = vec![F::ZERO; x.len()];
        let mut values = vec![F::ZERO; self.pattern.entries()];
        for (k, (indices, places)) in self.terms.iter().zip(&self.places).enumerate() {
            let y = term(k, HyperDual::variables(indices.map(|i| x[i])));
            value += y.re;
            let second = y.hessian();
            for i in 0..K {
                gradient[indices[i]] += y.eps[i];
                for j in 0..K {
                    values[places[i][j] as usize] += second[i][j];
                }
            }
        }
        Ok(AtPoint { value, gradient, hessian: SparseMatrix { pattern: self.pattern.clone(), values } })
    }
}
