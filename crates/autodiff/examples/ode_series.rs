// The power series of the solution of a differential equation, and steps along it.

use autodiff::Taylor;

/// The order of the series.
const K: usize = 16;
type Series = Taylor<f64, K>;

/// y' = f(y) = y (1 − y), the logistic equation.
fn f(y: Series) -> Series {
    y * (1.0 - y)
}

/// The series of the solution through y₀: y_{k+1} = f(y)_k / (k + 1), a coefficient a turn.
fn solution(start: f64) -> Series {
    let mut y = Series::constant(start);
    for k in 0..K {
        let slope = f(y);
        let coefficient = if k == 0 { slope.re } else { slope.coefficients[k - 1] };
        y.coefficients[k] = coefficient / (k + 1) as f64;
    }
    y
}

/// y(h), by Horner's rule.
fn step(start: f64, h: f64) -> f64 {
    let series = solution(start);
    start + h * series.coefficients.iter().rev().fold(0.0, |sum, c| sum * h + c)
}

fn main() {
    let y = solution(0.5);
    println!("coefficients: {:.8?}", &y.coefficients[..5]);
    // 1/(1 + e^−t) from t = 0
    let (mut t, mut y) = (0.0_f64, 0.5);
    for _ in 0..5 {
        y = step(y, 1.0);
        t += 1.0;
        let exact = 1.0 / (1.0 + (-t).exp());
        println!("t = {t}: {y:.12}, error {}", if (y - exact).abs() < 1e-8 { "below 1e-8" } else { "large" });
    }
}
