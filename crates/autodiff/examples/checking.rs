// Are my derivatives right? Every entry to the third order, against differences and other number types.

use autodiff::{CustomRule, Verdict, check_closure, check_derivatives, custom_rule, function};

function! {
    fn potential([x, y]) { (x * x + y * 2.0).ln() + (x * y).tanh() }
    fn kinked([x]) { x.abs() + x }
}

custom_rule! {
    // the slope of √(1 + x²) is x/√(1 + x²): the root was forgotten
    fn wrong([x]) { (1.0 + x * x).sqrt() } gradient { [x / (x * x + 1.0)] }
}

fn main() {
    let report = check_derivatives(&potential, [0.7, 1.2]);
    println!("all right: {}, entries: {}", report.is_ok(), report.entries.len());

    // `println!("{report}")` prints the whole table
    let report = check_derivatives(&kinked, [0.0]);
    println!("at a kink: {}", report.entries[0].verdict);

    let report = check_closure(|[x, y]| wrong.apply([x * y]) + y.exp(), [1.5_f64, 0.5]);
    println!("with a wrong rule, all right: {}", report.is_ok());
    for entry in report.entries.iter().filter(|entry| entry.verdict == Verdict::Differs) {
        println!("by {:?}: {:.6} should be {:.6}", entry.variables, entry.found, entry.expected);
    }
}
