// A Hessian through a Cholesky factorization: how well a Gaussian process explains data, by its parameters.

use autodiff::{Ordered, value_gradient_hessian};
use nalgebra::{Cholesky, RealField, SMatrix, SVector};

/// Measured every half second.
const DATA: [f64; 8] = [0.1, 0.6, 0.7, 1.1, 0.7, 0.9, 0.3, -0.3];

/// ½ yᵀ A⁻¹ y + ½ ln det A, where A = exp(−(tᵢ − tⱼ)²/2ℓ²) + σ² I, by the logarithms of ℓ and σ.
fn misfit<T: Ordered + RealField>([log_length, log_noise]: [T; 2]) -> T {
    let scale = autodiff::Number::exp(log_length * -2.0) * -0.5;
    let noise = autodiff::Number::exp(log_noise * 2.0);
    let a = SMatrix::<T, 8, 8>::from_fn(|i, j| {
        let kernel = autodiff::Number::exp(scale * ((i as f64 - j as f64) / 2.0).powi(2));
        if i == j { kernel + noise } else { kernel }
    });
    let factor = Cholesky::new(a).expect("positive definite");
    let y = SVector::<T, 8>::from_fn(|i, _| T::constant(DATA[i]));
    let log_det = factor.l_dirty().diagonal().iter().fold(T::constant(0.0), |sum, x| sum + autodiff::Number::ln(*x));
    y.dot(&factor.solve(&y)) * 0.5 + log_det
}

fn main() {
    let mut p = [0.4_f64, -1.4];
    for step in 0..5 {
        let (f, g, [[a, b], [_, d]]) = value_gradient_hessian(misfit, p);
        let slope = g[0].hypot(g[1]);
        println!("step {step}: ln ℓ = {:+.5}, ln σ = {:+.5}, misfit {f:+.6}, slope {slope:.1e}", p[0], p[1]);
        // Newton's step, as long as the Hessian is positive definite
        let det = a * d - b * b;
        assert!(a > 0.0 && det > 0.0);
        p = [p[0] - (d * g[0] - b * g[1]) / det, p[1] - (a * g[1] - b * g[0]) / det];
    }
}
