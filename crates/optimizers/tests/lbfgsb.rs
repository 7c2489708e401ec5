//! L-BFGS-B beside scipy's, and its published test problem.

mod support;

use autodiff::function;
use optimizers::nalgebra::DVector;
use optimizers::{
    Bounds, Composite, Error, Failure, ForwardDifferences, Inversion, Inverted, Lbfgsb, Loss, Map,
    MixedInverseSimulator, NumericInverse, Objective, OwnGradient, Physics, Report, Run, Status,
};
use serde_json::Value;
use support::{hexadecimal, hexadecimals};

function! {
    fn parabola([x0, x1]) -> [2] { [x0, x1 * x1] }
    fn square([y0, y1]) { y0 * y0 + y1 * y1 }
}

type ValueAndGradient = fn(&[f64]) -> (f64, Vec<f64>);

/// A function of any number of variables with its gradient, as the script beside the cases has it.
struct Handwritten {
    n: usize,
    value_and_gradient: ValueAndGradient,
}

impl Objective<f64> for Handwritten {
    fn dimension(&self) -> usize {
        self.n
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        (self.value_and_gradient)(x.as_slice()).0
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        let (value, gradient) = (self.value_and_gradient)(x.as_slice());
        (value, DVector::from_vec(gradient))
    }
}

fn rosenbrock(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut g) = (0.0, vec![0.0; x.len()]);
    for i in 0..x.len() - 1 {
        let (a, b) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * (a * a) + b * b;
        g[i] += -400.0 * a * x[i] - 2.0 * b;
        g[i + 1] += 200.0 * a;
    }
    (value, g)
}

fn quartic(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut g) = (0.0, vec![0.0; x.len()]);
    for i in 0..x.len() {
        let (a, k) = (x[i] - i as f64, i as f64 + 1.0);
        value += k * (a * a) + (a * a) * (a * a);
        g[i] = 2.0 * k * a + 4.0 * (a * a) * a;
    }
    (value, g)
}

fn coupled(x: &[f64]) -> (f64, Vec<f64>) {
    let (mut value, mut g) = (0.0, vec![0.0; x.len()]);
    for i in 0..x.len() - 1 {
        let a = x[i] + 2.0 * x[i + 1] - 3.0;
        let b = x[i] * x[i + 1] - 1.0;
        value += a * a + 0.5 * (b * b);
        g[i] += 2.0 * a + b * x[i + 1];
        g[i + 1] += 4.0 * a + b * x[i];
    }
    (value, g)
}

#[derive(Debug)]
struct Outcome {
    x: Vec<f64>,
    iterations: usize,
    evaluations: usize,
    task: String,
}

fn count(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

impl Outcome {
    /// scipy's, from the file.
    fn read(case: &Value) -> Self {
        Outcome {
            x: hexadecimals(&case["x"]),
            iterations: count(&case["iterations"]),
            evaluations: count(&case["evaluations"]),
            task: case["task"].as_str().unwrap().to_owned(),
        }
    }

    fn of(found: Inverted<f64>) -> Self {
        let Inversion { iterations, evaluations, message, .. } = found.inversion.unwrap();
        Outcome { x: found.x.as_slice().to_vec(), iterations, evaluations, task: message }
    }

    /// To the last bit; where both searches fail, but for the words and the count, in which scipy includes the failed trials.
    fn is_as(&self, scipy: &Outcome) -> bool {
        let failed = scipy.task == "ABNORMAL_TERMINATION_IN_LNSRCH" && self.task.starts_with("the line search");
        let same_ending = self.task == scipy.task || failed;
        same_ending && (&self.x, self.iterations, self.evaluations) == (&scipy.x, scipy.iterations, scipy.evaluations)
    }
}

/// Whether a step leads to, or towards, a point where all variables stand on a bound: there the model leaves none free.
fn aims_at_a_corner(bounds: &Bounds<f64>, from: &DVector<f64>, to: &DVector<f64>) -> bool {
    let ahead = |i: usize| if to[i] < from[i] { bounds.lower(i) } else { bounds.upper(i) };
    let on_a_bound = |i: usize| [bounds.lower(i), bounds.upper(i)].contains(&Some(from[i]));
    let (still, moving): (Vec<usize>, Vec<usize>) = (0..from.len()).partition(|&i| to[i] == from[i]);
    let steps = moving.iter().map(|&i| ahead(i).map(|bound| (bound - from[i]) / (to[i] - from[i])));
    let Some(steps) = steps.collect::<Option<Vec<f64>>>() else { return false };
    let same = steps.iter().all(|step| (step / steps[0] - 1.0).abs() < 1e-9);
    still.into_iter().all(on_a_bound) && !steps.is_empty() && same
}

/// What the run of a case ends with, and whether one of its steps aims at a corner.
fn solve(case: &Value) -> (Outcome, bool) {
    let start = hexadecimals(&case["start"]);
    let kind = case["kind"].as_str().unwrap();
    if kind == "inversion" {
        let target = DVector::from_vec(hexadecimals(&case["target"]));
        let found = NumericInverse::with_differences()
            .find(&Physics::<_, 2, 2>::new(parabola) as &dyn Map<f64>, &target, &DVector::from_vec(start))
            .unwrap();
        return (Outcome::of(found), false);
    }
    let functions: [(&str, ValueAndGradient); 3] =
        [("rosenbrock", rosenbrock), ("quartic", quartic), ("coupled", coupled)];
    let value_and_gradient = functions.iter().find(|f| f.0 == kind).unwrap().1;
    let bound = |name: &str, none: f64| -> Vec<f64> {
        case[name].as_array().unwrap().iter().map(|v| v.as_str().map_or(none, hexadecimal)).collect()
    };
    let bounds = Bounds::new(bound("lower", f64::NEG_INFINITY), bound("upper", f64::INFINITY)).unwrap();
    let method = Lbfgsb::new().memory(count(&case["m"])).unwrap().bounds(bounds.clone());
    let problem = Handwritten { n: start.len(), value_and_gradient };
    let report = Run::new(&problem, &method, &start).unwrap().finish();
    let last = report.trajectory.last().unwrap();
    let outcome = Outcome {
        x: last.x.as_slice().to_vec(),
        iterations: last.iteration,
        evaluations: last.evaluations.value,
        task: report.status.to_string(),
    };
    (outcome, report.trajectory.windows(2).any(|pair| aims_at_a_corner(&bounds, &pair[0].x, &pair[1].x)))
}

/// The same points to the last bit, the same counts and endings.
///
/// So in all but 6 of the 20,000 cases of seeds 2 to 5 and 7 to 12 (1000 inversions and 1000 minimizations each). In those six
/// a step leaves no variable free, where scipy forgets to update its matrix (see `Split`); no other difference is allowed, nor more
/// than one case of a thousand (seed 8 has three of its 2,000, and fails).
/// With the kernel Haswell, which fuses products and sums, scipy itself ends on other bits in 2435 of the cases of seeds 2 to 5, and
/// with other counts or eight decimals in 98.
#[test]
fn as_scipy() {
    let text = match std::env::var("SCIPY_CASES") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => include_str!("scipy/cases.json").to_owned(),
    };
    let document: Value = serde_json::from_str(&text).unwrap();
    let cases = document["cases"].as_array().unwrap();
    let (mut different, mut meant) = (Vec::new(), 0);
    for (number, case) in cases.iter().enumerate() {
        let (scipy, (ours, held)) = (Outcome::read(case), solve(case));
        if !ours.is_as(&scipy) {
            meant += usize::from(held);
            different.push(format!("case {number}, {}: scipy {scipy:?}, ours {ours:?}", case["kind"]));
        }
    }
    let (differ, all, list) = (different.len(), cases.len(), different.join("\n"));
    let report = format!("{differ} of {all} cases differ, {meant} of them after a step to a corner\n{list}");
    println!("{report}");
    assert_eq!(differ, meant, "{report}");
    assert!(differ * 1000 <= all, "{report}");
}

/// The notebook's ten steps from other starts: the same targets, points to the last bit, counts and endings, as above.
///
/// So in all of 2200 chains (2000 of seed 2, 200 of seed 3). With the kernel Haswell, scipy itself comes
/// to other bits in 37 of those 200, and to other eight decimals in 3.
#[test]
fn chains_of_inversions_as_scipy() {
    let text = match std::env::var("SCIPY_CHAINS") {
        Ok(path) => std::fs::read_to_string(path).unwrap(),
        Err(_) => include_str!("scipy/chains.json").to_owned(),
    };
    let document: Value = serde_json::from_str(&text).unwrap();
    let chains = document["chains"].as_array().unwrap();
    let problem = Composite::new(parabola, square);
    let mut different = Vec::new();
    for (number, chain) in chains.iter().enumerate() {
        let eta = hexadecimal(chain["eta"].as_str().unwrap()) as f32;
        let method = MixedInverseSimulator::new(eta, NumericInverse::with_differences()).unwrap();
        let start = hexadecimals(&chain["start"]);
        let steps = chain["steps"].as_array().unwrap();
        let report = Run::new(&problem, &method, &start).unwrap().iterations(steps.len()).finish();
        assert_eq!(report.trajectory.len(), steps.len() + 1, "chain {number}: {}", report.status);
        for (step, iterate) in steps.iter().zip(&report.trajectory[1..]) {
            let scipy = Outcome::read(step);
            let target = iterate.y_target.as_ref().unwrap();
            let ours =
                Outcome::of(Inverted { inversion: iterate.inversion.clone(), ..Inverted::new(iterate.x.clone()) });
            if !ours.is_as(&scipy) || target.as_slice() != hexadecimals(&step["target"]) {
                let origin = format!("chain {number} from {start:?} by {eta}, step {}", iterate.iteration);
                different.push(format!("{origin}: scipy {scipy:?}, ours {ours:?}"));
                break;
            }
        }
    }
    let report = format!("{} of {} chains differ\n{}", different.len(), chains.len(), different.join("\n"));
    println!("{report}");
    assert!(different.len() * 1000 <= chains.len(), "{report}");
}

function! {
    /// The first driver problem of TOMS 778 (Zhu, Byrd, Lu, Nocedal 1997).
    fn driver1(x: [25]) {
        let mut sum = (x[0] - 1.0).powi(2) * 0.25;
        for i in 1..25 {
            sum += (x[i] - x[i - 1] * x[i - 1]).powi(2);
        }
        sum * 4.0
    }
    fn hill([x0, x1]) { (x0 - 2.0).powi(2) + (x1 + 1.0).powi(2) + x0 * x1 }
    fn logarithm([x]) { x - x.ln() }
}

fn driver1_bounds() -> Bounds<f64> {
    // 1 ≤ xᵢ ≤ 100 for odd i, −100 ≤ xᵢ ≤ 100 for even ones, counted from 1
    let lower = (0..25).map(|i| if i % 2 == 0 { 1.0 } else { -100.0 }).collect();
    Bounds::new(lower, vec![100.0; 25]).unwrap()
}

/// The same with the published driver's own gradient.
fn driver1_by_hand(x: &[f64]) -> (f64, Vec<f64>) {
    let n = x.len();
    let t: Vec<f64> = x.windows(2).map(|w| w[1] - w[0] * w[0]).collect();
    let value = 4.0 * t.iter().fold(0.25 * ((x[0] - 1.0) * (x[0] - 1.0)), |sum, t| sum + t * t);
    let mut g = vec![2.0 * (x[0] - 1.0) - 16.0 * x[0] * t[0]];
    g.extend((1..n - 1).map(|i| 8.0 * t[i - 1] - 16.0 * x[i] * t[i]));
    g.push(8.0 * t[n - 2]);
    (value, g)
}

/// The loss's twelve digits hang on the order of every sum: scipy gives ..349 with OpenBLAS's kernels for AVX and SSE4,
/// ..352 and ..347 with those for older and newer processors. With the driver's own gradient all bits are scipy's
/// (1.9.3, kernel Sandybridge or Haswell).
#[test]
fn toms_778_driver_1() {
    let method = Lbfgsb::new().memory(5).unwrap().bounds(driver1_bounds());
    let by_hand = Handwritten { n: 25, value_and_gradient: driver1_by_hand };
    let exact = Loss::new(driver1);
    let mut losses = Vec::new();
    for problem in [&by_hand as &dyn Objective<f64>, &exact] {
        let report = Run::new(problem, &method, &[3.0; 25]).unwrap().finish();
        let last = report.trajectory.last().unwrap();
        assert_eq!((last.iteration, last.evaluations.value), (23, 28));
        assert_eq!(format!("{:.11e}", last.loss), "1.08349008349e-9");
        assert!(matches!(report.status, Status::Converged(_)));
        losses.push(last.loss);
    }
    assert_eq!(losses[0], hexadecimal("0x1.29d3d6251e542p-30"));
}

/// A step costs the variables times the pairs, and copies no pairs: 7 ms (11 ms with bounds) with 10⁵ chained variables,
/// 80 ms (114 ms) with 10⁶, of which the function takes 0.4 ms and 4 ms (optimized, one core).
#[test]
fn many_variables() {
    let n = 20_000;
    // minimum at 1 + i mod 7, where it is within the bounds
    fn valleys(x: &[f64]) -> (f64, Vec<f64>) {
        let parts = x.iter().enumerate().map(|(i, x)| {
            let (a, k) = (x - (1 + i % 7) as f64, (1 + i % 5) as f64);
            (k * (a * a) + (a * a) * (a * a), 2.0 * k * a + 4.0 * (a * a) * a)
        });
        parts.fold((0.0, Vec::with_capacity(x.len())), |(value, mut g), (part, slope)| {
            g.push(slope);
            (value + part, g)
        })
    }
    let bounds = Bounds::new(vec![2.0; n], vec![f64::INFINITY; n]).unwrap();
    let problem = Handwritten { n, value_and_gradient: valleys };
    let report = Run::new(&problem, &Lbfgsb::new().bounds(bounds), &vec![5.0; n]).unwrap().finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    let last = report.trajectory.last().unwrap();
    assert!(last.iteration < 30, "{}", last.iteration);
    for (i, x) in last.x.iter().enumerate() {
        let expected = ((1 + i % 7) as f64).max(2.0);
        assert!((x - expected).abs() < 1e-3, "x{i} = {x}, not {expected}");
    }
}

#[test]
fn a_solution_on_a_bound_satisfies_the_first_order_conditions() {
    // (∂/∂x0, ∂/∂x1) = (2 x0 − 4 + x1, 2 x1 + 2 + x0): with x1 ≥ 0 the minimum is at (2, 0), where the slope in x1 is 4
    let bounds = Bounds::new(vec![f64::NEG_INFINITY, 0.0], vec![f64::INFINITY; 2]).unwrap();
    let report = Run::new(&Loss::new(hill), &Lbfgsb::new().bounds(bounds), &[-3.0, 5.0]).unwrap().finish();
    let last = report.trajectory.last().unwrap();
    assert!((last.x[0] - 2.0).abs() < 1e-6, "{}", last.x);
    assert_eq!(last.x[1], 0.0);
    let gradient = last.gradient.as_ref().unwrap();
    assert!(gradient[0].abs() <= 1e-5 && gradient[1] > 3.9);
}

#[test]
fn every_iterate_stays_within_the_bounds() {
    let bounds = driver1_bounds();
    let method = Lbfgsb::new().bounds(bounds.clone());
    for iterate in Run::new(&Loss::new(driver1), &method, &[50.0; 25]).unwrap() {
        assert_eq!(bounds.project(&iterate.x), iterate.x);
    }
}

#[test]
fn a_run_goes_on_from_any_of_its_states() {
    let (problem, method) = (Loss::new(driver1), Lbfgsb::new().bounds(driver1_bounds()));
    let whole: Report<f64> = Run::new(&problem, &method, &[3.0; 25]).unwrap().finish();
    let mut state = optimizers::Optimizer::init(&method, &problem, DVector::from_element(25, 3.0)).unwrap();
    for expected in &whole.trajectory[1..] {
        let again = optimizers::Optimizer::step(&method, &problem, &state).unwrap();
        state = optimizers::Optimizer::step(&method, &problem, &state).unwrap();
        assert_eq!((&state.iterate.x, &again.iterate.x), (&expected.x, &expected.x));
    }
}

/// The least curvature along the path is in proportion to that at its start, so a small unit of L changes nothing. The losses are those
/// of scipy 1.9.3 (`fmin_l_bfgs_b`, factr = 0, pgtol = 1e−15), divided by the unit.
#[test]
fn a_loss_in_small_units() {
    let unit = 1e-6;
    let problem = OwnGradient::new(8, |x: &[f64], g: &mut [f64]| {
        let mut loss = 0.0;
        for i in 0..8 {
            let (weight, off) = (1.0 + (i * i) as f64, x[i] - 3.0 * (1.7 * i as f64 + 1.0).sin());
            let (before, after) = (if i > 0 { x[i - 1] } else { 0.0 }, x.get(i + 1).unwrap_or(&0.0));
            loss += weight * off * off + 0.7 * x[i] * before;
            g[i] = (2.0 * weight * off + 0.7 * (before + after)) * unit;
        }
        loss * unit
    });
    let (lower, upper) = (0..8).map(|i| if i % 2 == 0 { (-0.5, 0.8) } else { (-20.0, 20.0) }).unzip();
    let method =
        Lbfgsb::new().factr(0.0).unwrap().pgtol(1e-9 * unit).unwrap().bounds(Bounds::new(lower, upper).unwrap());
    let report = Run::new(&problem, &method, &[0.1; 8]).unwrap().finish();
    let scipy = [582.0975342365001, 342.5059527517973, 337.63271591958886, 336.1332179434732, 334.41352858149287];
    for (point, wanted) in report.trajectory[1..].iter().zip(scipy) {
        let found = point.loss / unit;
        assert!((found / wanted - 1.0).abs() < 1e-12, "{}: {found} {wanted}", point.iteration);
    }
    assert_eq!(report.trajectory.len(), 18);
}

#[test]
fn single_precision_arrives_too() {
    let method = Lbfgsb::<f32>::new().bounds(Bounds::new(vec![0.0, 0.0], vec![1.5, 9.0]).unwrap());
    let report = Run::new(&Loss::new(hill), &method, &[0.5, 3.0]).unwrap().finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [1.5, 0.0]);
}

function! {
    fn ridge([x, y]) { x * x * 0.3 - y * y * 400.0 }

    fn tug([a, b, c, d, e]) {
        (d + 1.679931640625).powi(2) * -0.000244140625 + (e - 5.60400390625).powi(2) * 0.999755859375
            + (a + b + c + d + e).powi(2) * 6.643310546875
    }
}

#[test]
fn a_start_outside_is_projected_and_the_report_says_so() {
    let bounds = Bounds::new(vec![0.0, 0.0], vec![1.0, 1.0]).unwrap();
    let report = Run::new(&Loss::new(hill), &Lbfgsb::new().bounds(bounds), &[-1.0, 7.0]).unwrap().finish();
    assert_eq!(report.trajectory[0].x.as_slice(), [0.0, 1.0]);
    assert!(report.warnings[0].contains("projected"));
}

/// x + α d may round to the other side of a bound, of the line search as of the model's path.
#[test]
fn points_stay_within_the_bounds() {
    let inf = f64::INFINITY;
    let (saddle, coupled) = (Loss::new(ridge), Loss::new(tug));
    let near_zero = [1e-310, 1.918212890625];
    type Case<'a> = (&'a dyn Objective<f64>, &'a [f64], &'a [[f64; 2]]);
    let cases: [Case<'_>; 2] = [
        (&saddle, &[1.9, 1.1], &[[1e-20, inf], [-inf, inf]]),
        (
            &coupled,
            &[2.0, 6.195556640625, 2.0, 1e-310, 0.0],
            &[near_zero, [7.651611328125, inf], near_zero, [-5.160888671875, inf], [-inf, 6.1875]],
        ),
    ];
    for (problem, start, sides) in cases {
        let (lower, upper) = sides.iter().map(|&[l, u]| (l, u)).unzip();
        let bounds = Bounds::new(lower, upper).unwrap();
        let report = Run::new(problem, &Lbfgsb::new().bounds(bounds), start).unwrap().finish();
        assert!(report.trajectory.len() > 1);
        for iterate in &report.trajectory {
            let within = |(x, [l, u]): (&f64, &[f64; 2])| (l..=u).contains(&x);
            assert!(iterate.x.iter().zip(sides).all(within), "{:?}", iterate.x);
        }
    }
}

/// Where the gradient's square overflows, the model knows no step: f does not rise, and x stays.
#[test]
fn a_gradient_whose_square_overflows_ends_the_run() {
    let infinity = f64::INFINITY;
    for (lower, upper) in [
        ([-5.0, 0.5], [infinity, 4.0]),
        ([-infinity, 0.5], [infinity, infinity]),
        ([-5.0, -infinity], [infinity, infinity]),
        ([-infinity; 2], [infinity; 2]),
    ] {
        let steep = OwnGradient::new(2, |x: &[f64], g: &mut [f64]| {
            let w = [1e203, 5.0];
            g.copy_from_slice(&[2.0 * w[0] * (x[0] - 0.75), 2.0 * w[1] * (x[1] - 0.25)]);
            w[0] * (x[0] - 0.75).powi(2) + w[1] * (x[1] - 0.25).powi(2)
        });
        let bounds = Bounds::new(lower.to_vec(), upper.to_vec()).unwrap();
        let report = Run::new(&steep, &Lbfgsb::new().bounds(bounds), &[-2.0, 1.0]).unwrap().finish();
        assert!(report.status.to_string().starts_with("the line search"), "{lower:?}: {}", report.status);
        assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [-2.0, 1.0], "{lower:?}");
    }
}

#[test]
fn no_bounds_are_infinite_ones() {
    let infinite = Bounds::new(vec![f64::NEG_INFINITY; 2], vec![f64::INFINITY; 2]).unwrap();
    assert_eq!(Bounds::none(2), infinite);
    assert!(!infinite.constrains_any());
}

#[test]
fn bad_bounds_and_tolerances_are_refused() {
    let refused = |lower: f64, upper: f64| Bounds::new(vec![0.0, lower], vec![1.0, upper]).unwrap_err();
    assert_eq!(refused(2.0, 1.0), Error::BoundsCross { index: 1, lower: 2.0, upper: 1.0 });
    assert_eq!(refused(f64::NAN, 1.0), Error::BoundIsNan { name: "lower", index: 1 });
    assert_eq!(refused(0.0, f64::NAN), Error::BoundIsNan { name: "upper", index: 1 });
    let wrong_way = Error::BoundsCross { index: 1, lower: f64::INFINITY, upper: f64::INFINITY };
    assert_eq!(refused(f64::INFINITY, f64::INFINITY), wrong_way);
    let lengths = Bounds::new(vec![0.0; 2], vec![0.0; 3]).unwrap_err();
    assert_eq!(lengths, Error::Length { name: "upper", given: 3, expected: 2 });
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        assert!(matches!(Lbfgsb::new().factr(bad).unwrap_err(), Error::Negative { name: "factr", .. }));
        assert!(matches!(Lbfgsb::new().pgtol(bad).unwrap_err(), Error::Negative { name: "pgtol", .. }));
    }
    assert!(matches!(Lbfgsb::<f64>::new().memory(0).unwrap_err(), Error::NotPositive { name: "memory", .. }));
    let method = Lbfgsb::new().bounds(Bounds::none(3));
    let report = Run::new(&Loss::new(hill), &method, &[0.0, 0.0]).unwrap().finish();
    assert_eq!(report.status, Status::Failed(Failure::BoundsLength { given: 3, expected: 2 }));
}

#[test]
fn leaving_the_domain_ends_the_run_and_keeps_the_best() {
    let differences = Lbfgsb::new().differences(ForwardDifferences::default());
    for method in [Lbfgsb::new(), differences] {
        // the first step from 1e−3 goes far; from −1 there is no value at all
        let report = Run::new(&Loss::new(logarithm), &method, &[-1.0]).unwrap().finish();
        assert_eq!(report.status, Status::NotFinite { quantity: "loss", iteration: 0 });
        assert_eq!((report.trajectory.len(), report.best), (1, None));
        assert!(f64::is_nan(report.trajectory[0].loss));
    }
}

/// What a step tells: where it came from, and y(x) at its end.
#[test]
fn a_step_tells_its_update_and_y() {
    function! { fn tall([y0, y1]) { y0 * y0 + (y1 - 2.0).powi(2) } }
    let problem = Composite::new(parabola, tall);
    let report = Run::new(&problem, &Lbfgsb::new(), &[3.0, 3.0]).unwrap().finish();
    assert!(report.trajectory.len() > 3 && matches!(report.status, Status::Converged(_)), "{}", report.status);
    for pair in report.trajectory.windows(2) {
        assert_eq!(pair[1].update, Some(&pair[0].x - &pair[1].x));
        assert_eq!(pair[1].y, problem.observe(&pair[1].x));
    }
}

/// A decrease within the tolerance, of a loss below 1, is no rounding as long as L shows it.
#[test]
fn a_small_decrease_that_is_seen_is_convergence() {
    let problem = OwnGradient::new(1, |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = 2e-4 * x[0];
        x[0] * x[0] * 1e-4
    });
    let end = |factr: f64| {
        let method = Lbfgsb::new().factr(factr).unwrap().pgtol(0.0).unwrap();
        Run::new(&problem, &method, &[1e-6]).unwrap().finish().status
    };
    let reduction = Status::Converged("CONVERGENCE: REL_REDUCTION_OF_F_<=_FACTR*EPSMCH");
    assert_eq!([end(1.0), end(10.0)], [reduction.clone(), reduction]);
    // beside 1 it is not seen
    let flat = OwnGradient::new(1, |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = 2e-4 * x[0];
        1.0 + x[0] * x[0] * 1e-4
    });
    for (factr, converged) in [(0.0, false), (1.0, false), (1.5, true), (1e7, true)] {
        let method = Lbfgsb::new().factr(factr).unwrap().pgtol(0.0).unwrap();
        let status = Run::new(&flat, &method, &[1e-6]).unwrap().finish().status;
        assert_eq!(matches!(status, Status::Converged(_)), converged, "{factr}: {status}");
    }
}

/// Where the model leads so far over a wall that the trials do not suffice to come back, it begins anew from −g.
#[test]
fn a_search_that_fails_is_made_again_without_the_pairs() {
    let (small, wall) = (1e-6, -1e-8);
    let problem = OwnGradient::new(1, |x: &[f64], gradient: &mut [f64]| {
        let inside = x[0] >= wall;
        gradient[0] = if inside { small * (x[0] + 1.0) } else { -small };
        if inside { small * (x[0] + 1.0).powi(2) * 0.5 } else { small * 0.5 }
    });
    let method = Lbfgsb::new().pgtol(0.0).unwrap().factr(0.0).unwrap();
    let report = Run::new(&problem, &method, &[1.0]).unwrap().iterations(2).finish();
    assert_eq!(report.status, Status::MaxIterations);
    assert_eq!(report.trajectory[1].x[0], 0.0);
    let last = &report.trajectory[2];
    assert!((wall..0.0).contains(&last.x[0]) && last.evaluations.value > 22, "{last:?}");
}
