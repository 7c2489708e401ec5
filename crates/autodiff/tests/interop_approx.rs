//! approx compares the value and every derivative.
#![cfg(feature = "approx")]

use approx::{AbsDiffEq, RelativeEq, UlpsEq, assert_relative_eq, assert_ulps_eq, relative_eq, ulps_eq};
use autodiff::{Dual, HyperDual, Taylor};

/// A number with all its parts 1, and the same with each part in turn moved by `by`.
fn variants(by: f64) -> Vec<(HyperDual<f64, 2>, HyperDual<f64, 2>)> {
    let parts = [1.0; 6];
    let number = |p: [f64; 6]| HyperDual::new(p[0], [p[1], p[2]], [[p[3], 0.0], [p[4], p[5]]]);
    (0..6)
        .map(|i| {
            let mut moved = parts;
            moved[i] += by;
            (number(parts), number(moved))
        })
        .collect()
}

#[test]
fn each_part_counts() {
    let epsilon = HyperDual::constant(1e-6);
    for (x, y) in variants(1e-3) {
        assert!(!x.abs_diff_eq(&y, epsilon) && !x.relative_eq(&y, epsilon, epsilon) && !x.ulps_eq(&y, epsilon, 4));
        assert!(!relative_eq!(x, y) && !ulps_eq!(x, y));
    }
    for (x, y) in variants(1e-7) {
        assert!(x.abs_diff_eq(&y, epsilon) && x.relative_eq(&y, epsilon, epsilon) && x.ulps_eq(&y, epsilon, 4));
        assert!(!relative_eq!(x, y));
        assert_relative_eq!(x, y, epsilon = epsilon);
    }
    for (x, y) in variants(f64::EPSILON) {
        assert_relative_eq!(x, y);
        assert_ulps_eq!(x, y, max_ulps = 1);
    }
}

#[test]
fn every_type_and_nests() {
    let (x, y) = (Dual::new(1.0, [2.0]), Dual::new(1.0, [2.0 + 1e-9]));
    // `==` looks at the value
    assert!(x == y && !relative_eq!(x, y) && relative_eq!(x, y, epsilon = Dual::constant(1e-8)));
    let lift = |x: Dual<f64, 1>| Dual::<_, 1>::new(Dual::constant(1.0), [x]);
    assert!(!relative_eq!(lift(x), lift(y)) && relative_eq!(lift(x), lift(x)));
    let (x, y) = (Taylor::<f32, 3>::variable(0.5).exp(), Taylor::<f32, 3>::variable(0.5));
    assert!(relative_eq!(x, x) && !relative_eq!(x, y.exp() * 1.001));
    let nan = Dual::new(1.0, [f64::NAN]);
    assert!(!relative_eq!(nan, nan));
}
