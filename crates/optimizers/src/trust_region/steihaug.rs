//! Conjugate gradients within a ball.

use nalgebra::{DVector, RealField};

use super::{Model, ModelStep};
use crate::bounds::constant;
use crate::error::Failure;
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
        let half = constant::<T>(0.5);
        let size = gradient.norm();
        let tolerance = RealField::min(half, nalgebra::ComplexField::sqrt(size)) * size;
        let n = x.len();
        let mut p = DVector::from_element(n, nalgebra::zero::<T>());
        // H p and the residual g + H p go along
        let mut hp = p.clone();
        let mut r = gradient.clone();
        let mut d = -gradient;
        let model = |p: &DVector<T>, hp: &DVector<T>| gradient.dot(p) + half * p.dot(hp);
        // in exact arithmetic n products are enough
        for _ in 0..10 * n {
            let hd = problem.hessian_times(x, &d);
            evaluations.gradient += 1;
            let bend = d.dot(&hd);
            let rr = r.dot(&r);
            let alpha = rr / bend;
            let next = &p + &d * alpha;
            if bend <= nalgebra::zero() || !bend.all_finite() || next.norm() >= radius {
                let tau = to_rim(&p, &d, radius);
                let (p, hp) = (&p + &d * tau, hp + hd * tau);
                let value = model(&p, &hp);
                return ModelStep { p, value, on_rim: true };
            }
            p = next;
            hp += &hd * alpha;
            r += hd * alpha;
            if r.norm() < tolerance {
                break;
            }
            d = -&r + &d * (r.dot(&r) / rr);
        }
        let value = model(&p, &hp);
        ModelStep { p, value, on_rim: false }
    }
}

/// The τ ≥ 0 with |p + τ d| = radius, by the root formula that does not cancel.
fn to_rim<T: RealField + Copy>(p: &DVector<T>, d: &DVector<T>, radius: T) -> T {
    let (a, b, c) = (d.dot(d), p.dot(d), p.dot(p) - radius * radius);
    let root = (b * b - a * c).max(T::zero()).sqrt();
    if b > T::zero() { -c / (b + root) } else { (root - b) / a }
}
