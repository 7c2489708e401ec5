//! Derivatives by any number of variables, a few directions at a time.
//!
//! No partial derivative depends on those beside it, so the digits are the same whatever the width.

use autodiff::{Dual, Float, HyperDual, Number, Scalar, Taylor};
use optimizers::Entry;
use optimizers::nalgebra::{DMatrix, DVector};

use super::evaluate::Formula;
use super::not_finite::NotFinite;

/// How many directions are differentiated in one evaluation.
pub(super) const CHUNK: usize = 8;
/// The same for second derivatives, which are this number squared.
const BLOCK: usize = 4;

/// A function of any number of variables that computes with any number type.
pub(super) trait Evaluate {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T;
}

/// Value and gradient.
pub(super) fn value_and_gradient<F, T>(f: &impl Evaluate, x: &[T]) -> (T, DVector<T>)
where
    F: Float,
    T: Entry<Precision = F> + Scalar<F>,
{
    let mut gradient = DVector::from_element(x.len(), T::zero());
    let mut value = None;
    for (first, seeds) in chunks(x) {
        let y = f.at(&seeds);
        value = Some(y.re);
        for (slot, partial) in gradient.iter_mut().skip(first).zip(y.eps) {
            *slot = partial;
        }
    }
    (value.unwrap_or_else(|| f.at(x)), gradient)
}

/// For each chunk of directions its first one, and the variables with these seeds.
pub(super) fn chunks<T: Number>(x: &[T]) -> impl Iterator<Item = (usize, Vec<Dual<T, CHUNK>>)> {
    (0..x.len()).step_by(CHUNK).map(move |first| (first, seeds(x, first)))
}

/// The variables, those from `first` on seeded in their directions.
fn seeds<T: Number, const N: usize>(x: &[T], first: usize) -> Vec<Dual<T, N>> {
    let seed = |(i, &x): (usize, &T)| i.checked_sub(first).map_or(Dual::constant(x), |i| Dual::variable(x, i));
    x.iter().enumerate().map(seed).collect()
}

/// Value, gradient and Hessian: the blocks on the diagonal by hyper-dual numbers, those below by duals of duals.
pub(super) fn value_gradient_hessian<F, T>(f: &impl Evaluate, x: &[T]) -> (T, DVector<T>, DMatrix<T>)
where
    F: Float,
    T: Entry<Precision = F> + Scalar<F>,
{
    let n = x.len();
    let mut gradient = DVector::from_element(n, T::zero());
    let mut hessian = DMatrix::from_element(n, n, T::zero());
    let mut value = None;
    for row in (0..n).step_by(BLOCK) {
        let rows = row..n.min(row + BLOCK);
        let y = f.at(&hyper_seeds(x, row));
        let block = y.hessian();
        value = Some(y.re);
        for i in rows.clone() {
            gradient[i] = y.eps[i - row];
            for j in rows.clone() {
                hessian[(i, j)] = block[i - row][j - row];
            }
        }
        for column in (0..row).step_by(BLOCK) {
            let y = f.at(&seeds::<_, BLOCK>(&seeds::<_, BLOCK>(x, column), row));
            for i in rows.clone() {
                for j in column..column + BLOCK {
                    let second = y.eps[i - row].eps[j - column];
                    hessian[(i, j)] = second;
                    hessian[(j, i)] = second;
                }
            }
        }
    }
    (value.unwrap_or_else(|| f.at(x)), gradient, hessian)
}

/// As [`seeds`], in second derivatives.
fn hyper_seeds<T: Number>(x: &[T], first: usize) -> Vec<HyperDual<T, BLOCK>> {
    let seed =
        |(i, &x): (usize, &T)| i.checked_sub(first).map_or(HyperDual::constant(x), |i| HyperDual::variable(x, i));
    x.iter().enumerate().map(seed).collect()
}

/// The highest order of [`Formula::derivatives`].
pub const MOST_ORDER: usize = 3;

/// Partial derivatives of a formula up to some order; none of a higher order.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivatives<F> {
    /// f.
    pub value: F,
    /// ∂f/∂xᵢ.
    pub gradient: Option<Vec<F>>,
    /// ∂²f/∂xᵢ∂xⱼ, symmetric.
    pub hessian: Option<Vec<Vec<F>>>,
    /// ∂³f/∂xᵢ∂xⱼ∂xₖ, symmetric in all three.
    pub third: Option<Vec<Vec<Vec<F>>>>,
}

impl Evaluate for Formula {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T {
        self.evaluate(x)
    }
}

impl Formula {
    /// All partial derivatives at `x` up to `order`, which is 3 at most ([`MOST_ORDER`]).
    ///
    /// The formula is evaluated once for every 8 variables for a gradient, once for every pair of 4 for a Hessian, and
    /// that for every 8 for the third order.
    ///
    /// ```
    /// use demo::expression::{Variables, parse};
    ///
    /// let formula = &parse("x0^2 + x0*x1^4", Variables::x(2)).unwrap()[0];
    /// let d = formula.derivatives(&[3.0, 1.0], 3);
    /// assert_eq!((d.value, d.gradient.unwrap()), (12.0, vec![7.0, 12.0]));
    /// assert_eq!(d.hessian.unwrap(), [[2.0, 4.0], [4.0, 36.0]]);
    /// assert_eq!(d.third.unwrap()[1], [[0.0, 12.0], [12.0, 72.0]]);
    /// ```
    pub fn derivatives<F: Float + Entry<Precision = F>>(&self, x: &[F], order: usize) -> Derivatives<F> {
        let rows = |h: &DMatrix<F>| h.row_iter().map(|row| row.iter().copied().collect()).collect();
        match order {
            0 => Derivatives { value: self.evaluate(x), gradient: None, hessian: None, third: None },
            1 => {
                let (value, gradient) = value_and_gradient(self, x);
                Derivatives { value, gradient: Some(gradient.data.into()), hessian: None, third: None }
            }
            _ => {
                let (value, gradient, hessian) = value_gradient_hessian(self, x);
                let third = (order > 2).then(|| third(self, x));
                Derivatives { value, gradient: Some(gradient.data.into()), hessian: Some(rows(&hessian)), third }
            }
        }
    }

    /// The derivatives of t ↦ f(x + t v) at 0: value, first, second, third; [`MOST_ORDER`]` + 1` numbers. One evaluation.
    ///
    /// ```
    /// use demo::expression::{Variables, parse};
    ///
    /// let formula = &parse("x0^2 + x1^4", Variables::x(2)).unwrap()[0];
    /// assert_eq!(formula.directional(&[3.0, 3.0], &[0.0, 1.0]), [81.0 + 9.0, 108.0, 108.0, 72.0]);
    /// ```
    pub fn directional<F: Float>(&self, x: &[F], direction: &[F]) -> [F; MOST_ORDER + 1] {
        let y = self.evaluate(&line(x, direction));
        std::array::from_fn(|k| if k == 0 { y.re } else { y.derivative(k) })
    }

    /// The operation that makes the partial derivative by the variables `by` infinite or NaN; that of the value if there
    /// are none. At most [`MOST_ORDER`] variables count.
    pub fn partial_culprit<F: Float>(&self, x: &[F], by: &[usize]) -> Option<NotFinite> {
        // of the widths of the derivatives themselves, whose code is there already
        match *by {
            [] => self.maker(x, |&f| f),
            [i] => self.maker(&one_seed::<_, CHUNK>(x, i), |f| f.eps[0]),
            [i, j] => {
                let x = one_seed::<_, BLOCK>(&one_seed::<_, BLOCK>(x, i), j);
                self.maker(&x, |f| f.eps[0].eps[0])
            }
            [i, j, k, ..] => {
                let x = one_seed::<_, BLOCK>(&one_seed::<_, BLOCK>(&one_seed::<_, CHUNK>(x, i), j), k);
                self.maker(&x, |f| f.eps[0].eps[0].eps[0])
            }
        }
    }

    /// The same for the derivative of `order` along a direction.
    pub fn directional_culprit<F: Float>(&self, x: &[F], direction: &[F], order: usize) -> Option<NotFinite> {
        self.maker(&line(x, direction), |f| if order == 0 { f.re } else { f.derivative(order) })
    }
}

/// The third derivatives: the Hessian over numbers that carry another derivative.
fn third<F: Float + Entry<Precision = F>>(f: &impl Evaluate, x: &[F]) -> Vec<Vec<Vec<F>>> {
    let n = x.len();
    let mut third = vec![vec![vec![F::ZERO; n]; n]; n];
    for (first, seeds) in chunks(x) {
        let (_, _, hessian) = value_gradient_hessian(f, &seeds);
        for k in first..n.min(first + CHUNK) {
            for j in k..n {
                for i in j..n {
                    let partial = hessian[(i, j)].eps[k - first];
                    for (a, b, c) in [(i, j, k), (i, k, j), (j, i, k), (j, k, i), (k, i, j), (k, j, i)] {
                        third[a][b][c] = partial;
                    }
                }
            }
        }
    }
    third
}

/// The variables, of which the `i`-th moves.
fn one_seed<T: Number, const N: usize>(x: &[T], i: usize) -> Vec<Dual<T, N>> {
    x.iter().enumerate().map(|(k, &x)| if k == i { Dual::variable(x, 0) } else { Dual::constant(x) }).collect()
}

/// The variables along a direction.
fn line<F: Float>(x: &[F], direction: &[F]) -> Vec<Taylor<F, MOST_ORDER>> {
    x.iter().zip(direction).map(|(&x, &v)| Taylor::line(x, v)).collect()
}
