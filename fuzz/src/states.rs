//! States of runs as texts, damaged and forged.

use std::sync::OnceLock;

use autodiff::function;
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AdamW, AmsGrad, AnalyticInverse, Bfgs, Bounds, Composite, ConjugateGradient,
    DampedNewton, Descent, Entry, GaussNewton, GradientDescent, HalfInverse, InverseSimulator, LatentOptimizer, Lbfgsb,
    LevenbergMarquardt, Lion, Loss, MixedInverseSimulator, Momentum, NAdam, Nesterov, Newton, Objective, Optimizer,
    Physics, RmsProp, Run, ScaleInvariant, State, SumOfSquares, TrustRegion,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::damage::damage;
use crate::input::Input;

function! {
    fn valley([x, y]) { (y - x * x).powi(2) * 10.0 + (x - 1.0).powi(2) }
    fn sheared([x, y]) -> [2] { [x * 2.0 + y, y.sinh()] }
    fn back([u, v]) -> [2] { let y = v.asinh(); [(u - y) * 0.5, y] }
    fn process([x, y]) -> [2] { [x * y - 1.0, x * x + y - 2.0] }
}

/// A run that is written after some steps, and goes on from what is read.
fn one<P, O>(input: &mut Input<'_>, written: &OnceLock<String>, problem: &P, method: &O)
where
    P: Objective<f64>,
    O: Optimizer<f64, P>,
    O::Memory: Serialize + DeserializeOwned,
    f64: Entry,
{
    let text = written.get_or_init(|| {
        let mut run = Run::new(problem, method, &[-1.2, 1.0]).expect("a sound start").iterations(4);
        run.by_ref().for_each(drop);
        serde_json::to_string(run.state().expect("a state")).expect("a state is a text")
    });
    let mut files = [Some(text.clone().into_bytes())];
    for _ in 0..1 + input.below(4) {
        damage(input, &mut files);
    }
    let [damaged] = files;
    let Ok(damaged) = String::from_utf8(damaged.unwrap_or_default()) else { return };
    let read = |text: &str| serde_json::from_str::<State<f64, O::Memory>>(text);
    let state = match read(&damaged) {
        Ok(state) => {
            let again = serde_json::to_string(&state).expect("a state is a text");
            assert_eq!(again, *text, "a damaged state was read as another");
            state
        }
        // with the digest that it would have: a forger may go on
        Err(error) => {
            let message = error.to_string();
            let Some((_, rest)) = message.split_once("its digest is ") else { return };
            let Some((found, rest)) = rest.split_once(", not ") else { return };
            let typed = rest.split(" at line ").next().unwrap_or_default();
            let forged = damaged.replace(&format!("\"digest\":\"{typed}\""), &format!("\"digest\":\"{found}\""));
            let Ok(state) = read(&forged) else { return };
            state
        }
    };
    let Ok(run) = Run::resume(problem, method, state) else { return };
    // so many more steps, whatever iteration the state says
    assert!(run.take(4).count() <= 4);
}

/// A state that was damaged is refused, or is the one that was written; a state that was forged with its digest does no harm.
pub fn states(data: &[u8]) {
    let mut input = Input::new(data);
    let loss = Loss::new(valley);
    let (staged, inverse) = (Composite::new(sheared, valley), AnalyticInverse::<_, 2, 2>::new(back));
    let squares = SumOfSquares::new(Physics::<_, 2, 2>::new(process));
    macro_rules! choose {
        ($choice:expr; $($number:literal: $problem:expr, $method:expr;)*) => {
            match $choice {
                $($number => {
                    static WRITTEN: OnceLock<String> = OnceLock::new();
                    one(&mut input, &WRITTEN, &$problem, &$method.expect("parameters in their range"));
                })*
                _ => {}
            }
        };
    }
    let bounds = || Bounds::new(vec![-2.0, 0.5], vec![f64::INFINITY, 3.0]);
    choose! {
        input.below(28);
        0: loss, Adam::new(0.1);
        1: loss, bounds().map(|bounds| Lbfgsb::new().bounds(bounds));
        2: loss, Lbfgsb::new().pgtol(0.0);
        3: loss, Newton::new(0.5);
        4: loss, TrustRegion::exact().gtol(0.0);
        5: loss, Descent::new(Bfgs).gtol(0.0);
        6: loss, Descent::new(ConjugateGradient::hager_zhang()).gtol(0.0);
        7: squares, LevenbergMarquardt::new().gtol(0.0);
        8: squares, GaussNewton::new(0.1);
        9: loss, Descent::new(DampedNewton).gtol(0.0);
        10: loss, TrustRegion::steihaug().gtol(0.0);
        11: loss, Descent::new(ConjugateGradient::polak_ribiere()).gtol(0.0);
        12: staged, InverseSimulator::new(0.2, inverse);
        13: staged, MixedInverseSimulator::new(0.2, inverse);
        14: staged, HalfInverse::new(0.02);
        15: staged, Adam::new(0.1).and_then(|adam| ScaleInvariant::new(0.2, inverse, adam));
        16: staged, Lbfgsb::new().pgtol(0.0).map(|inner| LatentOptimizer::new(inner, inverse));
        17: loss, GradientDescent::new(0.01);
        18: loss, Momentum::new(0.01);
        19: loss, Nesterov::new(0.01);
        20: loss, AdaGrad::new(0.5);
        21: loss, RmsProp::new(0.1);
        22: loss, AdamW::new(0.1);
        23: loss, AmsGrad::new(0.1);
        24: loss, NAdam::new(0.1);
        25: loss, AdaMax::new(0.1);
        26: loss, AdaDelta::new(1.0);
        27: loss, Lion::new(0.1);
    }
}
