//! What rules, schedules, chains and runs say of themselves, and that a default is what `new` makes.

use std::time::Duration;

use autodiff::function;
use optimizers::nalgebra::DVector;
use optimizers::test_functions::find;
use optimizers::*;

function! {
    fn bowl([x0, x1]) { x0 * x0 + x1 * x1 }
    fn spread([x]) -> [2] { [x, x * 2.0] }
    fn sum([y0, y1]) -> [1] { [y0 + y1] }
}

#[test]
fn rules_read_as_their_conditions() {
    let gradient = || Stop::<f64>::gradient(1e-3).unwrap();
    for (rule, text) in [
        (Stop::iterations(7), "iterations ≥ 7"),
        (gradient(), "gradient ≤ 0.001"),
        (Stop::step(0.5).unwrap(), "step ≤ 0.5"),
        (Stop::decrease(0.25).unwrap(), "decrease ≤ 0.25"),
        (Stop::target(-2.0).unwrap(), "loss ≤ -2.0"),
        (Stop::time(Duration::from_millis(1500)), "time ≥ 1.5s"),
        (Stop::when("the user has seen enough", |_| true), "the user has seen enough"),
        (
            gradient().or(Stop::iterations(7).and(gradient())),
            "(gradient ≤ 0.001 or (iterations ≥ 7 and gradient ≤ 0.001))",
        ),
    ] {
        assert_eq!(format!("{rule:?}"), text);
    }
    let both = Test::Both(Box::new(Test::Step), Box::new(Test::Both(Box::new(Test::Gradient), Box::new(Test::Time))));
    assert_eq!(both.to_string(), "the step is small enough, and the gradient is small enough, and the time is over");
    let others = [Test::Iterations, Test::Decrease, Test::Target, Test::User("enough")].map(|test| test.to_string());
    let texts = ["the iterations are made", "the loss falls no further", "the loss has reached its target", "enough"];
    assert_eq!(others, texts);
}

#[test]
fn schedules_tell_their_numbers() {
    let constant = || Schedule::constant(0.5).unwrap();
    for (schedule, text) in [
        (constant(), "constant 0.5"),
        (Schedule::polynomial(0.5, 0.25, 2.0, 10).unwrap(), "polynomial from 0.5 to 0.25 in 10 steps, power 2.0"),
        (Schedule::exponential(0.5, 10, 0.25).unwrap(), "exponential from 0.5, times 0.25 in 10 steps"),
        (Schedule::cosine(0.5, 10, 0.0, 1.0).unwrap(), "cosine from 0.5 in 10 steps"),
        (Schedule::piecewise(0.5, [(3, 0.25)]).unwrap(), "piecewise from 0.5 by [(3, 0.25)]"),
        (constant().then(4, Schedule::constant(0.25).unwrap()), "constant 0.5 before 4, then constant 0.25"),
        (Schedule::own(|k| 1.0 / (k + 1) as f64), "a function of one's own"),
    ] {
        assert_eq!(format!("{schedule:?}"), text);
    }
}

#[test]
fn processes_problems_and_runs_tell_what_they_are() {
    let chain = Chain::<f64>::new(Physics::<_, 1, 2>::new(spread)).then(Physics::<_, 2, 1>::new(sum)).unwrap();
    assert_eq!(format!("{chain:?}"), "Chain { stages: [(1, 2), (2, 1)] }");
    let inverses = ChainInverse::<f64>::new(NewtonInverse::new()).then(NewtonInverse::new());
    assert_eq!(format!("{inverses:?}"), "ChainInverse { stages: 2 }");
    let kind = |name: &str| {
        let function = find(name).unwrap();
        format!("{:?}", function.problem(function.usual_dimension()).unwrap())
    };
    assert_eq!([kind("rosenbrock"), kind("ackley")], ["LeastSquares", "Plain"]);
    // Rosenbrock's function is the first of the paper's
    assert_eq!(["rosenbrock", "ackley"].map(|name| find(name).unwrap().more_garbow_hillstrom()), [Some(1), None]);
    let (problem, method) = (Loss::new(bowl), GradientDescent::new(0.25).unwrap());
    let mut run = Run::new(&problem, &method, &[8.0, 0.0]).unwrap().iterations(1);
    run.by_ref().for_each(drop);
    let text = format!("{run:?}");
    assert!(text.contains("status: Some(MaxIterations)") && text.contains("[4.0, 0.0]"), "{text}");
}

#[test]
fn a_default_is_what_new_makes() {
    macro_rules! same {
        ($($method:ty)*) => {
            $(assert_eq!(format!("{:?}", <$method>::default()), format!("{:?}", <$method>::new()));)*
        };
    }
    same! { LevenbergMarquardt<f64> LevenbergMarquardt<f32> Lbfgsb<f64> Lbfgsb<f32> }
}

/// A gradient that is too short where x₀ is negative.
struct Short;

impl Objective<f64> for Short {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        (self.value(x), if x[0] < 0.0 { DVector::zeros(1) } else { x * 2.0 })
    }
}

/// Where a run is moved to another point, its iterations count on: also in what fails there.
#[test]
fn a_point_moved_to_keeps_the_count() {
    fn check(method: impl Optimizer<f64, Short>) {
        let state = || {
            let mut run = Run::new(&Short, &method, &[8.0, 4.0]).unwrap().iterations(1);
            run.by_ref().for_each(drop);
            State { converged: None, ..run.state().unwrap().clone() }
        };
        let moved = method.relocate(&Short, state(), DVector::from_vec(vec![5.0, 1.0])).unwrap();
        assert_eq!((moved.iterate.iteration, moved.iterate.x.as_slice()), (1, &[5.0, 1.0][..]));
        let Evaluations { value, gradient, hessian } = state().iterate.evaluations;
        let one_more = Evaluations { value: value + 1, gradient: gradient + 1, hessian };
        assert_eq!(moved.iterate.evaluations, one_more);
        let failure = method.relocate(&Short, state(), DVector::from_vec(vec![-5.0, 1.0])).err().unwrap();
        assert!(matches!(failure, Failure::Shape { iteration: 1, .. }), "{failure}");
    }
    check(GradientDescent::new(0.25).unwrap());
    check(Descent::new(Bfgs));
    check(Lbfgsb::new());
    let (problem, newton) = (Loss::new(bowl), Newton::new(0.5).unwrap());
    let mut run = Run::new(&problem, &newton, &[8.0, 4.0]).unwrap().iterations(1);
    run.by_ref().for_each(drop);
    let moved = newton.relocate(&problem, run.state().unwrap().clone(), DVector::from_vec(vec![5.0, 1.0])).unwrap();
    assert_eq!(moved.iterate.evaluations, Evaluations { value: 3, gradient: 3, hessian: 3 });
}
