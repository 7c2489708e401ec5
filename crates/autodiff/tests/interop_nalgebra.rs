//! Through nalgebra's decompositions: each factorization must hold in every part of the numbers (value, first, second, …
//! derivatives), which determines the factors and so their derivatives; and the formulas of perturbation theory.

use autodiff::{Dual, HyperDual, Mixed, Number, Taylor, gradient, hessian, jacobian, value_gradient_hessian};
use nalgebra::{ComplexField, DMatrix, DVector, Matrix2, Matrix3, RealField, SMatrix, SVector, matrix, vector};

/// A reproducible stream of numbers in (−1, 1).
struct Stream(u64);

impl Stream {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

/// A number type with values that move in all its directions.
trait Moving: Number + RealField + Copy {
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
            impl<T: Moving, const N: usize> Moving for $number<T, N> where T::Precision: RealField {
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
        let eigen = symmetric.clone().symmetric_eigen();
        let (v, d) = (&eigen.eigenvectors, DMatrix::from_diagonal(&eigen.eigenvalues));
        assert_orthonormal(v, "eigenvectors");
        assert_product(&[v, &d, &v.transpose()], &symmetric, "eigenvalues and eigenvectors");
        let alone = sorted(&symmetric.symmetric_eigenvalues());
        assert_product(&[&alone, &DMatrix::identity(1, 1)], &sorted(&eigen.eigenvalues), "eigenvalues alone");

        for a in [a.clone(), random::<D>(n + 2, n, stream), random::<D>(n, n + 1, stream)] {
            let svd = a.clone().svd(true, true);
            let (u, vt) = (svd.u.clone().unwrap(), svd.v_t.clone().unwrap());
            assert_orthonormal(&u, "left singular vectors");
            assert_orthonormal(&vt.transpose(), "right singular vectors");
            assert_product(&[&u, &DMatrix::from_diagonal(&svd.singular_values), &vt], &a, "SVD");
            let alone = sorted(&a.singular_values());
            assert_product(&[&alone, &DMatrix::identity(1, 1)], &sorted(&svd.singular_values), "singular values alone");
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

macro_rules! each_type {
    ($($name:ident: $number:ty;)*) => {
        $(
            #[test]
            fn $name() {
                factorizations::<$number>();
            }
        )*
    };
}

each_type! {
    factorizations_of_plain_floats: f64;
    factorizations_of_duals: Dual<f64, 3>;
    factorizations_of_hyper_duals: HyperDual<f64, 2>;
    factorizations_of_nested_duals: Dual<Dual<f64, 2>, 2>;
    factorizations_of_series: Taylor<f64, 3>;
    factorizations_of_single_precision: Dual<f32, 2>;
}
