// Derivatives of what solves an equation, without differentiating through the iterations.

use autodiff::{fixed_point, gradient, hessian, implicit, jacobian, system};

system! {
    // Kepler: E − e sin E = M
    fn kepler([anomaly], [mean, eccentricity]) { [anomaly - eccentricity * anomaly.sin() - mean] }
    // two species that share a resource: where both stop growing
    fn equilibrium([x, y], [a, b]) { [x * 2.0 + a * y - 1.0, b * x + y * 3.0 - x * y - 2.0] }
    // the map whose fixed point is the root of cos(p x) = x
    fn cosine([x], [p]) { [(p * x).cos()] }
    // a parabola that touches the axis at p = 0
    fn touching([x], [p]) { [x * x + p] }
}

fn main() -> Result<(), autodiff::SolveError> {
    let at = [1.0_f64, 0.3];
    println!("eccentric anomaly: {:.12}", implicit(&kepler, [1.0], at)?[0]);
    // in a driver's closure, the same call carries the derivatives
    let anomaly = |p| implicit(&kepler, [1.0], p).expect("converges")[0];
    println!("by mean anomaly and eccentricity: {:.9?}", gradient(anomaly, at));
    let anomaly = |p| implicit(&kepler, [1.0], p).expect("converges")[0];
    println!("second derivatives: {:.9?}", hessian(anomaly, at));

    let state = |p| implicit(&equilibrium, [0.5, 0.5], p).expect("converges");
    println!("how the equilibrium shifts: {:.6?}", jacobian(state, [0.5_f64, 1.0]));

    let root = |p| fixed_point(&cosine, [0.5], p).expect("contracts")[0];
    println!("how the fixed point shifts: {:.9?}", gradient(root, [1.0_f64]));

    println!("a double root: {}", implicit(&touching, [0.5], [0.0]).unwrap_err());
    Ok(())
}
