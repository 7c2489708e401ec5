//! Methods of two parts: a direction that leads downhill, and a rule for the length of the step.

mod bfgs;
mod conjugate_gradient;
mod damped_newton;
mod step_rule;

use nalgebra::{DVector, RealField};

pub use self::bfgs::Bfgs;
pub use self::conjugate_gradient::ConjugateGradient;
pub use self::damped_newton::{DampedNewton, ModifiedCholesky};
pub use self::step_rule::StepRule;
use self::step_rule::{Last, Line, Point};
use crate::bounds::constant;
use crate::error::{Error, Failure, check_shape};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, gradient_at, known, refused, with_gradient};
use crate::problem::{Entry, Objective};
use crate::range::not_negative;

/// A direction d in which L falls, from what is known at a point.
///
/// `P` is what it needs of a problem.
pub trait Direction<T: Entry, P: ?Sized> {
    /// What it keeps between steps.
    type Memory: Clone;
    /// What is known at the start. `evaluations` is raised by what it evaluates.
    fn start(&self, problem: &P, x: &DVector<T>, evaluations: &mut Evaluations) -> Result<Self::Memory, Failure>;
    /// That a memory fits a point of `n` variables: one that was read may be anything.
    ///
    /// # Errors
    ///
    /// What does not fit; none for a direction that takes every memory.
    fn check(&self, _memory: &Self::Memory, _n: usize) -> Result<(), Error> {
        Ok(())
    }
    /// The direction d at a point with gradient g.
    fn direction(&self, memory: &Self::Memory, gradient: &DVector<T>) -> DVector<T>;
    /// What is known after a step. `evaluations` is raised by what it evaluates.
    fn learn(
        &self,
        problem: &P,
        memory: Self::Memory,
        step: &Step<'_, T>,
        evaluations: &mut Evaluations,
    ) -> Result<Self::Memory, Failure>;
    /// The memory without the past, where a direction has led nowhere; `None` if there is nothing to forget.
    fn forget(&self, memory: &Self::Memory) -> Option<Self::Memory>;
    /// Whether a step of length 1 is the natural one, as with Newton's direction.
    fn is_scaled(&self, memory: &Self::Memory) -> bool;
    /// The rule for the step that suits it.
    fn step_rule(&self) -> StepRule;
}

/// A step that was made.
#[derive(Debug)]
pub struct Step<'a, T> {
    /// The point arrived at.
    pub x: &'a DVector<T>,
    /// The direction d.
    pub direction: &'a DVector<T>,
    /// The step s = α d.
    pub s: DVector<T>,
    /// The gradient before.
    pub before: &'a DVector<T>,
    /// The gradient after.
    pub after: &'a DVector<T>,
    /// The iteration that it led to.
    pub iteration: usize,
}

/// Descent along a [`Direction`] by a [`StepRule`]: x ← x + α d.
///
/// It converges when no component of the gradient is larger than `gtol` (1e−5, as scipy has it). A step in which L falls by no more
/// than its rounding and the gradient does not halve is not taken. Where the rule finds no other, or none, the direction forgets its
/// past and is tried once more from the same point, unless rounding must hide what that can gain too; then the run fails, in the
/// first case with [`Failure::NoProgress`], scipy's "precision loss": with a large constant in L that may be far from the minimum. A
/// value and a gradient a trial of the rule, values alone with backtracking. The update in the trajectory is −α d.
///
/// ```
/// use optimizers::{Bfgs, ConjugateGradient, DampedNewton, Descent, Loss, Run, Status, StepRule};
///
/// autodiff::function! { fn valley([x0, x1]) { (x1 - x0 * x0).powi(2) * 100.0 + (-x0 + 1.0).powi(2) } }
///
/// let problem = Loss::new(valley);
/// let arrives = |report: optimizers::Report<f64>| {
///     assert!(matches!(report.status, Status::Converged(_)));
///     assert!(report.trajectory.last().unwrap().x.iter().all(|x| (x - 1.0).abs() < 1e-4));
/// };
/// let start = [-1.2, 1.0];
/// arrives(Run::new(&problem, &Descent::new(Bfgs), &start)?.iterations(100).finish());
/// arrives(Run::new(&problem, &Descent::new(ConjugateGradient::hager_zhang()), &start)?.iterations(100).finish());
/// let backtracking = Descent::new(DampedNewton).step_rule(StepRule::Backtracking);
/// arrives(Run::new(&problem, &backtracking, &start)?.iterations(100).finish());
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Descent<D> {
    direction: D,
    rule: Option<StepRule>,
    gtol: f64,
}

impl<D> Descent<D> {
    /// With the rule that suits the direction.
    pub const fn new(direction: D) -> Self {
        Descent { direction, rule: None, gtol: 1e-5 }
    }

    /// With another rule.
    #[must_use]
    pub fn step_rule(self, rule: StepRule) -> Self {
        Descent { rule: Some(rule), ..self }
    }

    /// The largest component of the gradient at which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn gtol(self, gtol: f64) -> Result<Self, Error> {
        Ok(Descent { gtol: not_negative("gtol", gtol)?, ..self })
    }

    fn converged<T: RealField + Copy>(&self, gradient: &DVector<T>) -> Option<&'static str> {
        (gradient.amax() <= constant(self.gtol)).then_some("converged: no component of the gradient exceeds gtol")
    }
}

const GAINS_NOTHING: &str = "L no longer falls and the gradient no longer shrinks";

/// Whether rounding hides what a step along −g can gain as well, |g|²/2κ, as far as a step s nearly along it tells: κ = sᵀy/sᵀs.
fn gains_nothing_downhill<T: Entry + RealField>(made: &Step<'_, T>, loss: T) -> bool {
    let (s, g) = (&made.s, made.before);
    let along = -s.dot(g) >= constant::<T>(0.9) * s.norm() * g.norm();
    let gain = constant::<T>(0.5) * g.dot(g) * s.dot(s) / s.dot(&(made.after - g));
    along && gain >= nalgebra::zero() && gain <= T::default_epsilon() * nalgebra::ComplexField::abs(loss)
}

/// A direction whose product with the gradient overflows, with the length of x, or shorter if that still overflows; and the
/// product.
fn shortened<T: Entry + RealField>(mut d: DVector<T>, gradient: &DVector<T>, x: &DVector<T>) -> (DVector<T>, T) {
    let length = x.amax();
    d /= d.amax();
    let slope = gradient.dot(&d);
    let scale = if length > nalgebra::zero() { length } else { nalgebra::one() };
    let most = T::max_value().map(|most| most * constant(0.1) / nalgebra::ComplexField::abs(slope));
    let scale = most.map_or(scale, |most| RealField::min(scale, most));
    (d * scale, slope * scale)
}

/// What a [`Descent`] keeps between steps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "T: Entry + serde::Serialize, M: serde::Serialize",
        deserialize = "T: Entry + serde::de::DeserializeOwned, M: serde::de::DeserializeOwned"
    ))
)]
pub struct DescentMemory<T, M> {
    /// Nothing at a point where what it needs is not finite.
    direction: Option<M>,
    last: Option<Last<T>>,
}

impl<T, P, D> Optimizer<T, P> for Descent<D>
where
    T: Entry + RealField,
    P: Objective<T> + ?Sized,
    D: Direction<T, P>,
{
    type Memory = DescentMemory<T, D::Memory>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        let rule = self.rule.map_or(Ok(()), |rule| rule.checked().map(|_| ()));
        rule.map_err(|error| Failure::Refused { error, iteration: 0 })?;
        let mut iterate = with_gradient(problem, start, 0, Evaluations::default())?;
        let (direction, failure) = known(self.direction.start(problem, &iterate.x, &mut iterate.evaluations));
        let converged = iterate.gradient.as_ref().and_then(|gradient| self.converged(gradient));
        Ok(State { converged, failure, ..State::new(iterate, DescentMemory { direction, last: None }) })
    }

    fn check(&self, _: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let direction = state.memory.direction.as_ref();
        direction.map_or(Ok(()), |memory| self.direction.check(memory, state.iterate.x.len()))
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let now = &state.iterate;
        let iteration = now.iteration + 1;
        let mut evaluations = now.evaluations;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let gradient = gradient_at(problem, now)?;
        if let Some(converged) = self.converged(&gradient) {
            // a run that is resumed where it had arrived
            return Ok(State { converged: Some(converged), ..State::new(now.clone(), state.memory.clone()) });
        }
        let failed = |failure, evaluations| {
            let iterate = Iterate { evaluations, ..now.clone() };
            Ok(State { failure: Some(failure), ..State::new(iterate, state.memory.clone()) })
        };
        // where there is nothing, the run had ended here
        let learnt = state.memory.direction.clone();
        let mut memory = match learnt.map_or_else(|| self.direction.start(problem, &now.x, &mut evaluations), Ok) {
            Ok(memory) => memory,
            Err(failure) => return failed(failure, evaluations),
        };
        let mut last = state.memory.last;
        // why the run ends here if, after a step that gains nothing, the direction without its past leads nowhere either
        let mut stuck = None;
        loop {
            let mut d = self.direction.direction(&memory, &gradient);
            let mut slope = gradient.dot(&d);
            let natural = self.direction.is_scaled(&memory) && slope.all_finite();
            if !slope.all_finite() {
                (d, slope) = shortened(d, &gradient, &now.x);
            }
            let downhill = slope < nalgebra::zero();
            let mut line = Line::new(problem, &now.x, &d, now.loss, slope, &mut evaluations);
            let found = if downhill {
                let rule = self.rule.unwrap_or_else(|| self.direction.step_rule());
                rule.search(&mut line, last, self.direction.is_scaled(&memory))
            } else {
                None
            };
            let (met_not_finite, wall) = (line.met_not_finite(), line.wall());
            let found = found.filter(|point| point.x != now.x);
            let Some(Point { step: alpha, x, value, gradient: after, .. }) = found else {
                if let Some(fresh) = self.direction.forget(&memory) {
                    (memory, last) = (fresh, None);
                    continue;
                }
                if let Some(failure) = stuck {
                    return failed(failure, evaluations);
                }
                if downhill && natural && &now.x + &d == now.x {
                    let reason = "the natural step does not change x";
                    return failed(Failure::NoProgress { reason, iteration }, evaluations);
                }
                let failure = match (downhill, met_not_finite) {
                    (false, _) if d.iter().all(|d| d.all_finite()) => Failure::NotDescent { iteration },
                    (false, _) => Failure::NotFinite { quantity: "direction", iteration },
                    (true, Some(quantity)) => Failure::NotFinite { quantity, iteration },
                    (true, None) => Failure::LineSearch { iteration },
                };
                return failed(failure, evaluations);
            };
            check_shape("the gradient", after.len(), x.len(), iteration)?;
            let s = &x - &now.x;
            let made = Step { x: &x, direction: &d, s, before: &gradient, after: &after, iteration };
            // at the precision of L neither it nor the gradient gets better
            let change = nalgebra::ComplexField::abs(now.loss - value);
            let gained = change > T::default_epsilon() * nalgebra::ComplexField::abs(value);
            let flattened = after.amax() < gradient.amax() * constant(0.5);
            let converged = self.converged(&after);
            if converged.is_none() && !gained && !flattened {
                let failure = match wall {
                    // what is not finite has kept the step so short
                    Some(quantity) => Failure::NotFinite { quantity, iteration },
                    None => Failure::NoProgress { reason: GAINS_NOTHING, iteration },
                };
                if !gains_nothing_downhill(&made, now.loss)
                    && let Some(fresh) = self.direction.forget(&memory)
                {
                    (memory, last, stuck) = (fresh, None, Some(failure));
                    continue;
                }
                return failed(failure, evaluations);
            }
            let (direction, failure) = if converged.is_some() {
                (Some(memory), None)
            } else {
                // the point has been reached, whether more is known of it or not
                known(self.direction.learn(problem, memory, &made, &mut evaluations))
            };
            let update = Some(d * -alpha);
            let y = problem.observe(&x);
            let iterate =
                Iterate { y, gradient: Some(after), update, evaluations, ..Iterate::new(iteration, x, value) };
            let memory = DescentMemory { direction, last: Some(Last { value: now.loss, step: alpha }) };
            return Ok(State { converged, failure, ..State::new(iterate, memory) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// |g|²/2κ with κ = sᵀy/sᵀs is compared with ε |L|, along −g and where the curvature is positive.
    #[test]
    fn what_rounding_hides_downhill() {
        let hidden = |s: [f64; 2], before: [f64; 2], after: [f64; 2], loss: f64| {
            let vector = |v: [f64; 2]| DVector::from_row_slice(&v);
            let (x, s, before, after) = (vector([0.0; 2]), vector(s), vector(before), vector(after));
            let made = Step { x: &x, direction: &s, s: s.clone(), before: &before, after: &after, iteration: 1 };
            gains_nothing_downhill(&made, loss)
        };
        // g = (3, 4) u and y = −8 u s/|s|: with s = −g/10 κ is 16 and the gain 25/32 u²
        let unit = 1e-9;
        let along = [-0.3 * unit, -0.4 * unit];
        let (before, after) = ([3.0 * unit, 4.0 * unit], [-1.8 * unit, -2.4 * unit]);
        let limit = 25.0 / 32.0 * unit * unit / f64::EPSILON;
        for (factor, expected) in [(1.001, true), (0.999, false), (-1.001, true), (-0.999, false), (0.5, false)] {
            assert_eq!(hidden(along, before, after, limit * factor), expected, "{factor}");
        }
        // across −g, though the gain is as small; and where the slope gets steeper
        assert!(!hidden([-0.5 * unit, 0.0], before, [-5.0 * unit, 4.0 * unit], limit * 9.0));
        assert!(!hidden(along, before, [4.8 * unit, 6.4 * unit], limit * 9.0));
    }
}
