//! Power series of functions by their differential equations.
//!
//! The chain rule for series, f(x₀ + u) = Σ f⁽ⁿ⁾/n! uⁿ, cancels where f has a singularity nearby: an order more costs a part
//! of the digits, and ln(1 + eᵗ) has half of them left at order 20. Each coefficient of a solution h = f(u) of a
//! differential equation follows from the lower ones without such sums (Moore, *Methods and Applications of Interval
//! Analysis*, 1979, section 3.4; Griewank and Walther, *Evaluating Derivatives*, 2008, chapter 13).

use crate::elementary::Elementary;
use crate::number::Number;
use crate::taylor::Taylor;

/// What h = f(u) with the slope g = f'(u), so that h' = g u', satisfies. `P` is a plain float.
#[derive(Clone, Copy, Debug)]
pub enum Law<P> {
    /// h = uᵖ for a low integer p, whose higher coefficients the chain rule leaves exactly zero
    Polynomial(P),
    /// h = uᵖ: u h' = p h u'
    Power(P),
    /// g is in proportion to qᵖ for a polynomial q of u: q g' = p g q'
    Slope(P, Base),
    /// g = b h² and a multiple of h and a constant
    Quadratic(P),
    /// g has a slope of that kind: g' = (b g² and a multiple of g and a constant) u'
    QuadraticSlope(P),
    /// g' = s h u'
    Wave(P),
    /// Nothing that is known here: of a slope f' by itself
    Unknown,
}

/// The polynomials q of [`Law::Slope`].
#[derive(Clone, Copy, Debug)]
pub enum Base {
    /// u
    Itself,
    /// 1 + u
    OneMore,
    /// (1 − u) (1 + u)
    OneMinusSquare,
    /// 1 + u²
    OnePlusSquare,
}

/// A function h of two series u and v.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Law2 {
    /// h = uᵛ = exp(v ln u)
    Pow,
    /// h = u ln v
    Xlogy,
    /// h is in proportion to √(u² + v²)
    Hypot,
    /// h is the angle of (v, u)
    Atan2,
}

impl<P: Elementary> Law<P> {
    /// That of uᵖ. A low integer power of a polynomial is a polynomial.
    #[inline]
    pub(crate) fn power(p: P) -> Self {
        let polynomial = p >= P::ZERO && p <= P::of(24.0) && p == p.round();
        if polynomial { Law::Polynomial(p) } else { Law::Power(p) }
    }

    /// The highest derivative of f that a solution starts from.
    pub(crate) fn uses(self) -> usize {
        match self {
            Law::Power(_) | Law::Polynomial(_) | Law::Unknown => 0,
            Law::Slope(..) | Law::Wave(_) => 1,
            Law::Quadratic(_) => 2,
            Law::QuadraticSlope(_) => 3,
        }
    }

    /// The size of a change of u that counts, where u itself is of this size: 1, but that of u where there is no 1 in the equation, or
    /// none that counts.
    pub(crate) fn unit(self, size: P) -> P {
        match self {
            Law::Power(_) | Law::Slope(_, Base::Itself) => size,
            Law::Slope(..) => size.max(P::ONE),
            _ => P::ONE,
        }
    }

    /// Whether no derivative is larger than 1, as of the sine.
    #[inline]
    pub(crate) fn is_bounded(self) -> bool {
        matches!(self, Law::Wave(s) if s < P::ZERO)
    }

    /// Whether the derivatives to this order leave the range of floats only where f, or the argument, is at its end. What moves
    /// faster than 1/x does it before.
    #[inline]
    pub(crate) fn is_gentle(self, order: usize) -> bool {
        match self {
            Law::Quadratic(..) | Law::QuadraticSlope(..) | Law::Wave(_) => true,
            Law::Polynomial(p) => p <= P::of(2.0) || order < 2 && p <= P::of(3.0),
            Law::Power(p) => order < 2 && p >= P::ZERO && p <= P::of(3.0),
            Law::Unknown => false,
            Law::Slope(_, base) => order < 2 && matches!(base, Base::Itself | Base::OneMore),
        }
    }
}

impl<T: Number, const K: usize> Taylor<T, K> {
    /// f(u) for this series u, where `f` has f, f', f'', f''' at its value; nothing where a denominator is not a normal number.
    pub(crate) fn solution(&self, law: Law<T::Precision>, f: [T; 4]) -> Option<Self> {
        let constant = T::constant;
        match law {
            Law::Polynomial(_) | Law::Unknown => None,
            Law::Power(p) => self.power(f[0], p),
            Law::Slope(p, base) => Some(self.integral(&self.base(base).power(f[1], p)?, f[0])),
            Law::Quadratic(b) => Some(self.quadratic([f[0], f[1], f[2]], constant(b))),
            Law::QuadraticSlope(b) => Some(self.integral(&self.quadratic([f[1], f[2], f[3]], constant(b)), f[0])),
            Law::Wave(s) => {
                let (mut h, mut g) = (Self::constant(f[0]), Self::constant(f[1]));
                for k in 1..=K {
                    (h.coefficients[k - 1], g.coefficients[k - 1]) =
                        (self.integrated(&g, k), self.integrated(&h, k) * constant(s));
                }
                Some(h)
            }
        }
    }

    /// f(u, v) for this series u and another, given f at their values; nothing where no such series can be had.
    pub(crate) fn solution2(&self, other: &Self, law: Law2, f: T) -> Option<Self> {
        match law {
            // exp(v ln u) cancels where u is small
            Law2::Pow => None,
            Law2::Xlogy => {
                let product = *self * other.logarithm()?;
                Some(Self::from_fn(|k| if k == 0 { f } else { product.at(k) }))
            }
            // h = a √(1 + w²)
            Law2::Hypot => {
                let [along, w] = self.turned(other, self.re.hypot(other.re));
                let length = along * (Self::constant(T::one()) + w * w).power(T::one(), T::Precision::of(0.5))?;
                Some(Self::from_fn(|k| if k == 0 { f } else { length.at(k) }))
            }
            // h = the angle at the values + atan w
            Law2::Atan2 => {
                let [_, w] = other.turned(self, self.re.hypot(other.re));
                let slope = (Self::constant(T::one()) + w * w).power(T::one(), -T::Precision::ONE)?;
                Some(w.integral(&slope, f))
            }
        }
    }

    /// ln u, which is NaN where u is negative.
    fn logarithm(&self) -> Option<Self> {
        Some(self.integral(&self.power(T::one() / self.re, -T::Precision::ONE)?, self.re.ln()))
    }

    /// The point (u, v) turned so that it lies on the first axis at its value, at the distance r: its first coordinate a, and
    /// w = b/a with the second coordinate b, which is 0 at the value. So the smaller of u and v keeps its digits.
    fn turned(&self, other: &Self, r: T) -> [Self; 2] {
        let (cosine, sine) = (self.re / r, other.re / r);
        let (u, v) = (self, other);
        let along = Self::from_fn(|k| if k == 0 { r } else { u.at(k) * cosine + v.at(k) * sine });
        let across = Self::from_fn(|k| if k == 0 { T::zero() } else { v.at(k) * cosine - u.at(k) * sine });
        [along, across / along]
    }

    /// q
    fn base(&self, base: Base) -> Self {
        let one = Self::constant(T::one());
        match base {
            Base::Itself => *self,
            Base::OneMore => one + *self,
            // not as a product of two series, whose higher coefficients would cancel
            Base::OneMinusSquare => {
                let square = *self * *self;
                let value = (T::one() - self.re) * (T::one() + self.re);
                Self::from_fn(|k| if k == 0 { value } else { -square.at(k) })
            }
            Base::OnePlusSquare => one + *self * *self,
        }
    }

    /// h in proportion to the p-th power of this series q, given its value:
    /// k q₀ h_k = Σ_{1 ≤ j ≤ k} (p j − (k − j)) q_j h_{k−j}
    pub(crate) fn power(&self, value: T, p: T::Precision) -> Option<Self> {
        if !Elementary::is_normal(self.re.value()) {
            return None;
        }
        let mut h = Self::constant(value);
        for k in 1..=K {
            let factor = |j: usize| T::constant(p * T::Precision::count(j) - T::Precision::count(k - j));
            let sum = (1..=k).fold(T::zero(), |sum, j| sum + self.at(j) * h.at(k - j) * factor(j));
            h.coefficients[k - 1] = sum / (self.re * T::constant(T::Precision::count(k)));
        }
        Some(h)
    }

    /// The k-th coefficient of h with h' = g u', where u is this series: k h_k = Σ_{1 ≤ j ≤ k} j u_j g_{k−j}
    fn integrated(&self, g: &Self, k: usize) -> T {
        let weight = |j: usize| T::constant(T::Precision::count(j));
        (1..=k).fold(T::zero(), |sum, j| sum + self.at(j) * g.at(k - j) * weight(j)) / weight(k)
    }

    /// h with h' = g u', where u is this series, given its value.
    pub(crate) fn integral(&self, g: &Self, value: T) -> Self {
        Self::from_fn(|k| if k == 0 { value } else { self.integrated(g, k) })
    }

    /// h with h' = g u', where u is this series, and g = b h² and a multiple of h and a constant, given h, g and the slope of g
    /// by u: with g' = c h' where c = ġ/g at the value, which is small where a h and b h² would cancel.
    fn quadratic(&self, [h, g, slope]: [T; 3], b: T) -> Self {
        let turn = slope / g;
        let (mut h, mut g) = (Self::constant(h), Self::constant(g));
        for k in 1..=K {
            h.coefficients[k - 1] = self.integrated(&g, k);
            let inner = (1..k).fold(T::zero(), |sum, j| sum + h.at(j) * h.at(k - j));
            g.coefficients[k - 1] = h.at(k) * turn + b * inner;
        }
        h
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [(Law<f64>, usize); 8] = [
        (Law::Power(0.5), 0),
        (Law::Slope(-1.0, Base::Itself), 1),
        (Law::Slope(-1.0, Base::OneMore), 1),
        (Law::Slope(-0.5, Base::OneMinusSquare), 1),
        (Law::Wave(-1.0), 1),
        (Law::Quadratic(1.0), 2),
        (Law::Quadratic(-1.0), 2),
        (Law::QuadraticSlope(-1.0), 3),
    ];

    /// A solution starts from the derivatives that its law names: it needs the last of them, and no further one.
    #[test]
    fn solutions_start_from_few_derivatives() {
        let line = Taylor::<f64, 5>::line(0.25, 2.0) + Taylor::line(0.25, 1.0) * Taylor::line(0.25, 1.0);
        let known = [0.5, 0.75, -0.25, 0.125];
        for (law, uses) in LAWS {
            assert_eq!(law.uses(), uses, "{law:?}");
            let without = |from: usize| {
                let f = core::array::from_fn(|n| if n < from { known[n] } else { f64::NAN });
                line.solution(law, f).unwrap()
            };
            assert_eq!(without(uses + 1).coefficients, line.solution(law, known).unwrap().coefficients, "{law:?}");
            assert!(without(uses).coefficients[4].is_nan(), "{law:?}");
        }
        for law in [Law::Polynomial(3.0), Law::Unknown] {
            assert!(law.uses() == 0 && line.solution(law, known).is_none());
        }
    }

    /// What moves no faster than 1/x, to the order that it is differentiated.
    #[test]
    fn laws_whose_derivatives_fit() {
        for (law, first, second) in [
            (Law::Quadratic(0.0), true, true),
            (Law::QuadraticSlope(-1.0), true, true),
            (Law::Wave(-1.0), true, true),
            (Law::Polynomial(1.0), true, true),
            (Law::Polynomial(2.0), true, true),
            (Law::Polynomial(3.0), true, false),
            (Law::Polynomial(4.0), false, false),
            (Law::Power(0.0), true, false),
            (Law::Power(0.5), true, false),
            (Law::Power(3.0), true, false),
            (Law::Power(3.5), false, false),
            (Law::Power(-0.5), false, false),
            (Law::Slope(-1.0, Base::Itself), true, false),
            (Law::Slope(-1.0, Base::OneMore), true, false),
            (Law::Slope(-0.5, Base::OneMinusSquare), false, false),
            (Law::Slope(-1.0, Base::OnePlusSquare), false, false),
            (Law::Unknown, false, false),
        ] {
            assert_eq!([1, 2, 3].map(|order| law.is_gentle(order)), [first, second, second], "{law:?}");
        }
    }
}
