//! Formulas at random, printed and read back.

use autodiff::{Dual, Float, HyperDual, Scalar};
use demo::expression::{Binary, Unary, Variables, parse};
use proptest::prelude::*;

/// A formula of two variables.
#[derive(Clone, Debug)]
enum Tree {
    Number(f64),
    Pi,
    Variable(usize),
    Negate(Box<Tree>),
    Infix(Box<Tree>, char, Box<Tree>),
    /// With a constant integer exponent.
    Powi(Box<Tree>, i32),
    /// With another constant exponent.
    Powf(Box<Tree>, f64),
    One(Unary, Box<Tree>),
    Two(Binary, Box<Tree>, Box<Tree>),
}

impl Tree {
    /// What it means: Rust's operators and methods.
    fn value<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T {
        let constant = |c: f64| T::constant(F::of(c));
        match self {
            Tree::Number(c) => constant(*c),
            Tree::Pi => constant(std::f64::consts::PI),
            Tree::Variable(i) => x[*i],
            Tree::Negate(a) => -a.value(x),
            Tree::Infix(a, operator, b) => {
                let (a, b) = (a.value(x), b.value(x));
                match operator {
                    '+' => a + b,
                    '-' => a - b,
                    '*' => a * b,
                    '/' => a / b,
                    _ => a.pow(b),
                }
            }
            Tree::Powi(a, n) => a.value(x).powi(*n),
            Tree::Powf(a, c) => a.value(x).powf(F::of(*c)),
            Tree::One(function, a) => {
                let a = a.value(x);
                match function {
                    Unary::sin => a.sin(),
                    Unary::exp => a.exp(),
                    Unary::tanh => a.tanh(),
                    Unary::ln => a.ln(),
                    Unary::recip => a.recip(),
                    Unary::floor => a.floor(),
                    _ => a.abs(),
                }
            }
            Tree::Two(function, a, b) => {
                let (a, b) = (a.value(x), b.value(x));
                match function {
                    Binary::min => a.min(b),
                    Binary::max => a.max(b),
                    Binary::hypot => a.hypot(b),
                    _ => a.atan2(b),
                }
            }
        }
    }

    /// How tight it binds: 1 sums, 2 products, 3 signs, 4 powers, 5 the rest.
    fn tightness(&self) -> u8 {
        match self {
            Tree::Infix(_, '+' | '-', _) => 1,
            Tree::Infix(_, '*' | '/', _) => 2,
            Tree::Negate(_) => 3,
            Tree::Infix(..) | Tree::Powi(..) | Tree::Powf(..) => 4,
            _ => 5,
        }
    }

    /// With parentheses where they are needed, around all operations if `wrap`.
    fn text(&self, wrap: bool) -> String {
        let part = |part: &Tree, least: u8| {
            let text = part.text(wrap);
            if part.tightness() < least || wrap && part.tightness() < 5 { format!("({text})") } else { text }
        };
        match self {
            Tree::Number(c) => format!("{c:?}"),
            Tree::Pi => "pi".to_owned(),
            Tree::Variable(i) => format!("x{i}"),
            Tree::Negate(a) => format!("-{}", part(a, 3)),
            Tree::Infix(a, operator @ ('+' | '-'), b) => format!("{} {operator} {}", part(a, 1), part(b, 2)),
            Tree::Infix(a, operator @ ('*' | '/'), b) => format!("{}{operator}{}", part(a, 2), part(b, 3)),
            Tree::Infix(a, operator, b) => format!("{}{operator}{}", part(a, 5), part(b, 3)),
            Tree::Powi(a, n) if wrap => format!("{}^({} + 1)", part(a, 5), n - 1),
            Tree::Powi(a, n) => format!("{}^{n}", part(a, 5)),
            Tree::Powf(a, c) => format!("{}**{c:?}", part(a, 5)),
            Tree::One(function, a) => format!("{function:?}({})", a.text(wrap)),
            Tree::Two(function, a, b) => format!("{function:?}({},{})", a.text(wrap), b.text(wrap)),
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        3 => (0..2_usize).prop_map(Tree::Variable),
        1 => prop_oneof![0.0..9.0, 1e-12..1e-3, 1e3..1e20].prop_map(Tree::Number),
        1 => (0..4_u8).prop_map(|n| Tree::Number(f64::from(n))),
        1 => Just(Tree::Pi),
    ];
    let one = prop::sample::select(vec![
        Unary::sin,
        Unary::exp,
        Unary::tanh,
        Unary::ln,
        Unary::recip,
        Unary::floor,
        Unary::abs,
    ]);
    let two = prop::sample::select(vec![Binary::min, Binary::max, Binary::hypot, Binary::atan2]);
    leaf.prop_recursive(7, 80, 2, move |inner| {
        let inner = inner.prop_map(Box::new);
        prop_oneof![
            4 => (inner.clone(), prop::sample::select(vec!['+', '-', '*', '/']), inner.clone())
                .prop_map(|(a, operator, b)| Tree::Infix(a, operator, b)),
            1 => inner.clone().prop_map(Tree::Negate),
            1 => (inner.clone(), -4..6_i32).prop_map(|(a, n)| Tree::Powi(a, n)),
            1 => (inner.clone(), prop_oneof![Just(0.5), Just(2.5), 0.001..0.999]).prop_map(|(a, c)| Tree::Powf(a, c)),
            // an exponent that moves
            1 => (inner.clone(), 0..2_usize).prop_map(|(a, i)| Tree::Infix(a, '^', Box::new(Tree::Variable(i)))),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| {
                Tree::Infix(a, '^', Box::new(Tree::Infix(Box::new(Tree::Variable(0)), '*', b)))
            }),
            1 => (one.clone(), inner.clone()).prop_map(|(function, a)| Tree::One(function, a)),
            1 => (two.clone(), inner.clone(), inner).prop_map(|(function, a, b)| Tree::Two(function, a, b)),
        ]
    })
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_printed_formula_reads_back_as_itself(tree in tree(), a in -3.0..3.0_f64, b in -3.0..3.0_f64, wrap: bool) {
        let text = tree.text(wrap);
        let formula = &parse(&text, Variables::x(2)).map_err(|error| TestCaseError::fail(error.to_string()))?[0];
        let expected = tree.value(&[a, b]);
        prop_assert!(same(formula.evaluate(&[a, b]), expected), "{text}");
        let mut stack = Vec::new();
        prop_assert!(same(formula.evaluate_on(&[a, b], &mut stack), expected), "{text}");
        let narrow = [a as f32, b as f32];
        prop_assert!(same(formula.evaluate(&narrow).into(), tree.value(&narrow).into()), "{text} in f32");
        prop_assert_eq!(formula.to_string(), text.clone());

        // derivatives too; the sign of a zero aside, which is another for a constant without and with derivatives
        let ours = formula.evaluate(&Dual::variables([a, b]));
        let rust: Dual<f64, 2> = tree.value(&Dual::variables([a, b]));
        prop_assert!(same(ours.re, expected), "{text}");
        for (ours, rust) in ours.eps.into_iter().zip(rust.eps) {
            prop_assert!(same(ours + 0.0, rust + 0.0), "{text}: {ours} {rust}");
        }
        prop_assert!(same(formula.evaluate(&HyperDual::variables([a, b])).value(), expected), "{text}");
        // what is not finite has a culprit
        let culprit = formula.first_not_finite(&[a, b]);
        prop_assert!(expected.is_finite() || culprit.is_some(), "{text}");
        if let Some(culprit) = culprit {
            prop_assert!(text[culprit.column - 1..].starts_with(culprit.text.trim_end_matches('…')), "{text}");
        }
    }

    #[test]
    fn no_text_panics(text in "[x0-2y+*/^()., a-z−ü_-]{0,40}") {
        if let Err(error) = parse(&text, Variables::x(2)) {
            prop_assert!(error.column <= text.chars().count() + 1);
            let _ = (error.to_string(), error.rendered());
        }
    }
}
