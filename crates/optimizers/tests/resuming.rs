//! How runs go on from a state: as if they had not been interrupted.

use std::fmt::Debug;

use autodiff::function;
use optimizers::*;

function! {
    fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + x0 * x1 * 0.5 + (x1 + 2.0).powi(2) * 2.0 }
    fn valley([x0, x1]) { (x1 - x0 * x0).powi(2) * 100.0 + (-x0 + 1.0).powi(2) }
    fn raised([x0, x1]) { x0.powi(4) * 0.7 - x0 * 3.1 + x1 * x1 + 1e17 }
    fn falling([x0, x1]) { -x0.exp() - x1 * x1 }
    fn kink([x0, x1]) { x0.abs() * 1e6 + x0 * x0 + x1 * x1 }
    fn process([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1.sinh()] }
    fn back([y0, y1]) -> [2] { let x1 = y1.asinh(); [(y0 - x1) * 0.5, x1] }
    fn wave([x]) { x.sin() }
}

/// A run that goes on from any of its states makes the points of one that was not interrupted, bit for bit, counts as it and ends as it;
/// from the state where it ended, at once.
fn goes_on<T: Entry + Debug, P: Objective<T>, O: Optimizer<T, P>>(
    problem: &P,
    method: &O,
    start: &[T],
    carry: impl Fn(&State<T, O::Memory>) -> State<T, O::Memory>,
) -> Status {
    const MOST: usize = 30;
    let run = || Run::new(problem, method, start).unwrap();
    let mut whole = run().iterations(MOST);
    assert!(whole.state().is_none());
    let points: Vec<String> = whole.by_ref().map(|point| format!("{point:?}")).collect();
    let (status, evaluations) = (whole.status().unwrap().clone(), whole.evaluations());
    let as_before = |from: usize, state: &State<T, O::Memory>| {
        // a point that is not finite ends a run and begins none
        let resumed = match Run::resume(problem, method, carry(state)) {
            Ok(run) => run.iterations(MOST).finish(),
            Err(_) => return assert_eq!((state.iterate.iteration, from), (points.len() - 1, points.len() - 1)),
        };
        let again: Vec<String> = resumed.trajectory.iter().map(|point| format!("{point:?}")).collect();
        assert_eq!(again, points[from..], "from {from}");
        assert_eq!((&resumed.status, resumed.evaluations), (&status, evaluations), "from {from}");
    };
    for from in 0..points.len() {
        let mut first = run().iterations(from);
        first.by_ref().for_each(drop);
        as_before(from, first.state().unwrap());
    }
    // the point of a step that failed is the old one, but its evaluations count
    let mut state = whole.state().unwrap().clone();
    let last = points.len() - 1;
    if state.failure.is_some() && state.iterate.iteration == last {
        let again = Run::resume(problem, method, carry(&state)).unwrap().finish();
        assert_eq!((again.trajectory.len(), again.best), (1, Some(last)));
        assert_eq!((&again.status, again.evaluations), (&status, evaluations));
    } else {
        as_before(last, &state);
    }
    // asked to go on all the same, a method that arrived has arrived
    if state.converged.take().is_some() && state.failure.is_none() {
        let again = Run::resume(problem, method, carry(&state)).unwrap().iterations(last).finish();
        assert_eq!(again.trajectory.len(), 1);
    }
    status
}

/// The state written and read, where states can be.
#[cfg(feature = "serde")]
fn carried<T, M>(state: &State<T, M>) -> State<T, M>
where
    T: Entry + serde::Serialize + serde::de::DeserializeOwned,
    M: serde::Serialize + serde::de::DeserializeOwned,
{
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

#[cfg(not(feature = "serde"))]
fn carried<T: Entry, M: Clone>(state: &State<T, M>) -> State<T, M> {
    state.clone()
}

/// The method on each problem.
macro_rules! each {
    ($start:expr, $($problem:expr),*; $method:expr) => {
        $({
            let (problem, method) = (&$problem, $method);
            let status = goes_on(problem, &method, &$start, carried);
            println!("{}, {}: {status}", stringify!($method), stringify!($problem));
        })*
    };
}

#[test]
fn runs_by_the_gradient_go_on_from_each_state() {
    macro_rules! on {
        ($($method:expr),*) => {
            $(each!([3.0, 3.0], Loss::new(bowl), Loss::new(falling); $method.unwrap());)*
        };
    }
    on!(
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
        Lion::new(0.1)
    );
    let clipped = Adam::scheduled(Schedule::exponential(0.1, 10, 0.5).unwrap()).clip(Clip::norm(1.0).unwrap());
    each!([3.0, 3.0], Loss::new(bowl); clipped);
    each!([3.0_f32, 3.0], Loss::new(bowl); Adam::new(0.1).unwrap());
}

#[test]
fn runs_that_arrive_or_fail_go_on_from_each_state() {
    macro_rules! on {
        ($($method:expr),*) => {
            $(each!([-1.2, 1.0], Loss::new(valley), Loss::new(raised), Loss::new(falling), Loss::new(kink); $method);)*
        };
    }
    on!(
        TrustRegion::exact(),
        TrustRegion::exact().gtol(0.0).unwrap(),
        TrustRegion::steihaug(),
        TrustRegion::steihaug().radii(0.5, 1.0).unwrap(),
        Lbfgsb::new(),
        Lbfgsb::new().pgtol(0.0).unwrap(),
        Lbfgsb::new().factr(1.0).unwrap().pgtol(0.0).unwrap(),
        Lbfgsb::new().factr(0.0).unwrap().memory(2).unwrap(),
        Lbfgsb::new().bounds(Bounds::new(vec![-9.0, 1.5], vec![f64::INFINITY, 9.0]).unwrap()),
        Lbfgsb::new().differences(ForwardDifferences::relative()),
        Descent::new(Bfgs),
        Descent::new(Bfgs).gtol(0.0).unwrap(),
        Descent::new(Bfgs).step_rule(StepRule::Backtracking),
        Descent::new(ConjugateGradient::polak_ribiere()),
        Descent::new(ConjugateGradient::hager_zhang()),
        Descent::new(DampedNewton),
        Descent::new(DampedNewton).gtol(0.0).unwrap(),
        Newton::new(0.1).unwrap(),
        Newton::new(1.0).unwrap()
    );
    each!([-1.2_f32, 1.0], Loss::new(valley), Loss::new(kink); Lbfgsb::new());
    each!([-1.2_f32, 1.0], Loss::new(valley), Loss::new(kink); Descent::new(Bfgs));
}

#[test]
fn runs_on_residuals_go_on_from_each_state() {
    function! {
        fn residuals([x0, x1]) -> [2] { [(x1 - x0 * x0) * 10.0, -x0 + 1.0] }
        fn rest([x0, x1]) -> [3] { [(x1 - x0 * x0) * 10.0, -x0 + 1.0, x0 * x1 + 3.0] }
        fn twin([x0, x1]) -> [2] { [x0 + x1 - 1.0, (x0 + x1).powi(2)] }
    }
    macro_rules! on {
        ($($method:expr),*) => {
            $(each!(
                [-1.2, 1.0],
                SumOfSquares::new(Physics::<_, 2, 2>::new(residuals)),
                SumOfSquares::new(Physics::<_, 2, 3>::new(rest)),
                SumOfSquares::new(Physics::<_, 2, 2>::new(twin)),
                SumOfSquares::new(Physics::<_, 2, 2>::new(process));
                $method
            );)*
        };
    }
    on!(
        LevenbergMarquardt::new(),
        LevenbergMarquardt::new().gtol(0.0).unwrap(),
        LevenbergMarquardt::new().gtol(0.0).unwrap().ftol(0.0).unwrap().xtol(0.0).unwrap(),
        LevenbergMarquardt::new().factor(0.1).unwrap(),
        GaussNewton::new(0.1).unwrap()
    );
}

#[test]
fn runs_through_a_process_go_on_from_each_state() {
    let staged = Composite::new(process, bowl);
    let inverse = AnalyticInverse::<_, 2, 2>::new(back);
    macro_rules! on {
        ($problem:expr; $($method:expr),*) => {
            $(each!([3.0, 3.0], $problem; $method);)*
        };
    }
    on!(
        staged;
        InverseSimulator::new(0.2, inverse).unwrap(),
        InverseSimulator::new(1.0, inverse).unwrap(),
        InverseSimulator::new(0.2, NewtonInverse::new()).unwrap(),
        MixedInverseSimulator::new(0.2, inverse).unwrap(),
        HalfInverse::new(0.02).unwrap(),
        ScaleInvariant::new(0.2, inverse, Adam::new(0.1).unwrap()).unwrap(),
        LatentOptimizer::new(Adam::new(0.1).unwrap(), inverse),
        LatentOptimizer::new(Descent::new(Bfgs), inverse),
        LatentOptimizer::new(Descent::new(Bfgs).gtol(0.0).unwrap(), inverse),
        LatentOptimizer::new(Descent::new(DampedNewton), inverse),
        LatentOptimizer::new(TrustRegion::exact(), inverse),
        LatentOptimizer::new(Lbfgsb::new(), inverse),
        LatentOptimizer::new(Lbfgsb::new(), LinearizedInverse)
    );
    let chain = Chain::new(Physics::<_, 2, 2>::new(process)).then(Physics::<_, 2, 2>::new(process)).unwrap();
    let long = Pipeline::new(chain, Loss::new(bowl)).unwrap();
    on!(
        long;
        InverseSimulator::new(0.2, ChainInverse::new(inverse).then(inverse)).unwrap(),
        LatentOptimizer::new(Lbfgsb::new(), ChainInverse::new(inverse).then(inverse))
    );
}

#[test]
fn memories_that_do_not_fit_are_refused() {
    let problem = Loss::new(bowl);
    let method = Adam::new(0.1).unwrap();
    let mut state = method.init(&problem, nalgebra::DVector::from_vec(vec![3.0, 3.0])).unwrap();
    state.iterate.x[1] = f64::NAN;
    let error = Run::resume(&problem, &method, state.clone()).map(|_| ()).unwrap_err();
    assert!(matches!(error, Error::NotFiniteComponent { index: 1, .. }));
    let error = Run::resume(&Loss::new(wave), &method, state.clone()).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::StartLength { given: 2, expected: 1 });
    // a memory of another length is refused, by a step too
    state.iterate.x[1] = 3.0;
    state.memory.pop();
    let error = Run::resume(&problem, &method, state.clone()).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::Length { name: "memory", given: 1, expected: 2 });
    assert_eq!(method.step(&problem, &state).unwrap_err(), Failure::Refused { error, iteration: 0 });
    // so is a Hessian that is not square
    let newton = Newton::new(0.1).unwrap();
    let mut state = newton.init(&problem, nalgebra::DVector::from_vec(vec![3.0, 3.0])).unwrap();
    state.memory = nalgebra::DMatrix::zeros(2, 3);
    let error = Run::resume(&problem, &newton, state.clone()).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::Length { name: "a row of the Hessian", given: 3, expected: 2 });
    assert_eq!(newton.step(&problem, &state).unwrap_err(), Failure::Refused { error, iteration: 0 });
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

/// A gradient whose square overflows leaves infinity in what a method keeps, and the run goes on.
#[test]
fn runs_go_on_from_slots_that_are_infinite() {
    function! { fn steep([x0, x1]) { x0 * 1e200 + x1 * x1 } }
    macro_rules! on {
        ($($method:expr),*) => {
            $({
                let (problem, method) = (Loss::new(steep), $method.unwrap());
                let mut run = Run::new(&problem, &method, &[3.0, 3.0]).unwrap().iterations(4);
                run.by_ref().for_each(drop);
                let memory = format!("{:?}", run.state().unwrap().memory);
                assert!(memory.contains("inf"), "{memory}");
                goes_on(&problem, &method, &[3.0, 3.0], carried);
            })*
        };
    }
    on!(AdaGrad::new(0.5), RmsProp::new(0.1), Adam::new(0.1), AdamW::new(0.1), AmsGrad::new(0.1), NAdam::new(0.1));
}

#[cfg(feature = "serde")]
mod written {
    use std::collections::BTreeMap;
    use std::fmt;
    use std::net::Ipv4Addr;

    use serde::de::{MapAccess, SeqAccess, Visitor};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Unit;

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Wrapped(f64);

    #[derive(Clone, Debug, Serialize, Deserialize)]
    enum Kind {
        None,
        One(f64),
        Two(f64, f32),
        Named { single: f32 },
    }

    /// A memory with a float in every place that serde has.
    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Memory {
        unit: Unit,
        wrapped: Wrapped,
        single: f32,
        list: Vec<f64>,
        pair: (f64, bool, char, i64, String),
        some: Option<f64>,
        none: Option<f64>,
        map: BTreeMap<u8, f64>,
        kinds: [Kind; 4],
        inner: State<f64, [f64; 2]>,
    }

    fn memory(value: f64, single: f32) -> Memory {
        let iterate = Iterate::new(1, nalgebra::DVector::from_element(2, value), value);
        Memory {
            unit: Unit,
            wrapped: Wrapped(value),
            single,
            list: vec![value, 1.0, -value],
            pair: (value, true, 'é', -3, "inf".to_owned()),
            some: Some(value),
            none: None,
            map: BTreeMap::from([(0, value), (1, 2.0)]),
            kinds: [Kind::None, Kind::One(value), Kind::Two(value, single), Kind::Named { single }],
            inner: State::new(iterate, [value, 0.1]),
        }
    }

    /// All its floats by their bits.
    fn bits(memory: &Memory) -> Vec<u64> {
        let Memory { wrapped, single, list, pair, some, map, kinds, inner, .. } = memory;
        let mut found = vec![wrapped.0.to_bits(), single.to_bits().into(), pair.0.to_bits()];
        found.extend(list.iter().chain(some).chain(map.values()).map(|v| v.to_bits()));
        for kind in kinds {
            match kind {
                Kind::None => found.push(0),
                Kind::One(v) => found.push(v.to_bits()),
                Kind::Two(v, single) => found.extend([v.to_bits(), single.to_bits().into()]),
                Kind::Named { single } => found.push(single.to_bits().into()),
            }
        }
        let Iterate { x, loss, .. } = &inner.iterate;
        found.extend(x.iter().chain([loss]).chain(&inner.memory).map(|v| v.to_bits()));
        found
    }

    /// All values of a written state, by their paths.
    fn places(value: &Value, path: String, found: &mut Vec<(String, Value)>) {
        found.push((path.clone(), value.clone()));
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| places(value, format!("{path}/{key}"), found)),
            Value::Array(list) => (0..list.len()).for_each(|i| places(&list[i], format!("{path}/{i}"), found)),
            _ => {}
        }
    }

    /// Other values in the place of one, and whether a memory with such a value cannot fit.
    fn forgeries(old: &Value) -> Vec<(Value, bool)> {
        let mut new = Vec::new();
        if let Value::Array(list) = old {
            if let Some((_, rest)) = list.split_last() {
                new.push((rest.into(), true));
            }
            // a vector of one component less, a matrix of one column less or turned over
            if let [Value::Array(data), Value::Number(rows), columns] = &list[..] {
                let rows = rows.as_u64().unwrap();
                match columns.as_u64() {
                    None if rows > 0 => new.push((json!([data[1..], rows - 1, null]), true)),
                    Some(columns) if columns > 0 => {
                        new.push((json!([data[rows as usize..], rows, columns - 1]), true));
                        new.push((json!([data, rows * columns, 1]), rows * columns > 1));
                    }
                    _ => {}
                }
            }
        } else if old.is_u64() {
            // (the sizes of a matrix are multiplied)
            new.extend([0_u64, u32::MAX.into()].map(|count| (count.into(), false)));
        } else if old.is_number() {
            let numbers = [0.0, -1.0, 5e-324, 1e-160, 1e160, f64::MAX, -f64::MAX].map(|number| (number.into(), false));
            new.extend(numbers);
            new.extend(["inf", "NaN:7ff8000000000000"].map(|text| (text.into(), false)));
        }
        new
    }

    /// A state with each value forged, and the digest that it would have, is refused or does no harm.
    fn forged<P, O>(problem: &P, method: &O)
    where
        P: Objective<f64>,
        O: Optimizer<f64, P>,
        O::Memory: Serialize + serde::de::DeserializeOwned,
    {
        let mut run = Run::new(problem, method, &[-1.2, 1.0]).unwrap().iterations(4);
        run.by_ref().for_each(drop);
        // what is refused below is so for what was forged
        assert!(Run::resume(problem, method, run.state().unwrap().clone()).is_ok());
        let written = serde_json::to_value(run.state().unwrap()).unwrap();
        let mut found = Vec::new();
        places(&written, String::new(), &mut found);
        for (path, old) in found {
            let mut all = forgeries(&old);
            if old.is_u64() && path.rsplit('/').next().is_some_and(|key| key.parse::<usize>().is_err()) {
                all.push((u64::MAX.into(), path.contains("iterate/") && !path.contains("/inversion/")));
            }
            for (new, misfit) in all {
                let mut forged = written.clone();
                *forged.pointer_mut(&path).unwrap() = new.clone();
                let Ok(state) = with_digests(&forged, serde_json::from_value::<State<f64, O::Memory>>) else {
                    continue;
                };
                let resumed = Run::resume(problem, method, state.clone());
                let told = ["/update", "/y_target", "/iterate/y"].iter().any(|what| path.contains(what));
                assert!(resumed.is_err() || !misfit || told, "{path}: {old} -> {new}");
                if let Ok(run) = resumed {
                    assert!(run.take(4).count() <= 4);
                }
                // a memory does none without a run either
                if path.starts_with("/memory") {
                    let _ = method.step(problem, &state);
                }
            }
        }
    }

    /// Reads with the digests that are asked for, the inner state's too.
    fn with_digests<S>(forged: &Value, read: impl Fn(Value) -> serde_json::Result<S>) -> serde_json::Result<S> {
        let mut text = forged.to_string();
        loop {
            let error = match read(serde_json::from_str(&text).unwrap()) {
                Ok(state) => return Ok(state),
                Err(error) => error,
            };
            let message = error.to_string();
            let Some((_, digests)) = message.split_once("its digest is ") else { return Err(error) };
            let (found, written) = digests.split_once(", not ").unwrap();
            text = text.replace(written, found);
        }
    }

    #[test]
    fn forged_states_are_refused_or_do_no_harm() {
        macro_rules! on {
            ($problem:expr; $($method:expr),*) => { $(forged(&$problem, &$method);)* };
        }
        let (near, squares) = (Loss::new(valley), SumOfSquares::new(Physics::<_, 2, 2>::new(process)));
        let bounds = Bounds::new(vec![-2.0, 0.5], vec![f64::INFINITY, 3.0]).unwrap();
        on!(
            near;
            Adam::new(0.1).unwrap(),
            Momentum::new(0.01).unwrap(),
            Newton::new(0.5).unwrap(),
            TrustRegion::exact().gtol(0.0).unwrap(),
            TrustRegion::steihaug().gtol(0.0).unwrap(),
            Descent::new(Bfgs).gtol(0.0).unwrap(),
            Descent::new(DampedNewton).gtol(0.0).unwrap(),
            Descent::new(ConjugateGradient::polak_ribiere()).gtol(0.0).unwrap(),
            Descent::new(ConjugateGradient::hager_zhang()).gtol(0.0).unwrap(),
            Lbfgsb::new().pgtol(0.0).unwrap(),
            Lbfgsb::new().memory(2).unwrap().bounds(bounds)
        );
        on!(squares; LevenbergMarquardt::new().gtol(0.0).unwrap(), GaussNewton::new(0.1).unwrap());
        let (staged, inverse) = (Composite::new(process, valley), AnalyticInverse::<_, 2, 2>::new(back));
        on!(
            staged;
            InverseSimulator::new(0.2, inverse).unwrap(),
            MixedInverseSimulator::new(0.2, inverse).unwrap(),
            HalfInverse::new(1e-4).unwrap(),
            ScaleInvariant::new(0.2, inverse, Adam::new(0.1).unwrap()).unwrap(),
            LatentOptimizer::new(Lbfgsb::new().pgtol(0.0).unwrap(), inverse)
        );
    }

    /// Programs that write 2.0 as 2 do no harm.
    #[test]
    fn floats_may_be_written_as_integers() {
        macro_rules! in_precision {
            ($($float:ident)*) => {
                $({
                    let point = nalgebra::DVector::from_vec(vec![2.0 as $float, -3.0]);
                    let state = State::new(Iterate::new(1, point, 5.0), [-7.0 as $float, 0.5]);
                    let text = serde_json::to_string(&state).unwrap();
                    let whole = text.replace(".0", "");
                    assert!(whole.contains("[2,-3]") && whole.contains("[-7,0.5]"), "{whole}");
                    let read: State<$float, [$float; 2]> = serde_json::from_str(&whole).unwrap();
                    assert_eq!(serde_json::to_string(&read).unwrap(), text);
                    let error = serde_json::from_str::<State<$float, [$float; 2]>>(&whole.replace("[-7,", "[true,"));
                    assert!(error.unwrap_err().to_string().contains(concat!("boolean `true`, expected ", stringify!($float))));
                })*
            };
        }
        in_precision! { f32 f64 }
    }

    #[test]
    fn every_float_is_read_as_it_was_written() {
        let nan = |bits: u64| f64::from_bits(bits);
        let floats = [
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            -f64::NAN,
            nan(0x7ff0_0000_0000_0001),
            nan(0xfff8_dead_beef_0001),
            -0.0,
            0.1,
            f64::MIN_POSITIVE / 3.0,
            f64::MAX,
        ];
        let singles = [f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::from_bits(0xff80_0001), -0.0, 0.1, 1e-45];
        for (i, value) in floats.into_iter().enumerate() {
            let single = singles[i % singles.len()];
            let iterate = Iterate::new(3, nalgebra::DVector::from_vec(vec![value, 2.0]), value);
            let state = State::new(iterate, memory(value, single));
            let text = serde_json::to_string(&state).unwrap();
            type Read = State<f64, Memory>;
            let from_text: Read = serde_json::from_str(&text).unwrap();
            let from_value: Read = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
            let from_bytes: Read =
                serde_json::from_reader(serde_json::to_vec_pretty(&state).unwrap().as_slice()).unwrap();
            for read in [from_text, from_value, from_bytes] {
                assert_eq!(bits(&read.memory), bits(&state.memory), "{value}");
                assert_eq!(read.iterate.loss.to_bits(), value.to_bits());
                assert_eq!(read.iterate.x[0].to_bits(), value.to_bits());
                assert_eq!((&read.memory.pair.4, read.memory.pair.2), (&"inf".to_owned(), 'é'));
            }
        }
    }

    #[test]
    fn a_text_in_place_of_a_float_is_an_error_unless_it_is_that_float() {
        let iterate = Iterate::new(0, nalgebra::DVector::from_vec(vec![f64::INFINITY]), f64::NAN);
        let state = State::new(iterate, [f64::NEG_INFINITY, 1.0]);
        let written = serde_json::to_value(&state).unwrap();
        assert_eq!(written["memory"][0], "-inf");
        assert_eq!(written["iterate"]["loss"], "NaN:7ff8000000000000");
        let others =
            ["", "1", "nan", "NaN", "NaN:", "NaN:0", "NaN:7ff0000000000000", "Infinity", "inf", "NaN:7ff8000000000001"];
        for other in others {
            let mut changed = written.clone();
            changed["memory"][0] = other.into();
            let error = serde_json::from_value::<State<f64, [f64; 2]>>(changed).unwrap_err().to_string();
            let is_float = ["inf", "NaN:7ff8000000000001"].contains(&other);
            assert_eq!(error.starts_with("the state is not the one"), is_float, "{other}: {error}");
            assert!(is_float || error.contains("is no float"), "{other}: {error}");
        }
    }

    /// A list and a map that keep how many elements they were told to expect.
    #[derive(Clone, Debug, PartialEq)]
    struct Told<T>(T, Option<usize>);

    impl<T: Serialize> Serialize for Told<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    macro_rules! told {
        ($type:ty, $read:ident, $access:ident, $visit:ident, $next:ident($($element:ty),*)) => {
            impl<'de> Deserialize<'de> for Told<$type> {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    struct Elements;
                    impl<'de> Visitor<'de> for Elements {
                        type Value = Told<$type>;
                        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                            f.write_str("elements")
                        }
                        fn $visit<A: $access<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                            let mut found = Told(<$type>::new(), access.size_hint());
                            while let Some(next) = access.$next::<$($element),*>()? {
                                found.0.extend([next]);
                            }
                            Ok(found)
                        }
                    }
                    deserializer.$read(Elements)
                }
            }
        };
    }
    told!(Vec<f64>, deserialize_seq, SeqAccess, visit_seq, next_element(f64));
    told!(BTreeMap<u8, f64>, deserialize_map, MapAccess, visit_map, next_entry(u8, f64));

    /// What a format tells of itself and of what is in it, a memory is told: an address is a text for people, and bytes for others.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Asking {
        address: Ipv4Addr,
        list: Told<Vec<f64>>,
        map: Told<BTreeMap<u8, f64>>,
    }

    #[test]
    fn memories_are_told_what_the_format_tells() {
        let memory = Asking {
            address: Ipv4Addr::new(127, 0, 0, 1),
            list: Told(vec![f64::INFINITY, 2.0, -0.0], Some(3)),
            map: Told(BTreeMap::from([(7, 0.5), (8, f64::NEG_INFINITY), (9, 1.0), (10, 2.0)]), Some(4)),
        };
        type Read = State<f64, Asking>;
        let state = State::new(Iterate::new(3, nalgebra::DVector::from_vec(vec![1.0]), f64::NAN), memory);
        let mut bytes = Vec::new();
        ciborium::into_writer(&state, &mut bytes).unwrap();
        let from_bytes: Read = ciborium::from_reader(bytes.as_slice()).unwrap();
        let from_value: Read = serde_json::from_value(serde_json::to_value(&state).unwrap()).unwrap();
        for read in [from_bytes, from_value] {
            assert_eq!(read.memory, state.memory);
            assert_eq!(read.iterate.loss.to_bits(), f64::NAN.to_bits());
        }
        // texts for people, and floats and bytes for others
        let text = serde_json::to_string(&state).unwrap();
        assert!(text.contains("\"127.0.0.1\"") && text.contains("\"-inf\""), "{text}");
        let contains = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
        assert!(!contains(b"127") && !contains(b"inf") && contains(&[0x84, 0x18, 127, 0, 0, 1]));
    }

    /// What stands in another kind of thing's place is told by both kinds, and a variant without data has none.
    #[test]
    fn kinds_of_things_are_told() {
        let state = State::new(Iterate::new(3, nalgebra::DVector::from_vec(vec![1.0]), 2.0), Kind::None);
        let written = serde_json::to_value(&state).unwrap();
        let read = |place: &str, new: Value| {
            let mut changed = written.clone();
            *changed.pointer_mut(place).unwrap() = new;
            serde_json::from_value::<State<f64, Kind>>(changed).unwrap_err().to_string()
        };
        assert_eq!(read("/iterate/iteration", true.into()), "invalid type: boolean `true`, expected usize");
        assert_eq!(read("/memory", json!({ "None": 3 })), "invalid type: integer `3`, expected unit");
    }

    /// Each way to end is written and read.
    #[test]
    fn endings_are_read_as_they_were_written() {
        let failures = [
            Failure::NotFinite { quantity: "loss", iteration: 3 },
            Failure::SingularHessian { iteration: 3 },
            Failure::SingularJacobian { iteration: 3 },
            Failure::NotMinimum { iteration: 3 },
            Failure::NotConverged { iteration: 3 },
            Failure::NotDescent { iteration: 3 },
            Failure::BoundsLength { given: 2, expected: 1 },
            Failure::LineSearch { iteration: 3 },
            Failure::NoProgress { reason: "a \"quoted\" reason, é", iteration: 3 },
            Failure::NotInverted { iteration: 3, message: "so".to_owned() },
            Failure::Shape { what: "y", given: 1, expected: 2, iteration: 3 },
            Failure::Refused { error: Error::NotFinite { name: "step", value: f64::INFINITY }, iteration: 3 },
            Failure::Refused { error: Error::Empty, iteration: 3 },
            Failure::NoPreimage { target: vec![f64::NEG_INFINITY], component: 0, value: 2.0, iteration: 3 },
        ];
        let ended = |failure: Option<Failure>, converged, warning: Option<&str>| {
            let state: State<f64> = State::new(Iterate::new(3, nalgebra::DVector::from_vec(vec![1.0]), 1.0), ());
            let state = State { failure, converged, warning: warning.map(str::to_owned), ..state };
            let read = carried(&state);
            assert_eq!((read.failure, read.converged, read.warning), (state.failure, state.converged, state.warning));
        };
        for failure in failures {
            ended(Some(failure), None, None);
        }
        ended(None, Some("a test of one's own"), Some("a warning"));
        ended(None, None, None);
    }
}
