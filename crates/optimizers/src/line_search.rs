//! The line search of Moré and Thuente, "Line search algorithms with guaranteed sufficient decrease" (ACM TOMS 20, 1994).

use nalgebra::{RealField, convert};

/// φ(α) = f(x + α d) at a step α: the value and the slope φ'(α) = g·d.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trial<T> {
    pub(crate) step: T,
    pub(crate) value: T,
    pub(crate) slope: T,
}

/// The tolerances and the range of steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conditions<T> {
    /// μ of the sufficient decrease φ(α) ≤ φ(0) + μ α φ'(0).
    pub(crate) decrease: T,
    /// η of the curvature condition |φ'(α)| ≤ η |φ'(0)|.
    pub(crate) curvature: T,
    /// The relative width of the bracket at which the search gives up improving.
    pub(crate) width: T,
    /// The smallest step.
    pub(crate) least: T,
    /// The largest step.
    pub(crate) most: T,
}

/// What to do after a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Next<T> {
    /// Evaluate at this step.
    Try(T),
    /// The last trial is the step: both conditions hold, or no better one can be found.
    Accept,
}

/// A search: an interval of uncertainty with the best step so far at one end (Section 2 of the paper).
#[derive(Clone, Debug)]
pub(crate) struct MoreThuente<T> {
    conditions: Conditions<T>,
    start: Trial<T>,
    best: Trial<T>,
    other: Trial<T>,
    bracketed: bool,
    /// Whether the auxiliary function ψ(α) = φ(α) − φ(0) − μ α φ'(0) still leads (first stage).
    auxiliary: bool,
    low: T,
    high: T,
    /// The width of the interval one and two trials ago.
    widths: [T; 2],
}

impl<T: RealField + Copy> MoreThuente<T> {
    /// A search from step 0, whose first trial will be at `first`.
    pub(crate) fn new(conditions: Conditions<T>, value: T, slope: T, first: T) -> Self {
        let start = Trial { step: T::zero(), value, slope };
        let width = conditions.most - conditions.least;
        MoreThuente {
            conditions,
            start,
            best: start,
            other: start,
            bracketed: false,
            auxiliary: true,
            low: T::zero(),
            high: first + convert::<f64, T>(4.0) * first,
            widths: [width, width * convert(2.0)],
        }
    }

    /// Takes a trial into account.
    pub(crate) fn advance(&mut self, trial: Trial<T>) -> Next<T> {
        let Conditions { decrease, curvature, width, least, most } = self.conditions;
        let slope_test = decrease * self.start.slope;
        let value_test = self.start.value + trial.step * slope_test;
        if self.auxiliary && trial.value <= value_test && trial.slope >= T::zero() {
            self.auxiliary = false;
        }
        let decreased = trial.value <= value_test;
        let stuck = self.bracketed && self.out_of_room(trial.step, width);
        let at_most = trial.step == most && decreased && trial.slope <= slope_test;
        let at_least = trial.step == least && (!decreased || trial.slope >= slope_test);
        let converged = decreased && trial.slope.abs() <= curvature * -self.start.slope;
        if stuck || at_most || at_least || converged {
            return Next::Accept;
        }

        let step = if self.auxiliary && trial.value <= self.best.value && !decreased {
            // the first stage looks at ψ, whose minimizer satisfies the decrease condition
            let tilted = |t: Trial<T>| Trial { value: t.value - t.step * slope_test, slope: t.slope - slope_test, ..t };
            let back = |t: Trial<T>| Trial { value: t.value + t.step * slope_test, slope: t.slope + slope_test, ..t };
            self.best = tilted(self.best);
            self.other = tilted(self.other);
            let step = self.shrink(tilted(trial));
            self.best = back(self.best);
            self.other = back(self.other);
            step
        } else {
            self.shrink(trial)
        };
        Next::Try(self.safeguard(step))
    }

    fn out_of_room(&self, step: T, width: T) -> bool {
        step <= self.low || step >= self.high || self.high - self.low <= width * self.high
    }

    /// Sees to it that the interval shrinks and the step stays in its range.
    fn safeguard(&mut self, mut step: T) -> T {
        let (best, other) = (self.best.step, self.other.step);
        if self.bracketed {
            // bisection if two trials have not shrunk the interval to 0.66 of what it was
            if (other - best).abs() >= convert::<f64, T>(0.66) * self.widths[1] {
                step = best + convert::<f64, T>(0.5) * (other - best);
            }
            self.widths = [(other - best).abs(), self.widths[0]];
            self.low = best.min(other);
            self.high = best.max(other);
        } else {
            self.low = step + convert::<f64, T>(1.1) * (step - best);
            self.high = step + convert::<f64, T>(4.0) * (step - best);
        }
        step = step.max(self.conditions.least).min(self.conditions.most);
        if self.bracketed && self.out_of_room(step, self.conditions.width) { best } else { step }
    }

    /// The next step from the interval and the trial, and the new interval (Section 4: trial value selection; Section 2: updating).
    fn shrink(&mut self, trial: Trial<T>) -> T {
        let (best, other) = (self.best, self.other);
        let ahead = trial.step > best.step;
        let opposite = trial.slope * (best.slope / best.slope.abs()) < T::zero();
        let quadratic = |slope: T| trial.step + (trial.slope / (trial.slope - slope)) * (best.step - trial.step);
        let step = if trial.value > best.value {
            // case 1: a higher value; the minimum is between
            let cubic = Cubic::new(best, trial).minimizer(best, trial, !ahead);
            let ratio = best.slope / ((best.value - trial.value) / (trial.step - best.step) + best.slope);
            let parabola = best.step + (ratio / convert(2.0)) * (trial.step - best.step);
            self.bracketed = true;
            if (cubic - best.step).abs() < (parabola - best.step).abs() {
                cubic
            } else {
                cubic + (parabola - cubic) / convert(2.0)
            }
        } else if opposite {
            // case 2: a lower value and slopes of opposite sign; the minimum is between
            let cubic = Cubic::new(best, trial).minimizer(trial, best, ahead);
            let secant = quadratic(best.slope);
            self.bracketed = true;
            if (cubic - trial.step).abs() > (secant - trial.step).abs() { cubic } else { secant }
        } else if trial.slope.abs() < best.slope.abs() {
            // case 3: a lower value, slopes of one sign, and the slope falls; the cubic may have no minimum ahead
            let cubic = self.cubic_beyond(trial, ahead);
            let secant = quadratic(best.slope);
            let cubic_is_nearer = (cubic - trial.step).abs() < (secant - trial.step).abs();
            if self.bracketed {
                let nearer = if cubic_is_nearer { cubic } else { secant };
                let edge = trial.step + convert::<f64, T>(0.66) * (other.step - trial.step);
                if ahead { edge.min(nearer) } else { edge.max(nearer) }
            } else {
                let farther = if (cubic - trial.step).abs() > (secant - trial.step).abs() { cubic } else { secant };
                farther.min(self.high).max(self.low)
            }
        } else if self.bracketed {
            // case 4: a lower value, slopes of one sign, and the slope does not fall
            Cubic::new(other, trial).minimizer(trial, other, trial.step > other.step)
        } else if ahead {
            self.high
        } else {
            self.low
        };

        if trial.value > best.value {
            self.other = trial;
        } else {
            if opposite {
                self.other = best;
            }
            self.best = trial;
        }
        step
    }

    /// The minimizer of the cubic beyond the trial in case 3; the end of the range if there is none.
    fn cubic_beyond(&self, trial: Trial<T>, ahead: bool) -> T {
        let best = self.best;
        let Cubic { theta, gamma } = Cubic::new(best, trial);
        let gamma = if ahead { -gamma } else { gamma };
        let p = (gamma - trial.slope) + theta;
        let q = (gamma + (best.slope - trial.slope)) + gamma;
        let r = p / q;
        if r < T::zero() && gamma != T::zero() {
            trial.step + r * (best.step - trial.step)
        } else if ahead {
            self.high
        } else {
            self.low
        }
    }
}

/// The cubic through an end of the interval and the trial, with their slopes, by its two numbers.
struct Cubic<T> {
    theta: T,
    gamma: T,
}

impl<T: RealField + Copy> Cubic<T> {
    fn new(end: Trial<T>, trial: Trial<T>) -> Self {
        let theta =
            convert::<f64, T>(3.0) * (end.value - trial.value) / (trial.step - end.step) + end.slope + trial.slope;
        let s = theta.abs().max(end.slope.abs()).max(trial.slope.abs());
        let square = (theta / s) * (theta / s) - (end.slope / s) * (trial.slope / s);
        Cubic { theta, gamma: s * square.max(T::zero()).sqrt() }
    }

    /// The minimizer, counted from one of the two points.
    fn minimizer(&self, from: Trial<T>, to: Trial<T>, negative: bool) -> T {
        let gamma = if negative { -self.gamma } else { self.gamma };
        let p = (gamma - from.slope) + self.theta;
        let q = ((gamma - from.slope) + gamma) + to.slope;
        from.step + p / q * (to.step - from.step)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::support::hexadecimals;

    /// Bit for bit, whatever the values and slopes (made by the script beside the file).
    #[test]
    fn searches_ask_for_the_steps_of_scipys() {
        let document: Value = serde_json::from_str(include_str!("../tests/scipy/searches.json")).unwrap();
        for (index, row) in document["searches"].as_array().unwrap().iter().enumerate() {
            let list = |name: &str| hexadecimals(&row[name]);
            let pair = |name: &str| <[f64; 2]>::try_from(list(name)).unwrap();
            let [decrease, curvature, width] = list("tolerances")[..] else { panic!("{row}") };
            let ([least, most], [value, slope]) = (pair("limits"), pair("start"));
            let conditions = Conditions { decrease, curvature, width, least, most };
            let steps = list("steps");
            let mut search = MoreThuente::new(conditions, value, slope, steps[0]);
            let trials = row["trials"].as_array().unwrap();
            for (k, (&step, trial)) in steps.iter().zip(trials).enumerate() {
                let [value, slope] = hexadecimals(trial)[..] else { panic!("{trial}") };
                let expected = steps.get(k + 1).map_or(Next::Accept, |&step| Next::Try(step));
                assert_eq!(search.advance(Trial { step, value, slope }), expected, "row {index}, trial {k}");
            }
        }
    }
}
