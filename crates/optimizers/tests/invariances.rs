//! What a method does not see of a problem: the coordinates, the scale, or the units in which it is written.

use autodiff::{Float, Function, Operators, Ordered, Single, function};
use optimizers::nalgebra::{DVector, Matrix2, Vector2};
use optimizers::*;
use proptest::prelude::*;

function! {
    fn bowl([x0, x1]) { (x0 - 1.0).powi(4) + x0 * x1 * 0.5 + (x1 + 2.0).powi(2) * 2.0 + (x0 * 0.3).cosh() }
    fn process([x0, x1]) -> [2] { [x0 * 2.0 + x1, x1 * x1 * x1] }
    fn back([y0, y1]) -> [2] { let x1 = y1.cbrt(); [(y0 - x1) * 0.5, x1] }
    fn loss([y0, y1]) { (y0 - 1.0).powi(2) * 3.0 + (y1 + 2.0).powi(2) }
    fn residuals([x0, x1]) -> [3] { [x0 * x1 - 1.0, x0 - x1 * x1, (x0 * 0.5).sin()] }
}

/// x ↦ f(A x + b)
#[derive(Clone, Copy, Debug)]
struct Affine<Fun> {
    of: Fun,
    matrix: [[f64; 2]; 2],
    shift: [f64; 2],
}

impl<Fun> Operators for Affine<Fun> {}

impl<F: Float, Fun: Function<2, F>> Function<2, F> for Affine<Fun> {
    type Output = Fun::Output;
    fn call<T: Ordered<F>>(&self, [x0, x1]: [T; 2]) -> autodiff::Filled<Fun::Output, T> {
        let row = |i: usize| x0 * F::of(self.matrix[i][0]) + x1 * F::of(self.matrix[i][1]) + F::of(self.shift[i]);
        self.of.call([row(0), row(1)])
    }
}

/// x ↦ c f(x) + d
#[derive(Clone, Copy, Debug)]
struct Scaled<Fun> {
    of: Fun,
    factor: f64,
    shift: f64,
}

impl<Fun> Operators for Scaled<Fun> {}

impl<F: Float, Fun: Function<2, F, Output = Single>> Function<2, F> for Scaled<Fun> {
    type Output = Single;
    fn call<T: Ordered<F>>(&self, x: [T; 2]) -> T {
        self.of.call(x) * F::of(self.factor) + F::of(self.shift)
    }
}

impl<Fun> Affine<Fun> {
    fn there(&self, x: &DVector<f64>) -> Vector2<f64> {
        let [[a, b], [c, d]] = self.matrix;
        Matrix2::new(a, b, c, d) * Vector2::new(x[0], x[1]) + Vector2::from(self.shift)
    }

    /// x with A x + b = `y`.
    fn back(&self, y: [f64; 2]) -> [f64; 2] {
        let [[a, b], [c, d]] = self.matrix;
        let inverse = Matrix2::new(a, b, c, d).try_inverse().unwrap();
        (inverse * (Vector2::from(y) - Vector2::from(self.shift))).into()
    }
}

fn path<P: Objective<f64>, O: Optimizer<f64, P>>(
    problem: &P,
    method: &O,
    start: [f64; 2],
    steps: usize,
) -> Vec<DVector<f64>> {
    let report = Run::new(problem, method, &start).unwrap().iterations(steps).finish();
    report.trajectory.into_iter().map(|point| point.x).collect()
}

/// That two paths are one, up to roundings that grow with each step; one of them may have arrived a step before.
fn one_path(one: &[DVector<f64>], other: impl Iterator<Item = Vector2<f64>>) -> Result<(), TestCaseError> {
    let mut common = 0;
    for (k, (x, y)) in one.iter().zip(other).enumerate() {
        let distance = (x[0] - y[0]).abs().max((x[1] - y[1]).abs());
        prop_assert!(distance <= 1e-9 * (1.0 + x.amax()), "step {k}: {x:?}, {y:?}");
        common += 1;
    }
    prop_assert!(common > 1, "{common} points of {}", one.len());
    Ok(())
}

fn points(path: Vec<DVector<f64>>) -> impl Iterator<Item = Vector2<f64>> {
    path.into_iter().map(|x| Vector2::new(x[0], x[1]))
}

fn rotation(angle: f64) -> [[f64; 2]; 2] {
    [[angle.cos(), -angle.sin()], [angle.sin(), angle.cos()]]
}

/// A matrix far from singular, by its singular value decomposition.
fn matrix() -> impl Strategy<Value = [[f64; 2]; 2]> {
    (0.0..6.3_f64, 0.0..6.3_f64, 0.3..3.0_f64, 0.3..3.0_f64, any::<bool>()).prop_map(|(u, v, s, t, flip)| {
        let of = |angle: f64| Matrix2::new(angle.cos(), -angle.sin(), angle.sin(), angle.cos());
        let m = of(u) * Matrix2::new(s, 0.0, 0.0, if flip { -t } else { t }) * of(v);
        [[m[(0, 0)], m[(0, 1)]], [m[(1, 0)], m[(1, 1)]]]
    })
}

fn near_zero() -> impl Strategy<Value = [f64; 2]> {
    prop::array::uniform2(-2.0..2.0)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    /// Newton's method on f(A x + b) goes where it goes on f: its step is −H⁻¹ g, and H becomes Aᵀ H A, g becomes Aᵀ g.
    /// So do Gauss–Newton, whose H is JᵀJ, and damped Newton as long as H needs no correction.
    #[test]
    fn newtons_methods_do_not_see_affine_maps(matrix in matrix(), shift in near_zero(), start in prop::array::uniform2(1.5..3.0_f64)) {
        let affine = Affine { of: bowl, matrix, shift };
        for step in [1.0, 0.4] {
            let newton = Newton::new(step).unwrap();
            let there = path(&Loss::new(bowl), &newton, start, 6);
            let here = path(&Loss::new(affine), &newton, affine.back(start), 6);
            one_path(&there, here.iter().map(|x| affine.there(x)))?;
        }
        let squares = Affine { of: residuals, matrix, shift };
        let gauss = GaussNewton::new(0.5).unwrap();
        let there = path(&SumOfSquares::new(Physics::<_, 2, 3>::new(residuals)), &gauss, start, 4);
        let here = path(&SumOfSquares::new(Physics::<_, 2, 3>::new(squares)), &gauss, squares.back(start), 4);
        one_path(&there, here.iter().map(|x| squares.there(x)))?;
    }

    /// Gradients turn with the coordinates, so what only adds, scales and compares them turns too.
    #[test]
    fn gradient_methods_do_not_see_rotations(angle in 0.0..6.3_f64, shift in near_zero(), start in near_zero()) {
        let turned = Affine { of: bowl, matrix: rotation(angle), shift };
        macro_rules! check {
            ($($method:expr),*) => {
                $({
                    let method = $method;
                    let there = path(&Loss::new(bowl), &method, start, 6);
                    let here = path(&Loss::new(turned), &method, turned.back(start), 6);
                    let same = one_path(&there, here.iter().map(|x| turned.there(x)));
                    prop_assert!(same.is_ok(), "{}: {same:?}", stringify!($method));
                })*
            };
        }
        check!(
            GradientDescent::new(0.02).unwrap(),
            Momentum::new(0.01).unwrap(),
            Nesterov::new(0.01).unwrap(),
            Descent::new(ConjugateGradient::polak_ribiere()),
            Descent::new(Bfgs),
            TrustRegion::exact().radii(0.5, 2.0).unwrap()
        );
    }

    /// Adam divides by the root of squared components: it sees rotations. A test that all methods pass would show nothing.
    #[test]
    fn adam_sees_rotations(angle in 0.3..1.2_f64, start in near_zero()) {
        let turned = Affine { of: bowl, matrix: rotation(angle), shift: [0.0; 2] };
        let adam = Adam::new(0.1).unwrap();
        let there = path(&Loss::new(bowl), &adam, start, 3);
        let here = path(&Loss::new(turned), &adam, turned.back(start), 3);
        prop_assert!(one_path(&there, here.iter().map(|x| turned.there(x))).is_err());
    }

    /// The minimum of c f + d is that of f: Newton's step stays; gradient descent's becomes c times as long; Adam's, whose ε is
    /// small beside the gradient, and Lion's, which takes signs, stay.
    #[test]
    fn scales_of_the_loss(factor in 0.1..50.0_f64, shift in -5.0..5.0_f64, start in prop::array::uniform2(1.5..3.0_f64)) {
        let scaled = Loss::new(Scaled { of: bowl, factor, shift });
        let plain = Loss::new(bowl);
        let newton = Newton::new(0.7).unwrap();
        one_path(&path(&plain, &newton, start, 6), points(path(&scaled, &newton, start, 6)))?;
        let (descent, slower) = (GradientDescent::new(0.01).unwrap(), GradientDescent::new(0.01 / factor).unwrap());
        one_path(&path(&plain, &descent, start, 6), points(path(&scaled, &slower, start, 6)))?;
        let lion = Lion::new(0.05).unwrap();
        one_path(&path(&plain, &lion, start, 6), points(path(&scaled, &lion, start, 6)))?;
        let adam = Adam::new(0.05).unwrap();
        for (one, other) in path(&plain, &adam, start, 6).iter().zip(path(&scaled, &adam, start, 6)) {
            prop_assert!((one - other).amax() < 1e-5);
        }
    }

    /// An inverse simulator (PG) makes Newton's step in y, and asks the inverse for the x that leads there: in other units of y, or
    /// any coordinates A y of it, it goes the same way. Gradient descent on the same loss of y does not, nor on x.
    #[test]
    fn pg_does_not_see_units_of_y(matrix in matrix(), s in 2.0..8.0_f64, step in 0.05..0.9_f64, start in prop::array::uniform2(0.5..3.0_f64)) {
        let plain = Composite::new(process, loss);
        let pg = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(back)).unwrap();
        let want = path(&plain, &pg, start, 5);
        for outward in [matrix, [[s, 0.0], [0.0, s]], [[1.0 / s, 0.0], [0.0, s]]] {
            let [[a, b], [c, d]] = outward;
            let inward = Matrix2::new(a, b, c, d).try_inverse().unwrap();
            let inward = [[inward[(0, 0)], inward[(0, 1)]], [inward[(1, 0)], inward[(1, 1)]]];
            let of_y = |of| Affine { of, matrix: inward, shift: [0.0; 2] };
            let other = Composite::new(Outward { matrix: outward }, of_y(loss));
            let inverse = Affine { of: back, matrix: inward, shift: [0.0; 2] };
            let pg = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
            one_path(&want, points(path(&other, &pg, start, 5)))?;
        }
        // of the loss by itself, gradient descent does
        let descent = GradientDescent::new(0.01).unwrap();
        let stretched = Affine { of: loss, matrix: [[s, 0.0], [0.0, s]], shift: [0.0; 2] };
        let there = path(&Loss::new(loss), &descent, start, 3);
        let here = path(&Loss::new(stretched), &descent, stretched.back(start), 3);
        prop_assert!(one_path(&there, here.iter().map(|x| stretched.there(x))).is_err());
    }

    /// PG sees of the process only its inverse: with another parametrization x = φ(u), the path in y is the same.
    #[test]
    fn pg_does_not_see_coordinates_of_x(matrix in matrix(), shift in near_zero(), step in 0.05..0.9_f64, start in prop::array::uniform2(0.5..3.0_f64)) {
        let of_u = Affine { of: process, matrix, shift };
        let inverse = Then { first: back, matrix, shift };
        let ys = |report: Report<f64>| -> Vec<_> { report.trajectory.into_iter().map(|point| point.y.unwrap()).collect() };
        let pg = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(back)).unwrap();
        let want = ys(Run::new(&Composite::new(process, loss), &pg, &start).unwrap().iterations(5).finish());
        let pg = InverseSimulator::new(step, AnalyticInverse::<_, 2, 2>::new(inverse)).unwrap();
        let found = ys(Run::new(&Composite::new(of_u, loss), &pg, &of_u.back(start)).unwrap().iterations(5).finish());
        one_path(&want, found.into_iter().map(|y| Vector2::new(y[0], y[1])))?;
    }
}

/// x ↦ A y(x)
#[derive(Clone, Copy, Debug)]
struct Outward {
    matrix: [[f64; 2]; 2],
}

impl Operators for Outward {}

impl<F: Float> Function<2, F> for Outward
where
    process: Function<2, F, Output = autodiff::Several<2>>,
{
    type Output = autodiff::Several<2>;
    fn call<T: Ordered<F>>(&self, x: [T; 2]) -> [T; 2] {
        let y = process.call(x);
        self.matrix.map(|row| y[0] * F::of(row[0]) + y[1] * F::of(row[1]))
    }
}

/// y ↦ A⁻¹ (x(y) − b)
#[derive(Clone, Copy, Debug)]
struct Then<Fun> {
    first: Fun,
    matrix: [[f64; 2]; 2],
    shift: [f64; 2],
}

impl<Fun> Operators for Then<Fun> {}

impl<F: Float, Fun: Function<2, F, Output = autodiff::Several<2>>> Function<2, F> for Then<Fun> {
    type Output = autodiff::Several<2>;
    fn call<T: Ordered<F>>(&self, y: [T; 2]) -> [T; 2] {
        let x = self.first.call(y);
        let [[a, b], [c, d]] = self.matrix;
        let determinant = a * d - b * c;
        let [p, q] = [x[0] - F::of(self.shift[0]), x[1] - F::of(self.shift[1])];
        [(p * F::of(d) - q * F::of(b)) / F::of(determinant), (q * F::of(a) - p * F::of(c)) / F::of(determinant)]
    }
}
