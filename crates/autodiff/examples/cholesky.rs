// A Hessian through a Cholesky factorization: how well a Gaussian process explains data, by its parameters.

use autodiff::{Ordered, value_gradient_hessian};

const TIMES: [f64; 5] = [0.0, 0.5, 1.1, 1.8, 2.4];
const DATA: [f64; 5] = [0.1, 0.6, 0.9, 0.8, 0.4];

/// L of A = L Lᵀ, on any number.
fn cholesky<T: Ordered, const N: usize>(a: [[T; N]; N]) -> [[T; N]; N] {
    let mut l = [[T::zero(); N]; N];
    for i in 0..N {
        for j in 0..=i {
            let rest = (0..j).fold(a[i][j], |rest, k| rest - l[i][k] * l[j][k]);
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
    }
    l
}

/// ½ yᵀ A⁻¹ y + ½ ln det A, where A = exp(−(tᵢ − tⱼ)²/2ℓ²) + σ² I, by the logarithms of ℓ and σ.
fn misfit<T: Ordered>([log_length, log_noise]: [T; 2]) -> T {
    let (scale, noise) = ((log_length * -2.0).exp() * -0.5, (log_noise * 2.0).exp());
    let l = cholesky(core::array::from_fn::<_, 5, _>(|i| {
        core::array::from_fn(|j| {
            let kernel = (scale * (TIMES[i] - TIMES[j]).powi(2)).exp();
            if i == j { kernel + noise } else { kernel }
        })
    }));
    // L z = y
    let mut z = DATA.map(T::constant);
    for i in 0..5 {
        z[i] = (0..i).fold(z[i], |rest, k| rest - l[i][k] * z[k]) / l[i][i];
    }
    (0..5).fold(T::zero(), |sum, i| sum + z[i] * z[i] * 0.5 + l[i][i].ln())
}

fn main() {
    let mut p = [0.0_f64, -1.0];
    for step in 0..6 {
        let (f, g, [[a, b], [_, d]]) = value_gradient_hessian(misfit, p);
        println!(
            "step {step}: ln ℓ = {:+.6}, ln σ = {:+.6}, misfit {f:.8}, slope {:.1e}",
            p[0],
            p[1],
            g[0].hypot(g[1])
        );
        // Newton's step with the Hessian, while it is positive definite
        let det = a * d - b * b;
        assert!(a > 0.0 && det > 0.0);
        p = [p[0] - (d * g[0] - b * g[1]) / det, p[1] - (a * g[1] - b * g[0]) / det];
    }
}
