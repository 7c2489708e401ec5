//! Step sizes that change from step to step.

use std::fmt;
use std::sync::Arc;

use autodiff::Elementary;

use crate::error::Error;
use crate::problem::Entry;
use crate::range::{none_or_positive, not_negative, plain, positive};

/// A step size η_k for the step behind iteration k = 0, 1, … (optax's schedules, with its formulas).
///
/// It may be 0 where a schedule begins or ends, but not everywhere.
///
/// ```
/// use optimizers::{Adam, Schedule};
///
/// let rate = Schedule::warm_up(0.0, 1.0, 4)?.then(4, Schedule::exponential(1.0, 2, 0.5)?);
/// let first: Vec<f64> = [0, 2, 4, 6, 8].map(|k| rate.at(k)).to_vec();
/// assert_eq!(first, [0.0, 0.5, 1.0, 0.5, 0.25]);
/// let method: Adam<f64> = Adam::scheduled(rate);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone)]
pub struct Schedule<T>(Kind<T>);

#[derive(Clone)]
enum Kind<T> {
    Constant(T),
    Polynomial { from: T, to: T, power: T, steps: usize },
    Exponential { from: T, steps: usize, rate: T, staircase: bool, end: Option<T> },
    Cosine { from: T, steps: usize, alpha: T, exponent: T },
    Piecewise { from: T, factors: Vec<(usize, T)> },
    Then { first: Arc<Schedule<T>>, boundary: usize, second: Arc<Schedule<T>> },
    Own(Arc<dyn Fn(usize) -> T + Send + Sync>),
}

impl<T: Entry> Schedule<T> {
    /// Always the same.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless it is positive, finite and not subnormal.
    pub fn constant(step: T) -> Result<Self, Error> {
        Ok(Schedule(Kind::Constant(positive("step", step)?)))
    }

    /// (`from` − `to`) (1 − k / `steps`)^`power` + `to`, and `to` after `steps` (`polynomial_schedule`).
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] if `from` or `to` is negative or not finite, [`Error::NotPositive`] if one is subnormal or both are 0,
    /// `steps` is 0, or `power` is not positive, finite and not subnormal.
    pub fn polynomial(from: T, to: T, power: T, steps: usize) -> Result<Self, Error> {
        let (from, to) = (none_or_positive("from", from)?, none_or_positive("to", to)?);
        positive("the larger of from and to", if from.value() > to.value() { from } else { to })?;
        Ok(Schedule(Kind::Polynomial { from, to, power: positive("power", power)?, steps: some(steps)? }))
    }

    /// From `from` to `to` along a line within `steps`, then constant (`linear_schedule`, `warmup_constant_schedule`).
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] if `from` or `to` is negative or not finite, [`Error::NotPositive`] if one is subnormal or both are 0, or
    /// `steps` is 0.
    pub fn warm_up(from: T, to: T, steps: usize) -> Result<Self, Error> {
        Self::polynomial(from, to, T::one(), steps)
    }

    /// `from` · `rate`^(k / `steps`) (`exponential_decay`).
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] if `steps` is 0, or `from` or `rate` is not positive, finite and not subnormal.
    pub fn exponential(from: T, steps: usize, rate: T) -> Result<Self, Error> {
        let (from, rate) = (positive("from", from)?, positive("rate", rate)?);
        Ok(Schedule(Kind::Exponential { from, steps: some(steps)?, rate, staircase: false, end: None }))
    }

    /// Of an exponential schedule: with whole exponents ⌊k / steps⌋. Others stay as they are.
    #[must_use]
    pub fn staircase(mut self) -> Self {
        if let Kind::Exponential { staircase, .. } = &mut self.0 {
            *staircase = true;
        }
        self
    }

    /// Of an exponential schedule: not beyond `end`. Others stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless it is positive, finite and not subnormal.
    pub fn end(mut self, at: T) -> Result<Self, Error> {
        let at = positive("end", at)?;
        if let Kind::Exponential { end, .. } = &mut self.0 {
            *end = Some(at);
        }
        Ok(self)
    }

    /// `from` ((1 − α) c^`exponent` + α) with c = (1 + cos(π k / `steps`)) / 2, and `from` α after `steps`
    /// (`cosine_decay_schedule`; Loshchilov and Hutter, "SGDR", 2017).
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] if `alpha` is negative or not finite, [`Error::NotPositive`] if `steps` is 0, or `from` or `exponent` is
    /// not positive, finite and not subnormal.
    pub fn cosine(from: T, steps: usize, alpha: T, exponent: T) -> Result<Self, Error> {
        let (from, alpha) = (positive("from", from)?, not_negative("alpha", alpha)?);
        Ok(Schedule(Kind::Cosine { from, steps: some(steps)?, alpha, exponent: positive("exponent", exponent)? }))
    }

    /// `from`, times each factor whose boundary is at most k (`piecewise_constant_schedule`).
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] if a number is not positive, finite and not subnormal.
    pub fn piecewise(from: T, factors: impl IntoIterator<Item = (usize, T)>) -> Result<Self, Error> {
        let check = |(boundary, factor)| Ok((boundary, positive("factor", factor)?));
        let factors = factors.into_iter().map(check).collect::<Result<_, Error>>()?;
        Ok(Schedule(Kind::Piecewise { from: positive("from", from)?, factors }))
    }

    /// This schedule before iteration `boundary`, then another, which counts from there (`join_schedules`).
    ///
    /// A warm-up with a decay is `warm_up(…, n)?.then(n, cosine(…)?)` (`warmup_cosine_decay_schedule`, `warmup_exponential_decay_schedule`).
    #[must_use]
    pub fn then(self, boundary: usize, next: Schedule<T>) -> Self {
        Schedule(Kind::Then { first: Arc::new(self), boundary, second: Arc::new(next) })
    }

    /// Any function of k. A step size that is negative or not finite ends the run with [`Failure::Refused`](crate::Failure::Refused).
    pub fn own(step: impl Fn(usize) -> T + Send + Sync + 'static) -> Self {
        Schedule(Kind::Own(Arc::new(step)))
    }

    /// η_k, if it is one.
    pub(super) fn step(&self, k: usize) -> Result<T, Error> {
        not_negative("the schedule's step", self.at(k))
    }

    /// η_k.
    pub fn at(&self, k: usize) -> T {
        let count = |n: usize| T::Precision::count(n);
        match &self.0 {
            Kind::Constant(step) => *step,
            Kind::Polynomial { from, to, power, steps } => {
                let left = T::constant(T::Precision::ONE - count(k.min(*steps)) / count(*steps));
                (*from - *to) * left.pow(*power) + *to
            }
            Kind::Exponential { from, steps, rate, staircase, end } => {
                let passed = count(k) / count(*steps);
                let passed = if *staircase { Elementary::floor(passed) } else { passed };
                let step = *from * rate.powf(passed);
                match end {
                    Some(end) if (rate.value() < T::Precision::ONE) == (step.value() < end.value()) => *end,
                    _ => step,
                }
            }
            Kind::Cosine { from, steps, alpha, exponent } => {
                let passed = T::constant(count(k.min(*steps)) / count(*steps));
                let cosine = plain::<T>(0.5) * (T::one() + (plain::<T>(std::f64::consts::PI) * passed).cos());
                *from * ((T::one() - *alpha) * cosine.pow(*exponent) + *alpha)
            }
            Kind::Piecewise { from, factors } => {
                factors.iter().filter(|(boundary, _)| k >= *boundary).fold(*from, |step, &(_, factor)| step * factor)
            }
            Kind::Then { first, boundary, second } => {
                if k < *boundary {
                    first.at(k)
                } else {
                    second.at(k - boundary)
                }
            }
            Kind::Own(step) => step(k),
        }
    }
}

fn some(steps: usize) -> Result<usize, Error> {
    if steps == 0 { Err(Error::NotPositive { name: "steps", value: 0.0 }) } else { Ok(steps) }
}

impl<T: fmt::Debug> fmt::Debug for Schedule<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Constant(step) => write!(f, "constant {step:?}"),
            Kind::Polynomial { from, to, power, steps } => {
                write!(f, "polynomial from {from:?} to {to:?} in {steps} steps, power {power:?}")
            }
            Kind::Exponential { from, steps, rate, .. } => {
                write!(f, "exponential from {from:?}, times {rate:?} in {steps} steps")
            }
            Kind::Cosine { from, steps, .. } => write!(f, "cosine from {from:?} in {steps} steps"),
            Kind::Piecewise { from, factors } => write!(f, "piecewise from {from:?} by {factors:?}"),
            Kind::Then { first, boundary, second } => write!(f, "{first:?} before {boundary}, then {second:?}"),
            Kind::Own(_) => f.write_str("a function of one's own"),
        }
    }
}
