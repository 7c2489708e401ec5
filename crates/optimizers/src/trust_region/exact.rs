//! The exact minimizer of a quadratic within a ball.

use nalgebra::{DMatrix, DVector, RealField, SymmetricEigen};

use super::{Model, ModelStep};
use crate::bounds::constant;
use crate::error::{Error, Failure, check_hessian, fits, fits_matrix};
use crate::least_squares::length;
use crate::optimizer::Evaluations;
use crate::problem::{Entry, TwiceDifferentiable};

/// The global minimizer p = −(H + λ)⁻¹ g with λ ≥ 0, H + λ positive semidefinite and λ (Δ − |p|) = 0 (Moré, Sorensen, "Computing
/// a trust region step", 1983).
///
/// By eigenvalues and -vectors of H, so λ is found in n operations a trial; in their hard case, where g is orthogonal to the
/// lowest eigenvector and |p| stays short of Δ, that eigenvector fills up to the rim.
#[derive(Clone, Copy, Debug, Default)]
pub struct Exact;

impl<T: Entry + RealField, P: TwiceDifferentiable<T> + ?Sized> Model<T, P> for Exact {
    /// Eigenvalues, and eigenvectors as columns.
    type Curvature = (DVector<T>, DMatrix<T>);

    fn at(
        &self,
        problem: &P,
        x: &DVector<T>,
        iteration: usize,
        evaluations: &mut Evaluations,
    ) -> Result<Self::Curvature, Failure> {
        let (loss, _, hessian) = problem.value_gradient_hessian(x);
        evaluations.hessian += 1;
        check_hessian(&hessian, x.len(), iteration)?;
        let finite = hessian.iter().all(|h| h.all_finite());
        if !finite && loss.all_finite() {
            return Err(Failure::NotFinite { quantity: "Hessian", iteration });
        }
        let n = x.len();
        let eigen = if finite { SymmetricEigen::try_new(hessian, T::default_epsilon(), 1000 * n) } else { None };
        // a loss that is not finite ends the run by itself
        let eigen = eigen.map(|eigen| (eigen.eigenvalues, eigen.eigenvectors));
        Ok(eigen.unwrap_or_else(|| (DVector::from_element(n, nalgebra::zero()), DMatrix::identity(n, n))))
    }

    fn check(&self, (values, vectors): &Self::Curvature, n: usize) -> Result<(), Error> {
        fits("eigenvalues", values.len(), n)?;
        fits_matrix(["an eigenvector", "a row of the eigenvectors"], vectors, n, n)
    }

    fn minimize(
        &self,
        _: &P,
        _: &DVector<T>,
        gradient: &DVector<T>,
        (values, vectors): &Self::Curvature,
        radius: T,
        _: &mut Evaluations,
    ) -> ModelStep<T> {
        let slopes = vectors.tr_mul(gradient);
        let q = minimizer(values, &slopes, radius);
        let half = constant::<T>(0.5);
        let terms = (0..q.len()).map(|i| slopes[i] * q[i] + half * values[i] * q[i] * q[i]);
        ModelStep { value: terms.sum(), p: vectors * q }
    }
}

/// The minimizer of Σ gᵢ qᵢ + hᵢ qᵢ²/2 within |q| ≤ radius.
fn minimizer<T: RealField + Copy>(h: &DVector<T>, g: &DVector<T>, radius: T) -> DVector<T> {
    let (lowest, lowest_value) = h.argmin();
    let floor = (-lowest_value).max(T::zero());
    // λ is counted from −h₀ where h₀ < 0, so that it keeps its digits close to there
    let h = h.map(|h| h + floor);
    let at = |lambda: T| {
        DVector::from_fn(h.len(), |i, _| if g[i] == T::zero() { T::zero() } else { -g[i] / (h[i] + lambda) })
    };
    let small = T::default_epsilon() * h.amax();
    if lowest_value > small {
        let newton = at(T::zero());
        if length(&newton) <= radius {
            return newton;
        }
    }
    // the hard case: without the lowest eigenvectors q stays short of the rim at λ = −h₀
    let is_lowest = |i: usize| h[i] - h[lowest] <= small;
    let steep = length(g);
    if (0..h.len()).all(|i| !is_lowest(i) || g[i].abs() <= T::default_epsilon() * steep) {
        let shifted = |i: usize| if is_lowest(i) || g[i] == T::zero() { T::zero() } else { -g[i] / h[i] };
        let mut q = DVector::from_fn(h.len(), |i, _| shifted(i));
        let size = length(&q);
        if size <= radius {
            if lowest_value < T::zero() || lowest_value > small {
                // √(radius² − |q|²), without the squares
                q[lowest] = (radius - size).sqrt() * (radius + size).sqrt();
            }
            return q;
        }
    }
    // Newton's method on 1/|q(λ)| = 1/radius, which is nearly straight, within a bracket
    let mut low = T::zero();
    let mut high = steep / radius;
    let mut lambda = high;
    for _ in 0..100 {
        let q = at(lambda);
        let size = length(&q);
        if (size - radius).abs() <= constant::<T>(10.0) * T::default_epsilon() * radius {
            break;
        }
        if size > radius {
            low = low.max(lambda)
        } else {
            high = high.min(lambda)
        }
        // the derivative of |q|² is −2 Σ qᵢ²/(hᵢ + λ)
        let slope = (0..h.len())
            .filter(|&i| q[i] != T::zero())
            .map(|i| q[i] * q[i] / (h[i] + lambda))
            .fold(T::zero(), |a, b| a + b);
        let newton = lambda + (size / radius - T::one()) * (size * (size / slope));
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { (low + high) * constant(0.5) };
        if next == lambda {
            break;
        }
        lambda = next;
    }
    let q = at(lambda);
    let size = length(&q);
    if size.is_finite() && size > radius { q * (radius / size) } else { q }
}
