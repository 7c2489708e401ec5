//! The generalized Cauchy point: the first minimizer of the quadratic model along the projected steepest descent path
//! (Byrd, Lu, Nocedal, Zhu 1995, Section 4, Algorithm CP).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use nalgebra::{DVector, RealField};

use super::compact::{Compact, NotPositiveDefinite, dot};
use crate::bounds::Bounds;

/// The Cauchy point and what the subspace step needs of it.
#[derive(Clone, Debug)]
pub(crate) struct CauchyPoint<T> {
    pub(crate) x: DVector<T>,
    /// The variables that are not on a bound there, in order.
    pub(crate) free: Vec<usize>,
    /// c = Wᵀ(x_cauchy − x)
    pub(crate) c: DVector<T>,
}

/// A place where the path bends: variable `i` meets its bound at `t`.
#[derive(Clone, Copy, Debug)]
struct Break<T> {
    t: T,
    i: usize,
}

/// The greatest break is the one that is met next; a tie is met in the order of the variables.
impl<T: PartialOrd> Ord for Break<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.t.partial_cmp(&self.t).unwrap_or(Ordering::Equal).then(other.i.cmp(&self.i))
    }
}

impl<T: PartialOrd> PartialOrd for Break<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: PartialOrd> Eq for Break<T> {}

impl<T: PartialOrd> PartialEq for Break<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: RealField + Copy> CauchyPoint<T> {
    pub(crate) fn new(
        x: &DVector<T>,
        gradient: &DVector<T>,
        bounds: &Bounds<T>,
        compact: &Compact<T>,
    ) -> Result<Self, NotPositiveDefinite> {
        let (n, pairs, theta) = (x.len(), compact.len(), compact.theta);
        let mut held = vec![false; n];
        let mut d = DVector::zeros(n);
        let mut breaks = Vec::new();
        // whether the path ends: no variable without a bound ahead moves
        let mut bounded = true;
        let mut unbounded_ahead = 0;
        let mut slope = T::zero();
        for i in 0..n {
            let (lower, upper) = (bounds.lower(i), bounds.upper(i));
            let down = -gradient[i];
            let fixed = matches!((lower, upper), (Some(l), Some(u)) if u - l <= T::zero());
            let at_lower = lower.is_some_and(|l| x[i] - l <= T::zero());
            let at_upper = !at_lower && upper.is_some_and(|u| u - x[i] <= T::zero());
            held[i] = fixed || at_lower && down <= T::zero() || at_upper && down >= T::zero();
            let still = !at_lower && !at_upper && down == T::zero() && (lower.is_some() || upper.is_some());
            if held[i] || still {
                continue;
            }
            d[i] = down;
            slope -= down * down;
            match (lower, upper) {
                (Some(l), _) if down < T::zero() => breaks.push(Break { t: (x[i] - l) / -down, i }),
                (_, Some(u)) if down > T::zero() => breaks.push(Break { t: (u - x[i]) / down, i }),
                _ => {
                    unbounded_ahead += 1;
                    bounded &= down == T::zero();
                }
            }
        }
        let mut p = DVector::zeros(2 * pairs);
        for (j, [with_y, with_s]) in compact.products(pairs, d.iter().copied().enumerate()).into_iter().enumerate() {
            p[j] = with_y;
            p[pairs + j] = theta * with_s;
        }
        let mut point = CauchyPoint { x: x.clone(), free: Vec::new(), c: DVector::zeros(2 * pairs) };
        if !breaks.is_empty() || unbounded_ahead > 0 {
            let path = Path { gradient: slope, d, p, bounded };
            point.follow(path, breaks, x, bounds, compact, &mut held)?;
        }
        point.free = (0..n).filter(|&i| !held[i]).collect();
        Ok(point)
    }

    /// Goes from break to break until the model's minimum along the path.
    fn follow(
        &mut self,
        path: Path<T>,
        breaks: Vec<Break<T>>,
        x: &DVector<T>,
        bounds: &Bounds<T>,
        compact: &Compact<T>,
        held: &mut [bool],
    ) -> Result<(), NotPositiveDefinite> {
        let Path { gradient: mut f1, mut d, mut p, bounded } = path;
        let (theta, pairs) = (compact.theta, compact.len());
        let start_curvature = -theta * f1;
        let mut f2 = start_curvature;
        if pairs > 0 {
            f2 -= dot(&compact.middle(&p)?, &p);
        }
        let mut step = -f1 / f2;
        let (mut t, mut total) = (T::zero(), T::zero());
        let all_bend = breaks.len() == x.len();
        // mostly few of the breaks are met, so they are not sorted
        let mut breaks = BinaryHeap::from(breaks);
        while let Some(&Break { t: next, i }) = breaks.peek() {
            let dt = next - t;
            if step < dt {
                break;
            }
            breaks.pop();
            t = next;
            total += dt;
            let di = std::mem::replace(&mut d[i], T::zero());
            let bound = if di > T::zero() { bounds.upper(i) } else { bounds.lower(i) };
            // a break is where a variable meets a bound, so there is one
            self.x[i] = bound.unwrap_or(x[i]);
            let zi = self.x[i] - x[i];
            held[i] = true;
            if breaks.is_empty() && all_bend {
                step = dt;
                return self.advance(pairs, step, &p);
            }
            f1 = f1 + dt * f2 + di * di - theta * di * zi;
            f2 -= theta * (di * di);
            if pairs > 0 {
                self.c.axpy(dt, &p, T::one());
                let mut w = compact.row(i);
                w.rows_mut(pairs, pairs).scale_mut(theta);
                let v = compact.middle(&w)?;
                let (wmc, wmp, wmw) = (dot(&self.c, &v), dot(&p, &v), dot(&w, &v));
                p.axpy(-di, &w, T::one());
                f1 += di * wmc;
                f2 = f2 + crate::bounds::constant::<T>(2.0) * di * wmp - di * di * wmw;
            }
            f2 = f2.max(T::default_epsilon() * start_curvature);
            step = if breaks.is_empty() && bounded { T::zero() } else { -f1 / f2 };
        }
        step = step.max(T::zero());
        total += step;
        for i in 0..x.len() {
            self.x[i] += total * d[i];
        }
        self.advance(pairs, step, &p)
    }

    /// c ← c + step · p
    fn advance(&mut self, pairs: usize, step: T, p: &DVector<T>) -> Result<(), NotPositiveDefinite> {
        if pairs > 0 {
            self.c.axpy(step, p, T::one());
        }
        Ok(())
    }
}

/// The path at its start: the slope and the direction, and p = Wᵀd.
struct Path<T> {
    gradient: T,
    d: DVector<T>,
    p: DVector<T>,
    bounded: bool,
}
