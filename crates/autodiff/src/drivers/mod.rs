//! Derivatives of closures, in three moves: seed the variables, call the function once, take the derivatives.

mod blocks;
mod chunks;
mod derivative;
mod directional;
mod gradient;
mod hessian;
mod jacobian;
#[cfg(feature = "nalgebra")]
mod nalgebra;
mod output;
mod point;
mod workspace;

pub use blocks::{Indices, hessian_block, mixed_partial};
pub use chunks::Chunks;
pub use derivative::{derivative, value_and_derivative};
pub use directional::{directional_derivatives, hvp, jvp, laplacian, taylor, value_and_jvp};
pub use gradient::{gradient, value_and_gradient};
pub use hessian::{hessian, value_and_hessian, value_gradient_hessian};
pub use jacobian::{jacobian, value_and_jacobian};
pub use output::{ScalarOutput, VectorOutput};
pub use point::{FilledAt, Of, Point, Seeded, Takes};
pub use workspace::Workspace;

pub(crate) use chunks::{gradient as chunked_gradient_with, jacobian as chunked_jacobian};

/// The value, and the gradient in place, in chunks of `W` variables.
pub(crate) fn chunked_gradient<T: crate::Number, const W: usize>(
    x: &[T],
    gradient: &mut [T],
    f: impl FnMut(&[crate::Dual<T, W>]) -> crate::Dual<T, W>,
) -> T {
    chunked_gradient_with(x, &mut alloc::vec::Vec::new(), gradient, f)
}
