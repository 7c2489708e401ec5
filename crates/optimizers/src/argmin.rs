//! Our problems as argmin's, so that argmin's solvers have exact derivatives.

use std::fmt;
use std::marker::PhantomData;

use argmin::core::{CostFunction, Error, Gradient, Hessian, Jacobian, Operator};
use nalgebra::{DMatrix, DVector};

use crate::error;
use crate::problem::{Entry, Map, Objective, TwiceDifferentiable};

/// A problem of this crate as one of [argmin](https://docs.rs/argmin)'s, over plain vectors of numbers `T`.
///
/// An [`Objective`] is a `CostFunction` with its `Gradient`, a [`TwiceDifferentiable`] one has its `Hessian` too, and a
/// [`Map`] is an `Operator` with its `Jacobian`. Points and gradients are `Vec<T>`, Hessians and Jacobians
/// `Vec<Vec<T>>`, a row a vector: argmin-math's feature `vec`, which the feature `argmin` brings with it. (Its vectors
/// of nalgebra are those of an older version.) A point of another length than the problem's, and a value of another
/// length than it should have, are errors.
///
/// ```
/// use argmin::core::{Executor, State};
/// use argmin::solver::trustregion::{Steihaug, TrustRegion};
/// use optimizers::{Argmin, Loss};
///
/// autodiff::function! { fn bowl([x0, x1]) { (x0 - 1.0).powi(2) + (x1 + x0).powi(4) } }
///
/// let solver = TrustRegion::new(Steihaug::new().with_max_iters(10));
/// let run = Executor::new(Argmin::<f64, _>::new(Loss::new(bowl)), solver)
///     .configure(|state| state.param(vec![3.0, 2.0]).max_iters(50))
///     .run()?;
/// assert!(run.state().get_best_cost() < 1e-10);
/// # Ok::<(), argmin::core::Error>(())
/// ```
pub struct Argmin<T, P> {
    problem: P,
    // a problem may be one over several numbers; argmin must know which
    number: PhantomData<fn() -> T>,
}

impl<T, P> Argmin<T, P> {
    /// The problem for argmin.
    pub const fn new(problem: P) -> Self {
        Argmin { problem, number: PhantomData }
    }
}

impl<T, P: Clone> Clone for Argmin<T, P> {
    fn clone(&self) -> Self {
        Argmin::new(self.problem.clone())
    }
}

impl<T, P: fmt::Debug> fmt::Debug for Argmin<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Argmin").field(&self.problem).finish()
    }
}

fn point<T: Entry>(x: &[T], expected: usize) -> Result<DVector<T>, error::Error> {
    error::fits("x", x.len(), expected)?;
    Ok(DVector::from_column_slice(x))
}

fn rows<T: Entry>(matrix: &DMatrix<T>) -> Vec<Vec<T>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

impl<T: Entry, P: Objective<T>> CostFunction for Argmin<T, P> {
    type Param = Vec<T>;
    type Output = T;

    fn cost(&self, x: &Vec<T>) -> Result<T, Error> {
        Ok(self.problem.value(&point(x, self.problem.dimension())?))
    }
}

impl<T: Entry, P: Objective<T>> Gradient for Argmin<T, P> {
    type Param = Vec<T>;
    type Gradient = Vec<T>;

    fn gradient(&self, x: &Vec<T>) -> Result<Vec<T>, Error> {
        let (_, gradient) = self.problem.value_and_gradient(&point(x, self.problem.dimension())?);
        error::fits("the gradient", gradient.len(), x.len())?;
        Ok(gradient.as_slice().to_vec())
    }
}

impl<T: Entry, P: TwiceDifferentiable<T>> Hessian for Argmin<T, P> {
    type Param = Vec<T>;
    type Hessian = Vec<Vec<T>>;

    fn hessian(&self, x: &Vec<T>) -> Result<Vec<Vec<T>>, Error> {
        let (_, _, hessian) = self.problem.value_gradient_hessian(&point(x, self.problem.dimension())?);
        error::fits_matrix(error::HESSIAN, &hessian, x.len(), x.len())?;
        Ok(rows(&hessian))
    }
}

impl<T: Entry, P: Map<T>> Operator for Argmin<T, P> {
    type Param = Vec<T>;
    type Output = Vec<T>;

    fn apply(&self, x: &Vec<T>) -> Result<Vec<T>, Error> {
        let y = self.problem.value(&point(x, self.problem.inputs())?);
        error::fits("y(x)", y.len(), self.problem.outputs())?;
        Ok(y.as_slice().to_vec())
    }
}

impl<T: Entry, P: Map<T>> Jacobian for Argmin<T, P> {
    type Param = Vec<T>;
    type Jacobian = Vec<Vec<T>>;

    fn jacobian(&self, x: &Vec<T>) -> Result<Vec<Vec<T>>, Error> {
        let (_, jacobian) = self.problem.value_and_jacobian(&point(x, self.problem.inputs())?);
        error::fits_matrix(error::JACOBIAN, &jacobian, self.problem.outputs(), x.len())?;
        Ok(rows(&jacobian))
    }
}
