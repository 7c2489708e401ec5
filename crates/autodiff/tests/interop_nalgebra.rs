//! Through nalgebra's decompositions: each factorization must hold in every part of the numbers (value, first, second, …
//! derivatives), which determines the factors and so their derivatives; and the formulas of perturbation theory.

#![cfg(feature = "nalgebra")]

use autodiff::{
    Dual, HyperDual, Mixed, Number, Taylor, derivative, gradient, hessian, symmetric_eigen, value_gradient_hessian,
};
use nalgebra::{
    ComplexField, DMatrix, DVector, Dyn, Matrix3, RealField, SVD, SymmetricEigen, Vector3, dmatrix, dvector, matrix,
    vector,
};

/// A reproducible stream of numbers in (−1, 1).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A number type with values that move in all its directions.
trait Moving: Number<Precision: RealField> + RealField + Copy {
    const TOLERANCE: f64 = 1e-10;
    fn moving(value: f64, stream: &mut Stream) -> Self;
    fn largest_part(self) -> f64;
}

impl Moving for f64 {
    fn moving(value: f64, _: &mut Stream) -> Self {
        value
    }
    fn largest_part(self) -> f64 {
        self.abs()
    }
}

impl Moving for f32 {
    const TOLERANCE: f64 = 3e-3;
    fn moving(value: f64, _: &mut Stream) -> Self {
        value as f32
    }
    fn largest_part(self) -> f64 {
        self.abs().into()
    }
}

/// The largest, where NaN is larger than all.
fn largest(parts: impl IntoIterator<Item = f64>) -> f64 {
    parts.into_iter().fold(0.0, |largest: f64, x| if x.is_nan() { f64::INFINITY } else { largest.max(x) })
}

macro_rules! moving {
    ($($number:ident: |$x:ident, $part:ident| $new:expr, |$y:ident| $parts:expr;)*) => {
        $(
            impl<T: Moving, const N: usize> Moving for $number<T, N> {
                const TOLERANCE: f64 = T::TOLERANCE;
                fn moving(value: f64, stream: &mut Stream) -> Self {
                    let $x = T::moving(value, stream);
                    let mut $part = || { let part = stream.next(); T::moving(part, stream) };
                    $new
                }
                fn largest_part(self) -> f64 {
                    let $y = self;
                    largest($parts.into_iter().map(T::largest_part)).max(self.re.largest_part())
                }
            }
        )*
    };
}

moving! {
    Dual: |x, part| Dual::new(x, [(); N].map(|_| part())), |y| y.eps;
    HyperDual: |x, part| HyperDual::new(x, [(); N].map(|_| part()), [(); N].map(|_| [(); N].map(|_| part()))),
        |y| y.eps.into_iter().chain(y.hessian().into_iter().flatten());
    Taylor: |x, part| { let mut y = Taylor::constant(x); y.coefficients = [(); N].map(|_| part()); y }, |y| y.coefficients;
}

fn random<D: Moving>(rows: usize, columns: usize, stream: &mut Stream) -> DMatrix<D> {
    DMatrix::from_fn(rows, columns, |_, _| {
        let value = stream.next();
        D::moving(value, stream)
    })
}

/// A symmetric matrix whose eigenvalues are about 2 apart.
fn symmetric<D: Moving>(n: usize, stream: &mut Stream) -> DMatrix<D> {
    let a = random::<D>(n, n, stream);
    let spread = DMatrix::from_fn(n, n, |i, j| D::constant_of(if i == j { 2.0 * i as f64 } else { 0.0 }));
    (&a + a.transpose()) * D::constant_of(0.25) + spread
}

trait ConstantOf {
    fn constant_of(x: f64) -> Self;
}
impl<D: Moving> ConstantOf for D {
    fn constant_of(x: f64) -> Self {
        nalgebra::convert(x)
    }
}

fn size<D: Moving>(a: &DMatrix<D>) -> f64 {
    largest(a.iter().map(|x| x.largest_part())).max(1.0)
}

/// All parts of the product are those expected, up to rounding of the largest terms.
#[track_caller]
fn assert_product<D: Moving>(factors: &[&DMatrix<D>], expected: &DMatrix<D>, what: &str) {
    let product = factors[1..].iter().fold(factors[0].clone(), |product, factor| product * *factor);
    let distance = largest((product - expected).iter().map(|x| x.largest_part()));
    let size: f64 = factors.iter().map(|factor| size(factor)).product();
    assert!(distance <= D::TOLERANCE * size, "{what} of {}: {distance:e} of {size}", std::any::type_name::<D>());
}

#[track_caller]
fn assert_orthonormal<D: Moving>(q: &DMatrix<D>, what: &str) {
    assert_product(&[&q.transpose(), q], &DMatrix::identity(q.ncols(), q.ncols()), what);
}

fn sorted<D: Moving>(values: &DVector<D>) -> DMatrix<D> {
    let mut values: Vec<D> = values.iter().copied().collect();
    values.sort_by(|x, y| x.partial_cmp(y).unwrap());
    DMatrix::from_column_slice(values.len(), 1, &values)
}

fn assert_symmetric_eigen<D: Moving>(
    a: &DMatrix<D>,
    SymmetricEigen { eigenvectors: v, eigenvalues }: SymmetricEigen<D, Dyn>,
) {
    assert_orthonormal(&v, "eigenvectors");
    assert_product(&[&v, &DMatrix::from_diagonal(&eigenvalues), &v.transpose()], a, "eigenvalues and eigenvectors");
}

fn assert_svd<D: Moving>(a: &DMatrix<D>, SVD { u, v_t, singular_values }: SVD<D, Dyn, Dyn>) {
    let (u, v_t) = (u.unwrap(), v_t.unwrap());
    assert_orthonormal(&u, "left singular vectors");
    assert_orthonormal(&v_t.transpose(), "right singular vectors");
    assert_product(&[&u, &DMatrix::from_diagonal(&singular_values), &v_t], a, "SVD");
}

/// Diagonal and block-diagonal values whose zeros move.
fn moving_zeros<D: Moving>() {
    let stream = &mut Stream(11);
    let blocks = [
        DMatrix::from_diagonal(&dvector![3.0, 1.0]),
        DMatrix::from_diagonal(&dvector![4.0, 2.0, -1.0, 0.5]),
        dmatrix![1.0, 0.0, 0.0; 0.0, 2.0, 1.0; 0.0, 1.0, 4.0],
        dmatrix![1.0, 0.5, 0.0, 0.0; 0.5, 2.0, 0.0, 0.0; 0.0, 0.0, 4.0, 1.0; 0.0, 0.0, 1.0, 7.0],
        dmatrix![2.0, 1.0, 0.0; 1.0, 3.0, 1.0; 0.0, 1.0, 5.0],
    ];
    for block in blocks {
        let a = block.map(|value| D::moving(value, stream));
        assert_svd(&a, autodiff::svd(&a).unwrap());
        let tall =
            DMatrix::from_fn(
                a.nrows() + 2,
                a.ncols(),
                |i, j| {
                    if i < a.nrows() { a[(i, j)] } else { D::moving(0.0, stream) }
                },
            );
        assert_svd(&tall, autodiff::svd(&tall).unwrap());
        assert_svd(&tall.transpose(), autodiff::svd(&tall.transpose()).unwrap());
        let symmetric = DMatrix::from_fn(a.nrows(), a.ncols(), |i, j| a[(i.max(j), i.min(j))]);
        assert_symmetric_eigen(&symmetric, symmetric_eigen(&symmetric).unwrap());
        assert_product(
            &[&a, &a.clone().lu().try_inverse().unwrap()],
            &DMatrix::identity(a.nrows(), a.ncols()),
            "inverse",
        );
        let qr = a.clone().qr();
        assert_product(&[&qr.q(), &qr.r()], &a, "QR");
    }
}

fn factorizations<D: Moving>() {
    let stream = &mut Stream(7);
    for n in 1..=6 {
        let a = random::<D>(n, n, stream) + DMatrix::identity(n, n) * D::constant_of(2.0);
        let identity = DMatrix::<D>::identity(n, n);
        let b = random::<D>(n, 2, stream);

        let lu = a.clone().lu();
        assert_product(&[&a, &lu.solve(&b).unwrap()], &b, "LU solve");
        assert_product(&[&a, &lu.try_inverse().unwrap()], &identity, "LU inverse");
        assert_product(&[&a, &a.clone().try_inverse().unwrap()], &identity, "inverse");
        assert_product(&[&a, &a.clone().full_piv_lu().solve(&b).unwrap()], &b, "fully pivoted LU solve");

        let qr = a.clone().qr();
        assert_orthonormal(&qr.q(), "Q of QR");
        assert_product(&[&qr.q(), &qr.r()], &a, "QR");
        assert_product(&[&a, &qr.solve(&b).unwrap()], &b, "QR solve");
        assert_product(&[&a, &a.clone().col_piv_qr().solve(&b).unwrap()], &b, "QR with column pivoting");
        let tall = random::<D>(n + 2, n, stream);
        let qr = tall.clone().qr();
        assert_orthonormal(&qr.q(), "Q of a tall QR");
        assert_product(&[&qr.q(), &qr.r()], &tall, "a tall QR");

        let positive = &a * a.transpose() + &identity;
        let cholesky = positive.clone().cholesky().unwrap();
        assert_product(&[&cholesky.l(), &cholesky.l().transpose()], &positive, "Cholesky");
        assert_product(&[&positive, &cholesky.inverse()], &identity, "Cholesky inverse");
        assert_product(&[&positive, &cholesky.solve(&b)], &b, "Cholesky solve");

        let symmetric = symmetric::<D>(n, stream);
        assert_symmetric_eigen(&symmetric, symmetric_eigen(&symmetric).unwrap());
        let ours = sorted(&symmetric_eigen(&symmetric).unwrap().eigenvalues);
        assert_product(&[&sorted(&symmetric.symmetric_eigenvalues()), &DMatrix::identity(1, 1)], &ours, "eigenvalues");

        for a in [a.clone(), random::<D>(n + 2, n, stream), random::<D>(n, n + 1, stream)] {
            assert_svd(&a, autodiff::svd(&a).unwrap());
            let ours = sorted(&autodiff::svd(&a).unwrap().singular_values);
            assert_product(&[&sorted(&a.singular_values()), &DMatrix::identity(1, 1)], &ours, "singular values");
        }

        let (q, h) = a.clone().hessenberg().unpack();
        assert_orthonormal(&q, "Q of Hessenberg");
        assert_product(&[&q, &h, &q.transpose()], &a, "Hessenberg");
        let (q, t) = a.clone().schur().unpack();
        assert_orthonormal(&q, "Q of Schur");
        assert_product(&[&q, &t, &q.transpose()], &a, "Schur");
        for j in 0..n {
            for i in j + 2..n {
                assert_eq!(t[(i, j)].largest_part(), 0.0, "Schur's form is quasi-triangular in every part");
            }
        }
    }
}

/// Σ sign(σ) Π aᵢ_σ(ᵢ) by the first row, and the sum of what was added without signs.
fn expansion<D: Moving>(a: &DMatrix<D>) -> (D, f64) {
    if a.nrows() == 0 {
        return (D::constant_of(1.0), 1.0);
    }
    let zero = (D::constant_of(0.0), 0.0);
    (0..a.ncols()).fold(zero, |(sum, size), j| {
        let (minor, below) = expansion(&a.clone().remove_row(0).remove_column(j));
        let term = if j % 2 == 0 { a[(0, j)] * minor } else { -a[(0, j)] * minor };
        (sum + term, size + a[(0, j)].largest_part() * below)
    })
}

/// Of every rank, where small integers leave zeros in elimination and others leave rounding.
fn determinants<D: Moving>() {
    let mut stream = Stream(3);
    for n in 1..=6 {
        for rank in 0..=n {
            for integers in [true, false] {
                let plain = |rows, columns, stream: &mut Stream| {
                    DMatrix::from_fn(rows, columns, |_, _| {
                        let x = stream.next();
                        if integers { (3.0 * x).round() } else { x }
                    })
                };
                let values = plain(n, rank, &mut stream) * plain(rank, n, &mut stream);
                let a = values.map(|x| D::moving(x, &mut stream));
                let (expected, size) = expansion(&a);
                let ours = autodiff::determinant(&a).unwrap();
                let off = (ours - expected).largest_part();
                // products of n factors that move, each in every order: at most some 3ⁿ terms
                let tolerance = D::TOLERANCE * 1e-3 * 3_f64.powi(n as i32) * (1.0 + size);
                assert!(off <= tolerance, "rank {rank} of {n}: {off:e}, {tolerance:e}\n{ours}\n{expected}");
            }
        }
    }
}

macro_rules! each_type {
    ($($name:ident: $number:ty;)*) => {
        $(
            #[test]
            fn $name() {
                determinants::<$number>();
                factorizations::<$number>();
                moving_zeros::<$number>();
            }
        )*
    };
}

each_type! {
    factorizations_of_plain_floats: f64;
    factorizations_of_duals: Dual<f64, 3>;
    factorizations_of_hyper_duals: HyperDual<f64, 2>;
    factorizations_of_nested_duals: Dual<Dual<f64, 2>, 2>;
    factorizations_of_duals_in_hyper_duals: HyperDual<Dual<f64, 1>, 2>;
    factorizations_of_series: Taylor<f64, 3>;
    factorizations_of_single_precision: Dual<f32, 2>;
}

const A: Matrix3<f64> = matrix![2.0, 0.3, -0.5; 0.7, 1.5, 0.2; -0.4, 0.9, 3.1];
const STEP: Matrix3<f64> = matrix![0.4, -0.8, 0.3; 0.6, 0.1, -0.2; 0.5, 0.7, -0.9];

/// A + t STEP with t a moving zero; symmetric if asked for.
fn moved(t: HyperDual<f64, 1>, symmetric: bool) -> Matrix3<HyperDual<f64, 1>> {
    let [a, step] = if symmetric { [A + A.transpose(), STEP + STEP.transpose()] } else { [A, STEP] };
    (t * step).plus(&a)
}

#[track_caller]
fn near(ours: f64, theirs: f64) {
    assert!((ours - theirs).abs() <= 1e-10 * theirs.abs().max(1.0), "{ours} and {theirs}");
}

#[test]
fn determinant_and_inverse_by_their_formulas() {
    let inverse = A.try_inverse().unwrap();
    let x = inverse * STEP;
    let (value, [first], [[second]]) = value_gradient_hessian(|[t]| moved(t, false).determinant(), [0.0]);
    near(value, A.determinant());
    // d det = det tr(A⁻¹ dA), d² det = det (tr² − tr(X²))
    near(first, value * x.trace());
    near(second, value * (x.trace().powi(2) - (x * x).trace()));
    let lu = hessian(|[t]| moved(t, false).lu().determinant(), [0.0])[0][0];
    near(lu, second);
    for (i, j) in [(0, 0), (0, 2), (1, 0), (2, 1)] {
        let [entry, lu] = [true, false].map(|closed| {
            value_gradient_hessian(
                |[t]| {
                    let a = moved(t, false);
                    if closed { a.try_inverse().unwrap()[(i, j)] } else { a.lu().try_inverse().unwrap()[(i, j)] }
                },
                [0.0],
            )
        });
        for (_, [first], [[second]]) in [entry, lu] {
            // dA⁻¹ = −A⁻¹ dA A⁻¹
            near(first, (-x * inverse)[(i, j)]);
            near(second, 2.0 * (x * x * inverse)[(i, j)]);
        }
    }
}

#[test]
fn eigenvalues_by_perturbation_theory() {
    let (a, step) = (A + A.transpose(), STEP + STEP.transpose());
    let plain = a.symmetric_eigen();
    let column = |k: usize| plain.eigenvectors.column(k).into_owned();
    for i in 0..3 {
        let [ours, theirs] = [true, false].map(|ours| {
            value_gradient_hessian(
                |[t]| {
                    let a = moved(t, true);
                    if ours { symmetric_eigen(&a).unwrap().eigenvalues[i] } else { a.symmetric_eigen().eigenvalues[i] }
                },
                [0.0],
            )
        });
        for (value, [first], [[second]]) in [ours, theirs] {
            near(value, plain.eigenvalues[i]);
            // vᵀ dA v and 2 Σ (vₖᵀ dA v)² / (λ − λₖ)
            near(first, column(i).dot(&(step * column(i))));
            let gap = |k: usize| plain.eigenvalues[i] - plain.eigenvalues[k];
            let others = (0..3).filter(|&k| k != i).map(|k| column(k).dot(&(step * column(i))).powi(2) / gap(k));
            near(second, 2.0 * others.sum::<f64>());
        }
    }
}

#[test]
fn singular_values_by_perturbation_theory_and_by_differences() {
    let plain = A.svd(true, true);
    let (u, vt) = (plain.u.unwrap(), plain.v_t.unwrap());
    let largest_at = |t: f64| (A + STEP * t).singular_values()[0];
    for i in 0..3 {
        let first = derivative(|t| autodiff::svd(&(t * STEP).plus(&A)).unwrap().singular_values[i], 0.0);
        // uᵀ dA v
        near(first, (u.column(i).transpose() * STEP * vt.row(i).transpose())[0]);
    }
    let (_, [first], [[second]]) = value_gradient_hessian(|[t]| moved(t, false).singular_values()[0], [0.0]);
    let h = 1e-4;
    let (up, middle, down) = (largest_at(h), largest_at(0.0), largest_at(-h));
    assert!((first - (up - down) / (2.0 * h)).abs() < 1e-7);
    assert!((second - (up - 2.0 * middle + down) / (h * h)).abs() < 1e-6);
}

#[test]
fn cholesky_by_its_formula() {
    // L⁻¹ dL = Φ(L⁻¹ dA L⁻ᵀ), Φ the lower triangle with half the diagonal
    let (a, step) = (A * A.transpose(), STEP + STEP.transpose());
    let l = a.cholesky().unwrap().l();
    let inverse = l.try_inverse().unwrap();
    let middle = inverse * step * inverse.transpose();
    let expected = l * middle.map_with_location(|i, j, x| {
        if i > j {
            x
        } else if i == j {
            0.5 * x
        } else {
            0.0
        }
    });
    for (i, j) in [(0, 0), (1, 0), (2, 1), (2, 2)] {
        near(derivative(|t| (t * step).plus(&a).cholesky().unwrap().l()[(i, j)], 0.0), expected[(i, j)]);
    }
}

#[test]
fn vectors() {
    let x = [3.0, -4.0, 12.0];
    let point = Vector3::from(x);
    let norm = gradient(|x| Vector3::from(x).norm(), x);
    let unit = point / 13.0;
    let bend = hessian(|x| Vector3::from(x).norm(), x);
    for i in 0..3 {
        near(norm[i], unit[i]);
        for j in 0..3 {
            near(bend[i][j], (f64::from(i == j) - unit[i] * unit[j]) / 13.0);
            near(gradient(|x| Vector3::from(x).normalize()[i], x)[j], bend[i][j]);
        }
        let square = gradient(|x| Vector3::from(x).dot(&Vector3::from(x)), x);
        near(square[i], 2.0 * x[i]);
    }
    // at 0 the norm has zero slopes
    assert_eq!(gradient(|x| Vector3::from(x).norm(), [0.0; 3]), [0.0; 3]);
    let turned =
        derivative(|t| (nalgebra::Rotation2::new(t) * vector![Dual::constant(1.0), Dual::constant(0.0)])[1], 0.5);
    near(turned, 0.5_f64.cos());
    assert_eq!(gradient(|[x]| x.sinc(), [0.0]), [0.0]);
}

#[test]
fn cardinal_sines_have_the_derivatives_of_their_series() {
    type Series = Taylor<f64, 6>;
    for (ours, signs) in [(Series::variable(0.0).sinc(), -1.0), (Series::variable(0.0).sinhc(), 1.0)] {
        assert_eq!(ours.re, 1.0);
        let expected = [0.0, signs / 6.0, 0.0, 1.0 / 120.0, 0.0, signs / 5040.0];
        for (k, (ours, expected)) in ours.coefficients.into_iter().zip(expected).enumerate() {
            assert!((ours - expected).abs() <= 1e-17, "coefficient {}: {ours} and {expected}", k + 1);
        }
    }
    // elsewhere by the quotient
    for x in [0.3, 0.9, 1.1, 2.5, 3.7, 5.9, 12.0, 40.0, -2.0] {
        let quotients =
            [Series::variable(x).sin() / Series::variable(x), Series::variable(x).sinh() / Series::variable(x)];
        let ours = [Series::variable(x).sinc(), Series::variable(x).sinhc()];
        for (ours, quotient) in ours.into_iter().zip(quotients) {
            // without std, simba's floats and this crate's come from two libraries
            let spread = if cfg!(feature = "std") { 0.0 } else { 2.0 * f64::EPSILON * quotient.re.abs() };
            assert!((ours.re - quotient.re).abs() <= spread, "at {x}: {} and {}", ours.re, quotient.re);
            for (a, b) in ours.coefficients.into_iter().zip(quotient.coefficients) {
                assert!((a - b).abs() <= 1e-9 * quotient.re.abs().max(0.1), "at {x}: {a} and {b}");
            }
        }
    }
}

/// Where sinh x overflows, so does sinh x / x, with all derivatives.
#[test]
fn cardinal_sines_that_overflow() {
    for (x, odd) in [(800.0, f64::INFINITY), (-800.0, f64::NEG_INFINITY)] {
        let y = Taylor::<f64, 6>::variable(x).sinhc();
        assert_eq!(
            (y.re, y.coefficients),
            (f64::INFINITY, [odd, f64::INFINITY, odd, f64::INFINITY, odd, f64::INFINITY])
        );
    }
}

#[test]
fn mixed_products_equal_those_of_lifted_matrices() {
    type D = HyperDual<f64, 2>;
    let stream = &mut Stream(3);
    for (n, m, k) in [(1, 1, 1), (2, 3, 4), (4, 2, 3), (3, 0, 2)] {
        let plain = random::<f64>(n, m, stream);
        let dual = random::<D>(m, k, stream);
        assert_product(&[&plain.lift::<D>(), &dual], &plain.times(&dual), "plain times dual");
        let values = plain.times(&dual).map(|x| x.value());
        assert_eq!(values, &plain * dual.map(|x| x.value()), "the values are those of the plain product");
        let left = random::<D>(k, n, stream);
        assert_product(&[&left, &plain.lift()], &left.times(&plain), "dual times plain");
        let same = random::<D>(n, m, stream);
        let factor = D::variable(3.0, 1);
        let zero = DMatrix::zeros(n, m);
        for difference in [
            same.plus(&plain) - (&same + plain.lift::<D>()),
            plain.minus(&same) - (plain.lift::<D>() - &same),
            factor * &plain - plain.lift::<D>() * factor,
            factor * same.clone() - &same * factor,
            plain.scaled(factor) - factor * plain.clone(),
            same.scaled(2.0) - &same * D::constant(2.0),
        ] {
            assert_product(&[&difference, &DMatrix::identity(m, m)], &zero, "sums and multiples");
        }
    }
}

#[test]
fn coincident_eigenvalues_show() {
    let [x] = HyperDual::<f64, 1>::variables([0.0]);
    let one = HyperDual::constant(1.0);
    let eigen = symmetric_eigen(&matrix![one, x; x, one]).unwrap();
    assert_eq!(eigen.eigenvalues.map(|x| x.re), vector![1.0, 1.0]);
    assert!(!eigen.eigenvectors[(0, 1)].eps[0].is_finite());
    // a multiple of the identity moves no vector
    let multiple = (one + x) * matrix![1.0, 0.0; 0.0, 1.0];
    let eigen = symmetric_eigen(&multiple).unwrap();
    assert_eq!(eigen.eigenvalues.map(|x| x.eps[0]), vector![1.0, 1.0]);
    assert_eq!(eigen.eigenvectors[(0, 1)].eps[0], 0.0);
    let svd = autodiff::svd(&multiple).unwrap();
    assert_eq!(svd.singular_values.map(|x| x.eps[0]), vector![1.0, 1.0]);
    assert_eq!(svd.recompose().unwrap().map(|x| x.eps[0]), matrix![1.0, 0.0; 0.0, 1.0]);
}

#[test]
fn matrices_that_have_no_decomposition() {
    let wide = DMatrix::<Dual<f64, 1>>::zeros(2, 3);
    assert!(symmetric_eigen(&wide).is_none());
    let broken = DMatrix::<Dual<f64, 1>>::from_element(2, 2, Dual::constant(f64::NAN));
    assert!(symmetric_eigen(&broken).is_none() && autodiff::svd(&broken).is_none());
    let empty = DMatrix::<Dual<f64, 1>>::zeros(0, 0);
    assert!(symmetric_eigen(&empty).is_none() && autodiff::svd(&empty).is_none());
    let zero = DMatrix::<Dual<f64, 1>>::zeros(2, 2);
    assert_eq!(autodiff::svd(&zero).unwrap().singular_values[0].eps, [0.0]);
}

/// What `symmetric_eigen` and `svd` are for. When this fails, nalgebra's iterations see zeros that move.
#[test]
fn nalgebra_alone_misses_zeros_that_move() {
    let [a, b, c] = HyperDual::<f64, 3>::variables([1.0, 0.0, 3.0]);
    let bend = |eigenvalues: nalgebra::Vector2<HyperDual<f64, 3>>| eigenvalues[0].hessian()[1][1];
    assert_ne!(bend(matrix![a, b; b, c].symmetric_eigen().eigenvalues), -1.0);
    assert_eq!(bend(symmetric_eigen(&matrix![a, b; b, c]).unwrap().eigenvalues), -1.0);
}

/// The exponential of a matrix, whose scaling asks how large the moving entries are: e^[[a, b], [−b, a]] = eᵃ [[cos b, sin b], …].
#[test]
fn the_exponential_of_a_matrix() {
    let entry = |row: usize, column: usize| {
        gradient(move |[a, b]| nalgebra::Matrix2::new(a, b, -b, a).exp()[(row, column)], [0.3, 1.2])
    };
    let (e, s, c) = (0.3_f64.exp(), 1.2_f64.sin(), 1.2_f64.cos());
    let (cosine, sine) = (entry(0, 0), entry(0, 1));
    for (got, want) in [(cosine[0], e * c), (cosine[1], -e * s), (sine[0], e * s), (sine[1], e * c)] {
        assert!((got - want).abs() < 1e-14, "{got} instead of {want}");
    }
    let large = gradient(|[a]| nalgebra::Matrix1::new(a).exp()[0], [40.0]);
    assert!((large[0] / 40.0_f64.exp() - 1.0).abs() < 1e-12, "{}", large[0]);
}

#[test]
fn determinants_where_a_pivot_is_zero_and_moves() {
    use nalgebra::Matrix4;
    let rows = |[x]: [Dual<f64, 1>; 1]| {
        let (o, i) = (Dual::constant(0.0), Dual::constant(1.0));
        Matrix4::new(x, i, o, o, x, i * 2.0, o, o, o, o, i, o, o, o, o, i)
    };
    // x · 2 − x
    assert_eq!(gradient(|x| autodiff::determinant(&rows(x)).unwrap(), [0.0]), [1.0]);
    // when this fails, nalgebra's LU sees pivots that move
    assert_ne!(gradient(|x| rows(x).determinant(), [0.0]), [1.0]);
    // the derivative of det by the matrix is its cofactors, here x² of each
    let third =
        autodiff::mixed_partial(|[x]| autodiff::determinant(&(DMatrix::identity(3, 3) * x)).unwrap(), [0.0], [0, 0, 0]);
    assert_eq!(third, Ok(6.0));
}

#[test]
fn determinants_keep_their_digits() {
    // of Hilbert's matrix 1/(i + j + 1), the reciprocal of an integer: OEIS A005249
    for (n, reciprocal) in [(2, 12.0), (3, 2160.0), (5, 266716800000.0), (7, 2067909047925770649600000.0)] {
        let hilbert = DMatrix::from_fn(n, n, |i, j| 1.0 / (i + j + 1) as f64);
        let off: f64 = autodiff::determinant(&hilbert).unwrap() * reciprocal - 1.0;
        // the condition of the matrix is some e^3.5n
        assert!(off.abs() < 1e-16 * (3.5 * n as f64).exp(), "{n}: {off:e}");
    }
    assert_eq!(autodiff::determinant(&matrix![1e-200, 0.0; 0.0, 1e150]), Some(1e-50));
    assert_eq!(autodiff::determinant(&matrix![0.0, 2.0, 0.0; 0.0, 0.0, 3.0; 4.0, 0.0, 0.0]), Some(24.0));
    // a small pivot would leave nothing of the rest
    assert_eq!(autodiff::determinant(&matrix![1e-20, 1.0, 1.0; 1.0, 1.0, 2.0; 1.0, 2.0, 1.0]), Some(2.0));
    assert_eq!(autodiff::determinant(&DMatrix::<f64>::zeros(0, 0)), Some(1.0));
    assert_eq!(autodiff::determinant(&DMatrix::<f64>::zeros(2, 3)), None);
    assert!(autodiff::determinant(&matrix![f64::NAN, 1.0; 1.0, 0.0]).unwrap().is_nan());
}
