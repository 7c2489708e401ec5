//! The drivers at nalgebra's vectors: vectors and matrices in and out, with the bits of the arrays' derivatives.
#![cfg(feature = "nalgebra")]

use autodiff::{
    Dual, Ordered, directional_derivatives, gradient, hessian, hessian_block, hvp, jacobian, jvp, laplacian,
    mixed_partial, value_and_gradient, value_and_jacobian, value_and_jvp, value_gradient_hessian,
};
use nalgebra::{DMatrix, DVector, Matrix2x3, Matrix3, OMatrix, SVector, Vector2, Vector3};

const X: [f64; 3] = [0.7, -1.3, 2.1];
const V: [f64; 3] = [1.0, 0.5, -2.0];

fn loss<T: Ordered>([x, y, z]: [T; 3]) -> T {
    (x * y).sin() + y.powi(3) * z / (x * x + 1.0)
}

fn physics<T: Ordered>([x, y, z]: [T; 3]) -> [T; 2] {
    [x * y.exp(), (z - x) * y]
}

fn parts<T: Copy>(x: &[T]) -> [T; 3] {
    [x[0], x[1], x[2]]
}

#[test]
fn fixed_vectors() {
    let x = Vector3::from(X);
    let (value, g, h) = value_gradient_hessian(loss, X);
    let found: (f64, Vector3<f64>, Matrix3<f64>) = value_gradient_hessian(|x: Vector3<_>| loss(x.into()), x);
    let want = (value, Vector3::from(g), Matrix3::from_fn(|i, j| h[i][j]));
    assert_eq!(found, want);
    assert_eq!(value_gradient_hessian(|x| loss(x.into()), &x), want);
    assert_eq!(gradient(|x| loss(x.into()), x), want.1);
    assert_eq!(gradient(|x| x.iter().map(|&x| x * x * 0.5).sum::<Dual<_, 3>>(), x), x);
    assert_eq!(hessian(|x| loss(x.into()), &x), want.2);
    let v = Vector3::from(V);
    assert_eq!(hvp(|x| loss(x.into()), x, v), Vector3::from(hvp(loss, X, V)));
    assert_eq!(laplacian(|x| loss(x.into()), x), laplacian(loss, X));
    let along: (f64, [f64; 4]) = directional_derivatives(|x| loss(x.into()), x, v);
    assert_eq!(along, directional_derivatives(loss, X, V));

    let j = jacobian(physics, X);
    let (values, rows): (Vector2<f64>, Matrix2x3<f64>) =
        value_and_jacobian(|x: Vector3<_>| Vector2::from(physics(x.into())), x);
    assert_eq!((values, rows), (physics(X).into(), Matrix2x3::from_fn(|i, k| j[i][k])));
    assert_eq!(jacobian(|x: Vector3<_>| physics(x.into()), x), j);
    let dynamic = jacobian(|x: Vector3<_>| DVector::from_column_slice(&physics(x.into())), x);
    assert_eq!(dynamic.shape(), (2, 3));
    assert_eq!(dynamic[(1, 0)], j[1][0]);
    assert_eq!(jvp(|x| Vector2::from(physics(x.into())), x, v), Vector2::from(jvp(physics, X, V)));
    assert_eq!(value_and_jvp(|x| Vector2::from(physics(x.into())), x, v).0, Vector2::from(physics(X)));

    assert_eq!(hessian_block(|x| loss(x.into()), x, [2], [0, 1]).unwrap(), [[h[2][0], h[2][1]]]);
    assert_eq!(mixed_partial(|x| loss(x.into()), x, [1, 2, 1]), mixed_partial(loss, X, [1, 2, 1]));
}

#[test]
fn dynamic_vectors() {
    let x = DVector::from_column_slice(&X);
    let (value, g, h) = value_gradient_hessian(loss, X);
    let found: (f64, DVector<f64>, DMatrix<f64>) =
        value_gradient_hessian(|x: &DVector<_>| loss(parts(x.as_slice())), &x);
    assert_eq!(found, (value, DVector::from_column_slice(&g), DMatrix::from_fn(3, 3, |i, j| h[i][j])));
    assert_eq!(value_and_gradient(|x| loss(parts(x.as_slice())), &x).1.as_slice(), g);
    assert_eq!(gradient(|x| x[0] * x[2], &x).as_slice(), [X[2], 0.0, X[0]]);
    let v = DVector::from_column_slice(&V);
    assert_eq!(hvp(|x| loss(parts(x.as_slice())), &x, &v).unwrap().as_slice(), hvp(loss, X, V));
    assert_eq!(laplacian(|x| loss(parts(x.as_slice())), &x), laplacian(loss, X));
    assert!(hvp(|x| x[0], &x, &DVector::from_element(2, 1.0)).is_err());
    assert!(jvp(|x| vec![x[0]], &x, &DVector::from_element(4, 1.0)).is_err());

    let j = jacobian(physics, X);
    let (values, rows): (DVector<f64>, DMatrix<f64>) =
        value_and_jacobian(|x: &DVector<_>| DVector::from_column_slice(&physics(parts(x.as_slice()))), &x);
    assert_eq!(values.as_slice(), physics(X));
    assert_eq!(rows, DMatrix::from_fn(2, 3, |i, k| j[i][k]));
    assert_eq!(jacobian(|x| physics(parts(x.as_slice())), &x), j.map(Vec::from));
    let fixed: OMatrix<f64, nalgebra::Const<2>, nalgebra::Dyn> =
        jacobian(|x: &DVector<_>| Vector2::from(physics(parts(x.as_slice()))), &x);
    assert_eq!(fixed, rows);
    assert_eq!(jvp(|x| physics(parts(x.as_slice())), &x, &v).unwrap(), jvp(physics, X, V));
}

#[test]
fn many_variables_go_in_chunks() {
    let x = DVector::from_fn(37, |i, _| 0.1 * i as f64);
    let g = gradient(|x| x.iter().map(|&x| x * x).sum::<Dual<_, 8>>(), &x);
    assert_eq!(g, &x * 2.0);
    let h = hessian(|x| x[36] * x[0] * x[0], &x);
    assert_eq!((h[(36, 0)], h[(0, 36)], h[(0, 0)], h[(5, 5)]), (0.0, 0.0, 2.0 * x[36], 0.0));
    let single = gradient(|x| x[0] * 2.0, SVector::<f32, 1>::new(3.0));
    assert_eq!(single[0], 2.0_f32);
    let none = gradient(|_| Dual::constant(1.0), &DVector::<f64>::zeros(0));
    assert_eq!(none.len(), 0);
}

#[cfg(debug_assertions)]
#[test]
#[should_panic(expected = "numbers of two derivatives meet")]
fn a_captured_number_of_an_outer_derivative_is_refused() {
    let inner = |outer: Dual<f64, 8>| gradient(|y| y[0] * outer, &DVector::from_element(1, 1.0))[0];
    gradient(|x: &DVector<_>| x[0] * inner(x[0]), &DVector::from_element(1, 1.0));
}
