//! Which operation made a value or a derivative infinite or NaN.

mod number;
mod record;

use core::fmt::{self, Display};
use core::panic::Location;

use crate::number::Float;
use crate::perturbation::Tag;
use record::Session;

pub use number::Traced;
pub use record::{Cause, Finding, Parts};

/// What [`diagnose`] found.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// The first operation at which what made the result infinite or NaN stopped being finite.
    pub first: Option<Finding>,
    /// The operation at which that became NaN, if it was an infinity first.
    pub then: Option<Finding>,
    /// The first operation at which a zero derivative was kept although the slope is infinite or NaN (0·∞ is 0 here). The
    /// result is finite, and right where the zero is that of something that does not move; at √(x²), it hides a kink.
    pub kept: Option<Finding>,
}

impl Diagnosis {
    /// Whether there is nothing to find.
    pub fn is_healthy(&self) -> bool {
        self.first.is_none() && self.kept.is_none()
    }
}

impl Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_healthy() {
            return f.write_str("the result and its derivatives are finite");
        }
        let findings = [("first: ", &self.first), ("then:  ", &self.then), ("note:  ", &self.kept)];
        let mut separator = "";
        for (name, finding) in findings {
            if let Some(finding) = finding {
                write!(f, "{separator}{name}{finding}")?;
                separator = "\n";
            }
        }
        Ok(())
    }
}

/// Finds the operation that makes the value or a first derivative of a function infinite or NaN. One call of f.
///
/// The function computes with [`Traced`] numbers, which have the digits of the drivers' own. An operation that makes
/// something infinite or NaN out of finite numbers is recorded with its operands, file and line; of those that reach the
/// result, the earliest is reported. What does not reach it, such as the branch that is not used, is not.
///
/// The closure may return a number, arrays, vectors or pairs of them; a function that is generic over numbers is called in
/// a closure, `diagnose(|x| f.call(x), x)`, and its own lines are reported.
///
/// ```
/// use autodiff::{Cause, diagnose};
///
/// let found = diagnose(|[x, y]| y * (x - 1.0).sqrt() * 0.0, [1.0, 2.0]);
/// let first = found.first.unwrap();
/// assert_eq!((first.operation, first.cause), ("sqrt", Cause::VerticalTangent));
/// assert_eq!(found.then.unwrap().cause, Cause::InfinityMetZero);
///
/// assert!(diagnose(|[x]| x.sin(), [0.0]).is_healthy());
/// ```
#[track_caller]
pub fn diagnose<F: Float, R: Results<F, N>, const N: usize>(
    f: impl FnOnce([Traced<F, N>; N]) -> R,
    x: [F; N],
) -> Diagnosis {
    to_order(1, f, x)
}

/// [`diagnose`] for the value, the first and the second derivatives.
///
/// ```
/// use autodiff::{Cause, diagnose, diagnose_hessian};
///
/// // the derivative of x^1.5 is 0 at 0, its second is infinite
/// assert!(diagnose(|[x]| x.powf(1.5), [0.0]).is_healthy());
/// let found = diagnose_hessian(|[x]| x.powf(1.5), [0.0]);
/// assert_eq!(found.first.unwrap().cause, Cause::VerticalTangent);
/// ```
#[track_caller]
pub fn diagnose_hessian<F: Float, R: Results<F, N>, const N: usize>(
    f: impl FnOnce([Traced<F, N>; N]) -> R,
    x: [F; N],
) -> Diagnosis {
    to_order(2, f, x)
}

#[track_caller]
fn to_order<F: Float, R: Results<F, N>, const N: usize>(
    order: usize,
    f: impl FnOnce([Traced<F, N>; N]) -> R,
    x: [F; N],
) -> Diagnosis {
    let session = Session::new(order, Location::caller());
    let tag = Tag::fresh();
    let result = f(Traced::variables(x, tag, Location::caller()));
    let mut worst: Option<Traced<F, N>> = None;
    let mut kept = None;
    result.visit(&mut |y| {
        let y = y.result_of(tag);
        if !y.finite() && y.origin.is_some() && worst.is_none_or(|worst| y.origin < worst.origin) {
            worst = Some(y);
        }
        kept = [kept, y.kept].into_iter().flatten().min();
    });
    Diagnosis {
        first: session.finding(worst.and_then(|y| y.origin)),
        then: session.finding(worst.and_then(|y| y.turned)),
        kept: session.finding(kept),
    }
}

/// What a closure may return to [`diagnose`]: a number, arrays, vectors or pairs of them.
pub trait Results<F, const N: usize> {
    /// Calls a function with each number.
    fn visit(&self, f: &mut dyn FnMut(&Traced<F, N>));
}

impl<F, const N: usize> Results<F, N> for Traced<F, N> {
    fn visit(&self, f: &mut dyn FnMut(&Traced<F, N>)) {
        f(self);
    }
}

impl<F, R: Results<F, N>, const N: usize, const M: usize> Results<F, N> for [R; M] {
    fn visit(&self, f: &mut dyn FnMut(&Traced<F, N>)) {
        self.iter().for_each(|x| x.visit(f));
    }
}

impl<F, R: Results<F, N>, const N: usize> Results<F, N> for Vec<R> {
    fn visit(&self, f: &mut dyn FnMut(&Traced<F, N>)) {
        self.iter().for_each(|x| x.visit(f));
    }
}

impl<F, A: Results<F, N>, B: Results<F, N>, const N: usize> Results<F, N> for (A, B) {
    fn visit(&self, f: &mut dyn FnMut(&Traced<F, N>)) {
        self.0.visit(f);
        self.1.visit(f);
    }
}
