//! Derivatives by any number of variables, a few directions at a time.
//!
//! No partial derivative depends on those beside it, so the digits are the same whatever the width.

use autodiff::{Dual, Float, HyperDual, Number, Scalar};
use optimizers::Entry;
use optimizers::nalgebra::{DMatrix, DVector};

/// How many directions are differentiated in one evaluation.
pub(super) const CHUNK: usize = 8;
/// The same for second derivatives, which are this number squared.
const BLOCK: usize = 4;

/// A function of any number of variables that computes with any number type.
pub(super) trait Evaluate {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T;
}

/// Value and gradient.
pub(super) fn value_and_gradient<F, T>(f: &impl Evaluate, x: &[T]) -> (T, DVector<T>)
where
    F: Float,
    T: Entry<Precision = F> + Scalar<F>,
{
    let mut gradient = DVector::from_element(x.len(), T::zero());
    let mut value = None;
    for (first, seeds) in chunks(x) {
        let y = f.at(&seeds);
        value = Some(y.re);
        for (slot, partial) in gradient.iter_mut().skip(first).zip(y.eps) {
            *slot = partial;
        }
    }
    (value.unwrap_or_else(|| f.at(x)), gradient)
}

/// For each chunk of directions its first one, and the variables with these seeds.
pub(super) fn chunks<T: Number>(x: &[T]) -> impl Iterator<Item = (usize, Vec<Dual<T, CHUNK>>)> {
    (0..x.len()).step_by(CHUNK).map(move |first| (first, seeds(x, first)))
}

/// The variables, those from `first` on seeded in their directions.
fn seeds<T: Number, const N: usize>(x: &[T], first: usize) -> Vec<Dual<T, N>> {
    let seed = |(i, &x): (usize, &T)| i.checked_sub(first).map_or(Dual::constant(x), |i| Dual::variable(x, i));
    x.iter().enumerate().map(seed).collect()
}

/// Value, gradient and Hessian: the blocks on the diagonal by hyper-dual numbers, those below by duals of duals.
pub(super) fn value_gradient_hessian<F, T>(f: &impl Evaluate, x: &[T]) -> (T, DVector<T>, DMatrix<T>)
where
    F: Float,
    T: Entry<Precision = F> + Scalar<F>,
{
    let n = x.len();
    let mut gradient = DVector::from_element(n, T::zero());
    let mut hessian = DMatrix::from_element(n, n, T::zero());
    let mut value = None;
    for row in (0..n).step_by(BLOCK) {
        let rows = row..n.min(row + BLOCK);
        let y = f.at(&hyper_seeds(x, row));
        let block = y.hessian();
        value = Some(y.re);
        for i in rows.clone() {
            gradient[i] = y.eps[i - row];
            for j in rows.clone() {
                hessian[(i, j)] = block[i - row][j - row];
            }
        }
        for column in (0..row).step_by(BLOCK) {
            let y = f.at(&seeds::<_, BLOCK>(&seeds::<_, BLOCK>(x, column), row));
            for i in rows.clone() {
                for j in column..column + BLOCK {
                    let second = y.eps[i - row].eps[j - column];
                    hessian[(i, j)] = second;
                    hessian[(j, i)] = second;
                }
            }
        }
    }
    (value.unwrap_or_else(|| f.at(x)), gradient, hessian)
}

/// As [`seeds`], in second derivatives.
fn hyper_seeds<T: Number>(x: &[T], first: usize) -> Vec<HyperDual<T, BLOCK>> {
    let seed =
        |(i, &x): (usize, &T)| i.checked_sub(first).map_or(HyperDual::constant(x), |i| HyperDual::variable(x, i));
    x.iter().enumerate().map(seed).collect()
}
