//! Derivatives of any order in one direction.

use alloc::vec::Vec;
use core::array;
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::dual::Dual;
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar, either_zero, from, is_zero};
use crate::pairs::Partials;
use crate::perturbation::Tag;
use crate::recurrences::{Law, Law2};
use crate::rules::{Everything, MAX_ORDER};
use crate::stretched::{self, fits, fits_by, is_middling, is_quotient, leaves_room};
use crate::wide::Wide;

/// A truncated power series x₀ + x₁ t + … + x_K tᴷ: a value with `K` Taylor coefficients in one direction.
///
/// The coefficients are scaled, x_k = f⁽ᵏ⁾/k!, so that high orders do not overflow through factorials;
/// [`derivative`](Taylor::derivative) gives f⁽ᵏ⁾. Along curved lines the coefficients of the elementary functions follow from
/// their differential equations, so that high orders keep their digits; those of `sinc`, `pow`, special functions and own rules are
/// sums that may cancel. Over plain floats, the functions of this crate give every coefficient that
/// fits, although f⁽ᵏ⁾, k! or a power on the way to it may not; for a special function f⁽ᵏ⁾ must fit `f64`, and for own rules
/// the precision. With `T` a number that carries derivatives itself, each coefficient is differentiated, and f⁽ᵏ⁾ must fit.
/// The orders of a nest add up to at most [`MAX_ORDER`](crate::MAX_ORDER).
///
/// ```
/// use autodiff::Taylor;
///
/// // eˣ at 0: the coefficients are 1/k!
/// let y = Taylor::<f64, 4>::variable(0.0).exp();
/// assert_eq!((y.re, y.coefficients), (1.0, [1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0]));
/// assert_eq!(y.derivative(4), 1.0);
/// ```
#[derive(Clone, Copy)]
pub struct Taylor<T, const K: usize> {
    /// x₁ … x_K.
    pub coefficients: [T; K],
    /// x₀, the value.
    pub re: T,
    tag: Tag,
}

impl<T: Number, const K: usize> Taylor<T, K> {
    /// A number that does not move.
    #[inline]
    pub fn constant(re: T) -> Self {
        Taylor { coefficients: [T::zero(); K], re, tag: Tag::NONE }
    }

    /// The variable x + t.
    #[inline]
    pub fn variable(re: T) -> Self {
        Self::line(re, T::one())
    }

    /// The point x + t · `direction`.
    #[inline]
    pub fn line(re: T, direction: T) -> Self {
        Taylor { coefficients: array::from_fn(|i| if i == 0 { direction } else { T::zero() }), re, tag: Tag::NONE }
    }

    /// The k-th derivative, k! x_k; the value for k = 0 and zero for k > `K`, which the series does not have.
    pub fn derivative(&self, k: usize) -> T {
        if k > K {
            return T::zero();
        }
        let times = |x: T, factor: T::Precision| x * T::constant(factor);
        let factorial = (1..=k).fold(T::Precision::ONE, |product, i| product * T::Precision::count(i));
        if Elementary::is_finite(factorial) {
            times(self.at(k), factorial)
        } else {
            (1..=k).fold(self.at(k), |x, i| times(x, T::Precision::count(i)))
        }
    }

    /// x_k, the value for k = 0.
    #[inline]
    pub(crate) fn at(&self, k: usize) -> T {
        if k == 0 { self.re } else { self.coefficients[k - 1] }
    }

    /// The series with these coefficients.
    #[inline]
    pub(crate) fn from_fn(mut coefficient: impl FnMut(usize) -> T) -> Self {
        let re = coefficient(0);
        Taylor { coefficients: array::from_fn(|i| coefficient(i + 1)), re, tag: Tag::NONE }
    }

    /// The number as one of a driver call.
    #[inline]
    pub(crate) fn tagged(self, tag: Tag) -> Self {
        Taylor { tag, ..self }
    }

    /// The number as the result of a driver call: a number of an outer derivative that its closure returns is none.
    #[inline]
    pub(crate) fn result_of(self, tag: Tag) -> Self {
        Taylor { tag: self.tag.and(tag), ..self }
    }

    /// Σ_{j ≤ k} x_j y_{k−j}, where `times` multiplies.
    #[inline]
    fn convolution(&self, other: &Self, k: usize, times: impl Fn(T, T) -> T) -> T {
        let first = times(self.at(0), other.at(k));
        (1..=k).fold(first, |sum, j| sum + times(self.at(j), other.at(k - j)))
    }

    /// The powers 0 to `order` of the series without its value, to that order.
    fn powers(&self, order: usize) -> impl Iterator<Item = Self> {
        let moved = Taylor { re: T::zero(), ..*self };
        let one = Self::constant(T::one());
        core::iter::successors(Some(one), move |power| {
            Some(Self::from_fn(|k| if k <= order { power.convolution(&moved, k, either_zero) } else { T::zero() }))
        })
        .take(order + 1)
    }

    /// The first order from which on the chain rule is a sum of several terms, beyond the three that it shares with the
    /// other numbers.
    fn first_sum(&self) -> usize {
        let moves_otherwise = (2..=K).find(|k| !is_zero(self.at(*k))).unwrap_or(K + 1);
        moves_otherwise.max(4)
    }

    /// The coefficients of `low` below the order `first`, those of `high` from there on.
    fn joined(low: Self, high: &Self, first: usize) -> Self {
        Taylor { coefficients: array::from_fn(|i| if i + 1 < first { low } else { *high }.coefficients[i]), ..low }
    }

    /// f(x₀ + u) to this order, by the chain rule.
    fn compose_to(self, order: usize, derivatives: &[T::Precision]) -> Self {
        let mut sum = Self::constant(self.re.compose(derivatives)).tagged(self.tag);
        let mut factorial = T::Precision::ONE;
        for (n, power) in self.powers(order).enumerate().skip(1) {
            factorial *= T::Precision::count(n);
            let slope = self.re.compose(from(derivatives, n)) / T::constant(factorial);
            for k in n..=order {
                sum.coefficients[k - 1] += power.at(k).times_slope(slope);
            }
        }
        sum
    }

    /// f(x₀ + u) by its differential equation, if it is to be had.
    fn compose_by_law(self, d: &[T::Precision], law: Law<T::Precision>) -> Option<Self> {
        self.solution(law, self.start(d)).filter(|series| series.all_finite())
    }

    /// f, f', f'', f''' at the value, from which a solution starts.
    fn start(&self, d: &[T::Precision]) -> [T; 4] {
        [0, 1, 2, 3].map(|n| self.re.compose(from(d, n)))
    }

    /// The same in units of the argument in which nothing overflows or underflows on the way, where the derivatives that
    /// the equation starts from have all their digits.
    #[cold]
    fn compose_by_law_far_out(self, d: &[T::Precision], law: Law<T::Precision>) -> Option<Self> {
        let size = Elementary::abs(self.value());
        if !(1..=law.uses()).all(|n| d.get(n).is_some_and(|f| fits_by(Some(law), n, *f, size))) {
            return None;
        }
        let n = self.pace(law.unit(size))?;
        let paced = self.paced(-n);
        // uᵖ obeys the same equation whatever u is multiplied by
        let argument = if matches!(law, Law::Power(_)) { paced.scaled(-exponent(size)?) } else { paced };
        let series = argument.solution(law, self.start(d))?.paced(n);
        series.all_finite().then_some(series)
    }

    /// The largest of (|x_k|/unit)^(1/k), k ≥ 1, as a power of two; nothing where none moves.
    fn pace(&self, unit: T::Precision) -> Option<i32> {
        let unit = exponent(unit)?;
        let of = |(x, k): (&T, i32)| Some((exponent(x.value())? - unit).div_euclid(k));
        self.coefficients.iter().zip(1..).filter_map(of).max()
    }

    /// The series in the variable s = 2⁻ⁿ t.
    fn paced(self, n: i32) -> Self {
        Self::from_fn(|k| times_power_of_two(self.at(k), n.saturating_mul(k as i32))).tagged(self.tag)
    }

    /// The series times 2ⁿ.
    fn scaled(self, n: i32) -> Self {
        Self::from_fn(|k| times_power_of_two(self.at(k), n)).tagged(self.tag)
    }

    /// The first order whose coefficient is infinite or NaN; nothing where the value is.
    fn first_lost(&self) -> Option<usize> {
        (1..=K).find(|k| !self.at(*k).all_finite()).filter(|_| self.re.all_finite())
    }

    /// The series below the order `first`.
    fn below(self, first: usize) -> Self {
        Self::from_fn(|k| if k < first { self.at(k) } else { T::zero() }).tagged(self.tag)
    }

    /// x y where something is infinite or NaN: coefficients that are zero stay zero, values that are zero do not win.
    #[cold]
    fn careful_product(&self, other: &Self, value: T) -> Self {
        let coefficient = |k: usize| {
            let ends = other.at(k).times_slope(self.re) + self.at(k).times_slope(other.re);
            (1..k).fold(ends, |sum, j| sum + either_zero(self.at(j), other.at(k - j)))
        };
        Self::from_fn(|k| if k == 0 { value } else { coefficient(k) }).tagged(self.tag.and(other.tag))
    }
}

/// The chain rule where it leaves the range of floats on the way to coefficients within it.
impl<T: Number, const K: usize> Taylor<T, K> {
    /// [`Number::compose_by`] of a series without infinite coefficients.
    fn compose_finite(
        self,
        d: &[T::Precision],
        law: Option<Law<T::Precision>>,
        all: &dyn Fn() -> Everything<T::Precision>,
    ) -> Self {
        // where the chain rule adds several terms, they follow from the differential equation
        let first = self.first_sum();
        let sums = law.filter(|_| first <= K);
        if T::ORDER == 0
            && let Some(out) = self.out_of_range(d, law)
            && let Some(wide) = all().wide
            && let Some(y) = self.compose_widely(self.compose(d), &wide, out)
        {
            let series = sums.and_then(|law| self.compose_by_law_far_out(d, law));
            return series.map_or(y, |series| Self::joined(y, &series, first));
        }
        match sums.and_then(|law| self.compose_by_law(d, law)) {
            Some(series) => Self::joined(self.compose_to(first - 1, d), &series, first),
            None => self.compose(d),
        }
    }

    /// At which orders a term f⁽ⁿ⁾/n! uⁿ, or a factor of it, may overflow or lose digits to underflow, if at any.
    fn out_of_range(&self, d: &[T::Precision], law: Option<Law<T::Precision>>) -> Option<[bool; K]> {
        let o = T::Precision::ZERO;
        let size = Elementary::abs(self.value());
        // where f itself is infinite, so are its derivatives
        if !(self.all_finite() && Elementary::is_finite(d[0])) {
            return None;
        }
        if !self.powers_fit() {
            return Some([true; K]);
        }
        let grows = self.grows();
        let (mut fades, mut factorial) = (false, T::Precision::ONE);
        let out = array::from_fn(|k| {
            factorial *= T::Precision::count(k + 1);
            let slope = d[k + 1] / factorial;
            // a zero after a tiny one is no zero; what is too small matters if large powers are to bring it back
            let lost = fades || law.is_some() && !fits_by(law, k + 1, d[k + 1], size);
            let faded = slope != o && !Elementary::is_normal(slope) || slope == o && lost;
            fades = slope != o && Elementary::abs(slope) < T::Precision::SQRT_MIN_POSITIVE;
            !Elementary::is_finite(slope) || (faded && grows)
        });
        out.contains(&true).then_some(out)
    }

    /// Whether large powers of the moving part may bring back what is too small.
    fn grows(&self) -> bool {
        self.coefficients.iter().any(|x| Elementary::abs(x.value()) > T::Precision::ONE)
    }

    /// Whether no power of the moving part, to the order K, overflows or underflows.
    fn powers_fit(&self) -> bool {
        self.coefficients.iter().zip(1..).all(|(x, k)| {
            let u = Elementary::abs(x.value());
            let power = || Elementary::powi(u, (K / k) as i32);
            u == T::Precision::ZERO
                || u == T::Precision::ONE
                || !Elementary::is_finite(u)
                || Elementary::is_normal(power())
        })
    }

    /// f(x₀ + u, y₀ + v) to this order, by the chain rule, and the coefficients with a term that may overflow or lose digits to
    /// underflow.
    fn compose2_to(
        &self,
        order: usize,
        other: &Self,
        partials: &Partials<T::Precision>,
        i: usize,
        j: usize,
    ) -> (Self, [bool; K]) {
        let mut sum = Self::constant(self.re.compose2(other.re, partials, i, j)).tagged(self.tag.and(other.tag));
        let mut concerned = [!(self.powers_fit() && other.powers_fit()); K];
        let grows = self.grows() || other.grows();
        let sizes = [self.value(), other.value()].map(Elementary::abs);
        let mut x_factorial = T::Precision::ONE;
        for (n, x_power) in self.powers(order).enumerate() {
            x_factorial *= T::Precision::count(n.max(1));
            let mut factorial = x_factorial;
            for (m, y_power) in other.powers(order).enumerate().take(order + 1 - n) {
                factorial *= T::Precision::count(m.max(1));
                if n + m == 0 {
                    continue;
                }
                let slope = self.re.compose2(other.re, partials, i + n, j + m) / T::constant(factorial);
                let size = Elementary::abs(slope.value());
                let faded = !Elementary::is_normal(size)
                    && (size != T::Precision::ZERO || !sizes.into_iter().all(|x| fits(size, x)));
                let out = !Elementary::is_finite(size) || (faded && grows);
                for k in n + m..=order {
                    let product = x_power.convolution(&y_power, k, either_zero);
                    concerned[k - 1] |= out && product.value() != T::Precision::ZERO;
                    sum.coefficients[k - 1] += product.times_slope(slope);
                }
            }
        }
        (sum, concerned)
    }

    /// f(x₀ + u, y₀ + v) by its differential equation, if it is to be had, in units of the argument in which nothing overflows
    /// or underflows on the way.
    fn compose2_by_law(&self, other: &Self, partials: &Partials<T::Precision>) -> Option<Self> {
        let law = partials.law?;
        let [u, v] = [self, other].map(|x| Elementary::abs(x.value()));
        let unit = if matches!(law, Law2::Xlogy) { v } else { Elementary::max(u, v) };
        let n = self.pace(unit).into_iter().chain(other.pace(unit)).max()?;
        let value = self.re.compose2(other.re, partials, 0, 0);
        let series = self.paced(-n).solution2(&other.paced(-n), law, value)?.paced(n);
        series.all_finite().then_some(series)
    }

    /// [`Number::compose2`] of order (i, j) of series without infinite coefficients.
    fn compose2_finite(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        // the orders that the chain rule gives in all numbers alike
        const SHARED: usize = 3;
        let by_law = K > SHARED && (i, j) == (0, 0);
        let series = if by_law { self.compose2_by_law(&other, partials) } else { None };
        let order = if series.is_some() { SHARED } else { K };
        let (mut sum, concerned) = self.compose2_to(order, &other, partials, i, j);
        if T::ORDER == 0 && i + j == 0 && concerned[..order].contains(&true) {
            sum = self.compose2_widely(&other, partials, sum, concerned).unwrap_or(sum);
        }
        series.map_or(sum, |series| Self::joined(sum, &series, SHARED + 1))
    }

    /// f(x₀ + u, y₀ + v) = Σ ∂ⁿ⁺ᵐf/∂xⁿ∂yᵐ / (n! m!) uⁿ vᵐ on numbers without a range, for the coefficients that are
    /// `concerned`; nothing where a partial is infinite there too.
    #[cold]
    fn compose2_widely(
        &self,
        other: &Self,
        partials: &Partials<T::Precision>,
        plain: Self,
        concerned: [bool; K],
    ) -> Option<Self> {
        let zero = Wide::<T::Precision>::ZERO;
        if !(self.all_finite() && other.all_finite() && plain.re.all_finite()) {
            return None;
        }
        let times = |x: &[Wide<T::Precision>], y: &[Wide<T::Precision>]| -> Vec<Wide<T::Precision>> {
            (0..=K).map(|k| (0..=k).fold(zero, |sum, j| sum + x[j] * y[k - j])).collect()
        };
        let powers = |x: &Self| {
            let moving: Vec<_> = (0..=K).map(|k| if k == 0 { zero } else { Wide::new(x.at(k).value()) }).collect();
            let one: Vec<_> = (0..=K).map(|k| if k == 0 { Wide::ONE } else { zero }).collect();
            core::iter::successors(Some(one), |power| Some(times(power, &moving))).take(K + 1).collect::<Vec<_>>()
        };
        let factorial = |n: usize| (1..=n).fold(Wide::ONE, |product: Wide<T::Precision>, i| product * Wide::count(i));
        let (x_powers, y_powers) = (powers(self), powers(other));
        let mut sum = [zero; K];
        for n in 0..=K {
            for m in usize::from(n == 0)..=K - n {
                let product = times(&x_powers[n], &y_powers[m]);
                if product.iter().all(|x| *x == zero) {
                    continue;
                }
                let slope = partials.wide_at(n, m)? / (factorial(n) * factorial(m));
                if !slope.is_finite() {
                    return None;
                }
                for k in 0..K {
                    sum[k] = sum[k] + product[k + 1] * slope;
                }
            }
        }
        let coefficients =
            array::from_fn(|k| if concerned[k] { T::constant(sum[k].narrow()) } else { plain.coefficients[k] });
        Some(Taylor { coefficients, ..plain })
    }

    /// f(x₀ + u) = Σ f⁽ⁿ⁾(x₀)/n! uⁿ on numbers without a range, for the coefficients with a term of an order that is `out` of it;
    /// nothing where a derivative is infinite there too.
    #[cold]
    fn compose_widely(self, plain: Self, d: &[Wide<T::Precision>], out: [bool; K]) -> Option<Self> {
        let zero = Wide::<T::Precision>::ZERO;
        let moving: [_; K] = array::from_fn(|k| Wide::new(self.coefficients[k].value()));
        let mut power = moving;
        let (mut sum, mut concerned) = ([zero; K], [false; K]);
        let mut factorial = Wide::<T::Precision>::ONE;
        for n in 1..=K {
            factorial = factorial * Wide::count(n);
            let slope = d[n] / factorial;
            if !slope.is_finite() {
                return None;
            }
            for k in 0..K {
                sum[k] = sum[k] + power[k] * slope;
                concerned[k] |= out[n - 1] && power[k] != zero;
            }
            let last = power;
            power = array::from_fn(|k| (0..k).fold(zero, |sum, j| sum + last[j] * moving[k - 1 - j]));
        }
        let coefficients =
            array::from_fn(|k| if concerned[k] { T::constant(sum[k].narrow()) } else { plain.coefficients[k] });
        Some(Taylor { coefficients, ..plain })
    }
}

/// The exponent of the power of two next to a number; nothing for 0, infinities and NaN.
fn exponent<P: Elementary>(x: P) -> Option<i32> {
    let size = Elementary::abs(x);
    (size > P::ZERO && Elementary::is_finite(size))
        .then(|| Elementary::round(Elementary::log2(size)).to_integer() as i32)
}

/// x 2ⁿ
fn times_power_of_two<T: Number>(mut x: T, mut n: i32) -> T {
    // 2¹⁰⁰ is a number of every precision
    while n != 0 && !is_zero(x) && x.all_finite() {
        let step = n.clamp(-100, 100);
        x *= T::constant(Elementary::powi(T::Precision::of(2.0), step));
        n -= step;
    }
    x
}

impl<T: Number, const K: usize> Number for Taylor<T, K> {
    type Precision = T::Precision;
    const ORDER: usize = T::ORDER + K;

    fn compose_by(
        self,
        d: &[T::Precision],
        law: Option<Law<T::Precision>>,
        all: impl Fn() -> Everything<T::Precision>,
    ) -> Self {
        // what overflows at a high order takes nothing from the lower ones
        if let Some(first) = self.first_lost().filter(|_| Elementary::is_finite(d[0])) {
            return Self::joined(self.below(first).compose_finite(d, law, &all), &self.compose(d), first);
        }
        self.compose_finite(d, law, &all)
    }

    fn where_it_fits(self, other: Self) -> Self {
        Self::from_fn(|k| self.at(k).where_it_fits(other.at(k))).tagged(self.tag)
    }
    #[inline]
    fn constant(value: T::Precision) -> Self {
        Taylor::constant(T::constant(value))
    }
    #[inline]
    fn value(self) -> T::Precision {
        self.re.value()
    }
    #[inline]
    fn with_value(self, value: T::Precision) -> Self {
        Taylor { re: self.re.with_value(value), ..self }
    }
    /// f(x₀ + u) = Σ f⁽ⁿ⁾(x₀)/n! uⁿ, where u is the moving part
    fn compose(self, derivatives: &[T::Precision]) -> Self {
        self.compose_to(K, derivatives)
    }
    /// f(x₀ + u, y₀ + v) = Σ ∂ⁿ⁺ᵐf/∂xⁿ∂yᵐ / (n! m!) uⁿ vᵐ
    fn compose2(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        match self.first_lost().into_iter().chain(other.first_lost()).min() {
            Some(first) => {
                let below = self.below(first).compose2_finite(other.below(first), partials, i, j);
                Self::joined(below, &self.compose2_finite(other, partials, i, j), first)
            }
            None => self.compose2_finite(other, partials, i, j),
        }
    }
    #[inline]
    fn all_finite(self) -> bool {
        self.re.all_finite() && self.coefficients.into_iter().all(T::all_finite)
    }
    #[inline]
    fn divides_safely(self) -> bool {
        self.re.divides_safely()
    }
    fn times_slope(self, slope: Self) -> Self {
        let term = |k: usize| self.coefficients[k].times_slope(slope.re);
        // the slope's own value meets the partial's coefficients one-sidedly, all other pairs are of two partials
        let rest = |k: usize| (1..=k + 1).fold(T::zero(), |sum, j| sum + either_zero(slope.at(j), self.at(k + 1 - j)));
        Taylor {
            coefficients: array::from_fn(|k| term(k) + rest(k)),
            re: self.re.times_slope(slope.re),
            tag: self.tag.and(slope.tag),
        }
    }
    fn over_divisor(self, divisor: Self) -> Self {
        let q = self.re.over_divisor(divisor.re);
        self.quotient(divisor, q, T::over_divisor, either_zero)
    }
    fn slope_of_quotient(self, other: Self, [x, y]: [Self; 2], q: Self) -> Self {
        if K != 1 {
            return stretched::slope_of_quotient(self, other, y, q);
        }
        // a series of first order is a dual
        let dual = |x: Self| Dual::new(x.re, [x.at(1)]);
        let slope = dual(self).slope_of_quotient(dual(other), [dual(x), dual(y)], dual(q));
        Self::from_fn(|k| if k == 0 { slope.re } else { slope.eps[0] }).tagged(self.tag.and(other.tag).and(q.tag))
    }
}

impl<T: Number, const K: usize> Taylor<T, K> {
    /// The quotient of series over floats, q its value, on numbers without a range.
    #[cold]
    #[inline(never)]
    fn wide_quotient(self, other: Self, q: T) -> Self {
        if !(self.all_finite() && other.all_finite()) {
            return self.quotient(other, q, T::div, T::mul);
        }
        let at = |x: &Self, k: usize| Wide::new(x.at(k).value());
        let mut wide = [Wide::new(q.value()); MAX_ORDER + 1];
        for k in 1..=K {
            let known = (1..=k).fold(at(&self, k), |rest, j| rest - at(&other, j) * wide[k - j]);
            wide[k] = known / at(&other, 0);
        }
        Self::from_fn(|k| if k == 0 { q } else { T::constant(wide[k].narrow()) }).tagged(self.tag.and(other.tag))
    }

    /// q_k = (x_k − Σ_{1 ≤ j ≤ k} y_j q_{k−j}) / y₀, where `times` multiplies a coefficient with q₀, which may be one itself.
    #[inline]
    fn quotient(self, other: Self, q: T, over: impl Fn(T, T) -> T, times: impl Fn(T, T) -> T) -> Self {
        let mut quotient = Self::constant(q).tagged(self.tag.and(other.tag));
        for k in 1..=K {
            let ends = self.at(k) - times(other.at(k), q);
            let known = (1..k).fold(ends, |rest, j| rest - either_zero(other.at(j), quotient.at(k - j)));
            quotient.coefficients[k - 1] = over(known, other.re);
        }
        quotient
    }
}

impl<T: Number, const K: usize> Add for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self::from_fn(|k| self.at(k) + other.at(k)).tagged(self.tag.and(other.tag))
    }
}

impl<T: Number, const K: usize> Sub for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self::from_fn(|k| self.at(k) - other.at(k)).tagged(self.tag.and(other.tag))
    }
}

impl<T: Number, const K: usize> Neg for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self::from_fn(|k| -self.at(k)).tagged(self.tag)
    }
}

impl<T: Number, const K: usize> Mul for Taylor<T, K> {
    type Output = Self;
    /// (x y)_k = Σ x_j y_{k−j}
    #[inline]
    fn mul(self, other: Self) -> Self {
        let value = self.re * other.re;
        if !(self.all_finite() && other.all_finite()) {
            return self.careful_product(&other, value);
        }
        Self::from_fn(|k| self.convolution(&other, k, T::mul)).tagged(self.tag.and(other.tag))
    }
}

impl<T: Number, const K: usize> Div for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn div(self, other: Self) -> Self {
        let q = self.re / other.re;
        if T::ORDER == 0 && is_quotient(other.re, q) && !(is_middling(other.re) && leaves_room(q)) {
            self.wide_quotient(other, q)
        } else if other.re.divides_safely() && q.all_finite() {
            self.quotient(other, q, T::div, T::mul)
        } else {
            self.quotient(other, q, T::over_divisor, T::times_slope)
        }
    }
}

impl<F: Float, T: Scalar<F>, const K: usize> Mul<F> for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn mul(self, c: F) -> Self {
        if !c.all_finite() {
            return self.careful_product(&Self::constant(T::constant(c)), self.re * c);
        }
        Self::from_fn(|k| self.at(k) * c).tagged(self.tag)
    }
}

impl<F: Float, T: Scalar<F>, const K: usize> Div<F> for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn div(self, c: F) -> Self {
        if !c.divides_safely() {
            return self.quotient(Self::constant(T::constant(c)), self.re / c, T::over_divisor, T::times_slope);
        }
        Self::from_fn(|k| self.at(k) / c).tagged(self.tag)
    }
}

impl<F: Float, T: Scalar<F>, const K: usize> Add<F> for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn add(self, c: F) -> Self {
        Taylor { re: self.re + c, ..self }
    }
}

impl<F: Float, T: Scalar<F>, const K: usize> Sub<F> for Taylor<T, K> {
    type Output = Self;
    #[inline]
    fn sub(self, c: F) -> Self {
        Taylor { re: self.re - c, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The series with this value and these coefficients.
    fn series<const K: usize>(re: f64, coefficients: [f64; K]) -> Taylor<f64, K> {
        Taylor { coefficients, ..Taylor::constant(re) }
    }

    /// Sums of several terms begin where a line bends, but not within the first three orders.
    #[test]
    fn the_first_order_that_is_a_sum() {
        for (bends, first) in [(0, 9), (1, 9), (2, 4), (3, 4), (4, 4), (5, 5), (8, 8)] {
            let mut line = series(2.0, [0.0; 8]);
            if bends > 0 {
                line.coefficients[bends - 1] = 3.0;
            }
            assert_eq!(line.first_sum(), first, "{bends}");
        }
    }

    /// Of c tᵏ, the powers to the order K are those to K/k.
    #[test]
    fn powers_that_fit() {
        let inf = f64::INFINITY;
        for (coefficients, wanted) in [
            ([0.0; 6], true),
            ([1.0; 6], true),
            ([2.0, -1.0, 0.5, 0.0, 0.0, 3.0], true),
            ([1e50, 0.0, 0.0, 0.0, 0.0, 0.0], true),
            ([1e52, 0.0, 0.0, 0.0, 0.0, 0.0], false),
            ([1e-50, 0.0, 0.0, 0.0, 0.0, 0.0], true),
            ([-1e-52, 0.0, 0.0, 0.0, 0.0, 0.0], false),
            ([1.0, 1e102, 0.0, 0.0, 0.0, 0.0], true),
            ([1.0, -1e103, 0.0, 0.0, 0.0, 0.0], false),
            ([1.0, 0.0, 1e-153, 1e-307, 1e307, 1e307], true),
            ([1.0, 0.0, 1e-155, 0.0, 0.0, 0.0], false),
            ([1.0, 0.0, 0.0, 0.0, 0.0, 1e-310], false),
            // what is infinite before does not overflow
            ([1.0, inf, 0.0, 0.0, f64::NAN, -inf], true),
        ] {
            assert_eq!(series(0.0, coefficients).powers_fit(), wanted, "{coefficients:?}");
        }
        for (coefficients, wanted) in [([1.0, -1.0, 0.5], false), ([1.0, 0.0, -1.5], true), ([0.0; 3], false)] {
            assert_eq!(series(9.0, coefficients).grows(), wanted, "{coefficients:?}");
        }
    }

    /// The orders at which f⁽ⁿ⁾/n! is infinite, or too small where large powers may bring it back.
    #[test]
    fn orders_out_of_range() {
        let (inf, none, wave) = (f64::INFINITY, None, Some(Law::Wave(-1.0)));
        let (tiny, root) = (1e-200, f64::SQRT_MIN_POSITIVE);
        for (x, step, derivatives, law, wanted) in [
            (1.0, 2.0, [1.0; 4], wave, [0, 0, 0]),
            (1.0, 2.0, [1.0, 1e-310, 1.0, 1.0], wave, [1, 0, 0]),
            (1.0, 2.0, [1.0, 1.0, 1.0, 6.0 * 1e-310], none, [0, 0, 1]),
            // 3! takes it out of the range
            (1.0, 2.0, [1.0, 1.0, 1.0, 1e-307], none, [0, 0, 1]),
            (1.0, 1.0, [1.0, 1e-310, 1.0, 1.0], wave, [0, 0, 0]),
            (1.0, 0.5, [1.0, 1.0, inf, 1.0], wave, [0, 1, 0]),
            (1.0, 2.0, [1.0, f64::NAN, 1.0, -inf], none, [1, 0, 1]),
            // a zero is one at a middling argument, unless a tiny derivative comes before it
            (1.0, 2.0, [1.0, 1.0, 0.0, 1.0], none, [0, 0, 0]),
            (1.0, 2.0, [1.0, 1.0, 0.0, 1.0], wave, [0, 0, 0]),
            (1e20, 2.0, [1.0, 1.0, 0.0, 1.0], none, [0, 0, 0]),
            (1e20, 2.0, [1.0, 1.0, 0.0, 1.0], wave, [0, 1, 0]),
            (1.0, 2.0, [1.0, tiny, 0.0, 1.0], none, [0, 1, 0]),
            (1.0, 2.0, [1.0, -tiny, 0.0, 0.0], none, [0, 1, 0]),
            (1.0, 2.0, [1.0, root, 0.0, 1.0], none, [0, 0, 0]),
            (1.0, 1.0, [1.0, tiny, 0.0, 1.0], none, [0, 0, 0]),
            // u² has no third derivative
            (3.0, 2.0, [9.0, 6.0, 2.0, 0.0], Some(Law::Polynomial(2.0)), [0, 0, 0]),
            (3.0, 2.0, [9.0, 6.0, 2.0, 0.0], Some(Law::Power(2.5)), [0, 0, 1]),
            (1.0, 1e200, [1.0; 4], wave, [1, 1, 1]),
            // nothing is to be had from infinite values
            (1.0, 2.0, [inf; 4], wave, [0, 0, 0]),
            (1.0, inf, [1.0, inf, 1.0, 1.0], wave, [0, 0, 0]),
        ] {
            let found = Taylor::<f64, 3>::line(x, step).out_of_range(&derivatives, law);
            let wanted = wanted.map(|out| out == 1);
            let wanted = wanted.contains(&true).then_some(wanted);
            assert_eq!(found, wanted, "{derivatives:?} at {x:e} + {step:e} t by {law:?}");
        }
    }

    /// Only the coefficients with a term that is out of range are taken from the sum without one.
    #[test]
    fn coefficients_that_are_concerned() {
        // e^u for u = 2 t + 3 t², and marks in place of what was found before
        let (line, marks) = (series(0.0, [2.0, 3.0, 0.0]), series(-7.0, [-1.0, -2.0, -3.0]));
        let ones = [Wide::new(1.0); MAX_ORDER + 1];
        let exact = [2.0, 5.0, 6.0 + 4.0 / 3.0];
        for (out, concerned) in [
            ([true, false, false], [true, true, false]),
            ([false, true, false], [false, true, true]),
            ([false, false, true], [false, false, true]),
            ([false; 3], [false; 3]),
        ] {
            let found = line.compose_widely(marks, &ones, out).unwrap();
            for k in 0..3 {
                let wanted = if concerned[k] { exact[k] } else { marks.coefficients[k] };
                assert!((found.coefficients[k] - wanted).abs() < 1e-15, "{out:?}, order {}: {found:?}", k + 1);
            }
            assert_eq!(found.re, marks.re);
        }
        let infinite = [Wide::new(f64::INFINITY); MAX_ORDER + 1];
        assert!(line.compose_widely(marks, &infinite, [true; 3]).is_none());
    }

    /// The same of two variables: x y for x = 3 + 2 t and y = 5 + 4 t², with other derivatives beside it.
    #[test]
    fn coefficients_of_pairs_that_are_concerned() {
        let partials = |xx, xxx| Partials::new(15.0, [5.0, 3.0], [xx, 1.0, 0.0], [xxx, 0.0, 0.0, 0.0]);
        let compose = |x: [f64; 3], y: [f64; 3], partials: &Partials<f64>| {
            series(3.0, x).compose2_to(3, &series(5.0, y), partials, 0, 0)
        };
        let (along, across, still) = ([2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0; 3]);
        let (sum, concerned) = compose(along, across, &partials(0.0, 0.0));
        assert_eq!((sum.re, sum.coefficients, concerned), (15.0, [10.0, 12.0, 8.0], [false; 3]));
        // 1e−310 · (2 t)²/2 may have lost digits, and an infinite derivative stays in its orders
        assert_eq!(compose(along, across, &partials(1e-310, 0.0)).1, [false, true, false]);
        assert_eq!(compose(along, still, &partials(f64::INFINITY, 0.0)).1, [false, true, false]);
        assert_eq!(compose([2.0, 1.0, 0.0], still, &partials(f64::INFINITY, 0.0)).1, [false, true, true]);
        assert_eq!(compose([1.0, 0.0, 0.0], [1.0, 0.0, 0.0], &partials(0.0, f64::NAN)).1, [false, false, true]);
        // nothing brings it back
        assert_eq!(compose([0.5, 0.0, 0.0], [1.0, 0.0, 0.0], &partials(1e-310, 1e-310)).1, [false; 3]);
        // the other number's steps do
        assert_eq!(compose([0.5, 0.0, 0.0], across, &partials(1e-310, 0.0)).1, [false, true, false]);
        for x in [[1e-120, 0.0, 0.0], [0.0, 0.0, 1e-310]] {
            assert_eq!(
                [compose(x, still, &partials(0.0, 0.0)).1, compose(still, x, &partials(0.0, 0.0)).1],
                [[true; 3]; 2]
            );
        }
        // far from 1, a zero may be what underflow left
        let far = series(1e20, along).compose2_to(3, &series(5.0, still), &partials(0.0, 0.0), 0, 0);
        assert_eq!(far.1, [false, true, true]);
    }

    /// Solutions in units of their own speed: |x_k| ≤ unit 2^(n k) at every order, nearly reached at one.
    #[test]
    fn the_pace_of_a_series() {
        let power = |n| 2.0_f64.powi(n);
        for (coefficients, unit, wanted) in [
            ([0.0; 3], 1.0, None),
            ([f64::INFINITY, 0.0, 0.0], 1.0, None),
            ([1.0, 0.0, 0.0], 0.0, None),
            ([1.0, 0.0, 0.0], 1.0, Some(0)),
            ([1.0, 0.0, 0.0], power(5), Some(-5)),
            ([-power(7), 0.0, 0.0], power(2), Some(5)),
            ([1.0, power(10), 0.0], 1.0, Some(5)),
            ([1.0, power(11), 0.0], power(-2), Some(6)),
            ([power(8), power(10), -power(30)], 1.0, Some(10)),
            ([0.0, 0.0, power(-10)], 1.0, Some(-4)),
        ] {
            assert_eq!(series(1.0, coefficients).pace(unit), wanted, "{coefficients:?} in {unit:e}");
        }
        assert_eq!(series(3.0, [2.0, 2.0, 2.0]).paced(-1).coefficients, [1.0, 0.5, 0.25]);
        assert_eq!(series(3.0, [2.0, 2.0, 2.0]).scaled(3).coefficients, [16.0; 3]);
        assert_eq!(times_power_of_two(power(-1000), 1990), power(990));
        assert_eq!([times_power_of_two(0.0, i32::MAX), times_power_of_two(1.0, i32::MIN)], [0.0; 2]);
    }
}
