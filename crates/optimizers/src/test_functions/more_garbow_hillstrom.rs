//! The 35 problems of Moré, Garbow and Hillstrom, "Testing unconstrained optimization software" (ACM TOMS 7, 1981), by
//! their residuals, in the paper's order and with its letters.

use super::formula::formulas;

formulas! {
    rosenbrock(x) {
        // of two variables, and the extended one of more
        x.chunks_exact(2).flat_map(|x| [(x[1] - x[0] * x[0]) * 10.0, -x[0] + 1.0]).collect()
    }
    freudenstein_roth(x) {
        let [a, b] = [x[0], x[1]];
        vec![a - 13.0 + (((-b + 5.0) * b) - 2.0) * b, a - 29.0 + (((b + 1.0) * b) - 14.0) * b]
    }
    powell_badly_scaled(x) { vec![x[0] * x[1] * 1e4 - 1.0, (-x[0]).exp() + (-x[1]).exp() - 1.0001] }
    brown_badly_scaled(x) { vec![x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2.0] }
    beale(x) {
        [1.5, 2.25, 2.625].iter().zip(1..).map(|(&y, i)| x[0] * (x[1].powi(i) - 1.0) + y).collect()
    }
    jennrich_sampson(x) {
        (1..=10).map(|i| i as F).map(|t| -((x[0] * t).exp() + (x[1] * t).exp()) + (2.0 + 2.0 * t)).collect()
    }
    helical_valley(x) {
        // θ is the angle of (x₀, x₁) in turns, from −1/4 to 3/4
        let turn = (x[1] / x[0]).atan() / (2.0 * 3.141592653589793);
        let theta = if x[0] > 0.0 {
            turn
        } else if x[0] < 0.0 {
            turn + 0.5
        } else {
            // on the axis the quotient has no slope: the angle itself has
            let angle = x[1].atan2(x[0]) / (2.0 * 3.141592653589793);
            if angle < -0.25 { angle + 1.0 } else { angle }
        };
        vec![(x[2] - theta * 10.0) * 10.0, (x[0].hypot(x[1]) - 1.0) * 10.0, x[2]]
    }
    bard(x) {
        let y = [0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39];
        let residual = |(i, y): (usize, F)| {
            let (u, v) = (i as F, 16.0 - i as F);
            -(x[0] + T::constant(u) / (x[1] * v + x[2] * u.min(v))) + y
        };
        (1..).zip(y).map(residual).collect()
    }
    gaussian(x) {
        let y = [
            0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521, 0.3989,
            0.3521, 0.2420, 0.1295, 0.0540, 0.0175, 0.0044, 0.0009,
        ];
        let residual = |(i, y): (i32, F)| {
            let t = (8.0 - i as F) / 2.0;
            x[0] * (x[1] * (-x[2] + t).powi(2) * -0.5).exp() - y
        };
        (1..).zip(y).map(residual).collect()
    }
    meyer(x) {
        let y = [
            34780.0, 28610.0, 23650.0, 19630.0, 16370.0, 13720.0, 11540.0, 9744.0,
            8261.0, 7030.0, 6005.0, 5147.0, 4427.0, 3820.0, 3307.0, 2872.0,
        ];
        (1..).zip(y).map(|(i, y): (i32, F)| x[0] * (x[1] / (x[2] + (45.0 + 5.0 * i as F))).exp() - y).collect()
    }
    gulf(x) {
        let residual = |i: i32| {
            let t: F = i as F / 100.0;
            let y: F = 25.0 + (-50.0 * t.ln()).powf(2.0 / 3.0);
            // the modulus as Hillstrom's program has it: |yᵢ − x₁|^x₂ / x₀
            (-((-x[1] + y).abs().pow(x[2]) / x[0])).exp() - t
        };
        (1..=10).map(residual).collect()
    }
    box_three_dimensional(x) {
        let residual = |t: F| (x[0] * -t).exp() - (x[1] * -t).exp() - x[2] * ((-t).exp() - (-10.0 * t).exp());
        (1..=10).map(|i| residual(0.1 * i as F)).collect()
    }
    powell_singular(x) {
        // of four variables, and the extended one of more
        let (root5, root10): (F, F) = ((5.0 as F).sqrt(), (10.0 as F).sqrt());
        let four = |x: &[T]| {
            [
                x[0] + x[1] * 10.0,
                (x[2] - x[3]) * root5,
                (x[1] - x[2] * 2.0).powi(2),
                (x[0] - x[3]).powi(2) * root10,
            ]
        };
        x.chunks_exact(4).flat_map(four).collect()
    }
    wood(x) {
        let [a, b, c, d] = [x[0], x[1], x[2], x[3]];
        let (root90, root10): (F, F) = ((90.0 as F).sqrt(), (10.0 as F).sqrt());
        vec![
            (b - a * a) * 10.0,
            -a + 1.0,
            (d - c * c) * root90,
            -c + 1.0,
            (b + d - 2.0) * root10,
            (b - d) / root10,
        ]
    }
    kowalik_osborne(x) {
        let y = [0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246];
        let u = [4.0, 2.0, 1.0, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625];
        let model = |u: F| x[0] * (x[1] * u + u * u) / (x[2] * u + u * u + x[3]);
        y.into_iter().zip(u).map(|(y, u): (F, F)| -model(u) + y).collect()
    }
    brown_dennis(x) {
        let residual = |i: i32| {
            let t: F = i as F / 5.0;
            (x[0] + x[1] * t - t.exp()).powi(2) + (x[2] + x[3] * t.sin() - t.cos()).powi(2)
        };
        (1..=20).map(residual).collect()
    }
    osborne_1(x) {
        let y = [
            0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658, 0.628,
            0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424, 0.420,
            0.414, 0.411, 0.406,
        ];
        let model = |t: F| x[0] + x[1] * (x[3] * -t).exp() + x[2] * (x[4] * -t).exp();
        (0..).zip(y).map(|(i, y): (i32, F)| -model(10.0 * i as F) + y).collect()
    }
    biggs_exp6(x) {
        let residual = |i: i32| {
            let t: F = 0.1 * i as F;
            let y: F = (-t).exp() - 5.0 * (-10.0 * t).exp() + 3.0 * (-4.0 * t).exp();
            x[2] * (x[0] * -t).exp() - x[3] * (x[1] * -t).exp() + x[5] * (x[4] * -t).exp() - y
        };
        (1..=13).map(residual).collect()
    }
    osborne_2(x) {
        let y = [
            1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655, 0.616,
            0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558, 0.533, 0.495,
            0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562, 0.607, 0.653, 0.672,
            0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710, 0.729, 0.720, 0.636, 0.581,
            0.428, 0.292, 0.162, 0.098, 0.054,
        ];
        let peak = |t: F, height: T, width: T, place: T| height * (-(-place + t).powi(2) * width).exp();
        let model = |t: F| {
            x[0] * (x[4] * -t).exp()
                + peak(t, x[1], x[5], x[8])
                + peak(t, x[2], x[6], x[9])
                + peak(t, x[3], x[7], x[10])
        };
        (0..).zip(y).map(|(i, y): (i32, F)| -model(i as F / 10.0) + y).collect()
    }
    watson(x) {
        let polynomial = |i: i32| {
            let t: F = i as F / 29.0;
            let (mut slope, mut sum) = (T::zero(), T::zero());
            for (j, &x) in x.iter().enumerate().rev() {
                sum = sum * t + x;
                if j > 0 {
                    slope = slope * t + x * j as F;
                }
            }
            slope - sum * sum - 1.0
        };
        (1..=29).map(polynomial).chain([x[0], x[1] - x[0] * x[0] - 1.0]).collect()
    }
    penalty_1(x) {
        let a: F = (1e-5 as F).sqrt();
        let squares: T = x.iter().map(|&x| x * x).sum();
        x.iter().map(|&x| (x - 1.0) * a).chain([squares - 0.25]).collect()
    }
    penalty_2(x) {
        let (a, n): (F, usize) = ((1e-5 as F).sqrt(), x.len());
        let e = |i: usize| (i as F / 10.0).exp();
        let y = |i: usize| e(i) + e(i - 1);
        let grown = |x: T| (x / 10.0).exp();
        let pairs = (2..=n).map(|i| (grown(x[i - 1]) + grown(x[i - 2]) - y(i)) * a);
        let single = (2..=n).map(|i| (grown(x[i - 1]) - (-0.1 as F).exp()) * a);
        let weighted: T = (0..n).map(|j| x[j] * x[j] * (n - j) as F).sum();
        [x[0] - 0.2].into_iter().chain(pairs).chain(single).chain([weighted - 1.0]).collect()
    }
    variably_dimensioned(x) {
        let sum: T = (1..).zip(x).map(|(j, &x): (i32, _)| (x - 1.0) * j as F).sum();
        x.iter().map(|&x| x - 1.0).chain([sum, sum * sum]).collect()
    }
    trigonometric(x) {
        let n = x.len() as F;
        let cosines: T = x.iter().map(|&x| x.cos()).sum();
        (1..).zip(x).map(|(i, &x): (i32, _)| -cosines + n + (-x.cos() + 1.0) * i as F - x.sin()).collect()
    }
    brown_almost_linear(x) {
        let n = x.len();
        let sum: T = x.iter().copied().sum();
        let product: T = x.iter().copied().product();
        x[..n - 1].iter().map(|&x| x + sum - (n + 1) as F).chain([product - 1.0]).collect()
    }
    discrete_boundary_value(x) {
        let n = x.len();
        let h: F = 1.0 / (n + 1) as F;
        let at = |i: usize| if i == 0 || i > n { T::zero() } else { x[i - 1] };
        let residual = |i: usize| {
            let t = i as F * h;
            at(i) * 2.0 - at(i - 1) - at(i + 1) + (at(i) + (t + 1.0)).powi(3) * (h * h / 2.0)
        };
        (1..=n).map(residual).collect()
    }
    discrete_integral_equation(x) {
        let n = x.len();
        let h: F = 1.0 / (n + 1) as F;
        let t = |i: usize| i as F * h;
        let cube = |j: usize| (x[j - 1] + (t(j) + 1.0)).powi(3);
        let residual = |i: usize| {
            let below: T = (1..=i).map(|j| cube(j) * t(j)).sum();
            let above: T = (i + 1..=n).map(|j| cube(j) * (1.0 - t(j))).sum();
            x[i - 1] + (below * (1.0 - t(i)) + above * t(i)) * (h / 2.0)
        };
        (1..=n).map(residual).collect()
    }
    broyden_tridiagonal(x) {
        let n = x.len();
        let at = |i: usize| if i == 0 || i > n { T::zero() } else { x[i - 1] };
        (1..=n).map(|i| (-at(i) * 2.0 + 3.0) * at(i) - at(i - 1) - at(i + 1) * 2.0 + 1.0).collect()
    }
    broyden_banded(x) {
        let n = x.len();
        let residual = |i: usize| {
            let band: T = (i.saturating_sub(5)..=(i + 1).min(n - 1)).filter(|&j| j != i).map(|j| x[j] * (x[j] + 1.0)).sum();
            x[i] * (x[i] * x[i] * 5.0 + 2.0) + 1.0 - band
        };
        (0..n).map(residual).collect()
    }
    linear_full_rank(x) {
        // m = 2n
        let (n, m) = (x.len(), 2 * x.len());
        let sum: T = x.iter().copied().sum();
        let shared = sum * (2.0 / m as F) + 1.0;
        (0..m).map(|i| if i < n { x[i] - shared } else { -shared }).collect()
    }
    linear_rank_1(x) {
        // m = 2n
        let sum: T = (1..).zip(x).map(|(j, &x): (i32, _)| x * j as F).sum();
        (1..=2 * x.len()).map(|i| sum * i as F - 1.0).collect()
    }
    linear_rank_1_zeros(x) {
        // m = 2n
        let (n, m) = (x.len(), 2 * x.len());
        let sum: T = (2..n).map(|j| x[j - 1] * j as F).sum();
        (1..=m).map(|i| if i == 1 || i == m { T::constant(-1.0) } else { sum * (i - 1) as F - 1.0 }).collect()
    }
    chebyquad(x) {
        // Σ Tᵢ(xⱼ)/n − ∫₀¹ Tᵢ, of the shifted Chebyshev polynomials
        let n = x.len();
        let mut sums = vec![T::zero(); n];
        for &x in x {
            let shifted = x * 2.0 - 1.0;
            let (mut last, mut now) = (T::one(), shifted);
            for sum in &mut sums {
                *sum += now;
                (last, now) = (now, shifted * now * 2.0 - last);
            }
        }
        let integral = |i: usize| if i.is_multiple_of(2) { -1.0 / ((i * i) as F - 1.0) } else { 0.0 };
        (1..).zip(sums).map(|(i, sum)| sum / n as F - integral(i)).collect()
    }
}
