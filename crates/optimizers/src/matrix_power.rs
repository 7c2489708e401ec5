//! Powers of matrices of any shape by their singular values, with derivatives where those coincide too.

use autodiff::{Elementary, Number};
use nalgebra::{DMatrix, DVector, RealField};

use crate::problem::Entry;

/// J^κ b = V Σ^κ Uᵀ b for J = U Σ Vᵀ, over the singular values above `truncation` times the largest; the others count as
/// none. `None` if an entry of J is not finite.
///
/// The values are those of nalgebra's singular vectors. These have no derivatives where singular values coincide, but
/// J^κ has; see [`Moving`].
pub(crate) fn power_times<T>(jacobian: &DMatrix<T>, kappa: f64, truncation: f64, b: &DVector<T>) -> Option<DVector<T>>
where
    T: Entry + RealField,
    T::Precision: RealField,
{
    if jacobian.is_empty() {
        return Some(DVector::from_element(jacobian.ncols(), <T as Number>::zero()));
    }
    let plain = jacobian.map(Number::value);
    if !plain.iter().all(|&x| Elementary::is_finite(x)) {
        return None;
    }
    let svd = plain.svd(true, true);
    let (u, v_t) = (svd.u?, svd.v_t?);
    let cutoff = svd.singular_values[0] * T::Precision::of(truncation);
    let kept = svd.singular_values.iter().filter(|&&sigma| sigma > cutoff).count();
    let mut product = DVector::from_element(jacobian.ncols(), T::Precision::ZERO);
    for (i, &sigma) in svd.singular_values.iter().enumerate().take(kept) {
        let along = u.column(i).iter().zip(b.iter()).map(|(&u, b)| u * b.value()).sum::<T::Precision>();
        let scaled = Elementary::powf(sigma, T::Precision::of(kappa)) * along;
        product.iter_mut().zip(v_t.row(i).iter()).for_each(|(p, &v)| *p += v * scaled);
    }
    if T::ORDER == 0 {
        return Some(product.map(T::constant));
    }
    Some(Moving::new(jacobian, b, kappa, kept).result().zip_map(&product, |moving, value| moving.with_value(value)))
}

/// The derivatives of J^κ b: those of f(A) (b, 0), where A = [0 J; Jᵀ 0] is symmetric with eigenvalues ±σ and zeros, and
/// f(λ) = sign(λ) |λ|^κ where σ is kept, 0 where it is dropped.
///
/// With A = A₀ + N, where N has no value, and in the eigenvectors of A₀,
/// f(A)ᵢⱼ = f(λᵢ) δᵢⱼ + f[λᵢ, λⱼ] Nᵢⱼ + Σₖ f[λᵢ, λₖ, λⱼ] Nᵢₖ Nₖⱼ + … with the divided differences of f, which are its derivatives
/// where eigenvalues coincide (Daleckii, Krein 1965; Higham, "Functions of Matrices", 2008, section 3.2). The series ends
/// with the order of the numbers.
struct Moving<T: Entry> {
    /// The eigenvalues of A₀, ascending, and the sign of each that is kept, 0 of the others.
    eigenvalues: Vec<(f64, i8)>,
    /// The eigenvectors' parts along x.
    vectors: DMatrix<T>,
    /// N.
    change: DMatrix<T>,
    /// (b, 0)
    b: DVector<T>,
    kappa: f64,
}

impl<T> Moving<T>
where
    T: Entry + RealField,
    T::Precision: RealField,
{
    fn new(jacobian: &DMatrix<T>, b: &DVector<T>, kappa: f64, kept: usize) -> Self {
        let (m, n) = jacobian.shape();
        let symmetric = DMatrix::from_fn(m + n, m + n, |i, j| match (i < m, j < m) {
            (true, false) => jacobian[(i, j - m)],
            (false, true) => jacobian[(j, i - m)],
            _ => <T as Number>::zero(),
        });
        let eigen = symmetric.map(Number::value).symmetric_eigen();
        let mut order: Vec<usize> = (0..m + n).collect();
        order.sort_by(|&i, &j| eigen.eigenvalues[i].to_f64().total_cmp(&eigen.eigenvalues[j].to_f64()));
        let sign = |place: usize| i8::from(place + kept >= m + n) - i8::from(place < kept);
        let eigenvalues = order.iter().enumerate().map(|(k, &i)| (eigen.eigenvalues[i].to_f64(), sign(k))).collect();
        let vectors = DMatrix::from_fn(m + n, m + n, |i, k| T::constant(eigen.eigenvectors[(i, order[k])]));
        let moving = symmetric.map(|x| x.with_value(T::Precision::ZERO));
        Moving {
            eigenvalues,
            change: vectors.transpose() * moving * &vectors,
            b: vectors.rows(0, m).transpose() * b,
            vectors: vectors.rows(m, n).into_owned(),
            kappa,
        }
    }

    fn result(&self) -> DVector<T> {
        let along = |i| self.paths(&mut vec![i], <T as Number>::one());
        &self.vectors * DVector::from_fn(self.eigenvalues.len(), |i, _| along(i))
    }

    /// Σ f[λᵢ, …, λⱼ] Nᵢₖ … Nₗⱼ bⱼ over the paths that begin so, with the product of the N up to here.
    fn paths(&self, path: &mut Vec<usize>, product: T) -> T {
        let here = path[path.len() - 1];
        let mut nodes: Vec<(f64, i8)> = path.iter().map(|&i| self.eigenvalues[i]).collect();
        nodes.sort_by(|a, b| a.0.total_cmp(&b.0));
        let divided = T::constant(T::Precision::of(divided_difference(&nodes, self.kappa)));
        let mut sum = (product * self.b[here]).times_slope(divided);
        if path.len() <= T::ORDER {
            for next in 0..self.eigenvalues.len() {
                path.push(next);
                sum += self.paths(path, product * self.change[(here, next)]);
                path.pop();
            }
        }
        sum
    }
}

/// f[x₀, …, xₖ] = (f[x₁, …, xₖ] − f[x₀, …, xₖ₋₁]) / (xₖ − x₀) for ascending nodes, each with its sign where f(x) = ±|x|^κ, and
/// 0 where f is 0.
fn divided_difference(nodes: &[(f64, i8)], kappa: f64) -> f64 {
    let (Some((first, sign)), Some((last, last_sign))) = (nodes.first(), nodes.last()) else { return 0.0 };
    if sign == last_sign {
        if *sign == 0 {
            return 0.0;
        }
        let (a, b) = (first.abs().min(last.abs()), first.abs().max(last.abs()));
        if a >= 0.5 * b {
            // f is odd
            let odd = if nodes.len() % 2 == 1 { f64::from(*sign) } else { 1.0 };
            return odd * near_difference(nodes.iter().map(|(x, _)| x.abs()), 0.5 * (a + b), kappa);
        }
    }
    let (without_first, without_last) = (&nodes[1..], &nodes[..nodes.len() - 1]);
    (divided_difference(without_first, kappa) - divided_difference(without_last, kappa)) / (last - first)
}

/// The same for |x|^κ and nodes within a third of c > 0, without cancellation: Σₘ f⁽ᵏ⁺ᵐ⁾(c)/(k + m)! hₘ(x₀ − c, …, xₖ − c), with
/// the complete homogeneous symmetric polynomials hₘ.
fn near_difference(nodes: impl ExactSizeIterator<Item = f64>, c: f64, kappa: f64) -> f64 {
    /// 3⁻⁴⁸ is far below rounding.
    const TERMS: usize = 48;
    let k = nodes.len() - 1;
    let mut h = [0.0; TERMS];
    h[0] = 1.0;
    for x in nodes {
        let t = (x - c) / c;
        for m in 1..TERMS {
            h[m] += t * h[m - 1];
        }
    }
    // κ (κ − 1) … (κ − j + 1) / j!
    let mut binomial = (0..k).fold(1.0, |b, j| b * (kappa - j as f64) / (j + 1) as f64);
    let mut sum = 0.0;
    for (m, h) in h.iter().enumerate() {
        sum += binomial * h;
        let j = (k + m) as f64;
        binomial *= (kappa - j) / (j + 1.0);
    }
    sum * c.powf(kappa - k as f64)
}

/// The default truncation: ten times the longer side of the matrix in units of the precision (numpy's `pinv` in its
/// first form, and the code of Schnell, Holl and Thuerey).
pub(crate) fn default_truncation<T: Entry + RealField>(jacobian: &DMatrix<T>) -> f64 {
    let longer = jacobian.nrows().max(jacobian.ncols()) as f64;
    10.0 * longer * T::default_epsilon().value().to_f64()
}

#[cfg(test)]
mod tests {
    use autodiff::{Dual, HyperDual};
    use proptest::prelude::*;

    use super::*;

    /// Of order 3.
    type Third = Dual<HyperDual<f64, 1>, 1>;

    /// a + b t + c t² for a t that moves to every order.
    fn moving(a: f64, b: f64, c: f64) -> Third {
        let t = Dual::variable(HyperDual::variable(0.0, 0), 0);
        t * t * c + t * b + a
    }

    fn fixed(x: f64) -> Third {
        Number::constant(x)
    }

    fn parts(x: Third) -> [f64; 6] {
        let (first, second) = (x.re, x.eps[0]);
        [first.re, first.eps[0], first.hessian()[0][0], second.re, second.eps[0], second.hessian()[0][0]]
    }

    fn close(ours: &DVector<Third>, theirs: &DVector<Third>, tolerance: f64) -> Result<(), TestCaseError> {
        let size = theirs.iter().flat_map(|&x| parts(x)).fold(1.0, |most: f64, x| most.max(x.abs()));
        for (&ours, &theirs) in ours.iter().zip(theirs.iter()) {
            for (a, b) in parts(ours).into_iter().zip(parts(theirs)) {
                prop_assert!((a - b).abs() <= tolerance * size, "{:?} {:?}", ours, theirs);
            }
        }
        Ok(())
    }

    fn entries() -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-1.0f64..1.0, 64)
    }

    #[test]
    fn the_truncation_is_ten_times_the_longer_side() {
        let (wide, tall) = (DMatrix::<f64>::zeros(2, 3), DMatrix::<f32>::zeros(5, 1));
        assert_eq!(default_truncation(&wide), 30.0 * f64::EPSILON);
        assert_eq!(default_truncation(&tall), 50.0 * f64::from(f32::EPSILON));
        assert_eq!(default_truncation(&DMatrix::<Third>::zeros(3, 3)), 30.0 * f64::EPSILON);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Where all singular values are c, J^κ = (JᵀJ)^((κ−1)/2) Jᵀ is a power series in JᵀJ/c² − I, which has no value.
        #[test]
        fn coinciding_singular_values_have_derivatives(
            e in entries(), n in 1usize..4, taller in 0usize..2, kappa in -1.0f64..1.0, c in 0.1f64..10.0,
        ) {
            let m = n + taller;
            // an orthonormal frame, which moves
            let frame = DMatrix::from_fn(m, n, |i, j| e[i * 4 + j] + if i == j { 3.0 } else { 0.0 }).qr().q();
            let a = DMatrix::from_fn(m, n, |i, j| moving(c * frame[(i, j)], e[20 + i * 4 + j], e[40 + i * 4 + j]));
            let b = DVector::from_fn(m, |i, _| moving(e[60 + i % 4], e[i], 0.0));
            let identity = DMatrix::<Third>::identity(n, n);
            let off = a.transpose() * &a * fixed(1.0 / (c * c)) - &identity;
            let (mut series, mut power, mut binomial) = (identity.clone(), identity, 1.0);
            for k in 0..3 {
                binomial *= ((kappa - 1.0) / 2.0 - f64::from(k)) / f64::from(k + 1);
                power *= &off;
                series += &power * fixed(binomial);
            }
            let expected = series * a.transpose() * &b * fixed(c.powf(kappa - 1.0));
            close(&power_times(&a, kappa, 1e-13, &b).unwrap(), &expected, 1e-11)?;
        }

        /// Where they are apart, the singular vectors have derivatives too.
        #[test]
        fn separate_singular_values_have_the_derivatives_of_their_vectors(
            e in entries(), m in 1usize..4, n in 1usize..4, kappa in -1.0f64..1.0, dropped in 0usize..2,
        ) {
            let sizes = [4.0, 1.5, 0.7];
            let entry = |i: usize, j: usize| e[i * 4 + j] * 0.1 + if i == j { sizes[i] } else { 0.0 };
            let a = DMatrix::from_fn(m, n, |i, j| moving(entry(i, j), e[20 + i * 4 + j], e[40 + i * 4 + j]));
            let b = DVector::from_fn(m, |i, _| moving(e[60 + i % 4], e[i], 0.0));
            let svd = autodiff::svd(&a).unwrap();
            let (u, v_t) = (svd.u.unwrap(), svd.v_t.unwrap());
            let truncation = if dropped == 0 { 1e-13 } else { 0.25 };
            let kept = svd.singular_values.map(|s| {
                if s.value() > truncation * svd.singular_values[0].value() { Number::powf(s, kappa) } else { Number::zero() }
            });
            let expected = v_t.transpose() * DMatrix::from_diagonal(&kept) * u.transpose() * &b;
            close(&power_times(&a, kappa, truncation, &b).unwrap(), &expected, 1e-9)?;
        }

        /// Near one another they are no special case.
        #[test]
        fn divided_differences_do_not_cancel(kappa in -1.0f64..1.0, x in 0.1f64..10.0, gap in -12.0f64..-1.0, ratio in 0.3f64..0.9) {
            let h = x * 10f64.powf(gap);
            let ours = divided_difference(&[(x, 1), (x + h * ratio, 1), (x + h, 1)], kappa);
            // f''(ξ)/2 for some ξ between
            let second = |x: f64| 0.5 * kappa * (kappa - 1.0) * x.powf(kappa - 2.0);
            let (low, high) = (second(x).min(second(x + h)), second(x).max(second(x + h)));
            let slack = 1e-13 * low.abs().max(high.abs());
            prop_assert!(low - slack <= ours && ours <= high + slack, "{} {} {}", low, ours, high);
        }
    }
}
