//! The method of Levenberg and Marquardt.

use nalgebra::{DVector, RealField};

use super::pivoted_qr::{PivotedQr, norm};
use super::{LeastSquares, Told, linearize};
use crate::bounds::constant;
use crate::error::{Error, Failure, check_shape, fits};
use crate::optimizer::{Evaluations, Iterate, Optimizer, State, refused};
use crate::problem::{Entry, Map};
use crate::range::{not_negative, positive, size};

/// The Levenberg–Marquardt method for L = Σ rᵢ²: MINPACK's `lmder` (Moré 1977), with the tolerances of scipy's
/// `least_squares(method="lm")`.
///
/// A step minimizes |r + J p|² within |D p| ≤ Δ, where D holds the largest norms so far of the columns of J. It is taken
/// if the sum of squares falls by 10⁻⁴ or more of what the model promises; otherwise Δ shrinks and the step is
/// tried again. It converges when
///
/// - `ftol` (1e−8): the actual and the predicted relative reduction of L are at most this (MINPACK's info 1),
/// - `xtol` (1e−8): Δ is at most this times |D x| (info 2; 3 if both hold),
/// - `gtol` (1e−8): no column of J has a larger cosine with r (info 4),
///
/// or when r is orthogonal to J to rounding, though not to a smaller `gtol` (info 8). The message says which. Where smaller
/// tolerances meet the rounding of L or x (info 6 and 7), it fails with [`Failure::NoProgress`].
/// One value a trial, one Jacobian a step that is taken. A trial that is not finite counts as refused. The steps are those of
/// |r|, which is had without squares: they do not depend on the unit of r, and where L overflows or underflows they are the
/// same (of an L that overflows the largest number is told, with a warning).
/// In f32 a tolerance below 10 ε is replaced by that.
///
/// ```
/// use optimizers::{LevenbergMarquardt, Physics, Run, Status, SumOfSquares};
///
/// autodiff::function! { fn valley([x0, x1]) -> [2] { [(x1 - x0 * x0) * 10.0, -x0 + 1.0] } }
///
/// let problem = SumOfSquares::new(Physics::new(valley));
/// let report = Run::new(&problem, &LevenbergMarquardt::new(), &[-1.2, 1.0])?.iterations(100).finish();
/// assert!(matches!(report.status, Status::Converged(_)));
/// assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [1.0, 1.0]);
/// # Ok::<(), optimizers::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LevenbergMarquardt<T> {
    ftol: T,
    xtol: T,
    gtol: T,
    factor: T,
}

impl<T: Entry + RealField> Default for LevenbergMarquardt<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Entry + RealField> LevenbergMarquardt<T> {
    /// With the defaults: all tolerances 1e−8, the first radius 100 |D x|.
    pub fn new() -> Self {
        let tolerance = RealField::max(constant::<T>(1e-8), constant::<T>(10.0) * T::default_epsilon());
        LevenbergMarquardt { ftol: tolerance, xtol: tolerance, gtol: tolerance, factor: constant(100.0) }
    }

    /// The relative reduction of L at which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn ftol(self, ftol: T) -> Result<Self, Error> {
        Ok(LevenbergMarquardt { ftol: not_negative("ftol", ftol)?, ..self })
    }

    /// The relative radius at which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn xtol(self, xtol: T) -> Result<Self, Error> {
        Ok(LevenbergMarquardt { xtol: not_negative("xtol", xtol)?, ..self })
    }

    /// The cosine between the residuals and the columns of the Jacobian at which it converges.
    ///
    /// # Errors
    ///
    /// [`Error::Negative`] unless it is finite and not negative.
    pub fn gtol(self, gtol: T) -> Result<Self, Error> {
        Ok(LevenbergMarquardt { gtol: not_negative("gtol", gtol)?, ..self })
    }

    /// The first radius, in units of |D x|, or itself if that is 0. MINPACK advises 0.1 to 100.
    ///
    /// # Errors
    ///
    /// [`Error::NotPositive`] unless it is positive, finite and not subnormal.
    pub fn factor(self, factor: T) -> Result<Self, Error> {
        Ok(LevenbergMarquardt { factor: positive("factor", factor)?, ..self })
    }
}

/// What Levenberg–Marquardt keeps between steps.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(serialize = "T: Entry + serde::Serialize", deserialize = "T: Entry + serde::de::DeserializeOwned"))
)]
pub struct LevenbergMarquardtMemory<T> {
    /// The factors of the Jacobian; none where a test ended the run before the Jacobian was needed.
    factors: Option<PivotedQr<T>>,
    residuals: DVector<T>,
    scale: DVector<T>,
    radius: T,
    lambda: T,
    first: bool,
}

/// How a trial went.
struct Trial<T> {
    actual: T,
    predicted: T,
    ratio: T,
}

impl<T: RealField + Copy> LevenbergMarquardtMemory<T> {
    /// Δ and λ after a trial.
    fn adapt(&mut self, trial: &Trial<T>, slope: T, step: T, halves: bool) {
        let half = constant::<T>(0.5);
        let tenth = constant::<T>(0.1);
        if trial.ratio <= constant(0.25) || !trial.ratio.is_finite() {
            let parabola = if trial.actual >= T::zero() { half } else { half * slope / (slope + half * trial.actual) };
            let shrink = if halves && parabola >= tenth { parabola } else { tenth };
            self.radius = shrink * self.radius.min(step / tenth);
            self.lambda /= shrink;
        } else if self.lambda == T::zero() || trial.ratio >= constant(0.75) {
            self.radius = step / half;
            self.lambda *= half;
        }
    }
}

impl<T: Entry + RealField> LevenbergMarquardt<T> {
    /// The test that holds, or what keeps it from holding.
    fn ended(&self, trial: &Trial<T>, radius: T, x_norm: T, cosine: T) -> Option<Result<&'static str, &'static str>> {
        let agrees = constant::<T>(0.5) * trial.ratio <= nalgebra::one();
        let reduced = |tolerance: T| {
            nalgebra::ComplexField::abs(trial.actual) <= tolerance && trial.predicted <= tolerance && agrees
        };
        let eps = T::default_epsilon();
        match (reduced(self.ftol), radius <= self.xtol * x_norm) {
            (true, true) => Some(Ok("converged: ftol and xtol are met (MINPACK info 3)")),
            (true, false) => Some(Ok("converged: the relative reduction of L is at most ftol (MINPACK info 1)")),
            (false, true) => Some(Ok("converged: the relative radius is at most xtol (MINPACK info 2)")),
            _ if reduced(eps) => Some(Err("ftol is too small: L cannot be reduced further (MINPACK info 6)")),
            _ if radius <= eps * x_norm => {
                Some(Err("xtol is too small: x cannot be improved further (MINPACK info 7)"))
            }
            _ if cosine <= eps => Some(Ok("converged: r is orthogonal to J to rounding (MINPACK info 8)")),
            _ => None,
        }
    }

    /// The state at a point whose Jacobian is wanted.
    fn arrive<P: LeastSquares<T> + ?Sized>(
        &self,
        problem: &P,
        mut iterate: Iterate<T>,
        mut memory: LevenbergMarquardtMemory<T>,
    ) -> Result<State<T, LevenbergMarquardtMemory<T>>, Failure> {
        iterate.evaluations.gradient += 1;
        let (r, jacobian) = match linearize(problem.residuals(), &iterate.x, iterate.iteration) {
            Ok(linearized) => linearized,
            // the point has been reached all the same
            Err(failure) => return Ok(State { failure: Some(failure), ..State::new(iterate, memory) }),
        };
        let Told { loss, gradient, warning } = Told::of(&r, Some(&jacobian), iterate.iteration);
        (iterate.loss, iterate.gradient) = (loss, gradient);
        let factors = PivotedQr::new(jacobian, &r);
        if memory.first {
            memory.scale = factors.column_norms.map(|c| if c == nalgebra::zero() { nalgebra::one() } else { c });
            let size = scaled_norm(&memory.scale, &iterate.x);
            memory.radius = if size == nalgebra::zero() { self.factor } else { self.factor * size };
        }
        let cosine = factors.largest_cosine(norm(r.iter().copied()));
        memory.scale = memory.scale.zip_map(&factors.column_norms, |d, c| RealField::max(d, c));
        memory.factors = Some(factors);
        memory.residuals = r;
        let mut state = State { warning, ..State::new(iterate, memory) };
        if cosine <= self.gtol {
            state.converged = Some("converged: r is orthogonal to the columns of J to within gtol (MINPACK info 4)");
        }
        Ok(state)
    }
}

fn scaled_norm<T: RealField + Copy>(scale: &DVector<T>, v: &DVector<T>) -> T {
    norm(v.iter().zip(scale.iter()).map(|(&v, &d)| v * d))
}

impl<T: Entry + RealField, P: LeastSquares<T> + ?Sized> Optimizer<T, P> for LevenbergMarquardt<T> {
    type Memory = LevenbergMarquardtMemory<T>;

    fn init(&self, problem: &P, start: DVector<T>) -> Result<State<T, Self::Memory>, Failure> {
        let residuals = evaluate(problem.residuals(), &start, 0)?;
        let evaluations = Evaluations { value: 1, ..Evaluations::default() };
        let y = problem.observe(&start);
        let n = start.len();
        let iterate = Iterate { y, evaluations, ..Iterate::new(0, start, Told::of(&residuals, None, 0).loss) };
        let memory = LevenbergMarquardtMemory {
            factors: None,
            residuals,
            scale: DVector::from_element(n, nalgebra::one()),
            radius: self.factor,
            lambda: nalgebra::zero(),
            first: true,
        };
        if !iterate.loss.all_finite() {
            return Ok(State::new(iterate, memory));
        }
        self.arrive(problem, iterate, memory)
    }

    fn check(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<(), Error> {
        let (memory, n) = (&state.memory, state.iterate.x.len());
        fits("residuals", memory.residuals.len(), problem.residuals().outputs())?;
        fits("scale", memory.scale.len(), n)?;
        size("radius", memory.radius)?;
        memory.factors.as_ref().map_or(Ok(()), |factors| factors.check(n))
    }

    fn step(&self, problem: &P, state: &State<T, Self::Memory>) -> Result<State<T, Self::Memory>, Failure> {
        let now = &state.iterate;
        let iteration = now.iteration + 1;
        self.check(problem, state).map_err(refused(now.iteration))?;
        let Some(factors) = state.memory.factors.clone() else {
            // a test ended the run here, but it is to go on
            let arrived = self.arrive(problem, now.clone(), state.memory.clone())?;
            let ended = arrived.converged.is_some() || arrived.failure.is_some();
            return if ended { Ok(arrived) } else { self.step(problem, &arrived) };
        };
        let mut memory = state.memory.clone();
        let mut evaluations = now.evaluations;
        let before = norm(memory.residuals.iter().copied());
        let cosine = factors.largest_cosine(before);
        let mut x_norm = scaled_norm(&memory.scale, &now.x);
        let (zero, one) = (nalgebra::zero::<T>(), nalgebra::one::<T>());
        loop {
            let (p, lambda) = factors.within(&memory.scale, memory.radius, memory.lambda);
            memory.lambda = lambda;
            let step = scaled_norm(&memory.scale, &p);
            if memory.first {
                memory.radius = RealField::min(memory.radius, step);
            }
            let x = &now.x - &p;
            let residuals = evaluate(problem.residuals(), &x, iteration)?;
            evaluations.value += 1;
            let after = norm(residuals.iter().copied());
            let halves = constant::<T>(0.1) * after < before;
            let actual = if halves { one - (after / before) * (after / before) } else { -one };
            let linear = norm(factors.times(&p).iter().copied()) / before;
            let damped = nalgebra::ComplexField::sqrt(lambda) * step / before;
            let predicted = linear * linear + damped * damped * constant(2.0);
            let slope = -(linear * linear + damped * damped);
            let ratio = if predicted == zero { zero } else { actual / predicted };
            let trial = Trial { actual, predicted, ratio };
            memory.adapt(&trial, slope, step, halves);
            let taken = ratio >= constant(1e-4);
            if taken {
                x_norm = scaled_norm(&memory.scale, &x);
            }
            let ended = self.ended(&trial, memory.radius, x_norm, cosine);
            if !taken && ended.is_none() {
                if step.all_finite() {
                    continue;
                }
                return Err(Failure::NotFinite { quantity: "step", iteration });
            }
            if !taken && !after.all_finite() {
                let failure = Some(Failure::NotFinite { quantity: "loss", iteration });
                let iterate = Iterate { evaluations, ..now.clone() };
                return Ok(State { failure, ..State::new(iterate, memory) });
            }
            let mut iterate = Iterate { iteration, evaluations, ..now.clone() };
            iterate.update = Some(p);
            if taken {
                memory.first = false;
                memory.residuals = residuals;
                memory.factors = None;
                iterate.y = problem.observe(&x);
                iterate.x = x;
                iterate.loss = Told::of(&memory.residuals, None, iteration).loss;
                iterate.gradient = None;
            } else {
                // the last trial was refused, so the point is the old one
                iterate.update = Some(DVector::from_element(now.x.len(), zero));
            }
            if let Some(ended) = ended {
                let failure = ended.err().map(|reason| Failure::NoProgress { reason, iteration });
                return Ok(State { converged: ended.ok(), failure, ..State::new(iterate, memory) });
            }
            return self.arrive(problem, iterate, memory);
        }
    }
}

fn evaluate<T: Entry>(residuals: &dyn Map<T>, x: &DVector<T>, iteration: usize) -> Result<DVector<T>, Failure> {
    let r = residuals.value(x);
    check_shape("r(x)", r.len(), residuals.outputs(), iteration)?;
    Ok(r)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use nalgebra::DMatrix;
    use serde_json::Value;

    use super::*;
    use crate::{Run, Status, SumOfSquares};

    /// rᵢ = bᵢ + Σⱼ aᵢⱼ xⱼ + cᵢ xᵤ xᵥ with u = i mod n, v = (i + 1) mod n, of the variables that are used, and where r was wanted.
    struct Quadratic {
        a: Vec<Vec<f64>>,
        b: Vec<f64>,
        c: Vec<f64>,
        used: Vec<f64>,
        trials: RefCell<Vec<Vec<f64>>>,
    }

    impl Quadratic {
        fn linearized(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
            let n = x.len();
            let z = DVector::from_fn(n, |j, _| x[j] * self.used[j]);
            let mut r = DVector::from_column_slice(&self.b);
            let mut jacobian = DMatrix::from_fn(r.len(), n, |i, j| self.a[i][j] * self.used[j]);
            r += &jacobian * &z;
            for i in 0..r.len() {
                let (u, v) = (i % n, (i + 1) % n);
                r[i] += self.c[i] * z[u] * z[v];
                jacobian[(i, u)] += self.c[i] * z[v] * self.used[u];
                jacobian[(i, v)] += self.c[i] * z[u] * self.used[v];
            }
            (r, jacobian)
        }
    }

    impl Map<f64> for Quadratic {
        fn inputs(&self) -> usize {
            self.used.len()
        }
        fn outputs(&self) -> usize {
            self.b.len()
        }
        fn value(&self, x: &DVector<f64>) -> DVector<f64> {
            self.trials.borrow_mut().push(x.as_slice().to_vec());
            self.linearized(x).0
        }
        fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
            self.linearized(x)
        }
    }

    fn info(status: &Status) -> Option<u64> {
        let message = match status {
            Status::Converged(message) => *message,
            Status::Failed(Failure::NoProgress { reason, .. }) => *reason,
            _ => return None,
        };
        message.split_once("MINPACK info ")?.1.strip_suffix(')')?.parse().ok()
    }

    /// `MARQUARDT_TRIALS` names a larger file of the generator's.
    #[test]
    fn trials_are_those_of_minpack() {
        let text = std::env::var("MARQUARDT_TRIALS").map(|path| std::fs::read_to_string(path).unwrap());
        let text = text.as_deref().unwrap_or(include_str!("../../tests/scipy/marquardt.json"));
        let document: Value = serde_json::from_str(text).unwrap();
        let mut off = Vec::new();
        for (index, row) in document["problems"].as_array().unwrap().iter().enumerate() {
            let list =
                |value: &Value| -> Vec<f64> { value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
            let lists = |name: &str| -> Vec<Vec<f64>> { row[name].as_array().unwrap().iter().map(list).collect() };
            let number = |name: &str| row[name].as_f64().unwrap();
            let [b, c, used] = ["b", "c", "used"].map(|name| list(&row[name]));
            let problem = SumOfSquares::new(Quadratic { a: lists("a"), b, c, used, trials: RefCell::default() });
            let method = LevenbergMarquardt::new().ftol(number("ftol")).unwrap().xtol(number("xtol")).unwrap();
            let method = method.gtol(number("gtol")).unwrap().factor(number("factor")).unwrap();
            let report = Run::new(&problem, &method, &list(&row["start"])).unwrap().iterations(60).finish();
            let trials = problem.map().trials.borrow();
            let near = |a: &f64, b: &f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
            let same = |ours: &Vec<f64>, theirs: &Vec<f64>| ours.iter().zip(theirs).all(|(a, b)| near(a, b));
            let theirs = lists("trials");
            if let Some(k) = (0..trials.len().min(theirs.len())).find(|&k| !same(&trials[k], &theirs[k])) {
                off.push(format!("problem {index}, trial {k}: {:?} {:?}", trials[k], theirs[k]));
            }
            let Evaluations { value, gradient, .. } = report.evaluations;
            let ended = [Some(value as u64), Some(gradient as u64), info(&report.status)];
            let expected: Vec<_> = row["ended"].as_array().unwrap().iter().map(Value::as_u64).collect();
            if ended[..] != expected {
                off.push(format!("problem {index}: {ended:?} {expected:?} {}", report.status));
            }
            assert_eq!(trials.len(), value);
        }
        assert!(off.is_empty(), "{}", off.join("\n"));
    }

    /// The tests of the documentation, one at a time: with tolerances, and without any.
    #[test]
    fn each_test_holds_up_to_its_tolerance() {
        let none = LevenbergMarquardt::new().ftol(0.0).unwrap().xtol(0.0).unwrap().gtol(0.0).unwrap();
        let some = none.ftol(1e-3).unwrap().xtol(1e-5).unwrap();
        let eps = f64::EPSILON;
        for (method, actual, predicted, radius, cosine, expected) in [
            (some, 1e-3, 1e-3, 1.0, 1.0, Some(1)),
            (some, -1e-3, 1e-3, 1.0, 1.0, Some(1)),
            (some, 1e-4, 1e-3, 1.0, 1.0, Some(1)),
            // the actual reduction is twice the predicted one at most
            (some, 1e-3, 0.5e-3, 1.0, 1.0, Some(1)),
            (some, 1e-3, 0.49e-3, 1.0, 1.0, None),
            (some, 1.1e-3, 1e-3, 1.0, 1.0, None),
            (some, 1e-3, 1.1e-3, 1.0, 1.0, None),
            (some, 1.0, 1.0, 2e-5, 1.0, Some(2)),
            (some, 1.0, 1.0, 2.1e-5, 1.0, None),
            (some, 1e-3, 1e-3, 2e-5, 1.0, Some(3)),
            (none, eps, eps, 1.0, 1.0, Some(6)),
            (none, eps, 0.4 * eps, 1.0, 1.0, None),
            (none, eps, 1.1 * eps, 1.0, 1.0, None),
            (none, 1.0, 1.0, 2.0 * eps, 1.0, Some(7)),
            (none, 1.0, 1.0, 2.1 * eps, 1.0, None),
            (none, 1.0, 1.0, 1.0, eps, Some(8)),
            (none, 1.0, 1.0, 1.0, 1.1 * eps, None),
        ] {
            let trial = Trial { actual, predicted, ratio: actual / predicted };
            let ended = method.ended(&trial, radius, 2.0, cosine).map(|ended| match ended {
                Ok(message) => Status::Converged(message),
                Err(reason) => Status::Failed(Failure::NoProgress { reason, iteration: 1 }),
            });
            assert_eq!(ended.as_ref().and_then(info), expected, "{actual} {predicted} {radius} {cosine}");
            assert!(!matches!((ended, expected), (Some(Status::Converged(_)), Some(6 | 7))));
        }
    }
}
