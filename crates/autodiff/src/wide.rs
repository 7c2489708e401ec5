//! Floats whose exponent has no end, for derivatives that leave the range of floats on the way to a result within it.

use core::cmp::Ordering;
use core::fmt::{self, Display, LowerExp};
use core::ops::{Add, Div, Mul, Neg, Rem, Sub};

use crate::elementary::Elementary;

/// m · 2^(s e), |e| ≤ 2²⁸, where s is such that m² s² is far from the ends of `P`; zero, infinities and NaN have e = 0.
///
/// The rules of the table run on it as on floats: sums, products, quotients, roots and powers have an unbounded exponent
/// and the rounding of `P`. The other functions are those of the nearest number of `P`; none of them leaves its range by
/// more than its argument does.
#[derive(Clone, Copy, Debug)]
pub struct Wide<P> {
    mantissa: P,
    exponent: i32,
}

/// Beyond this exponent a number is NaN: the order of such numbers, and so what their sums are, would be lost.
const FARTHEST: u32 = 1 << 28;

impl<P: Elementary> Wide<P> {
    /// Exactly this number.
    pub(crate) fn new(value: P) -> Self {
        Wide { mantissa: value, exponent: 0 }.normalized()
    }

    /// The nearest number to a double, which may be beyond the range of `P`.
    #[cfg(feature = "special")]
    pub(crate) fn of_double(value: f64) -> Self {
        let (mut m, mut exponent) = (value, 0);
        if value == 0.0 || !value.is_finite() {
            return Self::new(P::of(value));
        }
        let scale = Elementary::powi(2.0_f64, Self::step());
        while m.abs() >= scale {
            (m, exponent) = (m / scale, exponent + 1);
        }
        while m.abs() < 1.0 / scale {
            (m, exponent) = (m * scale, exponent - 1);
        }
        Wide { mantissa: P::of(m), exponent }.normalized()
    }

    /// s
    fn step() -> i32 {
        if P::MAX.to_f64() > 1e300 { 128 } else { 16 }
    }

    /// 2^(s n)
    fn scale(n: i32) -> P {
        P::of(2.0).powi(Self::step() * n)
    }

    // out of line, with the operators: all this is the cold path of every rule
    #[inline(never)]
    fn normalized(mut self) -> Self {
        let m = self.mantissa;
        if m == P::ZERO || !m.is_finite() {
            return Wide { exponent: 0, ..self };
        }
        if self.exponent.unsigned_abs() > FARTHEST {
            return Self::NAN;
        }
        while self.mantissa.abs() >= Self::scale(1) {
            self = Wide { mantissa: self.mantissa * Self::scale(-1), exponent: self.exponent.saturating_add(1) };
        }
        while self.mantissa.abs() < Self::scale(-1) {
            self = Wide { mantissa: self.mantissa * Self::scale(1), exponent: self.exponent.saturating_sub(1) };
        }
        self
    }

    /// The nearest number of `P`: infinite or zero beyond its range.
    #[inline(never)]
    pub(crate) fn narrow(self) -> P {
        let mut value = self.mantissa;
        let steps = self.exponent.clamp(-20, 20);
        for _ in 0..steps.abs() {
            value = value * Self::scale(steps.signum());
        }
        value
    }

    /// A function that `P` has.
    fn by(self, f: impl Fn(P) -> P) -> Self {
        Self::new(f(self.narrow()))
    }

    fn by2(self, other: Self, f: impl Fn(P, P) -> P) -> Self {
        Self::new(f(self.narrow(), other.narrow()))
    }

    fn is_zero(self) -> bool {
        self.mantissa == P::ZERO
    }

    /// mᶜ for an m near 1, by squaring where the exponent is so large that it leaves the range; NaN where as many squarings
    /// as are allowed do not bring it back.
    fn power(m: P, c: P, squarings: u32) -> Self {
        let direct = m.powf(c);
        if direct.is_normal() {
            return Self::new(direct);
        }
        if squarings == 0 {
            return Self::NAN;
        }
        let half = Self::power(m, c * P::of(0.5), squarings - 1);
        half * half
    }

    /// The power of two next to its size, within the range of `P`; nothing for 0, infinities and NaN.
    pub(crate) fn power_of_two_nearby(self) -> Option<P> {
        if self.is_zero() || !self.is_finite() {
            return None;
        }
        let step = i64::from(Self::step());
        let farthest = step * 8 - 4;
        let exponent = step * i64::from(self.exponent) + self.mantissa.abs().log2().round().to_integer();
        Some(P::of(2.0).powi(exponent.clamp(-farthest, farthest) as i32))
    }

    /// 2ⁿ for an integer n.
    fn power_of_two(n: i64) -> Self {
        let step = i64::from(Self::step());
        let exponent = n.div_euclid(step).clamp(-(1 << 30), 1 << 30) as i32;
        Wide { mantissa: P::of(2.0).powi(n.rem_euclid(step) as i32), exponent }.normalized()
    }
}

impl<P: Elementary> Add for Wide<P> {
    type Output = Self;
    #[inline(never)]
    fn add(self, other: Self) -> Self {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        if !(self.is_finite() && other.is_finite()) {
            return Wide { mantissa: self.mantissa + other.mantissa, exponent: 0 };
        }
        let (large, small) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let apart = large.exponent - small.exponent;
        // farther apart, the smaller is below the larger's last digit
        let shifted = if apart <= 4 { small.mantissa * Self::scale(-apart) } else { P::ZERO };
        Wide { mantissa: large.mantissa + shifted, ..large }.normalized()
    }
}

impl<P: Elementary> Sub for Wide<P> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<P: Elementary> Neg for Wide<P> {
    type Output = Self;
    fn neg(self) -> Self {
        Wide { mantissa: -self.mantissa, ..self }
    }
}

impl<P: Elementary> Mul for Wide<P> {
    type Output = Self;
    #[inline(never)]
    fn mul(self, other: Self) -> Self {
        Wide { mantissa: self.mantissa * other.mantissa, exponent: self.exponent.saturating_add(other.exponent) }
            .normalized()
    }
}

impl<P: Elementary> Div for Wide<P> {
    type Output = Self;
    #[inline(never)]
    fn div(self, other: Self) -> Self {
        Wide { mantissa: self.mantissa / other.mantissa, exponent: self.exponent.saturating_sub(other.exponent) }
            .normalized()
    }
}

impl<P: Elementary> Rem for Wide<P> {
    type Output = Self;
    fn rem(self, other: Self) -> Self {
        self.by2(other, |a, b| a % b)
    }
}

impl<P: Elementary> PartialEq for Wide<P> {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl<P: Elementary> PartialOrd for Wide<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self.exponent == other.exponent {
            return self.mantissa.partial_cmp(&other.mantissa);
        }
        // so at most one is infinite
        (*self - *other).mantissa.partial_cmp(&P::ZERO)
    }
}

impl<P: Elementary> Display for Wide<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}·2^{}", self.mantissa, Self::step() * self.exponent)
    }
}

impl<P: Elementary> LowerExp for Wide<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:e}·2^{}", self.mantissa, Self::step() * self.exponent)
    }
}

/// The functions that are those of the nearest number of `P`.
macro_rules! narrow_functions {
    ($($one:ident)*; $($two:ident)*) => {
        $(
            fn $one(self) -> Self {
                self.by(P::$one)
            }
        )*
        $(
            fn $two(self, other: Self) -> Self {
                self.by2(other, P::$two)
            }
        )*
    };
}

impl<P: Elementary> Elementary for Wide<P> {
    const ZERO: Self = Wide { mantissa: P::ZERO, exponent: 0 };
    const ONE: Self = Wide { mantissa: P::ONE, exponent: 0 };
    // the ends of the exponent, for comparisons: nothing comes near them
    const MIN_POSITIVE: Self = Wide { mantissa: P::ONE, exponent: -(1 << 27) };
    const MAX: Self = Wide { mantissa: P::ONE, exponent: 1 << 27 };
    const INFINITY: Self = Wide { mantissa: P::INFINITY, exponent: 0 };
    const NAN: Self = Wide { mantissa: P::NAN, exponent: 0 };
    const LN_2: Self = Wide { mantissa: P::LN_2, exponent: 0 };
    const LOG2_E: Self = Wide { mantissa: P::LOG2_E, exponent: 0 };
    const LOG10_E: Self = Wide { mantissa: P::LOG10_E, exponent: 0 };
    const ROOMY: Self = Wide { mantissa: P::ONE, exponent: 1 << 25 };
    const SQRT_MIN_POSITIVE: Self = Wide { mantissa: P::ONE, exponent: -(1 << 26) };

    fn of(value: f64) -> Self {
        Self::new(P::of(value))
    }
    fn count(n: usize) -> Self {
        Self::new(P::count(n))
    }
    fn of_integer(value: i64) -> Self {
        Self::new(P::of_integer(value))
    }
    fn to_f64(self) -> f64 {
        self.narrow().to_f64()
    }
    fn to_integer(self) -> i64 {
        self.narrow().to_integer()
    }
    fn powi(self, n: i32) -> Self {
        let size = (0..32).rev().fold(Self::ONE, |power, bit| {
            let square = power * power;
            if n.unsigned_abs() >> bit & 1 == 1 { square * self } else { square }
        });
        if n.is_negative() { size.recip() } else { size }
    }
    /// By `P` where the result fits, else by parts: with x = m 2ᵏ and c k = h + l exactly, h an integer, it is mᶜ 2ˡ 2ʰ.
    #[inline(never)]
    fn powf(self, exponent: Self) -> Self {
        let c = exponent.narrow();
        let direct = self.narrow().powf(c);
        if direct.is_normal() || self.is_zero() || !self.mantissa.is_finite() || direct.is_nan() {
            return Self::new(direct);
        }
        let size = self.abs();
        let k = i64::from(Self::step()) * i64::from(size.exponent) + size.mantissa.log2().round().to_integer();
        let m = (size * Self::power_of_two(-k)).narrow();
        let k = P::of_integer(k);
        // of a large product, what rounding took is no fraction
        let whole = (c * k).round();
        let rest = c.mul_add(k, -whole);
        let (more, fraction) = (rest.round(), rest - rest.round());
        // beyond all exponents; as integers, the two would be held at opposite ends, and add up to a small one
        if whole.abs() >= P::of(f64::from(FARTHEST)) * P::of_integer(i64::from(Self::step())) {
            return Self::NAN;
        }
        let exponent = whole.to_integer() + more.to_integer();
        let power = Self::power(m, c, 64) * Self::new(fraction.exp2()) * Self::power_of_two(exponent);
        if direct.is_sign_negative() { -power } else { power }
    }
    fn mul_add(self, a: Self, b: Self) -> Self {
        self * a + b
    }
    fn is_finite(self) -> bool {
        self.mantissa.is_finite()
    }
    fn is_nan(self) -> bool {
        self.mantissa.is_nan()
    }
    fn is_normal(self) -> bool {
        self.mantissa.is_normal()
    }
    fn is_sign_negative(self) -> bool {
        self.mantissa.is_sign_negative()
    }
    fn abs(self) -> Self {
        Wide { mantissa: self.mantissa.abs(), ..self }
    }
    fn signum(self) -> Self {
        Self::new(self.mantissa.signum())
    }
    fn copysign(self, sign: Self) -> Self {
        Wide { mantissa: self.mantissa.copysign(sign.mantissa), ..self }
    }
    fn recip(self) -> Self {
        Self::ONE / self
    }
    fn sqrt(self) -> Self {
        let odd = self.exponent.rem_euclid(2);
        Wide { mantissa: (self.mantissa * Self::scale(odd)).sqrt(), exponent: (self.exponent - odd) / 2 }.normalized()
    }
    fn hypot(self, other: Self) -> Self {
        if [self, other].iter().any(|x| x.is_zero() || !x.is_finite()) {
            return self.by2(other, P::hypot);
        }
        let exponent = self.exponent.max(other.exponent);
        let [x, y] = [self, other].map(|x| Wide { exponent: x.exponent - exponent, ..x }.narrow());
        Wide { mantissa: x.hypot(y), exponent }.normalized()
    }
    fn max(self, other: Self) -> Self {
        if self >= other || other.is_nan() { self } else { other }
    }
    fn min(self, other: Self) -> Self {
        if self <= other || other.is_nan() { self } else { other }
    }

    narrow_functions! {
        floor ceil round trunc fract cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh
        asinh acosh atanh to_degrees to_radians;
        log atan2 rem_euclid
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn sizes_between_two() {
        let wide = Wide::<f64>::new;
        for (x, wanted) in [(0.5, false), (1.0, true), (-2.0, true), (-3.0, true), (3.5, false), (0.0, false)] {
            assert_eq!(wide(x).is_between(wide(1.0), wide(3.0)), wanted, "{x}");
        }
    }

    #[test]
    fn numbers_in_range_are_as_floats() {
        for (a, b) in [(3.0, 7.0), (1e300, -1e-300), (1e-200, 1e-180), (-5e-324, 2.0), (1.5e10, 1.5e10)] {
            let (x, y) = (Wide::new(a), Wide::new(b));
            assert_eq!((x + y).narrow(), a + b);
            assert_eq!((x - y).narrow(), a - b);
            assert_eq!((x * y).narrow(), a * b);
            assert_eq!((x / y).narrow(), a / b);
            assert_eq!(x.abs().sqrt().narrow(), f64::sqrt(f64::abs(a)));
            assert_eq!(x < y, a < b);
            let (x, y) = (Wide::new(a as f32), Wide::new(b as f32));
            assert_eq!((x + y).narrow(), a as f32 + b as f32);
            assert_eq!((x - y).narrow(), a as f32 - b as f32);
        }
    }

    /// Each function has the bits of the floats' own.
    #[test]
    fn functions_in_range_are_as_floats() {
        fn check<P: Elementary>(same: impl Fn(P, P) -> bool) {
            for (a, b) in [(0.7, 1.3), (-0.4, 2.5), (3.2, -1.6), (0.0, -0.0), (f64::INFINITY, -1.0), (f64::NAN, 0.3)] {
                let (a, b) = (P::of(a), P::of(b));
                let (x, y) = (Wide::new(a), Wide::new(b));
                macro_rules! same {
                    ($($name:ident($($argument:tt)*);)*) => {
                        $({
                            let found = same!(@wide $name x y $($argument)*).narrow();
                            let want = same!(@plain $name a b $($argument)*);
                            assert!(same(found, want), "{} of {a}, {b}: {found}, not {want}", stringify!($name));
                        })*
                    };
                    (@wide $name:ident $x:ident $y:ident) => { $x.$name() };
                    (@wide $name:ident $x:ident $y:ident other) => { $x.$name($y) };
                    (@plain $name:ident $a:ident $b:ident) => { $a.$name() };
                    (@plain $name:ident $a:ident $b:ident other) => { $a.$name($b) };
                }
                same! {
                    abs(); signum(); recip(); sqrt(); floor(); ceil(); round(); trunc(); fract(); cbrt(); exp(); exp2();
                    exp_m1(); ln(); log2(); log10(); ln_1p(); sin(); cos(); tan(); asin(); acos(); atan(); sinh(); cosh();
                    tanh(); asinh(); acosh(); atanh(); to_degrees(); to_radians(); copysign(other); max(other); min(other);
                    log(other); atan2(other); hypot(other); rem_euclid(other); powf(other); rem(other);
                }
                assert_eq!(x.is_sign_negative(), a.is_sign_negative());
                assert_eq!([x.is_finite(), x.is_nan(), x.is_normal()], [a.is_finite(), a.is_nan(), a.is_normal()]);
                assert_eq!((x.to_integer(), format!("{x:e}")), (a.to_integer(), format!("{a:e}·2^0")));
                assert_eq!(x.to_string(), format!("{a}·2^0"));
            }
            assert!(same(Wide::<P>::count(7).narrow(), P::count(7)));
            assert!(same(Wide::<P>::of_integer(-7).narrow(), P::of_integer(-7)));
        }
        check::<f64>(|x, y| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan() || x == 0.0 && y == 0.0);
        check::<f32>(|x, y| x.to_bits() == y.to_bits() || x.is_nan() && y.is_nan() || x == 0.0 && y == 0.0);
    }

    /// What `Elementary` asks for, on both sides of the range of floats.
    #[test]
    fn the_functions_of_floats() {
        type W = Wide<f64>;
        let (huge, tiny) = (W::new(1e300).powi(20), W::new(1e-300).powi(20));
        assert_eq!((W::new(7.5) % W::new(2.0)).to_f64(), 1.5);
        assert_eq!(W::new(3.0).mul_add(W::new(5.0), W::new(-4.0)).to_f64(), 11.0);
        assert!(huge.mul_add(tiny, -W::ONE).abs() < W::new(1e-13));
        assert_eq!(
            [W::new(2.0).powi(-3), W::new(2.0).powi(0), W::new(-2.0).powi(3)].map(W::narrow),
            [0.125, 1.0, -8.0]
        );
        assert!(((huge * W::new(3.0)).hypot(huge * W::new(-4.0)) / huge - W::new(5.0)).abs() < W::new(1e-14));
        assert_eq!([huge.hypot(tiny), W::ZERO.hypot(-tiny), tiny.hypot(W::INFINITY)], [huge, W::ZERO, W::INFINITY]);
        assert_eq!([huge.copysign(-tiny), (-huge).copysign(tiny)], [-huge, huge]);
        assert!(W::NAN.is_nan() && ![huge, W::INFINITY, W::ZERO].iter().any(|x| x.is_nan()));
        assert!(huge.is_normal() && tiny.is_normal() && ![W::NAN, W::INFINITY, W::ZERO].iter().any(|x| x.is_normal()));
        for (less, more) in [(tiny, W::ONE), (W::ONE, huge), (tiny, huge), (-huge, -tiny), (huge, W::INFINITY)] {
            assert_eq!(less.partial_cmp(&more), Some(Ordering::Less));
            assert_eq!(more.partial_cmp(&less), Some(Ordering::Greater));
            assert_eq!([less, more].map(|x| x.partial_cmp(&x)), [Some(Ordering::Equal); 2]);
            assert_eq!([less.max(more), more.max(less), less.min(more), more.min(less)], [more, more, less, less]);
            assert_eq!([less.max(W::NAN), W::NAN.max(less), less.min(W::NAN), W::NAN.min(less)], [less; 4]);
        }
        assert!(W::NAN.partial_cmp(&huge).is_none() && huge.partial_cmp(&W::NAN).is_none());
        assert_eq!([W::INFINITY + W::INFINITY, W::INFINITY - huge, huge + W::INFINITY], [W::INFINITY; 3]);
        assert_eq!([W::INFINITY - W::ONE, W::INFINITY.powf(W::new(2.0)), W::INFINITY * tiny], [W::INFINITY; 3]);
        assert!((W::INFINITY - W::INFINITY).is_nan() && W::NAN.powf(W::ONE).is_nan());
        assert_eq!([W::INFINITY.powf(W::new(-2.0)), W::ZERO.powf(W::new(2.0)), tiny * W::ZERO], [W::ZERO; 3]);
        for (x, c) in [(-1e200, 3.0), (-1e200, 4.0), (1e-200, 2.5), (3e-250, -7.0), (-3e-250, -7.0)] {
            let whole = W::new(x).powf(W::new(c / 2.0)).powi(2);
            let exact = if c.fract() == 0.0 { W::new(x).powi(c as i32) } else { whole };
            assert!((W::new(x).powf(W::new(c)) / exact - W::ONE).abs() < W::new(1e-12), "{x:e} to the {c}");
        }
        // a product of exponents that single precision rounds to a multiple of 256
        let half = Wide::new(2.0_f32.powi(-91));
        assert_eq!(half.powf(Wide::new(37772420.0)), half.powi(37772420));
        // no squaring of (5/4)^(c/2⁶⁴) is in the range of floats
        assert!(W::power(1.25, f64::MAX, 64).is_nan());
        // two squarings bring back the fourth root of 1.25^10⁴, and not that of 1.25^10⁵
        let ratio = W::power(1.25, 1e4, 2) / W::new(1.25).powi(10_000);
        assert!((ratio.narrow() - 1.0).abs() < 1e-11 && W::power(1.25, 1e5, 2).is_nan(), "{ratio}");
    }

    /// A number has the exponent that its mantissa leaves it, and 0 if it has none.
    #[test]
    fn exponents_are_multiples_of_the_step() {
        type W = Wide<f64>;
        assert_eq!(format!("{} {:e}", W::new(3.0), W::new(-2.0_f64.powi(130))), "3·2^0 -4e0·2^128");
        assert_eq!(format!("{} {}", W::new(2.0).powi(-130), Wide::new(2.0_f32).powi(37)), "0.25·2^-128 32·2^32");
        // from 2⁻ˢ to below 2ˢ
        let ends = [-129, -128, 127, 128].map(|n| W::new(2.0_f64.powi(n)).exponent);
        assert_eq!(ends, [-1, 0, 0, 1]);
        let ends = [-17, -16, 15, 16].map(|n| Wide::new(2.0_f32.powi(n)).exponent);
        assert_eq!(ends, [-1, 0, 0, 1]);
        for none in [W::ZERO, W::INFINITY, W::NAN] {
            let far = none * W::new(1e300).powi(20);
            assert!(far.to_string().ends_with("·2^0"), "{far}");
            assert_eq!(none.power_of_two_nearby(), None);
        }
        // within the range of floats
        assert_eq!(W::new(3.0).power_of_two_nearby(), Some(4.0));
        assert_eq!(W::new(-1e-300).powi(20).power_of_two_nearby(), Some(2.0_f64.powi(-1020)));
        assert_eq!(W::new(1e-300).powi(-20).power_of_two_nearby(), Some(2.0_f64.powi(1020)));
        // beyond the farthest exponent there is no number
        let farthest = i64::from(FARTHEST) * 128;
        assert!(W::power_of_two(farthest + 127).is_finite() && W::power_of_two(-farthest).is_finite());
        assert!(W::power_of_two(farthest + 128).is_nan() && W::power_of_two(-farthest - 1).is_nan());
    }

    #[cfg(feature = "special")]
    #[test]
    fn doubles_as_numbers_of_single_precision() {
        for x in [1e-200, -3e200, 1.5, 2.0_f64.powi(-16), 2.0_f64.powi(16), 3e-300, f64::MAX, -1e-30] {
            let back = Wide::<f32>::of_double(x) / Wide::new(10.0_f32).powi(x.abs().log10().floor() as i32);
            let want = x / 10.0_f64.powf(x.abs().log10().floor());
            assert!((back.to_f64() / want - 1.0).abs() < 2e-5, "{x:e}: {back} {want}");
        }
        assert_eq!(Wide::<f32>::of_double(-0.0).narrow().to_bits(), (-0.0_f32).to_bits());
        assert_eq!(Wide::<f32>::of_double(f64::INFINITY).narrow(), f32::INFINITY);
        assert!(Wide::<f32>::of_double(f64::NAN).is_nan());
        assert_eq!(Wide::<f64>::of_double(1e-300).narrow(), 1e-300);
        // of a single, its own parts
        for x in [1.0_f32, 0.75, -3e-5, 2.0_f32.powi(-16), 2.0_f32.powi(16), -7e10, f32::MAX, f32::MIN_POSITIVE, 1e-40]
        {
            assert_eq!(Wide::<f32>::of_double(x.into()).to_string(), Wide::new(x).to_string());
        }
    }

    #[test]
    fn exponents_have_no_end() {
        let tiny = Wide::new(1e-300).powi(20);
        assert!(tiny > Wide::ZERO && tiny < Wide::new(1e-300));
        // 0.05 is no float: 2e-18 of its rounding, 13,800 times
        assert!((tiny.powf(Wide::new(0.05)).narrow() / 1e-300 - 1.0).abs() < 1e-13);
        assert!((tiny.powf(Wide::new(-0.7)) * tiny.powf(Wide::new(0.7))).narrow() - 1.0 < 1e-14);
        assert!(((tiny * Wide::new(1e300).powi(20)).narrow() - 1.0).abs() < 1e-14);
        assert!((tiny.sqrt() / Wide::new(1e-300).powi(10)).narrow() - 1.0 < 1e-14);
        // 763^763 and its reciprocal, and the largest exponents
        let x = Wide::new(763.0_f32);
        let (large, small) = (x.powf(x), x.powf(-x));
        assert!(large > Wide::ZERO && large.narrow() == f32::INFINITY && small.narrow() == 0.0);
        assert!(((large * small).narrow() - 1.0).abs() < 1e-3, "{}", large * small);
        let (x, c) = (Wide::new(4.802263e-28_f32), Wide::new(-37772420.0));
        assert!(x.powf(c) > Wide::new(f32::MAX).powi(1000) && (x.powf(c) * x.powf(-c)).narrow() > 0.0);
        // x^x where the exponent itself is beyond all integers: no number, and not 0
        assert!(
            [7.891013533388632e33, 1e300].map(Wide::new).iter().all(|x| x.powf(*x).is_nan() && x.powf(-*x).is_nan())
        );
        assert!(Wide::new(7.816_975e24_f32).powf(Wide::new(7.816_975e24)).is_nan());
        assert!(Wide::new(-8.4e-323).powf(Wide::new(2e10)).is_nan() && Wide::new(1e-300).powi(i32::MAX).is_nan());
        assert_eq!(tiny.narrow(), 0.0);
        assert_eq!(tiny.recip().narrow(), f64::INFINITY);
    }
}
