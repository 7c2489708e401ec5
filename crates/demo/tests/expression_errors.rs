//! Formulas that are refused: what is said, and of which column.

use demo::expression::{Fault, FormulaLoss, FormulaPhysics, FormulaProblem, MOST_NESTING, Variables, parse};

/// In two variables.
fn refusals() -> Vec<(&'static str, usize, &'static str)> {
    vec![
        ("", 1, "the formula is empty"),
        ("  \t ", 1, "the formula is empty"),
        ("x0 +* 2", 5, "'*' is not expected here, but an operand"),
        ("* x0", 1, "'*' is not expected"),
        ("+x0", 1, "'+' is not expected"),
        ("x0 *** x1", 6, "'*' is not expected"),
        ("x0 +", 5, "the formula ends where an operand is needed"),
        ("x0 +   ", 5, "the formula ends"),
        ("x0 * -", 7, "the formula ends"),
        ("x0,", 4, "the formula ends"),
        ("(", 2, "the formula ends where an operand is needed"),
        ("x0 + (", 7, "the formula ends"),
        ("sin(", 5, "the formula ends"),
        ("sin(x0,", 8, "the formula ends"),
        ("max(x0, (x1 +", 14, "the formula ends"),
        (",x0", 1, "',' is not expected"),
        ("x0,,x1", 4, "',' is not expected"),
        ("()", 2, "')' is not expected"),
        ("2x0", 2, "'*' is missing before 'x0': write 2*x0"),
        ("1e", 2, "'*' is missing before 'e', or a whole number behind it: write 1*e, or 1e3"),
        ("x0 + 2.5E+", 9, "write 2.5*e, or 2.5E3"),
        ("5e-x0", 2, "write 5*e, or 5e3"),
        ("5 e", 3, "'*' is missing before 'e': write 5*e"),
        ("1_", 2, "'*' is missing"),
        ("x0 x1", 4, "write x0*x1"),
        ("(x0)(x1)", 5, "write (x0)*(…)"),
        ("(x0\n+ 1)x1", 9, "write (x0 + 1)*x1"),
        ("x0(3)", 3, "'x0' is a variable, not a function: write x0, or x0*(…)"),
        ("2*pi()", 5, "'pi' is a constant, not a function: write pi, or pi*(…)"),
        ("sin(2x0)", 6, "write 2*x0"),
        ("1.2.3", 4, "a number has one point, not two as '1.2.3'"),
        ("1..2", 3, "not two as '1..2'"),
        ("x0 + 1..", 8, "not two as '1..'"),
        ("1. .2", 4, "'*' is missing before '.2'"),
        ("x0 + .", 6, "'.' is not expected here: write a number with its digits, such as 0.5"),
        ("|x0|", 1, "write abs(…)"),
        ("x0 1", 4, "write x0*1"),
        ("(x0", 1, "never closed"),
        ("x1 * (x0 + (x1)", 6, "never closed"),
        ("sin(x0", 4, "never closed"),
        ("x0)", 3, "closes nothing"),
        ("sin(x0))", 8, "closes nothing"),
        ("(x0, x1^2)", 4, "a comma separates"),
        ("x7", 1, "there is no variable 'x7': the last is x1"),
        ("x0 + x2", 6, "the last is x1"),
        ("x99999999999999999999999", 1, "the last is x1"),
        ("1 + x", 5, "stands alone only if it is the only one: here are x0, x1"),
        ("y0", 1, "unknown name 'y0', did you mean 'x0'?"),
        ("x0 + z1", 6, "did you mean 'x1'?"),
        ("x01", 1, "did you mean 'x1'?"),
        ("X1", 1, "did you mean 'x1'?"),
        ("x_1", 1, "did you mean 'x1'?"),
        ("Pi", 1, "did you mean 'pi'?"),
        ("2*π", 3, "did you mean 'pi'?"),
        ("foo", 1, "unknown name 'foo': variables are x0, x1"),
        ("x0 + sine(x1)", 6, "unknown function 'sine', did you mean 'sin'?"),
        ("Sin(x0)", 1, "did you mean 'sin'?"),
        ("sqr(x0)", 1, "did you mean 'sqrt'?"),
        ("sign(x0)", 1, "did you mean 'signum'?"),
        ("hypo(x0, x1)", 1, "did you mean 'hypot'?"),
        ("frobnicate(x0)", 1, "unknown function 'frobnicate' (`demo list` shows all)"),
        ("xo", 1, "did you mean 'x0'?"),
        ("sin", 1, "'sin' is a function: write sin(…)"),
        ("sin x0", 1, "'sin' is a function"),
        ("1 + sin^2(x0)", 5, "write sin(…), and its power sin(…)^n"),
        ("x0 + sin(x0, x1)", 6, "'sin' takes 1 argument, not 2"),
        ("sin()", 1, "'sin' takes 1 argument, not 0"),
        ("hypot(x0)", 1, "'hypot' takes 2 arguments, not 1"),
        ("max(x0, x1, 3)", 1, "'max' takes 2 arguments, not 3"),
        ("x0 + 1e400", 6, "'1e400' is larger than every number"),
        ("x0 # 2", 4, "'#' is not expected here at"),
        ("x0 + ü", 6, "unknown name 'ü'"),
        ("2 + ü*+", 5, "unknown name 'ü'"),
        ("ü + 1", 1, "unknown name 'ü'"),
        ("x0 − 1", 4, "'−' is not expected here: write -"),
        ("x0²", 3, "write ^2"),
        ("2·x0 + * 3", 2, "write *"),
        ("(x0 − 1) )", 5, "write -"),
        ("x0 + \u{7}", 6, "'\\u{7}' is not expected"),
        ("x[0]", 1, "an index stands behind its letter: write x0"),
        ("2*x.1", 3, "write x1"),
        ("x₁₂", 1, "write x12"),
        ("x[i]", 1, "stands alone"),
        ("1e5.5", 4, "the exponent of a number is whole, not as in '1e5.5'"),
        ("x0 and x1", 4, "unknown name 'and': variables are x0, x1"),
        ("x0 mod 2", 4, "unknown name 'mod'"),
        ("x0 sin(x1)", 4, "'*' is missing before 'sin': write x0*sin"),
        ("np.sin(x0)", 1, "functions and constants have no 'np.' before them: write sin"),
        ("x0⁴", 3, "write ^4"),
        ("(x0)x1", 5, "'*' is missing before 'x1': write (x0)*x1"),
        ("x1 + sin((x0))x1", 15, "write sin((x0))*x1"),
        ("2(x0)", 2, "'*' is missing before '(': write 2*(…)"),
        ("x0[1]", 3, "'[' is not expected here: write ("),
    ]
}

#[test]
fn what_is_refused_and_where() {
    for (text, column, part) in refusals() {
        let error = parse(text, Variables::x(2)).expect_err(text);
        let line = error.to_string();
        assert_eq!(error.column, column, "{text}: {line}");
        assert!(line.contains(part), "{text}: {line}");
        assert!(line.contains(&format!(" at column {column}: ")) && line.contains('»'), "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
        let rendered = error.rendered();
        let [shown, marks] = rendered.lines().collect::<Vec<_>>()[..] else { panic!("not two lines: {rendered}") };
        assert_eq!(marks.chars().take_while(|c| *c == ' ').count(), column - 1, "{rendered}");
        assert_eq!(shown, text.replace(char::is_control, " "));
    }
}

#[test]
fn only_the_variables_of_the_problem_are_known() {
    assert!(parse("x", Variables::x(1)).is_ok());
    assert_eq!(
        parse("x1", Variables::x(1)).unwrap_err().to_string(),
        "there is no variable 'x1': the last is x0 at column 1: »x1"
    );
    assert_eq!(parse("x0", Variables::x(0)).unwrap_err().column, 1);
    for (count, part) in
        [(0, ": there are no variables;"), (1, ": the variable is x0;"), (3, ": variables are x0, …, x2;")]
    {
        let line = parse("foo", Variables::x(count)).unwrap_err().to_string();
        assert!(line.contains(part), "{line}");
    }
    assert!(parse("x0", Variables::y(2)).unwrap_err().to_string().contains("did you mean 'y0'?"));
    assert_eq!(FormulaLoss::new("max(x0, 1), x1", Variables::x(2)).unwrap_err().fault, Fault::Several);
    assert_eq!(FormulaLoss::new("max(x0, 1), x1", Variables::x(2)).unwrap_err().column, 11);
    assert_eq!(FormulaPhysics::new("x0, x1, x2", 2).unwrap_err().column, 9);
    assert_eq!(FormulaProblem::new("x0, x1", "y0 + y2", 2).unwrap_err().column, 6);
    assert!(FormulaProblem::new("x0, x1, x0*x1", "y0 + y2", 2).is_ok());
}

#[test]
fn the_mark_covers_the_culprit_and_a_long_text_is_cut() {
    let error = parse("ä := 1; x0 + sine(x1)", Variables::x(2)).unwrap_err();
    assert_eq!(error.rendered().lines().next(), Some("ä := 1; x0 + sine(x1)"));
    let error = parse("1 + sine(x1)", Variables::x(2)).unwrap_err();
    assert_eq!(
        error.rendered(),
        "1 + sine(x1)\n    ^^^^ unknown function 'sine', did you mean 'sin'? (`demo list` shows all)"
    );
    let long = format!("{}§{}", "x0 + ".repeat(20_000), " + x1".repeat(20_000));
    let error = parse(&long, Variables::x(2)).unwrap_err();
    assert_eq!(error.column, 100_001);
    assert!(error.to_string().chars().count() < 150 && error.rendered().chars().count() < 250, "{error}");
    let long = "a".repeat(100_000);
    assert!(parse(&long, Variables::x(2)).unwrap_err().to_string().chars().count() < 250);
    assert!(parse(&format!("{long}(1)"), Variables::x(2)).unwrap_err().to_string().chars().count() < 250);
}

/// On the stack that a thread gets, in a debug build as well.
fn on_two_mebibytes(check: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(check).unwrap().join().unwrap();
}

/// What opens and closes, and how many levels it is.
const NESTS: [(&str, &str, usize); 9] = [
    ("(", ")", 1),
    ("-", "", 1),
    ("x^", "", 1),
    ("sin(", ")", 1),
    ("2^-", "", 2),
    ("(-", ")", 2),
    ("1+2*-(", ")", 2),
    ("1+2*3^max(x,", ")", 2),
    ("1+2*-3^-(1-x/", ")", 4),
];

#[test]
fn nesting_is_bounded() {
    on_two_mebibytes(|| {
        for (open, close, levels) in NESTS {
            let deep = |n: usize| format!("{}x{}", open.repeat(n), close.repeat(n));
            let deepest = MOST_NESTING / levels;
            let formula = parse(&deep(deepest), Variables::x(1)).unwrap_or_else(|error| panic!("{open}: {error}"));
            let _: f64 = formula[0].evaluate(&[0.5]);
            for text in [deep(deepest + 1), open.repeat(100_000)] {
                let error = parse(&text, Variables::x(1)).unwrap_err();
                assert_eq!(error.fault, Fault::TooDeep { most: MOST_NESTING }, "{open}");
                assert!(error.to_string().chars().count() < 150);
            }
        }
    });
}

#[test]
fn length_is_not_bounded() {
    on_two_mebibytes(|| {
        const N: usize = 100_000;
        for (text, expected) in [
            (["x"; N].join(" + "), 100_000.0),
            (["x"; N].join("-"), -99_998.0),
            (["x"; N].join("*"), 1.0),
            (["2*x"; N].join("+"), 200_000.0),
            (["sin(0*x)^2"; N / 10].join(" + 1*"), 0.0),
            (["1"; N].join("+"), 100_000.0),
            (format!("2*({})", ["x"; N].join("+")), 200_000.0),
            (["-x"; N].join("*"), 1.0),
            (["x^2"; N / 10].join("*-"), -1.0),
            (["-x^-x"; N / 10].join(" / "), 1.0),
            (format!("{}.{}", "1".repeat(10), "0".repeat(N)), 1111111111.0),
        ] {
            let formula = parse(&text, Variables::x(1)).unwrap_or_else(|error| panic!("{error}")).swap_remove(0);
            assert_eq!(formula.evaluate(&[1.0]), expected);
            assert_eq!(formula.first_not_finite(&[1.0]), None);
            drop(formula.clone());
        }
        assert_eq!(parse(&["x"; N].join(","), Variables::x(1)).unwrap().len(), N);
    });
}
