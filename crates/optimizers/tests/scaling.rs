//! Methods that do not depend on the unit of the loss: of a loss times a power of two they make the same steps, bit for bit.

use autodiff::function;
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::*;

function! {
    fn rosenbrock([x0, x1]) { (x1 - x0 * x0).powi(2) * 100.0 + (-x0 + 1.0).powi(2) }
    fn wood([x0, x1, x2, x3]) {
        (x1 - x0 * x0).powi(2) * 100.0 + (-x0 + 1.0).powi(2) + (x3 - x2 * x2).powi(2) * 90.0 + (-x2 + 1.0).powi(2)
            + (x1 + x3 - 2.0).powi(2) * 10.0 + (x1 - x3).powi(2) * 0.1
    }
    // its Hessian is singular at the minimum, and indefinite on the way
    fn quartic([x0, x1]) { (x0 - x1).powi(4) + x0.powi(4) - x0 * x1 * 3.0 }
    fn valley([x0, x1]) -> [2] { [(x1 - x0 * x0) * 10.0, -x0 + 1.0] }
    fn helix([x0, x1, x2]) -> [3] { [(x2 - x1.atan2(x0) * 1.5915494309189535) * 10.0, (x0.hypot(x1) - 1.0) * 10.0, x2] }
    fn one_of_two([_x0, x1]) -> [2] { [x1 * 2.0 - 5.0, x1 * x1 - 8.0] }
    fn growth([x0, x1]) -> [4] {
        [x0 * x1.exp() - 1.0, x0 * (x1 * 2.0).exp() - 2.0, x0 * (x1 * 3.0).exp() - 5.0, x0 + x1]
    }
}

/// A function times a power of two.
struct Scaled<F> {
    function: F,
    unit: f64,
}

impl<F: TwiceDifferentiable<f64>> Objective<f64> for Scaled<F> {
    fn dimension(&self) -> usize {
        self.function.dimension()
    }
    fn value(&self, x: &DVector<f64>) -> f64 {
        self.function.value(x) * self.unit
    }
    fn value_and_gradient(&self, x: &DVector<f64>) -> (f64, DVector<f64>) {
        let (value, gradient) = self.function.value_and_gradient(x);
        (value * self.unit, gradient * self.unit)
    }
}

impl<F: TwiceDifferentiable<f64>> TwiceDifferentiable<f64> for Scaled<F> {
    fn value_gradient_hessian(&self, x: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let (value, gradient, hessian) = self.function.value_gradient_hessian(x);
        (value * self.unit, gradient * self.unit, hessian * self.unit)
    }
}

/// A map times a power of two.
struct ScaledMap<M> {
    map: M,
    unit: f64,
}

impl<M: Map<f64>> Map<f64> for ScaledMap<M> {
    fn inputs(&self) -> usize {
        self.map.inputs()
    }
    fn outputs(&self) -> usize {
        self.map.outputs()
    }
    fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        self.map.value(x) * self.unit
    }
    fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let (y, jacobian) = self.map.value_and_jacobian(x);
        (y * self.unit, jacobian * self.unit)
    }
}

fn points(report: &Report<f64>) -> Vec<Vec<u64>> {
    report.trajectory.iter().map(|p| p.x.iter().map(|x| x.to_bits()).collect()).collect()
}

#[test]
fn methods_of_hessians_do_not_depend_on_the_unit_of_the_loss() {
    fn same<F, O>(name: &str, problem: &mut Scaled<F>, method: O, start: &[f64])
    where
        F: TwiceDifferentiable<f64>,
        O: Optimizer<f64, Scaled<F>>,
    {
        let mut run = |unit| {
            problem.unit = unit;
            Run::new(problem, &method, start).unwrap().iterations(60).finish()
        };
        let plain = run(1.0);
        assert!(plain.trajectory.len() > 4, "{name} {}", plain.status);
        for k in [-500, -60, 60, 500] {
            let scaled = run(2f64.powi(k));
            assert_eq!(points(&scaled), points(&plain), "{name} 2^{k} {} {}", scaled.status, plain.status);
            assert_eq!(scaled.status, plain.status, "{name} 2^{k}");
        }
    }
    fn all(name: &str, function: impl TwiceDifferentiable<f64>, start: &[f64]) {
        let mut problem = Scaled { function, unit: 1.0 };
        for rule in [StepRule::Backtracking, StepRule::more_thuente(0.9).unwrap(), StepRule::HagerZhang] {
            let damped = Descent::new(DampedNewton).step_rule(rule).gtol(0.0).unwrap();
            same(&format!("{name} {rule:?}"), &mut problem, damped, start);
        }
        same(&format!("{name} trust region"), &mut problem, TrustRegion::exact().gtol(0.0).unwrap(), start);
        same(&format!("{name} Newton"), &mut problem, Newton::new(0.5).unwrap(), start);
    }
    all("rosenbrock", Loss::new(rosenbrock), &[-1.2, 1.0]);
    all("wood", Loss::new(wood), &[-3.0, -1.0, -3.0, -1.0]);
    all("quartic", Loss::new(quartic), &[0.3, -0.2]);
}

/// Far from 1 as well, where products of derivatives overflow or underflow, the minimum is found.
#[test]
fn damped_newton_arrives_whatever_the_unit() {
    for unit in [1e-250, 1e-160, 1e-20, 1e20, 1e155, 1e300] {
        let problem = Scaled { function: Loss::new(rosenbrock), unit };
        for rule in [StepRule::Backtracking, StepRule::more_thuente(0.9).unwrap()] {
            let method = Descent::new(DampedNewton).step_rule(rule).gtol(0.0).unwrap();
            let report = Run::new(&problem, &method, &[-1.2, 1.0]).unwrap().iterations(100).finish();
            let x = &report.trajectory.last().unwrap().x;
            assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-12), "{unit:e} {rule:?} {} {x}", report.status);
        }
    }
}

#[test]
fn levenberg_marquardt_does_not_depend_on_the_unit_of_the_residuals() {
    fn same(name: &str, map: impl Map<f64> + Copy, start: &[f64]) {
        let run = |unit| {
            let squares = SumOfSquares::new(ScaledMap { map, unit });
            let marquardt = Run::new(&squares, &LevenbergMarquardt::new(), start).unwrap().iterations(60).finish();
            let newton = GaussNewton::new(0.5).unwrap();
            [marquardt, Run::new(&squares, &newton, start).unwrap().iterations(9).finish()]
        };
        let plain = run(1.0);
        assert!(matches!(plain[0].status, Status::Converged(_)), "{name} {}", plain[0].status);
        // at 2^-1000 the last residuals are subnormal
        for k in [-700, -250, -20, 20, 250, 600, 1000] {
            for (scaled, plain) in run(2f64.powi(k)).iter().zip(&plain) {
                assert_eq!(scaled.status, plain.status, "{name} 2^{k}");
                assert_eq!(points(scaled), points(plain), "{name} 2^{k}");
                // of a sum of squares that overflows the largest number is told, with a warning
                assert!(scaled.trajectory.iter().all(|p| p.loss.is_finite()));
                assert_eq!(scaled.warnings.is_empty(), k < 500, "{name} 2^{k} {:?}", scaled.warnings);
            }
        }
    }
    same("valley", Physics::<_, 2, 2>::new(valley), &[-1.2, 1.0]);
    same("helix", Physics::<_, 3, 3>::new(helix), &[-1.0, 0.1, 0.0]);
    // J has no full rank, and the first step is too long
    same("one of two", Physics::<_, 2, 2>::new(one_of_two), &[0.0, 2e-3]);
    same("growth", Physics::<_, 2, 4>::new(growth), &[1.0, 1.0]);
}

/// Where a Jacobian lacks full rank but for rounding, a step along what is not determined may be too long for floats; it is damped.
#[test]
fn levenberg_marquardt_arrives_without_full_rank_whatever_the_unit() {
    function! { fn sums([x0, x1]) -> [3] { [x0 + x1 - 5.0, (x0 + x1) * 2.0 - 10.0, (x0 + x1).powi(2) - 25.0] } }
    for k in [-1000, 0, 600, 1000] {
        let squares = SumOfSquares::new(ScaledMap { map: Physics::<_, 2, 3>::new(sums), unit: 2f64.powi(k) });
        let report = Run::new(&squares, &LevenbergMarquardt::new(), &[1e-3, 2e-3]).unwrap().iterations(60).finish();
        let x = &report.trajectory.last().unwrap().x;
        assert!(
            matches!(report.status, Status::Converged(_)) && (x.sum() - 5.0).abs() < 1e-7,
            "2^{k} {} {x}",
            report.status
        );
    }
}

/// A residual that is infinite has a sum of squares that is.
#[test]
fn a_loss_is_infinite_only_if_a_residual_is() {
    function! { fn steep([x0, x1]) -> [2] { [x0.exp(), x1 - 3.0] } }
    let squares = SumOfSquares::new(Physics::<_, 2, 2>::new(steep));
    let run =
        |start: f64| Run::new(&squares, &LevenbergMarquardt::new(), &[start, 0.0]).unwrap().iterations(1000).finish();
    let report = run(600.0);
    assert_eq!(report.trajectory[0].loss, f64::MAX);
    assert_eq!(report.warnings[0], "the sum of squares of iteration 0, or its gradient, overflows");
    assert!(report.trajectory.last().unwrap().loss < 1e-12, "{}", report.status);
    let report = run(710.0);
    assert_eq!(report.status, Status::NotFinite { quantity: "loss", iteration: 0 });
    assert_eq!(report.trajectory[0].loss, f64::INFINITY);
}
