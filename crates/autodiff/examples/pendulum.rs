// How the end of a simulation depends on its start and its parameters: derivatives through a loop of 1,000 steps.

use autodiff::{Scalar, hessian, value_and_jacobian};

/// The angle (rad) and its rate (rad/s) of a damped pendulum after ten seconds, by Runge and Kutta's method.
fn swing<T: Scalar>([angle, length, damping]: [T; 3]) -> [T; 2] {
    let slope = |[a, w]: [T; 2]| [w, -(a.sin() * 9.81 / length) - damping * w];
    let ahead = |[a, w]: [T; 2], [da, dw]: [T; 2], h: f64| [a + da * h, w + dw * h];
    let h = 0.01;
    let mut state = [angle, T::zero()];
    for _ in 0..1000 {
        let k1 = slope(state);
        let k2 = slope(ahead(state, k1, h / 2.0));
        let k3 = slope(ahead(state, k2, h / 2.0));
        let k4 = slope(ahead(state, k3, h));
        state = [0, 1].map(|i| state[i] + (k1[i] + (k2[i] + k3[i]) * 2.0 + k4[i]) * (h / 6.0));
    }
    state
}

fn main() {
    let at = [1.0, 2.0, 0.1];
    let (end, j) = value_and_jacobian(swing, at);
    println!("after ten seconds: angle {:+.6} rad, rate {:+.6} rad/s", end[0], end[1]);
    for (name, k) in [("starting angle", 0), ("length", 1), ("damping", 2)] {
        println!("by the {name}: {:+.6} and {:+.6}", j[0][k], j[1][k]);
    }

    // what an uncertain length means, to second order: E = f + ½ f'' σ²
    let sigma = 0.01;
    let h = hessian(|x| swing(x)[0], at);
    println!(
        "length ± 1 cm: angle ± {:.6} rad, shifted by {:+.6}",
        j[0][1].abs() * sigma,
        0.5 * h[1][1] * sigma * sigma
    );
}
