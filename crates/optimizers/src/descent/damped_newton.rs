//! Newton's direction, made to lead downhill.

use nalgebra::{DMatrix, DVector, RealField};

use super::{Direction, Step, StepRule};
use crate::bounds::constant;
use crate::error::{Error, Failure, check_hessian, fits, fits_matrix, fits_order};
use crate::optimizer::Evaluations;
use crate::problem::{Entry, TwiceDifferentiable};

/// The direction d = −(H + E)⁻¹ g, where the diagonal E ≥ 0 makes H + E positive definite, and is 0 where H is so by far:
/// the modified Cholesky factorization of Gill, Murray and Wright ("Practical Optimization", 1981, 4.4.2.2). Their least
/// diagonal element ε max(|H|, 1) is ε |H| here, so that the direction does not depend on the unit of L.
///
/// One Hessian a step.
#[derive(Clone, Copy, Debug, Default)]
pub struct DampedNewton;

/// P (H + E) Pᵀ = L D Lᵀ with L unit lower triangular and D positive.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "T: Entry + serde::Serialize", deserialize = "T: Entry + serde::de::DeserializeOwned"))
)]
pub struct ModifiedCholesky<T> {
    l: DMatrix<T>,
    d: DVector<T>,
    order: Vec<usize>,
}

impl<T: RealField + Copy> ModifiedCholesky<T> {
    fn new(mut c: DMatrix<T>) -> Self {
        let n = c.nrows();
        let eps = T::default_epsilon();
        let diagonal = (0..n).map(|i| c[(i, i)].abs()).fold(T::zero(), |a, b| a.max(b));
        let mut rest = T::zero();
        for i in 0..n {
            for j in 0..i {
                rest = rest.max(c[(i, j)].abs());
            }
        }
        let spread = constant::<T>(((n * n) as f64 - 1.0).max(1.0)).sqrt();
        // β² bounds the elements of L √D, so E stays small; without any curvature H + E is ε I
        let size = diagonal.max(rest / spread);
        let (least, beta2) = if size == T::zero() { (eps, eps) } else { (eps * diagonal + eps * rest, size) };
        // ε H may underflow, but no pivot is 0
        let least = least.max(T::one() / T::max_value().unwrap_or(T::one() / eps));
        let mut l = DMatrix::identity(n, n);
        let mut d = DVector::zeros(n);
        let mut order: Vec<usize> = (0..n).collect();
        for j in 0..n {
            let pivot = (j..n).fold(j, |k, i| if c[(i, i)].abs() > c[(k, k)].abs() { i } else { k });
            if pivot != j {
                c.swap_rows(j, pivot);
                c.swap_columns(j, pivot);
                order.swap(j, pivot);
                for k in 0..j {
                    l.swap((j, k), (pivot, k));
                }
            }
            let theta = (j + 1..n).map(|i| c[(i, j)].abs()).fold(T::zero(), |a, b| a.max(b));
            d[j] = c[(j, j)].abs().max(theta * (theta / beta2)).max(least);
            for i in j + 1..n {
                l[(i, j)] = c[(i, j)] / d[j];
            }
            for i in j + 1..n {
                for k in j + 1..n {
                    let shift = l[(i, j)] * c[(j, k)];
                    c[(i, k)] -= shift;
                }
            }
        }
        ModifiedCholesky { l, d, order }
    }

    fn solve(&self, b: &DVector<T>) -> DVector<T> {
        let n = b.len();
        let mut z = DVector::from_fn(n, |i, _| b[self.order[i]]);
        for i in 0..n {
            for k in 0..i {
                let shift = self.l[(i, k)] * z[k];
                z[i] -= shift;
            }
        }
        for i in 0..n {
            z[i] /= self.d[i];
        }
        for i in (0..n).rev() {
            for k in i + 1..n {
                let shift = self.l[(k, i)] * z[k];
                z[i] -= shift;
            }
        }
        let mut x = DVector::zeros(n);
        for i in 0..n {
            x[self.order[i]] = z[i];
        }
        x
    }
}

fn factor<T: Entry + RealField, P: TwiceDifferentiable<T> + ?Sized>(
    problem: &P,
    x: &DVector<T>,
    iteration: usize,
    evaluations: &mut Evaluations,
) -> Result<ModifiedCholesky<T>, Failure> {
    let hessian = problem.value_gradient_hessian(x).2;
    evaluations.hessian += 1;
    check_hessian(&hessian, x.len(), iteration)?;
    if !hessian.iter().all(|h| h.all_finite()) {
        return Err(Failure::NotFinite { quantity: "Hessian", iteration });
    }
    Ok(ModifiedCholesky::new(hessian))
}

impl<T: Entry + RealField, P: TwiceDifferentiable<T> + ?Sized> Direction<T, P> for DampedNewton {
    type Memory = ModifiedCholesky<T>;

    fn start(&self, problem: &P, x: &DVector<T>, evaluations: &mut Evaluations) -> Result<Self::Memory, Failure> {
        factor(problem, x, 0, evaluations)
    }

    fn check(&self, ModifiedCholesky { l, d, order }: &Self::Memory, n: usize) -> Result<(), Error> {
        fits_matrix(["a column of L", "a row of L"], l, n, n)?;
        fits("D", d.len(), n)?;
        fits_order("order", order, n)
    }

    fn direction(&self, memory: &Self::Memory, gradient: &DVector<T>) -> DVector<T> {
        -memory.solve(gradient)
    }

    fn learn(
        &self,
        problem: &P,
        _: Self::Memory,
        step: &Step<'_, T>,
        evaluations: &mut Evaluations,
    ) -> Result<Self::Memory, Failure> {
        factor(problem, step.x, step.iteration, evaluations)
    }

    fn forget(&self, _: &Self::Memory) -> Option<Self::Memory> {
        None
    }

    fn is_scaled(&self, _: &Self::Memory) -> bool {
        true
    }

    fn step_rule(&self) -> StepRule {
        StepRule::MoreThuente { curvature: 0.9 }
    }
}
