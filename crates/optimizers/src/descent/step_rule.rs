//! How far to go along a direction: rules over φ(α) = L(x + α d).

use nalgebra::{DVector, RealField};

use crate::bounds::constant;
use crate::error::Error;
use crate::least_squares::length;
use crate::line_search::{Conditions, MoreThuente, Next, Trial};
use crate::optimizer::Evaluations;
use crate::problem::{Entry, Objective};

/// The trials of a search before it gives up.
const MOST_TRIALS: usize = 60;
/// The sufficient decrease φ(α) ≤ φ(0) + c α φ'(0).
const DECREASE: f64 = 1e-4;

/// A rule for the step α along a direction. A trial that is not finite counts as too long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StepRule {
    /// Armijo's: α halves until φ(α) ≤ φ(0) + 10⁻⁴ α φ'(0). Values alone, and a value and a gradient at the end.
    Backtracking,
    /// The strong Wolfe conditions, |φ'(α)| ≤ c |φ'(0)| beside Armijo's, by the search of Moré and Thuente (1994). It needs
    /// 10⁻⁴ < c < 1, which [`more_thuente`](StepRule::more_thuente) checks; a run with another c is refused at its start.
    MoreThuente {
        /// c: 0.9 for directions that know the curvature, 0.1 to 0.4 for conjugate gradients.
        curvature: f64,
    },
    /// The Wolfe or the approximate Wolfe conditions, 0.9 φ'(0) ≤ φ'(α) ≤ −0.8 φ'(0) with φ(α) ≤ φ(0) + 10⁻⁶ |φ(0)|, by the
    /// search of Hager and Zhang (2005), which keeps its digits where values no longer differ.
    ///
    /// Along a direction without a natural length it begins at the minimizer of the parabola through φ(0), φ'(0) and the value
    /// at the last step's α, so a step costs one value beside its trials (their I0 to I2; ψ₁ is 1 here, and the value there may
    /// be higher than φ(0)).
    HagerZhang,
}

/// The step before this one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Last<T> {
    /// L where it began.
    pub(super) value: T,
    /// Its α.
    pub(super) step: T,
}

/// L along a line.
pub(super) struct Line<'a, T: Entry, P: ?Sized> {
    problem: &'a P,
    x: &'a DVector<T>,
    d: &'a DVector<T>,
    start: Trial<T>,
    evaluations: &'a mut Evaluations,
    /// What was not finite at the last trial.
    not_finite: Option<&'static str>,
    /// What was not finite first.
    wall: Option<&'static str>,
    /// Whether a finite trial has changed x.
    moved: bool,
}

/// A point of the line.
pub(super) struct Point<T> {
    pub(super) step: T,
    pub(super) x: DVector<T>,
    pub(super) value: T,
    pub(super) gradient: DVector<T>,
    slope: T,
}

impl<'a, T: Entry + RealField, P: Objective<T> + ?Sized> Line<'a, T, P> {
    pub(super) fn new(
        problem: &'a P,
        x: &'a DVector<T>,
        d: &'a DVector<T>,
        value: T,
        slope: T,
        evaluations: &'a mut Evaluations,
    ) -> Self {
        Line {
            problem,
            x,
            d,
            start: Trial { step: nalgebra::zero(), value, slope },
            evaluations,
            not_finite: None,
            wall: None,
            moved: false,
        }
    }

    /// The first step to try: 1, or less where the last step's decrease says so (Nocedal, Wright 3.60). At the start L is taken to
    /// have fallen by |d|/2 before, as scipy has it; the step is then at least √ε |x| long, or x would hardly move.
    fn first_by_decrease(&self, last: Option<Last<T>>) -> T {
        let one: T = nalgebra::one();
        let guess = match last {
            Some(last) => constant::<T>(2.02) * (self.start.value - last.value) / self.start.slope,
            None => {
                let seen = nalgebra::ComplexField::sqrt(T::default_epsilon()) * length(self.x);
                RealField::max(constant(1.01), seen) / length(self.d)
            }
        };
        let usable = guess.all_finite() && guess > nalgebra::zero();
        if usable { RealField::min(one, guess) } else { one }
    }

    /// The first step to try by a parabola (Hager, Zhang, I1, and I2 where it has no minimum); a hundredth of |x| at the start (I0).
    fn first_by_parabola(&mut self, last: Option<Last<T>>) -> T {
        let (zero, one): (T, T) = (nalgebra::zero(), nalgebra::one());
        let Trial { value, slope, .. } = self.start;
        let guess = if let Some(Last { step, .. }) = last {
            let there = self.problem.value(&self.place(step));
            self.evaluations.value += 1;
            let bend = there - value - slope * step;
            let minimizer = constant::<T>(-0.5) * slope * step * step / bend;
            let usable = there.all_finite() && minimizer.all_finite() && minimizer > zero;
            if usable { minimizer } else { step + step }
        } else if self.x.amax() > zero {
            constant::<T>(0.01) * self.x.amax() / self.d.amax()
        } else {
            nalgebra::ComplexField::abs(value / slope)
        };
        if guess.all_finite() && guess > zero { guess } else { one }
    }

    /// What was not finite where the search went last, or at each trial that changes x.
    pub(super) fn met_not_finite(&self) -> Option<&'static str> {
        self.not_finite.or(if self.moved { None } else { self.wall })
    }

    /// What was not finite at any trial, the first first.
    pub(super) fn wall(&self) -> Option<&'static str> {
        self.wall
    }

    /// Takes a trial into account, and says whether it is finite.
    fn look(&mut self, x: &DVector<T>, not_finite: Option<&'static str>) -> bool {
        self.not_finite = not_finite;
        self.wall = self.wall.or(not_finite);
        self.moved |= not_finite.is_none() && x != self.x;
        not_finite.is_none()
    }

    fn place(&self, step: T) -> DVector<T> {
        self.x.zip_map(self.d, |x, d| x + step * d)
    }

    fn point(&mut self, step: T) -> Option<Point<T>> {
        let x = self.place(step);
        let (value, gradient) = self.problem.value_and_gradient(&x);
        self.evaluations.value += 1;
        self.evaluations.gradient += 1;
        let slope = if gradient.len() == x.len() { gradient.dot(self.d) } else { value };
        let not_finite = match (value.all_finite(), slope.all_finite()) {
            (false, _) => Some("loss"),
            (true, false) => Some("gradient"),
            (true, true) => None,
        };
        self.look(&x, not_finite).then_some(Point { step, x, value, gradient, slope })
    }

    fn decreases(&self, step: T, value: T) -> bool {
        value <= self.start.value + constant::<T>(DECREASE) * step * self.start.slope
    }

    /// The first step not longer than this at which all is finite.
    fn first_finite(&mut self, mut step: T) -> Option<Point<T>> {
        for _ in 0..MOST_TRIALS {
            if let Some(point) = self.point(step) {
                return Some(point);
            }
            step *= constant(0.1);
        }
        None
    }
}

impl StepRule {
    /// The search of Moré and Thuente with the curvature c.
    ///
    /// ```
    /// use optimizers::StepRule;
    ///
    /// assert_eq!(StepRule::more_thuente(0.4)?, StepRule::MoreThuente { curvature: 0.4 });
    /// assert!(StepRule::more_thuente(1.0).is_err());
    /// # Ok::<(), optimizers::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NotBetween`] unless 10⁻⁴ < c < 1: below it there may be no step with Armijo's decrease, and from 1 on
    /// the condition asks for nothing.
    pub fn more_thuente(curvature: f64) -> Result<Self, Error> {
        if curvature > DECREASE && curvature < 1.0 {
            Ok(StepRule::MoreThuente { curvature })
        } else {
            Err(Error::NotBetween { name: "curvature", value: curvature, low: DECREASE, high: 1.0 })
        }
    }

    /// The rule, where its parameter makes sense.
    pub(super) fn checked(self) -> Result<Self, Error> {
        match self {
            StepRule::MoreThuente { curvature } => StepRule::more_thuente(curvature),
            StepRule::Backtracking | StepRule::HagerZhang => Ok(self),
        }
    }

    /// A step that satisfies the rule, or where no digits are left to improve it, one that is as good as none better.
    ///
    /// `scaled` says that the natural step is 1.
    pub(super) fn search<T: Entry + RealField, P: Objective<T> + ?Sized>(
        self,
        line: &mut Line<'_, T, P>,
        last: Option<Last<T>>,
        scaled: bool,
    ) -> Option<Point<T>> {
        let first = match self {
            StepRule::HagerZhang if scaled => nalgebra::one(),
            StepRule::HagerZhang => line.first_by_parabola(last),
            _ if scaled && last.is_none() => nalgebra::one(),
            _ => line.first_by_decrease(last),
        };
        match self {
            StepRule::Backtracking => backtracking(line, first),
            StepRule::MoreThuente { curvature } => more_thuente(line, first, curvature),
            StepRule::HagerZhang => hager_zhang(line, first),
        }
    }
}

fn backtracking<T: Entry + RealField, P: Objective<T> + ?Sized>(
    line: &mut Line<'_, T, P>,
    mut step: T,
) -> Option<Point<T>> {
    for _ in 0..MOST_TRIALS {
        let x = line.place(step);
        let value = line.problem.value(&x);
        line.evaluations.value += 1;
        let finite = line.look(&x, (!value.all_finite()).then_some("loss"));
        if finite
            && line.decreases(step, value)
            && let Some(point) = line.point(step)
        {
            return Some(point);
        }
        step *= constant(0.5);
    }
    None
}

fn more_thuente<T: Entry + RealField, P: Objective<T> + ?Sized>(
    line: &mut Line<'_, T, P>,
    first: T,
    curvature: f64,
) -> Option<Point<T>> {
    let mut most = constant::<T>(1e10);
    let mut point = line.first_finite(first)?;
    if point.step < first {
        // beyond lies what is not finite
        most = point.step * constant(9.0);
    }
    let conditions = Conditions {
        decrease: constant(DECREASE),
        curvature: constant(curvature),
        width: T::default_epsilon() * constant(4.0),
        least: nalgebra::zero(),
        most,
    };
    let Trial { value, slope, .. } = line.start;
    let mut search = MoreThuente::new(conditions, value, slope, point.step);
    for _ in 0..MOST_TRIALS {
        match search.advance(Trial { step: point.step, value: point.value, slope: point.slope }) {
            Next::Accept => break,
            Next::Try(step) => match line.point(step) {
                Some(next) => point = next,
                // a point that is not finite, met while the search still stretches out: the last one will do if it goes down
                None => break,
            },
        }
    }
    line.decreases(point.step, point.value).then_some(point)
}

/// The search of Hager and Zhang with the paper's parameters: δ = 0.1, σ = 0.9, ε = 10⁻⁶, θ = ½, γ = 0.66, ρ = 5.
struct HagerZhang<'s, 'a, T: Entry, P: ?Sized> {
    line: &'s mut Line<'a, T, P>,
    ceiling: T,
    /// The first trial that satisfies the conditions.
    found: Option<Point<T>>,
    /// The lowest trial that decreases enough, for where none does.
    lowest: Option<Point<T>>,
    trials: usize,
}

impl<T: Entry + RealField, P: Objective<T> + ?Sized> HagerZhang<'_, '_, T, P> {
    /// A trial; `None` if it ends the search: found, not finite, or one too many.
    fn at(&mut self, step: T) -> Option<Trial<T>> {
        self.trials += 1;
        if self.trials > MOST_TRIALS {
            return None;
        }
        let point = self.line.point(step)?;
        let trial = Trial { step, value: point.value, slope: point.slope };
        if self.accepts(&trial) {
            self.found = Some(point);
            return None;
        }
        self.keep(point);
        Some(trial)
    }

    fn keep(&mut self, point: Point<T>) {
        let lower = self.lowest.as_ref().is_none_or(|lowest| point.value < lowest.value);
        if lower && self.line.decreases(point.step, point.value) {
            self.lowest = Some(point);
        }
    }

    /// The Wolfe conditions (T1) or the approximate ones (T2).
    fn accepts(&self, p: &Trial<T>) -> bool {
        let start = self.line.start;
        let delta = constant::<T>(0.1);
        let flat = p.slope >= constant::<T>(0.9) * start.slope;
        let wolfe = p.value - start.value <= delta * p.step * start.slope;
        let approximate = p.value <= self.ceiling && p.slope <= (delta + delta - nalgebra::one::<T>()) * start.slope;
        p.step > nalgebra::zero() && flat && (wolfe || approximate)
    }

    /// An interval [a, b] with φ'(a) < 0, φ(a) ≤ ceiling and φ'(b) ≥ 0, from a trial (B0 to B3).
    fn bracket(&mut self, mut trial: Trial<T>) -> Option<[Trial<T>; 2]> {
        let mut a = self.line.start;
        loop {
            if trial.slope >= nalgebra::zero() {
                return Some([a, trial]);
            }
            if trial.value > self.ceiling {
                return self.bisect(a, trial);
            }
            a = trial;
            trial = self.at(trial.step * constant(5.0))?;
        }
    }

    /// Bisection until φ' ≥ 0 at the right end (U3).
    fn bisect(&mut self, mut a: Trial<T>, mut b: Trial<T>) -> Option<[Trial<T>; 2]> {
        loop {
            let d = self.at(constant::<T>(0.5) * (a.step + b.step))?;
            if d.slope >= nalgebra::zero() {
                return Some([a, d]);
            }
            if d.value <= self.ceiling {
                a = d;
            } else {
                b = d;
            }
        }
    }

    /// The interval with a trial taken in (U0 to U3).
    fn update(&mut self, [a, b]: [Trial<T>; 2], step: T) -> Option<[Trial<T>; 2]> {
        // NaN of a secant too
        if !(step > a.step && step < b.step) {
            return Some([a, b]);
        }
        let c = self.at(step)?;
        if c.slope >= nalgebra::zero() {
            Some([a, c])
        } else if c.value <= self.ceiling {
            Some([c, b])
        } else {
            self.bisect(a, c)
        }
    }

    /// The double secant step (S1 to S4).
    fn secant2(&mut self, [a, b]: [Trial<T>; 2]) -> Option<[Trial<T>; 2]> {
        let c = secant(a, b);
        let [low, high] = self.update([a, b], c)?;
        let again = if c == high.step {
            secant(b, high)
        } else if c == low.step {
            secant(a, low)
        } else {
            return Some([low, high]);
        };
        self.update([low, high], again)
    }

    /// L1 to L3, until a trial ends it.
    fn shrink(&mut self, mut interval: [Trial<T>; 2]) -> Option<std::convert::Infallible> {
        loop {
            let [a, b] = interval;
            let trials = self.trials;
            interval = self.secant2(interval)?;
            let [low, high] = interval;
            if high.step - low.step > constant::<T>(0.66) * (b.step - a.step) {
                interval = self.update(interval, constant::<T>(0.5) * (low.step + high.step))?;
            }
            // without a trial the next round would be the same: no step lies between two that are subnormal, or too large to add
            let width = interval[1].step - interval[0].step;
            if width <= T::default_epsilon() * interval[1].step || self.trials == trials {
                return None;
            }
        }
    }
}

fn secant<T: RealField + Copy>(a: Trial<T>, b: Trial<T>) -> T {
    (a.step * b.slope - b.step * a.slope) / (b.slope - a.slope)
}

fn hager_zhang<T: Entry + RealField, P: Objective<T> + ?Sized>(
    line: &mut Line<'_, T, P>,
    first: T,
) -> Option<Point<T>> {
    let point = line.first_finite(first)?;
    let ceiling = line.start.value + constant::<T>(1e-6) * nalgebra::ComplexField::abs(line.start.value);
    let mut search = HagerZhang { line, ceiling, found: None, lowest: None, trials: 0 };
    let trial = Trial { step: point.step, value: point.value, slope: point.slope };
    if search.accepts(&trial) {
        return Some(point);
    }
    search.keep(point);
    if let Some(interval) = search.bracket(trial) {
        let _: Option<std::convert::Infallible> = search.shrink(interval);
    }
    search.found.or(search.lowest)
}
