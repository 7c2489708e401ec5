//! A published crate that is generic over num-dual's numbers, on ours: quantity 0.15, values with units.

use autodiff::{Dual, HyperDual, derivative, hessian};
use num_dual::DualNum;
use quantity::ad::{first_derivative, second_derivative};
use quantity::{Angle, Dimensionless, Length, METER, Volume};

/// √(l² + 2 l h cos φ), by the crate's powers, roots and angles.
fn distance<D: DualNum<Primitive = f64> + Copy>(l: Length<D>, h: Length<D>, angle: Angle<D>) -> Length<D> {
    (l.powi::<2>() + l * h * Dimensionless::new(angle.cos()) * 2.0).sqrt()
}

fn ball<D: DualNum<Primitive = f64> + Copy>(radius: Length<D>) -> Volume<D> {
    radius.powi::<3>() * (4.0 / 3.0 * std::f64::consts::PI)
}

#[test]
fn its_functions_have_derivatives_by_our_drivers() {
    let of_numbers = |[l, h, a]: [HyperDual<f64, 3>; 3]| {
        (distance(Length::new(l), Length::new(h), Angle::new(a)) / METER).into_value()
    };
    let plain = |[l, h, a]: [HyperDual<f64, 3>; 3]| (l * l + l * h * a.cos() * 2.0).sqrt();
    let at = [1.5, 0.7, 0.4];
    let (got, want) = (hessian(of_numbers, at), hessian(plain, at));
    for i in 0..3 {
        for j in 0..3 {
            assert!((got[i][j] - want[i][j]).abs() < 1e-14, "{i} {j}: {} and {}", got[i][j], want[i][j]);
        }
    }
    // the edge of a cube by its volume, 1/(3 v^⅔)
    let edge = |v: Dual<f64, 1>| (Volume::new(v).cbrt() / METER).into_value();
    assert!((derivative(edge, 8.0) - 1.0 / 12.0).abs() < 1e-16);
}

/// Its own drivers at our numbers: their second derivatives have ours, the third.
#[test]
fn its_drivers_nest_with_ours() {
    let tau = 2.0 * std::f64::consts::PI;
    let area = |r: Dual<f64, 1>| (first_derivative(ball, Length::new(r)).1 / (METER * METER)).into_value();
    assert!((derivative(area, 3.0) - 4.0 * tau * 3.0).abs() < 1e-13);
    let curvature = |r: Dual<f64, 1>| (second_derivative(ball, Length::new(r)).2 / METER).into_value();
    assert!((derivative(curvature, 3.0) - 4.0 * tau).abs() < 1e-13);
}
