//! Derivatives of whole runs, and of what they lead to.

use autodiff::{Dual, HyperDual, function, gradient, system};
use optimizers::nalgebra::DVector;
use optimizers::*;
use proptest::prelude::*;

parametric! {
    fn valley([x0, x1], [a]) { (x1 - x0 * x0 * a).powi(2) * 2.0 + (x0 - 1.0).powi(2) + x0 * x1 * 0.1 }
    fn tilted([y0, y1], [a]) { (y0 - a).powi(2) * 3.0 + (y0 - 1.0) * (y1 + 2.0) + (y1 + a * 2.0).powi(2) }
}
function! {
    fn sheared([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1 * x1 * x1] }
    fn unsheared([y0, y1]) -> [2] { let x1 = y1.cbrt(); [(y0 - x1) * 0.5, x1] }
}

/// The last loss as a function of the step size, the first component of the start, and the problem's parameter, for
/// numbers of a type.
macro_rules! last_loss {
    ($t:ty, |$step:ident| $method:expr) => {
        |[step, start, a]: [$t; 3]| {
            let $step = step;
            let method = $method.unwrap();
            let start = [start, start * 0.5];
            let problem = Parametric::new(valley, [a]);
            Run::new(&problem, &method, &start).unwrap().iterations(8).last().unwrap().loss
        }
    };
}

macro_rules! last_loss_in_y {
    ($t:ty, |$step:ident| $method:expr) => {
        |[step, start, a]: [$t; 3]| {
            let $step = step;
            let method = $method;
            let start = [start, start * 0.5];
            let loss = Parametric::new(tilted, [a]);
            let problem = Pipeline::new::<$t>(Physics::<_, 2, 2>::new(sheared), loss).unwrap();
            Run::new(&problem, &method, &start).unwrap().iterations(5).last().unwrap().loss
        }
    };
}

/// A gradient beside central differences of the same run in plain floats, with the best of several step sizes.
fn agrees(name: &str, at: [f64; 3], slopes: [f64; 3], run: impl Fn([f64; 3]) -> f64) {
    for i in 0..3 {
        let difference = |h: f64| {
            let (mut above, mut below) = (at, at);
            above[i] += h;
            below[i] -= h;
            (run(above) - run(below)) / (above[i] - below[i])
        };
        let error = [1e-4, 1e-5, 1e-6].map(|h| (difference(h) - slopes[i]).abs()).into_iter().fold(f64::NAN, f64::min);
        assert!(error <= 1e-6 * (1.0 + slopes[i].abs()), "{name}: {i}: {} {error:e}", slopes[i]);
        assert!(slopes[i] != 0.0, "{name}: {i}");
    }
}

/// The hypergradient of every method is the central difference of its runs to 1e−6.
#[test]
fn hypergradients_are_central_differences() {
    type D = Dual<f64, 3>;
    macro_rules! rows {
        ($run:ident: $($name:literal at $at:expr, |$step:ident| $method:expr;)*) => { $(
            let slopes = gradient($run!(D, |$step| $method), $at);
            agrees($name, $at, slopes, $run!(f64, |$step| $method));
        )* };
    }
    rows! { last_loss:
        "gd" at [0.05, 0.4, 1.2], |step| GradientDescent::new(step);
        "momentum" at [0.02, 0.4, 1.2], |step| Momentum::new(step);
        "nesterov" at [0.02, 0.4, 1.2], |step| Nesterov::new(step);
        "adagrad" at [0.1, 0.4, 1.2], |step| AdaGrad::new(step);
        "rmsprop" at [0.03, 0.4, 1.2], |step| RmsProp::new(step);
        "adam" at [0.03, 0.4, 1.2], |step| Adam::new(step);
        "adamw" at [0.03, 0.4, 1.2], |step| AdamW::new(step);
        "amsgrad" at [0.03, 0.4, 1.2], |step| AmsGrad::new(step);
        "nadam" at [0.03, 0.4, 1.2], |step| NAdam::new(step);
        "adamax" at [0.03, 0.4, 1.2], |step| AdaMax::new(step);
        "adadelta" at [1.0, 0.4, 1.2], |step| AdaDelta::new(step);
        "newton" at [0.3, 0.9, 1.2], |step| Newton::new(step);
    }
    let inverse = AnalyticInverse::<_, 2, 2>::new(unsheared);
    rows! { last_loss_in_y:
        "pg" at [0.3, 1.4, 1.2], |step| InverseSimulator::new(step, inverse).unwrap();
        "pg by search" at [0.1, 2.8, 1.2], |step| InverseSimulator::new(step, NewtonInverse::new()).unwrap();
        "pg linearized" at [0.1, 2.8, 1.2], |step| InverseSimulator::new(step, LinearizedInverse).unwrap();
        "hig" at [0.02, 1.4, 1.2], |step| HalfInverse::new(step).unwrap();
        "adam in y" at [0.2, 1.4, 1.2], |step| LatentOptimizer::new(Adam::new(step).unwrap(), inverse);
        "sip" at [0.3, 1.4, 1.2], |step| ScaleInvariant::new(step, inverse, GradientDescent::new(step).unwrap()).unwrap();
    }
}

/// J = eˢ I has one singular value, twice: J^κ has its derivatives all the same, to second order.
#[test]
fn half_inverses_have_derivatives_where_singular_values_coincide() {
    function! {
        fn exponentials([x0, x1]) -> [2] { [x0.exp(), x1.exp()] }
        fn rotated([x0, x1]) -> [2] { [x0 * 0.6 - x1 * 0.8 + x0 * x1, x0 * 0.8 + x1 * 0.6 + x0 * x0] }
        fn flat([x0, x1, x2]) -> [2] { [x0.sin() + x2 * 1e-9, x1.sin() - x0 * x2 * 1e-9] }
    }
    macro_rules! last_loss {
        ($t:ty, $process:ident, $n:literal, $start:expr) => {
            |[step, start, a]: [$t; 3]| {
                let method = HalfInverse::new(step).unwrap().truncation(1e-4).unwrap();
                let loss = Parametric::new(tilted, [a]);
                let problem = Pipeline::new::<$t>(Physics::<_, $n, 2>::new($process), loss).unwrap();
                let start = $start.map(|x: f64| start + x);
                Run::new(&problem, &method, &start).unwrap().iterations(2).last().unwrap().loss
            }
        };
    }
    type D = Dual<f64, 3>;
    type H = HyperDual<f64, 3>;
    macro_rules! checked {
        ($($process:ident($n:literal) from $start:expr, at $at:expr;)*) => { $(
            let plain = last_loss!(f64, $process, $n, $start);
            let slopes = gradient(last_loss!(D, $process, $n, $start), $at);
            agrees(stringify!($process), $at, slopes, plain);
            let second = last_loss!(H, $process, $n, $start)(H::variables($at)).hessian();
            for i in 0..3 {
                let along = |at: [f64; 3]| gradient(last_loss!(D, $process, $n, $start), at)[i];
                agrees(stringify!($process), $at, second[i], along);
            }
        )* };
    }
    checked! {
        exponentials(2) from [0.0, 0.0], at [0.05, 0.4, 1.2];
        rotated(2) from [0.0, 0.0], at [0.05, 0.0, 1.2];
        flat(3) from [0.1, 0.1, 0.0], at [0.05, 0.2, 1.2];
    }
}

/// Methods with line searches and trust regions, by a start and by a parameter, over sixty steps in stretches of five.
///
/// (In one go the last point depends so much on the start, up to a millionfold and more, that neither differences nor
/// derivatives keep six digits: nonlinear conjugate gradients amplify the rounding of their steps.)
#[test]
fn searches_carry_derivatives() {
    parametric! {
        fn terraces([x0, x1, x2, x3], [a]) {
            (x1 - x0 * x0 * a).powi(2) * 100.0 + (x0 - 1.0).powi(2) + (x2 - x1 * x1).powi(2) * 100.0 + (x1 - 1.0).powi(2)
                + (x3 - x2 * x2).powi(2) * 100.0 + (x2 - 1.0).powi(2)
        }
    }
    type D = Dual<f64, 1>;
    const STRETCH: usize = 5;
    macro_rules! rows {
        ($($name:literal, $method:expr;)*) => { $(
            for by_start in [true, false] {
                let mut at = [-1.2, 1.0, -0.9, 1.1];
                let mut steps = 0;
                // where x moves, by the start first, or with the parameter alone
                let mut along = if by_start { [0.1, 0.2, 0.3, 0.4] } else { [0.0; 4] };
                while steps < 60 {
                    let last = |h: f64| {
                        let a = if by_start { 1.2 } else { 1.2 + h };
                        let start: [f64; 4] = std::array::from_fn(|i| at[i] + h * along[i]);
                        let method = $method;
                        Run::new(&Parametric::new(terraces, [a]), &method, &start).unwrap().iterations(STRETCH).last().unwrap()
                    };
                    let (method, a) = ($method, D::new(1.2, [if by_start { 0.0 } else { 1.0 }]));
                    let start: [D; 4] = std::array::from_fn(|i| D::new(at[i], [along[i]]));
                    let problem = Parametric::new(terraces, [a]);
                    let end = Run::new(&problem, &method, &start).unwrap().iterations(STRETCH).last().unwrap();
                    if end.iteration < STRETCH {
                        // arrived, with another number of steps from nearby
                        break;
                    }
                    let size = end.x.iter().map(|x| x.eps[0].abs()).fold(0.0, f64::max);
                    // extrapolated from two central differences, with the best of several step sizes
                    let error = |h: f64| {
                        let central = |h: f64| (last(h).x - last(-h).x) / (2.0 * h);
                        let slope = (central(h) * 4.0 - central(h * 2.0)) / 3.0;
                        slope.iter().zip(end.x.iter()).map(|(s, x)| (s - x.eps[0]).abs()).fold(0.0, f64::max)
                    };
                    let sizes = [1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7, 3e-8];
                    let error = sizes.map(error).into_iter().fold(f64::NAN, f64::min);
                    assert!(error <= 1e-6 * size.max(1e-3), "{}, {steps}, by start {by_start}: {error:e} of {size:e}", $name);
                    assert!(size > 0.0);
                    steps += STRETCH;
                    at = std::array::from_fn(|i| end.x[i].re);
                    along = std::array::from_fn(|i| end.x[i].eps[0] / size);
                }
                assert!(steps >= 5, "{}: {steps}", $name);
            }
        )* };
    }
    rows! {
        "CG, Polak–Ribière", Descent::new(ConjugateGradient::polak_ribiere());
        "CG, Hager–Zhang", Descent::new(ConjugateGradient::hager_zhang());
        "BFGS", Descent::new(Bfgs);
        "BFGS, Hager–Zhang", Descent::new(Bfgs).step_rule(StepRule::HagerZhang);
        "BFGS, backtracking", Descent::new(Bfgs).step_rule(StepRule::Backtracking);
        "damped Newton", Descent::new(DampedNewton);
        "trust region", TrustRegion::exact();
        "Steihaug", TrustRegion::steihaug();
        "L-BFGS-B", Lbfgsb::new();
    }
}

/// The step size of each schedule's step, β and the clip are numbers too: any of them may be what is differentiated by.
#[test]
fn other_parameters_of_methods_carry_derivatives() {
    let run = |[rate, beta]: [f64; 2]| {
        let method = Momentum::scheduled(Schedule::exponential(0.02, 4, rate).unwrap()).decay(beta).unwrap();
        Run::new(&Parametric::new(valley, [1.2]), &method, &[0.4, 0.2]).unwrap().iterations(8).last().unwrap().loss
    };
    type D = Dual<f64, 2>;
    let dual = |[rate, beta]: [D; 2]| {
        let step = Schedule::exponential(D::constant(0.02), 4, rate).unwrap();
        let method = Momentum::scheduled(step).decay(beta).unwrap();
        let start = [0.4, 0.2].map(D::constant);
        Run::new(&Parametric::new(valley, [D::constant(1.2)]), &method, &start)
            .unwrap()
            .iterations(8)
            .last()
            .unwrap()
            .loss
    };
    let at = [0.9, 0.8];
    let slopes = gradient(dual, at);
    for i in 0..2 {
        let (mut above, mut below) = (at, at);
        above[i] += 1e-5;
        below[i] -= 1e-5;
        let difference = (run(above) - run(below)) / 2e-5;
        assert!((slopes[i] - difference).abs() < 1e-8 && slopes[i] != 0.0, "{} {difference}", slopes[i]);
    }
}

/// Second derivatives of a run are those of its first derivatives.
#[test]
fn runs_have_hessians() {
    type H = HyperDual<f64, 3>;
    type D = Dual<f64, 3>;
    let at = [0.3, 1.4, 1.2];
    let inverse = AnalyticInverse::<_, 2, 2>::new(unsheared);
    let run = last_loss_in_y!(H, |step| InverseSimulator::new(step, inverse).unwrap());
    let hessian = run(H::variables(at)).hessian();
    for i in 0..3 {
        let slopes = |h: f64| {
            let mut at = at;
            at[i] += h;
            gradient(last_loss_in_y!(D, |step| InverseSimulator::new(step, inverse).unwrap()), at)
        };
        let (above, below) = (slopes(1e-5), slopes(-1e-5));
        for j in 0..3 {
            let difference = (above[j] - below[j]) / 2e-5;
            assert!((hessian[i][j] - difference).abs() < 1e-6 * (1.0 + difference.abs()), "{i} {j}");
        }
    }
}

parametric! {
    fn coupled([x0, x1], [a, b]) {
        (x0 * a).cosh() + (x1 - x0 * b).powi(2) * 1.5 + x1.powi(4) * 0.25 - x0 * 2.0 + x1 * a
    }
}
system! {
    /// The gradient of `coupled`, by hand.
    fn stationary([x0, x1], [a, b]) {
        [(x0 * a).sinh() * a - (x1 - x0 * b) * b * 3.0 - 2.0, (x1 - x0 * b) * 3.0 + x1.powi(3) + a]
    }
}

fn slopes(x: &DVector<Dual<f64, 2>>) -> Vec<f64> {
    x.iter().flat_map(|x| x.eps).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The minimizer's derivatives by the implicit function theorem are those through the iterations of any method that
    /// has come to rest, to 1e−8, and those of the root of the gradient.
    #[test]
    fn implicit_is_unrolled(a in 0.5f64..1.5, b in -1.0f64..1.0) {
        type D = Dual<f64, 2>;
        let problem = Parametric::new(coupled, D::variables([a, b]));
        let start = [D::constant(0.5), D::constant(0.1)];
        let method = Descent::new(DampedNewton);
        let near: Vec<f64> = Run::new(&Parametric::new(coupled, [a, b]), &method, &[0.5, 0.1])
            .unwrap().iterations(50).last().unwrap().x.iter().copied().collect();
        let x = minimizer(&problem, &near).unwrap();
        // each with derivatives through its own iterations
        fn last<O: Optimizer<D, Parametric<coupled, D, 2, 2>>>(problem: &Parametric<coupled, D, 2, 2>, method: &O, start: &[D], n: usize) -> DVector<D> {
            Run::new(problem, method, start).unwrap().iterations(n).last().unwrap().x
        }
        let newton = last(&problem, &Newton::new(D::constant(1.0)).unwrap(), &[D::constant(near[0] + 1e-3), D::constant(near[1])], 8);
        let descent = last(&problem, &GradientDescent::new(D::constant(0.08)).unwrap(), &start, 3000);
        for unrolled in [newton, descent] {
            for (ours, theirs) in slopes(&x).iter().zip(slopes(&unrolled)) {
                prop_assert!((ours - theirs).abs() <= 1e-8 * (1.0 + theirs.abs()), "{} {}", ours, theirs);
            }
        }
        let root = autodiff::implicit(&stationary, [near[0], near[1]], D::variables([a, b])).unwrap();
        for (ours, theirs) in slopes(&x).iter().zip(root.iter().flat_map(|x| x.eps)) {
            prop_assert!((ours - theirs).abs() <= 1e-12 * (1.0 + theirs.abs()), "{} {}", ours, theirs);
        }
    }

    /// x³ + x = p: x' = 1/(3x² + 1), x'' = −6 x x'³, whatever is known of x beforehand.
    #[test]
    fn implicit_has_second_derivatives(x in -2.0f64..2.0, off in -0.1f64..0.1) {
        parametric! { fn well([x], [p]) { x.powi(4) * 0.25 + x * x * 0.5 - x * p } }
        let p = HyperDual::<f64, 1>::variable(x * x * x + x, 0);
        let found = minimizer(&Parametric::new(well, [p]), &[x + off]).unwrap()[0];
        let slope = 1.0 / (3.0 * x * x + 1.0);
        prop_assert!((found.re - x).abs() <= 1e-14 * (1.0 + x.abs()));
        prop_assert!((found.eps[0] - slope).abs() <= 1e-14);
        prop_assert!((found.hessian()[0][0] + 6.0 * x * slope.powi(3)).abs() <= 1e-13);
    }

    /// What the process's inverse depends on is in its x, however it is found: dx/dy = J⁻¹.
    #[test]
    fn a_searched_inverse_has_the_derivatives_of_the_exact_one(a in -2.0f64..2.0, b in 0.5f64..2.0) {
        type D = Dual<f64, 2>;
        let process = Physics::<_, 2, 2>::new(sheared);
        let y = Map::<f64>::value(&process, &DVector::from_vec(vec![a, b]));
        let target = DVector::from_vec(D::variables([y[0], y[1]]).to_vec());
        let near = DVector::from_vec(vec![D::constant(0.0), D::constant(1.0)]);
        let exact = AnalyticInverse::<_, 2, 2>::new(unsheared).invert(&process, &target, &near, 0).unwrap().x;
        let found = NewtonInverse::new().find(&process, &target, &near).unwrap();
        prop_assert!(found.inversion.unwrap().converged);
        for (ours, theirs) in slopes(&found.x).iter().zip(slopes(&exact)) {
            prop_assert!((ours - theirs).abs() <= 1e-12 * (1.0 + theirs.abs()), "{} {}", ours, theirs);
        }
    }
}

parametric! {
    fn scaled([x0, x1, x2], [a, b]) {
        // each variable in its unit: one large, one small, and one that is zero at the minimum
        let (u, v) = (x0 * 9.094947017729282e-13, x1 * 1099511627776.0);
        (u * a).cosh() + (v - u * b).powi(2) * 1.5 + v.powi(4) * 0.25 - u * 2.0 + v * a
            + (x2 + 0.1).powi(2) * 0.15 - x2 * 0.03
    }
}

/// Where a variable is at rest does not depend on the sizes of the others (2⁴⁰ apart on either side), nor on how near to
/// zero it is, nor on the size of L.
#[test]
fn a_minimizer_has_its_derivatives_at_any_scale() {
    type H = HyperDual<f64, 2>;
    let parameters = H::variables([0.8, -0.3]);
    let exact = minimizer(&Parametric::new(coupled, parameters), &[0.5, 0.1]).unwrap();
    let unit = 2f64.powi(40);
    for near in [[0.5, 0.1, 0.0], [0.9, -0.4, 1e-3], [2.0, 0.3, 0.5]] {
        let found =
            minimizer(&Parametric::new(scaled, parameters), &[near[0] * unit, near[1] / unit, near[2]]).unwrap();
        for (x, exact, unit) in [(found[0], exact[0], unit), (found[1], exact[1], 1.0 / unit)] {
            let close = |a: f64, b: f64| (a / unit - b).abs() <= 1e-13 * b.abs();
            assert!(
                close(x.re, exact.re) && (0..2).all(|i| close(x.eps[i], exact.eps[i])),
                "{near:?}: {x:?} {exact:?}"
            );
            let (second, expected) = (x.hessian(), exact.hessian());
            assert!((0..4).all(|k| close(second[k / 2][k % 2], expected[k / 2][k % 2])), "{near:?}: {x:?} {exact:?}");
        }
        assert!(found[2].re.abs() < 1e-16 && found[2].eps == [0.0; 2], "{near:?}: {:?}", found[2]);
    }
    parametric! {
        // from 10 each step of x₁ is nearly 1 long, which is nothing beside x₀
        fn far([x0, x1], [p]) { (x0 - 1e9).powi(2) * 0.5 + x1.exp() - x1 * p }
    }
    let x = minimizer(&Parametric::new(far, [Dual::<f64, 1>::variable(2.0, 0)]), &[1.1e9, 10.0]).unwrap();
    assert!((x[1].re - 2f64.ln()).abs() < 1e-15 && (x[1].eps[0] - 0.5).abs() < 1e-15, "{x:?}");
    assert_eq!((x[0].re, x[0].eps), (1e9, [0.0]));
    parametric! {
        fn tiny([x0, x1], [p]) { ((x0 - p).powi(2) + (x1 + x0 * 0.5 - p * 1e-9).powi(4) + x1 * x1) * 1e-200 }
    }
    let x = minimizer(&Parametric::new(tiny, [Dual::<f32, 1>::variable(0.75, 0)]), &[0.0_f32, 0.0]);
    // 1e−200 is nothing in single precision
    assert!(matches!(x, Err(Failure::SingularHessian { .. })), "{x:?}");
    let x = minimizer(&Parametric::new(tiny, [Dual::<f64, 1>::variable(0.75, 0)]), &[0.0, 0.0]).unwrap();
    let difference = |h: f64| minimizer(&Parametric::new(tiny, [0.75 + h]), &[0.0, 0.0]).unwrap();
    let slope = (difference(1e-6) - difference(-1e-6)) / 2e-6;
    assert!((0..2).all(|i| (x[i].eps[0] - slope[i]).abs() < 1e-8), "{x} {slope}");
}

#[test]
fn minimizers_that_are_none_are_refused() {
    parametric! {
        fn saddle([x0, x1], [p]) { x0 * x0 - x1 * x1 + x0 * p }
        fn flat([x0, x1], [p]) { (x0 - p).powi(2) + x1 * 0.0 }
        fn pole([x], [p]) { (x - p).ln() }
        fn slope([x], [p]) { (x * p).exp() }
        fn quartic([x], [p]) { (x - p).powi(4) }
        fn cubic([x], [p]) { x.powi(3) / 3.0 + x * p }
    }
    let p = Dual::<f64, 1>::variable(1.0, 0);
    fn refused<L, const N: usize>(problem: Parametric<L, Dual<f64, 1>, 1, N>, near: &[f64]) -> Failure
    where
        L: ParametricFn<N, 1>,
    {
        minimizer(&problem, near).unwrap_err()
    }
    assert!(matches!(refused(Parametric::new(saddle, [p]), &[0.3, 0.2]), Failure::NotMinimum { .. }));
    assert!(matches!(refused(Parametric::new(flat, [p]), &[0.3, 0.2]), Failure::SingularHessian { iteration: 0 }));
    // a minimum, but without curvature: its derivative is 0/0
    assert!(matches!(refused(Parametric::new(quartic, [p]), &[3.0]), Failure::SingularHessian { .. }));
    let failure = refused(Parametric::new(pole, [p]), &[1.0]);
    assert_eq!(failure, Failure::NotFinite { quantity: "gradient", iteration: 0 });
    // it falls for ever, to where neither slope nor curvature is left
    assert!(matches!(refused(Parametric::new(slope, [p]), &[0.0]), Failure::SingularHessian { .. }));
    assert!(matches!(refused(Parametric::new(cubic, [p]), &[0.3]), Failure::NotConverged { .. }));
    let infinite = Dual::<f64, 1>::constant(f64::INFINITY);
    let failure = refused(Parametric::new(cubic, [infinite]), &[0.3]);
    assert!(matches!(failure, Failure::Refused { error: Error::NotFiniteComponent { name: "parameters", .. }, .. }));
    let length = Error::StartLength { given: 1, expected: 2 };
    assert_eq!(refused(Parametric::new(saddle, [p]), &[0.3]), Failure::Refused { error: length, iteration: 0 });
    let nan = refused(Parametric::new(saddle, [p]), &[0.3, f64::NAN]);
    assert!(matches!(nan, Failure::Refused { error: Error::NotFiniteComponent { index: 1, .. }, .. }));
}

/// A literal that is beyond single precision stands for infinity there, and is no error.
#[test]
fn literals_beyond_single_precision_are_allowed() {
    optimizers::parametric! { fn scaled([x], [p]) { x * 1e150 - p } }
    let problem = optimizers::Parametric::new(scaled, [1e150]);
    let x = optimizers::nalgebra::DVector::from_vec(vec![2.0]);
    assert_eq!(optimizers::Objective::<f64>::value(&problem, &x), 1e150);
}
