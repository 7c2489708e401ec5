//! What runs must do whatever the problem.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use autodiff::function;
use optimizers::nalgebra::DVector;
use optimizers::*;
use proptest::prelude::*;

function! {
    fn physics([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1 * x1 * x1] }
    fn inverse([y0, y1]) -> [2] { let x1 = y1.cbrt(); [(y0 - x1) * 0.5, x1] }
    fn loss([y0, y1]) { (y0 - 1.0).powi(2) * 3.0 + (y1 + 2.0).powi(2) }
    fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + x0 * x1 + (x1 + 2.0).powi(2) * 2.0 }
}

#[test]
fn a_run_is_an_iterator_of_points() {
    let (problem, method) = (Loss::new(bowl), GradientDescent::new(0.1).unwrap());
    let run = || Run::new(&problem, &method, &[3.0, 3.0]).unwrap();
    let first_below = run().find(|iterate| iterate.loss < 1.0).unwrap();
    let report = run().iterations(first_below.iteration).finish();
    assert_eq!(report.trajectory.last().unwrap().x, first_below.x);
    assert_eq!(report.trajectory.len(), first_below.iteration + 1);
    let n = report.trajectory.len();
    assert_eq!(report.evaluations, Evaluations { value: n, gradient: n, hessian: 0 });
    assert_eq!(report.best, Some(n - 1));
    // the updates are the gradients at the points before
    for pair in report.trajectory.windows(2) {
        assert_eq!(pair[1].update, pair[0].gradient);
    }
}

/// Σ rᵢ² by its residuals has the derivatives of the same sum written as a loss, whatever stood where the gradient goes.
#[test]
fn a_sum_of_squares_has_the_derivatives_of_its_sum() {
    function! {
        fn residuals([x0, x1]) -> [3] { [x0 * x1 - 1.0, x1.exp() - x0, x0.sin() * 3.0] }
        fn sum([x0, x1]) { (x0 * x1 - 1.0).powi(2) + (x1.exp() - x0).powi(2) + (x0.sin() * 3.0).powi(2) }
    }
    let (by_residuals, by_sum) = (SumOfSquares::new(Physics::<_, 2, 3>::new(residuals)), Loss::new(sum));
    for x in [[0.3, -0.7], [2.0, 0.5], [0.0, 0.0]] {
        let x = nalgebra::DVector::from_column_slice(&x);
        let (value, gradient, hessian) = by_residuals.value_gradient_hessian(&x);
        let (other, g, h) = by_sum.value_gradient_hessian(&x);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-14 * (1.0 + b.abs());
        assert!(near(value, other) && gradient.iter().zip(&g).all(|(a, b)| near(*a, *b)), "{gradient} {g}");
        assert!(hessian.iter().zip(&h).all(|(a, b)| near(*a, *b)), "{hessian} {h}");
        let mut place = nalgebra::DVector::from_element(5, 1.0);
        assert_eq!((by_sum.value_and_gradient_into(&x, &mut place), &place), (other, &g));
    }
}

#[test]
fn newton_solves_a_quadratic_in_one_step() {
    let report = Run::new(&Loss::new(bowl), &Newton::new(1.0).unwrap(), &[7.0, -9.0]).unwrap().iterations(1).finish();
    let (_, gradient) = Loss::new(bowl).value_and_gradient(&report.trajectory[1].x);
    assert!(gradient.norm() < 1e-12, "{gradient}");
    assert_eq!(report.evaluations, Evaluations { value: 2, gradient: 2, hessian: 2 });
    assert_eq!(report.trajectory[1].gradient, Some(gradient));
    // whether it goes down is told in whatever units, also where gᵢ H⁻¹gᵢ underflows
    function! { fn parabola([x]) { x * x * 0.5 } }
    for start in [1e-200, 1e150, 3.0] {
        let report =
            Run::new(&Loss::new(parabola), &Newton::new(0.5).unwrap(), &[start]).unwrap().iterations(3).finish();
        assert!(report.warnings.is_empty() && report.trajectory.len() == 4, "{start}: {:?}", report.warnings);
    }
}

proptest! {
    /// With an exact inverse, y_k = y* + (1 − η)^k (y_0 − y*), where y* minimizes the quadratic loss.
    #[test]
    fn the_inverse_simulator_shrinks_the_distance_in_y_evenly(
        a in -3.0f64..3.0, b in -3.0f64..3.0, step in 0.05f64..1.5,
    ) {
        let problem = Composite::new(physics, loss);
        let method = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
        let report = Run::new(&problem, &method, &[a, b]).unwrap().iterations(6).finish();
        prop_assert_eq!(report.status, Status::MaxIterations);
        let start = report.trajectory[0].y.clone().unwrap();
        for iterate in &report.trajectory {
            let y = iterate.y.as_ref().unwrap();
            for (i, minimum) in [1.0, -2.0].into_iter().enumerate() {
                let expected = minimum + (1.0 - step).powi(iterate.iteration as i32) * (start[i] - minimum);
                prop_assert!((y[i] - expected).abs() <= 1e-12 * (1.0 + start[i].abs()), "{} {}", y[i], expected);
            }
        }
    }

    /// The numeric inverse follows the analytic one as far as its tolerance goes.
    #[test]
    fn a_numeric_inverse_follows_the_analytic_one(a in 0.5f64..3.0, b in 1.5f64..3.0) {
        let problem = Composite::new(physics, loss);
        let analytic = InverseSimulator::new(0.1, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
        let numeric = InverseSimulator::new(0.1, NumericInverse::new()).unwrap();
        let run = |report: optimizers::Report<f64>| report.trajectory.last().unwrap().x.clone();
        let exact = run(Run::new(&problem, &analytic, &[a, b]).unwrap().iterations(3).finish());
        let searched = run(Run::new(&problem, &numeric, &[a, b]).unwrap().iterations(3).finish());
        prop_assert!((exact - searched).norm() < 1e-4);
    }
}

#[test]
fn the_mixed_simulator_stays_single_in_y() {
    let problem = Composite::new(physics, loss);
    let method = MixedInverseSimulator::new(0.3, NumericInverse::new()).unwrap();
    let report = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(3).finish();
    for iterate in &report.trajectory[1..] {
        let single = |v: &f64| f64::from(*v as f32) == *v;
        assert!(
            iterate.y.as_ref().unwrap().iter().all(single) && iterate.y_target.as_ref().unwrap().iter().all(single)
        );
        assert!(iterate.x.iter().any(|x| !single(x)), "the search is in double precision");
    }
}

/// L of one variable, and where it was evaluated: value, and slope where it was asked for.
struct Traced<F> {
    function: F,
    seen: RefCell<Vec<(f64, f64, Option<f64>)>>,
}

impl<F: Fn(f64) -> (f64, f64)> Traced<F> {
    fn new(function: F) -> Self {
        Traced { function, seen: RefCell::default() }
    }
    /// The points of the trials behind the start.
    fn trials(&self) -> Vec<f64> {
        self.seen.borrow()[1..].iter().map(|&(x, ..)| x).collect()
    }
}

impl<F: Fn(f64) -> (f64, f64)> Objective<f64> for Traced<F> {
    fn dimension(&self) -> usize {
        1
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        let (value, _) = (self.function)(x[0]);
        self.seen.borrow_mut().push((x[0], value, None));
        value
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        let (value, slope) = (self.function)(x[0]);
        self.seen.borrow_mut().push((x[0], value, Some(slope)));
        (value, DVector::from_element(1, slope))
    }
}

/// d = −f g.
#[derive(Clone, Copy)]
struct Along {
    factor: f64,
    scaled: bool,
}

impl<P: ?Sized> Direction<f64, P> for Along {
    type Memory = ();
    fn start(&self, _: &P, _: &DVector<f64>, _: &mut Evaluations) -> Result<(), Failure> {
        Ok(())
    }
    fn direction(&self, (): &(), gradient: &DVector<f64>) -> DVector<f64> {
        gradient * -self.factor
    }
    fn learn(&self, _: &P, (): (), _: &Step<'_, f64>, _: &mut Evaluations) -> Result<(), Failure> {
        Ok(())
    }
    fn forget(&self, (): &()) -> Option<()> {
        None
    }
    fn is_scaled(&self, (): &()) -> bool {
        self.scaled
    }
    fn step_rule(&self) -> StepRule {
        StepRule::Backtracking
    }
}

const FREE: Along = Along { factor: 1.0, scaled: false };
const NATURAL: Along = Along { factor: 1.0, scaled: true };
const WOLFE: StepRule = StepRule::MoreThuente { curvature: 0.4 };

/// A run along a line; its evaluations are those that were made, whether it ended well or not.
fn goes<F: Fn(f64) -> (f64, f64)>(
    problem: &Traced<F>,
    along: Along,
    rule: StepRule,
    start: f64,
    steps: usize,
) -> Report<f64> {
    let method = Descent::new(along).step_rule(rule).gtol(0.0).unwrap();
    let report = Run::new(problem, &method, &[start]).unwrap().iterations(steps).finish();
    let seen = problem.seen.borrow();
    let gradients = seen.iter().filter(|(.., slope)| slope.is_some()).count();
    assert_eq!(report.evaluations, Evaluations { value: seen.len(), gradient: gradients, hessian: 0 });
    report
}

#[test]
fn searches_try_the_steps_of_their_formulas() {
    // Hager, Zhang: I0 at 0 is |L| / |g|² d, or d where L is 0 too; elsewhere a hundredth of |x|
    let first = |start: f64, value: f64| {
        let problem = Traced::new(|x| (value - 2.0 * (x - start), -2.0));
        goes(&problem, FREE, StepRule::HagerZhang, start, 1);
        problem.trials()[0]
    };
    assert_eq!((first(0.0, 3.0), first(0.0, 0.0), first(-8.0, 3.0)), (1.5, 2.0, -8.0 + 0.08));
    // where L bends down along the line the last step is doubled: at x = 0 with g = −1, α = 4 before it
    let problem = Traced::new(|x| {
        if x < 3.0 {
            (4.0 - x, -1.0)
        } else if x < 5.0 {
            (0.0, -0.5)
        } else {
            (-9.0, 0.0)
        }
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 2);
    assert_eq!(problem.trials(), [4.0, 6.0, 8.0]); // the parabola's value at α = 4, then α = 8 along d = ½
    // U3 halves where a trial goes up though its slope is negative
    let problem = Traced::new(|x| match x {
        2.0 => (5.0, -1.0),
        1.0 => (0.5, 0.0),
        _ => (2.0, -1.0),
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!(problem.trials(), [2.0, 1.0]);
    // the secant of a flat end is that end: it is not tried again
    let problem = Traced::new(|x| match x {
        2.0 => (5.0, 0.0),
        1.0 => (0.5, 0.0),
        _ => (2.0, -1.0),
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!(problem.trials(), [2.0, 1.0]);
    // the approximate conditions: L higher by 10⁻⁶ |L| at most, and a slope of at most 0.8 |φ'(0)|
    for (value, slope, first) in [(2.0 + 1e-6, 0.5, true), (2.0 + 3e-6, 0.5, false), (2.0 + 1e-6, 0.9, false)] {
        let problem =
            Traced::new(|x| if x == 2.0 { (value, slope) } else { (2.0 - x, if x == 0.0 { -1.0 } else { 0.0 }) });
        goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
        assert_eq!(problem.trials().len() == 1, first, "{value} {slope}");
    }
    // a parabola without bend, and one whose minimizer underflows, double the last step
    let problem = Traced::new(|x| match x {
        0.0 => (2.0, -1.0),
        2.0 => (0.0, -0.5),
        3.0 => (-0.5, -0.5),
        _ => (-9.0, 0.0),
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 2);
    assert_eq!(problem.trials(), [2.0, 3.0, 4.0]); // the parabola's value at α = 2, then α = 4 along d = ½
    let problem = Traced::new(|x| match x {
        0.0 => (1e-170, -1.0),
        1e-170 => (0.0, -0.25),
        _ => (5.0, 0.0),
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 2);
    let [first, value, trial] = problem.trials()[..3] else { panic!() };
    assert!([first, value] == [1e-170, 1.25e-170] && (trial / 1.5e-170 - 1.0).abs() < 1e-15, "{trial:e}");
    // at the ceiling a trial with a negative slope is not too high: five times as far is tried
    let problem = Traced::new(|x| match x {
        0.0 => (0.0, -1.0),
        5.0 => (-10.0, 0.0),
        _ => (0.0, -2.0),
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!(problem.trials(), [1.0, 5.0]);
    // a secant that is an end is no trial; an interval that has not shrunk to 0.66 of its width is halved
    let problem = Traced::new(|x| match x {
        0.0 => (0.0, -1.0),
        1.0 => (0.0, -2.0),
        2.0 => (-10.0, 0.0),
        _ => (5.0, 1e300),
    });
    goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!(problem.trials(), [1.0, 5.0, 3.0, 2.0]);
    // but one of exactly 0.66 is not
    let problem = Traced::new(|x| match x {
        0.0 => (0.0, -0.66),
        1.0 => (5.0, 0.34),
        0.66 => (5.0, 0.5),
        _ => (-10.0, 0.0),
    });
    goes(&problem, Along { factor: 1.0 / 0.66, ..NATURAL }, StepRule::HagerZhang, 0.0, 1);
    assert_eq!(problem.trials(), [1.0, 0.66, 0.66 * 0.66 / (0.66 + 0.5)]);
    // Moré, Thuente: beyond a wall, the longest step is nine times the first that is finite
    let problem = Traced::new(|x| if x > 0.95 { (f64::INFINITY, -1.0) } else { (-x, -1.0) });
    let report = goes(&problem, NATURAL, WOLFE, 0.0, 1);
    assert!((report.trajectory[1].x[0] - 0.9).abs() < 1e-15, "{:?}", problem.trials());
    // backtracking halves
    let problem = Traced::new(|x: f64| (x * x * 4.0, x * 8.0));
    goes(&problem, NATURAL, StepRule::Backtracking, 1.0, 1);
    assert_eq!(problem.trials(), [-7.0, -3.0, -1.0, 0.0, 0.0]);
}

/// The first trial that satisfies Wolfe's conditions or the approximate ones is the step, at any size of L.
#[test]
fn hager_zhang_takes_the_first_step_that_satisfies_its_conditions() {
    for size in [1e-3, 1.0, 1e6] {
        for k in 0..60 {
            let (a, b) = (0.1 + 0.3 * f64::from(k % 10), 0.4 * f64::from(k / 10));
            let problem = Traced::new(|x: f64| {
                let value = (x - 1.0).powi(2) * a + (x * 3.0).sin() * b + 1.0 + x.powi(4) * 0.01;
                (value * size, ((x - 1.0) * 2.0 * a + (x * 3.0).cos() * 3.0 * b + x.powi(3) * 0.04) * size)
            });
            let along = Along { factor: 4.0 / size, scaled: true };
            let report = goes(&problem, along, StepRule::HagerZhang, -2.0, 1);
            let seen = problem.seen.borrow();
            let (x0, value0, g0) = (seen[0].0, seen[0].1, seen[0].2.unwrap());
            let d = -along.factor * g0;
            let slope0 = d * g0;
            let accepts = |&(x, value, slope): &(f64, f64, Option<f64>)| {
                let (step, slope) = ((x - x0) / d, slope.unwrap() * d);
                let wolfe = value - value0 <= 0.1 * step * slope0;
                let approximate = value <= value0 + 1e-6 * value0.abs() && slope <= -0.8 * slope0;
                slope >= 0.9 * slope0 && (wolfe || approximate)
            };
            let first = seen[1..].iter().position(accepts).unwrap();
            assert_eq!(first, seen.len() - 2, "{size} {a} {b}");
            assert_eq!(report.trajectory[1].x[0], seen[first + 1].0);
        }
    }
}

/// A search makes no more than its trials, and of the lowest that decrease enough the first is the step.
#[test]
fn searches_without_end_give_up() {
    let problem = Traced::new(|x: f64| (-x * x, -x * 2.0));
    goes(&problem, FREE, StepRule::HagerZhang, 1.0, 1);
    assert_eq!(problem.trials().len(), 61);
    let problem = Traced::new(|x| if x == 0.0 { (0.0, -1.0) } else { (-1.0, -2.0) });
    let report = goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!((problem.trials().len(), report.trajectory[1].x[0]), (61, 1.0));
}

/// A bracket of less than its tolerance, ε of its end or 4 ε, is not searched, and one that is wider is.
#[test]
fn searches_end_at_the_width_of_rounding() {
    // just below 2 an interval of ε · 2 has a number between its ends still
    let problem = Traced::new(|x| match x {
        0.0 => (0.0, -1.0),
        2.0 => (5.0, 1e300),
        _ => (0.0, -2.0),
    });
    goes(&problem, Along { factor: 2.0, ..NATURAL }, StepRule::HagerZhang, 0.0, 1);
    let trials = problem.trials();
    assert_eq!((trials[0], trials[trials.len() - 1]), (2.0, 2.0 - 2.0 * f64::EPSILON));
    let problem = Traced::new(|x: f64| ((x - 1.3).abs(), (x - 1.3).signum()));
    goes(&problem, NATURAL, WOLFE, 0.0, 1);
    let trials = problem.trials();
    let gap = |trials: &[f64]| {
        let below = trials.iter().filter(|&&x| x < 1.3).fold(0.0, |a: f64, &b| a.max(b));
        trials.iter().filter(|&&x| x >= 1.3).fold(f64::INFINITY, |a, &b| a.min(b)) - below
    };
    let wide = 4.0 * f64::EPSILON * 1.3;
    assert!(gap(&trials) <= wide, "{}", gap(&trials));
    // the last trial is the best once more
    assert!(gap(&trials[..trials.len() - 2]) > wide, "{}", gap(&trials[..trials.len() - 2]));
}

/// A round that makes no trial is the last: the interval is wider than its tolerance, but no step between its ends can be formed.
#[test]
fn searches_end_where_no_step_lies_between() {
    // at x = 0 the first step along d = 1 is |L| / |g|² = L: between 0 and the smallest number there is none
    let least = f64::from_bits(1);
    let problem = Traced::new(|x| if x == 0.0 { (least, -1.0) } else { (1.0, 1.0) });
    let report = goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!(report.status, Status::Failed(Failure::LineSearch { iteration: 1 }));
    assert_eq!(problem.trials(), [least]);
    // secant and middle of steps whose sum overflows are infinite; the lower end is the step
    let large = 3.2e307;
    let problem = Traced::new(|x| match x {
        0.0 => (large, -1.0),
        x if x == large => (0.0, -2.0),
        _ => (f64::MAX, 1.0),
    });
    let report = goes(&problem, FREE, StepRule::HagerZhang, 0.0, 1);
    assert_eq!((problem.trials(), report.trajectory[1].x[0]), (vec![large, 5.0 * large], large));
}

/// A search ends where its interval has no room, whatever the unit of x.
#[test]
fn searches_shrink_alike_in_any_unit() {
    let trials = |unit: f64| {
        // L falls as far as 1.3, and jumps up there: no step satisfies the conditions
        let problem = Traced::new(|x: f64| if x / unit < 1.3 { (-x / unit, -1.0 / unit) } else { (1.0, 1.0 / unit) });
        let report = goes(&problem, FREE, StepRule::HagerZhang, unit, 1);
        assert!((report.trajectory[1].x[0] / unit - 1.3).abs() < 1e-12);
        problem.trials().len()
    };
    for unit in [2f64.powi(-60), 2f64.powi(40)] {
        assert_eq!(trials(unit), trials(1.0));
    }
}

#[test]
fn a_descent_that_ends_says_why() {
    let status = |function: fn(f64) -> (f64, f64), along: Along, rule: StepRule, start: f64| {
        goes(&Traced::new(function), along, rule, start, 1).status
    };
    let rules = [StepRule::Backtracking, WOLFE, StepRule::HagerZhang];
    // L goes up, whatever the gradient says; there is a wall too
    for wall in [0.5, f64::INFINITY] {
        let problem = Traced::new(|x: f64| (if x > wall { f64::INFINITY } else { x.abs() }, -4.0));
        for rule in [StepRule::Backtracking, WOLFE] {
            problem.seen.borrow_mut().clear();
            let status = goes(&problem, FREE, rule, 0.0, 1).status;
            assert_eq!(status, Status::Failed(Failure::LineSearch { iteration: 1 }), "{rule:?} {wall}");
        }
    }
    for rule in rules {
        for along in [FREE, NATURAL] {
            let with = |factor| Along { factor, ..along };
            let expected = Status::Failed(Failure::NotDescent { iteration: 1 });
            // uphill, nowhere, and uphill by less than a rounding of x
            for factor in [-1.0, 0.0, -1e-30] {
                assert_eq!(status(|x| (x * x, x * 2.0), with(factor), rule, 1.0), expected);
            }
            let expected = Status::NotFinite { quantity: "direction", iteration: 1 };
            assert_eq!(status(|x| (x * x, x * 2.0), with(f64::NAN), rule, 1.0), expected);
        }
    }
    // a natural step of less than a rounding of x: between 1 and the next number is twice the room there is below
    let short = Along { factor: 0.6e-16, ..NATURAL };
    let natural = status(|x| (-x, -1.0), short, StepRule::Backtracking, 1.0);
    let reason = "the natural step does not change x";
    assert_eq!(natural, Status::Failed(Failure::NoProgress { reason, iteration: 1 }));
    // one that is not natural might be longer
    let short = Along { factor: 1e-30, ..FREE };
    let free = status(|x| (-x, -1.0), short, StepRule::Backtracking, 1.0);
    assert_eq!(free, Status::Failed(Failure::LineSearch { iteration: 1 }));
}

/// Where rounding hides what L gains, a step is taken if the gradient more than halves.
#[test]
fn steps_at_the_precision_of_a_loss() {
    let hidden = |slope: f64| {
        let problem = Traced::new(move |x: f64| (1e16, slope * x));
        goes(&problem, FREE, StepRule::Backtracking, 0.125, 2)
    };
    let report = hidden(0.75);
    assert_eq!(report.trajectory.iter().map(|now| now.x[0]).collect::<Vec<_>>(), [0.125, 0.03125, 0.0078125]);
    let report = hidden(0.5);
    assert!(matches!(report.status, Status::Failed(Failure::NoProgress { .. })), "{}", report.status);
    assert_eq!(report.trajectory.len(), 1);
    // a gain of one rounding of L is none
    let gains = |gain: f64| {
        let problem = Traced::new(move |x: f64| if x > 0.5 { (1.0 + gain, 0.6) } else { (1.0, 0.5) });
        goes(&problem, NATURAL, StepRule::HagerZhang, 1.0, 1).trajectory.len()
    };
    assert_eq!([gains(f64::EPSILON), gains(2.0 * f64::EPSILON)], [1, 2]);
}

/// The sum with the last direction is taken where it leads downhill by a hundredth of |g|².
#[test]
fn conjugate_directions_lead_downhill() {
    let direction = |past: [f64; 2]| {
        let (method, past) = (ConjugateGradient::polak_ribiere(), DVector::from_row_slice(&past));
        let gradient = DVector::from_vec(vec![1.0, 0.0]);
        let d = Direction::<f64, Composite<physics, loss, 2, 2>>::direction(&method, &Some(past), &gradient);
        [d[0], d[1]]
    };
    for (past, expected) in [
        ([0.5, 3.0], [-0.5, 3.0]),
        ([0.98, 3.0], [0.98 - 1.0, 3.0]),
        ([0.995, 3.0], [-1.0, -0.0]),
        ([1.0, 3.0], [-1.0, -0.0]),
        ([1.005, 3.0], [-1.0, -0.0]),
    ] {
        assert_eq!(direction(past), expected);
    }
}

/// One Hessian at each point that a damped Newton run reaches, but at the last one, where it has arrived.
#[test]
fn a_damped_newton_run_counts_its_hessians() {
    function! { fn valley([x0, x1]) { (x1 - x0 * x0).powi(2) * 100.0 + (-x0 + 1.0).powi(2) } }
    let problem = Loss::new(valley);
    let report = Run::new(&problem, &Descent::new(DampedNewton), &[-1.2, 1.0]).unwrap().iterations(100).finish();
    assert!(matches!(report.status, Status::Converged(_)));
    assert_eq!(report.evaluations.hessian, report.trajectory.len() - 1);
}

/// A chain of one stage is that stage, to a method that steps in the parameters of the first of several too.
#[test]
fn a_chain_of_one_stage_is_the_stage() {
    let method = ScaleInvariant::new(0.5, LinearizedInverse, GradientDescent::new(0.5).unwrap()).unwrap();
    let points = |problem: &dyn Staged<f64>| -> Vec<_> {
        let report = Run::new(problem, &method, &[1.5, 1.25]).unwrap().iterations(4).finish();
        report.trajectory.into_iter().map(|now| now.x).collect()
    };
    let process = Physics::<_, 2, 2>::new(physics);
    let chain = Pipeline::new::<f64>(Chain::new(process), Loss::new(loss)).unwrap();
    let alone = points(&Pipeline::new::<f64>(process, Loss::new(loss)).unwrap());
    assert_eq!(alone.len(), 5);
    assert_eq!(points(&chain), alone);
}

#[test]
fn a_descent_tells_each_step() {
    let problem = Composite::new(physics, loss);
    let method = Descent::new(FREE);
    let report = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(4).finish();
    assert_eq!(report.trajectory.len(), 5);
    for pair in report.trajectory.windows(2) {
        let (before, now) = (&pair[0], &pair[1]);
        assert!((&before.x - &now.x - now.update.as_ref().unwrap()).amax() < 1e-14);
        assert_eq!(now.y, problem.observe(&now.x));
    }
    // the step that arrives says so itself
    let well = Traced::new(|x: f64| (x * x * 0.5, x));
    let method = Descent::new(NATURAL);
    let start = method.init(&well, vec![2.0].into()).unwrap();
    let next = method.step(&well, &start).unwrap();
    assert_eq!((next.iterate.x[0], start.converged.is_some(), next.converged.is_some()), (0.0, false, true));
    assert!(method.init(&well, vec![0.0].into()).unwrap().converged.is_some());
}

/// A sum of squares that shows a y.
struct Shown<M>(SumOfSquares<M>);

impl<M: Map<f64>> Objective<f64> for Shown<M> {
    fn dimension(&self) -> usize {
        self.0.dimension()
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        self.0.value(x)
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        self.0.value_and_gradient(x)
    }
    fn observe(&self, x: &DVector<f64>) -> Option<DVector<f64>> {
        Some(x * 2.0)
    }
}

impl<M: Map<f64>> LeastSquares<f64> for Shown<M> {
    fn residuals(&self) -> &dyn Map<f64> {
        self.0.residuals()
    }
}

/// What is told of each step, beside the normal equations JᵀJ p = Jᵀr.
#[test]
fn methods_of_residuals_tell_each_step() {
    function! { fn growth([x0, x1]) -> [3] { [x0 * x1.exp() - 1.0, x0 * (x1 * 2.0).exp() - 2.0, x0 + x1] } }
    let problem = Shown(SumOfSquares::new(Physics::<_, 2, 3>::new(growth)));
    let told = |iterate: &Iterate<f64>| {
        assert_eq!(iterate.y, Some(&iterate.x * 2.0));
        let (value, gradient) = problem.value_and_gradient(&iterate.x);
        assert_eq!((iterate.loss, iterate.gradient.as_ref()), (value, Some(&gradient)));
    };
    let newton = GaussNewton::new(0.5).unwrap();
    let report = Run::new(&problem, &newton, &[1.0, 0.5]).unwrap().iterations(4).finish();
    assert_eq!(report.trajectory.len(), 5);
    for (k, now) in report.trajectory.iter().enumerate() {
        told(now);
        assert_eq!(now.evaluations, Evaluations { value: k + 1, gradient: k + 1, hessian: 0 });
        let Some(next) = report.trajectory.get(k + 1) else { continue };
        let (r, jacobian) = problem.residuals().value_and_jacobian(&now.x);
        let p = next.update.as_ref().unwrap();
        assert!((jacobian.transpose() * (&jacobian * p - r)).amax() < 1e-13);
        assert_eq!(next.x, now.x.zip_map(p, |x, p| x - 0.5 * p));
    }
    let report = Run::new(&problem, &LevenbergMarquardt::new(), &[1.0, 0.5]).unwrap().iterations(4).finish();
    report.trajectory.iter().for_each(told);

    // without tolerances rounding ends it, and that is no convergence
    let none = LevenbergMarquardt::new().ftol(0.0).unwrap().xtol(0.0).unwrap().gtol(0.0).unwrap();
    let status = Run::new(&problem, &none, &[1.0, 0.5]).unwrap().iterations(200).finish().status;
    assert!(matches!(status, Status::Failed(Failure::NoProgress { .. })), "{status}");

    // a run that had ended without its Jacobian, and is to go on by another test, which holds there
    let coarse = LevenbergMarquardt::new().ftol(1.0).unwrap();
    let mut run = Run::new(&problem, &coarse, &[1.0, 0.5]).unwrap();
    run.by_ref().for_each(drop);
    let state = run.state().unwrap();
    let next = LevenbergMarquardt::new().gtol(2.0).unwrap().step(&problem, state).unwrap();
    assert_eq!((next.iterate.iteration, next.converged.is_some()), (state.iterate.iteration, true));
    assert_eq!(next.iterate.evaluations.gradient, state.iterate.evaluations.gradient + 1);
}

/// Where no trial is finite, however short, that is why the run ends.
#[test]
fn residuals_that_are_finite_at_the_start_alone_end_the_run() {
    struct Alone(Rc<Cell<usize>>);
    impl Map<f64> for Alone {
        fn inputs(&self) -> usize {
            1
        }
        fn outputs(&self) -> usize {
            1
        }
        fn value(&self, x: &DVector<f64>) -> DVector<f64> {
            self.0.set(self.0.get() + 1);
            x.map(|x| if x == 3.0 { x } else { f64::NAN })
        }
        fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, nalgebra::DMatrix<f64>) {
            (x.clone(), nalgebra::DMatrix::identity(1, 1))
        }
    }
    let calls = Rc::new(Cell::new(0));
    let problem = SumOfSquares::new(Alone(calls.clone()));
    let report = Run::new(&problem, &LevenbergMarquardt::new(), &[3.0]).unwrap().iterations(9).finish();
    assert_eq!(report.status, Status::NotFinite { quantity: "loss", iteration: 1 });
    assert_eq!(report.trajectory.last().unwrap().x[0], 3.0);
    let Evaluations { value, gradient, .. } = report.evaluations;
    assert!((value, gradient) == (calls.get(), 1) && value > 5, "{value} {gradient}");
}
