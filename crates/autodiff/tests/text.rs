//! Numbers as text: the value, then the derivatives, each as the format asks.

use autodiff::{Dual, HyperDual, Taylor, gradient};

#[test]
fn a_dual_number_shows_its_partial_derivatives() {
    let [x, y] = Dual::variables([3.0, 8.0]);
    assert_eq!((x * y).to_string(), "24 [8, 3]ε");
    assert_eq!(Dual::<f64, 1>::constant(0.5).to_string(), "0.5 [0]ε");
    assert_eq!(format!("{:.2}", Dual::new(1.0_f32, [-0.125, 2.0, 1e3])), "1.00 [-0.12, 2.00, 1000.00]ε");
}

#[test]
fn a_hyper_dual_number_shows_the_lower_triangle_of_its_hessian() {
    let [x, y] = HyperDual::variables([3.0, 2.0]);
    assert_eq!((x * y * y).to_string(), "12 [4, 12]ε [[0], [4, 6]]ε²");
    let [x, _, z] = HyperDual::variables([3.0, 2.0, 5.0]);
    assert_eq!((x * z).to_string(), "15 [5, 0, 3]ε [[0], [0, 0], [1, 0, 0]]ε²");
    assert_eq!(format!("{:.1}", HyperDual::<f64, 1>::variable(2.0, 0).powi(2)), "4.0 [4.0]ε [[2.0]]ε²");
}

#[test]
fn a_series_shows_its_coefficients() {
    assert_eq!(Taylor::<f64, 3>::variable(0.0).exp().to_string().get(..12), Some("1 [1, 0.5, 0"));
    assert_eq!(format!("{:.3}", Taylor::<f64, 3>::variable(0.0).exp()), "1.000 [1.000, 0.500, 0.167]t");
}

#[test]
fn nested_numbers_show_the_numbers_below() {
    let x = Dual::<Dual<f64, 1>, 1>::variable(Dual::variable(3.0, 0), 0);
    assert_eq!((x * x).to_string(), "9 [6]ε [6 [2]ε]ε");
}

/// What a teacher prints within the function: zeros have no sign there either.
#[test]
fn within_a_driver_numbers_show_the_same() {
    let mut shown = vec![];
    gradient(
        |[x, y]| {
            shown = vec![x.to_string(), y.to_string(), format!("{x:?}"), format!("{y:.1?}")];
            x * y
        },
        [3.0, 8.0],
    );
    assert_eq!(
        shown,
        ["3 [1, 0]ε", "8 [0, 1]ε", "Dual { re: 3.0, eps: [1.0, 0.0] }", "Dual { re: 8.0, eps: [0.0, 1.0] }"]
    );
    let [x, y] = HyperDual::variables([3.0, 2.0]);
    assert_eq!(format!("{:?}", x * y), "HyperDual { re: 6.0, eps: [2.0, 3.0], hessian: [[0.0, 1.0], [1.0, 0.0]] }");
    assert_eq!(format!("{:?}", Taylor::<f64, 2>::variable(0.5)), "Taylor { re: 0.5, coefficients: [1.0, 0.0] }");
}
