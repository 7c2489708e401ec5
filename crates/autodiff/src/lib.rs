//! Exact derivatives of ordinary Rust functions.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod arithmetic;
mod drivers;
mod dual;
mod elementary;
mod function;
mod hyperdual;
mod number;
mod operators;
mod pairs;
mod rules;

pub use drivers::*;
pub use dual::Dual;
pub use elementary::Elementary;
pub use function::{Filled, Function, OneNumber, ScalarFn, Several, SeveralNumbers, Shape, Single, VectorFn};
pub use hyperdual::HyperDual;
pub use number::{Float, Number, Ordered, Scalar};
pub use operators::{Gradient, Hessian, Jacobian, Operators};
pub use pairs::Partials;
pub use rules::{MAX_ORDER, Rule};
