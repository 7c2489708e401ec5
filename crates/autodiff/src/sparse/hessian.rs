//! Sparse Hessians: pattern, star colours, forward over reverse.

use alloc::vec;
use alloc::vec::Vec;

use super::colouring::{self, Colours};
use super::record::Record;
use super::{MOST_ENTRIES, Pattern, SparseError, SparseMatrix, Tracer, contradiction, directions, row_times};
use crate::error::LengthError;
use crate::number::Float;
use crate::reverse::{self, Swept};
use crate::{Dual, SliceFn};

/// The pairs of variables by which f has a second derivative, at every point (on the branches taken at x). One call of f.
///
/// ```
/// use autodiff::sparse::hessian_pattern;
///
/// let pattern = hessian_pattern(|x| x[0] * x[1] + x[2].sin(), &[0.0, 0.0, 0.0])?;
/// assert_eq!(pattern.iter().collect::<Vec<_>>(), [(0, 1), (1, 0), (2, 2)]);
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
///
/// # Errors
/// If the pattern has more than 2²⁷ entries, or does not fit the memory.
pub fn hessian_pattern<F: Float>(
    f: impl for<'t> FnOnce(&[Tracer<'t, F>]) -> Tracer<'t, F>,
    x: &[F],
) -> Result<Pattern, SparseError> {
    pattern(f, x, false)
}

/// The pairs of variables by which f has a second derivative at x; elsewhere there may be more. One call of f.
///
/// ```
/// use autodiff::sparse::hessian_pattern_at;
///
/// let pattern = hessian_pattern_at(|x| x[0] * x[1] + x[2].sin(), &[0.0, 0.0, 0.0])?;
/// assert_eq!(pattern.iter().collect::<Vec<_>>(), [(0, 1), (1, 0)]);
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
///
/// # Errors
/// As [`hessian_pattern`].
pub fn hessian_pattern_at<F: Float>(
    f: impl for<'t> FnOnce(&[Tracer<'t, F>]) -> Tracer<'t, F>,
    x: &[F],
) -> Result<Pattern, SparseError> {
    pattern(f, x, true)
}

fn pattern<F: Float>(
    f: impl for<'t> FnOnce(&[Tracer<'t, F>]) -> Tracer<'t, F>,
    x: &[F],
    at_the_point: bool,
) -> Result<Pattern, SparseError> {
    let record = Record::new(at_the_point);
    let variables: Vec<_> = x.iter().enumerate().map(|(i, x)| Tracer::variable(*x, i as u32, &record)).collect();
    let pairs = f(&variables).second;
    drop(variables);
    let branched = record.looked.get();
    let complete = record.is_complete();
    let entries = record.listed_pairs(pairs, MOST_ENTRIES).filter(|_| complete);
    let entries = entries.ok_or(SparseError::NotSparse { limit: MOST_ENTRIES })?;
    Ok(Pattern::of_entries(x.len(), x.len(), &entries).of_branches(branched))
}

/// Value, gradient and sparse Hessian at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct AtPoint<F> {
    /// f(x).
    pub value: F,
    /// ∂f/∂xᵢ.
    pub gradient: Vec<F>,
    /// ∂²f/∂xᵢ∂xⱼ, both triangles.
    pub hessian: SparseMatrix<F>,
}

/// Hessians of one pattern: it keeps the colours of the variables, so that each Hessian costs one sweep for each eight
/// colours.
///
/// ```
/// use autodiff::{function, sparse::SparseHessian};
///
/// function! { fn f(x: []) { x[0] * x[1] + x[2].exp() } }
///
/// let mut hessian = SparseHessian::of(&f, &[1.0, 2.0, 0.0])?;
/// let found = hessian.at(&f, &[1.0, 2.0, 0.0])?;
/// assert_eq!((found.value, found.gradient), (3.0, vec![2.0, 1.0, 1.0]));
/// assert_eq!(found.hessian.triplets().collect::<Vec<_>>(), [(0, 1, 1.0), (1, 0, 1.0), (2, 2, 1.0)]);
/// # Ok::<(), autodiff::sparse::SparseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SparseHessian {
    pattern: Pattern,
    colours: Colours,
    /// For each entry (i, j), the row and the colour of the compressed Hessian where it stands alone.
    places: Vec<(u32, u32)>,
}

impl SparseHessian {
    /// Colours a pattern.
    ///
    /// # Errors
    /// If the pattern is not square and symmetric.
    pub fn new(pattern: Pattern) -> Result<Self, SparseError> {
        LengthError::check("a column of the pattern", pattern.rows(), pattern.columns())?;
        if let Some((row, column)) = pattern.unpaired() {
            return Err(SparseError::NotSymmetric { row, column });
        }
        let colours = colouring::stars(&pattern);
        let mut places = Vec::with_capacity(pattern.entries());
        let mut alone = vec![0_u32; colours.count];
        let mut of_row = vec![false; pattern.entries()];
        let mut place = 0;
        for i in 0..pattern.rows() {
            // how many entries of the row each colour has
            pattern.row(i).iter().for_each(|j| alone[colours.of[*j] as usize] += 1);
            for j in pattern.row(i) {
                of_row[place] = alone[colours.of[*j] as usize] == 1;
                place += 1;
            }
            pattern.row(i).iter().for_each(|j| alone[colours.of[*j] as usize] = 0);
        }
        for (place, (i, j)) in pattern.iter().enumerate() {
            // if it does not stand alone in its row, the transposed one does
            let (row, column) = if of_row[place] { (i, j) } else { (j, i) };
            places.push((row as u32, colours.of[column]));
        }
        Ok(SparseHessian { pattern, colours, places })
    }

    /// The pattern of f for every input, coloured. One call of f.
    ///
    /// # Errors
    /// As [`hessian_pattern`].
    pub fn of<F: Float>(f: &impl SliceFn<F>, x: &[F]) -> Result<Self, SparseError> {
        Self::new(hessian_pattern(|x| f.call(x), x)?)
    }

    /// Where the Hessian may differ from zero.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// How many colours there are: how many directions instead of one for each variable.
    pub fn colours(&self) -> usize {
        self.colours.count
    }

    /// Value, gradient and Hessian at x. ⌈c/8⌉ calls of f and sweeps for c colours, and one at least.
    ///
    /// # Errors
    /// If x has not as many elements as the pattern has rows, or the computation does not fit on a tape.
    pub fn at<F: Float>(&self, f: &impl SliceFn<F>, x: &[F]) -> Result<AtPoint<F>, SparseError> {
        let hessian = SparseMatrix { pattern: self.pattern.clone(), values: vec![F::ZERO; self.pattern.entries()] };
        let mut found = AtPoint { value: F::ZERO, gradient: vec![F::ZERO; x.len()], hessian };
        self.at_into(f, x, &mut found, &mut Workspace::new())?;
        Ok(found)
    }

    /// [`at`](SparseHessian::at) another point, into what it returned before; after the first call with a workspace nothing is
    /// allocated.
    ///
    /// ```
    /// use autodiff::{function, sparse::{SparseHessian, Workspace}};
    ///
    /// function! { fn f(x: []) { x[0] * x[0] * x[1] } }
    ///
    /// let hessian = SparseHessian::of(&f, &[0.0, 0.0])?;
    /// let (mut found, mut workspace) = (hessian.at(&f, &[3.0, 2.0])?, Workspace::new());
    /// hessian.at_into(&f, &[1.0, 5.0], &mut found, &mut workspace)?;
    /// assert_eq!((found.value, &found.gradient[..], found.hessian.values()), (5.0, &[10.0, 1.0][..], &[10.0, 2.0, 2.0][..]));
    /// # Ok::<(), autodiff::sparse::SparseError>(())
    /// ```
    ///
    /// # Errors
    /// As [`at`](SparseHessian::at), and if what is given to write to is not of this pattern's size.
    pub fn at_into<F: Float>(
        &self,
        f: &impl SliceFn<F>,
        x: &[F],
        found: &mut AtPoint<F>,
        workspace: &mut Workspace<F>,
    ) -> Result<(), SparseError> {
        LengthError::check("the point x", x.len(), self.pattern.rows())?;
        LengthError::check("the gradient", found.gradient.len(), x.len())?;
        LengthError::check("the Hessian's entries", found.hessian.values.len(), self.pattern.entries())?;
        let Workspace { one, two, three, four, eight } = workspace;
        match self.colours.count {
            0 | 1 => self.evaluate(f, x, found, one),
            2 => self.evaluate(f, x, found, two),
            3 => self.evaluate(f, x, found, three),
            4 => self.evaluate(f, x, found, four),
            _ => self.evaluate(f, x, found, eight),
        }
    }

    fn evaluate<F: Float, const W: usize>(
        &self,
        f: &impl SliceFn<F>,
        x: &[F],
        found: &mut AtPoint<F>,
        memory: &mut Swept<Dual<F, W>>,
    ) -> Result<(), SparseError> {
        for first in (0..self.colours.count.max(1)).step_by(W) {
            let within = |colour: u32| (colour as usize).checked_sub(first).filter(|k| *k < W);
            let seed = |(x, colour): (&F, &u32)| match within(*colour) {
                Some(k) => Dual::variable(*x, k),
                None => Dual::constant(*x),
            };
            let (value, slopes) = memory.gradient(|x| f.call(x), x.iter().zip(&self.colours.of).map(seed))?;
            found.value = value.re;
            found.gradient.iter_mut().zip(slopes).for_each(|(of_found, slope)| *of_found = slope.re);
            for (value, (row, colour)) in found.hessian.values.iter_mut().zip(&self.places) {
                if let Some(k) = within(*colour) {
                    *value = slopes[*row as usize].eps[k];
                }
            }
        }
        Ok(())
    }

    /// As [`at`](SparseHessian::at), and then compares the Hessian times a random direction with the function's own, at the
    /// cost of one call of f and one sweep more: of a pattern that does not hold at x, it tells the row.
    ///
    /// ```
    /// use autodiff::{SliceFn, function, sparse::{SparseError, SparseHessian, hessian_pattern_at}};
    ///
    /// function! { fn f(x: []) { x[0].powi(3) + x[1] * x[1] } }
    ///
    /// // at 0 the cube has no second derivative
    /// let hessian = SparseHessian::new(hessian_pattern_at(|x| f.call(x), &[0.0, 1.0])?)?;
    /// assert!(hessian.checked_at(&f, &[0.0, 5.0]).is_ok());
    /// assert!(matches!(hessian.checked_at(&f, &[2.0, 1.0]), Err(SparseError::WrongPattern { row: 0, .. })));
    /// # Ok::<(), SparseError>(())
    /// ```
    ///
    /// # Errors
    /// As [`at`](SparseHessian::at), and [`SparseError::WrongPattern`].
    pub fn checked_at<F: Float>(&self, f: &impl SliceFn<F>, x: &[F]) -> Result<AtPoint<F>, SparseError> {
        let found = self.at(f, x)?;
        let v: Vec<F> = directions(x.len()).collect();
        let (_, _, product) = reverse::hvp(|x| f.call(x), x, &v)?;
        let rows = product.iter().enumerate().map(|(i, product)| {
            let (sum, size) = row_times(&found.hessian, i, &v);
            (sum, *product, size)
        });
        match contradiction(rows) {
            Some((row, of_pattern, of_function)) => Err(SparseError::WrongPattern { row, of_pattern, of_function }),
            None => Ok(found),
        }
    }
}

/// Keeps the tape and the numbers of [`SparseHessian::at_into`] between calls.
#[derive(Debug)]
pub struct Workspace<F: Float> {
    one: Swept<Dual<F, 1>>,
    two: Swept<Dual<F, 2>>,
    three: Swept<Dual<F, 3>>,
    four: Swept<Dual<F, 4>>,
    eight: Swept<Dual<F, 8>>,
}

impl<F: Float> Default for Workspace<F> {
    fn default() -> Self {
        Self::new()
    }
}

impl<F: Float> Workspace<F> {
    /// Nothing is allocated yet.
    pub fn new() -> Self {
        Workspace { one: Swept::new(), two: Swept::new(), three: Swept::new(), four: Swept::new(), eight: Swept::new() }
    }
}
