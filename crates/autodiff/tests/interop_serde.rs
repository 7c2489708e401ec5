//! Numbers as JSON: parts by name, bit for bit, wrong lengths named.
#![cfg(feature = "serde")]

use autodiff::{Dual, HyperDual, Taylor, gradient};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{from_str, to_string};

#[test]
fn the_text_has_readable_names() {
    let x = Dual::new(25.0, [8.0, 24.0]);
    assert_eq!(to_string(&x).unwrap(), r#"{"re":25.0,"eps":[8.0,24.0]}"#);
    let x = HyperDual::new(12.0, [4.0, 12.0], [[0.0, 99.0], [4.0, 6.0]]);
    assert_eq!(to_string(&x).unwrap(), r#"{"re":12.0,"eps":[4.0,12.0],"hessian":[[0.0],[4.0,6.0]]}"#);
    let x = Taylor::<f64, 2>::variable(1.5);
    assert_eq!(to_string(&x).unwrap(), r#"{"re":1.5,"coefficients":[1.0,0.0]}"#);
    let x = Dual::<_, 1>::constant(Dual::<f32, 1>::variable(1.0, 0));
    assert_eq!(to_string(&x).unwrap(), r#"{"re":{"re":1.0,"eps":[1.0]},"eps":[{"re":0.0,"eps":[0.0]}]}"#);
    assert_eq!(to_string(&Dual::<f64, 0>::constant(1.0)).unwrap(), r#"{"re":1.0,"eps":[]}"#);
}

#[test]
fn a_number_of_a_driver_call_is_read_back_as_nobody_s() {
    let slopes = gradient(
        |[x, y]| {
            let read: Dual<f64, 2> = from_str(&to_string(&x).unwrap()).unwrap();
            read * y
        },
        [3.0, 4.0],
    );
    assert_eq!(slopes, [4.0, 3.0]);
}

#[test]
fn wrong_lengths_are_named() {
    fn error<T: DeserializeOwned + std::fmt::Debug>(text: &str) -> String {
        from_str::<T>(text).unwrap_err().to_string()
    }
    type D = Dual<f64, 2>;
    type H = HyperDual<f64, 2>;
    let errors = [
        (error::<D>(r#"{"re":1.0,"eps":[1.0]}"#), "invalid length 1, expected a sequence of 2 numbers"),
        (error::<D>(r#"{"re":1.0,"eps":[1.0,2.0,3.0,4.0]}"#), "invalid length 4, expected a sequence of 2 numbers"),
        (error::<D>(r#"{"re":1.0}"#), "missing field `eps`"),
        (
            error::<Taylor<f64, 3>>(r#"{"re":1.0,"coefficients":[]}"#),
            "invalid length 0, expected a sequence of 3 numbers",
        ),
        (
            error::<H>(r#"{"re":1.0,"eps":[1.0,2.0],"hessian":[[1.0]]}"#),
            "invalid length 1, expected a lower triangle of 2 rows",
        ),
        (
            error::<H>(r#"{"re":1.0,"eps":[1.0,2.0],"hessian":[[1.0],[1.0]]}"#),
            "invalid length 1, expected a sequence of 2 numbers",
        ),
        (
            error::<H>(r#"{"re":1.0,"eps":[1.0,2.0],"hessian":[[1.0,2.0],[2.0,1.0]]}"#),
            "invalid length 2, expected a sequence of 1 number",
        ),
        (
            error::<H>(r#"{"re":1.0,"eps":[1.0,2.0],"hessian":[[1.0],[2.0,1.0],[]]}"#),
            "invalid length 3, expected a lower triangle of 2 rows",
        ),
        (error::<D>(r#"{"re":1.0,"eps":7}"#), "expected a sequence of 2 numbers"),
    ];
    for (error, expected) in errors {
        assert!(error.contains(expected), "{error}\nhas not: {expected}");
    }
}

fn finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("JSON has finite numbers", |x| x.is_finite())
}

fn round_trip<T: Serialize + DeserializeOwned>(x: &T) -> T {
    from_str(&to_string(x).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]
    #[test]
    fn round_trips_are_exact(parts in prop::array::uniform10(finite())) {
        let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        let [re, a, b, c, d, e, f, g, h, i] = parts;
        let dual = round_trip(&Dual::new(re, [a, b, c]));
        prop_assert_eq!(bits(&[dual.re, dual.eps[0], dual.eps[1], dual.eps[2]]), bits(&[re, a, b, c]));
        let hyper = round_trip(&HyperDual::new(re, [a, b, c], [[d, 0.0, 0.0], [e, f, 0.0], [g, h, i]]));
        prop_assert_eq!(bits(&hyper.eps), bits(&[a, b, c]));
        prop_assert_eq!(bits(hyper.hessian().as_flattened()), bits(&[d, e, g, e, f, h, g, h, i]));
        let mut series = Taylor::<f64, 4>::constant(re);
        series.coefficients = [a, b, c, d];
        prop_assert_eq!(bits(&round_trip(&series).coefficients), bits(&[a, b, c, d]));
        let nested = round_trip(&Dual::<_, 1>::new(Dual::<_, 1>::new(re, [a]), [Dual::new(b, [c])]));
        prop_assert_eq!(bits(&[nested.value(), nested.re.eps[0], nested.eps[0].re, nested.eps[0].eps[0]]), bits(&[re, a, b, c]));
    }
}
