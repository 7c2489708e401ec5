//! When a run stops: tests after each step, which compose.

use std::fmt;
use std::time::Duration;

use autodiff::Elementary;
use nalgebra::DVector;

use crate::error::Error;
use crate::optimizer::Iterate;
use crate::problem::Entry;
use crate::range::{finite, not_negative, positive};

/// A test that ends a [`Run`](crate::Run) where it holds; [`and`](Stop::and) and [`or`](Stop::or) join two.
///
/// ```
/// use optimizers::{GradientDescent, Loss, Run, Status, Stop, Test};
///
/// autodiff::function! { fn square([x]) { x * x } }
///
/// let (problem, method) = (Loss::new(square), GradientDescent::new(0.25)?);
/// let stop = Stop::gradient(1e-3)?.or(Stop::target(0.5)?.and(Stop::iterations(4)));
/// let report = Run::new(&problem, &method, &[8.0])?.stop(stop).finish();
/// assert_eq!(report.trajectory.len(), 5); // x = 8, 4, 2, 1, 1/2
/// assert_eq!(report.status, Status::Stopped(Test::Both(Box::new(Test::Target), Box::new(Test::Iterations))));
/// # Ok::<(), optimizers::Error>(())
/// ```
pub struct Stop<'a, T: Entry>(Rule<'a, T>);

type Holds<'a, T> = Box<dyn FnMut(&Iterate<T>) -> bool + 'a>;

enum Rule<'a, T: Entry> {
    Iterations(usize),
    Gradient(T),
    Step { most: T, last: Option<DVector<T>> },
    Decrease { most: T, last: Option<T> },
    Target(T),
    Time(Duration),
    User { name: &'static str, holds: Holds<'a, T> },
    And(Box<Stop<'a, T>>, Box<Stop<'a, T>>),
    Or(Box<Stop<'a, T>>, Box<Stop<'a, T>>),
}

/// Which test of a [`Stop`] held.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// Of the iterations.
    Iterations,
    /// Of the gradient.
    Gradient,
    /// Of the step.
    Step,
    /// Of the decrease.
    Decrease,
    /// Of the loss against its target.
    Target,
    /// Of the time.
    Time,
    /// The user's, by its name.
    User(&'static str),
    /// Two at once.
    Both(Box<Test>, Box<Test>),
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Test::Iterations => f.write_str("the iterations are made"),
            Test::Gradient => f.write_str("the gradient is small enough"),
            Test::Step => f.write_str("the step is small enough"),
            Test::Decrease => f.write_str("the loss falls no further"),
            Test::Target => f.write_str("the loss has reached its target"),
            Test::Time => f.write_str("the time is over"),
            Test::User(name) => f.write_str(name),
            Test::Both(a, b) => write!(f, "{a}, and {b}"),
        }
    }
}

impl<T: Entry> fmt::Debug for Stop<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Rule::Iterations(n) => write!(f, "iterations ≥ {n}"),
            Rule::Gradient(most) => write!(f, "gradient ≤ {most:?}"),
            Rule::Step { most, .. } => write!(f, "step ≤ {most:?}"),
            Rule::Decrease { most, .. } => write!(f, "decrease ≤ {most:?}"),
            Rule::Target(target) => write!(f, "loss ≤ {target:?}"),
            Rule::Time(most) => write!(f, "time ≥ {most:?}"),
            Rule::User { name, .. } => f.write_str(name),
            Rule::And(a, b) => write!(f, "({a:?} and {b:?})"),
            Rule::Or(a, b) => write!(f, "({a:?} or {b:?})"),
        }
    }
}

impl<'a, T: Entry> Stop<'a, T> {
    /// When the iteration is `n` or later.
    pub fn iterations(n: usize) -> Self {
        Stop(Rule::Iterations(n))
    }

    /// When max |gᵢ| ≤ `most`. It does not hold where the method gives no gradient.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless `most` is finite and not negative.
    pub fn gradient(most: T) -> Result<Self, Error> {
        Ok(Stop(Rule::Gradient(not_negative("gradient", most)?)))
    }

    /// When max |xᵢ − xᵢ before| ≤ `most` · max(1, max |xᵢ|).
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless `most` is finite and not negative.
    pub fn step(most: T) -> Result<Self, Error> {
        Ok(Stop(Rule::Step { most: not_negative("step", most)?, last: None }))
    }

    /// When |L − L before| ≤ `most` · max(1, |L|, |L before|).
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless `most` is finite and not negative.
    pub fn decrease(most: T) -> Result<Self, Error> {
        Ok(Stop(Rule::Decrease { most: not_negative("decrease", most)?, last: None }))
    }

    /// When L ≤ `value`. It never holds for a loss that is NaN.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`] unless `value` is finite.
    pub fn target(value: T) -> Result<Self, Error> {
        Ok(Stop(Rule::Target(finite("target", value)?)))
    }

    /// When the run has taken this long or longer; looked at after each step.
    pub fn time(most: Duration) -> Self {
        Stop(Rule::Time(most))
    }

    /// When this many seconds have passed.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless it is positive, finite and not subnormal.
    pub fn seconds(most: f64) -> Result<Self, Error> {
        let most = positive("seconds", most)?;
        // what no Duration can hold is for ever
        Ok(Self::time(Duration::try_from_secs_f64(most).unwrap_or(Duration::MAX)))
    }

    /// When the user says so; the name stands in the status.
    pub fn when(name: &'static str, holds: impl FnMut(&Iterate<T>) -> bool + 'a) -> Self {
        Stop(Rule::User { name, holds: Box::new(holds) })
    }

    /// When both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Stop(Rule::And(Box::new(self), Box::new(other)))
    }

    /// When one of them holds; the status names the first that does.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Stop(Rule::Or(Box::new(self), Box::new(other)))
    }

    /// Which test holds, if one does. All parts see all points, as some compare with the point before.
    pub(crate) fn test(&mut self, now: &Iterate<T>, elapsed: Duration) -> Option<Test> {
        match &mut self.0 {
            Rule::Iterations(n) => (now.iteration >= *n).then_some(Test::Iterations),
            Rule::Gradient(most) => {
                let small = |g: &DVector<T>| g.iter().all(|g| g.abs().value() <= most.value());
                now.gradient.as_ref().is_some_and(small).then_some(Test::Gradient)
            }
            Rule::Step { most, last } => {
                let size = now.x.iter().fold(T::Precision::ONE, |size, x| Elementary::max(size, x.abs().value()));
                let small = |x: T, before: T| (x - before).abs().value() <= most.value() * size;
                let holds = last.as_ref().is_some_and(|last| now.x.iter().zip(last.iter()).all(|(&x, &b)| small(x, b)));
                match last {
                    Some(last) if last.len() == now.x.len() => last.copy_from(&now.x),
                    last => *last = Some(now.x.clone()),
                }
                holds.then_some(Test::Step)
            }
            Rule::Decrease { most, last } => {
                let loss = now.loss.value();
                let before = last.replace(now.loss)?.value();
                let size = |v: T::Precision| Elementary::abs(v);
                let scale = Elementary::max(Elementary::max(T::Precision::ONE, size(loss)), size(before));
                (size(before - loss) <= most.value() * scale).then_some(Test::Decrease)
            }
            Rule::Target(target) => (now.loss.value() <= target.value()).then_some(Test::Target),
            Rule::Time(most) => (elapsed >= *most).then_some(Test::Time),
            Rule::User { name, holds } => holds(now).then_some(Test::User(name)),
            Rule::And(a, b) => match (a.test(now, elapsed), b.test(now, elapsed)) {
                (Some(a), Some(b)) => Some(Test::Both(Box::new(a), Box::new(b))),
                _ => None,
            },
            Rule::Or(a, b) => {
                let (a, b) = (a.test(now, elapsed), b.test(now, elapsed));
                a.or(b)
            }
        }
    }
}
