//! The solvers where functions are flat, unbounded, of huge or tiny values, not finite beyond an edge or of one variable, and
//! where a run cannot move at all: they arrive, or say honestly why not.

use autodiff::function;
use optimizers::*;

function! {
    fn flat([_a, _b]) { T::constant(3.0) }
    fn tiny([a, b]) { (a * a + b * b) * 1e-30 }
    fn bowl([a, b]) { (a - 1.0).powi(2) + (b + 2.0).powi(2) * 10.0 }
    fn huge([a, b]) { ((a - 1.0).powi(2) + (b + 2.0).powi(2) * 10.0) * 1e30 }
    fn parabola([a]) { (a - 1.0).powi(2) * 3.0 + 2.0 }
    fn quartic([a, b]) { a.powi(4) + b.powi(4) }
    // not a number for a < 0
    fn edge([a]) { a * 0.1 - a.sqrt() }
    fn barrier([a, b]) { -a.ln() + (b - a) * (b - a) + a }
    // without a least value
    fn slope([a, b]) { a * 2.0 - b }
    fn cap([a, b]) { -(a * a) - b * b * 2.0 }
    // a slope of 7e218, whose square is no number
    fn cliff([a]) { (a * 50.0).exp() - a * 50.0 }
}

/// Does something with each solver: `$do!(name, method)`.
macro_rules! each_solver {
    ($do:ident) => {
        $do!("BFGS", Descent::new(Bfgs));
        $do!("BFGS, Hager–Zhang", Descent::new(Bfgs).step_rule(StepRule::HagerZhang));
        $do!("CG, Polak–Ribière", Descent::new(ConjugateGradient::polak_ribiere()));
        $do!("CG, Hager–Zhang", Descent::new(ConjugateGradient::hager_zhang()));
        $do!("damped Newton", Descent::new(DampedNewton));
        $do!("damped Newton, backtracking", Descent::new(DampedNewton).step_rule(StepRule::Backtracking));
        $do!("damped Newton, Hager–Zhang", Descent::new(DampedNewton).step_rule(StepRule::HagerZhang));
        $do!("trust region", TrustRegion::exact());
        $do!("Steihaug", TrustRegion::steihaug());
        $do!("L-BFGS-B", Lbfgsb::new());
    };
}

#[test]
fn minima_are_reached_from_far_and_near_and_through_what_is_not_finite() {
    macro_rules! arrives {
        ($name:literal, $method:expr) => {
            macro_rules! at {
                ($f:ident, $start:expr, $least:expr, $tolerance:expr) => {
                    let (problem, method) = (Loss::new($f), $method);
                    let report = Run::new(&problem, &method, &$start).unwrap().iterations(1000).finish();
                    let what = format!("{}, {} from {:?}: {}", $name, stringify!($f), $start, report.status);
                    assert!(matches!(report.status, Status::Converged(_)), "{what}");
                    let loss: f64 = report.trajectory.last().unwrap().loss;
                    assert!((loss - $least).abs() <= $tolerance, "{what}, {loss}");
                    assert!(report.trajectory.iter().all(|iterate| iterate.loss.is_finite()), "{what}");
                };
            }
            at!(bowl, [4.0, 7.0], 0.0, 1e-9);
            at!(bowl, [1e10, -1e8], 0.0, 1e-9);
            at!(huge, [4.0, 2.0], 0.0, 1e-9);
            at!(parabola, [-7.0], 2.0, 1e-9);
            at!(quartic, [1.0, 2.0], 0.0, 1e-7);
            at!(edge, [3.0], -2.5, 1e-6);
            at!(barrier, [1e-3, 5.0], 1.0, 1e-9);
            if $name != "L-BFGS-B" {
                // where scipy's search finds no step, or meets what is not finite, ours does
                at!(bowl, [1e100, -1e99], 0.0, 1e-9);
                at!(edge, [100.0], -2.5, 1e-6);
            }
        };
    }
    each_solver!(arrives);
}

#[test]
fn a_start_that_cannot_be_left_is_the_end() {
    macro_rules! stays {
        ($name:literal, $method:expr) => {
            macro_rules! at {
                ($f:ident, $start:expr) => {
                    let (problem, method) = (Loss::new($f), $method);
                    let report = Run::new(&problem, &method, &$start).unwrap().iterations(1000).finish();
                    let what = format!("{}, {} from {:?}: {}", $name, stringify!($f), $start, report.status);
                    assert!(matches!(report.status, Status::Converged(_)), "{what}");
                    assert_eq!(
                        (report.trajectory.len(), report.best, report.evaluations.value),
                        (1, Some(0), 1),
                        "{what}"
                    );
                    // and no iterations give the start, too
                    let report = Run::new(&problem, &method, &$start).unwrap().iterations(0).finish();
                    assert_eq!(report.trajectory.len(), 1, "{what}");
                };
            }
            at!(flat, [1.0, 2.0]);
            at!(tiny, [1.0, 2.0]);
            at!(bowl, [1.0, -2.0]);
            at!(cap, [0.0, 0.0]);
            let report = Run::new(&Loss::new(bowl), &$method, &[3.0, 3.0]).unwrap().iterations(0).finish();
            assert_eq!((report.trajectory.len(), report.status), (1, Status::MaxIterations), "{}", $name);
        };
    }
    each_solver!(stays);
}

#[test]
fn what_has_no_least_value_is_not_said_to_have_one() {
    macro_rules! goes_on {
        ($name:literal, $method:expr) => {
            macro_rules! at {
                ($f:ident) => {
                    let (problem, method) = (Loss::new($f), $method);
                    let report = Run::new(&problem, &method, &[1.0_f64, 1.0]).unwrap().iterations(1500).finish();
                    let what = format!("{}, {}: {}", $name, stringify!($f), report.status);
                    assert!(!matches!(report.status, Status::Converged(_)), "{what}");
                    let best = report.best.unwrap();
                    assert!(report.trajectory[best].loss < -1e9, "{what}, {}", report.trajectory[best].loss);
                    assert!(report.trajectory.windows(2).all(|pair| pair[1].loss < pair[0].loss), "{what}");
                };
            }
            at!(slope);
            at!(cap);
        };
    }
    each_solver!(goes_on);
}

#[test]
fn a_slope_whose_square_overflows_is_gone_down() {
    macro_rules! descends {
        ($name:literal, $method:expr) => {
            let (problem, method) = (Loss::new(cliff), $method);
            let report = Run::new(&problem, &method, &[10.0_f64]).unwrap().iterations(1000).finish();
            let loss = report.trajectory.last().unwrap().loss;
            let down = matches!(report.status, Status::Converged(_)) && (loss - 1.0).abs() < 1e-6;
            // scipy's search finds no step here either
            let refused = matches!(report.status, Status::Failed(Failure::LineSearch { .. }));
            assert!(if $name == "L-BFGS-B" { refused } else { down }, "{}: {loss:e}, {}", $name, report.status);
        };
    }
    each_solver!(descends);
}

#[test]
fn a_run_resumed_where_it_arrived_has_arrived() {
    macro_rules! resumes {
        ($name:literal, $method:expr) => {
            let (problem, method) = (Loss::new(parabola), $method);
            let mut run = Run::new(&problem, &method, &[1.0_f64]).unwrap();
            run.by_ref().last();
            let state = State { converged: None, ..run.state().unwrap().clone() };
            let report = Run::resume(&problem, &method, state).unwrap().iterations(10).finish();
            assert!(matches!(report.status, Status::Converged(_)), "{}: {}", $name, report.status);
            assert!(report.trajectory.iter().all(|iterate| iterate.x[0] == 1.0), "{}", $name);
        };
    }
    each_solver!(resumes);
}

#[test]
fn single_precision_arrives_too() {
    macro_rules! arrives {
        ($name:literal, $method:expr) => {
            for start in [[4.0_f32, 7.0], [1e8, -1e6]] {
                let report = Run::new(&Loss::new(bowl), &$method, &start).unwrap().iterations(1000).finish();
                let best = &report.trajectory[report.best.unwrap()];
                assert!(best.loss < 1e-6, "{} from {start:?}: {}, {}", $name, best.loss, report.status);
            }
        };
    }
    each_solver!(arrives);
}

#[test]
fn bounds_that_fix_all_variables_leave_the_start() {
    let fixed = Bounds::new(vec![3.0, 4.0], vec![3.0, 4.0]).unwrap();
    let method = Lbfgsb::new().bounds(fixed);
    let report = Run::new(&Loss::new(bowl), &method, &[0.0, 9.0]).unwrap().iterations(10).finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert_eq!(report.trajectory.last().unwrap().x.as_slice(), [3.0, 4.0]);
}

/// Where rounding hides every gain the run ends, but a status that says "converged" has its test hold.
#[test]
fn rounding_that_hides_progress_is_no_convergence() {
    function! {
        fn raised([a, b]) { (a - 1.0).powi(2) * 1.3 + (b + 2.0).powi(2) * 3.0 + a * b * 0.7 + 1e8 }
        fn lowered([a, b]) { (a - 1.0).powi(4) + (b + 2.0).powi(2) * 3.0 - 3e6 }
        fn hollow([a, b]) { (a * a + b * b * 5.0 + 1.0).sqrt() + 1e8 }
    }
    let mut hidden = Vec::new();
    macro_rules! honest {
        ($name:literal, $method:expr) => {
            macro_rules! at {
                ($f:ident) => {
                    for start in [[4.0_f32, 7.0], [-30.0, 0.5], [3e4, -7e4]] {
                        let report = Run::new(&Loss::new($f), &$method, &start).unwrap().iterations(2000).finish();
                        let last = report.trajectory.last().unwrap();
                        let what = format!("{}, {} from {start:?}: {}", $name, stringify!($f), report.status);
                        let steep = last.gradient.as_ref().unwrap().amax() > 1e-5;
                        match report.status {
                            Status::Converged(_) => assert!(!steep, "{what}"),
                            Status::Failed(Failure::NoProgress { iteration, .. }) => {
                                assert!(steep && [0, 1].contains(&(iteration - last.iteration)), "{what}");
                                hidden.push($name);
                            }
                            Status::Failed(Failure::LineSearch { .. }) => assert!(steep, "{what}"),
                            _ => panic!("{what}"),
                        }
                    }
                };
            }
            at!(raised);
            at!(lowered);
            at!(hollow);
        };
    }
    each_solver!(honest);
    for name in ["BFGS", "CG, Hager–Zhang", "L-BFGS-B"] {
        assert!(hidden.contains(&name), "{name}: {hidden:?}");
    }
    // scipy's ending where its tolerance can be seen; where it cannot, not
    function! { fn shifted([a, b]) { (a - 1.0).powi(2) + (b + 2.0).powi(4) + 1e17 } }
    let end = |method| Run::new(&Loss::new(shifted), &method, &[30.0, 7.0]).unwrap().iterations(100).finish().status;
    let reduction = "CONVERGENCE: REL_REDUCTION_OF_F_<=_FACTR*EPSMCH";
    assert_eq!(end(Lbfgsb::new()), Status::Converged(reduction));
    let hidden = end(Lbfgsb::new().factr(0.0).unwrap());
    assert!(matches!(hidden, Status::Failed(Failure::NoProgress { .. })), "{hidden}");
}

/// A loss that falls without end leaves the finite numbers, and each method says so.
#[test]
fn a_loss_that_falls_without_end_is_not_finite_in_the_end() {
    function! {
        fn exponential([a, b]) { -a.exp() - b.exp() }
        fn quartic_down([a, b]) { -a.powi(4) - b.powi(4) }
        fn cubic([a, b]) { a.powi(3) + b.powi(3) * 2.0 }
        fn steep([a, b]) { a * 2e250 - b * 1e250 }
    }
    macro_rules! falls {
        ($name:literal, $method:expr) => {
            macro_rules! at {
                ($f:ident) => {
                    let (problem, method) = (Loss::new($f), $method);
                    let mut run = Run::new(&problem, &method, &[1.0_f64, -0.5]).unwrap().iterations(5000);
                    let last = run.by_ref().last().unwrap();
                    let what = format!("{}, {}: {}", $name, stringify!($f), run.status().unwrap());
                    let Some(Status::NotFinite { quantity: "loss", iteration }) = run.status() else {
                        panic!("{what}, {:?}", last.x.as_slice())
                    };
                    // a method that evaluates before it steps has no such point
                    assert_eq!(*iteration, last.iteration + usize::from(last.loss.is_finite()), "{what}");
                };
            }
            at!(exponential);
            at!(quartic_down);
            at!(cap);
            at!(cubic);
            if $name != "L-BFGS-B" {
                // the 20 trials of scipy's search do not get far enough along such a slope
                at!(steep);
            }
        };
    }
    each_solver!(falls);
    falls!("BFGS, backtracking", Descent::new(Bfgs).step_rule(StepRule::Backtracking));
    falls!("CG, backtracking", Descent::new(ConjugateGradient::polak_ribiere()).step_rule(StepRule::Backtracking));
    falls!("gd", GradientDescent::new(1.0).unwrap());
    falls!("momentum", Momentum::new(0.5).unwrap());
    falls!("nesterov", Nesterov::new(0.5).unwrap());
}
