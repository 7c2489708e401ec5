//! The error functions: erf⁽ⁿ⁾(x) = 2/√π (−1)ⁿ⁻¹ Hₙ₋₁(x) exp(−x²) with Hermite's polynomials (DLMF 7.10.1, 18.9.1).

use core::f64::consts::FRAC_2_SQRT_PI;

use super::{Derivatives, alternating, exact_product};

pub(super) fn erf(x: f64, order: usize) -> Derivatives {
    with_slopes(libm::erf(x), x, order, 1.0)
}

pub(super) fn erfc(x: f64, order: usize) -> Derivatives {
    with_slopes(libm::erfc(x), x, order, -1.0)
}

fn with_slopes(value: f64, x: f64, order: usize, sign: f64) -> Derivatives {
    let mut d = [0.0; _];
    d[0] = value;
    // exp(−1600) · H₂₃(40) is far below the smallest number
    if x.abs() > 40.0 {
        return d;
    }
    let (square, rest) = exact_product(x, x);
    // in two factors where the exponential alone would be subnormal
    let [e, f] = if square < 600.0 { [libm::exp(-square), 1.0] } else { [libm::exp(-0.5 * square); 2] };
    let factor = sign * FRAC_2_SQRT_PI * (1.0 - rest);
    // H₀ = 1, Hₙ₊₁ = 2 x Hₙ − 2 n Hₙ₋₁
    let (mut hermite, mut last) = (1.0, 0.0);
    for n in 1..=order {
        d[n] = alternating(n - 1) * factor * hermite * e * f;
        (hermite, last) = (2.0 * x * hermite - 2.0 * (n - 1) as f64 * last, hermite);
    }
    d
}
