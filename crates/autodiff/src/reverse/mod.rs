//! The reverse sweep, for functions of many variables and few results.
//!
//! The function is computed once on [`Reverse`] numbers, which write each operation and its slopes to a [`Tape`]; a sweep
//! from the result back to the variables then gives all ∂f/∂xᵢ at once, at a cost that does not grow with their number
//! (Linnainmaa, "Taylor expansion of the accumulated rounding error", 1976; Griewank and Walther, "Evaluating
//! Derivatives", 2008, chapter 3). The tape is recorded anew at each call, so branches are free.
//!
//! With `T` a [`Dual`](crate::Dual), the sweep is differentiated forward: a Hessian times vectors.
//!
//! The tape holds slopes, so each must fit the floats, with its derivatives: of ln(x²) at 10¹⁵⁰, where (ln u)'' u' does not,
//! the Hessian is wrong here and right by [`hessian`](fn@crate::hessian); of 1/x² at 10¹⁰⁰ the gradient is 0. [`SliceFn`](crate::SliceFn) goes
//! forward there.
//!
//! ```
//! use autodiff::reverse;
//!
//! let x: Vec<f64> = (0..1000).map(f64::from).collect();
//! let gradient = reverse::gradient(|x| x.iter().map(|x| x * x).sum(), &x)?;
//! assert_eq!(gradient[999], 1998.0);
//! # Ok::<(), reverse::TapeError>(())
//! ```

mod drivers;
mod kept;
mod number;
mod tape;

#[cfg(feature = "rayon")]
pub(crate) use drivers::{COLUMNS, column_chunks};
pub(crate) use drivers::{Swept, swept_gradient, swept_hessian, swept_product};
pub use drivers::{Workspace, gradient, gradient_into, hessian, hvp, jacobian, value_and_gradient, vjp};
pub use number::Reverse;
pub use tape::{Tape, TapeError};
