//! Trust regions: the step that minimizes a quadratic model within a radius.

mod exact;
mod steihaug;

use nalgebra::{DVector, RealField};

pub use self::exact::Exact;
pub use self::steihaug::Steihaug;
use crate::bounds::constant;
use crate::error::{Error, Failure, check_shape};
use crate::least_squares::length;
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, gradient_at, known, refused, with_gradient};
use crate::problem::{Entry, Objective};
use crate::range::{not_negative, positive, size};

/// How the model m(p) = g·p + p·H p/2 is minimized within |p| ≤ Δ.
pub trait Model<T: Entry, P: ?Sized> {
    /// What is known of H at a point.
    type Curvature: Clone;
    /// That what is known fits a point of `n` variables: one that was read may be anything.
    ///
    /// # Errors
    ///
    /// What does not fit; none for a model that takes everything.
    fn check(&self, curvature: &Self::Curvature, n: usize) -> Result<(), Error> {
        let _ = (curvature, n);
        Ok(())
    }
    /// At a point. `evaluations` is raised by what it evaluates.
    fn at(
        &self,
        problem: &P,
        x: &DVector<T>,
        iteration: usize,
        evaluations: &mut Evaluations,
    ) -> Result<Self::Curvature, Failure>;
    /// The step p with m(p).
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
}

/// Newton's method within a trust region, whose model is minimized by [`Exact`] or by [`Steihaug`].
///
/// The step is taken if L falls by more than 0.15 of what the model promises. The first radius is that of the start, max(1, |x|).
/// After a trial it follows the parabola through L, its slope and the trial's L: it becomes the length |p| times the parabola's
/// minimizer, but stays from a quarter to a half of itself where L falls by less than a quarter of the promise, from a quarter to
/// twice itself up to three quarters, and from once to twice above (Lin, Moré, "Newton's method for large bound-constrained
/// optimization problems", 1999, 4.3, who let it grow fourfold). It converges when no component of the gradient is larger than
/// `gtol` (1e−5). Where the radius is so small that no step changes x it fails and says so. A trial that is not finite counts as refused.
/// Where rounding hides what L falls by, the step is taken if the largest component of the gradient shrinks.
/// One value a trial; one gradient and one Hessian a step, and a gradient a trial where rounding hides L.
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
    /// The first radius and the largest, if they are given.
    radii: Option<[f64; 2]>,
    gtol: f64,
}

impl TrustRegion<Exact> {
    /// With the exact minimizer of the model.
    pub const fn exact() -> Self {
        TrustRegion::new(Exact)
    }
}

impl TrustRegion<Steihaug> {
    /// With conjugate gradients, which need products of the Hessian with vectors alone: for many variables, with a
    /// [`LongLoss`](crate::LongLoss).
    pub const fn steihaug() -> Self {
        TrustRegion::new(Steihaug)
    }
}

impl<M> TrustRegion<M> {
    /// With the defaults: the first radius max(1, |x|), none too large, `gtol` 1e−5.
    pub const fn new(model: M) -> Self {
        TrustRegion { model, radii: None, gtol: 1e-5 }
    }

    /// The first radius and the largest; the first is cut to the largest.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless both are positive, finite and not subnormal.
    pub fn radii(self, first: f64, most: f64) -> Result<Self, Error> {
        let most = positive("largest radius", most)?;
        Ok(TrustRegion { radii: Some([positive("radius", first)?.min(most), most]), ..self })
    }

    /// The largest component of the gradient at which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn gtol(self, gtol: f64) -> Result<Self, Error> {
        Ok(TrustRegion { gtol: not_negative("gtol", gtol)?, ..self })
    }

    fn arrived<T: RealField + Copy>(&self, gradient: &DVector<T>) -> Option<&'static str> {
        (gradient.amax() <= constant(self.gtol)).then_some(ARRIVED)
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
    /// Nothing at a point where the run ended before the Hessian was needed, or where that is not finite.
    curvature: Option<C>,
    radius: T,
}

/// A step is taken above this ratio of what L falls to what the model promises.
const TAKEN: f64 = 0.15;

/// The radius after a trial. `parabola` is α |p| with the minimizer α p of the parabola along p.
fn next_radius<T: RealField + Copy>(ratio: T, radius: T, size: T, parabola: T) -> T {
    let [quarter, half, two] = [0.25, 0.5, 2.0].map(constant::<T>);
    if ratio <= constant(TAKEN) {
        parabola.max(quarter * radius.min(size)).min(half * radius)
    } else if ratio < quarter {
        parabola.max(quarter * radius).min(half * radius)
    } else if ratio < constant(0.75) {
        parabola.max(quarter * radius).min(two * radius)
    } else {
        parabola.max(radius).min(two * radius)
    }
}

const ARRIVED: &str = "converged: no component of the gradient exceeds gtol";

impl<T, P, M> Optimizer<T, P> for TrustRegion<M>
where
    T: Entry + RealField,
    P: Objective<T> + ?Sized,
    M: Model<T, P>,
{
    type Memory = TrustRegionMemory<T, M::Curvature>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        let mut iterate = with_gradient(problem, start, 0, Evaluations::default())?;
        let (curvature, failure) = known(self.model.at(problem, &iterate.x, 0, &mut iterate.evaluations));
        let converged = iterate.gradient.as_ref().and_then(|gradient| self.arrived(gradient));
        let radius = match self.radii {
            Some([first, _]) => constant(first),
            None => RealField::max(nalgebra::one(), length(&iterate.x)),
        };
        Ok(State { converged, failure, ..State::new(iterate, TrustRegionMemory { curvature, radius }) })
    }

    fn check(&self, _: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let TrustRegionMemory { curvature, radius } = &state.memory;
        size("radius", *radius)?;
        curvature.as_ref().map_or(Ok(()), |curvature| self.model.check(curvature, state.iterate.x.len()))
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let now = &state.iterate;
        let iteration = now.iteration + 1;
        let mut evaluations = now.evaluations;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let gradient = gradient_at(problem, now)?;
        if let Some(converged) = self.arrived(&gradient) {
            // a run that is resumed where it had arrived
            return Ok(State { converged: Some(converged), ..State::new(now.clone(), state.memory.clone()) });
        }
        let mut radius = state.memory.radius;
        let asked;
        let curvature = match &state.memory.curvature {
            Some(curvature) => curvature,
            // the run had ended here
            None => match self.model.at(problem, &now.x, now.iteration, &mut evaluations) {
                Ok(curvature) => {
                    asked = curvature;
                    &asked
                }
                Err(failure) => {
                    let iterate = Iterate { evaluations, ..now.clone() };
                    return Ok(State { failure: Some(failure), ..State::new(iterate, state.memory.clone()) });
                }
            },
        };
        // what was not finite at a trial, the first first
        let mut beyond = None;
        loop {
            let ModelStep { p, value } =
                self.model.minimize(problem, &now.x, &gradient, curvature, radius, &mut evaluations);
            if !p.iter().all(|p| p.all_finite()) {
                return Err(Failure::NotFinite { quantity: "step", iteration });
            }
            let x = &now.x + &p;
            if x == now.x {
                let memory = TrustRegionMemory { curvature: Some(curvature.clone()), radius };
                let iterate = Iterate { evaluations, ..now.clone() };
                let failure = match beyond {
                    Some(quantity) => Failure::NotFinite { quantity, iteration },
                    None => Failure::NoProgress { reason: "the radius is so small that no step changes x", iteration },
                };
                return Ok(State { failure: Some(failure), ..State::new(iterate, memory) });
            }
            let loss = problem.value(&x);
            evaluations.value += 1;
            // below the rounding of L a decrease cannot be seen: where the model promises as little, the gradient tells
            let unseen = T::default_epsilon() * constant(10.0) * nalgebra::ComplexField::abs(now.loss);
            let agrees = nalgebra::ComplexField::abs(loss - now.loss) <= unseen && -value <= unseen;
            let mut after = None;
            let ratio = if agrees {
                evaluations.gradient += 1;
                let (_, there) = after.insert(problem.value_and_gradient(&x));
                check_shape("the gradient", there.len(), x.len(), iteration)?;
                if there.amax() < gradient.amax() { nalgebra::one() } else { nalgebra::zero() }
            } else {
                (now.loss - loss) / -value
            };
            let size = length(&p);
            let not_finite = match (loss.all_finite(), value.all_finite()) {
                (false, _) => Some("loss"),
                (true, false) => Some("Hessian"),
                (true, true) => None,
            };
            beyond = beyond.or(not_finite);
            if not_finite.is_some() || !ratio.all_finite() {
                radius = RealField::min(radius, size) * constant(0.25);
                continue;
            }
            let slope = gradient.dot(&p);
            let bend = loss - now.loss - slope;
            let alpha = if bend > nalgebra::zero() { constant::<T>(-0.5) * slope / bend } else { constant(2.0) };
            radius = next_radius(ratio, radius, size, alpha * size);
            if let Some([_, most]) = self.radii {
                radius = RealField::min(radius, constant(most));
            }
            if ratio <= constant(TAKEN) {
                continue;
            }
            let (loss, after) = after.unwrap_or_else(|| {
                evaluations.gradient += 1;
                problem.value_and_gradient(&x)
            });
            check_shape("the gradient", after.len(), x.len(), iteration)?;
            let converged = self.arrived(&after);
            let (curvature, failure) = if after.iter().all(|g| g.all_finite()) && converged.is_none() {
                // the point has been reached, whether there is a Hessian or not
                known(self.model.at(problem, &x, iteration, &mut evaluations))
            } else {
                (None, None)
            };
            let y = problem.observe(&x);
            let (gradient, update) = (Some(after), Some(-p));
            let iterate = Iterate { y, gradient, update, evaluations, ..Iterate::new(iteration, x, loss) };
            let memory = TrustRegionMemory { curvature, radius };
            return Ok(State { converged, failure, ..State::new(iterate, memory) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::{Report, Run, Status};

    #[test]
    fn radii_follow_the_parabola_within_their_limits() {
        // Lin and Moré, 4.3: refused, poor, good, very good
        for (ratio, limits) in [
            ([-9.0, 0.0, 0.15], [0.5, 2.0]),
            ([0.151, 0.2, 0.2499], [1.0, 2.0]),
            ([0.25, 0.5, 0.7499], [1.0, 8.0]),
            ([0.75, 1.0, 9.0], [4.0, 8.0]),
        ] {
            let [least, most] = limits;
            for ratio in ratio {
                // of a step half as long as there is room for
                for parabola in [-1.0, 0.3, 0.75, 1.5, 3.0, 6.0, 20.0] {
                    let radius = next_radius(ratio, 4.0, 2.0, parabola);
                    assert_eq!(radius, f64::clamp(parabola, least, most), "{ratio} {parabola}");
                }
            }
        }
    }

    /// L of one variable with its slope, and where it was evaluated.
    struct Traced<F> {
        function: F,
        seen: RefCell<Vec<f64>>,
    }

    impl<F: Fn(f64) -> (f64, f64)> Objective<f64> for Traced<F> {
        fn dimension(&self) -> usize {
            1
        }
        fn value(&self, x: &DVector<f64>) -> f64 {
            self.seen.borrow_mut().push(x[0]);
            (self.function)(x[0]).0
        }
        fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
            let (value, slope) = (self.function)(x[0]);
            (value, DVector::from_element(1, slope))
        }
    }

    /// Takes a part of the radius, upward, and makes a promise for each length.
    #[derive(Clone, Copy)]
    struct Upward {
        part: f64,
        promise: f64,
    }

    impl<P: ?Sized> Model<f64, P> for Upward {
        type Curvature = ();
        fn at(&self, _: &P, _: &DVector<f64>, _: usize, _: &mut Evaluations) -> Result<(), Failure> {
            Ok(())
        }
        fn minimize(
            &self,
            _: &P,
            _: &DVector<f64>,
            _: &DVector<f64>,
            (): &(),
            radius: f64,
            _: &mut Evaluations,
        ) -> ModelStep<f64> {
            let length = radius * self.part;
            ModelStep { p: DVector::from_element(1, length), value: -length * self.promise }
        }
    }

    /// The first trials from 0 along a slope of −1, and how the run ended.
    fn trials(
        function: impl Fn(f64) -> (f64, f64),
        method: TrustRegion<Upward>,
        steps: usize,
    ) -> (Vec<f64>, Report<f64>) {
        let problem = Traced { function, seen: RefCell::default() };
        let report = Run::new(&problem, &method, &[0.0]).unwrap().iterations(steps).finish();
        let (seen, now) = (problem.seen.into_inner(), report.evaluations);
        assert_eq!((now.value, now.hessian), (seen.len() + 1, 0));
        (seen, report)
    }

    #[test]
    fn trials_follow_the_radius() {
        let method = |part| TrustRegion::new(Upward { part, promise: 1.0 });
        // what L changes by at the first trial, at 1, to where the radius goes: α = 1/2 / (1 + ΔL)
        for (change, radius) in [
            (-1.5, 2.0),
            (-1.0, 2.0),
            (-0.9, 2.0),
            (-0.7, 0.5 / 0.3),
            (-0.6, 1.25),
            (-0.5, 1.0),
            (-0.3, 0.5 / 0.7),
            (-0.2, 0.5),
            (-0.14, 0.5),
            (0.0, 0.5),
            (0.5, 0.5 / 1.5),
            (3.0, 0.25),
            (f64::NAN, 0.25),
            (f64::INFINITY, 0.25),
        ] {
            let taken = change < -0.15;
            let function = |x: f64| {
                if x == 0.0 {
                    (0.0, -1.0)
                } else if x == 1.0 {
                    (change, -1.0)
                } else {
                    (-5.0, 0.0)
                }
            };
            let (seen, report) = trials(function, method(1.0), 1 + usize::from(taken));
            let second = if taken { 1.0 + radius } else { radius };
            assert!(seen.len() == 2 && (seen[1] - second).abs() < 1e-15, "{change}: {seen:?}, not {second}");
            assert!(matches!(report.status, Status::Converged(_)), "{change}: {}", report.status);
            assert_eq!(report.evaluations.gradient, if taken { 3 } else { 2 });
            let last = report.trajectory.last().unwrap();
            assert_eq!(last.x[0], seen[1]);
            assert!((last.update.as_ref().unwrap()[0] + radius).abs() < 1e-15);
        }
        // where the step is shorter than the radius, the parabola is along the step: L changes by so much, and the next radius
        for (part, change, radius) in [
            (0.5, -0.25, 0.5),
            (0.25, -0.1875, 1.0),
            (0.5, 4.5, 0.125),
            (0.5, f64::NAN, 0.125),
            (0.5, f64::NEG_INFINITY, 0.125),
        ] {
            let function = |x: f64| (if x == part { change } else { -x }, -1.0);
            let taken = f64::from(u8::from(change.is_finite() && change < 0.0));
            let (seen, _) = trials(function, method(part), 1 + taken as usize);
            assert_eq!(seen, [part, part * (taken + radius)], "{part} {change}");
        }
        // a promise that is no number, or none at all where L rises
        for (promise, change) in [(f64::INFINITY, -1.0), (f64::NAN, -1.0), (0.0, 0.5)] {
            let method = TrustRegion::new(Upward { part: 1.0, promise });
            let problem = Traced { function: |x: f64| (x * change, -1.0), seen: RefCell::default() };
            let status = Run::new(&problem, &method, &[0.0]).unwrap().finish().status;
            assert_eq!(problem.seen.borrow()[..3], [1.0, 0.25, 0.0625]);
            match status {
                Status::NotFinite { quantity: "Hessian", iteration: 1 } => assert!(!promise.is_finite()),
                Status::Failed(Failure::NoProgress { .. }) => assert_eq!(promise, 0.0),
                other => panic!("{other}"),
            }
        }
        // the largest radius
        let down = |x: f64| (-x, -1.0);
        let (seen, _) = trials(down, method(1.0).radii(1.0, 3.0).unwrap(), 4);
        assert_eq!(seen, [1.0, 3.0, 6.0, 9.0]);
        let (seen, _) = trials(down, method(1.0).radii(5.0, 3.0).unwrap(), 2);
        assert_eq!(seen, [3.0, 6.0]);
    }

    /// Where rounding hides what L falls by, and the model promises as little, the step is taken if the gradient shrinks.
    #[test]
    fn the_gradient_tells_where_rounding_hides_the_loss() {
        let unseen = 10.0 * f64::EPSILON * 1e16;
        for (length, change, slope, taken) in [
            (1.0, 0.0, 0.9, true),
            (1.0, unseen, -0.9, true),
            (1.0, -unseen, 0.9, true),
            (1.0, 0.0, 1.0, false),
            (1.0, unseen, 1.5, false),
            (unseen, 0.0, 0.5, true),
            // what L falls or rises by can be seen, or could be
            (1.0, 2.0 * unseen, 0.5, false),
            (1.0, -2.0 * unseen, 1.5, true),
            (2.0 * unseen, 0.0, 0.5, false),
        ] {
            for size in [1e16, -1e16] {
                let function = |x: f64| if x == length { (size + change, slope) } else { (size, 1.0) };
                let method = TrustRegion::new(Upward { part: 1.0, promise: 1.0 }).radii(length, length).unwrap();
                let (seen, report) = trials(function, method, 1);
                let arrived = report.trajectory.len() == 2 && report.trajectory[1].x[0] == length;
                assert_eq!((seen[0], arrived), (length, taken), "{length} {change} {slope}");
                if taken {
                    assert_eq!(report.evaluations.gradient, 2);
                }
            }
        }
    }

    /// A model that cannot be made, and counts how often it is asked for.
    #[derive(Clone, Copy)]
    struct Nowhere;

    impl<P: ?Sized> Model<f64, P> for Nowhere {
        type Curvature = ();
        fn at(&self, _: &P, _: &DVector<f64>, iteration: usize, evaluations: &mut Evaluations) -> Result<(), Failure> {
            evaluations.hessian += 1;
            Err(Failure::NotFinite { quantity: "Hessian", iteration })
        }
        fn minimize(
            &self,
            _: &P,
            _: &DVector<f64>,
            _: &DVector<f64>,
            (): &(),
            _: f64,
            _: &mut Evaluations,
        ) -> ModelStep<f64> {
            unreachable!("there is no model")
        }
    }

    #[test]
    fn steps_tell_where_they_end() {
        autodiff::function! {
            fn process([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1] }
            fn bowl([y0, y1]) { y0 * y0 + (y1 - 2.0).powi(2) * 3.0 }
        }
        let (problem, method) = (crate::Composite::new(process, bowl), TrustRegion::exact());
        let report = Run::new(&problem, &method, &[30.0, 3.0]).unwrap().finish();
        let steps = report.trajectory.len() - 1;
        assert!(steps > 1);
        // none is needed at the end
        assert_eq!(report.evaluations, Evaluations { value: steps + 1, gradient: steps + 1, hessian: steps });
        for pair in report.trajectory.windows(2) {
            assert!((&pair[0].x - &pair[1].x - pair[1].update.as_ref().unwrap()).amax() < 1e-14);
            assert_eq!(pair[1].y, problem.observe(&pair[1].x));
        }
        // the start says itself that it is the end
        let start = method.init(&problem, DVector::from_vec(vec![-1.0, 2.0])).unwrap();
        assert!(start.converged.is_some());
        // asked to go on without a model, a step asks for it once more
        let line = Traced { function: |x: f64| (x, 1.0), seen: RefCell::default() };
        let method = TrustRegion::new(Nowhere);
        let start = method.init(&line, DVector::from_vec(vec![1.0])).unwrap();
        let failure = Failure::NotFinite { quantity: "Hessian", iteration: 0 };
        assert_eq!((start.failure.as_ref(), start.iterate.evaluations.hessian), (Some(&failure), 1));
        let again = method.step(&line, &State { failure: None, ..start }).unwrap();
        assert_eq!((again.failure, again.iterate.evaluations.hessian), (Some(failure), 2));
    }
}
