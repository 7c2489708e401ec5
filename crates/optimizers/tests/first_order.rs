//! The first-order methods beside optax (references made by the script in `optax/`), and at special points.

mod support;

use autodiff::{Dual, Elementary, Float, Number, Scalar, derivative, function};
use optimizers::nalgebra::DVector;
use optimizers::*;
use proptest::prelude::*;
use serde_json::Value;
use support::{hexadecimal, hexadecimals};

function! {
    fn notebook([x0, x1]) { x0 * x0 + x1.powi(4) }
    fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + x0 * x1 * 0.5 + (x1 + 2.0).powi(2) * 2.0 }
    fn flat_at_the_start([x0, x1]) { (x0 - 3.0).powi(2) + x1 }
    fn logarithm([x]) { x.ln() }
}

/// Does something with each of the twelve methods, at its defaults with a step size: `$do!(name, method)`.
macro_rules! each_method {
    ($T:ty, $step:expr, $do:ident) => {
        $do!("gd", GradientDescent::<$T>::new($step).unwrap());
        $do!("momentum", Momentum::<$T>::new($step).unwrap());
        $do!("nesterov", Nesterov::<$T>::new($step).unwrap());
        $do!("adagrad", AdaGrad::<$T>::new($step).unwrap());
        $do!("rmsprop", RmsProp::<$T>::new($step).unwrap());
        $do!("adam", Adam::<$T>::new($step).unwrap());
        $do!("adamw", AdamW::<$T>::new($step).unwrap());
        $do!("amsgrad", AmsGrad::<$T>::new($step).unwrap());
        $do!("nadam", NAdam::<$T>::new($step).unwrap());
        $do!("adamax", AdaMax::<$T>::new($step).unwrap());
        $do!("adadelta", AdaDelta::<$T>::new($step).unwrap());
        $do!("lion", Lion::<$T>::new($step).unwrap());
    };
}

fn relative(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let error = |(a, b): (&f64, &f64)| if a == b { 0.0 } else { (a - b).abs() / b.abs() };
    ours.iter().zip(theirs).map(error).fold(0.0, f64::max)
}

#[test]
fn ten_steps_on_the_notebooks_loss_are_those_of_optax() {
    let document: Value = serde_json::from_str(include_str!("optax/notebook.json")).unwrap();
    let rows = document.as_array().unwrap();
    assert_eq!(rows.len(), 12);
    let mut seen = Vec::new();
    for row in rows {
        let call = row["optimizer"].as_str().unwrap();
        let (name, arguments) = call.strip_suffix(')').unwrap().split_once('(').unwrap();
        let (step, flags) = arguments.split_once(',').unwrap_or((arguments, ""));
        let name = match (name, flags) {
            ("sgd", "") => "gd",
            ("sgd", "momentum=0.9") => "momentum",
            ("sgd", "momentum=0.9,nesterov") => "nesterov",
            (name, "") => name,
            other => panic!("{other:?}"),
        };
        let step: f64 = step.parse().unwrap();
        macro_rules! compare {
            ($name:literal, $method:expr) => {
                if name == $name {
                    let history = row["history"].as_array().unwrap();
                    let start = hexadecimals(&history[0]);
                    let report = Run::new(&Loss::new(notebook), &$method, &start).unwrap().iterations(10).finish();
                    for (iterate, theirs) in report.trajectory.iter().zip(history) {
                        let error = relative(iterate.x.as_slice(), &hexadecimals(theirs));
                        assert!(error <= 1e-12, "{name}, iteration {}: {error:e}", iterate.iteration);
                    }
                    seen.push(name);
                }
            };
        }
        each_method!(f64, step, compare);
    }
    assert_eq!(seen.len(), 12, "{seen:?}");
}

/// A loss of the generator's, with its gradient by hand.
enum Random {
    /// Σ aᵢ (xᵢ − bᵢ)² + cᵢ xᵢ⁴ + dᵢ cos xᵢ + Σ eᵢ xᵢ xᵢ₊₁
    Mixed { a: Vec<f64>, b: Vec<f64>, c: Vec<f64>, d: Vec<f64>, e: Vec<f64> },
    /// (x − b)ᵀ m (x − b) / 2
    Quadratic { m: Vec<f64>, b: Vec<f64> },
    /// Σ 100 (xᵢ₊₁ − xᵢ²)² + (1 − xᵢ)² of n variables
    Rosenbrock(usize),
    /// x₀² + x₁⁴
    Notebook,
}

impl Random {
    fn new(row: &Value) -> Self {
        let list = |name: &str| hexadecimals(&row["problem"][name]);
        match row["problem"]["kind"].as_str().unwrap() {
            "mixed" => Random::Mixed { a: list("a"), b: list("b"), c: list("c"), d: list("d"), e: list("e") },
            "quadratic" => Random::Quadratic { m: list("m"), b: list("b") },
            "rosenbrock" => Random::Rosenbrock(row["history"]["0"].as_array().unwrap().len()),
            "notebook" => Random::Notebook,
            other => panic!("{other}"),
        }
    }

    fn slope<F: Float, T: Scalar<F>>(&self, x: &[T], i: usize) -> T {
        let ahead = |e: &[f64]| if i + 1 < x.len() { x[i + 1] * F::of(e[i]) } else { T::zero() };
        let behind = |e: &[f64]| if i > 0 { x[i - 1] * F::of(e[i - 1]) } else { T::zero() };
        match self {
            Random::Mixed { a, b, c, d, e } => {
                let of = |list: &[f64]| F::of(list[i]);
                let own = (x[i] - of(b)) * (of(a) * F::of(2.0)) + x[i] * x[i] * x[i] * (of(c) * F::of(4.0))
                    - x[i].sin() * of(d);
                own + (ahead(e) + behind(e))
            }
            Random::Quadratic { m, b } => {
                let row = &m[i * x.len()..][..x.len()];
                row.iter().zip(x).zip(b).map(|((&m, &x), &b)| (x - F::of(b)) * F::of(m)).sum()
            }
            Random::Rosenbrock(n) => {
                let bend = |i: usize| x[i + 1] - x[i] * x[i];
                let mut slope = T::zero();
                if i + 1 < *n {
                    slope += bend(i) * F::of(-400.0) * x[i] - (-x[i] + F::of(1.0)) * F::of(2.0);
                }
                if i > 0 {
                    slope += bend(i - 1) * F::of(200.0);
                }
                slope
            }
            Random::Notebook if i == 0 => x[0] * F::of(2.0),
            Random::Notebook => x[1] * x[1] * x[1] * F::of(4.0),
        }
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> Objective<T> for Random {
    fn dimension(&self) -> usize {
        match self {
            Random::Mixed { b, .. } | Random::Quadratic { b, .. } => b.len(),
            Random::Rosenbrock(n) => *n,
            Random::Notebook => 2,
        }
    }
    /// Not looked at by these methods: the gradient alone leads them.
    fn value(&self, _: &DVector<T>) -> T {
        T::zero()
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        (self.value(x), DVector::from_fn(x.len(), |i, _| self.slope(x.as_slice(), i)))
    }
}

fn schedule<T: Entry>(row: &Value, step: T) -> Schedule<T> {
    let Some(list) = row["schedule"].as_array() else { return Schedule::constant(step).unwrap() };
    let number = |i: usize| T::constant(T::Precision::of(hexadecimal(list[i].as_str().unwrap())));
    let count = |i: usize| hexadecimal(list[i].as_str().unwrap()) as usize;
    let zero = T::zero();
    match list[0].as_str().unwrap() {
        "exponential" => Schedule::exponential(step, count(1), number(2)),
        "staircase" => Schedule::exponential(step, count(1), number(2)).unwrap().staircase().end(number(3)),
        "cosine" => Schedule::cosine(step, count(1), number(2), number(3)),
        "warm_up_cosine" => {
            let cosine = Schedule::cosine(step, count(3), number(4), zero + T::one()).unwrap();
            Ok(Schedule::warm_up(number(2), step, count(1)).unwrap().then(count(1), cosine))
        }
        "polynomial" => Schedule::polynomial(step, number(2), number(3), count(1)),
        "piecewise" => Schedule::piecewise(step, [(count(1), number(2)), (count(3), number(4))]),
        other => panic!("{other}"),
    }
    .unwrap()
}

/// A method with the options of a row.
macro_rules! with_options {
    ($T:ty, $row:expr, $method:ident: $($option:ident)*) => {{
        let number = |text: &Value| <$T>::of(hexadecimal(text.as_str().unwrap()));
        let mut method = $method::<$T>::scheduled(schedule($row, number(&$row["step"])));
        let options = $row["options"].as_object().unwrap();
        #[allow(unused_mut, reason = "gradient descent has no options")]
        let mut known = 0;
        $(if let Some(value) = options.get(stringify!($option)) {
            method = method.$option(number(value)).unwrap();
            known += 1;
        })*
        assert_eq!(known, options.len(), "{options:?}");
        if let Some(clip) = $row["clip"].as_array() {
            let most = number(&clip[1]);
            method = method.clip(if clip[0] == "norm" { Clip::norm(most) } else { Clip::value(most) }.unwrap());
        }
        trajectory($row, method)
    }};
}

fn trajectory<T: Float + Entry<Precision = T>, R: UpdateRule<T>>(
    row: &Value,
    method: FirstOrder<T, R>,
) -> Vec<Vec<f64>> {
    let start: Vec<T> = hexadecimals(&row["history"]["0"]).into_iter().map(T::of).collect();
    let problem = Random::new(row);
    let run = Run::new(&problem, &method, &start).unwrap().iterations(60);
    run.map(|iterate| iterate.x.iter().map(|x| x.to_f64()).collect()).collect()
}

fn run_of_row<T: Float + Entry<Precision = T>>(row: &Value) -> Vec<Vec<f64>> {
    match row["optimizer"].as_str().unwrap() {
        "gd" => with_options!(T, row, GradientDescent:),
        "momentum" => with_options!(T, row, Momentum: decay),
        "nesterov" => with_options!(T, row, Nesterov: decay),
        "adagrad" => with_options!(T, row, AdaGrad: initial_accumulator eps),
        "rmsprop" => with_options!(T, row, RmsProp: decay eps initial_scale),
        "adam" => with_options!(T, row, Adam: beta1 beta2 eps eps_root),
        "adamw" => with_options!(T, row, AdamW: beta1 beta2 eps eps_root weight_decay),
        "amsgrad" => with_options!(T, row, AmsGrad: beta1 beta2 eps eps_root),
        "nadam" => with_options!(T, row, NAdam: beta1 beta2 eps eps_root),
        "adamax" => with_options!(T, row, AdaMax: beta1 beta2 eps),
        "adadelta" => with_options!(T, row, AdaDelta: rho eps weight_decay),
        "lion" => with_options!(T, row, Lion: beta1 beta2 weight_decay),
        other => panic!("{other}"),
    }
}

/// `OPTAX_RUNS` names a larger file of the generator's.
#[test]
fn random_runs_are_those_of_optax() {
    let text = std::env::var("OPTAX_RUNS").map(|path| std::fs::read_to_string(path).unwrap());
    let text = text.as_deref().unwrap_or(include_str!("optax/runs.json"));
    let rows: Vec<Value> = serde_json::from_str(text).unwrap();
    assert!(rows.len() >= 96);
    let mut worst = [(0.0, 0, String::new()), (0.0, 0, String::new())];
    let (mut off, mut single_off) = (Vec::new(), 0);
    for (index, row) in rows.iter().enumerate() {
        let (double, single) = (run_of_row::<f64>(row), run_of_row::<f32>(row));
        assert_eq!(double.len(), 61);
        let start = hexadecimals(&row["history"]["0"]);
        let largest = |list: &[f64]| list.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        let mut single_worst = 0.0_f64;
        for (iteration, theirs) in row["history"].as_object().unwrap() {
            let (k, theirs) = (iteration.parse::<usize>().unwrap(), hexadecimals(theirs));
            // a point may pass through zero, so errors are relative to the largest component until then
            let scale = double[..=k].iter().fold(largest(&theirs), |most, x| most.max(largest(x)));
            let scale = scale.max(f64::MIN_POSITIVE);
            let error = |ours: &[f64]| ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / scale;
            // the squares of gradients from far off overflow in single precision, there as here
            let near = largest(&start) < 10.0;
            let errors = [error(&double[k]), if near { error(&single[k]) } else { 0.0 }];
            single_worst = single_worst.max(errors[1]);
            for (worst, error) in worst.iter_mut().zip(errors) {
                if error > worst.0 {
                    let (kind, schedule) = (&row["problem"]["kind"], &row["schedule"]);
                    *worst = (error, k, format!("row {index} {} {kind} {schedule}", row["optimizer"]));
                }
            }
            if errors[0].is_nan() || errors[0] > 1e-12 {
                off.push(format!("row {index} {} iteration {k}: {:e}", row["optimizer"], errors[0]));
                break;
            }
        }
        single_off += usize::from(single_worst > 1e-3);
    }
    println!("{} runs; worst in f64 {:?}, in f32 {:?}", rows.len(), worst[0], worst[1]);
    println!("{single_off} runs in f32 are off by more than 1e-3");
    assert!(off.is_empty(), "{} runs are off:\n{}", off.len(), off.join("\n"));
    // a few amplify the rounding of single precision
    assert!(single_off * 50 <= rows.len(), "{single_off}, {:?}", worst[1]);
}

/// A variable whose gradient is exactly zero from the first step on stays, but for weight decay; nothing divides 0 by 0.
#[test]
fn a_gradient_of_zero_moves_nothing() {
    let problem = Loss::new(flat_at_the_start);
    macro_rules! stays {
        ($name:literal, $method:expr) => {
            let report = Run::new(&problem, &$method, &[3.0, 0.5]).unwrap().iterations(60).finish();
            assert_eq!(report.status, Status::MaxIterations);
            let last = report.trajectory.last().unwrap();
            let decay: f64 = match $name {
                "adamw" => 1.0 - 0.01 * 1e-4,
                "lion" => 1.0 - 0.01 * 1e-3,
                _ => 1.0,
            };
            assert!(last.x[1] < 0.5, "{}", $name);
            if decay == 1.0 {
                assert_eq!(last.x[0], 3.0, "{}", $name);
            } else {
                let first = report.trajectory[1].x[0];
                assert!((first - 3.0 * decay).abs() < 1e-15, "{}: {first}", $name);
            }
        };
    }
    each_method!(f64, 0.01, stays);
}

/// The derivative by the start of a variable that begins where its gradient is zero is finite in every method.
#[test]
fn derivatives_at_a_gradient_of_zero_are_finite() {
    type D = Dual<f64, 1>;
    macro_rules! finite {
        ($name:literal, $method:expr) => {
            let start = [D::variable(3.0, 0), D::constant(0.5)];
            let report = Run::new(&Loss::new(flat_at_the_start), &$method, &start).unwrap().iterations(3).finish();
            for iterate in &report.trajectory {
                assert!(iterate.x.iter().all(|x| x.all_finite()), "{}: {:?}", $name, iterate.x);
            }
        };
    }
    each_method!(D, D::constant(0.01), finite);
}

/// The loss after ten steps of a method that is named.
fn last_loss<T: Entry<Precision = f64> + autodiff::Ordered>(name: &str, step: T, start: T) -> T {
    let x = [start, T::constant(-0.7)];
    macro_rules! go {
        ($name:literal, $method:expr) => {
            if name == $name {
                return Run::new(&Loss::new(bowl), &$method, &x).unwrap().iterations(10).last().unwrap().loss;
            }
        };
    }
    each_method!(T, step, go);
    panic!("{name}")
}

/// The derivatives of a whole run by its step size and by its start are the central differences.
#[test]
fn a_whole_run_can_be_differentiated() {
    let (step, start, h) = (0.02, 2.5, 1e-5);
    macro_rules! hypergradient {
        ($name:literal, $method:expr) => {
            let exact = [
                derivative(|step| last_loss($name, step, Number::constant(start)), step),
                derivative(|start| last_loss($name, Number::constant(step), start), start),
            ];
            // extrapolated from two central differences
            let slope = |f: &dyn Fn(f64) -> f64| {
                let central = |h: f64| (f(h) - f(-h)) / (2.0 * h);
                (central(h) * 4.0 - central(h * 2.0)) / 3.0
            };
            let difference =
                [slope(&|h| last_loss($name, step + h, start)), slope(&|h| last_loss($name, step, start + h))];
            for (a, b) in exact.iter().zip(difference) {
                assert!((a - b).abs() <= 1e-6 * b.abs().max(1e-3), "{}: {a} {b}", $name);
            }
            assert!(exact[0] != 0.0);
        };
    }
    each_method!(f64, 0.02, hypergradient);
    let by_rate = |beta1: f64| {
        let adam = Adam::new(0.1).unwrap().beta1(beta1).unwrap();
        Run::new(&Loss::new(bowl), &adam, &[2.5, -0.7]).unwrap().iterations(10).last().unwrap().loss
    };
    let exact = derivative(
        |beta1| {
            let constant = Dual::<f64, 1>::constant;
            let adam = Adam::new(constant(0.1)).unwrap().beta1(beta1).unwrap();
            Run::new(&Loss::new(bowl), &adam, &[2.5, -0.7].map(constant)).unwrap().iterations(10).last().unwrap().loss
        },
        0.8,
    );
    assert!((exact - (by_rate(0.8 + 1e-6) - by_rate(0.8 - 1e-6)) / 2e-6).abs() < 1e-6, "{exact}");
}

#[test]
fn parameters_out_of_their_range_are_refused() {
    for value in [1.0, 1.5, -0.1, f64::NAN, f64::INFINITY] {
        let refused = |name: &'static str, error: Error| match error {
            Error::NotFraction { name: other, .. } => assert_eq!(name, other),
            other => panic!("{other:?}"),
        };
        refused("decay", Momentum::new(0.1).unwrap().decay(value).unwrap_err());
        refused("decay", Nesterov::new(0.1).unwrap().decay(value).unwrap_err());
        refused("decay", RmsProp::new(0.1).unwrap().decay(value).unwrap_err());
        refused("rho", AdaDelta::new(0.1).unwrap().rho(value).unwrap_err());
        refused("beta1", Adam::new(0.1).unwrap().beta1(value).unwrap_err());
        refused("beta2", Lion::new(0.1).unwrap().beta2(value).unwrap_err());
        refused("beta2", AdaMax::new(0.1).unwrap().beta2(value).unwrap_err());
    }
    assert_eq!(
        Adam::new(0.1).unwrap().beta2(1.0).unwrap_err().to_string(),
        "beta2 is 1: a number from 0 up to, but not including, 1 is needed"
    );
}

#[test]
fn steps_on_slices() {
    let adam = Adam::new(0.5).unwrap();
    let (mut x, mut gradient, mut memory) = ([1.0_f64, 2.0], [3.0_f64, -4.0], adam.memory(2));
    let error = adam.update(0, &mut x, &mut gradient[..1], &mut memory).unwrap_err();
    assert_eq!(error, Error::Length { name: "gradient", given: 1, expected: 2 });
    let error = adam.update(0, &mut x, &mut gradient, &mut memory[..1]).unwrap_err();
    assert_eq!(error, Error::Length { name: "memory", given: 1, expected: 2 });
    assert_eq!((x, gradient), ([1.0, 2.0], [3.0, -4.0]));
    adam.update(0, &mut x, &mut gradient, &mut memory).unwrap();
    assert!((x[0] - 0.5).abs() < 1e-8 && (x[1] - 2.5).abs() < 1e-8 && (gradient[0] - 1.0).abs() < 1e-8);
    // after very many steps the corrections are 1
    for iteration in [1 << 40, usize::MAX] {
        let (mut x, mut gradient, mut memory) = ([1.0_f64], [3.0], vec![[3.0, 9.0]]);
        adam.update(iteration, &mut x, &mut gradient, &mut memory).unwrap();
        assert!((x[0] - 0.5).abs() < 1e-8);
        NAdam::new(0.5).unwrap().update(iteration, &mut x, &mut gradient, &mut memory).unwrap();
        assert!(x[0].is_finite());
    }
}

/// After the first step, which makes room for the update, a step in place allocates nothing.
#[test]
fn steps_in_place_do_not_allocate() {
    let problem = Loss::new(bowl);
    macro_rules! counted {
        ($name:literal, $method:expr) => {
            let method = $method.clip(Clip::norm(3.0).unwrap());
            let mut state = method.init(&problem, DVector::from_vec(vec![2.0, -1.0])).unwrap();
            method.advance(&problem, &mut state).unwrap();
            let counted = allocation_counter::measure(|| {
                for _ in 0..5 {
                    method.advance(&problem, &mut state).unwrap();
                }
            });
            assert_eq!(counted.count_total, 0, "{}", $name);
        };
    }
    each_method!(f64, 0.01, counted);
}

/// The room for a gradient has the length of x, whatever the state held before.
#[test]
fn the_room_for_a_gradient_fits() {
    struct Roomy;
    impl Objective<f64> for Roomy {
        fn dimension(&self) -> usize {
            2
        }
        fn value(&self, x: &DVector<f64>) -> f64 {
            x.sum()
        }
        fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
            (x.sum(), DVector::from_element(2, 1.0))
        }
        fn value_and_gradient_into(&self, x: &DVector<f64>, gradient: &mut DVector<f64>) -> f64 {
            assert_eq!(gradient.len(), x.len());
            gradient.fill(1.0);
            x.sum()
        }
    }
    let method = GradientDescent::new(0.5).unwrap();
    for update in [None, Some(DVector::zeros(2)), Some(DVector::zeros(5))] {
        let mut state = method.init(&Roomy, DVector::from_vec(vec![2.0, -1.0])).unwrap();
        state.iterate.update = update;
        method.advance(&Roomy, &mut state).unwrap();
        assert_eq!(state.iterate.x.as_slice(), [1.5, -1.5]);
    }
}

/// A run that keeps no more than its best point allocates no more for more steps.
#[test]
fn long_runs_do_not_allocate_more() {
    let problem = Loss::new(bowl);
    macro_rules! counted {
        ($name:literal, $method:expr) => {
            let allocations = |steps: usize| {
                let method = $method;
                let run = Run::new(&problem, &method, &[2.0, -1.0]).unwrap().iterations(steps);
                let run = run.stop(Stop::step(0.0).unwrap());
                allocation_counter::measure(|| drop(run.minimize())).count_total
            };
            assert_eq!(allocations(10), allocations(300), "{}", $name);
        };
    }
    each_method!(f64, 0.01, counted);
}

#[test]
fn gradients_that_are_not_finite_end_the_run() {
    macro_rules! ends {
        ($name:literal, $method:expr) => {
            let report = Run::new(&Loss::new(logarithm), &$method, &[-1.0]).unwrap().iterations(5).finish();
            assert_eq!(report.status, Status::NotFinite { quantity: "loss", iteration: 0 }, "{}", $name);
        };
    }
    each_method!(f64, 0.1, ends);
    // on slices NaN is not hidden by a maximum or a sign
    macro_rules! shows {
        ($name:literal, $method:expr) => {
            let method = $method.clip(Clip::value(1.0).unwrap());
            let (mut x, mut gradient) = ([1.0, 1.0], [f64::NAN, 1.0]);
            method.update(3, &mut x, &mut gradient, &mut method.memory(2)).unwrap();
            assert!(x[0].is_nan() && x[1] < 1.0, "{}: {x:?}", $name);
        };
    }
    each_method!(f64, 0.1, shows);
}

/// A schedule of one's own that gives no step size ends the run there, rather than lead it uphill.
#[test]
fn a_schedule_that_gives_no_step_size_ends_the_run() {
    function! { fn bowl([x0, x1]) { x0 * x0 + x1 * x1 } }
    for bad in [-0.1, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let method = Adam::scheduled(Schedule::own(move |k| if k == 3 { bad } else { 0.1 }));
        let report = Run::new(&Loss::new(bowl), &method, &[3.0, -1.0]).unwrap().iterations(9).finish();
        let Status::Failed(failure) = &report.status else { panic!("{}", report.status) };
        let Failure::Refused { error: Error::Negative { name: "the schedule's step", value }, iteration: 3 } = failure
        else {
            panic!("{failure:?}")
        };
        assert!(value.to_bits() == bad.to_bits() && report.trajectory.len() == 4, "{failure}");
        assert!(failure.to_string().starts_with(&format!("the schedule's step is {bad}: ")), "{failure}");

        let (mut x, mut gradient, mut memory) = ([3.0], [6.0], method.memory(1));
        assert!(method.update(3, &mut x, &mut gradient, &mut memory).is_err());
        assert_eq!((x, gradient), ([3.0], [6.0]));
    }
    // growth without end
    let method = Momentum::scheduled(Schedule::exponential(1e-300, 1, 1e300).unwrap());
    let report = Run::new(&Loss::new(bowl), &method, &[0.0, 0.0]).unwrap().iterations(9).finish();
    assert!(report.status.to_string().contains("the schedule's step is inf"), "{}", report.status);
    // a step of 0 stands still
    let method = GradientDescent::scheduled(Schedule::own(|k| if k == 0 { 0.0 } else { 0.25 }));
    let report = Run::new(&Loss::new(bowl), &method, &[4.0, 0.0]).unwrap().iterations(2).finish();
    assert_eq!(report.trajectory.iter().map(|p| p.x[0]).collect::<Vec<_>>(), [4.0, 4.0, 2.0]);
}

#[test]
fn clipping() {
    let norm = |list: &[f64]| list.iter().map(|x| (x / 1e200) * (x / 1e200)).sum::<f64>().sqrt() * 1e200;
    let clipped = |clip: Clip<f64>, mut list: Vec<f64>| {
        clip.apply(&mut list);
        list
    };
    let (value, by_norm) = (Clip::value(2.0).unwrap(), Clip::norm(2.5).unwrap());
    assert_eq!(clipped(value, vec![3.0, -3.0, 1.0, f64::INFINITY]), [2.0, -2.0, 1.0, 2.0]);
    assert_eq!(clipped(by_norm, vec![3.0, 4.0]), [1.5, 2.0]);
    assert_eq!(clipped(by_norm, vec![1.5, 2.0 - 1e-9]), [1.5, 2.0 - 1e-9]);
    assert_eq!(clipped(by_norm, vec![0.0, 0.0]), [0.0, 0.0]);
    assert!(clipped(by_norm, vec![1.0, f64::NAN]).iter().all(|x| x.is_nan()));
    // a norm that is finite, though its square is not
    assert_eq!(clipped(by_norm, vec![3e200, 4e200]), [1.5, 2.0]);
    // where squares underflow
    for scale in [-530, -600, -1000] {
        let unit = 2f64.powi(scale);
        let list = clipped(Clip::norm(2.5 * unit).unwrap(), vec![3.0 * unit, 4.0 * unit]);
        assert_eq!(list, [1.5 * unit, 2.0 * unit]);
        assert_eq!(clipped(by_norm, vec![3.0 * unit, 4.0 * unit]), [3.0 * unit, 4.0 * unit]);
    }
    assert!((norm(&clipped(Clip::norm(1e250).unwrap(), vec![3e250, 4e250])) / 1e250 - 1.0).abs() < 1e-15);
    assert_eq!(clipped(Clip::norm(1e301).unwrap(), vec![3e300, 4e300]), [3e300, 4e300]);
    // g / ‖g‖ · most in plain floats, where squares neither overflow nor underflow
    for k in 1..40 {
        let list: Vec<f64> = (1..6).map(|i| f64::from(i * k) / 7.0 - 3.0).collect();
        let norm = list.iter().fold(0.0, |sum, g| sum + g * g).sqrt();
        let expected: Vec<f64> = list.iter().map(|g| g / norm * 0.3).collect();
        assert_eq!(clipped(Clip::norm(0.3).unwrap(), list), expected);
    }
}

/// A gradient of 3 has the mean square 9, with ε̄ = 7 the root 4.
#[test]
fn the_epsilon_within_the_root() {
    macro_rules! first {
        ($method:ident) => {{
            let method = $method::new(1.0).unwrap().beta1(0.5).unwrap().eps(0.0).unwrap().eps_root(7.0).unwrap();
            let (mut x, mut gradient) = ([0.0], [3.0]);
            method.update(0, &mut x, &mut gradient, &mut method.memory(1)).unwrap();
            let [update]: [f64; 1] = gradient;
            update
        }};
    }
    // NAdam's mean is 0.5 · 1.5 / (1 − 0.25) + 0.5 · 3 / (1 − 0.5) = 4
    let rows: [(&str, f64, f64); 4] = [
        ("adam", first!(Adam), 0.75),
        ("adamw", first!(AdamW), 0.75),
        ("amsgrad", first!(AmsGrad), 0.75),
        ("nadam", first!(NAdam), 1.0),
    ];
    for (name, update, expected) in rows {
        assert!((update - expected).abs() < 1e-14, "{name}: {update}");
    }
}

#[test]
fn schedules_at_their_boundaries() {
    let constant = |step: f64| Schedule::constant(step).unwrap();
    let joined = constant(1.0).then(3, Schedule::own(|k| 2.0 + k as f64));
    assert_eq!([0, 2, 3, 4].map(|k| joined.at(k)), [1.0, 1.0, 2.0, 3.0]);
    // what falls has its end below, what does not above
    for (rate, end, expected) in [
        (0.5, 0.75, [2.0, 1.0, 0.75]),
        (0.5, 3.0, [3.0, 3.0, 3.0]),
        (1.0, 3.0, [2.0, 2.0, 2.0]),
        (1.0, 1.5, [1.5, 1.5, 1.5]),
        (2.0, 5.0, [2.0, 4.0, 5.0]),
    ] {
        let schedule = Schedule::exponential(2.0, 1, rate).unwrap().end(end).unwrap();
        assert_eq!([0, 1, 2].map(|k| schedule.at(k)), expected, "{rate} {end}");
    }
    // where the end is met exactly the step is still its own: ∂/∂from is rateᵏ
    let from = Dual::<f64, 1>::variable(2.0, 0);
    let schedule = Schedule::exponential(from, 1, Dual::constant(0.5)).unwrap().end(Dual::constant(1.0)).unwrap();
    assert_eq!([0, 1, 2].map(|k| schedule.at(k).eps[0]), [1.0, 0.5, 0.0]);
}

/// On the edge a component is still its own, and the norm is already held: only below it is the gradient left as it is.
#[test]
fn derivatives_on_the_edge_of_a_clip() {
    let slopes = |clip: Clip<Dual<f64, 1>>, list: [f64; 2]| {
        // the first component moves
        let mut list = [Dual::variable(list[0], 0), Dual::constant(list[1])];
        clip.apply(&mut list);
        list.map(|g| (g.re, g.eps[0]))
    };
    let value = Clip::value(Dual::constant(3.0)).unwrap();
    assert_eq!(slopes(value, [3.0, -3.0]), [(3.0, 1.0), (-3.0, 0.0)]);
    assert_eq!(slopes(value, [-3.0, 3.0]), [(-3.0, 1.0), (3.0, 0.0)]);
    let norm = Clip::norm(Dual::constant(5.0)).unwrap();
    let [(g0, s0), (g1, s1)] = slopes(norm, [3.0, 4.0]);
    assert!((g0 - 3.0).abs() < 1e-15 && (g1 - 4.0).abs() < 1e-15);
    // ∂(gᵢ/‖g‖ · 5)/∂g₀ = δ₀ᵢ − gᵢ g₀/25
    assert!((s0 - 16.0 / 25.0).abs() < 1e-15 && (s1 + 12.0 / 25.0).abs() < 1e-15, "{s0} {s1}");
    let [(_, s0), (_, s1)] = slopes(norm, [3.0, 3.0]);
    assert_eq!([s0, s1], [1.0, 0.0]);
    // of two mean squares that are equal the last one counts: u = g / √w with the w of this g, whatever the one before
    let method = AmsGrad::new(Dual::constant(1.0)).unwrap();
    let method = method.beta1(Dual::constant(0.0)).unwrap().beta2(Dual::constant(0.0)).unwrap();
    let (mut x, mut memory) = ([Dual::<f64, 1>::constant(0.0)], method.memory(1));
    for (iteration, slope) in [7.0, 1.0].into_iter().enumerate() {
        let mut gradient = [Dual::variable(3.0, 0) * slope + 3.0 * (1.0 - slope)];
        method.update(iteration, &mut x, &mut gradient, &mut memory).unwrap();
        assert!((gradient[0].re - 1.0).abs() < 1e-8 && gradient[0].eps[0].abs() < 1e-8, "{:?}", gradient[0]);
    }
}

proptest! {
    /// A step in place and one that leaves the old state as it is lead to the same point, bit for bit; and a run goes on
    /// from any of its states as if it had not been interrupted.
    #[test]
    fn steps_in_place_are_steps(a in -3.0f64..3.0, b in -3.0f64..3.0, step in 0.001f64..0.1, steps in 1usize..8) {
        let problem = Loss::new(bowl);
        macro_rules! same {
            ($name:literal, $method:expr) => {
                let method = $method.clip(Clip::norm(3.0).unwrap());
                let mut state = method.init(&problem, DVector::from_vec(vec![a, b])).unwrap();
                let mut in_place = state.clone();
                for _ in 0..steps {
                    let before = state.iterate.x.clone();
                    let next = method.step(&problem, &state).unwrap();
                    prop_assert_eq!(&before, &state.iterate.x);
                    state = next;
                    method.advance(&problem, &mut in_place).unwrap();
                    prop_assert_eq!(&state.iterate.x, &in_place.iterate.x);
                    prop_assert_eq!(&state.iterate.gradient, &in_place.iterate.gradient);
                    prop_assert_eq!(&state.iterate.update, &in_place.iterate.update);
                    prop_assert_eq!(state.iterate.evaluations, in_place.iterate.evaluations);
                    let update = state.iterate.update.clone().unwrap();
                    prop_assert_eq!(&before.zip_map(&update, |x, u| x - step * u), &state.iterate.x);
                }
                let whole = Run::new(&problem, &method, &[a, b]).unwrap().iterations(steps).last().unwrap();
                prop_assert_eq!(whole.x, state.iterate.x);
            };
        }
        each_method!(f64, step, same);
    }
}
