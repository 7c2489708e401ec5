//! Formulas typed on a command line, evaluated over any number type: their derivatives are exact.

mod error;
mod evaluate;
mod functions;
mod parse;
mod problem;

pub use error::ExpressionError;
pub use evaluate::Formula;
pub use functions::{BINARY, UNARY};
pub use parse::{MOST_NESTING, Variables, parse};
pub use problem::{FormulaLoss, FormulaPhysics, FormulaProblem};
