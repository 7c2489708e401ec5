//! First and second derivatives at once.

use core::array;
use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::beyond::{self, WidePartials};
use crate::elementary::Elementary;
use crate::number::{Float, Number, Scalar, either_zero, finite, from};
use crate::pairs::Partials;
use crate::perturbation::Tag;
use crate::recurrences::Law;
use crate::rules::{Everything, Powf, Powi};
use crate::stretched::{self, is_middling, is_quotient, leaves_room, lost};

/// A value with its first and second partial derivatives in `N` directions: x + Σ xᵢ εᵢ + Σ xᵢⱼ εᵢ εⱼ.
///
/// The second derivatives are symmetric: only those with j ≤ i are computed and kept; [`hessian`](HyperDual::hessian)
/// gives the whole. The digits are those of the lower triangle of `Dual<Dual<T, N>, N>`, at about a third of its work (up to eight directions a
/// square is a product, which may differ from it where something on the way is no normal number).
///
/// ```
/// use autodiff::HyperDual;
///
/// let x = HyperDual::<f64, 2>::variable(3.0, 0);
/// let y = HyperDual::variable(2.0, 1);
/// let z = x * y.powi(2);
/// assert_eq!((z.re, z.eps), (12.0, [4.0, 12.0]));
/// assert_eq!(z.hessian(), [[0.0, 4.0], [4.0, 6.0]]);
/// ```
#[derive(Clone, Copy)]
pub struct HyperDual<T, const N: usize> {
    /// The second partial derivatives `second[i][j]`, j ≤ i; the rest is not used.
    second: [[T; N]; N],
    /// The first partial derivatives.
    pub eps: [T; N],
    /// The value.
    pub re: T,
    tag: Tag,
}

/// How many entries of row `i` of a lower triangle are computed. Of floats, rows are filled up to an even length, whole vectors:
/// what stands there is not used, and the loops are up to twice as fast.
#[inline]
fn length<T: Number, const N: usize>(i: usize) -> usize {
    if T::ORDER == 0 { (i + 1).next_multiple_of(2).min(N) } else { i + 1 }
}

/// The same where rows are written one by one, of floats: in single precision fours, if `N` is a multiple. (In `length` itself a choice keeps
/// triangles of ten directions from being inlined, which takes half again as long.)
#[inline]
fn whole_vectors<T, const N: usize>(i: usize) -> usize {
    let lanes = const {
        let most = 16 / size_of::<T>();
        if N.is_multiple_of(most) { most } else { 2 }
    };
    (i + 1).next_multiple_of(lanes).min(N)
}

/// The lower triangle of a symmetric matrix, from a formula.
#[inline]
fn triangle<T: Number, const N: usize>(formula: impl Fn(usize, usize) -> T) -> [[T; N]; N] {
    if const { N <= UNROLLED || N > INLINED } { unrolled_triangle(formula) } else { plain_triangle(formula) }
}

#[inline]
fn plain_triangle<T: Number, const N: usize>(formula: impl Fn(usize, usize) -> T) -> [[T; N]; N] {
    let mut h = [[T::zero(); N]; N];
    for i in 0..N {
        for j in 0..length::<T, N>(i) {
            h[i][j] = formula(i, j);
        }
    }
    h
}

/// The same loops, where they stand: a call to it from the other would keep the formula from being inlined there.
#[inline(always)]
fn unrolled_triangle<T: Number, const N: usize>(formula: impl Fn(usize, usize) -> T) -> [[T; N]; N] {
    let mut h = [[T::zero(); N]; N];
    for i in 0..N {
        for j in 0..length::<T, N>(i) {
            h[i][j] = formula(i, j);
        }
    }
    h
}

/// A number from its value, its tag and formulas of its derivatives, of floats in up to [`ROWS`] directions: row by row, each a loop of known
/// length. In a function of its own, which takes references and returns the number, the compiler writes each row where it goes as soon as it
/// is computed; from a matrix made before, rows wait half computed on the stack.
macro_rules! by_rows {
    ($re:expr, $tag:expr, |$k:ident| $first:expr, |$i:ident, $j:ident| $second:expr) => {
        by_rows!($re, $tag, $k, $first, $i, $j, $second, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
    };
    ($re:expr, $tag:expr, $k:ident, $first:expr, $i:ident, $j:ident, $second:expr, $($row:literal),*) => {{
        debug_assert!(N <= ROWS);
        let mut z = Self::constant($re).tagged($tag);
        // (by a loop: an array would be made first and copied)
        for $k in 0..N {
            z.eps[$k] = $first;
        }
        $(
            if $row < N {
                let $i = $row;
                for $j in 0..N {
                    z.second[$i][$j] = if $j < whole_vectors::<T, N>($i) { $second } else { T::zero() };
                }
            }
        )*
        z
    }};
}

/// How many rows `by_rows` lists.
const ROWS: usize = 16;

/// Up to so many directions, and again where products are calls, the compiler has to lay out the loops over a triangle where they stand (a fifth
/// to a half less time, in a plain release build as with link-time optimization). Between, that takes a third longer: so much code keeps the
/// loops around it from being unrolled; there, in turn, the chain rule is a call.
const UNROLLED: usize = 8;

/// Up to so many directions a product is inlined wherever it stands: among its parts, those that are zero are then known to
/// the compiler. Beyond, the code grows too long for it to pay.
const INLINED: usize = 10;

/// Up to so many, zeros are taken care of one by one, whether or not something is infinite: so the compiler knows what becomes of
/// those of the seeds (measured: less than half the time of the notebook's Hessian; a chain of products in a loop takes a tenth more).
const TINY: usize = 2;

// Which operations go by rows, of floats: from n = 12 on programs take a tenth to two fifths less time by them; of 11 directions, and of 9 to 12
// in single precision, up to an eighth more.
impl<T: Number, const N: usize> HyperDual<T, N> {
    const CHAIN_BY_ROWS: bool = T::ORDER == 0 && N > UNROLLED && N <= ROWS;
    // of more than twelve directions these two take up to a tenth longer by rows than without
    const QUOTIENT_BY_ROWS: bool = T::ORDER == 0 && N > UNROLLED && N <= 12;
    const PRODUCT_BY_ROWS: bool = T::ORDER == 0 && N > INLINED && N <= 12;
    // calls too: of fewer directions they would take up to a third longer than where they stand
    const SUMS_BY_ROWS: bool = T::ORDER == 0 && N >= 12 && N <= ROWS;
}

impl<T: Number, const N: usize> HyperDual<T, N> {
    /// A number that does not move.
    #[inline]
    pub fn constant(re: T) -> Self {
        HyperDual { second: [[T::zero(); N]; N], eps: [T::zero(); N], re, tag: Tag::NONE }
    }

    /// The variable that moves in direction `i` with slope 1; a constant if there is no such direction.
    #[inline]
    pub fn variable(re: T, i: usize) -> Self {
        let eps = array::from_fn(|k| if k == i { T::one() } else { T::zero() });
        HyperDual { eps, ..Self::constant(re) }
    }

    /// One variable in each direction: the seed of a Hessian.
    #[inline]
    pub fn variables(x: [T; N]) -> [Self; N] {
        array::from_fn(|i| Self::variable(x[i], i))
    }

    /// One variable in each direction, of one driver call: they do not mix with another's.
    #[inline]
    pub(crate) fn seeds(x: [T; N], tag: Tag) -> [Self; N] {
        array::from_fn(|i| Self::variable(x[i], i).tagged(tag))
    }

    /// The number as one of a driver call.
    #[inline]
    pub(crate) fn tagged(self, tag: Tag) -> Self {
        HyperDual { tag, ..self }
    }

    /// The number as the result of a driver call: a number of an outer derivative that its closure returns is none.
    #[inline]
    pub(crate) fn result_of(self, tag: Tag) -> Self {
        HyperDual { tag: self.tag.and(tag), ..self }
    }

    /// The first partial derivatives as drivers give them: a zero is +0, as [`Dual::slopes`](crate::Dual::slopes).
    #[inline]
    pub fn slopes(&self) -> [T; N] {
        self.eps.map(|x| x + T::zero())
    }

    /// A number from its parts; of `hessian`, the lower triangle is taken.
    #[inline]
    pub fn new(re: T, gradient: [T; N], hessian: [[T; N]; N]) -> Self {
        HyperDual { second: triangle(|i, j| hessian[i][j]), eps: gradient, re, tag: Tag::NONE }
    }

    /// All second partial derivatives, as a symmetric matrix.
    #[inline]
    pub fn hessian(&self) -> [[T; N]; N] {
        array::from_fn(|i| array::from_fn(|j| self.second_derivative(i, j)))
    }

    /// One of them.
    #[inline]
    pub(crate) fn second_derivative(&self, i: usize, j: usize) -> T {
        if j <= i { self.second[i][j] } else { self.second[j][i] }
    }

    /// f(x) = f + f' xᵢ εᵢ + (f' xᵢⱼ + f'' xᵢ xⱼ) εᵢ εⱼ
    #[inline]
    fn chain(self, f: T, df: T, d2f: T) -> Self {
        if const { N <= UNROLLED } { self.chain_here(f, df, d2f) } else { self.large_chain(f, df, d2f) }
    }

    // It takes a reference: a copy that was just written would have to be waited for.
    #[inline(never)]
    fn large_chain(&self, f: T, df: T, d2f: T) -> Self {
        self.chain_here(f, df, d2f)
    }

    #[inline(always)]
    fn chain_here(&self, f: T, df: T, d2f: T) -> Self {
        if N <= TINY {
            return self.careful_chain_here(f, df, d2f);
        }
        let (x, h) = (self.eps, &self.second);
        let slope = x.map(|x| x * d2f);
        if !(df.all_finite() & finite(slope)) {
            return self.careful_chain(f, df, d2f);
        }
        if const { Self::CHAIN_BY_ROWS } {
            return self.chain_by_rows(f, df, &slope);
        }
        HyperDual {
            second: triangle(|i, j| h[i][j] * df + slope[j] * x[i]),
            eps: x.map(|x| x * df),
            re: f,
            tag: self.tag,
        }
    }

    #[inline(always)]
    fn chain_by_rows(&self, f: T, df: T, slope: &[T; N]) -> Self {
        let (x, h) = (&self.eps, &self.second);
        by_rows!(f, self.tag, |i| x[i] * df, |i, j| h[i][j] * df + slope[j] * x[i])
    }

    /// The chain rule where a slope or a partial is infinite: zero partials stay zero.
    #[cold]
    fn careful_chain(self, f: T, df: T, d2f: T) -> Self {
        self.careful_chain_here(f, df, d2f)
    }

    #[inline(always)]
    fn careful_chain_here(self, f: T, df: T, d2f: T) -> Self {
        let (x, h) = (self.eps, self.second);
        let square = |i: usize, j: usize| either_zero(x[i], x[j].times_slope(d2f));
        HyperDual {
            second: triangle(|i, j| h[i][j].times_slope(df) + square(i, j)),
            eps: x.map(|x| x.times_slope(df)),
            re: f,
            ..self
        }
    }

    /// The product where a factor or a partial is infinite or NaN.
    #[cold]
    fn careful_product(self, other: Self, f: T) -> Self {
        self.careful_product_here(other, f)
    }

    #[inline(always)]
    fn careful_product_here(self, other: Self, f: T) -> Self {
        let (x, y, hx, hy) = (self.eps, other.eps, self.second, other.second);
        HyperDual {
            second: triangle(|i, j| {
                (hx[i][j].times_slope(other.re) + either_zero(x[i], y[j]))
                    + (hy[i][j].times_slope(self.re) + either_zero(y[i], x[j]))
            }),
            eps: array::from_fn(|i| x[i].times_slope(other.re) + y[i].times_slope(self.re)),
            re: f,
            tag: self.tag.and(other.tag),
        }
    }

    /// The quotient q by the reciprocal r of the divisor's value, as `careful_quotient` where something is not finite.
    #[inline]
    fn quotient(&self, other: &Self, q: T, r: T::Precision, times: impl Fn(T, T) -> T) -> Self {
        let (x, y, hx, hy) = (&self.eps, &other.eps, &self.second, &other.second);
        let eps: [T; N] = array::from_fn(|i| (x[i] - y[i] * q).over(other.re, r));
        // an infinite yᵢ shows in qᵢ
        if !(q.all_finite() & finite(eps)) {
            return if N <= TINY {
                self.careful_quotient_here(*other, q, times)
            } else {
                self.careful_quotient(*other, q, times)
            };
        }
        if const { Self::QUOTIENT_BY_ROWS } {
            return self.quotient_by_rows(other, q, r, &eps);
        }
        let second = triangle(|i, j| ((hx[i][j] - (hy[i][j] * q + eps[j] * y[i])) - y[j] * eps[i]).over(other.re, r));
        HyperDual { second, eps, re: q, tag: self.tag.and(other.tag) }
    }

    #[inline(always)]
    fn quotient_by_rows(&self, other: &Self, q: T, r: T::Precision, eps: &[T; N]) -> Self {
        let (y, v, hx, hy) = (&other.eps, other.re, &self.second, &other.second);
        by_rows!(q, self.tag.and(other.tag), |i| eps[i], |i, j| ((hx[i][j] - (hy[i][j] * q + eps[j] * y[i]))
            - y[j] * eps[i])
            .over(v, r))
    }

    /// The quotient q where the divisor or q is no number of middling size.
    #[cold]
    #[inline(never)]
    fn special_quotient(&self, other: &Self, q: T) -> Self {
        let divides =
            if T::ORDER == 0 { is_quotient(other.re, q) } else { other.re.divides_safely() && q.all_finite() };
        if divides { self.far_quotient(*other, q) } else { self.careful_quotient(*other, q, T::times_slope) }
    }

    /// The quotient q where yᵢ q or yᵢ qⱼ may leave the range of floats on the way; of what is no float, by parts there:
    /// hᵢⱼ/y − (hyᵢⱼ/y q + …).
    fn far_quotient(self, other: Self, q: T) -> Self {
        let (x, y, hx, hy, v) = (self.eps, other.eps, self.second, other.second, other.re);
        let z: [T; N] = array::from_fn(|i| x[i].slope_of_quotient(y[i], [self.re, v], q));
        let tag = self.tag.and(other.tag);
        if T::ORDER == 0 {
            let part = |i: usize, j: usize| {
                beyond::quotient_second([hx[i][j], hy[i][j]], [x[i], y[i], z[i]], [x[j], y[j], z[j]], q, v)
            };
            return HyperDual { second: triangle(part), eps: z, re: q, tag };
        }
        let [by_x, by_y] = [x, y].map(|x| x.map(|x| x.over_divisor(v)));
        let far = y.map(|y| lost(y.times_slope(q), y, q));
        let near = self.careful_quotient_here(other, q, T::times_slope).second;
        let second = triangle(|i, j| {
            if !(far[i] || far[j]) {
                return near[i][j];
            }
            let of_x = hx[i][j].over_divisor(v) - either_zero(by_y[j], by_x[i]);
            let of_y = hy[i][j].over_divisor(v) - either_zero(by_y[j], by_y[i]);
            of_x - (of_y.times_slope(q) + either_zero(z[j], by_y[i]))
        });
        HyperDual { second, eps: z, re: q, tag }
    }

    /// The quotient where the divisor is zero, tiny, huge or not finite; `times` multiplies a partial with q, which may be one itself.
    #[cold]
    fn careful_quotient(self, other: Self, q: T, times: impl Fn(T, T) -> T) -> Self {
        self.careful_quotient_here(other, q, times)
    }

    #[inline(always)]
    fn careful_quotient_here(self, other: Self, q: T, times: impl Fn(T, T) -> T) -> Self {
        let (x, y, hx, hy) = (self.eps, other.eps, self.second, other.second);
        let eps: [T; N] = array::from_fn(|i| (x[i] - times(y[i], q)).over_divisor(other.re));
        let second = triangle(|i, j| {
            let product = times(hy[i][j], q) + either_zero(eps[j], y[i]);
            ((hx[i][j] - product) - either_zero(y[j], eps[i])).over_divisor(other.re)
        });
        HyperDual { second, eps, re: q, tag: self.tag.and(other.tag) }
    }
}

impl<T: Number, const N: usize> Number for HyperDual<T, N> {
    type Precision = T::Precision;
    const ORDER: usize = T::ORDER + 2;

    #[inline]
    fn constant(value: T::Precision) -> Self {
        HyperDual::constant(T::constant(value))
    }
    #[inline]
    fn value(self) -> T::Precision {
        self.re.value()
    }
    #[inline]
    fn with_value(self, value: T::Precision) -> Self {
        HyperDual { re: self.re.with_value(value), ..self }
    }
    #[inline]
    fn compose(self, d: &[T::Precision]) -> Self {
        self.chain(self.re.compose(d), self.re.compose(from(d, 1)), self.re.compose(from(d, 2)))
    }
    /// A square of few directions is a product: it asks nothing of its derivatives, so that the zeros of the seeds are known after it as well
    /// (in two variables a fifth of the time). The bits are those of the rule as long as no product and no sum on the way leaves the normal numbers;
    /// beyond, a product overflows later, and may differ by a few units of the smallest number and by the sign of a zero.
    #[inline]
    fn powi(self, n: i32) -> Self {
        if n == 2 && const { N <= UNROLLED } { self * self } else { self.apply(Powi(n)) }
    }
    /// The slopes of x^2.0 are those of x².
    #[inline]
    fn powf(self, c: T::Precision) -> Self {
        if c == T::Precision::of(2.0) {
            return self.powi(2).with_value(Elementary::powf(self.value(), c));
        }
        self.apply(Powf(c))
    }
    #[inline]
    fn compose_by(
        self,
        d: &[T::Precision],
        law: Option<Law<T::Precision>>,
        all: impl Fn() -> Everything<T::Precision>,
    ) -> Self {
        stretched::compose(self, d, law, all)
    }
    #[inline]
    fn compose2_by(self, other: Self, partials: &Partials<T::Precision>) -> Self {
        stretched::compose2(self, other, partials)
    }
    fn compose2_wide(self, other: Self, f: T::Precision, d: &WidePartials<T::Precision>) -> Option<Self> {
        if T::ORDER > 0 {
            return None;
        }
        let (x, y, hx, hy) = (self.eps, other.eps, self.second, other.second);
        Some(HyperDual {
            second: triangle(|i, j| beyond::second([hx[i][j], hy[i][j]], [x[i], y[i]], [x[j], y[j]], d)),
            eps: array::from_fn(|i| beyond::slope([x[i], y[i]], d)),
            re: T::constant(f),
            tag: self.tag.and(other.tag),
        })
    }
    fn where_it_fits(self, other: Self) -> Self {
        let second = triangle(|i, j| self.second[i][j].where_it_fits(other.second[i][j]));
        let eps = array::from_fn(|i| self.eps[i].where_it_fits(other.eps[i]));
        HyperDual { second, eps, re: self.re.where_it_fits(other.re), ..self }
    }
    fn with_slopes_of(self, other: Self) -> Self {
        let eps = array::from_fn(|i| self.eps[i].with_value(other.eps[i].value()));
        HyperDual { eps, re: self.re.with_slopes_of(other.re), ..self }
    }
    fn stretched(self, s: T::Precision) -> Self {
        let times = |x: T| x * T::constant(s);
        let second = triangle(|i, j| times(self.second[i][j]));
        HyperDual { second, eps: self.eps.map(times), re: self.re.stretched(s), ..self }
    }
    /// f(x, y) = f + (fₓ xᵢ + f_y yᵢ) εᵢ + (fₓ xᵢⱼ + f_y yᵢⱼ + fₓₓ xᵢ xⱼ + fₓ_y (xᵢ yⱼ + yᵢ xⱼ) + f_yy yᵢ yⱼ) εᵢ εⱼ
    #[inline]
    fn compose2(self, other: Self, partials: &Partials<T::Precision>, i: usize, j: usize) -> Self {
        let at = |k, l| self.re.compose2(other.re, partials, i + k, j + l);
        let (dx, dy, dxx, dxy, dyy) = (at(1, 0), at(0, 1), at(2, 0), at(1, 1), at(0, 2));
        let (x, y, hx, hy) = (self.eps, other.eps, self.second, other.second);
        let (mut slope_x, mut slope_y) = ([T::zero(); N], [T::zero(); N]);
        for j in 0..N {
            slope_x[j] = x[j] * dxx + y[j] * dxy;
            slope_y[j] = x[j] * dxy + y[j] * dyy;
        }
        let (eps, second);
        if dx.all_finite() & dy.all_finite() & finite(slope_x) & finite(slope_y) {
            eps = array::from_fn(|i| x[i] * dx + y[i] * dy);
            second = triangle(|i, j| (hx[i][j] * dx + slope_x[j] * x[i]) + (hy[i][j] * dy + slope_y[j] * y[i]));
        } else {
            eps = array::from_fn(|i| x[i].times_slope(dx) + y[i].times_slope(dy));
            second = triangle(|i, j| {
                let slope_x = x[j].times_slope(dxx) + y[j].times_slope(dxy);
                let slope_y = x[j].times_slope(dxy) + y[j].times_slope(dyy);
                (hx[i][j].times_slope(dx) + either_zero(x[i], slope_x))
                    + (hy[i][j].times_slope(dy) + either_zero(y[i], slope_y))
            });
        }
        HyperDual { second, eps, re: at(0, 0), tag: self.tag.and(other.tag) }
    }
    #[inline]
    fn all_finite(self) -> bool {
        self.re.all_finite()
            && self.eps.into_iter().all(T::all_finite)
            && (0..N).all(|i| self.second[i][..=i].iter().all(|x| x.all_finite()))
    }
    #[inline]
    fn divides_safely(self) -> bool {
        self.re.divides_safely()
    }
    fn times_slope(self, slope: Self) -> Self {
        let (x, s, hx, hs) = (self.eps, slope.eps, self.second, slope.second);
        HyperDual {
            second: triangle(|i, j| {
                (hx[i][j].times_slope(slope.re) + either_zero(x[i], s[j]))
                    + (either_zero(hs[i][j], self.re) + either_zero(s[i], x[j]))
            }),
            eps: array::from_fn(|i| x[i].times_slope(slope.re) + either_zero(s[i], self.re)),
            re: self.re.times_slope(slope.re),
            tag: self.tag.and(slope.tag),
        }
    }
    fn over_divisor(self, divisor: Self) -> Self {
        let q = self.re.over_divisor(divisor.re);
        self.careful_quotient(divisor, q, either_zero)
    }
    #[inline]
    fn over(self, divisor: Self, r: T::Precision) -> Self {
        self.quotient(&divisor, self.re.over(divisor.re, r), r, either_zero)
    }
}

impl<T: Number, const N: usize> Add for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        if const { Self::SUMS_BY_ROWS } {
            return self.large_sum(&other);
        }
        HyperDual {
            second: triangle(|i, j| self.second[i][j] + other.second[i][j]),
            eps: array::from_fn(|i| self.eps[i] + other.eps[i]),
            re: self.re + other.re,
            tag: self.tag.and(other.tag),
        }
    }
}

impl<T: Number, const N: usize> Sub for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        if const { Self::SUMS_BY_ROWS } {
            return self.large_difference(&other);
        }
        HyperDual {
            second: triangle(|i, j| self.second[i][j] - other.second[i][j]),
            eps: array::from_fn(|i| self.eps[i] - other.eps[i]),
            re: self.re - other.re,
            tag: self.tag.and(other.tag),
        }
    }
}

impl<T: Number, const N: usize> HyperDual<T, N> {
    #[inline(never)]
    fn large_sum(&self, other: &Self) -> Self {
        let (x, y, hx, hy) = (&self.eps, &other.eps, &self.second, &other.second);
        by_rows!(self.re + other.re, self.tag.and(other.tag), |i| x[i] + y[i], |i, j| hx[i][j] + hy[i][j])
    }

    #[inline(never)]
    fn large_difference(&self, other: &Self) -> Self {
        let (x, y, hx, hy) = (&self.eps, &other.eps, &self.second, &other.second);
        by_rows!(self.re - other.re, self.tag.and(other.tag), |i| x[i] - y[i], |i, j| hx[i][j] - hy[i][j])
    }

    /// `value` of the value, and all derivatives c times as large. (It reads the value: a caller that reads it from its copy of the number keeps the copy.)
    #[inline(never)]
    fn large_multiple(&self, value: impl Fn(T) -> T, c: T) -> Self {
        let (x, h) = (&self.eps, &self.second);
        by_rows!(value(self.re), self.tag, |i| x[i] * c, |i, j| h[i][j] * c)
    }
}

impl<T: Number, const N: usize> Neg for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        HyperDual { second: triangle(|i, j| -self.second[i][j]), eps: self.eps.map(T::neg), re: -self.re, ..self }
    }
}

impl<T: Number, const N: usize> Mul for HyperDual<T, N> {
    type Output = Self;
    /// x y = f + (xᵢ y + yᵢ x) εᵢ + (xᵢⱼ y + xᵢ yⱼ + yᵢⱼ x + yᵢ xⱼ) εᵢ εⱼ
    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        if const { N <= INLINED } { self.product(&other) } else { self.large_product(&other) }
    }
}

impl<T: Number, const N: usize> HyperDual<T, N> {
    #[inline(never)]
    fn large_product(&self, other: &Self) -> Self {
        self.product(other)
    }

    #[inline(always)]
    fn product(&self, other: &Self) -> Self {
        let f = self.re * other.re;
        let (x, y, hx, hy) = (self.eps, other.eps, &self.second, &other.second);
        if N <= TINY {
            return self.careful_product_here(*other, f);
        }
        if !(f.all_finite() & finite(x) & finite(y)) {
            return self.careful_product(*other, f);
        }
        if const { Self::PRODUCT_BY_ROWS } {
            return self.product_by_rows(other, f);
        }
        HyperDual {
            second: triangle(|i, j| (hx[i][j] * other.re + y[j] * x[i]) + (hy[i][j] * self.re + x[j] * y[i])),
            eps: array::from_fn(|i| x[i] * other.re + y[i] * self.re),
            re: f,
            tag: self.tag.and(other.tag),
        }
    }

    #[inline(always)]
    fn product_by_rows(&self, other: &Self, f: T) -> Self {
        let (x, y, u, v, hx, hy) = (&self.eps, &other.eps, self.re, other.re, &self.second, &other.second);
        by_rows!(f, self.tag.and(other.tag), |i| x[i] * v + y[i] * u, |i, j| (hx[i][j] * v + y[j] * x[i])
            + (hy[i][j] * u + x[j] * y[i]))
    }
}

impl<T: Number, const N: usize> Div for HyperDual<T, N> {
    type Output = Self;
    /// x / y = q + (xᵢ − q yᵢ) / y εᵢ + (xᵢⱼ − q yᵢⱼ − qⱼ yᵢ − qᵢ yⱼ) / y εᵢ εⱼ
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        if N <= TINY { self.divided(&other) } else { self.large_quotient(&other) }
    }
}

impl<T: Number, const N: usize> HyperDual<T, N> {
    #[inline(never)]
    fn large_quotient(&self, other: &Self) -> Self {
        self.divided(other)
    }

    #[inline(always)]
    fn divided(&self, other: &Self) -> Self {
        let q = self.re / other.re;
        if !(is_middling(other.re) && leaves_room(q)) {
            return self.special_quotient(other, q);
        }
        self.quotient(other, q, T::Precision::ONE / other.value(), T::times_slope)
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Mul<F> for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn mul(self, c: F) -> Self {
        if !c.all_finite() {
            return self.careful_product(Self::constant(T::constant(c)), self.re * c);
        }
        if const { Self::SUMS_BY_ROWS } {
            return self.large_multiple(|re| re * c, T::constant(c));
        }
        HyperDual {
            second: triangle(|i, j| self.second[i][j] * c),
            eps: self.eps.map(|x| x * c),
            re: self.re * c,
            ..self
        }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Div<F> for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn div(self, c: F) -> Self {
        if !c.divides_safely() {
            return self.careful_quotient(Self::constant(T::constant(c)), self.re / c, T::times_slope);
        }
        let r = F::ONE / c;
        if const { Self::SUMS_BY_ROWS } {
            return self.large_multiple(|re| re / c, T::constant(r));
        }
        HyperDual {
            second: triangle(|i, j| self.second[i][j] * r),
            eps: self.eps.map(|x| x * r),
            re: self.re / c,
            ..self
        }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Add<F> for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn add(self, c: F) -> Self {
        HyperDual { re: self.re + c, ..self }
    }
}

impl<F: Float, T: Scalar<F>, const N: usize> Sub<F> for HyperDual<T, N> {
    type Output = Self;
    #[inline]
    fn sub(self, c: F) -> Self {
        HyperDual { re: self.re - c, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of floats, rows of an even length, as far as the matrix goes.
    #[test]
    fn rows_of_whole_vectors() {
        let ones = triangle::<f64, 5>(|_, _| 1.0).map(|row| row.iter().sum::<f64>());
        assert_eq!(ones, [2.0, 2.0, 4.0, 4.0, 5.0]);
        assert_eq!([0, 1, 2, 4].map(whole_vectors::<f64, 5>), [2, 2, 4, 5]);
        assert_eq!([0, 3, 4, 7].map(whole_vectors::<f32, 8>), [4, 4, 8, 8]);
        assert_eq!([0, 3, 4, 5].map(whole_vectors::<f32, 6>), [2, 4, 6, 6]);
        let ones = triangle::<HyperDual<f64, 1>, 5>(|_, _| HyperDual::constant(1.0));
        assert_eq!(ones.map(|row| row.map(|x| x.re).iter().sum::<f64>()), [1.0, 2.0, 3.0, 4.0, 5.0]);
    }

    #[test]
    fn partials_that_are_finite() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for (partials, wanted) in
            [([0.0, -1.0, 1e308], true), ([inf, 0.0, 0.0], false), ([0.0, nan, 0.0], false), ([0.0, 0.0, -inf], false)]
        {
            assert_eq!(finite(partials), wanted, "{partials:?}");
            let number = HyperDual::new(1.0, [0.0; 3], [[0.0; 3], [0.0; 3], partials]);
            assert_eq!([number.all_finite(), finite([number; 2])], [wanted; 2], "{partials:?}");
        }
        assert!(finite::<f64, 0>([]));
    }

    /// As a product and by the rule a square has the same bits (the same numbers, where zeros have another sign; of subnormal ones the last unit may differ).
    #[test]
    fn squares_by_the_rule() {
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        let values = [0.0, 3.1, -0.7, 1e-170, -1e160, 1e200, 1e-310, 8e307, inf, nan];
        let slopes = [0.0, -0.0, 1.0, -0.3, 1e5, 1e-130, inf, nan];
        for (re, [p, q, h]) in values.into_iter().flat_map(|re| triples(slopes).map(move |moves| (re, moves))) {
            same_square(HyperDual::new(re, [p, q], [[h, p], [p, h]]));
            same_square(HyperDual::new(re, [p, q, 0.2], [[h, p, 0.0], [p, h, 1.0], [0.0, 1.0, q]]));
        }
        let narrow =
            [0.0, 3.1, -0.7, 1e20, -1e-20].map(|re| HyperDual::new(re, [0.3, -1e5_f32], [[2.0, 0.7], [0.7, -0.1]]));
        for x in narrow {
            assert_eq!(
                x.powi(2).hessian().map(|row| row.map(f32::to_bits)),
                x.apply(Powi(2)).hessian().map(|row| row.map(f32::to_bits))
            );
        }
    }

    /// Where a product is better than the rule: 2 xᵢ xⱼ overflows on its own, 2 x does, both do with opposite signs.
    #[test]
    fn squares_beyond_the_rule() {
        let square = |re, eps, h| {
            let x = HyperDual::new(re, [eps], [[h]]);
            let y = x.powi(2);
            // and as a power of the same number in floating point
            let z = x.powf(2.0);
            assert_eq!((z.re, z.eps, z.hessian()), (y.re, y.eps, y.hessian()));
            (y.eps[0], y.hessian()[0][0])
        };
        assert_eq!(square(1.0, 1e154, -8e307), (2e154, 2.0 * (1e154 * 1e154 - 8e307)));
        assert_eq!(square(1.5e308, 1e-10, 0.0), (2.0 * (1.5e308 * 1e-10), 2.0 * (1e-10 * 1e-10)));
        assert_eq!(square(-1e154, 1e154, 1e154), (f64::NEG_INFINITY, 0.0));
    }

    fn same_square<const N: usize>(x: HyperDual<f64, N>) {
        let (product, rule) = (x.powi(2), x.apply(Powi(2)));
        let pairs = product.hessian().into_iter().flatten().zip(rule.hessian().into_iter().flatten());
        for (a, b) in pairs.chain(product.eps.into_iter().zip(rule.eps)).chain([(product.re, rule.re)]) {
            let subnormal = (a - b).abs() <= f64::from_bits(1) && a.abs() < f64::MIN_POSITIVE;
            assert!(
                a == b || a.is_nan() && b.is_nan() || subnormal,
                "{a:e} and {b:e}: {:e}, {:?} squared",
                x.re,
                x.eps
            );
        }
    }

    fn triples<const K: usize>(x: [f64; K]) -> impl Iterator<Item = [f64; 3]> {
        (0..K * K * K).map(move |i| [x[i % K], x[i / K % K], x[i / (K * K)]])
    }

    /// A sum of partials that overflows by itself costs care, not digits.
    #[test]
    fn partials_whose_sum_overflows() {
        let x = HyperDual::new(1.0, [1.5e308, 1.5e308, 2.0], [[3.0; 3]; 3]);
        assert!(!finite(x.eps));
        for half in [x * HyperDual::constant(0.5), x / HyperDual::constant(2.0), x.compose(&[0.5, 0.5, 0.0])] {
            assert_eq!((half.re, half.eps, half.hessian()), (0.5, [7.5e307, 7.5e307, 1.0], [[1.5; 3]; 3]));
        }
    }
}
