//! What `cost` reports: each mode once, and the cheapest recommended. Times are not tested.

use autodiff::{Costs, Derivative, Mode, cost, cost_of_map, function};

function! {
    fn chain(x: []) { x.iter().map(|&x| (x * x).sin()).sum() }
    fn products(x: []) -> [] { x.windows(2).map(|x| x[0] * x[1]).collect() }
}

fn check(costs: &Costs, derivative: Derivative, modes: &[Mode]) {
    let found: Vec<Mode> = costs.costs.iter().filter(|c| c.derivative == derivative).map(|c| c.mode).collect();
    assert_eq!(found.len(), modes.len(), "{found:?}");
    assert!(modes.iter().all(|mode| found.contains(mode)), "{found:?}, {modes:?}");
    let best = costs.recommended(derivative).unwrap();
    for cost in costs.costs.iter().filter(|c| c.derivative == derivative) {
        assert!(cost.time >= best.time && cost.evaluations >= best.evaluations);
        let evaluations = cost.time.as_secs_f64() / costs.plain.as_secs_f64();
        assert!((cost.evaluations - evaluations).abs() <= 0.1 * evaluations + 1.0, "{cost:?}, {evaluations}");
    }
}

fn forward(widths: &[usize]) -> impl Iterator<Item = Mode> + '_ {
    widths.iter().map(|width| Mode::Forward { width: *width })
}

#[test]
fn each_mode_is_there_once() {
    let costs = cost(&chain, &[0.5_f64; 10]);
    let mut modes: Vec<Mode> = forward(&[1, 2, 4, 8, 12, 16]).collect();
    modes.extend([Mode::Chosen, Mode::Reverse]);
    check(&costs, Derivative::Gradient, &modes);
    let modes = [Mode::Chosen, Mode::Forward { width: 4 }, Mode::ForwardOverReverse, Mode::Sparse { colours: 1 }];
    check(&costs, Derivative::Hessian, &modes);
    assert!(costs.recommended(Derivative::Jacobian).is_none());
    let table = costs.to_string();
    assert_eq!((table.lines().count(), table.matches("recommended").count()), (costs.costs.len() + 1, 2), "{table}");

    for mode in ["as chosen", "forward, 12 at a time", "reverse", "forward over reverse", "sparse, 1 colours"] {
        assert!(table.lines().any(|line| line[10..].starts_with(&format!("{mode}  "))), "{mode}: {table}");
    }

    // eight are not worth trying, as four hold all
    let costs = cost(&chain, &[0.5_f64; 4]);
    let mut modes: Vec<Mode> = forward(&[1, 2, 4]).collect();
    modes.extend([Mode::Chosen, Mode::Reverse]);
    check(&costs, Derivative::Gradient, &modes);

    let costs = cost_of_map(&products, &[0.5_f32; 3]);
    let mut modes: Vec<Mode> = forward(&[1, 2, 4]).collect();
    modes.extend([Mode::Chosen, Mode::Reverse, Mode::Sparse { colours: 2 }]);
    check(&costs, Derivative::Jacobian, &modes);
}

#[test]
fn without_variables_there_is_something_to_measure_too() {
    function! { fn constant(_x: []) { T::zero() } }
    let costs = cost::<f64>(&constant, &[]);
    assert!(costs.recommended(Derivative::Hessian).is_some(), "{costs}");
}
