//! Problems from formulas, for any number of variables.

use autodiff::{Float, Scalar};
use optimizers::nalgebra::{DMatrix, DVector};
use optimizers::{Entry, Map, Objective, Staged, TwiceDifferentiable};

use super::derivatives::{Evaluate, chunks, value_and_gradient, value_gradient_hessian};
use super::error::ExpressionError;
use super::evaluate::Formula;
use super::parser::{parse, parse_one};
use super::variables::Variables;

/// A loss L(x) from a formula.
///
/// ```
/// use demo::expression::{FormulaLoss, Variables};
/// use optimizers::{Objective, nalgebra::DVector};
///
/// let loss = FormulaLoss::new("x0^2 + x1^4", Variables::x(2)).unwrap();
/// let (value, gradient) = loss.value_and_gradient(&DVector::from_vec(vec![3.0, 3.0]));
/// assert_eq!((value, gradient.as_slice()), (90.0, &[6.0, 108.0][..]));
/// ```
#[derive(Clone, Debug)]
pub struct FormulaLoss {
    formula: Formula,
    variables: usize,
}

impl FormulaLoss {
    /// From a text with one formula.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the column of what is wrong.
    pub fn new(text: &str, variables: Variables) -> Result<Self, ExpressionError> {
        Ok(FormulaLoss { formula: parse_one(text, variables)?, variables: variables.count() })
    }

    /// The formula.
    pub fn formula(&self) -> &Formula {
        &self.formula
    }
}

impl Evaluate for FormulaLoss {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T {
        self.formula.evaluate(x)
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> Objective<T> for FormulaLoss {
    fn dimension(&self) -> usize {
        self.variables
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.at(x.as_slice())
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        value_and_gradient(&self.formula, x.as_slice())
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> TwiceDifferentiable<T> for FormulaLoss {
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        value_gradient_hessian(&self.formula, x.as_slice())
    }
}

/// A process y(x) from formulas, one a component.
///
/// ```
/// use demo::expression::FormulaPhysics;
/// use optimizers::{Map, nalgebra::DVector};
///
/// let physics = FormulaPhysics::new("x0, x1^2", 2).unwrap();
/// let (y, jacobian) = physics.value_and_jacobian(&DVector::from_vec(vec![3.0_f64, 3.0]));
/// assert_eq!(y.as_slice(), [3.0, 9.0]);
/// assert_eq!((jacobian[(1, 0)], jacobian[(1, 1)]), (0.0, 6.0));
/// ```
#[derive(Clone, Debug)]
pub struct FormulaPhysics {
    formulas: Vec<Formula>,
    variables: usize,
}

impl FormulaPhysics {
    /// From a text with formulas of `variables` variables.
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the column of what is wrong.
    pub fn new(text: &str, variables: usize) -> Result<Self, ExpressionError> {
        Ok(FormulaPhysics { formulas: parse(text, Variables::x(variables))?, variables })
    }

    /// The number of components.
    pub fn components(&self) -> usize {
        self.formulas.len()
    }

    /// The formulas of the components.
    pub fn formulas(&self) -> &[Formula] {
        &self.formulas
    }
}

/// Several functions of any number of variables that compute with any number type.
pub(super) trait Components {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> Vec<T>;
}

impl Components for FormulaPhysics {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> Vec<T> {
        self.formulas.iter().map(|formula| formula.evaluate(x)).collect()
    }
}

/// The values of `m` components and their Jacobian, some columns at a time.
pub(super) fn value_and_jacobian<F, T>(f: &impl Components, m: usize, x: &DVector<T>) -> (DVector<T>, DMatrix<T>)
where
    F: Float,
    T: Entry<Precision = F> + Scalar<F>,
{
    let mut jacobian = DMatrix::from_element(m, x.len(), T::zero());
    for (first, seeds) in chunks(x.as_slice()) {
        for (i, y) in f.at(&seeds).into_iter().enumerate() {
            for (j, partial) in (first..x.len()).zip(y.eps) {
                jacobian[(i, j)] = partial;
            }
        }
    }
    (f.at(x.as_slice()).into(), jacobian)
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> Map<T> for FormulaPhysics {
    fn inputs(&self) -> usize {
        self.variables
    }
    fn outputs(&self) -> usize {
        self.formulas.len()
    }
    fn value(&self, x: &DVector<T>) -> DVector<T> {
        self.at(x.as_slice()).into()
    }
    fn value_and_jacobian(&self, x: &DVector<T>) -> (DVector<T>, DMatrix<T>) {
        value_and_jacobian(self, self.formulas.len(), x)
    }
}

/// L(y(x)) from formulas: the process's components are the variables y0, y1, … of the loss.
///
/// ```
/// use demo::expression::FormulaProblem;
/// use optimizers::{Objective, nalgebra::DVector};
///
/// let problem = FormulaProblem::new("x0, x1^2", "y0^2 + y1^2", 2).unwrap();
/// let (value, gradient) = problem.value_and_gradient(&DVector::from_vec(vec![3.0, 3.0]));
/// assert_eq!((value, gradient.as_slice()), (90.0, &[6.0, 108.0][..]));
/// ```
#[derive(Clone, Debug)]
pub struct FormulaProblem {
    physics: FormulaPhysics,
    loss: FormulaLoss,
}

impl FormulaProblem {
    /// From the texts of y(x) with `variables` variables and of L(y).
    ///
    /// # Errors
    ///
    /// [`ExpressionError`] with the column of what is wrong.
    pub fn new(physics: &str, loss: &str, variables: usize) -> Result<Self, ExpressionError> {
        let physics = FormulaPhysics::new(physics, variables)?;
        let loss = FormulaLoss::new(loss, Variables::y(physics.components()))?;
        Ok(FormulaProblem { physics, loss })
    }

    /// The process.
    pub fn physics(&self) -> &FormulaPhysics {
        &self.physics
    }

    /// The process's formulas.
    pub fn physics_formulas(&self) -> &[Formula] {
        self.physics.formulas()
    }

    /// The loss's formula.
    pub fn loss_formula(&self) -> &Formula {
        self.loss.formula()
    }
}

impl Evaluate for FormulaProblem {
    fn at<F: Float, T: Scalar<F>>(&self, x: &[T]) -> T {
        self.loss.at(&self.physics.at(x))
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> Objective<T> for FormulaProblem {
    fn dimension(&self) -> usize {
        self.physics.variables
    }
    fn value(&self, x: &DVector<T>) -> T {
        self.at(x.as_slice())
    }
    fn value_and_gradient(&self, x: &DVector<T>) -> (T, DVector<T>) {
        value_and_gradient(self, x.as_slice())
    }
    fn observe(&self, x: &DVector<T>) -> Option<DVector<T>> {
        Some(Map::value(&self.physics, x))
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> TwiceDifferentiable<T> for FormulaProblem {
    fn value_gradient_hessian(&self, x: &DVector<T>) -> (T, DVector<T>, DMatrix<T>) {
        value_gradient_hessian(self, x.as_slice())
    }
}

impl<F: Float, T: Entry<Precision = F> + Scalar<F>> Staged<T> for FormulaProblem {
    fn physics(&self) -> &dyn Map<T> {
        &self.physics
    }
    fn loss(&self) -> &dyn TwiceDifferentiable<T> {
        &self.loss
    }
}
