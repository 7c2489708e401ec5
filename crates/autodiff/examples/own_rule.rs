// A function with its own derivative: one that is computed by iterations that must not be differentiated through.

use autodiff::{CustomRule, Operators, check_rule, custom_rule, taylor};

/// Lambert's W, w eʷ = x for x ≥ 0, by Halley's method on plain floats.
fn by_iterations(x: f64) -> f64 {
    let mut w = x.ln_1p();
    for _ in 0..20 {
        let (e, miss) = (w.exp(), w * w.exp() - x);
        let next = w - miss / (e * (w + 1.0) - (w + 2.0) * miss / (2.0 * w + 2.0));
        if (next - w).abs() <= 1e-16 * next.abs() {
            break;
        }
        w = next;
    }
    w
}

custom_rule! {
    // W' = 1/(eᵂ (1 + W)): written with W itself, it is right at every order
    fn lambert([x]) { by_iterations(f64::from(x)) as _ } gradient { let w = lambert.apply([x]); [(w.exp() * (w + 1.0)).recip()] }
    // what it is good for: the current through a diode with a resistor in series
    fn current([voltage, resistance]) {
        by_iterations(f64::from(voltage.exp() * resistance)) as _
    } gradient {
        let i = current.apply([voltage, resistance]);
        let share = (i + 1.0).recip();
        [i * share, i * share / resistance]
    }
}

fn main() {
    let (value, series) = taylor::<f64, _, 5>(|x| lambert.apply([x]), 0.0);
    // Σ (−n)ⁿ⁻¹/n! xⁿ
    println!("W(0) = {value}, coefficients of x, x², …: {series:.6?}");
    println!("gradient of the current: {:.6?}", current.gradient().at([0.5_f64, 2.0]));
    println!("Hessian: {:.6?}", current.hessian().at([0.5_f64, 2.0]));
    println!("rule right: {}", check_rule::<1, f64>(&lambert, &[[0.5], [3.0]]).is_ok());
    println!("rule of two variables right: {}", check_rule::<2, f64>(&current, &[[0.5, 2.0]]).is_ok());
}
