//! Symmetric eigenvalues and singular values whose derivatives do not depend on nalgebra's iterations; determinants whose
//! derivatives do not depend on its pivots.
//!
//! An iteration ends when the values have converged: an off-diagonal entry below rounding is dropped, with derivatives that
//! lag a step behind, and one that is exactly zero but moves is dropped at once. So here nalgebra decomposes the plain
//! values, and the derivatives follow from what the factors must fulfil, by Newton's iteration for all vectors at once
//! (Ogita and Aishima, "Iterative refinement for symmetric eigenvalue decomposition", 2018, and "… for singular value
//! decomposition", 2020). Each step doubles the order that is right; as many are taken as the number type has orders.

use ::nalgebra::allocator::Allocator;
use ::nalgebra::{
    DMatrix, DefaultAllocator, Dim, DimMin, DimMinimum, Matrix, OMatrix, OVector, RawStorage, RealField, SVD,
    SymmetricEigen,
};

use crate::elementary::Elementary;
use crate::linear_solve::rounding;
use crate::number::Number;

/// The eigenvalues λ and orthonormal eigenvectors V of a symmetric matrix, A V = V diag λ, with their derivatives to every
/// order of the numbers. Of `matrix`, the lower triangle is read. `None` if it is not square or empty, or
/// an entry is not finite.
///
/// The values are those of nalgebra's `symmetric_eigen` of the values. The derivatives are right where it alone is not: of
/// a diagonal or block-diagonal matrix whose zeros move, and at higher orders of eigenvectors.
///
/// Where eigenvalues coincide, eigenvectors that move have no derivative: it is NaN or infinite, and the eigenvalues' first
/// derivatives are those along the vectors that nalgebra found: only symmetric functions of them, such as their sum, are
/// right.
///
/// ```
/// use autodiff::{HyperDual, symmetric_eigen};
/// use nalgebra::matrix;
///
/// // ½ (a + c) ± √(¼ (a − c)² + b²), at b = 0
/// let [a, b, c] = HyperDual::<f64, 3>::variables([1.0, 0.0, 3.0]);
/// let eigen = symmetric_eigen(&matrix![a, b; b, c]).unwrap();
/// assert_eq!(eigen.eigenvalues[0].eps, [1.0, 0.0, 0.0]);
/// assert_eq!(eigen.eigenvalues[0].hessian()[1][1], -1.0); // −2/(c − a)
/// ```
pub fn symmetric_eigen<T, N, S>(matrix: &Matrix<T, N, N, S>) -> Option<SymmetricEigen<T, N>>
where
    T: Number + RealField,
    T::Precision: RealField,
    N: Dim,
    S: RawStorage<T, N, N>,
    DefaultAllocator: Allocator<N, N> + Allocator<N>,
{
    let n = matrix.nrows();
    if n == 0 || n != matrix.ncols() || !finite(matrix) {
        return None;
    }
    let a = DMatrix::from_fn(n, n, |i, j| matrix[(i.max(j), i.min(j))]);
    let plain = a.map(Number::value).symmetric_eigen();
    let mut v = plain.eigenvectors.map(T::constant);
    let mut values = plain.eigenvalues.map(T::constant);
    for _ in 0..steps::<T>() {
        let (r, s) = (defect(&v), v.transpose() * &a * &v);
        for i in 0..n {
            values[i] = (s[(i, i)] / (<T as Number>::one() - r[(i, i)])).with_value(plain.eigenvalues[i]);
        }
        let e = DMatrix::from_fn(n, n, |i, j| {
            if i == j {
                return moving(r[(i, i)]) * T::constant(T::Precision::of(0.5));
            }
            quotient(s[(i, j)] + values[j] * r[(i, j)], values[j] - values[i])
        });
        v = &v + &v * e;
    }
    let (rows, columns) = matrix.shape_generic();
    Some(SymmetricEigen {
        eigenvectors: OMatrix::from_fn_generic(rows, columns, |i, j| v[(i, j)].with_value(plain.eigenvectors[(i, j)])),
        eigenvalues: OVector::from_fn_generic(rows, ::nalgebra::Const::<1>, |i, _| values[i]),
    })
}

/// The singular values σ and orthonormal singular vectors of a matrix, A = U diag σ Vᵀ, with their derivatives to every
/// order of the numbers; σ descends. `None` if the matrix is empty or an entry is not finite.
///
/// The values are those of nalgebra's `svd` of the values. The derivatives are right where it alone is not: of a diagonal
/// or block-diagonal matrix whose zeros move, and at higher orders of the vectors.
///
/// Where singular values coincide, or one is zero, vectors that move have no derivative: it is NaN or infinite. A singular
/// value of zero has no derivative either, as |x| at 0; one of its sides is given.
///
/// ```
/// use autodiff::{Dual, svd};
/// use nalgebra::matrix;
///
/// // ∂σ/∂A = u vᵀ
/// let x = Dual::<f64, 2>::variables([3.0, 0.0]);
/// let svd = svd(&matrix![x[0], x[1]; Dual::constant(0.0), Dual::constant(2.0)]).unwrap();
/// assert_eq!(svd.singular_values[0].eps, [1.0, 0.0]);
/// ```
pub fn svd<T, R, C, S>(matrix: &Matrix<T, R, C, S>) -> Option<SVD<T, R, C>>
where
    T: Number + RealField,
    T::Precision: RealField,
    R: DimMin<C>,
    C: Dim,
    S: RawStorage<T, R, C>,
    DefaultAllocator:
        Allocator<R, DimMinimum<R, C>> + Allocator<DimMinimum<R, C>, C> + Allocator<DimMinimum<R, C>> + Allocator<R, C>,
{
    if matrix.is_empty() || !finite(matrix) {
        return None;
    }
    let a = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| matrix[(i, j)]);
    let plain = a.map(Number::value).svd(true, true);
    let (plain_u, plain_vt) = (plain.u?, plain.v_t?);
    let mut u = plain_u.map(T::constant);
    let mut v = plain_vt.transpose().map(T::constant);
    let mut values = plain.singular_values.map(T::constant);
    let k = values.len();
    let half = T::constant(T::Precision::of(0.5));
    for _ in 0..steps::<T>() {
        let (r, s) = (defect(&u), defect(&v));
        let (av, atu) = (&a * &v, a.transpose() * &u);
        let t = u.transpose() * &av;
        for i in 0..k {
            let length = <T as Number>::one() - (r[(i, i)] + s[(i, i)]) * half;
            values[i] = (t[(i, i)] / length).with_value(plain.singular_values[i]);
        }
        // what each side lacks in the span of the other vectors, then outside of it
        let within = |r: &DMatrix<T>, t: &DMatrix<T>, s: &DMatrix<T>, i: usize, j: usize| {
            if i == j {
                return moving(r[(i, i)]) * half;
            }
            let (alpha, beta) = (t[(i, j)] + values[j] * r[(i, j)], t[(j, i)] + values[j] * s[(i, j)]);
            quotient(alpha * values[j] + beta * values[i], (values[j] - values[i]) * (values[j] + values[i]))
        };
        let tt = t.transpose();
        let e = DMatrix::from_fn(k, k, |i, j| within(&r, &t, &s, i, j));
        let f = DMatrix::from_fn(k, k, |i, j| within(&s, &tt, &r, i, j));
        let outside = |all: DMatrix<T>, span: DMatrix<T>| {
            DMatrix::from_fn(all.nrows(), k, |i, j| quotient(all[(i, j)] - span[(i, j)], values[j]))
        };
        // (XᵀX)⁻¹ = I + R, as far as it matters
        let (u_outside, v_outside) = (outside(av, &u * (&t + &r * &t)), outside(atu, &v * (&tt + &s * &tt)));
        u = &u + &u * e + u_outside;
        v = &v + &v * f + v_outside;
    }
    let (rows, columns) = matrix.shape_generic();
    let least = rows.min(columns);
    Some(SVD {
        u: Some(OMatrix::from_fn_generic(rows, least, |i, j| u[(i, j)].with_value(plain_u[(i, j)]))),
        v_t: Some(OMatrix::from_fn_generic(least, columns, |i, j| v[(j, i)].with_value(plain_vt[(i, j)]))),
        singular_values: OVector::from_fn_generic(least, ::nalgebra::Const::<1>, |i, _| values[i]),
    })
}

/// The determinant of a square matrix, with its derivatives to every order of the numbers, also where the matrix is
/// singular. 1 if it is empty, `None` if it is not square.
///
/// Elimination, where the largest entry left is the pivot: some n³/3 products. Where all that is left is zero, or rounding
/// alone, no entry can divide the others, and the determinant of that block of m rows follows by sums and m⁴/3 products (Bird,
/// "A simple division-free algorithm for computing determinants", 2011). nalgebra's LU skips a column whose values are zero
/// though they move, so that the derivatives of its determinant are wrong there, from four rows on.
///
/// ```
/// use autodiff::{determinant, hessian, value_and_gradient};
/// use nalgebra::matrix;
///
/// // x² − y² at (2, 2) and (0, 0)
/// let (value, gradient) = value_and_gradient(|[x, y]| determinant(&matrix![x, y; y, x]).unwrap(), [2.0, 2.0]);
/// assert_eq!((value, gradient), (0.0, [4.0, -4.0]));
/// let second = hessian(|[x, y]| determinant(&matrix![x, y; y, x]).unwrap(), [0.0, 0.0]);
/// assert_eq!(second, [[2.0, 0.0], [0.0, -2.0]]);
/// ```
pub fn determinant<T, N, S>(matrix: &Matrix<T, N, N, S>) -> Option<T>
where
    T: Number + RealField,
    N: Dim,
    S: RawStorage<T, N, N>,
{
    let n = matrix.nrows();
    if n != matrix.ncols() {
        return None;
    }
    let (size, u) = (|x: &T| Elementary::abs(x.value()), rounding::<T::Precision>());
    let mut a = DMatrix::from_fn(n, n, |i, j| matrix[(i, j)]);
    // how far rounding may have moved each entry
    let mut lost = DMatrix::from_element(n, n, T::Precision::ZERO);
    let mut product = <T as Number>::one();
    for k in 0..n {
        let left = (k..n).flat_map(|j| (k..n).map(move |i| (i, j))).filter(|at| size(&a[*at]) > lost[*at]);
        let Some((row, column)) = left.reduce(|p, q| if size(&a[q]) > size(&a[p]) { q } else { p }) else {
            return Some(product * division_free_determinant(&a.view((k, k), (n - k, n - k)).into_owned()));
        };
        if row != k {
            a.swap_rows(row, k);
            lost.swap_rows(row, k);
            product = -product;
        }
        if column != k {
            a.swap_columns(column, k);
            lost.swap_columns(column, k);
            product = -product;
        }
        let pivot = a[(k, k)];
        product *= pivot;
        for i in k + 1..n {
            let factor = a[(i, k)] / pivot;
            for j in k + 1..n {
                let less = factor * a[(k, j)];
                a[(i, j)] -= less;
                let brought = size(&factor) * lost[(k, j)]
                    + (size(&a[(k, j)]) * lost[(i, k)] + size(&less) * lost[(k, k)]) / size(&pivot);
                lost[(i, j)] = lost[(i, j)] + brought + u * (size(&less) + size(&a[(i, j)]));
            }
        }
    }
    Some(product)
}

/// (−1)ⁿ⁻¹ times the first entry of the last of A, μ(A) A, μ(μ(A) A) A, …, n of them, where μ(X) is X above the diagonal,
/// −(xᵢ₊₁ᵢ₊₁ + … + xₙₙ) on it, and zero below.
fn division_free_determinant<T: Number + RealField>(a: &DMatrix<T>) -> T {
    let n = a.nrows();
    let mut x = a.clone();
    for _ in 1..n {
        let mut diagonal = <T as Number>::zero();
        for i in (0..n).rev() {
            let next = diagonal - x[(i, i)];
            x[(i, i)] = diagonal;
            diagonal = next;
        }
        // the negative of μ(X) A, so that no sign is left; below the diagonal it is not read
        x = DMatrix::from_fn(n, n, |i, j| {
            if j < i {
                return <T as Number>::zero();
            }
            let terms = (i..n).map(|k| x[(i, k)] * a[(k, j)]);
            -terms.fold(<T as Number>::zero(), |sum, term| sum + term)
        });
    }
    x[(0, 0)]
}

fn finite<T: Number, R: Dim, C: Dim, S: RawStorage<T, R, C>>(matrix: &Matrix<T, R, C, S>) -> bool {
    (0..matrix.nrows()).all(|i| (0..matrix.ncols()).all(|j| Elementary::is_finite(matrix[(i, j)].value())))
}

/// Newton steps until all orders are right: m of them reach order 2ᵐ − 1.
fn steps<T: Number>() -> u32 {
    usize::BITS - T::ORDER.leading_zeros()
}

/// I − Xᵀ X
fn defect<T: Number + RealField>(x: &DMatrix<T>) -> DMatrix<T> {
    DMatrix::identity(x.ncols(), x.ncols()) - x.transpose() * x
}

/// The derivatives alone: the values are nalgebra's, and right.
fn moving<T: Number>(x: T) -> T {
    x.with_value(T::Precision::ZERO)
}

/// The derivatives of x / y for a moving zero x: where y is zero too, what does not move stays still.
fn quotient<T: Number>(x: T, y: T) -> T {
    moving(moving(x) / y)
}
