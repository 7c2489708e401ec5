//! Derivatives of closures, in three moves: seed the variables, call the function once, take the derivatives.

mod blocks;
pub(crate) mod chunks;
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
