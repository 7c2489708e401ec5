//! The generated pages are what the command writes, and what they say of derivatives is so.

use autodiff::HyperDual;
use book::reference::{DERIVATIVES, PARTIALS, pages};
use demo::expression::{BINARY, Formula, UNARY, Variables, parse};

/// `just reference` mends it.
#[test]
fn the_pages_are_what_the_command_writes() {
    for (path, text) in pages() {
        let found = std::fs::read_to_string(book::root().join(path)).unwrap_or_default();
        assert!(found == text, "{path} is not what `just reference` writes");
    }
}

fn formula(text: &str, variables: usize) -> Formula {
    parse(text, Variables::x(variables)).unwrap_or_else(|error| panic!("{text}: {error}")).remove(0)
}

fn assert_close(what: &str, x: &[f64], found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-12 * expected.abs().max(1.0), "{what} at {x:?}: {found}, not {expected}");
}

#[test]
fn the_formulas_of_derivatives_are_right() {
    for (name, first, second) in DERIVATIVES {
        let mut points = 0;
        for x in [-2.3, -0.7, -0.2, 0.3, 0.6, 1.4, 2.6, 7.1] {
            let found = formula(&format!("{name}(x)"), 1).evaluate(&[HyperDual::<f64, 1>::variable(x, 0)]);
            if !found.re.is_finite() {
                continue;
            }
            points += 1;
            if !first.is_empty() {
                assert_close(&format!("{name}′"), &[x], formula(first, 1).evaluate(&[x]), found.eps[0]);
            }
            if let Some(second) = second {
                assert_close(&format!("{name}″"), &[x], formula(second, 1).evaluate(&[x]), found.hessian()[0][0]);
            }
        }
        assert!(points >= 3, "{name}: too few points in its domain");
    }
    for (name, first, second) in PARTIALS {
        for x in [[0.4, 1.3], [2.2, 0.6], [1.7, 3.1]] {
            let [x0, x1] = x;
            let at = [HyperDual::<f64, 2>::variable(x0, 0), HyperDual::variable(x1, 1)];
            let found = formula(&format!("{name}(x0, x1)"), 2).evaluate(&at);
            assert_close(&format!("∂{name}/∂x0"), &x, formula(first, 2).evaluate(&x), found.eps[0]);
            assert_close(&format!("∂{name}/∂x1"), &x, formula(second, 2).evaluate(&x), found.eps[1]);
        }
    }
}

/// A function that is added to the library or to the program needs its row.
#[test]
fn every_function_has_its_row() {
    macro_rules! names { ($($name:ident)*) => { [$(stringify!($name)),*] }; }
    let listed: Vec<_> = DERIVATIVES.iter().map(|row| row.0).chain(PARTIALS.iter().map(|row| row.0)).collect();
    for name in autodiff::rule_names!(names) {
        assert!(listed.contains(&name), "{name}");
    }
    // of several names of one function the first
    for (at, (name, kind)) in UNARY.iter().enumerate() {
        assert!(listed.contains(name) || UNARY[..at].iter().any(|row| row.1 == *kind), "{name}");
    }
    for (at, (name, kind)) in BINARY.iter().enumerate() {
        assert!(listed.contains(name) || BINARY[..at].iter().any(|row| row.1 == *kind), "{name}");
    }
}
