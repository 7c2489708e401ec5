//! Every elementary function against correctly rounded values, by every number type, driver and operator.

mod common;

use common::{Curve, Powf, Powi, Real, Visit, every_way, hex, hexes, reference, ulps_of_term, visit_rules};

/// The bars, in units of the last place: the value is exact, then each derivative.
const BARS: [f64; 4] = [0.0, 4.0, 8.0, 16.0];

/// One row of the reference file.
struct Row {
    function: String,
    x: f64,
    derivatives: Vec<f64>,
}

fn rows() -> Vec<Row> {
    reference("elementary_functions.json")
        .iter()
        .map(|row| Row {
            function: row["function"].as_str().unwrap().to_owned(),
            x: hex(&row["x"]),
            derivatives: hexes(&row["derivatives"]),
        })
        .collect()
}

/// Hands each row with its function to `check`.
fn for_each_row(check: &mut impl Check) {
    struct Named<'a, K> {
        rows: &'a [Row],
        seen: usize,
        check: &'a mut K,
    }
    impl<K: Check> Visit for Named<'_, K> {
        fn visit<C: Curve>(&mut self, name: &str, curve: C) {
            for row in self.rows.iter().filter(|row| row.function == name) {
                self.seen += 1;
                self.check.check(curve, row);
            }
        }
    }
    let rows = rows();
    let mut named = Named { rows: &rows, seen: 0, check };
    visit_rules(&mut named);
    for n in [3, -2, 7] {
        named.visit(&format!("powi({n})"), Powi(n));
    }
    for (name, c) in [("0.5", 0.5), ("1.5", 1.5), ("-2.5", -2.5), ("pi", std::f64::consts::PI)] {
        named.visit(&format!("powf({name})"), Powf(c));
    }
    assert_eq!(named.seen, rows.len(), "some rows belong to no function");
}

trait Check {
    fn check<C: Curve>(&mut self, curve: C, row: &Row);
}

/// The first derivatives' largest terms: near a zero of a derivative, the sum of terms that cancel is as exact as they.
fn largest_term(function: &str, x: f64, order: usize, derivatives: &[f64]) -> f64 {
    let d = |k: usize| derivatives[k].abs();
    match (function, order) {
        // 2 w³ (3 x² − 1)
        ("atan", 3) => 2.0 * (1.0 + x * x).powi(-3) * f64::max(1.0, 3.0 * x * x),
        // (2 x² − 1) / (1 + x²)^(5/2)
        ("asinh", 3) => (1.0 + x * x).powf(-2.5) * f64::max(1.0, 2.0 * x * x),
        // 2 f' (2 y² − f')
        ("tanh", 3) => 2.0 * d(1) * f64::max(2.0 * d(0) * d(0), d(1)),
        _ => 0.0,
    }
}

#[test]
fn every_row_in_double_precision() {
    struct Double(Vec<String>);
    impl Check for Double {
        fn check<C: Curve>(&mut self, curve: C, row: &Row) {
            let plain = curve.at([row.x]);
            // the value is the library's, with the library's accuracy (acosh is the worst)
            let value = row.derivatives[0];
            assert!((plain - value).abs() <= 1e-12 * value.abs(), "{} at {}: {plain}", row.function, row.x);
            for (way, found) in every_way(curve, row.x) {
                assert_eq!(found[0].to_bits(), plain.to_bits(), "{} at {} by {way}", row.function, row.x);
                for order in 1..found.len() {
                    let want = row.derivatives[order];
                    let term = largest_term(&row.function, row.x, order, &row.derivatives);
                    let error = ulps_of_term(found[order], want, term);
                    if error > BARS[order] {
                        let name = &row.function;
                        self.0.push(format!(
                            "{name}, order {order}, at {}, by {way}: {} instead of {want}: {error} ulp",
                            row.x, found[order]
                        ));
                    }
                }
            }
        }
    }
    let mut failures = Double(Vec::new());
    for_each_row(&mut failures);
    assert!(failures.0.is_empty(), "{}", failures.0.join("\n"));
}

/// At points that are singles the reference values are the oracle; at the others, and for the exponent π, which is not one either,
/// the rule in double precision at the rounded point: the digits of a single are half as many.
#[test]
fn every_row_in_single_precision() {
    struct Single {
        failures: Vec<String>,
        exact: usize,
    }
    impl Check for Single {
        fn check<C: Curve>(&mut self, curve: C, row: &Row) {
            let x = row.x as f32;
            let plain = curve.at([x]);
            let wide = common::by::<f64, autodiff::Dual<autodiff::HyperDual<f64, 1>, 1>>(
                curve.with_single_constants(),
                x.into(),
            );
            let exact = f64::from(x) == row.x && row.function != "powf(pi)";
            self.exact += usize::from(exact);
            let wide = if exact { row.derivatives.clone() } else { wide };
            for (way, found) in every_way(curve, x) {
                assert_eq!(found[0].bits(), plain.bits(), "{} at {x} by {way}", row.function);
                for order in 1..found.len() {
                    let want = wide[order] as f32;
                    let term = largest_term(&row.function, x.into(), order, &wide) as f32;
                    let error = ulps_of_term(found[order], want, term);
                    if error > BARS[order] {
                        let name = &row.function;
                        self.failures.push(format!(
                            "{name}, order {order}, at {x}, by {way}: {} instead of {want}: {error} ulp",
                            found[order]
                        ));
                    }
                }
            }
        }
    }
    let mut single = Single { failures: Vec::new(), exact: 0 };
    for_each_row(&mut single);
    assert!(single.failures.is_empty(), "{}", single.failures.join("\n"));
    assert!(single.exact > 50, "{} points are singles", single.exact);
}
