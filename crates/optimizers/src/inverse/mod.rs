//! From y back to x: what an inverse simulator does after its step in y. One way, one file.

mod analytic;
mod chain;
mod least_squares;
mod linearized;
mod newton;
mod numeric;

use autodiff::Elementary;
use nalgebra::{DVector, RealField};

pub use self::analytic::AnalyticInverse;
pub use self::chain::ChainInverse;
pub use self::least_squares::LeastSquaresInverse;
pub use self::linearized::LinearizedInverse;
pub use self::newton::NewtonInverse;
pub use self::numeric::NumericInverse;
use crate::error::{Error, Failure, fits};
use crate::optimizer::{Iterate, Optimizer};
use crate::problem::{Entry, Map, Objective};
use crate::run::{Run, Status};

/// A way to find x such that y(x) is a given target.
pub trait Inverse<T: Entry> {
    /// An x near `near` with y(x) = `target`, as far as there is one. `iteration` is named in failures.
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure>;
}

/// What an [`Inverse`] found.
#[derive(Clone, Debug)]
pub struct Inverted<T> {
    /// The point.
    pub x: DVector<T>,
    /// How it was searched for, if it was.
    pub inversion: Option<Inversion>,
    /// Of a process of several stages: what was aimed at behind each, the first stage first; the last is the target
    /// itself.
    pub stages: Vec<Aim<T>>,
}

impl<T> Inverted<T> {
    /// A point that no search has found.
    pub fn new(x: DVector<T>) -> Self {
        Inverted { x, inversion: None, stages: Vec::new() }
    }
}

/// What an inverse of several stages aimed at behind one of them.
#[derive(Clone, Debug)]
pub struct Aim<T> {
    /// The point in the latent space behind the stage.
    pub point: DVector<T>,
    /// How what comes before the stage was searched for, if it was.
    pub inversion: Option<Inversion>,
}

/// How a numeric inversion went.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Inversion {
    /// The iterations of the search.
    pub iterations: usize,
    /// The evaluations of its objective, those for differences included.
    pub evaluations: usize,
    /// Whether a test of the search said that it arrived, and y is where it was to be.
    pub converged: bool,
    /// Which test ended the search, in its own words.
    pub message: String,
    /// Σ (yᵢ(x) − targetᵢ)² where it ended.
    pub residual: f64,
    /// Where a search by L-BFGS-B or Levenberg–Marquardt ends and y is not at the target, the component that is farthest
    /// from it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub missed: Option<Missed>,
}

impl Inversion {
    /// Why a search has not arrived: its own words, and where y is instead of at the target.
    pub fn reason(&self) -> String {
        let message = &self.message;
        match self.missed {
            Some(Missed { component, reached, target }) => {
                format!("{message}; component {component} of the y that was reached is {reached:?}, not {target:?}")
            }
            None => message.clone(),
        }
    }

    /// That y is not where it was to be.
    fn miss(&mut self, missed: Missed) {
        self.converged = false;
        self.missed = Some(missed);
    }

    /// What the user should know of a search that did not arrive.
    pub(crate) fn warning(&self, iteration: usize) -> Option<String> {
        let (reason, distance) = (self.reason(), self.residual.sqrt());
        (!self.converged).then(|| {
            format!("the inversion of iteration {iteration} did not converge: {reason}; |y − y*| is {distance:?}")
        })
    }
}

/// A component of y that is not where it was to be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Missed {
    /// Its index.
    pub component: usize,
    /// What it is.
    pub reached: f64,
    /// What it was to be.
    pub target: f64,
}

impl<T: Entry, I: Inverse<T> + ?Sized> Inverse<T> for &I {
    fn invert(
        &self,
        physics: &dyn Map<T>,
        target: &DVector<T>,
        near: &DVector<T>,
        iteration: usize,
    ) -> Result<Inverted<T>, Failure> {
        (**self).invert(physics, target, near, iteration)
    }
}

/// That a target and a point fit the process, and are finite.
fn check<T: Entry>(physics: &dyn Map<T>, target: &DVector<T>, near: &DVector<T>) -> Result<(), Error> {
    fits("target", target.len(), physics.outputs())?;
    crate::run::finite("target", target.as_slice())?;
    if near.is_empty() {
        return Err(Error::Empty);
    }
    if near.len() != physics.inputs() {
        return Err(Error::StartLength { given: near.len(), expected: physics.inputs() });
    }
    crate::run::finite("start", near.as_slice())
}

/// The point of least loss that a method finds from `near`, within so many iterations and evaluations of the value.
///
/// Where not even the start can be evaluated the point is the start. Of points of equal loss the last is taken.
fn search<T: Entry, P: Objective<T>, O: Optimizer<T, P>>(
    objective: &P,
    method: &O,
    near: &DVector<T>,
    most: usize,
) -> Result<Inverted<T>, Error> {
    let mut run = Run::new(objective, method, near.as_slice())?.iterations(most);
    let mut best: Option<Iterate<T>> = None;
    for iterate in run.by_ref() {
        let out_of_evaluations = iterate.evaluations.value > most;
        if best.as_ref().is_none_or(|best| iterate.loss.value() <= best.loss.value()) {
            best = Some(iterate);
        }
        if out_of_evaluations {
            break;
        }
    }
    let (converged, message) = match run.status() {
        Some(Status::Converged(test)) => (true, (*test).to_owned()),
        Some(status) => (false, status.to_string()),
        None => (false, "too many evaluations".to_owned()),
    };
    let evaluations = run.evaluations().value;
    let (x, iterations, residual) = match best {
        Some(best) => (best.x, best.iteration, best.loss.value().to_f64()),
        None => (near.clone(), 0, f64::NAN),
    };
    let inversion = Inversion { iterations, evaluations, converged, message, residual, missed: None };
    Ok(Inverted { inversion: Some(inversion), ..Inverted::new(x) })
}

/// The component of y(x) that is farthest from the target, if one is not near it:
/// |yᵢ − tᵢ| > τ (Σⱼ |∂yᵢ/∂xⱼ xⱼ| + |tᵢ|), with τ = 1e−6 or 100 ε of coarser numbers if none is given.
///
/// The terms of the sum are the size of what yᵢ is made of. Where y is not finite the search has said so.
fn missed<T: Entry + RealField>(
    physics: &dyn Map<T>,
    target: &DVector<T>,
    x: &DVector<T>,
    tolerance: Option<f64>,
) -> Option<Missed> {
    let tolerance = tolerance.unwrap_or_else(|| f64::max(1e-6, 100.0 * T::default_epsilon().value().to_f64()));
    let (y, jacobian) = physics.value_and_jacobian(x);
    if y.len() != target.len() || jacobian.shape() != (y.len(), x.len()) || !y.iter().all(|y| y.all_finite()) {
        return None;
    }
    let double = |v: T| v.value().to_f64();
    let distance = |i: usize| (double(y[i]) - double(target[i])).abs();
    let size = |i: usize| {
        let terms = (0..x.len()).map(|j| (double(jacobian[(i, j)]) * double(x[j])).abs());
        terms.filter(|term| term.is_finite()).sum::<f64>() + double(target[i]).abs()
    };
    // of subnormal numbers too few digits are left to be nearer
    let rounding = |i: usize| !Elementary::is_normal((y[i] - target[i]).value());
    if (0..y.len()).all(|i| rounding(i) || distance(i) <= tolerance * size(i)) {
        return None;
    }
    let farthest = (0..y.len()).max_by(|&i, &j| distance(i).total_cmp(&distance(j)))?;
    Some(Missed { component: farthest, reached: double(y[farthest]), target: double(target[farthest]) })
}

/// What a search found; a failure if it was refused, or did not arrive and was told to stop then.
fn settle<T>(
    found: Result<Inverted<T>, Error>,
    stop_unconverged: bool,
    iteration: usize,
) -> Result<Inverted<T>, Failure> {
    let found = found.map_err(|error| Failure::Refused { error, iteration })?;
    match &found.inversion {
        Some(inversion) if stop_unconverged && !inversion.converged => {
            Err(Failure::NotInverted { iteration, message: inversion.reason() })
        }
        _ => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;
    use crate::optimizer::{Evaluations, State};

    fn vector(v: &[f64]) -> DVector<f64> {
        DVector::from_column_slice(v)
    }

    /// y with its Jacobian, wherever x is.
    struct Fixed(DVector<f64>, DMatrix<f64>);

    impl Map<f64> for Fixed {
        fn inputs(&self) -> usize {
            2
        }
        fn outputs(&self) -> usize {
            2
        }
        fn value(&self, _: &DVector<f64>) -> DVector<f64> {
            self.0.clone()
        }
        fn value_and_jacobian(&self, _: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
            (self.0.clone(), self.1.clone())
        }
    }

    /// The sizes are |4 · 3| + |2 · 0.5| + |t₀| = 14 + 1 and |0.25 · 3| + |t₁| = 0.75 + 0.25.
    #[test]
    fn a_component_is_missed_by_its_size() {
        let jacobian = || DMatrix::from_row_slice(2, 2, &[4.0, 2.0, -0.25, 0.0]);
        let (x, target) = (vector(&[3.0, 0.5]), vector(&[2.0, -0.25]));
        for (y, component) in [
            ([2.0, -0.25], None),
            ([2.0 + 14e-6, -0.25 - 0.9e-6], None),
            ([2.0 - 16e-6, -0.25], Some(0)),
            ([2.0, -0.25 + 1.1e-6], Some(1)),
            // the one that is farthest off
            ([2.0 + 3e-6, -0.25 + 2e-6], Some(0)),
            ([2.0 + 3e-6, -0.25 + 4e-6], Some(1)),
            // a search has said so
            ([2.0, f64::NAN], None),
            ([f64::INFINITY, -0.25], None),
        ] {
            let found = missed(&Fixed(vector(&y), jacobian()), &target, &x, None);
            let expected = component.map(|i| Missed { component: i, reached: y[i], target: target[i] });
            assert_eq!(found, expected, "{y:?}");
        }
        // what does not fit is for others to tell
        let far = [vector(&[9.0]), vector(&[9.0, 9.0]), vector(&[9.0, 9.0, 9.0])];
        for (y, rows, columns) in [(0, 1, 2), (0, 2, 2), (1, 1, 2), (1, 2, 1), (1, 3, 2), (2, 3, 2), (2, 2, 2)] {
            let fixed = Fixed(far[y].clone(), DMatrix::from_element(rows, columns, 1.0));
            assert_eq!(missed(&fixed, &target, &x, None), None, "{y} {rows} {columns}");
        }
        // of subnormal distances too few digits are left
        let none = DMatrix::zeros(2, 2);
        for (y, tiny) in [(3.5e-308, true), (6e-308, false)] {
            let found = missed(&Fixed(vector(&[y, 0.0]), none.clone()), &vector(&[3e-308, 0.0]), &x, None);
            assert_eq!(found.is_none(), tiny, "{y}");
        }
    }

    /// Three values a step down from 10 by 1.
    struct Stairs;

    impl Objective<f64> for Stairs {
        fn dimension(&self) -> usize {
            1
        }
        fn value(&self, x: &DVector<f64>) -> f64 {
            x[0]
        }
        fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
            (x[0], DVector::from_element(1, 1.0))
        }
    }

    impl Optimizer<f64, Stairs> for Stairs {
        type Memory = ();
        fn init(&self, _: &Stairs, x: DVector<f64>) -> Result<State<f64>, Failure> {
            let (loss, evaluations) = (x[0], Evaluations { value: 3, ..Evaluations::default() });
            Ok(State::new(Iterate { evaluations, ..Iterate::new(0, x, loss) }, ()))
        }
        fn step(&self, _: &Stairs, state: &State<f64>) -> Result<State<f64>, Failure> {
            let now = &state.iterate;
            let (x, loss) = (now.x.add_scalar(-1.0), now.loss - 1.0);
            let evaluations = Evaluations { value: now.evaluations.value + 3, ..now.evaluations };
            Ok(State::new(Iterate { evaluations, ..Iterate::new(now.iteration + 1, x, loss) }, ()))
        }
    }

    #[test]
    fn a_search_ends_behind_its_evaluations() {
        for (most, iterations) in [(3, 1), (5, 1), (6, 2), (8, 2), (9, 3)] {
            let found = search(&Stairs, &Stairs, &vector(&[10.0]), most).unwrap();
            let Inversion { message, evaluations, converged, residual, .. } = found.inversion.unwrap();
            assert_eq!((message.as_str(), converged), ("too many evaluations", false));
            assert_eq!((evaluations, residual), (3 + 3 * iterations, 10.0 - iterations as f64));
            assert_eq!(found.x[0], residual);
        }
        let none = search(&Stairs, &Stairs, &vector(&[10.0]), 0).unwrap().inversion.unwrap();
        assert_eq!((none.message.as_str(), none.iterations), ("all iterations are made", 0));
    }
}
