//! What the benches measure: functions, and their derivatives by hand.

/// Rosenbrock's function of `N` variables over any number type.
#[derive(Clone, Copy, Debug)]
pub struct Rosenbrock;

impl<const N: usize> autodiff::Function<N> for Rosenbrock {
    type Output = autodiff::Single;
    #[inline]
    fn call<T: autodiff::Ordered>(&self, x: [T; N]) -> T {
        let term = |i: usize| (x[i + 1] - x[i] * x[i]).powi(2) * 100.0 + (x[i] - 1.0).powi(2);
        (1..N - 1).fold(term(0), |sum, i| sum + term(i))
    }
}
impl autodiff::Operators for Rosenbrock {}

/// The gradient of [`Rosenbrock`] by hand.
#[inline]
pub fn rosenbrock_gradient<const N: usize>(x: [f64; N]) -> [f64; N] {
    let mut g = [0.0; N];
    for i in 0..N - 1 {
        let a = x[i + 1] - x[i] * x[i];
        g[i] += -400.0 * a * x[i] + 2.0 * (x[i] - 1.0);
        g[i + 1] += 200.0 * a;
    }
    g
}

/// [`Rosenbrock`] over num-dual's numbers.
#[inline]
pub fn rosenbrock_num_dual<D: num_dual::DualNum<Primitive = f64> + Copy, const N: usize>(x: [D; N]) -> D {
    let term = |i: usize| (x[i + 1] - x[i] * x[i]).powi(2) * 100.0 + (x[i] - 1.0).powi(2);
    (1..N - 1).fold(term(0), |sum, i| sum + term(i))
}

#[cfg(test)]
mod tests {
    use autodiff::Operators;

    use super::*;

    /// What is timed side by side gives the same numbers.
    #[test]
    fn all_routes_agree() {
        let x: [f64; 10] = std::array::from_fn(|i| 0.3 + 0.1 * i as f64);
        let ours = Rosenbrock.gradient().at(x);
        let by_hand = rosenbrock_gradient(x);
        let (_, theirs) = num_dual::gradient(
            |x| rosenbrock_num_dual::<_, 10>(std::array::from_fn(|i| x[i])),
            &nalgebra::SVector::from(x),
        );
        for i in 0..10 {
            assert!((ours[i] - by_hand[i]).abs() <= 1e-12 * by_hand[i].abs().max(1.0));
            assert!((ours[i] - theirs[i]).abs() <= 1e-12 * theirs[i].abs().max(1.0));
        }
    }
}
