//! When runs stop, and what they keep.

use std::cell::RefCell;
use std::time::Duration;

use autodiff::function;
use optimizers::*;

function! {
    fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + x0 * x1 * 0.5 + (x1 + 2.0).powi(2) * 2.0 }
    fn cliff([x]) { x + x.recip() * 0.001 }
}

fn descend(stop: Stop<'_, f64>) -> Report<f64> {
    let method = GradientDescent::new(0.1).unwrap();
    Run::new(&Loss::new(bowl), &method, &[3.0, 3.0]).unwrap().iterations(1000).stop(stop).finish()
}

/// Each test holds at the last point and at none before.
#[test]
fn each_test_stops_where_it_first_holds() {
    let largest = |v: &nalgebra::DVector<f64>| v.amax();
    type Holds<'a> = Box<dyn Fn(&Iterate<f64>, Option<&Iterate<f64>>) -> bool + 'a>;
    let rows: [(Stop<'_, f64>, Test, Holds<'_>); 6] = [
        (Stop::iterations(7), Test::Iterations, Box::new(|now, _| now.iteration >= 7)),
        (
            Stop::gradient(1e-3).unwrap(),
            Test::Gradient,
            Box::new(|now, _| largest(now.gradient.as_ref().unwrap()) <= 1e-3),
        ),
        (
            Stop::step(1e-4).unwrap(),
            Test::Step,
            Box::new(|now, before| {
                before.is_some_and(|before| largest(&(&now.x - &before.x)) <= 1e-4 * largest(&now.x).max(1.0))
            }),
        ),
        (
            Stop::decrease(1e-6).unwrap(),
            Test::Decrease,
            Box::new(|now, before| {
                before.is_some_and(|b| (b.loss - now.loss).abs() <= 1e-6 * b.loss.abs().max(now.loss.abs()).max(1.0))
            }),
        ),
        (Stop::target(1.0).unwrap(), Test::Target, Box::new(|now, _| now.loss <= 1.0)),
        (Stop::when("left of 2", |now| now.x[0] < 2.0), Test::User("left of 2"), Box::new(|now, _| now.x[0] < 2.0)),
    ];
    for (stop, test, holds) in rows {
        let report = descend(stop);
        assert_eq!(report.status, Status::Stopped(test.clone()));
        let points = &report.trajectory;
        assert!(points.len() > 3 && points.len() < 500, "{test:?}: {}", points.len());
        for (k, point) in points.iter().enumerate() {
            let held = holds(point, k.checked_sub(1).map(|before| &points[before]));
            assert_eq!(held, k + 1 == points.len(), "{test:?} at {k}");
        }
    }
}

#[test]
fn tests_compose() {
    let alone = |stop: Stop<'_, f64>| descend(stop).trajectory.len();
    let (target, step) = (|| Stop::target(1.0).unwrap(), || Stop::step(1e-3).unwrap());
    let (a, b) = (alone(target()), alone(step()));
    assert!(a < b);
    let either = descend(step().or(target()));
    assert_eq!((either.trajectory.len(), either.status), (a, Status::Stopped(Test::Target)));
    let both = descend(target().and(step()));
    let expected = Test::Both(Box::new(Test::Target), Box::new(Test::Step));
    assert_eq!((both.trajectory.len(), &both.status), (b, &Status::Stopped(expected)));
    assert_eq!(both.status.to_string(), "the loss has reached its target, and the step is small enough");
    // two stops of one run are as one with or
    let method = GradientDescent::new(0.1).unwrap();
    let run = Run::new(&Loss::new(bowl), &method, &[3.0, 3.0]).unwrap().stop(step()).stop(target()).finish();
    assert_eq!(run.trajectory.len(), a);
    // no time at all
    let report = descend(Stop::time(Duration::ZERO));
    assert_eq!((report.trajectory.len(), report.status), (1, Status::Stopped(Test::Time)));
}

#[test]
fn tolerances_are_checked() {
    for value in [-1e-9, f64::NAN, f64::INFINITY] {
        for result in [Stop::<f64>::gradient(value), Stop::step(value), Stop::decrease(value)] {
            assert!(matches!(result, Err(Error::Negative { .. })));
        }
        assert!(matches!(Stop::<f64>::seconds(value), Err(Error::NotPositive { name: "seconds", .. })));
    }
    assert!(Stop::<f64>::seconds(1e300).is_ok());
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(Stop::target(value), Err(Error::NotFinite { name: "target", .. })));
    }
    assert!(matches!(Stop::target(-f32::INFINITY), Err(Error::NotFinite { .. })));
    assert!(Stop::target(-f64::MAX).is_ok());
}

#[test]
fn observers_see_every_point_and_the_best_is_kept() {
    let seen = RefCell::new(Vec::new());
    let (problem, method) = (Loss::new(cliff), GradientDescent::new(0.3_f64).unwrap());
    let run = || Run::new(&problem, &method, &[1.0]).unwrap().iterations(9);
    let report = run().observe(|iterate| seen.borrow_mut().push(iterate.loss.to_bits())).finish();
    assert_eq!(*seen.borrow(), report.trajectory.iter().map(|point| point.loss.to_bits()).collect::<Vec<_>>());
    let least =
        report.trajectory.iter().filter(|point| point.loss.is_finite()).min_by(|a, b| a.loss.total_cmp(&b.loss));
    let mut by_hand = run();
    assert!(by_hand.best().is_none());
    by_hand.by_ref().for_each(drop);
    let kept = by_hand.best().unwrap().clone();
    let (best, status) = run().minimize();
    assert_eq!((kept.iteration, &kept.x), (best.as_ref().unwrap().iteration, &best.as_ref().unwrap().x));
    let (best, least) = (best.unwrap(), least.unwrap());
    assert_eq!((best.iteration, best.loss, &best.x), (least.iteration, least.loss, &least.x));
    assert_eq!((report.best, report.status), (Some(best.iteration), status));
    // of equal ones the first
    let plateau = OwnGradient::new(1, |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = 1.0;
        if x[0] > 0.5 { 2.0 } else { 1.0 }
    });
    let method = GradientDescent::new(0.25).unwrap();
    assert_eq!(Run::new(&plateau, &method, &[1.0]).unwrap().iterations(5).finish().best, Some(2));
}

/// A method of one's own may lead to a point of another length; a test of the step begins anew there.
#[test]
fn tests_see_points_of_any_length() {
    struct Growing;
    impl<P: Objective<f64>> Optimizer<f64, P> for Growing {
        type Memory = ();
        fn init(&self, _: &P, x: nalgebra::DVector<f64>) -> Result<State<f64>, Failure> {
            Ok(State::new(Iterate::new(0, x, 1.0), ()))
        }
        fn step(&self, _: &P, state: &State<f64>) -> Result<State<f64>, Failure> {
            let iteration = state.iterate.iteration + 1;
            let x = nalgebra::DVector::from_element(1 + iteration / 2, 1.0 / iteration as f64);
            Ok(State::new(Iterate::new(iteration, x, 1.0), ()))
        }
    }
    let problem = Loss::new(cliff);
    let report = Run::new(&problem, &Growing, &[2.0]).unwrap().stop(Stop::step(0.17).unwrap()).finish();
    // of one length are 0 and 1, and 2 and 3, which are 1 and 1/6 apart
    assert_eq!((report.status, report.trajectory.len()), (Status::Stopped(Test::Step), 4));
}

/// A gradient of one's own, and one by differences, lead where the exact one leads.
#[test]
fn gradients_from_elsewhere() {
    let adam = Adam::new(0.1).unwrap();
    let exact = Run::new(&Loss::new(bowl), &adam, &[3.0, 3.0]).unwrap().iterations(20).last().unwrap();
    let own = OwnGradient::new(2, |x: &[f64], g: &mut [f64]| {
        g[0] = 2.0 * (x[0] - 1.0) + 0.5 * x[1];
        g[1] = 0.5 * x[0] + 4.0 * (x[1] + 2.0);
        (x[0] - 1.0).powi(2) + 0.5 * x[0] * x[1] + 2.0 * (x[1] + 2.0).powi(2)
    });
    let at = nalgebra::DVector::from_vec(vec![3.0, -1.0]);
    for length in [0, 1, 2, 5] {
        let mut gradient = nalgebra::DVector::from_element(length, 7.0);
        let value = own.value_and_gradient_into(&at, &mut gradient);
        assert_eq!((value, gradient.as_slice()), (4.5, &[3.5, 5.5][..]));
    }
    let by_hand = Run::new(&own, &adam, &[3.0, 3.0]).unwrap().iterations(20).last().unwrap();
    assert!((&by_hand.x - &exact.x).amax() < 1e-12);
    let value = |x: &[f64]| (x[0] - 1.0).powi(2) + 0.5 * x[0] * x[1] + 2.0 * (x[1] + 2.0).powi(2);
    let differences = GradientByDifferences::new(2, value);
    let approximate = Run::new(&differences, &adam, &[3.0, 3.0]).unwrap().iterations(20).last().unwrap();
    assert!((&approximate.x - &exact.x).amax() < 1e-5);
}

/// Where descent says that it can make no progress, one without a past gains nothing either.
#[test]
fn no_progress_means_that_a_fresh_start_makes_none() {
    use optimizers::test_functions::{Problem, TEST_FUNCTIONS};
    fn smooth(problem: &Problem) -> &dyn TwiceDifferentiable<f64> {
        match problem {
            Problem::LeastSquares(problem) => &**problem,
            Problem::Plain(problem) => &**problem,
        }
    }
    fn ends<D: Copy>(name: &str, direction: D, problem: &Problem, start: &[f64]) -> usize
    where
        Descent<D>: for<'a> Optimizer<f64, dyn TwiceDifferentiable<f64> + 'a>,
    {
        let method = Descent::new(direction);
        let end = |start: &[f64]| {
            let mut run = Run::new(smooth(problem), &method, start).unwrap().iterations(300);
            let last = run.by_ref().last().unwrap();
            (last, run.status().unwrap().clone())
        };
        let (last, status) = end(start);
        let Status::Failed(Failure::NoProgress { .. }) = status else { return 0 };
        let (again, status) = end(last.x.as_slice());
        let gain = (last.loss - again.loss) / last.loss.abs();
        assert!(gain <= 1e-9, "{name} from {start:?}: {status}, {} to {}", last.loss, again.loss);
        1
    }
    let mut count = 0;
    // Meyer's terms cancel so far that rounding leads on from one point and not from its neighbour
    for row in TEST_FUNCTIONS.iter().filter(|row| row.name != "meyer") {
        let n = row.usual_dimension();
        let problem = row.problem(n).unwrap();
        for scale in [1.0, 10.0, 100.0] {
            let start: Vec<f64> = (row.start)(n).iter().map(|x| x * scale).collect();
            count += ends(row.name, Bfgs, &problem, &start);
            count += ends(row.name, ConjugateGradient::polak_ribiere(), &problem, &start);
            count += ends(row.name, ConjugateGradient::hager_zhang(), &problem, &start);
        }
    }
    assert!(count > 5, "{count}");
}
