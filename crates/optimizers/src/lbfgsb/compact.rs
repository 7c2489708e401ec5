//! The limited-memory matrix B = θI − W M Wᵀ in compact form (Byrd, Lu, Nocedal, Zhu 1995, Section 3).

use std::collections::VecDeque;
use std::sync::Arc;

use nalgebra::{DMatrix, DVector, RealField};

use crate::error::{Error, at_most, fits, fits_matrix};

/// The last pairs s = Δx and y = Δg, with W = [Y θS] and M⁻¹ = [−D Lᵀ; L θSᵀS], where SᵀY = L + D + R.
///
/// The states of a run share the pairs: a clone copies none.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(bound(
        serialize = "T: crate::problem::Entry + serde::Serialize",
        deserialize = "T: crate::problem::Entry + serde::de::DeserializeOwned"
    ))
)]
pub(crate) struct Compact<T> {
    capacity: usize,
    /// How many pairs were ever added.
    learned: usize,
    s: VecDeque<Arc<DVector<T>>>,
    y: VecDeque<Arc<DVector<T>>>,
    /// SᵀY, row s, column y.
    sy: DMatrix<T>,
    /// SᵀS.
    ss: DMatrix<T>,
    /// The upper Cholesky factor of θSᵀS + L D⁻¹ Lᵀ.
    factor: DMatrix<T>,
    pub(crate) theta: T,
}

/// A matrix that should be positive definite is not, by rounding: the pairs are useless.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NotPositiveDefinite;

impl<T: RealField + Copy> Compact<T> {
    /// No pairs: B = I.
    pub(crate) fn new(capacity: usize) -> Self {
        let none = || DMatrix::zeros(0, 0);
        let (s, y) = (VecDeque::new(), VecDeque::new());
        Compact { capacity, learned: 0, s, y, sy: none(), ss: none(), factor: none(), theta: T::one() }
    }

    /// That it is of at most `most` pairs of n variables: one that was read may be anything.
    pub(crate) fn check(&self, n: usize, most: usize) -> Result<(), Error> {
        let name = "the memory's capacity";
        if self.capacity == 0 {
            return Err(Error::NotPositive { name, value: 0.0 });
        }
        at_most(name, self.capacity, most)?;
        at_most("the number of pairs", self.len(), self.capacity)?;
        at_most("the number of pairs", self.len(), self.learned)?;
        at_most("the number of pairs ever learned", self.learned, usize::MAX / 2)?;
        fits("Y", self.y.len(), self.len())?;
        self.s.iter().try_for_each(|s| fits("a column of S", s.len(), n))?;
        self.y.iter().try_for_each(|y| fits("a column of Y", y.len(), n))?;
        let pairs = self.len();
        fits_matrix(["a column of S'Y", "a row of S'Y"], &self.sy, pairs, pairs)?;
        fits_matrix(["a column of S'S", "a row of S'S"], &self.ss, pairs, pairs)?;
        fits_matrix(["a column of the Cholesky factor", "a row of the Cholesky factor"], &self.factor, pairs, pairs)
    }

    /// Forgets all pairs.
    pub(crate) fn forget(&mut self) {
        *self = Compact { learned: self.learned, ..Self::new(self.capacity) };
    }

    /// The number of pairs.
    pub(crate) fn len(&self) -> usize {
        self.s.len()
    }

    /// How many pairs were ever added, forgotten ones too.
    pub(crate) fn learned(&self) -> usize {
        self.learned
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.s.is_empty()
    }

    /// Y, by columns.
    pub(crate) fn y(&self) -> &VecDeque<Arc<DVector<T>>> {
        &self.y
    }

    /// S, by columns.
    pub(crate) fn s(&self) -> &VecDeque<Arc<DVector<T>>> {
        &self.s
    }

    /// (SᵀY)ᵢⱼ.
    pub(crate) fn sy(&self, i: usize, j: usize) -> T {
        self.sy[(i, j)]
    }

    /// Adds a pair, with s·s and s·y as the line search has them, and sets θ = y·y / s·y.
    pub(crate) fn push(&mut self, s: DVector<T>, y: DVector<T>, ss: T, sy: T) -> Result<(), NotPositiveDefinite> {
        self.theta = dot(&y, &y) / sy;
        if self.len() == self.capacity {
            self.s.pop_front();
            self.y.pop_front();
            self.sy = self.sy.clone().remove_row(0).remove_column(0);
            self.ss = self.ss.clone().remove_row(0).remove_column(0);
        }
        self.s.push_back(Arc::new(s));
        self.y.push_back(Arc::new(y));
        self.learned += 1;
        let (n, last) = (self.len(), self.len() - 1);
        let old_sy = std::mem::replace(&mut self.sy, DMatrix::zeros(n, n));
        let old_ss = std::mem::replace(&mut self.ss, DMatrix::zeros(n, n));
        self.sy.view_mut((0, 0), (last, last)).copy_from(&old_sy);
        self.ss.view_mut((0, 0), (last, last)).copy_from(&old_ss);
        for j in 0..last {
            self.sy[(last, j)] = dot(&*self.s[last], &*self.y[j]);
            self.sy[(j, last)] = dot(&*self.s[j], &*self.y[last]);
            self.ss[(j, last)] = dot(&*self.s[j], &*self.s[last]);
            self.ss[(last, j)] = self.ss[(j, last)];
        }
        self.sy[(last, last)] = sy;
        self.ss[(last, last)] = ss;
        self.factorize()
    }

    /// θSᵀS + L D⁻¹ Lᵀ = JᵀJ
    fn factorize(&mut self) -> Result<(), NotPositiveDefinite> {
        let n = self.len();
        let mut t = DMatrix::zeros(n, n);
        for i in 0..n {
            for j in i..n {
                let mut sum = T::zero();
                for k in 0..i {
                    sum += self.sy[(i, k)] * self.sy[(j, k)] / self.sy[(k, k)];
                }
                t[(i, j)] = sum + self.theta * self.ss[(i, j)];
            }
        }
        self.factor = cholesky(t)?;
        Ok(())
    }

    /// M v for v of length 2 × pairs, by its two triangular factors (equation 3.4 inverted).
    pub(crate) fn middle(&self, v: &DVector<T>) -> Result<DVector<T>, NotPositiveDefinite> {
        let n = self.len();
        let mut p = DVector::zeros(2 * n);
        let mut second = DVector::zeros(n);
        for i in 0..n {
            let mut sum = T::zero();
            for k in 0..i {
                sum += self.sy[(i, k)] * v[k] / self.sy[(k, k)];
            }
            second[i] = v[n + i] + sum;
        }
        solve_transposed(&self.factor, &mut second)?;
        solve(&self.factor, &mut second)?;
        for i in 0..n {
            let root = self.sy[(i, i)].sqrt();
            let mut sum = T::zero();
            for k in i + 1..n {
                sum += self.sy[(k, i)] * second[k] / self.sy[(i, i)];
            }
            p[i] = -(v[i] / root) / root + sum;
            p[n + i] = second[i];
        }
        Ok(p)
    }

    /// (Yᵀd)ⱼ and (Sᵀd)ⱼ of the first pairs, where d is given by its components with their variables.
    pub(crate) fn products(&self, pairs: usize, d: impl Iterator<Item = (usize, T)> + Clone) -> Vec<[T; 2]> {
        let product = |(y, s): (&Arc<DVector<T>>, &Arc<DVector<T>>)| {
            let mut sums = [T::zero(); 2];
            for (i, d) in d.clone() {
                sums[0] += y[i] * d;
                sums[1] += s[i] * d;
            }
            sums
        };
        self.y.iter().zip(&self.s).take(pairs).map(product).collect()
    }

    /// Row i of W = [Y θS] without θ: (Y)ᵢ then (S)ᵢ.
    pub(crate) fn row(&self, i: usize) -> DVector<T> {
        let n = self.len();
        DVector::from_fn(2 * n, |k, _| if k < n { self.y[k][i] } else { self.s[k - n][i] })
    }
}

/// Σ aᵢ bᵢ, in blocks of 16 so that it vectorizes: lane by lane, then the lanes by halves, then what is left over.
///
/// The order of summation decides the last bits of every step. This is the one of OpenBLAS on processors with AVX, so
/// that a run agrees with scipy's to the last bit; for the same reason terms are added to a sum one after another
/// (`a = a + b + c`, not `a += b + c`).
pub(crate) fn dot<T: RealField + Copy>(a: impl AsRef<[T]>, b: impl AsRef<[T]>) -> T {
    let (blocks, rest) = a.as_ref().as_chunks::<16>();
    let (other_blocks, other_rest) = b.as_ref().as_chunks::<16>();
    let mut lanes = [T::zero(); 16];
    for (a, b) in blocks.iter().zip(other_blocks) {
        for (lane, (a, b)) in lanes.iter_mut().zip(a.iter().zip(b)) {
            *lane += *a * *b;
        }
    }
    let [even, odd] = halve(halve::<T, 8, 4>(halve::<T, 16, 8>(lanes)));
    let mut sum = even + odd;
    for (a, b) in rest.iter().zip(other_rest) {
        sum += *a * *b;
    }
    sum
}

/// Of every four lanes, the first two plus the last two.
fn halve<T: RealField + Copy, const N: usize, const HALF: usize>(lanes: [T; N]) -> [T; HALF] {
    std::array::from_fn(|k| {
        let first = k / 2 * 4 + k % 2;
        lanes[first] + lanes[first + 2]
    })
}

/// The upper triangular R with RᵀR = `a`, of which the upper triangle is read.
pub(crate) fn cholesky<T: RealField + Copy>(mut a: DMatrix<T>) -> Result<DMatrix<T>, NotPositiveDefinite> {
    for j in 0..a.nrows() {
        let mut square = T::zero();
        for k in 0..j {
            let sum = dot(above(&a, k, k), above(&a, k, j));
            a[(k, j)] = (a[(k, j)] - sum) / a[(k, k)];
            square += a[(k, j)] * a[(k, j)];
        }
        let rest = a[(j, j)] - square;
        if rest.partial_cmp(&T::zero()) != Some(std::cmp::Ordering::Greater) {
            return Err(NotPositiveDefinite);
        }
        a[(j, j)] = rest.sqrt();
    }
    Ok(a)
}

/// b ← R⁻ᵀ b
pub(crate) fn solve_transposed<T: RealField + Copy>(
    r: &DMatrix<T>,
    b: &mut DVector<T>,
) -> Result<(), NotPositiveDefinite> {
    for j in 0..b.len() {
        let sum = dot(above(r, j, j), &b.as_slice()[..j]);
        b[j] = divide(b[j] - sum, r[(j, j)])?;
    }
    Ok(())
}

/// b ← R⁻¹ b
pub(crate) fn solve<T: RealField + Copy>(r: &DMatrix<T>, b: &mut DVector<T>) -> Result<(), NotPositiveDefinite> {
    for j in (0..b.len()).rev() {
        let solved = divide(b[j], r[(j, j)])?;
        b[j] = solved;
        for i in 0..j {
            b[i] -= solved * r[(i, j)];
        }
    }
    Ok(())
}

/// The first `rows` entries of a column.
pub(crate) fn above<T: RealField + Copy>(a: &DMatrix<T>, rows: usize, column: usize) -> &[T] {
    &a.as_slice()[column * a.nrows()..][..rows]
}

fn divide<T: RealField + Copy>(a: T, b: T) -> Result<T, NotPositiveDefinite> {
    if b == T::zero() { Err(NotPositiveDefinite) } else { Ok(a / b) }
}
