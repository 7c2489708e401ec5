//! L-BFGS-B: limited-memory quasi-Newton with bounds.

mod cauchy;
mod compact;
mod subspace;

use std::sync::Arc;

use nalgebra::{DVector, RealField};

use self::cauchy::CauchyPoint;
use self::compact::{Compact, NotPositiveDefinite, dot};
use self::subspace::Split;
use crate::bounds::{Bounds, constant, double};
use crate::differences::ForwardDifferences;
use crate::error::{Error, Failure, check_shape, fits};
use crate::line_search::{Conditions, MoreThuente, Next, Trial};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, refused};
use crate::problem::{Entry, Objective};

/// scipy's words for the test of the decrease.
const REDUCTION: &str = "CONVERGENCE: REL_REDUCTION_OF_F_<=_FACTR*EPSMCH";
/// The trials of a line search before the pairs are forgotten.
const MOST_TRIALS: usize = 20;

/// L-BFGS-B (Byrd, Lu, Nocedal, Zhu, "A limited memory algorithm for bound constrained optimization", 1995; version 3
/// with the subspace step of Morales and Nocedal, 2011), with the defaults of scipy's `fmin_l_bfgs_b`.
///
/// It converges when the largest component of the projected gradient is at most `pgtol` (1e−5), or when the loss has
/// fallen by at most `factr` (1e7) times the machine's precision, relative to max(|L_old|, |L|, 1). The words are
/// scipy's. As there the second test looks at L alone: a large constant in L makes it hold where the gradient is still
/// large. A `factr` up to 1, as in f32, is no more than the rounding of L: where a decrease is hidden by that, the run
/// fails with [`Failure::NoProgress`] (scipy has the test hold there too). One value and one gradient a trial of the
/// line search (Moré and Thuente 1994), mostly one trial a step; with difference gradients, n + 1 values a trial.
///
/// ```
/// use optimizers::{Bounds, Lbfgsb, Loss, Run, Status};
///
/// autodiff::function! { fn bowl([x0, x1]) { (x0 - 2.0).powi(2) + (x1 + 1.0).powi(2) * 3.0 } }
///
/// let within = Bounds::new(vec![0.0, 0.0], vec![1.0, f64::INFINITY])?;
/// let method = Lbfgsb::new().bounds(within);
/// let report = Run::new(&Loss::new(bowl), &method, &[0.5, 3.0])?.finish();
/// assert!(matches!(report.status, Status::Converged(_)));
/// assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [1.0, 0.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lbfgsb<T> {
    memory: usize,
    factr: T,
    pgtol: T,
    bounds: Option<Bounds<T>>,
    differences: Option<ForwardDifferences<T>>,
}

impl<T: RealField + Copy> Default for Lbfgsb<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: RealField + Copy> Lbfgsb<T> {
    /// With the defaults: 10 pairs, `factr` 1e7, `pgtol` 1e−5, no bounds, exact gradients.
    ///
    /// The default relative decrease is that of double precision, 2.2e−9, or the number's own precision if that is coarser:
    /// in f32 `factr` is 1.
    pub fn new() -> Self {
        let double = constant::<T>(1e7 * f64::EPSILON);
        let factr = (double / T::default_epsilon()).max(T::one());
        Lbfgsb { memory: 10, factr, pgtol: constant(1e-5), bounds: None, differences: None }
    }

    /// Keeps `pairs` correction pairs, at least 1.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] for 0.
    pub fn memory(mut self, pairs: usize) -> Result<Self, Error> {
        if pairs == 0 {
            return Err(Error::NotPositive { name: "memory", value: 0.0 });
        }
        self.memory = pairs;
        Ok(self)
    }

    /// The relative decrease, in units of the machine's precision, at which it converges; 0 switches the test off but for no decrease at all.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn factr(mut self, factr: T) -> Result<Self, Error> {
        self.factr = not_negative("factr", factr)?;
        Ok(self)
    }

    /// The size of the projected gradient at which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn pgtol(mut self, pgtol: T) -> Result<Self, Error> {
        self.pgtol = not_negative("pgtol", pgtol)?;
        Ok(self)
    }

    /// Keeps within bounds. A start outside is projected, and the run carries a warning.
    #[must_use]
    pub fn bounds(mut self, bounds: Bounds<T>) -> Self {
        self.bounds = Some(bounds);
        self
    }

    /// Takes gradients by differences in place of the problem's own.
    #[must_use]
    pub fn differences(mut self, differences: ForwardDifferences<T>) -> Self {
        self.differences = Some(differences);
        self
    }
}

fn not_negative<T: RealField + Copy>(name: &'static str, value: T) -> Result<T, Error> {
    if value >= T::zero() && value.is_finite() {
        Ok(value)
    } else {
        Err(Error::Negative { name, value: double(value) })
    }
}

/// What L-BFGS-B keeps between steps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "T: Entry + RealField + serde::Serialize",
        deserialize = "T: Entry + RealField + serde::de::DeserializeOwned"
    ))
)]
pub struct LbfgsbMemory<T> {
    compact: Compact<T>,
    split: Split<T>,
    bounds: Arc<Bounds<T>>,
}

/// The value and the gradient at a point, and what has been evaluated.
struct Evaluator<'a, T: Entry, P: ?Sized> {
    problem: &'a P,
    method: &'a Lbfgsb<T>,
    bounds: &'a Bounds<T>,
    evaluations: Evaluations,
    /// The last point: a search that comes back to it does not pay twice.
    last: Option<Point<T>>,
}

impl<T: Entry + RealField, P: Objective<T> + ?Sized> Evaluator<'_, T, P> {
    fn evaluate(&mut self, x: &DVector<T>, iteration: usize) -> Result<(T, DVector<T>), Failure> {
        if let Some(last) = self.last.as_ref().filter(|last| last.x == *x) {
            return Ok((last.value, last.gradient.clone()));
        }
        self.evaluations.value += 1;
        let (value, gradient) = match &self.method.differences {
            None => {
                self.evaluations.gradient += 1;
                self.problem.value_and_gradient(x)
            }
            Some(differences) => {
                let value = self.problem.value(x);
                self.evaluations.value += x.len();
                let gradient = differences.gradient(|x| self.problem.value(x), x, value, Some(self.bounds));
                (value, gradient)
            }
        };
        check_shape("the gradient", gradient.len(), x.len(), iteration)?;
        self.last = Some(Point { x: x.clone(), value, gradient: gradient.clone() });
        Ok((value, gradient))
    }
}

/// A point with its value and gradient.
#[derive(Clone)]
struct Point<T> {
    x: DVector<T>,
    value: T,
    gradient: DVector<T>,
}

/// A line search that arrived: the new point, the direction, the step, the slopes before and after.
struct Arrival<T> {
    point: Point<T>,
    d: DVector<T>,
    step: T,
    slopes: [T; 2],
}

impl<T: Entry + RealField> Lbfgsb<T> {
    /// Where the step aims: the model's minimizer over the free variables behind the Cauchy point.
    fn aim(&self, now: &Point<T>, memory: &mut LbfgsbMemory<T>) -> Result<DVector<T>, NotPositiveDefinite> {
        let LbfgsbMemory { compact, split, bounds } = memory;
        let unconstrained = !bounds.constrains_any() && !compact.is_empty();
        let mut point = if unconstrained {
            CauchyPoint { x: now.x.clone(), free: (0..now.x.len()).collect(), c: DVector::zeros(0) }
        } else {
            CauchyPoint::new(&now.x, &now.gradient, bounds, compact)?
        };
        if !compact.is_empty() {
            split.update(&point.free, compact);
            if !point.free.is_empty() {
                subspace::minimize(&mut point, &now.x, &now.gradient, bounds, compact, split, unconstrained)?;
            }
        }
        // x + t d may round to the other side of a bound
        Ok(bounds.project(&point.x))
    }

    /// Searches along the line from the point to the target. `None` if no step is found.
    fn search<P: Objective<T> + ?Sized>(
        &self,
        now: &Point<T>,
        target: &DVector<T>,
        first_iteration: bool,
        iteration: usize,
        evaluator: &mut Evaluator<'_, T, P>,
    ) -> Result<Option<Arrival<T>>, Failure> {
        let d = target - &now.x;
        let bounds = evaluator.bounds;
        let most = if !bounds.constrains_any() {
            constant(1e10)
        } else if first_iteration {
            <T as nalgebra::ComplexField>::from_real(nalgebra::one())
        } else {
            bounds.largest_step(&now.x, &d, constant(1e10))
        };
        let one: T = nalgebra::one();
        let mut step = if first_iteration && !bounds.is_box() {
            nalgebra::RealField::min(one / nalgebra::ComplexField::sqrt(dot(&d, &d)), most)
        } else {
            one
        };
        let start_slope = dot(&now.gradient, &d);
        // a gradient whose square leaves the floats gives a slope and a step that say nothing
        let falls = start_slope < nalgebra::zero() && start_slope.all_finite();
        if !(falls && step > nalgebra::zero() && step <= most) {
            return Ok(None);
        }
        let conditions = Conditions {
            decrease: constant(1e-3),
            curvature: constant(0.9),
            width: constant(0.1),
            least: nalgebra::zero(),
            most,
        };
        let mut search = MoreThuente::new(conditions, now.value, start_slope, step);
        for _ in 0..MOST_TRIALS {
            // x + α d may round to the other side of a bound
            let along = |i: usize| bounds.clamp(i, step * d[i] + now.x[i]);
            let x = if step == one { target.clone() } else { DVector::from_fn(d.len(), |i, _| along(i)) };
            let (value, gradient) = evaluator.evaluate(&x, iteration)?;
            if !value.all_finite() {
                return Err(Failure::NotFinite { quantity: "loss", iteration });
            }
            if !gradient.iter().all(|g| g.all_finite()) {
                return Err(Failure::NotFinite { quantity: "gradient", iteration });
            }
            let slope = dot(&gradient, &d);
            match search.advance(Trial { step, value, slope }) {
                Next::Try(next) if next.all_finite() => step = next,
                Next::Try(_) => return Ok(None),
                Next::Accept => {
                    let point = Point { x, value, gradient };
                    return Ok(Some(Arrival { point, d, step, slopes: [start_slope, slope] }));
                }
            }
        }
        Ok(None)
    }

    /// Which test says that the method has arrived.
    fn converged(&self, point: &Point<T>, before: Option<T>, bounds: &Bounds<T>) -> Option<&'static str> {
        if bounds.projected_gradient_norm(&point.x, &point.gradient) <= self.pgtol {
            return Some("CONVERGENCE: NORM_OF_PROJECTED_GRADIENT_<=_PGTOL");
        }
        let before = before?;
        let size = |v: T| nalgebra::ComplexField::abs(v);
        let scale =
            nalgebra::RealField::max(nalgebra::RealField::max(size(before), size(point.value)), nalgebra::one());
        let tolerance = T::default_epsilon() * self.factr;
        (before - point.value <= tolerance * scale).then_some(REDUCTION)
    }

    /// Whether the decrease and the tolerance for it are within the rounding of L.
    fn is_rounding(&self, before: T, after: T) -> bool {
        let size = |v: T| nalgebra::ComplexField::abs(v);
        let visible = T::default_epsilon() * nalgebra::RealField::max(size(before), size(after));
        self.factr <= nalgebra::one() && before - after <= visible
    }
}

impl<T: Entry> LbfgsbMemory<T>
where
    T: RealField,
{
    /// Takes the step into the model, unless its curvature is not positive beyond rounding.
    fn learn(&mut self, before: &Point<T>, arrival: &Arrival<T>) {
        let Arrival { point, d, step, slopes: [start, end] } = arrival;
        let y = &point.gradient - &before.gradient;
        let one: T = nalgebra::one();
        let (sy, lost, s, ss) = if *step == one {
            (*end - *start, -*start, d.clone(), dot(d, d))
        } else {
            ((*end - *start) * *step, -*start * *step, d * *step, *step * *step * dot(d, d))
        };
        if sy <= T::default_epsilon() * lost {
            return;
        }
        if self.compact.push(s, y, ss, sy).is_err() {
            self.compact.forget();
        }
    }
}

impl<T: Entry + RealField, P: Objective<T> + ?Sized> Optimizer<T, P> for Lbfgsb<T> {
    type Memory = LbfgsbMemory<T>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, LbfgsbMemory<T>>, Failure> {
        let bounds = match &self.bounds {
            Some(bounds) if bounds.dimension() == start.len() => bounds.clone(),
            Some(bounds) => {
                return Err(Failure::BoundsLength { given: bounds.dimension(), expected: start.len() });
            }
            None => Bounds::none(start.len()),
        };
        let x = bounds.project(&start);
        let mut evaluator =
            Evaluator { problem, method: self, bounds: &bounds, evaluations: Evaluations::default(), last: None };
        let (value, gradient) = evaluator.evaluate(&x, 0)?;
        let evaluations = evaluator.evaluations;
        let point = Point { x, value, gradient };
        let converged = self.converged(&point, None, &bounds);
        let warning = (point.x != start).then(|| "the start is outside of the bounds and was projected".to_owned());
        let memory = LbfgsbMemory {
            compact: Compact::new(self.memory),
            split: Split::new(start.len()),
            bounds: Arc::new(bounds),
        };
        let mut state = State::new(iterate(problem, point, 0, evaluations), memory);
        state.converged = converged;
        state.warning = warning;
        Ok(state)
    }

    fn check(&self, _: &P, state: &State<T, LbfgsbMemory<T>>) -> Result<(), Error> {
        let (LbfgsbMemory { compact, split, bounds }, n) = (&state.memory, state.iterate.x.len());
        fits("bounds", bounds.dimension(), n)?;
        compact.check(n, self.memory)?;
        split.check(n, compact)
    }

    fn step(&self, problem: &P, state: &State<T, LbfgsbMemory<T>>) -> Result<State<T, LbfgsbMemory<T>>, Failure> {
        let was = &state.iterate;
        let iteration = was.iteration + 1;
        self.check(problem, state).map_err(refused(was.iteration))?;
        let mut memory = state.memory.clone();
        let bounds = Arc::clone(&memory.bounds);
        let mut evaluator =
            Evaluator { problem, method: self, bounds: &bounds, evaluations: was.evaluations, last: None };
        let (value, gradient) = match &was.gradient {
            Some(gradient) => (was.loss, gradient.clone()),
            None => evaluator.evaluate(&was.x, was.iteration)?,
        };
        let now = Point { x: was.x.clone(), value, gradient };
        if let Some(converged) = self.converged(&now, None, &bounds) {
            // a run that is resumed where it had arrived
            return Ok(State { converged: Some(converged), ..state.clone() });
        }
        evaluator.last = Some(now.clone());
        loop {
            let arrival = match self.aim(&now, &mut memory) {
                Ok(target) => self.search(&now, &target, was.iteration == 0, iteration, &mut evaluator),
                Err(NotPositiveDefinite) => Ok(None),
            };
            let failure = match arrival {
                Ok(Some(arrival)) => {
                    memory.learn(&now, &arrival);
                    let converged = self.converged(&arrival.point, Some(now.value), &bounds);
                    let failure = (converged == Some(REDUCTION) && self.is_rounding(now.value, arrival.point.value))
                        .then_some(Failure::NoProgress { reason: "L no longer falls", iteration });
                    let update = &now.x - &arrival.point.x;
                    let evaluations = evaluator.evaluations;
                    let mut next = State::new(iterate(problem, arrival.point, iteration, evaluations), memory);
                    next.iterate.update = Some(update);
                    next.converged = converged.filter(|_| failure.is_none());
                    next.failure = failure;
                    return Ok(next);
                }
                // go on from the last point without the pairs; without pairs there is nothing else to try
                Ok(None) if !memory.compact.is_empty() => {
                    memory.compact.forget();
                    continue;
                }
                Ok(None) => Failure::LineSearch { iteration },
                Err(failure) => failure,
            };
            let mut stuck = state.clone();
            stuck.iterate.evaluations = evaluator.evaluations;
            stuck.failure = Some(failure);
            return Ok(stuck);
        }
    }
}

fn iterate<T: Entry, P: Objective<T> + ?Sized>(
    problem: &P,
    point: Point<T>,
    iteration: usize,
    evaluations: Evaluations,
) -> Iterate<T> {
    let y = problem.observe(&point.x);
    Iterate { y, gradient: Some(point.gradient), evaluations, ..Iterate::new(iteration, point.x, point.value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// s·y of a step along a slope that does not change is rounding, and is not learned; the pairs before stay.
    #[test]
    fn steps_without_curvature_are_not_learned() {
        let bounds = Arc::new(Bounds::none(1));
        let mut memory = LbfgsbMemory { compact: Compact::<f64>::new(3), split: Split::new(1), bounds };
        let point = |x: f64, gradient: f64| {
            let gradient = DVector::from_element(1, gradient);
            Point { x: DVector::from_element(1, x), value: 0.0, gradient }
        };
        // from 0 by so long a step along d = 2, with the gradients before and after
        let mut learn = |step: f64, start: f64, end: f64| {
            let d = DVector::from_element(1, 2.0);
            let slopes = [2.0 * start, 2.0 * end];
            memory.learn(&point(0.0, start), &Arrival { point: point(2.0 * step, end), d, step, slopes });
            (memory.compact.len(), memory.compact.theta)
        };
        assert_eq!([learn(1.0, -3.0, 1.0), learn(0.5, -3.0, -1.0)], [(1, 2.0), (2, 2.0)]);
        let rounding = 3.0 * f64::EPSILON;
        for step in [1.0, 0.25, 4.0] {
            for change in [0.0, rounding * 0.75, -rounding * 0.75, -1.0] {
                assert_eq!(learn(step, -3.0, -3.0 + change), (2, 2.0), "{step} {change}");
            }
        }
        assert_eq!(learn(0.25, -3.0, -2.5), (3, 1.0));
    }
}
