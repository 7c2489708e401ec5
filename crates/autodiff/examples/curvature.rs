// Curvatures of a surface and of a curve, from Hessians and power series.

use autodiff::{Scalar, taylor, value_gradient_hessian};

/// A saddle that flattens far away.
fn height<T: Scalar>([x, y]: [T; 2]) -> T {
    (x * x - y * y * 2.0) * ((x * x + y * y) * -0.25).exp()
}

fn main() {
    // Gauss' and the mean curvature of z = height(x, y)
    for at in [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] {
        let (z, [p, q], [[r, s], [_, t]]) = value_gradient_hessian(height, at);
        let w = 1.0 + p * p + q * q;
        let gauss = (r * t - s * s) / (w * w);
        let mean = ((1.0 + q * q) * r - 2.0 * p * q * s + (1.0 + p * p) * t) / (2.0 * w.powf(1.5));
        println!("at {at:?}: height {z:+.4}, Gaussian curvature {gauss:+.4}, mean curvature {mean:+.4}");
    }

    // the radius of curvature of an ellipse with half-axes 3 and 2, at its parameter u
    for u in [0.0, 0.785, 1.571] {
        let (_, [x1, x2]) = taylor::<f64, _, 2>(|u| 3.0 * u.cos(), u);
        let (_, [y1, y2]) = taylor::<f64, _, 2>(|u| 2.0 * u.sin(), u);
        // the second coefficient is half of the second derivative
        let curvature = 2.0 * (x1 * y2 - y1 * x2) / x1.hypot(y1).powi(3);
        println!("ellipse at u = {u}: radius {:.4}", 1.0 / curvature);
    }
}
