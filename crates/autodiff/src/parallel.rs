//! Derivatives over threads: the same bits as on one, for each part is computed as it is on one, and they are put together in
//! order. The threads are rayon's; `ThreadPool::install` says how many.

use alloc::vec;
use alloc::vec::Vec;

use rayon::prelude::*;

use crate::drivers::chunks;
use crate::number::Float;
use crate::perturbation::Tag;
use crate::reverse::{self, COLUMNS, Swept};
use crate::slice_function::{FORWARD_TO, HYPER_DUAL_TO};
use crate::{Dual, HyperDual, SliceFn, SliceMap, gradient, hessian};

/// How many points a thread takes at least, for to hand one over takes longer than a small gradient.
const POINTS: usize = 32;

/// The [`gradient`](gradient()) ∂f/∂xᵢ at each point, over threads. One call of f a point. It pays where all points
/// together take above about a millisecond.
///
/// ```
/// use autodiff::par_gradients;
///
/// let points: Vec<[f64; 2]> = (0..10_000).map(|k| [f64::from(k), 3.0]).collect();
/// assert_eq!(par_gradients(|[x, y]| x * x + y.powi(4), &points)[50], [100.0, 108.0]);
/// ```
pub fn par_gradients<F: Float + Send + Sync, const N: usize>(
    f: impl Fn([Dual<F, N>; N]) -> Dual<F, N> + Sync,
    points: &[[F; N]],
) -> Vec<[F; N]> {
    points.par_iter().with_min_len(POINTS).map(|x| gradient(&f, *x)).collect()
}

/// The [`hessian`](hessian()) ∂²f/∂xᵢ∂xⱼ at each point, over threads. One call of f a point.
///
/// ```
/// use autodiff::par_hessians;
///
/// assert_eq!(par_hessians(|[x, y]| x * x * y, &[[3.0, 2.0], [1.0, 5.0]])[1], [[10.0, 2.0], [2.0, 0.0]]);
/// ```
pub fn par_hessians<F: Float + Send + Sync, const N: usize>(
    f: impl Fn([HyperDual<F, N>; N]) -> HyperDual<F, N> + Sync,
    points: &[[F; N]],
) -> Vec<[[F; N]; N]> {
    points.par_iter().with_min_len(POINTS).map(|x| hessian(&f, *x)).collect()
}

/// [`SliceFn::hessian`] of one long input over threads, which share its columns, eight at a time. As many calls of f as there;
/// up to 12 variables it is that, on one thread.
///
/// ```
/// use autodiff::{SliceFn, function, par_hessian};
///
/// function! { fn chain(x: []) { x.windows(2).map(|x| x[0] * x[0] * x[1]).sum() } }
///
/// let x: Vec<f64> = (0..100).map(f64::from).collect();
/// let h = par_hessian(&chain, &x);
/// assert_eq!((h[3][3], h[3][4], h[3][5]), (8.0, 6.0, 0.0));
/// assert_eq!(h, chain.hessian(&x));
/// ```
pub fn par_hessian<F: Float + Send + Sync>(f: &(impl SliceFn<F> + Sync), x: &[F]) -> Vec<Vec<F>> {
    if x.len() <= HYPER_DUAL_TO {
        return f.hessian(x);
    }
    let columns: Vec<_> = reverse::column_chunks(x.len()).collect();
    let found = columns.into_par_iter().map_init(Swept::<Dual<F, COLUMNS>>::new, |memory, columns| {
        let mut entries = Vec::with_capacity(columns.len() * (x.len() - columns.start));
        let exact = memory.columns(|x| f.call(x), x, columns.clone(), |_, _, second| entries.push(second))?;
        Ok((columns, entries, exact))
    });
    let Ok(found) = found.collect::<Result<Vec<_>, reverse::TapeError>>() else { return f.hessian(x) };
    if x.len() <= FORWARD_TO && found.iter().any(|(_, _, exact)| !exact) {
        return f.hessian(x);
    }
    let mut h = vec![vec![F::ZERO; x.len()]; x.len()];
    for (columns, entries, _) in found {
        // each column from the diagonal down, as they were visited
        let places = columns.flat_map(|j| (j..x.len()).map(move |i| (i, j)));
        for ((i, j), second) in places.zip(entries) {
            h[i][j] = second;
            h[j][i] = second;
        }
    }
    h
}

/// [`SliceMap::jacobian`] of one long input over threads, which share its columns, sixteen at a time: ⌈n/16⌉ calls of f for n
/// variables; up to 16 it is that, on one thread.
///
/// ```
/// use autodiff::{SliceMap, function, par_jacobian};
///
/// function! { fn differences(x: []) -> [] { x.windows(2).map(|x| x[1] - x[0] * x[0]).collect() } }
///
/// let x: Vec<f64> = (0..100).map(f64::from).collect();
/// let j = par_jacobian(&differences, &x);
/// assert_eq!((j.len(), j[3][3], j[3][4]), (99, -6.0, 1.0));
/// assert_eq!(j, differences.jacobian(&x));
/// ```
pub fn par_jacobian<F: Float + Send + Sync>(f: &(impl SliceMap<F> + Sync), x: &[F]) -> Vec<Vec<F>> {
    const W: usize = 16;
    if x.len() <= W {
        return f.jacobian(x);
    }
    let chunks: Vec<_> = chunks::chunks::<W>(x.len()).collect();
    let columns_of = |chunk: &core::ops::Range<usize>| -> Vec<[F; W]> {
        let tag = Tag::fresh();
        let mut numbers: Vec<Dual<F, W>> = x.iter().map(|x| Dual::constant(*x)).collect();
        for i in chunk.clone() {
            numbers[i] = Dual::variable(x[i], i - chunk.start).tagged(tag);
        }
        f.call(&numbers).into_iter().map(|y| y.result_of(tag).slopes()).collect()
    };
    let parts: Vec<_> = chunks.par_iter().map(columns_of).collect();
    // what a shorter result leaves unknown is NaN, as on one thread
    let mut rows = vec![vec![F::NAN; x.len()]; parts.iter().map(Vec::len).max().unwrap_or(0)];
    for (chunk, part) in chunks.iter().zip(&parts) {
        for (row, eps) in rows.iter_mut().zip(part) {
            row[chunk.clone()].copy_from_slice(&eps[..chunk.len()]);
        }
    }
    rows
}
