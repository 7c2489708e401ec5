//! The functions that are differentiated: one body each, for every library's numbers, and their derivatives by hand.

/// The bodies, over numbers of a given bound.
macro_rules! functions {
    ($($bound:tt)*) => {
        /// The notebook's loss, x₀² + x₁⁴ by way of y = (x₀, x₁²).
        #[inline(always)]
        pub fn notebook<T: $($bound)*>([x0, x1]: [T; 2]) -> T {
            let y = [x0, x1 * x1];
            y[0] * y[0] + y[1] * y[1]
        }

        /// Σ 100 (xᵢ₊₁ − xᵢ²)² + (xᵢ − 1)².
        #[inline(always)]
        pub fn rosenbrock<T: $($bound)*>(x: &[T]) -> T {
            let term = |i: usize| (x[i + 1] - x[i] * x[i]).powi(2) * 100.0 + (x[i] - 1.0).powi(2);
            (1..x.len() - 1).fold(term(0), |sum, i| sum + term(i))
        }

        /// −20 exp(−0.2 √(mean xᵢ²)) − exp(mean cos 2π xᵢ) + 20 + e.
        #[inline(always)]
        pub fn ackley<T: $($bound)*>(x: &[T]) -> T {
            let n = x.len() as f64;
            let square = |i: usize| x[i] * x[i];
            let cosine = |i: usize| (x[i] * std::f64::consts::TAU).cos();
            let squares = (1..x.len()).fold(square(0), |sum, i| sum + square(i)) / n;
            let cosines = (1..x.len()).fold(cosine(0), |sum, i| sum + cosine(i)) / n;
            (squares.sqrt() * -0.2).exp() * -20.0 - cosines.exp() + 20.0 + std::f64::consts::E
        }

        /// The point of spherical coordinates r, θ, φ.
        #[inline(always)]
        pub fn spherical<T: $($bound)*>([r, theta, phi]: [T; 3]) -> [T; 3] {
            let s = r * theta.sin();
            [s * phi.cos(), s * phi.sin(), r * theta.cos()]
        }

        /// Half the squared speed of the state of three bodies in a plane, ½ Σ |vᵢ|² + |aᵢ|²: the state is the three
        /// positions and the three velocities, and aᵢ = Σ mⱼ (rⱼ − rᵢ)/|rⱼ − rᵢ|³.
        #[inline(always)]
        pub fn three_body<T: $($bound)*>(x: [T; 12]) -> T {
            let pull = |i: usize, j: usize| {
                let (dx, dy) = (x[2 * j] - x[2 * i], x[2 * j + 1] - x[2 * i + 1]);
                let square = dx * dx + dy * dy;
                let cube = square * square.sqrt();
                (dx / cube, dy / cube)
            };
            let ((x01, y01), (x02, y02), (x12, y12)) = (pull(0, 1), pull(0, 2), pull(1, 2));
            let [m0, m1, m2] = super::MASSES;
            let ax = [x01 * m1 + x02 * m2, x12 * m2 - x01 * m0, x02 * -m0 - x12 * m1];
            let ay = [y01 * m1 + y02 * m2, y12 * m2 - y01 * m0, y02 * -m0 - y12 * m1];
            let square = |i: usize| (x[6 + 2 * i].powi(2) + x[7 + 2 * i].powi(2)) + (ax[i] * ax[i] + ay[i] * ay[i]);
            (square(0) + square(1) + square(2)) * 0.5
        }
    };
}

/// The masses of the three bodies.
pub const MASSES: [f64; 3] = [1.0, 0.8, 0.5];

/// Over our numbers, and plain floats.
pub mod ours {
    functions!(autodiff::Ordered);
}

/// The same for a second caller of a number type: a function that one place alone calls is inlined there, and then the zeros
/// among its partials are known to the compiler; one that two places call is often compiled once, by itself, for both.
pub mod ours_shared {
    functions!(autodiff::Ordered);
}

/// Over num-dual's.
pub mod num_dual {
    functions!(::num_dual::DualNum<Primitive = f64> + Copy);

    /// `rosenbrock` of numbers that are not `Copy`, those of a length that is not known when this is compiled.
    pub fn rosenbrock_cloned<T: ::num_dual::DualNum<Primitive = f64>>(x: &[T]) -> T {
        let term =
            |i: usize| (x[i + 1].clone() - x[i].clone() * x[i].clone()).powi(2) * 100.0 + (x[i].clone() - 1.0).powi(2);
        (1..x.len() - 1).fold(term(0), |sum, i| sum + term(i))
    }
}

/// Over those of the other peers, which have no trait in common: see [`Real`](crate::peers::Real).
pub mod others {
    functions!(crate::peers::Real);
}

/// As one writes them for floats alone.
pub mod bare {
    /// Rosenbrock's function.
    #[inline(always)]
    pub fn rosenbrock(x: &[f64]) -> f64 {
        let term = |i: usize| (x[i + 1] - x[i] * x[i]).powi(2) * 100.0 + (x[i] - 1.0).powi(2);
        (1..x.len() - 1).fold(term(0), |sum, i| sum + term(i))
    }
}

/// The derivatives by hand.
pub mod by_hand {
    use super::MASSES;

    /// Of the notebook's loss.
    #[inline(always)]
    pub fn notebook_gradient([x0, x1]: [f64; 2]) -> [f64; 2] {
        [2.0 * x0, 4.0 * x1 * x1 * x1]
    }

    /// Of the notebook's loss.
    #[inline(always)]
    pub fn notebook_hessian([_, x1]: [f64; 2]) -> [[f64; 2]; 2] {
        [[2.0, 0.0], [0.0, 12.0 * x1 * x1]]
    }

    /// Of Rosenbrock's function, in place.
    #[inline(always)]
    pub fn rosenbrock_gradient(x: &[f64], g: &mut [f64]) {
        assert_eq!(x.len(), g.len());
        g[0] = 0.0;
        for i in 0..x.len() - 1 {
            let a = x[i + 1] - x[i] * x[i];
            g[i] += -400.0 * a * x[i] + 2.0 * (x[i] - 1.0);
            g[i + 1] = 200.0 * a;
        }
    }

    /// Of Rosenbrock's function.
    #[inline(always)]
    pub fn rosenbrock_hessian<const N: usize>(x: [f64; N]) -> [[f64; N]; N] {
        let mut h = [[0.0; N]; N];
        for i in 0..N - 1 {
            h[i][i] += 1200.0 * x[i] * x[i] - 400.0 * x[i + 1] + 2.0;
            h[i + 1][i + 1] += 200.0;
            h[i][i + 1] = -400.0 * x[i];
            h[i + 1][i] = -400.0 * x[i];
        }
        h
    }

    /// Of Ackley's function.
    #[inline(always)]
    pub fn ackley_gradient<const N: usize>(x: [f64; N]) -> [f64; N] {
        let tau = std::f64::consts::TAU;
        let (mut squares, mut cosines, mut g) = (0.0, 0.0, [0.0; N]);
        for i in 0..N {
            let (sine, cosine) = (x[i] * tau).sin_cos();
            squares += x[i] * x[i];
            cosines += cosine;
            g[i] = sine;
        }
        let root = (squares / N as f64).sqrt();
        let of_square = (root * -0.2).exp() * 4.0 / (root * N as f64);
        let of_sine = (cosines / N as f64).exp() * tau / N as f64;
        for i in 0..N {
            g[i] = of_square * x[i] + of_sine * g[i];
        }
        g
    }

    /// Of spherical coordinates.
    #[inline(always)]
    pub fn spherical_jacobian([r, theta, phi]: [f64; 3]) -> [[f64; 3]; 3] {
        let ((s, c), (sp, cp)) = (theta.sin_cos(), phi.sin_cos());
        [[s * cp, r * c * cp, -r * s * sp], [s * sp, r * c * sp, r * s * cp], [c, -r * s, 0.0]]
    }

    /// Of the three bodies' squared speed: ∂/∂d of c·d/|d|³ is c/|d|³ − 3 d (c·d)/|d|⁵, where c = mⱼ aᵢ − mᵢ aⱼ.
    #[inline(always)]
    pub fn three_body_gradient(x: [f64; 12]) -> [f64; 12] {
        const PAIRS: [(usize, usize); 3] = [(0, 1), (0, 2), (1, 2)];
        let (mut pulls, mut a) = ([[0.0; 4]; 3], [[0.0; 2]; 3]);
        for (pull, (i, j)) in pulls.iter_mut().zip(PAIRS) {
            let (dx, dy) = (x[2 * j] - x[2 * i], x[2 * j + 1] - x[2 * i + 1]);
            let square = dx * dx + dy * dy;
            let inverse_square = 1.0 / square;
            let inverse_cube = inverse_square / square.sqrt();
            *pull = [dx, dy, inverse_cube, inverse_square];
            for (k, d) in [dx, dy].into_iter().enumerate() {
                a[i][k] += MASSES[j] * d * inverse_cube;
                a[j][k] -= MASSES[i] * d * inverse_cube;
            }
        }
        let mut g = x;
        g[..6].fill(0.0);
        for ([dx, dy, inverse_cube, inverse_square], (i, j)) in pulls.into_iter().zip(PAIRS) {
            let c = [MASSES[j] * a[i][0] - MASSES[i] * a[j][0], MASSES[j] * a[i][1] - MASSES[i] * a[j][1]];
            let along = 3.0 * (c[0] * dx + c[1] * dy) * inverse_square;
            for (k, d) in [dx, dy].into_iter().enumerate() {
                let slope = (c[k] - along * d) * inverse_cube;
                g[2 * j + k] += slope;
                g[2 * i + k] -= slope;
            }
        }
        g
    }
}
