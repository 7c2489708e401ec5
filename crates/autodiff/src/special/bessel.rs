//! The Bessel functions of integer order and their derivatives,
//! 2ᵏ C⁽ᵏ⁾ₙ = Σⱼ (−1)ʲ C(k, j) Cₙ₋ₖ₊₂ⱼ (DLMF 10.6.7), where C₋ₙ = (−1)ⁿ Cₙ (DLMF 10.4.1).

use core::f64::consts::{FRAC_1_PI, FRAC_2_PI};

use super::{Derivatives, alternating};
use crate::rules::MAX_ORDER;

/// The functions of the orders `lowest`, `lowest` + 1, … that the derivatives of one take.
struct Window {
    lowest: usize,
    values: [f64; 2 * MAX_ORDER + 1],
}

impl Window {
    /// That of order m.
    fn around(m: usize) -> Self {
        Window { lowest: m.saturating_sub(MAX_ORDER), values: [0.0; _] }
    }

    fn put(&mut self, l: usize, value: f64) {
        if let Some(place) = l.checked_sub(self.lowest).and_then(|i| self.values.get_mut(i)) {
            *place = value;
        }
    }

    /// C_{m−below+above}
    fn at(&self, m: usize, below: usize, above: usize) -> f64 {
        match (m + above).checked_sub(below) {
            Some(l) => self.values[l - self.lowest],
            None => {
                // `lowest` is 0
                let l = below - m - above;
                alternating(l) * self.values[l]
            }
        }
    }

    /// 2ᵏ C⁽ᵏ⁾ₘ
    fn derivative(&self, m: usize, k: usize) -> f64 {
        let (mut sum, mut binomial) = (0.0, 1.0);
        for j in 0..=k {
            sum += binomial * self.at(m, k, 2 * j);
            binomial = -binomial * (k - j) as f64 / (j + 1) as f64;
        }
        sum
    }

    /// From the functions of the orders 0 and 1, up to the order `top`, by C_{l+1} = 2l/x C_l − C_{l−1} (DLMF 10.6.1).
    /// What has become infinite stays so. Returns the last.
    fn fill_upwards(&mut self, c: [f64; 2], x: f64, top: usize) -> f64 {
        let [mut last, mut this] = c;
        self.put(0, last);
        self.put(1, this);
        for l in 1..top {
            (last, this) = (this, 2.0 * l as f64 / x * this - last);
            self.put(l + 1, this);
            if this.is_infinite() {
                (self.lowest.max(l + 1)..=top).for_each(|l| self.put(l, this));
                break;
            }
        }
        this
    }

    /// The same where x is so large that the first term is lost beside the second.
    fn fill_alternating(&mut self, c: [f64; 2], top: usize) {
        for l in self.lowest..=top {
            self.put(l, c[l % 2] * alternating(l / 2));
        }
    }
}

/// Whether the recurrence up to the order `top` is that of x = ∞ in all digits.
fn is_far(x: f64, top: usize) -> bool {
    // 2⁻⁵⁵
    (top as f64) * (top as f64) < x * (f64::EPSILON / 8.0)
}

/// Jₙ and its derivatives: by the power series up to |x| = 1, else by the recurrence. The values are libm's for the orders 0
/// and ±1; beyond, its own are further off than the recurrence.
pub(super) fn first_kind(n: i32, x: f64, order: usize) -> Derivatives {
    let (m, a) = (n.unsigned_abs() as usize, x.abs());
    if x.is_nan() {
        return [x; _];
    }
    let mut d = [0.0; _];
    if vanishes(m, a) {
        return d;
    }
    // J₋ₙ = (−1)ⁿ Jₙ, and Jₙ(−x) = (−1)ⁿ Jₙ(x)
    let of_order = if n.is_negative() { alternating(m) } else { 1.0 };
    let sign = |k| of_order * if x.is_sign_negative() { alternating(m + k) } else { 1.0 };
    let first = if m < 2 {
        d[0] = libm::jn(n, x);
        1
    } else {
        0
    };
    if a <= 1.0 {
        for k in first..=order {
            d[k] = sign(k) * series(m, k, a);
        }
    } else if a.is_finite() && first <= order {
        let window = window_of_first_kind(m, a);
        for k in first..=order {
            d[k] = sign(k) * half_to_the(k) * window.derivative(m, k);
        }
    }
    d
}

/// Whether Jₘ and all derivatives are below the smallest number, by |Jₗ(x)| ≤ (x/2)ˡ/l! for l = m − `MAX_ORDER` (DLMF 10.14.4): then
/// there is no need to go through all orders, of which there may be 2³¹.
fn vanishes(m: usize, x: f64) -> bool {
    let l = m.saturating_sub(MAX_ORDER) as f64;
    m > 1000 && l * libm::log(0.5 * x) - libm::lgamma(l + 1.0) < -760.0
}

/// Upwards up to the order x, where that is stable; downwards to it from where the function is negligible (Miller's
/// algorithm: Gautschi, SIAM Review 9, 1967).
fn window_of_first_kind(m: usize, x: f64) -> Window {
    let mut window = Window::around(m);
    // the same for every order of derivative, so that the digits do not depend on it
    let top = m + MAX_ORDER;
    let lowest = [libm::j0(x), libm::j1(x)];
    if is_far(x, top) {
        window.fill_alternating(lowest, top);
        return window;
    }
    // no cast saturates: what is above 2⁶³ is far
    let middle = (x as usize).min(top);
    let met = window.fill_upwards(lowest, x, middle);
    if middle == top {
        return window;
    }
    let start = negligible_from(top, x);
    let (mut above, mut this) = (0.0_f64, 1.0_f64);
    let mut upper = Window::around(m);
    for l in (middle..=start).rev() {
        upper.put(l, this);
        let below = 2.0 * l as f64 / x * this - above;
        (above, this) = (this, below);
        if this.abs() > 1e150 {
            let tiny = half_to_the(500);
            upper.values.iter_mut().chain([&mut above, &mut this]).for_each(|number| *number *= tiny);
        }
    }
    // Jₗ has no zero up to x = l + 1
    let ratio = met / above;
    for l in window.lowest.max(middle + 1)..=top {
        window.put(l, upper.values[l - upper.lowest] * ratio);
    }
    window
}

/// The first order at which the growing solution that is 0 at top − 1 and 1 at `top` has reached 10⁹: what follows is 10⁻¹⁸ of Jₜₒₚ.
fn negligible_from(top: usize, x: f64) -> usize {
    let mut order = top;
    let (mut last, mut this) = (0.0, 1.0);
    while this < 1e9 {
        order += 1;
        (last, this) = (this, 2.0 * order as f64 / x * this - last);
    }
    order
}

/// J⁽ᵏ⁾ₘ(x) for 0 ≤ x ≤ 1: the terms x^{m+2j−k} (−1)ʲ (m+2j)!/((m+2j−k)! j! (m+j)! 2^{m+2j}) (DLMF 10.2.2, differentiated).
fn series(m: usize, k: usize, x: f64) -> f64 {
    // the first j whose power is not gone: 0 for k ≤ m, and then its term is (x/2)^{m−k}/(m−k)! 2⁻ᵏ
    let first = k.saturating_sub(m).div_ceil(2);
    let mut term = 1.0;
    if first == 0 {
        for i in 1..=m - k {
            term *= x / (2 * i) as f64;
            if term == 0.0 {
                return 0.0;
            }
        }
        term *= half_to_the(k);
    } else {
        // C(m + 2j, j)/2^{m+2j}, with x if a power is left
        let e = m + 2 * first;
        for i in 0..first {
            term = term * (e - i) as f64 / (i + 1) as f64;
        }
        term *= alternating(first) * half_to_the(e) * if e > k { x } else { 1.0 };
    }
    let quarter = 0.25 * x * x;
    let mut sum = term;
    for j in first..first + 60 {
        let e = m + 2 * j;
        let count = |n: usize| n as f64;
        term *= -quarter / (count(j + 1) * count(m + j + 1))
            * (count(e + 1) / count(e + 1 - k))
            * (count(e + 2) / count(e + 2 - k));
        sum += term;
        if term.abs() < 1e-18 * sum.abs() {
            break;
        }
    }
    sum
}

/// Yₙ and its derivatives, for x ≥ 0: by the leading power near 0, else by the recurrence upwards.
pub(super) fn second_kind(n: i32, x: f64, order: usize) -> Derivatives {
    /// What the functions are scaled by, so that they do not overflow before their derivatives do.
    const SCALE: f64 = f64::from_bits((1023 - 60) << 52);
    let mut d = [libm::yn(n, x); _];
    if order == 0 || x.is_nan() || x < 0.0 {
        return d;
    }
    let m = n.unsigned_abs() as usize;
    let sign = if n.is_negative() { alternating(m) } else { 1.0 };
    if x < 1e-10 {
        for k in 1..=order {
            d[k] = sign * leading_term(m, k, x.abs());
        }
        return d;
    }
    let mut window = Window::around(m);
    if x.is_finite() {
        let (top, start) = (m + order, [SCALE * libm::y0(x), SCALE * libm::y1(x)]);
        if is_far(x, m + MAX_ORDER) {
            window.fill_alternating(start, top);
        } else {
            window.fill_upwards(start, x, top);
        }
    }
    for k in 1..=order {
        // the largest order is the largest term, where it is out of range
        let highest = window.at(m, 0, k);
        let scaled = if highest.is_finite() { window.derivative(m, k) } else { alternating(k) * highest };
        d[k] = sign * half_to_the(k) * scaled / SCALE;
    }
    d
}

/// The k-th derivative, k ≥ 1, of 2/π ln x for m = 0, else of −(m − 1)!/π (2/x)ᵐ (DLMF 10.8.1; the next terms are x² ln x of it).
fn leading_term(m: usize, k: usize, x: f64) -> f64 {
    if m == 0 {
        return (1..k).fold(FRAC_2_PI / x, |f, i| f * (-(i as f64) / x));
    }
    let mut f = -FRAC_1_PI * (2.0 / x);
    for i in 1..m {
        f *= i as f64 * (2.0 / x);
        if f.is_infinite() {
            break;
        }
    }
    (0..k).fold(f, |f, i| f * (-((m + i) as f64) / x))
}

/// 2⁻ⁿ, for n far below 1022.
fn half_to_the(n: usize) -> f64 {
    f64::from_bits((1023 - n as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where 2l/x C_l is lost beside C_{l−1} up to the order `top`.
    #[test]
    fn arguments_that_are_far() {
        for (top, x, wanted) in [
            (1, 1e16, false),
            (1, 1e17, true),
            (100, 1e20, false),
            (100, 1e21, true),
            (1_000_000, 1e28, false),
            (1_000_000, 1e29, true),
            // 2⁵⁵ 64 is the first that is not
            (8, 2.0_f64.powi(61), false),
            (8, 2.0_f64.powi(61) * 1.001, true),
            (8, f64::INFINITY, true),
        ] {
            assert_eq!(is_far(x, top), wanted, "{x:e}, {top}");
        }
    }

    /// ln of the bound (x/2)ˡ/l!, l = m − 24, passes −760 between the neighbours of a pair.
    #[test]
    fn orders_at_which_all_vanishes() {
        for (m, x, wanted) in [
            (0, 0.0, false),
            (500, 1e-3, false),
            (1000, 1.0, false),
            (1001, 0.0, true),
            (1001, 1.0, true),
            (1001, 331.36, true),
            (1001, 332.03, false),
            (2000, 991.53, true),
            (2000, 992.52, false),
            (2000, 3000.0, false),
            (100_000, 73_005.4, true),
            (100_000, 73_006.7, false),
            (1 << 31, 1e6, true),
            (1 << 31, 1e10, false),
        ] {
            assert_eq!(vanishes(m, x), wanted, "{m}, {x}");
        }
    }

    /// Against Lommel's polynomials, by which one solution continues another R_{l−top, top+1}(x) (Watson, *Theory of
    /// Bessel Functions*, 1922, section 9.6; by mpmath).
    #[test]
    fn orders_from_which_all_is_negligible() {
        for (top, x, wanted) in [
            (24, 1.5, 30),
            (24, 2.0, 31),
            (24, 20.5, 44),
            (25, 24.9, 48),
            (54, 3.0, 60),
            (54, 53.5, 83),
            (124, 100.0, 149),
            (1024, 1000.0, 1086),
        ] {
            assert_eq!(negligible_from(top, x), wanted, "{top}, {x}");
        }
    }

    /// The last function that does not overflow is not lost with the next: Y₅⁽²³⁾ = 32 · 27!/π x⁻²⁸ beside 0, and Y₂₉ does.
    #[test]
    fn derivatives_beside_functions_that_overflow() {
        let x = 1.07e-10_f64;
        let found = second_kind(5, x, MAX_ORDER);
        let factorial = (1..=27).fold(1.0, |product, i| product * f64::from(i));
        let wanted = (0..28).fold(32.0 * factorial * FRAC_1_PI, |product, _| product / x);
        assert!((found[23] / wanted - 1.0).abs() < 1e-13, "{:e} and {wanted:e}", found[23]);
        assert!(found[22].is_finite() && found[24] == f64::NEG_INFINITY);
    }
}
