//! Slices against arrays where values, slopes or products are zero, huge, infinite or NaN: neighbours in a chunk are not
//! touched, so that the width is not seen in the results.

use autodiff::{
    Chunks, Float, Ordered, Workspace, gradient, hessian_block, hvp, jacobian, laplacian, mixed_partial,
    value_and_jacobian, value_gradient_hessian,
};
use proptest::prelude::*;

/// One kind of operation for each pair of neighbours, many with infinite slopes at zero.
fn kinks<F: Float, T: Ordered<F>>(x: &[T]) -> T {
    let mut sum = T::zero();
    for (i, pair) in x.windows(2).enumerate() {
        let (a, b) = (pair[0], pair[1]);
        sum += match i % 8 {
            0 => a.abs().sqrt() * b,
            1 => a.hypot(b) + a.cbrt(),
            2 => a / b,
            3 => a.max(b) - b.min(a * a),
            4 => (a * b).abs().ln(),
            5 => a.abs().pow(b),
            6 => b.atan2(a),
            _ => (a % b).asin(),
        };
    }
    sum
}

fn parts<F: Float, T: Ordered<F>>(x: &[T]) -> Vec<T> {
    x.windows(2).map(|pair| kinks(pair) * pair[0]).collect()
}

/// Equal bit for bit, where a NaN is as good as another.
fn same<F: Float>(found: &[F], want: &[F]) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.len(), want.len());
    for (a, b) in found.iter().zip(want) {
        let both_nan = a.is_nan() && b.is_nan();
        let equal = a == b && a.is_sign_negative() == b.is_sign_negative();
        prop_assert!(both_nan || equal, "{:?} instead of {:?}", found, want);
    }
    Ok(())
}

fn check_width<F: Float + 'static, const N: usize, const W: usize>(x: [F; N], v: [F; N]) -> Result<(), TestCaseError> {
    let point = Chunks::<_, W>(&x);
    let (value, slopes, second) = value_gradient_hessian(|x| kinks(&x), x);
    let (found, g, h) = value_gradient_hessian(|x: &[_]| kinks(x), point);
    same(&[found], &[value])?;
    same(&g, &slopes)?;
    same(&h.concat(), &second.concat())?;
    same(&gradient(|x: &[_]| kinks(x), point), &slopes)?;
    same(&[laplacian(|x: &[_]| kinks(x), point)], &[laplacian(|x| kinks(&x), x)])?;
    let (values, rows) = value_and_jacobian(|x: &[_]| parts(x), point);
    let (want, want_rows) = value_and_jacobian(|x| parts(&x), x);
    same(&values, &want)?;
    same(&rows.concat(), &want_rows.concat())?;
    let product = hvp(|x: &[_]| kinks(x), point, Chunks(&v)).map_err(|e| TestCaseError::fail(e.to_string()))?;
    same(&product, &hvp(|x| kinks(&x), x, v))?;

    let block = hessian_block(|x: &[_]| kinks(x), point, [N - 1, 0], [0]).unwrap();
    same(&block.concat(), &[second[N - 1][0], second[0][0]])?;
    // nested numbers of one partial each: no neighbour at all
    same(&[mixed_partial(|x: &[_]| kinks(x), point, [N - 1, 0]).unwrap()], &[second[N - 1][0]])
}

/// Every kind of number, in a precision.
fn number() -> impl Strategy<Value = f64> {
    let special = [0.0, -0.0, 1.0, -1.0, 1e-200, -1e200, 1e-30, 1e30, f64::INFINITY, f64::NEG_INFINITY, f64::NAN];
    prop_oneof![2 => -3.0..3.0_f64, 1 => prop::sample::select(special.to_vec())]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_width_is_not_seen(point in prop::array::uniform11(number()), v in prop::array::uniform11(number())) {
        check_width::<f64, 11, 1>(point, v)?;
        check_width::<f64, 11, 4>(point, v)?;
        check_width::<f64, 11, 11>(point, v)?;
        check_width::<f64, 11, 16>(point, v)?;
        let narrow = |x: [f64; 11]| x.map(|x| x as f32);
        check_width::<f32, 11, 3>(narrow(point), narrow(v))?;
        check_width::<f32, 11, 8>(narrow(point), narrow(v))?;
    }
}

/// A workspace that has served another function, size and failure gives what a new one gives.
#[test]
fn a_used_workspace_is_as_good_as_new() {
    let mut workspace = Workspace::<f64, 4>::new();
    for n in [9, 1, 0, 4, 13] {
        let x: Vec<f64> = (0..n).map(|i| f64::from(i) - 3.0).collect();
        let mut slopes = vec![f64::NAN; x.len()];
        let mut second = vec![f64::NAN; x.len() * x.len()];
        workspace.gradient(kinks, &x, &mut slopes).unwrap();
        same(&slopes, &gradient(kinks, &x)).unwrap();
        workspace.gradient(kinks, &x, &mut [0.0; 20]).unwrap_err();
        workspace.hessian(kinks, &x, &mut slopes, &mut second).unwrap();
        same(&second, &autodiff::hessian(kinks, &x).concat()).unwrap();
        workspace.hvp(kinks, &x, &x, &mut slopes).unwrap();
        same(&slopes, &hvp(kinks, &x, &x).unwrap()).unwrap();
        let rows = x.len().saturating_sub(1);
        let (mut values, mut matrix) = (vec![f64::NAN; rows], vec![f64::NAN; rows * x.len()]);
        workspace.jacobian(|x, y| y.copy_from_slice(&parts(x)), &x, &mut values, &mut matrix).unwrap();
        same(&matrix, &jacobian(parts, &x).concat()).unwrap();
    }
}

/// A result that a workspace's function does not set is 0 and does not move, in every chunk and call.
#[test]
fn a_result_that_is_not_set_is_zero() {
    let mut workspace = Workspace::<f64, 2>::new();
    let (mut values, mut matrix) = ([9.0; 2], [9.0; 6]);
    for _ in 0..2 {
        let first = |x: &[autodiff::Dual<f64, 2>], y: &mut [autodiff::Dual<f64, 2>]| {
            // set only while the first variable moves
            if x[0].eps[0] != 0.0 {
                y[1] = x[0] * x[1];
            }
        };
        workspace.jacobian(first, &[2.0, 3.0, 4.0], &mut values, &mut matrix).unwrap();
        assert_eq!(matrix, [0.0, 0.0, 0.0, 3.0, 2.0, 0.0]);
    }
}
