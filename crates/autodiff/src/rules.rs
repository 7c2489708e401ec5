//! The table: every elementary function of one variable with its derivatives, each formula written once.
//!
//! A row reads `name(x) { quantities used below } [f, f', f'', f'''] next(n, d) { f⁽ⁿ⁾ from the lower ones } => law;`, where the
//! [`Law`], if there is one, is the differential equation of f, from which power series follow.
//! The four formulas are chosen so that none cancels or overflows where its true value fits; `next` carries on
//! from the fourth derivative. All are over plain floats: what a [`Number`](crate::Number) does with them is its
//! chain rule ([`Number::compose`](crate::Number::compose)), written once a type, so every type and every depth of
//! nesting shares these digits.
//!
//! `unary_rules!(consumer)` hands the rows to another macro: the methods of `Number` and the tests are such consumers.

use crate::elementary::Elementary;
use crate::recurrences::{Base, Law};
use crate::wide::Wide;

/// The highest order of derivative that a nest of numbers may carry.
pub const MAX_ORDER: usize = 24;

/// A function of one variable with all its derivatives at a point, over plain floats `P`.
pub trait Rule<P> {
    /// f, f', f'', f''' at `x`.
    fn jet(&self, x: P) -> [P; 4];
    /// The `n`-th derivative at `x`, n ≥ 4, where `d[k]` holds the k-th for all k < n.
    fn next(&self, x: P, n: usize, d: &[P]) -> P;

    /// The differential equation of f, if its power series are to follow from it.
    #[doc(hidden)]
    fn law(&self) -> Option<Law<P>> {
        None
    }

    /// The derivatives to `order` where they leave the range of `P`, if the rule is one over all floats: for numbers that
    /// multiply them with what brings them back.
    #[doc(hidden)]
    fn wide(&self, x: P, order: usize) -> Option<[Wide<P>; MAX_ORDER + 1]>
    where
        P: Elementary,
    {
        let _ = (x, order);
        None
    }
}

macro_rules! unary_rules {
    ($consumer:ident) => {
        $consumer! {
            /// The reciprocal, `1/x`.
            recip(x) { let r = x.recip(); }
                [r, -r * r, P::of(2.0) * r * r * r, P::of(-6.0) * r * r * r * r]
                next(n, d) { -P::count(n) * x.recip() * d[n - 1] }
                => Law::Power(P::of(-1.0));

            /// The square root; its slope at 0 is +∞.
            sqrt(x) { let (y, a) = (x.sqrt(), x.abs()); let f1 = P::of(0.5) / y.abs(); let f2 = P::of(-0.5) * f1 / a; }
                [y, f1, f2, P::of(-1.5) * f2 / a]
                next(n, d) { (P::of(1.5) - P::count(n)) * d[n - 1] / x.abs() }
                => Law::Power(P::of(0.5));

            /// The cube root, of negative numbers too; its slope at 0 is +∞.
            cbrt(x) { let y = x.cbrt(); let z = polished_cbrt(x, y); let f1 = P::of(1.0) / (P::of(3.0) * z * z);
                      let f2 = P::of(-2.0) * f1 / (P::of(3.0) * x); }
                [y, f1, f2, P::of(-5.0) * f2 / (P::of(3.0) * x)]
                next(n, d) { (P::of(4.0) - P::of(3.0) * P::count(n)) * d[n - 1] / (P::of(3.0) * x) }
                => Law::Power(P::of(1.0) / P::of(3.0));

            /// The exponential, `eˣ`.
            exp(x) { let y = x.exp(); }
                [y, y, y, y]
                next(n, d) { d[n - 1] }
                => Law::Quadratic(P::ZERO);

            /// `2ˣ`; its slope, which is smaller, may fit where it does not.
            exp2(x) { let y = x.exp2(); let f1 = times_exp2(P::LN_2, x, y); let f2 = times_exp2(P::LN_2 * P::LN_2, x, y); }
                [y, f1, f2, times_exp2(P::LN_2 * P::LN_2 * P::LN_2, x, y)]
                next(n, _d) { times_exp2(P::LN_2.powi(n as i32), x, x.exp2()) }
                => Law::Quadratic(P::ZERO);

            /// `eˣ − 1`, without cancelling near 0.
            exp_m1(x) { let y = x.exp(); }
                [x.exp_m1(), y, y, y]
                next(n, d) { d[n - 1] }
                => Law::Quadratic(P::ZERO);

            /// The natural logarithm.
            ln(x) { let r = not_negative(x).recip(); }
                [x.ln(), r, -r * r, P::of(2.0) * r * r * r]
                next(n, d) { (P::of(1.0) - P::count(n)) * d[n - 1] / x.abs() }
                => Law::Slope(P::of(-1.0), Base::Itself);

            /// The logarithm to base 2.
            log2(x) { let a = not_negative(x); let f1 = P::LOG2_E / a; let f2 = -f1 / a; }
                [x.log2(), f1, f2, P::of(-2.0) * f2 / a]
                next(n, d) { (P::of(1.0) - P::count(n)) * d[n - 1] / x.abs() }
                => Law::Slope(P::of(-1.0), Base::Itself);

            /// The logarithm to base 10.
            log10(x) { let a = not_negative(x); let f1 = P::LOG10_E / a; let f2 = -f1 / a; }
                [x.log10(), f1, f2, P::of(-2.0) * f2 / a]
                next(n, d) { (P::of(1.0) - P::count(n)) * d[n - 1] / x.abs() }
                => Law::Slope(P::of(-1.0), Base::Itself);

            /// `ln(1 + x)`, without cancelling near 0.
            ln_1p(x) { let r = not_negative(P::of(1.0) + x).recip(); }
                [x.ln_1p(), r, -r * r, P::of(2.0) * r * r * r]
                next(n, d) { (P::of(1.0) - P::count(n)) * d[n - 1] / (P::of(1.0) + x) }
                => Law::Slope(P::of(-1.0), Base::OneMore);

            /// The sine (`x` in radians).
            sin(x) { let (s, t) = (x.sin(), x.cos()); }
                [s, t, -s, -t]
                next(n, d) { -d[n - 2] }
                => Law::Wave(P::of(-1.0));

            /// The cosine (`x` in radians).
            cos(x) { let (s, t) = (x.sin(), x.cos()); }
                [t, -s, -t, s]
                next(n, d) { -d[n - 2] }
                => Law::Wave(P::of(-1.0));

            /// The tangent (`x` in radians).
            tan(x) { let y = x.tan(); let f1 = P::of(1.0) + y * y; }
                [y, f1, P::of(2.0) * y * f1, P::of(2.0) * f1 * (P::of(1.0) + P::of(3.0) * y * y)]
                next(n, d) { square_derivative(d, n - 1) }
                => Law::Quadratic(P::ONE);

            /// The arcsine; its slope at ±1 is +∞.
            asin(x) { let q = (P::of(1.0) - x) * (P::of(1.0) + x); let f1 = q.sqrt().recip(); }
                [x.asin(), f1, x * f1 / q, (P::of(1.0) + P::of(2.0) * x * x) / q * (f1 / q)]
                next(n, d) { (P::count(2 * n - 3) * x * d[n - 1] + P::count(n - 2) * P::count(n - 2) * d[n - 2]) / ((P::of(1.0) - x) * (P::of(1.0) + x)) }
                => Law::Slope(P::of(-0.5), Base::OneMinusSquare);

            /// The arccosine; its slope at ±1 is −∞.
            acos(x) { let q = (P::of(1.0) - x) * (P::of(1.0) + x); let f1 = -q.sqrt().recip(); }
                [x.acos(), f1, x * f1 / q, (P::of(1.0) + P::of(2.0) * x * x) / q * (f1 / q)]
                next(n, d) { (P::count(2 * n - 3) * x * d[n - 1] + P::count(n - 2) * P::count(n - 2) * d[n - 2]) / ((P::of(1.0) - x) * (P::of(1.0) + x)) }
                => Law::Slope(P::of(-0.5), Base::OneMinusSquare);

            /// The arctangent.
            atan(x) { let (w, u) = witch(x); }
                [x.atan(), w, P::of(-2.0) * u * w, P::of(2.0) * w * (P::of(3.0) * u * u - w * w)]
                next(n, d) { let (w, u) = witch(x); -(P::count(2 * n - 2) * u * d[n - 1] + P::count(n - 2) * P::count(n - 1) * w * d[n - 2]) }
                => Law::Slope(P::of(-1.0), Base::OnePlusSquare);

            /// The hyperbolic sine.
            sinh(x) { let (s, t) = (x.sinh(), x.cosh()); }
                [s, t, s, t]
                next(n, d) { d[n - 2] }
                => Law::Wave(P::ONE);

            /// The hyperbolic cosine.
            cosh(x) { let (s, t) = (x.sinh(), x.cosh()); }
                [t, s, t, s]
                next(n, d) { d[n - 2] }
                => Law::Wave(P::ONE);

            /// The hyperbolic tangent; its slope is resolved down to the smallest numbers.
            tanh(x) { // f' = 1/cosh² x = 4 e/(1 + e)² with e = e^−2|x|, which fades before 4 e does
                      let y = x.tanh(); let e = (P::of(-2.0) * x.abs()).exp(); let g = P::of(1.0) + e;
                      let f1 = if e.is_normal() { P::of(4.0) * e / (g * g) } else { let h = P::of(2.0) * (-x.abs()).exp(); h * h }; }
                [y, f1, P::of(-2.0) * y * f1, P::of(2.0) * f1 * (P::of(2.0) * y * y - f1)]
                next(n, d) { -square_derivative(d, n - 1) }
                => Law::Quadratic(P::of(-1.0));

            /// The inverse of the hyperbolic sine.
            asinh(x) { // r = 1/√(1 + x²), w = r², s = x r
                       let (r, w, s) = if square_fits(x) { let q = P::of(1.0) + x * x; let r = q.sqrt().recip(); (r, q.recip(), x * r) }
                                       else { let r = x.abs().recip(); (r, r * r, x.signum()) }; }
                [x.asinh(), r, -s * w, r * w * (P::of(2.0) * s * s - w)]
                next(n, d) { let (w, u) = witch(x); -(P::count(2 * n - 3) * u * d[n - 1] + P::count(n - 2) * P::count(n - 2) * w * d[n - 2]) }
                => Law::Slope(P::of(-0.5), Base::OnePlusSquare);

            /// The inverse of the hyperbolic cosine; its slope at 1 is +∞.
            acosh(x) { // r = 1/√(x² − 1), w = r², s = x r
                       let (r, w, s) = if square_fits(x) { let q = (not_negative(x) - P::of(1.0)) * (x + P::of(1.0)); let r = q.sqrt().recip(); (r, q.recip(), x * r) }
                                       else { let r = not_negative(x).recip(); (r, r * r, x.signum()) }; }
                [x.acosh(), r, -s * w, r * w * (P::of(2.0) * s * s + w)]
                next(n, _d) { inverse_roots_derivative(x - P::of(1.0), x + P::of(1.0), n - 1) }
                => Law::Slope(P::of(-0.5), Base::OneMinusSquare);

            /// The inverse of the hyperbolic tangent; its slope at ±1 is +∞.
            atanh(x) { let r = not_negative((P::of(1.0) - x) * (P::of(1.0) + x)).recip(); }
                [x.atanh(), r, P::of(2.0) * x * r * r, P::of(2.0) * r * r * r * (P::of(1.0) + P::of(3.0) * x * x)]
                next(n, d) { (P::count(2 * n - 2) * x * d[n - 1] + P::count(n - 2) * P::count(n - 1) * d[n - 2]) / ((P::of(1.0) - x) * (P::of(1.0) + x)) }
                => Law::Slope(P::of(-1.0), Base::OneMinusSquare);

            /// The logistic function, `1/(1 + e⁻ˣ)`; its slope is resolved down to the smallest numbers.
            logistic(x) { // with e = e^−|x|, f' = e/(1 + e)², and 1 − 2 f = −tanh(x/2) = −t
                          let e = (-x.abs()).exp(); let g = P::of(1.0) + e; let t = (P::of(0.5) * x).tanh(); let f1 = logistic_slope(e); }
                [upper_or_lower(x, e) / g, f1, -t * f1, f1 * (t * t - P::of(2.0) * f1)]
                next(n, d) { -square_derivative_with((P::of(0.5) * x).tanh() * P::of(0.5), d, n - 1) }
                => Law::Quadratic(P::of(-1.0));

            /// `ln(1 + eˣ)`, the smooth maximum of x and 0; its slope is the logistic function.
            softplus(x) { let e = (-x.abs()).exp(); let g = P::of(1.0) + e; let t = (P::of(0.5) * x).tanh(); let f2 = logistic_slope(e); }
                [if x > P::ZERO { x + e.ln_1p() } else { e.ln_1p() }, upper_or_lower(x, e) / g, f2, -t * f2]
                next(n, d) { logistic.next(x, n - 1, &d[1..]) }
                => Law::QuadraticSlope(P::of(-1.0));

            /// `sin x / x` (`x` in radians), 1 at 0 and 0 at ±∞.
            sinc(x) { let [f, f1, f2, f3] = sinc_jet(x); }
                [f, f1, f2, f3]
                next(n, d) { sinc_derivative(x, n, d[n - 1]) }
        }
    };
}
pub(crate) use unary_rules;

macro_rules! define {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        $(
            #[derive(Clone, Copy, Debug)]
            #[allow(non_camel_case_types, reason = "a rule is named as the function it belongs to")]
            pub(crate) struct $name;

            impl<P: Elementary> Rule<P> for $name {
                #[inline]
                #[allow(unused_variables)]
                fn jet(&self, $x: P) -> [P; 4] {
                    $($quantity)*
                    [$($f),*]
                }
                #[allow(unused_variables)]
                fn next(&self, $x: P, $n: usize, $d: &[P]) -> P $next
                $(
                    fn law(&self) -> Option<Law<P>> {
                        Some($law)
                    }
                )?
                fn wide(&self, x: P, order: usize) -> Option<[Wide<P>; MAX_ORDER + 1]> {
                    Some(derivatives(self, Wide::new(x), order))
                }
            }
        )*
    };
}
unary_rules!(define);

macro_rules! export_names {
    ($($(#[$doc:meta])* $name:ident($x:ident) { $($quantity:tt)* } [$($f:expr),*] next($n:ident, $d:ident) $next:block $(=> $law:expr;)?)*) => {
        /// Hands the names of the rules to another macro: the tests loop over them, so a rule is tested by being written.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! rule_names {
            ($consumer:ident) => { $consumer! { $($name)* } };
        }
    };
}
unary_rules!(export_names);

/// `xⁿ` for an integer n.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Powi(pub(crate) i32);

impl<P: Elementary> Rule<P> for Powi {
    #[inline]
    fn jet(&self, x: P) -> [P; 4] {
        let n = i64::from(self.0);
        [x.powi(self.0), integer_power(x, n, 1), integer_power(x, n, 2), integer_power(x, n, 3)]
    }
    fn next(&self, x: P, n: usize, _: &[P]) -> P {
        integer_power(x, i64::from(self.0), n)
    }
    fn law(&self) -> Option<Law<P>> {
        Some(Law::power(P::of_integer(i64::from(self.0))))
    }
    fn wide(&self, x: P, order: usize) -> Option<[Wide<P>; MAX_ORDER + 1]> {
        Some(derivatives(self, Wide::new(x), order))
    }
}

/// `xᶜ` for a constant c. No logarithm is taken where c is an integer or x is not positive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Powf<P>(pub(crate) P);

impl<P: Elementary> Rule<P> for Powf<P> {
    #[inline]
    fn jet(&self, x: P) -> [P; 4] {
        let exponent = self.0;
        let y = x.powf(exponent);
        if let Some(n) = as_integer(exponent) {
            return [y, integer_power(x, n, 1), integer_power(x, n, 2), integer_power(x, n, 3)];
        }
        // (xᶜ)' = c xᶜ/x and so on, as long as nothing on the way leaves the normal numbers
        let down = |f: P| if f.is_normal() { f / x } else { P::NAN };
        let next = |f: P, factor: P| {
            let q = down(f);
            if q.is_normal() { factor * q } else { P::NAN }
        };
        let f1 = next(y, exponent);
        let f2 = next(f1, exponent - P::of(1.0));
        let f3 = next(f2, exponent - P::of(2.0));
        let trusted = |f: P, n| if f.is_normal() { f } else { real_power(x, exponent, n) };
        [y, trusted(f1, 1), trusted(f2, 2), trusted(f3, 3)]
    }
    fn next(&self, x: P, n: usize, _: &[P]) -> P {
        match as_integer(self.0) {
            Some(exponent) => integer_power(x, exponent, n),
            None => real_power(x, self.0, n),
        }
    }
    fn law(&self) -> Option<Law<P>> {
        Some(Law::power(self.0))
    }
    fn wide(&self, x: P, order: usize) -> Option<[Wide<P>; MAX_ORDER + 1]> {
        Some(derivatives(&Powf(Wide::new(self.0)), Wide::new(x), order))
    }
}

/// `log_b x` for a constant base b, as `std` has it: `ln x / ln b`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log<P>(pub(crate) P);

impl<P: Elementary> Rule<P> for Log<P> {
    #[inline]
    fn jet(&self, x: P) -> [P; 4] {
        let a = not_negative(x);
        let f1 = self.0.ln().recip() / a;
        let f2 = -f1 / a;
        [x.log(self.0), f1, f2, P::of(-2.0) * f2 / a]
    }
    fn next(&self, x: P, n: usize, d: &[P]) -> P {
        (P::of(1.0) - P::count(n)) * d[n - 1] / x.abs()
    }
    fn law(&self) -> Option<Law<P>> {
        Some(Law::Slope(P::of(-1.0), Base::Itself))
    }
    fn wide(&self, x: P, order: usize) -> Option<[Wide<P>; MAX_ORDER + 1]> {
        Some(derivatives(&Log(Wide::new(self.0)), Wide::new(x), order))
    }
}

/// f, f', f'', … as floats, and on numbers of unbounded exponent if the rule is one over all floats.
#[derive(Clone, Copy, Debug)]
pub struct Everything<P> {
    pub(crate) floats: [P; MAX_ORDER + 1],
    pub(crate) wide: Option<[Wide<P>; MAX_ORDER + 1]>,
}

impl<P: Elementary> Everything<P> {
    #[cold]
    #[inline(never)]
    pub(crate) fn of(rule: &impl Rule<P>, x: P, order: usize) -> Self {
        Everything { floats: derivatives(rule, x, order), wide: rule.wide(x, order) }
    }

    /// f', f'', …
    pub(crate) fn of_slope(mut self) -> Self {
        self.floats.rotate_left(1);
        self.wide.iter_mut().for_each(|wide| wide.rotate_left(1));
        self
    }
}

/// The derivatives of a rule up to `order`, for the rare nests deeper than three.
pub(crate) fn derivatives<P: Elementary>(rule: &impl Rule<P>, x: P, order: usize) -> [P; MAX_ORDER + 1] {
    let mut d = [P::ZERO; MAX_ORDER + 1];
    d[..4].copy_from_slice(&rule.jet(x));
    for n in 4..=order {
        d[n] = rule.next(x, n, &d[..n]);
    }
    d
}

pub(crate) const fn within_max_order(order: usize) {
    assert!(order <= MAX_ORDER, "the nest of numbers carries derivatives of a higher order than MAX_ORDER");
}

/// factor · 2ˣ, given y = 2ˣ.
#[inline]
fn times_exp2<P: Elementary>(factor: P, x: P, y: P) -> P {
    if y.is_finite() {
        factor * y
    } else {
        let half = (x * P::of(0.5)).exp2();
        factor * half * half
    }
}

/// `x`, with +0 for −0, and NaN where the function has no value.
#[inline]
fn not_negative<P: Elementary>(x: P) -> P {
    if x >= P::ZERO { x.abs() } else { P::NAN }
}

/// Whether 1 + x² is finite.
#[inline]
fn square_fits<P: Elementary>(x: P) -> bool {
    x.abs() < P::SQRT_MIN_POSITIVE.recip()
}

/// 1/(1 + x²) and x/(1 + x²).
#[inline]
fn witch<P: Elementary>(x: P) -> (P, P) {
    if square_fits(x) {
        let w = (P::of(1.0) + x * x).recip();
        (w, x * w)
    } else {
        let r = x.recip();
        (r * r, r)
    }
}

/// The derivative of order `m` of 1/√(a b), where a' = b' = 1: by Leibniz, whose terms have all one sign.
fn inverse_roots_derivative<P: Elementary>(a: P, b: P, m: usize) -> P {
    let roots = |a: P| {
        let mut d = [a.sqrt().recip(); MAX_ORDER];
        for i in 0..m {
            d[i + 1] = (P::of(-0.5) - P::count(i)) * d[i] / a;
        }
        d
    };
    let (of_a, of_b) = (roots(a), roots(b));
    binomial_sum(m, |i| of_a[i] * of_b[m - i])
}

/// The derivative of order `m` of d[0]², from the derivatives of d[0]: Σ C(m, i) d[i] d[m − i].
fn square_derivative<P: Elementary>(d: &[P], m: usize) -> P {
    binomial_sum(m, |i| d[i] * d[m - i])
}

/// The same where d[0] is another: that of a function which differs by a constant.
fn square_derivative_with<P: Elementary>(first: P, d: &[P], m: usize) -> P {
    let at = |i| if i == 0 { first } else { d[i] };
    binomial_sum(m, |i| at(i) * at(m - i))
}

/// The numerator of the logistic function over 1 + e, where e = e^−|x|.
#[inline]
fn upper_or_lower<P: Elementary>(x: P, e: P) -> P {
    if x >= P::ZERO { P::ONE } else { e }
}

/// e/(1 + e)², where the rounding of 1 + e does not count twice.
#[inline]
fn logistic_slope<P: Elementary>(e: P) -> P {
    e / (P::ONE + e * (P::of(2.0) + e))
}

/// The series of sin x / x and its derivatives around 0: `[n][j]` is the coefficient of x²ʲ, or of x²ʲ⁺¹ if n is odd.
/// With k = j + ⌈n/2⌉ it is (−1)ᵏ/((2k + 1) (2k − n)!).
const SINC_SERIES: [[f64; 13]; 4] = {
    let mut table = [[0.0; 13]; 4];
    let mut n = 0_usize;
    while n < 4 {
        let mut j = 0;
        while j < 13 {
            let k = j + n.div_ceil(2);
            let mut divisor = (2 * k + 1) as f64;
            let mut i = 1;
            while i <= 2 * k - n {
                divisor *= i as f64;
                i += 1;
            }
            table[n][j] = if k.is_multiple_of(2) { 1.0 } else { -1.0 } / divisor;
            j += 1;
        }
        n += 1;
    }
    table
};

/// sin x / x and its first three derivatives: by the series where the recurrence cancels.
#[inline]
fn sinc_jet<P: Elementary>(x: P) -> [P; 4] {
    let f = if x == P::ZERO { P::ONE } else { sine(x) / x };
    let series = |n: usize| {
        let even = SINC_SERIES[n].iter().rev().fold(P::ZERO, |sum, c| sum * (x * x) + P::of(*c));
        if n == 2 { even } else { even * x }
    };
    // cos x − f keeps its digits from where cos x is small on, the higher recurrences only beyond
    let f1 = if x.abs() < P::of(1.5) { series(1) } else { sinc_derivative(x, 1, f) };
    if x.abs() < P::of(2.0) {
        return [f, f1, series(2), series(3)];
    }
    let f2 = sinc_derivative(x, 2, f1);
    [f, f1, f2, sinc_derivative(x, 3, f2)]
}

/// f⁽ⁿ⁾ of f = sin x / x, given f⁽ⁿ⁻¹⁾: the n-th derivative of x f = sin x is x f⁽ⁿ⁾ + n f⁽ⁿ⁻¹⁾ = sin⁽ⁿ⁾ x.
/// Below |x| = n it would multiply the rounding errors; read the other way, f⁽ⁿ⁾ = (sin⁽ⁿ⁺¹⁾ x − x f⁽ⁿ⁺¹⁾)/(n + 1), it
/// gives f⁽ⁿ⁾ = Σ (−x)ʲ sin⁽ⁿ⁺¹⁺ʲ⁾ x / ((n + 1) … (n + 1 + j)), whose terms shrink.
#[inline]
fn sinc_derivative<P: Elementary>(x: P, n: usize, last: P) -> P {
    let (s, c) = (sine(x), cosine(x));
    let derivative_of_sine = |n: usize| [s, c, -s, -c][n % 4];
    let a = x.abs();
    // the first three orders have a better series where this one would be taken
    if n <= 3 || a.is_nan() || a > P::count(n) {
        return (derivative_of_sine(n) - P::count(n) * last) / x;
    }
    let mut factor = P::count(n + 1).recip();
    let mut sum = P::ZERO;
    // x/(n + 1) · x/(n + 2) … falls below the last digit of any precision within 100 factors, as |x| ≤ n ≤ 24
    for j in 0..100 {
        sum = sum + factor * derivative_of_sine(n + 1 + j);
        factor = -factor * x / P::count(n + 2 + j);
    }
    sum
}

/// sin x, 0 at ±∞: for quotients by x.
#[inline]
fn sine<P: Elementary>(x: P) -> P {
    if x.abs() == P::INFINITY { P::ZERO } else { x.sin() }
}

/// cos x, 0 at ±∞: for quotients by x.
#[inline]
fn cosine<P: Elementary>(x: P) -> P {
    if x.abs() == P::INFINITY { P::ZERO } else { x.cos() }
}

/// Σ C(m, i) term(i)
fn binomial_sum<P: Elementary>(m: usize, term: impl Fn(usize) -> P) -> P {
    let mut binomial = P::ONE;
    let mut sum = P::ZERO;
    for i in 0..=m {
        sum = sum + binomial * term(i);
        binomial = binomial * P::count(m - i) / P::count(i + 1);
    }
    sum
}

/// One Newton step for z³ = x from y: libraries return cube roots up to 4 ulp off, which would double in 1/(3 z²).
#[inline]
fn polished_cbrt<P: Elementary>(x: P, y: P) -> P {
    // Far from 1 both sides are scaled, so that the cube neither overflows nor becomes subnormal.
    let scale = if x.abs() < P::of(1.0) { P::of(2.0).powi(20) } else { P::ONE };
    let (x, z) = (x * scale * scale * scale, y * scale);
    let step = (z * z * z - x) / (P::of(3.0) * z * z);
    if step.is_finite() { (z - step) / scale } else { y }
}

/// An exponent that is an integer below 2⁶³, as one.
#[inline]
fn as_integer<P: Elementary>(exponent: P) -> Option<i64> {
    (exponent.trunc() == exponent && exponent.abs() < P::of(9223372036854775808.0)).then(|| exponent.to_integer())
}

/// The derivative of `order` of xⁿ: n (n − 1) … xⁿ⁻ᵒʳᵈᵉʳ, where 0 · ∞ is 0.
#[inline]
fn integer_power<P: Elementary>(x: P, n: i64, order: usize) -> P {
    let lowered = |i: i64| P::of_integer(n - i);
    // without a loop for the common ones: in a loop around them the compiler does not compute what a constant exponent gives
    let factor = match order {
        1 => lowered(0),
        2 => lowered(0) * lowered(1),
        3 => lowered(0) * lowered(1) * lowered(2),
        _ => (0..order as i64).fold(P::ONE, |product, i| product * lowered(i)),
    };
    if factor == P::ZERO {
        return P::ZERO;
    }
    match n - order as i64 {
        0 => factor,
        1 => factor * x,
        2 => factor * x * x,
        // a few multiplications are nearer than 4 ulp, many are not: pow is
        e @ -4..=4 => {
            let power = x.powi(e.unsigned_abs() as i32);
            if !power.is_normal() {
                times_integer_power(factor, x, e)
            } else if e.is_positive() {
                factor * power
            } else {
                factor / power
            }
        }
        e => times_integer_power(factor, x, e),
    }
}

/// factor · xᵉ for an integer e.
fn times_integer_power<P: Elementary>(factor: P, x: P, e: i64) -> P {
    let rounded = P::of_integer(e);
    let lost = P::of_integer(e - rounded.to_integer());
    let odd = e % 2 != 0;
    times_power(if odd && x.is_sign_negative() { -factor } else { factor }, x.abs(), rounded, lost)
}

/// The derivative of `order` of xᶜ for c not a small integer.
#[cold]
fn real_power<P: Elementary>(x: P, exponent: P, order: usize) -> P {
    let mut factor = P::ONE;
    for i in 0..order {
        factor = factor * (exponent - P::count(i));
    }
    times_lowered_power(factor, x, exponent, order)
}

/// factor · xᶜ⁻ᵒʳᵈᵉʳ
#[cold]
pub(crate) fn times_lowered_power<P: Elementary>(factor: P, x: P, exponent: P, order: usize) -> P {
    if let Some(n) = as_integer(exponent) {
        return times_integer_power(factor, x, n - order as i64);
    }
    if x < P::ZERO && exponent.trunc() != exponent {
        return P::NAN;
    }
    // integers beyond 63 bits are even
    let odd = x < P::ZERO && !order.is_multiple_of(2);
    // what rounding takes from c − order (Knuth's two-sum gives it exactly)
    let shift = P::count(order);
    let e = exponent - shift;
    let b = e - exponent;
    let lost = (exponent - (e - b)) - (shift + b);
    times_power(if odd { -factor } else { factor }, x.abs(), e, if lost.is_finite() { lost } else { P::ZERO })
}

/// factor · xᵉ⁺ˡᵒˢᵗ for x ≥ 0 and |lost| far below |e|, where a zero wins over an infinity.
fn times_power<P: Elementary>(factor: P, x: P, e: P, lost: P) -> P {
    let power = x.powf(e);
    let product = if power.is_normal() {
        factor * power
    } else {
        // in two halves, because the factor may bring back what leaves the normal numbers
        let half = x.powf(e * P::of(0.5));
        if half == P::ZERO || factor == P::ZERO { P::ZERO.copysign(factor) } else { factor * half * half }
    };
    if lost == P::ZERO || product == P::ZERO || !product.is_finite() {
        return product;
    }
    // xˡᵒˢᵗ = 1 + lost ln x, where the power is in the range of floats; beyond it that may be no small number
    let shift = lost * x.ln();
    if shift.abs() < P::of(0.01) { product + product * shift } else { product * shift.exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From cube roots that are four units off, at every size.
    #[test]
    fn cube_roots_are_polished() {
        for k in [-350, -340, -300, -100, -1, 0, 1, 100, 300, 339] {
            for units in [-4.0, 0.0, 4.0] {
                let root = 3.0 * 2.0_f64.powi(k);
                let cube = root * root * root;
                if cube.is_normal() {
                    let polished = polished_cbrt(-cube, -root * (1.0 + units * f64::EPSILON));
                    assert!((polished / -root - 1.0).abs() <= f64::EPSILON, "3·2^{k}: {polished:e}");
                }
            }
        }
        for (x, root) in [(27e-42_f32, 3e-14), (27e-30, 3e-10), (27.0, 3.0), (27e30, 3e10)] {
            let exact = f64::from(x).cbrt();
            let polished = f64::from(polished_cbrt(x, root * (1.0 + 4.0 * f32::EPSILON)));
            // x itself is subnormal in the first row
            assert!((polished / exact - 1.0).abs() <= 1.2e-7, "{x:e}: {polished:e}");
        }
        assert_eq!(polished_cbrt(0.0, 0.0), 0.0);
        assert_eq!(polished_cbrt(f64::INFINITY, f64::INFINITY), f64::INFINITY);
    }

    /// Powers that are subnormal or infinite by themselves: x²⁸ differentiated 24 times, and 1/x three times.
    #[test]
    fn factors_bring_powers_back() {
        let shifted = |x: f64, n| x * 2.0_f64.powi(n);
        let falling = (5..=28).fold(1.0, |product, i| product * f64::from(i));
        let wanted = shifted(falling * shifted(1.1e-80, 260).powi(4), -1040 / 2) * 2.0_f64.powi(-1040 / 2);
        assert!((integer_power(1.1e-80, 28, 24) / wanted - 1.0).abs() < 4e-15, "{wanted:e}");
        let wanted = -6.0 / shifted(1.1e78, -260).powi(4) * 2.0_f64.powi(-520) * 2.0_f64.powi(-520);
        assert!((integer_power(1.1e78, -1, 3) / wanted - 1.0).abs() < 1e-10, "{wanted:e}");
    }

    /// xᶜ⁻ⁿ of numbers whose logarithm times what rounding takes from c − n is no small number.
    #[test]
    fn lowered_powers_of_numbers_without_a_range() {
        // −65530.3 − 7 rounds by 2⁻⁸
        for (c, n) in
            [40_000.3, -40_000.3, 70_001.7, 120_000.01, -65_530.3].into_iter().flat_map(|c| [(c, -91), (c, -1)])
        {
            let (c, x) = (Wide::new(c), Wide::new(2.0_f32.powi(n)));
            for order in [1, 3, 6, 7] {
                let ours = times_lowered_power(Wide::ONE, x, c, order) * x.powi(order as i32);
                let ratio = (ours / x.powf(c)).narrow();
                assert!((ratio - 1.0).abs() < 1e-4, "{c}, {order}: {ratio}");
            }
        }
    }
}
