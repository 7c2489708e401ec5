//! Derivatives of formulas, against those of the same Rust functions.

use autodiff::{Dual, HyperDual, Scalar, value_gradient_hessian};
use demo::expression::{FormulaLoss, FormulaPhysics, FormulaProblem, Variables, parse};
use optimizers::nalgebra::DVector;
use optimizers::{GradientDescent, Map, Newton, Objective, Run, Staged, TwiceDifferentiable};

/// Formulas of two variables beside the same in Rust, whose derivatives agree bit for bit.
macro_rules! pairs {
    ($($text:literal, |$x:ident, $y:ident| $rust:expr;)*) => {
        #[test]
        fn derivatives_are_those_of_the_same_rust_function() {
            for point in [[0.3, 1.7], [2.0, 0.25], [1.0, 1.0], [5.5, 3.25]] {
                $(
                    let formula = &parse($text, Variables::x(2)).unwrap()[0];
                    let ours = formula.evaluate(&HyperDual::variables(point));
                    let [$x, $y] = HyperDual::variables(point);
                    let rust: HyperDual<f64, 2> = $rust;
                    assert_eq!(ours.re.to_bits(), rust.re.to_bits(), $text);
                    assert_eq!(ours.eps.map(f64::to_bits), rust.eps.map(f64::to_bits), "{} at {point:?}", $text);
                    assert_eq!(ours.hessian(), rust.hessian(), "{} at {point:?}", $text);
                    let nested = formula.evaluate(&Dual::variables(Dual::<f64, 2>::variables(point)));
                    assert_eq!(nested.eps.map(|row| row.eps), rust.hessian(), "{} at {point:?}", $text);
                    let [$x, $y] = Dual::variables(point.map(|x| x as f32));
                    let rust: Dual<f32, 2> = $rust;
                    let ours = formula.evaluate(&[$x, $y]);
                    assert_eq!((ours.re, ours.eps), (rust.re, rust.eps), "{} at {point:?} in f32", $text);
                )*
            }
        }
    };
}

pairs! {
    "x0^2 + x1^4", |x, y| x.powi(2) + y.powi(4);
    "2*x0 - 3/x1", |x, y| 2.0 * x - 3.0 / y;
    "(1 - x0)^2 + 100*(x1 - x0^2)^2", |x, y| (1.0 - x).powi(2) + 100.0 * (y - x.powi(2)).powi(2);
    "0.5 - x0*x1/4 + x1", |x, y| 0.5 - x * y / 4.0 + y;
    "sin(x0)*exp(-x1/2) + ln(x0 + 1)", |x, y| x.sin() * (-y / 2.0).exp() + (x + 1.0).ln();
    "x0^x1 + x1^0.5", |x, y| x.pow(y) + y.powf(0.5);
    "hypot(x0, x1) - atan2(x0, 2)", |x, y| x.hypot(y) - x.atan2(2.0);
    "max(x0, x1) * min(x0, x1) + abs(x0 - x1)", |x, y| x.max(y) * x.min(y) + (x - y).abs();
    "tanh(x0 - x1) / (1 + x0^2)", |x, y| (x - y).tanh() / (1.0 + x.powi(2));
    "(x0 + x1)*(x0 - x1)/(x0*x1 + 1)", |x, y| (x + y) * (x - y) / (x * y + 1.0);
    "2^x0 - e^x1", |x, y| scalar_pow(2.0, x) - scalar_pow(std::f64::consts::E, y);
}

/// A constant to a power that moves.
fn scalar_pow<F: autodiff::Float, T: Scalar<F>>(base: f64, exponent: T) -> T {
    T::constant(F::of(base)).pow(exponent)
}

const N: usize = 21;

/// Rosenbrock's function in a chain, so that the Hessian has blocks with and without zeros, and a product of all.
fn chain(x: [HyperDual<f64, N>; N]) -> HyperDual<f64, N> {
    let term = |i: usize| 100.0 * (x[i + 1] - x[i].powi(2)).powi(2) + (1.0 - x[i]).powi(2);
    let sum = (1..N - 1).fold(term(0), |sum, i| sum + term(i));
    sum + (1..N).fold(x[0], |product, i| product * x[i]).sin()
}

#[test]
fn blocks_of_directions_have_the_digits_of_all_at_once() {
    let term = |i: usize| format!("100*(x{} - x{i}^2)^2 + (1 - x{i})^2", i + 1);
    // a term is two summands: its parentheses keep the order of the additions
    let sum = (0..N - 1).map(|i| format!("({})", term(i))).collect::<Vec<_>>().join(" + ");
    let product = (0..N).map(|i| format!("x{i}")).collect::<Vec<_>>().join("*");
    let loss = FormulaLoss::new(&format!("{sum} + sin({product})"), Variables::x(N)).unwrap();
    let point: [f64; N] = std::array::from_fn(|i| 0.3 + 0.1 * i as f64);
    let (value, gradient, hessian) = value_gradient_hessian(chain, point);
    let x = DVector::from_column_slice(&point);
    assert_eq!(loss.value(&x), value);
    assert_eq!(loss.value_and_gradient(&x), (value, DVector::from_column_slice(&gradient)));
    let (v, g, h) = loss.value_gradient_hessian(&x);
    assert_eq!((v, g.as_slice()), (value, &gradient[..]));
    for i in 0..N {
        for j in 0..N {
            assert_eq!(h[(i, j)], hessian[i][j], "{i} {j}");
        }
    }
}

#[test]
fn a_process_and_a_loss_make_a_problem_of_two_stages() {
    let problem = FormulaProblem::new("x0, x1^2, x0*x1", "y0^2 + y1^2 + 0*y2", 2).unwrap();
    let x = DVector::from_vec(vec![3.0_f32, 3.0]);
    assert_eq!(Objective::<f32>::dimension(&problem), 2);
    assert_eq!(problem.value(&x), 90.0);
    assert_eq!(problem.value_and_gradient(&x).1.as_slice(), [6.0, 108.0]);
    assert_eq!(problem.value_gradient_hessian(&x).2.as_slice(), [2.0, 0.0, 0.0, 108.0]);
    assert_eq!(problem.observe(&x).unwrap().as_slice(), [3.0, 9.0, 9.0]);
    let physics: &dyn Map<f32> = problem.physics();
    assert_eq!((physics.inputs(), physics.outputs()), (2, 3));
    assert_eq!(physics.value_and_jacobian(&x).1.transpose().as_slice(), [1.0, 0.0, 0.0, 6.0, 3.0, 3.0]);
    assert_eq!(problem.loss().value_and_gradient(&problem.physics().value(&x)).1.as_slice(), [6.0, 18.0, 0.0]);
    // with derivatives of the point itself
    let moving = DVector::from_vec(Dual::variables([3.0, 3.0]).to_vec());
    assert_eq!(problem.value_and_gradient(&moving).1[1].eps, [0.0, 108.0]);
}

#[test]
fn a_jacobian_of_many_variables_and_components() {
    let text: Vec<String> = (0..13).map(|i| format!("x{i}^2 * x{} + {i}", (i + 5) % 17)).collect();
    let physics = FormulaPhysics::new(&text.join(", "), 17).unwrap();
    let x = DVector::from_fn(17, |i, _| 1.0 + i as f64);
    let (y, jacobian) = physics.value_and_jacobian(&x);
    for i in 0..13 {
        let k = (i + 5) % 17;
        assert_eq!(y[i], x[i] * x[i] * x[k] + i as f64);
        for j in 0..17 {
            let expected = if j == i {
                2.0 * x[i] * x[k]
            } else if j == k {
                x[i] * x[i]
            } else {
                0.0
            };
            assert_eq!(jacobian[(i, j)], expected, "{i} {j}");
        }
    }
}

#[test]
fn optimizers_run_on_formulas() {
    let loss = FormulaLoss::new("x0^2 + x1^4", Variables::x(2)).unwrap();
    let descent = GradientDescent::new(0.01).unwrap();
    let report = Run::new(&loss, &descent, &[3.0, 3.0]).unwrap().iterations(1).finish();
    assert_eq!(report.trajectory[1].x.as_slice(), [3.0 - 0.01 * 6.0, 3.0 - 0.01 * 108.0]);
    assert!(Run::new(&loss, &Newton::new(1.0).unwrap(), &[3.0, 3.0]).is_ok());
    assert!(Run::new(&loss, &descent, &[3.0]).is_err());
}

#[test]
fn the_first_operation_that_is_not_finite_is_named() {
    let culprit = |text: &str, x: &[f64]| {
        let formula = &parse(text, Variables::x(x.len())).unwrap()[0];
        formula.first_not_finite(x).map(|culprit| (culprit.text, culprit.column, culprit.operation))
    };
    let found = |text: &str, column: usize, operation: &str| Some((text.to_owned(), column, operation.to_owned()));
    assert_eq!(culprit("1/x0", &[0.0]), found("1/x0", 1, "/"));
    assert_eq!(culprit("1/x0", &[2.0]), None);
    assert_eq!(culprit("2 + ln(x0) * 0", &[-1.0]), found("ln(x0)", 5, "ln"));
    assert_eq!(culprit("x0 - 3*(x0^-2)", &[0.0]), found("x0^-2", 9, "^"));
    assert_eq!(culprit("exp(x0) * exp(x0)", &[400.0]), found("exp(x0) * exp(x0)", 1, "*"));
    assert_eq!(culprit("-(x0*1e300) - hypot(x0, 1)", &[1e10]), found("x0*1e300", 3, "*"));
    // a constant operation stays one if it is not finite
    assert_eq!(culprit("x0 + 1/0", &[1.0]), found("1/0", 6, "/"));
    // what comes in is no operation's fault
    assert_eq!(culprit("x0 + 1", &[f64::INFINITY]), None);
    // the second component's columns are those of the whole text
    let formulas = parse("x0, ü0ß * 0, 1/x0".replace("ü0ß", "x0").as_str(), Variables::x(1)).unwrap();
    assert_eq!(formulas[2].first_not_finite(&[0.0]).unwrap().column, 13);
    let large = &parse("x0 + 1e300", Variables::x(1)).unwrap()[0];
    assert_eq!(large.first_not_finite(&[1.0_f32]).unwrap().to_string(), "'1e300' at column 6");
    let root = &parse("x0 + sqrt(x1)", Variables::x(2)).unwrap()[0];
    assert_eq!(root.first_not_finite(&[0.0, 0.0]), None);
    assert_eq!(root.first_not_finite(&Dual::variables([0.0, 0.0])).unwrap().to_string(), "'sqrt(x1)' at column 6");
}
