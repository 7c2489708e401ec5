//! J P = Q R with the largest columns first, and the linear least-squares problems that it solves (MINPACK's `qrfac`,
//! `qrsolv` and `lmpar`; Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1977).

use nalgebra::{DMatrix, DVector, RealField};

use crate::bounds::constant;
use crate::error::{Error, fits, fits_matrix, fits_order};

/// The factors of a Jacobian, with Qᵀr.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "T: crate::problem::Entry + serde::Serialize",
        deserialize = "T: crate::problem::Entry + serde::de::DeserializeOwned"
    ))
)]
pub(super) struct PivotedQr<T> {
    /// The upper triangle R, n × n; below it is 0.
    r: DMatrix<T>,
    /// Column j of R is column `order[j]` of J.
    order: Vec<usize>,
    /// The first n components of Qᵀr.
    qtr: DVector<T>,
    /// The norms of the columns of J.
    pub(super) column_norms: DVector<T>,
}

/// √Σ vᵢ², without overflow on the way.
pub(super) fn norm<T: RealField + Copy>(v: impl Iterator<Item = T> + Clone) -> T {
    let largest = v.clone().fold(T::zero(), |m, v| if v.abs() > m { v.abs() } else { m });
    if largest == T::zero() || !largest.is_finite() {
        // NaN passes on
        return v.fold(T::zero(), |s, v| s + v.abs());
    }
    v.fold(T::zero(), |s, v| s + (v / largest) * (v / largest)).sqrt() * largest
}

/// |v|, without overflow on the way.
pub(crate) fn length<T: RealField + Copy>(v: &DVector<T>) -> T {
    norm(v.iter().copied())
}

impl<T: RealField + Copy> PivotedQr<T> {
    /// Of the Jacobian (m × n) with the residuals. Missing rows count as zero where m < n.
    pub(super) fn new(jacobian: DMatrix<T>, residuals: &DVector<T>) -> Self {
        let n = jacobian.ncols();
        let m = jacobian.nrows().max(n);
        let mut a = jacobian.resize_vertically(m, T::zero());
        let mut b = residuals.clone().resize_vertically(m, T::zero());
        let column_norms = DVector::from_fn(n, |j, _| norm(a.column(j).iter().copied()));
        let mut rest = column_norms.clone();
        let mut computed = column_norms.clone();
        let mut order: Vec<usize> = (0..n).collect();
        for j in 0..n {
            let largest = (j..n).fold(j, |k, i| if rest[i] > rest[k] { i } else { k });
            if largest != j {
                a.swap_columns(j, largest);
                order.swap(j, largest);
                rest[largest] = rest[j];
                computed[largest] = computed[j];
            }
            let size = norm(a.column(j).iter().skip(j).copied());
            if size == T::zero() {
                continue;
            }
            // the reflection I − v vᵀ/v₀ that maps the column to −size e₀
            let size = if a[(j, j)] < T::zero() { -size } else { size };
            let mut v: Vec<T> = a.column(j).iter().skip(j).map(|&a| a / size).collect();
            v[0] += T::one();
            let reflect = |column: &mut [T]| {
                let sum = column.iter().zip(&v).fold(T::zero(), |s, (&c, &v)| s + c * v);
                let factor = sum / v[0];
                for (c, &v) in column.iter_mut().zip(&v) {
                    *c -= factor * v;
                }
            };
            reflect(&mut b.as_mut_slice()[j..]);
            for k in j + 1..n {
                reflect(&mut a.column_mut(k).as_mut_slice()[j..]);
                if rest[k] == T::zero() {
                    continue;
                }
                let lost = a[(j, k)] / rest[k];
                rest[k] *= (T::one() - lost * lost).max(T::zero()).sqrt();
                let kept = rest[k] / computed[k];
                if constant::<T>(0.05) * kept * kept <= T::default_epsilon() {
                    rest[k] = norm(a.column(k).iter().skip(j + 1).copied());
                    computed[k] = rest[k];
                }
            }
            a[(j, j)] = -size;
        }
        let r = DMatrix::from_fn(n, n, |i, j| if i <= j { a[(i, j)] } else { T::zero() });
        PivotedQr { r, order, qtr: DVector::from_fn(n, |i, _| b[i]), column_norms }
    }

    /// That it is of n columns: one that was read may be anything.
    pub(super) fn check(&self, n: usize) -> Result<(), Error> {
        fits_matrix(["a column of R", "a row of R"], &self.r, n, n)?;
        fits_order("order", &self.order, n)?;
        fits("the residuals along J", self.qtr.len(), n)?;
        fits("column norms", self.column_norms.len(), n)
    }

    fn n(&self) -> usize {
        self.order.len()
    }

    /// Whether a diagonal element is as good as zero beside the first.
    pub(super) fn is_singular(&self) -> bool {
        let n = self.n();
        let small = T::default_epsilon() * constant(n as f64) * self.r[(0, 0)].abs();
        (0..n).any(|j| self.r[(j, j)].abs() <= small)
    }

    /// R Pᵀ v
    pub(super) fn times(&self, v: &DVector<T>) -> DVector<T> {
        let permuted = DVector::from_fn(self.n(), |j, _| v[self.order[j]]);
        &self.r * permuted
    }

    /// The largest cosine of the angle between a column of J and r, whose norm is given: 0 at a stationary point.
    pub(super) fn largest_cosine(&self, residual_norm: T) -> T {
        if residual_norm == T::zero() {
            return T::zero();
        }
        let cosine = |j: usize| {
            let size = self.column_norms[self.order[j]];
            if size == T::zero() {
                return T::zero();
            }
            let sum = (0..=j).fold(T::zero(), |s, i| s + self.r[(i, j)] * (self.qtr[i] / residual_norm));
            (sum / size).abs()
        };
        (0..self.n()).map(cosine).fold(T::zero(), |a, b| a.max(b))
    }

    /// The p that minimizes |J p − r|, with zeros for what is not determined.
    pub(super) fn gauss_newton(&self) -> DVector<T> {
        self.unpermuted(&back_substitute(&self.r, self.qtr.clone()))
    }

    fn unpermuted(&self, v: &DVector<T>) -> DVector<T> {
        let mut x = DVector::zeros(self.n());
        for (j, &place) in self.order.iter().enumerate() {
            x[place] = v[j];
        }
        x
    }

    /// The p that minimizes |J p − r|² + λ |D p|² with |D p| about `radius`, and its λ ≥ 0, from a first guess at λ.
    ///
    /// λ is 0 if |D p| is at most 1.1 radius then, otherwise | |D p| − radius | is at most 0.1 radius.
    pub(super) fn within(&self, scale: &DVector<T>, radius: T, guess: T) -> (DVector<T>, T) {
        let n = self.n();
        let tenth = constant::<T>(0.1);
        let scaled = |p: &DVector<T>| p.component_mul(scale);
        let length = |v: &DVector<T>| norm(v.iter().copied());
        let mut p = self.gauss_newton();
        let mut dp = scaled(&p);
        let mut dp_norm = length(&dp);
        let mut excess = dp_norm - radius;
        if excess <= tenth * radius {
            return (p, T::zero());
        }
        let permuted = |dp: &DVector<T>, dp_norm: T| {
            DVector::from_fn(n, |j, _| scale[self.order[j]] * (dp[self.order[j]] / dp_norm))
        };
        let newton = |excess: T, w: DVector<T>| {
            let size = length(&w);
            ((excess / radius) / size) / size
        };
        // a step too long for floats is no bound
        let full_rank = dp_norm.is_finite() && (0..n).all(|j| self.r[(j, j)] != T::zero());
        let mut low =
            if full_rank { newton(excess, forward_substitute(&self.r, permuted(&dp, dp_norm))) } else { T::zero() };
        let slope = |j: usize| {
            let d = scale[self.order[j]];
            let sum = (0..=j).fold(T::zero(), |s, i| s + self.r[(i, j)] * self.qtr[i]) / d;
            // where products of slopes and residuals overflow or underflow they are divided first
            let divided = || (0..=j).fold(T::zero(), |s, i| s + self.r[(i, j)] / d * self.qtr[i]);
            if sum.is_finite() && sum != T::zero() { sum } else { divided() }
        };
        let slope = DVector::from_fn(n, |j, _| slope(j));
        let slope_norm = length(&slope);
        let least = T::default_epsilon().powi(8);
        let mut high = slope_norm / radius;
        if high == T::zero() {
            high = least / radius.min(tenth);
        }
        let mut lambda = guess.max(low).min(high);
        if lambda == T::zero() {
            lambda = slope_norm / dp_norm;
        }
        for count in 1.. {
            if lambda == T::zero() {
                lambda = least.max(constant::<T>(0.001) * high);
            }
            let (solution, s) = self.damped(scale, lambda.sqrt());
            p = solution;
            dp = scaled(&p);
            dp_norm = length(&dp);
            let before = excess;
            excess = dp_norm - radius;
            let from_below = low == T::zero() && excess <= before && before < T::zero();
            if excess.abs() <= tenth * radius || from_below || count == 10 || !excess.is_finite() {
                break;
            }
            let correction = newton(excess, forward_substitute(&s, permuted(&dp, dp_norm)));
            if excess > T::zero() {
                low = low.max(lambda);
            } else {
                high = high.min(lambda);
            }
            lambda = low.max(lambda + correction);
        }
        (p, lambda)
    }

    /// The p that minimizes |J p − r|² + |μ D p|², and the triangle S with SᵀS = Pᵀ(JᵀJ + μ²D²)P.
    fn damped(&self, scale: &DVector<T>, mu: T) -> (DVector<T>, DMatrix<T>) {
        let n = self.n();
        let mut s = self.r.clone();
        let mut b = self.qtr.clone();
        for j in 0..n {
            // the row μ dⱼ eⱼ is rotated into the triangle
            let mut row = DVector::zeros(n);
            row[j] = mu * scale[self.order[j]];
            let mut right = T::zero();
            for k in j..n {
                if row[k] == T::zero() {
                    continue;
                }
                let (cos, sin) = rotation(s[(k, k)], row[k]);
                let turned = cos * b[k] + sin * right;
                right = -sin * b[k] + cos * right;
                b[k] = turned;
                for i in k..n {
                    let turned = cos * s[(k, i)] + sin * row[i];
                    row[i] = -sin * s[(k, i)] + cos * row[i];
                    s[(k, i)] = turned;
                }
            }
        }
        (self.unpermuted(&back_substitute(&s, b)), s)
    }
}

/// The cosine and the sine that turn (a, b) to (√(a² + b²), 0) up to the sign.
fn rotation<T: RealField + Copy>(a: T, b: T) -> (T, T) {
    if a.abs() < b.abs() {
        let ratio = a / b;
        let sin = T::one() / (T::one() + ratio * ratio).sqrt();
        (sin * ratio, sin)
    } else {
        let ratio = b / a;
        let cos = T::one() / (T::one() + ratio * ratio).sqrt();
        (cos, cos * ratio)
    }
}

/// R⁻¹ b for an upper triangle; from the first zero of its diagonal on the unknowns are 0.
fn back_substitute<T: RealField + Copy>(r: &DMatrix<T>, mut b: DVector<T>) -> DVector<T> {
    let n = b.len();
    let rank = (0..n).position(|j| r[(j, j)] == T::zero()).unwrap_or(n);
    for j in rank..n {
        b[j] = T::zero();
    }
    for j in (0..rank).rev() {
        b[j] /= r[(j, j)];
        for i in 0..j {
            let shift = r[(i, j)] * b[j];
            b[i] -= shift;
        }
    }
    b
}

/// R⁻ᵀ b for an upper triangle.
fn forward_substitute<T: RealField + Copy>(r: &DMatrix<T>, mut b: DVector<T>) -> DVector<T> {
    for j in 0..b.len() {
        let sum = (0..j).fold(T::zero(), |s, i| s + r[(i, j)] * b[i]);
        b[j] = (b[j] - sum) / r[(j, j)];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A diagonal element of n ε beside the first is as good as zero.
    #[test]
    fn what_is_singular() {
        let eps = f64::EPSILON;
        for (diagonal, expected) in [
            (&[1.0, 2.01 * eps][..], false),
            (&[1.0, 1.99 * eps], true),
            (&[3.0 * eps, 1e16], true),
            (&[1e-300, 1e-300], false),
            (&[1e-300, 1e-316], true),
            (&[1.0, 1.0, 3.01 * eps], false),
            (&[1.0, 1.0, 2.99 * eps], true),
            (&[0.0], true),
            (&[1e-300], false),
        ] {
            let jacobian = DMatrix::from_diagonal(&DVector::from_row_slice(diagonal));
            let qr = PivotedQr::new(jacobian, &DVector::zeros(diagonal.len()));
            assert_eq!(qr.is_singular(), expected, "{diagonal:?}");
        }
    }

    /// Where columns are alike, a step with zeros for what is not determined may be too long, and the shortest one too short for
    /// any λ > 0: that is taken when its length no longer changes.
    #[test]
    fn steps_that_no_lambda_makes_long_enough() {
        let qr = PivotedQr::new(DMatrix::from_element(1, 2, 1.0), &DVector::from_element(1, 1.0));
        assert_eq!(qr.gauss_newton().as_slice(), [1.0, 0.0]);
        let (p, lambda): (DVector<f64>, f64) = qr.within(&DVector::from_element(2, 1.0), 0.85, 0.0);
        assert!((p[0] - 0.5).abs() < 1e-12 && (p[1] - 0.5).abs() < 1e-12, "{p} {lambda:e}");
        assert!(lambda > 1e-25 && lambda < 1e-12, "{lambda:e}");
    }
}
