//! Powers of matrices by their singular values, and linear systems of any shape.

use autodiff::{Elementary, Number};
use nalgebra::{DMatrix, DVector, RealField};

use crate::problem::Entry;

/// V Σ^κ Uᵀ b for J = U Σ Vᵀ, over the singular values above `truncation` times the largest; the others count as none.
/// `None` if an entry of J is not finite.
pub(crate) fn power_times<T>(jacobian: &DMatrix<T>, kappa: f64, truncation: f64, b: &DVector<T>) -> Option<DVector<T>>
where
    T: Entry + RealField,
    T::Precision: RealField,
{
    let svd = autodiff::svd(jacobian)?;
    let (u, v_t) = (svd.u?, svd.v_t?);
    let cutoff = svd.singular_values[0].value() * T::Precision::of(truncation);
    let mut product = DVector::from_element(jacobian.ncols(), <T as Number>::zero());
    for (i, &sigma) in svd.singular_values.iter().enumerate() {
        if sigma.value() > cutoff {
            let along = u.column(i).iter().zip(b.iter()).map(|(&u, &b)| u * b).sum::<T>();
            let scaled = Number::powf(sigma, T::Precision::of(kappa)) * along;
            product.iter_mut().zip(v_t.row(i).iter()).for_each(|(p, &v)| *p += v * scaled);
        }
    }
    Some(product)
}

/// The default truncation: ten times the longer side of the matrix in units of the precision (numpy's `pinv` in its
/// first form, and the code of Schnell, Holl and Thuerey).
pub(crate) fn default_truncation<T: Entry + RealField>(jacobian: &DMatrix<T>) -> f64 {
    let longer = jacobian.nrows().max(jacobian.ncols()) as f64;
    10.0 * longer * T::default_epsilon().value().to_f64()
}

/// A solution of J p = b: by elimination if J is square, otherwise the shortest p with the least |J p − b|.
/// `None` if J is singular, or an entry is not finite.
pub(crate) fn solve<T>(jacobian: &DMatrix<T>, b: &DVector<T>) -> Option<DVector<T>>
where
    T: Entry + RealField,
    T::Precision: RealField,
{
    if jacobian.is_square() {
        return jacobian.clone().lu().solve(b).filter(|p| p.iter().all(|p| p.all_finite()));
    }
    power_times(jacobian, -1.0, default_truncation(jacobian), b)
}
