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
        let newton = lambda + (size / radius - T::one()) * room(&h, lambda, &q, size);
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

/// −|q|/(d|q|/dλ) = |q|²/Σ (qᵢ²/(hᵢ + λ)): how far λ is from the pole that |q| has if 1/|q| is straight.
fn room<T: RealField + Copy>(h: &DVector<T>, lambda: T, q: &DVector<T>, size: T) -> T {
    let slope = (0..h.len())
        .filter(|&i| q[i] != T::zero())
        .map(|i| q[i] * q[i] / (h[i] + lambda))
        .fold(T::zero(), |a, b| a + b);
    size * (size / slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minimizer_of(h: &[f64], g: &[f64], radius: f64) -> DVector<f64> {
        minimizer(&DVector::from_column_slice(h), &DVector::from_column_slice(g), radius)
    }

    #[test]
    fn minimizers_by_hand() {
        let (third, over) = (1.0_f64 / 3.0, 1.02_f64.powi(2));
        type Row<'a> = (&'a [f64], &'a [f64], f64, &'a [f64]);
        let rows: [Row<'_>; 14] = [
            // −g/h, also where there is no more room than that
            (&[2.0, 4.0], &[1.0, -1.0], 9.0, &[-0.5, 0.25]),
            (&[1.0], &[3.0], 3.0, &[-3.0]),
            (&[1.0, 1.0], &[3.0, -4.0], 5.0, &[-3.0, 4.0]),
            // −g Δ/|g| where all curvatures are equal, whatever they are
            (&[1.0, 1.0], &[3.0, -4.0], 2.5, &[-1.5, 2.0]),
            (&[0.0, 0.0], &[3.0, -4.0], 25.0, &[-15.0, 20.0]),
            (&[-7.0, -7.0], &[3.0, -4.0], 25.0, &[-15.0, 20.0]),
            // λ = 2
            (&[1.0, -1.0], &[9.0, 4.0], 5.0, &[-3.0, -4.0]),
            // the hard case: −g/(h − h₀), and along the lowest curvature to the rim
            (&[-2.0, 1.0], &[0.0, 1.0], 5.0, &[(25.0 - third * third).sqrt(), -third]),
            (&[3.0, -1.0], &[0.0, 0.0], 2.0, &[0.0, 2.0]),
            (&[-2.0, 1.0], &[0.0, 18.0], 5.0, &[0.0, -5.0]),
            (&[-2.0, 1.0], &[1e-17, 1.0], 5.0, &[(25.0 - third * third).sqrt(), -third]),
            // the shortest of all where the model is flat along the lowest, and along it where it has a slope to rounding
            (&[0.0, 1.0], &[0.0, 1.0], 5.0, &[0.0, -1.0]),
            (&[1e-17, 1.0], &[1e-17, 1.0], 5.0, &[0.0, -1.0]),
            (&[4e-16, 1.0], &[1e-16, 1.0], 1.02, &[(over - 1.0).sqrt(), -1.0]),
        ];
        for (h, g, radius, expected) in rows {
            // in whatever unit of x and of the model
            for [x, m] in [[1.0, 1.0], [1e30, 1.0], [1e-30, 1.0], [1.0, 1e30], [1.0, 1e-30]] {
                let scaled = |v: &[f64], unit: f64| v.iter().map(|v| v * unit).collect::<Vec<_>>();
                let q = minimizer_of(&scaled(h, m), &scaled(g, m * x), radius * x) / x;
                let near = q.iter().zip(expected).all(|(q, e)| (q - e).abs() <= 1e-14 * radius);
                assert!(near, "{h:?} {g:?} {radius}: {q}, not {expected:?}");
            }
        }
        assert_eq!(minimizer_of(&[1.0], &[3.0], 3.0).as_slice(), [-3.0]);
    }

    /// (h + λ) q = −g with λ ≥ 0, λ ≥ −h, and |q| = Δ unless λ = 0: then no other point is lower.
    #[test]
    fn minimizers_satisfy_their_conditions() {
        let mut number = 0.37_f64;
        let mut next = || {
            number = f64::clamp(number * 3.97 * (1.0 - number), 0.01, 0.99);
            number * 2.0 - 1.0
        };
        let mut on_the_rim = [0, 0];
        for case in 0..3000 {
            let n = 1 + case % 5;
            let digits = 10_f64.powi(case as i32 % 7 - 3);
            let mut h: Vec<f64> = (0..n).map(|_| next() * digits).collect();
            let mut g: Vec<f64> = (0..n).map(|_| next()).collect();
            if case % 3 == 0 {
                h.iter_mut().for_each(|h| *h = h.abs());
            }
            let lowest = (0..n).min_by(|&i, &j| h[i].total_cmp(&h[j])).unwrap();
            if case % 4 == 0 {
                // hard, or nearly so
                g[lowest] *= [0.0, 1e-20, 1e-12, 1e-6][case / 4 % 4];
            }
            let radius = 10_f64.powf(next() * 3.0);
            let q = minimizer_of(&h, &g, radius);
            let (size, what) = (q.norm(), format!("{h:?} {g:?} {radius}: {q}"));
            assert!(size <= radius * (1.0 + 4e-16), "{what}");
            let rest = |lambda: f64, i: usize| g[i] + (h[i] + lambda) * q[i];
            let lambda = (0..n).map(|i| -rest(0.0, i) * q[i]).sum::<f64>() / (size * size);
            let scale = g.iter().fold(0.0, |most: f64, g| most.max(g.abs())) + 1e-30;
            let inside = size < radius * (1.0 - 1e-14);
            on_the_rim[usize::from(inside)] += 1;
            let lambda = if inside || size == 0.0 { 0.0 } else { lambda };
            let tolerance = 1e-14 * (scale / size + digits);
            assert!(lambda >= -tolerance && lambda + h[lowest] >= -tolerance, "{lambda} {what}");
            for i in 0..n {
                let terms = g[i].abs() + (h[i].abs() + lambda) * q[i].abs() + 1e-3 * scale;
                assert!(rest(lambda, i).abs() <= 1e-13 * terms, "{i} {} {lambda} {what}", rest(lambda, i));
            }
        }
        assert!(on_the_rim.iter().all(|&count| count > 300), "{on_the_rim:?}");
    }

    /// |q| = |g|/(h + λ) of equal curvatures has its pole at λ = −h; of others it has it between −h₀ and −hₙ.
    #[test]
    fn room_to_the_pole() {
        let room = |h: &[f64], lambda: f64, q: &[f64]| {
            let q = DVector::from_column_slice(q);
            super::room(&DVector::from_column_slice(h), lambda, &q, length(&q))
        };
        assert_eq!(room(&[2.0, 2.0], 3.0, &[3.0, -4.0]), 5.0);
        assert_eq!(room(&[0.0, 2.0], 0.0, &[0.0, -4.0]), 2.0);
        // 25/(9/1 + 16/4)
        assert!((room(&[0.0, 3.0], 1.0, &[3.0, 4.0]) - 25.0 / 13.0).abs() < 1e-15);
    }
}
