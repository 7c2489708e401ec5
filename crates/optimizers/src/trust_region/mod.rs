//! Trust regions: the step that minimizes a quadratic model within a radius.

mod exact;
mod steihaug;

use nalgebra::{DVector, RealField};

pub use self::exact::Exact;
pub use self::steihaug::Steihaug;
use crate::bounds::constant;
use crate::error::{Error, Failure, check_shape};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, gradient_at, with_gradient};
use crate::problem::{Entry, Objective};
use crate::range::{not_negative, positive};

/// How the model m(p) = g·p + p·H p/2 is minimized within |p| ≤ Δ.
pub trait Model<T: Entry, P: ?Sized> {
    /// What is known of H at a point.
    type Curvature: Clone;
    /// At a point. `evaluations` is raised by what it evaluates.
    fn at(
        &self,
        problem: &P,
        x: &DVector<T>,
        iteration: usize,
        evaluations: &mut Evaluations,
    ) -> Result<Self::Curvature, Failure>;
    /// The step p with m(p), and whether it ends on the rim.
    fn minimize(
        &self,
        problem: &P,
        x: &DVector<T>,
        gradient: &DVector<T>,
        curvature: &Self::Curvature,
        radius: T,
        evaluations: &mut Evaluations,
    ) -> ModelStep<T>;
}

/// A step of a [`Model`].
#[derive(Clone, Debug)]
pub struct ModelStep<T> {
    /// p.
    pub p: DVector<T>,
    /// m(p).
    pub value: T,
    /// Whether |p| is the radius.
    pub on_rim: bool,
}

/// Newton's method within a trust region, whose model is minimized by [`Exact`] or by [`Steihaug`].
///
/// The step is taken if L falls by 0.15 or more of what the model promises. Below a quarter of it the radius shrinks to a
/// quarter; above three quarters, with a step that ends on the rim, it doubles (Nocedal, Wright, "Numerical Optimization", 2006,
/// Algorithm 4.1, with scipy's numbers: radius 1 at first and 1000 at most). It converges when |g| < `gtol` (1e−4), or when
/// the radius is so small that no step changes x. A trial that is not finite counts as refused.
/// One value a trial; one gradient and one Hessian a step.
///
/// ```
/// use optimizers::{Loss, Run, Status, TrustRegion};
///
/// autodiff::function! { fn valley([x0, x1]) { (x1 - x0 * x0).powi(2) * 100.0 + (-x0 + 1.0).powi(2) } }
///
/// let problem = Loss::new(valley);
/// let exact = Run::new(&problem, &TrustRegion::exact(), &[-1.2, 1.0])?.iterations(100).finish();
/// let inexact = Run::new(&problem, &TrustRegion::steihaug(), &[-1.2, 1.0])?.iterations(100).finish();
/// for report in [exact, inexact] {
///     assert!(matches!(report.status, Status::Converged(_)));
///     assert!(report.trajectory.last().unwrap().loss < 1e-8);
/// }
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TrustRegion<M> {
    model: M,
    radius: f64,
    most: f64,
    gtol: f64,
}

impl TrustRegion<Exact> {
    /// With the exact minimizer of the model.
    pub const fn exact() -> Self {
        TrustRegion::new(Exact)
    }
}

impl TrustRegion<Steihaug> {
    /// With conjugate gradients, which need products of the Hessian with vectors alone.
    pub const fn steihaug() -> Self {
        TrustRegion::new(Steihaug)
    }
}

impl<M> TrustRegion<M> {
    /// With the defaults: radius 1 at first, 1000 at most, `gtol` 1e−4.
    pub const fn new(model: M) -> Self {
        TrustRegion { model, radius: 1.0, most: 1000.0, gtol: 1e-4 }
    }

    /// The first radius and the largest; the first is cut to the largest.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless both are positive, finite and not subnormal.
    pub fn radii(self, first: f64, most: f64) -> Result<Self, Error> {
        let most = positive("largest radius", most)?;
        Ok(TrustRegion { radius: positive("radius", first)?.min(most), most, ..self })
    }

    /// The norm of the gradient below which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn gtol(self, gtol: f64) -> Result<Self, Error> {
        Ok(TrustRegion { gtol: not_negative("gtol", gtol)?, ..self })
    }
}

/// What a [`TrustRegion`] keeps between steps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "T: Entry + serde::Serialize, C: serde::Serialize",
        deserialize = "T: Entry + serde::de::DeserializeOwned, C: serde::de::DeserializeOwned"
    ))
)]
pub struct TrustRegionMemory<T, C> {
    curvature: C,
    radius: T,
}

const ARRIVED: &str = "converged: the norm of the gradient is below gtol";
const NO_ROOM: &str = "the radius is so small that no step changes x: no further progress in this precision";

impl<T, P, M> Optimizer<T, P> for TrustRegion<M>
where
    T: Entry + RealField,
    P: Objective<T> + ?Sized,
    M: Model<T, P>,
{
    type Memory = TrustRegionMemory<T, M::Curvature>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        let mut iterate = with_gradient(problem, start, 0, Evaluations::default())?;
        let curvature = self.model.at(problem, &iterate.x, 0, &mut iterate.evaluations)?;
        let small = iterate.gradient.as_ref().is_some_and(|g| g.norm() < constant(self.gtol));
        let memory = TrustRegionMemory { curvature, radius: constant(self.radius) };
        Ok(State { converged: small.then_some(ARRIVED), ..State::new(iterate, memory) })
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let now = &state.iterate;
        let iteration = now.iteration + 1;
        let mut evaluations = now.evaluations;
        let gradient = gradient_at(problem, now);
        let mut radius = state.memory.radius;
        loop {
            let curvature = &state.memory.curvature;
            let ModelStep { p, value, on_rim } =
                self.model.minimize(problem, &now.x, &gradient, curvature, radius, &mut evaluations);
            if !p.iter().all(|p| p.all_finite()) {
                return Err(Failure::NotFinite { quantity: "step", iteration });
            }
            let x = &now.x + &p;
            if x == now.x {
                let memory = TrustRegionMemory { curvature: curvature.clone(), radius };
                let iterate = Iterate { iteration, evaluations, update: Some(-p), ..now.clone() };
                return Ok(State { converged: Some(NO_ROOM), ..State::new(iterate, memory) });
            }
            let loss = problem.value(&x);
            evaluations.value += 1;
            // below the rounding of L a decrease cannot be seen: then a model that promises as little is believed
            let unseen = T::default_epsilon() * constant(10.0) * nalgebra::ComplexField::abs(now.loss);
            let agrees = nalgebra::ComplexField::abs(loss - now.loss) <= unseen && -value <= unseen;
            let ratio = if agrees { nalgebra::one() } else { (now.loss - loss) / -value };
            let finite = loss.all_finite() && ratio.all_finite();
            if !finite || ratio < constant(0.25) {
                radius = if on_rim { radius } else { RealField::min(radius, p.norm()) } * constant(0.25);
            } else if ratio > constant(0.75) && on_rim {
                radius = RealField::min(radius * constant(2.0), constant(self.most));
            }
            if !finite || ratio <= constant(0.15) {
                continue;
            }
            let (loss, after) = problem.value_and_gradient(&x);
            evaluations.gradient += 1;
            check_shape("the gradient", after.len(), x.len(), iteration)?;
            let small = after.norm() < constant(self.gtol);
            let curvature = if after.iter().all(|g| g.all_finite()) && !small {
                self.model.at(problem, &x, iteration, &mut evaluations)?
            } else {
                curvature.clone()
            };
            let y = problem.observe(&x);
            let (gradient, update) = (Some(after), Some(-p));
            let iterate = Iterate { y, gradient, update, evaluations, ..Iterate::new(iteration, x, loss) };
            let memory = TrustRegionMemory { curvature, radius };
            return Ok(State { converged: small.then_some(ARRIVED), ..State::new(iterate, memory) });
        }
    }
}
