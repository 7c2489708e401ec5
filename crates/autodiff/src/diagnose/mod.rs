//! Which operation made a value or a derivative infinite or NaN.

mod number;
mod record;

use core::fmt::{self, Display};
use core::panic::Location;

use crate::drivers::chunks::chunks;
use crate::number::Float;
use crate::perturbation::Tag;
use crate::sparse::directions;
use crate::{Point, Seeded, Takes};
use number::{Call, Carrier, First, Second, WIDTH};
use record::{Id, Session};

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

/// Finds the operation that makes the value or a first derivative of a function infinite or NaN. One call of f; for more than 8
/// variables, one a chunk of 8, and where there is something to find, another.
///
/// The function computes with [`Traced`] numbers, which have the digits of the drivers' own. An operation that makes
/// something infinite or NaN out of finite numbers is recorded with its operands, file and line; of those that reach the
/// result, the earliest is reported. What does not reach it, such as the branch that is not used, is not.
///
/// The point is what the other drivers take: an array, a slice, or one of nalgebra's vectors. The closure may return a
/// number, arrays, vectors or pairs of them, and does the same in each call; a function that is generic over numbers is
/// called in a closure, `diagnose(|x| f.call(x), x)`, and its own lines are reported.
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
///
/// // of many variables, those that matter are named
/// let found = diagnose(|x| (x[150] - x[7]).sqrt(), &vec![1.0; 200]);
/// assert!(found.to_string().ends_with("sqrt(0 {7: -1, 150: 1}ε) = 0 {7: -inf, 150: inf}ε"));
/// ```
#[track_caller]
pub fn diagnose<F: Float, P, R: Results<First<F>>>(f: impl Takes<P, Traced<First<F>>, R>, x: P) -> Diagnosis
where
    P: Seeded<Traced<First<F>>> + Point<Base = F> + Copy,
{
    located(f, x)
}

/// [`diagnose`] for the value, the first and the second derivatives. Of more than 8 variables, one call of f for each two
/// chunks of 4, and where there is something to find, another.
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
pub fn diagnose_hessian<F: Float, P, R: Results<Second<F>>>(f: impl Takes<P, Traced<Second<F>>, R>, x: P) -> Diagnosis
where
    P: Seeded<Traced<Second<F>>> + Point<Base = F> + Copy,
{
    located(f, x)
}

/// Which variables move in each call of f: to second order, each two of them in some call.
fn groups(n: usize, order: usize) -> Vec<Vec<usize>> {
    if order < 2 || n <= WIDTH {
        return chunks::<WIDTH>(n).map(Iterator::collect).collect();
    }
    let blocks: Vec<_> = chunks::<{ WIDTH / 2 }>(n).collect();
    let pairs = (1..blocks.len()).flat_map(|i| (0..i).map(move |j| [j, i]));
    pairs.map(|pair| pair.into_iter().flat_map(|i| blocks[i].clone()).collect()).collect()
}

#[track_caller]
fn located<F: Float, D: Carrier<Precision = F>, P, R: Results<D>>(mut f: impl Takes<P, Traced<D>, R>, x: P) -> Diagnosis
where
    P: Seeded<Traced<D>> + Point<Base = F> + Copy,
{
    let caller = Location::caller();
    let n = x.count();
    let along: Vec<F> = directions(n).collect();
    let groups = groups(n, D::ORDER);
    let mut run = |moving: &[usize], wanted: Vec<Id>, look: &mut dyn FnMut(&Session, &dyn Results<D>, Call)| {
        let session = Session::new(moving.len(), wanted, caller);
        let call = Call(Tag::fresh());
        let place = |i: usize| moving.iter().position(|j| *j == i);
        let seed = |x, i: usize| Traced::variable(x, place(i), along[i] / F::count(n), call, caller);
        let result = x.seeded(seed, |x| f(x));
        look(&session, &result, call);
    };
    // the earliest of the first causes, and what it became
    let mut worst: Option<(Id, Id)> = None;
    let mut kept: Option<Id> = None;
    let mut diagnosis = Diagnosis { first: None, then: None, kept: None };
    for moving in &groups {
        run(moving, vec![], &mut |session, result, call| {
            let (worst_before, kept_before) = (worst, kept);
            result.visit(&mut |y| {
                let y = y.result_of(call);
                if let Some(origin) = y.origin.filter(|_| !y.finite()) {
                    let found = (origin, y.turned.unwrap_or(Id::MAX));
                    worst = Some(worst.map_or(found, |worst| worst.min(found)));
                }
                kept = [kept, y.kept].into_iter().flatten().min();
            });
            if let Some((origin, turned)) = worst.filter(|_| worst != worst_before) {
                (diagnosis.first, diagnosis.then) = (session.finding(origin), session.finding(turned));
            }
            if let Some(id) = kept.filter(|_| kept != kept_before) {
                diagnosis.kept = session.finding(id);
            }
        });
    }
    if groups.len() > 1 && !diagnosis.is_healthy() {
        // once more, for the derivatives by the other variables
        let mut findings = [&mut diagnosis.first, &mut diagnosis.then, &mut diagnosis.kept];
        let ids = [worst.map(|(origin, _)| origin), worst.map(|(_, turned)| turned), kept];
        for finding in &mut findings {
            **finding = finding.take().map(|finding| finding.of_many(n));
        }
        for moving in &groups {
            run(moving, ids.into_iter().flatten().collect(), &mut |session, _, _| {
                for (id, event) in session.captured() {
                    for (finding, wanted) in findings.iter_mut().zip(ids) {
                        if let (Some(finding), true) = (finding.as_mut(), wanted == Some(id)) {
                            finding.put(&event, moving);
                        }
                    }
                }
            });
        }
    }
    diagnosis
}

/// What a closure may return to [`diagnose`]: a number, arrays, vectors or pairs of them.
pub trait Results<D> {
    /// Calls a function with each number.
    fn visit(&self, f: &mut dyn FnMut(&Traced<D>));
}

impl<D> Results<D> for Traced<D> {
    fn visit(&self, f: &mut dyn FnMut(&Traced<D>)) {
        f(self);
    }
}

impl<D, R: Results<D>, const M: usize> Results<D> for [R; M] {
    fn visit(&self, f: &mut dyn FnMut(&Traced<D>)) {
        self.iter().for_each(|x| x.visit(f));
    }
}

impl<D, R: Results<D>> Results<D> for Vec<R> {
    fn visit(&self, f: &mut dyn FnMut(&Traced<D>)) {
        self.iter().for_each(|x| x.visit(f));
    }
}

#[cfg(feature = "nalgebra")]
impl<D, X: Results<D>, R, C, S> Results<D> for nalgebra::Matrix<X, R, C, S>
where
    R: nalgebra::Dim,
    C: nalgebra::Dim,
    S: nalgebra::RawStorage<X, R, C>,
{
    fn visit(&self, f: &mut dyn FnMut(&Traced<D>)) {
        self.iter().for_each(|x| x.visit(f));
    }
}

impl<D, A: Results<D>, B: Results<D>> Results<D> for (A, B) {
    fn visit(&self, f: &mut dyn FnMut(&Traced<D>)) {
        self.0.visit(f);
        self.1.visit(f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// To first order each variable moves once; to second, each two move together in some call.
    #[test]
    fn all_variables_move_and_all_pairs() {
        for n in 0..40 {
            let [once, together] = [1, 2].map(|order| groups(n, order));
            assert_eq!(once.concat(), (0..n).collect::<Vec<_>>());
            let both = |i, j| together.iter().any(|moving| moving.contains(&i) && moving.contains(&j));
            assert!((0..n).all(|i| (0..=i).all(|j| both(i, j))), "{n} variables");
            assert!(once.iter().chain(&together).all(|moving| moving.len() <= WIDTH));
        }
    }
}
