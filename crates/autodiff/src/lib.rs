//! Exact derivatives of ordinary Rust functions.
//!
//! Derivatives of a closure, in one call (no differences, no symbols, no rounding but that of the formulas):
//!
//! ```
//! use autodiff::{gradient, hessian, jacobian, value_gradient_hessian};
//!
//! assert_eq!(gradient(|[x, y]| x * x + y.powi(4), [3.0, 3.0]), [6.0, 108.0]);
//! assert_eq!(hessian(|[x, y]| x * x + y.powi(4), [3.0, 3.0]), [[2.0, 0.0], [0.0, 108.0]]);
//! assert_eq!(jacobian(|[x0, x1]| [x0, x1 * x1], [3.0, 3.0]), [[1.0, 0.0], [0.0, 6.0]]);
//! let (value, gradient, _hessian) = value_gradient_hessian(|[x, y]| (x * y).exp(), [0.0, 2.0]);
//! assert_eq!((value, gradient), (1.0, [2.0, 0.0]));
//! ```
//!
//! A function written once for every number type, whose derivatives are functions again:
//!
//! ```
//! use autodiff::{Operators, function};
//!
//! function! { fn loss([x0, x1]) { x0 * x0 + x1.powi(4) } }
//!
//! assert_eq!(loss.gradient().at([3.0_f32, 3.0]), [6.0, 108.0]);
//! assert_eq!(loss.gradient().jacobian().at([3.0, 3.0]), [[2.0, 0.0], [0.0, 108.0]]);
//! ```
//!
//! The numbers themselves, which nest, for everything else:
//!
//! ```
//! use autodiff::{Dual, HyperDual};
//!
//! // a mixed third derivative: ∂³(x² y)/∂x²∂y = 2
//! type Third = Dual<HyperDual<f64, 1>, 1>;
//! let x = Third::constant(HyperDual::variable(3.0, 0));
//! let y = Third::variable(HyperDual::constant(5.0), 0);
//! assert_eq!((x * x * y).eps[0].hessian(), [[2.0]]);
//! ```
//!
//! # Where things are
//!
//! - Derivatives of closures: [`derivative`], [`gradient`], [`jacobian`], [`hessian`], each also with the value; in a
//!   direction [`jvp`], [`hvp`], [`directional_derivatives`]; [`laplacian`], [`hessian_block`], [`mixed_partial`]. At arrays, slices and
//!   nalgebra's vectors: [`Point`]. In place, without allocation: [`Workspace`].
//! - Functions and operators: [`function!`], [`Function`], [`Operators`]; of any number of variables [`SliceFn`].
//! - Functions with derivatives of their own: [`custom_rule!`], [`CustomRule`]; solutions of equations: [`linear_solve`],
//!   [`implicit`](implicit()), [`fixed_point`].
//! - Is it right? [`diagnose`](diagnose()) finds the operation that made NaN; [`check_derivatives`] and [`check_rule`] compare
//!   with differences.
//! - Many variables: [`reverse`]; matrices that are mostly zero: [`sparse`]. What a derivative costs by each mode: [`cost`](cost()).
//! - Functions of whole slices: [`norm`], [`log_sum_exp`].
//! - Numbers: [`Dual`], [`HyperDual`], [`Taylor`]; what they have in common is [`Number`]; what a generic function takes is [`Scalar`], or [`Ordered`] if it branches.
//!
//! # Where the compiler wants to know more
//!
//! - *"type annotations needed" at `(2.0 * x).sin()`.* Where a closure begins with an untyped literal and the point is untyped as
//!   well, nothing says whether it is in `f32` or `f64`. Give the point a type, or write the literal second:
//!
//!   ```
//!   use autodiff::{derivative, gradient};
//!
//!   assert_eq!(gradient(|[x, y]| (2.0 * x).sin() + (1.0 - y).exp(), [0.0_f64, 1.0]), [2.0, -1.0]);
//!   assert_eq!(derivative(|x| (x * 2.0).sin(), 0.0), 2.0);
//!   ```
//! - *"cannot infer type" at `.sum()`* where a sum is what a closure returns: name the number, or let a function over all
//!   numbers say it.
//!
//!   ```
//!   use autodiff::{Dual, SliceFn, function, gradient};
//!
//!   let x = vec![1.0, 2.0];
//!   assert_eq!(gradient(|x| x.iter().map(|x| x * x).sum::<Dual<_, 8>>(), &x), [2.0, 4.0]);
//!   function! { fn squares(x: []) { x.iter().map(|x| *x * *x).sum() } }
//!   assert_eq!(squares.hessian(&x), [[2.0, 0.0], [0.0, 2.0]]);
//!   ```
//! - *"cannot multiply `{float}` by `T`"* in a function over `T: Scalar`, or in `function!`: there the constant stands on the
//!   right, `x * 2.0`, `-x + 1.0`.
//! - *"binary operation `>` cannot be applied to type `T`"*: a function that compares is over `T: Ordered`.
//! - *"ambiguous name" at `Scalar`* after `use autodiff::*; use nalgebra::*;`: both have one. `use autodiff::Scalar;` beside
//!   them decides. `Number` and `Elementary` both have `sin`; of the two, a function over `T: Scalar` sees only `Number`'s.
//! - *an integer:* constants are floats, `2.0 * x`; powers by an integer are `x.powi(3)`.
//! - *`f32` and `f64` do not mix:* constants that are computed elsewhere are converted by hand, as with plain floats.
//!
//! # A closure that captures a number with derivatives
//!
//! Where derivatives nest, each level must have its own type. The operators see to that. A driver within a driver's closure
//! that captures the outer variable does not, if both are of one type: it would take the outer's derivatives for its own.
//! Nest the numbers instead: the inner driver's point is the outer number, and what it captures is lifted by
//! `Dual::constant`.
//!
//! ```
//! use autodiff::{Dual, derivative};
//!
//! // d/dx (x · d/dy (x + y) at y = 1) at x = 1: the inner derivative is 1, so the outer is 1
//! let outer = derivative(|x| x * derivative(|y| Dual::constant(x) + y, Dual::constant(1.0)), 1.0);
//! assert_eq!(outer, 1.0);
//! ```
//!
//! # Features
//!
//! Most bring one crate's traits to [`Dual`], [`HyperDual`] and [`Taylor`], over any number below:
//!
//! - `num-traits`: `Num`, `NumCast`, `Signed`, `Float`, `FloatConst`, …; code that is generic over `num_traits::Float` is
//!   differentiated by the drivers as it is. `is_zero` looks at the value, as `==` does; a conversion by `NumCast` or
//!   `ToPrimitive` drops the derivatives.
//! - `nalgebra`: `ComplexField` and `RealField`, so that LU, QR, Cholesky and the norms are differentiated through;
//!   `symmetric_eigen` and `svd`, whose derivatives do not depend on nalgebra's iterations (its own eigenvalues, singular
//!   values, Hessenberg and Schur forms lose zeros that move, and Schur's derivatives lag a step); `determinant`, right at
//!   singular matrices too (its own LU skips a pivot that is zero though it moves, so that from four rows on its determinant
//!   has wrong derivatives there, silently); `Mixed` for plain matrices beside those of numbers.
//! - `num-dual`: `DualNum`; functions written for num-dual run on these numbers.
//! - `special`: the gamma function and its kin, the error and the Bessel functions, with derivatives of every order, as methods
//!   of every [`Number`]: `gamma`, `ln_gamma`, `digamma`, `trigamma`, `erf`, `erfc`, `bessel_j0`, `bessel_j1`, `bessel_jn(n)`,
//!   `bessel_y0`, `bessel_y1`, `bessel_yn(n)`. In both precisions they are computed in double.
//! - `nalgebra-sparse`: a [`SparseMatrix`](sparse::SparseMatrix) becomes its `CsrMatrix`.
//! - `rayon`: over threads, `par_gradients` and `par_hessians` at many points, `par_jacobian` and `par_hessian` at one long
//!   input; the same bits whatever the number of threads.
//! - `serde`: numbers as their parts, by name. In JSON, which has no infinities and no NaN, those are `null` and not read back.
//! - `approx`: comparison within a tolerance, of the value and of every derivative.
//! - `std` (the default) takes the plain floats' functions from the standard library. Without it the crate is `no_std`, and
//!   the crate libm gives them.
#![deny(missing_docs)]
#![cfg_attr(not(feature = "std"), no_std)]
// nalgebra's lanes have two unsafe methods, which `interop/nalgebra.rs` implements; nothing else may.
#![cfg_attr(not(feature = "nalgebra"), forbid(unsafe_code))]
#![cfg_attr(feature = "nalgebra", deny(unsafe_code))]

extern crate alloc;

mod arithmetic;
mod beyond;
mod bounded;
#[cfg(feature = "std")]
mod check;
#[cfg(feature = "std")]
mod cost;
#[cfg(feature = "std")]
mod diagnose;
mod drivers;
mod dual;
mod elementary;
mod error;
mod function;
mod hyperdual;
mod implicit;
mod interop;
mod linear_solve;
mod number;
mod operators;
mod own;
mod pairs;
#[cfg(feature = "rayon")]
mod parallel;
mod perturbation;
mod recurrences;
mod reductions;
pub mod reverse;
mod rules;
mod slice_function;
pub mod sparse;
#[cfg(feature = "special")]
mod special;
mod stretched;
mod taylor;
mod wide;
#[cfg(not(feature = "std"))]
mod without_std;

pub use arithmetic::Operand;
#[cfg(feature = "std")]
pub use check::{
    Entry, IntoList, Listed, Nested, Report, Verdict, check_closure, check_derivatives, check_rule, check_rule_against,
};
#[cfg(feature = "std")]
pub use cost::{Cost, Costs, Derivative, Mode, cost, cost_of_map};
#[cfg(feature = "std")]
pub use diagnose::{Cause, Diagnosis, Finding, Parts, Results, Traced, diagnose, diagnose_hessian};
pub use drivers::*;
pub use dual::Dual;
pub use elementary::Elementary;
pub use error::{IndexError, LengthError};
pub use function::{Filled, Function, OneNumber, ScalarFn, Several, SeveralNumbers, Shape, Single, VectorFn};
pub use hyperdual::HyperDual;
pub use implicit::{System, fixed_point, implicit};
#[cfg(feature = "nalgebra")]
pub use interop::{Mixed, determinant, svd, symmetric_eigen};
pub use linear_solve::{SolveError, linear_solve, linear_solve_slice};
pub use number::{Float, Number, Ordered, Scalar};
pub use operators::{Gradient, Hessian, Jacobian, Operators};
pub use own::{CustomRule, MAX_ORDER_OF_SEVERAL};
pub use pairs::Partials;
#[cfg(feature = "rayon")]
pub use parallel::{par_gradients, par_hessian, par_hessians, par_jacobian};
pub use reductions::{log_sum_exp, norm};
pub use rules::{MAX_ORDER, Rule};
pub use slice_function::{SliceFn, SliceMap};
pub use taylor::Taylor;
