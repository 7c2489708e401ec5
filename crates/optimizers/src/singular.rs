//! Linear systems of any shape, and whether they have a solution.

use autodiff::Elementary;
use nalgebra::{DMatrix, DVector, RealField};

use crate::matrix_power::{default_truncation, power_times};
use crate::problem::Entry;

/// A solution of J p = b: by elimination if J is square, otherwise the shortest p with the least |J p − b|.
/// `None` if J is singular to its precision, or an entry is not finite.
pub(crate) fn solve<T>(jacobian: &DMatrix<T>, b: &DVector<T>) -> Option<DVector<T>>
where
    T: Entry + RealField,
    T::Precision: RealField,
{
    if !jacobian.is_square() {
        return power_times(jacobian, -1.0, default_truncation(jacobian), b);
    }
    if is_singular(jacobian) {
        return None;
    }
    jacobian.clone().lu().solve(b).filter(|p| p.iter().all(|p| p.all_finite()))
}

/// Whether an n × n matrix may be a singular one whose entries are rounded: to 2 n ε each.
///
/// The least relative change of the entries that makes A singular is at least 1/ρ(|A⁻¹| |A|), and not much more (Rump,
/// "Bounds for the componentwise distance to the nearest singular matrix", 1997). Neither depends on the scales of rows
/// and columns: diag(10⁻²⁰⁰, 10²⁰⁰) is as regular as I. ρ ≤ max (M v)ᵢ / vᵢ for any v > 0 (Collatz, Wielandt), and
/// powers of M bring v to where they are equal.
pub(crate) fn is_singular<T: Entry + RealField>(matrix: &DMatrix<T>) -> bool {
    const MOST_POWERS: usize = 8;
    let n = matrix.nrows();
    let balanced = balanced(matrix);
    let Some(inverse) = balanced.clone().lu().try_inverse() else { return true };
    let (balanced, inverse) = (balanced.abs(), inverse.abs());
    let limit = 1.0 / (2.0 * n as f64 * T::default_epsilon().value().to_f64());
    let mut v = DVector::from_element(n, 1.0);
    for _ in 0..MOST_POWERS {
        let next = &inverse * (&balanced * &v);
        if next.iter().zip(v.iter()).all(|(next, v)| next / v < limit) {
            return false;
        }
        v = next / limit;
    }
    true
}

/// The values with rows and columns divided by powers of two, so that the largest of each are near 1.
fn balanced<T: Entry>(matrix: &DMatrix<T>) -> DMatrix<f64> {
    let mut values = matrix.map(|x| x.value().to_f64());
    let rows: Vec<i32> = values.row_iter().map(|row| row.iter().map(exponent).fold(ZERO, i32::max)).collect();
    for mut column in values.column_iter_mut() {
        let most = column.iter().zip(&rows).map(|(x, row)| exponent(x) - row).fold(ZERO, i32::max);
        for (x, row) in column.iter_mut().zip(&rows) {
            if *x != 0.0 {
                // in two halves, each within the range of floats
                let power = -(row + most);
                *x *= power_of_two(power / 2) * power_of_two(power - power / 2);
            }
        }
    }
    values
}

/// An exponent below that of any number.
const ZERO: i32 = -10_000;

/// e with 2ᵉ ≤ |x| < 2ᵉ⁺¹ (−1023 of subnormal x).
fn exponent(x: &f64) -> i32 {
    if *x == 0.0 { ZERO } else { ((x.to_bits() >> 52) & 0x7ff) as i32 - 1023 }
}

/// 2ᵉ, for |e| up to 1022.
fn power_of_two(e: i32) -> f64 {
    f64::from_bits(((e + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    fn solves(a: &DMatrix<f64>) -> bool {
        solve(a, &DVector::from_element(a.nrows(), 1.0)).is_some()
    }

    fn hilbert<T: Entry>(n: usize) -> DMatrix<T> {
        DMatrix::from_fn(n, n, |i, j| T::constant(T::Precision::of(1.0 / (i + j + 1) as f64)))
    }

    /// Powers of two, so that scaling rounds nothing.
    fn scaled(a: &DMatrix<f64>, rows: &[i32], columns: &[i32]) -> DMatrix<f64> {
        DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i, j)] * 2f64.powi(rows[i]) * 2f64.powi(columns[j]))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// A product of rank n − 1 is singular but for rounding, in whatever units rows and columns are.
        #[test]
        fn rounding_does_not_make_a_matrix_regular(
            n in 2usize..9, entries in prop::collection::vec(0.01f64..1.0, 112),
            rows in prop::collection::vec(-300i32..300, 8), columns in prop::collection::vec(-300i32..300, 8),
        ) {
            let (left, right) = entries.split_at(56);
            let a = DMatrix::from_fn(n, n, |i, j| (0..n - 1).map(|k| left[i * 7 + k] * right[j * 7 + k]).sum());
            prop_assert!(!solves(&a), "{}", a);
            prop_assert!(!solves(&scaled(&a, &rows, &columns)), "{} {:?} {:?}", a, rows, columns);
            let single = a.map(|a| a as f32);
            prop_assert!(solve(&single, &DVector::from_element(n, 1.0)).is_none(), "{}", single);
        }

        /// What is regular stays so in whatever units.
        #[test]
        fn scales_do_not_make_a_matrix_singular(
            n in 1usize..9, entries in prop::collection::vec(-1.0f64..1.0, 64),
            rows in prop::collection::vec(-300i32..300, 8), columns in prop::collection::vec(-300i32..300, 8),
        ) {
            let a = DMatrix::from_fn(n, n, |i, j| entries[i * 8 + j] + if i == j { 3.0 } else { 0.0 });
            prop_assert!(solves(&a) && solves(&scaled(&a, &rows, &columns)), "{} {:?} {:?}", a, rows, columns);
        }
    }

    /// [[1, 1], [1, 1 + δ]], alone and beside other equations: |A⁻¹| |A| has the radius (4 + 2δ)/δ, so A is singular where
    /// 4/δ ≥ 1/(2 n ε).
    #[test]
    fn the_limit_is_that_of_rounded_entries() {
        for n in [2, 4, 6] {
            for (part, singular) in [(0.5, true), (0.95, true), (1.05, false), (2.0, false)] {
                let mut a = DMatrix::identity(n, n);
                a[(0, 1)] = 1.0;
                a[(1, 0)] = 1.0;
                let limit = 8.0 * n as f64 * f64::EPSILON;
                a[(1, 1)] = 1.0 + limit * part;
                assert_eq!(is_singular(&a), singular, "{a} {part}");
            }
        }
        assert!(!is_singular(&DMatrix::<f64>::zeros(0, 0)) && is_singular(&DMatrix::<f64>::zeros(1, 1)));
    }

    /// What no change of entries by rounding makes singular is regular, however large or small the inverse is.
    #[test]
    fn regular_matrices_with_extreme_inverses() {
        // [[B, 1], [0, B]] with B at half of the limit: |A⁻¹| |A| is of the size of its square, and its radius is B's
        let near = 1.0 + 64.0 * f64::EPSILON;
        let rows = [1.0, 1.0, 1.0, 0.0, 1.0, near, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, near];
        let twice = DMatrix::from_row_slice(4, 4, &rows);
        let below_normal = DMatrix::from_diagonal(&DVector::from_vec(vec![1e-310, 1.0]));
        // the inverse has 2⁵⁸ in its corner
        let triangle = DMatrix::from_fn(60, 60, |i, j| match i.cmp(&j) {
            Ordering::Less => -1.0,
            Ordering::Equal => 1.0,
            Ordering::Greater => 0.0,
        });
        for a in [twice, below_normal, triangle] {
            assert!(!is_singular(&a) && !is_singular(&a.transpose()), "{a}");
        }
    }

    #[test]
    fn ill_conditioned_matrices_are_solved() {
        for n in 1..=10 {
            assert!(solves(&hilbert(n)), "{n}");
        }
        for n in 1..=4 {
            assert!(solve(&hilbert::<f32>(n), &DVector::from_element(n, 1.0)).is_some(), "{n}");
        }
        let rows: [(usize, &[f64]); 6] = [
            (2, &[1e-200, 0.0, 0.0, 1e200]),
            (2, &[1e-307, 0.0, 0.0, 1e300]),
            (2, &[1.0, 1e20, 0.0, 1.0]),
            (2, &[1e-20, 1.0, 1.0, 1.0]),
            (2, &[1.0, 1.0, 1.0, 1.0 + 1e-13]),
            (3, &[1e150, 1e150, 0.0, 1e-150, 2e-150, 0.0, 0.0, 0.0, 1.0]),
        ];
        for (n, entries) in rows {
            let a = DMatrix::from_row_slice(n, n, entries);
            assert!(solves(&a) && solves(&a.transpose()), "{a}");
        }
    }
}
