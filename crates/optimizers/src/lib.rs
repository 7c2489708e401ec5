//! Optimizers with exact derivatives, from gradient descent to inverse simulators.
//!
//! A problem says what is minimized ([`Objective`]; [`Staged`] where a loss follows a physical process and both are visible),
//! an [`Optimizer`] how one step is made, and a [`Run`] is the iterator over the steps.
//!
//! ```
//! use autodiff::function;
//! use optimizers::{GradientDescent, Loss, Run, Status};
//!
//! function! { fn bowl([x0, x1]) { x0 * x0 + x1 * x1 * 4.0 } }
//!
//! let problem = Loss::new(bowl);
//! let descent = GradientDescent::new(0.1)?;
//! let report = Run::new(&problem, &descent, &[3.0, 3.0])?.iterations(2).finish();
//! assert_eq!(report.status, Status::MaxIterations);
//! assert_eq!(report.trajectory[1].x.as_slice(), [3.0 - 0.1 * 6.0, 3.0 - 0.1 * 24.0]);
//! # Ok::<(), optimizers::Error>(())
//! ```
//!
//! # Where things are
//!
//! - What is minimized: [`Loss`]; [`Composite`], [`Pipeline`], [`Chain`], where a process comes before the loss; [`SumOfSquares`];
//!   [`LongLoss`] for many variables; [`Parametric`], whose parameters carry derivatives; [`OwnGradient`], [`GradientByDifferences`].
//! - By the gradient: [`FirstOrder`] with its rules and [`Schedule`]s. By line searches: [`Descent`], [`Lbfgsb`]. By the
//!   Hessian: [`Newton`], [`DampedNewton`], [`TrustRegion`]. Of residuals: [`GaussNewton`], [`LevenbergMarquardt`].
//! - Where the process is known: [`InverseSimulator`] (PG), [`LatentOptimizer`], [`HalfInverse`] (HIG), [`ScaleInvariant`] (SIP), with
//!   an [`Inverse`].
//! - A run: [`Run`], [`Stop`], [`Status`]; [`State`] to go on from.
//! - Derivatives of what a run leads to: [`minimizer`]; of the run itself: numbers with derivatives in place of floats.
//!
//! # Features
//!
//! - `serde`: states of runs can be written and read back.
//! - `argmin`: the problems as argmin's, `Argmin`.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub use autodiff;
pub use nalgebra;

#[cfg(feature = "argmin")]
mod argmin;
mod bounds;
mod chain;
mod descent;
mod differences;
mod error;
mod first_order;
mod half_inverse;
mod inverse;
mod inverse_simulator;
mod latent_optimizer;
mod lbfgsb;
mod least_squares;
mod line_search;
mod long;
mod matrix_power;
mod newton;
mod optimizer;
mod own;
mod parametric;
mod problem;
mod range;
mod run;
#[cfg(feature = "serde")]
mod saved;
mod scale_invariant;
mod singular;
mod stop;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
pub mod test_functions;
mod trust_region;

#[cfg(feature = "argmin")]
pub use argmin::Argmin;
pub use bounds::Bounds;
pub use chain::{Chain, Pipeline};
pub use descent::{
    Bfgs, ConjugateGradient, DampedNewton, Descent, DescentMemory, Direction, ModifiedCholesky, Step, StepRule,
};
pub use differences::ForwardDifferences;
pub use error::{Error, Failure};
pub use first_order::*;
pub use half_inverse::{HalfInverse, HalfInverseMemory};
pub use inverse::{
    Aim, AnalyticInverse, ChainInverse, Inverse, Inversion, Inverted, LeastSquaresInverse, LinearizedInverse, Missed,
    NewtonInverse, NumericInverse,
};
pub use inverse_simulator::{InverseSimulator, Latent, MixedInverseSimulator};
pub use latent_optimizer::LatentOptimizer;
pub use lbfgsb::{Lbfgsb, LbfgsbMemory};
pub use least_squares::{GaussNewton, LeastSquares, LevenbergMarquardt, LevenbergMarquardtMemory, SumOfSquares};
pub use long::LongLoss;
pub use newton::Newton;
pub use optimizer::{Evaluations, Iterate, LatentPoint, Optimizer, State};
pub use own::{GradientByDifferences, OwnGradient};
pub use parametric::{Parametric, ParametricFn, minimizer};
pub use problem::{Composite, Entry, HessianProduct, Loss, Map, Objective, Physics, Staged, TwiceDifferentiable};
pub use run::{Best, Report, Run, Status};
pub use scale_invariant::{ScaleInvariant, ScaleInvariantMemory};
pub use stop::{Stop, Test};
pub use trust_region::{Exact, Model, ModelStep, Steihaug, TrustRegion, TrustRegionMemory};
