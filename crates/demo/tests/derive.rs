//! `demo derive`: its numbers against high precision (made by the script beside the references), its form, its refusals.

mod program;

use demo::expression::{Derivatives, Variables, parse};
use program::demo;
use serde_json::{Value, json};

/// Those that are checked in, or others that `just derive` made.
fn references() -> Value {
    match std::env::var("DERIVE_REFERENCES") {
        Ok(path) => serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap(),
        Err(_) => serde_json::from_str(include_str!("derive/references.json")).unwrap(),
    }
}

fn number(value: &Value) -> f64 {
    match value.as_str() {
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap(),
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

fn entry<F: Copy>(d: &Derivatives<F>, by: &[usize]) -> F {
    match *by {
        [] => d.value,
        [i] => d.gradient.as_ref().unwrap()[i],
        [i, j] => d.hessian.as_ref().unwrap()[i][j],
        _ => d.third.as_ref().unwrap()[by[0]][by[1]][by[2]],
    }
}

/// What may be wrong at each order, in units of the formula's own noise or of the last place: the conventions' 4, 8 and 16.
const ULPS: [f64; 4] = [4.0, 4.0, 8.0, 16.0];

#[test]
fn derivatives_of_random_formulas_are_exact_to_the_ulp() {
    let references = references();
    let rows = references["formulas"].as_array().unwrap();
    assert!(rows.len() >= 60);
    let (mut worst, mut single_worst) = ([0.0_f64; 4], [0.0_f64; 4]);
    for row in rows {
        let (text, at) = (row["function"].as_str().unwrap(), numbers(&row["at"]));
        let formula = &parse(text, Variables::x(at.len())).unwrap()[0];
        let ours = formula.derivatives(&at, 3);
        let single: Vec<f32> = at.iter().map(|&x| x as f32).collect();
        let near = formula.derivatives(&single.iter().map(|&x| f64::from(x)).collect::<Vec<_>>(), 3);
        let single = formula.derivatives(&single, 3);
        for reference in row["entries"].as_array().unwrap() {
            let by: Vec<usize> =
                reference["by"].as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize).collect();
            let (want, rest) = (number(&reference["value"]), number(&reference["rest"]));
            let noise = number(&reference["noise"]);
            let unit = noise.max(want.abs() * f64::EPSILON / 2.0);
            let got = entry(&ours, &by);
            let error = if got == want { 0.0 } else { ((got - want) - rest).abs() / unit };
            assert!(error <= ULPS[by.len()], "{text} at {at:?} by {by:?}: {got:e}, not {want:e}, {error} units");
            worst[by.len()] = worst[by.len()].max(error);
            // in single precision the same, beside double precision at the same point
            let (want, got) = (entry(&near, &by), f64::from(entry(&single, &by)));
            let unit = (noise * 2.0_f64.powi(29)).max(want.abs() * f64::from(f32::EPSILON) / 2.0);
            let error = if got == want { 0.0 } else { (got - want).abs() / unit };
            assert!(error <= ULPS[by.len()], "{text} at {at:?} by {by:?} in f32: {got:e}, not {want:e}, {error} units");
            single_worst[by.len()] = single_worst[by.len()].max(error);
        }
    }
    println!("worst errors by order in units: f64 {worst:?}, f32 {single_worst:?}");
}

#[test]
fn derivatives_at_special_points() {
    let references = references();
    for row in references["special"].as_array().unwrap() {
        let text = row["function"].as_str().unwrap();
        let (at, want) = (numbers(&row["at"]), numbers(&row["derivatives"]));
        let formula = &parse(text, Variables::x(1)).unwrap()[0];
        let d = formula.derivatives(&at, 3);
        let along = formula.directional(&at, &[1.0]);
        for (order, &want) in want.iter().enumerate() {
            for got in [entry(&d, &[0, 0, 0][..order]), along[order]] {
                let near = (got - want).abs() <= ULPS[order] * f64::EPSILON * want.abs();
                assert!(
                    got == want || got.is_nan() && want.is_nan() || near,
                    "{text} at {at:?}, order {order}: {got:e}, not {want:e}"
                );
            }
        }
    }
}

fn derive(arguments: &[&str]) -> Value {
    let outcome = demo(&[&["derive", "--json", "-"], arguments].concat());
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn the_document_has_the_agreed_form() {
    let function = ["--function", "x0^2 + x1^4", "--at", "3,3"];
    let document = derive(&function);
    assert_eq!(
        serde_json::to_string(&document).unwrap(),
        r#"{"function":"x0^2 + x1^4","at":[3.0,3.0],"value":90.0,"gradient":[6.0,108.0],"hessian":[[2.0,0.0],[0.0,108.0]],"third":null,"directional":null}"#
    );
    let document = derive(&[&function[..], &["--order", "3", "--direction", "1,-1"]].concat());
    assert_eq!(document["third"], json!([[[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 72.0]]]));
    assert_eq!(document["directional"], json!([90.0, -102.0, 110.0, -72.0]));
    let document = derive(&[&function[..], &["--order", "0", "--direction", "1,-1"]].concat());
    assert!(document["gradient"].is_null() && document["hessian"].is_null());
    assert_eq!(document["directional"], json!([90.0]));

    let document = derive(&["--function", "x0*x1, exp(x0)", "--at", "0,2", "--order", "1", "--direction", "-1,0"]);
    assert_eq!(document["value"], json!([0.0, 1.0]));
    assert_eq!(document["jacobian"], json!([[2.0, 0.0], [1.0, 0.0]]));
    assert_eq!(document["directional"], json!([[0.0, -2.0], [1.0, -1.0]]));
    assert!(document.get("gradient").is_none() && document["hessian"].is_null());
    let document = derive(&["--function", "x0*x1, x0^3", "--at", "2,2", "--order", "3"]);
    assert_eq!(document["hessian"], json!([[[0.0, 1.0], [1.0, 0.0]], [[12.0, 0.0], [0.0, 0.0]]]));
    assert_eq!(document["third"][1][0][0], json!([6.0, 0.0]));
}

#[test]
fn single_precision_has_its_own_digits() {
    let arguments = ["derive", "--function", "x/3", "--at", "0.1", "--precision", "f32", "--order", "1"];
    let outcome = demo(&[&arguments[..], &["--csv", "-"]].concat());
    assert_eq!(outcome.stdout, "component,quantity,i,j,k,value\n0,value,,,,0.033333335\n0,gradient,0,,,0.33333334\n");
}

/// More variables than directions of one evaluation.
#[test]
fn third_derivatives_by_many_variables_are_symmetric_and_right() {
    const N: usize = 11;
    let text = format!("{}^3", (0..N).map(|i| format!("{}*x{i}", i + 1)).collect::<Vec<_>>().join(" + "));
    let text = format!("({})^3", text.strip_suffix("^3").unwrap());
    let formula = &parse(&text, Variables::x(N)).unwrap()[0];
    let third = formula.derivatives(&[1.0; N], 3).third.unwrap();
    for (i, j, k) in (0..N * N * N).map(|n| (n / (N * N), n / N % N, n % N)) {
        assert_eq!(third[i][j][k], 6.0 * ((i + 1) * (j + 1) * (k + 1)) as f64, "{i} {j} {k}");
    }
}

#[test]
fn what_is_not_finite_is_named() {
    let note = |function: &str, at: &str, order: &str| {
        let outcome = demo(&["derive", "--function", function, "--at", at, "--order", order]);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome.stderr
    };
    for (function, at, order, notes) in [
        ("1/x0", "0", "0", &["value is inf, by '1/x0' at column 1"][..]),
        ("1/x0", "0", "2", &["value is inf, gradient[0] is -inf, hessian[0][0] is inf, by '1/x0' at column 1"]),
        ("2 + ln(x0)", "-1", "0", &["value is NaN, by 'ln(x0)' at column 5"]),
        ("x1 + sqrt(x0)", "0,1", "1", &["gradient[0] is inf, by 'sqrt(x0)' at column 6"]),
        ("x1 + x0^1.5", "0,1", "2", &["hessian[0][0] is inf, by 'x0^1.5' at column 6"]),
        ("x0, x0^2.5", "0", "3", &["component 1: third[0][0][0] is inf, by 'x0^2.5' at column 5"]),
        // a NaN by what is NaN, though something else is infinite; from infinities alone by the operation itself
        ("1/x0 + ln(x1)", "0,-1", "0", &["value is NaN, by 'ln(x1)' at column 8"]),
        ("exp(x0)*ln(x1-2)", "1000,1", "0", &["value is NaN, by 'ln(x1-2)' at column 9"]),
        ("2*(1/x0 - 1/x0^2)", "0", "0", &["value is NaN, by '1/x0 - 1/x0^2' at column 4"]),
        ("1 + x1*(1/x0)", "0,0", "0", &["value is NaN, by 'x1*(1/x0)' at column 5"]),
        // each by its own operation, also where another was infinite before
        (
            "ln(x0) + sqrt(x1)",
            "0,0",
            "1",
            &[
                "value is -inf, gradient[0] is inf, by 'ln(x0)' at column 1",
                "gradient[1] is inf, by 'sqrt(x1)' at column 10",
            ],
        ),
        ("x1*(1/x0)", "0,2", "1", &["value is inf, gradient[0] is -inf, gradient[1] is inf, by '1/x0' at column 5"]),
        (
            "1/x0, x1, sqrt(x1)",
            "0,0",
            "1",
            &[
                "component 0: value is inf, gradient[0] is -inf, by '1/x0' at column 1",
                "component 2: gradient[1] is inf, by 'sqrt(x1)' at column 11",
            ],
        ),
    ] {
        let lines: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
        assert_eq!(note(function, at, order), lines, "{function}");
    }
    let sum = format!("sqrt({})", (0..9).map(|i| format!("x{i}")).collect::<Vec<_>>().join(" + "));
    let many = note(&sum, "0,0,0,0,0,0,0,0,0", "3");
    // 9 + 45 + 165 of which 20 are named
    assert!(
        many.contains("gradient[8] is inf, hessian[0][0] is -inf") && many.ends_with("199 more not finite\n"),
        "{many}"
    );
    assert_eq!(note("x0^2.5", "0", "2"), "");
    let along = ["derive", "--function", "sqrt(x0)", "--at", "0", "--order", "1", "--direction", "1"];
    assert!(demo(&along).stderr.starts_with("note: "));
    assert_eq!(demo(&[&along[..], &["--quiet"]].concat()).stderr, "");
}

#[test]
fn refusals() {
    let refused = |arguments: &[&str], parts: &[&str]| {
        let outcome = demo(&[&["derive"], arguments].concat());
        assert_eq!((outcome.code, outcome.stderr.lines().count()), (Some(2), 1), "{arguments:?}: {outcome:?}");
        assert_eq!(outcome.stdout, "");
        parts.iter().for_each(|part| assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr));
    };
    for order in ["4", "-1", "1.5", "x", "300"] {
        refused(&["--function", "x", "--at", "1", "--order", order], &[order, "--order"]);
    }
    for value in ["nan", "inf", "-inf", "1e999"] {
        refused(&["--function", "x0", "--at", &format!("1,{value}")], &["at[1]", "finite in f64"]);
        refused(&["--function", "x", "--at", "1", "--direction", value], &["direction[0]", "finite"]);
    }
    refused(&["--function", "x", "--at", "1e300", "--precision", "f32"], &["at[0] is 1e300", "finite in f32"]);
    refused(&["--function", "x", "--at", "1", "--direction", "1,2"], &["direction has 2 components", "1 is needed"]);
    refused(&["--function", "x", "--at", ""], &["at is empty"]);
    refused(&["--function", "x", "--at", "1,"], &["at[1]"]);
    refused(&["--function", "", "--at", "1"], &["empty"]);
    refused(&["--function", "x0 +* 2", "--at", "1"], &["column 5"]);
    refused(&["--function", "x0 + x1", "--at", "1"], &["the last is x0", "column 6"]);
    refused(&["--function", "sine(x)", "--at", "1"], &["did you mean 'sin'"]);
    refused(&["--at", "1"], &["--function"]);
    refused(&["--function", "x0"], &["--at"]);
    let many = vec!["1"; 1001].join(",");
    refused(&["--function", "x0", "--at", &many], &["1 · 1001^2", "1000000"]);
}
