//! Formulas typed on a command line, evaluated over any number type: their derivatives are exact.
//!
//! | written | means |
//! | --- | --- |
//! | `x0`, `x1`, … (`y0`, … in a loss over a process) | the variables; of a function of one variable also `x` (`y`) |
//! | `2`, `2.`, `.5`, `1e-3`, `1_000` | numbers, as Rust and Python write them |
//! | `pi`, `e` | the constants |
//! | `a^b`, `a**b` | powers, right-associative: `a^b^c` is a^(b^c) |
//! | `-a` | looser than a power: `-x0^2` is −(x0²), and `2^-x0` works |
//! | `a*b`, `a/b`, then `a+b`, `a-b` | left-associative |
//! | `sin(a)`, … | each function of [`UNARY`], under Rust's name or another |
//! | `min(a, b)`, … | each function of [`BINARY`] |
//! | `a, b` | several formulas |
//!
//! A power is `powi` if its exponent is a constant integer of 32 bits, `powf` if it is another constant, `pow` if it moves.
//! Values are bit for bit those of the same Rust expression, where numbers are rounded from f64 to the precision at hand.
//!
//! The way of a text: tokens (`lexer`), a tree in the order of evaluation (`parser`, `tree`), the steps of a [`Formula`].

mod derivatives;
mod error;
mod evaluate;
mod functions;
mod lexer;
mod not_finite;
mod parser;
mod problem;
mod squares;
mod tree;
mod variables;

pub use derivatives::{Derivatives, MOST_ORDER};
pub use error::{ExpressionError, Fault};
pub use evaluate::Formula;
pub(crate) use functions::nearest;
pub use functions::{BINARY, Binary, UNARY, Unary};
pub use not_finite::NotFinite;
pub use parser::{MOST_NESTING, parse};
pub use problem::{FormulaLoss, FormulaPhysics, FormulaProblem};
pub use squares::FormulaSquares;
pub use variables::Variables;
