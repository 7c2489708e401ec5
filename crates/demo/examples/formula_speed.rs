//! How much longer a typed formula takes than the same compiled closure, on `Dual<f64, 8>`:
//! `cargo run --release -p demo --example formula_speed`.

use std::hint::black_box;
use std::time::Instant;

use autodiff::Dual;
use demo::expression::{Formula, Variables, parse};

type Number = Dual<f64, 8>;

/// Nanoseconds a call, the least of many rounds.
fn time(mut f: impl FnMut() -> Number) -> f64 {
    const CALLS: u32 = 2000;
    let round = |_| {
        let begin = Instant::now();
        for _ in 0..CALLS {
            black_box(f());
        }
        begin.elapsed().as_nanos() as f64 / f64::from(CALLS)
    };
    (0..200).map(round).fold(f64::INFINITY, f64::min)
}

fn compare(name: &str, formula: &Formula, closure: impl Fn(&[Number; 8]) -> Number) {
    let x: [Number; 8] = Dual::variables(std::array::from_fn(|i| 0.3 + 0.17 * i as f64));
    assert_eq!(formula.evaluate(&x).eps, closure(&x).eps, "{name}");
    let (typed, compiled) = (time(|| formula.evaluate(black_box(&x))), time(|| closure(black_box(&x))));
    println!("{name:12} formula {typed:7.1} ns, closure {compiled:7.1} ns, ratio {:.2}", typed / compiled);
}

/// A formula as text and as Rust, the same tokens.
macro_rules! both {
    ($name:literal, $x:ident, $text:expr, $rust:expr) => {
        compare($name, &parse($text, Variables::x(8)).unwrap_or_else(|error| panic!("{error}"))[0], |$x| $rust);
    };
}

fn main() {
    both!(
        "polynomial",
        x,
        "(1 - x0)^2 + 100*(x1 - x0^2)^2 + (1 - x2)^2 + 100*(x3 - x2^2)^2 + (1 - x4)^2 + 100*(x5 - x4^2)^2 + \
         (1 - x6)^2 + 100*(x7 - x6^2)^2 + x0*x1*x2 + x3*x4*x5 + x6*x7 - x0/4 + x1*x3 - x2*x4 + x5*x7*3 + x0*x7",
        (1.0 - x[0]).powi(2)
            + (x[1] - x[0].powi(2)).powi(2) * 100.0
            + (1.0 - x[2]).powi(2)
            + (x[3] - x[2].powi(2)).powi(2) * 100.0
            + (1.0 - x[4]).powi(2)
            + (x[5] - x[4].powi(2)).powi(2) * 100.0
            + (1.0 - x[6]).powi(2)
            + (x[7] - x[6].powi(2)).powi(2) * 100.0
            + x[0] * x[1] * x[2]
            + x[3] * x[4] * x[5]
            + x[6] * x[7]
            - x[0] / 4.0
            + x[1] * x[3]
            - x[2] * x[4]
            + x[5] * x[7] * 3.0
            + x[0] * x[7]
    );
    both!(
        "mixed",
        x,
        "sin(x0*x1) + exp(-x2/2) * ln(x3 + 1) + sqrt(x4^2 + x5^2) - tanh(x6 - x7) / (1 + x0^2) + x1*x2 - x3*x4 + \
         x5*x6*x7 + cos(x0 + x1) * x2 - x3/(x4 + 2) + (x5 - x6)^2 + (x7 - 1)^2 + 2*x0*x2 + x1*x4*x6 - x3*x5*x7 + \
         (x0 + x1 + x2 + x3)^2 + x4 - x5 + x6 - x7 + 0.5*x0 + 1.5*x1",
        (x[0] * x[1]).sin() + (-x[2] / 2.0).exp() * (x[3] + 1.0).ln() + (x[4].powi(2) + x[5].powi(2)).sqrt()
            - (x[6] - x[7]).tanh() / (x[0].powi(2) + 1.0)
            + x[1] * x[2]
            - x[3] * x[4]
            + x[5] * x[6] * x[7]
            + (x[0] + x[1]).cos() * x[2]
            - x[3] / (x[4] + 2.0)
            + (x[5] - x[6]).powi(2)
            + (x[7] - 1.0).powi(2)
            + x[0] * 2.0 * x[2]
            + x[1] * x[4] * x[6]
            - x[3] * x[5] * x[7]
            + (x[0] + x[1] + x[2] + x[3]).powi(2)
            + x[4]
            - x[5]
            + x[6]
            - x[7]
            + x[0] * 0.5
            + x[1] * 1.5
    );
    let text: Vec<String> = (0..50).map(|i| format!("x{}", i % 8)).collect();
    let sum = &parse(&text.join(" + "), Variables::x(8)).unwrap_or_else(|error| panic!("{error}"))[0];
    compare("sum", sum, |x| (1..50).fold(x[0], |sum, i| sum + x[i % 8]));
}
