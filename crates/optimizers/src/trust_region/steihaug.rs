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
