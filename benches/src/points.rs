//! Where the functions are differentiated, and those of any number of variables.

use autodiff::{Ordered, SliceFn};

use crate::functions::ours_shared;

/// Rosenbrock's function of any number of variables.
#[derive(Clone, Copy, Debug)]
pub struct Rosenbrock;

impl SliceFn for Rosenbrock {
    #[inline]
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        ours_shared::rosenbrock(x)
    }
}

/// Ackley's function of any number of variables.
#[derive(Clone, Copy, Debug)]
pub struct Ackley;

impl SliceFn for Ackley {
    #[inline]
    fn call<T: Ordered>(&self, x: &[T]) -> T {
        ours_shared::ackley(x)
    }
}

/// The point of `N` coordinates at which the functions are differentiated.
pub fn point<const N: usize>() -> [f64; N] {
    std::array::from_fn(coordinate)
}

/// Any number of coordinates of the same point.
pub fn long_point(n: usize) -> Vec<f64> {
    (0..n).map(coordinate).collect()
}

fn coordinate(i: usize) -> f64 {
    0.3 + 0.1 * (i % 13) as f64
}
