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
#[derive(Clone, Copy, Debug, PartialEq)]
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
        let mut f2 = start_curvature - dot(&compact.middle(&p)?, &p);
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
            self.c.axpy(dt, &p, T::one());
            if breaks.is_empty() && all_bend {
                return Ok(());
            }
            f1 = f1 + dt * f2 + di * di - theta * di * zi;
            f2 -= theta * (di * di);
            let mut w = compact.row(i);
            w.rows_mut(pairs, pairs).scale_mut(theta);
            let v = compact.middle(&w)?;
            let (wmc, wmp, wmw) = (dot(&self.c, &v), dot(&p, &v), dot(&w, &v));
            p.axpy(-di, &w, T::one());
            f1 += di * wmc;
            f2 = f2 + crate::bounds::constant::<T>(2.0) * di * wmp - di * di * wmw;
            f2 = f2.max(T::default_epsilon() * start_curvature);
            step = if breaks.is_empty() && bounded { T::zero() } else { -f1 / f2 };
        }
        step = step.max(T::zero());
        total += step;
        for i in 0..x.len() {
            self.x[i] += total * d[i];
        }
        self.c.axpy(step, &p, T::one());
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

#[cfg(test)]
mod tests {
    use nalgebra::DMatrix;

    use super::*;

    fn vector(v: &[f64]) -> DVector<f64> {
        DVector::from_column_slice(v)
    }

    /// B from θI by the pairs' BFGS updates, B − B s sᵀB/(sᵀB s) + y yᵀ/(yᵀs).
    fn dense(n: usize, compact: &Compact<f64>) -> DMatrix<f64> {
        let mut b = DMatrix::identity(n, n) * compact.theta;
        for (s, y) in compact.s().iter().zip(compact.y()) {
            let bs = &b * &**s;
            b += &**y * y.transpose() / y.dot(s) - &bs * bs.transpose() / s.dot(&bs);
        }
        b
    }

    /// The first minimizer of m along the projected path, from bend to bend, and which variables are not held there.
    fn walk(x: &DVector<f64>, g: &DVector<f64>, bounds: &Bounds<f64>, b: &DMatrix<f64>) -> (DVector<f64>, Vec<usize>) {
        let n = x.len();
        let side = |i: usize| if g[i] > 0.0 { bounds.lower(i) } else { bounds.upper(i) };
        let end = |i: usize| {
            if g[i] == 0.0 { f64::INFINITY } else { side(i).map_or(f64::INFINITY, |side| (x[i] - side) / g[i]) }
        };
        // on a bound that is no bend
        let stays = |i: usize| g[i] == 0.0 && [bounds.lower(i), bounds.upper(i)].contains(&Some(x[i]));
        let (mut t, mut at) = (0.0, x.clone());
        loop {
            let free: Vec<usize> = (0..n).filter(|&i| end(i) > t && !stays(i)).collect();
            let mut d = DVector::zeros(n);
            free.iter().for_each(|&i| d[i] = -g[i]);
            let next = free.iter().map(|&i| end(i)).fold(f64::INFINITY, f64::min);
            let (slope, bend) = ((g + b * (&at - x)).dot(&d), d.dot(&(b * &d)));
            let step = if slope < 0.0 { -slope / bend } else { 0.0 };
            if step < next - t {
                return (at + d * step, free);
            }
            at += d * (next - t);
            t = next;
        }
    }

    #[test]
    fn cauchy_points_are_the_first_minima_along_the_path() {
        let mut number = 0.37_f64;
        let mut next = || {
            number = f64::clamp(number * 3.97 * (1.0 - number), 0.01, 0.99);
            number * 2.0 - 1.0
        };
        let mut on_bends = 0;
        for case in 0..1500 {
            let n = 1 + case % 6;
            let mut compact = Compact::new(3);
            for _ in 0..case / 6 % 5 {
                let s = DVector::from_fn(n, |_, _| next());
                let y = s.map_with_location(|i, _, s| s * (i + 1) as f64) + DVector::from_fn(n, |_, _| next() * 0.1);
                let (ss, sy) = (s.dot(&s), s.dot(&y));
                if sy > 0.1 * ss {
                    compact.push(s, y, ss, sy).unwrap();
                }
            }
            let x = DVector::from_fn(n, |_, _| next());
            let g = DVector::from_fn(n, |_, _| if next() > 0.8 { 0.0 } else { next() });
            // none, one, two, fixed, and such that x is on them
            let mut room = || [f64::INFINITY, 0.1, 0.3, 1.0, 0.0][((next() + 1.0) * 2.5) as usize];
            let (lower, upper) = (0..n).map(|i| (x[i] - room(), x[i] + room())).unzip();
            let bounds = Bounds::new(lower, upper).unwrap();
            let point = CauchyPoint::new(&x, &g, &bounds, &compact).unwrap();
            let (expected, free) = walk(&x, &g, &bounds, &dense(n, &compact));
            let what = format!("{case}: {bounds:?} {x} {g}");
            assert!((&point.x - &expected).amax() < 1e-11, "{}{expected}{what}", point.x);
            assert_eq!(point.free, free, "{what}");
            on_bends += usize::from(free.len() < n);
            // c = Wᵀ(x_cauchy − x)
            let way = &point.x - &x;
            for (j, [with_y, with_s]) in compact.products(3, way.iter().copied().enumerate()).into_iter().enumerate() {
                let c = [point.c[j], point.c[compact.len() + j]];
                assert!((c[0] - with_y).abs() + (c[1] - compact.theta * with_s).abs() < 1e-11, "{c:?} {what}");
            }
        }
        assert!((500..1400).contains(&on_bends), "{on_bends}");
    }

    /// Where the minimum is at a bend the variable is on its bound, and held; of bends at once the first's is met first.
    #[test]
    fn bends_that_are_minima_hold_their_variables() {
        let bounds = Bounds::new(vec![2.0, f64::NEG_INFINITY], vec![f64::INFINITY; 2]).unwrap();
        let point = CauchyPoint::new(&vector(&[3.0, 5.0]), &vector(&[1.0, 2.0]), &bounds, &Compact::new(3)).unwrap();
        assert_eq!((point.x.as_slice(), point.free), (&[2.0, 3.0][..], vec![1]));
        let breaks = [(2.0, 0), (1.0, 2), (1.0, 1), (3.0, 3)].map(|(t, i)| Break { t, i });
        let mut heap = BinaryHeap::from(breaks.to_vec());
        let order: Vec<usize> = std::iter::from_fn(|| heap.pop()).map(|next| next.i).collect();
        assert_eq!(order, [1, 2, 0, 3]);
    }
}
