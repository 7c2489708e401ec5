//! What bad input gets at the library's border. [`ROWS`] says which test shows what.

use autodiff::function;
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::*;

/// What is bad, and the tests that show what it gets: of this file, or of another one.
const ROWS: &[(&str, &[&str])] = &[
    ("a start of another length than the problem's", &["starts_that_do_not_fit_are_refused"]),
    (
        "an empty start, or no variables",
        &[
            "starts_that_do_not_fit_are_refused",
            "inversions_of_wrong_lengths_are_refused",
            "a_process_without_results_is_no_failure",
        ],
    ),
    (
        "NaN or infinity in start, step, target, tolerance, bounds",
        &[
            "starts_that_do_not_fit_are_refused",
            "steps_that_are_not_positive_are_refused",
            "inversions_of_wrong_lengths_are_refused",
            "lbfgsb::bad_bounds_and_tolerances_are_refused",
            "stopping::tolerances_are_checked",
        ],
    ),
    (
        "a Hessian or a Jacobian that is not finite, at the start or on the way",
        &["points_where_second_derivatives_are_not_finite_are_kept"],
    ),
    ("a step of 0, negative, or subnormal", &["steps_that_are_not_positive_are_refused"]),
    ("no iterations", &["no_iterations_give_the_start_alone"]),
    ("10^12 iterations", &["a_run_is_streamed", "warnings_do_not_pile_up"]),
    (
        "a lower bound above the upper; a start outside",
        &[
            "lbfgsb::bad_bounds_and_tolerances_are_refused",
            "lbfgsb::a_start_outside_is_projected_and_the_report_says_so",
        ],
    ),
    (
        "a parameter out of its range",
        &[
            "parameters_out_of_their_range_are_refused",
            "first_order::parameters_out_of_their_range_are_refused",
            "first_order::a_schedule_that_gives_no_step_size_ends_the_run",
            "parameters_of_half_inverses_out_of_their_range_are_refused",
        ],
    ),
    (
        "a loss that is NaN at the start",
        &[
            "a_loss_that_is_not_finite_ends_the_run_where_it_is_met",
            "every_method_names_a_loss_that_is_nan_at_the_start",
        ],
    ),
    (
        "a loss that becomes NaN or infinite on the way; a step far too large",
        &[
            "a_loss_that_is_not_finite_ends_the_run_where_it_is_met",
            "the_best_point_is_kept_when_a_run_falls_off_a_cliff",
            "lbfgsb::leaving_the_domain_ends_the_run_and_keeps_the_best",
        ],
    ),
    (
        "a loss whose unit is far from 1, or a sum of squares that overflows",
        &[
            "scaling::damped_newton_arrives_whatever_the_unit",
            "scaling::levenberg_marquardt_does_not_depend_on_the_unit_of_the_residuals",
            "scaling::a_loss_is_infinite_only_if_a_residual_is",
        ],
    ),
    (
        "a singular Hessian",
        &["newton_on_singular_and_indefinite_hessians", "the_damped_and_the_trust_region_method_go_on"],
    ),
    (
        "an indefinite Hessian",
        &["newton_on_singular_and_indefinite_hessians", "the_damped_and_the_trust_region_method_go_on"],
    ),
    ("a singular Jacobian", &["singular_jacobians_are_named_or_passed"]),
    ("a target without a preimage", &["a_target_without_a_preimage_is_named"]),
    (
        "a numeric inverse that does not converge",
        &[
            "a_numeric_inversion_without_a_preimage_goes_to_the_nearest_and_the_run_goes_on",
            "a_search_that_does_not_arrive_says_so_and_the_run_goes_on_or_stops",
            "a_search_tells_a_target_that_is_out_of_reach_from_one_that_is_reached_slowly",
        ],
    ),
    (
        "a function that returns fewer components than before, or a wrong shape",
        &[
            "a_process_that_returns_fewer_components_than_before_is_refused",
            "every_inverse_refuses_a_process_that_returns_fewer_components",
            "functions_that_return_wrong_lengths_end_the_run",
            "inverses_of_wrong_lengths_end_the_run",
            "a_vector_of_another_length_gives_nan_and_no_panic",
        ],
    ),
    ("stages that do not fit one another", &["stages_that_do_not_fit_are_refused"]),
    (
        "a state that is damaged",
        &["resuming::a_state_that_was_tampered_with_is_an_error", "resuming::states_that_do_not_fit_are_refused"],
    ),
];

#[test]
fn every_row_has_its_tests() {
    let files = [
        ("bad_input", include_str!("bad_input.rs")),
        ("first_order", include_str!("first_order.rs")),
        ("lbfgsb", include_str!("lbfgsb.rs")),
        ("resuming", include_str!("resuming.rs")),
        ("scaling", include_str!("scaling.rs")),
        ("stopping", include_str!("stopping.rs")),
    ];
    // a package carries no documents
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let document = docs.exists().then(|| std::fs::read_to_string(docs.join("bad_input.md")).unwrap());
    for (row, tests) in ROWS {
        assert!(!tests.is_empty(), "{row}");
        let mut names = Vec::new();
        for test in *tests {
            let (file, name) = test.split_once("::").unwrap_or(("bad_input", test));
            let (_, text) = files.iter().find(|(other, _)| *other == file).unwrap();
            assert!(text.contains(&format!("#[test]\nfn {name}() {{")), "{row}: {test}");
            names.push(format!("`crates/optimizers/tests/{file}.rs::{name}`"));
        }
        let shown = format!("| {row} | {} |\n", names.join(", "));
        assert!(document.as_ref().is_none_or(|text| text.contains(&shown)), "docs/bad_input.md lacks {shown}");
    }
}

function! {
    fn physics([x0, x1]) -> [2] { [x0, x1 * x1] }
    fn inverse([y0, y1]) -> [2] { [y0, y1.sqrt()] }
    fn loss([y0, y1]) { y0 * y0 + y1 * y1 }
    fn saddle([x0, x1]) { x0 * x0 - x1 * x1 * 3.0 }
    fn valley([x0, _x1]) { x0 * x0 }
    fn logarithm([x]) { x.ln() }
    fn cliff([x]) { x + x.recip() * 0.001 }
    fn no_variables(x: [0]) { x.into_iter().sum() }
}

fn problem() -> Composite<physics, loss, 2, 2> {
    Composite::new(physics, loss)
}

#[test]
fn starts_that_do_not_fit_are_refused() {
    let (problem, method) = (problem(), GradientDescent::new(0.1).unwrap());
    let refused = |start: &[f64]| Run::new(&problem, &method, start).map(|_| ()).unwrap_err();
    assert_eq!(refused(&[1.0; 3]), Error::StartLength { given: 3, expected: 2 });
    assert_eq!(refused(&[1.0]), Error::StartLength { given: 1, expected: 2 });
    assert_eq!(refused(&[]), Error::Empty);
    for value in [f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(refused(&[1.0, value]), Error::NotFiniteComponent { name: "start", index: 1, value });
    }
    assert!(matches!(refused(&[f64::NAN, 1.0]), Error::NotFiniteComponent { name: "start", index: 0, .. }));
    assert_eq!(Run::new(&Loss::new(no_variables), &method, &[]).map(|_| ()).unwrap_err(), Error::Empty);
    assert_eq!(refused(&[1.0; 3]).to_string(), "the start has 3 components, but the problem has 2 variables");
}

#[test]
fn steps_that_are_not_positive_are_refused() {
    for value in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY, f64::MIN_POSITIVE / 2.0] {
        let refused =
            |result: Result<(), Error>| assert!(matches!(result, Err(Error::NotPositive { name: "step", .. })));
        refused(GradientDescent::new(value).map(|_| ()));
        refused(Newton::new(value).map(|_| ()));
        refused(InverseSimulator::new(value, NumericInverse::new()).map(|_| ()));
        refused(MixedInverseSimulator::new(value as f32, NumericInverse::new()).map(|_| ()));
        refused(HalfInverse::new(value).map(|_| ()));
        let descent = GradientDescent::new(1.0).unwrap();
        refused(ScaleInvariant::new(value, NumericInverse::new(), descent).map(|_| ()));
    }
    assert!(GradientDescent::new(1e-40_f32).is_err());
    assert!(GradientDescent::new(f64::MIN_POSITIVE).is_ok());
}

/// What a parameter may be.
#[derive(Clone, Copy)]
enum Range {
    Finite,
    /// Finite and not negative.
    NotNegative,
    /// Positive, finite and not subnormal.
    Positive,
    /// From 0 up to, but not including, 1.
    Fraction,
    /// Above 10⁻⁴ and below 1.
    Curvature,
    /// From −1 to 1.
    Exponent,
}

impl Range {
    fn holds(self, value: f64) -> bool {
        match self {
            Range::Finite => value.is_finite(),
            Range::NotNegative => value.is_finite() && value >= 0.0,
            Range::Positive => value.is_normal() && value > 0.0,
            Range::Fraction => (0.0..1.0).contains(&value),
            Range::Curvature => value > 1e-4 && value < 1.0,
            Range::Exponent => (-1.0..=1.0).contains(&value),
        }
    }
}

/// A Newton step in y that leads uphill is told, as one in x is.
#[test]
fn steps_in_y_that_lead_uphill_are_told() {
    function! {
        fn process([x0, x1]) -> [2] { [x0, x1 * x1] }
        fn ridge([y0, y1]) { y0 * y0 - y1 * y1 + y1.powi(4) * 0.01 }
    }
    let problem = Composite::<process, ridge, 2, 2>::new(process, ridge);
    let simulator = InverseSimulator::new(0.5, NewtonInverse::new()).unwrap();
    let invariant = ScaleInvariant::new(0.5, NewtonInverse::new(), GradientDescent::new(1.0).unwrap()).unwrap();
    let said = |warnings: &[String]| warnings.iter().any(|line| line.contains("is not a descent direction"));
    assert!(said(&Run::new(&problem, &simulator, &[1.0, 1.5]).unwrap().iterations(3).finish().warnings));
    assert!(said(&Run::new(&problem, &invariant, &[1.0, 1.5]).unwrap().iterations(3).finish().warnings));
}

/// A search that ends by its own coarse tests far from a target that can be reached has missed it.
#[test]
fn searches_that_end_far_from_a_target_have_missed_it() {
    function! {
        fn scaled([x0, x1]) -> [2] { [x0 * 1000.0, x1 * 1e-3] }
    }
    let map = Physics::<_, 2, 2>::new(scaled);
    let target = DVector::from_column_slice(&[1000.0, 1e-3]);
    let near = DVector::from_column_slice(&[3.0, 3.0]);
    let found = NumericInverse::new().invert(&map, &target, &near, 1).unwrap();
    let inversion = found.inversion.unwrap();
    assert!(!inversion.converged && inversion.missed.is_some(), "{inversion:?}");
}

/// Each parameter of each method: all that it may not be is refused by name and value, and nothing else.
#[test]
fn parameters_out_of_their_range_are_refused() {
    use Range::*;
    fn adam() -> Adam<f64> {
        Adam::new(0.1).unwrap()
    }
    fn search() -> NumericInverse {
        NumericInverse::new()
    }
    type Set = fn(f64) -> Result<(), Error>;
    macro_rules! rows {
        ($($name:literal, $range:expr, $set:expr;)*) => {
            [$(($name, $range, { fn set(v: f64) -> Result<(), Error> { let of: fn(f64) -> _ = $set; of(v).map(|_| ()) } set as Set })),*]
        };
    }
    let rows = rows![
        "step", Positive, GradientDescent::<f64>::new;
        "step", Positive, Momentum::<f64>::new;
        "step", Positive, Nesterov::<f64>::new;
        "step", Positive, AdaGrad::<f64>::new;
        "step", Positive, RmsProp::<f64>::new;
        "step", Positive, Adam::<f64>::new;
        "step", Positive, AdamW::<f64>::new;
        "step", Positive, AmsGrad::<f64>::new;
        "step", Positive, NAdam::<f64>::new;
        "step", Positive, AdaMax::<f64>::new;
        "step", Positive, AdaDelta::<f64>::new;
        "step", Positive, Lion::<f64>::new;
        "step", Positive, Newton::<f64>::new;
        "step", Positive, GaussNewton::<f64>::new;
        "step", Positive, HalfInverse::<f64>::new;
        "step", Positive, |v| InverseSimulator::new(v, search());
        "step", Positive, |v| ScaleInvariant::new(v, search(), adam());
        "decay", Fraction, |v| Momentum::new(0.1)?.decay(v);
        "decay", Fraction, |v| Nesterov::new(0.1)?.decay(v);
        "decay", Fraction, |v| RmsProp::new(0.1)?.decay(v);
        "rho", Fraction, |v| AdaDelta::new(0.1)?.rho(v);
        "beta1", Fraction, |v| adam().beta1(v);
        "beta2", Fraction, |v| adam().beta2(v);
        "beta2", Fraction, |v| AdaMax::new(0.1)?.beta2(v);
        "beta1", Fraction, |v| Lion::new(0.1)?.beta1(v);
        "any", Fraction, |v| Decay::new("any", v);
        "eps", NotNegative, |v| adam().eps(v);
        "eps", NotNegative, |v| AdaGrad::new(0.1)?.eps(v);
        "eps_root", NotNegative, |v| AmsGrad::new(0.1)?.eps_root(v);
        "weight_decay", NotNegative, |v| AdamW::new(0.1)?.weight_decay(v);
        "weight_decay", NotNegative, |v| Lion::new(0.1)?.weight_decay(v);
        "initial_accumulator", NotNegative, |v| AdaGrad::new(0.1)?.initial_accumulator(v);
        "initial_scale", NotNegative, |v| RmsProp::new(0.1)?.initial_scale(v);
        "clip", Positive, Clip::<f64>::value;
        "clip norm", Positive, Clip::<f64>::norm;
        "step", Positive, Schedule::<f64>::constant;
        "power", Positive, |v| Schedule::polynomial(0.1, 0.2, v, 3);
        "from", Positive, |v| Schedule::exponential(v, 3, 0.5);
        "rate", Positive, |v| Schedule::exponential(0.1, 3, v);
        "end", Positive, |v| Schedule::exponential(0.1, 3, 0.5)?.end(v);
        "from", Positive, |v| Schedule::cosine(v, 3, 0.0, 1.0);
        "alpha", NotNegative, |v| Schedule::cosine(0.1, 3, v, 1.0);
        "exponent", Positive, |v| Schedule::cosine(0.1, 3, 0.0, v);
        "from", Positive, |v| Schedule::piecewise(v, [(3, 0.5)]);
        "factor", Positive, |v| Schedule::piecewise(0.1, [(3, 0.5), (5, v)]);
        "curvature", Curvature, StepRule::more_thuente;
        "gtol", NotNegative, |v| Descent::new(Bfgs).gtol(v);
        "gtol", NotNegative, |v| TrustRegion::exact().gtol(v);
        "radius", Positive, |v| TrustRegion::exact().radii(v, 1.0);
        "largest radius", Positive, |v| TrustRegion::exact().radii(0.1, v);
        "factr", NotNegative, |v| Lbfgsb::new().factr(v);
        "pgtol", NotNegative, |v| Lbfgsb::new().pgtol(v);
        "ftol", NotNegative, |v| LevenbergMarquardt::new().ftol(v);
        "xtol", NotNegative, |v| LevenbergMarquardt::new().xtol(v);
        "gtol", NotNegative, |v| LevenbergMarquardt::new().gtol(v);
        "factor", Positive, |v| LevenbergMarquardt::new().factor(v);
        "tolerance", Positive, |v| search().tolerance(v);
        "tolerance", Positive, |v| LeastSquaresInverse::new().tolerance(v);
        "truncation", Fraction, |v| HalfInverse::new(0.1)?.truncation(v);
        "exponent", Exponent, |v| HalfInverse::new(0.1)?.exponent(v);
        "gradient", NotNegative, |v| Stop::<f64>::gradient(v);
        "step", NotNegative, |v| Stop::<f64>::step(v);
        "decrease", NotNegative, |v| Stop::<f64>::decrease(v);
        "target", Finite, |v| Stop::<f64>::target(v);
        "seconds", Positive, |v| Stop::<f64>::seconds(v);
    ];
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, -1.0, -5e-324, 5e-324, 1e-310];
    for (name, range, set) in rows {
        for value in values.into_iter().chain([1e-4, 0.5, 1.0, 1.5, f64::MIN_POSITIVE]) {
            match set(value) {
                Ok(()) => assert!(range.holds(value), "{name} {value}"),
                Err(error) => {
                    assert!(!range.holds(value), "{error}");
                    assert!(error.to_string().starts_with(&format!("{name} is {value}: ")), "{name} {value}: {error}");
                }
            }
        }
    }
    // a rule that is written down without its check is refused at the start of the run
    for curvature in values.into_iter().chain([1.0, 1e-5]) {
        let method = Descent::new(Bfgs).step_rule(StepRule::MoreThuente { curvature });
        let status = Run::new(&problem(), &method, &[3.0, 3.0]).unwrap().finish().status;
        let Status::Failed(Failure::Refused { error, iteration: 0 }) = status else {
            panic!("{curvature}: {status:?}")
        };
        assert!(error.to_string().starts_with(&format!("curvature is {curvature}: ")), "{error}");
    }
    // the ends of a polynomial: one of them may be 0
    for bad in [f64::NAN, f64::INFINITY, -1.0, 5e-324] {
        for (error, name) in [(Schedule::warm_up(bad, 1.0, 3), "from"), (Schedule::warm_up(1.0, bad, 3), "to")] {
            assert!(error.unwrap_err().to_string().starts_with(&format!("{name} is {bad}: ")));
        }
    }
    assert!(Schedule::warm_up(0.0, 1.0, 3).is_ok() && Schedule::warm_up(1.0, 0.0, 3).is_ok());
    let error = Schedule::warm_up(0.0, 0.0, 3).unwrap_err().to_string();
    assert!(error.starts_with("the larger of from and to is 0: "), "{error}");
    // and counts
    for counted in [
        Schedule::polynomial(1.0, 0.5, 1.0, 0),
        Schedule::warm_up(0.5, 1.0, 0),
        Schedule::exponential(1.0, 0, 0.5),
        Schedule::cosine(1.0, 0, 0.0, 1.0),
    ] {
        assert_eq!(counted.unwrap_err(), Error::NotPositive { name: "steps", value: 0.0 });
    }
    assert_eq!(Lbfgsb::<f64>::new().memory(0).unwrap_err(), Error::NotPositive { name: "memory", value: 0.0 });
}

#[test]
fn no_iterations_give_the_start_alone() {
    let report = Run::new(&problem(), &Newton::new(1.0).unwrap(), &[3.0, 3.0]).unwrap().iterations(0).finish();
    assert_eq!((report.trajectory.len(), report.status), (1, Status::MaxIterations));
}

#[test]
fn a_run_is_streamed() {
    // 10^12 iterations are asked for; what is kept is one state
    let (problem, method) = (problem(), GradientDescent::new(1e-3).unwrap());
    let mut run = Run::new(&problem, &method, &[3.0, 3.0]).unwrap().iterations(1_000_000_000_000);
    assert_eq!(run.by_ref().take(1000).last().unwrap().iteration, 999);
    assert_eq!(run.status(), None);
}

#[test]
fn a_loss_that_is_not_finite_ends_the_run_where_it_is_met() {
    let descent = GradientDescent::new(0.1).unwrap();
    let report = Run::new(&Loss::new(logarithm), &descent, &[-1.0]).unwrap().iterations(5).finish();
    assert_eq!(report.status, Status::NotFinite { quantity: "loss", iteration: 0 });
    assert_eq!((report.trajectory.len(), report.best), (1, None));

    let report = Run::new(&problem(), &GradientDescent::new(10.0_f64).unwrap(), &[3.0, 3.0]).unwrap().finish();
    let Status::NotFinite { iteration, .. } = report.status else { panic!("{:?}", report.status) };
    assert_eq!(report.trajectory.len(), iteration + 1);
    assert_eq!(report.best, Some(0));
    assert!(report.trajectory[..iteration].iter().all(|iterate| iterate.loss.is_finite()));
}

#[test]
fn the_best_point_is_kept_when_a_run_falls_off_a_cliff() {
    let report =
        Run::new(&Loss::new(cliff), &GradientDescent::new(0.3_f64).unwrap(), &[1.0]).unwrap().iterations(9).finish();
    let best = report.best.unwrap();
    assert!(
        report
            .trajectory
            .iter()
            .all(|iterate| !iterate.loss.is_finite() || iterate.loss >= report.trajectory[best].loss)
    );
}

#[test]
fn newton_on_singular_and_indefinite_hessians() {
    let newton = Newton::new(1.0).unwrap();
    let report = Run::new(&Loss::new(valley), &newton, &[3.0, 3.0]).unwrap().iterations(5).finish();
    assert_eq!(report.status, Status::Failed(Failure::SingularHessian { iteration: 0 }));
    assert_eq!(report.status.to_string(), "Hessian is singular at iteration 0");
    assert_eq!(report.trajectory.len(), 1);

    // singular but for rounding: a valley that curves across one line only
    function! {
        fn slanted([x0, x1]) { (x0 * 0.1 + x1 * 0.7 - 1.0).powi(2) }
        fn scaled([x0, x1]) { x0 * x0 * 1e-200 + x1 * x1 * 1e200 }
    }
    let report = Run::new(&Loss::new(slanted), &newton, &[3.0, 3.0]).unwrap().iterations(5).finish();
    assert_eq!(report.status, Status::Failed(Failure::SingularHessian { iteration: 0 }));
    let report = Run::new(&Loss::new(slanted), &Newton::new(1.0_f32).unwrap(), &[3.0, 3.0]).unwrap().finish();
    assert_eq!(report.status, Status::Failed(Failure::SingularHessian { iteration: 0 }));
    // small and large curvature are none
    let report = Run::new(&Loss::new(scaled), &newton, &[3.0, 3.0]).unwrap().iterations(1).finish();
    assert_eq!(report.trajectory[1].x.as_slice(), [0.0, 0.0]);

    let report = Run::new(&Loss::new(saddle), &newton, &[1.0, 1.0]).unwrap().iterations(1).finish();
    assert_eq!(report.trajectory[1].x.as_slice(), [0.0, 0.0]);
    assert_eq!(report.warnings, ["the Newton step of iteration 1 is not a descent direction"]);
}

#[test]
fn a_target_without_a_preimage_is_named() {
    let method = InverseSimulator::new(1.5, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
    let report = Run::new(&problem(), &method, &[3.0, 3.0]).unwrap().iterations(5).finish();
    let Status::Failed(Failure::NoPreimage { target, component, value, iteration }) = report.status else {
        panic!("{:?}", report.status)
    };
    assert_eq!((target, component, iteration), (vec![-1.5, -4.5], 1, 1));
    assert!(value.is_nan());
    assert_eq!(report.trajectory.len(), 1);
}

#[test]
fn a_numeric_inversion_without_a_preimage_goes_to_the_nearest_and_the_run_goes_on() {
    let method = InverseSimulator::new(1.5, NumericInverse::new()).unwrap();
    let report = Run::new(&problem(), &method, &[3.0, 3.0]).unwrap().iterations(3).finish();
    assert_eq!(report.status, Status::MaxIterations);
    assert!(report.trajectory[1].inversion.as_ref().unwrap().residual > 4.5f64.powi(2) * 0.99);
}

#[test]
fn inversions_of_wrong_lengths_are_refused() {
    let process = Physics::<_, 2, 2>::new(physics);
    let process: &dyn Map<f64> = &process;
    let find = |target: Vec<f64>, near: Vec<f64>| {
        NumericInverse::new()
            .find(process, &DVector::from_vec(target), &DVector::from_vec(near))
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(find(vec![1.0], vec![1.0; 2]), Error::Length { name: "target", given: 1, expected: 2 });
    assert_eq!(find(vec![1.0; 2], vec![1.0; 3]), Error::StartLength { given: 3, expected: 2 });
    assert_eq!(find(vec![1.0; 2], vec![]), Error::Empty);
    let error = find(vec![1.0, f64::INFINITY], vec![1.0; 2]);
    assert_eq!(error, Error::NotFiniteComponent { name: "target", index: 1, value: f64::INFINITY });
}

/// A user's own problem, whose parts can be of wrong lengths.
struct Misshapen {
    gradient: usize,
    hessian: (usize, usize),
}

impl Objective<f64> for Misshapen {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        x.norm_squared()
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        (self.value(x), DVector::from_element(self.gradient, 1.0))
    }
}

impl TwiceDifferentiable<f64> for Misshapen {
    fn value_gradient_hessian(&self, x: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let (value, gradient) = self.value_and_gradient(x);
        (value, gradient, DMatrix::from_element(self.hessian.0, self.hessian.1, 1.0))
    }
}

#[test]
fn functions_that_return_wrong_lengths_end_the_run() {
    let shape = |status: Status| match status {
        Status::Failed(Failure::Shape { what, given, expected: 2, .. }) => (what, given),
        other => panic!("{other:?}"),
    };
    for gradient in [0, 1, 3] {
        let problem = Misshapen { gradient, hessian: (2, 2) };
        let descent = GradientDescent::new(0.1).unwrap();
        assert_eq!(
            shape(Run::new(&problem, &descent, &[1.0; 2]).unwrap().iterations(2).finish().status),
            ("the gradient", gradient)
        );
        assert_eq!(
            shape(Run::new(&problem, &Lbfgsb::new(), &[1.0; 2]).unwrap().finish().status),
            ("the gradient", gradient)
        );
    }
    // of a loss by y
    for (gradient, hessian, found) in [
        (1, (2, 2), ("the gradient by y", 1)),
        (2, (3, 2), ("a column of the Hessian by y", 3)),
        (2, (2, 1), ("a row of the Hessian by y", 1)),
    ] {
        let problem = Pipeline::new(Physics::<_, 2, 2>::new(physics), Misshapen { gradient, hessian }).unwrap();
        let method = InverseSimulator::new(0.5, NewtonInverse::new()).unwrap();
        assert_eq!(shape(Run::new(&problem, &method, &[1.0; 2]).unwrap().finish().status), found);
    }
    let newton = Newton::new(1.0).unwrap();
    let status = |hessian| {
        Run::new(&Misshapen { gradient: 2, hessian }, &newton, &[1.0; 2]).unwrap().iterations(2).finish().status
    };
    assert_eq!(shape(status((2, 1))), ("a row of the Hessian", 1));
    assert_eq!(shape(status((3, 2))), ("a column of the Hessian", 3));
    // x itself, with a Jacobian of any shape
    struct Crooked(usize, usize);
    impl Map<f64> for Crooked {
        fn inputs(&self) -> usize {
            2
        }
        fn outputs(&self) -> usize {
            2
        }
        fn value(&self, x: &DVector<f64>) -> DVector<f64> {
            x.clone()
        }
        fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
            (x.clone(), DMatrix::identity(self.0, self.1))
        }
    }
    for (rows, columns, wrong) in [(2, 3, ("a row of the Jacobian", 3)), (1, 2, ("a column of the Jacobian", 1))] {
        let problem = SumOfSquares::new(Crooked(rows, columns));
        let newton = GaussNewton::new(1.0).unwrap();
        let statuses = [
            Run::new(&problem, &newton, &[1.0; 2]).unwrap().iterations(2).finish().status,
            Run::new(&problem, &LevenbergMarquardt::new(), &[1.0; 2]).unwrap().iterations(2).finish().status,
        ];
        for status in statuses {
            assert_eq!(shape(status), wrong);
        }
    }
}

#[test]
fn inverses_of_wrong_lengths_end_the_run() {
    function! {
        fn three_to_two([a, b, _c]) -> [2] { [a, b] }
        fn two_to_three([a, b]) -> [3] { [a, b, a] }
    }
    let problem = problem();
    let short = InverseSimulator::new(0.3, AnalyticInverse::<_, 3, 2>::new(three_to_two)).unwrap();
    let report = Run::new(&problem, &short, &[3.0; 2]).unwrap().iterations(2).finish();
    assert!(matches!(
        report.status,
        Status::Failed(Failure::Shape { what: "the target y", given: 2, expected: 3, .. })
    ));
    let long = InverseSimulator::new(0.3, AnalyticInverse::<_, 2, 3>::new(two_to_three)).unwrap();
    let report = Run::new(&problem, &long, &[3.0; 2]).unwrap().iterations(2).finish();
    assert!(matches!(report.status, Status::Failed(Failure::Shape { what: "x", given: 2, expected: 3, .. })));
}

/// A process that returns fewer components at its second call.
struct Shrinking(std::cell::Cell<isize>);

impl<T: Entry + nalgebra::RealField> Map<T> for Shrinking {
    fn inputs(&self) -> usize {
        2
    }
    fn outputs(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        self.0.set(self.0.get() + 1);
        if self.0.get() > 1 { DVector::from_element(1, x[0]) } else { x.clone() }
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        let y = self.value(x);
        let n = y.len();
        (y, DMatrix::identity(n, 2))
    }
}

/// A process without results has a loss that does not move: every method stays, and says so.
#[test]
fn a_process_without_results_is_no_failure() {
    function! {
        fn nothing(_x: [2]) -> [0] { [] }
        fn constant(_y: [0]) { T::constant(7.0) }
    }
    fn stays<O: Optimizer<f64, Composite<nothing, constant, 2, 0>>>(method: &O) {
        let report = Run::new(&Composite::new(nothing, constant), method, &[3.0, 4.0]).unwrap().iterations(3).finish();
        assert!(matches!(report.status, Status::MaxIterations | Status::Converged(_)), "{}", report.status);
        assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [3.0, 4.0]);
    }
    stays(&GradientDescent::new(0.1).unwrap());
    stays(&HalfInverse::new(0.1).unwrap());
    stays(&InverseSimulator::new(0.1, LinearizedInverse).unwrap());
    stays(&InverseSimulator::new(0.1, NewtonInverse::new()).unwrap());
}

#[test]
fn a_process_that_returns_fewer_components_than_before_is_refused() {
    for search in [NumericInverse::new(), NumericInverse::with_differences()] {
        let process = Shrinking(std::cell::Cell::new(0));
        let (target, near) = (DVector::from_vec(vec![1.0, 2.0]), DVector::from_vec(vec![3.0, 3.0]));
        let error = search.find(&process as &dyn Map<f64>, &target, &near).map(|_| ()).unwrap_err();
        assert_eq!(error, Error::Length { name: "y(x)", given: 1, expected: 2 });
    }
    // where a simulator has arrived it is the iteration's
    macro_rules! ends {
        ($($simulator:ident)*) => {
            $({
                let process = Shrinking(std::cell::Cell::new(0));
                let problem = Pipeline::new::<f64>(process, Loss::new(loss)).unwrap();
                let method = $simulator::new(0.5, AnalyticInverse::<_, 2, 2>::new(physics)).unwrap();
                let status = Run::new(&problem, &method, &[1.0_f64, 2.0]).unwrap().finish().status;
                let expected = Failure::Shape { what: "y", given: 1, expected: 2, iteration: 1 };
                assert_eq!(status, Status::Failed(expected), stringify!($simulator));
            })*
        };
    }
    ends!(InverseSimulator MixedInverseSimulator);
}

#[test]
fn a_vector_of_another_length_gives_nan_and_no_panic() {
    for n in [0, 1, 3] {
        let x = DVector::from_element(n, 1.0_f64);
        assert!(problem().value(&x).is_nan());
        assert!(Loss::new(loss).value_and_gradient(&x).0.is_nan());
        assert!(Map::value(&Physics::<_, 2, 2>::new(physics), &x).iter().all(|y| y.is_nan()));
        let own = OwnGradient::new(2, |x: &[f64], gradient: &mut [f64]| {
            gradient[1] = x[1];
            x[1] * x[1] * 0.5
        });
        let differences = GradientByDifferences::new(2, |x: &[f64]| x[1] * x[1]);
        for problem in [&own as &dyn Objective<f64>, &differences] {
            let (value, gradient) = problem.value_and_gradient(&x);
            assert!(problem.value(&x).is_nan() && value.is_nan() && gradient.iter().all(|g| g.is_nan()));
            let mut gradient = DVector::zeros(2);
            assert!(problem.value_and_gradient_into(&x, &mut gradient).is_nan());
            assert_eq!(gradient.len(), n);
            let refused = Run::new(problem, &GradientDescent::new(0.1).unwrap(), x.as_slice()).map(|_| ()).unwrap_err();
            let empty = if n == 0 { Error::Empty } else { Error::StartLength { given: n, expected: 2 } };
            assert_eq!(refused, empty);
        }
    }
}

/// However long a run is, it keeps one state and a few warnings.
#[test]
fn warnings_do_not_pile_up() {
    let report =
        Run::new(&Loss::new(saddle), &Newton::new(1e-9).unwrap(), &[1.0, 1.0]).unwrap().iterations(1000).finish();
    assert_eq!(report.warnings.len(), 4);
    assert_eq!(report.warnings[3], "and 997 more such warnings");
}

#[test]
fn a_failed_line_search_counts_its_evaluations() {
    function! { fn kink([x]) { x.abs() * 1e6 + x * x } }
    let report = Run::new(&Loss::new(kink), &Lbfgsb::new(), &[1.0]).unwrap().finish();
    let counted = report.trajectory.last().unwrap().evaluations.value;
    assert!(matches!(report.status, Status::Failed(Failure::LineSearch { .. })), "{}", report.status);
    assert!(report.evaluations.value >= counted + 20, "{} {counted}", report.evaluations.value);
}

#[test]
fn the_damped_and_the_trust_region_method_go_on() {
    // singular at the start, indefinite at the start
    for (start, case) in [([3.0, 3.0], 0), ([1.0, 0.1], 1)] {
        function! { fn well([x0, x1]) { x0 * x0 - x1 * x1 + x1.powi(4) } }
        let reports = |problem: &dyn TwiceDifferentiable<f64>| {
            let damped = Run::new(problem, &Descent::new(DampedNewton), &start).unwrap().iterations(100).finish();
            [damped, Run::new(problem, &TrustRegion::exact(), &start).unwrap().iterations(100).finish()]
        };
        let (reports, least) = match case {
            0 => (reports(&Loss::new(valley)), 0.0),
            _ => (reports(&Loss::new(well)), -0.25),
        };
        for report in reports {
            assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
            let losses: Vec<f64> = report.trajectory.iter().map(|iterate| iterate.loss).collect();
            assert!(losses.windows(2).all(|pair| pair[1] <= pair[0]), "{losses:?}");
            assert!((losses.last().unwrap() - least).abs() < 1e-8, "{losses:?}");
        }
    }
}

#[test]
fn singular_jacobians_are_named_or_passed() {
    function! {
        fn parallel([x0, x1]) -> [2] { [x0 + x1, (x0 + x1) * 2.0] }
        fn near([y0, y1]) { (y0 - 1.0).powi(2) + (y1 - 2.0).powi(2) }
    }
    let squares = SumOfSquares::new(Physics::new(parallel));
    let start = [1.0, 2.0];
    let plain = Run::new(&squares, &GaussNewton::new(1.0).unwrap(), &start).unwrap().iterations(5).finish();
    assert_eq!(plain.status, Status::Failed(Failure::SingularJacobian { iteration: 0 }));
    assert_eq!(plain.status.to_string(), "Jacobian has no full rank at iteration 0");
    let report = Run::new(&squares, &LevenbergMarquardt::new(), &start).unwrap().iterations(50).finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);

    // and of the inverses: what solves with J names it, what searches goes on
    let problem = Composite::new(parallel, near);
    fn run(problem: &Composite<parallel, near, 2, 2>, back: &dyn Inverse<f64>) -> Report<f64> {
        let method = InverseSimulator::new(0.5, back).unwrap();
        Run::new(problem, &method, &[1.0, 2.0]).unwrap().iterations(20).finish()
    }
    let linearized = run(&problem, &LinearizedInverse);
    assert_eq!(linearized.status, Status::Failed(Failure::SingularJacobian { iteration: 1 }));
    let newton = run(&problem, &NewtonInverse::new().stop_unconverged());
    let message = "the Jacobian is singular or not finite".to_owned();
    assert_eq!(newton.status, Status::Failed(Failure::NotInverted { iteration: 1, message }));
    for searched in [run(&problem, &LeastSquaresInverse::new()), run(&problem, &NumericInverse::new())] {
        assert_eq!(searched.status, Status::MaxIterations);
        assert!(searched.trajectory[20].loss < 1e-6, "{}", searched.trajectory[20].loss);
    }
    // singular but for the rounding of 0.1 · 3, which an elimination takes for a pivot
    function! { fn rounded([x0, x1]) -> [2] { [x0 + x1 * 0.1, x0 * 3.0 + x1 * 0.3 + 1.0] } }
    let almost = Composite::new(rounded, near);
    let method = InverseSimulator::new(0.5, LinearizedInverse).unwrap();
    let report = Run::new(&almost, &method, &[1.0, 2.0]).unwrap().iterations(20).finish();
    assert_eq!(report.status, Status::Failed(Failure::SingularJacobian { iteration: 1 }));
    let method = InverseSimulator::new(0.5, NewtonInverse::new().stop_unconverged()).unwrap();
    let report = Run::new(&almost, &method, &[1.0_f32, 2.0]).unwrap().iterations(20).finish();
    let message = "the Jacobian is singular or not finite".to_owned();
    assert_eq!(report.status, Status::Failed(Failure::NotInverted { iteration: 1, message }));

    // half an inverse leaves the lost direction alone
    let report = Run::new(&problem, &HalfInverse::new(0.1).unwrap(), &start).unwrap().iterations(50).finish();
    assert_eq!(report.status, Status::MaxIterations);
    assert!(report.trajectory[50].loss < 1e-6);
}

#[test]
fn a_search_that_does_not_arrive_says_so_and_the_run_goes_on_or_stops() {
    // no x has y1 < 0; where |x0| meets a negative target, L-BFGS-B ends at the kink
    function! {
        fn positive([x0, x1]) -> [2] { [x0.abs() * 1e6 + x0 * x0, x1.exp()] }
        fn below([y0, y1]) { (y0 + 3.0).powi(2) + (y1 + 1.0).powi(2) }
    }
    let problem = Composite::new(positive, below);
    fn run(problem: &Composite<positive, below, 2, 2>, back: &dyn Inverse<f64>) -> Report<f64> {
        let method = InverseSimulator::new(1.0, back).unwrap();
        Run::new(problem, &method, &[1.0, 0.5]).unwrap().iterations(3).finish()
    }
    let rows: [(&dyn Inverse<f64>, &dyn Inverse<f64>); 3] = [
        (&NumericInverse::new(), &NumericInverse::new().stop_unconverged()),
        (&LeastSquaresInverse::new(), &LeastSquaresInverse::new().stop_unconverged()),
        (&NewtonInverse::new(), &NewtonInverse::new().stop_unconverged()),
    ];
    for (goes_on, stops) in rows {
        let report = run(&problem, goes_on);
        assert_eq!((&report.status, report.trajectory.len()), (&Status::MaxIterations, 4));
        let inversion = report.trajectory[1].inversion.as_ref().unwrap();
        assert!(!inversion.converged && inversion.residual > 1.0 && !inversion.message.is_empty(), "{inversion:?}");
        // the warning says how, and how far from the target
        let distance = format!("|y − y*| is {:?}", inversion.residual.sqrt());
        let warning = &report.warnings[0];
        assert!(warning.contains(&inversion.reason()) && warning.contains(&distance), "{warning}");
        assert!(warning.starts_with("the inversion of iteration 1 did not converge: "), "{warning}");
        let report = run(&problem, stops);
        let Status::Failed(Failure::NotInverted { iteration: 1, message }) = &report.status else {
            panic!("{}", report.status)
        };
        assert_eq!(message, &inversion.reason());
        assert_eq!(report.trajectory.len(), 1);
    }
}

/// A search that ends well where y is nearest to a target that no x has, has not converged.
#[test]
fn a_search_tells_a_target_that_is_out_of_reach_from_one_that_is_reached_slowly() {
    function! {
        fn square([x]) -> [1] { [x * x] }
        fn fourth([x]) -> [1] { [x.powi(4)] }
        fn raised([x]) -> [1] { [x.powi(4) + 0.01] }
        fn reciprocal([x]) -> [1] { [x.recip()] }
        fn sine([x]) -> [1] { [x.sin()] }
        fn small([x]) -> [1] { [x * 1e-4] }
        fn shifted([x0, x1]) -> [1] { [x0 * x0 + x1 * x1 + 1.0] }
        fn twice([x0, _x1]) -> [2] { [x0, x0 * 2.0] }
        fn cubic([x]) -> [1] { [x.powi(3) - x * 3.0] }
        fn valley([x0, x1]) -> [2] { [(x1 - x0 * x0) * 10.0, -x0 + 1.0] }
    }
    type Row<'a, T> = (&'a dyn Map<T>, &'a [f64], &'a [f64], Option<(usize, f64)>);
    // in f32 differences are too coarse for the valley
    fn check<T: Entry + nalgebra::RealField>(searches: &[NumericInverse], rows: &[Row<'_, T>]) {
        let vector = |v: &[f64]| DVector::from_iterator(v.len(), v.iter().map(|&v| nalgebra::convert::<f64, T>(v)));
        for &(process, target, near, nearest) in rows {
            let (target, near) = (vector(target), vector(near));
            let searched = searches.iter().map(|search| search.find(process, &target, &near));
            for found in searched.chain([LeastSquaresInverse::new().find(process, &target, &near)]) {
                let inversion = found.unwrap().inversion.unwrap();
                assert_eq!(inversion.converged, nearest.is_none(), "{target} {near} {inversion:?}");
                assert_eq!(inversion.missed.is_some(), nearest.is_some(), "{inversion:?}");
                if let (Some(missed), Some((component, reached))) = (inversion.missed, nearest) {
                    assert_eq!(missed.component, component, "{inversion:?}");
                    assert!((missed.reached - reached).abs() < 2e-3, "{inversion:?}");
                    assert!(
                        inversion.reason().contains(&format!("component {component} of the y that was reached is"))
                    );
                }
            }
            let stops: [&dyn Inverse<T>; 2] =
                [&LeastSquaresInverse::new().stop_unconverged(), &NumericInverse::new().stop_unconverged()];
            for back in stops {
                let result = back.invert(process, &target, &near, 4);
                match nearest {
                    None => assert!(result.is_ok()),
                    Some(_) => assert!(matches!(result, Err(Failure::NotInverted { iteration: 4, .. }))),
                }
            }
        }
    }
    macro_rules! rows {
        ($number:ty, $searches:expr) => {
            check::<$number>(
                &$searches,
                &[
                    (&Physics::<_, 1, 1>::new(square), &[-1.0], &[3.0], Some((0, 0.0))),
                    (&Physics::<_, 1, 1>::new(square), &[-1e-2], &[3.0], Some((0, 0.0))),
                    (&Physics::<_, 1, 1>::new(sine), &[1.01], &[1.0], Some((0, 1.0))),
                    (&Physics::<_, 1, 1>::new(sine), &[1.0001], &[1.0], Some((0, 1.0))),
                    (&Physics::<_, 2, 1>::new(shifted), &[0.0], &[1.0, 2.0], Some((0, 1.0))),
                    (&Physics::<_, 2, 2>::new(twice), &[1.0, 1.0], &[0.0, 7.0], Some((0, 0.6))),
                    // x = −2.28 has the target, but no x near 1, where the slope is 0
                    (&Physics::<_, 1, 1>::new(cubic), &[-5.0], &[1.5], Some((0, -2.0))),
                    (&Physics::<_, 1, 1>::new(square), &[0.0], &[3.0], None),
                    (&Physics::<_, 1, 1>::new(fourth), &[0.0], &[3.0], None),
                    (&Physics::<_, 1, 1>::new(raised), &[0.01], &[1.0], None),
                    (&Physics::<_, 1, 1>::new(sine), &[1.0], &[1.0], None),
                    (&Physics::<_, 1, 1>::new(small), &[3.0], &[0.0], None),
                    (&Physics::<_, 2, 1>::new(shifted), &[3.0], &[1.0, 2.0], None),
                    (&Physics::<_, 2, 2>::new(valley), &[0.0, 0.0], &[-1.2, 1.0], None),
                ],
            )
        };
    }
    rows!(f64, [NumericInverse::new(), NumericInverse::with_differences()]);
    rows!(f32, [NumericInverse::new()]);

    // asked for more digits than L-BFGS-B's own tests want, the search says that it has not got them
    let (target, near) = (DVector::from_vec(vec![0.0]), DVector::from_vec(vec![3.0]));
    let strict = NumericInverse::new().tolerance(1e-9).unwrap();
    let inversion = strict.find(&Physics::<_, 1, 1>::new(fourth), &target, &near).unwrap().inversion.unwrap();
    assert!(!inversion.converged && inversion.missed.unwrap().reached > 1e-6, "{inversion:?}");
    let process = Physics::<_, 1, 1>::new(small);
    let (target, near) = (DVector::from_vec(vec![3.0]), DVector::from_vec(vec![0.0]));
    let exact = LeastSquaresInverse::new().tolerance(1e-15).unwrap().find(&process, &target, &near).unwrap();
    assert!(exact.inversion.unwrap().converged);
    // a target that is come near without end is not missed
    let (target, near) = (DVector::from_vec(vec![0.0]), DVector::from_vec(vec![1e-4]));
    let found = NumericInverse::new().find(&Physics::<_, 1, 1>::new(reciprocal), &target, &near).unwrap();
    assert!(found.inversion.unwrap().converged && found.x[0] > 10.0, "{}", found.x[0]);
    // and for fewer, that the nearest is near enough
    let near = DVector::from_vec(vec![0.0]);
    let target = DVector::from_vec(vec![1.01]);
    for tolerance in [0.02, 1e-3] {
        let found = LeastSquaresInverse::new().tolerance(tolerance).unwrap();
        let found = found.find(&Physics::<_, 1, 1>::new(sine), &target, &near).unwrap();
        assert_eq!(found.inversion.unwrap().converged, tolerance == 0.02);
    }
}

#[test]
fn every_inverse_refuses_a_process_that_returns_fewer_components() {
    let inverses: [&dyn Inverse<f64>; 4] =
        [&NumericInverse::new(), &LeastSquaresInverse::new(), &NewtonInverse::new(), &LinearizedInverse];
    let (target, near) = (DVector::from_vec(vec![1.0, 2.0]), DVector::from_vec(vec![3.0, 3.0]));
    for back in inverses {
        // at the first call, and at each later one
        for calls in 0..4 {
            let process = Shrinking(std::cell::Cell::new(1 - calls));
            let result = back.invert(&process, &target, &near, 7);
            if calls == 0 {
                let failure = result.unwrap_err().to_string();
                assert!(failure.contains("1 component") && failure.contains("iteration 7"), "{failure}");
            }
        }
        for wrong in [vec![], vec![1.0], vec![1.0; 3]] {
            let process = Physics::<_, 2, 2>::new(physics);
            let target_of = |v: &Vec<f64>| DVector::from_vec(v.clone());
            assert!(back.invert(&process, &target_of(&wrong), &near, 0).is_err(), "{wrong:?}");
        }
    }
}

#[test]
fn stages_that_do_not_fit_are_refused() {
    function! {
        fn two_to_three([x0, x1]) -> [3] { [x0, x1, x0 * x1] }
        fn two_to_two([x0, x1]) -> [2] { [x1, x0] }
    }
    let wide = || Chain::<f64>::new(Physics::<_, 2, 3>::new(two_to_three));
    let error = wide().then(Physics::<_, 2, 2>::new(two_to_two)).unwrap_err();
    assert_eq!(error, Error::Stage { stage: 1, given: 3, expected: 2 });
    assert_eq!(error.to_string(), "stage 1 takes 2 numbers, but the stage before it gives 3");
    let error = Pipeline::new(wide(), Loss::new(loss)).map(|_| ()).unwrap_err();
    assert_eq!(error, Error::Length { name: "y", given: 3, expected: 2 });

    // as many inverses as stages
    let twice =
        Chain::<f64>::new(Physics::<_, 2, 2>::new(two_to_two)).then(Physics::<_, 2, 2>::new(two_to_two)).unwrap();
    let problem = Pipeline::new(twice, Loss::new(loss)).unwrap();
    for count in [1, 3] {
        let inverses =
            (1..count).fold(ChainInverse::new(NewtonInverse::new()), |all, _| all.then(NewtonInverse::new()));
        let method = InverseSimulator::new(0.5, inverses).unwrap();
        let report = Run::new(&problem, &method, &[1.0, 2.0]).unwrap().iterations(2).finish();
        let Status::Failed(Failure::Shape { what, given, expected: 2, .. }) = report.status else { panic!() };
        assert_eq!((what, given), ("the chain's list of inverses", count));
    }
    // a point of another length is NaN through a chain, not a panic
    let chain = wide().then(Physics::<_, 3, 3>::new(three)).unwrap();
    let (y, jacobian) = chain.value_and_jacobian(&DVector::zeros(5));
    assert!(y.iter().chain(jacobian.iter()).all(|y| y.is_nan()));
}

function! {
    fn three([x0, x1, x2]) -> [3] { [x0, x1, x2] }
}

#[test]
fn parameters_of_half_inverses_out_of_their_range_are_refused() {
    let method = || HalfInverse::new(0.1).unwrap();
    for value in [-0.1, 1.0, f64::NAN] {
        assert!(matches!(method().truncation(value), Err(Error::NotFraction { name: "truncation", .. })));
    }
    for value in [-1.5, 1.0 + 1e-9, f64::NAN, f64::INFINITY] {
        assert!(matches!(method().exponent(value), Err(Error::Exponent { .. })));
    }
    assert!(method().exponent(-1.0).is_ok() && method().exponent(1.0).is_ok() && method().truncation(0.0).is_ok());
}

#[test]
fn every_method_names_a_loss_that_is_nan_at_the_start() {
    function! {
        fn root([x0, x1]) -> [2] { [(x0 - 5.0).sqrt(), x1] }
        fn square([y0, y1]) -> [2] { [y0 * y0 + 5.0, y1] }
    }
    let problem = Composite::new(root, loss);
    fn named<O: Optimizer<f64, Composite<root, loss, 2, 2>>>(problem: &Composite<root, loss, 2, 2>, method: O) {
        let report = Run::new(problem, &method, &[3.0, 3.0]).unwrap().iterations(3).finish();
        assert_eq!(report.status, Status::NotFinite { quantity: "y", iteration: 0 });
        assert_eq!((report.trajectory.len(), report.best), (1, None));
    }
    let back = AnalyticInverse::<_, 2, 2>::new(square);
    named(&problem, GradientDescent::new(0.1).unwrap());
    named(&problem, Newton::new(0.1).unwrap());
    named(&problem, InverseSimulator::new(0.1, back).unwrap());
    named(&problem, InverseSimulator::new(0.1, LinearizedInverse).unwrap());
    named(&problem, HalfInverse::new(0.1).unwrap());
    named(&problem, LatentOptimizer::new(Adam::new(0.1).unwrap(), back));
    named(&problem, ScaleInvariant::new(0.1, back, Adam::new(0.1).unwrap()).unwrap());
}

/// Numbers at the ends of the range: each method ends, says why, and has kept its points.
#[test]
fn extreme_starts_end_with_a_reason() {
    const EXTREMES: [f64; 9] = [0.0, -0.0, 5e-324, 1e-300, -1e-8, 1e8, -1e160, 1e300, f64::MAX];
    type Notebook = Composite<physics, loss, 2, 2>;
    fn ends<O: Optimizer<f64, Notebook>>(name: &str, method: &O) {
        let problem = Composite::new(physics, loss);
        for start in EXTREMES.iter().flat_map(|&a| EXTREMES.map(|b| [a, b])) {
            let report = Run::new(&problem, method, &start).unwrap().iterations(3).finish();
            let finite = report.trajectory.iter().filter(|iterate| iterate.loss.is_finite()).count();
            assert!(finite + 1 >= report.trajectory.len(), "{name} {start:?}");
            let ended = !report.status.to_string().is_empty();
            let all = report.status == Status::MaxIterations && report.trajectory.len() == 4;
            assert!(ended && (all || report.status != Status::MaxIterations), "{name} {start:?} {}", report.status);
            assert!(finite == 0 || report.best.is_some(), "{name} {start:?}");
        }
    }
    let exact = AnalyticInverse::<_, 2, 2>::new(inverse);
    ends("pg", &InverseSimulator::new(0.3, exact).unwrap());
    ends("linearized", &InverseSimulator::new(0.3, LinearizedInverse).unwrap());
    ends("newton", &InverseSimulator::new(0.3, NewtonInverse::new()).unwrap());
    ends("least squares", &InverseSimulator::new(0.3, LeastSquaresInverse::new()).unwrap());
    ends("numeric", &InverseSimulator::new(0.3, NumericInverse::new()).unwrap());
    ends("chain", &InverseSimulator::new(0.3, ChainInverse::new(NewtonInverse::new())).unwrap());
    ends("hig", &HalfInverse::new(0.1).unwrap());
    ends("sip", &ScaleInvariant::new(1.0, exact, Adam::new(0.3).unwrap()).unwrap());
    ends("adam in y", &LatentOptimizer::new(Adam::new(0.3).unwrap(), exact));
    ends("bfgs in y", &LatentOptimizer::new(Descent::new(Bfgs), LinearizedInverse));
}

/// Rosenbrock's function with a Hessian, and a Jacobian of its residuals, that is NaN at its `bad`-th evaluation.
#[derive(Debug)]
struct Spoilt {
    bad: usize,
    asked: std::cell::Cell<usize>,
}

impl Spoilt {
    fn new(bad: usize) -> Self {
        Spoilt { bad, asked: std::cell::Cell::new(0) }
    }

    fn spoil(&self) -> f64 {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() == self.bad { f64::NAN } else { 1.0 }
    }
}

impl Objective<f64> for Spoilt {
    fn dimension(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        100.0 * (x[1] - x[0] * x[0]).powi(2) + (1.0 - x[0]).powi(2)
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        let slope = -400.0 * x[0] * (x[1] - x[0] * x[0]) - 2.0 * (1.0 - x[0]);
        (Objective::value(self, x), DVector::from_vec(vec![slope, 200.0 * (x[1] - x[0] * x[0])]))
    }
}

impl TwiceDifferentiable<f64> for Spoilt {
    fn value_gradient_hessian(&self, x: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let (value, gradient) = self.value_and_gradient(x);
        let rows = [1200.0 * x[0] * x[0] - 400.0 * x[1] + 2.0, -400.0 * x[0], -400.0 * x[0], 200.0];
        (value, gradient, DMatrix::from_row_slice(2, 2, &rows) * self.spoil())
    }
}

impl Map<f64> for Spoilt {
    fn inputs(&self) -> usize {
        2
    }
    fn outputs(&self) -> usize {
        2
    }
    fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        DVector::from_vec(vec![10.0 * (x[1] - x[0] * x[0]), 1.0 - x[0]])
    }
    fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let rows = [-20.0 * x[0], 10.0, -1.0, 0.0];
        (Map::value(self, x), DMatrix::from_row_slice(2, 2, &rows) * self.spoil())
    }
}

#[test]
fn points_where_second_derivatives_are_not_finite_are_kept() {
    fn check(name: &str, bad: usize, quantity: &'static str, report: Report<f64>) {
        let last = report.trajectory.len() - 1;
        assert_eq!(report.status, Status::NotFinite { quantity, iteration: last }, "{name}");
        // the first evaluation is at the start, and another at each point but the last
        assert!(last + 1 >= bad.min(2), "{name}, {bad}: {last}");
        assert_eq!(last == 0, bad == 1, "{name}, {bad}");
        let best = report.trajectory.iter().map(|x| x.loss).fold(f64::INFINITY, f64::min);
        assert_eq!(report.best.map(|best| report.trajectory[best].loss), Some(best), "{name}");
        assert!(report.evaluations.value > last, "{name}");
    }
    let start = [-1.2, 1.0];
    for bad in [1, 2, 4] {
        let problem = Spoilt::new(bad);
        let method = Descent::new(DampedNewton);
        check("damped Newton", bad, "Hessian", Run::new(&problem, &method, &start).unwrap().iterations(20).finish());
        let problem = Spoilt::new(bad);
        let region = TrustRegion::exact();
        let report = Run::new(&problem, &region, &start).unwrap().iterations(20).finish();
        check("trust region", bad, "Hessian", report);
        let squares = SumOfSquares::new(Spoilt::new(bad));
        let marquardt = LevenbergMarquardt::new();
        let report = Run::new(&squares, &marquardt, &start).unwrap().iterations(20).finish();
        check("Levenberg–Marquardt", bad, "Jacobian", report);
    }
}
