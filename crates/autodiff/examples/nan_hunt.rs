// Which operation made my gradient NaN?

use autodiff::{Diagnosis, Scalar, diagnose, diagnose_hessian, gradient};

/// The energy between two charges on a line, softened: the slope of the square root is infinite at 0.
fn energy<T: Scalar>([x, y]: [T; 2]) -> T {
    let gap = x - y;
    let softened = (gap * gap * gap).sqrt();
    let weight = softened / (x + y);
    weight * gap * 0.5
}

/// Prints what was found; `println!("{found}")` does it with the file and the numbers.
fn report(found: &Diagnosis) {
    for (name, finding) in [("first", &found.first), ("then", &found.then), ("note", &found.kept)] {
        if let Some(finding) = finding {
            println!("  {name}: `{}` in line {}: {}", finding.operation, finding.line, finding.cause);
        }
    }
    if found.is_healthy() {
        println!("  {found}");
    }
}

fn main() {
    println!("at (1, 0): {:?}", gradient(energy, [1.0, 0.0]));
    report(&diagnose(energy, [1.0, 0.0]));
    println!("at (1, −1): {:?}", gradient(energy, [1.0, -1.0]));
    report(&diagnose(energy, [1.0, -1.0]));
    println!("at (0, 1): {:?}", gradient(energy, [0.0, 1.0]));
    report(&diagnose(energy, [0.0, 1.0]));
    println!("at (1, 1): {:?}", gradient(energy, [1.0, 1.0]));
    report(&diagnose(energy, [1.0, 1.0]));
    println!("at (1, 1), second derivatives:");
    report(&diagnose_hessian(|[x, y]| ((x - y) * (x + y)).sqrt() * 0.0, [1.0, 1.0]));
}
