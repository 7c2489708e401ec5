//! Formulas: what they mean, and what is refused at which column.

use autodiff::{Dual, HyperDual, gradient};
use demo::expression::{BINARY, FormulaLoss, FormulaProblem, MOST_NESTING, UNARY, Variables, parse};
use optimizers::nalgebra::DVector;
use optimizers::{Map, Objective, Staged, TwiceDifferentiable};
use proptest::prelude::*;

fn value(text: &str, x: &[f64]) -> f64 {
    parse(text, Variables::x(x.len())).unwrap_or_else(|error| panic!("{error}"))[0].evaluate(x)
}

#[test]
fn precedence_and_numbers() {
    let x = [3.0, 2.0];
    for (text, expected) in [
        ("-x0^2", -9.0),
        ("(-x0)^2", 9.0),
        ("2^x1^x0", 256.0),
        ("(2^x1)^x0", 64.0),
        ("2^-x1", 0.25),
        ("-2^-2", -0.25),
        ("x0 - x1 - 1", 0.0),
        ("x0 / x1 / 2", 0.75),
        ("x0 - -x1", 5.0),
        ("--x0", 3.0),
        ("1 + x0 * x1 ^ 2", 13.0),
        ("-x0 * x1", -6.0),
        ("x0 * -x1", -6.0),
        ("1e-3 + .5 + 2. + 1_000 + 1E2 + 1e+1", 1112.501),
        ("pi", std::f64::consts::PI),
        ("e^0 + 0*e", 1.0),
        ("\tx0  ", 3.0),
        ("atan2(x0, x1)", 3f64.atan2(2.0)),
        ("max(x0, min(x1, 9))", 3.0),
        ("pow(x0, 2)", 9.0),
    ] {
        assert_eq!(value(text, &x), expected, "{text}");
    }
    assert_eq!(parse("x0, (x1, x0)", Variables::x(2)).unwrap_err().column, 8);
    assert_eq!(parse("x0, x1^2, 7", Variables::x(2)).unwrap().len(), 3);
    assert_eq!(parse("x^2", Variables::x(1)).unwrap()[0].evaluate(&[3.0]), 9.0);
    assert_eq!(parse("y1", Variables::y(2)).unwrap()[0].evaluate(&[3.0, 4.0]), 4.0);
}

#[test]
fn a_constant_exponent_is_powi_or_powf_and_a_moving_one_pow() {
    // powi and powf differ at negative numbers, and in their last bits
    for x in [1.1_f64, -1.3, 0.7, 17.3] {
        assert_eq!(value("x^5", &[x]).to_bits(), x.powi(5).to_bits());
        assert_eq!(value("x^(2+3)", &[x]).to_bits(), x.powi(5).to_bits());
        assert_eq!(value("x^-3", &[x]).to_bits(), x.powi(-3).to_bits());
        assert_eq!(value("x^2.5", &[x]).to_bits(), x.powf(2.5).to_bits());
        assert_eq!(value("x^x", &[x]).to_bits(), x.powf(x).to_bits());
    }
    assert_eq!(gradient(|x: [_; 2]| parse("x0^x1", Variables::x(2)).unwrap()[0].evaluate(&x), [2.0, 3.0])[0], 12.0);
}

#[test]
fn every_function_is_rusts() {
    for &(name, _) in UNARY {
        let text = format!("{name}(x)");
        let formula = &parse(&text, Variables::x(1)).unwrap()[0];
        for x in [-2.5_f64, -0.3, 0.0, 0.4, 1.0, 7.5] {
            let rust = match name {
                "recip" => x.recip(),
                "sqrt" => x.sqrt(),
                "cbrt" => x.cbrt(),
                "exp" => x.exp(),
                "exp2" => x.exp2(),
                "exp_m1" | "expm1" => x.exp_m1(),
                "ln" | "log" => x.ln(),
                "log2" => x.log2(),
                "log10" => x.log10(),
                "ln_1p" | "log1p" => x.ln_1p(),
                "sin" => x.sin(),
                "cos" => x.cos(),
                "tan" => x.tan(),
                "asin" | "arcsin" => x.asin(),
                "acos" | "arccos" => x.acos(),
                "atan" | "arctan" => x.atan(),
                "sinh" => x.sinh(),
                "cosh" => x.cosh(),
                "tanh" => x.tanh(),
                "asinh" | "arcsinh" => x.asinh(),
                "acosh" | "arccosh" => x.acosh(),
                "atanh" | "arctanh" => x.atanh(),
                "to_degrees" | "degrees" => x.to_degrees(),
                "to_radians" | "radians" => x.to_radians(),
                "abs" => x.abs(),
                "signum" | "sign" => x.signum(),
                "floor" => x.floor(),
                "ceil" => x.ceil(),
                "round" => x.round(),
                "trunc" => x.trunc(),
                "fract" => x.fract(),
                other => panic!("'{other}' has no oracle here"),
            };
            let ours: f64 = formula.evaluate(&[x]);
            assert!(ours.to_bits() == rust.to_bits() || ours.is_nan() && rust.is_nan(), "{name}({x}): {ours}, {rust}");
        }
    }
    for &(name, _) in BINARY {
        let (x, y) = (1.5_f64, 2.25);
        let rust = match name {
            "min" | "minimum" => x.min(y),
            "max" | "maximum" => x.max(y),
            "hypot" => x.hypot(y),
            "atan2" | "arctan2" => x.atan2(y),
            "pow" | "power" => x.powf(y),
            other => panic!("'{other}' has no oracle here"),
        };
        assert_eq!(value(&format!("{name}(x0, x1)"), &[x, y]), rust, "{name}");
    }
}

#[test]
fn what_is_refused_and_where() {
    for (text, column, part) in [
        ("", 1, "empty"),
        ("   ", 1, "empty"),
        ("x0 +* 2", 5, "'*' is not expected"),
        ("2x0", 2, "'*' is missing before 'x'"),
        ("x0 x1", 4, "'*' is missing"),
        ("(x0)(x1)", 5, "'*' is missing"),
        ("x0**2", 4, "a power is written '^'"),
        ("(x0", 4, "before a parenthesis is closed"),
        ("x0)", 3, "closes nothing"),
        ("x0 +", 5, "an operand is needed"),
        ("x7", 1, "the last is x1"),
        ("x99999999999999999999999", 1, "unknown name"),
        ("1 + x", 5, "stands alone only if"),
        ("y0", 1, "unknown name 'y0'"),
        ("x0 + sine(x1)", 6, "did you mean 'sin'"),
        ("sin", 1, "'sin' is a function"),
        ("sin(x0, x1)", 1, "takes 1 argument, not 2"),
        ("hypot(x0)", 1, "takes 2 arguments, not 1"),
        ("sin()", 5, "not expected"),
        ("x0,,x1", 4, "not expected"),
        ("x0 + ü", 6, "'ü' is not expected"),
        ("ü", 1, "'ü' is not expected"),
        ("1.2.3", 4, "not expected"),
    ] {
        let error = parse(text, Variables::x(2)).expect_err(text);
        assert_eq!(error.column, column, "{text}: {error}");
        assert!(error.what.contains(part), "{text}: {error}");
        assert!(!error.to_string().contains('\n'));
    }
    assert_eq!(FormulaLoss::new("x0, x1", Variables::x(2)).unwrap_err().column, 3);
    assert_eq!(FormulaProblem::new("x0, x1", "y0 + y2", 2).unwrap_err().column, 6);
}

#[test]
fn nesting_is_bounded_and_length_is_not() {
    // on a small stack, as a thread of a program has it
    let check = || {
        for (open, close) in [("(", ")"), ("-", ""), ("x^", ""), ("sin(", ")"), ("2^-", ""), ("(-", ")")] {
            let deep = |n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
            let error = parse(&deep(100_000), Variables::x(1)).unwrap_err();
            assert!(error.what.contains("nests more than"), "{error}");
            assert!(error.to_string().len() < 300);
            assert!(parse(&deep(MOST_NESTING / 4), Variables::x(1)).is_ok(), "{open}");
        }
        let sum = ["x"; 100_000].join(" + ");
        assert_eq!(parse(&sum, Variables::x(1)).unwrap()[0].evaluate(&[1.0]), 100_000.0);
        for operator in [" - x^", "*-x^", " / x^"] {
            let long = format!("x^2{}", format!("{operator}2").repeat(5_000));
            assert!(parse(&long, Variables::x(1)).is_ok(), "{operator}");
        }
        let differences = ["x"; 50_000].join(" - ");
        assert_eq!(parse(&differences, Variables::x(1)).unwrap()[0].evaluate(&[1.0]), -49_998.0);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(check).unwrap().join().unwrap();
}

#[test]
fn problems_of_any_number_of_variables_are_differentiated_in_chunks() {
    let n = 21;
    let sum = |term: &dyn Fn(usize) -> String, m: usize| (0..m).map(term).collect::<Vec<_>>().join(" + ");
    let text = sum(&|i| format!("100*(x{} - x{i}^2)^2 + (1 - x{i})^2", i + 1), n - 1);
    let loss = FormulaLoss::new(&text, Variables::x(n)).unwrap();
    let x = DVector::from_fn(n, |i, _| 0.3 + 0.1 * i as f64);
    let closure = |x: [HyperDual<f64, 21>; 21]| {
        let term = |i: usize| (x[i + 1] - x[i].powi(2)).powi(2) * 100.0 + (-x[i] + 1.0).powi(2);
        (1..20).fold(term(0), |sum, i| sum + term(i))
    };
    let point: [f64; 21] = std::array::from_fn(|i| x[i]);
    let (value, gradient, hessian) = autodiff::value_gradient_hessian(closure, point);
    let (ours, g, h) = loss.value_gradient_hessian(&x);
    assert!((ours - value).abs() <= 1e-12 * value);
    for i in 0..n {
        assert!((g[i] - gradient[i]).abs() <= 1e-12 * gradient[i].abs().max(1.0));
        for j in 0..n {
            assert!((h[(i, j)] - hessian[i][j]).abs() <= 1e-12 * hessian[i][j].abs().max(1.0), "{i} {j}");
        }
    }
    let problem = FormulaProblem::new("x0, x1^2", "y0^2 + y1^2", 2).unwrap();
    let x = DVector::from_vec(vec![3.0_f32, 3.0]);
    assert_eq!(Objective::<f32>::value_and_gradient(&problem, &x).1.as_slice(), [6.0, 108.0]);
    let physics: &dyn Map<f32> = problem.physics();
    assert_eq!(physics.value_and_jacobian(&x).1.as_slice(), [1.0, 0.0, 0.0, 6.0]);
    assert_eq!(problem.value_gradient_hessian(&x).2.as_slice(), [2.0, 0.0, 0.0, 108.0]);
}

/// A random formula as text.
fn formula() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("x0".to_owned()),
        Just("x1".to_owned()),
        (0.01f64..9.0).prop_map(|c| format!("{c}")),
        Just("pi".to_owned()),
    ];
    leaf.prop_recursive(5, 40, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone(), prop_oneof![Just("+"), Just("-"), Just("*"), Just("/")])
                .prop_map(|(a, b, operator)| format!("({a} {operator} {b})")),
            (inner.clone(), -3i32..4).prop_map(|(a, n)| format!("({a})^{n}")),
            inner.clone().prop_map(|a| format!("-({a})")),
            (inner, prop_oneof![Just("sin"), Just("exp"), Just("atan"), Just("tanh")])
                .prop_map(|(a, function)| format!("{function}({a})")),
        ]
    })
}

proptest! {
    /// The value part is the plain value, and parentheses that change nothing change nothing.
    #[test]
    fn values_are_the_same_in_every_number_type(text in formula(), a in -3.0f64..3.0, b in -3.0f64..3.0) {
        let formula = &parse(&text, Variables::x(2)).unwrap()[0];
        let plain: f64 = formula.evaluate(&[a, b]);
        let dual = formula.evaluate(&Dual::variables([a, b])).value();
        let hyper = formula.evaluate(&HyperDual::variables([a, b])).value();
        let again: f64 = parse(&format!(" ( {text} ) "), Variables::x(2)).unwrap()[0].evaluate(&[a, b]);
        for other in [dual, hyper, again] {
            prop_assert!(other.to_bits() == plain.to_bits() || other.is_nan() && plain.is_nan(), "{text}: {plain} {other}");
        }
    }

    #[test]
    fn no_text_panics(text in "[x0-9y+*/^()., a-z-]{0,30}") {
        let _ = parse(&text, Variables::x(2));
    }
}
