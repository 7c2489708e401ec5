//! The gamma function, its logarithm, and the polygamma functions.
//!
//! Derivatives are computed scaled: those of ψ as ρᵏ⁺¹ ψ⁽ᵏ⁾(x)/k!, where ρ is a power of two near the distance to the next
//! pole. So neither a factorial nor a power overflows on the way where the derivative itself fits.

use core::f64::consts::PI;

use super::{Derivatives, alternating, exact_product};
use crate::rules::MAX_ORDER;

/// The zero of ψ in two parts, and ψ(x)/(x − zero) on [1, 2] in Chebyshev polynomials of 2 x − 3 (`tests/special/digamma.py`).
const ZERO: [f64; 2] = [1.4616321449683622, 9.549995429965697e-17];
const DIGAMMA: [f64; 23] = [
    0.983570260441567,
    -0.2270640863346444,
    0.03336889902393011,
    -0.005320077271596548,
    0.0008788656937820505,
    -0.00014773492650606044,
    2.5060543468359146e-05,
    -4.2721034029993324e-06,
    7.302769272465923e-07,
    -1.2502886813559594e-07,
    2.1425009322359472e-08,
    -3.673295918565179e-09,
    6.299717236108931e-10,
    -1.080593028883266e-10,
    1.853735192053638e-11,
    -3.18023536582553e-12,
    5.456147570322795e-13,
    -9.360993131036438e-14,
    1.606064636295075e-14,
    -2.7555431377438815e-15,
    4.727736178601912e-16,
    -8.11148420346509e-17,
    1.391707769474154e-17,
];

/// Bernoulli's numbers B₂, B₄, …, B₂₄.
const BERNOULLI: [f64; 12] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
    43867.0 / 798.0,
    -174611.0 / 330.0,
    854513.0 / 138.0,
    -236364091.0 / 2730.0,
];

/// The derivatives of the cotangent: (π cot πx)⁽ᵏ⁾/k! = Σⱼ `COTANGENT[k][j]` vᵏ⁺¹⁻²ʲ u²ʲ with u = π and v = π cot πx.
/// From c' = −(1 + c²) for c = cot: the terms of a row have all one sign.
const COTANGENT: [[f64; 14]; MAX_ORDER + 2] = {
    let mut table = [[0.0; 14]; MAX_ORDER + 2];
    table[0][0] = 1.0;
    let mut k = 0;
    while k <= MAX_ORDER {
        let mut j = 0;
        while 2 * j < k + 1 {
            let slope = -table[k][j] * (k + 1 - 2 * j) as f64 / (k + 1) as f64;
            table[k + 1][j] += slope;
            table[k + 1][j + 1] += slope;
            j += 1;
        }
        k += 1;
    }
    table
};

/// Γ and its derivatives: Γ' = Γ ψ, so n aₙ = Σ aₖ bₙ₋₁₋ₖ for the scaled derivatives a of Γ and b of ψ.
pub(super) fn gamma(x: f64, order: usize) -> Derivatives {
    let value = libm::tgamma(x);
    let mut d = [value; _];
    if order == 0 || !x.is_finite() || x > 1.0 && value == f64::INFINITY {
        return d;
    }
    if is_negative_pole(x) {
        // (−1)ⁿ/(n! r) at a distance r from −n: of the derivatives those of odd order have the same sign on both sides
        let sign = if x % 2.0 == 0.0 { -1.0 } else { 1.0 };
        for (k, d) in d.iter_mut().enumerate().skip(1) {
            *d = if k.is_multiple_of(2) { f64::NAN } else { sign * f64::INFINITY };
        }
        return d;
    }
    let (start, exponent) = if x < -150.0 { far_left(x) } else { (value, 0) };
    let scale = scale_at(x).min(1.0);
    let (mut a, mut b) = ([0.0; MAX_ORDER + 1], [0.0; MAX_ORDER + 1]);
    a[0] = start;
    for n in 1..=order {
        b[n - 1] = scaled_polygamma(n - 1, x, scale);
        a[n] = (0..n).map(|k| a[k] * b[n - 1 - k]).sum::<f64>() / n as f64;
        let raised = (1..=n).fold(a[n], |f, i| f * (i as f64 / scale));
        d[n] = libm::scalbn(raised, -exponent);
    }
    d
}

pub(super) fn ln_gamma(x: f64, order: usize) -> Derivatives {
    let mut d = [libm::lgamma(x); _];
    for (k, d) in d[..=order].iter_mut().enumerate().skip(1) {
        *d = derivative_of_digamma(k - 1, x);
    }
    d
}

/// ψ⁽ᵐ⁾, ψ⁽ᵐ⁺¹⁾, …
pub(super) fn polygamma(m: usize, x: f64, order: usize) -> Derivatives {
    let mut d = [0.0; _];
    for (k, d) in d[..=order].iter_mut().enumerate() {
        *d = derivative_of_digamma(m + k, x);
    }
    d
}

/// Γ at x < −150 as a number and the exponent of 2 that it is too large by, because Γ(x) itself becomes too small for what
/// its derivatives near a pole need: by reflection, Γ(−y) = −π/(y sin(πy) Γ(y)), and Γ(y) = (y − 1) … (y − m) Γ(y − m).
fn far_left(x: f64) -> (f64, i32) {
    let y = -x;
    // even the derivatives of the highest order nearest to a pole are 0
    if y > 450.0 {
        return (0.0, 0);
    }
    let steps = libm::ceil(y - 120.0);
    let (mut product, mut rest) = (libm::tgamma(y - steps), 0.0);
    for i in 1..=steps as usize {
        let factor = (y - i as f64) / 256.0;
        let (high, low) = exact_product(product, factor);
        (product, rest) = (high, rest * factor + low);
    }
    let nearest = libm::round(y);
    let sine = libm::sin(PI * (y - nearest)) * if nearest % 2.0 == 0.0 { 1.0 } else { -1.0 };
    (-PI / (y * sine * (product + rest)), 8 * steps as i32)
}

fn is_negative_pole(x: f64) -> bool {
    x < 0.0 && x == libm::trunc(x)
}

/// x minus the nearest integer.
fn beside_integer(x: f64) -> f64 {
    x - libm::round(x)
}

/// A power of two near the distance from x to the next pole, with room to both ends of the range.
fn scale_at(x: f64) -> f64 {
    let distance = if x > 0.0 { x } else { beside_integer(x).abs() };
    let power_of_two = f64::from_bits(distance.to_bits() & f64::INFINITY.to_bits());
    let two_to_the = |e: i64| f64::from_bits(((1023 + e) as u64) << 52);
    power_of_two.max(two_to_the(-500)).min(two_to_the(900))
}

/// ψ⁽ᵏ⁾(x)
fn derivative_of_digamma(k: usize, x: f64) -> f64 {
    if x.is_nan() || x == f64::NEG_INFINITY {
        return f64::NAN;
    }
    if x == f64::INFINITY {
        return if k == 0 { x } else { 0.0 };
    }
    if is_negative_pole(x) {
        return if k.is_multiple_of(2) { f64::NAN } else { f64::INFINITY };
    }
    let scale = scale_at(x);
    (1..=k).fold(scaled_polygamma(k, x, scale) / scale, |f, i| f * (i as f64 / scale))
}

/// ρᵏ⁺¹ ψ⁽ᵏ⁾(x)/k!; left of 0 by reflection, (−1)ᵏ ψ⁽ᵏ⁾(1 − x) − ψ⁽ᵏ⁾(x) = (π cot πx)⁽ᵏ⁾ (DLMF 5.15.6).
fn scaled_polygamma(k: usize, x: f64, scale: f64) -> f64 {
    let of_positive = |x: f64| if k == 0 { scale * digamma(x) } else { scaled_zeta(k, x, scale) };
    if x < 0.0 {
        let y = 1.0 - x;
        // ψ is small near its zeros: what the rounding of 1 − x takes away counts there, by ψ' ≈ 1/y + 1/(2y²)
        let rest = if k == 0 { scale * ((1.0 - y) - x) * (1.0 + 0.5 / y) / y } else { 0.0 };
        alternating(k) * (of_positive(y) + rest) - scaled_cotangent(k, beside_integer(x), scale)
    } else {
        of_positive(x)
    }
}

/// ρᵏ⁺¹ (π cot πr)⁽ᵏ⁾/k! for |r| ≤ ½.
fn scaled_cotangent(k: usize, r: f64, scale: f64) -> f64 {
    let cotangent = if r.abs() <= 0.25 { 1.0 / libm::tan(PI * r) } else { libm::tan(PI * (0.5 - r.abs())).copysign(r) };
    let (u, v) = (scale * PI, scale * PI * cotangent);
    let (mut sum, mut power) = (COTANGENT[k][0], 1.0);
    for coefficient in &COTANGENT[k][1..=k.div_ceil(2)] {
        power *= u * u;
        sum = sum * (v * v) + coefficient * power;
    }
    if k.is_multiple_of(2) { sum * v } else { sum }
}

/// ψ(x) for x ≥ 0.
fn digamma(x: f64) -> f64 {
    if x >= 10.0 {
        // ln x − 1/(2x) − Σ B₂ⱼ/(2j x²ʲ) (DLMF 5.11.2)
        let square = 1.0 / (x * x);
        let series =
            BERNOULLI.iter().enumerate().rev().fold(0.0, |sum, (j, b)| (sum + b / (2 * j + 2) as f64) * square);
        libm::log(x) - (0.5 / x + series)
    } else if x < 1.0 {
        digamma_of_unit(x + 1.0) - 1.0 / x
    } else {
        let steps = (x - 1.0) as usize;
        let sum: f64 = (1..=steps).map(|i| 1.0 / (x - i as f64)).sum();
        sum + digamma_of_unit(x - steps as f64)
    }
}

/// ψ(x) for 1 ≤ x ≤ 2.
fn digamma_of_unit(x: f64) -> f64 {
    let t = 2.0 * (2.0 * x - 3.0);
    // Clenshaw's recurrence
    let (b1, b2) = DIGAMMA[1..].iter().rev().fold((0.0, 0.0), |(b1, b2), c| (c + t * b1 - b2, b1));
    ((x - ZERO[0]) - ZERO[1]) * (DIGAMMA[0] + 0.5 * t * b1 - b2)
}

/// ρᵏ⁺¹ ψ⁽ᵏ⁾(x)/k! = (−1)ᵏ⁺¹ Σ (ρ/(x + i))ᵏ⁺¹ for x ≥ 0 and k ≥ 1: the first terms, and the sum of the rest from X on as
/// (ρ/X)ᵏ⁺¹ (X/k + ½ + Σⱼ B₂ⱼ (2j + k − 1)!/((2j)! k!) X¹⁻²ʲ) (DLMF 5.15.8, 5.15.9). All terms but the last ones have one sign.
fn scaled_zeta(k: usize, x: f64, scale: f64) -> f64 {
    let order = k as f64;
    let steps = libm::ceil(10.0 + order - x).max(0.0) as usize;
    let shifted = x + steps as f64;
    let square = 1.0 / (shifted * shifted);
    let (mut factor, mut power, mut series) = (0.5 * (order + 1.0), 1.0 / shifted, 0.0);
    for (j, b) in BERNOULLI.iter().enumerate() {
        series += b * factor * power;
        let even = (2 * j + 2) as f64;
        factor *= (even + order) * (even + order + 1.0) / ((even + 1.0) * (even + 2.0));
        power *= square;
    }
    let rest = power_of(scale / shifted, k + 1) * (shifted / order + (0.5 + series));
    let sum = (1..steps).rev().fold(rest, |sum, i| sum + power_of(scale / (x + i as f64), k + 1));
    // the first by itself, for the sign of a zero
    -alternating(k) * if steps > 0 { sum + power_of(scale / x, k + 1) } else { sum }
}

/// xⁿ by squaring.
fn power_of(x: f64, n: usize) -> f64 {
    let (mut product, mut square, mut rest) = (1.0, x, n);
    while rest > 0 {
        if rest % 2 == 1 {
            product *= square;
        }
        square *= square;
        rest /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Γ(x) 2ᵉ far left of 0, by mpmath: the product keeps what its roundings take.
    #[test]
    fn gamma_far_left() {
        for (x, exponent, wanted) in [
            (-150.25, 248, -1.0040051311476969e-188),
            (-151.5, 256, 3.422896441433853e-189),
            (-200.7, 648, -1.4051747361434164e-181),
            (-250.9999, 1048, -3.718907701457514e-176),
            (-333.375, 1712, 8.59699268658344e-183),
            (-400.001, 2248, -8.061468960289989e-190),
            (-449.6, 2640, 1.1498520145243704e-204),
        ] {
            let (found, e) = far_left(x);
            assert_eq!(e, exponent, "{x}");
            assert!((found / wanted - 1.0).abs() < 5e-16, "{x}: {found:e} and {wanted:e}");
        }
        assert_eq!(far_left(-450.5).0, 0.0);
    }
}
