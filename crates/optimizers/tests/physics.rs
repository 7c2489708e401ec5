//! The methods that know the process: what they do in y, in each latent space, and beside one another.

use autodiff::function;
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::*;
use proptest::prelude::*;

function! {
    fn exponential([x0]) -> [1] { [x0.exp() - 2.0] }
    fn logarithm([y0]) -> [1] { [(y0 + 2.0).ln()] }
    fn steep([y0]) { (y0 - 0.5).powi(2) * 7.0 }

    fn sheared([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1 * x1 * x1] }
    fn unsheared([y0, y1]) -> [2] { let x1 = y1.cbrt(); [(y0 - x1) * 0.5, x1] }
    fn tilted([y0, y1]) { (y0 - 1.0).powi(2) * 3.0 + (y0 - 1.0) * (y1 + 2.0) + (y1 + 2.0).powi(2) }

    fn triangular([x0, x1, x2]) -> [3] { [x0.exp(), x1 + x0 * x0, x2 * 100.0 - x1] }
    fn untriangular([y0, y1, y2]) -> [3] { let x0 = y0.ln(); let x1 = y1 - x0 * x0; [x0, x1, (y2 + x1) * 0.01] }
    fn coupled([y0, y1, y2]) {
        let (a, b, c) = (y0 - 3.0, y1 + 1.0, y2 - 5.0);
        a * a + b * b * 2.0 + c * c * 0.5 + a * b * 0.5 - b * c * 0.25
    }
}

/// y_k = y* + (1 − η)^k (y_0 − y*) along a run, as far as its numbers are exact: to so many roundings of the largest y.
fn contracts(report: &Report<f64>, minimum: &[f64], step: f64) -> Result<(), TestCaseError> {
    prop_assert_eq!(&report.status, &Status::MaxIterations);
    let start = report.trajectory[0].y.clone().unwrap();
    let size = start.amax().max(1.0) + minimum.iter().fold(0.0, |most: f64, y| most.max(y.abs()));
    for now in &report.trajectory {
        let y = now.y.as_ref().unwrap();
        for (i, &minimum) in minimum.iter().enumerate() {
            let expected = minimum + (1.0 - step).powi(now.iteration as i32) * (start[i] - minimum);
            let error = (y[i] - expected).abs();
            prop_assert!(error <= 200.0 * f64::EPSILON * size, "{} {} {}", now.iteration, y[i], expected);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn an_exact_inverse_contracts_y_evenly_in_one_dimension(a in -3.0f64..3.0, step in 0.01f64..1.1) {
        let problem = Composite::new(exponential, steep);
        let method = InverseSimulator::new(step, AnalyticInverse::<_, 1, 1>::new(logarithm)).unwrap();
        contracts(&Run::new(&problem, &method, &[a]).unwrap().iterations(12).finish(), &[0.5], step)?;
    }

    #[test]
    fn an_exact_inverse_contracts_y_evenly_in_two(a in -3.0f64..3.0, b in -3.0f64..3.0, step in 0.01f64..1.9) {
        let problem = Composite::new(sheared, tilted);
        let method = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(unsheared)).unwrap();
        contracts(&Run::new(&problem, &method, &[a, b]).unwrap().iterations(12).finish(), &[1.0, -2.0], step)?;
    }

    #[test]
    fn an_exact_inverse_contracts_y_evenly_in_three(
        a in -1.0f64..2.0, b in -3.0f64..3.0, c in -1.0f64..1.0, step in 0.01f64..1.0,
    ) {
        let problem = Composite::new(triangular, coupled);
        let method = InverseSimulator::new(step, AnalyticInverse::<_, 3, 3>::new(untriangular)).unwrap();
        contracts(&Run::new(&problem, &method, &[a, b, c]).unwrap().iterations(12).finish(), &[3.0, -1.0, 5.0], step)?;
    }

    /// A search that ends at rounding is an exact inverse too.
    #[test]
    fn searches_to_rounding_contract_y_evenly(a in -3.0f64..3.0, b in 0.5f64..3.0, step in 0.05f64..0.9) {
        let problem = Composite::new(sheared, tilted);
        let newton = InverseSimulator::new(step, NewtonInverse::new().stop_unconverged()).unwrap();
        let squares = InverseSimulator::new(step, LeastSquaresInverse::new()).unwrap();
        // the minimum is behind the fold of x³, where J is singular: as many steps as stay before it
        let fold = |k: u32| (1.0 - step).powi(k as i32) * (b.powi(3) + 2.0) - 2.0;
        let steps = (1..8).take_while(|&k| fold(k) > 0.01).count();
        let start = [a, b];
        contracts(&Run::new(&problem, &newton, &start).unwrap().iterations(steps).finish(), &[1.0, -2.0], step)?;
        contracts(&Run::new(&problem, &squares, &start).unwrap().iterations(steps).finish(), &[1.0, -2.0], step)?;
    }
}

// The same process in two stages, and at once.
function! {
    fn first([x0, x1]) -> [2] { [x0 + x1, x1 * x1 * x1] }
    fn undo_first([z0, z1]) -> [2] { let x1 = z1.cbrt(); [z0 - x1, x1] }
    fn second([z0, z1]) -> [2] { [z0.sinh(), z1 * 3.0 + z0] }
    fn undo_second([y0, y1]) -> [2] { let z0 = y0.asinh(); [z0, (y1 - z0) / 3.0] }
    fn both([x0, x1]) -> [2] { let z0 = x0 + x1; [z0.sinh(), x1 * x1 * x1 * 3.0 + z0] }
    fn undo_both([y0, y1]) -> [2] { let z0 = y0.asinh(); let x1 = ((y1 - z0) / 3.0).cbrt(); [z0 - x1, x1] }
}

fn chain() -> Chain<f64> {
    Chain::new(Physics::<_, 2, 2>::new(first)).then(Physics::<_, 2, 2>::new(second)).unwrap()
}

proptest! {
    #[test]
    fn a_chain_of_two_stages_is_the_composite(a in -2.0f64..2.0, b in -2.0f64..2.0, step in 0.05f64..1.2) {
        let staged = Pipeline::new(chain(), Loss::new(tilted)).unwrap();
        let whole = Composite::new(both, tilted);
        let x = DVector::from_vec(vec![a, b]);
        let (loss, gradient) = staged.value_and_gradient(&x);
        let (expected, slope) = whole.value_and_gradient(&x);
        prop_assert_eq!(loss, expected);
        prop_assert_eq!((staged.value(&x), staged.observe(&x)), (loss, whole.observe(&x)));
        prop_assert!((&gradient - &slope).amax() <= 1e-13 * (1.0 + slope.amax()), "{} {}", gradient, slope);

        let back = AnalyticInverse::<_, 2, 2>::new(undo_first);
        let inverses = ChainInverse::new(back).then(AnalyticInverse::<_, 2, 2>::new(undo_second));
        let method = InverseSimulator::new(step, inverses).unwrap();
        let ours = Run::new(&staged, &method, &[a, b]).unwrap().iterations(8).finish();
        let method = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(undo_both)).unwrap();
        let theirs = Run::new(&whole, &method, &[a, b]).unwrap().iterations(8).finish();
        prop_assert_eq!(ours.trajectory.len(), 9);
        for (now, expected) in ours.trajectory.iter().zip(&theirs.trajectory) {
            // near the fold of x³ the inverse magnifies the last digit
            prop_assert!((&now.x - &expected.x).amax() <= 1e-6, "{} {}", now.x, expected.x);
            let (y, z) = (now.y.as_ref().unwrap(), expected.y.as_ref().unwrap());
            prop_assert!((y - z).amax() <= 1e-12 * (1.0 + z.amax()), "{} {}", y, z);
        }
        contracts(&ours, &[1.0, -2.0], step)?;
        // the trajectory in each latent space: what is reached is where x leads, and what was aimed at, as the inverses
        // are exact
        for now in &ours.trajectory {
            prop_assert_eq!(now.latents.len(), 2);
            let points = chain().latents(&now.x);
            for (point, z) in now.latents.iter().zip(&points) {
                prop_assert_eq!(&point.reached, z);
                prop_assert_eq!(point.aimed.is_some(), now.iteration > 0);
                if let Some(aimed) = &point.aimed {
                    prop_assert!((aimed - z).amax() <= 1e-12 * (1.0 + z.amax()), "{} {}", aimed, z);
                }
            }
            prop_assert_eq!(&now.latents[1].reached, now.y.as_ref().unwrap());
            prop_assert_eq!(&now.latents[1].aimed, &now.y_target);
        }
    }
}

#[test]
fn stages_may_be_inverted_in_different_ways() {
    let problem = Pipeline::new(chain(), Loss::new(tilted)).unwrap();
    let exact = AnalyticInverse::<_, 2, 2>::new(undo_first);
    let run = |inverses: ChainInverse<f64>| {
        let method = InverseSimulator::new(0.2, inverses).unwrap();
        Run::new(&problem, &method, &[1.0, 1.5]).unwrap().iterations(4).finish()
    };
    let expected = run(ChainInverse::new(exact).then(AnalyticInverse::<_, 2, 2>::new(undo_second)));
    let rows: [(ChainInverse<f64>, f64); 4] = [
        (ChainInverse::new(exact).then(NewtonInverse::new()), 1e-13),
        (ChainInverse::new(NewtonInverse::new()).then(LeastSquaresInverse::new()), 1e-12),
        (ChainInverse::new(exact).then(NumericInverse::new()), 1e-4),
        (ChainInverse::new(LinearizedInverse).then(LinearizedInverse), 0.5),
    ];
    for (inverses, tolerance) in rows {
        let report = run(inverses);
        assert_eq!(report.status, Status::MaxIterations);
        for (now, expected) in report.trajectory.iter().zip(&expected.trajectory) {
            assert!((&now.x - &expected.x).amax() < tolerance, "{} {}", now.x, expected.x);
        }
    }
    // what the searches of a step cost is told stage by stage, and in all
    let searched = run(ChainInverse::new(NewtonInverse::new()).then(LeastSquaresInverse::new()));
    let step = &searched.trajectory[1];
    let each: Vec<&Inversion> = step.latents.iter().map(|point| point.inversion.as_ref().unwrap()).collect();
    let all = step.inversion.as_ref().unwrap();
    assert_eq!(all.evaluations, each[0].evaluations + each[1].evaluations);
    assert!(all.converged && each.iter().all(|search| search.evaluations > 1));
    // a chain within a chain is a stage with an inverse of its own
    let nested = Chain::new(chain()).then(Physics::<_, 2, 2>::new(first)).unwrap();
    let inner = ChainInverse::new(exact).then(AnalyticInverse::<_, 2, 2>::new(undo_second));
    let inverse = ChainInverse::new(inner).then(exact);
    let x = DVector::from_vec(vec![0.3, -0.7]);
    let back = inverse.invert(&nested, &nested.value(&x), &DVector::zeros(2), 1).unwrap();
    assert!((back.x - x).amax() < 1e-14);
}

/// J⁻¹Δy misses by the square of Δy; and where y is linear, by nothing.
#[test]
fn the_linearized_inverse_is_of_second_order() {
    let problem = Composite::new(triangular, coupled);
    let miss = |step: f64| {
        let method = InverseSimulator::new(step, LinearizedInverse).unwrap();
        let report = Run::new(&problem, &method, &[0.5, 1.0, 0.2]).unwrap().iterations(1).finish();
        let now = &report.trajectory[1];
        (now.y_target.as_ref().unwrap() - now.y.as_ref().unwrap()).amax()
    };
    for step in [0.1, 0.02, 0.004] {
        let ratio = miss(step) / miss(step / 2.0);
        assert!((3.8..4.2).contains(&ratio), "{ratio}");
    }
    function! {
        fn linear([x0, x1]) -> [2] { [x0 * 3.0 + x1, x1 * 0.25 - x0] }
        fn wide([x0, x1, x2]) -> [2] { [x0 + x1 * 2.0, x2 - x0] }
    }
    let method = InverseSimulator::new(0.3, LinearizedInverse).unwrap();
    let report = Run::new(&Composite::new(linear, tilted), &method, &[2.0, -1.0]).unwrap().iterations(5).finish();
    contracts(&report, &[1.0, -2.0], 0.3).unwrap();
    // of three variables for two numbers, the step is the shortest
    let report = Run::new(&Composite::new(wide, tilted), &method, &[2.0, -1.0, 0.5]).unwrap().iterations(5).finish();
    contracts(&report, &[1.0, -2.0], 0.3).unwrap();
    let step = report.trajectory[1].update.as_ref().unwrap();
    assert!((step[0] * -2.0 + step[1] - step[2] * 2.0).abs() < 1e-14, "no part along what y does not see: {step}");
}

#[test]
fn any_optimizer_steps_in_y() {
    let problem = Composite::new(sheared, tilted);
    let inverse = AnalyticInverse::<_, 2, 2>::new(unsheared);
    let start = [1.5, 1.25];
    // Newton in y is the inverse simulator, bit for bit
    let newton = LatentOptimizer::new(Newton::new(0.3).unwrap(), inverse);
    let ours = Run::new(&problem, &newton, &start).unwrap().iterations(10).finish();
    let simulator = InverseSimulator::new(0.3, inverse).unwrap();
    let theirs = Run::new(&problem, &simulator, &start).unwrap().iterations(10).finish();
    for (now, expected) in ours.trajectory.iter().zip(&theirs.trajectory) {
        assert_eq!(
            (&now.x, &now.y, &now.y_target, now.loss),
            (&expected.x, &expected.y, &expected.y_target, expected.loss)
        );
    }
    assert_eq!(ours.status, theirs.status);
    // any other makes the y of a run on L(y) alone, as the inverse is exact
    fn follows<O, M: Clone>(inner: &O, iterations: usize)
    where
        O: for<'a> Optimizer<f64, dyn TwiceDifferentiable<f64> + 'a, Memory = M> + Clone,
    {
        let problem = Composite::new(sheared, tilted);
        let method = LatentOptimizer::new(inner.clone(), AnalyticInverse::<_, 2, 2>::new(unsheared));
        let ours = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(iterations).finish();
        let y0 = ours.trajectory[0].y.clone().unwrap();
        let alone = Run::new(problem.loss() as &dyn TwiceDifferentiable<f64>, inner, y0.as_slice());
        let alone = alone.unwrap().iterations(iterations).finish();
        assert_eq!(ours.trajectory.len(), alone.trajectory.len());
        for (now, expected) in ours.trajectory.iter().zip(&alone.trajectory) {
            let y = now.y.as_ref().unwrap();
            assert!((y - &expected.x).amax() < 1e-11, "{y} {}", expected.x);
        }
        let last = ours.trajectory.last().unwrap();
        assert!(last.loss < ours.trajectory[0].loss);
        assert_eq!(std::mem::discriminant(&ours.status), std::mem::discriminant(&alone.status));
    }
    follows(&GradientDescent::new(0.05).unwrap(), 10);
    follows(&Momentum::new(0.05).unwrap(), 10);
    follows(&Adam::new(0.2).unwrap(), 10);
    follows(&Descent::new(DampedNewton), 10);
    // a trust region begins anew with its first radius where it is moved, and arrives all the same
    let method = LatentOptimizer::new(TrustRegion::exact(), inverse);
    let report = Run::new(&problem, &method, &start).unwrap().iterations(30).finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert!(report.trajectory.last().unwrap().loss < 1e-8);
}

/// That a method in y has arrived ends the run only where y* was reached.
#[test]
fn arriving_in_y_is_arriving_in_x_where_the_inverse_is_exact() {
    let problem = Composite::new(sheared, tilted);
    let inverse = AnalyticInverse::<_, 2, 2>::new(unsheared);
    let exact = LatentOptimizer::new(Lbfgsb::new(), inverse);
    let report = Run::new(&problem, &exact, &[1.5, 1.25]).unwrap().iterations(100).finish();
    assert!(matches!(report.status, Status::Converged(_)), "{}", report.status);
    assert!(report.trajectory.last().unwrap().loss < 1e-8);
    // the linearized inverse misses the minimizer that Newton's full step in y hits
    let linear = LatentOptimizer::new(Descent::new(DampedNewton), LinearizedInverse);
    let report = Run::new(&problem, &linear, &[1.5_f64, 1.25]).unwrap().iterations(1).finish();
    let now = &report.trajectory[1];
    assert!((now.y_target.as_ref().unwrap()[1] + 2.0).abs() < 1e-12 && now.loss > 0.1);
    assert_eq!(report.status, Status::MaxIterations);
}

/// Single precision stays single, and arrives as far as it goes.
#[test]
fn the_methods_work_in_single_precision() {
    let problem = Composite::new(sheared, tilted);
    let start = [1.5_f32, 1.25];
    fn arrives<O: Optimizer<f32, Composite<sheared, tilted, 2, 2>>>(method: &O, start: &[f32], steps: usize) {
        let report = Run::new(&Composite::new(sheared, tilted), method, start).unwrap().iterations(steps).finish();
        assert_eq!(report.status, Status::MaxIterations);
        let y = report.trajectory[steps].y.as_ref().unwrap();
        assert!((y[0] - 1.0).abs() < 1e-3 && (y[1] + 2.0).abs() < 1e-3, "{y}");
    }
    let inverse = AnalyticInverse::<_, 2, 2>::new(unsheared);
    arrives(&InverseSimulator::new(0.5, inverse).unwrap(), &start, 25);
    arrives(&ScaleInvariant::new(0.5, inverse, GradientDescent::new(1.0).unwrap()).unwrap(), &start, 25);
    arrives(&LatentOptimizer::new(GradientDescent::new(0.1).unwrap(), inverse), &start, 80);
    arrives(&HalfInverse::new(0.02).unwrap(), &[1.5, -1.25], 1500);
    let newton = InverseSimulator::new(0.2, NewtonInverse::new().stop_unconverged()).unwrap();
    assert_eq!(Run::new(&problem, &newton, &start).unwrap().iterations(2).finish().status, Status::MaxIterations);
}

/// Memory of the way so far stays where the y reached is not the y aimed at.
#[test]
fn momentum_in_y_survives_an_inverse_that_is_not_exact() {
    let problem = Composite::new(sheared, tilted);
    let method = LatentOptimizer::new(Momentum::new(0.01).unwrap(), LinearizedInverse);
    let report = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(10).finish();
    let (mut m, mut missed) = (DVector::zeros(2), 0.0_f64);
    for pair in report.trajectory.windows(2) {
        let (y, next) = (pair[0].y.as_ref().unwrap(), &pair[1]);
        let (_, gradient) = Loss::new(tilted).value_and_gradient(y);
        m = gradient + m * 0.9;
        let target = next.y_target.as_ref().unwrap();
        assert!((y - &m * 0.01 - target).amax() < 1e-13);
        missed = missed.max((next.y.as_ref().unwrap() - target).amax());
    }
    assert!(missed > 1e-4, "{missed}");
}

/// A linear process y = A x of any shape, for a quadratic loss ½ |y − b|².
struct Linear {
    a: DMatrix<f64>,
}

impl Map<f64> for Linear {
    fn inputs(&self) -> usize {
        self.a.ncols()
    }
    fn outputs(&self) -> usize {
        self.a.nrows()
    }
    fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        &self.a * x
    }
    fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        (self.value(x), self.a.clone())
    }
}

struct HalfSquare(DVector<f64>);

impl Objective<f64> for HalfSquare {
    fn dimension(&self) -> usize {
        self.0.len()
    }
    fn value(&self, y: &DVector<f64>) -> f64 {
        0.5 * (y - &self.0).norm_squared()
    }
    fn value_and_gradient(&self, y: &DVector<f64>) -> (f64, DVector<f64>) {
        (self.value(y), y - &self.0)
    }
}

impl TwiceDifferentiable<f64> for HalfSquare {
    fn value_gradient_hessian(&self, y: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let (value, gradient) = self.value_and_gradient(y);
        (value, gradient, DMatrix::identity(y.len(), y.len()))
    }
}

fn update(a: &DMatrix<f64>, b: &DVector<f64>, method: &HalfInverse<f64>) -> DVector<f64> {
    let problem = Pipeline::new(Linear { a: a.clone() }, HalfSquare(b.clone())).unwrap();
    let start = vec![0.0; a.ncols()];
    let report = Run::new(&problem, method, &start).unwrap().iterations(1).finish();
    assert_eq!(report.status, Status::MaxIterations);
    report.trajectory[1].update.clone().unwrap()
}

proptest! {
    /// V Σ^(−1/2) Uᵀ = (JᵀJ)^(−3/4) Jᵀ, which needs no singular vectors; and of a wide J, Jᵀ (JJᵀ)^(−3/4).
    #[test]
    fn the_half_inverse_is_a_power_of_the_normal_matrix(
        entries in proptest::collection::vec(-3.0f64..3.0, 12), b in proptest::collection::vec(-3.0f64..3.0, 4),
        rows in 1usize..5, columns in 1usize..4,
    ) {
        let a = DMatrix::from_fn(rows, columns, |i, j| entries[i * 3 + j] + if i == j { 4.0 } else { 0.0 });
        let g = DVector::from_fn(rows, |i, _| b[i]);
        let power = |m: DMatrix<f64>| {
            let eigen = m.symmetric_eigen();
            let d = DMatrix::from_diagonal(&eigen.eigenvalues.map(|l| l.powf(-0.75)));
            (&eigen.eigenvectors * d * eigen.eigenvectors.transpose(), eigen.eigenvalues.min())
        };
        let (expected, least) = if rows >= columns {
            let (p, least) = power(a.transpose() * &a);
            (p * a.transpose() * &g, least)
        } else {
            let (p, least) = power(&a * a.transpose());
            (a.transpose() * p * &g, least)
        };
        prop_assume!(least > 1e-3);
        // the step is away from −g, as y − b = −b at the start
        let ours = update(&a, &g, &HalfInverse::new(1.0).unwrap());
        prop_assert!((&ours + &expected).amax() <= 1e-10 * (1.0 + expected.amax()), "{} {}", ours, expected);
    }

    #[test]
    fn the_exponents_ends_are_gradient_descent_and_gauss_newton(a in -2.0f64..2.0, b in 0.3f64..2.0) {
        let problem = Composite::new(sheared, tilted);
        let run = |report: Report<f64>| report.trajectory.last().unwrap().clone();
        let method = HalfInverse::new(0.01).unwrap().exponent(1.0).unwrap();
        let ours = run(Run::new(&problem, &method, &[a, b]).unwrap().iterations(3).finish());
        let descent = GradientDescent::new(0.01).unwrap();
        let theirs = run(Run::new(&problem, &descent, &[a, b]).unwrap().iterations(3).finish());
        // each of the three steps amplifies the rounding of the singular values by up to some tens here
        prop_assert!((&ours.x - &theirs.x).amax() < 1e-9, "{} {}", ours.x, theirs.x);
        prop_assert!((ours.gradient.unwrap() - theirs.gradient.unwrap()).amax() < 1e-7);

        function! { fn near([y0, y1]) { ((y0 - 1.0).powi(2) + (y1 - 1.5).powi(2)) * 0.5 } }
        let problem = Composite::new(sheared, near);
        let method = HalfInverse::new(0.1).unwrap().exponent(-1.0).unwrap();
        let ours = run(Run::new(&problem, &method, &[a, b]).unwrap().iterations(3).finish());
        let linearized = InverseSimulator::new(0.1, LinearizedInverse).unwrap();
        let theirs = run(Run::new(&problem, &linearized, &[a, b]).unwrap().iterations(3).finish());
        prop_assert!((&ours.x - &theirs.x).amax() < 1e-9, "{} {}", ours.x, theirs.x);
    }
}

#[test]
fn small_singular_values_are_dropped_not_divided_by() {
    // rank one: columns that are multiples, and a third direction that y hardly sees
    let a = DMatrix::from_row_slice(3, 3, &[1.0, 2.0, 0.0, 2.0, 4.0, 0.0, 0.0, 0.0, 1e-12]);
    let b = DVector::from_vec(vec![1.0, 2.0, 3.0]);
    let kept = update(&a, &b, &HalfInverse::new(1.0).unwrap());
    // σ = 5 with u = (1, 2, 0)/√5, v likewise; σ = 1e−12 with e₂, above ten times the rounding
    let along = -5f64.sqrt() / 5f64.sqrt();
    assert!((kept[0] - along / 5f64.sqrt()).abs() < 1e-12 && (kept[1] - 2.0 * along / 5f64.sqrt()).abs() < 1e-12);
    assert!((kept[2] + 3.0 * 1e6).abs() < 1.0, "{kept}");
    let cut = update(&a, &b, &HalfInverse::new(1.0).unwrap().truncation(1e-6).unwrap());
    assert!((cut[0] - kept[0]).abs() < 1e-12 && cut[2].abs() < 1e-12, "{cut}");
    // nothing at all to step along
    let none = update(&DMatrix::zeros(2, 2), &DVector::from_vec(vec![1.0, 2.0]), &HalfInverse::new(1.0).unwrap());
    assert_eq!(none.as_slice(), [0.0, 0.0]);
}

/// The inverse simulator's y do not depend on the scale of x, nor does SIP's x; gradient descent's do.
#[test]
fn scales_of_x_do_not_matter_to_the_inverse_simulator() {
    function! {
        fn scaled { s }([x0, x1]) -> [2] { [x0 * s * 2.0 + x1, x1 * x1 * x1] }
        fn unscaled { s }([y0, y1]) -> [2] { let x1 = y1.cbrt(); [(y0 - x1) * 0.5 / s, x1] }
    }
    for s in [1e-6_f64, 0.1, 1e4] {
        let problem = Composite::new(scaled { s }, tilted);
        let method = InverseSimulator::new(0.3, AnalyticInverse::<_, 2, 2>::new(unscaled { s })).unwrap();
        let report = Run::new(&problem, &method, &[1.5 / s, 1.25]).unwrap().iterations(6).finish();
        let method = InverseSimulator::new(0.3, AnalyticInverse::<_, 2, 2>::new(unsheared)).unwrap();
        let problem = Composite::new(sheared, tilted);
        let plain = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(6).finish();
        for (now, expected) in report.trajectory.iter().zip(&plain.trajectory) {
            assert!((now.y.as_ref().unwrap() - expected.y.as_ref().unwrap()).amax() < 1e-12);
            assert!((now.x[0] * s - expected.x[0]).abs() < 1e-12);
        }
    }
}

function! {
    fn net([t0, t1, t2]) -> [2] { [t0.tanh() * 2.0 + t2, t0 * t1 + 1.5] }
}

/// Behind the network the process may have stages: an inverse of the whole, of each, and a search lead the same way.
#[test]
fn scale_invariant_updates_through_stages() {
    let network = || Chain::<f64>::new(Physics::<_, 3, 2>::new(net));
    let staged = || network().then(chain()).unwrap();
    let flat =
        || network().then(Physics::<_, 2, 2>::new(first)).unwrap().then(Physics::<_, 2, 2>::new(second)).unwrap();
    fn run(chain: Chain<f64>, inverse: impl Inverse<f64>) -> Report<f64> {
        let problem = Pipeline::new(chain, Loss::new(tilted)).unwrap();
        let method = ScaleInvariant::new(0.4, inverse, GradientDescent::new(0.05).unwrap()).unwrap();
        Run::new(&problem, &method, &[0.3, -0.4, 0.5]).unwrap().iterations(20).finish()
    }
    let each = || {
        let back = AnalyticInverse::<_, 2, 2>::new(undo_first);
        ChainInverse::new(back).then(AnalyticInverse::<_, 2, 2>::new(undo_second))
    };
    let whole = run(flat(), AnalyticInverse::<_, 2, 2>::new(undo_both));
    for report in [run(staged(), each()), run(flat(), each()), run(flat(), NewtonInverse::new())] {
        assert_eq!(report.status, Status::MaxIterations);
        assert_eq!(report.evaluations, Evaluations { value: 21, gradient: 21, hessian: 21 });
        for (now, expected) in report.trajectory.iter().zip(&whole.trajectory) {
            assert!((&now.x - &expected.x).amax() < 1e-8, "{} {}", now.x, expected.x);
        }
    }
}

#[test]
fn scale_invariant_updates_descend_the_proxy_loss() {
    let chain = Chain::new(Physics::<_, 3, 2>::new(net)).then(Physics::<_, 2, 2>::new(sheared)).unwrap();
    let problem = Pipeline::new(chain, Loss::new(tilted)).unwrap();
    let inverse = AnalyticInverse::<_, 2, 2>::new(unsheared);
    let method = ScaleInvariant::new(0.4, inverse, GradientDescent::new(0.05).unwrap()).unwrap();
    let start = [0.3, -0.4, 0.5];
    let report = Run::new(&problem, &method, &start).unwrap().iterations(1000).finish();
    let network: &dyn Map<f64> = &Physics::<_, 3, 2>::new(net);
    for pair in report.trajectory.windows(2) {
        let (now, next) = (&pair[0], &pair[1]);
        // x* = P⁻¹(y*), and u is the slope of ½ |N(θ) − x*|² by central differences
        let target = next.y_target.as_ref().unwrap();
        let x = next.latents[0].aimed.as_ref().unwrap();
        let back = inverse.invert(problem.physics(), target, x, 0).unwrap();
        assert_eq!(&back.x, x);
        let proxy = |theta: &DVector<f64>| 0.5 * (network.value(theta) - x).norm_squared();
        let u = next.update.as_ref().unwrap();
        for i in 0..3 {
            let (mut above, mut below) = (now.x.clone(), now.x.clone());
            above[i] += 1e-5;
            below[i] -= 1e-5;
            let slope = (proxy(&above) - proxy(&below)) / 2e-5;
            assert!((u[i] - slope).abs() < 1e-8 * (1.0 + slope.abs()), "{} {slope}", u[i]);
            assert_eq!(next.x[i], now.x[i] - 0.05 * u[i]);
        }
        assert_eq!(next.latents[1].aimed.as_ref(), Some(target));
        assert_eq!(next.latents[0].reached, network.value(&next.x));
    }
    let (before, after) = (report.trajectory[0].loss, report.trajectory[1000].loss);
    assert!(after < 1e-3 * before, "{after} {before}");

    // without a first stage and with step size 1 it is the inverse simulator
    let problem = Composite::new(sheared, tilted);
    let method = ScaleInvariant::new(0.4, inverse, GradientDescent::new(1.0).unwrap()).unwrap();
    let ours = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(6).finish();
    let method = InverseSimulator::new(0.4, inverse).unwrap();
    let theirs = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(6).finish();
    for (now, expected) in ours.trajectory.iter().zip(&theirs.trajectory) {
        assert!((&now.x - &expected.x).amax() < 1e-13);
        assert_eq!(now.y_target.is_some(), expected.y_target.is_some());
    }
    // and Adam's memory goes on from step to step: its first steps have the length of its step size
    let method = ScaleInvariant::new(0.4, inverse, Adam::new(0.01_f64).unwrap()).unwrap();
    let report = Run::new(&problem, &method, &[1.5, 1.25]).unwrap().iterations(3).finish();
    for pair in report.trajectory.windows(2) {
        assert!(((pair[1].x[1] - pair[0].x[1]).abs() - 0.01).abs() < 1e-3);
    }
}

/// y = A x + B tanh(C x + d), as the script that made the references has it.
#[derive(serde::Deserialize)]
struct Tanh {
    a: Vec<Vec<f64>>,
    b: Vec<Vec<f64>>,
    c: Vec<Vec<f64>>,
    d: Vec<f64>,
}

fn matrix(rows: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows[0].len(), |i, j| rows[i][j])
}

impl Map<f64> for Tanh {
    fn inputs(&self) -> usize {
        self.a[0].len()
    }
    fn outputs(&self) -> usize {
        self.a.len()
    }
    fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        self.value_and_jacobian(x).0
    }
    fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let (a, b, c) = (matrix(&self.a), matrix(&self.b), matrix(&self.c));
        let t = (&c * x + DVector::from_column_slice(&self.d)).map(f64::tanh);
        let slopes = DMatrix::from_diagonal(&t.map(|t| 1.0 - t * t));
        (&a * x + &b * t, a + b * slopes * c)
    }
}

/// ½ (y − b)ᵀ Q (y − b)
struct Quadratic {
    q: DMatrix<f64>,
    b: DVector<f64>,
}

impl Objective<f64> for Quadratic {
    fn dimension(&self) -> usize {
        self.b.len()
    }
    fn value(&self, y: &DVector<f64>) -> f64 {
        self.value_and_gradient(y).0
    }
    fn value_and_gradient(&self, y: &DVector<f64>) -> (f64, DVector<f64>) {
        let gradient = &self.q * (y - &self.b);
        (0.5 * (y - &self.b).dot(&gradient), gradient)
    }
}

impl TwiceDifferentiable<f64> for Quadratic {
    fn value_gradient_hessian(&self, y: &DVector<f64>) -> (f64, DVector<f64>, DMatrix<f64>) {
        let (value, gradient) = self.value_and_gradient(y);
        (value, gradient, self.q.clone())
    }
}

#[derive(serde::Deserialize)]
struct Case {
    method: String,
    process: Tanh,
    network: Tanh,
    q: Vec<Vec<f64>>,
    target: Vec<f64>,
    start: Vec<f64>,
    step: f64,
    rate: f64,
    truncation: Option<f64>,
    points: Vec<Vec<f64>>,
}

/// Every point of every run is that of the methods written out with numpy.
#[test]
fn runs_are_those_of_numpy() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("physics/runs.json")).unwrap();
    assert_eq!(cases.len(), 30);
    for (k, case) in cases.into_iter().enumerate() {
        let Case { method, process, network, q, target, start, step, rate, truncation, points } = case;
        let loss = Quadratic { q: matrix(&q), b: DVector::from_vec(target) };
        let report = match method.as_str() {
            "hig" | "pg" => {
                let problem = Pipeline::new(process, loss).unwrap();
                if method == "pg" {
                    let simulator = InverseSimulator::new(step, LinearizedInverse).unwrap();
                    Run::new(&problem, &simulator, &start).unwrap().iterations(10).finish()
                } else {
                    let half = HalfInverse::new(step).unwrap();
                    let half = truncation.map_or(half, |truncation| half.truncation(truncation).unwrap());
                    Run::new(&problem, &half, &start).unwrap().iterations(10).finish()
                }
            }
            _ => {
                let problem = Pipeline::new(Chain::new(network).then(process).unwrap(), loss).unwrap();
                if method == "sip-gd" {
                    let descent = GradientDescent::new(rate).unwrap();
                    let sip = ScaleInvariant::new(step, LinearizedInverse, descent).unwrap();
                    Run::new(&problem, &sip, &start).unwrap().iterations(10).finish()
                } else {
                    let sip = ScaleInvariant::new(step, LinearizedInverse, Adam::new(rate).unwrap()).unwrap();
                    Run::new(&problem, &sip, &start).unwrap().iterations(10).finish()
                }
            }
        };
        assert_eq!(report.trajectory.len(), points.len(), "{k} {method}: {}", report.status);
        for (now, expected) in report.trajectory.iter().zip(&points) {
            let expected = DVector::from_column_slice(expected);
            let error = (&now.x - &expected).amax() / expected.amax().max(1.0);
            assert!(error < 1e-11, "{k} {method} at {}: {error:e}", now.iteration);
        }
    }
}

/// The notebook's process in two stages goes where the notebook goes, to its eight printed digits.
#[test]
fn the_notebook_in_two_stages() {
    function! {
        fn to_logarithm([x0, x1]) -> [2] { [x0, x1.ln()] }
        fn from_logarithm([z0, z1]) -> [2] { [z0, z1.exp()] }
        fn square([z0, z1]) -> [2] { [z0, (z1 * 2.0).exp()] }
        fn root([y0, y1]) -> [2] { [y0, y1.ln() * 0.5] }
        fn notebook([y0, y1]) { y0 * y0 + y1 * y1 }
    }
    let stages = Chain::new(Physics::<_, 2, 2>::new(to_logarithm)).then(Physics::<_, 2, 2>::new(square)).unwrap();
    let problem = Pipeline::new(stages, Loss::new(notebook)).unwrap();
    let inverses = ChainInverse::new(AnalyticInverse::<_, 2, 2>::new(from_logarithm));
    let exact = inverses.then(AnalyticInverse::<_, 2, 2>::new(root));
    let searched = ChainInverse::new(NewtonInverse::new()).then(LeastSquaresInverse::new());
    let printed = [
        [2.1, 2.5099802],
        [1.4699999, 2.1000001],
        [1.0289999, 1.7569861],
        [0.72029996, 1.47],
        [0.50421, 1.2298902],
        [0.352947, 1.029],
        [0.24706289, 0.86092323],
        [0.17294402, 0.7203],
        [0.12106082, 0.60264623],
        [0.08474258, 0.50421],
    ];
    for inverses in [exact, searched] {
        let method = InverseSimulator::new(0.3, inverses).unwrap();
        let report = Run::new(&problem, &method, &[3.0_f64, 3.0]).unwrap().iterations(10).finish();
        assert_eq!(report.trajectory.len(), 11);
        for (now, printed) in report.trajectory[1..].iter().zip(printed) {
            assert!((now.x[0] - printed[0]).abs() < 2e-7 && (now.x[1] - printed[1]).abs() < 2e-7, "{}", now.x);
        }
    }
}

/// y = A φ(D x), with φ = sinh or its inverse in each place, and the way back.
#[derive(Clone, Debug)]
struct Bent {
    a: DMatrix<f64>,
    scales: DVector<f64>,
    sinh: bool,
}

impl Bent {
    fn bend(sinh: bool, x: f64) -> f64 {
        if sinh { x.sinh() } else { x.asinh() }
    }
}

impl Map<f64> for Bent {
    fn inputs(&self) -> usize {
        self.a.ncols()
    }
    fn outputs(&self) -> usize {
        self.a.nrows()
    }
    fn value(&self, x: &DVector<f64>) -> DVector<f64> {
        &self.a * x.zip_map(&self.scales, |x, s| Bent::bend(self.sinh, s * x))
    }
    fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
        let slope = |x: f64| if self.sinh { x.cosh() } else { x.hypot(1.0).recip() };
        let slopes = x.zip_map(&self.scales, |x, s| slope(s * x) * s);
        (self.value(x), &self.a * DMatrix::from_diagonal(&slopes))
    }
}

impl Inverse<f64> for Bent {
    fn invert(&self, _: &dyn Map<f64>, y: &DVector<f64>, _: &DVector<f64>, _: usize) -> Result<Inverted<f64>, Failure> {
        let z = self.a.clone().lu().solve(y).unwrap();
        Ok(Inverted::new(z.zip_map(&self.scales, |z, s| Bent::bend(!self.sinh, z) / s)))
    }
}

/// Matrices whose diagonal leads, so that no digits are lost on the way back.
fn led_by_the_diagonal(n: usize, numbers: &[f64]) -> DMatrix<f64> {
    DMatrix::from_fn(n, n, |i, j| numbers[4 * i + j] * 0.3 + if i == j { 2.0 } else { 0.0 })
}

proptest! {
    /// With an exact inverse y_k = y* + (1 − η)^k (y_0 − y*), for random processes of one to three stages, quadratic losses of
    /// up to four variables, and steps; what is reached in each latent space is what was aimed at; and another scale of each
    /// x leads to the same y.
    #[test]
    fn random_processes_contract_y_evenly_in_whatever_scale(
        n in 1usize..=4, stages in 1usize..=3, numbers in prop::collection::vec(-1.0f64..1.0, 64),
        start in prop::array::uniform4(-1.5f64..1.5), b in prop::array::uniform4(-2.0f64..2.0),
        powers in prop::array::uniform4(-6.0f64..6.0), step in 0.05f64..1.5,
    ) {
        let q = led_by_the_diagonal(n, &numbers[48..]);
        let (q, b) = (&q * q.transpose(), DVector::from_column_slice(&b[..n]));
        let run = |scales: DVector<f64>| {
            let stage = |k: usize| {
                let scales = if k == 0 { scales.clone() } else { DVector::from_element(n, 1.0) };
                Bent { a: led_by_the_diagonal(n, &numbers[16 * k..]), scales, sinh: k != 1 }
            };
            let process = (1..stages).fold(Chain::new(stage(0)), |chain, k| chain.then(stage(k)).unwrap());
            let back = (1..stages).fold(ChainInverse::new(stage(0)), |chain, k| chain.then(stage(k)));
            let problem = Pipeline::new(process, Quadratic { q: q.clone(), b: b.clone() }).unwrap();
            let x: Vec<f64> = (0..n).map(|i| start[i] / scales[i]).collect();
            let method = InverseSimulator::new(step, back).unwrap();
            Run::new(&problem, &method, &x).unwrap().iterations(8).finish()
        };
        let report = run(DVector::from_element(n, 1.0));
        prop_assert_eq!((&report.status, report.trajectory.len()), (&Status::MaxIterations, 9));
        let y_0 = report.trajectory[0].y.clone().unwrap();
        let size = y_0.amax().max(b.amax()).max(1.0);
        let scales = DVector::from_fn(n, |i, _| 10f64.powf(powers[i]));
        let scaled = run(scales.clone());
        for (now, other) in report.trajectory.iter().zip(&scaled.trajectory) {
            let y = now.y.as_ref().unwrap();
            let expected = &b + (&y_0 - &b) * (1.0 - step).powi(now.iteration as i32);
            prop_assert!((y - &expected).amax() <= 1e-12 * size, "{} {} {}", now.iteration, y, expected);
            for latent in &now.latents {
                let Some(aimed) = &latent.aimed else { continue };
                let z = &latent.reached;
                prop_assert!((z - aimed).amax() <= 1e-12 * z.amax().max(1.0), "{} {}", z, aimed);
            }
            prop_assert_eq!(now.latents.len(), stages);
            prop_assert!((y - other.y.as_ref().unwrap()).amax() <= 1e-12 * size);
            let back = other.x.component_mul(&scales);
            prop_assert!((&now.x - back).amax() <= 1e-11 * now.x.amax().max(1.0));
        }
    }
}

/// An inverse that is told what to find, and keeps the iteration it is asked for.
#[derive(Clone, Debug)]
struct Told {
    x: Vec<f64>,
    inversion: Option<Inversion>,
    asked: std::cell::Cell<usize>,
}

impl Told {
    fn new(x: &[f64], inversion: Option<Inversion>) -> Self {
        Told { x: x.to_vec(), inversion, asked: 0.into() }
    }
}

impl Inverse<f64> for Told {
    fn invert(
        &self,
        _: &dyn Map<f64>,
        _: &DVector<f64>,
        _: &DVector<f64>,
        iteration: usize,
    ) -> Result<Inverted<f64>, Failure> {
        self.asked.set(iteration);
        Ok(Inverted { inversion: self.inversion.clone(), ..Inverted::new(self.x.clone().into()) })
    }
}

function! {
    fn same([x0]) -> [1] { [x0] }
    fn doubled([x0]) -> [1] { [x0 * 2.0] }
    fn parabola([y0]) { y0 * y0 }
    fn hill([y0]) { -(y0 * y0) }
}

fn search(iterations: usize, converged: bool, residual: f64) -> Inversion {
    let message = format!("{iterations} iterations");
    Inversion { iterations, evaluations: 10 * iterations, converged, message, residual, missed: None }
}

/// What the searches of all stages cost in all; the message is of the first that did not arrive, from y back to x.
#[test]
fn searches_of_stages_are_summed() {
    let chain = Chain::<f64>::new(Physics::<_, 1, 1>::new(same)).then(Physics::<_, 1, 1>::new(doubled)).unwrap();
    for (front, back) in [(true, true), (true, false), (false, true), (false, false)] {
        let told = |inversion| Told::new(&[1.0], Some(inversion));
        let inverses = ChainInverse::new(told(search(3, front, 0.25))).then(told(search(5, back, 0.5)));
        let found = inverses.invert(&chain, &vec![1.0].into(), &vec![1.0].into(), 1).unwrap();
        let message = if back && !front { "3 iterations" } else { "5 iterations" };
        let all = found.inversion.unwrap();
        assert_eq!((all.iterations, all.evaluations, all.converged, all.residual), (8, 80, front && back, 0.75));
        assert!(all.message == message || all.converged, "{}", all.message);
    }
    // of a process of one stage one inverse is its own
    let plain = Physics::<_, 1, 1>::new(doubled);
    let one = ChainInverse::new(Told::new(&[7.0], None));
    assert_eq!(one.invert(&plain, &vec![1.0].into(), &vec![1.0].into(), 1).unwrap().x[0], 7.0);
    let two = ChainInverse::new(Told::new(&[7.0], None)).then(Told::new(&[7.0], None));
    assert!(matches!(
        two.invert(&plain, &vec![1.0].into(), &vec![1.0].into(), 4),
        Err(Failure::Shape { given: 2, expected: 0, iteration: 4, .. })
    ));
}

/// Steps in y beside what they are by hand: the update is x_old − x_new, and each step names its own iteration.
#[test]
fn simulators_tell_each_step() {
    macro_rules! tells {
        ($simulator:ident, $step:expr) => {
            let told = Told::new(&[1.5], Some(search(3, false, 0.25)));
            let problem = Composite::new(doubled, parabola);
            let method = $simulator::new($step, &told).unwrap();
            let report = Run::new(&problem, &method, &[4.0_f64]).unwrap().iterations(3).finish();
            assert_eq!(told.asked.get(), 3);
            assert_eq!(report.trajectory[1].update.as_ref().unwrap()[0], 2.5);
            assert_eq!(report.trajectory[1].y_target.as_ref().unwrap()[0], 4.0);
            let warnings = report.warnings.join("\n");
            let missed = "the inversion of iteration 1 did not converge: 3 iterations; |y − y*| is 0.5";
            assert!(warnings.contains(missed) && !warnings.contains("descent"), "{warnings}");
            // an x of another length is a failure of the step that would lead there
            let long = Told::new(&[1.0, 2.0], None);
            let method = $simulator::new($step, &long).unwrap();
            let status = Run::new(&problem, &method, &[4.0_f64]).unwrap().iterations(3).finish().status;
            assert!(
                matches!(status, Status::Failed(Failure::Shape { what: "x", given: 2, expected: 1, iteration: 1 })),
                "{status}"
            );
            // at the minimum the step in y is zero, and there is nothing to say
            let still = Told::new(&[0.0], None);
            let method = $simulator::new($step, &still).unwrap();
            let report = Run::new(&problem, &method, &[0.0_f64]).unwrap().iterations(2).finish();
            assert!(report.warnings.is_empty(), "{:?}", report.warnings);
            // Newton's step goes up a hill
            let problem = Composite::new(doubled, hill);
            let method = $simulator::new($step, AnalyticInverse::<_, 1, 1>::new(halved)).unwrap();
            let report = Run::new(&problem, &method, &[4.0_f64]).unwrap().iterations(1).finish();
            assert_eq!(report.warnings, ["the step in y of iteration 1 is not a descent direction"]);
        };
    }
    function! { fn halved([y0]) -> [1] { [y0 * 0.5] } }
    tells!(InverseSimulator, 0.5);
    tells!(MixedInverseSimulator, 0.5);
}

/// Of L(y(x)) one value and one gradient a step, and the point in each latent space.
#[test]
fn half_inverses_tell_each_step() {
    let problem = Pipeline::new(chain(), Loss::new(tilted)).unwrap();
    let method = HalfInverse::new(0.02).unwrap();
    let report = Run::new(&problem, &method, &[0.5, 0.75]).unwrap().iterations(3).finish();
    assert_eq!(report.trajectory.len(), 4);
    for now in &report.trajectory {
        let evaluations = now.evaluations;
        assert_eq!((evaluations.value, evaluations.gradient), (now.iteration + 1, now.iteration + 1));
        let reached: Vec<_> = now.latents.iter().map(|point| point.reached.clone()).collect();
        assert_eq!(reached, chain().latents(&now.x));
        assert_eq!(reached.len(), 2);
    }
}

/// A method in y that goes to one point and has arrived there, or can go no further.
#[derive(Clone)]
struct Leap {
    to: f64,
    arrives: bool,
}

impl<'a> Optimizer<f64, dyn TwiceDifferentiable<f64> + 'a> for Leap {
    type Memory = ();
    fn init(&self, loss: &(dyn TwiceDifferentiable<f64> + 'a), y: DVector<f64>) -> Result<State<f64>, Failure> {
        let value = loss.value(&y);
        Ok(State { warning: Some("a leap".to_owned()), ..State::new(Iterate::new(0, y, value), ()) })
    }
    fn step(&self, loss: &(dyn TwiceDifferentiable<f64> + 'a), state: &State<f64>) -> Result<State<f64>, Failure> {
        let iteration = state.iterate.iteration + 1;
        let y = DVector::from_element(1, self.to);
        let value = loss.value(&y);
        let mut next = State::new(Iterate::new(iteration, y, value), ());
        if self.arrives {
            next.converged = Some("there");
        } else {
            next.failure = Some(Failure::LineSearch { iteration });
        }
        Ok(next)
    }
}

/// y* is reached where y agrees with it to a millionth of the larger of 1 and its size.
#[test]
fn ends_in_y_are_ends_where_the_target_is_reached() {
    let problem = Composite::new(same, parabola);
    for (target, y, reached) in [
        (1000.0, 1000.0, true),
        (1000.0, 1000.0 + 5e-4, true),
        (1000.0, 1000.0 - 5e-3, false),
        (-3.0, 3.0, false),
        (-3.0, -3.0 - 2e-6, true),
        (1e-3, 1e-3 + 5e-7, true),
        (1e-3, 1e-3 - 5e-6, false),
    ] {
        for arrives in [true, false] {
            let method = LatentOptimizer::new(Leap { to: target, arrives }, Told::new(&[y], None));
            let start = method.init(&problem, vec![8.0].into()).unwrap();
            assert_eq!(start.warning.as_deref(), Some("a leap"));
            let state = method.step(&problem, &start).unwrap();
            assert_eq!((state.converged.is_some(), state.failure.is_some()), (reached && arrives, reached && !arrives));
            assert_eq!((state.iterate.x[0], state.iterate.update.unwrap()[0]), (y, 8.0 - y));
        }
    }
}

#[test]
fn latent_optimizers_tell_each_step() {
    let problem = Pipeline::new(chain(), Loss::new(tilted)).unwrap();
    let back = AnalyticInverse::<_, 2, 2>::new(undo_first);
    let inverses = || ChainInverse::new(back).then(AnalyticInverse::<_, 2, 2>::new(undo_second));
    let method = LatentOptimizer::new(GradientDescent::new(0.05).unwrap(), inverses());
    let report = Run::new(&problem, &method, &[0.5, 0.75]).unwrap().iterations(2).finish();
    assert_eq!(report.trajectory.len(), 3);
    for now in &report.trajectory {
        let reached: Vec<_> = now.latents.iter().map(|point| point.reached.clone()).collect();
        assert_eq!(reached, chain().latents(&now.x));
        assert_eq!(reached.len(), 2);
    }
    // no step in y, none in x: where the inner method has arrived, its state is the same, and so is x
    let arrived = Descent::new(DampedNewton).gtol(1e3).unwrap();
    let method = LatentOptimizer::new(arrived, inverses());
    let start = method.init(&problem, vec![0.5, 0.75].into()).unwrap();
    assert!(start.converged.is_some());
    let next = method.step(&problem, &start).unwrap();
    assert!(next.converged.is_some());
    assert_eq!((next.iterate.iteration, next.iterate.x), (0, start.iterate.x));
}

/// Behind the network the rest is a process of its own, with its own lengths; its one stage is taken as it is.
#[test]
fn the_stages_behind_a_network_are_a_process() {
    function! { fn spread([x0, x1, x2]) -> [2] { [x0 - x2, x1 + x2] } }
    let network = || Chain::<f64>::new(Physics::<_, 3, 2>::new(spread));
    let two = Pipeline::new(network().then(chain()).unwrap(), Loss::new(tilted)).unwrap();
    let one = Pipeline::new(network().then(Physics::<_, 2, 2>::new(both)).unwrap(), Loss::new(tilted)).unwrap();
    fn run(problem: &impl Staged<f64>, inverse: impl Inverse<f64>) -> Report<f64> {
        let method = ScaleInvariant::new(0.4, inverse, GradientDescent::new(0.05).unwrap()).unwrap();
        Run::new(problem, &method, &[0.3, -0.4, 0.5]).unwrap().iterations(3).finish()
    }
    let expected = run(&one, AnalyticInverse::<_, 2, 2>::new(undo_both));
    let each = ChainInverse::new(NewtonInverse::new()).then(NewtonInverse::new());
    for report in [run(&one, NewtonInverse::new()), run(&two, NewtonInverse::new()), run(&two, each)] {
        assert_eq!(report.status, Status::MaxIterations);
        let (ours, theirs) = (&report.trajectory[3].x, &expected.trajectory[3].x);
        assert!((ours - theirs).amax() < 1e-9, "{ours} {theirs}");
    }
}

/// Newton's search beside its steps by hand.
#[test]
fn newtons_search_step_by_step() {
    function! {
        fn square([x0]) -> [1] { [x0 * x0] }
        fn huge_square([x0]) -> [1] { [x0 * x0 * 2e90] }
        fn signed_root([x0]) -> [1] { [x0.abs().sqrt() * x0.signum()] }
        fn exponential_alone([x0]) -> [1] { [x0.exp()] }
    }
    fn find(physics: &dyn Map<f64>, target: f64, near: f64) -> (f64, Inversion) {
        let found = NewtonInverse::new().find(physics, &vec![target].into(), &vec![near].into()).unwrap();
        (found.x[0], found.inversion.unwrap())
    }
    // to a double zero each step halves x; no search makes more than a hundred
    let (x, search) = find(&Physics::<_, 1, 1>::new(square), 0.0, 1.0);
    assert_eq!((x, search.iterations, search.evaluations, search.converged), (2f64.powi(-100), 100, 101, true));
    let (x, search) = find(&Physics::<_, 1, 1>::new(huge_square), 0.0, 1.0);
    assert_eq!((x, search.converged, search.message.as_str()), (2f64.powi(-100), false, "all iterations are made"));
    // the whole step leads from 1 to −1, where the residual is as large; half of it to 0
    let (x, search) = find(&Physics::<_, 1, 1>::new(signed_root), 0.0, 1.0);
    assert_eq!((x, search.iterations, search.evaluations), (0.0, 1, 3));
    // the last digits of a large target are not asked for
    for k in 0..20 {
        let target = 1e6 + f64::from(k) * 0.1;
        assert!(find(&Physics::<_, 1, 1>::new(exponential_alone), target, 13.0).1.converged);
    }
    // from the solution one evaluation more gives the derivative, 1 / 2x
    type D = autodiff::Dual<f64, 1>;
    let target = DVector::from_element(1, D::variable(9.0, 0));
    let near = DVector::from_element(1, D::constant(3.0));
    let found = NewtonInverse::new().find(&Physics::<_, 1, 1>::new(square), &target, &near).unwrap();
    let search = found.inversion.unwrap();
    assert_eq!((found.x[0].re, found.x[0].eps, search.iterations, search.evaluations), (3.0, [1.0 / 6.0], 0, 2));
}

/// A Jacobian of another shape than y by x is refused, whichever side is wrong.
#[test]
fn jacobians_of_another_shape_are_refused() {
    struct Crooked(usize, usize);
    impl Map<f64> for Crooked {
        fn inputs(&self) -> usize {
            3
        }
        fn outputs(&self) -> usize {
            2
        }
        fn value(&self, x: &DVector<f64>) -> DVector<f64> {
            x.rows(0, 2).into_owned()
        }
        fn value_and_jacobian(&self, x: &DVector<f64>) -> (DVector<f64>, DMatrix<f64>) {
            (self.value(x), DMatrix::identity(self.0, self.1))
        }
    }
    let (target, near) = (DVector::zeros(2), DVector::from_element(3, 1.0));
    for (rows, columns, name, given, expected) in [
        (3, 3, "a column of the Jacobian", 3, 2),
        (1, 3, "a column of the Jacobian", 1, 2),
        (2, 2, "a row of the Jacobian", 2, 3),
        (2, 4, "a row of the Jacobian", 4, 3),
    ] {
        let process = Crooked(rows, columns);
        let error = Error::Length { name, given, expected };
        assert_eq!(NewtonInverse::new().find(&process, &target, &near).map(|_| ()), Err(error.clone()));
        assert_eq!(NumericInverse::new().find(&process, &target, &near).map(|_| ()), Err(error));
        let failure = Failure::Shape { what: name, given, expected, iteration: 5 };
        assert_eq!(LinearizedInverse.invert(&process, &target, &near, 5).map(|_| ()), Err(failure));
    }
}
