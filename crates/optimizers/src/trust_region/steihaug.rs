//! Conjugate gradients within a ball.

use nalgebra::{DVector, RealField};

use super::{Model, ModelStep};
use crate::bounds::constant;
use crate::error::Failure;
use crate::least_squares::length;
use crate::optimizer::Evaluations;
use crate::problem::{Entry, HessianProduct};

/// Conjugate gradients on H p = −g that stop at the rim, at a direction of negative curvature, which they follow to the rim, or
/// when |g + H p| < min(½, √|g|) |g| (Steihaug, "The conjugate gradient method and trust regions in large scale
/// optimization", 1983; Nocedal, Wright, Algorithm 7.2).
///
/// It needs products of the Hessian with vectors, and no Hessian. A product counts as an evaluation of the gradient.
#[derive(Clone, Copy, Debug, Default)]
pub struct Steihaug;

impl<T: Entry + RealField, P: HessianProduct<T> + ?Sized> Model<T, P> for Steihaug {
    type Curvature = ();

    fn at(&self, _: &P, _: &DVector<T>, _: usize, _: &mut Evaluations) -> Result<(), Failure> {
        Ok(())
    }

    fn minimize(
        &self,
        problem: &P,
        x: &DVector<T>,
        gradient: &DVector<T>,
        (): &(),
        radius: T,
        evaluations: &mut Evaluations,
    ) -> ModelStep<T> {
        let (zero, one): (T, T) = (nalgebra::zero(), nalgebra::one());
        let half = constant::<T>(0.5);
        let size = length(gradient);
        let n = x.len();
        let mut p = DVector::from_element(n, zero);
        if size == zero {
            return ModelStep { p, value: zero };
        }
        // p is counted in radii and g in its own length, so that no square overflows
        let scale = radius / size;
        let gradient = gradient / size;
        let tolerance = RealField::min(half, nalgebra::ComplexField::sqrt(size));
        // H p and the residual g + H p go along
        let mut hp = p.clone();
        let mut r = gradient.clone();
        let mut d = -&gradient;
        // in exact arithmetic n products are enough
        for _ in 0..10 * n {
            let hd = problem.hessian_times(x, &d) * scale;
            evaluations.gradient += 1;
            let bend = d.dot(&hd);
            let rr = r.dot(&r);
            let alpha = rr / bend;
            let next = &p + &d * alpha;
            if bend <= zero || !alpha.all_finite() || length(&next) >= one {
                let tau = to_rim(&p, &d);
                p += &d * tau;
                hp += hd * tau;
                break;
            }
            p = next;
            hp += &hd * alpha;
            r += hd * alpha;
            if length(&r) < tolerance {
                break;
            }
            d = -&r + &d * (r.dot(&r) / rr);
        }
        let value = (gradient.dot(&p) + half * p.dot(&hp)) * size * radius;
        ModelStep { p: p * radius, value }
    }
}

/// The τ ≥ 0 with |p + τ d| = 1, by the root formula that does not cancel.
fn to_rim<T: RealField + Copy>(p: &DVector<T>, d: &DVector<T>) -> T {
    let (a, b, c) = (d.dot(d), p.dot(d), p.dot(p) - T::one());
    let root = (b * b - a * c).max(T::zero()).sqrt();
    if b > T::zero() { -c / (b + root) } else { (root - b) / a }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::problem::Objective;

    fn vector(v: &[f64]) -> DVector<f64> {
        DVector::from_column_slice(v)
    }

    /// x·H x/2, for its products with H.
    struct Quadratic(DMatrix<f64>);

    impl Objective<f64> for Quadratic {
        fn dimension(&self) -> usize {
            self.0.nrows()
        }
        fn value(&self, x: &DVector<f64>) -> f64 {
            x.dot(&(&self.0 * x)) * 0.5
        }
        fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
            (self.value(x), &self.0 * x)
        }
    }

    impl HessianProduct<f64> for Quadratic {
        fn hessian_times(&self, _: &DVector<f64>, v: &DVector<f64>) -> DVector<f64> {
            &self.0 * v
        }
    }

    /// The step and the number of products, with a value that is the model's.
    fn step(h: DMatrix<f64>, g: &DVector<f64>, radius: f64) -> (DVector<f64>, usize) {
        let (problem, x, mut evaluations) = (Quadratic(h), g * 0.0, Evaluations::default());
        let ModelStep { p, value } = Steihaug.minimize(&problem, &x, g, &(), radius, &mut evaluations);
        let expected = g.dot(&p) + problem.value(&p);
        assert!((value - expected).abs() <= 1e-14 * (g.norm() * p.norm()), "{value}, not {expected}");
        assert_eq!(evaluations, Evaluations { gradient: evaluations.gradient, ..Evaluations::default() });
        (p, evaluations.gradient)
    }

    #[test]
    fn steps_in_a_plane() {
        let diagonal = |a: f64, b: f64| DMatrix::from_diagonal(&vector(&[a, b]));
        let g = vector(&[3.0, 4.0]);
        for (h, radius, p, products) in [
            // one product where all curvatures are equal: −g/2, or what there is room for
            (diagonal(2.0, 2.0), 10.0, vector(&[-1.5, -2.0]), 1),
            (diagonal(2.0, 2.0), 2.5, vector(&[-1.5, -2.0]), 1),
            (diagonal(2.0, 2.0), 0.5, vector(&[-0.3, -0.4]), 1),
            // downhill to the rim where L bends down, or not at all
            (diagonal(-1.0, -1.0), 20.0, vector(&[-12.0, -16.0]), 1),
            (diagonal(0.0, 0.0), 20.0, vector(&[-12.0, -16.0]), 1),
            // g·H g > 0: first −g |g|²/g·H g, then across the valley to the minimizer −H⁻¹ g
            (diagonal(1.0, 8.0), 20.0, vector(&[-3.0, -0.5]), 2),
        ] {
            let (found, count) = step(h.clone(), &g, radius);
            assert!((&found - &p).amax() <= 1e-14 * p.norm(), "{h}, {radius}: {found}");
            assert_eq!(count, products, "{h}, {radius}");
        }
        assert_eq!(step(diagonal(1.0, 2.0), &vector(&[0.0, 0.0]), 1.0), (vector(&[0.0, 0.0]), 0));
        // the second direction leads to the minimizer, or away from the saddle, or has no bend: the rim is met on its way
        let (g, h) = (vector(&[1.0, 1.0]), 8.0);
        for (last, radius) in [(h, 0.8), (-0.5, 7.0), (-0.25, 5.0)] {
            let first = -&g * (2.0 / (1.0 + last));
            let (p, count) = step(diagonal(1.0, last), &g, radius);
            let to_point = vector(&[-1.0, -1.0 / last]) - &first;
            let way = &p - &first;
            assert!((p.norm() - radius).abs() <= 1e-15 * radius, "{last}: {p}");
            assert!((way[0] * to_point[1] - way[1] * to_point[0]).abs() <= 1e-14 * to_point.norm(), "{last}: {p}");
            // a minimizer is in front, a saddle point behind
            assert!(way.dot(&to_point) * last > 0.0 && count == 2, "{last}: {p}, {count}");
        }
    }

    /// After one product the residual is (h − 1)/(h + 1) |g| for curvatures 1 and h along equal slopes.
    #[test]
    fn a_small_residual_ends_it() {
        for (size, h, products) in [(9.0, 2.9, 1), (9.0, 3.1, 2), (0.01, 1.2, 1), (0.01, 1.25, 2)] {
            let g = vector(&[1.0, 1.0]).normalize() * size;
            assert_eq!(step(DMatrix::from_diagonal(&vector(&[1.0, h])), &g, 100.0).1, products, "{size}, {h}");
        }
    }

    /// With a gradient so small that it goes on to the end, n products give −H⁻¹ g.
    #[test]
    fn n_products_solve_a_system() {
        let rows = [4.0, 1.0, -0.5, 0.25, 1.0, 3.0, 0.75, -1.0, -0.5, 0.75, 2.0, 0.5, 0.25, -1.0, 0.5, 5.0];
        let h = DMatrix::from_row_slice(4, 4, &rows);
        let g = vector(&[1.0, -2.0, 0.5, 3.0]) * 1e-20;
        let (p, count) = step(h.clone(), &g, 1.0);
        let expected = h.lu().solve(&-g).unwrap();
        assert!((&p - &expected).norm() <= 1e-9 * expected.norm() && count == 4, "{p}, not {expected}, by {count}");
    }

    /// Rounding makes it more than n where curvatures are far apart; the residual says when it is enough.
    #[test]
    fn more_products_than_variables_where_rounding_asks_for_them() {
        let n = 30;
        let h = DMatrix::from_fn(n, n, |i, j| if i == j { 10_f64.powf(6.0 * i as f64 / 29.0) } else { 0.0 });
        let g = DVector::from_element(n, 1e-20);
        let (p, count) = step(h.clone(), &g, 1.0);
        assert!((&g + h * p).norm() < 2e-10 * g.norm() && (50..300).contains(&count), "{count}");
    }

    #[test]
    fn ways_to_the_rim() {
        for (p, d, way) in [
            ([0.0, 0.0], [0.0, 2.0], 0.5_f64),
            ([0.5, 0.0], [1.0, 0.0], 0.5),
            ([0.5, 0.0], [-1.0, 0.0], 1.5),
            ([0.5, 0.0], [0.0, 1.0], 0.75_f64.sqrt()),
            ([0.0, 0.6], [4.0, 0.0], 0.2),
            // to a corner of the triangle with sides 3, 4, 5
            ([0.35, 0.05], [1.0, 3.0], 0.25),
            ([-0.225, 0.05], [-1.5, 3.0], 0.25),
            ([0.6, 0.7], [-2.8, -2.6], 0.5),
        ] {
            let found = to_rim(&vector(&p), &vector(&d));
            assert!((found - way).abs() <= 1e-15, "{p:?} {d:?}: {found}");
        }
        // close to the rim a difference of roots would cancel (the way by mpmath)
        let found = to_rim(&vector(&[1.0 - 2f64.powi(-26), 0.0]), &vector(&[3.0, 4.0]));
        assert!((found / 4.967_053_665_491_56e-9 - 1.0).abs() <= 1e-15, "{found:e}");
    }
}
