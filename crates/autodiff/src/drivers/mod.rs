//! Derivatives of closures, in three moves: seed the variables, call the function once, take the derivatives.

mod derivative;
mod directional;
mod gradient;
mod hessian;
mod jacobian;
mod output;

pub use derivative::{derivative, value_and_derivative};
pub use directional::{directional_derivatives, hvp, jvp, laplacian, taylor, value_and_jvp};
pub use gradient::{gradient, value_and_gradient};
pub use hessian::{hessian, value_and_hessian, value_gradient_hessian};
pub use jacobian::{jacobian, value_and_jacobian};
pub use output::{ScalarOutput, VectorOutput};
