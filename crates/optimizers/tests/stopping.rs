//! When runs stop, what they keep, and how they go on.

use std::cell::RefCell;
use std::time::Duration;

use autodiff::function;
use optimizers::*;

function! {
    fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + x0 * x1 * 0.5 + (x1 + 2.0).powi(2) * 2.0 }
    fn wave([x]) { x.sin() }
    fn cliff([x]) { x + x.recip() * 0.001 }
    fn process([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1.sinh()] }
    fn back([y0, y1]) -> [2] { let x1 = y1.asinh(); [(y0 - x1) * 0.5, x1] }
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
    let (best, status) = run().minimize();
    let (best, least) = (best.unwrap(), least.unwrap());
    assert_eq!((best.iteration, best.loss, &best.x), (least.iteration, least.loss, &least.x));
    assert_eq!((report.best, report.status), (Some(best.iteration), status));
}

/// A run that goes on from a state makes the points of one that was not interrupted, bit for bit, and counts as it.
fn goes_on<P: Objective<f64>, O: Optimizer<f64, P>>(
    problem: &P,
    method: &O,
    start: &[f64],
    carry: impl Fn(&State<f64, O::Memory>) -> State<f64, O::Memory>,
) {
    let whole = Run::new(problem, method, start).unwrap().iterations(12).finish();
    // in the middle, or before the last step of a method that arrives sooner
    let length = whole.trajectory.len();
    assert!(length > 2);
    let cut = 5.min(length - 2);
    let mut first = Run::new(problem, method, start).unwrap().iterations(cut);
    assert!(first.state().is_none());
    first.by_ref().for_each(drop);
    let rest = Run::resume(problem, method, carry(first.state().unwrap())).unwrap().iterations(12).finish();
    assert_eq!(rest.trajectory.len(), length - cut);
    for (a, b) in rest.trajectory.iter().zip(&whole.trajectory[cut..]) {
        assert_eq!((a.iteration, &a.x, a.loss, a.evaluations), (b.iteration, &b.x, b.loss, b.evaluations));
    }
    assert_eq!((rest.evaluations, rest.status), (whole.evaluations, whole.status));
}

#[test]
fn runs_go_on_from_a_state() {
    let problem = Loss::new(bowl);
    goes_on(&problem, &Adam::new(0.1).unwrap(), &[3.0, 3.0], Clone::clone);
    goes_on(&problem, &Momentum::new(0.01).unwrap(), &[3.0, 3.0], Clone::clone);
    goes_on(&problem, &Newton::new(0.1).unwrap(), &[3.0, 3.0], Clone::clone);
    let method = Adam::new(0.1).unwrap();
    let mut state = method.init(&problem, nalgebra::DVector::from_vec(vec![3.0, 3.0])).unwrap();
    state.iterate.x[1] = f64::NAN;
    let error = Run::resume(&problem, &method, state.clone()).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::NotFiniteComponent { index: 1, .. }));
    let error = Run::resume(&Loss::new(wave), &method, state.clone()).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::StartLength { given: 2, expected: 1 });
    // a memory of another length ends the run
    state.iterate.x[1] = 3.0;
    state.memory.pop();
    let report = Run::resume(&problem, &method, state).unwrap().iterations(3).finish();
    assert!(matches!(report.status, Status::Failed(Failure::Refused { .. })), "{:?}", report.status);
}

#[cfg(feature = "serde")]
#[test]
fn runs_go_on_from_a_state_that_was_written_and_read() {
    fn through_text<M: serde::Serialize + serde::de::DeserializeOwned>(state: &State<f64, M>) -> State<f64, M> {
        serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
    }
    let problem = Loss::new(bowl);
    macro_rules! each {
        ($problem:expr; $($method:expr),*) => {
            $(goes_on(&$problem, &$method.unwrap(), &[3.0, 3.0], through_text);)*
        };
    }
    each!(
        problem;
        GradientDescent::new(0.1),
        Momentum::new(0.01),
        Nesterov::new(0.01),
        AdaGrad::new(0.5),
        RmsProp::new(0.1),
        Adam::new(0.1),
        AdamW::new(0.1),
        AmsGrad::new(0.1),
        NAdam::new(0.1),
        AdaMax::new(0.1),
        AdaDelta::new(1.0),
        Lion::new(0.1),
        Newton::new(0.1)
    );
    each!(
        problem;
        TrustRegion::exact().radii(0.5, 1.0),
        TrustRegion::steihaug().radii(0.5, 1.0),
        Ok::<_, Error>(Lbfgsb::new().bounds(Bounds::new(vec![-9.0, -1.0], vec![9.0, 9.0]).unwrap())),
        Lbfgsb::new().pgtol(0.0),
        Descent::new(Bfgs).gtol(0.0),
        Descent::new(ConjugateGradient::polak_ribiere()).gtol(0.0),
        Descent::new(ConjugateGradient::hager_zhang()).gtol(0.0)
    );
    let squares = SumOfSquares::new(Physics::<_, 2, 2>::new(process));
    each!(squares; LevenbergMarquardt::new().gtol(0.0), GaussNewton::new(0.1));
    let staged = Composite::new(process, bowl);
    let inverse = AnalyticInverse::<_, 2, 2>::new(back);
    each!(
        staged;
        Descent::new(DampedNewton).gtol(0.0),
        InverseSimulator::new(0.2, inverse),
        InverseSimulator::new(0.2, NewtonInverse::new()),
        HalfInverse::new(0.02),
        ScaleInvariant::new(0.2, inverse, Adam::new(0.1).unwrap()),
        Ok::<_, Error>(LatentOptimizer::new(Adam::new(0.1).unwrap(), inverse))
    );
    let chain = Chain::new(Physics::<_, 2, 2>::new(process)).then(Physics::<_, 2, 2>::new(process)).unwrap();
    let long = Pipeline::new(chain, Loss::new(bowl)).unwrap();
    each!(long; InverseSimulator::new(0.2, ChainInverse::new(inverse).then(inverse)));
    // a Hessian that is not square ends the run
    let newton = Newton::new(0.1).unwrap();
    let mut state = newton.init(&problem, nalgebra::DVector::from_vec(vec![3.0, 3.0])).unwrap();
    state.memory = nalgebra::DMatrix::zeros(2, 3);
    let report = Run::resume(&problem, &newton, through_text(&state)).unwrap().iterations(3).finish();
    assert!(matches!(report.status, Status::Failed(Failure::Shape { .. })), "{:?}", report.status);
}

/// A run that is resumed where it could not go on shows that point, and ends as before.
#[test]
fn a_run_resumed_where_it_failed_shows_its_point_and_why() {
    function! {
        fn kink([x]) { x.abs() * 1e6 + x * x }
        fn raised([x]) { x.powi(4) * 0.7 - x * 3.1 + 1e17 }
        fn falling([x]) { -x.exp() }
    }
    fn ends_again<P: Objective<f64>, O: Optimizer<f64, P>>(problem: &P, method: &O, end: fn(&Status) -> bool) {
        let mut run = Run::new(problem, method, &[2.5]).unwrap().iterations(1000);
        let points: Vec<_> = run.by_ref().collect();
        let (last, status) = (points.last().unwrap(), run.status().unwrap().clone());
        assert!(end(&status), "{status}");
        let state = run.state().unwrap().clone();
        assert!(state.failure.is_some());
        let seen = RefCell::new(0);
        let again = Run::resume(problem, method, state).unwrap().observe(|_| *seen.borrow_mut() += 1).finish();
        assert_eq!((again.trajectory.len(), *seen.borrow(), again.best), (1, 1, Some(last.iteration)), "{status}");
        assert_eq!((&again.trajectory[0].x, again.trajectory[0].loss), (&last.x, last.loss));
        assert_eq!((again.status, again.evaluations), (status, run.evaluations()));
    }
    ends_again(&Loss::new(kink), &Lbfgsb::new(), |end| matches!(end, Status::Failed(Failure::LineSearch { .. })));
    let hidden = |end: &Status| matches!(end, Status::Failed(Failure::NoProgress { .. }));
    ends_again(&Loss::new(raised), &Descent::new(Bfgs).gtol(0.0).unwrap(), hidden);
    ends_again(&Loss::new(raised), &TrustRegion::exact().gtol(0.0).unwrap(), hidden);
    let not_finite = |end: &Status| matches!(end, Status::NotFinite { quantity: "loss", .. });
    ends_again(&Loss::new(falling), &Descent::new(Bfgs), not_finite);
    ends_again(&Loss::new(falling), &TrustRegion::exact(), not_finite);
}

/// Every number of a written state, changed in its last digit, dropped, or made another kind of thing, is an error.
#[cfg(feature = "serde")]
#[test]
fn a_state_that_was_tampered_with_is_an_error() {
    use serde_json::Value;
    fn places(value: &Value, path: String, found: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| places(value, format!("{path}/{key}"), found)),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(i, value)| places(value, format!("{path}/{i}"), found))
            }
            _ => found.push(path),
        }
    }
    let (problem, method) = (Composite::new(process, bowl), Adam::new(0.1).unwrap());
    let mut run = Run::new(&problem, &method, &[3.0, 3.0]).unwrap().iterations(3);
    run.by_ref().for_each(drop);
    let state = run.state().unwrap();
    type Read = State<f64, Vec<[f64; 2]>>;
    let written = serde_json::to_value(state).unwrap();
    assert!(serde_json::from_value::<Read>(written.clone()).is_ok());
    let mut found = Vec::new();
    places(&written, String::new(), &mut found);
    assert!(found.len() > 20, "{found:?}");
    for place in &found {
        let old = written.pointer(place).unwrap();
        let changed = match old {
            Value::Number(number) if number.is_f64() => {
                let number = number.as_f64().unwrap();
                vec![number.next_up().into(), (-number).into(), Value::Null, "1".into()]
            }
            Value::Number(number) => vec![(number.as_u64().unwrap() + 1).into(), Value::Null],
            Value::String(text) => vec![text.replace(|c| c != '0', "0").into(), "".into()],
            Value::Null => vec![1.into()],
            other => panic!("{place}: {other}"),
        };
        for new in changed {
            let mut tampered = written.clone();
            *tampered.pointer_mut(place).unwrap() = new.clone();
            let read = serde_json::from_value::<Read>(tampered);
            assert!(read.is_err() || new == *old, "{place}: {old} -> {new}");
        }
    }
    for part in ["iterate", "memory", "digest"] {
        let mut tampered = written.clone();
        tampered.as_object_mut().unwrap().remove(part);
        assert!(serde_json::from_value::<Read>(tampered).is_err());
    }
    let mut tampered = written.clone();
    tampered["memory"].as_array_mut().unwrap().pop();
    let message = serde_json::from_value::<Read>(tampered).unwrap_err().to_string();
    assert!(message.starts_with("the state is not the one that was written: its digest is "), "{message}");
    let text = serde_json::to_string(state).unwrap();
    assert!(serde_json::from_str::<Read>(&text[..text.len() / 2]).is_err());
}

/// What a state in hand holds is checked before a run goes on from it.
#[test]
fn states_that_do_not_fit_are_refused() {
    let (problem, method) = (Loss::new(bowl), GradientDescent::new(0.1).unwrap());
    let state = method.init(&problem, nalgebra::DVector::from_vec(vec![3.0, 3.0])).unwrap();
    let refused = |change: &dyn Fn(&mut Iterate<f64>)| {
        let mut state = state.clone();
        change(&mut state.iterate);
        Run::resume(&problem, &method, state).map(|_| ()).unwrap_err()
    };
    let length = refused(&|iterate| iterate.gradient = Some(nalgebra::DVector::zeros(3)));
    assert_eq!(length, Error::Length { name: "gradient", given: 3, expected: 2 });
    let nan = refused(&|iterate| iterate.gradient = Some(nalgebra::DVector::from_element(2, f64::NAN)));
    assert!(matches!(nan, Error::NotFiniteComponent { name: "gradient", index: 0, .. }));
    let infinite = refused(&|iterate| iterate.loss = f64::INFINITY);
    assert_eq!(infinite, Error::NotFiniteComponent { name: "loss", index: 0, value: f64::INFINITY });
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
