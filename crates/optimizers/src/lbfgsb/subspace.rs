//! Minimization of the quadratic model over the free variables (Byrd, Lu, Nocedal, Zhu 1995, Section 5.1, direct primal
//! method), with the projected step of Morales and Nocedal 2011.

use nalgebra::{DMatrix, DVector, RealField};

use super::cauchy::CauchyPoint;
use super::compact::{Compact, NotPositiveDefinite, cholesky, dot, solve, solve_transposed};
use crate::bounds::Bounds;

/// Moves the Cauchy point to the minimizer of the model over its free variables, within the bounds.
pub(crate) fn minimize<T: RealField + Copy>(
    point: &mut CauchyPoint<T>,
    x: &DVector<T>,
    gradient: &DVector<T>,
    bounds: &Bounds<T>,
    compact: &Compact<T>,
    unconstrained: bool,
) -> Result<(), NotPositiveDefinite> {
    let mut d = reduced_gradient(point, x, gradient, compact, unconstrained)?;
    newton_direction(&mut d, &point.free, compact, x.len())?;
    let cauchy = point.x.clone();
    let mut touches = false;
    for (&i, &step) in point.free.iter().zip(d.iter()) {
        let moved = point.x[i] + step;
        point.x[i] = bounds.clamp(i, moved);
        touches |= [bounds.lower(i), bounds.upper(i)].contains(&Some(point.x[i]));
    }
    // the projected step is taken if it is downhill from x …
    if !touches || dot(&(&point.x - x), gradient) <= T::zero() {
        return Ok(());
    }
    // … otherwise the step is cut where it first meets a bound
    point.x = cauchy;
    truncate(point, d, bounds);
    Ok(())
}

/// −∇m at the Cauchy point over the free variables: −g − θ(x_c − x) + W M c (equation 5.4).
fn reduced_gradient<T: RealField + Copy>(
    point: &CauchyPoint<T>,
    x: &DVector<T>,
    gradient: &DVector<T>,
    compact: &Compact<T>,
    unconstrained: bool,
) -> Result<DVector<T>, NotPositiveDefinite> {
    if unconstrained {
        return Ok(-gradient);
    }
    let theta = compact.theta;
    let mut r = DVector::from_iterator(
        point.free.len(),
        point.free.iter().map(|&i| -theta * (point.x[i] - x[i]) - gradient[i]),
    );
    let a = compact.middle(&point.c)?;
    let pairs = compact.len();
    for j in 0..pairs {
        let (a1, a2) = (a[j], theta * a[pairs + j]);
        for (r, &i) in r.iter_mut().zip(&point.free) {
            *r += compact.y()[j][i] * a1 + compact.s()[j][i] * a2;
        }
    }
    Ok(r)
}

/// d ← (1/θ) d + (1/θ²) ZᵀW K⁻¹ WᵀZ d, with K = M⁻¹ − WᵀZZᵀW/θ (equation 5.11).
fn newton_direction<T: RealField + Copy>(
    d: &mut DVector<T>,
    free: &[usize],
    compact: &Compact<T>,
    n: usize,
) -> Result<(), NotPositiveDefinite> {
    let (theta, pairs) = (compact.theta, compact.len());
    let mut v = DVector::zeros(2 * pairs);
    for j in 0..pairs {
        let (mut with_y, mut with_s) = (T::zero(), T::zero());
        for (&i, &d) in free.iter().zip(d.iter()) {
            with_y += compact.y()[j][i] * d;
            with_s += compact.s()[j][i] * d;
        }
        v[j] = with_y;
        v[pairs + j] = theta * with_s;
    }
    let factor = indefinite_factor(free, compact, n)?;
    solve_transposed(&factor, &mut v)?;
    v.rows_mut(0, pairs).neg_mut();
    solve(&factor, &mut v)?;
    for j in 0..pairs {
        for (d, &i) in d.iter_mut().zip(free) {
            *d += compact.y()[j][i] * v[j] / theta + compact.s()[j][i] * v[pairs + j];
        }
    }
    d.scale_mut(T::one() / theta);
    Ok(())
}

/// K = [−D − YᵀZZᵀY/θ, (−Lₐ + R_z)ᵀ; −Lₐ + R_z, θSᵀAAᵀS] as Uᵀ diag(−I, I) U with U upper triangular, where Z selects
/// the free variables, A the others, and Lₐ, R_z are the triangles of SᵀAAᵀY and SᵀZZᵀY.
fn indefinite_factor<T: RealField + Copy>(
    free: &[usize],
    compact: &Compact<T>,
    n: usize,
) -> Result<DMatrix<T>, NotPositiveDefinite> {
    let (theta, pairs) = (compact.theta, compact.len());
    let mut is_free = vec![false; n];
    for &i in free {
        is_free[i] = true;
    }
    let held: Vec<usize> = (0..n).filter(|&i| !is_free[i]).collect();
    let over = |indices: &[usize], a: &DVector<T>, b: &DVector<T>| {
        let mut sum = T::zero();
        for &i in indices {
            sum += a[i] * b[i];
        }
        sum
    };
    let (s, y) = (compact.s(), compact.y());

    let upper_left = DMatrix::from_fn(pairs, pairs, |i, j| {
        let product = if i <= j { over(free, &y[j], &y[i]) / theta } else { T::zero() };
        if i == j { product + compact.sy(i, i) } else { product }
    });
    let upper_left = cholesky(upper_left)?;
    let mut k = DMatrix::zeros(2 * pairs, 2 * pairs);
    k.view_mut((0, 0), (pairs, pairs)).copy_from(&upper_left);
    for column in 0..pairs {
        let mut b = DVector::from_fn(pairs, |row, _| {
            if row < column { -over(&held, &s[column], &y[row]) } else { over(free, &s[column], &y[row]) }
        });
        solve_transposed(&upper_left, &mut b)?;
        k.view_mut((0, pairs + column), (pairs, 1)).copy_from(&b);
    }
    let lower_right = DMatrix::from_fn(pairs, pairs, |i, j| {
        if i > j {
            return T::zero();
        }
        let mut sum = T::zero();
        for row in 0..pairs {
            sum += k[(row, pairs + i)] * k[(row, pairs + j)];
        }
        over(&held, &s[j], &s[i]) * theta + sum
    });
    k.view_mut((pairs, pairs), (pairs, pairs)).copy_from(&cholesky(lower_right)?);
    Ok(k)
}

/// Goes along d from the Cauchy point as far as the bounds allow.
fn truncate<T: RealField + Copy>(point: &mut CauchyPoint<T>, mut d: DVector<T>, bounds: &Bounds<T>) {
    let mut alpha = T::one();
    let mut first = None;
    for (k, &i) in point.free.iter().enumerate() {
        let step = d[k];
        let bound = if step < T::zero() { bounds.lower(i) } else { bounds.upper(i) };
        let Some(bound) = bound.filter(|_| step != T::zero()) else { continue };
        let room = bound - point.x[i];
        let limit = if room * step <= T::zero() {
            T::zero()
        } else if (step * alpha).abs() > room.abs() {
            room / step
        } else {
            continue;
        };
        if limit < alpha {
            alpha = limit;
            first = Some((k, i, bound));
        }
    }
    if let Some((k, i, bound)) = first {
        point.x[i] = bound;
        d[k] = T::zero();
    }
    for (&i, &step) in point.free.iter().zip(d.iter()) {
        point.x[i] += alpha * step;
    }
}
