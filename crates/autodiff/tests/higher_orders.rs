//! Derivatives beyond the third, which only nests of numbers reach, against correctly rounded values.
//!
//! The tolerance is 64 units in the last place of the largest term, where the terms are estimated by the derivatives
//! around: a zero of f⁽ⁿ⁾ lies between a large f⁽ⁿ⁻¹⁾ and a large f⁽ⁿ⁺¹⁾.

mod common;

use autodiff::{Dual, HyperDual, Ordered};
use common::{
    Curve, Grid, Jet, Log, Powf, Powi, Real, Visit, by, hex, hexes, paths, reference, ulps_of_term, visit_rules,
};
use serde_json::Value;

const BAR: f64 = 64.0;

type Second<P> = Dual<Dual<P, 1>, 1>;
type Fifth<P> = Dual<Second<Second<P>>, 1>;
type FifthOfHyperDuals<P> = HyperDual<HyperDual<Dual<P, 1>, 1>, 1>;
type Eighth<P> = Second<HyperDual<Second<HyperDual<P, 1>>, 1>>;

/// Checks a curve at every point of the reference file that has its name.
struct AgainstReference {
    rows: Vec<Value>,
    missing: Vec<String>,
    seen: usize,
    worst: (f64, String),
}

impl AgainstReference {
    fn compare(&mut self, found: &[f64], row: &Value) {
        let want = hexes(&row["derivatives"]);
        for n in 1..found.len() {
            let term = f64::max((want[n - 1].abs() * want[n + 1].abs()).sqrt(), want[n].abs());
            let error = ulps_of_term(found[n], want[n], term);
            let place =
                format!("order {n} of {} at {}: {} instead of {}", row["function"], hex(&row["x"]), found[n], want[n]);
            assert!(error <= BAR, "{place}: {error} ulp");
            if error > self.worst.0 {
                self.worst = (error, place);
            }
        }
    }
}

impl Visit for AgainstReference {
    fn visit<C: Curve>(&mut self, name: &str, curve: C) {
        let rows: Vec<Value> = self.rows.iter().filter(|row| row["function"] == name).cloned().collect();
        if rows.is_empty() {
            self.missing.push(name.to_owned());
        }
        for row in rows {
            self.seen += 1;
            let x = hex(&row["x"]);
            let eighth = by::<f64, Eighth<f64>>(curve, x);
            self.compare(&eighth, &row);
            for fifth in [by::<f64, Fifth<f64>>(curve, x), by::<f64, FifthOfHyperDuals<f64>>(curve, x)] {
                self.compare(&fifth, &row);
            }
        }
    }
}

#[test]
fn every_rule_to_the_eighth_order() {
    let rows = reference("higher_derivatives.json");
    let mut check = AgainstReference { rows, missing: Vec::new(), seen: 0, worst: (0.0, String::new()) };
    visit_rules(&mut check);
    for n in [3, -2, 20] {
        check.visit(&format!("powi({n})"), Powi(n));
    }
    for c in [0.5, 2.5, -1.3] {
        check.visit(&format!("powf({c})"), Powf(c));
    }
    check.visit("log(3)", Log(3.0));
    println!("worst: {} ulp, {}", check.worst.0, check.worst.1);
    assert!(check.missing.is_empty(), "add them to generate_higher.py: {:?}", check.missing);
    assert_eq!(check.seen, check.rows.len());
}

/// All mixed partials of `f` at `x` by one number type of order five.
fn check_pair<T: Grid<2, Precision = f64> + Ordered>(f: impl Fn(T, T) -> T, row: &Value) {
    let x = hexes(&row["x"]);
    let z = f(T::along(x[0], 0), T::along(x[1], 1));
    let partials: Vec<Vec<f64>> = row["partials"].as_array().unwrap().iter().map(hexes).collect();
    for path in paths::<2>(T::ORDER).into_iter().skip(1) {
        let j: usize = path.iter().sum();
        let order = path.len();
        // the partials of one order share their terms
        let term = (0..=order).map(|j| partials[order - j][j].abs()).fold(0.0, f64::max);
        let (got, want) = (z.partial(&path).unwrap(), partials[order - j][j]);
        let error = ulps_of_term(got, want, term);
        let name = &row["function"];
        assert!(error <= BAR, "{name} at {x:?} along {path:?}: {got} instead of {want}, {error} ulp of {term}");
    }
}

#[test]
fn pairs_to_the_fifth_order() {
    type Nest = Dual<Dual<Dual<Dual<Dual<f64, 2>, 2>, 2>, 2>, 2>;
    type HyperNest = HyperDual<Dual<HyperDual<f64, 2>, 2>, 2>;
    let rows = reference("higher_partials.json");
    for row in &rows {
        macro_rules! check_by_name {
            ($($name:literal $f:expr;)*) => {
                match row["function"].as_str().unwrap() {
                    $($name => { check_pair::<Nest>($f, row); check_pair::<HyperNest>($f, row); })*
                    other => panic!("no function {other}"),
                }
            };
        }
        check_by_name! {
            "pow" |x, y| x.pow(y);
            "hypot" |x, y| x.hypot(y);
            "atan2" |y, x| y.atan2(x);
            "xlogy" |x, y| x.xlogy(y);
            "div" |x, y| x / y;
        }
    }
}

/// At special points a derivative of any order is what its neighbours say, never a NaN that comes from the way.
#[test]
fn no_order_is_lost_at_special_points() {
    struct AtSpecialPoints;
    impl Visit for AtSpecialPoints {
        fn visit<C: Curve>(&mut self, name: &str, curve: C) {
            fn check<P: Real>(name: &str, curve: impl autodiff::ScalarFn<1, P>, x: P)
            where
                Eighth<P>: Jet<Precision = P> + Ordered<P>,
            {
                let d = by::<P, Eighth<P>>(curve, x);
                // −∞ to a fractional power is 0 by IEEE, though no power is defined around
                let undefined = x == -P::INFINITY && d[1].is_nan();
                assert!(d[0].is_nan() || undefined || !d.iter().any(|d| d.is_nan()), "{name} at {x:?}: {d:?}");
            }
            for x in [
                0.0,
                -0.0,
                1.0,
                -1.0,
                f64::INFINITY,
                -f64::INFINITY,
                1e308,
                -1e308,
                1e-308,
                5e-324,
                1e160,
                1e-160,
                30.0,
                -700.0,
            ] {
                check::<f64>(name, curve, x);
                check::<f32>(name, curve, x as f32);
            }
        }
    }
    visit_rules(&mut AtSpecialPoints);
    common::visit_powers(&mut AtSpecialPoints);
}
