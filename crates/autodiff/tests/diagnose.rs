//! The first operation that is not finite: which, where and why.

use autodiff::{
    Cause, CustomRule, Diagnosis, Dual, Finding, Function, Number, Ordered, Scalar, Traced, custom_rule, diagnose,
    diagnose_hessian, function, gradient,
};
use proptest::prelude::*;

/// The culprit must be this operation, at this line of this file, for this reason.
#[track_caller]
fn assert_culprit(found: &Option<Finding>, operation: &str, line: u32, cause: Cause) {
    let finding = found.as_ref().expect("a finding");
    assert_eq!((finding.operation, finding.cause), (operation, cause), "{finding}");
    assert_eq!((finding.file, finding.line, finding.exact), (file!(), line, true), "{finding}");
}

fn nothing(found: &Diagnosis) {
    assert!(found.is_healthy(), "{found}");
    assert_eq!(found.to_string(), "the result and its derivatives are finite");
}

/// The line that a comment `// @marker` stands on.
fn at(marker: &str) -> u32 {
    let line = include_str!("diagnose.rs").lines().position(|line| line.ends_with(&format!("// @{marker}")));
    line.unwrap_or_else(|| panic!("no {marker}")) as u32 + 1
}

/// A closure of one or more variables, its point, the culprit and the cause: on one line, which is the culprit's.
macro_rules! culprits {
    ($($closure:expr, $x:expr => $operation:literal, $cause:ident;)*) => {
        $({
            let found = diagnose($closure, $x);
            assert_culprit(&found.first, $operation, line!(), Cause::$cause);
        })*
    };
}

#[test]
#[rustfmt::skip]
fn each_operation_and_its_cause() {
    // a macro's lines are those of its call's tokens for what is passed in, and of its end for `line!()`: hence one call a line
    culprits! { |[x]| x / x, [0.0] => "/", ZeroOverZero; }
    culprits! { |[x]| x.ln(), [0.0] => "ln", Pole; }
    culprits! { |[x]| x.log2(), [-0.0] => "log2", Pole; }
    culprits! { |[x]| x.ln_1p(), [-1.0] => "ln_1p", Pole; }
    culprits! { |[x]| x.atanh(), [1.0] => "atanh", Pole; }
    culprits! { |[x]| 1.0 / x, [0.0] => "/", Pole; }
    culprits! { |[x]| x.recip(), [0.0] => "recip", Pole; }
    culprits! { |[x]| x.powi(-2), [0.0] => "powi", Pole; }
    culprits! { |[x]| x.exp(), [1000.0] => "exp", Overflow; }
    culprits! { |[x]| x.exp(), [100.0_f32] => "exp", Overflow; }
    culprits! { |[x]| x * x, [1e200] => "*", Overflow; }
    culprits! { |[x]| x + x, [1.7e308] => "+", Overflow; }
    culprits! { |[x]| 1.0 / x, [1e-310] => "/", Overflow; }
    culprits! { |[x]| 1.0 / x, [1e-200] => "/", Overflow; }
    culprits! { |[x]| x.sqrt(), [-1.0] => "sqrt", Domain; }
    culprits! { |[x]| x.ln(), [-1.0] => "ln", Domain; }
    culprits! { |[x]| x.acos(), [1.1] => "acos", Domain; }
    culprits! { |[x]| x.powf(0.5), [-2.0] => "powf", Domain; }
    culprits! { |[x]| x % 0.0, [1.0] => "%", Domain; }
    culprits! { |[x]| x.sqrt(), [0.0] => "sqrt", VerticalTangent; }
    culprits! { |[x]| x.cbrt(), [0.0] => "cbrt", VerticalTangent; }
    culprits! { |[x]| x.acos(), [1.0] => "acos", VerticalTangent; }
    culprits! { |[x]| x.powf(0.5), [0.0] => "powf", VerticalTangent; }
    culprits! { |[x, y]| x.pow(y), [-2.0, 3.0] => "pow", NoDerivative; }
    culprits! { |[x, y]| y.atan2(x), [0.0, 0.0] => "atan2", NoDerivative; }
    culprits! { |[x]| x + 1.0, [f64::NAN] => "input", Input; }
    culprits! { |[x, y]| x * y, [1.0, f64::INFINITY] => "input", Input; }
    culprits! { |[x]| x * f64::INFINITY, [2.0] => "constant", Constant; }
    culprits! { |[x]| f64::NAN - x, [2.0] => "constant", Constant; }
    // a zero argument, outside of the domain
    culprits! { |[x]| x.acosh(), [0.0] => "acosh", Domain; }
    // the slope −10³²⁰, not at the pole
    culprits! { |[x]| x.recip(), [1e-160] => "recip", Overflow; }
    // 0 as a product with 0, of differences and of what is left of them
    culprits! { |[x]| 1.0 / (x * 0.0), [1.0] => "/", Pole; }
    culprits! { |[x]| 1.0 / ((x - x) * 2.0), [1.0] => "/", Pole; }
    culprits! { |[x]| x.xlogy(x - 1.0), [1.0] => "xlogy", Pole; }
    culprits! { |[x]| x.compose(&[f64::INFINITY, 1.0]), [1.0] => "own rule", Pole; }
    culprits! { |[x]| x.compose(&[1.0, f64::INFINITY]), [1.0] => "own rule", VerticalTangent; }
    culprits! { |[x]| x.compose(&[f64::NAN, 1.0]), [1.0] => "own rule", Domain; }
}

/// What met what, whether or not another variable is there, whose derivatives are zero.
#[test]
#[rustfmt::skip]
fn infinities_that_turned_to_nan() {
    macro_rules! turned {
        (|$x:ident| $body:expr, $at:expr => $operation:literal, $cause:ident;) => {
            for found in [diagnose(|[$x]| $body, [$at]), diagnose(|[$x, y]| $body + y, [$at, 1.0])] {
                let then = found.then.unwrap();
                assert_eq!((then.operation, then.cause), ($operation, Cause::$cause), "{then}");
            }
        };
    }
    turned! { |x| x.exp() - x.exp(), 1e3 => "-", InfinitiesMet; }
    turned! { |x| x.exp() / (x.exp() + 1.0), 1e3 => "/", InfinitiesMet; }
    turned! { |x| x.exp() / x, 1e3 => "/", InfinitiesMet; }
    turned! { |x| x.exp() - f64::INFINITY, 1e3 => "-", InfinitiesMet; }
    turned! { |x| (1.0 / x).sin(), 0.0_f64 => "sin", InfinitiesMet; }
    turned! { |x| (1.0 / x).recip(), 0.0_f64 => "recip", InfinityMetZero; }
    turned! { |x| x * (1.0 / x), 0.0_f64 => "*", InfinityMetZero; }
    turned! { |x| x / x.exp(), 1e3 => "/", InfinityMetZero; }
    turned! { |x| x.sqrt() * 0.0, 0.0 => "*", InfinityMetZero; }
    turned! { |x| x.sqrt() * x.sqrt(), 0.0 => "*", InfinityMetZero; }
    // of the second derivative, terms met, though the root is 0
    let found = diagnose_hessian(|[x]| x.sqrt() * (x + 1.0), [0.0]);
    assert_eq!(found.then.unwrap().cause, Cause::InfinitiesMet);
    let found = diagnose_hessian(|[x]| x.sqrt().exp(), [0.0]);
    assert_eq!(found.then.unwrap().cause, Cause::InfinitiesMet);
}

/// 0ʸ as a function of y: its slopes by the constant 0 are infinite, and nobody's.
#[test]
fn slopes_by_constants_are_nobodys() {
    for y in [0.5, 1.0, 1.5] {
        nothing(&diagnose(|[y]| Traced::constant(0.0).pow(y), [y]));
        nothing(&diagnose_hessian(|[y]| Traced::constant(0.0).pow(y), [y]));
    }
    let overflow = diagnose_hessian(|[x]| (x * 1e200).powi(2), [0.0]);
    assert_eq!(overflow.first.unwrap().cause, Cause::Overflow);
}

/// The first of two zeros that were kept.
#[test]
fn the_earliest_zero_that_was_kept() {
    let found = diagnose(
        |[x]| {
            let root = (x * x).sqrt(); // @kept first
            root.sqrt()
        },
        [0.0],
    );
    assert_culprit(&found.kept, "sqrt", at("kept first"), Cause::ZeroKept);
}

#[test]
fn an_infinity_that_met_a_zero_is_told_from_a_genuine_one() {
    let found = diagnose(
        |[x]| {
            let root = x.sqrt(); // @root
            root * 0.0 // @times zero
        },
        [0.0],
    );
    assert_culprit(&found.first, "sqrt", at("root"), Cause::VerticalTangent);
    assert_culprit(&found.then, "*", at("times zero"), Cause::InfinityMetZero);
    let genuine = diagnose(|[x]| x.sqrt() * 2.0, [0.0]);
    assert!(genuine.first.is_some() && genuine.then.is_none(), "{genuine}");

    let found = diagnose(|[x]| x * (1.0 / x), [0.0]);
    assert_culprit(&found.first, "/", line!() - 1, Cause::Pole);
    assert_culprit(&found.then, "*", line!() - 2, Cause::InfinityMetZero);
    let found = diagnose(|[x]| x * 0.0 * f64::INFINITY, [1.0]);
    assert_culprit(&found.first, "constant", line!() - 1, Cause::Constant);
    assert_culprit(&found.then, "*", line!() - 2, Cause::InfinityMetZero);
    let found = diagnose(|[x]| x.exp() - x.exp(), [1000.0]);
    assert_culprit(&found.first, "exp", line!() - 1, Cause::Overflow);
    assert_culprit(&found.then, "-", line!() - 2, Cause::InfinitiesMet);
    let found = diagnose(|[x]| (1.0 / x).sin(), [0.0_f64]);
    assert_culprit(&found.then, "sin", line!() - 1, Cause::InfinitiesMet);
}

#[test]
fn a_zero_that_was_kept_is_noted_where_something_moves() {
    let found = diagnose(|[x]| (x * x).sqrt(), [0.0]);
    assert!(found.first.is_none(), "{found}");
    assert_culprit(&found.kept, "sqrt", line!() - 2, Cause::ZeroKept);
    // to second order the infinity is seen
    let found = diagnose_hessian(|[x]| (x * x).sqrt(), [0.0]);
    assert_culprit(&found.first, "sqrt", line!() - 1, Cause::VerticalTangent);
    // a constant's zero is nobody's
    nothing(&diagnose(|[x]| x + (x * x - x * x).floor().sqrt(), [1.0]));
    nothing(&diagnose(|[x]| x.clamp(0.0, 1.0).sqrt(), [-1.0]));
    nothing(&diagnose(|[x]| x.powi(2).powf(2.0), [0.0]));
    nothing(&diagnose(|[x]| x.max(Traced::constant(0.0)).sqrt() + x, [-1.0]));
}

function! {
    fn nested([x, y]) {
        let mut sum = x * 0.0;
        for i in 0..3 {
            let z = x - [0.0, 1.0, 2.0][i];
            sum += (z * y).exp()
                + z.ln(); // @logarithm in a loop
        }
        if y > 0.5 { sum / y } else { sum }
    }
    fn branches([x]) { let bad = x.recip(); if x == 0.0 { x * x } else { bad * x } }
}

fn generic<T: Scalar>(x: T) -> T {
    let a = x.cos() - 1.0;
    a.sqrt() + Number::exp(x) // @root in a generic function
}

fn compared<T: Ordered>(x: T) -> T {
    let mut y = x;
    while y > 1.0 {
        y = y / 2.0;
    }
    let zero = y * 0.0;
    zero.recip() // @reciprocal behind a loop
}

#[test]
fn generic_bodies_report_their_own_lines() {
    // the third turn of the loop takes the logarithm of 0
    let found = diagnose(|x| nested.call(x), [2.0, 1.0]);
    assert_culprit(&found.first, "ln", at("logarithm in a loop"), Cause::Pole);
    let found = diagnose(|[x]| generic(x), [1.0]);
    assert_culprit(&found.first, "sqrt", at("root in a generic function"), Cause::Domain);
    let found = diagnose(|[x]| compared(x), [40.0]);
    assert_culprit(&found.first, "recip", at("reciprocal behind a loop"), Cause::Pole);
    // the branch that is not used
    nothing(&diagnose(|x| branches.call(x), [0.0]));
}

#[test]
fn sums_and_folds() {
    #[rustfmt::skip]
    let found = diagnose(|x: [_; 3]| x.iter().map(|x| x.ln()).sum::<Traced<_>>(), [1.0, 0.0, -1.0]);
    assert_culprit(&found.first, "ln", line!() - 1, Cause::Pole);
    // the addition itself stands in the standard library
    let found = diagnose(
        |x: [Traced<_>; 2]| {
            let y = x.map(|x| x * 1.0); // @before the sum
            y.iter().sum::<Traced<_>>()
        },
        [1.7e308, 1.7e308],
    );
    let first = found.first.unwrap();
    assert_eq!((first.operation, first.cause, first.line), ("+", Cause::Overflow, at("before the sum")));
    assert_eq!((first.file, first.exact), (file!(), false));
    let found = diagnose(|[x, y]| [x, y].into_iter().fold(x, |a, b| a * b), [1e200, 1.0]);
    assert_culprit(&found.first, "*", line!() - 1, Cause::Overflow);
}

/// A sum of negative zeros is one, as of plain floats; a number is finite if its slopes are.
#[test]
fn signs_of_zeros_and_infinite_slopes() {
    diagnose(
        |[x]| {
            let sum: Traced<_> = [x, x].into_iter().sum();
            assert_eq!(sum.value().to_bits(), [-0.0_f64; 2].into_iter().sum::<f64>().to_bits());
            let root = x.sqrt();
            assert!(root.is_finite() && !Number::all_finite(root) && Number::all_finite(x));
            x
        },
        [-0.0_f64],
    );
}

#[test]
fn the_result_decides() {
    // the earlier infinity does not reach the result
    let found = diagnose(
        |[x]| {
            let unused = x.ln();
            let zero = (unused + 1.0).exp() * 0.0;
            let used = (x - 1.0).sqrt(); // @used
            (used, [zero * 0.0 + x][0]).0
        },
        [0.0],
    );
    assert_culprit(&found.first, "sqrt", at("used"), Cause::Domain);
    nothing(&diagnose(|[x]| (x.recip().recip() - 0.0) * 0.0 + x.min(x.recip()), [2.0]));
    // several results: the earliest culprit of all
    let found = diagnose(|[x, y]| vec![x.sqrt(), y.ln()], [1.0, 0.0]);
    assert_culprit(&found.first, "ln", line!() - 1, Cause::Pole);
    // an infinite start of a search is none
    nothing(&diagnose(|x: [_; 2]| x.into_iter().fold(Traced::constant(f64::INFINITY), |a, b| a.min(b)), [2.0, 1.0]));
}

custom_rule! { fn own_root([x]) { x.sqrt() } gradient { [own_root.apply([x]).recip() * 0.5] } }

#[test]
fn own_rules_are_reported_near_their_call() {
    let found = diagnose(|[x]| own_root.apply([x * 1.0]), [0.0]);
    let first = found.first.unwrap();
    assert_eq!((first.operation, first.line, first.exact), ("own rule", line!() - 2, false), "{first}");
    assert_eq!(first.cause, Cause::VerticalTangent);
}

#[test]
fn findings_are_readable() {
    let line = line!() + 1;
    let found = diagnose(|[x, y]| (x * y).sqrt() * 0.0, [0.0, 3.0]);
    let text = format!(
        "first: `sqrt` at {0}:{line}:43: a vertical tangent: the derivative is infinite here\n    \
         sqrt(0 [3, 0]ε) = 0 [inf, 0]ε\n\
         then:  `*` at {0}:{line}:35: the infinity met a zero: 0·∞ is NaN\n    \
         (0 [inf, 0]ε) * (0) = 0 [NaN, 0]ε",
        file!()
    );
    assert_eq!(found.to_string(), text);
    let found = diagnose_hessian(|[x]| x.exp(), [1000.0]);
    assert!(found.to_string().ends_with("exp(1000 [1]ε [[0]]ε²) = inf [inf]ε [[inf]]ε²"), "{found}");
    let found = diagnose_hessian(|[x, y]| (x * y).exp(), [1000.0, 1.0]).to_string();
    assert!(found.contains("exp(1000 [1, 1000]ε [[0], [1, 0]]ε²) = inf"), "{found}");
    // the digit that is outside of the domain
    let found = diagnose(|[x]| (x * 1.0000000000000002).acos(), [1.0]);
    assert!(found.to_string().contains("acos(1.0000000000000002 [1.0000000000000002]ε) = NaN"), "{found}");
    let found = diagnose(|[x]| (x - 1.0).atanh(), [2.0000002_f32]);
    assert!(found.to_string().contains("atanh(1.000000238418579 [1]ε) = NaN"), "{found}");
    let found = diagnose(|[x]| (x / 3.0 - 1.0).sqrt(), [2.0]);
    assert!(found.to_string().contains("sqrt(-0.333333 [0.333333]ε) = NaN"), "{found}");
}

/// Each cause in its words, and operations of three numbers.
#[test]
fn causes_are_said_in_words() {
    let says = |found: Diagnosis, text: &str| assert!(found.to_string().contains(text), "{found}");
    says(diagnose(|[x]| x + 1.0, [f64::NAN]), "the input is not finite\n    NaN [1]ε");
    says(diagnose(|[x]| x * f64::INFINITY, [1.0]), "the constant is not finite\n    inf");
    says(diagnose(|[x]| (x * x).recip(), [1e-200]), "underflow before");
    says(diagnose(|[x]| x / x, [0.0]), "0/0 has no value\n    (0 [1]ε) / (0 [1]ε) = NaN");
    says(
        diagnose(|[x, y]| x.atan2(y), [0.0; 2]),
        "there is no derivative here\n    atan2(0 [1, 0]ε; 0 [0, 1]ε) = 0 [NaN, NaN]ε",
    );
    says(diagnose(|[x]| (x * x).sqrt(), [0.0]), "note:  `sqrt`");
    says(diagnose(|[x]| x.exp() - x.exp(), [1e3]), "∞ − ∞, ∞/∞ or no limit at ∞: NaN");
    says(diagnose(|[x, y]| x.mul_add(y, 2.0), [1e200; 2]), "mul_add(1e200 [1, 0]ε; 1e200 [0, 1]ε; 2) = inf");
    // of very many derivatives, some
    let found = diagnose(|x| x.iter().sum::<Traced<_>>().ln(), &vec![0.0; 30]);
    says(found, "ln(0 {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, … 22 more}ε) = -inf {0: inf, 1: inf");
    // eight in full, and of nine the infinite ones first
    let found = diagnose(|x| x[..8].iter().sum::<Traced<_>>().ln(), &vec![0.0; 30]);
    says(found, "ln(0 {0: 1, 1: 1, 2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1}ε) = -inf");
    let found = diagnose(|x| x.iter().sum::<Traced<_>>().ln(), &vec![0.0; 8]);
    says(found, "ln(0 [1, 1, 1, 1, 1, 1, 1, 1]ε) = -inf");
    let mut x = vec![1.0; 9];
    (x[0], x[1]) = (1e-150, 1e-50);
    let found = diagnose(|x| (x[0] * 1e200) * (x[1] * 1e200), &x);
    says(found, "(1e50 {0: 1e200}ε) * (1e150 {1: 1e200}ε) = 1.0000e200 {0: inf, 1: 1.0000e250}ε");
    let found = diagnose(|x| (x[1] * 1e200) * (x[0] * 1e200), &x);
    says(found, "= 1.0000e200 {0: inf, 1: 1.0000e250}ε");
    x.swap(0, 1);
    let found = diagnose(|x| (x[0] * 1e200) * (x[1] * 1e200), &x);
    says(found, "= 1.0000e200 {1: inf, 0: 1.0000e250}ε");
    let found = diagnose(|x| (x[0] * x[1]).exp(), &[1e3; 10]);
    says(found, "exp(1000000 {0: 1000, 1: 1000}ε) = inf {0: inf, 1: inf}ε");
}

/// Results in pairs are looked at one by one; a function that does something else in each call harms nothing.
#[test]
fn results_in_pairs_and_functions_that_change() {
    let found = diagnose(|[x, y]| (x * 2.0, [y.ln(), x]), [1.0, 0.0]);
    assert_culprit(&found.first, "ln", line!() - 1, Cause::Pole);
    let mut calls = 0;
    let found = diagnose(
        |x| {
            calls += 1;
            if calls % 2 == 1 { x[0].ln() } else { (x[1] * x[2]).mul_add(x[0], 1.0) }
        },
        &[0.0; 12],
    );
    assert_eq!((found.first.unwrap().operation, calls), ("ln", 4));
    // the derivatives of another operation are not taken for its own
    let found = diagnose(
        |x| {
            calls += 1;
            if calls % 2 == 1 { x[0].ln() } else { x[9].sqrt() }
        },
        &[0.0; 12],
    );
    let first = found.first.unwrap();
    assert_eq!((first.operation, first.operands[0].first[0], first.operands[0].first[9]), ("ln", 1.0, 0.0));
}

/// One call for each eight variables, and another where there is something to find.
#[test]
fn a_function_is_called_as_often_as_is_said() {
    for (n, to_first, to_second) in
        [(0, 1, 1), (1, 1, 1), (8, 1, 1), (9, 2, 3), (12, 2, 3), (13, 2, 6), (16, 2, 6), (17, 3, 10)]
    {
        for healthy in [true, false] {
            let point = vec![if healthy { 1.0 } else { 0.0 }; n];
            let again = |calls| if healthy || n == 0 || calls == 1 { calls } else { 2 * calls };
            let mut calls = 0;
            diagnose(|x| (calls += 1, x.iter().copied().product::<Traced<_>>().ln()).1, &point);
            assert_eq!(calls, again(to_first), "{n} variables");
            calls = 0;
            diagnose_hessian(|x| (calls += 1, x.iter().copied().product::<Traced<_>>().ln()).1, &point);
            assert_eq!(calls, again(to_second), "{n} variables, to second order");
        }
    }
}

#[test]
fn one_diagnosis_within_another() {
    let outer = diagnose(
        |[x]| {
            let inner = diagnose(|[y]| y.ln(), [x.value()]);
            assert_eq!(inner.first.unwrap().operation, "ln");
            x.recip() // @outer
        },
        [0.0],
    );
    assert_culprit(&outer.first, "recip", at("outer"), Cause::Pole);
    // what was found before the inner one is still known after it
    let outer = diagnose(
        |[x]| {
            let y = x.recip(); // @before the inner
            assert!(!diagnose(|[y]| y.ln(), [0.0]).is_healthy());
            y
        },
        [0.0],
    );
    assert_culprit(&outer.first, "recip", at("before the inner"), Cause::Pole);
    // after a panic within, the next starts anew
    let panicked =
        std::panic::catch_unwind(|| diagnose(|[x]: [Traced<_>; 1]| if x == 0.0 { panic!("stop") } else { x }, [0.0]));
    assert!(panicked.is_err());
    nothing(&diagnose(|[x]| x, [0.0]));
}

proptest! {
    #[test]
    fn finds_something_exactly_where_the_gradient_is_not_finite(x in -2.0..2.0f64, y in -2.0..2.0f64, a in 0..4u8, i in 0..12_usize, j in 0..12_usize) {
        fn f<T: Ordered>([x, y]: [T; 2], a: u8) -> T {
            let t = match a { 0 => x.ln() * y, 1 => (x * y).acos(), 2 => x.pow(y), _ => (x + y).sqrt() / (x - x.round()) };
            if x > y { t } else { t.sin() + x }
        }
        let g = gradient(|x: [Dual<f64, 2>; 2]| f(x, a), [x, y]);
        let found = diagnose(|x| f(x, a), [x, y]);
        let finite = g.iter().all(|g| g.is_finite());
        prop_assert_eq!(found.first.is_none(), finite, "{:?} {}", g, found);
        // the same among many variables
        let mut many = vec![0.5; 12];
        (many[i], many[j]) = (x, y);
        let found_there = diagnose(|x| f([x[i], x[j]], a) + x[11], &many);
        let g = gradient(|x| f([x[i], x[j]], a) + x[11], &many);
        prop_assert_eq!(found_there.first.is_none(), g.iter().all(|g| g.is_finite()), "{:?} {}", g, found_there);
        if i != j {
            let names = |found: &Diagnosis| [&found.first, &found.then, &found.kept].map(|f| f.as_ref().map(|f| (f.operation, f.cause)));
            prop_assert_eq!(names(&found_there), names(&found));
        }
    }
}

/// A function of n variables whose slope is infinite or NaN in some.
fn long<T: Ordered>(x: &[T]) -> T {
    let gaps = x.windows(2).map(|x| (x[1] - x[0]).abs());
    gaps.map(|gap| gap.sqrt()).sum() // @root of a gap
}

fn spaced(n: u32) -> Vec<f64> {
    let mut x: Vec<f64> = (0..n).map(f64::from).collect();
    x[n as usize - 5] = x[n as usize - 6];
    x
}

/// The derivatives of a finding are those of all variables, with the digits of the drivers.
#[test]
fn many_variables_as_a_slice_and_as_an_array() {
    for n in [9, 200, 600] {
        let x = spaced(n);
        let found = diagnose(long, &x);
        assert_culprit(&found.first, "sqrt", at("root of a gap"), Cause::VerticalTangent);
        let [a, b] = [n as usize - 6, n as usize - 5];
        let first = found.first.unwrap();
        let mut slopes = vec![0.0; x.len()];
        (slopes[a], slopes[b]) = (-f64::INFINITY, f64::INFINITY);
        assert_eq!((&first.result.first, first.result.second.len()), (&slopes, 0));
        (slopes[a], slopes[b]) = (-1.0, 1.0);
        assert_eq!(first.operands[0].first, slopes);
        // the two infinities stand in different places: nothing met
        assert!(found.then.is_none() && found.kept.is_none());
        nothing(&diagnose(|x| long(&x[..a.min(300)]), &x[..a.min(300)]));
    }
    let x: [f64; 200] = spaced(200).try_into().unwrap();
    let [by_array, by_reference] = [diagnose(|x| long(&x), x), diagnose(long, &x)];
    assert_eq!(by_array, by_reference);
    assert!(by_array.to_string().ends_with("sqrt(0 {194: -1, 195: 1}ε) = 0 {194: -inf, 195: inf}ε"), "{by_array}");
    let x: [f64; 2000] = spaced(2000).try_into().unwrap();
    assert!(!diagnose(|x| long(&x[1990..]), x).is_healthy());
}

/// What a chunk of variables does not see is not taken for a constant.
#[test]
fn what_moves_in_another_call() {
    let x = vec![0.0; 20];
    // the slope that is infinite is multiplied by nothing
    nothing(&diagnose(|x| x[0].sqrt().floor() + x[19], &x));
    nothing(&diagnose(|x| x[0].sqrt().max(x[1] + 1.0) + x[19], &x));
    let found = diagnose(|x| (x[0] * x[0]).sqrt() + x[19], &x);
    assert!(found.first.is_none());
    assert_culprit(&found.kept, "sqrt", line!() - 2, Cause::ZeroKept);
    // the earliest of all, though the first chunk finds a later one
    let found = diagnose(|x| (x[12] + 0.0).cbrt() - x[3].sqrt(), &x);
    assert_culprit(&found.first, "cbrt", line!() - 1, Cause::VerticalTangent);
    assert!(found.then.is_none(), "{found}");
    let found = diagnose(|x| x[12].sqrt() * x[3], &x);
    assert_culprit(&found.then, "*", line!() - 1, Cause::InfinityMetZero);
    // derivatives by variables of two chunks at once
    let point: Vec<f64> = (0..20).map(|i| f64::from(i % 3)).collect();
    let found = diagnose(|x| (x.iter().map(|x| *x * *x).sum::<Traced<_>>() - 31.0).sqrt(), &point);
    let first = found.first.unwrap();
    assert_eq!((first.operation, first.operands[0].value), ("sqrt", 0.0));
    assert_eq!(first.operands[0].first, point.iter().map(|x| 2.0 * x).collect::<Vec<_>>());
}

#[cfg(feature = "nalgebra")]
#[test]
fn nalgebras_vectors() {
    use nalgebra::{SVector, dvector, vector};
    let found = diagnose(|x: SVector<_, 2>| vector![x[0].ln(), x[1] * x[0]], vector![0.0, 1.0]);
    assert_culprit(&found.first, "ln", line!() - 1, Cause::Pole);
    let found = diagnose(|x| x.map(|x| x.ln()), &dvector![1.0, 2.0, 0.0]);
    assert_culprit(&found.first, "ln", line!() - 1, Cause::Pole);
}

#[test]
fn second_derivatives_of_many_variables() {
    // ∂²f/∂x₁∂x₁₇ is infinite: the variables of two blocks must move together
    let mut x = vec![1.0; 20];
    x[17] = -1.0;
    let found = diagnose_hessian(|x| (x[1] + x[17]).powf(1.5) * x[3], &x);
    assert_culprit(&found.first, "powf", line!() - 1, Cause::VerticalTangent);
    let first = found.first.unwrap();
    for i in 0..20 {
        for j in 0..20 {
            let steep = [1, 17].contains(&i) && [1, 17].contains(&j);
            assert_eq!(first.result.second[20 * i + j], if steep { f64::INFINITY } else { 0.0 }, "{i}, {j}");
        }
    }
    assert!(first.to_string().ends_with("= 0 {(1, 1): inf, (17, 1): inf, (17, 17): inf}ε²"), "{first}");
    nothing(&diagnose(|x| (x[1] + x[17]).powf(1.5) * x[3], &x));
    x[17] = 1.0;
    nothing(&diagnose_hessian(|x| (x[1] + x[17]).powf(1.5) * x[3], &x));
}

/// Infinities that are divided met no zero, and a zero that is one by underflow makes no pole.
#[test]
fn infinities_and_underflow_are_told_from_zeros_and_poles() {
    let found = diagnose(|[x]| x.exp() / (x.exp() + 1.0), [800.0]);
    assert_eq!(found.then.unwrap().cause, Cause::InfinitiesMet);
    let cause = |found: autodiff::Diagnosis| found.first.unwrap().cause;
    assert_eq!(cause(diagnose(|[x]| 1.0 / (x * x), [1e-200])), Cause::Underflow);
    assert_eq!(cause(diagnose(|[x]| 1.0 / (x * x), [0.0])), Cause::Pole);
    assert_eq!(cause(diagnose(|[x]| ((-x).exp() * 3.0).ln(), [800.0])), Cause::Underflow);
    assert_eq!(cause(diagnose(|[x]| (x * x).sqrt(), [1e-200])), Cause::Underflow);
    assert_eq!(cause(diagnose(|[x]| (x - 1.0).recip(), [1.0])), Cause::Pole);
}
